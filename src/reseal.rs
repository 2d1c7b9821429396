//! What a reseal changes, in the words that a reviewer uses. Pure.

use crate::compare::compare;
use crate::entry::Entry;
use crate::finding::{Finding, FindingKind};
use crate::inventory::{Inventory, Item, Observed};
use crate::seal::Seal;

/// What happens to one entry. The order is the order of printing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeKind {
    /// A new entry.
    Added,
    /// An entry that goes.
    Removed,
    /// Other bytes, another target or another kind.
    Changed,
    /// The same bytes at another path.
    Moved,
    /// The same bytes with another execute bit.
    Mode,
}

impl ChangeKind {
    /// The stable word for it.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
            Self::Moved => "moved",
            Self::Mode => "mode",
        }
    }
}

/// One changed entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What happens to it.
    pub kind: ChangeKind,
    /// Its path in the new seal, or in the old one if it goes.
    pub path: String,
    /// Its path in the old seal, if it moved.
    pub from: Option<String>,
    /// The old entry.
    pub old: Option<Entry>,
    /// The new entry.
    pub new: Option<Entry>,
}

/// What sealing `inventory` would change in `seal`, sorted by kind and path.
///
/// Paths that cannot be sealed are no changes: whoever calls has refused them before.
#[must_use]
pub fn changes(seal: &Seal, inventory: &Inventory) -> Vec<Change> {
    let findings = compare(seal, inventory).findings;
    let mut changes: Vec<Change> = findings.into_iter().filter_map(change).collect();
    changes.sort_by(|a, b| (a.kind, &a.path).cmp(&(b.kind, &b.path)));
    changes
}

/// What replacing `old` by `new` changes.
#[must_use]
pub fn between(old: &Seal, new: &Seal) -> Vec<Change> {
    let item = |sealed: &crate::seal::SealedEntry| Item {
        path: sealed.path.as_bytes().into(),
        observed: Observed::Entry(sealed.entry.clone()),
    };
    let items = new.entries.iter().map(item).collect();
    changes(old, &Inventory { items, bytes: 0, modes: true })
}

fn change(finding: Finding) -> Option<Change> {
    let kind = match finding.kind {
        FindingKind::Unsealed => ChangeKind::Added,
        FindingKind::Missing => ChangeKind::Removed,
        // A directory with entries is no entry: the old one goes, and what is in it is added.
        FindingKind::KindChanged if finding.observed.is_none() => ChangeKind::Removed,
        FindingKind::KindChanged | FindingKind::LinkChanged | FindingKind::Modified => {
            ChangeKind::Changed
        }
        FindingKind::ModeChanged => ChangeKind::Mode,
        FindingKind::Moved => ChangeKind::Moved,
        FindingKind::Unreadable | FindingKind::Unstable | FindingKind::Unsealable => return None,
    };
    Some(Change {
        kind,
        path: String::from_utf8_lossy(&finding.path).into_owned(),
        from: finding.from.map(|path| path.as_str().to_owned()),
        new: finding.observed,
        old: finding.expected,
    })
}
