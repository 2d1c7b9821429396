//! Where and when a report is made, for the pages that show it.

use std::time::{SystemTime, UNIX_EPOCH};

use sealgate_core::approval::Moment;

use super::Context;
use super::environment::variable;
use crate::cli::output::ReportFile;
use crate::report::{Format, Occasion, Report, SourceView};

/// Whether one of the reports is a page in HTML.
pub(super) fn wants_page(format: Format, files: &[ReportFile]) -> bool {
    format == Format::Html || files.iter().any(|file| file.format() == Format::Html)
}

/// The occasion of `report`, whose bytes come from a commit or from what is checked out.
pub(super) fn occasion(report: &Report, context: &Context) -> Occasion {
    let root = context.repository.root();
    let directory = || root.file_name().map(|name| name.to_string_lossy().into_owned());
    // A runner knows how its host calls the repository; this decides nothing.
    let repository = variable("GITHUB_REPOSITORY").or_else(directory).unwrap_or_default();
    let judged = report.seals.iter().find_map(|seal| match &seal.source {
        SourceView::Commit { oid, .. } => Some(oid.clone()),
        _ => None,
    });
    let checked_out =
        || sealgate_git::resolve(root, "HEAD").ok().flatten().map(|head| head.to_string());
    let commit = judged.or_else(|| context.repository.in_git().then(checked_out).flatten());
    let since = SystemTime::now().duration_since(UNIX_EPOCH).ok();
    let time = since.and_then(|since| Moment::from_seconds(since.as_secs()));
    Occasion { repository, commit, time }
}
