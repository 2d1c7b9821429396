//! The commits beside the base that can stop what the base permits: what is judged, and the tips of the
//! environment's branches. A stop on a branch reaches the checks of its older commits too.

use std::collections::BTreeSet;

use sealgate_core::approval::{MAX_POLICY_BYTES, Policy, forbidding};
use sealgate_core::text::problem::Problem;
use sealgate_git::Oid;

use super::blockers::standing;
use super::place::{Tip, tip};
use super::{Purpose, read_policy};
use crate::tree::{CommitTree, SEALS, Workspace};

/// How many branches are looked at where no environment names one.
const MOST_BRANCHES: usize = 16;

/// A commit, and what its policy says.
#[derive(Debug)]
pub(super) struct Standpoint<'c> {
    pub(super) commit: &'c CommitTree<'c>,
    /// Whose policy it is, for messages.
    pub(super) whose: String,
    pub(super) policy: Policy,
}

/// The tips of the branches that the environments of `policy` name, on whose first-parent line `base`
/// lies: what they revoke does not count, whether or not an environment is asked about.
pub(super) fn tips_beyond<'r>(
    repository: &'r Workspace,
    policy: &Policy,
    base: &Oid,
) -> Result<Vec<Tip<'r>>, Problem> {
    let branches = policy.environments.iter().flat_map(|environment| &environment.branches);
    let branches: BTreeSet<&String> = branches.collect();
    let mut tips = Vec::new();
    for branch in branches.into_iter().take(MOST_BRANCHES) {
        match tip(repository, branch) {
            Ok(tip) if tip.has_on_its_line(base)? => tips.push((branch.clone(), tip)),
            Ok(_) => {}
            Err(problem) if problem.code == "ref-unknown" => {}
            Err(problem) => return Err(problem),
        }
    }
    Ok(tips)
}

/// The standpoints beside that of the base, each commit once. What cannot be read goes to `problems`.
pub(super) fn beside_base<'c>(
    base: &Oid,
    judged: Option<&'c CommitTree<'c>>,
    tips: &'c [Tip<'c>],
    problems: &mut Vec<Problem>,
) -> Vec<Standpoint<'c>> {
    let tips = tips.iter().map(|(branch, tip)| (tip, format!("the policy of the branch {branch}")));
    let own = judged.map(|judged| (judged, "the policy of the commit that is judged".to_owned()));
    let mut standpoints: Vec<Standpoint<'_>> = Vec::new();
    for (commit, whose) in own.into_iter().chain(tips) {
        let is_met = standpoints.iter().any(|other| other.commit.oid() == commit.oid());
        if is_met || commit.oid() == base {
            continue;
        }
        match policy_of(commit, &whose) {
            Ok(policy) => standpoints.push(Standpoint { commit, whose, policy }),
            Err(problem) => problems.push(problem),
        }
    }
    standpoints
}

fn policy_of(commit: &CommitTree<'_>, whose: &str) -> Result<Policy, Problem> {
    let bytes = commit.policy()?.ok_or_else(|| {
        Problem::new("policy-deleted", format!("{whose} is gone"))
            .file("policy.toml")
            .remedy("put it back: a policy is changed by a signed policy-update, and never removed")
    })?;
    read_policy(&bytes, whose)
}

impl Standpoint<'_> {
    /// Why it does not let the gate rule the environment of `purpose`, or do its action there.
    pub(super) fn forbids(&self, purpose: &Purpose<'_>) -> Vec<Problem> {
        let name = purpose.environment;
        let known = self.policy.environment(name);
        let open = known.map_or(Ok(Vec::new()), |known| {
            standing(self.commit, &self.policy, known, purpose.action)
        });
        let mut refusals = forbidding(&self.policy, &self.whose, name, open);
        refusals.extend(elsewhere(self.commit, name).unwrap_or_else(Some));
        refusals
    }
}

/// Why the policy beside the seals that are judged does not decide on `environment` alone: the usual
/// directory of seals has a policy too, which knows an environment of that name.
fn elsewhere(commit: &CommitTree<'_>, environment: &str) -> Result<Option<Problem>, Problem> {
    let own = commit.repository().seals().as_str();
    if own == SEALS {
        return Ok(None);
    }
    let path = format!("{SEALS}/policy.toml");
    let Some(bytes) = commit.file(&path, MAX_POLICY_BYTES)? else { return Ok(None) };
    let usual = read_policy(&bytes, &format!("the policy in {SEALS}"));
    let usual = usual.map_err(|problem| problem.file(&*path))?;
    let message =
        format!("{own} and {SEALS} both have a policy with the environment {environment}");
    Ok(usual.environment(environment).map(|_| {
        Problem::new("policy-elsewhere", message).file(path).remedy(format!(
            "ask the policy in {SEALS}, without --seals, or rename the environment in one of the two"
        ))
    }))
}
