//! The tables that have rows of their own: their columns, and the key that names each row.

use std::collections::HashMap;

use sealgate_core::seal::surface::Surface;

use super::copy;
use super::fault::PostgresFault;
use super::psql::{Session, identifier};
use crate::path;

/// A table, or a materialised view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Table {
    /// Its number.
    pub(super) oid: u32,
    /// Its name, as SQL needs it.
    pub(super) name: String,
    /// The path of what belongs to it.
    pub(super) path: String,
    /// Whether `LOCK TABLE` takes it.
    pub(super) lockable: bool,
    /// Which version of its schema the listing saw: renaming a schema, which no lock of a table prevents,
    /// makes another.
    pub(super) schema_version: Vec<u8>,
}

impl Table {
    /// The path of its rows.
    pub(super) fn rows(&self) -> String {
        format!("{}/rows", self.path)
    }
}

/// The columns of a table that are read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Columns {
    /// Those of the key in its order, then the others by name.
    pub(super) names: Vec<String>,
    /// For each, whether its value is left out of rows; only true of columns of the key.
    pub(super) omitted: Vec<bool>,
    /// How many of them are the key; 0 where no key names each row.
    pub(super) key: usize,
}

/// Tables whose rows are no other's and no session's, and were not made with the database. A materialised view
/// that was never filled has none, and refuses to be read.
const TABLES: &str = "COPY (
 SELECT c.oid, n.nspname, c.relname, c.relkind = 'r', n.xmin
 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'm') AND c.relpersistence <> 't' AND c.oid >= 16384 AND c.relispopulated
  AND n.nspname !~ '^pg_(toast|(toast_)?temp_[0-9]+)$'
 ORDER BY 2, 3) TO STDOUT";

/// Lists the tables.
///
/// # Errors
///
/// The server does not answer.
pub(super) fn list(session: &mut Session) -> Result<Vec<Table>, PostgresFault> {
    let mut tables = Vec::new();
    session.run(TABLES, &mut |line| {
        let fields: Vec<Vec<u8>> = line.split(|&byte| byte == b'\t').map(copy::unescape).collect();
        let [oid, schema, table, lockable, version] = &fields[..] else { return };
        let name = [schema, table].map(|name| identifier(&String::from_utf8_lossy(name)));
        tables.push(Table {
            oid: std::str::from_utf8(oid).ok().and_then(|oid| oid.parse().ok()).unwrap_or_default(),
            name: name.join("."),
            path: format!("{}/{}", path::name(schema), path::name(table)),
            lockable: lockable == b"t",
            schema_version: version.clone(),
        });
    })?;
    Ok(tables)
}

/// The columns of `tables`, by the numbers of these. Columns that are computed when they are read follow
/// from the others.
///
/// The key is the primary key, or else the first unique index by name that is valid, immediate and whole, and
/// has only columns that are never NULL.
///
/// # Errors
///
/// The server does not answer.
pub(super) fn columns(
    session: &mut Session,
    tables: &[Table],
    surface: &Surface,
) -> Result<HashMap<u32, Columns>, PostgresFault> {
    let paths: HashMap<u32, &str> =
        tables.iter().map(|table| (table.oid, table.path.as_str())).collect();
    let listed: Vec<String> = tables.iter().map(|table| table.oid.to_string()).collect();
    let mut all: HashMap<u32, Columns> =
        tables.iter().map(|table| (table.oid, Columns::default())).collect();
    if tables.is_empty() {
        return Ok(all);
    }
    let statement = format!(
        "COPY (
 WITH candidate AS (
  SELECT i.indrelid, ic.relname, i.indisprimary, (i.indkey::int2[])[0:i.indnkeyatts - 1] AS key
  FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid
  WHERE i.indisunique AND i.indisvalid AND (i.indimmediate OR i.indisprimary)
   AND i.indpred IS NULL AND i.indexprs IS NULL
   AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = i.indrelid AND NOT a.attnotnull
    AND a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1]))
 ), chosen AS (
  SELECT DISTINCT ON (indrelid) indrelid, key FROM candidate
  ORDER BY indrelid, NOT indisprimary, relname COLLATE \"C\"
 )
 SELECT a.attrelid, a.attname, array_position(chosen.key, a.attnum)
 FROM pg_attribute a LEFT JOIN chosen ON chosen.indrelid = a.attrelid
 WHERE a.attrelid IN ({}) AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated <> 'v'
 ORDER BY 1, 3 NULLS LAST, a.attname COLLATE \"C\") TO STDOUT",
        listed.join(", ")
    );
    session.run(&statement, &mut |line| {
        let fields: Vec<&[u8]> = line.split(|&byte| byte == b'\t').collect();
        let [oid, name, place] = fields[..] else { return };
        let oid =
            std::str::from_utf8(oid).ok().and_then(|oid| oid.parse().ok()).unwrap_or_default();
        let (Some(columns), Some(table)) = (all.get_mut(&oid), paths.get(&oid)) else { return };
        let name = copy::unescape(name);
        let is_key = place != copy::NULL;
        let omitted = surface.omits(&format!("{table}/{}", path::name(&name)));
        if is_key {
            columns.key += 1;
        } else if omitted {
            return;
        }
        columns.names.push(String::from_utf8_lossy(&name).into_owned());
        columns.omitted.push(omitted);
    })?;
    Ok(all)
}
