//! What to do about a finding: the command that fixes it, and when it is the wrong answer.
//!
//! Every command works as it stands where the user is, pasted into a POSIX shell. A cause is
//! fixed before anything is approved; nothing here advises to approve bytes nobody understands.

mod approve;
mod built;
mod checkout;
mod database;
mod followed;
mod kept;
mod line_endings;
mod refused;
mod reseal;
mod restore;
mod stage;

use std::collections::BTreeMap;

use sealgate_core::compare::finding::{Cause, Finding, FindingKind};
use sealgate_core::compare::verdict::{SealResult, Source};
use sealgate_core::seal::entry::Entry;
use sealgate_core::seal::exclude::{pattern_of, pattern_of_file};
use sealgate_core::seal::path::parents;

use crate::report::words::shell::{pathspec, quote};

pub(crate) use approve::{fix, fix_of_all};
pub use checkout::{Checkout, CommittedDrift};
pub use kept::Kept;
pub(crate) use reseal::{RefusedReseals, on_reseal};
pub use stage::ToStage;

/// How the program was called, so that the commands it prints work where they are pasted.
#[derive(Debug, Clone, Default)]
pub struct Invocation {
    /// The value of `-C`, if it was given.
    pub directory: Option<String>,
    /// The value of `--seals`, if it was given.
    pub seals: Option<String>,
    /// The way from where the user is to the repository root (`../..`), where that is neither
    /// here nor the value of `-C`. Commands that name a file need it: git and sealgate find the
    /// root themselves, `chmod` does not.
    pub repository: Option<String>,
    /// How much of the repository is in the working tree.
    pub extent: CheckedOut,
    /// Whether every seal of the repository was judged.
    pub every_seal: bool,
    /// What git has checked out.
    pub checkout: Checkout,
    /// Whether builds ran just before the bytes were judged.
    pub after_build: bool,
    /// Whether the bytes are not those of a commit: a result for one says that it has others than its
    /// seal approves.
    pub outside_commit: bool,
    /// What installs the dependencies of a build, by the name of its seal.
    pub installs: BTreeMap<String, String>,
    /// In CI: where the report of this run is kept.
    pub kept: Option<Kept>,
    /// After a build: the names of all seals, where their directory holds nothing else.
    pub seals_there: Option<Vec<String>>,
}

/// How much of a repository is in its working tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CheckedOut {
    /// Everything.
    #[default]
    Whole,
    /// What a sparse checkout takes.
    Sparse,
}

impl Invocation {
    /// sealgate, as it is called from where the user is.
    #[must_use]
    pub fn sealgate(&self) -> String {
        let mut text = String::from("sealgate");
        for (flag, value) in [("-C", &self.directory), ("--seals", &self.seals)] {
            if let Some(value) = value {
                text = format!("{text} {flag} {}", quote(value.as_bytes()));
            }
        }
        text
    }

    /// git, as it is called from where the user is.
    #[must_use]
    pub fn git(&self) -> String {
        match &self.directory {
            Some(directory) => format!("git -C {}", quote(directory.as_bytes())),
            None => "git".to_owned(),
        }
    }
}

/// What to do about one finding, in a sentence or two; commands stand in backticks.
pub(crate) fn of(finding: &Finding, judgement: &SealResult, invocation: &Invocation) -> String {
    let advice = Advice { judgement, invocation };
    if advice.is_database() {
        return advice.on_database(finding);
    }
    if invocation.outside_commit && matches!(judgement.source, Source::Commit { .. }) {
        return advice.on_unbuilt_commit();
    }
    match finding.cause {
        Some(cause) => advice.on_cause(cause, finding.kind, &finding.path),
        None => advice.on_kind(finding),
    }
}

/// One seal's judgement, and who asks.
struct Advice<'a> {
    judgement: &'a SealResult,
    invocation: &'a Invocation,
}

impl Advice<'_> {
    fn on_cause(&self, cause: Cause, kind: FindingKind, path: &[u8]) -> String {
        let again = || self.again(Some(path));
        match cause {
            Cause::Swapped => format!("Two files hold each other's bytes: {}.", again()),
            Cause::CaseOnlyRename => "Give the file its sealed name back: a file system that \
                                      ignores case may have changed it."
                .to_owned(),
            Cause::NamesCollide => {
                "This file system takes both names for one: restoring one file \
                overwrites the other. Check where both names can be (most Linux file systems), or let \
                the build give one of them another name."
                .to_owned()
            }
            Cause::UnicodeNormalisation => "Give the file its sealed name back: a file system or \
                                            an archive tool normalises names (macOS does)."
                .to_owned(),
            Cause::RenamedByDigest => self.on_new_digest(),
            Cause::LinkFollowed => self.on_followed_link(path),
            Cause::DirectoryLinked => format!(
                "A link took the place of the directory, and no link is followed: put the directory \
                 in its place (`cp -RL` copies what a link leads to), or {}.",
                again()
            ),
            Cause::LfsPointer => self.on_pointer(),
            Cause::Emptied => {
                format!("The content is gone (a full disk, a copy that broke off): {}.", again())
            }
            Cause::LineEndings => self.on_line_endings(),
            Cause::ByteOrderMark => format!(
                "An editor or a script put in or took out the byte order mark: exclude these \
                 files from what it rewrites, and {}.",
                again()
            ),
            Cause::TrailingNewline => format!(
                "An editor or a formatter hook (end-of-file-fixer and the like) changed the end: \
                 exclude these files from what it rewrites, and {}.",
                again()
            ),
            Cause::LinkAsFile => format!(
                "Links became plain files: run `{} config core.symlinks true` and check out \
                 again; where an archive step does not keep links, pack the tree with `tar` first.",
                self.git()
            ),
            Cause::ModesLost if self.is_kept_in_git() => format!(
                "Something dropped the modes, most often a copy or an archive that keeps none: {}.",
                self.again(None)
            ),
            Cause::ModesLost => "Most often an archive step that keeps no modes, as \
                                 upload-artifact: pack the tree with `tar` before that step and \
                                 unpack it after."
                .to_owned(),
            Cause::BuildDiffers if kind == FindingKind::Missing => self.on_unmade(path),
            Cause::BuildDiffers => self.on_build(),
            Cause::BuildVaries => self.on_varying_build(),
            Cause::CommittedSince => self.on_unsealed_commit(kind, path),
            Cause::NotInGit => self.on_not_in_git(kind, path),
            Cause::EmbedsCommit => "The build writes the commit's id into the file, so no commit can hold both it \
                 and its seal: leave the id out of the build, or write it to a file outside the root."
                .to_owned(),
            // Only databases have them.
            Cause::ColumnOrder
            | Cause::OnlyQuoting
            | Cause::SettingOfDatabase
            | Cause::OwnerOrGrants
            | Cause::Comment => format!("If it is meant, {}.", self.approval()),
        }
    }

    /// It was sealed where it lay beside the files that git has, or it lies there now.
    fn on_not_in_git(&self, kind: FindingKind, path: &[u8]) -> String {
        if kind == FindingKind::Missing {
            return format!(
                "It was sealed where it lay, and git does not have it (never added, or removed since): \
                 add it to git where it still lies, by force if git ignores it, and commit; or, if it \
                 is gone for good, {}.",
                self.approval()
            );
        }
        let place = pathspec(&join(self.root().as_bytes(), path));
        format!(
            "git ignores it, so no fresh checkout has it: remove it, or {}; or, if it belongs there, \
             add it with `{} add --force -- {place}` and {}.",
            self.exclusion(path),
            self.git(),
            self.approval_of(path)
        )
    }

    fn on_kind(&self, finding: &Finding) -> String {
        let again = || self.again(Some(&finding.path));
        match finding.kind {
            FindingKind::Unreadable => "Let the user who runs sealgate read it (permissions, \
                                        owner, a failing disk) and check again: what cannot be \
                                        read is never approved."
                .to_owned(),
            FindingKind::Unstable => format!(
                "Something writes into {} while it is checked (a build, a watcher, a sync tool): \
                 stop it and check again.",
                self.place()
            ),
            FindingKind::Unsealable => {
                format!("Remove it, or {}: no seal can hold it.", self.exclusion(&finding.path))
            }
            FindingKind::KindChanged | FindingKind::LinkChanged => {
                format!("If nobody meant it, {}.", again())
            }
            FindingKind::Modified if self.is_refused(finding) => self.on_unwatched(&again()),
            FindingKind::Modified if self.is_rebuilt_here() => format!(
                "Find out why before you reseal: does the build repeat itself? `{} --twice` builds \
                 twice and names every file that differs.",
                self.sealgate("rebuild")
            ),
            FindingKind::Modified => format!(
                "Find out why before you reseal: build twice and compare with `{} --against \
                 OTHER_BUILD`.",
                self.sealgate("diff")
            ),
            FindingKind::ModeChanged => self.on_mode(finding),
            FindingKind::Missing if self.is_unmade(finding) => self.on_unmade(&finding.path),
            FindingKind::Missing => format!("If it should be there, {}.", again()),
            FindingKind::Unsealed => self.on_refused(finding).unwrap_or_else(|| {
                format!(
                    "Remove it if it does not belong there, {} if it never will, or {}.",
                    self.exclusion(&finding.path),
                    self.approval_of(&finding.path)
                )
            }),
            FindingKind::Moved => {
                format!("Move it back, or, if the new place is meant, {}.", self.approval())
            }
        }
    }

    fn on_mode(&self, finding: &Finding) -> String {
        let sign = match finding.expected {
            Some(Entry::File { executable: true, .. }) => "+x",
            Some(Entry::File { executable: false, .. }) => "-x",
            _ => return "Give it its sealed mode back.".to_owned(),
        };
        format!("If nobody meant it, run `chmod {sign} -- {}`.", quote(&self.file(&finding.path)))
    }

    /// How the bytes there are become the approved ones: after `if it is meant,`.
    fn approval(&self) -> String {
        self.approval_by(&self.sealgate("seal"))
    }

    /// The same for the new `path`, and nothing else that changed.
    fn approval_of(&self, path: &[u8]) -> String {
        match pattern_of_file(path) {
            Some(pattern) => {
                let pattern = quote(pattern.as_bytes());
                self.approval_by(&format!("{} --only {pattern}", self.sealgate("seal")))
            }
            None => self.approval(),
        }
    }

    fn approval_by(&self, command: &str) -> String {
        match &self.judgement.source {
            Source::Worktree => format!("approve it with `{command}`"),
            Source::Server { .. } => format!("approve it with `{}`", self.seal_here()),
            Source::Directory { .. } => {
                format!(
                    "bring it into {} and approve it there with `{command}`",
                    self.root_in_words()
                )
            }
            Source::Commit { oid, .. } if self.is_checked_out(oid) => {
                format!("approve it with `{command}`, and commit the seal")
            }
            Source::Commit { given, .. } => {
                format!("check out {given}, approve it with `{command}`, and commit the seal")
            }
        }
    }

    /// The pattern for the new `path`.
    fn pattern(&self, path: &[u8]) -> Option<String> {
        let known = &self.judgement.new_directories;
        // A directory without an entry would be found next: it is left out as a whole.
        let directory =
            parents(path).find(|parent| known.binary_search_by(|new| (**new).cmp(*parent)).is_ok());
        match directory {
            Some(directory) => pattern_of(directory).map(|pattern| format!("{pattern}/")),
            None => pattern_of(path),
        }
    }

    /// How `path` is left out of the seal: after `or`.
    fn exclusion(&self, path: &[u8]) -> String {
        let Some(pattern) = self.pattern(path) else {
            let file = self.invocation.seal_file(&self.judgement.name);
            return format!("leave it out by a pattern in `exclude` of {file}");
        };
        let pattern = quote(pattern.as_bytes());
        format!("leave it out with `{} --exclude {pattern}`", self.sealgate("seal"))
    }

    fn is_checked_out(&self, oid: &str) -> bool {
        self.invocation.checkout.head.as_deref() == Some(oid)
    }

    fn is_kept_in_git(&self) -> bool {
        self.judgement.tracked == Some(true) && self.judgement.source == Source::Worktree
    }

    fn root(&self) -> &str {
        self.judgement.root.as_deref().unwrap_or(&self.judgement.name)
    }

    fn root_in_words(&self) -> &str {
        match self.root() {
            "." => "the repository",
            root => root,
        }
    }

    /// Where the bytes were judged.
    fn place(&self) -> &str {
        match &self.judgement.source {
            Source::Worktree => self.root(),
            Source::Directory { given, .. }
            | Source::Commit { given, .. }
            | Source::Server { given, .. } => given,
        }
    }

    /// `path` as a command finds it from where the user is.
    fn file(&self, path: &[u8]) -> Vec<u8> {
        let Invocation { directory, repository, .. } = self.invocation;
        match (&self.judgement.source, repository.as_ref().or(directory.as_ref())) {
            (Source::Directory { path: place, .. }, _) => {
                join(place.as_os_str().as_encoded_bytes(), path)
            }
            (Source::Worktree | Source::Commit { .. }, Some(top)) => {
                join(top.as_bytes(), &join(self.root().as_bytes(), path))
            }
            // What is in a database is no file.
            (Source::Server { .. }, _) => path.to_vec(),
            (Source::Worktree | Source::Commit { .. }, None) => join(self.root().as_bytes(), path),
        }
    }

    fn sealgate(&self, command: &str) -> String {
        let name = quote(self.judgement.name.as_bytes());
        format!("{} {command} {name}", self.invocation.sealgate())
    }

    /// The command that seals what was judged, from where it was judged if that is a server.
    fn seal_here(&self) -> String {
        let command = self.sealgate("seal");
        match &self.judgement.source {
            Source::Server { given, .. } => format!("{command} --at {}", quote(given.as_bytes())),
            Source::Worktree | Source::Directory { .. } | Source::Commit { .. } => command,
        }
    }

    fn git(&self) -> String {
        self.invocation.git()
    }
}

fn join(directory: &[u8], path: &[u8]) -> Vec<u8> {
    match directory {
        b"." | b"" => path.to_vec(),
        [.., b'/'] => [directory, path].concat(),
        _ => [directory, b"/", path].concat(),
    }
}
