//! The table of error codes: what each code means, why sealgate refuses, and what to do.
//!
//! `docs/errors.md` is generated from it. A test compares it with the codes that the sources create.

mod actions;
mod approval;
mod blockers;
mod notices;
mod rebuild;
mod rehearsals;
mod reports;
mod run;
mod seals;

/// The explanation of one code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ErrorCode {
    /// The stable kebab-case code of a [`Problem`](super::problem::Problem).
    pub code: &'static str,
    /// What happened, in a few words.
    pub title: &'static str,
    /// What happened, why sealgate refuses, and what to do.
    pub explanation: &'static str,
}

/// The codes of errors and refusals by subject, each subject sorted by code.
pub const CODES: [&[ErrorCode]; 8] = [
    actions::ACTIONS,
    approval::APPROVAL,
    blockers::BLOCKERS,
    rebuild::REBUILD,
    rehearsals::REHEARSALS,
    reports::REPORTS,
    run::RUN,
    seals::SEALS,
];

/// The codes of notices, sorted by code.
pub const NOTICES: &[ErrorCode] = notices::NOTICES;
