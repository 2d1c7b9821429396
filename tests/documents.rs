//! The examples of the README and of the documents print what they claim.
//!
//! Every `console` block is run line by line: what begins with `$ ` is a command for `sh`, the
//! lines below it are its output. Comments of the form `<!-- sh: COMMAND -->` prepare what a
//! reader is told in prose. Times and speeds differ from run to run and are not compared.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::path::Path;
use std::process::Command;

/// Each document that shows examples, with the least number of them.
const DOCUMENTS: [(&str, &str, usize); 8] = [
    ("README.md", include_str!("../README.md"), 8),
    ("docs/blockers.md", include_str!("../docs/blockers.md"), 3),
    ("docs/commits.md", include_str!("../docs/commits.md"), 5),
    ("docs/pre-push.md", include_str!("../docs/pre-push.md"), 4),
    ("docs/rehearsal.md", include_str!("../docs/rehearsal.md"), 8),
    ("docs/reports.md", include_str!("../docs/reports.md"), 2),
    ("docs/reseal.md", include_str!("../docs/reseal.md"), 6),
    ("docs/setup.md", include_str!("../docs/setup.md"), 9),
];

/// What a reader runs at the root of a clone, rather than in a project.
const FROM_THE_CLONE: &str = "cargo run --release --locked -- ";

/// One command with the output that the README shows.
struct Example {
    command: String,
    /// `None` for preparations.
    shown: Option<String>,
}

fn examples(text: &str) -> Vec<Example> {
    let mut examples: Vec<Example> = Vec::new();
    let mut in_console = false;
    for line in text.lines() {
        if let Some(command) = line.strip_prefix("<!-- sh: ") {
            let command = command.strip_suffix(" -->").unwrap().to_owned();
            examples.push(Example { command, shown: None });
        } else if line == "```console" {
            in_console = true;
        } else if line == "```" {
            in_console = false;
        } else if let (true, Some(command)) = (in_console, line.strip_prefix("$ ")) {
            examples.push(Example { command: command.to_owned(), shown: Some(String::new()) });
        } else if in_console {
            let shown = examples.last_mut().unwrap().shown.as_mut().unwrap();
            shown.push_str(line);
            shown.push('\n');
        }
    }
    examples
}

/// `text` without what differs from run to run.
fn settled(text: &str) -> String {
    let line = |line: &str| match line.rsplit_once(" in ") {
        Some((before, after)) if after.ends_with("/s)") || after.contains(" ms") => {
            format!("{before} in TIME\n")
        }
        _ if line.contains("\"elapsed_ms\": ") => "elapsed_ms\n".to_owned(),
        _ => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

/// Runs `command` as a user would, and gives what a terminal would show.
fn run(command: &str, project: &Path, status: i32) -> (String, i32) {
    let clone = Path::new(env!("CARGO_MANIFEST_DIR"));
    let binary = Path::new(env!("CARGO_BIN_EXE_sealgate"));
    let (directory, command) = match command.strip_prefix(FROM_THE_CLONE) {
        Some(arguments) => (clone, format!("sealgate {arguments}")),
        None => (project, command.to_owned()),
    };
    let path = std::env::var("PATH").unwrap();
    let path = format!("{}:{path}", binary.parent().unwrap().display());
    let script = format!("exec 2>&1\n(exit {status})\n{command}");
    let mut shell = Command::new("sh");
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if name == "CI"
            || name == "NO_COLOR"
            || name == "XDG_CONFIG_HOME"
            || name.starts_with("GIT_")
            || name.starts_with("GITHUB_")
            || name.starts_with("SEALGATE_")
        {
            shell.env_remove(name);
        }
    }
    // Where no configuration is: sealgate asks git without the variables that name another.
    shell.env("HOME", project.parent().unwrap());
    shell.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    for role in ["AUTHOR", "COMMITTER"] {
        shell.env(format!("GIT_{role}_NAME"), "A Reader");
        shell.env(format!("GIT_{role}_EMAIL"), "reader@example.org");
        // The ids of commits are printed, and hold when they were made.
        shell.env(format!("GIT_{role}_DATE"), "2026-01-01T00:00:00Z");
    }
    let output =
        shell.args(["-c", &script]).current_dir(directory).env("PATH", path).output().unwrap();
    (String::from_utf8(output.stdout).unwrap(), output.status.code().unwrap())
}

#[test]
fn every_example_prints_what_the_documents_show() {
    for (document, text, least) in DOCUMENTS {
        let scratch = tempfile::tempdir().unwrap();
        let project = scratch.path().join("notes");
        std::fs::create_dir(&project).unwrap();
        let mut status = 0;
        let mut compared = 0;
        for Example { command, shown } in examples(text) {
            let (printed, code) = run(&command, &project, status);
            status = code;
            match shown {
                Some(shown) => {
                    compared += 1;
                    assert_eq!(settled(&printed), settled(&shown), "{document}: $ {command}");
                }
                None => assert_eq!(code, 0, "{document}: {command}: {printed}"),
            }
        }
        assert!(compared >= least, "{document}: only {compared} examples were found");
    }
}
