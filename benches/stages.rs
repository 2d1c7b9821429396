//! The stages of a check, apart: hashing by file size, reading and writing a seal, comparing.
//!
//! `cargo bench` prints the median and the spread of each.

#![expect(clippy::unwrap_used, reason = "a bench that cannot prepare has nothing to measure")]

use std::sync::LazyLock;

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use sealgate_core::compare::compare;
use sealgate_core::compare::inventory::{Inventory, Item, Observed};
use sealgate_core::seal::entry::{Digest, Entry};
use sealgate_core::seal::exclude::Scope;
use sealgate_core::seal::path::EntryPath;
use sealgate_core::seal::{Header, Root, Seal, SealName, SealedEntry, read, to_bytes};
use sealgate_scan::{Directory, Scanner, take};

fn main() {
    divan::main();
}

/// A seal of `count` files, as a bundler names them.
fn seal_of(count: usize) -> Seal {
    let mut entries: Vec<_> = (0..count as u64)
        .map(|number| {
            let digest = Digest::of(&number.to_le_bytes());
            let path = format!("packages/p{}/assets/chunk-{number:08x}.js", number % 97);
            let entry = Entry::File { size: number * 37 % 100_000, digest, executable: false };
            SealedEntry { path: EntryPath::parse(&path).unwrap(), entry }
        })
        .collect();
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    let scope = Scope::new(Vec::new()).unwrap();
    let header = Header {
        root: Root::parse("dist").unwrap(),
        tracked: false,
        build: None,
        scope,
        surface: None,
    };
    Seal { name: SealName::parse("dist").unwrap(), header, entries }
}

const COUNTS: [usize; 3] = [1_000, 100_000, 1_000_000];

#[divan::bench(args = COUNTS)]
fn read_seal(bencher: Bencher, count: usize) {
    let seal = seal_of(count);
    let text = to_bytes(&seal);
    bencher
        .counter(ItemsCount::new(count))
        .bench(|| read(black_box(&seal.name), black_box(&text)).unwrap());
}

#[divan::bench(args = COUNTS)]
fn write_seal(bencher: Bencher, count: usize) {
    let seal = seal_of(count);
    bencher.counter(ItemsCount::new(count)).bench(|| to_bytes(black_box(&seal)));
}

#[divan::bench(args = COUNTS)]
fn compare_equal(bencher: Bencher, count: usize) {
    let seal = seal_of(count);
    let item = |sealed: &SealedEntry| {
        Item::new(sealed.path.as_bytes().into(), Observed::Entry(sealed.entry.clone()))
    };
    let items = seal.entries.iter().map(item).collect();
    let inventory = Inventory { items, bytes: 0, modes: true };
    bencher
        .counter(ItemsCount::new(count))
        .bench(|| compare(black_box(&seal), black_box(&inventory)));
}

/// One for all: a thread is one of the workers of one engine in its life, and alone with another.
static ENGINE: LazyLock<Scanner> = LazyLock::new(|| Scanner::new(None));

/// Walks and hashes a tree of 16 MiB in files of one size.
#[divan::bench(args = [1 << 10, 16 << 10, 256 << 10, 4 << 20, 16 << 20])]
fn inventory_by_file_size(bencher: Bencher, size: usize) {
    let tree = tempfile::tempdir().unwrap();
    let total = 16 << 20;
    for number in 0..total / size {
        let content = vec![number.to_le_bytes()[0]; size];
        std::fs::write(tree.path().join(format!("f{number}")), content).unwrap();
    }
    let root = Directory::open_root(tree.path(), None).unwrap();
    let scope = Scope::new(Vec::new()).unwrap();
    bencher
        .counter(BytesCount::new(total))
        .bench_local(|| take(black_box(&root), &scope, &ENGINE).unwrap());
}
