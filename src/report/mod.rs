//! Reports: one frozen type, and a file for each format that writes it.

pub mod accepted;
pub mod advice;
mod areas;
mod authority;
pub mod blockers;
mod build;
pub mod changed;
mod changes;
mod codequality;
pub mod difference;
pub mod difference_page;
mod extent;
mod github;
mod html;
mod human;
mod issues;
mod json;
mod junit;
mod last_line;
mod lines;
mod markdown;
mod meaning;
mod partition;
pub mod read;
mod recognise;
mod remedy;
mod resealed;
mod rows;
mod sarif;
mod scope;
pub mod sealed;
pub mod setup;
pub mod shell;
mod since;
mod summary;
pub mod sums;
pub mod text;
mod to_do;
pub mod twice;
pub mod v1;
mod words;

pub use authority::{BREAK_GLASS, RESEAL_GRANTED, SCOPE_CHANGE_ALLOWED};
pub use changed::{Growth, Since};
pub use extent::Extent;
pub use human::{Screen, Verbosity, human, problems};
pub use json::json;
pub use recognise::{LOOKED_AT, is_report};
pub use remedy::{Checkout, CommittedDrift, Invocation};
pub use shell::quote;
pub(crate) use summary::taken_back;
pub use v1::{
    Area, AuthorityView, BaseView, ChangeView, DeletedView, DifferenceView, EntryKind, EntryView,
    ErrorView, FindingView, Fix, FoldView, Notice, PartView, PartitionKind, PartitionView, Report,
    ResealView, RulingView, ScopeView, SealView, SourceView, Tool, Totals,
};

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
    match format {
        Format::Human => human(report, screen, sink),
        Format::Json => json(report, sink),
        Format::Github => github::github(report, screen.into(), sink),
        Format::Markdown => summary::markdown(report, sink),
        Format::Sarif => sarif::sarif(report, sink),
        Format::Junit => junit::junit(report, sink),
        Format::Codequality => codequality::codequality(report, sink),
        Format::Html => html::html(report, sink),
    }
}
