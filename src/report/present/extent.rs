//! How much of its seals a report is about.

use crate::report::v1::{PartitionView, Report};

/// How much of its seals a report is about.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Extent<'a> {
    /// Every entry.
    Whole,
    /// The entries of one share of several: `--partition`.
    Share(&'a PartitionView),
    /// The entries that match `--only`.
    Part,
}

impl Extent<'_> {
    /// The stable word in the outputs of a step.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Share(_) => "share",
            Self::Part => "part",
        }
    }

    /// What stands beside the verdict: `PASS, PART`.
    pub(crate) fn heading(self) -> Option<String> {
        match self {
            Self::Whole => None,
            Self::Share(share) => Some(format!("SHARE {}/{}", share.index, share.count)),
            Self::Part => Some("PART".to_owned()),
        }
    }

    /// `word`, and what stands beside it.
    pub(crate) fn beside(self, word: String) -> String {
        match self.heading() {
            Some(heading) => format!("{word}, {heading}"),
            None => word,
        }
    }

    /// What a pass says of the bytes.
    pub(crate) fn pass(self) -> &'static str {
        match self {
            Self::Whole => "every byte is as sealed",
            Self::Share(_) => "the bytes of this share are as sealed",
            Self::Part => "the bytes of this part are as sealed",
        }
    }
}

impl Report {
    /// How much of its seals it is about.
    #[must_use]
    pub fn extent(&self) -> Extent<'_> {
        match &self.partition {
            Some(share) => Extent::Share(share),
            None if self.only.is_empty() => Extent::Whole,
            None => Extent::Part,
        }
    }
}
