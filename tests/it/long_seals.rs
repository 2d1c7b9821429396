//! A long seal is read in parts while its root is walked. Nobody can tell: the same texts are
//! taken as by the reader of whole texts, and the others are refused in the same words, wherever
//! the parts end.

#![cfg(unix)]

use std::fmt::Write as _;
use std::fs;
use std::num::NonZeroUsize;
use std::thread;

use proptest::prelude::*;
use proptest::sample::{Index, select};
use sealgate::ops::check::Judge;
use sealgate::tree::{Begun, Workspace};
use sealgate_core::compare::verdict::SealResult;
use sealgate_core::seal::entry::Digest;
use sealgate_core::seal::path::EntryPath;
use sealgate_core::seal::{SealName, read};
use sealgate_scan::Scanner;
use serde_json::{Value, json};

use crate::support::Repo;

/// What is read of a seal at a time.
const PART: usize = 256 << 10;

const HEX: &str = "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262";

/// An entry's line, as long as any other. Its path holds characters of one to four bytes, and
/// every sort of escape.
fn line(number: usize) -> String {
    format!("\"d/{number:06}/\u{1f980}é日/\\\"\\t\\u202E.js\" = \"file 12 {HEX}\"\n")
}

/// What stands above the entries, with so long a root and patterns of these lengths.
fn head(root: usize, patterns: &[usize]) -> String {
    let mut text = "\
# Seal of dist: the exact bytes approved. Written by `sealgate seal dist`; review it like code.
format = \"sealgate-seal/1\"
root = \"dist"
        .to_owned();
    // A root that is not there is no matter where nothing is judged.
    text.push_str(&"x".repeat(root - "dist".len()));
    text.push_str("\"\ntracked = false\nexclude = [");
    for (number, length) in patterns.iter().enumerate() {
        write!(text, "\n  \"/{number:05}{}\",", "x".repeat(length - "/00000".len())).unwrap();
    }
    text.push_str(if patterns.is_empty() { "]\n" } else { "\n]\n" });
    text + "\n[entries]\n"
}

/// A seal of the root `dist`.
fn seal(entries: &str) -> String {
    head(4, &[]) + entries
}

fn lines(count: usize) -> String {
    (0..count).map(line).collect()
}

/// A repository to read seals in, as the program does.
struct Place {
    repo: Repo,
    repository: Workspace,
}

/// What came of a seal.
#[derive(Debug, PartialEq, Eq)]
enum Came {
    /// It was read in parts.
    InParts,
    /// It was read whole: it is short, or what stands above its entries is not sound, or not in
    /// the first part.
    Whole,
    /// It was begun in parts, and refused.
    Refused,
}

impl Place {
    fn new() -> Self {
        let repo = Repo::with(&[("dist/f", ""), ("seals/dist.toml", "")]);
        let seals = EntryPath::parse("seals").unwrap();
        let repository = Workspace::find(&repo.root(), &seals).unwrap();
        Self { repo, repository }
    }

    /// Demands that `text` is read in parts as it is whole; says how it was read.
    #[track_caller]
    fn agrees(&self, text: &[u8], what: &str) -> Came {
        self.repo.write("seals/dist.toml", text);
        let expected =
            read(&dist(), text).map_err(|error| error.into_problem(&dist(), "seals/dist.toml"));
        match self.repository.begin(&dist()).unwrap() {
            Begun::Whole(loaded) => {
                assert_eq!((loaded.digest, loaded.seal), (Digest::of(text), expected), "{what}");
                assert_eq!(loaded.bytes, text, "{what}");
                Came::Whole
            }
            Begun::Long(long) => {
                let header = long.header().clone();
                match (long.finish(), expected) {
                    (Some((seal, digest)), Ok(expected)) => {
                        assert_eq!(header, expected.header, "{what}");
                        assert!(seal == expected, "{what}: another seal");
                        assert_eq!(digest, Digest::of(text), "{what}");
                        Came::InParts
                    }
                    (None, Err(_)) => Came::Refused,
                    (Some(_), Err(error)) => unreachable!("{what}: taken, in spite of {error:?}"),
                    (None, Ok(_)) => unreachable!("{what}: refused, and nothing is wrong with it"),
                }
            }
        }
    }

    /// The judgements by the seal that was written last: read in parts, and read whole.
    fn judgements(&self) -> [SealResult; 2] {
        let begun = self.repository.begin(&dist());
        let loaded = self.repository.load(&dist()).map(Begun::from);
        // Each on a thread of its own, which is one of the workers of one engine in its life.
        [begun, loaded].map(|begun| {
            let work = || {
                let scanner = Scanner::new(NonZeroUsize::new(2));
                Judge::of_worktree(&self.repository, &scanner).judge(&dist(), begun)
            };
            thread::scope(|threads| threads.spawn(work).join().unwrap())
        })
    }
}

fn dist() -> SealName {
    SealName::parse("dist").unwrap()
}

#[test]
fn a_part_may_end_at_any_byte_of_a_line() {
    let place = Place::new();
    let entries = lines(2 * PART / line(0).len() + 1);
    let (mut within_characters, mut between_lines) = (0, 0);
    for root in 4..=4 + line(0).len() {
        let text = head(root, &[]) + &entries;
        assert!(text.len() > 2 * PART);
        let ends = (1..).map(|part| part * PART).take_while(|&end| end < text.len());
        within_characters += ends.clone().filter(|&end| !text.is_char_boundary(end)).count();
        between_lines += ends.filter(|&end| text.as_bytes()[end - 1] == b'\n').count();
        assert_eq!(place.agrees(text.as_bytes(), &format!("{root}")), Came::InParts);
    }
    assert!(within_characters >= 2 * 6 && between_lines >= 2);
}

#[test]
fn a_seal_of_whole_parts_and_a_byte_more_or_less_is_read_to_its_end() {
    let place = Place::new();
    for parts in [1, 2] {
        for length in [parts * PART - 1, parts * PART, parts * PART + 1] {
            let least = seal("").len();
            let entries = lines((length - least) / line(0).len() - 1);
            let rest = length - least - entries.len();
            let text = head(4 + rest, &[]) + &entries;
            assert_eq!(text.len(), length);
            let came = if length > PART { Came::InParts } else { Came::Whole };
            assert_eq!(place.agrees(text.as_bytes(), &format!("{length}")), came);
            // The same without its last line feed, and with one too many, and one more line of
            // which nothing else than its beginning is there.
            let text = text.strip_suffix('\n').unwrap();
            for end in ["", "\n\n", "\n\"", "\n\"z\" = \"dir\""] {
                let came = place.agrees(format!("{text}{end}").as_bytes(), end);
                assert_ne!(came, Came::InParts, "{end:?}");
            }
        }
    }
}

#[test]
fn a_header_longer_than_a_part_is_refused_in_parts_as_it_is_whole() {
    let place = Place::new();
    let entries = lines(9);
    // The first part ends in the last lines of it, at each of their bytes, and behind them.
    let patterns = vec![285; 900];
    let least = head(4, &patterns).len();
    for beyond in 0..="]\n\n[entries]\n".len() + 9 {
        let text = head(4 + PART - least + beyond, &patterns);
        assert_eq!(text.len(), PART + beyond);
        let what = format!("{beyond} beyond a part");
        assert_eq!(place.agrees((text.clone() + &entries).as_bytes(), &what), Came::Whole);
        assert_eq!(place.agrees(text.as_bytes(), &what), Came::Whole, "without an entry");
    }
    for (count, length) in [(1_000, 600), (1_001, 600), (9_000, 66)] {
        let text = head(4, &vec![length; count]) + &entries;
        assert_eq!(place.agrees(text.as_bytes(), &format!("{count} patterns")), Came::Whole);
    }
}

#[test]
fn a_line_may_be_longer_than_a_part() {
    let place = Place::new();
    for length in [PART - 9, PART, 2 * PART + 5] {
        let target = "é".repeat(length / 2);
        let entries = |last: &str| format!("{}\"l\" = \"link {target}\"\n{last}", lines(9));
        let text = seal(&entries("\"m\" = \"dir\"\n"));
        assert_eq!(place.agrees(text.as_bytes(), "one long line"), Came::InParts);
        let text = seal(&entries("\"k\" = \"dir\"\n"));
        assert_eq!(place.agrees(text.as_bytes(), "an unsorted one after it"), Came::Refused);
        let text = seal(&entries("\"m\" = \"dir\""));
        assert_eq!(place.agrees(text.as_bytes(), "an unfinished one after it"), Came::Refused);
        let text = seal(&format!("\"l\" = \"link {target}"));
        assert_ne!(place.agrees(text.as_bytes(), "a line without end"), Came::InParts);
    }
}

/// Changes a text at a byte.
type Spoil = fn(&mut Vec<u8>, usize);

/// What spoils a seal wherever it is done.
const SPOILS: [(&str, Spoil); 12] = [
    ("no UTF-8", |text, at| text[at] = 0xff),
    ("a character that begins", |text, at| text[at] = 0xf0),
    ("a character that only goes on", |text, at| text[at] = 0x80),
    ("NUL", |text, at| text[at] = 0),
    ("a quote", |text, at| text.insert(at, b'"')),
    ("a carriage return", |text, at| text.insert(at, b'\r')),
    ("a line feed", |text, at| text.insert(at, b'\n')),
    ("a byte order mark", |text, at| drop(text.splice(at..at, "\u{feff}".bytes()))),
    ("cut", |text, at| text.truncate(at)),
    ("a byte is missing", |text, at| drop(text.drain(at..=at))),
    ("a line twice", |text, at| {
        let (from, to) = line_around(text, at);
        let line = text[from..to].to_vec();
        text.splice(from..from, line);
    }),
    ("two lines in the wrong order", |text, at| {
        let (from, to) = line_around(text, at);
        text[from..].rotate_left(to - from);
    }),
];

/// Where the line that the byte `at` is in begins and ends, its line feed included.
fn line_around(text: &[u8], at: usize) -> (usize, usize) {
    let from = text[..at].iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
    (from, at + 1 + text[at..].iter().position(|&byte| byte == b'\n').unwrap_or(0))
}

#[test]
fn what_is_wrong_where_a_part_ends_is_found_and_told_alike() {
    let place = Place::new();
    let entries = lines(PART / line(0).len() + 1);
    for shift in 0..=8 {
        let good = head(4 + shift, &[]) + &entries;
        assert!((PART + 100..PART + 400).contains(&good.len()), "{}", good.len());
        for (what, spoil) in SPOILS {
            let at = PART - shift % 2;
            let mut text = good.clone().into_bytes();
            spoil(&mut text, at);
            let what = format!("{what} at {at}, {shift}");
            assert_ne!(place.agrees(&text, &what), Came::InParts, "{what}");
        }
    }
}

/// What is wrong with the line in which the first part ends: its change, which is told where that
/// line begins and where the next one does; the code of the error; and how far below that line.
type Told = (&'static str, fn(&mut Vec<u8>, usize, usize), &'static str, usize);

const TOLD: [Told; 10] = [
    ("no UTF-8", |text, from, _| text[from + 3] = 0xff, "seal-malformed", 0),
    ("another key", |text, from, _| text[from + 1] = b'/', "seal-invalid", 0),
    ("a capital digit", |text, _, next| text[next - 3] = b'F', "seal-invalid", 0),
    ("CRLF", |text, _, next| text.insert(next - 1, b'\r'), "seal-not-canonical", 0),
    ("an empty line", |text, from, _| text.insert(from, b'\n'), "seal-not-canonical", 0),
    (
        "twice",
        |text, from, next| {
            let line = text[from..next].to_vec();
            text.splice(from..from, line);
        },
        "seal-invalid",
        1,
    ),
    (
        "at the end",
        |text, from, next| text[from..].rotate_left(next - from),
        "seal-not-canonical",
        0,
    ),
    (
        "an unfinished merge",
        |text, from, _| drop(text.splice(from..from, *b"=======\n")),
        "seal-conflict",
        0,
    ),
    ("cut", |text, from, _| text.truncate(from + 20), "seal-malformed", 0),
    ("cut at its end", |text, _, next| text.truncate(next - 1), "seal-not-canonical", 0),
];

#[test]
fn the_gate_passes_by_a_long_seal_and_tells_what_is_wrong_with_it() {
    let place = Place::new();
    let repo = &place.repo;
    for number in 0..2_600 {
        repo.write(format!("dist/a-directory/with-a-name/{number:05}"), "");
    }
    fs::remove_file(repo.at("seals/dist.toml")).unwrap();
    let run = repo.run(&["seal", "dist", "--root", "dist"]);
    assert_eq!(run.code, 0, "{run:#?}");
    let good = repo.read("seals/dist.toml").into_bytes();
    assert!(good.len() > PART + 999);
    let (from, next) = line_around(&good, PART);
    let line = good[..=from].split(|&byte| byte == b'\n').count();
    let check = || {
        let run = repo.run(&["check", "--format", "json"]);
        let report: Value = serde_json::from_str(&run.stdout).unwrap();
        let [parts, whole] = place.judgements().map(|judgement| format!("{judgement:?}"));
        assert!(parts == whole, "{parts}\n{whole}");
        (run.code, report)
    };
    let (code, report) = check();
    assert_eq!((code, &report["seals"][0]["checked"]), (0, &json!(2_601)));
    assert_eq!(report["seals"][0]["digest"], json!(blake3::hash(&good).to_string()));
    for (what, spoil, code, below) in TOLD {
        let mut text = good.clone();
        spoil(&mut text, from, next);
        repo.write("seals/dist.toml", &text);
        let (exit, report) = check();
        let error = &report["errors"][0];
        assert_eq!((exit, &error["code"]), (2, &json!(code)), "{what}: {error}");
        assert_eq!(error["line"], json!(line + below), "{what}: {error}");
        assert_eq!(report["seals"][0]["checked"], json!(0), "{what}");
    }
    for (what, spoiled) in [
        ("a byte order mark", ["\u{feff}".as_bytes(), &good].concat()),
        ("CRLF everywhere", String::from_utf8(good.clone()).unwrap().replace('\n', "\r\n").into()),
    ] {
        repo.write("seals/dist.toml", spoiled);
        let (exit, report) = check();
        let error = &report["errors"][0];
        assert_eq!((exit, &error["code"]), (2, &json!("seal-not-canonical")), "{what}");
        assert_eq!(error["line"], json!(1), "{what}: {error}");
    }
    // A sound seal again, of something else.
    let mut text = good.clone();
    text[next - 3] ^= 1;
    repo.write("seals/dist.toml", &text);
    let (code, report) = check();
    let findings = report["seals"][0]["findings"].as_array().unwrap();
    assert_eq!((code, findings.len(), &findings[0]["line"]), (1, 1, &json!(line)));
}

/// One change of a text, somewhere.
#[derive(Debug, Clone)]
enum Mutation {
    Byte(u8),
    Insert(Vec<u8>),
    Remove(usize),
    Repeat(usize),
    Truncate,
    Digit,
    RemoveLine,
}

impl Mutation {
    fn make(&self, text: &mut Vec<u8>, at: usize) {
        let end = |length: usize| (at + length).min(text.len());
        match self {
            Self::Byte(byte) => text[at] = *byte,
            Self::Insert(bytes) => drop(text.splice(at..at, bytes.iter().copied())),
            Self::Remove(length) => drop(text.drain(at..end(*length))),
            Self::Repeat(length) => {
                let repeated = text[at..end(*length)].to_vec();
                text.splice(at..at, repeated);
            }
            Self::Truncate => text.truncate(at),
            // Of the digest; and a whole line less: a sound seal, of something else.
            Self::Digit => {
                let (_, next) = line_around(text, at);
                text[next - 3] ^= 1;
            }
            Self::RemoveLine => {
                let (from, next) = line_around(text, at);
                text.drain(from..next);
            }
        }
    }
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let piece =
        select(vec!["\n", "\r", "\"", "\\", " ", "=", "\u{1f980}", "#", "<<<<<<<", "\u{feff}"]);
    let line = line(0).len();
    prop_oneof![
        2 => any::<u8>().prop_map(Mutation::Byte),
        2 => piece.prop_map(|piece| Mutation::Insert(piece.into())),
        1 => (1..9_usize).prop_map(Mutation::Remove),
        1 => prop_oneof![1..9_usize, Just(line), Just(PART)].prop_map(Mutation::Repeat),
        1 => prop_oneof![Just(PART), Just(5 * line)].prop_map(Mutation::Remove),
        1 => Just(Mutation::Truncate),
        2 => Just(Mutation::Digit),
        2 => Just(Mutation::RemoveLine),
    ]
}

/// A place in a text: near the end of a part, or anywhere.
fn somewhere() -> impl Strategy<Value = (Option<(usize, usize)>, Index)> {
    let near = (1..=2_usize, 0..=16_usize);
    (proptest::option::weighted(0.7, near), any::<Index>())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_long_text_is_taken_or_refused_in_parts_as_it_is_whole(
        root in 4..150_usize,
        mutations in proptest::collection::vec((mutation(), somewhere()), 0..3),
    ) {
        let count = 2 * PART / line(0).len() + 1;
        let mut text = (head(root, &[]) + &lines(count)).into_bytes();
        for (mutation, (near, anywhere)) in &mutations {
            let near = near.map(|(part, offset)| part * PART + offset - 8);
            if text.is_empty() {
                break;
            }
            let at = near.unwrap_or_else(|| anywhere.index(text.len())).min(text.len() - 1);
            mutation.make(&mut text, at);
        }
        let came = Place::new().agrees(&text, &format!("{mutations:?}"));
        prop_assert!(!mutations.is_empty() || came == Came::InParts);
    }
}
