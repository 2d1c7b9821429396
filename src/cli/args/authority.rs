//! `policy` and `grant`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// The commands of `policy`.
#[expect(clippy::doc_markdown, reason = "help for people, who see the backticks")]
#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// Check that the policy is valid and in canonical form
    Check,
    /// Print the digest by which grants name the policy
    Digest,
    /// Print the keys in the format of OpenSSH's allowed_signers
    ExportAllowedSigners,
}

/// The commands of `grant`.
#[derive(Debug, Subcommand)]
pub enum GrantCommand {
    /// Write an unsigned grant for a change in the working tree
    New(GrantNewArgs),
    /// Describe what a grant permits
    Show(GrantArgs),
    /// Describe what a grant permits, and sign it with `ssh-keygen -Y sign`
    Sign {
        /// The grant, as for `grant show`
        #[command(flatten)]
        grant: GrantArgs,
        /// The file of the private key
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
    },
    /// Check that a grant counts
    Verify(GrantArgs),
    /// List the grants in the working tree
    List,
}

/// What is held against what.
#[derive(Debug, Args)]
pub struct Between {
    /// The commit whose policy judges, and from which the change starts
    #[arg(long, value_name = "REV")]
    pub base: String,
    /// The file with the plan of the action
    #[arg(long, value_name = "FILE")]
    pub plan: Option<PathBuf>,
}

/// `grant show`, `sign` and `verify`.
#[derive(Debug, Args)]
pub struct GrantArgs {
    /// The id of the grant, or its first digits [default: the only grant that is not in the base]
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
    /// The seal that changed, for reseal
    #[arg(long, value_name = "NAME", conflicts_with = "environment")]
    pub seal: Option<String>,
    /// The environment
    #[arg(long, value_name = "E")]
    pub environment: Option<String>,
    /// The item that is closed, for close-blocker
    #[arg(long, value_name = "ITEM", requires = "environment")]
    pub blocker: Option<String>,
    /// The reason, for the people who read the grant
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// Hours for which the grant counts [default: the maximum of the policy]
    #[arg(long, value_name = "N")]
    pub hours: Option<u32>,
    /// The digest of evidence that an approver looked at; repeatable
    #[arg(long, value_name = "HEX")]
    pub evidence: Option<String>,
    /// What is held against what
    #[command(flatten)]
    pub between: Between,
}

/// What a check is to authorise.
#[derive(Debug, Args)]
pub struct AuthorityArgs {
    /// Ask whether sealgate is enforced for the environment E, by the policy of the base
    #[arg(long, value_name = "E", requires = "base", conflicts_with_all = ["names", "partition"])]
    pub environment: Option<String>,
    /// Demand a grant for ACTION in the environment
    #[arg(long, value_name = "ACTION", requires = "environment")]
    pub action: Option<String>,
    /// The file with the plan of the action: the grant must be for exactly this file
    #[arg(long, value_name = "FILE", requires = "action")]
    pub plan: Option<PathBuf>,
    /// The ref that is judged, refs/heads/NAME or refs/tags/NAME [default in GitHub
    /// Actions: that of the event]
    #[arg(long = "ref", value_name = "REF", requires = "environment")]
    pub reference: Option<String>,
    /// Allow an older commit of the environment's branch; without it, the commit must be the tip
    #[arg(long, requires = "environment")]
    pub older: bool,
    /// The digest of the first policy, if the base has no policy
    #[arg(long, value_name = "HEX", requires = "base")]
    pub policy_digest: Option<String>,
}
