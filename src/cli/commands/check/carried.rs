//! Which seals a commit of a range must have: those that a commit before it has. Otherwise whoever
//! deletes a seal could change its bytes.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use sealgate_core::seal::SealName;
use sealgate_core::text::problem::Problem;
use sealgate_git::Oid;

use super::super::select::by_place;
use super::Context;
use crate::cli::args::CheckArgs;
use crate::report::Notice;
use crate::report::text::listed;
use crate::tree::{CommitTree, matching};

/// How many deleted seals a notice names.
const LISTED: usize = 8;

/// The seals of a commit that the user named, or all of them.
#[derive(Debug, Clone, Default)]
pub(super) struct Selection {
    pub(super) seals: Rc<BTreeSet<SealName>>,
    /// Whether each NAME has a seal; without a NAME, whether there is one at all.
    has: Vec<bool>,
}

impl Selection {
    /// Selects among `names`, which are all the seals of `commit`.
    pub(super) fn of(
        arguments: &CheckArgs,
        context: &Context,
        commit: &CommitTree<'_>,
        names: &[SealName],
    ) -> Self {
        if arguments.names.is_empty() {
            let seals = Rc::new(names.iter().cloned().collect());
            return Self { seals, has: vec![!names.is_empty()] };
        }
        let mut seals = BTreeSet::new();
        let mut has = Vec::with_capacity(arguments.names.len());
        for name in &arguments.names {
            let load = |name: &SealName| commit.load(name);
            let patterns = by_place(context, names, std::slice::from_ref(name), &load);
            let found = matching(names, &patterns);
            has.push(!found.is_empty());
            seals.extend(found);
        }
        Self { seals: Rc::new(seals), has }
    }

    /// Adds what `other` has by NAME.
    fn add_names(&mut self, other: &Self) {
        self.has.resize(self.has.len().max(other.has.len()), false);
        for (has, other) in self.has.iter_mut().zip(&other.has) {
            *has |= other;
        }
    }
}

/// What each commit has and passes on to those after it.
pub(super) struct Carried {
    /// What the user named.
    names: Vec<String>,
    /// At the older end of the range.
    start: Selection,
    of: HashMap<Oid, Selection>,
    /// The NAMEs that have a seal somewhere.
    found: Selection,
    /// The seals that are gone, and the first commit without each.
    deleted: BTreeMap<SealName, Oid>,
}

impl Carried {
    pub(super) fn new(names: &[String], start: Selection) -> Self {
        Self {
            names: names.to_vec(),
            found: start.clone(),
            start,
            of: HashMap::new(),
            deleted: BTreeMap::new(),
        }
    }

    pub(super) fn knows(&self, oid: &Oid) -> bool {
        self.of.contains_key(oid)
    }

    /// Adds a commit that the range does not have, and from which it goes on. What the older end has
    /// counts as well.
    pub(super) fn begin(&mut self, oid: Oid, mut selection: Selection) {
        selection.add_names(&self.start);
        self.of.insert(oid, selection);
    }

    /// Adds the commit `oid` of the range, whose `parents` were added. What it lacks is a problem each.
    pub(super) fn add(
        &mut self,
        oid: Oid,
        parents: &[Oid],
        mut selection: Selection,
    ) -> Vec<Problem> {
        let mut before = Selection::default();
        if parents.is_empty() {
            before.add_names(&self.start);
        }
        for parent in parents.iter().filter_map(|parent| self.of.get(parent)) {
            before.add_names(parent);
            if parent.seals == selection.seals {
                selection.seals = Rc::clone(&parent.seals);
                continue;
            }
            for name in parent.seals.difference(&selection.seals) {
                self.deleted.entry(name.clone()).or_insert(oid);
            }
        }
        let lost = before.has.iter().zip(&selection.has).map(|(before, has)| *before && !has);
        let lost = lost.enumerate().filter_map(|(at, lost)| lost.then_some(at));
        let problems = lost.map(|at| self.lost(&oid, at)).collect();
        self.found.add_names(&selection);
        self.of.insert(oid, selection);
        problems
    }

    /// That the commit `oid` has no seal for the NAME at `at`.
    fn lost(&self, oid: &Oid, at: usize) -> Problem {
        let remedy = "restore the seals in this commit, or begin the range after it";
        match self.names.get(at) {
            None => {
                let message = format!("{oid} has no seal, and a commit before it has one");
                Problem::new("seals-missing", message).remedy(remedy)
            }
            Some(name) => {
                let message =
                    format!("no seal is named {name} in {oid}, and a commit before it has one");
                Problem::new("name-unmatched", message).remedy(remedy)
            }
        }
    }

    /// The NAMEs for which there is no seal in any commit.
    pub(super) fn unmatched(&self) -> impl Iterator<Item = &str> {
        let names = self.names.iter().zip(&self.found.has);
        names.filter(|(_, found)| !**found).map(|(name, _)| name.as_str())
    }

    /// Which seals a commit deletes.
    pub(super) fn notice(&self) -> Option<Notice> {
        if self.deleted.is_empty() {
            return None;
        }
        let deleted = self.deleted.iter();
        let deleted: Vec<String> =
            deleted.map(|(name, oid)| format!("{name} (deleted in {})", oid.short())).collect();
        let message = format!(
            "a commit of the range deletes a seal, and what it covered is not judged from there on: {}",
            listed(&deleted, LISTED)
        );
        Some(Notice::new("seal-deleted", message))
    }
}
