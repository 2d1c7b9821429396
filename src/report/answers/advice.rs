//! What `doctor` says, for people and as `sealgate-doctor/1`.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use sealgate_core::text::escape::{message, printable_str};
use serde::Serialize;

use crate::report::render::json::to_writer;
use crate::report::v1::{ErrorView, Tool};
use crate::report::words::text;
use crate::report::{Screen, Verbosity};

/// How many columns of a line are left free: an indent, and a margin.
const MARGIN: usize = 8;

/// The most seals that the last line names.
const NAMED: usize = 8;

/// One thing that weakens the gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Advice {
    /// The stable kebab-case code.
    pub code: &'static str,
    /// The seal that it concerns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seal: Option<String>,
    /// What there is, in a sentence; names in it are escaped.
    pub what: String,
    /// Why that weakens the gate, in a sentence.
    pub why: &'static str,
    /// Lines for a POSIX shell at the root of the repository that fix it; comments say what only
    /// a person can do.
    pub fix: Vec<String>,
}

/// The answer of one run.
#[derive(Debug)]
pub struct Diagnosis {
    /// In the order of the checks.
    pub advice: Vec<Advice>,
    /// What could not be looked at.
    pub errors: Vec<ErrorView>,
    /// The seals that were looked at.
    pub seals: Vec<String>,
    /// What is in the seals directory and cannot be read as a seal, relative to the repository root.
    pub unread_seals: Vec<String>,
    /// The way from the user to the root of the repository, where that is somewhere else.
    pub way: Option<String>,
}

/// For people.
#[must_use]
pub fn human(diagnosis: &Diagnosis, screen: impl Into<Screen>) -> Vec<u8> {
    let screen = screen.into();
    let verbosity = screen.verbosity;
    let mut said = String::new();
    for advice in &diagnosis.advice {
        said.push_str(&one(advice, screen));
    }
    if !(diagnosis.advice.is_empty() || verbosity == Verbosity::Quiet) {
        said.push('\n');
    }
    let seals = seals_in_words(diagnosis);
    // Writing to a string cannot fail.
    let _ = match (diagnosis.advice.len(), &diagnosis.way) {
        (0, _) if !diagnosis.errors.is_empty() => Ok(()),
        (0, _) => writeln!(said, "nothing to fix: {seals}"),
        (count, None) => {
            writeln!(said, "{} to fix: {seals}", text::count(count, "thing", "things"))
        }
        (count, Some(way)) => writeln!(
            said,
            "{} to fix: {seals}; the commands are for {}",
            text::count(count, "thing", "things"),
            printable_str(way)
        ),
    };
    said.into_bytes()
}

/// Which seals there are, for the last line.
fn seals_in_words(diagnosis: &Diagnosis) -> String {
    let seals = match diagnosis.seals.len() {
        0 if diagnosis.unread_seals.is_empty() => return "no seals".to_owned(),
        0 => "no seal that can be read".to_owned(),
        count => {
            let names = text::listed(&diagnosis.seals, NAMED);
            format!("{} ({names})", text::count(count, "seal", "seals"))
        }
    };
    if diagnosis.unread_seals.is_empty() {
        return seals;
    }
    let files: Vec<_> = diagnosis.unread_seals.iter().map(|file| printable_str(file)).collect();
    format!("{seals}; {} cannot be read ({})", files.len(), files.join(", "))
}

fn one(advice: &Advice, screen: Screen) -> String {
    let style = Style::new().bold().fg_color(Some(AnsiColor::Yellow.into()));
    let mut said = String::new();
    let seal = advice.seal.as_ref().map(|seal| format!("{seal}: ")).unwrap_or_default();
    let what = format!("{seal}{}", message(&advice.what));
    if screen.verbosity == Verbosity::Quiet {
        return format!("{style}{}{style:#}  {what}\n", advice.code);
    }
    let _ = writeln!(said, "{style}{}{style:#}", advice.code);
    for line in
        text::wrap(&format!("{what}. {}", advice.why), screen.columns.saturating_sub(MARGIN))
    {
        let _ = writeln!(said, "  {line}");
    }
    for line in &advice.fix {
        let _ = writeln!(said, "    {}", message(line));
    }
    said
}

/// As `sealgate-doctor/1`.
#[must_use]
pub fn json(diagnosis: &Diagnosis) -> Vec<u8> {
    let view = DiagnosisView {
        format: "sealgate-doctor/1",
        tool: Tool::this(),
        seals: &diagnosis.seals,
        advice: &diagnosis.advice,
        errors: &diagnosis.errors,
    };
    let mut bytes = Vec::new();
    // Writing to memory cannot fail.
    let _ = to_writer(&view, &mut bytes);
    bytes
}

#[derive(Serialize)]
struct DiagnosisView<'a> {
    format: &'static str,
    tool: Tool,
    seals: &'a [String],
    advice: &'a [Advice],
    errors: &'a [ErrorView],
}
