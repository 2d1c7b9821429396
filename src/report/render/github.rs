//! The report for a log of GitHub Actions: what people read, and then the workflow commands that
//! make annotations of it.
//!
//! The runner keeps ten annotations of a type for each step, so there are at most nine errors and
//! a last one that counts. Each stands at its entry's line in the seal file, which is in the
//! repository where the artifact may not be. Commands and their escaping: the runner's
//! `ActionCommandManager` and the npm package `@actions/core`.

use std::io;

use sealgate_core::compare::verdict::Verdict;
use sealgate_core::text::escape::{message, printable_str};

use crate::report::present::Presentation;
use crate::report::render::human::{self, Screen};
use crate::report::v1::{
    BaseView, DeletedView, DifferenceView, ErrorView, FindingView, Report, ResealView, ScopeView,
    SealView,
};
use crate::report::words::resealed::since;
use crate::report::words::{self, text};

/// The most errors beside the one that counts.
const ERRORS: usize = 9;

/// The most notices.
const NOTICES: usize = 5;

/// The most warnings: changes of scope that pass, each at its line.
const WARNINGS: usize = 10;

/// The longest line of an annotation, in characters: hosts cut a whole one at 4,096.
const LINE: usize = 1200;

/// The longest title, in characters.
const TITLE: usize = 100;

/// Writes a report for people, and its annotations below.
pub(crate) fn render(
    shown: &Presentation,
    screen: Screen,
    sink: &mut dyn io::Write,
) -> io::Result<()> {
    human::render(shown, screen, sink)?;
    for annotation in annotations(shown) {
        writeln!(sink, "{}", annotation.command())?;
    }
    Ok(())
}

/// One workflow command.
struct Annotation {
    /// `error`, `warning` or `notice`.
    level: &'static str,
    /// Where it stands: a file in the repository, and a line in it from 1.
    file: Option<String>,
    line: Option<usize>,
    title: String,
    /// Lines of text.
    lines: Vec<String>,
}

impl Annotation {
    /// The line that the runner reads.
    fn command(&self) -> String {
        let mut properties = Vec::new();
        if let Some(file) = &self.file {
            properties.push(format!("file={}", property(&printable_str(file))));
        }
        if let Some(line) = self.line {
            properties.push(format!("line={line}"));
        }
        properties.push(format!("title={}", property(&cut(&message(&self.title), TITLE))));
        let lines: Vec<_> = self.lines.iter().map(|line| cut(&message(line), LINE)).collect();
        format!("::{} {}::{}", self.level, properties.join(","), data(&lines.join("\n")))
    }
}

fn annotations(shown: &Presentation) -> Vec<Annotation> {
    let report = shown.report;
    let allowed =
        shown.reseals.iter().filter(|(_, reseal)| reseal.allowed && reseal.scope.is_empty());
    let mut notices: Vec<_> =
        allowed.map(|(seal, reseal)| resealed(report, seal, reseal, "notice")).collect();
    notices.extend(report.notices.iter().map(|notice| Annotation {
        level: "notice",
        file: None,
        line: None,
        title: format!("sealgate: {}", notice.code),
        lines: vec![notice.message.clone()],
    }));
    notices.truncate(NOTICES);
    let mut annotations = Vec::new();
    if report.verdict != Verdict::Pass {
        annotations.extend(first_errors(shown));
        annotations.push(total(report, annotations.len(), number_of_errors(shown)));
    }
    annotations.extend(allowed_scope_changes(report).into_iter().take(WARNINGS));
    annotations.extend(notices);
    annotations
}

/// The changes of what seals cover that pass: seals that are gone, and then a warning for each change at
/// its line.
fn allowed_scope_changes(report: &Report) -> Vec<Annotation> {
    let Some(base) = &report.base else { return Vec::new() };
    let allowed = base.deleted.iter().filter(|gone| gone.allowed);
    let mut warnings: Vec<_> = allowed.map(|seal| gone(seal, base, "warning")).collect();
    for seal in &report.seals {
        let reseal = seal.reseal.iter().filter(|reseal| reseal.allowed);
        for change in reseal.flat_map(|reseal| &reseal.scope) {
            warnings.push(Annotation {
                level: "warning",
                file: Some(seal.file.clone()),
                line: Some(seal.line_of(change)),
                title: format!("{}: scope changed {}", printable_str(&seal.name), since(base)),
                lines: change.words(),
            });
        }
    }
    warnings
}

/// A seal that is gone.
fn gone(seal: &DeletedView, base: &BaseView, level: &'static str) -> Annotation {
    Annotation {
        level,
        file: None,
        line: None,
        title: format!("{}: the seal is gone", seal.name),
        lines: vec![format!("{}: nothing covers {} any more", since(base), seal.root)],
    }
}

/// The first errors, the gravest first: what kept the gate from judging, seals that changed against the
/// rule, then findings, one of every kind and cause before the second of any.
fn first_errors(shown: &Presentation) -> Vec<Annotation> {
    let report = shown.report;
    let mut first: Vec<_> = report.errors.iter().take(ERRORS).map(error).collect();
    if let Some(base) = &report.base {
        let refused = base.deleted.iter().filter(|gone| !gone.allowed);
        first.extend(refused.map(|seal| gone(seal, base, "error")));
    }
    first.extend(refused(shown).map(|(seal, reseal)| resealed(report, seal, reseal, "error")));
    let mut findings: Vec<(usize, &SealView, &FindingView)> = Vec::new();
    let mut met = std::collections::BTreeMap::new();
    for seal in &shown.failing {
        for finding in &seal.findings {
            let rank = met.entry((finding.kind, finding.cause)).or_insert(0_usize);
            // What comes later than so many of its sort has no place among the first.
            if *rank < ERRORS {
                findings.push((*rank, seal, finding));
            }
            *rank += 1;
        }
    }
    findings.sort_by_key(|(rank, _, finding)| (*rank > 0, finding.kind, *rank));
    findings.truncate(ERRORS);
    first.extend(findings.into_iter().map(|(_, seal, finding)| of_finding(seal, finding)));
    first.truncate(ERRORS);
    first
}

/// How many errors there are in all.
fn number_of_errors(shown: &Presentation) -> usize {
    let deleted = shown.report.base.iter().flat_map(|base| &base.deleted);
    shown.report.errors.len()
        + deleted.filter(|gone| !gone.allowed).count()
        + refused(shown).count()
        + shown.findings()
}

/// The seals that changed since the base and may not.
fn refused<'s>(shown: &'s Presentation) -> impl Iterator<Item = (&'s SealView, &'s ResealView)> {
    shown.reseals.iter().copied().filter(|(_, reseal)| !reseal.allowed)
}

fn error(error: &ErrorView) -> Annotation {
    let place = error.seal.as_ref().map(|seal| format!(", seal {}", printable_str(seal)));
    let next = error.remedy.as_ref().map(|remedy| format!("next: {remedy}"));
    Annotation {
        level: "error",
        file: error.file.clone(),
        line: error.line,
        title: format!("sealgate: {}{}", error.code, place.unwrap_or_default()),
        lines: std::iter::once(error.message.clone()).chain(next).collect(),
    }
}

fn of_finding(seal: &SealView, finding: &FindingView) -> Annotation {
    let why = [
        Some(words::change(finding)).filter(|change| !change.is_empty()),
        words::cause(finding).map(str::to_owned),
        finding.detail.clone(),
    ];
    let why: Vec<_> = why.into_iter().flatten().collect();
    let colon = if why.is_empty() { "" } else { ": " };
    let path = words::path(finding);
    Annotation {
        level: "error",
        file: Some(seal.file.clone()),
        line: finding.line,
        title: format!("{}: {}", printable_str(&seal.name), finding.kind.code()),
        lines: [format!("{path}{colon}{}", why.join("; "))]
            .into_iter()
            .chain(finding.difference.iter().flat_map(DifferenceView::text_lines))
            .chain([finding.remedy.to_string()])
            .collect(),
    }
}

/// What became of a seal since the base.
fn resealed(
    report: &Report,
    seal: &SealView,
    reseal: &ResealView,
    level: &'static str,
) -> Annotation {
    let name = printable_str(&seal.name);
    let state = if reseal.new { "a new seal" } else { "resealed" };
    let since = report.base.as_ref().map(since).unwrap_or_default();
    let entries = text::count(reseal.entries.len(), "entry", "entries");
    let mut lines: Vec<_> = reseal.scope.iter().flat_map(ScopeView::words).collect();
    lines.push(match (level, reseal.new) {
        ("notice", true) => format!("{entries}; consistent, not approved"),
        ("notice", false) => format!("{entries} changed; consistent, not approved"),
        (_, true) => format!("{entries}, and new seals do not pass here"),
        (_, false) => format!("{entries} changed, and what changed does not pass here"),
    });
    Annotation {
        level,
        file: Some(seal.file.clone()),
        line: None,
        title: format!("{name}: {state} {since}"),
        lines,
    }
}

/// The last error: how many there are.
fn total(report: &Report, shown: usize, all: usize) -> Annotation {
    let words = match (all, all - shown) {
        (0, _) => "nothing was judged".to_owned(),
        (_, 0) => format!("{} above", text::count(all, "error or finding", "errors and findings")),
        (_, hidden) => format!(
            "{} in all, of which {} have no annotation; the log and the summary of the job tell more",
            text::count(all, "error or finding", "errors and findings"),
            text::grouped(hidden),
        ),
    };
    Annotation {
        level: "error",
        file: None,
        line: None,
        title: format!("sealgate: {}", report.verdict.code()),
        lines: vec![words],
    }
}

/// At most `limit` characters of `shown`.
fn cut(shown: &str, limit: usize) -> String {
    match shown.char_indices().nth(limit) {
        None => shown.to_owned(),
        Some((end, _)) => format!("{} ...", &shown[..end]),
    }
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_escaped_as_the_runner_reads_it() {
        let annotation = Annotation {
            level: "error",
            file: Some("se,als/100%:x.toml".to_owned()),
            line: Some(7),
            title: "a: b, 5%".to_owned(),
            lines: vec!["50%0A: a,b".to_owned(), "c\nd".to_owned()],
        };
        assert_eq!(
            annotation.command(),
            "::error file=se%2Cals/100%25%3Ax.toml,line=7,title=a%3A b%2C 5%25\
             ::50%250A: a,b%0Ac\\nd"
        );
    }

    #[test]
    fn a_long_line_is_cut_between_characters() {
        assert_eq!(cut("日本語", 3), "日本語");
        assert_eq!(cut("日本語", 2), "日本 ...");
    }
}
