//! What goes on around a run: files that are swapped while they are judged, limits that are met,
//! places that are odd. Never a pass that is none, never a wait without end, never a crash.

#![cfg(target_os = "linux")]

use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;

use rustix::fs::{CWD, RenameFlags, renameat_with};

use crate::support;
use crate::support::{Repo, Run};

/// How many runs each race gets: enough to meet every state many times.
const RUNS: usize = 24;

/// What is sealed, and what stands there instead.
const GOOD: &str = "the approved bytes";
const BAD: &str = "some other bytes !";

/// A repository whose seal approves [`GOOD`] in `dist/d/file`, with enough beside it to keep a
/// run busy while things change.
fn approved() -> Repo {
    let repo = Repo::with(&[("dist/d/file", GOOD)]);
    for number in 0..50 {
        repo.write(format!("dist/d/{number}"), "x");
        repo.write(format!("dist/e{number}/f"), "x");
    }
    let run = repo.run(&["seal", "dist", "--root", "dist"]);
    assert_eq!(run.code, 0, "{run:#?}");
    repo
}

/// Runs `command` again and again while `meddle` is called without a pause, and gives the runs.
fn race(repo: &Repo, command: &[&str], meddle: impl Fn(usize) + Sync) -> Vec<Run> {
    let over = &AtomicBool::new(false);
    let meddle = &meddle;
    let (began, first_turn) = channel();
    std::thread::scope(|threads| {
        threads.spawn(move || {
            let mut turn = 0;
            while !over.load(Ordering::Relaxed) {
                meddle(turn);
                if turn == 0 {
                    began.send(()).unwrap();
                }
                turn += 1;
            }
        });
        // Before the first turn, what is there is what was approved. An error: it panicked.
        let _ = first_turn.recv();
        let runs = (0..RUNS).map(|_| repo.run(command)).collect();
        over.store(true, Ordering::Relaxed);
        runs
    })
}

fn exchange(a: &Path, b: &Path) {
    renameat_with(CWD, a, CWD, b, RenameFlags::EXCHANGE).unwrap();
}

fn codes(runs: &[Run]) -> Vec<i32> {
    runs.iter().map(|run| run.code).collect()
}

#[test]
fn a_file_swapped_for_a_link_to_the_approved_bytes_never_passes() {
    let repo = approved();
    repo.write("good", GOOD);
    repo.write("dist/d/file", BAD);
    symlink("../../good", repo.at("link")).unwrap();
    let runs = race(&repo, &["check"], |_| exchange(&repo.at("dist/d/file"), &repo.at("link")));
    assert!(codes(&runs).iter().all(|code| matches!(code, 1 | 2)), "{:?}", codes(&runs));
    let met = |words: &str| runs.iter().any(|run| run.stdout.contains(words));
    assert!(met("kind-changed") && met("modified"), "both states are met");
}

#[test]
fn a_directory_swapped_for_a_link_to_the_approved_bytes_never_passes() {
    let repo = approved();
    let copy = repo.root().with_file_name("copy");
    fs::create_dir(&copy).unwrap();
    for entry in fs::read_dir(repo.at("dist/d")).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), copy.join(entry.file_name())).unwrap();
    }
    fs::write(copy.join("secret"), "outside").unwrap();
    repo.write("dist/d/file", BAD);
    symlink(&copy, repo.at("link")).unwrap();
    for command in [&["check", "-v"][..], &["export", "dist", "--format", "sha256sum"], &["diff"]] {
        let swap = |_| exchange(&repo.at("dist/d"), &repo.at("link"));
        for run in race(&repo, command, swap) {
            assert!(!run.stdout.contains("secret"), "read outside: {run:#?}");
            assert!(!run.stdout.contains("Sum"), "{run:#?}");
            let code = i32::from(command != ["diff"]);
            assert!(run.code == code || run.code == 2, "{run:#?}");
        }
    }
    // A seal made meanwhile holds the link, or is refused; never what lies behind it.
    let seal = ["seal", "dist", "--allow-outside-links"];
    let swap = |_| exchange(&repo.at("dist/d"), &repo.at("link"));
    for run in race(&repo, &seal, swap) {
        assert!(matches!(run.code, 0 | 2), "{run:#?}");
        assert!(!repo.read("seals/dist.toml").contains("secret"));
    }
}

#[test]
fn a_file_swapped_for_a_fifo_or_a_directory_keeps_nobody_waiting() {
    let repo = approved();
    assert!(Command::new("mkfifo").arg(repo.at("fifo")).status().unwrap().success());
    fs::create_dir(repo.at("directory")).unwrap();
    for other in ["fifo", "directory"] {
        for path in ["dist/d/file", "seals/dist.toml"] {
            let swap = |_| exchange(&repo.at(path), &repo.at(other));
            let runs = race(&repo, &["check"], swap);
            let answered = |code: &i32| matches!(code, 0..=2);
            assert!(codes(&runs).iter().all(answered), "{path}, {other}: {:?}", codes(&runs));
            if repo.at(path).is_dir() || !repo.at(path).is_file() {
                exchange(&repo.at(path), &repo.at(other));
            }
        }
    }
}

#[test]
fn a_file_that_shrinks_and_grows_is_never_taken_for_approved() {
    // Two sizes, for the two ways in which files are read.
    for size in [20_000, 3 << 20] {
        let repo = Repo::with(&[]);
        let good = vec![b'g'; size];
        repo.write("dist/file", &good);
        repo.write("dist/other", "x");
        assert_eq!(repo.run(&["seal", "dist", "--root", "dist"]).code, 0);
        let bad = vec![b'b'; size];
        let file = fs::File::options().write(true).open(repo.at("dist/file")).unwrap();
        let meddle = |turn: usize| {
            use std::os::unix::fs::FileExt as _;
            file.set_len((size / 2) as u64 * (turn as u64 % 3)).unwrap();
            // Never all of the good bytes.
            file.write_all_at(&bad[..size / 4], (size / 4) as u64).unwrap();
            file.write_all_at(&good[..size / 8], 0).unwrap();
        };
        meddle(0);
        let runs = race(&repo, &["check"], meddle);
        assert!(codes(&runs).iter().all(|code| matches!(code, 1 | 2)), "{:?}", codes(&runs));
    }
}

#[test]
fn a_file_that_grows_without_end_ends_the_read_all_the_same() {
    let repo = approved();
    let log = fs::File::options().append(true).open(repo.at("dist/d/file")).unwrap();
    let runs = race(&repo, &["check"], |turn| {
        use std::io::Write as _;
        if turn % 4096 == 0 {
            log.set_len(0).unwrap();
        }
        (&log).write_all(&[b'x'; 4096]).unwrap();
    });
    assert!(codes(&runs).iter().all(|code| matches!(code, 1 | 2)), "{:?}", codes(&runs));
}

#[test]
fn a_directory_that_is_never_still_is_no_pass_of_what_it_hides() {
    let repo = approved();
    repo.write("dist/d/file", BAD);
    let runs = race(&repo, &["check"], |turn| {
        let path = repo.at(format!("dist/d/new{}", turn % 64));
        fs::write(&path, "x").unwrap();
        fs::remove_file(&path).unwrap();
    });
    assert!(codes(&runs).iter().all(|code| matches!(code, 1 | 2)), "{:?}", codes(&runs));
}

#[test]
fn a_check_while_seals_are_written_judges_by_one_of_them() {
    let repo = approved();
    let first = repo.read("seals/dist.toml");
    repo.write("dist/d/file", BAD);
    assert_eq!(repo.run(&["seal", "dist"]).code, 0);
    let second = repo.read("seals/dist.toml");
    let scratch = repo.at("new");
    let runs = race(&repo, &["check", "--format", "json"], |turn| {
        fs::write(&scratch, if turn % 2 == 0 { &first } else { &second }).unwrap();
        fs::rename(&scratch, repo.at("seals/dist.toml")).unwrap();
    });
    for run in runs {
        let digest = |text: &str| blake3::hash(text.as_bytes()).to_string();
        // Which of the two it was decides the verdict; a directory that is never still is an error.
        let (code, seal) = (run.code, &run.stdout);
        let fits = match code {
            0 => seal.contains(&digest(&second)),
            1 => seal.contains(&digest(&first)),
            other => other == 2,
        };
        assert!(fits, "{run:#?}");
    }
}

/// Runs the program below a shell that sets `limit` first.
fn limited(repo: &Repo, limit: &str, arguments: &[&str]) -> Run {
    let program = repo.command(arguments);
    let mut shell = Command::new("bash");
    shell.arg("-c").arg(format!("{limit}; exec \"$0\" \"$@\"")).arg(program.get_program());
    shell.args(arguments).current_dir(repo.root()).env_remove("CI");
    support::run(shell)
}

#[test]
fn too_few_descriptors_are_an_error_and_never_a_missing_file() {
    let repo = Repo::with(&[]);
    for number in 0..20 {
        repo.write(format!("dist/{number}{}/file", "/deeper".repeat(30)), "x");
    }
    assert_eq!(repo.run(&["seal", "dist", "--root", "dist"]).code, 0);
    let mut met = false;
    for descriptors in [6, 8, 10, 12, 16, 24, 40, 200] {
        let limit = format!("ulimit -n {descriptors}");
        let run = limited(&repo, &limit, &["check", "-v", "--threads", "8"]);
        assert!(matches!(run.code, 0 | 2), "{descriptors}: {run:#?}");
        assert!(!run.stdout.contains("missing"), "{descriptors}: {run:#?}");
        met |= (run.stdout.clone() + &run.stderr).contains("too many open files");
    }
    assert!(met, "no limit was low enough");
}

#[test]
fn without_another_thread_the_first_does_all_the_work() {
    let repo = approved();
    repo.write("dist/large", vec![0; 66 << 20]);
    assert_eq!(repo.run(&["seal", "dist"]).code, 0);
    // The limit counts all that belongs to a user, and does not bind root.
    let run = if rustix::process::getuid().is_root() {
        use std::os::unix::process::CommandExt as _;
        let program = repo.root().with_file_name("sealgate");
        // Another process copies: a child that is forked while this one has the file open for
        // writing would keep it busy.
        let copied = Command::new("cp").arg(env!("CARGO_BIN_EXE_sealgate")).arg(&program).status();
        assert!(copied.unwrap().success());
        let mut shell = Command::new("bash");
        shell.args(["-c", "ulimit -u 1; exec \"$0\" check"]).arg(program);
        support::run({
            shell.current_dir(repo.root()).uid(65534).gid(65534);
            shell
        })
    } else {
        limited(&repo, "ulimit -u 1", &["check"])
    };
    assert_eq!((run.code, &*run.stderr), (0, ""), "{run:#?}");
}

#[test]
fn a_repository_in_an_odd_place_is_judged_like_any_other() {
    use std::ffi::OsStr;
    for place in [&b"\xff"[..], b"new\nline", b" ", b"-x", b"a\\b", "\u{1b}[31m".as_bytes()] {
        let outer = Repo::with(&[]);
        let place = outer.at(OsStr::from_bytes(place));
        fs::create_dir_all(place.join("dist/sub")).unwrap();
        fs::write(place.join("dist/sub/file"), GOOD).unwrap();
        let within = |directory: &Path, arguments: &[&str]| {
            let mut command = outer.command(arguments);
            command.current_dir(directory);
            support::run(command)
        };
        let run = within(&place, &["seal", "dist", "--root", "dist"]);
        assert_eq!(run.code, 0, "{place:?}: {run:#?}");
        let run = within(&place.join("dist/sub"), &["check", "--report", "json=../../report"]);
        assert_eq!(run.code, 0, "{place:?}: {run:#?}");
        assert!(place.join("report").exists());
        fs::write(place.join("dist/sub/file"), BAD).unwrap();
        let run = within(&place.join("dist/sub"), &["check"]);
        assert_eq!(run.code, 1, "{place:?}: {run:#?}");
        assert!(!run.stdout.contains('\u{1b}'), "{run:#?}");
    }
}

#[test]
fn what_is_quoted_of_the_command_line_cannot_speak_to_the_log() {
    let repo = approved();
    let before = repo.contents();
    let hostile = "x\u{1b}[31m\n::error::y\r##[z]";
    for arguments in [
        &[hostile][..],
        &[&format!("--{hostile}")],
        &["check", &format!("--{hostile}")],
        &["check", &format!("--format={hostile}")],
        &["check", hostile],
        &["check", "--at", hostile],
        &["check", "--report", hostile],
        &["check", "--report", &format!("json={hostile}/x")],
        &["check", "--require-sealed", hostile],
        &["seal", "--root", "dist", hostile],
        &["seal", "new", "--root", hostile],
        &["seal", "new", "--root", "dist", "--exclude", hostile],
        &["seal", "dist", "--only", hostile],
        &["ls", "dist", &format!("{hostile}/..")],
        &["man", hostile],
        &["completions", hostile],
        &["-C", hostile, "check"],
        &["--seals", hostile, "check"],
    ] {
        let run = repo.run(arguments);
        assert_eq!(run.code, 2, "{arguments:?}: {run:#?}");
        let said = run.stdout + &run.stderr;
        assert!(!said.contains(['\u{1b}', '\r']), "{arguments:?}: {said}");
        assert!(!said.contains("::error") && !said.contains("##["), "{arguments:?}: {said}");
    }
    assert_eq!(repo.contents(), before);
}

#[test]
fn a_place_that_is_gone_is_an_error() {
    let repo = approved();
    fs::create_dir(repo.at("gone")).unwrap();
    let run = limited(&repo, "cd gone; rmdir ../gone", &["check"]);
    assert!(run.refusal().contains("no such file or directory"), "{run:#?}");
    let root = repo.root();
    let run = limited(
        &repo,
        "mkdir gone; cd gone; rmdir ../gone",
        &["-C", root.to_str().unwrap(), "check"],
    );
    assert_eq!(run.code, 0, "{run:#?}");
}

#[test]
fn closed_streams_change_no_verdict() {
    let repo = approved();
    for streams in ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"] {
        let limit = format!("exec {streams}");
        assert_eq!(limited(&repo, &limit, &["check"]).code, 0, "{streams}");
        assert_eq!(limited(&repo, &limit, &["check", "nope"]).code, 2, "{streams}");
        assert_eq!(limited(&repo, &limit, &["seal", "dist"]).code, 0, "{streams}");
    }
    repo.write("dist/d/file", BAD);
    for streams in ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"] {
        assert_eq!(limited(&repo, &format!("exec {streams}"), &["check"]).code, 1, "{streams}");
    }
}
