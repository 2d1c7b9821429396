//! Any bytes as two archives: what differs is stated alike from both sides, and never nothing.

#![no_main]

use std::convert::Infallible;

use libfuzzer_sys::fuzz_target;
use sealgate::ops::archive::{ArchiveKind, Compared, Unpacking, archive_kind, compare_archives};
use sealgate_core::compare::archive::ArchiveDifference;

// Two bytes state how long the first archive is; it follows, and then the second.
fuzz_target!(|bytes: &[u8]| {
    let Some((length, archives)) = bytes.split_first_chunk::<2>() else { return };
    let length = usize::from(u16::from_le_bytes(*length)).min(archives.len());
    let (old, new) = archives.split_at(length);
    let Some(kind) = archive_kind(old).filter(|kind| archive_kind(new) == Some(*kind)) else {
        return;
    };
    if let Some(same) = difference(kind, old, old) {
        assert!(same.members.is_empty() && same.aspects.is_empty(), "{same:?}");
    }
    let (Some(there), Some(back)) = (difference(kind, old, new), difference(kind, new, old)) else {
        return;
    };
    assert_eq!((there.same, there.members.len()), (back.same, back.members.len()));
    assert_eq!(there.aspects, back.aspects);
    let is_nothing = there.members.is_empty() && there.aspects.is_empty();
    assert!(old == new || !is_nothing, "they differ, and nothing is said of it");
});

fn difference(kind: ArchiveKind, old: &[u8], new: &[u8]) -> Option<ArchiveDifference> {
    let whole = |bytes: &[u8]| Ok::<_, Infallible>(bytes.to_vec());
    let unpacking = Unpacking::default();
    match compare_archives(kind, || whole(old), || whole(new), &unpacking) {
        Ok(Compared::Differ(difference)) => Some(difference),
        Ok(Compared::NotRead(why)) => {
            assert!(!why.is_empty());
            None
        }
    }
}
