//! GitLab's Code Quality report: a JSON array, of which the merge request shows what is new.

use std::io;

use sealgate_core::compare::finding::FindingKind;
use serde::Serialize;

use crate::report::BREAK_GLASS;
use crate::report::present::issues::{self, Issue};
use crate::report::render::json::to_writer;
use crate::report::v1::Report;

/// The most issues that are written: more make a merge request unreadable.
const MOST: usize = 25_000;

/// About the most text that is written, in bytes.
const LONGEST: usize = 32 << 20;

/// Writes `report` as an array of issues, each in the seal file; `[]` for a pass of the
/// whole without an emergency.
pub(crate) fn render(report: &Report, sink: &mut dyn io::Write) -> io::Result<()> {
    let all = issues::of(report, MOST);
    let (shown, hidden) = all.cut(MOST, LONGEST);
    let mut entries: Vec<_> = shown.iter().map(entry).collect();
    if let (Some(first), true) = (all.listed.first(), hidden > 0) {
        entries.push(Entry {
            description: format!("{hidden} more are left out; the JSON report has them all"),
            check_name: "left-out",
            fingerprint: "left-out".to_owned(),
            severity: "blocker",
            location: Location { path: &first.file, lines: Lines { begin: 1 } },
        });
    }
    entries.extend(of_extent(report));
    entries.extend(emergencies(report));
    to_writer(&entries, sink)
}

/// That a part was judged: no entry at all would be a pass of the whole.
fn of_extent(report: &Report) -> Option<Entry<'_>> {
    let heading = report.extent().heading()?;
    Some(Entry {
        description: format!("{heading}: the other entries of the seals were not judged."),
        check_name: report.extent().code(),
        fingerprint: report.extent().code().to_owned(),
        severity: "info",
        location: Location {
            path: report.seals.first().map_or("seals", |seal| &seal.file),
            lines: Lines { begin: 1 },
        },
    })
}

/// An entry for each emergency: it is stated even where all bytes are as sealed.
fn emergencies(report: &Report) -> impl Iterator<Item = Entry<'_>> {
    let open = report.emergencies();
    open.enumerate().map(|(number, notice)| Entry {
        description: notice.message.clone(),
        check_name: BREAK_GLASS,
        fingerprint: format!("{BREAK_GLASS}-{number}"),
        severity: "critical",
        location: Location {
            path: report.seals.first().map_or("seals", |seal| &seal.file),
            lines: Lines { begin: 1 },
        },
    })
}

fn entry<'a>(issue: &'a Issue<'_>) -> Entry<'a> {
    Entry {
        description: issue.text(),
        check_name: issue.code,
        fingerprint: match issue.occurrence {
            1 => issue.fingerprint.clone(),
            more => format!("{}-{more}", issue.fingerprint),
        },
        severity: severity(issue),
        location: Location { path: &issue.file, lines: Lines { begin: issue.line } },
    }
}

/// GitLab's word for how bad it is: what could not be judged stands above what differs.
fn severity(issue: &Issue<'_>) -> &'static str {
    use FindingKind as K;
    match issue.finding.map(|finding| finding.kind) {
        _ if issue.error => "blocker",
        Some(K::ModeChanged | K::Unsealed | K::Moved) => "major",
        _ => "critical",
    }
}

#[derive(Serialize)]
struct Entry<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: String,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
}
