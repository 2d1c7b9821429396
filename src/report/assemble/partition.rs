//! What a report says of the share that it is of.

use sealgate_core::compare::partition::Share;
use sealgate_core::seal::Seal;

use crate::report::v1::{PartView, PartitionKind, PartitionView};

impl PartitionView {
    /// The view of `share`, which was made of `seals`.
    #[must_use]
    pub fn new(share: &Share, seals: &[&Seal]) -> Self {
        let part = |seal: &&Seal| {
            let part = share.part(seal)?;
            Some(PartView {
                name: seal.name.as_str().to_owned(),
                entries: part.entries,
                bytes: u64::try_from(part.bytes).unwrap_or(u64::MAX),
                paths: part.paths.to_string(),
            })
        };
        Self {
            kind: PartitionKind::Slice,
            index: share.slice.index(),
            count: share.slice.count(),
            seals: seals.iter().filter_map(part).collect(),
        }
    }
}
