//! The report for people: leg by leg what holds, what breaks each invariant, what to do, and the verdict last.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use sealgate_core::compare::verdict::Verdict;
use sealgate_core::text::escape::{message, printable_str};

use crate::report::Verbosity;
use crate::report::v1::rehearsal::{InvariantView, PlaceView, RehearsalReport};
use crate::report::words::rehearsal::{class_note, how, noticed};
use crate::report::words::text;

/// How many places that break an invariant are shown.
const SHOWN: usize = 10;

const BOLD: Style = Style::new().bold();
const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default().bold();

/// The column in which the places begin.
const INDENT: &str = "             ";

pub(super) fn render(
    report: &RehearsalReport,
    verbosity: Verbosity,
    sink: &mut dyn Write,
) -> io::Result<()> {
    if verbosity != Verbosity::Quiet {
        for leg in report.legs.iter().filter(|leg| !leg.invariants.is_empty()) {
            writeln!(sink, "{BOLD}{}{BOLD:#}: {}", leg.leg, leg.doing)?;
            for invariant in &leg.invariants {
                one(invariant, verbosity, sink)?;
            }
        }
        controls(report, sink)?;
        for notice in &report.notices {
            writeln!(sink, "notice: {}", message(&notice.message))?;
        }
    }
    let (word, style) = match report.verdict {
        Verdict::Pass => ("PROVEN", GOOD),
        Verdict::Fail | Verdict::Refused => ("NOT PROVEN", BAD),
        Verdict::Error => ("BROKEN OFF", BAD),
    };
    let subject = report.subject.as_deref().unwrap_or(&report.plan);
    writeln!(sink, "{style}{word}{style:#}  {}", printable_str(subject))?;
    if let Some(record) = &report.record {
        writeln!(sink, "  record: {}", printable_str(record))?;
    }
    if let Some(copies) = &report.copies {
        writeln!(sink, "  copies: {}", printable_str(copies))?;
    }
    Ok(())
}

fn one(invariant: &InvariantView, verbosity: Verbosity, sink: &mut dyn Write) -> io::Result<()> {
    let InvariantView { name, statement, meaning, .. } = invariant;
    if invariant.holds {
        writeln!(sink, "  {GOOD}holds{GOOD:#}    {name}: {statement}")?;
    } else {
        let code = invariant.code.map_or(String::new(), |code| format!(" ({code})"));
        writeln!(sink, "  {BAD}BROKEN{BAD:#}   {name}: {statement}: {meaning}{code}")?;
    }
    let most = if verbosity == Verbosity::Verbose { usize::MAX } else { SHOWN };
    let width = invariant.places.iter().take(most).map(|place| how(name, place).len()).max();
    for place in invariant.places.iter().take(most) {
        line(name, place, width.unwrap_or(0), sink)?;
    }
    let hidden = invariant.places.len().saturating_sub(most) + invariant.left_out;
    if hidden > 0 {
        let more = text::grouped(hidden);
        writeln!(sink, "{INDENT}and {more} more: --verbose, or --report json=FILE")?;
    }
    if !invariant.unharmed.is_empty() {
        writeln!(sink, "{INDENT}it is not there in {}", invariant.unharmed.join(", "))?;
    }
    if let Some(note) = noticed(invariant) {
        writeln!(sink, "{INDENT}{}", message(&note))?;
    }
    if let Some(remedy) = &invariant.remedy {
        writeln!(sink, "{INDENT}{}", message(remedy))?;
    }
    if let Some(allow) = &invariant.allow {
        for line in allow.lines() {
            writeln!(sink, "{INDENT}  {}", printable_str(line))?;
        }
    }
    Ok(())
}

fn line(name: &str, place: &PlaceView, width: usize, sink: &mut dyn Write) -> io::Result<()> {
    let path = printable_str(&place.path);
    writeln!(sink, "{INDENT}{:<width$}  {path}{}", how(name, place), class_note(place))
}

fn controls(report: &RehearsalReport, sink: &mut dyn Write) -> io::Result<()> {
    if report.controls.is_empty() {
        return Ok(());
    }
    writeln!(sink, "{BOLD}controls{BOLD:#}: faults were made on purpose")?;
    for control in &report.controls {
        let (word, style) = if control.caught { ("found", GOOD) } else { ("NOT FOUND", BAD) };
        writeln!(sink, "  {style}{word}{style:#}    {}", control.name)?;
    }
    Ok(())
}
