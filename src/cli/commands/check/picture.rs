//! What the page in HTML shows beside the report: read only for it, so that no other check waits for it.

use sealgate_core::seal::SealName;

use super::super::Context;
use super::super::occasion::{occasion, wants_page};
use super::sources::Commits;
use crate::cli::args::CheckArgs;
use crate::cli::output::ReportFile;
use crate::report::{Area, Report};

/// Adds to `report` where and when this is, and how the sealed bytes lie in directories, if a page is
/// wanted. The seals are read
/// again: one that is not the one that judged any more, or cannot be read, is not drawn.
pub(super) fn draw(
    report: &mut Report,
    arguments: &CheckArgs,
    files: &[ReportFile],
    commits: &Commits<'_>,
    context: &Context,
) {
    if !wants_page(arguments.output.format, files) {
        return;
    }
    report.occasion = Some(occasion(report, context));
    for view in &mut report.seals {
        let Some(name) = SealName::parse(&view.name) else { continue };
        let loaded = match &commits.seals {
            Some(commit) => commit.load(&name),
            None => context.repository.load(&name),
        };
        let Ok(loaded) = loaded else { continue };
        if let (Ok(seal), true) = (&loaded.seal, view.digest == Some(loaded.digest.to_string())) {
            view.areas = Area::of(seal);
        }
    }
}
