//! Whether an action may be done: a grant for it, for these files and this plan, with the evidence that the
//! policy demands, and not used before.

use std::collections::HashSet;

use sealgate_core::approval::change::of_action;
use sealgate_core::approval::evidence::{Asked, MAX_EVIDENCE_BYTES, PlanRef, PlanSeal, Record};
use sealgate_core::approval::{
    Authorised, Decider, Demand, EvidenceRule, Facts, Grant, GrantFile, Policy, Procedure, Subject,
};
use sealgate_core::seal::SealName;
use sealgate_core::seal::entry::{Digest, Entry};
use sealgate_core::text::problem::Problem;

use super::{Purpose, Question, Reference};
use crate::tree::{CommitTree, Workspace};

/// Why an action is judged.
#[derive(Debug, Clone, Copy)]
pub enum Asks<'a> {
    /// To state whether it could be done. It is never authorised by that.
    Judge {
        /// The command that does it, as a person can paste it.
        command: &'a str,
    },
    /// To do it after this.
    Use {
        /// The grants that are in the ledger.
        used: &'a HashSet<Digest>,
        /// The digests of the records of evidence that the caller named.
        evidence: &'a [Digest],
    },
}

/// Refuses a working tree in which files of `judged` are others: the command would use those.
///
/// # Errors
///
/// The files of the commit cannot be read, or are too many.
fn not_checked_out(judged: &CommitTree<'_>) -> Result<Option<Problem>, Problem> {
    let differing = judged.differing_files()?;
    let Some(first) = differing.first() else { return Ok(None) };
    let message = format!(
        "{} of the files here are not as in the commit {} that is judged, the first: {first}",
        differing.len(),
        judged.oid().short()
    );
    Ok(Some(Problem::new("not-committed", message).remedy(
        "check the commit out in a new clone, byte for byte (without filters such as Git LFS, line-ending \
         conversion or sparse checkout), and use the grant there",
    )))
}

/// A judged action always needs `command` to be done.
pub(super) fn needs_use(action: &str, environment: &str, command: &str) -> Problem {
    let message = format!(
        "a check never authorises an action. Everything that {action} in {environment} needs is there: \
         use its grant, once"
    );
    Problem::new("action-needs-use", message).remedy(command)
}

/// Decides whether `action` may be done where `purpose` asks.
///
/// # Errors
///
/// Every reason why it may not.
pub(super) fn decide(
    repository: &Workspace,
    question: &Question<'_>,
    purpose: &Purpose<'_>,
    action: &str,
    facts: &Facts<'_>,
) -> Result<Authorised, Vec<Problem>> {
    let mut refusals = Vec::new();
    if let Ok(Reference::Into(branch)) = purpose.reference {
        refusals.push(change_request(&format!("a change request into {branch}")));
    }
    let head;
    let judged = if let Some(judged) = question.judged {
        judged
    } else {
        head = CommitTree::open(repository, "HEAD")?;
        &head
    };
    let tree = judged.subject()?;
    let demand = Demand {
        action: action.to_owned(),
        subject: Subject::Environment(purpose.environment.to_owned()),
        change: of_action(purpose.digests, purpose.plan.as_ref(), &tree).digest,
    };
    let granted = match granted(&demand, purpose, facts) {
        Ok(granted) => granted,
        Err(problem) => {
            refusals.push(problem);
            return Err(refusals);
        }
    };
    let grant = grant_of(&granted, facts)?;
    if let Asks::Use { .. } = purpose.asks {
        refusals.extend(not_checked_out(judged).unwrap_or_else(Some));
    }
    refusals.extend(ledger(facts));
    refusals.extend(grant.check_bound(&tree, purpose.plan.as_ref()).err());
    refusals.extend(other_policy(&grant, facts.policy));
    refusals.extend(not_named(&grant, purpose.asks));
    for rule in evidence_rules(&demand, granted.procedure, facts) {
        refusals.extend(evidence(question, judged, rule, &grant));
    }
    if refusals.is_empty() { Ok(granted) } else { Err(refusals) }
}

/// Why nothing is done for `what`, which is not merged yet.
#[must_use]
pub fn change_request(what: &str) -> Problem {
    let message =
        format!("{what} is open: an action is done from a branch of its environment alone");
    Problem::new("action-in-change-request", message)
        .remedy("merge it first, and use the grant on the tip of the branch")
}

/// Why `action` is not done on a commit that is no longer the tip of its branch.
pub(super) fn older_commit(action: &str) -> Problem {
    let message =
        format!("{action} is done on the tip of a branch alone, and an older commit is judged");
    Problem::new("tip-differs", message)
        .remedy("judge the tip of the branch; to go back, commit the older files again")
}

/// That `whose` policy names no ledger.
#[must_use]
pub fn ledger_missing(whose: &str) -> Problem {
    let message = format!("{whose} has no ledger, so nothing could record that a grant is used");
    Problem::new("ledger-missing", message)
        .remedy("add ledger = \"URL\" below max-grant-hours, by a signed policy-update")
}

/// Uses are recorded in one place: a policy that names another one would make used grants new again.
fn ledger(facts: &Facts<'_>) -> Option<Problem> {
    let named = facts.policy.ledger.as_ref();
    if named.is_none() {
        return Some(ledger_missing("the policy of the base"));
    }
    if facts.stopping.iter().any(|other| other.ledger.as_ref() != named) {
        let message = "the policy of the base has another ledger than the policy of what is judged, or \
                       than that at the tip of its branch";
        return Some(
            Problem::new("ledger-differs", message)
                .remedy("name a later base: one whose policy has the new ledger"),
        );
    }
    None
}

/// The one grant that fits and is not in the ledger. That the base has it does not matter: the ledger
/// alone states which grants for actions are used.
fn granted(
    demand: &Demand,
    purpose: &Purpose<'_>,
    facts: &Facts<'_>,
) -> Result<Authorised, Problem> {
    let nothing = HashSet::new();
    let used = match purpose.asks {
        Asks::Judge { .. } => &nothing,
        Asks::Use { used, .. } => used,
    };
    let is_used = |file: &GrantFile| used.contains(&Digest::of(&file.bytes));
    let (spent, new): (Vec<_>, Vec<_>) = facts.judged.iter().cloned().partition(is_used);
    let decide = |judged: &[GrantFile]| {
        Decider::new(&Facts { base: &[], judged, ..*facts }).decide_everywhere(demand)
    };
    decide(&new).map_err(|problem| match decide(&spent) {
        Ok(authorised) => grant_used(&authorised.grant, ""),
        Err(_) => problem,
    })
}

/// That the grant `id` is in the ledger; `how` states what is known of it, after a colon.
#[must_use]
pub fn grant_used(id: &Digest, how: &str) -> Problem {
    let short = &id.to_string()[..10];
    Problem::new("grant-used", format!("the grant {short} was used before{how}"))
        .remedy("sealgate grant log lists the uses; to do it again, make a new grant")
}

fn grant_of(granted: &Authorised, facts: &Facts<'_>) -> Result<Grant, Problem> {
    let id = granted.grant.to_string();
    let file = facts.judged.iter().find(|file| file.id == id);
    file.and_then(|file| Grant::read(&file.bytes).ok()).ok_or_else(|| {
        Problem::new("grant-unknown", format!("the grant {id} is not there any more"))
            .remedy("check again")
    })
}

/// A grant for an action counts under the policy that it was given under alone: under another one, the
/// ledger may be another.
fn other_policy(grant: &Grant, policy: &Policy) -> Option<Problem> {
    (grant.policy != policy.digest()).then(|| {
        let message = "the grant was given under another policy than that of the base";
        Problem::new("grant-other-policy", message).remedy("make a new one: sealgate grant new")
    })
}

/// The caller named a record that the grant does not name.
fn not_named(grant: &Grant, asks: Asks<'_>) -> Vec<Problem> {
    let Asks::Use { evidence, .. } = asks else { return Vec::new() };
    let mut refusals = Vec::new();
    for digest in evidence.iter().filter(|digest| grant.evidence != Some(**digest)) {
        let message = format!("the grant does not name the record {digest} of --evidence");
        refusals.push(
            Problem::new("evidence-missing", message)
                .remedy("make a grant that names it: sealgate grant new --evidence FILE"),
        );
    }
    refusals
}

/// What the policies of the base, of what is judged and of the tips of its branches want for `demand`.
fn evidence_rules<'a>(
    demand: &Demand,
    procedure: Procedure,
    facts: &Facts<'a>,
) -> Vec<&'a EvidenceRule> {
    let mut rules = Vec::new();
    for policy in std::iter::once(facts.policy).chain(facts.stopping) {
        for rule in policy.rules_of(demand, procedure) {
            if let Some(evidence) = &rule.evidence
                && !rules.contains(&evidence)
            {
                rules.push(evidence);
            }
        }
    }
    rules
}

/// Why the evidence that `grant` names does not count.
fn evidence(
    question: &Question<'_>,
    judged: &CommitTree<'_>,
    rule: &EvidenceRule,
    grant: &Grant,
) -> Vec<Problem> {
    let missing = |message: String| {
        vec![Problem::new("evidence-missing", message).remedy(
            "rehearse the plan, commit the record, and make a grant that names it: sealgate grant new \
             --evidence FILE",
        )]
    };
    let Some(digest) = grant.evidence else {
        return missing("the policy demands evidence, and the grant names none".to_owned());
    };
    let file = format!("{}/evidence/{digest}.json", judged.repository().seals().as_str());
    let not_canonical = |message: String| {
        vec![Problem::new("evidence-not-canonical", message).file(&*file).remedy(
            "take the file as the rehearsal wrote it; sealgate evidence check FILE shows what differs",
        )]
    };
    let bytes = match judged.evidence(&digest) {
        Ok(Some(bytes)) => bytes,
        Ok(None) => return missing(format!("{file} is not in {}", judged.given())),
        Err(problem) if problem.code == "object-too-large" => {
            return not_canonical(format!("it is longer than {MAX_EVIDENCE_BYTES} bytes"));
        }
        Err(problem) => return vec![problem],
    };
    if Digest::of(&bytes) != digest {
        return not_canonical("its digest is not its name".to_owned());
    }
    let record = match Record::read(&bytes) {
        Ok(record) => record,
        Err(error) => return not_canonical(error.to_string()),
    };
    let asked = Asked {
        rule,
        plan: grant.binding.as_ref().and_then(|bound| bound.plan.as_ref()).map(|plan| plan.digest),
        not_before: grant.not_before,
        plan_seal: plan_seal(judged, &record.plan),
        surface_seal: seal_digest(question.base, &record.surface.name),
    };
    let refusals = asked.judge(&record).into_iter();
    refusals.map(|problem| problem.file(&*file)).collect()
}

/// The seal that `plan` names in `commit`, and what it states of the plan; `None` where the commit has no
/// such seal that can be read.
fn plan_seal(commit: &CommitTree<'_>, plan: &PlanRef) -> Option<PlanSeal> {
    let loaded = commit.load(&SealName::parse(&plan.seal.name)?).ok()?;
    // A row of a database is no file, whatever its path.
    let seal = loaded.seal.ok().filter(|seal| seal.header.surface.is_none())?;
    let below_root = match seal.header.root.path() {
        None => Some(plan.path.as_str()),
        Some(root) => plan.path.strip_prefix(root.as_str()).and_then(|rest| rest.strip_prefix('/')),
    };
    let stated = match below_root.and_then(|path| seal.entry(path.as_bytes())) {
        Some(Entry::File { digest, .. }) => Some(*digest),
        _ => None,
    };
    Some(PlanSeal { digest: loaded.digest, plan: stated })
}

/// The digest of the seal `name` in `commit`; `None` where it has no such seal that can be read.
fn seal_digest(commit: &CommitTree<'_>, name: &str) -> Option<Digest> {
    let name = SealName::parse(name)?;
    commit.load(&name).ok().map(|loaded| loaded.digest)
}
