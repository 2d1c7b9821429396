//! The first policy of a repository: no grant permits it, so a person must hear of it.

use sealgate_core::approval::Policy;
use sealgate_core::seal::entry::Digest;
use sealgate_core::text::problem::Problem;

use super::Question;
use crate::report::{Notice, text};
use crate::tree::{CommitTree, Workspace};

/// A notice, if what is judged has a policy and its base has none.
///
/// # Errors
///
/// The policy is older than what is judged, so the base was taken from before the policy.
pub(super) fn announced(
    repository: &Workspace,
    question: &Question<'_>,
) -> Result<Option<Notice>, Problem> {
    let bytes = match question.judged {
        Some(commit) => commit.policy()?,
        None if !repository.has_policy()? => None,
        None => repository.approval_files()?.policy,
    };
    let Some(bytes) = bytes else { return Ok(None) };
    let digest = Digest::of(&bytes);
    let head;
    let commit = if let Some(judged) = question.judged {
        judged
    } else {
        head = CommitTree::open(repository, "HEAD")?;
        &head
    };
    if let Some(parent) = commit.parents().first()
        && commit.oid() != question.base.oid()
        && parent != question.base.oid()
        && CommitTree::of(repository, &parent.to_string(), parent)?.has_policy()
    {
        return Err(before_policy(question, &digest));
    }
    let what = match Policy::read(&bytes) {
        Ok(policy) => format!(
            "{} and {}",
            text::count(policy.keys.len(), "key", "keys"),
            text::count(policy.rules.len(), "rule", "rules")
        ),
        Err(_) => "a text that is no sound policy".to_owned(),
    };
    let message = format!(
        "this change brings the first policy, {what}, and no grant permits it: from then on it \
         decides. Its digest is {digest}; compare it with the digest that its owners name"
    );
    Ok(Some(Notice::new("first-policy", message)))
}

fn before_policy(question: &Question<'_>, digest: &Digest) -> Problem {
    let base = question.base.given();
    let message = format!(
        "the base {base} has no policy, and the commit before what is judged has one: the base is \
         older than the policy"
    );
    let program = question.program;
    Problem::new("base-before-policy", message).remedy(format!(
        "name a newer base; or name the policy from outside, if its owners confirm the digest: \
         {program} check --base {} --policy-digest {digest}",
        crate::report::quote(base.as_bytes())
    ))
}
