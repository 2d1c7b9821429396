//! What a reseal changes, in the words that a reviewer uses: the entries of one seal, and all seals
//! since a base. Pure.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use crate::compare::compare;
use crate::compare::finding::{Finding, FindingKind};
use crate::compare::inventory::{Inventory, Item, Observed};
use crate::seal::entry::Entry;
use crate::seal::surface::{DatabaseSystem, SurfaceList};
use crate::seal::{BuildCommand, Header, Root, Seal, SealedEntry};

/// What happens to one entry. The order is the order of printing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
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
    let item = |sealed: &SealedEntry| {
        Item::new(sealed.path.as_bytes().into(), Observed::Entry(sealed.entry.clone()))
    };
    let items = new.entries.iter().map(item).collect();
    changes(old, &Inventory { items, bytes: 0, modes: true })
}

/// The label of a change request that lets its changes of scope pass. GitHub lets only people and
/// programs with rights on the repository set labels, so the author of a fork cannot.
pub const SCOPE_LABEL: &str = "seal-scope";

/// Which changes of the seals themselves, since a base, let a check pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnReseal {
    /// All of them.
    Allow,
    /// Changes of entries; what a seal covers must stay as it was.
    #[default]
    Entries,
    /// None.
    Fail,
}

impl OnReseal {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Allow, Self::Entries, Self::Fail];

    /// The stable word for it.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Entries => "entries",
            Self::Fail => "fail",
        }
    }
}

/// What a seal says, as far as it can be read.
#[derive(Debug, Clone, Copy)]
pub struct SealRef<'a> {
    /// The name of the seal.
    pub name: &'a str,
    /// `None` where its file cannot be read as a seal.
    pub seal: Option<&'a Seal>,
}

/// A change of what a seal covers: the way in which something could be hidden from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScopeChange {
    /// The seal is gone.
    Deleted,
    /// It had this name, and covers the same root.
    Renamed(String),
    /// What stood there could not be read as a seal.
    Unreadable,
    /// It covers another directory than this one.
    Root(Root),
    /// Whether its files are kept in git is no longer this.
    Tracked(bool),
    /// It is built by another command than this one; `None` where it stated no command.
    Build(Option<BuildCommand>),
    /// It leaves out other things than these.
    Exclude(Vec<String>),
    /// It covers another kind of database; `None` stands for a directory.
    Database {
        /// What it was.
        old: Option<DatabaseSystem>,
        /// What it is.
        new: Option<DatabaseSystem>,
    },
    /// A list of a seal over a database has other paths.
    Listed {
        /// Which list.
        list: SurfaceList,
        /// The paths that there were.
        old: Vec<String>,
        /// The paths that there are.
        new: Vec<String>,
    },
}

/// What became of one seal since a base.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reseal {
    /// Its name; the old one if it is gone.
    pub name: String,
    /// Its root; the old one if it is gone.
    pub root: String,
    /// Whether there was none at the base.
    pub new: bool,
    /// How what it covers changed.
    pub scope: Vec<ScopeChange>,
    /// The command that builds its root now.
    pub build: Option<BuildCommand>,
    /// What it leaves out now.
    pub exclude: Vec<String>,
    /// How its entries changed, sorted by kind and path.
    pub changes: Vec<Change>,
    /// Whether a check may pass all the same.
    pub allowed: bool,
}

/// What became of the seals `before` until `now`, by name; those that stayed as they were, and those
/// that cannot be read now, are left out.
#[must_use]
pub fn review(before: &[SealRef<'_>], now: &[SealRef<'_>], on_reseal: OnReseal) -> Vec<Reseal> {
    let here: HashSet<&str> = now.iter().map(|new| new.name).collect();
    let known: HashMap<&str, SealRef<'_>> = before.iter().map(|old| (old.name, *old)).collect();
    let mut gone: Vec<Option<SealRef<'_>>> =
        before.iter().filter(|old| !here.contains(old.name)).map(|old| Some(*old)).collect();
    // Of those that are gone, the ones with each root, the first one last.
    let mut by_root: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, old) in gone.iter().enumerate().rev() {
        if let Some(seal) = old.and_then(|old| old.seal) {
            by_root.entry(seal.header.root.as_str()).or_default().push(at);
        }
    }
    let mut reseals = Vec::new();
    for new in now {
        let Some(seal) = new.seal else { continue };
        let old = known.get(new.name).copied().or_else(|| {
            let renamed = by_root.get_mut(seal.header.root.as_str())?.pop()?;
            gone[renamed].take()
        });
        reseals.extend(resealed(old.as_ref(), seal, on_reseal));
    }
    reseals.extend(gone.iter().flatten().map(|old| deleted(old, on_reseal)));
    reseals.sort_by(|a, b| a.name.cmp(&b.name));
    reseals
}

fn resealed(old: Option<&SealRef<'_>>, new: &Seal, on_reseal: OnReseal) -> Option<Reseal> {
    if old.is_some_and(|old| old.seal == Some(new)) {
        return None;
    }
    let mut scope = Vec::new();
    let none = Seal { name: new.name.clone(), header: new.header.clone(), entries: Vec::new() };
    if let Some(old) = old {
        scope
            .extend((old.name != new.name.as_str()).then(|| ScopeChange::Renamed(old.name.into())));
        match old.seal {
            None => scope.push(ScopeChange::Unreadable),
            Some(old) => scope.extend(scope_changes(old, new)),
        }
    }
    let before = old.and_then(|old| old.seal).unwrap_or(&none);
    let allowed = match on_reseal {
        OnReseal::Allow => true,
        OnReseal::Entries => scope.is_empty(),
        OnReseal::Fail => false,
    };
    Some(Reseal {
        name: new.name.as_str().to_owned(),
        root: new.header.root.as_str().to_owned(),
        new: old.is_none(),
        scope,
        build: new.header.build.clone(),
        exclude: new.header.scope.patterns().to_vec(),
        changes: between(before, new),
        allowed,
    })
}

fn scope_changes(old: &Seal, new: &Seal) -> Vec<ScopeChange> {
    let (old, new) = (&old.header, &new.header);
    let root = (old.root != new.root).then(|| ScopeChange::Root(old.root.clone()));
    let tracked = (old.tracked != new.tracked).then_some(ScopeChange::Tracked(old.tracked));
    let build = (old.build != new.build).then(|| ScopeChange::Build(old.build.clone()));
    let patterns = old.scope.patterns();
    let exclude =
        (patterns != new.scope.patterns()).then(|| ScopeChange::Exclude(patterns.to_vec()));
    let system = |header: &Header| header.surface.as_ref().map(|surface| surface.system);
    let (before, now) = (system(old), system(new));
    let database = (before != now).then_some(ScopeChange::Database { old: before, new: now });
    let mut changes: Vec<_> =
        [database, root, tracked, build, exclude].into_iter().flatten().collect();
    for list in SurfaceList::ALL {
        let paths = |header: &Header| {
            header.surface.as_ref().map_or_else(Vec::new, |surface| surface.listed(list))
        };
        let (old, new) = (paths(old), paths(new));
        if old != new {
            changes.push(ScopeChange::Listed { list, old, new });
        }
    }
    changes
}

fn deleted(old: &SealRef<'_>, on_reseal: OnReseal) -> Reseal {
    let nothing = |seal: &Seal| Seal { entries: Vec::new(), ..seal.clone() };
    let root = old.seal.map_or("?", |seal| seal.header.root.as_str());
    Reseal {
        name: old.name.to_owned(),
        root: root.to_owned(),
        new: false,
        scope: vec![ScopeChange::Deleted],
        build: None,
        exclude: Vec::new(),
        changes: old.seal.map(|seal| between(seal, &nothing(seal))).unwrap_or_default(),
        allowed: on_reseal == OnReseal::Allow,
    }
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
