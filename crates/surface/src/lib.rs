//! A database as a tree: each object and each row has a path and bytes, like a file.
//!
//! - `path` encodes names and keys as components of paths;
//! - `value` encodes values as the bytes of rows and of keys;
//! - `sqlite` reads an SQLite database in memory, with the feature `sqlite`;
//! - `postgres` reads a PostgreSQL database through `psql`;
//! - `survey` and `buckets` are what both make of their entries.
//!
//! The encoding is a format: docs/surfaces.md describes it, so that a second reader can be written.

mod any;
mod buckets;
mod fault;
mod path;
mod postgres;
#[cfg(feature = "sqlite")]
mod sqlite;
#[cfg(not(feature = "sqlite"))]
#[path = "unsupported.rs"]
mod sqlite;
mod survey;
#[cfg(feature = "sqlite")]
mod value;

pub use any::AnyDatabase;
pub use fault::DatabaseFault;
pub use postgres::{OtherDatabase, Postgres, PostgresFault, Refusal, measure, without_password};
/// For what writes databases: the reader itself never does.
#[cfg(feature = "sqlite")]
pub use rusqlite;
pub use sqlite::Database;
#[cfg(feature = "sqlite")]
pub use sqlite::{ScriptFault, ScriptMode, Triggers, run_script};

use std::collections::BTreeMap;

use sealgate_core::compare::inventory::{Inventory, ScanError};
use sealgate_core::seal::exclude::Scope;
use sealgate_core::seal::path::EntryPath;
use sealgate_core::seal::surface::Surface;

/// The largest SQLite file that is read, in bytes: SQLite allocates no more at once.
pub const MAX_DATABASE_BYTES: u64 = 0x7fff_fe00;

/// The longest row that is sealed, in bytes of its encoding.
pub const MAX_ROW_BYTES: usize = 64 << 20;

/// The most entries that one surface may have.
pub const MAX_ENTRIES: usize = 1_000_000;

/// A table with more rows is sealed as buckets from the start.
pub const MANY_ROWS: i64 = 10_000;

/// What is in scope: the surface, and what it leaves out.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// What is included.
    pub surface: &'a Surface,
    /// What is left out of that.
    pub exclude: &'a Scope,
}

impl Wanted<'_> {
    /// Whether the entry at `path` is in scope.
    fn has(self, path: &str) -> bool {
        self.surface.includes(path.as_bytes())
            && self.exclude.excludes(path.as_bytes(), false).is_none()
    }

    /// Whether anything below `path` can be in scope.
    fn reaches(self, path: &str) -> bool {
        self.surface.reaches(path.as_bytes())
            && self.exclude.excludes(path.as_bytes(), true).is_none()
    }
}

/// Takes the entries of a database, in no particular order.
pub trait Sink {
    /// Takes the entry at `path`, which is these bytes.
    fn take(&mut self, path: String, content: &[u8]);

    /// Takes a path at which something cannot be read or sealed. What was taken below it before is void.
    fn fail(&mut self, path: String, error: ScanError);
}

/// What is in the scope of a surface.
#[derive(Debug)]
pub struct Survey {
    /// The entries.
    pub inventory: Inventory,
    /// The paths of `include` at which the database has nothing.
    pub unmatched: Vec<String>,
}

/// What a database has beside rows, and who may have to do with it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Definitions {
    /// The bytes of each object, by its path.
    pub objects: BTreeMap<String, Vec<u8>>,
    /// The names of the roles.
    pub roles: Vec<String>,
}

/// A table whose rows are better sealed as buckets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantsBuckets {
    /// The path of the table.
    pub table: EntryPath,
    /// Why.
    pub why: WhyBuckets,
}

/// Why rows are sealed as buckets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhyBuckets {
    /// No key names each row.
    NoKey,
    /// The table has so many rows, over [`MANY_ROWS`].
    Rows(i64),
}
