//! What one report says of one seal, held against the seal.

use std::collections::BTreeMap;

use sealgate_core::compare::finding::Finding;
use sealgate_core::compare::partition::{Assignment, Part as Taking, Slice};
use sealgate_core::compare::verdict::{SealResult, Source};
use sealgate_core::seal::Seal;
use sealgate_core::seal::entry::{Digest, Entry};
use sealgate_core::text::problem::Problem;

use super::findings::{Against, Claims, FindingsRead, read};
use super::groups::Group;
use super::{AGAIN, Demanded, Given, Indexed, TOLD, inconsistent};
use crate::report::read::{ErrorRead, PartRead, SealRead, SourceRead, cut};

/// What one report says of one seal, as far as it can be so.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) file: String,
    /// Which of the reports it is of, from 0.
    pub(super) report: usize,
    /// Which share it is of, from 1, if it is of one.
    pub(super) index: Option<u16>,
    /// Without moves and causes; its source is that of the seal, until all are joined.
    pub(super) judgement: SealResult,
    pub(super) claims: Claims,
    pub(super) source: SourceRead,
}

/// What reports of `group` say of other seals than those that are here. Of a seal that one could not
/// judge it says that, and need not know which it was.
pub(super) fn of_other_seals(reports: &[Indexed<'_>], group: &Group<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    for at in &group.reports {
        let given = &reports[*at];
        for demanded in &group.seals {
            let Ok((seal, digest)) = demanded.seal else { continue };
            let stated = given.seals.get(demanded.name);
            let told = stated.filter(|_| !given.errors.contains_key(&Some(demanded.name)));
            problems.extend(told.and_then(|told| other_seal(given, told, seal, digest)));
        }
    }
    problems
}

/// The shares of `group` that take something else than what is their own: of each seal that could be
/// read, by name, the parts in `takings`.
pub(super) fn misassigned(
    reports: &[Indexed<'_>],
    group: &Group<'_>,
    takings: &BTreeMap<&str, Vec<Taking>>,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (place, at) in group.reports.iter().enumerate() {
        let stated = reports[*at].report.partition.iter().flat_map(|share| &share.seals);
        let own = takings.iter().filter_map(|(name, parts)| {
            Some(parts.get(place)?).map(|part| PartRead {
                name: (*name).to_owned(),
                entries: part.entries,
                bytes: u64::try_from(part.bytes).unwrap_or(u64::MAX),
                paths: part.paths.to_string(),
            })
        });
        // By name on both sides: selected seals come so, and a report keeps their order.
        if !stated.eq(own.collect::<Vec<_>>().iter()) {
            let message = "what it takes is not what is its own, as worked out from the seals";
            let problem = Problem::new("share-assignment", message).file(reports[*at].file);
            problems.push(problem.remedy(AGAIN));
        }
    }
    problems
}

/// What each report of `group` says of the seal.
pub(super) fn parts(
    reports: &[Indexed<'_>],
    group: &Group<'_>,
    demanded: &Demanded<'_>,
    assignment: Option<&Assignment>,
    takings: &[Taking],
) -> Vec<Part> {
    let of = |(place, at): (usize, &usize)| {
        let given = &reports[*at];
        let stated = given.seals.get(demanded.name)?;
        let index = group.count.and_then(|_| u16::try_from(place + 1).ok());
        let slice = index.zip(group.count).and_then(|(index, count)| Slice::new(index, count));
        let taken = assignment.zip(slice).and_then(|(all, slice)| all.taken(demanded.name, slice));
        let mut part = Part::new(*at, given, stated, index);
        let carried = carried(given, Some(demanded.name));
        // A report that tells of an error is no judgement of this seal, and that is all of it.
        if carried.is_empty() {
            let told = demanded.seal.map_err(Problem::clone).and_then(|(seal, _)| {
                let against = Against { seal, taken, modes: given.report.modes() };
                let taking = takings.get(place);
                part.fill(stated, against, taking)
                    .map_err(|why| inconsistent(given.file, why).seal(demanded.name))
            });
            // What is wrong with the seal itself is told once, where all is joined.
            part.judgement.problems.extend(told.err().filter(|_| demanded.seal.is_ok()));
        }
        part.judgement.problems.extend(carried);
        Some(part)
    };
    group.reports.iter().enumerate().filter_map(of).collect()
}

/// What a check takes that is not shared out.
pub(super) fn everything(seal: &Seal) -> Taking {
    let sizes = seal.entries.iter().map(|sealed| u128::from(sealed.entry.size().unwrap_or(0)));
    Taking { entries: seal.entries.len() as u64, bytes: sizes.sum(), paths: Digest([0; 32]) }
}

fn other_seal(
    given: &Indexed<'_>,
    stated: &SealRead,
    seal: &Seal,
    digest: Digest,
) -> Option<Problem> {
    let root = stated.root.as_deref() == Some(seal.header.root.as_str());
    if root && stated.digest.as_deref() == Some(&*digest.to_string()) {
        return None;
    }
    let message = "the seal that it is about is another one than the one here";
    let problem = Problem::new("report-seal-differs", message).file(given.file);
    Some(problem.seal(seal.name.as_str()).remedy(AGAIN))
}

/// The errors that a report tells of the seal `seal`, or with `None`, those that concern all seals.
pub(super) fn carried(given: &Indexed<'_>, seal: Option<&str>) -> Vec<Problem> {
    told(given.file, given.errors.get(&seal).into_iter().flatten().copied())
}

/// The errors that a report tells, of whatever seal.
pub(super) fn all_carried(given: &Indexed<'_>) -> Vec<Problem> {
    told(given.file, given.report.errors.iter().filter(|error| !error.refusal))
}

/// The refusals that a report tells.
pub(super) fn refusals(given: &Given) -> Vec<Problem> {
    told(&given.file, given.report.errors.iter().filter(|error| error.refusal))
}

/// Some of `errors`, which the report `file` tells, as they are passed on.
fn told<'a>(file: &str, mut errors: impl Iterator<Item = &'a ErrorRead>) -> Vec<Problem> {
    let mut problems: Vec<Problem> = errors
        .by_ref()
        .take(TOLD)
        .map(|error| {
            let place = match (&error.file, error.line) {
                (Some(file), Some(line)) => format!("{}:{line}: ", cut(file)),
                (Some(file), None) => format!("{}: ", cut(file)),
                (None, _) => String::new(),
            };
            let message = format!(
                "it contains an error ({}): {place}{}",
                cut(&error.code),
                cut(&error.message)
            );
            let remedy = error.remedy.as_deref().map_or_else(|| AGAIN.to_owned(), cut);
            let problem = Problem::new("report-of-error", message).file(file).remedy(remedy);
            match &error.seal {
                Some(seal) => problem.seal(cut(seal)),
                None => problem,
            }
        })
        .collect();
    let more = errors.count();
    if more > 0 {
        let message = format!("it contains {more} more errors");
        problems.push(Problem::new("report-of-error", message).file(file).remedy(AGAIN));
    }
    problems
}

impl Part {
    fn new(report: usize, given: &Indexed<'_>, stated: &SealRead, index: Option<u16>) -> Self {
        let judgement = SealResult::new(&*stated.name, Source::Worktree, Source::Worktree);
        let (file, source) = (given.file.to_owned(), stated.source.clone());
        Self { file, report, index, judgement, claims: Claims::default(), source }
    }

    /// Takes over what is stated, if its numbers add up.
    fn fill(
        &mut self,
        stated: &SealRead,
        against: Against<'_>,
        taking: Option<&Taking>,
    ) -> Result<(), String> {
        let taking = taking.ok_or("it takes part in nothing")?;
        let FindingsRead { findings, claims } = read(&stated.findings, against)?;
        add_up(stated, &findings, against.seal, taking)?;
        let judgement = &mut self.judgement;
        judgement.taken = against.taken.map(|_| taking.entries);
        (judgement.checked, judgement.matched, judgement.bytes) =
            (stated.checked, stated.matched, stated.bytes);
        (judgement.findings, self.claims) = (findings, claims);
        Ok(())
    }
}

/// Refuses numbers that do not follow from the seal and the findings.
fn add_up(
    stated: &SealRead,
    findings: &[Finding],
    seal: &Seal,
    taking: &Taking,
) -> Result<(), String> {
    let sealed: Vec<&Finding> =
        findings.iter().filter(|finding| finding.expected.is_some()).collect();
    let size = |entry: Option<&_>| u128::from(entry.and_then(Entry::size).unwrap_or(0));
    let gone: u128 = sealed.iter().map(|finding| size(finding.expected.as_ref())).sum();
    let there: u128 = findings.iter().map(|finding| size(finding.observed.as_ref())).sum();
    let most = (taking.bytes + there).saturating_sub(gone);
    // Of what lies below a directory that could not be read, any number was not judged.
    let hides = |finding: &Finding| finding.kind.is_error() && seal.has_below(&finding.path);
    let (checked, bytes) = if findings.iter().any(hides) {
        (stated.checked <= taking.entries, u128::from(stated.bytes) <= most)
    } else {
        (stated.checked == taking.entries, u128::from(stated.bytes) == most)
    };
    if !checked {
        return Err(format!(
            "it says that {} entries were judged, of {}",
            stated.checked, taking.entries
        ));
    }
    if stated.matched.checked_add(sealed.len() as u64) != Some(stated.checked) {
        return Err(format!(
            "of {} entries {} are said to match, beside {} findings",
            stated.checked,
            stated.matched,
            sealed.len()
        ));
    }
    if !bytes {
        return Err(format!("it says that {} bytes were hashed, of {most}", stated.bytes));
    }
    Ok(())
}
