//! The format of a seal: what is accepted, what is refused and with which words, and that a
//! seal has one text and no other.

use std::fmt::Write as _;

use proptest::prelude::*;
use proptest::sample::{Index, select};
use sealgate_core::seal::entry::{Digest, Entry};
use sealgate_core::seal::exclude::Scope;
use sealgate_core::seal::path::EntryPath;
use sealgate_core::seal::{
    BuildCommand, Header, MAX_SEAL_BYTES, Root, Seal, SealError, SealName, SealedEntry,
    loose_header, loose_seal, read, to_bytes,
};

const HEX: &str = "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262";

const HEAD: &str = "\
# Seal of dist: the exact bytes approved. Written by `sealgate seal dist`; review it like code.
format = \"sealgate-seal/1\"
root = \"dist\"
tracked = true
exclude = []

[entries]
";

fn dist() -> SealName {
    SealName::parse("dist").unwrap()
}

fn read_dist(text: impl AsRef<[u8]>) -> Result<Seal, SealError> {
    read(&dist(), text.as_ref())
}

/// The good seal that most cases are made from, by replacing a part of it.
fn good() -> String {
    format!(
        "{HEAD}\"a.js\" = \"file 12 {HEX}\"\n\"bin/run\" = \"exec 88 {HEX}\"\n\
         \"cache\" = \"dir\"\n\"latest\" = \"link a.js\"\n"
    )
}

fn with(from: &str, to: &str) -> String {
    let text = good();
    assert!(text.contains(from), "{from:?} is not in the good seal");
    text.replacen(from, to, 1)
}

/// A seal of these lines.
fn entries(lines: &str) -> String {
    format!("{HEAD}{lines}")
}

/// A seal with this `exclude`, as the writer lays it out.
fn excluding(patterns: &[&str], lines: &str) -> String {
    let mut list = "exclude = [\n".to_owned();
    for pattern in patterns {
        writeln!(list, "  {pattern:?},").unwrap();
    }
    format!("{}{lines}", HEAD.replace("exclude = [", &list))
}

struct Case {
    what: &'static str,
    text: Vec<u8>,
    code: &'static str,
    line: Option<usize>,
    says: &'static str,
}

fn case(
    what: &'static str,
    text: impl Into<Vec<u8>>,
    code: &'static str,
    line: impl Into<Option<usize>>,
    says: &'static str,
) -> Case {
    Case { what, text: text.into(), code, line: line.into(), says }
}

const MALFORMED: &str = "seal-malformed";
const OTHER_FORM: &str = "seal-not-canonical";
const INVALID: &str = "seal-invalid";
const CONFLICT: &str = "seal-conflict";
const VERSION: &str = "seal-format-unknown";
const EMPTY: &str = "seal-empty";

fn no_toml() -> Vec<Case> {
    let mut broken_utf8 = good().into_bytes();
    let at = good().find("a.js").unwrap();
    broken_utf8[at] = 0xff;
    vec![
        case("empty file", "", EMPTY, None, "file is empty"),
        case("blank file", " \n\t\r\n", EMPTY, None, "file is empty"),
        case("prose", "no seal\n", MALFORMED, 1, "not TOML"),
        case("open string", with("root = \"dist\"", "root = \"dist"), MALFORMED, 3, "not TOML"),
        case("open list", with("exclude = []", "exclude = ["), MALFORMED, 8, "not TOML"),
        case("open table", with("[entries]", "[entries"), MALFORMED, 7, "not TOML"),
        case("bad escape", with("a.js", "a\\qjs"), MALFORMED, 8, "not TOML"),
        case("raw NUL", with("a.js", "a\0js"), MALFORMED, 8, "not TOML"),
        case("raw escape", with("a.js", "a\u{1b}js"), MALFORMED, 8, "not TOML"),
        case("raw DEL", with("a.js", "a\u{7f}js"), MALFORMED, 8, "not TOML"),
        case("lone CR", with("true\n", "true\r"), MALFORMED, 4, "not TOML"),
        case("half a key", entries("\"a"), MALFORMED, 8, "not TOML"),
        case("no value", entries("\"a\" = \n"), MALFORMED, 8, "not TOML"),
        case("surrogate", with("a.js", "\\uD800"), MALFORMED, 8, "not TOML"),
        case("invalid UTF-8", broken_utf8, MALFORMED, 8, "line 8 is not UTF-8"),
        case("UTF-16", b"\xff\xfef\0o\0".to_vec(), MALFORMED, 1, "line 1 is not UTF-8"),
        case("huge line", "x".repeat(1 << 20), MALFORMED, 1, "not TOML"),
        case("deep list", with("[]", &"[".repeat(1 << 16)), MALFORMED, 5, "not TOML"),
        case("deep key", format!("{}x = 1\n", "a.".repeat(1 << 16)), MALFORMED, None, "not TOML"),
    ]
}

fn wrong_types() -> Vec<Case> {
    vec![
        case("number format", with("\"sealgate-seal/1\"", "1"), MALFORMED, 2, "must be a string"),
        case("number root", with("root = \"dist\"", "root = 1"), MALFORMED, 3, "`root` must be"),
        case("string tracked", with("true", "\"true\""), MALFORMED, 4, "must be true or false"),
        case("string exclude", with("[]", "\"*.log\""), MALFORMED, 5, "must be a list"),
        case("number in exclude", with("[]", "[\n  1,\n]"), MALFORMED, 6, "must be a list"),
        case("array of tables", with("[entries]", "[[entries]]"), MALFORMED, 7, "must be a table"),
        case("number value", entries("\"a\" = 1\n"), MALFORMED, 8, "value of \"a\" is no string"),
        case("bare path", entries("a.js = \"dir\"\n"), MALFORMED, 8, "stands in quotes"),
        case("subtable", format!("{}[entries.x]\n", good()), MALFORMED, 12, "\"x\" is no string"),
    ]
}

fn conflicts() -> Vec<Case> {
    let open = "<<<<<<< HEAD\n\"a\" = \"dir\"\n";
    let both = format!("{open}=======\n\"b\" = \"dir\"\n>>>>>>> other\n");
    let header = with("tracked = true", "<<<<<<< ours\ntracked = true\n=======");
    vec![
        case("in entries", entries(&both), CONFLICT, 8, "`<<<<<<<`"),
        case("in the header", header, CONFLICT, 4, "`<<<<<<<`"),
        case("divider", with("\"cache\"", "=======\n\"cache\""), CONFLICT, 10, "`=======`"),
        case("end", with("\"cache\"", ">>>>>>> x\n\"cache\""), CONFLICT, 10, "`>>>>>>>`"),
        case("base", with("\"cache\"", "||||||| x\n\"cache\""), CONFLICT, 10, "`|||||||`"),
        case("after a BOM", format!("\u{feff}{open}"), CONFLICT, 1, "`<<<<<<<`"),
        case("not UTF-8 too", b"\xff\n<<<<<<< x\n".to_vec(), CONFLICT, 2, "`<<<<<<<`"),
        case("not TOML too", "no seal\n=======\r\n".to_owned(), CONFLICT, 2, "`=======`"),
        case("another version too", with("seal/1\"", "seal/2\"\n======="), CONFLICT, 3, "`====="),
    ]
}

fn keys() -> Vec<Case> {
    let deep = entries(&format!("\"{}f\" = \"dir\"\n", "d/".repeat(256)));
    let long = entries(&format!("\"{}\" = \"dir\"\n", "x".repeat(4097)));
    let key = |key: &str| entries(&format!("\"{key}\" = \"dir\"\n"));
    vec![
        case("empty", key(""), INVALID, 8, "the path is empty"),
        case("absolute", key("/etc/passwd"), INVALID, 8, "\"/etc/passwd\": the path is absolute"),
        case("parent", key("../x"), INVALID, 8, "`.` or `..`"),
        case("parent within", key("a/../b"), INVALID, 8, "`.` or `..`"),
        case("dot", key("./a"), INVALID, 8, "`.` or `..`"),
        case("double slash", key("a//b"), INVALID, 8, "empty component"),
        case("slash at the end", key("a/"), INVALID, 8, "empty component"),
        case("drive", key("C:/x"), INVALID, 8, "drive prefix"),
        case("NUL", key("a\\u0000b"), INVALID, 8, "NUL"),
        case("long", long, INVALID, 8, "4097 bytes long"),
        case("deep", deep, INVALID, 8, "257 components"),
        case("twice", with("\"bin/run\"", "\"a.js\""), INVALID, 9, "\"a.js\" is there twice"),
        case(
            "twice, apart",
            with("\"latest\"", "\"a.js\""),
            INVALID,
            11,
            "\"a.js\" is there twice",
        ),
        case(
            "twice, in two spellings",
            entries("\"a\" = \"dir\"\n'a' = \"dir\"\n"),
            INVALID,
            9,
            "\"a\" is there twice",
        ),
        case(
            "below an entry",
            entries("\"a\" = \"dir\"\n\"a/b\" = \"dir\"\n"),
            INVALID,
            9,
            "\"a/b\" lies below \"a\"",
        ),
        case(
            "below an entry, with others between",
            entries("\"a\" = \"dir\"\n\"a-\" = \"dir\"\n\"a-b\" = \"dir\"\n\"a/b\" = \"dir\"\n"),
            INVALID,
            11,
            "\"a/b\" lies below \"a\"",
        ),
        case(
            "below an entry, unsorted",
            entries("\"a/b/c\" = \"dir\"\n\"a/b\" = \"dir\"\n\"a/b.c\" = \"dir\"\n"),
            INVALID,
            8,
            "\"a/b/c\" lies below \"a/b\"",
        ),
    ]
}

fn values() -> Vec<Case> {
    let size = |size: &str| entries(&format!("\"a\" = \"file {size} {HEX}\"\n"));
    let digest = |digest: &str| entries(&format!("\"a\" = \"file 1 {digest}\"\n"));
    let value = |value: &str| entries(&format!("\"a\" = \"{value}\"\n"));
    vec![
        case("no kind", value(""), INVALID, 8, "not one of `file SIZE DIGEST`"),
        case("unknown kind", value("fifo"), INVALID, 8, "\"fifo\": it is not one of"),
        case("kind in capitals", value("Dir"), INVALID, 8, "not one of"),
        case("dir with more", value("dir "), INVALID, 8, "not one of"),
        case("file alone", value("file"), INVALID, 8, "not one of"),
        case("file without digest", value("file 1"), INVALID, 8, "not one of"),
        case("file with more", digest(&format!("{HEX} x")), INVALID, 8, "not one of"),
        case("space at the end", digest(&format!("{HEX} ")), INVALID, 8, "not one of"),
        case("double space", size(" 1"), INVALID, 8, "size is not"),
        case("double space later", size("1 "), INVALID, 8, "not one of"),
        case("tab", value(&format!("file\\t1 {HEX}")), INVALID, 8, "not one of"),
        case("no size", size(""), INVALID, 8, "size is not"),
        case("leading zero", size("01"), INVALID, 8, "without leading zeros"),
        case("two zeros", size("00"), INVALID, 8, "without leading zeros"),
        case("2^63", size("9223372036854775808"), INVALID, 8, "above 2^63-1"),
        case("2^64 + 1", size("18446744073709551617"), INVALID, 8, "above 2^63-1"),
        case("huge size", size(&"9".repeat(400)), INVALID, 8, "above 2^63-1"),
        case("negative", size("-1"), INVALID, 8, "size is not"),
        case("plus", size("+1"), INVALID, 8, "size is not"),
        case("grouped", size("1_000"), INVALID, 8, "size is not"),
        case("hexadecimal size", size("0x10"), INVALID, 8, "size is not"),
        case("fraction", size("1.0"), INVALID, 8, "size is not"),
        case("other digits", size("\u{661}"), INVALID, 8, "size is not"),
        case("no digest", digest(""), INVALID, 8, "digest has 0 characters"),
        case("short digest", digest(&HEX[1..]), INVALID, 8, "digest has 63 characters"),
        case("long digest", digest(&format!("{HEX}0")), INVALID, 8, "digest has 65 characters"),
        case("upper-case hex", digest(&HEX.to_uppercase()), INVALID, 8, "`0-9` and `a-f`"),
        case("no hex", digest(&"g".repeat(64)), INVALID, 8, "`0-9` and `a-f`"),
        case("non-ASCII digest", digest(&"é".repeat(64)), INVALID, 8, "`0-9` and `a-f`"),
        case("link alone", value("link"), INVALID, 8, "not one of"),
        case("empty target", value("link "), INVALID, 8, "no target"),
        case("NUL in the target", value("link a\\u0000"), INVALID, 8, "holds a NUL"),
    ]
}

fn headers() -> Vec<Case> {
    let root = |root: &str| with("root = \"dist\"", &format!("root = \"{root}\""));
    let key = |line: &str| with("tracked", &format!("{line}\ntracked"));
    let one = "\"a\" = \"dir\"\n";
    vec![
        case(
            "another version",
            with("seal/1", "seal/2"),
            VERSION,
            2,
            "version \"sealgate-seal/2\"",
        ),
        case("no version", with("sealgate-seal/1", ""), VERSION, 2, "the format \"\" is unknown"),
        case(
            "another version with other keys",
            "format = \"sealgate-seal/9\"\nhash = 1\n",
            VERSION,
            1,
            "sealgate-seal/9",
        ),
        case("no format", with("format = \"sealgate-seal/1\"\n", ""), INVALID, None, "`format`"),
        case("no root", with("root = \"dist\"\n", ""), INVALID, None, "`root` is missing"),
        case("no tracked", with("tracked = true\n", ""), INVALID, None, "`tracked` is missing"),
        case("no entries table", HEAD.replace("[entries]\n", ""), INVALID, None, "`[entries]` is"),
        case("no entries", HEAD, EMPTY, 7, "would approve nothing"),
        case("unknown key", key("date = 2024-01-01"), INVALID, 4, "key \"date\" is unknown"),
        case("first unknown key", key("z = 1\na = 1"), INVALID, 4, "key \"z\" is unknown"),
        case("unknown table", with("[entries]", "[x]\n[entries]"), INVALID, 7, "key \"x\""),
        case("key twice", key("root = \"x\""), INVALID, 4, "key \"root\" is there twice"),
        case("entries twice", format!("{}[entries]\n", good()), INVALID, 12, "is there twice"),
        case("absolute root", root("/srv"), INVALID, 3, "root \"/srv\": the path is absolute"),
        case("root above", root("../x"), INVALID, 3, "`.` or `..`"),
        case("root with a dot", root("./dist"), INVALID, 3, "`.` or `..`"),
        case("root with a slash", root("dist/"), INVALID, 3, "empty component"),
        case("empty root", root(""), INVALID, 3, "the path is empty"),
        case("backslash root", root("a\\\\b"), INVALID, 3, "backslash"),
        case("whole repository", root("."), INVALID, 5, "must be \"/.git\""),
        case(
            "whole repository, .git later",
            excluding(&["/seals", "/.git"], one).replace("\"dist\"", "\".\""),
            INVALID,
            5,
            "must be \"/.git\"",
        ),
    ]
}

fn patterns() -> Vec<Case> {
    let one = "\"a\" = \"dir\"\n";
    let bad = |pattern: &str| excluding(&["*.log", pattern], one);
    vec![
        case("empty", bad(""), INVALID, 7, "exclude pattern \"\""),
        case("blank", bad("  "), INVALID, 7, "exclude pattern"),
        case("comment", bad("# x"), INVALID, 7, "comment"),
        case("lone !", bad("!"), INVALID, 7, "lone `!`"),
        case("lone /", bad("/"), INVALID, 7, "lone `/`"),
        case("dot", bad("./a"), INVALID, 7, "`.` or `..`"),
        case("parent", bad("a/../b"), INVALID, 7, "`.` or `..`"),
        case("empty component", bad("a//b"), INVALID, 7, "empty component"),
        case("open class", bad("a[b"), INVALID, 7, "exclude pattern \"a[b\""),
        case("brace", bad("a{b}"), INVALID, 7, "stand for themselves"),
        case("space at the end", bad("a "), INVALID, 7, "white space"),
        case("twice", bad("*.log"), INVALID, 7, "in the list twice"),
        case("line break", bad("a\nb"), INVALID, 7, "line break"),
        case(
            "excluded entry",
            excluding(&["*.log"], "\"a\" = \"dir\"\n\"b/c.log\" = \"dir\"\n"),
            INVALID,
            11,
            "\"b/c.log\" is excluded by \"*.log\"",
        ),
        case(
            "excluded directory",
            excluding(&["cache/"], "\"cache\" = \"dir\"\n"),
            INVALID,
            10,
            "is excluded by \"cache/\"",
        ),
        case(
            "below an excluded directory",
            excluding(&["cache/", "!a.js"], "\"cache/a.js\" = \"link x\"\n"),
            INVALID,
            11,
            "is excluded by \"cache/\"",
        ),
    ]
}

fn other_forms() -> Vec<Case> {
    let say_fmt = |what, text: String, line, says| case(what, text, OTHER_FORM, line, says);
    vec![
        say_fmt("no final LF", good().trim_end().to_owned(), 11, "lacks the line feed"),
        say_fmt("CRLF", good().replace('\n', "\r\n"), 1, "CRLF instead of LF"),
        say_fmt("one CRLF", with("true\n", "true\r\n"), 4, "CRLF instead of LF"),
        say_fmt("BOM", format!("\u{feff}{}", good()), 1, "byte order mark"),
        say_fmt("blank line at the end", good() + "\n", 12, "should end before it"),
        say_fmt("comment at the end", good() + "# x\n", 12, "should end before it"),
        say_fmt(
            "no first line",
            good().split_once('\n').unwrap().1.to_owned(),
            1,
            "# Seal of dist",
        ),
        say_fmt("another name", with("Seal of dist", "Seal of other"), 1, "# Seal of dist"),
        say_fmt("other order", entries("\"b\" = \"dir\"\n\"a\" = \"dir\"\n"), 8, "should read"),
        say_fmt(
            "text order",
            entries("\"a/b\" = \"dir\"\n\"a-b\" = \"dir\"\n"),
            8,
            "belongs further down",
        ),
        say_fmt("no blank line", with("\n\n[", "\n["), 6, "should be empty"),
        say_fmt("two blank lines", with("\n\n[", "\n\n\n["), 7, "should read `[entries]`"),
        say_fmt("comment in entries", with("\"cache\"", "# x\n\"cache\""), 10, "should read"),
        say_fmt("comment behind", with("\"dir\"", "\"dir\" # x"), 10, "should read"),
        say_fmt("space at the end", with("\"dir\"", "\"dir\" "), 10, "should read"),
        say_fmt("double space", with("\"cache\" =", "\"cache\"  ="), 10, "should read"),
        say_fmt("tab", with("\"cache\" =", "\"cache\"\t="), 10, "should read"),
        say_fmt("no space", with("\"cache\" = ", "\"cache\"="), 10, "should read"),
        say_fmt("indented", with("\"cache\"", "  \"cache\""), 10, "should read"),
        say_fmt("bare key", with("\"cache\"", "cache"), 10, "should read"),
        say_fmt("literal key", with("\"cache\"", "'cache'"), 10, "should read"),
        say_fmt("literal value", with("\"dir\"", "'dir'"), 10, "should read"),
        say_fmt("long string", with("\"dir\"", "\"\"\"dir\"\"\""), 10, "should read"),
        say_fmt("needless escape", with("cache", "\\u0063ache"), 10, "should read"),
        say_fmt("escaped value", with("file 12", "\\u0066ile 12"), 8, "should read"),
        say_fmt("escaped target", with("link a", "link \\u0061"), 11, "should read"),
        say_fmt("lower-case escape", entries("\"\\u000b\" = \"dir\"\n"), 8, "should read"),
        say_fmt("long escape", entries("\"\\U0000000B\" = \"dir\"\n"), 8, "should read"),
        say_fmt("code for a letter", entries("\"\\u000A\" = \"dir\"\n"), 8, "should read"),
        say_fmt("raw U+202E", entries("\"a\u{202e}\" = \"dir\"\n"), 8, "should read"),
        say_fmt("raw U+0085", entries("\"a\u{85}\" = \"dir\"\n"), 8, "should read"),
        say_fmt("raw tab", entries("\"a\tb\" = \"dir\"\n"), 8, "should read"),
        say_fmt("raw in a target", with("link a", "link \u{200b}a"), 11, "should read"),
        say_fmt(
            "other key order",
            with("root = \"dist\"\n", "").replacen(
                "exclude = []\n",
                "exclude = []\nroot = \"dist\"\n",
                1,
            ),
            3,
            "should read `root",
        ),
        say_fmt("no exclude", with("exclude = []\n", ""), 5, "should read `exclude = []`"),
        say_fmt("spaced list", with("[]", "[ ]"), 5, "should read `exclude = []`"),
        say_fmt("list over lines", with("[]", "[\n]"), 5, "should read `exclude = []`"),
        say_fmt("list on a line", with("[]", "[\"*.x\"]"), 5, "should read `exclude = [`"),
        say_fmt("no last comma", with("[]", "[\n  \"*.x\"\n]"), 6, "should read"),
        say_fmt("four spaces", with("[]", "[\n    \"*.x\",\n]"), 6, "should read"),
        say_fmt("spaced table", with("[entries]", "[ entries ]"), 7, "should read `[entries]`"),
        say_fmt(
            "dotted keys",
            with("[entries]\n\"a.js\"", "entries.\"a.js\"")
                .replace("\"bin", "entries.\"bin")
                .replace("\"cache", "entries.\"cache")
                .replace("\"latest", "entries.\"latest"),
            7,
            "should read",
        ),
        say_fmt(
            "inline table",
            HEAD.replace("[entries]", "entries = { \"a\" = \"dir\" }"),
            7,
            "should",
        ),
    ]
}

fn every_case() -> Vec<Case> {
    let tables = [
        no_toml(),
        wrong_types(),
        conflicts(),
        keys(),
        values(),
        headers(),
        patterns(),
        other_forms(),
    ];
    tables.into_iter().flatten().collect()
}

#[test]
fn a_bad_seal_is_refused_with_code_line_and_reason() {
    assert!(read_dist(good()).is_ok());
    for Case { what, text, code, line, says } in every_case() {
        let shown = String::from_utf8_lossy(&text[..text.len().min(2_000)]).into_owned();
        let error = read_dist(&text).expect_err(&format!("{what} was accepted:\n{shown}"));
        let about = format!("{what}: {error:?}\n{shown}");
        assert_eq!(error.code(), code, "{about}");
        assert_eq!(error.line, line, "{about}");
        assert!(error.message.contains(says), "no {says:?} in {about}");
        assert!(error.message.len() < 1_000, "{about}");
    }
}

#[test]
fn the_lenient_reader_takes_other_forms_and_refuses_all_else_with_the_same_words() {
    for Case { what, text, code, .. } in every_case() {
        let strict = read_dist(&text).expect_err(what);
        match loose_seal(&dist(), &text) {
            Ok(seal) => {
                assert_eq!(code, OTHER_FORM, "{what}");
                assert_eq!(read_dist(to_bytes(&seal)).as_ref(), Ok(&seal), "{what}");
            }
            Err(loose) if loose.code() == strict.code() => {
                assert_eq!(loose.line, strict.line, "{what}: {loose:?}");
            }
            Err(loose) => panic!("{what}: {loose:?} instead of {strict:?}"),
        }
    }
}

#[test]
fn a_fault_of_form_never_advises_to_hash_again() {
    for Case { what, text, code, .. } in every_case() {
        let error = read_dist(&text).expect_err(what);
        let problem = error.into_problem(&dist(), "seals/dist.toml");
        let remedy = problem.remedy.expect(what);
        assert_eq!(problem.file.as_deref(), Some("seals/dist.toml"));
        if code == CONFLICT {
            assert!(remedy.starts_with("run `sealgate resolve"), "{what}: {remedy}");
        } else {
            assert!(!remedy.contains("sealgate seal"), "{what}: {remedy}");
        }
        let formats = remedy.ends_with("run `sealgate fmt dist`");
        assert_eq!(formats, code == OTHER_FORM, "{what}: {remedy}");
    }
}

/// Lines of directories with these keys.
fn dirs(keys: &[&str]) -> String {
    let mut lines = String::new();
    for key in keys {
        writeln!(lines, "\"{key}\" = \"dir\"").unwrap();
    }
    lines
}

#[test]
fn legal_neighbours_are_taken() {
    let lines: [String; 6] = [
        dirs(&["a", "a-b", "a.txt", "a0", "ab/c"]),
        dirs(&["a-b/c", "a/b", "a/c", "ab"]),
        dirs(&["a/b", "a/b-c", "a/b.c", "a/bc/d"]),
        dirs(&["C", "a/C:x", "b", "é"]),
        format!("\"a\" = \"file 0 {HEX}\"\n\"b\" = \"exec 9223372036854775807 {HEX}\"\n"),
        "\"a\" = \"link ../../etc/passwd \"\n\"b\" = \"link \\u0007\\\\\"\n".to_owned(),
    ];
    for lines in lines {
        let text = entries(&lines);
        let seal = read_dist(&text).unwrap_or_else(|error| panic!("{error:?}\n{text}"));
        assert_eq!(to_bytes(&seal), text.as_bytes());
    }
}

#[test]
fn the_whole_repository_may_be_a_root_once_git_is_excluded() {
    let text = excluding(&["/.git", "/seals"], "\"a\" = \"dir\"\n").replace("\"dist\"", "\".\"");
    let seal = read_dist(&text).unwrap();
    assert_eq!(seal.header.root.path(), None);
    assert_eq!(to_bytes(&seal), text.as_bytes());
}

#[test]
fn a_text_over_the_limit_is_refused_before_anything_else() {
    let length = usize::try_from(MAX_SEAL_BYTES).unwrap() + 1;
    let text = vec![0_u8; length];
    for error in [
        read_dist(&text).unwrap_err(),
        loose_seal(&dist(), &text).unwrap_err(),
        loose_header(&text).unwrap_err(),
    ] {
        assert_eq!(error.code(), "seal-too-large");
        assert!(error.message.contains("268435457 bytes"), "{error}");
    }
}

#[test]
fn a_text_too_long_to_be_explained_gets_the_strict_readers_finding() {
    let mut text = HEAD.to_owned();
    for index in 0..400_000 {
        writeln!(text, "\"{index:07}\" = \"file 12 {HEX}\"").unwrap();
    }
    assert!(text.len() > 32 << 20);
    assert!(read_dist(&text).is_ok());
    let cases = [
        ("\"dirr\"\n", INVALID, 400_008, "not one of"),
        ("'dir'\n", OTHER_FORM, 400_008, "line 400008 is not in canonical form"),
        ("=======\n", CONFLICT, 400_008, "`=======`"),
    ];
    for (end, code, line, says) in cases {
        let line_text =
            if end.starts_with('=') { end.to_owned() } else { format!("\"x\" = {end}") };
        let error = read_dist(format!("{text}{line_text}")).unwrap_err();
        assert_eq!((error.code(), error.line), (code, Some(line)), "{error}");
        assert!(error.message.contains(says), "{error}");
    }
}

#[test]
fn a_header_is_read_whatever_has_become_of_the_entries() {
    let expected = read_dist(good()).unwrap().header;
    let mut broken: Vec<Vec<u8>> = vec![
        good().into_bytes(),
        HEAD.into(),
        HEAD.trim_end().into(),
        HEAD.replace("[entries]", "  [entries]   # here").into(),
        HEAD.replace('\n', "\r\n").into(),
        format!("\u{feff}{HEAD}").into(),
        HEAD.replace("[entries]\n", "").into(),
        entries("<<<<<<< a\n\"a\" = \"dir\"\n=======\n>>>>>>> b\n").into(),
        entries("\"a\" = \"dir\"\n\"a\" = \"dir\"\nnonsense").into(),
        HEAD.replace("exclude = []\n", "").into(),
        HEAD.replace("[entries]", "entries = { \"a\" = \"dir\" }").into(),
    ];
    broken.push([HEAD.as_bytes(), b"\xff\xfe\0\n"].concat());
    for text in broken {
        let header = loose_header(&text);
        assert_eq!(header.as_ref(), Ok(&expected), "{}", String::from_utf8_lossy(&text));
    }
}

#[test]
fn a_broken_header_is_refused_even_where_the_entries_do_not_matter() {
    let cases: Vec<Case> = vec![
        case("conflict", format!("<<<<<<< a\n{}", good()), CONFLICT, 1, "`<<<<<<<`"),
        case("divider", with("[entries]", "=======\n[entries]"), CONFLICT, 7, "`=======`"),
        case("unknown key", with("tracked", "x = 1\ntracked"), INVALID, 4, "\"x\" is unknown"),
        case("unknown table", HEAD.replace("[entries]", "[entry]"), INVALID, 7, "\"entry\" is"),
        case("no root", with("root = \"dist\"\n", ""), INVALID, None, "`root` is missing"),
        case("bad pattern", with("[]", "[\"a//b\"]"), INVALID, 5, "empty component"),
        case("another version", with("seal/1", "seal/2"), VERSION, 2, "seal/2"),
        case("empty", "", EMPTY, None, "file is empty"),
        case("entries alone", "[entries]\n", INVALID, None, "`format` is missing"),
        case("not UTF-8", b"# \xff\n[entries]\n".to_vec(), MALFORMED, 1, "not UTF-8"),
    ];
    for Case { what, text, code, line, says } in cases {
        let error = loose_header(&text).expect_err(what);
        assert_eq!((error.code(), error.line), (code, line), "{what}: {error:?}");
        assert!(error.message.contains(says), "{what}: {error:?}");
    }
}

#[test]
fn the_line_of_an_entry_is_where_its_text_stands() {
    for patterns in [&[][..], &["*.log"], &["*.log", "/x/", "!y"]] {
        let text = if patterns.is_empty() {
            good()
        } else {
            excluding(patterns, good().strip_prefix(HEAD).unwrap())
        };
        let seal = read_dist(&text).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        for (index, sealed) in seal.entries.iter().enumerate() {
            let line = lines[seal.line_of(index) - 1];
            assert!(line.starts_with(&format!("{:?} = ", sealed.path.as_str())), "{line}");
        }
        assert_eq!(seal.line_of(seal.entries.len() - 1), lines.len());
    }
}

#[test]
fn every_flipped_bit_is_refused_or_states_something_else() {
    let text = excluding(&["*.log", "/x"], good().strip_prefix(HEAD).unwrap());
    let seal = read_dist(&text).unwrap();
    let mut accepted = 0;
    for bit in 0..text.len() * 8 {
        let mut flipped = text.clone().into_bytes();
        flipped[bit / 8] ^= 1 << (bit % 8);
        if let Ok(other) = read_dist(&flipped) {
            assert_ne!(other, seal, "{}", String::from_utf8_lossy(&flipped));
            assert_eq!(to_bytes(&other), flipped);
            accepted += 1;
        }
    }
    assert!(accepted > 100, "digits of digests can be flipped into other digits");
}

/// Characters that a format gets wrong: quotes, escapes, invisible ones, astral ones.
const NASTY: &str = "\"'\\#=[]{},. \t\n\r\u{8}\u{c}\0\u{1b}\u{7f}\u{85}\u{a0}\u{61c}\u{200b}\
                     \u{200d}\u{2028}\u{202e}\u{2066}\u{feff}\u{fffd}\u{fffe}éßK\u{1f980}\u{301}ax0-/";

fn nasty_text(length: std::ops::Range<usize>) -> impl Strategy<Value = String> {
    let nasty: Vec<char> = NASTY.chars().collect();
    let character =
        prop_oneof![3 => select(nasty), 1 => any::<char>(), 2 => prop::char::range('a', 'c')];
    prop::collection::vec(character, length).prop_map(String::from_iter)
}

fn arbitrary_entry() -> impl Strategy<Value = Entry> {
    let file = (0..=i64::MAX as u64, any::<[u8; 32]>(), any::<bool>());
    prop_oneof![
        4 => file.prop_map(|(size, digest, executable)| Entry::File {
            size,
            digest: Digest(digest),
            executable,
        }),
        2 => nasty_text(1..12).prop_filter_map("a NUL", |target| {
            (!target.contains('\0')).then(|| Entry::Link { target: target.into() })
        }),
        1 => Just(Entry::Dir),
    ]
}

/// Seals that hold every rule, with names and patterns that are hard to write down.
fn arbitrary_seal() -> impl Strategy<Value = Seal> {
    let entries = prop::collection::btree_map(nasty_text(1..8), arbitrary_entry(), 1..12);
    let patterns = prop::collection::vec(nasty_text(1..5), 0..4);
    let build = prop_oneof![nasty_text(0..8), "[ -~]{1,20}"];
    (entries, patterns, nasty_text(1..8), any::<bool>(), "[a-z0-9][a-z0-9._-]{0,8}", build)
        .prop_filter_map("nothing legal left", |(entries, patterns, root, tracked, name, build)| {
            let scope = Scope::new(patterns).unwrap_or_else(|_| Scope::new(Vec::new()).unwrap());
            let root = Root::parse(&root).ok().filter(|root| root.path().is_some());
            let root = root.unwrap_or_else(|| Root::parse("dist").unwrap());
            let mut sealed: Vec<SealedEntry> = Vec::new();
            for (path, entry) in entries {
                let Ok(path) = EntryPath::parse(&path) else { continue };
                let beside = sealed
                    .iter()
                    .any(|other| path.parents().any(|parent| parent == other.path.as_str()));
                let is_dir = matches!(entry, Entry::Dir);
                if !beside && scope.excludes(path.as_bytes(), is_dir).is_none() {
                    sealed.push(SealedEntry { path, entry });
                }
            }
            let build = BuildCommand::parse(&build).ok();
            let header = Header { root, tracked, build, scope, surface: None };
            let name = SealName::parse(&name)?;
            (!sealed.is_empty()).then_some(Seal { name, header, entries: sealed })
        })
}

#[derive(Debug, Clone)]
enum Mutation {
    Flip(Index, u8),
    Insert(Index, String),
    Delete(Index, usize),
    SwapLines(Index, Index),
    CopyLine(Index, Index),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let at = any::<Index>;
    prop_oneof![
        (at(), 0..8_u8).prop_map(|(at, bit)| Mutation::Flip(at, bit)),
        (at(), nasty_text(1..3)).prop_map(|(at, text)| Mutation::Insert(at, text)),
        (at(), 1..5_usize).prop_map(|(at, length)| Mutation::Delete(at, length)),
        (at(), at()).prop_map(|(one, other)| Mutation::SwapLines(one, other)),
        (at(), at()).prop_map(|(from, to)| Mutation::CopyLine(from, to)),
    ]
}

fn mutate(text: &mut Vec<u8>, mutation: &Mutation) {
    if text.is_empty() {
        return;
    }
    let mut lines: Vec<Vec<u8>> = text.split_inclusive(|&b| b == b'\n').map(Vec::from).collect();
    match mutation {
        Mutation::Flip(at, bit) => {
            let at = at.index(text.len());
            text[at] ^= 1 << bit;
        }
        Mutation::Insert(at, inserted) => {
            let at = at.index(text.len());
            text.splice(at..at, inserted.bytes());
        }
        Mutation::Delete(at, length) => {
            let at = at.index(text.len());
            text.drain(at..(at + length).min(text.len()));
        }
        Mutation::SwapLines(one, other) => {
            let (one, other) = (one.index(lines.len()), other.index(lines.len()));
            lines.swap(one, other);
            *text = lines.concat();
        }
        Mutation::CopyLine(from, to) => {
            let line = lines[from.index(lines.len())].clone();
            lines.insert(to.index(lines.len()), line);
            *text = lines.concat();
        }
    }
}

/// A string in one of the forms that TOML has for it, chosen by `choice`.
fn requoted(text: &str, choice: u8) -> String {
    let plain = |c: char| !c.is_control() && c != '\'' && c != '\u{feff}';
    let escaped = |width: usize| {
        text.chars().fold(String::new(), |mut out, c| {
            let marker = if width == 4 { "\\u" } else { "\\U" };
            write!(out, "{marker}{:0width$x}", c as u32).unwrap();
            out
        })
    };
    match choice % 4 {
        0 if text.chars().all(plain) => format!("'{text}'"),
        1 if text.chars().all(|c| u32::from(c) < 0x1_0000) => format!("\"{}\"", escaped(4)),
        _ => format!("\"{}\"", escaped(8)),
    }
}

/// The seal as somebody might have typed it: other order, other quotes, comments, CRLF.
fn retyped(seal: &Seal, choices: &[u8]) -> String {
    let canonical = String::from_utf8(to_bytes(seal)).unwrap();
    let document = toml::de::DeTable::parse(&canonical).unwrap().into_inner();
    let mut choice = choices.iter().copied().cycle();
    let mut next = || choice.next().unwrap_or(0);
    let exclude: Vec<String> =
        seal.header.scope.patterns().iter().map(|pattern| requoted(pattern, next())).collect();
    let mut head = vec![
        format!("tracked={}", seal.header.tracked),
        format!("exclude = [ {} ] # kept", exclude.join(" ,")),
        format!("root\t= {}", requoted(seal.header.root.as_str(), next())),
        "'format' = 'sealgate-seal/1'".to_owned(),
    ];
    if let Some(build) = &seal.header.build {
        head.push(format!("build={}", requoted(build.as_str(), next())));
    }
    let turn = usize::from(next()) % head.len();
    head.rotate_left(turn);
    let mut lines: Vec<String> = document["entries"]
        .as_ref()
        .as_table()
        .unwrap()
        .iter()
        .map(|(key, value)| {
            let value = value.as_ref().as_str().unwrap();
            format!("  {}={}", requoted(key.as_ref(), next()), requoted(value, next()))
        })
        .collect();
    let turn = usize::from(next()) % lines.len();
    lines.rotate_left(turn);
    if next() % 2 == 0 {
        lines.reverse();
    }
    let end = if next() % 2 == 0 { "\n" } else { "\r\n" };
    let bom = if next() % 2 == 0 { "" } else { "\u{feff}" };
    format!("{bom}{}{end}[ entries ]{end}{end}{}", head.join(end), lines.join(end))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn what_is_written_is_read_back_by_both_readers(seal in arbitrary_seal()) {
        let bytes = to_bytes(&seal);
        prop_assert_eq!(read(&seal.name, &bytes), Ok(seal.clone()));
        prop_assert_eq!(loose_seal(&seal.name, &bytes), Ok(seal.clone()));
        prop_assert_eq!(loose_header(&bytes), Ok(seal.header));
    }

    #[test]
    fn a_line_never_holds_what_could_hide_or_reorder_text(seal in arbitrary_seal()) {
        let text = String::from_utf8(to_bytes(&seal)).unwrap();
        let hidden = |c: char| {
            (c.is_control() && c != '\n')
                || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                    | '\u{2060}'..='\u{2069}' | '\u{feff}')
        };
        prop_assert!(!text.contains(hidden), "{}", text.escape_debug());
        prop_assert_eq!(text.lines().count(), seal.line_of(seal.entries.len() - 1));
    }

    #[test]
    fn a_changed_text_is_refused_or_is_the_one_text_of_another_seal(
        seal in arbitrary_seal(),
        mutations in prop::collection::vec(mutation(), 1..3),
    ) {
        let mut text = to_bytes(&seal);
        for mutation in &mutations {
            mutate(&mut text, mutation);
        }
        match read(&seal.name, &text) {
            Ok(other) => {
                prop_assert_eq!(to_bytes(&other), text.clone());
                prop_assert_eq!(loose_seal(&seal.name, &text), Ok(other));
            }
            Err(error) if error.code() == OTHER_FORM => {
                let other = loose_seal(&seal.name, &text).unwrap();
                prop_assert_ne!(to_bytes(&other), text.clone());
            }
            Err(error) => {
                prop_assert!(loose_seal(&seal.name, &text).is_err(), "{error:?}");
            }
        }
        let _ = loose_header(&text);
    }

    #[test]
    fn a_retyped_seal_is_read_leniently_and_written_canonically(
        seal in arbitrary_seal(),
        choices in prop::collection::vec(any::<u8>(), 1..40),
    ) {
        let text = retyped(&seal, &choices);
        let other = loose_seal(&seal.name, text.as_bytes());
        prop_assert_eq!(other.as_ref(), Ok(&seal), "{}", text);
        let error = read(&seal.name, text.as_bytes()).unwrap_err();
        prop_assert_eq!(error.code(), OTHER_FORM, "{}", text);
    }

    #[test]
    fn no_bytes_make_a_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = read_dist(&bytes);
        let _ = loose_seal(&dist(), &bytes);
        let _ = loose_header(&bytes);
    }

    #[test]
    fn no_mixture_of_toml_makes_a_reader_panic(
        parts in prop::collection::vec(select(tokens()), 0..40),
        whole_head in any::<bool>(),
    ) {
        let text = if whole_head { entries(&parts.concat()) } else { parts.concat() };
        if let Ok(seal) = read_dist(&text) {
            prop_assert_eq!(to_bytes(&seal), text.clone().into_bytes());
        }
        if let Ok(seal) = loose_seal(&dist(), text.as_bytes()) {
            prop_assert_eq!(read_dist(to_bytes(&seal)), Ok(seal));
        }
        let _ = loose_header(text.as_bytes());
    }
}

fn tokens() -> Vec<&'static str> {
    vec![
        "\n",
        "\n\n",
        "\r\n",
        " ",
        "\t",
        "=",
        " = ",
        ".",
        ",",
        "#",
        "[",
        "]",
        "[[",
        "]]",
        "{",
        "}",
        "\"",
        "\"\"\"",
        "'",
        "'''",
        "\\",
        "\\u000B",
        "\\u00",
        "\\U0010FFFF",
        "\\uD800",
        "\\x41",
        "\\e",
        "a",
        "a/b",
        "\"a\"",
        "'a'",
        "\"a/b\"",
        "\"a-b\"",
        "..",
        "\"dir\"",
        "\"link x\"",
        "dir",
        "1",
        "-0",
        "0x1f",
        "1e9",
        "inf",
        "nan",
        "true",
        "false",
        "1979-05-27T07:32:00Z",
        "[entries]",
        "[entries.a]",
        "[[entries]]",
        "entries = {",
        "format = \"sealgate-seal/1\"\n",
        "root = \"dist\"\n",
        "root = \".\"\n",
        "tracked = true\n",
        "exclude = []\n",
        "exclude = [\n  \"*.log\",\n]\n",
        "exclude = [\"a\"]\n",
        "\"a\" = \"dir\"\n",
        "\"b\" = \"link x\"\n",
        "\u{feff}",
        "\u{202e}",
        "\0",
        "é",
        "<<<<<<<",
        "=======",
        ">>>>>>>",
    ]
}
