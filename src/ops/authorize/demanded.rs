//! Everything between the base and the working tree that needs a grant.

use std::collections::BTreeSet;

use sealgate_core::approval::{
    Binding, Demand, Grant, Moment, POLICY_UPDATE, Policy, RESEAL, Subject,
};
use sealgate_core::text::problem::Problem;

use super::blockers::demands;
use super::{Question, described, policy_of, read_policy};
use crate::tree::{CommitTree, Workspace};

/// A change that needs a grant.
#[derive(Debug)]
pub struct Demanded {
    /// What needs it.
    pub demand: Demand,
    /// What it is, line by line.
    pub words: String,
    /// What an action is done with.
    pub binding: Option<Binding>,
}

/// The most grants that one command writes.
const MOST: usize = 1_000;

/// The changes in the working tree since `base` that need a grant and have none yet: of seals, of the
/// policy, and of blocker maps.
///
/// # Errors
///
/// Something cannot be read; or there are too many.
pub fn demanded(
    repository: &Workspace,
    base: &CommitTree<'_>,
    now: Moment,
) -> Result<Vec<Demanded>, Problem> {
    let here = repository.approval_files()?;
    let policy = policy_of(base)?;
    let next = here.policy.as_deref().map(|bytes| read_policy(bytes, "the new policy"));
    let next = next.transpose()?;
    let mut all = Vec::new();
    let mut names: BTreeSet<_> = base.contents().unwrap_or_default().names.into_iter().collect();
    names.extend(repository.contents()?.unwrap_or_default().names);
    for name in names {
        all.extend(changed(repository, base, RESEAL, &Subject::Seal(name.to_string()))?);
    }
    if next.as_ref().is_some_and(|next| *next != policy) {
        all.extend(changed(repository, base, POLICY_UPDATE, &Subject::Policy)?);
    }
    all.extend(of_maps(repository, base, (&policy, next.as_ref()), now)?);
    let granted: Vec<Demand> =
        here.grants.iter().filter_map(|file| demand_of(&file.bytes)).collect();
    all.retain(|demanded| !granted.contains(&demanded.demand));
    if all.len() > MOST {
        let message =
            format!("{} changes need a grant; the limit of one command is {MOST}", all.len());
        return Err(Problem::new("grants-too-many", message).remedy("make a smaller change"));
    }
    Ok(all)
}

/// What a grant is for.
fn demand_of(bytes: &[u8]) -> Option<Demand> {
    let Grant { action, subject, change, .. } = Grant::read(bytes).ok()?;
    Some(Demand { action, subject, change })
}

/// The one change that `action` of `subject` means; `None`, if there is none.
fn changed(
    repository: &Workspace,
    base: &CommitTree<'_>,
    action: &str,
    subject: &Subject,
) -> Result<Option<Demanded>, Problem> {
    match described(repository, base, action, subject, None) {
        Ok(all) => Ok(all.into_iter().next().map(|there| {
            let (action, subject) = (action.to_owned(), subject.clone());
            Demanded {
                demand: Demand { action, subject, change: there.change },
                words: there.words,
                binding: there.binding,
            }
        })),
        Err(problem) if problem.code == "nothing-to-grant" => Ok(None),
        Err(problem) => Err(problem),
    }
}

fn of_maps(
    repository: &Workspace,
    base: &CommitTree<'_>,
    policies: (&Policy, Option<&Policy>),
    now: Moment,
) -> Result<Vec<Demanded>, Problem> {
    let question = Question {
        base,
        judged: None,
        policy_digest: None,
        seals: &[],
        patterns: &[],
        environment: None,
        now,
        // A demand prints no command.
        program: "sealgate",
    };
    let found = demands(repository, &question, policies, MOST);
    if let Some(problem) = found.problems.into_iter().next() {
        return Err(problem);
    }
    let mut all = Vec::new();
    for of_map in found.demands {
        let demand = of_map.demand;
        let there = described(repository, base, &demand.action, &demand.subject, None)?;
        let words = there.into_iter().find(|there| there.change == demand.change);
        let words = words.map(|there| there.words).unwrap_or_default();
        all.push(Demanded { demand, words, binding: None });
    }
    Ok(all)
}
