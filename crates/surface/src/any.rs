//! A database of whichever system.

use sealgate_core::seal::surface::{DatabaseSystem, Surface};

use crate::{Database, DatabaseFault, Definitions, Postgres, Sink, Survey, Wanted, WantsBuckets};

/// A database of whichever system.
#[derive(Debug)]
pub enum AnyDatabase {
    /// An SQLite database in memory.
    Sqlite(Database),
    /// A PostgreSQL database on a server.
    Postgres(Postgres),
}

impl AnyDatabase {
    /// Its system.
    #[must_use]
    pub fn system(&self) -> DatabaseSystem {
        match self {
            Self::Sqlite(_) => DatabaseSystem::Sqlite,
            Self::Postgres(database) => DatabaseSystem::Postgres { major: database.major() },
        }
    }

    /// Takes the inventory of what is `wanted`.
    ///
    /// # Errors
    ///
    /// The database cannot be read, or there are too many entries.
    pub fn survey(&self, wanted: Wanted<'_>) -> Result<Survey, DatabaseFault> {
        match self {
            Self::Sqlite(database) => database.survey(wanted),
            Self::Postgres(database) => database.survey(wanted),
        }
    }

    /// Hands every entry of what is `wanted` to `sink`.
    ///
    /// # Errors
    ///
    /// As [`AnyDatabase::survey`].
    pub fn visit(&self, wanted: Wanted<'_>, sink: &mut dyn Sink) -> Result<(), DatabaseFault> {
        match self {
            Self::Sqlite(database) => database.visit(wanted, sink),
            Self::Postgres(database) => database.visit(wanted, sink),
        }
    }

    /// The bytes of each object that is `wanted` and is no row, in one walk; nothing of an SQLite database.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub fn definitions(&self, wanted: Wanted<'_>) -> Result<Definitions, DatabaseFault> {
        match self {
            Self::Sqlite(_) => Ok(Definitions::default()),
            Self::Postgres(database) => Ok(database.definitions(wanted)?),
        }
    }

    /// The tables in `surface` whose rows should be buckets and are none yet.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub fn wants_buckets(&self, surface: &Surface) -> Result<Vec<WantsBuckets>, DatabaseFault> {
        match self {
            Self::Sqlite(database) => database.wants_buckets(surface),
            Self::Postgres(database) => database.wants_buckets(surface),
        }
    }
}
