//! The compression function of BLAKE3 in the lanes of vectors: beside `guard`, the room with
//! `unsafe` in it.
//!
//! Each lane has a chunk or a parent of its own, with its length, counter and flags. Sections are
//! those of the paper, "BLAKE3: one function, fast everywhere".

#![expect(unsafe_code, reason = "only at run time is it known what the processor has")]

use std::arch::is_x86_feature_detected;

/// The bytes of a block (section 2.1).
pub(super) const BLOCK: usize = 64;

/// A chaining value; that of a root is the digest (sections 2.1 and 2.6).
pub(super) type Value = [u8; 32];

/// A chunk or a parent: blocks that are compressed one after another.
pub(super) struct Job<'b> {
    /// At most a chunk.
    pub(super) bytes: &'b [u8],
    pub(super) counter: u64,
    /// Flags of the first block, and of the last one: perhaps the same.
    pub(super) first: u32,
    pub(super) last: u32,
    /// The place of its value.
    pub(super) into: usize,
}

/// What hashes with vectors. There is one only if this processor has all that its function needs.
#[derive(Clone, Copy)]
pub(super) struct Kernel(unsafe fn(&[Job<'_>], &mut [Value]));

impl Kernel {
    /// The kernels that this processor can run, the fastest first.
    pub(super) fn here() -> impl Iterator<Item = Self> {
        let wide = is_x86_feature_detected!("avx512f").then_some(Self(avx512::run));
        let narrow = is_x86_feature_detected!("avx2").then_some(Self(avx2::run));
        wide.into_iter().chain(narrow)
    }

    /// Puts the value of each of `jobs` into its place in `values`.
    pub(super) fn run(self, jobs: &[Job<'_>], values: &mut [Value]) {
        // SAFETY: `here` alone makes a kernel, after it has asked for the features that the
        // function is compiled with; nothing else about the function is unsafe.
        unsafe { (self.0)(jobs, values) }
    }
}

/// The jobs that are in the lanes together; a lane without one gets an empty job.
struct Group<'b, const LANES: usize> {
    bytes: [&'b [u8]; LANES],
    /// What follows the last whole block, filled up with zeros.
    ends: [[u8; BLOCK]; LANES],
    lengths: [u32; LANES],
    /// The number of the last block.
    lasts: [u32; LANES],
    first_flags: [u32; LANES],
    last_flags: [u32; LANES],
    counters: [[u32; LANES]; 2],
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "what is counted within a job is small; the counter is cut in two"
)]
impl<'b, const LANES: usize> Group<'b, LANES> {
    fn new(jobs: &[Job<'b>]) -> Self {
        let none = [0; LANES];
        let mut group = Self {
            bytes: [&[]; LANES],
            ends: [[0; BLOCK]; LANES],
            lengths: none,
            lasts: none,
            first_flags: none,
            last_flags: none,
            counters: [none; 2],
        };
        for (lane, job) in jobs.iter().enumerate() {
            let (_, end) = job.bytes.as_chunks::<BLOCK>();
            group.bytes[lane] = job.bytes;
            group.ends[lane][..end.len()].copy_from_slice(end);
            group.lengths[lane] = job.bytes.len() as u32;
            group.lasts[lane] = (job.bytes.len().saturating_sub(1) / BLOCK) as u32;
            group.first_flags[lane] = job.first;
            group.last_flags[lane] = job.last;
            group.counters[0][lane] = job.counter as u32;
            group.counters[1][lane] = (job.counter >> 32) as u32;
        }
        group
    }

    /// The number of the last block of the longest.
    fn last(&self) -> u32 {
        self.lasts.iter().fold(0, |last, &other| last.max(other))
    }

    /// The words of the block of this number of each lane; of a lane that has fewer, anything.
    #[inline]
    fn blocks(&self, number: u32) -> [[u32; 16]; LANES] {
        let start = number as usize * BLOCK;
        std::array::from_fn(|lane| {
            let whole = self.bytes[lane].get(start..).and_then(<[u8]>::first_chunk);
            let block: &[u8; BLOCK] = whole.unwrap_or(&self.ends[lane]);
            std::array::from_fn(|at| u32::from_le_bytes(block.as_chunks().0[at]))
        })
    }

    /// How many bytes of each of these blocks are of the job.
    #[inline]
    fn lengths(&self, number: u32) -> [u32; LANES] {
        let before = number * BLOCK as u32;
        self.lengths.map(|length| length.saturating_sub(before).min(BLOCK as u32))
    }

    #[inline]
    fn flags(&self, number: u32) -> [u32; LANES] {
        std::array::from_fn(|lane| {
            let first = if number == 0 { self.first_flags[lane] } else { 0 };
            let last = if number == self.lasts[lane] { self.last_flags[lane] } else { 0 };
            first | last
        })
    }

    /// All bits in the lanes that have a block of this number, and none in the others.
    #[inline]
    fn live(&self, number: u32) -> [u32; LANES] {
        self.lasts.map(|last| if number <= last { u32::MAX } else { 0 })
    }
}

/// What a state begins with (section 2.2).
const IV: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

/// Where each word of the message comes from, from round to round (section 2.2).
const PERMUTATION: [usize; 16] = [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8];

/// A round: the columns, then the diagonals.
macro_rules! round {
    ($state:ident, $message:ident) => {
        quarter(&mut $state, [0, 4, 8, 12], [$message[0], $message[1]]);
        quarter(&mut $state, [1, 5, 9, 13], [$message[2], $message[3]]);
        quarter(&mut $state, [2, 6, 10, 14], [$message[4], $message[5]]);
        quarter(&mut $state, [3, 7, 11, 15], [$message[6], $message[7]]);
        quarter(&mut $state, [0, 5, 10, 15], [$message[8], $message[9]]);
        quarter(&mut $state, [1, 6, 11, 12], [$message[10], $message[11]]);
        quarter(&mut $state, [2, 7, 8, 13], [$message[12], $message[13]]);
        quarter(&mut $state, [3, 4, 9, 14], [$message[14], $message[15]]);
    };
}

/// Moves the words of a message to where the next round has them.
#[inline]
fn permuted<T: Copy>(message: [T; 16]) -> [T; 16] {
    let mut next = message;
    for (word, from) in next.iter_mut().zip(PERMUTATION) {
        *word = message[from];
    }
    next
}

/// A kernel over vectors of `$lanes` words; around it are `message`, `right` (rotation) and the other
/// operations. A macro, since what is compiled for a feature cannot be generic over it.
macro_rules! kernel {
    ($feature:literal, $lanes:literal, $vector:ident) => {
        use super::{Group, IV, Job, Value, permuted};

        const LANES: usize = $lanes;

        #[target_feature(enable = $feature)]
        pub(super) fn run(jobs: &[Job<'_>], values: &mut [Value]) {
            for jobs in jobs.chunks(LANES) {
                let found = together(jobs);
                for (lane, job) in jobs.iter().enumerate() {
                    let words = found.map(|vector| vector[lane]);
                    let mut bytes = [[0; 4]; 8];
                    for (bytes, word) in bytes.iter_mut().zip(words) {
                        *bytes = word.to_le_bytes();
                    }
                    values[job.into].copy_from_slice(bytes.as_flattened());
                }
            }
        }

        /// The words of the values of `jobs`.
        #[target_feature(enable = $feature)]
        fn together(jobs: &[Job<'_>]) -> [[u32; LANES]; 8] {
            let group = Group::<LANES>::new(jobs);
            let counters = [vector(group.counters[0]), vector(group.counters[1])];
            let mut value = [splat(0); 8];
            for (word, initial) in value.iter_mut().zip(IV) {
                *word = splat(initial);
            }
            for number in 0..=group.last() {
                let length = vector(group.lengths(number));
                let flags = vector(group.flags(number));
                let live = vector(group.live(number));
                let message = message(&group.blocks(number));
                let next = compress(&value, message, [counters[0], counters[1], length, flags]);
                for (word, next) in value.iter_mut().zip(next) {
                    *word = xor(*word, and(live, xor(*word, next)));
                }
            }
            let mut found = [[0; LANES]; 8];
            for (found, word) in found.iter_mut().zip(value) {
                *found = words(word);
            }
            found
        }

        /// The compression function, to the first half of its result (section 2.2).
        #[target_feature(enable = $feature)]
        #[inline]
        fn compress(
            value: &[$vector; 8],
            message: [$vector; 16],
            rest: [$vector; 4],
        ) -> [$vector; 8] {
            let [a, b, c, d, e, f, g, h] = *value;
            let [i, j, k, l] = [splat(IV[0]), splat(IV[1]), splat(IV[2]), splat(IV[3])];
            let [m, n, o, p] = rest;
            let mut state = [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p];
            // Written out: as a loop it would keep the message in memory.
            round!(state, message);
            let message = permuted(message);
            round!(state, message);
            let message = permuted(message);
            round!(state, message);
            let message = permuted(message);
            round!(state, message);
            let message = permuted(message);
            round!(state, message);
            let message = permuted(message);
            round!(state, message);
            let message = permuted(message);
            round!(state, message);
            let mut value = [splat(0); 8];
            for at in 0..8 {
                value[at] = xor(state[at], state[at + 8]);
            }
            value
        }

        /// The function G of a column or a diagonal.
        #[target_feature(enable = $feature)]
        #[inline]
        fn quarter(state: &mut [$vector; 16], [a, b, c, d]: [usize; 4], [x, y]: [$vector; 2]) {
            state[a] = add(add(state[a], state[b]), x);
            state[d] = right::<16>(xor(state[d], state[a]));
            state[c] = add(state[c], state[d]);
            state[b] = right::<12>(xor(state[b], state[c]));
            state[a] = add(add(state[a], state[b]), y);
            state[d] = right::<8>(xor(state[d], state[a]));
            state[c] = add(state[c], state[d]);
            state[b] = right::<7>(xor(state[b], state[c]));
        }

        /// Of four rows each: their columns, four of them in each vector.
        #[target_feature(enable = $feature)]
        #[inline]
        fn fours<const ROWS: usize>(rows: [$vector; ROWS]) -> [$vector; ROWS] {
            let mut fours = rows;
            for at in (0..ROWS).step_by(4) {
                let [a, b, c, d] = [rows[at], rows[at + 1], rows[at + 2], rows[at + 3]];
                let [ab, cd, ab_high, cd_high] = [low(a, b), low(c, d), high(a, b), high(c, d)];
                fours[at] = low_pairs(ab, cd);
                fours[at + 1] = high_pairs(ab, cd);
                fours[at + 2] = low_pairs(ab_high, cd_high);
                fours[at + 3] = high_pairs(ab_high, cd_high);
            }
            fours
        }

        #[target_feature(enable = $feature)]
        #[inline]
        fn vector(words: [u32; LANES]) -> $vector {
            // SAFETY: both are the same number of bits, of which every one means something.
            unsafe { std::mem::transmute(words) }
        }

        #[target_feature(enable = $feature)]
        #[inline]
        fn words(vector: $vector) -> [u32; LANES] {
            // SAFETY: as above.
            unsafe { std::mem::transmute(vector) }
        }

        #[target_feature(enable = $feature)]
        #[inline]
        fn splat(word: u32) -> $vector {
            vector([word; LANES])
        }
    };
}

/// Sixteen lanes.
mod avx512 {
    use std::arch::x86_64::{
        __m512i, _mm512_add_epi32 as add, _mm512_and_si512 as and, _mm512_ror_epi32 as right,
        _mm512_shuffle_i32x4 as quarters, _mm512_unpackhi_epi32 as high,
        _mm512_unpackhi_epi64 as high_pairs, _mm512_unpacklo_epi32 as low,
        _mm512_unpacklo_epi64 as low_pairs, _mm512_xor_si512 as xor,
    };

    kernel!("avx512f", 16, __m512i);

    /// Which two quarters of each of two vectors.
    const EVEN: i32 = 0b10_00_10_00;
    const ODD: i32 = 0b11_01_11_01;

    /// The words of `blocks`, the first of all of them first: rows become columns.
    #[target_feature(enable = "avx512f")]
    #[inline]
    fn message(blocks: &[[u32; 16]; LANES]) -> [__m512i; 16] {
        let mut rows = [splat(0); 16];
        for (row, block) in rows.iter_mut().zip(blocks) {
            *row = vector(*block);
        }
        let fours = fours(rows);
        let mut columns = rows;
        for at in 0..4 {
            let [a, b, c, d] = [fours[at], fours[at + 4], fours[at + 8], fours[at + 12]];
            let (ab, cd) = (quarters::<EVEN>(a, b), quarters::<EVEN>(c, d));
            columns[at] = quarters::<EVEN>(ab, cd);
            columns[at + 8] = quarters::<ODD>(ab, cd);
            let (ab, cd) = (quarters::<ODD>(a, b), quarters::<ODD>(c, d));
            columns[at + 4] = quarters::<EVEN>(ab, cd);
            columns[at + 12] = quarters::<ODD>(ab, cd);
        }
        columns
    }
}

/// Eight lanes.
mod avx2 {
    use std::arch::x86_64::{
        __m256i, _mm256_add_epi32 as add, _mm256_and_si256 as and, _mm256_or_si256 as or,
        _mm256_permute2x128_si256 as halves, _mm256_slli_epi32 as up, _mm256_srli_epi32 as down,
        _mm256_unpackhi_epi32 as high, _mm256_unpackhi_epi64 as high_pairs,
        _mm256_unpacklo_epi32 as low, _mm256_unpacklo_epi64 as low_pairs, _mm256_xor_si256 as xor,
    };

    kernel!("avx2", 8, __m256i);

    #[target_feature(enable = "avx2")]
    #[inline]
    fn right<const BITS: i32>(vector: __m256i) -> __m256i {
        match BITS {
            16 => or(down::<16>(vector), up::<16>(vector)),
            12 => or(down::<12>(vector), up::<20>(vector)),
            8 => or(down::<8>(vector), up::<24>(vector)),
            _ => or(down::<7>(vector), up::<25>(vector)),
        }
    }

    /// The words of `blocks`, the first of all of them first: rows become columns.
    #[target_feature(enable = "avx2")]
    #[inline]
    fn message(blocks: &[[u32; 16]; LANES]) -> [__m256i; 16] {
        let mut columns = [splat(0); 16];
        for half in 0..2 {
            let mut rows = [splat(0); 8];
            for (row, block) in rows.iter_mut().zip(blocks) {
                *row = vector(block.as_chunks().0[half]);
            }
            let fours = fours(rows);
            for at in 0..4 {
                columns[half * 8 + at] = halves::<0x20>(fours[at], fours[at + 4]);
                columns[half * 8 + at + 4] = halves::<0x31>(fours[at], fours[at + 4]);
            }
        }
        columns
    }
}
