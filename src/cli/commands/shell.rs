//! `completions` and `man` print the committed files of `generated/`. A test holds these files against
//! the command line, so the program itself carries no generator.

use sealgate_core::compare::verdict::Verdict;
use sealgate_core::text::problem::Problem;

use super::{Context, Outcome};
use crate::cli::args::Shell;

pub(super) fn completions(shell: Shell, context: &Context) -> Outcome {
    answer(context, script(shell))
}

pub(super) fn man(command: Option<&str>, context: &Context) -> Outcome {
    let name = command.unwrap_or_default();
    let page = PAGES.iter().find(|(of, _)| *of == name).ok_or_else(|| {
        vec![
            Problem::new("usage", format!("there is no command {name}"))
                .remedy("sealgate --help lists the commands"),
        ]
    })?;
    answer(context, page.1)
}

fn answer(context: &Context, text: &str) -> Outcome {
    context.terminal.answer(text.as_bytes())?;
    Ok(Verdict::Pass)
}

fn script(shell: Shell) -> &'static str {
    match shell {
        Shell::Bash => include_str!("../../../generated/completions/sealgate.bash"),
        Shell::Elvish => include_str!("../../../generated/completions/sealgate.elv"),
        Shell::Fish => include_str!("../../../generated/completions/sealgate.fish"),
        Shell::Powershell => include_str!("../../../generated/completions/_sealgate.ps1"),
        Shell::Zsh => include_str!("../../../generated/completions/_sealgate"),
    }
}

/// The page of the program, and one for each command and each command of a command.
macro_rules! pages {
    ($($command:literal,)+) => {
        &[
            ("", include_str!("../../../generated/man/sealgate.1")),
            $(($command, include_str!(concat!("../../../generated/man/sealgate-", $command, ".1"))),)+
        ]
    };
}

const PAGES: &[(&str, &str)] = pages! {
    "blockers-check",
    "blockers-list",
    "blockers",
    "check",
    "completions",
    "diff",
    "doctor",
    "evidence-check",
    "evidence",
    "export",
    "fmt",
    "grant-list",
    "grant-log",
    "grant-new",
    "grant-prune",
    "grant-show",
    "grant-sign",
    "grant-use",
    "grant-verify",
    "grant",
    "hook-install",
    "hook-pre-push",
    "hook-uninstall",
    "hook",
    "init",
    "ls",
    "man",
    "merge-reports",
    "policy-check",
    "policy-diff",
    "policy-digest",
    "policy-export-allowed-signers",
    "policy-fmt",
    "policy-new",
    "policy",
    "rebuild",
    "rehearse",
    "resolve",
    "seal",
};
