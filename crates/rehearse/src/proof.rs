//! Holds what was measured against one another. Pure: nothing else decides what a rehearsal proves.

use crate::plan::{Allowance, AllowanceKind};
use crate::state::{Class, State};

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

/// Whether one rule holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: Rule,
    /// Whether it holds.
    pub holds: bool,
    /// The paths that break it, sorted; those that an allowance covers are left out.
    pub paths: Vec<String>,
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

/// Holds `moments` against one another. `is_inside` says of a path whether it is in the surface.
#[must_use]
pub fn prove(
    moments: &Moments,
    allowances: &[Allowance],
    is_inside: &dyn Fn(&str) -> bool,
) -> Proof {
    let mut prover = Prover { allowances, is_inside, used: vec![0; allowances.len()] };
    let Moments { before, applied, rolled_back, reapplied, snapshot, again, .. } = moments;
    let changed = before.differences(applied);
    let outside: Vec<String> = changed.iter().filter(|path| !is_inside(path)).cloned().collect();
    let mut findings = vec![
        must_differ(Rule::ApplyChanges, &changed),
        prover.must_be_none(Rule::ApplyStaysInside, outside, Some(AllowanceKind::Outside)),
        prover.must_be_none(
            Rule::RollbackRestores,
            before.differences(rolled_back),
            Some(AllowanceKind::Left),
        ),
        prover.must_be_none(
            Rule::ReapplyRepeats,
            applied.differences(reapplied),
            Some(AllowanceKind::Varies),
        ),
    ];
    if let Some([inside, after]) = &moments.transaction {
        findings.push(must_differ(Rule::TransactionChanges, &before.differences(inside)));
        findings.push(prover.must_be_none(
            Rule::TransactionRollsBack,
            before.differences(after),
            None,
        ));
    }
    let SnapshotMoments { taken, applied: again_applied, damaged, restored } = snapshot;
    findings.extend([
        prover.must_be_none(Rule::SnapshotChangesNothing, before.differences(taken), None),
        prover.must_be_none(
            Rule::SnapshotApplyRepeats,
            applied.differences(again_applied),
            Some(AllowanceKind::Varies),
        ),
        damage(again_applied, damaged),
        prover.must_be_none(Rule::RestoreRestores, before.differences(restored), None),
        prover.must_be_none(Rule::SourceIsUnchanged, before.differences(again), None),
    ]);
    Proof { findings, used: prover.used }
}

struct Prover<'a> {
    allowances: &'a [Allowance],
    is_inside: &'a dyn Fn(&str) -> bool,
    used: Vec<u64>,
}

impl Prover<'_> {
    /// There may be no difference but those that an allowance of this kind covers.
    fn must_be_none(
        &mut self,
        rule: Rule,
        differences: Vec<String>,
        kind: Option<AllowanceKind>,
    ) -> Finding {
        let mut paths = Vec::new();
        for path in differences {
            if !kind.is_some_and(|kind| self.allows(kind, &path)) {
                paths.push(path);
            }
        }
        Finding { rule, holds: paths.is_empty(), paths }
    }

    /// Whether the plan allows a difference at `path`, which counts as used then. What a rollback leaves in
    /// the surface is never allowed, but for the value of a sequence.
    fn allows(&mut self, kind: AllowanceKind, path: &str) -> bool {
        let is_kept = kind == AllowanceKind::Left
            && (self.is_inside)(path)
            && Class::of(path) != Class::Sequences;
        if is_kept {
            return false;
        }
        let covers = |allowance: &Allowance| {
            let own = allowance.path.as_str();
            let below = path.strip_prefix(own).is_some_and(|rest| rest.starts_with('/'));
            allowance.kind == kind && (own == path || below)
        };
        match self.allowances.iter().position(covers) {
            Some(at) => {
                self.used[at] += 1;
                true
            }
            None => false,
        }
    }
}

fn must_differ(rule: Rule, differences: &[String]) -> Finding {
    Finding { rule, holds: !differences.is_empty(), paths: Vec::new() }
}

/// The damage shows in every class that is there; the classes in which it does not are named.
fn damage(applied: &State, damaged: &State) -> Finding {
    let differences = applied.differences(damaged);
    let is_unharmed = |class: &Class| {
        applied.class(*class).0 > 0 && !differences.iter().any(|path| Class::of(path) == *class)
    };
    let unharmed: Vec<String> = Class::ALL
        .iter()
        .filter(|class| is_unharmed(class))
        .map(|class| class.word().to_owned())
        .collect();
    let holds = !differences.is_empty() && unharmed.is_empty();
    Finding { rule: Rule::DamageIsDone, holds, paths: unharmed }
}

#[cfg(test)]
mod tests;
