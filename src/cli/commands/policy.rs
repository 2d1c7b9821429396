//! `policy`: writes and checks a policy, and shows what changed in it.

use std::fmt::Write as _;
use std::path::Path;

use sealgate_core::approval::blockers::{BlockerMap, MAX_MAP_BYTES};
use sealgate_core::approval::{
    Environment, Key, POLICY_UPDATE, Policy, PolicyError, Procedure, PublicKey, RESEAL, Rule,
    RuleScope, differences, doubts, gaps, unknown_in_map,
};
use sealgate_core::compare::verdict::Verdict;
use sealgate_core::seal::entry::Digest;
use sealgate_core::seal::path::EntryPath;
use sealgate_core::text::escape::printable_str;
use sealgate_core::text::problem::{Problem, in_words};
use sealgate_scan::read_named;

use super::check::authority::now;
use super::{Context, Outcome, refuse_in_ci};
use crate::cli::args::{PolicyCommand, PolicyNewArgs};
use crate::report::text;
use crate::tree::CommitTree;

/// No file of a public key is as long, in bytes.
const MAX_KEY_BYTES: u64 = 64 << 10;

pub(super) fn run(command: &PolicyCommand, context: &Context) -> Outcome {
    let answer = match command {
        PolicyCommand::New(arguments) => {
            refuse_in_ci("sealgate policy new", None)?;
            new(arguments, context)?
        }
        PolicyCommand::Fmt { check: true } => is_canonical(context)?,
        PolicyCommand::Fmt { check: false } => {
            refuse_in_ci("sealgate policy fmt", None)?;
            canonical(context)?
        }
        PolicyCommand::Diff { base, exit_code } => differing(base, *exit_code, context)?,
        PolicyCommand::Check => checked(context)?,
        PolicyCommand::Digest => {
            let (bytes, _) = sound(context)?;
            passed(format!("{}\n", Digest::of(&bytes)))
        }
        PolicyCommand::ExportAllowedSigners => passed(sound(context)?.1.allowed_signers()),
    };
    let (answer, verdict) = answer;
    context.terminal.answer(answer.as_bytes())?;
    Ok(verdict)
}

/// What a command says, and how it ends.
type Answer = (String, Verdict);

fn passed(answer: String) -> Answer {
    (answer, Verdict::Pass)
}

fn file(context: &Context) -> String {
    format!("{}/policy.toml", context.repository.seals().as_str())
}

/// The bytes of the policy in the working tree.
fn bytes(context: &Context) -> Result<Vec<u8>, Problem> {
    context.repository.approval_files()?.policy.ok_or_else(|| {
        Problem::new("policy-missing", "there is no policy")
            .file(file(context))
            .remedy("write one: sealgate policy new --help shows how")
    })
}

/// The policy in the working tree; or everything that keeps it from being one.
fn sound(context: &Context) -> Result<(Vec<u8>, Policy), Vec<Problem>> {
    let bytes = bytes(context)?;
    let policy = Policy::read(&bytes).map_err(|_| faults(&bytes, context))?;
    Ok((bytes, policy))
}

/// Everything that keeps `bytes` from being the policy of a repository.
fn faults(bytes: &[u8], context: &Context) -> Vec<Problem> {
    Policy::faults(bytes).iter().map(|fault| invalid(fault, context)).collect()
}

fn invalid(error: &PolicyError, context: &Context) -> Problem {
    let remedy = match error {
        PolicyError::NotCanonical(_) => {
            format!("write it in its canonical form: {} policy fmt", context.invocation.sealgate())
        }
        _ => "write it as the message says; nothing is authorised until then".to_owned(),
    };
    Problem::new("policy-invalid", error.to_string()).file(file(context)).remedy(remedy)
}

fn checked(context: &Context) -> Result<Answer, Vec<Problem>> {
    let bytes = bytes(context)?;
    let faults = faults(&bytes, context);
    // What runs out is to be known too where only the form is wrong.
    let warnings = match Policy::loose(&bytes) {
        Ok(policy) => warnings(&policy, context)?,
        Err(_) => Vec::new(),
    };
    let mut answer = String::new();
    if let (Ok(policy), true) = (Policy::read(&bytes), faults.is_empty()) {
        let _ = writeln!(
            answer,
            "the policy of {} is sound: {}, {}, {}",
            policy.repository,
            text::count(policy.keys.len(), "key", "keys"),
            text::count(policy.rules.len(), "rule", "rules"),
            text::count(policy.environments.len(), "environment", "environments"),
        );
    }
    for warning in warnings {
        // Writing to a string cannot fail.
        let _ = writeln!(answer, "warning: {}", printable_str(&warning));
    }
    if faults.is_empty() {
        return Ok(passed(answer));
    }
    context.terminal.answer(answer.as_bytes())?;
    Err(faults)
}

/// What the owners of `policy` should look at.
fn warnings(policy: &Policy, context: &Context) -> Result<Vec<String>, Problem> {
    let mut all = doubts(policy, now()?);
    all.extend(gaps(policy));
    let mut paths: Vec<&str> =
        policy.environments.iter().filter_map(|known| known.blockers.as_deref()).collect();
    paths.sort_unstable();
    paths.dedup();
    for path in paths {
        all.extend(of_map(policy, path, context));
    }
    Ok(all)
}

/// What the blocker map at `path` says that the policy does not know.
fn of_map(policy: &Policy, path: &str, context: &Context) -> Vec<String> {
    let place = EntryPath::parse(path);
    let read = place.map_err(|fault| fault.to_string()).and_then(|place| {
        context.repository.file(&place, MAX_MAP_BYTES).map_err(|problem| problem.message.into())
    });
    let map = match read {
        Ok(Some(bytes)) => BlockerMap::read(&bytes).map_err(|error| error.to_string()),
        Ok(None) => Err("the blocker map is not there".to_owned()),
        Err(why) => Err(why),
    };
    match map {
        Ok(map) => unknown_in_map(policy, path, &map),
        Err(why) => vec![format!("{path}: {why}; its environments stay closed")],
    }
}

/// Fails where the policy is not in its canonical form.
fn is_canonical(context: &Context) -> Result<Answer, Vec<Problem>> {
    let bytes = bytes(context)?;
    let policy = Policy::loose(&bytes).map_err(|_| faults(&bytes, context))?;
    let verdict = if policy.to_text().as_bytes() == bytes { Verdict::Pass } else { Verdict::Fail };
    let answer = match verdict {
        Verdict::Pass => String::new(),
        _ => format!("{} is not in its canonical form\n", file(context)),
    };
    Ok((answer, verdict))
}

fn canonical(context: &Context) -> Result<Answer, Vec<Problem>> {
    let bytes = bytes(context)?;
    let policy = Policy::loose(&bytes).map_err(|_| faults(&bytes, context))?;
    let text = policy.to_text();
    if text.as_bytes() == bytes {
        return Ok(passed(format!("{}: nothing to change\n", file(context))));
    }
    write(context, &text)?;
    Ok(passed(format!("wrote {}\n", file(context))))
}

fn write(context: &Context, text: &str) -> Result<(), Problem> {
    let waiting = || context.terminal.remark("waiting for another sealgate that writes here");
    let _lock = context.repository.lock(waiting)?;
    let path = context.repository.root().join(file(context));
    context.repository.replace(&path, text.as_bytes()).map_err(|error| {
        Problem::new("policy-unwritable", in_words(&error))
            .file(file(context))
            .remedy("give this user the right to write there")
    })
}

fn differing(base: &str, exit_code: bool, context: &Context) -> Result<Answer, Problem> {
    let commit = CommitTree::open(&context.repository, base)?;
    let whole = |bytes: Option<Vec<u8>>| {
        let bytes = bytes.unwrap_or_default();
        match Policy::loose(&bytes) {
            Ok(policy) => policy.to_text(),
            // What is no policy is shown as it stands.
            Err(_) => String::from_utf8_lossy(&bytes).into_owned(),
        }
    };
    let (old, new) = (commit.policy()?, context.repository.approval_files()?.policy);
    let is_equal = old == new;
    let said = differences(&whole(old), &whole(new));
    let base = printable_str(base);
    let answer = match (is_equal, said.is_empty()) {
        (true, _) => format!("the policy is that of {base}\n"),
        (false, true) => format!("the policy says what that of {base} says, in another form\n"),
        (false, false) => format!("the policy changed since {base}:\n{said}"),
    };
    let is_fault = exit_code && !is_equal;
    Ok((answer, if is_fault { Verdict::Fail } else { Verdict::Pass }))
}

fn new(arguments: &PolicyNewArgs, context: &Context) -> Result<Answer, Problem> {
    if context.repository.has_policy()? {
        return Err(Problem::new("usage", "there is a policy already")
            .file(file(context))
            .remedy("edit it; sealgate policy diff shows the change, and it needs a grant"));
    }
    let keys = arguments.approver.iter().map(|approver| key(approver, context));
    let keys = keys.collect::<Result<Vec<Key>, Problem>>()?;
    let mut approvers: Vec<String> = keys.iter().map(|key| key.principal.clone()).collect();
    approvers.sort();
    let threshold = arguments.threshold.unwrap_or(approvers.len() / 2 + 1);
    let rule = |action: &str, scope| Rule {
        action: action.to_owned(),
        scope,
        approvers: approvers.clone(),
        procedure: Procedure::Usual,
        threshold,
        evidence: None,
    };
    let environment = |name: &String| Environment {
        name: name.clone(),
        branches: vec![arguments.branch.clone()],
        enforced: true,
        blockers: None,
        blocked_by: Vec::new(),
    };
    let policy = Policy {
        repository: arguments.repository.clone(),
        max_grant_hours: arguments.hours,
        ledger: None,
        words: Vec::new(),
        keys,
        rules: vec![
            rule(POLICY_UPDATE, RuleScope::Policy),
            rule(RESEAL, RuleScope::Seals(vec!["*".to_owned()])),
        ],
        environments: arguments.environment.iter().map(environment).collect(),
        revoked: Vec::new(),
    };
    // Sorted and checked by the reader, as any policy that a person wrote.
    let policy = Policy::loose(policy.to_text().as_bytes()).map_err(|error| {
        Problem::new("usage", format!("that would be no policy: {error}"))
            .remedy("correct the options that it is made of")
    })?;
    let text = policy.to_text();
    write(context, &text)?;
    let digest = Digest::of(text.as_bytes());
    Ok(passed(format!(
        "wrote {}: {threshold} of {} approve a change of a seal or of the policy\nits digest is \
         {digest}; tell it to those who must trust it\nreview it, and commit it: git add -- {}\n",
        file(context),
        text::count(approvers.len(), "person", "people"),
        file(context)
    )))
}

/// The key of `PRINCIPAL=FILE`.
fn key(approver: &str, context: &Context) -> Result<Key, Problem> {
    let usage = |why: String| {
        Problem::new("usage", format!("--approver {approver}: {why}"))
            .remedy("write PRINCIPAL=FILE, such as ada@example.org=ada.pub")
    };
    let (principal, path) =
        approver.split_once('=').ok_or_else(|| usage("it has no =".to_owned()))?;
    let bytes = read_named(&context.path(Path::new(path)), MAX_KEY_BYTES)
        .map_err(|fault| usage(fault.to_string()))?;
    let line = String::from_utf8_lossy(&bytes).into_owned();
    let line: Vec<&str> = line.split_whitespace().take(2).collect();
    let public = PublicKey::parse(&line.join(" ")).map_err(|fault| usage(fault.to_string()))?;
    let name = principal.split('@').next().unwrap_or_default().to_ascii_lowercase();
    let name = name.replace(|other: char| !other.is_ascii_alphanumeric(), "-");
    let principal = principal.to_owned();
    Ok(Key { name, principal, public, not_after: None, touch: false })
}
