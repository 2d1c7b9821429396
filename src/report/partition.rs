//! What a report says of the share that it is of.

use sealgate_core::compare::partition::Share;
use sealgate_core::seal::Seal;
use serde::Serialize;

/// One share of a check, under the key `partition`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PartitionView {
    /// `slice`.
    pub kind: &'static str,
    /// Which share it is, from 1.
    pub index: u16,
    /// How many there are.
    pub count: u16,
    /// What it takes of each seal, by name; nothing too.
    pub seals: Vec<PartView>,
}

/// What a share takes of one seal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PartView {
    /// The seal's name.
    pub name: String,
    /// How many entries.
    pub entries: u64,
    /// How many bytes are sealed in them.
    pub bytes: u64,
    /// BLAKE3 in hex of their paths in the seal's order, each with a NUL after it.
    pub paths: String,
}

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
            kind: "slice",
            index: share.slice.index(),
            count: share.slice.count(),
            seals: seals.iter().filter_map(part).collect(),
        }
    }
}
