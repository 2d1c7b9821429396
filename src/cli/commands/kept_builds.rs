//! `rebuild --keep`: copies of what the builds made, for whoever asks why it is not what is sealed.

use std::fs;
use std::path::PathBuf;

use sealgate_core::text::place::shown_path;
use sealgate_core::text::problem::{Problem, in_words};
use sealgate_scan::{RootError, Scanner, Stage};

use super::Context;
use super::check::places::{new_directory, of_roots};
use crate::cli::args::{Reading, RebuildArgs};
use crate::ops::check::observe;
use crate::ops::rebuild::plan::Plan;

/// The option that names the directory.
const OPTION: &str = "--keep";

/// A directory for the copies, which does not exist yet.
pub(super) struct Keep {
    directory: PathBuf,
}

impl Keep {
    /// Where `arguments` want copies: in none of the places that the rebuild reads.
    pub(super) fn wanted(
        arguments: &RebuildArgs,
        plan: &Plan,
        context: &Context,
    ) -> Result<Option<Self>, Vec<Problem>> {
        let Some(given) = &arguments.keep else { return Ok(None) };
        let roots = plan.rebuilt.iter().map(|seal| seal.header.root.clone());
        let protected = of_roots(roots, None, &context.repository)?;
        let directory = new_directory(OPTION, given, &protected, context)?;
        if directory.symlink_metadata().is_ok() {
            let message = format!("{OPTION} {}: it exists already", shown_path(given));
            let remedy = "name a directory that does not exist, in one that does";
            return Err(Problem::new("usage", message).remedy(remedy).into());
        }
        Ok(Some(Self { directory }))
    }

    /// Its name; `None` where that is not UTF-8.
    pub(super) fn name(&self) -> Option<&str> {
        self.directory.file_name()?.to_str()
    }

    /// Copies what is in the roots of the seals that `failed`, each into a directory of the seal's name.
    pub(super) fn copy(
        &self,
        plan: &Plan,
        failed: &[String],
        reading: &Reading,
        context: &Context,
    ) -> Result<(), Vec<Problem>> {
        let is_meant = |name: &str| failed.iter().any(|failed| failed == name);
        let meant: Vec<_> =
            plan.rebuilt.iter().filter(|seal| is_meant(seal.name.as_str())).collect();
        if meant.is_empty() {
            return Ok(());
        }
        fs::create_dir(&self.directory).map_err(|error| self.failed(&in_words(&error)))?;
        for seal in meant {
            let stage = Some(Stage::create(OPTION, &self.directory.join(seal.name.as_str()))?);
            let mut scanner = Scanner { stage, ..reading.scanner() };
            let root = context
                .repository
                .open(&seal.header.root)
                .map_err(|error: RootError| self.failed(&error.to_string()))?;
            observe(&root, &seal.name, &seal.header, &scanner)?;
            scanner.stage.as_mut().map_or(Ok(()), Stage::publish)?;
        }
        Ok(())
    }

    fn failed(&self, why: &str) -> Problem {
        let message = format!("{OPTION} {}: {why}", shown_path(&self.directory));
        Problem::new("stage", message)
            .remedy("make room and give this user the right to write there")
    }
}
