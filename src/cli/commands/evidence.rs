//! `evidence check`: is a file the record of a rehearsal that passed, and what does it state.

use std::fmt::Write as _;
use std::path::Path;

use sealgate_core::approval::evidence::{Record, said, weaknesses};
use sealgate_core::compare::verdict::Verdict;
use sealgate_core::seal::entry::Digest;
use sealgate_core::text::escape::printable_str;
use sealgate_core::text::problem::Problem;

use super::grant_evidence::read_evidence;
use super::{Context, Outcome};
use crate::cli::args::EvidenceCommand;

pub(super) fn run(command: &EvidenceCommand, context: &Context) -> Outcome {
    let EvidenceCommand::Check { files } = command;
    let mut verdict = Verdict::Pass;
    for path in files {
        verdict = verdict.max(checked(path, context)?);
    }
    Ok(verdict)
}

/// Checks one file, and prints what is found.
fn checked(path: &Path, context: &Context) -> Outcome {
    let one = |problem: Problem| vec![problem];
    let file = path.to_string_lossy().into_owned();
    let about = |problem: Problem| one(problem.file(&*file));
    let bytes = read_evidence(path, context)?;
    let record = Record::read(&bytes).map_err(|error| {
        about(
            Problem::new("evidence-not-canonical", error.to_string())
                .remedy("take the file as the rehearsal wrote it"),
        )
    })?;
    let digest = Digest::of(&bytes);
    let name = format!("{digest}.json");
    if path.file_name().is_none_or(|found| found != &*name) {
        let message = format!("a record is named by its digest, and this one is {name}");
        return Err(about(
            Problem::new("evidence-not-canonical", message)
                .remedy("give it that name; if it had another digest before, it was changed"),
        ));
    }
    let weaknesses = weaknesses(&record);
    let worth = if weaknesses.is_empty() { "counts as evidence" } else { "is no evidence" };
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{} {worth}", printable_str(&file));
    text.push_str(&said(&record));
    context.terminal.answer(text.as_bytes())?;
    for problem in &weaknesses {
        context.terminal.deny(&problem.clone().file(&*file));
    }
    Ok(if weaknesses.is_empty() { Verdict::Pass } else { Verdict::Fail })
}
