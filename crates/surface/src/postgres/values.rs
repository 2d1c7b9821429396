//! What is no row and stands in no catalog: the values of sequences, the bytes of large objects, and what the
//! server keeps in files of its own.

use sealgate_core::compare::inventory::{ScanError, ScanErrorKind};

use super::copy;
use super::fault::PostgresFault;
use super::psql::{Session, identifier};
use super::walk::{BUILTIN, Objects};
use crate::{MAX_ROW_BYTES, Wanted, path};

/// How many sequences one statement reads.
const AT_ONCE: usize = 200;

/// Sequences that are no session's: schema, name, and whether this user may read their values.
const SEQUENCES: &str = "COPY (
 SELECT n.nspname, c.relname, has_sequence_privilege(c.oid, 'select')
 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'S' AND c.relpersistence <> 't' ORDER BY 1, 2) TO STDOUT";

/// What stands before the content of a sequence's value.
const SEQUENCE: &str = "sequence";

/// What the server keeps in files of its own: its place, the view that shows it, and what is read of that: a name
/// and an object.
const KEPT_BY_SERVER: [(&str, &str, &str); 3] = [
    (
        "+cluster/replication-slots",
        "pg_replication_slots",
        "SELECT slot_name, (SELECT row_to_json(r) FROM
          (SELECT plugin, slot_type, two_phase, database IS NOT NULL AS of_database) r)
         FROM pg_replication_slots
         WHERE NOT temporary AND (database IS NULL OR database = current_database())",
    ),
    (
        "+database/prepared-transactions",
        "pg_prepared_xacts",
        "SELECT gid, (SELECT row_to_json(r) FROM (SELECT owner) r)
         FROM pg_prepared_xacts WHERE database = current_database()",
    ),
    // What ALTER SYSTEM writes.
    (
        "+cluster/settings",
        "pg_file_settings",
        "SELECT name, (SELECT row_to_json(r) FROM (SELECT name, setting) r)
         FROM pg_file_settings WHERE sourcefile ~ '(^|[\\\\/])postgresql\\.auto\\.conf$'",
    ),
];

/// Tables that are made with the database and are no catalogs.
const BUILTIN_TABLES: &str = "COPY (
 SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'r' AND c.oid < 16384 AND n.nspname NOT IN ('pg_catalog', 'pg_toast') ORDER BY 1, 2) TO STDOUT";

/// How many bytes of a large object the server gives at once.
const PART: usize = 1 << 20;

/// Adds the values of the sequences that are `wanted`. No snapshot holds them: they are those of this moment.
pub(super) fn sequences(
    session: &mut Session,
    wanted: Wanted<'_>,
    objects: &mut Objects,
) -> Result<(), PostgresFault> {
    let mut sequences = Vec::new();
    session.run(SEQUENCES, &mut |line| {
        let fields: Vec<Vec<u8>> = line.split(|&byte| byte == b'\t').map(copy::unescape).collect();
        let [schema, name, readable] = &fields[..] else { return };
        let path = format!("{}/+sequences/{}.value", path::name(schema), path::name(name));
        if wanted.has(&path) {
            let sql = [schema, name].map(|name| identifier(&String::from_utf8_lossy(name)));
            sequences.push((path, sql.join("."), readable == b"t"));
        }
    })?;
    let (readable, denied): (Vec<_>, Vec<_>) = sequences.into_iter().partition(|(.., may)| *may);
    for (path, ..) in denied {
        let detail = "this user may not read its value";
        objects.failed.push((path, ScanError::new(ScanErrorKind::Unreadable, detail)));
    }
    for some in readable.chunks(AT_ONCE) {
        let select = |(at, (_, name, _)): (usize, &(String, String, bool))| {
            format!(
                "SELECT {at}, row_to_json(r) FROM (SELECT is_called, last_value::text FROM {name}) r"
            )
        };
        let selects: Vec<String> = some.iter().enumerate().map(select).collect();
        let statement = format!("COPY ({}) TO STDOUT", selects.join(" UNION ALL "));
        session.run(&statement, &mut |line| {
            let mut fields = line.splitn(2, |&byte| byte == b'\t').map(copy::unescape);
            let mut next = || fields.next().unwrap_or_default();
            let (at, json) = (next(), next());
            let at = std::str::from_utf8(&at).ok().and_then(|at| at.parse::<usize>().ok());
            if let Some((path, ..)) = at.and_then(|at| some.get(at)) {
                objects.push(path.clone(), SEQUENCE, &json);
            }
        })?;
    }
    Ok(())
}

/// Adds what the server keeps in files of its own, as far as it is `wanted`.
pub(super) fn kept_by_server(
    session: &mut Session,
    wanted: Wanted<'_>,
    objects: &mut Objects,
) -> Result<(), PostgresFault> {
    for (place, view, select) in KEPT_BY_SERVER {
        if !wanted.reaches(place) {
            continue;
        }
        let read = session.run(&format!("COPY ({select}) TO STDOUT"), &mut |line| {
            let mut fields = line.splitn(2, |&byte| byte == b'\t').map(copy::unescape);
            let mut next = || fields.next().unwrap_or_default();
            let (name, json) = (next(), next());
            let path = format!("{place}/{}", path::name(&name));
            if wanted.has(&path) {
                objects.push(path, view, &json);
            }
        });
        match read {
            Err(PostgresFault::Refused(refusal)) => {
                let error = ScanError::new(ScanErrorKind::Unreadable, refusal.to_string());
                objects.failed.push((place.to_owned(), error.of_directory()));
            }
            read => read?,
        }
    }
    Ok(())
}

/// Adds the rows of the tables that are made with the database, if they are `wanted`: an object for each table.
pub(super) fn builtin_rows(
    session: &mut Session,
    wanted: Wanted<'_>,
    objects: &mut Objects,
) -> Result<(), PostgresFault> {
    if !wanted.reaches(BUILTIN) {
        return Ok(());
    }
    let mut tables = Vec::new();
    session.run(BUILTIN_TABLES, &mut |line| {
        tables.extend(<[String; 2]>::try_from(
            copy::values(line).into_iter().flatten().collect::<Vec<_>>(),
        ));
    })?;
    for [schema, name] in tables {
        let path = format!("{BUILTIN}/{schema}.{name}");
        if !wanted.has(&path) {
            continue;
        }
        let table = format!("{}.{}", identifier(&schema), identifier(&name));
        let statement = format!("COPY (SELECT row_to_json(c) FROM ONLY {table} c) TO STDOUT");
        let mut rows = Vec::new();
        match session.run(&statement, &mut |line| rows.push(copy::unescape(line))) {
            Ok(()) => rows.iter().for_each(|row| objects.push(path.clone(), &name, row)),
            Err(PostgresFault::Refused(refusal)) => {
                let error = ScanError::new(ScanErrorKind::Unreadable, refusal.to_string());
                objects.failed.push((path, error));
            }
            Err(fault) => return Err(fault),
        }
    }
    Ok(())
}

/// The numbers of the large objects that are `wanted`, with the paths of their bytes.
pub(super) fn large_objects(
    session: &mut Session,
    wanted: Wanted<'_>,
) -> Result<Vec<(u32, String)>, PostgresFault> {
    const PLACE: &str = "+database/large-objects";
    if !wanted.reaches(PLACE) {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    session.run(
        "COPY (SELECT oid FROM pg_largeobject_metadata ORDER BY 1) TO STDOUT",
        &mut |line| {
            let Some(oid) = std::str::from_utf8(line).ok().and_then(|oid| oid.parse().ok()) else {
                return;
            };
            let path = format!("{PLACE}/{oid}.bytes");
            if wanted.has(&path) {
                found.push((oid, path));
            }
        },
    )?;
    Ok(found)
}

/// The bytes of the large object with the number `oid`.
///
/// # Errors
///
/// In the outer result, psql ended; in the inner one, this object cannot be read or sealed.
pub(super) fn bytes(
    session: &mut Session,
    oid: u32,
) -> Result<Result<Vec<u8>, ScanError>, PostgresFault> {
    // The last part holds one byte at most, and shows that the object is too long.
    let statement = format!(
        "COPY (SELECT encode(lo_get({oid}, part, least({PART}, {MAX_ROW_BYTES} + 1 - part)::int), 'hex') \
         FROM generate_series(0::bigint, {MAX_ROW_BYTES}, {PART}) part) TO STDOUT"
    );
    let mut bytes = Vec::new();
    let answered = session.run(&statement, &mut |line| push_hexadecimal(line, &mut bytes));
    match answered {
        Ok(()) => {}
        Err(PostgresFault::Refused(refusal)) => {
            return Ok(Err(ScanError::new(ScanErrorKind::Unreadable, refusal.to_string())));
        }
        Err(fault) => return Err(fault),
    }
    if bytes.len() > MAX_ROW_BYTES {
        let detail = format!("it is longer than the limit of {MAX_ROW_BYTES} bytes");
        return Ok(Err(ScanError::unsealable(detail)));
    }
    Ok(Ok(bytes))
}

/// Adds the bytes that `digits`, of base 16, stand for.
fn push_hexadecimal(digits: &[u8], bytes: &mut Vec<u8>) {
    let value = |digit: u8| match digit {
        b'a'..=b'f' => digit - b'a' + 10,
        _ => digit.wrapping_sub(b'0'),
    };
    bytes.extend(
        digits.as_chunks::<2>().0.iter().map(|[high, low]| value(*high) << 4 | value(*low)),
    );
}
