//! A report as a compressed inventory: where it has no finding, what is sealed is there. Pure.
//!
//! Decoding and comparing again gives back every finding that a check can have come to. A report of
//! anything else was changed after it was written, or is about another seal.

use super::finding::{Finding, FindingKind};
use super::inventory::{Inventory, Item, Observed, ScanError, ScanErrorKind};
use super::partition::Taken;
use super::{Comparison, differences, entries, pair, sealed_below};
use crate::seal::Seal;
use crate::seal::entry::Entry;
use crate::seal::path::{self, EntryPath, PathFault};

/// What a check saw of one seal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// Everything that was there; of a share, without the entries of the others.
    pub inventory: Inventory,
    /// Its differences from the seal, before moves are paired and without causes.
    pub comparison: Comparison,
}

/// Why no check can have come to some findings.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct DecodeError {
    /// Where, relative to the root.
    pub path: Box<[u8]>,
    /// What cannot be so.
    pub why: Impossible,
}

/// What no check comes across at a path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Impossible {
    /// Two findings tell of the path.
    #[error("two findings are about it")]
    Twice,
    /// No seal can hold the path.
    #[error("no seal can hold that path: {0}")]
    Path(PathFault),
    /// This pattern of the seal leaves the path out.
    #[error("the seal excludes it, by {0:?}")]
    Excluded(String),
    /// The path is not in `include` of a seal over a database, or a database has no such entry.
    #[error("the surface of the seal does not have it")]
    NotIncluded,
    /// Something lies below a path that is no directory.
    #[error("something lies below it, and it is no directory")]
    NotADirectory,
    /// Comparing again gives something else there.
    #[error("it does not follow from the seal and from what was observed")]
    DoesNotFollow,
}

impl Impossible {
    fn at(self, path: &[u8]) -> DecodeError {
        DecodeError { path: path.into(), why: self }
    }
}

/// What of a seal was judged.
#[derive(Debug, Clone, Copy)]
pub enum Judged<'a> {
    /// All of it.
    All,
    /// What a share takes; whatever moved is another share's to know.
    Share(Taken<'a>),
    /// The entries that `check --only` selects.
    Only(Taken<'a>),
}

impl<'a> Judged<'a> {
    /// What was judged, if not all was.
    #[must_use]
    pub fn taken(self) -> Option<Taken<'a>> {
        match self {
            Self::All => None,
            Self::Share(taken) | Self::Only(taken) => Some(taken),
        }
    }
}

/// Decodes what a check saw of `seal`, of which it judged what `judged` says, from the `findings` that it
/// stated. `modes` says whether execute bits were seen. Causes are not looked at, nor the words that go
/// with them.
///
/// # Errors
///
/// No check of this seal can have stated these findings.
pub fn decode(
    seal: &Seal,
    findings: &[Finding],
    modes: bool,
    judged: Judged<'_>,
) -> Result<Decoded, DecodeError> {
    let observed = observed(seal, findings)?;
    let mut items = untouched(seal, findings, judged.taken());
    items.extend(observed.iter().cloned());
    items.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    if let Some(twice) = items.windows(2).find(|two| two[0].path == two[1].path) {
        return Err(Impossible::Twice.at(&twice[0].path));
    }
    let bytes = items.iter().map(|item| item.observed.bytes()).fold(0, u64::saturating_add);
    let inventory = Inventory { items, bytes, modes };
    for item in &observed {
        expect_place(&inventory, &item.path)?;
    }
    let comparison = differences(seal, &inventory, judged.taken());
    let again = match judged {
        Judged::Share(_) => comparison.findings.clone(),
        Judged::All | Judged::Only(_) => pair(comparison.findings.clone()),
    };
    expect_alike(findings, &again)?;
    Ok(Decoded { inventory, comparison })
}

/// The items that `findings` state.
fn observed(seal: &Seal, findings: &[Finding]) -> Result<Vec<Item>, DecodeError> {
    let mut items = Vec::new();
    for finding in findings {
        let observed = match (scan_error(seal, finding), &finding.observed) {
            (Some(error), _) => Observed::ScanError(error),
            (None, Some(entry)) => Observed::Entry(entry.clone()),
            // It is missing, or a directory of which the other findings tell.
            (None, None) => continue,
        };
        expect_in_scope(seal, &finding.path, &observed)?;
        items.push(Item::new(finding.path.clone(), observed));
    }
    Ok(items)
}

/// The error of a finding that could not be observed.
fn scan_error(seal: &Seal, finding: &Finding) -> Option<ScanError> {
    let kind = match finding.kind {
        FindingKind::Unreadable => ScanErrorKind::Unreadable,
        FindingKind::Unstable => ScanErrorKind::Unstable,
        FindingKind::Unsealable => ScanErrorKind::Unsealable,
        _ => return None,
    };
    let detail = finding.detail.clone().unwrap_or_default();
    let below = match sealed_below(seal, &finding.path) {
        0 => None,
        count => detail.strip_suffix(&not_judged(count)),
    };
    let unread = finding.unread.map(Box::new);
    let directory = below.is_some();
    let detail = below.map(str::to_owned).unwrap_or(detail);
    Some(ScanError { kind, detail, directory, unread })
}

/// What is added to the words of a directory below which so many sealed entries were not judged.
pub(super) fn not_judged(count: usize) -> String {
    format!("; {} below it not judged", entries(count))
}

/// Refuses what no scan of this seal comes across.
fn expect_in_scope(seal: &Seal, path: &[u8], observed: &Observed) -> Result<(), DecodeError> {
    if let Some(surface) = &seal.header.surface {
        let is_possible = match observed {
            Observed::Entry(Entry::File { executable, .. }) => {
                !executable && surface.includes(path)
            }
            Observed::Entry(_) => false,
            Observed::ScanError(_) | Observed::Passed => surface.reaches(path),
        };
        if !is_possible {
            return Err(Impossible::NotIncluded.at(path));
        }
    }
    let excluding = |is_dir| seal.header.scope.excludes(path, is_dir);
    let pattern = match observed {
        Observed::Entry(entry) => {
            if let Err(fault) = path::check(path) {
                return Err(Impossible::Path(fault).at(path));
            }
            excluding(*entry == Entry::Dir)
        }
        // Whether it is a directory is not known.
        Observed::ScanError(_) | Observed::Passed => excluding(true).and(excluding(false)),
    };
    match pattern {
        Some(pattern) => Err(Impossible::Excluded(pattern.to_owned()).at(path)),
        None => Ok(()),
    }
}

/// Refuses a path below or above another one that is no directory.
fn expect_place(inventory: &Inventory, path: &[u8]) -> Result<(), DecodeError> {
    let above = path::parents(path).find(|parent| inventory.observed(parent).is_some());
    let not_a_directory = above.or((!inventory.below(path).is_empty()).then_some(path));
    match not_a_directory {
        Some(path) => Err(Impossible::NotADirectory.at(path)),
        None => Ok(()),
    }
}

/// The sealed entries that were judged and that no finding is about.
fn untouched(seal: &Seal, findings: &[Finding], taken: Option<Taken<'_>>) -> Vec<Item> {
    let mut touched: Vec<&[u8]> = findings
        .iter()
        .map(|finding| finding.from.as_ref().map_or(&*finding.path, EntryPath::as_bytes))
        .collect();
    touched.sort_unstable();
    let mut hidden: Vec<&[u8]> = findings
        .iter()
        .filter(|finding| scan_error(seal, finding).is_some_and(|error| error.directory))
        .map(|finding| &*finding.path)
        .collect();
    hidden.sort_unstable();
    let mut items = Vec::new();
    for (index, sealed) in seal.entries.iter().enumerate() {
        let path = sealed.path.as_bytes();
        let is_judged = taken.is_none_or(|taken| taken.takes(index))
            && touched.binary_search(&path).is_err()
            && !is_hidden(&sealed.path, &hidden);
        if is_judged {
            items.push(Item::new(path.into(), Observed::Entry(sealed.entry.clone())));
        }
    }
    items
}

/// Whether `path` lies below one of the sorted `directories`.
fn is_hidden(path: &EntryPath, directories: &[&[u8]]) -> bool {
    !directories.is_empty()
        && path.parents().any(|parent| directories.binary_search(&parent.as_bytes()).is_ok())
}

/// Refuses findings that are not those of the comparison, causes and their words apart.
fn expect_alike(stated: &[Finding], again: &[Finding]) -> Result<(), DecodeError> {
    let differ = |stated: &Finding, again: &Finding| {
        let has_own_words = again.detail.is_some();
        let detail = stated.detail.clone().filter(|_| has_own_words);
        Finding { cause: None, detail, ..stated.clone() } != *again
    };
    let mut sorted: Vec<&Finding> = stated.iter().collect();
    sorted.sort_by(|a, b| a.path.cmp(&b.path));
    for (stated, again) in sorted.iter().zip(again) {
        if differ(stated, again) {
            let first = (&stated.path).min(&again.path);
            return Err(Impossible::DoesNotFollow.at(first));
        }
    }
    let shorter = sorted.len().min(again.len());
    let left_over = sorted.get(shorter).copied().or_else(|| again.get(shorter));
    match left_over {
        Some(finding) => Err(Impossible::DoesNotFollow.at(&finding.path)),
        None => Ok(()),
    }
}
