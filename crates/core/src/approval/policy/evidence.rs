//! What a rule demands to be proved before its action is done.

use std::fmt::Write as _;

use super::super::text::push_text;
use super::{PolicyError, is_reserved, rules};

/// The only kind of evidence, as a policy names it.
const REHEARSAL: &str = "rehearsal";

/// The most hours that evidence may be old: a year.
const MOST_HOURS: u32 = 366 * 24;

/// The evidence that a rule demands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct EvidenceRule {
    /// What proves it.
    pub kind: EvidenceKind,
    /// How old the evidence may be when the grant begins to count, in hours.
    pub hours: Option<u32>,
    /// Whether the evidence may rest on allowances that its plan makes; it may where the rule does not
    /// state it.
    pub allowances: Option<bool>,
}

/// What counts as evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EvidenceKind {
    /// The record of a rehearsal on a clone.
    Rehearsal,
}

/// The keys `evidence`, `evidence-hours` and `allowances` of a rule for `action`. A kind of evidence that
/// is not known makes the policy unsound: what cannot be checked must not pass.
pub(super) fn rule(
    action: &str,
    kind: Option<&str>,
    hours: Option<u32>,
    allowances: Option<bool>,
) -> Result<Option<EvidenceRule>, PolicyError> {
    let unsound = |why: &str| Err(rules::unsound(format!("a rule for {action} {why}")));
    match kind {
        None if hours.is_some() || allowances.is_some() => {
            unsound("has evidence-hours or allowances, and no evidence")
        }
        None => Ok(None),
        Some(_) if is_reserved(action) => unsound("has evidence, which is for actions alone"),
        Some(REHEARSAL) => {
            if hours.is_some_and(|hours| !(1..=MOST_HOURS).contains(&hours)) {
                return unsound("has evidence-hours that are not between 1 and 8784");
            }
            Ok(Some(EvidenceRule { kind: EvidenceKind::Rehearsal, hours, allowances }))
        }
        Some(_) => unsound("wants a kind of evidence that is not known; there is \"rehearsal\""),
    }
}

/// Writes the keys.
pub(super) fn push(out: &mut String, rule: &EvidenceRule) {
    let EvidenceRule { kind: EvidenceKind::Rehearsal, hours, allowances } = rule;
    push_text(out, "evidence", REHEARSAL);
    if let Some(hours) = hours {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "evidence-hours = {hours}");
    }
    if let Some(allowances) = allowances {
        let _ = writeln!(out, "allowances = {allowances}");
    }
}
