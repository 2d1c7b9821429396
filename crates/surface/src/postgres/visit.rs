//! One visit of everything that is wanted: lock, snapshot, walk, rows, and the walk again.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sealgate_core::compare::inventory::{ScanError, ScanErrorKind};
use sealgate_core::seal::entry::Digest;
use sealgate_core::seal::path;

use super::catalog::{self, Catalog};
use super::fault::{PostgresFault, Refusal};
use super::psql::Session;
use super::rows::{self, Grouping, RowsFault};
use super::tables::{self, Columns, Table};
use super::values;
use super::walk::{self, Objects};
use crate::{DatabaseFault, MAX_ENTRIES, Sink, Wanted};

/// How often the tables may change between being listed and being locked.
const ATTEMPTS: usize = 3;

/// The code of a lock that was not to be had in time, in the list of SQLSTATE.
const LOCK_NOT_AVAILABLE: &str = "55P03";

/// Why the rows of tables cannot be read, by the numbers of the tables.
type Denied = HashMap<u32, ScanError>;

/// Hands everything that is `wanted` to `sink`.
///
/// # Errors
///
/// The server does not answer as it should, or there are too many entries.
pub(super) fn run(
    session: &mut Session,
    wanted: Wanted<'_>,
    sink: &mut dyn Sink,
) -> Result<(), DatabaseFault> {
    let catalogs = catalog::read(session)?;
    let mut visit = Visit { session, wanted, sink, catalogs, entries: 0 };
    let (listed, denied) = visit.begin()?;
    let first =
        Pass { snapshot: visit.snapshot()?, walked: visit.walk()?, values: visit.values()? };
    let columns = tables::columns(visit.session, &listed, wanted.surface)?;
    for table in &listed {
        visit.rows(table, columns.get(&table.oid), denied.get(&table.oid))?;
    }
    visit.large_objects()?;
    visit.refuse_rewritten(&listed)?;
    visit.again(first, &listed)
}

/// All objects, as they were at one moment.
struct Pass {
    /// Which transactions had ended: see [`Visit::snapshot`].
    snapshot: Option<String>,
    /// What the catalogs say.
    walked: Objects,
    /// What no snapshot holds.
    values: Objects,
}

struct Visit<'a> {
    session: &'a mut Session,
    wanted: Wanted<'a>,
    sink: &'a mut dyn Sink,
    catalogs: BTreeMap<String, Catalog>,
    /// How many entries were handed over.
    entries: usize,
}

impl Visit<'_> {
    /// Begins a snapshot in which the tables are those that are locked, and none is emptied by TRUNCATE. Gives
    /// the tables whose rows are wanted, and those that cannot be locked.
    fn begin(&mut self) -> Result<(Vec<Table>, Denied), PostgresFault> {
        for _ in 0..ATTEMPTS {
            let tables = self.tables()?;
            self.command("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")?;
            let denied = self.lock(&tables)?;
            // The snapshot is taken by this.
            if self.tables()? == tables {
                return Ok((tables, denied));
            }
            self.command("ROLLBACK")?;
        }
        Err(PostgresFault::Restless(ATTEMPTS))
    }

    /// The tables whose rows are wanted.
    fn tables(&mut self) -> Result<Vec<Table>, PostgresFault> {
        let mut tables = tables::list(self.session)?;
        tables.retain(|table| self.wanted.reaches(&table.rows()));
        Ok(tables)
    }

    fn lock(&mut self, tables: &[Table]) -> Result<Denied, PostgresFault> {
        let lockable = tables.iter().filter(|table| table.lockable);
        let names: Vec<&str> = lockable.clone().map(|table| table.name.as_str()).collect();
        if names.is_empty() || self.lock_all(&names, "")?.is_none() {
            return Ok(Denied::new());
        }
        // One of them is not to be had: which, without waiting again.
        let mut denied = Denied::new();
        for table in lockable {
            if let Some(refusal) = self.lock_all(&[&table.name], " NOWAIT")? {
                denied.insert(table.oid, about_table(&refusal));
            }
        }
        Ok(denied)
    }

    fn lock_all(&mut self, names: &[&str], wait: &str) -> Result<Option<Refusal>, PostgresFault> {
        let only: Vec<String> = names.iter().map(|name| format!("ONLY {name}")).collect();
        let statement = format!("LOCK TABLE {} IN ACCESS SHARE MODE{wait}", only.join(", "));
        match self.command(&statement) {
            Ok(()) => Ok(None),
            Err(PostgresFault::Refused(refusal)) => Ok(Some(refusal)),
            Err(fault) => Err(fault),
        }
    }

    fn command(&mut self, statement: &str) -> Result<(), PostgresFault> {
        self.session.run(statement, &mut |_| ())
    }

    /// Which transactions had ended when the present snapshot was taken, as PostgreSQL prints it. Two equal ones
    /// say that none ended in between that had a number, and whatever changes a catalog has one. `None` on a
    /// standby, which does not know all of them.
    fn snapshot(&mut self) -> Result<Option<String>, PostgresFault> {
        let statement =
            "COPY (SELECT pg_current_snapshot() WHERE NOT pg_is_in_recovery()) TO STDOUT";
        let snapshot = self.session.one(statement)?;
        Ok(Some(snapshot).filter(|snapshot| !snapshot.is_empty()))
    }

    /// Whether an object is wanted that is no row.
    fn wants_objects(&self) -> bool {
        let is_of_rows = |path: &str| {
            let mut names = path.split('/').skip(1);
            names.next().is_some_and(|table| !table.starts_with('+'))
                && names.next() == Some("rows")
        };
        !self.wanted.surface.include.iter().all(|included| is_of_rows(included.as_str()))
    }

    /// What the catalogs say of what is wanted.
    fn walk(&mut self) -> Result<Objects, PostgresFault> {
        if !self.wants_objects() {
            return Ok(Objects::default());
        }
        walk::walk(self.session, &self.catalogs, self.wanted)
    }

    /// What is wanted of the values that change without a catalog.
    fn values(&mut self) -> Result<Objects, PostgresFault> {
        let mut objects = Objects::default();
        if self.wants_objects() {
            values::sequences(self.session, self.wanted, &mut objects)?;
            values::kept_by_server(self.session, self.wanted, &mut objects)?;
            values::builtin_rows(self.session, self.wanted, &mut objects)?;
        }
        Ok(objects)
    }

    fn rows(
        &mut self,
        table: &Table,
        columns: Option<&Columns>,
        denied: Option<&ScanError>,
    ) -> Result<(), DatabaseFault> {
        let place = table.rows();
        if let Some(error) = denied {
            self.sink.fail(place, error.clone());
            return Ok(());
        }
        let Some(columns) = columns else { return Ok(()) };
        let surface = self.wanted.surface;
        let grouping = match columns.key {
            0 => Grouping::Buckets,
            _ if surface.has_buckets(&table.path) => Grouping::Buckets,
            _ => Grouping::Each,
        };
        // Where all rows are wanted, no row is asked.
        let takes_all =
            surface.includes(place.as_bytes()) && self.wanted.exclude.patterns().is_empty();
        let (wanted, entries, sink) = (self.wanted, &mut self.entries, &mut *self.sink);
        let read = rows::read(self.session, table, columns, grouping, &mut |path, content| {
            let path = [&*place, "/", path].concat();
            if takes_all || wanted.has(&path) {
                hand_over(sink, entries, path, content);
            }
        });
        let error = match read {
            Ok(()) => None,
            Err(RowsFault::Server(PostgresFault::Refused(refusal))) => Some(about_table(&refusal)),
            Err(RowsFault::Server(fault)) => return Err(fault.into()),
            Err(fault @ RowsFault::LongRow) => {
                Some(ScanError::unsealable(fault.to_string()).of_directory())
            }
            Err(fault @ RowsFault::Buckets(_)) => {
                return Err(PostgresFault::Broken(fault.to_string()).into());
            }
        };
        if let Some(error) = error {
            self.sink.fail(place, error);
        }
        self.refuse_too_many()
    }

    fn large_objects(&mut self) -> Result<(), DatabaseFault> {
        for (oid, path) in values::large_objects(self.session, self.wanted)? {
            match values::bytes(self.session, oid)? {
                Ok(bytes) => hand_over(self.sink, &mut self.entries, path, &bytes),
                Err(error) => self.sink.fail(path, error),
            }
        }
        self.refuse_too_many()
    }

    /// Says of tables whose rows were written anew, in another file, that they are unstable: the snapshot shows
    /// none of their rows. No lock keeps a materialised view from being refreshed.
    fn refuse_rewritten(&mut self, tables: &[Table]) -> Result<(), PostgresFault> {
        if tables.iter().all(|table| table.lockable) {
            return Ok(());
        }
        let statement = "COPY (SELECT oid FROM pg_class WHERE relkind IN ('r', 'm') \
             AND relfilenode IS DISTINCT FROM pg_relation_filenode(oid)) TO STDOUT";
        let mut rewritten = BTreeSet::new();
        self.session.run(statement, &mut |line| {
            rewritten
                .extend(std::str::from_utf8(line).ok().and_then(|oid| oid.parse::<u32>().ok()));
        })?;
        for table in tables.iter().filter(|table| rewritten.contains(&table.oid)) {
            let error = ScanError::unstable("it was written anew while it was read").of_directory();
            self.sink.fail(table.rows(), error);
        }
        Ok(())
    }

    /// Walks again, in a snapshot of now, and hands over the objects that are what they were. Where no
    /// transaction ended meanwhile, the catalogs say what they said. `listed` are the tables that were read, by
    /// their names.
    fn again(&mut self, first: Pass, listed: &[Table]) -> Result<(), DatabaseFault> {
        self.command("COMMIT")?;
        self.command("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")?;
        let is_quiet = first.snapshot.is_some() && self.snapshot()? == first.snapshot;
        let walked = if is_quiet {
            None
        } else {
            self.refuse_renamed(listed)?;
            Some(self.walk()?)
        };
        let values = self.values()?;
        self.command("COMMIT")?;
        self.hand_over_stable(first.walked, walked)?;
        self.hand_over_stable(first.values, Some(values))
    }

    /// Says of the tables that are not `listed` as they were that they are unstable: another may have had the name.
    fn refuse_renamed(&mut self, listed: &[Table]) -> Result<(), PostgresFault> {
        let now = self.tables()?.into_iter().map(|table| (table.oid, table));
        let now: HashMap<u32, Table> = now.collect();
        for table in listed.iter().filter(|table| now.get(&table.oid) != Some(table)) {
            self.sink.fail(table.rows(), unstable().of_directory());
        }
        Ok(())
    }

    /// Hands over the objects of `first` that are in `second` too, if there is one; the others are unstable.
    fn hand_over_stable(
        &mut self,
        mut first: Objects,
        second: Option<Objects>,
    ) -> Result<(), DatabaseFault> {
        let failed = std::mem::take(&mut first.failed);
        let mut second: Option<BTreeMap<String, Digest>> = second.map(|objects| {
            let contents = objects.contents().into_iter();
            contents.map(|(path, content)| (path, Digest::of(&content))).collect()
        });
        for (path, content) in first.contents() {
            let is_stable = match &mut second {
                Some(second) => second.remove(&path) == Some(Digest::of(&content)),
                None => true,
            };
            if is_stable {
                hand_over(self.sink, &mut self.entries, path, &content);
            } else {
                self.sink.fail(path, unstable());
            }
        }
        for path in second.into_iter().flat_map(BTreeMap::into_keys) {
            self.sink.fail(path, unstable());
        }
        for (path, error) in failed {
            self.sink.fail(path, error);
        }
        self.refuse_too_many()
    }

    fn refuse_too_many(&self) -> Result<(), DatabaseFault> {
        if self.entries > MAX_ENTRIES {
            return Err(DatabaseFault::TooManyEntries(MAX_ENTRIES));
        }
        Ok(())
    }
}

fn unstable() -> ScanError {
    ScanError::unstable("it was changed while the database was read")
}

/// Why the rows of a table cannot be read, which the server refused.
fn about_table(refusal: &Refusal) -> ScanError {
    let kind = match refusal.state.as_str() {
        LOCK_NOT_AVAILABLE => ScanErrorKind::Unstable,
        _ => ScanErrorKind::Unreadable,
    };
    ScanError::new(kind, refusal.to_string()).of_directory()
}

/// Hands `content` to `sink`, if a seal can hold its path. More entries than a surface may have are counted
/// and not kept.
fn hand_over(sink: &mut dyn Sink, entries: &mut usize, path: String, content: &[u8]) {
    *entries += 1;
    if *entries > MAX_ENTRIES {
        return;
    }
    match path::check(path.as_bytes()) {
        Ok(_) => sink.take(path, content),
        Err(fault) => sink.fail(path, ScanError::unsealable(fault.to_string())),
    }
}
