//! What is really there: the entries observed below a root, whatever they were observed in.

use std::num::NonZeroU64;

use crate::seal::entry::{Entry, UnreadFile};
use crate::seal::path::EntryPath;
use crate::text::problem::in_words;

/// One version of a file, as a number that is equal for equal versions and that nobody outside this
/// process can aim at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileVersion(pub NonZeroU64);

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
    pub version: Option<FileVersion>,
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
    ScanError(ScanError),
    /// Something that was passed over: it is there, and not opened.
    Passed,
}

/// Why a path has no entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScanError {
    /// Its sort.
    pub kind: ScanErrorKind,
    /// In words.
    pub detail: String,
    /// Whether it is a directory, of which nothing below was observed.
    pub directory: bool,
    /// The file that is there, if it was not read on purpose. In a box, since it is rare.
    pub unread: Option<Box<UnreadFile>>,
}

/// The sorts of [`ScanError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ScanErrorKind {
    /// It could not be opened, listed or read.
    Unreadable,
    /// It changed while it was listed or read, twice.
    Unstable,
    /// No seal can state it.
    Unsealable,
}

/// How much a seal states, by which it is measured what a commit may hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Extent {
    /// How many paths.
    pub paths: usize,
    /// How many bytes these have together.
    pub bytes: usize,
}

impl Inventory {
    /// The items that no seal can state or that could not be observed.
    pub fn troubles(&self) -> impl Iterator<Item = (&[u8], &ScanError)> {
        self.items.iter().filter_map(|item| match &item.observed {
            Observed::Entry(_) | Observed::Passed => None,
            Observed::ScanError(trouble) => Some((&*item.path, trouble)),
        })
    }

    /// The items that a seal can state.
    pub fn entries(&self) -> impl Iterator<Item = (EntryPath, &Entry)> {
        self.items.iter().filter_map(|item| match &item.observed {
            Observed::Entry(entry) => {
                let text = std::str::from_utf8(&item.path).ok()?;
                Some((EntryPath::parse(text).ok()?, entry))
            }
            Observed::ScanError(_) | Observed::Passed => None,
        })
    }

    /// What was observed at `path`, if anything.
    #[must_use]
    pub fn observed(&self, path: &[u8]) -> Option<&Observed> {
        self.place(path).ok().map(|at| &self.items[at].observed)
    }

    /// Puts `item` in the place of what was observed at its path.
    pub fn put(&mut self, item: Item) {
        match self.place(&item.path) {
            Ok(at) => self.items[at] = item,
            Err(at) => self.items.insert(at, item),
        }
    }

    /// Takes out what was observed at `path`.
    pub fn remove(&mut self, path: &[u8]) {
        if let Ok(at) = self.place(path) {
            self.items.remove(at);
        }
    }

    /// The index of the item at `path`, or where it would be.
    fn place(&self, path: &[u8]) -> Result<usize, usize> {
        self.items.binary_search_by(|item| (*item.path).cmp(path))
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
        Self { path, observed, version: None }
    }

    /// The item of `path`, at which there is an entry or trouble.
    #[must_use]
    pub fn of(path: Box<[u8]>, outcome: Result<Entry, ScanError>) -> Self {
        Self::new(path, outcome.map_or_else(Observed::ScanError, Observed::Entry))
    }

    /// The item of a path that was passed over.
    #[must_use]
    pub fn passed(path: Box<[u8]>) -> Self {
        Self::new(path, Observed::Passed)
    }
}

impl Observed {
    /// How many bytes were hashed of it.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        match self {
            Self::Entry(entry) => entry.size().unwrap_or(0),
            Self::ScanError(_) | Self::Passed => 0,
        }
    }
}

impl ScanError {
    /// An error of this kind.
    #[must_use]
    pub fn new(kind: ScanErrorKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), directory: false, unread: None }
    }

    /// What could not be opened, listed or read.
    #[must_use]
    pub fn unreadable(error: &std::io::Error) -> Self {
        Self::new(ScanErrorKind::Unreadable, in_words(error))
    }

    /// What changed while it was listed or read.
    #[must_use]
    pub fn unstable(detail: &str) -> Self {
        Self::new(ScanErrorKind::Unstable, detail)
    }

    /// What no seal can state.
    #[must_use]
    pub fn unsealable(detail: impl Into<String>) -> Self {
        Self::new(ScanErrorKind::Unsealable, detail)
    }

    /// The error of a file that consists almost only of holes.
    #[must_use]
    pub fn unread(file: UnreadFile, on_disk: u64) -> Self {
        let detail = format!(
            "it is {} bytes long, of which {on_disk} are on the disk: a file over 64 GiB that is \
             nearly all holes is not read",
            file.size
        );
        Self { unread: Some(Box::new(file)), ..Self::unsealable(detail) }
    }

    /// The same, of a directory below which nothing was observed.
    #[must_use]
    pub fn of_directory(self) -> Self {
        Self { directory: true, ..self }
    }
}
