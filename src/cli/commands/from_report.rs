//! `seal --from-report`: approves what a failing check reported, and nothing else.
//!
//! Every seal is planned, and what it changes is shown, before the first byte is written.

use std::collections::BTreeSet;
use std::io::{self, BufRead as _, IsTerminal as _, Read as _};
use std::path::Path;

use sealgate_core::compare::changes::{ChangeKind, between};
use sealgate_core::compare::verdict::Verdict;
use sealgate_core::seal::{SealName, read};
use sealgate_core::text::escape::printable_str;
use sealgate_core::text::problem::Problem;

use super::ready::{PendingSeal, tell_next, write};
use super::reports;
use super::select::by_place_here;
use super::{Context, Outcome, collect, refuse_in_ci};
use crate::cli::args::{AcceptArgs, SealArgs};
use crate::ops::seal::from_report::{choose, taken};
use crate::ops::seal::refusals::outside_links;
use crate::report::{Report, SealView, accepted, sealed, text};

type Problems = Vec<Problem>;

/// How many paths the question names; the others are counted.
const NAMED: usize = 10;

/// No longer answer is read, in bytes.
const LONGEST_ANSWER: u64 = 1 << 10;

/// What is to be approved.
pub(super) struct Approval<'a> {
    report: &'a Path,
    /// Names, globs and places of seals; none for all that failed.
    names: &'a [String],
    allow_ci: bool,
    allow_outside_links: bool,
}

impl<'a> Approval<'a> {
    /// That of `seal --from-report`.
    pub(super) fn of_seal(arguments: &'a SealArgs, report: &'a Path) -> Self {
        let SealArgs { names, allow_ci, allow_outside_links, .. } = arguments;
        Self { report, names, allow_ci: *allow_ci, allow_outside_links: *allow_outside_links }
    }

    /// That of `accept`.
    pub(super) fn of_accept(arguments: &'a AcceptArgs) -> Self {
        let AcceptArgs { report, names, allow_ci, allow_outside_links } = arguments;
        Self { report, names, allow_ci: *allow_ci, allow_outside_links: *allow_outside_links }
    }
}

pub(super) fn run(approval: &Approval<'_>, context: &Context) -> Outcome {
    refuse_in_ci("sealgate seal --from-report", Some(approval.allow_ci))?;
    let given = approval.report.to_string_lossy();
    let mut room = reports::MAX_BYTES;
    let report = reports::open(&context.path(approval.report), &given, &mut room);
    let report = report?;
    let _lock = context.lock()?;
    let names = match context.repository.contents() {
        Ok(Some(found)) => by_place_here(context, &found.names, approval.names),
        // Reported below.
        _ => approval.names.to_vec(),
    };
    let chosen = choose(&report, &names).map_err(|problems| {
        problems.into_iter().map(|problem| problem.file(&*given)).collect::<Vec<_>>()
    })?;
    let here: BTreeSet<SealName> = context.select(&[])?.into_iter().collect();
    let ready = collect(chosen.into_iter().map(|(name, reported)| {
        if here.contains(&name) {
            return plan(&name, reported, &report, approval, context);
        }
        let message = format!("there is no seal {name} here");
        Err(vec![
            Problem::new("report-refused", message)
                .remedy("go to the repository that the report is about"),
        ])
    }))?;
    let (mut before, mut after) = (Vec::new(), Vec::new());
    let mut unsealed = Vec::new();
    for ready in &ready {
        ready.warn(context);
        let changes = ready.old.as_ref().map(|old| between(old, &ready.seal)).unwrap_or_default();
        let name = ready.seal.name.as_str();
        let verbosity = context.terminal.verbosity;
        let outcome = if ready.changed {
            before.extend(accepted::before(name, &given, &changes, verbosity));
            let added = changes.iter().filter(|change| change.kind == ChangeKind::Added);
            unsealed.extend(added.map(|change| ready.seal.header.root.join(&change.path)));
            sealed::Outcome::Accepted(changes)
        } else {
            sealed::Outcome::Same
        };
        after.extend(ready.tell(outcome, context, verbosity));
    }
    after.extend(tell_next(&ready, context));
    context.terminal.answer(&before)?;
    if !unsealed.is_empty() && io::stdin().is_terminal() {
        ask_for_unsealed(&unsealed, context)?;
    }
    write(&ready, context)?;
    context.terminal.answer(&after)?;
    Ok(Verdict::Pass)
}

/// Asks whether to approve files that no seal had: a report brings whatever lay in the root.
fn ask_for_unsealed(paths: &[String], context: &Context) -> Result<(), Problem> {
    let count = text::count(paths.len(), "path was", "paths were");
    let shown: Vec<_> = paths.iter().map(|path| printable_str(path)).collect();
    let listed = text::listed(&shown, NAMED);
    context.terminal.say(&format!(
        "{count} not sealed before: {listed}. Approve what is new too? Type yes, and Enter:"
    ));
    let mut line = String::new();
    // Without an answer, the answer is no.
    let answered = io::stdin().lock().take(LONGEST_ANSWER).read_line(&mut line).is_ok();
    if answered && line.trim() == "yes" {
        return Ok(());
    }
    Err(Problem::new("new-paths-declined", "nothing was approved: what is new was not wanted")
        .remedy("leave it out with `sealgate seal NAME --exclude PATTERN`, and check again in CI"))
}

/// The seal `name` with what was `reported` of it.
fn plan(
    name: &SealName,
    reported: &SealView,
    report: &Report,
    approval: &Approval<'_>,
    context: &Context,
) -> Result<PendingSeal, Problems> {
    let loaded = context.repository.load(name)?;
    let old = loaded.seal?;
    let seal = taken(reported, &old, loaded.digest, report)?;
    if !approval.allow_outside_links {
        outside_links(&seal, Some(&old)).map_or(Ok(()), Err)?;
    }
    let pending = PendingSeal::edited(seal, old, &loaded.bytes);
    // What is written must be what `check` accepts: every rule, the size limit too.
    read(name, &pending.bytes).map_err(|error| {
        let message = format!("what the report says makes no seal: {error}");
        let remedy = "check again where the bytes are, and take the report of that";
        vec![Problem::new("report-refused", message).seal(name.as_str()).remedy(remedy)]
    })?;
    Ok(pending)
}
