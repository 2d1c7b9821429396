//! An SQLite database as a tree: what has a path, what differs, and what is refused.

#![cfg(feature = "sqlite")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails so")]

use std::collections::BTreeMap;
use std::fmt::Write as _;

use proptest::prelude::*;
use sealgate_core::compare::inventory::{Inventory, Item, Observed, ScanError};
use sealgate_core::seal::entry::Entry;
use sealgate_core::seal::exclude::Scope;
use sealgate_core::seal::path::EntryPath;
use sealgate_core::seal::surface::{DatabaseSystem, Included, Surface};
use sealgate_surface::rusqlite::types::ValueRef;
use sealgate_surface::rusqlite::{self, Connection};
use sealgate_surface::{Database, DatabaseFault, Sink, Survey, Wanted, WhyBuckets};

/// The file of a database that these statements make.
fn file(sql: &str) -> Vec<u8> {
    file_with(sql, |_| {})
}

fn file_with(sql: &str, fill: impl FnOnce(&Connection)) -> Vec<u8> {
    let mut connection = Connection::open_in_memory().unwrap();
    connection.execute_batch(sql).unwrap();
    fill(&connection);
    connection.serialize("main").unwrap().to_vec()
}

fn surface(include: &[&str]) -> Surface {
    let mut include: Vec<Included> =
        include.iter().map(|path| Included::parse(path).unwrap()).collect();
    include.sort();
    Surface { system: DatabaseSystem::Sqlite, include, buckets: Vec::new(), omit: Vec::new() }
}

fn paths(paths: &[&str]) -> Vec<EntryPath> {
    paths.iter().map(|path| EntryPath::parse(path).unwrap()).collect()
}

fn survey(file: Vec<u8>, surface: &Surface, exclude: &[&str]) -> Survey {
    let exclude = Scope::new(exclude.iter().map(ToString::to_string).collect()).unwrap();
    let database = Database::open(file).unwrap();
    database.survey(Wanted { surface, exclude: &exclude }).unwrap()
}

/// The paths and digests of all entries, and the words of what cannot be read.
fn entries(file: Vec<u8>) -> BTreeMap<String, String> {
    of_inventory(&survey(file, &surface(&["."]), &[]).inventory)
}

fn of_inventory(inventory: &Inventory) -> BTreeMap<String, String> {
    let entry = |item: &Item| {
        let path = String::from_utf8(item.path.to_vec()).unwrap();
        match &item.observed {
            Observed::Entry(Entry::File { digest, size, .. }) => (path, format!("{size} {digest}")),
            Observed::ScanError(error) => (path, error.detail.clone()),
            other => panic!("{other:?}"),
        }
    };
    inventory.items.iter().map(entry).collect()
}

/// The content of each entry, as a second reader would get it.
struct Contents(BTreeMap<String, Vec<u8>>);

impl Sink for Contents {
    fn take(&mut self, path: String, content: &[u8]) {
        self.0.insert(path, content.to_vec());
    }

    fn fail(&mut self, path: String, error: ScanError) {
        panic!("{path}: {error:?}");
    }
}

fn contents(file: Vec<u8>) -> BTreeMap<String, Vec<u8>> {
    let mut contents = Contents(BTreeMap::new());
    let (surface, exclude) = (surface(&["."]), Scope::new(Vec::new()).unwrap());
    let wanted = Wanted { surface: &surface, exclude: &exclude };
    Database::open(file).unwrap().visit(wanted, &mut contents).unwrap();
    contents.0
}

#[test]
fn a_database_is_a_tree_of_objects_and_rows() {
    let file = file(
        "CREATE TABLE births(id INTEGER PRIMARY KEY AUTOINCREMENT, uid TEXT NOT NULL UNIQUE, amount REAL);
         CREATE TABLE pairs(b TEXT, a INT, c BLOB, PRIMARY KEY(a, b)) WITHOUT ROWID;
         CREATE TABLE named(a INT NOT NULL, b TEXT); CREATE UNIQUE INDEX named_a ON named(a);
         CREATE TABLE loose(a);
         CREATE VIEW recent AS SELECT * FROM births;
         CREATE TRIGGER mark AFTER INSERT ON births BEGIN SELECT 1; END;
         CREATE INDEX by_amount ON births(amount);
         INSERT INTO births(uid, amount) VALUES ('x', 1.5), ('y', NULL);
         INSERT INTO pairs VALUES ('q/r', 7, x'00ff');
         INSERT INTO named VALUES (5, 'five');
         INSERT INTO loose VALUES (1), (1);
         PRAGMA user_version = 3;",
    );
    let contents = contents(file);
    let bucket = |path: &&String| path.starts_with("main/loose/rows/");
    let paths: Vec<&str> =
        contents.keys().filter(|path| !bucket(path)).map(String::as_str).collect();
    assert_eq!(
        paths,
        [
            "+database/application_id",
            "+database/auto_vacuum",
            "+database/encoding",
            "+database/journal_mode",
            "+database/user_version",
            "main/+sequences/births.value",
            "main/births/+table",
            "main/births/indexes/by_amount",
            "main/births/indexes/sqlite_autoindex_births_1",
            "main/births/rows/1",
            "main/births/rows/2",
            "main/births/triggers/mark",
            "main/loose/+table",
            "main/named/+table",
            "main/named/indexes/named_a",
            "main/named/rows/5",
            "main/pairs/+table",
            "main/pairs/rows/7/q%2Fr",
            "main/recent/+view",
            "main/sqlite_sequence/+table",
        ]
    );
    // Columns of the key in its order, then the others by name.
    let row = b"I\0\0\0\0\0\0\0\x07T\0\0\0\0\0\0\0\x03q/rB\0\0\0\0\0\0\0\x02\x00\xff";
    assert_eq!(contents["main/pairs/rows/7/q%2Fr"], row);
    let buckets: Vec<usize> =
        contents.iter().filter(|(path, _)| bucket(path)).map(|(_, rows)| rows.len()).collect();
    assert_eq!(buckets, [64]);
    assert_eq!(contents["+database/user_version"], b"pragma\t{\"user_version\":3}\n");
    let table = String::from_utf8(contents["main/loose/+table"].clone()).unwrap();
    let expected = "sqlite_schema\t{\"name\":\"loose\",\"sql\":\"CREATE TABLE loose(a)\",\
                    \"tbl_name\":\"loose\",\"type\":\"table\"}\n";
    assert_eq!(table, expected);
}

/// Values that are not the same value, two by two.
const PAIRS: [(&str, &str); 27] = [
    ("NULL", "''"),
    ("NULL", "'NULL'"),
    ("NULL", "0"),
    ("NULL", "x''"),
    ("''", "x''"),
    ("''", "' '"),
    ("'a'", "'A'"),
    ("'a'", "'a '"),
    ("'a'", "x'61'"),
    ("1", "'1'"),
    ("1", "1.0"),
    ("1", "x'31'"),
    ("1.0", "'1.0'"),
    ("0", "-1"),
    ("0.1", "0.10000000000000002"),
    ("9007199254740993", "9007199254740992"),
    ("9223372036854775807", "9223372036854775806"),
    ("9223372036854775807", "9223372036854775807.0"),
    ("1e300", "1e301"),
    ("9e999", "-9e999"),
    ("'{\"a\": 1}'", "'{\"a\":1}'"),
    ("char(233)", "'e' || char(769)"),
    ("'a' || char(0)", "'a'"),
    ("'a' || char(0) || 'b'", "'a' || char(0) || 'c'"),
    ("'a' || char(9) || 'b'", "'a' || char(10) || 'b'"),
    ("'a' || char(13) || char(10)", "'a' || char(10)"),
    ("x'00'", "x'0000'"),
];

#[test]
fn values_that_differ_have_rows_that_differ() {
    for encoding in ["UTF-8", "UTF-16le", "UTF-16be"] {
        for (a, b) in PAIRS {
            for table in [
                "CREATE TABLE t(k INTEGER PRIMARY KEY, v)",
                "CREATE TABLE t(v)",
                "CREATE TABLE t(v PRIMARY KEY)",
                "CREATE TABLE t(v NOT NULL PRIMARY KEY) WITHOUT ROWID",
            ] {
                let is_refused = table.contains("NOT NULL") && a == "NULL";
                let is_equal_key = a == "1" && b == "1.0";
                if is_refused {
                    continue;
                }
                let with = |value: &str| {
                    entries(file(&format!(
                        "PRAGMA encoding = '{encoding}'; {table}; INSERT INTO t(v) VALUES ({value})"
                    )))
                };
                let (first, second) = (with(a), with(b));
                assert_ne!(first, second, "{a} {b} {table} {encoding}");
                assert_eq!(first, with(a));
                if !is_equal_key && table.contains("PRIMARY KEY") && a != "9223372036854775807" {
                    let both = entries(file(&format!(
                        "PRAGMA encoding = '{encoding}'; {table};
                         INSERT INTO t(v) VALUES ({a}), ({b})"
                    )));
                    assert_eq!(both.len(), first.len() + 1, "{a} {b} {both:?}");
                }
            }
        }
    }
}

#[test]
fn text_that_breaks_its_encoding_is_told_apart() {
    let utf8 = |bytes: &str| {
        let insert = format!("INSERT INTO t VALUES (CAST(x'{bytes}' AS TEXT))");
        entries(file(&format!("CREATE TABLE t(k TEXT PRIMARY KEY); {insert}")))
    };
    assert_ne!(utf8("ff"), utf8("fe"));
    assert_ne!(utf8("c3"), utf8("c3a9"));
    // Unpaired surrogates, which SQLite itself shows as one and the same character.
    let with = |bytes: &str| {
        entries(file(&format!(
            "PRAGMA encoding = 'UTF-16le'; CREATE TABLE t(k INTEGER PRIMARY KEY, v);
             INSERT INTO t VALUES (1, CAST(x'{bytes}' AS TEXT))"
        )))
    };
    assert_ne!(with("00d8"), with("01d8"));
    assert_ne!(with("00d8"), with("fdff"));
}

#[test]
fn rows_with_one_null_key_are_all_counted() {
    let with = |rows: &str| {
        entries(file(&format!(
            "CREATE TABLE t(k TEXT PRIMARY KEY, v); INSERT INTO t VALUES {rows}"
        )))
    };
    let two = with("(NULL, 1), (NULL, 2), ('a', 3)");
    assert!(two["main/t/rows/+null"].starts_with("64 "), "{two:?}");
    assert_ne!(two, with("(NULL, 1), (NULL, 1), ('a', 3)"));
    assert_ne!(two, with("(NULL, 1), (NULL, 2), (NULL, 2), ('a', 3)"));
    assert_eq!(two, with("('a', 3), (NULL, 2), (NULL, 1)"));
}

#[test]
fn what_is_physical_does_not_count() {
    let rows = "INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c');";
    let plain = entries(file(&format!("CREATE TABLE t(k INTEGER PRIMARY KEY, v); {rows}")));
    for detour in [
        format!("CREATE TABLE t(k INTEGER PRIMARY KEY, v); {rows} VACUUM;"),
        format!("PRAGMA page_size = 512; CREATE TABLE t(k INTEGER PRIMARY KEY, v); {rows}"),
        format!(
            "CREATE TABLE u(a); CREATE TABLE t(k INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (9, 'z');
             DELETE FROM t; {rows} DROP TABLE u;"
        ),
    ] {
        assert_eq!(entries(file(&detour)), plain, "{detour}");
    }
}

#[test]
fn a_column_in_another_place_changes_the_table_and_no_row() {
    let rows = |sql: &str| {
        let mut entries = entries(file(sql));
        let table = entries.remove("main/t/+table");
        (entries, table)
    };
    let before =
        rows("CREATE TABLE t(k INTEGER PRIMARY KEY, a, b); INSERT INTO t VALUES (1, 2, 3)");
    let after = rows("CREATE TABLE t(k INTEGER PRIMARY KEY, b, a); INSERT INTO t VALUES (1, 3, 2)");
    assert_eq!(before.0, after.0);
    assert_ne!(before.1, after.1);
}

#[test]
fn buckets_and_omitted_columns_are_as_the_surface_says() {
    let table = "CREATE TABLE t(k INTEGER PRIMARY KEY, v, seen); CREATE TABLE \"a/b\"(k INTEGER PRIMARY KEY, v);
                 INSERT INTO \"a/b\" VALUES (1, 1);";
    let file = |seen: u32| {
        file(&format!("{table} INSERT INTO t VALUES (1, 'a', {seen}), (2, 'b', {seen});"))
    };
    let omitting = Surface {
        omit: paths(&["main/a%2Fb/v", "main/t/seen"]),
        ..surface(&["main/t", "main/a%2Fb"])
    };
    let of = |seen, surface: &Surface| of_inventory(&survey(file(seen), surface, &[]).inventory);
    assert_eq!(of(1, &omitting), of(2, &omitting));
    assert!(of(1, &omitting)["main/a%2Fb/rows/1"].starts_with("9 "));
    let buckets = Surface { buckets: paths(&["main/t"]), ..surface(&["main/t"]) };
    let (one, two) = (of(1, &buckets), of(2, &buckets));
    assert_ne!(one, two);
    let sizes = |entries: &BTreeMap<String, String>| {
        entries.iter().filter(|(path, _)| path.starts_with("main/t/rows/+")).count()
    };
    // A bucket is chosen by the key alone.
    assert!((1..=2).contains(&sizes(&one)) && sizes(&one) == sizes(&two), "{one:?}");
    assert!(one.keys().eq(two.keys()));
}

#[test]
fn include_and_exclude_decide_what_is_read() {
    let sql = "CREATE TABLE t(a TEXT, b INT, v, PRIMARY KEY(a, b)); CREATE TABLE u(k INTEGER PRIMARY KEY);
               CREATE INDEX i ON t(v); INSERT INTO t VALUES ('x', 1, 0), ('x', 2, 0), ('xy', 1, 0);
               INSERT INTO u VALUES (1), (10);";
    let of = |include: &[&str], exclude: &[&str]| {
        let survey = survey(file(sql), &surface(include), exclude);
        let paths = of_inventory(&survey.inventory).into_keys();
        (paths.collect::<Vec<_>>().join(" "), survey.unmatched.join(" "))
    };
    let own = |paths: &str, unmatched: &str| (paths.to_owned(), unmatched.to_owned());
    assert_eq!(of(&["main/t/rows/x"], &[]), own("main/t/rows/x/1 main/t/rows/x/2", ""));
    assert_eq!(of(&["main/u/rows/1"], &[]), own("main/u/rows/1", ""));
    assert_eq!(of(&["main/u"], &["/main/u/rows"]), own("main/u/+table", ""));
    assert_eq!(
        of(&["main/t/indexes", "main/gone", "main/u/rows/2"], &[]),
        own("main/t/indexes/i main/t/indexes/sqlite_autoindex_t_1", "main/gone main/u/rows/2")
    );
    assert_eq!(of(&["main/u"], &["/main/u"]), own("", "main/u"));
}

#[test]
fn hostile_names_inject_nothing_and_stay_apart() {
    let names = [
        "a\"b",
        "a'b",
        "a;b",
        "--",
        "a]b",
        "a`b",
        "a b",
        "a\nb",
        "a\tb",
        "%",
        "%25",
        "a/b",
        "a\\b",
        ".",
        "..",
        "+table",
        "~x",
        "main",
        "rows",
        "sqlit",
        "\"; DROP TABLE x; --",
        "e\u{301}",
        "\u{e9}",
        "\u{202e}x",
        "",
        "select",
        "a.b",
        ":x",
        "?1",
        "@a",
        "$a",
        "x'00'",
        "[a]",
        "/*",
        "*/",
        "\r",
        "\u{7f}",
        "\u{85}",
        "NULL",
    ];
    let long = "n".repeat(1024);
    let names: Vec<&str> = names.into_iter().chain([&*long]).collect();
    let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    let mut sql = String::new();
    for name in &names {
        let table = quoted(name);
        let index = quoted(&format!("i{name}"));
        write!(
            sql,
            "CREATE TABLE {table}({table} TEXT PRIMARY KEY, v); CREATE INDEX {index} ON {table}(v);"
        )
        .unwrap();
    }
    let file = file_with(&sql, |connection| {
        for name in &names {
            let insert = format!("INSERT INTO {} VALUES (?1, 1)", quoted(name));
            connection.execute(&insert, [name]).unwrap();
        }
    });
    let contents = contents(file);
    let below =
        |place: &str| contents.keys().filter(|path| path.split('/').nth(2) == Some(place)).count();
    assert_eq!([below("+table"), below("rows")], [names.len(); 2]);
    assert_eq!(below("indexes"), 2 * names.len());
    assert!(contents.keys().all(|path| EntryPath::parse(path).is_ok()));
}

#[test]
fn a_write_ahead_log_at_rest_is_read_and_shown() {
    let mut wal = file("CREATE TABLE t(k INTEGER PRIMARY KEY); INSERT INTO t VALUES (1)");
    let plain = entries(wal.clone());
    (wal[18], wal[19]) = (2, 2);
    let mut entries = entries(wal.clone());
    let mode = entries.remove("+database/journal_mode");
    assert_ne!(mode, plain.get("+database/journal_mode").cloned());
    assert_eq!(contents(wal)["+database/journal_mode"], b"pragma\t{\"journal_mode\":\"wal\"}\n");
    assert_eq!(entries.len(), plain.len() - 1);
}

#[test]
fn what_is_no_database_is_refused() {
    let fault = |bytes: &[u8]| Database::open(bytes.to_vec()).unwrap_err().to_string();
    assert_eq!(fault(b""), "the file is empty");
    assert_eq!(fault(&[b'x'; 4096]), "the file is not an SQLite database, or it is encrypted");
    assert!(fault(b"version https://git-lfs.github.com/spec/v1\n").contains("git lfs pull"));
}

#[test]
fn a_damaged_file_is_never_taken_for_a_smaller_one() {
    let sql =
        "CREATE TABLE t(k INTEGER PRIMARY KEY, v TEXT); CREATE TABLE u(k INTEGER PRIMARY KEY);
               INSERT INTO u VALUES (1);
               WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
               INSERT INTO t SELECT i, printf('%0100d', i) FROM n;";
    let sound = file(sql);
    let expected = entries(sound.clone());
    let mut refused = 0;
    for page in 1..sound.len() / 4096 {
        let mut damaged = sound.clone();
        damaged[page * 4096..page * 4096 + 64].fill(0xff);
        let Ok(database) = Database::open(damaged) else { continue };
        let (surface, exclude) = (surface(&["."]), Scope::new(Vec::new()).unwrap());
        let Ok(survey) = database.survey(Wanted { surface: &surface, exclude: &exclude }) else {
            continue;
        };
        let items = &survey.inventory.items;
        assert_ne!(of_inventory(&survey.inventory), expected, "page {page}");
        if survey.inventory.troubles().next().is_some() {
            refused += 1;
            // The other table is read all the same, and of this one nothing counts.
            let of_t = items.iter().filter(|item| item.path.starts_with(b"main/t/rows"));
            let of_u = items.iter().filter(|item| item.path.starts_with(b"main/u/rows"));
            assert_eq!(of_t.count().min(of_u.count()), 1, "page {page}");
        }
    }
    assert!(refused > 5, "{refused}");
}

#[test]
fn cut_and_flipped_files_never_panic() {
    let sound = file(
        "CREATE TABLE t(k TEXT PRIMARY KEY, v); INSERT INTO t VALUES ('a', 1), ('b', zeroblob(9000));
         CREATE INDEX i ON t(v); CREATE TABLE s(a INTEGER PRIMARY KEY AUTOINCREMENT); INSERT INTO s VALUES (4);",
    );
    let (surface, exclude) = (surface(&["."]), Scope::new(Vec::new()).unwrap());
    let read = |bytes: Vec<u8>| {
        if let Ok(database) = Database::open(bytes) {
            let _ = database.survey(Wanted { surface: &surface, exclude: &exclude });
            let _ = database.wants_buckets(&surface);
        }
    };
    for at in (0..sound.len()).step_by(97) {
        read(sound[..at].to_vec());
        let mut flipped = sound.clone();
        flipped[at] ^= 1 << (at % 8);
        read(flipped);
    }
}

#[test]
fn pages_that_are_shared_do_not_make_endless_rows() {
    // An interior page whose cells all lead to one leaf: a small file that claims many rows.
    let mut bytes = file(
        "PRAGMA page_size = 512; CREATE TABLE t(k INTEGER PRIMARY KEY, v TEXT);
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
         INSERT INTO t SELECT i, printf('%030d', i) FROM n;",
    );
    let root = 512;
    assert_eq!(bytes[root], 5, "the root is an interior page");
    let cells = usize::from(u16::from_be_bytes([bytes[root + 3], bytes[root + 4]]));
    let cell = |at: usize, bytes: &[u8]| {
        let pointer = root + 12 + 2 * at;
        root + usize::from(u16::from_be_bytes([bytes[pointer], bytes[pointer + 1]]))
    };
    let first = cell(0, &bytes);
    let child = bytes[first..first + 4].to_vec();
    for at in 1..cells {
        let place = cell(at, &bytes);
        bytes[place..place + 4].copy_from_slice(&child);
    }
    let survey = survey(bytes, &surface(&["."]), &[]);
    assert!(survey.inventory.troubles().next().is_some());
}

#[test]
fn a_schema_that_was_edited_by_hand_hides_nothing() {
    let edit = |edit: &str| {
        let sql = format!(
            "CREATE TABLE t(k INTEGER PRIMARY KEY); CREATE INDEX i ON t(k); INSERT INTO t VALUES (1);
             PRAGMA writable_schema = ON; {edit}"
        );
        let (surface, exclude) = (surface(&["."]), Scope::new(Vec::new()).unwrap());
        match Database::open(file(&sql)) {
            Ok(database) => {
                let wanted = Wanted { surface: &surface, exclude: &exclude };
                database.survey(wanted).map(|survey| of_inventory(&survey.inventory))
            }
            Err(fault) => Err(fault),
        }
    };
    let renamed = edit("UPDATE sqlite_schema SET name = 'u', tbl_name = 'u' WHERE name = 't'");
    assert!(
        renamed.as_ref().is_err()
            || renamed.as_ref().is_ok_and(|all| all["main/u/rows"].contains("cannot find")),
        "{renamed:?}"
    );
    let odd = edit("UPDATE sqlite_schema SET tbl_name = 'nowhere' WHERE name = 'i'");
    assert!(
        odd.as_ref().is_err()
            || odd.as_ref().is_ok_and(|all| all.contains_key("main/+other/index/i")),
        "{odd:?}"
    );
    let broken = edit("UPDATE sqlite_schema SET sql = 'CREATE NONSENSE' WHERE name = 'i'");
    assert!(matches!(broken, Err(DatabaseFault::Damaged(_))), "{broken:?}");
}

#[test]
fn nothing_of_the_file_is_run() {
    let file = file(
        "CREATE TABLE t(k INTEGER PRIMARY KEY, v, w GENERATED ALWAYS AS (v * 2) VIRTUAL,
                        x GENERATED ALWAYS AS (v * 3) STORED);
         INSERT INTO t(k, v) VALUES (1, 2);
         CREATE VIEW endless AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n;",
    );
    let contents = contents(file);
    // The key, `v` and `x`; `w` follows from them.
    assert_eq!(contents["main/t/rows/1"].len(), 27);
    assert!(contents.contains_key("main/endless/+view"));
}

#[test]
fn tables_without_a_key_and_large_ones_want_buckets() {
    let file = file(
        "CREATE TABLE large(k INTEGER PRIMARY KEY); CREATE TABLE loose(a); CREATE TABLE empty(a);
         CREATE TABLE small(k INTEGER PRIMARY KEY); INSERT INTO small VALUES (1); INSERT INTO loose VALUES (1);
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10001) INSERT INTO large SELECT i FROM n;",
    );
    let database = Database::open(file).unwrap();
    let wants = |surface: &Surface| -> Vec<(String, WhyBuckets)> {
        let wants = database.wants_buckets(surface).unwrap();
        wants.into_iter().map(|wants| (wants.table.as_str().to_owned(), wants.why)).collect()
    };
    let all = [
        ("main/large".to_owned(), WhyBuckets::Rows(10_001)),
        ("main/loose".to_owned(), WhyBuckets::NoKey),
    ];
    assert_eq!(wants(&surface(&["."])), all);
    assert_eq!(wants(&Surface { buckets: paths(&["main/large"]), ..surface(&["."]) }), all[1..]);
    assert_eq!(wants(&surface(&["main/large/rows/5"])), []);
}

fn value() -> impl Strategy<Value = rusqlite::types::Value> {
    use rusqlite::types::Value;
    prop_oneof![
        Just(Value::Null),
        any::<i64>().prop_map(Value::Integer),
        any::<f64>().prop_filter("SQLite has no NaN", |real| !real.is_nan()).prop_map(Value::Real),
        ".*".prop_map(Value::Text),
        "[\\t\\n\\r\\x00N\\\\.]{0,20}".prop_map(Value::Text),
        proptest::collection::vec(any::<u8>(), 0..40).prop_map(Value::Blob),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn rows_are_equal_if_and_only_if_their_values_are(
        a in proptest::collection::vec(value(), 3),
        b in proptest::collection::vec(value(), 3),
    ) {
        let with = |values: &[rusqlite::types::Value]| {
            contents(file_with("CREATE TABLE t(k INTEGER PRIMARY KEY, x, y, z)", |connection| {
                let row = rusqlite::params![values[0], values[1], values[2]];
                connection.execute("INSERT INTO t VALUES (1, ?1, ?2, ?3)", row).unwrap();
            }))["main/t/rows/1"].clone()
        };
        let is_same = |a: &rusqlite::types::Value, b: &rusqlite::types::Value| {
            match (ValueRef::from(a), ValueRef::from(b)) {
                (ValueRef::Real(a), ValueRef::Real(b)) => a.to_bits() == b.to_bits(),
                (a, b) => a == b,
            }
        };
        let equal = a.iter().zip(&b).all(|(a, b)| is_same(a, b));
        prop_assert_eq!(equal, with(&a) == with(&b));
        prop_assert_eq!(with(&a), with(&a));
    }
}

#[test]
fn a_cell_of_one_mebibyte_is_read_whole() {
    let with = |last: u8| {
        entries(file_with("CREATE TABLE t(k INTEGER PRIMARY KEY, v)", |connection| {
            let mut cell = vec![b'\n'; 1 << 20];
            cell[(1 << 20) - 1] = last;
            connection.execute("INSERT INTO t VALUES (1, ?1)", [cell]).unwrap();
        }))
    };
    assert_ne!(with(b'a'), with(b'b'));
    assert!(with(b'a')["main/t/rows/1"].starts_with("1048594 "));
}

#[test]
fn a_row_over_the_limit_is_named() {
    let file = file_with("CREATE TABLE t(k INTEGER PRIMARY KEY, v)", |connection| {
        connection.execute("INSERT INTO t VALUES (1, zeroblob(67108864))", []).unwrap();
    });
    let entries = entries(file);
    assert_eq!(entries["main/t/rows"], "a row is 67108882 bytes long, and the limit is 67108864");
}
