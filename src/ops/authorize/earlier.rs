//! What earlier commits tell of a change: the policies that the branch of the base had before, and the
//! steps in which a seal came to its present text.

use std::collections::{HashMap, HashSet};

use sealgate_core::approval::change::{Side, of_seal};
use sealgate_core::approval::{
    Authorised, Decider, Demand, Grant, GrantFile, MAX_POLICY_BYTES, Policy, RESEAL, Subject,
};
use sealgate_core::seal::entry::Digest;
use sealgate_core::seal::{MAX_SEAL_BYTES, Seal, SealName, read};
use sealgate_core::text::problem::Problem;

use crate::tree::{CommitTree, Reach};

/// In how many commits of a branch an older policy is looked for.
const COMMITS_WITH_POLICIES: usize = 5_000;

/// In how many commits an earlier text of a seal is looked for.
const COMMITS_WITH_SEALS: usize = 2_000;

/// How many earlier texts of a seal are taken as steps.
const MOST_STEPS: usize = 8;

/// How many bytes they have together.
const MOST_BYTES: usize = 256 << 20;

/// The policies of the first-parent line of `base` that new grants of `judged` were given under. `own` is
/// the digest of the policy of the base.
pub fn older_policies(
    base: &CommitTree<'_>,
    own: &Digest,
    (spent, judged): (&[GrantFile], &[GrantFile]),
) -> Result<Vec<Policy>, Problem> {
    let spent: HashSet<&str> = spent.iter().map(|file| &*file.id).collect();
    let new = judged.iter().filter(|file| !spent.contains(&*file.id));
    let grants = new.filter_map(|file| Grant::read(&file.bytes).ok());
    let mut wanted: HashSet<Digest> =
        grants.map(|grant| grant.policy).filter(|policy| policy != own).collect();
    let mut found = Vec::new();
    if wanted.is_empty() {
        return Ok(found);
    }
    let path = format!("{}/policy.toml", base.repository().seals().as_str());
    let reach = Reach { parents: 1, commits: COMMITS_WITH_POLICIES, until: None };
    base.past_texts(&path, &reach, MAX_POLICY_BYTES, |bytes| {
        if wanted.remove(&Digest::of(&bytes)) {
            // One that is not sound gave no grants.
            found.extend(Policy::read(&bytes));
        }
        !wanted.is_empty()
    })?;
    Ok(found)
}

/// The change of a seal between two commits.
pub(super) struct SealChange<'a> {
    pub(super) name: &'a SealName,
    pub(super) before: Side<'a>,
    pub(super) after: Side<'a>,
}

/// The grants of the steps by which a seal came from its text at `base` to that in `judged`, where each
/// step has a grant of its own: two changes that were approved apart, and arrive together. The history
/// only proposes the steps; whatever they are, each must be granted, and no grant counts twice.
pub(super) fn granted_steps(
    decider: &Decider<'_>,
    change: &SealChange<'_>,
    base: &CommitTree<'_>,
    judged: &CommitTree<'_>,
) -> Result<Option<Vec<Authorised>>, Problem> {
    let earlier = earlier_texts(change.name, base, judged)?;
    let mut sides = vec![change.before];
    sides.extend(earlier.iter().rev().map(Side::Seal));
    sides.push(change.after);
    let mut steps = Steps { decider, name: change.name, sides: &sides, decided: HashMap::new() };
    let mut taken = Vec::new();
    Ok(steps.from(0, &mut taken).then_some(taken))
}

/// The texts that the seal had between the two commits, the newest first.
fn earlier_texts(
    name: &SealName,
    base: &CommitTree<'_>,
    judged: &CommitTree<'_>,
) -> Result<Vec<Seal>, Problem> {
    let path = format!("{}/{name}.toml", base.repository().seals().as_str());
    let reach = Reach { parents: usize::MAX, commits: COMMITS_WITH_SEALS, until: Some(base.oid()) };
    let mut seals = Vec::new();
    let mut room = MOST_BYTES;
    judged.past_texts(&path, &reach, MAX_SEAL_BYTES, |bytes| {
        room = room.saturating_sub(bytes.len());
        seals.extend(read(name, &bytes));
        room > 0 && seals.len() < MOST_STEPS
    })?;
    Ok(seals)
}

/// The search for a way from the first side to the last.
struct Steps<'s, 'a> {
    decider: &'s Decider<'a>,
    name: &'s SealName,
    sides: &'s [Side<'s>],
    decided: HashMap<(usize, usize), Option<Authorised>>,
}

impl Steps<'_, '_> {
    /// Extends `taken` to the last side, if there is a way from the side at `at`.
    fn from(&mut self, at: usize, taken: &mut Vec<Authorised>) -> bool {
        let last = self.sides.len() - 1;
        if at == last {
            return true;
        }
        for to in at + 1..=last {
            let Some(step) = self.step(at, to) else { continue };
            if taken.iter().any(|other| other.grant == step.grant) {
                continue;
            }
            taken.push(step);
            if self.from(to, taken) {
                return true;
            }
            taken.pop();
        }
        false
    }

    /// The grant of the step between two sides.
    fn step(&mut self, from: usize, to: usize) -> Option<Authorised> {
        let Self { decider, name, sides, decided } = self;
        let decide = || {
            let change = of_seal(name, *sides.get(from)?, *sides.get(to)?);
            let subject = Subject::Seal(name.to_string());
            let demand = Demand { action: RESEAL.to_owned(), subject, change: change.digest };
            if change.text.is_empty() || !decider.has_grant(&demand) {
                return None;
            }
            decider.decide(&demand).ok()
        };
        decided.entry((from, to)).or_insert_with(decide).clone()
    }
}
