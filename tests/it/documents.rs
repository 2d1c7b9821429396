//! The examples of the README and of the documents print what they claim.
//!
//! Every `console` block is run line by line: what begins with `$ ` is a command for `sh`, the
//! lines below it are its output. Comments of the form `<!-- sh: COMMAND -->` prepare what a
//! reader is told in prose. Times and speeds differ from run to run and are not compared.

#![cfg(unix)]

use std::path::Path;
use std::process::Command;

/// Each document that shows examples, with the least number of them.
const DOCUMENTS: [(&str, &str, usize); 10] = [
    ("README.md", include_str!("../../README.md"), 20),
    ("docs/approvals.md", include_str!("../../docs/approvals.md"), 1),
    ("docs/blockers.md", include_str!("../../docs/blockers.md"), 3),
    ("docs/commits.md", include_str!("../../docs/commits.md"), 5),
    ("docs/pre-push.md", include_str!("../../docs/pre-push.md"), 4),
    ("docs/rebuild.md", include_str!("../../docs/rebuild.md"), 5),
    ("docs/rehearsal.md", include_str!("../../docs/rehearsal.md"), 8),
    ("docs/reports.md", include_str!("../../docs/reports.md"), 2),
    ("docs/reseal.md", include_str!("../../docs/reseal.md"), 7),
    ("docs/setup.md", include_str!("../../docs/setup.md"), 9),
];

/// Those with examples that sign, between two comments; there a `sh` block is run whole, as a preparation.
const SIGNING: [(&str, &str, usize); 1] =
    [("docs/approvals.md", include_str!("../../docs/approvals.md"), 16)];

/// What a reader runs at the root of a clone, rather than in a project.
const FROM_THE_CLONE: &str = "cargo run --release --locked -- ";

/// One command with the output that the README shows.
struct Example {
    command: String,
    /// `None` for preparations.
    shown: Option<String>,
    /// Whether it takes `ssh-keygen`, which not every machine has.
    signing: bool,
}

fn examples(text: &str) -> Vec<Example> {
    let mut examples: Vec<Example> = Vec::new();
    let (mut signing, mut in_console, mut in_script) = (false, false, false);
    for line in text.lines() {
        let example =
            |command: &str, shown| Example { command: command.to_owned(), shown, signing };
        if let Some(command) = line.strip_prefix("<!-- sh: ") {
            examples.push(example(command.strip_suffix(" -->").unwrap(), None));
        } else if line == "<!-- needs ssh-keygen -->" {
            signing = true;
        } else if line == "<!-- needs nothing more -->" {
            signing = false;
        } else if line == "```console" {
            in_console = true;
        } else if line == "```sh" && signing {
            in_script = true;
            examples.push(example("set -e\n", None));
        } else if line == "```" {
            (in_console, in_script) = (false, false);
        } else if in_script {
            let script = &mut examples.last_mut().unwrap().command;
            script.push_str(line);
            script.push('\n');
        } else if let (true, Some(command)) = (in_console, line.strip_prefix("$ ")) {
            examples.push(example(command, Some(String::new())));
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
        Some((before, after))
            if after.ends_with("/s)") || after.ends_with(" s") || after.contains(" ms") =>
        {
            format!("{before} in TIME\n")
        }
        // It is named by its digest, and states when it was made.
        _ if line.starts_with("  record: ") => "  record\n".to_owned(),
        _ if line.contains("\"elapsed_ms\": ") => "elapsed_ms\n".to_owned(),
        _ => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

/// `text` with a name for each time and each id, the same wherever the id or its first ten digits stand.
fn named(text: &str, ids: &mut Vec<String>) -> String {
    let of_word = |byte: char| byte.is_ascii_alphanumeric() || byte == '-' || byte == ':';
    let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    let name = |piece: &str| {
        let word = piece.trim_end_matches(|byte| !of_word(byte));
        let after = &piece[word.len()..];
        if matches!(word.len(), 10 | 40 | 64) && word.bytes().all(hex) {
            let begin = &word[..10];
            let at = ids.iter().position(|id| id == begin).unwrap_or_else(|| {
                ids.push(begin.to_owned());
                ids.len() - 1
            });
            format!("ID-{at}{after}")
        } else if sealgate_core::approval::Moment::parse(word).is_some() {
            format!("TIME{after}")
        } else {
            piece.to_owned()
        }
    };
    text.split_inclusive(|byte| !of_word(byte)).map(name).collect()
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

/// Runs the examples that sign, or the others, in a project of their own, and compares what they print.
fn judge(document: &str, text: &str, least: usize, signing: bool) {
    let scratch = tempfile::tempdir().unwrap();
    let project = scratch.path().join("notes");
    std::fs::create_dir(&project).unwrap();
    let (mut status, mut compared) = (0, 0);
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    let meant = examples(text).into_iter().filter(|example| example.signing == signing);
    for Example { command, shown, .. } in meant {
        let (printed, code) = run(&command, &project, status);
        status = code;
        let Some(shown) = shown else {
            assert_eq!(code, 0, "{document}: {command}: {printed}");
            continue;
        };
        compared += 1;
        let (mut printed, mut shown) = (settled(&printed), settled(&shown));
        if signing {
            (printed, shown) = (named(&printed, &mut ours), named(&shown, &mut theirs));
        }
        assert_eq!(printed, shown, "{document}: $ {command}");
    }
    assert!(compared >= least, "{document}: only {compared} examples were found");
}

#[test]
fn every_example_prints_what_the_documents_show() {
    for (document, text, least) in DOCUMENTS {
        judge(document, text, least, false);
    }
}

#[cfg(feature = "sqlite")]
#[test]
#[ignore = "needs sqlite3"]
fn every_example_with_a_database_prints_what_the_document_shows() {
    judge("docs/rehearse.md", include_str!("../../docs/rehearse.md"), 15, false);
    judge("docs/surfaces.md", include_str!("../../docs/surfaces.md"), 7, false);
}

#[test]
#[ignore = "needs ssh-keygen"]
fn every_example_that_signs_prints_what_the_documents_show() {
    for (document, text, least) in SIGNING {
        judge(document, text, least, true);
    }
}

#[test]
fn an_id_has_one_name_and_every_other_word_stays() {
    let (id, other) = ("0123456789".to_owned() + &"a".repeat(54), "b".repeat(10));
    let text = format!("{id}.ada.sig ({other}), 2026-01-01T00:00:00Z: 0123456789 of 123456789");
    let mut ids = Vec::new();
    assert_eq!(
        named(&text, &mut ids),
        "ID-0.ada.sig (ID-1), 2026-01-01T00:00:00Z: ID-0 of 123456789"
    );
    assert_eq!(named("until 2026-01-01T00:00:00Z\n", &mut ids), "until TIME\n");
}
