//! Trees that tests build and copy.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::fs::{FileExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

/// One thing in a tree that a test builds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Node {
    File(Vec<u8>),
    Exec(Vec<u8>),
    Link(OsString),
    Dir,
}

impl Node {
    /// Makes it at `path`, and the directories above it.
    pub(crate) fn make(&self, path: &Path) -> io::Result<()> {
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        match self {
            Self::File(bytes) => fs::write(path, bytes),
            Self::Exec(bytes) => {
                fs::write(path, bytes)?;
                fs::set_permissions(path, fs::Permissions::from_mode(0o755))
            }
            Self::Link(target) => symlink(target, path),
            Self::Dir => fs::create_dir_all(path),
        }
    }
}

/// A directory of the committed fixtures.
pub(crate) fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}

/// Makes a FIFO at `path`. By the command, since `mknod` makes none on macOS.
pub(crate) fn make_fifo(path: &Path) {
    let made = Command::new("mkfifo").arg(path).output().expect("mkfifo runs");
    assert!(made.status.success(), "mkfifo {}", path.display());
}

/// Makes a socket at `path` to which nobody listens.
pub(crate) fn make_socket(path: &Path) -> io::Result<()> {
    std::os::unix::net::UnixListener::bind(path).map(drop)
}

/// Makes `bytes` the content of the file at `path`. In place: ext4 sends a file that is emptied
/// first to the disk each time that it is closed.
pub(crate) fn overwrite(path: &Path, bytes: &[u8]) {
    let file = fs::File::options().write(true).create(true).truncate(false).open(path).unwrap();
    file.write_all_at(bytes, 0).unwrap();
    file.set_len(bytes.len() as u64).unwrap();
}

/// Copies a file, a link or a whole directory, modes included, links as links.
pub(crate) fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let metadata = from.symlink_metadata()?;
    if metadata.is_symlink() {
        return symlink(fs::read_link(from)?, to);
    }
    if metadata.is_file() {
        return fs::copy(from, to).map(drop);
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}
