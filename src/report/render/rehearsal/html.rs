//! The report as one page that needs nothing else: the verdict, a picture of the legs, what breaks each
//! invariant and what to do, then every step.
//!
//! Names in it may be hostile: every text passes `printable` and then the template's own escaping, and a policy
//! lets nothing run and nothing load but the style that stands in the page.

use std::io;

use maud::{DOCTYPE, Markup, html};
use sealgate_core::compare::verdict::Verdict;
use sealgate_core::text::escape::printable_str;

use crate::report::render::html::{head, prose};
use crate::report::v1::ErrorView;
use crate::report::v1::rehearsal::{InvariantView, LegView, RehearsalReport, StepView};
use crate::report::words::rehearsal::{class_note, how, noticed};
use crate::report::words::text;

const STYLE: &str = include_str!("page.css");

/// What the page may do: nothing, save its own style, named by SHA-256 in Base64 (CSP Level 3, section
/// 2.3.1). A test keeps them in step.
const POLICY: &str = "default-src 'none'; \
     style-src 'sha256-LN+eMP8VyNdhXKW+zqLsPitSEiodKM13Hur7qxS53Lc='; \
     base-uri 'none'; form-action 'none'";

/// The most places of one invariant on a page.
const LISTED: usize = 200;

pub(super) fn render(report: &RehearsalReport, sink: &mut dyn io::Write) -> io::Result<()> {
    sink.write_all(page(report).into_string().as_bytes())
}

fn page(report: &RehearsalReport) -> Markup {
    let word = match report.verdict {
        Verdict::Pass => "PROVEN",
        Verdict::Fail | Verdict::Refused => "NOT PROVEN",
        Verdict::Error => "BROKEN OFF",
    };
    let subject = printable_str(report.subject.as_deref().unwrap_or(&report.plan)).into_owned();
    html! {
        (DOCTYPE)
        html lang="en" {
            (head(&format!("{word}: {subject}"), POLICY, STYLE))
            body {
                div class={ "verdict " (report.verdict.code()) } {
                    header {
                        h1 { b { (word) } (subject) }
                        p { (about(report)) }
                    }
                }
                main {
                    (errors(&report.errors))
                    (picture(report))
                    (broken(report))
                    (legs(report))
                    (controls(report))
                    (allowances(report))
                }
                footer {
                    p class="soft" {
                        @if let Some(record) = &report.record {
                            "The record is " code { (printable_str(record)) } ". "
                        }
                        "Written by " (report.tool.name) " " (report.tool.version)
                        ". Evidence is the record; this page is for reading."
                    }
                }
            }
        }
    }
}

fn about(report: &RehearsalReport) -> Markup {
    html! {
        "plan " bdi { (printable_str(&report.plan)) }
        @if let Some(clone) = &report.clone {
            ", on a clone of " bdi { (printable_str(&clone.path)) }
            " (" (text::bytes(clone.bytes)) ", " (printable_str(&clone.system)) ")"
            @if clone.confinement == "none" { ", not confined" }
        }
        ", in " (text::duration_ms(report.elapsed_ms))
    }
}

fn errors(errors: &[ErrorView]) -> Markup {
    html! {
        @for error in errors {
            div class="card broken" {
                p { b { (error.code) } ": " (prose(&error.message)) }
                @if let Some(remedy) = &error.remedy { p { "Next: " (prose(remedy)) } }
            }
        }
    }
}

/// The legs as a row of boxes, each with its moments, and marked by whether it holds.
fn picture(report: &RehearsalReport) -> Markup {
    html! {
        @if !report.legs.is_empty() {
            h2 { "The legs" }
            ol class="legs" {
                @for leg in &report.legs {
                    li class=(state(leg)) {
                        h3 { a href={ "#" (leg.leg) } { (leg.leg) } }
                        ol class="steps" {
                            @for step in &leg.steps { (drawn(step, leg)) }
                        }
                        p class="state" { (in_words(leg)) }
                    }
                }
                @if !report.controls.is_empty() {
                    @let missed = report.controls.iter().filter(|control| !control.caught).count();
                    li class=(if missed == 0 { "held" } else { "broken" }) {
                        h3 { a href="#controls" { "controls" } }
                        ol class="steps" {
                            @for control in &report.controls {
                                li class=(if control.caught { "moment" } else { "moment off" }) {
                                    (control.name)
                                }
                            }
                        }
                        p class="state" {
                            @if missed == 0 { "every fault found" } @else { (missed) " not found" }
                        }
                    }
                }
            }
        }
    }
}

fn state(leg: &LegView) -> &'static str {
    match leg.holds {
        Some(true) => "held",
        Some(false) => "broken",
        None => "open",
    }
}

fn in_words(leg: &LegView) -> Markup {
    let broken = leg.invariants.iter().filter(|invariant| !invariant.holds).count();
    html! {
        @match leg.holds {
            Some(true) if leg.invariants.is_empty() => "measured",
            Some(true) => "holds",
            Some(false) if broken == 0 => "failed",
            Some(false) => { (broken) " of " (text::count(leg.invariants.len(), "invariant", "invariants")) " broken" },
            None => "not judged",
        }
    }
}

/// A step in the picture: a script as an arrow, a moment as a dot.
fn drawn(step: &StepView, leg: &LegView) -> Markup {
    match step {
        StepView::Run { what, exit, .. } => html! {
            li class=(if *exit == 0 { "run" } else { "run off" }) { (what) }
        },
        StepView::Measure { moment, .. } => {
            let differs = |invariant: &&InvariantView| {
                !invariant.holds && invariant.statement.split(' ').next() == Some(moment)
            };
            let wrong = leg.invariants.iter().find(differs);
            html! {
                li class=(if wrong.is_some() { "moment off" } else { "moment" }) {
                    (moment)
                    @if let Some(wrong) = wrong.filter(|wrong| !wrong.places.is_empty()) {
                        " " span class="soft" { (text::count(wrong.places.len() + wrong.left_out, "difference", "differences")) }
                    }
                }
            }
        }
    }
}

/// What is broken, with what to do: before the rest.
fn broken(report: &RehearsalReport) -> Markup {
    let broken =
        report.legs.iter().flat_map(|leg| leg.invariants.iter().map(move |one| (leg, one)));
    let broken: Vec<_> = broken.filter(|(_, invariant)| !invariant.holds).collect();
    html! {
        @if !broken.is_empty() { h2 { "What does not hold" } }
        @for (leg, invariant) in broken {
            div class="card broken" {
                h3 { "In the leg " (leg.leg) ": " (invariant.meaning) }
                p class="soft" { (invariant.name) ": " (invariant.statement) }
                (places(invariant))
                @if !invariant.unharmed.is_empty() {
                    p { "It is not there in " (invariant.unharmed.join(", ")) "." }
                }
                @if let Some(remedy) = &invariant.remedy { p { (prose(remedy)) } }
                @if let Some(allow) = &invariant.allow {
                    pre { @for line in allow.lines() { (printable_str(line)) "\n" } }
                }
            }
        }
    }
}

fn places(invariant: &InvariantView) -> Markup {
    let hidden = invariant.places.len().saturating_sub(LISTED) + invariant.left_out;
    html! {
        @if !invariant.places.is_empty() {
            table {
                tbody {
                    @for place in invariant.places.iter().take(LISTED) {
                        tr {
                            td { span class={ "tag " (place.change) } { (how(invariant.name, place)) } }
                            td class="path" { bdi { (printable_str(&place.path)) } (class_note(place)) }
                        }
                    }
                }
            }
        }
        @if hidden > 0 { p class="soft" { (text::grouped(hidden)) " more are left out here." } }
    }
}

fn legs(report: &RehearsalReport) -> Markup {
    html! {
        @for leg in &report.legs {
            h2 id=(leg.leg) { (leg.leg) }
            p { (leg.doing) }
            @if !leg.invariants.is_empty() {
                ul class="plain" {
                    @for invariant in &leg.invariants {
                        li {
                            span class=(if invariant.holds { "tag held" } else { "tag broken" }) {
                                (if invariant.holds { "holds" } else { "broken" })
                            }
                            " " (invariant.meaning) " " span class="soft" { (invariant.statement) }
                            @if let Some(note) = noticed(invariant) { br; span class="soft" { (prose(&note)) } }
                        }
                    }
                }
            }
            details {
                summary { (text::count(leg.steps.len(), "step", "steps")) }
                table {
                    tbody { @for step in &leg.steps { (row(step)) } }
                }
            }
        }
    }
}

fn row(step: &StepView) -> Markup {
    match step {
        StepView::Run { what, argv, exit, ms, stderr } => html! {
            tr {
                td { (what) }
                td class="path" {
                    (printable_str(&argv.join(" ")))
                    @if !stderr.is_empty() { pre { @for line in stderr.lines() { (printable_str(line)) "\n" } } }
                }
                td { "exit " (exit) ", " (text::duration_ms(*ms)) }
            }
        },
        StepView::Measure { moment, counts } => html! {
            tr {
                td { (moment) }
                td { @for count in counts { (text::grouped(count.count)) " " (count.class) " " } }
                td {}
            }
        },
    }
}

fn controls(report: &RehearsalReport) -> Markup {
    html! {
        @if !report.controls.is_empty() {
            h2 id="controls" { "controls" }
            p { "Faults are made on purpose. Each must be found, and named exactly." }
            ul class="plain" {
                @for control in &report.controls {
                    li {
                        span class=(if control.caught { "tag held" } else { "tag broken" }) {
                            (if control.caught { "found" } else { "not found" })
                        }
                        " " (control.name)
                    }
                }
            }
        }
    }
}

fn allowances(report: &RehearsalReport) -> Markup {
    html! {
        @if !report.allowances.is_empty() {
            h2 { "What the plan allows" }
            table {
                tbody {
                    @for allowance in &report.allowances {
                        tr {
                            td { (allowance.what) }
                            td class="path" { bdi { (printable_str(&allowance.path)) } }
                            td { (prose(&allowance.reason)) }
                            td { @if let Some(used) = allowance.used { "used " (text::count(used, "time", "times")) } }
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::render::html::style_hash;

    #[test]
    fn the_policy_lets_nothing_but_this_style_count() {
        let hash = style_hash(STYLE);
        assert!(POLICY.contains(&format!("style-src {hash};")), "{hash}");
        assert!(POLICY.starts_with("default-src 'none'; ") && !POLICY.contains("unsafe"));
        assert!(!STYLE.contains('\r') && !STYLE.contains("</"));
    }
}
