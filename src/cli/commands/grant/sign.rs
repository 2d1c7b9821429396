//! `grant sign`: shows what a grant permits, asks, and lets `ssh-keygen` sign it.

use std::io::{BufRead as _, IsTerminal as _};

use sealgate_core::approval::{GrantFile, NAMESPACE, verify};
use sealgate_core::text::problem::{Problem, in_words};

use super::super::Context;
use super::opened::{chosen, unclear};
use super::{Choice, Opened, write};
use crate::cli::args::GrantSignArgs;
use crate::ops::authorize::check_ancestry;
use crate::ops::authorize::signing::sign;
use crate::report::quote;
use crate::tree::{ApprovalFiles, CommitTree};

/// The digits of a whole id.
const ID_DIGITS: usize = 64;

/// Whether a person wants the signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Consent {
    /// They said so on the command line: by `--yes`, or by the whole id of the grant.
    Given,
    /// They are asked at the terminal.
    Asked,
    /// Nobody can be asked.
    Missing,
}

pub(super) fn run(arguments: &GrantSignArgs, context: &Context) -> Result<String, Problem> {
    let base = CommitTree::open(&context.repository, &arguments.between.base)?;
    check_ancestry(&CommitTree::open(&context.repository, "HEAD")?, &base)?;
    let files = [base.approval_files()?, context.repository.approval_files()?];
    let meant = meant(arguments, &files)?;
    let consents: Vec<Consent> = meant.iter().map(|(_, consent)| *consent).collect();
    if arguments.ids.is_empty() && consents.len() > 1 && consents.contains(&Consent::Missing) {
        return waiting(&meant, arguments, &files, context);
    }
    let mut answer = String::new();
    for (file, consent) in meant {
        let opened = open(arguments, &files, file, context)?;
        answer += &signed(&opened, consent, arguments, context)?;
    }
    Ok(answer)
}

/// The grants that are meant, and whether a person wants each signed.
fn meant(
    arguments: &GrantSignArgs,
    files: &[ApprovalFiles; 2],
) -> Result<Vec<(GrantFile, Consent)>, Problem> {
    let is_terminal = std::io::stdin().is_terminal();
    let consent = |id: Option<&str>| match id {
        _ if arguments.yes => Consent::Given,
        _ if is_terminal => Consent::Asked,
        Some(id) if id.len() == ID_DIGITS => Consent::Given,
        _ => Consent::Missing,
    };
    if arguments.ids.is_empty() {
        let new = chosen(Choice::New, files);
        if new.is_empty() {
            return Err(unclear(Choice::New));
        }
        return Ok(new.into_iter().map(|file| (file, consent(None))).collect());
    }
    let named = |id: &String| {
        let choice = Choice::Named(id);
        let mut chosen = chosen(choice, files);
        match (chosen.pop(), chosen.is_empty()) {
            (Some(file), true) => Ok((file, consent(Some(id)))),
            _ => Err(unclear(choice)),
        }
    };
    arguments.ids.iter().map(named).collect()
}

fn open<'r>(
    arguments: &GrantSignArgs,
    files: &[ApprovalFiles; 2],
    file: GrantFile,
    context: &'r Context,
) -> Result<Opened<'r>, Problem> {
    let base = CommitTree::open(&context.repository, &arguments.between.base)?;
    Opened::new(base, files.clone(), file, arguments.between.plan.as_deref(), context)
}

/// What several grants permit, and the command that signs them: without a terminal nobody can be asked.
fn waiting(
    meant: &[(GrantFile, Consent)],
    arguments: &GrantSignArgs,
    files: &[ApprovalFiles; 2],
    context: &Context,
) -> Result<String, Problem> {
    let mut answer = String::new();
    for (file, _) in meant {
        answer += &open(arguments, files, file.clone(), context)?.words();
        answer.push('\n');
    }
    let ids: Vec<&str> = meant.iter().map(|(file, _)| &*file.id).collect();
    let command = command(&ids, arguments, context);
    Ok(format!(
        "{answer}NOTHING WAS SIGNED: {} grants wait for a signature. To sign them all: {command}\n",
        ids.len()
    ))
}

fn command(ids: &[&str], arguments: &GrantSignArgs, context: &Context) -> String {
    let (program, ids) = (context.invocation.sealgate(), ids.join(" "));
    let base = quote(arguments.between.base.as_bytes());
    let key = quote(arguments.key.as_os_str().as_encoded_bytes());
    format!("{program} grant sign {ids} --base {base} --key {key}")
}

fn signed(
    opened: &Opened<'_>,
    consent: Consent,
    arguments: &GrantSignArgs,
    context: &Context,
) -> Result<String, Problem> {
    context.terminal.answer(opened.words().as_bytes())?;
    if let Some(problem) = opened.unsignable()? {
        return Err(problem);
    }
    let is_wanted = match consent {
        Consent::Given => true,
        Consent::Asked => ask(context)?,
        Consent::Missing => {
            let command = command(&[&opened.file.id], arguments, context);
            let message = "nothing was signed: nobody can be asked, because stdin is no terminal";
            return Err(Problem::new("confirmation-missing", message)
                .remedy(format!("read what it permits, then name it by its whole id: {command}")));
        }
    };
    if !is_wanted {
        return Ok("not signed\n".to_owned());
    }
    let signature = sign(&opened.file.bytes, &context.path(&arguments.key), NAMESPACE)?;
    // A key that the new policy brings signs an update too.
    let next = opened.next();
    let keys = opened.policy.keys.iter().chain(next.iter().flat_map(|next| &next.keys));
    let by = verify(&signature, &opened.file.bytes, keys).map_err(|fault| {
        Problem::new("signature-invalid", format!("the signature would not count: {fault}"))
            .remedy("sign with a key that the policy has")
    })?;
    let rules = opened.rules();
    if !rules.iter().any(|(_, rule)| rule.approvers.contains(&by.principal)) {
        let (action, of) = (&opened.grant.action, opened.grant.subject.words());
        let message = format!("{} is no approver of {action} of {of}", by.principal);
        return Err(Problem::new("signer-no-approver", message)
            .remedy("nothing was signed; let one who approves it sign"));
    }
    let name = format!("grants/{}.{}.sig", opened.file.id, by.name);
    let file = write(context, &name, &signature)?;
    Ok(format!("\nsigned by {}: {file}\n", by.principal))
}

/// Asks at the terminal whether to sign what was shown.
fn ask(context: &Context) -> Result<bool, Problem> {
    context.terminal.say("Sign this? Type yes, and Enter:");
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).map_err(|error| {
        Problem::new("confirmation-missing", format!("the terminal: {}", in_words(&error)))
            .remedy("name the grant by its whole id, and pass --yes")
    })?;
    Ok(line.trim() == "yes")
}
