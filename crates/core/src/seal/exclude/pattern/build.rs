//! The tables of an automaton, made from its patterns.

use std::collections::HashSet;
use std::ops::Range;

use super::class::ByteSet;
use super::parse::{Pattern, Piece};

/// Words of a batch that hold several patterns.
pub(super) const BATCH: usize = 8;

/// Words that run together over a name. No pattern lies in two batches.
///
/// Neighbouring bits lie in neighbouring words, and after the last word comes the next bit of the
/// first. So a step to the right neighbour is a step to the next word, which costs nothing; only
/// the first word is shifted.
#[derive(Debug)]
pub(super) struct Batch {
    /// Its first word.
    pub(super) first: usize,
    /// How many words it has: 1, 2, 4, 8, or more for a pattern that fills more.
    pub(super) words: usize,
    /// Where its rows begin: one row of `words` words for each kind of byte.
    pub(super) rows: usize,
    /// The length in bytes of the shortest name that any component in it can match.
    shortest: usize,
    /// The last bytes of all names that any component in it can match.
    endings: ByteSet,
}

impl Batch {
    /// Where its words lie among all words.
    pub(super) fn range(&self) -> Range<usize> {
        self.first..self.first + self.words
    }

    /// Whether any component in it can match `name`, as far as its length and its last byte tell.
    pub(super) fn may_match(&self, name: &[u8]) -> bool {
        name.len() >= self.shortest && name.last().is_none_or(|&last| self.endings.contains(last))
    }

    /// The word of the batch, and the bit in it, that hold the bit number `bit` of the batch.
    fn place(&self, bit: usize) -> (usize, usize) {
        (bit % self.words, bit / self.words)
    }

    /// Sets the bit number `bit` of the batch in `table`.
    fn set(&self, table: &mut [u64], bit: usize) {
        let (word, bit) = self.place(bit);
        table[self.first + word] |= 1 << bit;
    }
}

/// All that is known of the bits, a word of 64 bits at a time.
#[derive(Debug)]
pub(super) struct Tables {
    pub(super) batches: Vec<Batch>,
    /// The kind of each byte: bytes of one kind lie in the same sets.
    pub(super) kinds: Box<[u8; 256]>,
    /// For each batch and each kind of byte, the bits whose set holds the byte.
    pub(super) rows: Vec<u64>,
    /// Bits that a `*` follows.
    pub(super) stay: Vec<u64>,
    /// First bits of patterns.
    pub(super) start: Vec<u64>,
    /// First bits of components that are not the first of their pattern.
    pub(super) component: Vec<u64>,
    /// First bits of components with `**` before them.
    pub(super) deep: Vec<u64>,
    /// Last bits of patterns that match directories.
    pub(super) accept_directory: Vec<u64>,
    /// Last bits of patterns that match other things.
    pub(super) accept_file: Vec<u64>,
    /// Which pattern each last bit belongs to.
    pub(super) owner: Vec<usize>,
}

impl Tables {
    /// The tables of `patterns`, each with the number that it has in its list.
    pub(super) fn new(patterns: &[(usize, &Pattern)]) -> Self {
        let kinds = Kinds::new(patterns);
        let mut tables = Self::empty(&kinds);
        // What begins with a star runs to the end of every name: it is kept apart from the rest,
        // whose batches end early. Batches whose patterns end alike are often left out as a whole.
        let mut order: Vec<usize> = (0..patterns.len()).collect();
        order.sort_by_key(|&index| {
            let pattern = patterns[index].1;
            let ending = pattern.components.last().map(|last| endings(&last.pieces));
            (begins_with_star(pattern), ending.and_then(|ending| ending.lowest()))
        });
        let mut pending: Vec<(usize, &Pattern)> = Vec::new();
        let mut bits = 0;
        for index in order {
            let more = width(patterns[index].1);
            if !pending.is_empty() && bits + more > BATCH * 64 {
                tables.add_batch(&pending, bits, &kinds);
                pending.clear();
                bits = 0;
            }
            pending.push(patterns[index]);
            bits += more;
        }
        if !pending.is_empty() {
            tables.add_batch(&pending, bits, &kinds);
        }
        tables
    }

    fn empty(kinds: &Kinds) -> Self {
        Self {
            batches: Vec::new(),
            kinds: Box::new(kinds.of),
            rows: Vec::new(),
            stay: Vec::new(),
            start: Vec::new(),
            component: Vec::new(),
            deep: Vec::new(),
            accept_directory: Vec::new(),
            accept_file: Vec::new(),
            owner: Vec::new(),
        }
    }

    /// Lays out the patterns `pending`, which fill `bits` bits, in a batch of their own.
    fn add_batch(&mut self, pending: &[(usize, &Pattern)], bits: usize, kinds: &Kinds) {
        let needed = bits.div_ceil(64).max(1);
        let words = if needed <= BATCH { needed.next_power_of_two() } else { needed };
        let components = || pending.iter().flat_map(|(_, pattern)| &pattern.components);
        let shortest = components().map(|component| bytes_of(&component.pieces)).min();
        let endings = components().map(|component| endings(&component.pieces));
        let batch = Batch {
            first: self.stay.len(),
            words,
            rows: self.rows.len(),
            shortest: shortest.unwrap_or_default(),
            endings: endings.fold(ByteSet::default(), ByteSet::union),
        };
        for table in [
            &mut self.stay,
            &mut self.start,
            &mut self.component,
            &mut self.deep,
            &mut self.accept_directory,
            &mut self.accept_file,
        ] {
            table.resize(batch.first + words, 0);
        }
        self.owner.resize((batch.first + words) * 64, 0);
        self.rows.resize(batch.rows + words * kinds.count, 0);
        let mut bit = 0;
        for (index, pattern) in pending {
            bit = self.lay_out(&batch, *index, pattern, bit, kinds);
        }
        self.batches.push(batch);
    }

    /// Lays out one pattern from `bit` on; gives the first bit behind it.
    fn lay_out(
        &mut self,
        batch: &Batch,
        index: usize,
        pattern: &Pattern,
        mut bit: usize,
        kinds: &Kinds,
    ) -> usize {
        batch.set(&mut self.start, bit);
        let mut last = bit;
        for (number, component) in pattern.components.iter().enumerate() {
            if number > 0 {
                batch.set(&mut self.component, bit);
            }
            if component.deep {
                batch.set(&mut self.deep, bit);
            }
            last = bit;
            for piece in &component.pieces {
                match piece {
                    Piece::One(bytes) => {
                        last += 1;
                        let (word, bit) = batch.place(last);
                        for kind in kinds.within(bytes) {
                            self.rows[batch.rows + kind * batch.words + word] |= 1 << bit;
                        }
                    }
                    // The others end a component, and are in none.
                    Piece::Star | Piece::Deep | Piece::Slash => batch.set(&mut self.stay, last),
                }
            }
            bit = last + 1;
        }
        if !pattern.components.is_empty() {
            if pattern.matches.directories() {
                batch.set(&mut self.accept_directory, last);
            }
            if pattern.matches.files() {
                batch.set(&mut self.accept_file, last);
            }
        }
        let (word, place) = batch.place(last);
        self.owner[(batch.first + word) * 64 + place] = index;
        bit
    }

    /// The last of the patterns whose last bits, which `accept` tells, are set in the words `ends`
    /// of `batch`.
    #[inline]
    pub(super) fn last_owner(&self, batch: &Batch, ends: &[u64], accept: &[u64]) -> Option<usize> {
        let accept = &accept[batch.range()];
        if ends.iter().zip(accept).fold(0, |any, (end, accept)| any | end & accept) == 0 {
            return None;
        }
        let mut last = None;
        for ((end, accept), at) in ends.iter().zip(accept).zip(batch.range()) {
            let mut accepted = end & accept;
            while accepted != 0 {
                let bit = accepted.trailing_zeros() as usize;
                last = last.max(Some(self.owner[at * 64 + bit]));
                accepted &= accepted - 1;
            }
        }
        last
    }
}

/// How many bits `pattern` fills: one where each component begins, and one for each byte.
fn width(pattern: &Pattern) -> usize {
    let widths = pattern.components.iter().map(|component| 1 + bytes_of(&component.pieces));
    widths.sum::<usize>().max(1)
}

/// How many bytes a component asks for.
fn bytes_of(pieces: &[Piece]) -> usize {
    pieces.iter().filter(|piece| matches!(piece, Piece::One(_))).count()
}

/// The last bytes of the names that a component can match.
fn endings(pieces: &[Piece]) -> ByteSet {
    match pieces.last() {
        Some(Piece::One(bytes)) => *bytes,
        _ => ByteSet::ALL,
    }
}

fn begins_with_star(pattern: &Pattern) -> bool {
    let first = pattern.components.first().and_then(|component| component.pieces.first());
    first == Some(&Piece::Star)
}

/// The kinds of bytes: two bytes are of one kind if every set of the patterns holds both or none.
struct Kinds {
    of: [u8; 256],
    count: usize,
    /// One byte of each kind.
    examples: Vec<u8>,
}

impl Kinds {
    fn new(patterns: &[(usize, &Pattern)]) -> Self {
        let mut of = [0; 256];
        let mut count = 1;
        let mut seen = HashSet::new();
        let components = patterns.iter().flat_map(|(_, pattern)| &pattern.components);
        for piece in components.flat_map(|component| &component.pieces) {
            if let Piece::One(bytes) = piece
                && seen.insert(*bytes)
            {
                count = split(&mut of, count, bytes);
            }
        }
        let mut examples = vec![0; count];
        for byte in 0..=u8::MAX {
            examples[usize::from(of[usize::from(byte)])] = byte;
        }
        Self { of, count, examples }
    }

    /// The kinds whose bytes lie in `bytes`.
    fn within<'k>(&'k self, bytes: &'k ByteSet) -> impl Iterator<Item = usize> + 'k {
        let examples = self.examples.iter().enumerate();
        examples.filter(|(_, example)| bytes.contains(**example)).map(|(kind, _)| kind)
    }
}

/// Splits every one of the `count` kinds into the bytes that lie in `bytes` and those that do not.
fn split(of: &mut [u8; 256], count: usize, bytes: &ByteSet) -> usize {
    // The new number of each old kind, outside and inside of the set.
    let mut numbers = vec![[None::<u8>; 2]; count];
    let mut next: u16 = 0;
    for byte in 0..=u8::MAX {
        let kind = &mut of[usize::from(byte)];
        let number = &mut numbers[usize::from(*kind)][usize::from(bytes.contains(byte))];
        *kind = *number.get_or_insert_with(|| {
            next += 1;
            // There are at most as many kinds as bytes.
            u8::try_from(next - 1).unwrap_or(u8::MAX)
        });
    }
    usize::from(next)
}
