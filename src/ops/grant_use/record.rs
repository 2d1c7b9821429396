//! A record of a ledger: what it is called, and what becomes of the attempt to add it.

use sealgate_core::approval::Moment;
use sealgate_core::seal::entry::Digest;

/// The name of a record of a use: the id of the grant, and `.end` after it in that of the end.
pub(super) fn name_of_end(grant: &Digest) -> String {
    format!("{grant}.end")
}

/// What a name in a ledger is the record of.
pub(super) enum RecordName {
    Use(Digest),
    End(Digest),
}

impl RecordName {
    pub(super) fn parse(name: &str) -> Option<Self> {
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
pub(super) struct NewRecord<'a> {
    pub(super) name: &'a str,
    pub(super) text: &'a str,
    pub(super) at: Moment,
}

/// A record as a ledger holds it: its name, and its text if it has one that can be read.
pub(super) type HeldRecord = (String, Option<String>);
