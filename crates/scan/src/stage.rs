//! The stage: a copy of what is judged, made of the very bytes that were hashed.
//!
//! It grows under a name of its own beside the place where it is wanted, and takes that place
//! only by [`Stage::publish`]: a run that is killed, or comes to any verdict but pass, leaves
//! nothing there that somebody could take for approved.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use sealgate_core::seal::entry::Entry;
use sealgate_core::text::place::shown_path;
use sealgate_core::text::problem::{Problem, in_words};

use super::read::ByteSink;
use super::scratch::{Scratch, set_executable};

/// A link of the tree: its path and its target.
type Link = (Box<[u8]>, Box<str>);

/// A directory in the making.
#[derive(Debug)]
pub struct Stage {
    /// The option that asked for it, as errors name it.
    option: &'static str,
    target: PathBuf,
    scratch: Scratch,
    /// The links are made when all else is there, so that nothing is ever written through one.
    links: Mutex<Vec<Link>>,
    /// What could not be written, the first time that it happened.
    fault: OnceLock<String>,
}

impl Stage {
    /// Begins a stage that is to be at `target`, where nothing may be; `option` asked for it.
    pub fn create(option: &'static str, target: &Path) -> Result<Self, Problem> {
        let misplaced = |why: &str| misplaced(option, target, why);
        let begun = Scratch::create(target).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => {
                misplaced("it exists already, and what is in it was not judged by this check")
            }
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => misplaced(&in_words(&error)),
            _ => unwritable(option, target, &in_words(&error)),
        });
        let (links, fault) = (Mutex::default(), OnceLock::new());
        Ok(Self { option, scratch: begun?, target: target.to_owned(), links, fault })
    }

    /// Where it is to be.
    #[must_use]
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// Makes the directory `path`; the one that it is in was made before.
    pub(super) fn directory(&self, path: &[u8]) {
        self.attempt(path, |path| self.scratch.directory(path));
    }

    /// Keeps the link `path` for later.
    pub(super) fn link(&self, path: &[u8], target: &str) {
        let mut links = self.links.lock().unwrap_or_else(PoisonError::into_inner);
        links.push((path.into(), target.into()));
    }

    /// Begins the file `path` with the permissions in `mode`.
    pub(super) fn file(&self, path: &[u8], mode: u32) -> Copy<'_> {
        let file = self.attempt(path, |path| self.scratch.file(path, mode));
        let executable = mode & 0o111 != 0;
        let written = AtomicBool::new(false);
        Copy { stage: self, path: path.into(), file, executable, length: 0, written }
    }

    /// Does `work` at `path`, which is UTF-8 as all that gets here, unless something failed before: what lacks a part is never published, and
    /// below a directory that could not be made there may be somebody else's.
    fn attempt<T>(&self, path: &[u8], work: impl FnOnce(&str) -> io::Result<T>) -> Option<T> {
        if self.fault.get().is_some() {
            return None;
        }
        let path = String::from_utf8_lossy(path);
        let fault = |error| self.fault.set(format!("{path}: {}", in_words(&error)));
        work(&path).map_err(fault).ok()
    }

    /// Puts the stage in its place, if all of it could be written.
    pub fn publish(&mut self) -> Result<(), Problem> {
        let links = std::mem::take(self.links.get_mut().unwrap_or_else(PoisonError::into_inner));
        for (path, target) in &links {
            self.attempt(path, |path| self.scratch.link(path, target));
        }
        if let Some(fault) = self.fault.get() {
            return Err(unwritable(self.option, &self.target, fault));
        }
        self.scratch.publish().map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => {
                misplaced(self.option, &self.target, "something was put there meanwhile")
            }
            // No error of the system's.
            io::ErrorKind::Other => told(
                self.option,
                &self.target,
                &in_words(&error),
                "keep others out of the directory that it is in, and check again",
            ),
            _ => unwritable(self.option, &self.target, &in_words(&error)),
        })
    }

    /// Takes it away again: the verdict changed after it was put in its place.
    pub fn withdraw(self) -> Result<(), Problem> {
        let Self { target, scratch, .. } = self;
        scratch.withdraw().map_err(|error| {
            let message =
                format!("{} cannot be removed: {}", shown_path(&target), in_words(&error));
            Problem::new("stage", message).remedy("remove it: it is not approved")
        })
    }
}

fn misplaced(option: &str, target: &Path, why: &str) -> Problem {
    told(option, target, why, "name a directory that does not exist, in one that does")
}

fn unwritable(option: &str, target: &Path, why: &str) -> Problem {
    told(option, target, why, "make room and give this user the right to write there")
}

fn told(option: &str, target: &Path, why: &str, remedy: &str) -> Problem {
    Problem::new("stage", format!("{option} {}: {why}", shown_path(target))).remedy(remedy)
}

/// A file of the stage. What cannot be written is noted, and the stage is never published.
#[derive(Debug)]
pub struct Copy<'s> {
    stage: &'s Stage,
    path: Box<[u8]>,
    file: Option<File>,
    /// Whether it was made so.
    executable: bool,
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
            self.stage.attempt(&self.path, |_| write_all_at(file, bytes, offset));
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

    fn end(&mut self, entry: &Entry) {
        if let Some(copy) = self {
            copy.end(entry);
        }
    }
}

impl ByteSink for Copy<'_> {
    fn begin(&mut self) {
        self.length = 0;
        if let (Some(file), true) = (&self.file, *self.written.get_mut()) {
            self.stage.attempt(&self.path, |_| file.set_len(0));
        }
    }

    fn take(&mut self, bytes: &[u8]) {
        self.write_at(bytes, self.length);
        self.length += bytes.len() as u64;
    }

    /// What is judged is the file at the end; it may have been another when the copy was begun.
    fn end(&mut self, entry: &Entry) {
        if let (Some(file), Entry::File { executable, .. }) = (&self.file, entry)
            && *executable != self.executable
        {
            self.stage.attempt(&self.path, |_| set_executable(file, *executable));
        }
    }
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

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::read::Opened;

    fn mode_of(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode()
    }

    #[test]
    fn a_copy_is_executable_if_what_was_judged_is() {
        // What is read at once, and in chunks.
        for length in [10, 3 << 20] {
            for (before, after) in [(0o644, 0o755), (0o755, 0o644), (0o640, 0o640), (0o700, 0o500)]
            {
                let tree = tempfile::tempdir().unwrap();
                let (path, target) = (tree.path().join("f"), tree.path().join("stage"));
                fs::write(&path, vec![7; length]).unwrap();
                fs::set_permissions(&path, fs::Permissions::from_mode(before)).unwrap();
                let mut stage = Stage::create("--stage", &target).unwrap();
                let opened = Opened::new(File::open(&path).unwrap()).unwrap();
                let mut copy = Some(stage.file(b"f", opened.mode()));
                fs::set_permissions(&path, fs::Permissions::from_mode(after)).unwrap();
                let (entry, _) = opened.read(&mut copy).unwrap();
                drop(copy);
                assert_eq!(entry.kind(), if after & 0o111 == 0 { "file" } else { "exec" });
                stage.publish().unwrap();
                let executable = mode_of(&target.join("f")) & 0o111 != 0;
                assert_eq!(executable, after & 0o111 != 0, "{before:o}, then {after:o}");
                assert_eq!(fs::read(target.join("f")).unwrap(), vec![7; length]);
            }
        }
    }

    #[test]
    fn nothing_is_written_through_a_link_of_the_tree() {
        // Two names of the tree that are one where it is copied to, as where case does not count.
        let tree = tempfile::tempdir().unwrap();
        let outside = tree.path().join("outside");
        fs::create_dir(&outside).unwrap();
        let mut stage = Stage::create("--stage", &tree.path().join("stage")).unwrap();
        stage.link(b"a", outside.to_str().unwrap());
        stage.directory(b"a");
        stage.directory(b"a/d");
        stage.link(b"a/l", "x");
        stage.file(b"a/f", 0o644).write_at(b"hostile", 0);
        assert!(stage.publish().is_err());
        assert_eq!(fs::read_dir(&outside).unwrap().count(), 0);
        assert!(!tree.path().join("stage").exists());
    }

    #[test]
    fn what_could_not_be_written_is_told_and_never_published() {
        type Fault = fn(&Stage);
        let faults: [(&str, Fault); 5] = [
            ("d/d", |stage| stage.directory(b"d/d")),
            ("d/f", |stage| stage.file(b"d/f", 0o644).write_at(b"", 0)),
            ("d/l", |stage| stage.link(b"d/l", "x")),
            ("l", |stage| stage.link(b"l", "")),
            ("f", |stage| drop((stage.file(b"f", 0o644), stage.file(b"f", 0o644)))),
        ];
        for (path, fault) in faults {
            let tree = tempfile::tempdir().unwrap();
            let mut stage = Stage::create("--stage", &tree.path().join("stage")).unwrap();
            fault(&stage);
            let problem = stage.publish().unwrap_err();
            assert!(problem.message.contains(&format!(": {path}: ")), "{problem:?}");
            drop(stage);
            assert_eq!(fs::read_dir(tree.path()).unwrap().count(), 0, "{path}");
        }
    }

    #[test]
    fn a_stage_takes_no_place_that_is_taken_and_leaves_one_that_it_took() {
        let tree = tempfile::tempdir().unwrap();
        let target = tree.path().join("stage");
        let mut stage = Stage::create("--stage", &target).unwrap();
        stage.file(b"f", 0o644).write_at(b"x", 0);
        fs::create_dir(&target).unwrap();
        assert!(stage.publish().is_err());
        assert_eq!(fs::read_dir(&target).unwrap().count(), 0);
        assert!(Stage::create("--stage", &target).is_err());
        fs::remove_dir(&target).unwrap();
        stage.publish().unwrap();
        assert_eq!(fs::read(target.join("f")).unwrap(), b"x");
        stage.withdraw().unwrap();
        assert_eq!(fs::read_dir(tree.path()).unwrap().count(), 0);
    }
}
