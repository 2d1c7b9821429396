//! `policy` and `grant`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::report::Format;

/// The commands of `policy`.
#[expect(clippy::doc_markdown, reason = "help for people, who see the backticks")]
#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// Write a first policy for these approvers
    New(PolicyNewArgs),
    /// Check that the policy is valid and in canonical form
    Check,
    /// Write the policy in its canonical form; what it says stays as it is
    Fmt {
        /// Write nothing; exit 1 if the policy is not in its canonical form
        #[arg(long)]
        check: bool,
    },
    /// Show how the policy differs from the policy of a commit
    Diff {
        /// The commit
        #[arg(long, value_name = "REV", default_value = "HEAD")]
        base: String,
        /// Exit 1 if it differs
        #[arg(long)]
        exit_code: bool,
    },
    /// Print the digest by which grants name the policy
    Digest,
    /// Print the keys in the format of OpenSSH's allowed_signers
    ExportAllowedSigners,
}

/// `policy new`.
#[derive(Debug, Args)]
pub struct PolicyNewArgs {
    /// The name of the repository, such as example/notes: grants of another do not count
    #[arg(long, value_name = "NAME")]
    pub repository: String,
    /// Who approves, and the file of their public key, PRINCIPAL=FILE; repeatable
    #[arg(long, value_name = "WHO", required = true)]
    pub approver: Vec<String>,
    /// How many of them it takes [default: more than half]
    #[arg(long, value_name = "N")]
    pub threshold: Option<usize>,
    /// The environments where the gate may rule; repeatable
    #[arg(long, value_name = "E")]
    pub environment: Vec<String>,
    /// The branch of these environments
    #[arg(long, value_name = "NAME", default_value = "main")]
    pub branch: String,
    /// The longest life of a grant, in hours
    #[arg(long, value_name = "N", default_value_t = 72)]
    pub hours: u32,
}

/// The commands of `grant`.
#[derive(Debug, Subcommand)]
pub enum GrantCommand {
    /// Write an unsigned grant for a change in the working tree
    New(GrantNewArgs),
    /// Describe what a grant permits
    Show(GrantArgs),
    /// Describe what grants permit, ask, and sign them with `ssh-keygen -Y sign`
    Sign(GrantSignArgs),
    /// Check that a grant counts
    Verify(GrantArgs),
    /// List the grants in the working tree
    List,
    /// Remove the grants in the working tree that have expired
    Prune,
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

/// `grant sign`.
#[derive(Debug, Args)]
pub struct GrantSignArgs {
    /// The ids of the grants, or their first digits [default: the grants that are not in the base]
    #[arg(value_name = "ID")]
    pub ids: Vec<String>,
    /// The file of the private key
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
    /// Sign without a question; without a terminal, a whole id of 64 digits does the same
    #[arg(long)]
    pub yes: bool,
    /// What is held against what
    #[command(flatten)]
    pub between: Between,
}

/// `grant new`.
#[derive(Debug, Args)]
pub struct GrantNewArgs {
    /// The action: reseal, policy-update, close-blocker, or another that the policy has a rule for
    #[arg(value_name = "ACTION", required_unless_present = "all")]
    pub action: Option<String>,
    /// Write a grant for every change of a seal, a blocker map or the policy that has none yet
    #[arg(long, conflicts_with_all = ["action", "seal", "environment", "blocker", "plan"])]
    pub all: bool,
    /// The seal that changed, for reseal
    #[arg(long, value_name = "NAME", conflicts_with = "environment")]
    pub seal: Option<String>,
    /// The environment
    #[arg(long, value_name = "E")]
    pub environment: Option<String>,
    /// The item that is closed, for close-blocker
    #[arg(long, value_name = "ITEM", requires = "environment")]
    pub blocker: Option<String>,
    /// Make it for an emergency: the break-glass rules of the policy judge it, and every report states
    /// it until a usual grant for the same follows
    #[arg(long, conflicts_with = "all")]
    pub break_glass: bool,
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
#[derive(Debug, Default, Args)]
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
#[derive(Debug, Clone, Default, Args)]
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
