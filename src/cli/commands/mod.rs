//! The commands: each file wires one of them to the rooms below, and decides nothing itself; in
//! `ready` and `reports` is what two of them share.

mod blockers;
mod check;
mod confined;
mod diff;
mod doctor;
mod early;
mod environment;
mod evidence;
mod export;
mod fmt;
mod from_report;
mod grant;
mod grant_evidence;
mod grant_use;
mod hook;
mod init;
mod init_answers;
mod init_build;
mod init_place;
mod init_workflow;
mod kept;
mod kept_builds;
mod ls;
mod merge_reports;
mod occasion;
mod policy;
mod ready;
mod rebuild;
mod rebuild_alone;
mod rehearse;
mod report_globs;
mod reports;
mod resolve;
mod seal;
mod seal_header;
mod seal_notices;
mod seal_plan;
mod select;
mod shell;
mod two_builds;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::error::{ContextKind, ContextValue, ErrorKind};
use sealgate_core::compare::changes::SealRef;
use sealgate_core::compare::verdict::Verdict;
use sealgate_core::seal::SealName;
use sealgate_core::seal::exclude::Scope;
use sealgate_core::seal::path::EntryPath;
use sealgate_core::text::escape::message;
use sealgate_core::text::place::shown_path;
use sealgate_core::text::problem::Problem;

use self::early::Reports;
use self::environment::in_ci;
use crate::cli::args::{self, Command, Global, GrantCommand, hint};
use crate::cli::output::Terminal;
use crate::ops::bring_back::how_to_bring_back;
use crate::ops::broken::Broken;
use crate::ops::check::NamedPlace;
use crate::report::{CheckedOut, Format, Invocation, Verbosity};
use crate::tree::{Begun, CommitTree, Contents, Workspace, select};

/// What a command comes to: a verdict, or errors that kept it from one.
type Outcome = Result<Verdict, Vec<Problem>>;

/// Runs the command line `arguments` and gives the exit code.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let arguments = help_of(arguments.into_iter().collect());
    let cli = match args::parse(&arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // The help and the version are no errors, and no run.
            if error.use_stderr() {
                let files = Reports::begin(&arguments).free();
                Terminal::default().file_error(&usage_problem(&error), &files);
            }
            return usage(error);
        }
    };
    let reports = Reports::begin(&arguments);
    let terminal = terminal(&cli.global);
    #[cfg(unix)]
    super::descriptors::raise_limit();
    let outcome = Context::new(&cli.global, terminal)
        .map_err(Vec::from)
        .and_then(|context| explained(run(&cli.command, &context), &context));
    let format = format(&cli.command);
    let verdict =
        outcome.unwrap_or_else(|problems| terminal.refuse(&problems, format, &reports.free()));
    verdict.exit_code()
}

/// The same, and where seals are broken, what to run about them.
fn explained(outcome: Outcome, context: &Context) -> Outcome {
    outcome.map_err(|mut problems| {
        Broken::new(&context.repository, &context.invocation).explain_here(&mut problems);
        problems
    })
}

/// `sealgate help COMMAND` as `sealgate COMMAND --help`. The command of that name that clap can make would
/// double the completions.
fn help_of(mut arguments: Vec<OsString>) -> Vec<OsString> {
    if arguments.get(1).is_some_and(|word| word == "help") {
        arguments.remove(1);
        arguments.push("--help".into());
    }
    arguments
}

/// The format in which `command` reports, if it does.
fn format(command: &Command) -> Format {
    match command {
        Command::Check(arguments) => arguments.output.format,
        Command::MergeReports(arguments) => arguments.output.format,
        Command::Grant(GrantCommand::Use(arguments)) => arguments.format,
        Command::Rebuild(arguments) => arguments.output.format,
        _ => Format::Human,
    }
}

fn run(command: &Command, context: &Context) -> Outcome {
    if !matches!(command, Command::Rebuild(_) | Command::Completions { .. } | Command::Man { .. }) {
        rebuild::remark_on_unfinished(context);
    }
    match command {
        Command::Check(arguments) => check::run(arguments, context),
        Command::Rebuild(arguments) if !arguments.command.is_empty() => {
            rebuild_alone::run(arguments, context)
        }
        Command::Rebuild(arguments) => rebuild::run(arguments, context),
        Command::Seal(arguments) => seal::run(arguments, context),
        Command::Fmt(arguments) => fmt::run(arguments, context),
        Command::Resolve(arguments) => resolve::run(arguments, context),
        Command::MergeDriver(arguments) => resolve::merge_driver(arguments, context),
        Command::Diff(arguments) => diff::run(arguments, context),
        Command::Ls(arguments) => ls::run(arguments, context),
        Command::Export(arguments) => export::run(arguments, context),
        Command::Init(arguments) => init::run(arguments, context),
        Command::Doctor(arguments) => doctor::run(arguments, context),
        Command::Hook(command) => hook::run(command, context),
        Command::Accept(arguments) => {
            from_report::run(&from_report::Approval::of_accept(arguments), context)
        }
        Command::MergeReports(arguments) => merge_reports::run(arguments, context),
        Command::Policy(command) => policy::run(command, context),
        Command::Grant(command) => grant::run(command, context),
        Command::Evidence(command) => evidence::run(command, context),
        Command::Rehearse(arguments) => rehearse::run(arguments, context),
        Command::Confined(arguments) => confined::run(arguments, context),
        Command::Blockers(command) => blockers::run(command, context),
        Command::Completions { shell } => shell::completions(*shell, context),
        Command::Man { command } => shell::man(command.as_deref(), context),
    }
}

/// What clap says of a command line that is none, for a report.
fn usage_problem(error: &clap::Error) -> Problem {
    let text = error.to_string();
    let text = text.strip_prefix("error: ").unwrap_or(&text);
    let message = text.split("\n\n").next().unwrap_or(text).trim().to_owned();
    Problem::new("usage", message).remedy("sealgate --help lists the commands and their options")
}

/// Prints what clap says of a command line that is none, and a hint where another tool's word was
/// typed.
fn usage(mut error: clap::Error) -> u8 {
    let typed = match error.get(ContextKind::InvalidSubcommand) {
        Some(ContextValue::String(word)) => hint(word),
        _ => None,
    };
    if let (ErrorKind::InvalidSubcommand, Some(ours)) = (error.kind(), typed) {
        let ours = ContextValue::Strings(vec![ours.to_owned()]);
        error.insert(ContextKind::SuggestedSubcommand, ours);
    }
    escape(&mut error);
    let code = u8::try_from(error.exit_code()).unwrap_or(Verdict::Error.exit_code());
    // `--help` on a closed stdout: nobody is reading.
    let _ = error.print();
    code
}

/// Makes what `error` quotes of the command line safe to show.
fn escape(error: &mut clap::Error) {
    let safe = |text: &String| message(text).into_owned();
    let quoted: Vec<_> = error
        .context()
        .filter_map(|(kind, value)| match value {
            ContextValue::String(text) => Some((kind, ContextValue::String(safe(text)))),
            ContextValue::Strings(texts) => {
                Some((kind, ContextValue::Strings(texts.iter().map(safe).collect())))
            }
            _ => None,
        })
        .filter(|(kind, value)| error.get(*kind) != Some(value))
        .collect();
    if !quoted.is_empty() {
        // It quotes the same text, styled.
        error.remove(ContextKind::Suggested);
    }
    for (kind, value) in quoted {
        error.insert(kind, value);
    }
}

fn terminal(global: &Global) -> Terminal {
    let color = match global.color {
        clap::ColorChoice::Auto => anstream::ColorChoice::Auto,
        clap::ColorChoice::Always => anstream::ColorChoice::Always,
        clap::ColorChoice::Never => anstream::ColorChoice::Never,
    };
    let verbosity = match (global.quiet, global.verbose) {
        (true, _) => Verbosity::Quiet,
        (_, true) => Verbosity::Verbose,
        _ => Verbosity::Normal,
    };
    Terminal { color, verbosity }
}

/// What every command starts from.
struct Context {
    /// Where relative paths on the command line begin.
    base: PathBuf,
    repository: Workspace,
    invocation: Invocation,
    terminal: Terminal,
}

impl Context {
    fn new(global: &Global, terminal: Terminal) -> Result<Self, Problem> {
        let base = global.directory.clone().unwrap_or_else(|| PathBuf::from("."));
        let seals = EntryPath::parse(global.seals.trim_end_matches('/')).map_err(|fault| {
            Problem::new("usage", format!("--seals {}: {fault}", global.seals))
                .remedy("name a directory relative to the repository root")
        })?;
        let repository = Workspace::find(&base, &seals)?;
        let invocation = Invocation {
            directory: global.directory.as_ref().map(|path| path.to_string_lossy().into_owned()),
            seals: (global.seals != "seals").then(|| global.seals.clone()),
            repository: way_up(&base, repository.root()),
            extent: extent(&repository),
            every_seal: false,
            kept: kept::kept(),
            ..Invocation::default()
        };
        Ok(Self { base, repository, invocation, terminal })
    }

    /// A path of the command line.
    fn path(&self, path: &Path) -> PathBuf {
        if self.base == Path::new(".") { path.to_owned() } else { self.base.join(path) }
    }

    /// A place that the command line names instead of a root.
    fn named_place(&self, place: &Path) -> NamedPlace {
        NamedPlace { given: place.to_string_lossy().into_owned(), path: self.path(place) }
    }

    /// Keeps other runs from writing seals here until what it gives is dropped.
    fn lock(&self) -> Result<std::fs::File, Vec<Problem>> {
        let waiting =
            || self.terminal.remark("waiting for another sealgate that writes seals here");
        self.repository.lock(waiting).map_err(Vec::from)
    }

    /// The seals directory's contents; that there is none is an error.
    fn contents(&self) -> Result<Contents, Problem> {
        match self.repository.contents()? {
            Some(found) if !(found.names.is_empty() && found.strays.is_empty()) => Ok(found),
            _ => {
                let place = self.repository.root().join(self.repository.seals().as_str());
                let make = "make one: sealgate seal NAME --root DIR";
                let remedy = if self.repository.in_git() {
                    make.to_owned()
                } else {
                    format!("{make}; or go to your repository: git does not know this directory")
                };
                let message = format!("there are no seals in {}", shown_path(&place));
                let seals = self.repository.seals().as_str();
                let remedy = match how_to_bring_back(&self.repository, seals) {
                    Some(command) => format!("the commit that is checked out has them: {command}"),
                    None => remedy,
                };
                Err(Problem::new("seals-missing", message).remedy(remedy))
            }
        }
    }

    /// What the seals directory of `commit` holds; that there is none is an error.
    fn contents_of(&self, commit: &CommitTree<'_>) -> Result<Contents, Problem> {
        match commit.contents() {
            Some(found) if !(found.names.is_empty() && found.strays.is_empty()) => Ok(found),
            _ => {
                let seals = self.repository.seals().as_str();
                let message = format!("there are no seals in {seals} of {}", commit.given());
                Err(Problem::new("seals-missing", message)
                    .remedy("make one (sealgate seal NAME --root DIR) and commit it"))
            }
        }
    }

    /// The selected names; anything in the seals directory that does not belong there is an
    /// error too.
    fn select(&self, patterns: &[String]) -> Result<Vec<SealName>, Vec<Problem>> {
        let contents = self.contents()?;
        if !contents.strays.is_empty() {
            return Err(contents.strays);
        }
        select(&contents.names, &select::by_place_here(self, &contents.names, patterns))
    }

    /// The one selected name.
    fn select_one(&self, patterns: &[String], what_for: &str) -> Result<SealName, Vec<Problem>> {
        match <[SealName; 1]>::try_from(self.select(patterns)?) {
            Ok([only]) => Ok(only),
            Err(names) => Err(vec![
                Problem::new("usage", format!("{what_for} takes one seal, not {}", names.len()))
                    .remedy("name the one that is meant"),
            ]),
        }
    }
}

/// How much of `repository` is checked out. git is asked only where it once was not all.
fn extent(repository: &Workspace) -> CheckedOut {
    let patterns = repository.scratch_directory().map(|git| git.join("info/sparse-checkout"));
    let is_sparse = || {
        let value = sealgate_git::setup::config(repository.root(), "core.sparseCheckout").ok();
        value.flatten().is_some_and(|value| value.eq_ignore_ascii_case("true"))
    };
    if patterns.is_some_and(|patterns| patterns.is_file()) && is_sparse() {
        CheckedOut::Sparse
    } else {
        CheckedOut::Whole
    }
}

/// The way from the user to the repository root, where it is not `base` itself.
fn way_up(base: &Path, root: &Path) -> Option<String> {
    let start = base.canonicalize().ok()?;
    let steps = start.strip_prefix(root).ok()?.components().count();
    let way = (0..steps).fold(base.to_owned(), |way, _| way.join(".."));
    let way = way.strip_prefix(".").unwrap_or(&way);
    (steps > 0).then(|| way.to_string_lossy().into_owned())
}

/// What a seal that was read as a whole states, if it states anything.
fn stated((name, begun): &(SealName, Result<Begun, Problem>)) -> SealRef<'_> {
    SealRef { name: name.as_str(), seal: begun.as_ref().ok().and_then(Begun::whole) }
}

/// All the values, or all the problems.
fn collect<T>(
    results: impl Iterator<Item = Result<T, Vec<Problem>>>,
) -> Result<Vec<T>, Vec<Problem>> {
    let (mut values, mut problems) = (Vec::new(), Vec::new());
    for result in results {
        match result {
            Ok(value) => values.push(value),
            Err(found) => problems.extend(found),
        }
    }
    if problems.is_empty() { Ok(values) } else { Err(problems) }
}

/// The patterns of `--only`, as a scope that covers what they match.
fn only(patterns: &[String]) -> Result<Option<Scope>, Problem> {
    let scope = (!patterns.is_empty()).then(|| Scope::new(patterns.to_vec())).transpose();
    scope.map_err(|error| {
        let message = error.to_string().replace("exclude pattern", "--only");
        Problem::new("usage", message).remedy("see gitignore(5) for the syntax")
    })
}

/// Refuses to write in CI, unless the option `--allow-ci` is `allowed`; `None` where the command has no
/// such option.
fn refuse_in_ci(command: &str, allowed: Option<bool>) -> Result<(), Vec<Problem>> {
    if allowed == Some(true) || !in_ci() {
        return Ok(());
    }
    let message = format!("{command} does not write in CI: a seal states what a person approved");
    let option = if allowed.is_some() { "; or pass --allow-ci" } else { "" };
    let remedy = format!("run {command} where you can review it, and commit{option}");
    Err(vec![Problem::new("refused-in-ci", message).remedy(remedy)])
}
