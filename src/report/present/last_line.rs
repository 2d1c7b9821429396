//! The last line of human output: the verdict, on what, and how fast.

use anstyle::{AnsiColor, Style};
use sealgate_core::compare::verdict::Verdict;
use sealgate_core::text::escape::printable_str;

use super::{Presentation, scope};
use crate::report::v1::Report;
use crate::report::words::changes::Names;
use crate::report::words::text;

/// The most names of seals in the line.
const NAMES: usize = 8;

/// `PASS  2 seals (generated, release), 14 entries, 1.2 MiB in 3 ms (400 MiB/s)`, without the
/// line end.
pub(crate) fn of(shown: &Presentation) -> String {
    let report = shown.report;
    let (word, style) = heading(report);
    let mut said = trouble(shown);
    let amount = work(shown).join(", ");
    let after_seals = match (&said[..], reseals(shown)) {
        ([], None) => ", ",
        (_, None) => ": ",
        (_, Some(what)) => {
            said.push(if amount.is_empty() { what } else { format!("{what}; {amount}") });
            return format!("{style}{word}{style:#}  {}: {}", seals(shown), said.join(", "));
        }
    };
    said.extend(Some(amount).filter(|amount| !amount.is_empty()));
    let end = if said.is_empty() { "" } else { after_seals };
    format!("{style}{word}{style:#}  {}{end}{}", seals(shown), said.join(", "))
}

/// The first line of a pass although what a seal covers changed: that, and why it passes.
pub(crate) fn scope_change(report: &Report) -> Option<String> {
    let base = scope::passed_since(report)?;
    let (word, style) = heading(report);
    Some(format!("{style}{word}{style:#}  {}", scope::sentence(report, base, Names::Plain)))
}

/// The verdict with what must stand beside it, and how it looks.
fn heading(report: &Report) -> (String, Style) {
    let (word, style) = headword(report.verdict);
    let mut words = vec![word];
    words.extend(scope::heading(report));
    words.extend(report.emergencies().next().map(|_| "BREAK-GLASS"));
    (report.extent().beside(words.join(", ")), style)
}

/// How much was judged, and how fast.
fn work(shown: &Presentation) -> Vec<String> {
    if shown.seals.is_empty() {
        return Vec::new();
    }
    let ms = shown.report.elapsed_ms;
    let speed = text::speed(shown.bytes, ms).map_or(String::new(), |speed| format!(" ({speed})"));
    vec![
        text::count(shown.entries, "entry", "entries"),
        format!("{} in {}{speed}", text::bytes(shown.bytes), text::duration_ms(ms)),
    ]
}

/// The word for `verdict`, and how it looks.
pub(crate) fn headword(verdict: Verdict) -> (&'static str, Style) {
    let (word, colour) = match verdict {
        Verdict::Pass => ("PASS", AnsiColor::Green),
        Verdict::Refused => ("REFUSED", AnsiColor::Yellow),
        Verdict::Fail => ("FAIL", AnsiColor::Red),
        Verdict::Error => ("ERROR", AnsiColor::Magenta),
    };
    (word, colour.on_default().bold())
}

/// The seals that were judged, the worst first; with a verdict each where they differ.
fn seals(shown: &Presentation) -> String {
    let seals = &shown.seals;
    if seals.is_empty() {
        return "nothing checked".to_owned();
    }
    let alike = seals.iter().all(|seal| seal.verdict == seals[0].verdict);
    let mut names: Vec<String> = seals
        .iter()
        .take(NAMES)
        .map(|seal| match printable_str(&seal.name) {
            name if alike => name.into_owned(),
            name => format!("{name} {}", seal.verdict.code()),
        })
        .collect();
    if seals.len() > NAMES {
        names.push(format!("and {} more", text::grouped(seals.len() - NAMES)));
    }
    let number = text::count(seals.len(), "seal", "seals");
    format!("{number} ({})", names.join(", "))
}

/// What became of the seals since the base.
fn reseals(shown: &Presentation) -> Option<String> {
    let (report, base) = (shown.report, shown.resealed?);
    let all = || shown.reseals.iter().map(|(_, reseal)| reseal);
    let entries: usize = all().map(|reseal| reseal.entries.len()).sum();
    let scope = all().any(|reseal| !reseal.scope.is_empty()) || !base.deleted.is_empty();
    let refused = all().any(|reseal| !reseal.allowed) || base.deleted.iter().any(|d| !d.allowed);
    let what = text::count(entries, "entry changed", "entries changed");
    let what = if scope { format!("scope changed, {what}") } else { what };
    Some(match (report.verdict, refused) {
        (Verdict::Pass, _) if granted(report) => format!("{what}; granted"),
        (Verdict::Pass, _) => format!("{what}; consistent, not approved"),
        (_, true) => format!("{what}, which --on-reseal {} refuses", base.on_reseal.code()),
        (_, false) => what,
    })
}

/// Whether somebody granted what became of the seals: under a policy one change without a grant would be
/// no pass.
fn granted(report: &Report) -> bool {
    report.notices.iter().any(|notice| notice.code == crate::report::RESEAL_GRANTED)
}

/// Errors and findings, counted.
fn trouble(shown: &Presentation) -> Vec<String> {
    let (report, concerned) = (shown.report, &shown.failing);
    let mut parts = Vec::new();
    parts.extend(text::troubles(&report.errors));
    let findings = || concerned.iter().flat_map(|seal| &seal.findings);
    let unjudged = findings().filter(|finding| finding.kind.is_error()).count();
    if let [first, rest @ ..] = &concerned[..] {
        let count = text::count(shown.findings(), "finding", "findings");
        let place = match rest {
            [] => printable_str(&first.name).into_owned(),
            _ => format!("{} seals", text::grouped(concerned.len())),
        };
        let part = if unjudged == 0 {
            format!("{count} in {place}")
        } else {
            format!("{count} in {place} ({} not judged)", text::grouped(unjudged))
        };
        parts.push(part);
    }
    if report.verdict == Verdict::Error && report.errors.is_empty() && unjudged == 0 {
        parts.push("nothing was judged".to_owned());
    }
    parts
}
