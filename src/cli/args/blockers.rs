//! The arguments of `blockers`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// The commands of `blockers`.
#[derive(Debug, Subcommand)]
pub enum BlockersCommand {
    /// Fail if the map contradicts itself; with --blocks, refuse while an open item blocks WORD
    Check(BlockersArgs),
    /// List the items; with --blocks, only the open items that block WORD
    List(BlockersArgs),
}

/// `blockers check` and `blockers list`.
#[derive(Debug, Args)]
pub struct BlockersArgs {
    /// The map, a JSON file
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// What is to go ahead: production, production-ci, real-run, cutover, apply, permit, activation
    /// or repoint; repeatable
    #[arg(long, value_name = "WORD")]
    pub blocks: Vec<String>,
    /// Use the words of the policy in the working tree too: its `words`, and the names of its
    /// environments
    #[arg(long)]
    pub policy: bool,
    /// The format of the output
    #[arg(long, value_enum, default_value_t = BlockersFormat::Human)]
    pub format: BlockersFormat,
}

/// The formats of `blockers`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum BlockersFormat {
    /// For people
    Human,
    /// For scripts
    Json,
}
