//! A seal with another header: what it covers changes, and no bytes are looked at. Pure.

use std::collections::BTreeSet;

use sealgate_core::seal::entry::Entry;
use sealgate_core::seal::exclude::{Scope, pattern_of};
use sealgate_core::seal::path::EntryPath;
use sealgate_core::seal::{Header, Seal, SealedEntry};
use sealgate_core::text::problem::Problem;

/// `old` with `patterns` at the end of its exclude list, those that are not there yet, and without the
/// entries that they match.
///
/// A directory of which nothing is left is an entry of its own, as it would be if the seal were made
/// now; git cannot keep one, so of a root that is kept in git it is refused.
///
/// # Errors
///
/// A pattern is none, or nothing would be left.
pub fn with_excludes(old: &Seal, patterns: &[String]) -> Result<Seal, Problem> {
    let name = old.name.as_str();
    let mut all = old.header.scope.patterns().to_vec();
    for pattern in patterns {
        if !all.contains(pattern) {
            all.push(pattern.clone());
        }
    }
    let scope = Scope::new(all).map_err(|error| {
        Problem::new("usage", error.to_string()).remedy("see gitignore(5) for the syntax")
    })?;
    let is_out = |sealed: &&SealedEntry| {
        scope.excludes(sealed.path.as_bytes(), sealed.entry == Entry::Dir).is_some()
    };
    let (out, kept): (Vec<_>, Vec<_>) = old.entries.iter().partition(is_out);
    let header = Header { scope: scope.clone(), ..old.header.clone() };
    let mut seal =
        Seal { name: old.name.clone(), header, entries: kept.into_iter().cloned().collect() };
    // A database has no directories.
    let emptied =
        if old.header.surface.is_some() { BTreeSet::new() } else { emptied(&out, &seal, &scope) };
    if let (Some(directory), true) = (emptied.first(), seal.header.tracked) {
        let pattern = pattern_of(directory.as_bytes()).unwrap_or_default();
        let message = format!("nothing in scope would be left in the directory {directory:?}");
        return Err(Problem::new("untracked", message).seal(name).remedy(format!(
            "git keeps no empty directories: exclude it too, with --exclude '{pattern}/'"
        )));
    }
    let directories = emptied.into_iter().map(|path| SealedEntry { path, entry: Entry::Dir });
    seal.entries.extend(directories);
    seal.entries.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    if seal.entries.is_empty() {
        return Err(Problem::new("nothing-to-seal", "these patterns leave nothing of the seal")
            .seal(name)
            .remedy("delete the seal if nothing of it is to be judged any more"));
    }
    Ok(seal)
}

/// The directories that are in scope, and lost their last entry with `out`.
fn emptied(out: &[&SealedEntry], seal: &Seal, scope: &Scope) -> BTreeSet<EntryPath> {
    let in_scope = |path: &EntryPath| scope.excludes(path.as_bytes(), true).is_none();
    let lowest = |sealed: &&SealedEntry| {
        let parents: Vec<&str> = sealed.path.parents().collect();
        let parents = parents.into_iter().filter_map(|path| EntryPath::parse(path).ok());
        parents.filter(in_scope).max_by_key(|path| path.as_bytes().len())
    };
    let lost: BTreeSet<EntryPath> = out.iter().filter_map(lowest).collect();
    let above: BTreeSet<&str> = lost.iter().flat_map(EntryPath::parents).collect();
    let is_empty =
        |path: &&EntryPath| !seal.has_below(path.as_bytes()) && !above.contains(path.as_str());
    lost.iter().filter(is_empty).cloned().collect()
}
