//! The commits that are pushed, each judged once, and what its untracked roots hold here: what lies in the
//! working tree is compared, read once, and never stops a push.

use std::collections::HashMap;

use sealgate_core::compare::verdict::Verdict;
use sealgate_core::text::place::shown_path;
use sealgate_core::text::problem::Problem;
use sealgate_git::Oid;
use sealgate_scan::Scanner;

use super::outcome::Judging;
use super::protocol::{Push, Pushes};
use super::run::{Built, Run, name, told};
use super::words::listed;
use crate::ops::check::{Bytes, Causes, Judge};
use crate::tree::Workspace;

impl Judging {
    /// Judges `pushes` to `remote`, if its name is known.
    pub fn of(
        pushes: &Pushes,
        remote: Option<&str>,
        repository: &Workspace,
        scanner: &Scanner,
    ) -> Result<Self, Problem> {
        needs_repository(repository)?;
        let mut run = Run::new(remote, repository, scanner);
        let mut groups: Vec<(Result<Oid, &'static str>, Vec<&Push>)> = Vec::new();
        let mut places = HashMap::new();
        for push in &pushes.list {
            if run.effort.is_spent() {
                run.leave(&[push]);
                continue;
            }
            let peeled = match run.pushed(&push.what) {
                Ok(peeled) => peeled,
                Err(problem) => {
                    run.judging.problems.push(told(&name(push), problem));
                    continue;
                }
            };
            let next = groups.len();
            let at = peeled.map_or(next, |oid| *places.entry(oid).or_insert(next));
            if at == next {
                groups.push((peeled, Vec::new()));
            }
            groups[at].1.push(push);
        }
        for (peeled, pushes) in groups {
            match peeled {
                _ if run.effort.is_spent() => run.leave(&pushes),
                Ok(oid) => run.judge(oid, &pushes),
                Err(kind) => run.without_seals(&pushes, Some(kind)),
            }
        }
        Ok(run.finish())
    }
}

impl Run<'_> {
    /// Reads the roots that are built, once each.
    fn finish(mut self) -> Judging {
        self.remember();
        self.judging.spare = std::mem::take(&mut self.spare);
        if !self.unjudged.is_empty() {
            let message = format!(
                "not judged, since what is pushed beside it took as much work as one push may: {}",
                listed(&self.unjudged)
            );
            let remedy = format!("push fewer refs at a time: `{}`", self.first_unjudged);
            let problem = Problem::new("push-too-large", message).remedy(remedy);
            self.judging.problems.push(problem);
        }
        if self.judging.verdict() != Verdict::Pass {
            return self.judging;
        }
        for Built { name, loaded, source: seal_source } in self.built {
            let (repository, scanner) = (self.repository, self.scanner);
            let (bytes, share, causes) = (Bytes::Worktree, None, Causes::Proved);
            let judge =
                Judge { repository, bytes, seal_source, scanner, share, only: None, causes };
            self.judging.built.push(judge.judge(&name, Ok(loaded.into())));
        }
        self.judging
    }
}

/// A repository that only a variable names (`GIT_DIR`) is found by git and by nobody else.
fn needs_repository(repository: &Workspace) -> Result<(), Problem> {
    // A bare one: what is pushed from it is in its objects.
    if repository.in_git() || repository.is_bare() {
        return Ok(());
    }
    let root = shown_path(repository.root());
    let message = format!("{root} lies in no git repository that can be found by its .git");
    Err(Problem::new("not-a-repository", message)
        .remedy("push from the repository's own directory"))
}
