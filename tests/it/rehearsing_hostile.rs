//! `rehearse` where tables, columns and keys have hostile names: each is shown, and none does anything.

#![cfg(all(target_os = "linux", feature = "sqlite"))]

use std::fmt::Write as _;
use std::fs;

use sealgate_surface::rusqlite::Connection;

use crate::judges::{Parts, parts};
use crate::rehearsals::{rehearse, seal_each};
use crate::support::{HOSTILE, Repo};

/// What a rehearsal writes, and what that consists of.
struct Written {
    human: String,
    parts: [Parts; 4],
}

/// The reports of a plan whose rollback leaves a table of each of these names, with a row of each name; and of
/// one more such table, which was there before, a row is lost.
fn reports(names: &[String]) -> Written {
    let identifier = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    let literal = |text: &str| format!("'{}'", text.replace('\'', "''"));
    let (mut before, mut apply) = (String::new(), String::new());
    for name in names {
        let (old, new) = (identifier(&format!("{name}0")), identifier(name));
        let key = literal(name);
        write!(
            before,
            "CREATE TABLE {old}({new} TEXT PRIMARY KEY, v); INSERT INTO {old} VALUES ({key}, 1);"
        )
        .unwrap();
        writeln!(
            apply,
            "CREATE TABLE {new}({new} TEXT PRIMARY KEY); INSERT INTO {new} VALUES ({key}); DELETE FROM {old};"
        )
        .unwrap();
    }
    let repo = Repo::with(&[("plans/up.sql", &apply), ("plans/down.sql", "SELECT 1;")]);
    fs::create_dir(repo.at("data")).unwrap();
    fs::create_dir(repo.at("../scratch")).unwrap();
    let connection = Connection::open(repo.at("data/app.db")).unwrap();
    connection.execute_batch(&before).unwrap();
    connection.close().unwrap();
    repo.write(
        "plans/p.toml",
        "format = \"sealgate-plan/1\"\nsubject = \"names\"\nsurface = \"all\"\nclone = \"../data/app.db\"\n\
         apply = \"up.sql\"\nrollback = \"down.sql\"\n",
    );
    seal_each(
        &repo,
        &[
            &["seal", "all", "--root", "data/app.db", "--include", "."],
            &["seal", "plans", "--root", "plans"],
        ],
    );
    let wanted = ["--report", "json=../r.json", "--report", "html=../r.html"];
    let run = rehearse(&repo, "plans/p.toml", &wanted);
    assert_eq!(run.code, 1, "{run:?}");
    for control in ["one-row", "inside-object"] {
        assert!(run.stdout.contains(&format!("found    {control}")), "{control}: {run:?}");
    }
    let human = run.stdout + &run.stderr;
    let record = fs::read_dir(repo.at("seals/evidence")).unwrap().next().unwrap().unwrap().path();
    let written = [
        ("human", human.clone()),
        ("json", repo.read("../r.json")),
        ("html", repo.read("../r.html")),
        ("json", fs::read_to_string(record).unwrap()),
    ];
    let parts = written.map(|(format, text)| {
        parts(format, &text).unwrap_or_else(|why| panic!("{format}: {why}\n{text}"))
    });
    Written { human, parts }
}

#[test]
fn a_name_in_a_report_takes_one_line_and_makes_nothing_else() {
    let names = HOSTILE.iter().filter_map(|(_, name)| str::from_utf8(name).ok());
    let mut names: Vec<String> =
        names.filter(|name| !name.contains('\0')).map(str::to_owned).collect();
    names.extend(["%", "\\.", "\n\\.\n", ":x", "a\tb", "\\"].map(str::to_owned));
    names.push("n".repeat(1_024));
    let hostile = reports(&names);
    let plain: Vec<String> = (0..names.len()).map(|at| format!("t{at}t")).collect();
    let harmless = reports(&plain);
    assert_eq!(hostile.human.lines().count(), harmless.human.lines().count(), "{}", hostile.human);
    assert_eq!(hostile.parts, harmless.parts);
    let acts = |line: &&str| line.trim_start().starts_with("::") || line.contains("##[");
    let acting: Vec<&str> = hostile.human.lines().filter(acts).collect();
    assert_eq!(acting, [""; 0]);
}
