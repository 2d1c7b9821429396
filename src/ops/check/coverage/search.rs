//! The search for what the globs of `--require-sealed` match: one walk for all of them.

use std::ffi::OsString;
use std::fs::{self, FileType};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use sealgate_core::seal::exclude::pattern::{Glob, Level};
use sealgate_core::seal::path::{is_below, join, relative};
use sealgate_core::text::problem::Problem;

use super::words::{link_on_the_way, too_many, unmatched, unreadable_glob, unsearched};

/// The most globs of one run, and the most bytes that the patterns of all of them may have together:
/// each directory costs time in proportion.
const MAX_GLOBS: usize = 256;
const MAX_GLOB_BYTES: usize = 64 << 10;

/// A directory that matches, or a link to one.
pub(super) struct Found {
    /// The number of the first glob that it matches.
    pub(super) glob: usize,
    /// Relative to the repository.
    pub(super) path: Box<[u8]>,
    pub(super) on_disk: PathBuf,
    /// Where it leads, if it is a link.
    pub(super) target: Option<Target>,
}

/// Where a link leads.
pub(super) enum Target {
    /// To a directory in the repository; `path` is relative to it.
    Inside { path: Box<[u8]>, on_disk: PathBuf },
    /// Out of the repository, or to what is gone.
    Outside,
}

/// One of the globs.
struct Wanted<'a> {
    text: &'a str,
    pattern: Glob,
    /// The glob in lower case, if that is a glob: what it matches may be meant where the file system
    /// ignores case.
    folding: Option<Glob>,
    /// Whether any directory matched.
    any: bool,
}

/// How far one glob agrees with the path of a directory, and its form in lower case with that path
/// in lower case.
struct Agreed {
    glob: usize,
    level: Level,
    folded: Option<Level>,
}

/// What one glob makes of a name.
struct Seen {
    agreed: Agreed,
    plain: Answer,
    /// Of the glob in lower case.
    folded: Answer,
}

/// What a glob says of a name.
#[derive(Clone, Copy, Default)]
struct Answer {
    matches: bool,
    /// Whether anything below it can match.
    leads_on: bool,
}

/// A directory that is being searched.
struct Place {
    on_disk: PathBuf,
    /// Relative to the repository, empty for the repository itself.
    path: Box<[u8]>,
    /// Of the globs that can match below it.
    agreed: Vec<Agreed>,
    /// The directories and links in it that were not looked at yet.
    names: Vec<(OsString, io::Result<FileType>)>,
}

/// What a name in a directory is to the search.
enum Kind {
    Directory,
    LinkToDirectory,
    Other,
}

/// Problems, each with the number of its glob and the path that it is about.
pub(super) type Problems = Vec<(usize, Box<[u8]>, Problem)>;

pub(super) struct Search<'a> {
    repository: &'a Path,
    /// The same without links, if it can be made out.
    canonical: Option<PathBuf>,
    seals_directory: &'a str,
    wanted: Vec<Wanted<'a>>,
    /// Whether the file system takes the name of this directory in another case for the same.
    ignores_case: &'a dyn Fn(&Path) -> bool,
    found: Vec<Found>,
    problems: Problems,
    /// How many directories were listed.
    listed: usize,
}

impl<'a> Search<'a> {
    /// A search for `globs`.
    ///
    /// # Errors
    ///
    /// A text is no glob, or there is too much to match.
    pub(super) fn new(
        repository: &'a Path,
        seals_directory: &'a str,
        globs: &'a [String],
        ignores_case: &'a dyn Fn(&Path) -> bool,
    ) -> Result<Self, Vec<Problem>> {
        if globs.len() > MAX_GLOBS {
            return Err(vec![too_many(MAX_GLOBS, MAX_GLOB_BYTES)]);
        }
        let (mut wanted, mut wrong, mut bytes) = (Vec::new(), Vec::new(), 0);
        for text in globs {
            match Glob::of_path(text) {
                Ok(pattern) => {
                    bytes += pattern.bytes();
                    let folding = Glob::of_path(&text.to_lowercase()).ok();
                    wanted.push(Wanted { text, pattern, folding, any: false });
                }
                Err(why) => wrong.push(unreadable_glob(text, why)),
            }
            if bytes > MAX_GLOB_BYTES {
                wrong.push(too_many(MAX_GLOBS, MAX_GLOB_BYTES));
                break;
            }
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
        Ok(Self {
            repository,
            canonical: fs::canonicalize(repository).ok(),
            seals_directory,
            wanted,
            ignores_case,
            found: Vec::new(),
            problems: Vec::new(),
            listed: 0,
        })
    }

    /// What matched, and what kept the search from a clear answer.
    pub(super) fn into_found(self) -> (Vec<Found>, Problems) {
        let mut problems = self.problems;
        // After all others of the glob.
        let last = Box::<[u8]>::from(&b"\xff"[..]);
        for (glob, wanted) in self.wanted.iter().enumerate().filter(|(_, wanted)| !wanted.any) {
            problems.push((glob, last.clone(), unmatched(wanted.text)));
        }
        (self.found, problems)
    }

    pub(super) fn run(&mut self) {
        let globs = self.wanted.iter().enumerate();
        let agreed = globs.map(|(glob, wanted)| Agreed {
            glob,
            level: wanted.pattern.top().clone(),
            folded: wanted.folding.as_ref().map(|glob| glob.top().clone()),
        });
        let agreed = agreed.collect();
        let top = self.list(self.repository.to_owned(), Box::default(), agreed);
        let mut places = Vec::from_iter(top);
        while let Some(place) = places.last_mut() {
            let Some((name, kind)) = place.names.pop() else {
                places.pop();
                continue;
            };
            let below = self.look(place, &name, kind);
            places.extend(below);
        }
    }

    fn problem(&mut self, glob: usize, path: &[u8], problem: Problem) {
        self.problems.push((glob, path.into(), problem));
    }

    /// Lists the directory `path`, below which the globs of `agreed` can match.
    fn list(&mut self, on_disk: PathBuf, path: Box<[u8]>, agreed: Vec<Agreed>) -> Option<Place> {
        self.listed += 1;
        let mut names = Vec::new();
        let listed = fs::read_dir(&on_disk).and_then(|listing| {
            for entry in listing {
                let entry = entry?;
                let kind = entry.file_type();
                if kind.as_ref().map_or(true, |kind| kind.is_dir() || kind.is_symlink()) {
                    names.push((entry.file_name(), kind));
                }
            }
            Ok(())
        });
        if let Err(error) = listed {
            self.unsearched(&agreed, &path, &error);
            return None;
        }
        Some(Place { on_disk, path, agreed, names })
    }

    fn unsearched(&mut self, agreed: &[Agreed], path: &[u8], error: &io::Error) {
        if let Some(Agreed { glob, .. }) = agreed.first() {
            let problem = unsearched(self.wanted[*glob].text, path, &error.to_string());
            self.problem(*glob, path, problem);
        }
    }

    /// Looks at one name in `place`; gives the directory that is to be searched next.
    fn look(
        &mut self,
        place: &Place,
        name: &OsString,
        kind: io::Result<FileType>,
    ) -> Option<Place> {
        let bytes = name.as_encoded_bytes();
        let path = join(&place.path, bytes);
        if *path == *b".git" {
            return None;
        }
        let lower = String::from_utf8_lossy(bytes).to_lowercase();
        let see = |agreed| self.see(agreed, bytes, lower.as_bytes());
        let mut seen: Vec<Seen> = place.agreed.iter().filter_map(see).collect();
        if seen.is_empty() {
            return None;
        }
        let on_disk = place.on_disk.join(name);
        let kind = match kind.and_then(|kind| kind_of(kind, &on_disk)) {
            Ok(Kind::Other) => return None,
            Ok(kind) => kind,
            Err(error) => {
                let agreed: Vec<_> = seen.into_iter().map(|seen| seen.agreed).collect();
                self.unsearched(&agreed, &path, &error);
                return None;
            }
        };
        if seen.iter().any(Seen::depends_on_case) && (self.ignores_case)(&on_disk) {
            for seen in &mut seen {
                seen.plain.matches |= seen.folded.matches;
                seen.plain.leads_on |= seen.folded.leads_on;
            }
        }
        let is_seals_directory = self.is_seals_directory(&path);
        for seen in seen.iter().filter(|seen| seen.plain.matches && !is_seals_directory) {
            self.wanted[seen.agreed.glob].any = true;
        }
        if let Kind::LinkToDirectory = kind {
            self.meet_link(&path, on_disk, &seen);
            return None;
        }
        let matching = seen.iter().find(|seen| seen.plain.matches && !is_seals_directory);
        if let Some(Seen { agreed: Agreed { glob, .. }, .. }) = matching {
            let on_disk = on_disk.clone();
            self.found.push(Found { glob: *glob, path: path.clone(), on_disk, target: None });
        }
        let further = seen.into_iter().filter(|seen| seen.plain.leads_on || seen.folded.leads_on);
        let agreed: Vec<_> = further.map(|seen| seen.agreed).collect();
        if agreed.is_empty() { None } else { self.list(on_disk, path, agreed) }
    }

    /// What a glob, which agrees with the path of a directory, makes of `name` in it; `None` where it
    /// matches neither that nor anything below.
    fn see(&self, agreed: &Agreed, name: &[u8], lower: &[u8]) -> Option<Seen> {
        let wanted = &self.wanted[agreed.glob];
        let enter = |glob: &Glob, level: &Level, name: &[u8]| {
            let (matches, level) = glob.enter(level, name);
            (Answer { matches, leads_on: glob.leads_on(&level) }, level)
        };
        let (plain, level) = enter(&wanted.pattern, &agreed.level, name);
        let folded = wanted.folding.as_ref().zip(agreed.folded.as_ref());
        let folded = folded.map(|(glob, level)| enter(glob, level, lower));
        let (folded, in_lower_case) = folded.unzip();
        let folded = folded.unwrap_or_default();
        let says_anything = plain.matches || plain.leads_on || folded.matches || folded.leads_on;
        let agreed = Agreed { glob: agreed.glob, level, folded: in_lower_case };
        says_anything.then_some(Seen { agreed, plain, folded })
    }

    /// Looks at a link to a directory, which `seen` match or lead through.
    fn meet_link(&mut self, path: &[u8], on_disk: PathBuf, seen: &[Seen]) {
        if let Some(seen) = seen.iter().find(|seen| seen.plain.leads_on) {
            let glob = seen.agreed.glob;
            self.problem(glob, path, link_on_the_way(self.wanted[glob].text, path));
        }
        if let Some(seen) = seen.iter().find(|seen| seen.plain.matches && !seen.plain.leads_on) {
            let target = Some(self.target_of(&on_disk));
            let glob = seen.agreed.glob;
            self.found.push(Found { glob, path: path.into(), on_disk, target });
        }
    }

    fn target_of(&self, link: &Path) -> Target {
        match (&self.canonical, fs::canonicalize(link)) {
            (Some(repository), Ok(on_disk)) if on_disk.starts_with(repository) => {
                Target::Inside { path: relative(repository, &on_disk), on_disk }
            }
            _ => Target::Outside,
        }
    }

    /// Whether `path` is the seals directory, or one in it that may be there.
    fn is_seals_directory(&self, path: &[u8]) -> bool {
        let seals = self.seals_directory.as_bytes();
        path == seals
            || is_below(path, seals)
                && [&b"grants"[..], b"evidence"].contains(&&path[seals.len() + 1..])
    }
}

impl Seen {
    fn depends_on_case(&self) -> bool {
        self.folded.matches && !self.plain.matches || self.folded.leads_on && !self.plain.leads_on
    }
}

/// What the name at `path` of the kind `kind` is; a link is followed once to see whether it leads to
/// a directory.
fn kind_of(kind: FileType, path: &Path) -> io::Result<Kind> {
    if !kind.is_symlink() {
        return Ok(if kind.is_dir() { Kind::Directory } else { Kind::Other });
    }
    match fs::metadata(path) {
        Ok(target) if target.is_dir() => Ok(Kind::LinkToDirectory),
        Ok(_) => Ok(Kind::Other),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Ok(Kind::Other)
        }
        Err(error) => Err(error),
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;

    /// The search for `globs` in `repository`, after its run.
    fn searched<'a>(
        repository: &'a Path,
        globs: &'a [String],
        ignores_case: &'a dyn Fn(&Path) -> bool,
    ) -> Search<'a> {
        let mut search = Search::new(repository, "seals", globs, ignores_case)
            .unwrap_or_else(|_| panic!("{globs:?}"));
        search.run();
        search
    }

    /// What a search for `packages/*/dist` comes upon in a repository that `build` makes: matches,
    /// and problems.
    fn met(ignores_case: bool, build: fn(&Path)) -> Vec<String> {
        let repository = tempfile::tempdir().unwrap();
        build(repository.path());
        let globs = ["packages/*/dist".to_owned()];
        let answer = move |_: &Path| ignores_case;
        let search = searched(repository.path(), &globs, &answer);
        let found = search.found.iter().map(|found| String::from_utf8_lossy(&found.path).into());
        found.chain(search.problems.iter().map(|(.., why)| why.message.to_string())).collect()
    }

    #[test]
    fn another_case_matches_where_the_file_system_ignores_case() {
        let build = |at: &Path| fs::create_dir_all(at.join("Packages/b/Dist")).unwrap();
        assert!(met(false, build).is_empty());
        assert_eq!(met(true, build), ["Packages/b/Dist"]);
        let link = |at: &Path| {
            fs::create_dir_all(at.join("packages")).unwrap();
            std::os::unix::fs::symlink("packages", at.join("PACKAGES")).unwrap();
        };
        assert!(met(false, link).is_empty());
        let message = "PACKAGES is a link to a directory, in which packages/*/dist could match";
        assert_eq!(met(true, link), [message]);
    }

    #[test]
    fn one_walk_serves_all_globs() {
        let repository = tempfile::tempdir().unwrap();
        for at in 0..20 {
            fs::create_dir_all(repository.path().join(format!("w/{at}/dist"))).unwrap();
        }
        let globs: Vec<String> = (0..50).map(|at| format!("**/dis[t{at}]")).collect();
        let search = searched(repository.path(), &globs, &|_| false);
        // The repository, `w`, what is in it, and each `dist`.
        assert_eq!(search.listed, 1 + 1 + 20 + 20);
        // Each directory is found once, and is a match of every glob.
        assert_eq!(search.found.len(), 20);
        assert!(search.found.iter().all(|found| found.glob == 0));
        assert!(search.into_found().1.is_empty());
    }

    #[test]
    fn each_glob_needs_a_match_of_its_own() {
        let repository = tempfile::tempdir().unwrap();
        fs::create_dir_all(repository.path().join("a/dist")).unwrap();
        let globs = ["*/dist", "b/*", "a/*", "a"].map(str::to_owned);
        let (found, problems) = searched(repository.path(), &globs, &|_| false).into_found();
        let found: Vec<_> = found.iter().map(|found| (found.glob, &*found.path)).collect();
        assert_eq!(found, [(3, &b"a"[..]), (0, b"a/dist")]);
        let messages: Vec<_> = problems.iter().map(|(.., why)| &*why.message).collect();
        assert_eq!(messages, ["--require-sealed b/*: no directory matches"]);
    }

    #[test]
    fn more_globs_than_the_limit_are_refused() {
        let refused = |globs: &[String]| {
            let search = Search::new(Path::new("."), "seals", globs, &|_| false);
            search.err().map(|problems| problems[0].code)
        };
        let many: Vec<String> = (0..=MAX_GLOBS).map(|at| format!("{at}/dist")).collect();
        assert_eq!(refused(&many[1..]), None);
        assert_eq!(refused(&many), Some("usage"));
        // Braces count as what they stand for.
        let long = format!("{{{}a}}/{}", "a,".repeat(99), "b".repeat(400));
        assert_eq!(refused(std::slice::from_ref(&long)), None);
        assert_eq!(refused(&[long.clone(), long]), Some("usage"));
    }
}
