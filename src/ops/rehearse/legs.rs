//! What is tried, in order.

use sealgate_core::seal::entry::Digest;
use sealgate_core::text::problem::Problem;
use sealgate_rehearse::ended::Ended;
use sealgate_rehearse::plan::{Action, MetaRule, Plan, SnapshotCommands, Target, Transaction};
use sealgate_rehearse::proof::{Judging, Moments, Proof, Rule, SnapshotMoments, prove};
use sealgate_rehearse::state::State;

use super::bench::{BASE, Bench, Step, Task, TaskRun};
use super::controls::{self, Control};
use super::refusal::refused;

/// A part of a rehearsal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leg {
    /// The clone is measured.
    Before,
    /// The change in a transaction that the database rolls back.
    Transaction,
    /// The change, its rollback, and the change again.
    Committed,
    /// The change, damage, and a snapshot restored.
    Snapshot,
    /// The clone is measured again.
    Again,
    /// Faults are made on purpose.
    Controls,
}

impl Leg {
    /// Every leg, in order.
    pub const ALL: [Self; 6] = [
        Self::Before,
        Self::Transaction,
        Self::Committed,
        Self::Snapshot,
        Self::Again,
        Self::Controls,
    ];

    /// The word for it in a record.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::Transaction => "transaction",
            Self::Committed => "committed",
            Self::Snapshot => "snapshot",
            Self::Again => "again",
            Self::Controls => "controls",
        }
    }

    /// What is done in it.
    #[must_use]
    pub fn doing(self) -> &'static str {
        match self {
            Self::Before => "the clone is measured",
            Self::Transaction => "applied, and rolled back by the database",
            Self::Committed => "applied, taken back, and applied again",
            Self::Snapshot => "saved, applied, damaged, and restored",
            Self::Again => "the clone is measured once more",
            Self::Controls => "faults are made on purpose",
        }
    }
}

/// What came of a rehearsal.
#[derive(Debug)]
pub struct Rehearsed {
    /// What was run, with the leg.
    pub runs: Vec<(Leg, TaskRun)>,
    /// What was measured: the leg, the name of the moment, and what was there.
    pub measures: Vec<(Leg, &'static str, State)>,
    /// The digests of the seals that the clone gives before and after the change.
    pub seals: [Digest; 2],
    /// Why scripts and commands did not do what they should.
    pub failures: Vec<Problem>,
    /// What that proves; `None` if a failure left nothing to judge.
    pub judged: Option<Judged>,
}

/// What the moments of a rehearsal prove.
#[derive(Debug)]
pub struct Judged {
    /// What holds.
    pub proof: Proof,
    /// The faults that were made on purpose.
    pub controls: Vec<Control>,
}

impl Rehearsed {
    /// Whether every fault that was made on purpose was found.
    #[must_use]
    pub fn found_all_faults(&self) -> bool {
        let controls = self.judged.iter().flat_map(|judged| &judged.controls);
        controls.into_iter().all(|control| control.caught)
    }

    /// Why nothing can be said of the change: a fault was not found, or the clone does not read the same twice.
    #[must_use]
    pub fn blindness(&self) -> Option<Problem> {
        let again =
            self.judged.iter().find_map(|judged| judged.proof.finding(Rule::SourceIsUnchanged));
        if let Some(again) = again.filter(|finding| !finding.holds) {
            return Some(refused(again, &|_| false));
        }
        (!self.found_all_faults()).then(|| {
            let message = "a fault that was made on purpose was not found, so nothing is proven";
            Problem::new("control-not-caught", message)
                .remedy("report this with the record: the proof is blind here")
        })
    }

    /// Whether everything holds that must, everything ran to its end, and the proof is not blind.
    #[must_use]
    pub fn is_proven(&self) -> bool {
        let all_ran = self.runs.iter().all(|(_, run)| run.is_success());
        let holds = self.judged.as_ref().is_some_and(|judged| judged.proof.holds());
        holds && all_ran && self.failures.is_empty() && self.found_all_faults()
    }
}

/// How a rehearsal goes on: each leg, and each step in it.
pub(super) type Tell<'t> = &'t dyn Fn(Leg, Option<&str>);

/// Rehearses `plan` on the copy `base` of `bench`; `tell` hears of each leg.
///
/// # Errors
///
/// The rehearsal cannot go on, and proves nothing. That a script fails is no error.
pub fn rehearse(bench: &dyn Bench, plan: &Plan, tell: Tell<'_>) -> Result<Rehearsed, Problem> {
    let mut course = Course::begin(bench, plan, tell)?;
    let moments = course.moments()?;
    let judged = match moments {
        None => None,
        Some(moments) => {
            tell(Leg::Controls, None);
            let controls = controls::run(bench, &moments)?;
            let is_inside = |path: &str| bench.is_inside(path);
            let judging = Judging {
                allowances: &plan.allowances,
                is_inside: &is_inside,
                meta: match plan.target {
                    Target::Tree(_, meta) => meta,
                    Target::Surface(_) => MetaRule::Exact,
                },
                sequences_roll_back: bench.sequences_roll_back(),
            };
            Some(Judged { proof: prove(&moments, judging), controls })
        }
    };
    bench.shared().helpers.check_signals()?;
    let Course { runs, measures, seals, failures, .. } = course;
    Ok(Rehearsed { runs, measures, seals, failures, judged })
}

/// A rehearsal that goes on.
struct Course<'a> {
    bench: &'a dyn Bench,
    plan: &'a Plan,
    tell: Tell<'a>,
    leg: Leg,
    runs: Vec<(Leg, TaskRun)>,
    measures: Vec<(Leg, &'static str, State)>,
    seals: [Digest; 2],
    failures: Vec<Problem>,
}

impl<'a> Course<'a> {
    fn begin(bench: &'a dyn Bench, plan: &'a Plan, tell: Tell<'a>) -> Result<Self, Problem> {
        let leg = Leg::Before;
        tell(leg, None);
        let seals = [bench.seal_digest(BASE)?; 2];
        let (runs, measures, failures) = (Vec::new(), Vec::new(), Vec::new());
        Ok(Self { bench, plan, tell, leg, runs, measures, seals, failures })
    }

    /// What is measured; `None` if a script or a command failed before all of it was.
    fn moments(&mut self) -> Result<Option<Moments>, Problem> {
        let before = self.measure("B0", BASE)?;
        if before.is_empty() {
            return Err(Problem::new("clone-unreadable", "the clone is empty")
                .remedy("name a clone of what the change is for"));
        }
        let mut transaction = None;
        if self.plan.transaction == Transaction::Tried {
            transaction = self.transaction()?;
            if transaction.is_none() {
                return Ok(None);
            }
        }
        let Some([applied, rolled_back, reapplied]) = self.committed()? else { return Ok(None) };
        let Some(snapshot) = self.snapshot()? else { return Ok(None) };
        self.enter(Leg::Again);
        let again = self.measure("B2", BASE)?;
        Ok(Some(Moments { before, transaction, applied, rolled_back, reapplied, snapshot, again }))
    }

    fn transaction(&mut self) -> Result<Option<[State; 2]>, Problem> {
        self.enter(Leg::Transaction);
        self.copy(BASE, "transaction")?;
        let task = self.apply();
        (self.tell)(self.leg, Some(task.what));
        let (run, inside) = self.bench.run_rolled_back(task, "transaction")?;
        let has_run = self.note(run)?;
        let (Some(inside), true) = (inside, has_run) else { return Ok(None) };
        let inside = self.keep("I", inside);
        let after = self.measure("B1", "transaction")?;
        self.discard(&["transaction", "inside"])?;
        Ok(Some([inside, after]))
    }

    /// `A1`, `R` and `A2`.
    fn committed(&mut self) -> Result<Option<[State; 3]>, Problem> {
        self.enter(Leg::Committed);
        self.copy(BASE, "committed")?;
        if !self.run(self.apply(), "committed")? {
            return Ok(None);
        }
        let applied = self.measure("A1", "committed")?;
        self.seals[1] = self.bench.seal_digest("committed")?;
        let rollback = task("rollback", &self.plan.rollback);
        if !self.run(rollback, "committed")? {
            return Ok(None);
        }
        let rolled_back = self.measure("R", "committed")?;
        // After a rollback that left something, this may fail: the proof says so, and names what was left.
        self.run(self.apply(), "committed")?;
        let reapplied = self.measure("A2", "committed")?;
        self.discard(&["committed"])?;
        Ok(Some([applied, rolled_back, reapplied]))
    }

    fn snapshot(&mut self) -> Result<Option<SnapshotMoments>, Problem> {
        const LABEL: &str = "restored";
        self.enter(Leg::Snapshot);
        self.copy(BASE, LABEL)?;
        let commands = self.plan.snapshot.as_ref();
        match commands {
            None => self.copy(LABEL, "saved")?,
            Some(SnapshotCommands { take, .. }) => {
                let take = Task { what: "snapshot", step: Step::Command(take) };
                if !self.run(take, LABEL)? {
                    return Ok(None);
                }
            }
        }
        let taken = self.measure("S0", LABEL)?;
        if !self.run(self.apply(), LABEL)? {
            return Ok(None);
        }
        let applied = self.measure("S1", LABEL)?;
        (self.tell)(self.leg, Some("damage"));
        self.bench.damage(&applied, LABEL)?;
        let damaged = self.measure("D", LABEL)?;
        match commands {
            None => self.copy("saved", LABEL)?,
            Some(SnapshotCommands { restore, .. }) => {
                let restore = Task { what: "restore", step: Step::Command(restore) };
                if !self.run(restore, LABEL)? {
                    return Ok(None);
                }
            }
        }
        let restored = self.measure("S2", LABEL)?;
        self.discard(&[LABEL, "saved", "snapshot"])?;
        Ok(Some(SnapshotMoments { taken, applied, damaged, restored }))
    }

    fn enter(&mut self, leg: Leg) {
        self.leg = leg;
        (self.tell)(leg, None);
    }

    fn apply(&self) -> Task<'a> {
        task("apply", &self.plan.apply)
    }

    fn copy(&self, from: &str, to: &str) -> Result<(), Problem> {
        self.bench.shared().helpers.check_signals()?;
        (self.tell)(self.leg, Some("copy"));
        self.bench.copy(from, to)
    }

    /// Copies that nothing needs any more: a rehearsal never has more than three at a time.
    fn discard(&self, labels: &[&str]) -> Result<(), Problem> {
        labels.iter().try_for_each(|label| self.bench.discard(label))
    }

    /// What the copy `label` has at the moment `name`.
    fn measure(&mut self, name: &'static str, label: &str) -> Result<State, Problem> {
        self.bench.shared().helpers.check_signals()?;
        (self.tell)(self.leg, Some(&format!("measure {name}")));
        let state = self.bench.measure(label)?;
        Ok(self.keep(name, state))
    }

    /// Most moments are equal to an earlier one, and take no memory of their own.
    fn keep(&mut self, name: &'static str, state: State) -> State {
        let known: Vec<_> = self.measures.iter().map(|(_, _, state)| state).collect();
        let state = state.shared(&known);
        self.measures.push((self.leg, name, state.clone()));
        state
    }

    /// Runs `task` on the copy `label`; whether it did all that it should.
    fn run(&mut self, task: Task<'_>, label: &str) -> Result<bool, Problem> {
        (self.tell)(self.leg, Some(task.what));
        let run = self.bench.run(task, label)?;
        self.note(run)
    }

    /// Keeps what came of `run`; whether that is what it should.
    fn note(&mut self, run: TaskRun) -> Result<bool, Problem> {
        let failure = failure(self.leg, &run);
        self.runs.push((self.leg, run));
        match failure {
            None => Ok(true),
            Some(problem) if problem.code == "script-ends-transaction" => Err(problem),
            Some(problem) => {
                self.failures.push(problem);
                Ok(false)
            }
        }
    }
}

fn task<'t>(what: &'static str, action: &'t Action) -> Task<'t> {
    let step = match action {
        Action::Script(name) => Step::Script(name),
        Action::Command(words) => Step::Command(words),
    };
    Task { what, step }
}

/// Why `run` did not do what it should.
fn failure(leg: Leg, run: &TaskRun) -> Option<Problem> {
    if run.is_success() {
        return None;
    }
    let name = run.argv.join(" ");
    let name = name.strip_prefix("sqlite ").unwrap_or(&name);
    let said = run.said();
    if run.ended == Ended::EndsTransaction {
        return Some(
            Problem::new("script-ends-transaction", format!("{name}: {said}")).remedy(
                "take BEGIN, COMMIT and ROLLBACK out of the script; or set `transaction = false` in the \
                 plan, with a `transaction-reason`",
            ),
        );
    }
    let how = match &run.ended {
        Ended::Exit(code) => format!(" with the exit code {code}"),
        Ended::Signal(number) => format!(" by signal {number}"),
        _ => String::new(),
    };
    let said = if said.is_empty() { String::new() } else { format!(": {said}") };
    let message = format!("{name} failed in the leg {}{how}{said}", leg.word());
    let code = match run.what {
        "rollback" => "rollback-failed",
        "snapshot" | "restore" => "snapshot-failed",
        _ => "apply-failed",
    };
    Some(Problem::new(code, message).remedy("correct it, seal the plan, and rehearse again"))
}

#[cfg(test)]
mod tests {
    use sealgate_rehearse::state::{Class, Place};

    use super::*;

    fn state(text: &str) -> State {
        State::from_lines([(Place::new("main/t/rows/1", Class::Rows), text.to_owned())])
    }

    /// A rehearsal whose clone reads as `again` in the end, and in which a fault was `caught` or not.
    fn rehearsed(again: &str, caught: bool) -> Rehearsed {
        let (before, after) = (state("1"), state("2"));
        let moments = Moments {
            before: before.clone(),
            transaction: None,
            applied: after.clone(),
            rolled_back: before.clone(),
            reapplied: after.clone(),
            snapshot: SnapshotMoments {
                taken: before.clone(),
                applied: after,
                damaged: state("9"),
                restored: before,
            },
            again: state(again),
        };
        let judging = Judging {
            allowances: &[],
            is_inside: &|_| true,
            meta: MetaRule::Exact,
            sequences_roll_back: true,
        };
        let controls = vec![Control { name: "one-row", caught }];
        Rehearsed {
            runs: Vec::new(),
            measures: Vec::new(),
            seals: [Digest::of(b""); 2],
            failures: Vec::new(),
            judged: Some(Judged { proof: prove(&moments, judging), controls }),
        }
    }

    #[test]
    fn a_blind_rehearsal_is_an_error_and_proves_nothing() {
        let cases = [
            ("1", true, None),
            ("1", false, Some("control-not-caught")),
            ("3", true, Some("not-deterministic")),
            ("3", false, Some("not-deterministic")),
        ];
        for (again, caught, code) in cases {
            let rehearsed = rehearsed(again, caught);
            let problem = rehearsed.blindness();
            assert_eq!(problem.as_ref().map(|problem| problem.code), code, "{again} {caught}");
            assert_eq!(rehearsed.is_proven(), code.is_none(), "{again} {caught}");
        }
    }
}
