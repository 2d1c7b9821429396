//! What was done to the hook, in a line.

use super::install::{Installed, Removed};
use super::script::ASIDE;

/// Of what `install` did with `file`.
#[must_use]
pub fn installed(done: Installed, file: &str) -> String {
    let judged = "each push is judged before it leaves";
    match done {
        Installed::Already => format!("{file} is installed: {judged}"),
        Installed::New => format!("installed {file}: {judged}"),
        Installed::Renewed => format!("renewed {file}: {judged}"),
        Installed::Chained { runs: true } => {
            format!("installed {file}: {judged}; then the hook that was there runs, now {ASIDE}")
        }
        Installed::Chained { runs: false } => format!(
            "installed {file}: {judged}; the hook that was there, now {ASIDE}, is not executable, \
             and so git did not run it and sealgate does not"
        ),
    }
}

/// Of what `uninstall` did with `file`.
#[must_use]
pub fn removed(done: Removed, file: &str) -> String {
    match done {
        Removed::Nothing => format!("{file} is no hook of sealgate: nothing to remove"),
        Removed::Gone => format!("removed {file}"),
        Removed::Restored => format!("removed {file}: the hook that was there before is back"),
    }
}
