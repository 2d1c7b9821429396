//! `check --names-from`: only the seals of a list are checked, and an empty list is no pass by accident.

#![cfg(unix)]

use std::fs;
use std::io::Write as _;
use std::process::Stdio;

use crate::support::{Node, Repo, Run, scrubbed};

/// A repository with the seals `a`, `b` and `packages-c` of directories with a file each; that of `b`
/// drifted.
fn repo() -> Repo {
    Repo::once("", || {
        let repo = Repo::plain();
        for (name, root) in [("a", "a"), ("b", "b"), ("packages-c", "packages/c")] {
            repo.build(root, &[("app.js", Node::File(name.into()))]);
            repo.seal(name, root);
        }
        fs::write(repo.at("b/app.js"), "drift").unwrap();
        repo
    })
}

/// Runs `check` with `arguments`, and `list` on standard input.
fn with_input(repo: &Repo, arguments: &[&str], list: &[u8]) -> Run {
    let mut command = repo.command(&[&["check"], arguments].concat());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A refused command line reads nothing.
    let _ = child.stdin.take().unwrap().write_all(list);
    let output = child.wait_with_output().unwrap();
    Run {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

const STDIN: [&str; 2] = ["--names-from", "-"];

#[test]
fn the_seals_of_the_list_are_checked_and_no_other() {
    let repo = repo();
    for (list, code, last) in [
        ("a\n", 0, "PASS  1 seal (a)"),
        ("a\r\n\r\npackages/c", 0, "PASS  2 seals (a, packages-c)"),
        ("pack*\n  a  \n", 0, "PASS  2 seals (a, packages-c)"),
        ("b\n", 1, "FAIL  1 seal (b)"),
        ("a\nb\n", 1, "FAIL  2 seals (b fail, a pass)"),
        ("a\nz\n", 2, "ERROR"),
    ] {
        let ran = with_input(&repo, &STDIN, list.as_bytes());
        let stdout = ran.stdout;
        assert_eq!(ran.code, code, "{list:?}: {stdout}{}", ran.stderr);
        assert!(stdout.lines().last().unwrap().starts_with(last), "{list:?}: {stdout}");
        fs::write(repo.at("list"), list).unwrap();
        assert_eq!(repo.run(&["check", "--names-from", "list"]).code, code, "{list:?}");
    }
}

#[test]
fn an_empty_list_passes_only_where_that_is_said() {
    let repo = repo();
    for list in ["", "\n", " \r\n\n"] {
        let ran = with_input(&repo, &STDIN, list.as_bytes());
        assert_eq!(ran.code, 2, "{ran:?}");
        assert!(ran.stderr.contains("if that is legal, say so: --allow-none"), "{ran:?}");
        let allowed = ["--names-from", "-", "--allow-none", "--report", "json=r.json"];
        let ran = with_input(&repo, &allowed, list.as_bytes());
        let stdout = ran.stdout;
        assert_eq!(
            (ran.code, stdout.lines().last()),
            (0, Some("PASS  nothing checked")),
            "{stdout}"
        );
        let report = fs::read_to_string(repo.at("r.json")).unwrap();
        assert!(report.contains("\"verdict\": \"pass\"") && report.contains("nothing-named"));
    }
    // A list that names something is judged all the same.
    let drifted = with_input(&repo, &["--names-from", "-", "--allow-none"], b"b\n");
    assert_eq!(drifted.code, 1, "{drifted:?}");
}

#[test]
fn an_empty_list_passes_over_no_revision_and_no_place_that_is_not_there() {
    let repo = Repo::in_git();
    repo.build("a", &[("app.js", Node::File(b"a".to_vec()))]);
    repo.git(&["add", "--all"]);
    repo.seal("a", "a");
    repo.git(&["add", "--all"]);
    repo.git(&["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "x"]);
    for given in [
        "--base nosuch",
        "--rev nosuch",
        "--rev HEAD...HEAD",
        "--rev HEAD..HEAD",
        "--seals-from nosuch",
        "--at nosuch",
    ] {
        let given: Vec<&str> = given.split(' ').collect();
        let ran = with_input(&repo, &[&STDIN[..], &["--allow-none"], &given].concat(), b"");
        assert_eq!(ran.code, 2, "{given:?}: {}", ran.stdout);
    }
    let all = [&STDIN[..], &["--allow-none", "--base", "HEAD"]].concat();
    assert_eq!(with_input(&repo, &all, b"").code, 0);
}

#[test]
fn no_report_is_written_over_what_is_under_seal() {
    let repo = repo();
    fs::write(repo.at("empty"), "").unwrap();
    for command in [
        "check --base nosuch",
        "check --seals-from nosuch",
        "check --rev nosuch",
        "check --rev a..b",
        "check nosuch",
        "check a",
        "check --names-from empty --allow-none",
        "merge-reports nosuch",
        "rebuild",
    ] {
        let given: Vec<&str> = command.split(' ').chain(["--report", "json=b/app.js"]).collect();
        let ran = repo.run(&given);
        assert_eq!(ran.code, 2, "{command}: {}", ran.stdout);
        assert_eq!(repo.read("b/app.js"), "drift", "{command}");
    }
}

#[test]
fn what_could_pass_for_a_verdict_on_more_is_refused() {
    let repo = repo();
    assert!(scrubbed("mkfifo").arg(repo.at("fifo")).status().unwrap().success());
    let empty = ["--names-from", "-", "--allow-none"];
    for (arguments, list) in [
        (&["--allow-none"][..], &b""[..]),
        (&["a", "--names-from", "-"], b"a\n"),
        (&[&empty[..], &["--environment", "production", "--base", "HEAD"]].concat(), b""),
        (&[&empty[..], &["--stage", "out"]].concat(), b""),
        (&[&empty[..], &["--require-sealed", "*"]].concat(), b""),
        (&[&empty[..], &["--partition", "slice:1/2"]].concat(), b""),
        (&[&empty[..], &["--report", "json=seals/a.toml"]].concat(), b""),
        (&["--names-from", "nowhere"], b""),
        (&["--names-from", "fifo"], b""),
        (&["--names-from", "a"], b""),
        (&STDIN, b"\xff\n"),
    ] {
        let ran = with_input(&repo, arguments, list);
        assert_eq!(ran.code, 2, "{arguments:?}: {ran:?}");
    }
    assert!(fs::read_to_string(repo.at("seals/a.toml")).unwrap().starts_with("# Seal of a"));
}
