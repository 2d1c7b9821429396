//! Moving things from one directory to another, so that nothing is ever replaced and no link is
//! followed; and removing single things.

use std::io;
use std::os::fd::AsFd;

use rustix::fs::{AtFlags, Mode, mkdirat, renameat, statat, unlinkat};
use rustix::io::Errno;
use rustix::path::Arg;
use sealgate_core::seal::path::{self, EntryPath};

use super::{Directory, Kind};

impl Directory {
    /// Opens the directory at `path` below this one, and makes what is missing of it.
    ///
    /// # Errors
    ///
    /// Something else is there or on the way, or this user may not make it.
    pub fn make_beneath(&self, path: &EntryPath) -> io::Result<Self> {
        let mut directory = self.directory_beneath(b"")?;
        for reached in path.parents().chain([path.as_str()]) {
            let name = path::base(reached).as_bytes();
            match mkdirat(&directory.descriptor, name, Mode::from_raw_mode(0o777)) {
                Ok(()) | Err(Errno::EXIST) => {}
                Err(errno) => return Err(errno.into()),
            }
            directory = directory.subdirectory(name)?;
        }
        Ok(directory)
    }

    /// Opens the directory `name` in this one; a link to a directory is none.
    ///
    /// # Errors
    ///
    /// It is no directory, or cannot be opened.
    pub fn child(&self, name: &[u8]) -> io::Result<Self> {
        Ok(self.subdirectory(name)?)
    }

    /// Gives what is called `name` here the name `wanted` in `to`, where nothing may be.
    ///
    /// # Errors
    ///
    /// Something is there ([`io::ErrorKind::AlreadyExists`]), `to` is on another file system
    /// ([`io::ErrorKind::CrossesDevices`]), or the system refuses.
    pub fn move_to(&self, name: &[u8], to: &Self, wanted: &[u8]) -> io::Result<()> {
        Ok(rename_new(&self.descriptor, name, &to.descriptor, wanted)?)
    }

    /// Removes what is called `name` here: a directory only if it is empty.
    ///
    /// # Errors
    ///
    /// It is not there, is a directory with something in it, or the system refuses.
    pub fn remove(&self, name: &[u8], kind: Kind) -> io::Result<()> {
        let flags = if kind == Kind::Directory { AtFlags::REMOVEDIR } else { AtFlags::empty() };
        Ok(unlinkat(&self.descriptor, name, flags)?)
    }
}

/// Renames, and replaces nothing.
pub(super) fn rename_new<From: AsFd, To: AsFd>(
    from: From,
    name: impl Arg + Copy,
    to: To,
    wanted: impl Arg + Copy,
) -> Result<(), Errno> {
    #[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
    {
        use rustix::fs::{RenameFlags, renameat_with};
        // Not every file system can. Linux has one number for the last two, and Apple has two.
        const UNSUPPORTED: [Errno; 4] =
            [Errno::INVAL, Errno::NOSYS, Errno::OPNOTSUPP, Errno::NOTSUP];
        match renameat_with(&from, name, &to, wanted, RenameFlags::NOREPLACE) {
            Err(errno) if UNSUPPORTED.contains(&errno) => {}
            done => return done,
        }
    }
    expect_nothing(&to, wanted)?;
    renameat(from, name, to, wanted)
}

/// Refuses a name at which something is.
pub(super) fn expect_nothing(above: impl AsFd, name: impl Arg) -> Result<(), Errno> {
    match statat(above, name, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(_) => Err(Errno::EXIST),
        Err(Errno::NOENT) => Ok(()),
        Err(errno) => Err(errno),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_replaced_and_no_link_is_followed() {
        let tree = tempfile::tempdir().unwrap();
        let at = |path: &str| tree.path().join(path);
        let root = Directory::open_root(tree.path(), None).unwrap();
        let path = |text: &str| EntryPath::parse(text).unwrap();
        let deep = root.make_beneath(&path("a/b")).unwrap();
        std::fs::write(at("one"), "1").unwrap();
        std::fs::write(at("a/b/two"), "2").unwrap();
        let refused = root.move_to(b"one", &deep, b"two").unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::AlreadyExists);
        root.move_to(b"one", &deep, b"one").unwrap();
        assert_eq!(std::fs::read_to_string(at("a/b/one")).unwrap(), "1");
        assert_eq!(std::fs::read_to_string(at("a/b/two")).unwrap(), "2");
        std::os::unix::fs::symlink("a", at("link")).unwrap();
        assert!(root.make_beneath(&path("link/b")).is_err());
        assert!(root.child(b"link").is_err());
        assert!(root.remove(b"a", Kind::Directory).is_err(), "it is not empty");
        deep.remove(b"one", Kind::File).unwrap();
        assert!(!at("a/b/one").exists());
    }
}
