//! The committed manual pages and completions describe the command line as it is, and the program
//! prints them. `docs/errors.md` is the table of error codes as it is.
//!
//! `UPDATE=1 cargo test --test it generated` writes them anew.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use clap_complete::Shell;
use clap_mangen::Man;
use sealgate_core::text::codes::{ErrorCode, NOTICES};

use crate::error_codes::errors;

const COMMANDS: [&str; 19] = [
    "check",
    "rebuild",
    "seal",
    "diff",
    "ls",
    "init",
    "doctor",
    "hook",
    "fmt",
    "resolve",
    "export",
    "merge-reports",
    "blockers",
    "policy",
    "grant",
    "rehearse",
    "evidence",
    "completions",
    "man",
];

/// The commands of commands.
const NESTED: [&str; 20] = [
    "blockers-check",
    "blockers-list",
    "evidence-check",
    "grant-list",
    "grant-log",
    "grant-new",
    "grant-prune",
    "grant-show",
    "grant-sign",
    "grant-use",
    "grant-verify",
    "hook-install",
    "hook-pre-push",
    "hook-uninstall",
    "policy-check",
    "policy-diff",
    "policy-digest",
    "policy-export-allowed-signers",
    "policy-fmt",
    "policy-new",
];

const COMPLETIONS: [(Shell, &str, &str); 5] = [
    (Shell::Bash, "bash", "sealgate.bash"),
    (Shell::Elvish, "elvish", "sealgate.elv"),
    (Shell::Fish, "fish", "sealgate.fish"),
    (Shell::PowerShell, "powershell", "_sealgate.ps1"),
    (Shell::Zsh, "zsh", "_sealgate"),
];

/// The commands that take the names of seals.
const OF_SEALS: [&str; 9] =
    ["accept", "check", "diff", "export", "fmt", "ls", "rebuild", "resolve", "seal"];

/// `script` with the names of the seals where a command takes them; `sealgate ls` lists them when a
/// person completes a word.
fn with_seals(shell: Shell, mut script: String) -> String {
    match shell {
        Shell::Bash => {
            for command in OF_SEALS {
                let start = format!("sealgate__subcmd__{command})\n            opts=\"");
                let at = script.find(&start).unwrap() + start.len();
                let end = at + script[at..].find("\"\n").unwrap();
                script.insert_str(end, " $(\"$1\" ls 2>/dev/null)");
            }
            script
        }
        Shell::Zsh => {
            let lines = script.lines().map(|line| {
                let takes = line.starts_with("'*::names -- ")
                    || line.starts_with("'::name -- ")
                    || line.starts_with("':name -- ");
                match line.strip_suffix(":_default' \\") {
                    Some(rest) if takes => format!("{rest}:_sealgate_seals' \\\n"),
                    _ => format!("{line}\n"),
                }
            });
            let script = lines.collect::<String>();
            let (head, rest) = script.split_once("\n_sealgate() {").unwrap();
            format!("{head}\n{ZSH}\n_sealgate() {{{rest}")
        }
        Shell::Fish => {
            for command in OF_SEALS {
                writeln!(
                    script,
                    "complete -c sealgate -n \"__fish_sealgate_using_subcommand {command}\" \
                     -a '(sealgate ls 2>/dev/null)' -d 'Seal'"
                )
                .unwrap();
            }
            script
        }
        _ => script,
    }
}

/// The seals, and files: a root or a seal file names a seal too.
const ZSH: &str = "\
_sealgate_seals() {
    local -a seals
    seals=(${(f)\"$(_call_program seals sealgate ls 2>/dev/null)\"})
    _alternative 'seals:seal:compadd -a seals' 'files:file:_files'
}
";

fn print(arguments: &[&str]) -> Vec<u8> {
    let output = Command::new(env!("CARGO_BIN_EXE_sealgate")).args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}");
    output.stdout
}

/// The manual page of the command `name`, or of a command's command: `hook-install`.
fn page(name: &str) -> Vec<u8> {
    let mut whole = sealgate::cli::args::command();
    whole.build();
    let mut command = &whole;
    let mut rest = name;
    while !rest.is_empty() {
        let known = |name: &str| command.find_subcommand(name);
        let (next, after) = match known(rest) {
            Some(next) => (next, ""),
            None => {
                rest.split_once('-').and_then(|(group, rest)| Some((known(group)?, rest))).unwrap()
            }
        };
        (command, rest) = (next, after);
    }
    let mut roff = Vec::new();
    let source = concat!("sealgate ", env!("CARGO_PKG_VERSION"));
    let manual = Man::new(command.clone()).source(source).manual("sealgate manual");
    manual.render(&mut roff).unwrap();
    roff
}

/// Every generated file: its name, its content, and the arguments with which the program prints it.
fn generated() -> Vec<(String, Vec<u8>, Vec<&'static str>)> {
    let mut files = vec![("man/sealgate.1".to_owned(), page(""), vec!["man"])];
    for command in COMMANDS.into_iter().chain(NESTED) {
        files.push((format!("man/sealgate-{command}.1"), page(command), vec!["man", command]));
    }
    for (shell, name, file) in COMPLETIONS {
        let mut script = Vec::new();
        clap_complete::generate(
            shell,
            &mut sealgate::cli::args::command(),
            "sealgate",
            &mut script,
        );
        let script = with_seals(shell, String::from_utf8(script).unwrap()).into_bytes();
        files.push((format!("completions/{file}"), script, vec!["completions", name]));
    }
    files
}

/// What stands above the codes of `docs/errors.md`.
const ERRORS_INTRO: &str = "\
<!-- Generated from crates/core/src/text/codes: see \"Generated files\" in CONTRIBUTING.md. -->

# Error codes

Every error and every refusal has a code, which scripts can rely on, and this page explains each of them. The code is in \
`errors[].code` of the JSON reports, `ruleId` of SARIF, `type` of JUnit XML, `check_name` of Code Quality and the title \
of an annotation in GitHub Actions; an error on a terminal has the message and the next step instead. An error ends the \
run with exit code 2, and a refusal (`\"refusal\": true`) with exit code 1, unless the paragraph of the code states \
another.
";

/// What stands above the codes of notices there.
const NOTICES_INTRO: &str = "
# Notices

A notice is in `notices[]` of the JSON report, and changes no verdict.
";

/// `text` in lines of at most 120 letters.
fn wrapped(text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().unwrap();
        if line.is_empty() {
            line.push_str(word);
        } else if line.chars().count() + 1 + word.chars().count() <= 120 {
            *line = format!("{line} {word}");
        } else {
            lines.push(word.to_owned());
        }
    }
    // What would begin a list, a heading or a table at the begin of a line.
    let begins = |line: &String| line.starts_with(['-', '+', '*', '#', '>', '|', '=']);
    assert!(!lines.iter().skip(1).any(begins), "say this otherwise: {text}");
    lines.join("\n")
}

/// `docs/errors.md`.
fn page_of_errors() -> String {
    let line = |ErrorCode { code, title, explanation }: &ErrorCode| {
        format!("\n## {code}\n\n{}\n", wrapped(&format!("**{title}.** {explanation}")))
    };
    let lines = |codes: &[ErrorCode]| codes.iter().map(line).collect::<String>();
    let intro: Vec<String> = ERRORS_INTRO.lines().map(wrapped).collect();
    let (intro, errors, notices) = (intro.join("\n"), lines(&errors()), lines(NOTICES));
    format!("{intro}\n{errors}{NOTICES_INTRO}{notices}")
}

#[test]
fn the_page_of_errors_shows_the_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/errors.md");
    let page = page_of_errors();
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &page).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == page, "docs/errors.md is stale: UPDATE=1 cargo test --test it generated");
}

#[test]
fn the_committed_files_describe_the_command_line() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("generated");
    for (name, content, _) in generated() {
        let path = root.join(&name);
        if std::env::var_os("UPDATE").is_some() {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, &content).unwrap();
        }
        let committed = fs::read(&path).unwrap_or_default();
        assert!(committed == content, "{name} is stale: UPDATE=1 cargo test --test it generated");
    }
}

#[test]
fn the_program_prints_the_committed_files() {
    for (name, content, arguments) in generated() {
        assert!(print(&arguments) == content, "{arguments:?} prints something else than {name}");
    }
}

#[test]
fn every_command_has_a_manual_page() {
    let help = String::from_utf8(print(&["--help"])).unwrap();
    let listed = help.split("Every day:").nth(1).unwrap().split("Options:").next().unwrap();
    // What is further in goes on with the line before.
    let of_command = |line: &&str| line.starts_with("  ") && !line.starts_with("   ");
    let lines = listed.lines().filter(of_command);
    let names: Vec<_> = lines.filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(names, COMMANDS);
    assert_eq!(print(&["help"]), print(&["--help"]));
    assert_eq!(print(&["help", "grant", "new"]), print(&["grant", "new", "--help"]));
    for name in COMMANDS {
        let page = String::from_utf8(print(&["man", name])).unwrap();
        assert!(
            page.contains(&format!("sealgate-{name}"))
                || page.contains(&format!("sealgate\\-{name}")),
            "{page}"
        );
    }
}
