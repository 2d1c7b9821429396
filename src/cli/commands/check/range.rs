//! `check --rev A..B`: every commit of a range, by its own seals.

use std::collections::{BTreeSet, HashMap};
use std::time::Instant;

use sealgate_core::compare::verdict::{SealResult, overall};
use sealgate_core::seal::exclude::Scope;
use sealgate_core::seal::{Root, SealName};
use sealgate_core::text::problem::Problem;
use sealgate_git::{Objects, Oid, commits_between, shallow_commits};
use sealgate_scan::Scanner;

use super::super::occasion::{occasion, wants_page};
use super::authority;
use super::carried::{Carried, Selection};
use super::places::{of_roots, report_files};
use super::shares::of_part;
use super::{Context, Outcome, only};
use crate::cli::args::CheckArgs;
use crate::cli::progress::Progress;
use crate::ops::bounds::Bounds;
use crate::ops::broken::Broken;
use crate::ops::check::{Bytes, Causes, Judge};
use crate::report::{AuthorityView, Invocation, Notice, Report, Verbosity};
use crate::tree::{Begun, CommitTree, Step};

/// The ends of a range, as the user wrote them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Range<'a> {
    from: &'a str,
    to: &'a str,
}

impl<'a> Range<'a> {
    /// The range that `revision` is; `None` where it names one commit.
    pub(super) fn of(revision: &'a str) -> Option<Result<Self, Problem>> {
        let (from, to) = revision.split_once("..")?;
        let usage = |message: String| {
            Some(Err(Problem::new("usage", message)
                .remedy("name both ends, with two dots between them: --rev main..HEAD")))
        };
        if to.starts_with('.') {
            return usage(format!("--rev {revision}: a range with three dots is not read"));
        }
        if from.is_empty() || to.is_empty() || to.contains("..") {
            return usage(format!("--rev {revision}: a range has two ends"));
        }
        Some(Ok(Self { from, to }))
    }
}

/// What was judged to pass: by the name of a seal, the id of its file, and that of the tree at its root.
type Passed = HashMap<(SealName, Oid, Option<Oid>), SealResult>;

/// The judgement of a range, as far as it is.
struct Walk<'a> {
    arguments: &'a CheckArgs,
    context: &'a Context,
    scanner: Scanner,
    only: Option<Scope>,
    passed: Passed,
    bounds: Bounds,
    spare: Vec<Objects>,
    results: Vec<SealResult>,
    problems: Vec<Problem>,
    /// The seals that later commits must have.
    carried: Carried,
    /// The commits before the first one with seals.
    before: Vec<Oid>,
}

/// A range of which git's history is proved.
struct ProvedRange<'a> {
    start: CommitTree<'a>,
    end: CommitTree<'a>,
    /// The commits, each after all that come before it.
    steps: Vec<Step>,
}

/// Refuses a range that cannot be judged, without judging it.
pub(super) fn find(
    range: Range<'_>,
    arguments: &CheckArgs,
    context: &Context,
) -> Result<(), Problem> {
    refuse_others(arguments)?;
    commits(range, context).map(drop)
}

pub(super) fn run(range: Range<'_>, arguments: &CheckArgs, context: &Context) -> Outcome {
    let started = Instant::now();
    refuse_others(arguments)?;
    let files = report_files(&arguments.output.report, context)?;
    let ProvedRange { start, end, steps } = commits(range, context)?;
    let at_start = start.contents().unwrap_or_default().names;
    let at_start = Selection::of(arguments, context, &start, &at_start);
    let mut walk = Walk {
        arguments,
        context,
        scanner: arguments.reading.scanner(),
        only: only(arguments)?,
        passed: Passed::new(),
        bounds: Bounds::default(),
        spare: Vec::new(),
        results: Vec::new(),
        problems: Vec::new(),
        carried: Carried::new(&arguments.names, at_start),
        before: Vec::new(),
    };
    let quiet = context.terminal.verbosity == Verbosity::Quiet;
    let progress = Progress::watch(&walk.scanner.meter, !quiet);
    for step in &steps {
        walk.judge(step);
    }
    drop(progress);
    for name in walk.carried.unmatched() {
        let message =
            format!("no seal is named {name} in a commit of {}..{}", range.from, range.to);
        let remedy = "correct the name; `git ls-tree REV:seals` lists the seals of a commit";
        walk.problems.push(Problem::new("name-unmatched", message).remedy(remedy));
    }
    if walk.results.is_empty() && walk.problems.is_empty() {
        let message = format!("no commit of {}..{} has a seal", range.from, range.to);
        walk.problems.push(
            Problem::new("seals-missing", message)
                .remedy("make one (sealgate seal NAME --root DIR) and commit it"),
        );
    }
    let roots: BTreeSet<&str> =
        walk.results.iter().filter_map(|result| result.root.as_deref()).collect();
    let roots = roots.into_iter().filter_map(|root| Root::parse(root).ok());
    let protected = of_roots(roots, None, &context.repository)?;
    files.iter().try_for_each(|file| file.guard(&protected))?;
    let every_seal = arguments.names.is_empty();
    let invocation = Invocation { every_seal, ..context.invocation.clone() };
    let (emergencies, authority) = walk.authority(&end);
    let mut notices = walk.notices(steps.len());
    notices.extend(emergencies);
    Broken::new(&context.repository, &context.invocation).explain_judged(&mut walk.results);
    let (results, problems) = (&walk.results, &walk.problems);
    let report = Report::new(results, None, problems, notices, started.elapsed(), &invocation);
    let report = Report { only: arguments.only.clone(), ..report };
    let mut report = report.authorised(authority, &[]);
    if wants_page(arguments.output.format, &files) {
        report.occasion = Some(occasion(&report, context));
    }
    debug_assert_eq!(report.verdict, overall(results, None, problems));
    Ok(context.terminal.report(report, arguments.output.format, &files, None))
}

/// Refuses the options that ask something of one commit, or of files.
fn refuse_others(arguments: &CheckArgs) -> Result<(), Problem> {
    let others = [
        (arguments.base.is_some(), "--base"),
        (arguments.authority.environment.is_some(), "--environment"),
        (arguments.partition.is_some(), "--partition"),
    ];
    match others.iter().find(|(given, _)| *given) {
        None => Ok(()),
        Some((_, option)) => {
            let message = format!("{option} does not go with a range of commits");
            Err(Problem::new("usage", message).remedy("name one commit: --rev REV"))
        }
    }
}

/// The commits of `range`, the oldest first.
fn commits<'a>(range: Range<'_>, context: &'a Context) -> Result<ProvedRange<'a>, Problem> {
    let open = |revision| CommitTree::open(&context.repository, revision);
    let (start, end) = (open(range.from)?, open(range.to)?);
    let oids = commits_between(context.repository.root(), start.oid(), end.oid())
        .map_err(Problem::from)?;
    let cut = shallow_commits(context.repository.root()).map_err(Problem::from)?;
    if let Some(oid) = oids.iter().find(|oid| cut.contains(oid)) {
        let message = format!("the history of this clone ends at {oid}, which is in the range");
        return Err(Problem::new("range-cut", message)
            .remedy("git fetch --unshallow; in a workflow: fetch-depth: 0 at actions/checkout"));
    }
    let steps = end.steps_from(&start, &oids, &cut)?;
    if steps.is_empty() {
        let message = format!("there is no commit in {}..{}", range.from, range.to);
        return Err(Problem::new("range-empty", message)
            .remedy("name the older end first; fetch the history if this clone is shallow"));
    }
    Ok(ProvedRange { start, end, steps })
}

impl Walk<'_> {
    fn judge(&mut self, step: &Step) {
        self.add_edges(&step.parents);
        let oid = &step.oid;
        let given = oid.to_string();
        let repository = &self.context.repository;
        let commit = match CommitTree::through(&mut self.spare, repository, &given, oid) {
            Ok(commit) => commit,
            Err(problem) => return self.problems.push(problem),
        };
        let contents = commit.contents().unwrap_or_default();
        let strays = contents.strays.into_iter().map(|stray| {
            let message = format!("{}: {}", oid.short(), stray.message).into();
            Problem { message, ..stray }
        });
        self.problems.extend(strays);
        let selection = Selection::of(self.arguments, self.context, &commit, &contents.names);
        let names = std::rc::Rc::clone(&selection.seals);
        let lost = self.carried.add(*oid, &step.parents, selection);
        if names.is_empty() && lost.is_empty() {
            self.before.push(*oid);
        }
        self.problems.extend(lost);
        for name in names.iter() {
            let result = self.judge_one(&commit, name);
            self.results.push(result);
        }
        self.spare.extend(commit.into_objects());
    }

    /// Reads which seals those of `parents` have that are not in the range.
    fn add_edges(&mut self, parents: &[Oid]) {
        for oid in parents {
            if self.carried.knows(oid) {
                continue;
            }
            let (repository, given) = (&self.context.repository, oid.to_string());
            let selection = match CommitTree::through(&mut self.spare, repository, &given, oid) {
                Ok(commit) => {
                    let names = commit.contents().unwrap_or_default().names;
                    let selection = Selection::of(self.arguments, self.context, &commit, &names);
                    self.spare.extend(commit.into_objects());
                    selection
                }
                Err(problem) => {
                    self.problems.push(problem);
                    Selection::default()
                }
            };
            self.carried.begin(*oid, selection);
        }
    }

    fn judge_one(&mut self, commit: &CommitTree<'_>, name: &SealName) -> SealResult {
        let loaded = commit.load(name);
        let root = loaded.as_ref().ok().and_then(|loaded| loaded.seal.as_ref().ok());
        let tree = root.and_then(|seal| commit.root_id(&seal.header.root));
        let key = commit.seal_id(name).zip(tree).map(|(file, tree)| (name.clone(), file, tree));
        if let Some(known) = key.as_ref().and_then(|key| self.passed.get(key)) {
            let (source, seal_source) = (commit.source(), commit.source());
            return SealResult { source, seal_source, bytes: 0, ..known.clone() };
        }
        let judge = Judge {
            repository: &self.context.repository,
            bytes: Bytes::Commit(commit),
            seal_source: commit.source(),
            scanner: &self.scanner,
            share: None,
            only: self.only.as_ref(),
            causes: Causes::Proved,
        };
        let begun = self.bounds.refuse(name.as_str()).map_or(loaded.map(Begun::from), Err);
        let before = self.scanner.meter.names();
        let result = judge.judge(name, begun);
        let names = self.scanner.meter.names() - before;
        let paths = result.findings.iter().map(|finding| finding.path.len());
        self.bounds.count(name.as_str(), names, result.bytes, paths);
        if let (Some(key), true) = (key, result.findings.is_empty() && result.problems.is_empty()) {
            self.passed.insert(key, result.clone());
        }
        result
    }

    /// The emergencies in the last commit, and what the report is worth: under a policy, nothing.
    fn authority(&mut self, end: &CommitTree<'_>) -> (Vec<Notice>, Option<AuthorityView>) {
        if !end.has_policy() {
            return (Vec::new(), None);
        }
        let (emergencies, unknown) = authority::emergencies(Some(end), None, self.context);
        self.problems.extend(unknown);
        (emergencies, Some(AuthorityView::None))
    }

    fn notices(&self, all: usize) -> Vec<Notice> {
        let mut notices = Vec::new();
        let message = format!("{all} commits were judged, each by its own seals");
        notices.push(Notice::new("range", message));
        if let (Some(first), Some(last)) = (self.before.first(), self.before.last()) {
            let message = match self.before.len() {
                1 => format!("{} comes before the first seal", first.short()),
                count => format!(
                    "{count} commits come before the first seal, from {} to {}",
                    first.short(),
                    last.short()
                ),
            };
            notices.push(Notice::new("before-first-seal", message));
        }
        notices.extend(self.carried.notice());
        notices.extend(of_part(&self.arguments.only));
        notices
    }
}
