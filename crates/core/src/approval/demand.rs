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
    /// Policies of other commits that can stop what the base permits: keys and grants that one of
    /// them revokes do not count.
    pub stopping: &'a [Policy],
    /// Policies that the branch of the base had before: a grant that was given under one of them
    /// counts if it holds under that policy and under that of the base.
    pub older: &'a [Policy],
    /// The grants at the base: these are spent.
    pub base: &'a [GrantFile],
    /// The grants in what is judged.
    pub judged: &'a [GrantFile],
    /// What the printed commands are made of.
    pub commands: Commands<'a>,
}

/// How a person runs sealgate on the change that is decided, for the commands that refusals print.
#[derive(Debug, Clone, Copy)]
pub struct Commands<'a> {
    /// The program with its general options, such as `sealgate --seals web/seals`, quoted for a shell.
    pub program: &'a str,
    /// The base as the user named it, quoted for a shell.
    pub base: &'a str,
}

/// The file of the private key in a printed command; the file that OpenSSH makes by default.
const KEY_FILE: &str = "~/.ssh/id_ed25519";

impl Commands<'_> {
    /// The command that writes a grant for `demand`, which a rule of a sound policy speaks of: its
    /// names need no quotes.
    #[must_use]
    pub fn new_grant(&self, demand: &Demand) -> String {
        let of = match &demand.subject {
            Subject::Seal(name) => format!(" --seal {name}"),
            Subject::Environment(name) => format!(" --environment {name}"),
            Subject::Policy => String::new(),
        };
        let Self { program, base } = self;
        format!("{program} grant new {}{of} --base {base} --reason 'WHY'", demand.action)
    }

    /// The command that signs the grant `id`.
    #[must_use]
    pub fn sign(&self, id: &Digest) -> String {
        format!("{} grant sign {id} --base {} --key {KEY_FILE}", self.program, self.base)
    }
}
