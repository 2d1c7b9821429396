//! The grants in what is judged, each read once and found by what it permits.
//!
//! Whoever proposes a change brings up to thousands of grants, and each changed seal or closed item
//! asks for one: a search through all of them for each would cost the product of the two.

use std::collections::{HashMap, HashSet};

use super::demand::{Demand, Facts, GrantFile};
use super::grant::{Grant, GrantError, Subject};
use super::policy::Procedure;
use crate::seal::entry::Digest;

/// A grant as it was read.
#[derive(Debug)]
pub(super) struct ReadGrant<'a> {
    pub(super) file: &'a GrantFile,
    /// The digest of the bytes, which is the id if the file has the right name.
    pub(super) id: Digest,
    /// What it says, in any form.
    pub(super) grant: Result<Grant, GrantError>,
}

impl ReadGrant<'_> {
    /// By which rules it is judged; the usual ones, if it cannot be read.
    pub(super) fn procedure(&self) -> Procedure {
        self.grant.as_ref().map_or(Procedure::Usual, |grant| grant.procedure)
    }
}

/// Which of the grants permit a demand. What the base has is spent.
#[derive(Debug, Default)]
pub(super) struct Fitting<'g, 'a> {
    pub(super) new: Vec<&'g ReadGrant<'a>>,
    pub(super) spent: Vec<&'g ReadGrant<'a>>,
}

/// The grants of what is judged.
#[derive(Debug, Default)]
pub(super) struct GrantIndex<'a> {
    grants: Vec<ReadGrant<'a>>,
    /// By all that a grant permits: their places in `grants`, and whether each is spent.
    exact: HashMap<Demand, Vec<(usize, bool)>>,
    /// The first grant that is not spent, by a part of what it permits.
    by_act: HashMap<(String, Subject), usize>,
    by_action: HashMap<String, usize>,
    by_subject: HashMap<Subject, usize>,
    /// The first file that is not spent and cannot be read.
    unreadable: Option<usize>,
}

/// The grant that is most like a demand that no grant fits, and the fields in which it differs.
pub(super) enum Nearest<'g, 'a> {
    /// It permits another change.
    OtherChange(&'g ReadGrant<'a>, &'g Grant),
    /// It is for another subject.
    OtherSubject(&'g ReadGrant<'a>, &'g Grant),
    /// It is for another action.
    OtherAction(&'g ReadGrant<'a>, &'g Grant),
    /// It is no grant.
    Unreadable(&'g ReadGrant<'a>, &'g GrantError),
}

impl<'a> GrantIndex<'a> {
    /// Reads the grants of `facts`, each once.
    pub(super) fn new(facts: &Facts<'a>) -> Self {
        let spent: HashSet<&str> = facts.base.iter().map(|file| &*file.id).collect();
        let mut index = Self::default();
        for (at, file) in facts.judged.iter().enumerate() {
            let grant = Grant::loose(&file.bytes);
            index.enter(at, grant.as_ref().ok(), spent.contains(&*file.id));
            index.grants.push(ReadGrant { file, id: Digest::of(&file.bytes), grant });
        }
        index
    }

    fn enter(&mut self, at: usize, grant: Option<&Grant>, is_spent: bool) {
        let Some(Grant { action, subject, change, .. }) = grant else {
            if !is_spent {
                self.unreadable.get_or_insert(at);
            }
            return;
        };
        let demand = Demand { action: action.clone(), subject: subject.clone(), change: *change };
        self.exact.entry(demand).or_default().push((at, is_spent));
        if !is_spent {
            self.by_act.entry((action.clone(), subject.clone())).or_insert(at);
            self.by_action.entry(action.clone()).or_insert(at);
            self.by_subject.entry(subject.clone()).or_insert(at);
        }
    }

    /// The grants that permit `demand`, in the order of the files.
    pub(super) fn fitting(&self, demand: &Demand) -> Fitting<'_, 'a> {
        let mut fitting = Fitting::default();
        for (at, is_spent) in self.exact.get(demand).into_iter().flatten() {
            let grants = if *is_spent { &mut fitting.spent } else { &mut fitting.new };
            grants.extend(self.grants.get(*at));
        }
        fitting
    }

    /// The first grant that permits most of `demand`, which none permits as a whole.
    pub(super) fn nearest(&self, demand: &Demand) -> Option<Nearest<'_, 'a>> {
        let there = |at: Option<&usize>| {
            let read = at.and_then(|at| self.grants.get(*at))?;
            Some((read, read.grant.as_ref().ok()?))
        };
        let Demand { action, subject, .. } = demand;
        if let Some((read, grant)) = there(self.by_act.get(&(action.clone(), subject.clone()))) {
            return Some(Nearest::OtherChange(read, grant));
        }
        if let Some((read, grant)) = there(self.by_action.get(action)) {
            return Some(Nearest::OtherSubject(read, grant));
        }
        if let Some((read, grant)) = there(self.by_subject.get(subject)) {
            return Some(Nearest::OtherAction(read, grant));
        }
        let read = self.unreadable.and_then(|at| self.grants.get(at))?;
        Some(Nearest::Unreadable(read, read.grant.as_ref().err()?))
    }
}
