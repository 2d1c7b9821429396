//! What a check says of builds that ran before it.

use std::collections::BTreeMap;

use sealgate_core::compare::verdict::{SealResult, Verdict};
use sealgate_core::text::problem::Problem;

use super::{Builds, Context};
use crate::report::Invocation;
use crate::setup::init::build::{at_the_root, find};

/// What installs the dependencies of the builds whose output fails, where the project says so and the
/// commands of a report run at the root of the repository.
pub(super) fn installs(
    judgements: &[SealResult],
    builds: Builds,
    context: &Context,
) -> BTreeMap<String, String> {
    let Invocation { directory, repository, .. } = &context.invocation;
    if builds == Builds::None || directory.is_some() || repository.is_some() {
        return BTreeMap::new();
    }
    let failing = judgements.iter().filter(|result| result.verdict() == Verdict::Fail);
    let of_seal = |result: &SealResult| {
        let found = find(context.repository.root(), result.root.as_deref()?)?;
        let is_same = result.build.as_ref().is_some_and(|build| build.as_str() == found.build);
        Some((result.name.clone(), at_the_root(&found.install.filter(|_| is_same)?)))
    };
    failing.filter_map(of_seal).collect()
}

/// The names of all seals, where a build may change them all and their directory holds nothing else.
pub(super) fn seals_there(builds: Builds, context: &Context) -> Option<Vec<String>> {
    if builds == Builds::None {
        return None;
    }
    context.repository.contents().ok()??.nothing_but_seals()
}

/// A root that is missing after its build: the build wrote nothing.
pub(super) fn explain_missing_root(judgement: &mut SealResult) {
    let SealResult { name, root: Some(root), build: Some(build), problems, .. } = judgement else {
        return;
    };
    for problem in problems.iter_mut().filter(|problem| problem.code == "root-missing") {
        *problem = wrote_nothing(name, root, build.as_str());
    }
}

/// A build ended well, and made no directory at `root`.
pub(in crate::cli::commands) fn wrote_nothing(seal: &str, root: &str, build: &str) -> Problem {
    let message =
        format!("the build wrote nothing: `{build}` ended well and made no directory {root}");
    let problem = Problem::new("build-wrote-nothing", message)
        .remedy("name the command that makes it: a wrong script name, or a build that skips, writes nothing");
    if seal.is_empty() { problem } else { problem.seal(seal) }
}
