//! The threat model and the hardening page name, for each claim, the tests that hold it. Here the names
//! are held against the tests that exist.

#![cfg(unix)]

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

const THREAT_MODEL: &str = include_str!("../../docs/threat-model.md");

/// The names of all tests of this binary.
fn tests_from_outside() -> BTreeSet<String> {
    let output = Command::new(std::env::current_exe().unwrap()).arg("--list").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect()
}

/// Whether `name` is a test in a source file: a unit test of the program, one that a judge decides, or any
/// test of one of the crates, such as `core::seal::path::tests::x` or `core::comparing::x`.
fn is_in_source(name: &str) -> bool {
    let Some((module, function)) = name.rsplit_once("::") else { return false };
    let module = module.strip_suffix("::tests").unwrap_or(module);
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (first, rest) = module.split_once("::").unwrap_or((module, ""));
    let places = match first {
        "core" | "git" | "scan" => {
            let of = root.join("crates").join(first);
            ["src", "tests", "tests/it"]
                .map(|place| of.join(place).join(rest.replace("::", "/")))
                .to_vec()
        }
        _ => ["src", "tests/judges"]
            .map(|place| root.join(place).join(module.replace("::", "/")))
            .to_vec(),
    };
    let declared = format!("fn {function}(");
    let holds =
        |path: &Path| std::fs::read_to_string(path).is_ok_and(|text| text.contains(&declared));
    places.iter().any(|place| holds(&place.with_extension("rs")) || holds(&place.join("mod.rs")))
}

/// The words in backticks of `text` that have the form of a test's name.
fn names(text: &str) -> Vec<&str> {
    let is_name = |word: &&str| {
        word.contains("::")
            && word.split("::").all(|part| {
                part.starts_with(|c: char| c.is_ascii_lowercase())
                    && part
                        .chars()
                        .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
            })
    };
    text.split('`').skip(1).step_by(2).filter(is_name).collect()
}

#[test]
fn every_test_that_a_document_names_exists() {
    let here = tests_from_outside();
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let mut named = 0;
    for entry in std::fs::read_dir(docs).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "md") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        for name in names(&text) {
            named += 1;
            let exists = here.contains(name) || is_in_source(name);
            assert!(exists, "{}: there is no test {name}", path.display());
        }
    }
    assert!(named >= 60, "only {named} names of tests were found in docs");
}

#[test]
fn every_claim_of_the_threat_model_names_a_test() {
    let (_, claims) = THREAT_MODEL.split_once("## What it sees").unwrap();
    let mut section = "## What it sees";
    let mut rows = 0;
    for line in claims.lines() {
        if line.starts_with("## ") {
            section = line;
        }
        let is_row = line.starts_with("| ") && !line.starts_with("| ---");
        if !is_row || line.ends_with("| test |") {
            continue;
        }
        rows += 1;
        let last = line.trim_end_matches(" |").rsplit("| ").next().unwrap();
        assert!(!names(last).is_empty(), "{section}: no test holds this claim: {line}");
    }
    assert!(rows >= 40, "only {rows} claims were found");
}
