//! Everything that is wrong with a policy, collected: whoever writes one corrects all of it at once.

use super::PolicyError;

/// The most faults that are collected: a proposed policy must not fill the output.
const MOST_FAULTS: usize = 200;

/// What keeps a text from being a policy, in the order in which it was found.
#[derive(Debug, Default)]
pub(super) struct Faults {
    found: Vec<PolicyError>,
    /// A `[[key]]` could not be read, so it is not known whose keys there are.
    pub(super) lacks_keys: bool,
    /// An `[[environment]]` could not be read, so it is not known which ones there are.
    pub(super) lacks_environments: bool,
}

impl Faults {
    /// Whether no more faults are collected.
    pub(super) fn is_full(&self) -> bool {
        self.found.len() >= MOST_FAULTS
    }

    /// Adds `fault`, unless it was found before or there are too many.
    pub(super) fn push(&mut self, fault: PolicyError) {
        if !self.is_full() && !self.found.contains(&fault) {
            self.found.push(fault);
        }
    }

    /// Adds that the policy contradicts itself, or states what no policy may state.
    pub(super) fn unsound(&mut self, why: impl Into<String>) {
        self.push(PolicyError::Unsound(why.into()));
    }

    /// Adds what `why` gives where something does not hold.
    pub(super) fn require(&mut self, holds: bool, why: impl FnOnce() -> String) {
        if !holds {
            self.unsound(why());
        }
    }

    /// What `read` holds; where it holds a fault, that is added.
    pub(super) fn keep<T>(&mut self, read: Result<T, PolicyError>) -> Option<T> {
        read.map_err(|fault| self.push(fault)).ok()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    pub(super) fn into_all(self) -> Vec<PolicyError> {
        self.found
    }
}
