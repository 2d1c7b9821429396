//! The table of checks.

use super::facts::Facts;
use super::{bytes, places, policy, seals};
use crate::report::advice::Advice;

/// A check: from the facts to what is to be fixed.
type Check = fn(&Facts) -> Vec<Advice>;

/// Every check, in the order of what they say.
const CHECKS: [Check; 22] = [
    seals::missing,
    bytes::roots,
    bytes::seals,
    bytes::configuration,
    bytes::modes,
    bytes::lfs,
    bytes::pointers,
    bytes::hidden,
    places::owners,
    places::placeholders,
    places::names,
    places::unwatched,
    places::hook,
    places::not_called,
    places::not_in_git,
    places::in_git_after_all,
    seals::no_longer_covered,
    seals::unsealed,
    seals::in_package,
    seals::unstated_builds,
    policy::policy,
    policy::ledger,
];

/// What weakens the gate, by these facts.
#[must_use]
pub fn advice(facts: &Facts) -> Vec<Advice> {
    CHECKS.iter().flat_map(|check| check(facts)).collect()
}
