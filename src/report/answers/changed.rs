//! What `diff` found, before it is written in any format.

use std::collections::BTreeMap;

use sealgate_core::compare::changes::Change;
use serde::Serialize;

use super::side_by_side::FileDifference;
use crate::report::v1::{ErrorView, ScopeView, SourceView};

/// The differences of one run.
#[derive(Debug)]
pub struct Differences {
    /// The other build, as the user named it; `None` when the seals are what was compared with.
    pub against: Option<String>,
    /// The commit whose seals were compared with; then `seals` holds each seal of the two sides.
    pub since: Option<Since>,
    /// One for each seal that could be compared.
    pub seals: Vec<SealChanges>,
    /// What kept the others from it.
    pub errors: Vec<ErrorView>,
}

/// The differences below one root.
#[derive(Debug)]
pub struct SealChanges {
    /// The seal's name.
    pub name: String,
    /// Its root.
    pub root: String,
    /// What is different, sorted by kind and path.
    pub changes: Vec<Change>,
    /// How some of the changed files differ, by path.
    pub files: BTreeMap<String, FileDifference>,
    /// What became of the seal as a whole, where two states of the seals were compared.
    pub became: Option<SealDiffStatus>,
}

/// What became of a seal as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealDiffStatus {
    /// Whether there was none before.
    pub new: bool,
    /// How what it covers changed.
    pub scope: Vec<ScopeView>,
}

/// The two states of the seals that were compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Since {
    /// The earlier commit as the user named it.
    pub rev: String,
    /// Its id in hex.
    pub oid: String,
    /// Where the later seals come from.
    pub seals: SourceView,
}

/// By how many bytes what is under seal grew; within the limits of 64 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Growth {
    /// By what was added.
    pub added: i64,
    /// By what was removed: 0 or less.
    pub removed: i64,
    /// By what changed.
    pub changed: i64,
}

impl SealChanges {
    /// Whether anything is different.
    #[must_use]
    pub fn differ(&self) -> bool {
        let became = self.became.as_ref();
        !self.changes.is_empty()
            || became.is_some_and(|became| became.new || !became.scope.is_empty())
    }

    /// How what it covers changed.
    pub(crate) fn scope(&self) -> &[ScopeView] {
        self.became.as_ref().map_or(&[], |became| &became.scope)
    }

    /// Where the file at `path` begins to differ.
    pub(crate) fn offset(&self, path: &str) -> Option<u64> {
        self.files.get(path).map(|file| file.divergence.offset)
    }
}
