//! Files that commands write: a run that is killed leaves the old content or the new, and nothing
//! that is in anybody's way; and a check beside a run that writes sees neither half of it.

#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::support::{Repo, refused};

/// The random part of a second name.
const RANDOM: &str = "00112233445566778899aabbccddeeff";

/// A directory under seal, without git.
fn made() -> Repo {
    Repo::once("", || {
        let repo = Repo::with(&[("dist/app.js", "app"), ("dist/b", "b")]);
        passes(&repo, &["seal", "dist", "--root", "dist"]);
        repo
    })
}

/// The same, in a git repository that keeps the seals.
fn made_in_git() -> Repo {
    Repo::once("", || {
        let repo = Repo::with(&[(".gitignore", "dist\n"), ("dist/app.js", "app"), ("dist/b", "b")]);
        git(&repo, &["init", "-q"]);
        passes(&repo, &["seal", "dist", "--root", "dist"]);
        git(&repo, &["add", "-A"]);
        git(&repo, &["commit", "-qm", "first"]);
        repo
    })
}

#[track_caller]
fn passes(repo: &Repo, arguments: &[&str]) {
    let run = repo.run(arguments);
    assert_eq!(run.code, 0, "{arguments:?}: {run:#?}");
}

fn git(repo: &Repo, arguments: &[&str]) {
    let mut git = Command::new("git");
    git.args(["-c", "user.name=n", "-c", "user.email=e@e", "-c", "init.defaultBranch=main"]);
    let output = git.args(arguments).current_dir(repo.root()).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {output:?}");
}

/// The names in a directory, in order.
fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap().map(Result::unwrap);
    let mut names: Vec<_> = entries.map(|entry| entry.file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn the_second_name_of_a_seal_is_passed_over_and_the_next_writer_removes_it() {
    let left = format!("seals/.dist.toml.{RANDOM}.sealgate-new");
    let repo = made();
    repo.write(&left, "half");
    for command in [&["check"][..], &["ls", "dist"], &["diff"], &["fmt", "--check"]] {
        passes(&repo, command);
        assert!(repo.at(&left).exists(), "{command:?} may be beside the run that writes it");
    }
    for command in [&["seal", "dist"][..], &["seal", "new", "--root", "dist"], &["fmt"]] {
        repo.write(&left, "half");
        passes(&repo, command);
        assert!(!repo.at(&left).exists(), "{command:?}");
    }
}

#[test]
fn the_second_name_of_a_grant_is_no_stray_grant() {
    let repo = made_in_git();
    repo.write(format!("seals/grants/.0123.toml.{RANDOM}.sealgate-new"), "half");
    passes(&repo, &["grant", "list"]);
    passes(&repo, &["seal", "dist"]);
    assert_eq!(names(&repo.at("seals/grants")), [""; 0]);
}

#[test]
fn names_that_no_run_gives_are_strays_and_are_left_alone() {
    for name in [
        ".x.sealgate-new",
        ".dist.toml.sealgate-new",
        "dist.toml.sealgate-new",
        ".dist.toml",
        &format!("dist.toml.{RANDOM}.sealgate-new"),
        &format!(".dist.toml.{}.sealgate-new", RANDOM.to_uppercase()),
        &format!(".dist.toml.{}.sealgate-new", &RANDOM[1..]),
        &format!("sealgate-{RANDOM}.new"),
    ] {
        let repo = made();
        repo.write(Path::new("seals").join(name), "mine");
        for command in [&["seal", "dist"][..], &["check"]] {
            refused(&repo, command, &format!("seals/{name}: this file does not belong"));
        }
        assert_eq!(repo.read(Path::new("seals").join(name)), "mine");
    }
    // A link or a directory of that name is not what a run makes.
    let repo = made();
    let name = format!(".dist.toml.{RANDOM}.sealgate-new");
    fs::create_dir(repo.at("seals").join(&name)).unwrap();
    refused(&repo, &["check"], &format!("seals/{name}: this directory does not belong"));
}

#[test]
fn a_second_name_in_a_commit_is_a_stray() {
    let repo = made_in_git();
    let left = format!("seals/.dist.toml.{RANDOM}.sealgate-new");
    repo.write(&left, "half");
    git(&repo, &["add", "-f", "-A"]);
    git(&repo, &["commit", "-qm", "second"]);
    refused(&repo, &["check", "--seals-from", "HEAD"], "this file does not belong");
}

#[test]
fn in_git_a_writer_removes_only_what_a_killed_run_left_there() {
    let repo = made_in_git();
    let left = format!(".git/sealgate-{RANDOM}.new");
    let others = [
        ".git/sealgate-new".to_owned(),
        format!(".git/sealgate-{}.new", &RANDOM[1..]),
        format!(".git/objects/sealgate-{RANDOM}.new"),
    ];
    repo.write(&left, "half");
    for other in &others {
        repo.write(other, "mine");
    }
    passes(&repo, &["check"]);
    assert!(repo.at(&left).exists());
    passes(&repo, &["seal", "dist"]);
    assert!(!repo.at(&left).exists());
    for other in &others {
        assert_eq!(repo.read(other), "mine");
    }
}

#[test]
fn in_a_linked_worktree_files_are_written_too() {
    let repo = made_in_git();
    git(&repo, &["worktree", "add", "-q", "../linked"]);
    let linked = repo.root().with_file_name("linked");
    fs::create_dir(linked.join("dist")).unwrap();
    fs::write(linked.join("dist/app.js"), "other").unwrap();
    passes(&repo, &["-C", "../linked", "seal", "dist"]);
    passes(&repo, &["-C", "../linked", "check"]);
    assert_eq!(names(&linked.join("seals")), ["dist.toml"]);
}

/// A command that writes, what comes before it, and what it writes.
struct Case {
    command: &'static [&'static str],
    prepare: fn(&Repo),
    writes: &'static [&'static str],
}

const HOOK: &str = ".git/hooks/pre-push";

fn with_hook(repo: &Repo) {
    use std::os::unix::fs::PermissionsExt as _;
    repo.write(HOOK, "#!/bin/sh\nexit 0\n");
    fs::set_permissions(repo.at(HOOK), fs::Permissions::from_mode(0o755)).unwrap();
}

const CASES: [Case; 7] = [
    Case {
        command: &["seal", "dist"],
        prepare: |repo| repo.write("dist/app.js", "changed"),
        writes: &["seals/dist.toml"],
    },
    Case {
        command: &["seal", "other", "--root", "dist"],
        prepare: |_| {},
        writes: &["seals/other.toml"],
    },
    Case {
        command: &["fmt"],
        prepare: |repo| {
            let seal = repo.read("seals/dist.toml");
            repo.write("seals/dist.toml", seal.replace("exclude = []", "exclude = [ ]"));
        },
        writes: &["seals/dist.toml"],
    },
    Case {
        command: &["seal", "--from-report", "../report.json"],
        prepare: |repo| {
            repo.write("dist/app.js", "changed");
            repo.run(&["check", "--report", "json=../report.json"]);
        },
        writes: &["seals/dist.toml"],
    },
    Case { command: &["hook", "install"], prepare: with_hook, writes: &[HOOK] },
    Case {
        command: &["hook", "uninstall"],
        prepare: |repo| {
            with_hook(repo);
            passes(repo, &["hook", "install"]);
        },
        writes: &[HOOK],
    },
    Case {
        command: &["init", "--root", "lib", "--yes", "--hook"],
        prepare: |repo| {
            repo.write("lib/a", "a");
            git(repo, &["add", "lib"]);
        },
        writes: &["seals/lib.toml", ".gitattributes", HOOK],
    },
];

/// Runs `arguments` under strace, of which `inject` changes a call.
fn trace(repo: &Repo, arguments: &[&str], log: &Path, inject: Option<&str>) -> Output {
    let plain = repo.command(arguments);
    let mut strace = Command::new("strace");
    // The first thread does the writing, and its calls are the same in each run.
    strace.args(["-qq", "-o"]).arg(log);
    strace.args(inject.map(|inject| format!("--inject={inject}")));
    strace.arg(plain.get_program()).args(plain.get_args()).current_dir(repo.root());
    strace.env_remove("CI").env("HOME", repo.root().parent().unwrap());
    strace.output().unwrap()
}

/// What the files hold; nothing where there is none.
fn held(repo: &Repo, files: &[&str]) -> Vec<Option<String>> {
    files.iter().map(|file| fs::read_to_string(repo.at(file)).ok()).collect()
}

/// Puts `to` into the state of `from`, which was copied before.
fn restore(from: &Path, to: &Path) {
    fs::remove_dir_all(to).unwrap();
    let copied = Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap();
    assert!(copied.success());
}

/// Kills `case` at each of its calls in turn; gives how many runs were killed.
fn kill_at_each_call(case: &Case, made: fn() -> Repo) -> usize {
    let repo = made();
    let beside = |name: &str| -> PathBuf { repo.root().with_file_name(name) };
    let (log, before) = (beside("log"), beside("before"));
    (case.prepare)(&repo);
    let copied = Command::new("cp").arg("-a").arg(repo.root()).arg(&before).status().unwrap();
    assert!(copied.success());
    let old = held(&repo, case.writes);
    assert!(trace(&repo, case.command, &log, None).status.success(), "{:?}", case.command);
    let new = held(&repo, case.writes);
    assert_ne!(old, new, "{:?}", case.command);
    let text = fs::read_to_string(&log).unwrap();
    let calls: Vec<&str> = text.lines().filter(|line| line.contains('(')).collect();
    // Before the first call that writes, a kill changes nothing; a few of those are tried too.
    let writes = |line: &str| {
        let writing = ["linkat(", "link(", "rename", "mkdir", "unlink", "O_TMPFILE", "O_CREAT"];
        writing.iter().any(|call| line.contains(call))
    };
    let first = calls.iter().position(|line| writes(line)).unwrap().saturating_sub(10);
    let (mut kills, mut counts) = (0, BTreeMap::new());
    for (number, line) in calls.iter().enumerate() {
        let (name, _) = line.split_once('(').unwrap();
        let when = counts.entry(name).or_insert(0);
        *when += 1;
        if number >= first && name != "exit_group" {
            let when = *when;
            let what = format!("{:?} killed at {name} {when}", case.command);
            restore(&before, &repo.root());
            let run =
                trace(&repo, case.command, &log, Some(&format!("{name}:signal=KILL:when={when}")));
            kills += usize::from(run.status.code().is_none());
            for ((now, old), new) in held(&repo, case.writes).iter().zip(&old).zip(&new) {
                assert!(now == old || now == new, "{what}: {now:?}");
            }
            if repo.at(".git").exists() {
                let seals = names(&repo.at("seals"));
                assert!(
                    seals.iter().all(|name| !name.contains("sealgate-new")),
                    "{what}: {seals:?}"
                );
            }
            let check = repo.run(&["check"]);
            assert!(
                matches!(check.code, 0 | 1)
                    || old[0] != new[0] && check.stderr.contains("sealgate fmt"),
                "{what}: {check:#?}"
            );
            // Whoever writes next, be it this command or another, clears away what was left.
            let done = held(&repo, case.writes) == new;
            let again = repo.run(if done { &["fmt"] } else { case.command });
            assert_eq!(again.code, 0, "{what}, and run again: {again:#?}");
            assert_eq!(held(&repo, case.writes), new, "{what}, and run again");
            let litter = |directory: &str| {
                let names = names(&repo.at(directory));
                names.iter().any(|name| name.contains("sealgate-") && name.contains("new"))
            };
            assert!(!litter("seals"), "{what}: {:?}", names(&repo.at("seals")));
            assert!(!repo.at(".git").exists() || !litter(".git"), "{what}");
        }
    }
    kills
}

#[test]
#[ignore = "needs strace"]
fn a_run_that_is_killed_at_any_call_leaves_the_old_files_or_the_new_ones() {
    let mut kills = 0;
    for case in &CASES {
        kills += kill_at_each_call(case, made_in_git);
    }
    // The hook and `init` are for git repositories.
    for case in &CASES[..4] {
        kills += kill_at_each_call(case, made);
    }
    assert!(kills > 300, "only {kills} runs were killed");
}

#[test]
#[ignore = "needs strace"]
fn a_check_beside_a_run_that_writes_a_seal_is_not_disturbed() {
    for made in [made as fn() -> Repo, made_in_git] {
        let repo = made();
        passes(&repo, &["seal", "other", "--root", "dist"]);
        let seal = repo.read("seals/other.toml");
        repo.write("seals/other.toml", seal.replace("exclude = []", "exclude = [ ]"));
        // Stopped before the call that puts the new content in its place, and let go on by us.
        let log = repo.root().with_file_name("log");
        let inject = "rename,renameat,renameat2:signal=STOP:when=1";
        let plain = repo.command(&["fmt", "other"]);
        let mut strace = Command::new("strace");
        strace.args(["-f", "-qq", "-e", "trace=/rename", "-o"]).arg(&log);
        strace.arg(format!("--inject={inject}"));
        strace.arg(plain.get_program()).args(plain.get_args()).current_dir(repo.root());
        let mut writer = strace.env_remove("CI").spawn().unwrap();
        let stopped =
            || fs::read_to_string(&log).is_ok_and(|log| log.contains("stopped by SIGSTOP"));
        while !stopped() {
            assert_eq!(writer.try_wait().unwrap(), None, "it ended without being stopped");
            std::thread::yield_now();
        }
        let log_text = fs::read_to_string(&log).unwrap();
        let check = repo.run(&["check", "dist"]);
        let id: i32 = log_text.split_whitespace().next().unwrap().parse().unwrap();
        let id = rustix::process::Pid::from_raw(id).unwrap();
        rustix::process::kill_process(id, rustix::process::Signal::CONT).unwrap();
        assert!(writer.wait().unwrap().success());
        assert_eq!(check.code, 0, "{check:#?}");
    }
}
