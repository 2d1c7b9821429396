//! What came of a rehearsal, as a report.

use std::path::Path;
use std::time::Duration;

use sealgate_core::compare::verdict::Verdict;
use sealgate_core::text::problem::Problem;
use sealgate_rehearse::confine::UNCONFINED;
use sealgate_rehearse::plan::Plan;
use sealgate_rehearse::proof::{Finding, Rule};
use sealgate_rehearse::state::{Change, Class, Place, State};

use super::bench::{Bench, TaskRun};
use super::legs::{Leg, Rehearsed};
use super::prepare::Clone;
use super::refusal::{Refusal, refused};
use crate::report::rehearsal_view::{
    AllowanceView, ClonedView, ControlView, CountView, InvariantView, LegView, PlaceView,
    REHEARSAL_FORMAT, RehearsalReport, StepView,
};
use crate::report::{ErrorView, Notice, Tool};

/// The most places of one invariant in a report.
const MOST_PLACES: usize = 1_000;

/// What a report is about.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// The plan, and how its file is shown.
    pub plan: (&'a Plan, &'a str),
    /// What was cloned.
    pub clone: &'a Clone,
    /// What confined scripts.
    pub confinement: &'static str,
    /// Where the record is.
    pub record: &'a str,
    /// Where copies are kept.
    pub copies: Option<&'a Path>,
    /// How long it took.
    pub took: Duration,
}

/// The report of a rehearsal that came to an end.
#[must_use]
pub fn told(about: About<'_>, rehearsed: &Rehearsed, bench: &dyn Bench) -> RehearsalReport {
    let (plan, shown) = about.plan;
    let judged = rehearsed.judged.as_ref();
    let used = |at: usize| judged.and_then(|judged| judged.proof.used.get(at)).copied();
    let controls = judged.iter().flat_map(|judged| &judged.controls);
    let findings = judged.iter().flat_map(|judged| &judged.proof.findings);
    let broken: Vec<Problem> = findings
        .filter(|finding| !finding.holds)
        .map(|finding| refused(finding, &|path| bench.is_inside(path)))
        .collect();
    RehearsalReport {
        subject: Some(plan.subject.clone()),
        seal: Some(plan.target.seal().to_string()),
        verdict: if rehearsed.is_proven() { Verdict::Pass } else { Verdict::Fail },
        clone: Some(ClonedView {
            path: plan.clone.clone(),
            blake3: about.clone.digest.to_string(),
            bytes: about.clone.bytes,
            system: about.clone.system.clone(),
            confinement: about.confinement.into(),
        }),
        legs: legs(rehearsed, bench),
        controls: controls
            .map(|control| ControlView { name: control.name, caught: control.caught })
            .collect(),
        allowances: plan
            .allowances
            .iter()
            .enumerate()
            .map(|(at, allowance)| AllowanceView {
                what: allowance.kind.word(),
                path: allowance.path.as_str().to_owned(),
                reason: allowance.reason.clone(),
                used: used(at),
            })
            .collect(),
        record: Some(about.record.to_owned()),
        copies: about.copies.map(|path| path.display().to_string()),
        errors: rehearsed.failures.iter().chain(&broken).map(ErrorView::refusal).collect(),
        notices: notices(about.confinement),
        ..broken_off(shown, &[], about.took)
    }
}

/// What changes no verdict, and that a reader must know.
fn notices(confinement: &str) -> Vec<Notice> {
    if confinement != UNCONFINED {
        return Vec::new();
    }
    let message = "scripts were not confined: the record states it, and is no evidence".to_owned();
    vec![Notice::new("rehearsal-unconfined", message)]
}

/// The report of a rehearsal of the plan `shown` that broke off because of `problems`.
#[must_use]
pub fn broken_off(shown: &str, problems: &[Problem], took: Duration) -> RehearsalReport {
    RehearsalReport {
        format: REHEARSAL_FORMAT,
        tool: Tool::this(),
        verdict: Verdict::Error,
        subject: None,
        plan: shown.to_owned(),
        seal: None,
        clone: None,
        legs: Vec::new(),
        controls: Vec::new(),
        allowances: Vec::new(),
        record: None,
        copies: None,
        errors: problems.iter().map(ErrorView::new).collect(),
        notices: Vec::new(),
        elapsed_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
    }
}

/// The legs that began, with what must hold in each.
fn legs(rehearsed: &Rehearsed, bench: &dyn Bench) -> Vec<LegView> {
    let mut legs = Vec::new();
    for leg in Leg::ALL {
        let steps = steps(leg, rehearsed);
        let findings = rehearsed.judged.iter().flat_map(|judged| &judged.proof.findings);
        let invariants: Vec<_> = findings
            .filter(|finding| leg_of(finding.rule) == leg)
            .map(|finding| invariant(finding, bench))
            .collect();
        if steps.is_empty() && invariants.is_empty() {
            continue;
        }
        let has_failed = rehearsed.runs.iter().any(|(of, run)| *of == leg && !run.is_success());
        let holds = invariants.iter().all(|invariant| invariant.holds) && !has_failed;
        // Of a leg without invariants nothing is known, but that it failed.
        let is_judged = !invariants.is_empty() || has_failed || leg == Leg::Before;
        let holds = is_judged.then_some(holds);
        legs.push(LegView { leg: leg.word(), doing: leg.doing(), holds, steps, invariants });
    }
    legs
}

/// What was run and measured in `leg`. Each measure stands behind the run that it is about.
fn steps(leg: Leg, rehearsed: &Rehearsed) -> Vec<StepView> {
    let mut runs = rehearsed.runs.iter().filter(|(of, _)| *of == leg).map(|(_, run)| step(run));
    let mut steps = Vec::new();
    for (_, moment, state) in rehearsed.measures.iter().filter(|(of, ..)| *of == leg) {
        // These moments are of copies on which nothing was run since the last.
        if !matches!(*moment, "B0" | "B1" | "B2" | "S0" | "D" | "S2") {
            steps.extend(runs.next());
        }
        steps.push(StepView::Measure { moment, counts: counts(state) });
    }
    // The commands of snapshots, and what failed before it was measured.
    steps.extend(runs);
    steps
}

fn step(run: &TaskRun) -> StepView {
    StepView::Run {
        what: run.what,
        argv: run.argv.clone(),
        exit: run.ended.code(),
        ms: u64::try_from(run.took.as_millis()).unwrap_or(u64::MAX),
        stderr: run.said(),
    }
}

fn counts(state: &State) -> Vec<CountView> {
    let counts = Class::ALL.map(|class| (class.word(), state.class(class).0)).into_iter();
    let counts = counts.filter(|(_, count)| *count > 0);
    counts.map(|(class, count)| CountView { class, count }).collect()
}

/// The leg in which `rule` must hold.
fn leg_of(rule: Rule) -> Leg {
    match rule {
        Rule::TransactionChanges | Rule::TransactionRollsBack => Leg::Transaction,
        Rule::ApplyChanges
        | Rule::ApplyStaysInside
        | Rule::RollbackRestores
        | Rule::ReapplyRepeats => Leg::Committed,
        Rule::SnapshotChangesNothing
        | Rule::SnapshotApplyRepeats
        | Rule::DamageIsDone
        | Rule::RestoreRestores => Leg::Snapshot,
        Rule::SourceIsUnchanged => Leg::Again,
    }
}

fn invariant(finding: &Finding, bench: &dyn Bench) -> InvariantView {
    let (left, op, right) = finding.rule.sides();
    let refusal = (!finding.holds).then(|| Refusal::of(finding, &|path| bench.is_inside(path)));
    let (remedy, allow, code) = match refusal {
        Some(Refusal { code, remedy, allow }) => (Some(remedy), allow, Some(code)),
        None => (None, None, None),
    };
    let shown = finding.places.iter().take(MOST_PLACES);
    InvariantView {
        name: finding.rule.word(),
        statement: format!("{left} {op} {right}"),
        meaning: finding.rule.meaning(finding.holds),
        holds: finding.holds,
        code,
        places: shown.map(place).collect(),
        left_out: finding.places.len().saturating_sub(MOST_PLACES),
        unharmed: finding.unharmed.iter().map(|class| class.word()).collect(),
        noticed: finding.noticed.iter().take(MOST_PLACES).map(place).collect(),
        remedy,
        allow,
    }
}

fn place((place, change): &(Place, Change)) -> PlaceView {
    let change = match change {
        Change::Added => "added",
        Change::Removed => "removed",
        Change::Changed => "changed",
    };
    PlaceView { path: place.path.clone(), class: place.class.word(), change }
}
