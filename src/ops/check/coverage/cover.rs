//! How far directories are under seal. Each seal lists a directory once at most, however many
//! directories above it are asked for, and the work of all seals together is bounded.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use sealgate_core::seal::Header;
use sealgate_core::seal::exclude::Scope;
use sealgate_core::seal::exclude::pattern::Level;
use sealgate_core::seal::path::{is_below, join};

use super::search::{Found, Target};

/// How many names all seals together may look at. A name counts more than once if the patterns of the
/// seal are long.
const MOST_STEPS: u64 = 4_000_000;

/// How many bytes of patterns are another step at each name.
const BYTES_OF_STEP: usize = 512;

/// How far a directory is under seal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cover {
    /// No seal covers it.
    Unsealed,
    /// Seals cover it, and each of them excludes every file in it.
    LeftOut,
    /// As far as it was searched, they do; but this directory in it could not be listed.
    Unlisted(Box<[u8]>, String),
    /// A seal covers it.
    Sealed,
}

/// A directory, or a link to one, of which it is asked whether it is under seal.
struct Asked<'a> {
    path: &'a [u8],
    on_disk: &'a Path,
    is_link: bool,
    cover: Cover,
    /// Whether the walk of the present seal came by.
    was_met: bool,
}

/// How far all that was found is under seal, and what the links among it lead to.
pub(super) struct Covers<'a> {
    /// In the order of their paths, so that each comes after the directories above it.
    asked: Vec<Asked<'a>>,
    steps: u64,
    most: u64,
}

/// A directory in a walk.
struct Place {
    on_disk: PathBuf,
    /// Relative to the repository.
    path: Box<[u8]>,
    level: Level,
    /// Its place among those that are asked for.
    asked: Option<usize>,
    /// The directories in it that were not walked yet.
    below: Vec<OsString>,
    /// Whether anything in it is excluded, or could not be listed.
    excludes: bool,
}

impl<'a> Covers<'a> {
    /// Finds out how far what was `found` is under `seals`.
    pub(super) fn of(seals: &[&'a Header], found: &'a [Found]) -> Self {
        Self::within(MOST_STEPS, seals, found)
    }

    fn within(most: u64, seals: &[&'a Header], found: &'a [Found]) -> Self {
        let mut asked = Vec::with_capacity(found.len());
        let new = |path: &'a [u8], on_disk: &'a Path, is_link| Asked {
            path,
            on_disk,
            is_link,
            cover: Cover::Unsealed,
            was_met: false,
        };
        for found in found {
            asked.push(new(&found.path, &found.on_disk, found.target.is_some()));
            if let Some(Target::Inside { path, on_disk }) = &found.target {
                asked.push(new(path, on_disk, false));
            }
        }
        asked.sort_by_key(|asked| (asked.path, asked.is_link));
        asked.dedup_by(|a, b| a.path == b.path);
        let mut covers = Self { asked, steps: 0, most };
        let mut seen = HashSet::new();
        let mut seals: Vec<&Header> = seals
            .iter()
            .filter(|header| seen.insert((root_of(header), header.scope.patterns())))
            .copied()
            .collect();
        // Those that exclude nothing settle most without a walk.
        seals.sort_by_key(|header| header.scope.patterns().len());
        for header in seals {
            if covers.is_cut_short() {
                break;
            }
            covers.ask(header);
        }
        covers
    }

    /// Whether there was too much to look at, so that nothing is known.
    pub(super) fn is_cut_short(&self) -> bool {
        self.steps > self.most
    }

    /// How far `path`, which was found, is under seal.
    pub(super) fn of_path(&self, path: &[u8]) -> &Cover {
        self.place_of(path).map_or(&Cover::Unsealed, |at| &self.asked[at].cover)
    }

    fn place_of(&self, path: &[u8]) -> Option<usize> {
        self.asked.binary_search_by(|asked| asked.path.cmp(path)).ok()
    }

    /// The places of what is asked for and lies in the directory `root`.
    fn places_in(&self, root: &[u8]) -> Vec<usize> {
        if root.is_empty() {
            return (0..self.asked.len()).collect();
        }
        let first = [root, b"/"].concat();
        // The byte after `/`.
        let last = [root, b"0"].concat();
        let at = |path: &[u8]| self.asked.partition_point(|asked| asked.path < path);
        self.place_of(root).into_iter().chain(at(&first)..at(&last)).collect()
    }

    /// Asks the seal of `header` for all that is not known to be under seal.
    fn ask(&mut self, header: &Header) {
        let root = root_of(header);
        let step = step_of(&header.scope);
        let places = self.places_in(root);
        for at in &places {
            self.asked[*at].was_met = false;
        }
        for at in places {
            let Asked { path, is_link, .. } = self.asked[at];
            if self.asked[at].cover == Cover::Sealed || self.asked[at].was_met {
                continue;
            }
            self.steps += step * path.split(|byte| *byte == b'/').count() as u64;
            if self.is_cut_short() {
                return;
            }
            if !covers(header, path, !is_link) {
                continue;
            }
            if is_link || header.scope.patterns().is_empty() {
                self.asked[at].cover = Cover::Sealed;
                continue;
            }
            self.walk(at, header, step);
        }
    }

    /// Looks for a file that the seal of `header` includes, in the directory at the place `at`. It
    /// settles the directories on the way to that file, and those that hold none.
    fn walk(&mut self, at: usize, header: &Header, step: u64) {
        let Asked { path, on_disk, .. } = self.asked[at];
        let below = below_root(header, path).unwrap_or_default();
        let level = header.scope.level(below);
        let mut places = Vec::new();
        let mut next = Some((on_disk.to_owned(), Box::from(path), level));
        loop {
            if let Some((on_disk, path, level)) = next.take() {
                let mut place = self.enter(on_disk, path, level);
                let includes = self.list(&mut place, &header.scope, step, &places);
                places.push(place);
                if includes {
                    self.settle(&places);
                    return;
                }
            }
            if self.is_cut_short() {
                return;
            }
            let Some(place) = places.last_mut() else { return };
            if let Some(name) = place.below.pop() {
                let bytes = name.as_encoded_bytes();
                let level = header.scope.below(&place.level, bytes);
                next = Some((place.on_disk.join(&name), join(&place.path, bytes), level));
                continue;
            }
            let Some(done) = places.pop() else { return };
            if !done.excludes {
                // There is no file in it, and none was left out.
                self.settle(&[done]);
            } else if let Some(above) = places.last_mut() {
                above.excludes = true;
            }
        }
    }

    fn enter(&mut self, on_disk: PathBuf, path: Box<[u8]>, level: Level) -> Place {
        let asked = self.place_of(&path).filter(|at| !self.asked[*at].is_link);
        if let Some(at) = asked {
            let asked = &mut self.asked[at];
            asked.was_met = true;
            if asked.cover == Cover::Unsealed {
                asked.cover = Cover::LeftOut;
            }
        }
        Place { on_disk, path, level, asked, below: Vec::new(), excludes: false }
    }

    /// Lists `place`, which lies in the last of `above`; whether `scope` includes a file in it.
    fn list(&mut self, place: &mut Place, scope: &Scope, step: u64, above: &[Place]) -> bool {
        let listing = match fs::read_dir(&place.on_disk) {
            Ok(listing) => listing,
            Err(error) => {
                self.unlisted(place, above, &error);
                return false;
            }
        };
        self.steps += step;
        for entry in listing {
            self.steps += step;
            if self.is_cut_short() {
                return false;
            }
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    self.unlisted(place, above, &error);
                    return false;
                }
            };
            let is_dir = entry.file_type().is_ok_and(|kind| kind.is_dir());
            let name = entry.file_name();
            match scope.excludes_name(&place.level, name.as_encoded_bytes(), is_dir) {
                Some(_) => place.excludes = true,
                None if is_dir => place.below.push(name),
                None => return true,
            }
        }
        false
    }

    /// Notes for `place` and all `above` it that are asked for, that `place` could not be listed.
    fn unlisted(&mut self, place: &mut Place, above: &[Place], error: &std::io::Error) {
        place.excludes = true;
        let asked = above.iter().filter_map(|above| above.asked).chain(place.asked);
        for at in asked {
            let asked = &mut self.asked[at];
            if asked.cover == Cover::LeftOut {
                asked.cover = Cover::Unlisted(place.path.clone(), error.to_string());
            }
        }
    }

    fn settle(&mut self, places: &[Place]) {
        for at in places.iter().filter_map(|place| place.asked) {
            self.asked[at].cover = Cover::Sealed;
        }
    }
}

/// The root of a seal; the root `.` is empty.
fn root_of(header: &Header) -> &[u8] {
    header.root.path().map_or(&b""[..], |root| root.as_bytes())
}

/// `path` relative to the root of a seal, if it lies in that.
fn below_root<'p>(header: &Header, path: &'p [u8]) -> Option<&'p [u8]> {
    let root = root_of(header);
    if root.is_empty() {
        Some(path)
    } else if is_below(path, root) {
        Some(&path[root.len() + 1..])
    } else {
        (path == root).then_some(&path[path.len()..])
    }
}

/// Whether the root of a seal is `path` or a directory above it that does not exclude it. A link is
/// no directory, whatever it leads to.
pub(super) fn covers(header: &Header, path: &[u8], is_dir: bool) -> bool {
    below_root(header, path)
        .is_some_and(|below| below.is_empty() || header.scope.excludes(below, is_dir).is_none())
}

/// What a name costs that is held against `scope`.
fn step_of(scope: &Scope) -> u64 {
    let bytes: usize = scope.patterns().iter().map(String::len).sum();
    1 + (bytes / BYTES_OF_STEP) as u64
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use sealgate_core::seal::Root;

    use super::*;

    /// A seal of `root` that excludes `patterns`.
    fn header(root: &str, patterns: &[&str]) -> Header {
        let scope = Scope::new(patterns.iter().map(|&pattern| pattern.into()).collect()).unwrap();
        Header {
            root: Root::parse(root).unwrap(),
            scope,
            build: None,
            tracked: false,
            surface: None,
        }
    }

    /// The directories `d`, `d/d` and so on, `deep` of them below `repository`, the last with
    /// `files` named `N.x`.
    fn chain(repository: &Path, deep: usize, files: usize) -> Vec<Found> {
        let paths: Vec<String> = (1..=deep).map(|deep| vec!["d"; deep].join("/")).collect();
        let last = repository.join(&paths[deep - 1]);
        fs::create_dir_all(&last).unwrap();
        for file in 0..files {
            fs::write(last.join(format!("{file}.x")), "").unwrap();
        }
        let found = paths.iter().map(|path| Found {
            glob: 0,
            path: path.as_bytes().into(),
            on_disk: repository.join(path),
            target: None,
        });
        found.collect()
    }

    #[test]
    fn a_seal_lists_each_directory_once_however_many_above_it_are_asked_for() {
        let repository = tempfile::tempdir().unwrap();
        let (deep, files) = (40, 30);
        let found = chain(repository.path(), deep, files);
        let scopes = [header("d", &["*.x"]), header("d", &["*.x", "*.y"]), header(".", &["*.x"])];
        // The same once more changes nothing.
        let seals: Vec<&Header> = scopes.iter().chain(&scopes).collect();
        let covers = Covers::of(&seals, &found);
        assert!(found.iter().all(|found| *covers.of_path(&found.path) == Cover::LeftOut));
        // Each directory, the name of each in that above it, each file; and the question itself.
        let one = 2 * deep + files;
        assert!(covers.steps <= 3 * one as u64, "{} steps", covers.steps);
        // A file that is included settles all directories above it at once.
        fs::write(repository.path().join(&*found[deep - 1].on_disk).join("y"), "").unwrap();
        let covers = Covers::of(&seals, &found);
        assert!(found.iter().all(|found| *covers.of_path(&found.path) == Cover::Sealed));
        assert!(covers.steps <= one as u64 + 1, "{} steps", covers.steps);
    }

    #[test]
    fn the_work_of_all_seals_has_a_bound() {
        let repository = tempfile::tempdir().unwrap();
        let found = chain(repository.path(), 3, 10);
        let headers: Vec<_> = (0..50).map(|n| header("d", &["*.x", &format!("/{n}")])).collect();
        let seals: Vec<&Header> = headers.iter().collect();
        let covers = Covers::within(100, &seals, &found);
        assert!(covers.is_cut_short() && covers.steps < 110, "{}", covers.steps);
        assert!(!Covers::of(&seals, &found).is_cut_short());
        // Patterns that are long cost more.
        let long = header("d", &["*.x", &"y".repeat(10 * BYTES_OF_STEP)]);
        let steps = |header: &Header| Covers::of(&[header], &found).steps;
        assert!(steps(&long) >= 10 * steps(&headers[0]), "{}", steps(&long));
    }

    #[test]
    fn what_cannot_be_listed_is_not_taken_for_sealed() {
        let repository = tempfile::tempdir().unwrap();
        let mut found = chain(repository.path(), 2, 1);
        found[1].on_disk = repository.path().join("gone");
        let seal = header("d/d", &["*.x"]);
        let covers = Covers::of(&[&seal], &found);
        assert_eq!(*covers.of_path(b"d"), Cover::Unsealed);
        let cover = covers.of_path(b"d/d");
        assert!(matches!(cover, Cover::Unlisted(path, _) if **path == *b"d/d"), "{cover:?}");
    }

    #[test]
    fn directories_beside_each_other_are_told_apart() {
        let repository = tempfile::tempdir().unwrap();
        for file in ["a/x", "a/b/x", "a-b/x", "a0/x", "e/e/.x"] {
            let place = repository.path().join(file);
            fs::create_dir_all(place.parent().unwrap()).unwrap();
            fs::write(place, "").unwrap();
        }
        fs::create_dir_all(repository.path().join("a/empty")).unwrap();
        let paths = ["a", "a/b", "a-b", "a/empty", "a0", "e", "e/e"];
        let found = paths.map(|path| Found {
            glob: 0,
            path: path.as_bytes().into(),
            on_disk: repository.path().join(path),
            target: None,
        });
        let judge = |headers: &[Header]| {
            let seals: Vec<&Header> = headers.iter().collect();
            let covers = Covers::of(&seals, &found);
            found.each_ref().map(|found| match covers.of_path(&found.path) {
                Cover::Unsealed => '-',
                Cover::LeftOut => 'x',
                Cover::Unlisted(..) => '?',
                Cover::Sealed => '+',
            })
        };
        for (root, patterns, expected) in [
            ("a", &[][..], "++-+---"),
            ("a", &["/x"], "++-+---"),
            ("a", &["/b"], "+--+---"),
            ("a", &["x"], "xx-+---"),
            ("a", &["/x", "/b/*"], "xx-+---"),
            ("a", &["/x", "/b", "/empty/"], "x------"),
            ("a/b", &["y"], "-+-----"),
            ("e", &[".x"], "-----xx"),
            ("e", &["/e/.x"], "-----xx"),
            (".", &["x"], "xxx+x++"),
        ] {
            let judged: String = judge(&[header(root, patterns)]).iter().collect();
            assert_eq!(judged, expected, "{root} {patterns:?}");
        }
        // One seal leaves out what another covers.
        let both = judge(&[header("a", &["x"]), header("a/b", &["y"])]);
        assert_eq!(both.iter().collect::<String>(), "x+-+---");
    }
}
