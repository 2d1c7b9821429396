//! Whether a demand is granted. Everything was read before, once: the bytes that are verified are the
//! bytes that are parsed.

use std::collections::BTreeSet;

use super::grant::{Grant, Subject};
use super::policy::{Policy, Rule, RuleScope};
use super::signature::{SignatureFault, verify};
use super::time::Moment;
use crate::entry::Digest;
use crate::problem::Problem;

/// A file of the grants directory with its signatures, as they were read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantFile {
    /// The name of the file without `.toml`: an id, if it is honest.
    pub id: String,
    /// The exact bytes.
    pub bytes: Vec<u8>,
    /// What lies beside it as `ID.NAME.sig`.
    pub signatures: Vec<SignatureFile>,
}

/// A signature beside a grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureFile {
    /// NAME of `ID.NAME.sig`.
    pub name: String,
    /// The exact bytes.
    pub bytes: Vec<u8>,
}

/// What needs a grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demand {
    /// What is done.
    pub action: String,
    /// To what.
    pub subject: Subject,
    /// The digest of what is done exactly.
    pub change: Digest,
}

/// What a demand is decided by.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The clock, read once.
    pub now: Moment,
    /// The policy of the base.
    pub policy: &'a Policy,
    /// The policy of what is judged, where it is another: an update holds under both.
    pub next: Option<&'a Policy>,
    /// The grants at the base: these are spent.
    pub base: &'a [GrantFile],
    /// The grants in what is judged.
    pub judged: &'a [GrantFile],
}

/// A demand that was granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authorised {
    /// By which grant.
    pub grant: Digest,
    /// Whose signatures count, sorted.
    pub principals: Vec<String>,
}

/// Decides `demand`.
///
/// # Errors
///
/// The first thing that is missing or wrong, in this order: a rule; exactly one grant that fits; its
/// name, its form, its repository and policy; its time; its revocation; each signature; the number of
/// approvers.
pub fn decide(demand: &Demand, facts: &Facts<'_>) -> Result<Authorised, Problem> {
    let policies = policies(demand, facts);
    for (policy, whose) in &policies {
        if rules(demand, policy).is_empty() {
            return Err(no_rule(demand, whose));
        }
    }
    let file = the_one(demand, facts)?;
    let grant = sound(file, facts.policy)?;
    let id = Digest::of(&file.bytes);
    for (policy, _) in &policies {
        in_time(&grant, &id, policy, facts.now)?;
    }
    if policies.iter().any(|(policy, _)| policy.revokes_grant(&id)) {
        return Err(refused("grant-revoked", &id, "is revoked by the policy", NEW_GRANT));
    }
    let mut principals = BTreeSet::new();
    for (policy, whose) in &policies {
        let signed = signers(file, &id, policy, &policies, facts.now)?;
        for rule in rules(demand, policy) {
            let approving: Vec<_> =
                rule.approvers.iter().filter(|name| signed.contains(*name)).collect();
            if approving.len() < rule.threshold {
                return Err(too_few(&id, rule, &approving, whose));
            }
            principals.extend(approving.into_iter().cloned());
        }
    }
    Ok(Authorised { grant: id, principals: principals.into_iter().collect() })
}

/// The grants of the base that are gone in what is judged, or were changed there, and have not
/// expired: without its file, a grant that was spent could be used again.
#[must_use]
pub fn vanished(facts: &Facts<'_>) -> Vec<Problem> {
    let still_there =
        |old: &GrantFile| facts.judged.iter().any(|new| new.id == old.id && new.bytes == old.bytes);
    let mut refusals = Vec::new();
    for old in facts.base.iter().filter(|old| !still_there(old)) {
        // One that never counted cannot count again.
        let Ok(grant) = Grant::read(&old.bytes) else { continue };
        let id = Digest::of(&old.bytes);
        if old.id == id.to_string() && facts.now < grant.not_after {
            let why = format!("is gone or changed, and would count until {}", grant.not_after);
            let remedy = "put the file back: a grant stays until it has expired";
            refusals.push(refused("grant-deleted", &id, &why, remedy));
        }
    }
    refusals
}

const NEW_GRANT: &str = "make a new one (sealgate grant new) and have it signed";

/// The policies that must agree: an update holds under the old and the new one.
fn policies<'a>(demand: &Demand, facts: &Facts<'a>) -> Vec<(&'a Policy, &'static str)> {
    let next = facts.next.filter(|_| demand.subject == Subject::Policy);
    let old = Some((facts.policy, "the policy of the base"));
    old.into_iter().chain(next.map(|next| (next, "the new policy"))).collect()
}

/// The rules of `policy` that speak of `demand`; all of them must be met.
fn rules<'p>(demand: &Demand, policy: &'p Policy) -> Vec<&'p Rule> {
    let speaks = |rule: &&Rule| {
        rule.action == demand.action
            && match (&demand.subject, &rule.scope) {
                (Subject::Seal(name), RuleScope::Seals(_)) => rule.covers_seal(name),
                (Subject::Environment(name), RuleScope::Environment(of)) => name == of,
                (Subject::Policy, RuleScope::Policy) => true,
                _ => false,
            }
    };
    policy.rules.iter().filter(speaks).collect()
}

fn no_rule(demand: &Demand, whose: &str) -> Problem {
    let (action, of) = (&demand.action, demand.subject.words());
    let message = format!("{whose} has no rule for {action} of {of}: nobody can permit it");
    Problem::new("no-rule", message)
        .remedy("add a [[rule]] to the policy by a signed policy-update, or leave it as it was")
}

/// A refusal that concerns the grant `id`.
fn refused(code: &'static str, id: &Digest, why: &str, remedy: &str) -> Problem {
    let short = &id.to_string()[..10];
    Problem::new(code, format!("the grant {short} {why}")).remedy(remedy)
}

/// The one grant that fits and was not spent.
fn the_one<'a>(demand: &Demand, facts: &Facts<'a>) -> Result<&'a GrantFile, Problem> {
    let fits = |file: &&GrantFile| {
        Grant::loose(&file.bytes).is_ok_and(|grant| {
            grant.action == demand.action
                && grant.subject == demand.subject
                && grant.change == demand.change
        })
    };
    let is_spent = |file: &GrantFile| facts.base.iter().any(|old| old.id == file.id);
    let fitting: Vec<&GrantFile> = facts.judged.iter().filter(fits).collect();
    let (spent, new): (Vec<_>, Vec<_>) = fitting.into_iter().partition(|file| is_spent(file));
    match (&new[..], &spent[..]) {
        ([only], _) => Ok(only),
        ([], []) => Err(nearest(demand, facts, is_spent)),
        ([], [spent, ..]) => {
            let why = "fits, and is spent: the base has it";
            Err(refused("grant-spent", &Digest::of(&spent.bytes), why, NEW_GRANT))
        }
        ([first, ..], _) => {
            let why =
                format!("is one of {} that fit: it is not clear which one is meant", new.len());
            let remedy = "keep one of them and remove the others";
            Err(refused("grant-ambiguous", &Digest::of(&first.bytes), &why, remedy))
        }
    }
}

/// Why no grant fits, by the one that comes nearest.
fn nearest(demand: &Demand, facts: &Facts<'_>, spent: impl Fn(&GrantFile) -> bool) -> Problem {
    let (action, of) = (&demand.action, demand.subject.words());
    let mut best: Option<(u8, Problem)> = None;
    for file in facts.judged.iter().filter(|file| !spent(file)) {
        let id = Digest::of(&file.bytes);
        let wanted = |what: String| format!("{what}; {action} of {of} is not what it permits");
        let (rank, problem) = match Grant::loose(&file.bytes) {
            Err(error) => {
                let message = format!("the file is no grant: {error}");
                let problem = Problem::new("grant-invalid", message)
                    .file(format!("{}.toml", file.id))
                    .remedy(NEW_GRANT);
                (1, problem)
            }
            Ok(grant) if grant.action == *action && grant.subject == demand.subject => {
                let why = format!("permits another change, {}", grant.change);
                let why = format!("{why}; what is there is {}", demand.change);
                (4, refused("grant-other-change", &id, &why, NEW_GRANT))
            }
            Ok(grant) if grant.action == *action => {
                let why = wanted(format!("is for {}", grant.subject.words()));
                (3, refused("grant-other-subject", &id, &why, NEW_GRANT))
            }
            Ok(grant) if grant.subject == demand.subject => {
                let why = wanted(format!("is for the action {}", grant.action));
                (2, refused("grant-other-action", &id, &why, NEW_GRANT))
            }
            Ok(_) => continue,
        };
        if best.as_ref().is_none_or(|(other, _)| *other < rank) {
            best = Some((rank, problem));
        }
    }
    best.map_or_else(
        || {
            Problem::new("grant-missing", format!("there is no grant for {action} of {of}"))
                .remedy(NEW_GRANT)
        },
        |(_, problem)| problem,
    )
}

/// The grant that `file` is, if its name, its form, its repository and its policy are right.
fn sound(file: &GrantFile, policy: &Policy) -> Result<Grant, Problem> {
    let id = Digest::of(&file.bytes);
    if file.id != id.to_string() {
        let why = format!("lies in a file of another name, {}.toml", file.id);
        return Err(refused("grant-misnamed", &id, &why, "name the file by its digest"));
    }
    let grant = Grant::read(&file.bytes).map_err(|error| {
        refused("grant-not-canonical", &id, &format!("is not canonical: {error}"), NEW_GRANT)
    })?;
    if grant.repository != policy.repository {
        let why = format!("is for the repository {}", grant.repository);
        return Err(refused("grant-other-repository", &id, &why, NEW_GRANT));
    }
    if grant.policy != policy.digest() {
        let why = "was given under another policy than that of the base";
        return Err(refused("grant-other-policy", &id, why, NEW_GRANT));
    }
    Ok(grant)
}

fn in_time(grant: &Grant, id: &Digest, policy: &Policy, now: Moment) -> Result<(), Problem> {
    if now < grant.not_before {
        let why = format!("does not count before {}; it is {now}", grant.not_before);
        return Err(refused("grant-too-early", id, &why, "wait"));
    }
    if now >= grant.not_after {
        let why = format!("expired at {}; it is {now}", grant.not_after);
        return Err(refused("grant-expired", id, &why, NEW_GRANT));
    }
    let life = grant.not_after.seconds().saturating_sub(grant.not_before.seconds());
    let hours = policy.max_grant_hours;
    if life > u64::from(hours) * 3_600 {
        let why = format!("lives longer than the {hours} hours that the policy allows");
        return Err(refused("grant-too-long", id, &why, NEW_GRANT));
    }
    Ok(())
}

/// The principals of `policy` who signed. Any signature that does not hold is a refusal; one by a key
/// that another of the `policies` alone knows is none here.
fn signers<'p>(
    file: &GrantFile,
    id: &Digest,
    policy: &'p Policy,
    policies: &[(&Policy, &'static str)],
    now: Moment,
) -> Result<BTreeSet<&'p String>, Problem> {
    let mut signed = BTreeSet::new();
    for SignatureFile { name, bytes } in &file.signatures {
        let bad = |code, why: &str| {
            let why = format!("has a signature {name}.sig that does not count: {why}");
            refused(code, id, &why, "remove that signature, or have it made again")
        };
        let key = match verify(bytes, &file.bytes, &policy.keys) {
            Ok(key) => key,
            Err(SignatureFault::UnknownKey) if holds_elsewhere(bytes, file, policies) => continue,
            Err(fault) => return Err(bad("signature-invalid", &fault.to_string())),
        };
        if key.not_after.is_some_and(|end| now >= end) {
            let why = format!("the key {} is out of date", key.name);
            return Err(bad("key-expired", &why));
        }
        if policy.revokes_key(&key.public) {
            return Err(bad("key-revoked", &format!("the key {} is revoked", key.name)));
        }
        signed.insert(&key.principal);
    }
    Ok(signed)
}

fn holds_elsewhere(bytes: &[u8], file: &GrantFile, policies: &[(&Policy, &'static str)]) -> bool {
    policies.iter().any(|(policy, _)| verify(bytes, &file.bytes, &policy.keys).is_ok())
}

fn too_few(id: &Digest, rule: &Rule, approving: &[&String], whose: &str) -> Problem {
    let (have, need) = (approving.len(), rule.threshold);
    let missing: Vec<&str> = rule
        .approvers
        .iter()
        .filter(|name| !approving.contains(name))
        .map(|name| &**name)
        .collect();
    let why = format!(
        "has {have} of the {need} approvals that {whose} wants for {}; who has not signed: {}",
        rule.action,
        missing.join(", ")
    );
    refused(
        "too-few-approvals",
        id,
        &why,
        "have it signed: sealgate grant sign --base REV --key FILE",
    )
}
