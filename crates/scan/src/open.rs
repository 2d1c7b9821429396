//! Opening things below a directory without following a link and without waiting.
//!
//! Every open names one component and starts from its parent's descriptor, so that no component
//! on the way can be redirected between a look and a use, and no path is ever too long.

use std::ffi::CStr;
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
#[cfg(any(target_os = "linux", target_os = "android"))]
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, openat, readlinkat, statat};
use rustix::io::{Errno, retry_on_intr};
use sealgate_core::compare::inventory::ScanError;
use sealgate_core::seal::path::{self, EntryPath};
use sealgate_core::text::place::shown_path;
use sealgate_core::text::problem::in_words;

use super::stamp::{Now, Stamp, Version};
use super::{Kind, Listing, RootError};

/// Never follow a link; never wait for the other end of a FIFO; never take a terminal.
const CAREFUL: OFlags = OFlags::RDONLY
    .union(OFlags::NOFOLLOW)
    .union(OFlags::NONBLOCK)
    .union(OFlags::NOCTTY)
    .union(OFlags::CLOEXEC);

/// Room for the names that one call lists, in bytes.
#[cfg(any(target_os = "linux", target_os = "android"))]
const LISTING_BUFFER: usize = 32 << 10;

/// Whether a listing goes on.
type Step = Result<(), Errno>;

/// An open directory, below which names are looked up.
#[derive(Debug)]
pub struct Directory {
    pub(super) descriptor: OwnedFd,
    /// Whether it was listed, so that the next listing must go back to its beginning.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    listed: AtomicBool,
    /// Of a root: how it was found.
    place: Option<Box<RootPlace>>,
}

/// The path by which a root was opened.
#[derive(Debug)]
struct RootPlace {
    above: PathBuf,
    path: Option<EntryPath>,
}

impl Directory {
    /// The directory that `descriptor` is open on.
    pub(super) fn of(descriptor: OwnedFd) -> Self {
        Self {
            descriptor,
            #[cfg(any(target_os = "linux", target_os = "android"))]
            listed: AtomicBool::new(false),
            place: None,
        }
    }

    /// Opens the root `path` below `above`; no component of `path` may be a link.
    ///
    /// `above` is the user's own choice, and links in it are followed.
    pub fn open_root(above: &Path, path: Option<&EntryPath>) -> Result<Self, RootError> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let mut directory = retry_on_intr(|| openat(CWD, above, flags, Mode::empty()))
            .map(Self::of)
            .map_err(|errno| root_error(&shown_path(above), errno))?;
        let steps = path.into_iter().flat_map(|path| path.parents().chain([path.as_str()]));
        for reached in steps {
            let name = path::base(reached);
            directory = directory.subdirectory(name.as_bytes()).map_err(|errno| {
                // With O_DIRECTORY the kernel may call a link "not a directory".
                match directory.type_of(name.as_bytes()) {
                    Ok(FileType::Symlink) => RootError::Link(reached.to_owned()),
                    _ => root_error(reached, errno),
                }
            })?;
        }
        let place = RootPlace { above: above.to_owned(), path: path.cloned() };
        Ok(Self { place: Some(Box::new(place)), ..directory })
    }

    /// Fails if the path by which this root was opened leads to another directory now: what was
    /// read is no longer what is there.
    pub(super) fn expect_in_place(&self) -> Result<(), RootError> {
        let Some(place) = &self.place else { return Ok(()) };
        let (whole, flags) = match &place.path {
            Some(path) => (place.above.join(path.as_str()), AtFlags::SYMLINK_NOFOLLOW),
            None => (place.above.clone(), AtFlags::empty()),
        };
        let there = match retry_on_intr(|| statat(CWD, &whole, flags)) {
            Err(Errno::NAMETOOLONG) => Self::open_root(&place.above, place.path.as_ref())?.stamp(),
            stat => stat.map(|stat| Stamp::of(&stat)),
        };
        match (there, self.stamp()) {
            (Ok(there), Ok(own)) if there.identity() == own.identity() => Ok(()),
            (Ok(_), Ok(_)) => {
                Err(RootError::Unstable("another directory was put in its place".to_owned()))
            }
            (Err(errno), _) | (_, Err(errno)) => {
                Err(RootError::Unstable(directory_trouble(errno).detail))
            }
        }
    }

    /// Opens the directory `name` in this one.
    pub(super) fn subdirectory(&self, name: &[u8]) -> Result<Self, Errno> {
        let flags = CAREFUL | OFlags::DIRECTORY;
        retry_on_intr(|| openat(&self.descriptor, name, flags, Mode::empty())).map(Self::of)
    }

    /// Opens the file `name` in this directory. The caller sees to it that it is a regular one
    /// before it reads.
    pub(super) fn file(&self, name: &[u8]) -> Result<File, ScanError> {
        match retry_on_intr(|| openat(&self.descriptor, name, CAREFUL, Mode::empty())) {
            Ok(descriptor) => Ok(descriptor.into()),
            // A link (FreeBSD says MLINK), a socket or nothing, where the listing showed a file.
            Err(Errno::LOOP | Errno::MLINK | Errno::NXIO | Errno::NODEV) => {
                Err(ScanError::unstable("it became something else while it was read"))
            }
            Err(Errno::NOENT) => Err(ScanError::unstable("it vanished while it was read")),
            Err(errno) => Err(ScanError::unreadable(&errno.into())),
        }
    }

    /// Opens the file at `path`, with no link on the way.
    pub(super) fn file_beneath(&self, path: &EntryPath) -> Result<File, ScanError> {
        let mut above = None;
        for parent in path.parents() {
            let name = path::base(parent).as_bytes();
            let directory = above.as_ref().unwrap_or(self);
            above = Some(directory.subdirectory(name).map_err(directory_trouble)?);
        }
        above.as_ref().unwrap_or(self).file(path.base_name().as_bytes())
    }

    /// The raw target of the link `name`.
    pub(super) fn link_target(&self, name: &[u8]) -> Result<Vec<u8>, ScanError> {
        match retry_on_intr(|| readlinkat(&self.descriptor, name, Vec::new())) {
            Ok(target) => Ok(target.into_bytes()),
            Err(Errno::INVAL | Errno::NOENT) => {
                Err(ScanError::unstable("it became something else while it was read"))
            }
            Err(errno) => Err(ScanError::unreadable(&errno.into())),
        }
    }

    /// Lists this directory; a listing during which it changed is done once more.
    pub fn list(&self) -> Result<Listing, ScanError> {
        self.list_stamped(b"").map(|(listing, _)| listing)
    }

    /// The same, with the path `above` of this directory before each name, and with the version that
    /// was listed.
    pub(super) fn list_stamped(&self, above: &[u8]) -> Result<(Listing, Listed), ScanError> {
        for _ in 0..2 {
            let now = Now::ask();
            let stamp = self.stamp().map_err(directory_trouble)?;
            match self.list_once(above) {
                Ok(listing) if self.stamp().map_err(directory_trouble)? == stamp => {
                    let young = stamp.is_young(now);
                    return Ok((listing, Listed { path: above.into(), stamp, young }));
                }
                // A name, or the directory itself, went away: what is left is no listing.
                Ok(_) | Err(Errno::NOENT) => {}
                Err(errno) => return Err(directory_trouble(errno)),
            }
        }
        Err(ScanError::unstable("the directory changed while it was listed").of_directory())
    }

    fn list_once(&self, above: &[u8]) -> Result<Listing, Errno> {
        let mut listing = Listing::new();
        self.each_name(|name, file_type| {
            let name = name.to_bytes();
            if !matches!(name, b"." | b"..") {
                let known = match file_type {
                    FileType::Unknown => self.type_of(name)?,
                    known => known,
                };
                listing.push((path::join(above, name), kind(known)));
            }
            Ok(())
        })?;
        Ok(listing)
    }

    /// Hands every name to `take`, `.` and `..` too.
    ///
    /// `Dir` would end the listing in silence where the kernel says ENOENT.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    fn each_name(&self, mut take: impl FnMut(&CStr, FileType) -> Step) -> Step {
        if self.listed.swap(true, Ordering::Relaxed) {
            rustix::fs::seek(&self.descriptor, rustix::fs::SeekFrom::Start(0))?;
        }
        let mut buffer = Vec::with_capacity(LISTING_BUFFER);
        let mut names = rustix::fs::RawDir::new(&self.descriptor, buffer.spare_capacity_mut());
        while let Some(name) = names.next() {
            let name = name?;
            take(name.file_name(), name.file_type())?;
        }
        Ok(())
    }

    /// Hands every name to `take`, `.` and `..` too.
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    fn each_name(&self, mut take: impl FnMut(&CStr, FileType) -> Step) -> Step {
        for name in rustix::fs::Dir::read_from(&self.descriptor)? {
            let name = name?;
            take(name.file_name(), name.file_type())?;
        }
        Ok(())
    }

    fn type_of(&self, name: &[u8]) -> Result<FileType, Errno> {
        let stat = retry_on_intr(|| statat(&self.descriptor, name, AtFlags::SYMLINK_NOFOLLOW))?;
        Ok(FileType::from_raw_mode(stat.st_mode))
    }

    fn stamp(&self) -> Result<Stamp, Errno> {
        Ok(Stamp::of(&rustix::fs::fstat(&self.descriptor)?))
    }

    /// The version of this directory that is there now.
    pub fn version(&self) -> Result<Version, ScanError> {
        let now = Now::ask();
        let stamp = self.stamp().map_err(directory_trouble)?;
        Ok(Version { stamp, young: stamp.is_young(now) })
    }

    /// The stamp of what is called `name` in this directory.
    pub(super) fn stamp_of(&self, name: &[u8]) -> Result<Stamp, Errno> {
        let stat = retry_on_intr(|| statat(&self.descriptor, name, AtFlags::SYMLINK_NOFOLLOW))?;
        Ok(Stamp::of(&stat))
    }

    /// The stamp of the directory at `path`, below which nothing is opened; empty is this one.
    pub(super) fn stamp_beneath(&self, path: &[u8]) -> Result<Stamp, Errno> {
        if path.is_empty() {
            return self.stamp();
        }
        match self.stamp_of(path) {
            Err(Errno::NAMETOOLONG) => self.directory_beneath(path)?.stamp(),
            stamp => stamp,
        }
    }

    /// Opens the directory at `path`, with no link on the way; empty is this one.
    pub(super) fn directory_beneath(&self, path: &[u8]) -> Result<Self, Errno> {
        let mut directory = Self::of(rustix::io::fcntl_dupfd_cloexec(&self.descriptor, 0)?);
        // Both stand at one place in the listing, wherever the other one left it.
        #[cfg(any(target_os = "linux", target_os = "android"))]
        for shared in [self, &directory] {
            shared.listed.store(true, Ordering::Relaxed);
        }
        for name in path.split(|&byte| byte == b'/').filter(|name| !name.is_empty()) {
            directory = directory.subdirectory(name)?;
        }
        Ok(directory)
    }
}

/// A directory that was walked, as it was when it was listed; the root's path is empty.
#[derive(Debug)]
pub(super) struct Listed {
    pub(super) path: Box<[u8]>,
    pub(super) stamp: Stamp,
    /// Whether a change right after the listing could have left the stamp as it is.
    pub(super) young: bool,
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
pub(super) fn directory_trouble(errno: Errno) -> ScanError {
    let trouble = match errno {
        Errno::NOENT => ScanError::unstable("the directory vanished while it was listed"),
        Errno::NOTDIR | Errno::LOOP | Errno::MLINK => {
            ScanError::unstable("the directory became something else while it was listed")
        }
        other => ScanError::unreadable(&other.into()),
    };
    trouble.of_directory()
}

fn root_error(path: &str, errno: Errno) -> RootError {
    match errno {
        Errno::NOENT => RootError::Missing(path.to_owned()),
        Errno::NOTDIR => RootError::NotDirectory(path.to_owned()),
        Errno::LOOP | Errno::MLINK => RootError::Link(path.to_owned()),
        other => RootError::Unreadable(path.to_owned(), in_words(&io::Error::from(other))),
    }
}

#[cfg(test)]
mod tests {
    use sealgate_core::compare::inventory::ScanErrorKind;

    use super::*;

    #[test]
    fn a_directory_that_is_gone_is_not_an_empty_one() {
        let tree = tempfile::tempdir().unwrap();
        let root = Directory::open_root(tree.path(), None).unwrap();
        std::fs::create_dir(tree.path().join("d")).unwrap();
        let directory = root.subdirectory(b"d").unwrap();
        assert_eq!(directory.list(), Ok(Listing::new()));
        std::fs::remove_dir(tree.path().join("d")).unwrap();
        assert_eq!(directory.list().unwrap_err().kind, ScanErrorKind::Unstable);
    }

    #[test]
    fn a_directory_is_listed_from_its_beginning_each_time() {
        let tree = tempfile::tempdir().unwrap();
        let names: Vec<String> = (0..2_000).map(|n| format!("{n:0200}")).collect();
        for name in &names {
            std::fs::write(tree.path().join(name), "").unwrap();
        }
        let root = Directory::open_root(tree.path(), None).unwrap();
        let twin = root.directory_beneath(b"").unwrap();
        for directory in [&twin, &root, &root, &twin, &root.directory_beneath(b"").unwrap()] {
            let mut listing = directory.list().unwrap();
            listing.sort_by(|a, b| a.0.cmp(&b.0));
            assert!(listing.iter().map(|(name, _)| &**name).eq(names.iter().map(String::as_bytes)));
        }
    }
}
