//! GitHub Actions: the event that a run reads, and the outputs of a step that it writes.

pub mod event;
pub mod foreign;
pub mod runner;
pub mod scope;
