//! How much one commit may name, and how much of it is looked at: a few small trees that name each other
//! can stand for any number of paths.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use sealgate_core::compare::inventory::Extent;
use sealgate_core::seal::exclude::Scope;
use sealgate_git::ObjectError;

/// How many paths may be in scope beyond twice those that the seal states, and how many bytes they may
/// have together. A few small trees can name more paths than there are atoms, and each one that is kept
/// is a finding: what nobody approved must not fill the memory.
pub(super) const MORE_PATHS: usize = 150_000;
pub(super) const MORE_BYTES: usize = 32 << 20;

/// How much work it may be to look at the names of a commit, in all walks together: for each name the
/// bytes of its path and a constant, more where many patterns are asked.
const MAX_WORK: u64 = 1 << 30;
const WORK_OF_NAME: u64 = 64;
const PATTERNS_OF_WORK: usize = 64;

/// Why the inventory of a commit could not be taken.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// An object is missing, or not what it should be.
    #[error("{path}: {error}")]
    Object {
        /// The path whose object it is; empty for the root.
        path: String,
        /// What is wrong with it.
        error: ObjectError,
    },
    /// More paths than are needed to see that this is not what was sealed.
    #[error("more than {0} paths are in scope, and the seal states {1}")]
    TooMany(usize, usize),
    /// The same, counted by the length of the paths.
    #[error("the paths in scope have more than {0} bytes together, and those of the seal {1}")]
    TooLong(usize, usize),
    /// More paths differ than can be told one by one.
    #[error(
        "more than {0} paths differ from what is sealed, or they have more than {1} bytes together"
    )]
    TooDifferent(usize, usize),
    /// Too many names were looked at, in scope or not.
    #[error("the trees of this commit name more paths than one check looks at")]
    TooMuch,
}

/// How many paths of a commit may differ from what is sealed, and how many bytes they may have together,
/// under all seals. Each becomes a finding, which takes some hundred times the memory of its name.
const MAX_DIFFERING: Extent = Extent { paths: 200_000, bytes: 32 << 20 };

/// How much may still be looked at, and be found, in a commit, by all who walk through it.
#[derive(Debug)]
pub struct Work {
    left: AtomicU64,
    differing: Mutex<Extent>,
}

impl Default for Work {
    fn default() -> Self {
        Self { left: AtomicU64::new(MAX_WORK), differing: Mutex::default() }
    }
}

impl Work {
    /// Counts the paths that differ from what a seal states.
    ///
    /// # Errors
    ///
    /// With those of other seals they are too many.
    pub fn count_differing(&self, more: Extent) -> Result<(), CommitError> {
        let mut differing = self.differing.lock().unwrap_or_else(PoisonError::into_inner);
        differing.paths += more.paths;
        differing.bytes += more.bytes;
        let Extent { paths, bytes } = MAX_DIFFERING;
        if differing.paths > paths || differing.bytes > bytes {
            return Err(CommitError::TooDifferent(paths, bytes));
        }
        Ok(())
    }

    /// How much work was done.
    pub(super) fn done(&self) -> u64 {
        MAX_WORK.saturating_sub(self.left.load(Ordering::Relaxed))
    }

    /// Takes the work of looking at a path of `length` bytes.
    pub(super) fn spend(&self, length: usize, scope: &Scope) -> Result<(), CommitError> {
        let patterns = 1 + scope.patterns().len() / PATTERNS_OF_WORK;
        let cost = (WORK_OF_NAME + length as u64) * patterns as u64;
        let take = |left: u64| left.checked_sub(cost);
        let taken = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take);
        taken.map(|_| ()).map_err(|_| CommitError::TooMuch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_counted_under_all_seals_by_number_and_by_length() {
        let work = Work::default();
        let half = Extent { paths: MAX_DIFFERING.paths / 2, bytes: MAX_DIFFERING.bytes / 2 };
        work.count_differing(half).unwrap();
        work.count_differing(half).unwrap();
        assert!(work.count_differing(Extent { paths: 1, bytes: 0 }).is_err());
        let work = Work::default();
        assert!(work.count_differing(Extent { paths: 1, bytes: MAX_DIFFERING.bytes + 1 }).is_err());
    }

    #[test]
    fn looking_at_a_name_costs_its_length_and_more_with_many_patterns() {
        let spent = |path: &[u8], patterns: usize| {
            let work = Work::default();
            let patterns = (0..patterns).map(|number| format!("/{number}")).collect();
            work.spend(path.len(), &Scope::new(patterns).unwrap()).unwrap();
            MAX_WORK - work.left.into_inner()
        };
        assert_eq!(spent(b"", 0), WORK_OF_NAME);
        assert_eq!(spent(&[b'x'; 1_000], 0), WORK_OF_NAME + 1_000);
        assert_eq!(spent(&[b'x'; 1_000], 2 * PATTERNS_OF_WORK), 3 * (WORK_OF_NAME + 1_000));
    }
}
