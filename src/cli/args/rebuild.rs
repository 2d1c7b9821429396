//! `rebuild`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;
use sealgate_core::compare::changes::OnReseal;

use super::{CheckArgs, OutputArgs, Reading, SealArgs, values};

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
    /// Which changes of seals since the base may pass [default: entries; allow with `--base auto` for a
    /// change request with the label seal-scope, a merge queue or a push to the default branch; under a
    /// policy, grants decide]
    #[arg(long, value_name = "WHICH", value_parser = values::on_reseal(), requires = "base")]
    pub on_reseal: Option<OnReseal>,
    /// If what the builds make is not what is sealed, copy it to DIR/NAME; DIR must not exist
    #[arg(long, value_name = "DIR", conflicts_with_all = ["seal", "restore"])]
    pub keep: Option<PathBuf>,
    /// Where the report goes, and how
    #[command(flatten)]
    pub output: OutputArgs,
    /// How files are read
    #[command(flatten)]
    pub reading: Reading,
    /// With --twice and a directory that has no seal: the command that makes it, and its arguments
    #[arg(last = true, value_name = "COMMAND", requires = "twice", conflicts_with_all = ["seal", "base", "seals_from", "report", "keep"])]
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
            output: self.output.clone(),
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
