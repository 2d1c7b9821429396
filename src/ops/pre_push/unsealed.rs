//! Refs that lead to no seals.

use std::sync::Arc;

use sealgate_core::text::problem::Problem;
use sealgate_git::Oid;

use super::outcome::{Stopped, Unsealed};
use super::protocol::{Named, Push};
use super::run::{Run, name};

impl Run<'_> {
    /// What has no seals is no matter of ours, unless it takes those away that the remote has.
    pub(super) fn without_seals(&mut self, pushes: &[&Push], instead: Option<&'static str>) {
        for push in pushes {
            if self.effort.is_spent() {
                self.leave(&[push]);
                continue;
            }
            let before = push.before.as_ref().map(|before| self.seals_before(push, before));
            match before.transpose() {
                Ok(Some((before, seals))) if !seals.is_empty() => {
                    self.judging.stopped.push(Stopped { name: name(push), before, seals });
                }
                Ok(_) => self.judging.unsealed.push(Unsealed { name: name(push), instead }),
                Err(problem) => self.judging.problems.push(problem),
            }
        }
    }

    /// The seals of what the remote has.
    fn seals_before(
        &mut self,
        push: &Push,
        before: &Named,
    ) -> Result<(Oid, Arc<[String]>), Problem> {
        let commit = match self.commit_before(before)? {
            Some(Ok(commit)) => commit,
            Some(Err(oid)) => return Ok((oid, Arc::default())),
            None => return Err(self.unknown(push)),
        };
        if let Some(names) = self.sealed.get(&commit) {
            return Ok((commit, Arc::clone(names)));
        }
        let snapshot = self.open(&commit)?;
        let (files, _) = self.seals_of(&snapshot);
        self.close_before(snapshot);
        self.effort.count_looks(files.len());
        let names: Arc<[String]> = files.iter().map(|(name, _)| name.to_string()).collect();
        self.sealed.insert(commit, Arc::clone(&names));
        Ok((commit, names))
    }

    fn unknown(&self, push: &Push) -> Problem {
        let fetch = if self.remote.is_none() || push.to.is_empty() {
            "fetch it first (`git fetch`)".to_owned()
        } else {
            format!("fetch it first: `{}`", self.command("fetch", &push.to))
        };
        let message = format!(
            "{} has no seals, and whether it takes any away cannot be told: the commit that the \
             remote has is not here",
            name(push)
        );
        Problem::new("remote-unknown", message).remedy(format!("{fetch}, and push again"))
    }
}
