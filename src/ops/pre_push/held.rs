//! What a push does to the seals that the remote has. A change of what they cover is how something is
//! hidden from the hook, so it stops the push, as a check with `--base` would fail.

use sealgate_core::compare::changes::{OnReseal, Reseal, Stated};
use sealgate_core::text::problem::Problem;
use sealgate_git::Oid;

use crate::ops::check::review::Review;
use crate::tree::Snapshot;

/// A seal that no longer covers what it covers on the remote.
#[derive(Debug, PartialEq, Eq)]
pub struct ScopeChanged {
    /// The ref.
    pub name: String,
    /// What the remote has there.
    pub before: Oid,
    /// Whether the remote's commit has a policy: then CI asks for a grant, and the push goes on.
    pub under_policy: bool,
    /// What became of the seal.
    pub reseal: Reseal,
}

/// The seals `now` of the commit `pushed` that do not cover what those of `before` cover, which the
/// remote has at the ref `name`.
pub(super) fn scope_changes(
    name: &str,
    before: &Snapshot<'_>,
    pushed: &Snapshot<'_>,
    now: &[Stated<'_>],
) -> Result<Vec<ScopeChanged>, Problem> {
    if before.has_same_seals(pushed) {
        return Ok(Vec::new());
    }
    let reseals = Review::new(before, now, &[], OnReseal::Entries)?.reseals();
    let refused = reseals.into_iter().filter(|reseal| !reseal.allowed);
    let changed = refused.map(|reseal| ScopeChanged {
        name: name.to_owned(),
        before: *before.oid(),
        under_policy: before.has_policy(),
        reseal,
    });
    Ok(changed.collect())
}
