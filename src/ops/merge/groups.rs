//! Which reports speak of which seals: each seal once, as a whole or in all its shares.

use std::collections::{BTreeMap, HashSet};

use sealgate_core::compare::partition::Slice;
use sealgate_core::seal::SealName;
use sealgate_core::text::problem::Problem;

use super::{Demanded, Indexed, inconsistent};
use crate::report::PartitionView;
use crate::report::read::cut;
use crate::report::text::listed;

/// How many seals, or shares, are named.
const NAMED: usize = 8;

/// Reports of one check: one, or one for each of its shares.
pub(super) struct Group<'a> {
    /// How many shares there are, if it was shared out.
    pub(super) count: Option<u16>,
    /// The reports by number, in the order of the shares.
    pub(super) reports: Vec<usize>,
    /// The seals that they all speak of, by name.
    pub(super) seals: Vec<Demanded<'a>>,
}

/// Sorts the reports into groups, in which each of the seals that are `demanded` is there once.
pub(super) fn of<'a>(
    reports: &[Indexed<'_>],
    demanded: &[Demanded<'a>],
) -> Result<Vec<Group<'a>>, Vec<Problem>> {
    let mut problems: Vec<Problem> =
        reports.iter().filter_map(|given| malformed(given).err()).collect();
    let wanted: HashSet<&str> = demanded.iter().map(|seal| seal.name).collect();
    problems.extend(reports.iter().filter_map(|given| surplus(given, &wanted)));
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut holders: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, given) in reports.iter().enumerate() {
        for seal in &given.report.seals {
            holders.entry(&seal.name).or_default().push(at);
        }
    }
    // Seals with the same reports are one group.
    let mut groups: BTreeMap<Vec<usize>, Vec<Demanded<'a>>> = BTreeMap::new();
    for seal in demanded {
        match holders.remove(seal.name) {
            Some(reports) => groups.entry(reports).or_default().push(*seal),
            None => problems.push(not_reported(seal.name)),
        }
    }
    let mut all = Vec::new();
    for (numbers, seals) in groups {
        match group(reports, numbers, seals) {
            Ok(group) => all.push(group),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() { Ok(all) } else { Err(problems) }
}

/// Refuses a share that there cannot be, and seals that no report can have.
fn malformed(given: &Indexed<'_>) -> Result<(), Problem> {
    let refuse = |message: String| Err(inconsistent(given.file, message));
    let mut names: Vec<&str> = given.report.seals.iter().map(|seal| &*seal.name).collect();
    if let Some(name) = names.iter().find(|name| SealName::parse(name).is_none()) {
        return refuse(format!("no seal can have the name {:?}", cut(name)));
    }
    names.sort_unstable();
    if let Some([twice, ..]) = names.windows(2).find(|two| two[0] == two[1]) {
        return refuse(format!("the seal {twice} stands in it twice"));
    }
    if !given.report.only.is_empty() {
        let message = "it is the report of a check of some entries only (check --only)".to_owned();
        return Err(Problem::new("report-partial", message)
            .file(given.file)
            .remedy("give the report of a whole check, or of its shares (check --partition)"));
    }
    if let Some(PartitionView { index, count, .. }) = &given.report.partition
        && Slice::new(*index, *count).is_none()
    {
        return refuse(format!("there is no share slice:{index}/{count}"));
    }
    Ok(())
}

fn surplus(given: &Indexed<'_>, wanted: &HashSet<&str>) -> Option<Problem> {
    let reported = given.report.seals.iter().map(|seal| &*seal.name);
    let surplus: Vec<&str> = reported.filter(|name| !wanted.contains(name)).collect();
    let message = format!("it speaks of seals that nobody asked for: {}", some(&surplus)?);
    Some(
        Problem::new("seal-surplus", message)
            .file(given.file)
            .remedy("merge only reports of the seals that are meant, by --only or without"),
    )
}

fn not_reported(name: &str) -> Problem {
    Problem::new("seal-not-reported", "no report speaks of this seal").seal(name).remedy(
        "add the report of the check that judged it, or narrow what is asked for with --only",
    )
}

/// The reports with these `numbers`, if together they speak of `seals` once.
fn group<'a>(
    reports: &[Indexed<'_>],
    mut numbers: Vec<usize>,
    seals: Vec<Demanded<'a>>,
) -> Result<Group<'a>, Problem> {
    let partition = |at: usize| reports[at].report.partition.as_ref();
    let files: Vec<&str> = numbers.iter().map(|at| reports[*at].file).collect();
    let files = some(&files).unwrap_or_default();
    let problem = |code, message: String, remedy: &str| {
        let about = Problem::new(code, message).remedy(remedy);
        match &seals[..] {
            [only] => about.seal(only.name),
            _ => about,
        }
    };
    let twice = |what: String| {
        let remedy = "merge one report of each seal, or one of each of its shares";
        problem("seal-twice", format!("{what}: {files}"), remedy)
    };
    let shares: Vec<&PartitionView> = numbers.iter().filter_map(|at| partition(*at)).collect();
    let count = match &shares[..] {
        [] if numbers.len() == 1 => return Ok(Group { count: None, reports: numbers, seals }),
        [] => return Err(twice(format!("several reports speak of {}", names(&seals)))),
        [first, ..] => first.count,
    };
    if shares.len() < numbers.len() {
        return Err(twice(format!("{} is there as a whole and in shares", names(&seals))));
    }
    if shares.iter().any(|share| share.count != count) {
        let message = format!("the shares are not of one number: {files}");
        let remedy = "merge the shares of one check, slice:1/N to slice:N/N";
        return Err(problem("share-count-differs", message, remedy));
    }
    if numbers.iter().any(|at| reports[*at].report.seals.len() != seals.len()) {
        let message = format!("the shares are not of the same seals: {files}");
        let remedy = "check the same seals in all shares";
        return Err(problem("share-seals-differ", message, remedy));
    }
    numbers.sort_by_key(|at| partition(*at).map_or(0, |share| share.index));
    let indices: Vec<u16> = numbers.iter().filter_map(|at| Some(partition(*at)?.index)).collect();
    once_each(&indices, count).map_err(|(code, message, remedy)| problem(code, message, remedy))?;
    Ok(Group { count: Some(count), reports: numbers, seals })
}

/// Refuses sorted `indices` that are not those from 1 to `count`: code, message and remedy.
fn once_each(indices: &[u16], count: u16) -> Result<(), (&'static str, String, &'static str)> {
    if let Some([twice, ..]) = indices.windows(2).find(|two| two[0] == two[1]) {
        let message = format!("share {twice} of {count} is there twice");
        return Err(("share-twice", message, "merge the report of each share once"));
    }
    let missing = (1..=count).filter(|index| indices.binary_search(index).is_err());
    let missing: Vec<String> = missing.map(|index| index.to_string()).collect();
    let missing: Vec<&str> = missing.iter().map(|index| &**index).collect();
    match some(&missing) {
        None => Ok(()),
        Some(missing) => {
            let message = format!("of {count} shares these are missing: {missing}");
            let remedy = "add their reports; a share that fails writes one too";
            Err(("share-missing", message, remedy))
        }
    }
}

fn names(seals: &[Demanded<'_>]) -> String {
    let names: Vec<&str> = seals.iter().map(|seal| seal.name).collect();
    some(&names).unwrap_or_default()
}

/// Some of `names` in words; `None` if there are none.
fn some(names: &[&str]) -> Option<String> {
    let names: Vec<String> = names.iter().map(|name| cut(name)).collect();
    (!names.is_empty()).then(|| listed(&names, NAMED))
}
