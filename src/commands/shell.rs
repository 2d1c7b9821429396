//! `completions` and `man`: what clap knows of the command line, for shells and readers.

use clap_complete::Shell;
use clap_mangen::Man;

use super::{Context, Outcome};
use crate::cli;
use crate::problem::Problem;
use crate::verdict::Verdict;

pub(super) fn completions(shell: Shell, context: &Context) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut cli::command(), "sealgate", &mut script);
    answer(context, &script)
}

pub(super) fn man(command: Option<&str>, context: &Context) -> Outcome {
    let mut whole = cli::command();
    whole.build();
    let page = match command {
        None => whole,
        Some(name) => find(&whole, name).cloned().ok_or_else(|| {
            vec![
                Problem::new("usage", format!("there is no command {name}"))
                    .remedy("sealgate --help lists the commands"),
            ]
        })?,
    };
    let mut roff = Vec::new();
    let source = concat!("sealgate ", env!("CARGO_PKG_VERSION"));
    let rendered = Man::new(page).source(source).manual("sealgate manual").render(&mut roff);
    rendered.map_err(|error| vec![Problem::new("output-unwritable", error.to_string())])?;
    answer(context, &roff)
}

/// The command `name`, or that of a command: `hook-install`.
fn find<'c>(whole: &'c clap::Command, name: &str) -> Option<&'c clap::Command> {
    whole.find_subcommand(name).or_else(|| {
        let (group, name) = name.split_once('-')?;
        whole.find_subcommand(group)?.find_subcommand(name)
    })
}

fn answer(context: &Context, text: &[u8]) -> Outcome {
    context.terminal.answer(text).map_err(|problem| vec![problem])?;
    Ok(Verdict::Pass)
}
