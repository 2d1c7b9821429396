//! Many short files, hashed side by side.
//!
//! A processor with vectors hashes 8 or 16 chunks of BLAKE3 in the time of one. The crate takes
//! them from one file, and a file of three chunks leaves most of the lanes empty. Here the chunks
//! of all files fill the lanes, and so do the parents above them, level by level.
//!
//! Sections are those of the paper, "BLAKE3: one function, fast everywhere".

use std::cmp::Reverse;

use sealgate_core::seal::entry::Digest;

use super::kernels::{Job, Kernel, Value};

/// The bytes of a chunk (section 2.1).
const CHUNK: usize = 1024;

/// Flags of a compression (section 2.2): of the first and the last block of a chunk (2.4), of a
/// parent (2.5), and of the last block of the root (2.6).
const CHUNK_START: u32 = 1 << 0;
const CHUNK_END: u32 = 1 << 1;
const PARENT: u32 = 1 << 2;
const ROOT: u32 = 1 << 3;

/// From this length, in bytes, a file fills the lanes of the crate, which is faster then.
const LONG: usize = 32 * CHUNK;

/// The digest of each of `files`, in their order.
pub(super) fn digests(files: &[&[u8]]) -> Vec<Digest> {
    match Kernel::here().next() {
        Some(kernel) if files.len() > 1 => in_lanes(kernel, files),
        _ => files.iter().map(|file| Digest::of(file)).collect(),
    }
}

fn in_lanes(kernel: Kernel, files: &[&[u8]]) -> Vec<Digest> {
    // How many nodes each file has on the level that is reached.
    let mut counts: Vec<usize> = files.iter().map(|file| leaves(file)).collect();
    let mut nodes = lowest(kernel, files, &counts);
    while nodes.len() > files.len() {
        nodes = parents(kernel, &nodes, &mut counts);
    }
    nodes.into_iter().map(Digest).collect()
}

/// A chunk for every 1,024 bytes and for what is left, and an empty one for an empty file
/// (section 2.1); of a long file, its root alone.
fn leaves(file: &[u8]) -> usize {
    if file.len() < LONG { file.len().div_ceil(CHUNK).max(1) } else { 1 }
}

/// The nodes of the lowest level, of which each file has as many as `counts` says.
fn lowest(kernel: Kernel, files: &[&[u8]], counts: &[usize]) -> Vec<Value> {
    let mut nodes = vec![[0; 32]; counts.iter().sum()];
    let mut jobs = Vec::with_capacity(nodes.len());
    let mut ends = Vec::with_capacity(files.len());
    let mut into = 0;
    for (file, count) in files.iter().zip(counts) {
        if file.len() < LONG {
            let root = if *count == 1 { ROOT } else { 0 };
            let end = (count - 1) * CHUNK;
            let chunks = file[..end].chunks(CHUNK).chain([&file[end..]]);
            for ((bytes, counter), into) in chunks.zip(0..).zip(into..) {
                let (first, last) = (CHUNK_START, CHUNK_END | root);
                let place = if bytes.len() == CHUNK { &mut jobs } else { &mut ends };
                place.push(Job { bytes, counter, first, last, into });
            }
        } else {
            nodes[into] = Digest::of(file).0;
        }
        into += count;
    }
    // Of about one length in each group: few lanes wait for the longest.
    ends.sort_unstable_by_key(|job| Reverse(job.bytes.len()));
    jobs.append(&mut ends);
    kernel.run(&jobs, &mut nodes);
    nodes
}

/// The next level: a parent of every two neighbours; one that is left over is carried up, which
/// makes each left subtree the largest that is complete (section 2.1). Halves the `counts`.
fn parents(kernel: Kernel, nodes: &[Value], counts: &mut [usize]) -> Vec<Value> {
    let mut next = Vec::with_capacity(nodes.len());
    let mut jobs = Vec::with_capacity(nodes.len() / 2);
    let mut rest = nodes;
    for count in counts {
        let (own, others) = rest.split_at(*count);
        let last = if *count == 2 { ROOT } else { 0 };
        for pair in own.chunks(2) {
            if pair.len() == 2 {
                let (bytes, into) = (pair.as_flattened(), next.len());
                jobs.push(Job { bytes, counter: 0, first: PARENT, last, into });
            }
            next.push(pair[0]);
        }
        rest = others;
        *count = count.div_ceil(2);
    }
    kernel.run(&jobs, &mut next);
    next
}

#[cfg(test)]
mod tests {
    use blake3::hazmat::HasherExt as _;
    use proptest::prelude::*;

    use super::*;
    use crate::kernels::BLOCK;

    /// What the official test vectors are made of.
    fn pattern(length: usize) -> Vec<u8> {
        (0..=250).cycle().take(length).collect()
    }

    type Way = dyn Fn(&[&[u8]]) -> Vec<Digest>;

    /// Every way to hash many files that this processor has, the public one first.
    fn ways() -> Vec<Box<Way>> {
        let mut ways: Vec<Box<Way>> = vec![Box::new(digests)];
        for kernel in Kernel::here() {
            ways.push(Box::new(move |files| in_lanes(kernel, files)));
        }
        ways
    }

    /// Asserts that each way gives what the crate gives, in its order.
    fn assert_right(files: &[&[u8]]) {
        let expected: Vec<Digest> = files.iter().map(|file| Digest::of(file)).collect();
        let lengths: Vec<usize> = files.iter().map(|file| file.len()).collect();
        for (way, digests) in ways().iter().enumerate() {
            assert!(digests(files) == expected, "way {way}, lengths {lengths:?}");
        }
    }

    #[test]
    fn official_digests_come_out() {
        let vectors = [
            (0, "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"),
            (1, "2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213"),
            (1024, "42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7"),
            (1025, "d00278ae47eb27b34faecf67b4fe263f82d5412916c1ffd97c8cb7fb814b8444"),
            (102_400, "bc3e3d41a1146b069abffad3c0d44860cf664390afce4d9661f7902e7943e085"),
        ];
        let content = pattern(102_400);
        let files: Vec<&[u8]> = vectors.iter().map(|(length, _)| &content[..*length]).collect();
        for digests in ways() {
            for ((length, hex), digest) in vectors.iter().zip(digests(&files)) {
                assert_eq!(digest.to_string(), *hex, "{length}");
            }
        }
    }

    /// Around every block.
    fn edges() -> impl Iterator<Item = usize> {
        let around = |edge: usize| edge.saturating_sub(1)..=edge + 1;
        (0..=20 * CHUNK).step_by(BLOCK).chain([LONG]).flat_map(around)
    }

    #[test]
    fn every_length_is_right_beside_its_neighbours() {
        let content = pattern(LONG + 1);
        let lengths = (0..=3 * CHUNK).chain(edges());
        let files: Vec<&[u8]> = lengths.map(|length| &content[..length]).collect();
        for some in files.chunks(61) {
            assert_right(some);
        }
    }

    #[test]
    fn every_length_around_a_block_is_right_alone() {
        let content = pattern(LONG + 1);
        for length in edges() {
            assert_right(&[&content[..length]]);
        }
    }

    #[test]
    fn every_count_of_files_is_right_be_they_equal_or_empty() {
        let content = pattern(2 * CHUNK + 1);
        for count in 0..=40 {
            for length in [0, CHUNK, 2 * CHUNK + 1] {
                assert_right(&vec![&content[..length]; count]);
            }
        }
    }

    #[test]
    fn a_chunk_far_into_a_file_counts_with_all_bits() {
        let content = pattern(CHUNK);
        for kernel in Kernel::here() {
            let counters = [0, 1, u64::from(u32::MAX), 1 << 32, (5 << 32) | 7, (1 << 54) - 1];
            let jobs: Vec<Job<'_>> = (0..)
                .zip(counters)
                .map(|(into, counter)| {
                    let (first, last) = (CHUNK_START, CHUNK_END);
                    Job { bytes: &content, counter, first, last, into }
                })
                .collect();
            let mut values = [[0; 32]; 6];
            kernel.run(&jobs, &mut values);
            for (value, counter) in values.iter().zip(counters) {
                let mut hasher = blake3::Hasher::new();
                hasher.set_input_offset(counter * CHUNK as u64).update(&content);
                assert_eq!(*value, hasher.finalize_non_root(), "{counter}");
            }
        }
    }

    /// Short, at an edge, and of all lengths up to beyond what is long.
    fn length() -> impl Strategy<Value = usize> {
        prop_oneof![
            Just(0),
            1..=2 * CHUNK,
            (0..=40 * CHUNK / BLOCK, 0..=2_usize)
                .prop_map(|(blocks, off)| (blocks * BLOCK + off).saturating_sub(1)),
            0..=40 * CHUNK,
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(32) })]
        #[test]
        fn any_lot_is_right(files in prop::collection::vec((length(), 0..251_usize), 0..=70)) {
            let content = pattern(41 * CHUNK);
            let files: Vec<&[u8]> =
                files.into_iter().map(|(length, start)| &content[start..][..length]).collect();
            assert_right(&files);
        }
    }
}
