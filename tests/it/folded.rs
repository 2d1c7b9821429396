//! Directories whose entries all went, came or moved: one line each, for people; all paths for scripts.

#![cfg(unix)]

use std::fs;

use crate::snapshot::expect;
use crate::support::{Node, Repo};

/// A tree in which a directory moved, one went and one came.
fn drifted() -> Repo {
    Repo::once("", || {
        let repo = Repo::plain();
        let many = |directory: &str, count: usize| -> Vec<(String, Node)> {
            let file = |at: usize| {
                (format!("{directory}/f{at:04}"), Node::File(format!("{directory} {at}\n").into()))
            };
            (0..count).map(file).collect()
        };
        let build = |files: Vec<(String, Node)>| {
            for (path, node) in files {
                let Node::File(bytes) = node else { continue };
                let path = repo.at(format!("dist/{path}"));
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, bytes).unwrap();
            }
        };
        build(many("old/deep", 3000));
        build(many("man", 93));
        build(vec![("app.js".to_owned(), Node::File("app".into()))]);
        repo.seal("dist", "dist");
        fs::rename(repo.at("dist/old"), repo.at("dist/new")).unwrap();
        fs::remove_dir_all(repo.at("dist/man")).unwrap();
        build(many("html", 120));
        build(vec![(".env".to_owned(), Node::File("secret\n".into()))]);
        repo
    })
}

#[test]
fn people_read_a_line_for_each_directory() {
    let repo = drifted();
    for format in ["human", "markdown"] {
        let ran = repo.run(&["check", "--format", format]);
        assert_eq!(ran.code, 1, "{ran:#?}");
        expect(&format!("folded-directories.{format}"), ran.stdout.as_bytes());
    }
}

#[test]
fn scripts_and_who_asks_for_everything_read_every_path() {
    let repo = drifted();
    let report = repo.check(&[]).report;
    assert_eq!(report["seals"][0]["findings"].as_array().unwrap().len(), 3214);
    let all = repo.run(&["-v", "check"]).stdout;
    assert_eq!(all.matches("\n  moved ").count(), 3000);
}
