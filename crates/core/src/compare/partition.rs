//! Shares: which part of a check hashes which entries, worked out from the seals alone. Pure.
//!
//! All selected seals are shared out together, the heaviest entry first, each to the share that has
//! the least (longest processing time first). Whoever has the seals arrives at the same answer: the
//! shares need no word from each other, and whoever merges their reports works it out again.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::str::FromStr;

use crate::seal::entry::Digest;
use crate::seal::{Seal, SealedEntry};

/// More shares than these help nobody.
pub const MAX_SHARES: u16 = 4096;

/// What opening and closing an entry weighs beside its bytes: about as much as hashing so many.
pub const WEIGHT_OF_ENTRY: u64 = 16 << 10;

/// One share of a check: `slice:INDEX/COUNT`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slice {
    index: u16,
    count: u16,
}

/// Why a text names no share.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SliceError {
    /// It does not have the form.
    #[error("a share is written slice:I/N, as slice:1/4")]
    Form,
    /// The numbers do not go together.
    #[error("of slice:I/N, I goes from 1 to N, and N to {MAX_SHARES}")]
    Range,
}

impl Slice {
    /// The share `index`, from 1, of `count`; `None` if there is no such share.
    #[must_use]
    pub fn new(index: u16, count: u16) -> Option<Self> {
        let there = (1..=count).contains(&index) && count <= MAX_SHARES;
        there.then_some(Self { index, count })
    }

    /// Which share it is, from 1.
    #[must_use]
    pub fn index(self) -> u16 {
        self.index
    }

    /// How many shares there are.
    #[must_use]
    pub fn count(self) -> u16 {
        self.count
    }
}

impl FromStr for Slice {
    type Err = SliceError;

    fn from_str(text: &str) -> Result<Self, SliceError> {
        let number = |text: &str| {
            // One text for one number: no sign, no leading zero.
            let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
            (plain && !text.is_empty()).then(|| text.parse().unwrap_or(u16::MAX))
        };
        let numbers = text.strip_prefix("slice:").and_then(|rest| rest.split_once('/'));
        let (index, count) = numbers.ok_or(SliceError::Form)?;
        match (number(index), number(count)) {
            (Some(index), Some(count)) => Self::new(index, count).ok_or(SliceError::Range),
            _ if matches!((index, count), ("0", _) | (_, "0")) => Err(SliceError::Range),
            _ => Err(SliceError::Form),
        }
    }
}

/// Which share takes which entry of which seal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    count: u16,
    /// For each seal, by name, the share of each entry, from 0.
    shares: BTreeMap<Box<str>, Vec<u16>>,
}

impl Assignment {
    /// Shares out the entries of `seals`, in whatever order they are given, among `count` shares.
    #[must_use]
    pub fn of(seals: &[&Seal], count: u16) -> Self {
        let count = count.clamp(1, MAX_SHARES);
        let mut seals = seals.to_vec();
        seals.sort_by(|a, b| a.name.cmp(&b.name));
        let mut shares: Vec<Vec<u16>> =
            seals.iter().map(|seal| vec![0; seal.entries.len()]).collect();
        let mut entries: Vec<(Reverse<u64>, usize, usize)> = Vec::new();
        for (at, seal) in seals.iter().enumerate() {
            let weighed = seal.entries.iter().enumerate();
            entries.extend(weighed.map(|(index, sealed)| {
                (Reverse(weight(sealed.entry.size().unwrap_or(0))), at, index)
            }));
        }
        // Seals by name, entries by path: the place stands for both.
        entries.sort_unstable();
        let mut loads: BinaryHeap<Reverse<(u128, u16)>> =
            (0..count).map(|share| Reverse((0, share))).collect();
        for (Reverse(weight), at, index) in entries {
            let Some(Reverse((load, share))) = loads.pop() else { break };
            shares[at][index] = share;
            loads.push(Reverse((load + u128::from(weight), share)));
        }
        let names = seals.iter().map(|seal| seal.name.as_str().into());
        Self { count, shares: names.zip(shares).collect() }
    }

    /// What `slice` takes of the seal `name`; `None` if that seal was not shared out.
    #[must_use]
    pub fn taken(&self, name: &str, slice: Slice) -> Option<Taken<'_>> {
        Some(Taken { shares: self.shares.get(name)?, own: slice.index - 1 })
    }

    /// What each share takes of `seal`, in the order of the shares; empty if that seal was not
    /// shared out.
    #[must_use]
    pub fn parts(&self, seal: &Seal) -> Vec<Part> {
        let Some(shares) = self.shares.get(seal.name.as_str()) else { return Vec::new() };
        let mut parts = vec![Counting::default(); usize::from(self.count)];
        for (sealed, &share) in seal.entries.iter().zip(shares) {
            parts[usize::from(share)].add(sealed);
        }
        parts.into_iter().map(Counting::finish).collect()
    }
}

fn weight(size: u64) -> u64 {
    size.saturating_add(WEIGHT_OF_ENTRY)
}

/// Which entries of one seal a share takes.
#[derive(Debug, Clone, Copy)]
pub struct Taken<'a> {
    shares: &'a [u16],
    own: u16,
}

impl<'a> Taken<'a> {
    /// The mark of an entry that [`Taken::marked`] takes.
    pub const MARK: u16 = 1;

    /// Takes the entries of a seal that are marked with [`Taken::MARK`]; there is a mark for each entry.
    #[must_use]
    pub fn marked(marks: &'a [u16]) -> Self {
        Self { shares: marks, own: Self::MARK }
    }

    /// Whether the share takes the entry with this index in the seal.
    #[must_use]
    pub fn takes(self, index: usize) -> bool {
        self.shares.get(index) == Some(&self.own)
    }

    /// How many entries the share takes.
    #[must_use]
    pub fn count(self) -> u64 {
        self.shares.iter().filter(|share| **share == self.own).count() as u64
    }

    /// Whether `path` is sealed by `seal`, and another share's to look at.
    #[must_use]
    pub fn leaves(self, seal: &Seal, path: &[u8]) -> bool {
        seal.index_of(path).is_some_and(|index| !self.takes(index))
    }
}

/// What one share takes of one seal, as far as it takes to prove it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// How many entries.
    pub entries: u64,
    /// How many bytes are sealed in them.
    pub bytes: u128,
    /// BLAKE3 of their paths in the seal's order, each with a NUL after it.
    pub paths: Digest,
}

#[derive(Clone, Default)]
struct Counting {
    entries: u64,
    bytes: u128,
    paths: blake3::Hasher,
}

impl Counting {
    fn add(&mut self, sealed: &SealedEntry) {
        self.entries += 1;
        self.bytes += u128::from(sealed.entry.size().unwrap_or(0));
        self.paths.update(sealed.path.as_bytes()).update(b"\0");
    }

    fn finish(self) -> Part {
        let Self { entries, bytes, paths } = self;
        Part { entries, bytes, paths: Digest(*paths.finalize().as_bytes()) }
    }
}

/// One share of a check, and all that there are.
#[derive(Debug, Clone)]
pub struct Share {
    /// Which it is.
    pub slice: Slice,
    /// What each of them takes.
    pub assignment: Assignment,
}

impl Share {
    /// What this share takes of the seal `name`.
    #[must_use]
    pub fn taken(&self, name: &str) -> Option<Taken<'_>> {
        self.assignment.taken(name, self.slice)
    }

    /// The same, counted and proved.
    #[must_use]
    pub fn part(&self, seal: &Seal) -> Option<Part> {
        let taken = self.taken(seal.name.as_str())?;
        let mut part = Counting::default();
        for (index, sealed) in seal.entries.iter().enumerate() {
            if taken.takes(index) {
                part.add(sealed);
            }
        }
        Some(part.finish())
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;
    use crate::seal::{SealName, loose_seal};

    #[test]
    fn the_part_of_one_share_is_that_among_the_parts_of_all() {
        let digest = "0".repeat(64);
        let mut text =
            "format = \"sealgate-seal/1\"\nroot = \"d\"\ntracked = false\n[entries]\n".to_owned();
        for at in 0..30 {
            writeln!(text, "\"f{at:02}\" = \"file {} {digest}\"", at * at).unwrap();
        }
        let seal = loose_seal(&SealName::parse("s").unwrap(), text.as_bytes()).unwrap();
        for count in [1, 2, 7, 40] {
            let assignment = Assignment::of(&[&seal], count);
            let parts = assignment.parts(&seal);
            for index in 1..=count {
                let slice = Slice::new(index, count).unwrap();
                let share = Share { slice, assignment: assignment.clone() };
                assert_eq!(share.part(&seal).as_ref(), parts.get(usize::from(index) - 1));
            }
        }
    }
}
