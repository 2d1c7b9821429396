//! What a seal does not state of the files of a tree: modes, owners, times, extended attributes, hard links.

use std::path::Path;

use sealgate_rehearse::state::{Class, Place};

/// A line for each path below `root`, directories and `.` among them.
///
/// # Errors
///
/// A path that cannot be looked at, and why.
#[cfg(unix)]
pub(super) fn of_tree(root: &Path) -> Result<Vec<(Place, String)>, (String, String)> {
    use std::collections::HashMap;
    use std::fmt::Write as _;
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::fs::MetadataExt as _;

    use sealgate_core::text::problem::in_words;

    let mut lines = Vec::new();
    // The first name of each file that has several.
    let mut firsts: HashMap<(u64, u64), String> = HashMap::new();
    for entry in walkdir::WalkDir::new(root).sort_by_file_name() {
        let unread =
            |error: &walkdir::Error| (shown(root, error.path().unwrap_or(root)), error.to_string());
        let entry = entry.map_err(|error| unread(&error))?;
        let found = entry.metadata().map_err(|error| unread(&error))?;
        let path = shown(root, entry.path());
        let (mode, uid, gid) = (found.mode() & 0o7777, found.uid(), found.gid());
        let (seconds, rest) = (found.mtime(), found.mtime_nsec());
        let mut line = format!("mode {mode:04o} owner {uid}:{gid} mtime {seconds}.{rest:09}");
        if !found.is_dir() && found.nlink() > 1 {
            let first = firsts.entry((found.dev(), found.ino())).or_insert_with(|| path.clone());
            // Writing to a string cannot fail.
            let _ = write!(line, " same-file {first:?}");
        }
        let attributes = attributes(entry.path());
        for (name, digest) in attributes.map_err(|error| (path.clone(), in_words(&error)))? {
            let name = String::from_utf8_lossy(name.as_bytes()).into_owned();
            let _ = write!(line, " xattr {name:?} {digest}");
        }
        lines.push((Place { path, class: Class::Meta }, line));
    }
    Ok(lines)
}

/// `path` below `root`, as far as it is UTF-8; `.` for `root` itself.
#[cfg(unix)]
fn shown(root: &Path, path: &Path) -> String {
    let below = path.strip_prefix(root).unwrap_or(path).to_string_lossy();
    if below.is_empty() { ".".to_owned() } else { below.into_owned() }
}

/// The extended attributes of the file at `path`, sorted: each with the digest of its value. None where the file
/// system has none.
#[cfg(target_os = "linux")]
fn attributes(
    path: &Path,
) -> std::io::Result<Vec<(std::ffi::OsString, sealgate_core::seal::entry::Digest)>> {
    use std::ffi::{OsStr, OsString};
    use std::os::unix::ffi::OsStrExt as _;

    use rustix::fs::{lgetxattr, lgetxattr_query, llistxattr, llistxattr_query};
    use rustix::io::Errno;
    use sealgate_core::seal::entry::Digest;

    let mut names = match llistxattr_query(path) {
        Ok(0) | Err(Errno::NOTSUP) => return Ok(Vec::new()),
        length => vec![0; length?],
    };
    let length = llistxattr(path, &mut *names)?;
    names.truncate(length);
    let mut attributes = Vec::new();
    for name in names.split(|&byte| byte == 0).filter(|name| !name.is_empty()) {
        let name = OsStr::from_bytes(name);
        let mut value = vec![0; lgetxattr_query(path, name)?];
        let length = if value.is_empty() { 0 } else { lgetxattr(path, name, &mut *value)? };
        attributes.push((OsString::from(name), Digest::of(&value[..length])));
    }
    attributes.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok(attributes)
}

/// Only Linux has the calls that this uses.
#[cfg(all(unix, not(target_os = "linux")))]
#[expect(clippy::unnecessary_wraps, reason = "Linux may refuse")]
fn attributes(
    _: &Path,
) -> std::io::Result<Vec<(std::ffi::OsString, sealgate_core::seal::entry::Digest)>> {
    Ok(Vec::new())
}

/// Nothing of that is looked at here.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "a file may vanish elsewhere")]
pub(super) fn of_tree(_: &Path) -> Result<Vec<(Place, String)>, (String, String)> {
    let _ = Class::Meta;
    Ok(Vec::new())
}
