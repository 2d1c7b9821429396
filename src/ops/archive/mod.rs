//! Looks into archives: zip with its kin (wheels, jars), tar and gzip. Their bytes decide what they are,
//! never their names.
//!
//! Archives are hostile: nothing in them is written anywhere, and members, names and unpacked bytes
//! are limited. An archive inside an archive is a member like any other.

#[cfg(feature = "archives")]
mod gzip;
#[cfg(feature = "archives")]
mod limits;
#[cfg_attr(not(feature = "archives"), path = "unread.rs")]
mod read;
#[cfg(feature = "archives")]
mod tar;
#[cfg(feature = "archives")]
mod zip;

use sealgate_core::compare::archive::ArchiveDifference;

pub use read::{Unpacking, compare_archives};

/// No larger archive is read, in bytes.
pub const LARGEST: u64 = 128 << 20;

/// What came of holding two archives against each other.
#[derive(Debug)]
pub enum Compared {
    /// They differ so.
    Differ(ArchiveDifference),
    /// At least one of them was not looked into, and why.
    NotRead(String),
}

/// The kinds of archives that are looked into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArchiveKind {
    /// A zip file.
    Zip,
    /// A tar file.
    Tar,
    /// A gzip file, in which a tar file may be.
    Gzip,
}

/// How many bytes at the beginning of a file tell its kind.
pub const HEAD: usize = 512;

/// What archive it is whose first bytes are `head`.
#[must_use]
pub fn archive_kind(head: &[u8]) -> Option<ArchiveKind> {
    if !cfg!(feature = "archives") {
        return None;
    }
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return Some(ArchiveKind::Zip);
    }
    if head.starts_with(b"\x1f\x8b\x08") {
        return Some(ArchiveKind::Gzip);
    }
    is_tar(head).then_some(ArchiveKind::Tar)
}

fn is_tar(head: &[u8]) -> bool {
    head.get(257..262) == Some(b"ustar")
}
