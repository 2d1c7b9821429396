//! The base of a check for which the event names none, where there is a policy: the commit at which what
//! is judged left the branch of the environment.

use sealgate_core::approval::Policy;
use sealgate_core::text::problem::Problem;

use super::place::tip;
use super::{Reference, read_policy};
use crate::tree::{CommitTree, Workspace};

/// What is known of what is judged, beside the commit.
#[derive(Debug, Clone, Copy)]
pub struct Surroundings<'a> {
    /// The default branch, as the event names it.
    pub default_branch: Option<&'a str>,
    /// The ref that is judged.
    pub reference: Option<&'a Reference>,
    /// The environment that is asked about.
    pub environment: Option<&'a str>,
}

/// What is used as the base.
#[derive(Debug)]
pub enum StandIn<'r> {
    /// There is no policy, so a check needs no base.
    NotNeeded,
    /// This commit, and what to state about it.
    Commit {
        /// The base.
        base: Box<CommitTree<'r>>,
        /// Which commit it is, in words.
        what: String,
        /// Whether it is the first parent of what is judged, so that one step alone is judged.
        one_step: bool,
    },
}

/// Finds the commit that `judged`, or HEAD, is compared with where the event names none.
///
/// # Errors
///
/// There is a policy, and no such commit can be determined: nothing may pass.
pub fn stand_in<'r>(
    repository: &'r Workspace,
    judged: Option<&CommitTree<'r>>,
    around: &Surroundings<'_>,
) -> Result<StandIn<'r>, Problem> {
    let head;
    let judged = if let Some(judged) = judged {
        judged
    } else {
        head = CommitTree::open(repository, "HEAD")?;
        &head
    };
    let default = around.default_branch.map(|branch| tip(repository, branch)).transpose();
    // Whoever proposes a commit may have removed the policy from it.
    let policy = match &default {
        Ok(Some(tip)) if tip.has_policy() => policy_of(tip)?,
        _ if !judged.has_policy() => return Ok(StandIn::NotNeeded),
        Ok(_) => policy_of(judged)?,
        Err(problem) => return Err(problem.clone()),
    };
    let mut found: Option<(CommitTree<'r>, String)> = None;
    for branch in branches(&policy, around) {
        let fork = match tip(repository, branch) {
            Ok(tip) => judged.left(&tip)?,
            Err(problem) if problem.code == "ref-unknown" => None,
            Err(problem) => return Err(problem),
        };
        let Some(fork) = fork else { continue };
        // Of several, the one that comes before the others: more is judged.
        let is_older = |(other, _): &(CommitTree<'r>, String)| other.descends_from(fork.oid());
        if found.as_ref().map_or(Ok(true), is_older)? {
            found = Some((fork, branch.to_owned()));
        }
    }
    let Some((fork, branch)) = found else {
        return Err(missing("no branch of the policy that is here has a commit before this one"));
    };
    if fork.oid() != judged.oid() {
        let what = format!("{}, at which it left the branch {branch}", short(&fork));
        return Ok(StandIn::Commit { base: Box::new(fork), what, one_step: false });
    }
    let parent = judged.parents().first().ok_or_else(|| missing("the commit has no parent"))?;
    let base = CommitTree::of(repository, &parent.to_string(), parent)?;
    let what = format!(
        "{}, its first parent, because it is on the branch {branch}: one step is judged, and none \
         before it",
        short(&base)
    );
    Ok(StandIn::Commit { base: Box::new(base), what, one_step: true })
}

/// The branches from which what is judged may have come.
fn branches<'a>(policy: &'a Policy, around: &Surroundings<'a>) -> Vec<&'a str> {
    let environments = policy.environments.iter();
    let asked = environments
        .filter(|known| around.environment.is_none_or(|environment| known.name == environment));
    let mut branches: Vec<&str> =
        asked.flat_map(|known| known.branches.iter().map(|branch| &**branch)).collect();
    if around.environment.is_none() {
        branches.extend(around.default_branch);
    }
    match around.reference {
        Some(Reference::Branch(own)) if branches.contains(&&**own) => vec![own],
        _ => branches,
    }
}

fn policy_of(commit: &CommitTree<'_>) -> Result<Policy, Problem> {
    let bytes = commit.approval_files()?.policy.ok_or_else(|| missing("the policy is gone"))?;
    read_policy(&bytes, &format!("the policy of {}", commit.given()))
}

fn missing(why: &str) -> Problem {
    let message = format!("there is a policy, and no base to judge by: {why}");
    Problem::new("base-missing", message)
        .remedy("fetch the whole history (fetch-depth: 0), or name the commit: --base REV")
}

fn short(commit: &CommitTree<'_>) -> String {
    commit.oid().to_string()[..10].to_owned()
}
