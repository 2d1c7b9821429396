//! What the tests of authority share: signers that need no program, policies and grants.

pub(crate) mod records;

use ed25519_dalek::{Signer as _, SigningKey};
use sealgate_core::approval::{
    Commands, Demand, Facts, Grant, GrantFile, Moment, NAMESPACE, Policy, Procedure, SignatureFile,
    Subject,
};
use sealgate_core::seal::entry::Digest;
use sha2::{Digest as _, Sha256};
use ssh_key::public::{Ed25519PublicKey, KeyData, SkEd25519};
use ssh_key::{Algorithm, HashAlg, LineEnding, Signature, SshSig};

/// The time in the tests: 2026-03-01T12:00:00Z.
pub(crate) const NOW: &str = "2026-03-01T12:00:00Z";

/// Somebody with a key: ed25519 in a file, or in a hardware key that is made of software.
#[derive(Clone)]
pub(crate) struct Signer {
    secret: SigningKey,
    hardware: bool,
}

/// How a signature is made that is not as it should be.
#[derive(Clone)]
pub(crate) struct Making {
    pub(crate) namespace: &'static str,
    pub(crate) hash: HashAlg,
    pub(crate) flags: u8,
}

impl Default for Making {
    fn default() -> Self {
        Self { namespace: NAMESPACE, hash: HashAlg::Sha512, flags: 1 }
    }
}

impl Signer {
    pub(crate) fn new(seed: u8) -> Self {
        Self { secret: SigningKey::from_bytes(&[seed; 32]), hardware: false }
    }

    pub(crate) fn hardware(seed: u8) -> Self {
        Self { hardware: true, ..Self::new(seed) }
    }

    fn data(&self) -> KeyData {
        let key = Ed25519PublicKey(self.secret.verifying_key().to_bytes());
        if self.hardware { SkEd25519::new(key, "ssh:").into() } else { key.into() }
    }

    /// The line of the policy.
    pub(crate) fn line(&self) -> String {
        let key = ssh_key::PublicKey::new(self.data(), "");
        key.to_openssh().expect("a public key has a line").trim_end().to_owned()
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.sign_so(message, &Making::default())
    }

    pub(crate) fn sign_so(&self, message: &[u8], making: &Making) -> Vec<u8> {
        let signed = SshSig::signed_data(making.namespace, making.hash, message).expect("data");
        let (algorithm, raw) = if self.hardware {
            let trailer = [making.flags, 0, 0, 0, 7];
            let whole = [&*Sha256::digest("ssh:"), &trailer, &*Sha256::digest(&signed)].concat();
            let raw = [&self.secret.sign(&whole).to_bytes()[..], &trailer].concat();
            (Algorithm::SkEd25519, raw)
        } else {
            (Algorithm::Ed25519, self.secret.sign(&signed).to_bytes().to_vec())
        };
        let signature = Signature::new(algorithm, raw).expect("a signature");
        let signature = SshSig::new(self.data(), making.namespace, making.hash, signature);
        signature.expect("a signature").to_pem(LineEnding::LF).expect("its text").into_bytes()
    }
}

pub(crate) fn moment(text: &str) -> Moment {
    Moment::parse(text).expect("a time")
}

/// Ada, Bob and Cy, of whom it takes two to reseal, to update the policy, and to do things in two
/// environments; Cy has a hardware key.
pub(crate) fn signers() -> [(&'static str, Signer); 3] {
    [("ada", Signer::new(1)), ("bob", Signer::new(2)), ("cy", Signer::hardware(3))]
}

pub(crate) const ACTIONS: [&str; 6] =
    ["activation", "apply", "cutover", "permit", "real-run", "repoint"];

pub(crate) const ENVIRONMENTS: [&str; 3] = ["production", "rehearsal", "staging"];

/// The text of that policy.
pub(crate) fn policy_text() -> String {
    policy_of(&signers(), 2)
}

#[expect(clippy::format_push_string, reason = "a text of the tests, written as it reads")]
pub(crate) fn policy_of(signers: &[(&str, Signer)], threshold: usize) -> String {
    let mut text = "format = \"sealgate-policy/1\"\nrepository = \"example/notes\"\n\
                    max-grant-hours = 48\n"
        .to_owned();
    let touch = |signer: &Signer| signer.hardware;
    for (name, signer) in signers {
        text += &format!(
            "[[key]]\nname = \"{name}-key\"\nprincipal = \"{name}@example.org\"\nkey = \"{}\"\n\
             touch = {}\n",
            signer.line(),
            touch(signer)
        );
    }
    let approvers: Vec<String> =
        signers.iter().map(|(name, _)| format!("\"{name}@example.org\"")).collect();
    let rest = format!("approvers = [{}]\nthreshold = {threshold}\n", approvers.join(", "));
    text += &format!("[[rule]]\naction = \"reseal\"\nseals = [\"*\"]\n{rest}");
    text += &format!("[[rule]]\naction = \"policy-update\"\n{rest}");
    for environment in ENVIRONMENTS {
        for action in ACTIONS.into_iter().chain(["close-blocker"]) {
            text += &format!(
                "[[rule]]\naction = \"{action}\"\nenvironment = \"{environment}\"\n{rest}"
            );
        }
        text += &format!(
            "[[environment]]\nname = \"{environment}\"\nbranches = [\"main\"]\nenforced = true\n"
        );
    }
    canonical(&text)
}

/// The canonical text of a policy in any form.
pub(crate) fn canonical(text: &str) -> String {
    Policy::loose(text.as_bytes()).unwrap_or_else(|error| panic!("{error}: {text}")).to_text()
}

pub(crate) fn policy() -> Policy {
    Policy::read(policy_text().as_bytes()).expect("the policy of the tests")
}

pub(crate) fn demand() -> Demand {
    let subject = Subject::Environment("production".to_owned());
    Demand { action: "apply".to_owned(), subject, change: Digest::of(b"what is applied") }
}

/// The grant that fits `demand` under `policy`.
pub(crate) fn grant_for(demand: &Demand, policy: &Policy) -> Grant {
    Grant {
        repository: policy.repository.clone(),
        policy: policy.digest(),
        action: demand.action.clone(),
        subject: demand.subject.clone(),
        change: demand.change,
        binding: None,
        procedure: Procedure::Usual,
        not_before: moment("2026-03-01T00:00:00Z"),
        not_after: moment("2026-03-02T00:00:00Z"),
        evidence: None,
        reason: "the release of March".to_owned(),
    }
}

/// The file of `text`, signed.
pub(crate) fn file(text: &str, signers: &[(&str, Signer)]) -> GrantFile {
    let bytes = text.as_bytes().to_vec();
    let sign = |(name, signer): &(&str, Signer)| SignatureFile {
        name: format!("{name}-key"),
        bytes: signer.sign(&bytes),
    };
    let signatures = signers.iter().map(sign).collect();
    GrantFile { id: Digest::of(&bytes).to_string(), bytes, signatures }
}

/// What decides, with nothing at the base.
pub(crate) fn facts<'a>(policy: &'a Policy, judged: &'a [GrantFile]) -> Facts<'a> {
    let commands = Commands { program: "sealgate", base: "base" };
    let now = moment(NOW);
    Facts { now, policy, next: None, stopping: &[], older: &[], base: &[], judged, commands }
}

/// The code with which `demand` is refused.
pub(crate) fn refusal(demand: &Demand, facts: &Facts<'_>) -> &'static str {
    match sealgate_core::approval::decide(demand, facts) {
        Err(problem) => problem.code,
        Ok(authorised) => panic!("granted: {authorised:?}"),
    }
}

// Each test file uses a part of this.
const _: () = {
    let _ = (policy_text, policy_of, canonical, policy, demand, grant_for, file, refusal, signers);
    let _ = (Signer::sign_so, Signer::hardware, facts, NOW, ENVIRONMENTS, ACTIONS);
};
