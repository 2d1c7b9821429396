//! Reading a command line.

use std::ffi::OsString;

use clap::error::ErrorKind;
use clap::{Args as _, CommandFactory as _, Error, FromArgMatches as _, Subcommand as _};

use super::{
    BlockersCommand, CheckArgs, Cli, DiffArgs, DoctorArgs, EvidenceCommand, ExportArgs, FmtArgs,
    Global, GrantCommand, HookCommand, InitArgs, LsArgs, MergeReportsArgs, PolicyCommand,
    RebuildArgs, RehearseArgs, SealArgs, command,
};

/// What describes one command to clap.
type Describe = fn(clap::Command) -> clap::Command;

/// Commands that are described alone where they are named first: to describe them all takes longer than to
/// check ten files.
const ALONE: [(&str, Describe); 16] = [
    ("blockers", BlockersCommand::augment_subcommands),
    ("check", CheckArgs::augment_args),
    ("diff", DiffArgs::augment_args),
    ("doctor", DoctorArgs::augment_args),
    ("evidence", EvidenceCommand::augment_subcommands),
    ("export", ExportArgs::augment_args),
    ("fmt", FmtArgs::augment_args),
    ("grant", GrantCommand::augment_subcommands),
    ("hook", HookCommand::augment_subcommands),
    ("init", InitArgs::augment_args),
    ("ls", LsArgs::augment_args),
    ("merge-reports", MergeReportsArgs::augment_args),
    ("policy", PolicyCommand::augment_subcommands),
    ("rebuild", RebuildArgs::augment_args),
    ("rehearse", RehearseArgs::augment_args),
    ("seal", SealArgs::augment_args),
];

/// What `arguments` say, of which the first is the name of the program.
///
/// # Errors
///
/// They ask for help or for the version, or they are not understood.
pub fn parse(arguments: &[OsString]) -> Result<Cli, Error> {
    let named = ALONE.iter().find(|(name, _)| arguments.get(1).is_some_and(|word| word == name));
    if let Some((name, describe)) = named {
        let alone = Global::augment_args(clap::Command::new("sealgate"))
            .subcommand(describe(clap::Command::new(*name)));
        // Whatever is wrong is explained below, in the words of the whole.
        if let Ok(cli) = parse_with(alone, arguments) {
            return Ok(cli);
        }
    }
    match parse_with(Cli::command(), arguments) {
        Err(error) if is_help(&error) => parse_with(command(), arguments),
        parsed => parsed,
    }
}

fn parse_with(command: clap::Command, arguments: &[OsString]) -> Result<Cli, Error> {
    Cli::from_arg_matches(&command.try_get_matches_from(arguments)?)
}

fn is_help(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_alone_is_read_as_the_whole_command_line_reads_it() {
        let names = ALONE.map(|(name, _)| name.to_owned());
        let lines = [
            "check",
            "check dist vendor --threads 3 --no-mmap",
            "check -C elsewhere --seals other -q --color never",
            "check --base auto --on-reseal=allow --format github --report a.json --report b.html",
            "check --names-from - --allow-none -v",
            "check --partition 1/3 --environment production --action publish",
            "check -- --dist",
            // Not understood, or no run.
            "check --rev A --at B",
            "check --nothing",
            "check --threads 0",
            "check --help",
            "check -h",
            "check --version",
            "check -q -v",
            "check --color sometimes",
            "check --base",
            "grant",
            "grant show",
            "grant verify prod-1 -q",
            "blockers check map.toml --format json",
            "evidence check record.json",
            "hook install",
            "hook pre-push origin url",
            "policy check --help",
            "policy digest",
            "rebuild --twice dist -- make all",
            "rehearse plans/a.toml --unconfined",
            "seal dist --root dist --seals other",
            "merge-reports a.json b.json --format junit",
        ];
        for line in names.into_iter().chain(lines.map(str::to_owned)) {
            let arguments: Vec<OsString> =
                ["sealgate"].into_iter().chain(line.split(' ')).map(OsString::from).collect();
            let shown = |parsed: Result<Cli, Error>| match parsed {
                Ok(cli) => format!("{cli:?}"),
                Err(error) => error.to_string(),
            };
            assert_eq!(
                shown(parse(&arguments)),
                shown(parse_with(command(), &arguments)),
                "{line}"
            );
        }
    }
}
