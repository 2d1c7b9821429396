//! Who closed the items of blocker maps: one of those who signed.

use std::collections::{BTreeMap, BTreeSet};

use sealgate_core::approval::Authorised;
use sealgate_core::approval::blockers::demands::MapDemand;
use sealgate_core::text::problem::Problem;

/// How many of the signers a refusal names.
const NAMED: usize = 10;

/// The items that a change closes.
#[derive(Debug, Default)]
pub(super) struct Closings<'d>(BTreeMap<(&'d str, &'d str), Closing<'d>>);

#[derive(Debug, Default)]
struct Closing<'d> {
    by: &'d str,
    signed: BTreeSet<String>,
    is_refused: bool,
}

impl<'d> Closings<'d> {
    /// Enters what became of a demand: an item can have one for each of several environments.
    pub(super) fn enter(&mut self, of_map: &'d MapDemand, authorised: Option<&Authorised>) {
        let (Some(item), Some(by)) = (&of_map.item, &of_map.closed_by) else { return };
        let closing = self.0.entry((&of_map.map, item)).or_default();
        closing.by = by;
        match authorised {
            Some(authorised) => closing.signed.extend(authorised.principals.iter().cloned()),
            None => closing.is_refused = true,
        }
    }

    /// The items that are granted, and that somebody closed who signed none of their grants.
    pub(super) fn by_others(self) -> Vec<Problem> {
        let granted = self.0.into_iter().filter(|(_, closing)| !closing.is_refused);
        let by_other = granted.filter(|(_, closing)| !closing.signed.contains(closing.by));
        by_other.map(|((map, item), closing)| by_other_problem(map, item, &closing)).collect()
    }
}

fn by_other_problem(map: &str, item: &str, closing: &Closing<'_>) -> Problem {
    let signed: Vec<&str> = closing.signed.iter().take(NAMED).map(|name| &**name).collect();
    let (by, signed) = (closing.by, signed.join(", "));
    let message = format!("{item}: closed_by says {by}, who signed no grant for it; {signed} did");
    Problem::new("closed-by-other", message).file(map).remedy(
        "write into closed_by the principal of one who approves it, as the policy names them; then \
         make the grant again, and have it signed",
    )
}
