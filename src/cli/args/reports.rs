//! The command line of what reads reports back.

use std::path::PathBuf;

use clap::Args;
use sealgate_core::compare::changes::OnReseal;

use crate::report::Format;

/// Where a report goes, and how.
#[derive(Debug, Clone, Default, Args)]
pub struct OutputArgs {
    /// The format of the output
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
    /// Also write a report to FILE; repeatable
    #[arg(long, value_name = "FORMAT=FILE")]
    pub report: Vec<String>,
}

/// `merge-reports`.
#[derive(Debug, Args)]
pub struct MergeReportsArgs {
    /// Reports of `check --report json=FILE`; each seal must be in them once, whole or in all its
    /// shares
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// Read each FILE as a glob; one that matches no file is an error
    // The action passes the lines of its input on with it: so the same code decides on every system
    // what a glob finds.
    #[arg(long)]
    pub globs: bool,
    /// Expect only the seals whose names match GLOB; repeatable
    #[arg(long, value_name = "GLOB")]
    pub only: Vec<String>,
    /// Refuse reports whose seals are not those of the commit REV [default: the commit that the
    /// reports name]
    #[arg(long, value_name = "REV")]
    pub seals_from: Option<String>,
    /// Refuse reports whose base is not the commit REV; `auto` and `none` as for `check`
    #[arg(long, value_name = "REV")]
    pub base: Option<String>,
    /// Refuse reports that let other changes of seals pass [default: that of `check`]
    #[arg(long, value_name = "WHICH", value_parser = super::values::on_reseal(), requires = "base")]
    pub on_reseal: Option<OnReseal>,
    /// Where the report goes, and how
    #[command(flatten)]
    pub output: OutputArgs,
}

/// `accept`, the older name of `seal --from-report`.
#[derive(Debug, Args)]
pub struct AcceptArgs {
    /// The report of `check --report json=FILE`
    #[arg(value_name = "REPORT.json")]
    pub report: PathBuf,
    /// Seals to approve, by name or glob [default: all that failed]
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// Write even if CI is set
    #[arg(long)]
    pub allow_ci: bool,
    /// Approve links whose target is absolute or outside the root; their targets stay unsealed
    #[arg(long)]
    pub allow_outside_links: bool,
}
