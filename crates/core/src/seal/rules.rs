//! What makes a seal valid, whatever its form: the rules that both readers obey.

use super::error::{SealError, SealFault, quoted};
use super::model::{FORMAT, Header, MAX_SEAL_BYTES, Root, SealedEntry};
use crate::seal::command::BuildCommand;
use crate::seal::entry::{Digest, Entry};
use crate::seal::exclude::Scope;
use crate::seal::path::{EntryPath, is_below};

/// The largest size that a seal can state: what the systems can express.
const MAX_SIZE: u64 = i64::MAX as u64;

/// What the format's name has in common in every version.
const FORMAT_FAMILY: &str = "sealgate-seal/";

/// A place in the header, which each reader finds in its own way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Root,
    Build,
    Exclude,
    /// A pattern, by its index.
    Pattern(usize),
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

/// Refuses every format but the one that is spoken here.
pub(super) fn check_format(format: &str, line: Option<usize>) -> Result<(), SealError> {
    if format == FORMAT {
        return Ok(());
    }
    let what = if format.starts_with(FORMAT_FAMILY) { "version" } else { "format" };
    let message = format!("the {what} {} is unknown; this is {FORMAT:?}", quoted(format));
    Err(SealError::new(SealFault::FormatUnknown, line, message))
}

/// Builds a header from its parts; `line_of` tells where a part stands.
pub(super) fn header(
    root: &str,
    tracked: bool,
    build: Option<&str>,
    patterns: Vec<String>,
    line_of: impl Fn(Place) -> Option<usize>,
) -> Result<Header, SealError> {
    let root = Root::parse(root).map_err(|fault| {
        SealError::invalid(line_of(Place::Root), format!("root {}: {fault}", quoted(root)))
    })?;
    if root.path().is_none() && patterns.first().is_none_or(|first| first != "/.git") {
        let message = "with root \".\" the first pattern of `exclude` must be \"/.git\"";
        return Err(SealError::invalid(line_of(Place::Exclude), message));
    }
    let build = build.map(BuildCommand::parse).transpose().map_err(|fault| {
        SealError::invalid(line_of(Place::Build), format!("the command of `build`: {fault}"))
    })?;
    let scope = Scope::new(patterns).map_err(|error| {
        let message = format!("exclude pattern {}: {}", quoted(&error.pattern), error.reason);
        SealError::invalid(line_of(Place::Pattern(error.index)), message)
    })?;
    Ok(Header { root, tracked, build, scope })
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

    /// Adds the entry that `key` and `value` state, which must be in `scope`.
    pub(super) fn push(&mut self, scope: &Scope, key: &str, value: &str) -> Result<(), EntryFault> {
        let path = EntryPath::parse(key)
            .map_err(|fault| EntryFault::Invalid(format!("entry {}: {fault}", quoted(key))))?;
        let entry = parse_value(value).map_err(|fault| {
            let message = format!("entry {}: value {}: {fault}", quoted(key), quoted(value));
            EntryFault::Invalid(message)
        })?;
        self.check_place(&path)?;
        let is_dir = matches!(entry, Entry::Dir);
        if let Some(pattern) = scope.excludes(path.as_bytes(), is_dir) {
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
