//! What a check asks of the policy, and what its report says of that.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use sealgate_core::approval::{Age, Authorised, Ledger, Moment};
use sealgate_core::seal::SealName;
use sealgate_core::seal::entry::Digest;
use sealgate_core::text::place::shown_path;
use sealgate_core::text::problem::Problem;
use sealgate_scan::read_named;

use super::super::Context;
use super::super::environment::variable;
use super::super::stated;
use super::base::branch_of_queue;
use super::sources::{Commits, Selected};
use crate::cli::args::{AuthorityArgs, CheckArgs};
use crate::ops::authorize::{self, Asks, Authorization, Purpose, Question, Reference};
use crate::report::shell::quote;
use crate::report::{AuthorityView, Notice, RESEAL_GRANTED, RulingView};
use crate::tree::{Begun, CommitTree};

/// No plan is as long, in bytes.
const MAX_PLAN_BYTES: u64 = 256 << 20;

/// Puts what is asked to the policy of the base; `None` without a base.
///
/// # Errors
///
/// What was typed means nothing; or a file that it names cannot be read.
pub(super) fn clear(
    arguments: &CheckArgs,
    commits: &Commits<'_>,
    selected: &[Selected],
    asks: Option<Asks<'_>>,
    context: &Context,
) -> Result<Option<Authorization>, Problem> {
    let policy_digest = arguments.authority.policy_digest.as_deref().map(digest).transpose()?;
    let plan = arguments.authority.plan.as_deref();
    let plan = plan.map(|path| plan_digest(path, context)).transpose()?;
    let reference = reference(arguments);
    let Some(base) = &commits.base else {
        let refusal = commits.refusal.clone();
        return Ok(refusal.map(refused).or_else(|| without_base(arguments)));
    };
    let digests = digests(selected);
    let command = use_command(arguments, base, reference.as_ref().ok(), context);
    let environment = arguments.authority.environment.as_deref().map(|environment| Purpose {
        environment,
        action: arguments.authority.action.as_deref(),
        plan,
        digests: &digests,
        reference: reference.as_ref(),
        age: if arguments.authority.older { Age::Older } else { Age::Tip },
        asks: asks.unwrap_or(Asks::Judge { command: &command }),
    });
    let seals: Vec<_> = selected.iter().map(stated).collect();
    let program = context.invocation.sealgate();
    let question = Question {
        base,
        judged: commits.seals.as_ref(),
        policy_digest,
        seals: &seals,
        patterns: &commits.names_since,
        environment,
        now: now()?,
        program: &program,
    };
    Ok(Some(authorize::clear(&context.repository, &question)))
}

/// The command that does what `--action` asks about, which a person can paste and then end with their own
/// command. Pasted as it is, it does nothing: there is no program COMMAND.
fn use_command(
    arguments: &CheckArgs,
    base: &CommitTree<'_>,
    reference: Option<&Reference>,
    context: &Context,
) -> String {
    let AuthorityArgs { environment, action, plan, policy_digest, .. } = &arguments.authority;
    let mut command = format!(
        "{} grant use {}",
        context.invocation.sealgate(),
        quote(action.as_deref().unwrap_or_default().as_bytes())
    );
    let base = match base.given() {
        "auto" => base.oid().to_string(),
        given => given.to_owned(),
    };
    let reference = reference.and_then(Reference::full_name);
    let plan = plan.as_ref().map(|path| path.to_string_lossy().into_owned());
    for (option, value) in [
        ("--environment", environment.as_ref()),
        ("--plan", plan.as_ref()),
        ("--rev", arguments.rev.as_ref()),
        ("--base", Some(&base)),
        ("--ref", reference.as_ref()),
        ("--policy-digest", policy_digest.as_ref()),
    ] {
        if let Some(value) = value {
            command = format!("{command} {option} {}", quote(value.as_bytes()));
        }
    }
    command + " -- COMMAND"
}

/// Nothing is authorised without a base, however it came that there is none (`--base none`, or an event
/// that has none).
fn without_base(arguments: &CheckArgs) -> Option<Authorization> {
    let asked =
        arguments.authority.environment.is_some() || arguments.authority.policy_digest.is_some();
    let problem =
        Problem::new("base-missing", "there is no base, so there is no policy to rule by")
            .remedy("name the commit whose policy judges: --base REV");
    asked.then(|| refused(problem))
}

pub(in crate::cli::commands) fn refused(problem: Problem) -> Authorization {
    Authorization { refusals: vec![problem], ..Authorization::default() }
}

/// What the report says. Without an environment and with a policy, wherever it is: nothing is
/// authorised.
pub(super) fn view(
    arguments: &CheckArgs,
    authorization: Option<&Authorization>,
    has_policy: bool,
) -> Option<AuthorityView> {
    if let Some(environment) = &arguments.authority.environment {
        let policy = authorization.and_then(|authorization| authorization.policy);
        let ruling = RulingView::new(
            environment,
            arguments.authority.action.as_deref(),
            policy.map(|digest| digest.to_string()),
            authorization.and_then(|authorization| authorization.action.as_ref()),
            authorization.is_some_and(Authorization::is_of_older_commit),
        );
        return Some(AuthorityView::Of(Box::new(ruling)));
    }
    let at_base = authorization.is_some_and(|authorization| authorization.policy.is_some());
    (at_base || has_policy).then_some(AuthorityView::None)
}

/// Whether there is a policy where the seals are: in the commit, or in the working tree.
pub(in crate::cli::commands) fn has_policy(
    commit: Option<&CommitTree<'_>>,
    context: &Context,
) -> Result<bool, Problem> {
    commit.map_or_else(|| context.repository.has_policy(), |commit| Ok(commit.has_policy()))
}

/// What the judgement was, and a notice for each reseal that was granted.
pub(in crate::cli::commands) fn granted(authorization: &Authorization) -> Vec<Notice> {
    let told = |(name, by): &(String, Authorised)| {
        let (grant, people) = (&by.grant.to_string()[..10], by.principals.join(" and "));
        let message = format!("the reseal of {name} is granted by {grant} of {people}");
        Notice::new(RESEAL_GRANTED, message)
    };
    authorization.notices.iter().cloned().chain(authorization.reseals.iter().map(told)).collect()
}

/// The emergencies that every report under a policy states; and why they are not known, where no refusal
/// says that already. The files that authorised are not read a second time.
pub(in crate::cli::commands) fn emergencies(
    judged: Option<&CommitTree<'_>>,
    authorization: Option<&Authorization>,
    context: &Context,
) -> (Vec<Notice>, Option<Problem>) {
    if let Some(known) = authorization.and_then(|known| known.emergencies.clone()) {
        return (known, None);
    }
    let is_said =
        |problem: &Problem| authorization.is_some_and(|known| known.refusals.contains(problem));
    match authorize::approval_files(&context.repository, judged) {
        Ok(files) => (authorize::emergencies(&files), None),
        Err(problem) => (Vec::new(), Some(problem).filter(|problem| !is_said(problem))),
    }
}

/// A notice if the grant of an action counts once in each clone.
pub(super) fn in_one_clone(authorization: &Authorization) -> Option<Notice> {
    let message = "grants for actions are one-time in this clone only: the ledger is local";
    let is_local = authorization.ledger == Some(Ledger::Local);
    is_local.then(|| Notice::new("ledger-local", message))
}

/// The seals that are judged, by their digests.
fn digests(selected: &[Selected]) -> Vec<(SealName, Digest)> {
    let digest = |(name, begun): &Selected| match begun {
        Ok(Begun::Whole(loaded)) => Some((name.clone(), loaded.digest)),
        // With a base, seals are read as a whole; what cannot be read makes the check an error.
        _ => None,
    };
    selected.iter().filter_map(digest).collect()
}

fn digest(text: &str) -> Result<Digest, Problem> {
    Digest::from_hex(text.as_bytes()).ok_or_else(|| {
        Problem::new("usage", format!("--policy-digest {text}: a digest is 64 digits of 0-9a-f"))
            .remedy("sealgate policy digest prints it")
    })
}

/// The digest of the file that `--plan` names.
fn plan_digest(path: &Path, context: &Context) -> Result<Digest, Problem> {
    let bytes = read_named(&context.path(path), MAX_PLAN_BYTES).map_err(|fault| {
        Problem::new("usage", format!("--plan {}: {fault}", shown_path(path)))
            .remedy("name a file of at most 256 MiB that this user can read")
    })?;
    Ok(Digest::of(&bytes))
}

/// The clock, read once in a run.
pub(in crate::cli::commands) fn now() -> Result<Moment, Problem> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).ok();
    since.and_then(|since| Moment::from_seconds(since.as_secs())).ok_or_else(|| {
        Problem::new("clock", "the clock of this machine is not between 1970 and 9999")
            .remedy("set it: grants have an end")
    })
}

/// The ref that is judged: the one that was named, or that of the event of GitHub Actions.
fn reference(arguments: &CheckArgs) -> Result<Reference, Problem> {
    let named = arguments.authority.reference.clone();
    let is_request =
        || variable("GITHUB_EVENT_NAME").is_some_and(|event| event.starts_with("pull_request"));
    if named.is_none()
        && is_request()
        && let Some(branch) = variable("GITHUB_BASE_REF")
    {
        return Ok(Reference::Into(branch));
    }
    if named.is_none() && variable("GITHUB_EVENT_NAME").is_some_and(|event| event == "merge_group")
    {
        // Its ref is made for the queue, and is on no branch.
        return branch_of_queue().map(Reference::Into).ok_or_else(|| {
            Problem::new("ref-unknown", "the event of the merge queue names no branch")
                .remedy("name the branch: --ref refs/heads/NAME")
        });
    }
    let text = named.or_else(|| variable("GITHUB_REF")).ok_or_else(|| {
        Problem::new("ref-unknown", "it is not known which ref is judged")
            .remedy("name it: --ref refs/heads/NAME or --ref refs/tags/NAME")
    })?;
    Reference::parse(&text).ok_or_else(|| {
        Problem::new("ref-unknown", format!("{text} is no branch and no tag"))
            .remedy("name it as refs/heads/NAME or refs/tags/NAME")
    })
}
