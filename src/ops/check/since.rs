//! Whether a commit changed what is under seal, and left the seal as it was: asked after the verdict, of a
//! few failing seals, and only there.

use sealgate_core::compare::cause::MAX_PROOFS;
use sealgate_core::compare::finding::{Cause, Finding, FindingKind};
use sealgate_core::compare::verdict::{SealResult, Source, Verdict};
use sealgate_core::seal::entry::Entry;
use sealgate_core::seal::{Root, SealName};
use sealgate_git::{Oid, changes_between, last_change};

use super::checkout::{MOST_SEALS, has};
use crate::tree::{CommitTree, Workspace};

/// The most findings of a seal whose commits are looked for: git goes through the history for each.
const MOST_NAMED: usize = 3;

/// So many commits are counted.
const MOST_COMMITS: usize = 20;

/// No longer part of a message is repeated, in characters.
const LONGEST_SUBJECT: usize = 72;

/// Gives the findings in `results` that nothing else explains their cause, where commits did it.
pub fn explain_committed(repository: &Workspace, results: &mut [SealResult]) {
    let is_asked = |result: &&mut SealResult| {
        result.verdict() == Verdict::Fail
            && result.tracked == Some(true)
            && result.database.is_none()
            && result.findings.iter().any(may_be_committed)
    };
    if !repository.in_git() {
        return;
    }
    for result in results.iter_mut().filter(is_asked).take(MOST_SEALS) {
        // What cannot be found out explains nothing.
        let _ = explain(repository, result);
    }
}

/// Whether nothing explains `finding`, and a commit can.
fn may_be_committed(finding: &Finding) -> bool {
    finding.cause.is_none() && matches!(finding.kind, FindingKind::Modified | FindingKind::Unsealed)
}

fn explain(repository: &Workspace, result: &mut SealResult) -> Option<()> {
    let to = match &result.source {
        Source::Commit { oid, .. } => Oid::from_hex(oid.as_bytes())?,
        Source::Worktree => sealgate_git::resolve(repository.root(), "HEAD").ok()??,
        Source::Directory { .. } | Source::Server { .. } => return None,
    };
    let name = SealName::parse(&result.name)?;
    let root = Root::parse(result.root.as_deref()?).ok()?;
    let now = CommitTree::of(repository, "", &to).ok()?;
    let open = result.findings.iter_mut().filter(|finding| finding.cause.is_none());
    let open = open.filter(|finding| !finding.kind.is_error()).take(MAX_PROOFS);
    let is_there = |finding: &&mut Finding| {
        let observed = finding.observed.as_ref().filter(|_| may_be_committed(finding));
        observed.is_some_and(|observed| has(&now, &root, &finding.path, observed))
    };
    let committed: Vec<&mut Finding> = open.filter(is_there).take(MOST_NAMED).collect();
    // Nothing is in a commit as long as somebody only edits.
    if committed.is_empty() || now.load(&name).ok()?.digest != result.digest? {
        return None;
    }
    let last = last_change(repository.root(), &to, &repository.file_of(&name)).ok()??;
    let sealed = CommitTree::of(repository, "", &last).ok()?;
    for finding in committed {
        if was_as_sealed(&sealed, &root, finding) {
            let path = root.join(std::str::from_utf8(&finding.path).ok()?);
            let commits = changes_between(repository.root(), (&last, &to), &path, MOST_COMMITS);
            finding.detail = Some(newest(&commits.ok()?)?);
            finding.cause = Some(Cause::CommittedSince);
        }
    }
    Some(())
}

/// Whether `commit`, which last changed the seal, has what that states of `finding`.
fn was_as_sealed(commit: &CommitTree<'_>, root: &Root, finding: &Finding) -> bool {
    let has_entry = |entry: &Option<Entry>| {
        entry.as_ref().is_some_and(|entry| has(commit, root, &finding.path, entry))
    };
    match finding.expected {
        Some(_) => has_entry(&finding.expected),
        None => !has_entry(&finding.observed),
    }
}

/// `1a2b3c4d5e Rebuild dist`, and how many more there are.
fn newest(commits: &[(Oid, String)]) -> Option<String> {
    let (oid, subject) = commits.first()?;
    let subject: String = subject.chars().take(LONGEST_SUBJECT).collect();
    let more = match commits.len() {
        1 => String::new(),
        MOST_COMMITS.. => format!(", the last of {MOST_COMMITS} commits or more"),
        number => format!(", the last of {number} commits"),
    };
    Some(format!("{} {subject}{more}", oid.short()))
}
