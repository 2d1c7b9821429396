//! What setting up asks of git: attributes, configuration, and what the index holds.
//!
//! Configuration is asked for as it counts here, the user's own included: it rewrites this
//! checkout. The options that this crate gives to its own runs of git do not count.

use std::collections::HashSet;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use super::parts::in_parts;
use super::special::{parent, refuse_special, refuse_special_below};
use super::{GitError, answer, native, plumbing, records};
use crate::attributes::{ASKED, Values};

/// For fewer paths, another git that tells attributes is not worth its start.
const WORTH_A_PROCESS: usize = 4096;

/// What git calls a directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A repository with files checked out.
    WorkTree,
    /// A repository without a working tree.
    Bare,
    /// Not in a repository.
    Outside,
}

/// What git calls `directory`.
pub fn place(directory: &Path) -> Result<Place, GitError> {
    match ask(directory, "rev-parse", &["--is-inside-work-tree"], b"", &[0]) {
        Ok(answer) if answer.starts_with(b"true") => Ok(Place::WorkTree),
        Ok(_) => Ok(Place::Bare),
        Err(GitError::Failed { stderr, .. }) if stderr.contains("not a git repository") => {
            Ok(Place::Outside)
        }
        Err(error) => Err(error),
    }
}

/// Which files of attributes count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttributeFiles {
    /// Those of the repository, which every clone has.
    Repository,
    /// Those of this user and this system too, by which `git add` stores bytes here.
    All,
}

/// The attributes of `paths`, relative to the repository, in their order, as `files` state them.
///
/// # Errors
///
/// git cannot be run, or fails.
pub fn values(
    repository: &Path,
    paths: &[Vec<u8>],
    files: AttributeFiles,
) -> Result<Vec<Values>, GitError> {
    if paths.is_empty() {
        return Ok(Vec::new());
    }
    let above = paths.iter().map(|path| std::str::from_utf8(path).map(parent));
    refuse_special(repository, above.flatten(), ".gitattributes", "check-attr")?;
    let threads = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    in_parts(paths, WORTH_A_PROCESS, threads, |paths| values_of(repository, paths, files))
}

/// The same, of one git.
fn values_of(
    repository: &Path,
    paths: &[Vec<u8>],
    files: AttributeFiles,
) -> Result<Vec<Values>, GitError> {
    let mut all = vec![Values::default(); paths.len()];
    let arguments: Vec<&str> = ["--stdin", "-z"].iter().chain(&ASKED).copied().collect();
    let mut git = plumbing(repository);
    if files == AttributeFiles::Repository {
        git.env("GIT_ATTR_NOSYSTEM", "1").args(["-c", "core.attributesFile=/dev/null"]);
    }
    let said = answer(git, "check-attr", &arguments, &joined(paths), &[0])?;
    let mut fields = said.split(|&byte| byte == 0);
    let mut answers = 0;
    while let (Some(_path), Some(name), Some(value)) = (fields.next(), fields.next(), fields.next())
    {
        let text = |field| std::str::from_utf8(field).unwrap_or("?");
        // git answers in the order in which it is asked.
        if let Some(values) = all.get_mut(answers / ASKED.len()) {
            values.take(text(name), text(value));
        }
        answers += 1;
    }
    Ok(all)
}

/// The value that `key` has here, whoever set it; `None` where nobody did.
pub fn config(repository: &Path, key: &str) -> Result<Option<String>, GitError> {
    // 1: it is not set.
    let arguments = ["--show-scope", "-z", "--get-all", key];
    let answer = ask(repository, "config", &arguments, b"", &[0, 1])?;
    let mut fields = answer.split(|&byte| byte == 0);
    let mut last = None;
    while let (Some(scope), Some(value)) = (fields.next(), fields.next()) {
        if scope != b"command" {
            last = Some(String::from_utf8_lossy(value).into_owned());
        }
    }
    Ok(last)
}

/// Whether a text file that git tracks, or that it would add, contains `word` in any case. It matches a
/// pathspec of `within`, and what matches one of `except`, from the top of the repository, does not count.
///
/// # Errors
///
/// git cannot be run, or fails.
pub fn mentions(
    repository: &Path,
    word: &str,
    within: &[&str],
    except: &[&str],
) -> Result<bool, GitError> {
    let fixed = ["--untracked", "-I", "--ignore-case", "--fixed-strings", "--files-with-matches"];
    let except: Vec<String> = except.iter().map(|place| format!(":(exclude,top){place}")).collect();
    let mut arguments = [&fixed[..], &["-e", word, "--"], within].concat();
    arguments.extend(except.iter().map(String::as_str));
    refuse_special_below(repository, [""], "grep")?;
    // 1: none does.
    Ok(!ask(repository, "grep", &arguments, b"", &[0, 1])?.is_empty())
}

/// The default branch of the remote `origin`, if this clone knows it.
///
/// # Errors
///
/// git cannot be run, or fails.
pub fn default_branch(repository: &Path) -> Result<Option<String>, GitError> {
    // 1: there is no such ref.
    let arguments = ["--quiet", "refs/remotes/origin/HEAD"];
    let printed = ask(repository, "symbolic-ref", &arguments, b"", &[0, 1])?;
    let printed = String::from_utf8_lossy(&printed);
    Ok(printed.trim_end().strip_prefix("refs/remotes/origin/").map(str::to_owned))
}

/// The file of attributes that wins over all others and is in no commit, absolute or relative to
/// the repository.
pub fn own_attributes(repository: &Path) -> Result<PathBuf, GitError> {
    let path = ask(repository, "rev-parse", &["--git-path", "info/attributes"], b"", &[0])?;
    Ok(native(&path))
}

/// How many files in the index git was told not to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Unwatched {
    /// With the bit that sparse checkouts set: the file need not be there.
    pub skipped: usize,
    /// Assumed to be unchanged, whatever is there.
    pub assumed: usize,
}

/// Every path in the index.
pub fn tracked_files(repository: &Path) -> Result<Vec<Vec<u8>>, GitError> {
    let mut paths = records(&ask(repository, "ls-files", &["-z"], b"", &[0])?);
    // A conflict has each path up to three times.
    paths.dedup();
    Ok(paths)
}

/// Those of `paths`, relative to the repository, that git ignores and does not track. It compares each of
/// them with its whole index, in which files of patterns are that a sparse checkout leaves out.
///
/// # Errors
///
/// git cannot be run, or fails.
pub fn ignored_among(repository: &Path, paths: &[Vec<u8>]) -> Result<HashSet<Vec<u8>>, GitError> {
    if paths.is_empty() {
        return Ok(HashSet::new());
    }
    let above = paths.iter().map(|path| std::str::from_utf8(path).map(parent));
    refuse_special(repository, above.flatten(), ".gitignore", "check-ignore")?;
    // 1: none of them.
    let answer = ask(repository, "check-ignore", &["--stdin", "-z"], &joined(paths), &[0, 1])?;
    Ok(records(&answer).into_iter().collect())
}

/// Whether no file in the index has a CRLF, so that `text=auto` would rewrite nothing.
pub fn index_is_free_of_crlf(repository: &Path) -> Result<bool, GitError> {
    let answer = ask(repository, "ls-files", &["--eol", "-z"], b"", &[0])?;
    let rewritten = |record: &[u8]| record.starts_with(b"i/crlf") || record.starts_with(b"i/mixed");
    Ok(!records(&answer).iter().any(|record| rewritten(record)))
}

fn joined(paths: &[Vec<u8>]) -> Vec<u8> {
    let mut input = Vec::new();
    for path in paths {
        input.extend_from_slice(path);
        input.push(0);
    }
    input
}

/// What git says in `directory`; see [`answer`].
fn ask(
    directory: &Path,
    command: &'static str,
    arguments: &[&str],
    input: &[u8],
    accepted: &[i32],
) -> Result<Vec<u8>, GitError> {
    answer(plumbing(directory), command, arguments, input, accepted)
}
