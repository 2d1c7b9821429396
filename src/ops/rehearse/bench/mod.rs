//! What is rehearsed on: copies, each with a label, of a database or of a directory.

mod around;
mod cluster;
mod dump;
mod postgres;
mod sql;
mod sqlite;
mod tree;

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sealgate_core::compare::inventory::Inventory;
use sealgate_core::seal::entry::Digest;
use sealgate_core::seal::path::EntryPath;
use sealgate_core::seal::surface::{Included, Surface};
use sealgate_core::seal::{Seal, to_bytes};
use sealgate_core::text::problem::{Problem, in_words};
use sealgate_rehearse::ended::Ended;
use sealgate_rehearse::plan::{DATABASE, SNAPSHOT, TREE};
use sealgate_rehearse::state::{Place, State};
use sealgate_rehearse::supervise::AtEnd;

use super::broken;
use super::helper::{Helpers, Job, JobEnd};
use super::scratch::Scratch;
use crate::ops::seal::draft::draft;

pub(super) use cluster::Binaries;
pub(super) use postgres::PostgresBench;
pub(super) use sqlite::SqliteBench;
pub(super) use tree::{TreeBench, tree_state};

/// The copy that nothing is run on.
pub(super) const BASE: &str = "base";

/// What a fault is called that is made on purpose: a name that nothing has by chance.
const FAULT: &str = "sealgate_control";

/// Copies, and what is done with them.
pub trait Bench {
    /// What all kinds have in common.
    fn shared(&self) -> &Shared<'_>;

    /// Makes the copy `to` of the copy `from`, or makes it anew.
    ///
    /// # Errors
    ///
    /// There is no room for it.
    fn copy(&self, from: &str, to: &str) -> Result<(), Problem>;

    /// Removes the copy `label`, which nothing needs any more.
    ///
    /// # Errors
    ///
    /// Something is still at work on it.
    fn discard(&self, label: &str) -> Result<(), Problem> {
        self.shared().scratch.discard(label);
        Ok(())
    }

    /// Everything that the copy `label` has.
    ///
    /// # Errors
    ///
    /// Something of it cannot be read.
    fn measure(&self, label: &str) -> Result<State, Problem>;

    /// The digest of the seal that sealing the copy `label` would give.
    ///
    /// # Errors
    ///
    /// Something of it cannot be sealed.
    fn seal_digest(&self, label: &str) -> Result<Digest, Problem>;

    /// Runs `task` on the copy `label`, and what it commits stays.
    ///
    /// # Errors
    ///
    /// It could not be run, or ran too long.
    fn run(&self, task: Task<'_>, label: &str) -> Result<TaskRun, Problem>;

    /// Runs `task`, a script, on the copy `label` in a transaction that is rolled back. Gives what it saw at
    /// its end too, unless it failed.
    ///
    /// # Errors
    ///
    /// It could not be run, or ran too long.
    fn run_rolled_back(
        &self,
        task: Task<'_>,
        label: &str,
    ) -> Result<(TaskRun, Option<State>), Problem>;

    /// Damages the copy `label`, which has the state `state`, in every class.
    ///
    /// # Errors
    ///
    /// It cannot be damaged.
    fn damage(&self, state: &State, label: &str) -> Result<(), Problem>;

    /// Makes `fault` in the copy `label`, which has the state `state`.
    ///
    /// # Errors
    ///
    /// Nothing can be run.
    fn make(&self, fault: Fault, state: &State, label: &str) -> Result<Made, Problem>;

    /// Whether the values of sequences go back with a transaction.
    fn sequences_roll_back(&self) -> bool {
        true
    }

    /// Whether `path` is under the seal.
    fn is_inside(&self, path: &str) -> bool {
        let header = &self.shared().seal.header;
        let surface = header.surface.as_ref();
        surface.is_none_or(|surface| surface.includes(path.as_bytes()))
            && header.scope.excludes(path.as_bytes(), false).is_none()
    }
}

/// A fault that is made on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// A row, or the bytes of a file, under the seal.
    Content,
    /// A new object under the seal.
    Inside,
    /// A new object that is not under the seal.
    Outside,
}

/// What came of making a fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Made {
    /// There is nothing in which it could be made.
    Impossible,
    /// It should have been possible, and failed.
    Failed,
    /// It is this one place.
    Place(Place),
    /// It is one row under the seal, whichever.
    OneRow,
}

/// What every kind of bench has.
#[derive(Debug)]
pub struct Shared<'a> {
    /// Where the copies are.
    pub scratch: &'a Scratch,
    /// What runs.
    pub helpers: &'a Helpers<'a>,
    /// The seal over what is rehearsed.
    pub seal: &'a Seal,
}

impl Shared<'_> {
    /// The directory of the copy `label`, which is made if it is not there.
    fn directory(&self, label: &str) -> Result<PathBuf, Problem> {
        self.scratch.directory(label)
    }

    /// What the seal covers of a database.
    fn surface(&self) -> Result<&Surface, Problem> {
        let surface = self.seal.header.surface.as_ref();
        surface.ok_or_else(|| broken("the seal covers no database"))
    }

    /// All of the database, with `buckets`.
    fn everything(&self, buckets: &[EntryPath]) -> Result<Surface, Problem> {
        let system = self.surface()?.system;
        let include = vec![Included::parse(".").map_err(|fault| broken(&fault.to_string()))?];
        Ok(Surface { system, include, buckets: buckets.to_vec(), omit: Vec::new() })
    }

    /// Where snapshots are.
    fn snapshots(&self) -> Result<PathBuf, Problem> {
        self.scratch.directory("snapshot")
    }

    /// Where the sealed files of the plan are.
    #[must_use]
    pub fn plan(&self) -> PathBuf {
        self.scratch.path().join("plan")
    }

    /// The words of a command of the plan for the program that runs: places stand for what is in braces, and
    /// the sealed copies for the files of the plan.
    fn words(
        &self,
        words: &[String],
        database: &str,
        tree: &Path,
    ) -> Result<Vec<OsString>, Problem> {
        let snapshot = self.snapshots()?.join("snapshot");
        let mut filled = Vec::with_capacity(words.len());
        for word in words {
            let file = self.plan().join(word);
            let is_file = is_plan_file(word) && file.is_file();
            filled.push(if is_file {
                file.into_os_string()
            } else {
                word.replace(SNAPSHOT, &snapshot.to_string_lossy())
                    .replace(DATABASE, database)
                    .replace(TREE, &tree.to_string_lossy())
                    .into()
            });
        }
        Ok(filled)
    }
}

/// Whether `word` of a command can name a file beside the plan.
#[must_use]
pub(super) fn is_plan_file(word: &str) -> bool {
    let mut components = Path::new(word).components();
    !word.is_empty()
        && components.all(|part| {
            matches!(part, std::path::Component::Normal(_) | std::path::Component::CurDir)
        })
}

/// A step of a rehearsal.
#[derive(Debug, Clone, Copy)]
pub struct Task<'t> {
    /// Why it is run.
    pub what: &'static str,
    /// What is run.
    pub step: Step<'t>,
}

/// What is run.
#[derive(Debug, Clone, Copy)]
pub enum Step<'t> {
    /// A script of the plan, by its name there.
    Script(&'t str),
    /// A program with its arguments, as the plan has them.
    Command(&'t [String]),
}

impl Task<'_> {
    /// What it is called in errors.
    #[must_use]
    pub fn shown(&self) -> String {
        match self.step {
            Step::Script(name) => name.to_owned(),
            Step::Command(words) => words[0].clone(),
        }
    }
}

/// How a task ended.
#[derive(Debug, Clone)]
pub struct TaskRun {
    /// Why it was run.
    pub what: &'static str,
    /// The program and its arguments, as the plan has them.
    pub argv: Vec<String>,
    /// How it ended.
    pub ended: Ended,
    /// What it wrote to stdout and stderr: the beginning of each.
    pub output: [Vec<u8>; 2],
    /// How long it ran.
    pub took: Duration,
}

impl TaskRun {
    /// How `task` ended, which `program` ran if it is a script.
    fn of(task: Task<'_>, program: &str, end: JobEnd) -> Self {
        let argv = match task.step {
            Step::Script(name) => vec![program.to_owned(), name.to_owned()],
            Step::Command(words) => words.to_vec(),
        };
        let JobEnd { ended, output, took } = end;
        Self { what: task.what, argv, ended, output, took }
    }

    /// Whether it did all that it should.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.ended == Ended::Exit(0)
    }

    /// The last lines that it wrote to stderr, for people.
    #[must_use]
    pub fn said(&self) -> String {
        let text = String::from_utf8_lossy(&self.output[1]);
        let lines: Vec<&str> = text.trim().lines().collect();
        lines[lines.len().saturating_sub(SAID_LINES)..].join("\n")
    }
}

/// How many lines of what a script says are shown.
const SAID_LINES: usize = 5;

/// Runs `words` in `directory`, with the copy `label` and the snapshots as what may be written.
fn run_words(
    shared: &Shared<'_>,
    task: Task<'_>,
    words: Vec<OsString>,
    places: (&str, &Path),
    variables: Vec<(&'static str, OsString)>,
) -> Result<JobEnd, Problem> {
    let (label, directory) = places;
    let mut arguments = vec![OsString::from("--")];
    arguments.extend(words);
    let shown = task.shown();
    shared.helpers.run(&Job {
        shown: &shown,
        writable: vec![shared.directory(label)?, shared.snapshots()?],
        directory: directory.to_owned(),
        arguments,
        variables,
        at_end: AtEnd::Kill,
    })
}

/// Copies the file `from` to `to`.
fn copy_file(from: &Path, to: &Path) -> Result<(), Problem> {
    fs::copy(from, to).map(drop).map_err(|error| no_room(to, &in_words(&error)))
}

/// The digest that `seal` would have if it stated what is in `inventory`.
fn sealed_digest(seal: &Seal, inventory: &Inventory) -> Result<Digest, Problem> {
    let sealed = draft(&seal.name, seal.header.clone(), inventory, None);
    let sealed = sealed.map_err(|mut problems| problems.remove(0))?;
    Ok(Digest::of(&to_bytes(&sealed)))
}

/// The problem that a copy cannot be made at `to`.
fn no_room(to: &Path, why: &str) -> Problem {
    super::scratch::unusable(to, why)
}

/// The problem that `path` cannot be measured.
fn unmeasured((path, why): &(String, String)) -> Problem {
    broken(&format!("{path}: {why}"))
}

/// The name that a component of a path stands for; `None` if it stands as its digest.
fn decoded(component: &str) -> Option<String> {
    if component.starts_with('~') {
        return None;
    }
    let mut bytes = Vec::new();
    let mut rest = component.strip_prefix("%t").unwrap_or(component).as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        if let (b'%', [high, low, after @ ..]) = (first, after) {
            let digits = [*high, *low];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
            rest = after;
        } else {
            bytes.push(first);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_read_back_as_names() {
        let cases = [
            ("births", Some("births")),
            ("a%2Fb", Some("a/b")),
            ("100%25", Some("100%")),
            ("%t", Some("")),
            ("%C2%85", Some("\u{85}")),
            ("~af13", None),
            ("%FF", None),
        ];
        for (component, name) in cases {
            assert_eq!(decoded(component).as_deref(), name, "{component}");
        }
    }
}
