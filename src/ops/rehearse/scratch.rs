//! The directory of the copies: private, gone at the end, and gone at the next rehearsal if this one is killed.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use sealgate_core::text::problem::{Problem, in_words};

use crate::report::text;

/// How the name of each scratch begins.
const PREFIX: &str = "sealgate-rehearsal-";

/// The file that is locked as long as the rehearsal lives. A scratch that is kept has none.
const LOCK: &str = "lock";

/// How much room a rehearsal needs, in copies of the clone.
pub(super) const COPIES: u64 = 3;

/// A directory of one's own, gone when it is dropped.
#[derive(Debug)]
pub struct Scratch {
    path: PathBuf,
    keep: bool,
    /// Locked as long as this lives.
    lock: Option<File>,
}

impl Scratch {
    /// Makes one in `above`, which nobody else can look into and which has room for three copies of `bytes`;
    /// with `keep` it stays.
    ///
    /// # Errors
    ///
    /// It cannot be made, or there is no room.
    pub fn new(above: &Path, bytes: u64, keep: bool) -> Result<Self, Problem> {
        let problem = |why: String| unusable(above, &why);
        let directory = above.canonicalize().map_err(|error| problem(in_words(&error)))?;
        let needed = bytes.saturating_mul(COPIES);
        if let Some(free) = free(&directory).filter(|free| *free < needed) {
            let (needed, free) = (text::bytes(needed), text::bytes(free));
            return Err(problem(format!("a rehearsal needs {needed}, and {free} are free")));
        }
        let mut random = [0; 8];
        getrandom::fill(&mut random).map_err(|error| problem(error.to_string()))?;
        let path = directory.join(format!("{PREFIX}{:016x}", u64::from_ne_bytes(random)));
        create_private(&path).map_err(|error| problem(in_words(&error)))?;
        let lock = File::create_new(path.join(LOCK)).and_then(|lock| {
            lock.try_lock().map_err(io::Error::from)?;
            Ok(lock)
        });
        match lock {
            Ok(lock) => Ok(Self { path, keep, lock: Some(lock) }),
            Err(error) => {
                // Nothing is in it yet.
                let _ = fs::remove_dir_all(&path);
                Err(problem(in_words(&error)))
            }
        }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Makes the directory `name` in it, with those above.
    ///
    /// # Errors
    ///
    /// It cannot be made.
    pub fn directory(&self, name: &str) -> Result<PathBuf, Problem> {
        let path = self.path.join(name);
        fs::create_dir_all(&path).map_err(|error| unusable(&self.path, &in_words(&error)))?;
        Ok(path)
    }
}

impl Scratch {
    /// Removes the directory `name`, which nothing needs any more, unless everything is kept.
    pub(super) fn discard(&self, name: &str) {
        if !self.keep {
            // What is still there goes with the rest.
            let _ = remove(&self.path.join(name));
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if cfg!(windows) {
            // There, a directory with an open file in it may stay.
            self.lock = None;
        }
        // Whoever is left to hear of it finds the directory.
        if self.keep {
            let _ = fs::remove_file(self.path.join(LOCK));
        } else {
            let _ = remove(&self.path);
        }
    }
}

/// What killed rehearsals of this user left in `above` is removed; gives where that was.
#[must_use]
pub fn remove_stale(above: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(above) else { return Vec::new() };
    let mut removed = Vec::new();
    for entry in entries.flatten() {
        let is_named = entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX));
        if is_named && is_stale(&entry.path()) && remove(&entry.path()).is_ok() {
            removed.push(entry.path());
        }
    }
    removed.sort();
    removed
}

/// Whether `path` is the scratch of a rehearsal of this user that is no more.
fn is_stale(path: &Path) -> bool {
    let is_own = path.symlink_metadata().is_ok_and(|found| found.is_dir() && is_own(&found));
    let lock = path.join(LOCK);
    let is_file = lock.symlink_metadata().is_ok_and(|found| found.is_file());
    if !is_own || !is_file {
        return false;
    }
    OpenOptions::new().write(true).open(lock).is_ok_and(|lock| match lock.try_lock() {
        Ok(()) => true,
        Err(TryLockError::WouldBlock | TryLockError::Error(_)) => false,
    })
}

/// Removes the directory `path`, whatever rights scripts left on what is in it.
///
/// # Errors
///
/// It cannot be removed.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    if fs::remove_dir_all(path).is_ok() {
        return Ok(());
    }
    for entry in walkdir::WalkDir::new(path).into_iter().flatten() {
        if entry.file_type().is_dir() {
            make_writable(entry.path());
        }
    }
    fs::remove_dir_all(path)
}

/// The problem that the scratch in `above` cannot be used.
pub(super) fn unusable(above: &Path, why: &str) -> Problem {
    Problem::new("scratch-unusable", format!("{}: {why}", above.display()))
        .remedy("name a directory with room for several copies of the clone: --scratch DIR")
}

/// How many bytes this user may still write in `directory`, where that is known.
#[cfg(unix)]
fn free(directory: &Path) -> Option<u64> {
    let found = rustix::fs::statvfs(directory).ok()?;
    Some(found.f_bavail.saturating_mul(found.f_frsize))
}

#[cfg(not(unix))]
fn free(_: &Path) -> Option<u64> {
    None
}

/// Makes the directory `path`, which only this user may enter.
#[cfg(unix)]
fn create_private(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().mode(0o700).create(path)
}

/// Makes the directory `path`. Rights are those of the directory above.
#[cfg(not(unix))]
fn create_private(path: &Path) -> io::Result<()> {
    fs::create_dir(path)
}

#[cfg(unix)]
fn is_own(found: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    found.uid() == rustix::process::geteuid().as_raw()
}

#[cfg(not(unix))]
fn is_own(_: &fs::Metadata) -> bool {
    true
}

#[cfg(unix)]
fn make_writable(directory: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    let _ = fs::set_permissions(directory, fs::Permissions::from_mode(0o700));
}

#[cfg(not(unix))]
fn make_writable(_: &Path) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_rehearsal_left_is_removed_and_nothing_else() {
        let above = tempfile::tempdir().unwrap();
        let living = Scratch::new(above.path(), 0, false).unwrap();
        let kept = Scratch::new(above.path(), 0, true).unwrap();
        let place = kept.path().to_owned();
        drop(kept);
        let stale = above.path().join("sealgate-rehearsal-0123456789abcdef");
        fs::create_dir(&stale).unwrap();
        fs::write(stale.join(LOCK), "").unwrap();
        fs::create_dir(above.path().join("sealgate-rehearsal-other")).unwrap();
        assert_eq!(remove_stale(above.path()), std::slice::from_ref(&stale));
        assert!(living.path().is_dir() && place.is_dir() && !stale.exists());
        let path = living.path().to_owned();
        drop(living);
        assert!(!path.exists());
    }

    // The room is asked for on Unix alone.
    #[cfg(unix)]
    #[test]
    fn a_rehearsal_without_room_does_not_begin() {
        let above = tempfile::tempdir().unwrap();
        let problem = Scratch::new(above.path(), u64::MAX / 2, false).unwrap_err();
        assert_eq!(problem.code, "scratch-unusable");
        assert!(problem.message.contains("are free"), "{}", problem.message);
        assert_eq!(fs::read_dir(above.path()).unwrap().count(), 0);
    }
}
