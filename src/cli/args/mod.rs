//! The command line: its arguments, and the hints for words that people type elsewhere.

mod authority;
mod blockers;
mod help;
mod hook;
mod merging;
mod parse;
mod rebuild;
mod rehearsing;
mod reports;
mod setup;
mod shell;
mod values;

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, ColorChoice, CommandFactory as _, Parser, Subcommand};
use sealgate_core::compare::changes::OnReseal;
use sealgate_core::compare::partition::Slice;
use sealgate_scan::Scanner;

pub use authority::{
    AuthorityArgs, Between, EvidenceCommand, GrantArgs, GrantCommand, GrantNewArgs, GrantSignArgs,
    PolicyCommand, PolicyNewArgs, UseArgs,
};
pub use blockers::{BlockersArgs, BlockersCommand, BlockersFormat};
pub use hook::{HookCommand, PrePushArgs};
pub use merging::{MergeDriverArgs, ResolveArgs};
pub use parse::parse;
pub use rebuild::RebuildArgs;
pub use rehearsing::{ConfinedArgs, RehearseArgs};
pub use reports::{AcceptArgs, MergeReportsArgs, OutputArgs};
pub use setup::{DoctorArgs, DoctorFormat, InitArgs};
pub use shell::Shell;

/// Compares build artifacts, byte for byte, with a committed seal: pass or fail.
#[derive(Debug, Parser)]
#[command(name = "sealgate", version, propagate_version = true, after_help = AFTER_HELP)]
#[command(disable_help_subcommand = true)]
pub struct Cli {
    /// What every command takes.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const AFTER_HELP: &str = "\
Exit codes: 0 pass; 1 fail (bytes differ) or refused (not authorised); 2 error (no judgement).
A first seal: sealgate seal dist --root dist, then commit seals/dist.toml.";

/// Where to look, and how the answer is shown.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options of every command")]
pub struct Global {
    /// Start in DIR instead of the current directory
    #[arg(short = 'C', value_name = "DIR", global = true)]
    pub directory: Option<PathBuf>,
    /// The seals directory, relative to the repository root
    #[arg(
        long,
        value_name = "DIR",
        global = true,
        default_value = "seals",
        hide_default_value = true
    )]
    pub seals: String,
    /// When to use colour
    #[arg(long, value_name = "WHEN", global = true, default_value_t = ColorChoice::Auto)]
    pub color: ColorChoice,
    /// Print only the verdict, and errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Print every finding
    #[arg(short, long, global = true)]
    pub verbose: bool,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Compare the bytes with the approved ones, and give a verdict
    Check(CheckArgs),
    /// Run the builds that seals state, and tell whether they make the sealed bytes
    Rebuild(RebuildArgs),
    /// Write seals again after an approved change, or make a new one
    Seal(SealArgs),
    /// Bring edited seals into canonical form, without touching a digest
    Fmt(FmtArgs),
    /// Join seals that a merge left in conflict, entry by entry
    Resolve(ResolveArgs),
    /// Merge one seal for git; `hook install` and `init` set this up
    #[command(hide = true)]
    MergeDriver(MergeDriverArgs),
    /// Show what sealing again would change, how two builds differ, or how the seals changed
    Diff(DiffArgs),
    /// List the seals, or which paths of one are sealed, unsealed or excluded, and by which pattern
    Ls(LsArgs),
    /// Print a seal in a format that other tools read
    Export(ExportArgs),
    /// Set up a repository: the first seals, attributes and a workflow
    Init(InitArgs),
    /// List what weakens the gate in this repository, and how to fix it
    Doctor(DoctorArgs),
    /// Judge what git pushes, before it is sent; `hook install` sets this up
    #[command(subcommand)]
    Hook(HookCommand),
    /// The older name of `seal --from-report`
    #[command(hide = true)]
    Accept(AcceptArgs),
    /// Give one verdict from the JSON reports of several checks or shares
    MergeReports(MergeReportsArgs),
    /// Check or list a map of what blocks an environment or an action
    #[command(subcommand)]
    Blockers(BlockersCommand),
    /// Check the policy, or print its digest or its keys
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// Write, show, sign, verify and use grants
    #[command(subcommand)]
    Grant(GrantCommand),
    /// Try a change and its rollback on a clone of a database, and record what that proves
    Rehearse(RehearseArgs),
    /// Run one script, confined; `rehearse` does this
    #[command(hide = true)]
    Confined(ConfinedArgs),
    /// Check the records of rehearsals
    #[command(subcommand)]
    Evidence(EvidenceCommand),
    /// Print the completions for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual page of sealgate or of a command
    Man {
        /// The command
        command: Option<String>,
    },
}

/// How files are read.
#[derive(Debug, Clone, Default, Args)]
pub struct Reading {
    /// Number of threads [default: the CPUs available to this process]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Read large files instead of mapping them, for rotating disks and network mounts
    #[arg(long)]
    no_mmap: bool,
}

impl Reading {
    /// What inventories are taken with.
    #[must_use]
    pub fn scanner(&self) -> Scanner {
        let threads = self.threads.and_then(|count| NonZeroUsize::new(count.into()));
        Scanner { mapped: !self.no_mmap, ..Scanner::new(threads) }
    }
}

/// `check`.
#[derive(Debug, Clone, Args, Default)]
pub struct CheckArgs {
    /// Seals to check, by name, glob, root or seal file [default: all]
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// Take the NAMEs from FILE, one a line, or from standard input with `-`; an empty list is an error
    #[arg(long, value_name = "FILE", conflicts_with = "names")]
    pub names_from: Option<PathBuf>,
    /// Pass if the list of --names-from is empty
    #[arg(
        long,
        requires = "names_from",
        conflicts_with_all = ["environment", "policy_digest", "partition", "require_sealed", "stage"]
    )]
    pub allow_none: bool,
    /// Judge the seals and the bytes of the commit REV instead of the working tree; with A..B, of every
    /// commit that B has and A has not
    #[arg(long, value_name = "REV", conflicts_with_all = ["at", "seals_from", "stage", "require_sealed"])]
    pub rev: Option<String>,
    /// Judge the bytes of the working tree by the seals of the commit REV, and what REV has at their roots
    #[arg(long, value_name = "REV")]
    pub seals_from: Option<String>,
    /// Judge how the seals changed since the commit REV; `auto` takes it from the event of GitHub
    /// Actions, `none` stands for no commit
    #[arg(long, value_name = "REV")]
    pub base: Option<String>,
    /// Which changes of seals since the base may pass [default: entries; allow with `--base auto` for a
    /// change request with the label seal-scope, a merge queue or a push to the default branch; under a
    /// policy, grants decide]
    #[arg(long, value_name = "WHICH", value_parser = values::on_reseal(), requires = "base")]
    pub on_reseal: Option<OnReseal>,
    /// What is to be authorised
    #[command(flatten)]
    pub authority: AuthorityArgs,
    /// Judge the bytes in DIR instead of the seal's root; for one seal. Of an SQLite database, DIR is another
    /// file; of a PostgreSQL database, how to connect, such as 'host=HOST dbname=DATABASE'
    #[arg(long, value_name = "DIR")]
    pub at: Option<PathBuf>,
    /// Copy what is hashed into the new directory DIR, which exists only after a pass; for one seal
    #[arg(long, value_name = "DIR")]
    pub stage: Option<PathBuf>,
    /// Fail unless each directory that matches GLOB (from the repository root) is under one of the
    /// seals checked
    #[arg(long, value_name = "GLOB")]
    pub require_sealed: Vec<String>,
    /// Judge only what matches PATTERN (gitignore syntax), sealed or not; repeatable. The verdict is on a
    /// part of the seal
    #[arg(
        long,
        value_name = "PATTERN",
        conflicts_with_all = ["base", "environment", "stage", "partition", "require_sealed"]
    )]
    pub only: Vec<String>,
    /// Check share I of N; `merge-reports` gives the verdict on all shares
    #[arg(long, value_name = "slice:I/N", conflicts_with = "stage")]
    pub partition: Option<Slice>,
    /// Where the report goes, and how
    #[command(flatten)]
    pub output: OutputArgs,
    /// How files are read
    #[command(flatten)]
    pub reading: Reading,
}

/// `seal`.
#[derive(Debug, Args, Default)]
pub struct SealArgs {
    /// Seals to write again, by name, glob, root or seal file, or with --root the name of a new one
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// Make a new seal of the directory DIR, relative to the current directory; with --include, of the
    /// database in the file DIR
    #[arg(long, value_name = "DIR", conflicts_with_all = ["only", "all"])]
    pub root: Option<PathBuf>,
    /// Seal the bytes in DIR instead of those in the root, which is built and not kept in git; for one seal.
    /// Of an SQLite database, DIR is another file; of a PostgreSQL database, how to connect
    #[arg(long, value_name = "DIR", conflicts_with = "all")]
    pub at: Option<PathBuf>,
    /// Leave out what matches PATTERN (gitignore syntax); repeatable. An existing seal drops its entries,
    /// and no bytes are read or approved
    #[arg(long, value_name = "PATTERN", conflicts_with = "only")]
    pub exclude: Vec<String>,
    /// Seal the objects and rows at PATH and below it in the SQLite database that --root names, or in the
    /// PostgreSQL database that --at names: such as SCHEMA/TABLE, or `.` for everything; repeatable
    #[arg(long, value_name = "PATH", conflicts_with_all = ["only", "all", "from_report"])]
    pub include: Vec<String>,
    /// The command that builds the root, run at the repository root by `sealgate rebuild` alone; an empty
    /// CMD takes it out. An existing seal changes above its entries, and no bytes are read or approved
    #[arg(long, value_name = "CMD", conflicts_with = "only")]
    pub set_build: Option<String>,
    /// Update only the entries that match PATTERN (gitignore syntax); repeatable
    #[arg(long, value_name = "PATTERN")]
    pub only: Vec<String>,
    /// Approve what a failing check wrote with --report json=FILE, and nothing else: no bytes are read.
    /// Without NAME, for all seals that failed
    #[arg(long, value_name = "FILE", conflicts_with_all = ["root", "exclude", "only", "all"])]
    pub from_report: Option<PathBuf>,
    /// Without NAME, write every seal that would change instead of refusing to write several
    #[arg(long, conflicts_with = "names")]
    pub all: bool,
    /// Write even if CI is set
    #[arg(long)]
    pub allow_ci: bool,
    /// Seal links whose target is absolute or outside the root; their targets stay unsealed
    #[arg(long)]
    pub allow_outside_links: bool,
    /// How files are read
    #[command(flatten)]
    pub reading: Reading,
}

/// `fmt`.
#[derive(Debug, Args)]
pub struct FmtArgs {
    /// Seals to format, by name, glob, root or seal file [default: all]
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// Write nothing, and exit 1 if a seal is not canonical
    #[arg(long)]
    pub check: bool,
    /// Write even if CI is set
    #[arg(long)]
    pub allow_ci: bool,
}

/// `diff`.
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// Seals to compare, by name, glob, root or seal file [default: all]
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// Compare the root with the build in DIR instead of the seal; for one seal. Of an SQLite database, DIR is
    /// another file. Of a PostgreSQL database, compare the seal with the one to which DIR connects
    #[arg(long, value_name = "DIR")]
    pub against: Option<PathBuf>,
    /// Show how the seals changed since the commit REV, without reading a root
    #[arg(long, value_name = "REV", conflicts_with = "against")]
    pub base: Option<String>,
    /// With --base, take the seals of the commit REV instead of the working tree
    #[arg(long, value_name = "REV", requires = "base")]
    pub rev: Option<String>,
    /// Exit 1 if there is a difference
    #[arg(long)]
    pub exit_code: bool,
    /// The format of the output
    #[arg(long, value_enum, default_value_t = DiffFormat::Human)]
    pub format: DiffFormat,
    /// How files are read
    #[command(flatten)]
    pub reading: Reading,
}

/// `ls`.
#[derive(Debug, Args)]
pub struct LsArgs {
    /// The seal, by name, root or seal file; without it, the names of all seals are listed
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
    /// A path below the root; only this one is listed
    #[arg(value_name = "PATH")]
    pub path: Option<String>,
    /// List another database than that of the seal: an SQLite file, or how to connect to PostgreSQL
    #[arg(long, value_name = "DATABASE")]
    pub at: Option<PathBuf>,
}

/// `export`.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// The seal, by name, root or seal file
    #[arg(value_name = "NAME")]
    pub name: String,
    /// The tool that reads the output
    #[arg(long, value_enum)]
    pub format: ExportFormat,
    /// Read the bytes in DIR instead of the seal's root. Of an SQLite database, DIR is another file; of a
    /// PostgreSQL database, how to connect
    #[arg(long, value_name = "DIR")]
    pub at: Option<PathBuf>,
}

/// The formats of `export`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum ExportFormat {
    /// For `b3sum --check`
    B3sum,
    /// For `sha256sum --check`; the same read compares the bytes with the seal
    Sha256sum,
}

/// The command line as clap sees it, for completions and manual pages.
#[must_use]
pub fn command() -> clap::Command {
    help::grouped(Cli::command())
}

/// The command of ours that does what `word` does elsewhere.
#[must_use]
pub fn hint(word: &str) -> Option<&'static str> {
    Some(match word {
        "verify" | "test" | "audit" | "validate" | "status" => "check",
        "update" | "write" | "lock" | "add" | "create" | "generate" | "reseal" | "record"
        | "approve" => "seal",
        "setup" | "bootstrap" => "init",
        "format" | "lint" => "fmt",
        "compare" | "show" => "diff",
        "list" => "ls",
        "sums" | "checksums" => "export",
        "completion" => "completions",
        "install" | "pre-push" | "hooks" => "hook",
        "merge" => "merge-reports",
        "join" | "mergetool" => "resolve",
        _ => return None,
    })
}

/// The formats of `diff`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum DiffFormat {
    /// For people
    Human,
    /// For scripts
    Json,
    /// For the page of a change request
    Markdown,
}
