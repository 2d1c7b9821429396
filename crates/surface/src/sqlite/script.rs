//! Runs a script on a database file: the one place that lets SQLite open and change a file.

use std::fs;
use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, MAIN_DB};

/// How a script is run.
#[derive(Debug, Clone, Copy)]
pub enum ScriptMode<'a> {
    /// As it is; what it commits stays.
    Committed,
    /// In a transaction that is rolled back. The database as it is before that is written to this file.
    RolledBack(&'a Path),
}

/// What becomes of triggers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Triggers {
    /// They are run.
    Run,
    /// They are not.
    Ignored,
}

/// Why a script did not do what it should.
#[derive(Debug, thiserror::Error)]
pub enum ScriptFault {
    /// SQLite refused a statement.
    #[error("{0}")]
    Sqlite(#[from] rusqlite::Error),
    /// It ended the transaction that it was run in.
    #[error("the script ends the transaction that it is run in")]
    EndsTransaction,
    /// It left a transaction open.
    #[error("the script leaves a transaction open, so that nothing is committed")]
    LeavesTransaction,
    /// The database inside of the transaction could not be written.
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

/// Runs the statements of `script` on the database in the file at `path`. Nothing is left beside it.
///
/// # Errors
///
/// SQLite refuses a statement, or the script meddles with the transaction.
pub fn run_script(
    path: &Path,
    script: &str,
    mode: ScriptMode<'_>,
    triggers: Triggers,
) -> Result<(), ScriptFault> {
    let mut connection = Connection::open(path)?;
    let are_run = triggers == Triggers::Run;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, are_run)?;
    match mode {
        ScriptMode::Committed => {
            connection.execute_batch(script)?;
            if !connection.is_autocommit() {
                return Err(ScriptFault::LeavesTransaction);
            }
        }
        ScriptMode::RolledBack(inside) => {
            connection.execute_batch("BEGIN IMMEDIATE")?;
            connection.execute_batch(script).map_err(|error| {
                // How SQLite refuses a BEGIN in the script.
                let begins = error.to_string().contains("within a transaction");
                if begins { ScriptFault::EndsTransaction } else { error.into() }
            })?;
            if connection.is_autocommit() {
                return Err(ScriptFault::EndsTransaction);
            }
            fs::write(inside, &*connection.serialize(MAIN_DB)?)?;
            connection.execute_batch("ROLLBACK")?;
        }
    }
    // A database in WAL mode keeps what was written beside its file until then.
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    connection.close().map_err(|(_, error)| error)?;
    Ok(())
}
