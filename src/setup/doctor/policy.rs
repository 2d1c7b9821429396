//! The policy: what its owners may not mean.

use sealgate_core::approval::{Moment, Policy, doubts};
use sealgate_core::text::escape::printable_str;
use sealgate_core::text::problem::Problem;

use super::facts::Facts;
use super::wording::sealgate;
use crate::report::advice::Advice;
use crate::tree::Workspace;

/// What there is to say of the policy of `repository`: nothing where there is none.
///
/// # Errors
///
/// It cannot be read.
pub fn policy_doubts(repository: &Workspace, now: Moment) -> Result<Vec<String>, Problem> {
    if !repository.has_policy()? {
        return Ok(Vec::new());
    }
    let Some(bytes) = repository.approval_files()?.policy else { return Ok(Vec::new()) };
    Ok(match Policy::read(&bytes) {
        Ok(policy) => doubts(&policy, now),
        Err(error) => vec![format!("it is not sound, so nothing is authorised: {error}")],
    })
}

/// Advice on each of them.
pub(super) fn policy(facts: &Facts) -> Vec<Advice> {
    let of_doubt = |doubt: &String| Advice {
        code: "policy-doubt",
        seal: None,
        what: format!("the policy: {}", printable_str(doubt)),
        why: "What nobody can permit any more stops every change of it.",
        fix: vec![format!(
            "# Change the policy, then look again: {}",
            sealgate(facts, "policy check")
        )],
    };
    facts.policy_doubts.iter().map(of_doubt).collect()
}
