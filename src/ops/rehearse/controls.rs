//! Faults that are made on purpose. A proof that does not find each of them, and name it exactly, is none.

use sealgate_core::text::problem::Problem;
use sealgate_rehearse::plan::MetaRule;
use sealgate_rehearse::proof::{Judging, Moments, Rule, prove};
use sealgate_rehearse::state::{Change, Class, Place};

use super::bench::{BASE, Bench, Fault, Made};

/// A fault by its name, and whether it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Control {
    /// Its name.
    pub name: &'static str,
    /// Whether it was found, and named exactly.
    pub caught: bool,
}

/// The faults that are made in a copy.
const FAULTS: [(Fault, [&str; 2]); 3] = [
    (Fault::Content, ["one-row", "one-file"]),
    (Fault::Inside, ["inside-object", "inside-file"]),
    (Fault::Outside, ["outside-object", "outside-file"]),
];

/// Makes each fault, and looks whether the proof finds it.
///
/// # Errors
///
/// A copy cannot be made or measured.
pub(super) fn run(bench: &dyn Bench, moments: &Moments) -> Result<Vec<Control>, Problem> {
    let is_inside = |path: &str| bench.is_inside(path);
    // No allowance covers a fault.
    let judging = Judging {
        allowances: &[],
        is_inside: &is_inside,
        meta: MetaRule::Notice,
        sequences_roll_back: bench.sequences_roll_back(),
    };
    let is_tree = bench.shared().seal.header.surface.is_none();
    let idle = Moments { applied: moments.before.clone(), ..moments.clone() };
    let left = Moments { rolled_back: moments.applied.clone(), ..moments.clone() };
    let mut changed = moments.before.differences(&moments.applied);
    changed.retain(|(place, _)| place.class != Class::Meta);
    let found = broken_places(&left, Rule::RollbackRestores, judging);
    let mut controls = vec![
        Control {
            name: "no-op-apply",
            caught: broken_places(&idle, Rule::ApplyChanges, judging).is_some(),
        },
        Control {
            name: "no-op-rollback",
            // Of a change that changes nothing, nothing can be left.
            caught: changed.is_empty() || found.as_ref() == Some(&changed),
        },
    ];
    for (fault, names) in FAULTS {
        bench.copy(BASE, "control")?;
        let made = bench.make(fault, &moments.before, "control")?;
        if made == Made::Impossible {
            continue;
        }
        let state = bench.measure("control")?;
        let left = Moments { rolled_back: state.clone(), ..moments.clone() };
        let strayed = Moments { applied: state, ..moments.clone() };
        let is_named = |rule, moments: &Moments| {
            let places = broken_places(moments, rule, judging);
            places.is_some_and(|places| made_alone(&made, &places, &is_inside))
        };
        let stays_inside = broken_places(&strayed, Rule::ApplyStaysInside, judging).is_none();
        let caught = is_named(Rule::RollbackRestores, &left)
            && match fault {
                Fault::Outside => is_named(Rule::ApplyStaysInside, &strayed),
                Fault::Content | Fault::Inside => stays_inside,
            };
        controls.push(Control { name: names[usize::from(is_tree)], caught });
    }
    Ok(controls)
}

/// What breaks `rule`; `None` if it holds.
fn broken_places(
    moments: &Moments,
    rule: Rule,
    judging: Judging<'_>,
) -> Option<Vec<(Place, Change)>> {
    let proof = prove(moments, judging);
    proof.finding(rule).filter(|finding| !finding.holds).map(|finding| finding.places.clone())
}

/// Whether `places` is what was `made`, and nothing else.
fn made_alone(made: &Made, places: &[(Place, Change)], is_inside: &dyn Fn(&str) -> bool) -> bool {
    let [(only, _)] = places else { return false };
    match made {
        Made::Impossible | Made::Failed => false,
        Made::Place(place) => only == place,
        Made::OneRow => only.class == Class::Rows && is_inside(&only.path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_found_only_by_its_exact_name() {
        let row = |path: &str| (Place::new(path, Class::Rows), Change::Removed);
        let (one, other) = (row("main/t/rows/1"), row("main/log/rows/1"));
        let is_inside = |path: &str| path.starts_with("main/t/");
        let place = Made::Place(one.0.clone());
        let cases = [
            (&place, vec![one.clone()], true),
            (&place, vec![other.clone()], false),
            (&place, vec![], false),
            (&place, vec![one.clone(), other.clone()], false),
            (&Made::OneRow, vec![one.clone()], true),
            (&Made::OneRow, vec![other], false),
            (&Made::Failed, vec![one.clone()], false),
            (&Made::Impossible, vec![one], false),
            (
                &Made::OneRow,
                vec![(Place::new("main/t/+table", Class::Schema), Change::Added)],
                false,
            ),
        ];
        for (made, places, found) in cases {
            assert_eq!(made_alone(made, &places, &is_inside), found, "{made:?} {places:?}");
        }
    }
}
