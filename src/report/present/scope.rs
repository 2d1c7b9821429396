//! A change of what seals cover that passes: the first thing that a reader of a pass must see.

use sealgate_core::compare::verdict::Verdict;

use crate::report::v1::{BaseView, Report, ScopeView, SealView};
use crate::report::words::changes::Names;
use crate::report::words::resealed::commit;
use crate::report::words::text::listed;
use crate::report::{RESEAL_GRANTED, SCOPE_CHANGE_ALLOWED};

/// How many seals the line names.
const NAMED: usize = 8;

/// The base, if the report is a pass although what a seal covers changed since then.
pub(crate) fn passed_since(report: &Report) -> Option<&BaseView> {
    let base = report.base.as_ref().filter(|_| report.verdict == Verdict::Pass)?;
    let changed = !base.deleted.is_empty() || report.seals.iter().any(changed);
    changed.then_some(base)
}

/// What stands beside the verdict of a report whose seals changed since the base.
pub(crate) fn heading(report: &Report) -> Option<&'static str> {
    let resealed = report.base.as_ref().is_some_and(|base| base.resealed);
    match passed_since(report) {
        Some(_) => Some("SCOPE CHANGED"),
        None => resealed.then_some("RESEALED"),
    }
}

/// `what dist covers changed since main (1a2b3c4d5e); the change request has the label seal-scope`.
pub(crate) fn sentence(report: &Report, base: &BaseView, names: Names) -> String {
    let gone = base.deleted.iter().map(|gone| names.name(&gone.name));
    let seals: Vec<String> = gone
        .chain(report.seals.iter().filter(|seal| changed(seal)).map(|seal| names.name(&seal.name)))
        .collect();
    let verb = if seals.len() == 1 { "covers" } else { "cover" };
    let since = commit(&base.rev, &base.oid, names);
    format!("what {} {verb} changed since {since}; {}", listed(&seals, NAMED), reason(report))
}

/// Why it passes.
fn reason(report: &Report) -> String {
    let has = |code: &str| report.notices.iter().any(|notice| notice.code == code);
    let by_event = report.notices.iter().find(|notice| notice.code == SCOPE_CHANGE_ALLOWED);
    match by_event.and_then(|notice| notice.message.split_once(": ")) {
        Some((_, reason)) => reason.to_owned(),
        None if has(RESEAL_GRANTED) => "granted".to_owned(),
        None => "--on-reseal allow lets it pass".to_owned(),
    }
}

fn changed(seal: &SealView) -> bool {
    seal.reseal.as_ref().is_some_and(|reseal| !reseal.scope.is_empty())
}

impl SealView {
    /// The line of the seal file that states `change`, from 1. Canonical seals begin with the comment
    /// line, `format`, `database` if there is one, `root`, `tracked`, `build` if there is one, and
    /// the lists. Those of a database that come after the first have the line of that one.
    pub(crate) fn line_of(&self, change: &ScopeView) -> usize {
        let root = 3 + usize::from(self.is_database);
        let (tracked, build) = (root + 1, root + 2);
        match change {
            ScopeView::Deleted | ScopeView::Renamed { .. } | ScopeView::Unreadable => 1,
            ScopeView::Database { .. } => 3,
            ScopeView::Root { .. } => root,
            // Without a command, the line after which it would stand.
            ScopeView::Tracked { .. } | ScopeView::Build { new: None, .. } => tracked,
            ScopeView::Build { .. } => build,
            ScopeView::Include { .. }
            | ScopeView::Exclude { .. }
            | ScopeView::Buckets { .. }
            | ScopeView::Omit { .. } => build + usize::from(self.build.is_some()),
        }
    }
}
