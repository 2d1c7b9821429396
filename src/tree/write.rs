//! Writing seals: the lock that keeps other runs away, what killed runs left, and the files themselves.

use std::fs::File;
use std::io;
use std::path::Path;

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
    /// The lock is on the repository's directory itself: it leaves no file, and the kernel takes
    /// it back from a run that is killed. Windows locks no directories: there is none there.
    pub fn lock(&self, waiting: impl FnOnce()) -> Result<Option<File>, Problem> {
        if cfg!(not(unix)) {
            return Ok(None);
        }
        let lock = self.lock_directory(waiting).map_err(|error| {
            let message = format!("the repository cannot be locked: {}", in_words(&error));
            Problem::new("lock", message)
                .remedy("give this user the right to read the repository's directory")
        })?;
        self.sweep();
        Ok(Some(lock))
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

    fn lock_directory(&self, waiting: impl FnOnce()) -> io::Result<File> {
        let directory = File::open(&self.root)?;
        match directory.try_lock() {
            Ok(()) => {}
            Err(std::fs::TryLockError::WouldBlock) => {
                waiting();
                directory.lock()?;
            }
            Err(std::fs::TryLockError::Error(error)) => return Err(error),
        }
        Ok(directory)
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
