//! Directories that look like build artifacts: what `init` proposes and `doctor` misses a seal of.
//!
//! A name is a hint and git is the witness: `build/` that git tracks holds scripts more often than
//! bundles, `vendor/` that git ignores is whatever the package manager fetched today.

use std::path::Path;

use sealgate_core::seal::path::{self, EntryPath};
use sealgate_git::{GitError, setup};
use walkdir::{DirEntry, WalkDir};

/// How far below the repository's root such directories are looked for: `packages/web/dist`.
const DEPTH: usize = 3;

/// What git must make of a directory of that name for it to count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    Ignored,
    Tracked,
    Either,
}

/// The names, and when they count.
const NAMES: [(&str, Sign); 11] = [
    ("__generated__", Sign::Either),
    ("_site", Sign::Ignored),
    ("build", Sign::Ignored),
    ("dist", Sign::Either),
    ("gen", Sign::Either),
    ("generated", Sign::Either),
    ("out", Sign::Ignored),
    ("public", Sign::Ignored),
    ("third-party", Sign::Tracked),
    ("third_party", Sign::Tracked),
    ("vendor", Sign::Tracked),
];

/// The names of directories that a build makes, where the files of the project say how.
const BUILT: [&str; 8] =
    ["__generated__", "_site", "build", "dist", "gen", "generated", "lib", "out"];

/// What is never looked into: other tools' stores, and what tests feed on. Names that begin with a
/// dot are not looked into either.
const SKIPPED: [&str; 8] =
    ["__pycache__", "fixtures", "node_modules", "target", "test", "testdata", "tests", "venv"];

/// A directory that looks like build artifacts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    /// Relative to the repository root.
    pub path: String,
    /// How many files and links are in it.
    pub files: u64,
    /// The bytes of the files.
    pub bytes: u64,
    /// What git makes of it.
    pub kept: Kept,
}

/// What git makes of a directory's files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// It tracks them.
    Tracked,
    /// It ignores them: they are built.
    Ignored,
    /// Neither, or some of both.
    Unclear,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Found {
    /// The directories, by path.
    pub artifacts: Vec<Artifact>,
    /// What could not be looked into.
    pub unread: Vec<String>,
}

/// A directory of a telling name, before git was asked.
struct Candidate {
    artifact: Artifact,
    sign: Sign,
    /// One of its files.
    sample: Vec<u8>,
}

/// Whether the name of the directory `root` says that a build makes it.
#[must_use]
pub fn looks_built(root: &str) -> bool {
    BUILT.contains(&path::base(root))
}

/// Looks for directories in `repository` that look like build artifacts; `seals` is the seals
/// directory, in which there are none. No link is followed.
pub fn likely(repository: &Path, seals: &str) -> Result<Found, GitError> {
    let mut found = Found::default();
    let mut candidates = Vec::new();
    let walk = WalkDir::new(repository).min_depth(1).max_depth(DEPTH).sort_by_file_name();
    let seals = repository.join(seals);
    let mut walk = walk.into_iter().filter_entry(|entry| is_looked_into(entry, &seals));
    while let Some(entry) = walk.next() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                found.unread.push(error.to_string());
                continue;
            }
        };
        let sign = NAMES.iter().find(|(name, _)| entry.file_name() == *name);
        if let (true, Some((_, sign))) = (entry.file_type().is_dir(), sign) {
            walk.skip_current_dir();
            candidates.extend(measure(repository, entry.path(), *sign, &mut found.unread));
        }
    }
    found.artifacts = ask_git(repository, candidates)?;
    Ok(found)
}

fn is_looked_into(entry: &DirEntry, seals: &Path) -> bool {
    if !entry.file_type().is_dir() {
        return false;
    }
    let name = entry.file_name().as_encoded_bytes();
    let skipped =
        name.starts_with(b".") || SKIPPED.iter().any(|skipped| skipped.as_bytes() == name);
    // What lies in another repository is that one's to seal.
    let foreign = || entry.path().join(".git").symlink_metadata().is_ok();
    !skipped && entry.path() != seals && !foreign()
}

/// Counts what is in `directory`; `None` where nothing is, or nothing that a seal could state.
fn measure(
    repository: &Path,
    directory: &Path,
    sign: Sign,
    unread: &mut Vec<String>,
) -> Option<Candidate> {
    let below = path::relative(repository, directory);
    let below = EntryPath::parse(std::str::from_utf8(&below).ok()?).ok()?;
    let (mut files, mut bytes) = (0, 0_u64);
    let mut sample = None;
    for entry in WalkDir::new(directory).min_depth(1).sort_by_file_name() {
        match entry {
            Ok(entry) if entry.file_type().is_dir() => {}
            Ok(entry) => {
                files += 1;
                let size = if entry.file_type().is_file() { entry.metadata().ok() } else { None };
                bytes = bytes.saturating_add(size.map_or(0, |found| found.len()));
                sample.get_or_insert_with(|| path::relative(repository, entry.path()).into_vec());
            }
            Err(error) => unread.push(error.to_string()),
        }
    }
    let path = below.as_str().to_owned();
    let artifact = Artifact { path, files, bytes, kept: Kept::Unclear };
    Some(Candidate { artifact, sign, sample: sample? })
}

/// How many of the sorted `paths` are below the directory `above`.
fn count_below(paths: &[Vec<u8>], above: &str) -> usize {
    let above = format!("{above}/").into_bytes();
    let from = &paths[paths.partition_point(|path| **path < *above)..];
    from.partition_point(|path| path.starts_with(&above))
}

/// The candidates that git's view of them bears out.
fn ask_git(repository: &Path, candidates: Vec<Candidate>) -> Result<Vec<Artifact>, GitError> {
    if candidates.is_empty() {
        return Ok(Vec::new());
    }
    let mut tracked = setup::tracked_files(repository)?;
    tracked.sort_unstable();
    let in_git = |artifact: &Artifact| count_below(&tracked, &artifact.path) as u64;
    let untracked = candidates.iter().filter(|candidate| in_git(&candidate.artifact) == 0);
    let samples: Vec<_> = untracked.map(|candidate| candidate.sample.clone()).collect();
    let ignored = setup::ignored_among(repository, &samples)?;
    let mut artifacts = Vec::new();
    for Candidate { mut artifact, sign, sample } in candidates {
        let in_git = in_git(&artifact);
        artifact.kept = match in_git {
            0 if ignored.contains(&sample) => Kept::Ignored,
            1.. if in_git >= artifact.files => Kept::Tracked,
            _ => Kept::Unclear,
        };
        let counts = match (artifact.kept, sign) {
            (Kept::Tracked, Sign::Ignored) | (Kept::Ignored, Sign::Tracked) => false,
            // Some of `build/` in git: scripts, beside what they wrote.
            (Kept::Unclear, Sign::Ignored) => in_git == 0,
            _ => true,
        };
        artifacts.extend(counts.then_some(artifact));
    }
    Ok(artifacts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_below_a_directory_is_counted_and_nothing_beside_it() {
        let mut paths = ["a", "dist", "dist-b/x", "dist/a/b", "dist/z", "dist0", "e/dist/y"];
        paths.sort_unstable();
        let paths = paths.map(|path| path.as_bytes().to_vec());
        for (above, count) in [("dist", 2), ("dist/a", 1), ("e", 1), ("e/dist", 1), ("a", 0)] {
            assert_eq!(count_below(&paths, above), count, "{above}");
        }
    }
}
