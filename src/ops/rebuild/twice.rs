//! Two builds of one source, held against each other: what a build that repeats itself leaves equal.

use std::collections::BTreeMap;

use sealgate_core::compare::changes::{Change, changes};
use sealgate_core::compare::inventory::Inventory;
use sealgate_core::seal::{Header, SealName};
use sealgate_core::text::problem::Problem;
use sealgate_scan::{Directory, Scanner};

use crate::ops::check::observe;
use crate::ops::seal::draft::draft;
use crate::ops::side_by_side::differing_files;
use crate::report::side_by_side::FileDifference;

/// How many differing files are opened to show where they differ.
const LOOKED_INTO: usize = 50;

/// How two builds of one root differ.
#[derive(Debug)]
pub struct Comparison {
    /// The name of the seal.
    pub name: String,
    /// The root.
    pub root: String,
    /// How many entries the second build made.
    pub entries: usize,
    /// What differs, sorted by kind and path.
    pub changes: Vec<Change>,
    /// How files differ, for the first of them, by path.
    pub files: BTreeMap<String, FileDifference>,
    /// What each build made.
    pub inventories: (Inventory, Inventory),
}

impl Comparison {
    /// Takes what each build made.
    pub fn take_made(&mut self) -> (Inventory, Inventory) {
        let nothing = || Inventory { items: Vec::new(), bytes: 0, modes: true };
        std::mem::replace(&mut self.inventories, (nothing(), nothing()))
    }
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
    let inventories = (take(first)?, take(second)?);
    let before = draft(name, header.clone(), &inventories.0, None)?;
    let entries = draft(name, header.clone(), &inventories.1, None)?.entries.len();
    let changes = changes(&before, &inventories.1);
    let files = differing_files(&changes, (first, second), LOOKED_INTO);
    let (name, root) = (name.to_string(), header.root.as_str().to_owned());
    Ok(Comparison { name, root, entries, changes, files, inventories })
}
