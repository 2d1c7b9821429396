//! `sealgate-report/1`: the form of a report, of which every format is written.
//!
//! The names of its fields are a contract with scripts, kept apart from the types that the gate works
//! with so that those can change. Optional fields may be added; nothing is renamed or removed.

mod authority;
mod lines;
mod occasion;
pub mod read;
pub(crate) mod recognise;
pub mod rehearsal;
mod remedy;
mod reseal;
#[cfg(test)]
mod schema;

use std::borrow::Cow;
use std::fmt;

use sealgate_core::compare::finding::{Cause, FindingKind};
use sealgate_core::compare::verdict::Verdict;
use serde::{Deserialize, Serialize};

pub use self::authority::{AuthorityView, RulingView};
pub use self::lines::{DifferenceView, LineView, SideView};
pub use self::occasion::Occasion;
pub use self::rehearsal::RehearsalReport;
pub use self::remedy::{Remedies, Remedy};
pub use self::reseal::{
    BaseView, ChangeView, DeletedView, GrantView, ResealView, ScopeView, Totals,
};

/// The value of the `format` key.
pub const FORMAT: &str = "sealgate-report/1";

/// A whole run.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Report {
    /// `sealgate-report/1`.
    pub format: Cow<'static, str>,
    /// What wrote it.
    pub tool: Tool,
    /// The overall verdict.
    #[cfg_attr(test, schemars(schema_with = "schema::verdict"))]
    pub verdict: Verdict,
    /// One for each selected seal, by name; a broken one too.
    pub seals: Vec<SealView>,
    /// What kept something from being judged.
    pub errors: Vec<ErrorView>,
    /// What is worth knowing and changes no verdict.
    pub notices: Vec<Notice>,
    /// What the verdict is worth, where there is a policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(schema_with = "schema::authority"))]
    pub authority: Option<AuthorityView>,
    /// The commit that the seals were held against, if one was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base: Option<BaseView>,
    /// The share that it is of, if it is not of a whole check.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partition: Option<PartitionView>,
    /// The patterns that say what was judged, if not everything was.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only: Vec<String>,
    /// Where a copy of the bytes that passed is, as the user named it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub staged: Option<String>,
    /// What to do where several seals fail, in one command; each of them has its own as well.
    #[serde(skip)]
    pub fix: Option<Fix>,
    /// Where and when this was, for people who meet a page years later.
    #[serde(skip)]
    pub occasion: Option<Occasion>,
    /// Wall time of the whole run.
    pub elapsed_ms: u64,
}

/// The program that wrote a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Tool {
    /// `sealgate`.
    pub name: Cow<'static, str>,
    /// Its version.
    pub version: Cow<'static, str>,
}

/// What came of one seal.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SealView {
    /// The seal's name.
    pub name: String,
    /// The seal file, relative to the repository root: where the lines of findings are.
    pub file: String,
    /// The directory under seal, null if the seal could not be read.
    pub root: Option<String>,
    /// The command that builds the root, if the seal states one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub build: Option<String>,
    /// The seal digest in hex, null if the file could not be read.
    pub digest: Option<String>,
    /// Where the bytes came from.
    pub source: SourceView,
    /// Where the seal came from.
    pub seal_source: SourceView,
    /// The verdict on this seal.
    #[cfg_attr(test, schemars(schema_with = "schema::verdict"))]
    pub verdict: Verdict,
    /// Entries judged, missing ones included.
    pub checked: u64,
    /// Entries without a finding.
    pub matched: u64,
    /// Bytes hashed.
    pub bytes: u64,
    /// Sorted by path.
    pub findings: Vec<FindingView>,
    /// What became of the seal since the base, if it changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reseal: Option<ResealView>,
    /// Whether the root is a database; false in a report that was read.
    #[serde(skip)]
    pub is_database: bool,
    /// How the sealed bytes lie in directories, for pictures; empty where nobody asked.
    #[serde(skip)]
    pub areas: Vec<Area>,
    /// The directories whose findings are all alike, by path: people read one line for each.
    #[serde(skip)]
    pub folds: Vec<FoldView>,
    /// What to do about a fail; absent when there is nothing to fix.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<Fix>,
}

/// Where bytes came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum SourceView {
    /// The working tree.
    Worktree,
    /// Another directory.
    Directory {
        /// As the user named it.
        path: String,
    },
    /// A database on a server. Where the server is does not stand in a report.
    Database {
        /// The system, such as `postgresql`.
        system: String,
        /// The version of the server; empty where it did not say.
        version: String,
    },
    /// A commit.
    Commit {
        /// The revision as the user named it.
        rev: String,
        /// The commit's id in hex.
        oid: String,
    },
}

/// How a failing seal is fixed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Fix {
    /// The command that takes the bytes there are as the approved ones.
    pub approve: String,
    /// When that command is the wrong answer, and what is right then.
    pub caution: String,
    /// All commands of whoever approves, in order, up to the commit: those for a build, from what installs,
    /// or those for a report that CI kept. Absent where there is only the one command.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<String>,
    /// Whether the steps approve what the report states, without a build.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub from_report: bool,
    /// The commands that show where what CI built differs from another build, for when the caution is
    /// true. Absent where nobody kept what was built.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub compare: Vec<String>,
}

impl Fix {
    /// What is to be run, in order.
    pub(crate) fn commands(&self) -> impl Iterator<Item = &str> {
        let one = self.steps.is_empty().then_some(&self.approve);
        one.into_iter().chain(&self.steps).map(String::as_str)
    }
}

/// One finding.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FindingView {
    /// What is wrong.
    #[cfg_attr(test, schemars(schema_with = "schema::kind"))]
    pub kind: FindingKind,
    /// Relative to the root; lossy where it is not UTF-8.
    pub path: String,
    /// The exact bytes in hex, where `path` is lossy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path_bytes: Option<String>,
    /// The sealed path of something moved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The entry's line in the seal file, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// What was sealed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<EntryView>,
    /// What is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed: Option<EntryView>,
    /// Why, if proved.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(schema_with = "schema::cause"))]
    pub cause: Option<Cause>,
    /// What else is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The first lines that differ, of a text whose sealed bytes are at hand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub difference: Option<DifferenceView>,
    /// What to do about it; absent where it is that of the first finding of this seal with the same kind
    /// and cause.
    #[serde(default, skip_serializing_if = "Remedy::is_repeated")]
    #[cfg_attr(test, schemars(with = "String"))]
    pub remedy: Remedy,
}

/// One entry, sealed or observed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct EntryView {
    /// What it is.
    pub kind: EntryKind,
    /// Bytes, of a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// The content's digest in hex, of a file that was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blake3: Option<String>,
    /// The raw target, of a link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
}

/// What an entry is, by the words of a seal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum EntryKind {
    /// A regular file without execute bits.
    File,
    /// A regular file with any execute bit.
    Exec,
    /// A symbolic link.
    Link,
    /// A directory without entries in scope.
    Dir,
}

impl fmt::Display for EntryKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::File => "file",
            Self::Exec => "exec",
            Self::Link => "link",
            Self::Dir => "dir",
        })
    }
}

/// One error.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ErrorView {
    /// The stable kebab-case code.
    pub code: Cow<'static, str>,
    /// What is wrong.
    pub message: String,
    /// The seal that it concerns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seal: Option<String>,
    /// The file that it concerns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The line in it, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// The next step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
    /// Whether it kept nothing from being judged, and is why what was asked is not authorised.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub refusal: bool,
}

/// Something worth knowing that changes no verdict.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Notice {
    /// The stable kebab-case code.
    pub code: Cow<'static, str>,
    /// What it is.
    pub message: String,
}

impl Notice {
    /// The notice of `code`, with what it is.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code: Cow::Borrowed(code), message: message.into() }
    }
}

/// What lies in one directory, and in those below it that have no area of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Area {
    /// The directory, relative to the root; empty for the root itself and whatever is too small to
    /// be told apart.
    pub path: String,
    /// How many entries are sealed there.
    pub entries: u64,
    /// How many bytes are sealed there.
    pub bytes: u64,
}

/// A directory whose entries all went, came or moved together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoldView {
    /// What became of all of them.
    pub kind: FindingKind,
    /// The directory, relative to the root; the new place of one that moved.
    pub path: String,
    /// The sealed place of one that moved.
    pub from: Option<String>,
    /// How many findings lie below it.
    pub entries: usize,
    /// How many bytes their files have.
    pub bytes: u64,
}

/// One share of a check, under the key `partition`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PartitionView {
    /// How the entries are shared out.
    pub kind: PartitionKind,
    /// Which share it is, from 1.
    pub index: u16,
    /// How many there are.
    pub count: u16,
    /// What it takes of each seal, by name; nothing too.
    pub seals: Vec<PartView>,
}

/// How the entries of seals are shared out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum PartitionKind {
    /// By weight: the heaviest entry first, each to the share that has the least.
    Slice,
}

/// What a share takes of one seal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PartView {
    /// The seal's name.
    pub name: String,
    /// How many entries.
    pub entries: u64,
    /// How many bytes are sealed in them.
    pub bytes: u64,
    /// BLAKE3 in hex of their paths in the seal's order, each with a NUL after it.
    pub paths: String,
}
