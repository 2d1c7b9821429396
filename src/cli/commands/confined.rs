//! `confined`: confines itself, and then runs one script on one database. `rehearse` starts it.

use sealgate_core::text::problem::Problem;
use sealgate_rehearse::confine::confine;
use sealgate_scan::read_named;

use super::{Context, Outcome};
use crate::cli::args::ConfinedArgs;

/// A longer script is refused, in bytes.
pub(super) const MAX_SCRIPT_BYTES: u64 = 64 << 20;

pub(super) fn run(arguments: &ConfinedArgs, context: &Context) -> Outcome {
    let unreadable = |why: String| {
        let message = format!("{}: {why}", arguments.script.display());
        vec![
            Problem::new("script-unreadable", message)
                .remedy("name a script in the plan that is there"),
        ]
    };
    let script = read_named(&arguments.script, MAX_SCRIPT_BYTES);
    let script = script.map_err(|fault| unreadable(fault.to_string()))?;
    let script = String::from_utf8(script).map_err(|_| unreadable("it is not UTF-8".to_owned()))?;
    confine(&arguments.scratch).map_err(|error| {
        vec![
            Problem::new("confinement-unavailable", error.to_string())
                .remedy("rehearse on Linux 6.7 or later, where Landlock is enabled"),
        ]
    })?;
    execute(arguments, &script, context)
}

#[cfg(feature = "sqlite")]
fn execute(arguments: &ConfinedArgs, script: &str, context: &Context) -> Outcome {
    use sealgate_core::compare::verdict::Verdict;
    use sealgate_surface::{ScriptFault, ScriptMode, Triggers, run_script};

    use crate::ops::rehearse::ENDS_TRANSACTION;
    let mode = match &arguments.inside {
        Some(inside) => ScriptMode::RolledBack(inside),
        None => ScriptMode::Committed,
    };
    let triggers = if arguments.without_triggers { Triggers::Ignored } else { Triggers::Run };
    match run_script(&arguments.database, script, mode, triggers) {
        Ok(()) => Ok(Verdict::Pass),
        Err(fault) => {
            context.terminal.remark(&fault.to_string());
            if matches!(fault, ScriptFault::EndsTransaction) {
                context.terminal.answer(ENDS_TRANSACTION.as_bytes())?;
            }
            Ok(Verdict::Fail)
        }
    }
}

#[cfg(not(feature = "sqlite"))]
fn execute(_: &ConfinedArgs, _: &str, _: &Context) -> Outcome {
    Err(vec![
        Problem::new("database-unsupported", "this sealgate was built without SQLite")
            .remedy("install sealgate with SQLite: cargo install --path . --features sqlite"),
    ])
}
