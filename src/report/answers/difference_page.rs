//! What `diff` says, as Markdown for the page of a change request: totals first, then what seals
//! cover, then the entries, folded. A cut takes the entries first, and is told.

use sealgate_core::compare::changes::{Change, ChangeKind};

use crate::report::answers::changed::{Differences, SealChanges, Since};
use crate::report::answers::since::{State, states};
use crate::report::v1::ScopeView;
use crate::report::words::changes::{Names, Sum, what};
use crate::report::words::markdown::{Page, code};
use crate::report::words::text;

/// How much of the page, in hundredths, each part and all before it may fill.
const TO_TOTALS: usize = 40;
const TO_SCOPE: usize = 70;
const TO_ENTRIES: usize = 100;

/// As Markdown.
#[must_use]
pub fn markdown(differences: &Differences) -> Vec<u8> {
    let mut page = Page::default();
    let differing: Vec<_> = differences.seals.iter().filter(|seal| seal.differ()).collect();
    page.close(&format!("### {}\n", title(differences)));
    errors(&mut page, differences);
    totals(&mut page, &differing);
    scope(&mut page, &differing);
    let mut hidden = 0;
    for seal in &differing {
        hidden += entries(&mut page, seal);
    }
    if hidden > 0 {
        let all: usize = differing.iter().map(|seal| seal.changes.len()).sum();
        let command = differences.since.as_ref().map(Since::command);
        let command = command.unwrap_or_else(|| "sealgate diff".to_owned());
        page.close(&format!(
            "\n**Cut here: {} of {} changes are not shown.** All of them: {}\n",
            text::grouped(hidden),
            text::grouped(all),
            code(&format!("{command} -v")),
        ));
    }
    page.into_bytes()
}

fn title(differences: &Differences) -> String {
    let differing = differences.seals.iter().any(SealChanges::differ);
    match (&differences.since, &differences.against) {
        (Some(since), _) => {
            format!("Seals {}: {}", since.words(Names::Code), states(&differences.seals))
        }
        (None, Some(build)) if differing => format!("What is different in {}", code(build)),
        (None, Some(build)) => format!("Nothing is different in {}", code(build)),
        (None, None) if differing => "What resealing would change".to_owned(),
        (None, None) => "Everything is as sealed".to_owned(),
    }
}

/// What could not be compared.
fn errors(page: &mut Page, differences: &Differences) {
    let lines = differences.errors.iter().map(|error| {
        let seal = error.seal.as_deref().map(|seal| format!("{}, ", code(seal)));
        format!("- **not compared**: {}{}\n", seal.unwrap_or_default(), code(&error.message))
    });
    page.list(&lines.collect::<Vec<_>>(), TO_TOTALS / 2, "errors");
}

/// A row for each seal that is different.
fn totals(page: &mut Page, seals: &[&SealChanges]) {
    if seals.is_empty() {
        return;
    }
    let row = |seal: &&SealChanges| {
        let state = seal.became.as_ref().map_or("", |_| State::of(seal).word());
        let sums = Sum::of_each(&seal.changes).map(|sum| match sum.entries {
            0 => "-".to_owned(),
            _ => sum.words().replacen(&format!(" {}", sum.kind.code()), "", 1),
        });
        format!(
            "| {} | {} | {state} | {} |\n",
            code(&seal.name),
            code(&seal.root),
            sums.join(" | ")
        )
    };
    page.close(
        "\n| seal | root | | added | removed | changed | moved | mode |\n\
         |---|---|---|---|---|---|---|---|\n",
    );
    page.list(&seals.iter().map(row).collect::<Vec<_>>(), TO_TOTALS, "seals");
}

/// Every change of what a seal covers, before any entry.
fn scope(page: &mut Page, seals: &[&SealChanges]) {
    let lines = |seal: &&SealChanges| {
        let name = code(&seal.name);
        let told = seal.scope().iter().flat_map(|scope: &ScopeView| scope.told(Names::Code));
        told.map(|line| format!("- {name}: {line}\n")).collect::<Vec<_>>()
    };
    let lines: Vec<_> = seals.iter().flat_map(lines).collect();
    if !lines.is_empty() {
        page.close("\n**What seals cover changed:**\n\n");
    }
    page.list(&lines, TO_SCOPE, "changes of what seals cover");
}

/// The entries of one seal, a table for each kind of change; how many found no room.
fn entries(page: &mut Page, seal: &SealChanges) -> usize {
    let mut hidden = 0;
    for sum in Sum::of_each(&seal.changes).into_iter().filter(|sum| sum.entries > 0) {
        let head = format!(
            "\n<details><summary>{}: {}</summary>\n\n| path | |\n|---|---|\n",
            html(&seal.name),
            sum.words()
        );
        let open = hidden == 0 && page.add(&head, TO_ENTRIES);
        let mut full = !open;
        for change in of_kind(seal, sum.kind) {
            full = full || !page.add(&row(seal, change), TO_ENTRIES);
            hidden += usize::from(full);
        }
        if open {
            page.close("\n</details>\n");
        }
    }
    hidden
}

fn of_kind(seal: &SealChanges, kind: ChangeKind) -> impl Iterator<Item = &Change> {
    seal.changes.iter().filter(move |change| change.kind == kind)
}

fn row(seal: &SealChanges, change: &Change) -> String {
    let differs = seal.files.get(&change.path).map(|file| match file.in_brief() {
        Some(brief) => format!(", {}", code(&brief)),
        None => format!(", first difference at byte {}", file.divergence.offset),
    });
    let what = what(change, Names::Code);
    format!("| {} | {what}{} |\n", code(&change.path), differs.unwrap_or_default())
}

/// The name of a seal in HTML. One that is legal needs no escaping.
fn html(name: &str) -> String {
    name.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
