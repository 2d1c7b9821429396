//! Hashing one file, and noticing when it changed meanwhile.
//!
//! A file is stamped (size and times), read to its end, and stamped again. A difference means
//! that the bytes may never have been together in one version of the file: it is read once more,
//! and then given up. The stamps are a tripwire, not a proof: a writer through a shared map can
//! change bytes and leave all three as they were.
//!
//! The last stamp goes with the entry: `settle` looks whether that version is still there at the
//! end.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, Read, Seek};

use sealgate_core::compare::inventory::ScanError;
use sealgate_core::seal::entry::{Digest, Entry, UnreadFile};

#[cfg(unix)]
use super::stamp::Now;
use super::stamp::{Identity, Stamp, outwait};

/// How much is read at a time by one thread; a smaller file is read whole.
const CHUNK: usize = 1 << 20;

/// The least that a buffer holds.
const LEAST_BUFFER: usize = 64 << 10;

thread_local! {
    static BUFFER: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Someone who wants to see the very bytes that were hashed.
pub trait ByteSink {
    /// The file is read from its beginning, perhaps once more.
    fn begin(&mut self);
    /// The next bytes.
    fn take(&mut self, bytes: &[u8]);
    /// All of them were taken, none has changed meanwhile, and this is the file.
    fn end(&mut self, _: &Entry) {}
}

/// A regular file, open and stamped, of which nothing was read yet.
#[derive(Debug)]
pub(super) struct Opened {
    file: File,
    stamp: Stamp,
    holes: bool,
}

impl Opened {
    /// Stamps `file`, and refuses what is no regular file, or nearly all holes, before a byte of it is
    /// read.
    pub(super) fn new(file: File) -> Result<Self, ScanError> {
        let (stamp, on_disk) = look(&file)?;
        let opened = Self { file, stamp, holes: on_disk < stamp.size() };
        if UnreadFile::is_one(stamp.size(), on_disk) {
            let unread = UnreadFile { size: stamp.size(), executable: opened.is_executable() };
            return Err(ScanError::unread(unread, on_disk));
        }
        Ok(opened)
    }

    /// Its size when it was opened, in bytes.
    pub(super) fn size(&self) -> u64 {
        self.stamp.size()
    }

    /// Its permissions when it was opened, as Unix has them.
    pub(super) fn mode(&self) -> u32 {
        self.stamp.mode()
    }

    /// Whether it had any execute bit then.
    pub(super) fn is_executable(&self) -> bool {
        self.stamp.mode() & 0o111 != 0
    }

    /// Which file it is.
    pub(super) fn identity(&self) -> Identity {
        self.stamp.identity()
    }

    /// Which version of it is read.
    pub(super) fn stamp(&self) -> Stamp {
        self.stamp
    }

    /// Whether a change could leave its stamp as it is, if it is read now.
    #[cfg(unix)]
    pub(super) fn is_young(&self, now: Now) -> bool {
        self.stamp.is_young(now)
    }

    /// Whether parts of it have no place on the disk. Where that cannot be told there are none.
    pub(super) fn has_holes(&self) -> bool {
        self.holes
    }

    /// The file itself, for a read that needs no digest.
    pub(super) fn into_file(self) -> File {
        self.file
    }

    /// The same, for a look at it.
    pub(super) fn file(&self) -> &File {
        &self.file
    }

    /// Hashes it from its beginning to its end, and shows the bytes to `sink`. This thread works
    /// alone: others have files of their own.
    pub(super) fn read(mut self, sink: &mut dyn ByteSink) -> Result<(Entry, Stamp), ScanError> {
        if let Some(entry) = self.read_once(sink)? {
            return Ok((entry, self.stamp));
        }
        self.read_again(sink)
    }

    /// The same after it changed: what it is now is read once, and that decides.
    pub(super) fn read_again(self, sink: &mut dyn ByteSink) -> Result<(Entry, Stamp), ScanError> {
        // A change in the same tick as this one would go unnoticed.
        outwait(look(&self.file)?.0.newest());
        let mut now = Self::new(self.file)?;
        now.file.rewind().map_err(|error| ScanError::unreadable(&error))?;
        match now.read_once(sink)? {
            Some(entry) => Ok((entry, now.stamp)),
            None => Err(ScanError::unstable("the file changed while it was read")),
        }
    }

    fn read_once(&mut self, sink: &mut dyn ByteSink) -> Result<Option<Entry>, ScanError> {
        let (file, size) = (&mut self.file, self.stamp.size());
        sink.begin();
        let read = match usize::try_from(size) {
            Ok(whole) if whole < CHUNK => with_buffer(whole + 1, |buffer| {
                let filled = read_whole(file, buffer)?;
                let bytes = &buffer[..filled];
                sink.take(bytes);
                Ok((filled as u64, Digest::of(bytes)))
            }),
            _ => with_buffer(CHUNK, |buffer| hash_chunks(file, size, buffer, sink)),
        };
        let (length, digest) = read.map_err(|error| ScanError::unreadable(&error))?;
        let entry = if length == size { self.entry_if_unchanged(digest)? } else { None };
        if let Some(entry) = &entry {
            sink.end(entry);
        }
        Ok(entry)
    }

    /// Reads it into `buffer`, which has room for one byte more than its size; whether it is still
    /// what it was when it was stamped.
    #[cfg(unix)]
    pub(super) fn read_into(&mut self, buffer: &mut [u8]) -> Result<bool, ScanError> {
        let filled =
            read_whole(&mut self.file, buffer).map_err(|error| ScanError::unreadable(&error))?;
        Ok(filled as u64 == self.stamp.size() && self.is_unchanged()?)
    }

    /// The entry that `digest` makes, if the file is still what it was when it was stamped.
    pub(super) fn entry_if_unchanged(&self, digest: Digest) -> Result<Option<Entry>, ScanError> {
        let (size, executable) = (self.stamp.size(), self.is_executable());
        Ok(self.is_unchanged()?.then_some(Entry::File { size, digest, executable }))
    }

    /// Whether the file is still what it was when it was stamped.
    pub(super) fn is_unchanged(&self) -> Result<bool, ScanError> {
        Ok(look(&self.file)?.0 == self.stamp)
    }

    /// Fills `buffer` from `offset` on; gives how much there was.
    pub(super) fn read_at(&self, buffer: &mut [u8], offset: u64) -> Result<usize, ScanError> {
        fill(buffer, |rest, filled| read_some_at(&self.file, rest, offset + filled as u64))
            .map_err(|error| ScanError::unreadable(&error))
    }
}

/// Lends this thread's buffer, `length` bytes of it; what they hold is left from other files.
pub(super) fn with_buffer<R>(length: usize, work: impl FnOnce(&mut [u8]) -> R) -> R {
    let mut buffer = BUFFER.take();
    let result = work(room(&mut buffer, length));
    BUFFER.set(buffer);
    result
}

/// The first `length` bytes of `buffer`, which grows as it must and is kept for the next file.
fn room(buffer: &mut Vec<u8>, length: usize) -> &mut [u8] {
    if buffer.len() < length {
        // Fresh zeros of the system's: pages that no file fills are never touched, which counts where
        // there are few files. What was in it is not needed.
        *buffer = vec![0; length.next_power_of_two().max(LEAST_BUFFER)];
    }
    &mut buffer[..length]
}

/// Reads a file with one call: `buffer` has room for one byte more than its size, which shows
/// whether it grew, and the stamp taken afterwards stands in for the read that would find the end.
fn read_whole(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    let wanted = buffer.len() - 1;
    let mut filled = read_some(file, buffer)?;
    while filled > 0 && filled < wanted {
        match read_some(file, &mut buffer[filled..])? {
            0 => break,
            count => filled += count,
        }
    }
    Ok(filled)
}

fn hash_chunks(
    file: &mut File,
    size: u64,
    chunk: &mut [u8],
    sink: &mut dyn ByteSink,
) -> io::Result<(u64, Digest)> {
    let mut hasher = blake3::Hasher::new();
    let mut length = 0;
    // One byte past the stamped size is enough to know that it grew: an endless writer must
    // not keep the gate reading.
    while length <= size {
        let filled = fill(chunk, |rest, _| read_some(file, rest))?;
        if filled == 0 {
            break;
        }
        hasher.update(&chunk[..filled]);
        sink.take(&chunk[..filled]);
        length += filled as u64;
    }
    Ok((length, Digest(*hasher.finalize().as_bytes())))
}

/// Calls `read` with what is left of `buffer` and how much is filled, until it is full or there is
/// no more.
pub(super) fn fill(
    buffer: &mut [u8],
    mut read: impl FnMut(&mut [u8], usize) -> io::Result<usize>,
) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match read(&mut buffer[filled..], filled)? {
            0 => break,
            count => filled += count,
        }
    }
    Ok(filled)
}

/// Reads from where the file stands.
pub(super) fn read_some(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    uninterrupted(|| file.read(buffer))
}

fn read_some_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    #[cfg(unix)]
    return uninterrupted(|| std::os::unix::fs::FileExt::read_at(file, buffer, offset));
    #[cfg(not(unix))]
    return uninterrupted(|| std::os::windows::fs::FileExt::seek_read(file, buffer, offset));
}

fn uninterrupted(mut call: impl FnMut() -> io::Result<usize>) -> io::Result<usize> {
    loop {
        match call() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}

/// Stamps an open file, and tells how many bytes it takes on the disk, which may change while its
/// content does not. Refuses what is no regular file.
fn look(file: &File) -> Result<(Stamp, u64), ScanError> {
    look_at(file)
        .map_err(|error| ScanError::unreadable(&error))?
        .ok_or_else(|| ScanError::unstable("it became something else while it was read"))
}

#[cfg(unix)]
fn look_at(file: &File) -> io::Result<Option<(Stamp, u64)>> {
    let stat = rustix::fs::fstat(file)?;
    let regular = rustix::fs::FileType::from_raw_mode(stat.st_mode).is_file();
    // In units of 512 bytes, whatever the size of a block is.
    let on_disk = u64::try_from(stat.st_blocks).unwrap_or(0).saturating_mul(512);
    Ok(regular.then(|| (Stamp::of(&stat), on_disk)))
}

/// Nobody tells here how much of a file is on the disk: it is taken to be all of it.
#[cfg(not(unix))]
fn look_at(file: &File) -> io::Result<Option<(Stamp, u64)>> {
    let metadata = file.metadata()?;
    Ok(metadata.is_file().then(|| (Stamp::of(&metadata), metadata.len())))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::path::PathBuf;

    use super::*;

    /// Someone who changes the file between the stamp and the reading, so many times.
    struct Meddler {
        path: PathBuf,
        times: usize,
        change: fn(&mut File),
    }

    impl ByteSink for Meddler {
        fn begin(&mut self) {
            if self.times > 0 {
                self.times -= 1;
                (self.change)(&mut File::options().append(true).open(&self.path).unwrap());
            }
        }

        fn take(&mut self, _: &[u8]) {}
    }

    const CHANGES: [fn(&mut File); 3] = [
        |file| file.write_all(b"more").unwrap(),
        |file| file.set_len(1).unwrap(),
        |file| file.set_len(3 << 20).unwrap(),
    ];

    /// Sizes that are read at once, and in chunks.
    const SIZES: [usize; 4] = [0, 10, CHUNK - 1, CHUNK + 1];

    fn read_meddled(size: usize, times: usize, change: fn(&mut File)) -> Result<Entry, ScanError> {
        let tree = tempfile::tempdir().unwrap();
        let path = tree.path().join("f");
        std::fs::write(&path, vec![7; size]).unwrap();
        let opened = Opened::new(File::open(&path).unwrap()).unwrap();
        let read = opened.read(&mut Meddler { path: path.clone(), times, change });
        let read = read.map(|(entry, _)| entry);
        if let Ok(Entry::File { digest, .. }) = read {
            assert_eq!(digest, Digest::of(&std::fs::read(&path).unwrap()));
        }
        read
    }

    #[test]
    fn a_file_that_changes_once_while_it_is_read_is_read_again() {
        for size in SIZES {
            for change in CHANGES {
                assert!(read_meddled(size, 1, change).is_ok(), "{size}");
            }
        }
    }

    #[test]
    fn a_file_that_changes_twice_while_it_is_read_is_unstable() {
        let grow = CHANGES[0];
        for size in SIZES {
            let trouble = read_meddled(size, 2, grow).unwrap_err();
            assert_eq!(
                trouble.kind,
                sealgate_core::compare::inventory::ScanErrorKind::Unstable,
                "{size}"
            );
        }
    }

    #[test]
    fn the_digest_is_that_of_the_content_at_every_size() {
        let tree = tempfile::tempdir().unwrap();
        let path = tree.path().join("f");
        for size in [0, 1, LEAST_BUFFER, CHUNK - 1, CHUNK, CHUNK + 1] {
            let content: Vec<u8> = (0..=250).cycle().take(size).collect();
            std::fs::write(&path, &content).unwrap();
            let (length, digest) = (content.len() as u64, Digest::of(&content));
            let expected = Entry::File { size: length, digest, executable: false };
            let opened = Opened::new(File::open(&path).unwrap()).unwrap();
            assert_eq!(opened.read(&mut None).unwrap().0, expected);
        }
    }

    // Windows opens no directories as files.
    #[cfg(unix)]
    #[test]
    fn what_is_no_regular_file_is_refused_before_it_is_read() {
        assert!(Opened::new(File::open("/").unwrap()).is_err());
        assert!(Opened::new(File::open("/dev/null").unwrap()).is_err());
    }
}
