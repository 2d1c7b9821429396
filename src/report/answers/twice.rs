//! What `rebuild --twice` says of two builds.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sealgate_core::compare::changes::Change;
use sealgate_core::text::escape::printable;

use super::side_by_side::FileDifference;
use crate::report::Verbosity;
use crate::report::words::changes::{rows, totals};
use crate::report::words::text;

/// How two builds of one root differ.
#[derive(Debug)]
pub struct TwoBuilds<'a> {
    /// The root.
    pub root: &'a str,
    /// How many entries the second build made.
    pub entries: usize,
    /// What differs.
    pub changes: &'a [Change],
    /// How files differ, by path.
    pub files: &'a BTreeMap<String, FileDifference>,
    /// Where the output of the first build is.
    pub first: &'a str,
    /// Where that of the second is.
    pub second: &'a str,
}

/// For people.
#[must_use]
pub fn twice(builds: &TwoBuilds<'_>, verbosity: Verbosity) -> String {
    let root = printable(builds.root.as_bytes());
    let mut said = String::new();
    if builds.changes.is_empty() {
        let entries = text::count(builds.entries, "entry", "entries");
        return format!("{root}: built twice, the same bytes: {entries}\n");
    }
    // Writing to a string cannot fail.
    let _ = writeln!(said, "{root}: two builds differ: {}", totals(builds.changes));
    if verbosity == Verbosity::Quiet {
        return said;
    }
    said.push_str(&rows(builds.changes, verbosity, "sealgate rebuild --twice"));
    for (path, file) in builds.files {
        said.push_str(&file.shown(path));
    }
    let _ = writeln!(
        said,
        "\n  The first build is in {}, until the next rebuild; the second is in {}.",
        printable(builds.first.as_bytes()),
        printable(builds.second.as_bytes())
    );
    said
}
