//! Copies of a directory.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use sealgate_core::compare::inventory::Inventory;
use sealgate_core::seal::entry::Digest;
use sealgate_core::seal::exclude::Scope;
use sealgate_core::text::problem::{Problem, in_words};
use sealgate_rehearse::state::{Class, Place, State};
use sealgate_scan::{Directory, Scanner, take};

use super::super::{broken, meta};
use super::{
    BASE, Bench, FAULT, Fault, Made, Shared, Step, Task, TaskRun, no_room, run_words,
    sealed_digest, unmeasured,
};

/// The tree of a copy, in its directory.
const TREE: &str = "tree";

/// Copies of a directory.
#[derive(Debug)]
pub(crate) struct TreeBench<'a> {
    shared: Shared<'a>,
}

impl<'a> TreeBench<'a> {
    /// The bench whose first copy is one of the directory `clone`.
    ///
    /// # Errors
    ///
    /// There is no room for the copy.
    pub(crate) fn new(shared: Shared<'a>, clone: &Path) -> Result<Self, Problem> {
        let bench = Self { shared };
        copy_tree(clone, &bench.tree(BASE)?)?;
        Ok(bench)
    }

    fn tree(&self, label: &str) -> Result<PathBuf, Problem> {
        Ok(self.shared.directory(label)?.join(TREE))
    }

    /// Changes the bytes of the first file in the copy `label` that `is_meant` picks and that can be changed.
    fn change_one(
        &self,
        state: &State,
        label: &str,
        is_meant: &dyn Fn(&str) -> bool,
    ) -> Result<Made, Problem> {
        let tree = self.tree(label)?;
        // As a seal has it, in quotes.
        let is_file = |text: &str| text.starts_with("\"file ") || text.starts_with("\"exec ");
        let mut made = Made::Impossible;
        for (place, text) in state.lines() {
            if place.class != Class::Files || !is_file(text) || !is_meant(&place.path) {
                continue;
            }
            if change(&tree.join(&place.path)).is_ok() {
                return Ok(Made::Place(place.clone()));
            }
            made = Made::Failed;
        }
        Ok(made)
    }

    /// Makes a file in the copy `label` where there is nothing.
    fn add_one(&self, state: &State, label: &str) -> Result<Place, Problem> {
        let place = Self::free_place(state);
        let path = self.tree(label)?.join(&place.path);
        fs::write(&path, "x").map_err(|error| no_room(&path, &in_words(&error)))?;
        Ok(place)
    }

    /// Where there is nothing in `state`.
    fn free_place(state: &State) -> Place {
        let mut name = FAULT.to_owned();
        while state.lines().any(|(place, _)| place.path.split('/').next() == Some(&name)) {
            name.push('_');
        }
        Place::new(&name, Class::Files)
    }
}

impl Bench for TreeBench<'_> {
    fn shared(&self) -> &Shared<'_> {
        &self.shared
    }

    fn copy(&self, from: &str, to: &str) -> Result<(), Problem> {
        copy_tree(&self.tree(from)?, &self.tree(to)?)
    }

    fn measure(&self, label: &str) -> Result<State, Problem> {
        tree_state(&self.tree(label)?).map(|(state, _)| state).map_err(|unread| unmeasured(&unread))
    }

    fn seal_digest(&self, label: &str) -> Result<Digest, Problem> {
        let seal = self.shared.seal;
        let inventory = inventory(&self.tree(label)?, &seal.header.scope)
            .map_err(|unread| unmeasured(&unread))?;
        sealed_digest(seal, &inventory)
    }

    fn run(&self, task: Task<'_>, label: &str) -> Result<TaskRun, Problem> {
        let tree = self.tree(label)?;
        let words = match task.step {
            Step::Script(name) => vec!["sh".into(), self.shared.plan().join(name).into()],
            Step::Command(words) => self.shared.words(words, "", &tree)?,
        };
        let end = run_words(&self.shared, task, words, (label, &tree), Vec::new())?;
        Ok(TaskRun::of(task, "sh", end))
    }

    fn run_rolled_back(&self, _: Task<'_>, _: &str) -> Result<(TaskRun, Option<State>), Problem> {
        Err(broken("a directory has no transactions"))
    }

    fn damage(&self, state: &State, label: &str) -> Result<(), Problem> {
        // Whether it shows in every class is a rule of the proof.
        self.change_one(state, label, &|_| true)?;
        self.add_one(state, label).map(drop)
    }

    fn make(&self, fault: Fault, state: &State, label: &str) -> Result<Made, Problem> {
        match fault {
            Fault::Content => self.change_one(state, label, &|path| self.is_inside(path)),
            Fault::Inside if !self.is_inside(&Self::free_place(state).path) => Ok(Made::Impossible),
            Fault::Inside => self.add_one(state, label).map(Made::Place),
            Fault::Outside => self.change_one(state, label, &|path| !self.is_inside(path)),
        }
    }
}

/// What is in the directory `root`, and how many bytes its files have.
///
/// # Errors
///
/// A path that cannot be read, and why.
pub(crate) fn tree_state(root: &Path) -> Result<(State, u64), (String, String)> {
    let everything = Scope::new(Vec::new());
    let everything = everything.map_err(|error| (".".to_owned(), error.to_string()))?;
    let inventory = inventory(root, &everything)?;
    let state = State::of(&inventory, |_| Class::Files)?;
    Ok((state.with(meta::of_tree(root)?), inventory.bytes))
}

fn inventory(root: &Path, scope: &Scope) -> Result<Inventory, (String, String)> {
    let unread = |error: sealgate_scan::RootError| (".".to_owned(), error.to_string());
    let directory = Directory::open_root(root, None).map_err(unread)?;
    take(&directory, scope, &Scanner::new(None)).map_err(unread)
}

/// Changes the bytes of the file at `path` alone: not of other names of it, and not its mode.
fn change(path: &Path) -> io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".");
    beside.push(FAULT);
    let beside = PathBuf::from(beside);
    fs::copy(path, &beside)?;
    let mode = fs::metadata(&beside)?.permissions();
    make_writable(&beside)?;
    OpenOptions::new().append(true).open(&beside)?.write_all(b"x")?;
    fs::set_permissions(&beside, mode)?;
    fs::rename(&beside, path)
}

#[cfg(unix)]
fn make_writable(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))
}

#[cfg(not(unix))]
fn make_writable(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Makes `to` a copy of the directory `from`, with modes, owners, times, attributes and hard links, as far as
/// this user may.
#[expect(clippy::disallowed_methods, reason = "the system's own copies keep what std's do not")]
pub(super) fn copy_tree(from: &Path, to: &Path) -> Result<(), Problem> {
    if to.symlink_metadata().is_ok() {
        super::super::scratch::remove(to).map_err(|error| no_room(to, &in_words(&error)))?;
    }
    let mut command = Command::new("cp");
    command.args(if cfg!(target_os = "linux") { ["-a", "--reflink=auto"] } else { ["-R", "-p"] });
    // A path that begins with a hyphen is no option: `--`. A directory is copied, and no link to one: `/.`.
    let output = command.arg("--").arg(from.join(".")).arg(to).output();
    let output = output.map_err(|error| broken(&format!("cp: {}", in_words(&error))))?;
    if output.status.success() {
        return Ok(());
    }
    Err(no_room(to, String::from_utf8_lossy(&output.stderr).trim()))
}
