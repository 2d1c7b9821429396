//! Whether the gate may rule an environment: it is in the policy, enforced, nothing that blocks it is
//! open, and what is judged is on one of its branches.

use super::policy::{Environment, Policy};
use crate::text::problem::Problem;

/// An open item of a blocker map that stands in the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenBlocker {
    /// The map, relative to the repository root.
    pub map: String,
    /// Its id.
    pub id: String,
    /// What it is.
    pub item: String,
    /// What it waits for.
    pub waits_for: String,
}

/// What is judged, as a place among the branches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The ref as it was named.
    pub named: String,
    /// Those of the environment's branches on whose first-parent line it is.
    pub on: Vec<String>,
}

/// How many environments a message names.
const NAMED: usize = 20;

/// Everything that keeps the gate from ruling `name`; nothing, if it may.
#[must_use]
pub fn fitting_environment(
    policy: &Policy,
    name: &str,
    place: Result<Place, Problem>,
    standing: Result<Vec<OpenBlocker>, Problem>,
) -> Vec<Problem> {
    let Some(environment) = policy.environment(name) else {
        let all = policy.environments.len();
        let named: Vec<_> =
            policy.environments.iter().take(NAMED).map(|known| &*known.name).collect();
        let others = match all.saturating_sub(NAMED) {
            0 => String::new(),
            others => format!(" and {others} more"),
        };
        let remedy = match all {
            0 => "the policy has none: add one by a signed policy-update".to_owned(),
            _ => format!("the environments of the policy: {}{others}", named.join(", ")),
        };
        let message = format!("the policy of the base has no environment {name}");
        return vec![Problem::new("environment-unknown", message).remedy(remedy)];
    };
    let mut refusals = Vec::new();
    if !environment.enforced {
        let message =
            format!("the policy says that {name} is not enforced: the gate may not rule it");
        refusals.push(
            Problem::new("environment-not-enforced", message)
                .remedy("set enforced = true there by a signed policy-update"),
        );
    }
    match standing {
        Ok(standing) => refusals.extend(standing.iter().map(|item| blocked(name, item))),
        Err(problem) => refusals.push(problem),
    }
    refusals.extend(place.map_or_else(Some, |place| misplaced(environment, &place)));
    refusals
}

fn blocked(environment: &str, item: &OpenBlocker) -> Problem {
    let OpenBlocker { map, id, item, waits_for } = item;
    Problem::new("blocker-open", format!("{id} blocks {environment}: {item}"))
        .file(map.as_str())
        .remedy(waits_for.as_str())
}

fn misplaced(environment: &Environment, place: &Place) -> Option<Problem> {
    if environment.branches.iter().any(|branch| place.on.contains(branch)) {
        return None;
    }
    let (name, branches) = (&environment.name, environment.branches.join(", "));
    let message = format!("{} is not on a branch of {name}", place.named);
    let remedy = format!("the branches of {name}: {branches}; a tag must lie on one of them");
    Some(Problem::new("ref-not-of-environment", message).remedy(remedy))
}
