//! How the code is laid out: which room of `src` may know which, how long a file may be, and that no
//! file of tests is forgotten. The compiler holds the rest: the crates below `crates` know only each
//! other, and clippy holds what each may touch.

use std::fs;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

/// The rooms of `src`, from below: each knows only those before it.
const ROOMS: [&str; 6] = ["tree", "report", "github", "ops", "setup", "cli"];

/// The most lines of a file, without its tests.
const MAX_LINES: usize = 400;

/// The Rust files below `directory`, each with its text up to its tests.
pub(crate) fn sources(directory: &str) -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = WalkDir::new(root.join(directory)).into_iter().map(|entry| entry.unwrap());
    let mut sources = Vec::new();
    for file in files.filter(|file| file.path().extension().is_some_and(|end| end == "rs")) {
        let text = fs::read_to_string(file.path()).unwrap();
        let code = text.split("\n#[cfg(test)]\nmod tests").next().unwrap_or_default();
        sources.push((file.path().strip_prefix(root).unwrap().to_owned(), code.to_owned()));
    }
    assert!(sources.len() > 5, "{directory} has few files: is this test blind?");
    sources
}

/// The rooms that `code` names.
fn rooms_named(code: &str) -> impl Iterator<Item = &str> {
    let named = code.split("crate::").skip(1);
    named
        .map(|rest| rest.split(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or(rest))
}

#[test]
fn a_room_knows_only_those_below_it() {
    let floor = |room: &str| ROOMS.iter().position(|known| *known == room);
    let mut wrong = Vec::new();
    for (path, code) in sources("src") {
        let room = path.iter().nth(1).unwrap().to_str().unwrap();
        if room == "lib.rs" || room == "main.rs" {
            continue;
        }
        let own = floor(room).unwrap_or_else(|| panic!("{room} has no place in ROOMS"));
        assert!(!code.contains("crate::{"), "{}: name the room in each import", path.display());
        for named in rooms_named(&code).filter(|named| floor(named).is_none_or(|at| at > own)) {
            wrong.push(format!("{}: {named}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_file_is_long() {
    let crates = ["core", "git", "rehearse", "scan", "surface"]
        .map(|name| sources(&format!("crates/{name}/src")));
    for (path, code) in sources("src").into_iter().chain(crates.into_iter().flatten()) {
        let lines = code.lines().count();
        assert!(lines <= MAX_LINES, "{} has {lines} lines before its tests", path.display());
    }
}

#[test]
fn what_the_architecture_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("ARCHITECTURE.md")).unwrap();
    let words = text.split('`').skip(1).step_by(2);
    let paths: Vec<&str> = words
        .filter(|word| {
            ["src/", "crates/", "tests/", ".ci/"].iter().any(|top| word.starts_with(top))
        })
        .collect();
    assert!(paths.len() >= 30, "only {} paths were found", paths.len());
    for path in paths {
        assert!(root.join(path).exists(), "{path} is not there");
    }
}

/// A file of tests without its line in `main.rs` would be compiled nowhere, and pass for ever.
#[test]
fn every_file_of_tests_is_a_module() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    let main = fs::read_to_string(root.join("main.rs")).unwrap();
    for entry in fs::read_dir(&root).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let module = name.strip_suffix(".rs").unwrap_or(&name);
        if ["main.rs", "snapshots"].contains(&&*name) || module.contains('.') {
            continue;
        }
        assert!(main.contains(&format!("\nmod {module};\n")), "{name} is no module of main.rs");
    }
}
