//! `confined`: confines itself, and then runs one script on one database, or one command. `rehearse` starts it.
//!
//! How it ended goes to a file that is opened before: what is run cannot write there.

use std::fs::File;
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::process::Command;

use sealgate_core::compare::verdict::Verdict;
use sealgate_core::text::problem::{Problem, in_words};
use sealgate_rehearse::confine::confine;
use sealgate_rehearse::ended::Ended;
use sealgate_rehearse::supervise::{AtEnd, kill_descendants, start, watch};
use sealgate_scan::read_named;

use super::{Context, Outcome};
use crate::cli::args::ConfinedArgs;
use crate::ops::rehearse::MAX_SCRIPT_BYTES;

/// How long the file of the outcome is, in bytes: longer than any line.
const OUTCOME_BYTES: usize = 4_096;

pub(super) fn run(arguments: &ConfinedArgs, context: &Context) -> Outcome {
    let problem = |why: String| {
        vec![
            Problem::new("rehearsal-broken", why).remedy("`sealgate rehearse` starts this command"),
        ]
    };
    let unwritten =
        |error: io::Error| problem(format!("the outcome cannot be written: {}", in_words(&error)));
    let mut outcome = File::create_new(&arguments.outcome).map_err(unwritten)?;
    // What is run may leave no room for it.
    outcome.write_all(&[b' '; OUTCOME_BYTES]).map_err(unwritten)?;
    let ended = ended(arguments, context);
    kill_descendants();
    let line = ended.to_line();
    let line = &line.as_bytes()[..line.len().min(OUTCOME_BYTES)];
    let written = outcome.seek(SeekFrom::Start(0)).and_then(|_| outcome.write_all(line));
    written.map_err(unwritten)?;
    Ok(if ended == Ended::Exit(0) { Verdict::Pass } else { Verdict::Fail })
}

fn ended(arguments: &ConfinedArgs, context: &Context) -> Ended {
    // Threads that began before would not be confined.
    if !arguments.unconfined
        && let Err(error) = confine(&arguments.writable)
    {
        return Ended::Unconfined(error.to_string());
    }
    let at_end = if arguments.quits { AtEnd::Quit } else { AtEnd::Kill };
    if let Err(error) = watch(at_end) {
        return Ended::NotStarted(in_words(&error));
    }
    match (&*arguments.command, &arguments.script) {
        ([program, words @ ..], None) => command(program, words),
        ([], Some(script)) => {
            let text = read_named(script, MAX_SCRIPT_BYTES).map_err(|fault| fault.to_string());
            let text = text.and_then(|bytes| {
                String::from_utf8(bytes).map_err(|_| "the script is not UTF-8".to_owned())
            });
            match text {
                Ok(text) => execute(arguments, &text, context),
                Err(why) => Ended::NotStarted(why),
            }
        }
        _ => Ended::NotStarted("there is neither a script nor a command".to_owned()),
    }
}

#[expect(clippy::disallowed_methods, reason = "what a plan names, in a process that is confined")]
fn command(program: &std::ffi::OsStr, words: &[std::ffi::OsString]) -> Ended {
    let mut command = Command::new(program);
    // What keeps this process alive is not for what it runs.
    command.args(words).stdin(std::process::Stdio::null());
    let status = match start(&mut command).and_then(|mut child| child.wait()) {
        Ok(status) => status,
        Err(error) => {
            return Ended::NotStarted(format!("{}: {}", program.display(), in_words(&error)));
        }
    };
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return Ended::Signal(signal);
    }
    status.code().map_or(Ended::Signal(0), Ended::Exit)
}

#[cfg(feature = "sqlite")]
fn execute(arguments: &ConfinedArgs, script: &str, context: &Context) -> Ended {
    use sealgate_surface::{ScriptFault, ScriptMode, Triggers, run_script};

    let Some(database) = &arguments.database else {
        return Ended::NotStarted("there is no database".to_owned());
    };
    let mode = match &arguments.inside {
        Some(inside) => ScriptMode::RolledBack(inside),
        None => ScriptMode::Committed,
    };
    let triggers = if arguments.without_triggers { Triggers::Ignored } else { Triggers::Run };
    match run_script(database, script, mode, triggers) {
        Ok(()) => Ended::Exit(0),
        Err(fault) => {
            context.terminal.remark(&fault.to_string());
            match fault {
                ScriptFault::EndsTransaction => Ended::EndsTransaction,
                _ => Ended::Refused,
            }
        }
    }
}

#[cfg(not(feature = "sqlite"))]
fn execute(_: &ConfinedArgs, _: &str, _: &Context) -> Ended {
    Ended::NotStarted("this sealgate was built without SQLite".to_owned())
}
