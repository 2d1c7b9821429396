//! The report of a rehearsal: a file for each format.

mod html;
mod human;

use std::io;

use crate::report::Verbosity;
use crate::report::render::json::to_writer;
use crate::report::v1::rehearsal::RehearsalReport;

/// Writes `report` for people, without the errors, which go elsewhere.
///
/// # Errors
///
/// `sink` cannot be written.
pub fn human(
    report: &RehearsalReport,
    verbosity: Verbosity,
    sink: &mut dyn io::Write,
) -> io::Result<()> {
    human::render(report, verbosity, sink)
}

/// Writes `report` as `sealgate-rehearsal/1`.
///
/// # Errors
///
/// `sink` cannot be written.
pub fn json(report: &RehearsalReport, sink: &mut dyn io::Write) -> io::Result<()> {
    to_writer(report, sink)
}

/// Writes `report` as a page that needs nothing else.
///
/// # Errors
///
/// `sink` cannot be written.
pub fn html(report: &RehearsalReport, sink: &mut dyn io::Write) -> io::Result<()> {
    html::render(report, sink)
}
