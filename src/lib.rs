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
//! The modules stand below in the pipeline's order. An import points to a module of a lower floor,
//! never up; `tests/it/house.rs` holds them to it, and holds the pure rooms to having no I/O.

// The words.
pub mod attributes;
pub mod child;
pub mod entry;
pub mod finding;
pub mod hex;
pub mod names;
pub mod path;
pub mod pattern;
pub mod printable;
pub mod problem;
pub mod replace;

// What was approved, and what is in scope.
pub mod event;
pub mod git;
pub mod partition;
pub mod scope;
pub mod seal;

// What is there.
pub mod inventory;

// The decision.
pub mod blockers;
pub mod cause;
pub mod compare;
pub mod draft;
pub mod reseal;
pub mod verdict;

// Who may change a seal, and where the gate may rule.
pub mod authority;

// What is said of it.
pub mod report;

// One run.
pub mod accept;
pub mod artifacts;
pub mod clearance;
pub mod coverage;
pub mod hook;
pub mod judge;
pub mod merge;
pub mod output;
pub mod plan;
pub mod progress;
pub mod repository;
pub mod review;
pub mod runner;
pub mod signing;

// Setting up.
pub mod doctor;
pub mod init;

// The user.
pub mod cli;
pub mod commands;
