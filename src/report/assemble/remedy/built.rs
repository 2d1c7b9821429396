//! What to do about outputs of builds.

use sealgate_core::compare::verdict::Source;

use super::Advice;

impl Advice<'_> {
    /// The build made something else than the commit has.
    pub(super) fn on_build(&self) -> String {
        format!(
            "The committed {} matches its seal, and the build made something else here. So either it \
             was not built again after a change, or this machine builds it in another way.",
            self.root_in_words()
        )
    }

    /// Two builds made different bytes.
    pub(super) fn on_varying_build(&self) -> String {
        format!(
            "No seal can state what each build makes differently: let it write no time, path or random value, \
             and keep one order. `{} --twice` shows where two builds differ, and what that looks like.",
            self.sealgate("rebuild")
        )
    }

    /// Other bytes were judged by the seal of a commit, and are right, and those of the commit are not.
    pub(super) fn on_unbuilt_commit(&self) -> String {
        let right =
            if self.judgement.build.is_some() { "what the build makes" } else { "what is sealed" };
        let root = self.root_in_words();
        format!("The commit does not have the {root} that its seal approves: commit {right}.")
    }

    /// A file has another content hash or version in its name than the sealed one.
    pub(super) fn on_new_digest(&self) -> String {
        let why = "Builds write content hashes and versions into names, so the name changed with the bytes.";
        if self.is_rebuilt_here() {
            return why.to_owned();
        }
        format!(
            "{why} If the change is meant, {}; if not, {}, and remove what has the new name.",
            self.approval(),
            self.again(None)
        )
    }

    /// Whether `rebuild` makes what was judged.
    pub(super) fn is_rebuilt_here(&self) -> bool {
        self.judgement.build.is_some() && self.judgement.source == Source::Worktree
    }
}
