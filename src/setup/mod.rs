//! Setting up: the files of a repository that uses the gate, its hook, and what weakens the gate.

pub mod artifacts;
pub mod doctor;
pub mod hook;
pub mod init;
pub mod merge_driver;
pub mod packaging;
