//! Two builds of one source, held against each other: what a build that repeats itself leaves equal.

use sealgate_core::compare::changes::{Change, changes};
use sealgate_core::compare::repeat::{Resemblance, resemblance};
use sealgate_core::seal::entry::Entry;
use sealgate_core::seal::path::EntryPath;
use sealgate_core::seal::{Header, SealName};
use sealgate_core::text::problem::Problem;
use sealgate_scan::{Directory, Divergence, Scanner, first_difference, read_whole};

use crate::ops::check::observe;
use crate::ops::seal::draft::draft;

/// How many differing files are opened to show where they differ.
const LOOKED_INTO: usize = 50;

/// No longer file is read to tell what its difference looks like, in bytes.
const LONGEST: u64 = 16 << 20;

/// How two builds of one root differ.
#[derive(Debug)]
pub struct Comparison {
    /// The root.
    pub root: String,
    /// How many entries the second build made.
    pub entries: usize,
    /// What differs, sorted by kind and path.
    pub changes: Vec<Change>,
    /// Where files differ, for the first of them.
    pub places: Vec<DifferingFile>,
}

/// A file of which two builds made different bytes.
#[derive(Debug)]
pub struct DifferingFile {
    /// Its path below the root.
    pub path: String,
    /// The first difference.
    pub divergence: Divergence,
    /// What that looks like.
    pub resemblance: Option<Resemblance>,
}

/// Compares what two builds made in the scope of `header`.
///
/// # Errors
///
/// Something there cannot be read or sealed, or nothing is there.
pub fn compare(
    name: &SealName,
    header: &Header,
    (first, second): (&Directory, &Directory),
    scanner: &Scanner,
) -> Result<Comparison, Vec<Problem>> {
    let take = |build| observe(build, name, header, scanner).map_err(Vec::from);
    let before = draft(name, header.clone(), &take(first)?, None)?;
    let after = take(second)?;
    let entries = draft(name, header.clone(), &after, None)?.entries.len();
    let changes = changes(&before, &after);
    let differing = changes.iter().filter(|change| has_other_bytes(change)).take(LOOKED_INTO);
    let places = differing.filter_map(|change| place(change, first, second)).collect();
    Ok(Comparison { root: header.root.as_str().to_owned(), entries, changes, places })
}

fn place(change: &Change, first: &Directory, second: &Directory) -> Option<DifferingFile> {
    let path = EntryPath::parse(&change.path).ok()?;
    let divergence = first_difference(first, second, &path).ok()??;
    let read = |build| read_whole(build, &path, LONGEST).ok();
    let resemblance = read(first).zip(read(second)).and_then(|(a, b)| resemblance(&a, &b));
    Some(DifferingFile { path: change.path.clone(), divergence, resemblance })
}

fn has_other_bytes(change: &Change) -> bool {
    match (&change.old, &change.new) {
        (Some(Entry::File { digest: old, .. }), Some(Entry::File { digest: new, .. })) => {
            old != new
        }
        _ => false,
    }
}
