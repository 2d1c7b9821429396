//! What a grant for an action is bound to: the files of one commit, and one plan.

use super::grant::Grant;
use crate::seal::entry::Digest;
use crate::text::problem::Problem;

/// The longest plan that a grant states, in bytes: people read it before they sign.
pub const MAX_PLAN_BYTES: u64 = 64 << 10;

/// What an action is done with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// The id, in hex, of the judged commit's tree without the directories of grants and of evidence. A
    /// grant lies in the tree, so it cannot name the whole of it.
    pub tree: String,
    /// The plan that the action follows, if it follows one.
    pub plan: Option<Plan>,
}

/// A plan: a text that people read, and that a command follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The digest of the text.
    pub digest: Digest,
    /// The text.
    pub text: String,
}

impl Plan {
    /// The plan with these bytes; `None` if they are not text.
    #[must_use]
    pub fn of(bytes: Vec<u8>) -> Option<Self> {
        let digest = Digest::of(&bytes);
        String::from_utf8(bytes).ok().map(|text| Self { digest, text })
    }
}

/// Holds `grant`, which is for an action, against the `tree` and the `plan` of the action.
///
/// # Errors
///
/// The grant is bound to nothing, to other files, or to another plan.
pub fn check_bound(grant: &Grant, tree: &str, plan: Option<&Digest>) -> Result<(), Problem> {
    let id = &grant.id().to_string()[..10];
    let refused = |code, message: String| {
        Err(Problem::new(code, message)
            .remedy("make a new one on the commit that is judged: sealgate grant new"))
    };
    let Some(bound) = &grant.binding else {
        let message = format!("the grant {id} names no subject, so it could be for any commit");
        return refused("grant-unbound", message);
    };
    if bound.tree != tree {
        let message = format!(
            "the grant {id} is for other files: its subject is {}, and that of the commit is {tree}",
            bound.tree
        );
        return refused("grant-other-change", message);
    }
    if bound.plan.as_ref().map(|plan| &plan.digest) != plan {
        let message = format!("the grant {id} is for another plan than the one of --plan");
        return refused("grant-other-change", message);
    }
    Ok(())
}
