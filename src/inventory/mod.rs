//! What is really there: the entries observed below a root.
//!
//! - `open` opens things without following a link and without waiting for anything;
//! - `walk` lists directories from their descriptors, and hands files to the workers in batches;
//! - `read` reads one file, and notices when it changed meanwhile;
//! - `small` reads many files, to be hashed together;
//! - `lanes` hashes the chunks of many files side by side, and `kernels` do that with vectors;
//! - `large` cuts large files into segments, which all threads share;
//! - `guard` lends parts of a file as memory, and outlives their truncation;
//! - `stage` keeps a copy of the very bytes that were hashed, where one is wanted;
//! - `scratch` is the directory that it grows in;
//! - `stamp` says what a stat tells of one version of a file or a directory;
//! - `settle` looks at every directory again when all is read;
//! - `portable` does the walking where there are no directory descriptors;
//! - `workers` are the threads;
//! - `commit` takes the inventory of a commit instead, from git's objects;
//! - `evidence` reads single files again, for causes, comparisons and exports.
//!
//! Whatever goes wrong at a path is an item of the inventory, never an early return: one
//! unreadable file hides no other.

mod commit;
mod commit_limits;
mod evidence;
#[cfg_attr(not(unix), path = "unguarded.rs")]
mod guard;
#[cfg(target_arch = "x86_64")]
mod kernels;
#[cfg_attr(not(target_arch = "x86_64"), path = "one_by_one.rs")]
mod lanes;
mod large;
#[cfg(unix)]
mod open;
#[cfg(any(not(unix), test))]
mod portable;
mod read;
#[cfg_attr(not(unix), path = "scratch_by_path.rs")]
mod scratch;
#[cfg(unix)]
mod settle;
mod small;
mod stage;
mod stamp;
#[cfg(unix)]
mod walk;
mod workers;

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::slice::ParallelSliceMut as _;

use self::stamp::{Print, Stamp};
use crate::entry::{Entry, UnreadFile};
use crate::path::EntryPath;
use crate::problem::in_words;
use crate::scope::Scope;

pub use commit::{Wanted, find, has_file, take_tree};
pub use commit_limits::{CommitError, Extent, Work};
pub use evidence::{Divergence, FileInParts, ReadFault, first_difference, hash_into, read_whole};
#[cfg(unix)]
pub use open::Directory;
#[cfg(not(unix))]
pub use portable::Directory;
pub use read::ByteSink;
pub use stage::Stage;
pub use stamp::Version;
pub use workers::Workers;

/// Everything observed below a root, in scope, sorted by the bytes of the paths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inventory {
    /// One for each file, link, special file, directory without entries in scope, and path
    /// that could not be observed.
    pub items: Vec<Item>,
    /// How many bytes were hashed.
    pub bytes: u64,
    /// Whether execute bits can be seen here; if not, `executable` is always false.
    pub modes: bool,
}

/// One observed path.
#[derive(Debug, Clone)]
pub struct Item {
    /// Relative to the root; legal as an [`EntryPath`] if `observed` is an entry.
    pub path: Box<[u8]>,
    /// What is there.
    pub observed: Observed,
    /// Of a file that was read: which version of it.
    print: Option<Print>,
}

/// Items are equal if they say the same of a path, whichever version of it they were taken from.
impl PartialEq for Item {
    fn eq(&self, other: &Self) -> bool {
        (&self.path, &self.observed) == (&other.path, &other.observed)
    }
}

impl Eq for Item {}

/// What was observed at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Observed {
    /// Something that a seal can state.
    Entry(Entry),
    /// Something that it cannot, or that could not be observed.
    Trouble(Trouble),
    /// Something that was passed over: it is there, and not opened.
    Passed,
}

/// Says of a path whether it is passed over, whatever it is; a directory is walked all the same.
pub type PassOver<'a> = Option<&'a (dyn Fn(&[u8]) -> bool + Sync)>;

/// Why a path has no entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// Its sort.
    pub kind: TroubleKind,
    /// In words.
    pub detail: String,
    /// Whether it is a directory, of which nothing below was observed.
    pub directory: bool,
    /// The file that is there, if it was not read on purpose. In a box, since it is rare.
    pub unread: Option<Box<UnreadFile>>,
}

/// The sorts of [`Trouble`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TroubleKind {
    /// It could not be opened, listed or read.
    Unreadable,
    /// It changed while it was listed or read, twice.
    Unstable,
    /// No seal can state it.
    Unsealable,
}

/// Why a root could not be opened or listed.
#[derive(Debug, thiserror::Error)]
pub enum RootError {
    /// Nothing is there.
    #[error("there is nothing at {0}")]
    Missing(String),
    /// It, or a directory on the way, is something else.
    #[error("{0} is not a directory")]
    NotDirectory(String),
    /// It, or a directory on the way, is a link.
    #[error("{0} is a symbolic link, which is never followed")]
    Link(String),
    /// It could not be opened or listed.
    #[error("{0} cannot be read: {1}")]
    Unreadable(String, String),
    /// It changed, or another directory took its place, while what is in it was read.
    #[error("the root changed while it was read: {0}")]
    Unstable(String),
}

/// What a listing says of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link.
    Link,
    /// Anything else, in words: found, and never opened.
    Special(&'static str),
}

/// What a directory holds: each name, or its path below the root, with its kind.
pub type Listing = Vec<(Box<[u8]>, Kind)>;

/// How far the work is; read by the progress display while it goes on.
#[derive(Debug, Default)]
pub struct Meter {
    entries: AtomicU64,
    bytes: AtomicU64,
    left_out: AtomicU64,
}

impl Meter {
    /// Entries observed so far.
    #[must_use]
    pub fn entries(&self) -> u64 {
        self.entries.load(Ordering::Relaxed)
    }

    /// Bytes hashed so far.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Names looked at so far: those of the entries, and those that the scope leaves out.
    #[must_use]
    pub fn names(&self) -> u64 {
        self.entries() + self.left_out.load(Ordering::Relaxed)
    }

    fn leave_out(&self, names: u64) {
        self.left_out.fetch_add(names, Ordering::Relaxed);
    }

    fn count(&self, entries: u64, bytes: u64) {
        self.entries.fetch_add(entries, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }
}

/// By what means inventories are taken.
#[derive(Debug)]
pub struct Engine {
    /// The threads.
    pub workers: Workers,
    /// Whether large files are mapped rather than read. Maps are faster; where reading far ahead
    /// or a lost connection is a concern, they are not wanted.
    pub mapped: bool,
    /// What counts the work.
    pub meter: Arc<Meter>,
    /// Where a copy of everything observed is kept.
    pub stage: Option<Stage>,
}

impl Engine {
    /// The usual means: `threads`, or as many as the process may use.
    #[must_use]
    pub fn new(threads: Option<NonZeroUsize>) -> Self {
        Self { workers: Workers::new(threads), mapped: true, meter: Arc::default(), stage: None }
    }

    /// The copy of the file at `path`, if one is wanted.
    fn copy(&self, path: &[u8], opened: &read::Opened) -> Option<stage::Copy<'_>> {
        let stage = self.stage.as_ref()?;
        Some(stage.file(path, opened.mode()))
    }
}

/// Fewer items are sorted by one thread.
const FEW: usize = 10_000;

/// Observes everything below `root` that is in `scope`.
///
/// Fails only where `root` itself cannot be listed.
pub fn take(root: &Directory, scope: &Scope, engine: &Engine) -> Result<Inventory, RootError> {
    take_part(root, scope, engine, None)
}

/// The same, without opening what `pass_over` says.
pub fn take_part(
    root: &Directory,
    scope: &Scope,
    engine: &Engine,
    pass_over: PassOver<'_>,
) -> Result<Inventory, RootError> {
    #[cfg(unix)]
    let (mut items, listed) = walk::walk(root, scope, engine, pass_over)?;
    #[cfg(not(unix))]
    let mut items = portable::walk(root, scope, engine, pass_over)?;
    if items.len() > FEW && engine.workers.several() {
        items[..].par_sort_unstable_by(|a, b| a.path.cmp(&b.path));
    } else {
        items.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    }
    #[cfg_attr(not(unix), expect(unused_mut, reason = "settling needs directory descriptors"))]
    let mut inventory = Inventory { items, bytes: 0, modes: cfg!(unix) };
    #[cfg(unix)]
    settle::settle(root, scope, listed, engine, &mut inventory)?;
    inventory.bytes = inventory.items.iter().map(|item| item.observed.bytes()).sum();
    Ok(inventory)
}

impl Inventory {
    /// The items that no seal can state or that could not be observed.
    pub fn troubles(&self) -> impl Iterator<Item = (&[u8], &Trouble)> {
        self.items.iter().filter_map(|item| match &item.observed {
            Observed::Entry(_) | Observed::Passed => None,
            Observed::Trouble(trouble) => Some((&*item.path, trouble)),
        })
    }

    /// The items that a seal can state.
    pub fn entries(&self) -> impl Iterator<Item = (EntryPath, &Entry)> {
        self.items.iter().filter_map(|item| match &item.observed {
            Observed::Entry(entry) => {
                let text = std::str::from_utf8(&item.path).ok()?;
                Some((EntryPath::parse(text).ok()?, entry))
            }
            Observed::Trouble(_) | Observed::Passed => None,
        })
    }

    /// Puts `item` in the place of what was observed at its path.
    #[cfg(unix)]
    fn put(&mut self, item: Item) {
        match self.items.binary_search_by(|known| known.path.cmp(&item.path)) {
            Ok(at) => self.items[at] = item,
            Err(at) => self.items.insert(at, item),
        }
    }

    /// The items below the directory `path`.
    #[must_use]
    pub fn below(&self, path: &[u8]) -> &[Item] {
        let mut prefix = path.to_vec();
        prefix.push(b'/');
        let start = self.items.partition_point(|item| *item.path < *prefix);
        let length = self.items[start..].partition_point(|item| item.path.starts_with(&prefix));
        &self.items[start..start + length]
    }
}

impl Item {
    /// The item of `path`, at which `observed` is.
    #[must_use]
    pub fn new(path: Box<[u8]>, observed: Observed) -> Self {
        Self { path, observed, print: None }
    }

    fn of(path: Box<[u8]>, outcome: Result<Entry, Trouble>) -> Self {
        Self::new(path, outcome.map_or_else(Observed::Trouble, Observed::Entry))
    }

    /// The item of a file that was read, with the version that it was.
    fn of_file(path: Box<[u8]>, outcome: Result<(Entry, Stamp), Trouble>) -> Self {
        match outcome {
            Ok((entry, stamp)) => {
                Self { path, observed: Observed::Entry(entry), print: Some(stamp.print()) }
            }
            Err(trouble) => Self::new(path, Observed::Trouble(trouble)),
        }
    }

    fn passed(path: Box<[u8]>) -> Self {
        Self::new(path, Observed::Passed)
    }
}

impl Observed {
    fn bytes(&self) -> u64 {
        match self {
            Self::Entry(entry) => entry.size().unwrap_or(0),
            Self::Trouble(_) | Self::Passed => 0,
        }
    }
}

impl Trouble {
    fn new(kind: TroubleKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), directory: false, unread: None }
    }

    fn unreadable(error: &std::io::Error) -> Self {
        Self::new(TroubleKind::Unreadable, in_words(error))
    }

    fn unstable(detail: &str) -> Self {
        Self::new(TroubleKind::Unstable, detail)
    }

    fn unsealable(detail: impl Into<String>) -> Self {
        Self::new(TroubleKind::Unsealable, detail)
    }

    /// What is said of a file of which nearly all are holes.
    fn unread(file: UnreadFile, on_disk: u64) -> Self {
        let detail = format!(
            "it is {} bytes long, of which {on_disk} are on the disk: a file over 64 GiB that is \
             nearly all holes is not read",
            file.size
        );
        Self { unread: Some(Box::new(file)), ..Self::unsealable(detail) }
    }

    fn of_directory(self) -> Self {
        Self { directory: true, ..self }
    }
}
