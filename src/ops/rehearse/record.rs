//! What came of a rehearsal, as evidence.

use std::collections::BTreeMap;

use sealgate_core::approval::Moment;
use sealgate_core::approval::evidence::{
    Allowance, Class as ClassView, CloneFile, Control, EVIDENCE_FORMAT, Invariant, Leg as LegView,
    Measure, PlanRef, Record, Run, SealDigest, Surface, Tool,
};
use sealgate_core::seal::entry::Digest;
use sealgate_rehearse::plan::Plan;
use sealgate_rehearse::proof::Finding;
use sealgate_rehearse::state::{Class, Place, State};

use super::bench::TaskRun;
use super::legs::{Leg, Rehearsed};
use super::prepare::{Clone, SealedPlan};

/// The most names in one list of a record.
const MOST_NAMES: usize = 100;

/// What was rehearsed, and by what.
#[derive(Debug)]
pub struct Subject<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// Where it is, and its seal.
    pub sealed: &'a SealedPlan,
    /// The name and the digest of the seal over what the plan changes.
    pub surface: (String, Digest),
    /// What was cloned.
    pub clone: &'a Clone,
    /// What confined the scripts.
    pub confinement: &'static str,
    /// The digest of this program.
    pub program: Digest,
    /// When it began.
    pub started: Moment,
    /// How long it took, in seconds.
    pub seconds: u64,
}

/// The record of a rehearsal.
#[must_use]
pub fn record(subject: &Subject<'_>, rehearsed: &Rehearsed) -> Record {
    let is_proven = rehearsed.is_proven();
    let SealedPlan { path, digest, seal, .. } = subject.sealed;
    let (surface, surface_digest) = &subject.surface;
    let [before, after] = rehearsed.seals;
    let judged = rehearsed.judged.as_ref();
    let unused = vec![0; subject.plan.allowances.len()];
    let used = judged.map_or(&unused, |judged| &judged.proof.used);
    let used = subject.plan.allowances.iter().zip(used);
    Record {
        format: EVIDENCE_FORMAT.to_owned(),
        verdict: if is_proven { "pass" } else { "fail" }.to_owned(),
        authorizes: Vec::new(),
        tool: Tool {
            name: "sealgate".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            blake3: subject.program.to_string(),
        },
        started: subject.started.to_string(),
        seconds: subject.seconds,
        plan: PlanRef {
            path: path.clone(),
            blake3: digest.to_string(),
            seal: SealDigest { name: seal.0.to_string(), digest: seal.1.to_string() },
        },
        surface: Surface {
            name: surface.clone(),
            digest: surface_digest.to_string(),
            before: before.to_string(),
            after: after.to_string(),
        },
        clone: CloneFile {
            blake3: subject.clone.digest.to_string(),
            bytes: subject.clone.bytes,
            system: subject.clone.system.clone(),
            confinement: subject.confinement.to_owned(),
        },
        legs: legs(rehearsed),
        invariants: judged
            .iter()
            .flat_map(|judged| &judged.proof.findings)
            .map(invariant)
            .collect(),
        controls: judged
            .iter()
            .flat_map(|judged| &judged.controls)
            .map(|control| Control { name: control.name.to_owned(), caught: control.caught })
            .collect(),
        allowances: used
            .map(|(allowance, used)| Allowance {
                what: allowance.kind.word().to_owned(),
                path: without_key(allowance.path.as_str()),
                reason: allowance.reason.clone(),
                used: *used,
            })
            .collect(),
    }
}

/// The legs in which something was run, with what was measured in each; the clone before and after stands
/// with the legs that are compared with it.
fn legs(rehearsed: &Rehearsed) -> Vec<LegView> {
    let mut legs = Vec::new();
    for leg in Leg::ALL {
        let runs: Vec<_> = rehearsed.runs.iter().filter(|(of, _)| *of == leg).collect();
        if runs.is_empty() {
            continue;
        }
        let is_own = |of: Leg| {
            of == leg
                || (of, leg) == (Leg::Before, Leg::Committed)
                || (of, leg) == (Leg::Again, Leg::Snapshot)
        };
        let measures = rehearsed.measures.iter().filter(|(of, ..)| is_own(*of));
        legs.push(LegView {
            leg: leg.word().to_owned(),
            runs: runs.into_iter().map(|(_, run)| task_run(run)).collect(),
            measures: measures
                .map(|(_, moment, state)| ((*moment).to_owned(), measure(state)))
                .collect::<BTreeMap<_, _>>(),
        });
    }
    legs
}

fn task_run(run: &TaskRun) -> Run {
    let [stdout, stderr] = &run.output;
    Run {
        what: run.what.to_owned(),
        argv: run.argv.clone(),
        exit: run.ended.code(),
        stdout: Digest::of(stdout).to_string(),
        stderr: Digest::of(stderr).to_string(),
        ms: u64::try_from(run.took.as_millis()).unwrap_or(u64::MAX),
    }
}

/// What was there, by class; a class of which there is nothing is left out.
fn measure(state: &State) -> Measure {
    let class = |class| {
        let (count, root) = state.class(class);
        (count > 0).then(|| ClassView { root: Some(root.to_string()), count: Some(count) })
    };
    Measure {
        rows: class(Class::Rows),
        schema: class(Class::Schema),
        sequences: class(Class::Sequences),
        large_objects: class(Class::LargeObjects),
        roles: class(Class::Roles),
        builtin: class(Class::Builtin),
        files: class(Class::Files),
        meta: class(Class::Meta),
    }
}

fn invariant(finding: &Finding) -> Invariant {
    let (left, op, right) = finding.rule.sides();
    let places = finding.places.iter().map(|(place, _)| named(place));
    let names = places.chain(finding.unharmed.iter().map(|class| class.word().to_owned()));
    Invariant {
        name: finding.rule.word().to_owned(),
        left: left.to_owned(),
        op: op.to_owned(),
        right: right.to_owned(),
        holds: finding.holds,
        differ: (finding.places.len() + finding.unharmed.len()) as u64,
        names: names.take(MOST_NAMES).collect(),
    }
}

/// `place` as a record names it: what is not the bytes of a file says so.
fn named(place: &Place) -> String {
    let path = without_key(&place.path);
    if place.class == Class::Meta { format!("{path} (meta)") } else { path }
}

/// `path` without the key of a row, which may be a person's address: 16 digits of its digest stand for it.
fn without_key(path: &str) -> String {
    match path.split_once("/rows/") {
        Some((table, key)) if !key.starts_with('+') => {
            let digest = Digest::of(key.as_bytes()).to_string();
            format!("{table}/rows/{}", &digest[..16])
        }
        _ => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_of_a_row_is_in_a_record() {
        let shown = without_key("main/people/rows/ada@example.org");
        assert!(shown.starts_with("main/people/rows/") && !shown.contains("ada"), "{shown}");
        assert_eq!(shown.len(), "main/people/rows/".len() + 16);
        for path in ["main/t/rows/+aa", "main/t/+table", "+database/encoding"] {
            assert_eq!(without_key(path), path);
        }
    }
}
