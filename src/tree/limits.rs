//! How much of seals is read in one run. One small blob, or one file with many hard links, can stand in
//! the seals directory under any number of names.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use sealgate_core::seal::{MAX_SEAL_BYTES, SealName};
use sealgate_core::text::problem::Problem;

/// How many names the seals directory may hold.
pub(super) const MAX_NAMES: usize = 32_768;

/// How much of all seals is read, in bytes: as much as one seal may have.
const MAX_BYTES: u64 = MAX_SEAL_BYTES;

/// The code of the error that all seals together are too long.
pub const SEALS_TOO_LARGE: &str = "seals-too-large";

/// The longest seal that is read as any TOML, and how much is read so in one run, in bytes. It takes some
/// fifty times the memory of the text.
const MAX_LENIENT: usize = 8 << 20;
const MAX_LENIENT_TOGETHER: usize = 16 << 20;

/// The seals that were read from one place, each counted once.
#[derive(Debug, Default)]
pub(super) struct SealsRead(Mutex<Counted>);

#[derive(Debug, Default)]
struct Counted {
    names: HashSet<SealName>,
    bytes: u64,
}

impl SealsRead {
    /// Whether the seal `name` may be read: it was read before, or not too much was read yet.
    pub(super) fn check(&self, name: &SealName) -> Result<(), Problem> {
        let counted = self.counted();
        if counted.bytes <= MAX_BYTES || counted.names.contains(name) {
            return Ok(());
        }
        Err(too_large())
    }

    /// Counts the seal `name` of `length` bytes; that all of them are too long is an error.
    pub(super) fn count(&self, name: &SealName, length: u64) -> Result<(), Problem> {
        let mut counted = self.counted();
        if counted.names.contains(name) {
            return Ok(());
        }
        counted.bytes += length;
        if counted.bytes > MAX_BYTES {
            return Err(too_large());
        }
        counted.names.insert(name.clone());
        Ok(())
    }

    fn counted(&self) -> MutexGuard<'_, Counted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn too_large() -> Problem {
    let message = format!("the seals up to this one have more than {MAX_BYTES} bytes, the limit");
    Problem::new(SEALS_TOO_LARGE, message)
        .remedy("check fewer seals at a time: name the ones that you mean")
}

/// How much may still be read as any TOML.
#[derive(Debug)]
pub(super) struct Lenient(AtomicUsize);

impl Default for Lenient {
    fn default() -> Self {
        Self(AtomicUsize::new(MAX_LENIENT_TOGETHER))
    }
}

impl Lenient {
    /// Takes the work of reading `length` bytes; whether there was enough left.
    pub(super) fn take(&self, length: usize) -> bool {
        let spend = |left: usize| left.checked_sub(length);
        length <= MAX_LENIENT
            && self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, spend).is_ok()
    }
}

/// Refuses a seals directory that holds too much; `place` is what it is called.
pub(super) fn check_names(place: &str, names: usize) -> Result<(), Problem> {
    if names <= MAX_NAMES {
        return Ok(());
    }
    let message = format!("{place} holds {names} names; the limit is {MAX_NAMES}");
    Err(Problem::new("seals-too-many", message)
        .remedy("remove what is no seal, or put several directories under one seal"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_counts_once_and_all_of_them_together() {
        let name = |text: &str| SealName::parse(text).unwrap();
        let read = SealsRead::default();
        for _ in 0..3 {
            read.count(&name("a"), MAX_BYTES - 1).unwrap();
        }
        read.count(&name("b"), 1).unwrap();
        read.check(&name("c")).unwrap();
        assert_eq!(read.count(&name("c"), 1).unwrap_err().code, SEALS_TOO_LARGE);
        // Those that were not read yet are not even opened from now on.
        assert!(read.check(&name("c")).is_err() && read.check(&name("d")).is_err());
        read.check(&name("a")).unwrap();
    }

    #[test]
    fn what_is_read_as_any_toml_is_limited_for_each_and_for_all() {
        let lenient = Lenient::default();
        assert!(!lenient.take(MAX_LENIENT + 1));
        assert!(lenient.take(MAX_LENIENT) && lenient.take(MAX_LENIENT));
        assert!(!lenient.take(1));
    }
}
