//! What `grant log` lists.

use sealgate_core::approval::{GrantUse, Moment, UseEnd};
use sealgate_core::seal::entry::Digest;
use sealgate_core::text::escape::printable_str;

/// One use of a grant.
#[derive(Debug)]
pub struct LogEntry {
    /// The id of the grant.
    pub grant: Digest,
    /// What is recorded of it; `None`: the record cannot be read, and the grant is used all the same.
    pub record: Option<GrantUse>,
    /// How it ended.
    pub end: LoggedEnd,
}

/// What is recorded of the end of a use.
#[derive(Debug)]
pub enum LoggedEnd {
    /// Nothing: the command runs, or was killed, or there was none.
    Nothing,
    /// The record cannot be read.
    Unreadable,
    /// This.
    Recorded(UseEnd),
}

impl LogEntry {
    pub(super) fn new(grant: Digest) -> Self {
        Self { grant, record: None, end: LoggedEnd::Nothing }
    }

    /// When the grant was used; `None` where the record cannot be read.
    #[must_use]
    pub fn at(&self) -> Option<Moment> {
        self.record.as_ref().map(|record| record.at)
    }

    /// One line for people.
    #[must_use]
    pub fn line(&self) -> String {
        let grant = &self.grant.to_string()[..10];
        let end = match (&self.end, &self.record) {
            (LoggedEnd::Recorded(end), _) => end.exit.to_string(),
            (LoggedEnd::Unreadable, _) => "its end cannot be read".to_owned(),
            (LoggedEnd::Nothing, Some(GrantUse { has_command: false, .. })) => {
                "used without a command".to_owned()
            }
            (LoggedEnd::Nothing, _) => "no end is recorded: it runs, or was killed".to_owned(),
        };
        let Some(record) = &self.record else {
            return format!("(unreadable record)  grant {grant}  {end}\n");
        };
        let plan = record.plan.map_or("none".to_owned(), |plan| plan.to_string()[..10].to_owned());
        let GrantUse { at, action, environment, commit, by, .. } = record;
        format!(
            "{at}  {action} in {environment}  grant {grant}  commit {}  plan {plan}  by {}  {end}\n",
            &commit[..10],
            printable_str(by)
        )
    }
}
