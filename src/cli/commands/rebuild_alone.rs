//! `rebuild DIR --twice -- COMMAND`: two builds of a directory that has no seal.

use std::path::Path;

use sealgate_core::compare::verdict::Verdict;
use sealgate_core::seal::exclude::Scope;
use sealgate_core::seal::path::EntryPath;
use sealgate_core::seal::{Header, Root, SealName};
use sealgate_core::text::problem::Problem;

use super::rebuild::{failed, open, refuse_foreign, run_one, tell_made};
use super::two_builds::BothBuilds;
use super::{Context, Outcome, check};
use crate::cli::args::RebuildArgs;
use crate::ops::rebuild::aside::Aside;
use crate::ops::rebuild::command::Build;
use crate::ops::rebuild::plan::{Sorted, movable};
use crate::ops::rebuild::twice::compare;
use crate::ops::seal::plan::relative_root;

/// `rebuild DIR --twice -- COMMAND`: whether a build repeats itself, without a seal. What was in DIR
/// before is there again afterwards.
pub(super) fn run(arguments: &RebuildArgs, context: &Context) -> Outcome {
    refuse_foreign()?;
    let [directory] = &arguments.names[..] else {
        return Err(Problem::new("usage", "a command makes one directory")
            .remedy("name it: sealgate rebuild DIR --twice -- COMMAND")
            .into());
    };
    let repository = &context.repository;
    let root = relative_root(repository, &context.base, Path::new(directory))?;
    let all = repository.contents()?.unwrap_or_default().names;
    let all: Vec<Root> = all.iter().filter_map(|name| repository.loose_root(name)).collect();
    let path = movable(repository, &root, &all)?;
    let command = Build::Program(&arguments.command);
    let aside = Aside::begin(repository, vec![path.clone()])?;
    let build = || {
        run_one(command, &context.base, &aside, context)?;
        match repository.open(&root) {
            Ok(_) => Ok(()),
            Err(_) => Err(check::wrote_nothing("", root.as_str(), &command.shown())),
        }
    };
    if let Err(problem) = build().and_then(|()| aside.keep_first()).and_then(|()| build()) {
        return Err(failed(problem, &aside, context));
    }
    let compared = compare_alone(&root, &path, &aside, arguments, context);
    // Nothing was there before: what the second build made may stay.
    if aside.has(&path) {
        tell_made(&aside, context)?;
    } else {
        aside.finish(&|_, _| Sorted::default())?;
    }
    compared
}

fn compare_alone(
    root: &Root,
    path: &EntryPath,
    aside: &Aside<'_>,
    arguments: &RebuildArgs,
    context: &Context,
) -> Outcome {
    let name = SealName::parse("build");
    let (Some(name), Ok(scope)) = (name, Scope::new(Vec::new())) else {
        return Ok(Verdict::Error);
    };
    let header = Header { root: root.clone(), tracked: false, build: None, scope, surface: None };
    let (first, second) = (aside.first(path)?, open(root, context)?);
    let compared = compare(&name, &header, (&first, &second), &arguments.reading.scanner())?;
    let made = aside.made_shown(path);
    // What was in the directory before comes back, and the second build makes room for it.
    let second = if aside.has(path) { &made } else { path.as_str() };
    let mut both = BothBuilds::new(arguments.output.format, context);
    both.tell(compared, (&aside.first_shown(path), second))?;
    if !both.finish()? {
        return Ok(Verdict::Fail);
    }
    aside.drop_first();
    Ok(Verdict::Pass)
}
