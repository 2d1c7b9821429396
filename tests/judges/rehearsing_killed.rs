//! A rehearsal on PostgreSQL that is ended or killed: no process, no socket and no shared memory is left.

#![cfg(target_os = "linux")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::{Mutex, PoisonError};

use rustix::process::{Pid, Signal, kill_process};

use crate::registry::Registry;
use crate::rehearsals::{processes_in, scratches, wait_until};
use crate::support::Repo;

/// Held by each test here: what one leaves is not for another to find.
static ALONE: Mutex<()> = Mutex::new(());

/// A segment of shared memory.
struct Segment {
    number: String,
    /// The process that made it, as a directory.
    maker: String,
    /// How many processes have it.
    attached: u32,
}

/// All that there are.
fn segments() -> Vec<Segment> {
    let table = fs::read_to_string("/proc/sysvipc/shm").unwrap();
    let segment = |line: &str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        Segment {
            number: fields[1].to_owned(),
            maker: format!("/proc/{}", fields[4]),
            attached: fields[6].parse().unwrap(),
        }
    };
    table.lines().skip(1).map(segment).collect()
}

/// The numbers of those that nobody has, whose maker is gone.
fn forgotten_segments() -> BTreeSet<String> {
    let mut all = segments();
    all.retain(|segment| segment.attached == 0 && !Path::new(&segment.maker).exists());
    all.into_iter().map(|segment| segment.number).collect()
}

/// Waits until processes of the rehearsal in `repo` have made `count` segments, one after the other.
fn wait_for_segments(repo: &Repo, count: usize) {
    let seen = std::cell::RefCell::new(BTreeSet::new());
    let are_made = || {
        let own = processes_in(repo);
        let made = segments().into_iter().filter(|segment| own.contains(&segment.maker));
        seen.borrow_mut().extend(made.map(|segment| segment.number));
        seen.borrow().len() >= count
    };
    wait_until(&are_made, "there is no shared memory");
}

/// Waits until the server on the copy `label` is ready; gives the file that it keeps as long as it lives.
fn wait_for_server(repo: &Repo, label: &str) {
    let is_ready = || {
        let scratch = scratches(repo).pop();
        let file = scratch.map(|scratch| scratch.join(label).join("cluster/postmaster.pid"));
        let text = file.and_then(|file| fs::read_to_string(file).ok());
        text.is_some_and(|text| text.contains("ready"))
    };
    wait_until(&is_ready, "there is no server");
}

fn start(registry: &Registry) -> Child {
    registry.command().stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Sends `signal` to the rehearsal `child`, and looks at what is left of it. `before` are the segments that were
/// forgotten before.
fn end(registry: &Registry, child: Child, signal: Signal, before: &BTreeSet<String>) {
    let repo = &registry.repo;
    kill_process(Pid::from_child(&child), signal).unwrap();
    let output = child.wait_with_output().unwrap();
    wait_until(&|| processes_in(repo).is_empty(), "a process is left");
    let left: Vec<String> = forgotten_segments().difference(before).cloned().collect();
    assert_eq!(left, [""; 0], "{signal:?} leaves shared memory");
    let (code, left) = if signal == Signal::KILL { (None, 1) } else { (Some(2), 0) };
    assert_eq!(output.status.code(), code, "{output:?}");
    assert_eq!(scratches(repo).len(), left, "{output:?}");
    assert!(!repo.at("seals/evidence").exists());
}

/// initdb runs servers of its own, one after the other, and each has a segment.
#[test]
#[ignore = "needs a PostgreSQL server, as root `setpriv`; run by .ci/run"]
fn while_the_cluster_is_made() {
    let registry = Registry::new();
    registry.plan("births.dump", "SELECT 1;", "SELECT 1;", "");
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let before = forgotten_segments();
    let signals = [Signal::KILL, Signal::TERM, Signal::INT, Signal::KILL];
    for (segments, signal) in (1..=6).zip(signals.into_iter().cycle()) {
        let child = start(&registry);
        wait_for_segments(&registry.repo, segments);
        end(&registry, child, signal, &before);
    }
}

#[test]
#[ignore = "needs a PostgreSQL server, as root `setpriv`; run by .ci/run"]
fn while_the_clone_is_restored() {
    let registry = Registry::new();
    registry.repo.write("../hangs.sql", "SELECT pg_sleep(1000);");
    registry.plan("hangs.sql", "SELECT 1;", "SELECT 1;", "");
    each_signal(&registry, "base");
}

#[test]
#[ignore = "needs a PostgreSQL server, as root `setpriv`; run by .ci/run"]
fn while_a_script_runs() {
    let registry = Registry::new();
    registry.plan("births.dump", "SELECT pg_sleep(1000);", "SELECT 1;", "");
    each_signal(&registry, "inside");
}

/// Ends rehearsals by each signal when the server on the copy `label` is ready.
fn each_signal(registry: &Registry, label: &str) {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let before = forgotten_segments();
    for signal in [Signal::INT, Signal::KILL, Signal::TERM] {
        let child = start(registry);
        wait_for_server(&registry.repo, label);
        end(registry, child, signal, &before);
    }
}
