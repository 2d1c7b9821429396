//! The one place that runs a build: what a seal states, or the user names on the command line.
//!
//! The build runs in a process group of its own. A signal that would end this program ends the build
//! first, so that what was moved aside for it can be put back.

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use sealgate_core::seal::BuildCommand;
use sealgate_core::text::problem::{Problem, in_words};

use crate::ops::signals::Signals;

/// What is run.
#[derive(Debug, Clone, Copy)]
pub enum Build<'a> {
    /// A line for the shell.
    Line(&'a BuildCommand),
    /// A program and its arguments.
    Program(&'a [OsString]),
}

/// What a build has no business with: by these files a step of GitHub Actions speaks to the runner, and
/// with these tokens it acts for the job.
const WITHHELD: [&str; 8] = [
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
    "ACTIONS_ID_TOKEN_REQUEST_URL",
    "ACTIONS_RUNTIME_TOKEN",
    "GITHUB_ENV",
    "GITHUB_OUTPUT",
    "GITHUB_PATH",
    "GITHUB_STATE",
    "GITHUB_STEP_SUMMARY",
];

/// How often a build is asked whether it has ended.
const TICK: Duration = Duration::from_millis(10);

/// How long a build that was told to end may take for it.
#[cfg(unix)]
const GRACE: Duration = Duration::from_secs(5);

impl Build<'_> {
    /// As a person would type it.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Self::Line(line) => line.as_str().to_owned(),
            Self::Program(words) => {
                let quoted = words.iter().map(|word| crate::report::quote(word.as_encoded_bytes()));
                quoted.collect::<Vec<_>>().join(" ")
            }
        }
    }

    /// Runs it in `directory`, with its output on stderr and nothing on stdin. It inherits `lock`, and
    /// so does whatever it starts. `started` gets the number of its process group.
    ///
    /// # Errors
    ///
    /// It cannot be run, ends with another code than 0, or is interrupted.
    pub fn run(
        self,
        directory: &Path,
        lock: Option<&File>,
        started: impl FnOnce(u32),
    ) -> Result<(), Problem> {
        let signals = Signals::catch();
        let mut command = self.command()?;
        command.current_dir(directory).stdin(Stdio::null()).stdout(Stdio::from(io::stderr()));
        for name in WITHHELD {
            command.env_remove(name);
        }
        #[cfg(unix)]
        {
            use std::os::unix::process::CommandExt as _;
            command.process_group(0);
        }
        let inherited = lock.map(inheritable).transpose();
        let inherited = inherited.map_err(|error| self.failed(&in_words(&error)))?;
        let mut child = command.spawn().map_err(|error| self.failed(&in_words(&error)))?;
        drop(inherited);
        started(child.id());
        let ended = wait(&mut child, &signals);
        drop(signals);
        match ended {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => {
                // What it left running could write where things are put back.
                signals::end_group(child.id());
                Err(self.failed(&describe(status)))
            }
            Err(error) => Err(self.failed(&in_words(&error))),
        }
    }

    #[expect(clippy::disallowed_methods, reason = "a build is no git, and this is the one place")]
    fn command(self) -> Result<Command, Problem> {
        match self {
            Self::Line(line) => {
                let mut shell = Command::new(shell()?);
                shell.arg("-c").arg(line.as_str());
                Ok(shell)
            }
            Self::Program([program, arguments @ ..]) => {
                let mut command = Command::new(program);
                command.args(arguments);
                Ok(command)
            }
            Self::Program([]) => Err(Problem::new("usage", "there is no command after --")
                .remedy("sealgate rebuild DIR --twice -- COMMAND")),
        }
    }

    fn failed(self, why: &str) -> Problem {
        Problem::new("build-failed", format!("the build failed: `{}` {why}", self.shown())).remedy(
            "correct the build, or install what it needs; what was there before it is back in place",
        )
    }
}

/// A descriptor of `lock` that programs inherit which start while it is open.
#[cfg(unix)]
fn inheritable(lock: &File) -> io::Result<File> {
    let inherited = lock.try_clone()?;
    rustix::io::fcntl_setfd(&inherited, rustix::io::FdFlags::empty())?;
    Ok(inherited)
}

/// Elsewhere a lock is of one process.
#[cfg(not(unix))]
fn inheritable(lock: &File) -> io::Result<File> {
    lock.try_clone()
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere there may be no shell")]
fn shell() -> Result<&'static str, Problem> {
    Ok("/bin/sh")
}

/// The shell that comes with git.
#[cfg(not(unix))]
fn shell() -> Result<std::path::PathBuf, Problem> {
    sealgate_git::shell().ok_or_else(|| {
        Problem::new("build-failed", "builds need the `sh` of Git for Windows, which is not there")
            .remedy("install Git for Windows")
    })
}

fn describe(status: ExitStatus) -> String {
    if let Some(code) = status.code() {
        return format!("ended with the exit code {code}");
    }
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return format!("was ended by signal {signal}");
    }
    "was ended".to_owned()
}

/// Waits for the end of `child`, which comes soon after a signal to this program.
fn wait(child: &mut Child, signals: &Signals) -> io::Result<ExitStatus> {
    loop {
        if let Some(status) = child.try_wait()? {
            return match signals.caught() {
                Some(_) => Err(io::Error::other("was interrupted")),
                None => Ok(status),
            };
        }
        if let Some(signal) = signals.caught() {
            signals::stop(child, signal)?;
            return Err(io::Error::other("was interrupted"));
        }
        if signals::wants_terminal(child) {
            signals::end_group(child.id());
            child.wait()?;
            return Err(io::Error::other(
                "was stopped when it used the terminal: a build can ask nobody, so let it run without \
                 questions",
            ));
        }
        std::thread::sleep(TICK);
    }
}

/// Whether the process group `group` of a build still runs.
#[must_use]
pub fn is_running(group: i32) -> bool {
    signals::is_running(group)
}

#[cfg(unix)]
mod signals {
    use std::io;
    use std::process::Child;
    use std::time::Instant;

    use rustix::process::{
        Pid, Signal, WaitId, WaitIdOptions, kill_process_group, test_kill_process_group, waitid,
    };

    use super::{GRACE, TICK};

    /// Hands `signal` on to the build, and ends what is left of it a little later.
    pub(super) fn stop(child: &mut Child, signal: i32) -> io::Result<()> {
        let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        let signal = Signal::from_named_raw(signal).unwrap_or(Signal::TERM);
        if let Some(group) = group {
            let _ = kill_process_group(group, signal);
        }
        let told = Instant::now();
        while child.try_wait()?.is_none() && told.elapsed() < GRACE {
            std::thread::sleep(TICK);
        }
        if let Some(group) = group {
            let _ = kill_process_group(group, Signal::KILL);
        }
        child.wait().map(drop)
    }

    /// Ends what a failed build left running.
    pub(super) fn end_group(group: u32) {
        if let Some(group) = i32::try_from(group).ok().and_then(Pid::from_raw) {
            let _ = kill_process_group(group, Signal::KILL);
        }
    }

    /// Whether the system stopped `child` because it is in the background of a terminal, from which it
    /// read, or which it set. Nobody would let it go on.
    pub(super) fn wants_terminal(child: &Child) -> bool {
        let stopped = WaitIdOptions::STOPPED | WaitIdOptions::NOHANG;
        let status = waitid(WaitId::Pid(Pid::from_child(child)), stopped);
        let signal = status.ok().flatten().and_then(|status| status.stopping_signal());
        signal.is_some_and(|signal| {
            [Signal::TTIN, Signal::TTOU].map(Signal::as_raw).contains(&signal)
        })
    }

    pub(super) fn is_running(group: i32) -> bool {
        Pid::from_raw(group).is_some_and(|group| test_kill_process_group(group).is_ok())
    }
}

#[cfg(not(unix))]
mod signals {
    use std::io;
    use std::process::Child;

    pub(super) fn stop(child: &mut Child, _signal: i32) -> io::Result<()> {
        child.kill()?;
        child.wait().map(drop)
    }

    pub(super) fn end_group(_group: u32) {}

    pub(super) fn wants_terminal(_child: &Child) -> bool {
        false
    }

    pub(super) fn is_running(_group: i32) -> bool {
        false
    }
}
