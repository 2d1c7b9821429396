//! `fmt`: brings seals that people edited into canonical form.

use sealgate_core::compare::verdict::Verdict;
use sealgate_core::seal::{SealName, loose_seal_in_scope, to_bytes};
use sealgate_core::text::escape::printable_str;
use sealgate_core::text::problem::Problem;

use super::{Context, Outcome, collect, refuse_in_ci};
use crate::cli::args::FmtArgs;
use crate::report::{Verbosity, text};
use crate::tree::{Loaded, Workspace};

/// A seal's file and its canonical text, where the two differ.
struct Loose {
    name: SealName,
    canonical: Vec<u8>,
    /// Entries that its own `exclude` covers, and that are gone now.
    dropped: Vec<String>,
}

pub(super) fn run(arguments: &FmtArgs, context: &Context) -> Outcome {
    if !arguments.check {
        refuse_in_ci("sealgate fmt", Some(arguments.allow_ci))?;
    }
    let _lock = if arguments.check { None } else { Some(context.lock()?) };
    let names = context.select(&arguments.names)?;
    let canonical = |name| canonical(name, &context.repository).map_err(Vec::from);
    let loose: Vec<Loose> = collect(names.iter().map(canonical))?.into_iter().flatten().collect();
    if !arguments.check {
        let seals: Vec<_> = loose.iter().map(|seal| (&seal.name, &*seal.canonical)).collect();
        context.repository.write(&seals)?;
    }
    let said = said(&loose, names.len(), arguments.check, context);
    context.terminal.answer(said.as_bytes())?;
    Ok(if arguments.check && !loose.is_empty() { Verdict::Fail } else { Verdict::Pass })
}

/// The canonical form of a seal; `None` if it has it.
fn canonical(name: &SealName, repository: &Workspace) -> Result<Option<Loose>, Problem> {
    let Loaded { bytes, seal, .. } = repository.load(name)?;
    if seal.is_ok() {
        // Only the canonical form is read without an error.
        return Ok(None);
    }
    let mut dropped = Vec::new();
    let seal = loose_seal_in_scope(name, &bytes, &mut dropped)
        .map_err(|error| error.into_problem(name, &repository.file_of(name)))?;
    let canonical = to_bytes(&repository.check_place(seal)?);
    Ok((canonical != bytes).then(|| Loose { name: name.clone(), canonical, dropped }))
}

fn said(loose: &[Loose], seals: usize, check: bool, context: &Context) -> String {
    let line = |seal: &Loose| {
        let (name, file) = (&seal.name, context.repository.file_of(&seal.name));
        let line = if check {
            format!("{file}: not canonical; run sealgate fmt {name}\n")
        } else {
            format!("{file}: formatted, digests untouched\n")
        };
        let dropped = |path: &String| {
            let verb = if check { "covers" } else { "covered, and removed:" };
            format!("  exclude {verb} {}\n", printable_str(path))
        };
        line + &seal.dropped.iter().map(dropped).collect::<String>()
    };
    if loose.is_empty() && context.terminal.verbosity != Verbosity::Quiet {
        return format!("{}: canonical already\n", text::count(seals, "seal", "seals"));
    }
    loose.iter().map(line).collect()
}
