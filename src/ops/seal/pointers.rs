//! Git LFS pointers that would be sealed in the place of content.

use sealgate_core::compare::cause::{LONGEST_POINTER, SHORTEST_POINTER, pointed_size};
use sealgate_core::seal::entry::Entry;
use sealgate_core::seal::exclude::Scope;
use sealgate_core::seal::{Seal, SealedEntry};
use sealgate_core::text::problem::Problem;
use sealgate_scan::{Directory, Workers, read_whole};

use super::draft::listed;

/// The paths in `seal` at which a pointer is, below the open `root`. A seal of one would approve the name of
/// content that nobody looked at. Entries that `old` states alike were approved before; those that `only`
/// does not match are not read.
#[must_use]
pub fn pointers(
    seal: &Seal,
    old: Option<&Seal>,
    only: Option<&Scope>,
    root: &Directory,
    workers: &Workers,
) -> Vec<String> {
    let is_new = |sealed: &SealedEntry| {
        old.and_then(|old| old.entry(sealed.path.as_bytes())) != Some(&sealed.entry)
    };
    let is_meant = |sealed: &SealedEntry| {
        only.is_none_or(|only| only.excludes(sealed.path.as_bytes(), false).is_some())
    };
    let is_pointer = |sealed: &SealedEntry| {
        read_whole(root, &sealed.path, LONGEST_POINTER as u64)
            .is_ok_and(|bytes| pointed_size(&bytes).is_some())
    };
    let may_be: Vec<&SealedEntry> = seal
        .entries
        .iter()
        .filter(|sealed| may_be_pointer(&sealed.entry) && is_new(sealed) && is_meant(sealed))
        .collect();
    let found = workers.map(&may_be, |sealed| is_pointer(sealed));
    let found = may_be.iter().zip(found).filter(|(_, is_pointer)| *is_pointer);
    found.map(|(sealed, _)| sealed.path.as_str().to_owned()).collect()
}

/// What there is to say of these `pointers` in the place of content.
#[must_use]
pub fn problem(seal: &Seal, pointers: &[String]) -> Option<Problem> {
    let paths: Vec<&str> = pointers.iter().map(String::as_str).collect();
    let message = format!("a Git LFS pointer is in the place of content: {}", listed(&paths));
    let remedy = format!(
        "fetch the content (git lfs pull; in a workflow: lfs: true at actions/checkout), build \
         again, and seal then; or leave it out (--exclude) (paths below {})",
        seal.header.root
    );
    let problem = Problem::new("lfs-pointer", message).seal(seal.name.as_str()).remedy(remedy);
    (!pointers.is_empty()).then_some(problem)
}

fn may_be_pointer(entry: &Entry) -> bool {
    let size = entry.size().unwrap_or_default();
    (SHORTEST_POINTER..LONGEST_POINTER as u64).contains(&size)
}
