//! The committed manual pages and completions are what the program prints.
//!
//! `UPDATE=1 cargo test --test generated` writes them anew.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

const COMMANDS: [&str; 16] = [
    "check",
    "seal",
    "fmt",
    "diff",
    "ls",
    "export",
    "init",
    "doctor",
    "hook",
    "accept",
    "merge-reports",
    "blockers",
    "policy",
    "grant",
    "completions",
    "man",
];

/// The commands of commands.
const NESTED: [&str; 13] = [
    "blockers-check",
    "blockers-list",
    "grant-list",
    "grant-new",
    "grant-show",
    "grant-sign",
    "grant-verify",
    "hook-install",
    "hook-pre-push",
    "hook-uninstall",
    "policy-check",
    "policy-digest",
    "policy-export-allowed-signers",
];

const COMPLETIONS: [(&str, &str); 5] = [
    ("bash", "sealgate.bash"),
    ("elvish", "sealgate.elv"),
    ("fish", "sealgate.fish"),
    ("powershell", "_sealgate.ps1"),
    ("zsh", "_sealgate"),
];

fn print(arguments: &[&str]) -> Vec<u8> {
    let output = Command::new(env!("CARGO_BIN_EXE_sealgate")).args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}");
    output.stdout
}

/// Every generated file with its content.
fn generated() -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::from([("man/sealgate.1".to_owned(), print(&["man"]))]);
    for command in COMMANDS.into_iter().chain(NESTED) {
        files.insert(format!("man/sealgate-{command}.1"), print(&["man", command]));
    }
    for (shell, file) in COMPLETIONS {
        files.insert(format!("completions/{file}"), print(&["completions", shell]));
    }
    files
}

#[test]
fn the_committed_files_are_what_the_program_prints() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("generated");
    for (name, content) in generated() {
        let path = root.join(&name);
        if std::env::var_os("UPDATE").is_some() {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, &content).unwrap();
        }
        let committed = fs::read(&path).unwrap_or_default();
        assert!(committed == content, "{name} is stale: UPDATE=1 cargo test --test generated");
    }
}

#[test]
fn every_command_has_a_manual_page() {
    let help = String::from_utf8(print(&["--help"])).unwrap();
    let listed = help.split("Commands:").nth(1).unwrap().split("Options:").next().unwrap();
    // What is further in goes on with the line before.
    let of_command = |line: &&str| line.starts_with("  ") && !line.starts_with("   ");
    let lines = listed.lines().filter(of_command);
    let names: Vec<_> = lines.filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(names, COMMANDS);
    for name in COMMANDS {
        let page = String::from_utf8(print(&["man", name])).unwrap();
        assert!(
            page.contains(&format!("sealgate-{name}"))
                || page.contains(&format!("sealgate\\-{name}")),
            "{page}"
        );
    }
}
