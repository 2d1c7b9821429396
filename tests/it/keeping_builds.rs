//! `rebuild --keep`: a copy of what a build made, where that is not what is sealed.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::Value;

use crate::support::{Node, Repo, Run, run};

/// Two roots, each the copy of a directory, sealed and committed.
fn repo() -> Repo {
    let repo = Repo::in_git();
    for (source, root) in [("src", "dist"), ("pages", "site")] {
        let build = format!("cp -R {source} {root}");
        for place in [source, root] {
            let file = |bytes: &[u8]| Node::File(bytes.to_vec());
            repo.build(place, &[("a.js", file(b"a\n")), ("bin", file(b"#!"))]);
            let executable = fs::Permissions::from_mode(0o755);
            fs::set_permissions(repo.at(place).join("bin"), executable).unwrap();
        }
        repo.git(&["add", "--all"]);
        assert_eq!(repo.run(&["seal", root, "--root", root, "--set-build", &build]).code, 0);
    }
    commit(&repo);
    repo
}

fn commit(repo: &Repo) {
    repo.git(&["add", "--all"]);
    repo.git(&["commit", "--quiet", "--message", "x"]);
}

/// `rebuild` with `arguments`, in a run that keeps an artifact.
fn in_ci(repo: &Repo, arguments: &[&str]) -> Run {
    let mut command = repo.command(&[&["rebuild"], arguments].concat());
    command.envs([("CI", "true"), ("GITHUB_RUN_ID", "7"), ("SEALGATE_ARTIFACT", "found")]);
    run(command)
}

fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn what_differs_is_copied_as_it_was_built_and_what_does_not_is_not() {
    let repo = repo();
    let place = repo.at("built");
    assert_eq!(in_ci(&repo, &["--keep", "built"]).code, 0);
    assert!(!place.exists(), "a pass keeps nothing");
    fs::write(repo.at("src/a.js"), "b\n").unwrap();
    fs::write(repo.at("src/new.js"), "c\n").unwrap();
    let ran = in_ci(&repo, &["--keep", "built"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert_eq!(names(&place), ["dist"]);
    assert_eq!(names(&place.join("dist")), ["a.js", "bin", "new.js"]);
    assert_eq!(fs::read(place.join("dist/a.js")).unwrap(), b"b\n");
    let mode = place.join("dist/bin").metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o111, 0o111);
}

#[test]
fn a_report_of_what_is_kept_has_the_commands_that_compare_it() {
    let repo = repo();
    fs::write(repo.at("src/a.js"), "b\n").unwrap();
    fs::write(repo.at("pages/a.js"), "b\n").unwrap();
    let ran = in_ci(&repo, &["--keep", "built", "--report", "json=r.json"]);
    let report: Value = serde_json::from_slice(&fs::read(repo.at("r.json")).unwrap()).unwrap();
    let expected = [
        "gh run download 7 -n found -D ci-report",
        "sealgate diff dist --against ci-report/built/dist",
        "sealgate diff site --against ci-report/built/site",
    ];
    for (seal, own) in [(0, expected[1]), (1, expected[2])] {
        let compare = &report["seals"][seal]["fix"]["compare"];
        assert_eq!(*compare, Value::from(vec![expected[0], own]), "{report:#}");
    }
    for line in expected {
        assert!(ran.stdout.contains(line), "{line}: {}", ran.stdout);
    }
    // The artifact, unpacked where the commands unpack it.
    fs::create_dir(repo.at("ci-report")).unwrap();
    fs::rename(repo.at("built"), repo.at("ci-report/built")).unwrap();
    repo.git(&["checkout", "--quiet", "--", "dist", "site"]);
    for line in &expected[1..] {
        let arguments: Vec<&str> = line.split(' ').skip(1).collect();
        let ran = repo.run(&arguments);
        assert!(
            ran.code == 0 && ran.stdout.contains("a.js"),
            "{line}: {}{}",
            ran.stdout,
            ran.stderr
        );
    }
    // Where nothing is kept, nothing is to be fetched.
    let ran = in_ci(&repo, &["--report", "json=r.json"]);
    assert_eq!(ran.code, 1);
    assert!(!fs::read_to_string(repo.at("r.json")).unwrap().contains("compare"));
}

#[test]
fn copies_go_into_a_new_directory_of_their_own() {
    let repo = repo();
    fs::create_dir(repo.at("taken")).unwrap();
    for (place, why) in [
        ("taken", "it exists already"),
        ("dist/built", "it lies in"),
        ("seals/built", "it lies in"),
        (".git/built", "it lies in"),
        ("nowhere/built", "no such file"),
    ] {
        let ran = in_ci(&repo, &["--keep", place]);
        assert_eq!(ran.code, 2, "{place}");
        assert!(ran.stderr.contains(&format!("--keep {place}: {why}")), "{place}: {}", ran.stderr);
        assert!(!ran.stdout.contains("build:"), "{place}: nothing was built");
    }
    for arguments in [&["--seal", "--keep", "x"][..], &["--restore", "--keep", "x"]] {
        assert_eq!(repo.run(&[&["rebuild"], arguments].concat()).code, 2, "{arguments:?}");
    }
}

#[test]
fn a_copy_that_cannot_be_made_is_an_error() {
    let repo = repo();
    // The build takes the place of the copies.
    fs::write(repo.at("src/a.js"), "b\n").unwrap();
    let build = "cp -R src dist && mkdir built";
    assert_eq!(repo.run(&["seal", "dist", "--set-build", build]).code, 0);
    fs::write(repo.at("src/a.js"), "c\n").unwrap();
    let ran = in_ci(&repo, &["dist", "--keep", "built"]);
    assert_eq!(ran.code, 2, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stderr.contains("--keep") && ran.stderr.contains("built"), "{}", ran.stderr);
}
