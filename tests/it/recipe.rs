//! The recipe of docs/reseal.md for files kept in git, run as it is printed: CI builds other bytes
//! and makes a patch, and whoever asked for the change applies it.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use crate::support::{Node, Repo, Run, run, scrubbed};

const DOCUMENT: &str = include_str!("../../docs/reseal.md");

/// The commands below the mark `name`.
fn recipe(name: &str) -> &'static str {
    let mark = format!("<!-- recipe: {name} -->\n```sh\n");
    let (_, rest) = DOCUMENT.split_once(&mark).unwrap();
    rest.split_once("```").unwrap().0
}

/// Runs `script` in `directory`, in CI or by hand.
fn shell(directory: &Path, script: &str, ci: bool) -> Run {
    let binary = Path::new(env!("CARGO_BIN_EXE_sealgate")).parent().unwrap();
    let path = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap());
    let mut command = scrubbed("sh");
    command.args(["-euc", script]).current_dir(directory).env("PATH", path);
    for role in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{role}_NAME"), "a").env(format!("GIT_{role}_EMAIL"), "a@b");
    }
    if ci {
        command.env("CI", "true");
    }
    run(command)
}

#[track_caller]
fn ends(directory: &Path, script: &str, ci: bool) -> String {
    let ran = shell(directory, script, ci);
    assert_eq!(ran.code, 0, "{script}: {}", ran.stderr);
    ran.stdout
}

fn file(bytes: &[u8]) -> Node {
    Node::File(bytes.to_vec())
}

/// The clone of CI, in which the build gave other bytes, and that of a contributor.
fn clones() -> (Repo, PathBuf, PathBuf) {
    let repo = Repo::in_git();
    repo.build(
        "dist",
        &[
            ("app.js", file(b"app\n")),
            ("crlf.txt", file(b"a\r\nb\r\n")),
            ("data.bin", file(b"\0\x01\xff\xfe")),
            ("deep/er/old.js", file(b"old\n")),
            ("run.sh", file(b"#!/bin/sh\n")),
            ("same", file(b"same\n")),
        ],
    );
    repo.build("src", &[("app.ts", file(b"source\n"))]);
    repo.git(&["add", "--all"]);
    repo.seal("dist", "dist");
    ends(&repo.at("."), "git add --all && git commit --quiet --message first", false);
    let (ci, mine) = (repo.at("ci"), repo.at("mine"));
    ends(&repo.at("."), "git clone --quiet . ci && git clone --quiet . mine", false);

    let new: [(&str, &[u8]); 4] = [
        ("app.js", b"another app, no line end"),
        ("crlf.txt", b"a\r\nc\n"),
        ("data.bin", b"\0\0\xfe\r\n\x1a"),
        ("deep/er/new name.bin", b"\xff\0new"),
    ];
    for (path, bytes) in new {
        fs::write(ci.join("dist").join(path), bytes).unwrap();
    }
    fs::remove_file(ci.join("dist/deep/er/old.js")).unwrap();
    fs::set_permissions(ci.join("dist/run.sh"), fs::Permissions::from_mode(0o755)).unwrap();
    std::os::unix::fs::symlink("app.js", ci.join("dist/latest")).unwrap();
    // What a build must not change by the way.
    fs::write(ci.join("src/app.ts"), "hostile\n").unwrap();
    fs::create_dir(ci.join(".github")).unwrap();
    fs::write(ci.join(".github/workflow.yml"), "hostile\n").unwrap();
    fs::write(ci.join("distant"), "hostile\n").unwrap();
    ends(&ci, "git add src .github distant", true);
    (repo, ci, mine)
}

#[test]
fn the_patch_of_ci_brings_files_and_seal_and_nothing_else() {
    let (_repo, ci, mine) = clones();
    assert_eq!(shell(&ci, "sealgate check dist", true).code, 1);
    let refused = shell(&ci, "sealgate seal dist", true);
    assert!(refused.code == 2 && refused.stderr.contains("in CI"), "{}", refused.stderr);
    ends(&ci, recipe("ci"), true);
    ends(&ci, "sealgate check dist", true);

    fs::copy(ci.join("reseal.patch"), mine.join("reseal.patch")).unwrap();
    let said = ends(&mine, recipe("contributor"), false);
    assert!(said.contains("2 added (+5 B), 1 removed (-4 B), 3 changed (+"), "{said}");
    assert!(said.contains("1 mode\n"), "{said}");
    let changed = ends(&mine, "git status --porcelain --untracked-files=all", false);
    let paths: Vec<_> = changed.lines().collect();
    assert_eq!(
        paths,
        [
            "M  dist/app.js",
            "M  dist/crlf.txt",
            "M  dist/data.bin",
            "A  \"dist/deep/er/new name.bin\"",
            "D  dist/deep/er/old.js",
            "A  dist/latest",
            "M  dist/run.sh",
            "M  seals/dist.toml",
            "?? reseal.patch",
        ]
    );
    let tree = "git ls-files --stage -- dist seals";
    assert_eq!(ends(&mine, tree, false), ends(&ci, tree, false));
    ends(&mine, "git commit --quiet --message reseal && sealgate check --rev HEAD", false);
}

#[test]
fn a_patch_for_another_commit_changes_nothing() {
    let (_repo, ci, mine) = clones();
    ends(&ci, recipe("ci"), true);
    fs::copy(ci.join("reseal.patch"), mine.join("reseal.patch")).unwrap();
    let other = "echo other > dist/app.js && git add dist && sealgate seal dist && git commit --quiet --all --message x";
    ends(&mine, other, false);
    assert_ne!(shell(&mine, recipe("contributor"), false).code, 0);
    assert_eq!(ends(&mine, "git status --porcelain", false), "?? reseal.patch\n");
    ends(&mine, "sealgate check", false);
}
