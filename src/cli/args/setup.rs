//! The arguments of `init` and `doctor`.

use std::path::PathBuf;

use clap::Args;

use super::Reading;
use crate::setup::init::{ActionRef, Workflow};

/// `init`.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// Seal the directory DIR, relative to the current directory; repeatable [default: proposed
    /// directories that look like build artifacts]
    #[arg(long, value_name = "DIR")]
    pub root: Vec<PathBuf>,
    /// The command by which the workflow builds what is not in git
    #[arg(long, value_name = "CMD")]
    pub build: Option<String>,
    /// The workflow to write: check on every push, or rehearse on branches seal-rehearsal/**
    #[arg(long, value_enum)]
    pub workflow: Option<Workflow>,
    /// The action that the workflow runs, by the full id of a commit [default: that of this release of
    /// sealgate]
    #[arg(long, value_name = "OWNER/REPO@SHA")]
    pub action: Option<ActionRef>,
    /// Install the pre-push hook too, as `sealgate hook install` does
    #[arg(long)]
    pub hook: bool,
    /// Accept what is proposed, and ask no questions
    #[arg(long)]
    pub yes: bool,
    /// Write even if CI is set
    #[arg(long)]
    pub allow_ci: bool,
    /// How files are read
    #[command(flatten)]
    pub reading: Reading,
}

/// `doctor`.
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// Exit 1 if anything weakens the gate
    #[arg(long)]
    pub exit_code: bool,
    /// The format of the output
    #[arg(long, value_enum, default_value_t = DoctorFormat::Human)]
    pub format: DoctorFormat,
}

/// The formats of `doctor`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum DoctorFormat {
    /// For people
    Human,
    /// For scripts
    Json,
}
