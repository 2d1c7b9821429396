//! A part of a seal that is taken anew, while the rest stays.

use sealgate_core::compare::inventory::ScanError;
use sealgate_core::compare::is_left_out;
use sealgate_core::seal::exclude::Scope;
use sealgate_core::seal::path::is_below;
use sealgate_core::seal::{Seal, SealedEntry};

/// A part of a seal that is to be taken anew.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    /// What it is, in the language of `exclude`.
    pub only: &'a Scope,
    /// The seal that keeps the rest.
    pub old: &'a Seal,
}

impl Part<'_> {
    /// Whether the part cannot be told because of `trouble` at `path`: below a directory that cannot be
    /// listed, an entry would seem to be gone.
    pub(super) fn concerns(self, path: &[u8], trouble: &ScanError) -> bool {
        let is_lost = |sealed: &SealedEntry| {
            is_below(sealed.path.as_bytes(), path)
                && !is_left_out(self.only, sealed.path.as_bytes())
        };
        !is_left_out(self.only, path) || trouble.directory && self.old.entries.iter().any(is_lost)
    }
}
