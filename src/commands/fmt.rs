//! `fmt`: brings seals that people edited into canonical form.

use super::{Context, Outcome, refuse_in_ci};
use crate::cli::FmtArgs;
use crate::problem::Problem;
use crate::replace::replace;
use crate::report::Verbosity;
use crate::repository::Repository;
use crate::seal::{SealName, loose_seal, to_bytes};
use crate::verdict::Verdict;

/// A seal's file and its canonical text, where the two differ.
struct Loose {
    name: SealName,
    canonical: Vec<u8>,
}

pub(super) fn run(arguments: &FmtArgs, context: &Context) -> Outcome {
    if !arguments.check {
        refuse_in_ci("sealgate fmt", arguments.allow_ci)?;
    }
    let waiting = || context.terminal.remark("waiting for another sealgate that writes seals here");
    let _lock = (!arguments.check).then(|| context.repository.lock(waiting)).transpose().map_err(
        |error| {
            vec![
                Problem::new("lock", format!("the repository cannot be locked: {error}"))
                    .remedy("give this user the right to read the repository's directory"),
            ]
        },
    )?;
    let names = context.select(&arguments.names)?;
    let (mut loose, mut problems) = (Vec::new(), Vec::new());
    for name in &names {
        match canonical(name, &context.repository) {
            Ok(found) => loose.extend(found),
            Err(problem) => problems.push(problem),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    if !arguments.check {
        for seal in &loose {
            write(seal, &context.repository).map_err(|problem| vec![problem])?;
        }
    }
    let said = said(&loose, names.len(), arguments.check, context);
    context.terminal.answer(said.as_bytes()).map_err(|problem| vec![problem])?;
    Ok(if arguments.check && !loose.is_empty() { Verdict::Fail } else { Verdict::Pass })
}

/// The canonical form of a seal; `None` if it has it.
fn canonical(name: &SealName, repository: &Repository) -> Result<Option<Loose>, Problem> {
    let bytes = repository.load(name)?.bytes;
    let seal = loose_seal(name, &bytes)
        .map_err(|error| error.into_problem(name, &repository.file_of(name)))?;
    let canonical = to_bytes(&repository.check_place(seal)?);
    Ok((canonical != bytes).then(|| Loose { name: name.clone(), canonical }))
}

fn write(seal: &Loose, repository: &Repository) -> Result<(), Problem> {
    let path = repository.path_of(&seal.name);
    let read_only = path.metadata().is_ok_and(|metadata| metadata.permissions().readonly());
    let written = if read_only {
        Err(std::io::Error::other("its file is read-only"))
    } else {
        replace(&path, &seal.canonical)
    };
    written.map_err(|error| {
        Problem::new("seal-unwritable", format!("the seal cannot be written: {error}"))
            .seal(seal.name.as_str())
            .file(repository.file_of(&seal.name))
            .remedy("give this user the right to write it, or make room")
    })
}

fn said(loose: &[Loose], seals: usize, check: bool, context: &Context) -> String {
    let repository = &context.repository;
    let line = |seal: &Loose| {
        let (name, file) = (&seal.name, repository.file_of(&seal.name));
        if check {
            format!("{file}: not canonical; run sealgate fmt {name}\n")
        } else {
            format!("{file}: formatted, digests untouched\n")
        }
    };
    if loose.is_empty() && context.terminal.verbosity != Verbosity::Quiet {
        return format!("canonical already: {seals}\n");
    }
    loose.iter().map(line).collect()
}
