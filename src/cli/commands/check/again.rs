//! The seals that judged must be those that are there when the bytes were read. A seal that changed
//! since is judged by once more; if it does not stay as it is then, there is no judgement.

use std::cell::Cell;
use std::collections::{HashMap, HashSet};

use sealgate_core::compare::verdict::SealResult;
use sealgate_core::seal::SealName;
use sealgate_core::text::problem::Problem;
use sealgate_scan::Version;

use crate::tree::{Workspace, select};

/// The seals directory of the working tree, as it was before its seals were read.
pub(super) struct SealsBefore<'a> {
    repository: &'a Workspace,
    version: Cell<Option<Version>>,
}

/// Judges by one seal as it is now.
type JudgeAgain<'j> = &'j dyn Fn(&SealName) -> SealResult;

impl<'a> SealsBefore<'a> {
    /// Looks at the seals of `repository`, which are read after this.
    ///
    /// # Errors
    ///
    /// Their directory cannot be looked at, so that a change would go unnoticed.
    pub(super) fn look(repository: &'a Workspace) -> Result<Self, Problem> {
        Ok(Self { repository, version: Cell::new(repository.seals_version()?) })
    }

    /// Compares every seal once more, whatever the times of the directory say: a file that is written in
    /// place leaves them as they are.
    pub(super) fn trust_no_time(&self) {
        self.version.set(None);
    }

    /// Brings `judgements` up to date with the seals that `patterns` select now, by `again`; without
    /// that, or where they change once more, it says why there is no judgement. What is in `known` is
    /// not said again.
    pub(super) fn settle(
        &self,
        judgements: &mut Vec<SealResult>,
        patterns: &[String],
        known: &[Problem],
        again: Option<JudgeAgain<'_>>,
    ) -> Vec<Problem> {
        let mut problems = self.settled(judgements, patterns, again).err().unwrap_or_default();
        problems.retain(|problem| !known.contains(problem));
        problems
    }

    fn settled(
        &self,
        judgements: &mut Vec<SealResult>,
        patterns: &[String],
        again: Option<JudgeAgain<'_>>,
    ) -> Result<(), Vec<Problem>> {
        // Where nothing could be selected, that is an error already.
        let others =
            if judgements.is_empty() { Vec::new() } else { self.others(judgements, patterns)? };
        if others.is_empty() {
            return Ok(());
        }
        if let Some(again) = again {
            let changed: HashSet<&str> = others.iter().map(SealName::as_str).collect();
            judgements.retain(|known| !changed.contains(&*known.name));
            judgements.extend(others.iter().map(again));
            judgements.sort_by(|a, b| a.name.cmp(&b.name));
            if self.others(judgements, patterns)?.is_empty() {
                return Ok(());
            }
        }
        let names: Vec<_> = others.iter().map(SealName::as_str).collect();
        Err(vec![changed(&names.join(", "))])
    }

    /// The selected seals by which nothing was judged as they are now. One look at the directory
    /// says that there are none, where nothing changed in it.
    ///
    /// # Errors
    ///
    /// A seal that judged is gone, or the whole directory; or something is there that must not be.
    fn others(
        &self,
        judgements: &[SealResult],
        patterns: &[String],
    ) -> Result<Vec<SealName>, Vec<Problem>> {
        let now = self.repository.seals_version()?;
        let before = self.version.replace(now);
        if let (Some(before), Some(now)) = (before, now)
            && before.is_unchanged(&now)
        {
            return Ok(Vec::new());
        }
        let Some(contents) = self.repository.contents()? else {
            let what = format!("the directory {} is gone", self.repository.seals().as_str());
            return Err(vec![changed(&what)]);
        };
        let mut problems = contents.strays;
        let there: HashSet<&str> = contents.names.iter().map(SealName::as_str).collect();
        let gone = judgements.iter().map(|judgement| &*judgement.name);
        let gone: Vec<&str> = gone.filter(|name| !there.contains(name)).collect();
        match &gone[..] {
            [] => {}
            [name] => problems.push(changed(&format!("{name} is gone"))),
            names => problems.push(changed(&format!("{} are gone", names.join(", ")))),
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        // A pattern that selects nothing any more selected a seal that is gone.
        let mut names = select(&contents.names, patterns)?;
        let known: HashMap<&str, &SealResult> =
            judgements.iter().map(|known| (&*known.name, known)).collect();
        names.retain(|name| {
            // A seal that could not be read is an error already.
            known.get(name.as_str()).is_none_or(|known| {
                known.digest.is_some() && known.digest != self.repository.digest_of(name)
            })
        });
        Ok(names)
    }
}

fn changed(what: &str) -> Problem {
    let message = format!("the seals changed while this check ran: {what}");
    let remedy = "stop what writes seals here (sealgate, git), and check again";
    Problem::new("seals-changed", message).remedy(remedy)
}
