//! `rehearse`: a change and its rollback, tried on copies of a database.
//!
//! - `bench` makes copies, runs scripts on them, confined, and measures them;
//! - `legs` is what is tried, in order;
//! - `controls` makes faults on purpose, which the proof must find;
//! - `record` is what came of it, as evidence.

mod bench;
mod controls;
mod legs;
mod record;

pub use bench::{Bench, ENDS_TRANSACTION, Scratch};
pub use legs::{Rehearsed, is_inside, rehearse};
pub use record::{Subject, record};
