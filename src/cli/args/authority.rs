//! `policy` and `grant`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::report::Format;

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
    /// Do an action that is granted: check everything, record in the ledger that the grant is used, and run
    /// COMMAND once
    Use(Box<UseArgs>),
    /// List the uses in the ledger: who, when, which commit and plan, and how it ended
    Log,
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
    /// The evidence that an approver looked at: the file of a record, or a digest
    #[arg(long, value_name = "FILE|HEX")]
    pub evidence: Option<String>,
    /// What is held against what
    #[command(flatten)]
    pub between: Between,
}

/// `grant use`.
#[derive(Debug, Args)]
pub struct UseArgs {
    /// The action
    #[arg(value_name = "ACTION")]
    pub action: String,
    /// The environment in which it is done
    #[arg(long, value_name = "E")]
    pub environment: String,
    /// The file with the plan of the action: the grant must be for exactly this file
    #[arg(long, value_name = "FILE")]
    pub plan: Option<PathBuf>,
    /// The file of a record of evidence: the grant must name exactly this record; repeatable
    #[arg(long, value_name = "FILE")]
    pub evidence: Vec<PathBuf>,
    /// Check everything, and neither record a use nor run anything
    #[arg(long, conflicts_with_all = ["format", "report"])]
    pub dry_run: bool,
    /// Judge the seals and the bytes of the commit REV [default: the bytes of the working tree by the
    /// seals of HEAD]
    #[arg(long, value_name = "REV")]
    pub rev: Option<String>,
    /// The commit whose policy judges [default: that of the last use in the environment]
    #[arg(long, value_name = "REV")]
    pub base: Option<String>,
    /// The ref that is judged, refs/heads/NAME or refs/tags/NAME [default in GitHub
    /// Actions: that of the event]
    #[arg(long = "ref", value_name = "REF")]
    pub reference: Option<String>,
    /// The digest of the first policy, if the base has no policy
    #[arg(long, value_name = "HEX")]
    pub policy_digest: Option<String>,
    /// The format of the output; any other than human is written when everything is over
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
    /// Also write a report to FILE when everything is over; repeatable
    #[arg(long, value_name = "FORMAT=FILE")]
    pub report: Vec<String>,
    /// The command that does the action, and its arguments; without it, the use is only recorded
    #[arg(value_name = "COMMAND", last = true)]
    pub command: Vec<OsString>,
}

impl UseArgs {
    /// Whether people read what happens as it happens, and nothing is reported afterwards.
    #[must_use]
    pub fn is_told_as_it_goes(&self) -> bool {
        self.format == Format::Human && self.report.is_empty()
    }
}

/// The commands of `evidence`.
#[derive(Debug, Subcommand)]
pub enum EvidenceCommand {
    /// Check that each file is the record of a rehearsal that passed, and describe it
    Check {
        /// The records
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,
    },
}

/// What a check is to authorise.
#[derive(Debug, Default, Args)]
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
    /// The digest of the first policy, if the base has no policy
    #[arg(long, value_name = "HEX", requires = "base")]
    pub policy_digest: Option<String>,
}
