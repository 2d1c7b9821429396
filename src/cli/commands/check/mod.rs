//! `check`: the gate. Where seals and bytes come from is in `sources`, where it may write in `places`,
//! and what one of several shares takes in `shares`.

mod again;
pub(super) mod authority;
pub(super) mod base;
mod built;
mod carried;
mod each;
mod names_from;
mod picture;
pub(super) mod places;
mod range;
pub(super) mod reseals;
mod shares;
mod sources;

use std::time::Instant;

use sealgate_core::compare::partition::Share;
use sealgate_core::compare::verdict::{SealResult, Source, Verdict, overall};
use sealgate_core::seal::SealName;
use sealgate_core::seal::exclude::Scope;
use sealgate_core::text::problem::Problem;
use sealgate_scan::{Scanner, Stage};

use self::again::SealsBefore;
pub(super) use self::built::wrote_nothing;
use self::built::{explain_builds, explain_built_roots, installs, judge_committed, seals_there};
use self::each::judge_each;
use self::places::{protected, publish, report_files, stage};
use self::range::Range;
use self::sources::{Commits, Selected, bytes, differing, load, open_commits, system_notices};
use super::kept::kept_in;
use super::{Context, Outcome};
use crate::cli::args::CheckArgs;
use crate::cli::output::ReportFile;
use crate::cli::progress::Progress;
use crate::ops::authorize::{Asks, Authorization};
use crate::ops::broken::Broken;
use crate::ops::check::checkout::checkout;
use crate::ops::check::review::Review;
use crate::ops::check::since::explain_committed;
use crate::ops::check::{Bytes, Causes, Judge, coverage, lines, shifted};
use crate::ops::rebuild::varying::Varying;
use crate::report::{Invocation, Kept, Notice, Report, Verbosity};
use crate::tree::CommitTree;

pub(super) fn run(arguments: &CheckArgs, context: &Context) -> Outcome {
    let Some(file) = &arguments.names_from else { return run_named(arguments, context) };
    let names = names_from::read(file, context)?;
    if names.is_empty() {
        return names_from::none_named(arguments, context);
    }
    run_named(&CheckArgs { names, ..arguments.clone() }, context)
}

/// Checks the seals that `arguments` name.
fn run_named(arguments: &CheckArgs, context: &Context) -> Outcome {
    if let Some(range) = arguments.rev.as_deref().and_then(Range::of) {
        return range::run(range?, arguments, context);
    }
    tell(check(arguments, None, context)?, arguments, context)
}

/// What judges, read before the bytes are: the commits and their seals.
pub(super) struct Prepared<'a> {
    started: Instant,
    files: Vec<ReportFile>,
    commits: Commits<'a>,
    selected: Vec<Selected>,
    authorization: Option<Authorization>,
    has_policy: bool,
    review: Option<Review>,
    notices: Vec<Notice>,
    problems: Vec<Problem>,
    builds: Builds,
    /// Where the report of this run is kept.
    kept: Option<Kept>,
    /// What is checked out, where builds run and no other commit has the seals.
    head: Option<CommitTree<'a>>,
    /// What two builds made differently.
    varying: Vec<Varying>,
}

/// Whether builds run between the reading of the seals and that of the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Builds {
    None,
    /// Those that the seals state, each in an empty place.
    Run,
}

/// Reads what judges before a build runs: nothing that the build does changes what it is judged by.
/// `not_rebuilt` names the seals that state no build, and `keep` the directory for what builds made.
pub(super) fn before_build<'a>(
    arguments: &CheckArgs,
    not_rebuilt: &[SealName],
    keep: Option<&str>,
    context: &'a Context,
) -> Result<Prepared<'a>, Vec<Problem>> {
    let mut prepared = prepare(arguments, Builds::Run, None, context)?;
    prepared.kept = prepared.kept.map(|kept| kept.with_builds(keep));
    prepared.notices.extend(not_rebuilt.iter().map(|name| {
        let message = format!("{name} is not rebuilt: its seal states no build command");
        Notice::new("not-rebuilt", message)
    }));
    Ok(prepared)
}

/// Judges what the builds made by what was read before them, and reports; gives the names of the seals
/// that failed too.
pub(super) fn run_after_build(
    arguments: &CheckArgs,
    prepared: Prepared<'_>,
    context: &Context,
) -> Result<(Verdict, Vec<String>), Vec<Problem>> {
    let prepared = Prepared { started: Instant::now(), ..prepared };
    let checked = judge(arguments, prepared, context)?;
    let failed = checked.report.seals.iter().filter(|seal| seal.verdict == Verdict::Fail);
    let failed = failed.map(|seal| seal.name.clone()).collect();
    Ok((tell(checked, arguments, context)?, failed))
}

/// Judges the second of two builds that differ, and writes the report files: stdout has how they differ.
pub(super) fn file_varying(
    arguments: &CheckArgs,
    prepared: Prepared<'_>,
    varying: Vec<Varying>,
    context: &Context,
) -> Outcome {
    let prepared = Prepared { started: Instant::now(), varying, ..prepared };
    let Checked { report, files, .. } = judge(arguments, prepared, context)?;
    Ok(context.terminal.file_report(report, &files).max(Verdict::Fail))
}

impl Prepared<'_> {
    /// Whether something that judges could not be read: no bytes can pass.
    pub(super) fn cannot_pass(&self) -> bool {
        !self.problems.is_empty()
    }
}

/// Reports why nothing can pass, whatever builds would make.
pub(super) fn run_without_build(
    arguments: &CheckArgs,
    prepared: Prepared<'_>,
    context: &Context,
) -> Outcome {
    let prepared = Prepared { selected: Vec::new(), head: None, ..prepared };
    tell(judge(arguments, prepared, context)?, arguments, context)
}

/// Reports what a check came to.
fn tell(checked: Checked, arguments: &CheckArgs, context: &Context) -> Outcome {
    let Checked { report, files, stage, .. } = checked;
    let is_staged = report.staged.is_some();
    let place = stage.as_ref().map(Stage::target);
    let verdict = context.terminal.report(report, arguments.output.format, &files, place);
    match stage {
        // It passed, and then a report could not be written.
        Some(stage) if is_staged && verdict != Verdict::Pass => {
            stage.withdraw().map(|()| verdict).map_err(Vec::from)
        }
        _ => Ok(verdict),
    }
}

/// What a check came to, which is not reported yet.
pub(super) struct Checked {
    pub(super) report: Report,
    pub(super) authorization: Option<Authorization>,
    /// The files for the report, none of which is in a place that is judged.
    pub(super) files: Vec<ReportFile>,
    stage: Option<Stage>,
}

/// Checks what `arguments` ask; `asks` states that the action is done after it.
pub(super) fn check(
    arguments: &CheckArgs,
    asks: Option<Asks<'_>>,
    context: &Context,
) -> Result<Checked, Vec<Problem>> {
    let prepared = prepare(arguments, Builds::None, asks, context)?;
    judge(arguments, prepared, context)
}

/// Reads everything that judges.
fn prepare<'a>(
    arguments: &CheckArgs,
    builds: Builds,
    asks: Option<Asks<'_>>,
    context: &'a Context,
) -> Result<Prepared<'a>, Vec<Problem>> {
    let started = Instant::now();
    let files = report_files(&arguments.output.report, context)?;
    let mut problems = Vec::new();
    let commits = open_commits(arguments, context).unwrap_or_else(|problem| {
        problems.push(problem);
        None
    });
    // A build could write into a seal that is still being read.
    let whole = builds == Builds::Run;
    // Without the commits that were asked for, nothing can be judged.
    let selected = commits
        .as_ref()
        .map_or_else(Vec::new, |commits| load(arguments, whole, context, commits, &mut problems));
    let commits = commits.unwrap_or_default();
    let head = built::head(builds, &commits, context)?;
    let authorization = authority::clear(arguments, &commits, &selected, asks, context)?;
    let has_policy = authority::has_policy(commits.seals.as_ref(), context);
    let has_policy = has_policy.unwrap_or_else(|problem| {
        problems.push(problem);
        true
    });
    let review = reseals::review(arguments, &commits, &selected, authorization.as_ref());
    let (review, scope_notice) = review.unwrap_or_else(|problem| {
        problems.push(problem);
        (None, None)
    });
    Ok(Prepared {
        started,
        files,
        commits,
        selected,
        authorization,
        has_policy,
        review,
        notices: scope_notice.into_iter().collect(),
        problems,
        builds,
        kept: kept_in(context.invocation.kept.clone(), &arguments.output.report),
        head,
        varying: Vec::new(),
    })
}

/// Judges the bytes by what was `prepared`.
fn judge(
    arguments: &CheckArgs,
    prepared: Prepared<'_>,
    context: &Context,
) -> Result<Checked, Vec<Problem>> {
    let Prepared { started, files, commits, selected, authorization, has_policy, .. } = prepared;
    let Prepared { review, mut notices, mut problems, builds, kept, head, varying, .. } = prepared;
    let only = only(arguments)?;
    let bytes = bytes(arguments, context, &commits);
    let outside_commit = !matches!(bytes, Bytes::Commit(_));
    let mut scanner = arguments.reading.scanner();
    let protected = protected(arguments, &selected, &bytes, context)?;
    files.iter().try_for_each(|file| file.guard(&protected))?;
    if problems.is_empty() {
        // Before there is a directory in the making, which no seal covers.
        problems.extend(uncovered(arguments, &selected, context));
        scanner.stage = stage(arguments, &protected, context)?;
    }
    notices.extend(system_notices(&selected, &bytes));
    if has_policy {
        let (emergencies, unknown) =
            authority::emergencies(commits.seals.as_ref(), authorization.as_ref(), context);
        notices.extend(emergencies);
        problems.extend(unknown);
    }
    notices.extend(commits.no_base.clone());
    notices.extend(authorization.iter().flat_map(authority::granted));
    notices.extend(authorization.as_ref().and_then(authority::in_one_clone));
    notices.extend(commits.seals.as_ref().filter(|_| !commits.and_bytes).and_then(differing));
    let (share, partition) = shares::share(arguments, &selected).unzip();
    notices.extend(partition.iter().flat_map(shares::notices));
    notices.extend(shares::of_part(&arguments.only));
    let sources = Sources { commits: &commits, share: share.as_ref(), only: only.as_ref(), builds };
    let mut judgements = judge_all(selected, bytes, sources, &scanner, context, &mut problems);
    if builds == Builds::Run {
        explain_builds(&mut judgements, varying, &commits, context);
    }
    if let Some(commit) = commits.seals.as_ref().or(head.as_ref()) {
        // Nothing of a commit is copied: what is staged are the bytes that were built.
        let scanner = arguments.reading.scanner();
        judge_committed(&mut judgements, (commit, sources), &scanner, context);
    }
    explain_built_roots(&mut judgements, context);
    explain_committed(&context.repository, &mut judgements);
    Broken::new(&context.repository, &context.invocation).explain_judged(&mut judgements);
    if partition.is_none() {
        notices.extend(judgements.iter().filter_map(shifted::notice));
    }
    let base = review.map(|review| review.tell(&mut judgements));
    let refusals = authorization.as_ref().map_or(&[][..], |authorization| &authorization.refusals);
    let verdict = overall(&judgements, base.as_ref(), &problems).max(authorised(refusals));
    let mut stage = scanner.stage.take();
    let staged = publish(stage.as_mut(), verdict, &mut problems);
    let checkout = checkout(&context.repository, &judgements);
    let installs = installs(&judgements, builds, context);
    let invocation = Invocation {
        every_seal: arguments.names.is_empty(),
        checkout,
        installs,
        seals_there: seals_there(builds, context),
        after_build: builds == Builds::Run,
        outside_commit,
        kept,
        ..context.invocation.clone()
    };
    let elapsed = started.elapsed();
    let report = Report::new(&judgements, base.as_ref(), &problems, notices, elapsed, &invocation);
    let given = arguments.stage.as_ref().filter(|_| staged);
    let staged = given.map(|path| path.to_string_lossy().into_owned());
    let report = Report { staged, partition, only: arguments.only.clone(), ..report };
    let worth = authority::view(arguments, authorization.as_ref(), has_policy);
    let reseals = authorization.as_ref().map_or(&[][..], |authorization| &authorization.reseals);
    let mut report = report.authorised(worth, refusals).granted(reseals);
    lines::add(&mut report, &judgements, &context.repository);
    picture::draw(&mut report, arguments, &files, &commits, context);
    scanner.workers.discard(judgements);
    Ok(Checked { report, authorization, files, stage })
}

/// The verdict on what was asked of the policy.
fn authorised(refusals: &[Problem]) -> Verdict {
    if refusals.is_empty() { Verdict::Pass } else { Verdict::Refused }
}

/// `--require-sealed`: what the selected seals leave out.
fn uncovered(arguments: &CheckArgs, selected: &[Selected], context: &Context) -> Vec<Problem> {
    let headers: Vec<_> =
        selected.iter().filter_map(|(_, begun)| begun.as_ref().ok()?.header()).collect();
    // A database is a file: no directory is under seal by it.
    let headers: Vec<_> = headers.into_iter().filter(|header| header.surface.is_none()).collect();
    let repository = &context.repository;
    let (root, own) = (repository.root(), repository.seals().as_str());
    coverage::uncovered(root, own, &arguments.require_sealed, &headers)
}

/// What is judged: the commits, and how much of their seals.
#[derive(Clone, Copy)]
struct Sources<'a> {
    commits: &'a Commits<'a>,
    share: Option<&'a Share>,
    only: Option<&'a Scope>,
    builds: Builds,
}

/// `--only`, as a scope that covers what is judged.
fn only(arguments: &CheckArgs) -> Result<Option<Scope>, Problem> {
    super::only(&arguments.only)
}

/// Judges by every seal, and again by those that changed meanwhile; what keeps it from that goes to
/// `problems`.
fn judge_all(
    selected: Vec<Selected>,
    bytes: Bytes<'_>,
    sources: Sources<'_>,
    scanner: &Scanner,
    context: &Context,
    problems: &mut Vec<Problem>,
) -> Vec<SealResult> {
    let Sources { commits, share, only, builds } = sources;
    let _progress = Progress::watch(&scanner.meter, context.terminal.verbosity != Verbosity::Quiet);
    let seal_source = commits.seals.as_ref().map_or(Source::Worktree, CommitTree::source);
    let repository = &context.repository;
    let causes = match builds {
        Builds::None => Causes::Proved,
        Builds::Run => Causes::ProvedAfterBuild,
    };
    let judge = Judge { repository, bytes, seal_source, scanner, share, only, causes };
    let mut judgements = judge_each(&judge, selected);
    let again = |name: &SealName| judge.judge(name, context.repository.begin(name));
    // What was copied, shared out, held against a base or built belongs to the seals that were read
    // first.
    let alone = scanner.stage.is_none()
        && share.is_none()
        && commits.base.is_none()
        && builds == Builds::None;
    let settle = |before: &SealsBefore<'_>| {
        if builds == Builds::Run {
            before.trust_no_time();
        }
        let again = alone.then_some(&again as &dyn Fn(&SealName) -> SealResult);
        before.settle(&mut judgements, &commits.names, problems, again)
    };
    let changed = commits.before.as_ref().map(settle);
    problems.extend(changed.into_iter().flatten());
    judgements
}
