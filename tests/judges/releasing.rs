//! The workflow of a release, run by act on this machine: what it would build for each system is this
//! test's own program, and everything after that is what it will be.

#![cfg(unix)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::acting::{Acted, Consumer};
use crate::support::copy;

const WORKFLOW: &str = include_str!("../../.github/workflows/release.yml");
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What a package of the sources needs, and what is packed beside the program.
const SOURCES: [&str; 16] = [
    ".ci",
    "CHANGELOG.md",
    "Cargo.lock",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "benches",
    "crates",
    "examples",
    "fixtures",
    "generated",
    "packaging",
    "pyproject.toml",
    "src",
    "tests",
    "docs",
];

/// Programs that a runner has or installs, and what stands in for them.
fn stand_ins() -> [(&'static str, String); 6] {
    let nothing = "exit 0".to_owned();
    // A program of few bytes, which runs the one that is tested.
    let built = env!("CARGO_BIN_EXE_sealgate");
    let cargo = format!(
        "case \"$1 $2\" in\n\
         'auditable build') mkdir -p \"target/$TARGET/dist\"\n\
         for name in sealgate sealgate.exe; do\n\
         printf '%s\\n' '#!/bin/sh' \"exec '{built}' \\\"\\$@\\\"\" > \"target/$TARGET/dist/$name\"\ndone ;;\n\
         'install cargo-auditable') ;;\n*) exec '{}' \"$@\" ;;\nesac",
        std::env::var("CARGO").unwrap(),
    );
    // What it would install is in PATH already.
    let python = "if [ \"$2\" = pip ]; then\n\
        exec ln -sfn \"$(dirname \"$(dirname \"$(command -v maturin)\")\")\" \"$RUNNER_TEMP/python\"\nfi\n\
        for python in $(which -a python3); do [ \"$python\" = \"$0\" ] || exec \"$python\" \"$@\"; done";
    [
        ("apt-get", nothing.clone()),
        ("cargo", cargo),
        ("python3", python.to_owned()),
        ("readelf", nothing.clone()),
        ("rustup", nothing.clone()),
        ("sudo", nothing),
    ]
}

/// A clone of this repository at the tag of its version, which states where it is published.
fn published() -> Consumer {
    let consumer = Consumer::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for name in SOURCES {
        copy(&root.join(name), &consumer.repo.at(name)).unwrap();
    }
    let manifest = fs::read_to_string(root.join("Cargo.toml")).unwrap();
    let stated = "[package]\nrepository = \"https://github.com/owner/sealgate\"\n";
    consumer.write("Cargo.toml", &manifest.replacen("[package]\n", stated, 1));
    consumer.repo.git(&["remote", "add", "origin", "https://github.com/owner/sealgate"]);
    for (name, script) in stand_ins() {
        consumer.program(name, &script);
    }
    consumer.commit("Publish");
    consumer
}

fn release(consumer: &Consumer, tag: &str) -> Acted {
    let event: Value = json!({
        "ref": format!("refs/tags/{tag}"),
        "before": "0".repeat(40),
        "after": consumer.id("HEAD"),
        "repository": {"full_name": "owner/sealgate"},
    });
    consumer.act(WORKFLOW, "push", &event)
}

#[test]
#[ignore = "needs act, maturin, wheel and npm, which .ci/run installs"]
fn a_tag_makes_every_package_and_each_is_installed() {
    let consumer = published();
    let acted = release(&consumer, &format!("v{VERSION}"));
    assert_eq!(acted.ran.code, 0, "{}", acted.log());
    let made = |artifact: &str| -> BTreeSet<String> {
        let files = fs::read_dir(consumer.outside("store").join(artifact)).unwrap();
        files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect()
    };
    let packages = made("packages");
    let ending = |end: &str| packages.iter().filter(|name| name.ends_with(end)).count();
    assert_eq!((ending(".tgz"), ending(".whl"), ending(".zip")), (6, 5, 1), "{packages:?}");
    assert_eq!(ending(".tar.gz"), 5, "four archives and the sources: {packages:?}");
    let sums = fs::read_to_string(consumer.outside("store/checksums/SHA256SUMS")).unwrap();
    let rows: Vec<_> = sums.lines().map(|line| line.split_once("  ").unwrap().1).collect();
    assert_eq!(rows.len(), 5);
    assert!(rows.iter().all(|name| packages.contains(*name)), "{rows:?} {packages:?}");
    for kind in ["archive", "npm", "pip"] {
        let says = format!("{kind}: installed, and it answers as it must");
        assert_eq!(acted.log().matches(&says).count(), 5, "{kind}: {}", acted.log());
    }
}

#[test]
#[ignore = "needs act, which .ci/run installs"]
fn a_tag_that_is_not_the_version_and_a_repository_that_is_not_stated_make_nothing() {
    let consumer = published();
    let acted = release(&consumer, "v999.0.0");
    assert!(acted.ran.code != 0 && !consumer.outside("store/packages").exists(), "{}", acted.log());
    let manifest = fs::read_to_string(consumer.repo.at("Cargo.toml")).unwrap();
    consumer.write("Cargo.toml", &manifest.replace("/owner/sealgate\"", "/other/sealgate\""));
    consumer.commit("State another repository");
    let acted = release(&consumer, &format!("v{VERSION}"));
    assert!(acted.ran.code != 0 && !consumer.outside("store/packages").exists(), "{}", acted.log());
}
