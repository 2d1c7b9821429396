//! `rehearse` on PostgreSQL where tables, functions and keys have hostile names: psql takes none for a command.

#![cfg(target_os = "linux")]

use std::fmt::Write as _;
use std::fs;

use crate::judges::parts;
use crate::postgres_seals::HOSTILE;
use crate::registry::Registry;

/// Names that would end what we ourselves write around them.
const OURS: [&str; 4] = [
    "$sealgate_control$; DROP SCHEMA reg CASCADE; --",
    "'; DROP SCHEMA reg CASCADE; --",
    "\\'; \\! touch pwned",
    "<script>x</script>",
];

#[test]
#[ignore = "needs a PostgreSQL server, as root `setpriv`; run by .ci/run"]
fn no_name_is_taken_for_a_statement() {
    let identifier = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    let literal = |text: &str| format!("'{}'", text.replace('\'', "''"));
    let registry = Registry::new();
    let repo = &registry.repo;
    let mut clone = repo.read("../births.sql");
    let mut apply = "ALTER TABLE reg.births ADD note text;\n".to_owned();
    let names: Vec<&str> = HOSTILE.into_iter().chain(OURS).collect();
    for name in &names {
        let (table, key) = (identifier(name), literal(name));
        writeln!(
            clone,
            "CREATE TABLE reg.{table} ({table} text PRIMARY KEY, v text);
             INSERT INTO reg.{table} VALUES ({key}, {key}), ('other', '');
             CREATE FUNCTION reg.{table}() RETURNS int LANGUAGE sql AS 'SELECT 1';"
        )
        .unwrap();
        writeln!(
            apply,
            "UPDATE reg.{table} SET v = 'new' WHERE {table} = {key};
             ALTER FUNCTION reg.{table}() COST 7;"
        )
        .unwrap();
    }
    repo.write("../hostile.sql", clone);
    // All that is there is under seal, so that each fault is made in what has these names.
    let seal = repo.read("seals/births.toml");
    let (head, rest) = seal.split_once("include = [\n").unwrap();
    let (_, rest) = rest.split_once(']').unwrap();
    repo.write("seals/births.toml", format!("{head}include = [\n  \"reg\",\n]{rest}"));
    registry.plan("hostile.sql", &apply, "ALTER TABLE reg.births DROP note;", "");
    let wanted = ["--report", "html=../report.html"];
    let output = registry.command().args(wanted).output().unwrap();
    let [stdout, stderr] =
        [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
    assert_eq!(output.status.code(), Some(1), "{stdout}{stderr}");
    for control in ["no-op-apply", "no-op-rollback", "one-row", "inside-object", "outside-object"] {
        assert!(stdout.contains(&format!("found    {control}")), "{control}: {stdout}{stderr}");
    }
    // A row and a function of each name is left behind, and nothing else.
    let report: serde_json::Value = serde_json::from_str(&repo.read("../report.json")).unwrap();
    let legs = report["legs"].as_array().unwrap().iter();
    let invariants = legs.flat_map(|leg| leg["invariants"].as_array().unwrap());
    let broken: Vec<_> = invariants.filter(|invariant| invariant["holds"] == false).collect();
    assert_eq!(broken.len(), 1, "{broken:#?}");
    assert_eq!(broken[0]["code"], "rollback-differs");
    assert_eq!(broken[0]["places"].as_array().unwrap().len(), 2 * names.len(), "{stdout}");
    for (format, text) in [
        ("human", stdout + &stderr),
        ("json", repo.read("../report.json")),
        ("html", repo.read("../report.html")),
    ] {
        let parts = parts(format, &text).unwrap_or_else(|why| panic!("{format}: {why}\n{text}"));
        assert!(!parts.iter().any(|part| part.contains("script")), "{format}: {parts:?}");
    }
    let left = walkdir::WalkDir::new(repo.at("..")).into_iter().map(|entry| entry.unwrap());
    assert_eq!(left.filter(|entry| entry.file_name() == "pwned").count(), 0);
    fs::remove_file(repo.at("../report.json")).unwrap();
}
