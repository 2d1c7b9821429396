//! `diff`: what resealing would change, or how two builds differ.

use std::path::Path;

use super::{Context, Outcome};
use crate::cli::DiffArgs;
use crate::draft::draft;
use crate::entry::Entry;
use crate::inventory::{Directory, Engine, Inventory, first_difference};
use crate::judge::{observe, open, open_build};
use crate::path::EntryPath;
use crate::problem::Problem;
use crate::progress::Progress;
use crate::report::difference::{self, Differences, SealChanges};
use crate::report::{ErrorView, Format, Verbosity};
use crate::reseal::{Change, changes};
use crate::seal::Seal;
use crate::verdict::Verdict;

/// How many differing files are opened to show where they differ, without `-v`.
const LOOKED_INTO: usize = 20;

type Problems = Vec<Problem>;

pub(super) fn run(arguments: &DiffArgs, context: &Context) -> Outcome {
    let names = match &arguments.against {
        None => context.select(&arguments.names)?,
        Some(_) => vec![context.select_one(&arguments.names, "--against")?],
    };
    let engine = arguments.reading.engine();
    let progress = Progress::watch(&engine.meter, context.terminal.verbosity != Verbosity::Quiet);
    let (mut seals, mut problems) = (Vec::new(), Vec::new());
    for name in &names {
        let seal = context.repository.load(name).and_then(|loaded| loaded.seal);
        let compared =
            seal.map_err(|problem| vec![problem]).and_then(|seal| match &arguments.against {
                None => with_seal(&seal, context, &engine),
                Some(build) => with_build(&seal, &context.path(build), context, &engine),
            });
        match compared {
            Ok(compared) => seals.push(compared),
            Err(found) => problems.extend(found),
        }
    }
    drop(progress);
    let against = arguments.against.as_ref().map(|build| build.to_string_lossy().into_owned());
    let errors = problems.iter().map(ErrorView::new).collect();
    let differences = Differences { against, seals, errors };
    let said = match arguments.format {
        Format::Human => difference::human(&differences, context.terminal.verbosity),
        Format::Json => difference::json(&differences),
    };
    context.terminal.answer(&said).map_err(|problem| vec![problem])?;
    if !problems.is_empty() {
        return Err(problems);
    }
    let differ = differences.seals.iter().any(|seal| !seal.changes.is_empty());
    Ok(if arguments.exit_code && differ { Verdict::Fail } else { Verdict::Pass })
}

/// What sealing again would change.
fn with_seal(seal: &Seal, context: &Context, engine: &Engine) -> Result<SealChanges, Problems> {
    let root =
        open(&context.repository, &seal.name, &seal.header).map_err(|problem| vec![problem])?;
    let inventory = sound(seal, &root, engine)?;
    Ok(SealChanges {
        name: seal.name.as_str().to_owned(),
        root: seal.header.root.as_str().to_owned(),
        changes: changes(seal, &inventory),
        divergences: Vec::new(),
    })
}

/// How the build in `path` differs from what is in the root, and where.
fn with_build(
    seal: &Seal,
    build: &Path,
    context: &Context,
    engine: &Engine,
) -> Result<SealChanges, Problems> {
    let one = |problem| vec![problem];
    let ours = open(&context.repository, &seal.name, &seal.header).map_err(one)?;
    let theirs = open_build(build, &seal.name).map_err(one)?;
    let here = draft(&seal.name, seal.header.clone(), &sound(seal, &ours, engine)?)?;
    let changes = changes(&here, &sound(seal, &theirs, engine)?);
    let most = match context.terminal.verbosity {
        Verbosity::Verbose => usize::MAX,
        _ => LOOKED_INTO,
    };
    let differing = changes.iter().filter(|change| has_other_bytes(change)).take(most);
    let divergences = differing
        .filter_map(|change| {
            let path = EntryPath::parse(&change.path).ok()?;
            // What cannot be read any more has been reported as changed already.
            let found = first_difference(&ours, &theirs, &path).ok()??;
            Some((change.path.clone(), found))
        })
        .collect();
    Ok(SealChanges {
        name: seal.name.as_str().to_owned(),
        root: seal.header.root.as_str().to_owned(),
        changes,
        divergences,
    })
}

fn has_other_bytes(change: &Change) -> bool {
    match (&change.old, &change.new) {
        (Some(Entry::File { digest: old, .. }), Some(Entry::File { digest: new, .. })) => {
            old != new
        }
        _ => false,
    }
}

/// The inventory of a root, of which everything could be read and sealed.
fn sound(seal: &Seal, root: &Directory, engine: &Engine) -> Result<Inventory, Problems> {
    let inventory =
        observe(root, &seal.name, &seal.header, engine).map_err(|problem| vec![problem])?;
    if inventory.troubles().next().is_some() {
        draft(&seal.name, seal.header.clone(), &inventory)?;
    }
    Ok(inventory)
}
