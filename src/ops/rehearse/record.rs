//! What came of a rehearsal, as evidence.

use std::collections::BTreeMap;

use sealgate_core::approval::Moment;
use sealgate_core::approval::evidence::{
    Allowance, Class as ClassView, CloneFile, Control, EVIDENCE_FORMAT, Invariant, Leg, Measure,
    PlanRef, Record, Run, SealDigest, Surface, Tool,
};
use sealgate_core::seal::entry::Digest;
use sealgate_rehearse::plan::Plan;
use sealgate_rehearse::proof::Finding;
use sealgate_rehearse::state::{Class, State};

use super::bench::ScriptRun;
use super::legs::Rehearsed;

/// The most names in one list of a record.
const MOST_NAMES: usize = 100;

/// What was rehearsed, and by what.
#[derive(Debug)]
pub struct Subject<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// Where it is, what its bytes are, and the seal that covers it.
    pub plan_ref: (String, Digest, String, Digest),
    /// The name and the digest of the seal over the database.
    pub surface: (String, Digest),
    /// The digest and the length of the file that was cloned.
    pub clone: (Digest, u64),
    /// What confined the scripts.
    pub confinement: String,
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
    let (path, plan, seal, seal_digest) = &subject.plan_ref;
    let (surface, surface_digest) = &subject.surface;
    let (clone, bytes) = &subject.clone;
    let [before, after] = rehearsed.seals;
    let used = subject.plan.allowances.iter().zip(&rehearsed.proof.used);
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
            blake3: plan.to_string(),
            seal: SealDigest { name: seal.clone(), digest: seal_digest.to_string() },
        },
        surface: Surface {
            name: surface.clone(),
            digest: surface_digest.to_string(),
            before: before.to_string(),
            after: after.to_string(),
        },
        clone: CloneFile {
            blake3: clone.to_string(),
            bytes: *bytes,
            system: "sqlite".to_owned(),
            confinement: subject.confinement.clone(),
        },
        legs: legs(rehearsed),
        invariants: rehearsed.proof.findings.iter().map(invariant).collect(),
        controls: rehearsed
            .controls
            .iter()
            .map(|(name, caught)| Control { name: (*name).to_owned(), caught: *caught })
            .collect(),
        allowances: used
            .map(|(allowance, used)| Allowance {
                what: allowance.kind.word().to_owned(),
                path: named(allowance.path.as_str()),
                reason: allowance.reason.clone(),
                used: *used,
            })
            .collect(),
    }
}

fn legs(rehearsed: &Rehearsed) -> Vec<Leg> {
    let moments = &rehearsed.moments;
    let snapshot = &moments.snapshot;
    let mut measures: Vec<(&str, Vec<(&str, &State)>)> = Vec::new();
    if let Some([inside, after]) = &moments.transaction {
        measures.push(("transaction", vec![("B1", after), ("I", inside)]));
    }
    measures.extend([
        (
            "committed",
            vec![
                ("A1", &moments.applied),
                ("A2", &moments.reapplied),
                ("B0", &moments.before),
                ("R", &moments.rolled_back),
            ],
        ),
        (
            "snapshot",
            vec![
                ("D", &snapshot.damaged),
                ("S0", &snapshot.taken),
                ("S1", &snapshot.applied),
                ("S2", &snapshot.restored),
                ("B2", &moments.again),
            ],
        ),
    ]);
    let leg = |(name, states): (&str, Vec<(&str, &State)>)| {
        let own = rehearsed.runs.iter().filter(|(leg, _)| *leg == name);
        let states = states.into_iter().map(|(moment, state)| (moment.to_owned(), measure(state)));
        Leg {
            leg: name.to_owned(),
            runs: own.map(|(_, run)| script_run(run)).collect(),
            measures: states.collect::<BTreeMap<_, _>>(),
        }
    };
    measures.into_iter().map(leg).collect()
}

fn script_run(run: &ScriptRun) -> Run {
    let [stdout, stderr] = &run.output;
    Run {
        what: run.what.to_owned(),
        argv: vec!["sqlite".to_owned(), run.script.clone()],
        exit: run.exit.unwrap_or(-1),
        stdout: Digest::of(stdout).to_string(),
        stderr: Digest::of(stderr).to_string(),
        ms: u64::try_from(run.took.as_millis()).unwrap_or(u64::MAX),
    }
}

fn measure(state: &State) -> Measure {
    let class = |class| {
        let (count, root) = state.class(class);
        Some(ClassView { root: Some(root.to_string()), count: Some(count) })
    };
    Measure {
        rows: class(Class::Rows),
        schema: class(Class::Schema),
        sequences: class(Class::Sequences),
        large_objects: None,
        roles: None,
        builtin: None,
        files: None,
        meta: None,
    }
}

fn invariant(finding: &Finding) -> Invariant {
    let (left, op, right) = finding.rule.sides();
    Invariant {
        name: finding.rule.word().to_owned(),
        left: left.to_owned(),
        op: op.to_owned(),
        right: right.to_owned(),
        holds: finding.holds,
        differ: finding.paths.len() as u64,
        names: finding.paths.iter().take(MOST_NAMES).map(|path| named(path)).collect(),
    }
}

/// `path` without the key of a row, which may be a person's address: 16 digits of its digest stand for it.
fn named(path: &str) -> String {
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
        let shown = named("main/people/rows/ada@example.org");
        assert!(shown.starts_with("main/people/rows/") && !shown.contains("ada"), "{shown}");
        assert_eq!(shown.len(), "main/people/rows/".len() + 16);
        for path in ["main/t/rows/+aa", "main/t/+table", "+database/encoding"] {
            assert_eq!(named(path), path);
        }
    }
}
