//! `seal NAME --exclude PATTERN` and `--set-build CMD`: change existing seals above their entries, and
//! read no bytes.
//!
//! Whoever leaves a file out, or says how it is built, has not looked at the others, so this approves
//! none of them.

use sealgate_core::compare::changes;
use sealgate_core::compare::verdict::Verdict;
use sealgate_core::seal::{BuildCommand, BuildEdit, SealName};
use sealgate_core::text::problem::Problem;

use super::ready::{PendingSeal, refuse_many, tell_next, write};
use super::{Context, Outcome, collect};
use crate::cli::args::SealArgs;
use crate::ops::seal::header::with_excludes;
use crate::report::{Verbosity, sealed};

pub(super) fn run(arguments: &SealArgs, names: Vec<SealName>, context: &Context) -> Outcome {
    let build = set_build(arguments)?;
    let ready = collect(
        names
            .into_iter()
            .map(|name| edit(&name, &arguments.exclude, &build, context).map_err(Vec::from)),
    )?;
    refuse_many(arguments, &ready)?;
    write(&ready, context)?;
    let verbosity = context.terminal.verbosity;
    let mut said: Vec<u8> = ready
        .iter()
        .flat_map(|ready| tell(ready, &arguments.exclude, &build, context, verbosity))
        .collect();
    said.extend(tell_next(&ready, context));
    context.terminal.answer(&said)?;
    Ok(Verdict::Pass)
}

/// What `--set-build` asks for.
pub(super) fn set_build(arguments: &SealArgs) -> Result<BuildEdit, Vec<Problem>> {
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

/// That a database on a server is not built.
pub(super) fn not_built() -> Problem {
    Problem::new("usage", "--set-build does not go with a database on a server")
        .remedy("leave it out: such a seal states no build")
}

/// What was edited, in the words of a reviewer.
pub(super) fn tell(
    ready: &PendingSeal,
    patterns: &[String],
    build: &BuildEdit,
    context: &Context,
    verbosity: Verbosity,
) -> Vec<u8> {
    let outcome = match &ready.old {
        Some(old) if ready.changed => sealed::Outcome::HeaderEdited {
            patterns: patterns.to_vec(),
            build: build.clone(),
            changes: changes::between(old, &ready.seal),
        },
        _ => sealed::Outcome::Same,
    };
    ready.tell(outcome, context, verbosity)
}

/// The seal `name` with the patterns and the command, of which nothing is written yet.
pub(super) fn edit(
    name: &SealName,
    patterns: &[String],
    build: &BuildEdit,
    context: &Context,
) -> Result<PendingSeal, Problem> {
    let repository = &context.repository;
    let loaded = repository.load(name)?;
    let old = loaded.seal?;
    let mut seal = repository.check_place(with_excludes(&old, patterns)?)?;
    if seal.header.root.is_on_server() && matches!(build, BuildEdit::Set(_)) {
        return Err(not_built().seal(name.as_str()));
    }
    match build {
        BuildEdit::Keep => {}
        BuildEdit::Remove => seal.header.build = None,
        BuildEdit::Set(command) => seal.header.build = Some(command.clone()),
    }
    Ok(PendingSeal::edited(seal, old, &loaded.bytes))
}
