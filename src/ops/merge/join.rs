//! One result from all that the parts state about one seal.

use std::collections::HashMap;
use std::path::PathBuf;

use sealgate_core::compare::finding::Finding;
use sealgate_core::compare::fold::folds;
use sealgate_core::compare::new_directories;
use sealgate_core::compare::verdict::{SealResult, Source};
use sealgate_core::seal::entry::Entry;
use sealgate_core::text::problem::Problem;

use super::findings::{Claims, whole};
use super::share::Part;
use super::{AGAIN, Demanded, inconsistent};
use crate::report::{Notice, SourceView};

/// How many shares a finding names.
const NAMED: usize = 8;

/// What is to be added to what is known of a finding, by path.
type Remarks = HashMap<Box<[u8]>, String>;

/// Joins `parts` to what a whole check says, and tells if they did not see the same.
pub(super) fn join(
    demanded: &Demanded<'_>,
    mut parts: Vec<Part>,
    seal_source: &Source,
    place: &dyn Fn(&str) -> PathBuf,
) -> (SealResult, Option<Notice>) {
    let mut judgement = SealResult::new(demanded.name, Source::Worktree, seal_source.clone());
    match source(&parts, seal_source, place) {
        Ok(source) => judgement.source = source,
        Err(problem) => judgement.problems.push(problem.seal(demanded.name)),
    }
    for part in &mut parts {
        judgement.problems.append(&mut part.judgement.problems);
    }
    let (seal, digest) = match demanded.seal {
        Ok(seal) => seal,
        Err(problem) => {
            judgement.problems.push(problem.clone());
            return (judgement, None);
        }
    };
    judgement.root = Some(seal.header.root.as_str().to_owned());
    judgement.tracked = Some(seal.header.tracked);
    judgement.database = seal.header.surface.as_ref().map(|surface| surface.system);
    judgement.build.clone_from(&seal.header.build);
    judgement.digest = Some(digest);
    let sum = |of: fn(&SealResult) -> u64| {
        parts.iter().map(|part| of(&part.judgement)).fold(0, u64::saturating_add)
    };
    judgement.checked = sum(|part| part.checked);
    judgement.matched = sum(|part| part.matched);
    let bytes = sum(|part| part.bytes);
    let mut claims = Claims::default();
    for part in &mut parts {
        claims.append(std::mem::take(&mut part.claims));
    }
    let (findings, again, remarks) = union(parts);
    judgement.bytes = bytes.saturating_sub(again);
    judgement.findings = whole(seal, findings, &claims);
    judgement.new_directories = new_directories(seal, &judgement.findings);
    judgement.folds = folds(seal, &judgement.findings);
    for finding in &mut judgement.findings {
        if let Some(remark) = remarks.get(&finding.path) {
            let known = finding.detail.take().map(|known| format!("{known}; ")).unwrap_or_default();
            finding.detail = Some(format!("{known}{remark}"));
        }
    }
    let who = match remarks.len() {
        0 => return (judgement, None),
        1 => "one saw a path".to_owned(),
        n => format!("some saw {n} paths"),
    };
    let message = format!(
        "the shares of {} did not see the same tree: {who} that nobody sealed",
        demanded.name
    );
    (judgement, Some(Notice::new("shares-differ", message)))
}

/// Where the bytes came from, which is one place.
fn source(
    parts: &[Part],
    seal_source: &Source,
    place: &dyn Fn(&str) -> PathBuf,
) -> Result<Source, Problem> {
    let Some(first) = parts.first() else { return Ok(Source::Worktree) };
    if let Some(other) = parts.iter().find(|part| !part.source.is_same_place(&first.source)) {
        let message = format!("its bytes came from another place than those of {}", first.file);
        let problem = Problem::new("report-source-differs", message).file(&*other.file);
        return Err(problem.remedy(AGAIN));
    }
    match (&first.source, seal_source) {
        (SourceView::Worktree, _) => Ok(Source::Worktree),
        (SourceView::Directory { path }, _) => {
            Ok(Source::Directory { given: path.clone(), path: place(path) })
        }
        // The shares were taken one after the other, each of another state.
        (SourceView::Database { .. }, _) => {
            let message = "its bytes came from a database, which is not shared out";
            let problem = Problem::new("report-source-differs", message).file(&*first.file);
            Err(problem.remedy("check the database in one run, without --partition"))
        }
        // The bytes of a commit are judged by its own seals.
        (SourceView::Commit { oid, .. }, Source::Commit { oid: of_seals, .. })
            if oid == of_seals =>
        {
            Ok(seal_source.clone())
        }
        _ => Err(inconsistent(&first.file, "it does not say where the bytes came from")),
    }
}

/// The findings of all parts, one a path; how many bytes of them were hashed more than once; and the
/// remarks about those that not all shares saw, or not alike.
fn union(parts: Vec<Part>) -> (Vec<Finding>, u64, Remarks) {
    let all = parts.len();
    let mut found: Vec<(Finding, u16)> = Vec::new();
    for part in parts {
        let index = part.index.unwrap_or(0);
        found.extend(part.judgement.findings.into_iter().map(|finding| (finding, index)));
    }
    // Stable: shares stay in their order.
    found.sort_by(|(a, _), (b, _)| a.path.cmp(&b.path));
    let (mut findings, mut again, mut remarks) = (Vec::new(), 0_u64, Remarks::new());
    for alike in found.chunk_by(|(a, _), (b, _)| a.path == b.path) {
        // Of what is sealed, one share speaks.
        let Some((worst, _)) = alike.iter().min_by_key(|(finding, _)| finding.kind) else {
            continue;
        };
        let size = |finding: &Finding| finding.observed.as_ref().and_then(Entry::size).unwrap_or(0);
        let total = alike.iter().map(|(finding, _)| size(finding)).fold(0, u64::saturating_add);
        again = again.saturating_add(total.saturating_sub(size(worst)));
        if worst.expected.is_none() {
            let same = alike.iter().all(|(finding, _)| finding == worst);
            if let Some(remark) = remark(alike, same, all) {
                remarks.insert(worst.path.clone(), remark);
            }
        }
        findings.push(worst.clone());
    }
    (findings, again, remarks)
}

fn remark(alike: &[(Finding, u16)], same: bool, all: usize) -> Option<String> {
    if !same {
        return Some("the shares saw different things here".to_owned());
    }
    if alike.len() == all {
        return None;
    }
    let shown: Vec<String> = alike.iter().take(NAMED).map(|(_, index)| index.to_string()).collect();
    let more = match alike.len() - shown.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Some(format!("of {all} shares seen by {} alone{more}", shown.join(", ")))
}
