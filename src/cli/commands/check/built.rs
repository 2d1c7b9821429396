//! What a check says of builds that ran before it.

use std::collections::BTreeMap;

use sealgate_core::compare::finding::Finding;
use sealgate_core::compare::verdict::{SealResult, Source, Verdict};
use sealgate_core::seal::SealName;
use sealgate_core::seal::entry::Digest;
use sealgate_core::text::problem::Problem;
use sealgate_scan::Scanner;

use super::sources::Commits;
use super::{Builds, Context, Sources};
use crate::ops::check::{Bytes, Causes, Judge};
use crate::ops::rebuild::varying::Varying;
use crate::report::{Invocation, ToStage, quote};
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

/// Names the builds that wrote nothing, and puts what two builds made differently into the results of the
/// second.
pub(super) fn explain_builds(
    judgements: &mut [SealResult],
    varying: Vec<Varying>,
    commits: &Commits<'_>,
    context: &Context,
) {
    judgements.iter_mut().for_each(explain_missing_root);
    for varying in varying {
        let result = judgements.iter_mut().find(|result| result.name == varying.name);
        let (Some(result), Some(name)) = (result, SealName::parse(&varying.name)) else { continue };
        let loaded = match &commits.seals {
            Some(commit) => commit.load(&name),
            None => context.repository.load(&name),
        };
        // It was read before the builds, and they changed none.
        if let Ok(seal) = loaded.and_then(|loaded| loaded.seal) {
            varying.tell(&seal, result);
        }
    }
}

/// Judges what `commit` has at the roots of which other bytes passed: a build that makes the sealed bytes,
/// in this command or before it, proves nothing of the committed ones, which are what is shipped. What does
/// not pass takes the place of the pass.
pub(super) fn judge_committed(
    judgements: &mut [SealResult],
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
    for passed in judgements.iter_mut().filter(|result| result.verdict() == Verdict::Pass) {
        let Some(name) = SealName::parse(&passed.name) else { continue };
        if matches!(passed.source, Source::Commit { .. }) {
            continue;
        }
        match of_commit(&judge, commit, &name, passed.digest) {
            Ok(Some(result)) if result.verdict() != Verdict::Pass => {
                if sources.share.is_none() {
                    *passed = result;
                } else {
                    // Shares are merged, and each must have looked at the same bytes.
                    passed.problems.push(differs(commit, &result, context));
                }
            }
            Ok(_) => {}
            Err(problem) => passed.problems.push(problem.seal(name.as_str())),
        }
    }
}

/// What `commit` has at the root of the seal `name`; `None` where it ships nothing there, and where it has
/// another version of the seal than the one with this `digest`, which is not committed yet.
fn of_commit(
    judge: &Judge<'_>,
    commit: &CommitTree<'_>,
    name: &SealName,
    digest: Option<Digest>,
) -> Result<Option<SealResult>, Problem> {
    if commit.seal_id(name).is_none() {
        return Ok(None);
    }
    let loaded = commit.load(name)?;
    let header = match &loaded.seal {
        Ok(seal) if Some(loaded.digest) == digest && !seal.header.root.is_on_server() => {
            &seal.header
        }
        _ => return Ok(None),
    };
    // One word in a seal does not decide whether the commit has files.
    if !header.tracked && !commit.has_files_of(header)? {
        return Ok(None);
    }
    Ok(Some(judge.judge(name, Ok(Begun::from(loaded)))))
}

/// The bytes that were judged pass, and those of `commit` come to `result`.
fn differs(commit: &CommitTree<'_>, result: &SealResult, context: &Context) -> Problem {
    let given = commit.given();
    let root = result.root.as_deref().unwrap_or(&result.name);
    let message = format!("{given} does not have the {root} that its seal approves");
    let (name, rev) = (quote(result.name.as_bytes()), quote(given.as_bytes()));
    let sealgate = context.invocation.sealgate();
    let path = |finding: &Finding| {
        let path = String::from_utf8_lossy(&finding.path);
        if root == "." { path.into_owned() } else { format!("{root}/{path}") }
    };
    let add = context.invocation.stage(&[ToStage { name: &result.name, root: Some(root) }], None);
    let right = if result.build.is_some() {
        format!("build it again, and commit that: {sealgate} rebuild {name} --seal && {add}")
    } else {
        format!("put the sealed bytes there, and commit them: {add}")
    };
    Problem::new("commit-differs", message)
        .seal(&result.name)
        .paths(result.findings.iter().map(path))
        .remedy(format!("{sealgate} check {name} --rev {rev} shows how; {right}"))
}

/// Built roots that are missing in a commit, which has no built roots: names the seals that can be checked.
pub(super) fn explain_built_roots(judgements: &mut [SealResult], context: &Context) {
    let kept = judgements.iter().filter(|result| result.tracked == Some(true));
    let kept: Vec<String> = kept.map(|result| quote(result.name.as_bytes())).collect();
    let sealgate = context.invocation.sealgate();
    for judgement in judgements.iter_mut().filter(|result| result.tracked == Some(false)) {
        let Source::Commit { given, .. } = &judgement.source else { continue };
        let remedy = if kept.is_empty() {
            format!(
                "it is built, so no commit has it: build it, and check what is here: {sealgate} check"
            )
        } else {
            let rev = quote(given.as_bytes());
            format!(
                "it is built, so no commit has it: name the seals of what is kept in git: {sealgate} \
                 check {} --rev {rev}",
                kept.join(" ")
            )
        };
        for problem in &mut judgement.problems {
            if problem.code == "root-missing" {
                *problem = problem.clone().remedy(remedy.clone());
            }
        }
    }
}

/// A root that is missing after its build: the build wrote nothing.
fn explain_missing_root(judgement: &mut SealResult) {
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
