//! The findings of a seal as people read them: one row each, and one for a directory whose findings
//! are all alike.

use std::borrow::Cow;
use std::collections::HashMap;

use sealgate_core::compare::cause::name_without_digests;
use sealgate_core::compare::finding::{Cause, FindingKind};
use sealgate_core::text::escape::printable_str;

use crate::report::v1::{FindingView, FoldView, SealView};
use crate::report::words::changes::Names;
use crate::report::words::{self, text};

/// One row.
#[derive(Clone, Copy)]
pub(crate) enum Row<'a> {
    /// One finding.
    Finding(&'a FindingView),
    /// A sealed file that is missing, and the new one whose name differs in a digest or a version alone.
    Renamed(&'a FindingView, &'a FindingView),
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
        let mut rows = pair_renamed(rows);
        rows.sort_by_key(Row::kind);
        rows
    }

    /// What the row is called.
    pub(crate) fn label(&self) -> &'static str {
        match self {
            Self::Renamed(..) => "renamed",
            Self::Finding(_) | Self::Folded(_) => self.kind().code(),
        }
    }

    /// What is wrong.
    pub(crate) fn kind(&self) -> FindingKind {
        match self {
            Self::Finding(finding) | Self::Renamed(finding, _) => finding.kind,
            Self::Folded(fold) => fold.kind,
        }
    }

    /// How many findings it stands for.
    pub(crate) fn findings(&self) -> usize {
        match self {
            Self::Finding(_) => 1,
            Self::Renamed(..) => 2,
            Self::Folded(fold) => fold.entries,
        }
    }

    /// The path as it may be shown; that of a directory ends with a slash.
    pub(crate) fn path(&self) -> Cow<'a, str> {
        match self {
            Self::Finding(finding) | Self::Renamed(_, finding) => words::path(finding),
            Self::Folded(fold) => Cow::Owned(format!("{}/", printable_str(&fold.path))),
        }
    }

    /// What changed, with names set apart as `names` says.
    pub(crate) fn change(&self, names: Names) -> String {
        match self {
            Self::Finding(finding) => words::change_in(finding, names),
            Self::Renamed(missing, unsealed) => words::renamed(missing, unsealed, names),
            Self::Folded(fold) => fold.change(names),
        }
    }
}

/// The same rows; a missing file and the new one that has its name, but for a digest or a version, are one.
fn pair_renamed(rows: Vec<Row<'_>>) -> Vec<Row<'_>> {
    let mut halves: HashMap<String, [Vec<&FindingView>; 2]> = HashMap::new();
    for row in &rows {
        if let Row::Finding(finding) = row
            && let Some(name) = name_of_renamed(finding)
        {
            let side = usize::from(finding.kind == FindingKind::Unsealed);
            halves.entry(name).or_default()[side].push(finding);
        }
    }
    let mut paired = Vec::with_capacity(rows.len());
    for row in rows {
        let name = match row {
            Row::Finding(finding) => name_of_renamed(finding),
            Row::Renamed(..) | Row::Folded(_) => None,
        };
        let sides = name.and_then(|name| halves.get(&name));
        match sides.map(|[gone, new]| (&gone[..], &new[..])) {
            // The row of the missing file stands for both.
            Some((&[gone], &[new])) if row.kind() == FindingKind::Missing => {
                paired.push(Row::Renamed(gone, new));
            }
            Some((&[_], &[_])) => {}
            // A report of somebody else may claim anything; nothing of it is hidden.
            _ => paired.push(row),
        }
    }
    paired
}

/// What the names of both halves of a renamed file have in common.
fn name_of_renamed(finding: &FindingView) -> Option<String> {
    let is_half = matches!(finding.kind, FindingKind::Missing | FindingKind::Unsealed);
    (is_half && finding.cause == Some(Cause::RenamedByDigest))
        .then(|| name_without_digests(&finding.path))
        .flatten()
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
