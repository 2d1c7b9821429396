//! What the page in HTML draws: read only for it, so that no other check waits for it.

use sealgate_core::seal::SealName;

use super::super::Context;
use super::sources::Commits;
use crate::cli::args::CheckArgs;
use crate::cli::output::ReportFile;
use crate::report::{Area, Format, Report};

/// Tells in `report` how the sealed bytes lie in directories, if a page is wanted. The seals are read
/// again: one that is not the one that judged any more, or cannot be read, is not drawn.
pub(super) fn draw(
    report: &mut Report,
    arguments: &CheckArgs,
    files: &[ReportFile],
    commits: &Commits<'_>,
    context: &Context,
) {
    let formats = files.iter().map(ReportFile::format).chain([arguments.output.format]);
    if !formats.into_iter().any(|format| format == Format::Html) {
        return;
    }
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
