//! Reading the reports that are named on the command line.

use std::path::Path;

use sealgate_core::text::problem::Problem;
use sealgate_scan::{NamedFault, read_named};

use crate::report::Report;
use crate::report::read::ReadError;

/// More than this of reports is refused before it is read, in bytes.
pub(super) const MAX_BYTES: u64 = 256 << 20;

/// Reads the report in the file `path`, which the user named as `given`; there is `room` for so many
/// bytes, and then for less.
pub(super) fn open(path: &Path, given: &str, room: &mut u64) -> Result<Report, Problem> {
    let problem = |code, message: String, remedy: &str| {
        Problem::new(code, message).file(given).remedy(remedy)
    };
    let bytes = read_named(path, *room).map_err(|fault| match fault {
        NamedFault::TooLarge(..) => {
            let message = format!("with it, reports are over the limit of {MAX_BYTES} bytes");
            let remedy = "check fewer seals at a time, or take over the build itself and seal that";
            problem("report-too-large", message, remedy)
        }
        fault => {
            let remedy = "name the file that `sealgate check --report json=FILE` wrote";
            problem("report-unreadable", fault.to_string(), remedy)
        }
    })?;
    *room -= bytes.len() as u64;
    Report::from_json(&bytes).map_err(|error| match &error {
        ReadError::Malformed(_) => {
            let remedy = "name a file that `sealgate check --report json=FILE` wrote";
            problem("report-malformed", error.to_string(), remedy)
        }
        ReadError::Format(_) => {
            let remedy = "use the version of sealgate that wrote it";
            problem("report-format-unknown", error.to_string(), remedy)
        }
    })
}
