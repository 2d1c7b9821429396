//! Contents that come one after another, each piece by piece, from somebody else's reading: hashed
//! together where they are short, as the small files of a tree are.

use std::ops::Range;

use sealgate_core::seal::entry::Digest;

use super::lanes;

/// From this length on, in bytes, a content is hashed alone: it fills the lanes of the crate.
const LONG: usize = 32 << 10;

/// How much is gathered before it is hashed, in bytes: what stays in the cache.
const BATCH: usize = 320 << 10;

/// The size of a content in bytes, and its digest.
pub type Content = (u64, Digest);

/// Hashes contents in the order in which they come.
#[derive(Debug, Default)]
pub struct Contents {
    /// Those that are gathered, and the beginning of the present one while it is short.
    gathered: Vec<u8>,
    /// Where the present one begins in `gathered`.
    begins: usize,
    size: u64,
    /// Hashes the present one, once it is long.
    long: Option<Box<blake3::Hasher>>,
    /// The places in `done` of those that are gathered, and where they are.
    waiting: Vec<(usize, Range<usize>)>,
    done: Vec<Content>,
}

impl Contents {
    /// Takes the next bytes of the present content.
    pub fn take(&mut self, piece: &[u8]) {
        self.size += piece.len() as u64;
        if let Some(hasher) = &mut self.long {
            hasher.update(piece);
        } else if self.gathered.len() - self.begins + piece.len() < LONG {
            self.gathered.extend_from_slice(piece);
        } else {
            let mut hasher = Box::new(blake3::Hasher::new());
            hasher.update(&self.gathered[self.begins..]).update(piece);
            self.gathered.truncate(self.begins);
            self.long = Some(hasher);
        }
    }

    /// Ends the present content, which may be empty; gives its size in bytes.
    pub fn end(&mut self) -> u64 {
        let digest = if let Some(hasher) = self.long.take() {
            Digest(*hasher.finalize().as_bytes())
        } else {
            self.waiting.push((self.done.len(), self.begins..self.gathered.len()));
            // Until it is hashed with the others.
            Digest([0; 32])
        };
        let size = std::mem::take(&mut self.size);
        self.done.push((size, digest));
        if self.gathered.len() >= BATCH {
            self.hash();
        }
        self.begins = self.gathered.len();
        size
    }

    /// All contents that were ended, in their order.
    #[must_use]
    pub fn finish(mut self) -> Vec<Content> {
        self.hash();
        self.done
    }

    fn hash(&mut self) {
        let contents: Vec<&[u8]> =
            self.waiting.iter().map(|(_, range)| &self.gathered[range.clone()]).collect();
        for ((place, _), digest) in self.waiting.iter().zip(lanes::digests(&contents)) {
            self.done[*place].1 = digest;
        }
        self.waiting.clear();
        self.gathered.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_contents_of_every_length_in_pieces_of_every_length() {
        let lengths = [0, 1, 1_024, LONG - 1, LONG, LONG + 1, 3 * LONG, 7, 0];
        let all: Vec<u8> = (0..=250).cycle().take(3 * LONG).collect();
        for piece in [1_000, LONG, 4 * LONG] {
            let mut contents = Contents::default();
            let mut expected = Vec::new();
            // So often that what is gathered is hashed in between.
            for length in lengths.into_iter().cycle().take(20 * lengths.len()) {
                all[..length].chunks(piece).for_each(|piece| contents.take(piece));
                assert_eq!(contents.end(), length as u64);
                expected.push((length as u64, Digest::of(&all[..length])));
            }
            assert_eq!(contents.finish(), expected, "in pieces of {piece}");
        }
    }
}
