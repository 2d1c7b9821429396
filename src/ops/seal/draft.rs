//! From an inventory to the seal that would state it, and every reason not to. Pure.

use sealgate_core::compare::inventory::{Inventory, ScanError, ScanErrorKind};
use sealgate_core::compare::is_left_out;
use sealgate_core::seal::entry::Entry;
use sealgate_core::seal::exclude::Scope;
use sealgate_core::seal::path::{EntryPath, is_below};
use sealgate_core::seal::{Header, Seal, SealName, SealedEntry};
use sealgate_core::text::problem::Problem;
use sealgate_git::Tracking;

use crate::report::text;

/// How many paths a refusal names; the others are counted.
const NAMED: usize = 10;

/// A part of a seal that is to be taken anew.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    /// What it is, in the language of `exclude`.
    pub only: &'a Scope,
    /// The seal that keeps the rest.
    pub old: &'a Seal,
}

impl Part<'_> {
    /// Whether the part cannot be told because of `trouble` at `path`: below a directory that cannot be
    /// listed, an entry would seem to be gone.
    fn concerns(self, path: &[u8], trouble: &ScanError) -> bool {
        let is_lost = |sealed: &SealedEntry| {
            is_below(sealed.path.as_bytes(), path)
                && !is_left_out(self.only, sealed.path.as_bytes())
        };
        !is_left_out(self.only, path) || trouble.directory && self.old.entries.iter().any(is_lost)
    }
}

/// The seal of everything in `inventory`; refused if anything in it cannot be stated or read, or
/// if there is nothing in it. Of a `part`, only that counts; the rest was passed over.
pub fn draft(
    name: &SealName,
    header: Header,
    inventory: &Inventory,
    part: Option<Part<'_>>,
) -> Result<Seal, Vec<Problem>> {
    let problems: Vec<_> = inventory
        .troubles()
        .filter(|(path, trouble)| part.is_none_or(|part| part.concerns(path, trouble)))
        .map(|(path, trouble)| {
            let path = header.root.join(&String::from_utf8_lossy(path));
            let (code, remedy) = match trouble.kind {
                ScanErrorKind::Unreadable => {
                    ("unreadable", "give this user the right to read it, or exclude it")
                }
                ScanErrorKind::Unstable => ("unstable", "stop what writes there, then seal again"),
                ScanErrorKind::Unsealable => ("unsealable", "remove it, or exclude it"),
            };
            Problem::new(code, format!("cannot be sealed: {}", trouble.detail))
                .seal(name.as_str())
                .file(path)
                .remedy(remedy)
        })
        .collect();
    if !problems.is_empty() {
        return Err(problems);
    }
    let entries: Vec<_> = inventory
        .entries()
        .map(|(path, entry)| SealedEntry { path, entry: entry.clone() })
        .collect();
    if entries.is_empty() && part.is_none() {
        return Err(vec![
            Problem::new(
                "nothing-to-seal",
                format!("there is nothing in scope in {}", header.root),
            )
            .seal(name.as_str())
            .remedy("build first, or correct the root or the exclude list"),
        ]);
    }
    Ok(Seal { name: name.clone(), header, entries })
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

/// The links in `new` whose target is absolute or leaves the root: they seal a name, not bytes.
/// Those that `old` states alike were allowed before.
#[must_use]
pub fn outside_links(new: &Seal, old: Option<&Seal>) -> Vec<Problem> {
    let approved = |sealed: &SealedEntry| {
        old.and_then(|old| old.entry(sealed.path.as_bytes())) == Some(&sealed.entry)
    };
    let is_link = |sealed: &&SealedEntry| matches!(sealed.entry, Entry::Link { .. });
    new.entries
        .iter()
        .filter(is_link)
        .filter(|sealed| !approved(sealed))
        .filter_map(|sealed| match &sealed.entry {
            Entry::Link { target } if leaves_root(&sealed.path, target) => {
                let message = format!("a link that leaves the root: its target is {target}");
                let file = new.header.root.join(sealed.path.as_str());
                Some(Problem::new("outside-link", message).seal(new.name.as_str()).file(file).remedy(
                    "what it leads to is not under seal: copy it in, exclude it, or pass --allow-outside-links",
                ))
            }
            _ => None,
        })
        .collect()
}

/// Whether a link at `path` may lead out of the root, by its text alone.
///
/// A `..` after a name is counted as leaving: the name may be a link itself, and then `..` goes
/// up from where that leads.
fn leaves_root(path: &EntryPath, target: &str) -> bool {
    let is_separator = cfg!(windows) && target.contains('\\');
    let windows_absolute = is_separator || target.as_bytes().get(1) == Some(&b':');
    let mut up = 0;
    let mut named = false;
    for component in target.split('/').filter(|component| !matches!(*component, "" | ".")) {
        match component {
            ".." if named => return true,
            ".." => up += 1,
            _ => named = true,
        }
    }
    target.starts_with('/') || windows_absolute || up > path.parents().count()
}

/// Whether the new `seal` is one of files kept in git: if any of them is tracked, or if
/// git neither tracks nor ignores some of them, which then are about to be added.
#[must_use]
pub fn looks_tracked(seal: &Seal, tracking: &Tracking<'_>) -> bool {
    let entries = seal.entries.iter().filter(|sealed| sealed.entry != Entry::Dir);
    let mut paths = entries.map(|sealed| sealed.path.as_bytes());
    paths.clone().any(|path| tracking.tracks(path)) || paths.any(|path| !tracking.ignores(path))
}

/// Why git does not keep an entry, and what to do, in the order in which it is asked.
const NOT_KEPT: [(&str, &str); 4] = [
    (
        "in a submodule, which the repository does not keep",
        "exclude the submodule, or seal it in its own repository",
    ),
    (
        "a directory with nothing in scope, which git cannot keep",
        "remove it, exclude it, or put a file in it",
    ),
    ("ignored by git", "git add -f it, remove it, or exclude it"),
    (
        "what git add does not take as a file (another repository lies there)",
        "remove it, exclude it, or seal it in its own repository",
    ),
];

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
    let mut sorts: [Vec<&str>; 4] = Default::default();
    let is_meant =
        |sealed: &&SealedEntry| only.is_none_or(|only| !is_left_out(only, sealed.path.as_bytes()));
    for sealed in seal.entries.iter().filter(is_meant) {
        let path = sealed.path.as_bytes();
        let above = sealed.path.parents().map(str::as_bytes);
        let sort = match &sealed.entry {
            _ if tracking.is_in_submodule(above) => 0,
            Entry::Dir => 1,
            _ if tracking.tracks(path) || tracking.would_add(path) => continue,
            _ if tracking.ignores(path) => 2,
            _ => 3,
        };
        sorts[sort].push(sealed.path.as_str());
    }
    let found = sorts.into_iter().zip(NOT_KEPT).filter(|(paths, _)| !paths.is_empty());
    found
        .map(|(paths, (what, remedy))| {
            let why = if new { "git keeps other files there" } else { "tracked = true" };
            let message = format!("{why}, but {what}: {}", listed(&paths));
            let or = if new { "" } else { "; or set tracked = false" };
            let remedy = format!("{remedy}{or} (paths below {root})");
            Problem::new("untracked", message).seal(seal.name.as_str()).remedy(remedy)
        })
        .collect()
}

/// Some of `paths`, for a refusal.
pub(super) fn listed(paths: &[&str]) -> String {
    text::listed(paths, NAMED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_that_may_lead_out_of_the_root_is_seen_by_its_text() {
        let cases = [
            ("a", "b", false),
            ("a", "./b", false),
            ("a", "b/c", false),
            ("a", ".", false),
            ("d/a", "..", false),
            ("d/a", "../b", false),
            ("d/e/a", "../../b", false),
            ("a", "..", true),
            ("a", "../b", true),
            ("d/a", "../../b", true),
            ("d/a", ".././../b", true),
            ("a", "/etc/passwd", true),
            ("a", "b/../c", true),
            ("a", "b/../../c", true),
            ("a", "C:\\x", true),
            ("a", "C:/x", true),
            ("a", "..\\..\\x", cfg!(windows)),
            ("a", "b\\c", cfg!(windows)),
        ];
        for (path, target, leaves) in cases {
            let path = EntryPath::parse(path).unwrap();
            assert_eq!(leaves_root(&path, target), leaves, "{path:?} -> {target}");
        }
    }
}
