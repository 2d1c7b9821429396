//! The policy: what its owners may not mean.

use sealgate_core::approval::{Ledger, Moment, Policy, doubts};
use sealgate_core::text::escape::printable_str;
use sealgate_core::text::problem::Problem;

use super::facts::{Facts, PolicyFacts};
use super::wording::sealgate;
use crate::report::advice::Advice;
use crate::tree::Workspace;

/// What there is to say of the policy of `repository`: nothing where there is none.
///
/// # Errors
///
/// It cannot be read.
pub fn policy_facts(repository: &Workspace, now: Moment) -> Result<PolicyFacts, Problem> {
    if !repository.has_policy()? {
        return Ok(PolicyFacts::default());
    }
    let Some(bytes) = repository.approval_files()?.policy else {
        return Ok(PolicyFacts::default());
    };
    Ok(match Policy::read(&bytes) {
        Ok(policy) => PolicyFacts {
            doubts: doubts(&policy, now),
            ledger: match policy.ledger {
                Some(Ledger::Remote(url)) => Some(url),
                Some(Ledger::Local) | None => None,
            },
        },
        Err(error) => PolicyFacts {
            doubts: vec![format!("it is not sound, so nothing is authorised: {error}")],
            ledger: None,
        },
    })
}

/// How the tags of a ledger are protected: whether they are cannot be seen from here.
pub(super) fn ledger(facts: &Facts) -> Vec<Advice> {
    let of_ledger = |url: &String| Advice {
        code: "ledger-tags",
        seal: None,
        what: format!(
            "grants for actions are used once as long as nobody can delete or move the tags \
             sealgate-used/* of {}; what its host permits cannot be seen from here",
            printable_str(url)
        ),
        why: "Whoever may delete a tag can use its grant again.",
        fix: vec![
            "# On GitHub: Settings, Rules, Rulesets, a new tag ruleset for sealgate-used/* that"
                .to_owned(),
            "# restricts updates and deletions, and leaves creations to whoever deploys."
                .to_owned(),
            "# Elsewhere: an update hook that refuses both.".to_owned(),
        ],
    };
    facts.policy.ledger.iter().map(of_ledger).collect()
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
    facts.policy.doubts.iter().map(of_doubt).collect()
}
