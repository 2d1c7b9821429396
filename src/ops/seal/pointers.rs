//! Git LFS pointers that would be sealed in the place of content.

use sealgate_core::compare::cause::{LONGEST_POINTER, SHORTEST_POINTER, pointed_size};
use sealgate_core::seal::entry::Entry;
use sealgate_core::seal::exclude::Scope;
use sealgate_core::seal::path::{self, EntryPath};
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
    let may_be: Vec<&SealedEntry> = seal
        .entries
        .iter()
        .filter(|sealed| may_be_pointer(&sealed.entry) && is_new(sealed) && is_meant(sealed))
        .collect();
    let by_directory: Vec<_> = may_be.chunk_by(|a, b| above(a) == above(b)).collect();
    workers.map(&by_directory, |alike| pointers_among(alike, root)).into_iter().flatten().collect()
}

/// The directory that it lies in; `None` for the root.
fn above(sealed: &SealedEntry) -> Option<&str> {
    sealed.path.parents().last()
}

/// Those of the files `alike`, which lie in one directory below `root`, that hold a pointer.
fn pointers_among(alike: &[&SealedEntry], root: &Directory) -> Vec<String> {
    let mut above = None;
    for parent in alike.iter().take(1).flat_map(|first| first.path.parents()) {
        let name = path::base(parent).as_bytes();
        match above.as_ref().unwrap_or(root).child(name) {
            Ok(directory) => above = Some(directory),
            Err(_) => return Vec::new(),
        }
    }
    let directory = above.as_ref().unwrap_or(root);
    let is_pointer = |sealed: &&&SealedEntry| {
        // A name such as `c:x` is no path by itself.
        let bytes = match EntryPath::parse(sealed.path.base_name()) {
            Ok(name) => read_whole(directory, &name, LONGEST_POINTER as u64),
            Err(_) => read_whole(root, &sealed.path, LONGEST_POINTER as u64),
        };
        bytes.is_ok_and(|bytes| pointed_size(&bytes).is_some())
    };
    alike.iter().filter(is_pointer).map(|sealed| sealed.path.as_str().to_owned()).collect()
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
