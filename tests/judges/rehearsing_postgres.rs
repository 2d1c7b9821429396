//! `rehearse` on PostgreSQL: what it runs, what it refuses to judge, and what it leaves.

#![cfg(target_os = "linux")]

use std::fs;

use rustix::process::geteuid;

use crate::registry::Registry;
use crate::rehearsals::rehearse;

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
