//! Holds two archives against each other.

use sealgate_core::compare::archive::{Archive, archive_difference};

use super::limits::Fault;
use super::{ArchiveKind, Compared, gzip, tar, zip};

pub use super::limits::Unpacking;

/// How two archives of one kind differ. Each is read by its function when it is needed, so that only one
/// of them is in memory.
///
/// # Errors
///
/// One of the functions fails.
pub fn compare_archives<E>(
    kind: ArchiveKind,
    old: impl FnOnce() -> Result<Vec<u8>, E>,
    new: impl FnOnce() -> Result<Vec<u8>, E>,
    unpacking: &Unpacking,
) -> Result<Compared, E> {
    let old = match read(kind, &old()?, unpacking) {
        Ok(old) => old,
        Err(fault) => return Ok(Compared::NotRead(fault.to_string())),
    };
    Ok(match read(kind, &new()?, unpacking) {
        Ok(new) => Compared::Differ(archive_difference(&old, &new)),
        Err(fault) => Compared::NotRead(fault.to_string()),
    })
}

fn read(kind: ArchiveKind, bytes: &[u8], unpacking: &Unpacking) -> Result<Archive, Fault> {
    let limits = unpacking.begin();
    match kind {
        ArchiveKind::Zip => zip::read(bytes, &limits),
        ArchiveKind::Tar => tar::read(bytes, &limits),
        ArchiveKind::Gzip => gzip::read(bytes, &limits),
    }
    .map_err(|fault| limits.explain(fault))
}
