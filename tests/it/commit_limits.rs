//! Commits of a few kilobytes that stand for gigabytes: each limit is an error that names it.

#![cfg(unix)]

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;

use crate::support::{Repo, run, scrubbed};

/// A repository whose `dist` holds one file, sealed with `exclude`.
fn sealed(exclude: &[&str]) -> Repo {
    Repo::once(&exclude.concat(), || {
        let repo = Repo::in_git();
        fs::create_dir(repo.at("dist")).unwrap();
        fs::write(repo.at("dist/f"), "x").unwrap();
        repo.git(&["add", "dist"]);
        let mut arguments = vec!["seal", "dist", "--root", "dist"];
        arguments.extend(exclude.iter().flat_map(|pattern| ["--exclude", pattern]));
        assert_eq!(repo.run(&arguments).code, 0);
        repo.git(&["add", "--all"]);
        repo.git(&["commit", "--quiet", "--message", "x"]);
        repo
    })
}

fn git_with(repo: &Repo, arguments: &[&str], input: &[u8]) -> String {
    let mut git = scrubbed("git");
    git.current_dir(repo.at("")).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = git.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn id(repo: &Repo, revision: &str) -> String {
    String::from_utf8(repo.git(&["rev-parse", revision])).unwrap().trim().to_owned()
}

/// A tree of entries such as `100644 blob ID`, each with its name.
fn tree(repo: &Repo, entries: impl Iterator<Item = (String, String)>) -> String {
    let lines: Vec<String> = entries.map(|(what, name)| format!("{what}\t{name}\n")).collect();
    let lines = lines.concat();
    git_with(repo, &["mktree", "--missing"], lines.as_bytes())
}

/// A commit with these trees as `dist` and `seals`.
fn commit(repo: &Repo, dist: &str, seals: &str) -> String {
    let directory = |id: &str, name: &str| (format!("040000 tree {id}"), name.to_owned());
    let top = tree(repo, [directory(dist, "dist"), directory(seals, "seals")].into_iter());
    git_with(repo, &["commit-tree", "-m", "x", &top], b"")
}

/// `leaves` files called `PREFIX` and a number, in each of `branches` directories, all below `depth`
/// directories with names of 255 bytes, beside what is sealed.
fn bomb(repo: &Repo, leaves: usize, prefix: &str, branches: usize, depth: usize) -> String {
    let file = format!("100644 blob {}", id(repo, "HEAD:dist/f"));
    let mut at = tree(repo, (0..leaves).map(|n| (file.clone(), format!("{prefix}{n}"))));
    at = tree(repo, (0..branches).map(|n| (format!("040000 tree {at}"), n.to_string())));
    for _ in 0..depth {
        at = tree(repo, [(format!("040000 tree {at}"), "x".repeat(255))].into_iter());
    }
    let dist = [(file, "f".to_owned()), (format!("040000 tree {at}"), "more".to_owned())];
    let dist = tree(repo, dist.into_iter());
    commit(repo, &dist, &id(repo, "HEAD:seals"))
}

#[track_caller]
fn refused(repo: &Repo, arguments: &[&str], says: &str) {
    let ran = repo.run(arguments);
    assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.stderr);
    assert!(ran.stderr.contains(says), "should say {says:?}: {}", ran.stderr);
    assert!(ran.stderr.contains("\n  next: "), "no next step: {}", ran.stderr);
}

#[test]
fn paths_are_counted_by_their_bytes() {
    let repo = sealed(&[]);
    let commit = bomb(&repo, 100, "", 90, 15);
    refused(&repo, &["check", "--rev", &commit], "have more than 33554434 bytes together");
}

#[test]
fn paths_are_counted_beyond_those_that_the_seal_states() {
    let repo = sealed(&[]);
    let commit = bomb(&repo, 400, "", 400, 0);
    refused(&repo, &["check", "--rev", &commit], "more than 150002 paths are in scope");
}

#[test]
fn excluded_names_are_work_too() {
    let repo = sealed(&["zz*"]);
    let commit = bomb(&repo, 600, "zz", 600, 15);
    refused(&repo, &["check", "--rev", &commit], "name more paths than one check looks at");
}

#[test]
fn the_hook_looks_for_files_within_the_same_limits() {
    let repo = sealed(&["zz*"]);
    let text = fs::read_to_string(repo.at("seals/dist.toml")).unwrap();
    fs::write(repo.at("seals/dist.toml"), text.replace("tracked = true", "tracked = false"))
        .unwrap();
    repo.git(&["rm", "--quiet", "--cached", "dist/f"]);
    fs::write(repo.at(".gitignore"), "/dist\n").unwrap();
    let file = format!("100644 blob {}", id(&repo, "HEAD:dist/f"));
    repo.git(&["add", "--all"]);
    repo.git(&["commit", "--quiet", "--message", "built"]);
    let mut at = tree(&repo, (0..600).map(|n| (file.clone(), format!("zz{n}"))));
    at = tree(&repo, (0..600).map(|n| (format!("040000 tree {at}"), n.to_string())));
    for _ in 0..15 {
        at = tree(&repo, [(format!("040000 tree {at}"), "x".repeat(255))].into_iter());
    }
    let commit = commit(&repo, &at, &id(&repo, "HEAD:seals"));
    let line = format!("refs/heads/x {commit} refs/heads/x {}\n", "0".repeat(40));
    let mut hook = repo.command(&["hook", "pre-push", "origin", "URL"]);
    crate::pushing::forget_pre_commit(&mut hook);
    let ran = crate::pushing::run_with_input(&mut hook, line.as_bytes());
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(ran.stderr.contains("name more paths than one check looks at"), "{}", ran.stderr);
}

#[test]
fn a_commit_or_a_tag_of_megabytes_is_refused() {
    let repo = sealed(&[]);
    let (tree, head) = (id(&repo, "HEAD^{tree}"), id(&repo, "HEAD"));
    let person = "A <a> 1 +0000";
    let message = "x".repeat(9 << 20);
    let commit = format!("tree {tree}\nauthor {person}\ncommitter {person}\n\n{message}\n");
    let tag = format!("object {head}\ntype commit\ntag t\ntagger {person}\n\n{message}\n");
    for (kind, text) in [("commit", commit), ("tag", tag)] {
        let id = git_with(&repo, &["hash-object", "-w", "-t", kind, "--stdin"], text.as_bytes());
        refused(&repo, &["check", "--rev", &id], "the limit is 8388608");
    }
}

#[test]
fn a_seals_directory_holds_so_many_names_and_no_more() {
    let repo = sealed(&[]);
    let file = format!("100644 blob {}", id(&repo, "HEAD:seals/dist.toml"));
    let seals = tree(&repo, (0..32_769).map(|n| (file.clone(), format!("s{n}.toml"))));
    let commit = commit(&repo, &id(&repo, "HEAD:dist"), &seals);
    for option in ["--rev", "--seals-from", "--base"] {
        refused(&repo, &["check", option, &commit], "holds 32769 names; the limit is 32768");
    }
    refused(&repo, &["diff", "--base", "HEAD", "--rev", &commit], "the limit is 32768");
}

#[test]
fn one_blob_under_many_names_is_explained_so_often_and_read_so_often() {
    let repo = sealed(&[]);
    let text = fs::read_to_string(repo.at("seals/dist.toml")).unwrap();
    let (head, _) = text.split_once("\"f\" = ").unwrap();
    let digest = "a".repeat(64);
    let lines: Vec<String> =
        (0..80_000).map(|n| format!("\"f{n:06}\" = \"file 0 {digest}\"\n")).collect();
    let lines = lines.concat();
    let blob =
        git_with(&repo, &["hash-object", "-w", "--stdin"], (head.to_owned() + &lines).as_bytes());
    let seals = (0..60).map(|n| (format!("100644 blob {blob}"), format!("s{n:02}.toml")));
    let seals = tree(&repo, seals);
    let commit = commit(&repo, &id(&repo, "HEAD:dist"), &seals);
    let ran = repo.run(&["check", "--rev", &commit]);
    assert_eq!(ran.code, 2);
    // Two texts of 7 MB are within 16 MiB; the others are refused by the line alone.
    assert_eq!(ran.stderr.matches("it should read `# Seal of s").count(), 2, "{}", ran.stderr);
    let plain = "line 1 is not in canonical form\n";
    assert!(ran.stderr.matches(plain).count() > 20, "{}", ran.stderr);
    let limit = "have more than 268435456 bytes, the limit";
    assert_eq!(ran.stderr.matches(limit).count(), 1, "{}", ran.stderr);
}

/// A directory with a `git` that first writes `bytes` to stderr.
fn complaining_git(repo: &Repo, bytes: usize) -> std::ffi::OsString {
    let directory = repo.at(".git/complains");
    fs::create_dir(&directory).unwrap();
    let path = std::env::var_os("PATH").unwrap();
    let real = std::env::split_paths(&path).map(|at| at.join("git")).find(|git| git.exists());
    let real = real.unwrap();
    let script = format!(
        "#!/bin/sh\nhead -c {bytes} /dev/zero | tr '\\0' e >&2\nexec '{}' \"$@\"\n",
        real.display()
    );
    fs::write(directory.join("git"), script).unwrap();
    fs::set_permissions(directory.join("git"), fs::Permissions::from_mode(0o755)).unwrap();
    std::env::join_paths([directory].into_iter().chain(std::env::split_paths(&path))).unwrap()
}

#[test]
fn a_git_that_complains_at_length_is_heard_to_the_end() {
    let repo = sealed(&[]);
    let path = complaining_git(&repo, 300_000);
    let line =
        format!("refs/heads/main {0} refs/heads/main {1}\n", id(&repo, "HEAD"), "0".repeat(40));
    fs::write(repo.at(".git/line"), line).unwrap();
    let cases: [&[&str]; 6] = [
        &["check", "--rev", "HEAD"],
        &["check", "--seals-from", "main", "--base", "HEAD~0"],
        &["diff", "--base", "HEAD"],
        &["seal", "dist"],
        &["doctor"],
        &["hook", "pre-push", "origin", "URL"],
    ];
    for arguments in cases {
        let mut command = repo.command(arguments);
        command.env("PATH", &path);
        if arguments[0] == "hook" {
            command.stdin(fs::File::open(repo.at(".git/line")).unwrap());
            crate::pushing::forget_pre_commit(&mut command);
            let output = command.output().unwrap();
            assert!(output.status.success(), "{output:?}");
            continue;
        }
        let ran = run(command);
        assert_eq!(ran.code, 0, "{arguments:?}: {}", ran.stderr);
    }
}
