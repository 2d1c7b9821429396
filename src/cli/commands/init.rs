//! `init`: the first seals, the attributes that keep their bytes, a workflow and the hook.
//!
//! Everything is asked and prepared before the first byte is written; what is there already stays.

use std::io::{self, IsTerminal as _};

use sealgate_core::compare::verdict::Verdict;
use sealgate_core::seal::{Header, Root, Seal, SealName};
use sealgate_core::text::escape::{message, printable_str};
use sealgate_core::text::problem::Problem;

use super::init_answers::{Answers, answered};
use super::init_build::{
    Builds, edits, refuse_self_sealed, remark_on_unknown, tell_edit, tell_new, tell_other_bytes,
    unmade,
};
use super::init_place::{git_problem, usual_seals, work_tree};
use super::init_workflow::{Wishes, remark_on_workflow, with_action, workflow, workflow_is_there};
use super::ready::write;
use super::{Context, Outcome, collect, hook, refuse_in_ci, seal};
use crate::cli::args::{InitArgs, SealArgs};
use crate::ops::check::coverage::covered;
use crate::ops::seal::kept::LineEndRules;
use crate::ops::seal::plan::{self, Plan, Wanted};
use crate::report::setup::{self, SetUp};
use crate::setup::artifacts::{self, Artifact, Kept};
use crate::setup::init::files::{self, Change, EVERYWHERE, Place};
use crate::setup::init::{
    Dialogue, Runs, Workflow, build_command, by_hand, not_a_terminal, nothing_found, seal_name,
};
use crate::setup::packaging::holds_package;

type Problems = Vec<Problem>;

pub(super) fn run(arguments: &InitArgs, context: &Context) -> Outcome {
    refuse_in_ci("sealgate init", Some(arguments.allow_ci))?;
    work_tree(context)?;
    check_flags(arguments, context)?;
    let _lock = context.lock()?;
    let sealed = sealed(context)?;
    let answers = answers(arguments);
    let roots = roots(arguments, answers, &sealed, context)?;
    let draft = |builds: &Builds| -> Result<_, Vec<Problem>> {
        let plans = plans(&roots, &sealed, builds, context)?;
        let ready = seal::prepare(&sealing(arguments), context, plans).map_err(by_hand)?;
        seal::hold_against_git(&ready, &sealing(arguments), LineEndRules::AboutToBeExact, context)
            .map_err(by_hand)?;
        Ok(ready)
    };
    let first = draft(&Builds::default())?;
    refuse_self_sealed(&first, context)?;
    let new: Vec<&Seal> = first.iter().map(|ready| &ready.seal).collect();
    let all: Vec<&Seal> = sealed.iter().chain(new.iter().copied()).collect();
    let mut wishes = wishes(arguments, answers, (&all, &new), context)?;
    // Whatever speaks against it is said before anything is written.
    let asked = answers == Answers::Asked && !arguments.hook && !new.is_empty();
    let wanted = if asked { answered(Dialogue::hook)? } else { arguments.hook };
    let hook = wanted.then(|| hook::PendingSeal::new(false, context)).transpose();
    let hook = hook?;
    for path in [Some(files::ATTRIBUTES), wishes.workflow.file()].into_iter().flatten() {
        files::existing(context.repository.root(), path)?;
    }
    wishes.builds.prove(&new, &arguments.reading.scanner(), context)?;
    // Builds make other bytes, and so may anybody while questions are answered.
    let later = (answers == Answers::Asked || !wishes.builds.of_roots.is_empty())
        .then(|| draft(&wishes.builds))
        .transpose()?;
    let ready = later.as_ref().unwrap_or(&first);
    refuse_self_sealed(ready, context)?;
    tell_other_bytes(&first, ready, context);
    let new: Vec<&Seal> = ready.iter().map(|ready| &ready.seal).collect();
    let all: Vec<&Seal> = sealed.iter().chain(new.iter().copied()).collect();
    let edits = edits(wishes.stated.as_deref(), &sealed, context)?;
    let places = places(directories(&all, context), context)?;
    let mut changes = Vec::new();
    let root = context.repository.root();
    changes.extend(files::attributes(root, &places, wishes.everywhere)?);
    changes.extend(workflow(&wishes, &all, &edits, context)?);

    for ready in ready {
        ready.warn(context);
    }
    write(ready, context)?;
    write(&edits, context)?;
    changes.iter().try_for_each(|change| files::write(&context.repository, change))?;
    let mut told = tell_new(ready, context);
    told.extend(edits.iter().flat_map(|ready| tell_edit(ready, context)));
    let mut done = done(&roots, &sealed, &new, changes, &places, context);
    done.unmade = unmade(&first, ready, context);
    done.sealed.extend(edits.iter().map(|ready| context.repository.file_of(&ready.seal.name)));
    if let Some(hook) = hook {
        let said = hook.install(context)?;
        told.extend(format!("{}\n", message(&said)).into_bytes());
    }
    if context.repository.in_git() {
        let said = hook::set_up_merging(context)?;
        told.extend(said.iter().flat_map(|said| format!("{}\n", message(said)).into_bytes()));
    }
    told.extend(setup::text(&done, context.terminal.verbosity).into_bytes());
    context.terminal.answer(&told)?;
    remark_on_attributes(&places, &all, context)?;
    if answers != Answers::Asked {
        remark_on_unasked(arguments, &wishes, (&all, &new), context);
    }
    Ok(Verdict::Pass)
}

/// Who answers the questions.
fn answers(arguments: &InitArgs) -> Answers {
    match (arguments.yes, io::stdin().is_terminal() && io::stderr().is_terminal()) {
        (true, _) => Answers::Proposed,
        (false, true) => Answers::Asked,
        (false, false) => Answers::SealRef,
    }
}

/// Says what nobody was asked for.
fn remark_on_unasked(
    arguments: &InitArgs,
    wishes: &Wishes,
    (all, new): (&[&Seal], &[&Seal]),
    context: &Context,
) {
    remark_on_unknown(new, context);
    if arguments.workflow.is_none() {
        remark_on_workflow(wishes, all, context);
    }
}

fn check_flags(arguments: &InitArgs, context: &Context) -> Result<(), Problem> {
    if let Some(build) = &arguments.build {
        build_command(build).map_err(|why| {
            Problem::new("usage", format!("--build: {why}"))
                .remedy("name a script of yours: --build 'sh build.sh'")
        })?;
    }
    let wanted = arguments.workflow.is_some_and(|workflow| workflow != Workflow::None);
    if wanted && !usual_seals(context) {
        return Err(Problem::new("usage", "the workflow checks the seals in seals/ and no others")
            .remedy("leave out --workflow, or --seals"));
    }
    Ok(())
}

/// The seals that there are.
fn sealed(context: &Context) -> Result<Vec<Seal>, Problems> {
    let contents = context.repository.contents()?;
    let contents = contents.unwrap_or_default();
    if !contents.strays.is_empty() {
        return Err(contents.strays);
    }
    collect(contents.names.iter().map(|name| {
        context.repository.load(name).and_then(|loaded| loaded.seal).map_err(Vec::from)
    }))
}

/// The directories that are to be under seal.
fn roots(
    arguments: &InitArgs,
    answers: Answers,
    sealed: &[Seal],
    context: &Context,
) -> Result<Vec<Root>, Problems> {
    let repository = &context.repository;
    if !arguments.root.is_empty() {
        let root = |root| plan::relative_root(repository, &context.base, root);
        return collect(arguments.root.iter().map(|given| root(given))).map(distinct);
    }
    let found = artifacts::likely(repository.root(), repository.seals().as_str())
        .map_err(|error| vec![git_problem(error)])?;
    for unread in &found.unread {
        context.terminal.remark(&format!("warning: not looked into: {unread}"));
    }
    let headers: Vec<&Header> = sealed.iter().map(|seal| &seal.header).collect();
    let open = |artifact: &&Artifact| !covered(&artifact.path, &headers);
    let open: Vec<&Artifact> = found.artifacts.iter().filter(open).collect();
    let clear = open.iter().filter(|artifact| artifact.kept != Kept::Unclear);
    let proposed: Vec<&str> = clear.map(|artifact| artifact.path.as_str()).collect();
    let paths = match answers {
        Answers::SealRef => return Err(vec![not_a_terminal(&proposed)]),
        _ if open.is_empty() && !sealed.is_empty() => return Ok(Vec::new()),
        Answers::Proposed if proposed.is_empty() && sealed.is_empty() => {
            return Err(vec![nothing_found(&open)]);
        }
        Answers::Proposed => proposed.into_iter().map(str::to_owned).collect(),
        Answers::Asked => {
            answered(|dialogue| dialogue.roots(&open, |path| can_be_root(path, context)))?
        }
    };
    let root = |path: &String| {
        // What was found is named from the root of the repository, what was typed from here.
        let found = open.iter().any(|artifact| artifact.path == *path);
        let base = if found { repository.root() } else { &context.base };
        plan::relative_root(repository, base, path.as_ref())
    };
    collect(paths.iter().map(root)).map(distinct)
}

/// Whether the directory at `path`, as the user typed it, is there to be a root; else the reason.
fn can_be_root(path: &str, context: &Context) -> Result<(), String> {
    let root = plan::relative_root(&context.repository, &context.base, path.as_ref());
    let root = root.map_err(|problems| match problems.first() {
        Some(problem) => problem.message.to_string(),
        None => format!("{path} cannot be a root"),
    })?;
    context.repository.open(&root).map(drop).map_err(|error| error.to_string())
}

fn distinct(mut roots: Vec<Root>) -> Vec<Root> {
    roots.sort();
    roots.dedup();
    roots
}

/// A new seal of each root that none has yet.
fn plans(
    roots: &[Root],
    sealed: &[Seal],
    builds: &Builds,
    context: &Context,
) -> Result<Vec<Plan>, Problems> {
    let repository = &context.repository;
    let mut taken: Vec<SealName> = sealed.iter().map(|seal| seal.name.clone()).collect();
    let mut plans = Vec::new();
    let whole = repository.root().to_string_lossy();
    for root in roots.iter().filter(|root| !sealed.iter().any(|seal| seal.header.root == **root)) {
        let name = seal_name(root.as_str(), &whole, &taken).ok_or_else(|| {
            let message = format!("no name is left for a seal of {root}");
            vec![Problem::new("usage", message).remedy("sealgate seal NAME --root DIR")]
        })?;
        let build = builds.of_roots.get(root);
        let root = root.as_str().as_ref();
        let root = Some(root);
        let wanted = Wanted { name: name.as_str(), root, build, exclude: &[], include: &[] };
        plans.push(plan::make(repository, repository.root(), &wanted));
        taken.push(name);
    }
    collect(plans.into_iter())
}

fn sealing(arguments: &InitArgs) -> SealArgs {
    SealArgs {
        all: true,
        allow_ci: arguments.allow_ci,
        reading: arguments.reading.clone(),
        ..SealArgs::default()
    }
}

fn wishes(
    arguments: &InitArgs,
    answers: Answers,
    (seals, new): (&[&Seal], &[&Seal]),
    context: &Context,
) -> Result<Wishes, Problems> {
    let command = arguments.build.as_deref().and_then(|text| build_command(text).ok());
    let roots: Vec<Root> = new.iter().map(|seal| seal.header.root.clone()).collect();
    let mut builds = Builds::of(command, &roots, context)?;
    let unbuilt = |seal: &&&Seal| {
        let header = &seal.header;
        !header.tracked && header.build.is_none() && !builds.of_roots.contains_key(&header.root)
    };
    let built: Vec<&str> =
        seals.iter().filter(unbuilt).map(|seal| seal.header.root.as_str()).collect();
    let can_build = command.is_some() || built.is_empty();
    let workflow = match (arguments.workflow, answers) {
        (Some(workflow), _) => workflow,
        _ if !usual_seals(context) => Workflow::None,
        (None, Answers::Asked) if workflow_is_there(context) => Workflow::None,
        (None, Answers::Asked) => answered(Dialogue::workflow)?,
        (None, Answers::Proposed) if can_build => Workflow::Check,
        (None, Answers::SealRef) if command.is_some() => Workflow::Check,
        (None, _) => Workflow::None,
    };
    let (mut workflow, runs) = with_action(workflow, arguments, answers, context)?;
    let must_build = workflow != Workflow::None && !can_build;
    let mut stated = command.map(str::to_owned);
    if answers == Answers::Asked && command.is_none() {
        let answer = builds.ask(&roots, if must_build { &built } else { &[] }, context)?;
        if must_build {
            workflow = if answer.is_some() { workflow } else { Workflow::None };
            stated = answer;
        }
    } else if must_build {
        let message = format!("the workflow must build {} first", built.join(", "));
        return Err(vec![
            Problem::new("usage", message)
                .remedy("say how: --build 'npm ci && npm run build', or what yours is"),
        ]);
    }
    let is_whole = |root: &Root| root.path().is_none() && !root.is_on_server();
    let whole = seals.iter().any(|seal| is_whole(&seal.header.root));
    let offered = !whole
        && answers == Answers::Asked
        && files::may_offer_everywhere(context.repository.root())
            .map_err(|error| vec![git_problem(error)])?;
    let everywhere = match answers {
        _ if !offered => false,
        Answers::Asked => answered(|dialogue| dialogue.line(EVERYWHERE))?,
        // A rule for every file of the repository is set by a person, or not at all.
        Answers::Proposed | Answers::SealRef => false,
    };
    let by_program = runs == Runs::Program;
    let action = if let Runs::Action(action) = runs { Some(action) } else { None };
    Ok(Wishes { workflow, action, by_program, stated, builds, everywhere })
}

/// The directories whose bytes git is to leave alone, the seals' and the roots, each with its files.
fn directories(seals: &[&Seal], context: &Context) -> Vec<(String, Vec<Vec<u8>>)> {
    let repository = &context.repository;
    let of_seals = seals.iter().map(|seal| repository.file_of(&seal.name).into_bytes()).collect();
    let mut directories = vec![(repository.seals().as_str().to_owned(), of_seals)];
    for seal in seals {
        let files = seal.entries.iter().filter(|sealed| sealed.entry.size().is_some());
        let root = &seal.header.root;
        let files = files.map(|sealed| root.join(sealed.path.as_str()).into_bytes()).collect();
        directories.push((root.as_str().to_owned(), files));
    }
    directories
}

fn places(
    directories: Vec<(String, Vec<Vec<u8>>)>,
    context: &Context,
) -> Result<Vec<Place>, Problems> {
    Place::ask(context.repository.root(), directories).map_err(|error| vec![git_problem(error)])
}

/// What `init` did and found, beyond what it printed about each new seal.
fn done(
    roots: &[Root],
    sealed: &[Seal],
    new: &[&Seal],
    changes: Vec<Change>,
    places: &[Place],
    context: &Context,
) -> SetUp {
    let file = |seal: &Seal| context.repository.file_of(&seal.name);
    let root = |seal: &Seal| seal.header.root.as_str().to_owned();
    let rewritten = |seal: &&&Seal| {
        let of_seal = |place: &&Place| place.path == seal.header.root.as_str();
        seal.header.tracked && places.iter().find(of_seal).is_some_and(|place| place.rewritten)
    };
    let already = sealed.iter().filter(|seal| roots.contains(&seal.header.root));
    SetUp {
        already: already.map(|seal| (root(seal), file(seal))).collect(),
        there: sealed.iter().map(|seal| seal.name.as_str().to_owned()).collect(),
        sealed: new.iter().map(|seal| file(seal)).collect(),
        written: changes.into_iter().map(|made| (made.path.to_owned(), made.lines)).collect(),
        built: new.iter().filter(|seal| is_built_and_kept(seal)).map(|seal| root(seal)).collect(),
        unmade: Vec::new(),
        packages: packages(new, context),
        seals_directory: context.repository.seals().as_str().to_owned(),
        renormalise: new.iter().filter(rewritten).map(|seal| root(seal)).collect(),
        way: context.invocation.repository.clone().or_else(|| context.invocation.directory.clone()),
    }
}

/// The names of the seals that state a build, and whose root holds a package.
fn packages(new: &[&Seal], context: &Context) -> Vec<String> {
    let root = context.repository.root();
    let is_package = |seal: &&&Seal| seal.header.build.is_some() && holds_package(root, seal);
    new.iter().filter(is_package).map(|seal| seal.name.to_string()).collect()
}

/// Whether the files of the root are kept in git, and the build made them again.
fn is_built_and_kept(seal: &Seal) -> bool {
    seal.header.tracked && seal.header.build.is_some()
}

/// Says where the lines that were added do not help.
fn remark_on_attributes(
    before: &[Place],
    seals: &[&Seal],
    context: &Context,
) -> Result<(), Problems> {
    if before.iter().all(|place| place.exact) {
        return Ok(());
    }
    let of_all = directories(seals, context).into_iter().zip(before);
    let rewritten = of_all.filter(|(_, place)| !place.exact).map(|(directory, _)| directory);
    for place in places(rewritten.collect(), context)?.iter().filter(|place| !place.exact) {
        context.terminal.remark(&format!(
            "attributes closer to the files still let git rewrite some in {}: see sealgate doctor",
            printable_str(&place.path)
        ));
    }
    Ok(())
}
