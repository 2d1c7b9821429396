//! NAME on the command line: a seal's name, a glob, the path of its root, or of its file.

#![cfg(unix)]

use std::fs;

use crate::support::{Repo, refused};

/// Two packages, each with a sealed build.
fn packages() -> Repo {
    Repo::once("", || {
        let repo = Repo::with(&[("packages/a/dist/i.js", "a"), ("packages/b/dist/i.js", "b")]);
        for package in ["a", "b"] {
            let root = format!("packages/{package}/dist");
            let run = repo.run(&["seal", &format!("of-{package}"), "--root", &root]);
            assert_eq!(run.code, 0, "{run:#?}");
        }
        repo
    })
}

#[test]
fn every_command_takes_a_root_or_a_seal_file_for_the_name_of_a_seal() {
    let repo = packages();
    repo.write("packages/b/dist/i.js", "other");
    for place in ["packages/a/dist", "packages/a/dist/", "./packages/a/dist", "seals/of-a.toml"] {
        for command in [
            &["check", place][..],
            &["check", place, "--at", "packages/a/dist"],
            &["seal", place],
            &["fmt", place],
            &["diff", place, "--exit-code"],
            &["ls", place],
            &["export", place, "--format", "b3sum"],
        ] {
            let run = repo.run(command);
            assert_eq!(run.code, 0, "{command:?}: {run:#?}");
            assert!(!run.stdout.contains("of-b"), "{command:?}: {run:#?}");
        }
    }
    // The other seal is the one that fails, by its root too.
    assert_eq!(repo.run(&["check", "packages/b/dist"]).code, 1);
    // A path begins where the user is.
    fs::create_dir_all(repo.at("packages/a/src")).unwrap();
    let from = ["-C", "packages/a/src", "check", "../dist"];
    let run = repo.run(&from);
    assert_eq!((run.code, run.stdout.contains("of-a")), (0, true), "{run:#?}");
}

#[test]
fn a_path_that_no_seal_covers_selects_nothing() {
    let repo = packages();
    for place in ["packages/a", "packages/a/dist/i.js", "packages/c/dist", "seals/of-c.toml", "/"] {
        refused(&repo, &["check", place], &format!("no seal is named {place}"));
        refused(&repo, &["seal", place], &format!("no seal is named {place}"));
    }
}

#[test]
fn a_root_selects_every_seal_that_may_cover_it() {
    let repo = packages();
    assert_eq!(repo.run(&["seal", "again", "--root", "packages/a/dist"]).code, 0);
    let run = repo.run(&["check", "packages/a/dist"]);
    assert!(run.stdout.contains("2 seals (again, of-a)"), "{run:#?}");
    // What a seal that cannot be read covers is not known: it is not left out in silence.
    repo.write("seals/again.toml", "root = \n");
    let run = repo.run(&["check", "packages/a/dist"]);
    assert_eq!(run.code, 2, "{run:#?}");
    assert!(run.stderr.contains("seals/again.toml"), "{run:#?}");
}
