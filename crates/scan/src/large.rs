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
use sealgate_core::compare::inventory::{Item, ScanError};
use sealgate_core::seal::entry::{Digest, Entry};
use sealgate_core::seal::path::EntryPath;

use super::Scanner;
use super::file_item;
use super::guard::{LONGEST, MapFault, with_mapped};
use super::read::{Opened, with_buffer};
use super::stage::Copy;
use super::stamp::{Identity, Stamp};

/// From this size, in bytes, a file is large.
pub(super) const SET_ASIDE: u64 = 256 << 10;

/// The least bytes of a segment: a power of two times BLAKE3's chunk of 1,024, and a multiple of
/// every page size.
const SEGMENT: u64 = 4 << 20;

/// The most segments of a file; a larger one has larger segments.
const MAX_SEGMENTS: u64 = 1 << 18;

/// How much of a file is mapped at a time by one thread: what is resident stays small.
const WINDOW: usize = 4 << 20;
const _: () = assert!(WINDOW <= LONGEST);

/// How much is read at a time where a file is not mapped: it stays in the cache.
const PIECE: usize = 256 << 10;

/// With fewer bytes in all, other threads are not worth their start.
const ALONE: u64 = 2 << 20;

/// A file that is hashed after the walk: it is large, or it was too young to be read.
#[derive(Debug, Clone)]
pub(super) struct SetAside {
    path: EntryPath,
    /// When it was found, in bytes.
    size: u64,
    /// Which file it was then.
    identity: Identity,
}

impl SetAside {
    /// The file `found` at `path`.
    pub(super) fn new(path: EntryPath, found: &Opened) -> Self {
        Self { path, size: found.size(), identity: found.identity() }
    }
}

/// Opens one of the files.
type Open<'a> = &'a (dyn Fn(&EntryPath) -> Result<File, ScanError> + Sync);

/// Hashes the `files` on all threads.
pub(super) fn hash_all(open: Open<'_>, scanner: &Scanner, mut files: Vec<SetAside>) -> Vec<Item> {
    files.sort_unstable_by(|a, b| b.size.cmp(&a.size).then_with(|| a.path.cmp(&b.path)));
    let bytes = files.iter().fold(0_u64, |sum, file| sum.saturating_add(file.size));
    let mut segments = 0;
    let jobs = files.into_iter().map(|file| Job::new(file, &mut segments)).collect();
    let next = AtomicUsize::new(0);
    let line = Line { open, scanner, jobs, segments, next, items: Mutex::default() };
    if bytes > ALONE && scanner.workers.several() {
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
    scanner: &'a Scanner,
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
            if let Some(outcome) = job.take_segment(number - job.first, self.open, self.scanner) {
                self.scanner.meter.count(1, 0);
                let item = file_item(job.file.path.as_bytes().into(), outcome);
                self.items.lock().unwrap_or_else(PoisonError::into_inner).push(item);
            }
        }
    }
}

/// One file.
struct Job<'a> {
    file: SetAside,
    segment: u64,
    segments: usize,
    /// The place of its first segment in the line.
    first: usize,
    state: Mutex<State<'a>>,
}

/// How far a file is.
struct State<'a> {
    /// From the first segment taken to the last one done.
    file: Option<Arc<Held<'a>>>,
    /// As long as `file` is held, one a segment; a file of one segment has its root there.
    values: Vec<ChainingValue>,
    left: usize,
    fault: Option<Fault>,
}

/// A file that is being hashed.
struct Held<'a> {
    opened: Opened,
    copy: Option<Copy<'a>>,
    mapped: bool,
}

/// Why the segments of a file make no digest.
enum Fault {
    /// There is nothing to be had from it.
    Final(ScanError),
    /// It is another file than it was: it is to be read again.
    Changed,
}

impl<'a> Job<'a> {
    /// The file that comes next in a line of so many segments.
    fn new(file: SetAside, line: &mut usize) -> Self {
        let size = file.size;
        let segment = size.div_ceil(MAX_SEGMENTS).next_power_of_two().max(SEGMENT);
        let segments = at_most(usize::MAX, size.div_ceil(segment).max(1));
        let first = *line;
        *line += segments;
        let state = State { file: None, values: Vec::new(), left: segments, fault: None };
        Self { file, segment, segments, first, state: Mutex::new(state) }
    }

    fn state(&self) -> MutexGuard<'_, State<'a>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hashes the segment `index`; after the last one, what came of the file.
    fn take_segment(
        &self,
        index: usize,
        open: Open<'_>,
        scanner: &'a Scanner,
    ) -> Option<Result<(Entry, Stamp), ScanError>> {
        let value = self.held(open, scanner).map(|held| self.hash(&held, index, scanner));
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
    fn held(&self, open: Open<'_>, scanner: &'a Scanner) -> Option<Arc<Held<'a>>> {
        let mut state = self.state();
        if state.file.is_none() && state.fault.is_none() {
            match open(&self.file.path).and_then(Opened::new) {
                // What the walk found, from the directory that it listed, is what is to be read: by
                // its path it may be a file of another directory, which stands there for a moment.
                Ok(opened) if opened.identity() != self.file.identity => {
                    let trouble = ScanError::unstable("another file took its place");
                    state.fault = Some(Fault::Final(trouble));
                }
                Ok(opened) => {
                    if opened.size() == self.file.size {
                        state.values = vec![[0; blake3::OUT_LEN]; self.segments];
                    } else {
                        state.fault = Some(Fault::Changed);
                    }
                    let copy = scanner.copy(self.file.path.as_bytes(), &opened);
                    // What is kept must be the very bytes that were hashed, and a map can change
                    // between. A hole that is mapped becomes memory where that is the disk.
                    let mapped = scanner.mapped && copy.is_none() && !opened.has_holes();
                    state.file = Some(Arc::new(Held { opened, copy, mapped }));
                }
                Err(trouble) => state.fault = Some(Fault::Final(trouble)),
            }
        }
        if state.fault.is_some() { None } else { state.file.clone() }
    }

    fn hash(
        &self,
        held: &Held<'_>,
        index: usize,
        scanner: &Scanner,
    ) -> Result<ChainingValue, Fault> {
        let start = index as u64 * self.segment;
        let end = self.file.size.min(start.saturating_add(self.segment));
        let mut hasher = Hasher::new();
        hasher.set_input_offset(start);
        let rest = if held.mapped { update_mapped(&mut hasher, held, start, end)? } else { start };
        update_read(&mut hasher, held, rest, end)?;
        scanner.meter.count(0, end - start);
        let whole = end - start == self.file.size;
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
) -> Result<(Entry, Stamp), ScanError> {
    let unchanged = match (fault, &held) {
        (Some(Fault::Final(trouble)), _) => return Err(trouble),
        (None, Some(Held { opened, .. })) => {
            let entry = opened.entry_if_unchanged(root_of(values))?;
            entry.map(|entry| (entry, opened.stamp()))
        }
        (Some(Fault::Changed) | None, _) => None,
    };
    match (unchanged, held) {
        (Some(entry), _) => Ok(entry),
        (None, Some(Held { opened, mut copy, .. })) => opened.read_again(&mut copy),
        (None, None) => Err(ScanError::unstable("the file changed while it was read")),
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

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::io;
    use std::num::NonZeroUsize;
    use std::os::unix::fs::{FileExt as _, PermissionsExt as _};
    use std::time::{Duration, UNIX_EPOCH};

    use sealgate_core::compare::inventory::{Observed, ScanErrorKind};

    use super::*;
    use crate::Stage;

    /// Bytes of which no two parts are alike.
    fn content(length: usize) -> Vec<u8> {
        let mut content = vec![0; length];
        Hasher::new().finalize_xof().fill(&mut content);
        content
    }

    /// Mapped, read, and copied.
    const WAYS: [(bool, bool); 3] = [(true, false), (false, false), (false, true)];

    /// A directory with the file `f`, and a stage beside it.
    struct Place {
        directory: tempfile::TempDir,
        scanner: Scanner,
    }

    impl Place {
        fn with(content: &[u8], (mapped, staged): (bool, bool)) -> Self {
            let directory = tempfile::tempdir().unwrap();
            let stage =
                staged.then(|| Stage::create("--stage", &directory.path().join("stage")).unwrap());
            let alone = NonZeroUsize::new(1);
            let place =
                Self { directory, scanner: Scanner { mapped, stage, ..Scanner::new(alone) } };
            fs::write(place.path("f"), content).unwrap();
            // Long ago: whoever writes to it now is noticed, however coarse the clock is.
            place.file().set_modified(UNIX_EPOCH + Duration::from_secs(1 << 30)).unwrap();
            place
        }

        fn path(&self, name: &str) -> std::path::PathBuf {
            self.directory.path().join(name)
        }

        fn file(&self) -> File {
            File::options().read(true).write(true).open(self.path("f")).unwrap()
        }

        fn open(&self) -> impl Fn(&EntryPath) -> Result<File, ScanError> {
            let directory = self.path("");
            move |path| {
                File::open(directory.join(path.as_str())).map_err(|error| match error.kind() {
                    io::ErrorKind::NotFound => ScanError::unstable("it vanished"),
                    _ => ScanError::unreadable(&error),
                })
            }
        }

        /// The file `f`, as if it had `size` bytes when it was found.
        fn found(&self, size: u64) -> SetAside {
            let found = Opened::new(self.file()).unwrap();
            SetAside { size, ..SetAside::new(path("f"), &found) }
        }

        /// Demands that `outcome` is the file as it is now, and so is its copy.
        fn holds(mut self, outcome: &Result<Entry, ScanError>, what: &str) {
            let now = |path| {
                let executable = fs::metadata(&path).unwrap().permissions().mode() & 0o111 != 0;
                (fs::read(path).unwrap(), executable)
            };
            let (bytes, executable) = now(self.path("f"));
            let (size, digest) = (bytes.len() as u64, Digest::of(&bytes));
            assert_eq!(*outcome, Ok(Entry::File { size, digest, executable }), "{what}");
            if let Some(mut stage) = self.scanner.stage.take() {
                stage.publish().unwrap();
                assert!(now(self.path("stage/f")) == (bytes, executable), "{what}: another copy");
            }
        }
    }

    fn path(name: &str) -> EntryPath {
        EntryPath::parse(name).unwrap()
    }

    #[test]
    fn a_file_of_any_size_has_a_bounded_number_of_segments_that_cover_it() {
        const MIB: u64 = 1 << 20;
        let most = MAX_SEGMENTS * SEGMENT;
        // Up to `most`, segments are as small as they may be; then they grow.
        let sizes = [
            (0, SEGMENT, 1),
            (1, SEGMENT, 1),
            (SET_ASIDE, SEGMENT, 1),
            (4 * MIB, SEGMENT, 1),
            (4 * MIB + 1, SEGMENT, 2),
            (12 * MIB + 1, SEGMENT, 4),
            (most - 1, SEGMENT, MAX_SEGMENTS),
            (most, SEGMENT, MAX_SEGMENTS),
            (most + 1, 2 * SEGMENT, MAX_SEGMENTS / 2 + 1),
            (2 * most, 2 * SEGMENT, MAX_SEGMENTS),
            (2 * most + 1, 4 * SEGMENT, MAX_SEGMENTS / 2 + 1),
            (i64::MAX as u64, 1 << 45, MAX_SEGMENTS),
            (1 << 63, 1 << 45, MAX_SEGMENTS),
            (u64::MAX, 1 << 46, MAX_SEGMENTS),
        ];
        let mut line = 0;
        for (size, segment, segments) in sizes {
            let first = line;
            let job = Job::new(
                SetAside { path: path("f"), size, identity: Identity::default() },
                &mut line,
            );
            assert_eq!((job.segment, job.segments as u64), (segment, segments), "{size}");
            assert_eq!((job.first, line), (first, first + job.segments), "{size}");
            let covered = u128::from(segment) * u128::from(segments);
            assert!(covered >= size.into() && covered - u128::from(segment) <= size.into());
            assert_eq!(job.state().values.capacity(), 0, "a file costs nothing before its turn");
        }
    }

    #[test]
    fn the_root_over_any_number_of_segments_is_the_digest_of_the_whole() {
        // The smallest subtrees that there are.
        const LEAF: usize = blake3::CHUNK_LEN;
        let all = content(140 * LEAF);
        let value = |(index, leaf): (usize, &[u8])| {
            let mut hasher = Hasher::new();
            hasher.set_input_offset((index * LEAF) as u64).update(leaf).finalize_non_root()
        };
        for count in 1..=140 {
            for last in [1, 64, LEAF - 1, LEAF] {
                let content = &all[..(count - 1) * LEAF + last];
                let values: Vec<_> = match count {
                    1 => vec![blake3::hash(content).into()],
                    _ => content.chunks(LEAF).enumerate().map(value).collect(),
                };
                assert_eq!(root_of(&values), Digest::of(content), "{count} leaves, {last}");
            }
        }
    }

    /// A job with segments so small that a small file has many of them.
    fn cut_small<'a>(place: &Place, size: usize, segment: usize) -> Job<'a> {
        let job = Job::new(place.found(size as u64), &mut 0);
        let segments = size.div_ceil(segment);
        job.state().left = segments;
        Job { segment: segment as u64, segments, ..job }
    }

    const SMALL: usize = 64 << 10;

    #[test]
    fn segments_may_be_taken_in_any_order() {
        for size in [1, SMALL, SMALL + 1, 11 * SMALL, 16 * SMALL, 17 * SMALL + 100] {
            for way in WAYS {
                let count = size.div_ceil(SMALL);
                // A stride that has nothing in common with any of the counts.
                for order in [
                    (0..count).collect::<Vec<_>>(),
                    (0..count).rev().collect(),
                    (0..count).map(|index| index * 7 % count).collect(),
                ] {
                    let place = Place::with(&content(size), way);
                    let job = cut_small(&place, size, SMALL);
                    let taken: Vec<_> = (order.iter())
                        .map(|&index| job.take_segment(index, &place.open(), &place.scanner))
                        .collect();
                    let (last, before) = taken.split_last().unwrap();
                    assert!(before.iter().all(Option::is_none));
                    let outcome = last.clone().unwrap().map(|(entry, _)| entry);
                    assert_eq!(job.state().values.capacity(), 0, "nor does it after its turn");
                    drop((job, taken));
                    place.holds(&outcome, &format!("{size} in the order {order:?}"));
                }
            }
        }
    }

    #[test]
    fn a_file_that_changes_between_two_segments_is_read_again() {
        const SIZE: usize = 5 * SMALL;
        type Change = fn(&File);
        let changes: [(&str, Change); 8] = [
            ("emptied", |file| file.set_len(0).unwrap()),
            ("cut to a byte", |file| file.set_len(1).unwrap()),
            ("cut before what is next", |file| file.set_len(SMALL as u64 / 2).unwrap()),
            ("cut in what is next", |file| file.set_len(SMALL as u64 + 7).unwrap()),
            ("cut by a byte", |file| file.set_len(SIZE as u64 - 1).unwrap()),
            ("grown", |file| file.set_len(2 << 20).unwrap()),
            ("written to", |file| file.write_all_at(b"other", 5).unwrap()),
            ("made executable", |file| {
                file.set_permissions(Permissions::from_mode(0o755)).unwrap();
            }),
        ];
        for (what, change) in changes {
            for way in WAYS {
                for after in 1..5 {
                    let place = Place::with(&content(SIZE), way);
                    let job = cut_small(&place, SIZE, SMALL);
                    let take = |index| job.take_segment(index, &place.open(), &place.scanner);
                    assert!((0..after).all(|index| take(index).is_none()));
                    change(&place.file());
                    let outcome = (after..5).find_map(take).unwrap().map(|(entry, _)| entry);
                    drop(job);
                    place.holds(&outcome, &format!("{what} after {after}, {way:?}"));
                }
            }
        }
    }

    #[test]
    fn a_file_that_is_not_as_it_was_found_is_what_it_is_now() {
        let mib = 1 << 20;
        for (found, now) in [(5 * mib, 0), (5 * mib, 9 * mib), (9 * mib, 5 * mib), (mib, 1), (0, 1)]
        {
            for way in WAYS {
                let place = Place::with(&content(usize::try_from(now).unwrap()), way);
                let items = hash_all(&place.open(), &place.scanner, vec![place.found(found)]);
                let [Item { path, observed: Observed::Entry(entry), .. }] = &items[..] else {
                    panic!("{found} became {now}: {items:?}")
                };
                assert_eq!(&**path, b"f");
                place.holds(&Ok(entry.clone()), &format!("{found} became {now}, {way:?}"));
            }
        }
    }

    #[test]
    fn a_file_that_another_took_the_place_of_is_unstable() {
        for way in WAYS {
            let place = Place::with(&content(SMALL), way);
            let found = place.found(SMALL as u64);
            // The same bytes, size and times; what was found keeps its inode.
            fs::rename(place.path("f"), place.path("found")).unwrap();
            fs::write(place.path("f"), content(SMALL)).unwrap();
            let modified = fs::metadata(place.path("found")).unwrap().modified().unwrap();
            place.file().set_modified(modified).unwrap();
            let items = hash_all(&place.open(), &place.scanner, vec![found]);
            let [Item { observed: Observed::ScanError(trouble), .. }] = &items[..] else {
                panic!("{items:?}")
            };
            assert_eq!(trouble.kind, ScanErrorKind::Unstable, "{trouble:?}");
        }
    }

    #[test]
    fn a_file_that_cannot_be_had_is_one_trouble_whatever_its_size() {
        let place = Place::with(b"", (true, false));
        fs::create_dir(place.path("directory")).unwrap();
        for (name, kind) in [
            ("nothing", ScanErrorKind::Unstable),
            ("directory", ScanErrorKind::Unstable),
            ("f/below", ScanErrorKind::Unreadable),
        ] {
            let sizes = [SET_ASIDE, 9 << 20, 1 << 40];
            let identity = Identity::default();
            let files = sizes.map(|size| SetAside { path: path(name), size, identity }).to_vec();
            let items = hash_all(&place.open(), &place.scanner, files);
            let troubled = |item: &Item| {
                let Observed::ScanError(trouble) = &item.observed else { return false };
                trouble.kind == kind && &*item.path == name.as_bytes()
            };
            assert!(items.len() == sizes.len() && items.iter().all(troubled), "{items:?}");
        }
    }
}
