//! Reading a command line.

use std::ffi::OsString;

use clap::error::ErrorKind;
use clap::{Args as _, CommandFactory as _, Error, FromArgMatches as _};

use super::{CheckArgs, Cli, Global, command};

/// What `arguments` say, of which the first is the name of the program.
///
/// # Errors
///
/// They ask for help or for the version, or they are not understood.
pub fn parse(arguments: &[OsString]) -> Result<Cli, Error> {
    if arguments.get(1).is_some_and(|word| word == "check") {
        // Whatever is wrong is explained below, in the words of the whole.
        if let Ok(cli) = parse_with(check_alone(), arguments) {
            return Ok(cli);
        }
    }
    match parse_with(Cli::command(), arguments) {
        Err(error) if is_help(&error) => parse_with(command(), arguments),
        parsed => parsed,
    }
}

/// The command line without the other commands: to describe them all takes longer than to check ten files.
fn check_alone() -> clap::Command {
    let check = CheckArgs::augment_args(clap::Command::new("check"));
    Global::augment_args(clap::Command::new("sealgate")).subcommand(check)
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
    fn a_check_is_read_as_the_whole_command_line_reads_it() {
        for line in [
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
        ] {
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
