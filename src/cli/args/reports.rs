//! The command line of what reads reports back.

use std::path::PathBuf;

use clap::Args;
use sealgate_core::compare::changes::OnReseal;

use crate::report::Format;

/// `merge-reports`.
#[derive(Debug, Args)]
pub struct MergeReportsArgs {
    /// The reports, as `check --report json=FILE` wrote them; every seal must be in them once, as a
    /// whole or in all its shares
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// Read each FILE as a glob; one that matches no file is an error
    // The action passes the lines of its input on with it: so the same code decides on every system
    // what a glob finds.
    #[arg(long)]
    pub globs: bool,
    /// Ask only for seals whose names match GLOB; repeatable
    #[arg(long, value_name = "GLOB")]
    pub only: Vec<String>,
    /// Refuse reports of other seals than those of the commit REV; without, take the commit that they
    /// name
    #[arg(long, value_name = "REV")]
    pub seals_from: Option<String>,
    /// Refuse reports of seals that were not held against the commit REV; `auto` and `none` as in `check`
    #[arg(long, value_name = "REV")]
    pub base: Option<String>,
    /// Refuse reports with which other changes of seals pass
    #[arg(long, value_name = "WHICH", value_parser = super::values::on_reseal(), requires = "base")]
    pub on_reseal: Option<OnReseal>,
    /// The format on stdout
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
    /// Write a report to FILE as well; repeatable
    #[arg(long, value_name = "FORMAT=FILE")]
    pub report: Vec<String>,
}

/// `accept`.
#[derive(Debug, Args)]
pub struct AcceptArgs {
    /// The report, as `check --report json=FILE` wrote it
    #[arg(value_name = "REPORT.json")]
    pub report: PathBuf,
    /// Seals to take from it, by name or glob; all that failed without
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// Write even though CI is set
    #[arg(long)]
    pub allow_ci: bool,
    /// Take links whose target is absolute or leaves the root: their names, not what they lead to
    #[arg(long)]
    pub allow_outside_links: bool,
}
