//! Signatures of grants: SSHSIG (OpenSSH's PROTOCOL.sshsig), as `ssh-keygen -Y sign` writes it.
//!
//! Libraries let through what a gate must not: other encodings of one signature, weak keys, and
//! hardware signatures without a touch. So a signature file has one text, which is held against its
//! own meaning written again, and the arithmetic is done by `verify_strict`.

use ed25519_dalek::Signature;
use sha2::{Digest as _, Sha256};
use ssh_key::public::KeyData;
use ssh_key::{HashAlg, LineEnding, SshSig};

use super::key::NAMESPACE;
use super::policy::Key;

/// A longer signature file is refused before it is read; a real one has some 300 to 400 bytes.
pub const MAX_SIGNATURE_BYTES: u64 = 4 << 10;

/// The flag of a hardware signature that says that somebody touched the key (PROTOCOL.u2f).
const USER_PRESENT: u8 = 1;

/// Why a signature does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureFault {
    /// Longer than [`MAX_SIGNATURE_BYTES`].
    #[error("the file is longer than {MAX_SIGNATURE_BYTES} bytes")]
    TooLong,
    /// It does not read as one.
    #[error("it is no signature that `ssh-keygen -Y sign` writes")]
    Unreadable,
    /// Not version 1.
    #[error("the version is not 1")]
    Version,
    /// It was made for something else.
    #[error("the namespace is not {NAMESPACE}")]
    Namespace,
    /// Another digest than SHA-512, or something in the reserved field.
    #[error("the message was not hashed by sha512")]
    Hash,
    /// Neither ed25519 nor its hardware form; or key and signature are of two kinds.
    #[error("only ssh-ed25519 and sk-ssh-ed25519@openssh.com signatures are taken")]
    Kind,
    /// The same meaning in another text.
    #[error("the text is not the one that `ssh-keygen -Y sign` writes for this signature")]
    NotCanonical,
    /// No key of the policy made it.
    #[error("the key that made it is not in the policy")]
    UnknownKey,
    /// It does not hold.
    #[error("it is not a signature of this grant by that key")]
    Wrong,
    /// Nobody touched the hardware key.
    #[error("the policy demands a touch of this key, and the signature does not state one")]
    NoTouch,
}

/// The key among `keys` by which `file` is a signature of `message`.
///
/// # Errors
///
/// The first check that fails, in this order: length, form, version, namespace, digest, kinds, the one
/// text, a key with these very bytes, the signature itself, the touch.
pub fn verify<'k>(
    file: &[u8],
    message: &[u8],
    keys: impl IntoIterator<Item = &'k Key>,
) -> Result<&'k Key, SignatureFault> {
    #[cfg(test)]
    super::steps::count(super::steps::Step::VerifySignature);
    let signature = read(file)?;
    let of_these_bytes = |key: &&Key| key.public.data() == signature.public_key();
    let key = keys.into_iter().find(of_these_bytes).ok_or(SignatureFault::UnknownKey)?;
    let signed = SshSig::signed_data(NAMESPACE, HashAlg::Sha512, message)
        .map_err(|_| SignatureFault::Unreadable)?;
    let made = signature.signature_bytes();
    let (bytes, trailer) = made.split_at_checked(64).ok_or(SignatureFault::Unreadable)?;
    let bytes = Signature::from_slice(bytes).map_err(|_| SignatureFault::Unreadable)?;
    let signed = match signature.public_key() {
        KeyData::SkEd25519(hardware) => {
            // Flags and counter stand between two digests (PROTOCOL.u2f).
            let application = Sha256::digest(hardware.application());
            [&*application, trailer, &*Sha256::digest(&signed)].concat()
        }
        _ => signed,
    };
    key.public.verifying().verify_strict(&signed, &bytes).map_err(|_| SignatureFault::Wrong)?;
    let touched = trailer.first().is_some_and(|flags| flags & USER_PRESENT != 0);
    if key.touch && !touched { Err(SignatureFault::NoTouch) } else { Ok(key) }
}

/// Reads a signature in its one text.
fn read(file: &[u8]) -> Result<SshSig, SignatureFault> {
    if file.len() as u64 > MAX_SIGNATURE_BYTES {
        return Err(SignatureFault::TooLong);
    }
    let signature = SshSig::from_pem(file).map_err(|_| SignatureFault::Unreadable)?;
    if signature.version() != SshSig::VERSION {
        return Err(SignatureFault::Version);
    }
    if signature.namespace() != NAMESPACE {
        return Err(SignatureFault::Namespace);
    }
    if signature.hash_alg() != HashAlg::Sha512 || !signature.reserved().is_empty() {
        return Err(SignatureFault::Hash);
    }
    let of_a_kind = match (signature.public_key(), signature.algorithm()) {
        (KeyData::Ed25519(_), ssh_key::Algorithm::Ed25519) => 64,
        (KeyData::SkEd25519(_), ssh_key::Algorithm::SkEd25519) => 64 + 5,
        _ => return Err(SignatureFault::Kind),
    };
    if signature.signature_bytes().len() != of_a_kind {
        return Err(SignatureFault::Kind);
    }
    let again = signature.to_pem(LineEnding::LF).map_err(|_| SignatureFault::Unreadable)?;
    if again.as_bytes() == file { Ok(signature) } else { Err(SignatureFault::NotCanonical) }
}
