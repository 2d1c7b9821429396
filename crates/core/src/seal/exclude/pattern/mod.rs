//! Patterns over paths: reading their text, and matching many of them at once. Pure.
//!
//! A path is a sequence of names, and a pattern a sequence of components. One component speaks of
//! one name, so nothing in it (`*`, `?`, `[...]`) can match a `/`. Names are bytes, as git takes
//! them: `?` is one byte.
//!
//! Patterns without a wildcard are looked up. All others of a list run side by side as the bits of
//! one automaton ([`Automaton`]). The work for a path is its length times the number of machine
//! words that the list fills, whatever the patterns look like.

mod automaton;
mod build;
mod class;
mod glob;
mod literal;
mod parse;

pub use automaton::{Automaton, Level};
pub use glob::Glob;
pub use parse::{Component, Matches, Pattern, Piece, pieces};
