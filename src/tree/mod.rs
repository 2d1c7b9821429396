//! The repository: where it begins, which seals it has, and how their files are read and written.

mod ancestry;
mod approval_files;
mod checked_out;
pub mod commit;
mod commit_limits;
mod commit_tree;
mod contents;
mod database;
mod git_facts;
mod limits;
mod load;
pub mod replace;
mod server;
mod subject;
mod trouble;
mod way;
mod write;

use std::io;
use std::path::{Path, PathBuf};

use sealgate_core::seal::path::EntryPath;
use sealgate_core::seal::{Root, Seal, SealName};
use sealgate_core::text::place::shown_path;
use sealgate_core::text::problem::{Problem, in_words};
use sealgate_scan::{Directory, NamedFault, RootError, read_named};

use self::git_facts::GitFacts;
use limits::{Lenient, SealsRead};

pub use ancestry::{Reach, Step};
pub use approval_files::ApprovalFiles;
pub use commit_tree::CommitTree;
pub use contents::{Contents, matching, select};
pub use database::{database_at, database_problem};
pub use limits::SEALS_TOO_LARGE;
pub use load::{Begun, Loaded, Long};
pub use server::{not_named, not_shared, server_database};
pub use trouble::unreadable_object;

/// The directory of seals, unless a user names another.
pub const SEALS: &str = "seals";

/// A repository and its seals directory.
#[derive(Debug)]
pub struct Workspace {
    root: PathBuf,
    seals: EntryPath,
    in_git: bool,
    /// The seals that were read from the working tree.
    read: SealsRead,
    /// How much may still be read leniently, in the working tree and in commits.
    lenient: Lenient,
    facts: GitFacts,
}

impl Workspace {
    /// Finds the repository that `start` lies in: git's top level, or else the nearest parent
    /// with the seals directory. Runs no git.
    pub fn find(start: &Path, seals: &EntryPath) -> Result<Self, Problem> {
        let start =
            std::path::absolute(start).and_then(|start| start.canonicalize()).map_err(|error| {
                if start == Path::new(".") && is_absence(&error) {
                    let message = format!("the directory that you are in: {}", in_words(&error));
                    return Problem::new("start-unreadable", message)
                        .remedy("if it was made anew, enter it again: cd \"$PWD\"");
                }
                Problem::new(
                    "start-unreadable",
                    format!("{}: {}", shown_path(start), in_words(&error)),
                )
                .remedy("name a directory that exists after -C")
            })?;
        if !start.is_dir() {
            let message = format!("{} is not a directory", shown_path(&start));
            return Err(
                Problem::new("start-unreadable", message).remedy("name a directory after -C")
            );
        }
        let (root, in_git) = match nearest(&start, ".git")? {
            Some(root) => (root.to_owned(), true),
            None => match nearest(&start, seals.as_str())? {
                Some(root) => (root.to_owned(), false),
                None => (start.clone(), false),
            },
        };
        let (facts, read, lenient) = Default::default();
        Ok(Self { root, seals: seals.clone(), in_git, facts, read, lenient })
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

    /// Whether the root looks like a git repository without a working tree.
    #[must_use]
    pub fn is_bare(&self) -> bool {
        self.root.join("objects").is_dir() && self.root.join("HEAD").is_file()
    }

    /// Refuses to go on without git, which `what` needs.
    pub fn needs_git(&self, what: &str) -> Result<(), Problem> {
        if self.in_git {
            return Ok(());
        }
        let (place, remedy) = if self.is_bare() {
            ("a bare repository", "run it in a clone with a working tree")
        } else {
            ("no git repository", "go to your repository, or name it with -C")
        };
        let message = format!("{} is {place}, so {what} cannot be read", shown_path(&self.root));
        Err(Problem::new("not-a-repository", message).remedy(remedy))
    }

    /// git's own directories: `.git`, and where the file `.git` of a linked worktree or a submodule
    /// says that they are.
    pub fn git_directories(&self) -> Result<Vec<PathBuf>, Problem> {
        let mark = self.root.join(".git");
        let pointed = self.pointed_git_directory()?;
        let common = match &pointed {
            Some(own) => text_of(&own.join("commondir"))?.map(|path| own.join(path.trim())),
            None => None,
        };
        Ok([Some(mark), pointed, common].into_iter().flatten().collect())
    }

    /// Where the file `.git` of a linked worktree or a submodule says that git's directory is.
    fn pointed_git_directory(&self) -> Result<Option<PathBuf>, Problem> {
        let text = text_of(&self.root.join(".git"))?;
        Ok(text.and_then(|text| Some(self.root.join(text.strip_prefix("gitdir:")?.trim()))))
    }

    /// The directory in which names of files may stand for a moment before they are renamed: git's
    /// own for this working tree, and not the one that all worktrees share, for each has a lock of
    /// its own.
    #[must_use]
    pub fn scratch_directory(&self) -> Option<PathBuf> {
        if !self.in_git {
            return None;
        }
        let pointed = self.pointed_git_directory().ok()?;
        Some(pointed.unwrap_or_else(|| self.root.join(".git"))).filter(|place| place.is_dir())
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
            None if root.is_on_server() => None,
            None => {
                let needed = self.excludes_of_whole();
                let begins = exclude.iter().zip(&needed).filter(|(a, b)| a == b).count();
                (begins < needed.len())
                    .then(|| format!("the exclude list of root \".\" must begin with {needed:?}"))
            }
            Some(root) => {
                let root = root.as_bytes();
                let overlaps = root == seals
                    || sealgate_core::seal::path::is_below(root, seals)
                    || sealgate_core::seal::path::is_below(seals, root);
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
                let message = format!("{}: {}", shown_path(&place), in_words(&error));
                return Err(Problem::new("start-unreadable", message)
                    .remedy("give this user the right to look there, or start elsewhere with -C"));
            }
        }
    }
    Ok(None)
}

/// The text of a small file; `None` where there is none, or something else.
fn text_of(path: &Path) -> Result<Option<String>, Problem> {
    /// No file by which git points to a directory is as long, in bytes.
    const LONGEST: u64 = 1 << 20;
    let problem = |why: &str| {
        let message = format!("{}: {why}", shown_path(path));
        Problem::new("git-unreadable", message).remedy("give this user the right to read it")
    };
    match path.symlink_metadata() {
        // Of a link the target would be read, and git does not follow it.
        Ok(found) if !found.is_file() => return Ok(None),
        Ok(_) => {}
        Err(error) if is_absence(&error) => return Ok(None),
        Err(error) => return Err(problem(&in_words(&error))),
    }
    let bytes = match read_named(path, LONGEST) {
        Ok(bytes) => bytes,
        Err(NamedFault::Absent | NamedFault::NotRegular) => return Ok(None),
        Err(fault) => return Err(problem(&fault.to_string())),
    };
    String::from_utf8(bytes).map(Some).map_err(|_| problem("it is not UTF-8"))
}

fn is_absence(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// Who named a directory that cannot be opened: the next step depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NamedBy {
    /// A seal, as its root.
    Seal,
    /// The user, on this command line.
    User,
    /// A seal, as its root in a commit.
    Commit,
}

/// The code of the error of a root that cannot be opened.
#[must_use]
pub fn root_code(error: &RootError) -> &'static str {
    match error {
        RootError::Missing(_) => "root-missing",
        RootError::NotDirectory(_) => "root-not-directory",
        RootError::Link(_) => "root-is-link",
        RootError::Unreadable(..) => "root-unreadable",
        RootError::Unstable(_) => "root-unstable",
    }
}

/// A root that cannot be opened, as a person gets it.
#[must_use]
pub fn root_problem(error: &RootError, name: &SealName, named_by: NamedBy) -> Problem {
    let (by_seal, by_user, in_commit) = match error {
        RootError::Missing(_) => (
            "build it, or delete the seal if it is gone for good",
            "correct the path on the command line, or build first",
            "commit it (`git add -f`), or set tracked = false in the seal if it is built",
        ),
        RootError::NotDirectory(_) => (
            "a root is a directory: put it back",
            "name a directory; an archive must be unpacked first",
            "a root is a directory: commit one",
        ),
        RootError::Link(_) => (
            "make it a real directory, or seal what it points to",
            "name the directory that it points to, or seal what it holds: --root DIR --at THERE",
            "commit a real directory, or seal what it points to",
        ),
        RootError::Unreadable(..) => {
            let remedy = "give this user the right to read it";
            (remedy, remedy, remedy)
        }
        RootError::Unstable(_) => {
            let remedy = "stop what writes there, then run this again";
            (remedy, remedy, remedy)
        }
    };
    let remedy = match named_by {
        NamedBy::Seal => by_seal,
        NamedBy::User => by_user,
        NamedBy::Commit => in_commit,
    };
    Problem::new(root_code(error), error.to_string()).seal(name.as_str()).remedy(remedy)
}
