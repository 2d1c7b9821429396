//! Replacing a file as a whole: whoever looks finds the old content or the new, never a part.
//!
//! On Linux new content has no name while it is written. A file that was not there gets its name in
//! one step. A file that is replaced needs a second name for the instant before the rename. That
//! name is random, so that it is never the name of somebody else's file, and it stands in the
//! directory that the caller gives ([`Writer::aside`]) if that is on the same file system, or else
//! beside the file. Elsewhere, and where a file system has no files without a name, content is
//! written under that second name. A run that is killed may leave it: [`is_leftover_beside`] and
//! [`is_leftover_aside`] recognise it.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sealgate_scan::SCRATCH_SUFFIX;

/// How such a name begins and ends in a directory of its own.
const ASIDE: (&str, &str) = ("sealgate-", ".new");

/// How much of the name of a file goes into its second name, in bytes: no file system takes long
/// names.
const STEM: usize = 48;

/// Writes files in one step each.
#[derive(Debug, Clone, Copy, Default)]
pub struct Writer<'a> {
    /// A directory for the second name of a file.
    pub aside: Option<&'a Path>,
    /// Whether what is written is a program; if not, it keeps the permissions of what it replaces.
    pub executable: bool,
}

impl Writer<'_> {
    /// Gives `path` the content `bytes`, which is on the disk before it has the name.
    pub fn write(self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.put(path, bytes)?;
        sync_directory(path);
        Ok(())
    }

    fn put(self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        #[cfg(target_os = "linux")]
        if let Some(mut file) = self.nameless_beside(path)? {
            self.fill(&mut file, path, bytes)?;
            match self.put_nameless(&file, path) {
                // There is no /proc to name it through.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                done => return done,
            }
        }
        self.put_by_second_name(path, bytes)
    }

    /// Writes `bytes` under a second name, which nobody else can have, and renames that to `path`.
    fn put_by_second_name(self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let (mut file, scratch): (File, PathBuf) =
            self.with_second_name(path, |name| Ok((self.create(name)?, name.to_owned())))?;
        let written = self.fill(&mut file, path, bytes);
        rename_or_remove(written, &scratch, path)
    }

    /// Writes `bytes` to `file`, which is to have the permissions of `path`.
    fn fill(self, file: &mut File, path: &Path, bytes: &[u8]) -> io::Result<()> {
        // Windows knows one permission, to write; a file without it could not be renamed.
        if cfg!(unix)
            && !self.executable
            && let Ok(old) = fs::metadata(path)
        {
            file.set_permissions(old.permissions())?;
        }
        file.write_all(bytes)?;
        file.sync_all()
    }

    /// Gives the name `path` to a file that has none.
    #[cfg(target_os = "linux")]
    fn put_nameless(self, file: &File, path: &Path) -> io::Result<()> {
        match give_name(file, path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            done => return done,
        }
        let scratch: PathBuf =
            self.with_second_name(path, |name| give_name(file, name).map(|()| name.to_owned()))?;
        rename_or_remove(Ok(()), &scratch, path)
    }

    /// Does `work` with a second name for `path`: in the directory for that, or else beside it.
    fn with_second_name<T>(
        self,
        path: &Path,
        work: impl Fn(&Path) -> io::Result<T>,
    ) -> io::Result<T> {
        let random = random()?;
        if let Some(aside) = self.aside {
            let (before, after) = ASIDE;
            // It may be on another file system, or closed to this user.
            if let Ok(done) = work(&aside.join(format!("{before}{random}{after}"))) {
                return Ok(done);
            }
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let end = (0..=name.len().min(STEM)).rev().find(|&end| name.is_char_boundary(end));
        let stem = &name[..end.unwrap_or(0)];
        work(&path.with_file_name(format!(".{stem}.{random}{SCRATCH_SUFFIX}")))
    }

    #[cfg(unix)]
    fn create(self, path: &Path) -> io::Result<File> {
        use std::os::unix::fs::OpenOptionsExt as _;
        File::options().write(true).create_new(true).mode(self.mode()).open(path)
    }

    #[cfg(not(unix))]
    #[expect(clippy::unused_self, reason = "the same as where files have permissions")]
    fn create(self, path: &Path) -> io::Result<File> {
        File::options().write(true).create_new(true).open(path)
    }

    #[cfg(unix)]
    fn mode(self) -> u32 {
        if self.executable { 0o777 } else { 0o666 }
    }

    /// A file without a name in the directory of `path`; `None` where the file system has none.
    #[cfg(target_os = "linux")]
    fn nameless_beside(self, path: &Path) -> io::Result<Option<File>> {
        use rustix::fs::{CWD, Mode, OFlags, openat};
        use rustix::io::Errno;
        let directory = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let flags = OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC;
        match openat(CWD, directory, flags, Mode::from_raw_mode(self.mode())) {
            Ok(descriptor) => Ok(Some(descriptor.into())),
            Err(Errno::OPNOTSUPP | Errno::ISDIR | Errno::NOENT) => Ok(None),
            Err(errno) => Err(errno.into()),
        }
    }
}

/// Whether a file of this `name` is what a killed run left beside a file that it wrote.
#[must_use]
pub fn is_leftover_beside(name: &[u8]) -> bool {
    let parts = || {
        let name = name.strip_prefix(b".")?.strip_suffix(SCRATCH_SUFFIX.as_bytes())?;
        name.split_at_checked(name.len().checked_sub(32)?)
    };
    parts()
        .is_some_and(|(stem, random)| stem.len() > 1 && stem.ends_with(b".") && is_random(random))
}

/// Whether a file of this `name` is what a killed run left in the directory for that.
#[must_use]
pub fn is_leftover_aside(name: &[u8]) -> bool {
    let (before, after) = ASIDE;
    let name = name.strip_prefix(before.as_bytes());
    name.and_then(|name| name.strip_suffix(after.as_bytes())).is_some_and(is_random)
}

fn is_random(text: &[u8]) -> bool {
    text.len() == 32 && text.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// What nobody can guess, in 32 digits of 0-9a-f.
fn random() -> io::Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| io::Error::other(error.to_string()))?;
    Ok(format!("{:032x}", u128::from_ne_bytes(bytes)))
}

/// How often a rename is tried where a file that is open may not be replaced, and how long it takes
/// until the next try.
const TRIES: (u32, Duration) = (if cfg!(windows) { 50 } else { 1 }, Duration::from_millis(20));

/// Renames `from` to `to`. On Windows this is refused while another program has `to` open, be it
/// another run that writes the same report or one that looks for viruses.
fn rename(from: &Path, to: &Path) -> io::Result<()> {
    let (tries, pause) = TRIES;
    for _ in 1..tries {
        match fs::rename(from, to) {
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                std::thread::sleep(pause);
            }
            done => return done,
        }
    }
    fs::rename(from, to)
}

/// Renames `scratch`, which this run made and which holds what was `written`, to `path`.
fn rename_or_remove(written: io::Result<()>, scratch: &Path, path: &Path) -> io::Result<()> {
    let outcome = written.and_then(|()| rename(scratch, path));
    if outcome.is_err() {
        // The error that stopped the writing is the one to tell.
        let _ = fs::remove_file(scratch);
    }
    outcome
}

#[cfg(target_os = "linux")]
fn give_name(file: &File, name: &Path) -> io::Result<()> {
    use std::os::fd::AsRawFd as _;

    use rustix::fs::{AtFlags, CWD, linkat};
    // open(2): a descriptor is linked by its name below /proc, which needs no capability.
    let descriptor = format!("/proc/self/fd/{}", file.as_raw_fd());
    Ok(linkat(CWD, descriptor, CWD, name, AtFlags::SYMLINK_FOLLOW)?)
}

/// Makes the rename itself durable, where a directory can be flushed. The content already is:
/// after a crash one of the two versions is there, which is all that is promised.
fn sync_directory(path: &Path) {
    if let Some(directory) = path.parent().and_then(|parent| File::open(parent).ok()) {
        let _ = directory.sync_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RANDOM: &str = "0123456789abcdef0123456789abcdef";

    #[test]
    fn only_the_exact_form_of_a_second_name_is_a_leftover() {
        let beside = |name: &str| is_leftover_beside(name.as_bytes());
        let aside = |name: &str| is_leftover_aside(name.as_bytes());
        assert!(beside(&format!(".dist.toml.{RANDOM}.sealgate-new")));
        assert!(beside(&format!(".x.{RANDOM}.sealgate-new")));
        assert!(aside(&format!("sealgate-{RANDOM}.new")));
        let others = [
            String::new(),
            ".sealgate-new".to_owned(),
            ".dist.toml.sealgate-new".to_owned(),
            format!("dist.toml.{RANDOM}.sealgate-new"),
            format!(".dist.toml{RANDOM}.sealgate-new"),
            format!("..{RANDOM}.sealgate-new"),
            format!(".{RANDOM}.sealgate-new"),
            format!(".dist.toml.{}.sealgate-new", RANDOM.to_uppercase()),
            format!(".dist.toml.{}.sealgate-new", &RANDOM[1..]),
            format!(".dist.toml.{RANDOM}.sealgate-new~"),
            format!(".dist.toml.{RANDOM}"),
            format!("sealgate-{RANDOM}0.new"),
            format!("sealgate-{}.new", RANDOM.to_uppercase()),
            format!("Sealgate-{RANDOM}.new"),
            format!("sealgate-{RANDOM}.new2"),
            "sealgate-.new".to_owned(),
        ];
        for other in others {
            assert!(!beside(&other) && !aside(&other), "{other}");
        }
    }

    #[test]
    fn content_is_replaced_whatever_the_second_name_is() {
        let tree = tempfile::tempdir().unwrap();
        let aside = tree.path().join("aside");
        fs::create_dir(&aside).unwrap();
        let closed = tree.path().join("no such directory");
        let directories = [None, Some(&*aside), Some(&*closed)];
        for (turn, directory) in directories.into_iter().enumerate() {
            let long = "n".repeat(250);
            for name in ["f", "sub/f", &*long] {
                let path = tree.path().join(format!("{turn}")).join(name);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                let writer = Writer { aside: directory, executable: false };
                for content in ["new", "replaced", ""] {
                    writer.write(&path, content.as_bytes()).unwrap();
                    assert_eq!(fs::read_to_string(&path).unwrap(), content);
                }
                let beside = fs::read_dir(path.parent().unwrap()).unwrap().count();
                assert!(beside <= 3, "something was left beside {name}");
            }
            assert_eq!(fs::read_dir(&aside).unwrap().count(), 0);
        }
    }

    #[test]
    fn runs_that_write_one_file_at_once_never_leave_a_mixture() {
        let tree = tempfile::tempdir().unwrap();
        let path = tree.path().join("r.json");
        let contents = ["a", "b", "c"].map(|letter| letter.repeat(1 << 16));
        std::thread::scope(|scope| {
            for content in &contents {
                scope.spawn(|| {
                    for _ in 0..20 {
                        let writer = Writer::default();
                        writer.put_by_second_name(&path, content.as_bytes()).unwrap();
                        let found = fs::read_to_string(&path).unwrap();
                        assert!(contents.contains(&found), "a mixture");
                    }
                });
            }
        });
        assert_eq!(fs::read_dir(tree.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_that_cannot_be_replaced_leaves_nothing_behind() {
        let tree = tempfile::tempdir().unwrap();
        let aside = tree.path().join("aside");
        fs::create_dir(&aside).unwrap();
        fs::create_dir(tree.path().join("directory")).unwrap();
        for directory in [None, Some(&*aside)] {
            let writer = Writer { aside: directory, executable: false };
            assert!(writer.write(&tree.path().join("directory"), b"x").is_err());
            assert!(writer.write(&tree.path().join("nothing/f"), b"x").is_err());
            assert_eq!(fs::read_dir(tree.path()).unwrap().count(), 2);
            assert_eq!(fs::read_dir(&aside).unwrap().count(), 0);
        }
    }
}
