//! The ledger of a policy, wherever it is.

use std::collections::{BTreeMap, HashSet};

use sealgate_core::approval::{GrantUse, Ledger, Moment, Policy, UseEnd};
use sealgate_core::seal::entry::Digest;
use sealgate_core::text::problem::Problem;
use sealgate_git::RemoteLedger;

use super::local::LocalLedger;
use super::log::{LogEntry, LoggedEnd};
use super::record::{NewRecord, RecordName, Spending, name_of_end};
use super::remote;
use crate::ops::authorize::{ledger_missing, read_policy, tip};
use crate::tree::{CommitTree, Workspace};

/// A ledger that can be asked.
#[derive(Debug)]
pub enum OpenLedger<'a> {
    /// In this clone.
    Local(LocalLedger),
    /// In another repository.
    Remote(RemoteLedger<'a>),
}

/// The policy of `commit`, and the ledger that it names.
///
/// # Errors
///
/// There is no sound policy, or it names no ledger.
pub fn ledger_of(commit: &CommitTree<'_>) -> Result<(Policy, Ledger), Problem> {
    let bytes = commit.approval_files()?.policy;
    ledger_of_policy(bytes.as_deref(), &format!("the policy of {}", commit.given()))
}

/// The policy with the text `bytes`, and the ledger that it names; `whose` it is goes into messages.
///
/// # Errors
///
/// It is not there or not sound, or it names no ledger.
pub fn ledger_of_policy(bytes: Option<&[u8]>, whose: &str) -> Result<(Policy, Ledger), Problem> {
    let bytes = bytes.ok_or_else(|| {
        Problem::new("policy-missing", format!("{whose} is not there, so there is no ledger"))
            .remedy("commit a policy with a ledger; docs/approvals.md shows one")
    })?;
    let policy = read_policy(bytes, whose)?;
    let ledger = policy.ledger.clone().ok_or_else(|| ledger_missing(whose))?;
    Ok((policy, ledger))
}

impl<'a> OpenLedger<'a> {
    /// Opens `ledger`. The other repository is not asked yet.
    ///
    /// # Errors
    ///
    /// The configuration of git leads its URL elsewhere, or git cannot be run.
    pub fn open(repository: &'a Workspace, ledger: &'a Ledger) -> Result<Self, Problem> {
        match ledger {
            Ledger::Local => LocalLedger::open(repository).map(Self::Local),
            Ledger::Remote(url) => RemoteLedger::open(repository.root(), url)
                .map(Self::Remote)
                .map_err(|error| remote::problem(url, &error)),
        }
    }

    /// What its reports state: how far a grant is one-time.
    #[must_use]
    pub fn reach(&self) -> &'static str {
        match self {
            Self::Local(_) => "one-time in this clone only",
            Self::Remote(_) => "one-time wherever this ledger is asked",
        }
    }

    /// The id of the commit at the tip of `branch`, in hex: as the repository of the ledger has it now.
    ///
    /// # Errors
    ///
    /// It cannot be asked, or has no such branch.
    pub fn tip(&self, repository: &Workspace, branch: &str) -> Result<String, Problem> {
        match self {
            Self::Local(_) => tip(repository, branch).map(|tip| tip.oid().to_string()),
            Self::Remote(remote) => remote::tip(remote, branch),
        }
    }

    /// The grants that are used.
    ///
    /// # Errors
    ///
    /// The ledger cannot be read.
    pub fn used(&self) -> Result<HashSet<Digest>, Problem> {
        let names = match self {
            Self::Local(local) => local.names()?,
            Self::Remote(remote) => remote::names(remote)?,
        };
        let mut used = HashSet::new();
        for name in names {
            // An end without a use was made by no run of sealgate; its grant is not used again.
            used.extend(RecordName::parse(&name).map(|name| match name {
                RecordName::Use(id) | RecordName::End(id) => id,
            }));
        }
        Ok(used)
    }

    /// Records `used`, if nothing is recorded of its grant.
    ///
    /// # Errors
    ///
    /// Nothing is recorded: the ledger cannot be reached or written.
    pub fn spend(&self, used: &GrantUse) -> Result<Spending, Problem> {
        let (name, text) = (used.grant.to_string(), used.to_text());
        self.add(&NewRecord { name: &name, text: &text, at: used.at })
    }

    /// Records the end of a use.
    ///
    /// # Errors
    ///
    /// It could not be recorded.
    pub fn end(&self, end: &UseEnd) -> Result<(), Problem> {
        let (name, text) = (name_of_end(&end.grant), end.to_text());
        let unrecorded = |why: &str| {
            let message = format!("the end of the action, {}, is not recorded: {why}", end.exit);
            Problem::new("end-not-recorded", message)
                .remedy("the grant is used; note how it ended, since grant log does not state it")
        };
        match self.add(&NewRecord { name: &name, text: &text, at: end.at }) {
            Ok(Spending::Spent) => Ok(()),
            Ok(Spending::UsedBefore) => Err(unrecorded("another record is in its place")),
            Ok(Spending::Unclear(why)) => Err(unrecorded(&why)),
            Err(problem) => Err(unrecorded(&problem.message)),
        }
    }

    fn add(&self, record: &NewRecord<'_>) -> Result<Spending, Problem> {
        match self {
            Self::Local(local) => local.add(record),
            Self::Remote(remote) => remote::add(remote, record),
        }
    }

    /// Every use, the oldest first.
    ///
    /// # Errors
    ///
    /// The ledger cannot be read.
    pub fn entries(&self) -> Result<Vec<LogEntry>, Problem> {
        let records = match self {
            Self::Local(local) => local.records()?,
            Self::Remote(remote) => remote::records(remote)?,
        };
        let mut entries: BTreeMap<Digest, LogEntry> = BTreeMap::new();
        for (name, text) in records {
            let Some(name) = RecordName::parse(&name) else { continue };
            let (RecordName::Use(id) | RecordName::End(id)) = name;
            let entry = entries.entry(id).or_insert_with(|| LogEntry::new(id));
            match name {
                RecordName::Use(_) => {
                    let record = text.as_deref().and_then(GrantUse::read);
                    entry.record = record.filter(|record| record.grant == id);
                }
                RecordName::End(_) => {
                    let end = text.as_deref().and_then(UseEnd::read);
                    let end = end.filter(|end| end.grant == id);
                    entry.end = end.map_or(LoggedEnd::Unreadable, LoggedEnd::Recorded);
                }
            }
        }
        let mut entries: Vec<LogEntry> = entries.into_values().collect();
        entries.sort_by_key(LogEntry::at);
        Ok(entries)
    }

    /// The commit of the last use in `environment`.
    ///
    /// # Errors
    ///
    /// The ledger cannot be read.
    pub fn last_commit(&self, environment: &str) -> Result<Option<String>, Problem> {
        let mut last: Option<(Moment, String)> = None;
        for record in self.entries()?.into_iter().filter_map(|entry| entry.record) {
            if record.environment == environment {
                last = Some((record.at, record.commit));
            }
        }
        Ok(last.map(|(_, commit)| commit))
    }
}
