//! Files that git opens by their names, and would wait for: a FIFO that is called `.gitignore` stops it.

use sealgate_core::text::place::shown_path;
use std::collections::HashSet;
use std::path::Path;

use super::GitError;

/// Refuses to run `git COMMAND` if it would wait for a file called `name` in one of the directories above
/// `paths`, or in one of `paths` itself. All are relative to `repository`.
pub(super) fn refuse_special<'p>(
    repository: &Path,
    paths: impl IntoIterator<Item = &'p Path>,
    name: &str,
    command: &'static str,
) -> Result<(), GitError> {
    let mut seen: HashSet<&Path> = HashSet::new();
    for directory in paths.into_iter().flat_map(Path::ancestors) {
        if !seen.insert(directory) {
            continue;
        }
        let place = directory.join(name);
        let Ok(found) = repository.join(&place).symlink_metadata() else { continue };
        let kind = found.file_type();
        if !(kind.is_file() || kind.is_dir() || kind.is_symlink()) {
            let stderr =
                format!("{} is not a regular file: git would wait for it", shown_path(&place));
            return Err(GitError::Failed { command, stderr });
        }
    }
    Ok(())
}
