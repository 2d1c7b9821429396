//! Errors on a terminal.

use std::io::{self, Write};

use sealgate_core::text::escape::{message, printable_str};

use super::human::{ERROR, NEXT, NOTICE};
use crate::report::Verbosity;
use crate::report::v1::ErrorView;
use crate::report::words::text;

/// How many errors that differ only in their file are written one by one.
const ALIKE: usize = 5;

/// Writes errors for people: what is wrong, where, and the next step. Many errors that differ only in
/// their file are one.
pub fn problems(
    errors: &[ErrorView],
    verbosity: Verbosity,
    sink: &mut dyn Write,
) -> io::Result<()> {
    for alike in errors.chunk_by(are_alike) {
        if alike.len() <= ALIKE || verbosity == Verbosity::Verbose {
            alike.iter().try_for_each(|error| problem(error, &place(error), "", sink))?;
            continue;
        }
        let files: Vec<_> =
            alike.iter().filter_map(|error| error.file.as_deref()).map(printable_str).collect();
        let place = format!("{}: ", text::count(files.len(), "file", "files"));
        let named = match verbosity {
            Verbosity::Quiet => String::new(),
            _ => format!(": {}", text::listed(&files, ALIKE)),
        };
        problem(&alike[0], &place, &named, sink)?;
    }
    Ok(())
}

/// Whether two errors differ only in their file.
fn are_alike(one: &ErrorView, other: &ErrorView) -> bool {
    let is_of_file = |error: &ErrorView| error.file.is_some() && error.line.is_none();
    is_of_file(one)
        && is_of_file(other)
        && (&one.code, &one.message, &one.seal, &one.remedy, one.refusal)
            == (&other.code, &other.message, &other.seal, &other.remedy, other.refusal)
}

/// Where an error is, before what it says.
fn place(error: &ErrorView) -> String {
    match (&error.file, error.line, &error.seal) {
        (Some(file), Some(line), _) => format!("{}:{line}: ", printable_str(file)),
        (Some(file), None, _) => format!("{}: ", printable_str(file)),
        (None, _, Some(seal)) => format!("seal {}: ", printable_str(seal)),
        (None, _, None) => String::new(),
    }
}

fn problem(error: &ErrorView, place: &str, named: &str, sink: &mut dyn Write) -> io::Result<()> {
    let (word, style) = if error.refusal { ("refused", NOTICE) } else { ("error", ERROR) };
    writeln!(sink, "{style}{word}:{style:#} {place}{}{named}", message(&error.message))?;
    if let Some(remedy) = &error.remedy {
        writeln!(sink, "  {NEXT}next:{NEXT:#} {}", message(remedy))?;
    }
    Ok(())
}
