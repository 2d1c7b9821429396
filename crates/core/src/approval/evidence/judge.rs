//! What a record is worth for one grant.

use std::fmt::Write as _;

use super::super::policy::EvidenceRule;
use super::super::time::Moment;
use super::record::Record;
use crate::seal::entry::Digest;
use crate::text::escape::printable_str;
use crate::text::problem::Problem;

/// What a record must be about, and how good it must be.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// What the policy demands.
    pub rule: &'a EvidenceRule,
    /// The digest of the plan of the grant.
    pub plan: Option<Digest>,
    /// When the grant begins to count.
    pub not_before: Moment,
    /// The seal of the plan that the record names, in the commit that is judged; `None` where there is no
    /// such seal that can be read.
    pub plan_seal: Option<PlanSeal>,
    /// The digest of the seal of the surface that the record names, in the base.
    pub surface_seal: Option<Digest>,
}

/// The seal under which a plan was rehearsed.
#[derive(Debug, Clone, Copy)]
pub struct PlanSeal {
    /// The digest of the seal.
    pub digest: Digest,
    /// The digest of the file that it states at the path of the plan; `None` where it states no file there.
    pub plan: Option<Digest>,
}

const AGAIN: &str =
    "rehearse this plan again on a new clone, and make a new grant with that record";

impl Asked<'_> {
    /// Every reason why `record` does not count; none, if it does.
    #[must_use]
    pub fn judge(&self, record: &Record) -> Vec<Problem> {
        let mut refusals = weaknesses(record);
        refusals.extend(self.other_plan(record));
        refusals.extend(self.other_surface(record));
        refusals.extend(self.too_old(record));
        if self.rule.allowances == Some(false)
            && let Some(first) = record.allowances.first()
        {
            let message = format!(
                "the rehearsal rests on {} allowances, the first for {}; the policy permits none",
                record.allowances.len(),
                first.path
            );
            refusals
                .push(Problem::new("evidence-allowances", message).remedy(
                    "change the plan so that it needs no allowance, and rehearse it again",
                ));
        }
        refusals
    }

    fn other_plan(&self, record: &Record) -> Option<Problem> {
        let refused =
            |message: String| Some(Problem::new("evidence-other-plan", message).remedy(AGAIN));
        let seal = &record.plan.seal;
        let rehearsed = Digest::from_hex(record.plan.blake3.as_bytes());
        match self.plan {
            None => refused("the grant has no plan, and the record is about one".to_owned()),
            Some(plan) if rehearsed != Some(plan) => refused(format!(
                "the rehearsed plan {} is not the plan of the grant",
                record.plan.blake3
            )),
            Some(_) if !is_stated(self.plan_seal.map(|seal| seal.digest), &seal.digest) => {
                refused(format!(
                    "the plan was rehearsed under another seal {}: the files that it names may differ",
                    seal.name
                ))
            }
            Some(plan) if self.plan_seal.and_then(|seal| seal.plan) != Some(plan) => {
                refused(format!(
                    "the seal {} does not state the rehearsed plan at {}, so it does not cover the plan",
                    printable_str(&seal.name),
                    printable_str(&record.plan.path)
                ))
            }
            Some(_) => None,
        }
    }

    fn other_surface(&self, record: &Record) -> Option<Problem> {
        let surface = &record.surface;
        if is_stated(self.surface_seal, &surface.digest) {
            return None;
        }
        let message = format!(
            "the plan was rehearsed on another surface: the seal {} of the base is not {}",
            surface.name, surface.digest
        );
        Some(Problem::new("evidence-other-surface", message).remedy(AGAIN))
    }

    fn too_old(&self, record: &Record) -> Option<Problem> {
        let refused =
            |message: String| Some(Problem::new("evidence-too-old", message).remedy(AGAIN));
        let Some(began) = record.began() else {
            return refused("the record does not state when the rehearsal began".to_owned());
        };
        let Some(age) = self.not_before.seconds().checked_sub(began.seconds()) else {
            return refused(format!(
                "the rehearsal began at {began}, after the grant begins to count at {}",
                self.not_before
            ));
        };
        let hours = self.rule.hours?;
        if age < u64::from(hours) * 3_600 {
            return None;
        }
        refused(format!(
            "the rehearsal began at {began}, {} hours before the grant begins to count; the policy \
             permits {hours}",
            age / 3_600
        ))
    }
}

/// Whether there is a seal, and `hex` is its digest.
fn is_stated(seal: Option<Digest>, hex: &str) -> bool {
    seal.is_some() && Digest::from_hex(hex.as_bytes()) == seal
}

/// Why `record` proves nothing, whatever it is asked for.
#[must_use]
pub fn weaknesses(record: &Record) -> Vec<Problem> {
    let mut refusals = Vec::new();
    if let Some(why) = failure(record) {
        refusals
            .push(Problem::new("evidence-failed", why).remedy(
                "read what the rehearsal reported, change the plan, and rehearse it again",
            ));
    }
    let confinement = &record.clone.confinement;
    let version = confinement.strip_prefix("landlock-").and_then(|text| text.parse::<u16>().ok());
    if version.is_none_or(|version| version == 0) {
        let message = format!(
            "nothing that is known kept the rehearsal from other systems: its confinement is {:?}",
            printable_str(confinement)
        );
        refusals.push(
            Problem::new("evidence-unconfined", message)
                .remedy("rehearse it where Landlock confines it: Linux 6.7 or later"),
        );
    }
    refusals
}

/// Why the rehearsal failed, by its own record.
fn failure(record: &Record) -> Option<String> {
    if record.verdict != "pass" {
        return Some(format!(
            "the verdict of the rehearsal is {:?}",
            printable_str(&record.verdict)
        ));
    }
    if !record.authorizes.is_empty() {
        return Some("the record claims to authorise something, which no record does".to_owned());
    }
    if record.controls.is_empty() || record.invariants.is_empty() || record.legs.is_empty() {
        return Some(
            "the record has no legs, no invariants or no controls, so it proves nothing".to_owned(),
        );
    }
    if let Some(leg) = record.legs.iter().find(|leg| leg.runs.is_empty() || leg.measures.is_empty())
    {
        return Some(format!(
            "nothing was run or nothing was measured in the leg {}, so it proves nothing",
            printable_str(&leg.leg)
        ));
    }
    if let Some(control) = record.controls.iter().find(|control| !control.caught) {
        return Some(format!(
            "the rehearsal did not find the fault {} that was made on purpose",
            control.name
        ));
    }
    if let Some(invariant) = record.invariants.iter().find(|invariant| !invariant.holds) {
        return Some(format!("{} did not hold", invariant.name));
    }
    if let Some(invariant) = record.invariants.iter().find(|invariant| invariant.is_contradictory())
    {
        return Some(format!(
            "the record states that {} held, and that its two sides differ",
            printable_str(&invariant.name)
        ));
    }
    let runs = record.legs.iter().flat_map(|leg| leg.runs.iter().map(move |run| (leg, run)));
    let (leg, run) = runs.into_iter().find(|(_, run)| run.exit != 0)?;
    Some(format!("{} in the leg {} ended with {}", run.what, leg.leg, run.exit))
}

/// What a record states, for people.
#[must_use]
pub fn said(record: &Record) -> String {
    let Record { plan, surface, clone, .. } = record;
    let mut out = String::new();
    let mut line = |text: String| {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "  {}", printable_str(&text));
    };
    line(format!(
        "rehearsed at {}, for {} s, by {} {}",
        record.started, record.seconds, record.tool.name, record.tool.version
    ));
    line(format!("plan {} ({}), under the seal {}", plan.path, plan.blake3, plan.seal.name));
    line(format!("surface {}: {} -> {}", surface.name, surface.before, surface.after));
    line(format!(
        "clone {}, {} bytes, {}, {}",
        clone.blake3, clone.bytes, clone.system, clone.confinement
    ));
    let caught = record.controls.iter().filter(|control| control.caught).count();
    line(format!(
        "verdict {}: {} invariants, {caught} of {} controls caught",
        record.verdict,
        record.invariants.len(),
        record.controls.len()
    ));
    for allowance in &record.allowances {
        line(format!(
            "allowance {} {} (used {} times): {}",
            allowance.what, allowance.path, allowance.used, allowance.reason
        ));
    }
    out
}
