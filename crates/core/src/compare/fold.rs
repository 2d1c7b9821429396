//! Directories whose findings are all alike, so that people read one line for each. Pure.

use crate::compare::finding::{Cause, Finding, FindingKind};
use crate::compare::sealed_below;
use crate::seal::Seal;
use crate::seal::entry::Entry;

/// A directory with fewer findings than these is not folded: its paths say more, on few lines.
const FEWEST: usize = 4;

/// A directory whose entries all went, came or moved together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fold {
    /// What became of all of them: `missing`, `unsealed` or `moved`.
    pub kind: FindingKind,
    /// The directory, relative to the root; the new place of one that moved.
    pub path: Box<[u8]>,
    /// The sealed place of one that moved.
    pub from: Option<Box<[u8]>>,
    /// How many findings lie below it.
    pub entries: usize,
    /// How many bytes their files have.
    pub bytes: u64,
}

/// The topmost directories, sorted, below which every path has a finding of one kind: all that is
/// sealed there is missing; nothing there is sealed, and all of it is new or came from one directory
/// that is gone. The `findings` are those of `seal`, sorted by path.
#[must_use]
pub fn folds(seal: &Seal, findings: &[Finding]) -> Vec<Fold> {
    let mut folds = Vec::new();
    fold_below(seal, findings, 0, &mut folds);
    folds
}

/// Folds the directories that lie next below the one whose path, with its slash, has `above` bytes.
/// All of `findings` lie below that one.
fn fold_below(seal: &Seal, findings: &[Finding], above: usize, folds: &mut Vec<Fold>) {
    let mut rest = findings;
    while let Some(first) = rest.first() {
        let Some(slash) = first.path[above..].iter().position(|&byte| byte == b'/') else {
            rest = &rest[1..];
            continue;
        };
        let prefix = &first.path[..=above + slash];
        let length = rest.partition_point(|finding| finding.path.starts_with(prefix));
        let (inside, after) = rest.split_at(length);
        rest = after;
        if length < FEWEST {
            continue;
        }
        match fold(seal, inside, prefix) {
            Some(fold) => folds.push(fold),
            None => fold_below(seal, inside, prefix.len(), folds),
        }
    }
}

/// The directory `prefix`, which ends with its slash, of which these are all `findings`; `None` where
/// they are not alike.
fn fold(seal: &Seal, findings: &[Finding], prefix: &[u8]) -> Option<Fold> {
    let (first, directory) = (findings.first()?, &prefix[..prefix.len() - 1]);
    let is_alike = |finding: &Finding| {
        // The detail of such a name is that of its partner.
        let is_renamed = finding.cause == Some(Cause::RenamedByDigest);
        let is_of_commit = finding.cause == Some(Cause::CommittedSince);
        let says_nothing = finding.detail.is_none() || is_renamed;
        finding.kind == first.kind
            && finding.cause == first.cause
            && (says_nothing || is_of_commit && finding.detail == first.detail)
    };
    if !findings.iter().all(is_alike) {
        return None;
    }
    let sealed = sealed_below(seal, directory);
    let from = match first.kind {
        FindingKind::Missing if sealed == findings.len() => None,
        FindingKind::Unsealed if sealed == 0 => None,
        FindingKind::Moved if sealed == 0 => Some(old_place(seal, findings, prefix)?),
        _ => return None,
    };
    let size = |finding: &Finding| {
        let entry = finding.observed.as_ref().or(finding.expected.as_ref());
        entry.and_then(Entry::size).unwrap_or(0)
    };
    Some(Fold {
        kind: first.kind,
        path: directory.into(),
        from,
        entries: findings.len(),
        bytes: findings.iter().map(size).fold(0, u64::saturating_add),
    })
}

/// The directory from which all that is below `prefix` moved, each path to the same name; `None` where
/// there is none, or where something else was sealed in it.
fn old_place(seal: &Seal, findings: &[Finding], prefix: &[u8]) -> Option<Box<[u8]>> {
    let mut place = None;
    for finding in findings {
        let from = finding.from.as_ref()?.as_bytes();
        let above = from.strip_suffix(&finding.path[prefix.len()..])?.strip_suffix(b"/")?;
        if *place.get_or_insert(above) != above {
            return None;
        }
    }
    let place = place?;
    (sealed_below(seal, place) == findings.len()).then(|| place.into())
}
