//! `hook`.

use std::ffi::OsString;

use clap::{Args, Subcommand};

/// The commands of `hook`.
#[derive(Debug, Subcommand)]
pub enum HookCommand {
    /// Judge the commits of a push; git runs this, with one line on stdin for each ref
    PrePush(PrePushArgs),
    /// Make git run the hook before each push; an existing hook is kept, and runs after it
    Install {
        /// Print the hook, and change nothing
        #[arg(long)]
        print: bool,
        /// Install the hook even if core.hooksPath leads out of the .git of this repository
        #[arg(long)]
        force: bool,
    },
    /// Remove the hook, and restore the earlier one
    Uninstall,
}

/// `hook pre-push`.
#[derive(Debug, Args)]
pub struct PrePushArgs {
    /// The remote, as git names it
    #[arg(value_name = "REMOTE")]
    pub remote: Option<OsString>,
    /// The address of the remote
    #[arg(value_name = "URL")]
    pub url: Option<OsString>,
}
