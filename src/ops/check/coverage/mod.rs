//! Which directories of a repository ought to be under seal and are not.

mod words;

use std::collections::HashMap;
use std::fs::{self, DirEntry};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use sealgate_core::seal::Header;
use sealgate_core::seal::exclude::pattern::{Glob, Level};
use sealgate_core::seal::path::{is_below, join, relative};
use sealgate_core::text::problem::Problem;

use self::words::{left_out, link_elsewhere, link_on_the_way, unsealed, unsearched};

/// Why a glob asked for directories and did not get what it asked for: the directories below
/// `repository` that match `glob` and that no seal in `seals` covers, and whatever else keeps the
/// answer from being a clear yes. Git's own directory is left out, and the seals directory is not
/// asked for.
///
/// Nothing is searched behind a link: a link on the way to where something could match is a problem,
/// and so is a link that matches, unless it and what it leads to are under seal. That nothing
/// matches is a problem too, since a demand that cannot fail is no demand.
#[must_use]
pub fn uncovered(
    repository: &Path,
    seals_directory: &str,
    glob: &str,
    seals: &[&Header],
) -> Vec<Problem> {
    let pattern = match Glob::of_path(glob) {
        Ok(pattern) => pattern,
        Err(why) => {
            let message = format!("--require-sealed {glob}: {why}");
            return vec![
                Problem::new("usage", message).remedy("write a glob such as packages/*/dist"),
            ];
        }
    };
    let folding = Glob::of_path(&glob.to_lowercase()).ok();
    let roots = Roots::new(seals);
    let mut search = Search {
        repository,
        seals_directory,
        glob,
        pattern,
        folding,
        ignores_case: &ignores_case,
        roots,
        any: false,
        problems: Vec::new(),
    };
    search.run();
    let Search { any, mut problems, .. } = search;
    problems.sort_by(|(a, _), (b, _)| a.cmp(b));
    let mut problems: Vec<Problem> = problems.into_iter().map(|(_, problem)| problem).collect();
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
    Roots::new(seals).covering(path.as_bytes(), true).next().is_some()
}

/// Seals by the bytes of their roots; the root `.` is empty.
struct Roots<'s>(HashMap<&'s [u8], Vec<&'s Header>>);

impl<'s> Roots<'s> {
    fn new(seals: &[&'s Header]) -> Self {
        let mut roots: HashMap<&[u8], Vec<&Header>> = HashMap::new();
        for header in seals {
            let root = header.root.path().map_or(&b""[..], |root| root.as_bytes());
            roots.entry(root).or_default().push(header);
        }
        Self(roots)
    }

    /// The seals whose root is `path` or a directory above it that does not exclude it, each with
    /// `path` relative to its root. A link is no directory (`is_dir`), whatever it leads to.
    fn covering<'p>(
        &self,
        path: &'p [u8],
        is_dir: bool,
    ) -> impl Iterator<Item = (&'s Header, &'p [u8])> {
        let slashes = path.iter().enumerate().filter(|(_, byte)| **byte == b'/');
        let above = slashes.map(|(at, _)| (&path[..at], &path[at + 1..]));
        let roots = [(&b""[..], path), (path, &b""[..])].into_iter().chain(above);
        let sealed = roots.filter_map(|(root, below)| Some((self.0.get(root)?, below)));
        let sealed = sealed.flat_map(|(headers, below)| headers.iter().map(move |h| (*h, below)));
        sealed.filter(move |(header, below)| {
            below.is_empty() || header.scope.excludes(below, is_dir).is_none()
        })
    }

    /// How far the directory `path`, which is at `on_disk`, is under seal.
    fn cover(&self, path: &[u8], on_disk: &Path) -> Cover {
        let covering: Vec<_> = self.covering(path, true).collect();
        if covering.is_empty() {
            Cover::Unsealed
        } else if covering.iter().all(|(header, below)| all_excluded(header, below, on_disk)) {
            Cover::LeftOut
        } else {
            Cover::Sealed
        }
    }
}

/// How far a directory is under seal.
enum Cover {
    /// A seal covers it.
    Sealed,
    /// Seals cover it, and each of them excludes every file in it.
    LeftOut,
    /// No seal covers it.
    Unsealed,
}

/// One directory that is still to be searched.
struct Place {
    on_disk: PathBuf,
    /// Relative to the repository, empty for the repository itself.
    path: Box<[u8]>,
    level: Level,
    /// The same for names in lower case.
    folded: Option<Level>,
}

/// What a name in a directory is to the search.
enum Kind {
    Directory,
    LinkToDirectory,
    Other,
}

struct Search<'a> {
    repository: &'a Path,
    seals_directory: &'a str,
    glob: &'a str,
    pattern: Glob,
    /// The glob in lower case, if that is a glob: what it matches may be meant where the file system
    /// ignores case.
    folding: Option<Glob>,
    /// Whether the file system takes the name of this directory in another case for the same.
    ignores_case: &'a dyn Fn(&Path) -> bool,
    roots: Roots<'a>,
    /// Whether any directory matched.
    any: bool,
    /// With the paths that they are about.
    problems: Vec<(Box<[u8]>, Problem)>,
}

impl Search<'_> {
    fn run(&mut self) {
        let top = Place {
            on_disk: self.repository.to_owned(),
            path: Box::default(),
            level: self.pattern.top().clone(),
            folded: self.folding.as_ref().map(|glob| glob.top().clone()),
        };
        let mut waiting = vec![top];
        while let Some(place) = waiting.pop() {
            let listing = fs::read_dir(&place.on_disk).and_then(Iterator::collect);
            let listing: Vec<DirEntry> = match listing {
                Ok(listing) => listing,
                Err(error) => {
                    self.problem(&place.path, unsearched(self.glob, &place.path, &error));
                    continue;
                }
            };
            for entry in listing {
                waiting.extend(self.look(&place, &entry));
            }
        }
    }

    fn problem(&mut self, path: &[u8], problem: Problem) {
        self.problems.push((path.into(), problem));
    }

    /// Looks at one name in `place`; gives the directory that is to be searched next.
    fn look(&mut self, place: &Place, entry: &DirEntry) -> Option<Place> {
        let name = entry.file_name();
        let bytes = name.as_encoded_bytes();
        let path = join(&place.path, bytes);
        if *path == *b".git" {
            return None;
        }
        let lower = String::from_utf8_lossy(bytes).to_lowercase();
        let level = self.pattern.below(&place.level, bytes);
        let folded = self.folding.as_ref().zip(place.folded.as_ref());
        let folded = folded.map(|(glob, level)| {
            let matches = glob.matches(level, lower.as_bytes());
            let below = glob.below(level, lower.as_bytes());
            (matches, glob.leads_on(&below), below)
        });
        let matches = self.pattern.matches(&place.level, bytes);
        let leads_on = self.pattern.leads_on(&level);
        let folded_matches = folded.as_ref().is_some_and(|(matches, ..)| *matches);
        let folded_leads_on = folded.as_ref().is_some_and(|(_, leads_on, _)| *leads_on);
        if !(matches || leads_on || folded_matches || folded_leads_on) {
            return None;
        }
        let on_disk = entry.path();
        let kind = match kind_of(entry) {
            Ok(kind) => kind,
            Err(error) => {
                self.problem(&path, unsearched(self.glob, &path, &error));
                return None;
            }
        };
        let ignores_case = || {
            (folded_matches && !matches || folded_leads_on && !leads_on)
                && (self.ignores_case)(&on_disk)
        };
        let (matches, leads_on) = match kind {
            Kind::Other => return None,
            _ if ignores_case() => (matches || folded_matches, leads_on || folded_leads_on),
            _ => (matches, leads_on),
        };
        if matches && !self.is_seals_directory(&path) {
            self.any = true;
        }
        match kind {
            Kind::LinkToDirectory if leads_on => {
                self.problem(&path, link_on_the_way(self.glob, &path));
                None
            }
            Kind::LinkToDirectory if matches => {
                self.demand_link(&path, &on_disk);
                None
            }
            Kind::Directory => {
                if matches && !self.is_seals_directory(&path) {
                    self.demand(&path, &on_disk);
                }
                let folded = folded.map(|(.., below)| below);
                (leads_on || folded_leads_on).then_some(Place { on_disk, path, level, folded })
            }
            _ => None,
        }
    }

    /// Whether `path` is the seals directory, or the one in it that may be there.
    fn is_seals_directory(&self, path: &[u8]) -> bool {
        let seals = self.seals_directory.as_bytes();
        path == seals || is_below(path, seals) && path[seals.len() + 1..] == *b"grants"
    }

    /// Demands that the directory `path`, which matches, is under seal.
    fn demand(&mut self, path: &[u8], on_disk: &Path) {
        match self.roots.cover(path, on_disk) {
            Cover::Sealed => {}
            Cover::LeftOut => self.problem(path, left_out(self.glob, path, None)),
            Cover::Unsealed => self.problem(path, unsealed(self.glob, path)),
        }
    }

    /// Demands that the link `path`, which matches, is under seal, and the directory that it leads to
    /// as well.
    fn demand_link(&mut self, path: &[u8], on_disk: &Path) {
        if self.roots.covering(path, false).next().is_none() {
            self.problem(path, unsealed(self.glob, path));
            return;
        }
        let target = fs::canonicalize(on_disk);
        let target = target.and_then(|target| Ok((fs::canonicalize(self.repository)?, target)));
        let target = target.ok().filter(|(repository, target)| target.starts_with(repository));
        let target = target.map(|(repository, target)| (relative(&repository, &target), target));
        let cover = target.map(|(inside, target)| (self.roots.cover(&inside, &target), inside));
        match cover {
            Some((Cover::Sealed, _)) => {}
            Some((Cover::LeftOut, inside)) => {
                self.problem(path, left_out(self.glob, path, Some(&inside)));
            }
            Some((Cover::Unsealed, _)) | None => {
                self.problem(path, link_elsewhere(self.glob, path));
            }
        }
    }
}

/// What `entry` is; a link is followed once to see whether it leads to a directory.
fn kind_of(entry: &DirEntry) -> std::io::Result<Kind> {
    let kind = entry.file_type()?;
    if !kind.is_symlink() {
        return Ok(if kind.is_dir() { Kind::Directory } else { Kind::Other });
    }
    match fs::metadata(entry.path()) {
        Ok(target) if target.is_dir() => Ok(Kind::LinkToDirectory),
        Ok(_) => Ok(Kind::Other),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Ok(Kind::Other)
        }
        Err(error) => Err(error),
    }
}

/// Whether the seal of `header` excludes every file in the directory `on_disk`, which is `below` its
/// root, and there is one.
fn all_excluded(header: &Header, below: &[u8], on_disk: &Path) -> bool {
    if header.scope.patterns().is_empty() {
        return false;
    }
    let mut any = false;
    let mut waiting = vec![(on_disk.to_owned(), Box::<[u8]>::from(below))];
    while let Some((directory, path)) = waiting.pop() {
        // What cannot be listed is an error of the check itself.
        let Ok(listing) = fs::read_dir(directory) else { return false };
        let level = header.scope.level(&path);
        for entry in listing {
            let Ok(entry) = entry else { return false };
            let is_dir = entry.file_type().is_ok_and(|kind| kind.is_dir());
            let name = entry.file_name();
            let name = name.as_encoded_bytes();
            match header.scope.excludes_name(&level, name, is_dir) {
                Some(_) => any = true,
                None if is_dir => waiting.push((entry.path(), join(&path, name))),
                None => return false,
            }
        }
    }
    any
}

/// Whether the directory at `path` has its name in another case as well.
fn ignores_case(path: &Path) -> bool {
    let Some(name) = path.file_name().map(|name| name.to_string_lossy().into_owned()) else {
        return false;
    };
    let swapped: String = name.chars().map(swap_case).collect();
    if swapped == name {
        return false;
    }
    let [here, there] = [path.to_owned(), path.with_file_name(swapped)].map(fs::canonicalize);
    // Two directories side by side have two places; one directory by two names has one.
    match (here, there) {
        (Ok(here), Ok(there)) => same_directory(&here, &there),
        _ => false,
    }
}

fn swap_case(c: char) -> char {
    if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() }
}

#[cfg(unix)]
fn same_directory(a: &Path, b: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let id = |path| fs::symlink_metadata(path).map(|found| (found.dev(), found.ino()));
    matches!((id(a), id(b)), (Ok(a), Ok(b)) if a == b)
}

#[cfg(not(unix))]
fn same_directory(a: &Path, b: &Path) -> bool {
    a == b
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;

    /// The problems of a search for `packages/*/dist` in a repository that `build` makes.
    fn problems(ignores_case: bool, build: fn(&Path)) -> Vec<String> {
        let repository = tempfile::tempdir().unwrap();
        build(repository.path());
        let glob = "packages/*/dist";
        let mut search = Search {
            repository: repository.path(),
            seals_directory: "seals",
            glob,
            pattern: Glob::of_path(glob).unwrap(),
            folding: Glob::of_path(glob).ok(),
            ignores_case: &|_| ignores_case,
            roots: Roots::new(&[]),
            any: false,
            problems: Vec::new(),
        };
        search.run();
        search.problems.into_iter().map(|(_, problem)| problem.message.into_string()).collect()
    }

    #[test]
    fn another_case_matches_where_the_file_system_ignores_case() {
        let build = |at: &Path| fs::create_dir_all(at.join("Packages/b/Dist")).unwrap();
        assert!(problems(false, build).is_empty());
        let message =
            "Packages/b/Dist matches packages/*/dist and is under none of the seals checked";
        assert_eq!(problems(true, build), [message]);
        let link = |at: &Path| {
            fs::create_dir_all(at.join("packages")).unwrap();
            std::os::unix::fs::symlink("packages", at.join("PACKAGES")).unwrap();
        };
        assert!(problems(false, link).is_empty());
        let message = "PACKAGES is a link to a directory, in which packages/*/dist could match";
        assert_eq!(problems(true, link), [message]);
    }

    #[test]
    fn two_directories_side_by_side_show_that_case_counts() {
        let directory = tempfile::tempdir().unwrap();
        let place = |name: &str| directory.path().join(name);
        fs::create_dir(place("dist")).unwrap();
        assert!(!ignores_case(&place("dist")));
        fs::create_dir(place("DIST")).unwrap();
        assert!(!ignores_case(&place("dist")));
        assert!(!ignores_case(&place("1")));
    }
}
