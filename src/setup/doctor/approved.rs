//! The seals that git has, and which of them the working tree lacks.

use std::collections::{BTreeMap, HashSet};

use sealgate_core::seal::{Header, Seal, SealName};
use sealgate_core::text::problem::Problem;

use crate::tree::{CommitTree, Workspace};

/// A seal that the commit that is checked out has, or the index.
#[derive(Debug, Default)]
pub(super) struct ApprovedSeal {
    /// What stands above its entries; `None` where it cannot be read, or only the index has the seal.
    pub(super) header: Option<Header>,
    /// Whether the index has the seal.
    pub(super) in_index: bool,
}

/// Every seal that git has, by name.
pub(super) type ApprovedSeals = BTreeMap<SealName, ApprovedSeal>;

/// Reads the seals of the commit that is checked out, and lists those of the index.
///
/// # Errors
///
/// git fails, or the commit or one of its seals cannot be read. Before the first commit there are none.
pub(super) fn read(repository: &Workspace) -> Result<ApprovedSeals, Problem> {
    let mut seals = ApprovedSeals::new();
    let index = sealgate_git::tracked(repository.root(), repository.seals().as_str())?;
    if let Some(oid) = sealgate_git::resolve(repository.root(), "HEAD")? {
        let head = CommitTree::of(repository, "HEAD", &oid)?;
        for name in head.contents().unwrap_or_default().names {
            let loaded = head.load(&name)?;
            let header = repository.any_form(&name, loaded).map(|seal| seal.header);
            seals.insert(name, ApprovedSeal { header, in_index: false });
        }
    }
    for name in names_in(&index) {
        seals.entry(name).or_default().in_index = true;
    }
    Ok(seals)
}

/// The names of the seals among `paths` in the seals directory.
fn names_in(paths: &HashSet<Vec<u8>>) -> impl Iterator<Item = SealName> {
    let paths = paths.iter().filter_map(|path| std::str::from_utf8(path).ok());
    paths.filter_map(|path| path.strip_suffix(".toml")).filter_map(SealName::parse)
}

impl ApprovedSeal {
    /// Whether one of `seals` has the same root.
    pub(super) fn has_successor<'s>(&self, mut seals: impl Iterator<Item = &'s Seal>) -> bool {
        let root = self.header.as_ref().map(|header| &header.root);
        root.is_some_and(|root| seals.any(|seal| seal.header.root == *root))
    }
}
