//! The engine that takes inventories, through the library: whatever the threads, the maps and the
//! stage, what comes out is what a plain reader finds, and the digests are those of `blake3::hash`.
//! And of files that others cut, extend and rewrite meanwhile, none is said to hold what it never
//! held.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test fails so")]

use std::collections::BTreeMap;
use std::fs::{self, File, Permissions};
use std::num::NonZeroUsize;
use std::os::unix::fs::{FileExt as _, MetadataExt as _, PermissionsExt as _, symlink};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use sealgate_core::compare::inventory::{Inventory, Observed, ScanErrorKind};
use sealgate_core::seal::entry::{Digest, Entry};
use sealgate_core::seal::exclude::Scope;
use sealgate_scan::{Directory, Meter, Scanner, Stage, Workers, take};

const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;

/// Longer than a thread needs to take up work; only a failure waits for it.
const WATCHDOG: Duration = Duration::from_secs(20);

/// How a tree is read.
#[derive(Debug, Clone, Copy)]
struct Way {
    threads: usize,
    mapped: bool,
    staged: bool,
}

/// Every way that there is.
fn ways() -> impl Iterator<Item = Way> {
    (1..=8).flat_map(|threads| {
        [(true, false), (false, false), (true, true), (false, true)].map(|(mapped, staged)| Way {
            threads,
            mapped,
            staged,
        })
    })
}

/// Bytes of which no two parts are alike; others for another `seed`.
fn content(seed: u64, length: usize) -> Vec<u8> {
    let mut content = vec![0; length];
    blake3::Hasher::new().update(&seed.to_le_bytes()).finalize_xof().fill(&mut content);
    content
}

fn write(path: &Path, content: impl AsRef<[u8]>) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

/// What is at each path below a root, directories with something in them aside.
type Tree = BTreeMap<String, Entry>;

/// What a plain reader finds, one path after another.
fn read_plainly(root: &Path) -> Tree {
    let mut tree = Tree::new();
    gather(root, "", &mut tree);
    tree
}

fn gather(directory: &Path, above: &str, tree: &mut Tree) {
    for found in fs::read_dir(directory).unwrap().map(Result::unwrap) {
        let (at, kind) = (found.path(), found.file_type().unwrap());
        let path = format!("{above}{}", found.file_name().to_str().unwrap());
        let entry = if kind.is_symlink() {
            Entry::Link { target: fs::read_link(&at).unwrap().to_str().unwrap().into() }
        } else if kind.is_file() {
            let bytes = fs::read(&at).unwrap();
            let executable = found.metadata().unwrap().mode() & 0o111 != 0;
            let digest = Digest(blake3::hash(&bytes).into());
            Entry::File { size: bytes.len() as u64, digest, executable }
        } else if fs::read_dir(&at).unwrap().next().is_some() {
            gather(&at, &format!("{path}/"), tree);
            continue;
        } else {
            Entry::Dir
        };
        tree.insert(path, entry);
    }
}

/// The first path at which two trees differ, and what they have there.
fn first_difference<'t>(
    a: &'t Tree,
    b: &'t Tree,
) -> Option<(&'t str, Option<&'t Entry>, Option<&'t Entry>)> {
    let path = a.keys().chain(b.keys()).filter(|path| a.get(*path) != b.get(*path)).min()?;
    Some((path, a.get(path), b.get(path)))
}

/// What came of one way.
struct Taken {
    inventory: Inventory,
    /// What was staged.
    staged: Option<Tree>,
}

/// Takes the inventory of `root`. What it is done with is made on a thread that nothing else was
/// done with: no thread shares its work with two sets of workers in its life.
fn taken(root: &Path, way: Way, meter: &Arc<Meter>) -> Taken {
    let threads = NonZeroUsize::new(way.threads);
    let beside = tempfile::tempdir_in(root.parent().unwrap()).unwrap();
    let target = beside.path().join("stage");
    let work = || {
        let workers = Workers::new(threads);
        assert!(way.threads == 1 || shares(&workers), "{way:?}: one thread does it all");
        let stage = way.staged.then(|| Stage::create("--stage", &target).unwrap());
        let scanner = Scanner { workers, mapped: way.mapped, meter: Arc::clone(meter), stage };
        let root = Directory::open_root(root, None).unwrap();
        let inventory = take(&root, &Scope::new(Vec::new()).unwrap(), &scanner).unwrap();
        (inventory, scanner.stage)
    };
    let (inventory, stage) = thread::scope(|threads| threads.spawn(work).join().unwrap());
    let staged = stage.map(|mut stage| {
        stage.publish().unwrap();
        read_plainly(&target)
    });
    Taken { inventory, staged }
}

/// Whether a second thread takes up work while the first one waits for that.
fn shares(workers: &Workers) -> bool {
    let (tell, told) = mpsc::channel();
    workers.both(move || told.recv_timeout(WATCHDOG).is_ok(), move || tell.send(())).0
}

/// The first thing that is not as it should be when `root`, which is `expected`, is read this way.
fn fault(root: &Path, expected: &Tree, way: Way) -> Option<String> {
    let meter = Arc::default();
    let Taken { inventory, staged } = taken(root, way, &meter);
    let found: Tree = inventory
        .entries()
        .map(|(path, entry)| (path.as_str().to_owned(), entry.clone()))
        .collect();
    if let Some(difference) = first_difference(expected, &found) {
        return Some(format!("{way:?}: there, and found: {difference:?}"));
    }
    if let Some(staged) = staged
        && let Some(difference) = first_difference(expected, &staged)
    {
        return Some(format!("{way:?}: there, and staged: {difference:?}"));
    }
    let sorted = inventory.items.is_sorted_by(|a, b| a.path < b.path);
    let bytes: u64 = expected.values().filter_map(Entry::size).sum();
    let count = expected.len() as u64;
    let told = [(inventory.items.len() as u64, inventory.bytes), (meter.entries(), meter.bytes())];
    (!sorted || told != [(count, bytes); 2]).then(|| {
        format!("{way:?}: sorted: {sorted}; {count} entries, {bytes} bytes, but told: {told:?}")
    })
}

/// Demands that `root` is read in this way as a plain reader reads it.
#[track_caller]
fn reads(root: &Path, expected: &Tree, way: Way) {
    assert_eq!(fault(root, expected, way), None);
}

/// Around these sizes files are read in another way: a block and a chunk of BLAKE3; the least
/// buffer; what is large; the buffer that small files share; the buffer of a file that is read
/// again; one segment and one window, and two.
const BOUNDARIES: [usize; 9] = [0, 64, KIB, 64 * KIB, 256 * KIB, 320 * KIB, MIB, 4 * MIB, 8 * MIB];

#[test]
fn every_way_gives_the_digest_of_the_content_at_every_size() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().join("root");
    let around = BOUNDARIES.map(|size| [size.saturating_sub(1), size, size + 1]).concat();
    for (number, size) in (0_u64..).zip(around.into_iter().chain([12 * MIB + 1])) {
        let path = root.join(format!("sizes/{}/{size}", number % 7));
        write(&path, content(number, size));
        let mode = if number % 2 == 0 { 0o644 } else { 0o755 };
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
    }
    // Small files fill the buffer that they share to its last byte, and not quite, and over.
    for number in 0..8 {
        for (file, size) in [64 * KIB + 4 - number; 6].into_iter().chain([number]).enumerate() {
            write(&root.join(format!("lots/{number}/{file}")), content(number as u64, size));
        }
        let last = root.join(format!("lots/last/{number}"));
        write(&last.join("longest"), content(1, 256 * KIB - 1));
        write(&last.join("rest"), content(2, 64 * KIB + 4 - number));
    }
    // So many that they are read in turn with others.
    for number in 0..200_u16 {
        write(&root.join(format!("many/{number}")), content(number.into(), number.into()));
    }
    let holes = File::create(root.join("holes")).unwrap();
    holes.set_len(5 * MIB as u64).unwrap();
    holes.write_all_at(b"something", 3 * MIB as u64).unwrap();
    fs::create_dir_all(root.join("nothing/at/all")).unwrap();
    for (link, target) in [("to-dir", "sizes"), ("sizes/up", "../holes"), ("dangling", "gone")] {
        symlink(target, root.join(link)).unwrap();
    }
    let expected = read_plainly(&root);
    for way in ways() {
        reads(&root, &expected, way);
    }
}

/// Makes a tree below a root.
type Plant = fn(&Path);

#[test]
fn trees_of_every_shape_are_read_whole() {
    let shapes: [(&str, Plant); 5] = [
        ("one directory with 5,000 small files", |root| {
            for number in 0..5_000_u16 {
                write(&root.join(format!("{number}")), number.to_le_bytes());
            }
        }),
        ("a chain of 200 directories", |root| {
            let mut at = root.to_owned();
            for depth in 0..200_u8 {
                at.push("d");
                write(&at.join("f"), [depth]);
            }
        }),
        ("1,000 directories with one file", |root| {
            for number in 0..1_000_u16 {
                write(&root.join(format!("{}/{number}/f", number % 40)), number.to_le_bytes());
            }
        }),
        ("one large file beside 2,000 small ones", |root| {
            write(&root.join("m"), content(0, 20 * MIB + 1));
            for number in 0..2_000_u16 {
                write(&root.join(format!("{}", number % 10)).join(format!("{number}")), [7]);
            }
        }),
        ("nothing but one large file", |root| write(&root.join("f"), content(0, 17 * MIB))),
    ];
    for (shape, plant) in shapes {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().join("root");
        plant(&root);
        let expected = read_plainly(&root);
        for threads in [1, 2, 3, 8] {
            // Making files takes longer than all else.
            let staged = threads == 3;
            let fault = fault(&root, &expected, Way { threads, mapped: !staged, staged });
            assert_eq!(fault, None, "{shape}");
        }
    }
}

/// A file somewhere in a tree: where, how long, and whether it is executable.
type Planted = (Vec<&'static str>, usize, bool);

fn planted() -> impl Strategy<Value = Planted> {
    let near = |boundaries: Vec<usize>| {
        (select(boundaries), 0..5_usize).prop_map(|(size, more)| (size + more).saturating_sub(2))
    };
    let size = prop_oneof![
        6 => 0..3 * KIB,
        3 => near(vec![64, KIB, 64 * KIB, 256 * KIB, 320 * KIB]),
        2 => near(vec![MIB, 4 * MIB, 5 * MIB, 8 * MIB]),
    ];
    let above = vec(select(vec!["a", "b", "c-d", "é"]), 0..5);
    (above, size, any::<bool>())
}

fn way() -> impl Strategy<Value = Way> {
    (1..=8_usize, any::<bool>(), any::<bool>()).prop_map(|(threads, mapped, staged)| Way {
        threads,
        mapped,
        staged,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_tree_is_read_in_any_way_as_a_plain_reader_reads_it(
        files in vec(planted(), 0..12),
        empty in vec(vec(select(vec!["a", "b", "e", "x"]), 1..4), 0..3),
        crowd in any::<bool>(),
        way in way(),
    ) {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().join("root");
        fs::create_dir(&root).unwrap();
        for (number, (above, size, executable)) in (0_u64..).zip(&files) {
            let path = root.join(above.join("/")).join(format!("f{number}"));
            write(&path, content(number, *size));
            let mode = if *executable { 0o755 } else { 0o644 };
            fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        }
        for path in &empty {
            fs::create_dir_all(root.join(path.join("/"))).unwrap();
        }
        for number in 0..if crowd { 150 } else { 0 } {
            write(&root.join(format!("crowd/{number}")), number.to_string());
        }
        prop_assert_eq!(fault(&root, &read_plainly(&root), way), None);
    }
}

/// What somebody does with a file, in a few steps, while it is read. No two of its sizes are the
/// same, so that a size tells what the file held then, whatever the clock of the file system.
#[derive(Debug, Clone, Copy)]
enum Change {
    /// It gets these sizes, in this order; what is new of it is zeros. Each time the byte in its
    /// middle becomes another after that.
    Sizes([usize; 4]),
    /// It is emptied and written anew, up to this size.
    Anew(usize),
}

impl Change {
    fn make(self, file: &File, pauses: u32) {
        match self {
            Self::Sizes(sizes) => {
                for size in sizes {
                    file.set_len(size as u64).unwrap();
                    file.write_all_at(&[MARK], size as u64 / 2).unwrap();
                    (0..pauses).for_each(|_| std::hint::spin_loop());
                }
            }
            Self::Anew(size) => {
                file.set_len(0).unwrap();
                for (number, part) in content(ANEW, size).chunks(300 * KIB).enumerate() {
                    file.write_all_at(part, (number * 300 * KIB) as u64).unwrap();
                }
            }
        }
    }

    /// Up to where the file is as it was, afterwards.
    fn keeps(self) -> usize {
        match self {
            Self::Sizes(sizes) => sizes.map(|size| size / 2).into_iter().min().unwrap_or(0),
            Self::Anew(_) => 0,
        }
    }

    /// The digests of what the file held while it had `size`; it was `original` before.
    fn held(self, original: &[u8], size: usize) -> Vec<Digest> {
        if size == original.len() {
            return vec![Digest::of(original)];
        }
        match self {
            Self::Sizes(sizes) => {
                let mut held = original.to_vec();
                for now in sizes {
                    held.resize(now, 0);
                    if now == size {
                        let before = Digest::of(&held);
                        held[now / 2] = MARK;
                        return vec![before, Digest::of(&held)];
                    }
                    held[now / 2] = MARK;
                }
                Vec::new()
            }
            Self::Anew(all) if size <= all => vec![Digest::of(&content(ANEW, all)[..size])],
            Self::Anew(_) => Vec::new(),
        }
    }
}

const MARK: u8 = 0xa5;
const ANEW: u64 = u64::MAX;

/// The files that are changed, and how long they are: the largest is the first to be read.
const CHANGED: [(&str, usize); 3] =
    [("large", 13 * MIB + 5), ("d/medium", 2 * MIB), ("d/lesser", 300 * KIB)];

/// Changes of one file, of which the `turn`s differ in all their sizes.
fn change(turn: usize, length: usize) -> Change {
    // A step that has nothing in common with pages, segments or the length.
    let somewhere = |number: usize| (turn * 4 + number).wrapping_mul(1_000_003) % (length - 9);
    match turn % 5 {
        // To a page, and cut where a segment ends.
        0 => Change::Sizes([4_096, length / 2, 3, length + 1]),
        1 => Change::Anew(somewhere(0) + 1),
        2 => Change::Sizes([length - 1, length + 4_096, length - 2, length + 4_097]),
        3 => Change::Sizes([(length / 2) & !0xfff, length / 4, length / 4 + 2, length - 4]),
        _ => {
            let cut = somewhere(1) + 1;
            Change::Sizes([cut, length + 2, cut + 1, cut + 2])
        }
    }
}

/// How often the large file must be changed behind the back of whoever reads it.
const HITS: usize = 20;
const LEAST_TURNS: usize = 60;
const MOST_TURNS: usize = 5_000;

/// Changes files while they are read in this way, until enough changes fell into a read. Each file must
/// be reported as it was at one time, or as a scan error.
#[track_caller]
fn outlives_changes(way: Way) {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().join("root");
    let originals = CHANGED.map(|(_, length)| content(length as u64, length));
    let mut contents = originals.iter();
    let files = CHANGED.map(|(name, _)| {
        write(&root.join(name), contents.next().unwrap());
        File::options().write(true).open(root.join(name)).unwrap()
    });
    let mut hits = 0;
    for turn in 0..MOST_TURNS {
        if turn >= LEAST_TURNS && hits >= HITS {
            break;
        }
        let plan = CHANGED.map(|(_, length)| change(turn, length));
        let (taken, begun) = taken_meanwhile(&root, way, turn, |pauses| {
            for (file, change) in files.iter().zip(plan) {
                change.make(file, pauses);
            }
        });
        assert_eq!(taken.inventory.items.len(), CHANGED.len(), "{:?}", taken.inventory);
        for (number, (name, length)) in CHANGED.into_iter().enumerate() {
            let what = format!("{way:?}, turn {turn}: {name}, {:?}", plan[number]);
            let told = reported(&taken, name, &what);
            if let Some((size, digest)) = told {
                let held = plan[number].held(&originals[number], size);
                assert!(held.contains(&digest), "{what}: it never held {size} bytes, {digest}");
            }
            let changed = told.is_none_or(|(size, _)| size != length);
            hits += usize::from(changed && number == 0 && begun > 0);
            // For the next turn.
            let (kept, original) = (plan[number].keeps(), &originals[number]);
            files[number].set_len(length as u64).unwrap();
            files[number].write_all_at(&original[kept..], kept as u64).unwrap();
        }
    }
    assert!(hits >= HITS, "{way:?}: only {hits} changes came while the large file was read");
}

/// Says that it is over, also where a test fails.
struct AtTheEnd<'o>(&'o AtomicBool);

impl Drop for AtTheEnd<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Takes the inventory of `root` while somebody changes what is in it, when he has seen so much
/// hashed as the `turn` wants; and how much that was, in bytes.
fn taken_meanwhile(
    root: &Path,
    way: Way,
    turn: usize,
    meddle: impl FnOnce(u32) + Send,
) -> (Taken, u64) {
    let meter = Arc::<Meter>::default();
    let over = AtomicBool::new(false);
    // From the first look on, and when one, two or three segments were hashed.
    let after = (turn % 4 * 4 * MIB) as u64;
    thread::scope(|threads| {
        let meddler = threads.spawn(|| {
            while meter.bytes() < after && !over.load(Ordering::Relaxed) {
                thread::yield_now();
            }
            let begun = meter.bytes();
            meddle(u32::try_from(turn % 7 * 1_000).unwrap());
            begun
        });
        let ends = AtTheEnd(&over);
        let taken = taken(root, way, &meter);
        drop(ends);
        (taken, meddler.join().unwrap())
    })
}

/// The size and digest that the scan reports of a file, which are those of the staged copy; `None` where
/// the scan reports an error.
#[track_caller]
fn reported(taken: &Taken, name: &str, what: &str) -> Option<(usize, Digest)> {
    let item = taken.inventory.items.iter().find(|item| *item.path == *name.as_bytes());
    match &item.unwrap().observed {
        Observed::ScanError(trouble) => {
            let kinds = [ScanErrorKind::Unstable, ScanErrorKind::Unreadable];
            assert!(kinds.contains(&trouble.kind), "{what}: {trouble:?}");
            None
        }
        Observed::Entry(entry) => {
            if let Some(staged) = &taken.staged {
                assert_eq!(staged.get(name), Some(entry), "{what}: another was staged");
            }
            let &Entry::File { size, digest, .. } = entry else {
                unreachable!("{what}: {entry:?}")
            };
            Some((usize::try_from(size).unwrap(), digest))
        }
        Observed::Passed => unreachable!("{what}: nothing is passed over"),
    }
}

#[test]
fn what_others_change_meanwhile_is_told_as_it_was_at_one_time_or_not_at_all() {
    for threads in [1, 2, 4] {
        outlives_changes(Way { threads, mapped: true, staged: false });
    }
}

#[test]
fn what_others_change_meanwhile_is_staged_as_it_is_told() {
    for threads in [1, 3] {
        outlives_changes(Way { threads, mapped: true, staged: true });
    }
}
