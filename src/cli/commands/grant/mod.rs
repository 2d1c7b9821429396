//! `grant`: writes, shows, signs and verifies permissions. What a grant permits is stated in words, from
//! git, before anybody signs it.

mod new;
mod opened;
mod sign;

use std::fmt::Write as _;
use std::path::Path;

use sealgate_core::approval::{
    Authorised, Commands, Decider, Demand, Facts, Grant, GrantFile, MAX_PLAN_BYTES, Plan, Policy,
    Procedure, REPLACE_MAP, Subject, unanswered,
};
use sealgate_core::compare::verdict::Verdict;
use sealgate_core::text::escape::printable_str;
use sealgate_core::text::place::shown_path;
use sealgate_core::text::problem::{Problem, in_words};
use sealgate_scan::read_named;

use self::opened::{Choice, Opened};
use super::check::authority::now;
use super::{Context, Outcome, grant_use, refuse_in_ci};
use crate::cli::args::{GrantArgs, GrantCommand};
use crate::ops::authorize::{older_policies, read_policy};
use crate::report::{quote, text};
use crate::tree::ApprovalFiles;

pub(super) fn run(command: &GrantCommand, context: &Context) -> Outcome {
    let answer = match command {
        GrantCommand::New(arguments) => {
            refuse_in_ci("sealgate grant new", None)?;
            new::run(arguments, context)
        }
        GrantCommand::Show(arguments) => {
            Opened::the_one(arguments, context).map(|opened| opened.words())
        }
        GrantCommand::Sign(arguments) => {
            refuse_in_ci("sealgate grant sign", None)?;
            sign::run(arguments, context)
        }
        GrantCommand::Verify(arguments) => return verified(arguments, context),
        GrantCommand::List => list(context),
        GrantCommand::Log => grant_use::log(context),
        GrantCommand::Use(arguments) => return grant_use::run(arguments, context),
        GrantCommand::Prune => {
            refuse_in_ci("sealgate grant prune", None)?;
            prune(context)
        }
    };
    let answer = answer?;
    context.terminal.answer(answer.as_bytes())?;
    Ok(Verdict::Pass)
}

fn verified(arguments: &GrantArgs, context: &Context) -> Outcome {
    let opened = Opened::the_one(arguments, context)?;
    match judged(&opened, context)? {
        Ok(Authorised { grant, principals, .. }) => {
            let answer = format!("the grant {grant} counts: {}\n", principals.join(" and "));
            context.terminal.answer(answer.as_bytes())?;
            Ok(Verdict::Pass)
        }
        Err(problem) => {
            context.terminal.complain([&problem]);
            Ok(Verdict::Refused)
        }
    }
}

fn judged(opened: &Opened<'_>, context: &Context) -> Result<Result<Authorised, Problem>, Problem> {
    let next =
        opened.here.policy.as_ref().filter(|next| Some(*next) != opened.there.policy.as_ref());
    let next = next.map(|bytes| read_policy(bytes, "the new policy")).transpose()?;
    let stopping: Vec<Policy> = next.iter().cloned().collect();
    let digest = opened.policy.digest();
    let judged = std::slice::from_ref(&opened.file);
    let older = older_policies(&opened.base, &digest, (&opened.there.grants, judged))?;
    let program = context.invocation.sealgate();
    let base = quote(opened.base.given().as_bytes());
    let facts = Facts {
        now: now()?,
        policy: &opened.policy,
        next: next.as_ref(),
        stopping: &stopping,
        older: &older,
        base: &opened.there.grants,
        // The others have no part in this one; and this one is what was read.
        judged,
        commands: Commands { program: &program, base: &base },
    };
    let Grant { action, subject, change, .. } = &opened.grant;
    let demand = Demand { action: action.clone(), subject: subject.clone(), change: *change };
    let decider = Decider::new(&facts);
    // The map of an environment that the change brings is ruled by the policy that it brings.
    let is_new_map = *action == REPLACE_MAP && opened.policy.rules_for(&demand).is_empty();
    let by_next = next.as_ref().filter(|_| is_new_map);
    Ok(match by_next {
        Some(next) => decider.decide_by_next(&demand, next),
        None => decider.decide(&demand),
    })
}

/// The plan in the file that `--plan` names: a text, because people read it before they sign.
fn plan(path: Option<&Path>, context: &Context) -> Result<Option<Plan>, Problem> {
    let Some(path) = path else { return Ok(None) };
    let refused = |why: &str| {
        Problem::new("usage", format!("--plan {}: {why}", shown_path(path)))
            .remedy("name a text file of at most 64 KiB; let it name larger files by their digests")
    };
    let bytes = read_named(&context.path(path), MAX_PLAN_BYTES)
        .map_err(|fault| refused(&fault.to_string()))?;
    Plan::of(bytes).map(Some).ok_or_else(|| refused("it is not UTF-8 text"))
}

/// Writes the file `name` below the directory of seals.
fn write(context: &Context, name: &str, bytes: &[u8]) -> Result<String, Problem> {
    let file = format!("{}/{name}", context.repository.seals().as_str());
    let path = context.repository.root().join(&file);
    // Whoever holds it removes what killed runs left, and must not take this for that.
    let waiting = || context.terminal.remark("waiting for another sealgate that writes here");
    let _lock = context.repository.lock(waiting)?;
    let made = path.parent().map_or(Ok(()), std::fs::create_dir_all);
    made.and_then(|()| context.repository.replace(&path, bytes)).map_err(|error| {
        Problem::new("grant-unwritable", in_words(&error))
            .file(&*file)
            .remedy("give this user the right to write there")
    })?;
    Ok(file)
}

fn list(context: &Context) -> Result<String, Problem> {
    let now = now()?;
    let mut lines = String::new();
    for file in context.repository.approval_files()?.grants {
        let short = &file.id[..file.id.len().min(10)];
        // Writing to a string cannot fail.
        let _ = match Grant::read(&file.bytes) {
            Err(error) => {
                writeln!(lines, "{short}  no grant: {}", printable_str(&error.to_string()))
            }
            Ok(grant) => {
                let expired = if now < grant.not_after { "until" } else { "expired at" };
                let names: Vec<_> = file.signatures.iter().map(|sig| &*sig.name).collect();
                let names = if names.is_empty() { "nobody".to_owned() } else { names.join(", ") };
                let (of, end) = (grant.subject.words(), grant.not_after);
                writeln!(
                    lines,
                    "{short}  {} of {of}, {expired} {end}, signed by {names}",
                    grant.procedure.describe(&grant.action)
                )
            }
        };
    }
    Ok(if lines.is_empty() { "there are no grants\n".to_owned() } else { lines })
}

/// Removes the grants that have expired, with their signatures: they never count again. A break-glass
/// grant stays until a usual grant has followed, and that one stays with it.
fn prune(context: &Context) -> Result<String, Problem> {
    let now = now()?;
    let waiting = || context.terminal.remark("waiting for another sealgate that writes here");
    let _lock = context.repository.lock(waiting)?;
    let ApprovalFiles { policy, grants: all } = context.repository.approval_files()?;
    let policy = policy.and_then(|bytes| Policy::read(&bytes).ok());
    let open = unanswered(policy.as_ref(), &all);
    let mut kept: Vec<(String, Subject)> = Vec::new();
    for file in &all {
        let Ok(grant) = Grant::read(&file.bytes) else { continue };
        let is_open = open.iter().any(|open| open.file.id == file.id);
        if grant.procedure == Procedure::BreakGlass && (is_open || now < grant.not_after) {
            kept.push((grant.action, grant.subject));
        }
    }
    let is_over = |file: &&GrantFile| {
        let is_kept = |grant: &Grant| {
            kept.iter().any(|(action, of)| *action == grant.action && *of == grant.subject)
        };
        Grant::read(&file.bytes).is_ok_and(|grant| now >= grant.not_after && !is_kept(&grant))
    };
    let expired: Vec<&GrantFile> = all.iter().filter(is_over).collect();
    let place = format!("{}/grants", context.repository.seals().as_str());
    for file in &expired {
        let signatures = file.signatures.iter().map(|by| format!("{}.{}.sig", file.id, by.name));
        // The grant goes last: a signature without its grant is an error.
        for name in signatures.chain([format!("{}.toml", file.id)]) {
            let path = context.repository.root().join(&place).join(&name);
            std::fs::remove_file(path).map_err(|error| {
                Problem::new("grant-unwritable", in_words(&error))
                    .file(format!("{place}/{name}"))
                    .remedy("give this user the right to write there")
            })?;
        }
    }
    let number = text::count(expired.len(), "expired grant", "expired grants");
    Ok(format!("removed {number} from {place}\n"))
}
