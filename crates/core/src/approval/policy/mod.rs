//! The policy, `seals/policy.toml`: who may permit what, and where the gate may rule.
//!
//! It has one text: `read` accepts the canonical bytes alone, `write` gives them, and what makes a
//! policy sound stands in `rules`. People write policies by hand; `loose` is for telling them what
//! the canonical text would be.

mod differences;
mod doubts;
mod evidence;
mod faults;
mod read;
mod rules;
mod shape;
mod write;

use super::key::{KeyFault, PublicKey};
use super::ledger::Ledger;
use super::text::Deviation;
use super::time::Moment;
use crate::seal::entry::Digest;

pub use evidence::{EvidenceKind, EvidenceRule};
pub(super) use rules::SealPattern;

pub use differences::differences;
pub use doubts::{doubts, gaps, unknown_in_map};

/// The value of the `format` key.
pub const POLICY_FORMAT: &str = "sealgate-policy/1";

/// A longer policy is refused before it is read.
pub const MAX_POLICY_BYTES: u64 = 1 << 20;

/// The action of changing a seal.
pub const RESEAL: &str = "reseal";

/// The action of changing the policy.
pub const POLICY_UPDATE: &str = "policy-update";

/// The action of putting a blocker map in the place of one that cannot be compared with it.
pub const REPLACE_MAP: &str = "replace-map";

/// The action of closing an item of a blocker map.
pub const CLOSE_BLOCKER: &str = "close-blocker";

/// Whether `action` changes a file of the repository, and is granted by a check alone. Every other action
/// is done by `grant use`.
pub(super) fn is_reserved(action: &str) -> bool {
    [RESEAL, POLICY_UPDATE, REPLACE_MAP, CLOSE_BLOCKER].contains(&action)
}

/// A sound policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Which repository it is of: grants of another do not count.
    pub repository: String,
    /// The longest life of a grant, in hours.
    pub max_grant_hours: u32,
    /// What items of blocker maps may block beside the words that are always known and the names of the
    /// environments; kebab-case, sorted.
    pub words: Vec<String>,
    /// Where the uses of grants for actions are recorded; without it no action is authorised.
    pub ledger: Option<Ledger>,
    /// Sorted by name; names, principals and keys are unique.
    pub keys: Vec<Key>,
    /// Sorted.
    pub rules: Vec<Rule>,
    /// Sorted by name.
    pub environments: Vec<Environment>,
    /// Sorted.
    pub revoked: Vec<Revoked>,
}

/// A key, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Its name in file names of signatures; kebab-case.
    pub name: String,
    /// Who signs with it, and with no other key.
    pub principal: String,
    /// The key itself.
    pub public: PublicKey,
    /// When it stops counting.
    pub not_after: Option<Moment>,
    /// Whether a touch is demanded; of hardware keys alone.
    pub touch: bool,
}

/// Whose permission an action takes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rule {
    /// The action; kebab-case.
    pub action: String,
    /// Of what.
    pub scope: RuleScope,
    /// When it is enough.
    pub procedure: Procedure,
    /// Principals, sorted.
    pub approvers: Vec<String>,
    /// How many of them it takes.
    pub threshold: usize,
    /// What must have been proved before.
    pub evidence: Option<EvidenceRule>,
}

impl Rule {
    /// What it permits: `apply in production`.
    #[must_use]
    pub fn describe(&self) -> String {
        let action = self.procedure.describe(&self.action);
        match &self.scope {
            RuleScope::Seals(globs) => format!("{action} of {}", globs.join(", ")),
            RuleScope::Environment(name) => format!("{action} in {name}"),
            RuleScope::Policy => action,
        }
    }
}

/// By which of two ways a permission is given.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Procedure {
    /// By the usual rules.
    #[default]
    Usual,
    /// In an emergency, by rules of its own. Every report states it until a usual grant for the same
    /// subject follows.
    BreakGlass,
}

impl Procedure {
    /// `apply`, or `break-glass apply`.
    #[must_use]
    pub fn describe(self, action: &str) -> String {
        match self {
            Self::Usual => action.to_owned(),
            Self::BreakGlass => format!("break-glass {action}"),
        }
    }

    /// The procedure that the key `break-glass` of a rule or a grant states.
    pub(super) fn of_key(is_break_glass: Option<bool>) -> Self {
        if is_break_glass == Some(true) { Self::BreakGlass } else { Self::Usual }
    }

    /// Whether `action` can be permitted by it: what changes who may permit, or what blocks, is always
    /// permitted by the usual rules.
    pub(super) fn suits(self, action: &str) -> bool {
        self == Self::Usual || ![POLICY_UPDATE, REPLACE_MAP, CLOSE_BLOCKER].contains(&action)
    }
}

/// What a rule speaks of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum RuleScope {
    /// The seals that these globs match: of `reseal`.
    Seals(Vec<String>),
    /// This environment: of every action that is not reserved, and of `close-blocker`.
    Environment(String),
    /// The policy: of `policy-update`.
    Policy,
}

/// Where the gate may be asked to rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment {
    /// Its name; kebab-case.
    pub name: String,
    /// The branches that it is judged on, by their full names; sorted.
    pub branches: Vec<String>,
    /// Whether the gate may rule there at all.
    pub enforced: bool,
    /// The map of what blocks it, relative to the repository root.
    pub blockers: Option<String>,
    /// What an item must block to block this environment; sorted.
    pub blocked_by: Vec<String>,
}

/// What counts no more.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Revoked {
    /// A key.
    Key(Box<PublicKey>),
    /// A grant, by its id.
    Grant(Digest),
}

/// Why a file is no policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// Longer than [`MAX_POLICY_BYTES`].
    #[error("the policy is longer than {MAX_POLICY_BYTES} bytes")]
    TooLong,
    /// The bytes are no UTF-8.
    #[error("the policy is not UTF-8")]
    NotUtf8,
    /// It is no TOML, or holds other keys or values than a policy has.
    #[error("line {line}: {message}")]
    Syntax {
        /// From 1.
        line: usize,
        /// What the reader says.
        message: String,
    },
    /// A key that is none.
    #[error("key {name}: {fault}")]
    Key {
        /// Its name.
        name: String,
        /// What is wrong with it.
        fault: KeyFault,
    },
    /// It contradicts itself, or says what no policy may say.
    #[error("{0}")]
    Unsound(String),
    /// It says it in another text than the canonical one.
    #[error("line {}: {:?} stands where the canonical form has {:?}", .0.line, .0.found, .0.expected)]
    NotCanonical(Deviation),
}

impl Policy {
    /// Reads the canonical bytes of a sound policy, and nothing else.
    pub fn read(bytes: &[u8]) -> Result<Self, PolicyError> {
        read::read(bytes)
    }

    /// Reads a sound policy in any form.
    pub fn loose(bytes: &[u8]) -> Result<Self, PolicyError> {
        read::loose(bytes)
    }

    /// Everything that keeps `bytes` from being the canonical text of a sound policy; nothing, where
    /// [`Policy::read`] reads them. What cannot be read hides what depends on it.
    #[must_use]
    pub fn faults(bytes: &[u8]) -> Vec<PolicyError> {
        read::faults(bytes)
    }

    /// The canonical text; the very one that [`Policy::read`] accepts.
    #[must_use]
    pub fn to_text(&self) -> String {
        write::to_text(self)
    }

    /// The digest of the canonical text: what grants name the policy by.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(self.to_text().as_bytes())
    }

    /// The environment `name`.
    #[must_use]
    pub fn environment(&self, name: &str) -> Option<&Environment> {
        let by_name = |environment: &Environment| (*environment.name).cmp(name);
        let at = self.environments.binary_search_by(by_name).ok()?;
        self.environments.get(at)
    }

    /// Whether signatures of `key` count no more. It is known by its bytes, whatever kind it says
    /// that it is of.
    #[must_use]
    pub fn revokes_key(&self, key: &PublicKey) -> bool {
        let is_it = |other: &PublicKey| other.verifying() == key.verifying();
        self.revoked.iter().any(|revoked| matches!(revoked, Revoked::Key(other) if is_it(other)))
    }

    /// Whether the grant `id` counts no more.
    #[must_use]
    pub fn revokes_grant(&self, id: &Digest) -> bool {
        self.revoked.binary_search(&Revoked::Grant(*id)).is_ok()
    }

    /// The keys as OpenSSH's `allowed_signers` lists them, for cross-checks by `ssh-keygen -Y verify`;
    /// the revoked ones are left out. OpenSSH knows neither rules nor thresholds.
    #[must_use]
    pub fn allowed_signers(&self) -> String {
        write::allowed_signers(self)
    }
}
