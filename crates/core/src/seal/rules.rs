//! What makes a seal valid, whatever its form: the rules that both readers obey.

use std::cmp::Ordering;

use super::error::{SealError, SealFault, quoted};
use super::model::{FORMAT, Header, MAX_SEAL_BYTES, Root, SealedEntry};
use super::write::SealKind;
use crate::seal::command::BuildCommand;
use crate::seal::entry::{Digest, Entry};
use crate::seal::exclude::Scope;
use crate::seal::path::{EntryPath, PathFault, is_below};
use crate::seal::surface::{DatabaseSystem, Included, MAX_LISTED, SURFACE_FORMAT, Surface};

/// The largest size that a seal can state: what the systems can express.
const MAX_SIZE: u64 = i64::MAX as u64;

/// A place in the header, which each reader finds in its own way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Database,
    Root,
    Build,
    /// The key of a list.
    List(List),
    /// One string of a list, by its index.
    Listed(List, usize),
}

/// The lists of a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum List {
    Include,
    Exclude,
    Buckets,
    Omit,
}

impl List {
    /// The key under which it stands.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Include => "include",
            Self::Exclude => "exclude",
            Self::Buckets => "buckets",
            Self::Omit => "omit",
        }
    }
}

/// The header of a seal as its text states it.
#[derive(Debug, Default)]
pub(super) struct Stated<'t> {
    /// Absent of a database on a server.
    pub(super) root: Option<&'t str>,
    pub(super) tracked: bool,
    pub(super) build: Option<&'t str>,
    pub(super) exclude: Vec<String>,
    pub(super) surface: Option<StatedSurface>,
}

/// What only the header of a seal over a database states.
#[derive(Debug, Default)]
pub(super) struct StatedSurface {
    pub(super) database: String,
    pub(super) include: Vec<String>,
    pub(super) buckets: Vec<String>,
    pub(super) omit: Vec<String>,
}

/// Refuses a text that is longer than a seal may be.
pub(super) fn check_length(bytes: &[u8]) -> Result<(), SealError> {
    let length = bytes.len() as u64;
    if length <= MAX_SEAL_BYTES {
        return Ok(());
    }
    let message = format!("the seal is {length} bytes long; the limit is {MAX_SEAL_BYTES}");
    Err(SealError::new(SealFault::TooLarge, None, message))
}

/// What a seal of this format covers; every format but the two that are spoken here is refused.
pub(super) fn check_format(format: &str, line: Option<usize>) -> Result<SealKind, SealError> {
    let known = match format {
        FORMAT => return Ok(SealKind::Directory),
        SURFACE_FORMAT => return Ok(SealKind::Surface),
        other if is_of_family(other, FORMAT) => FORMAT,
        other if is_of_family(other, SURFACE_FORMAT) => SURFACE_FORMAT,
        _ => {
            let message = format!("the format {} is unknown; this is {FORMAT:?}", quoted(format));
            return Err(SealError::new(SealFault::FormatUnknown, line, message));
        }
    };
    let message = format!("the version {} is unknown; this is {known:?}", quoted(format));
    Err(SealError::new(SealFault::FormatUnknown, line, message))
}

/// Whether `format` is a version of the format `known`.
fn is_of_family(format: &str, known: &str) -> bool {
    known.rsplit_once('/').is_some_and(|(family, _)| {
        format.strip_prefix(family).is_some_and(|version| version.starts_with('/'))
    })
}

/// The database system that `text` names.
pub(super) fn database(text: &str, line: Option<usize>) -> Result<DatabaseSystem, SealError> {
    DatabaseSystem::parse(text).ok_or_else(|| {
        let message = format!(
            "database {}: this sealgate knows \"sqlite\" and \"postgresql MAJOR\"",
            quoted(text)
        );
        SealError::new(SealFault::DatabaseUnsupported, line, message)
    })
}

/// Builds a header from its parts; `line_of` tells where a part stands.
pub(super) fn header(
    stated: Stated<'_>,
    line_of: impl Fn(Place) -> Option<usize>,
) -> Result<Header, SealError> {
    let Stated { root, tracked, build, exclude, surface } = stated;
    let root = match root {
        None => Root::on_server(),
        Some(root) => Root::parse(root).map_err(|fault| {
            SealError::invalid(line_of(Place::Root), format!("root {}: {fault}", quoted(root)))
        })?,
    };
    let is_repository = root.path().is_none() && !root.is_on_server();
    if is_repository && surface.is_some() {
        let message = "the root of a seal over a database is its file, and no directory";
        return Err(SealError::invalid(line_of(Place::Root), message));
    }
    if is_repository && exclude.first().is_none_or(|first| first != "/.git") {
        let message = "with root \".\" the first pattern of `exclude` must be \"/.git\"";
        return Err(SealError::invalid(line_of(Place::List(List::Exclude)), message));
    }
    let build = build.map(BuildCommand::parse).transpose().map_err(|fault| {
        SealError::invalid(line_of(Place::Build), format!("the command of `build`: {fault}"))
    })?;
    let scope = Scope::new(exclude).map_err(|error| {
        let message = format!("exclude pattern {}: {}", quoted(&error.pattern), error.reason);
        SealError::invalid(line_of(Place::Listed(List::Exclude, error.index)), message)
    })?;
    let surface = surface.map(|surface| build_surface(surface, &line_of)).transpose()?;
    Ok(Header { root, tracked, build, scope, surface })
}

fn build_surface(
    stated: StatedSurface,
    line_of: &impl Fn(Place) -> Option<usize>,
) -> Result<Surface, SealError> {
    let StatedSurface { database: system, include, buckets, omit } = stated;
    let system = database(&system, line_of(Place::Database))?;
    let include = paths(List::Include, &include, Included::parse, line_of)?;
    if include.is_empty() {
        let message = "`include` is empty: such a seal would cover nothing";
        return Err(SealError::invalid(line_of(Place::List(List::Include)), message));
    }
    let buckets = paths(List::Buckets, &buckets, EntryPath::parse, line_of)?;
    let omit = paths(List::Omit, &omit, EntryPath::parse, line_of)?;
    Ok(Surface { system, include, buckets, omit })
}

/// The paths that `list` states; they are sorted and unique.
fn paths<P: Ord>(
    list: List,
    texts: &[String],
    parse: impl Fn(&str) -> Result<P, PathFault>,
    line_of: &impl Fn(Place) -> Option<usize>,
) -> Result<Vec<P>, SealError> {
    let key = list.key();
    if texts.len() > MAX_LISTED {
        let message = format!("`{key}` lists {} paths; the limit is {MAX_LISTED}", texts.len());
        return Err(SealError::invalid(line_of(Place::List(list)), message));
    }
    let mut paths: Vec<P> = Vec::with_capacity(texts.len());
    for (index, text) in texts.iter().enumerate() {
        let line = line_of(Place::Listed(list, index));
        let path = parse(text).map_err(|fault| {
            SealError::invalid(line, format!("{key} {}: {fault}", quoted(text)))
        })?;
        match paths.last().map(|last| last.cmp(&path)) {
            Some(Ordering::Equal) => {
                let message = format!("{key} {} stands in the list twice", quoted(text));
                return Err(SealError::invalid(line, message));
            }
            Some(Ordering::Greater) => {
                let message = format!("{key} {} is not in the order of its bytes", quoted(text));
                return Err(SealError::new(SealFault::NotCanonical, line, message));
            }
            Some(Ordering::Less) | None => paths.push(path),
        }
    }
    Ok(paths)
}

/// Why the value of an entry is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum ValueFault {
    #[error("it is not one of `file SIZE DIGEST`, `exec SIZE DIGEST`, `link TARGET` and `dir`")]
    Form,
    #[error("the size is not a decimal number without leading zeros")]
    Size,
    #[error("the size is above 2^63-1")]
    SizeTooLarge,
    #[error("the digest has {0} characters; BLAKE3 has 64")]
    DigestLength(usize),
    #[error("the digest holds something else than `0-9` and `a-f`")]
    DigestDigits,
    #[error("the link has no target")]
    NoTarget,
    #[error("the link's target holds a NUL")]
    NulInTarget,
}

/// Reads the value of an entry, free of quotes and escapes.
// Kept apart from its caller: merged, the copying of the result costs a tenth of the reading.
#[inline(never)]
pub(super) fn parse_value(value: &str) -> Result<Entry, ValueFault> {
    if let Some(rest) = value.strip_prefix("file ") {
        parse_file(rest, false)
    } else if let Some(rest) = value.strip_prefix("exec ") {
        parse_file(rest, true)
    } else if let Some(target) = value.strip_prefix("link ") {
        parse_link(target)
    } else if value == "dir" {
        Ok(Entry::Dir)
    } else {
        Err(ValueFault::Form)
    }
}

fn parse_file(fields: &str, executable: bool) -> Result<Entry, ValueFault> {
    let bytes = fields.as_bytes();
    let end = bytes.iter().position(|&byte| byte == b' ').ok_or(ValueFault::Form)?;
    let size = parse_size(&bytes[..end])?;
    let digest = &fields[end + 1..];
    let digest = Digest::from_hex(digest.as_bytes()).ok_or_else(|| digest_fault(digest))?;
    Ok(Entry::File { size, digest, executable })
}

fn digest_fault(digest: &str) -> ValueFault {
    match digest.chars().count() {
        _ if digest.contains(' ') => ValueFault::Form,
        64 => ValueFault::DigestDigits,
        length => ValueFault::DigestLength(length),
    }
}

fn parse_size(digits: &[u8]) -> Result<u64, ValueFault> {
    match digits {
        [] | [b'0', _, ..] => return Err(ValueFault::Size),
        _ if !digits.iter().all(u8::is_ascii_digit) => return Err(ValueFault::Size),
        _ => {}
    }
    let add = |size: u64, digit: &u8| {
        size.checked_mul(10)?.checked_add(u64::from(digit - b'0')).filter(|&size| size <= MAX_SIZE)
    };
    digits.iter().try_fold(0, add).ok_or(ValueFault::SizeTooLarge)
}

fn parse_link(target: &str) -> Result<Entry, ValueFault> {
    if target.is_empty() {
        Err(ValueFault::NoTarget)
    } else if target.contains('\0') {
        Err(ValueFault::NulInTarget)
    } else {
        Ok(Entry::Link { target: target.into() })
    }
}

/// Why an entry is refused.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum EntryFault {
    /// The entry itself, or where it stands beside others.
    Invalid(String),
    /// It is out of the seal's own scope.
    Excluded(String),
    /// It stands in the wrong place, which is a matter of form.
    Unsorted(String),
}

impl EntryFault {
    /// The fault as an error of `line`.
    pub(super) fn at(self, line: usize) -> SealError {
        match self {
            Self::Invalid(message) => SealError::invalid(line, message),
            Self::Excluded(message) => SealError::new(SealFault::Excluded, line, message),
            Self::Unsorted(message) => SealError::not_canonical(line, message),
        }
    }
}

/// Refuses an entry that no seal over a database can have.
fn check_surface_entry(
    surface: &Surface,
    path: &EntryPath,
    entry: &Entry,
) -> Result<(), EntryFault> {
    let shown = || quoted(path.as_str());
    if !matches!(entry, Entry::File { executable: false, .. }) {
        let message =
            format!("entry {}: a database has entries of the form `file SIZE DIGEST`", shown());
        return Err(EntryFault::Invalid(message));
    }
    if !surface.includes(path.as_bytes()) {
        return Err(EntryFault::Excluded(format!("entry {} is not in `include`", shown())));
    }
    Ok(())
}

/// The entries of one seal, gathered in ascending order.
#[derive(Debug)]
pub(super) struct Entries {
    sealed: Vec<SealedEntry>,
    /// Indices of the entries whose bytes begin the next path, shortest first. Between `a` and
    /// `a/b` may stand `a-b` and `a.txt`, so the neighbour alone does not tell.
    beginnings: Vec<usize>,
}

impl Entries {
    /// No entries yet, with room for `capacity`.
    pub(super) fn new(capacity: usize) -> Self {
        Self { sealed: Vec::with_capacity(capacity), beginnings: Vec::new() }
    }

    /// Adds the entry that `key` and `value` state, which must be in the scope of `header`.
    pub(super) fn push(
        &mut self,
        header: &Header,
        key: &str,
        value: &str,
    ) -> Result<(), EntryFault> {
        let path = EntryPath::parse(key)
            .map_err(|fault| EntryFault::Invalid(format!("entry {}: {fault}", quoted(key))))?;
        let entry = parse_value(value).map_err(|fault| {
            let message = format!("entry {}: value {}: {fault}", quoted(key), quoted(value));
            EntryFault::Invalid(message)
        })?;
        self.check_place(&path)?;
        let is_dir = matches!(entry, Entry::Dir);
        if let Some(surface) = &header.surface {
            check_surface_entry(surface, &path, &entry)?;
        }
        if let Some(pattern) = header.scope.excludes(path.as_bytes(), is_dir) {
            let message = format!("entry {} is excluded by {}", quoted(key), quoted(pattern));
            return Err(EntryFault::Excluded(message));
        }
        self.beginnings.push(self.sealed.len());
        self.sealed.push(SealedEntry { path, entry });
        Ok(())
    }

    /// Checks `path` against those before it, and leaves in `beginnings` what begins it.
    fn check_place(&mut self, path: &EntryPath) -> Result<(), EntryFault> {
        let shown = || quoted(path.as_str());
        if let Some(last) = self.sealed.last()
            && last.path >= *path
        {
            return Err(if last.path == *path {
                EntryFault::Invalid(format!("entry {} is there twice", shown()))
            } else {
                let before = quoted(last.path.as_str());
                let message = format!("entry {} stands below {before}", shown());
                EntryFault::Unsorted(format!("{message}, but entries are sorted by their bytes"))
            });
        }
        while let Some(&index) = self.beginnings.last() {
            let earlier = self.sealed[index].path.as_bytes();
            // One look suffices: what begins `earlier` too was looked at when that came.
            if is_below(path.as_bytes(), earlier) {
                let parent = quoted(self.sealed[index].path.as_str());
                let message =
                    format!("entry {} lies below {parent}, which is an entry too", shown());
                return Err(EntryFault::Invalid(message));
            }
            if path.as_bytes().starts_with(earlier) {
                break;
            }
            self.beginnings.pop();
        }
        Ok(())
    }

    /// Hands over the entries; there must be one at least.
    pub(super) fn finish(self, line: Option<usize>) -> Result<Vec<SealedEntry>, SealError> {
        if self.sealed.is_empty() {
            let message = "`[entries]` is empty: such a seal would approve nothing";
            return Err(SealError::new(SealFault::Empty, line, message));
        }
        Ok(self.sealed)
    }
}
