//! What sealing a database needs beside its entries: how its rows become entries, and its file as git
//! sees it.

use sealgate_core::seal::entry::Entry;
use sealgate_core::seal::exclude::Scope;
use sealgate_core::seal::path::{EntryPath, PathFault};
use sealgate_core::seal::surface::{DatabaseSystem, Included, Surface};
use sealgate_core::seal::{Header, Root, Seal, SealName, SealedEntry};
use sealgate_core::text::problem::Problem;
use sealgate_git::Tracking;
use sealgate_scan::{Directory, hash_into};
use sealgate_surface::{AnyDatabase, WantsBuckets, WhyBuckets};

use crate::report::shell::quote;
use crate::report::text;
use crate::tree::{Workspace, database_problem};

/// The surface of a database of `system` that `include` asks for; `None` where it asks for nothing.
///
/// # Errors
///
/// A path is no path of a surface.
pub fn surface_of(system: DatabaseSystem, include: &[String]) -> Result<Option<Surface>, Problem> {
    if include.is_empty() {
        return Ok(None);
    }
    let included = include.iter().map(|path| {
        let path = if path == "." { path } else { path.trim_end_matches('/') };
        Included::parse(path).map_err(|fault| {
            let message = format!("--include {path}: {fault}");
            Problem::new("usage", message)
                .remedy("name a table as main/TABLE or SCHEMA/TABLE, or everything as a single dot")
        })
    });
    let mut include = included.collect::<Result<Vec<_>, _>>()?;
    include.sort();
    include.dedup();
    Ok(Some(Surface { system, include, buckets: Vec::new(), omit: Vec::new() }))
}

/// Lists the tables under `buckets` whose rows should not be entries one by one; gives what a person is
/// told of each.
///
/// # Errors
///
/// The objects of the database cannot be listed.
pub fn choose_buckets(
    database: &AnyDatabase,
    header: &mut Header,
    name: &SealName,
) -> Result<Vec<String>, Problem> {
    let Some(surface) = &mut header.surface else { return Ok(Vec::new()) };
    let wanting = database.wants_buckets(surface);
    let wanting = wanting.map_err(|fault| database_problem(&fault, header.root.as_str(), name))?;
    let said = wanting.iter().map(|WantsBuckets { table, why }| {
        let why = match why {
            WhyBuckets::NoKey => "no key names its rows".to_owned(),
            WhyBuckets::Rows(rows) => format!("it has {} rows", text::grouped(*rows)),
        };
        format!("{name}: {} goes under `buckets`, so that no row is named: {why}", table.as_str())
    });
    let said = said.collect();
    surface.buckets.extend(wanting.into_iter().map(|wants| wants.table));
    surface.buckets.sort();
    Ok(said)
}

/// How many rows of `seal` are entries of their own, so that their keys stand in its file.
#[must_use]
pub fn named_rows(seal: &Seal) -> usize {
    let is_named_row = |sealed: &&SealedEntry| {
        sealed.path.as_str().split_once("/rows/").is_some_and(|(_, key)| !key.starts_with('+'))
    };
    seal.entries.iter().filter(is_named_row).count()
}

/// A seal of nothing but the file that holds the database of `seal`: git knows no rows. `None` for a seal
/// over a directory.
///
/// # Errors
///
/// The file cannot be read again.
pub fn file_of(seal: &Seal, repository: &Workspace) -> Result<Option<Seal>, Problem> {
    let (Some(_), Some(file)) = (&seal.header.surface, seal.header.root.path()) else {
        return Ok(None);
    };
    let problem = |why: String| {
        Problem::new("database-unreadable", format!("{}: {why}", file.as_str()))
            .seal(seal.name.as_str())
            .remedy("keep the file still, and seal again")
    };
    let invalid = |fault: PathFault| problem(fault.to_string());
    let root = Root::parse(file.parents().last().unwrap_or(".")).map_err(invalid)?;
    let path = EntryPath::parse(file.base_name()).map_err(invalid)?;
    let directory = Directory::open_root(repository.root(), root.path());
    let directory = directory.map_err(|error| problem(error.to_string()))?;
    let found = hash_into(&directory, &path, &mut Unused).map_err(|error| problem(error.detail))?;
    let Some(entry @ Entry::File { .. }) = found else {
        return Err(problem("the file is gone".to_owned()));
    };
    let scope = Scope::new(Vec::new()).map_err(|error| problem(error.to_string()))?;
    let header = Header { root, scope, surface: None, ..seal.header.clone() };
    let entries = vec![SealedEntry { path, entry }];
    Ok(Some(Seal { name: seal.name.clone(), header, entries }))
}

/// Why the database of `seal`, which says that it is kept in git, is not. `file` is the seal of its file;
/// `new` says that `tracked` was found out just now.
#[must_use]
pub fn untracked(seal: &Seal, file: &Seal, tracking: &Tracking<'_>, new: bool) -> Option<Problem> {
    let path = file.entries.first()?.path.as_bytes();
    let root = seal.header.root.as_str();
    let place = quote(root.as_bytes());
    let (message, remedy) = if tracking.tracks(path) || !new && tracking.would_add(path) {
        return None;
    } else if tracking.would_add(path) {
        (
            format!("git neither tracks nor ignores {root}"),
            format!(
                "if it is kept in git: git add {place}; if not: add it to .gitignore; then seal again"
            ),
        )
    } else {
        (
            format!("tracked = true, but git does not keep {root}"),
            format!("git add -f {place}; or set tracked = false"),
        )
    };
    Some(Problem::new("untracked", message).seal(seal.name.as_str()).remedy(remedy))
}

/// Takes the bytes of a file that is only hashed.
struct Unused;

impl sealgate_scan::ByteSink for Unused {
    fn begin(&mut self) {}
    fn take(&mut self, _: &[u8]) {}
}
