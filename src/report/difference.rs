//! What `diff` says, for people and as `sealgate-diff/1`.

use std::fmt::Write as _;

use serde::Serialize;

use super::changes::{ChangeView, rows, totals};
use super::json::to_writer;
use super::model::{ErrorView, Tool};
use super::{Verbosity, text};
use crate::inventory::Divergence;
use crate::printable::printable;
use crate::reseal::Change;

/// The differences of one run.
#[derive(Debug)]
pub struct Differences {
    /// The other build, as the user named it; `None` when the seals are what was compared with.
    pub against: Option<String>,
    /// One for each seal that could be compared.
    pub seals: Vec<SealChanges>,
    /// What kept the others from it.
    pub errors: Vec<ErrorView>,
}

/// The differences below one root.
#[derive(Debug)]
pub struct SealChanges {
    /// The seal's name.
    pub name: String,
    /// Its root.
    pub root: String,
    /// What is different, sorted by kind and path.
    pub changes: Vec<Change>,
    /// Where the bytes of some of the changed files begin to differ, by path.
    pub divergences: Vec<(String, Divergence)>,
}

/// For people.
#[must_use]
pub fn human(differences: &Differences, verbosity: Verbosity) -> Vec<u8> {
    let mut said = String::new();
    for seal in &differences.seals {
        let (name, count) = (&seal.name, seal.changes.len());
        let root = printable(seal.root.as_bytes());
        let changes = text::count(count as u64, "entry", "entries");
        // Writing to a string cannot fail.
        let _ = match (&differences.against, count) {
            (None, 0) => writeln!(said, "{name}: {root} is as sealed"),
            (None, _) => writeln!(
                said,
                "{name}: resealing would change {changes}: {}",
                totals(&seal.changes)
            ),
            (Some(build), 0) => {
                writeln!(said, "{name}: {root} and {} are the same", printable(build.as_bytes()))
            }
            (Some(build), _) => writeln!(
                said,
                "{name}: from {root} to {}: {}",
                printable(build.as_bytes()),
                totals(&seal.changes)
            ),
        };
        if verbosity == Verbosity::Quiet {
            continue;
        }
        said.push_str(&rows(&seal.changes, verbosity, "sealgate diff"));
        for (path, divergence) in &seal.divergences {
            said.push_str(&window(path, divergence));
        }
    }
    said.into_bytes()
}

/// Where two files begin to differ, and the bytes around it.
fn window(path: &str, found: &Divergence) -> String {
    let mut said = String::new();
    let Divergence { offset, start, left, right } = found;
    let _ = writeln!(said, "\n  {}: first difference at byte {offset}", printable(path.as_bytes()));
    for (sign, bytes) in [("-", left), ("+", right)] {
        let _ = writeln!(said, "  {sign} {start:>10}  {}", hex_and_text(bytes));
    }
    let before = usize::try_from(offset - start).unwrap_or(0);
    let _ = writeln!(said, "    {:>10}  {:width$}^^", "", "", width = before * 3);
    said
}

fn hex_and_text(bytes: &[u8]) -> String {
    let hex: Vec<_> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let plain = |&byte: &u8| if matches!(byte, 0x20..=0x7e) { char::from(byte) } else { '.' };
    format!("{}  |{}|", hex.join(" "), bytes.iter().map(plain).collect::<String>())
}

/// As `sealgate-diff/1`.
#[must_use]
pub fn json(differences: &Differences) -> Vec<u8> {
    let mut bytes = Vec::new();
    // Writing to memory cannot fail.
    let _ = to_writer(&DifferencesView::new(differences), &mut bytes);
    bytes
}

#[derive(Serialize)]
struct DifferencesView<'a> {
    format: &'static str,
    tool: Tool,
    #[serde(skip_serializing_if = "Option::is_none")]
    against: Option<&'a str>,
    seals: Vec<SealChangesView<'a>>,
    errors: &'a [ErrorView],
}

#[derive(Serialize)]
struct SealChangesView<'a> {
    name: &'a str,
    root: &'a str,
    changes: Vec<DivergingView>,
}

#[derive(Serialize)]
struct DivergingView {
    #[serde(flatten)]
    change: ChangeView,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_difference: Option<u64>,
}

impl<'a> DifferencesView<'a> {
    fn new(differences: &'a Differences) -> Self {
        Self {
            format: "sealgate-diff/1",
            tool: Tool::this(),
            against: differences.against.as_deref(),
            seals: differences.seals.iter().map(SealChangesView::new).collect(),
            errors: &differences.errors,
        }
    }
}

impl<'a> SealChangesView<'a> {
    fn new(seal: &'a SealChanges) -> Self {
        let offset = |path: &str| {
            let found = seal.divergences.iter().find(|(at, _)| at == path);
            found.map(|(_, divergence)| divergence.offset)
        };
        let view = |change: &Change| DivergingView {
            first_difference: offset(&change.path),
            change: ChangeView::new(change),
        };
        Self {
            name: &seal.name,
            root: &seal.root,
            changes: seal.changes.iter().map(view).collect(),
        }
    }
}
