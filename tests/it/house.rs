//! How the code is laid out: which room of `src` may know which, how long a file may be, and that no
//! file of tests is forgotten. The compiler holds the rest: the crates below `crates` know only each
//! other, and clippy holds what each may touch.

use std::collections::{BTreeMap, BTreeSet};
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

/// Reads the paths of an import from `code`, which stands behind `::`: one for each item of a group.
fn paths(above: &[&str], mut code: &str) -> (Vec<String>, usize) {
    let start = code.len();
    if let Some(group) = code.strip_prefix('{') {
        let mut all = Vec::new();
        code = group.trim_start();
        while !code.is_empty() && !code.starts_with('}') {
            let (found, read) = paths(above, code);
            all.extend(found);
            code = code[read..].trim_start_matches(|c: char| c == ',' || c.is_whitespace());
        }
        return (all, start - code.strip_prefix('}').unwrap_or(code).len());
    }
    let end = code.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(code.len());
    let (name, rest) = code.split_at(end);
    let path = [above, &[name]].concat();
    match rest.strip_prefix("::") {
        Some(deeper) => {
            let (found, read) = paths(&path, deeper);
            (found, start - deeper.len() + read)
        }
        // At least one character: whatever stands there ends a path.
        None => (vec![path.join("/")], end.max(1)),
    }
}

/// The module of each file of `files`, and the modules that it imports from. A folder stands above its
/// files, so what these share may lie in its `mod.rs`: that is no import.
fn imports(files: &[(PathBuf, String)]) -> BTreeMap<String, BTreeSet<String>> {
    let module = |path: &Path| {
        let name = path.to_str().unwrap().replace('\\', "/");
        let name = name.trim_end_matches(".rs");
        name.trim_end_matches("/mod").trim_end_matches("/lib").to_owned()
    };
    let known: BTreeSet<String> = files.iter().map(|(path, _)| module(path)).collect();
    let mut all = BTreeMap::new();
    for (path, code) in files {
        let own = module(path);
        let is_folder = path.ends_with("mod.rs") || path.ends_with("lib.rs");
        let root = &own[..own.find("src").unwrap() + "src".len()];
        let mut imported = BTreeSet::new();
        for (at, word) in code.match_indices("super::").chain(code.match_indices("crate::")) {
            // The first of several decides how far up they lead.
            if code[..at].ends_with("super::") {
                continue;
            }
            let ups = code[at..].split("super::").take_while(|before| before.is_empty()).count();
            let above = match word {
                "crate::" => root,
                _ => Path::new(&own)
                    .ancestors()
                    .nth(ups - usize::from(is_folder))
                    .unwrap()
                    .to_str()
                    .unwrap(),
            };
            let skipped = if word == "crate::" { word.len() } else { ups * word.len() };
            for path in paths(&[above], &code[at + skipped..]).0 {
                let mut found = Path::new(&path).ancestors().map(|at| at.to_str().unwrap());
                imported.extend(found.find(|at| known.contains(*at)).map(str::to_owned));
            }
        }
        let folder = |a: &str, b: &str| Path::new(a).starts_with(b);
        imported.retain(|other| !folder(other, &own) && !folder(&own, other));
        all.insert(own, imported);
    }
    all
}

#[test]
fn no_files_import_each_other() {
    for top in ["src", "crates/core/src", "crates/git/src", "crates/scan/src"] {
        let mut left = imports(&sources(top));
        let arrows: usize = left.values().map(BTreeSet::len).sum();
        assert!(arrows > left.len() / 2, "{top} has few imports: is this test blind?");
        // Whoever imports nothing that is left is in no circle.
        loop {
            let names: BTreeSet<String> = left.keys().cloned().collect();
            left.retain(|_, imported| !imported.is_disjoint(&names));
            if left.len() == names.len() {
                break;
            }
        }
        assert!(left.is_empty(), "in circles, or above one: {:?}", left.keys());
    }
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
    for binary in ["it", "judges"] {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(binary);
        let main = fs::read_to_string(root.join("main.rs")).unwrap();
        for entry in fs::read_dir(&root).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let module = name.strip_suffix(".rs").unwrap_or(&name);
            if ["main.rs", "snapshots"].contains(&&*name) || module.contains('.') {
                continue;
            }
            let declared = main.contains(&format!("\nmod {module};\n"));
            assert!(declared, "{binary}/{name} is no module of its main.rs");
        }
    }
}
