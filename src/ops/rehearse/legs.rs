//! What is tried, in order.

use sealgate_core::seal::entry::Digest;
use sealgate_core::seal::{Header, Seal};
use sealgate_core::text::problem::Problem;
use sealgate_rehearse::plan::{Plan, Transaction};
use sealgate_rehearse::proof::{Moments, Proof, SnapshotMoments, prove};

use super::bench::{Bench, Mode, ScriptRun};
use super::controls::{self, Controls};

/// What came of a rehearsal.
#[derive(Debug)]
pub struct Rehearsed {
    /// What was measured.
    pub moments: Moments,
    /// What it proves.
    pub proof: Proof,
    /// The faults that were made on purpose, and whether each was found.
    pub controls: Controls,
    /// What was run, with the name of the leg.
    pub runs: Vec<(&'static str, ScriptRun)>,
    /// The digests of the seals that the clone gives before and after the change.
    pub seals: [Digest; 2],
}

impl Rehearsed {
    /// Whether every fault that was made on purpose was found.
    #[must_use]
    pub fn found_all_faults(&self) -> bool {
        self.controls.iter().all(|(_, caught)| *caught)
    }

    /// Whether everything holds that must, every script ran to its end, and the proof is not blind.
    #[must_use]
    pub fn is_proven(&self) -> bool {
        let all_ran = self.runs.iter().all(|(_, run)| run.is_success());
        self.proof.holds() && all_ran && self.found_all_faults()
    }
}

/// The copy that nothing is run on.
const BASE: &str = "base";

/// Rehearses `plan` on the copy `base`, by the scripts `apply.sql` and `rollback.sql` in the scratch; `tell` is
/// told of each leg.
///
/// # Errors
///
/// A script fails, or the rehearsal cannot go on.
pub fn rehearse(bench: &Bench<'_>, plan: &Plan, tell: &dyn Fn(&str)) -> Result<Rehearsed, Problem> {
    let mut runs = Runs { bench, done: Vec::new() };
    let [apply, rollback] = plan.scripts();
    let apply = |leg, label, mode| Step { leg, what: "apply", script: apply, label, mode };
    tell("before: the clone is measured ...");
    let before = bench.measure(BASE)?;
    let seal_before = bench.seal_digest(BASE)?;
    let transaction = match &plan.transaction {
        Transaction::Skipped(_) => None,
        Transaction::Tried => {
            tell("transaction: applied, and rolled back by the database ...");
            bench.copy(BASE, "transaction")?;
            let mode = Mode::RolledBack("inside");
            runs.must_run(apply("transaction", "transaction", mode))?;
            Some([bench.measure("inside")?, bench.measure("transaction")?])
        }
    };
    tell("committed: applied, taken back, and applied again ...");
    bench.copy(BASE, "committed")?;
    let committed = apply("committed", "committed", Mode::Committed);
    runs.must_run(committed)?;
    let applied = bench.measure("committed")?;
    let seal_after = bench.seal_digest("committed")?;
    runs.must_run(Step { what: "rollback", script: rollback, ..committed })?;
    let rolled_back = bench.measure("committed")?;
    // After a rollback that left something, this may fail: the proof says so, and names what was left.
    if let Some(problem) = runs.run(committed)? {
        tell(&problem.message);
    }
    let reapplied = bench.measure("committed")?;
    tell("snapshot: saved, applied, damaged, and restored ...");
    bench.copy(BASE, "restored")?;
    bench.copy("restored", "saved")?;
    let taken = bench.measure("restored")?;
    runs.must_run(apply("snapshot", "restored", Mode::Committed))?;
    let snapshot_applied = bench.measure("restored")?;
    controls::damage(bench, &snapshot_applied, "restored")?;
    let damaged = bench.measure("restored")?;
    bench.copy("saved", "restored")?;
    let restored = bench.measure("restored")?;
    tell("again: the clone is measured once more ...");
    let again = bench.measure(BASE)?;
    let snapshot = SnapshotMoments { taken, applied: snapshot_applied, damaged, restored };
    let moments = Moments { before, transaction, applied, rolled_back, reapplied, snapshot, again };
    tell("controls: faults are made on purpose ...");
    let is_inside = |path: &str| is_inside(bench.seal, path);
    let controls = controls::run(bench, &moments, &is_inside)?;
    let proof = prove(&moments, &plan.allowances, &is_inside);
    let runs = runs.done;
    Ok(Rehearsed { moments, proof, controls, runs, seals: [seal_before, seal_after] })
}

/// A script that is to be run on a copy.
#[derive(Debug, Clone, Copy)]
struct Step<'s> {
    leg: &'static str,
    what: &'static str,
    script: &'s str,
    label: &'s str,
    mode: Mode<'s>,
}

/// What was run so far.
struct Runs<'a> {
    bench: &'a Bench<'a>,
    done: Vec<(&'static str, ScriptRun)>,
}

impl Runs<'_> {
    /// Runs `step`, which must succeed.
    fn must_run(&mut self, step: Step<'_>) -> Result<(), Problem> {
        self.run(step)?.map_or(Ok(()), Err)
    }

    /// Runs `step`; gives why the script failed, if it did. That it could not be run is an error.
    fn run(&mut self, step: Step<'_>) -> Result<Option<Problem>, Problem> {
        let Step { leg, what, script, label, mode } = step;
        let path = self.bench.scratch.join(format!("{what}.sql"));
        let run = self.bench.run(what, &path, script, label, mode)?;
        let (problem, has_run) = (failure(&run), run.is_success() || run.failed());
        self.done.push((leg, run));
        match problem {
            Some(problem) if !has_run => Err(problem),
            problem => Ok(problem),
        }
    }
}

/// Whether `seal`, which is over a database, covers `path`.
#[must_use]
pub fn is_inside(seal: &Seal, path: &str) -> bool {
    let Header { surface, scope, .. } = &seal.header;
    let includes = surface.as_ref().is_some_and(|surface| surface.includes(path.as_bytes()));
    includes && scope.excludes(path.as_bytes(), false).is_none()
}

/// Why a script that ended did not do what it should.
fn failure(run: &ScriptRun) -> Option<Problem> {
    if run.is_success() {
        return None;
    }
    let said = run.said();
    let message = format!("{} failed: {said}", run.script);
    let corrected = "correct the script, seal it, and rehearse again";
    Some(if run.ended_transaction() {
        Problem::new("script-ends-transaction", format!("{}: {said}", run.script)).remedy(
            "take BEGIN, COMMIT and ROLLBACK out of the script; or set `transaction = false` in the plan, \
             with a `transaction-reason`",
        )
    } else if !run.failed() && said.contains("Landlock") {
        Problem::new("confinement-unavailable", format!("scripts cannot be confined: {said}"))
            .remedy("rehearse on Linux 6.7 or later, where Landlock is enabled")
    } else if !run.failed() {
        Problem::new("rehearsal-broken", format!("{} could not be run: {said}", run.script)).remedy(
            "correct the cause, and rehearse again; nothing outside of the scratch was changed",
        )
    } else if run.what == "rollback" {
        Problem::new("rollback-failed", message).remedy(corrected)
    } else {
        Problem::new("apply-failed", message).remedy(corrected)
    })
}
