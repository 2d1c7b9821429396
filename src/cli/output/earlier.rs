//! Reports of earlier runs: they say what is no longer so from the moment at which a new run begins.

use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;

use crate::report::{LOOKED_AT, is_report};

/// Whether a regular file with a report in it is at `path`; no link is followed.
#[must_use]
pub fn is_earlier_report(path: &Path) -> bool {
    looks_like_report(path).unwrap_or(false)
}

/// Removes the file at `path`, or empties it where its directory is closed to this user.
pub fn discard(path: &Path) {
    if fs::remove_file(path).is_err() {
        // Whoever reads an empty file reads no verdict.
        let _ = careful(File::options().write(true), path)
            .and_then(|file| if file.metadata()?.is_file() { file.set_len(0) } else { Ok(()) });
    }
}

fn looks_like_report(path: &Path) -> io::Result<bool> {
    // What is no regular file is not even opened.
    if !path.symlink_metadata()?.is_file() {
        return Ok(false);
    }
    let mut file = careful(File::options().read(true), path)?;
    let found = file.metadata()?;
    if !found.is_file() {
        return Ok(false);
    }
    let most = LOOKED_AT as u64;
    let (mut head, mut tail) = (Vec::new(), Vec::new());
    (&mut file).take(most).read_to_end(&mut head)?;
    file.seek(SeekFrom::Start(found.len().saturating_sub(most)))?;
    file.take(most).read_to_end(&mut tail)?;
    Ok(is_report(&head, &tail))
}

/// Opens `path` without following a link and without waiting for anybody.
fn careful(options: &mut fs::OpenOptions, path: &Path) -> io::Result<File> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK | libc::O_NOCTTY);
    }
    options.open(path)
}
