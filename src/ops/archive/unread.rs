//! Stands in for `read` where the program is built without the feature `archives`.

use super::{ArchiveKind, Compared};

/// Nothing is unpacked.
#[derive(Debug, Default)]
pub struct Unpacking {
    _nothing: (),
}

/// Reads nothing.
///
/// # Errors
///
/// Never.
pub fn compare_archives<E>(
    _: ArchiveKind,
    _: impl FnOnce() -> Result<Vec<u8>, E>,
    _: impl FnOnce() -> Result<Vec<u8>, E>,
    _: &Unpacking,
) -> Result<Compared, E> {
    Ok(Compared::NotRead("this sealgate is built without the feature `archives`".to_owned()))
}
