//! Records of rehearsals, as tests write them.

use std::collections::BTreeMap;

use sealgate_core::approval::evidence::{
    Allowance, Class, CloneFile, Control, EVIDENCE_FORMAT, Invariant, Leg, Measure, PlanRef,
    Record, Run, SealDigest, Surface, Tool,
};
use sealgate_core::seal::entry::Digest;

fn hex(text: &str) -> String {
    Digest::of(text.as_bytes()).to_string()
}

/// A record that passes: the plan with the digest `plan` under the seal `dist`, which is the surface too,
/// rehearsed at `started`.
pub(crate) fn record(plan: &Digest, dist: &Digest, started: &str) -> Record {
    let rows = Class { root: Some(hex("rows")), count: Some(490) };
    let empty = || Some(Class { root: None, count: None });
    let measure = Measure {
        rows: Some(rows),
        schema: empty(),
        sequences: empty(),
        large_objects: empty(),
        roles: empty(),
        builtin: empty(),
        files: None,
        meta: None,
    };
    let run = Run {
        what: "apply".to_owned(),
        argv: vec!["psql".to_owned()],
        exit: 0,
        stdout: hex("out"),
        stderr: hex(""),
        ms: 12,
    };
    Record {
        format: EVIDENCE_FORMAT.to_owned(),
        verdict: "pass".to_owned(),
        authorizes: Vec::new(),
        tool: Tool {
            name: "sealgate".to_owned(),
            version: "0.2.0".to_owned(),
            blake3: hex("tool"),
        },
        started: started.to_owned(),
        seconds: 80,
        plan: PlanRef {
            path: "plan.sql".to_owned(),
            blake3: plan.to_string(),
            seal: SealDigest { name: "dist".to_owned(), digest: dist.to_string() },
        },
        surface: Surface {
            name: "dist".to_owned(),
            digest: dist.to_string(),
            before: dist.to_string(),
            after: hex("after"),
        },
        clone: CloneFile {
            blake3: hex("clone"),
            bytes: 123,
            system: "postgresql 15.18".to_owned(),
            confinement: "landlock-4".to_owned(),
        },
        legs: vec![Leg {
            leg: "committed".to_owned(),
            runs: vec![run],
            measures: BTreeMap::from([("A1".to_owned(), measure)]),
        }],
        invariants: vec![Invariant {
            name: "rollback-restores".to_owned(),
            left: "R".to_owned(),
            op: "=".to_owned(),
            right: "B0".to_owned(),
            holds: true,
            differ: 0,
            names: Vec::new(),
        }],
        controls: vec![Control { name: "one-row".to_owned(), caught: true }],
        allowances: Vec::new(),
    }
}

/// An exception that a plan asks for.
pub(crate) fn allowance() -> Allowance {
    Allowance {
        what: "outside".to_owned(),
        path: "reg/audit_log/rows".to_owned(),
        reason: "the audit trigger writes".to_owned(),
        used: 2,
    }
}
