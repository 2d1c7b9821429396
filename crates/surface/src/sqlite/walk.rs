//! Everything that is wanted of a database, handed to a sink.

use std::collections::BTreeMap;

use sealgate_core::compare::inventory::{ScanError, ScanErrorKind};
use sealgate_core::seal::path::EntryPath;
use sealgate_core::seal::surface::Surface;

use super::reading::{Reading, identifier};
use super::rows::{Bounds, Grouping, RowReader, RowsFault};
use super::schema::{SEQUENCES, Schema, TableName};
use super::table::{self, Column, Table, TableKind};
use super::{Database, damaged};
use crate::value::Value;
use crate::{DatabaseFault, MANY_ROWS, MAX_ENTRIES, Sink, Wanted, WantsBuckets, WhyBuckets, path};

/// One walk through a database.
pub(super) struct Walk<'a> {
    database: &'a Database,
    wanted: Wanted<'a>,
    sink: &'a mut dyn Sink,
    bounds: Bounds,
    /// How many entries there may still be.
    entries: usize,
}

const TOO_MANY: DatabaseFault = DatabaseFault::TooManyEntries(MAX_ENTRIES);

impl<'a> Walk<'a> {
    pub(super) fn new(database: &'a Database, wanted: Wanted<'a>, sink: &'a mut dyn Sink) -> Self {
        let bounds = Bounds::of(database.length);
        Self { database, wanted, sink, bounds, entries: MAX_ENTRIES }
    }

    /// Hands over all objects, then the rows of each table.
    pub(super) fn run(mut self) -> Result<(), DatabaseFault> {
        let schema = Schema::read(self.database).map_err(|error| damaged(&error))?;
        for (path, content) in &schema.objects {
            if self.wanted.has(path) {
                count(&mut self.entries).map_err(|_| TOO_MANY)?;
                hand_over(self.sink, path.clone(), content);
            }
        }
        for table in &schema.tables {
            let walked = match &*table.name {
                SEQUENCES => self.sequences(table),
                _ => self.rows(table),
            };
            match walked {
                Ok(()) => {}
                Err(RowsFault::TooMany) => return Err(TOO_MANY),
                Err(fault) => self.fail(rows_of(table), &fault),
            }
        }
        Ok(())
    }

    /// Says that nothing below `path` can be read.
    fn fail(&mut self, path: String, fault: &RowsFault) {
        let kind = match fault {
            RowsFault::LongRow(_) => ScanErrorKind::Unsealable,
            _ => ScanErrorKind::Unreadable,
        };
        self.sink.fail(path, ScanError::new(kind, fault.to_string()).of_directory());
    }

    fn rows(&mut self, named: &TableName) -> Result<(), RowsFault> {
        let rows = rows_of(named);
        if !self.wanted.reaches(&rows) {
            return Ok(());
        }
        let connection = &self.database.connection;
        let Some(table) = describe(self.database, named)? else { return Ok(()) };
        let surface = self.wanted.surface;
        let is_omitted =
            |column: &Column| surface.omits(&format!("{}/{}", named.path, column.component));
        let reader = RowReader {
            omitted: table.columns.iter().map(is_omitted).collect(),
            grouping: grouping(&table, named, surface),
            reading: Reading(self.database.encoding),
            definition_bytes: named.definition_bytes,
            table: &table,
        };
        let (wanted, entries, sink) = (self.wanted, &mut self.entries, &mut *self.sink);
        reader.read(connection, &mut self.bounds, &mut |path, content| {
            let path = format!("{rows}/{path}");
            if wanted.has(&path) {
                count(entries)?;
                hand_over(sink, path, content);
            }
            Ok(())
        })
    }

    /// The last values of AUTOINCREMENT, one entry for each table.
    fn sequences(&mut self, named: &TableName) -> Result<(), RowsFault> {
        const PLACE: &str = "main/+sequences";
        if !self.wanted.reaches(PLACE) {
            return Ok(());
        }
        let reading = Reading(self.database.encoding);
        let select = ["name", "seq"].map(|column| reading.select(column)).join(", ");
        let table = identifier(&String::from_utf8_lossy(&named.name));
        let sql = format!("SELECT {select} FROM main.{table} NOT INDEXED");
        let mut statement = self.database.connection.prepare(&sql)?;
        let mut rows = statement.query([])?;
        let mut values: BTreeMap<String, Vec<Vec<u8>>> = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let (name, value) = (reading.value(row, 0)?, reading.value(row, 1)?);
            let component = match name {
                Value::Text(bytes) => path::name(&reading.utf8(bytes)),
                other => other.key(reading.0).unwrap_or_else(|| "%n".to_owned()),
            };
            let mut content = Vec::new();
            name.push(&mut content);
            value.push(&mut content);
            values.entry(format!("{PLACE}/{component}.value")).or_default().push(content);
        }
        for (path, mut contents) in values {
            contents.sort();
            if self.wanted.has(&path) {
                count(&mut self.entries)?;
                hand_over(self.sink, path, &contents.concat());
            }
        }
        Ok(())
    }
}

fn rows_of(table: &TableName) -> String {
    format!("{}/rows", table.path)
}

fn count(entries: &mut usize) -> Result<(), RowsFault> {
    *entries = entries.checked_sub(1).ok_or(RowsFault::TooMany)?;
    Ok(())
}

/// Hands `content` to `sink`, if a seal can hold its path.
fn hand_over(sink: &mut dyn Sink, path: String, content: &[u8]) {
    match EntryPath::parse(&path) {
        Ok(_) => sink.take(path, content),
        Err(fault) => sink.fail(path, ScanError::unsealable(fault.to_string())),
    }
}

/// The table as its rows are read; `None` for one that has none of its own.
fn describe(database: &Database, named: &TableName) -> Result<Option<Table>, RowsFault> {
    let name = std::str::from_utf8(&named.name).map_err(|_| RowsFault::Unknown)?;
    match table::kind(&database.connection, name)? {
        Some(TableKind::Stored) => Ok(Some(Table::describe(&database.connection, name)?)),
        Some(TableKind::Virtual) => Ok(None),
        None => Err(RowsFault::Unknown),
    }
}

/// How the rows of `table` become entries.
fn grouping(table: &Table, named: &TableName, surface: &Surface) -> Grouping {
    if table.key == 0 || surface.has_buckets(&named.path) {
        Grouping::Buckets
    } else {
        Grouping::Each
    }
}

/// The tables in `surface` whose rows should be buckets and are none yet: those with many rows, and those
/// with rows that no key names.
pub(super) fn wants_buckets(
    database: &Database,
    surface: &Surface,
) -> Result<Vec<WantsBuckets>, DatabaseFault> {
    let schema = Schema::read(database).map_err(|error| damaged(&error))?;
    let mut wanting = Vec::new();
    for named in schema.tables.iter().filter(|named| named.name != SEQUENCES) {
        let all_rows = surface.includes(rows_of(named).as_bytes());
        // What cannot be read here is an item of the inventory.
        let (true, Ok(Some(table)), Ok(path)) =
            (all_rows, describe(database, named), EntryPath::parse(&named.path))
        else {
            continue;
        };
        if surface.has_buckets(&named.path) {
            continue;
        }
        let sql = format!("SELECT count(*) FROM main.{} NOT INDEXED", identifier(&table.name));
        let rows = database.connection.query_row(&sql, [], |row| row.get::<_, i64>(0));
        let why = match (table.key, rows) {
            (0, Ok(1..)) => WhyBuckets::NoKey,
            (_, Ok(rows)) if rows > MANY_ROWS => WhyBuckets::Rows(rows),
            _ => continue,
        };
        wanting.push(WantsBuckets { table: path, why });
    }
    Ok(wanting)
}
