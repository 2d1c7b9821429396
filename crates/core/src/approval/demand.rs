//! What needs a grant, and what it is decided by.

use super::grant::Subject;
use super::policy::Policy;
use super::time::Moment;
use crate::seal::entry::Digest;

/// A file of the grants directory with its signatures, as they were read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantFile {
    /// The name of the file without `.toml`: an id, if it is honest.
    pub id: String,
    /// The exact bytes.
    pub bytes: Vec<u8>,
    /// What lies beside it as `ID.NAME.sig`.
    pub signatures: Vec<SignatureFile>,
}

/// A signature beside a grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureFile {
    /// NAME of `ID.NAME.sig`.
    pub name: String,
    /// The exact bytes.
    pub bytes: Vec<u8>,
}

/// The most signatures of one grant: each costs an operation on a curve.
pub const MAX_SIGNATURES: usize = 256;

/// What needs a grant.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Demand {
    /// What is done.
    pub action: String,
    /// To what.
    pub subject: Subject,
    /// The digest of what is done exactly.
    pub change: Digest,
}

/// What a demand is decided by.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The clock, read once.
    pub now: Moment,
    /// The policy of the base.
    pub policy: &'a Policy,
    /// The policy of what is judged, where it is another: an update holds under both.
    pub next: Option<&'a Policy>,
    /// The grants at the base: these are spent.
    pub base: &'a [GrantFile],
    /// The grants in what is judged.
    pub judged: &'a [GrantFile],
}
