//! Facts in words. Everything returned is safe to show.

pub(crate) mod changes;
mod finding;
pub(crate) mod lines;
pub(crate) mod markdown;
pub(crate) mod meaning;
pub(crate) mod rehearsal;
pub(crate) mod resealed;
pub mod shell;
pub mod text;

pub(crate) use finding::{cause, change, change_in, path, renamed};
