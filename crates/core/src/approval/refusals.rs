//! What the refusals of a demand say.

use std::collections::BTreeSet;

use super::demand::Demand;
use super::grants::Nearest;
use super::policy::{Procedure, Rule};
use crate::seal::entry::Digest;
use crate::text::problem::Problem;

pub(super) fn no_rule(demand: &Demand, procedure: Procedure, whose: &str) -> Problem {
    let (action, of) = (procedure.describe(&demand.action), demand.subject.words());
    let message = format!("{whose} has no rule for {action} of {of}: nobody can permit it");
    Problem::new("no-rule", message)
        .remedy("add a [[rule]] to the policy by a signed policy-update, or leave it as it was")
}

/// A refusal that concerns the grant `id`.
pub(super) fn refused(code: &'static str, id: &Digest, why: &str) -> Problem {
    let short = &id.to_string()[..10];
    Problem::new(code, format!("the grant {short} {why}"))
}

/// Why no grant fits `demand`, by the one that comes nearest.
pub(super) fn missing(demand: &Demand, nearest: Option<&Nearest<'_, '_>>) -> Problem {
    let (action, of) = (&demand.action, demand.subject.words());
    let wanted = |what: String| format!("{what}; {action} of {of} is not what it permits");
    match nearest {
        None => Problem::new("grant-missing", format!("there is no grant for {action} of {of}")),
        Some(Nearest::OtherChange(read, grant)) => {
            let why = format!("permits another change, {}", grant.change);
            let why = format!("{why}; what is there is {}", demand.change);
            refused("grant-other-change", &read.id, &why)
        }
        Some(Nearest::OtherSubject(read, grant)) => {
            let why = wanted(format!("is for {}", grant.subject.words()));
            refused("grant-other-subject", &read.id, &why)
        }
        Some(Nearest::OtherAction(read, grant)) => {
            let why = wanted(format!("is for the action {}", grant.action));
            refused("grant-other-action", &read.id, &why)
        }
        Some(Nearest::Unreadable(read, error)) => {
            Problem::new("grant-invalid", format!("the file is no grant: {error}"))
                .file(format!("{}.toml", read.file.id))
        }
    }
}

/// How many approvers, or grants, a refusal names.
pub(super) const NAMED: usize = 10;

pub(super) fn too_few(
    id: &Digest,
    rule: &Rule,
    signed: &BTreeSet<&String>,
    whose: &str,
) -> Problem {
    let unsigned = || rule.approvers.iter().filter(|name| !signed.contains(name));
    let (missing, need) = (unsigned().count(), rule.threshold);
    let have = rule.approvers.len() - missing;
    let named: Vec<&str> = unsigned().take(NAMED).map(|name| &**name).collect();
    let others = match missing.saturating_sub(NAMED) {
        0 => String::new(),
        others => format!(" and {others} more"),
    };
    let why = format!(
        "has {have} of the {need} approvals that {whose} wants for {}; who has not signed: {}{others}",
        rule.procedure.describe(&rule.action),
        named.join(", ")
    );
    refused("too-few-approvals", id, &why)
}
