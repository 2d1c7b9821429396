//! `rehearse`: what a change and its rollback on a clone prove, and what they do not.

#![cfg(all(target_os = "linux", feature = "sqlite"))]

use std::fs;

use rustix::process::{Pid, Signal, kill_process};
use sealgate_surface::rusqlite::Connection;

use crate::rehearsals::{processes_in, rehearse, scratches, seal_each, start, wait_until};
use crate::support::{Repo, Run};

const BIRTHS: &str = "CREATE TABLE births(id INTEGER PRIMARY KEY AUTOINCREMENT, uid TEXT NOT NULL, amount REAL);
     CREATE INDEX by_amount ON births(amount);
     CREATE TABLE audit(at INTEGER PRIMARY KEY, what TEXT); INSERT INTO audit VALUES (1, 'start');
     CREATE TRIGGER mark AFTER UPDATE ON births BEGIN INSERT INTO audit(what) VALUES ('update'); END;
     INSERT INTO births(uid, amount) VALUES ('a', 1.5), ('b', 2.5), ('c', NULL);";

/// A plan, its scripts, and what comes of it.
struct Case {
    apply: &'static str,
    rollback: &'static str,
    plan: &'static str,
    code: i32,
    says: &'static [&'static str],
}

/// A repository with a database, its seal, and a sealed plan.
fn planned(apply: &str, rollback: &str, more: &str) -> Repo {
    let repo = Repo::with(&[("plans/up.sql", apply), ("plans/down.sql", rollback)]);
    fs::create_dir(repo.at("data")).unwrap();
    fs::create_dir(repo.at("../scratch")).unwrap();
    let connection = Connection::open(repo.at("data/app.db")).unwrap();
    connection.execute_batch(BIRTHS).unwrap();
    connection.close().unwrap();
    repo.write(
        "plans/births.toml",
        format!(
            "format = \"sealgate-plan/1\"\nsubject = \"births change\"\nsurface = \"births\"\n\
             clone = \"../data/app.db\"\napply = \"up.sql\"\nrollback = \"down.sql\"\n{more}"
        ),
    );
    seal_each(
        &repo,
        &[
            &["seal", "births", "--root", "data/app.db", "--include", "main/births"],
            &["seal", "plans", "--root", "plans"],
        ],
    );
    repo
}

fn rehearsed(repo: &Repo) -> Run {
    rehearse(repo, "plans/births.toml", &[])
}

fn records(repo: &Repo) -> Vec<String> {
    let Ok(files) = fs::read_dir(repo.at("seals/evidence")) else { return Vec::new() };
    files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect()
}

const CASES: [Case; 17] = [
    Case {
        apply: "ALTER TABLE births ADD COLUMN note TEXT;",
        rollback: "ALTER TABLE births DROP COLUMN note;",
        plan: "",
        code: 0,
        says: &["PROVEN", "rollback-restores: R = B0"],
    },
    Case {
        apply: "SELECT 1;",
        rollback: "SELECT 1;",
        plan: "",
        code: 1,
        says: &["BROKEN   apply-changes"],
    },
    Case {
        apply: "CREATE INDEX extra ON births(uid);",
        rollback: "SELECT 1;",
        plan: "",
        code: 1,
        says: &["BROKEN   rollback-restores", "main/births/indexes/extra"],
    },
    Case {
        apply: "CREATE INDEX extra ON births(uid);",
        rollback: "DROP INDEX IF EXISTS extras;",
        plan: "[[allow]]\nwhat = \"left\"\npath = \"main/births\"\nreason = \"no\"\n",
        code: 1,
        says: &["BROKEN   rollback-restores"],
    },
    Case {
        apply: "DROP INDEX by_amount; CREATE INDEX extra ON births(uid);",
        rollback: "DROP INDEX extra;",
        plan: "",
        code: 1,
        says: &["main/births/indexes/by_amount"],
    },
    Case {
        apply: "UPDATE births SET amount = 9 WHERE id = 2;",
        rollback: "UPDATE births SET amount = 2.5 WHERE id = 2;",
        plan: "",
        code: 1,
        says: &[
            "BROKEN   apply-stays-inside",
            "main/audit/rows/2",
            "what = \"outside\"",
            "what = \"left\"",
        ],
    },
    Case {
        apply: "UPDATE births SET amount = 9 WHERE id = 2;",
        rollback: "UPDATE births SET amount = 2.5 WHERE id = 2;",
        plan: "[[allow]]\nwhat = \"outside\"\npath = \"main/audit/rows\"\nreason = \"append-only by law\"\n\
               [[allow]]\nwhat = \"left\"\npath = \"main/audit/rows\"\nreason = \"append-only by law\"\n\
               [[allow]]\nwhat = \"varies\"\npath = \"main/audit/rows\"\nreason = \"append-only by law\"\n",
        code: 0,
        says: &["PROVEN"],
    },
    Case {
        apply: "INSERT INTO births(uid) VALUES ('z');",
        rollback: "DELETE FROM births WHERE uid = 'z';",
        plan: "",
        code: 1,
        says: &["main/+sequences/births.value"],
    },
    Case {
        apply: "ALTER TABLE births DROP COLUMN uid; PRAGMA user_version = 7;",
        rollback: "ALTER TABLE births ADD COLUMN uid TEXT NOT NULL DEFAULT '';",
        plan: "",
        code: 1,
        says: &["+database/user_version", "main/births/+table", "main/births/rows/1"],
    },
    Case {
        apply: "UPDATE births SET uid = hex(randomblob(8)) WHERE id = 1;",
        rollback: "UPDATE births SET uid = 'a' WHERE id = 1;",
        plan: "[[allow]]\nwhat = \"outside\"\npath = \"main/audit/rows\"\nreason = \"append-only\"\n\
               [[allow]]\nwhat = \"left\"\npath = \"main/audit/rows\"\nreason = \"append-only\"\n",
        code: 1,
        says: &["BROKEN   reapply-repeats", "main/births/rows/1", "what = \"varies\""],
    },
    Case {
        apply: "INSERT INTO nowhere VALUES (1);",
        rollback: "SELECT 1;",
        plan: "",
        code: 1,
        says: &["up.sql failed", "no such table: nowhere"],
    },
    Case {
        apply: "CREATE INDEX extra ON births(uid);",
        rollback: "DROP INDEX other;",
        plan: "",
        code: 1,
        says: &["down.sql failed", "no such index"],
    },
    Case {
        apply: "COMMIT; CREATE INDEX extra ON births(uid);",
        rollback: "DROP INDEX extra;",
        plan: "",
        code: 2,
        says: &["ends the transaction", "transaction = false"],
    },
    Case {
        apply: "BEGIN; CREATE INDEX extra ON births(uid); COMMIT;",
        rollback: "DROP INDEX extra;",
        plan: "transaction = false\ntransaction-reason = \"the script has its own\"\n",
        code: 0,
        says: &["PROVEN"],
    },
    Case {
        apply: "COMMIT; CREATE INDEX extra ON births(uid); BEGIN;",
        rollback: "DROP INDEX extra;",
        plan: "",
        code: 1,
        says: &["no transaction is active"],
    },
    Case {
        apply: "ATTACH '../elsewhere.db' AS x; CREATE TABLE x.t(a);",
        rollback: "SELECT 1;",
        plan: "",
        code: 1,
        says: &["up.sql failed"],
    },
    Case {
        apply: "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n;",
        rollback: "SELECT 1;",
        plan: "timeout-seconds = 1\n",
        code: 2,
        says: &["up.sql ran longer than 1 seconds"],
    },
];

#[test]
fn each_plan_comes_to_the_verdict_that_the_whole_state_gives() {
    for Case { apply, rollback, plan, code, says } in CASES {
        let repo = planned(apply, rollback, plan);
        let before = fs::read(repo.at("data/app.db")).unwrap();
        let run = rehearsed(&repo);
        let said = format!("{}{}", run.stdout, run.stderr);
        assert_eq!(run.code, code, "{apply}: {said}");
        for says in says {
            assert!(said.contains(says), "{apply}: {says:?} is not in {said}");
        }
        assert!(!said.contains("NOT FOUND"), "{apply}: {said}");
        assert_eq!(fs::read(repo.at("data/app.db")).unwrap(), before);
        assert_eq!(fs::read_dir(repo.at("../scratch")).unwrap().count(), 0, "{apply}");
        assert!(!repo.at("../elsewhere.db").exists());
    }
}

#[test]
fn the_record_of_a_proof_is_evidence_and_that_of_a_failure_is_none() {
    let repo = planned("CREATE INDEX extra ON births(uid);", "DROP INDEX extra;", "");
    assert_eq!(rehearsed(&repo).code, 0);
    let [record] = &records(&repo)[..] else { panic!("no record") };
    let file = format!("seals/evidence/{record}");
    let run = repo.run(&["evidence", "check", &file]);
    assert_eq!(run.code, 0, "{run:?}");
    let text = repo.read(&file);
    for part in [
        "\"verdict\": \"pass\"",
        "\"confinement\": \"landlock-4\"",
        "\"name\": \"one-row\"",
        "\"caught\": true",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    // What the change comes to, sealed in earnest.
    let connection = Connection::open(repo.at("data/app.db")).unwrap();
    connection.execute_batch("CREATE INDEX extra ON births(uid);").unwrap();
    connection.close().unwrap();
    assert_eq!(repo.run(&["seal", "births"]).code, 0);
    let digest = blake3::hash(&fs::read(repo.at("seals/births.toml")).unwrap()).to_string();
    assert!(text.contains(&format!("\"after\": \"{digest}\"")), "{text}");
    let repo = planned("CREATE INDEX extra ON births(uid);", "SELECT 1;", "");
    assert_eq!(rehearsed(&repo).code, 1);
    let [record] = &records(&repo)[..] else { panic!("no record") };
    assert_eq!(repo.run(&["evidence", "check", &format!("seals/evidence/{record}")]).code, 1);
}

#[test]
fn what_cannot_be_rehearsed_is_refused_before_anything_runs() {
    type Spoil = fn(&Repo);
    let cases: [(&str, Spoil); 9] = [
        (
            "covers plans/up.sql\n  next: review what the plan consists of, and seal it: sealgate seal plans\n",
            |repo| {
                repo.write("plans/up.sql", "SELECT 2;");
            },
        ),
        ("covers plans/births.toml, plans/down.sql, plans/up.sql\n", |repo| {
            repo.write("plans/stray", "");
        }),
        ("seal it: sealgate seal plans --root plans\n", |repo| {
            fs::remove_file(repo.at("seals/plans.toml")).unwrap();
        }),
        (
            "the plan names the seal brths, and there is none\n  next: correct the plan; the seals here: births, plans\n",
            |repo| {
                let plan = repo.read("plans/births.toml").replace("\"births\"", "\"brths\"");
                repo.write("plans/births.toml", plan);
                assert_eq!(repo.run(&["seal", "plans"]).code, 0);
            },
        ),
        ("unknown field", |repo| {
            let plan = repo.read("plans/births.toml") + "host = \"db\"\n";
            repo.write("plans/births.toml", plan);
        }),
        ("there is nothing there", |repo| fs::remove_file(repo.at("data/app.db")).unwrap()),
        ("is in use", |repo| repo.write("data/app.db-wal", "x")),
        ("not an SQLite database", |repo| repo.write("data/app.db", "x".repeat(200))),
        ("covers a directory", |repo| {
            let plan = repo.read("plans/births.toml").replace("\"births\"", "\"plans\"");
            repo.write("plans/births.toml", plan);
            assert_eq!(repo.run(&["seal", "plans"]).code, 0);
        }),
    ];
    for (says, spoil) in cases {
        let repo = planned("CREATE INDEX extra ON births(uid);", "DROP INDEX extra;", "");
        spoil(&repo);
        let run = rehearsed(&repo);
        assert_eq!(run.code, 2, "{says}: {run:?}");
        assert!(run.stderr.contains(says), "{says}: {run:?}");
        assert_eq!(
            (records(&repo).len(), fs::read_dir(repo.at("../scratch")).unwrap().count()),
            (0, 0)
        );
    }
}

/// Never ends.
const HANGS: &str = "CREATE TABLE hangs(a); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) \
     SELECT max(i) FROM n;";

#[test]
fn a_signal_in_any_leg_leaves_no_process_no_copy_and_no_record() {
    const NO_TRANSACTION: &str = "transaction = false\ntransaction-reason = \"a test\"\n";
    let (apply, rollback) = ("CREATE INDEX extra ON births(uid);", "DROP INDEX extra;");
    let hangs = "snapshot = [\"sh\", \"-c\", \"echo x > $TMPDIR/marker; sleep 1000; cp {database} {snapshot}\"]\n\
                 restore = [\"cp\", \"{snapshot}\", \"{database}\"]\n";
    // What is hanging, and the file that is there then.
    let cases = [
        (planned(HANGS, rollback, ""), "transaction/database.db-journal"),
        (planned(HANGS, rollback, NO_TRANSACTION), "committed/database.db-journal"),
        (planned(apply, HANGS, NO_TRANSACTION), "committed/database.db-journal"),
        (planned(apply, rollback, hangs), "tmp/marker"),
    ];
    for (repo, marker) in cases {
        for signal in [Signal::TERM, Signal::KILL] {
            let is_hanging = || scratches(&repo).iter().any(|path| path.join(marker).exists());
            let child = start(&repo, "plans/births.toml", &is_hanging);
            kill_process(Pid::from_child(&child), signal).unwrap();
            let output = child.wait_with_output().unwrap();
            wait_until(&|| processes_in(&repo).is_empty(), "a process is left");
            let (code, left) = if signal == Signal::TERM { (Some(2), 0) } else { (None, 1) };
            assert_eq!(output.status.code(), code, "{marker}: {output:?}");
            assert_eq!(scratches(&repo).len(), left, "{marker}: {output:?}");
            assert_eq!(records(&repo).len(), 0, "{marker}");
        }
    }
}

#[test]
fn a_snapshot_is_taken_and_restored_by_the_commands_of_the_plan() {
    let (apply, rollback) = ("CREATE INDEX extra ON births(uid);", "DROP INDEX extra;");
    let take = "snapshot = [\"cp\", \"{database}\", \"{snapshot}\"]\n";
    let cases = [
        ("restore = [\"cp\", \"{snapshot}\", \"{database}\"]\n", 0, "holds    restore-restores"),
        ("restore = [\"test\", \"-f\", \"{snapshot}\"]\n", 1, "BROKEN   restore-restores"),
        ("restore = [\"cp\", \"{snapshot}/x\", \"{database}\"]\n", 1, "failed in the leg snapshot"),
    ];
    for (restore, code, says) in cases {
        let repo = planned(apply, rollback, &format!("{take}{restore}"));
        let run = rehearsed(&repo);
        assert_eq!(run.code, code, "{restore}: {run:?}");
        assert!(format!("{}{}", run.stdout, run.stderr).contains(says), "{restore}: {run:?}");
    }
}

#[test]
fn a_surface_without_rowids_is_no_blind_spot() {
    let repo = planned("CREATE INDEX extra ON kinds(name);", "DROP INDEX extra;", "");
    let connection = Connection::open(repo.at("data/app.db")).unwrap();
    let kinds = "CREATE TABLE kinds(name TEXT, size INT, PRIMARY KEY(name, size)) WITHOUT ROWID;
         INSERT INTO kinds VALUES ('a', 1), ('a', 2), ('b', 1);";
    connection.execute_batch(kinds).unwrap();
    connection.close().unwrap();
    fs::remove_file(repo.at("seals/births.toml")).unwrap();
    let seal = ["seal", "births", "--root", "data/app.db", "--include", "main/kinds"];
    assert_eq!(repo.run(&seal).code, 0);
    let run = rehearsed(&repo);
    assert_eq!(run.code, 0, "{run:?}");
    for control in ["one-row", "inside-object", "outside-object"] {
        assert!(run.stdout.contains(&format!("found    {control}")), "{control}: {run:?}");
    }
}
