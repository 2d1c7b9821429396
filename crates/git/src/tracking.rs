//! What git knows of the files below roots: which of them it tracks, and which it ignores.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::setup::Unwatched;
use super::special::{refuse_special, refuse_special_below};
use super::{GitError, answer, pathspec, plumbing, records, run};

/// For more roots than this, git lists the whole repository: it compares each path with each root.
const FEW_ROOTS: usize = 64;

/// What git knows of the files below some roots. All paths are relative to the repository.
#[derive(Debug, Default)]
pub struct Listing {
    repository: PathBuf,
    tracked: HashSet<Vec<u8>>,
    /// Those of `tracked` that are executable.
    executable: HashSet<Vec<u8>>,
    /// The roots that git ignores as a whole. What is below them is in none of the other sets.
    ignored_roots: HashSet<String>,
    ignored: HashSet<Vec<u8>>,
    addable: HashSet<Vec<u8>>,
    submodules: Vec<Vec<u8>>,
}

impl Listing {
    /// Asks git what it tracks, ignores, and would add below `roots`, however many there are, in at most
    /// four processes. Of a root that is ignored as a whole, nobody walks through the files.
    ///
    /// # Errors
    ///
    /// git cannot be run, or fails.
    pub fn of<'r>(
        repository: &Path,
        roots: impl IntoIterator<Item = &'r str>,
    ) -> Result<Self, GitError> {
        let roots: HashSet<&str> = roots.into_iter().collect();
        let mut listing = Self { repository: repository.to_owned(), ..Self::default() };
        if roots.is_empty() {
            return Ok(listing);
        }
        refuse_special(repository, roots.iter().copied(), ".gitignore", "ls-files")?;
        let pathspecs = pathspecs(&roots);
        let list = |options: &[&str]| list_files(repository, options, &pathspecs);
        for record in list(&["--stage", "-z", "--full-name"])? {
            // MODE SP OID SP STAGE TAB PATH
            let Some(tab) = record.iter().position(|&byte| byte == b'\t') else { continue };
            let path = record[tab + 1..].to_vec();
            if record.starts_with(b"160000 ") {
                listing.submodules.push(path);
                continue;
            }
            if record.starts_with(b"100755 ") {
                listing.executable.insert(path.clone());
            }
            listing.tracked.insert(path);
        }
        listing.ignored_roots = listing.ignored_as_a_whole(&roots);
        let ignored_roots = &listing.ignored_roots;
        let walked: HashSet<&str> =
            roots.iter().copied().filter(|root| !ignored_roots.contains(*root)).collect();
        if walked.is_empty() {
            return Ok(listing);
        }
        // Of another repository git lists the top alone.
        let walked = walked.iter().map(|root| other_repository(repository, root).unwrap_or(root));
        let walked: HashSet<&str> = walked.collect();
        let pathspecs = self::pathspecs(&walked);
        let list = |options: &[&str]| list_files(repository, options, &pathspecs);
        listing.ignored = list(&["--others", "-z", "--full-name"])?.into_iter().collect();
        if !listing.ignored.is_empty() {
            refuse_special_below(repository, walked, "ls-files")?;
            let addable = ["--others", "--exclude-standard", "-z", "--full-name"];
            listing.addable = list(&addable)?.into_iter().collect();
            listing.ignored.retain(|path| !listing.addable.contains(path));
        }
        Ok(listing)
    }

    /// Those of `roots` that git ignores, and of which it tracks nothing. The pattern that covers a directory
    /// decides on all that is in it: no other one takes that back.
    fn ignored_as_a_whole(&self, roots: &HashSet<&str>) -> HashSet<String> {
        let mut input = Vec::new();
        for root in roots.iter().filter(|root| **root != ".") {
            let tracking = self.below(root);
            if !tracking.in_another && !tracking.knows_any() {
                // With `./` before it, no name is taken for a pattern.
                input.extend([b"./", root.as_bytes(), b"\0"].concat());
            }
        }
        if input.is_empty() {
            return HashSet::new();
        }
        let options = ["--verbose", "--stdin", "-z"];
        // 1: none of them. Where git cannot tell, the walk does.
        let said = answer(plumbing(&self.repository), "check-ignore", &options, &input, &[0, 1]);
        let said = said.unwrap_or_default();
        let mut fields = said.split(|&byte| byte == 0);
        let mut ignored = HashSet::new();
        // FILE NUL LINE NUL PATTERN NUL PATH NUL. A pattern with `!` takes the path back.
        while let (Some(_), Some(_), Some(pattern), Some(path)) =
            (fields.next(), fields.next(), fields.next(), fields.next())
        {
            let path = path.strip_prefix(b"./").and_then(|path| std::str::from_utf8(path).ok());
            ignored.extend(path.filter(|_| !pattern.starts_with(b"!")).map(str::to_owned));
        }
        ignored
    }

    /// What git knows of the files below `root`, which is one of those that it was asked about.
    #[must_use]
    pub fn below<'l>(&'l self, root: &str) -> Tracking<'l> {
        let prefix = if root == "." { Vec::new() } else { format!("{root}/").into_bytes() };
        let relative = |path: &'l Vec<u8>| path.strip_prefix(&*prefix);
        let submodules = self.submodules.iter().filter_map(relative).collect();
        let in_another = other_repository(&self.repository, root).is_some();
        let ignored = self.ignored_roots.contains(root);
        Tracking { listing: self, prefix, submodules, in_another, ignored }
    }
}

/// The outermost directory at or above `root` in which another repository than `repository` lies.
fn other_repository<'r>(repository: &Path, root: &'r str) -> Option<&'r str> {
    let holds_git = |above: &Path| repository.join(above).join(".git").symlink_metadata().is_ok();
    let above = Path::new(root).ancestors().filter_map(Path::to_str);
    above.filter(|above| !matches!(*above, "" | ".") && holds_git(Path::new(above))).last()
}

/// What git knows of the files below one root. All paths are relative to the root.
#[derive(Debug)]
pub struct Tracking<'l> {
    listing: &'l Listing,
    prefix: Vec<u8>,
    submodules: HashSet<&'l [u8]>,
    /// Whether the root itself lies in a submodule, or in any other repository.
    in_another: bool,
    /// Whether git ignores the root itself.
    ignored: bool,
}

impl Tracking<'_> {
    /// Whether `path` is in the index.
    #[must_use]
    pub fn tracks(&self, path: &[u8]) -> bool {
        self.listing.tracked.contains(&*self.whole(path))
    }

    /// Whether `path` is executable in the index; `None` if it is not there.
    #[must_use]
    pub fn executable(&self, path: &[u8]) -> Option<bool> {
        let path = self.whole(path);
        self.listing.tracked.contains(&*path).then(|| self.listing.executable.contains(&*path))
    }

    /// Whether `path` is in the working tree, and git ignores it.
    #[must_use]
    pub fn ignores(&self, path: &[u8]) -> bool {
        self.ignored || self.listing.ignored.contains(&*self.whole(path))
    }

    /// Whether the root lies in another repository that git ignores as a whole, with all that is in it.
    #[must_use]
    pub fn is_ignored_repository(&self) -> bool {
        let ends = (0..self.prefix.len()).filter(|&at| self.prefix[at] == b'/');
        self.in_another
            && ends.into_iter().any(|at| self.listing.ignored.contains(&self.prefix[..=at]))
    }

    /// Whether `path` is in the working tree, and `git add` would take it as a file.
    #[must_use]
    pub fn would_add(&self, path: &[u8]) -> bool {
        self.listing.addable.contains(&*self.whole(path))
    }

    /// The paths that `git add` would take: git neither tracks nor ignores them. A directory with another
    /// repository in it ends with `/`.
    pub fn addable(&self) -> impl Iterator<Item = &[u8]> {
        self.listing.addable.iter().filter_map(|path| path.strip_prefix(&*self.prefix))
    }

    /// Whether the index holds any file or submodule below the root.
    #[must_use]
    pub fn knows_any(&self) -> bool {
        self.has_submodules()
            || self.listing.tracked.iter().any(|path| path.starts_with(&self.prefix))
    }

    /// Whether the root lies in another repository, or has one below it.
    #[must_use]
    pub fn has_submodules(&self) -> bool {
        self.in_another || !self.submodules.is_empty()
    }

    /// Whether a path lies in another repository; `above` are the directories above it.
    #[must_use]
    pub fn is_in_submodule<'p>(&self, mut above: impl Iterator<Item = &'p [u8]>) -> bool {
        self.in_another
            || !self.submodules.is_empty() && above.any(|above| self.submodules.contains(above))
    }

    /// Whether there is a submodule at `path`.
    #[must_use]
    pub fn is_submodule(&self, path: &[u8]) -> bool {
        self.submodules.contains(path)
    }

    fn whole(&self, path: &[u8]) -> Vec<u8> {
        [&self.prefix, path].concat()
    }
}

/// The files that git was told not to look at.
#[derive(Debug, Default)]
pub struct UnwatchedFiles {
    skipped: Vec<Vec<u8>>,
    assumed: Vec<Vec<u8>>,
}

impl UnwatchedFiles {
    /// Asks git for those at or below `roots` (relative to the repository), in one process.
    ///
    /// # Errors
    ///
    /// git cannot be run, or fails.
    pub fn of<'r>(
        repository: &Path,
        roots: impl IntoIterator<Item = &'r str>,
    ) -> Result<Self, GitError> {
        let pathspecs = pathspecs(&roots.into_iter().collect());
        let mut files = Self::default();
        for record in list_files(repository, &["-v", "-z"], &pathspecs)? {
            // TAG SP PATH
            let (Some(&tag), Some(path)) = (record.first(), record.get(2..)) else { continue };
            if matches!(tag, b'S' | b's') {
                files.skipped.push(path.to_vec());
            }
            if tag.is_ascii_lowercase() {
                files.assumed.push(path.to_vec());
            }
        }
        Ok(files)
    }

    /// How many of them are at or below `path`.
    #[must_use]
    pub fn below(&self, path: &str) -> Unwatched {
        let is_below = |file: &&Vec<u8>| {
            path == "."
                || file
                    .strip_prefix(path.as_bytes())
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
        };
        Unwatched {
            skipped: self.skipped.iter().filter(is_below).count(),
            assumed: self.assumed.iter().filter(is_below).count(),
        }
    }
}

/// The records that `git ls-files` prints with `options`, which ask for NUL between them.
fn list_files(
    repository: &Path,
    options: &[&str],
    pathspecs: &[String],
) -> Result<Vec<Vec<u8>>, GitError> {
    let pathspecs = pathspecs.iter().map(String::as_str);
    let arguments: Vec<&str> = options.iter().copied().chain(["--"]).chain(pathspecs).collect();
    run(repository, "ls-files", &arguments).map(|output| records(&output))
}

/// Pathspecs for `roots`; none, which means everything, for many roots.
fn pathspecs(roots: &HashSet<&str>) -> Vec<String> {
    if roots.len() > FEW_ROOTS {
        return Vec::new();
    }
    roots.iter().map(|root| pathspec(root)).collect()
}
