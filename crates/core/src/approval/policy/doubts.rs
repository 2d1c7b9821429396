//! What a sound policy says and its owners may not mean: keys and quorums that run out, and words that no
//! blocker map can clear.

use super::super::blockers::demands::words_of;
use super::super::blockers::{BlockerMap, Reach, Words};
use super::super::time::Moment;
use super::{
    CLOSE_BLOCKER, Environment, Key, POLICY_UPDATE, Policy, Procedure, REPLACE_MAP, Rule,
    RuleScope, is_reserved,
};

/// How long before its end a key is named, in seconds.
const SOON: u64 = 30 * 24 * 3_600;

/// What the owners of `policy` should look at, a sentence each.
#[must_use]
pub fn doubts(policy: &Policy, now: Moment) -> Vec<String> {
    let mut doubts: Vec<String> = policy.keys.iter().filter_map(|key| of_key(key, now)).collect();
    doubts.extend(policy.rules.iter().filter_map(|rule| of_rule(policy, rule, now)));
    if policy.rules.iter().all(|rule| rule.action != POLICY_UPDATE) {
        doubts.push("there is no rule for policy-update: nobody can change this policy".to_owned());
    }
    doubts.extend(policy.rules.iter().filter_map(|rule| of_break_glass(policy, rule)));
    let known = Words::new(&words_of(policy));
    for environment in &policy.environments {
        doubts.extend(of_words(policy, environment, &known));
    }
    doubts
}

/// The words of the blocker map at `path` that `policy` does not know, a sentence for each item.
#[must_use]
pub fn unknown_in_map(policy: &Policy, path: &str, map: &BlockerMap) -> Vec<String> {
    let known = Words::new(&words_of(policy));
    let unknown = map.open().filter_map(|item| match item.reach(&known) {
        Reach::Everything(words) => Some((&item.id, words.join(", "))),
        Reach::Words(_) => None,
    });
    let sentence = |(id, words): (&String, String)| {
        format!("{path}: {id} blocks everything, because no word of the policy is {words:?}")
    };
    unknown.map(sentence).collect()
}

/// What `policy` lacks that its owners may miss one day, a sentence each.
#[must_use]
pub fn gaps(policy: &Policy) -> Vec<String> {
    let mut gaps = Vec::new();
    gaps.extend(no_break_glass(policy));
    for rule in policy.rules.iter().filter(|rule| rule.action == POLICY_UPDATE) {
        let counting = rule.approvers.iter().filter(|approver| is_usable(policy, approver)).count();
        if rule.threshold == counting {
            gaps.push(format!(
                "policy-update takes all {counting} of its approvers: with one lost key, nobody can \
                 change this policy"
            ));
        }
    }
    let actions = policy.rules.iter().find(|rule| !is_reserved(&rule.action));
    if let (Some(rule), None) = (actions, &policy.ledger) {
        gaps.push(format!(
            "there is no ledger, so every action is refused, also {}",
            rule.describe()
        ));
    }
    for environment in policy.environments.iter().filter(|known| known.blockers.is_some()) {
        let own = RuleScope::Environment(environment.name.clone());
        let closes = |rule: &Rule| rule.action == CLOSE_BLOCKER && rule.scope == own;
        if !policy.rules.iter().any(closes) {
            let name = &environment.name;
            gaps.push(format!(
                "{name} has a blocker map and no rule for close-blocker: nobody can close an item"
            ));
        }
    }
    gaps
}

/// Whether the key of `principal` is not revoked.
fn is_usable(policy: &Policy, principal: &str) -> bool {
    policy.keys.iter().any(|key| key.principal == principal && !policy.revokes_key(&key.public))
}

/// That an emergency waits for the usual approvals.
fn no_break_glass(policy: &Policy) -> Option<String> {
    if policy.rules.iter().any(|rule| rule.procedure == Procedure::BreakGlass) {
        return None;
    }
    let permits = |rule: &&Rule| Procedure::BreakGlass.suits(&rule.action);
    let usual: Vec<String> = policy.rules.iter().filter(permits).map(Rule::describe).collect();
    let first = usual.first()?;
    let others = match usual.len() {
        1 => String::new(),
        many => format!(" and {} more", many - 1),
    };
    Some(format!(
        "there is no break-glass rule: in an emergency too, {first}{others} must wait for the usual \
         approvals"
    ))
}

/// Whether the key can sign at `moment`.
fn counts(policy: &Policy, key: &Key, moment: Moment) -> bool {
    !policy.revokes_key(&key.public) && key.not_after.is_none_or(|end| moment < end)
}

fn of_key(key: &Key, now: Moment) -> Option<String> {
    let end = key.not_after?;
    let soon = Moment::from_seconds(now.seconds() + SOON)?;
    let (name, principal) = (&key.name, &key.principal);
    if now >= end {
        Some(format!("the key {name} of {principal} ended at {end}: it signs nothing"))
    } else if soon >= end {
        Some(format!("the key {name} of {principal} ends at {end}"))
    } else {
        None
    }
}

/// Whether enough people can still meet a rule, now and soon.
fn of_rule(policy: &Policy, rule: &Rule, now: Moment) -> Option<String> {
    let able = |moment: Moment| {
        let able = policy
            .keys
            .iter()
            .filter(|key| rule.approvers.contains(&key.principal) && counts(policy, key, moment));
        able.count()
    };
    let of = rule.describe();
    let (need, now_able) = (rule.threshold, able(now));
    if now_able < need {
        return Some(format!(
            "nobody can permit {of}: it takes {need} approvals, and {now_able} of the approvers \
             have a key that counts"
        ));
    }
    let soon_able = able(Moment::from_seconds(now.seconds() + SOON)?);
    (soon_able < need).then(|| {
        format!("within 30 days nobody can permit {of}: {soon_able} of {need} keys will count")
    })
}

/// What an emergency permits without the usual approvals.
fn of_break_glass(policy: &Policy, rule: &Rule) -> Option<String> {
    if rule.procedure == Procedure::Usual {
        return None;
    }
    let of = rule.describe();
    let is_usual = |other: &&Rule| {
        other.procedure == Procedure::Usual
            && other.action == rule.action
            && other.scope == rule.scope
    };
    let (need, approvers) = (rule.threshold, rule.approvers.join(", "));
    Some(match policy.rules.iter().find(is_usual) {
        Some(usual) => format!(
            "{of} takes {need} of {approvers}, and not the {} approvals of the usual rule",
            usual.threshold
        ),
        None => format!(
            "{of} takes {need} of {approvers}, and no usual rule is for exactly the same: without a \
             usual rule it never counts"
        ),
    })
}

fn of_words(policy: &Policy, environment: &Environment, known: &Words) -> Vec<String> {
    if environment.blockers.is_none() {
        return Vec::new();
    }
    let name = &environment.name;
    let blocked = environment.blocked_by.iter().filter(|word| !known.know(word));
    let blocked = blocked.map(|word| {
        format!("{name}: {word} in blocked-by is no known word, so every open item blocks {name}")
    });
    let reserved = [CLOSE_BLOCKER, REPLACE_MAP];
    let own = RuleScope::Environment(name.clone());
    let rules = policy.rules.iter().filter(|rule| {
        rule.scope == own && !reserved.contains(&&*rule.action) && !known.know(&rule.action)
    });
    let actions = rules.map(|rule| {
        let action = &rule.action;
        format!("{name}: the action {action} is no known word, so every open item blocks it")
    });
    blocked.chain(actions).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c";

    fn policy(change: impl Fn(String) -> String) -> Policy {
        let text = format!(
            "format = \"sealgate-policy/1\"\nrepository = \"r\"\nmax-grant-hours = 1\n\
             words = [\"qt001\"]\n[[key]]\nname = \"ada\"\nprincipal = \"ada\"\nkey = \"{KEY}\"\n\
             not-after = \"2027-01-01T00:00:00Z\"\ntouch = false\n\
             [[rule]]\naction = \"policy-update\"\napprovers = [\"ada\"]\nthreshold = 1\n\
             [[rule]]\naction = \"qt001\"\nenvironment = \"production\"\napprovers = [\"ada\"]\n\
             threshold = 1\n[[environment]]\nname = \"production\"\nbranches = [\"main\"]\n\
             enforced = true\nblockers = \"b.json\"\nblocked-by = [\"production\"]\n"
        );
        Policy::loose(change(text).as_bytes()).unwrap()
    }

    #[test]
    fn what_runs_out_and_what_is_misspelt_is_named() {
        let cases: [(&str, &str, &str, &[&str]); 6] = [
            ("2026-01-01T00:00:00Z", "", "", &[]),
            ("2026-12-15T00:00:00Z", "", "", &["ends at", "within 30 days", "within 30 days"]),
            (
                "2027-06-01T00:00:00Z",
                "",
                "",
                &["ended at", "nobody can permit", "nobody can permit"],
            ),
            (
                "2026-01-01T00:00:00Z",
                "\"qt001\"\nenv",
                "\"qt002\"\nenv",
                &["qt002 is no known word"],
            ),
            (
                "2026-01-01T00:00:00Z",
                "by = [\"prod",
                "by = [\"preprod",
                &["preproduction in blocked"],
            ),
            (
                "2026-01-01T00:00:00Z",
                "\"policy-update\"\n",
                "\"apply\"\nenvironment = \"production\"\n",
                &["no rule for policy-update"],
            ),
        ];
        for (now, old, new, expected) in cases {
            let policy = policy(|text| text.replacen(old, new, 1));
            let doubts = doubts(&policy, Moment::parse(now).unwrap());
            assert_eq!(doubts.len(), expected.len(), "{doubts:?}");
            for (doubt, expected) in doubts.iter().zip(expected) {
                assert!(doubt.contains(expected), "{doubt}");
            }
        }
    }
}
