//! Running rehearsals, to their end or while a test looks at them.

#![cfg(unix)]

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::{Repo, Run, run};

/// The rehearsal of the plan `plan`, about to be started with `more` arguments.
fn rehearsal(repo: &Repo, plan: &str, more: &[&str]) -> Command {
    let mut command = repo.command(&["rehearse", plan, "--scratch", "../scratch"]);
    command.args(more);
    command
}

/// Rehearses the plan `plan`, with `more` arguments.
pub(crate) fn rehearse(repo: &Repo, plan: &str, more: &[&str]) -> Run {
    run(rehearsal(repo, plan, more))
}

/// Makes each seal by the arguments of its own, without which the test is pointless.
pub(crate) fn seal_each(repo: &Repo, seals: &[&[&str]]) {
    for arguments in seals {
        let run = repo.run(arguments);
        assert_eq!(run.code, 0, "{run:?}");
    }
}

/// The processes that work below the scratch of `repo`.
pub(crate) fn processes_in(repo: &Repo) -> Vec<String> {
    let scratch = repo.at("../scratch").canonicalize().unwrap();
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let place = fs::read_link(entry.path().join("cwd"));
        // The place of a process whose directory is gone ends in " (deleted)".
        if place.is_ok_and(|place| place.starts_with(&scratch)) {
            found.push(entry.path().display().to_string());
        }
    }
    found
}

/// Starts a rehearsal, and waits until it hangs.
pub(crate) fn start(repo: &Repo, plan: &str, is_hanging: &dyn Fn() -> bool) -> Child {
    let mut command = rehearsal(repo, plan, &[]);
    let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    wait_until(is_hanging, "the script does not begin");
    child
}

/// Waits until something is so, for five minutes at most.
pub(crate) fn wait_until(is_so: &dyn Fn() -> bool, otherwise: &str) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < Duration::from_secs(300), "{otherwise}");
        std::thread::yield_now();
    }
}

/// The scratch of the rehearsal that runs in `repo`.
pub(crate) fn scratches(repo: &Repo) -> Vec<PathBuf> {
    let entries = fs::read_dir(repo.at("../scratch")).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}
