//! What the documents show of PostgreSQL is run as it stands there, on a cluster with the service that they name.

#![cfg(target_os = "linux")]

use std::path::Path;
use std::process::Command;

use crate::postgres::Cluster;
use crate::registry::{own_by_nobody, without_root};
use crate::support::Repo;

const SURFACES: &str = include_str!("../../docs/surfaces.md");
const REHEARSE: &str = include_str!("../../docs/rehearse.md");

/// The database that the documents speak of.
const PRODUCTION: &str = "
CREATE ROLE registrar; CREATE SCHEMA reg;
CREATE TABLE reg.births (id int PRIMARY KEY, uid text NOT NULL, amount numeric);
CREATE FUNCTION reg.register(u text, a numeric) RETURNS void LANGUAGE sql AS
 $f$ INSERT INTO reg.births SELECT count(*) + 1, u, a FROM reg.births $f$;
ALTER TABLE reg.births OWNER TO registrar;
INSERT INTO reg.births VALUES (1, 'a', 1.5), (2, 'b', 2.5);
";

/// The plan that docs/rehearse.md speaks of.
const PLAN: &str = "format = \"sealgate-plan/1\"\nsubject = \"births are found by uid\"\n\
    surface = \"births\"\nclone = \"../prod.dump\"\nroles = \"prod-roles.sql\"\n\
    apply = \"up.sql\"\nrollback = \"down.sql\"\n";

/// The commands of the first `sh` block below `heading`.
fn commands<'t>(text: &'t str, heading: &str) -> Vec<&'t str> {
    let (_, below) = text.split_once(heading).expect("the heading");
    let (_, block) = below.split_once("\n```sh\n").expect("a block");
    let (block, _) = block.split_once("\n```").expect("its end");
    block.lines().collect()
}

/// Runs each of `commands` in `repo`, as a user who is not root; gives what all of them print.
fn run(cluster: &Cluster, repo: &Repo, commands: &[&str]) -> String {
    let service = repo.at("../pg_service.conf");
    let at = cluster.connection("births").replace(' ', "\n");
    std::fs::write(&service, format!("[prod_ro]\n{at}\n")).unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_sealgate")).parent().unwrap();
    let path = std::env::var("PATH").unwrap();
    let path = format!("{}:{}:{path}", program.display(), cluster.programs().display());
    let mut printed = String::new();
    own_by_nobody(repo);
    for command in commands {
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("exec 2>&1; {command}")]).current_dir(repo.root());
        shell.env("PATH", &path).env("PGSERVICEFILE", &service).env_remove("CI");
        shell.env("HOME", repo.at(".."));
        let output = without_root(&shell).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{command}: {text}");
        printed += &text;
    }
    printed
}

fn production() -> Cluster {
    let cluster = Cluster::start();
    cluster.sql("postgres", "CREATE DATABASE births");
    cluster.sql("births", PRODUCTION);
    cluster
}

#[test]
#[ignore = "needs a PostgreSQL server, as root `setpriv`; run by .ci/run"]
fn the_commands_for_seals_do_what_the_document_says() {
    let (cluster, repo) = (production(), Repo::plain());
    let commands = commands(SURFACES, "\n## PostgreSQL\n");
    assert!(commands.len() >= 4, "{commands:?}");
    let printed = run(&cluster, &repo, &commands);
    for part in ["births: sealed 9 entries", "PASS  1 seal (births)", "as sealed", "births/rows/2"]
    {
        assert!(printed.contains(part), "{part}: {printed}");
    }
}

#[test]
#[ignore = "needs a PostgreSQL server, as root `setpriv`; run by .ci/run"]
fn the_commands_for_a_rehearsal_lead_to_a_record() {
    let (cluster, repo) = (production(), Repo::in_git());
    repo.write("plans/births.toml", PLAN);
    repo.write("plans/up.sql", "CREATE INDEX by_uid ON reg.births (uid);");
    repo.write("plans/down.sql", "DROP INDEX reg.by_uid;");
    let commands = commands(REHEARSE, "\n## A PostgreSQL database\n");
    assert!(commands.len() >= 5, "{commands:?}");
    let printed = run(&cluster, &repo, &commands);
    assert!(printed.contains("PROVEN  births are found by uid"), "{printed}");
    assert!(printed.contains("record: seals/evidence/"), "{printed}");
}
