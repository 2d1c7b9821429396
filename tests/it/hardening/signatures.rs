//! Forged and damaged signatures of a grant: none counts, and a sample is held against `ssh-keygen`.

use std::path::Path;

use base64ct::{Base64, Encoding as _};
use sealgate_core::approval::{NAMESPACE, Policy, verify};
use ssh_key::HashAlg;

use super::figures::{Fault, Sweep, is_full, seed};
use crate::authority::{Making, Signer, policy_of};
use crate::openssh::openssh_accepts;
use crate::random::next;

const TEST: &str = "signatures::no_forged_signature_counts";

const MESSAGE: &[u8] = b"a grant";

/// In a sample, one of so many forgeries is tried.
const SAMPLE: u64 = 25;

/// How many of the forgeries `ssh-keygen` judges too: each costs a process.
const JUDGED: u64 = 600;

/// The strings of a signature behind its version: the key, the namespace, what is reserved, the hash, and
/// the signature itself.
const FIELDS: usize = 5;

/// The order of the group, little-endian.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// Points that are their own multiples by eight or less: y = 1, -1, 0, and another.
const SMALL: [[u8; 32]; 4] = {
    let mut points = [[0; 32]; 4];
    points[0][0] = 1;
    points[1] = [0xff; 32];
    points[1][0] = 0xec;
    points[1][31] = 0x7f;
    points[3] = [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67,
        0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac,
        0x03, 0x7a,
    ];
    points
};

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

/// The strings behind the magic and the version.
fn fields(blob: &[u8]) -> [Vec<u8>; FIELDS] {
    let mut rest = &blob[10..];
    let fields = [(); FIELDS].map(|()| {
        let (length, behind) = rest.split_at(4);
        let length = u32::from_be_bytes(length.try_into().unwrap());
        let (field, behind) = behind.split_at(usize::try_from(length).unwrap());
        rest = behind;
        field.to_vec()
    });
    assert!(rest.is_empty());
    fields
}

fn joined(head: &[u8], fields: &[&[u8]]) -> Vec<u8> {
    let mut blob = head.to_vec();
    for field in fields {
        blob.extend(u32::try_from(field.len()).unwrap().to_be_bytes());
        blob.extend_from_slice(field);
    }
    blob
}

/// The forgeries as they are tried.
struct Forging<'a> {
    sweep: &'a Sweep,
    policy: Policy,
    allowed: &'a Path,
    state: u64,
    tried: u64,
    /// The good signatures, with the names of who made them.
    good: Vec<(&'static str, Vec<u8>)>,
}

impl Forging<'_> {
    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(next(&mut self.state) % limit as u64).unwrap()
    }

    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        [(); N].map(|()| next(&mut self.state).to_le_bytes()[0])
    }

    /// Tries `file`, which is no good signature of `who`.
    fn refused(&mut self, what: &str, who: &str, file: &[u8]) {
        self.tried += 1;
        if (!is_full() && !self.tried.is_multiple_of(SAMPLE))
            || self.good.iter().any(|(_, good)| good == file)
        {
            return;
        }
        self.sweep.count(what);
        if verify(file, MESSAGE, &self.policy.keys).is_ok() {
            let text = String::from_utf8_lossy(file).into_owned();
            self.sweep.fault(Fault::PassedWrongly, &format!("{what}: {text}"));
        }
        let one_of = if is_full() { 250_000 / JUDGED } else { SAMPLE * 100 };
        if self.tried.is_multiple_of(one_of) {
            self.judge(who, file, false);
        }
    }

    /// Holds `file` against `ssh-keygen`, which accepts whatever counts here.
    fn judge(&self, who: &str, file: &[u8], is_good: bool) {
        let scratch = self.allowed.parent().unwrap();
        let who = format!("{who}@example.org");
        let theirs = openssh_accepts(scratch, self.allowed, file, MESSAGE, &who);
        let ours = verify(file, MESSAGE, &self.policy.keys).is_ok();
        self.sweep.count(match theirs {
            true if ours => "held against ssh-keygen: both accept",
            true => "held against ssh-keygen: it alone accepts",
            false => "held against ssh-keygen: both refuse",
        });
        if ours && !theirs || (is_good && !ours) {
            self.sweep.fault(Fault::Broken, &String::from_utf8_lossy(file));
        }
    }

    fn bits_and_text(&mut self, who: &str, good: &[u8]) {
        for bit in 0..good.len() * 8 {
            let mut file = good.to_vec();
            file[bit / 8] ^= 1 << (bit % 8);
            self.refused("a bit of the file", who, &file);
        }
        for at in 0..=good.len() {
            for byte in [b'\n', b'\r', b' ', b'\t', b'A', b'=', b'-', 0] {
                let file = [&good[..at], &[byte], &good[at..]].concat();
                self.refused("a byte put into the file", who, &file);
            }
            self.refused("the file cut off", who, &good[..at.min(good.len() - 1)]);
        }
    }

    fn below_the_armour(&mut self, who: &str, blob: &[u8]) {
        for at in 0..blob.len() {
            for other in 1..=u8::MAX {
                let mut blob = blob.to_vec();
                blob[at] ^= other;
                self.refused("a byte below the armour", who, &armoured(&blob));
            }
            self.refused("the blob cut off", who, &armoured(&blob[..at]));
        }
        for _ in 0..20_000 {
            let mut blob = blob.to_vec();
            for _ in 0..2 + self.below(7) {
                let bit = self.below(blob.len() * 8);
                blob[bit / 8] ^= 1 << (bit % 8);
            }
            self.refused("some bits below the armour", who, &armoured(&blob));
        }
        for _ in 0..5_000 {
            // Lengths that lie.
            let mut blob = blob.to_vec();
            let at = 10 + self.below(blob.len() - 14);
            let length = u32::try_from(self.below(300)).unwrap();
            blob[at..at + 4].copy_from_slice(&length.to_be_bytes());
            self.refused("a length that is another", who, &armoured(&blob));
        }
    }

    /// Fields of several real signatures, put together.
    fn spliced(&mut self, who: &str, pool: &[Vec<u8>]) {
        let parts: Vec<[Vec<u8>; FIELDS]> = pool.iter().map(|blob| fields(blob)).collect();
        for _ in 0..15_000 {
            let chosen: Vec<&[u8]> =
                (0..FIELDS).map(|field| parts[self.below(parts.len())][field].as_slice()).collect();
            let blob = joined(&pool[0][..10], &chosen);
            self.refused("fields of several signatures", who, &armoured(&blob));
        }
        for _ in 0..10_000 {
            // The halves of two.
            let (mut blob, other) = (pool[0].clone(), self.below(pool.len()));
            let (length, cut) = (blob.len(), 32 + self.below(64));
            let tail = &pool[other][pool[other].len() - cut..];
            blob[length - cut..].copy_from_slice(tail);
            self.refused("the end of another signature", who, &armoured(&blob));
        }
    }

    /// Signatures that nobody made: the place of the 64 bytes in `blob` is `at`.
    fn numbers(&mut self, who: &str, blob: &[u8], at: usize) {
        let with = |point: &[u8; 32], scalar: &[u8; 32]| {
            let mut blob = blob.to_vec();
            blob[at..at + 32].copy_from_slice(point);
            blob[at + 32..at + 64].copy_from_slice(scalar);
            armoured(&blob)
        };
        for _ in 0..15_000 {
            let (point, mut scalar) = (self.bytes(), self.bytes::<32>());
            scalar[31] &= 0x0f;
            self.refused("a random point and number", who, &with(&point, &scalar));
        }
        let [own_point, own_scalar] =
            [at, at + 32].map(|at| <[u8; 32]>::try_from(&blob[at..at + 32]).unwrap());
        for point in SMALL {
            for scalar in [[0; 32], own_scalar, ORDER, self.bytes()] {
                self.refused("a point of small order", who, &with(&point, &scalar));
            }
        }
        let mut scalar = own_scalar;
        for _ in 1..16 {
            let mut carry = 0_u16;
            for (byte, add) in scalar.iter_mut().zip(ORDER) {
                carry += u16::from(*byte) + u16::from(add);
                *byte = carry.to_le_bytes()[0];
                carry >>= 8;
            }
            self.refused("the number and the order of the group", who, &with(&own_point, &scalar));
        }
        let mut negated = own_point;
        negated[31] ^= 0x80;
        self.refused("the point negated", who, &with(&negated, &own_scalar));
    }

    /// Real signatures of other messages and by other people, also with the key of `who` put in.
    fn of_others(&mut self, who: &str, signer: &Signer) {
        for _ in 0..10_000 {
            let other: [u8; 8] = self.bytes();
            let file = signer.sign(&[MESSAGE, &other].concat());
            self.refused("a signature of another message", who, &file);
        }
        let own = unarmoured(&signer.sign(MESSAGE));
        let own_key = fields(&own)[0].clone();
        for seed in 50..250 {
            let blob = unarmoured(&Signer::new(seed).sign(MESSAGE));
            let [_, namespace, reserved, hash, signature] = fields(&blob);
            self.refused("a signature by a stranger", who, &armoured(&blob));
            let parts = [&*own_key, &namespace, &reserved, &hash, &signature];
            let file = armoured(&joined(&own[..10], &parts));
            self.refused("a signature by a stranger under the name of the key", who, &file);
        }
    }
}

#[test]
#[ignore = "needs ssh-keygen"]
fn no_forged_signature_counts() {
    let signers = [("ada", Signer::new(1)), ("cy", Signer::hardware(3))];
    let policy = Policy::read(policy_of(&signers, 1).as_bytes()).unwrap();
    let scratch = tempfile::tempdir().unwrap();
    let allowed = scratch.path().join("allowed_signers");
    std::fs::write(&allowed, policy.allowed_signers()).unwrap();
    let good = signers.iter().map(|(name, signer)| (*name, signer.sign(MESSAGE))).collect();
    let sweep = Sweep::begin(TEST);
    let mut forging =
        Forging { sweep: &sweep, policy, allowed: &allowed, state: seed(), tried: 0, good };
    for (who, signer) in &signers {
        let file = signer.sign(MESSAGE);
        forging.judge(who, &file, true);
        let blob = unarmoured(&file);
        let strangers = Signer::new(9);
        let mut pool = vec![blob.clone(), unarmoured(&signer.sign(b"another grant"))];
        pool.push(unarmoured(&strangers.sign(MESSAGE)));
        for making in [
            Making { namespace: "git", ..Making::default() },
            Making { hash: HashAlg::Sha256, ..Making::default() },
            Making { flags: 0, ..Making::default() },
        ] {
            pool.push(unarmoured(&signer.sign_so(MESSAGE, &making)));
        }
        // Without a touch, a signature of a file is the good one.
        pool.retain(|other| other == &blob || fields(other) != fields(&blob));
        assert_eq!(fields(&blob)[1], NAMESPACE.as_bytes());
        forging.bits_and_text(who, &file);
        forging.below_the_armour(who, &blob);
        forging.spliced(who, &pool);
        // Behind the signature of a hardware key are its flags and its counter.
        let behind = if *who == "cy" { 5 } else { 0 };
        forging.numbers(who, &blob, blob.len() - 64 - behind);
        forging.of_others(who, signer);
    }
    drop(forging);
    sweep.end(240_000);
}
