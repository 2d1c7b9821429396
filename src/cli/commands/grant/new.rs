//! `grant new`: writes unsigned grants for changes in the working tree.

use std::fmt::Write as _;

use sealgate_core::approval::{Demand, Grant, Moment, Policy, Procedure, REPLACE_MAP, Subject};
use sealgate_core::seal::entry::Digest;
use sealgate_core::text::problem::Problem;

use super::super::Context;
use super::super::check::authority::now;
use super::super::grant_evidence::{NamedEvidence, named_evidence};
use super::{plan, write};
use crate::cli::args::GrantNewArgs;
use crate::ops::authorize::{
    Demanded, Described, check_ancestry, demanded, described, policy_of, read_policy,
};
use crate::report::quote;
use crate::tree::CommitTree;

pub(super) fn run(arguments: &GrantNewArgs, context: &Context) -> Result<String, Problem> {
    let repository = &context.repository;
    let base = CommitTree::open(repository, &arguments.between.base)?;
    check_ancestry(&CommitTree::open(repository, "HEAD")?, &base)?;
    let policy = policy_of(&base)?;
    let now = now()?;
    let wanted = match &arguments.action {
        Some(action) => vec![one(action, arguments, &base, context)?],
        None => demanded(repository, &base, now)?,
    };
    if wanted.is_empty() {
        let message = format!("nothing changed since {} that needs a new grant", base.given());
        return Err(Problem::new("nothing-to-grant", message)
            .remedy("make the change first, then the grant for it"));
    }
    let evidence = arguments.evidence.as_deref().map(|text| named_evidence(text, context));
    let evidence = evidence.transpose()?;
    let procedure = if arguments.break_glass { Procedure::BreakGlass } else { Procedure::Usual };
    let mut answer = String::new();
    let mut ids = Vec::new();
    for demanded in wanted {
        check_rule(&demanded.demand, procedure, &policy, context)?;
        let words = demanded.words.clone();
        let text = grant(demanded, procedure, &policy, arguments, evidence.as_ref(), now)?;
        let id = Digest::of(text.as_bytes()).to_string();
        // Writing to a string cannot fail.
        let _ = writeln!(answer, "{words}");
        if let Some(NamedEvidence { digest, record: Some(bytes) }) = &evidence {
            let file = write(context, &format!("evidence/{digest}.json"), bytes)?;
            let _ = writeln!(answer, "wrote {file}");
        }
        let file = write(context, &format!("grants/{id}.toml"), text.as_bytes())?;
        let _ = writeln!(answer, "wrote {file}");
        ids.push(id);
    }
    let short: Vec<&str> = ids.iter().map(|id| &id[..10]).collect();
    let (program, base) = (context.invocation.sealgate(), quote(arguments.between.base.as_bytes()));
    let _ = writeln!(
        answer,
        "to sign it: {program} grant sign {} --base {base} --key ~/.ssh/id_ed25519",
        short.join(" ")
    );
    Ok(answer)
}

/// The one change that the arguments name.
fn one(
    action: &str,
    arguments: &GrantNewArgs,
    base: &CommitTree<'_>,
    context: &Context,
) -> Result<Demanded, Problem> {
    let subject = match (&arguments.seal, &arguments.environment) {
        (Some(seal), _) => Subject::Seal(seal.clone()),
        (None, Some(environment)) => Subject::Environment(environment.clone()),
        (None, None) => Subject::Policy,
    };
    let plan = plan(arguments.between.plan.as_deref(), context)?;
    let changes = described(&context.repository, base, action, &subject, plan)?;
    let meant = |there: &Described| there.blocker == arguments.blocker;
    let change = changes.into_iter().find(meant).ok_or_else(|| {
        Problem::new("usage", "it is not clear which item of the blocker map is closed")
            .remedy("name one that changed: --blocker ITEM")
    })?;
    let demand = Demand { action: action.to_owned(), subject, change: change.change };
    Ok(Demanded { demand, words: change.words, binding: change.binding })
}

/// A grant that no rule covers would be signed in vain.
fn check_rule(
    demand: &Demand,
    procedure: Procedure,
    policy: &Policy,
    context: &Context,
) -> Result<(), Problem> {
    if !policy.rules_of(demand, procedure).is_empty() {
        return Ok(());
    }
    // The map of an environment that the change brings is ruled by the policy that brings it.
    let next = context.repository.approval_files()?.policy;
    let next = next.map(|bytes| read_policy(&bytes, "the new policy")).transpose()?;
    if demand.action == REPLACE_MAP && next.is_some_and(|next| !next.rules_for(demand).is_empty()) {
        return Ok(());
    }
    let message = format!(
        "the policy of the base has no rule for {} of {}: no signature would count",
        procedure.describe(&demand.action),
        demand.subject.words()
    );
    let rules = policy.rules.iter();
    let mut actions: Vec<String> =
        rules.map(|rule| rule.procedure.describe(&rule.action)).collect();
    actions.dedup();
    let environments: Vec<String> =
        policy.environments.iter().map(|known| known.name.clone()).collect();
    Err(Problem::new("no-rule", message).remedy(format!(
        "correct the words: the policy has rules for {}, and the environments {}",
        or_none(&actions),
        or_none(&environments)
    )))
}

fn or_none(names: &[String]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

/// The canonical text of the grant.
fn grant(
    demanded: Demanded,
    procedure: Procedure,
    policy: &Policy,
    arguments: &GrantNewArgs,
    evidence: Option<&NamedEvidence>,
    not_before: Moment,
) -> Result<String, Problem> {
    let most = policy.max_grant_hours;
    let hours = arguments.hours.unwrap_or(most);
    if hours > most {
        let message = format!("--hours {hours}: the policy allows at most {most} hours");
        return Err(Problem::new("usage", message).remedy(format!("pass --hours {most}, or less")));
    }
    let not_after = Moment::from_seconds(not_before.seconds() + u64::from(hours) * 3_600);
    let Demand { action, subject, change } = demanded.demand;
    let grant = Grant {
        repository: policy.repository.clone(),
        policy: policy.digest(),
        action,
        subject,
        change,
        binding: demanded.binding,
        procedure,
        not_before,
        not_after: not_after.unwrap_or(not_before),
        evidence: evidence.map(|evidence| evidence.digest),
        reason: arguments.reason.clone(),
    };
    let text = grant.to_text();
    Grant::read(text.as_bytes()).map_err(|error| {
        Problem::new("usage", format!("that is no grant: {error}")).remedy("say it otherwise")
    })?;
    Ok(text)
}
