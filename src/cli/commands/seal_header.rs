//! `seal NAME --exclude PATTERN`: changes what existing seals cover, and reads no bytes.
//!
//! Whoever leaves a file out has not looked at the others, so this approves none of them.

use sealgate_core::compare::changes;
use sealgate_core::compare::verdict::Verdict;
use sealgate_core::seal::{SealName, to_bytes};
use sealgate_core::text::problem::Problem;

use super::ready::{PendingSeal, write};
use super::{Context, Outcome, collect};
use crate::cli::args::SealArgs;
use crate::ops::seal::header::with_excludes;
use crate::report::sealed;

pub(super) fn run(arguments: &SealArgs, names: Vec<SealName>, context: &Context) -> Outcome {
    let one = |problem| vec![problem];
    let ready =
        collect(names.into_iter().map(|name| edit(&name, arguments, context).map_err(one)))?;
    super::seal::refuse_many(arguments, &ready)?;
    write(&ready, context)?;
    let verbosity = context.terminal.verbosity;
    let said: Vec<u8> = ready
        .iter()
        .flat_map(|ready| {
            let outcome = match &ready.old {
                Some(old) if ready.changed => sealed::Outcome::Narrowed {
                    patterns: arguments.exclude.clone(),
                    changes: changes::between(old, &ready.seal),
                },
                _ => sealed::Outcome::Same,
            };
            ready.tell(outcome, context, verbosity)
        })
        .collect();
    context.terminal.answer(&said).map_err(one)?;
    Ok(Verdict::Pass)
}

/// The seal `name` with the patterns, of which nothing is written yet.
fn edit(name: &SealName, arguments: &SealArgs, context: &Context) -> Result<PendingSeal, Problem> {
    let repository = &context.repository;
    let loaded = repository.load(name)?;
    let old = loaded.seal?;
    let seal = repository.check_place(with_excludes(&old, &arguments.exclude)?)?;
    let bytes = to_bytes(&seal);
    let changed = bytes != loaded.bytes;
    Ok(PendingSeal {
        seal,
        bytes,
        old: Some(old),
        old_was_whole: true,
        changed,
        pointers: Vec::new(),
    })
}
