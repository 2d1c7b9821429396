//! What a report says of the seals themselves, since a base.

use sealgate_core::compare::changes::{Change, ChangeKind, OnReseal};
use serde::{Deserialize, Serialize};

use super::EntryView;
#[cfg(test)]
use super::schema;

/// The commit that the seals were held against.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct BaseView {
    /// The revision as the user named it.
    pub rev: String,
    /// The commit's id in hex.
    pub oid: String,
    /// Which changes of seals let a check pass.
    #[cfg_attr(test, schemars(schema_with = "schema::on_reseal"))]
    pub on_reseal: OnReseal,
    /// Whether any seal that was checked changed, or is gone.
    pub resealed: bool,
    /// The seals that are gone.
    pub deleted: Vec<DeletedView>,
    /// What to do about changes that a check may not pass; absent where there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

/// A seal that is gone.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct DeletedView {
    /// Its name.
    pub name: String,
    /// The directory that it covered.
    pub root: String,
    /// Whether a check may pass all the same.
    pub allowed: bool,
    /// The grants that permit it, under a policy; empty where it is not granted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub grants: Vec<GrantView>,
}

/// A grant that counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct GrantView {
    /// Its id in hex.
    pub grant: String,
    /// Whose signatures counted.
    pub approvers: Vec<String>,
}

/// What became of one seal.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ResealView {
    /// Whether a check may pass all the same.
    pub allowed: bool,
    /// Whether there was no such seal at the base.
    pub new: bool,
    /// How what it covers changed; empty if only entries did.
    pub scope: Vec<ScopeView>,
    /// How many entries were added, and so on.
    #[serde(flatten)]
    pub totals: Totals,
    /// The grants that permit it, under a policy: one, or one for each step; empty where it is not
    /// granted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub grants: Vec<GrantView>,
    /// The changed entries, sorted by kind and path.
    pub entries: Vec<ChangeView>,
    /// The same, of which the words for people are made.
    #[serde(skip)]
    pub(crate) changes: Vec<Change>,
}

/// How many entries changed, by the sort of their change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Totals {
    /// New entries.
    pub added: usize,
    /// Entries that went.
    pub removed: usize,
    /// Entries with other bytes, another target or another kind.
    pub changed: usize,
    /// Entries whose bytes are at another path.
    pub moved: usize,
    /// Entries with another execute bit.
    pub mode: usize,
}

/// One change of what a seal covers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum ScopeView {
    /// The seal is gone.
    Deleted,
    /// The seal had another name.
    Renamed {
        /// That name.
        from: String,
    },
    /// What stood at the base was no seal that can be read.
    Unreadable,
    /// The root is another one.
    Root {
        /// What it was.
        old: String,
        /// What it is.
        new: String,
    },
    /// Whether files are kept in git.
    Tracked {
        /// What it was.
        old: bool,
        /// What it is.
        new: bool,
    },
    /// The command that builds the root; null where the seal states none.
    Build {
        /// What it was.
        old: Option<String>,
        /// What it is.
        new: Option<String>,
    },
    /// What is left out.
    Exclude {
        /// The patterns that there were.
        old: Vec<String>,
        /// The patterns that there are.
        new: Vec<String>,
    },
    /// The kind of database; null stands for a directory.
    Database {
        /// What it was.
        old: Option<String>,
        /// What it is.
        new: Option<String>,
    },
    /// The paths of a database that are in scope.
    Include {
        /// The paths that there were.
        old: Vec<String>,
        /// The paths that there are.
        new: Vec<String>,
    },
    /// The tables whose rows are sealed as buckets.
    Buckets {
        /// The tables that there were.
        old: Vec<String>,
        /// The tables that there are.
        new: Vec<String>,
    },
    /// The columns that are left out of rows.
    Omit {
        /// The columns that there were.
        old: Vec<String>,
        /// The columns that there are.
        new: Vec<String>,
    },
}

/// One changed entry, for reports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ChangeView {
    /// What happened to it.
    #[cfg_attr(test, schemars(schema_with = "schema::change"))]
    pub change: ChangeKind,
    /// The path in the new seal, or in the old one if it goes.
    pub path: String,
    /// The path in the old seal, if it moved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The old entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old: Option<EntryView>,
    /// The new entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<EntryView>,
}
