//! Why a database cannot be read at all.

use crate::postgres::PostgresFault;

/// Why a database cannot be read at all. What cannot be read in one table is an item of the inventory.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DatabaseFault {
    /// This program was built without the database system.
    #[error("this sealgate was built without SQLite")]
    Unsupported,
    /// The bytes are no database of the system.
    #[error("{0}")]
    NotADatabase(String),
    /// The database is broken where its objects are listed.
    #[error("the database is damaged: {0}")]
    Damaged(String),
    /// It is so many bytes long, which is over the limit.
    #[error("the database is {0} bytes long, and the limit is {1}")]
    TooLarge(u64, u64),
    /// It is a PostgreSQL database, and cannot be read.
    #[error(transparent)]
    Postgres(#[from] PostgresFault),
    /// It has more entries in scope than a surface may have.
    #[error("more than {0} rows and objects are in scope")]
    TooManyEntries(usize),
}
