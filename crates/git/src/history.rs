//! What git has, and what came before: for explaining findings, never for judging.

use std::collections::HashSet;
use std::path::Path;

use super::special::refuse_special;
use super::{GitError, below, pathspec, records, run};

/// The paths in the index below `root` (relative to `repository`), relative to it.
pub fn tracked(repository: &Path, root: &str) -> Result<HashSet<Vec<u8>>, GitError> {
    let arguments = ["--cached", "-z", "--full-name", "--", &pathspec(root)];
    let paths = run(repository, "ls-files", &arguments)?;
    let below = below(root);
    Ok(records(&paths).iter().filter_map(|path| below(path)).collect())
}

/// The paths of the working tree below `root` that git does not have and ignores, relative to `root`.
pub fn ignored(repository: &Path, root: &str) -> Result<HashSet<Vec<u8>>, GitError> {
    refuse_special(repository, [Path::new(root)], ".gitignore", "ls-files")?;
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
