//! Whether the files of a commit are in the working tree as the commit has them.

use std::fs;

use sealgate_core::compare::inventory::{Extent, Item, Observed};
use sealgate_core::seal::entry::Entry;
use sealgate_core::seal::exclude::Scope;
use sealgate_core::seal::path::EntryPath;
use sealgate_core::text::escape::printable_str;
use sealgate_core::text::place::link_target;
use sealgate_core::text::problem::Problem;
use sealgate_scan::{ByteSink, Directory, RootError, Scanner, hash_into};

use super::commit_tree::CommitTree;
use super::trouble::trouble;
use crate::tree::commit::{CommitError, Wanted, take_tree};

/// Of so many paths a commit is compared with the working tree, and somewhat more.
const EXPECTED: Extent = Extent { paths: 1_000_000, bytes: 128 << 20 };

/// Takes the bytes of a file that is only hashed.
struct Unused;

impl ByteSink for Unused {
    fn begin(&mut self) {}
    fn take(&mut self, _: &[u8]) {}
}

impl CommitTree<'_> {
    /// The paths of this commit at which the working tree has other bytes, another mode, something else or
    /// nothing, for people. Everything is read: no index, attribute or filter has a say. A submodule always
    /// differs, because its files are not in this commit. Files that this commit does not have do not count.
    ///
    /// # Errors
    ///
    /// The commit cannot be read, or has too many paths; or the working tree cannot be opened.
    pub fn differing_files(&self) -> Result<Vec<String>, Problem> {
        let scope = Scope::new(Vec::new())
            .map_err(|error| Problem::new("usage", error.to_string()).remedy("report this"))?;
        let wanted = Wanted { scope: &scope, sealed: EXPECTED, work: &self.work };
        let scanner = Scanner::new(None);
        let inventory = take_tree(&mut self.objects(), &self.tree, &wanted, &scanner, None)
            .map_err(|error| match error {
                CommitError::Object { path, error } => {
                    trouble(self.repository, &self.given, &path, &error)
                }
                error => Problem::new("root-too-large", format!("{}: {error}", self.given))
                    .remedy("remove from the commit what need not be in it"),
            })?;
        let root = Directory::open_root(self.repository.root(), None)
            .map_err(|error| unreadable(&error))?;
        let mut differing = Vec::new();
        for item in &inventory.items {
            if !self.is_checked_out(&root, item) {
                differing.push(printable_str(&String::from_utf8_lossy(&item.path)).to_string());
            }
        }
        Ok(differing)
    }

    fn is_checked_out(&self, root: &Directory, item: &Item) -> bool {
        let Some(path) = std::str::from_utf8(&item.path).ok().map(EntryPath::parse) else {
            return false;
        };
        match (path, &item.observed) {
            (Ok(path), Observed::Entry(committed @ Entry::File { .. })) => {
                let found = hash_into(root, &path, &mut Unused);
                found.is_ok_and(|found| found.is_some_and(|found| is_same(committed, &found)))
            }
            (Ok(path), Observed::Entry(Entry::Link { target })) => self.has_link(&path, target),
            _ => false,
        }
    }

    /// Whether there is a link to `target` at `path`, and no link on the way to it.
    fn has_link(&self, path: &EntryPath, target: &str) -> bool {
        let root = self.repository.root();
        let above = path.as_str().rsplit_once('/').map(|(above, _)| EntryPath::parse(above));
        let is_beneath = match above {
            None => true,
            Some(Ok(above)) => Directory::open_root(root, Some(&above)).is_ok(),
            Some(Err(_)) => false,
        };
        let found = fs::read_link(root.join(path.as_str()));
        is_beneath && found.is_ok_and(|found| link_target(&found).as_deref() == Some(target))
    }
}

/// Whether two files are the same, as far as this system has modes.
fn is_same(committed: &Entry, found: &Entry) -> bool {
    match (committed, found) {
        (
            Entry::File { size, digest, .. },
            Entry::File { size: size_here, digest: digest_here, .. },
        ) if cfg!(not(unix)) => (size, digest) == (size_here, digest_here),
        _ => committed == found,
    }
}

fn unreadable(error: &RootError) -> Problem {
    Problem::new("root-unreadable", error.to_string())
        .remedy("give this user the right to read the working tree")
}
