//! Who may change a seal, and where the gate may rule. Pure: the clock is an argument, and every
//! byte was read before.
//!
//! A `policy` says whose signatures count for which action; a `grant` permits one change, and a
//! `signature` says that somebody meant it; `change` puts what is permitted into one text, which
//! the grant states the digest of. `decide` holds a demand against all of them: whatever is
//! missing, unreadable or out of place is a refusal. `environment` tells whether the gate may rule
//! where it was asked to.

mod binding;
pub mod blockers;
pub mod change;
mod decide;
mod demand;
mod environment;
pub mod evidence;
mod grant;
mod grants;
mod judging;
mod key;
mod ledger;
mod policy;
mod refusals;
mod signature;
#[cfg(test)]
mod steps;
mod text;
mod time;
mod vanished;

pub use binding::{Binding, MAX_PLAN_BYTES, Plan};
pub use decide::{Authorised, Decider, decide};
pub use demand::{Commands, Demand, Facts, GrantFile, MAX_SIGNATURES, SignatureFile};
pub use environment::{Age, BranchPlace, OpenBlocker, Place, forbidding, misplaced};
pub use grant::{GRANT_FORMAT, Grant, GrantError, MAX_GRANT_BYTES, Subject};
pub use key::{KeyFault, NAMESPACE, PublicKey};
pub use ledger::{END_FORMAT, Exit, GrantUse, Ledger, MAX_RECORD_BYTES, USE_FORMAT, UseEnd};
pub use policy::{
    CLOSE_BLOCKER, Environment, EvidenceKind, EvidenceRule, Key, MAX_POLICY_BYTES, POLICY_FORMAT,
    POLICY_UPDATE, Policy, PolicyError, Procedure, REPLACE_MAP, RESEAL, Revoked, Rule, RuleScope,
    differences, doubts, gaps, unknown_in_map,
};
pub use signature::{MAX_SIGNATURE_BYTES, SignatureFault, verify};
pub use time::Moment;
pub use vanished::{OpenEmergency, unanswered, vanished};
