//! A policy made ready to decide many demands: which rules speak of each.

use std::collections::{BTreeSet, HashMap};

use super::demand::Demand;
use super::grant::Subject;
use super::policy::{Policy, Procedure, RESEAL, Rule, RuleScope, SealPattern};
use crate::seal::entry::Digest;
use crate::seal::exclude::pattern::Glob;

impl Policy {
    /// The rules of `procedure` that speak of `demand`; all of them must be met.
    #[must_use]
    pub fn rules_of(&self, demand: &Demand, procedure: Procedure) -> Vec<&Rule> {
        JudgingPolicy::new(self, "the policy").rules(demand, procedure)
    }

    /// The usual rules that speak of `demand`; all of them must be met.
    #[must_use]
    pub fn rules_for(&self, demand: &Demand) -> Vec<&Rule> {
        self.rules_of(demand, Procedure::Usual)
    }
}

/// A policy that a demand is held against.
#[derive(Debug)]
pub(super) struct JudgingPolicy<'p> {
    pub(super) policy: &'p Policy,
    /// Which policy it is, for messages.
    pub(super) whose: &'static str,
    pub(super) digest: Digest,
    /// By action and environment; places in the rules of the policy.
    of_environments: HashMap<(&'p str, &'p str), Vec<usize>>,
    /// By action.
    of_policy: HashMap<&'p str, Vec<usize>>,
    /// Rules for reseal, by the name of a seal.
    of_seals: HashMap<&'p str, Vec<usize>>,
    /// Rules for reseal by a glob.
    of_globs: Vec<(Glob, usize)>,
}

impl<'p> JudgingPolicy<'p> {
    pub(super) fn new(policy: &'p Policy, whose: &'static str) -> Self {
        let mut judging = Self {
            policy,
            whose,
            digest: policy.digest(),
            of_environments: HashMap::new(),
            of_policy: HashMap::new(),
            of_seals: HashMap::new(),
            of_globs: Vec::new(),
        };
        for (at, rule) in policy.rules.iter().enumerate() {
            judging.enter(at, rule);
        }
        judging
    }

    fn enter(&mut self, at: usize, rule: &'p Rule) {
        match &rule.scope {
            RuleScope::Environment(name) => {
                self.of_environments.entry((&rule.action, name)).or_default().push(at);
            }
            RuleScope::Policy => self.of_policy.entry(&rule.action).or_default().push(at),
            // A sound policy has such rules for reseal alone.
            RuleScope::Seals(_) if rule.action == RESEAL => {
                for pattern in rule.seals().flatten() {
                    match pattern {
                        SealPattern::Name(name) => self.of_seals.entry(name).or_default().push(at),
                        SealPattern::Glob(glob) => self.of_globs.push((*glob, at)),
                    }
                }
            }
            RuleScope::Seals(_) => {}
        }
    }

    /// The rules of `procedure` that speak of `demand`, in the order of the policy; all of them must be
    /// met.
    pub(super) fn rules(&self, demand: &Demand, procedure: Procedure) -> Vec<&'p Rule> {
        let mut places: BTreeSet<usize> = BTreeSet::new();
        let action = &*demand.action;
        match &demand.subject {
            Subject::Environment(name) => {
                places.extend(self.of_environments.get(&(action, &**name)).into_iter().flatten());
            }
            Subject::Policy => places.extend(self.of_policy.get(action).into_iter().flatten()),
            Subject::Seal(name) if action == RESEAL => {
                places.extend(self.of_seals.get(&**name).into_iter().flatten());
                let matching = self.of_globs.iter().filter(|(glob, _)| glob.is_match(name));
                places.extend(matching.map(|(_, at)| *at));
            }
            Subject::Seal(_) => {}
        }
        let rules = places.into_iter().filter_map(|at| self.policy.rules.get(at));
        rules.filter(|rule| rule.procedure == procedure).collect()
    }
}
