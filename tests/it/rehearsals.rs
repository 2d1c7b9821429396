//! Rehearsals that run while a test looks at them.

#![cfg(unix)]

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::support::Repo;

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
    let mut command = repo.command(&["rehearse", plan, "--scratch", "../scratch"]);
    let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    wait_until(is_hanging, "the script does not begin");
    child
}

/// Waits until something is so, for a minute at most.
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
