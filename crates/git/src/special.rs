//! Files that git opens by their names, and would wait for: a FIFO that is called `.gitignore` stops it.

use sealgate_core::text::place::shown_path;
use std::collections::HashSet;
use std::fs::{self, FileType};
use std::path::{Path, PathBuf};

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
        let place = Path::new(directory).join(name);
        let Ok(found) = repository.join(&place).symlink_metadata() else { continue };
        if is_special(found.file_type()) {
            return Err(refusal(&place, command));
        }
    }
    Ok(())
}

/// Refuses to run `git COMMAND`, which walks through `directories`, if it would wait for a list of ignored files
/// anywhere below them. It does not walk into other repositories.
pub(super) fn refuse_special_below<'p>(
    repository: &Path,
    directories: impl IntoIterator<Item = &'p str>,
    command: &'static str,
) -> Result<(), GitError> {
    let mut waiting: Vec<PathBuf> = directories.into_iter().map(PathBuf::from).collect();
    while let Some(directory) = waiting.pop() {
        // What cannot be listed, git cannot list either.
        let Ok(listing) = fs::read_dir(repository.join(&directory)) else { continue };
        let entries: Vec<_> = listing.flatten().collect();
        let is_top = matches!(directory.to_str(), Some("" | "."));
        if !is_top && entries.iter().any(|entry| entry.file_name() == ".git") {
            continue;
        }
        for entry in entries {
            let (own, kind) = (entry.file_name(), entry.file_type());
            match kind {
                Ok(kind) if kind.is_dir() && own != ".git" => waiting.push(directory.join(own)),
                Ok(kind) if own == ".gitignore" && is_special(kind) => {
                    return Err(refusal(&directory.join(own), command));
                }
                _ => {}
            }
        }
    }
    Ok(())
}

/// Whether it is neither a file, nor a directory or a link, which git does not wait for.
fn is_special(kind: FileType) -> bool {
    !(kind.is_file() || kind.is_dir() || kind.is_symlink())
}

fn refusal(place: &Path, command: &'static str) -> GitError {
    let stderr = format!("{} is not a regular file: git would wait for it", shown_path(place));
    GitError::Failed { command, stderr }
}

/// The directory of what is at `path`: empty for the repository itself.
pub(super) fn parent(path: &str) -> &str {
    path.rfind('/').map_or("", |at| &path[..at])
}
