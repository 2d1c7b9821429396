//! How often git is run: as often for many seals, and for many pushed commits, as for a few.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::common::{Node, Repo, run};

/// A commit of so many sealed roots of their own, and a change in each.
fn sealed(number: usize) -> Repo {
    let repo = Repo::in_git();
    for at in 0..number {
        repo.build(&format!("d{at}"), &[("f", Node::File(at.to_string().into_bytes()))]);
    }
    repo.git(&["add", "."]);
    for at in 0..number {
        repo.seal(&format!("s{at}"), &format!("d{at}"));
    }
    commit(&repo);
    for at in 0..number {
        fs::write(repo.at(&format!("d{at}/f")), "changed").unwrap();
    }
    repo
}

fn commit(repo: &Repo) {
    repo.git(&["add", "."]);
    repo.git(&["-c", "user.name=t", "-c", "user.email=t@t", "commit", "--quiet", "-m", "x"]);
}

/// How often `arguments` run git, of which a program in its place keeps count.
fn runs_of_git(repo: &Repo, arguments: &[&str], input: &str) -> usize {
    let path = std::env::var_os("PATH").unwrap();
    let real = std::env::split_paths(&path).map(|place| place.join("git"));
    let real = real.into_iter().find(|git| git.is_file()).expect("git in PATH");
    let place = tempfile::tempdir().unwrap();
    let (git, count) = (place.path().join("git"), place.path().join("count"));
    let script =
        format!("#!/bin/sh\necho >>'{}'\nexec '{}' \"$@\"\n", count.display(), real.display());
    fs::write(&git, script).unwrap();
    fs::set_permissions(&git, fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = repo.command(arguments);
    let places = [place.path().to_owned()].into_iter().chain(std::env::split_paths(&path));
    command.env("PATH", std::env::join_paths(places).unwrap());
    let mut command = assert_cmd::Command::from_std(command);
    let ran = command.write_stdin(input).output().unwrap();
    assert!(ran.status.code().is_some_and(|code| code < 2), "{arguments:?}: {ran:?}");
    fs::read(&count).map_or(0, |lines| lines.len())
}

#[test]
fn git_is_run_as_often_for_many_seals_as_for_a_few() {
    let commands: [&[&str]; 5] = [
        &["doctor"],
        &["check"],
        &["check", "--rev", "HEAD"],
        &["check", "--base", "HEAD"],
        &["seal", "--all"],
    ];
    let (few, many) = (sealed(3), sealed(30));
    for command in commands {
        let counts = [&few, &many].map(|repo| runs_of_git(repo, command, ""));
        assert!(counts[0] == counts[1] && counts[1] > 0, "{command:?}: {counts:?}");
    }
}

#[test]
fn the_hook_runs_git_as_often_for_many_commits_as_for_a_few() {
    let pushed = |number: usize| {
        let repo = sealed(1);
        let zeros = "0".repeat(40);
        let mut lines = String::new();
        for at in 0..number {
            fs::write(repo.at("d0/f"), format!("pushed {at}")).unwrap();
            assert_eq!(run(repo.command(&["seal", "--all"])).code, 0);
            commit(&repo);
            let head = String::from_utf8(repo.git(&["rev-parse", "HEAD"])).unwrap();
            writeln!(lines, "refs/heads/a {} refs/heads/b{at} {zeros}", head.trim()).unwrap();
        }
        runs_of_git(&repo, &["hook", "pre-push", "origin", "x"], &lines)
    };
    let counts = [2, 12].map(pushed);
    assert!(counts[0] == counts[1] && counts[1] > 0, "{counts:?}");
}
