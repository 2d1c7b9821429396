//! `rehearse`, and the helper that it runs.

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
}

/// `confined`: what `rehearse` starts for each script.
#[derive(Debug, Args)]
pub struct ConfinedArgs {
    /// The only directory that may be written
    #[arg(long)]
    pub scratch: PathBuf,
    /// The database
    #[arg(long)]
    pub database: PathBuf,
    /// The script
    #[arg(long)]
    pub script: PathBuf,
    /// Roll back, and write here what the transaction saw
    #[arg(long)]
    pub inside: Option<PathBuf>,
    /// Run no trigger
    #[arg(long)]
    pub without_triggers: bool,
}
