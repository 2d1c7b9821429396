//! The findings of a seal as people read them: one row each, and one for a directory whose findings
//! are all alike.

use std::borrow::Cow;

use sealgate_core::compare::finding::FindingKind;
use sealgate_core::text::escape::printable_str;

use crate::report::v1::{FindingView, FoldView, SealView};
use crate::report::words::changes::Names;
use crate::report::words::{self, text};

/// One row.
#[derive(Clone, Copy)]
pub(crate) enum Row<'a> {
    /// One finding.
    Finding(&'a FindingView),
    /// All findings below a directory.
    Folded(&'a FoldView),
}

impl<'a> Row<'a> {
    /// The rows of `seal`, the worst kind first, then by path. Folded directories stand for what is in
    /// them, unless `all` is wanted.
    pub(crate) fn of(seal: &'a SealView, all: bool) -> Vec<Self> {
        let mut folds = seal.folds.iter().filter(|_| !all).peekable();
        let mut rows = Vec::new();
        for finding in &seal.findings {
            while folds.next_if(|fold| fold.is_before(&finding.path)).is_some() {}
            match folds.peek() {
                Some(fold) if fold.contains(&finding.path) => {
                    if !matches!(rows.last(), Some(Row::Folded(last)) if std::ptr::eq(*last, *fold))
                    {
                        rows.push(Row::Folded(fold));
                    }
                }
                _ => rows.push(Row::Finding(finding)),
            }
        }
        rows.sort_by_key(Row::kind);
        rows
    }

    /// What is wrong.
    pub(crate) fn kind(&self) -> FindingKind {
        match self {
            Self::Finding(finding) => finding.kind,
            Self::Folded(fold) => fold.kind,
        }
    }

    /// How many findings it stands for.
    pub(crate) fn findings(&self) -> usize {
        match self {
            Self::Finding(_) => 1,
            Self::Folded(fold) => fold.entries,
        }
    }

    /// The path as it may be shown; that of a directory ends with a slash.
    pub(crate) fn path(&self) -> Cow<'a, str> {
        match self {
            Self::Finding(finding) => words::path(finding),
            Self::Folded(fold) => Cow::Owned(format!("{}/", printable_str(&fold.path))),
        }
    }

    /// What changed, with names set apart as `names` says.
    pub(crate) fn change(&self, names: Names) -> String {
        match self {
            Self::Finding(finding) => words::change_in(finding, names),
            Self::Folded(fold) => fold.change(names),
        }
    }
}

impl FoldView {
    fn is_before(&self, path: &str) -> bool {
        !self.contains(path) && *self.path < *path
    }

    fn contains(&self, path: &str) -> bool {
        path.strip_prefix(&*self.path).is_some_and(|rest| rest.starts_with('/'))
    }

    fn change(&self, names: Names) -> String {
        let entries = text::count(self.entries, "entry", "entries");
        let what = format!("{entries}, {}", text::bytes(self.bytes));
        match &self.from {
            Some(from) => format!("from {} ({what})", names.name(&format!("{from}/"))),
            None => format!("({what})"),
        }
    }
}
