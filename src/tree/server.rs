//! A database on a server, which the user names.

use sealgate_core::seal::SealName;
use sealgate_core::text::problem::Problem;
use sealgate_surface::{Postgres, PostgresFault, without_password};

/// Connects to the database that the user named for the seal `name`, which is of PostgreSQL `major`; 0 stands
/// for a new seal, which may be of any.
///
/// # Errors
///
/// There is no psql, the database cannot be reached, or it is of another major version.
pub fn server_database(connection: &str, major: u16, name: &SealName) -> Result<Postgres, Problem> {
    let shown = without_password(connection);
    let database = Postgres::connect(connection);
    let database = database.map_err(|fault| server_problem(&fault, &shown, name))?;
    if ![0, database.major()].contains(&major) {
        let fault = PostgresFault::OtherMajor(major, database.major());
        return Err(server_problem(&fault, &shown, name));
    }
    Ok(database)
}

/// That nothing says where the database of the seal `name` is.
#[must_use]
pub fn not_named(name: &SealName) -> Problem {
    let message = "the seal covers a PostgreSQL database, and does not say where it is";
    Problem::new("database-not-named", message).seal(name.as_str()).remedy(format!(
        "say where: sealgate check {name} --at 'host=HOST dbname=DATABASE'; the other commands take --at too, \
         and diff takes --against"
    ))
}

/// That shares of a check cannot judge the database of the seal `name`.
#[must_use]
pub fn not_shared(name: &SealName) -> Problem {
    let message =
        "the seal covers a PostgreSQL database, of which no two shares read the same state";
    Problem::new("database-not-shared", message).seal(name.as_str()).remedy(format!(
        "check it in one run: sealgate check {name} --at 'host=HOST dbname=DATABASE', without --partition"
    ))
}

/// A database on a server that cannot be read, as a person gets it.
pub(super) fn server_problem(fault: &PostgresFault, shown: &str, name: &SealName) -> Problem {
    let (code, remedy) = match fault {
        PostgresFault::NoPsql => {
            ("psql-missing", "install the client of PostgreSQL, and have `psql` in PATH")
        }
        PostgresFault::Unreachable(_) => (
            "database-unreachable",
            "correct what --at says, or PGHOST and its like; psql with the same words shows whether it connects",
        ),
        PostgresFault::Ended(_) => {
            ("database-unreachable", "look into the log of the server, and check again")
        }
        PostgresFault::OtherMajor(..) => (
            "server-major-differs",
            "name a server of the sealed version; after an upgrade, compare what is there by hand and make \
             the seal anew: major versions print definitions differently",
        ),
        PostgresFault::TooOld(_) => {
            ("database-unsupported", "upgrade the server to PostgreSQL 14 or newer")
        }
        PostgresFault::UnknownColumn(_) => (
            "database-unsupported",
            "use a version of sealgate that knows this version of PostgreSQL",
        ),
        PostgresFault::Restless(_) => {
            ("database-unreadable", "check again when nobody creates, drops or renames tables")
        }
        PostgresFault::Refused(refusal) if refusal.state.is_empty() => {
            ("database-unreadable", "look into the log of the server, and check again")
        }
        PostgresFault::Refused(_) | PostgresFault::Broken(_) => {
            ("database-unreadable", "give this user the right to read what is under seal")
        }
    };
    Problem::new(code, format!("{shown}: {fault}")).seal(name.as_str()).remedy(remedy)
}
