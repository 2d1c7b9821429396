//! What is found when a seal meets an inventory, and why.

use sealgate_core::compare::cause::explain;
use sealgate_core::compare::changes::{
    ChangeKind, OnReseal, ScopeChange, SealRef, changes, review,
};
use sealgate_core::compare::inventory::Observed;
use sealgate_core::compare::{compare, extent_of_differences};
use sealgate_core::seal::entry::{Entry, UnreadFile};
use sealgate_core::seal::path::EntryPath;

use crate::trees::{inventory, pairs, seal};

/// The findings as `kind path [<- from] [(cause)]`.
fn found(sealed: &[&str], there: &[&str]) -> Vec<String> {
    let (seal, inventory) = (seal(sealed), inventory(there));
    let mut findings = compare(&seal, &inventory).findings;
    // What limits the findings of a commit counts each of them, and nothing where there are none.
    let extent = extent_of_differences(&seal, &inventory);
    assert!(extent.paths >= findings.len(), "{extent:?}, {findings:?}");
    assert_eq!(extent.paths == 0, findings.is_empty(), "{extent:?}, {findings:?}");
    explain(&seal, &mut findings, &mut |path: &EntryPath| {
        let (_, content) = *pairs(there).iter().find(|(there, _)| *there == path.as_str())?;
        Some(content.strip_prefix('+').unwrap_or(content).as_bytes().to_vec())
    });
    let told = findings.iter().map(|finding| {
        let path = String::from_utf8_lossy(&finding.path);
        let from = finding.from.as_ref().map(|from| format!(" <- {}", from.as_str()));
        let cause = finding.cause.map(|cause| format!(" ({})", cause.code()));
        format!(
            "{} {path}{}{}",
            finding.kind.code(),
            from.unwrap_or_default(),
            cause.unwrap_or_default()
        )
    });
    told.collect()
}

/// What was sealed, what is there, and what is found.
type Case = (&'static [&'static str], &'static [&'static str], &'static [&'static str]);

fn hold(cases: &[Case]) {
    for (sealed, there, expected) in cases {
        assert_eq!(found(sealed, there), *expected, "{sealed:?} {there:?}");
    }
}

#[test]
fn each_difference_of_one_path_has_its_kind() {
    hold(&[
        (&["a=1"], &["a=1"], &[]),
        (&["a=1"], &["a=2"], &["modified a"]),
        (&["a=1"], &["a=+2"], &["modified a"]),
        (&["a=1"], &["a=+1"], &["mode-changed a"]),
        (&["a=1"], &["a=->1"], &["kind-changed a"]),
        (&["a=1"], &["a=/"], &["kind-changed a"]),
        (&["a=/"], &["a=1"], &["kind-changed a"]),
        (&["a=->b"], &["a=->c"], &["link-changed a"]),
        (&["a=->b"], &["a=other"], &["kind-changed a"]),
        (&["a=1"], &["a=!fifo"], &["unsealable a"]),
        (&["a=1"], &["a=!unreadable"], &["unreadable a"]),
        (&["a=1"], &["a=!unstable"], &["unstable a"]),
        (&["a=1"], &[], &["missing a"]),
        (&["a=1"], &["a=1", "b=2"], &["unsealed b"]),
        (&["a=1"], &["a=1", "b=/"], &["unsealed b"]),
        (&["a=1"], &["a=1", "b=!fifo"], &["unsealable b"]),
    ]);
}

#[test]
fn a_path_that_became_a_directory_with_entries_is_of_another_kind() {
    hold(&[
        (&["a=1"], &["a/x=2"], &["kind-changed a", "unsealed a/x"]),
        (&["a=->b"], &["a/x=2"], &["kind-changed a", "unsealed a/x"]),
        (&["a=/"], &["a/x=2"], &["kind-changed a", "unsealed a/x"]),
        // Neighbours in byte order that only look like children.
        (&["a=1"], &["a-b=2", "a.c=3"], &["missing a", "unsealed a-b", "unsealed a.c"]),
        (&["a=1"], &["a-b=2", "a/x=3"], &["kind-changed a", "unsealed a-b", "unsealed a/x"]),
    ]);
}

#[test]
fn what_lies_below_an_unreadable_directory_is_not_judged() {
    let (seal, inventory) =
        (seal(&["d/a=1", "d/b=2", "d-c=3", "e=4"]), inventory(&["d=!unreadable/", "d-c=3"]));
    let comparison = compare(&seal, &inventory);
    assert_eq!((comparison.checked, comparison.matched), (2, 1));
    let told = comparison.findings.iter().map(|finding| (finding.kind.code(), &*finding.path));
    assert_eq!(told.collect::<Vec<_>>(), [("unreadable", &b"d"[..]), ("missing", b"e")]);
    let detail = comparison.findings[0].detail.as_deref().unwrap();
    assert!(detail.ends_with("2 entries below it not judged"), "{detail}");
}

#[test]
fn a_move_pairs_folded_names_first_then_base_names_then_byte_order() {
    hold(&[
        (&["a=1"], &["b=1"], &["moved b <- a"]),
        (&["a=1"], &["b=+1"], &["moved b <- a"]),
        // Nothing that is empty, and no link, can be recognised elsewhere.
        (&["a="], &["b="], &["missing a", "unsealed b"]),
        (&["a=->x"], &["b=->x"], &["missing a", "unsealed b"]),
        (&["a=/"], &["b=/"], &["missing a", "unsealed b"]),
        (&["a=1"], &["A=1", "a2=1"], &["moved A <- a (case-only-rename)", "unsealed a2"]),
        (&["x/a=1", "y/b=1"], &["z/b=1"], &["missing x/a", "moved z/b <- y/b"]),
        (&["a=1", "b=1"], &["c=1", "d=1"], &["moved c <- a", "moved d <- b"]),
        (&["a=1", "b=1"], &["c=1"], &["missing b", "moved c <- a"]),
        (&["a=1"], &["c=1", "d=1"], &["moved c <- a", "unsealed d"]),
        // What stayed is not moved, though its bytes turn up elsewhere too.
        (&["a=1"], &["a=1", "b=1"], &["unsealed b"]),
    ]);
}

#[test]
fn causes_are_read_off_digests_and_names() {
    hold(&[
        (&["a=1", "b=2"], &["a=2", "b=1"], &["modified a (swapped)", "modified b (swapped)"]),
        (&["a=1", "b=2"], &["a=2", "b=3"], &["modified a", "modified b"]),
        (&["a=1"], &["a="], &["modified a (emptied)"]),
        (&["a=->t"], &["a=t"], &["kind-changed a (link-as-file)"]),
        (&["a=->t"], &["a=t\n"], &["kind-changed a"]),
        (&["a=1"], &["A=2"], &["unsealed A (case-only-rename)", "missing a (case-only-rename)"]),
        // With two partners none is the one.
        (&["aB=1"], &["AB=2", "ab=3"], &["unsealed AB", "missing aB", "unsealed ab"]),
        (
            &["caf\u{e9}=1"],
            &["cafe\u{301}=1"],
            &["moved cafe\u{301} <- caf\u{e9} (unicode-normalisation)"],
        ),
        // Case and form both differ: neither alone explains it.
        (&["caf\u{e9}=1"], &["CAFE\u{301}=1"], &["moved CAFE\u{301} <- caf\u{e9}"]),
    ]);
}

#[test]
fn modes_are_lost_only_where_no_sealed_exec_kept_its_bit() {
    hold(&[
        (
            &["a=+1", "b=+2"],
            &["a=1", "b=2"],
            &["mode-changed a (modes-lost)", "mode-changed b (modes-lost)"],
        ),
        (&["a=+1", "b=+2"], &["a=1", "b=+2"], &["mode-changed a"]),
        (&["a=+1", "b=+2"], &["a=1"], &["mode-changed a", "missing b"]),
        (&["a=1"], &["a=+1"], &["mode-changed a"]),
    ]);
}

#[test]
fn causes_in_bytes_are_proved_by_undoing_them() {
    hold(&[
        (&["a=x\ny\n"], &["a=x\r\ny\r\n"], &["modified a (line-endings)"]),
        (&["a=x\r\ny\r\n"], &["a=x\ny\n"], &["modified a (line-endings)"]),
        (&["a=x\ny\n"], &["a=x\r\nz\r\n"], &["modified a"]),
        (&["a=x"], &["a=\u{feff}x"], &["modified a (byte-order-mark)"]),
        (&["a=\u{feff}x"], &["a=x"], &["modified a (byte-order-mark)"]),
        (&["a=x"], &["a=x\n"], &["modified a (trailing-newline)"]),
        (&["a=x\n"], &["a=x"], &["modified a (trailing-newline)"]),
        (&["a=x\n\n\n"], &["a=x"], &["modified a (trailing-newline)"]),
        (&["a=x\r\n\r\n"], &["a=x"], &["modified a (trailing-newline)"]),
        (&["a=x\n"], &["a=x\n\n"], &["modified a (trailing-newline)"]),
        (&["a=x"], &["a=x "], &["modified a"]),
        (&["a=x"], &["a=y"], &["modified a"]),
    ]);
}

#[test]
fn a_git_lfs_pointer_is_known_on_either_side() {
    let content = "not so large";
    let oid = "8fd9d35b4a4f5b0b6f3ee6ca3aca98a8c0a9d65d8a0e3a5bd3d0d0ef33ff07a4";
    let pointer = |oid: &str| {
        format!(
            "version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize {}\n",
            content.len()
        )
    };
    let there = format!("a={}", pointer(oid));
    let sealed = format!("a={content}");
    assert_eq!(found(&[&sealed], &[&there]), ["modified a (lfs-pointer)"]);
    // Content for a sealed pointer: only the pointer to these very bytes proves it.
    assert_eq!(found(&[&there], &[&sealed]), ["modified a"]);
    let digest = <sha2::Sha256 as sha2::Digest>::digest(content);
    let true_pointer = format!("a={}", pointer(&sealgate_core::text::hex::text(&digest)));
    assert_eq!(found(&[&true_pointer], &[&sealed]), ["modified a (lfs-pointer)"]);
}

#[test]
fn bytes_that_no_longer_have_the_observed_digest_prove_nothing() {
    let (seal, inventory) = (seal(&["a=x\n"]), inventory(&["a=x\r\n"]));
    for (read, proved) in [(Some(&b"x\r\n"[..]), true), (Some(b"x\n"), false), (None, false)] {
        let mut findings = compare(&seal, &inventory).findings;
        explain(&seal, &mut findings, &mut |_: &EntryPath| read.map(<[u8]>::to_vec));
        assert_eq!(findings[0].cause.is_some(), proved, "{read:?}");
    }
}

#[test]
fn only_so_many_and_so_large_files_are_read_for_proofs() {
    let many: Vec<String> = (0..1_100).map(|number| format!("{number:04}=x\n{number}")).collect();
    let sealed: Vec<&str> = many.iter().map(String::as_str).collect();
    let changed: Vec<String> = many.iter().map(|line| format!("{line}y")).collect();
    let there: Vec<&str> = changed.iter().map(String::as_str).collect();
    let (seal, mut inventory) = (seal(&sealed), inventory(&there));
    if let Observed::Entry(Entry::File { size, .. }) = &mut inventory.items[0].observed {
        *size = sealgate_core::compare::cause::MAX_PROOF_BYTES + 1;
    }
    let mut findings = compare(&seal, &inventory).findings;
    let mut asked = Vec::new();
    explain(&seal, &mut findings, &mut |path: &EntryPath| {
        asked.push(path.as_str().to_owned());
        None
    });
    assert_eq!(asked.len(), sealgate_core::compare::cause::MAX_PROOFS);
    assert_eq!(asked[0], "0001", "the first is too large");
}

#[test]
fn the_line_of_a_finding_is_that_of_its_entry_in_the_seal() {
    let seal = seal(&["a=1", "b=2", "c=3"]);
    let findings = compare(&seal, &inventory(&["a=1", "b=x", "d=3"])).findings;
    let lines: Vec<_> = findings.iter().map(|finding| finding.line).collect();
    assert_eq!(lines, [Some(9), Some(10)], "modified b, and d moved from c");
}

#[test]
fn a_reseal_is_told_in_the_words_of_a_reviewer() {
    let told = |sealed: &[&str], there: &[&str]| {
        let changes = changes(&seal(sealed), &inventory(there));
        let told = changes.iter().map(|change| format!("{} {}", change.kind.code(), change.path));
        told.collect::<Vec<_>>()
    };
    let sealed = ["a=1", "b=2", "c=3", "d=+4", "e=5"];
    let there = ["a=1", "b=x", "m=3", "d=4", "n=9"];
    assert_eq!(told(&sealed, &there), ["added n", "removed e", "changed b", "moved m", "mode d"]);
    assert_eq!(told(&["a=1"], &["a/x=2"]), ["added a/x", "removed a"]);
    assert_eq!(told(&["a=1"], &["a=1"]), [""; 0]);
}

#[test]
fn a_finding_has_what_is_known_beside_its_kind() {
    let sealed = seal(&["a=1", "giant=2"]);
    let mut there = inventory(&["a/x=1", "a/y=2", "giant=!fifo"]);
    let unread = UnreadFile { size: 1 << 40, executable: false };
    let giant = there.items.iter_mut().find(|item| &*item.path == b"giant").unwrap();
    let Observed::ScanError(error) = &mut giant.observed else { unreachable!() };
    error.unread = Some(Box::new(unread));
    let findings = compare(&sealed, &there).findings;
    let known: Vec<_> = findings
        .iter()
        .map(|finding| (&*finding.path, finding.detail.as_deref(), finding.unread))
        .collect();
    assert_eq!(
        known,
        [
            (&b"a"[..], Some("it is a directory now, holding 2 entries"), None),
            (b"a/x", None, None),
            (b"a/y", None, None),
            (b"giant", Some("!fifo"), Some(unread)),
        ]
    );
}

#[test]
fn a_seal_that_is_gone_removed_all_of_its_entries() {
    let gone = seal(&["a=1", "b=2"]);
    let before = [SealRef { name: "dist", seal: Some(&gone) }];
    let [reseal] = &review(&before, &[], OnReseal::Allow)[..] else { panic!("one seal is gone") };
    assert_eq!(reseal.scope, [ScopeChange::Deleted]);
    let removed: Vec<_> =
        reseal.changes.iter().map(|change| (change.kind, &*change.path)).collect();
    assert_eq!(removed, [(ChangeKind::Removed, "a"), (ChangeKind::Removed, "b")]);
}
