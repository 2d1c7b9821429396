//! A directory in the making: beside the place where it is wanted, under a name of its own.
//!
//! It is held by its descriptor, and so is the directory that it is in: whoever moves one of them,
//! or puts something in its place, redirects nothing that is written or removed here.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, Mode, OFlags, RawMode, Stat, chmodat, fchmod, fstat, mkdirat};
use rustix::fs::{openat, renameat, statat, symlinkat, unlinkat};
use rustix::io::{Errno, retry_on_intr};

use super::moving::{expect_nothing, rename_new};
use super::{Directory, Kind};
use crate::SCRATCH_SUFFIX;

/// How many that killed runs left may be in the way.
const LEFTOVERS: u32 = 100;

/// How much of a name goes into that of its scratch directory, in characters: no file system
/// takes long names, and one with the rest added must not be too long where the name is not.
const STEM: usize = 48;

/// Nothing of the directory above is to be read.
#[cfg(any(target_os = "linux", target_os = "android"))]
const ABOVE: OFlags = OFlags::PATH.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const ABOVE: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);

/// Who may execute a file: anyone.
const EXECUTE: Mode = Mode::XUSR.union(Mode::XGRP).union(Mode::XOTH);

/// A file that nobody made before.
const NEW: OFlags = OFlags::WRONLY
    .union(OFlags::CREATE)
    .union(OFlags::EXCL)
    .union(OFlags::NOFOLLOW)
    .union(OFlags::CLOEXEC);

/// The directory; gone when it is dropped, unless it was published.
#[derive(Debug)]
pub(super) struct Scratch {
    above: OwnedFd,
    own: Directory,
    /// Its name while it grows, in `above`.
    name: String,
    /// The name that is wanted for it, there.
    wanted: OsString,
    /// Where the user looks for it.
    target: PathBuf,
    /// Whether the umask takes rights from new directories that their owner needs.
    closed: bool,
    published: bool,
}

impl Scratch {
    /// Makes one that is to be at `target`, where nothing may be.
    pub(super) fn create(target: &Path) -> io::Result<Self> {
        let (Some(parent), Some(wanted)) = (target.parent(), target.file_name()) else {
            return Err(io::ErrorKind::InvalidInput.into());
        };
        let above = retry_on_intr(|| openat(CWD, parent, ABOVE, Mode::empty()))?;
        expect_nothing(&above, wanted)?;
        let name = make(&above, wanted)?;
        let (above, own) = match open_empty(above, &name) {
            Ok(opened) => opened,
            Err((above, error)) => {
                let _ = unlinkat(&above, &name, AtFlags::REMOVEDIR);
                return Err(error);
            }
        };
        let (wanted, target) = (wanted.to_owned(), target.to_owned());
        let mut scratch =
            Self { above, own, name, wanted, target, closed: false, published: false };
        let mode = mode_of(&fstat(&scratch.own.descriptor)?);
        if !mode.contains(Mode::RWXU) {
            scratch.closed = true;
            fchmod(&scratch.own.descriptor, mode | Mode::RWXU)?;
        }
        Ok(scratch)
    }

    /// Makes the directory `path`; the one that it is in was made before.
    pub(super) fn directory(&self, path: &str) -> io::Result<()> {
        self.at(path, |above, name| {
            mkdirat(above, name, Mode::from_raw_mode(0o777))?;
            if self.closed {
                let mode = mode_of(&statat(above, name, AtFlags::SYMLINK_NOFOLLOW)?);
                chmodat(above, name, mode | Mode::RWXU, AtFlags::empty())?;
            }
            Ok(())
        })
    }

    /// Makes the link `path`.
    pub(super) fn link(&self, path: &str, target: &str) -> io::Result<()> {
        self.at(path, |above, name| symlinkat(target, above, name))
    }

    /// Makes the file `path` with the permissions in `mode`. A umask may take from them what it
    /// likes, save that an executable file is one, and no other file is.
    pub(super) fn file(&self, path: &str, mode: u32) -> io::Result<File> {
        let wanted = Mode::from_raw_mode((mode & 0o777) as RawMode);
        let file: File =
            self.at(path, |above, name| retry_on_intr(|| openat(above, name, NEW, wanted)))?.into();
        set_executable(&file, is_executable(wanted))?;
        Ok(file)
    }

    /// Puts it in its place, where still nothing may be.
    pub(super) fn publish(&mut self) -> io::Result<()> {
        rename_new(&self.above, &*self.name, &self.above, &*self.wanted)?;
        if !self.is_at(&self.above, &self.wanted) {
            let _ = rename_new(&self.above, &*self.wanted, &self.above, &*self.name);
            return Err(io::Error::other("something else was put in its place meanwhile"));
        }
        self.published = true;
        // Whoever looks for it must find it, and not what is in another directory of that name.
        if !self.is_at(CWD, &self.target) {
            self.take_back()?;
            return Err(io::Error::other("the directory that it is in was moved meanwhile"));
        }
        Ok(())
    }

    /// Removes it after it was published.
    pub(super) fn withdraw(mut self) -> io::Result<()> {
        self.take_back()
    }

    fn take_back(&mut self) -> io::Result<()> {
        self.published = false;
        if !self.is_at(&self.above, &self.wanted) {
            return Err(io::Error::other("something else was put in its place meanwhile"));
        }
        // In one step, where that can be.
        if renameat(&self.above, &self.wanted, &self.above, &self.name).is_err() {
            empty(&self.own)?;
            unlinkat(&self.above, &self.wanted, AtFlags::REMOVEDIR)?;
        }
        Ok(())
    }

    /// Whether it is this directory that `path`, from `above`, leads to.
    fn is_at<P: rustix::path::Arg>(&self, above: impl AsFd, path: P) -> bool {
        let there = statat(above, path, AtFlags::SYMLINK_NOFOLLOW);
        let same =
            |there: Stat, own: Stat| (there.st_dev, there.st_ino) == (own.st_dev, own.st_ino);
        there.and_then(|there| Ok(same(there, fstat(&self.own.descriptor)?))).unwrap_or(false)
    }

    /// Does `work` at `path`, from directory to directory where the way is too long for one call.
    fn at<T>(
        &self,
        path: &str,
        work: impl Fn(&OwnedFd, &str) -> Result<T, Errno>,
    ) -> io::Result<T> {
        let done = match (work(&self.own.descriptor, path), path.rsplit_once('/')) {
            (Err(Errno::NAMETOOLONG), Some((above, name))) => {
                work(&self.own.directory_beneath(above.as_bytes())?.descriptor, name)
            }
            (done, _) => done,
        };
        Ok(done?)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if !self.published {
            // What is left of it bears a name that says what it is.
            let _ = empty(&self.own);
            let _ = unlinkat(&self.above, &self.name, AtFlags::REMOVEDIR);
        }
    }
}

/// Sees to it that `file` is executable, or that it is not.
pub(super) fn set_executable(file: &File, executable: bool) -> io::Result<()> {
    let mode = mode_of(&fstat(file)?);
    if is_executable(mode) == executable {
        return Ok(());
    }
    fchmod(file, if executable { mode | Mode::XUSR } else { mode - EXECUTE })?;
    if is_executable(mode_of(&fstat(file)?)) == executable {
        return Ok(());
    }
    let why = "execute bits are not kept on this file system";
    Err(io::Error::new(io::ErrorKind::Unsupported, why))
}

fn mode_of(stat: &Stat) -> Mode {
    Mode::from_raw_mode(stat.st_mode)
}

fn is_executable(mode: Mode) -> bool {
    mode.intersects(EXECUTE)
}

/// Makes a directory in `above` under a name that nobody has; gives the name.
fn make(above: &OwnedFd, wanted: &OsStr) -> Result<String, Errno> {
    let stem: String = wanted.to_string_lossy().chars().take(STEM).collect();
    let process = std::process::id();
    let mut turn = 0;
    loop {
        // The process's number keeps apart runs that go on; those that ended may have had it too.
        let name = match turn {
            0 => format!(".{stem}.{process}{SCRATCH_SUFFIX}"),
            turn => format!(".{stem}.{process}-{turn}{SCRATCH_SUFFIX}"),
        };
        match mkdirat(above, &name, Mode::from_raw_mode(0o777)) {
            Err(Errno::EXIST) if turn < LEFTOVERS => turn += 1,
            made => return made.map(|()| name),
        }
    }
}

/// Opens the directory `name` in `above` and sees to it that nothing is in it: another one may
/// have been put in the place of that which was made.
fn open_empty(above: OwnedFd, name: &str) -> Result<(OwnedFd, Directory), (OwnedFd, io::Error)> {
    let above = Directory::of(above);
    let opened = above.subdirectory(name.as_bytes()).map_err(io::Error::from);
    let own = opened.and_then(|own| match own.list() {
        Ok(names) if names.is_empty() => Ok(own),
        Ok(_) => Err(io::Error::other("something else was put there meanwhile")),
        Err(trouble) => Err(io::Error::other(trouble.detail)),
    });
    match own {
        Ok(own) => Ok((above.descriptor, own)),
        Err(error) => Err((above.descriptor, error)),
    }
}

/// Removes everything in `directory`.
fn empty(directory: &Directory) -> io::Result<()> {
    for (name, kind) in directory.list().map_err(|trouble| io::Error::other(trouble.detail))? {
        let flags = if kind == Kind::Directory {
            empty(&directory.subdirectory(&name)?)?;
            AtFlags::REMOVEDIR
        } else {
            AtFlags::empty()
        };
        unlinkat(&directory.descriptor, &*name, flags)?;
    }
    Ok(())
}
