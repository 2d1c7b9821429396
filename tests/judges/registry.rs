//! A registry of births on PostgreSQL: a repository with a seal, a dump and plans, and rehearsals of them.

#![cfg(target_os = "linux")]

use std::fs;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use rustix::process::geteuid;
use serde_json::Value;

use crate::postgres::Cluster;
use crate::rehearsals::{processes_in, scratches};
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
CREATE EXTENSION fuzzystrmatch;
CREATE MATERIALIZED VIEW reg.totals AS SELECT text 'births' AS what, count(*) FROM reg.births;
";

/// The user as whom the program runs where root runs the tests.
const NOBODY: u32 = 65_534;

/// A repository with a seal over `reg.births`, a dump, its roles, and a place for plans.
pub(crate) struct Registry {
    pub(crate) repo: Repo,
}

impl Registry {
    /// One that is made from the files of the first, whose cluster is gone.
    pub(crate) fn new() -> Self {
        static FILES: OnceLock<Vec<(&str, Vec<u8>)>> = OnceLock::new();
        let files = FILES.get_or_init(files);
        let repo = Repo::plain();
        for directory in ["../scratch", "plans"] {
            fs::create_dir(repo.at(directory)).unwrap();
        }
        for (name, bytes) in files {
            fs::write(repo.at(name), bytes).unwrap();
        }
        Self { repo }
    }

    /// Seals the plan of `apply` and `rollback`, with more lines.
    pub(crate) fn plan(&self, clone: &str, apply: &str, rollback: &str, more: &str) {
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
    pub(crate) fn command(&self) -> Command {
        let arguments = [
            "rehearse",
            "plans/p.toml",
            "--scratch",
            "../scratch",
            "--report",
            "json=../report.json",
        ];
        let program = self.repo.command(&arguments);
        own_by_nobody(&self.repo);
        without_root(&program)
    }

    /// Rehearses; gives the report too.
    pub(crate) fn rehearse(&self) -> (Run, Value) {
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

/// What is allowed of the table that the trigger of `reg.births` writes.
pub(crate) const AUDIT: &str = "
[[allow]]\nwhat = \"outside\"\npath = \"reg/audit/rows\"\nreason = \"append-only by law\"
[[allow]]\nwhat = \"outside\"\npath = \"reg/+sequences/audit_at_seq.value\"\nreason = \"counts the notes\"
[[allow]]\nwhat = \"left\"\npath = \"reg/audit/rows\"\nreason = \"append-only by law\"
[[allow]]\nwhat = \"left\"\npath = \"reg/+sequences/audit_at_seq.value\"\nreason = \"counts the notes\"
[[allow]]\nwhat = \"varies\"\npath = \"reg/audit/rows\"\nreason = \"append-only by law\"
[[allow]]\nwhat = \"varies\"\npath = \"reg/+sequences/audit_at_seq.value\"\nreason = \"counts the notes\"
";

/// The files of a registry: dumps in two formats, its roles, and its seal.
const FILES: [&str; 4] =
    ["../births.dump", "../births.sql", "plans/roles.sql", "seals/births.toml"];

fn files() -> Vec<(&'static str, Vec<u8>)> {
    let cluster = Cluster::start();
    cluster.sql("postgres", "CREATE DATABASE births");
    cluster.sql("births", BIRTHS);
    let repo = Repo::plain();
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
    FILES.map(|name| (name, fs::read(repo.at(name)).unwrap())).to_vec()
}

/// Gives the repository, and the directory around it, to the user whom [`without_root`] runs programs as.
pub(crate) fn own_by_nobody(repo: &Repo) {
    if !geteuid().is_root() {
        return;
    }
    for entry in walkdir::WalkDir::new(repo.at("..")) {
        let path = entry.unwrap().into_path();
        std::os::unix::fs::lchown(path, Some(NOBODY), Some(NOBODY)).unwrap();
    }
}

/// `program` as a user whom PostgreSQL does not refuse.
pub(crate) fn without_root(program: &Command) -> Command {
    let mut command = Command::new(program.get_program());
    if geteuid().is_root() {
        let id = NOBODY.to_string();
        command = Command::new("setpriv");
        command.args(["--reuid", &id, "--regid", &id, "--clear-groups"]);
        command.arg(program.get_program());
    }
    command.args(program.get_args()).stdin(Stdio::null());
    for (name, value) in program.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    if let Some(directory) = program.get_current_dir() {
        command.current_dir(directory);
    }
    command
}
