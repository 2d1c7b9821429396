//! What git has, and what came before: for explaining findings, never for judging.

use std::collections::HashSet;
use std::path::Path;

use super::object::Oid;
use super::special::{refuse_special, refuse_special_below};
use super::{GitError, below, native, pathspec, records, run};

/// The paths in the index below `root` (relative to `repository`), relative to it.
pub fn tracked(repository: &Path, root: &str) -> Result<HashSet<Vec<u8>>, GitError> {
    let arguments = ["--cached", "-z", "--full-name", "--", &pathspec(root)];
    let paths = run(repository, "ls-files", &arguments)?;
    let below = below(root);
    Ok(records(&paths).iter().filter_map(|path| below(path)).collect())
}

/// The paths of the working tree below `root` that git does not have and ignores, relative to `root`.
pub fn ignored(repository: &Path, root: &str) -> Result<HashSet<Vec<u8>>, GitError> {
    refuse_special(repository, [root], ".gitignore", "ls-files")?;
    refuse_special_below(repository, [root], "ls-files")?;
    let question = ["--others", "--ignored", "--exclude-standard", "-z", "--full-name", "--"];
    let pathspec = pathspec(root);
    let arguments: Vec<&str> = question.into_iter().chain([&*pathspec]).collect();
    let paths = run(repository, "ls-files", &arguments)?;
    let below = below(root);
    Ok(records(&paths).iter().filter_map(|path| below(path)).collect())
}

/// The paths of the commit that is checked out below `root`, relative to it.
pub fn in_head(repository: &Path, root: &str) -> Result<HashSet<Vec<u8>>, GitError> {
    let mut arguments = vec!["-r", "-z", "--name-only", "--full-tree", "HEAD"];
    if root != "." {
        arguments.extend(["--", root]);
    }
    let paths = run(repository, "ls-tree", &arguments)?;
    let below = below(root);
    Ok(records(&paths).iter().filter_map(|path| below(path)).collect())
}

/// The ids of `revision` and of the commits before it, at most `most` of them, in hex.
pub fn history(repository: &Path, revision: &str, most: usize) -> Result<Vec<String>, GitError> {
    let most = format!("--max-count={most}");
    let ids = run(repository, "rev-list", &[&most, "--end-of-options", revision, "--"])?;
    Ok(String::from_utf8_lossy(&ids).lines().map(str::to_owned).collect())
}

/// The last commit up to `to` that changed the file at `path`; `None` where no commit has it.
///
/// # Errors
///
/// git cannot be run, or fails.
pub fn last_change(repository: &Path, to: &Oid, path: &str) -> Result<Option<Oid>, GitError> {
    Ok(last_changes(repository, to, path, 1)?.first().copied())
}

/// The last commits up to `to` that changed the file at `path`, at most `most`, the newest first.
///
/// # Errors
///
/// git cannot be run, or fails.
pub fn last_changes(
    repository: &Path,
    to: &Oid,
    path: &str,
    most: usize,
) -> Result<Vec<Oid>, GitError> {
    let (most, to, path) = (format!("--max-count={most}"), to.to_string(), pathspec(path));
    let arguments = [&*most, "--end-of-options", &to, "--", &path];
    let ids = run(repository, "rev-list", &arguments)?;
    Ok(ids.split(|&byte| byte == b'\n').filter_map(Oid::from_hex).collect())
}

/// The commits that `to` leads to and `from` does not, and that change something at `path` or below it: at
/// most `most`, the newest first, each with the first line of its message.
///
/// # Errors
///
/// git cannot be run, or fails.
pub fn changes_between(
    repository: &Path,
    (from, to): (&Oid, &Oid),
    path: &str,
    most: usize,
) -> Result<Vec<(Oid, String)>, GitError> {
    let (most, range, path) =
        (format!("--max-count={most}"), format!("{from}..{to}"), pathspec(path));
    let arguments = [&*most, "--format=%s", "--end-of-options", &range, "--", &path];
    let said = run(repository, "rev-list", &arguments)?;
    let lines: Vec<&[u8]> = said.split(|&byte| byte == b'\n').collect();
    // Above each message stands `commit ID`.
    let commit = |pair: &[&[u8]]| {
        let oid = Oid::from_hex(pair.first()?.strip_prefix(b"commit ")?)?;
        Some((oid, String::from_utf8_lossy(pair.get(1)?).into_owned()))
    };
    Ok(lines.chunks(2).filter_map(commit).collect())
}

/// The commits that `to` leads to and `from` does not, merges included, the oldest first.
///
/// # Errors
///
/// git cannot be run, or fails, or answers with something else than ids.
pub fn commits_between(repository: &Path, from: &Oid, to: &Oid) -> Result<Vec<Oid>, GitError> {
    let command = "rev-list";
    let range = format!("{from}..{to}");
    let said = run(repository, command, &["--reverse", "--end-of-options", &range, "--"])?;
    let lines = said.split(|&byte| byte == b'\n').filter(|line| !line.is_empty());
    let ids: Option<Vec<Oid>> = lines.map(Oid::from_hex).collect();
    ids.ok_or_else(|| GitError::Failed {
        command,
        stderr: "it answered with something else than ids".to_owned(),
    })
}

/// The commits at which the history of a shallow clone ends, whatever their parents are.
///
/// # Errors
///
/// git cannot be run, or its list cannot be read.
pub fn shallow_commits(repository: &Path) -> Result<HashSet<Oid>, GitError> {
    let command = "rev-parse";
    let list = native(&run(repository, command, &["--git-path", "shallow"])?);
    match std::fs::read(repository.join(list)) {
        Ok(text) => Ok(text.split(|&byte| byte == b'\n').filter_map(Oid::from_hex).collect()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(HashSet::new()),
        Err(error) => Err(GitError::Failed {
            command,
            stderr: format!("the list of shallow commits cannot be read: {error}"),
        }),
    }
}
