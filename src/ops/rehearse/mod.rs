//! `rehearse`: a change and its rollback, tried on copies of a database or a directory.
//!
//! - `prepare` finds the seals, the clone and the files of a plan, and makes the bench;
//! - `scratch` is the directory of the copies;
//! - `helper` runs what the plan names, confined;
//! - `bench` makes copies, changes and measures them: a file for each kind;
//! - `meta` measures what a seal does not state of files;
//! - `legs` is what is tried, in order;
//! - `controls` makes faults on purpose, which the proof must find;
//! - `record` is what came of it, as evidence, and `told` as a report;
//! - `refusal` gives the code of a broken rule, and what to do about it.

mod bench;
mod controls;
mod helper;
mod legs;
mod meta;
mod prepare;
mod record;
mod refusal;
mod scratch;
mod told;

use sealgate_core::text::problem::Problem;

pub use bench::{Bench, Shared};
pub use helper::Helpers;
pub use legs::{Leg, Rehearsed, rehearse};
pub use prepare::{Clone, MAX_SCRIPT_BYTES, SealedPlan, bench, read_plan};
pub use record::{Subject, record};
pub use scratch::{Scratch, remove_stale};
pub use told::{About, broken_off, told};

/// The problem that a rehearsal cannot go on, because of `why`.
fn broken(why: &str) -> Problem {
    Problem::new("rehearsal-broken", format!("the rehearsal broke off: {why}"))
        .remedy("correct the cause, and rehearse again; nothing outside of the scratch was changed")
}
