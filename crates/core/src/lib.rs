//! The pure part of sealgate: what a seal states, how it is compared with what is there, and what is
//! approved. Nothing here reads a file, a clock or the environment, or runs a process.
//!
//! - [`text`]: escaping, hexadecimal digits, and problems as a user reads them;
//! - [`seal`]: the format of a seal, its paths, its entries, and what it excludes;
//! - [`compare`]: an inventory against a seal, the findings, their causes, and the verdict;
//! - [`approval`]: policies, grants, their signatures, and blockers.

#![forbid(unsafe_code)]

pub mod approval;
pub mod compare;
pub mod seal;
pub mod text;
