//! From findings to a verdict, and from a verdict to the exit code. Pure.

use serde::{Deserialize, Serialize};

use crate::compare::changes::{OnReseal, Reseal};
use crate::compare::finding::Finding;
use crate::compare::fold::Fold;
use crate::seal::BuildCommand;
use crate::seal::entry::Digest;
use crate::seal::surface::DatabaseSystem;
use crate::text::problem::Problem;

/// The answer of the gate, ordered by weight: the heaviest of several counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Every byte under seal is the approved one, and at least one entry was judged.
    Pass,
    /// What was asked is not authorised.
    Refused,
    /// Bytes differ.
    Fail,
    /// No judgement.
    Error,
}

impl Verdict {
    /// The stable word for reports.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Refused => "refused",
            Self::Fail => "fail",
            Self::Error => "error",
        }
    }

    /// The exit code of a command that ends with this verdict. Nothing else decides it.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Pass => 0,
            Self::Refused | Self::Fail => 1,
            Self::Error => 2,
        }
    }
}

/// Where bytes, or a seal, were read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The working tree.
    Worktree,
    /// Another directory (`--at`).
    Directory {
        /// As the user named it.
        given: String,
        /// Where that is.
        path: std::path::PathBuf,
    },
    /// A database on a server (`--at`).
    Server {
        /// The connection as the user named it, without a password.
        given: String,
        /// The name of the system, such as `postgresql`.
        system: String,
        /// The version of the server; empty where it did not say.
        version: String,
    },
    /// A commit.
    Commit {
        /// The revision as the user named it.
        given: String,
        /// The commit's id in hex.
        oid: String,
    },
}

/// What came of one seal.
#[derive(Debug, Clone)]
pub struct SealResult {
    /// The seal's name.
    pub name: String,
    /// The directory under seal; `None` when the seal could not be read.
    pub root: Option<String>,
    /// The system of the database under seal; `None` for a directory, or when the seal could not be read.
    pub database: Option<DatabaseSystem>,
    /// Whether the root's files are kept in git; `None` when the seal could not be read.
    pub tracked: Option<bool>,
    /// The command that builds the root, if the seal states one.
    pub build: Option<BuildCommand>,
    /// The seal digest; `None` when the file could not be read.
    pub digest: Option<Digest>,
    /// Where the bytes came from.
    pub source: Source,
    /// Where the seal came from.
    pub seal_source: Source,
    /// Entries judged, missing ones included.
    pub checked: u64,
    /// Entries without a finding.
    pub matched: u64,
    /// Bytes hashed.
    pub bytes: u64,
    /// How many entries the share takes, if this is the judgement of one.
    pub taken: Option<u64>,
    /// Sorted by path.
    pub findings: Vec<Finding>,
    /// The topmost directories of which nothing is sealed and something is found, sorted.
    pub new_directories: Vec<Vec<u8>>,
    /// The directories whose findings are all alike, by path.
    pub folds: Vec<Fold>,
    /// What became of the seal since the base, if there is one and it changed.
    pub reseal: Option<Reseal>,
    /// What kept it from being judged.
    pub problems: Vec<Problem>,
}

/// The commit whose seals those that judge were held against.
#[derive(Debug, Clone)]
pub struct Base {
    /// The commit.
    pub source: Source,
    /// Which changes since then let a check pass.
    pub on_reseal: OnReseal,
    /// The seals that are gone since then.
    pub deleted: Vec<Reseal>,
}

impl SealResult {
    /// Of the seal `name`, of which nothing was judged yet.
    #[must_use]
    pub fn new(name: impl Into<String>, source: Source, seal_source: Source) -> Self {
        Self {
            name: name.into(),
            root: None,
            database: None,
            tracked: None,
            build: None,
            digest: None,
            source,
            seal_source,
            checked: 0,
            matched: 0,
            bytes: 0,
            taken: None,
            findings: Vec::new(),
            new_directories: Vec::new(),
            folds: Vec::new(),
            reseal: None,
            problems: Vec::new(),
        }
    }

    /// The verdict on this seal. A judgement of nothing is an error, but for a share that takes
    /// nothing.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.verdict_where(self.reseal.as_ref().is_none_or(|reseal| reseal.allowed))
    }

    /// The same, where what became of the seal since the base is `allowed`, or is not.
    #[must_use]
    pub fn verdict_where(&self, allowed: bool) -> Verdict {
        let unjudged = self.findings.iter().any(|finding| finding.kind.is_error());
        let nothing = self.checked == 0 && self.taken != Some(0);
        if unjudged || !self.problems.is_empty() || nothing {
            Verdict::Error
        } else if self.findings.is_empty() && allowed {
            Verdict::Pass
        } else {
            Verdict::Fail
        }
    }
}

/// The verdict on a whole run: the heaviest, and an error when there was nothing to judge or
/// when something outside every seal went wrong. A seal that is gone since the base fails.
#[must_use]
pub fn overall(judgements: &[SealResult], base: Option<&Base>, problems: &[Problem]) -> Verdict {
    let heaviest = judgements.iter().map(SealResult::verdict).max();
    let hidden = base.is_some_and(|base| base.deleted.iter().any(|seal| !seal.allowed));
    match heaviest {
        Some(verdict) if problems.is_empty() && hidden => verdict.max(Verdict::Fail),
        Some(verdict) if problems.is_empty() => verdict,
        _ => Verdict::Error,
    }
}
