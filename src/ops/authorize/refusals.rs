//! The reasons why something is not authorised, as many as a person and a report can take.

use sealgate_core::text::problem::Problem;

/// The most refusals that are listed.
pub(super) const MOST_REFUSALS: usize = 1_000;

/// The first refusals, and how many come after them.
#[derive(Debug, Default)]
pub(super) struct Refusals {
    listed: Vec<Problem>,
    left_out: usize,
}

impl Refusals {
    pub(super) fn push(&mut self, problem: Problem) {
        if self.listed.len() < MOST_REFUSALS {
            self.listed.push(problem);
        } else {
            self.left_out += 1;
        }
    }

    pub(super) fn extend(&mut self, problems: impl IntoIterator<Item = Problem>) {
        problems.into_iter().for_each(|problem| self.push(problem));
    }

    /// Adds each of `problems` that is not listed yet: several commits can have one reason.
    pub(super) fn extend_once(&mut self, problems: impl IntoIterator<Item = Problem>) {
        for problem in problems {
            if !self.listed.contains(&problem) {
                self.push(problem);
            }
        }
    }

    /// Whether nothing is refused.
    pub(super) fn is_empty(&self) -> bool {
        self.listed.is_empty() && self.left_out == 0
    }

    /// Adds what `decide` refuses. Once the list is full, it is left out without being decided: the
    /// verdict stands.
    pub(super) fn decide(&mut self, decide: impl FnOnce() -> Option<Problem>) {
        if self.listed.len() < MOST_REFUSALS {
            self.extend(decide());
        } else {
            self.left_out += 1;
        }
    }

    /// Counts `number` that were not even collected.
    pub(super) fn leave_out(&mut self, number: usize) {
        self.left_out += number;
    }

    /// The list, which ends by saying how many are not in it.
    pub(super) fn into_problems(mut self) -> Vec<Problem> {
        if self.left_out > 0 {
            let (listed, left_out) = (self.listed.len(), self.left_out);
            let message = format!(
                "the list ends after {listed} reasons: {left_out} more are left out, some of which \
                 may be granted"
            );
            self.listed.push(
                Problem::new("refusals-left-out", message).remedy(
                    "fix those that are listed, or make a smaller change; then check again",
                ),
            );
        }
        self.listed
    }
}
