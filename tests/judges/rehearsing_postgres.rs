//! `rehearse` on PostgreSQL: what a change and its rollback on a clone prove, and what they do not.

#![cfg(target_os = "linux")]

use std::fs;
use std::os::unix::fs::chown;
use std::process::{Command, Stdio};

use rustix::process::{Pid, Signal, geteuid, kill_process};
use serde_json::Value;

use crate::postgres::Cluster;
use crate::rehearsals::{processes_in, rehearse, scratches, wait_until};
use crate::support::{Repo, Run};

/// A registry of births, with a little of everything that a rollback can forget.
const BIRTHS: &str = "
CREATE ROLE registrar; CREATE ROLE reader;
CREATE SCHEMA reg;
CREATE TABLE reg.births (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, uid text NOT NULL, amount numeric);
ALTER TABLE reg.births OWNER TO registrar;
COMMENT ON TABLE reg.births IS 'births';
GRANT SELECT ON reg.births TO reader;
CREATE INDEX by_uid ON reg.births (uid); COMMENT ON INDEX reg.by_uid IS 'for the portal';
INSERT INTO reg.births (uid, amount) SELECT 'u' || i, i FROM generate_series(1, 20) i;
CREATE TABLE reg.audit (at int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, what text);
CREATE FUNCTION reg.note() RETURNS trigger LANGUAGE plpgsql AS
 $f$ BEGIN INSERT INTO reg.audit (what) VALUES (tg_op); RETURN NULL; END $f$;
CREATE TRIGGER note AFTER UPDATE ON reg.births FOR EACH STATEMENT EXECUTE FUNCTION reg.note();
CREATE FUNCTION reg.born(u text) RETURNS bigint LANGUAGE sql AS
 $f$ INSERT INTO reg.births (uid) VALUES (u) RETURNING id $f$;
SELECT lo_from_bytea(77, 'bytes');
";

/// The user as whom the program runs where root runs the tests.
const NOBODY: u32 = 65_534;

/// A repository with a seal over `reg.births`, a dump, its roles, and a place for plans.
struct Registry {
    repo: Repo,
}

impl Registry {
    fn new() -> Self {
        let cluster = Cluster::start();
        cluster.sql("postgres", "CREATE DATABASE births");
        cluster.sql("births", BIRTHS);
        let repo = Repo::plain();
        fs::create_dir(repo.at("../scratch")).unwrap();
        fs::create_dir(repo.at("plans")).unwrap();
        let dump = |name: &str| repo.at(name).to_str().unwrap().to_owned();
        cluster.run("pg_dump", &["-Fc", "-C", "-f", &dump("../births.dump"), "births"]);
        cluster.run("pg_dump", &["-f", &dump("../births.sql"), "births"]);
        let globals = ["--globals-only", "--no-role-passwords", "-f"];
        cluster.run("pg_dumpall", &[&globals[..], &[&dump("plans/roles.sql")]].concat());
        let at = cluster.connection("births");
        let run = repo.run(&[
            "seal",
            "births",
            "--at",
            &at,
            "--include",
            "reg/births",
            "--include",
            "reg/+functions/born(text)",
        ]);
        assert_eq!(run.code, 0, "{run:?}");
        Self { repo }
    }

    /// Seals the plan of `apply` and `rollback`, with more lines.
    fn plan(&self, clone: &str, apply: &str, rollback: &str, more: &str) {
        let repo = &self.repo;
        repo.write("plans/up.sql", apply);
        repo.write("plans/down.sql", rollback);
        repo.write(
            "plans/p.toml",
            format!(
                "format = \"sealgate-plan/1\"\nsubject = \"births change\"\nsurface = \"births\"\n\
                 clone = \"../../{clone}\"\nroles = \"roles.sql\"\napply = \"up.sql\"\n\
                 rollback = \"down.sql\"\n{more}"
            ),
        );
        let _ = fs::remove_dir_all(repo.at("seals/evidence"));
        let sealed = repo.at("seals/plans.toml").exists();
        let arguments: &[&str] =
            if sealed { &["seal", "plans"] } else { &["seal", "plans", "--root", "plans"] };
        let run = repo.run(arguments);
        assert_eq!(run.code, 0, "{run:?}");
    }

    /// The rehearsal, about to be run as a user whom PostgreSQL does not refuse.
    fn command(&self) -> Command {
        let arguments = [
            "rehearse",
            "plans/p.toml",
            "--scratch",
            "../scratch",
            "--report",
            "json=../report.json",
        ];
        let mut program = self.repo.command(&arguments);
        // Named by its path from the repository: the helper is found wherever it is.
        program.stdin(Stdio::null());
        if !geteuid().is_root() {
            return program;
        }
        for entry in walkdir::WalkDir::new(self.repo.at("..")) {
            let path = entry.unwrap().into_path();
            std::os::unix::fs::lchown(path, Some(NOBODY), Some(NOBODY)).unwrap();
        }
        chown(self.repo.at(".."), Some(NOBODY), Some(NOBODY)).unwrap();
        let id = NOBODY.to_string();
        let mut command = Command::new("setpriv");
        command.args(["--reuid", &id, "--regid", &id, "--clear-groups"]);
        command.arg(program.get_program()).args(program.get_args());
        for (name, value) in program.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command.current_dir(self.repo.root());
        command
    }

    /// Rehearses; gives the report too.
    fn rehearse(&self) -> (Run, Value) {
        // It may take minutes where much else runs, more than other runs of the program may.
        let output = self.command().output().unwrap();
        let [stdout, stderr] =
            [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
        let ran = Run { code: output.status.code().unwrap(), stdout, stderr };
        let report = serde_json::from_str(&self.repo.read("../report.json")).unwrap();
        fs::remove_file(self.repo.at("../report.json")).unwrap();
        assert_eq!(scratches(&self.repo).len(), 0, "{ran:?}");
        assert_eq!(processes_in(&self.repo), Vec::<String>::new(), "{ran:?}");
        (ran, report)
    }
}

const AUDIT: &str = "
[[allow]]\nwhat = \"outside\"\npath = \"reg/audit/rows\"\nreason = \"append-only by law\"
[[allow]]\nwhat = \"outside\"\npath = \"reg/+sequences/audit_at_seq.value\"\nreason = \"counts the notes\"
[[allow]]\nwhat = \"left\"\npath = \"reg/audit/rows\"\nreason = \"append-only by law\"
[[allow]]\nwhat = \"left\"\npath = \"reg/+sequences/audit_at_seq.value\"\nreason = \"counts the notes\"
[[allow]]\nwhat = \"varies\"\npath = \"reg/audit/rows\"\nreason = \"append-only by law\"
[[allow]]\nwhat = \"varies\"\npath = \"reg/+sequences/audit_at_seq.value\"\nreason = \"counts the notes\"
";

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
#[ignore = "needs a PostgreSQL server, as root `setpriv`; run by .ci/run"]
fn a_signal_leaves_no_server() {
    let registry = Registry::new();
    registry.plan("births.dump", "SELECT pg_sleep(1000);", "SELECT 1;", "");
    for signal in [Signal::INT, Signal::KILL] {
        let child =
            registry.command().stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let repo = &registry.repo;
        let is_applying = || {
            let place =
                scratches(repo).first().map(|path| path.join("inside/cluster/postmaster.pid"));
            place.is_some_and(|place| {
                fs::read_to_string(place).is_ok_and(|text| text.contains("ready"))
            })
        };
        wait_until(&is_applying, "the script does not begin");
        kill_process(Pid::from_child(&child), signal).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_ne!(output.status.code(), Some(0), "{output:?}");
        wait_until(&|| processes_in(repo).is_empty(), "a process is left");
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
    let ran = rehearse(&registry.repo, "plans/p.toml", &[]);
    assert!(ran.refusal().contains("PostgreSQL refuses to serve for root"), "{ran:?}");
}
