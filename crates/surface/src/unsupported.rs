//! What stands for SQLite where it is not built in: every database is refused.

use sealgate_core::seal::surface::Surface;

use crate::{DatabaseFault, Sink, Survey, Wanted, WantsBuckets};

/// A database, of which there is none without the feature `sqlite`.
#[derive(Debug)]
pub enum Database {}

impl Database {
    /// Refuses.
    ///
    /// # Errors
    ///
    /// Always.
    pub fn open(bytes: Vec<u8>) -> Result<Self, DatabaseFault> {
        drop(bytes);
        Err(DatabaseFault::Unsupported)
    }

    /// Takes the inventory of what is `wanted`.
    ///
    /// # Errors
    ///
    /// There is no database.
    pub fn survey(&self, _: Wanted<'_>) -> Result<Survey, DatabaseFault> {
        match *self {}
    }

    /// Hands every entry of what is `wanted` to `sink`.
    ///
    /// # Errors
    ///
    /// There is no database.
    pub fn visit(&self, _: Wanted<'_>, _: &mut dyn Sink) -> Result<(), DatabaseFault> {
        match *self {}
    }

    /// The tables whose rows should be buckets.
    ///
    /// # Errors
    ///
    /// There is no database.
    pub fn wants_buckets(&self, _: &Surface) -> Result<Vec<WantsBuckets>, DatabaseFault> {
        match *self {}
    }
}
