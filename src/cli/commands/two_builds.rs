//! Prints how two builds of one source differ, in the format that was asked for.

use sealgate_core::text::problem::Problem;

use super::Context;
use crate::ops::rebuild::twice::Comparison;
use crate::report::Format;
use crate::report::changed::{Differences, SealChanges};
use crate::report::difference;
use crate::report::difference_page;
use crate::report::twice::{TwoBuilds, twice};

/// Two builds of some roots, as far as they were compared.
pub(super) struct BothBuilds<'a> {
    format: Format,
    context: &'a Context,
    /// The place of a first build, of which the roots are below.
    first: Option<String>,
    differing: Vec<SealChanges>,
}

impl<'a> BothBuilds<'a> {
    /// Nothing compared yet.
    pub(super) fn new(format: Format, context: &'a Context) -> Self {
        Self { format, context, first: None, differing: Vec::new() }
    }

    /// Says how two builds of one root compare; `first` and `second` are where they are.
    pub(super) fn tell(
        &mut self,
        compared: Comparison,
        (first, second): (&str, &str),
    ) -> Result<(), Problem> {
        let (root, entries, changes) = (&*compared.root, compared.entries, &*compared.changes);
        let builds = TwoBuilds { root, entries, changes, files: &compared.files, first, second };
        let said = twice(&builds, self.context.terminal.verbosity);
        if matches!(self.format, Format::Human | Format::Github) {
            self.context.terminal.answer(said.as_bytes())?;
        } else {
            // stdout belongs to the report.
            let plain = anstream::adapter::strip_str(&said).to_string();
            plain.lines().for_each(|line| self.context.terminal.say(line));
        }
        if !compared.changes.is_empty() {
            self.first.get_or_insert_with(|| first.to_owned());
            let Comparison { name, root, changes, files, .. } = compared;
            self.differing.push(SealChanges { name, root, changes, files, became: None });
        }
        Ok(())
    }

    /// Whether all were the same. Where they were not, there is no check, and scripts get the differences
    /// in its place.
    pub(super) fn finish(self) -> Result<bool, Problem> {
        if self.differing.is_empty() {
            return Ok(true);
        }
        let seals = self.differing;
        let differences =
            Differences { against: self.first, since: None, seals, errors: Vec::new() };
        match self.format {
            Format::Json => self.context.terminal.answer(&difference::json(&differences))?,
            Format::Markdown => {
                self.context.terminal.answer(&difference_page::markdown(&differences))?;
            }
            _ => {}
        }
        Ok(false)
    }
}
