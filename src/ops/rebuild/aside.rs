//! Where roots are while their builds run: below git's directory, with a journal. A run that fails puts
//! them back; after one that is killed, [`restore`] does.
//!
//! A run has a directory of its own, `sealgate/rebuild/N` below git's: `files` has the roots as they
//! were, `first` what the first of two builds made, and `made` what a build made that failed.

use std::fs::{self, File};
use std::io::{self, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use sealgate_core::seal::path::EntryPath;
use sealgate_core::text::problem::{Problem, in_words};
use sealgate_scan::{Directory, Scanner, first_difference};

use super::journal::{self, Stage};
use super::plan::Sorted;
use super::remains::{self, Kept};
use super::runs::{
    FIRST, MADE, RUNNING, check_build_ended, clear_outputs, is_there, lock, lock_file, new_place,
    remove_empty, running, runs, shown, stopped, trouble, unfinished_problem,
};
use super::{Bytes, contents_of};
use crate::tree::Workspace;

/// What the roots were.
const FILES: &str = "files";

/// Roots that were moved aside. Nobody else moves any in this working tree meanwhile.
#[derive(Debug)]
pub struct Aside<'r> {
    repository: &'r Workspace,
    /// The directory of this run.
    place: PathBuf,
    roots: Vec<EntryPath>,
    /// Held by this run, and by the builds that it starts.
    running: Option<File>,
    _lock: File,
}

/// What could not go back, or must not go: somebody may miss it.
#[derive(Debug, Default)]
pub struct Left {
    /// Where it is, as a user finds it from the repository root.
    pub place: String,
    /// The paths there.
    pub paths: Vec<String>,
}

/// Says what becomes of a root's files: the root, and what lies aside of it.
pub type Sort<'a> = &'a dyn Fn(&EntryPath, &Directory) -> Sorted;

/// What became of what a stopped run had moved aside.
#[derive(Debug)]
pub struct Restored {
    /// What stays aside.
    pub left: Vec<Left>,
    /// The roots in which what the build of that run made stays.
    pub built: Vec<EntryPath>,
}

impl<'r> Aside<'r> {
    /// Moves `roots` aside, of which none may lie in another. What is not there is not moved.
    ///
    /// # Errors
    ///
    /// There is no git, another run goes on or was stopped, or a root cannot be moved. Then all of
    /// them are where they were.
    pub fn begin(repository: &'r Workspace, roots: Vec<EntryPath>) -> Result<Self, Problem> {
        let runs = runs(repository)?;
        let unwritable = |error: io::Error| trouble(repository, &runs, &error);
        fs::create_dir_all(&runs).map_err(unwritable)?;
        let lock = lock(&runs).map_err(unwritable)?.ok_or_else(running)?;
        if let Some(stopped) = stopped(&runs) {
            return Err(unfinished_problem(&shown(repository, &stopped)));
        }
        clear_outputs(&runs);
        let place = new_place(&runs).map_err(unwritable)?;
        let mut aside = Self { repository, place, roots, running: None, _lock: lock };
        match aside.begin_run() {
            Ok(running) => aside.running = Some(running),
            Err(error) => {
                aside.end();
                return Err(trouble(repository, &aside.place, &error));
            }
        }
        for root in &aside.roots {
            if let Err(problem) = aside.move_aside(root, FILES) {
                aside.undo()?;
                return Err(problem);
            }
        }
        Ok(aside)
    }

    /// Locks the file that tells whether a build runs, and writes the journal.
    fn begin_run(&self) -> io::Result<File> {
        let options = &mut File::options();
        options.write(true).create_new(true);
        let running = lock_file(&self.place.join(RUNNING), options)?
            .ok_or_else(|| io::Error::other("another program locked it"))?;
        journal::begin(&self.place, &self.roots)?;
        Ok(running)
    }

    /// What each build inherits: the lock tells that it runs, also after this run was killed.
    #[must_use]
    pub fn running(&self) -> Option<&File> {
        self.running.as_ref()
    }

    /// Puts back what was moved so far, before any build ran.
    fn undo(&self) -> Result<(), Problem> {
        for root in self.roots.iter().rev().filter(|root| self.has(root)) {
            self.move_home(root).map_err(|error| self.stays_aside(root, &error))?;
        }
        self.end();
        Ok(())
    }

    /// Notes the process group of the build, so that a person can stop it after this run was killed.
    pub fn note_group(&self, group: u32) {
        // Without the note, the lock still says that the build runs.
        if let Some(mut running) = self.running() {
            let _ = running.set_len(0);
            let _ = running.rewind();
            let _ = write!(running, "{group}");
        }
    }

    /// Whether something was at `root`.
    #[must_use]
    pub fn has(&self, root: &EntryPath) -> bool {
        is_there(&self.place.join(FILES).join(root.as_str()))
    }

    /// Opens what the first of two builds made of `root`.
    ///
    /// # Errors
    ///
    /// It cannot be opened.
    pub fn first(&self, root: &EntryPath) -> Result<Directory, Problem> {
        let first = self.place.join(FIRST);
        Directory::open_root(&first, Some(root))
            .map_err(|error| Problem::new("rebuild-aside", error.to_string()).remedy("build again"))
    }

    /// Where that is, as a user finds it from the repository root.
    #[must_use]
    pub fn first_shown(&self, root: &EntryPath) -> String {
        shown(self.repository, &self.place.join(FIRST).join(root.as_str()))
    }

    /// Where what a build made of `root` is once [`Aside::put_back`] made room for what was there.
    #[must_use]
    pub fn made_shown(&self, root: &EntryPath) -> String {
        shown(self.repository, &self.place.join(MADE).join(root.as_str()))
    }

    /// Removes what the first of two builds made: the second made the same.
    pub fn drop_first(&self) {
        let _ = fs::remove_dir_all(self.place.join(FIRST));
    }

    /// Moves what a first build made out of the way of a second one.
    ///
    /// # Errors
    ///
    /// A root cannot be moved.
    pub fn keep_first(&self) -> Result<(), Problem> {
        self.roots.iter().try_for_each(|root| self.move_aside(root, FIRST))
    }

    /// Puts the roots back as they were; what is in their places now is moved to where it is in
    /// nobody's way. Gives that place, if there is such a thing.
    ///
    /// # Errors
    ///
    /// The system refuses to move something. Everything is still there: the error says where.
    pub fn put_back(&self) -> Result<Option<String>, Problem> {
        for root in self.roots.iter().rev() {
            self.move_aside(root, MADE)?;
            if self.has(root) {
                self.move_home(root).map_err(|error| self.stays_aside(root, &error))?;
            }
        }
        let made = self.place.join(MADE);
        let made = is_there(&made).then(|| shown(self.repository, &made));
        self.end();
        Ok(made)
    }

    /// Keeps what the build made, and does with what lies aside what `sort` says; the rest stays there.
    ///
    /// # Errors
    ///
    /// It cannot be noted that the build came to its end.
    pub fn finish(self, sort: Sort<'_>) -> Result<Vec<Left>, Problem> {
        journal::mark_built(&self.place)
            .map_err(|error| trouble(self.repository, &self.place, &error))?;
        let left = self.roots.iter().filter_map(|root| self.sort_out(root, sort)).collect();
        self.end();
        Ok(left)
    }

    fn sort_out(&self, root: &EntryPath, sort: Sort<'_>) -> Option<Left> {
        let place = self.place.join(FILES).join(root.as_str());
        let Ok(directory) = Directory::open_root(&self.place.join(FILES), Some(root)) else {
            let kept = if self.has(root) { vec![root.as_str().as_bytes().into()] } else { vec![] };
            return self.left(&self.place.join(FILES), &kept);
        };
        let Sorted { mut removed, brought_back } = sort(root, &directory);
        for path in brought_back {
            // What cannot go back stays, and is named.
            let _ = self.move_file_home(root, &path);
        }
        removed.sort_unstable();
        let mut kept = Kept::new();
        let is_known = |path: &[u8]| removed.binary_search_by(|known| (**known).cmp(path)).is_ok();
        remains::remove(&directory, b"", &is_known, &mut kept);
        self.left(&place, &kept)
    }

    fn left(&self, place: &Path, kept: &Kept) -> Option<Left> {
        let text = |path: &[u8]| String::from_utf8_lossy(path).into_owned();
        let paths: Vec<String> = kept.iter().map(|path| text(path)).collect();
        (!paths.is_empty()).then(|| Left { place: shown(self.repository, place), paths })
    }

    /// Moves what is at `root` to `to` in the directory of this run; nothing is moved if nothing is
    /// there.
    fn move_aside(&self, root: &EntryPath, to: &str) -> Result<(), Problem> {
        let whole = self.repository.root().join(root.as_str());
        if !is_there(&whole) {
            return Ok(());
        }
        let moved = EntryPath::parse(&format!("{to}/{}", root.as_str()))
            .map_err(|fault| io::Error::other(fault.to_string()))
            .and_then(|wanted| {
                let from = open_above(self.repository.root(), root)?;
                let to = make_above(&self.place, &wanted)?;
                from.move_to(root.base_name().as_bytes(), &to, root.base_name().as_bytes())
            });
        moved.map_err(|error| {
            let root = root.as_str();
            let why = why_not_moved(&error, root);
            Problem::new("rebuild-aside", format!("{root} cannot be moved aside: {why}")).remedy(
                "a build is proved in an empty place: make the root a plain directory on the file \
                 system of the repository, which this user can rename",
            )
        })
    }

    fn move_home(&self, root: &EntryPath) -> io::Result<()> {
        let from = open_above(&self.place.join(FILES), root)?;
        let to = make_above(self.repository.root(), root)?;
        from.move_to(root.base_name().as_bytes(), &to, root.base_name().as_bytes())
    }

    /// Moves the file at `path` in `root` back, where nothing is in its place.
    fn move_file_home(&self, root: &EntryPath, path: &[u8]) -> io::Result<()> {
        let path = String::from_utf8_lossy(path);
        let path = EntryPath::parse(&format!("{}/{path}", root.as_str()))
            .map_err(|fault| io::Error::other(fault.to_string()))?;
        self.move_home(&path)
    }

    fn stays_aside(&self, root: &EntryPath, error: &io::Error) -> Problem {
        let place = shown(self.repository, &self.place.join(FILES).join(root.as_str()));
        let message =
            format!("{} cannot be put back: {}; it is in {place}", root.as_str(), in_words(error));
        Problem::new("rebuild-aside", message)
            .remedy("take what is in its way elsewhere, then run `sealgate rebuild --restore`")
    }

    /// Ends this run: what is left of it is in nobody's way.
    fn end(&self) {
        let _ = fs::remove_file(self.place.join(RUNNING));
        let _ = journal::end(&self.place);
        remove_empty(&self.place);
    }
}

/// Puts back what a run that was stopped moved aside: never over a newer file. Where its build had come
/// to its end, what it made stays, and `sort` says what becomes of the rest.
///
/// # Errors
///
/// Nothing was stopped, the build still runs, or the system refuses to move something.
pub fn restore(
    repository: &Workspace,
    scanner: &Scanner,
    sort: Sort<'_>,
) -> Result<Restored, Problem> {
    let runs = runs(repository)?;
    let nothing = || {
        Problem::new("usage", "no rebuild was stopped here: there is nothing to put back")
            .remedy("run `sealgate rebuild`")
    };
    if !is_there(&runs) {
        return Err(nothing());
    }
    let unwritable = |error: io::Error| trouble(repository, &runs, &error);
    let lock = lock(&runs).map_err(unwritable)?.ok_or_else(running)?;
    let place = stopped(&runs).ok_or_else(nothing)?;
    let stage = journal::stage(&place).ok_or_else(nothing)?;
    check_build_ended(repository, &place)?;
    let roots =
        journal::roots(&place, stage).map_err(|error| trouble(repository, &place, &error))?;
    let aside = Aside { repository, place, roots, running: None, _lock: lock };
    let (mut left, mut built) = (Vec::new(), Vec::new());
    for root in &aside.roots {
        if stage == Stage::Built && is_there(&repository.root().join(root.as_str())) {
            left.extend(aside.sort_out(root, sort));
            built.push(root.clone());
            continue;
        }
        let kept =
            aside.merge_home(root, scanner).map_err(|error| aside.stays_aside(root, &error))?;
        left.extend(aside.left(&aside.place.join(FILES).join(root.as_str()), &kept));
    }
    aside.end();
    Ok(Restored { left, built })
}

impl Aside<'_> {
    /// Brings what lies aside of `root` back, and leaves there what has a newer one in its place.
    fn merge_home(&self, root: &EntryPath, scanner: &Scanner) -> io::Result<Kept> {
        let files = self.place.join(FILES);
        let mut kept = Kept::new();
        if !self.has(root) {
            return Ok(kept);
        }
        if !is_there(&self.repository.root().join(root.as_str())) {
            self.move_home(root)?;
            return Ok(kept);
        }
        let opened = |above: &Path| {
            let opened = Directory::open_root(above, Some(root));
            opened.map_err(|error| io::Error::other(error.to_string()))
        };
        let (old, new) = (opened(&files)?, opened(self.repository.root())?);
        let (links_old, links_new) = (contents_of(&old, scanner), contents_of(&new, scanner));
        let is_same = |path: &[u8]| match (links_old.get(path), links_new.get(path)) {
            (Some(Bytes::File(_)), Some(Bytes::File(_))) => {
                let path =
                    std::str::from_utf8(path).ok().and_then(|path| EntryPath::parse(path).ok());
                path.is_some_and(|path| matches!(first_difference(&old, &new, &path), Ok(None)))
            }
            (Some(one), Some(other)) => one == other,
            _ => false,
        };
        remains::bring_back(&old, &new, b"", &is_same, &mut kept)?;
        Ok(kept)
    }
}

/// Opens the directory above `path`, which lies below `top`, with no link on the way.
fn open_above(top: &Path, path: &EntryPath) -> io::Result<Directory> {
    let above = path.parents().last().and_then(|above| EntryPath::parse(above).ok());
    Directory::open_root(top, above.as_ref()).map_err(|error| io::Error::other(error.to_string()))
}

/// The same, and makes what is missing of it.
fn make_above(top: &Path, path: &EntryPath) -> io::Result<Directory> {
    let above = path.parents().last().and_then(|above| EntryPath::parse(above).ok());
    let top =
        Directory::open_root(top, None).map_err(|error| io::Error::other(error.to_string()))?;
    match above {
        Some(above) => top.make_beneath(&above),
        None => Ok(top),
    }
}

fn why_not_moved(error: &io::Error, root: &str) -> String {
    match error.kind() {
        io::ErrorKind::CrossesDevices => {
            format!("{root} and git's directory are on different file systems")
        }
        io::ErrorKind::ResourceBusy => format!("{root} is a mount point, or in use"),
        _ => in_words(error),
    }
}
