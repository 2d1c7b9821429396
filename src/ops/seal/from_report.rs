//! From what a report says of a seal to the seal that would have passed. Pure.
//!
//! Nothing is believed but the observed entries, which the user asks to take over. Everything else in
//! the report must follow from them and from the seal that is here.

use std::collections::HashSet;

use sealgate_core::compare::cause::pointer_length;
use sealgate_core::compare::decode::Judged;
use sealgate_core::compare::finding::{Cause, FindingKind};
use sealgate_core::compare::partition::Taken;
use sealgate_core::compare::verdict::Verdict;
use sealgate_core::compare::{is_left_out, marks};
use sealgate_core::seal::entry::Digest;
use sealgate_core::seal::exclude::Scope;
use sealgate_core::seal::{Seal, SealName, SealedEntry};
use sealgate_core::text::problem::Problem;

use super::draft::keep_modes;
use crate::ops::reported::{self, Against, Reported};
use crate::report::read::cut;
use crate::report::{EntryView, FindingView, Report, SealView, SourceView};
use crate::tree::select;

/// How many refused findings are shown; the others are counted.
const SHOWN: usize = 10;

const FETCH: &str = "fetch the content where it is built (git lfs pull; in a workflow: lfs: true at \
                     actions/checkout), check again, and take the report of that";

const AGAIN: &str = "check again where the bytes are, and take the report of that";

/// What `report` says of the seals that are wanted: those that `patterns` select, or all that
/// failed where there is none.
pub fn choose<'r>(
    report: &'r Report,
    patterns: &[String],
) -> Result<Vec<(SealName, &'r SealView)>, Vec<Problem>> {
    let refuse =
        |code, message: String, remedy: &str| vec![Problem::new(code, message).remedy(remedy)];
    if let Some(share) = &report.partition {
        // The seal would be another then, and what the other shares found could not be taken.
        let message = format!("it is the report of share {} of {}", share.index, share.count);
        let remedy = "merge the reports of all shares (sealgate merge-reports), and take that";
        return Err(refuse("report-refused", message, remedy));
    }
    let mut seals: Vec<(SealName, &SealView)> = Vec::new();
    for seal in &report.seals {
        let name = SealName::parse(&seal.name).ok_or_else(|| {
            let message = format!("no seal can have the name {:?}", cut(&seal.name));
            let remedy = "name a file that `sealgate check --report json=FILE` wrote";
            refuse("report-malformed", message, remedy)
        })?;
        seals.push((name, seal));
    }
    seals.sort_by(|(a, _), (b, _)| a.cmp(b));
    if let Some(pair) = seals.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        let message = format!("the seal {} stands in it twice", pair[0].0);
        return Err(refuse("report-malformed", message, "take a report of one check"));
    }
    let names: Vec<_> = seals.iter().map(|(name, _)| name.clone()).collect();
    let selected = select(&names, patterns)?;
    let wanted: HashSet<&str> = selected.iter().map(SealName::as_str).collect();
    let all = patterns.is_empty();
    // An error about a seal that is not selected hinders nobody.
    let hinders = |seal: Option<&str>| all || seal.is_none_or(|seal| wanted.contains(seal));
    if let Some(error) = report.errors.iter().find(|error| hinders(error.seal.as_deref())) {
        let code = cut(&error.code);
        let message = format!("the report contains an error ({code}), so it is not a judgement");
        return Err(refuse("report-refused", message, &format!("fix that, {AGAIN}")));
    }
    // Without NAME, what passed is not meant.
    seals.retain(|(name, seal)| {
        wanted.contains(name.as_str()) && !(all && seal.verdict == Verdict::Pass)
    });
    if seals.is_empty() {
        let message = "no seal failed in it, so there is nothing to approve".to_owned();
        return Err(refuse("report-refused", message, "nothing is to be done"));
    }
    Ok(seals)
}

/// The seal `current`, with `digest`, as it is once everything is taken over that `report` has
/// `reported` of it.
///
/// # Errors
///
/// The report is of another seal, or of no fail; no check of this seal can have stated it; or it
/// found something that no seal can state.
pub fn taken(
    reported: &SealView,
    current: &Seal,
    digest: Digest,
    report: &Report,
) -> Result<Seal, Vec<Problem>> {
    if is_already_so(reported, current) {
        return Ok(current.clone());
    }
    check_seal(reported, current, digest)?;
    let unstatable = unstatable(reported, current);
    if !unstatable.is_empty() {
        return Err(unstatable);
    }
    if let Some(finding) = reported.findings.iter().find(|finding| is_pointer(finding)) {
        let message = "a Git LFS pointer is there in the place of content";
        let path = current.header.root.join(&cut(&finding.path));
        return Err(vec![refused(current, message).file(path).remedy(FETCH)]);
    }
    let again = |why: String| vec![refused(current, why).remedy(AGAIN)];
    let only = only(report).map_err(again)?;
    let marks = only.as_ref().map(|only| marks(current, only));
    let judged = marks.as_ref().map_or(Judged::All, |marks| Judged::Only(Taken::marked(marks)));
    let modes = report.modes();
    let against = Against { seal: current, judged, modes };
    let Reported { findings, decoded } = reported::read(reported, against).map_err(again)?;
    let beside = only
        .as_ref()
        .and_then(|only| findings.iter().find(|finding| is_left_out(only, &finding.path)));
    if let Some(finding) = beside {
        return Err(again(reported::about(&finding.path, &"--only does not select it")));
    }
    let entries = decoded.inventory.entries();
    let entries = entries.map(|(path, entry)| SealedEntry { path, entry: entry.clone() });
    let is_judged = |index: usize| judged.taken().is_none_or(|taken| taken.takes(index));
    let kept = current.entries.iter().enumerate().filter(|(index, _)| !is_judged(*index));
    let mut entries: Vec<SealedEntry> =
        entries.chain(kept.map(|(_, sealed)| sealed.clone())).collect();
    entries.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    let mut seal = Seal { entries, ..Seal::clone(current) };
    if !modes {
        keep_modes(&mut seal, current);
    }
    Ok(seal)
}

/// What the check judged, if not everything.
fn only(report: &Report) -> Result<Option<Scope>, String> {
    let only = &report.only;
    let scope = (!only.is_empty()).then(|| Scope::new(only.clone())).transpose();
    scope.map_err(|error| cut(&format!("its --only is none: {error}")))
}

/// Whether `current` states everything that was found: the report was taken before.
fn is_already_so(reported: &SealView, current: &Seal) -> bool {
    let is_so = |view: &FindingView| {
        let Ok(finding) = view.finding() else { return false };
        let is_gone = finding.from.is_none_or(|from| current.entry(from.as_bytes()).is_none());
        is_gone && current.entry(&finding.path) == finding.observed.as_ref()
    };
    !reported.findings.is_empty()
        && reported.root.as_deref() == Some(current.header.root.as_str())
        && unstatable(reported, current).is_empty()
        && reported.findings.iter().all(is_so)
}

/// What was found that no seal can state: the first few findings, and how many more there are.
fn unstatable(reported: &SealView, current: &Seal) -> Vec<Problem> {
    let is_unstatable = |finding: &&FindingView| {
        matches!(
            finding.kind,
            FindingKind::Unreadable | FindingKind::Unstable | FindingKind::Unsealable
        ) || finding.cause == Some(Cause::BuildVaries)
    };
    let mut found = reported.findings.iter().filter(is_unstatable);
    let mut problems = Vec::new();
    for finding in found.by_ref().take(SHOWN) {
        let path = current.header.root.join(&cut(&finding.path));
        let found = match finding.cause {
            Some(Cause::BuildVaries) => "other in each build",
            _ => finding.kind.code(),
        };
        let message = format!("it was found {found}: no seal can state that");
        let remedy = "fix that where it was found, check again, and take the report of that";
        problems.push(refused(current, message).file(path).remedy(remedy));
    }
    let more = found.count();
    if more > 0 {
        let message = format!("{more} more of the report's findings cannot be taken");
        problems.push(refused(current, message).remedy(AGAIN));
    }
    problems
}

fn refused(seal: &Seal, message: impl Into<String>) -> Problem {
    Problem::new("report-refused", message).seal(seal.name.as_str())
}

/// Whether the report proves that a pointer is there. The same cause stands where a pointer was sealed
/// and its content is there.
fn is_pointer(finding: &FindingView) -> bool {
    let size = |entry: Option<&EntryView>| entry.and_then(|entry| entry.size);
    let observed = size(finding.observed.as_ref()).unwrap_or_default();
    finding.cause == Some(Cause::LfsPointer)
        && size(finding.expected.as_ref()) != Some(pointer_length(observed))
}

/// Refuses a report of a seal that is another here, or that gives nothing to approve.
fn check_seal(reported: &SealView, current: &Seal, digest: Digest) -> Result<(), Problem> {
    let refuse = |message: String, remedy: &str| Err(refused(current, message).remedy(remedy));
    let header = &current.header;
    if header.tracked {
        let message = "its files are kept in git: they and their seal change together";
        let remedy = "take both from the machine that built them: docs/reseal.md has the recipe";
        return refuse(message.to_owned(), remedy);
    }
    if reported.root.as_deref() != Some(header.root.as_str()) {
        let root = reported.root.as_deref().map_or("none".to_owned(), cut);
        return refuse(format!("the report is about another root: {root}"), AGAIN);
    }
    if reported.digest.as_deref() != Some(&*digest.to_string()) {
        let message = "the seal is no longer the one that the report is about";
        return refuse(message.to_owned(), AGAIN);
    }
    if matches!(reported.source, SourceView::Commit { .. }) {
        let message = "its bytes came from a commit, not from a build".to_owned();
        return refuse(message, "take the report of a check where they were built");
    }
    match reported.verdict {
        Verdict::Fail if !reported.findings.is_empty() => Ok(()),
        Verdict::Fail => {
            let message = "it failed for a change of the seal itself: there is nothing to approve";
            refuse(message.to_owned(), "let that change be reviewed: sealgate diff --base REV")
        }
        Verdict::Pass => {
            refuse("it passed: there is nothing to approve".to_owned(), "leave it out")
        }
        verdict @ (Verdict::Refused | Verdict::Error) => refuse(
            format!("its verdict is {}, and only a fail can be approved", verdict.code()),
            AGAIN,
        ),
    }
}
