//! Files that a user, a variable or git names: a report, a plan, an event, a hook.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use sealgate_core::text::problem::in_words;

/// Why the file of a name was not read.
#[derive(Debug, thiserror::Error)]
pub enum NamedFault {
    /// There is nothing of this name.
    #[error("there is nothing there")]
    Absent,
    /// It is a directory, a FIFO, a socket or a device.
    #[error("it is not a regular file")]
    NotRegular,
    /// It is so many bytes long, which is over the limit.
    #[error("it is {0} bytes long, and the limit is {1}")]
    TooLarge(u64, u64),
    /// The system says why.
    #[error("{}", in_words(.0))]
    Io(io::Error),
}

/// The bytes of the regular file at `path`, at most `limit` of them. Links are followed, since a user may
/// name one. Its kind is known before it is opened, and nothing is waited for: a FIFO is refused.
///
/// # Errors
///
/// There is no such file, it is no regular one, it is over the limit, or it cannot be read.
pub fn read_named(path: &Path, limit: u64) -> Result<Vec<u8>, NamedFault> {
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => NamedFault::Absent,
        _ => NamedFault::Io(error),
    };
    // Opening a device may do something already.
    if !path.metadata().map_err(failed)?.is_file() {
        return Err(NamedFault::NotRegular);
    }
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY);
    }
    let file = options.open(path).map_err(failed)?;
    let found = file.metadata().map_err(failed)?;
    if !found.is_file() {
        return Err(NamedFault::NotRegular);
    }
    if found.len() > limit {
        return Err(NamedFault::TooLarge(found.len(), limit));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(found.len()).unwrap_or(0));
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(failed)?;
    // It grew meanwhile.
    if bytes.len() as u64 > limit {
        return Err(NamedFault::TooLarge(bytes.len() as u64, limit));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_regular_files_up_to_the_limit_and_nothing_else() {
        let tree = tempfile::tempdir().unwrap();
        let at = |name: &str| tree.path().join(name);
        std::fs::write(at("file"), "12345").unwrap();
        let fault = |name: &str, limit| read_named(&at(name), limit).unwrap_err().to_string();
        assert_eq!(read_named(&at("file"), 5).unwrap(), b"12345");
        assert_eq!(fault("file", 4), "it is 5 bytes long, and the limit is 4");
        assert_eq!(fault("gone", 4), "there is nothing there");
        assert_eq!(fault("file/below", 4), "there is nothing there");
        assert_eq!(fault("", 4), "it is not a regular file");
        #[cfg(unix)]
        {
            use std::os::unix::fs::symlink;
            symlink("file", at("link")).unwrap();
            assert_eq!(read_named(&at("link"), 5).unwrap(), b"12345");
            std::os::unix::net::UnixListener::bind(at("socket")).unwrap();
            assert_eq!(fault("socket", 4), "it is not a regular file");
            #[expect(clippy::disallowed_methods, reason = "rustix makes no FIFO on macOS")]
            let made = std::process::Command::new("mkfifo").arg(at("fifo")).status().unwrap();
            assert!(made.success());
            symlink("fifo", at("to-fifo")).unwrap();
            assert_eq!(fault("fifo", 4), "it is not a regular file");
            assert_eq!(fault("to-fifo", 4), "it is not a regular file");
        }
    }
}
