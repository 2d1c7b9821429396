//! `rehearse` on PostgreSQL: what it runs, what it refuses to judge, and what it leaves.

#![cfg(target_os = "linux")]

use std::fs;
use std::process::Stdio;

use rustix::process::{Pid, Signal, geteuid, kill_process};

use crate::registry::Registry;
use crate::rehearsals::{processes_in, rehearse, scratches, wait_until};

#[test]
#[ignore = "needs a PostgreSQL server, as root `setpriv`; run by .ci/run"]
fn what_cannot_be_rehearsed_is_an_error() {
    let registry = Registry::new();
    let dump = fs::read(registry.repo.at("../births.dump")).unwrap();
    registry.repo.write("../cut.dump", &dump[..dump.len() / 2]);
    registry.repo.write("../other.sql", "SELECT 1;\nGRANT nobody_here TO nobody_there;\n");
    let (apply, rollback) =
        ("ALTER TABLE reg.births ADD note text;", "ALTER TABLE reg.births DROP note;");
    let commits = "COMMIT; ALTER TABLE reg.births ADD note text; BEGIN;";
    let waits = "SELECT pg_sleep(1000);";
    let leaks =
        "\\! echo x > /tmp/sealgate-leak || exit 1\nCOPY (SELECT 1) TO '/tmp/sealgate-leak';";
    let calls = "CREATE EXTENSION dblink; SELECT dblink_connect('host=127.0.0.1 port=5432');";
    let cases = [
        ("births.dump", commits, "", 2, "script-ends-transaction", "ends the transaction"),
        (
            "births.dump",
            waits,
            "timeout-seconds = 2\n",
            2,
            "script-timeout",
            "longer than 2 seconds",
        ),
        ("births.dump", leaks, "", 1, "apply-failed", "Permission denied"),
        ("births.dump", calls, "", 1, "apply-failed", "could not"),
        (
            "births.dump",
            "SELECT nothing;",
            "",
            1,
            "apply-failed",
            "column \"nothing\" does not exist",
        ),
        ("cut.dump", apply, "", 2, "restore-failed", "pg_restore"),
        ("other.sql", apply, "", 2, "roles-missing", "nobody_there"),
        ("none.dump", apply, "", 2, "clone-unreadable", "none.dump"),
    ];
    for (clone, apply, more, code, error, says) in cases {
        registry.plan(clone, apply, rollback, more);
        let (ran, report) = registry.rehearse();
        assert_eq!(ran.code, code, "{apply}: {ran:?}");
        assert_eq!(report["errors"][0]["code"], error, "{apply}: {ran:?}");
        assert!(ran.stderr.contains(says), "{apply}: {ran:?}");
    }
    assert!(!std::path::Path::new("/tmp/sealgate-leak").exists());
}

#[test]
#[ignore = "needs a PostgreSQL server, as root `setpriv`; run by .ci/run"]
fn a_plain_dump_is_restored_into_a_database_of_its_own() {
    let registry = Registry::new();
    registry.plan(
        "births.sql",
        "ALTER TABLE reg.births ADD note text;",
        "ALTER TABLE reg.births DROP note;",
        "",
    );
    let (ran, report) = registry.rehearse();
    assert_eq!(ran.code, 0, "{ran:?}");
    let system = report["clone"]["system"].as_str().unwrap();
    assert!(system.starts_with("postgresql "), "{system}");
}

/// The numbers of the segments of shared memory that there are.
fn segments() -> Vec<String> {
    let table = fs::read_to_string("/proc/sysvipc/shm").unwrap();
    let number = |line: &str| line.split_whitespace().nth(1).unwrap().to_owned();
    table.lines().skip(1).map(number).collect()
}

#[test]
#[ignore = "needs a PostgreSQL server, as root `setpriv`; run by .ci/run"]
fn a_signal_leaves_no_server_and_no_shared_memory() {
    let registry = Registry::new();
    registry.plan("births.dump", "SELECT pg_sleep(1000);", "SELECT 1;", "");
    for signal in [Signal::INT, Signal::KILL] {
        let child =
            registry.command().stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let repo = &registry.repo;
        let lock = || {
            let place = scratches(repo).first()?.join("inside/cluster/postmaster.pid");
            fs::read_to_string(place).ok().filter(|text| text.contains("ready"))
        };
        wait_until(&|| lock().is_some(), "the script does not begin");
        // Its line 7 has the key and the number of a segment of shared memory.
        let lock = lock().unwrap();
        let segment = lock.lines().nth(6).unwrap().split_whitespace().nth(1).unwrap().to_owned();
        assert!(segments().contains(&segment), "{lock}");
        kill_process(Pid::from_child(&child), signal).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_ne!(output.status.code(), Some(0), "{output:?}");
        wait_until(&|| processes_in(repo).is_empty(), "a process is left");
        assert!(!segments().contains(&segment), "{signal:?} leaves a segment");
        assert_eq!(scratches(repo).len(), usize::from(signal == Signal::KILL), "{output:?}");
        assert!(!repo.at("seals/evidence").exists());
    }
}

#[test]
#[ignore = "needs a PostgreSQL server, and root; run by .ci/run"]
fn root_is_told_to_be_another_user() {
    if !geteuid().is_root() {
        return;
    }
    let registry = Registry::new();
    registry.plan("births.dump", "SELECT 1;", "SELECT 1;", "");
    let ran = rehearse(&registry.repo, "plans/p.toml", &["--report", "json=../report.json"]);
    assert!(registry.repo.read("../report.json").contains("\"running-as-root\""), "{ran:?}");
    assert!(ran.refusal().contains("PostgreSQL refuses to serve for root"), "{ran:?}");
}
