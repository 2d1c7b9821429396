//! `rehearse`, and the helper that it runs.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;

/// `rehearse`.
#[derive(Debug, Args)]
pub struct RehearseArgs {
    /// The plan
    #[arg(value_name = "PLAN.toml")]
    pub plan: PathBuf,
    /// Make the copies below DIR [default: the system's directory for temporary files]
    #[arg(long, value_name = "DIR")]
    pub scratch: Option<PathBuf>,
    /// Write the record into DIR [default: `evidence` in the seals directory]
    #[arg(long, value_name = "DIR")]
    pub record: Option<PathBuf>,
    /// Keep the copies
    #[arg(long)]
    pub keep: bool,
    /// Run scripts and commands without confinement; the record states it, and is no evidence
    #[arg(long)]
    pub unconfined: bool,
    /// First use a grant for the action `rehearse` in the environment E, as `grant use` does
    #[arg(long, value_name = "E")]
    pub environment: Option<String>,
    /// The commit whose policy judges [default: that of the last use in the environment]
    #[arg(long, value_name = "REV", requires = "environment")]
    pub base: Option<String>,
    /// The ref that is judged, refs/heads/NAME or refs/tags/NAME [default in GitHub Actions: that of the
    /// event]
    #[arg(long = "ref", value_name = "REF", requires = "environment")]
    pub reference: Option<String>,
    /// Also write a report to FILE, as `json` or `html`; repeatable
    #[arg(long, value_name = "FORMAT=FILE")]
    pub report: Vec<String>,
}

/// `confined`: what `rehearse` starts for each script and each command.
#[derive(Debug, Args)]
pub struct ConfinedArgs {
    /// Where it writes how it ended: a new file
    #[arg(long)]
    pub outcome: PathBuf,
    /// Confine nothing
    #[arg(long)]
    pub unconfined: bool,
    /// Ask the command to quit before it is killed
    #[arg(long)]
    pub quits: bool,
    /// A directory that may be written; repeatable
    #[arg(long)]
    pub writable: Vec<PathBuf>,
    /// The database on which the script is run
    #[arg(long)]
    pub database: Option<PathBuf>,
    /// The script
    #[arg(long)]
    pub script: Option<PathBuf>,
    /// Roll back, and write here what the transaction saw
    #[arg(long)]
    pub inside: Option<PathBuf>,
    /// Run no trigger
    #[arg(long)]
    pub without_triggers: bool,
    /// The command
    #[arg(last = true)]
    pub command: Vec<OsString>,
}
