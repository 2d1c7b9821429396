//! The record of a rehearsal: what was tried on a clone, and what came of it. It lies at
//! `seals/evidence/DIGEST.json`, and DIGEST is the BLAKE3 of its exact bytes.
//!
//! It has one text: `read` accepts the canonical bytes alone. `judge` holds a record against the rule, the
//! grant and the seals that are there. A record holds no values and no keys of rows.

mod judge;
mod record;

pub use judge::{Asked, PlanSeal, said, weaknesses};
pub use record::{
    Allowance, Class, CloneFile, Control, EVIDENCE_FORMAT, EvidenceError, Invariant, Leg,
    MAX_EVIDENCE_BYTES, Measure, PlanRef, Record, Run, SealDigest, Surface, Tool,
};
