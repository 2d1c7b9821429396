//! Files that git opens by their names, and would wait for: a FIFO that is called `.gitignore` stops it.

use sealgate_core::text::place::shown_path;
use std::collections::HashSet;
use std::path::Path;

use super::GitError;

/// Refuses to run `git COMMAND` if it would wait for a file called `name` in one of `directories`, or in a
/// directory above them. All are relative to `repository`.
pub(super) fn refuse_special<'p>(
    repository: &Path,
    directories: impl IntoIterator<Item = &'p str>,
    name: &str,
    command: &'static str,
) -> Result<(), GitError> {
    let mut seen: HashSet<&str> = HashSet::new();
    let mut waiting: Vec<&str> = Vec::new();
    for directory in directories {
        // Whatever is above one that was seen was seen with it.
        let mut above = Some(directory);
        while let Some(new) = above.filter(|directory| seen.insert(directory)) {
            waiting.push(new);
            above = (!new.is_empty()).then(|| parent(new));
        }
    }
    for directory in waiting {
        let directory = Path::new(directory);
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

/// The directory of what is at `path`: empty for the repository itself.
pub(super) fn parent(path: &str) -> &str {
    path.rfind('/').map_or("", |at| &path[..at])
}
