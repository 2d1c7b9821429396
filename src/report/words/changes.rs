//! Changes of entries, a line each: the rows that `seal` and `diff` share.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use sealgate_core::compare::changes::{Change, ChangeKind};
use sealgate_core::seal::entry::Entry;
use sealgate_core::text::escape::printable;
use unicode_width::UnicodeWidthStr as _;

use crate::report::Verbosity;
use crate::report::v1::{ChangeView, EntryView};
use crate::report::words::{markdown, text};

/// How many rows are shown without `-v`.
const SHOWN: usize = 50;

/// The widest column of paths that others are aligned to.
const WIDEST: usize = 60;

impl ChangeView {
    /// The view of one change.
    #[must_use]
    pub fn new(change: &Change) -> Self {
        Self {
            change: change.kind,
            path: change.path.clone(),
            from: change.from.clone(),
            old: change.old.as_ref().map(EntryView::new),
            new: change.new.as_ref().map(EntryView::new),
        }
    }
}

/// How names are set apart from the words around them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Names {
    /// As they are, escaped.
    Plain,
    /// As Markdown code, escaped.
    Code,
}

impl Names {
    /// A path, or another name of which the place says that it is one.
    pub(crate) fn name(self, name: &str) -> String {
        match self {
            Self::Plain => printable(name.as_bytes()).into_owned(),
            Self::Code => markdown::code(name),
        }
    }

    /// Text that could be taken for a part of the sentence.
    pub(crate) fn quoted(self, text: &str) -> String {
        match self {
            Self::Plain => format!("\"{}\"", printable(text.as_bytes())),
            Self::Code => markdown::code(text),
        }
    }
}

/// The rows of `changes`, and a last one with the number hidden and of each kind.
pub(crate) fn rows(changes: &[Change], verbosity: Verbosity, all: &str) -> String {
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
        let _ = writeln!(
            rows,
            "  {style}{word:<8}{style:#} {path}{:gap$}  {}",
            "",
            what(change, Names::Plain)
        );
    }
    if changes.len() > shown.len() {
        let hidden =
            text::count((changes.len() - shown.len()) as u64, "more change", "more changes");
        let _ = writeln!(rows, "  ... and {hidden}; all of them: {all} -v");
    }
    rows
}

/// `2 added, 1 removed`.
pub(crate) fn totals(changes: &[Change]) -> String {
    let sums = Sum::of_each(changes).into_iter().filter(|sum| sum.entries > 0);
    sums.map(|sum| format!("{} {}", sum.entries, sum.kind.code())).collect::<Vec<_>>().join(", ")
}

/// The changes of one kind, counted and weighed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sum {
    pub(crate) kind: ChangeKind,
    pub(crate) entries: usize,
    /// By how many bytes what is under seal grew.
    pub(crate) bytes: i128,
}

impl Sum {
    /// One for each kind, in the order of printing.
    pub(crate) fn of_each(changes: &[Change]) -> [Self; 5] {
        use ChangeKind::{Added, Changed, Mode, Moved, Removed};
        [Added, Removed, Changed, Moved, Mode].map(|kind| {
            let those = changes.iter().filter(|change| change.kind == kind);
            let (mut entries, mut bytes) = (0, 0);
            for change in those {
                entries += 1;
                let size = |entry: &Option<Entry>| entry.as_ref().and_then(Entry::size);
                bytes += i128::from(size(&change.new).unwrap_or(0));
                bytes -= i128::from(size(&change.old).unwrap_or(0));
            }
            Self { kind, entries, bytes }
        })
    }

    /// `3 added (+1.2 MiB)`; of what is the same bytes, the number alone.
    pub(crate) fn words(&self) -> String {
        let entries = text::grouped(self.entries);
        match self.kind {
            ChangeKind::Moved | ChangeKind::Mode => format!("{entries} {}", self.kind.code()),
            _ => format!("{entries} {} ({})", self.kind.code(), signed(self.bytes)),
        }
    }
}

/// `3 added (+1.2 MiB), 1 removed (-4.0 KiB)`.
pub(crate) fn sums(changes: &[Change]) -> String {
    let some = Sum::of_each(changes).into_iter().filter(|sum| sum.entries > 0);
    some.map(|sum| sum.words()).collect::<Vec<_>>().join(", ")
}

/// A difference in bytes: `+1.2 MiB`, `-4.0 KiB`, `+0 B`.
fn signed(bytes: i128) -> String {
    let sign = if bytes < 0 { '-' } else { '+' };
    let length = u64::try_from(bytes.unsigned_abs()).unwrap_or(u64::MAX);
    format!("{sign}{}", text::bytes(length))
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

/// What a change is, beside its kind and its path.
pub(crate) fn what(change: &Change, names: Names) -> String {
    let from = change.from.as_ref().map(|from| format!("from {}", names.name(from)));
    let entries = match (&change.old, &change.new) {
        (Some(old), Some(new)) if change.from.is_none() => between(old, new, names),
        (Some(old), Some(new)) if old.kind() != new.kind() => {
            format!("{} -> {}", old.kind(), new.kind())
        }
        (Some(_), Some(_)) | (None, None) => String::new(),
        (Some(only), None) | (None, Some(only)) => alone(only, names),
    };
    let parts = [from.unwrap_or_default(), entries];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

fn alone(entry: &Entry, names: Names) -> String {
    match entry {
        Entry::File { size, executable, .. } => {
            format!("{}{}", text::bytes(*size), if *executable { ", exec" } else { "" })
        }
        Entry::Link { target } => format!("link to {}", names.name(target)),
        Entry::Dir => "empty directory".to_owned(),
    }
}

fn between(old: &Entry, new: &Entry, names: Names) -> String {
    match (old, new) {
        (Entry::File { size: a, digest: x, .. }, Entry::File { size: b, digest: y, .. }) => {
            let bytes = (a != b || x != y).then(|| text::size_change(*a, *b));
            let (before, after) = (old.kind(), new.kind());
            let mode = (before != after).then(|| format!("{before} -> {after}"));
            bytes.into_iter().chain(mode).collect::<Vec<_>>().join(", ")
        }
        (Entry::Link { target: a }, Entry::Link { target: b }) => {
            format!("{} -> {}", names.name(a), names.name(b))
        }
        (_, Entry::File { size, .. }) => {
            format!("{} -> {}, {}", old.kind(), new.kind(), text::bytes(*size))
        }
        _ => format!("{} -> {}", old.kind(), alone(new, names)),
    }
}
