//! What `exclude` patterns match, held against git: lists of patterns are generated, and paths near
//! them; for every path, `Scope` and `git check-ignore` must name the same deciding pattern.

#![cfg(unix)]

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::num::ParseIntError;
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;
use std::process::Stdio;
use std::str::FromStr;

use sealgate_core::seal::exclude::Scope;

use crate::random::Random;
use crate::support::{Repo, scrubbed};

/// Lists that one git process judges.
const BATCH: usize = 500;

/// The seed of the generator, unless `SEALGATE_PATTERN_SEED` gives another.
const SEED: u64 = 1;

#[test]
fn a_sample_of_generated_lists_agrees_with_git() {
    compare_with_git(400);
}

/// `SEALGATE_PATTERN_LISTS` says how many lists.
#[test]
#[ignore = "takes minutes; .ci/hardening runs it"]
fn agrees_with_git_on_many_lists() {
    compare_with_git(number("SEALGATE_PATTERN_LISTS").unwrap_or(5_000));
}

fn number<N: FromStr<Err = ParseIntError>>(variable: &str) -> Option<N> {
    std::env::var(variable).ok().map(|text| text.parse().expect("a number"))
}

/// What a comparison came across.
#[derive(Debug, Default)]
struct Counts {
    lists: usize,
    accepted: usize,
    refused: usize,
    paths: usize,
    excluded: usize,
    included_again: usize,
}

#[expect(clippy::print_stdout, reason = "the counts are to be seen")]
fn compare_with_git(lists: usize) {
    let seed = number("SEALGATE_PATTERN_SEED").unwrap_or(SEED);
    let mut random = Random(seed);
    let mut counts = Counts::default();
    while counts.lists < lists {
        let batch = BATCH.min(lists - counts.lists);
        compare_batch(batch, &mut random, &mut counts, seed);
    }
    println!("seed {seed}: {counts:?}");
    // The generator must reach what it is there for.
    assert!(counts.accepted > counts.refused, "{counts:?}");
    assert!(counts.excluded * 5 > counts.paths && counts.excluded * 5 < counts.paths * 4);
    assert!(counts.included_again * 200 > counts.paths, "{counts:?}");
}

/// One list, in a directory of its own.
struct Case {
    scope: Scope,
    /// Every path below the directory, and whether it is a directory itself.
    tree: BTreeMap<Vec<u8>, bool>,
}

fn compare_batch(lists: usize, random: &mut Random, counts: &mut Counts, seed: u64) {
    let repo = Repo::in_git();
    let mut asked = Vec::new();
    let mut cases = Vec::new();
    for number in 0..lists {
        let case = Case::generate(random, counts);
        let directory = repo.at(number.to_string());
        case.build(&directory);
        for path in case.tree.keys() {
            asked.extend(format!("{number}/").bytes().chain(path.iter().copied()).chain([0]));
        }
        cases.push(case);
    }
    let answers = check_ignore(&repo, &asked);
    let mut answers = answers.chunks_exact(4);
    for (number, case) in cases.iter().enumerate() {
        for (path, is_dir) in &case.tree {
            let [_, line, _, answered] = answers.next().expect("an answer") else { panic!() };
            let name = format!("{number}/").bytes().chain(path.iter().copied()).collect::<Vec<_>>();
            assert_eq!(*answered, name, "git answers in the order of the questions");
            let line: Option<usize> = std::str::from_utf8(line).unwrap().parse().ok();
            let pattern = line.map(|line| case.scope.patterns()[line - 1].as_str());
            let theirs = pattern.filter(|pattern| !pattern.starts_with('!'));
            let ours = case.scope.excludes(path, *is_dir);
            assert_eq!(
                ours,
                theirs,
                "seed {seed}: {:?} on {:?} ({}): left sealgate, right git",
                case.scope.patterns(),
                String::from_utf8_lossy(path),
                if *is_dir { "directory" } else { "file" },
            );
            assert_eq!(by_levels(&case.scope, path, *is_dir), ours, "{:?}", case.scope.patterns());
            counts.paths += 1;
            counts.excluded += usize::from(ours.is_some());
            counts.included_again += usize::from(pattern.is_some() && theirs.is_none());
        }
    }
    assert!(answers.next().is_none());
    counts.lists += lists;
}

/// What git says of the paths in `asked`: four fields for each, source, line, pattern and path.
fn check_ignore(repo: &Repo, asked: &[u8]) -> Vec<Vec<u8>> {
    let questions = repo.at(".git/questions");
    fs::write(&questions, asked).unwrap();
    let mut git = scrubbed("git");
    git.current_dir(repo.at("")).args(["-c", "core.ignoreCase=false", "check-ignore"]);
    git.args(["--no-index", "--stdin", "-z", "-v", "-n"]);
    let output = git.stdin(Stdio::from(File::open(questions).unwrap())).output().unwrap();
    // 1: none of them is ignored.
    assert!(matches!(output.status.code(), Some(0 | 1)), "{output:?}");
    let fields = output.stdout.strip_suffix(&[0]).expect("fields end with a NUL");
    fields.split(|&byte| byte == 0).map(<[u8]>::to_vec).collect()
}

/// The decision on `path` as a walk takes it, one directory after the other.
fn by_levels<'s>(scope: &'s Scope, path: &[u8], is_dir: bool) -> Option<&'s str> {
    let mut level = scope.level(b"");
    let names: Vec<&[u8]> = path.split(|&byte| byte == b'/').collect();
    for (depth, name) in names.iter().enumerate() {
        let is_dir = is_dir || depth + 1 < names.len();
        let excludes = scope.excludes_name(&level, name, is_dir);
        assert_eq!(scope.excludes_child(&names[..=depth].join(&b'/'), is_dir), excludes);
        if excludes.is_some() {
            return excludes;
        }
        level = scope.below(&level, name);
    }
    None
}

impl Case {
    fn generate(random: &mut Random, counts: &mut Counts) -> Self {
        let mut patterns: Vec<String> = Vec::new();
        let mut paths = Vec::new();
        for _ in 0..=random.below(4) {
            let pattern = pattern(random);
            if Scope::new(vec![pattern.clone()]).is_err() {
                counts.refused += 1;
                continue;
            }
            counts.accepted += 1;
            for _ in 0..4 {
                paths.push(path_near(&pattern, random));
            }
            // A line with the opposite meaning, for a part or the whole of the same paths.
            if random.one_in(4) {
                let opposite = match pattern.strip_prefix('!') {
                    Some(body) => body.to_owned(),
                    None => format!("!{pattern}"),
                };
                patterns.extend(Scope::new(vec![opposite.clone()]).is_ok().then_some(opposite));
            }
            patterns.push(pattern);
        }
        patterns.sort_by_key(|_| random.next());
        patterns.dedup();
        let mut distinct: Vec<String> = Vec::new();
        for pattern in patterns {
            if !distinct.contains(&pattern) {
                distinct.push(pattern);
            }
        }
        let scope = Scope::new(distinct).expect("each is legal");
        Self { scope, tree: tree(&paths, random) }
    }

    fn build(&self, directory: &std::path::Path) {
        fs::create_dir(directory).unwrap();
        let lines = self.scope.patterns().iter().map(|pattern| format!("{pattern}\n"));
        fs::write(directory.join(".gitignore"), lines.collect::<String>()).unwrap();
        for (path, is_dir) in &self.tree {
            let path: PathBuf = directory.join(OsStr::from_bytes(path));
            if *is_dir {
                fs::create_dir(path).unwrap();
            } else {
                File::create(path).unwrap();
            }
        }
    }
}

/// The tree of `paths`, as far as they can stand together.
fn tree(paths: &[Vec<u8>], random: &mut Random) -> BTreeMap<Vec<u8>, bool> {
    let mut tree = BTreeMap::new();
    for path in paths {
        let names: Vec<&[u8]> = path.split(|&byte| byte == b'/').collect();
        let legal = |name: &&[u8]| {
            let special: [&[u8]; 4] = [b"", b".", b"..", b".gitignore"];
            !special.contains(name) && !name.eq_ignore_ascii_case(b".git") && name.len() < 200
        };
        let names: Vec<&[u8]> = names.into_iter().filter(legal).take(12).collect();
        for depth in 1..=names.len() {
            let is_dir = depth < names.len() || random.one_in(3);
            let kept = *tree.entry(names[..depth].join(&b'/')).or_insert(is_dir);
            if !kept {
                break;
            }
        }
    }
    tree
}

/// Characters that mean something to somebody, and their neighbours: `/` lies between `.` and `0`.
const CHARACTERS: &[&str] = &[
    "a", "a", "a", "b", "b", "c", "x", "A", "0", "9", "-", ".", "+", "!", "^", "]", "#", " ", ",",
    "~", "z", "é", "\u{7f}",
];

fn pattern(random: &mut Random) -> String {
    let mut text = String::new();
    if random.one_in(4) {
        text.push('!');
    }
    if random.one_in(4) {
        text.push('/');
    }
    let components = 1 + random.below(2) + random.below(2) + random.below(2) * random.below(4);
    for number in 0..components {
        if number > 0 {
            text.push('/');
        }
        if random.one_in(4) {
            text.push_str("**");
        } else {
            for _ in 0..=random.below(4) {
                text.push_str(&atom(random));
            }
        }
    }
    if random.one_in(5) {
        text.push('/');
    }
    if random.one_in(8) {
        text.push_str(random.one_of(&[" ", "  ", "\\ ", "\\\\ ", "\\\\\\ ", "\\  ", "\t", "\\\t"]));
    }
    if random.one_in(10) {
        // Something out of place.
        let at = random.below(text.chars().count() + 1);
        let at = text.char_indices().nth(at).map_or(text.len(), |(at, _)| at);
        let odd = ["[", "]", "*", "\\", "/", "-", "!", "{", "**", "\u{feff}", "[!", "?", " "];
        text.insert_str(at, random.one_of(&odd));
    }
    text
}

/// A part of a component.
fn atom(random: &mut Random) -> String {
    match random.below(12) {
        0 | 1 => "*".to_owned(),
        2 | 3 => "?".to_owned(),
        4 | 5 => class(random),
        6 => {
            let escaped = ["*", "?", "[", "]", "\\", "!", "#", " ", "a", "-", "{", "}", "é", "."];
            format!("\\{}", random.one_of(&escaped))
        }
        _ => random.one_of(CHARACTERS).to_owned(),
    }
}

fn class(random: &mut Random) -> String {
    let members = ["a", "b", "c", "0", "9", "-", ".", "+", "!", "^", ",", "[", "*", "?", "z", " "];
    let mut text = "[".to_owned();
    text.push_str(random.one_of(&["", "", "!", "^"]));
    text.push_str(random.one_of(&["", "", "", "", "]", "-", "!"]));
    for _ in 0..=random.below(3) {
        if random.one_in(2) {
            let (mut low, mut high) = (random.one_of(&members), random.one_of(&members));
            if low > high && !random.one_in(8) {
                std::mem::swap(&mut low, &mut high);
            }
            write!(text, "{low}-{high}").unwrap();
        } else if random.one_in(12) {
            text.push_str(random.one_of(&["\\]", "[:alpha:]", "/", "é", "\\\\"]));
        } else {
            text.push_str(random.one_of(&members));
        }
    }
    text.push_str(random.one_of(&["", "", "", "", "-"]));
    text.push(']');
    text
}

/// A path that `pattern` matches, or nearly so.
fn path_near(pattern: &str, random: &mut Random) -> Vec<u8> {
    let body = pattern.strip_prefix('!').unwrap_or(pattern).as_bytes();
    let mut path = Vec::new();
    if !body.starts_with(b"/") && random.one_in(3) {
        path.extend(name(random));
        path.push(b'/');
    }
    let mut at = 0;
    while at < body.len() {
        match body[at] {
            b'*' if body[at..].starts_with(b"**") => {
                at += 1;
                for number in 0..random.below(4) {
                    path.extend((number > 0).then_some(b'/'));
                    path.extend(name(random));
                }
            }
            b'*' => path.extend(if random.one_in(3) { Vec::new() } else { name(random) }),
            b'?' => path.extend(byte(random)),
            b'\\' => {
                at += 1;
                path.extend(body.get(at));
            }
            b'[' => {
                let rest = body.get(at + 2..).unwrap_or_default();
                let end = rest.iter().position(|&byte| byte == b']').unwrap_or(rest.len());
                // A member as it is written, mostly.
                let inside = &body[at + 1..(at + 2 + end).min(body.len())];
                if random.one_in(2) && !inside.is_empty() {
                    path.push(inside[random.below(inside.len())]);
                } else {
                    path.extend(byte(random));
                }
                at += 2 + end;
            }
            other => path.push(other),
        }
        at += 1;
    }
    if random.one_in(4) {
        path.push(b'/');
        path.extend(name(random));
    }
    while random.one_in(3) && !path.is_empty() {
        let at = random.below(path.len());
        match random.below(4) {
            0 => path[at] = b'/',
            1 => path[at] = byte(random)[0],
            2 => path.insert(at, byte(random)[0]),
            _ => drop(path.remove(at)),
        }
    }
    path
}

/// A byte of a name, or the bytes of one character; some are no UTF-8.
fn byte(random: &mut Random) -> Vec<u8> {
    match random.below(16) {
        0 => vec![0xff],
        1 => vec![0xc3],
        2 => b"\\".to_vec(),
        3 => b"\t".to_vec(),
        _ => random.one_of(CHARACTERS).as_bytes().to_vec(),
    }
}

fn name(random: &mut Random) -> Vec<u8> {
    (0..=random.below(3)).flat_map(|_| byte(random)).collect()
}
