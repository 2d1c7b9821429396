//! What became of the seals since a commit, as `diff --base` tells it to people: the review of a
//! change request that hosts no longer render.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sealgate_core::compare::changes::{Change, Reseal};
use sealgate_core::compare::verdict::Source;
use sealgate_core::text::escape::printable_str;

use crate::report::Verbosity;
use crate::report::answers::changed::{Growth, SealChanges, SealDiffStatus, Since};
use crate::report::v1::{ScopeView, SourceView};
use crate::report::words::changes::{Names, Sum, rows, sums};
use crate::report::words::resealed::commit;
use crate::report::words::shell::quote;
use crate::report::words::text;

/// How many seals that stayed as they were are named.
const NAMED: usize = 20;

/// What became of a seal in one word; in the order of printing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum State {
    Gone,
    New,
    Renamed,
    Changed,
    Unchanged,
}

impl Since {
    /// Of the commit `base`, until the seals that come from `seals`.
    #[must_use]
    pub fn new(base: &Source, seals: &Source) -> Self {
        let (rev, oid) = SourceView::new(base).into_commit();
        Self { rev, oid, seals: SourceView::new(seals) }
    }

    /// The seals that changed, `reseals`, and those that stayed as they were (name and root), in
    /// the order of printing: what is gone or new first.
    #[must_use]
    pub fn seals(reseals: Vec<Reseal>, unchanged: Vec<(String, String)>) -> Vec<SealChanges> {
        let mut seals: Vec<_> = reseals.into_iter().map(SealChanges::of).collect();
        seals.extend(unchanged.into_iter().map(|(name, root)| SealChanges {
            name,
            root,
            changes: Vec::new(),
            files: BTreeMap::new(),
            became: Some(SealDiffStatus { new: false, scope: Vec::new() }),
        }));
        seals.sort_by(|a, b| (State::of(a), &a.name).cmp(&(State::of(b), &b.name)));
        seals
    }

    /// `since main (1a2b3c4d5e)`, or `from ... to ...` where both are commits.
    pub(crate) fn words(&self, names: Names) -> String {
        let base = commit(&self.rev, &self.oid, names);
        match &self.seals {
            SourceView::Commit { rev, oid } => {
                format!("from {base} to {}", commit(rev, oid, names))
            }
            SourceView::Worktree | SourceView::Directory { .. } | SourceView::Database { .. } => {
                format!("since {base}")
            }
        }
    }

    /// The command that tells all of it.
    pub(crate) fn command(&self) -> String {
        let mut command = format!("sealgate diff --base {}", quote(self.rev.as_bytes()));
        if let SourceView::Commit { rev, .. } = &self.seals {
            command = format!("{command} --rev {}", quote(rev.as_bytes()));
        }
        command
    }
}

impl Growth {
    /// Of all `changes`.
    #[must_use]
    pub fn of(changes: &[Change]) -> Self {
        let limit = |bytes: i128| {
            let nearest = if bytes < 0 { i64::MIN } else { i64::MAX };
            i64::try_from(bytes).unwrap_or(nearest)
        };
        let [more, less, other, ..] = Sum::of_each(changes).map(|sum| limit(sum.bytes));
        Self { added: more, removed: less, changed: other }
    }
}

impl SealChanges {
    fn of(reseal: Reseal) -> Self {
        let scope = reseal.scope.iter().map(|change| ScopeView::new(change, &reseal)).collect();
        Self {
            became: Some(SealDiffStatus { new: reseal.new, scope }),
            name: reseal.name,
            root: reseal.root,
            changes: reseal.changes,
            files: BTreeMap::new(),
        }
    }
}

impl State {
    const ALL: [Self; 5] = [Self::Gone, Self::New, Self::Renamed, Self::Changed, Self::Unchanged];

    pub(crate) fn of(seal: &SealChanges) -> Self {
        let is = |test: fn(&ScopeView) -> bool| seal.scope().iter().any(test);
        if is(|scope| matches!(scope, ScopeView::Deleted)) {
            Self::Gone
        } else if seal.became.as_ref().is_some_and(|became| became.new) {
            Self::New
        } else if is(|scope| matches!(scope, ScopeView::Renamed { .. })) {
            Self::Renamed
        } else if seal.differ() {
            Self::Changed
        } else {
            Self::Unchanged
        }
    }

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::New => "new",
            Self::Renamed => "renamed",
            Self::Changed => "changed",
            Self::Unchanged => "unchanged",
        }
    }
}

/// `1 gone, 2 changed, 3 unchanged`.
pub(crate) fn states(seals: &[SealChanges]) -> String {
    let count = |state| seals.iter().filter(|seal| State::of(seal) == state).count();
    let some = State::ALL.into_iter().filter(|&state| count(state) > 0);
    let words = some.map(|state| format!("{} {}", text::grouped(count(state)), state.word()));
    let words: Vec<_> = words.collect();
    if words.is_empty() { "none".to_owned() } else { words.join(", ") }
}

pub(crate) fn human(since: &Since, seals: &[SealChanges], verbosity: Verbosity) -> String {
    let mut said = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(said, "Seals {}: {}", since.words(Names::Plain), states(seals));
    for seal in seals.iter().filter(|seal| seal.differ()) {
        let _ = writeln!(said, "{}: {}", printable_str(&seal.name), headline(seal));
        for line in seal.scope().iter().flat_map(ScopeView::words) {
            let _ = writeln!(said, "  scope    {line}");
        }
        if verbosity != Verbosity::Quiet {
            said.push_str(&rows(&seal.changes, verbosity, &since.command()));
        }
    }
    let unchanged: Vec<_> = seals.iter().filter(|seal| !seal.differ()).collect();
    if !unchanged.is_empty() && verbosity != Verbosity::Quiet {
        let shown = if verbosity == Verbosity::Verbose { usize::MAX } else { NAMED };
        let names: Vec<_> =
            unchanged.iter().take(shown).map(|seal| printable_str(&seal.name)).collect();
        let more = match unchanged.len() - names.len() {
            0 => String::new(),
            more => format!(" and {} more", text::grouped(more)),
        };
        let _ = writeln!(said, "unchanged: {}{more}", names.join(", "));
    }
    said
}

/// What became of a seal, in a line.
fn headline(seal: &SealChanges) -> String {
    let state = match State::of(seal) {
        State::Gone => "the seal is gone".to_owned(),
        State::New => format!("a new seal of {}", printable_str(&seal.root)),
        State::Renamed => "the seal has another name".to_owned(),
        State::Changed | State::Unchanged if seal.scope().is_empty() => String::new(),
        State::Changed | State::Unchanged => "what it covers changed".to_owned(),
    };
    let parts = [state, sums(&seal.changes)];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ")
}
