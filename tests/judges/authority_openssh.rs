//! What OpenSSH says: its signatures count here, and what counts here it accepts too.

#![cfg(unix)]

use std::process::Command;

use sealgate_core::approval::{NAMESPACE, Policy, PublicKey, verify};
use ssh_key::HashAlg;

use crate::authority::{Making, Signer, canonical, policy_of};
use crate::openssh::openssh_accepts;

#[test]
#[ignore = "needs ssh-keygen"]
fn a_signature_that_openssh_makes_counts() {
    let scratch = tempfile::tempdir().unwrap();
    let key = scratch.path().join("key");
    let made = Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "", "-C", "", "-f"])
        .arg(&key)
        .status();
    assert!(made.unwrap().success());
    let line = std::fs::read_to_string(key.with_extension("pub")).unwrap();
    PublicKey::parse(line.trim_end()).unwrap();
    let text = policy_of(&[("ada", Signer::new(1))], 1);
    let text = canonical(&text.replace(&Signer::new(1).line(), line.trim_end()));
    let policy = Policy::read(text.as_bytes()).unwrap();
    let signature = sealgate::ops::authorize::signing::sign(b"a message", &key, NAMESPACE).unwrap();
    assert_eq!(verify(&signature, b"a message", &policy.keys).unwrap().name, "ada-key");
    assert!(verify(&signature, b"another message", &policy.keys).is_err());
    assert!(
        sealgate::ops::authorize::signing::sign(b"", &scratch.path().join("none"), NAMESPACE)
            .is_err()
    );
}

#[test]
#[ignore = "needs ssh-keygen"]
fn what_counts_here_openssh_accepts() {
    let signers = [("ada", Signer::new(1)), ("cy", Signer::hardware(3))];
    let policy = Policy::read(policy_of(&signers, 1).as_bytes()).unwrap();
    let scratch = tempfile::tempdir().unwrap();
    let allowed = scratch.path().join("allowed_signers");
    std::fs::write(&allowed, policy.allowed_signers()).unwrap();
    let (mut counted, mut cases) = (0, 0);
    let mut judge = |file: &[u8], message: &[u8], who: &str| {
        let ours = verify(file, message, &policy.keys).is_ok();
        let theirs = openssh_accepts(scratch.path(), &allowed, file, message, who);
        assert!(!ours || theirs, "{}", String::from_utf8_lossy(file));
        cases += 1;
        counted += usize::from(ours);
    };
    for (name, signer) in &signers {
        let who = format!("{name}@example.org");
        for length in 0..100 {
            let message = vec![b'm'; length * 7];
            judge(&signer.sign(&message), &message, &who);
        }
        let good = signer.sign(b"a message");
        for bit in (0..good.len() * 8).step_by(23) {
            let mut file = good.clone();
            file[bit / 8] ^= 1 << (bit % 8);
            judge(&file, b"a message", &who);
        }
        for making in [
            Making { namespace: "git", ..Making::default() },
            Making { hash: HashAlg::Sha256, ..Making::default() },
            Making { flags: 0, ..Making::default() },
        ] {
            judge(&signer.sign_so(b"a message", &making), b"a message", &who);
        }
    }
    println!("held against ssh-keygen: {cases} cases, of which {counted} count");
    assert!(cases > 400 && counted >= 200, "{cases} {counted}");
}
