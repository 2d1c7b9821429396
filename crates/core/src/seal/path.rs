//! Names of sealed paths: which byte strings may be one, and why the others may not.
//!
//! The same rule serves the reader of a seal (is this key legal?) and the walk (can this
//! name be sealed at all?), so that what one refuses the other cannot let through.

use std::fmt;
use std::path::Path;

/// The longest path that a seal may hold, in bytes.
pub const MAX_PATH_BYTES: usize = 4096;

/// The most components that a path may have.
pub const MAX_DEPTH: usize = 256;

/// A legal path of an entry: relative to the root, `/`-separated, UTF-8.
///
/// Ordered by its bytes, which is the order of entries in a seal.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryPath(Box<str>);

/// Why a byte string is not a legal path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PathFault {
    /// No bytes at all.
    #[error("the path is empty")]
    Empty,
    /// The bytes are no UTF-8.
    #[error("the name is not UTF-8")]
    NotUtf8,
    /// It begins with `/`.
    #[error("the path is absolute")]
    Absolute,
    /// It begins with a letter and a colon, which Windows reads as a drive.
    #[error("the path begins with a drive prefix")]
    DrivePrefix,
    /// It holds `\`, which Windows reads as a separator: no root may.
    #[error("the path holds a backslash")]
    Backslash,
    /// It holds a NUL byte.
    #[error("the path holds a NUL")]
    Nul,
    /// `a//b`, or a `/` at the end.
    #[error("the path has an empty component")]
    EmptyComponent,
    /// A component is `.` or `..`.
    #[error("the path has a `.` or `..` component")]
    DotComponent,
    /// More than [`MAX_PATH_BYTES`].
    #[error("the path is {0} bytes long; the limit is {MAX_PATH_BYTES}")]
    TooLong(usize),
    /// More than [`MAX_DEPTH`] components.
    #[error("the path is {0} components deep; the limit is {MAX_DEPTH}")]
    TooDeep(usize),
}

/// Decides whether `bytes` may be the path of an entry, and gives it back as text.
pub fn check(bytes: &[u8]) -> Result<&str, PathFault> {
    if bytes.len() > MAX_PATH_BYTES {
        return Err(PathFault::TooLong(bytes.len()));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| PathFault::NotUtf8)?;
    check_text(text)?;
    Ok(text)
}

fn check_text(text: &str) -> Result<(), PathFault> {
    let bytes = text.as_bytes();
    match bytes {
        [] => return Err(PathFault::Empty),
        [b'/', ..] => return Err(PathFault::Absolute),
        [letter, b':', ..] if letter.is_ascii_alphabetic() => return Err(PathFault::DrivePrefix),
        _ if bytes.len() > MAX_PATH_BYTES => return Err(PathFault::TooLong(bytes.len())),
        _ => {}
    }
    let mut depth = 1;
    let mut component_start = 0;
    for (at, &byte) in bytes.iter().enumerate() {
        // One comparison passes nearly every byte: only these two say anything about a path.
        if matches!(byte, b'/' | 0) {
            match byte {
                b'/' => {
                    check_component(&bytes[component_start..at])?;
                    component_start = at + 1;
                    depth += 1;
                }
                _ => return Err(PathFault::Nul),
            }
        }
    }
    check_component(&bytes[component_start..])?;
    if depth > MAX_DEPTH { Err(PathFault::TooDeep(depth)) } else { Ok(()) }
}

fn check_component(component: &[u8]) -> Result<(), PathFault> {
    match component {
        b"" => Err(PathFault::EmptyComponent),
        b"." | b".." => Err(PathFault::DotComponent),
        _ => Ok(()),
    }
}

impl EntryPath {
    /// Takes `text` as a path if it is a legal one.
    pub fn parse(text: &str) -> Result<Self, PathFault> {
        check_text(text).map(|()| Self(text.into()))
    }

    /// The path as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The path as bytes, the form in which paths are compared.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// Whether Windows can hold a file of this path: there a backslash separates directories.
    #[must_use]
    pub fn fits_windows(&self) -> bool {
        !self.0.contains('\\')
    }

    /// The directories above this path, outermost first, without the root.
    pub fn parents(&self) -> impl Iterator<Item = &str> {
        self.0.match_indices('/').map(|(at, _)| &self.0[..at])
    }

    /// The last component.
    #[must_use]
    pub fn base_name(&self) -> &str {
        base(&self.0)
    }
}

impl fmt::Debug for EntryPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// The last component of `path`.
#[must_use]
pub fn base(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// `path` relative to `root`, above which it does not lie, with `/` between its components.
#[must_use]
pub fn relative(root: &Path, path: &Path) -> Box<[u8]> {
    let below = path.strip_prefix(root).unwrap_or(path);
    let components = below.components().map(|component| component.as_os_str().as_encoded_bytes());
    components.collect::<Vec<_>>().join(&b'/').into()
}

/// The path of `name` in the directory `above`, which is empty for the root.
#[must_use]
pub fn join(above: &[u8], name: &[u8]) -> Box<[u8]> {
    if above.is_empty() {
        return name.into();
    }
    let mut path = Vec::with_capacity(above.len() + 1 + name.len());
    path.extend_from_slice(above);
    path.push(b'/');
    path.extend_from_slice(name);
    path.into()
}

/// The directories above `path`, outermost first, without the root.
pub fn parents(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    (0..path.len()).filter(|&at| path[at] == b'/').map(|at| &path[..at])
}

/// Whether `path` lies somewhere below the directory `parent`.
#[must_use]
pub fn is_below(path: &[u8], parent: &[u8]) -> bool {
    path.len() > parent.len() && path[parent.len()] == b'/' && path.starts_with(parent)
}

/// Whether a link at `path` may lead out of the root, by its text alone.
///
/// A `..` after a name is counted as leaving: the name may be a link itself, and then `..` goes
/// up from where that leads.
#[must_use]
pub fn leaves_root(path: &EntryPath, target: &str) -> bool {
    let is_separator = cfg!(windows) && target.contains('\\');
    let windows_absolute = is_separator || target.as_bytes().get(1) == Some(&b':');
    let mut up = 0;
    let mut named = false;
    for component in target.split('/').filter(|component| !matches!(*component, "" | ".")) {
        match component {
            ".." if named => return true,
            ".." => up += 1,
            _ => named = true,
        }
    }
    target.starts_with('/') || windows_absolute || up > path.parents().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_paths_are_refused_each_for_its_own_reason() {
        let long = "x".repeat(MAX_PATH_BYTES + 1);
        let deep = "d/".repeat(MAX_DEPTH) + "f";
        let cases: &[(&[u8], PathFault)] = &[
            (b"", PathFault::Empty),
            (b"/", PathFault::Absolute),
            (b"/etc/passwd", PathFault::Absolute),
            (b"//x", PathFault::Absolute),
            (b"..", PathFault::DotComponent),
            (b"../x", PathFault::DotComponent),
            (b"a/../b", PathFault::DotComponent),
            (b"a/..", PathFault::DotComponent),
            (b".", PathFault::DotComponent),
            (b"./a", PathFault::DotComponent),
            (b"a/./b", PathFault::DotComponent),
            (b"a//b", PathFault::EmptyComponent),
            (b"a/", PathFault::EmptyComponent),
            (b"C:\\x", PathFault::DrivePrefix),
            (b"c:/x", PathFault::DrivePrefix),
            (b"z:", PathFault::DrivePrefix),
            (b"a\0b", PathFault::Nul),
            (b"\xff", PathFault::NotUtf8),
            (b"\xed\xa0\x80", PathFault::NotUtf8),
            (long.as_bytes(), PathFault::TooLong(MAX_PATH_BYTES + 1)),
            (deep.as_bytes(), PathFault::TooDeep(MAX_DEPTH + 1)),
        ];
        for (path, fault) in cases {
            assert_eq!(check(path), Err(*fault), "{}", String::from_utf8_lossy(path));
        }
    }

    #[test]
    fn odd_but_honest_paths_are_taken() {
        let longest = "x".repeat(MAX_PATH_BYTES);
        let deepest = "d/".repeat(MAX_DEPTH - 1) + "f";
        for path in [
            "a", "a\\b", "\\", "...", "..a", "a/.git", " ", "a b", "x\ny", "é", "1:2", "a/C:x",
            &longest, &deepest,
        ] {
            assert_eq!(check(path.as_bytes()), Ok(path));
        }
    }

    #[test]
    fn a_sibling_with_the_same_beginning_is_not_below() {
        assert!(is_below(b"a/b", b"a"));
        assert!(is_below(b"a/b/c", b"a"));
        assert!(!is_below(b"a", b"a"));
        assert!(!is_below(b"ab/c", b"a"));
    }

    #[test]
    fn a_link_that_may_lead_out_of_the_root_is_seen_by_its_text() {
        let cases = [
            ("a", "b", false),
            ("a", "./b", false),
            ("a", "b/c", false),
            ("a", ".", false),
            ("d/a", "..", false),
            ("d/a", "../b", false),
            ("d/e/a", "../../b", false),
            ("a", "..", true),
            ("a", "../b", true),
            ("d/a", "../../b", true),
            ("d/a", ".././../b", true),
            ("a", "/etc/passwd", true),
            ("a", "b/../c", true),
            ("a", "b/../../c", true),
            ("a", "C:\\x", true),
            ("a", "C:/x", true),
            ("a", "..\\..\\x", cfg!(windows)),
            ("a", "b\\c", cfg!(windows)),
        ];
        for (path, target, leaves) in cases {
            let path = EntryPath::parse(path).unwrap();
            assert_eq!(leaves_root(&path, target), leaves, "{path:?} -> {target}");
        }
    }
}
