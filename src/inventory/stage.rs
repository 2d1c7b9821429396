//! The stage: a copy of what is judged, made of the very bytes that were hashed.
//!
//! It grows under a name of its own beside the place where it is wanted, and takes that place
//! only by [`Stage::publish`]: a run that is killed, or comes to any verdict but pass, leaves
//! nothing there that somebody could take for approved.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use super::read::ByteSink;
use crate::problem::{Problem, in_words};
use crate::replace::SCRATCH_SUFFIX;

/// A directory in the making.
#[derive(Debug)]
pub struct Stage {
    target: PathBuf,
    scratch: PathBuf,
    published: bool,
    /// What could not be written, the first time that it happened.
    fault: Mutex<Option<String>>,
}

impl Stage {
    /// Begins a stage that is to be at `target`, where nothing may be.
    pub fn create(target: &Path) -> Result<Self, Problem> {
        let problem = |message: String| {
            Problem::new("stage", format!("--stage {}: {message}", target.display()))
                .remedy("name a directory that does not exist, in one that does")
        };
        match target.symlink_metadata() {
            Ok(_) => return Err(problem("it exists already".to_owned())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(problem(in_words(&error))),
        }
        // The process's number: two runs at once never share a stage in the making.
        let mut scratch = std::ffi::OsString::from(".");
        scratch.push(target.file_name().unwrap_or_default());
        scratch.push(format!(".{}{SCRATCH_SUFFIX}", std::process::id()));
        let scratch = target.with_file_name(scratch);
        fs::create_dir(&scratch).map_err(|error| problem(in_words(&error)))?;
        let target = target.to_owned();
        Ok(Self { target, scratch, published: false, fault: Mutex::new(None) })
    }

    /// Makes the directory `path`; the one that it is in was made before.
    pub(super) fn directory(&self, path: &[u8]) {
        self.note(path, fs::create_dir(self.at(path)));
    }

    /// Makes the link `path`.
    pub(super) fn link(&self, path: &[u8], target: &str) {
        self.note(path, symlink(target, &self.at(path)));
    }

    /// Begins the file `path` with the permissions in `mode`.
    pub(super) fn file(&self, path: &[u8], mode: u32) -> Copy<'_> {
        let file = self.note(path, create(&self.at(path), mode));
        Copy { stage: self, path: path.into(), file, length: 0, written: AtomicBool::new(false) }
    }

    /// Where the entry `path` goes. Every path that gets here is UTF-8.
    fn at(&self, path: &[u8]) -> PathBuf {
        self.scratch.join(&*String::from_utf8_lossy(path))
    }

    fn note<T>(&self, path: &[u8], outcome: io::Result<T>) -> Option<T> {
        outcome
            .map_err(|error| {
                let path = String::from_utf8_lossy(path);
                let mut fault = self.fault.lock().unwrap_or_else(PoisonError::into_inner);
                fault.get_or_insert_with(|| format!("{path}: {}", in_words(&error)));
            })
            .ok()
    }

    /// Puts the stage in its place, if all of it could be written.
    pub fn publish(&mut self) -> Result<(), Problem> {
        let failed = |what: String| {
            Problem::new("stage", format!("--stage {}: {what}", self.target.display()))
                .remedy("make room and give this user the right to write there")
        };
        let fault = self.fault.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(what) = fault {
            return Err(failed(what));
        }
        // A rename would replace an empty directory without a word.
        if self.target.symlink_metadata().is_ok() {
            return Err(failed("something was put there meanwhile".to_owned()));
        }
        fs::rename(&self.scratch, &self.target).map_err(|error| failed(in_words(&error)))?;
        self.published = true;
        Ok(())
    }

    /// Takes it away again: the verdict changed after it was put in its place.
    pub fn withdraw(mut self) -> Result<(), Problem> {
        if std::mem::take(&mut self.published) {
            fs::rename(&self.target, &self.scratch).map_err(|error| {
                let message =
                    format!("{} cannot be removed: {}", self.target.display(), in_words(&error));
                Problem::new("stage", message).remedy("remove it: it is not approved")
            })?;
        }
        Ok(())
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        if !self.published {
            // What is left of it bears a name that says what it is.
            let _ = fs::remove_dir_all(&self.scratch);
        }
    }
}

/// A file of the stage. What cannot be written is noted, and the stage is never published.
#[derive(Debug)]
pub struct Copy<'s> {
    stage: &'s Stage,
    path: Box<[u8]>,
    file: Option<File>,
    /// How much was taken in turn.
    length: u64,
    /// Whether it may hold anything.
    written: AtomicBool,
}

impl Copy<'_> {
    /// Writes a part of the file, from any thread.
    pub(super) fn write_at(&self, bytes: &[u8], offset: u64) {
        if let Some(file) = &self.file {
            self.written.store(true, Ordering::Relaxed);
            self.stage.note(&self.path, write_all_at(file, bytes, offset));
        }
    }
}

/// Where no copy is wanted, nobody sees the bytes.
impl ByteSink for Option<Copy<'_>> {
    fn begin(&mut self) {
        if let Some(copy) = self {
            copy.begin();
        }
    }

    fn take(&mut self, bytes: &[u8]) {
        if let Some(copy) = self {
            copy.take(bytes);
        }
    }
}

impl ByteSink for Copy<'_> {
    fn begin(&mut self) {
        self.length = 0;
        if let (Some(file), true) = (&self.file, *self.written.get_mut()) {
            self.stage.note(&self.path, file.set_len(0));
        }
    }

    fn take(&mut self, bytes: &[u8]) {
        self.write_at(bytes, self.length);
        self.length += bytes.len() as u64;
    }
}

#[cfg(unix)]
fn create(path: &Path, mode: u32) -> io::Result<File> {
    use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
    let file = OpenOptions::new().write(true).create_new(true).mode(mode & 0o777).open(path)?;
    // A umask may take from the permissions what it likes, save that an executable file is one.
    if mode & 0o111 != 0 && file.metadata()?.mode() & 0o111 == 0 {
        file.set_permissions(fs::Permissions::from_mode(mode & 0o700 | 0o100))?;
    }
    Ok(file)
}

#[cfg(not(unix))]
fn create(path: &Path, _: u32) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}

#[cfg(unix)]
fn symlink(target: &str, link: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, link)
}

#[cfg(not(unix))]
fn symlink(_: &str, _: &Path) -> io::Result<()> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "links cannot be made here"))
}

#[cfg(unix)]
fn write_all_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, offset)
}

#[cfg(not(unix))]
fn write_all_at(file: &File, mut bytes: &[u8], mut offset: u64) -> io::Result<()> {
    use std::os::windows::fs::FileExt as _;
    while !bytes.is_empty() {
        let written = file.seek_write(bytes, offset)?;
        if written == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        (bytes, offset) = (&bytes[written..], offset + written as u64);
    }
    Ok(())
}
