//! Seals over PostgreSQL databases, as a user works with them.

#![cfg(unix)]

use std::fmt::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use serde_json::Value;

use crate::postgres::Cluster;
use crate::support::{Repo, Run, run};

const BIRTHS: &str = "
    CREATE TABLE births(id int PRIMARY KEY, uid text NOT NULL, amount float8, seen timestamptz);
    CREATE INDEX by_amount ON births(amount);
    CREATE TABLE other(a int);
    INSERT INTO births VALUES (1, 'a', 1.5, now()), (2, 'b', 2.5, NULL), (3, 'c', NULL, NULL);";

/// A cluster with a database of births, and a repository whose seal covers the table and its rows.
pub(crate) fn births() -> (Cluster, Repo, String) {
    let cluster = Cluster::start();
    cluster.sql("postgres", "CREATE DATABASE app");
    cluster.sql("app", BIRTHS);
    let connection = cluster.connection("app");
    let repo = Repo::with(&[]);
    let run = repo.run(&["seal", "births", "--at", &connection, "--include", "public/births"]);
    assert_eq!(run.code, 0, "{run:?}");
    (cluster, repo, connection)
}

pub(crate) fn check(repo: &Repo, connection: &str) -> (i32, Value) {
    let run = repo.run(&["check", "births", "--format", "json", "--at", connection]);
    let report = serde_json::from_str(&run.stdout);
    (run.code, report.unwrap_or_else(|error| panic!("{error}: {run:?}")))
}

/// The findings as `KIND PATH`.
pub(crate) fn findings(report: &Value) -> Vec<String> {
    let findings = report["seals"][0]["findings"].as_array().unwrap();
    let line = |finding: &Value| {
        format!("{} {}", finding["kind"].as_str().unwrap(), finding["path"].as_str().unwrap())
    };
    findings.iter().map(line).collect()
}

fn codes(report: &Value) -> Vec<&str> {
    let errors = report["errors"].as_array().unwrap();
    errors.iter().map(|error| error["code"].as_str().unwrap()).collect()
}

pub(crate) fn passes(repo: &Repo, connection: &str) {
    let (code, report) = check(repo, connection);
    assert_eq!(code, 0, "{report}");
}

fn said(run: &Run) -> String {
    format!("{}{}", run.stdout, run.stderr)
}

#[test]
#[ignore = "needs a PostgreSQL server, which .ci/run installs"]
fn a_seal_states_the_version_and_no_place() {
    let (cluster, repo, connection) = births();
    let major =
        cluster.sql("app", "SHOW server_version_num").trim().parse::<u32>().unwrap() / 10_000;
    let seal = repo.read("seals/births.toml");
    let header = format!(
        "format = \"sealgate-surface/1\"\ndatabase = \"postgresql {major}\"\ninclude = [\n  \
         \"public/births\",\n]\nexclude = []\nbuckets = []\nomit = []\n\n[entries]\n"
    );
    assert!(seal.contains(&header), "{seal}");
    let entries: Vec<&str> = seal
        .lines()
        .filter(|line| line.contains(" = \"file "))
        .map(|line| line.split('"').nth(1).unwrap())
        .collect();
    assert_eq!(
        entries,
        [
            "public/births/+table",
            "public/births/columns/amount",
            "public/births/columns/id",
            "public/births/columns/seen",
            "public/births/columns/uid",
            "public/births/constraints/births_pkey",
            "public/births/indexes/births_pkey",
            "public/births/indexes/by_amount",
            "public/births/rows/1",
            "public/births/rows/2",
            "public/births/rows/3",
        ]
    );
    passes(&repo, &connection);
    assert_eq!(repo.run(&["fmt", "--check"]).code, 0);
    let again = repo.run(&["seal", "births", "--at", &connection]);
    assert!(again.code == 0 && said(&again).contains("nothing to change"), "{again:?}");
}

#[test]
#[ignore = "needs a PostgreSQL server, which .ci/run installs"]
fn what_drifted_is_named_and_can_be_approved() {
    let (cluster, repo, connection) = births();
    let drift = "UPDATE births SET amount = 9 WHERE id = 2; DELETE FROM births WHERE id = 1;
         INSERT INTO births VALUES (4, 'd', 0); DROP INDEX by_amount; INSERT INTO other VALUES (1);
         COMMENT ON COLUMN births.uid IS 'new';";
    cluster.sql("app", drift);
    let found = [
        "modified public/births/columns/uid",
        "missing public/births/indexes/by_amount",
        "missing public/births/rows/1",
        "modified public/births/rows/2",
        "unsealed public/births/rows/4",
    ];
    let (code, report) = check(&repo, &connection);
    assert_eq!((code, findings(&report)), (1, found.map(str::to_owned).to_vec()));
    assert_eq!(report["seals"][0]["source"]["kind"], "database");
    assert_eq!(report["seals"][0]["source"]["system"], "postgresql");
    let diff = repo.run(&["diff", "births", "--against", &connection, "--exit-code"]);
    assert!(diff.code == 1 && diff.stdout.contains("1 added, 2 removed, 2 changed"), "{diff:?}");
    let ls = repo.run(&["ls", "births", "public/births/rows", "--at", &connection]);
    let listing = "missing    public/births/rows/1\nsealed     public/births/rows/2\n\
                   sealed     public/births/rows/3\nunsealed   public/births/rows/4\n";
    assert_eq!(ls.stdout, listing);
    let sums = repo.run(&["export", "births", "--format", "sha256sum", "--at", &connection]);
    assert_eq!(sums.code, 1, "{sums:?}");
    // The command that the report prints seals what is there.
    let fix = report["seals"][0]["fix"]["approve"].as_str().unwrap();
    assert_eq!(fix, format!("sealgate seal births --at '{connection}'"));
    repo.write("report.json", report.to_string());
    assert_eq!(repo.run(&["seal", "--from-report", "report.json"]).code, 0);
    passes(&repo, &connection);
    let sums = repo.run(&["export", "births", "--format", "sha256sum", "--at", &connection]);
    assert!(sums.code == 0 && sums.stdout.lines().count() == 10, "{sums:?}");
}

/// A change, how it is undone, and the causes of the findings.
const CAUSES: [(&str, &str, &[&str]); 6] = [
    (
        "GRANT SELECT, UPDATE ON births TO reader",
        "REVOKE SELECT, UPDATE ON births FROM reader",
        &["public/births/+table owner-or-grants"],
    ),
    (
        "REVOKE DELETE ON births FROM postgres",
        "GRANT DELETE ON births TO postgres",
        &["public/births/+table owner-or-grants"],
    ),
    (
        "ALTER TABLE births OWNER TO reader",
        "ALTER TABLE births OWNER TO postgres",
        &[
            "public/births/+table owner-or-grants",
            "public/births/indexes/births_pkey owner-or-grants",
            "public/births/indexes/by_amount owner-or-grants",
        ],
    ),
    (
        "COMMENT ON COLUMN births.uid IS 'new'",
        "COMMENT ON COLUMN births.uid IS NULL",
        &["public/births/columns/uid comment"],
    ),
    (
        "ALTER DATABASE app SET work_mem = '2MB'; ALTER DATABASE app SET jit = off",
        "ALTER DATABASE app SET work_mem = '1MB'; ALTER DATABASE app RESET jit",
        &[
            "+database/settings/jit setting-of-database",
            "+database/settings/work_mem setting-of-database",
        ],
    ),
    (
        "ALTER TABLE wide DROP a; ALTER TABLE wide ADD a int",
        "SELECT 1",
        &["public/wide/+table column-order"],
    ),
];

#[test]
#[ignore = "needs a PostgreSQL server, which .ci/run installs"]
fn a_cause_is_named_where_the_sealed_object_can_be_arrived_at() {
    let (cluster, repo, connection) = births();
    cluster.sql(
        "app",
        "CREATE ROLE reader; CREATE TABLE wide (a int, b int, c int); ALTER DATABASE app SET work_mem = '1MB'",
    );
    let includes = ["public/births", "public/wide", "+database/settings"];
    let includes = includes.map(|path| ["--include", path]).concat();
    let run = repo.run(&[&["seal", "all", "--at", &connection], &includes[..]].concat());
    assert_eq!(run.code, 0, "{run:?}");
    for (change, undo, causes) in CAUSES {
        cluster.sql("app", change);
        let run = repo.run(&["check", "all", "--format", "json", "--at", &connection]);
        let report: Value = serde_json::from_str(&run.stdout).unwrap();
        let findings = report["seals"][0]["findings"].as_array().unwrap();
        let named = |finding: &Value| {
            let text = |key: &str| finding[key].as_str().unwrap_or("no cause").to_owned();
            format!("{} {}", text("path"), text("cause"))
        };
        assert_eq!(findings.iter().map(named).collect::<Vec<_>>(), causes, "{change}: {run:?}");
        cluster.sql("app", undo);
    }
}

#[test]
#[ignore = "needs a PostgreSQL server, which .ci/run installs"]
fn a_share_of_a_server_is_refused() {
    let (_cluster, repo, connection) = births();
    let share = ["--at", &connection, "--partition", "slice:1/2", "--format", "json"];
    let run = repo.run(&[&["check", "births"], &share[..]].concat());
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((run.code, &*codes(&report)), (2, &["database-not-shared"][..]), "{run:?}");
    let remedy = report["errors"][0]["remedy"].as_str().unwrap();
    assert!(remedy.contains("without --partition"), "{remedy}");
}

#[test]
#[ignore = "needs a PostgreSQL server, which .ci/run installs"]
fn what_cannot_be_judged_is_an_error_with_a_code() {
    let (cluster, repo, connection) = births();
    cluster.sql("app", "CREATE TABLE spare(a int)");
    let nowhere = "host=/nowhere dbname=app";
    let absent = cluster.connection("absent");
    for (at, code) in [(nowhere, "database-unreachable"), (&absent, "database-unreachable")] {
        let (exit, report) = check(&repo, at);
        assert_eq!((exit, &*codes(&report)), (2, &[code][..]), "{at}: {report}");
    }
    let mut lost = repo.command(&["check", "births", "--format", "json", "--at", &connection]);
    lost.env("PATH", "/nowhere");
    assert!(run(lost).stdout.contains("\"psql-missing\""));
    let unnamed = repo.run(&["check", "births"]);
    assert!(unnamed.code == 2 && said(&unnamed).contains("--at 'host="), "{unnamed:?}");
    for arguments in [&["ls", "births"][..], &["diff", "births"], &["seal", "births"]] {
        let run = repo.run(arguments);
        assert!(run.code == 2 && said(&run).contains("does not say where it is"), "{run:?}");
    }
    let nothing = repo.run(&["seal", "none", "--at", &connection, "--include", "public/absent"]);
    assert!(nothing.code == 2 && said(&nothing).contains("has nothing at"), "{nothing:?}");
    cluster.sql("app", "ALTER TABLE births RENAME TO gone");
    let (exit, report) = check(&repo, &connection);
    assert_eq!((exit, &*codes(&report)), (2, &["include-matches-nothing"][..]));
    let seal = repo.read("seals/births.toml");
    let line = seal.lines().find(|line| line.starts_with("database = ")).unwrap();
    repo.write("seals/births.toml", seal.replace(line, "database = \"postgresql 99\""));
    let (exit, report) = check(&repo, &connection);
    assert_eq!((exit, &*codes(&report)), (2, &["server-major-differs"][..]));
}

#[test]
#[ignore = "needs a PostgreSQL server, which .ci/run installs"]
fn a_password_is_never_shown() {
    let (cluster, repo, connection) = births();
    cluster.sql("app", "DELETE FROM births WHERE id = 1");
    for at in
        [format!("{connection} password=hushhush"), format!("password='hush\\'hush' {connection}")]
    {
        for format in ["human", "json", "html", "markdown", "sarif", "junit"] {
            let run = repo.run(&["check", "births", "--at", &at, "--format", format]);
            assert_eq!(run.code, 1, "{run:?}");
            assert!(!said(&run).contains("hush"), "{format}: {run:?}");
        }
        let diff = repo.run(&["diff", "births", "--against", &at]);
        assert!(diff.code == 0 && !said(&diff).contains("hush"), "{diff:?}");
        let lost =
            repo.run(&["check", "births", "--at", &at.replace("dbname=app", "dbname=absent")]);
        assert!(lost.code == 2 && !said(&lost).contains("hush"), "{lost:?}");
    }
}

#[test]
#[ignore = "needs a PostgreSQL server, which .ci/run installs"]
fn what_may_not_be_read_is_never_passed_over() {
    let (cluster, repo, connection) = births();
    cluster.sql(
        "app",
        "CREATE ROLE reader LOGIN; CREATE ROLE blind LOGIN; GRANT SELECT ON births TO reader;",
    );
    // The grant itself is a change of the table.
    assert_eq!(repo.run(&["seal", "births", "--at", &connection]).code, 0);
    let as_user = |user: &str| connection.replace("user=postgres", &format!("user={user}"));
    passes(&repo, &as_user("reader"));
    let (code, report) = check(&repo, &as_user("blind"));
    assert_eq!((code, findings(&report)), (2, vec!["unreadable public/births/rows".to_owned()]));
    cluster.sql("app", "ALTER TABLE births ENABLE ROW LEVEL SECURITY");
    let (code, report) = check(&repo, &as_user("reader"));
    let hidden = "unreadable public/births/rows".to_owned();
    assert!(code == 2 && findings(&report).contains(&hidden), "{report}");
    // What asks for another role, or other settings, is not heard.
    cluster.sql(
        "app",
        "ALTER TABLE births DISABLE ROW LEVEL SECURITY; ALTER ROLE postgres SET role = blind",
    );
    passes(&repo, &connection);
}

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

/// Names and keys that mean something to psql, to SQL, to paths or to a terminal.
pub(crate) const HOSTILE: [&str; 18] = [
    "a b",
    "a\"b",
    "a'b",
    "a\\b",
    "a/b",
    "a%b",
    "a\tb",
    "a\nb",
    "\\.",
    "\n\\.\n",
    ":x",
    ":'x'",
    "$$",
    "-- a",
    "a;b",
    "\\! touch pwned",
    "../..",
    "\u{1b}[31m",
];

#[test]
#[ignore = "needs a PostgreSQL server, which .ci/run installs"]
fn no_name_and_no_key_is_taken_for_anything_else() {
    let cluster = Cluster::start();
    let mut script = "CREATE DATABASE app;\n\\c app\n".to_owned();
    let identifier = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    let literal = |name: &str| format!("'{}'", name.replace('\'', "''"));
    for (at, name) in HOSTILE.iter().enumerate() {
        let (schema, table) = (identifier(&format!("s{at}{name}")), identifier(name));
        write!(
            script,
            "CREATE SCHEMA {schema}; CREATE TABLE {schema}.{table}({table} text PRIMARY KEY, v text);
             CREATE FUNCTION {schema}.{table}() RETURNS int LANGUAGE sql AS 'SELECT 1';
             CREATE SEQUENCE {schema}.{};\n",
            identifier(&format!("{name}q"))
        )
        .unwrap();
        let long = format!("{name}{}", "x".repeat(1_024));
        for (key, value) in HOSTILE.map(|key| (key, key)).into_iter().chain([(&*long, "")]) {
            let (key, value) = (literal(key), literal(value));
            writeln!(script, "INSERT INTO {schema}.{table} VALUES ({key}, {value});").unwrap();
        }
    }
    cluster.sql("postgres", &script);
    let repo = Repo::with(&[]);
    let connection = cluster.connection("app");
    let sealed = repo.run(&["seal", "births", "--at", &connection, "--include", "."]);
    assert_eq!(sealed.code, 0, "{sealed:?}");
    let seal = repo.read("seals/births.toml");
    let rows = seal.lines().filter(|line| line.contains("/rows/")).count();
    assert_eq!(rows, HOSTILE.len() * (HOSTILE.len() + 1));
    let values = seal.lines().filter(|line| line.contains(".value\" = ")).count();
    assert_eq!(values, HOSTILE.len());
    let before = repo.contents();
    passes(&repo, &connection);
    assert_eq!(repo.contents(), before, "something wrote into the repository");
    for (at, name) in HOSTILE.iter().enumerate() {
        let (schema, table) = (identifier(&format!("s{at}{name}")), identifier(name));
        cluster
            .sql("app", &format!("UPDATE {schema}.{table} SET v = 'other' WHERE {table} = 'a b'"));
    }
    let (code, report) = check(&repo, &connection);
    assert_eq!((code, findings(&report).len()), (1, HOSTILE.len()), "{report}");
}
