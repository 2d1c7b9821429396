//! What is really there: the entries observed below a root.
//!
//! - `open` opens things without following a link and without waiting for anything;
//! - `walk` lists directories from their descriptors, and hands files to the workers in batches;
//! - `read` reads one file, and notices when it changed meanwhile;
//! - `small` reads many files, to be hashed together;
//! - `contents` hashes what comes piece by piece from elsewhere: the blobs of a commit;
//! - `lanes` hashes the chunks of many files side by side, and `kernels` do that with vectors;
//! - `large` cuts large files into segments, which all threads share;
//! - `guard` lends parts of a file as memory, and outlives their truncation;
//! - `stage` keeps a copy of the very bytes that were hashed, where one is wanted;
//! - `scratch` is the directory that it grows in;
//! - `stamp` says what a stat tells of one version of a file or a directory;
//! - `settle` looks at every directory again when all is read;
//! - `portable` does the walking where there are no directory descriptors;
//! - `moving` moves things from one directory to another, and replaces nothing;
//! - `workers` are the threads;
//! - `named` reads a file that a user, a variable or git names;
//! - `evidence` reads single files again, for causes, comparisons and exports.
//!
//! Whatever goes wrong at a path is an item of the inventory, never an early return: one
//! unreadable file hides no other.

mod contents;
mod evidence;
#[cfg_attr(not(unix), path = "unguarded.rs")]
mod guard;
#[cfg(all(unix, target_arch = "x86_64"))]
mod kernels;
#[cfg_attr(not(all(unix, target_arch = "x86_64")), path = "one_by_one.rs")]
mod lanes;
mod large;
#[cfg(unix)]
mod moving;
mod named;
#[cfg(unix)]
mod open;
#[cfg(any(not(unix), test))]
mod portable;
mod read;
#[cfg_attr(not(unix), path = "scratch_by_path.rs")]
mod scratch;
#[cfg(unix)]
mod settle;
#[cfg(unix)]
mod small;
mod stage;
mod stamp;
#[cfg(unix)]
mod walk;
mod workers;

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use rayon::slice::ParallelSliceMut as _;
use sealgate_core::compare::inventory::{Inventory, Item, Observed, ScanError};
use sealgate_core::seal::entry::Entry;
use sealgate_core::seal::exclude::Scope;

use self::stamp::Stamp;

pub use contents::{Content, Contents};
pub use evidence::{Divergence, FileInParts, ReadFault, first_difference, hash_into, read_whole};
pub use named::{NamedFault, read_named};
#[cfg(unix)]
pub use open::Directory;
#[cfg(not(unix))]
pub use portable::Directory;
pub use read::ByteSink;
pub use stage::Stage;
pub use stamp::Version;
pub use workers::Workers;

/// Says of a path whether it is passed over, whatever it is; a directory is walked all the same.
pub type PassOver<'a> = Option<&'a (dyn Fn(&[u8]) -> bool + Sync)>;

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
    expected: AtomicU64,
    unknown: AtomicUsize,
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

    /// How many bytes there are to hash, as far as the seals say; `None` while that is not known.
    #[must_use]
    pub fn expected(&self) -> Option<u64> {
        let expected = self.expected.load(Ordering::Relaxed);
        let is_known = self.unknown.load(Ordering::Acquire) == 0;
        (is_known && expected > 0).then_some(expected)
    }

    /// Counts bytes that are to be hashed.
    pub fn expect(&self, bytes: u64) {
        self.expected.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Counts a seal of which it is not known yet how many bytes are to be hashed.
    pub fn expect_unknown(&self) {
        self.unknown.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts the bytes of a seal that was counted as unknown.
    pub fn make_known(&self, bytes: u64) {
        self.expect(bytes);
        self.unknown.fetch_sub(1, Ordering::Release);
    }

    pub(crate) fn leave_out(&self, names: u64) {
        self.left_out.fetch_add(names, Ordering::Relaxed);
    }

    /// Counts entries that were observed, and bytes that were hashed.
    pub fn count(&self, entries: u64, bytes: u64) {
        self.entries.fetch_add(entries, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }
}

/// By what means inventories are taken.
#[derive(Debug)]
pub struct Scanner {
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

impl Scanner {
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

/// How the name of a file or a directory ends that is not finished.
pub const SCRATCH_SUFFIX: &str = ".sealgate-new";

/// Fewer items are sorted by one thread.
const FEW: usize = 10_000;

/// Observes everything below `root` that is in `scope`.
///
/// Fails only where `root` itself cannot be listed.
pub fn take(root: &Directory, scope: &Scope, scanner: &Scanner) -> Result<Inventory, RootError> {
    take_part(root, scope, scanner, None)
}

/// The same, without opening what `pass_over` says.
pub fn take_part(
    root: &Directory,
    scope: &Scope,
    scanner: &Scanner,
    pass_over: PassOver<'_>,
) -> Result<Inventory, RootError> {
    #[cfg(unix)]
    let (mut items, listed) = walk::walk(root, scope, scanner, pass_over)?;
    #[cfg(not(unix))]
    let mut items = portable::walk(root, scope, scanner, pass_over)?;
    if items.len() > FEW && scanner.workers.several() {
        items[..].par_sort_unstable_by(|a, b| a.path.cmp(&b.path));
    } else {
        items.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    }
    let mut inventory = Inventory { items, bytes: 0, modes: cfg!(unix) };
    #[cfg(unix)]
    settle::settle(root, scope, listed, scanner, &mut inventory)?;
    inventory.bytes = inventory.items.iter().map(|item| item.observed.bytes()).sum();
    Ok(inventory)
}

/// The item of the file at `path`, with the version of it that was read.
fn file_item(path: Box<[u8]>, outcome: Result<(Entry, Stamp), ScanError>) -> Item {
    match outcome {
        Ok((entry, stamp)) => {
            let version = Some(stamp.version());
            Item { path, observed: Observed::Entry(entry), version }
        }
        Err(trouble) => Item::new(path, Observed::ScanError(trouble)),
    }
}
