//! What one report says of one seal, held against the seal.

use std::collections::BTreeMap;

use sealgate_core::compare::decode::{Decoded, Judged};
use sealgate_core::compare::partition::{Assignment, Part as Taking, Slice};
use sealgate_core::compare::verdict::{SealResult, Source};
use sealgate_core::seal::Seal;
use sealgate_core::seal::entry::Digest;
use sealgate_core::text::problem::Problem;

use super::findings::{Claims, FindingsRead, read};
use super::groups::Group;
use super::{AGAIN, Demanded, Given, Indexed, TOLD, inconsistent};
use crate::ops::reported::Against;
use crate::report::read::cut;
use crate::report::{ErrorView, PartView, SealView, SourceView};

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
    pub(super) source: SourceView,
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
            Some(parts.get(place)?).map(|part| PartView {
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
                let judged = taken.map_or(Judged::All, Judged::Share);
                let against = Against { seal, judged, modes: given.report.modes() };
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
    stated: &SealView,
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
fn told<'a>(file: &str, mut errors: impl Iterator<Item = &'a ErrorView>) -> Vec<Problem> {
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
    fn new(report: usize, given: &Indexed<'_>, stated: &SealView, index: Option<u16>) -> Self {
        let judgement = SealResult::new(&*stated.name, Source::Worktree, Source::Worktree);
        let (file, source) = (given.file.to_owned(), stated.source.clone());
        Self { file, report, index, judgement, claims: Claims::default(), source }
    }

    /// Takes over what is stated, if its numbers add up.
    fn fill(
        &mut self,
        stated: &SealView,
        against: Against<'_>,
        taking: Option<&Taking>,
    ) -> Result<(), String> {
        let taking = taking.ok_or("it takes part in nothing")?;
        let FindingsRead { decoded, claims } = read(stated, against)?;
        let judgement = &mut self.judgement;
        judgement.taken = against.judged.taken().map(|_| taking.entries);
        let Decoded { inventory, comparison } = decoded;
        (judgement.checked, judgement.matched) = (comparison.checked, comparison.matched);
        (judgement.findings, judgement.bytes) = (comparison.findings, inventory.bytes);
        self.claims = claims;
        Ok(())
    }
}
