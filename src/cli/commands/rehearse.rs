//! `rehearse`: tries a plan on a clone, and writes the record of what came of it.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sealgate_core::approval::evidence::{MAX_EVIDENCE_BYTES, Record};
use sealgate_core::compare::verdict::Verdict;
use sealgate_core::seal::SealName;
use sealgate_core::seal::entry::Digest;
use sealgate_core::text::problem::{Problem, in_words};
use sealgate_rehearse::confine::{CONFINEMENT, UNCONFINED};
use sealgate_scan::read_named;

use super::check::authority::now;
use super::{Context, Outcome, grant_use};
use crate::cli::args::{RehearseArgs, UseArgs};
use crate::cli::output::ReportFile;
use crate::cli::progress::LegProgress;
use crate::ops::rehearse::{
    About, Clone, Helpers, Leg, Rehearsed, Scratch, SealedPlan, Shared, Subject, bench, broken_off,
    read_plan, record, rehearse, remove_stale, told,
};
use crate::ops::signals::Signals;
use crate::report::rehearsal_view::RehearsalReport;
use crate::report::{ErrorView, Format, rehearsal};
use crate::tree::Loaded;

/// The action whose grant lets a plan be rehearsed for an environment.
const ACTION: &str = "rehearse";

pub(super) fn run(arguments: &RehearseArgs, context: &Context) -> Outcome {
    let Some(environment) = &arguments.environment else { return try_plan(arguments, context) };
    let use_args = UseArgs {
        action: ACTION.to_owned(),
        environment: environment.clone(),
        plan: Some(arguments.plan.clone()),
        base: arguments.base.clone(),
        reference: arguments.reference.clone(),
        ..UseArgs::default()
    };
    grant_use::use_for(&use_args, context, &|| try_plan(arguments, context))
}

fn try_plan(arguments: &RehearseArgs, context: &Context) -> Outcome {
    let began = Instant::now();
    let files = report_files(arguments, context)?;
    let outcome = rehearsed(arguments, context, began);
    let shown = arguments.plan.to_string_lossy();
    let (report, problems) = match outcome {
        Ok((report, problems)) => (report, problems),
        Err(problems) => (broken_off(&shown, &problems, began.elapsed()), problems),
    };
    for file in &files {
        let mut bytes = Vec::new();
        // Writing to memory cannot fail.
        let _ = match file.format() {
            Format::Html => rehearsal::html(&report, &mut bytes),
            _ => rehearsal::json(&report, &mut bytes),
        };
        file.write_bytes(&bytes)?;
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(report.verdict)
}

/// Where reports go.
fn report_files(arguments: &RehearseArgs, context: &Context) -> Result<Vec<ReportFile>, Problem> {
    let mut files = Vec::new();
    for value in &arguments.report {
        let file = ReportFile::parse(value, &context.base)?;
        if !matches!(file.format(), Format::Json | Format::Html) {
            let message = format!("--report {value}: a rehearsal has no report in this format");
            return Err(Problem::new("usage", message).remedy("write json=FILE or html=FILE"));
        }
        files.push(file);
    }
    ReportFile::distinct(&files)?;
    Ok(files)
}

/// Refuses a plan for a seal that is not one of `seals`.
fn refuse_unknown(named: &SealName, seals: &[SealName]) -> Result<(), Problem> {
    if seals.contains(named) {
        return Ok(());
    }
    let seals: Vec<&str> = seals.iter().map(SealName::as_str).collect();
    let message = format!("the plan names the seal {named}, and there is none");
    Err(Problem::new("plan-invalid", message)
        .remedy(format!("correct the plan; the seals here: {}", seals.join(", "))))
}

/// Rehearses, and answers. Gives the report, and what turns its verdict into an error.
fn rehearsed(
    arguments: &RehearseArgs,
    context: &Context,
    began: Instant,
) -> Result<(RehearsalReport, Vec<Problem>), Vec<Problem>> {
    let started = now()?;
    // Caught from here on, so that the copies are removed whatever ends the rehearsal.
    let signals = Signals::catch();
    let given = context.path(&arguments.plan);
    let (plan, bytes) = read_plan(&given)?;
    let above = given.parent().unwrap_or(Path::new("."));
    let names = context.contents()?.names;
    let place = (&*context.base, &*arguments.plan);
    let sealed = SealedPlan::find((&context.repository, &names), place, &plan, &bytes)?;
    refuse_unknown(plan.target.seal(), &names)?;
    let Loaded { seal, digest, .. } = context.repository.load(plan.target.seal())?;
    let seal = seal?;
    let clone = Clone::open(&plan, above, &seal)?;
    let scratch = scratch(arguments, &clone, context)?;
    let program = std::env::current_exe().map_err(|error| {
        let message = format!("this program cannot be found: {}", in_words(&error));
        Problem::new("rehearsal-broken", message).remedy("call sealgate by its path")
    })?;
    let timeout = Duration::from_secs(plan.timeout_seconds.into());
    let is_confined = !arguments.unconfined;
    let helpers = Helpers::new(&scratch, program.clone(), timeout, is_confined, &signals)?;
    let shared = Shared { scratch: &scratch, helpers: &helpers, seal: &seal };
    let bench = bench(shared, &sealed, &clone)?;
    let progress = LegProgress::new(context.terminal);
    let tell = |leg: Leg, step: Option<&str>| match step {
        None => progress.begin(leg.word(), leg.doing()),
        Some(step) => progress.step(step),
    };
    let mut rehearsed = rehearse(&*bench, &plan, &tell)?;
    progress.end();
    rehearsed.failures.extend(clone.change(&plan)?);
    let confinement = if is_confined { CONFINEMENT } else { UNCONFINED };
    let subject = Subject {
        plan: &plan,
        sealed: &sealed,
        surface: (seal.name.to_string(), digest),
        clone: &clone,
        confinement,
        program: digest_of(&program)?,
        started,
        seconds: began.elapsed().as_secs(),
    };
    let file = write(&record(&subject, &rehearsed), arguments, context)?;
    let record =
        file.strip_prefix(context.repository.root()).unwrap_or(&file).display().to_string();
    let about = About {
        plan: (&plan, &sealed.path),
        clone: &clone,
        confinement,
        record: &record,
        copies: arguments.keep.then(|| scratch.path()),
        took: began.elapsed(),
    };
    let report = told(about, &rehearsed, &*bench);
    if rehearsed.seals[0] != digest {
        remark_on_clone(&seal.name, context);
    }
    answer(report, &rehearsed, context)
}

/// Says that the clone is not what was approved: the change may meet something else in production.
fn remark_on_clone(seal: &SealName, context: &Context) {
    let sealgate = context.invocation.sealgate();
    context.terminal.remark(&format!(
        "note: the clone is not what the seal {seal} approves, and what follows holds for the clone alone; if the \
         clone is as production is, approve that first ({sealgate} seal {seal}); else take a new clone"
    ));
}

fn digest_of(program: &Path) -> Result<Digest, Problem> {
    let bytes = read_named(program, u64::MAX).map_err(|fault| {
        Problem::new("rehearsal-broken", format!("{}: {fault}", program.display()))
            .remedy("call sealgate by its path")
    })?;
    Ok(Digest::of(&bytes))
}

/// The directory of the copies; what killed rehearsals left beside it is removed first.
fn scratch(arguments: &RehearseArgs, clone: &Clone, context: &Context) -> Result<Scratch, Problem> {
    let given = arguments.scratch.as_ref();
    let above = given.map_or_else(std::env::temp_dir, |path| context.path(path));
    for stale in remove_stale(&above) {
        let place = stale.display();
        context
            .terminal
            .remark(&format!("removed the copies that a killed rehearsal left: {place}"));
    }
    Scratch::new(&above, clone.bytes, arguments.keep)
}

/// Writes the record under the name that its digest gives it.
fn write(record: &Record, arguments: &RehearseArgs, context: &Context) -> Result<PathBuf, Problem> {
    let text = record.to_text();
    let seals = context.repository.root().join(context.repository.seals().as_str());
    let directory =
        arguments.record.as_ref().map_or(seals.join("evidence"), |path| context.path(path));
    let file = directory.join(format!("{}.json", Digest::of(text.as_bytes())));
    let problem = |why: String| {
        Problem::new("record-unwritable", format!("{}: {why}", file.display()))
            .remedy("name a directory that can be written: --record DIR")
    };
    if text.len() as u64 > MAX_EVIDENCE_BYTES {
        return Err(problem("the record is too long".to_owned()));
    }
    std::fs::create_dir_all(&directory).map_err(|error| problem(in_words(&error)))?;
    let written = crate::tree::replace::Writer::default().write(&file, text.as_bytes());
    written.map_err(|error| problem(in_words(&error)))?;
    Ok(file)
}

/// Tells what came of it.
fn answer(
    mut report: RehearsalReport,
    rehearsed: &Rehearsed,
    context: &Context,
) -> Result<(RehearsalReport, Vec<Problem>), Vec<Problem>> {
    let verbosity = context.terminal.verbosity;
    for failure in &rehearsed.failures {
        context.terminal.deny(failure);
    }
    let mut text = Vec::new();
    // Writing to memory cannot fail.
    let _ = rehearsal::human(&report, verbosity, &mut text);
    context.terminal.answer(&text)?;
    let Some(problem) = rehearsed.blindness() else { return Ok((report, Vec::new())) };
    report.verdict = Verdict::Error;
    if !report.errors.iter().any(|error| error.code == problem.code) {
        report.errors.push(ErrorView::new(&problem));
    }
    Ok((report, vec![problem]))
}
