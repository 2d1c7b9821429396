//! The ids that git would give to the bytes of files as they are on the disk.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _};
use std::path::Path;

use sealgate_core::text::problem::in_words;

use super::GitError;
use super::object::{IdHasher, ObjectKind, Oid};
use super::parts::in_parts;

/// Bytes that are read at once.
const PIECE: usize = 128 << 10;

/// Fewer files are not worth a thread.
const WORTH_A_THREAD: usize = 256;

/// The ids of the regular files at `paths`, relative to `repository`, in their order, each as long as
/// `like`. At most `threads` read at one time. No filter and no conversion of line endings has a say.
///
/// # Errors
///
/// A file cannot be read, is no regular file, or gets longer or shorter meanwhile.
pub(super) fn ids_on_disk(
    repository: &Path,
    paths: &[&str],
    like: &Oid,
    threads: usize,
) -> Result<Vec<Oid>, GitError> {
    in_parts(paths, WORTH_A_THREAD, threads, |paths| {
        let mut piece = vec![0; PIECE];
        let mut id = |path: &&str| {
            let read = id_of(&repository.join(path), like, &mut piece);
            read.map_err(|error| GitError::Unreadable {
                path: (*path).to_owned(),
                why: in_words(&error),
            })
        };
        paths.iter().map(&mut id).collect()
    })
}

fn id_of(path: &Path, like: &Oid, piece: &mut [u8]) -> io::Result<Oid> {
    let mut file = open(path)?;
    let about = file.metadata()?;
    if !about.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    let mut hasher = IdHasher::new(ObjectKind::Blob, about.len(), like);
    let mut left = about.len();
    loop {
        let read = match file.read(piece) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            read => read?,
        };
        let changed = || io::Error::other("its size changed while it was read");
        match left.checked_sub(read as u64) {
            Some(rest) if read > 0 => left = rest,
            Some(0) => return hasher.finish().ok_or_else(changed),
            _ => return Err(changed()),
        }
        hasher.update(&piece[..read]);
    }
}

/// Opens what may have become a link or a FIFO since it was listed: neither is followed or waited for.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt as _;
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
        options.custom_flags(i32::try_from(flags.bits()).unwrap_or_default());
    }
    options.open(path)
}

#[cfg(test)]
mod tests {
    use std::fs;
    #[cfg(unix)]
    use std::process::Command;

    use super::*;

    fn like(length: usize) -> Oid {
        Oid::from_hex(&vec![b'1'; 2 * length]).unwrap()
    }

    // Where Windows is emulated, there is no git.
    #[cfg(unix)]
    #[test]
    fn the_ids_are_those_of_git() {
        let directory = tempfile::tempdir().unwrap();
        let large = vec![b'x'; 3 * PIECE + 1];
        let files: [(&str, &[u8]); 4] =
            [("a", b""), ("b c", b"one\r\n"), ("piece", &large[..PIECE]), ("large", &large)];
        for (name, bytes) in files {
            fs::write(directory.path().join(name), bytes).unwrap();
        }
        let names = files.map(|(name, _)| name);
        for (format, length) in [("sha1", 20), ("sha256", 32)] {
            let git = |arguments: &[&str]| {
                let mut git = Command::new("git");
                git.current_dir(directory.path()).args(arguments);
                let said = git.env("GIT_CEILING_DIRECTORIES", "/").output().unwrap();
                assert!(said.status.success(), "{said:?}");
                String::from_utf8(said.stdout).unwrap()
            };
            git(&["init", "--quiet", &format!("--object-format={format}"), format]);
            let in_repository = ["-C", format, "hash-object", "--no-filters"].map(str::to_owned);
            let paths = names.map(|name| format!("../{name}"));
            let arguments: Vec<&str> =
                in_repository.iter().chain(&paths).map(String::as_str).collect();
            let ids = ids_on_disk(directory.path(), &names, &like(length), 2).unwrap();
            let ids: Vec<String> = ids.iter().map(Oid::to_string).collect();
            assert_eq!(ids, git(&arguments).lines().collect::<Vec<_>>());
        }
    }

    #[test]
    fn many_files_keep_their_order() {
        let directory = tempfile::tempdir().unwrap();
        let names: Vec<String> = (0..3 * WORTH_A_THREAD).map(|n| n.to_string()).collect();
        for name in &names {
            fs::write(directory.path().join(name), name).unwrap();
        }
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let ids = |threads| ids_on_disk(directory.path(), &names, &like(20), threads).unwrap();
        assert_eq!(ids(3), ids(1));
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_regular_file_is_named_and_not_waited_for() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name| directory.path().join(name);
        let fifo = Command::new("mkfifo").arg(at("fifo")).status().unwrap();
        assert!(fifo.success());
        fs::write(at("file"), "").unwrap();
        std::os::unix::fs::symlink("file", at("link")).unwrap();
        fs::create_dir(at("directory")).unwrap();
        for name in ["fifo", "link", "directory", "missing"] {
            let refused = ids_on_disk(directory.path(), &["file", name], &like(20), 1);
            let said = refused.unwrap_err().to_string();
            assert!(said.starts_with(&format!("{name} cannot be read: ")), "{said}");
        }
    }
}
