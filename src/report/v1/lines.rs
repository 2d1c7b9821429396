//! The lines in which a text differs.

use serde::{Deserialize, Serialize};

/// The first lines in which a text differs from the sealed one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct DifferenceView {
    /// In the order of the texts.
    pub lines: Vec<LineView>,
    /// How many more differ; null where they were not counted.
    pub more: Option<usize>,
}

/// A line that one of two texts has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct LineView {
    /// Which text has it.
    pub side: SideView,
    /// Its number there, from 1.
    pub number: usize,
    /// What it says; of a long line the part that differs, with `...` for the rest.
    pub text: String,
}

/// One of two texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum SideView {
    /// The sealed one.
    Sealed,
    /// The one that is there.
    Observed,
}
