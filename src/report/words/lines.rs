//! The lines of a text that differ, as they are shown. Everything returned is safe to show.

use sealgate_core::text::escape::message;

use crate::report::v1::{DifferenceView, LineView, SideView};
use crate::report::words::text;

impl DifferenceView {
    /// What is said of the lines that are not shown; `None` where there are none.
    pub(crate) fn hidden(&self) -> Option<String> {
        match self.more {
            Some(0) => None,
            Some(1) => Some("(1 more line differs)".to_owned()),
            Some(more) => Some(format!("({} more lines differ)", text::grouped(more))),
            None => Some("(more lines differ)".to_owned()),
        }
    }

    /// The columns that the longest number takes.
    pub(crate) fn number_width(&self) -> usize {
        let longest = self.lines.iter().map(|line| line.number).max().unwrap_or(0);
        longest.to_string().len()
    }

    /// All of it in lines of text: `12 | - old` and `12 | + new`.
    pub(crate) fn text_lines(&self) -> Vec<String> {
        let width = self.number_width();
        let line = |line: &LineView| {
            format!("{:>width$} | {} {}", line.number, line.side.sign(), line.shown())
        };
        let hidden = self.hidden().map(|hidden| format!("{:width$}   {hidden}", ""));
        self.lines.iter().map(line).chain(hidden).collect()
    }
}

impl LineView {
    /// What it says.
    pub(crate) fn shown(&self) -> String {
        message(&self.text.replace('\t', "    ")).into_owned()
    }
}

impl SideView {
    /// The sign before a line of this side.
    pub(crate) fn sign(self) -> char {
        match self {
            Self::Sealed => '-',
            Self::Observed => '+',
        }
    }
}
