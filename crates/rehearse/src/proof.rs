//! Holds what was measured against one another. Pure: nothing else decides what a rehearsal proves.

use crate::plan::{Allowance, AllowanceKind, MetaRule};
use crate::state::{Change, Class, Place, State};

/// What was measured, by moment.
#[derive(Debug, Clone)]
pub struct Moments {
    /// `B0`: the clone, before anything ran.
    pub before: State,
    /// `I` and `B1`: inside of the transaction, and after the database rolled it back.
    pub transaction: Option<[State; 2]>,
    /// `A1`: after the change.
    pub applied: State,
    /// `R`: after the rollback.
    pub rolled_back: State,
    /// `A2`: after the change was made again.
    pub reapplied: State,
    /// What came of the snapshot.
    pub snapshot: SnapshotMoments,
    /// `B2`: the clone once more, when all was done.
    pub again: State,
}

/// What was measured around a snapshot.
#[derive(Debug, Clone)]
pub struct SnapshotMoments {
    /// `S0`: after the snapshot was taken.
    pub taken: State,
    /// `S1`: after the change.
    pub applied: State,
    /// `D`: after damage that the rehearsal did itself.
    pub damaged: State,
    /// `S2`: after the snapshot was restored.
    pub restored: State,
}

/// What must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// The change changes something.
    ApplyChanges,
    /// What it changes is in the surface.
    ApplyStaysInside,
    /// The rollback brings back what was there.
    RollbackRestores,
    /// Made again, the change comes to the same.
    ReapplyRepeats,
    /// In a transaction, the change changes something.
    TransactionChanges,
    /// The database itself can take it back.
    TransactionRollsBack,
    /// Taking a snapshot changes nothing.
    SnapshotChangesNothing,
    /// The change comes to the same after a snapshot.
    SnapshotApplyRepeats,
    /// The damage that the restore must undo is there, in every class.
    DamageIsDone,
    /// The restore brings back what was there.
    RestoreRestores,
    /// What was cloned is as it was.
    SourceIsUnchanged,
}

impl Rule {
    /// The stable word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::ApplyChanges => "apply-changes",
            Self::ApplyStaysInside => "apply-stays-inside",
            Self::RollbackRestores => "rollback-restores",
            Self::ReapplyRepeats => "reapply-repeats",
            Self::TransactionChanges => "transaction-changes",
            Self::TransactionRollsBack => "transaction-rolls-back",
            Self::SnapshotChangesNothing => "snapshot-changes-nothing",
            Self::SnapshotApplyRepeats => "snapshot-apply-repeats",
            Self::DamageIsDone => "damage-is-done",
            Self::RestoreRestores => "restore-restores",
            Self::SourceIsUnchanged => "source-is-unchanged",
        }
    }

    /// What it asks, as a sentence about a change for which it holds, or about one for which it does not.
    #[must_use]
    pub fn meaning(self, holds: bool) -> &'static str {
        let [so, not_so] = match self {
            Self::ApplyChanges => ["the change changes something", "the change changes nothing"],
            Self::ApplyStaysInside => [
                "what the change touches is under the seal",
                "the change touches what is not under the seal",
            ],
            Self::RollbackRestores => [
                "the rollback brings back everything",
                "the rollback does not bring back everything",
            ],
            Self::ReapplyRepeats => [
                "applied again, the change comes to the same",
                "applied again, the change comes to something else",
            ],
            Self::TransactionChanges => [
                "in a transaction, the change changes something",
                "in a transaction, the change changes nothing",
            ],
            Self::TransactionRollsBack => [
                "the database itself takes back everything",
                "the database itself does not take back everything",
            ],
            Self::SnapshotChangesNothing => {
                ["taking a snapshot changes nothing", "taking a snapshot changes something"]
            }
            Self::SnapshotApplyRepeats => [
                "after a snapshot, the change comes to the same",
                "after a snapshot, the change comes to something else",
            ],
            Self::DamageIsDone => [
                "the damage that the restore must undo is there",
                "the damage that the restore must undo is not there in every class",
            ],
            Self::RestoreRestores => [
                "the restored snapshot brings back everything",
                "the restored snapshot does not bring back everything",
            ],
            Self::SourceIsUnchanged => ["the clone is as it was", "the clone is not as it was"],
        };
        if holds { so } else { not_so }
    }

    /// Which allowance of a plan can cover what breaks it.
    #[must_use]
    pub fn allowance(self) -> Option<AllowanceKind> {
        match self {
            Self::ApplyStaysInside => Some(AllowanceKind::Outside),
            Self::RollbackRestores => Some(AllowanceKind::Left),
            Self::ReapplyRepeats | Self::SnapshotApplyRepeats => Some(AllowanceKind::Varies),
            _ => None,
        }
    }

    /// The two moments that it is about, and the sign between them.
    #[must_use]
    pub fn sides(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::ApplyChanges => ("A1", "!=", "B0"),
            Self::ApplyStaysInside => ("A1", "within", "B0"),
            Self::RollbackRestores => ("R", "=", "B0"),
            Self::ReapplyRepeats => ("A2", "=", "A1"),
            Self::TransactionChanges => ("I", "!=", "B0"),
            Self::TransactionRollsBack => ("B1", "=", "B0"),
            Self::SnapshotChangesNothing => ("S0", "=", "B0"),
            Self::SnapshotApplyRepeats => ("S1", "=", "A1"),
            Self::DamageIsDone => ("D", "!=", "S1"),
            Self::RestoreRestores => ("S2", "=", "B0"),
            Self::SourceIsUnchanged => ("B2", "=", "B0"),
        }
    }
}

/// By what moments are judged.
#[derive(Clone, Copy)]
pub struct Judging<'a> {
    /// What the plan says may differ.
    pub allowances: &'a [Allowance],
    /// Says of a path whether it is in the surface.
    pub is_inside: &'a dyn Fn(&str) -> bool,
    /// What modes, owners and times count for.
    pub meta: MetaRule,
    /// Whether the database takes back the values of sequences with a transaction. PostgreSQL does not.
    pub sequences_roll_back: bool,
}

/// Whether one rule holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: Rule,
    /// Whether it holds.
    pub holds: bool,
    /// What breaks it, sorted; what an allowance covers is left out.
    pub places: Vec<(Place, Change)>,
    /// What differs and does not count: modes, owners and times, or values of sequences.
    pub noticed: Vec<(Place, Change)>,
    /// Of damage: the classes in which it does not show.
    pub unharmed: Vec<Class>,
}

/// What the moments come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Each rule, in the order in which a person reads them.
    pub findings: Vec<Finding>,
    /// How many differences each allowance of the plan covered.
    pub used: Vec<u64>,
}

impl Proof {
    /// Whether every rule holds.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.findings.iter().all(|finding| finding.holds)
    }

    /// The finding on `rule`, if the rule was asked.
    #[must_use]
    pub fn finding(&self, rule: Rule) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.rule == rule)
    }
}

/// Holds `moments` against one another.
#[must_use]
pub fn prove(moments: &Moments, judging: Judging<'_>) -> Proof {
    let mut prover = Prover { judging, used: vec![0; judging.allowances.len()] };
    let Moments { before, applied, rolled_back, reapplied, snapshot, again, .. } = moments;
    let mut changed = before.differences(applied);
    let anything = prover.must_differ(Rule::ApplyChanges, &changed);
    changed.retain(|(place, _)| !(judging.is_inside)(&place.path));
    let mut findings = vec![
        anything,
        prover.must_be_none(Rule::ApplyStaysInside, changed),
        prover.must_be_none(Rule::RollbackRestores, before.differences(rolled_back)),
        prover.must_be_none(Rule::ReapplyRepeats, applied.differences(reapplied)),
    ];
    if let Some([inside, after]) = &moments.transaction {
        let inside = before.differences(inside);
        findings.push(prover.must_differ(Rule::TransactionChanges, &inside));
        let after = before.differences(after);
        findings.push(prover.must_be_none(Rule::TransactionRollsBack, after));
    }
    let SnapshotMoments { taken, applied: again_applied, damaged, restored } = snapshot;
    findings.extend([
        prover.must_be_none(Rule::SnapshotChangesNothing, before.differences(taken)),
        prover.must_be_none(Rule::SnapshotApplyRepeats, applied.differences(again_applied)),
        prover.damage(again_applied, damaged),
        prover.must_be_none(Rule::RestoreRestores, before.differences(restored)),
        prover.must_be_none(Rule::SourceIsUnchanged, before.differences(again)),
    ]);
    Proof { findings, used: prover.used }
}

struct Prover<'a> {
    judging: Judging<'a>,
    used: Vec<u64>,
}

impl Prover<'_> {
    /// Whether a difference in `class` counts for `rule`.
    fn counts(&self, rule: Rule, class: Class) -> bool {
        match class {
            Class::Meta => self.judging.meta == MetaRule::Exact,
            Class::Sequences if rule == Rule::TransactionRollsBack => {
                self.judging.sequences_roll_back
            }
            _ => true,
        }
    }

    /// There may be no difference but those that an allowance covers.
    fn must_be_none(&mut self, rule: Rule, differences: Vec<(Place, Change)>) -> Finding {
        let (mut places, mut noticed) = (Vec::new(), Vec::new());
        for difference in differences {
            if !self.counts(rule, difference.0.class) {
                noticed.push(difference);
            } else if !self.allows(rule, &difference.0) {
                places.push(difference);
            }
        }
        Finding { rule, holds: places.is_empty(), places, noticed, unharmed: Vec::new() }
    }

    /// Whether the plan allows a difference at `place`, which counts as used then.
    fn allows(&mut self, rule: Rule, place: &Place) -> bool {
        let Judging { allowances, is_inside, .. } = self.judging;
        let Some(kind) = rule.allowance() else { return false };
        if !can_be_allowed(kind, place, is_inside) {
            return false;
        }
        match allowances
            .iter()
            .position(|allowance| allowance.kind == kind && allowance.covers(&place.path))
        {
            Some(at) => {
                self.used[at] += 1;
                true
            }
            None => false,
        }
    }

    fn must_differ(&self, rule: Rule, differences: &[(Place, Change)]) -> Finding {
        let holds = differences.iter().any(|(place, _)| self.counts(rule, place.class));
        Finding { rule, holds, places: Vec::new(), noticed: Vec::new(), unharmed: Vec::new() }
    }

    /// The damage shows in every class that is there and counts; the classes in which it does not are named.
    fn damage(&self, applied: &State, damaged: &State) -> Finding {
        let rule = Rule::DamageIsDone;
        let differences = applied.differences(damaged);
        let unharmed: Vec<Class> = Class::ALL
            .into_iter()
            .filter(|class| self.counts(rule, *class) && applied.class(*class).0 > 0)
            .filter(|class| !differences.iter().any(|(place, _)| place.class == *class))
            .collect();
        let holds = unharmed.is_empty() && self.must_differ(rule, &differences).holds;
        Finding { rule, holds, places: Vec::new(), noticed: Vec::new(), unharmed }
    }
}

/// Whether an allowance of `kind` may cover `place`. What a rollback leaves in the surface never may, but for
/// the value of a sequence.
#[must_use]
pub fn can_be_allowed(
    kind: AllowanceKind,
    place: &Place,
    is_inside: &dyn Fn(&str) -> bool,
) -> bool {
    kind != AllowanceKind::Left || place.class == Class::Sequences || !is_inside(&place.path)
}

#[cfg(test)]
mod tests;
