//! `rebuild`: moves roots aside, runs the commands that make them, and takes care that nothing which
//! somebody may miss is lost.
//!
//! - `aside` is where roots are while their builds run, and how they come back;
//! - `journal` is what a run that is killed leaves for the next one;
//! - `runs` are the directories that they leave;
//! - `record` is what the last rebuild made;
//! - `remains` goes through what lies aside;
//! - `plan` says which roots may be moved;
//! - `command` runs a build;
//! - `twice` compares two builds, and `varying` states in a report how they differ.

pub mod aside;
pub mod command;
mod journal;
pub mod plan;
mod record;
mod remains;
pub mod runs;
pub mod twice;
pub mod varying;

use std::collections::HashMap;

use sealgate_core::compare::inventory::Inventory;
use sealgate_core::seal::entry::{Digest, Entry};
use sealgate_core::text::problem::Problem;
use sealgate_scan::{Directory, Scanner, take};

use crate::tree::Workspace;

/// The bytes of a directory: each file's digest or link's target, by path.
type Contents = HashMap<Box<[u8]>, Bytes>;

/// What is at a path, whatever its execute bit.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Bytes {
    File(Digest),
    Link(Box<str>),
    Directory,
}

impl Bytes {
    fn of(entry: &Entry) -> Self {
        match entry {
            Entry::File { digest, .. } => Self::File(*digest),
            Entry::Link { target } => Self::Link(target.as_ref().into()),
            Entry::Dir => Self::Directory,
        }
    }
}

fn contents(inventory: &Inventory) -> Contents {
    let entries = inventory.entries();
    entries.map(|(path, entry)| (path.as_bytes().into(), Bytes::of(entry))).collect()
}

/// The bytes of everything in `directory`, whatever a seal covers of it; what cannot be read is not
/// among them.
fn contents_of(directory: &Directory, scanner: &Scanner) -> Contents {
    let all = sealgate_core::seal::exclude::Scope::new(Vec::new());
    let inventory = all.ok().and_then(|all| take(directory, &all, scanner).ok());
    inventory.as_ref().map(contents).unwrap_or_default()
}

/// The digests of all files of the seals directory: a build must leave them as they are.
#[derive(Debug, PartialEq, Eq)]
pub struct SealFiles(Contents);

impl SealFiles {
    /// Looks at the files of the seals directory of `repository`.
    ///
    /// # Errors
    ///
    /// There is something that cannot be read.
    pub fn look(repository: &Workspace, scanner: &Scanner) -> Result<Self, Problem> {
        let Ok(directory) = Directory::open_root(repository.root(), Some(repository.seals()))
        else {
            return Ok(Self(Contents::new()));
        };
        let unreadable = |why: String| {
            let message = format!("{}: {why}", repository.seals().as_str());
            Problem::new("seals-unreadable", message)
                .remedy("make it a directory that this user can read")
        };
        let all = sealgate_core::seal::exclude::Scope::new(Vec::new())
            .map_err(|error| unreadable(error.to_string()))?;
        let inventory =
            take(&directory, &all, scanner).map_err(|error| unreadable(error.to_string()))?;
        match inventory.troubles().next() {
            Some((path, trouble)) => {
                Err(unreadable(format!("{}: {}", String::from_utf8_lossy(path), trouble.detail)))
            }
            None => Ok(Self(contents(&inventory))),
        }
    }

    /// Refuses what a build made of the seals directory.
    ///
    /// # Errors
    ///
    /// A file there changed, is new or is gone.
    pub fn check_unchanged(
        &self,
        repository: &Workspace,
        scanner: &Scanner,
    ) -> Result<(), Problem> {
        if Self::look(repository, scanner)? == *self {
            return Ok(());
        }
        let seals = repository.seals().as_str();
        let message = format!("the build changed a file in {seals}, or somebody did meanwhile");
        Err(Problem::new("seals-changed", message).remedy(format!(
            "see what changed with `git diff -- {seals}`; a build must not write there"
        )))
    }
}
