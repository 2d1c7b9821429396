//! From what a report says of a seal to the seal that would have passed. Pure.
//!
//! Nothing is believed but the observed entries, which is what the user asks to have taken: all
//! else in a report must be as it is here, to the byte, or the report is about something else.

use std::collections::{HashMap, HashSet};

use sealgate_core::compare::cause::pointer_length;
use sealgate_core::compare::difference;
use sealgate_core::compare::finding::{Cause, FindingKind};
use sealgate_core::seal::entry::{Digest, Entry};
use sealgate_core::seal::path::EntryPath;
use sealgate_core::seal::{Seal, SealName, SealedEntry};
use sealgate_core::text::problem::Problem;

use crate::ops::seal::draft::keep_modes;
use crate::report::read::{EntryRead, FindingRead, ReportRead, SealRead, cut};
use crate::tree::select;

/// How many refused findings are told; the others are counted.
const TOLD: usize = 10;

const FETCH: &str = "fetch the content where it is built (git lfs pull; in a workflow: lfs: true at \
                     actions/checkout), check again, and accept the report of that";

const AGAIN: &str = "check again where the bytes are, and accept the report of that";

/// What `report` says of the seals that are wanted: those that `patterns` select, or all that
/// failed where there is none.
pub fn choose<'r>(
    report: &'r ReportRead,
    patterns: &[String],
) -> Result<Vec<(SealName, &'r SealRead)>, Vec<Problem>> {
    let refuse =
        |code, message: String, remedy: &str| vec![Problem::new(code, message).remedy(remedy)];
    if let Some(share) = &report.partition {
        // The seal would be another then, and what the other shares found could not be taken.
        let message = format!("it is the report of share {} of {}", share.index, share.count);
        let remedy = "merge the reports of all shares (sealgate merge-reports), and accept that";
        return Err(refuse("report-refused", message, remedy));
    }
    let mut seals: Vec<(SealName, &SealRead)> = Vec::new();
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
        return Err(refuse("report-malformed", message, "accept a report of one check"));
    }
    let names: Vec<_> = seals.iter().map(|(name, _)| name.clone()).collect();
    let selected = select(&names, patterns)?;
    let wanted: HashSet<&str> = selected.iter().map(SealName::as_str).collect();
    let all = patterns.is_empty();
    // An error about a seal that nobody wants to accept hinders nobody.
    let hinders = |seal: Option<&str>| all || seal.is_none_or(|seal| wanted.contains(seal));
    if let Some(error) = report.errors.iter().find(|error| hinders(error.seal.as_deref())) {
        let code = cut(&error.code);
        let message = format!("the report contains an error ({code}), so it is not a judgement");
        return Err(refuse("report-refused", message, &format!("fix that, {AGAIN}")));
    }
    // Without NAME, what passed is not meant.
    seals.retain(|(name, seal)| wanted.contains(name.as_str()) && !(all && seal.verdict == "pass"));
    if seals.is_empty() {
        let message = "no seal failed in it, so there is nothing to accept".to_owned();
        return Err(refuse("report-refused", message, "nothing is to be done"));
    }
    Ok(seals)
}

/// The seal `current`, with `digest`, as it is once everything that `reported` says of it is taken
/// over; `modes` says whether execute bits were seen.
pub fn taken(
    reported: &SealRead,
    current: &Seal,
    digest: Digest,
    modes: bool,
) -> Result<Seal, Vec<Problem>> {
    check_seal(reported, current, digest).map_err(|problem| vec![problem])?;
    let mut edit = Edit { current, modes, old: HashMap::new(), new: HashMap::new() };
    let (mut problems, mut more) = (Vec::new(), 0_usize);
    for finding in &reported.findings {
        if let Err(why) = edit.take(finding) {
            more += usize::from(problems.len() == TOLD);
            if problems.len() < TOLD {
                let path = current.header.root.join(&cut(&finding.path));
                problems.push(refused(current, why.0).file(path).remedy(why.1));
            }
        }
    }
    if more > 0 {
        let message = format!("{more} more of the report's findings cannot be taken");
        problems.push(refused(current, message).remedy(AGAIN));
    }
    if problems.is_empty() { Ok(edit.finish()) } else { Err(problems) }
}

fn refused(seal: &Seal, message: impl Into<String>) -> Problem {
    Problem::new("report-refused", message).seal(seal.name.as_str())
}

/// Refuses a report of a seal that is another here, or that gives nothing to accept.
fn check_seal(reported: &SealRead, current: &Seal, digest: Digest) -> Result<(), Problem> {
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
    if !matches!(&*reported.source.kind, "worktree" | "directory") {
        let kind = cut(&reported.source.kind);
        let message = format!("its bytes came from a {kind}, not from a build");
        return refuse(message, "accept the report of a check where they were built");
    }
    match &*reported.verdict {
        "fail" if !reported.findings.is_empty() => Ok(()),
        "fail" => {
            let message = "it failed for a change of the seal itself: there is nothing to accept";
            refuse(message.to_owned(), "let that change be reviewed: sealgate diff --base REV")
        }
        "pass" => refuse("it passed: there is nothing to accept".to_owned(), "leave it out"),
        verdict => refuse(
            format!("its verdict is {}, and only a fail can be accepted", cut(verdict)),
            AGAIN,
        ),
    }
}

/// Why a finding is not taken, and what to do.
type Refusal = (String, &'static str);

/// The changes of one seal.
struct Edit<'a> {
    current: &'a Seal,
    modes: bool,
    /// What becomes of the entries that there are; `None` for one that goes.
    old: HashMap<EntryPath, Option<Entry>>,
    /// The entries that there were not.
    new: HashMap<EntryPath, Entry>,
}

impl Edit<'_> {
    fn take(&mut self, finding: &FindingRead) -> Result<(), Refusal> {
        let kind = FindingKind::ALL.into_iter().find(|kind| kind.code() == finding.kind);
        let kind =
            kind.ok_or_else(|| again(format!("a finding of the kind {}", cut(&finding.kind))))?;
        if matches!(kind, FindingKind::Unreadable | FindingKind::Unstable | FindingKind::Unsealable)
        {
            let message = format!("it was found {}: no seal can state that", kind.code());
            return Err((message, "fix that where it was found, check again, and accept that"));
        }
        if finding.path_bytes.is_some() {
            return Err(again("its name is not UTF-8, which no seal can hold"));
        }
        let stated = |entry: &Option<_>, what| match entry.as_ref() {
            None => Ok(None),
            Some(entry) => {
                let unclear = || again(format!("what was {what} there makes no entry"));
                EntryRead::entry(entry).map(Some).ok_or_else(unclear)
            }
        };
        let expected = stated(&finding.expected, "sealed")?;
        let observed = stated(&finding.observed, "observed")?;
        if is_pointer(finding, expected.as_ref(), observed.as_ref()) {
            let message = "a Git LFS pointer is there in the place of content".to_owned();
            return Err((message, FETCH));
        }
        match (kind, &finding.from, expected, observed) {
            (FindingKind::Missing | FindingKind::KindChanged, None, Some(old), None) => {
                self.change(&finding.path, &old, None)
            }
            (FindingKind::Unsealed, None, None, Some(new)) => self.add(&finding.path, new),
            (FindingKind::Moved, Some(from), Some(old), Some(new)) => {
                if !matches!(
                    difference(&old, &new, self.modes),
                    None | Some(FindingKind::ModeChanged)
                ) {
                    return Err(again("it is said to be moved, with other bytes"));
                }
                self.change(from, &old, None)?;
                self.add(&finding.path, new)
            }
            (_, None, Some(old), Some(new)) if difference(&old, &new, self.modes) == Some(kind) => {
                self.change(&finding.path, &old, Some(new))
            }
            _ => Err(again(format!("what the report says of it does not make it {}", kind.code()))),
        }
    }

    /// Puts `new` where `old` is sealed, or nothing.
    fn change(&mut self, path: &str, old: &Entry, new: Option<Entry>) -> Result<(), Refusal> {
        let path = legal(path)?;
        if self.current.entry(path.as_bytes()) != Some(old) {
            return Err(again("what the report says was sealed there is not what is sealed"));
        }
        match self.old.insert(path, new) {
            None => Ok(()),
            Some(_) => Err(again("two findings are about this one path")),
        }
    }

    fn add(&mut self, path: &str, new: Entry) -> Result<(), Refusal> {
        let path = legal(path)?;
        let scope = &self.current.header.scope;
        if let Some(pattern) = scope.excludes(path.as_bytes(), new == Entry::Dir) {
            return Err(again(format!("the seal excludes it, by {pattern:?}")));
        }
        if self.current.entry(path.as_bytes()).is_some() {
            return Err(again("it is said not to be sealed, and it is"));
        }
        match self.new.insert(path, new) {
            None => Ok(()),
            Some(_) => Err(again("two findings are about this one path")),
        }
    }

    fn finish(mut self) -> Seal {
        let keep = |sealed: &SealedEntry| match self.old.remove(&sealed.path) {
            None => Some(sealed.clone()),
            Some(entry) => entry.map(|entry| SealedEntry { path: sealed.path.clone(), entry }),
        };
        let mut entries: Vec<_> = self.current.entries.iter().filter_map(keep).collect();
        let new = self.new.into_iter().map(|(path, entry)| SealedEntry { path, entry });
        entries.extend(new);
        entries.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        let mut seal = Seal { entries, ..Seal::clone(self.current) };
        if !self.modes {
            keep_modes(&mut seal, self.current);
        }
        seal
    }
}

/// Whether the report proves that a pointer is there. The same cause stands where a pointer was sealed
/// and its content is there.
fn is_pointer(finding: &FindingRead, expected: Option<&Entry>, observed: Option<&Entry>) -> bool {
    let is_content = |sealed: &Entry| {
        let size = observed.and_then(Entry::size).unwrap_or_default();
        sealed.size() == Some(pointer_length(size))
    };
    finding.cause.as_deref() == Some(Cause::LfsPointer.code()) && !expected.is_some_and(is_content)
}

fn legal(path: &str) -> Result<EntryPath, Refusal> {
    EntryPath::parse(path).map_err(|fault| again(format!("no path of an entry: {fault}")))
}

fn again(message: impl Into<String>) -> Refusal {
    (message.into(), AGAIN)
}
