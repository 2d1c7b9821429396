//! `policy`: is it sound, its digest, and its keys for OpenSSH.

use sealgate_core::approval::Policy;
use sealgate_core::compare::verdict::Verdict;
use sealgate_core::seal::entry::Digest;
use sealgate_core::text::problem::Problem;

use super::{Context, Outcome};
use crate::cli::args::PolicyCommand;
use crate::report::text;

pub(super) fn run(command: &PolicyCommand, context: &Context) -> Outcome {
    let one = |problem: Problem| vec![problem];
    let file = format!("{}/policy.toml", context.repository.seals().as_str());
    let bytes = context.repository.approval_files().map_err(one)?.policy.ok_or_else(|| {
        one(Problem::new("policy-missing", "there is no policy")
            .file(&*file)
            .remedy("write one: docs/approvals.md shows how"))
    })?;
    let policy = Policy::read(&bytes).map_err(|error| {
        one(Problem::new("policy-invalid", error.to_string())
            .file(&*file)
            .remedy("write it as the message says; nothing is authorised until then"))
    })?;
    let said = match command {
        PolicyCommand::Digest => format!("{}\n", Digest::of(&bytes)),
        PolicyCommand::ExportAllowedSigners => policy.allowed_signers(),
        PolicyCommand::Check => format!(
            "the policy of {} is sound: {}, {}, {}\n",
            policy.repository,
            text::count(policy.keys.len(), "key", "keys"),
            text::count(policy.rules.len(), "rule", "rules"),
            text::count(policy.environments.len(), "environment", "environments"),
        ),
    };
    context.terminal.answer(said.as_bytes()).map_err(one)?;
    Ok(Verdict::Pass)
}
