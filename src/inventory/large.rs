//! Large files: cut into segments, which all threads share.
//!
//! BLAKE3 is a tree, and a segment is a subtree of it that any thread can hash apart. All segments
//! of all large files stand in one line, the largest file first, and each thread takes the next:
//! no thread is idle while a segment is left, and the disk is read nearly in order.
//!
//! A file that changed under the segments, or whose map broke, is read once more from its
//! beginning, by one thread and without a map, and that decides.

use std::fs::File;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use blake3::Hasher;
use blake3::hazmat::{
    ChainingValue, HasherExt as _, Mode, merge_subtrees_non_root, merge_subtrees_root,
};

use super::guard::{MapFault, with_mapped};
use super::read::{Opened, with_buffer};
use super::stage::Copy;
use super::{Engine, Item, Trouble};
use crate::entry::{Digest, Entry};
use crate::path::EntryPath;

/// From this size, in bytes, a file is large.
pub(super) const SET_ASIDE: u64 = 256 << 10;

/// The least bytes of a segment: a power of two times BLAKE3's chunk of 1,024, and a multiple of
/// every page size.
const SEGMENT: u64 = 4 << 20;

/// The most segments of a file; a larger one has larger segments.
const MAX_SEGMENTS: u64 = 1 << 18;

/// How much of a file is mapped at a time by one thread: what is resident stays small.
const WINDOW: usize = 4 << 20;

/// How much is read at a time where a file is not mapped: it stays in the cache.
const PIECE: usize = 256 << 10;

/// With fewer bytes in all, other threads are not worth their start.
const ALONE: u64 = 2 << 20;

/// Opens one of the files.
type Open<'a> = &'a (dyn Fn(&EntryPath) -> Result<File, Trouble> + Sync);

/// Hashes the `files`, given with their sizes when they were found, on all threads.
pub(super) fn hash_all(
    open: Open<'_>,
    engine: &Engine,
    mut files: Vec<(EntryPath, u64)>,
) -> Vec<Item> {
    files.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let bytes = files.iter().fold(0_u64, |sum, (_, size)| sum.saturating_add(*size));
    let mut segments = 0;
    let jobs = files.into_iter().map(|(path, size)| Job::new(path, size, &mut segments)).collect();
    let next = AtomicUsize::new(0);
    let line = Line { open, engine, jobs, segments, next, items: Mutex::default() };
    if bytes > ALONE && engine.workers.several() {
        let threads = rayon::current_num_threads();
        rayon::scope(|scope| (0..threads).for_each(|_| scope.spawn(|_| line.work())));
    } else {
        line.work();
    }
    line.items.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// The segments of all files, in the order in which they are taken.
struct Line<'a> {
    open: Open<'a>,
    engine: &'a Engine,
    jobs: Vec<Job<'a>>,
    segments: usize,
    next: AtomicUsize,
    items: Mutex<Vec<Item>>,
}

impl Line<'_> {
    fn work(&self) {
        loop {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            if number >= self.segments {
                return;
            }
            let job = &self.jobs[self.jobs.partition_point(|job| job.first <= number) - 1];
            if let Some(outcome) = job.take_segment(number - job.first, self.open, self.engine) {
                self.engine.meter.count(1, 0);
                let item = Item::new(job.path.as_bytes().into(), outcome);
                self.items.lock().unwrap_or_else(PoisonError::into_inner).push(item);
            }
        }
    }
}

/// One file.
struct Job<'a> {
    path: EntryPath,
    size: u64,
    segment: u64,
    /// The place of its first segment in the line.
    first: usize,
    state: Mutex<State<'a>>,
}

/// How far a file is.
struct State<'a> {
    /// From the first segment taken to the last one done.
    file: Option<Arc<Held<'a>>>,
    /// One a segment; a file of one segment has its root there.
    values: Vec<ChainingValue>,
    left: usize,
    fault: Option<Fault>,
}

/// A file that is being hashed.
struct Held<'a> {
    opened: Opened,
    copy: Option<Copy<'a>>,
}

/// Why the segments of a file make no digest.
enum Fault {
    /// There is nothing to be had from it.
    Final(Trouble),
    /// It is another file than it was: it is to be read again.
    Changed,
}

impl<'a> Job<'a> {
    fn new(path: EntryPath, size: u64, segments: &mut usize) -> Self {
        let segment = size.div_ceil(MAX_SEGMENTS).next_power_of_two().max(SEGMENT);
        let left = at_most(usize::MAX, size.div_ceil(segment).max(1));
        let first = *segments;
        *segments += left;
        let values = vec![[0; blake3::OUT_LEN]; left];
        let state = Mutex::new(State { file: None, values, left, fault: None });
        Self { path, size, segment, first, state }
    }

    fn state(&self) -> MutexGuard<'_, State<'a>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hashes the segment `index`; after the last one, what came of the file.
    fn take_segment(
        &self,
        index: usize,
        open: Open<'_>,
        engine: &'a Engine,
    ) -> Option<Result<Entry, Trouble>> {
        let value = self.held(open, engine).map(|held| self.hash(&held, index, engine));
        let mut state = self.state();
        match value {
            Some(Ok(value)) => state.values[index] = value,
            Some(Err(fault)) => state.fault = Some(fault),
            None => {}
        }
        state.left -= 1;
        if state.left > 0 {
            return None;
        }
        let (file, fault) = (state.file.take(), state.fault.take());
        let values = std::mem::take(&mut state.values);
        drop(state);
        Some(finish(file.and_then(Arc::into_inner), &values, fault))
    }

    /// The file, opened by whoever comes first; `None` after a fault: nothing more is to be done.
    fn held(&self, open: Open<'_>, engine: &'a Engine) -> Option<Arc<Held<'a>>> {
        let mut state = self.state();
        if state.file.is_none() && state.fault.is_none() {
            match open(&self.path).and_then(Opened::new) {
                Ok(opened) => {
                    state.fault = (opened.size() != self.size).then_some(Fault::Changed);
                    let copy = engine.copy(self.path.as_bytes(), &opened);
                    state.file = Some(Arc::new(Held { opened, copy }));
                }
                Err(trouble) => state.fault = Some(Fault::Final(trouble)),
            }
        }
        if state.fault.is_some() { None } else { state.file.clone() }
    }

    fn hash(&self, held: &Held<'_>, index: usize, engine: &Engine) -> Result<ChainingValue, Fault> {
        let start = index as u64 * self.segment;
        let end = self.size.min(start.saturating_add(self.segment));
        let mut hasher = Hasher::new();
        hasher.set_input_offset(start);
        // What is kept must be the very bytes that were hashed, and a map can change between.
        let mapped = engine.mapped && held.copy.is_none();
        let rest = if mapped { update_mapped(&mut hasher, held, start, end)? } else { start };
        update_read(&mut hasher, held, rest, end)?;
        engine.meter.count(0, end - start);
        let whole = end - start == self.size;
        Ok(if whole { hasher.finalize().into() } else { hasher.finalize_non_root() })
    }
}

/// Hashes from `at` to `end` through maps, as far as they are to be had; gives where it stopped.
fn update_mapped(hasher: &mut Hasher, held: &Held<'_>, at: u64, end: u64) -> Result<u64, Fault> {
    let mut at = at;
    while at < end {
        let length = at_most(WINDOW, end - at);
        let look = |bytes: &[u8]| {
            hasher.update(bytes);
        };
        match with_mapped(held.opened.file(), at, length, look) {
            Ok(()) => at += length as u64,
            Err(MapFault::Unmappable) => break,
            Err(MapFault::Broken) => return Err(Fault::Changed),
        }
    }
    Ok(at)
}

/// Hashes from `at` to `end` through a buffer, and keeps the same bytes where they are wanted.
fn update_read(hasher: &mut Hasher, held: &Held<'_>, at: u64, end: u64) -> Result<(), Fault> {
    let mut at = at;
    with_buffer(PIECE, |buffer| {
        while at < end {
            let piece = &mut buffer[..at_most(PIECE, end - at)];
            let filled = held.opened.read_at(piece, at).map_err(Fault::Final)?;
            if filled < piece.len() {
                return Err(Fault::Changed);
            }
            hasher.update(piece);
            if let Some(copy) = &held.copy {
                copy.write_at(piece, at);
            }
            at += filled as u64;
        }
        Ok(())
    })
}

/// `length`, or `limit` where that is less.
fn at_most(limit: usize, length: u64) -> usize {
    usize::try_from(length).map_or(limit, |length| length.min(limit))
}

/// What came of a file when its last segment was done.
fn finish(
    held: Option<Held<'_>>,
    values: &[ChainingValue],
    fault: Option<Fault>,
) -> Result<Entry, Trouble> {
    let unchanged = match (fault, &held) {
        (Some(Fault::Final(trouble)), _) => return Err(trouble),
        (None, Some(held)) => held.opened.entry_if_unchanged(root_of(values))?,
        (Some(Fault::Changed) | None, _) => None,
    };
    match (unchanged, held) {
        (Some(entry), _) => Ok(entry),
        (None, Some(Held { opened, mut copy })) => opened.read_again(&mut copy),
        (None, None) => Err(Trouble::unstable("the file changed while it was read")),
    }
}

/// The root of the tree whose subtrees have these values.
fn root_of(values: &[ChainingValue]) -> Digest {
    match values {
        [] => Digest::of(b""),
        [whole] => Digest(*whole),
        values => {
            let (left, right) = values.split_at(left_half(values.len()));
            let root = merge_subtrees_root(&value_of(left), &value_of(right), Mode::Hash);
            Digest(root.into())
        }
    }
}

fn value_of(values: &[ChainingValue]) -> ChainingValue {
    match values {
        [] => [0; blake3::OUT_LEN],
        [one] => *one,
        values => {
            let (left, right) = values.split_at(left_half(values.len()));
            merge_subtrees_non_root(&value_of(left), &value_of(right), Mode::Hash)
        }
    }
}

/// How many of `count` segments are in the left subtree: the largest power of two that leaves
/// something to the right (BLAKE3, section 2.1).
fn left_half(count: usize) -> usize {
    count.div_ceil(2).next_power_of_two()
}
