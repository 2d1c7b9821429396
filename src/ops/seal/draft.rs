//! From an inventory to the seal that would state it, and every reason not to. Pure.

use std::collections::BTreeMap;

use sealgate_core::compare::inventory::Inventory;
use sealgate_core::compare::is_left_out;
use sealgate_core::seal::entry::Entry;
use sealgate_core::seal::exclude::Scope;
use sealgate_core::seal::{Header, Seal, SealName, SealedEntry};
use sealgate_core::text::problem::Problem;
use sealgate_git::Tracking;

use super::part::Part;
use super::refusals::{leave_out, unreadable};
use crate::report::{quote, text};

/// How many paths a refusal names; the others are counted.
const NAMED: usize = 10;

/// The seal of everything in `inventory`; refused if anything in it cannot be stated or read, or
/// if there is nothing in it. Of a `part`, only that counts; the rest was passed over.
///
/// # Errors
///
/// Every reason why that seal cannot be made.
pub fn draft(
    name: &SealName,
    header: Header,
    inventory: &Inventory,
    part: Option<Part<'_>>,
) -> Result<Seal, Vec<Problem>> {
    let (seal, problems) = partial(name, header, inventory, part);
    if problems.is_empty() { Ok(seal) } else { Err(problems) }
}

/// The seal of what in `inventory` can be stated, and why that is not all.
#[must_use]
pub fn partial(
    name: &SealName,
    header: Header,
    inventory: &Inventory,
    part: Option<Part<'_>>,
) -> (Seal, Vec<Problem>) {
    let mut problems = unreadable(name, &header, inventory, part);
    let entries: Vec<_> = inventory
        .entries()
        .map(|(path, entry)| SealedEntry { path, entry: entry.clone() })
        .collect();
    if entries.is_empty() && part.is_none() && problems.is_empty() {
        problems.push(
            Problem::new(
                "nothing-to-seal",
                format!("there is nothing in scope in {}", header.root),
            )
            .seal(name.as_str())
            .remedy("build first, or correct the root or the exclude list"),
        );
    }
    (Seal { name: name.clone(), header, entries }, problems)
}

/// `old` with what `only` matches taken from `new` instead; `None` if it matches nothing in
/// either.
#[must_use]
pub fn take_only(old: &Seal, new: Seal, only: &Scope) -> Option<Seal> {
    let meant = |sealed: &SealedEntry| {
        only.excludes(sealed.path.as_bytes(), sealed.entry == Entry::Dir).is_some()
    };
    let mut entries: Vec<_> = old.entries.iter().filter(|sealed| !meant(sealed)).cloned().collect();
    let kept = entries.len();
    entries.extend(new.entries.into_iter().filter(meant));
    if kept == old.entries.len() && entries.len() == kept {
        return None;
    }
    entries.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    Some(Seal { name: new.name, header: new.header, entries })
}

/// Gives each file the execute bit that `old` sealed, where modes cannot be seen.
pub fn keep_modes(new: &mut Seal, old: &Seal) {
    for sealed in &mut new.entries {
        if let (
            Entry::File { executable, .. },
            Some(Entry::File { executable: sealed_before, .. }),
        ) = (&mut sealed.entry, old.entry(sealed.path.as_bytes()))
        {
            *executable = *sealed_before;
        }
    }
}

/// Gives each file that git tracks the execute bit that it has in the index, where modes cannot be
/// seen: it is what a checkout gives the file elsewhere.
pub fn take_modes_of_git(new: &mut Seal, tracking: &Tracking<'_>) {
    for sealed in &mut new.entries {
        if let Entry::File { executable, .. } = &mut sealed.entry
            && let Some(in_index) = tracking.executable(sealed.path.as_bytes())
        {
            *executable = in_index;
        }
    }
}

/// The seal that `new` replaces, as far as `salvaged` lines of it tell: where a path stands there
/// more than once, the statement that stays is the one that counts.
#[must_use]
pub fn replaced(salvaged: Vec<SealedEntry>, new: &Seal) -> Seal {
    let mut entries: Vec<SealedEntry> = Vec::with_capacity(salvaged.len());
    for sealed in salvaged {
        match entries.last_mut() {
            Some(last) if last.path == sealed.path => {
                if new.entry(sealed.path.as_bytes()) == Some(&sealed.entry) {
                    *last = sealed;
                }
            }
            _ => entries.push(sealed),
        }
    }
    Seal { name: new.name.clone(), header: new.header.clone(), entries }
}

/// Whether the new `seal` is one of files kept in git: if any of them is tracked, or if
/// git neither tracks nor ignores some of them, which then are about to be added.
#[must_use]
pub fn looks_tracked(seal: &Seal, tracking: &Tracking<'_>) -> bool {
    if tracking.is_ignored_repository() {
        return false;
    }
    let entries = seal.entries.iter().filter(|sealed| sealed.entry != Entry::Dir);
    let mut paths = entries.map(|sealed| sealed.path.as_bytes());
    paths.clone().any(|path| tracking.tracks(path)) || paths.any(|path| !tracking.ignores(path))
}

/// Why git does not keep an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum NotKept {
    /// It lies in a submodule.
    InSubmodule,
    /// It is the directory of a submodule, with nothing in it.
    Submodule,
    /// It is a directory without an entry in scope.
    EmptyDirectory,
    /// git ignores it.
    Ignored,
    /// Another repository lies there.
    NotTaken,
}

impl NotKept {
    fn of(sealed: &SealedEntry, tracking: &Tracking<'_>) -> Option<Self> {
        let path = sealed.path.as_bytes();
        match &sealed.entry {
            _ if tracking.is_in_submodule(sealed.path.parents().map(str::as_bytes)) => {
                Some(Self::InSubmodule)
            }
            Entry::Dir if tracking.is_submodule(path) => Some(Self::Submodule),
            Entry::Dir => Some(Self::EmptyDirectory),
            _ if tracking.tracks(path) || tracking.would_add(path) => None,
            _ if tracking.ignores(path) => Some(Self::Ignored),
            _ => Some(Self::NotTaken),
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::InSubmodule => "in a submodule, which the repository does not keep",
            Self::Submodule => "a submodule that is not checked out",
            Self::EmptyDirectory => "a directory with nothing in scope, which git cannot keep",
            Self::Ignored => "ignored by git",
            Self::NotTaken => {
                "what git add does not take as a file (another repository lies there)"
            }
        }
    }

    /// What to do, where `leave_out` says how the entries are left out of the seal.
    fn remedy(self, leave_out: &str) -> String {
        match self {
            Self::InSubmodule | Self::Submodule => {
                format!("seal the submodule in its own repository, and {leave_out}")
            }
            Self::EmptyDirectory => format!("remove it, put a file in it, or {leave_out}"),
            Self::Ignored => format!("git add -f it, remove it, or {leave_out}"),
            Self::NotTaken => format!("remove it, seal it in its own repository, or {leave_out}"),
        }
    }
}

/// What keeps the entries of a seal with `tracked = true` from being kept in git; `new` says that
/// `tracked` was found out just now, and stands in no file yet. With `only`, what that does not match is
/// no reason.
#[must_use]
pub fn untracked(
    seal: &Seal,
    only: Option<&Scope>,
    tracking: &Tracking<'_>,
    new: bool,
) -> Vec<Problem> {
    let root = &seal.header.root;
    if new && !tracking.knows_any() {
        let message = format!("git neither tracks nor ignores what is in {root}");
        let remedy = format!(
            "if it is kept in git: git add {root}; if it is built: add it to .gitignore; then \
             seal again"
        );
        return vec![Problem::new("untracked", message).seal(seal.name.as_str()).remedy(remedy)];
    }
    let is_meant =
        |sealed: &&SealedEntry| only.is_none_or(|only| !is_left_out(only, sealed.path.as_bytes()));
    let mut reasons: BTreeMap<NotKept, Vec<&str>> = BTreeMap::new();
    for sealed in seal.entries.iter().filter(is_meant) {
        if let Some(reason) = NotKept::of(sealed, tracking) {
            reasons.entry(reason).or_default().push(sealed.path.as_str());
        }
    }
    let all: Vec<&[u8]> = seal.entries.iter().map(|sealed| sealed.path.as_bytes()).collect();
    let mut problems = Vec::new();
    for (reason, paths) in reasons {
        let why = if new { "git keeps other files there" } else { "tracked = true" };
        let message = format!("{why}, but {}: {}", reason.words(), listed(&paths));
        let bytes: Vec<&[u8]> = paths.iter().map(|path| path.as_bytes()).collect();
        let half = (reason == NotKept::EmptyDirectory)
            .then(|| half_excluded(&seal.header.scope, &paths))
            .flatten();
        let is_all = reason == NotKept::InSubmodule && paths.len() == all.len();
        let remedy = if is_all {
            format!(
                "seal it in its own repository; if it is built here: add {root}/ to .gitignore, and seal \
                 again"
            )
        } else {
            half.unwrap_or_else(|| reason.remedy(&leave_out(&bytes, &all)))
        };
        let or = if new { "" } else { "; or set tracked = false" };
        let remedy = format!("{remedy}{or} (paths below {root})");
        problems.push(Problem::new("untracked", message).seal(seal.name.as_str()).remedy(remedy));
    }
    problems
}

/// What to do where a pattern excludes all that is in a directory, and not the directory.
fn half_excluded(scope: &Scope, directories: &[&str]) -> Option<String> {
    let (pattern, whole) = directories.iter().find_map(|directory| {
        let pattern = scope.excludes(format!("{directory}/x").as_bytes(), false)?;
        let whole = pattern.strip_suffix("**").or_else(|| pattern.strip_suffix('*'))?;
        whole.ends_with('/').then_some((pattern, whole))
    })?;
    let [pattern, whole] = [pattern, whole].map(|pattern| quote(pattern.as_bytes()));
    Some(format!(
        "the pattern {pattern} leaves out what is in the directory, and not the directory itself: \
         write {whole} in its place"
    ))
}

/// Some of `paths`, for a refusal.
pub(super) fn listed(paths: &[&str]) -> String {
    text::listed(paths, NAMED)
}
