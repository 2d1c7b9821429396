//! Reading single files again: for the proof of a cause, a comparison or an export.

use std::fs::File;
use std::io::{self, Read as _};

use sealgate_core::compare::inventory::{ScanError, ScanErrorKind};
use sealgate_core::seal::entry::Entry;
use sealgate_core::seal::path::EntryPath;

use super::Directory;
use super::read::{ByteSink, Opened, fill, read_some};

/// How many bytes on either side of a difference are shown.
const CONTEXT: usize = 16;

/// Hashes the file at `path` again and shows its bytes to `sink` in the same read; `None` where
/// there is no such file.
pub fn hash_into(
    root: &Directory,
    path: &EntryPath,
    sink: &mut dyn ByteSink,
) -> Result<Option<Entry>, ScanError> {
    match root.file_beneath(path).and_then(Opened::new) {
        Ok(file) => file.read(sink).map(|(entry, _)| Some(entry)),
        Err(trouble) if trouble.kind == ScanErrorKind::Unstable => Ok(None),
        Err(trouble) => Err(trouble),
    }
}

/// Why a file was not read whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadFault {
    /// It is longer than the limit; its size in bytes.
    TooLarge(u64),
    /// It could not be opened or read.
    ScanError(ScanError),
}

/// The bytes of the file at `path`, of which there may be `limit`.
pub fn read_whole(root: &Directory, path: &EntryPath, limit: u64) -> Result<Vec<u8>, ReadFault> {
    let mut file = FileInParts::open(root, path).map_err(ReadFault::ScanError)?;
    let size = file.size();
    if size > limit {
        return Err(ReadFault::TooLarge(size));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
    file.read(limit, &mut bytes)
        .and_then(|_| file.check_whole())
        .map(|()| bytes)
        .map_err(ReadFault::ScanError)
}

/// A file that is read a part at a time, and perhaps slowly.
#[derive(Debug)]
pub struct FileInParts {
    opened: Opened,
    read: u64,
}

impl FileInParts {
    /// Opens the file at `path`, a regular one, with no link on the way.
    pub fn open(root: &Directory, path: &EntryPath) -> Result<Self, ScanError> {
        root.file_beneath(path).and_then(Opened::new).map(|opened| Self { opened, read: 0 })
    }

    /// Its size when it was opened, in bytes.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.opened.size()
    }

    /// Reads what comes next to the end of `part`, `most` bytes of it at most; gives how many. Of
    /// a file that grows, it reads no more than shows that it does.
    pub fn read(&mut self, most: u64, part: &mut Vec<u8>) -> Result<usize, ScanError> {
        let most = most.min(self.size().saturating_add(1) - self.read);
        let read = self.opened.file().take(most).read_to_end(part);
        let read = read.map_err(|error| ScanError::unreadable(&error))?;
        self.read += read as u64;
        Ok(read)
    }

    /// Refuses a file that was not read to its end, or is another now than it was when it was
    /// opened: its parts may never have been together.
    pub fn check_whole(&self) -> Result<(), ScanError> {
        if self.read == self.size() && self.opened.is_unchanged()? {
            return Ok(());
        }
        Err(ScanError::unstable("the file changed while it was read"))
    }
}

/// Where two files first differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Divergence {
    /// The offset of the first differing byte, from 0.
    pub offset: u64,
    /// Where `left` and `right` begin.
    pub start: u64,
    /// The bytes around it in the one file; shorter at its ends.
    pub left: Vec<u8>,
    /// The bytes around it in the other.
    pub right: Vec<u8>,
}

/// Finds the first difference between the files at `path` below two roots; `None` if there is
/// none.
pub fn first_difference(
    left: &Directory,
    right: &Directory,
    path: &EntryPath,
) -> Result<Option<Divergence>, ScanError> {
    let open = |root: &Directory| -> Result<File, ScanError> {
        Ok(Opened::new(root.file_beneath(path)?)?.into_file())
    };
    diverge(open(left)?, open(right)?).map_err(|error| ScanError::unreadable(&error))
}

fn diverge(mut left: File, mut right: File) -> io::Result<Option<Divergence>> {
    const CHUNK: usize = 256 << 10;
    // The last bytes of the chunk before, so that a difference at the start of a chunk has
    // something before it to show.
    let mut before = Vec::new();
    let (mut ours, mut theirs) = (vec![0; CHUNK], vec![0; CHUNK]);
    let mut base = 0;
    loop {
        let a = fill(&mut ours, |rest, _| read_some(&mut left, rest))?;
        let b = fill(&mut theirs, |rest, _| read_some(&mut right, rest))?;
        let (a, b) = (&ours[..a], &theirs[..b]);
        let same = a.iter().zip(b).take_while(|(a, b)| a == b).count();
        if same == a.len() && same == b.len() {
            if a.is_empty() {
                return Ok(None);
            }
            before = a[a.len().saturating_sub(CONTEXT)..].to_vec();
            base += same as u64;
            continue;
        }
        let window = |chunk: &[u8]| -> Vec<u8> {
            let inside = same.saturating_sub(CONTEXT);
            let from_before = CONTEXT.saturating_sub(same).min(before.len());
            let mut bytes = before[before.len() - from_before..].to_vec();
            bytes.extend_from_slice(&chunk[inside..chunk.len().min(same + CONTEXT)]);
            bytes
        };
        let offset = base + same as u64;
        let shown_before = CONTEXT as u64;
        let start = offset.saturating_sub(shown_before);
        return Ok(Some(Divergence { offset, start, left: window(a), right: window(b) }));
    }
}

#[cfg(target_os = "linux")]
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_holds_more_than_it_says_is_not_read_whole() {
        // What a process is called stands in a file without a size.
        let process = Directory::open_root(std::path::Path::new("/proc/self"), None).unwrap();
        let path = EntryPath::parse("comm").unwrap();
        let unstable = ScanError::unstable("the file changed while it was read");
        assert_eq!(read_whole(&process, &path, 1 << 20), Err(ReadFault::ScanError(unstable)));
    }

    #[test]
    fn a_file_that_changes_between_two_of_its_parts_is_not_whole() {
        type Change = fn(&File);
        let changes: [(&str, Change, bool); 5] = [
            ("nothing", |_| {}, true),
            ("more", |file| file.set_len(11).unwrap(), false),
            ("less", |file| file.set_len(9).unwrap(), false),
            ("less than was read", |file| file.set_len(1).unwrap(), false),
            ("times", |file| file.set_modified(std::time::UNIX_EPOCH).unwrap(), false),
        ];
        let tree = tempfile::tempdir().unwrap();
        let root = Directory::open_root(tree.path(), None).unwrap();
        let path = EntryPath::parse("f").unwrap();
        for (what, change, whole) in changes {
            std::fs::write(tree.path().join("f"), "0123456789").unwrap();
            let mut file = FileInParts::open(&root, &path).unwrap();
            let mut bytes = Vec::new();
            assert_eq!(file.read(4, &mut bytes), Ok(4));
            change(&File::options().write(true).open(tree.path().join("f")).unwrap());
            while file.read(4, &mut bytes).unwrap() > 0 {}
            assert!(b"0123456789\0".starts_with(&bytes), "{what}");
            assert_eq!(file.check_whole().is_ok(), whole, "{what}");
        }
    }
}
