//! Why a PostgreSQL database cannot be read.

use super::psql::LONGEST_LINE;

/// Why a PostgreSQL database cannot be read at all. What cannot be read in one table is an item of the
/// inventory.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PostgresFault {
    /// There is no `psql`.
    #[error("there is no psql, which reads PostgreSQL databases")]
    NoPsql,
    /// psql cannot connect; why, in its words.
    #[error("{0}")]
    Unreachable(String),
    /// The server is of another major version than the seal states: that of the seal, that of the server.
    #[error("the seal is of PostgreSQL {0}, and the server is of PostgreSQL {1}")]
    OtherMajor(u16, u16),
    /// The server is of a major version that is too old.
    #[error("the server is of PostgreSQL {0}, and the oldest that can be read is 14")]
    TooOld(u16),
    /// psql ended before its answer did; why, in its words.
    #[error("the connection ended: {0}")]
    Ended(String),
    /// The server refused a statement that every server should answer.
    #[error("{0}")]
    Refused(Refusal),
    /// A catalog has something that this version does not know how to compare.
    #[error("{0} is not known to this version of sealgate, which would have to leave it out")]
    UnknownColumn(String),
    /// The tables changed each time that they were about to be read.
    #[error("its tables were changed while they were read, {0} times")]
    Restless(usize),
    /// Something else, which is no fault of the database.
    #[error("{0}")]
    Broken(String),
}

/// What the server answered to a statement that it refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}{}", in_brackets(.state))]
pub struct Refusal {
    /// The code, as the SQL standard has it; empty where psql does not say it.
    pub state: String,
    /// The message.
    pub message: String,
}

impl Refusal {
    /// A line of the answer was cut.
    pub(super) fn too_long() -> Self {
        let message = format!("what it says of one object is longer than {LONGEST_LINE} bytes");
        Self { state: String::new(), message }
    }

    /// The server began to answer, and did not end.
    pub(super) fn broken_off() -> Self {
        let message = "the server broke off its answer; its log says why".to_owned();
        Self { state: String::new(), message }
    }
}

fn in_brackets(state: &str) -> String {
    if state.is_empty() { String::new() } else { format!(" (SQLSTATE {state})") }
}
