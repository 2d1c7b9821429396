//! Using a grant for an action: it is recorded in the ledger, once, before the action runs.

mod command;
mod ledger;
mod local;
mod log;
mod remote;

use sealgate_core::approval::Moment;
use sealgate_core::seal::entry::Digest;
use sealgate_core::text::hex;
use sealgate_core::text::problem::Problem;

pub use command::OperatorCommand;
pub use ledger::{OpenLedger, ledger_of, ledger_of_policy};
pub use log::{LogEntry, LoggedEnd};

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

/// The name of a record of a use: the id of the grant, and `.end` after it in that of the end.
fn name_of_end(grant: &Digest) -> String {
    format!("{grant}.end")
}

/// What a name in a ledger is the record of.
enum RecordName {
    Use(Digest),
    End(Digest),
}

impl RecordName {
    fn parse(name: &str) -> Option<Self> {
        match name.strip_suffix(".end") {
            Some(id) => Digest::from_hex(id.as_bytes()).map(Self::End),
            None => Digest::from_hex(name.as_bytes()).map(Self::Use),
        }
    }
}

/// What became of the attempt to record a use.
#[derive(Debug)]
pub enum Spending {
    /// It is recorded, by this run: the action may run.
    Spent,
    /// Another run recorded it before.
    UsedBefore,
    /// It is not certain which run recorded it: the action must not run.
    Unclear(String),
}

/// A text that goes into a ledger, and its time.
#[derive(Debug, Clone, Copy)]
struct NewRecord<'a> {
    name: &'a str,
    text: &'a str,
    at: Moment,
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
