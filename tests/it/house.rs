//! The house: which room may know which, which rooms touch nothing outside, and how large a file
//! and a function may be. Reads the sources as text; CONTRIBUTING.md tells the rules.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Every room and its floor. A room may name rooms of lower floors and itself, and none beside it. A new room gets a line here, and so does a room that moves.
const FLOORS: [(&str, u8); 45] = [
    // The words.
    ("attributes", 0),
    ("child", 0),
    ("hex", 0),
    ("path", 0),
    ("printable", 0),
    ("problem", 0),
    ("replace", 0),
    ("signing", 1),
    ("entry", 1),
    ("names", 1),
    ("pattern", 1),
    ("finding", 2),
    // What was approved, and what is in scope.
    ("scope", 2),
    ("git", 3),
    ("seal", 3),
    ("partition", 4),
    ("event", 4),
    // What is there.
    ("inventory", 4),
    // The decision; `reseal` is a comparison of two seals.
    ("blockers", 5),
    ("compare", 5),
    ("cause", 5),
    ("draft", 5),
    ("reseal", 6),
    ("verdict", 7),
    ("authority", 7),
    // What is said of it.
    ("report", 8),
    // One run; `judge` takes a seal from the repository through the pipeline.
    ("repository", 8),
    ("artifacts", 8),
    ("coverage", 9),
    ("runner", 9),
    ("output", 10),
    ("progress", 9),
    ("judge", 9),
    ("review", 9),
    ("accept", 9),
    ("merge", 9),
    ("plan", 9),
    // Setting up.
    ("doctor", 10),
    ("init", 9),
    ("clearance", 10),
    ("hook", 10),
    // The user.
    ("cli", 10),
    ("commands", 11),
    ("main", 12),
    ("lib", 13),
];

/// The rooms without a file system, a clock, an environment, other processes or printing.
const PURE: [&str; 22] = [
    "attributes",
    "authority",
    "blockers",
    "compare",
    "cause",
    "reseal",
    "verdict",
    "event",
    "draft",
    "accept",
    "merge",
    "partition",
    "names",
    "path",
    "pattern",
    "entry",
    "finding",
    "hex",
    "printable",
    "scope",
    "report",
    "seal",
];

/// What no pure room names: these, and what lies below them.
const IMPURE: [&str; 20] = [
    "std::fs",
    "std::env",
    "std::net",
    "std::os::fd",
    "std::os::unix::fs",
    "std::os::unix::net",
    "std::os::unix::process",
    "std::process",
    "std::thread",
    "std::time::Instant",
    "std::time::SystemTime",
    "std::io::stdin",
    "std::io::stdout",
    "std::io::stderr",
    "Instant",
    "SystemTime",
    "anstream",
    "indicatif",
    "rustix",
    "walkdir",
];

/// Ways to look at the disk that need no import: methods of `Path`; and the printing macros.
const IMPURE_WORDS: [&str; 15] = [
    ".canonicalize",
    ".exists",
    ".is_dir",
    ".is_file",
    ".is_symlink",
    ".metadata",
    ".read_dir",
    ".read_link",
    ".symlink_metadata",
    ".try_exists",
    "dbg!",
    "eprint!",
    "eprintln!",
    "print!",
    "println!",
];

/// Lines of a file before its tests, and of a function.
const MAX_FILE: usize = 400;
const MAX_FUNCTION: usize = 70;

#[test]
fn every_room_has_a_floor_and_every_floor_a_room() {
    let there: BTreeSet<String> = sources().into_iter().map(|source| source.room).collect();
    let listed: BTreeSet<String> = FLOORS.iter().map(|(room, _)| (*room).to_owned()).collect();
    assert_eq!(listed.len(), FLOORS.len(), "a room stands in the table twice");
    assert_eq!(there, listed, "left: the rooms in src; right: the table of this test");
    for room in PURE {
        assert!(listed.contains(room), "the pure room {room} is gone");
    }
}

#[test]
fn a_room_names_only_rooms_of_lower_floors() {
    let floors: BTreeMap<&str, u8> = FLOORS.into();
    let mut wrong = Vec::new();
    for source in sources() {
        for (line, room) in source.rooms_named() {
            let allowed = room == source.room
                || floors.get(&*room).is_some_and(|floor| *floor < floors[&*source.room]);
            if !allowed {
                wrong.push(format!("{}:{line}: {} names {room}", source.name, source.room));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_library_declares_the_rooms_and_nothing_else() {
    let sources = sources();
    let library = sources.iter().find(|source| source.room == "lib").unwrap();
    let declared = library.code.split_whitespace().collect::<Vec<_>>().join(" ");
    let rooms = declared.split_terminator(';').map(str::trim);
    let declared: BTreeSet<&str> =
        rooms.map(|part| part.strip_prefix("pub mod ").unwrap()).collect();
    let listed =
        FLOORS.iter().map(|(room, _)| *room).filter(|room| !matches!(*room, "main" | "lib"));
    assert_eq!(declared, listed.collect());
}

#[test]
fn a_pure_room_touches_nothing_outside() {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| PURE.contains(&&*source.room)) {
        for (line, what) in source.impure() {
            wrong.push(format!("{}:{line}: {what}", source.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_the_git_room_and_that_of_signing_run_other_programs() {
    let mut users = BTreeSet::new();
    for source in sources() {
        let runs =
            |path: &str| is_at_or_below(path, "std::process::Command") || path == "std::process::*";
        if paths(&source.code).iter().any(|(_, path)| runs(path)) {
            users.insert(source.name);
        }
    }
    assert!(users.contains("src/git/mod.rs"), "{users:?}");
    users.retain(|name| !name.starts_with("src/git/"));
    // `ssh-keygen`: no key is ever read here.
    assert_eq!(users.into_iter().collect::<Vec<_>>(), ["src/signing.rs"]);
}

#[test]
fn only_the_guard_and_the_kernels_are_unsafe() {
    let unsafe_words =
        |source: &Source| tokens(&source.code).iter().any(|(_, word)| word == "unsafe");
    let users: Vec<String> =
        sources().into_iter().filter(unsafe_words).map(|source| source.name).collect();
    // Maps and a signal handler; and functions for what only some processors have.
    assert_eq!(users, ["src/inventory/guard.rs", "src/inventory/kernels.rs"]);
}

#[test]
fn std_and_the_crate_keep_their_names() {
    for source in sources() {
        let words = tokens(&source.code);
        for three in words.windows(2) {
            let [(line, first), (_, second)] = three else { unreachable!() };
            let renamed =
                matches!(&**first, "std" | "core" | "crate" | "sealgate") && second == "as";
            assert!(!renamed, "{}:{line}: {first} under another name", source.name);
        }
        for (line, path) in paths(&source.code) {
            let all = matches!(&*path, "std::*" | "crate::*" | "sealgate::*");
            assert!(!all, "{}:{line}: {path} hides what is imported", source.name);
        }
    }
}

/// A file of tests without its line in `main.rs` would be compiled nowhere, and pass for ever.
#[test]
fn every_file_of_tests_is_a_module() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    let main = std::fs::read_to_string(root.join("main.rs")).unwrap();
    for entry in std::fs::read_dir(&root).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let module = name.strip_suffix(".rs").unwrap_or(&name);
        if name == "main.rs" || module.contains('.') {
            continue;
        }
        assert!(main.contains(&format!("\nmod {module};\n")), "{name} is no module of main.rs");
    }
}

#[test]
fn no_file_is_long() {
    for source in sources() {
        let lines = source.code.lines().count();
        assert!(lines <= MAX_FILE, "{} has {lines} lines before its tests", source.name);
    }
}

#[test]
fn no_function_is_long() {
    let mut functions = 0;
    for source in sources() {
        for (line, name, lines) in function_lengths(&source.code) {
            functions += 1;
            assert!(lines <= MAX_FUNCTION, "{}:{line}: {name} has {lines} lines", source.name);
        }
    }
    assert!(functions > 300, "only {functions} functions were found: is this test blind?");
}

#[test]
fn the_reader_sees_an_import_however_it_is_written() {
    let code = blanked(
        "use crate::a; pub use crate::{b, c::{self, D}, e as f};\n\
         fn x(y: crate :: g::H) { ::std::fs::read(\"use crate::no\"); /* crate::no */ }\n\
         use std::{io, time::{Duration, Instant}}; // crate::no\n\
         use std::fs::*; let c = 'x'; let l: &'static str = r#\"crate::\"no\"#; '\\''; crate::i!();",
    );
    let seen: Vec<String> = paths(&code).into_iter().map(|(_, path)| path).collect();
    for path in [
        "crate::a",
        "crate::b",
        "crate::c::self",
        "crate::c::D",
        "crate::e",
        "crate::g::H",
        "crate::i",
        "std::fs::read",
        "std::io",
        "std::time::Duration",
        "std::time::Instant",
        "std::fs::*",
    ] {
        assert!(seen.iter().any(|seen| seen == path), "{path} is not in {seen:?}");
    }
    assert!(!seen.iter().any(|path| path.contains("no")), "{seen:?}");
}

#[test]
fn the_reader_finds_what_each_rule_forbids() {
    let sources = [
        ("src/path.rs", "use crate::seal::Seal;", "seal"),
        ("src/path.rs", "fn f() { super::seal::read(); }", "seal"),
        ("src/report/json.rs", "use super::super::cli;", "cli"),
        ("src/report/json.rs", "use crate::{entry, cli::hint};", "cli"),
        ("src/main.rs", "sealgate::commands::main()", "commands"),
    ];
    for (name, text, room) in sources {
        let named = Source::new(name, text).rooms_named();
        assert!(named.iter().any(|(_, named)| named == room), "{text}: {named:?}");
    }
    let own = Source::new("src/report/json.rs", "use super::model::Report;").rooms_named();
    assert_eq!(own, []);
    for text in [
        "use std::fs;",
        "use std::{io, fs::File};",
        "std::env::var(x)",
        "use std::time::Instant;",
        "fn f() { Instant::now() }",
        "std::io::stdout().lock()",
        "println!(x)",
        "path.exists()",
    ] {
        assert_ne!(Source::new("src/path.rs", text).impure(), [], "{text}");
    }
    let fine = "use std::fmt; use std::io::{self, Write}; // std::fs\nlet x = \"println!\"; a.b()";
    assert_eq!(Source::new("src/path.rs", fine).impure(), []);
    let long = format!("fn short() {{}}\nfn long<T>(x: [u8; 2]) {{\n{}}}\n", "x;\n".repeat(9));
    let long = function_lengths(&blanked(&long));
    assert_eq!(long, [(1, "short".to_owned(), 1), (2, "long".to_owned(), 11)]);
}

/// One file below src, without comments, the content of strings, and its tests.
struct Source {
    /// Relative to the repository.
    name: String,
    room: String,
    /// How many modules lie between it and the root of the crate.
    depth: usize,
    code: String,
}

impl Source {
    fn new(name: &str, text: &str) -> Self {
        let mut place: Vec<&str> = name.strip_suffix(".rs").unwrap().split('/').skip(1).collect();
        if place.last() == Some(&"mod") {
            place.pop();
        }
        let code = blanked(text);
        let tests = ["\n#[cfg(test)]\nmod tests {", "\n#[cfg(all(test, unix))]\nmod tests {"];
        let tests = tests.iter().find_map(|start| code.find(start)).map_or(code.len(), |at| at + 1);
        Self {
            name: name.to_owned(),
            room: place[0].to_owned(),
            depth: place.len(),
            code: code[..tests].to_owned(),
        }
    }

    /// The rooms that its code names, each with the line.
    fn rooms_named(&self) -> Vec<(usize, String)> {
        let of_path = |(line, path): (usize, String)| {
            let mut parts = path.split("::").peekable();
            let mut ups = 0;
            while parts.next_if_eq(&"super").is_some() {
                ups += 1;
            }
            let from_the_root = match ups {
                0 => parts.next_if(|part| matches!(*part, "crate" | "sealgate")).is_some(),
                _ => ups >= self.depth,
            };
            let room = parts.next().filter(|_| from_the_root)?;
            Some((line, room.to_owned()))
        };
        paths(&self.code).into_iter().filter_map(of_path).collect()
    }

    /// What it names that no pure room may name, each with the line.
    fn impure(&self) -> Vec<(usize, String)> {
        let named = paths(&self.code).into_iter();
        let mut found: Vec<_> = named
            .filter(|(_, path)| IMPURE.iter().any(|impure| is_at_or_below(path, impure)))
            .collect();
        for two in tokens(&self.code).windows(2) {
            let [(line, first), (_, second)] = two else { unreachable!() };
            let word = format!("{first}{second}");
            if IMPURE_WORDS.contains(&&*word) {
                found.push((*line, word));
            }
        }
        found
    }
}

fn is_at_or_below(path: &str, parent: &str) -> bool {
    path.strip_prefix(parent).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// Every file below src.
fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sources = Vec::new();
    let mut directories = vec![PathBuf::from("src")];
    while let Some(directory) = directories.pop() {
        for entry in std::fs::read_dir(root.join(&directory)).unwrap() {
            let entry = entry.unwrap();
            let path = directory.join(entry.file_name());
            if entry.file_type().unwrap().is_dir() {
                directories.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(root.join(&path)).unwrap();
                sources.push(Source::new(&path.to_str().unwrap().replace('\\', "/"), &text));
            }
        }
    }
    sources.sort_by(|a, b| a.name.cmp(&b.name));
    sources
}

/// `text` with comments and the content of strings and characters turned to spaces; lines stay.
fn blanked(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let hidden = hidden_length(rest, code.chars().next_back());
        if hidden == 0 {
            let c = rest.chars().next().unwrap();
            code.push(c);
            rest = &rest[c.len_utf8()..];
        } else {
            code.extend(rest[..hidden].chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
            rest = &rest[hidden..];
        }
    }
    code
}

/// How many bytes at the start of `rest` are a comment, a string or a character.
fn hidden_length(rest: &str, before: Option<char>) -> usize {
    let in_word = before.is_some_and(|c| c.is_alphanumeric() || c == '_');
    if rest.starts_with("//") {
        return rest.find('\n').unwrap_or(rest.len());
    }
    if rest.starts_with("/*") {
        return rest.find("*/").map_or(rest.len(), |at| at + 2);
    }
    let raw = rest.strip_prefix('b').unwrap_or(rest).strip_prefix('r').filter(|_| !in_word);
    if let Some(raw) = raw {
        let marks = raw.len() - raw.trim_start_matches('#').len();
        if raw[marks..].starts_with('"') {
            let end = format!("\"{}", "#".repeat(marks));
            let start = rest.len() - raw.len() + marks + 1;
            return rest[start..].find(&end).map_or(rest.len(), |at| start + at + end.len());
        }
    }
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''));
    let Some(quote) = quote else { return 0 };
    // A lifetime has no second quote where a character would end.
    let mut inside = rest[1..].chars();
    if quote == '\'' && inside.next() != Some('\\') && inside.next() != Some('\'') {
        return 0;
    }
    let mut escaped = false;
    let end = rest[1..].find(|c| {
        let ends = !escaped && c == quote;
        escaped = !escaped && c == '\\';
        ends
    });
    end.map_or(rest.len(), |at| at + 2)
}

/// The words and signs of `code`, each with its line; `::` is one.
fn tokens(code: &str) -> Vec<(usize, String)> {
    let mut tokens: Vec<(usize, String)> = Vec::new();
    let mut line = 1;
    let mut joins = false;
    for c in code.chars() {
        let wordy = c.is_alphanumeric() || c == '_';
        match tokens.last_mut() {
            Some((_, last))
                if joins && wordy && last.ends_with(|c: char| c.is_alphanumeric() || c == '_') =>
            {
                last.push(c);
            }
            Some((_, last)) if joins && c == ':' && last == ":" => last.push(c),
            _ if c.is_whitespace() => {}
            _ => tokens.push((line, c.to_string())),
        }
        joins = !c.is_whitespace();
        line += usize::from(c == '\n');
    }
    tokens
}

/// Every path that `code` names, with `{...}` of imports taken apart.
fn paths(code: &str) -> Vec<(usize, String)> {
    let tokens = tokens(code);
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        at = if is_word(&tokens[at].1) { path(&tokens, at, "", &mut found) } else { at + 1 };
    }
    found
}

/// Takes one path, or a list of them, that continues `prefix`; gives the place behind it.
fn path(
    tokens: &[(usize, String)],
    at: usize,
    prefix: &str,
    found: &mut Vec<(usize, String)>,
) -> usize {
    let text = |at: usize| tokens.get(at).map_or("", |(_, text)| &**text);
    if text(at) == "{" {
        let mut at = at + 1;
        while !matches!(text(at), "}" | "") {
            let listed = is_word(text(at)) || text(at) == "*";
            at = if listed { path(tokens, at, prefix, found) } else { at + 1 };
            // `as NAME` is no path.
            at += if text(at) == "as" { 2 } else { 0 };
        }
        return at + 1;
    }
    let whole = format!("{prefix}{}", text(at));
    let goes_on = is_word(text(at + 2)) || matches!(text(at + 2), "{" | "*");
    if text(at + 1) == "::" && goes_on {
        return path(tokens, at + 2, &format!("{whole}::"), found);
    }
    found.push((tokens[at].0, whole));
    at + 1
}

fn is_word(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Line, name and length in lines of every function with a body.
fn function_lengths(code: &str) -> Vec<(usize, String, usize)> {
    let tokens = tokens(code);
    let mut found = Vec::new();
    for (at, two) in tokens.windows(2).enumerate() {
        let [(line, first), (_, name)] = two else { unreachable!() };
        if first != "fn" || !is_word(name) {
            continue;
        }
        let mut depth = 0_i32;
        for (end, token) in &tokens[at..] {
            match &**token {
                "(" | "[" | "{" => depth += 1,
                ")" | "]" => depth -= 1,
                "}" => {
                    depth -= 1;
                    if depth == 0 {
                        found.push((*line, name.clone(), end - line + 1));
                        break;
                    }
                }
                ";" if depth == 0 => break,
                _ => {}
            }
        }
    }
    found
}
