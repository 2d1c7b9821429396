//! What a push does to the seals that the remote has. A change of what they cover is how something is
//! hidden from the hook, so it stops the push, as a check with `--base` would fail.

use std::collections::HashMap;
use std::sync::Arc;

use sealgate_core::compare::changes::{OnReseal, Reseal, SealRef};
use sealgate_core::seal::SealName;
use sealgate_core::text::problem::Problem;
use sealgate_git::Oid;

use super::outcome::ScopeChanged;
use super::protocol::Push;
use super::run::{Run, name, told};
use crate::ops::check::review::Review;
use crate::tree::{CommitTree, Loaded};

/// What became of the seals since a commit, and whether that has a policy.
type Since = (Arc<[Reseal]>, bool);

impl Run<'_> {
    /// Holds the seals `files` of a commit against those that the remote has, ref by ref. Refs with one
    /// commit on the remote have one result. It stops where no work is left: the commit is then left too.
    pub(super) fn hold(
        &mut self,
        now: &CommitTree<'_>,
        pushes: &[&Push],
        files: &[(SealName, Oid)],
    ) {
        let mut results: HashMap<Oid, Result<Since, Problem>> = HashMap::new();
        for push in pushes {
            if self.effort.is_spent() {
                return;
            }
            let Some(before) = &push.before else { continue };
            let name = name(push);
            let commit = match self.commit_before(before) {
                Ok(Some(Ok(commit))) => commit,
                Ok(Some(Err(_not_a_commit))) => continue,
                Ok(None) => {
                    self.judging.not_held.push(name);
                    continue;
                }
                Err(problem) => {
                    self.judging.problems.push(told(&name, problem));
                    continue;
                }
            };
            let since = if let Some(since) = results.get(&commit) {
                since.clone()
            } else {
                let since = self.since(&commit, now, files);
                results.insert(commit, since.clone());
                since
            };
            match since {
                Ok((reseals, _)) if reseals.is_empty() => {}
                Ok((reseals, under_policy)) => {
                    let changed = ScopeChanged { name, before: commit, under_policy, reseals };
                    self.judging.scope_changed.push(changed);
                }
                Err(problem) => self.judging.problems.push(told(&name, problem)),
            }
        }
    }

    /// The seals `files` of the commit `now` that do not cover what those of `before` cover.
    fn since(
        &mut self,
        before: &Oid,
        now: &CommitTree<'_>,
        files: &[(SealName, Oid)],
    ) -> Result<Since, Problem> {
        let before = self.open(before)?;
        let reseals = self.reviewed(&before, now, files);
        let under_policy = before.has_policy();
        self.close_before(before);
        Ok((reseals?, under_policy))
    }

    fn reviewed(
        &mut self,
        before: &CommitTree<'_>,
        now: &CommitTree<'_>,
        files: &[(SealName, Oid)],
    ) -> Result<Arc<[Reseal]>, Problem> {
        if before.has_same_seals(now) {
            return Ok(Arc::default());
        }
        let trees = [before, now].map(|commit| commit.seals_id().copied());
        if let Some(reseals) = self.reviews.0.get(&trees) {
            return Ok(Arc::clone(reseals));
        }
        let loaded: Vec<Result<Loaded, Problem>> =
            files.iter().map(|(name, _)| now.load(name)).collect();
        let stated = files.iter().zip(&loaded).map(|((name, _), loaded)| SealRef {
            name: name.as_str(),
            seal: loaded.as_ref().ok().and_then(|loaded| loaded.seal.as_ref().ok()),
        });
        let stated: Vec<SealRef<'_>> = stated.collect();
        if !self.reviews.0.is_empty() {
            let bytes = loaded.iter().filter_map(|loaded| loaded.as_ref().ok());
            let bytes = bytes.map(|loaded| loaded.bytes.len() as u64).sum::<u64>();
            // The seals on the remote are read too. Few pushes change how long they are together.
            let there = self.seals_of(before).0.len();
            self.effort.count_seals(files.len() + there, 2 * bytes);
        }
        let reseals = Review::new(before, &stated, &[], OnReseal::Entries)?.reseals();
        let refused = reseals.into_iter().filter(|reseal| !reseal.allowed);
        let refused = refused.map(|reseal| Reseal { changes: Vec::new(), ..reseal });
        let refused: Arc<[Reseal]> = refused.collect();
        self.reviews.0.insert(trees, Arc::clone(&refused));
        Ok(refused)
    }
}
