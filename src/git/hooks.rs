//! Where git looks for hooks.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::{GitError, git};

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
    let output = git(repository).arg("rev-parse").args(arguments).output();
    let output = output.map_err(GitError::NotRun)?;
    if !output.status.success() {
        let stderr = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(GitError::Failed { command: "rev-parse", stderr });
    }
    let printed = output.stdout.strip_suffix(b"\n").unwrap_or(&output.stdout);
    Ok(repository.join(os_string(printed)))
}

#[cfg(unix)]
fn os_string(bytes: &[u8]) -> OsString {
    use std::os::unix::ffi::OsStrExt as _;
    std::ffi::OsStr::from_bytes(bytes).to_owned()
}

/// git prints UTF-8 there.
#[cfg(not(unix))]
fn os_string(bytes: &[u8]) -> OsString {
    String::from_utf8_lossy(bytes).into_owned().into()
}
