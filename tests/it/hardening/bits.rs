//! Every bit of a tree of 64 KiB, and of a seal of 20 entries, flipped one at a time: none passes.

use std::fs::{self, File};
use std::num::NonZeroUsize;
use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;

use sealgate::ops::check::Judge;
use sealgate::tree::Workspace;
use sealgate_core::compare::verdict::Verdict;
use sealgate_core::seal::SealName;
use sealgate_core::seal::path::EntryPath;
use sealgate_scan::Scanner;

use super::figures::{Fault, Sweep, sample, seed};
use crate::random::next;
use crate::support::Repo;

/// Sizes of the files: one byte, less and more than a block of the hash, a chunk, a page, and what
/// is left.
const SIZES: [usize; 10] = [1, 63, 64, 65, 1_023, 1_025, 4_096, 4_097, 16_385, 38_717];

/// Bits of a sample, through the library and through the program.
const SAMPLE: usize = 6_000;
const SAMPLE_RUN: usize = 60;

/// Bits of a full run that go through the program.
const RUN: usize = 500;

/// What is flipped: a file and its bytes.
type Target = (PathBuf, Vec<u8>);

/// A sealed tree, with the files whose bits are flipped.
struct Gate {
    repo: Repo,
    repository: Workspace,
    scanner: Scanner,
    targets: Vec<Target>,
}

/// A bit: the target, and its place there.
type Bit = (usize, usize);

impl Gate {
    /// Seals `dist` in `repo`; bits of `files` will be flipped, without files those of the seal.
    fn new(repo: Repo, files: &[PathBuf]) -> Self {
        repo.seal("dist", "dist");
        let files = if files.is_empty() { &[repo.at("seals/dist.toml")] } else { files };
        let seals = EntryPath::parse("seals").unwrap();
        let repository = Workspace::find(&repo.at(""), &seals).unwrap();
        let scanner = Scanner::new(NonZeroUsize::new(1));
        let targets = files.iter().map(|file| (file.clone(), fs::read(file).unwrap())).collect();
        let gate = Self { repo, repository, scanner, targets };
        assert_eq!(gate.judge(), Verdict::Pass);
        gate
    }

    /// A tree of 64 KiB.
    fn of_tree() -> Self {
        let repo = Repo::plain();
        let mut state = seed();
        let mut files = Vec::new();
        for (number, size) in SIZES.into_iter().enumerate() {
            // Files in directories of three depths.
            let path = repo.at(format!("dist{}/file{number}", "/deeper".repeat(number % 3)));
            let bytes: Vec<u8> = (0..size).map(|_| next(&mut state).to_le_bytes()[0]).collect();
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, bytes).unwrap();
            files.push(path);
        }
        assert_eq!(SIZES.iter().sum::<usize>(), 64 << 10);
        Self::new(repo, &files)
    }

    /// A seal of 20 entries, of every kind.
    fn of_seal() -> Self {
        use crate::support::Node::{Dir, Exec, File, Link};
        let repo = Repo::plain();
        let names: Vec<String> =
            (0..20).map(|number| format!("d{}/{number}", number % 4)).collect();
        let nodes = (0..20).map(|number| match number % 5 {
            0 => Exec(vec![0; number]),
            1 => Link("0".into()),
            2 => Dir,
            _ => File(vec![7; number * 9]),
        });
        let tree: Vec<_> = names.iter().map(String::as_str).zip(nodes).collect();
        repo.build("dist", &tree);
        let gate = Self::new(repo, &[]);
        let text = String::from_utf8(gate.targets[0].1.clone()).unwrap();
        let entries = text.split_once("[entries]\n").unwrap().1;
        assert_eq!(entries.lines().count(), 20);
        gate
    }

    fn judge(&self) -> Verdict {
        let name = SealName::parse("dist").unwrap();
        let begun = self.repository.begin(&name);
        Judge::of_worktree(&self.repository, &self.scanner).judge(&name, begun).verdict()
    }

    fn bits(&self) -> Vec<Bit> {
        let lengths = self.targets.iter().map(|(_, bytes)| bytes.len() * 8).enumerate();
        lengths.flat_map(|(target, bits)| (0..bits).map(move |bit| (target, bit))).collect()
    }

    /// Flips `bit` while `look` is called.
    fn flipped<T>(&self, (target, bit): Bit, look: impl FnOnce() -> T) -> T {
        let (path, bytes) = &self.targets[target];
        let file = File::options().write(true).open(path).unwrap();
        let byte = bytes[bit / 8];
        file.write_all_at(&[byte ^ (1 << (bit % 8))], (bit / 8) as u64).unwrap();
        let seen = look();
        file.write_all_at(&[byte], (bit / 8) as u64).unwrap();
        seen
    }
}

/// Flips bits of gates that `make` gives, one for each of two workers; counts them as `what`.
fn flip(sweep: &Sweep, what: &str, make: fn() -> Gate) {
    let gates = [make(), make()];
    let bits = sample(gates[0].bits(), SAMPLE);
    std::thread::scope(|threads| {
        for (gate, bits) in gates.iter().zip(bits.chunks(bits.len().div_ceil(2))) {
            threads.spawn(move || {
                for &bit in bits {
                    let verdict = gate.flipped(bit, || gate.judge());
                    if !matches!(verdict, Verdict::Fail | Verdict::Error) {
                        sweep.fault(Fault::PassedWrongly, &format!("{what}: {bit:?}: {verdict:?}"));
                    }
                }
                // The last flip was taken back, so that nothing but the flips failed.
                assert_eq!(gate.judge(), Verdict::Pass);
                sweep.count_many(what, bits.len() as u64);
            });
        }
    });
    let gate = &gates[0];
    let few = if super::figures::is_full() { RUN } else { SAMPLE_RUN };
    let all = gate.bits();
    // An odd number of bits apart, so that every bit of a byte has its share.
    let step = (all.len() / few) | 1;
    let through = format!("{what}, through the program");
    for &bit in all.iter().step_by(step) {
        let ran = gate.flipped(bit, || gate.repo.run(&["check"]));
        sweep.count(&through);
        if !matches!(ran.code, 1 | 2) {
            sweep.fault(Fault::PassedWrongly, &format!("{through}: {bit:?}: {}", ran.code));
        }
    }
}

#[test]
#[ignore = "long: run by .ci/run as a sample, by .ci/hardening in full"]
fn no_flipped_bit_passes() {
    let sweep = Sweep::begin("bits::no_flipped_bit_passes");
    flip(&sweep, "a bit of a tree of 64 KiB", Gate::of_tree);
    flip(&sweep, "a bit of a seal of 20 entries", Gate::of_seal);
    sweep.end((64 << 13) + (1 << 13));
}
