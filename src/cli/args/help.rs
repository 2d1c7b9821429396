//! The help of the program: the commands in groups, those of every day first.

use std::fmt::Write as _;

use clap::Command;

use crate::report::text::wrap;

/// The groups before the last one, which has all other commands.
const GROUPS: [(&str, &[&str]); 2] = [
    ("Every day", &["check", "rebuild", "seal", "diff", "ls"]),
    ("Setting up", &["init", "doctor", "hook"]),
];

/// The column in which the descriptions begin.
const COLUMN: usize = 17;

/// The width of a line.
const WIDTH: usize = 100;

/// `command` with its own commands in groups.
pub(super) fn grouped(command: Command) -> Command {
    let mut text = String::from("{about}\n\n{usage-heading} {usage}\n");
    let is_grouped = |name: &str| GROUPS.iter().any(|(_, names)| names.contains(&name));
    for (heading, names) in GROUPS {
        let commands = names.iter().filter_map(|name| command.find_subcommand(name));
        write_group(heading, commands, &mut text);
    }
    let others = command.get_subcommands();
    let others = others.filter(|other| !other.is_hide_set() && !is_grouped(other.get_name()));
    write_group("More", others, &mut text);
    text.push_str("\nOptions:\n{options}{after-help}");
    command.help_template(text)
}

fn write_group<'c>(heading: &str, commands: impl Iterator<Item = &'c Command>, text: &mut String) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "\n{heading}:");
    for command in commands {
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        for (number, line) in wrap(&about, WIDTH - COLUMN).iter().enumerate() {
            let name = if number == 0 { command.get_name() } else { "" };
            let _ = writeln!(text, "  {name:<width$}{line}", width = COLUMN - 2);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::command;

    #[test]
    fn each_command_is_in_one_group() {
        let mut command = command();
        let names = command.get_subcommands().filter(|one| !one.is_hide_set());
        let names: Vec<String> = names.map(|one| format!("\n  {} ", one.get_name())).collect();
        let help = command.render_help().to_string();
        for name in names {
            assert_eq!(help.matches(&name).count(), 1, "{name:?}");
        }
    }
}
