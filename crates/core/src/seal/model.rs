//! The seal in memory.

use std::fmt;

use crate::seal::command::BuildCommand;
use crate::seal::entry::Entry;
use crate::seal::exclude::Scope;
use crate::seal::path::{EntryPath, PathFault};
use crate::seal::surface::Surface;

/// The value of the `format` key of a seal over a directory.
pub const FORMAT: &str = "sealgate-seal/1";

/// A longer seal file is refused before it is read.
pub const MAX_SEAL_BYTES: u64 = 256 << 20;

/// Above this size hosts stop showing and accepting a file, and `seal` warns.
pub const LARGE_SEAL_BYTES: u64 = 40 << 20;

/// The name of a seal: `[a-z0-9][a-z0-9._-]*`, not `policy`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SealName(Box<str>);

impl SealName {
    /// Takes `text` as a name if it is a legal one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let (&first, rest) = text.as_bytes().split_first()?;
        let legal = plain(first)
            && rest.iter().all(|&byte| plain(byte) || matches!(byte, b'.' | b'_' | b'-'))
            && text != "policy";
        legal.then(|| Self(text.into()))
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SealName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The directory under seal, or the file of a database, relative to the repository root. A database on a
/// server has none in the repository.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Root(Place);

/// Where a root is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// The repository root, which is `"."`.
    Repository,
    /// There, relative to the repository root.
    Inside(EntryPath),
    /// On a server.
    Server,
}

/// How people read of the root of a database on a server.
const ON_SERVER: &str = "the database";

impl Root {
    /// Takes `text` as a root: `.` or a legal path.
    pub fn parse(text: &str) -> Result<Self, PathFault> {
        if text == "." {
            Ok(Self(Place::Repository))
        } else if text.contains('\\') {
            Err(PathFault::Backslash)
        } else {
            EntryPath::parse(text).map(|path| Self(Place::Inside(path)))
        }
    }

    /// That of a database on a server.
    #[must_use]
    pub fn on_server() -> Self {
        Self(Place::Server)
    }

    /// Whether it is a database on a server, and nothing in the repository.
    #[must_use]
    pub fn is_on_server(&self) -> bool {
        self.0 == Place::Server
    }

    /// The root's path; `None` for the repository root itself, and for a database on a server.
    #[must_use]
    pub fn path(&self) -> Option<&EntryPath> {
        match &self.0 {
            Place::Inside(path) => Some(path),
            Place::Repository | Place::Server => None,
        }
    }

    /// As the seal writes it; words for a database on a server, of which the seal states none.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Place::Repository => ".",
            Place::Inside(path) => path.as_str(),
            Place::Server => ON_SERVER,
        }
    }

    /// `path` below this root, relative to the repository root if it is inside.
    #[must_use]
    pub fn join(&self, path: &str) -> String {
        self.path().map_or_else(|| path.to_owned(), |root| format!("{}/{path}", root.as_str()))
    }
}

impl fmt::Display for Root {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Everything above `[entries]`: what is under seal, and what is left out.
#[derive(Debug, Clone)]
pub struct Header {
    /// The directory under seal, or the file of the database.
    pub root: Root,
    /// Whether its files are kept in git, or built and ignored.
    pub tracked: bool,
    /// The command that makes them, if the seal states one.
    pub build: Option<BuildCommand>,
    /// What is left out.
    pub scope: Scope,
    /// Which part of a database is under seal; `None` for a seal over a directory.
    pub surface: Option<Surface>,
}

/// Equal when they say the same: the compiled patterns follow from the written ones.
impl PartialEq for Header {
    fn eq(&self, other: &Self) -> bool {
        self.root == other.root
            && self.tracked == other.tracked
            && self.build == other.build
            && self.scope.patterns() == other.scope.patterns()
            && self.surface == other.surface
    }
}

impl Eq for Header {}

/// One line of `[entries]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedEntry {
    /// Relative to the root.
    pub path: EntryPath,
    /// What was approved there.
    pub entry: Entry,
}

/// A seal: entries sorted by path, unique, none beside one below it, none excluded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seal {
    /// Its name, which its first line repeats.
    pub name: SealName,
    /// What is under seal.
    pub header: Header,
    /// The approved entries; never empty in a seal that was read.
    pub entries: Vec<SealedEntry>,
}

impl Header {
    /// The line of the first entry in the canonical text, from 1.
    #[must_use]
    pub fn first_entry_line(&self) -> usize {
        // The comment and `format`; `root` and `tracked`; `build`; `exclude`; the blank line and `[entries]`.
        let root = if self.root.is_on_server() { 0 } else { 2 };
        let build = usize::from(self.build.is_some());
        // `database`, `include`, `buckets` and `omit`.
        let surface = self.surface.as_ref().map_or(0, |surface| {
            let lists = [surface.include.len(), surface.buckets.len(), surface.omit.len()];
            1 + lists.into_iter().map(lines_of_list).sum::<usize>()
        });
        2 + root + build + surface + lines_of_list(self.scope.patterns().len()) + 2 + 1
    }
}

/// How many lines a list of so many strings takes.
fn lines_of_list(strings: usize) -> usize {
    if strings == 0 { 1 } else { strings + 2 }
}

impl Seal {
    /// What was approved at `path`.
    #[must_use]
    pub fn entry(&self, path: &[u8]) -> Option<&Entry> {
        self.index_of(path).map(|at| &self.entries[at].entry)
    }

    /// The index of the entry at `path`.
    #[must_use]
    pub fn index_of(&self, path: &[u8]) -> Option<usize> {
        self.entries.binary_search_by(|sealed| sealed.path.as_bytes().cmp(path)).ok()
    }

    /// Whether anything is sealed below the directory `path`.
    #[must_use]
    pub fn has_below(&self, path: &[u8]) -> bool {
        let prefix = [path, b"/"].concat();
        let first = self.entries.partition_point(|sealed| *sealed.path.as_bytes() < *prefix);
        self.entries.get(first).is_some_and(|sealed| sealed.path.as_bytes().starts_with(&prefix))
    }

    /// The line of entry `index` in the canonical text, from 1.
    #[must_use]
    pub fn line_of(&self, index: usize) -> usize {
        self.header.first_entry_line() + index
    }
}
