//! One bit of a seal flipped, any of them: never a pass.

#![cfg(unix)]

use std::fs;
use std::num::NonZeroUsize;

use sealgate::ops::check::Judge;
use sealgate::tree::Workspace;
use sealgate_core::compare::verdict::{SealResult, Verdict};
use sealgate_core::seal::SealName;
use sealgate_core::seal::path::EntryPath;
use sealgate_scan::Scanner;

use crate::support::{Repo, overwrite};

/// The gate, without the process around it: from the seal's file to the judgement.
struct Gate {
    repo: Repo,
    repository: Workspace,
    name: SealName,
    seal: Vec<u8>,
}

impl Gate {
    fn new() -> Self {
        let repo = Repo::of_release();
        let seals = EntryPath::parse("seals").unwrap();
        let repository = Workspace::find(&repo.at(""), &seals).unwrap();
        let name = SealName::parse("release").unwrap();
        let seal = fs::read(repo.at("seals/release.toml")).unwrap();
        Self { repo, repository, name, seal }
    }

    fn seal_is(&self, bytes: &[u8]) {
        overwrite(&self.repo.at("seals/release.toml"), bytes);
    }

    fn judge(&self, seal: &[u8]) -> SealResult {
        self.seal_is(seal);
        let begun = self.repository.begin(&self.name);
        // One thread: for a few small files, to wait for others takes longer than to read them.
        let scanner = Scanner::new(Some(NonZeroUsize::MIN));
        Judge::of_worktree(&self.repository, &scanner).judge(&self.name, begun)
    }

    fn flipped(&self, bit: usize) -> Vec<u8> {
        let mut bytes = self.seal.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        bytes
    }

    fn bits(&self) -> usize {
        self.seal.len() * 8
    }

    /// Where a bit stands, for a person.
    fn place(&self, bit: usize) -> String {
        let line = self.seal[..bit / 8].split(|&byte| byte == b'\n').count();
        format!("bit {} of byte {}, line {line}", bit % 8, bit / 8)
    }
}

#[test]
fn no_flipped_bit_of_a_seal_passes() {
    let gate = Gate::new();
    assert_eq!(gate.judge(&gate.seal).verdict(), Verdict::Pass);
    let (mut failed, mut refused) = (0, 0);
    for bit in 0..gate.bits() {
        match gate.judge(&gate.flipped(bit)).verdict() {
            Verdict::Error => refused += 1,
            Verdict::Fail => failed += 1,
            other => panic!("{other:?} with {} flipped", gate.place(bit)),
        }
    }
    // Both happen: flips that break the form, and flips that approve other bytes.
    assert!(refused > gate.bits() / 2 && failed > 1_000, "{refused} refused, {failed} failed");
}

#[test]
fn no_seal_that_was_cut_off_passes() {
    let gate = Gate::new();
    // A whole number of lines is a seal of fewer entries: the others are unsealed.
    for length in 0..gate.seal.len() {
        let verdict = gate.judge(&gate.seal[..length]).verdict();
        assert_ne!(verdict, Verdict::Pass, "the first {length} bytes");
    }
}

#[test]
fn no_seal_without_one_of_its_lines_passes() {
    let gate = Gate::new();
    let lines: Vec<&[u8]> = gate.seal.split_inclusive(|&byte| byte == b'\n').collect();
    for at in 0..lines.len() {
        for twice in [false, true] {
            let mut changed = lines.clone();
            if twice {
                changed.insert(at, lines[at]);
            } else {
                changed.remove(at);
            }
            let verdict = gate.judge(&changed.concat()).verdict();
            assert_ne!(verdict, Verdict::Pass, "line {}, twice: {twice}", at + 1);
        }
    }
}

#[test]
fn the_program_passes_no_flipped_bit_either() {
    let gate = Gate::new();
    assert_eq!(gate.repo.run(&["check"]).code, 0);
    // A prime: every line and every bit gets its share.
    for bit in (0..gate.bits()).step_by(101) {
        gate.seal_is(&gate.flipped(bit));
        let ran = gate.repo.run(&["check"]);
        assert!(matches!(ran.code, 1 | 2), "{} with {} flipped", ran.code, gate.place(bit));
    }
}
