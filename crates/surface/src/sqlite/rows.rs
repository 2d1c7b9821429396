//! The rows of one table.

use rusqlite::{Connection, Statement};

use super::reading::{Reading, identifier};
use super::table::Table;
use crate::buckets::Buckets;
use crate::{MAX_ROW_BYTES, path};

/// The path, below the rows of a table, of those whose key has a NULL: SQLite lets any number of them have
/// one key.
const NULL_KEYS: &str = "+null";

/// Why the rows of a table cannot be read or sealed.
#[derive(Debug, thiserror::Error)]
pub(super) enum RowsFault {
    #[error("{0}")]
    Sqlite(#[from] rusqlite::Error),
    #[error("its rows are more than the file can hold: the database is damaged")]
    Endless,
    #[error("the digests of its rows cannot be kept in a file: {0}")]
    Buckets(#[from] std::io::Error),
    #[error("a row is {0} bytes long, and the limit is {MAX_ROW_BYTES}")]
    LongRow(usize),
    #[error("SQLite cannot find the table that its schema lists: the schema was edited by hand")]
    Unknown,
    #[error("there are too many entries")]
    TooMany,
}

/// How rows become entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Grouping {
    /// Each is one.
    Each,
    /// At most 256 buckets.
    Buckets,
}

/// How much the rows of all tables may come to. Pages of a hostile file can be part of many tables.
#[derive(Debug)]
pub(super) struct Bounds {
    /// How many rows there may still be.
    rows: u64,
    /// How many bytes of text and blobs, without those that stand for a missing value.
    bytes: u64,
}

impl Bounds {
    /// Those of a database of `length` bytes: no row takes less than two.
    pub(super) fn of(length: u64) -> Self {
        Self { rows: length / 2, bytes: length }
    }

    /// Counts a row with so many bytes of text and blobs. Where a value is missing, its default may stand,
    /// which is in the definition of the table.
    fn count(&mut self, stored: u64, definition_bytes: u64) -> Result<(), RowsFault> {
        self.rows = self.rows.checked_sub(1).ok_or(RowsFault::Endless)?;
        let own = stored.saturating_sub(definition_bytes);
        self.bytes = self.bytes.checked_sub(own).ok_or(RowsFault::Endless)?;
        Ok(())
    }
}

/// Takes the path of an entry below the rows of its table, and its content.
type Take<'t> = &'t mut dyn FnMut(&str, &[u8]) -> Result<(), RowsFault>;

/// What is read of a table.
#[derive(Debug)]
pub(super) struct RowReader<'a> {
    pub(super) table: &'a Table,
    pub(super) reading: Reading,
    pub(super) grouping: Grouping,
    pub(super) definition_bytes: u64,
    /// For each column of the table, whether its value is left out of rows.
    pub(super) omitted: Vec<bool>,
}

impl RowReader<'_> {
    /// Reads every row, and gives `take` each entry.
    pub(super) fn read(
        &self,
        connection: &Connection,
        bounds: &mut Bounds,
        take: Take<'_>,
    ) -> Result<(), RowsFault> {
        let mut statement = self.select(connection)?;
        let mut rows = statement.query([])?;
        let mut buckets = Buckets::default();
        let mut content = Vec::new();
        while let Some(row) = rows.next()? {
            content.clear();
            let mut key = Some(Vec::with_capacity(self.table.key));
            let mut stored = 0;
            for (index, omitted) in self.omitted.iter().enumerate() {
                let value = self.reading.value(row, index)?;
                stored += value.stored();
                if !omitted {
                    value.push(&mut content);
                }
                if index < self.table.key {
                    key = key.zip(value.key(self.reading.0)).map(|(mut key, component)| {
                        key.push(component);
                        key
                    });
                }
            }
            if content.len() > MAX_ROW_BYTES {
                return Err(RowsFault::LongRow(content.len()));
            }
            bounds.count(stored, self.definition_bytes)?;
            let key = key.map(|components| path::key(&components));
            match (self.grouping, key) {
                (Grouping::Each, Some(key)) => take(&key, &content)?,
                (Grouping::Each, None) => buckets.add_to(NULL_KEYS, &content),
                (Grouping::Buckets, key) => {
                    let key = key.filter(|_| self.table.key > 0);
                    buckets.add(key.as_deref(), &content)?;
                }
            }
        }
        buckets.finish(take)
    }

    fn select<'c>(&self, connection: &'c Connection) -> rusqlite::Result<Statement<'c>> {
        let column = |name: &str| self.reading.select(&identifier(name));
        let columns: Vec<String> =
            self.table.columns.iter().map(|known| column(&known.name)).collect();
        // The table itself and no index: one that is damaged would hide rows.
        let sql = format!(
            "SELECT {} FROM main.{} NOT INDEXED",
            columns.join(", "),
            identifier(&self.table.name)
        );
        connection.prepare(&sql)
    }
}
