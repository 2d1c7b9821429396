//! What weakens the gate in a repository, and how each is fixed. Advice: it decides no verdict.
//!
//! - `facts` are gathered once, by asking git and looking at files;
//! - `checks` is the table of checks, each a function from the facts to advice;
//! - `approved` reads the seals of the commit that is checked out;
//! - `bytes` are the checks on what git does to bytes, `places` those on where things are;
//! - `seals` are the checks on which seals there are, and what they cover;
//! - `policy` is about the policy;
//! - `owners` reads a CODEOWNERS file;
//! - `files` reads files, and finds what runs the check;
//! - `placeholders` finds names that nobody filled in;
//! - `wording` is what their advice has in common.

mod approved;
mod bytes;
mod checks;
mod facts;
mod files;
mod owners;
mod placeholders;
mod places;
mod policy;
mod seals;
mod wording;

pub use checks::advice;
pub use facts::{Facts, PolicyFacts, SealFacts};
pub use policy::policy_facts;
