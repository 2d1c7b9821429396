//! What to run where a seal cannot be read: asked of git once the run has failed, and only then.

use sealgate_core::compare::verdict::{SealResult, Source};
use sealgate_core::seal::{MAX_SEAL_BYTES, SealName, loose_header};
use sealgate_core::text::problem::Problem;
use sealgate_git::{Oid, last_changes};
use sealgate_scan::read_named;

use super::resolve::in_conflict;
use crate::report::Invocation;
use crate::report::shell::pathspec;
use crate::tree::{CommitTree, Workspace};

/// Of so many broken seals git is asked, which starts programs for each.
const MOST_SEALS: usize = 3;

/// So many older versions of a seal are tried, the newest first.
const MOST_VERSIONS: usize = 16;

/// Explains broken seals: each gets the command that repairs it, as far as one can be found.
pub struct Broken<'a> {
    repository: &'a Workspace,
    invocation: &'a Invocation,
    /// How many seals git may still be asked about.
    left: usize,
}

impl<'a> Broken<'a> {
    /// For the seals of `repository`, in a run that was called as `invocation` says.
    #[must_use]
    pub fn new(repository: &'a Workspace, invocation: &'a Invocation) -> Self {
        Self { repository, invocation, left: MOST_SEALS }
    }

    /// Explains what is wrong with the seals that were judged.
    pub fn explain_judged(&mut self, judgements: &mut [SealResult]) {
        for judgement in judgements {
            let source = &judgement.seal_source;
            for problem in &mut judgement.problems {
                self.explain(problem, source);
            }
        }
    }

    /// Explains what is wrong with seals of the working tree; other problems stay as they are.
    pub fn explain_here(&mut self, problems: &mut [Problem]) {
        for problem in problems {
            if seal_of(problem).is_some_and(|name| self.is_here(&name, problem)) {
                self.explain(problem, &Source::Worktree);
            }
        }
    }

    /// Whether `problem` is that of the seal file in the working tree.
    fn is_here(&self, name: &SealName, problem: &Problem) -> bool {
        let loaded = self.repository.load(name).map(|loaded| loaded.seal);
        loaded.is_ok_and(|seal| seal.is_err_and(|found| found == *problem))
    }

    fn explain(&mut self, problem: &mut Problem, source: &Source) {
        let Some(name) = seal_of(problem) else { return };
        let sealgate = self.invocation.sealgate();
        if let Some(remedy) = &problem.remedy {
            let remedy = remedy.replace("`sealgate ", &format!("`{sealgate} "));
            problem.remedy = Some(remedy.into());
        }
        let formats = problem.remedy.as_ref().is_some_and(|remedy| remedy.contains(" fmt "));
        if formats || self.left == 0 || !self.repository.in_git() {
            return;
        }
        self.left -= 1;
        let is_conflict = problem.code == "seal-conflict";
        if is_conflict && *source == Source::Worktree && self.is_unmerged(&name) {
            problem.remedy = Some(self.merge(&name).into());
        } else if let Some(remedy) = self.restore(&name, source) {
            problem.remedy = Some(remedy.into());
        }
    }

    fn is_unmerged(&self, name: &SealName) -> bool {
        in_conflict(self.repository).is_ok_and(|open| open.iter().any(|(other, _)| other == name))
    }

    /// How a seal of which the merge is open becomes one again.
    fn merge(&self, name: &SealName) -> String {
        let sealgate = self.invocation.sealgate();
        let file = self.repository.root().join(self.repository.file_of(name));
        let header = read_named(&file, MAX_SEAL_BYTES).ok().map(|bytes| loose_header(&bytes));
        let is_built = header.is_some_and(|header| header.is_ok_and(|one| one.build.is_some()));
        let anew = if is_built {
            format!(
                "or build again and approve what that makes: `{sealgate} rebuild {name} --seal`"
            )
        } else {
            format!(
                "or build, keep one header above `[entries]`, and run `{sealgate} seal {name}` on bytes \
                 that you approve"
            )
        };
        format!("run `{sealgate} resolve {name}`, which joins what both sides changed; {anew}")
    }

    /// How the last version that can be read comes back.
    fn restore(&self, name: &SealName, source: &Source) -> Option<String> {
        let (from, then) = match source {
            Source::Worktree => (sealgate_git::resolve(self.repository.root(), "HEAD").ok()??, ""),
            Source::Commit { oid, .. } => (Oid::from_hex(oid.as_bytes())?, ", and commit that"),
            Source::Directory { .. } | Source::Server { .. } => return None,
        };
        let good = self.last_sound(name, &from)?;
        let is_head = good == from;
        let rev = if is_head { "HEAD".to_owned() } else { good.short() };
        let place = pathspec(self.repository.file_of(name).as_bytes());
        let command = format!(
            "{} restore --source={rev} --staged --worktree -- {place}",
            self.invocation.git()
        );
        Some(if is_head {
            format!(
                "bring back the seal of HEAD with `{command}`{then}; or correct the line by hand"
            )
        } else {
            format!(
                "bring back the last version that can be read with `{command}`{then}; or correct the line \
                 by hand"
            )
        })
    }

    /// The last commit up to `from` of which the seal can be read.
    fn last_sound(&self, name: &SealName, from: &Oid) -> Option<Oid> {
        let is_sound = |oid: &Oid| {
            let commit = CommitTree::of(self.repository, "", oid).ok()?;
            commit.load(name).ok()?.seal.ok()
        };
        if is_sound(from).is_some() {
            return Some(*from);
        }
        let root = self.repository.root();
        let file = self.repository.file_of(name);
        let versions = last_changes(root, from, &file, MOST_VERSIONS).ok()?;
        versions.into_iter().find(|oid| is_sound(oid).is_some())
    }
}

/// The seal that `problem` is about, if the text of its file is what is wrong.
fn seal_of(problem: &Problem) -> Option<SealName> {
    const CODES: [&str; 5] =
        ["seal-conflict", "seal-empty", "seal-invalid", "seal-malformed", "seal-not-canonical"];
    CODES.contains(&problem.code).then(|| SealName::parse(problem.seal.as_deref()?)).flatten()
}
