//! The floor under `sealgate check`: walks a tree, opens every regular file, reads it to the end
//! and closes it, and does nothing with what it read.
//!
//! ```text
//! floor DIR [THREADS]
//! ```
//!
//! Whoever judges bytes has to do this much. No hashing, no seal, no metadata: the kind of a file
//! is what its directory says of it. Prints how many files and bytes it has read.

#![expect(clippy::unwrap_used, reason = "a lock is poisoned only by a thread that panicked")]

use std::collections::VecDeque;
use std::error::Error;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex};

/// The buffer of a thread.
const BUFFER: usize = 1 << 20;

/// The most files that are handed out at once.
const BATCH: usize = 64;

enum Work {
    List(PathBuf),
    Read(Arc<Directory>, Vec<OsString>),
}

/// A directory that opens its files by name, a shorter way than from the root for each.
struct Directory {
    #[cfg(unix)]
    handle: File,
    #[cfg(not(unix))]
    path: PathBuf,
}

/// What is left to do, shared by the threads.
struct Shelf {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    waiting: VecDeque<Work>,
    /// Threads that are at work, and may bring more of it.
    busy: usize,
    failed: Option<io::Error>,
}

#[derive(Default)]
struct Sum {
    files: u64,
    bytes: u64,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let (root, threads) = match &*arguments {
        [root] => (root, 2),
        [root, threads] => (root, threads.to_string_lossy().parse()?),
        _ => return Err("usage: floor DIR [THREADS]".into()),
    };
    let first = Work::List(root.into());
    let state = State { waiting: [first].into(), busy: 0, failed: None };
    let shelf = Shelf { state: Mutex::new(state), changed: Condvar::new() };
    let sums: Vec<Sum> = std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(|| shelf.empty(threads))).collect();
        let own = shelf.empty(threads);
        let others = others.into_iter().map(|other| other.join().unwrap());
        std::iter::once(own).chain(others).collect()
    });
    if let Some(error) = shelf.state.into_inner().unwrap().failed {
        return Err(error.into());
    }
    let files: u64 = sums.iter().map(|sum| sum.files).sum();
    let bytes: u64 = sums.iter().map(|sum| sum.bytes).sum();
    writeln!(io::stdout(), "{files} files, {bytes} bytes")?;
    Ok(())
}

impl Shelf {
    /// One thread: takes work until there is none and nobody can bring more.
    fn empty(&self, threads: usize) -> Sum {
        let mut sum = Sum::default();
        let mut buffer = vec![0; BUFFER];
        while let Some(work) = self.next() {
            let done = match work {
                Work::List(path) => self.list(path, threads),
                Work::Read(directory, names) => sum.read(&directory, &names, &mut buffer),
            };
            let mut state = self.state.lock().unwrap();
            state.busy -= 1;
            if let Err(error) = done {
                state.waiting.clear();
                state.failed = Some(error);
            }
            if state.busy == 0 && state.waiting.is_empty() {
                self.changed.notify_all();
            }
        }
        sum
    }

    fn next(&self) -> Option<Work> {
        let mut state = self.state.lock().unwrap();
        loop {
            if let Some(work) = state.waiting.pop_front() {
                state.busy += 1;
                return Some(work);
            }
            if state.busy == 0 {
                return None;
            }
            state = self.changed.wait(state).unwrap();
        }
    }

    /// Lists a directory: its files go to the front, so that few are ever waiting.
    fn list(&self, path: PathBuf, threads: usize) -> io::Result<()> {
        let mut directories = Vec::new();
        let mut files = Vec::new();
        for entry in fs::read_dir(&path)? {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_dir() {
                directories.push(Work::List(entry.path()));
            } else if kind.is_file() {
                files.push(entry.file_name());
            }
        }
        let directory = Arc::new(Directory::open(path)?);
        let batch = files.len().div_ceil(threads.max(1)).clamp(1, BATCH);
        let mut state = self.state.lock().unwrap();
        if state.failed.is_none() {
            state.waiting.extend(directories);
            while !files.is_empty() {
                let names = files.split_off(files.len().saturating_sub(batch));
                state.waiting.push_front(Work::Read(Arc::clone(&directory), names));
            }
        }
        self.changed.notify_all();
        Ok(())
    }
}

#[cfg(unix)]
impl Directory {
    fn open(path: PathBuf) -> io::Result<Self> {
        Ok(Self { handle: File::open(path)? })
    }

    fn file(&self, name: &OsStr) -> io::Result<File> {
        use rustix::fs::{Mode, OFlags, openat};
        let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW;
        Ok(openat(&self.handle, name, flags, Mode::empty())?.into())
    }
}

#[cfg(not(unix))]
impl Directory {
    fn open(path: PathBuf) -> io::Result<Self> {
        Ok(Self { path })
    }

    fn file(&self, name: &OsStr) -> io::Result<File> {
        File::open(self.path.join(name))
    }
}

impl Sum {
    fn read(&mut self, from: &Directory, names: &[OsString], buffer: &mut [u8]) -> io::Result<()> {
        for name in names {
            let mut file = from.file(name)?;
            self.files += 1;
            loop {
                match file.read(buffer) {
                    Ok(0) => break,
                    Ok(read) => self.bytes += read as u64,
                    Err(error) if error.kind() == ErrorKind::Interrupted => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(())
    }
}
