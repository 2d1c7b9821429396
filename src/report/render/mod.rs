//! The formats of a report: a file for each.

pub(crate) mod codequality;
pub(crate) mod errors;
pub(crate) mod github;
pub(crate) mod html;
pub(crate) mod human;
pub(crate) mod json;
pub(crate) mod junit;
pub(crate) mod markdown;
pub mod rehearsal;
pub(crate) mod sarif;
