//! One verdict from the reports of several checks: of the shares of one, or of seals that were
//! checked apart. Pure.
//!
//! A report is hostile input, and a gate's answer is made of it. So nothing in it is believed that
//! can be worked out here from the seals: which entries were whose, how much there was to judge, what
//! moved, which causes findings show together, and the verdict. What a report alone can know, that
//! the bytes it looked at are the sealed ones, no merge can see: whoever merges trusts those who
//! checked.
//!
//! - `heads` tells whether the reports are of one version, commit and base;
//! - `groups` whether each seal is there once, as a whole or in all its shares;
//! - `findings` reads the findings of one seal in one report;
//! - `share` holds the rest of what the report says of that seal against the seal;
//! - `join` makes one result from all that the parts state about one seal.

mod findings;
mod groups;
mod heads;
mod join;
mod share;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::PathBuf;

use sealgate_core::compare::partition::{Assignment, Part as Taking};
use sealgate_core::compare::verdict::{Base, SealResult, Source, Verdict};
use sealgate_core::seal::Seal;
use sealgate_core::seal::entry::Digest;
use sealgate_core::text::problem::Problem;

use self::share::Part;
use crate::report::{ErrorView, Notice, Report, SealView};

pub use heads::{
    BaseNamed, SealsNamed, base_of, check_authority, check_base, check_tools, seals_of,
};

/// How many problems of one report are shown; the others are counted.
const TOLD: usize = 10;

const AGAIN: &str = "check again, and merge the reports of that";

/// A report, and the file that it was read from.
#[derive(Debug)]
pub struct Given {
    /// As the user named it.
    pub file: String,
    /// What it says.
    pub report: Report,
}

/// A report, with what it says found by the name of a seal.
struct Indexed<'r> {
    file: &'r str,
    report: &'r Report,
    seals: HashMap<&'r str, &'r SealView>,
    /// Its errors by the seal that each concerns; by `None`, those that concern every seal.
    errors: HashMap<Option<&'r str>, Vec<&'r ErrorView>>,
}

impl<'r> Indexed<'r> {
    fn new(given: &'r Given) -> Self {
        let Given { file, report } = given;
        let seals: HashMap<&str, &SealView> =
            report.seals.iter().map(|seal| (&*seal.name, seal)).collect();
        let mut errors: HashMap<Option<&str>, Vec<&ErrorView>> = HashMap::new();
        // What is authorised is worked out where reports are merged.
        for error in report.errors.iter().filter(|error| !error.refusal) {
            // An error about a seal that the report does not judge concerns all.
            let seal = error.seal.as_deref().filter(|name| seals.contains_key(name));
            errors.entry(seal).or_default().push(error);
        }
        Self { file, report, seals, errors }
    }
}

/// A seal that a report is demanded of.
#[derive(Debug, Clone, Copy)]
pub struct Demanded<'a> {
    /// Its name.
    pub name: &'a str,
    /// The seal and its digest, or what is wrong with it.
    pub seal: Result<(&'a Seal, Digest), &'a Problem>,
}

/// What came of the reports.
#[derive(Debug, Default)]
pub struct Merged {
    /// One for each seal, by name; nothing is said yet of what became of it since a base.
    pub judgements: Vec<SealResult>,
    /// What kept something from being judged.
    pub problems: Vec<Problem>,
    /// What is worth knowing.
    pub notices: Vec<Notice>,
    stated: Vec<SealRef>,
}

/// The verdicts that one report states, and those that follow from it.
#[derive(Debug)]
struct SealRef {
    file: String,
    all: Verdict,
    /// Whether nothing else is wrong with it.
    sound: bool,
    seals: Vec<StatedSeal>,
}

#[derive(Debug)]
struct StatedSeal {
    name: String,
    verdict: Verdict,
    /// Where what became of the seal since the base is allowed, and where it is not.
    follows: [Verdict; 2],
}

/// Merges what the reports `given`, which are of one commit, say of the seals that are `demanded`. `place` is
/// where a directory is that a report names.
#[must_use]
pub fn merge(
    given: &[Given],
    demanded: &[Demanded<'_>],
    seal_source: &Source,
    place: &dyn Fn(&str) -> PathBuf,
) -> Merged {
    let reports: Vec<Indexed<'_>> = given.iter().map(Indexed::new).collect();
    let reports = &reports[..];
    // Where the reports do not belong together, what else is known is reported, and nothing is judged.
    let refused = |mut problems: Vec<Problem>| {
        problems.extend(demanded.iter().filter_map(|seal| seal.seal.err()).cloned());
        problems.extend(reports.iter().flat_map(share::all_carried));
        Merged { problems, ..Merged::default() }
    };
    let groups = match groups::of(reports, demanded) {
        Ok(groups) => groups,
        Err(problems) => return refused(problems),
    };
    let mut merged = Merged::default();
    let mut parts: BTreeMap<&str, Vec<Part>> = BTreeMap::new();
    let mut problems: Vec<Problem> =
        groups.iter().flat_map(|group| share::of_other_seals(reports, group)).collect();
    if !problems.is_empty() {
        return refused(problems);
    }
    for group in &groups {
        let seals: Vec<&Seal> =
            group.seals.iter().filter_map(|seal| Some(seal.seal.ok()?.0)).collect();
        let assignment = group.count.map(|count| Assignment::of(&seals, count));
        let taking = |seal: &&Seal| {
            let parts = assignment.as_ref().map(|assignment| assignment.parts(seal));
            parts.unwrap_or_else(|| vec![share::everything(seal)])
        };
        let takings: BTreeMap<&str, Vec<Taking>> =
            seals.iter().map(|seal| (seal.name.as_str(), taking(seal))).collect();
        if assignment.is_some() {
            problems.extend(share::misassigned(reports, group, &takings));
        }
        for seal in &group.seals {
            let taking = takings.get(seal.name).map_or(&[][..], |parts| parts);
            // Each report has one, in the order of the group.
            let read = share::parts(reports, group, seal, assignment.as_ref(), taking);
            parts.entry(seal.name).or_default().extend(read);
        }
    }
    if !problems.is_empty() {
        return refused(problems);
    }
    merged.stated = stated(reports, &parts);
    for seal in demanded {
        let parts = parts.remove(seal.name).unwrap_or_default();
        let (judgement, notice) = join::join(seal, parts, seal_source, place);
        merged.judgements.push(judgement);
        merged.notices.extend(notice);
    }
    merged.problems.extend(reports.iter().flat_map(errors_of_all));
    merged.notices.extend(heads::notices(given));
    merged
}

/// What `reports` tell of what is not authorised. Whoever merges asks the policy again; where it refuses
/// nothing and they do, they were made by another clock or another policy.
#[must_use]
pub fn refusals(reports: &[Given]) -> Vec<Problem> {
    reports.iter().flat_map(share::refusals).collect()
}

/// The errors that a report tells of no seal that it judges.
fn errors_of_all(given: &Indexed<'_>) -> Vec<Problem> {
    let nothing = given.report.seals.is_empty() && given.report.errors.is_empty();
    let nothing = nothing.then(|| inconsistent(given.file, "it speaks of no seal"));
    share::carried(given, None).into_iter().chain(nothing).collect()
}

/// What each of `reports` states, beside the parts that were read of it.
fn stated(reports: &[Indexed<'_>], parts: &BTreeMap<&str, Vec<Part>>) -> Vec<SealRef> {
    let mut of_report: Vec<HashMap<&str, &Part>> = reports.iter().map(|_| HashMap::new()).collect();
    for (name, parts) in parts {
        for part in parts {
            of_report[part.report].insert(name, part);
        }
    }
    reports.iter().zip(of_report).map(|(given, parts)| SealRef::new(given, &parts)).collect()
}

impl Merged {
    /// The reports whose verdicts do not follow from what they say, once the judgements know what
    /// became of their seals since `base`. Nothing is said of those with which something else is wrong.
    #[must_use]
    pub fn contradictions(&self, base: Option<&Base>) -> Vec<Problem> {
        let refused =
            |judgement: &&SealResult| judgement.reseal.as_ref().is_some_and(|r| !r.allowed);
        let refused: HashSet<&str> =
            self.judgements.iter().filter(refused).map(|judgement| &*judgement.name).collect();
        let allowed = |name: &str| !refused.contains(name);
        let hidden = base.is_some_and(|base| base.deleted.iter().any(|seal| !seal.allowed));
        self.stated.iter().filter_map(|stated| stated.contradiction(&allowed, hidden)).collect()
    }
}

impl SealRef {
    fn new(given: &Indexed<'_>, parts: &HashMap<&str, &Part>) -> Self {
        let Indexed { file, report, .. } = given;
        let (mut seals, mut sound) = (Vec::new(), report.errors.is_empty());
        for seal in &report.seals {
            let part = parts.get(&*seal.name);
            let Some(part) = part.filter(|part| part.judgement.problems.is_empty()) else {
                sound = false;
                continue;
            };
            let follows = [true, false].map(|allowed| part.judgement.verdict_where(allowed));
            seals.push(StatedSeal { name: seal.name.clone(), verdict: seal.verdict, follows });
        }
        Self { file: (*file).to_owned(), all: report.verdict, sound, seals }
    }

    fn contradiction(&self, allowed: &dyn Fn(&str) -> bool, hidden: bool) -> Option<Problem> {
        let mut heaviest = None;
        for seal in &self.seals {
            let [passing, failing] = seal.follows;
            let follows = if allowed(&seal.name) { passing } else { failing };
            heaviest = heaviest.max(Some(follows));
            if seal.verdict != follows {
                return Some(self.problem(seal.verdict, follows).seal(&*seal.name));
            }
        }
        let follows = heaviest.unwrap_or(Verdict::Error);
        // Where only some seals were selected, a seal that is gone may not have been one of them.
        let or_hidden = if hidden { follows.max(Verdict::Fail) } else { follows };
        (self.sound && self.all != follows && self.all != or_hidden)
            .then(|| self.problem(self.all, follows))
    }

    fn problem(&self, stated: Verdict, follows: Verdict) -> Problem {
        let (stated, follows) = (stated.code(), follows.code());
        let message = format!("it says {stated}, and {follows} follows from what it found");
        inconsistent(&self.file, message)
    }
}

/// A report that no check can have written.
fn inconsistent(file: &str, message: impl Into<String>) -> Problem {
    Problem::new("report-inconsistent", message)
        .file(file)
        .remedy("take the report as `sealgate check --report json=FILE` wrote it, or check again")
}
