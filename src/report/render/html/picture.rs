//! A picture of the tree: sealed bytes by directory, and how much of each is not as sealed.
//!
//! Places and lengths are in hundredths of the picture, so that it fits a phone as well as a wall,
//! and its words keep their size.

use maud::{Markup, html};
use sealgate_core::compare::finding::FindingKind;
use sealgate_core::text::escape::printable_str;

use super::left_out;
use crate::report::assemble::areas::{Marked, Rect, marked, share};
use crate::report::v1::{Report, SealView};
use crate::report::words::{meaning, text};

/// The most seals that are drawn.
const DRAWN: usize = 6;

/// The least part of the picture that an area with findings takes, and of an area that its findings
/// take: what is wrong is seen however small it is.
const LEAST: f64 = 0.012;
const LEAST_PART: f64 = 0.06;

/// Pictures of the seals that can be drawn, those that fail first.
pub(crate) fn picture(report: &Report) -> Markup {
    // One directory as it should be is no picture.
    let told = |seal: &&SealView| {
        seal.areas.len() > 1 || !(seal.areas.is_empty() || seal.findings.is_empty())
    };
    let mut seals: Vec<&SealView> = report.seals.iter().filter(told).collect();
    seals.sort_by_key(|seal| std::cmp::Reverse(seal.verdict));
    html! {
        @if !seals.is_empty() {
            h2 { "The tree" }
            @for seal in seals.iter().take(DRAWN) { (one(seal)) }
            (left_out(seals.len().saturating_sub(DRAWN), "seals"))
        }
    }
}

fn one(seal: &SealView) -> Markup {
    let mut areas = marked(&seal.areas, &seal.findings);
    let total = areas.iter().map(|area| area.bytes).fold(0, u64::saturating_add);
    let weight = |area: &Marked| {
        let part = number(area.bytes) / number(total.max(1));
        if area.findings.is_empty() { part } else { part.max(LEAST) }
    };
    areas.retain(|area| weight(area) > 0.0);
    // What lies together is drawn together; the largest first.
    let top = |area: &Marked| area.path.split('/').next().unwrap_or_default().to_owned();
    let of_top =
        |name: &str| -> f64 { areas.iter().filter(|area| top(area) == name).map(weight).sum() };
    let mut ordered: Vec<(f64, String, f64, &Marked)> =
        areas.iter().map(|area| (of_top(&top(area)), top(area), weight(area), area)).collect();
    ordered.sort_by(|a, b| {
        b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)).then_with(|| b.2.total_cmp(&a.2))
    });
    let weights: Vec<f64> = ordered.iter().map(|(_, _, weight, _)| *weight).collect();
    let mut rects = Vec::new();
    share(&weights, Rect { x: 0.0, y: 0.0, width: 100.0, height: 100.0 }, &mut rects);
    let name = printable_str(&seal.name);
    let root = printable_str(seal.root.as_deref().unwrap_or(&seal.name));
    html! {
        h3 { (name) ": " (text::bytes(total)) " by directory" }
        svg class="tree" role="img" aria-label={ "Bytes of " (name) " by directory" } {
            @for ((_, _, _, area), rect) in ordered.iter().zip(&rects) { (cell(area, *rect, &root)) }
        }
        (legend(&areas))
    }
}

fn cell(area: &Marked, rect: Rect, root: &str) -> Markup {
    let label = match &*area.path {
        "" => root.to_owned(),
        path => printable_str(path).into_owned(),
    };
    let found: u64 = area.findings.values().map(|(number, _)| number).sum();
    let size = match found {
        0 => text::bytes(area.bytes),
        _ => format!("{}, {}", text::bytes(area.bytes), text::count(found, "finding", "findings")),
    };
    let kinds =
        area.findings.iter().map(|(kind, (number, _))| format!("\n{number} {}", kind.code()));
    let title = format!("{label}: {size}{}", kinds.collect::<String>());
    html! {
        svg x=(hundredths(rect.x)) y=(hundredths(rect.y))
            width=(hundredths(rect.width)) height=(hundredths(rect.height)) {
            title { (title) }
            rect width="100%" height="100%" {}
            @for (kind, at, width) in parts(area) {
                rect class=(kind.code()) x=(hundredths(at)) width=(hundredths(width)) height="100%" {}
            }
            rect class="edge" width="100%" height="100%" {}
            foreignObject width="100%" height="100%" {
                div class="label" { span { (label) } span { (size) } }
            }
        }
    }
}

/// How much of an area is not as sealed, by kind: where each part begins and how wide it is, in
/// hundredths.
fn parts(area: &Marked) -> Vec<(FindingKind, f64, f64)> {
    let part = |bytes: u64| (number(bytes) / number(area.bytes.max(1))).clamp(LEAST_PART, 1.0);
    let sum: f64 = area.findings.values().map(|(_, bytes)| part(*bytes)).sum();
    let mut at = 0.0;
    area.findings
        .iter()
        .map(|(kind, (_, bytes))| {
            let width = part(*bytes) / sum.max(1.0) * 100.0;
            let begin = at;
            at += width;
            (*kind, begin, width)
        })
        .collect()
}

fn legend(areas: &[Marked]) -> Markup {
    let met = |kind: &FindingKind| areas.iter().any(|area| area.findings.contains_key(kind));
    html! {
        ul class="legend" {
            li { span class="tag" { "as sealed" } }
            @for kind in FindingKind::ALL.into_iter().filter(met) {
                li { span class={ "tag " (kind.code()) } title=(meaning::of(kind).short) { (kind.code()) } }
            }
        }
    }
}

fn hundredths(part: f64) -> String {
    format!("{part:.2}%")
}

/// Bytes as a weight; what is lost above 2^53 nobody sees.
#[expect(clippy::cast_precision_loss, reason = "a length of a picture")]
fn number(bytes: u64) -> f64 {
    bytes as f64
}
