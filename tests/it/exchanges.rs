//! Trees that are wrong at every moment, and whose parts change places while they are judged: what
//! was read must be what is there at the end. strace stops the run where the change is to be made.

#![cfg(target_os = "linux")]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::process::{Pid, Signal, kill_process};

use crate::support::Repo;

const GOOD: &str = "good";
const EVIL: &str = "evil";

/// The seal approves `good`; `dist/a/x` is evil, and `twin/a/x` is good.
fn sealed() -> Repo {
    Repo::once("", || {
        let repo = Repo::with(&[("dist/a/x", GOOD), ("dist/b/y", GOOD), ("twin/a/x", GOOD)]);
        symlink("x", repo.at("dist/a/link")).unwrap();
        symlink("x", repo.at("twin/a/link")).unwrap();
        fs::create_dir_all(repo.at("twin/b")).unwrap();
        fs::write(repo.at("twin/b/y"), GOOD).unwrap();
        assert_eq!(repo.run(&["seal", "dist", "--root", "dist"]).code, 0);
        repo
    })
}

fn exchange(repo: &Repo, a: &str, b: &str) {
    renameat_with(CWD, repo.at(a), CWD, repo.at(b), RenameFlags::EXCHANGE).unwrap();
}

/// A run that strace stops.
struct Stopped {
    strace: Child,
    log: PathBuf,
    stops: usize,
}

impl Stopped {
    /// Runs `arguments` to the first of the `stops`: each is a call, and the path of a file or a
    /// directory on which the first such call is made.
    fn run(repo: &Repo, arguments: &[&str], stops: &[(&str, &str)]) -> Self {
        let log = repo.at("../log");
        let plain = repo.command(arguments);
        let mut strace = Command::new("strace");
        strace.args(["-f", "-qq", "-o"]).arg(&log);
        for (call, path) in stops {
            strace.arg("-P").arg(repo.at(path));
            strace.arg(format!("--inject={call}:signal=STOP:when=1"));
        }
        strace.arg(plain.get_program()).args(plain.get_args()).current_dir(repo.root());
        strace.stdout(Stdio::piped()).stderr(Stdio::piped()).env_remove("CI");
        let mut run = Self { strace: strace.spawn().unwrap(), log, stops: 0 };
        run.wait_for_stop();
        run
    }

    fn wait_for_stop(&mut self) {
        self.stops += 1;
        while self.log().matches("stopped by SIGSTOP").count() < self.stops {
            let ended = self.strace.try_wait().unwrap();
            assert!(ended.is_none(), "it ended before stop {}: {}", self.stops, self.log());
            std::thread::yield_now();
        }
    }

    fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    fn go_on(&self) {
        let log = self.log();
        let stopped = log.lines().rfind(|line| line.contains("stopped by SIGSTOP")).unwrap();
        let id = stopped.split_whitespace().next().unwrap().parse().unwrap();
        kill_process(Pid::from_raw(id).unwrap(), Signal::CONT).unwrap();
    }

    /// Lets it run to the next stop.
    fn run_to_next_stop(&mut self) {
        self.go_on();
        self.wait_for_stop();
    }

    /// Lets it run to its end; gives the exit code, and what it said.
    fn end(self) -> (Option<i32>, String) {
        self.go_on();
        let output = self.strace.wait_with_output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(said).unwrap())
    }
}

/// What somebody does meanwhile.
type Change = fn(&Repo);

const CHECK: [&str; 3] = ["check", "--threads", "1"];

#[test]
#[ignore = "needs strace"]
fn a_directory_that_was_good_only_while_it_was_walked_does_not_pass() {
    let repo = sealed();
    repo.write("dist/a/x", EVIL);
    let mut run = Stopped::run(&repo, &CHECK, &[("getdents64", "dist"), ("close", "dist/a/x")]);
    exchange(&repo, "dist/a", "twin/a");
    run.run_to_next_stop();
    exchange(&repo, "dist/a", "twin/a");
    let (code, said) = run.end();
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("another directory took its place"), "{said}");
}

#[test]
#[ignore = "needs strace"]
fn a_file_that_was_replaced_after_it_was_read_does_not_pass() {
    let changes: [(&str, Change); 3] = [
        ("renamed over", |repo| {
            repo.write("new", EVIL);
            fs::rename(repo.at("new"), repo.at("dist/a/x")).unwrap();
        }),
        ("linked", |repo| {
            repo.write("new", EVIL);
            fs::remove_file(repo.at("dist/a/x")).unwrap();
            fs::hard_link(repo.at("new"), repo.at("dist/a/x")).unwrap();
        }),
        ("made a link", |repo| {
            fs::remove_file(repo.at("dist/a/x")).unwrap();
            symlink("../../twin/a/x", repo.at("dist/a/x")).unwrap();
        }),
    ];
    for (what, change) in changes {
        for stage in [&[][..], &["--stage", "../out"]] {
            let repo = sealed();
            let arguments = [&CHECK[..], stage].concat();
            let run = Stopped::run(&repo, &arguments, &[("close", "dist/a/x")]);
            change(&repo);
            let (code, said) = run.end();
            assert!(matches!(code, Some(1 | 2)), "{what} {stage:?}: {code:?} {said}");
            assert!(!repo.at("../out").exists(), "{what}");
        }
    }
}

#[test]
#[ignore = "needs strace"]
fn a_link_that_was_replaced_after_it_was_read_does_not_pass() {
    let repo = sealed();
    let run = Stopped::run(&repo, &CHECK, &[("readlinkat", "dist/a")]);
    fs::remove_file(repo.at("dist/a/link")).unwrap();
    symlink("../b/y", repo.at("dist/a/link")).unwrap();
    let (code, said) = run.end();
    assert!(code == Some(1) && said.contains("link-changed"), "{code:?} {said}");
}

#[test]
#[ignore = "needs strace"]
fn a_root_that_was_exchanged_after_it_was_opened_does_not_pass() {
    for (a, b) in [("dist", "twin"), ("../repo", "../other")] {
        for command in [&CHECK[..], &["seal", "dist", "--threads", "1"]] {
            let repo = sealed();
            let copied = Command::new("cp")
                .arg("-a")
                .arg(repo.root())
                .arg(repo.at("../other"))
                .status()
                .unwrap();
            assert!(copied.success());
            for place in ["twin/a/x", "../other/dist/a/x"] {
                repo.write(place, EVIL);
            }
            let seal = repo.read("seals/dist.toml");
            let run = Stopped::run(&repo, command, &[("openat", "dist")]);
            exchange(&repo, a, b);
            let (code, said) = run.end();
            if a.starts_with("..") {
                exchange(&repo, a, b);
            }
            assert_eq!(code, Some(2), "{a} {command:?}: {said}");
            assert!(said.contains("the root changed while it was read"), "{said}");
            assert_eq!(repo.read("seals/dist.toml"), seal);
        }
    }
}

#[test]
#[ignore = "needs strace"]
fn a_seal_made_while_a_file_is_replaced_is_of_what_is_there() {
    let repo = sealed();
    let run = Stopped::run(&repo, &["seal", "dist", "--threads", "1"], &[("close", "dist/a/x")]);
    repo.write("new", "newer");
    fs::rename(repo.at("new"), repo.at("dist/a/x")).unwrap();
    let (code, said) = run.end();
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(repo.run(&["check"]).code, 0);
}

#[test]
#[ignore = "needs strace"]
fn a_seal_that_was_replaced_after_it_was_read_judges_nothing() {
    // Before: the seal approves what is not there. After: another seal, which approves neither.
    let changes: [(&str, Change); 2] = [
        ("the seal", |repo| {
            fs::rename(repo.at("others/dist.toml"), repo.at("seals/dist.toml")).unwrap();
        }),
        ("its directory", |repo| exchange(repo, "others", "seals")),
    ];
    for (what, change) in changes {
        let repo = sealed();
        let seal = repo.read("seals/dist.toml");
        let other = seal.replace(&blake3::hash(GOOD.as_bytes()).to_string(), &"0".repeat(64));
        assert_ne!(other, seal);
        repo.write("others/dist.toml", other);
        repo.write("dist/a/x", EVIL);
        let run = Stopped::run(&repo, &CHECK, &[("openat", "dist")]);
        change(&repo);
        repo.write("dist/a/x", GOOD);
        let (code, said) = run.end();
        assert!(matches!(code, Some(1 | 2)), "{what}: {said}");
    }
}

#[test]
#[ignore = "needs strace"]
fn a_seal_that_is_gone_after_it_was_read_does_not_pass() {
    let changes: [(&str, &str, Change); 7] = [
        ("the seal removed", "dist is gone", |repo| {
            fs::remove_file(repo.at("seals/dist.toml")).unwrap();
        }),
        ("the seal renamed", "dist is gone", |repo| {
            fs::rename(repo.at("seals/dist.toml"), repo.at("seals/twin.toml")).unwrap();
        }),
        ("the directory removed", "seals is gone", |repo| {
            fs::remove_dir_all(repo.at("seals")).unwrap();
        }),
        ("a link in the place of the seal", "a symbolic link does not belong", |repo| {
            fs::rename(repo.at("seals/dist.toml"), repo.at("dist.toml")).unwrap();
            symlink("../dist.toml", repo.at("seals/dist.toml")).unwrap();
        }),
        ("a FIFO in the place of the seal", "FIFO does not belong", |repo| {
            fs::remove_file(repo.at("seals/dist.toml")).unwrap();
            let made = Command::new("mkfifo").arg(repo.at("seals/dist.toml")).status().unwrap();
            assert!(made.success());
        }),
        ("a directory in the place of the seal", "this directory does not belong", |repo| {
            fs::remove_file(repo.at("seals/dist.toml")).unwrap();
            fs::create_dir(repo.at("seals/dist.toml")).unwrap();
        }),
        ("a file that is no seal beside it", "this file does not belong", |repo| {
            repo.write("seals/Dist.toml", GOOD);
        }),
    ];
    for (what, message, change) in changes {
        for more in [&[][..], &["--stage", "../out"], &["dist"]] {
            let repo = sealed();
            let run = Stopped::run(&repo, &[&CHECK[..], more].concat(), &[("close", "dist/a/x")]);
            change(&repo);
            let (code, said) = run.end();
            assert_eq!(code, Some(2), "{what} {more:?}: {said}");
            assert!(said.contains(message), "{what} {more:?}: {said}");
            assert!(!repo.at("../out").exists(), "{what}");
        }
    }
}

#[test]
#[ignore = "needs strace"]
fn a_seal_that_does_not_judge_may_go_while_another_judges() {
    let repo = sealed();
    assert_eq!(repo.run(&["seal", "twin", "--root", "twin"]).code, 0);
    let run = Stopped::run(&repo, &[&CHECK[..], &["dist"]].concat(), &[("close", "dist/a/x")]);
    fs::remove_file(repo.at("seals/twin.toml")).unwrap();
    repo.write("seals/README.md", "what these are");
    let (code, said) = run.end();
    assert_eq!(code, Some(0), "{said}");
}
