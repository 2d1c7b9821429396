//! Whether what is asked of a check is authorised: collects what `authority` decides by, from the base
//! and from what is judged, and puts each demand to it. Whatever cannot be read is a refusal.

mod action;
mod blockers;
mod described;
mod place;
mod refusals;
pub mod signing;
mod stand_in;

use std::collections::{BTreeSet, HashMap};

use sealgate_core::approval::blockers::demands::MapDemand;
use sealgate_core::approval::change::{Side, of_policy, of_seal};
use sealgate_core::approval::{
    Authorised, Decider, Demand, Facts, Ledger, Moment, POLICY_UPDATE, Policy, RESEAL, Subject,
    fitting_environment, vanished,
};
use sealgate_core::compare::changes::SealRef;
use sealgate_core::seal::entry::Digest;
use sealgate_core::seal::{Seal, SealName};
use sealgate_core::text::problem::Problem;

use self::action::ActionFacts;
use self::refusals::{MOST_REFUSALS, Refusals};
use crate::tree::{ApprovalFiles, CommitTree, Workspace, matching};

pub use action::{Asks, change_request, grant_used, ledger_missing};
pub use described::{Described, base_policy, described, policy_of};
pub use place::{Reference, tip};
pub use sealgate_core::approval::blockers::demands::closing;
pub use stand_in::{StandIn, Surroundings, stand_in};

/// What is to be authorised.
#[derive(Debug)]
pub struct Question<'a> {
    /// Where the policy of the base comes from.
    pub base: &'a CommitTree<'a>,
    /// The commit that is judged; `None`: the working tree.
    pub judged: Option<&'a CommitTree<'a>>,
    /// The digest that the first policy must have, from outside the repository.
    pub policy_digest: Option<Digest>,
    /// The seals that are judged.
    pub seals: &'a [SealRef<'a>],
    /// Which seals of the base are meant.
    pub patterns: &'a [String],
    /// Where the gate is asked to rule.
    pub environment: Option<Purpose<'a>>,
    /// The clock, read once.
    pub now: Moment,
}

/// Where the gate is asked to rule, and what is done there.
#[derive(Debug, Clone, Copy)]
pub struct Purpose<'a> {
    /// The environment.
    pub environment: &'a str,
    /// An action that takes a grant.
    pub action: Option<&'a str>,
    /// The digest of a plan that the action follows.
    pub plan: Option<Digest>,
    /// The seals that are judged, by their digests.
    pub digests: &'a [(SealName, Digest)],
    /// Whether the action is judged alone, or done after this.
    pub asks: Asks<'a>,
    /// The ref that is judged.
    pub reference: Result<&'a Reference, &'a Problem>,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Authorization {
    /// The digest of the policy, if there is one that judges.
    pub policy: Option<Digest>,
    /// Why what is asked is not authorised; nothing, where it is.
    pub refusals: Vec<Problem>,
    /// The seals whose change was granted.
    pub reseals: Vec<(String, Authorised)>,
    /// The grant of the action.
    pub action: Option<Authorised>,
    /// Where the use of that grant is recorded.
    pub ledger: Option<Ledger>,
    /// The digest of the plan that the action was judged with.
    pub plan: Option<Digest>,
}

/// Puts `question` to the policy of its base. Without a policy, and without an environment, there is
/// nothing to refuse.
#[must_use]
pub fn clear(repository: &Workspace, question: &Question<'_>) -> Authorization {
    let mut authorization = Authorization::default();
    let mut refusals = Refusals::default();
    if let Err(problem) = authorization.collect(repository, question, &mut refusals) {
        refusals.push(problem);
    }
    Authorization { refusals: refusals.into_problems(), ..authorization }
}

impl Authorization {
    fn collect(
        &mut self,
        repository: &Workspace,
        question: &Question<'_>,
        refusals: &mut Refusals,
    ) -> Result<(), Problem> {
        // Without a policy, what lies in the directory of grants is no grant, and is not read.
        if !question.base.has_policy() && question.policy_digest.is_none() {
            return match question.environment {
                None => Ok(()),
                Some(purpose) => Err(no_policy(question, purpose.environment)),
            };
        }
        let base = question.base.approval_files()?;
        let judged = approval_files(repository, question.judged)?;
        let (bytes, digest) = policy_bytes(&base, &judged, question.policy_digest)?;
        let policy = read_policy(bytes, "the policy of the base")?;
        self.policy = Some(digest);
        check_ancestry(repository, question)?;
        let facts = Facts {
            now: question.now,
            policy: &policy,
            next: None,
            base: &base.grants,
            judged: &judged.grants,
        };
        let decider = Decider::new(&facts);
        refusals.extend(vanished(&facts));
        if base.policy.is_some() && base.policy != judged.policy {
            refusals.extend(update(&decider, digest, judged.policy.as_deref()).err());
        }
        // Of more demands than there are grants, some are refused whatever the rest of them is.
        let at_most = judged.grants.len() + MOST_REFUSALS;
        // One that is not sound was refused.
        let next = judged.policy.as_deref().and_then(|bytes| Policy::read(bytes).ok());
        let policies = (&policy, next.as_ref());
        let items = blockers::demands(repository, question, policies, at_most);
        refusals.extend(items.problems);
        for of_map in &items.demands {
            refusals.decide(|| {
                let outcome = match &next {
                    Some(next) if of_map.by_next => decider.decide_by_next(&of_map.demand, next),
                    _ => decider.decide(&of_map.demand),
                };
                outcome.map_err(|problem| about_map(problem, of_map)).err()
            });
        }
        refusals.leave_out(items.items_left_out);
        self.seals(question, &decider, refusals)?;
        if let Some(purpose) = question.environment {
            let facts = ActionFacts { policy: &policy, next: next.as_ref(), facts: &facts };
            self.environment(repository, question, &purpose, &facts, refusals);
        }
        Ok(())
    }

    /// Each seal that changed since the base needs a grant of its own.
    fn seals(
        &mut self,
        question: &Question<'_>,
        decider: &Decider<'_>,
        refusals: &mut Refusals,
    ) -> Result<(), Problem> {
        for (name, change) in reseals(question)? {
            refusals.decide(|| {
                let subject = Subject::Seal(name.to_string());
                let demand = Demand { action: RESEAL.to_owned(), subject, change };
                let authorised = decider.decide(&demand);
                let authorised = authorised.map_err(|problem| problem.seal(name.as_str()));
                authorised.map(|it| self.reseals.push((name.to_string(), it))).err()
            });
        }
        Ok(())
    }

    fn environment(
        &mut self,
        repository: &Workspace,
        question: &Question<'_>,
        purpose: &Purpose<'_>,
        facts: &ActionFacts<'_>,
        refusals: &mut Refusals,
    ) {
        let Purpose { environment, action, reference, .. } = *purpose;
        let policy = facts.policy;
        if question.judged.is_none() {
            refusals.extend(uncommitted(repository).unwrap_or_else(Some));
        }
        let known = policy.environment(environment);
        let branches = known.map_or(&[][..], |known| &known.branches);
        let place = reference.map_err(Clone::clone).and_then(|reference| {
            reference.place(repository, question.base, question.judged, branches)
        });
        let standing = known.map_or(Ok(Vec::new()), |known| {
            blockers::standing(question.base, policy, known, action)
        });
        refusals.extend(fitting_environment(policy, environment, place, standing));
        let Some(action) = action else { return };
        self.ledger.clone_from(&policy.ledger);
        self.plan = purpose.plan;
        match action::decide(repository, question, purpose, action, facts) {
            Ok(authorised) => self.action = Some(authorised),
            Err(problems) => refusals.extend(problems),
        }
        if let (Asks::Judge { command }, true) = (purpose.asks, refusals.is_empty()) {
            refusals.push(action::needs_use(action, environment, command));
        }
    }
}

/// `problem` with the item that it is about, and the map.
fn about_map(problem: Problem, of_map: &MapDemand) -> Problem {
    let problem = problem.file(of_map.map.as_str());
    let Some(item) = &of_map.item else { return problem };
    let message = format!("{item}: {}", problem.message).into_boxed_str();
    Problem { message, ..problem }
}

/// The seals that changed since the base, each with the digest of its change.
pub fn reseals(question: &Question<'_>) -> Result<Vec<(SealName, Digest)>, Problem> {
    let there = question.base.contents().unwrap_or_default().names;
    let mut names: BTreeSet<SealName> = matching(&there, question.patterns).into_iter().collect();
    names.extend(question.seals.iter().filter_map(|stated| SealName::parse(stated.name)));
    let there: BTreeSet<SealName> = there.into_iter().collect();
    let seals: HashMap<&str, &SealRef<'_>> =
        question.seals.iter().map(|stated| (stated.name, stated)).collect();
    let mut changed = Vec::new();
    for name in names {
        let old = if there.contains(&name) { Some(before(question.base, &name)?) } else { None };
        let new = match seals.get(name.as_str()) {
            None => Side::Nothing,
            Some(SealRef { seal: Some(seal), .. }) => Side::Seal(seal),
            // It cannot be read: the check is an error anyway.
            Some(SealRef { seal: None, .. }) => continue,
        };
        let change = of_seal(&name, side(old.as_ref()), new);
        if !change.text.is_empty() {
            changed.push((name, change.digest));
        }
    }
    Ok(changed)
}

/// The seal `name` of a commit, one that is not canonical too, or the digest of what is none.
pub fn before(base: &CommitTree<'_>, name: &SealName) -> Result<Result<Seal, Digest>, Problem> {
    let loaded = base.load(name)?;
    let digest = loaded.digest;
    Ok(base.repository().any_form(name, loaded).ok_or(digest))
}

/// The side of a change that [`before`] gives.
#[must_use]
pub fn side(old: Option<&Result<Seal, Digest>>) -> Side<'_> {
    match old {
        None => Side::Nothing,
        Some(Ok(seal)) => Side::Seal(seal),
        Some(Err(digest)) => Side::Unreadable(*digest),
    }
}

/// The policy and the grants of `commit`, or of the working tree.
pub fn approval_files(
    repository: &Workspace,
    commit: Option<&CommitTree<'_>>,
) -> Result<ApprovalFiles, Problem> {
    commit.map_or_else(|| repository.approval_files(), CommitTree::approval_files)
}

/// The bytes of the policy that judges, and their digest: that of the base, or a first one that is named
/// from outside.
fn policy_bytes<'p>(
    base: &'p ApprovalFiles,
    judged: &'p ApprovalFiles,
    named: Option<Digest>,
) -> Result<(&'p [u8], Digest), Problem> {
    let bytes = base.policy.as_ref().or(judged.policy.as_ref()).ok_or_else(|| {
        Problem::new("policy-missing", "there is no policy, and --policy-digest names one")
            .remedy("commit the policy that has this digest")
    })?;
    let digest = Digest::of(bytes);
    match named {
        Some(named) if named != digest => {
            let message = format!("the policy has the digest {digest}; --policy-digest is {named}");
            Err(Problem::new("policy-digest-differs", message)
                .file("policy.toml")
                .remedy("find out who changed which of the two: sealgate policy digest"))
        }
        _ => Ok((bytes, digest)),
    }
}

/// Reads a policy; one that is not sound refuses everything.
pub fn read_policy(bytes: &[u8], whose: &str) -> Result<Policy, Problem> {
    Policy::read(bytes).map_err(|error| {
        Problem::new("policy-invalid", format!("{whose}: {error}")).remedy(
            "sealgate policy check shows what is wrong; until it is fixed, nothing is authorised",
        )
    })
}

fn no_policy(question: &Question<'_>, environment: &str) -> Problem {
    let message = format!(
        "{} has no policy, so nothing says whether the gate may rule {environment}",
        question.base.given()
    );
    Problem::new("policy-missing", message)
        .remedy("commit a policy; a first one is named by its digest: --policy-digest")
}

/// The commit at `HEAD` is what lies on a branch: seals and grants that are not in it are in none.
fn uncommitted(repository: &Workspace) -> Result<Option<Problem>, Problem> {
    let head = CommitTree::open(repository, "HEAD")?;
    let same = head.differing_in_worktree().is_empty()
        && head.approval_files()? == repository.approval_files()?;
    let problem = Problem::new("not-committed", "the seals, grants or policy here are not in HEAD")
        .remedy("commit them, and check that commit: --seals-from HEAD");
    Ok((!same).then_some(problem))
}

fn check_ancestry(repository: &Workspace, question: &Question<'_>) -> Result<(), Problem> {
    let head;
    let judged = if let Some(judged) = question.judged {
        judged
    } else {
        head = CommitTree::open(repository, "HEAD")?;
        &head
    };
    if judged.descends_from(question.base.oid())? {
        return Ok(());
    }
    let (base, judged) = (question.base.given(), judged.given());
    let message =
        format!("the base {base} does not come before {judged}: its policy may be an old one");
    Err(Problem::new("base-not-ancestor", message)
        .remedy("merge the base into what is judged, or name the commit that it began from"))
}

/// Another policy than that of the base holds under both.
fn update(decider: &Decider<'_>, old: Digest, new: Option<&[u8]>) -> Result<Authorised, Problem> {
    let bytes = new.ok_or_else(|| {
        Problem::new("policy-deleted", "the policy of the base is gone")
            .file("policy.toml")
            .remedy("put it back: a policy is changed by a signed policy-update, and never removed")
    })?;
    let about = |problem: Problem| problem.file("policy.toml");
    let next = read_policy(bytes, "the new policy").map_err(about)?;
    let change = of_policy(&old, &Digest::of(bytes)).digest;
    let demand = Demand { action: POLICY_UPDATE.to_owned(), subject: Subject::Policy, change };
    decider.decide_update(&demand, &next).map_err(about)
}
