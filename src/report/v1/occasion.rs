//! Where and when a check ran.

use sealgate_core::approval::Moment;

/// Where and when a check ran, for the head of a page. No verdict depends on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occasion {
    /// The repository, as its host or its directory names it.
    pub repository: String,
    /// The id of the commit that was judged, or that is checked out, in hex.
    pub commit: Option<String>,
    /// When the report was made.
    pub time: Option<Moment>,
}
