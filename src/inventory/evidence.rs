//! Reading single files again: for the proof of a cause, a comparison or an export.

use std::fs::File;
use std::io::{self, Read};

use super::read::{ByteSink, Opened, fill, read_some};
use super::{Directory, Trouble, TroubleKind};
use crate::entry::Entry;
use crate::path::EntryPath;

/// How many bytes on either side of a difference are shown.
const CONTEXT: usize = 16;

/// Hashes the file at `path` again and shows its bytes to `sink` in the same read; `None` where
/// there is no such file.
pub fn hash_into(
    root: &Directory,
    path: &EntryPath,
    sink: &mut dyn ByteSink,
) -> Result<Option<Entry>, Trouble> {
    match root.file_beneath(path).and_then(Opened::new) {
        Ok(file) => file.read(sink).map(Some),
        Err(trouble) if trouble.kind == TroubleKind::Unstable => Ok(None),
        Err(trouble) => Err(trouble),
    }
}

/// Why a file was not read whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadFault {
    /// It is longer than the limit; its size in bytes.
    TooLarge(u64),
    /// It could not be opened or read.
    Trouble(Trouble),
}

/// The bytes of the file at `path`, of which there may be `limit`.
pub fn read_whole(root: &Directory, path: &EntryPath, limit: u64) -> Result<Vec<u8>, ReadFault> {
    let opened = root.file_beneath(path).and_then(Opened::new).map_err(ReadFault::Trouble)?;
    let size = opened.size();
    if size > limit {
        return Err(ReadFault::TooLarge(size));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
    match opened.into_file().take(limit + 1).read_to_end(&mut bytes) {
        Err(error) => Err(ReadFault::Trouble(Trouble::unreadable(&error))),
        Ok(read) if read as u64 > limit => Err(ReadFault::TooLarge(read as u64)),
        Ok(_) => Ok(bytes),
    }
}

/// Opens the file at `path`, a regular one, with no link on the way; gives its size in bytes too.
pub fn open_file(root: &Directory, path: &EntryPath) -> Result<(File, u64), Trouble> {
    let opened = root.file_beneath(path).and_then(Opened::new)?;
    let size = opened.size();
    Ok((opened.into_file(), size))
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
) -> Result<Option<Divergence>, Trouble> {
    let open = |root: &Directory| -> Result<File, Trouble> {
        Ok(Opened::new(root.file_beneath(path)?)?.into_file())
    };
    diverge(open(left)?, open(right)?).map_err(|error| Trouble::unreadable(&error))
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
