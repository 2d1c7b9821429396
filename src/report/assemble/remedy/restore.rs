//! How bytes come back from a commit.

use sealgate_core::compare::finding::FindingKind;
use sealgate_core::compare::verdict::Source;

use super::{Advice, CommittedDrift, join};
use crate::report::words::shell::pathspec;

impl Advice<'_> {
    /// How the sealed bytes come back, of `path` or of everything: after `if ...,`.
    pub(super) fn again(&self, path: Option<&[u8]>) -> String {
        match &self.judgement.source {
            Source::Directory { given, .. } => format!("make {given} again"),
            Source::Server { .. } => "undo the change in the database".to_owned(),
            Source::Commit { .. } => self.again_in_a_commit(path),
            Source::Worktree if self.is_kept_in_git() => match self.committed() {
                None => format!("restore it with `{}`", self.restore(&self.in_repository(path))),
                Some(_) => {
                    format!("{}: HEAD has the same wrong bytes", self.again_in_a_commit(path))
                }
            },
            Source::Worktree if self.is_database() => {
                "restore the database from a backup".to_owned()
            }
            Source::Worktree => "build again from a clean checkout".to_owned(),
        }
    }

    /// How the sealed bytes come back where commits hold others: after `if ...,`.
    fn again_in_a_commit(&self, path: Option<&[u8]>) -> String {
        let path = self.in_repository(path);
        if self.committed().is_some_and(|drift| drift.sealed_in.is_some()) {
            return format!(
                "bring the sealed bytes back with `{}` and commit them",
                self.restore(&path)
            );
        }
        format!(
            "commit the sealed bytes again (`{} log -- {}` lists the commits that changed them)",
            self.git(),
            pathspec(&path)
        )
    }

    /// A commit changed what is sealed, or added to it, and left the seal as it was.
    pub(super) fn on_unsealed_commit(&self, kind: FindingKind, path: &[u8]) -> String {
        let is_new = kind == FindingKind::Unsealed;
        let what = if is_new { "added it" } else { "changed it" };
        let approval = if self.is_rebuilt_here() {
            format!("build again and approve that with `{} --seal`", self.sealgate("rebuild"))
        } else if is_new {
            self.approval_of(path)
        } else {
            self.approval()
        };
        let undo = if is_new {
            "remove it and commit that".to_owned()
        } else {
            self.again_in_a_commit(Some(path))
        };
        format!(
            "A commit {what} and left the seal as it was. If that was meant, {approval}; if not, {undo}."
        )
    }

    /// Git LFS keeps the content elsewhere: no commit has it.
    pub(super) fn on_pointer(&self) -> String {
        let git = self.git();
        if matches!(self.judgement.source, Source::Commit { .. }) {
            return format!(
                "Commits hold the pointers of Git LFS, and not the content: fetch that with `{git} lfs pull` \
                 and check the working tree with `{}`, or take these files out of Git LFS.",
                self.sealgate("check")
            );
        }
        format!(
            "Fetch the content with `{git} lfs pull`{} and check again; only where the seal itself holds the \
             pointer, {} after that.",
            if self.is_kept_in_git() { "" } else { ", make it again" },
            self.approval(),
        )
    }

    /// What is known of the commit that holds other bytes than the sealed ones, if one does.
    pub(super) fn committed(&self) -> Option<&CommittedDrift> {
        self.invocation.checkout.committed.get(&self.judgement.name)
    }

    /// `path`, or the whole root, relative to the repository root.
    pub(super) fn in_repository(&self, path: Option<&[u8]>) -> Vec<u8> {
        let root = self.root().as_bytes();
        path.map_or(root.to_vec(), |path| join(root, path))
    }

    /// The command that brings back the sealed bytes of `path`, from the repository root: from HEAD, or
    /// from the commit that has them where HEAD has not.
    pub(super) fn restore(&self, path: &[u8]) -> String {
        let (mut git, path) = (self.git(), pathspec(path));
        let checkout = &self.invocation.checkout;
        if self.has_unseen_mode() {
            git.push_str(" -c core.fileMode=true");
        }
        let skipped = if checkout.unwatched.contains(&self.judgement.name) {
            "--ignore-skip-worktree-bits "
        } else {
            ""
        };
        let source =
            self.committed().and_then(|drift| drift.sealed_in.as_deref()).unwrap_or("HEAD");
        format!("{git} restore {skipped}--source={source} --staged --worktree -- {path}")
    }
}
