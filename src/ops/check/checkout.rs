//! What advice on failing seals needs to know of git: asked after the verdict, and only then.

use std::collections::BTreeSet;

use sealgate_core::compare::finding::{Cause, Finding, FindingKind};
use sealgate_core::compare::verdict::{SealResult, Source, Verdict};
use sealgate_core::seal::entry::{Digest, Entry};
use sealgate_core::seal::path::EntryPath;
use sealgate_core::seal::{Root, SealName};
use sealgate_git::attributes::LineEnds;
use sealgate_git::setup::{self, AttributeFiles, Unwatched};
use sealgate_git::{Oid, UnwatchedFiles};

use crate::ops::seal::kept::sees_modes;
use crate::report::{Checkout, CommittedDrift};
use crate::tree::{CommitTree, Workspace};

/// Of so many failing seals git is asked, which starts programs for each.
pub(super) const MOST_SEALS: usize = 3;

/// So many findings of a seal stand for all of them.
const MOST_FINDINGS: usize = 8;

/// A longer file is not read for advice, in bytes.
const LONGEST: u64 = 64 << 20;

/// What git has checked out in `repository`, as far as it matters to the failing seals in `results`.
/// What cannot be found out is left out.
#[must_use]
pub fn checkout(repository: &Workspace, results: &[SealResult]) -> Checkout {
    let failing = results.iter().filter(|result| result.verdict() == Verdict::Fail);
    let failing: Vec<&SealResult> = failing.take(MOST_SEALS).collect();
    if failing.is_empty() || !repository.in_git() {
        return Checkout::default();
    }
    let Ok(Some(head)) = sealgate_git::resolve(repository.root(), "HEAD") else {
        return Checkout::default();
    };
    let mut checkout = Checkout { head: Some(head.to_string()), ..Checkout::default() };
    checkout.unwatched = unwatched(repository, &failing);
    for result in failing {
        if let Some(drift) = committed_drift(repository, &head, result) {
            checkout.committed.insert(result.name.clone(), drift);
        }
        if has_other_seal(repository, result) {
            checkout.other_seals.insert(result.name.clone());
        }
        if keeps_line_ends(repository, result) {
            checkout.exact_lines.insert(result.name.clone());
        }
        checkout.modes_unseen |=
            has_other_mode(result) && matches!(sees_modes(repository), Ok(false));
    }
    checkout
}

/// The seals with findings in files of the working tree that the index tells git not to look at.
fn unwatched(repository: &Workspace, failing: &[&SealResult]) -> BTreeSet<String> {
    let paths: Vec<(&str, String)> = failing
        .iter()
        .filter(|result| result.tracked == Some(true) && result.source == Source::Worktree)
        .filter_map(|result| Some((*result, Root::parse(result.root.as_deref()?).ok()?)))
        .flat_map(|(result, root)| {
            let sealed = result.findings.iter().filter(|finding| finding.expected.is_some());
            let paths = sealed.filter_map(|finding| std::str::from_utf8(&finding.path).ok());
            let paths: Vec<String> =
                paths.take(MOST_FINDINGS).map(|path| root.join(path)).collect();
            paths.into_iter().map(|path| (&*result.name, path))
        })
        .collect();
    if paths.is_empty() {
        return BTreeSet::new();
    }
    let files = UnwatchedFiles::of(repository.root(), paths.iter().map(|(_, path)| &**path));
    let is_unwatched =
        |path: &str| files.as_ref().is_ok_and(|files| files.below(path) != Unwatched::default());
    let found = paths.iter().filter(|(_, path)| is_unwatched(path));
    found.map(|(name, _)| (*name).to_owned()).collect()
}

/// Whether a file in the working tree has another mode than the sealed one.
fn has_other_mode(result: &SealResult) -> bool {
    let is_kept = result.tracked == Some(true) && result.source == Source::Worktree;
    let has_mode = |finding: &Finding| finding.kind == FindingKind::ModeChanged;
    is_kept && result.findings.iter().any(has_mode)
}

/// Whether line endings in the working tree were rewritten, and not by git, which the attributes forbid.
fn keeps_line_ends(repository: &Workspace, result: &SealResult) -> bool {
    let rewritten = |finding: &&Finding| finding.cause == Some(Cause::LineEndings);
    let Some(first) = result.findings.iter().find(rewritten) else { return false };
    let Some(root) = result.root.as_deref().and_then(|root| Root::parse(root).ok()) else {
        return false;
    };
    if result.source != Source::Worktree {
        return false;
    }
    let Ok(path) = std::str::from_utf8(&first.path) else { return false };
    let path = root.join(path).into_bytes();
    let values = setup::values(repository.root(), &[path], AttributeFiles::All);
    values.is_ok_and(|values| values.iter().all(|one| one.line_ends() == LineEnds::Kept))
}

/// Whether the seal in the working tree is another one than that of the commit which judged.
fn has_other_seal(repository: &Workspace, result: &SealResult) -> bool {
    let from_commit = matches!(result.seal_source, Source::Commit { .. });
    let name = SealName::parse(&result.name).filter(|_| from_commit);
    let here = name.and_then(|name| repository.digest_of(&name));
    here.is_some() && here != result.digest
}

/// What is known of the bytes of `result` in the commit that was judged, or in HEAD; `None` where it does
/// not have them.
fn committed_drift(
    repository: &Workspace,
    head: &Oid,
    result: &SealResult,
) -> Option<CommittedDrift> {
    // The rows of a database are no files of a commit.
    if result.tracked != Some(true) || result.database.is_some() {
        return None;
    }
    let root = Root::parse(result.root.as_deref()?).ok()?;
    let restorable = |finding: &&Finding| finding.kind != FindingKind::Unsealed;
    let findings: Vec<&Finding> =
        result.findings.iter().filter(restorable).take(MOST_FINDINGS).collect();
    if findings.is_empty() {
        return None;
    }
    let judged = match &result.source {
        Source::Directory { .. } | Source::Server { .. } => return None,
        Source::Commit { oid, .. } => Oid::from_hex(oid.as_bytes())?,
        Source::Worktree => {
            let commit = CommitTree::of(repository, "HEAD", head).ok()?;
            let in_head = |finding: &&Finding| has_observed(repository, &commit, &root, finding);
            if !findings.iter().all(in_head) {
                return None;
            }
            *head
        }
    };
    Some(CommittedDrift { sealed_in: sealed_in(repository, &judged, &root, result, &findings) })
}

/// Whether `commit` has what was found in the working tree.
fn has_observed(
    repository: &Workspace,
    commit: &CommitTree<'_>,
    root: &Root,
    finding: &Finding,
) -> bool {
    match (finding.kind, &finding.observed) {
        (FindingKind::Missing, _) => {
            repository.is_in_head(root.as_str(), &finding.path) == Some(false)
        }
        (FindingKind::Modified, Some(entry)) => has(commit, root, &finding.path, entry),
        _ => false,
    }
}

/// The commit that last changed the seal before `judged`, if it has the sealed bytes.
fn sealed_in(
    repository: &Workspace,
    judged: &Oid,
    root: &Root,
    result: &SealResult,
    findings: &[&Finding],
) -> Option<String> {
    let name = SealName::parse(&result.name)?;
    let file = repository.file_of(&name);
    let oid = sealgate_git::last_change(repository.root(), judged, &file).ok()??;
    let commit = CommitTree::of(repository, "", &oid).ok()?;
    let is_sealed = |finding: &&Finding| {
        finding.expected.as_ref().is_some_and(|entry| has(&commit, root, &finding.path, entry))
    };
    findings.iter().all(is_sealed).then(|| oid.short())
}

/// Whether `commit` has the bytes of the file that `entry` describes below `root`.
pub(super) fn has(commit: &CommitTree<'_>, root: &Root, path: &[u8], entry: &Entry) -> bool {
    let Entry::File { size, digest, .. } = entry else { return false };
    let path = std::str::from_utf8(path).ok().and_then(|path| EntryPath::parse(path).ok());
    let bytes = path.filter(|_| *size <= LONGEST).and_then(|path| commit.bytes(root, &path, *size));
    bytes.is_some_and(|bytes| Digest::of(&bytes) == *digest)
}
