//! Reports: one frozen type, and a file for each format that writes it.
//!
//! - `v1` is the format: its types, reading, recognising and the schema;
//! - `assemble` makes a report from what was found, with the remedies;
//! - `words` puts single facts into words, `present` what several formats show;
//! - `render` has a file for each format;
//! - `answers` is what other commands than `check` answer.

pub mod answers;
mod assemble;
mod present;
mod render;
pub mod v1;
mod words;

pub use answers::{
    accepted, advice, blockers, changed, difference, difference_page, sealed, setup, side_by_side,
    sums, twice,
};
pub use assemble::authority::{BREAK_GLASS, RESEAL_GRANTED, SCOPE_CHANGE_ALLOWED};
pub use assemble::remedy::{CheckedOut, Checkout, CommittedDrift, Invocation, Kept, ToStage};
pub use changed::{Growth, Since};
use present::Presentation;
pub use present::extent::Extent;
pub use render::errors::problems;
pub use render::human::{Screen, Verbosity, human};
pub use render::json::json;
pub(crate) use render::markdown::taken_back;
pub use render::rehearsal;
pub use v1::read;
pub use v1::recognise::{LOOKED_AT, is_report};
pub use v1::rehearsal as rehearsal_view;
pub use v1::{
    Area, AuthorityView, BaseView, ChangeView, DeletedView, DifferenceView, EntryKind, EntryView,
    ErrorView, FindingView, Fix, FoldView, Notice, Occasion, PartView, PartitionKind,
    PartitionView, Report, ResealView, RulingView, ScopeView, SealView, SourceView, Tool, Totals,
};
pub use words::shell::quote;
pub use words::{shell, text};

use std::io;

/// A format that a report can be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, clap::ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Human,
    /// For scripts.
    Json,
    /// For GitHub Actions: for people, then annotations.
    Github,
    /// For the summary of a job.
    Markdown,
    /// For code scanning: SARIF 2.1.0.
    Sarif,
    /// For CI, as test results: JUnit XML.
    Junit,
    /// For GitLab's Code Quality.
    Codequality,
    /// For a browser: one page with a picture of the tree.
    Html,
}

/// Writes `report` to `sink` in `format`.
pub fn write(
    report: &Report,
    format: Format,
    screen: impl Into<Screen>,
    sink: &mut dyn io::Write,
) -> io::Result<()> {
    // Only what people read is worked out like this.
    let shown = || Presentation::new(report);
    match format {
        Format::Human => human(report, screen, sink),
        Format::Json => json(report, sink),
        Format::Github => render::github::render(&shown(), screen.into(), sink),
        Format::Markdown => render::markdown::render(&shown(), sink),
        Format::Sarif => render::sarif::render(report, sink),
        Format::Junit => render::junit::render(report, sink),
        Format::Codequality => render::codequality::render(report, sink),
        Format::Html => render::html::render(&shown(), sink),
    }
}
