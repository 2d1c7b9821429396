//! Replacing a file as a whole: whoever looks finds the old content or the new, never a part.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Gives `path` the content `bytes` in one step.
///
/// The content is written beside it, flushed to the disk, and renamed. On Linux it has no name
/// until it is complete, so a run that is killed while it writes leaves nothing behind; elsewhere,
/// and where the file system cannot do that, [`scratch_of`] names what it may leave.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let scratch = scratch_of(path);
    // Of a run that was killed. Seals are written under a lock; of two runs that write one report
    // at once, one may fail here or at the renaming, and neither leaves a mixture.
    remove_if_there(&scratch)?;
    let outcome = stage(path, &scratch, bytes).and_then(|()| fs::rename(&scratch, path));
    if outcome.is_err() {
        // The error that stopped the writing is the one to tell.
        let _ = remove_if_there(&scratch);
    }
    outcome?;
    sync_directory(path);
    Ok(())
}

/// How the name of unfinished content ends.
pub const SCRATCH_SUFFIX: &str = ".sealgate-new";

/// The name that new content of `path` has for a moment before it is renamed.
#[must_use]
pub fn scratch_of(path: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(SCRATCH_SUFFIX);
    path.with_file_name(name)
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Writes `bytes` to `scratch`, complete and on the disk, with the permissions of `path`.
fn stage(path: &Path, scratch: &Path, bytes: &[u8]) -> io::Result<()> {
    let fill = |file: &mut File| {
        if let Ok(old) = fs::metadata(path) {
            file.set_permissions(old.permissions())?;
        }
        file.write_all(bytes)?;
        file.sync_all()
    };
    #[cfg(target_os = "linux")]
    if let Some(mut file) = nameless_beside(path)? {
        fill(&mut file)?;
        match give_name(&file, scratch) {
            // No /proc to name it through.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            named => return named,
        }
    }
    fill(&mut File::options().write(true).create_new(true).open(scratch)?)
}

/// A file without a name in the directory of `path`; `None` where the file system has none.
#[cfg(target_os = "linux")]
fn nameless_beside(path: &Path) -> io::Result<Option<File>> {
    use rustix::fs::{CWD, Mode, OFlags, openat};
    use rustix::io::Errno;
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let flags = OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC;
    match openat(CWD, directory, flags, Mode::from_raw_mode(0o666)) {
        Ok(descriptor) => Ok(Some(descriptor.into())),
        Err(Errno::OPNOTSUPP | Errno::ISDIR | Errno::NOENT) => Ok(None),
        Err(errno) => Err(errno.into()),
    }
}

#[cfg(target_os = "linux")]
fn give_name(file: &File, name: &Path) -> io::Result<()> {
    use rustix::fs::{AtFlags, CWD, linkat};
    use std::os::fd::AsRawFd as _;
    // open(2): a descriptor is linked by its name below /proc, which needs no capability.
    let descriptor = format!("/proc/self/fd/{}", file.as_raw_fd());
    Ok(linkat(CWD, descriptor, CWD, name, AtFlags::SYMLINK_FOLLOW)?)
}

/// Makes the rename itself durable, where a directory can be flushed. The content already is:
/// after a crash one of the two versions is there, which is all that is promised.
fn sync_directory(path: &Path) {
    if let Some(directory) = path.parent().and_then(|parent| File::open(parent).ok()) {
        let _ = directory.sync_all();
    }
}
