//! What is measured of a PostgreSQL database: everything that a statement changes, and nothing else.

#![cfg(unix)]

use std::collections::{BTreeMap, BTreeSet};

use sealgate_core::compare::inventory::{Item, Observed};
use sealgate_core::seal::exclude::Scope;
use sealgate_core::seal::path::EntryPath;
use sealgate_core::seal::surface::{DatabaseSystem, Included, Surface};
use sealgate_surface::{Survey, Wanted, measure};

use crate::postgres::Cluster;

const ZOO: &str = include_str!("postgres_zoo.sql");

/// What is in `include` of the database to which `connection` leads.
fn survey(connection: &str, include: &[&str], buckets: &[&str]) -> Survey {
    let mut include: Vec<Included> =
        include.iter().map(|path| Included::parse(path).unwrap()).collect();
    include.sort();
    let buckets = buckets.iter().map(|path| EntryPath::parse(path).unwrap()).collect();
    let system = DatabaseSystem::Postgres { major: 15 };
    let surface = Surface { system, include, buckets, omit: Vec::new() };
    let exclude = Scope::new(Vec::new()).unwrap();
    measure(connection, Wanted { surface: &surface, exclude: &exclude }).unwrap()
}

/// All of a database, by path.
pub(crate) fn everything(connection: &str) -> BTreeMap<String, String> {
    by_path(survey(connection, &["."], &[]))
}

pub(crate) fn by_path(survey: Survey) -> BTreeMap<String, String> {
    let entry = |item: Item| {
        let path = String::from_utf8(item.path.into_vec()).unwrap();
        let observed = match item.observed {
            Observed::Entry(entry) => format!("{entry:?}"),
            Observed::ScanError(error) => panic!("{path}: {}", error.detail),
            Observed::Passed => "passed".to_owned(),
        };
        (path, observed)
    };
    survey.inventory.items.into_iter().map(entry).collect()
}

/// The paths at which two measures differ.
fn differing(a: &BTreeMap<String, String>, b: &BTreeMap<String, String>) -> Vec<String> {
    let paths: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    paths.into_iter().filter(|path| a.get(*path) != b.get(*path)).cloned().collect()
}

/// A cluster with a database that has one of each kind of object.
fn zoo() -> Cluster {
    let cluster = Cluster::start();
    cluster.sql("postgres", "CREATE DATABASE zoo");
    cluster.sql("zoo", ZOO);
    cluster
}

/// A statement, and everything that it changes: each of these paths, or below it.
const CHANGES: [(&str, &[&str]); 93] = [
    (
        "ALTER TABLE port.ships ADD COLUMN tons int",
        &["port/ships/+table", "port/ships/columns/tons", "port/ships/rows"],
    ),
    (
        "ALTER TABLE port.ships DROP COLUMN tons",
        &["port/ships/+table", "port/ships/columns/tons", "port/ships/rows"],
    ),
    ("ALTER TABLE port.ships ALTER COLUMN name SET NOT NULL", &["port/ships/columns/name"]),
    ("ALTER TABLE port.ships ALTER COLUMN name SET DEFAULT 'x'", &["port/ships/columns/name"]),
    ("ALTER TABLE port.ships ALTER COLUMN name SET STATISTICS 9", &["port/ships/columns/name"]),
    (
        "ALTER TABLE port.ships ALTER COLUMN papers SET STORAGE EXTERNAL",
        &["port/ships/columns/papers"],
    ),
    ("ALTER TABLE port.visits ALTER COLUMN note TYPE varchar(50)", &["port/visits"]),
    ("ALTER TABLE port.ships SET (fillfactor = 70)", &["port/ships/+table"]),
    ("ALTER TABLE port.ships SET (toast.autovacuum_enabled = off)", &["port/ships/+table"]),
    ("ALTER TABLE port.ships FORCE ROW LEVEL SECURITY", &["port/ships/+table"]),
    ("ALTER TABLE port.ships REPLICA IDENTITY FULL", &["port/ships/+table"]),
    ("ALTER TABLE port.ships OWNER TO pilot", &["port/ships", "port/+sequences/ships_id_seq"]),
    ("ALTER TABLE port.ships CLUSTER ON ships_sign", &["port/ships/indexes/ships_sign"]),
    ("ALTER INDEX port.ships_deep SET (fillfactor = 60)", &["port/ships/indexes/ships_deep"]),
    (
        "ALTER INDEX port.ships_deep ALTER COLUMN 1 SET STATISTICS 7",
        &["port/ships/indexes/ships_deep"],
    ),
    ("DROP INDEX port.ships_deep", &["port/ships/indexes/ships_deep"]),
    ("COMMENT ON INDEX port.ships_sign IS 'one each'", &["port/ships/indexes/ships_sign"]),
    (
        "COMMENT ON CONSTRAINT ships_pkey ON port.ships IS 'key'",
        &["port/ships/constraints/ships_pkey"],
    ),
    ("COMMENT ON COLUMN port.ships.sign IS NULL", &["port/ships/columns/sign"]),
    ("COMMENT ON ROLE guest IS 'looks'", &["+roles/guest"]),
    ("COMMENT ON DATABASE zoo IS 'a zoo'", &["+database/properties"]),
    ("COMMENT ON LARGE OBJECT 770 IS 'old'", &["+database/large-objects/770"]),
    ("GRANT SELECT (name) ON port.ships TO guest", &["port/ships/columns/name"]),
    ("REVOKE SELECT ON port.ships FROM guest", &["port/ships/+table", "port/ships/columns/name"]),
    ("GRANT USAGE ON SEQUENCE port.tickets TO guest", &["port/+sequences/tickets"]),
    ("GRANT pilot TO guest", &["+roles"]),
    ("GRANT SELECT ON pg_catalog.pg_proc TO guest", &["+builtin/pg_class"]),
    ("REVOKE EXECUTE ON FUNCTION pg_catalog.now() FROM PUBLIC", &["+builtin/pg_proc"]),
    ("REVOKE TEMPORARY ON DATABASE zoo FROM PUBLIC", &["+database/properties"]),
    ("GRANT SET ON PARAMETER work_mem TO guest", &["+other/parameter ACL"]),
    ("ALTER ROLE guest CONNECTION LIMIT 3", &["+roles/guest"]),
    ("ALTER ROLE guest PASSWORD 'p'", &["+roles/guest.password"]),
    ("ALTER ROLE guest SET work_mem = '2MB'", &["+roles/guest"]),
    (
        "ALTER ROLE guest IN DATABASE zoo SET work_mem = '3MB'",
        &["+database/role-settings/guest/work_mem"],
    ),
    ("ALTER DATABASE zoo SET work_mem = '4MB'", &["+database/settings/work_mem"]),
    ("ALTER DATABASE zoo CONNECTION LIMIT 40", &["+database/properties"]),
    (
        "ALTER DEFAULT PRIVILEGES IN SCHEMA port GRANT SELECT ON TABLES TO pilot",
        &["+database/default-privileges"],
    ),
    (
        "CREATE OR REPLACE FUNCTION port.greet(who text, loud boolean DEFAULT true) RETURNS text LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN who; END $$",
        &["port/+functions/greet(text,boolean)"],
    ),
    (
        "ALTER FUNCTION port.greet(text, boolean) SECURITY DEFINER",
        &["port/+functions/greet(text,boolean)"],
    ),
    ("ALTER FUNCTION port.greet(text, boolean) COST 7", &["port/+functions/greet(text,boolean)"]),
    (
        "CREATE OR REPLACE FUNCTION port.sum_of(a int, b int) RETURNS int LANGUAGE sql IMMUTABLE BEGIN ATOMIC SELECT a - b; END",
        &["port/+functions/sum_of(integer,integer)"],
    ),
    (
        "CREATE FUNCTION port.greet(int) RETURNS int LANGUAGE sql AS 'SELECT 1'",
        &["port/+functions/greet(integer)"],
    ),
    (
        "CREATE OR REPLACE FUNCTION pg_catalog.pi() RETURNS float8 LANGUAGE sql AS 'SELECT 3::float8'",
        &["+builtin"],
    ),
    ("ALTER AGGREGATE port.total(int) OWNER TO pilot", &["port/+functions/total(integer)"]),
    ("DROP PROCEDURE port.sail()", &["port/+functions/sail()"]),
    ("DROP TRIGGER noted ON port.visits", &["port/visits/triggers/noted"]),
    ("ALTER EVENT TRIGGER watching ENABLE", &["+database/event-triggers/watching"]),
    ("ALTER POLICY shallow ON port.ships USING (true)", &["port/ships/policies/shallow"]),
    ("ALTER POLICY shallow ON port.ships TO PUBLIC", &["port/ships/policies/shallow"]),
    ("DROP RULE kept ON port.log", &["port/log/rules/kept"]),
    (
        "CREATE OR REPLACE VIEW port.deep AS SELECT id, name FROM port.ships WHERE draught > 6",
        &["port/deep/+view"],
    ),
    ("ALTER VIEW port.deep SET (security_barrier)", &["port/deep/+view"]),
    ("REFRESH MATERIALIZED VIEW port.by_flag WITH NO DATA", &["port/by_flag"]),
    ("ALTER TYPE port.flag ADD VALUE 'torn' BEFORE 'plain'", &["port/+types/flag"]),
    ("ALTER TYPE port.place ADD ATTRIBUTE buoy int", &["port/+types/place", "port/ships/rows"]),
    ("ALTER DOMAIN port.call_sign DROP CONSTRAINT call_sign_form", &["port/+types/call_sign"]),
    ("ALTER DOMAIN port.call_sign SET DEFAULT 'x'", &["port/+types/call_sign"]),
    ("ALTER SEQUENCE port.tickets INCREMENT 6", &["port/+sequences/tickets"]),
    ("ALTER SEQUENCE port.tickets OWNED BY port.log.line", &["port/+sequences/tickets"]),
    ("SELECT nextval('port.tickets')", &["port/+sequences/tickets.value"]),
    ("SELECT setval('port.tickets', 50, false)", &["port/+sequences/tickets.value"]),
    (
        "ALTER TABLE port.visits DROP CONSTRAINT visits_ship_fkey",
        &["port/visits/constraints/visits_ship_fkey"],
    ),
    ("ALTER TABLE port.cargo DETACH PARTITION port.cargo_old", &["port/cargo_old"]),
    ("ALTER TABLE port.boats NO INHERIT port.log", &["port/boats"]),
    ("ALTER TABLE port.buffer SET LOGGED", &["port/buffer"]),
    ("DROP STATISTICS port.visits_stat", &["port/visits/statistics/visits_stat"]),
    (
        "ALTER OPERATOR port.<+> (int, int) OWNER TO pilot",
        &["port/+operators/<+>(integer,integer)"],
    ),
    (
        "DROP OPERATOR CLASS port.int_ops USING btree",
        &[
            "port/+operator-classes/int_ops using btree",
            "port/+operator-families/int_ops using btree",
        ],
    ),
    ("DROP CAST (text AS port.place)", &["+database/casts/text as port.place"]),
    (
        "ALTER TEXT SEARCH CONFIGURATION port.words ALTER MAPPING FOR word WITH english_stem",
        &["port/+text-search-configurations/words"],
    ),
    (
        "ALTER PUBLICATION arrivals SET TABLE port.visits WHERE (ship > 1)",
        &["+database/publications/arrivals"],
    ),
    ("ALTER SERVER lighthouse OPTIONS (SET host 'south')", &["+database/servers/lighthouse"]),
    (
        "ALTER USER MAPPING FOR pilot SERVER lighthouse OPTIONS (SET password 'other')",
        &["+database/user-mappings/pilot on lighthouse"],
    ),
    ("DROP FOREIGN TABLE port.beacons", &["port/beacons"]),
    ("SELECT lo_put(770, 0, 'C')", &["+database/large-objects/770.bytes"]),
    ("UPDATE port.ships SET seen = seen + interval '1 us' WHERE id = 3", &["port/ships/rows/3"]),
    ("DELETE FROM port.visits WHERE ship = 4", &["port/visits/rows/4/2027-02-05"]),
    ("INSERT INTO port.log VALUES ('a')", &["port/log/rows"]),
    // A number that an object of the server has too.
    (
        "SELECT lo_create(990)",
        &["+database/large-objects/990", "+database/large-objects/990.bytes"],
    ),
    ("ALTER SYSTEM SET work_mem = '5MB'", &["+cluster/settings/work_mem"]),
    (
        "SELECT pg_create_physical_replication_slot('standby')",
        &["+cluster/replication-slots/standby"],
    ),
    ("SELECT pg_replication_origin_create('other')", &["+replication-origins/other"]),
    (
        "BEGIN; CREATE ROLE waiting; PREPARE TRANSACTION 'later'",
        &["+database/prepared-transactions/later"],
    ),
    (
        "SET allow_in_place_tablespaces = on; CREATE TABLESPACE beside LOCATION ''",
        &["+tablespaces/beside"],
    ),
    (
        "UPDATE information_schema.sql_features SET comments = 'x' WHERE feature_id = 'B011'",
        &["+builtin/information_schema.sql_features"],
    ),
    ("SET allow_system_table_mods = on; CREATE SCHEMA pg_temp_hidden", &["pg_temp_hidden/+schema"]),
    (
        "CREATE SUBSCRIPTION far CONNECTION 'host=nowhere' PUBLICATION p WITH (connect = false)",
        &["+database/subscriptions/far"],
    ),
    (
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'port.ships_sign'::regclass",
        &["port/ships/indexes/ships_sign"],
    ),
    ("ALTER TABLE port.ships ALTER papers SET COMPRESSION pglz", &["port/ships/columns/papers"]),
    ("ALTER TABLE port.ships ALTER id SET GENERATED BY DEFAULT", &["port/ships/columns/id"]),
    ("ALTER TABLE port.ships ALTER twice DROP EXPRESSION", &["port/ships/columns/twice"]),
    ("ALTER TEXT SEARCH DICTIONARY pg_catalog.simple (accept = false)", &["+builtin/pg_ts_dict"]),
    ("CREATE TYPE port.shell", &["port/+types/shell"]),
];

/// Statements that the oldest servers do not know: how they begin, and the first major version that does.
const NEWER: [(&str, u32); 3] = [
    ("GRANT SET ON PARAMETER", 15),
    ("ALTER PUBLICATION arrivals SET TABLE port.visits WHERE", 15),
    ("SET allow_in_place_tablespaces", 15),
];

/// What newer servers change too: the statement, the first major version that does, and the path.
const ALSO: [(&str, u32, &str); 1] = [(
    "ALTER TABLE port.ships ALTER COLUMN name SET NOT NULL",
    18,
    "port/ships/constraints/ships_name_not_null",
)];

/// Statements that change nothing that is measured.
const HARMLESS: [&str; 8] = [
    "ANALYZE",
    "VACUUM FULL port.ships",
    "REINDEX TABLE port.ships",
    "UPDATE port.ships SET name = name",
    "CREATE TEMPORARY TABLE mine (id int); INSERT INTO mine VALUES (1)",
    "ALTER TABLE port.log ADD COLUMN c int; ALTER TABLE port.log DROP COLUMN c",
    "NOTIFY port",
    "BEGIN; DROP TABLE port.ships CASCADE; ROLLBACK",
];

#[test]
#[ignore = "needs a PostgreSQL server, which .ci/run installs"]
fn each_change_is_seen_where_it_is_and_nowhere_else() {
    let cluster = zoo();
    let connection = cluster.connection("zoo");
    let mut before = everything(&connection);
    for statement in HARMLESS {
        cluster.sql("zoo", statement);
        let after = everything(&connection);
        assert_eq!(differing(&before, &after), [""; 0], "{statement}");
    }
    let version = cluster.sql("zoo", "SHOW server_version_num");
    let major: u32 = version.trim().parse::<u32>().unwrap() / 10_000;
    let is_known = |statement: &str| {
        NEWER.iter().all(|(begins, since)| major >= *since || !statement.starts_with(begins))
    };
    let mut wrong = Vec::new();
    for (statement, places) in CHANGES.iter().filter(|(statement, _)| is_known(statement)) {
        let also = ALSO.iter().filter(|(other, since, _)| other == statement && major >= *since);
        let places: Vec<&str> =
            places.iter().copied().chain(also.map(|(_, _, place)| *place)).collect();
        cluster.sql("zoo", statement);
        let after = everything(&connection);
        let changed = differing(&before, &after);
        let lies_in = |path: &String, place: &str| {
            path.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let is_seen = places.iter().all(|place| changed.iter().any(|path| lies_in(path, place)));
        let is_alone = changed.iter().all(|path| places.iter().any(|place| lies_in(path, place)));
        if !(is_seen && is_alone) {
            wrong.push(format!("{statement}: {changed:?}"));
        }
        before = after;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
#[ignore = "needs a PostgreSQL server, which .ci/run installs"]
fn what_is_dumped_and_restored_is_the_same() {
    let cluster = zoo();
    let before = everything(&cluster.connection("zoo"));
    assert!(before.len() > 150, "{}", before.len());
    let (custom, plain) = (cluster.scratch().join("custom"), cluster.scratch().join("plain"));
    let (custom, plain) = (custom.to_str().unwrap(), plain.to_str().unwrap());
    cluster.run("pg_dump", &["-Fc", "-f", custom, "zoo"]);
    cluster.run("pg_dump", &["-f", plain, "zoo"]);
    for name in ["custom", "plain", "copy"] {
        let template = if name == "copy" { "zoo" } else { "template0" };
        cluster.sql("postgres", &format!("CREATE DATABASE {name} TEMPLATE {template}"));
    }
    cluster.run("pg_restore", &["--exit-on-error", "-d", "custom", custom]);
    cluster.run("psql", &["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", "plain", "-f", plain]);
    for name in ["custom", "plain", "copy"] {
        let after = everything(&cluster.connection(name));
        assert_eq!(differing(&before, &after), [""; 0], "{name}");
    }
}
