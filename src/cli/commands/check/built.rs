//! What a check says of builds that ran before it.

use std::collections::BTreeMap;

use sealgate_core::compare::verdict::{SealResult, Source, Verdict};
use sealgate_core::seal::SealName;
use sealgate_core::text::problem::Problem;
use sealgate_scan::Scanner;

use super::sources::Commits;
use super::{Builds, Context, Sources};
use crate::ops::check::{Bytes, Causes, Judge};
use crate::report::Invocation;
use crate::setup::init::build::{at_the_root, find};
use crate::tree::{Begun, CommitTree};

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

/// What is checked out, where builds run and the seals are those of the working tree; `None` without a
/// commit. Before a build runs: it could move the refs.
pub(super) fn head<'a>(
    builds: Builds,
    commits: &Commits<'_>,
    context: &'a Context,
) -> Result<Option<CommitTree<'a>>, Problem> {
    let repository = &context.repository;
    if builds == Builds::None || commits.seals.is_some() || !repository.in_git() {
        return Ok(None);
    }
    let head = sealgate_git::resolve(repository.root(), "HEAD")?;
    head.map(|oid| CommitTree::of(repository, "HEAD", &oid)).transpose()
}

/// Judges what `commit` has of the roots that git keeps, where the bytes in the working tree were judged:
/// a build that makes the sealed bytes, in this command or before it, proves nothing of the committed
/// ones, which are what is shipped. A seal of which the commit has another version is not committed yet.
/// What does not pass takes the place of a pass.
pub(super) fn judge_committed(
    judgements: &mut Vec<SealResult>,
    (commit, sources): (&CommitTree<'_>, Sources<'_>),
    scanner: &Scanner,
    context: &Context,
) {
    let judge = Judge {
        repository: &context.repository,
        bytes: Bytes::Commit(commit),
        seal_source: commit.source(),
        scanner,
        share: sources.share,
        only: sources.only,
        causes: Causes::Proved,
    };
    let mut failing = Vec::new();
    for built in judgements.iter_mut() {
        let is_kept = built.tracked == Some(true) && built.database.is_none();
        let is_kept = is_kept && built.source == Source::Worktree;
        // Without a build, what the working tree has is what the commit has, or was changed by a person.
        let is_told = sources.builds == Builds::None && built.verdict() != Verdict::Pass;
        let Some(name) = SealName::parse(&built.name).filter(|_| is_kept && !is_told) else {
            continue;
        };
        let Ok(loaded) = commit.load(&name) else { continue };
        if Some(loaded.digest) != built.digest {
            continue;
        }
        let result = judge.judge(&name, Ok(Begun::from(loaded)));
        match (result.verdict(), built.verdict()) {
            (Verdict::Pass, _) => {}
            (_, Verdict::Pass) => *built = result,
            _ => failing.push(result),
        }
    }
    judgements.extend(failing);
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
