//! A report as a list of what is wrong, for the formats of code scanners and test runners.
//!
//! These formats have no verdict of their own: whoever reads them takes an empty list for a pass.
//! So a report that is no pass never gives an empty list, whatever made its verdict.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use sealgate_core::compare::verdict::Verdict;
use sealgate_core::text::escape::{message, printable_str};
use sealgate_core::text::hex;

use crate::report::v1::{EntryView, ErrorView, FindingView, Report, SealView};
use crate::report::words::{self, resealed};

/// The code of a change of a seal that may not pass.
pub(crate) const RESEALED: &str = "reseal-not-allowed";

/// The code of a verdict of which the report says no more.
pub(crate) const NOT_PASSED: &str = "not-passed";

/// Where seals are, if no seal tells.
const SEALS: &str = "seals";

/// One thing that is wrong.
#[derive(Debug, Clone)]
pub(crate) struct Issue<'a> {
    /// The stable kebab-case code: a kind of finding, the code of an error, or one of the above.
    pub(crate) code: &'a str,
    /// The name of the seal that it concerns.
    pub(crate) seal: Option<&'a str>,
    /// The finding, if it is one.
    pub(crate) finding: Option<&'a FindingView>,
    /// Whether it kept something from being judged; otherwise the answer is no.
    pub(crate) error: bool,
    /// The file where it is shown, relative to the repository root: a seal file wherever there is one. Not escaped.
    pub(crate) file: Cow<'a, str>,
    /// The line in that file, from 1.
    pub(crate) line: usize,
    /// What is wrong, in one line without a full stop; escaped.
    pub(crate) title: String,
    /// The next step, in sentences or as a command; escaped.
    pub(crate) remedy: Option<Cow<'a, str>>,
    /// What it is, whatever the line: 32 hexadecimal digits, the same from run to run.
    pub(crate) fingerprint: String,
    /// Which one it is of those with the same fingerprint, from 1.
    pub(crate) occurrence: usize,
}

impl Issue<'_> {
    /// All that is to be said, in one line.
    pub(crate) fn text(&self) -> String {
        match &self.remedy {
            Some(remedy) if self.finding.is_some() => format!("{}. {remedy}", self.title),
            Some(remedy) => format!("{}. Next: {remedy}", self.title),
            None => format!("{}.", self.title),
        }
    }

    /// About how many bytes it takes in a report.
    fn weight(&self) -> usize {
        self.title.len() + self.remedy.as_ref().map_or(0, |remedy| remedy.len()) + self.file.len()
    }
}

/// What is wrong, worst first.
#[derive(Debug)]
pub(crate) struct Issues<'a> {
    /// Those that a format may show, and all that are no findings. Empty for a pass, and never else.
    pub(crate) listed: Vec<Issue<'a>>,
    /// How many findings come after them.
    more: usize,
}

/// What is wrong; of findings at most as many as make `most` issues. The others are counted, and not put
/// into words: there may be a hundred thousand of them.
pub(crate) fn of(report: &Report, most: usize) -> Issues<'_> {
    let files = SealFiles::new(report);
    let mut listed: Vec<_> = report.errors.iter().map(|error| of_error(error, &files)).collect();
    listed.extend(of_reseals(report, &files));
    listed.extend(unexplained(report, &listed));
    let mut findings: Vec<(&FindingView, &SealView)> = Vec::new();
    for seal in &report.seals {
        findings.extend(seal.findings.iter().map(|finding| (finding, seal)));
    }
    findings.sort_by_key(|(finding, _)| finding.kind);
    let room = most.saturating_sub(listed.len()).min(findings.len());
    listed.extend(findings[..room].iter().map(|(finding, seal)| of_finding(finding, seal)));
    let mut met: HashMap<String, usize> = HashMap::new();
    for issue in &mut listed {
        let number = met.entry(issue.fingerprint.clone()).or_default();
        *number += 1;
        issue.occurrence = *number;
    }
    Issues { listed, more: findings.len() - room }
}

impl<'a> Issues<'a> {
    /// The first ones, as many as a reader takes: at most `count`, and about `bytes` of text. And how
    /// many are left out. Where there is one, one is given, however long it is.
    pub(crate) fn cut(&self, count: usize, bytes: usize) -> (&[Issue<'a>], usize) {
        let fitting = cut_by(self.listed.iter().map(Issue::weight), count, bytes);
        let fitting = fitting.max(usize::from(!self.listed.is_empty()));
        (&self.listed[..fitting], self.listed.len() - fitting + self.more)
    }
}

/// How many of the first things with these weights fit: at most `count`, together at most `bytes`.
pub(crate) fn cut_by(weights: impl Iterator<Item = usize>, count: usize, bytes: usize) -> usize {
    let mut room = bytes;
    let fits = |weight: &usize| {
        let left = room.checked_sub(*weight);
        room = left.unwrap_or(0);
        left.is_some()
    };
    weights.take(count).take_while(fits).count()
}

/// The path of a finding from the repository root, as it may be shown.
pub(crate) fn place(finding: &FindingView, seal: &SealView) -> String {
    match seal.root.as_deref() {
        None | Some(".") => words::path(finding).into_owned(),
        Some(root) => format!("{}/{}", printable_str(root), words::path(finding)),
    }
}

/// What changed, why, and what else is known, in one line; empty where the kind says it all.
pub(crate) fn remarks(finding: &FindingView) -> String {
    let change = Some(words::change(finding)).filter(|words| !words.is_empty());
    let cause = words::cause(finding).map(str::to_owned);
    let detail = finding.detail.as_deref().map(|detail| message(detail).into_owned());
    let why = cause.into_iter().chain(detail).collect::<Vec<_>>().join(": ");
    change.into_iter().chain(Some(why).filter(|why| !why.is_empty())).collect::<Vec<_>>().join("; ")
}

/// An entry in full: `file, 4 B, blake3 41153e...`.
pub(crate) fn entry(entry: &EntryView) -> String {
    let size = entry.size.map(|size| format!("{size} B"));
    let digest = entry.blake3.as_ref().map(|digest| format!("blake3 {digest}"));
    let target = entry.target.as_deref().map(|target| format!("to {}", printable_str(target)));
    let parts = [Some(entry.kind.to_string()), size, digest, target];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn of_finding<'a>(finding: &'a FindingView, seal: &'a SealView) -> Issue<'a> {
    let (code, place, remarks) = (finding.kind.code(), place(finding, seal), remarks(finding));
    let exact = finding.path_bytes.as_deref().unwrap_or(&finding.path);
    Issue {
        code,
        seal: Some(&seal.name),
        finding: Some(finding),
        error: finding.kind.is_error(),
        file: Cow::Borrowed(&seal.file),
        line: finding.line.unwrap_or(1),
        title: match &remarks[..] {
            "" => format!("{code}: {place}"),
            _ => format!("{code}: {place}: {remarks}"),
        },
        remedy: Some(message(&finding.remedy)),
        fingerprint: fingerprint(&["finding", &seal.name, exact, code]),
        occurrence: 1,
    }
}

fn of_error<'a>(error: &'a ErrorView, files: &SealFiles<'a>) -> Issue<'a> {
    let seal = error.seal.as_deref();
    // What is no path below the repository root cannot be shown there.
    let shown = |file: &&str| !(file.is_empty() || file.starts_with('/') || file.contains('\\'));
    let file = error.file.as_deref();
    let place = match (file, seal) {
        (Some(file), _) => format!("{}: ", printable_str(file)),
        (None, Some(seal)) => format!("seal {}: ", printable_str(seal)),
        (None, None) => String::new(),
    };
    let line = error.line.filter(|_| file.is_some_and(|file| shown(&file)));
    Issue {
        file: file.filter(shown).map_or_else(|| files.of(seal), Cow::Borrowed),
        line: line.unwrap_or(1),
        remedy: error.remedy.as_deref().map(message),
        fingerprint: fingerprint(&[
            "error",
            seal.unwrap_or_default(),
            file.unwrap_or_default(),
            &error.code,
        ]),
        ..plain(&error.code, seal, format!("{}: {place}{}", error.code, stopless(&error.message)))
    }
}

/// What became of the seals since the base and may not pass.
fn of_reseals<'a>(report: &'a Report, files: &SealFiles<'a>) -> Vec<Issue<'a>> {
    let Some(base) = &report.base else { return Vec::new() };
    let refused =
        report.seals.iter().filter(|seal| seal.reseal.as_ref().is_some_and(|r| !r.allowed));
    let changed = refused.map(|seal| (&seal.name, "changed"));
    let deleted = base.deleted.iter().filter(|seal| !seal.allowed);
    let gone = deleted.map(|seal| (&seal.name, "is gone"));
    let issue = |(name, what): (&'_ String, &str)| {
        let since = resealed::since(base);
        let shown = printable_str(name);
        format!(
            "{RESEALED}: the seal {shown} {what} {since}, which --on-reseal {} refuses",
            base.on_reseal.code()
        )
    };
    let all = changed.chain(gone);
    all.map(|(name, what)| Issue {
        file: files.of(Some(name)),
        remedy: base.remedy.as_deref().map(message),
        error: false,
        fingerprint: fingerprint(&["reseal", name, what]),
        ..plain(RESEALED, Some(name), issue((name, what)))
    })
    .collect()
}

/// An issue for each verdict that is no pass and of which neither `issues` nor findings say anything.
fn unexplained<'a>(report: &'a Report, issues: &[Issue<'a>]) -> Vec<Issue<'a>> {
    let mut named: HashSet<&str> = issues.iter().filter_map(|issue| issue.seal).collect();
    let found = report.seals.iter().filter(|seal| !seal.findings.is_empty());
    named.extend(found.map(|seal| &*seal.name));
    let said = |seal: &SealView| named.contains(&*seal.name);
    let silent = report.seals.iter().filter(|seal| seal.verdict != Verdict::Pass && !said(seal));
    let mut more: Vec<_> = silent
        .map(|seal| {
            let (name, verdict) = (printable_str(&seal.name), seal.verdict.code());
            let title = format!("{NOT_PASSED}: the verdict on the seal {name} is {verdict}");
            Issue {
                error: seal.verdict == Verdict::Error,
                file: Cow::Borrowed(&seal.file),
                ..plain(NOT_PASSED, Some(&seal.name), title)
            }
        })
        .collect();
    if report.verdict != Verdict::Pass && issues.is_empty() && named.is_empty() && more.is_empty() {
        let title = format!("{NOT_PASSED}: the verdict is {}", report.verdict.code());
        let error = report.verdict == Verdict::Error;
        let file = SealFiles::new(report).of(None);
        more.push(Issue { error, file, ..plain(NOT_PASSED, None, title) });
    }
    more
}

/// An error of which no more is known.
fn plain<'a>(code: &'a str, seal: Option<&'a str>, title: String) -> Issue<'a> {
    Issue {
        code,
        seal,
        finding: None,
        error: true,
        file: Cow::Borrowed(SEALS),
        line: 1,
        title,
        remedy: None,
        fingerprint: fingerprint(&["error", seal.unwrap_or_default(), "", code]),
        occurrence: 1,
    }
}

/// The files of the seals by name, made once for all issues.
struct SealFiles<'a> {
    by_name: HashMap<&'a str, &'a str>,
    directory: &'a str,
}

impl<'a> SealFiles<'a> {
    fn new(report: &'a Report) -> Self {
        let first = report.seals.first().and_then(|seal| seal.file.rsplit_once('/'));
        let directory = first.map(|(directory, _)| directory).filter(|name| !name.is_empty());
        Self {
            by_name: report.seals.iter().map(|seal| (&*seal.name, &*seal.file)).collect(),
            directory: directory.unwrap_or(SEALS),
        }
    }

    /// The file of a seal; the directory of the seals if there is no seal, or the seal is gone.
    fn of(&self, name: Option<&str>) -> Cow<'a, str> {
        let file = name.and_then(|name| self.by_name.get(name));
        Cow::Borrowed(file.copied().unwrap_or(self.directory))
    }
}

/// A sentence without its full stop, as it may be shown.
fn stopless(text: &str) -> Cow<'_, str> {
    message(text.strip_suffix('.').unwrap_or(text))
}

/// The first 128 bits of the BLAKE3 of `parts`, none of which can run into the next.
fn fingerprint(parts: &[&str]) -> String {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes()).update(part.as_bytes());
    }
    hex::text(&hasher.finalize().as_bytes()[..16])
}
