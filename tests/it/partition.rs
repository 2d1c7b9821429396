//! `check --partition`: what a share takes, what it looks at, and what it says.

#![cfg(unix)]

use std::collections::BTreeSet;
use std::fs;

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use sealgate_core::compare::partition::{
    Assignment, MAX_SHARES, Slice, SliceError, WEIGHT_OF_ENTRY,
};
use sealgate_core::seal::entry::{Digest, Entry};
use sealgate_core::seal::exclude::Scope;
use sealgate_core::seal::path::EntryPath;
use sealgate_core::seal::{Header, Root, Seal, SealName, SealedEntry};

use crate::support::{Node, Repo, make_fifo};

fn seal(name: &str, sizes: &[(String, Option<u64>)]) -> Seal {
    let entry = |size: Option<u64>| match size {
        Some(size) => Entry::File { size, digest: Digest::of(b""), executable: false },
        None => Entry::Link { target: "x".into() },
    };
    let sealed = |(path, size): &(String, Option<u64>)| SealedEntry {
        path: EntryPath::parse(path).unwrap(),
        entry: entry(*size),
    };
    let root = Root::parse(name).unwrap();
    let header = Header {
        root,
        tracked: false,
        build: None,
        scope: Scope::new(Vec::new()).unwrap(),
        surface: None,
    };
    let name = SealName::parse(name).unwrap();
    Seal { name, header, entries: sizes.iter().map(sealed).collect() }
}

fn any_seal(name: &'static str) -> impl Strategy<Value = Seal> {
    let size = prop_oneof![
        4 => (0_u64..100_000).prop_map(Some),
        2 => Just(Some(7)),
        1 => Just(None),
        1 => Just(Some((1 << 63) - 1)),
    ];
    btree_map("[a-z]{1,3}", size, 1..40)
        .prop_map(move |sizes| seal(name, &sizes.into_iter().collect::<Vec<_>>()))
}

/// Longest processing time first, written as its rule is told: slowly.
fn by_the_rule(seals: &[&Seal], count: u16) -> Vec<(String, String, usize)> {
    let mut all: Vec<(u128, String, String)> = Vec::new();
    for seal in seals {
        for sealed in &seal.entries {
            let size = u128::from(sealed.entry.size().unwrap_or(0));
            let path = sealed.path.as_str().to_owned();
            all.push((size + u128::from(WEIGHT_OF_ENTRY), seal.name.to_string(), path));
        }
    }
    all.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| (&a.1, &a.2).cmp(&(&b.1, &b.2))));
    let mut loads = vec![0_u128; usize::from(count)];
    let mut told = Vec::new();
    for (weight, name, path) in all {
        let least = *loads.iter().min().unwrap();
        let share = loads.iter().position(|load| *load == least).unwrap();
        loads[share] += weight;
        told.push((name, path, share));
    }
    told.sort();
    told
}

proptest! {
    #[test]
    fn every_entry_is_one_shares_by_the_rule_whatever_the_order_of_seals(
        first in any_seal("one"),
        second in any_seal("two"),
        count in 1_u16..12,
    ) {
        let assignment = Assignment::of(&[&first, &second], count);
        prop_assert_eq!(&Assignment::of(&[&second, &first], count), &assignment);
        let mut told = Vec::new();
        for seal in [&first, &second] {
            let name = seal.name.as_str();
            for (index, sealed) in seal.entries.iter().enumerate() {
                let takes = |share: &u16| {
                    let slice = Slice::new(share + 1, count).unwrap();
                    assignment.taken(name, slice).unwrap().takes(index)
                };
                let shares: Vec<u16> = (0..count).filter(takes).collect();
                prop_assert_eq!(shares.len(), 1);
                let share = usize::from(shares[0]);
                told.push((name.to_owned(), sealed.path.as_str().to_owned(), share));
            }
            let parts = assignment.parts(seal);
            let sizes = seal.entries.iter().map(|sealed| u128::from(sealed.entry.size().unwrap_or(0)));
            prop_assert_eq!(parts.iter().map(|part| part.bytes).sum::<u128>(), sizes.sum::<u128>());
            prop_assert_eq!(parts.iter().map(|part| part.entries).sum::<u64>(), seal.entries.len() as u64);
        }
        prop_assert_eq!(told, by_the_rule(&[&first, &second], count));
    }

    #[test]
    fn no_text_but_the_plain_one_names_a_share(text in "slice:[0-9+ /-]{0,12}|[a-z0-9:/]{0,12}") {
        if let Ok(slice) = text.parse::<Slice>() {
            prop_assert_eq!(text, format!("slice:{}/{}", slice.index(), slice.count()));
        }
    }

    #[test]
    fn shares_are_as_even_as_the_largest_entry_lets_them(sizes in vec(0_u64..1_000_000, 1..200), count in 1_u16..9) {
        let named = sizes.iter().enumerate().map(|(n, size)| (format!("f{n:04}"), Some(*size)));
        let seal = seal("one", &named.collect::<Vec<_>>());
        let parts = Assignment::of(&[&seal], count).parts(&seal);
        let loads: Vec<u128> = parts
            .iter()
            .map(|part| part.bytes + u128::from(part.entries * WEIGHT_OF_ENTRY))
            .collect();
        let largest = u128::from(*sizes.iter().max().unwrap() + WEIGHT_OF_ENTRY);
        let (most, least) = (loads.iter().max().unwrap(), loads.iter().min().unwrap());
        prop_assert!(most - least <= largest);
    }
}

#[test]
fn a_share_goes_from_1_to_their_number_which_is_limited() {
    for text in ["slice:1/1", "slice:3/4", "slice:4096/4096"] {
        assert!(text.parse::<Slice>().is_ok(), "{text}");
    }
    for text in
        ["slice:0/1", "slice:2/1", "slice:1/0", "slice:1/4097", "slice:1/99999999999999999999"]
    {
        assert_eq!(text.parse::<Slice>(), Err(SliceError::Range), "{text}");
    }
    for text in [
        "",
        "1/2",
        "slice:",
        "slice:1",
        "slice:1/",
        "slice:/2",
        "slice:01/2",
        "slice:+1/2",
        "slice: 1/2",
        "hash:1/2",
        "slice:1/2/3",
        "slice:1/-2",
    ] {
        assert_eq!(text.parse::<Slice>(), Err(SliceError::Form), "{text}");
    }
    assert_eq!(Slice::new(1, MAX_SHARES + 1), None);
}

#[test]
fn what_cannot_be_meant_is_a_usage_error() {
    let repo = Repo::of_release();
    for arguments in [
        &["--partition", "slice:2/1"][..],
        &["--partition", "2/3"],
        &["--partition", "slice:1/2", "--stage", "new"],
    ] {
        let ran = repo.run(&[&["check"], arguments].concat());
        assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.stderr);
    }
    assert!(!repo.at("new").exists());
}

fn file(text: &str) -> Node {
    Node::File(text.as_bytes().to_vec())
}

/// Six files, of which each share of two takes three.
fn six() -> Repo {
    Repo::once("", || {
        let repo = Repo::plain();
        let tree: Vec<(String, Node)> =
            (0..6).map(|n| (format!("d{}/f{n}", n % 2), file("same"))).collect();
        let tree: Vec<(&str, Node)> =
            tree.iter().map(|(path, node)| (&**path, node.clone())).collect();
        repo.build("dist", &tree);
        repo.seal("dist", "dist");
        repo
    })
}

fn paths(repo: &Repo, slice: &str, code: i32) -> BTreeSet<String> {
    let checked = repo.check(&["--partition", slice]);
    assert_eq!(checked.code, code, "{:#}", checked.report);
    let text = |path: Vec<u8>| String::from_utf8(path).unwrap();
    checked.findings().into_iter().map(|found| text(found.path)).collect()
}

#[test]
fn a_share_judges_its_own_entries_and_everything_that_is_not_sealed() {
    let repo = six();
    for n in 0..6 {
        fs::write(repo.at(format!("dist/d{}/f{n}", n % 2)), "other").unwrap();
    }
    fs::write(repo.at("dist/d0/new"), "new").unwrap();
    fs::create_dir(repo.at("dist/empty")).unwrap();
    let (first, second) = (paths(&repo, "slice:1/2", 1), paths(&repo, "slice:2/2", 1));
    let both: BTreeSet<&str> = first.intersection(&second).map(String::as_str).collect();
    assert_eq!(both, BTreeSet::from(["d0/new", "empty"]));
    assert_eq!((first.len(), second.len()), (5, 5));
    let checked = repo.check(&["--partition", "slice:1/2"]);
    let seal = &checked.report["seals"][0];
    // Three of "other", and "new": the files of the other share were not read.
    assert_eq!((&seal["checked"], &seal["bytes"]), (&3.into(), &18.into()));
}

#[test]
fn what_is_another_shares_is_not_opened_whatever_it_is() {
    let repo = six();
    let own = repo.check(&["--partition", "slice:1/2"]);
    assert_eq!(own.code, 0, "{:#}", own.report);
    let all: BTreeSet<String> = (0..6).map(|n| format!("d{}/f{n}", n % 2)).collect();
    for path in &all {
        fs::remove_file(repo.at("dist").join(path)).unwrap();
    }
    let first = paths(&repo, "slice:1/2", 1);
    let others: Vec<&String> = all.difference(&first).collect();
    assert_eq!(others.len(), 3);
    let repo = six();
    for path in others {
        let path = repo.at("dist").join(path);
        fs::remove_file(&path).unwrap();
        make_fifo(&path);
    }
    assert_eq!(paths(&repo, "slice:1/2", 0), BTreeSet::new());
    assert_eq!(paths(&repo, "slice:2/2", 1).len(), 3);
}

#[test]
fn a_share_says_that_it_is_one_in_words_and_in_its_report() {
    let repo = six();
    let ran = repo.run(&["check", "--partition", "slice:2/3"]);
    let said = ran.stdout;
    assert!(said.contains("this is share 2 of 3: `sealgate merge-reports`"), "{said}");
    assert!(said.contains("PASS, SHARE 2/3  1 seal (dist), 2 entries"), "{said}");
    let report = repo.check(&["--partition", "slice:2/3"]).report;
    let partition = &report["partition"];
    assert_eq!(partition["kind"], "slice");
    assert_eq!((&partition["index"], &partition["count"]), (&2.into(), &3.into()));
    let part = &partition["seals"][0];
    assert_eq!(
        (&part["name"], &part["entries"], &part["bytes"]),
        (&"dist".into(), &2.into(), &8.into())
    );
    let digest = part["paths"].as_str().unwrap();
    assert_eq!(digest, Digest::of(b"d0/f2\0d1/f3\0").to_string(), "{report:#}");
    assert!(repo.check(&[]).report.get("partition").is_none());
}

#[test]
fn a_share_that_takes_nothing_is_no_error_and_still_sees_what_is_not_sealed() {
    let repo = six();
    let checked = repo.check(&["--partition", "slice:8/9"]);
    assert_eq!(checked.code, 0, "{:#}", checked.report);
    assert_eq!(checked.report["seals"][0]["checked"], 0);
    let codes: Vec<&str> = checked.report["notices"]
        .as_array()
        .unwrap()
        .iter()
        .map(|notice| notice["code"].as_str().unwrap())
        .collect();
    assert_eq!(codes, ["share", "share-empty"]);
    fs::write(repo.at("dist/new"), "new").unwrap();
    assert_eq!(paths(&repo, "slice:8/9", 1), BTreeSet::from(["new".to_owned()]));
}

#[test]
fn a_share_without_a_seal_or_without_its_root_is_an_error() {
    let repo = six();
    fs::rename(repo.at("dist"), repo.at("away")).unwrap();
    assert_eq!(repo.check(&["--partition", "slice:8/9"]).errors(), ["root-missing"]);
    fs::remove_file(repo.at("seals/dist.toml")).unwrap();
    assert_eq!(repo.check(&["--partition", "slice:1/2"]).errors(), ["seals-missing"]);
}
