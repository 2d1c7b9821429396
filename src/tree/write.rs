//! Writing seals: the lock that keeps other runs away, what killed runs left, and the files themselves.

use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;
#[cfg(any(not(unix), test))]
use std::path::PathBuf;

use sealgate_core::seal::SealName;
use sealgate_core::seal::path::EntryPath;
use sealgate_core::text::problem::{Problem, in_words};
use sealgate_scan::{Directory, Kind};

use super::Workspace;
use super::replace::{Writer, is_leftover_aside, is_leftover_beside};

/// The threads that write seals side by side: each waits for the disk most of the time.
const WRITERS: usize = 16;

impl Workspace {
    /// Gives the file `path` the content `bytes` in one step; the caller holds the lock.
    pub fn replace(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let aside = self.scratch_directory();
        Writer { aside: aside.as_deref(), executable: false }.write(path, bytes)
    }

    /// Waits until no other run writes seals here, and keeps others waiting until it is dropped.
    /// What a killed run left is removed.
    ///
    /// The system takes the lock back from a run that is killed.
    pub fn lock(&self, waiting: impl FnOnce()) -> Result<File, Problem> {
        let locked = self.open_lock().and_then(|file| wait_for_lock(file, waiting));
        let lock = locked.map_err(|error| {
            let message = format!("the repository cannot be locked: {}", in_words(&error));
            Problem::new("lock", message)
                .remedy("give this user the right to read the repository's directory")
        })?;
        self.sweep();
        Ok(lock)
    }

    /// What is locked: the repository's directory itself, which leaves no file.
    #[cfg(unix)]
    fn open_lock(&self) -> io::Result<File> {
        File::open(&self.root)
    }

    /// What is locked: a file, since Windows locks no directories.
    #[cfg(not(unix))]
    fn open_lock(&self) -> io::Result<File> {
        let place = lock_file(&self.root, self.scratch_directory(), &std::env::temp_dir());
        File::options().write(true).create(true).truncate(false).open(place)
    }

    /// Removes what runs left that were killed between giving new content a second name and renaming
    /// it. Only for whoever holds the lock: for others it may be work in progress.
    fn sweep(&self) {
        let grants = EntryPath::parse(&format!("{}/grants", self.seals.as_str())).ok();
        for path in [Some(&self.seals), grants.as_ref()].into_iter().flatten() {
            sweep_directory(&self.root, Some(path), is_leftover_beside);
        }
        if let Some(aside) = self.scratch_directory() {
            sweep_directory(&aside, None, is_leftover_aside);
        }
    }

    /// Refuses a seal whose file was made read-only: someone wants it to stay as it is.
    fn check_writable(&self, name: &SealName) -> Result<(), Problem> {
        match self.path_of(name).metadata() {
            Ok(found) if found.permissions().readonly() => {
                Err(self.unwritable(name, "its file is read-only"))
            }
            _ => Ok(()),
        }
    }

    /// Gives the files of seals new content, each in one step; the caller holds the lock. Nothing is
    /// written if one of the files was made read-only. After an error some may have been written.
    pub fn write(&self, seals: &[(&SealName, &[u8])]) -> Result<(), Problem> {
        seals.iter().try_for_each(|(name, _)| self.check_writable(name))?;
        let write = |seals: &[(&SealName, &[u8])]| {
            seals.iter().try_for_each(|(name, bytes)| self.write_one(name, bytes))
        };
        if seals.len() < 2 {
            return write(seals);
        }
        let share = seals.len().div_ceil(WRITERS);
        std::thread::scope(|scope| {
            let writers: Vec<_> =
                seals.chunks(share).map(|seals| scope.spawn(move || write(seals))).collect();
            let written = writers.into_iter().map(|writer| {
                writer.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            });
            // All of them end before an error is returned.
            written.fold(Ok(()), Result::and)
        })
    }

    fn write_one(&self, name: &SealName, bytes: &[u8]) -> Result<(), Problem> {
        std::fs::create_dir_all(self.root.join(self.seals.as_str()))
            .and_then(|()| self.replace(&self.path_of(name), bytes))
            .map_err(|error| self.unwritable(name, &in_words(&error)))
    }

    fn unwritable(&self, name: &SealName, why: &str) -> Problem {
        Problem::new("seal-unwritable", format!("the seal cannot be written: {why}"))
            .seal(name.as_str())
            .file(self.file_of(name))
            .remedy("its file is as it was; give this user the right to write it, or make room")
    }
}

/// Locks `file`; calls `waiting` if another run has the lock, and then waits for it.
fn wait_for_lock(file: File, waiting: impl FnOnce()) -> io::Result<File> {
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            waiting();
            file.lock()?;
        }
        Err(TryLockError::Error(error)) => return Err(error),
    }
    Ok(file)
}

/// The file that stands for the repository at `root` (canonical) where directories cannot be locked: in
/// git's own directory, or else one of its own in the directory `temporary`.
#[cfg(any(not(unix), test))]
fn lock_file(root: &Path, git: Option<PathBuf>, temporary: &Path) -> PathBuf {
    if let Some(git) = git {
        return git.join("sealgate.lock");
    }
    let name = blake3::hash(root.as_os_str().as_encoded_bytes()).to_hex();
    temporary.join(format!("sealgate-{name}.lock"))
}

/// Removes the files in the directory `path` below `above` of which `is_leftover` says that a killed
/// run left them. What cannot be removed is in nobody's way.
fn sweep_directory(above: &Path, path: Option<&EntryPath>, is_leftover: fn(&[u8]) -> bool) {
    let listing = Directory::open_root(above, path).map(|directory| directory.list());
    let Ok(Ok(listing)) = listing else { return };
    let directory = path.map_or_else(|| above.to_owned(), |path| above.join(path.as_str()));
    for (name, kind) in listing {
        if let (Kind::File, true, Ok(name)) = (kind, is_leftover(&name), std::str::from_utf8(&name))
        {
            let _ = std::fs::remove_file(directory.join(name));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn a_second_run_waits_until_the_first_ends() {
        let place = tempfile::NamedTempFile::new().unwrap();
        let first = wait_for_lock(place.reopen().unwrap(), || panic!("nobody has it")).unwrap();
        let second = place.reopen().unwrap();
        let (sender, events) = mpsc::channel();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                wait_for_lock(second, || sender.send("waits").unwrap()).unwrap();
                sender.send("has it").unwrap();
            });
            assert_eq!(events.recv(), Ok("waits"));
            assert!(events.try_recv().is_err());
            drop(first);
            assert_eq!(events.recv(), Ok("has it"));
        });
    }

    #[test]
    fn each_repository_has_a_lock_file_of_its_own_outside_its_files() {
        let (one, two) = (Path::new("/r/one"), Path::new("/r/two"));
        let temporary = Path::new("/t");
        let git = lock_file(one, Some(one.join(".git")), temporary);
        assert_eq!(git, one.join(".git/sealgate.lock"));
        let [plain, other] = [one, two].map(|root| lock_file(root, None, temporary));
        assert_ne!(plain, other);
        assert_eq!(plain, lock_file(one, None, temporary));
        assert_eq!(plain.parent(), Some(temporary));
    }
}
