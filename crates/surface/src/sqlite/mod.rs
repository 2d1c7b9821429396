//! SQLite: a database that is in memory, read-only, as objects and rows.
//!
//! - `schema` lists the objects of the database;
//! - `table` finds the columns and the key of a table;
//! - `rows` reads the rows of a table;
//! - `reading` reads values as they are stored, whatever the encoding of text;
//! - `script` runs the statements of a plan on a file;
//! - `walk` hands everything that is wanted to a sink.
//!
//! The bytes may come from anybody: no function, trigger or view of the file is run, and what a table claims
//! to hold is bounded by the size of the file.

mod reading;
mod rows;
mod schema;
mod script;
mod table;
mod walk;

use rusqlite::Connection;
use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use sealgate_core::seal::surface::Surface;

pub use self::script::{ScriptFault, ScriptMode, Triggers, run_script};
use self::walk::Walk;
use crate::survey::Hashing;
use crate::value::TextEncoding;
use crate::{DatabaseFault, MAX_DATABASE_BYTES, MAX_ROW_BYTES, Sink, Survey, Wanted, WantsBuckets};

/// How each SQLite file begins.
const MAGIC: &[u8] = b"SQLite format 3\0";

/// The length of the header of an SQLite file, in bytes.
const HEADER_BYTES: usize = 100;

/// Where the header says by which journal the file is written and read: 1 stands for a rollback journal, 2
/// for a write-ahead log.
const JOURNAL_VERSIONS: [usize; 2] = [18, 19];

/// SQLite reads no longer value, in bytes: somewhat more than the longest row, which has an error of its own.
const LONGEST_VALUE: i32 = 65 << 20;
const _: () = assert!(LONGEST_VALUE as usize > MAX_ROW_BYTES);

/// An SQLite database in memory.
#[derive(Debug)]
pub struct Database {
    connection: Connection,
    encoding: TextEncoding,
    journal_mode: &'static str,
    /// How long the file is, in bytes.
    length: u64,
}

impl Database {
    /// Opens the database whose file has these bytes. No journal belongs to it: the caller has seen to that.
    ///
    /// # Errors
    ///
    /// The bytes are no SQLite database, or too many, or its header is damaged.
    pub fn open(mut bytes: Vec<u8>) -> Result<Self, DatabaseFault> {
        let length = bytes.len() as u64;
        if length > MAX_DATABASE_BYTES {
            return Err(DatabaseFault::TooLarge(length, MAX_DATABASE_BYTES));
        }
        if bytes.len() < HEADER_BYTES || !bytes.starts_with(MAGIC) {
            return Err(DatabaseFault::NotADatabase(not_a_database(&bytes)));
        }
        let mut journal_mode = "delete";
        for at in JOURNAL_VERSIONS {
            if bytes[at] == 2 {
                // Memory has no write-ahead log. The one of the file is empty.
                bytes[at] = 1;
                journal_mode = "wal";
            }
        }
        let connection = connect(&bytes).map_err(|error| damaged(&error))?;
        drop(bytes);
        let encoding = encoding(&connection).map_err(|error| damaged(&error))?;
        Ok(Self { connection, encoding, journal_mode, length })
    }

    /// Takes the inventory of what is `wanted`.
    ///
    /// # Errors
    ///
    /// The objects cannot be listed, or there are too many entries.
    pub fn survey(&self, wanted: Wanted<'_>) -> Result<Survey, DatabaseFault> {
        // Only a damaged index lets two rows have one key.
        let repeated = "two rows have this key: an index of the table is damaged";
        let mut hashing = Hashing::new(wanted.surface, repeated);
        self.visit(wanted, &mut hashing)?;
        Ok(hashing.finish())
    }

    /// Hands every entry of what is `wanted` to `sink`.
    ///
    /// # Errors
    ///
    /// The objects cannot be listed, or there are too many entries.
    pub fn visit(&self, wanted: Wanted<'_>, sink: &mut dyn Sink) -> Result<(), DatabaseFault> {
        Walk::new(self, wanted, sink).run()
    }

    /// The tables in `surface` whose rows should be buckets and are none yet.
    ///
    /// # Errors
    ///
    /// The objects cannot be listed.
    pub fn wants_buckets(&self, surface: &Surface) -> Result<Vec<WantsBuckets>, DatabaseFault> {
        walk::wants_buckets(self, surface)
    }
}

/// A connection to a database in memory that has these bytes.
fn connect(bytes: &[u8]) -> rusqlite::Result<Connection> {
    let mut connection = Connection::open_in_memory()?;
    connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, LONGEST_VALUE)?;
    connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
    for (option, on) in [
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
        (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false),
        // A name in quotes is a name: never a text where there is no such column.
        (DbConfig::SQLITE_DBCONFIG_DQS_DML, false),
    ] {
        connection.set_db_config(option, on)?;
    }
    connection.execute_batch("PRAGMA cell_size_check = ON; PRAGMA query_only = ON;")?;
    connection.deserialize_read_exact("main", bytes, bytes.len(), true)?;
    Ok(connection)
}

fn encoding(connection: &Connection) -> rusqlite::Result<TextEncoding> {
    let name: String = connection.query_row("PRAGMA encoding", [], |row| row.get(0))?;
    Ok(match name.as_str() {
        "UTF-16le" => TextEncoding::Utf16Le,
        "UTF-16be" => TextEncoding::Utf16Be,
        _ => TextEncoding::Utf8,
    })
}

/// Why these bytes are no database.
fn not_a_database(bytes: &[u8]) -> String {
    let why = if bytes.is_empty() {
        "the file is empty"
    } else if bytes.starts_with(b"version https://git-lfs.github.com/spec/") {
        "the file is a Git LFS pointer: run `git lfs pull`"
    } else {
        "the file is not an SQLite database, or it is encrypted"
    };
    why.to_owned()
}

fn damaged(error: &rusqlite::Error) -> DatabaseFault {
    DatabaseFault::Damaged(error.to_string())
}
