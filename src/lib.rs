//! sealgate compares build artifacts, byte for byte, with a committed *seal* and says pass or
//! fail.
//!
//! ```text
//! seals/*.toml -> Seal (scope, entries) ------------------+
//!                   |                                      v
//!                   +-> Scope -> source -> Inventory -> compare -> findings -> causes
//!                                                                                 |
//!                  bytes + exit code <- Report <- Verdict <-----------------------+
//! ```
//!
//! Three promises, in order of weight: never a false pass; a verdict that a person can act on; as
//! fast as the machine can read.
//!
//! The pure part of this is the crate [`sealgate_core`]; [`sealgate_scan`] reads bytes on the disk, and
//! [`sealgate_git`] is the only place that runs git. ARCHITECTURE.md shows how they fit together.

pub mod cli;
pub mod github;
pub mod ops;
pub mod report;
pub mod setup;
pub mod tree;
