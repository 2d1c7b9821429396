//! The one canonical text of a policy; and the list that OpenSSH reads.

use std::fmt::Write as _;

use super::super::key::NAMESPACE;
use super::super::text::{push_list, push_text};
use super::evidence;
use super::rules::revoked_keys;
use super::{Environment, Key, POLICY_FORMAT, Policy, Procedure, Revoked, Rule, RuleScope};

/// The comment with which a policy begins.
const FIRST_LINE: &str = "# Policy: who may change a seal, and where the gate may rule. Review it like a key to the house.";

pub(super) fn to_text(policy: &Policy) -> String {
    let mut out = format!("{FIRST_LINE}\n");
    push_text(&mut out, "format", POLICY_FORMAT);
    push_text(&mut out, "repository", &policy.repository);
    // Writing to a string cannot fail.
    let _ = writeln!(out, "max-grant-hours = {}", policy.max_grant_hours);
    if let Some(ledger) = &policy.ledger {
        push_text(&mut out, "ledger", ledger.as_str());
    }
    if !policy.words.is_empty() {
        push_list(&mut out, "words", &policy.words);
    }
    policy.keys.iter().for_each(|key| push_key(&mut out, key));
    policy.rules.iter().for_each(|rule| push_rule(&mut out, rule));
    policy.environments.iter().for_each(|environment| push_environment(&mut out, environment));
    for revoked in &policy.revoked {
        out.push_str("\n[[revoked]]\n");
        match revoked {
            Revoked::Key(key) => push_text(&mut out, "key", key.as_str()),
            Revoked::Grant(id) => push_text(&mut out, "grant", &id.to_string()),
        }
    }
    out
}

fn push_key(out: &mut String, key: &Key) {
    out.push_str("\n[[key]]\n");
    push_text(out, "name", &key.name);
    push_text(out, "principal", &key.principal);
    push_text(out, "key", key.public.as_str());
    if let Some(not_after) = key.not_after {
        push_text(out, "not-after", &not_after.to_string());
    }
    let _ = writeln!(out, "touch = {}", key.touch);
}

fn push_rule(out: &mut String, rule: &Rule) {
    out.push_str("\n[[rule]]\n");
    push_text(out, "action", &rule.action);
    match &rule.scope {
        RuleScope::Seals(globs) => push_list(out, "seals", globs),
        RuleScope::Environment(name) => push_text(out, "environment", name),
        RuleScope::Policy => {}
    }
    push_list(out, "approvers", &rule.approvers);
    let _ = writeln!(out, "threshold = {}", rule.threshold);
    if rule.procedure == Procedure::BreakGlass {
        out.push_str("break-glass = true\n");
    }
    if let Some(rule) = &rule.evidence {
        evidence::push(out, rule);
    }
}

fn push_environment(out: &mut String, environment: &Environment) {
    out.push_str("\n[[environment]]\n");
    push_text(out, "name", &environment.name);
    push_list(out, "branches", &environment.branches);
    let _ = writeln!(out, "enforced = {}", environment.enforced);
    if let Some(blockers) = &environment.blockers {
        push_text(out, "blockers", blockers);
        push_list(out, "blocked-by", &environment.blocked_by);
    }
}

pub(super) fn allowed_signers(policy: &Policy) -> String {
    let mut out = String::new();
    let revoked = revoked_keys(policy);
    let counts = |key: &&Key| !revoked.contains(key.public.verifying().as_bytes());
    for key in policy.keys.iter().filter(counts) {
        // `Z`: a time without it is local time to OpenSSH.
        let until = key.not_after.map_or(String::new(), |not_after| {
            let digits = not_after.to_string().replace(['-', ':', 'T'], "");
            format!(",valid-before=\"{digits}\"")
        });
        let _ = writeln!(
            out,
            "{} namespaces=\"{NAMESPACE}\"{until} {}",
            key.principal,
            key.public.as_str()
        );
    }
    out
}
