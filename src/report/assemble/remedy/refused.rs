//! What `seal` refuses of what was found: nobody is told to run a command that fails.

use std::borrow::Cow;

use sealgate_core::compare::finding::{Finding, FindingKind};
use sealgate_core::compare::verdict::Source;
use sealgate_core::seal::entry::Entry;
use sealgate_core::seal::path::{EntryPath, leaves_root};

use super::Advice;

impl Advice<'_> {
    /// Whether `seal` refuses the root because of this finding.
    pub(super) fn is_refused(&self, finding: &Finding) -> bool {
        let is_kept = || {
            let is_there = finding.kind != FindingKind::Missing;
            let is_changed = finding.expected.is_some() && is_there;
            is_new_directory(finding)
                || is_of_another_repository(finding)
                || (finding.kind == FindingKind::ModeChanged && self.has_unseen_mode())
                || (is_changed && self.invocation.checkout.unwatched.contains(&self.judgement.name))
        };
        self.judgement.source == Source::Worktree
            && !self.is_database()
            && self.is_kept_in_git()
            && is_kept()
    }

    /// Whether a mode was found that git does not look at here.
    pub(super) fn has_unseen_mode(&self) -> bool {
        let has_mode = |finding: &Finding| finding.kind == FindingKind::ModeChanged;
        self.invocation.checkout.modes_unseen && self.judgement.findings.iter().any(has_mode)
    }

    /// That `seal` refuses links which leave the root, where there are such.
    pub(super) fn caution_of_links(&self) -> Option<String> {
        let is_here = self.judgement.source == Source::Worktree;
        (is_here && self.judgement.findings.iter().any(is_leaving_link)).then(|| {
            "It refuses links that leave the root, unless it gets --allow-outside-links.".to_owned()
        })
    }

    /// What to do about a file that git was told not to look at.
    pub(super) fn on_unwatched(&self, again: &str) -> String {
        format!(
            "If nobody meant it, {again}. git was told not to look at it, and `{}` refuses it until that is \
             taken back.",
            self.sealgate("seal")
        )
    }

    /// What to do about what no seal states, and that `seal` does not take as it is.
    pub(super) fn on_refused(&self, finding: &Finding) -> Option<String> {
        let leave_out = self.exclusion(&finding.path);
        let is_refused = self.is_refused(finding);
        Some(if is_refused && is_of_another_repository(finding) {
            format!(
                "Another repository lies there, and git keeps no file of it: remove it, seal it in its own \
                 repository, or {leave_out}."
            )
        } else if is_refused && is_new_directory(finding) {
            format!("git keeps no empty directory: remove it, put a file in it, or {leave_out}.")
        } else if is_leaving_link(finding) && self.judgement.source == Source::Worktree {
            format!(
                "The link leaves the root, and what it leads to is not under seal: copy that in, remove the \
                 link, {leave_out}, or approve the link alone with `{} --allow-outside-links`.",
                self.sealgate("seal")
            )
        } else {
            return None;
        })
    }
}

fn is_new_directory(finding: &Finding) -> bool {
    finding.observed == Some(Entry::Dir) && finding.expected != Some(Entry::Dir)
}

fn is_of_another_repository(finding: &Finding) -> bool {
    finding.expected.is_none()
        && finding.path.split(|&byte| byte == b'/').any(|name| name == b".git")
}

fn is_leaving_link(finding: &Finding) -> bool {
    let Some(Entry::Link { target }) = &finding.observed else { return false };
    let path: Cow<'_, str> = String::from_utf8_lossy(&finding.path);
    finding.observed != finding.expected
        && EntryPath::parse(&path).is_ok_and(|path| leaves_root(&path, target))
}
