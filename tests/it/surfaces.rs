//! Seals over SQLite databases: `seal`, `check`, `diff`, `ls`, `fmt`, `export` and `--from-report`.

#![cfg(all(unix, feature = "sqlite"))]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use sealgate_surface::rusqlite::Connection;
use serde_json::Value;

use crate::support::{Repo, Run, shell};

const DATABASE: &str = "data/app.db";

/// Makes or changes a database by these statements.
fn sql(repo: &Repo, file: &str, statements: &str) {
    let path = repo.at(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let connection = Connection::open(path).unwrap();
    connection.execute_batch(statements).unwrap();
    connection.close().unwrap();
}

/// A repository with a database of births, whose table is sealed.
fn births() -> Repo {
    Repo::once("", || {
        let repo = Repo::with(&[]);
        sql(
            &repo,
            DATABASE,
            "CREATE TABLE births(id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE, amount REAL);
             CREATE INDEX by_amount ON births(amount);
             CREATE TABLE other(a); INSERT INTO other VALUES (1);
             INSERT INTO births VALUES (1, 'a', 1.5), (2, 'b', 2.5), (3, 'c', NULL);",
        );
        let run = repo.run(&["seal", "births", "--root", DATABASE, "--include", "main/births"]);
        assert_eq!(run.code, 0, "{run:?}");
        repo
    })
}

/// The report of a check with these arguments, and its exit code.
fn check(repo: &Repo, arguments: &[&str]) -> (i32, Value) {
    let run = repo.run(&[&["check", "--format", "json"], arguments].concat());
    let report = serde_json::from_str(&run.stdout);
    (run.code, report.unwrap_or_else(|error| panic!("{error}: {run:?}")))
}

/// The findings as `KIND PATH`, with the cause if there is one.
fn findings(report: &Value) -> Vec<String> {
    let findings = report["seals"][0]["findings"].as_array().unwrap();
    let line = |finding: &Value| {
        let cause = finding["cause"].as_str().map(|cause| format!(" ({cause})"));
        let (kind, path) = (finding["kind"].as_str().unwrap(), finding["path"].as_str().unwrap());
        format!("{kind} {path}{}", cause.unwrap_or_default())
    };
    findings.iter().map(line).collect()
}

/// The codes of the errors.
fn errors(report: &Value) -> Vec<&str> {
    let errors = report["errors"].as_array().unwrap();
    errors.iter().map(|error| error["code"].as_str().unwrap()).collect()
}

fn passes(repo: &Repo) {
    let (code, report) = check(repo, &[]);
    assert_eq!(code, 0, "{report}");
}

fn is_error(run: &Run, code: &str, says: &str) {
    assert_eq!(run.code, 2, "{run:?}");
    let said = format!("{}{}", run.stdout, run.stderr);
    assert!(said.contains(says), "{code}: {says:?} is not in {said}");
}

#[test]
fn a_seal_states_each_row_and_object_of_a_table() {
    let repo = births();
    let seal = repo.read("seals/births.toml");
    let entries: Vec<&str> = seal
        .lines()
        .filter(|line| line.contains(" = \"file "))
        .map(|line| line.split('"').nth(1).unwrap())
        .collect();
    assert_eq!(
        entries,
        [
            "main/births/+table",
            "main/births/indexes/by_amount",
            "main/births/indexes/sqlite_autoindex_births_1",
            "main/births/rows/1",
            "main/births/rows/2",
            "main/births/rows/3",
        ]
    );
    assert!(seal.starts_with("# Seal of births: the exact rows and objects approved. "), "{seal}");
    let header = "format = \"sealgate-surface/1\"\ndatabase = \"sqlite\"\nroot = \"data/app.db\"\n\
                  tracked = false\ninclude = [\n  \"main/births\",\n]\nexclude = []\nbuckets = []\n\
                  omit = []\n\n[entries]\n";
    assert!(seal.contains(header), "{seal}");
    passes(&repo);
}

#[test]
fn what_drifted_is_named_by_row_and_object() {
    let repo = births();
    sql(
        &repo,
        DATABASE,
        "UPDATE births SET amount = 9 WHERE id = 2; DELETE FROM births WHERE id = 1;
         INSERT INTO births VALUES (4, 'd', 0); DROP INDEX by_amount; UPDATE other SET a = 2;
         CREATE TRIGGER late AFTER INSERT ON births BEGIN SELECT 1; END;",
    );
    let (code, report) = check(&repo, &[]);
    assert_eq!(code, 1);
    assert_eq!(
        findings(&report),
        [
            "missing main/births/indexes/by_amount",
            "missing main/births/rows/1",
            "modified main/births/rows/2",
            "unsealed main/births/rows/4",
            "unsealed main/births/triggers/late",
        ]
    );
    let diff = repo.run(&["diff", "births", "--exit-code"]);
    assert_eq!(diff.code, 1);
    assert!(diff.stdout.contains("2 added, 2 removed, 1 changed"), "{diff:?}");
    let ls = repo.run(&["ls", "births", "main/births/rows"]);
    let listing = "missing    main/births/rows/1\nsealed     main/births/rows/2\n\
                   sealed     main/births/rows/3\nunsealed   main/births/rows/4\n";
    assert_eq!(ls.stdout, listing);
    assert_eq!(repo.run(&["seal", "births"]).code, 0);
    passes(&repo);
}

#[test]
fn what_sqlite_does_to_definitions_is_explained() {
    let repo = births();
    sql(&repo, DATABASE, "ALTER TABLE births RENAME TO b; ALTER TABLE b RENAME TO births;");
    let (_, report) = check(&repo, &[]);
    let quoting = "modified main/births/+table (only-quoting)";
    assert!(findings(&report).contains(&quoting.to_owned()), "{report}");
    let repo = births();
    sql(
        &repo,
        DATABASE,
        "DROP INDEX by_amount; ALTER TABLE births DROP COLUMN amount;
         ALTER TABLE births ADD COLUMN amount REAL; UPDATE births SET amount = id + 0.5 WHERE id < 3;
         CREATE INDEX by_amount ON births(amount);",
    );
    passes(&repo);
    let repo = Repo::with(&[]);
    sql(
        &repo,
        DATABASE,
        "CREATE TABLE t(k INTEGER PRIMARY KEY, a, b); INSERT INTO t VALUES (1, 2, 3);",
    );
    assert_eq!(repo.run(&["seal", "t", "--root", DATABASE, "--include", "."]).code, 0);
    sql(
        &repo,
        DATABASE,
        "ALTER TABLE t DROP COLUMN a; ALTER TABLE t ADD COLUMN a; UPDATE t SET a = 2;",
    );
    let (_, report) = check(&repo, &[]);
    assert_eq!(findings(&report), ["modified main/t/+table (column-order)"]);
}

#[test]
fn a_database_in_use_is_refused_and_nothing_is_left_beside_it() {
    let repo = births();
    let before = repo.contents();
    passes(&repo);
    assert_eq!(repo.contents(), before);
    for (journal, content, is_refused) in [
        ("data/app.db-wal", "x", true),
        ("data/app.db-journal", "x", true),
        ("data/app.db-wal", "", false),
        ("data/app.db-journal", "", false),
    ] {
        repo.write(journal, content);
        let (code, report) = check(&repo, &[]);
        let expected: &[&str] = if is_refused { &["sqlite-in-use"] } else { &[] };
        assert_eq!((code, &*errors(&report)), (if is_refused { 2 } else { 0 }, expected));
        let seal = repo.run(&["seal", "births"]);
        assert_eq!(seal.code == 0, !is_refused, "{seal:?}");
        fs::remove_file(repo.at(journal)).unwrap();
    }
    symlink("app.db", repo.at("data/app.db-wal")).unwrap();
    assert_eq!(errors(&check(&repo, &[]).1), ["sqlite-in-use"]);
}

#[test]
fn a_row_that_is_only_in_the_write_ahead_log_is_never_missed() {
    let repo = births();
    let connection = Connection::open(repo.at(DATABASE)).unwrap();
    connection
        .execute_batch("PRAGMA journal_mode = WAL; INSERT INTO births VALUES (9, 'z', 0);")
        .unwrap();
    assert_eq!(errors(&check(&repo, &[]).1), ["sqlite-in-use"]);
    connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    let (code, report) = check(&repo, &[]);
    assert_eq!((code, findings(&report)), (1, vec!["unsealed main/births/rows/9".to_owned()]));
    connection.close().unwrap();
    // The header says that it is read by a write-ahead log, and there is none.
    let (code, report) = check(&repo, &[]);
    assert_eq!((code, findings(&report).len()), (1, 1));
}

#[test]
fn what_is_no_database_is_an_error_of_its_own() {
    type Damage = fn(&Path);
    let cases: [(&str, Damage); 7] = [
        ("there is no database", |file| fs::remove_file(file).unwrap()),
        ("is empty", |file| fs::write(file, "").unwrap()),
        ("not an SQLite database", |file| fs::write(file, "text".repeat(100)).unwrap()),
        ("Git LFS pointer", |file| {
            let text = format!("version https://git-lfs.github.com/spec/v1\n{:200}", "");
            fs::write(file, text).unwrap();
        }),
        ("damaged", |file| {
            let mut bytes = fs::read(file).unwrap();
            bytes[100..4096].fill(0xee);
            fs::write(file, bytes).unwrap();
        }),
        ("is a directory", |file| {
            fs::remove_file(file).unwrap();
            fs::create_dir(file).unwrap();
        }),
        ("symbolic link", |file| {
            fs::rename(file, file.with_extension("moved")).unwrap();
            symlink("app.moved", file).unwrap();
        }),
    ];
    for (says, damage) in cases {
        let repo = births();
        damage(&repo.at(DATABASE));
        let seal = repo.read("seals/births.toml");
        is_error(&repo.run(&["check"]), "check", says);
        is_error(&repo.run(&["seal", "births"]), "seal", says);
        assert_eq!(repo.read("seals/births.toml"), seal);
    }
    let repo = births();
    fs::remove_file(repo.at(DATABASE)).unwrap();
    shell(&repo, "mkfifo data/app.db");
    is_error(&repo.run(&["check"]), "check", "FIFO");
}

#[test]
fn a_damaged_table_hides_no_other_and_never_passes() {
    let repo = Repo::with(&[]);
    sql(
        &repo,
        DATABASE,
        "CREATE TABLE a(k INTEGER PRIMARY KEY, v); CREATE TABLE b(k INTEGER PRIMARY KEY);
         INSERT INTO a VALUES (1, zeroblob(20000)); INSERT INTO b VALUES (1);",
    );
    assert_eq!(repo.run(&["seal", "all", "--root", DATABASE, "--include", "main"]).code, 0);
    let mut bytes = fs::read(repo.at(DATABASE)).unwrap();
    // The root page of `a` is the second one.
    bytes[4096..4100].fill(0xff);
    fs::write(repo.at(DATABASE), bytes).unwrap();
    sql(&repo, "data/x.db", "");
    let (code, report) = check(&repo, &[]);
    assert_eq!((code, findings(&report)), (2, vec!["unreadable main/a/rows".to_owned()]));
    assert_eq!(report["seals"][0]["matched"], 3);
}

#[test]
fn an_included_path_with_nothing_at_it_is_an_error() {
    let repo = births();
    let run = repo.run(&["seal", "x", "--root", DATABASE, "--include", "main/gone"]);
    is_error(&run, "include-matches-nothing", "nothing at main/gone");
    assert!(!repo.at("seals/x.toml").exists());
    sql(&repo, DATABASE, "DROP TABLE births;");
    let (code, report) = check(&repo, &[]);
    assert_eq!((code, errors(&report)), (2, vec!["include-matches-nothing"]));
    // What is gone is listed all the same.
    assert_eq!(findings(&report).len(), 6);
}

#[test]
fn another_file_and_a_commit_are_judged_by_the_same_seal() {
    let repo = births();
    shell(
        &repo,
        "git init -q; git add data; sealgate seal births --root data/app.db --include main/births \
                  --allow-ci 2>/dev/null || true",
    );
    fs::remove_file(repo.at("seals/births.toml")).unwrap();
    let run = repo.run(&["seal", "births", "--root", DATABASE, "--include", "main/births"]);
    assert!(run.stdout.contains("tracked in git"), "{run:?}");
    shell(&repo, "git add -A; git commit -q -m first");
    sql(&repo, "other.db", "VACUUM;");
    fs::copy(repo.at(DATABASE), repo.at("other.db")).unwrap();
    sql(&repo, "other.db", "UPDATE births SET uid = 'B' WHERE id = 2; VACUUM;");
    let (code, report) = check(&repo, &["births", "--at", "other.db"]);
    assert_eq!((code, findings(&report)), (1, vec!["modified main/births/rows/2".to_owned()]));
    let diff = repo.run(&["diff", "births", "--against", "other.db"]);
    assert!(diff.stdout.contains("main/births/rows/2"), "{diff:?}");
    sql(&repo, DATABASE, "DELETE FROM births;");
    assert_eq!(check(&repo, &[]).0, 1);
    let (code, report) = check(&repo, &["--rev", "HEAD"]);
    assert_eq!((code, &report["verdict"]), (0, &"pass".into()), "{report}");
    repo.write("data/app.db-wal", "x");
    shell(&repo, "git add -A; git commit -q -m second");
    assert_eq!(errors(&check(&repo, &["--rev", "HEAD"]).1), ["sqlite-in-use"]);
}

#[test]
fn a_change_of_what_is_covered_is_a_change_of_scope() {
    let edits: [(&str, &str, &str); 4] = [
        ("  \"main/births\",\n", "  \"main/births/rows\",\n", "include"),
        ("omit = []", "omit = [\n  \"main/births/amount\",\n]", "omit"),
        ("buckets = []", "buckets = [\n  \"main/births\",\n]", "buckets"),
        ("exclude = []", "exclude = [\n  \"/main/births/indexes\",\n]", "exclude"),
    ];
    for (old, new, key) in edits {
        let repo = births();
        shell(
            &repo,
            "git init -q; printf '/data/\\n' > .gitignore; git add -A; git commit -q -m first",
        );
        let seal = repo.read("seals/births.toml").replace(old, new);
        repo.write("seals/births.toml", seal);
        assert_eq!(repo.run(&["fmt", "births"]).code, 0, "{key}");
        assert_eq!(repo.run(&["seal", "births"]).code, 0, "{key}");
        passes(&repo);
        let (code, report) = check(&repo, &["--base", "HEAD"]);
        assert_eq!(code, 1, "{key}: {report}");
        let scope = report["seals"][0]["reseal"]["scope"].as_array().unwrap();
        assert_eq!((scope.len(), &scope[0]["what"]), (1, &key.into()), "{report}");
    }
}

#[test]
fn a_directory_in_the_place_of_a_database_is_a_change_of_scope() {
    let repo = births();
    shell(
        &repo,
        "git init -q; printf '/data/\\n' > .gitignore; git add -A; git commit -q -m first",
    );
    fs::remove_file(repo.at("seals/births.toml")).unwrap();
    assert_eq!(repo.run(&["seal", "births", "--root", "data"]).code, 0);
    let (code, report) = check(&repo, &["--base", "HEAD"]);
    let scope = report["seals"][0]["reseal"]["scope"].as_array().unwrap();
    let what: Vec<&str> = scope.iter().map(|scope| scope["what"].as_str().unwrap()).collect();
    assert_eq!((code, what), (1, vec!["database", "root", "include"]), "{report}");
}

#[test]
fn fmt_sorts_lists_and_drops_what_is_no_longer_included() {
    let repo = births();
    let canonical = repo.read("seals/births.toml");
    let loose = canonical
        .replace(
            "include = [\n  \"main/births\",\n]\n",
            "include = ['main/births/rows', 'main/births/+table']\n",
        )
        .replace("omit = []\n", "");
    repo.write("seals/births.toml", loose);
    is_error(&repo.run(&["check"]), "seal-invalid", "is not in `include`");
    let run = repo.run(&["fmt", "births"]);
    assert!(run.stdout.contains("main/births/indexes/by_amount"), "{run:?}");
    let formatted = repo.read("seals/births.toml");
    assert!(
        formatted.contains("include = [\n  \"main/births/+table\",\n  \"main/births/rows\",\n]\n")
    );
    passes(&repo);
}

#[test]
fn buckets_are_chosen_and_said() {
    let repo = Repo::with(&[]);
    sql(
        &repo,
        DATABASE,
        "CREATE TABLE loose(a); INSERT INTO loose VALUES (1), (1); CREATE TABLE large(k INTEGER PRIMARY KEY);
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10001)
         INSERT INTO large SELECT i FROM n;",
    );
    let run = repo.run(&["seal", "all", "--root", DATABASE, "--include", "main"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stderr.contains("main/large goes under `buckets`"), "{run:?}");
    assert!(run.stderr.contains("main/loose goes under `buckets`"), "{run:?}");
    let seal = repo.read("seals/all.toml");
    assert!(seal.contains("buckets = [\n  \"main/large\",\n  \"main/loose\",\n]"), "{seal}");
    passes(&repo);
    // One of two equal rows goes.
    sql(&repo, DATABASE, "DELETE FROM loose WHERE rowid = 1;");
    let (code, report) = check(&repo, &[]);
    let found = findings(&report);
    assert_eq!((code, found.len()), (1, 1));
    assert!(found[0].starts_with("modified main/loose/rows/+"), "{found:?}");
}

#[test]
fn a_report_approves_rows_that_were_read_elsewhere() {
    let repo = births();
    sql(&repo, DATABASE, "UPDATE births SET amount = 9 WHERE id = 2; DROP INDEX by_amount;");
    let run = repo.run(&["check", "--report", "json=../report.json"]);
    assert_eq!(run.code, 1, "{run:?}");
    let run = repo.run(&["seal", "--from-report", "../report.json"]);
    assert_eq!(run.code, 0, "{run:?}");
    passes(&repo);
    // What no check can have seen is refused.
    sql(&repo, DATABASE, "UPDATE births SET amount = 8 WHERE id = 2;");
    repo.run(&["check", "--report", "json=../report.json"]);
    let report = fs::read_to_string(repo.at("../report.json")).unwrap();
    for (old, new) in
        [("main/births/rows/2", "main/other/rows/2"), ("\"kind\":\"file\"", "\"kind\":\"exec\"")]
    {
        assert!(report.contains(old));
        fs::write(repo.at("../forged.json"), report.replace(old, new)).unwrap();
        let run = repo.run(&["seal", "--from-report", "../forged.json"]);
        assert_eq!(run.code, 2, "{old}: {run:?}");
    }
}

#[test]
fn shares_come_to_the_verdict_of_the_whole() {
    let repo = births();
    sql(&repo, DATABASE, "UPDATE births SET amount = 9; INSERT INTO births VALUES (7, 'q', 0);");
    let whole = check(&repo, &[]).1;
    for share in 1..=2 {
        let partition = format!("slice:{share}/2");
        let report = format!("json=../{share}.json");
        repo.run(&["check", "--partition", &partition, "--report", &report]);
    }
    let merged = repo.run(&["merge-reports", "../1.json", "../2.json", "--format", "json"]);
    let merged: Value = serde_json::from_str(&merged.stdout).unwrap();
    assert_eq!(findings(&merged), findings(&whole));
    assert_eq!(merged["verdict"], whole["verdict"]);
    let (code, part) = check(&repo, &["--only", "/main/births/rows/1"]);
    assert_eq!((code, findings(&part)), (1, vec!["modified main/births/rows/1".to_owned()]));
}

#[test]
fn exports_vouch_for_sealed_rows_alone() {
    let repo = births();
    for format in ["b3sum", "sha256sum"] {
        let run = repo.run(&["export", "births", "--format", format]);
        assert_eq!((run.code, run.stdout.lines().count()), (0, 6), "{run:?}");
    }
    sql(
        &repo,
        DATABASE,
        "UPDATE births SET amount = 9 WHERE id = 2; DELETE FROM births WHERE id = 3;",
    );
    let run = repo.run(&["export", "births", "--format", "sha256sum"]);
    assert_eq!((run.code, &*run.stdout), (1, ""), "{run:?}");
    assert!(run.stderr.contains("rows/2") && run.stderr.contains("rows/3"), "{run:?}");
}

#[test]
fn what_is_for_directories_is_refused() {
    let repo = births();
    shell(
        &repo,
        "git init -q; printf '/data/\\n' > .gitignore; git add -A; git commit -q -m first",
    );
    let cases: [(&[&str], &str); 6] = [
        (&["check", "--stage", "out"], "--stage copies files"),
        (&["rebuild", "births"], "does not state how"),
        (&["seal", "d", "--root", "data", "--include", "main"], "is a directory"),
        (&["seal", "d", "--root", ".", "--include", "main"], "name the file of the database"),
        (&["seal", "d", "--root", DATABASE, "--include", "main//x"], "empty component"),
        (&["seal", "d", "--root", DATABASE], "--include main/TABLE"),
    ];
    for (arguments, says) in cases {
        is_error(&repo.run(arguments), "usage", says);
    }
    is_error(&repo.run(&["check", "--require-sealed", "data"]), "require-sealed", "data");
    let run = repo.run(&["seal", "births", "--set-build", "make db"]);
    assert_eq!(run.code, 0, "{run:?}");
    passes(&repo);
    is_error(&repo.run(&["rebuild", "births"]), "usage", "covers a database");
}

#[test]
fn hostile_names_are_shown_harmlessly() {
    let repo = Repo::with(&[]);
    sql(
        &repo,
        DATABASE,
        "CREATE TABLE \"a\u{1b}[31m\n::error::x\"(k TEXT PRIMARY KEY); CREATE TABLE \"\u{202e}x\"(k INTEGER PRIMARY KEY);",
    );
    assert_eq!(repo.run(&["seal", "all", "--root", DATABASE, "--include", "main"]).code, 0);
    passes(&repo);
    sql(
        &repo,
        DATABASE,
        "INSERT INTO \"a\u{1b}[31m\n::error::x\" VALUES ('k\u{1b}]0;t\u{7}' || char(10)); DROP TABLE \"\u{202e}x\";",
    );
    for format in ["human", "github", "markdown"] {
        let run = repo.run(&["check", "--format", format]);
        assert_eq!(run.code, 1, "{run:?}");
        for hostile in ["\u{1b}", "\u{202e}", "\u{7}", "\n::error::x"] {
            assert!(!run.stdout.contains(hostile), "{format}: {hostile:?}: {}", run.stdout);
        }
    }
}
