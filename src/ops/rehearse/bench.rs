//! Copies of a database, and what is done with them.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use sealgate_core::seal::entry::Digest;
use sealgate_core::seal::exclude::Scope;
use sealgate_core::seal::path::EntryPath;
use sealgate_core::seal::surface::{Included, Surface};
use sealgate_core::seal::{Header, Seal, to_bytes};
use sealgate_core::text::problem::{Problem, in_words};
use sealgate_rehearse::state::State;
use sealgate_surface::{Survey, Wanted};

use crate::ops::seal::draft::draft;
use crate::tree::{database_at, database_problem};

/// How much is kept of what a script says, in bytes.
const KEPT: u64 = 1 << 20;

/// How often a running script is asked whether it has ended.
const TICK: Duration = Duration::from_millis(5);

/// A directory of one's own, gone when it is dropped.
#[derive(Debug)]
pub struct Scratch {
    path: PathBuf,
    keep: bool,
}

impl Scratch {
    /// Makes one in `above`, which nobody else can look into; with `keep` it stays.
    ///
    /// # Errors
    ///
    /// It cannot be made.
    pub fn new(above: &Path, keep: bool) -> Result<Self, Problem> {
        let problem = |why: String| {
            Problem::new("scratch-unusable", format!("{}: {why}", above.display())).remedy(
                "name a directory with room for three copies of the database: --scratch DIR",
            )
        };
        let above = above.canonicalize().map_err(|error| problem(in_words(&error)))?;
        let mut random = [0; 8];
        getrandom::fill(&mut random).map_err(|error| problem(error.to_string()))?;
        let name = format!("sealgate-rehearsal-{:016x}", u64::from_ne_bytes(random));
        let path = above.join(name);
        create_private(&path).map_err(|error| problem(in_words(&error)))?;
        Ok(Self { path, keep })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if !self.keep {
            // Nobody is left to tell.
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

/// How a script ended.
#[derive(Debug, Clone)]
pub struct ScriptRun {
    /// Why it was run.
    pub what: &'static str,
    /// The file of the script, as the plan names it.
    pub script: String,
    /// Its exit code; `None` if a signal ended it.
    pub exit: Option<i32>,
    /// What it wrote to stdout and stderr: the beginning of each.
    pub output: [Vec<u8>; 2],
    /// How long it ran.
    pub took: Duration,
}

/// What the helper writes to stdout of a script that ended the transaction that it was run in.
pub const ENDS_TRANSACTION: &str = "ends-transaction";

/// The exit code of the helper if the script failed. With any other, the helper itself did.
const SCRIPT_FAILED: i32 = 1;

impl ScriptRun {
    /// Whether it did all that it should.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.exit == Some(0)
    }

    /// Whether it ended the transaction that it was run in.
    #[must_use]
    pub fn ended_transaction(&self) -> bool {
        self.output[0].starts_with(ENDS_TRANSACTION.as_bytes())
    }

    /// Whether the script ran, and SQLite refused a statement of it.
    #[must_use]
    pub fn failed(&self) -> bool {
        self.exit == Some(SCRIPT_FAILED)
    }

    /// What it said, for people.
    #[must_use]
    pub fn said(&self) -> String {
        String::from_utf8_lossy(&self.output[1]).trim().to_owned()
    }
}

/// Where copies lie, and how they are measured.
#[derive(Debug)]
pub struct Bench<'a> {
    /// The directory of the copies; nothing else can be written.
    pub scratch: &'a Path,
    /// The seal over the database.
    pub seal: &'a Seal,
    /// This program.
    pub program: PathBuf,
    /// How long a script may run.
    pub timeout: Duration,
    /// The tables whose rows have no entries of their own when everything is measured.
    pub buckets: Vec<EntryPath>,
}

/// How a script is run on a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode<'m> {
    /// What it commits stays.
    Committed,
    /// In a transaction that is rolled back; the copy of this name is what it saw at its end.
    RolledBack(&'m str),
    /// What it commits stays, and no trigger is run.
    WithoutTriggers,
}

impl Bench<'_> {
    /// The file of the copy `label`.
    #[must_use]
    pub fn file(&self, label: &str) -> PathBuf {
        self.scratch.join(format!("{label}.db"))
    }

    /// Makes the copy `to` of the copy `from`, or makes it anew.
    ///
    /// # Errors
    ///
    /// There is no room for it.
    pub fn copy(&self, from: &str, to: &str) -> Result<(), Problem> {
        let copied = fs::copy(self.file(from), self.file(to));
        copied.map(drop).map_err(|error| self.broken(&in_words(&error)))
    }

    /// Lists the tables that everything measured needs as buckets, by the copy `label`.
    ///
    /// # Errors
    ///
    /// The copy cannot be read.
    pub fn choose_buckets(&mut self, label: &str) -> Result<(), Problem> {
        let database = database_at(&self.file(label), &self.seal.name)?;
        let wants =
            database.wants_buckets(&self.everything()?).map_err(|fault| self.fault(&fault))?;
        self.buckets = wants.into_iter().map(|wants| wants.table).collect();
        self.buckets.sort();
        Ok(())
    }

    /// Everything that the copy `label` has.
    ///
    /// # Errors
    ///
    /// Something of it cannot be read.
    pub fn measure(&self, label: &str) -> Result<State, Problem> {
        let surface = self.everything()?;
        let survey = self.survey(label, &surface, &self.nothing_excluded()?)?;
        State::of(&survey.inventory).map_err(|(path, why)| self.broken(&format!("{path}: {why}")))
    }

    /// The digest of the seal that sealing the copy `label` would give.
    ///
    /// # Errors
    ///
    /// Something of it cannot be sealed.
    pub fn seal_digest(&self, label: &str) -> Result<Digest, Problem> {
        let Header { surface, scope, .. } = &self.seal.header;
        let surface = surface.as_ref().ok_or_else(|| self.broken("the seal covers no database"))?;
        let survey = self.survey(label, surface, scope)?;
        let sealed = draft(&self.seal.name, self.seal.header.clone(), &survey.inventory, None);
        let sealed = sealed.map_err(|mut problems| problems.remove(0))?;
        Ok(Digest::of(&to_bytes(&sealed)))
    }

    fn survey(&self, label: &str, surface: &Surface, exclude: &Scope) -> Result<Survey, Problem> {
        let database = database_at(&self.file(label), &self.seal.name)?;
        database.survey(Wanted { surface, exclude }).map_err(|fault| self.fault(&fault))
    }

    fn everything(&self) -> Result<Surface, Problem> {
        let surface = self.seal.header.surface.as_ref();
        let system = surface.ok_or_else(|| self.broken("the seal covers no database"))?.system;
        let include = vec![Included::parse(".").map_err(|fault| self.broken(&fault.to_string()))?];
        Ok(Surface { system, include, buckets: self.buckets.clone(), omit: Vec::new() })
    }

    fn nothing_excluded(&self) -> Result<Scope, Problem> {
        Scope::new(Vec::new()).map_err(|error| self.broken(&error.to_string()))
    }

    fn fault(&self, fault: &sealgate_surface::DatabaseFault) -> Problem {
        database_problem(fault, "a copy of the database", &self.seal.name)
    }

    fn broken(&self, why: &str) -> Problem {
        Problem::new("rehearsal-broken", format!("the rehearsal broke off: {why}"))
            .seal(self.seal.name.as_str())
            .remedy(
                "correct the cause, and rehearse again; nothing outside of the scratch was changed",
            )
    }

    /// Runs the script in the file `path`, which the plan calls `script`, on the copy `label`: confined, by
    /// this program itself.
    ///
    /// # Errors
    ///
    /// It could not be run, or ran too long.
    #[expect(
        clippy::disallowed_methods,
        reason = "it runs this very program, which confines itself"
    )]
    pub fn run(
        &self,
        what: &'static str,
        path: &Path,
        script: &str,
        label: &str,
        mode: Mode<'_>,
    ) -> Result<ScriptRun, Problem> {
        let mut command = Command::new(&self.program);
        command.arg("confined").arg("--scratch").arg(self.scratch);
        command.arg("--database").arg(self.file(label)).arg("--script").arg(path);
        match mode {
            Mode::Committed => {}
            Mode::RolledBack(inside) => {
                command.arg("--inside").arg(self.file(inside));
            }
            Mode::WithoutTriggers => {
                command.arg("--without-triggers");
            }
        }
        command.env_clear().env("TMPDIR", self.scratch).env("SQLITE_TMPDIR", self.scratch);
        command.current_dir(self.scratch).stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let started = Instant::now();
        let spawned = command.spawn();
        let mut child = spawned.map_err(|error| self.broken(&in_words(&error)))?;
        let readers = [
            child.stdout.take().map(|stream| std::thread::spawn(move || beginning(stream))),
            child.stderr.take().map(|stream| std::thread::spawn(move || beginning(stream))),
        ];
        let status = self.wait(&mut child, started, script)?;
        let output =
            readers.map(|reader| reader.and_then(|reader| reader.join().ok()).unwrap_or_default());
        let (script, took) = (script.to_owned(), started.elapsed());
        Ok(ScriptRun { what, script, exit: status.code(), output, took })
    }

    fn wait(
        &self,
        child: &mut Child,
        started: Instant,
        script: &str,
    ) -> Result<ExitStatus, Problem> {
        loop {
            match child.try_wait() {
                Ok(Some(status)) => return Ok(status),
                Ok(None) if started.elapsed() < self.timeout => std::thread::sleep(TICK),
                Ok(None) => {
                    // It may have ended at this very moment.
                    let _ = child.kill();
                    let _ = child.wait();
                    let seconds = self.timeout.as_secs();
                    let message = format!("{script} ran longer than {seconds} seconds");
                    return Err(Problem::new("script-timeout", message)
                        .remedy("make it faster, or raise `timeout-seconds` in the plan"));
                }
                Err(error) => return Err(self.broken(&in_words(&error))),
            }
        }
    }
}

/// The beginning of what `stream` gives; the rest is read and dropped, so that nobody waits.
fn beginning(mut stream: impl io::Read) -> Vec<u8> {
    let mut kept = Vec::new();
    // What cannot be read is not there: the exit code decides.
    let _ = stream.by_ref().take(KEPT).read_to_end(&mut kept);
    let _ = io::copy(&mut stream, &mut io::sink());
    kept
}

/// Makes the directory `path`, which only this user may enter.
#[cfg(unix)]
fn create_private(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().mode(0o700).create(path)
}

/// Makes the directory `path`. Rights are those of the directory above.
#[cfg(not(unix))]
fn create_private(path: &Path) -> io::Result<()> {
    fs::create_dir(path)
}
