//! What `seal` says when it is done.

use std::fmt::Write as _;

use super::Verbosity;
use super::changes::{rows, totals};
use super::text;
use crate::printable::printable;
use crate::reseal::Change;

/// One seal that was written, or was right already.
#[derive(Debug)]
pub struct Summary<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its file, relative to the repository root.
    pub file: &'a str,
    /// How many entries it has.
    pub entries: usize,
    /// The bytes that they stand for.
    pub bytes: u64,
    /// How many of them are links.
    pub links: usize,
    /// Whether it was made.
    pub new: bool,
    /// Whether its file changed.
    pub changed: bool,
    /// Whether its root is kept in git.
    pub tracked: bool,
}

/// The answer for one seal; `changes` are `None` where there was no seal that could be read.
#[must_use]
pub fn text(seal: &Summary<'_>, changes: Option<&[Change]>, verbosity: Verbosity) -> Vec<u8> {
    let Summary { name, file, .. } = seal;
    let file = printable(file.as_bytes());
    let entries = text::count(seal.entries as u64, "entry", "entries");
    let bytes = text::bytes(seal.bytes);
    let mut said = String::new();
    // Writing to a string cannot fail.
    let _ = if !seal.changed {
        writeln!(said, "{name}: nothing to change in {file}: {entries}, {bytes}")
    } else if seal.new {
        let kept = if seal.tracked { "tracked in git" } else { "not kept in git" };
        writeln!(said, "{name}: sealed {entries}, {bytes}, {kept}, in {file}")
    } else {
        match changes {
            None => writeln!(
                said,
                "{name}: sealed {entries}, {bytes}, in {file}, which could not be read before"
            ),
            Some([]) => {
                writeln!(said, "{name}: {file} brought into canonical form: {entries}, {bytes}")
            }
            Some(changes) => {
                writeln!(said, "{name}: {} in {file}, now {entries}, {bytes}", totals(changes))
            }
        }
    };
    if verbosity == Verbosity::Quiet {
        return said.into_bytes();
    }
    if let Some(changes) = changes.filter(|changes| !changes.is_empty()) {
        said.push_str(&rows(changes, verbosity, "git diff"));
    }
    if seal.changed {
        let _ = writeln!(said, "  review it like code, and commit {file}");
    }
    said.into_bytes()
}
