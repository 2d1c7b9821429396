//! What is wrong, as a table; and what fixes it.

use std::collections::BTreeMap;

use maud::{Markup, html};
use sealgate_core::compare::finding::FindingKind;
use sealgate_core::text::escape::{message, printable_str};

use super::{left_out, prose};
use crate::report::present::issues::{cut_by, place, remarks};
use crate::report::present::{Presentation, TO_COMPARE, to_approve};
use crate::report::v1::{DifferenceView, FindingView, SealView, SideView};
use crate::report::words::{meaning, path, text};

/// The most rows: with more a browser begins to stall.
const ROWS: usize = 2_000;

/// About the most text in them, in bytes.
const LONGEST: usize = 2 << 20;

/// How many of every kind are shown at least.
const OF_EVERY_KIND: usize = 20;

/// The most pieces of advice, and the most seals that are named above it.
const ADVICE: usize = 8;
const SEALS: usize = 20;

/// What to do about the seals that fail, once where there are several: advice by cause, and the
/// command that approves.
pub(super) fn fixes(shown: &Presentation) -> Markup {
    let failing = &shown.failing;
    let names: Vec<_> = failing.iter().take(SEALS).map(|seal| printable_str(&seal.name)).collect();
    let number = text::count(shown.findings(), "finding", "findings");
    html! {
        @if !failing.is_empty() {
            h2 { "What to do" }
            div class="card fail" {
                h3 { (names.join(", ")) ": " (number) }
                (left_out(failing.len().saturating_sub(SEALS), "seals"))
                ul {
                    @for advice in shown.advice.iter().take(ADVICE) {
                        li {
                            b { (advice.label) }
                            @for (number, finding) in advice.first.iter().enumerate() {
                                @if number > 0 { "," } " " bdi { code { (path(finding)) } }
                            }
                            @if advice.hidden() > 0 { " and " (text::grouped(advice.hidden())) " more" }
                            ": " (prose(advice.remedy))
                        }
                    }
                }
                @if let Some(fix) = shown.fix {
                    p { (to_approve(fix)) }
                    @for command in fix.commands() {
                        div class="command" { pre { (message(command)) } }
                    }
                    p class="soft" { (prose(&fix.caution)) }
                    @if !fix.compare.is_empty() { p { (TO_COMPARE) } }
                    @for command in &fix.compare {
                        div class="command" { pre { (message(command)) } }
                    }
                }
            }
        }
    }
}

/// The table of findings, worst first, and what filters it.
pub(super) fn findings(shown: &Presentation) -> Markup {
    let mut all: Vec<(&SealView, &FindingView)> = Vec::new();
    for seal in &shown.failing {
        all.extend(seal.findings.iter().map(|finding| (*seal, finding)));
    }
    if all.is_empty() {
        return html! {};
    }
    let mut kinds: BTreeMap<FindingKind, usize> = BTreeMap::new();
    for (_, finding) in &all {
        *kinds.entry(finding.kind).or_default() += 1;
    }
    let number = all.len();
    let rows = chosen(all);
    html! {
        h2 { "Findings" }
        form id="filter" hidden {
            input type="search" placeholder="Filter by path, cause or remedy" aria-label="Filter";
            div {
                @for (kind, number) in &kinds {
                    label title=(meaning::of(*kind).short) {
                        input type="checkbox" value=(kind.code()) checked;
                        span class={ "tag " (kind.code()) } { (kind.code()) " " (text::grouped(*number)) }
                    }
                }
                span id="count" class="soft" role="status" {}
            }
        }
        table id="findings" {
            thead { tr { th { "Kind" } th { "Path" } th { "What changed, and why" } } }
            tbody { @for (seal, finding) in &rows { (row(seal, finding)) } }
        }
        (left_out(number - rows.len(), "findings"))
    }
}

/// The rows that are shown: some of every kind, then the worst, as many as a browser takes.
fn chosen<'a>(
    mut all: Vec<(&'a SealView, &'a FindingView)>,
) -> Vec<(&'a SealView, &'a FindingView)> {
    // Stable: they come by seal and path.
    all.sort_by_key(|(_, finding)| finding.kind);
    let mut met: BTreeMap<FindingKind, usize> = BTreeMap::new();
    let mut ranked: Vec<_> = all
        .into_iter()
        .map(|(seal, finding)| {
            let number = met.entry(finding.kind).or_default();
            *number += 1;
            (*number > OF_EVERY_KIND, seal, finding)
        })
        .collect();
    ranked.sort_by_key(|(later, ..)| *later);
    let weight = |finding: &FindingView| {
        let detail = finding.detail.as_ref().map_or(0, String::len);
        2 * finding.path.len() + detail + finding.remedy.len()
    };
    let fitting = cut_by(ranked.iter().map(|(.., finding)| weight(finding)), ROWS, LONGEST);
    ranked.truncate(fitting);
    let mut rows: Vec<_> = ranked.into_iter().map(|(_, seal, finding)| (seal, finding)).collect();
    rows.sort_by_key(|(_, finding)| finding.kind);
    rows
}

/// The lines that differ.
fn changed_lines(difference: &DifferenceView) -> Markup {
    let width = difference.number_width();
    html! {
        pre class="lines" {
            @for line in &difference.lines {
                @let class = if line.side == SideView::Sealed { "old" } else { "new" };
                span class=(class) {
                    (format!("{:>width$} {} {}", line.number, line.side.sign(), line.shown()))
                }
                "\n"
            }
            @if let Some(hidden) = difference.hidden() { (hidden) }
        }
    }
}

fn row(seal: &SealView, finding: &FindingView) -> Markup {
    let code = finding.kind.code();
    html! {
        tr data-kind=(code) {
            td { span class={ "tag " (code) } title=(meaning::of(finding.kind).short) { (code) } }
            td {
                bdi class="path" { (place(finding, seal)) }
                div class="soft" {
                    (printable_str(&seal.file))
                    @if let Some(line) = finding.line { ":" (line) }
                }
            }
            td {
                (remarks(finding))
                @if let Some(difference) = &finding.difference { (changed_lines(difference)) }
                details { summary { "What to do" } p { (prose(&finding.remedy)) } }
            }
        }
    }
}
