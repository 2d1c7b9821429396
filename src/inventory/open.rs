//! Opening things below a directory without following a link and without waiting.
//!
//! Every open names one component and starts from its parent's descriptor, so that no component
//! on the way can be redirected between a look and a use, and no path is ever too long.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, openat, readlinkat, statat};
use rustix::io::{Errno, retry_on_intr};

use super::{Kind, Listing, RootError, Trouble};
use crate::path::EntryPath;
use crate::problem::in_words;

/// Never follow a link; never wait for the other end of a FIFO; never take a terminal.
const CAREFUL: OFlags = OFlags::RDONLY
    .union(OFlags::NOFOLLOW)
    .union(OFlags::NONBLOCK)
    .union(OFlags::NOCTTY)
    .union(OFlags::CLOEXEC);

/// An open directory, below which names are looked up.
#[derive(Debug)]
pub struct Directory(OwnedFd);

impl Directory {
    /// Opens the root `path` below `base`; no component of `path` may be a link.
    ///
    /// `base` is the user's own choice, and links in it are followed.
    pub fn open_root(base: &Path, path: Option<&EntryPath>) -> Result<Self, RootError> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let mut directory = retry_on_intr(|| openat(CWD, base, flags, Mode::empty()))
            .map(Self)
            .map_err(|errno| root_error(&base.display().to_string(), errno))?;
        let Some(path) = path else { return Ok(directory) };
        for reached in path.parents().chain([path.as_str()]) {
            let name = reached.rsplit('/').next().unwrap_or(reached);
            directory = directory.subdirectory(name.as_bytes()).map_err(|errno| {
                // With O_DIRECTORY the kernel may call a link "not a directory".
                match directory.type_of(name.as_bytes()) {
                    Ok(FileType::Symlink) => RootError::Link(reached.to_owned()),
                    _ => root_error(reached, errno),
                }
            })?;
        }
        Ok(directory)
    }

    /// Opens the directory `name` in this one.
    pub(super) fn subdirectory(&self, name: &[u8]) -> Result<Self, Errno> {
        retry_on_intr(|| openat(&self.0, name, CAREFUL | OFlags::DIRECTORY, Mode::empty()))
            .map(Self)
    }

    /// Opens the file `name` in this directory. The caller sees to it that it is a regular one
    /// before it reads.
    pub(super) fn file(&self, name: &[u8]) -> Result<File, Trouble> {
        match retry_on_intr(|| openat(&self.0, name, CAREFUL, Mode::empty())) {
            Ok(descriptor) => Ok(descriptor.into()),
            // A link, a socket or nothing, where the listing showed a file.
            Err(Errno::LOOP | Errno::NXIO | Errno::NODEV) => {
                Err(Trouble::unstable("it became something else while it was read"))
            }
            Err(Errno::NOENT) => Err(Trouble::unstable("it vanished while it was read")),
            Err(errno) => Err(Trouble::unreadable(&errno.into())),
        }
    }

    /// Opens the file at `path`, with no link on the way.
    pub(super) fn file_beneath(&self, path: &EntryPath) -> Result<File, Trouble> {
        let mut above = None;
        for parent in path.parents() {
            let name = parent.rsplit('/').next().unwrap_or(parent).as_bytes();
            let directory = above.as_ref().unwrap_or(self);
            above = Some(directory.subdirectory(name).map_err(directory_trouble)?);
        }
        above.as_ref().unwrap_or(self).file(path.base_name().as_bytes())
    }

    /// The raw target of the link `name`.
    pub(super) fn link_target(&self, name: &[u8]) -> Result<Vec<u8>, Trouble> {
        match retry_on_intr(|| readlinkat(&self.0, name, Vec::new())) {
            Ok(target) => Ok(target.into_bytes()),
            Err(Errno::INVAL | Errno::NOENT) => {
                Err(Trouble::unstable("it became something else while it was read"))
            }
            Err(errno) => Err(Trouble::unreadable(&errno.into())),
        }
    }

    /// Lists this directory; a listing during which it changed is done once more.
    pub fn list(&self) -> Result<Listing, Trouble> {
        for _ in 0..2 {
            let before = self.stamp().map_err(directory_trouble)?;
            let listing = self.list_once().map_err(directory_trouble)?;
            if self.stamp().map_err(directory_trouble)? == before {
                return Ok(listing);
            }
        }
        Err(Trouble::unstable("the directory changed while it was listed").of_directory())
    }

    fn list_once(&self) -> Result<Listing, Errno> {
        let mut listing = Listing::new();
        for entry in Dir::read_from(&self.0)? {
            let entry = entry?;
            let name = entry.file_name().to_bytes();
            if matches!(name, b"." | b"..") {
                continue;
            }
            let file_type = match entry.file_type() {
                FileType::Unknown => match self.type_of(name) {
                    // Gone since: the second stamp will tell.
                    Err(Errno::NOENT) => continue,
                    other => other?,
                },
                known => known,
            };
            listing.push((name.into(), kind(file_type)));
        }
        Ok(listing)
    }

    fn type_of(&self, name: &[u8]) -> Result<FileType, Errno> {
        let stat = retry_on_intr(|| statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW))?;
        Ok(FileType::from_raw_mode(stat.st_mode))
    }

    fn stamp(&self) -> Result<impl PartialEq + use<>, Errno> {
        let stat = rustix::fs::fstat(&self.0)?;
        Ok((stat.st_mtime, stat.st_mtime_nsec, stat.st_ctime, stat.st_ctime_nsec))
    }
}

fn kind(file_type: FileType) -> Kind {
    match file_type {
        FileType::RegularFile => Kind::File,
        FileType::Directory => Kind::Directory,
        FileType::Symlink => Kind::Link,
        FileType::Fifo => Kind::Special("a FIFO"),
        FileType::Socket => Kind::Special("a socket"),
        FileType::CharacterDevice => Kind::Special("a character device"),
        FileType::BlockDevice => Kind::Special("a block device"),
        FileType::Unknown => Kind::Special("neither a file, a link nor a directory"),
    }
}

/// What a failed open or listing of a directory, seen as one before, means.
pub(super) fn directory_trouble(errno: Errno) -> Trouble {
    let trouble = match errno {
        Errno::NOENT => Trouble::unstable("the directory vanished while it was listed"),
        Errno::NOTDIR | Errno::LOOP => {
            Trouble::unstable("the directory became something else while it was listed")
        }
        other => Trouble::unreadable(&other.into()),
    };
    trouble.of_directory()
}

fn root_error(path: &str, errno: Errno) -> RootError {
    match errno {
        Errno::NOENT => RootError::Missing(path.to_owned()),
        Errno::NOTDIR => RootError::NotDirectory(path.to_owned()),
        Errno::LOOP => RootError::Link(path.to_owned()),
        other => RootError::Unreadable(path.to_owned(), in_words(&io::Error::from(other))),
    }
}
