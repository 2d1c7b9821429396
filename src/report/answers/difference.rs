//! What `diff` says, for people and as `sealgate-diff/1`.

use std::fmt::Write as _;

use sealgate_core::compare::changes::Change;
use sealgate_core::text::escape::printable;
use serde::Serialize;

use crate::report::Verbosity;
use crate::report::answers::archive_view::ArchiveView;
use crate::report::answers::changed::{Differences, Growth, SealChanges, SealDiffStatus};
use crate::report::answers::side_by_side::Detail;
use crate::report::answers::since;
use crate::report::render::json::to_writer;
use crate::report::v1::{ChangeView, ErrorView, ScopeView, SourceView, Tool, Totals};
use crate::report::words::changes::{rows, totals};
use crate::report::words::text;

/// For people.
#[must_use]
pub fn human(differences: &Differences, verbosity: Verbosity) -> Vec<u8> {
    if let Some(since) = &differences.since {
        return since::human(since, &differences.seals, verbosity).into_bytes();
    }
    let mut said = String::new();
    for seal in &differences.seals {
        let (name, count) = (&seal.name, seal.changes.len());
        let root = printable(seal.root.as_bytes());
        let changes = text::count(count as u64, "entry", "entries");
        // Writing to a string cannot fail.
        let _ = match (&differences.against, count) {
            (None, 0) => writeln!(said, "{name}: {root} is as sealed"),
            (None, _) => writeln!(
                said,
                "{name}: resealing would change {changes}: {}",
                totals(&seal.changes)
            ),
            (Some(build), 0) => {
                writeln!(said, "{name}: {root} and {} are the same", printable(build.as_bytes()))
            }
            (Some(build), _) => writeln!(
                said,
                "{name}: from {root} to {}: {}",
                printable(build.as_bytes()),
                totals(&seal.changes)
            ),
        };
        if verbosity == Verbosity::Quiet {
            continue;
        }
        said.push_str(&rows(&seal.changes, verbosity, "sealgate diff"));
        for (path, file) in &seal.files {
            said.push_str(&file.shown(path));
        }
    }
    said.into_bytes()
}

/// As `sealgate-diff/1`.
#[must_use]
pub fn json(differences: &Differences) -> Vec<u8> {
    let mut bytes = Vec::new();
    // Writing to memory cannot fail.
    let _ = to_writer(&DifferencesView::new(differences), &mut bytes);
    bytes
}

#[derive(Serialize)]
struct DifferencesView<'a> {
    format: &'static str,
    tool: Tool,
    #[serde(skip_serializing_if = "Option::is_none")]
    against: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    base: Option<BaseView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seal_source: Option<&'a SourceView>,
    seals: Vec<SealChangesView<'a>>,
    errors: &'a [ErrorView],
}

#[derive(Serialize)]
struct BaseView<'a> {
    rev: &'a str,
    oid: &'a str,
}

#[derive(Serialize)]
struct SealChangesView<'a> {
    name: &'a str,
    root: &'a str,
    #[serde(flatten)]
    became: Option<BecameView<'a>>,
    changes: Vec<DivergingView>,
}

#[derive(Serialize)]
struct BecameView<'a> {
    new: bool,
    scope: &'a [ScopeView],
    totals: Totals,
    bytes: Growth,
}

#[derive(Serialize)]
struct DivergingView {
    #[serde(flatten)]
    change: ChangeView,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_difference: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    archive: Option<ArchiveView>,
    /// Why an archive was not looked into.
    #[serde(skip_serializing_if = "Option::is_none")]
    archive_unread: Option<String>,
}

impl<'a> DifferencesView<'a> {
    fn new(differences: &'a Differences) -> Self {
        Self {
            format: "sealgate-diff/1",
            tool: Tool::this(),
            against: differences.against.as_deref(),
            base: differences.since.as_ref().map(|s| BaseView { rev: &s.rev, oid: &s.oid }),
            seal_source: differences.since.as_ref().map(|since| &since.seals),
            seals: differences.seals.iter().map(SealChangesView::new).collect(),
            errors: &differences.errors,
        }
    }
}

impl<'a> SealChangesView<'a> {
    fn new(seal: &'a SealChanges) -> Self {
        let became = |became: &'a SealDiffStatus| BecameView {
            new: became.new,
            scope: &became.scope,
            totals: Totals::of(&seal.changes),
            bytes: Growth::of(&seal.changes),
        };
        Self {
            name: &seal.name,
            root: &seal.root,
            became: seal.became.as_ref().map(became),
            changes: seal.changes.iter().map(|change| DivergingView::new(change, seal)).collect(),
        }
    }
}

impl DivergingView {
    fn new(change: &Change, seal: &SealChanges) -> Self {
        let (archive, archive_unread) = match seal.files.get(&change.path).map(|file| &file.detail)
        {
            Some(Detail::Archive(difference)) => (Some(ArchiveView::new(difference)), None),
            Some(Detail::UnreadArchive(why)) => (None, Some(why.clone())),
            Some(Detail::Bytes | Detail::Lines(_)) | None => (None, None),
        };
        Self {
            change: ChangeView::new(change),
            first_difference: seal.offset(&change.path),
            archive,
            archive_unread,
        }
    }
}
