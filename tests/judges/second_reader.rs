//! The second reader, written from docs/seal-format.md alone, and the program say the same.

#![cfg(unix)]

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::{Node, Repo, Run, run};

fn second_reader(repo: &Repo, name: &str) -> Run {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judges/second_reader.py");
    let mut python = Command::new("python3");
    python.arg(script).arg(repo.at(format!("seals/{name}.toml"))).arg(repo.at(""));
    run(python)
}

/// Both judge; they must agree, on `code`.
fn agree(repo: &Repo, name: &str, code: i32, what: &str) {
    let (ours, theirs) = (repo.run(&["check", name]), second_reader(repo, name));
    assert_eq!((ours.code, theirs.code), (code, code), "{what}: {ours:?} {theirs:?}");
    let said = theirs.stdout;
    assert!(!said.contains("digests not compared"), "{what}: {said}");
}

/// A change of a repository.
type Change = fn(&Repo);

#[test]
#[ignore = "needs python3 and b3sum"]
fn the_second_reader_agrees_on_the_release_and_on_what_became_of_it() {
    let changes: [(&str, Change); 8] = [
        ("a bit", |repo| {
            let mut bytes = fs::read(repo.at("release/CHANGELOG.md")).unwrap();
            bytes[7] ^= 1;
            fs::write(repo.at("release/CHANGELOG.md"), bytes).unwrap();
        }),
        ("missing", |repo| fs::remove_file(repo.at("release/.nojekyll")).unwrap()),
        ("extra", |repo| fs::write(repo.at("release/extra"), "").unwrap()),
        ("extra directory", |repo| fs::create_dir(repo.at("release/d")).unwrap()),
        ("renamed", |repo| {
            fs::rename(repo.at("release/docs"), repo.at("release/Docs")).unwrap();
        }),
        ("mode", |repo| {
            let mode = fs::metadata(repo.at("release/LICENSE.txt")).unwrap().permissions();
            fs::set_permissions(repo.at("release/bin/quire"), mode).unwrap();
        }),
        ("link", |repo| {
            fs::remove_file(repo.at("release/latest")).unwrap();
            Node::Link("docs".into()).make(&repo.at("release/latest")).unwrap();
        }),
        ("kind", |repo| {
            fs::remove_file(repo.at("release/latest")).unwrap();
            fs::write(repo.at("release/latest"), "app-2.4.1").unwrap();
        }),
    ];
    for (what, change) in changes {
        let repo = Repo::of_release();
        agree(&repo, "release", 0, "untouched");
        change(&repo);
        agree(&repo, "release", 1, what);
    }
}

#[test]
#[ignore = "needs python3 and b3sum"]
fn the_second_reader_agrees_on_odd_names_excludes_and_broken_seals() {
    let repo = Repo::plain();
    let file = || Node::File(b"x".to_vec());
    repo.build(
        "odd",
        &[
            ("a b", file()),
            ("quote\"s", file()),
            ("line\nfeed\ttab\r", file()),
            ("\u{1b}[2J\u{7f}\u{85}", file()),
            ("\u{202e}gpj.exe", file()),
            ("\u{feff}\u{200b}", file()),
            ("caf\u{e9}", file()),
            ("cafe\u{301}", file()),
            ("日本語/\u{1f980}", Node::Exec(b"#!/bin/sh\n".to_vec())),
            ("-rf", file()),
            ("a/x", file()),
            ("a-x", file()),
            ("a.x", file()),
            ("a0", file()),
            ("hollow", Node::Dir),
            ("target", Node::Link("a b\\\"\n".into())),
            ("x.log", file()),
            ("deep/x.log", file()),
            ("cache/x", file()),
        ],
    );
    let made = repo.run(&[
        "seal",
        "odd",
        "--root",
        "odd",
        "--exclude=*.log",
        "--exclude=/cache",
        "--allow-outside-links",
    ]);
    assert_eq!(made.code, 0, "{}", made.stderr);
    agree(&repo, "odd", 0, "odd names");
    fs::write(repo.at("odd/deep/y.log"), "excluded").unwrap();
    agree(&repo, "odd", 0, "more that is excluded");
    let seal = fs::read_to_string(repo.at("seals/odd.toml")).unwrap();
    let first = seal.lines().position(|line| line == "[entries]").unwrap() + 1;
    let mut swapped: Vec<&str> = seal.lines().collect();
    swapped.swap(first, first + 1);
    for (what, broken) in [
        ("cut off", seal[..seal.len() - 2].to_owned()),
        ("CRLF", seal.replace('\n', "\r\n")),
        ("byte order mark", format!("\u{feff}{seal}")),
        ("unsorted", swapped.join("\n") + "\n"),
        ("other escape", seal.replace("\\u001B", "\\u001b")),
        ("raw control", seal.replace("\\u007F", "\u{7f}")),
        ("a blank too much", seal.replace("] = ", "]  = ").replacen(" = ", "  = ", 1)),
        ("another name", seal.replacen("odd", "even", 1)),
        ("no entries", seal.lines().take(first).collect::<Vec<_>>().join("\n") + "\n"),
    ] {
        assert_ne!(broken, seal, "{what}");
        fs::write(repo.at("seals/odd.toml"), broken).unwrap();
        let (ours, theirs) = (repo.run(&["check", "odd"]), second_reader(&repo, "odd"));
        assert_eq!((ours.code, theirs.code), (2, 2), "{what}: {ours:?} {theirs:?}");
    }
}
