//! What a check found says again what was there; and what no check can have found is refused.

use std::collections::BTreeMap;

use proptest::prelude::*;
use sealgate_core::compare::decode::{Impossible, Judged, decode};
use sealgate_core::compare::finding::{Finding, FindingKind};
use sealgate_core::compare::inventory::{Inventory, Observed};
use sealgate_core::compare::partition::{Assignment, Slice};
use sealgate_core::compare::{compare, differences};
use sealgate_core::seal::entry::{Digest, Entry};
use sealgate_core::seal::exclude::Scope;
use sealgate_core::seal::path::{EntryPath, PathFault};
use sealgate_core::seal::{Header, Seal};

use crate::trees::{inventory, seal};

const SEALED: [&str; 7] = ["a=1", "d/e/f=2", "d/e/g=+33", "d/h=->../a", "m=4444", "n=/", "o=5"];

/// What was there, with the number of its bytes. Where no sealed entry lies below a path that could
/// not be observed, no finding says whether it is a directory.
fn observed(seal: &Seal, tree: &[&str]) -> Inventory {
    let mut inventory = inventory(tree);
    inventory.bytes = inventory.items.iter().map(|item| item.observed.bytes()).sum();
    for item in &mut inventory.items {
        if let Observed::ScanError(error) = &mut item.observed {
            error.directory &= seal.has_below(&item.path);
        }
    }
    inventory
}

#[test]
fn everything_that_was_there_is_said_again() {
    let trees: [&[&str]; 9] = [
        &SEALED,
        &[],
        &["a=2", "d/e/f=2", "d/e/g=33", "d/h=->../b", "m=4444", "n=file", "o=/"],
        // Moved, gone and new.
        &["b=1", "d/e/f=2", "d/e/g=+33", "d/h=->../a", "m=4444", "n=/", "x/y=9"],
        // A file became a directory, and a directory a file.
        &["a/1=1", "a/2=2", "d=file", "m=!fifo", "n/x=1"],
        &["a=1", "d=!unreadable/", "m=4444", "n=!unreadable/", "o=!unstable"],
        &["a=1", "d/e=!unreadable/", "d/h=->../a", "m=4444", "n=/", "o=5", "p=!fifo"],
        // No directory any more, and so nothing below it is there.
        &["a=1", "d/e=!fifo", "d/h=->../a", "m=4444", "n=/", "o=5"],
        &["o=1", "a=5", "m=->4444"],
    ];
    for tree in trees {
        let seal = seal(&SEALED);
        let there = observed(&seal, tree);
        let comparison = compare(&seal, &there);
        let decoded = decode(&seal, &comparison.findings, true, Judged::All).unwrap();
        assert_eq!(decoded.inventory, there, "{tree:?}");
        assert_eq!(decoded.comparison, differences(&seal, &there, None), "{tree:?}");
    }
}

/// A finding of `kind` at `path`.
fn finding(kind: FindingKind, path: &str) -> Finding {
    Finding::new(kind, path.as_bytes())
}

fn file(content: &str) -> Entry {
    let digest = Digest::of(content.as_bytes());
    Entry::File { size: content.len() as u64, digest, executable: false }
}

#[test]
fn what_no_check_can_have_found_is_refused() {
    use FindingKind as K;
    let plain = seal(&SEALED);
    let scope = Scope::new(vec!["*.log".to_owned(), "/out/".to_owned()]).unwrap();
    let seal = Seal { header: Header { scope, ..plain.header.clone() }, ..plain };
    let line = Some(seal.line_of(seal.index_of(b"a").unwrap()));
    let of_a = |kind| Finding { line, expected: Some(file("1")), ..finding(kind, "a") };
    let missing = of_a(K::Missing);
    let new = |path: &str| Finding { observed: Some(file("new")), ..finding(K::Unsealed, path) };
    let cases: Vec<(&str, Vec<Finding>, (&str, Impossible))> = vec![
        ("twice", vec![missing.clone(), missing.clone()], ("a", Impossible::DoesNotFollow)),
        ("new twice", vec![new("z"), new("z")], ("z", Impossible::Twice)),
        (
            "modified as sealed",
            vec![Finding { observed: Some(file("1")), ..of_a(K::Modified) }],
            ("a", Impossible::DoesNotFollow),
        ),
        (
            "missing and observed",
            vec![Finding { observed: Some(file("1")), ..missing.clone() }],
            ("a", Impossible::DoesNotFollow),
        ),
        (
            "another kind",
            vec![Finding { observed: Some(file("2")), ..of_a(K::ModeChanged) }],
            ("a", Impossible::DoesNotFollow),
        ),
        (
            "another line",
            vec![Finding { line: line.map(|line| line + 1), ..missing.clone() }],
            ("a", Impossible::DoesNotFollow),
        ),
        (
            "no line",
            vec![Finding { line: None, ..missing.clone() }],
            ("a", Impossible::DoesNotFollow),
        ),
        (
            "another entry",
            vec![Finding { expected: Some(file("2")), ..missing.clone() }],
            ("a", Impossible::DoesNotFollow),
        ),
        ("no entry", vec![Finding { expected: None, ..missing }], ("a", Impossible::DoesNotFollow)),
        (
            "unsealed that is sealed",
            vec![Finding { observed: Some(file("new")), ..finding(K::Unsealed, "a") }],
            ("a", Impossible::DoesNotFollow),
        ),
        (
            "missing that is not sealed",
            vec![finding(K::Missing, "z")],
            ("z", Impossible::DoesNotFollow),
        ),
        (
            "unsealed and not observed",
            vec![finding(K::Unsealed, "z")],
            ("z", Impossible::DoesNotFollow),
        ),
        (
            "a directory now, with nothing below",
            vec![of_a(K::KindChanged)],
            ("a", Impossible::DoesNotFollow),
        ),
        (
            "error with an entry",
            vec![Finding {
                observed: Some(file("1")),
                detail: Some("why".into()),
                ..of_a(K::Unreadable)
            }],
            ("a", Impossible::DoesNotFollow),
        ),
        ("error without words", vec![of_a(K::Unreadable)], ("a", Impossible::DoesNotFollow)),
        ("excluded", vec![new("x/y.log")], ("x/y.log", Impossible::Excluded("*.log".to_owned()))),
        (
            "excluded error",
            vec![Finding { detail: Some("why".into()), ..finding(K::Unreadable, "y.log") }],
            ("y.log", Impossible::Excluded("*.log".to_owned())),
        ),
        ("illegal", vec![new("../z")], ("../z", Impossible::Path(PathFault::DotComponent))),
        ("below a file", vec![new("a/z")], ("a", Impossible::NotADirectory)),
        ("above a file", vec![new("d")], ("d", Impossible::NotADirectory)),
        ("below a new file", vec![new("z"), new("z/y")], ("z", Impossible::NotADirectory)),
        (
            "moved from nowhere",
            vec![Finding { from: Some(EntryPath::parse("q").unwrap()), ..new("z") }],
            ("z", Impossible::DoesNotFollow),
        ),
        (
            "moved with other bytes",
            vec![Finding {
                kind: K::Moved,
                line,
                expected: Some(file("1")),
                from: Some(EntryPath::parse("a").unwrap()),
                ..new("z")
            }],
            ("a", Impossible::DoesNotFollow),
        ),
        (
            "moved and not said so",
            vec![
                of_a(K::Missing),
                Finding { observed: Some(file("1")), ..finding(K::Unsealed, "z") },
            ],
            ("a", Impossible::DoesNotFollow),
        ),
    ];
    for (what, findings, (path, why)) in cases {
        let error = decode(&seal, &findings, true, Judged::All).unwrap_err();
        assert_eq!((&*error.path, error.why), (path.as_bytes(), why), "{what}");
    }
}

/// Trees of a few paths, of which some lie below others.
fn arbitrary_tree() -> impl Strategy<Value = BTreeMap<String, String>> {
    let path =
        proptest::sample::select(vec!["a", "b", "d/a", "d/b", "d/e/f", "d-e", "e/x", "e/y", "z"]);
    let content = proptest::sample::select(vec!["1", "1", "2", "+1", "->a", "/", ""]);
    proptest::collection::btree_map(
        path.prop_map(str::to_owned),
        content.prop_map(str::to_owned),
        0..8,
    )
}

/// The same, of which some could not be observed.
fn arbitrary_observed() -> impl Strategy<Value = BTreeMap<String, String>> {
    let error = proptest::sample::select(vec![
        ("d", "!unreadable/"),
        ("e", "!unreadable/"),
        ("e", "!fifo"),
        ("a", "!unstable"),
        ("y", "!fifo"),
        ("d", "1"),
    ]);
    (arbitrary_tree(), proptest::option::of(error)).prop_map(|(mut tree, error)| {
        if let Some((path, content)) = error {
            tree.retain(|other, _| !other.starts_with(&format!("{path}/")));
            tree.insert(path.to_owned(), content.to_owned());
        }
        tree
    })
}

fn lines(tree: &BTreeMap<String, String>) -> Vec<String> {
    tree.iter().map(|(path, content)| format!("{path}={content}")).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(600) })]

    #[test]
    fn decoding_undoes_comparing(sealed in arbitrary_tree(), there in arbitrary_observed(), shares in 1_u16..4) {
        let (sealed, there) = (lines(&sealed), lines(&there));
        let sealed: Vec<&str> = sealed.iter().map(|line| &**line).collect();
        let there: Vec<&str> = there.iter().map(|line| &**line).collect();
        let seal = seal(&sealed);
        let inventory = observed(&seal, &there);
        let comparison = compare(&seal, &inventory);
        let decoded = decode(&seal, &comparison.findings, true, Judged::All).unwrap();
        prop_assert_eq!(&decoded.inventory, &inventory);
        let assignment = Assignment::of(&[&seal], shares);
        for index in 1..=shares {
            let taken = assignment.taken("dist", Slice::new(index, shares).unwrap()).unwrap();
            let of_share = differences(&seal, &inventory, Some(taken));
            let decoded = decode(&seal, &of_share.findings, true, Judged::Share(taken)).unwrap();
            prop_assert_eq!(decoded.comparison, of_share);
        }
    }
}
