//! The hardening suite: sweeps that disturb the program in every way that a sweep can count, and
//! demand that a tree which differs from its seal never passes, that no run hangs, and that a file
//! which is replaced holds its old content or its new one.
//!
//! The sweeps are ignored tests. `cargo test -- --ignored` runs a fixed sample of each, whose seed
//! is printed; with `SEALGATE_HARDENING=full` each runs as a whole. `.ci/hardening` does that, and
//! writes docs/hardening.md from what the sweeps counted.

#![cfg(target_os = "linux")]

mod bits;
mod calls;
mod cases;
mod document;
mod figures;
mod kills;
mod names;
mod races;
mod shortages;
mod signatures;
mod snapshot;
mod strace;
mod strict;
mod uses;
