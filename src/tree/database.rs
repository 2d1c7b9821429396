//! The file of a database: in the working tree, where a user names one, or in a commit.
//!
//! The file is read like any other, and SQLite gets its bytes: it opens nothing itself, and leaves nothing
//! beside the file.

use std::path::Path;

use sealgate_core::compare::inventory::ScanErrorKind;
use sealgate_core::seal::path::EntryPath;
use sealgate_core::seal::{Root, SealName};
use sealgate_core::text::problem::{Problem, in_words};
use sealgate_git::{ObjectError, Objects, TreeMode};
use sealgate_scan::{Directory, FileInParts, Kind, ReadFault, read_whole};
use sealgate_surface::{Database, DatabaseFault, MAX_DATABASE_BYTES};

use super::server::server_problem;
use super::trouble::trouble;
use super::{CommitTree, NamedBy, Workspace, root_problem};
use crate::tree::commit::find;

/// What SQLite adds to the name of a database for the files with what is not in it yet.
const JOURNALS: [&str; 2] = ["-wal", "-journal"];

impl Workspace {
    /// Opens the database of the seal `name`, whose file is at `root`.
    ///
    /// # Errors
    ///
    /// There is no such file, it is in use, it cannot be read, or it is no database.
    pub fn database(&self, name: &SealName, root: &Root) -> Result<Database, Problem> {
        let shown = root.as_str();
        let file = root.path().ok_or_else(|| unreadable(shown, "it is a directory", name))?;
        let above = file.parents().last().map(EntryPath::parse).transpose();
        let above = above.map_err(|fault| unreadable(shown, &fault.to_string(), name))?;
        let directory = Directory::open_root(self.root(), above.as_ref())
            .map_err(|error| root_problem(&error, name, NamedBy::Seal))?;
        read(&directory, file.base_name(), shown, name)
    }
}

/// Opens the database whose file the user named, instead of the one of the seal `name`. Links are followed:
/// the journals of a database lie beside the file itself.
///
/// # Errors
///
/// There is no such file, it is in use, it cannot be read, or it is no database.
pub fn database_at(path: &Path, name: &SealName) -> Result<Database, Problem> {
    let shown = path.display().to_string();
    let file = path.canonicalize().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => missing(&shown, name),
        _ => unreadable(&shown, &in_words(&error), name),
    })?;
    let (Some(above), Some(base)) =
        (file.parent(), file.file_name().and_then(|name| name.to_str()))
    else {
        return Err(unreadable(&shown, "its name is no UTF-8, or it is a directory", name));
    };
    let directory = Directory::open_root(above, None)
        .map_err(|error| root_problem(&error, name, NamedBy::User))?;
    read(&directory, base, &shown, name)
}

/// Reads the file `base` in `directory`, which people know as `shown`.
fn read(
    directory: &Directory,
    base: &str,
    shown: &str,
    name: &SealName,
) -> Result<Database, Problem> {
    let file = EntryPath::parse(base);
    let file = file.map_err(|fault| unreadable(shown, &fault.to_string(), name))?;
    refuse_in_use(directory, base, shown, name)?;
    let bytes = read_whole(directory, &file, MAX_DATABASE_BYTES).map_err(|fault| match fault {
        ReadFault::TooLarge(size) => {
            database_problem(&DatabaseFault::TooLarge(size, MAX_DATABASE_BYTES), shown, name)
        }
        ReadFault::ScanError(error) if error.kind == ScanErrorKind::Unstable => {
            in_use(shown, &error.detail, name)
        }
        ReadFault::ScanError(error) => unreadable(shown, &error.detail, name),
    })?;
    // What was written while the file was read.
    refuse_in_use(directory, base, shown, name)?;
    Database::open(bytes).map_err(|fault| database_problem(&fault, shown, name))
}

/// Refuses a database that is not there, or not wholly in its file.
fn refuse_in_use(
    directory: &Directory,
    base: &str,
    shown: &str,
    name: &SealName,
) -> Result<(), Problem> {
    let listing = directory.list().map_err(|error| unreadable(shown, &error.detail, name))?;
    let kind_of = |wanted: &str| {
        listing.iter().find(|(found, _)| **found == *wanted.as_bytes()).map(|(_, kind)| *kind)
    };
    match kind_of(base) {
        Some(Kind::File) => {}
        None => return Err(missing(shown, name)),
        Some(Kind::Link) => {
            return Err(unreadable(shown, "it is a symbolic link, which is never followed", name));
        }
        Some(Kind::Directory) => return Err(unreadable(shown, "it is a directory", name)),
        Some(Kind::Special(what)) => {
            return Err(unreadable(shown, &format!("it is {what}"), name));
        }
    }
    for suffix in JOURNALS {
        let journal = format!("{base}{suffix}");
        let is_empty = match kind_of(&journal) {
            None => true,
            Some(Kind::File) => EntryPath::parse(&journal)
                .ok()
                .and_then(|path| FileInParts::open(directory, &path).ok())
                .is_some_and(|file| file.size() == 0),
            Some(_) => false,
        };
        if !is_empty {
            return Err(in_use(
                shown,
                &format!("{journal} lies beside it, and is not empty"),
                name,
            ));
        }
    }
    Ok(())
}

impl CommitTree<'_> {
    /// Opens the database of the seal `name`, whose file this commit has at `root`.
    ///
    /// # Errors
    ///
    /// The commit has no such file, or a journal beside it; or it cannot be read, or is no database.
    pub fn database(&self, name: &SealName, root: &Root) -> Result<Database, Problem> {
        let mut objects = self.objects();
        let shown = format!("{} in {}", root.as_str(), self.given());
        let file = self.blob_at(&mut objects, root.as_str(), MAX_DATABASE_BYTES, name)?;
        let bytes = file.ok_or_else(|| missing(&shown, name))?;
        for suffix in JOURNALS {
            let journal = format!("{}{suffix}", root.as_str());
            let found = self.blob_at(&mut objects, &journal, MAX_DATABASE_BYTES, name)?;
            if found.is_some_and(|bytes| !bytes.is_empty()) {
                let why = format!("the commit has {journal} too, and it is not empty");
                return Err(in_use(&shown, &why, name));
            }
        }
        Database::open(bytes).map_err(|fault| database_problem(&fault, &shown, name))
    }

    /// The bytes of the file at `path`; `None` where there is nothing.
    fn blob_at(
        &self,
        objects: &mut Objects,
        path: &str,
        limit: u64,
        name: &SealName,
    ) -> Result<Option<Vec<u8>>, Problem> {
        let told = |error: &ObjectError| {
            trouble(self.repository(), self.given(), path, error).seal(name.as_str())
        };
        let entry = find(objects, &self.tree, path.as_bytes()).map_err(|error| told(&error))?;
        match entry {
            None => Ok(None),
            Some(entry) if matches!(entry.mode, TreeMode::File { .. }) => {
                objects.blob(&entry.oid, limit).map(Some).map_err(|error| told(&error))
            }
            Some(_) => {
                let shown = format!("{path} in {}", self.given());
                Err(unreadable(&shown, "it is not a file", name))
            }
        }
    }
}

/// A database that cannot be read, as a person gets it.
#[must_use]
pub fn database_problem(fault: &DatabaseFault, shown: &str, name: &SealName) -> Problem {
    let (code, remedy) = match fault {
        DatabaseFault::Unsupported => (
            "database-unsupported",
            "install sealgate with SQLite: cargo install --path . --features sqlite",
        ),
        DatabaseFault::NotADatabase(_) => {
            ("database-unreadable", "name an SQLite database as the root of the seal")
        }
        DatabaseFault::Damaged(_) => (
            "database-unreadable",
            "`PRAGMA integrity_check` in the sqlite3 shell shows the damage; restore the file from a backup",
        ),
        DatabaseFault::TooLarge(..) => {
            ("database-unreadable", "split the database, or seal a copy with less in it")
        }
        DatabaseFault::Postgres(fault) => return server_problem(fault, shown, name),
        DatabaseFault::TooManyEntries(_) => (
            "surface-too-large",
            "list the large tables under `buckets`, or cover fewer tables in `include`",
        ),
    };
    Problem::new(code, format!("{shown}: {fault}")).seal(name.as_str()).remedy(remedy)
}

fn missing(shown: &str, name: &SealName) -> Problem {
    Problem::new("root-missing", format!("there is no database {shown}"))
        .seal(name.as_str())
        .remedy("put the file back or correct the path; delete the seal if the database is gone for good")
}

fn unreadable(shown: &str, why: &str, name: &SealName) -> Problem {
    Problem::new("database-unreadable", format!("{shown}: {why}"))
        .seal(name.as_str())
        .remedy("name a database that this user can read")
}

fn in_use(shown: &str, why: &str, name: &SealName) -> Problem {
    Problem::new("sqlite-in-use", format!("{shown} is in use: {why}"))
        .seal(name.as_str())
        .remedy(
            "close what writes to it, so that SQLite moves everything into the file; after a crash, \
             `PRAGMA wal_checkpoint(TRUNCATE)` in the sqlite3 shell does that; or check a backup with --at",
        )
}
