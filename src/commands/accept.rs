//! `accept`: takes over what a failing check reported, and nothing else.
//!
//! Every seal is planned, and what it changes is told, before the first byte is written.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use super::ready::{Ready, write};
use super::{Context, Outcome, collect, refuse_in_ci};
use crate::accept::{choose, taken};
use crate::cli::AcceptArgs;
use crate::draft::outside_links;
use crate::problem::{Problem, in_words};
use crate::report::accepted;
use crate::report::read::{ReadError, ReportRead, SealRead};
use crate::report::sealed;
use crate::reseal::between;
use crate::seal::{SealName, read, to_bytes};
use crate::verdict::Verdict;

type Problems = Vec<Problem>;

/// A longer report is refused before it is read whole, in bytes.
const MAX_REPORT_BYTES: u64 = 256 << 20;

pub(super) fn run(arguments: &AcceptArgs, context: &Context) -> Outcome {
    refuse_in_ci("sealgate accept", arguments.allow_ci)?;
    let given = arguments.report.to_string_lossy();
    let report = open(&context.path(&arguments.report), &given).map_err(|problem| vec![problem])?;
    let _lock = context.lock()?;
    let chosen = choose(&report, &arguments.names).map_err(|problems| {
        problems.into_iter().map(|problem| problem.file(&*given)).collect::<Vec<_>>()
    })?;
    let here = context.select(&[])?;
    let ready = collect(chosen.into_iter().map(|(name, reported)| {
        if here.contains(&name) {
            return plan(&name, reported, &report, arguments, context);
        }
        let message = format!("there is no seal {name} here");
        Err(vec![
            Problem::new("report-refused", message)
                .remedy("go to the repository that the report is about"),
        ])
    }))?;
    let one = |problem| vec![problem];
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for ready in &ready {
        ready.warn(context);
        let changes = ready.old.as_ref().map(|old| between(old, &ready.seal)).unwrap_or_default();
        let name = ready.seal.name.as_str();
        before.extend(accepted::before(name, &given, &changes, context.terminal.verbosity));
        after.extend(ready.tell(
            sealed::Outcome::Accepted(changes),
            context,
            context.terminal.verbosity,
        ));
    }
    context.terminal.answer(&before).map_err(one)?;
    write(&ready, context)?;
    context.terminal.answer(&after).map_err(one)?;
    Ok(Verdict::Pass)
}

/// Reads the report in the file `path`, which the user named as `given`.
fn open(path: &Path, given: &str) -> Result<ReportRead, Problem> {
    let problem = |code, message: String, remedy: &str| {
        Problem::new(code, message).file(given).remedy(remedy)
    };
    let read = || {
        // Looked at first: a FIFO would be waited for.
        let found = path.metadata()?;
        if !found.is_file() {
            return Err(io::Error::other("it is no regular file"));
        }
        let mut bytes = Vec::new();
        if found.len() <= MAX_REPORT_BYTES {
            File::open(path)?.take(MAX_REPORT_BYTES).read_to_end(&mut bytes)?;
        }
        Ok((found.len(), bytes))
    };
    let (length, bytes) = read().map_err(|error| {
        let remedy = "name the file that `sealgate check --report json=FILE` wrote";
        problem("report-unreadable", in_words(&error), remedy)
    })?;
    if length > MAX_REPORT_BYTES {
        let message = format!("the report is over the limit of {MAX_REPORT_BYTES} bytes");
        let remedy = "check one seal at a time, or take over the build itself and seal that";
        return Err(problem("report-too-large", message, remedy));
    }
    ReportRead::from_json(&bytes).map_err(|error| match &error {
        ReadError::Malformed(_) => {
            let remedy = "name a file that `sealgate check --report json=FILE` wrote";
            problem("report-malformed", error.to_string(), remedy)
        }
        ReadError::Format(_) => {
            let remedy = "use the version of sealgate that wrote it";
            problem("report-format-unknown", error.to_string(), remedy)
        }
    })
}

/// The seal `name` with what was `reported` of it.
fn plan(
    name: &SealName,
    reported: &SealRead,
    report: &ReportRead,
    arguments: &AcceptArgs,
    context: &Context,
) -> Result<Ready, Problems> {
    let one = |problem| vec![problem];
    let loaded = context.repository.load(name).map_err(one)?;
    let old = loaded.seal.map_err(one)?;
    let seal = taken(reported, &old, loaded.digest, report.modes())?;
    if !arguments.allow_outside_links {
        let problems = outside_links(&seal, Some(&old));
        if !problems.is_empty() {
            return Err(problems);
        }
    }
    let bytes = to_bytes(&seal);
    // What is written must be what `check` accepts: every rule, the size limit too.
    read(name, &bytes).map_err(|error| {
        let message = format!("what the report says makes no seal: {error}");
        let remedy = "check again where the bytes are, and accept the report of that";
        vec![Problem::new("report-refused", message).seal(name.as_str()).remedy(remedy)]
    })?;
    let changed = bytes != loaded.bytes;
    Ok(Ready { seal, bytes, old: Some(old), old_was_whole: true, changed })
}
