//! The repository: where it begins, which seals it has, and how their files are read.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use globset::GlobBuilder;

use crate::entry::Digest;
use crate::inventory::{Directory, Kind, ReadFault, RootError, read_whole};
use crate::path::EntryPath;
use crate::problem::{Problem, in_words};
use crate::replace::{SCRATCH_SUFFIX, replace, scratch_of};
use crate::seal::{self, MAX_SEAL_BYTES, Root, Seal, SealName};

/// A repository and its seals directory.
#[derive(Debug)]
pub struct Repository {
    root: PathBuf,
    seals: EntryPath,
    in_git: bool,
}

/// The bytes of one seal file, and what they say.
#[derive(Debug)]
pub struct Loaded {
    /// The exact bytes.
    pub bytes: Vec<u8>,
    /// BLAKE3 of them.
    pub digest: Digest,
    /// The seal, or why it is none.
    pub seal: Result<Seal, Problem>,
}

/// What the seals directory holds.
#[derive(Debug, Default)]
pub struct Contents {
    /// The seals, by name.
    pub names: Vec<SealName>,
    /// What must not be there.
    pub strays: Vec<Problem>,
}

impl Repository {
    /// Finds the repository that `start` lies in: git's top level, or else the nearest parent
    /// with the seals directory. Runs no git.
    pub fn find(start: &Path, seals: &EntryPath) -> Result<Self, Problem> {
        let start =
            std::path::absolute(start).and_then(|start| start.canonicalize()).map_err(|error| {
                Problem::new(
                    "start-unreadable",
                    format!("{}: {}", start.display(), in_words(&error)),
                )
                .remedy("name a directory that exists after -C")
            })?;
        let (root, in_git) = match nearest(&start, ".git")? {
            Some(root) => (root.to_owned(), true),
            None => match nearest(&start, seals.as_str())? {
                Some(root) => (root.to_owned(), false),
                None => (start.clone(), false),
            },
        };
        Ok(Self { root, seals: seals.clone(), in_git })
    }

    /// The repository root, absolute.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The seals directory, relative to the repository root.
    #[must_use]
    pub fn seals(&self) -> &EntryPath {
        &self.seals
    }

    /// Whether git's directory marks the root.
    #[must_use]
    pub fn in_git(&self) -> bool {
        self.in_git
    }

    /// A seal's file, relative to the repository root.
    #[must_use]
    pub fn file_of(&self, name: &SealName) -> String {
        format!("{}/{name}.toml", self.seals.as_str())
    }

    /// A seal's file, absolute.
    #[must_use]
    pub fn path_of(&self, name: &SealName) -> PathBuf {
        self.root.join(self.file_of(name))
    }

    /// Lists the seals directory; `None` where there is none.
    pub fn contents(&self) -> Result<Option<Contents>, Problem> {
        let unreadable = |message: String| {
            Problem::new("seals-unreadable", message)
                .remedy("make it a directory that this user can read, or name another with --seals")
        };
        let directory = match Directory::open_root(&self.root, Some(&self.seals)) {
            Ok(directory) => directory,
            Err(RootError::Missing(_)) => return Ok(None),
            Err(error) => return Err(unreadable(error.to_string())),
        };
        let listing = directory.list().map_err(|trouble| {
            unreadable(format!("{}: {}", self.seals.as_str(), trouble.detail))
        })?;
        let mut contents = Contents::default();
        for (name, kind) in listing {
            match sort_out(&name, kind) {
                Place::Seal(name) => contents.names.push(name),
                Place::Known => {}
                Place::Stray(why) => contents.strays.push(self.stray(&name, why)),
            }
        }
        contents.names.sort();
        contents.strays.sort_by(|a, b| a.file.cmp(&b.file));
        Ok(Some(contents))
    }

    fn stray(&self, name: &[u8], why: &str) -> Problem {
        let name = String::from_utf8_lossy(name);
        let file = format!("{}/{name}", self.seals.as_str());
        let remedy = if name.ends_with(SCRATCH_SUFFIX) {
            "a `sealgate seal` was killed here: run it again, or remove the file"
        } else if name.ends_with(".toml") {
            "rename it: the name of a seal is [a-z0-9][a-z0-9._-]*"
        } else {
            "move it elsewhere: only seals and a README.md belong here"
        };
        Problem::new("seals-stray", format!("{why} does not belong in the seals directory"))
            .file(file)
            .remedy(remedy)
    }

    /// Reads the seal file `name`, with the care that any file gets, and then the seal.
    pub fn load(&self, name: &SealName) -> Result<Loaded, Problem> {
        let bytes = self.read_file(name)?;
        let digest = Digest::of(&bytes);
        let seal = seal::read(name, &bytes)
            .map_err(|error| error.into_problem(name, &self.file_of(name)))
            .and_then(|seal| self.check_place(seal));
        Ok(Loaded { bytes, digest, seal })
    }

    fn read_file(&self, name: &SealName) -> Result<Vec<u8>, Problem> {
        let file = self.file_of(name);
        let problem = |code, message: String| {
            Problem::new(code, message)
                .file(&*file)
                .seal(name.as_str())
                .remedy("give this user the right to read it, and keep it still meanwhile")
        };
        let path = EntryPath::parse(&format!("{name}.toml"))
            .map_err(|fault| problem("seal-unreadable", fault.to_string()))?;
        let directory = Directory::open_root(&self.root, Some(&self.seals))
            .map_err(|error| problem("seal-unreadable", error.to_string()))?;
        read_whole(&directory, &path, MAX_SEAL_BYTES).map_err(|fault| match fault {
            ReadFault::TooLarge(size) => problem(
                "seal-too-large",
                format!("the seal is {size} bytes long; the limit is {MAX_SEAL_BYTES}"),
            )
            .remedy("seal parts of the root apart, or exclude what needs no seal"),
            ReadFault::Trouble(trouble) => problem("seal-unreadable", trouble.detail),
        })
    }

    /// The rules on a seal's root that depend on where the seals directory is.
    pub fn check_place(&self, seal: Seal) -> Result<Seal, Problem> {
        match self.misplaced(&seal.header.root, seal.header.scope.patterns()) {
            None => Ok(seal),
            Some(why) => Err(Problem::new("seal-invalid", why)
                .seal(seal.name.as_str())
                .file(self.file_of(&seal.name))
                .remedy("correct the lines above [entries]; see docs/seal-format.md")),
        }
    }

    /// Why `root` cannot be sealed with these excludes, if it cannot.
    #[must_use]
    pub fn misplaced(&self, root: &Root, exclude: &[String]) -> Option<String> {
        let seals = self.seals.as_bytes();
        match root.path() {
            None => {
                let needed = self.excludes_of_whole();
                let begins = exclude.iter().zip(&needed).filter(|(a, b)| a == b).count();
                (begins < needed.len())
                    .then(|| format!("the exclude list of root \".\" must begin with {needed:?}"))
            }
            Some(root) => {
                let root = root.as_bytes();
                let overlaps = root == seals
                    || crate::path::is_below(root, seals)
                    || crate::path::is_below(seals, root);
                overlaps.then(|| "the root and the seals directory overlap".to_owned())
            }
        }
    }

    /// What the exclude list of root `"."` begins with.
    #[must_use]
    pub fn excludes_of_whole(&self) -> [String; 2] {
        let mut seals = String::from("/");
        for c in self.seals.as_str().chars() {
            // A pattern, which is to mean this very name.
            if matches!(c, '*' | '?' | '[' | ']' | '{' | '}') {
                seals.push('\\');
            }
            seals.push(c);
        }
        ["/.git".to_owned(), seals]
    }

    /// Opens a root in the working tree.
    pub fn open(&self, root: &Root) -> Result<Directory, RootError> {
        Directory::open_root(&self.root, root.path())
    }

    /// Waits until no other run writes seals here, and keeps others waiting until it is dropped.
    /// What a killed run left is removed.
    ///
    /// The lock is on the repository's directory itself: it leaves no file, and the kernel takes
    /// it back from a run that is killed. Where directories cannot be locked there is none.
    pub fn lock(&self, waiting: impl FnOnce()) -> Result<Option<File>, Problem> {
        if cfg!(not(unix)) {
            return Ok(None);
        }
        let lock = self.lock_directory(waiting).map_err(|error| {
            let message = format!("the repository cannot be locked: {}", in_words(&error));
            Problem::new("lock", message)
                .remedy("give this user the right to read the repository's directory")
        })?;
        self.sweep();
        Ok(Some(lock))
    }

    /// Removes what runs left that were killed between giving new content a name and renaming it.
    /// Only for whoever holds the lock: for others it may be work in progress.
    fn sweep(&self) {
        let listing = Directory::open_root(&self.root, Some(&self.seals)).map(|seals| seals.list());
        let Ok(Ok(listing)) = listing else { return };
        for (name, kind) in listing {
            let name = std::str::from_utf8(&name).ok();
            let seal = name
                .and_then(|name| name.strip_prefix('.')?.strip_suffix(SCRATCH_SUFFIX))
                .and_then(|name| SealName::parse(name.strip_suffix(".toml")?));
            if let (Kind::File, Some(seal)) = (kind, seal) {
                // What stays is reported as a stray.
                let _ = std::fs::remove_file(scratch_of(&self.path_of(&seal)));
            }
        }
    }

    fn lock_directory(&self, waiting: impl FnOnce()) -> io::Result<File> {
        let directory = File::open(&self.root)?;
        match directory.try_lock() {
            Ok(()) => {}
            Err(std::fs::TryLockError::WouldBlock) => {
                waiting();
                directory.lock()?;
            }
            Err(std::fs::TryLockError::Error(error)) => return Err(error),
        }
        Ok(directory)
    }

    /// Refuses a seal whose file was made read-only: someone wants it to stay as it is.
    pub fn check_writable(&self, name: &SealName) -> Result<(), Problem> {
        match self.path_of(name).metadata() {
            Ok(found) if found.permissions().readonly() => {
                Err(self.unwritable(name, "its file is read-only"))
            }
            _ => Ok(()),
        }
    }

    /// Gives a seal's file new content in one step; the caller holds the lock.
    pub fn write(&self, name: &SealName, bytes: &[u8]) -> Result<(), Problem> {
        self.check_writable(name)?;
        std::fs::create_dir_all(self.root.join(self.seals.as_str()))
            .and_then(|()| replace(&self.path_of(name), bytes))
            .map_err(|error| self.unwritable(name, &in_words(&error)))
    }

    fn unwritable(&self, name: &SealName, why: &str) -> Problem {
        Problem::new("seal-unwritable", format!("the seal cannot be written: {why}"))
            .seal(name.as_str())
            .file(self.file_of(name))
            .remedy("its file is as it was; give this user the right to write it, or make room")
    }
}

/// The nearest directory, from `start` upwards, that holds `sign`. One of which that cannot be told
/// is an error: another repository further up might have other seals.
fn nearest<'p>(start: &'p Path, sign: &str) -> Result<Option<&'p Path>, Problem> {
    for parent in start.ancestors() {
        let place = parent.join(sign);
        match place.symlink_metadata() {
            Ok(_) => return Ok(Some(parent)),
            Err(error) if is_absence(&error) => {}
            Err(error) => {
                let message = format!("{}: {}", place.display(), in_words(&error));
                return Err(Problem::new("start-unreadable", message)
                    .remedy("give this user the right to look there, or start elsewhere with -C"));
            }
        }
    }
    Ok(None)
}

fn is_absence(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// What a name in the seals directory is.
enum Place {
    Seal(SealName),
    Known,
    Stray(&'static str),
}

fn sort_out(name: &[u8], kind: Kind) -> Place {
    let known = std::str::from_utf8(name).ok();
    let seal = known.and_then(|name| name.strip_suffix(".toml")).and_then(SealName::parse);
    match (kind, known, seal) {
        (Kind::File, _, Some(name)) => Place::Seal(name),
        (Kind::File, Some("policy.toml" | "README.md"), _)
        | (Kind::Directory, Some("grants"), _) => Place::Known,
        (Kind::File, _, _) => Place::Stray("this file"),
        (Kind::Directory, _, _) => Place::Stray("this directory"),
        (Kind::Link, _, _) => Place::Stray("a symbolic link"),
        (Kind::Special(what), _, _) => Place::Stray(what),
    }
}

/// The names that `patterns` select: all of them where there is no pattern. Each pattern, a name
/// or a glob, must select one at least.
pub fn select(names: &[SealName], patterns: &[String]) -> Result<Vec<SealName>, Vec<Problem>> {
    if patterns.is_empty() {
        return Ok(names.to_vec());
    }
    let mut problems = Vec::new();
    let mut selected = Vec::new();
    for pattern in patterns {
        let before = selected.len();
        match GlobBuilder::new(pattern).literal_separator(true).build() {
            Ok(glob) => {
                let glob = glob.compile_matcher();
                selected.extend(names.iter().filter(|name| glob.is_match(name.as_str())).cloned());
            }
            Err(error) => {
                problems.push(
                    Problem::new("name-invalid", format!("{pattern}: {}", error.kind()))
                        .remedy("write a name, or a glob such as 'web-*'"),
                );
                continue;
            }
        }
        if selected.len() == before {
            let known: Vec<_> = names.iter().map(SealName::as_str).collect();
            problems.push(
                Problem::new("name-unmatched", format!("no seal is named {pattern}"))
                    .remedy(format!("the seals here: {}", known.join(", "))),
            );
        }
    }
    selected.sort();
    selected.dedup();
    if problems.is_empty() { Ok(selected) } else { Err(problems) }
}

/// Who named a directory that cannot be opened: the next step depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NamedBy {
    /// A seal, as its root.
    Seal,
    /// The user, on this command line.
    User,
}

/// A root that cannot be opened, as a person gets it.
#[must_use]
pub fn root_problem(error: &RootError, name: &SealName, named_by: NamedBy) -> Problem {
    let (code, by_seal, by_user) = match error {
        RootError::Missing(_) => (
            "root-missing",
            "build it, or delete the seal if it is gone for good",
            "correct the path on the command line, or build first",
        ),
        RootError::NotDirectory(_) => (
            "root-not-directory",
            "a root is a directory: put it back",
            "name a directory; an archive must be unpacked first",
        ),
        RootError::Link(_) => (
            "root-is-link",
            "make it a real directory, or seal what it points to",
            "name the directory that it points to",
        ),
        RootError::Unreadable(..) => {
            let remedy = "give this user the right to read it";
            ("root-unreadable", remedy, remedy)
        }
    };
    let remedy = if named_by == NamedBy::Seal { by_seal } else { by_user };
    Problem::new(code, error.to_string()).seal(name.as_str()).remedy(remedy)
}
