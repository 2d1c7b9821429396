//! Seals over PostgreSQL databases that others change while they are read.

#![cfg(unix)]

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crate::postgres::Cluster;
use crate::postgres_seals::{births, check, findings};
use crate::support::Repo;

#[test]
#[ignore = "needs a PostgreSQL server, which .ci/run installs"]
fn a_table_that_is_written_meanwhile_is_read_whole_or_not_at_all() {
    let (cluster, repo, connection) = births();
    cluster.sql("app", "CREATE TABLE kept AS TABLE births");
    let is_done = AtomicBool::new(false);
    thread::scope(|scope| {
        // Every state that is committed is the sealed one.
        let writer = scope.spawn(|| {
            while !is_done.load(Ordering::Relaxed) {
                cluster.sql(
                    "app",
                    "BEGIN; TRUNCATE births; INSERT INTO births TABLE kept; COMMIT;
                     BEGIN; UPDATE births SET amount = 7; DELETE FROM births; ROLLBACK;",
                );
            }
        });
        for _ in 0..10 {
            let (code, report) = check(&repo, &connection);
            let found = findings(&report);
            let may_be = |finding: &String| finding.starts_with("unstable ");
            assert!(code == 0 || found.iter().all(may_be), "{report}");
        }
        is_done.store(true, Ordering::Relaxed);
        writer.join().unwrap();
    });
    // Whoever keeps a table to himself is not waited for without end.
    let lock = "BEGIN; LOCK TABLE births IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(8); ROLLBACK";
    thread::scope(|scope| {
        scope.spawn(|| cluster.sql("app", lock));
        while cluster
            .sql("app", "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock'")
            .trim()
            == "0"
        {}
        let (code, report) = check(&repo, &connection);
        assert_eq!((code, findings(&report)), (2, vec!["unstable public/births/rows".to_owned()]));
    });
}

/// Objects that a check reads before and after the rows, and that it does not lock.
const OBJECTS: &str = "
    CREATE SCHEMA s;
    CREATE FUNCTION s.f() RETURNS int LANGUAGE sql AS 'SELECT 1';
    CREATE SEQUENCE s.n;
    CREATE SEQUENCE gate;
    CREATE MATERIALIZED VIEW s.m AS SELECT 1 AS a;";

/// Keeps the rows of `s.m` to itself until somebody uses the sequence `gate`.
const KEEP_ROWS: &str = "
    BEGIN;
    ALTER MATERIALIZED VIEW s.m RENAME COLUMN a TO b;
    DO $$ BEGIN WHILE NOT (SELECT is_called FROM gate) LOOP NULL; END LOOP; END $$;
    ROLLBACK;";

const WAITING: &str = "SELECT count(*) FROM pg_locks WHERE NOT granted";
const KEPT: &str = "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND relation = 's.m'::regclass";

fn wait_for(cluster: &Cluster, count: &str) {
    while cluster.sql("app", count).trim() == "0" {}
}

/// Makes the objects, and their seal in the place of that of the births.
fn seal_objects(cluster: &Cluster, repo: &Repo, connection: &str) {
    cluster.sql("app", OBJECTS);
    fs::remove_file(repo.at("seals/births.toml")).unwrap();
    let sealed = repo.run(&["seal", "births", "--at", connection, "--include", "s"]);
    assert_eq!(sealed.code, 0, "{sealed:?}");
}

#[test]
#[ignore = "needs a PostgreSQL server, which .ci/run installs"]
fn an_object_that_is_changed_between_the_two_looks_is_unstable() {
    let changes = [
        ("", None),
        (
            "CREATE OR REPLACE FUNCTION s.f() RETURNS int LANGUAGE sql AS 'SELECT 2'",
            Some("+functions/f()"),
        ),
        ("COMMENT ON SCHEMA s IS 'new'", Some("+schema")),
        ("CREATE TYPE s.t AS (a int)", Some("+types/t")),
    ];
    for (change, unstable) in changes {
        let (cluster, repo, connection) = births();
        seal_objects(&cluster, &repo, &connection);
        let (code, report) = thread::scope(|scope| {
            scope.spawn(|| cluster.sql("app", KEEP_ROWS));
            wait_for(&cluster, KEPT);
            let checked = scope.spawn(|| check(&repo, &connection));
            // The objects were read once.
            wait_for(&cluster, WAITING);
            cluster.sql("app", change);
            cluster.sql("app", "SELECT nextval('gate')");
            checked.join().unwrap()
        });
        let expected: Vec<String> =
            unstable.iter().map(|path| format!("unstable s/{path}")).collect();
        assert_eq!(findings(&report), expected, "{change}: {report}");
        assert_eq!(code, if unstable.is_some() { 2 } else { 0 }, "{change}");
    }
}

#[test]
#[ignore = "needs a PostgreSQL server, which .ci/run installs"]
fn the_rows_of_a_schema_that_takes_the_name_of_another_are_unstable() {
    let (cluster, repo, connection) = births();
    cluster.sql("app", "CREATE SCHEMA next; CREATE TABLE next.t(a int PRIMARY KEY)");
    cluster.sql(
        "app",
        &OBJECTS.replace("CREATE FUNCTION", "CREATE TABLE s.t(a int PRIMARY KEY); CREATE FUNCTION"),
    );
    fs::remove_file(repo.at("seals/births.toml")).unwrap();
    let include = ["--include", "s/t", "--include", "s/m"];
    let seal = ["seal", "births", "--at", &connection];
    assert_eq!(repo.run(&[&seal[..], &include[..]].concat()).code, 0);
    let (code, report) = thread::scope(|scope| {
        scope.spawn(|| cluster.sql("app", KEEP_ROWS));
        wait_for(&cluster, KEPT);
        let checked = scope.spawn(|| check(&repo, &connection));
        wait_for(&cluster, WAITING);
        cluster.sql("app", "ALTER SCHEMA s RENAME TO old; ALTER SCHEMA next RENAME TO s");
        cluster.sql("app", "SELECT nextval('gate')");
        checked.join().unwrap()
    });
    let found = findings(&report);
    assert!(code == 2 && found.contains(&"unstable s/t/rows".to_owned()), "{found:?}");
}

#[test]
#[ignore = "needs a PostgreSQL server, which .ci/run installs"]
fn a_sequence_that_is_used_all_the_time_is_unstable() {
    let (cluster, repo, connection) = births();
    seal_objects(&cluster, &repo, &connection);
    assert_eq!(check(&repo, &connection).0, 0);
    let is_done = AtomicBool::new(false);
    thread::scope(|scope| {
        // Most uses of a sequence give a transaction no number, so no snapshot shows them.
        let user = scope.spawn(|| {
            while !is_done.load(Ordering::Relaxed) {
                cluster.sql(
                    "app",
                    "DO $$ BEGIN FOR i IN 1..20000 LOOP PERFORM nextval('s.n'); END LOOP; END $$",
                );
            }
        });
        wait_for(&cluster, "SELECT count(*) FROM s.n WHERE last_value > 9");
        let checks: Vec<_> = (0..5).map(|_| check(&repo, &connection)).collect();
        is_done.store(true, Ordering::Relaxed);
        user.join().unwrap();
        let found: Vec<_> = checks.iter().map(|(code, report)| (*code, findings(report))).collect();
        let of = |code, kind: &str| (code, vec![format!("{kind} s/+sequences/n.value")]);
        // A reading that nobody disturbed shows one of the later values.
        let (unstable, modified) = (of(2, "unstable"), of(1, "modified"));
        assert!(found.contains(&unstable), "{found:?}");
        assert!(found.iter().all(|found| [&unstable, &modified].contains(&found)), "{found:?}");
    });
}
