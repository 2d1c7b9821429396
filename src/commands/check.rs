//! `check`: the gate.

use std::path::{Path, PathBuf};
use std::time::Instant;

use super::{Context, Outcome};
use crate::cli::CheckArgs;
use crate::coverage;
use crate::inventory::{Engine, Stage};
use crate::judge::judge;
use crate::output::{ReportFile, lies_in};
use crate::problem::{Problem, in_words};
use crate::progress::Progress;
use crate::report::{Notice, Report, Verbosity};
use crate::repository::{Begun, Contents, select};
use crate::seal::{Root, SealName, loose_header};
use crate::verdict::{Judgement, Source, Verdict, overall};

/// A selected seal, as far as it was read.
type Selected = (SealName, Result<Begun, Problem>);

/// With more seals than these, none stays open while others are judged: descriptors are few.
const MANY: usize = 64;

pub(super) fn run(arguments: &CheckArgs, context: &Context) -> Outcome {
    let started = Instant::now();
    let files = report_files(arguments, context)?;
    let source = source(arguments, context);
    let mut problems = Vec::new();
    let selected = load(arguments, context, &mut problems);
    let mut engine = arguments.reading.engine();
    let protected = protected(arguments, &selected, &source, context)?;
    files.iter().try_for_each(|file| file.guard(&protected)).map_err(one)?;
    if problems.is_empty() {
        // Before there is a directory in the making, which no seal covers.
        problems.extend(uncovered(arguments, &selected, context));
        engine.stage = stage(arguments, &protected, context).map_err(one)?;
    }
    let judgements = judge_all(selected, &source, &engine, context);
    let mut stage = engine.stage.take();
    let staged = publish(stage.as_mut(), &judgements, &mut problems);
    let notices = notices(&judgements);
    let report = Report::new(&judgements, &problems, notices, started.elapsed(), &context.caller);
    let given = arguments.stage.as_ref().map(|path| path.to_string_lossy().into_owned());
    let report = Report { staged: given.filter(|_| staged), ..report };
    let verdict = context.terminal.report(report, arguments.format, &files);
    match stage {
        // It passed, and then a report could not be written.
        Some(stage) if staged && verdict != Verdict::Pass => {
            stage.withdraw().map(|()| verdict).map_err(one)
        }
        _ => Ok(verdict),
    }
}

fn one(problem: Problem) -> Vec<Problem> {
    vec![problem]
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
    let alone = [
        (arguments.at.is_some(), "--at judges by one seal, not by"),
        (arguments.stage.is_some(), "--stage keeps what is under one seal, not"),
    ];
    if let (Some((_, what)), 2..) = (alone.iter().find(|(given, _)| *given), names.len()) {
        problems.push(
            Problem::new("usage", format!("{what} {}", names.len()))
                .remedy("name the seal that is meant"),
        );
        return Vec::new();
    }
    let many = names.len() > MANY;
    let load = |name: SealName| {
        let repository = &context.repository;
        let begun =
            if many { repository.load(&name).map(Begun::from) } else { repository.begin(&name) };
        (name, begun)
    };
    names.into_iter().map(load).collect()
}

/// Where nothing may be written: what is judged, the seals, and git's own directories.
fn protected(
    arguments: &CheckArgs,
    selected: &[Selected],
    source: &Source,
    context: &Context,
) -> Result<Vec<PathBuf>, Vec<Problem>> {
    if arguments.report.is_empty() && arguments.stage.is_none() {
        return Ok(Vec::new());
    }
    let repository = &context.repository;
    let roots: Vec<Root> =
        selected.iter().filter_map(|(_, begun)| root(begun.as_ref().ok()?)).collect();
    let inside = roots.iter().map(Root::as_str).chain([repository.seals().as_str()]);
    let mut protected: Vec<PathBuf> = inside.map(|path| repository.root().join(path)).collect();
    protected.extend(repository.git_directories().map_err(one)?);
    if let Source::Directory { path, .. } = source {
        protected.push(path.clone());
    }
    for place in &mut protected {
        // What does not exist yet holds nothing to overwrite, and keeps its plain name.
        *place = place.canonicalize().unwrap_or_else(|_| place.components().collect());
    }
    Ok(protected)
}

/// Begins the stage, if one is wanted.
fn stage(
    arguments: &CheckArgs,
    protected: &[PathBuf],
    context: &Context,
) -> Result<Option<Stage>, Problem> {
    let Some(given) = &arguments.stage else { return Ok(None) };
    let usage = |why: String| {
        Problem::new("usage", format!("--stage {}: {why}", given.display()))
            .remedy("name a directory that does not exist, in one that does")
    };
    let path = context.path(given);
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let parent = parent.unwrap_or(Path::new(".")).canonicalize();
    let parent = parent.map_err(|error| usage(in_words(&error)))?;
    let name = path.file_name().ok_or_else(|| usage("it names no directory".to_owned()))?;
    let path = parent.join(name);
    match lies_in(&path, protected) {
        Some(why) => Err(usage(why)),
        None => Stage::create(&path).map(Some),
    }
}

/// Puts the stage in its place after a pass; whether it is there.
fn publish(
    stage: Option<&mut Stage>,
    judgements: &[Judgement],
    problems: &mut Vec<Problem>,
) -> bool {
    let Some(stage) = stage.filter(|_| overall(judgements, problems) == Verdict::Pass) else {
        return false;
    };
    let published = stage.publish();
    let staged = published.is_ok();
    problems.extend(published.err());
    staged
}

/// The root that a seal names, as far as it can be made out: that of a broken seal holds approved
/// bytes all the same.
fn root(begun: &Begun) -> Option<Root> {
    match begun {
        Begun::Whole(loaded) if loaded.seal.is_err() => {
            loose_header(&loaded.bytes).ok().map(|header| header.root)
        }
        begun => begun.header().map(|header| header.root.clone()),
    }
}

/// `--require-sealed`: what the selected seals leave out.
fn uncovered(arguments: &CheckArgs, selected: &[Selected], context: &Context) -> Vec<Problem> {
    let headers: Vec<_> =
        selected.iter().filter_map(|(_, begun)| begun.as_ref().ok()?.header()).collect();
    let repository = &context.repository;
    let (root, own) = (repository.root(), repository.seals().as_str());
    let of_glob = |glob: &String| coverage::uncovered(root, own, glob, &headers);
    arguments.require_sealed.iter().flat_map(of_glob).collect()
}

fn judge_all(
    selected: Vec<Selected>,
    source: &Source,
    engine: &Engine,
    context: &Context,
) -> Vec<Judgement> {
    let _progress = Progress::watch(&engine.meter, context.terminal.verbosity != Verbosity::Quiet);
    let judge = |(name, begun): Selected| judge(&context.repository, &name, begun, source, engine);
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
