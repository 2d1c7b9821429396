//! In place of `guard` where maps are not guarded: nothing is mapped, everything is read.

use std::fs::File;

/// The most bytes that a window may have, if there were one.
pub(super) const LONGEST: usize = usize::MAX;

/// Why there is no result from a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(dead_code, reason = "the same names as in `guard`")]
pub(super) enum MapFault {
    /// The file cannot be mapped.
    Unmappable,
    /// A part of it was not there when it was looked at.
    Broken,
}

/// Shows nobody anything.
pub(super) fn with_mapped<R>(
    _: &File,
    _: u64,
    _: usize,
    _: impl FnOnce(&[u8]) -> R,
) -> Result<R, MapFault> {
    Err(MapFault::Unmappable)
}
