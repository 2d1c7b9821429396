//! Which commits come before a commit. Every commit on the way is hashed again: a history that was
//! rewritten on disk proves nothing.

use std::collections::{HashSet, VecDeque};

use sealgate_core::text::problem::Problem;
use sealgate_git::Oid;

use super::commit_tree::CommitTree;
use super::trouble::trouble;

/// The most commits that are looked at: what lies further back is not found.
const MOST: usize = 200_000;

impl CommitTree<'_> {
    /// Whether `ancestor` is this commit or comes before it.
    pub fn descends_from(&self, ancestor: &Oid) -> Result<bool, Problem> {
        self.reaches(ancestor, usize::MAX)
    }

    /// Whether `commit` is this one or one that it came from by first parents alone: what was once the
    /// tip of the branch whose tip this is.
    pub fn has_on_its_line(&self, commit: &Oid) -> Result<bool, Problem> {
        self.reaches(commit, 1)
    }

    fn reaches(&self, wanted: &Oid, parents: usize) -> Result<bool, Problem> {
        let mut objects = self.objects();
        let mut next = VecDeque::from([self.oid]);
        let mut met = HashSet::from([self.oid.to_string()]);
        while let Some(oid) = next.pop_front() {
            if oid == *wanted {
                return Ok(true);
            }
            if met.len() > MOST {
                let message = format!("{} has more than {MOST} commits before it", self.given);
                return Err(Problem::new("history-too-long", message)
                    .remedy("name a base that is nearer to what is judged"));
            }
            let commit = objects
                .commit(&oid)
                .map_err(|error| trouble(self.repository, &self.given, "the history", &error))?;
            for parent in commit.parents.into_iter().take(parents) {
                if met.insert(parent.to_string()) {
                    next.push_back(parent);
                }
            }
        }
        Ok(false)
    }
}
