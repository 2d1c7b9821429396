//! The directories of runs below git's directory: what each has, and which of them goes on or was
//! stopped.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use sealgate_core::text::place::shown_path;
use sealgate_core::text::problem::{Problem, in_words};
use sealgate_scan::read_named;

use super::{command, journal};
use crate::report::quote;
use crate::tree::Workspace;

/// The directory of all runs, below git's own.
const RUNS: [&str; 2] = ["sealgate", "rebuild"];

/// What the first of two builds made.
pub(super) const FIRST: &str = "first";

/// What a build made that failed.
pub(super) const MADE: &str = "made";

/// The builds of the run have this file locked as long as one of their processes lives. In it is the
/// number of the process group of the last one.
pub(super) const RUNNING: &str = "running";

/// A longer file with the number of a process group is not read, in bytes.
const LONGEST_NOTE: u64 = 64;

/// An earlier run that was stopped before its end, or one that goes on.
#[derive(Debug)]
pub struct Unfinished {
    /// Its directory, as a user finds it from the repository root.
    pub place: String,
    /// Whether it goes on.
    pub runs: bool,
}

/// A run that moved roots aside and is not at its end, if there is one.
#[must_use]
pub fn unfinished(repository: &Workspace) -> Option<Unfinished> {
    let runs = runs(repository).ok()?;
    let stopped = stopped(&runs)?;
    let runs_on = matches!(lock(&runs), Ok(None));
    Some(Unfinished { place: shown(repository, &stopped), runs: runs_on })
}

/// What there is to say of a run that was stopped at `place`.
pub(super) fn unfinished_problem(place: &str) -> Problem {
    let message =
        format!("an earlier rebuild was stopped before its end; what it moved aside is in {place}");
    Problem::new("rebuild-unfinished", message).remedy("put it back: sealgate rebuild --restore")
}

pub(super) fn running() -> Problem {
    Problem::new("rebuild-running", "another rebuild goes on in this working tree")
        .remedy("wait for its end")
}

pub(super) fn trouble(repository: &Workspace, place: &Path, error: &io::Error) -> Problem {
    let message = format!("{}: {}", shown(repository, place), in_words(error));
    Problem::new("rebuild-aside", message)
        .remedy("make room, and give this user the right to write below git's directory")
}

/// Refuses to begin where there is no directory of git to move things below.
///
/// # Errors
///
/// This is no git repository.
pub fn needs_git(repository: &Workspace) -> Result<(), Problem> {
    runs(repository).map(drop)
}

/// The directory of all runs.
pub(super) fn runs(repository: &Workspace) -> Result<PathBuf, Problem> {
    match repository.scratch_directory() {
        Some(git) => Ok(git.join(RUNS[0]).join(RUNS[1])),
        None => Err(Problem::new(
            "not-a-repository",
            "rebuild moves files aside below git's directory, and this is no git repository",
        )
        .remedy("git init, or go to your repository")),
    }
}

/// Keeps other runs away until what it gives is dropped; `None` where one goes on. The kernel takes
/// the lock back from a run that is killed.
pub(super) fn lock(runs: &Path) -> io::Result<Option<File>> {
    lock_file(&runs.join("lock"), File::options().write(true).create(true).truncate(false))
}

/// Locks the regular file at `path`, opened as `options` say; `None` where another process has the lock.
/// No link is followed, and nothing is waited for: a build may have left a FIFO there.
pub(super) fn lock_file(path: &Path, options: &mut OpenOptions) -> io::Result<Option<File>> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK | libc::O_NOCTTY);
    }
    let file = options.open(path)?;
    if !file.metadata()?.is_file() {
        let message = format!("{} is no regular file; remove it", shown_path(path));
        return Err(io::Error::other(message));
    }
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(fs::TryLockError::WouldBlock) => Ok(None),
        Err(fs::TryLockError::Error(error)) => Err(error),
    }
}

/// Refuses to put something back under a build that still runs.
pub(super) fn check_build_ended(repository: &Workspace, place: &Path) -> Result<(), Problem> {
    let note = place.join(RUNNING);
    let is_locked = match lock_file(&note, File::options().write(true)) {
        Ok(lock) => lock.is_none(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(trouble(repository, &note, &error)),
    };
    let text = read_named(&note, LONGEST_NOTE).ok();
    let group = text.and_then(|text| std::str::from_utf8(&text).ok()?.trim().parse::<i32>().ok());
    // A process that closed what it inherited is known by its group.
    if !is_locked && !group.is_some_and(command::is_running) {
        return Ok(());
    }
    let note = quote(shown(repository, &note).as_bytes());
    let (who, remedy) = match group {
        Some(group) => (
            format!(" (process group {group})"),
            format!("stop it: kill -- -{group}; if that group is another program: rm {note}"),
        ),
        None => (String::new(), format!("stop it: fuser -k {note}")),
    };
    let message = format!("the build of the rebuild that was stopped may still run{who}");
    Err(Problem::new("rebuild-running", message).remedy(format!("wait for it, or {remedy}")))
}

/// The directory of a run that did not come to its end.
pub(super) fn stopped(runs: &Path) -> Option<PathBuf> {
    places(runs).into_iter().find(|place| journal::stage(place).is_some())
}

/// The directories of all runs of which something is left.
pub(super) fn places(runs: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(runs).into_iter().flatten().flatten();
    let numbered = entries
        .filter(|entry| entry.file_name().to_str().is_some_and(|name| name.parse::<u32>().is_ok()));
    let mut places: Vec<PathBuf> = numbered.map(|entry| entry.path()).collect();
    places.sort();
    places
}

pub(super) fn new_place(runs: &Path) -> io::Result<PathBuf> {
    let mut number: u32 = 1;
    loop {
        let place = runs.join(number.to_string());
        match fs::create_dir(&place) {
            Ok(()) => return Ok(place),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
            Err(error) => return Err(error),
        }
    }
}

/// Removes what builds of earlier runs made, and runs of which nothing is left. What roots were stays.
pub(super) fn clear_outputs(runs: &Path) {
    for place in places(runs) {
        let _ = fs::remove_dir_all(place.join(FIRST));
        let _ = fs::remove_dir_all(place.join(MADE));
        remove_empty(&place);
    }
}

/// Removes `directory`, and those in it, as far as no file is in them.
pub(super) fn remove_empty(directory: &Path) {
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            remove_empty(&entry.path());
        }
    }
    let _ = fs::remove_dir(directory);
}

pub(super) fn is_there(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// A place below git's directory, as a user finds it from the repository root.
pub(super) fn shown(repository: &Workspace, place: &Path) -> String {
    place.strip_prefix(repository.root()).unwrap_or(place).to_string_lossy().into_owned()
}
