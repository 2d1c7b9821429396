//! Where git looks for hooks.

use std::path::{Path, PathBuf};

use super::{GitError, answer, git, native};

/// The directory that git takes hooks from, as its configuration says: `core.hooksPath`, or `hooks`
/// of the directory that all linked worktrees share. It need not exist.
pub fn hooks_directory(repository: &Path) -> Result<PathBuf, GitError> {
    rev_parse(repository, &["--git-path", "hooks"])
}

/// The directory that all linked worktrees of the repository share.
pub fn common_directory(repository: &Path) -> Result<PathBuf, GitError> {
    rev_parse(repository, &["--git-common-dir"])
}

/// A path that `git rev-parse` prints; one that is relative begins where git ran. All other questions
/// are asked without hooks, and so without the setting that this one is about.
fn rev_parse(repository: &Path, arguments: &[&str]) -> Result<PathBuf, GitError> {
    let printed = answer(git(repository), "rev-parse", arguments, b"", &[0])?;
    Ok(repository.join(native(&printed)))
}
