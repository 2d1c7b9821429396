//! `merge-reports`: one verdict from several reports.

use std::path::PathBuf;
use std::time::Duration;

use sealgate_core::compare::changes::SealRef;
use sealgate_core::compare::verdict::{Base, Source};
use sealgate_core::seal::SealName;
use sealgate_core::text::problem::Problem;
use sealgate_git::Oid;

use super::check::places::{of_roots, report_files, root_of};
use super::check::reseals::Rule;
use super::check::{authority, base};
use super::occasion::{occasion, wants_page};
use super::{Context, Outcome, report_globs, reports};
use crate::cli::args::MergeReportsArgs;
use crate::ops::authorize::{Authorization, Question, clear};
use crate::ops::check::review::Review;
use crate::ops::check::shifted;
use crate::ops::merge::{self, Demanded, Given, Merged, SealsNamed};
use crate::report::{AuthorityView, Notice, Report};
use crate::tree::{CommitTree, Contents, Loaded, select};

type Problems = Vec<Problem>;

/// A seal that is asked for, as far as it was read.
type Asked = (SealName, Result<Loaded, Problem>);

/// What came of the reports.
#[derive(Default)]
struct Answer {
    merged: Merged,
    /// The base that they were held against.
    base: Option<Base>,
    /// What the policy of the base says.
    authorization: Authorization,
    /// Whether there is a policy, at the base or in what is judged.
    under_policy: bool,
}

pub(super) fn run(arguments: &MergeReportsArgs, context: &Context) -> Outcome {
    let files = report_files(&arguments.output.report, context)?;
    let inputs = if arguments.globs {
        report_globs::find(&arguments.files, &context.base)?
    } else {
        arguments.files.clone()
    };
    let (given, mut problems) = read(&inputs, context);
    let mut selected = Vec::new();
    let answer = if problems.is_empty() {
        answer(arguments, context, &given, &mut selected)
    } else {
        Err(Vec::new())
    };
    if !files.is_empty() {
        let inputs = inputs.iter().filter_map(|file| context.path(file).canonicalize().ok());
        let roots = selected.iter().filter_map(|(_, loaded)| root_of(loaded.as_ref().ok()?));
        let protected = of_roots(roots, inputs, &context.repository)?;
        files.iter().try_for_each(|file| file.guard(&protected))?;
    }
    let Answer { merged, base, authorization, under_policy } = answer.unwrap_or_else(|found| {
        problems.extend(found);
        Answer::default()
    });
    problems.extend(merged.problems);
    let mut notices = merged.notices;
    notices.extend(merged.judgements.iter().filter_map(shifted::notice));
    notices.extend(authority::granted(&authorization));
    notices.extend(told(arguments, &given, &selected));
    // As long as the slowest: they were made side by side.
    let elapsed = given.iter().map(|given| given.report.elapsed_ms).max().unwrap_or(0);
    let report = Report::new(
        &merged.judgements,
        base.as_ref(),
        &problems,
        notices,
        Duration::from_millis(elapsed),
        &context.invocation,
    );
    let worth = under_policy.then_some(AuthorityView::None);
    let report = report.authorised(worth, &authorization.refusals);
    let mut report = report.granted(&authorization.reseals);
    if wants_page(arguments.output.format, &files) {
        report.occasion = Some(occasion(&report, context));
    }
    Ok(context.terminal.report(report, arguments.output.format, &files, None))
}

/// Reads all the reports, as far as they can be read.
fn read(files: &[PathBuf], context: &Context) -> (Vec<Given>, Problems) {
    let (mut all, mut problems) = (Vec::new(), Vec::new());
    let mut room = reports::MAX_BYTES;
    for path in files {
        let file = path.to_string_lossy().into_owned();
        match reports::open(&context.path(path), &file, &mut room) {
            Ok(report) => all.push(Given { file, report }),
            Err(problem) => problems.push(problem),
        }
    }
    (all, problems)
}

/// Merges what was read, and keeps the seals that it was held against in `selected`.
fn answer(
    arguments: &MergeReportsArgs,
    context: &Context,
    given: &[Given],
    selected: &mut Vec<Asked>,
) -> Result<Answer, Problems> {
    merge::check_tools(given)?;
    merge::check_authority(given)?;
    let commit = commit(arguments, context, merge::seals_of(given)?)?;
    *selected = load(arguments, context, commit.as_ref())?;
    let (base, refusal) = base_of(arguments, context, given, commit.as_ref())?;
    let stated: Vec<SealRef<'_>> = selected.iter().map(stated).collect();
    let authorization = base.as_ref().map(|(base, _)| {
        let (judged, patterns) = (commit.as_ref(), &arguments.only[..]);
        let now = authority::now()?;
        let program = context.invocation.sealgate();
        let question = Question {
            base,
            judged,
            policy_digest: None,
            seals: &stated,
            patterns,
            environment: None,
            now,
            program: &program,
        };
        Ok::<_, Problem>(clear(&context.repository, &question))
    });
    let authorization = authorization.or(refusal.map(|problem| Ok(authority::refused(problem))));
    let authorization = authorization.transpose()?.unwrap_or_default();
    let review = base
        .as_ref()
        .map(|(base, rule)| Review::new(base, &stated, &arguments.only, rule.on_reseal));
    let review = review.transpose()?;
    let scope_notice = base.as_ref().zip(review.as_ref());
    let scope_notice = scope_notice.and_then(|((_, rule), review)| rule.notice(review));
    let demanded: Vec<Demanded<'_>> = selected.iter().map(demanded).collect();
    let source = commit.as_ref().map_or(Source::Worktree, CommitTree::source);
    let place = |path: &str| context.path(path.as_ref());
    let mut merged = merge::merge(given, &demanded, &source, &place);
    let base = review.map(|review| review.tell(&mut merged.judgements));
    merged.notices.extend(scope_notice);
    let contradictions = merged.contradictions(base.as_ref());
    merged.problems.extend(contradictions);
    if authorization.refusals.is_empty() {
        merged.problems.extend(merge::refusals(given));
    }
    let here = authority::has_policy(commit.as_ref(), context)?;
    if here {
        let known = Some(&authorization);
        let (emergencies, unknown) = authority::emergencies(commit.as_ref(), known, context);
        merged.notices.extend(emergencies);
        merged.problems.extend(unknown);
    }
    let under_policy = here || authorization.policy.is_some();
    Ok(Answer { merged, base, authorization, under_policy })
}

/// The commit of the seals; `None` for those of the working tree.
fn commit<'a>(
    arguments: &MergeReportsArgs,
    context: &'a Context,
    named: SealsNamed,
) -> Result<Option<CommitTree<'a>>, Problems> {
    let repository = &context.repository;
    match (&arguments.seals_from, named) {
        (None, SealsNamed::Worktree) => Ok(None),
        (None, SealsNamed::Commit { given, oid }) => known(context, &given, &oid).map(Some),
        (Some(revision), named) => {
            let snapshot = CommitTree::open(repository, revision)?;
            named.check(snapshot.oid())?;
            Ok(Some(snapshot))
        }
    }
}

fn load(
    arguments: &MergeReportsArgs,
    context: &Context,
    commit: Option<&CommitTree<'_>>,
) -> Result<Vec<Asked>, Problems> {
    let contents = match commit {
        Some(commit) => context.contents_of(commit),
        None => context.contents(),
    };
    let Contents { names, strays, .. } = contents?;
    if !strays.is_empty() {
        return Err(strays);
    }
    let load = |name: SealName| {
        let loaded = match commit {
            Some(commit) => commit.load(&name),
            None => context.repository.load(&name),
        };
        (name, loaded)
    };
    Ok(select(&names, &arguments.only)?.into_iter().map(load).collect())
}

/// A base, and which changes of seals since then may pass.
type BaseOf<'a> = (CommitTree<'a>, Rule);

/// The base that the reports name, which is the one that is asked for; and why nothing may pass without
/// one.
fn base_of<'a>(
    arguments: &MergeReportsArgs,
    context: &'a Context,
    given: &[Given],
    commit: Option<&CommitTree<'a>>,
) -> Result<(Option<BaseOf<'a>>, Option<Problem>), Problems> {
    let named = merge::base_of(given)?;
    // Where the event has none, the shares have said so.
    let judged = base::Judged { commit, ..base::Judged::default() };
    let opened = base::open(arguments.base.as_deref(), judged, context)?;
    if let Some(wanted) = opened.base {
        let rule = Rule::new(arguments.on_reseal, wanted.has_policy(), opened.permission);
        merge::check_base(named.as_ref(), wanted.oid(), rule.on_reseal)?;
        return Ok((Some((wanted, rule)), None));
    }
    let Some(named) = named else {
        let unnamed = arguments.base.is_none() && authority::has_policy(commit, context)?;
        return Ok((None, opened.refusal.or_else(|| unnamed.then(no_base))));
    };
    let rule = Rule::new(Some(named.on_reseal), false, None);
    Ok((Some((known(context, &named.given, &named.oid)?, rule)), opened.refusal))
}

/// Reports without a base may have had one, with what it refused.
fn no_base() -> Problem {
    let message = "there is a policy, and neither --base nor the reports name a base to judge by";
    Problem::new("base-missing", message).remedy(
        "name the commit whose policy judges: --base REV; or state that nothing is to be authorised: --base none",
    )
}

/// The commit `oid`; by the name that a report gave it where that name means the same here.
fn known<'a>(context: &'a Context, given: &str, oid: &Oid) -> Result<CommitTree<'a>, Problems> {
    match CommitTree::open(&context.repository, given) {
        Ok(snapshot) if snapshot.oid() == oid => Ok(snapshot),
        _ => CommitTree::of(&context.repository, &oid.to_string(), oid).map_err(Vec::from),
    }
}

fn demanded((name, loaded): &Asked) -> Demanded<'_> {
    let seal =
        loaded.as_ref().and_then(|loaded| loaded.seal.as_ref().map(|seal| (seal, loaded.digest)));
    Demanded { name: name.as_str(), seal }
}

fn stated((name, loaded): &Asked) -> SealRef<'_> {
    let seal = loaded.as_ref().ok().and_then(|loaded| loaded.seal.as_ref().ok());
    SealRef { name: name.as_str(), seal }
}

/// What the answer is made of, and what it leaves out.
fn told(arguments: &MergeReportsArgs, given: &[Given], selected: &[Asked]) -> Vec<Notice> {
    let number = given.len();
    let reports = if number == 1 { "report" } else { "reports" };
    let mut notices = vec![Notice::new("merged", format!("one answer from {number} {reports}"))];
    if !arguments.only.is_empty() {
        let message = format!(
            "--only {}: {} of the seals were asked for, and the answer leaves out the others",
            arguments.only.join(" --only "),
            selected.len()
        );
        notices.push(Notice::new("narrowed", message));
    }
    notices
}
