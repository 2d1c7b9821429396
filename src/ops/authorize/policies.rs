//! Which policy judges, and what a change of the policy itself demands.

use sealgate_core::approval::change::of_policy;
use sealgate_core::approval::{Authorised, Decider, Demand, POLICY_UPDATE, Policy, Subject};
use sealgate_core::seal::entry::Digest;
use sealgate_core::text::problem::Problem;

use crate::tree::{ApprovalFiles, CommitTree, Workspace};

/// The policy and the grants of `commit`, or of the working tree.
pub fn approval_files(
    repository: &Workspace,
    commit: Option<&CommitTree<'_>>,
) -> Result<ApprovalFiles, Problem> {
    commit.map_or_else(|| repository.approval_files(), CommitTree::approval_files)
}

/// The bytes of the policy that judges, and their digest: that of the base, or a first one that is named
/// from outside.
pub(super) fn policy_bytes<'p>(
    base: &'p ApprovalFiles,
    judged: &'p ApprovalFiles,
    named: Option<Digest>,
) -> Result<(&'p [u8], Digest), Problem> {
    let bytes = base.policy.as_ref().or(judged.policy.as_ref()).ok_or_else(|| {
        Problem::new("policy-missing", "there is no policy, and --policy-digest names one")
            .remedy("commit the policy that has this digest")
    })?;
    let digest = Digest::of(bytes);
    match named {
        Some(named) if named != digest => {
            let message = format!("the policy has the digest {digest}; --policy-digest is {named}");
            Err(Problem::new("policy-digest-differs", message)
                .file("policy.toml")
                .remedy("find out who changed which of the two: sealgate policy digest"))
        }
        _ => Ok((bytes, digest)),
    }
}

/// Reads a policy; one that is not sound refuses everything.
pub fn read_policy(bytes: &[u8], whose: &str) -> Result<Policy, Problem> {
    Policy::read(bytes).map_err(|error| {
        Problem::new("policy-invalid", format!("{whose}: {error}")).remedy(
            "sealgate policy check shows what is wrong; until it is fixed, nothing is authorised",
        )
    })
}

/// Another policy than that of the base holds under both.
pub(super) fn update(
    decider: &Decider<'_>,
    old: Digest,
    new: Option<&[u8]>,
) -> Result<Authorised, Problem> {
    let bytes = new.ok_or_else(|| {
        Problem::new("policy-deleted", "the policy of the base is gone")
            .file("policy.toml")
            .remedy("put it back: a policy is changed by a signed policy-update, and never removed")
    })?;
    let about = |problem: Problem| problem.file("policy.toml");
    let next = read_policy(bytes, "the new policy").map_err(about)?;
    let change = of_policy(&old, &Digest::of(bytes)).digest;
    let demand = Demand { action: POLICY_UPDATE.to_owned(), subject: Subject::Policy, change };
    decider.decide_update(&demand, &next).map_err(about)
}
