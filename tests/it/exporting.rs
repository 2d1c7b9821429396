//! `sealgate export`: lists that `b3sum --check` and GNU `sha256sum --check` accept, whatever the
//! names, and that never vouch for other bytes than the sealed ones.

#![cfg(unix)]

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::{Repo, Run};

/// Names that a list of sums could be misread by.
const NASTY: [&str; 34] = [
    "plain",
    "with space",
    " leading",
    "  two leading",
    "trailing ",
    "*star",
    " *star",
    "-",
    "--",
    "-c",
    "--check",
    "#comment",
    "a\nb",
    "\n",
    "line\n0000000000000000000000000000000000000000000000000000000000000000  plain",
    "a\rb",
    "\r\n",
    "tab\there",
    "it's",
    "\"quoted\"",
    "$(id)",
    "`id`",
    "%s",
    "é",
    "e\u{301}",
    "日本語",
    "\u{1f980}",
    "\u{202e}reversed",
    "\u{feff}bom",
    "\u{1b}[31mred",
    "= equals",
    "SHA256 (plain) = x",
    "sub dir/in ner",
    "...",
];

/// A repository with all the nasty names below `root`, and its seal.
fn nasty(root: &str) -> Repo {
    let repo = Repo::with(&[]);
    for name in NASTY {
        repo.write(Path::new(root).join(name), format!("content of {name:?}"));
    }
    repo.write(Path::new(root).join("empty"), "");
    symlink("plain", repo.at(root).join("link")).unwrap();
    fs::create_dir(repo.at(root).join("empty directory")).unwrap();
    assert_eq!(repo.run(&["seal", "all", "--root", root]).code, 0);
    repo
}

fn export(repo: &Repo, format: &str) -> Run {
    let before = repo.contents();
    let run = repo.run(&["export", "all", "--format", format]);
    assert_eq!(repo.contents(), before, "an export writes nothing");
    run
}

/// What `program` says of `list` on its stdin, and whether it is content, run in the repository.
fn judged(repo: &Repo, program: &str, arguments: &[&str], list: &str) -> (bool, String) {
    let mut checker = Command::new(program);
    checker.args(arguments).current_dir(repo.root()).env("LC_ALL", "C");
    checker.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut checker = checker.spawn().unwrap();
    let mut stdin = checker.stdin.take().unwrap();
    stdin.write_all(list.as_bytes()).unwrap();
    drop(stdin);
    let output = checker.wait_with_output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

/// Demands that `program` finds each file of the list, and notices when one changes.
fn accepted(format: &str, program: &str, arguments: &[&str]) {
    for root in ["dist", ".", "./-x"] {
        let repo = nasty(root);
        let run = export(&repo, format);
        assert_eq!(run.code, 0, "{run:#?}");
        assert_eq!(run.stdout.lines().count(), NASTY.len() + 1, "a line each: {}", run.stdout);
        let left_out = "2 entries are not in this list";
        assert!(run.stderr.contains(left_out), "{run:#?}");
        let (fine, said) = judged(&repo, program, arguments, &run.stdout);
        assert!(fine, "{root}: {said}\n{}", run.stdout);
        assert_eq!(said.matches(": OK").count(), NASTY.len() + 1, "{root}: {said}");
        for name in NASTY {
            let path = repo.at(root).join(name);
            let content = fs::read(&path).unwrap();
            fs::write(&path, "other").unwrap();
            let (fine, said) = judged(&repo, program, arguments, &run.stdout);
            assert!(!fine, "{name:?} changed unnoticed: {said}");
            fs::write(&path, content).unwrap();
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn sha256sum_accepts_the_list_of_any_sealed_tree() {
    accepted("sha256sum", "sha256sum", &["--check", "--strict"]);
}

#[test]
#[ignore = "needs b3sum"]
fn b3sum_accepts_the_list_of_any_sealed_tree() {
    accepted("b3sum", "b3sum", &["--check"]);
}

#[test]
fn the_sums_of_b3sum_are_the_sealed_digests() {
    let repo = nasty("dist");
    let list = export(&repo, "b3sum").stdout;
    let seal = repo.read("seals/all.toml");
    for line in list.lines() {
        let digest = line.trim_start_matches('\\').split(' ').next().unwrap();
        assert!(seal.contains(&format!(" {digest}\"\n")), "{line}");
    }
    // It needs no bytes: it is the seal itself, in other words.
    fs::remove_dir_all(repo.at("dist")).unwrap();
    assert_eq!(export(&repo, "b3sum").stdout, list);
}

#[test]
fn sums_are_computed_only_of_the_sealed_bytes() {
    type Change = fn(&Repo);
    let changes: [(&str, Change); 6] = [
        ("dist/plain: the bytes are not the sealed ones", |repo| repo.write("dist/plain", "other")),
        ("dist/empty: the bytes are not the sealed ones", |repo| repo.write("dist/empty", "x")),
        ("dist/plain: the sealed file is not there", |repo| {
            fs::remove_file(repo.at("dist/plain")).unwrap();
        }),
        ("dist/plain: the sealed file is not there", |repo| {
            fs::rename(repo.at("dist/plain"), repo.at("dist/real")).unwrap();
            symlink("real", repo.at("dist/plain")).unwrap();
        }),
        ("dist/plain: the sealed file is not there", |repo| {
            fs::remove_file(repo.at("dist/plain")).unwrap();
            fs::create_dir(repo.at("dist/plain")).unwrap();
        }),
        ("dist/sub dir/in ner: the sealed file is not there", |repo| {
            fs::rename(repo.at("dist/sub dir"), repo.at("elsewhere")).unwrap();
            symlink("../elsewhere", repo.at("dist/sub dir")).unwrap();
        }),
    ];
    for (says, change) in changes {
        let repo = nasty("dist");
        change(&repo);
        let run = export(&repo, "sha256sum");
        assert_eq!((run.code, &*run.stdout), (1, ""), "{says}: {run:#?}");
        assert!(
            run.stderr.contains(&format!("error: {says}\n  next: sealgate check all")),
            "{run:#?}"
        );
    }
}

#[test]
fn a_root_that_is_not_there_gives_no_sums() {
    let repo = nasty("dist");
    fs::rename(repo.at("dist"), repo.at("real")).unwrap();
    let run = export(&repo, "sha256sum");
    assert!(
        run.refusal().contains("there is nothing at dist") && run.stdout.is_empty(),
        "{run:#?}"
    );
    symlink("real", repo.at("dist")).unwrap();
    let run = export(&repo, "sha256sum");
    assert!(run.refusal().contains("dist is a symbolic link") && run.stdout.is_empty(), "{run:#?}");
}
