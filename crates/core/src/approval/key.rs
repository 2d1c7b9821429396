//! Public keys whose signatures may count: ed25519, in a file or in a hardware key.

use std::fmt;

/// What signatures of grants are made for: one of any other namespace means something else.
pub const NAMESPACE: &str = "sealgate-grant@1";

use ed25519_dalek::VerifyingKey;
use ssh_key::public::KeyData;

/// An OpenSSH public key of a kind that is allowed, and not a weak one.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey {
    data: KeyData,
    verifying: VerifyingKey,
    text: String,
}

/// Why a text is no key that may be in a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    /// It does not read as one.
    #[error("it is no OpenSSH public key")]
    Unreadable,
    /// RSA, ECDSA, certificates and what else there is.
    #[error("only ssh-ed25519 and sk-ssh-ed25519@openssh.com keys are taken")]
    Kind,
    /// A point that is on no curve, or of small order: everybody can sign for it.
    #[error("the key is weak: signatures of it prove nothing")]
    Weak,
    /// There is more than the kind and the key.
    #[error("write the kind and the key alone, with one space between, and no comment")]
    Form,
}

impl PublicKey {
    /// Reads `KIND BASE64`, as a line of an OpenSSH public key file begins.
    pub fn parse(text: &str) -> Result<Self, KeyFault> {
        const LONGEST: usize = 1024;
        if text.len() > LONGEST {
            return Err(KeyFault::Unreadable);
        }
        let key = ssh_key::PublicKey::from_openssh(text).map_err(|_| KeyFault::Unreadable)?;
        let verifying = verifying(key.key_data())?;
        let data = key.key_data().clone();
        let bare = ssh_key::PublicKey::new(data.clone(), "");
        let canonical = bare.to_openssh().map_err(|_| KeyFault::Unreadable)?;
        if canonical.trim_end() != text {
            return Err(KeyFault::Form);
        }
        Ok(Self { data, verifying, text: text.to_owned() })
    }

    /// The kind and the key, as they are written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it lies in a hardware key, whose signatures tell of a touch.
    #[must_use]
    pub fn is_hardware(&self) -> bool {
        matches!(self.data, KeyData::SkEd25519(_))
    }

    pub(super) fn data(&self) -> &KeyData {
        &self.data
    }

    pub(super) fn verifying(&self) -> &VerifyingKey {
        &self.verifying
    }
}

impl Ord for PublicKey {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.text.cmp(&other.text)
    }
}

impl PartialOrd for PublicKey {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn verifying(data: &KeyData) -> Result<VerifyingKey, KeyFault> {
    let bytes = match data {
        KeyData::Ed25519(key) => &key.0,
        KeyData::SkEd25519(key) => &key.public_key().0,
        _ => return Err(KeyFault::Kind),
    };
    let key = VerifyingKey::from_bytes(bytes).map_err(|_| KeyFault::Weak)?;
    // The same point has encodings of its own beside the canonical one; only small orders have them.
    if key.is_weak() { Err(KeyFault::Weak) } else { Ok(key) }
}
