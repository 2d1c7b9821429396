//! Any bytes: no reader of authority panics, and what is believed has one text.

use proptest::prelude::*;
use sealgate_core::approval::{Grant, Policy, PolicyError, verify};

use crate::authority::{demand, grant_for, policy, policy_text, signers};

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let _ = (Policy::loose(&bytes), Grant::loose(&bytes), verify(&bytes, b"", &[]));
    }

    #[test]
    fn a_policy_with_some_bytes_changed_has_one_text_or_is_refused(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)
    ) {
        let mut bytes = policy_text().into_bytes();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(policy) = Policy::loose(&bytes) {
            let text = policy.to_text();
            prop_assert_eq!(Policy::read(text.as_bytes()), Ok(policy));
            prop_assert_eq!(Policy::read(&bytes).is_ok(), text.as_bytes() == bytes);
        }
    }

    #[test]
    fn a_grant_says_any_reason_in_one_text(reason in "\\PC{1,60}") {
        let grant = Grant { reason, ..grant_for(&demand(), &policy()) };
        let read = Grant::read(grant.to_text().as_bytes());
        prop_assert!(grant.reason.trim().is_empty() || read == Ok(grant));
    }
}

#[test]
fn a_policy_that_is_not_in_its_one_text_is_told_the_first_line_that_differs() {
    let text = policy_text();
    let cases = [
        (text.replace("max-grant-hours = 48", "max-grant-hours = 0x30"), 4),
        (text.replacen('\n', "\r\n", 1), 1),
        (text.replacen("touch = false", "touch = false # no", 1), 10),
        (format!("{text}\n"), text.lines().count() + 2),
        (text.trim_end().to_owned(), text.lines().count() + 1),
    ];
    for (text, line) in cases {
        match Policy::read(text.as_bytes()).unwrap_err() {
            PolicyError::NotCanonical(deviation) => assert_eq!(deviation.line, line, "{text}"),
            other => assert!(matches!(other, PolicyError::Syntax { .. }), "{other}"),
        }
    }
}

#[test]
fn every_line_of_a_policy_is_needed_or_makes_another_policy() {
    let text = policy_text();
    let lines: Vec<&str> = text.lines().collect();
    for at in 0..lines.len() {
        for put in [&[][..], &[lines[at], lines[at]], &["unknown = 1", lines[at]]] {
            let changed = [&lines[..at], put, &lines[at + 1..]].concat().join("\n") + "\n";
            let read = Policy::read(changed.as_bytes());
            assert!(read.is_err() || read != Ok(policy()), "{changed}");
        }
    }
}

#[test]
fn keys_are_listed_for_openssh_with_their_namespace_and_the_revoked_ones_are_not() {
    let revoked = format!("{}[[revoked]]\nkey = \"{}\"\n", policy_text(), signers()[0].1.line());
    let list = Policy::loose(revoked.as_bytes()).unwrap().allowed_signers();
    assert_eq!(list.lines().count(), 2);
    for line in list.lines() {
        assert!(line.contains(" namespaces=\"sealgate-grant@1\" "), "{line}");
    }
}
