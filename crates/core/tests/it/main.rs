//! What the format, the comparison and the decisions do, seen from outside this crate.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails so")]
#![expect(clippy::too_many_lines, reason = "cases are data, and there are many")]

mod authority;
mod authority_bytes;
mod authority_decisions;
mod authority_signatures;
mod comparing;
mod decoding;
mod evidence;
mod folding;
mod seal_format;
mod surface_format;
mod trees;
mod verdicts;
