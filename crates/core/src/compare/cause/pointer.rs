//! Git LFS pointers, which stand in the place of content.

use super::{Cause, Evidence, Explained, MAX_PROOFS, Sealed, because, text};
use crate::compare::finding::Finding;
use crate::seal::entry::{Digest, Entry};
use crate::seal::path::EntryPath;
use crate::text::hex;

/// A pointer in the place of a file that is not sealed. `reads` counts the files that were read for this.
pub(super) fn new_pointer(
    finding: &Finding,
    evidence: &mut dyn Evidence,
    reads: &mut usize,
) -> Explained {
    let Some(Entry::File { size, digest, .. }) = &finding.observed else { return None };
    if *size >= LONGEST_POINTER as u64 || *size < SHORTEST_POINTER || *reads == MAX_PROOFS {
        return None;
    }
    *reads += 1;
    let pointer = |bytes: Vec<u8>| {
        let size = pointed_size(&bytes).filter(|_| Digest::of(&bytes) == *digest)?;
        Some(because(Cause::LfsPointer, pointer_to(size)))
    };
    let proved = evidence.proved(&finding.path);
    proved
        .filter(|(cause, _)| *cause == Cause::LfsPointer)
        .or_else(|| evidence.read(&EntryPath::parse(text(&finding.path)?).ok()?).and_then(pointer))
}

fn pointer_to(size: u64) -> String {
    format!("a pointer to {size} bytes")
}

/// A pointer for content (Git LFS specification v1), or content for a sealed pointer.
pub(super) fn lfs_pointer(sealed: &Sealed, there: &[u8]) -> Explained {
    use sha2::{Digest as _, Sha256};
    if let Some(size) = pointed_size(there) {
        return Some(because(Cause::LfsPointer, pointer_to(size)));
    }
    let pointer = |oid: &str| format!("{LFS_VERSION}oid sha256:{oid}\nsize {}\n", there.len());
    if pointer_length(there.len() as u64) != sealed.size as u64 {
        return None;
    }
    let oid = hex::text(&Sha256::digest(there));
    sealed
        .is(pointer(&oid).as_bytes())
        .then(|| because(Cause::LfsPointer, "the pointer to these bytes was sealed"))
}

/// No Git LFS pointer is as long, in bytes (its specification, v1).
pub const LONGEST_POINTER: usize = 1024;

/// No Git LFS pointer is shorter, in bytes: it states one digit of a size at least.
pub const SHORTEST_POINTER: u64 = pointer_length(0);

/// How long the pointer to content of `size` bytes is, in bytes, where it states nothing else.
#[must_use]
pub const fn pointer_length(size: u64) -> u64 {
    let digits = match size.checked_ilog10() {
        Some(log) => log as u64 + 1,
        None => 1,
    };
    LFS_VERSION.len() as u64 + "oid sha256:\nsize \n".len() as u64 + 64 + digits
}

const LFS_VERSION: &str = "version https://git-lfs.github.com/spec/v1\n";

/// The size that a Git LFS pointer states; `None` for anything else.
#[must_use]
pub fn pointed_size(bytes: &[u8]) -> Option<u64> {
    if bytes.len() >= LONGEST_POINTER {
        return None;
    }
    let rest = text(bytes)?.strip_prefix(LFS_VERSION)?;
    let oid = rest.lines().find_map(|line| line.strip_prefix("oid sha256:"))?;
    Digest::from_hex(oid.as_bytes())?;
    rest.lines().find_map(|line| line.strip_prefix("size "))?.parse().ok()
}
