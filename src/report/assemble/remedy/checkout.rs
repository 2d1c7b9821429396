//! What git has checked out, as far as advice depends on it.

use std::collections::{BTreeMap, BTreeSet};

/// What git has checked out. The default is that nothing is known of it.
#[derive(Debug, Clone, Default)]
pub struct Checkout {
    /// The id of HEAD, in hex.
    pub head: Option<String>,
    /// What is known of the bytes that commits hold in the place of sealed ones, by the name of the seal.
    pub committed: BTreeMap<String, CommittedDrift>,
    /// The seals whose files in the working tree are others than those that judged.
    pub other_seals: BTreeSet<String>,
    /// The seals with rewritten line endings in a root of which the attributes let git rewrite none.
    pub exact_lines: BTreeSet<String>,
    /// The seals with findings in files that git was told not to look at.
    pub unwatched: BTreeSet<String>,
    /// Whether a mode was found that git does not look at here (`core.fileMode`).
    pub modes_unseen: bool,
}

/// Bytes that a seal does not approve and that are in a commit: restoring from HEAD does not help.
#[derive(Debug, Clone, Default)]
pub struct CommittedDrift {
    /// The abbreviated id of the commit that has the sealed bytes, if it was found.
    pub sealed_in: Option<String>,
}
