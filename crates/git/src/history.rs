//! What git has, and what came before: for explaining findings, never for judging.

use std::collections::HashSet;
use std::path::Path;

use super::{GitError, below, pathspec, records, run};

/// The paths in the index below `root` (relative to `repository`), relative to it.
pub fn tracked(repository: &Path, root: &str) -> Result<HashSet<Vec<u8>>, GitError> {
    let arguments = ["--cached", "-z", "--full-name", "--", &pathspec(root)];
    let paths = run(repository, "ls-files", &arguments)?;
    let below = below(root);
    Ok(records(&paths).iter().filter_map(|path| below(path)).collect())
}

/// The ids of `revision` and of the commits before it, at most `most` of them, in hex.
pub fn history(repository: &Path, revision: &str, most: usize) -> Result<Vec<String>, GitError> {
    let most = format!("--max-count={most}");
    let ids = run(repository, "rev-list", &[&most, "--end-of-options", revision, "--"])?;
    Ok(String::from_utf8_lossy(&ids).lines().map(str::to_owned).collect())
}
