//! Signatures of grants: only the one text that `ssh-keygen -Y sign` writes is taken, and only for the
//! key, the message, the namespace and the touch that it is for.

use base64ct::{Base64, Encoding as _};
use sealgate_core::approval::{
    KeyFault, MAX_SIGNATURE_BYTES, Policy, PublicKey, SignatureFault, verify,
};
use ssh_key::HashAlg;
use ssh_key::public::{Ed25519PublicKey, SkEd25519};

use crate::authority::{Making, Signer, canonical, policy_of};

const MESSAGE: &[u8] = b"a message";

fn two() -> [(&'static str, Signer); 2] {
    [("ada", Signer::new(1)), ("cy", Signer::hardware(3))]
}

fn policy() -> Policy {
    Policy::read(policy_of(&two(), 1).as_bytes()).unwrap()
}

fn accepted(policy: &Policy, file: &[u8]) -> bool {
    verify(file, MESSAGE, &policy.keys).is_ok()
}

#[test]
fn a_signature_is_found_to_be_by_the_key_that_made_it() {
    let policy = policy();
    for (name, signer) in two() {
        let key = verify(&signer.sign(MESSAGE), MESSAGE, &policy.keys).unwrap();
        assert_eq!(key.name, format!("{name}-key"));
    }
}

#[test]
fn no_bit_of_a_signature_can_be_flipped() {
    let policy = policy();
    let mut tried = 0;
    for (_, signer) in two() {
        let good = signer.sign(MESSAGE);
        for bit in 0..good.len() * 8 {
            let mut file = good.clone();
            file[bit / 8] ^= 1 << (bit % 8);
            assert!(verify(&file, MESSAGE, &policy.keys).is_err(), "bit {bit}");
            tried += 1;
        }
    }
    println!("flipped bits, none accepted: {tried}");
    assert!(tried > 4_000, "{tried}");
}

#[test]
fn no_byte_can_be_left_out_or_put_in_and_no_end_cut_off_or_put_on() {
    let policy = policy();
    let mut tried = 0;
    let mut refused = |file: &[u8], what: &str, at: usize| {
        tried += 1;
        assert!(verify(file, MESSAGE, &policy.keys).is_err(), "{what} at {at}");
    };
    for (_, signer) in two() {
        let good = signer.sign(MESSAGE);
        for at in 0..good.len() {
            refused(&good[..at], "cut", at);
            refused(&[&good[..at], &good[at + 1..]].concat(), "left out", at);
            refused(&good[at + 1..], "begun late", at);
        }
        for at in 0..=good.len() {
            for byte in [b'\n', b'\r', b' ', b'A', b'=', 0] {
                refused(&[&good[..at], &[byte], &good[at..]].concat(), "put in", at);
            }
        }
        refused(&[&good[..], &good[..]].concat(), "doubled", 0);
    }
    println!("truncations, omissions and insertions, none accepted: {tried}");
}

#[test]
fn no_bit_of_what_the_armour_holds_can_be_flipped_even_where_it_is_armoured_again() {
    let (mut tried, policy) = (0, policy());
    for (_, signer) in two() {
        let blob = unarmoured(&signer.sign(MESSAGE));
        assert!(
            accepted(&policy, &armoured(&blob)),
            "the armour of this test is not the right one"
        );
        for bit in 0..blob.len() * 8 {
            let mut blob = blob.clone();
            blob[bit / 8] ^= 1 << (bit % 8);
            assert!(!accepted(&policy, &armoured(&blob)), "bit {bit}");
            tried += 1;
        }
        for at in 0..blob.len() {
            assert!(!accepted(&policy, &armoured(&blob[..at])), "cut at {at}");
            assert!(
                !accepted(&policy, &armoured(&[&blob[..at], &[0], &blob[at..]].concat())),
                "{at}"
            );
            tried += 2;
        }
    }
    println!("changes below the armour, none accepted: {tried}");
}

#[test]
fn each_check_refuses_what_it_is_for() {
    let [(_, ada), (_, cy)] = two();
    let of = |making: Making| ada.sign_so(MESSAGE, &making);
    let cases: [(&str, Vec<u8>, SignatureFault); 9] = [
        (
            "namespace",
            of(Making { namespace: "git", ..Making::default() }),
            SignatureFault::Namespace,
        ),
        (
            "a longer namespace",
            of(Making { namespace: "sealgate-grant@12", ..Making::default() }),
            SignatureFault::Namespace,
        ),
        ("sha256", of(Making { hash: HashAlg::Sha256, ..Making::default() }), SignatureFault::Hash),
        ("another key", Signer::new(9).sign(MESSAGE), SignatureFault::UnknownKey),
        ("another message", ada.sign(b"another message"), SignatureFault::Wrong),
        (
            "no touch",
            cy.sign_so(MESSAGE, &Making { flags: 0, ..Making::default() }),
            SignatureFault::NoTouch,
        ),
        (
            "verified, not touched",
            cy.sign_so(MESSAGE, &Making { flags: 4, ..Making::default() }),
            SignatureFault::NoTouch,
        ),
        (
            "too long",
            vec![b'A'; usize::try_from(MAX_SIGNATURE_BYTES).unwrap() + 1],
            SignatureFault::TooLong,
        ),
        ("nothing", Vec::new(), SignatureFault::Unreadable),
    ];
    for (what, file, fault) in cases {
        assert_eq!(verify(&file, MESSAGE, &policy().keys).unwrap_err(), fault, "{what}");
    }
    let crlf = String::from_utf8(ada.sign(MESSAGE)).unwrap().replace('\n', "\r\n");
    assert_eq!(
        verify(crlf.as_bytes(), MESSAGE, &policy().keys).unwrap_err(),
        SignatureFault::NotCanonical
    );
}

#[test]
fn version_and_reserved_field_are_what_they_must_be() {
    let policy = policy();
    let blob = unarmoured(&Signer::new(1).sign(MESSAGE));
    for version in [0, 2, u8::MAX] {
        let mut blob = blob.clone();
        blob[9] = version;
        assert!(!accepted(&policy, &armoured(&blob)), "version {version}");
    }
    // MAGIC, version, key, namespace: then the reserved field, empty.
    let after_key = 6 + 4 + 4 + 51;
    let at = after_key + 4 + 16;
    assert_eq!(blob[at..at + 4], [0; 4]);
    let reserved = [&blob[..at], &[0, 0, 0, 1, b'x'], &blob[at + 4..]].concat();
    assert_eq!(
        verify(&armoured(&reserved), MESSAGE, &policy.keys).unwrap_err(),
        SignatureFault::Hash
    );
}

#[test]
fn a_touch_is_not_demanded_where_the_policy_does_not() {
    let text = policy_of(&two(), 1).replace("touch = true", "touch = false");
    let policy = Policy::read(canonical(&text).as_bytes()).unwrap();
    let untouched = Signer::hardware(3).sign_so(MESSAGE, &Making { flags: 0, ..Making::default() });
    assert_eq!(verify(&untouched, MESSAGE, &policy.keys).unwrap().name, "cy-key");
}

#[test]
fn a_signature_of_the_one_kind_is_none_of_the_other() {
    // The same secret in a file and in a hardware key.
    let (file, hardware) = (Signer::new(3), Signer::hardware(3));
    let of =
        |signer: &Signer| Policy::read(policy_of(&[("x", signer.clone())], 1).as_bytes()).unwrap();
    assert!(verify(&file.sign(MESSAGE), MESSAGE, &of(&hardware).keys).is_err());
    assert!(verify(&hardware.sign(MESSAGE), MESSAGE, &of(&file).keys).is_err());
}

#[test]
fn keys_for_which_everybody_can_sign_are_refused() {
    /// All encodings of the eight points of small order, those beyond the field's prime too.
    const SMALL: [&str; 14] = [
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    ];
    for hex in SMALL {
        let bytes: Vec<u8> =
            (0..32).map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap()).collect();
        let key = Ed25519PublicKey(bytes.try_into().unwrap());
        for data in [key.into(), SkEd25519::new(key, "ssh:").into()] {
            let line = ssh_key::PublicKey::new(data, "").to_openssh().unwrap();
            assert_eq!(PublicKey::parse(line.trim_end()).unwrap_err(), KeyFault::Weak, "{hex}");
        }
    }
}

#[test]
fn a_key_has_one_form_and_one_of_two_kinds() {
    let line = Signer::new(1).line();
    assert_eq!(PublicKey::parse(&line).unwrap().as_str(), line);
    let rsa = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAQQC1";
    for bad in [
        String::new(),
        format!("{line} ada@example.org"),
        format!("{line} "),
        format!("{line}\n"),
        format!(" {line}"),
        line.replace(' ', "  "),
        line.replace("ssh-ed25519 ", "sk-ssh-ed25519@openssh.com "),
        line.to_uppercase(),
        format!("{line}A"),
        line[..line.len() - 1].to_owned(),
        rsa.to_owned(),
        "A".repeat(5_000),
    ] {
        assert!(PublicKey::parse(&bad).is_err(), "{bad:?}");
    }
}

#[test]
fn a_signature_has_no_second_encoding_beyond_the_order_of_the_group() {
    // S + L, L the order of the group: the same residue, another encoding.
    const L: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde,
        0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let policy = policy();
    let blob = unarmoured(&Signer::new(1).sign(MESSAGE));
    let at = blob.len() - 64;
    let mut grown = blob.clone();
    let mut carry = 0_u16;
    for (byte, add) in grown[at + 32..].iter_mut().zip(L) {
        carry += u16::from(*byte) + u16::from(add);
        *byte = (carry & 0xff) as u8;
        carry >>= 8;
    }
    assert!(!accepted(&policy, &armoured(&grown)));
}

fn unarmoured(file: &[u8]) -> Vec<u8> {
    let text = std::str::from_utf8(file).unwrap();
    let body: String = text.lines().filter(|line| !line.starts_with('-')).collect();
    Base64::decode_vec(&body).unwrap()
}

fn armoured(blob: &[u8]) -> Vec<u8> {
    let body = Base64::encode_string(blob);
    let lines: Vec<&str> =
        body.as_bytes().chunks(70).map(|line| std::str::from_utf8(line).unwrap()).collect();
    let (begin, end) = ("-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----");
    format!("{begin}\n{}\n{end}\n", lines.join("\n")).into_bytes()
}
