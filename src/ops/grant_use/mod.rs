//! Using a grant for an action: it is recorded in the ledger, once, before the action runs.

mod command;
mod ledger;
mod local;
mod log;
mod record;
mod remote;

use sealgate_core::text::hex;
use sealgate_core::text::problem::Problem;

pub use command::OperatorCommand;
pub use ledger::{OpenLedger, ledger_of, ledger_of_policy};
pub use log::{LogEntry, LoggedEnd};
pub use record::Spending;

/// The most bytes of a name of a user that a record states.
const LONGEST_NAME: usize = 200;

/// 128 random bits in hex.
///
/// # Errors
///
/// The system gives no random bytes.
pub fn nonce() -> Result<String, Problem> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| {
        Problem::new("random", format!("no random bytes: {error}"))
            .remedy("let this process use the system's random numbers; nothing was recorded")
    })?;
    Ok(hex::text(&bytes))
}

/// Who uses a grant, from what the machine states: the user of a workflow, the committer of git, or the
/// login name. None of them is proved.
#[must_use]
pub fn user(
    variable: impl Fn(&str) -> Option<String>,
    committer: impl FnOnce() -> Option<String>,
) -> String {
    let of_workflow = variable("GITHUB_ACTOR").map(|actor| match variable("GITHUB_RUN_ID") {
        Some(run) => format!("{actor} (GitHub Actions run {run})"),
        None => actor,
    });
    let name = of_workflow
        .or_else(committer)
        .or_else(|| variable("USER"))
        .or_else(|| variable("LOGNAME"))
        .unwrap_or_else(|| "unknown".to_owned());
    let mut short = String::new();
    for letter in name.chars() {
        if short.len() + letter.len_utf8() > LONGEST_NAME {
            break;
        }
        short.push(if letter.is_control() { ' ' } else { letter });
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_user_by_the_first_thing_that_is_known() {
        let variable = |known: &'static [(&str, &str)]| {
            move |name: &str| {
                let found = known.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| (*value).to_owned())
            }
        };
        let committer = || Some("Ada <ada@example.org>".to_owned());
        let workflow: &[_] = &[("GITHUB_ACTOR", "ada"), ("GITHUB_RUN_ID", "7"), ("USER", "runner")];
        assert_eq!(user(variable(workflow), committer), "ada (GitHub Actions run 7)");
        assert_eq!(user(variable(&[("USER", "ada")]), committer), "Ada <ada@example.org>");
        assert_eq!(user(variable(&[("USER", "ada\n\u{1b}")]), || None), "ada  ");
        assert_eq!(user(variable(&[]), || None), "unknown");
        assert_eq!(user(variable(&[]), || Some("ä".repeat(1_000))).len(), LONGEST_NAME);
    }
}
