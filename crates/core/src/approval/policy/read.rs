//! Reading a policy.

use serde::Deserialize;
use toml::de::DeTable;

use super::super::key::PublicKey;
use super::super::ledger::Ledger;
use super::super::text::{cut, deviation, line_of};
use super::super::time::Moment;
use super::faults::Faults;
use super::rules::{self, unsound};
use super::{
    Environment, Key, MAX_POLICY_BYTES, POLICY_FORMAT, Policy, PolicyError, Procedure, Revoked,
    Rule, RuleScope,
};
use super::{evidence, shape};
use crate::seal::entry::Digest;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawPolicy {
    format: Option<String>,
    repository: Option<String>,
    max_grant_hours: Option<u32>,
    ledger: Option<String>,
    #[serde(default)]
    words: Vec<String>,
    #[serde(default)]
    key: Vec<RawKey>,
    #[serde(default)]
    rule: Vec<RawRule>,
    #[serde(default)]
    environment: Vec<RawEnvironment>,
    #[serde(default)]
    revoked: Vec<RawRevoked>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawKey {
    name: String,
    principal: String,
    key: String,
    not_after: Option<String>,
    touch: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawRule {
    action: String,
    environment: Option<String>,
    seals: Option<Vec<String>>,
    approvers: Vec<String>,
    threshold: usize,
    break_glass: Option<bool>,
    evidence: Option<String>,
    evidence_hours: Option<u32>,
    allowances: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawEnvironment {
    name: String,
    branches: Vec<String>,
    enforced: bool,
    blockers: Option<String>,
    #[serde(default)]
    blocked_by: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawRevoked {
    key: Option<String>,
    grant: Option<String>,
}

/// Stands for a value of the head that is not there, or is of another kind, until what else is wrong is
/// found.
const PLACEHOLDER: &str = "unknown";

/// How many places that are no TOML are reported.
const MOST_SYNTAX_FAULTS: usize = 20;

pub(super) fn read(bytes: &[u8]) -> Result<Policy, PolicyError> {
    let policy = loose(bytes)?;
    let text = std::str::from_utf8(bytes).map_err(|_| PolicyError::NotUtf8)?;
    match deviation(text, &policy.to_text()) {
        None => Ok(policy),
        Some(deviation) => Err(PolicyError::NotCanonical(deviation)),
    }
}

pub(super) fn loose(bytes: &[u8]) -> Result<Policy, PolicyError> {
    let (policy, faults) = collect(bytes);
    match (policy, faults.into_iter().next()) {
        (Some(policy), None) => Ok(policy),
        (_, Some(first)) => Err(first),
        (None, None) => Err(unsound("it could not be read")),
    }
}

/// Everything that keeps `bytes` from being the canonical text of a sound policy.
pub(super) fn faults(bytes: &[u8]) -> Vec<PolicyError> {
    let (policy, mut faults) = collect(bytes);
    if let (Some(policy), Ok(text)) = (policy, std::str::from_utf8(bytes)) {
        faults.extend(deviation(text, &policy.to_text()).map(PolicyError::NotCanonical));
    }
    faults
}

/// What `bytes` state, as far as all of it could be read; and everything that is wrong with it.
fn collect(bytes: &[u8]) -> (Option<Policy>, Vec<PolicyError>) {
    if bytes.len() as u64 > MAX_POLICY_BYTES {
        return (None, vec![PolicyError::TooLong]);
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return (None, vec![PolicyError::NotUtf8]) };
    let mut faults = Faults::default();
    let (mut table, errors) = DeTable::parse_recoverable(text);
    // One fault makes the reader find many behind it.
    for error in errors.iter().take(MOST_SYNTAX_FAULTS) {
        faults.push(syntax(text, error));
    }
    // What is no TOML hides what stands behind it.
    if !faults.is_empty() {
        return (None, faults.into_all());
    }
    shape::prune(table.get_mut(), text, &mut faults);
    let is_shaped = faults.is_empty();
    let raw = match RawPolicy::deserialize(toml::Deserializer::from(table)) {
        Ok(raw) => raw,
        Err(error) => {
            faults.push(syntax(text, &error));
            return (None, faults.into_all());
        }
    };
    let (policy, is_read) = policy(raw, &mut faults);
    rules::check(&policy, &mut faults);
    ((is_shaped && is_read).then_some(policy), faults.into_all())
}

fn syntax(text: &str, error: &toml::de::Error) -> PolicyError {
    PolicyError::Syntax { line: line_of(text, error), message: cut(error.message()) }
}

/// The policy of what could be read, and whether that is all of `raw`.
fn policy(raw: RawPolicy, faults: &mut Faults) -> (Policy, bool) {
    if let Some(format) = raw.format.filter(|format| format != POLICY_FORMAT) {
        faults.unsound(format!("format is {:?}, not {POLICY_FORMAT:?}", cut(&format)));
    }
    let stated = (raw.key.len(), raw.rule.len(), raw.revoked.len(), raw.ledger.is_some());
    let mut policy = Policy {
        repository: raw.repository.unwrap_or_else(|| PLACEHOLDER.to_owned()),
        max_grant_hours: raw.max_grant_hours.unwrap_or(1),
        words: sorted(raw.words),
        ledger: raw.ledger.and_then(|text| faults.keep(ledger(&text))),
        keys: raw.key.into_iter().filter_map(|raw| faults.keep(key(raw))).collect(),
        rules: raw.rule.into_iter().filter_map(|raw| faults.keep(rule(raw))).collect(),
        environments: raw.environment.into_iter().map(environment).collect(),
        revoked: raw.revoked.into_iter().filter_map(|raw| faults.keep(revoked(raw))).collect(),
    };
    faults.lacks_keys |= policy.keys.len() < stated.0;
    policy.keys.sort_by(|a, b| a.name.cmp(&b.name));
    policy.rules.sort();
    policy.environments.sort_by(|a, b| a.name.cmp(&b.name));
    policy.revoked.sort();
    let read =
        (policy.keys.len(), policy.rules.len(), policy.revoked.len(), policy.ledger.is_some());
    (policy, read == stated)
}

fn key(raw: RawKey) -> Result<Key, PolicyError> {
    let about = |what: &str| unsound(format!("key {}: {what}", cut(&raw.name)));
    let not_after = match &raw.not_after {
        None => None,
        Some(text) => Some(Moment::parse(text).ok_or_else(|| {
            about("not-after must be a time in UTC, such as 2027-01-31T12:00:00Z")
        })?),
    };
    let public = PublicKey::parse(&raw.key)
        .map_err(|fault| PolicyError::Key { name: raw.name.clone(), fault })?;
    Ok(Key { name: raw.name, principal: raw.principal, public, not_after, touch: raw.touch })
}

fn rule(raw: RawRule) -> Result<Rule, PolicyError> {
    let RawRule { action, environment, seals, approvers, threshold, .. } = raw;
    let procedure = Procedure::of_key(raw.break_glass);
    let evidence =
        evidence::rule(&action, raw.evidence.as_deref(), raw.evidence_hours, raw.allowances)?;
    let scope = match (&*action, environment, seals) {
        (super::RESEAL, None, Some(seals)) => RuleScope::Seals(sorted(seals)),
        (super::RESEAL, ..) => {
            return Err(unsound("a rule for reseal has seals = [...], and no environment"));
        }
        (super::POLICY_UPDATE, None, None) => RuleScope::Policy,
        (super::POLICY_UPDATE, ..) => {
            return Err(unsound("a rule for policy-update has neither environment nor seals"));
        }
        (_, Some(environment), None) => RuleScope::Environment(environment),
        (action, ..) => {
            let message = format!("a rule for {action} has an environment, and no seals");
            return Err(unsound(message));
        }
    };
    Ok(Rule { action, scope, procedure, approvers: sorted(approvers), threshold, evidence })
}

fn ledger(text: &str) -> Result<Ledger, PolicyError> {
    Ledger::parse(text).ok_or_else(|| {
        unsound(
            "ledger is \"local\", an absolute path, USER@HOST:PATH, or a URL of the schemes https, ssh \
             and file; the name of a remote could lead elsewhere",
        )
    })
}

fn environment(raw: RawEnvironment) -> Environment {
    Environment {
        name: raw.name,
        branches: sorted(raw.branches),
        enforced: raw.enforced,
        blockers: raw.blockers,
        blocked_by: sorted(raw.blocked_by),
    }
}

fn revoked(raw: RawRevoked) -> Result<Revoked, PolicyError> {
    match (raw.key, raw.grant) {
        (Some(key), None) => PublicKey::parse(&key)
            .map(Box::new)
            .map(Revoked::Key)
            .map_err(|fault| PolicyError::Key { name: "that is revoked".to_owned(), fault }),
        (None, Some(grant)) => Digest::from_hex(grant.as_bytes())
            .map(Revoked::Grant)
            .ok_or_else(|| unsound("a revoked grant is named by its id: 64 digits of 0-9a-f")),
        _ => Err(unsound("what is revoked is either a key or a grant")),
    }
}

fn sorted(mut list: Vec<String>) -> Vec<String> {
    list.sort();
    list
}
