//! `rebuild`: proves that the build makes the sealed bytes, or approves what it makes.

use std::path::Path;

use sealgate_core::compare::verdict::Verdict;
use sealgate_core::seal::path::EntryPath;
use sealgate_core::seal::{Header, Root, Seal, SealName};
use sealgate_core::text::problem::Problem;
use sealgate_scan::{Scanner, read_named};

use super::check::{self, Prepared};
use super::environment::variable;
use super::kept_builds::Keep;
use super::ready::{tell_next, write};
use super::select::by_place;
use super::two_builds::BothBuilds;
use super::{Context, Outcome, collect, refuse_in_ci, seal};
use crate::cli::args::RebuildArgs;
use crate::github::event::MAX_EVENT_BYTES;
use crate::github::foreign::why_no_build;
use crate::ops::rebuild::SealFiles;
use crate::ops::rebuild::aside::{Aside, Left, Restored, restore};
use crate::ops::rebuild::command::Build;
use crate::ops::rebuild::plan::{Dispensable, Plan, Rebuilt};
use crate::ops::rebuild::runs::{needs_git, unfinished};
use crate::ops::rebuild::twice::compare;
use crate::ops::rebuild::varying::Varying;
use crate::ops::seal::plan;
use crate::report::setup::MOST_NAMED;
use crate::report::text::{count, listed};
use crate::report::{Format, Verbosity, quote};
use crate::tree::{CommitTree, select};

type Problems = Vec<Problem>;

/// How many paths a line names; the others are counted.
const NAMED: usize = 10;

pub(super) fn run(arguments: &RebuildArgs, context: &Context) -> Outcome {
    if arguments.seal {
        refuse_in_ci("sealgate rebuild --seal", None)?;
    }
    if arguments.restore {
        return put_back(arguments, context);
    }
    refuse_foreign()?;
    check::places::report_files(&arguments.output.report, context)?;
    needs_git(&context.repository)?;
    let scanner = arguments.reading.scanner();
    let plan = planned(arguments, &scanner, context)?;
    for name in &plan.without_build {
        context
            .terminal
            .remark(&format!("{name} is not rebuilt: its seal states no build command"));
    }
    let keep = Keep::wanted(arguments, &plan, context)?;
    let check = arguments.check();
    // Before a build runs: it could move the refs, or leave a process that writes the seals.
    let prepared = if arguments.seal {
        None
    } else {
        let keep = keep.as_ref().and_then(Keep::name);
        Some(check::before_build(&check, &plan.without_build, keep, context)?)
    };
    let prepared = match prepared {
        // No build changes that.
        Some(prepared) if prepared.cannot_pass() => {
            return check::run_without_build(&check, prepared, context);
        }
        prepared => prepared,
    };
    let before = SealFiles::look(&context.repository, &scanner)?;
    let aside = Aside::begin(&context.repository, plan.roots())?;
    let built = build(&plan, &aside, context)
        .and_then(|()| if arguments.twice { build_again(&plan, &aside, context) } else { Ok(()) })
        .and_then(|()| before.check_unchanged(&context.repository, &scanner));
    if let Err(problem) = built {
        return Err(failed(problem, &aside, context));
    }
    if plan.not_made(&context.repository).is_empty() {
        plan.record(&context.repository, &scanner);
        let room = Room { plan: &plan, aside: &aside, keep: keep.as_ref() };
        let verdict = judge(arguments, prepared, &room, &scanner, context);
        // What was approved is not lost to a build that makes something else.
        let dispensable = match verdict {
            Ok(Verdict::Pass) => Dispensable::Sealed,
            _ => Dispensable::Committed,
        };
        let sort = |root: &EntryPath, directory: &_| {
            plan.sort(root, directory, dispensable, (&context.repository, &scanner))
        };
        tell_left(&aside.finish(&sort)?, context);
        return verdict;
    }
    let Some(prepared) = prepared else {
        let problems = nothing_written(&plan, context);
        tell_made(&aside, context)?;
        return Err(problems);
    };
    // The report says so, below what became of the seals.
    let verdict = check::run_after_build(&check, prepared, context);
    tell_made(&aside, context)?;
    verdict.map(|(verdict, _)| verdict)
}

/// Refuses to run a build where an event lends it the rights of somebody else.
pub(super) fn refuse_foreign() -> Result<(), Problem> {
    if variable("GITHUB_ACTIONS").as_deref() != Some("true") {
        return Ok(());
    }
    let event = variable("GITHUB_EVENT_NAME").unwrap_or_default();
    let read = || read_named(Path::new(&variable("GITHUB_EVENT_PATH")?), MAX_EVENT_BYTES).ok();
    match why_no_build(&event, read) {
        None => Ok(()),
        Some(why) => Err(Problem::new("rebuild-foreign", format!("no build runs here: {why}"))
            .remedy(
                "rebuild in a workflow for the event pull_request, which has no rights to lose",
            )),
    }
}

/// The seals that are meant, and every reason not to begin.
fn planned(
    arguments: &RebuildArgs,
    scanner: &Scanner,
    context: &Context,
) -> Result<Plan, Problems> {
    let repository = &context.repository;
    let commit = arguments.seals_from.as_ref().map(|rev| CommitTree::open(repository, rev));
    let commit = commit.transpose()?;
    let names = match &commit {
        None => context.select(&arguments.names)?,
        Some(commit) => {
            let contents = context.contents_of(commit)?;
            if !contents.strays.is_empty() {
                return Err(contents.strays);
            }
            let load = |name: &SealName| commit.load(name);
            select(&contents.names, &by_place(context, &contents.names, &arguments.names, &load))?
        }
    };
    let seals = collect(names.into_iter().map(|name| {
        let (header, seal) = match &commit {
            Some(commit) => whole(commit.load(&name).and_then(|loaded| loaded.seal)),
            None if arguments.seal => plan::again_after_build(repository, name.clone())
                .map(|plan| (plan.header, plan.old)),
            None => whole(repository.load(&name).and_then(|loaded| loaded.seal)),
        }?;
        Ok((name, header, seal))
    }))?;
    let all = repository.contents()?.unwrap_or_default().names;
    let mut all: Vec<Root> = all.iter().filter_map(|name| repository.loose_root(name)).collect();
    all.extend(seals.iter().map(|(_, header, _)| header.root.clone()));
    Plan::new(repository, seals, !arguments.names.is_empty(), &all, scanner)
}

fn whole(seal: Result<Seal, Problem>) -> Result<(Header, Option<Seal>), Problems> {
    seal.map(|seal| (seal.header.clone(), Some(seal))).map_err(Vec::from)
}

/// Runs each command once.
fn build(plan: &Plan, aside: &Aside<'_>, context: &Context) -> Result<(), Problem> {
    plan.commands().into_iter().try_for_each(|command| {
        run_one(Build::Line(command), context.repository.root(), aside, context)
    })
}

pub(super) fn run_one(
    build: Build<'_>,
    directory: &Path,
    aside: &Aside<'_>,
    context: &Context,
) -> Result<(), Problem> {
    context.terminal.remark(&format!("build: {}", build.shown()));
    build.run(directory, aside.running(), |group| aside.note_group(group))
}

/// Builds a second time, in an empty place again.
fn build_again(plan: &Plan, aside: &Aside<'_>, context: &Context) -> Result<(), Problem> {
    if !plan.not_made(&context.repository).is_empty() {
        // The second build would have nothing to be compared with.
        return Ok(());
    }
    aside.keep_first()?;
    build(plan, aside, context)
}

/// Puts back what there was before a build that failed.
pub(super) fn failed(problem: Problem, aside: &Aside<'_>, context: &Context) -> Problems {
    let put_back = tell_made(aside, context);
    [vec![problem], put_back.err().unwrap_or_default()].concat()
}

pub(super) fn tell_made(aside: &Aside<'_>, context: &Context) -> Result<(), Problems> {
    if let Some(made) = aside.put_back()? {
        context.terminal.remark(&format!(
            "what was there before the build is back; what the build made is in {made}, until the \
             next rebuild"
        ));
    }
    Ok(())
}

/// What was built, and where what is not in its place is.
struct Room<'a> {
    plan: &'a Plan,
    aside: &'a Aside<'a>,
    keep: Option<&'a Keep>,
}

/// What came out: held against the first of two builds, then against what was `prepared`, or sealed.
fn judge(
    arguments: &RebuildArgs,
    prepared: Option<Prepared<'_>>,
    &Room { plan, aside, keep }: &Room<'_>,
    scanner: &Scanner,
    context: &Context,
) -> Outcome {
    if arguments.twice {
        let varying = same_builds(plan, aside, scanner, arguments.output.format, context)?;
        if let Some(varying) = varying {
            let prepared = prepared.filter(|_| !arguments.output.report.is_empty());
            let filed = prepared.map(|prepared| {
                check::file_varying(&arguments.check(), prepared, varying, context)
            });
            return filed.unwrap_or(Ok(Verdict::Fail));
        }
        aside.drop_first();
    }
    match prepared {
        None => approve(arguments, plan, context),
        Some(prepared) => {
            let (verdict, failed) = check::run_after_build(&arguments.check(), prepared, context)?;
            keep.map_or(Ok(()), |keep| keep.copy(plan, &failed, &arguments.reading, context))?;
            Ok(verdict)
        }
    }
}

/// Says where two builds made different bytes, and gives what they made there; `None` where they are the same.
fn same_builds(
    plan: &Plan,
    aside: &Aside<'_>,
    scanner: &Scanner,
    format: Format,
    context: &Context,
) -> Result<Option<Vec<Varying>>, Problems> {
    let mut varying = Vec::new();
    let mut both = BothBuilds::new(format, context);
    // Many roots that were built alike are one line.
    let folds = plan.rebuilt.len() > MOST_NAMED && context.terminal.verbosity != Verbosity::Verbose;
    let (mut alike, mut entries) = (0_usize, 0_usize);
    for seal in &plan.rebuilt {
        let first = aside.first(&seal.root)?;
        let second = open(&seal.header.root, context)?;
        let mut compared = compare(&seal.name, &seal.header, (&first, &second), scanner)?;
        let is_same = compared.changes.is_empty();
        if folds && is_same {
            alike += 1;
            entries += compared.entries;
            continue;
        }
        if !is_same {
            let made = compared.take_made();
            varying.push(Varying::new(&compared.name, &compared.changes, made));
        }
        let places = (&*aside.first_shown(&seal.root), seal.root.as_str());
        both.tell(compared, places)?;
    }
    if alike > 0 {
        let entries = count(entries, "entry", "entries");
        let said = format!("{alike} directories: built twice, the same bytes: {entries}");
        context.terminal.say(&said);
    }
    Ok((!both.finish()?).then_some(varying))
}

/// Builds what `plan` says twice, and leaves what the second build made; gives what stays aside.
pub(super) fn build_twice(
    plan: &Plan,
    scanner: &Scanner,
    context: &Context,
) -> Result<Vec<Left>, Problems> {
    let repository = &context.repository;
    let aside = Aside::begin(repository, plan.roots())?;
    let built = build(plan, &aside, context).and_then(|()| build_again(plan, &aside, context));
    if let Err(problem) = built {
        return Err(failed(problem, &aside, context));
    }
    let not_made = nothing_written(plan, context);
    if !not_made.is_empty() {
        tell_made(&aside, context)?;
        return Err(not_made);
    }
    if same_builds(plan, &aside, scanner, Format::Human, context)?.is_some() {
        tell_made(&aside, context)?;
        let message = "two builds of one source differ, so nothing is sealed";
        return Err(Problem::new("build-not-repeatable", message)
            .remedy("make the build repeat itself; to seal what is there all the same: sealgate seal NAME --root DIR")
            .into());
    }
    plan.record(repository, scanner);
    aside.drop_first();
    let sort = |root: &EntryPath, directory: &_| {
        plan.sort(root, directory, Dispensable::Sealed, (repository, scanner))
    };
    aside.finish(&sort).map_err(Vec::from)
}

/// The problems of roots that no command made.
fn nothing_written(plan: &Plan, context: &Context) -> Problems {
    let problem = |seal: &&Rebuilt| {
        check::wrote_nothing(seal.name.as_str(), seal.root.as_str(), seal.build.as_str())
    };
    plan.not_made(&context.repository).iter().map(problem).collect()
}

pub(super) fn open(root: &Root, context: &Context) -> Result<sealgate_scan::Directory, Problems> {
    context.repository.open(root).map_err(|error| {
        Problem::new("rebuild-aside", error.to_string()).remedy("build again").into()
    })
}

/// Seals what the build made.
fn approve(arguments: &RebuildArgs, plan: &Plan, context: &Context) -> Outcome {
    let _lock = context.lock()?;
    let plans = plan
        .rebuilt
        .iter()
        .map(|seal| plan::again_after_build(&context.repository, seal.name.clone()));
    let ready = seal::prepare(&arguments.seal(), context, collect(plans)?)?;
    for ready in &ready {
        ready.warn(context);
    }
    write(&ready, context)?;
    let verbosity = context.terminal.verbosity;
    let mut said: Vec<u8> =
        ready.iter().flat_map(|ready| seal::tell(ready, context, verbosity)).collect();
    said.extend(tell_next(&ready, context));
    context.terminal.answer(&said)?;
    Ok(Verdict::Pass)
}

/// `rebuild --restore`.
fn put_back(arguments: &RebuildArgs, context: &Context) -> Outcome {
    let repository = &context.repository;
    let scanner = arguments.reading.scanner();
    let names = repository.contents()?.unwrap_or_default().names;
    let seals = names.iter().filter_map(|name| {
        let seal = repository.load(name).ok()?.seal.ok()?;
        Some((name.clone(), seal.header.clone(), Some(seal)))
    });
    let plan = Plan::of_known(seals.collect());
    let sort = |root: &EntryPath, directory: &_| {
        plan.sort(root, directory, Dispensable::ThereAgain, (repository, &scanner))
    };
    let Restored { left, built } = restore(repository, &scanner, &sort)?;
    match &built[..] {
        [] => context.terminal.remark("what the rebuild had moved aside is back in its place"),
        roots => {
            let roots: Vec<&str> = roots.iter().map(EntryPath::as_str).collect();
            context.terminal.remark(&format!(
                "the build had ended: what it made of {} stays in place",
                roots.join(", ")
            ));
        }
    }
    tell_left(&left, context);
    Ok(Verdict::Pass)
}

/// Names what stays aside.
pub(super) fn tell_left(left: &[Left], context: &Context) {
    for Left { place, paths } in left {
        let named = listed(paths, NAMED);
        context.terminal.say(&format!("kept aside in {place}: {named}"));
        context.terminal.say(&format!(
            "  next: take from there what you need; then: rm -r {}",
            quote(place.as_bytes())
        ));
    }
}

/// Says that an earlier rebuild was stopped before its end, if one was.
pub(super) fn remark_on_unfinished(context: &Context) {
    if let Some(earlier) = unfinished(&context.repository).filter(|earlier| !earlier.runs) {
        context.terminal.say(&format!(
            "warning: a rebuild was stopped before its end; what it moved aside is in {}: put it back \
             with `sealgate rebuild --restore`",
            earlier.place
        ));
    }
}
