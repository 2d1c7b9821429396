//! `hook`.

use std::ffi::OsString;

use clap::{Args, Subcommand};

/// The commands of `hook`.
#[derive(Debug, Subcommand)]
pub enum HookCommand {
    /// Judge the commits of a push: git runs this, with a line on stdin for each ref
    PrePush(PrePushArgs),
    /// Let git run it before each push; a hook that is there is kept, and runs after it
    Install {
        /// Print the hook to stdout; change nothing
        #[arg(long)]
        print: bool,
        /// Install it even where core.hooksPath leads out of this repository's own .git
        #[arg(long)]
        force: bool,
    },
    /// Take it away, and put back the hook that was there before
    Uninstall,
}

/// `hook pre-push`.
#[derive(Debug, Args)]
pub struct PrePushArgs {
    /// The remote, as git names it
    #[arg(value_name = "REMOTE")]
    pub remote: Option<OsString>,
    /// Where the remote is
    #[arg(value_name = "URL")]
    pub url: Option<OsString>,
}
