//! `seal`: writes seals again after an approved change, or makes one.
//!
//! Everything is read and every reason to refuse is looked for before the first byte is written.

use sealgate_core::compare::changes;
use sealgate_core::compare::inventory::{Extent, Inventory};
use sealgate_core::compare::is_left_out;
use sealgate_core::compare::verdict::Verdict;
use sealgate_core::seal::exclude::Scope;
use sealgate_core::seal::{Seal, SealError, SealName, SealedEntry, read, to_bytes};
use sealgate_core::text::problem::Problem;
use sealgate_git::{Listing, Tracking};
use sealgate_scan::Scanner;

use super::from_report::{self, Approval};
use super::ready::{PendingSeal, refuse_many, tell_next, write};
use super::seal_plan::{check_at, plan, select};
use super::{Context, collect, refuse_in_ci, seal_header, seal_notices};
use crate::cli::args::SealArgs;
use crate::cli::progress::Progress;
use crate::ops::bounds::Bounds;
use crate::ops::check::Opened;
use crate::ops::seal::database;
use crate::ops::seal::draft::{
    keep_modes, looks_tracked, partial, replaced, take_modes_of_git, take_only, untracked,
};
use crate::ops::seal::kept::{Approving, LineEndRules, changed_by_git};
use crate::ops::seal::part::Part;
use crate::ops::seal::plan::Plan;
use crate::ops::seal::pointers::{self, pointers};
use crate::ops::seal::refusals::outside_links;
use crate::report::Verbosity;
use crate::report::sealed::Outcome;
use crate::tree::NamedBy;

type Problems = Vec<Problem>;

pub(super) fn run(arguments: &SealArgs, context: &Context) -> super::Outcome {
    if let Some(report) = &arguments.from_report {
        return from_report::run(&Approval::of_seal(arguments, report), context);
    }
    refuse_in_ci("sealgate seal", Some(arguments.allow_ci))?;
    let _lock = context.lock()?;
    let edits_header = !arguments.exclude.is_empty() || arguments.set_build.is_some();
    if arguments.root.is_none() && arguments.include.is_empty() && edits_header {
        if arguments.at.is_some() {
            let message = "a change of the header of a seal reads no bytes, so --at means nothing";
            let remedy = "change the seal first, and then seal with --at";
            return Err(vec![Problem::new("usage", message).remedy(remedy)]);
        }
        return seal_header::run(arguments, select(arguments, context)?, context);
    }
    let plans = plan(arguments, context)?;
    check_at(arguments, &plans)?;
    for plan in plans.iter().filter(|plan| plan.merged) {
        context.terminal.remark(&format!(
            "{}: the lines above [entries] are those of both sides of the merge, which are alike",
            plan.name
        ));
    }
    let ready = prepare(arguments, context, plans)?;
    refuse_many(arguments, &ready)?;
    hold_against_git(&ready, arguments, LineEndRules::AsConfigured, context)?;
    for seal in &ready {
        seal.warn(context);
        seal_notices::remark(seal, arguments, context)?;
    }
    write(&ready, context)?;
    let verbosity = context.terminal.verbosity;
    let mut told: Vec<u8> =
        ready.iter().flat_map(|ready| tell(ready, context, verbosity)).collect();
    told.extend(tell_next(&ready, context));
    context.terminal.answer(&told)?;
    Ok(Verdict::Pass)
}

/// Reads all roots, and gives the seals that may be written.
pub(super) fn prepare(
    arguments: &SealArgs,
    context: &Context,
    plans: Vec<Plan>,
) -> Result<Vec<PendingSeal>, Problems> {
    let only = super::only(&arguments.only)?;
    let scanner = arguments.reading.scanner();
    let progress = Progress::watch(&scanner.meter, context.terminal.verbosity != Verbosity::Quiet);
    let roots = plans.iter().map(|plan| (plan.name.as_str(), plan.header.root.as_str()));
    let mut bounds = Bounds::new(roots);
    let drafted = collect(plans.into_iter().map(|mut plan| {
        let name = &plan.name.to_string();
        if let Some(refused) = bounds.refuse(name) {
            return Err(vec![refused]);
        }
        let names = scanner.meter.names();
        let (root, inventory) = observe(&mut plan, arguments, only.as_ref(), context, &scanner)?;
        bounds.count(name, scanner.meter.names() - names, inventory.bytes, []);
        let (seal, problems) = drafted(&plan, &inventory, only.as_ref());
        let git_may_look = !holds_special_ignore_file(&inventory);
        let modes = inventory.modes;
        scanner.workers.discard(inventory);
        let directory = root.directory();
        let pointers = directory.map_or_else(Vec::new, |directory| {
            pointers(&seal, plan.old.as_ref(), only.as_ref(), directory, &scanner.workers)
        });
        let file = file_of(&seal, arguments, context)?;
        Ok(Drafted { plan, seal, modes, pointers, file, problems, git_may_look })
    }))?;
    drop(progress);
    if drafted.iter().any(|drafted| !drafted.git_may_look) {
        return Err(drafted.into_iter().flat_map(|drafted| drafted.problems).collect());
    }
    let listing = listing(&drafted, context)?;
    collect(drafted.into_iter().map(|mut drafted| {
        let tracking = listing.below(drafted.seen_by_git().header.root.as_str());
        let is_on_server = drafted.plan.header.root.is_on_server();
        if drafted.plan.new && context.repository.in_git() && !is_on_server {
            drafted.seal.header.tracked = match &arguments.at {
                None => looks_tracked(drafted.seen_by_git(), &tracking),
                Some(_) => tracking.knows_any(),
            };
            let seal = &drafted.seal;
            if let (Some(_), true) = (&arguments.at, seal.header.tracked) {
                let message = format!("git keeps files in {}", seal.header.root);
                return Err(vec![
                    Problem::new("usage", message)
                        .seal(seal.name.as_str())
                        .remedy("copy the files into the root, and seal without --at"),
                ]);
            }
        }
        if !drafted.modes {
            settle_modes(&mut drafted, &tracking, context);
        }
        ready(arguments, context, drafted, only.as_ref(), &tracking)
    }))
}

/// A seal of what was read, before git is asked.
struct Drafted {
    plan: Plan,
    seal: Seal,
    /// Whether the execute bits of its files were seen.
    modes: bool,
    /// The paths of Git LFS pointers in it.
    pointers: Vec<String>,
    /// Of a database: the seal of its file.
    file: Option<Seal>,
    /// Why the seal is not of everything that is there.
    problems: Problems,
    /// Whether git would not wait for anything there.
    git_may_look: bool,
}

impl Drafted {
    /// The seal whose entries are files.
    fn seen_by_git(&self) -> &Seal {
        self.file.as_ref().unwrap_or(&self.seal)
    }
}

/// The seal of the file of a database that is sealed where it is.
fn file_of(seal: &Seal, arguments: &SealArgs, context: &Context) -> Result<Option<Seal>, Problem> {
    if arguments.at.is_some() { Ok(None) } else { database::file_of(seal, &context.repository) }
}

/// Whether something that git would open, and wait for, is called as a list of ignored files is.
fn holds_special_ignore_file(inventory: &Inventory) -> bool {
    let mut troubles = inventory.troubles();
    troubles.any(|(path, _)| path.rsplit(|&byte| byte == b'/').next() == Some(b".gitignore"))
}

/// Takes the execute bits from git where the system has none. Of a root that git does not keep, a
/// remark says how new entries are sealed.
fn settle_modes(drafted: &mut Drafted, tracking: &Tracking<'_>, context: &Context) {
    if drafted.seal.header.tracked {
        take_modes_of_git(&mut drafted.seal, tracking);
        return;
    }
    context.terminal.remark(&format!(
        "{}: this system has no execute bits, so new entries are sealed as not executable; seal on \
         a system that has them if some are",
        drafted.plan.name
    ));
}

fn observe(
    plan: &mut Plan,
    arguments: &SealArgs,
    only: Option<&Scope>,
    context: &Context,
    scanner: &Scanner,
) -> Result<(Opened<'static>, Inventory), Problems> {
    let named_by = if plan.new { NamedBy::User } else { NamedBy::Seal };
    let Plan { name, header, .. } = plan;
    let opened = match &arguments.at {
        None => Opened::of_root(&context.repository, name, header, named_by),
        Some(at) => Opened::of_place(&context.named_place(at), name, header),
    };
    let root = opened.map_err(|problem| about_root(problem, plan, context))?;
    let Plan { name, header, .. } = plan;
    if let (Opened::Database(database), Some(surface)) = (&root, &mut header.surface) {
        // A new seal is of the version that is there.
        surface.system = database.system();
    }
    // The rest of the seal has the entries that it has.
    if let (Opened::Database(database), None) = (&root, only) {
        for said in database::choose_buckets(database, header, name)? {
            context.terminal.remark(&said);
        }
    }
    let left_out = |path: &[u8]| only.is_some_and(|only| is_left_out(only, path));
    let observed = root.observe(name, header, Extent::default(), scanner, Some(&left_out))?;
    Ok((root, observed.complete()?))
}

/// A root that cannot be opened, with what to do about one that the user just named.
fn about_root(problem: Problem, plan: &Plan, context: &Context) -> Problem {
    let root = plan.header.root.as_str();
    let is_file = || context.repository.root().join(root).is_file();
    match problem.code {
        "root-not-directory" if plan.header.surface.is_none() && is_file() => problem.remedy(
            "name a directory; to seal an SQLite database, name its tables too: --include main/TABLE",
        ),
        _ => problem,
    }
}

/// The seal of what was observed, as `plan` wants it, and why that is not everything.
fn drafted(plan: &Plan, inventory: &Inventory, only: Option<&Scope>) -> (Seal, Problems) {
    let part = only.zip(plan.old.as_ref()).map(|(only, old)| Part { only, old });
    let (mut seal, problems) = partial(&plan.name, plan.header.clone(), inventory, part);
    if let (Some(old), false) = (&plan.old, inventory.modes) {
        keep_modes(&mut seal, old);
    }
    (seal, problems)
}

/// What git knows of the roots that it keeps, or may keep.
fn listing(drafted: &[Drafted], context: &Context) -> Result<Listing, Problems> {
    if !context.repository.in_git() {
        return Ok(Listing::default());
    }
    let is_kept = |drafted: &&Drafted| drafted.plan.new || drafted.plan.header.tracked;
    let kept = drafted.iter().filter(is_kept);
    let roots = kept.map(|drafted| drafted.seen_by_git().header.root.as_str());
    Listing::of(context.repository.root(), roots).map_err(|error| vec![error.into()])
}

fn ready(
    arguments: &SealArgs,
    context: &Context,
    drafted: Drafted,
    only: Option<&Scope>,
    tracking: &Tracking<'_>,
) -> Result<PendingSeal, Problems> {
    let Drafted { plan, mut seal, pointers, file, mut problems, .. } = drafted;
    let Plan { name, old_bytes, old, salvaged, new, .. } = plan;
    if let (Some(only), Some(old)) = (only, &old) {
        seal = match take_only(old, seal, only) {
            Some(seal) => seal,
            None if problems.is_empty() => {
                return Err(vec![
                    Problem::new("usage", "--only matches no entry, sealed or there")
                        .seal(name.as_str())
                        .remedy(format!("sealgate ls {name} lists the paths")),
                ]);
            }
            None => return Err(problems),
        };
    }
    if !arguments.allow_outside_links {
        problems.extend(outside_links(&seal, old.as_ref()));
    }
    if seal.header.tracked && !context.repository.in_git() {
        problems.push(
            Problem::new("untracked", "tracked = true, but this is no git repository")
                .seal(name.as_str())
                .remedy("set tracked = false"),
        );
    } else if seal.header.tracked {
        match &file {
            Some(file) => problems.extend(database::untracked(&seal, file, tracking, new)),
            None => problems.extend(untracked(&seal, only, tracking, new)),
        }
        problems.extend(pointers::problem(&seal, &pointers));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let bytes = to_bytes(&seal);
    let changed = old_bytes.as_ref() != Some(&bytes);
    let old_was_whole = old.is_some();
    if changed || !old_was_whole {
        check_readable(&name, &bytes, only.is_some(), context)?;
    }
    let old = old.or_else(|| (!new).then(|| replaced(salvaged, &seal)));
    Ok(PendingSeal { seal, bytes, old, old_was_whole, changed, pointers, file })
}

/// Refuses seals of roots that are kept in git if `git add` would store something else than they state.
/// Entries that `--only` leaves alone were not read, and are no reason to refuse.
pub(super) fn hold_against_git(
    ready: &[PendingSeal],
    arguments: &SealArgs,
    rules: LineEndRules,
    context: &Context,
) -> Result<(), Problems> {
    let mut approving = Vec::new();
    for ready in ready.iter().filter(|ready| ready.seal.header.tracked) {
        if let Some(file) = &ready.file {
            approving.push(Approving { seal: file, entries: file.entries.iter().collect() });
            continue;
        }
        let old = ready.old.as_ref().filter(|_| !arguments.only.is_empty());
        let is_read = |sealed: &&SealedEntry| {
            old.is_none_or(|old| old.entry(sealed.path.as_bytes()) != Some(&sealed.entry))
        };
        let entries = ready.seal.entries.iter().filter(is_read).collect();
        approving.push(Approving { seal: &ready.seal, entries });
    }
    let threads = arguments.reading.scanner().workers.count();
    match changed_by_git(&context.repository, &approving, rules, threads) {
        Ok(problems) if problems.is_empty() => Ok(()),
        Ok(problems) => Err(problems),
        Err(error) => Err(vec![error.into()]),
    }
}

/// What is written must be what `check` accepts: every rule, the size limit too.
fn check_readable(
    name: &SealName,
    bytes: &[u8],
    only_a_part: bool,
    context: &Context,
) -> Result<(), Problems> {
    let refused = |error: SealError| {
        if !only_a_part {
            return error.into_problem(name, &context.repository.file_of(name));
        }
        let message = format!("--only takes a part that does not fit the rest: {error}");
        Problem::new("usage", message)
            .seal(name.as_str())
            .remedy("take the whole directory that changed, or seal without --only")
    };
    read(name, bytes).map(drop).map_err(|error| vec![refused(error)])
}

/// What was done, in the words of a reviewer.
pub(super) fn tell(ready: &PendingSeal, context: &Context, verbosity: Verbosity) -> Vec<u8> {
    let outcome = match &ready.old {
        _ if !ready.changed => Outcome::Same,
        None => Outcome::New,
        Some(old) => Outcome::Replaced {
            changes: changes::between(old, &ready.seal),
            whole: ready.old_was_whole,
        },
    };
    ready.tell(outcome, context, verbosity)
}
