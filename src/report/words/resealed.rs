//! What became of the seals since a base: the report's view of it, and the words for people.

use std::collections::HashSet;
use std::fmt::Write as _;

use sealgate_core::compare::changes::{Change, ChangeKind, Reseal, ScopeChange};
use sealgate_core::compare::verdict::{Base, SealResult};
use sealgate_core::seal::surface::{DatabaseSystem, SurfaceList};
use sealgate_core::text::escape::printable_str;

use crate::report::Verbosity;
use crate::report::assemble::remedy::{self, Invocation, RefusedReseals};
use crate::report::v1::{
    BaseView, ChangeView, DeletedView, ResealView, ScopeView, SourceView, Totals,
};
use crate::report::words::changes::{Names, rows};
use crate::report::words::text;

impl BaseView {
    /// The view of `base`, and of what became of the seals in `judgements`.
    #[must_use]
    pub fn new(base: &Base, judgements: &[SealResult], invocation: &Invocation) -> Self {
        let still_there = || judgements.iter().filter_map(|judgement| judgement.reseal.as_ref());
        let refused = refused(base.deleted.iter().chain(still_there()));
        let (rev, oid) = SourceView::new(&base.source).into_commit();
        let deleted = base.deleted.iter().map(|seal| DeletedView {
            name: seal.name.clone(),
            root: seal.root.clone(),
            allowed: seal.allowed,
            grants: Vec::new(),
        });
        Self {
            remedy: refused
                .map(|refused| remedy::on_reseal(&rev, &refused, base.on_reseal, invocation)),
            rev,
            oid,
            on_reseal: base.on_reseal,
            resealed: still_there().next().is_some() || !base.deleted.is_empty(),
            deleted: deleted.collect(),
        }
    }
}

/// Those of `reseals` that do not pass; `None` where all do.
fn refused<'a>(reseals: impl Iterator<Item = &'a Reseal>) -> Option<RefusedReseals<'a>> {
    let mut refused = RefusedReseals::default();
    for reseal in reseals.filter(|reseal| !reseal.allowed) {
        let before = reseal.scope.iter().find_map(|change| match change {
            ScopeChange::Renamed(from) => Some(from.as_str()),
            _ => None,
        });
        refused.in_base.extend(before.or_else(|| (!reseal.new).then_some(&*reseal.name)));
        refused.new.extend((reseal.new || before.is_some()).then_some(&*reseal.name));
    }
    let is_empty = refused.in_base.is_empty() && refused.new.is_empty();
    (!is_empty).then_some(refused)
}

impl ResealView {
    /// The view of `reseal`.
    #[must_use]
    pub fn new(reseal: &Reseal) -> Self {
        Self {
            allowed: reseal.allowed,
            new: reseal.new,
            scope: reseal.scope.iter().map(|change| ScopeView::new(change, reseal)).collect(),
            totals: Totals::of(&reseal.changes),
            grants: Vec::new(),
            entries: reseal.changes.iter().map(ChangeView::new).collect(),
            changes: reseal.changes.clone(),
        }
    }
}

impl Totals {
    /// The totals of `changes`.
    #[must_use]
    pub fn of(changes: &[Change]) -> Self {
        let count = |kind| changes.iter().filter(|change| change.kind == kind).count();
        Self {
            added: count(ChangeKind::Added),
            removed: count(ChangeKind::Removed),
            changed: count(ChangeKind::Changed),
            moved: count(ChangeKind::Moved),
            mode: count(ChangeKind::Mode),
        }
    }
}

impl ScopeView {
    /// The view of one change of `reseal`.
    #[must_use]
    pub fn new(change: &ScopeChange, reseal: &Reseal) -> Self {
        match change {
            ScopeChange::Deleted => Self::Deleted,
            ScopeChange::Renamed(from) => Self::Renamed { from: from.clone() },
            ScopeChange::Unreadable => Self::Unreadable,
            ScopeChange::Root(old) => {
                Self::Root { old: old.as_str().to_owned(), new: reseal.root.clone() }
            }
            ScopeChange::Tracked(old) => Self::Tracked { old: *old, new: !*old },
            ScopeChange::Build(old) => Self::Build {
                old: old.as_ref().map(ToString::to_string),
                new: reseal.build.as_ref().map(ToString::to_string),
            },
            ScopeChange::Exclude(old) => {
                Self::Exclude { old: old.clone(), new: reseal.exclude.clone() }
            }
            ScopeChange::Database { old, new } => {
                let name = |side: &Option<DatabaseSystem>| side.map(|system| system.to_string());
                Self::Database { old: name(old), new: name(new) }
            }
            ScopeChange::Listed { list, old, new } => {
                let (old, new) = (old.clone(), new.clone());
                match list {
                    SurfaceList::Include => Self::Include { old, new },
                    SurfaceList::Buckets => Self::Buckets { old, new },
                    SurfaceList::Omit => Self::Omit { old, new },
                }
            }
        }
    }

    /// In words, a line for each thing; names are escaped.
    #[must_use]
    pub fn words(&self) -> Vec<String> {
        self.told(Names::Plain)
    }

    /// [`ScopeView::words`], with names set apart as `names` says.
    pub(crate) fn told(&self, names: Names) -> Vec<String> {
        match self {
            Self::Deleted => vec!["the seal is gone: nothing covers its root any more".to_owned()],
            Self::Renamed { from } => vec![format!("the seal was named {}", names.name(from))],
            Self::Unreadable => vec!["what stood there could not be read as a seal".to_owned()],
            Self::Root { old, new } => {
                vec![format!("root: {} -> {}", names.name(old), names.name(new))]
            }
            Self::Tracked { old, new } => vec![format!("tracked: {old} -> {new}")],
            Self::Build { old, new } => {
                let command = |side: &Option<String>| {
                    side.as_ref().map_or_else(|| "no command".to_owned(), |text| names.quoted(text))
                };
                vec![format!("build: {} -> {}", command(old), command(new))]
            }
            Self::Exclude { old, new } => list_words("exclude", old, new, names),
            Self::Database { old, new } => {
                let kind = |side: &Option<String>| {
                    side.as_ref()
                        .map_or_else(|| "a directory".to_owned(), |name| names.quoted(name))
                };
                vec![format!("database: {} -> {}", kind(old), kind(new))]
            }
            Self::Include { old, new } => list_words("include", old, new, names),
            Self::Buckets { old, new } => list_words("buckets", old, new, names),
            Self::Omit { old, new } => list_words("omit", old, new, names),
        }
    }
}

/// How the list under `key` changed, a line for each string.
fn list_words(key: &str, old: &[String], new: &[String], names: Names) -> Vec<String> {
    let only = |these: &[String], those: &[String], word: &str| {
        let those: HashSet<&String> = those.iter().collect();
        let only = these.iter().filter(|string| !those.contains(string));
        only.map(|string| format!("{key}: {word} {}", names.quoted(string))).collect::<Vec<_>>()
    };
    let lines = [only(new, old, "now also"), only(old, new, "no longer")].concat();
    if lines.is_empty() { vec![format!("{key}: in another order")] } else { lines }
}

/// What a reader must see of a reseal: scope first, then the entries.
#[must_use]
pub(crate) fn human(
    name: &str,
    view: &ResealView,
    base: &BaseView,
    verbosity: Verbosity,
) -> String {
    let since = since(base);
    let entries = text::count(view.entries.len() as u64, "entry", "entries");
    let mut said = String::new();
    // Writing to a string cannot fail.
    let _ = match (view.new, view.scope.is_empty()) {
        (true, _) => writeln!(said, "{}: a new seal {since}, {entries}", printable_str(name)),
        (_, true) => writeln!(said, "{}: resealed {since}, {entries} changed", printable_str(name)),
        (_, false) => {
            writeln!(said, "{}: what it covers changed {since}", printable_str(name))
        }
    };
    for line in view.scope.iter().flat_map(ScopeView::words) {
        let _ = writeln!(said, "  scope    {line}");
    }
    said.push_str(&rows(&view.changes, verbosity, "sealgate diff --base REV"));
    said
}

/// `since main (1a2b3c4d5e)`.
#[must_use]
pub(crate) fn since(base: &BaseView) -> String {
    format!("since {}", commit(&base.rev, &base.oid, Names::Plain))
}

/// `main (1a2b3c4d5e)`, or what the user wrote where that is the id itself.
pub(crate) fn commit(rev: &str, oid: &str, names: Names) -> String {
    let (name, short) = (names.name(rev), &oid[..oid.len().min(10)]);
    if oid.starts_with(rev) { name } else { format!("{name} ({short})") }
}
