//! `diff`: what resealing would change, how two builds differ, or what changed in the seals.

use std::collections::{BTreeMap, HashSet};

use sealgate_core::compare::changes::{OnReseal, SealRef, changes};
use sealgate_core::compare::inventory::{Extent, Inventory};
use sealgate_core::compare::verdict::{Source, Verdict};
use sealgate_core::seal::{Seal, SealName};
use sealgate_core::text::problem::Problem;
use sealgate_scan::Scanner;

use super::{Context, Outcome, stated};
use crate::cli::args::{DiffArgs, DiffFormat};
use crate::cli::progress::Progress;
use crate::ops::bounds::Bounds;
use crate::ops::check::review::Review;
use crate::ops::check::{NamedPlace, Opened};
use crate::ops::seal::draft::draft;
use crate::ops::side_by_side::differing_files;
use crate::report::changed::{Differences, SealChanges};
use crate::report::difference;
use crate::report::difference_page;
use crate::report::{ErrorView, Since, Verbosity};
use crate::tree::{Begun, CommitTree, Contents, Loaded, NamedBy, select};

/// How many differing files are opened to show where they differ, without `-v`.
const LOOKED_INTO: usize = 20;

type Problems = Vec<Problem>;

pub(super) fn run(arguments: &DiffArgs, context: &Context) -> Outcome {
    let (differences, problems) = match &arguments.base {
        Some(base) => since(base, arguments, context)?,
        None => of_bytes(arguments, context)?,
    };
    let said = match arguments.format {
        DiffFormat::Human => difference::human(&differences, context.terminal.verbosity),
        DiffFormat::Json => difference::json(&differences),
        DiffFormat::Markdown => difference_page::markdown(&differences),
    };
    context.terminal.answer(&said)?;
    if !problems.is_empty() {
        return Err(problems);
    }
    let differ = differences.seals.iter().any(SealChanges::differ);
    Ok(if arguments.exit_code && differ { Verdict::Fail } else { Verdict::Pass })
}

/// The roots, held against their seals or against another build.
fn of_bytes(arguments: &DiffArgs, context: &Context) -> Result<(Differences, Problems), Problems> {
    let names = match &arguments.against {
        None => context.select(&arguments.names)?,
        Some(_) => vec![context.select_one(&arguments.names, "--against")?],
    };
    let scanner = arguments.reading.scanner();
    let progress = Progress::watch(&scanner.meter, context.terminal.verbosity != Verbosity::Quiet);
    let (mut seals, mut problems) = (Vec::new(), Vec::new());
    let mut bounds = bounds(&names, context);
    let mut is_on_server = false;
    for name in &names {
        if let Some(refused) = bounds.refuse(name.as_str()) {
            problems.push(refused);
            continue;
        }
        let seen = scanner.meter.names();
        let bytes = scanner.meter.bytes();
        let seal = context.repository.load(name).and_then(|loaded| loaded.seal);
        is_on_server |= seal.as_ref().is_ok_and(|seal| seal.header.root.is_on_server());
        let compared = seal.map_err(Vec::from).and_then(|seal| match &arguments.against {
            None => root_of(&seal, context)
                .map_err(Vec::from)
                .and_then(|root| with_seal(&seal, &root, &scanner)),
            // Nothing but the seal says what a database on a server should be.
            Some(place) if seal.header.root.is_on_server() => {
                let place = context.named_place(place);
                Opened::of_place(&place, &seal.name, &seal.header)
                    .map_err(Vec::from)
                    .and_then(|root| with_seal(&seal, &root, &scanner))
            }
            Some(build) => with_build(&seal, &context.named_place(build), context, &scanner),
        });
        let (read, bytes) = (scanner.meter.names() - seen, scanner.meter.bytes() - bytes);
        let changes = compared.iter().flat_map(|compared| &compared.changes);
        bounds.count(name.as_str(), read, bytes, changes.map(|change| change.path.len()));
        match compared {
            Ok(compared) => seals.push(compared),
            Err(found) => problems.extend(found),
        }
    }
    drop(progress);
    // A seal is held against a database on a server, and not another database.
    let against = arguments.against.as_ref().filter(|_| !is_on_server);
    let against = against.map(|build| build.to_string_lossy().into_owned());
    let errors = problems.iter().map(ErrorView::new).collect();
    Ok((Differences { against, since: None, seals, errors }, problems))
}

/// The bounds for these seals. Where there are few, their roots need not be known.
fn bounds(names: &[SealName], context: &Context) -> Bounds {
    if Bounds::are_few(names.len()) {
        return Bounds::default();
    }
    // One after the other: entries may be many.
    let root = |name: &SealName| {
        let seal = context.repository.load(name).and_then(|loaded| loaded.seal).ok()?;
        Some((name.to_string(), seal.header.root.to_string()))
    };
    let roots: Vec<(String, String)> = names.iter().filter_map(root).collect();
    Bounds::new(roots.iter().map(|(name, root)| (&**name, &**root)))
}

/// The seals, held against those of a commit; no root is read.
fn since(
    base: &str,
    arguments: &DiffArgs,
    context: &Context,
) -> Result<(Differences, Problems), Problems> {
    let open = |revision: &str| CommitTree::open(&context.repository, revision).map_err(Vec::from);
    let base = open(base)?;
    let now = arguments.rev.as_deref().map(open).transpose()?;
    let names = names_since(&base, now.as_ref(), arguments, context)?;
    let (mut seals, mut unchanged, mut problems) = (Vec::new(), Vec::new(), Vec::new());
    for name in names {
        let loaded = match &now {
            Some(commit) => commit.load(&name),
            None => context.repository.load(&name),
        };
        let loaded = match loaded {
            Ok(Loaded { seal: Err(problem), .. }) | Err(problem) => {
                problems.push(problem.clone());
                // It is there, and not gone.
                Err(problem)
            }
            Ok(loaded) => {
                let root = loaded.seal.as_ref().map(|seal| seal.header.root.to_string());
                unchanged.push((name.to_string(), root.unwrap_or_default()));
                Ok(Begun::from(loaded))
            }
        };
        seals.push((name, loaded));
    }
    let stated: Vec<SealRef<'_>> = seals.iter().map(stated).collect();
    let review = Review::new(&base, &stated, &arguments.names, OnReseal::Allow)?;
    let reseals = review.reseals();
    let changed: HashSet<&str> = reseals.iter().map(|reseal| &*reseal.name).collect();
    unchanged.retain(|(name, _)| !changed.contains(&**name));
    let source = now.as_ref().map_or(Source::Worktree, CommitTree::source);
    let since = Some(Since::new(&base.source(), &source));
    let errors = problems.iter().map(ErrorView::new).collect();
    let seals = Since::seals(reseals, unchanged);
    Ok((Differences { against: None, since, seals, errors }, problems))
}

/// The seals that there are now and that NAME selects; each NAME selects one, now or at the base.
fn names_since(
    base: &CommitTree<'_>,
    now: Option<&CommitTree<'_>>,
    arguments: &DiffArgs,
    context: &Context,
) -> Result<Vec<SealName>, Problems> {
    let before = base.contents().unwrap_or_default().names;
    let Contents { names, strays, .. } = match now {
        Some(commit) => commit.contents(),
        None => context.repository.contents()?,
    }
    .unwrap_or_default();
    if !strays.is_empty() {
        return Err(strays);
    }
    if before.is_empty() && names.is_empty() {
        return Err(vec![context.contents_of(base).err().unwrap_or_else(|| {
            Problem::new("seals-missing", "there are no seals to compare")
                .remedy("make one: sealgate seal NAME --root DIR")
        })]);
    }
    let mut all = [before, names.clone()].concat();
    all.sort();
    all.dedup();
    let mut selected = select(&all, &arguments.names)?;
    let names: HashSet<SealName> = names.into_iter().collect();
    selected.retain(|name| names.contains(name));
    Ok(selected)
}

/// The open root of `seal`.
fn root_of(seal: &Seal, context: &Context) -> Result<Opened<'static>, Problem> {
    Opened::of_root(&context.repository, &seal.name, &seal.header, NamedBy::Seal)
}

/// What sealing again would change.
fn with_seal(seal: &Seal, root: &Opened<'_>, scanner: &Scanner) -> Result<SealChanges, Problems> {
    let inventory = sound(seal, root, scanner)?;
    Ok(SealChanges {
        name: seal.name.as_str().to_owned(),
        root: seal.header.root.as_str().to_owned(),
        changes: changes(seal, &inventory),
        files: BTreeMap::new(),
        became: None,
    })
}

/// How the build in `path` differs from what is in the root, and where.
fn with_build(
    seal: &Seal,
    build: &NamedPlace,
    context: &Context,
    scanner: &Scanner,
) -> Result<SealChanges, Problems> {
    let ours = root_of(seal, context)?;
    let theirs = Opened::of_place(build, &seal.name, &seal.header)?;
    let here = draft(&seal.name, seal.header.clone(), &sound(seal, &ours, scanner)?, None)?;
    let changes = changes(&here, &sound(seal, &theirs, scanner)?);
    let most = match context.terminal.verbosity {
        Verbosity::Verbose => usize::MAX,
        _ => LOOKED_INTO,
    };
    // The bytes of a row are no text that a person reads.
    let files = match (ours.directory(), theirs.directory()) {
        (Some(ours), Some(theirs)) => differing_files(&changes, (ours, theirs), most),
        _ => BTreeMap::new(),
    };
    Ok(SealChanges {
        name: seal.name.as_str().to_owned(),
        root: seal.header.root.as_str().to_owned(),
        changes,
        files,
        became: None,
    })
}

/// The inventory of a root, of which everything could be read and sealed.
fn sound(seal: &Seal, root: &Opened<'_>, scanner: &Scanner) -> Result<Inventory, Problems> {
    let observed = root.observe(&seal.name, &seal.header, Extent::default(), scanner, None)?;
    let inventory = observed.complete()?;
    if inventory.troubles().next().is_some() {
        draft(&seal.name, seal.header.clone(), &inventory, None)?;
    }
    Ok(inventory)
}
