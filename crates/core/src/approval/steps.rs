//! How often the costly steps of a decision were taken in this thread: tests count these steps, which
//! no fast machine hides.

use std::cell::Cell;

/// A step that costs time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// A grant is parsed.
    ReadGrant,
    /// A signature is held against keys.
    VerifySignature,
}

thread_local! {
    static TAKEN: [Cell<usize>; 2] = const { [Cell::new(0), Cell::new(0)] };
}

pub(super) fn count(step: Step) {
    TAKEN.with(|taken| taken[step as usize].set(taken[step as usize].get() + 1));
}

/// How often each step was taken while `work` ran.
pub(super) fn of(work: impl FnOnce()) -> [usize; 2] {
    let taken = || TAKEN.with(|taken| [taken[0].get(), taken[1].get()]);
    let before = taken();
    work();
    let after = taken();
    [after[0] - before[0], after[1] - before[1]]
}
