//! Seal against inventory: every difference, and every path that could not be judged. Pure.
//!
//! Both sides are sorted by the bytes of their paths, so one merge finds everything that is in
//! one and not in the other, and everything that is in both and differs. What is missing here and
//! unsealed there with the same bytes is then paired as moved.

pub mod archive;
pub mod cause;
pub mod changes;
pub mod decode;
pub mod finding;
pub mod fold;
pub mod inventory;
pub mod lines;
pub mod partition;
pub mod repeat;
mod shifted;
pub mod verdict;

pub use shifted::shifted;

use std::cmp::Ordering;
use std::collections::{HashMap, VecDeque};

use crate::compare::finding::{Finding, FindingKind};
use crate::compare::inventory::{Extent, Inventory, Item, Observed, ScanError, ScanErrorKind};
use crate::compare::partition::Taken;
use crate::seal::collisions;
use crate::seal::entry::{Digest, Entry};
use crate::seal::exclude::Scope;
use crate::seal::path::{self, EntryPath, base};
use crate::seal::{Seal, SealedEntry};

/// What came of comparing one seal with one inventory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// One a path, sorted by path.
    pub findings: Vec<Finding>,
    /// Sealed entries that were judged, missing ones included.
    pub checked: u64,
    /// Sealed entries without a finding.
    pub matched: u64,
}

/// Compares what was approved with what is there.
#[must_use]
pub fn compare(seal: &Seal, inventory: &Inventory) -> Comparison {
    let comparison = differences(seal, inventory, None);
    Comparison { findings: pair(comparison.findings), ..comparison }
}

/// The topmost directories that `findings` lie in and of which `seal` states nothing, sorted.
#[must_use]
pub fn new_directories(seal: &Seal, findings: &[Finding]) -> Vec<Vec<u8>> {
    let mut new: Vec<Vec<u8>> = Vec::new();
    for finding in findings {
        let path = &*finding.path;
        // Of what is sealed at its path, every directory above is known.
        if finding.expected.is_some() && finding.from.is_none() {
            continue;
        }
        let is_known = |directory: &[u8]| path::is_below(path, directory);
        if new.last().is_some_and(|last| is_known(last)) {
            continue;
        }
        let is_new = |parent: &&[u8]| !seal.has_below(parent) && seal.entry(parent).is_none();
        new.extend(path::parents(path).find(is_new).map(<[u8]>::to_vec));
    }
    new
}

/// How many paths differ between the two, and their length; before there is a finding for each.
#[must_use]
pub fn extent_of_differences(seal: &Seal, inventory: &Inventory) -> Extent {
    let mut extent = Extent::default();
    let mut count = |path: &[u8]| {
        extent.paths += 1;
        extent.bytes += path.len();
    };
    let mut items = inventory.items.iter().peekable();
    for sealed in &seal.entries {
        let path = sealed.path.as_bytes();
        while let Some(item) = items.next_if(|item| *item.path < *path) {
            count(&item.path);
        }
        match items.next_if(|item| *item.path == *path).map(|item| &item.observed) {
            Some(Observed::Entry(observed)) if *observed == sealed.entry => {}
            // Another share looks at it.
            Some(Observed::Passed) => {}
            _ => count(path),
        }
    }
    for item in items {
        count(&item.path);
    }
    extent
}

/// What [`compare`] does, for the entries that `only` matches. Its patterns have the language of `exclude`,
/// and decide from the top down. The others, sealed or not, are not judged; a directory that could not be
/// listed is, for anything may be in it.
#[must_use]
pub fn compare_only(seal: &Seal, inventory: Inventory, only: &Scope) -> Comparison {
    let is_meant = |path: &[u8], is_dir: bool| only.excludes(path, is_dir).is_some();
    let marks = marks(seal, only);
    let mut inventory = inventory;
    inventory.items.retain(|item| match &item.observed {
        Observed::Entry(entry) => is_meant(&item.path, *entry == Entry::Dir),
        Observed::ScanError(trouble) => trouble.directory || is_meant(&item.path, false),
        Observed::Passed => false,
    });
    let comparison = differences(seal, &inventory, Some(Taken::marked(&marks)));
    Comparison { findings: pair(comparison.findings), ..comparison }
}

/// A mark for each entry of `seal`: [`Taken::MARK`] for those that `only` matches, and 0.
#[must_use]
pub fn marks(seal: &Seal, only: &Scope) -> Vec<u16> {
    let is_meant = |sealed: &SealedEntry| {
        only.excludes(sealed.path.as_bytes(), sealed.entry == Entry::Dir).is_some()
    };
    seal.entries.iter().map(|sealed| if is_meant(sealed) { Taken::MARK } else { 0 }).collect()
}

/// Whether what is at `path` need not be read if `only` selects what is judged, whatever it is.
#[must_use]
pub fn is_left_out(only: &Scope, path: &[u8]) -> bool {
    only.excludes(path, false).is_none() && only.excludes(path, true).is_none()
}

/// Turns each pair of a missing and an unsealed path with the same bytes among `findings`, which
/// are sorted by path and of one seal, into one that moved.
#[must_use]
pub fn pair(mut findings: Vec<Finding>) -> Vec<Finding> {
    pair_moves(&mut findings);
    findings.sort_by(|a, b| a.path.cmp(&b.path));
    findings
}

/// Compares without pairing what moved. A share judges what it has `taken` of the seal, and everything
/// that is not sealed; what moved from or to the part of another share, it cannot know.
#[must_use]
pub fn differences(seal: &Seal, inventory: &Inventory, taken: Option<Taken<'_>>) -> Comparison {
    let mut merge = Merge { seal, inventory, taken, findings: Vec::new(), checked: 0, matched: 0 };
    merge.run();
    let Merge { findings, checked, matched, .. } = merge;
    Comparison { findings, checked, matched }
}

struct Merge<'a> {
    seal: &'a Seal,
    inventory: &'a Inventory,
    /// Of a share, what it takes.
    taken: Option<Taken<'a>>,
    findings: Vec<Finding>,
    checked: u64,
    matched: u64,
}

impl Merge<'_> {
    fn run(&mut self) {
        let (seal, inventory) = (self.seal, self.inventory);
        let items = &inventory.items[..];
        let mut next = 0;
        for (index, sealed) in seal.entries.iter().enumerate() {
            let path = sealed.path.as_bytes();
            // One comparison a pair: nearly all of them are equal, to their last byte.
            let mut order = Ordering::Less;
            while order == Ordering::Less {
                order = items.get(next).map_or(Ordering::Greater, |item| (*item.path).cmp(path));
                match order {
                    Ordering::Less => self.only_there(&items[next]),
                    Ordering::Equal => self.both(index, &items[next]),
                    Ordering::Greater => self.only_sealed(index),
                }
                next += usize::from(order != Ordering::Greater);
            }
        }
        for item in &items[next..] {
            self.only_there(item);
        }
    }

    fn only_there(&mut self, item: &Item) {
        let finding = match &item.observed {
            Observed::Entry(entry) => Finding {
                observed: Some(entry.clone()),
                ..Finding::new(FindingKind::Unsealed, &item.path)
            },
            Observed::ScanError(trouble) => self.trouble(trouble, &item.path),
            // Only what is sealed is passed over: this never happens, and never passes.
            Observed::Passed => Finding::new(FindingKind::Unreadable, &item.path),
        };
        self.findings.push(finding);
    }

    /// Whether the entry is another share's.
    fn is_left(&self, index: usize) -> bool {
        self.taken.is_some_and(|taken| !taken.takes(index))
    }

    fn both(&mut self, index: usize, item: &Item) {
        if self.is_left(index) {
            return;
        }
        self.checked += 1;
        let sealed = &self.seal.entries[index];
        let finding = match &item.observed {
            Observed::ScanError(trouble) => Some(self.trouble(trouble, &item.path)),
            Observed::Entry(observed) => difference(&sealed.entry, observed, self.inventory.modes)
                .map(|kind| Finding {
                    observed: Some(observed.clone()),
                    ..Finding::new(kind, &item.path)
                }),
            Observed::Passed => Some(Finding::new(FindingKind::Unreadable, &item.path)),
        };
        match finding {
            None => self.matched += 1,
            Some(finding) => self.push_sealed(index, finding),
        }
    }

    fn only_sealed(&mut self, index: usize) {
        let sealed = &self.seal.entries[index];
        let path = sealed.path.as_bytes();
        if self.is_left(index) || self.is_hidden(&sealed.path) {
            return;
        }
        self.checked += 1;
        let finding = match self.inventory.below(path).len() {
            0 => Finding::new(FindingKind::Missing, path),
            // A directory with entries is no entry itself: nothing was observed under this name.
            count => Finding {
                detail: Some(format!("it is a directory now, holding {}", entries(count))),
                ..Finding::new(FindingKind::KindChanged, path)
            },
        };
        self.push_sealed(index, finding);
    }

    fn push_sealed(&mut self, index: usize, finding: Finding) {
        let expected = Some(self.seal.entries[index].entry.clone());
        self.findings.push(Finding { expected, line: Some(self.seal.line_of(index)), ..finding });
    }

    fn trouble(&self, trouble: &ScanError, path: &[u8]) -> Finding {
        let hidden = if trouble.directory { sealed_below(self.seal, path) } else { 0 };
        let detail = match hidden {
            0 => trouble.detail.clone(),
            count => format!("{}{}", trouble.detail, decode::not_judged(count)),
        };
        let unread = trouble.unread.as_deref().copied();
        Finding { unread, detail: Some(detail), ..Finding::new(trouble.kind.into(), path) }
    }

    /// Whether `path` lies below a directory that could not be listed: not judged, not missing.
    fn is_hidden(&self, path: &EntryPath) -> bool {
        path.parents().any(|parent| {
            let observed = self.inventory.observed(parent.as_bytes());
            matches!(observed, Some(Observed::ScanError(trouble)) if trouble.directory)
        })
    }
}

/// How many entries of `seal` lie below `path`.
fn sealed_below(seal: &Seal, path: &[u8]) -> usize {
    let prefix = [path, b"/"].concat();
    let start = seal.entries.partition_point(|sealed| *sealed.path.as_bytes() < *prefix);
    seal.entries[start..].partition_point(|sealed| sealed.path.as_bytes().starts_with(&prefix))
}

fn entries(count: usize) -> String {
    if count == 1 { "1 entry".to_owned() } else { format!("{count} entries") }
}

impl From<ScanErrorKind> for FindingKind {
    fn from(kind: ScanErrorKind) -> Self {
        match kind {
            ScanErrorKind::Unreadable => Self::Unreadable,
            ScanErrorKind::Unstable => Self::Unstable,
            ScanErrorKind::Unsealable => Self::Unsealable,
        }
    }
}

/// How two entries at one path differ; `modes` says whether execute bits count.
#[must_use]
pub fn difference(sealed: &Entry, observed: &Entry, modes: bool) -> Option<FindingKind> {
    match (sealed, observed) {
        (
            Entry::File { size, digest, executable },
            Entry::File { size: size_there, digest: digest_there, executable: executable_there },
        ) => {
            if (size, digest) != (size_there, digest_there) {
                Some(FindingKind::Modified)
            } else if modes && executable != executable_there {
                Some(FindingKind::ModeChanged)
            } else {
                None
            }
        }
        (Entry::Link { target }, Entry::Link { target: target_there }) => {
            (target != target_there).then_some(FindingKind::LinkChanged)
        }
        (Entry::Dir, Entry::Dir) => None,
        _ => Some(FindingKind::KindChanged),
    }
}

/// Turns each pair of a missing and an unsealed path with the same bytes into one `moved`.
fn pair_moves(findings: &mut Vec<Finding>) {
    let pairs = moves(findings);
    let mut gone = vec![false; findings.len()];
    for (missing, unsealed) in pairs {
        gone[missing] = true;
        let from = std::str::from_utf8(&findings[missing].path).ok();
        let from = from.and_then(|path| EntryPath::parse(path).ok());
        let (line, expected) = (findings[missing].line, findings[missing].expected.take());
        let moved = &mut findings[unsealed];
        (moved.kind, moved.from, moved.line, moved.expected) =
            (FindingKind::Moved, from, line, expected);
    }
    let mut gone = gone.into_iter();
    findings.retain(|_| !gone.next().unwrap_or(false));
}

/// A missing and an unsealed finding, by index.
type Pair = (usize, usize);

/// Missing and unsealed paths of one content.
#[derive(Default)]
struct Candidates {
    missing: Vec<usize>,
    unsealed: Vec<usize>,
}

/// Which findings are two halves of a move: equal size above 0 and digest; names that are equal
/// when folded first, then equal base names, then the order of their bytes.
fn moves(findings: &[Finding]) -> Vec<Pair> {
    let mut contents: HashMap<(u64, Digest), Candidates> = HashMap::new();
    for (index, finding) in findings.iter().enumerate() {
        match (finding.kind, content(finding.expected.as_ref()), content(finding.observed.as_ref()))
        {
            (FindingKind::Missing, Some(content), _) => {
                contents.entry(content).or_default().missing.push(index);
            }
            (FindingKind::Unsealed, _, Some(content)) => {
                contents.entry(content).or_default().unsealed.push(index);
            }
            _ => {}
        }
    }
    let mut pairs = Vec::new();
    for mut candidates in contents.into_values() {
        if candidates.missing.is_empty() || candidates.unsealed.is_empty() {
            continue;
        }
        let path = |index: usize| String::from_utf8_lossy(&findings[index].path).into_owned();
        candidates.pair_by(&mut pairs, |index| collisions::folded(&path(index)));
        candidates.pair_by(&mut pairs, |index| base(&path(index)).to_owned());
        pairs.extend(candidates.missing.into_iter().zip(candidates.unsealed));
    }
    pairs
}

/// The size and digest of a file that is not empty; nothing else can be recognised elsewhere.
fn content(entry: Option<&Entry>) -> Option<(u64, Digest)> {
    match entry {
        Some(Entry::File { size: size @ 1.., digest, .. }) => Some((*size, *digest)),
        _ => None,
    }
}

impl Candidates {
    /// Pairs those whose `key` is equal, in the order of their paths, and takes them out.
    fn pair_by(&mut self, pairs: &mut Vec<Pair>, key: impl Fn(usize) -> String) {
        let mut waiting: HashMap<String, VecDeque<usize>> = HashMap::new();
        for &unsealed in &self.unsealed {
            waiting.entry(key(unsealed)).or_default().push_back(unsealed);
        }
        let mut taken = Vec::new();
        self.missing.retain(|&missing| {
            let partner = waiting.get_mut(&key(missing)).and_then(VecDeque::pop_front);
            if let Some(unsealed) = partner {
                pairs.push((missing, unsealed));
                taken.push(unsealed);
            }
            partner.is_none()
        });
        taken.sort_unstable();
        self.unsealed.retain(|unsealed| taken.binary_search(unsealed).is_err());
    }
}
