//! Which values of PostgreSQL have the same digest: those that are the same value, and no others.

#![cfg(unix)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use sealgate_core::seal::exclude::Scope;
use sealgate_core::seal::path::EntryPath;
use sealgate_core::seal::surface::{DatabaseSystem, Included, Surface};
use sealgate_surface::{Wanted, measure};

use crate::postgres::Cluster;
use crate::postgres_walk::{by_path, everything};

/// Values of which no two may be taken for one: the type, and the values.
const VALUES: [(&str, &[&str]); 38] = [
    (
        "text",
        &[
            "NULL",
            "''",
            "'\\N'",
            "'NULL'",
            "' '",
            "E'\\t'",
            "E'\\n'",
            "E'\\\\t'",
            "'\\.'",
            "U&'\\00e9'",
            "U&'e\\0301'",
        ],
    ),
    ("float8", &["'-0'", "0", "'NaN'", "'Infinity'", "0.1", "0.10000000000000002", "5e-324"]),
    ("float4", &["0.1", "0.10000001", "'-0'", "0"]),
    ("numeric", &["1", "1.0", "1.00", "'NaN'", "1e100"]),
    (
        "json",
        &[
            "'{\"a\":1,\"b\":2}'",
            "'{\"b\":2,\"a\":1}'",
            "'{\"a\": 1}'",
            "'{\"a\":1}'",
            "'{\"a\":1,\"a\":1}'",
            "'null'",
            "NULL",
        ],
    ),
    ("jsonb", &["'1'", "'1.0'", "'\"1\"'", "'null'", "NULL", "'[]'", "'{}'"]),
    ("text[]", &["NULL", "'{}'", "'{NULL}'", "'{\"NULL\"}'", "'{\"\"}'", "'{a,b}'", "'{\"a,b\"}'"]),
    ("int[]", &["'{1,2}'", "'{{1,2}}'", "'[0:1]={1,2}'", "'{2,1}'"]),
    ("bytea", &["NULL", "''", "'\\x00'", "'\\x0000'", "'\\x5c30'"]),
    (
        "timestamptz",
        &[
            "'2027-01-01 00:00+00'",
            "'2027-01-01 00:00:00.000001+00'",
            "'infinity'",
            "'-infinity'",
            "'0044-03-15 00:00+00 BC'",
            "'0044-03-15 00:00+00'",
        ],
    ),
    ("timetz", &["'10:00+00'", "'12:00+02'"]),
    ("interval", &["'1 month'", "'30 days'", "'720 hours'", "'-1 day'", "'-1 day -1 us'"]),
    ("bit varying", &["B''", "B'0'", "B'00'"]),
    ("char(3)", &["NULL", "''", "'a'"]),
    ("inet", &["'10.0.0.1'", "'10.0.0.1/8'", "'::a00:1'"]),
    ("money", &["1.00", "1.01", "-1.00"]),
    ("tsrange", &["'empty'", "'(,)'", "'[2027-01-01,2027-01-02)'", "'[2027-01-01,2027-01-02]'"]),
    ("tsvector", &["''", "'a'", "'a:1'", "'a:1A'"]),
    ("point", &["'(0,1)'", "'(-0,1)'", "'(0.1,1)'", "'(0.10000000000000002,1)'"]),
    ("xml", &["'<a/>'", "'<a></a>'", "'<a />'"]),
    (
        "pair",
        &[
            "NULL",
            "ROW(NULL,NULL)",
            "ROW('',NULL)",
            "ROW('a,b',NULL)",
            "ROW('a','b')",
            "ROW('(a','b')",
        ],
    ),
    ("date", &["'2027-03-04'", "'2027-04-03'", "'infinity'"]),
    ("uuid", &["'00000000-0000-0000-0000-000000000000'", "'00000000-0000-0000-0000-000000000001'"]),
    ("\"char\"", &["NULL", "''", "'a'", "'\\'"]),
    ("boolean", &["NULL", "false", "true"]),
    ("oid", &["NULL", "0", "1", "4294967295"]),
    ("name", &["''", "'a'", "'A'"]),
    ("numrange", &["NULL", "'empty'", "'(,)'", "'[1,2]'", "'[1.0,2]'", "'(1,2]'"]),
    ("nummultirange", &["NULL", "'{}'", "'{[1,2]}'", "'{[1,2],[3,4]}'"]),
    ("cidr", &["'10.0.0.0/8'", "'10.0.0.0/16'", "'::/8'"]),
    (
        "hstore",
        &["NULL", "''", "'a=>NULL'", "'a=>\"NULL\"'", "'a=>\"\"'", "'a=>1,b=>2'", "'b=>1,a=>2'"],
    ),
    ("citext", &["NULL", "''", "'a'", "'A'", "'a '"]),
    (
        "pair[]",
        &[
            "NULL",
            "'{}'",
            "ARRAY[NULL::pair]",
            "ARRAY[ROW(NULL,NULL)::pair]",
            "ARRAY[ROW('',NULL)::pair]",
        ],
    ),
    ("tsquery", &["'a & b'", "'a | b'", "'a <-> b'", "'a:A & b'"]),
    ("jsonpath", &["'$.a'", "'strict $.a'", "'$.\"a.b\"'"]),
    ("mood", &["NULL", "'calm'", "' calm'", "'Calm'"]),
    ("bit(3)", &["B'000'", "B'001'", "B'100'"]),
    ("time(6)", &["'00:00'", "'24:00'", "'00:00:00.000001'"]),
];

/// Values that are the same value, however they are written: the type, and the ways.
const SAME: [(&str, &[&str]); 20] = [
    ("text", &["'\u{e9}'", "U&'\\00e9'", "E'\\xc3\\xa9'"]),
    ("char(5)", &["'a'", "'a  '", "'a    '"]),
    ("numeric", &["1.50", "'1.50'", "0.150e1"]),
    ("numeric(6,2)", &["1.5", "1.50", "1.499999"]),
    ("float8", &["100", "'1e2'", "100.00"]),
    ("boolean", &["true", "'yes'", "'t'"]),
    ("jsonb", &["'{\"a\":1,\"b\":2}'", "'{\"b\": 2, \"a\": 1}'", "'{\"a\":0,\"b\":2,\"a\":1}'"]),
    ("text[]", &["ARRAY['a','b']", "'{a,\"b\"}'", "'[1:2]={a,b}'"]),
    ("bytea", &["'a'", "'\\x61'", "'\\141'"]),
    ("timestamptz", &["'2027-01-01 12:00+00'", "'2027-01-01 14:00+02'", "'Jan 1 2027 12:00 UTC'"]),
    ("date", &["'2027-01-02'", "'20270102'", "'2 January 2027'"]),
    ("interval", &["'1 year'", "'12 months'", "'P1Y'"]),
    ("bit varying", &["B'0101'", "X'5'"]),
    ("inet", &["'10.0.0.1'", "'10.0.0.1/32'"]),
    ("uuid", &["'A0000000-0000-0000-0000-000000000000'", "'{a0000000000000000000000000000000}'"]),
    ("int4range", &["'[1,3]'", "'[1,4)'", "'(0,4)'"]),
    ("numrange", &["'empty'", "'[1,1)'", "'(1,1)'"]),
    ("tsvector", &["'a b'", "'b a'", "'a a b'"]),
    ("hstore", &["'a=>1, b=>2'", "'b=>2,a=>1'", "'\"b\"=>\"2\",a=>\"1\"'"]),
    ("money", &["1", "1.00", "'$1.00'"]),
];

/// The types of which there are values.
const TYPES: &str =
    "CREATE EXTENSION hstore; CREATE EXTENSION citext; CREATE TYPE pair AS (a text, b text);
     CREATE TYPE mood AS ENUM ('calm', ' calm', 'Calm');";

/// Statements that fill tables named `prefix` and a number with `values`, a table for each type, with the rows
/// 0, 1 and so on.
fn tables(prefix: &str, values: &[(&str, &[&str])]) -> String {
    let mut script = String::new();
    for (at, (kind, values)) in values.iter().enumerate() {
        writeln!(script, "CREATE TABLE {prefix}{at}(id int PRIMARY KEY, v {kind});").unwrap();
        for (id, value) in values.iter().enumerate() {
            writeln!(script, "INSERT INTO {prefix}{at} VALUES ({id}, {value});").unwrap();
        }
    }
    script
}

/// The contents of the rows 0, 1 and so on of each table that [`tables`] filled.
fn contents<'m>(
    measured: &'m BTreeMap<String, String>,
    prefix: &str,
    values: &[(&str, &[&str])],
) -> Vec<Vec<&'m String>> {
    let mut contents = Vec::new();
    for (at, (_, values)) in values.iter().enumerate() {
        let row = |id| &measured[&format!("public/{prefix}{at}/rows/{id}")];
        contents.push((0..values.len()).map(row).collect());
    }
    contents
}

#[test]
#[ignore = "needs a PostgreSQL server, which .ci/run installs"]
fn no_two_values_are_taken_for_one() {
    let cluster = Cluster::start();
    cluster.sql("postgres", TYPES);
    cluster.sql("postgres", &(tables("t", &VALUES) + &tables("same", &SAME)));
    // The name of a row is no part of its content.
    let ids = |prefix: &'static str, count: usize| {
        (0..count).map(move |at| EntryPath::parse(&format!("public/{prefix}{at}/id")).unwrap())
    };
    let mut omit: Vec<EntryPath> = ids("t", VALUES.len()).chain(ids("same", SAME.len())).collect();
    omit.sort();
    let include = vec![Included::parse("public").unwrap()];
    let system = DatabaseSystem::Postgres { major: 15 };
    let surface = Surface { system, include, buckets: Vec::new(), omit };
    let exclude = Scope::new(Vec::new()).unwrap();
    let wanted = Wanted { surface: &surface, exclude: &exclude };
    // Settings of the user change nothing.
    let mut settings = cluster.connection("postgres");
    settings += " options='-c datestyle=German -c intervalstyle=iso_8601 -c bytea_output=escape \
                 -c extra_float_digits=-5 -c timezone=Asia/Tokyo -c xmlbinary=hex'";
    let measured = by_path(measure(&cluster.connection("postgres"), wanted).unwrap());
    assert_eq!(measured, by_path(measure(&settings, wanted).unwrap()));
    for (rows, (kind, values)) in contents(&measured, "t", &VALUES).iter().zip(VALUES) {
        let distinct: BTreeSet<&&String> = rows.iter().collect();
        assert_eq!(distinct.len(), values.len(), "{kind}: {rows:#?}");
    }
    for (rows, (kind, _)) in contents(&measured, "same", &SAME).iter().zip(SAME) {
        assert!(rows.iter().all(|row| *row == rows[0]), "{kind}: {rows:#?}");
    }
}

/// Two values that a key tells apart have rows of their own, whatever stands in them.
#[test]
#[ignore = "needs a PostgreSQL server, which .ci/run installs"]
fn no_two_keys_are_taken_for_one() {
    let cluster = Cluster::start();
    let mut script = TYPES.to_owned() + &tables("t", &VALUES);
    for at in 0..VALUES.len() {
        // Some types have no order, and so no keys.
        writeln!(
            script,
            "DO $$ BEGIN CREATE TABLE k{at} AS SELECT v FROM t{at} LIMIT 0; ALTER TABLE k{at} ADD PRIMARY KEY (v);
             INSERT INTO k{at} SELECT v FROM t{at} WHERE v IS DISTINCT FROM NULL ON CONFLICT DO NOTHING;
             EXCEPTION WHEN undefined_object THEN NULL; END $$;"
        )
        .unwrap();
    }
    cluster.sql("postgres", &script);
    let measured = everything(&cluster.connection("postgres"));
    let mut keyed = 0;
    for (at, (kind, _)) in VALUES.iter().enumerate() {
        let rows = format!("public/k{at}/rows/");
        let named = measured.keys().filter(|path| path.starts_with(&rows)).count();
        if measured.contains_key(&format!("public/k{at}/+table")) {
            let there = cluster.sql("postgres", &format!("SELECT count(*) FROM k{at}"));
            assert_eq!(named.to_string(), there.trim(), "{kind}");
            keyed += 1;
        }
    }
    assert!(keyed >= 30, "{keyed}");
}
