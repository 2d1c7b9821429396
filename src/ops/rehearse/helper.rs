//! The one place that runs what a plan names: by this program itself, which confines itself first.

use std::cell::Cell;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use sealgate_core::text::problem::{Problem, in_words};
use sealgate_rehearse::ended::Ended;
use sealgate_rehearse::supervise::AtEnd;

use super::broken;
use super::scratch::Scratch;
use crate::ops::signals::Signals;

/// How much is kept of what a script says, in bytes.
const KEPT: u64 = 1 << 20;

/// How often a running script is asked whether it has ended.
const TICK: Duration = Duration::from_millis(5);

/// How long a helper may take to end what it runs: more than it lets that quit before it kills.
const GRACE: Duration = Duration::from_secs(60);

/// What the directory for temporary files is called.
const TEMPORARY: &str = "tmp";

/// Runs helpers.
#[derive(Debug)]
pub struct Helpers<'a> {
    scratch: &'a Scratch,
    program: PathBuf,
    timeout: Duration,
    is_confined: bool,
    signals: &'a Signals,
    /// How many helpers were started.
    started: Cell<u32>,
}

/// What a helper runs.
#[derive(Debug)]
pub struct Job<'j> {
    /// What it is called in errors.
    pub shown: &'j str,
    /// The directories that it may write.
    pub writable: Vec<PathBuf>,
    /// Where it begins.
    pub directory: PathBuf,
    /// What the helper does: a program and its arguments behind `--`, or options for SQLite.
    pub arguments: Vec<OsString>,
    /// Variables of the environment, beside the usual.
    pub variables: Vec<(&'static str, OsString)>,
    /// What becomes of it where this process ends before it does.
    pub at_end: AtEnd,
}

/// How a job ended.
#[derive(Debug)]
pub struct JobEnd {
    /// How.
    pub ended: Ended,
    /// What it wrote to stdout and stderr: the beginning of each.
    pub output: [Vec<u8>; 2],
    /// How long it ran.
    pub took: Duration,
}

/// A job that runs.
#[derive(Debug)]
pub struct Running {
    child: Child,
    /// At the end of it, the helper kills what it runs and itself.
    life: Option<ChildStdin>,
    outcome: PathBuf,
    readers: [Option<JoinHandle<Vec<u8>>>; 2],
    started: Instant,
}

impl<'a> Helpers<'a> {
    /// Runs jobs with this program, each for at most `timeout`; not confined only if the operator wants that.
    ///
    /// # Errors
    ///
    /// This program cannot be found, or the scratch cannot be written.
    pub fn new(
        scratch: &'a Scratch,
        program: PathBuf,
        timeout: Duration,
        is_confined: bool,
        signals: &'a Signals,
    ) -> Result<Self, Problem> {
        scratch.directory(TEMPORARY)?;
        let started = Cell::new(0);
        Ok(Self { scratch, program, timeout, is_confined, signals, started })
    }

    /// The directory for temporary files, which every job may write.
    #[must_use]
    pub fn temporary(&self) -> PathBuf {
        self.scratch.path().join(TEMPORARY)
    }

    /// Runs `job` to its end.
    ///
    /// # Errors
    ///
    /// It could not be run, ran too long, or a signal ended the rehearsal.
    pub fn run(&self, job: &Job<'_>) -> Result<JobEnd, Problem> {
        let mut running = self.start(job)?;
        loop {
            self.check_signals().inspect_err(|_| running.stop())?;
            if running.has_ended()? {
                return running.end(job.shown);
            }
            if running.started.elapsed() >= self.timeout {
                running.stop();
                let seconds = self.timeout.as_secs();
                let message = format!("{} ran longer than {seconds} seconds", job.shown);
                return Err(Problem::new("script-timeout", message)
                    .remedy("make it faster, or raise `timeout-seconds` in the plan"));
            }
            std::thread::sleep(TICK);
        }
    }

    /// That no signal has ended the rehearsal.
    ///
    /// # Errors
    ///
    /// One has.
    pub fn check_signals(&self) -> Result<(), Problem> {
        match self.signals.caught() {
            None => Ok(()),
            Some(_) => Err(Problem::new("rehearsal-interrupted", "the rehearsal was interrupted")
                .remedy("rehearse again; the copies are removed, and nothing was recorded")),
        }
    }

    /// Starts `job`.
    ///
    /// # Errors
    ///
    /// It could not be started.
    #[expect(
        clippy::disallowed_methods,
        reason = "it runs this very program, which confines itself"
    )]
    pub fn start(&self, job: &Job<'_>) -> Result<Running, Problem> {
        let number = self.started.get() + 1;
        self.started.set(number);
        let outcome = self.scratch.path().join(format!("outcome-{number}"));
        let temporary = self.temporary();
        let mut command = Command::new(&self.program);
        command.arg("confined").arg("--outcome").arg(&outcome);
        if !self.is_confined {
            command.arg("--unconfined");
        }
        if job.at_end == AtEnd::Quit {
            command.arg("--quits");
        }
        for directory in job.writable.iter().chain([&temporary]) {
            command.arg("--writable").arg(directory);
        }
        command.args(&job.arguments).current_dir(&job.directory);
        command.env_clear().envs(environment(&temporary)).envs(job.variables.iter().cloned());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        #[cfg(unix)]
        {
            use std::os::unix::process::CommandExt as _;
            // What is typed on the terminal ends this process, which ends the helper.
            command.process_group(0);
        }
        let started = Instant::now();
        let mut child = command.spawn().map_err(|error| broken(&in_words(&error)))?;
        let readers = [
            child.stdout.take().map(|stream| std::thread::spawn(move || beginning(stream))),
            child.stderr.take().map(|stream| std::thread::spawn(move || beginning(stream))),
        ];
        let life = child.stdin.take();
        Ok(Running { child, life, outcome, readers, started })
    }
}

impl Running {
    /// Whether it has ended.
    ///
    /// # Errors
    ///
    /// The system does not say.
    pub fn has_ended(&mut self) -> Result<bool, Problem> {
        let status = self.child.try_wait().map_err(|error| broken(&in_words(&error)))?;
        Ok(status.is_some())
    }

    /// How it ended; waits for that.
    ///
    /// # Errors
    ///
    /// The helper itself failed.
    pub fn end(mut self, shown: &str) -> Result<JobEnd, Problem> {
        let took = self.started.elapsed();
        self.child.wait().map_err(|error| broken(&in_words(&error)))?;
        let output = self.output();
        let line = fs::read(&self.outcome).unwrap_or_default();
        let ended = ended(String::from_utf8_lossy(&line).trim(), shown, &output[1])?;
        Ok(JobEnd { ended, output, took })
    }

    /// Ends it, and all that it started.
    pub fn stop(&mut self) {
        drop(self.life.take());
        let told = Instant::now();
        while told.elapsed() < GRACE {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(TICK);
        }
        // It may have ended at this very moment.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    fn output(&mut self) -> [Vec<u8>; 2] {
        let readers = std::mem::take(&mut self.readers);
        readers.map(|reader| reader.and_then(|reader| reader.join().ok()).unwrap_or_default())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.stop();
        }
    }
}

/// How the job `shown` ended, of which the helper wrote this `line`, and `said` this.
fn ended(line: &str, shown: &str, said: &[u8]) -> Result<Ended, Problem> {
    match Ended::parse(line) {
        Some(Ended::Unconfined(why)) => {
            let message = format!("{shown} cannot be confined: {why}");
            Err(Problem::new("confinement-unavailable", message).remedy(
                "rehearse on Linux 6.7 or later, where Landlock is enabled; or, where nothing else can \
                 be harmed, pass --unconfined: the record states it, and is no evidence",
            ))
        }
        Some(Ended::NotStarted(why)) => Err(broken(&format!("{shown} could not be run: {why}"))),
        Some(ended) => Ok(ended),
        None => {
            let said = String::from_utf8_lossy(said).trim().to_owned();
            Err(broken(&format!("{shown} could not be run: {said}")))
        }
    }
}

/// The environment of what is run: nothing of that of this process but where programs are.
fn environment(temporary: &Path) -> Vec<(&'static str, OsString)> {
    let own = |name: &'static str| std::env::var_os(name).map(|value| (name, value));
    let mut variables: Vec<_> = ["PATH", "SystemRoot"].into_iter().filter_map(own).collect();
    let home = temporary.as_os_str();
    let places = ["HOME", "TMPDIR", "SQLITE_TMPDIR"].map(|name| (name, home.to_owned()));
    variables.extend(places);
    variables.push(("LC_ALL", OsStr::new("C.UTF-8").to_owned()));
    variables
}

/// The beginning of what `stream` gives; the rest is read and dropped, so that nobody waits.
fn beginning(mut stream: impl io::Read) -> Vec<u8> {
    let mut kept = Vec::new();
    // What cannot be read is not there: how it ended decides.
    let _ = stream.by_ref().take(KEPT).read_to_end(&mut kept);
    let _ = io::copy(&mut stream, &mut io::sink());
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_confined_or_not_run_is_an_error() {
        let cases = [
            ("exit 3", Ok(Ended::Exit(3))),
            ("signal 9", Ok(Ended::Signal(9))),
            ("unconfined Landlock: not supported", Err("confinement-unavailable")),
            ("not-started there is no such program", Err("rehearsal-broken")),
            ("", Err("rehearsal-broken")),
        ];
        for (line, expected) in cases {
            let found = ended(line, "up.sql", b"said");
            assert_eq!(
                found.as_ref().map_err(|problem| problem.code),
                expected.as_ref().map_err(|code| *code)
            );
            if let Err(problem) = found {
                assert!(
                    problem.message.contains("up.sql") && problem.remedy.is_some(),
                    "{problem:?}"
                );
            }
        }
    }
}
