//! Grants that are gone, and break-glass grants that must stay until a usual grant follows.

use std::collections::{BTreeSet, HashMap};

use super::demand::{Demand, Facts, GrantFile, MAX_SIGNATURES};
use super::grant::Grant;
use super::policy::{Policy, Procedure};
use super::refusals::refused;
use super::signature::verify;
use crate::seal::entry::Digest;
use crate::text::problem::Problem;

/// The grants of the base that are gone in what is judged, or were changed there, and have not
/// expired: without its file, a grant that was spent could be used again. A break-glass grant that no
/// usual grant has followed stays, however old it is.
#[must_use]
pub fn vanished(facts: &Facts<'_>) -> Vec<Problem> {
    let mut there: HashMap<(&str, &[u8]), bool> = HashMap::new();
    for new in facts.judged {
        there.insert((&new.id, &new.bytes), !new.signatures.is_empty());
    }
    let mut refusals = Vec::new();
    for old in facts.base {
        let is_signed = there.get(&(&*old.id, &*old.bytes)).copied();
        if is_signed == Some(true) || (is_signed.is_some() && old.signatures.is_empty()) {
            continue;
        }
        // One that never counted cannot count again.
        let Ok(grant) = Grant::read(&old.bytes) else { continue };
        let id = Digest::of(&old.bytes);
        if is_signed.is_none() && old.id == id.to_string() && facts.now < grant.not_after {
            let why = format!("is gone or changed, and would count until {}", grant.not_after);
            let remedy = "put the file back: a grant stays until it has expired";
            refusals.push(refused("grant-deleted", &id, &why).remedy(remedy));
        } else if grant.procedure == Procedure::BreakGlass && is_open(old, facts) {
            // Without its signatures, it would look like a draft, of which no report states anything.
            let why = "is a break-glass grant that no usual grant has followed, and its file or its \
                       signatures are gone or changed";
            let remedy = "put them back, and have a usual grant signed for the same subject";
            refusals.push(refused("grant-deleted", &id, why).remedy(remedy));
        }
    }
    refusals
}

/// Whether no grant of the base or of what is judged follows `old`.
fn is_open(old: &GrantFile, facts: &Facts<'_>) -> bool {
    let all: Vec<GrantFile> = facts.base.iter().chain(facts.judged).cloned().collect();
    unanswered(Some(facts.policy), &all).iter().any(|open| open.file.id == old.id)
}

/// A break-glass grant that no usual grant has followed.
#[derive(Debug)]
pub struct OpenEmergency<'g> {
    /// The file.
    pub file: &'g GrantFile,
    /// What it says.
    pub grant: Grant,
    /// Whose signatures hold by the policy, sorted.
    pub principals: Vec<String>,
}

/// The signed break-glass grants among `grants` that no usual grant has followed: one for the same action
/// and subject, which begins to count no earlier and has the approvals that the usual rules of `policy`
/// demand. Without a policy that can be read, nothing follows.
#[must_use]
pub fn unanswered<'g>(policy: Option<&Policy>, grants: &'g [GrantFile]) -> Vec<OpenEmergency<'g>> {
    let mut open = Vec::new();
    let mut usual = Vec::new();
    for file in grants {
        let Ok(grant) = Grant::read(&file.bytes) else { continue };
        if file.id != Digest::of(&file.bytes).to_string() {
            continue;
        }
        match grant.procedure {
            Procedure::Usual => usual.push((file, grant)),
            // Nobody permitted anything by a draft.
            Procedure::BreakGlass if file.signatures.is_empty() => {}
            Procedure::BreakGlass => {
                let principals = signers(policy, file, &grant).into_iter().collect();
                open.push(OpenEmergency { file, grant, principals });
            }
        }
    }
    open.retain(|OpenEmergency { grant, .. }| {
        let follows = |(file, later): &(&GrantFile, Grant)| {
            later.action == grant.action
                && later.subject == grant.subject
                && later.not_before >= grant.not_before
                && policy.is_some_and(|policy| is_approved(policy, file, later))
        };
        !usual.iter().any(follows)
    });
    open
}

/// Whether `file` has the approvals that the usual rules of `policy` demand for it.
fn is_approved(policy: &Policy, file: &GrantFile, grant: &Grant) -> bool {
    let Grant { action, subject, change, .. } = grant;
    let demand = Demand { action: action.clone(), subject: subject.clone(), change: *change };
    let rules = policy.rules_of(&demand, Procedure::Usual);
    let signed = signers(Some(policy), file, grant);
    let is_met = |approvers: &[String], threshold: usize| {
        approvers.iter().filter(|name| signed.contains(*name)).count() >= threshold
    };
    grant.repository == policy.repository
        && !policy.revokes_grant(&grant.id())
        && !rules.is_empty()
        && rules.iter().all(|rule| is_met(&rule.approvers, rule.threshold))
}

/// The principals whose signatures of `file` hold by the keys of `policy`, when the grant began to count.
fn signers(policy: Option<&Policy>, file: &GrantFile, grant: &Grant) -> BTreeSet<String> {
    let mut signed = BTreeSet::new();
    let Some(policy) = policy else { return signed };
    for signature in file.signatures.iter().take(MAX_SIGNATURES) {
        let Ok(key) = verify(&signature.bytes, &file.bytes, &policy.keys) else { continue };
        let is_in_time = key.not_after.is_none_or(|end| grant.not_before < end);
        if is_in_time && !policy.revokes_key(&key.public) {
            signed.insert(key.principal.clone());
        }
    }
    signed
}
