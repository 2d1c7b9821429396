//! Trees that nobody made for a test: the unpacked sources of this project's own dependencies.

#![cfg(unix)]

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use walkdir::WalkDir;

use crate::support::{Repo, copy};

/// The directories of the dependencies, as cargo unpacked them for this very build.
fn sources() -> BTreeSet<PathBuf> {
    let tool = |name: &str, default: &str, arguments: &[&str]| {
        let program = env::var_os(name).unwrap_or_else(|| default.into());
        let mut command = Command::new(program);
        let output = command.args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).output();
        let output = output.expect("the tool that built this test");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let compiler = tool("RUSTC", "rustc", &["-vV"]);
    let host = compiler.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    // Of other systems cargo may have unpacked nothing.
    let arguments =
        ["metadata", "--offline", "--locked", "--format-version=1", "--filter-platform", host];
    let metadata: Value = serde_json::from_str(&tool("CARGO", "cargo", &arguments)).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let dependencies = packages.iter().filter(|package| !package["source"].is_null());
    let manifests = dependencies.map(|package| package["manifest_path"].as_str().unwrap());
    manifests.map(|manifest| Path::new(manifest).parent().unwrap().to_owned()).collect()
}

#[test]
fn the_sources_of_the_dependencies_are_sealed_and_one_changed_byte_is_found() {
    let repo = Repo::plain();
    for source in sources() {
        let name = source.file_name().unwrap();
        fs::create_dir_all(repo.at("vendor")).unwrap();
        copy(&source, &repo.at("vendor").join(name)).unwrap();
    }
    let made = repo.run(&["seal", "vendor", "--root", "vendor", "--allow-outside-links"]);
    assert_eq!(made.code, 0, "{}", made.stderr);
    let files: Vec<PathBuf> = WalkDir::new(repo.at("vendor"))
        .sort_by_file_name()
        .into_iter()
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| path.symlink_metadata().unwrap().is_file())
        .collect();
    let checked = repo.check(&[]);
    assert_eq!((checked.code, checked.findings()), (0, vec![]));
    let count = checked.report["seals"][0]["checked"].as_u64().unwrap();
    assert!(count >= 1_000 && count >= files.len() as u64, "only {count} entries");

    // The first, the last, and some between; not the empty ones.
    for path in files.iter().step_by(files.len() / 5).chain(files.last()) {
        let good = fs::read(path).unwrap();
        let Some(at) = good.len().checked_sub(1) else { continue };
        let mut bad = good.clone();
        bad[at / 2] ^= 1;
        fs::write(path, bad).unwrap();
        let checked = repo.check(&[]);
        assert_eq!(checked.code, 1, "{}", path.display());
        let [found] = &checked.findings()[..] else { panic!("{}", checked.report) };
        let below = path.strip_prefix(repo.at("vendor")).unwrap();
        assert_eq!(found.path, below.to_str().unwrap().as_bytes());
        assert_eq!(found.kind, "modified");
        fs::write(path, good).unwrap();
    }
    assert_eq!(repo.check(&[]).code, 0);
}
