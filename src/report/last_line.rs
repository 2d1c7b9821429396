//! The last line of human output: the verdict, on what, and how fast.

use anstyle::{AnsiColor, Style};
use sealgate_core::compare::verdict::Verdict;
use sealgate_core::text::escape::printable_str;

use super::text;
use super::v1::{Report, SealView};

/// The most names of seals in the line.
const NAMES: usize = 8;

/// `PASS  2 seals (generated, release), 14 entries, 1.2 MiB in 3 ms (400 MiB/s)`, without the
/// line end.
pub(super) fn of(report: &Report) -> String {
    let (word, style) = headword(report.verdict);
    let resealed = report.base.as_ref().is_some_and(|base| base.resealed);
    let word = if resealed { format!("{word}, RESEALED") } else { word.to_owned() };
    let is_emergency = report.emergencies().next().is_some();
    let word = if is_emergency { format!("{word}, BREAK-GLASS") } else { word };
    let word = report.extent().beside(word);
    let mut said = trouble(report);
    let amount = work(report).join(", ");
    let after_seals = match (&said[..], reseals(report)) {
        ([], None) => ", ",
        (_, None) => ": ",
        (_, Some(what)) => {
            said.push(format!("{what}; {amount}"));
            return format!("{style}{word}{style:#}  {}: {}", seals(report), said.join(", "));
        }
    };
    said.extend(Some(amount).filter(|amount| !amount.is_empty()));
    let end = if said.is_empty() { "" } else { after_seals };
    format!("{style}{word}{style:#}  {}{end}{}", seals(report), said.join(", "))
}

/// How much was judged, and how fast.
fn work(report: &Report) -> Vec<String> {
    if report.seals.is_empty() {
        return Vec::new();
    }
    let sum =
        |part: fn(&SealView) -> u64| report.seals.iter().map(part).fold(0, u64::saturating_add);
    let (entries, bytes, ms) =
        (sum(|seal| seal.checked), sum(|seal| seal.bytes), report.elapsed_ms);
    let speed = text::speed(bytes, ms).map_or(String::new(), |speed| format!(" ({speed})"));
    vec![
        text::count(entries, "entry", "entries"),
        format!("{} in {}{speed}", text::bytes(bytes), text::duration_ms(ms)),
    ]
}

/// The word for `verdict`, and how it looks.
pub(super) fn headword(verdict: Verdict) -> (&'static str, Style) {
    let (word, colour) = match verdict {
        Verdict::Pass => ("PASS", AnsiColor::Green),
        Verdict::Refused => ("REFUSED", AnsiColor::Yellow),
        Verdict::Fail => ("FAIL", AnsiColor::Red),
        Verdict::Error => ("ERROR", AnsiColor::Magenta),
    };
    (word, colour.on_default().bold())
}

/// The seals that were judged, the worst first; with a verdict each where they differ.
fn seals(report: &Report) -> String {
    if report.seals.is_empty() {
        return "nothing checked".to_owned();
    }
    let mut seals: Vec<&SealView> = report.seals.iter().collect();
    seals.sort_by_key(|seal| std::cmp::Reverse(seal.verdict));
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
fn reseals(report: &Report) -> Option<String> {
    let base = report.base.as_ref().filter(|base| base.resealed)?;
    let all = || report.seals.iter().filter_map(|seal| seal.reseal.as_ref());
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
    report.notices.iter().any(|notice| notice.code == super::RESEAL_GRANTED)
}

/// Errors and findings, counted.
fn trouble(report: &Report) -> Vec<String> {
    let mut parts = Vec::new();
    parts.extend(text::troubles(&report.errors));
    let found = |seal: &&SealView| !seal.findings.is_empty();
    let concerned: Vec<&SealView> = report.seals.iter().filter(found).collect();
    let findings = || concerned.iter().flat_map(|seal| &seal.findings);
    let unjudged = findings().filter(|finding| finding.kind.is_error()).count();
    if let [first, rest @ ..] = &concerned[..] {
        let count = text::count(findings().count(), "finding", "findings");
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
