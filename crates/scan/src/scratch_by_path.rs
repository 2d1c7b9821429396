//! In place of `scratch` where there are no directory descriptors: the same by paths.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::SCRATCH_SUFFIX;

/// The directory; gone when it is dropped, unless it was published.
#[derive(Debug)]
pub(super) struct Scratch {
    path: PathBuf,
    target: PathBuf,
    published: bool,
}

impl Scratch {
    /// Makes one that is to be at `target`, where nothing may be.
    pub(super) fn create(target: &Path) -> io::Result<Self> {
        expect_nothing(target)?;
        let mut name = std::ffi::OsString::from(".");
        name.push(target.file_name().unwrap_or_default());
        name.push(format!(".{}{SCRATCH_SUFFIX}", std::process::id()));
        let path = target.with_file_name(name);
        fs::create_dir(&path)?;
        Ok(Self { path, target: target.to_owned(), published: false })
    }

    /// Makes the directory `path`; the one that it is in was made before.
    pub(super) fn directory(&self, path: &str) -> io::Result<()> {
        fs::create_dir(self.path.join(path))
    }

    /// Makes the link `path`.
    #[expect(clippy::unused_self, reason = "the same as where links can be made")]
    pub(super) fn link(&self, _: &str, _: &str) -> io::Result<()> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "links cannot be made here"))
    }

    /// Makes the file `path`.
    pub(super) fn file(&self, path: &str, _: u32) -> io::Result<File> {
        File::options().write(true).create_new(true).open(self.path.join(path))
    }

    /// Puts it in its place, where still nothing may be.
    pub(super) fn publish(&mut self) -> io::Result<()> {
        expect_nothing(&self.target)?;
        fs::rename(&self.path, &self.target)?;
        self.published = true;
        Ok(())
    }

    /// Removes it after it was published.
    pub(super) fn withdraw(mut self) -> io::Result<()> {
        self.published = false;
        fs::rename(&self.target, &self.path).or_else(|_| fs::remove_dir_all(&self.target))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if !self.published {
            // What is left of it bears a name that says what it is.
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

fn expect_nothing(path: &Path) -> io::Result<()> {
    match path.symlink_metadata() {
        Ok(_) => Err(io::ErrorKind::AlreadyExists.into()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// There are no execute bits here.
pub(super) fn set_executable(_: &File, _: bool) -> io::Result<()> {
    Ok(())
}
