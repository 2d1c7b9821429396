//! `policy` and `grant`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// The commands of `policy`.
#[expect(clippy::doc_markdown, reason = "help for people, who see the backticks")]
#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// Tell whether the policy is sound and in its one form
    Check,
    /// Print the digest of the policy, which grants name it by
    Digest,
    /// Print the keys as OpenSSH's allowed_signers lists them, for cross-checks
    ExportAllowedSigners,
}

/// The commands of `grant`.
#[derive(Debug, Subcommand)]
pub enum GrantCommand {
    /// Write a grant for a change that is there, to be signed
    New(GrantNewArgs),
    /// Tell in words what a grant permits
    Show(GrantArgs),
    /// Tell the same, and sign it by `ssh-keygen -Y sign`
    Sign {
        /// Which grant
        #[command(flatten)]
        grant: GrantArgs,
        /// The file of the key
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
    },
    /// Tell whether a grant counts
    Verify(GrantArgs),
    /// List the grants in the working tree
    List,
}

/// What is held against what.
#[derive(Debug, Args)]
pub struct Between {
    /// The commit whose policy judges, and from which on the change is meant
    #[arg(long, value_name = "REV")]
    pub base: String,
    /// The plan that an action follows
    #[arg(long, value_name = "FILE")]
    pub plan: Option<PathBuf>,
}

/// `grant show`, `sign` and `verify`.
#[derive(Debug, Args)]
pub struct GrantArgs {
    /// The id of the grant, or how it begins; without, the only one that the base has not
    #[arg(value_name = "ID")]
    pub id: Option<String>,
    /// What is held against what
    #[command(flatten)]
    pub between: Between,
}

/// `grant new`.
#[derive(Debug, Args)]
pub struct GrantNewArgs {
    /// The action: reseal, policy-update, close-blocker, or another that the policy has a rule for
    #[arg(value_name = "ACTION")]
    pub action: String,
    /// The seal that changed; of reseal
    #[arg(long, value_name = "NAME", conflicts_with = "environment")]
    pub seal: Option<String>,
    /// The environment
    #[arg(long, value_name = "E")]
    pub environment: Option<String>,
    /// The item that is closed; of close-blocker
    #[arg(long, value_name = "ITEM", requires = "environment")]
    pub blocker: Option<String>,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// How many hours it counts from now on; without, as many as the policy allows
    #[arg(long, value_name = "N")]
    pub hours: Option<u32>,
    /// The digest of what was looked at
    #[arg(long, value_name = "HEX")]
    pub evidence: Option<String>,
    /// What is held against what
    #[command(flatten)]
    pub between: Between,
}

/// What a check is to authorise.
#[derive(Debug, Args)]
pub struct AuthorityArgs {
    /// Whether the gate may rule the environment E, by the policy of the base
    #[arg(long, value_name = "E", requires = "base", conflicts_with_all = ["names", "partition"])]
    pub environment: Option<String>,
    /// Demand a grant of ACTION in the environment
    #[arg(long, value_name = "ACTION", requires = "environment")]
    pub action: Option<String>,
    /// The plan that the action follows: its grant must be for this very file
    #[arg(long, value_name = "FILE", requires = "action")]
    pub plan: Option<PathBuf>,
    /// The ref that is judged, refs/heads/NAME or refs/tags/NAME; in GitHub Actions that of the event
    #[arg(long = "ref", value_name = "REF", requires = "environment")]
    pub reference: Option<String>,
    /// The digest of the first policy, where the base has none
    #[arg(long, value_name = "HEX", requires = "base")]
    pub policy_digest: Option<String>,
}
