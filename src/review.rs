//! The seals that judge, held against those of a base: what a change request does to the seals
//! themselves.

use crate::problem::Problem;
use crate::repository::{Snapshot, matching};
use crate::reseal::{OnReseal, Reseal, Stated, review};
use crate::seal::{Seal, SealName, loose_seal};
use crate::verdict::{Base, Judgement};

/// What became of the seals since a base.
#[derive(Debug)]
pub struct Review {
    base: Base,
    reseals: Vec<Reseal>,
}

impl Review {
    /// Holds the seals `now` against those of `base` that `patterns` select.
    pub fn new(
        base: &Snapshot<'_>,
        now: &[Stated<'_>],
        patterns: &[String],
        on_reseal: OnReseal,
    ) -> Result<Self, Problem> {
        let there = base.contents().unwrap_or_default().names;
        let mut names = matching(&there, patterns);
        // By another name there may be more of them now: whatever judges is compared.
        let judges = |name: &&SealName| now.iter().any(|stated| stated.name == name.as_str());
        names.extend(there.iter().filter(judges).cloned());
        names.sort();
        names.dedup();
        let before = names
            .into_iter()
            .map(|name| Ok((seal_of(base, &name)?, name)))
            .collect::<Result<Vec<(Option<Seal>, SealName)>, Problem>>()?;
        let before: Vec<_> = before
            .iter()
            .map(|(seal, name)| Stated { name: name.as_str(), seal: seal.as_ref() })
            .collect();
        let reseals = review(&before, now, on_reseal);
        let gone = |reseal: &Reseal| !now.iter().any(|stated| stated.name == reseal.name);
        let (deleted, reseals) = reseals.into_iter().partition(gone);
        Ok(Self { base: Base { source: base.source(), on_reseal, deleted }, reseals })
    }

    /// What became of each seal that did not stay as it was; those that are gone too.
    #[must_use]
    pub fn reseals(self) -> Vec<Reseal> {
        [self.base.deleted, self.reseals].concat()
    }

    /// Gives each judgement what became of its seal.
    #[must_use]
    pub fn tell(mut self, judgements: &mut [Judgement]) -> Base {
        for judgement in judgements {
            let at = self.reseals.iter().position(|reseal| reseal.name == judgement.name);
            judgement.reseal = at.map(|at| self.reseals.swap_remove(at));
        }
        self.base
    }
}

/// The seal `name` of `base`, one that is not canonical too; `None` where it cannot be read as one.
fn seal_of(base: &Snapshot<'_>, name: &SealName) -> Result<Option<Seal>, Problem> {
    let loaded = base.load(name)?;
    Ok(loaded.seal.ok().or_else(|| loose_seal(name, &loaded.bytes).ok()))
}
