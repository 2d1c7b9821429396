//! Small files: read one after another into one buffer, and hashed together.

use std::ops::Range;

use sealgate_core::compare::inventory::Item;
use sealgate_core::seal::entry::Entry;

use super::file_item;
use super::read::{Opened, with_buffer};
use super::stamp::Stamp;
use super::{Scanner, lanes};

/// How much is read before it is hashed, in bytes: what stays in the cache. The largest of the
/// small files has room.
const BATCH: usize = 320 << 10;

/// Observes files that come one after another.
pub(super) struct Batch<'b> {
    scanner: &'b Scanner,
    buffer: &'b mut [u8],
    used: usize,
    read: Vec<Read>,
    items: Vec<Item>,
}

/// A file whose bytes are in the buffer.
struct Read {
    path: Box<[u8]>,
    bytes: Range<usize>,
    executable: bool,
    stamp: Stamp,
}

impl Batch<'_> {
    /// Lets `fill` add files and items, and gives the items of all of them, in no order.
    pub(super) fn of(scanner: &Scanner, fill: impl FnOnce(&mut Batch<'_>)) -> Vec<Item> {
        with_buffer(BATCH, |buffer| {
            let mut batch = Batch { scanner, buffer, used: 0, read: Vec::new(), items: Vec::new() };
            fill(&mut batch);
            batch.hash();
            batch.items
        })
    }

    /// Adds what needs no reading.
    pub(super) fn add(&mut self, item: Item) {
        self.items.push(item);
    }

    /// Reads the file at `path`, which is less than [`super::large::SET_ASIDE`] long.
    pub(super) fn read(&mut self, path: Box<[u8]>, mut file: Opened) {
        let room = usize::try_from(file.size()).unwrap_or(usize::MAX).saturating_add(1);
        if self.buffer.len() - self.used < room {
            self.hash();
        }
        let bytes = self.used..self.used + room - 1;
        let outcome = file.read_into(&mut self.buffer[self.used..self.used + room]);
        let mut copy = self.scanner.copy(&path, &file);
        match outcome {
            Ok(true) => {
                if let Some(copy) = &copy {
                    copy.write_at(&self.buffer[bytes.clone()], 0);
                }
                self.used = bytes.end;
                let (executable, stamp) = (file.is_executable(), file.stamp());
                self.read.push(Read { path, bytes, executable, stamp });
            }
            // It changed under the read.
            Ok(false) => self.items.push(file_item(path, file.read_again(&mut copy))),
            Err(trouble) => self.items.push(Item::of(path, Err(trouble))),
        }
    }

    /// Hashes what was read, and makes the buffer free.
    fn hash(&mut self) {
        let files: Vec<&[u8]> =
            self.read.iter().map(|read| &self.buffer[read.bytes.clone()]).collect();
        let digests = lanes::digests(&files);
        for (Read { path, bytes, executable, stamp }, digest) in self.read.drain(..).zip(digests) {
            let entry = Entry::File { size: bytes.len() as u64, digest, executable };
            self.items.push(file_item(path, Ok((entry, stamp))));
        }
        self.used = 0;
    }
}
