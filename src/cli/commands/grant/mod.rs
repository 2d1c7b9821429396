//! `grant`: writes, shows, signs and verifies permissions. What a grant permits is told in words, from git,
//! before anybody signs it.

use std::collections::HashSet;
use std::fmt::Write as _;

use sealgate_core::approval::{
    Authorised, Commands, Demand, Facts, Grant, GrantFile, Moment, NAMESPACE, Subject, decide,
    verify,
};
use sealgate_core::compare::verdict::Verdict;
use sealgate_core::seal::entry::Digest;
use sealgate_core::text::escape::printable_str;
use sealgate_core::text::problem::{Problem, in_words};

use super::check::authority::{now, plan_digest};
use super::{Context, Outcome, refuse_in_ci};
use crate::cli::args::{Between, GrantArgs, GrantCommand, GrantNewArgs};
use crate::ops::authorize::signing::sign;
use crate::ops::authorize::{Described, base_policy, described, policy_of};
use crate::tree::{ApprovalFiles, CommitTree};

pub(super) fn run(command: &GrantCommand, context: &Context) -> Outcome {
    let said = match command {
        GrantCommand::New(arguments) => {
            refuse_in_ci("sealgate grant new", None)?;
            new(arguments, context)
        }
        GrantCommand::Show(arguments) => {
            Opened::new(arguments, context).map(|opened| opened.words())
        }
        GrantCommand::Sign { grant, key } => {
            refuse_in_ci("sealgate grant sign", None)?;
            signed(grant, &context.path(key), context)
        }
        GrantCommand::Verify(arguments) => return verified(arguments, context),
        GrantCommand::List => list(context),
    };
    let said = said.map_err(|problem| vec![problem])?;
    context.terminal.answer(said.as_bytes()).map_err(|problem| vec![problem])?;
    Ok(Verdict::Pass)
}

/// A grant of the working tree, and the change that it permits.
struct Opened {
    /// The policy and the grants of the base, and those here.
    approval_files: [ApprovalFiles; 2],
    file: GrantFile,
    grant: Grant,
    words: String,
}

impl Opened {
    fn new(arguments: &GrantArgs, context: &Context) -> Result<Self, Problem> {
        let repository = &context.repository;
        let base = CommitTree::open(repository, &arguments.between.base)?;
        let approval_files = [base.approval_files()?, repository.approval_files()?];
        let file = chosen(arguments.id.as_deref(), &approval_files)?;
        let grant = Grant::read(&file.bytes).map_err(|error| {
            Problem::new("grant-invalid", error.to_string()).remedy("make a new one")
        })?;
        if Digest::of(&file.bytes).to_string() != file.id {
            let message = "the name of the file is not its digest: it was changed since";
            return Err(Problem::new("grant-invalid", message)
                .file(format!("{}.toml", file.id))
                .remedy("do not sign it; make a new one"));
        }
        let plan = plan(&arguments.between, context)?;
        let changes = described(repository, &base, &grant.action, &grant.subject, plan)?;
        let change = changes.into_iter().find(|there| there.change == grant.change);
        let words = change.map(|there| there.words).ok_or_else(|| {
            let message = "the grant permits a change that is not the one between base and here";
            Problem::new("grant-other-change", message)
                .remedy("do not sign it: nobody can tell what it permits; make a new one")
        })?;
        Ok(Self { approval_files, file, grant, words })
    }

    fn words(&self) -> String {
        let Grant { repository, action, subject, not_before, not_after, reason, .. } = &self.grant;
        let evidence = self.grant.evidence.map_or("none".to_owned(), |digest| digest.to_string());
        let (repository, reason) = (printable_str(repository), printable_str(reason));
        format!(
            "grant {}\n  permits {action} of {}, in {repository}\n  from {not_before} until \
             {not_after}\n  because {reason}\n  evidence: {evidence}\n\n{}",
            self.file.id,
            subject.words(),
            self.words
        )
    }
}

/// The one grant of the working tree that `id` begins; without an id, the one that the base has not.
fn chosen(id: Option<&str>, [base, here]: &[ApprovalFiles; 2]) -> Result<GrantFile, Problem> {
    let spent: HashSet<&str> = base.grants.iter().map(|there| &*there.id).collect();
    let meant = |file: &&GrantFile| match id {
        Some(id) => file.id.starts_with(id),
        None => !spent.contains(&*file.id),
    };
    let mut fitting = here.grants.iter().filter(meant);
    if let (Some(file), None) = (fitting.next(), fitting.next()) {
        return Ok(file.clone());
    }
    let message = id.map_or_else(
        || "there is no grant here that the base has not, or there are several".to_owned(),
        |id| format!("{id} is the beginning of no grant here, or of several"),
    );
    Err(Problem::new("grant-unknown", message)
        .remedy("name one that is here by its id: sealgate grant list shows them"))
}

fn new(arguments: &GrantNewArgs, context: &Context) -> Result<String, Problem> {
    let repository = &context.repository;
    let base = CommitTree::open(repository, &arguments.between.base)?;
    let policy = policy_of(&base)?;
    let subject = match (&arguments.seal, &arguments.environment) {
        (Some(seal), _) => Subject::Seal(seal.clone()),
        (None, Some(environment)) => Subject::Environment(environment.clone()),
        (None, None) => Subject::Policy,
    };
    let plan = plan(&arguments.between, context)?;
    let changes = described(repository, &base, &arguments.action, &subject, plan)?;
    let meant = |there: &Described| there.blocker == arguments.blocker;
    let change = changes.into_iter().find(meant).ok_or_else(|| {
        Problem::new("usage", "it is not clear which item of the blocker map is closed")
            .remedy("name one that changed: --blocker ITEM")
    })?;
    let not_before = now()?;
    let hours = arguments.hours.unwrap_or(policy.max_grant_hours).min(policy.max_grant_hours);
    let not_after = Moment::from_seconds(not_before.seconds() + u64::from(hours) * 3_600);
    let evidence = arguments.evidence.as_ref().map(|text| {
        Digest::from_hex(text.as_bytes()).ok_or_else(|| {
            Problem::new("usage", format!("--evidence {text}: a digest is 64 digits of 0-9a-f"))
                .remedy("b3sum prints one")
        })
    });
    let grant = Grant {
        repository: policy.repository.clone(),
        policy: policy.digest(),
        action: arguments.action.clone(),
        subject,
        change: change.change,
        not_before,
        not_after: not_after.unwrap_or(not_before),
        evidence: evidence.transpose()?,
        reason: arguments.reason.clone(),
    };
    let text = grant.to_text();
    Grant::read(text.as_bytes()).map_err(|error| {
        Problem::new("usage", format!("that is no grant: {error}")).remedy("say it otherwise")
    })?;
    let file = write(context, &format!("{}.toml", grant.id()), text.as_bytes())?;
    let id = &grant.id().to_string()[..10];
    Ok(format!(
        "{}\nwrote {file}\nto sign it: sealgate grant sign {id} --base {} --key FILE\n",
        change.words, arguments.between.base
    ))
}

fn write(context: &Context, name: &str, bytes: &[u8]) -> Result<String, Problem> {
    let seals = context.repository.seals().as_str();
    let file = format!("{seals}/grants/{name}");
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

fn plan(between: &Between, context: &Context) -> Result<Option<Digest>, Problem> {
    between.plan.as_deref().map(|path| plan_digest(path, context)).transpose()
}

fn signed(
    arguments: &GrantArgs,
    key: &std::path::Path,
    context: &Context,
) -> Result<String, Problem> {
    let opened = Opened::new(arguments, context)?;
    let [base, here] = &opened.approval_files;
    let policy = base_policy(base, &arguments.between.base)?;
    context.terminal.answer(opened.words().as_bytes())?;
    let signature = sign(&opened.file.bytes, key, NAMESPACE)?;
    // A key that the new policy brings signs an update too.
    let next = here.policy.as_ref();
    let next = next.and_then(|bytes| sealgate_core::approval::Policy::read(bytes).ok());
    let keys = policy.keys.iter().chain(next.iter().flat_map(|next| &next.keys));
    let by = verify(&signature, &opened.file.bytes, keys).map_err(|fault| {
        Problem::new("signature-invalid", format!("the signature would not count: {fault}"))
            .remedy("sign with a key that the policy has")
    })?;
    let file = write(context, &format!("{}.{}.sig", opened.file.id, by.name), &signature)?;
    Ok(format!("\nsigned by {}: {file}\n", by.principal))
}

fn verified(arguments: &GrantArgs, context: &Context) -> Outcome {
    let one = |problem| vec![problem];
    let opened = Opened::new(arguments, context).map_err(one)?;
    match judged(&opened, &arguments.between.base).map_err(one)? {
        Ok(Authorised { grant, principals }) => {
            let said = format!("the grant {grant} counts: {}\n", principals.join(" and "));
            context.terminal.answer(said.as_bytes()).map_err(one)?;
            Ok(Verdict::Pass)
        }
        Err(problem) => {
            context.terminal.complain([&problem]);
            Ok(Verdict::Refused)
        }
    }
}

fn judged(opened: &Opened, base_name: &str) -> Result<Result<Authorised, Problem>, Problem> {
    let [base, here] = &opened.approval_files;
    let policy = base_policy(base, base_name)?;
    let next = here.policy.as_ref().filter(|next| Some(*next) != base.policy.as_ref());
    let next = next
        .map(|bytes| crate::ops::authorize::read_policy(bytes, "the new policy"))
        .transpose()?;
    let facts = Facts {
        now: now()?,
        policy: &policy,
        next: next.as_ref(),
        stopping: &[],
        older: &[],
        commands: Commands { program: "sealgate", base: "base" },
        base: &base.grants,
        // The others have nothing to say about this one; and this one is what was read.
        judged: std::slice::from_ref(&opened.file),
    };
    let Grant { action, subject, change, .. } = &opened.grant;
    let demand = Demand { action: action.clone(), subject: subject.clone(), change: *change };
    Ok(decide(&demand, &facts))
}

fn list(context: &Context) -> Result<String, Problem> {
    let now = now()?;
    let mut said = String::new();
    for file in context.repository.approval_files()?.grants {
        let short = &file.id[..file.id.len().min(10)];
        // Writing to a string cannot fail.
        let _ = match Grant::read(&file.bytes) {
            Err(error) => {
                writeln!(said, "{short}  no grant: {}", printable_str(&error.to_string()))
            }
            Ok(grant) => {
                let expired = if now < grant.not_after { "until" } else { "expired at" };
                let names: Vec<_> = file.signatures.iter().map(|sig| &*sig.name).collect();
                let names = if names.is_empty() { "nobody".to_owned() } else { names.join(", ") };
                let (of, end) = (grant.subject.words(), grant.not_after);
                writeln!(
                    said,
                    "{short}  {} of {of}, {expired} {end}, signed by {names}",
                    grant.action
                )
            }
        };
    }
    Ok(if said.is_empty() { "there are no grants\n".to_owned() } else { said })
}
