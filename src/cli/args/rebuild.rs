//! `rebuild`.

use std::ffi::OsString;

use clap::Args;
use sealgate_core::compare::changes::OnReseal;

use super::{CheckArgs, Reading, SealArgs, values};
use crate::report::Format;

/// `rebuild`.
#[derive(Debug, Args)]
pub struct RebuildArgs {
    /// Seals to rebuild, by name, glob, root or seal file [default: all that state a build command]; with
    /// `-- COMMAND` the directory that it makes
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// Approve what came out: write the seals again instead of judging by them
    #[arg(long, conflicts_with_all = ["restore", "base", "seals_from", "report", "format"])]
    pub seal: bool,
    /// Build twice first, and fail with the names of all files that differ
    #[arg(long, conflicts_with = "restore")]
    pub twice: bool,
    /// Put back what a rebuild moved aside that was stopped before its end, never over a newer file
    #[arg(long, conflicts_with_all = ["names", "base", "seals_from", "report"])]
    pub restore: bool,
    /// Judge by the seals of the commit REV, and run the build commands that they state
    #[arg(long, value_name = "REV")]
    pub seals_from: Option<String>,
    /// Judge how the seals changed since the commit REV; see `check --base`
    #[arg(long, value_name = "REV")]
    pub base: Option<String>,
    /// Which changes of seals since the base may pass
    #[arg(long, value_name = "WHICH", value_parser = values::on_reseal(), requires = "base")]
    pub on_reseal: Option<OnReseal>,
    /// The format of the output
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
    /// Also write a report to FILE; repeatable
    #[arg(long, value_name = "FORMAT=FILE")]
    pub report: Vec<String>,
    /// How files are read
    #[command(flatten)]
    pub reading: Reading,
    /// With --twice and a directory that has no seal: the command that makes it, and its arguments
    #[arg(last = true, value_name = "COMMAND", requires = "twice", conflicts_with_all = ["seal", "base", "seals_from", "report"])]
    pub command: Vec<OsString>,
}

impl RebuildArgs {
    /// The check of what came out.
    #[must_use]
    pub fn check(&self) -> CheckArgs {
        CheckArgs {
            names: self.names.clone(),
            seals_from: self.seals_from.clone(),
            base: self.base.clone(),
            on_reseal: self.on_reseal,
            format: self.format,
            report: self.report.clone(),
            reading: self.reading.clone(),
            ..CheckArgs::default()
        }
    }

    /// The approval of what came out.
    #[must_use]
    pub fn seal(&self) -> SealArgs {
        SealArgs { all: true, reading: self.reading.clone(), ..SealArgs::default() }
    }
}
