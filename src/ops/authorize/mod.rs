//! Whether what is asked of a check is authorised: collects what `authority` decides by, from the base
//! and from what is judged, and puts each demand to it. Whatever cannot be read is a refusal.

mod action;
mod blockers;
mod closings;
mod demanded;
mod described;
mod earlier;
mod emergencies;
mod first;
mod place;
mod policies;
mod refusals;
mod reseals;
pub mod signing;
mod stand_in;
mod standpoints;

use sealgate_core::approval::blockers::demands::MapDemand;
use sealgate_core::approval::{
    Age, Authorised, Commands, Decider, Demand, Facts, Ledger, Moment, Policy, RESEAL, Subject,
    misplaced, vanished,
};
use sealgate_core::compare::changes::SealRef;
use sealgate_core::seal::SealName;
use sealgate_core::seal::entry::Digest;
use sealgate_core::text::problem::Problem;

use self::closings::Closings;
use self::earlier::{SealChange, granted_steps};
use self::place::{OLDER_COMMIT, Placed};
use self::policies::{policy_bytes, update};
use self::refusals::{MOST_REFUSALS, Refusals};
use self::standpoints::{Standpoint, beside_base, tips_beyond};
use crate::report::{Notice, quote};
use crate::tree::{CommitTree, SEALS, Workspace};

pub use action::{Asks, change_request, grant_used, ledger_missing};
pub use demanded::{Demanded, demanded};
pub use described::{Described, base_policy, described, policy_of};
pub use earlier::older_policies;
pub use emergencies::emergencies;
pub use place::{Reference, tip};
pub use policies::{approval_files, read_policy};
pub use reseals::{Reseal, before, reseals, side};
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
    /// The program as a printed command begins with it, quoted for a shell.
    pub program: &'a str,
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
    /// Which commits of the branch may be judged.
    pub age: Age,
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
    /// What a reader must know of the judgement.
    pub notices: Vec<Notice>,
    /// Where the use of that grant is recorded.
    pub ledger: Option<Ledger>,
    /// The digest of the plan that the action was judged with.
    pub plan: Option<Digest>,
    /// The emergencies in what is judged; `None` where its files of authority were not read.
    pub emergencies: Option<Vec<Notice>>,
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
    /// Whether what was judged is an older commit of the environment's branch.
    #[must_use]
    pub fn is_of_older_commit(&self) -> bool {
        self.notices.iter().any(|notice| notice.code == OLDER_COMMIT)
    }

    fn collect(
        &mut self,
        repository: &Workspace,
        question: &Question<'_>,
        refusals: &mut Refusals,
    ) -> Result<(), Problem> {
        // Without a policy, what lies in the directory of grants is no grant, and is not read.
        if !question.base.has_policy() && question.policy_digest.is_none() {
            return match question.environment {
                None => {
                    first::announced(repository, question).map(|notice| self.notices.extend(notice))
                }
                Some(purpose) => Err(no_policy(question, purpose.environment)),
            };
        }
        let base = question.base.approval_files()?;
        let judged = approval_files(repository, question.judged)?;
        self.emergencies = Some(emergencies(&judged));
        let (bytes, digest) = policy_bytes(&base, &judged, question.policy_digest)?;
        let policy = read_policy(bytes, "the policy of the base")?;
        self.policy = Some(digest);
        let head;
        let commit = if let Some(judged) = question.judged {
            judged
        } else {
            head = CommitTree::open(repository, "HEAD")?;
            &head
        };
        check_ancestry(commit, question.base)?;
        let placed = question
            .environment
            .map(|purpose| purpose.placed(repository, question.base, commit, &policy));
        let own_tips;
        let (own, tips) = match &placed {
            // Revocations count without an environment too; the policy that is judged is an update.
            None => {
                own_tips = tips_beyond(repository, &policy, question.base.oid())?;
                (None, &own_tips[..])
            }
            Some(Ok(placed)) => (Some(commit), &placed.tips[..]),
            Some(Err(_)) => (Some(commit), &[][..]),
        };
        let mut unread = Vec::new();
        let beside = beside_base(question.base.oid(), own, tips, &mut unread);
        refusals.extend(unread);
        // One that is not sound is refused as an update.
        let next = judged.policy.as_deref().and_then(|bytes| Policy::read(bytes).ok());
        let stopping: Vec<Policy> =
            next.iter().chain(beside.iter().map(|other| &other.policy)).cloned().collect();
        let older = older_policies(question.base, &digest, (&base.grants, &judged.grants))?;
        let name = quote(question.base.given().as_bytes());
        let facts = Facts {
            now: question.now,
            policy: &policy,
            next: None,
            stopping: &stopping,
            older: &older,
            base: &base.grants,
            judged: &judged.grants,
            commands: Commands { program: question.program, base: &name },
        };
        let decider = Decider::new(&facts);
        refusals.extend(vanished(&facts));
        if base.policy.is_some() && base.policy != judged.policy {
            refusals.extend(update(&decider, digest, judged.policy.as_deref()).err());
        }
        // Of more demands than there are grants, some are refused whatever the rest of them is.
        let at_most = judged.grants.len() + MOST_REFUSALS;
        judge_maps(repository, question, (&policy, next.as_ref()), (&decider, at_most), refusals);
        self.seals(question, commit, &decider, refusals)?;
        if let (Some(purpose), Some(placed)) = (question.environment, &placed) {
            let whose = "the policy of the base".to_owned();
            let base = Standpoint { commit: question.base, whose, policy: policy.clone() };
            let standpoints = std::iter::once(&base).chain(&beside);
            refusals.extend_once(standpoints.flat_map(|standpoint| standpoint.forbids(&purpose)));
            self.environment(repository, question, &purpose, (placed, &facts), refusals);
        }
        Ok(())
    }

    /// Each seal that changed since the base needs a grant of its own, or one for each of the steps in
    /// which it changed.
    fn seals(
        &mut self,
        question: &Question<'_>,
        judged: &CommitTree<'_>,
        decider: &Decider<'_>,
        refusals: &mut Refusals,
    ) -> Result<(), Problem> {
        for reseal in reseals(question)? {
            refusals.decide(|| {
                let Reseal { name, change, before, after } = &reseal;
                let subject = Subject::Seal(name.to_string());
                let demand = Demand { action: RESEAL.to_owned(), subject, change: *change };
                let authorised = match decider.decide(&demand) {
                    Ok(authorised) => Ok(vec![authorised]),
                    Err(problem) => {
                        let before = side(before.as_ref());
                        let change = SealChange { name, before, after: *after };
                        let steps = granted_steps(decider, &change, question.base, judged);
                        steps.and_then(|steps| steps.ok_or(problem))
                    }
                };
                let authorised = authorised.map_err(|problem| problem.seal(name.as_str()));
                let steps = match authorised {
                    Ok(steps) => steps,
                    Err(problem) => return Some(problem),
                };
                self.reseals.extend(steps.into_iter().map(|step| (name.to_string(), step)));
                None
            });
        }
        Ok(())
    }

    fn environment(
        &mut self,
        repository: &Workspace,
        question: &Question<'_>,
        purpose: &Purpose<'_>,
        (placed, facts): (&Result<Placed<'_>, Problem>, &Facts<'_>),
        refusals: &mut Refusals,
    ) {
        let Purpose { environment, action, age, .. } = *purpose;
        if question.judged.is_none() {
            refusals.extend(uncommitted(repository).unwrap_or_else(Some));
        }
        if let Some(known) = facts.policy.environment(environment) {
            match placed {
                Ok(placed) => {
                    refusals.extend(misplaced(known, &placed.place, age, action));
                    if age == Age::Older {
                        let notice = placed.older_commit();
                        if let (Some(_), Some(action)) = (&notice, action) {
                            refusals.push(action::older_commit(action));
                        }
                        self.notices.extend(notice);
                    }
                }
                Err(problem) => refusals.push(problem.clone()),
            }
        }
        let Some(action) = action else { return };
        self.ledger.clone_from(&facts.policy.ledger);
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

/// What the changes of the blocker maps demand.
fn judge_maps(
    repository: &Workspace,
    question: &Question<'_>,
    policies: (&Policy, Option<&Policy>),
    (decider, at_most): (&Decider<'_>, usize),
    refusals: &mut Refusals,
) {
    let items = blockers::demands(repository, question, policies, at_most);
    refusals.extend(items.problems);
    let mut closings = Closings::default();
    for of_map in &items.demands {
        refusals.decide(|| {
            let outcome = match policies.1 {
                Some(next) if of_map.by_next => decider.decide_by_next(&of_map.demand, next),
                _ => decider.decide(&of_map.demand),
            };
            closings.enter(of_map, outcome.as_ref().ok());
            outcome.map_err(|problem| about_map(problem, of_map)).err()
        });
    }
    refusals.extend(closings.by_others());
    refusals.leave_out(items.items_left_out);
}

impl Purpose<'_> {
    /// Where among the branches of its environment lies what is judged.
    fn placed<'r>(
        &self,
        repository: &'r Workspace,
        base: &CommitTree<'_>,
        judged: &CommitTree<'_>,
        policy: &Policy,
    ) -> Result<Placed<'r>, Problem> {
        let known = policy.environment(self.environment);
        let branches = known.map_or(&[][..], |known| &known.branches);
        self.reference.map_err(Clone::clone)?.place(repository, base, judged, branches)
    }
}

/// The program as a printed command begins with it.
pub fn program(repository: &Workspace) -> String {
    match repository.seals().as_str() {
        SEALS => "sealgate".to_owned(),
        other => format!("sealgate --seals {}", quote(other.as_bytes())),
    }
}

/// `problem` with the item that it is about, and the map.
fn about_map(problem: Problem, of_map: &MapDemand) -> Problem {
    let problem = problem.file(of_map.map.as_str());
    let Some(item) = &of_map.item else { return problem };
    let message = format!("{item}: {}", problem.message).into_boxed_str();
    let remedy = problem.remedy.map(|remedy| {
        let makes_grant = remedy.contains(" grant new ");
        if makes_grant { format!("{remedy} --blocker {item}").into() } else { remedy }
    });
    Problem { message, remedy, ..problem }
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

/// Refuses a base that does not come before `judged`.
///
/// # Errors
///
/// It does not; or the history cannot be read.
pub fn check_ancestry(judged: &CommitTree<'_>, base: &CommitTree<'_>) -> Result<(), Problem> {
    if judged.descends_from(base.oid())? {
        return Ok(());
    }
    let (base, judged) = (base.given(), judged.given());
    let message =
        format!("the base {base} does not come before {judged}: its policy may be an old one");
    Err(Problem::new("base-not-ancestor", message)
        .remedy("merge the base into what is judged, or name the commit that it began from"))
}
