//! Changes of entries, a line each: the rows that `seal` and `diff` share.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr as _;

use serde::Serialize;

use super::Verbosity;
use super::model::EntryView;
use super::text;
use crate::entry::Entry;
use crate::printable::printable;
use crate::reseal::{Change, ChangeKind};

/// How many rows are shown without `-v`.
const SHOWN: usize = 50;

/// The widest column of paths that others are aligned to.
const WIDEST: usize = 60;

/// One changed entry, for reports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChangeView {
    /// `added`, `removed`, `changed`, `moved` or `mode`.
    pub change: &'static str,
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

impl ChangeView {
    /// The view of one change.
    #[must_use]
    pub fn new(change: &Change) -> Self {
        Self {
            change: change.kind.code(),
            path: change.path.clone(),
            from: change.from.clone(),
            old: change.old.as_ref().map(EntryView::new),
            new: change.new.as_ref().map(EntryView::new),
        }
    }
}

/// The rows of `changes`, and a last one with the number hidden and of each kind.
pub(super) fn rows(changes: &[Change], verbosity: Verbosity, all: &str) -> String {
    let shown = if verbosity == Verbosity::Verbose { changes.len() } else { SHOWN };
    let shown = &changes[..changes.len().min(shown)];
    let paths: Vec<_> = shown.iter().map(|change| printable(change.path.as_bytes())).collect();
    let width = paths.iter().map(|path| path.width()).filter(|&w| w <= WIDEST).max();
    let mut rows = String::new();
    for (change, path) in shown.iter().zip(&paths) {
        let style = style(change.kind);
        let gap = width.unwrap_or(0).saturating_sub(path.width());
        let word = change.kind.code();
        // Writing to a string cannot fail.
        let _ = writeln!(rows, "  {style}{word:<8}{style:#} {path}{:gap$}  {}", "", what(change));
    }
    if changes.len() > shown.len() {
        let hidden =
            text::count((changes.len() - shown.len()) as u64, "more change", "more changes");
        let _ = writeln!(rows, "  ... and {hidden}; all of them: {all} -v");
    }
    rows
}

/// `2 added, 1 removed`.
pub(super) fn totals(changes: &[Change]) -> String {
    let kinds = [
        ChangeKind::Added,
        ChangeKind::Removed,
        ChangeKind::Changed,
        ChangeKind::Moved,
        ChangeKind::Mode,
    ];
    let count = |kind: ChangeKind| changes.iter().filter(|change| change.kind == kind).count();
    let some = kinds.into_iter().filter(|&kind| count(kind) > 0);
    some.map(|kind| format!("{} {}", count(kind), kind.code())).collect::<Vec<_>>().join(", ")
}

fn style(kind: ChangeKind) -> Style {
    let color = match kind {
        ChangeKind::Added => AnsiColor::Green,
        ChangeKind::Removed => AnsiColor::Red,
        ChangeKind::Changed | ChangeKind::Mode => AnsiColor::Yellow,
        ChangeKind::Moved => AnsiColor::Cyan,
    };
    color.on_default()
}

fn what(change: &Change) -> String {
    let from = change.from.as_ref().map(|from| format!("from {}", printable(from.as_bytes())));
    let entries = match (&change.old, &change.new) {
        (Some(old), Some(new)) if change.from.is_none() => between(old, new),
        (Some(old), Some(new)) if old.kind() != new.kind() => {
            format!("{} -> {}", old.kind(), new.kind())
        }
        (Some(_), Some(_)) | (None, None) => String::new(),
        (Some(only), None) | (None, Some(only)) => alone(only),
    };
    let parts = [from.unwrap_or_default(), entries];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

fn alone(entry: &Entry) -> String {
    match entry {
        Entry::File { size, executable, .. } => {
            format!("{}{}", text::bytes(*size), if *executable { ", exec" } else { "" })
        }
        Entry::Link { target } => format!("link to {}", printable(target.as_bytes())),
        Entry::Dir => "empty directory".to_owned(),
    }
}

fn between(old: &Entry, new: &Entry) -> String {
    match (old, new) {
        (Entry::File { size: a, digest: x, .. }, Entry::File { size: b, digest: y, .. }) => {
            let bytes = match (a == b, x == y) {
                (true, true) => None,
                (true, false) => Some(format!("{}, other bytes", text::bytes(*a))),
                (false, _) => Some(format!("{} -> {}", text::bytes(*a), text::bytes(*b))),
            };
            let (before, after) = (old.kind(), new.kind());
            let mode = (before != after).then(|| format!("{before} -> {after}"));
            bytes.into_iter().chain(mode).collect::<Vec<_>>().join(", ")
        }
        (Entry::Link { target: a }, Entry::Link { target: b }) => {
            format!("{} -> {}", printable(a.as_bytes()), printable(b.as_bytes()))
        }
        (_, Entry::File { size, .. }) => {
            format!("{} -> {}, {}", old.kind(), new.kind(), text::bytes(*size))
        }
        _ => format!("{} -> {}", old.kind(), alone(new)),
    }
}
