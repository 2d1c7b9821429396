//! The only place that runs git: plumbing, without the caller's environment, hooks or helpers.

mod adding;
mod answers;
pub mod attributes;
pub mod child;
mod history;
mod hooks;
mod ledger;
mod merging;
mod missing;
mod notation;
mod object;
mod objects;
mod on_disk;
mod parts;
mod requests;
mod revision;
pub mod setup;
#[cfg(any(not(unix), test))]
mod shell;
mod special;
mod tracking;
mod tree_without;
mod unmerged;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use sealgate_core::text::place::plain_path;
use sealgate_core::text::problem::Problem;

use crate::child::Running;

pub use adding::{Addition, Stored, additions};
pub use history::{
    changes_between, commits_between, history, ignored, in_head, last_change, last_changes,
    shallow_commits, tracked,
};
pub use hooks::{common_directory, hooks_directory};
pub use ledger::{LedgerError, Pushed, RemoteLedger, identity};
pub use merging::{
    forget_merge_driver, leaves_our_side, merge_driver_of, merge_text, own_attributes_file,
    set_merge_driver,
};
pub use missing::{Fetching, is_shallow};
pub use object::{Commit, ObjectKind, Oid, TreeEntry, TreeMode};
pub use objects::{ObjectError, Objects};
pub use revision::{RevisionError, resolve, resolve_ref};
#[cfg(not(unix))]
pub use shell::shell;
pub use tracking::{Listing, Tracking, UnwatchedFiles};
pub use unmerged::{Unmerged, unmerged};

/// Why git could not be asked.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// There is no program `git`.
    #[error("git is needed for this, and cannot be run: {0}")]
    NotRun(std::io::Error),
    /// It failed.
    #[error("git {command} failed: {stderr}")]
    Failed {
        /// The subcommand.
        command: &'static str,
        /// What it said.
        stderr: String,
    },
    /// A file of which git was to be asked cannot be read.
    #[error("{path} cannot be read: {why}")]
    Unreadable {
        /// Its path, relative to the repository.
        path: String,
        /// Why.
        why: String,
    },
}

impl GitError {
    /// What to do where git refuses a repository because it belongs to another user: in containers, most
    /// often. The last words are the command that git names.
    #[must_use]
    pub fn of_another_user(&self) -> Option<Problem> {
        let Self::Failed { stderr, .. } = self else { return None };
        let command = stderr.lines().map(str::trim).find(|line| {
            stderr.contains("dubious ownership")
                && line.starts_with("git config --global --add safe.directory ")
        })?;
        let message = "the repository belongs to another user, so git does not read it";
        let remedy = format!("if you trust whoever owns it: {command}");
        Some(Problem::new("git-ownership", message).remedy(remedy))
    }
}

impl From<GitError> for Problem {
    fn from(error: GitError) -> Self {
        if let Some(problem) = error.of_another_user() {
            return problem;
        }
        let remedy = match error {
            GitError::NotRun(_) => "install git, or put it in PATH",
            GitError::Failed { .. } => "fix what git says, and try again",
            GitError::Unreadable { .. } => "stop what writes there, and try again",
        };
        Self::new("git", error.to_string()).remedy(remedy)
    }
}

/// A path, not a pattern, and never taken for an option. The path `.` would match nothing.
fn pathspec(root: &str) -> String {
    format!(":(top,literal){}", if root == "." { "" } else { root })
}

/// What makes a path relative to `root`, or `None` of one that is not below it.
fn below(root: &str) -> impl Fn(&[u8]) -> Option<Vec<u8>> {
    let prefix = if root == "." { Vec::new() } else { format!("{root}/").into_bytes() };
    move |path| path.strip_prefix(&*prefix).map(<[u8]>::to_vec)
}

fn records(output: &[u8]) -> Vec<Vec<u8>> {
    output.split(|&byte| byte == 0).filter(|r| !r.is_empty()).map(<[u8]>::to_vec).collect()
}

fn run(repository: &Path, command: &'static str, arguments: &[&str]) -> Result<Vec<u8>, GitError> {
    answer(plumbing(repository), command, arguments, b"", &[0])
}

/// What `git COMMAND` says to `input`; an exit code that is not among `accepted` is a failure.
fn answer(
    mut git: Command,
    command: &'static str,
    arguments: &[&str],
    input: &[u8],
    accepted: &[i32],
) -> Result<Vec<u8>, GitError> {
    git.arg(command).args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
    if !input.is_empty() {
        git.stdin(Stdio::piped());
    }
    let child = git.spawn().map_err(GitError::NotRun)?;
    let failed = |stderr| GitError::Failed { command, stderr };
    let answer =
        Running::new(child).exchange(input.to_vec()).map_err(|error| failed(error.to_string()))?;
    if answer.status.code().is_some_and(|code| accepted.contains(&code)) {
        return Ok(answer.stdout);
    }
    Err(failed(answer.stderr))
}

/// A path as git prints it on a line.
fn native(line: &[u8]) -> PathBuf {
    let path = line.strip_suffix(b"\n").unwrap_or(line);
    #[cfg(unix)]
    let path = <std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(path).to_owned();
    #[cfg(not(unix))]
    let path = String::from_utf8_lossy(path).into_owned();
    PathBuf::from(path)
}

/// A git that listens to the repository alone: no variable of the caller redirects it, no
/// replace ref, hook, monitor or pager has a say, and nothing is fetched.
fn plumbing(repository: &Path) -> Command {
    let mut git = git(repository);
    git.args(["-c", "core.hooksPath=/dev/null"]);
    git
}

/// The same, which knows where the hooks are.
fn git(repository: &Path) -> Command {
    let mut git = Command::new("git");
    for (name, _) in std::env::vars_os() {
        if name.as_encoded_bytes().starts_with(b"GIT_") {
            git.env_remove(name);
        }
    }
    git.envs([
        ("GIT_NO_REPLACE_OBJECTS", "1"),
        ("GIT_NO_LAZY_FETCH", "1"),
        // For a git that does not know the line above: no way to fetch anything.
        ("GIT_ALLOW_PROTOCOL", "none"),
        // Grafts state other parents than the commits do.
        ("GIT_GRAFT_FILE", "/dev/null"),
        ("GIT_OPTIONAL_LOCKS", "0"),
        ("GIT_TERMINAL_PROMPT", "0"),
        ("LC_ALL", "C"),
    ]);
    git.args(["--no-pager", "-c", "core.fsmonitor=false"]);
    git.arg("-C").arg(&*plain_path(repository)).stdin(Stdio::null());
    git
}
