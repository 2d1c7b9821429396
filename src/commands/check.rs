//! `check`: the gate.

use std::path::{Path, PathBuf};
use std::time::Instant;

use super::{Context, Outcome};
use crate::cli::CheckArgs;
use crate::coverage;
use crate::inventory::{Engine, Stage};
use crate::judge::{Bytes, Judge};
use crate::output::{ReportFile, lies_in};
use crate::problem::{Problem, in_words};
use crate::progress::Progress;
use crate::report::{Notice, Report, Verbosity};
use crate::repository::{Begun, Contents, Snapshot, select};
use crate::review::Review;
use crate::seal::{Root, SealName, loose_header};
use crate::verdict::{Judgement, Source, Verdict, overall};

/// A selected seal, as far as it was read.
type Selected = (SealName, Result<Begun, Problem>);

/// With more seals than these, none stays open while others are judged: descriptors are few.
const MANY: usize = 64;

/// How many seals a notice names.
const NAMED: usize = 8;

/// The commits that a check reads.
#[derive(Default)]
struct Commits<'a> {
    /// That of the seals, if they are not those of the working tree.
    seals: Option<Snapshot<'a>>,
    /// Whether the bytes are that commit's too.
    and_bytes: bool,
    /// That which the seals are held against.
    base: Option<Snapshot<'a>>,
}

pub(super) fn run(arguments: &CheckArgs, context: &Context) -> Outcome {
    let started = Instant::now();
    let files = report_files(arguments, context)?;
    let mut problems = Vec::new();
    let commits = open_commits(arguments, context).unwrap_or_else(|problem| {
        problems.push(problem);
        None
    });
    // Without the commits that were asked for, nothing can be judged.
    let selected = commits
        .as_ref()
        .map_or_else(Vec::new, |commits| load(arguments, context, commits, &mut problems));
    let commits = commits.unwrap_or_default();
    let review = commits.base.as_ref().map(|base| {
        Review::new(base, &selected, &arguments.names, arguments.on_reseal.unwrap_or_default())
    });
    let review = review.transpose().unwrap_or_else(|problem| {
        problems.push(problem);
        None
    });
    let bytes = bytes(arguments, context, &commits);
    let mut engine = arguments.reading.engine();
    let protected = protected(arguments, &selected, &bytes, context)?;
    files.iter().try_for_each(|file| file.guard(&protected)).map_err(one)?;
    if problems.is_empty() {
        // Before there is a directory in the making, which no seal covers.
        problems.extend(uncovered(arguments, &selected, context));
        engine.stage = stage(arguments, &protected, context).map_err(one)?;
    }
    let mut notices = notices(&selected, &bytes);
    notices.extend(commits.seals.as_ref().filter(|_| !commits.and_bytes).and_then(differing));
    let mut judgements = judge_all(selected, bytes, &commits, &engine, context);
    let base = review.map(|review| review.tell(&mut judgements));
    let verdict = overall(&judgements, base.as_ref(), &problems);
    let mut stage = engine.stage.take();
    let staged = publish(stage.as_mut(), verdict, &mut problems);
    let report = Report::new(
        &judgements,
        base.as_ref(),
        &problems,
        notices,
        started.elapsed(),
        &context.caller,
    );
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

fn open_commits<'a>(
    arguments: &CheckArgs,
    context: &'a Context,
) -> Result<Option<Commits<'a>>, Problem> {
    let open = |revision: &String| Snapshot::open(&context.repository, revision);
    Ok(Some(Commits {
        seals: arguments.rev.as_ref().or(arguments.seals_from.as_ref()).map(open).transpose()?,
        and_bytes: arguments.rev.is_some(),
        base: arguments.base.as_ref().map(open).transpose()?,
    }))
}

fn bytes<'a>(arguments: &CheckArgs, context: &Context, commits: &'a Commits<'a>) -> Bytes<'a> {
    match (&commits.seals, &arguments.at) {
        (Some(commit), _) if commits.and_bytes => Bytes::Commit(commit),
        (_, Some(at)) => {
            Bytes::Directory { given: at.to_string_lossy().into_owned(), path: context.path(at) }
        }
        (_, None) => Bytes::Worktree,
    }
}

/// Loads the selected seals. What is wrong with the selection, or in the seals directory, goes to
/// `problems`; the seals that can be judged are judged all the same.
fn load(
    arguments: &CheckArgs,
    context: &Context,
    commits: &Commits<'_>,
    problems: &mut Vec<Problem>,
) -> Vec<Selected> {
    let contents = match &commits.seals {
        Some(commit) => context.contents_of(commit),
        None => context.contents(),
    };
    let names = match contents {
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
    // A seal that is held against a base must be there as a whole.
    let whole = names.len() > MANY || commits.base.is_some();
    let load = |name: SealName| {
        let repository = &context.repository;
        let begun = match &commits.seals {
            Some(commit) => commit.load(&name).map(Begun::from),
            None if whole => repository.load(&name).map(Begun::from),
            None => repository.begin(&name),
        };
        (name, begun)
    };
    names.into_iter().map(load).collect()
}

/// Where nothing may be written: what is judged, the seals, and git's own directories.
fn protected(
    arguments: &CheckArgs,
    selected: &[Selected],
    bytes: &Bytes<'_>,
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
    if let Bytes::Directory { path, .. } = bytes {
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
fn publish(stage: Option<&mut Stage>, verdict: Verdict, problems: &mut Vec<Problem>) -> bool {
    let Some(stage) = stage.filter(|_| verdict == Verdict::Pass) else { return false };
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
    bytes: Bytes<'_>,
    commits: &Commits<'_>,
    engine: &Engine,
    context: &Context,
) -> Vec<Judgement> {
    let _progress = Progress::watch(&engine.meter, context.terminal.verbosity != Verbosity::Quiet);
    let seal_source = commits.seals.as_ref().map_or(Source::Worktree, Snapshot::source);
    let judge = Judge { repository: &context.repository, bytes, seal_source, engine };
    selected.into_iter().map(|(name, begun)| judge.judge(&name, begun)).collect()
}

fn notices(selected: &[Selected], bytes: &Bytes<'_>) -> Vec<Notice> {
    let in_files = !matches!(bytes, Bytes::Commit(_));
    let blind = cfg!(not(unix)) && in_files && !selected.is_empty();
    let notice = Notice {
        code: "modes-not-compared",
        message: "this system has no execute bits: file and exec were taken as one".to_owned(),
    };
    blind.then_some(notice).into_iter().collect()
}

/// Tells that the seals in the working tree are others than those of the commit that judge.
fn differing(commit: &Snapshot<'_>) -> Option<Notice> {
    let differing = commit.differing_in_worktree();
    let names = match &differing[..] {
        [] => return None,
        names if names.len() <= NAMED => names.join(", "),
        names => format!("{} and {} more", names[..NAMED].join(", "), names.len() - NAMED),
    };
    let message =
        format!("the working tree has other seals ({names}); those of {} judge", commit.given());
    Some(Notice { code: "seals-differ", message })
}
