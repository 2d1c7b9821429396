//! What `seal --from-report` says before it writes.

use std::fmt::Write as _;

use sealgate_core::compare::changes::Change;
use sealgate_core::text::escape::printable_str;

use crate::report::Verbosity;
use crate::report::words::changes::{rows, sums};

/// What approving `changes` from the report in the file `report` does to the seal `name`.
#[must_use]
pub fn before(name: &str, report: &str, changes: &[Change], verbosity: Verbosity) -> Vec<u8> {
    let (name, report) = (printable_str(name), printable_str(report));
    let mut said = format!("{name}: approving from {report}: {}\n", sums(changes));
    if verbosity == Verbosity::Quiet {
        return said.into();
    }
    said.push_str(&rows(changes, verbosity, "git diff"));
    // Writing to a string cannot fail.
    let _ =
        writeln!(said, "  these bytes were seen where the report was made; nothing was read here");
    said.into()
}
