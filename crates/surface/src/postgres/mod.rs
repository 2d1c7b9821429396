//! PostgreSQL: a database on a server, read through `psql`, as objects and rows.
//!
//! - `psql` runs psql, and nothing else does;
//! - `settings` makes equal values read equal, whatever the server and the user are set to;
//! - `catalog` asks the server which catalogs it has, and `generate` makes the statements that read them;
//! - `walk` reads them, and `places.sql` says where each object has its place;
//! - `tables` and `rows` read rows, `values` reads sequences and large objects;
//! - `others` lists the other databases of the server;
//! - `visit` does all of that in one snapshot.
//!
//! Rows are those of one snapshot, of which every table was locked against TRUNCATE. Functions that print
//! definitions, and sequences, know no snapshot: they are read again in the end, and what differs then is
//! unstable.

mod catalog;
mod conninfo;
mod copy;
mod fault;
mod generate;
mod others;
mod psql;
mod rows;
mod settings;
mod tables;
mod values;
mod visit;
mod walk;

use std::sync::{Mutex, PoisonError};

use sealgate_core::seal::path::EntryPath;
use sealgate_core::seal::surface::Surface;

pub use self::conninfo::without_password;
pub use self::fault::{PostgresFault, Refusal};
pub use self::others::OtherDatabase;
use self::psql::Session;
use crate::survey::Hashing;
use crate::{
    DatabaseFault, Definitions, MANY_ROWS, Sink, Survey, Wanted, WantsBuckets, WhyBuckets,
};

/// The oldest major version that says which catalog refers to which.
const OLDEST_MAJOR: u16 = 14;

/// A connection to a database on a PostgreSQL server.
#[derive(Debug)]
pub struct Postgres {
    session: Mutex<Session>,
    major: u16,
    version: String,
}

/// Takes the inventory of what is `wanted` of the database that `connection` names: a conninfo string, an
/// address that begins with `postgresql://`, or the name of a database.
///
/// # Errors
///
/// The database cannot be reached or read, or has too many entries in scope.
pub fn measure(connection: &str, wanted: Wanted<'_>) -> Result<Survey, DatabaseFault> {
    Postgres::connect(connection)?.survey(wanted)
}

impl Postgres {
    /// Connects to the database that `connection` names, as [`measure`] does.
    ///
    /// # Errors
    ///
    /// There is no psql, the server does not let this user in, or it is too old.
    pub fn connect(connection: &str) -> Result<Self, PostgresFault> {
        let mut session = Session::open(connection)?;
        settings::pin(&mut session)?;
        let number = session.one("SHOW server_version_num")?;
        let major = number.parse::<u32>().unwrap_or_default() / 10_000;
        let major = u16::try_from(major).unwrap_or_default();
        if major < OLDEST_MAJOR {
            return Err(PostgresFault::TooOld(major));
        }
        let version = session.one("SHOW server_version")?;
        // Some add the name of their package.
        let version = version.split(' ').next().unwrap_or_default().to_owned();
        Ok(Self { session: Mutex::new(session), major, version })
    }

    /// The major version of the server.
    #[must_use]
    pub fn major(&self) -> u16 {
        self.major
    }

    /// The version of the server, as it states it.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Takes the inventory of what is `wanted`.
    ///
    /// # Errors
    ///
    /// The server does not answer as it should, or there are too many entries.
    pub fn survey(&self, wanted: Wanted<'_>) -> Result<Survey, DatabaseFault> {
        let mut hashing =
            Hashing::new(wanted.surface, "two rows have this key: an index is damaged");
        self.visit(wanted, &mut hashing)?;
        Ok(hashing.finish())
    }

    /// Hands every entry of what is `wanted` to `sink`.
    ///
    /// # Errors
    ///
    /// As [`Postgres::survey`].
    pub fn visit(&self, wanted: Wanted<'_>, sink: &mut dyn Sink) -> Result<(), DatabaseFault> {
        let mut session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        // What an earlier visit left open, if it ended early.
        session.run("ROLLBACK", &mut |_| ())?;
        visit::run(&mut session, wanted, sink)
    }

    /// The bytes of each object that is `wanted` and is no row, and the names of the roles.
    ///
    /// # Errors
    ///
    /// The server does not answer as it should.
    pub fn definitions(&self, wanted: Wanted<'_>) -> Result<Definitions, PostgresFault> {
        let mut session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        session.run("ROLLBACK", &mut |_| ())?;
        let catalogs = catalog::read(&mut session)?;
        let objects = walk::walk(&mut session, &catalogs, wanted)?.contents();
        let mut roles = Vec::new();
        let list =
            "COPY (SELECT rolname FROM pg_roles WHERE rolname !~ '^pg_' ORDER BY 1) TO STDOUT";
        session.run(list, &mut |line| roles.extend(copy::values(line).into_iter().flatten()))?;
        Ok(Definitions { objects, roles })
    }

    /// The other databases of the server.
    ///
    /// # Errors
    ///
    /// The server does not answer as it should.
    pub fn others(&self) -> Result<Vec<OtherDatabase>, PostgresFault> {
        let mut session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        session.run("ROLLBACK", &mut |_| ())?;
        others::list(&mut session)
    }

    /// The tables in `surface` whose rows should be buckets and are none yet.
    ///
    /// # Errors
    ///
    /// The server does not answer as it should.
    pub fn wants_buckets(&self, surface: &Surface) -> Result<Vec<WantsBuckets>, DatabaseFault> {
        let mut session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        session.run("ROLLBACK", &mut |_| ())?;
        let mut tables = tables::list(&mut session)?;
        tables.retain(|table| {
            surface.includes(table.rows().as_bytes()) && !surface.has_buckets(&table.path)
        });
        let columns = tables::columns(&mut session, &tables, surface)?;
        let mut wanting = Vec::new();
        for table in tables {
            let Ok(path) = EntryPath::parse(&table.path) else { continue };
            let rows = session.one(&format!("SELECT count(*) FROM ONLY {}", table.name));
            // What cannot be read here is an item of the inventory.
            let rows = rows.ok().and_then(|rows| rows.parse::<i64>().ok());
            let has_key = columns.get(&table.oid).is_some_and(|columns| columns.key > 0);
            let why = match rows {
                Some(1..) if !has_key => WhyBuckets::NoKey,
                Some(rows) if rows > MANY_ROWS => WhyBuckets::Rows(rows),
                _ => continue,
            };
            wanting.push(WantsBuckets { table: path, why });
        }
        Ok(wanting)
    }
}
