//! Whether the gate may rule an environment: it is in the policy, enforced, nothing that blocks it is
//! open, and what is judged is the tip of one of its branches.

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
    pub on: Vec<BranchPlace>,
}

/// A branch on whose first-parent line lies what is judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BranchPlace {
    /// The branch.
    pub branch: String,
    /// The id of its tip, if what is judged is another commit of its line.
    pub tip_beyond: Option<String>,
}

/// Which commits of a branch may be judged for an environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Age {
    /// Its tip alone.
    Tip,
    /// Any commit of its first-parent line, because a person asked for an older one.
    Older,
}

/// How many environments a message names.
const NAMED: usize = 20;

/// Why `policy`, which is that of `whose`, does not let the gate rule the environment `name`; nothing,
/// if it does. `standing` are the open items that block it.
#[must_use]
pub fn forbidding(
    policy: &Policy,
    whose: &str,
    name: &str,
    standing: Result<Vec<OpenBlocker>, Problem>,
) -> Vec<Problem> {
    let Some(environment) = policy.environment(name) else {
        return vec![unknown(policy, whose, name)];
    };
    let mut refusals = Vec::new();
    if !environment.enforced {
        let message = format!("{whose} says that {name} is not enforced: the gate may not rule it");
        refusals.push(
            Problem::new("environment-not-enforced", message)
                .remedy("set enforced = true there by a signed policy-update"),
        );
    }
    match standing {
        Ok(standing) => refusals.extend(standing.iter().map(|item| blocked(name, item))),
        Err(problem) => refusals.push(problem),
    }
    refusals
}

fn unknown(policy: &Policy, whose: &str, name: &str) -> Problem {
    let all = policy.environments.len();
    let named: Vec<_> = policy.environments.iter().take(NAMED).map(|known| &*known.name).collect();
    let others = match all.saturating_sub(NAMED) {
        0 => String::new(),
        others => format!(" and {others} more"),
    };
    let remedy = match all {
        0 => "the policy has none: add one by a signed policy-update".to_owned(),
        _ => format!("the environments of the policy: {}{others}", named.join(", ")),
    };
    Problem::new("environment-unknown", format!("{whose} has no environment {name}")).remedy(remedy)
}

fn blocked(environment: &str, item: &OpenBlocker) -> Problem {
    let OpenBlocker { map, id, item, waits_for } = item;
    Problem::new("blocker-open", format!("{id} blocks {environment}: {item}"))
        .file(map.as_str())
        .remedy(waits_for.as_str())
}

/// Why `place` is no place of `environment` at which the gate may rule, or `action` may be done; `None`, if
/// it is one.
#[must_use]
pub fn misplaced(
    environment: &Environment,
    place: &Place,
    age: Age,
    action: Option<&str>,
) -> Option<Problem> {
    let on: Vec<&BranchPlace> =
        place.on.iter().filter(|on| environment.branches.contains(&on.branch)).collect();
    let (name, branches) = (&environment.name, environment.branches.join(", "));
    let Some(first) = on.first() else {
        let message = format!("{} is not on a branch of {name}", place.named);
        let remedy = format!("the branches of {name}: {branches}; a tag must lie on one of them");
        return Some(Problem::new("ref-not-of-environment", message).remedy(remedy));
    };
    if age == Age::Older || on.iter().any(|on| on.tip_beyond.is_none()) {
        return None;
    }
    let (branch, tip) = (&first.branch, first.tip_beyond.as_deref().unwrap_or_default());
    let message =
        format!("the commit is an older one of the branch {branch}, which has gone on to {tip}");
    let remedy = match action {
        None => {
            "check the tip of the branch; --older allows an older commit, if that is what is meant"
                .to_owned()
        }
        Some(action) => format!(
            "check the tip of the branch: {action} is done there alone; to go back, commit the older \
             files again"
        ),
    };
    Some(Problem::new("ref-not-tip", message).remedy(remedy))
}
