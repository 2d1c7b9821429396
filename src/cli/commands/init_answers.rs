//! Who answers the questions of `init`.

use std::io;

use sealgate_core::text::problem::Problem;

use crate::setup::init::Dialogue;

/// Who answers what no flag states.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Answers {
    /// The person at the terminal.
    Asked,
    /// The proposals.
    Proposed,
    /// Nobody: only what was stated is done.
    SealRef,
}

/// One answer of the person at the terminal.
pub(super) fn answered<T>(
    ask: impl FnOnce(&mut Dialogue<io::StdinLock<'static>, io::Stderr>) -> io::Result<Option<T>>,
) -> Result<T, Vec<Problem>> {
    let mut dialogue = Dialogue { input: io::stdin().lock(), output: io::stderr() };
    ask(&mut dialogue).ok().flatten().ok_or_else(|| {
        vec![
            Problem::new("no-answer", "the question was not answered, and nothing was written")
                .remedy("run init again, or state what you want with flags"),
        ]
    })
}
