//! Reading the reports that are named on the command line.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use sealgate_core::text::problem::{Problem, in_words};

use crate::report::read::{ReadError, ReportRead};

/// More than this of reports is refused before it is read, in bytes.
pub(super) const MAX_BYTES: u64 = 256 << 20;

/// Reads the report in the file `path`, which the user named as `given`; there is `room` for so many
/// bytes, and then for less.
pub(super) fn open(path: &Path, given: &str, room: &mut u64) -> Result<ReportRead, Problem> {
    let problem = |code, message: String, remedy: &str| {
        Problem::new(code, message).file(given).remedy(remedy)
    };
    let bytes = read(path, *room).map_err(|error| {
        let remedy = "name the file that `sealgate check --report json=FILE` wrote";
        problem("report-unreadable", in_words(&error), remedy)
    })?;
    let Some(bytes) = bytes else {
        let message = format!("with it, reports are over the limit of {MAX_BYTES} bytes");
        let remedy = "check fewer seals at a time, or take over the build itself and seal that";
        return Err(problem("report-too-large", message, remedy));
    };
    *room -= bytes.len() as u64;
    ReportRead::from_json(&bytes).map_err(|error| match &error {
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

/// The bytes of a regular file; `None` if there are more than `most`.
pub(super) fn read(path: &Path, most: u64) -> io::Result<Option<Vec<u8>>> {
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        // A FIFO is not waited for.
        options.custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY);
    }
    let file = options.open(path)?;
    let found = file.metadata()?;
    if !found.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    if found.len() > most {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    file.take(most + 1).read_to_end(&mut bytes)?;
    Ok(Some(bytes).filter(|bytes| bytes.len() as u64 <= most))
}
