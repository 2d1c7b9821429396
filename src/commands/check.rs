//! `check`: the gate.

use std::path::PathBuf;
use std::time::Instant;

use super::{Context, Outcome};
use crate::cli::CheckArgs;
use crate::coverage;
use crate::judge::judge;
use crate::output::ReportFile;
use crate::problem::Problem;
use crate::progress::Progress;
use crate::report::{Notice, Report, Verbosity};
use crate::repository::{Contents, Loaded, select};
use crate::seal::{Root, SealName, loose_header};
use crate::verdict::{Judgement, Source};

/// A selected seal, as far as it could be loaded.
type Selected = (SealName, Result<Loaded, Problem>);

pub(super) fn run(arguments: &CheckArgs, context: &Context) -> Outcome {
    let started = Instant::now();
    let files = report_files(arguments, context)?;
    let source = source(arguments, context);
    let mut problems = Vec::new();
    let selected = load(arguments, context, &mut problems);
    guard(&files, &selected, &source, context)?;
    if problems.is_empty() {
        problems.extend(uncovered(arguments, &selected, context));
    }
    let judgements = judge_all(arguments, selected, &source, context);
    let notices = notices(&judgements);
    let report = Report::new(&judgements, &problems, notices, started.elapsed(), &context.caller);
    Ok(context.terminal.report(report, arguments.format, &files))
}

fn report_files(arguments: &CheckArgs, context: &Context) -> Result<Vec<ReportFile>, Vec<Problem>> {
    let parse = |value: &String| ReportFile::parse(value, &context.base);
    let files = arguments.report.iter().map(parse).collect::<Result<Vec<_>, _>>();
    files
        .and_then(|files| ReportFile::distinct(&files).map(|()| files))
        .map_err(|problem| vec![problem])
}

fn source(arguments: &CheckArgs, context: &Context) -> Source {
    arguments.at.as_ref().map_or(Source::Worktree, |at| Source::Directory {
        given: at.to_string_lossy().into_owned(),
        path: context.path(at),
    })
}

/// Loads the selected seals. What is wrong with the selection, or in the seals directory, goes to
/// `problems`; the seals that can be judged are judged all the same.
fn load(arguments: &CheckArgs, context: &Context, problems: &mut Vec<Problem>) -> Vec<Selected> {
    let names = match context.contents() {
        Ok(Contents { names, strays }) => {
            problems.extend(strays);
            select(&names, &arguments.names).unwrap_or_else(|unmatched| {
                problems.extend(unmatched);
                Vec::new()
            })
        }
        Err(problem) => {
            problems.push(problem);
            Vec::new()
        }
    };
    if arguments.at.is_some() && names.len() > 1 {
        problems.push(
            Problem::new("usage", format!("--at judges by one seal, not by {}", names.len()))
                .remedy("name the seal: sealgate check NAME --at DIR"),
        );
        return Vec::new();
    }
    let load = |name: SealName| (name.clone(), context.repository.load(&name));
    names.into_iter().map(load).collect()
}

/// Refuses reports that would be written over what is judged.
fn guard(
    files: &[ReportFile],
    selected: &[Selected],
    source: &Source,
    context: &Context,
) -> Result<(), Vec<Problem>> {
    if files.is_empty() {
        return Ok(());
    }
    let repository = &context.repository;
    let roots = selected.iter().filter_map(|(_, loaded)| root(loaded.as_ref().ok()?));
    let roots: Vec<Root> = roots.collect();
    let inside = roots.iter().map(Root::as_str).chain([repository.seals().as_str()]);
    let mut protected: Vec<PathBuf> = inside.map(|path| repository.root().join(path)).collect();
    protected.extend(repository.git_directories().map_err(|problem| vec![problem])?);
    if let Source::Directory { path, .. } = source {
        protected.push(path.clone());
    }
    for place in &mut protected {
        // What does not exist yet holds nothing to overwrite, and keeps its plain name.
        *place = place.canonicalize().unwrap_or_else(|_| place.components().collect());
    }
    files.iter().try_for_each(|file| file.guard(&protected)).map_err(|problem| vec![problem])
}

/// The root that a seal names, as far as it can be made out: that of a broken seal holds approved
/// bytes all the same.
fn root(loaded: &Loaded) -> Option<Root> {
    match &loaded.seal {
        Ok(seal) => Some(seal.header.root.clone()),
        Err(_) => loose_header(&loaded.bytes).ok().map(|header| header.root),
    }
}

/// `--require-sealed`: what the selected seals leave out.
fn uncovered(arguments: &CheckArgs, selected: &[Selected], context: &Context) -> Vec<Problem> {
    let headers: Vec<_> = selected
        .iter()
        .filter_map(|(_, loaded)| Some(&loaded.as_ref().ok()?.seal.as_ref().ok()?.header))
        .collect();
    let repository = &context.repository;
    let (root, own) = (repository.root(), repository.seals().as_str());
    let of_glob = |glob: &String| coverage::uncovered(root, own, glob, &headers);
    arguments.require_sealed.iter().flat_map(of_glob).collect()
}

fn judge_all(
    arguments: &CheckArgs,
    selected: Vec<Selected>,
    source: &Source,
    context: &Context,
) -> Vec<Judgement> {
    let engine = arguments.reading.engine();
    let _progress = Progress::watch(&engine.meter, context.terminal.verbosity != Verbosity::Quiet);
    let judge =
        |(name, loaded): Selected| judge(&context.repository, &name, loaded, source, &engine);
    selected.into_iter().map(judge).collect()
}

fn notices(judgements: &[Judgement]) -> Vec<Notice> {
    let blind = cfg!(not(unix)) && !judgements.is_empty();
    let notice = Notice {
        code: "modes-not-compared",
        message: "this system has no execute bits: file and exec were taken as one".to_owned(),
    };
    blind.then_some(notice).into_iter().collect()
}
