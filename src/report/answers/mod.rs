//! What the other commands answer, for people and for scripts: a file for each kind of answer.

pub mod accepted;
pub mod advice;
mod archive_view;
pub mod blockers;
pub mod changed;
pub mod difference;
pub mod difference_page;
pub mod sealed;
pub mod setup;
pub mod side_by_side;
pub mod since;
pub mod sums;
pub mod twice;
