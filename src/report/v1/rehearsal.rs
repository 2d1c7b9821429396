//! The report of a rehearsal. What it states is for people and scripts; evidence is the record.

use std::borrow::Cow;

use sealgate_core::compare::verdict::Verdict;
use serde::Serialize;

use super::{ErrorView, Notice, Tool};

/// The value of the `format` key.
pub const REHEARSAL_FORMAT: &str = "sealgate-rehearsal/1";

/// What came of a rehearsal.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RehearsalReport {
    /// [`REHEARSAL_FORMAT`].
    pub format: &'static str,
    /// The program that wrote it.
    pub tool: Tool,
    /// `pass`: proven. `fail`: not proven. `error`: the rehearsal broke off.
    #[cfg_attr(test, schemars(schema_with = "super::schema::verdict"))]
    pub verdict: Verdict,
    /// What the change does, in one line; absent where the plan could not be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The plan, from the repository root or as it was named.
    pub plan: String,
    /// The name of the seal over what the plan changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seal: Option<String>,
    /// What was cloned; absent where that was not read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clone: Option<ClonedView>,
    /// Every leg that began, in order.
    pub legs: Vec<LegView>,
    /// The faults that were made on purpose.
    pub controls: Vec<ControlView>,
    /// The exceptions that the plan asks for.
    pub allowances: Vec<AllowanceView>,
    /// The file of the record, from the repository root where it lies below it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
    /// The directory of the copies, if they were kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub copies: Option<String>,
    /// What failed, or kept the rehearsal from an end.
    pub errors: Vec<ErrorView>,
    /// What changes no verdict.
    pub notices: Vec<Notice>,
    /// How long it took, in milliseconds.
    pub elapsed_ms: u64,
}

/// What was cloned.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ClonedView {
    /// As the plan names it.
    pub path: String,
    /// BLAKE3 of the file, or of the lines that a seal would have for a directory.
    pub blake3: String,
    /// How many bytes it has.
    pub bytes: u64,
    /// What serves it: `sqlite`, `tree`, or `postgresql` and its version.
    pub system: String,
    /// What kept scripts from everything else: `landlock-N`, or `none`.
    pub confinement: Cow<'static, str>,
}

/// A part of a rehearsal.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct LegView {
    /// `before`, `transaction`, `committed`, `snapshot`, `again` or `controls`.
    pub leg: &'static str,
    /// What is done in it.
    pub doing: &'static str,
    /// Whether everything in it is as it must be; absent of a leg that did not end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holds: Option<bool>,
    /// What was run and measured, in order.
    pub steps: Vec<StepView>,
    /// What must hold.
    pub invariants: Vec<InvariantView>,
}

/// Something that was run or measured.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum StepView {
    /// A script or a command.
    Run {
        /// `apply`, `rollback`, `snapshot` or `restore`.
        what: &'static str,
        /// The program and its arguments, as the plan has them.
        argv: Vec<String>,
        /// The exit code; -1 where there is none.
        exit: i32,
        /// How long it ran, in milliseconds.
        ms: u64,
        /// The last lines that it wrote to stderr.
        #[serde(skip_serializing_if = "String::is_empty")]
        stderr: String,
    },
    /// A measure of everything.
    Measure {
        /// `B0`, `I`, `B1`, `A1`, `R`, `A2`, `S0`, `S1`, `D`, `S2` or `B2`.
        moment: &'static str,
        /// How many things of each class were there.
        counts: Vec<CountView>,
    },
}

/// How many things of a class are there.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CountView {
    /// `rows`, `schema`, `files` and so on.
    pub class: &'static str,
    /// How many.
    pub count: u64,
}

/// Something that must hold between two moments.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct InvariantView {
    /// The word for it.
    pub name: &'static str,
    /// Between which moments, such as `R = B0`.
    pub statement: String,
    /// In words.
    pub meaning: &'static str,
    /// Whether it holds.
    pub holds: bool,
    /// The code of the error that it is if it does not hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<&'static str>,
    /// What breaks it.
    pub places: Vec<PlaceView>,
    /// How many more break it, which are left out here.
    pub left_out: usize,
    /// Of damage: the classes in which it does not show.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unharmed: Vec<&'static str>,
    /// What differs and does not count.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub noticed: Vec<PlaceView>,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
    /// The lines to add to the plan, if it is meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow: Option<String>,
}

/// Something that differs between two moments.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PlaceView {
    /// Its path.
    pub path: String,
    /// Its class.
    pub class: &'static str,
    /// `added`, `removed` or `changed`, from the moment on the right of the statement to that on the left.
    pub change: &'static str,
}

/// A fault that was made on purpose.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ControlView {
    /// Its name.
    pub name: &'static str,
    /// Whether it was found, and named exactly.
    pub caught: bool,
}

/// An exception that a plan asks for.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct AllowanceView {
    /// `outside`, `left` or `varies`.
    pub what: &'static str,
    /// The path that it covers.
    pub path: String,
    /// Why.
    pub reason: String,
    /// How often it was needed; absent where nothing was judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub used: Option<u64>,
}
