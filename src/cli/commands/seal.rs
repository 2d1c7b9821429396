//! `seal`: writes seals again after an approved change, or makes one.
//!
//! Everything is read and every reason to refuse is looked for before the first byte is written.

use sealgate_core::compare::changes;
use sealgate_core::compare::inventory::Inventory;
use sealgate_core::compare::verdict::Verdict;
use sealgate_core::seal::exclude::Scope;
use sealgate_core::seal::{BuildCommand, BuildEdit, Seal, SealError, SealName, read, to_bytes};
use sealgate_core::text::problem::Problem;
use sealgate_git::{Listing, Tracking};
use sealgate_scan::{self as inventory, Scanner};

use super::from_report::{self, Approval};
use super::ready::{PendingSeal, write};
use super::{Context, collect, refuse_in_ci, seal_header};
use crate::cli::args::SealArgs;
use crate::cli::progress::Progress;
use crate::ops::bounds::Bounds;
use crate::ops::seal::draft::{
    draft, keep_modes, looks_tracked, outside_links, replaced, take_only, untracked,
};
use crate::ops::seal::plan::{self, Plan, Wanted};
use crate::report::Verbosity;
use crate::report::sealed::Outcome;
use crate::tree::{NamedBy, root_problem};

type Problems = Vec<Problem>;

pub(super) fn run(arguments: &SealArgs, context: &Context) -> super::Outcome {
    if let Some(report) = &arguments.from_report {
        return from_report::run(&Approval::of_seal(arguments, report), context);
    }
    refuse_in_ci("sealgate seal", Some(arguments.allow_ci))?;
    let _lock = context.lock()?;
    let edits_header = !arguments.exclude.is_empty() || arguments.set_build.is_some();
    if arguments.root.is_none() && edits_header {
        return seal_header::run(arguments, select(arguments, context)?, context);
    }
    let plans = plan(arguments, context)?;
    for plan in plans.iter().filter(|plan| plan.merged) {
        context.terminal.remark(&format!(
            "{}: the lines above [entries] are those of both sides of the merge, which are alike",
            plan.name
        ));
    }
    let ready = prepare(arguments, context, plans)?;
    refuse_many(arguments, &ready)?;
    for seal in &ready {
        seal.warn(context);
    }
    write(&ready, context)?;
    let verbosity = context.terminal.verbosity;
    let told: Vec<u8> = ready.iter().flat_map(|ready| tell(ready, context, verbosity)).collect();
    context.terminal.answer(&told).map_err(|problem| vec![problem])?;
    Ok(Verdict::Pass)
}

/// What is to be sealed, from the command line and the seals that there are.
fn plan(arguments: &SealArgs, context: &Context) -> Result<Vec<Plan>, Problems> {
    if let Some(root) = &arguments.root {
        let [name] = &arguments.names[..] else {
            return Err(vec![
                Problem::new("usage", "--root makes one seal")
                    .remedy("name it: sealgate seal NAME --root DIR"),
            ]);
        };
        let build = match set_build(arguments)? {
            BuildEdit::Set(build) => Some(build),
            BuildEdit::Keep | BuildEdit::Remove => None,
        };
        let exclude = &arguments.exclude;
        let wanted = Wanted { name, root, build: build.as_ref(), exclude };
        return plan::make(&context.repository, &context.base, &wanted).map(|plan| vec![plan]);
    }
    let names = select(arguments, context)?;
    let needs_old = !arguments.only.is_empty();
    collect(names.into_iter().map(|name| plan::again(&context.repository, name, needs_old)))
}

/// What `--set-build` asks for.
pub(super) fn set_build(arguments: &SealArgs) -> Result<BuildEdit, Problems> {
    let text = match arguments.set_build.as_deref() {
        None => return Ok(BuildEdit::Keep),
        Some("") => return Ok(BuildEdit::Remove),
        Some(text) => text.trim_matches(' '),
    };
    BuildCommand::parse(text).map(BuildEdit::Set).map_err(|fault| {
        let remedy = "name one line of shell; put more in a script: --set-build 'sh build.sh'";
        vec![Problem::new("usage", format!("--set-build: {fault}")).remedy(remedy)]
    })
}

/// The seals that are meant, of those that there are.
fn select(arguments: &SealArgs, context: &Context) -> Result<Vec<SealName>, Problems> {
    let make = |problem: Problem| match problem.code {
        "name-unmatched" => problem.remedy("to make a seal: sealgate seal NAME --root DIR"),
        _ => problem,
    };
    let names = context.select(&arguments.names);
    names.map_err(|problems| problems.into_iter().map(make).collect())
}

/// Reads all roots, and gives the seals that may be written.
pub(super) fn prepare(
    arguments: &SealArgs,
    context: &Context,
    plans: Vec<Plan>,
) -> Result<Vec<PendingSeal>, Problems> {
    let only = (!arguments.only.is_empty()).then(|| Scope::new(arguments.only.clone()));
    let only = only.transpose().map_err(|error| {
        let message = error.to_string().replace("exclude pattern", "--only");
        vec![Problem::new("usage", message).remedy("see gitignore(5) for the syntax")]
    })?;
    let scanner = arguments.reading.scanner();
    let progress = Progress::watch(&scanner.meter, context.terminal.verbosity != Verbosity::Quiet);
    let roots = plans.iter().map(|plan| (plan.name.as_str(), plan.header.root.as_str()));
    let mut bounds = Bounds::new(roots);
    // Whatever cannot be sealed is refused before git is asked: git opens files by their names, and
    // would wait for a FIFO that is called .gitignore.
    let drafted = collect(plans.into_iter().map(|plan| {
        let name = plan.name.as_str();
        if let Some(refused) = bounds.refuse(name) {
            return Err(vec![refused]);
        }
        let names = scanner.meter.names();
        let inventory = observe(&plan, context, &scanner).map_err(|problem| vec![problem])?;
        bounds.count(name, scanner.meter.names() - names, inventory.bytes, []);
        let seal = drafted(&plan, &inventory);
        scanner.workers.discard(inventory);
        Ok((plan, seal?))
    }))?;
    drop(progress);
    let listing = listing(&drafted, context)?;
    collect(drafted.into_iter().map(|(plan, mut seal)| {
        let tracking = listing.below(seal.header.root.as_str());
        if plan.new && context.repository.in_git() {
            seal.header.tracked = looks_tracked(&seal, &tracking);
        }
        ready(arguments, context, plan, seal, only.as_ref(), &tracking)
    }))
}

fn observe(plan: &Plan, context: &Context, scanner: &Scanner) -> Result<Inventory, Problem> {
    let named_by = if plan.new { NamedBy::User } else { NamedBy::Seal };
    let problem = |error| root_problem(&error, &plan.name, named_by);
    let root = context.repository.open(&plan.header.root).map_err(problem)?;
    inventory::take(&root, &plan.header.scope, scanner).map_err(problem)
}

/// The seal of what was observed, as `plan` wants it.
fn drafted(plan: &Plan, inventory: &Inventory) -> Result<Seal, Problems> {
    let mut seal = draft(&plan.name, plan.header.clone(), inventory)?;
    if let (Some(old), false) = (&plan.old, inventory.modes) {
        keep_modes(&mut seal, old);
    }
    Ok(seal)
}

/// What git knows of the roots that it keeps, or may keep.
fn listing(drafted: &[(Plan, Seal)], context: &Context) -> Result<Listing, Problems> {
    if !context.repository.in_git() {
        return Ok(Listing::default());
    }
    let kept = drafted.iter().filter(|(plan, _)| plan.new || plan.header.tracked);
    let roots = kept.map(|(plan, _)| plan.header.root.as_str());
    Listing::of(context.repository.root(), roots).map_err(|error| vec![error.into()])
}

fn ready(
    arguments: &SealArgs,
    context: &Context,
    plan: Plan,
    mut seal: Seal,
    only: Option<&Scope>,
    tracking: &Tracking<'_>,
) -> Result<PendingSeal, Problems> {
    let Plan { name, old_bytes, old, salvaged, new, .. } = plan;
    if let (Some(only), Some(old)) = (only, &old) {
        seal = take_only(old, seal, only).ok_or_else(|| {
            vec![
                Problem::new("usage", "--only matches no entry, sealed or there")
                    .seal(name.as_str())
                    .remedy(format!("sealgate ls {name} lists the paths")),
            ]
        })?;
    }
    let mut problems = Vec::new();
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
        problems.extend(untracked(&seal, tracking, new));
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
    Ok(PendingSeal { seal, bytes, old, old_was_whole, changed })
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

/// Without NAME, one seal may change; more only when all are meant.
pub(super) fn refuse_many(arguments: &SealArgs, ready: &[PendingSeal]) -> Result<(), Problems> {
    let changed: Vec<_> =
        ready.iter().filter(|ready| ready.changed).map(|ready| ready.seal.name.as_str()).collect();
    if arguments.all || !arguments.names.is_empty() || changed.len() < 2 {
        return Ok(());
    }
    let message = format!("{} seals would change: {}", changed.len(), changed.join(", "));
    Err(vec![
        Problem::new("several-seals", message)
            .remedy("name the ones that are meant, or pass --all"),
    ])
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
