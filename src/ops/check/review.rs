//! The seals that judge, held against those of a base: what a change request does to the seals
//! themselves.

use std::collections::{HashMap, HashSet};

use sealgate_core::compare::changes::{OnReseal, Reseal, SealRef, review};
use sealgate_core::compare::verdict::{Base, SealResult};
use sealgate_core::seal::{Seal, SealName};
use sealgate_core::text::problem::Problem;

use crate::tree::{CommitTree, matching};

/// What became of the seals since a base.
#[derive(Debug)]
pub struct Review {
    base: Base,
    reseals: Vec<Reseal>,
}

impl Review {
    /// Holds the seals `now` against those of `base` that `patterns` select.
    pub fn new(
        base: &CommitTree<'_>,
        now: &[SealRef<'_>],
        patterns: &[String],
        on_reseal: OnReseal,
    ) -> Result<Self, Problem> {
        let there = base.contents().unwrap_or_default().names;
        let mut names = matching(&there, patterns);
        // By another name there may be more of them now: whatever judges is compared.
        let judging: HashSet<&str> = now.iter().map(|stated| stated.name).collect();
        names.extend(there.iter().filter(|name| judging.contains(name.as_str())).cloned());
        names.sort();
        names.dedup();
        let before = names
            .into_iter()
            .map(|name| Ok((seal_of(base, &name)?, name)))
            .collect::<Result<Vec<(Option<Seal>, SealName)>, Problem>>()?;
        let before: Vec<_> = before
            .iter()
            .map(|(seal, name)| SealRef { name: name.as_str(), seal: seal.as_ref() })
            .collect();
        let reseals = review(&before, now, on_reseal);
        let gone = |reseal: &Reseal| !judging.contains(&*reseal.name);
        let (deleted, reseals) = reseals.into_iter().partition(gone);
        Ok(Self { base: Base { source: base.source(), on_reseal, deleted }, reseals })
    }

    /// What became of each seal that did not stay as it was; those that are gone too.
    #[must_use]
    pub fn reseals(self) -> Vec<Reseal> {
        [self.base.deleted, self.reseals].concat()
    }

    /// Whether the scope of a seal changed, or a seal is gone.
    #[must_use]
    pub fn changes_scope(&self) -> bool {
        let mut reseals = self.base.deleted.iter().chain(&self.reseals);
        reseals.any(|reseal| !reseal.scope.is_empty())
    }

    /// Gives each judgement what became of its seal.
    #[must_use]
    pub fn tell(self, judgements: &mut [SealResult]) -> Base {
        let by_name = self.reseals.into_iter().map(|reseal| (reseal.name.clone(), reseal));
        let mut by_name: HashMap<String, Reseal> = by_name.collect();
        for judgement in judgements {
            judgement.reseal = by_name.remove(&judgement.name);
        }
        self.base
    }
}

/// The seal `name` of `base`, one that is not canonical too; `None` where it cannot be read as one.
fn seal_of(base: &CommitTree<'_>, name: &SealName) -> Result<Option<Seal>, Problem> {
    Ok(base.repository().any_form(name, base.load(name)?))
}
