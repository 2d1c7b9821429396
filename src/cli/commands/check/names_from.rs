//! `check --names-from`: the names of the seals come from a list, a line each.

use std::io::{self, Read as _};
use std::path::Path;
use std::time::Duration;

use sealgate_core::compare::verdict::Verdict;
use sealgate_core::text::problem::{Problem, in_words};
use sealgate_scan::read_named;

use super::places::report_files;
use super::range::{self, Range};
use super::sources::open_commits;
use super::{Context, Outcome};
use crate::cli::args::CheckArgs;
use crate::report::{Notice, Report};

/// The longest list, in bytes.
const LONGEST: u64 = 16 << 20;

/// Where the list is on standard input.
const STDIN: &str = "-";

/// The names in the list `file`. Blank lines name nothing.
///
/// # Errors
///
/// The list cannot be read, is over the limit, or is not UTF-8.
pub(super) fn read(file: &Path, context: &Context) -> Result<Vec<String>, Problem> {
    let problem = |why: String| {
        Problem::new("usage", format!("--names-from {}: {why}", file.display()))
            .remedy("give a list of names, one a line: in a file, or on standard input with -")
    };
    let bytes = if file == Path::new(STDIN) {
        from_stdin().map_err(problem)?
    } else {
        read_named(&context.path(file), LONGEST).map_err(|fault| problem(fault.to_string()))?
    };
    let text = String::from_utf8(bytes).map_err(|_| problem("it is not UTF-8".to_owned()))?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    Ok(lines.map(str::to_owned).collect())
}

fn from_stdin() -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let mut input = io::stdin().lock().take(LONGEST + 1);
    input.read_to_end(&mut bytes).map_err(|error| in_words(&error))?;
    if bytes.len() as u64 > LONGEST {
        return Err(format!("it is longer than {LONGEST} bytes"));
    }
    Ok(bytes)
}

/// Refuses revisions and a directory that cannot be found: with names, each would be an error.
fn refuse_what_is_not_there(arguments: &CheckArgs, context: &Context) -> Result<(), Vec<Problem>> {
    match arguments.rev.as_deref().and_then(Range::of) {
        Some(given) => range::find(given?, arguments, context)?,
        None => drop(open_commits(arguments, context)?),
    }
    let Some(at) = &arguments.at else { return Ok(()) };
    let found = context.path(at).metadata();
    found.map(drop).map_err(|error| {
        Problem::new("usage", format!("--at {}: {}", at.display(), in_words(&error)))
            .remedy("correct the path")
            .into()
    })
}

/// The answer where the list names nothing: an error, or with `--allow-none` a pass that says so.
pub(super) fn none_named(arguments: &CheckArgs, context: &Context) -> Outcome {
    if !arguments.allow_none {
        let message = "the list of --names-from is empty: nothing was named, and nothing checked";
        return Err(vec![
            Problem::new("none-named", message)
                .remedy("find out why it is empty; if that is legal, say so: --allow-none"),
        ]);
    }
    let files = report_files(&arguments.output.report, context)?;
    refuse_what_is_not_there(arguments, context)?;
    let message =
        "the list of --names-from is empty, which --allow-none lets pass: nothing was checked";
    let notices = vec![Notice::new("nothing-named", message)];
    let report = Report::new(&[], None, &[], notices, Duration::ZERO, &context.invocation);
    let report = Report { verdict: Verdict::Pass, ..report };
    Ok(context.terminal.report(report, arguments.output.format, &files, None))
}
