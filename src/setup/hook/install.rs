//! Puts the hook where git looks for it, and takes it away again.
//!
//! Nothing that is there is ever overwritten: a hook of somebody else is kept beside ours and runs
//! after it, and one of ours that was edited is left alone. At no moment is there no hook.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sealgate_core::text::place::shown_path;
use sealgate_core::text::problem::{Problem, in_words};
use sealgate_git::{common_directory, hooks_directory};
use sealgate_scan::read_named;

use super::script::{ASIDE, Author, author};
use crate::tree::Workspace;
use crate::tree::replace::Writer;

/// No hook is as long, in bytes.
const LONGEST: u64 = 100 << 20;

/// The line of another hook that calls ours.
pub const LINE: &str = "sealgate hook pre-push \"$@\"";

/// Where the hook goes.
#[derive(Debug)]
pub struct Place {
    directory: PathBuf,
    file: PathBuf,
    /// Where its second name stands for a moment.
    aside: Option<PathBuf>,
}

/// What `install` did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Installed {
    /// Nothing: it was there.
    Already,
    /// There was none.
    New,
    /// There was one of another version, or of a program elsewhere.
    Renewed,
    /// Somebody else's was there, which runs after it now; `runs`: git would have run it.
    Chained {
        /// Whether it is executable.
        runs: bool,
    },
}

/// What `uninstall` did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removed {
    /// Nothing: there was none.
    Nothing,
    /// It is gone.
    Gone,
    /// It is gone, and the one that was there before is back.
    Restored,
}

/// What is there under a name.
enum There {
    Nothing,
    /// A file, or a link; `runs`: git would run it.
    Hook {
        author: Author,
        bytes: Vec<u8>,
        link: Option<PathBuf>,
        runs: bool,
    },
    /// Something that no hook is.
    Other,
}

impl Place {
    /// Where git looks for hooks in `repository`; or where pre-commit and prek keep the one that
    /// they found, and run it, if that is ours.
    pub fn find(repository: &Workspace) -> Result<Self, Problem> {
        let directory = hooks_directory(repository.root())?;
        let (file, kept) = (directory.join("pre-push"), directory.join("pre-push.legacy"));
        let runs_the_kept = match look(&file)? {
            There::Hook { author: Author::Other, bytes, .. } => holds(&bytes, b"hook-impl"),
            _ => false,
        };
        let is_ours = |there| matches!(there, There::Hook { author: Author::Sealgate, .. });
        let kept_by_another = runs_the_kept && is_ours(look(&kept)?);
        let aside = repository.scratch_directory();
        Ok(Self { file: if kept_by_another { kept } else { file }, directory, aside })
    }

    /// The hook's file.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.file
    }

    fn aside(&self) -> PathBuf {
        self.directory.join(ASIDE)
    }

    /// Refuses a directory that is not this repository's own: one in the working tree belongs to
    /// another tool, or is committed for everybody; one outside serves other repositories too.
    pub fn check(&self, repository: &Workspace) -> Result<(), Problem> {
        let Some((why, file)) = self.elsewhere(repository)? else { return Ok(()) };
        let shown = shown_path(&self.directory);
        let message = format!("core.hooksPath makes git take hooks from {shown}, which is {why}");
        Err(Problem::new("hooks-elsewhere", message).remedy(format!(
            "add the line `{LINE}` to {file}; or install it there all the same with --force"
        )))
    }

    /// How the hook is called by hand where git takes hooks from a directory that is not this
    /// repository's own: the file that is to call it.
    pub fn by_hand(&self, repository: &Workspace) -> Result<Option<&'static str>, Problem> {
        Ok(self.elsewhere(repository)?.map(|(_, file)| file))
    }

    fn elsewhere(
        &self,
        repository: &Workspace,
    ) -> Result<Option<(&'static str, &'static str)>, Problem> {
        let directory = real(&self.directory);
        let common = real(&common_directory(repository.root())?);
        if directory.starts_with(common) {
            return Ok(None);
        }
        Ok(Some(if directory.starts_with(real(repository.root())) {
            let husky = self.directory.ends_with(".husky/_");
            let file = if husky { ".husky/pre-push" } else { "the pre-push hook there" };
            ("in the working tree: another tool keeps it, or it is committed for all", file)
        } else {
            ("outside of this repository: it may serve others", "its pre-push hook")
        }))
    }

    /// Puts the hook `wanted` there.
    pub fn install(&self, wanted: &[u8]) -> Result<Installed, Problem> {
        let (file, aside) = (self.file(), self.aside());
        let there = look(file)?;
        let kept = look(&aside)?;
        let done = match &there {
            There::Other => return Err(no_hook(file)),
            There::Nothing => match kept {
                There::Nothing => Installed::New,
                _ => return Err(left(&aside, file)),
            },
            There::Hook { author: Author::Edited, .. } => return Err(edited(file)),
            There::Hook { author: Author::Sealgate, link: Some(_), .. } => {
                return Err(edited(file));
            }
            There::Hook { author: Author::Sealgate, bytes, runs, .. } => {
                if bytes == wanted && *runs {
                    return Ok(Installed::Already);
                }
                Installed::Renewed
            }
            There::Hook { author: Author::Other, runs, .. } => {
                match &kept {
                    There::Nothing => keep(file, &aside).map_err(|e| unwritable(file, &e))?,
                    // Of an installation that was killed.
                    kept if same(&there, kept) => {}
                    _ => return Err(left(&aside, file)),
                }
                Installed::Chained { runs: *runs }
            }
        };
        let written = fs::create_dir_all(&self.directory).and_then(|()| {
            Writer { aside: self.aside.as_deref(), executable: true }.write(file, wanted)
        });
        if let (Err(_), Installed::Chained { .. }) = (&written, done) {
            // The error that stopped the writing is the one to tell.
            let _ = match look(file)? {
                There::Nothing => fs::rename(&aside, file),
                There::Hook { .. } | There::Other => fs::remove_file(&aside),
            };
        }
        written.map(|()| done).map_err(|error| unwritable(file, &error))
    }

    /// Takes the hook away, and puts back the one that was there before.
    pub fn uninstall(&self) -> Result<Removed, Problem> {
        let (file, aside) = (self.file(), self.aside());
        let kept = look(&aside)?;
        match (look(file)?, &kept) {
            (There::Hook { author: Author::Sealgate, link: None, .. }, _) => {}
            (
                There::Nothing | There::Hook { author: Author::Other, .. },
                There::Hook { .. } | There::Other,
            ) => return Err(left(&aside, file)),
            (There::Nothing | There::Hook { author: Author::Other, .. }, There::Nothing) => {
                return Ok(Removed::Nothing);
            }
            (There::Hook { .. }, _) => return Err(edited(file)),
            (There::Other, _) => return Err(no_hook(file)),
        }
        let (outcome, done) = match kept {
            There::Nothing => (fs::remove_file(file), Removed::Gone),
            _ => (fs::rename(&aside, file), Removed::Restored),
        };
        outcome.map(|()| done).map_err(|error| unwritable(file, &error))
    }
}

/// Looks at `path`. Only a regular file is opened, or what a link leads to if that is one.
fn look(path: &Path) -> Result<There, Problem> {
    let unreadable = |error: io::Error| {
        let message = format!("{}: {}", shown_path(path), in_words(&error));
        Problem::new("hook-unreadable", message).remedy("give this user the right to read it")
    };
    let found = match path.symlink_metadata() {
        Err(error) if is_absence(&error) => return Ok(There::Nothing),
        found => found.map_err(unreadable)?,
    };
    let link = found.is_symlink().then(|| fs::read_link(path)).transpose().map_err(unreadable)?;
    let metadata = match path.metadata() {
        Ok(metadata) if metadata.is_file() => metadata,
        // A link that leads nowhere is no hook for git either.
        Err(error) if link.is_some() && error.kind() == io::ErrorKind::NotFound => {
            let bytes = Vec::new();
            return Ok(There::Hook { author: Author::Other, bytes, link, runs: false });
        }
        Ok(_) => return Ok(There::Other),
        Err(error) => return Err(unreadable(error)),
    };
    let bytes = read_named(path, LONGEST).map_err(|fault| {
        let message = format!("{}: {fault}", shown_path(path));
        Problem::new("hook-unreadable", message).remedy("give this user the right to read it")
    })?;
    Ok(There::Hook { author: author(&bytes), bytes, link, runs: is_executable(&metadata) })
}

/// `core.hooksPath` may well lead to `/dev/null`.
fn is_absence(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

fn holds(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

/// Whether two names stand for what cannot be told apart.
fn same(one: &There, other: &There) -> bool {
    match (one, other) {
        (
            There::Hook { bytes, link, runs, .. },
            There::Hook { bytes: other_bytes, link: other_link, runs: other_runs, .. },
        ) => bytes == other_bytes && link == other_link && runs == other_runs,
        _ => false,
    }
}

/// Gives `file` the name `aside` as well, which is free; where a file can have only one, instead.
fn keep(file: &Path, aside: &Path) -> io::Result<()> {
    match fs::hard_link(file, aside) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => fs::rename(file, aside),
        linked => linked,
    }
}

#[cfg(unix)]
fn is_executable(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o111 != 0
}

/// git runs every hook where there are no execute bits.
#[cfg(not(unix))]
fn is_executable(_: &fs::Metadata) -> bool {
    true
}

/// `path` without links, as far as it exists.
fn real(path: &Path) -> PathBuf {
    for existing in path.ancestors() {
        if let (Ok(found), Ok(rest)) = (existing.canonicalize(), path.strip_prefix(existing)) {
            return found.join(rest);
        }
    }
    path.to_owned()
}

fn edited(file: &Path) -> Problem {
    let message = format!("{} is sealgate's hook, and was edited since", shown_path(file));
    Problem::new("hook-edited", message)
        .remedy("it is left as it is: move it elsewhere, then run this again")
}

fn left(aside: &Path, file: &Path) -> Problem {
    let message =
        format!("{} holds another hook, kept from an installation before", shown_path(aside));
    Problem::new("hook-kept-aside", message).remedy(format!(
        "rename it to {} if that is the hook you want, or move it elsewhere; then run this again",
        shown_path(file)
    ))
}

fn no_hook(file: &Path) -> Problem {
    Problem::new("hook-unreadable", format!("{} is not a regular file", shown_path(file)))
        .remedy("move it elsewhere, then run this again")
}

fn unwritable(file: &Path, error: &io::Error) -> Problem {
    Problem::new("hook-unwritable", format!("{}: {}", shown_path(file), in_words(error)))
        .remedy("give this user the right to write there, or make room")
}
