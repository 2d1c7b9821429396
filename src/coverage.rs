//! Which directories of a repository ought to be under seal and are not.

use std::path::Path;

use globset::GlobBuilder;
use walkdir::{DirEntry, WalkDir};

use crate::path::is_below;
use crate::problem::Problem;
use crate::seal::Header;

/// The directories below `repository`, git's and the seals' own left out, that match `glob` and
/// that no seal in `seals` covers. That nothing matches is a problem too: a demand that cannot fail is none.
#[must_use]
pub fn uncovered(
    repository: &Path,
    seals_directory: &str,
    glob: &str,
    seals: &[&Header],
) -> Vec<Problem> {
    let pattern = glob.trim_end_matches('/');
    let matcher = match GlobBuilder::new(pattern).literal_separator(true).build() {
        Ok(glob) => glob.compile_matcher(),
        Err(error) => {
            let message = format!("--require-sealed {glob}: {}", error.kind());
            return vec![
                Problem::new("usage", message).remedy("write a glob such as packages/*/dist"),
            ];
        }
    };
    let mut any = false;
    let mut problems = Vec::new();
    let walk = WalkDir::new(repository).min_depth(1).sort_by_file_name();
    let seals_directory = repository.join(seals_directory);
    let meant = |entry: &DirEntry| entry.file_name() != ".git" && entry.path() != seals_directory;
    for found in walk.into_iter().filter_entry(meant) {
        let entry = match found {
            Ok(entry) => entry,
            Err(error) => {
                problems.push(unsearched(glob, &error.to_string()));
                continue;
            }
        };
        // A link in the place of a directory would be a way around the demand.
        let is_dir = entry.file_type().is_dir() || entry.path_is_symlink() && entry.path().is_dir();
        if !is_dir {
            continue;
        }
        let path = entry.path().strip_prefix(repository).unwrap_or(entry.path());
        if matcher.is_match(path) {
            any = true;
            let path = path.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/");
            problems.extend((!covered(&path, seals)).then(|| unsealed(glob, &path)));
        }
    }
    if !any {
        let message = format!("--require-sealed {glob}: no directory matches");
        problems.push(
            Problem::new("require-sealed", message).remedy("build first, or correct the glob"),
        );
    }
    problems
}

/// Whether a seal's root is `path` or a directory above it that does not exclude it.
#[must_use]
pub fn covered(path: &str, seals: &[&Header]) -> bool {
    seals.iter().any(|header| match header.root.path() {
        None => header.scope.excludes(path.as_bytes(), true).is_none(),
        Some(root) if root.as_str() == path => true,
        Some(root) => {
            let (root, path) = (root.as_bytes(), path.as_bytes());
            is_below(path, root) && header.scope.excludes(&path[root.len() + 1..], true).is_none()
        }
    })
}

fn unsealed(glob: &str, path: &str) -> Problem {
    Problem::new(
        "require-sealed",
        format!("{path} matches {glob} and is under none of the seals checked"),
    )
    .remedy(format!("seal it (sealgate seal NAME --root {path}), or check its seal too"))
}

fn unsearched(glob: &str, why: &str) -> Problem {
    Problem::new("require-sealed", format!("--require-sealed {glob}: {why}"))
        .remedy("make the whole repository readable to this user")
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_link_to_a_directory_ought_to_be_under_seal_as_well() {
        let repository = tempfile::tempdir().unwrap();
        let at = |path: &str| repository.path().join(path);
        std::fs::create_dir_all(at("packages/a/out")).unwrap();
        let uncovered = || {
            let found = uncovered(repository.path(), "seals", "packages/*/dist", &[]);
            found.into_iter().map(|problem| problem.message.into_string()).collect::<Vec<_>>()
        };
        std::os::unix::fs::symlink("nothing", at("packages/a/dist")).unwrap();
        assert_eq!(uncovered(), ["--require-sealed packages/*/dist: no directory matches"]);
        std::fs::remove_file(at("packages/a/dist")).unwrap();
        std::os::unix::fs::symlink("out", at("packages/a/dist")).unwrap();
        let message =
            "packages/a/dist matches packages/*/dist and is under none of the seals checked";
        assert_eq!(uncovered(), [message]);
    }
}
