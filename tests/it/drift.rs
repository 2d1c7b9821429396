//! Every way in which a release can drift from its seal, and what the gate says of it.
//!
//! A case is a file `fixtures/drift/NAME.case`; a new one needs no Rust. It has up to three
//! parts: `given` steps before sealing, `drift` steps after it, and what to `expect`.
//!
//! ```text
//! # Why this case is here.
//! given
//!   write conf/app.ini "x = 1\n"
//! drift
//!   move conf/app.ini conf/App.ini
//! expect 1
//!   moved conf/App.ini from conf/app.ini because case-only-rename
//! ```
//!
//! `expect` takes the exit code and, where it is 2, the codes of the errors; below it stand all
//! findings, in any order: `KIND PATH [from PATH] [because CAUSE]`. Paths are relative to the
//! root, which starts as a copy of `fixtures/release`; `.` is the root itself. A word with a
//! blank or a byte beyond ASCII letters in it can be quoted: `"a b\n\x07\u{e9}"`.
//!
//! | step | does |
//! |---|---|
//! | `write PATH TEXT`, `append PATH TEXT`, `prepend PATH TEXT` | as they say |
//! | `truncate PATH SIZE` | keeps SIZE bytes; all but SIZE where it is negative |
//! | `cut PATH SIZE` | takes SIZE bytes from the beginning |
//! | `grow PATH TIMES` | doubles it so many times |
//! | `flip PATH BYTE BIT` | one bit, and puts the modification time back |
//! | `crlf PATH`, `lf PATH` | rewrites all line endings |
//! | `remove PATH`, `move FROM TO`, `copy FROM TO`, `swap PATH PATH` | files, links, directories |
//! | `chmod MODE PATH...` | octal |
//! | `touch PATH` | gives it the modification time 0 |
//! | `link PATH TARGET`, `mkdir PATH`, `fifo PATH`, `socket PATH`, `device PATH` | makes one |
//! | `exclude PATTERN` | among the `given`: leaves out what matches |

#![cfg(unix)]

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};
use sealgate_core::compare::finding::{Cause, FindingKind};

use crate::support;
use crate::support::{Checked, Found, Node, Repo, copy, fixture, make_fifo, make_socket};

/// A step, or an expected finding, as words.
type Words = Vec<Vec<u8>>;

struct Case {
    name: String,
    given: Vec<Words>,
    drift: Vec<Words>,
    code: i32,
    errors: Vec<String>,
    findings: Vec<Found>,
}

#[test]
fn every_drift_is_found_named_and_explained() {
    let mut wrong = Vec::new();
    let played = cases().into_par_iter().map(|case| (case.play(), case));
    for (outcome, case) in played.collect::<Vec<_>>() {
        match outcome {
            Ok(said) => wrong.extend(said.into_iter().map(|what| format!("{}: {what}", case.name))),
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                eprintln!("{}: skipped, not permitted here: {error}", case.name);
            }
            Err(error) => wrong.push(format!("{}: a step failed: {error}", case.name)),
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_kind_and_every_cause_has_a_case() {
    // `unreadable`: tests/it/formats.rs, by a user who may not read. `unstable`: src/inventory,
    // where a file can be made to change between two stamps.
    let elsewhere = ["unreadable", "unstable"].map(str::to_owned);
    let findings = || cases().into_iter().flat_map(|case| case.findings);
    let kinds: BTreeSet<String> = findings().map(|found| found.kind).chain(elsewhere).collect();
    let causes: BTreeSet<String> = findings().filter_map(|found| found.cause).collect();
    assert_eq!(kinds, FindingKind::ALL.map(|kind| kind.code().to_owned()).into());
    // What takes a repository with a history: tests/it/causes_of_git.rs and stale_builds.rs; or a
    // database: tests/it/surfaces.rs and tests/judges.
    let elsewhere = [
        Cause::NotInGit,
        Cause::EmbedsCommit,
        Cause::BuildDiffers,
        Cause::BuildVaries,
        Cause::CommittedSince,
        Cause::ColumnOrder,
        Cause::OnlyQuoting,
        Cause::SettingOfDatabase,
        Cause::OwnerOrGrants,
        Cause::Comment,
    ];
    let here = Cause::ALL.into_iter().filter(|cause| !elsewhere.contains(cause));
    assert_eq!(causes, here.map(|cause| cause.code().to_owned()).collect());
}

#[test]
fn the_release_as_committed_passes() {
    let checked = Repo::of_release().check(&["release"]);
    assert_eq!((checked.code, checked.findings(), checked.errors()), (0, vec![], vec![]));
    let seal = &checked.report["seals"][0];
    assert_eq!((&seal["matched"], &seal["verdict"]), (&seal["checked"], &"pass".into()));
    assert!(seal["checked"].as_u64() >= Some(15), "{seal}");
}

fn cases() -> Vec<Case> {
    let mut files: Vec<PathBuf> = fs::read_dir(fixture("drift"))
        .expect("fixtures/drift")
        .map(|entry| entry.expect("an entry of fixtures/drift").path())
        .collect();
    files.sort();
    assert!(files.len() >= 60, "only {} cases", files.len());
    files.iter().map(|file| Case::read(file)).collect()
}

impl Case {
    fn read(file: &Path) -> Self {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(file).expect("a case is a text");
        let (mut given, mut drift, mut findings) = (Vec::new(), Vec::new(), Vec::new());
        let mut expected = None;
        let mut part = "";
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let words = words(line).unwrap_or_else(|| panic!("{name}: no words: {line}"));
            if !line.starts_with("  ") {
                part = line.split(' ').next().unwrap_or("");
                if part == "expect" {
                    let mut words = words.iter().skip(1).map(|word| string(word));
                    let code = words.next().and_then(|code| code.parse().ok());
                    expected = Some((code.expect("an exit code"), words.collect()));
                }
                continue;
            }
            match part {
                "given" => given.push(words),
                "drift" => drift.push(words),
                "expect" => findings.push(finding(&name, &words)),
                _ => panic!("{name}: {line} stands in no part"),
            }
        }
        let (code, errors) = expected.unwrap_or_else(|| panic!("{name}: nothing expected"));
        findings.sort();
        Self { name, given, drift, code, errors, findings }
    }

    /// Seals, drifts and checks; gives what is not as expected.
    fn play(&self) -> io::Result<Vec<String>> {
        let repo = Repo::plain();
        let root = repo.at("release");
        copy(&fixture("release"), &root)?;
        let mut seal = repo.command(&["seal", "release", "--root", "release"]);
        seal.arg("--allow-outside-links");
        for step in &self.given {
            match &step[..] {
                [word, pattern] if word == b"exclude" => {
                    seal.arg("--exclude").arg(OsStr::from_bytes(pattern));
                }
                _ => take(step, &root)?,
            }
        }
        let sealed = support::run(seal);
        if sealed.code != 0 {
            return Ok(vec![format!("not sealed: {}", sealed.stderr)]);
        }
        for step in &self.drift {
            take(step, &root)?;
        }
        let mut wrong = self.judge("the root", &repo.check(&["release"]));
        let human = repo.run(&["check", "release"]);
        if human.code != self.code {
            wrong.push(format!("exit code {} with --format human", human.code));
        }
        if self.errors.is_empty() {
            // The same bytes, taken from a directory that is named.
            let at = repo.check(&["release", "--at", "release"]);
            wrong.extend(self.judge("--at the root", &at));
        }
        Ok(wrong)
    }

    fn judge(&self, what: &str, checked: &Checked) -> Vec<String> {
        let mut wrong = Vec::new();
        if checked.code != self.code {
            wrong.push(format!("{what}: exit code {}, not {}", checked.code, self.code));
        }
        if checked.errors() != self.errors {
            wrong.push(format!("{what}: errors {:?}, not {:?}", checked.errors(), self.errors));
        }
        let found = checked.findings();
        let told = |sign, all: &[Found], others: &[Found]| -> Vec<String> {
            let only = all.iter().filter(|found| !others.contains(found));
            only.map(|found| format!("{what}: {sign} {}", tell(found))).collect()
        };
        wrong.extend(told("expected", &self.findings, &found));
        wrong.extend(told("found", &found, &self.findings));
        if wrong.is_empty() && found.len() != self.findings.len() {
            wrong.push(format!("{what}: a finding is there twice"));
        }
        wrong
    }
}

fn tell(found: &Found) -> String {
    let Found { kind, path, from, cause } = found;
    let from = from.iter().map(|from| format!(" from {}", from.escape_ascii()));
    let cause = cause.iter().map(|cause| format!(" because {cause}"));
    format!("{kind} {}{}", path.escape_ascii(), from.chain(cause).collect::<String>())
}

fn finding(name: &str, words: &Words) -> Found {
    let [kind, path, rest @ ..] = &words[..] else { panic!("{name}: a finding has a path") };
    let (mut origin, mut cause) = (None, None);
    for pair in rest.chunks(2) {
        match pair {
            [word, from] if word == b"from" => origin = Some(from.clone()),
            [word, code] if word == b"because" => cause = Some(string(code)),
            _ => panic!("{name}: what follows the path is not understood"),
        }
    }
    Found { kind: string(kind), path: path.clone(), from: origin, cause }
}

fn string(word: &[u8]) -> String {
    String::from_utf8(word.to_vec()).expect("a word that is text")
}

/// The words of a line: parted by blanks, or in quotes, with escapes.
fn words(line: &str) -> Option<Words> {
    let mut words = Vec::new();
    let mut rest = line.trim_start();
    while !rest.is_empty() {
        if let Some(quoted) = rest.strip_prefix('"') {
            let (word, after) = quoted_word(quoted)?;
            words.push(word);
            rest = after;
        } else {
            let (word, after) = rest.split_once(' ').unwrap_or((rest, ""));
            words.push(word.as_bytes().to_vec());
            rest = after;
        }
        rest = rest.trim_start();
    }
    Some(words)
}

/// The word up to the closing quote, and what follows it.
fn quoted_word(text: &str) -> Option<(Vec<u8>, &str)> {
    let mut word = Vec::new();
    let mut rest = text;
    loop {
        let c = rest.chars().next()?;
        rest = &rest[c.len_utf8()..];
        match c {
            '"' => return Some((word, rest)),
            '\\' => {
                let code = rest.chars().next()?;
                rest = &rest[code.len_utf8()..];
                match code {
                    'n' => word.push(b'\n'),
                    'r' => word.push(b'\r'),
                    't' => word.push(b'\t'),
                    '"' | '\\' => word.push(u8::try_from(code).ok()?),
                    'x' => {
                        word.push(u8::from_str_radix(rest.get(..2)?, 16).ok()?);
                        rest = &rest[2..];
                    }
                    'u' => {
                        let (digits, after) = rest.strip_prefix('{')?.split_once('}')?;
                        let c = char::from_u32(u32::from_str_radix(digits, 16).ok()?)?;
                        word.extend(c.encode_utf8(&mut [0; 4]).bytes());
                        rest = after;
                    }
                    _ => return None,
                }
            }
            _ => word.extend(c.encode_utf8(&mut [0; 4]).bytes()),
        }
    }
}

/// Takes one step below `root`.
fn take(step: &Words, root: &Path) -> io::Result<()> {
    let at = |word: &[u8]| match word {
        b"." => root.to_owned(),
        _ => root.join(OsStr::from_bytes(word)),
    };
    let rewrite = |path: &[u8], change: &dyn Fn(Vec<u8>) -> Vec<u8>| {
        let bytes = change(fs::read(at(path))?);
        fs::write(at(path), bytes)
    };
    let number = |word: &Vec<u8>| string(word).parse::<isize>().expect("a number");
    let arguments: Vec<&[u8]> = step[1..].iter().map(Vec::as_slice).collect();
    match (&*string(&step[0]), &arguments[..]) {
        ("write", [path, text]) => {
            let path = at(path);
            fs::create_dir_all(path.parent().expect("a parent"))?;
            fs::write(path, text)
        }
        ("append", [path, text]) => rewrite(path, &|bytes| [&bytes, *text].concat()),
        ("prepend", [path, text]) => rewrite(path, &|bytes| [*text, &bytes].concat()),
        ("truncate", [path, _]) => rewrite(path, &|bytes| {
            let size = number(&step[2]);
            let length =
                if size < 0 { bytes.len() - size.unsigned_abs() } else { size.unsigned_abs() };
            bytes[..length].to_vec()
        }),
        ("cut", [path, _]) => {
            rewrite(path, &|bytes| bytes[number(&step[2]).unsigned_abs()..].to_vec())
        }
        ("grow", [path, _]) => rewrite(path, &|bytes| bytes.repeat(1 << number(&step[2]))),
        ("flip", [path, _, _]) => {
            let before = at(path).metadata()?.modified()?;
            rewrite(path, &|mut bytes| {
                bytes[number(&step[2]).unsigned_abs()] ^= 1 << number(&step[3]);
                bytes
            })?;
            File::options().write(true).open(at(path))?.set_modified(before)
        }
        ("crlf", [path]) => {
            rewrite(path, &|bytes| replace(&replace(&bytes, b"\r\n", b"\n"), b"\n", b"\r\n"))
        }
        ("lf", [path]) => rewrite(path, &|bytes| replace(&bytes, b"\r\n", b"\n")),
        ("remove", [path]) if at(path).symlink_metadata()?.is_dir() => fs::remove_dir_all(at(path)),
        ("remove", [path]) => fs::remove_file(at(path)),
        ("move", [from, to]) => fs::rename(at(from), at(to)),
        ("copy", [from, to]) => copy(&at(from), &at(to)),
        ("swap", [a, b]) => {
            let aside = root.with_extension("aside");
            fs::rename(at(a), &aside)?;
            fs::rename(at(b), at(a))?;
            fs::rename(aside, at(b))
        }
        ("chmod", [mode, paths @ ..]) => {
            let mode = u32::from_str_radix(&string(mode), 8).expect("an octal mode");
            paths
                .iter()
                .try_for_each(|path| fs::set_permissions(at(path), Permissions::from_mode(mode)))
        }
        ("touch", [path]) => File::open(at(path))?.set_modified(SystemTime::UNIX_EPOCH),
        ("link", [path, target]) => symlink(OsStr::from_bytes(target), at(path)),
        ("mkdir", [path]) => fs::create_dir_all(at(path)),
        ("fifo", [path]) => {
            make_fifo(&at(path));
            Ok(())
        }
        ("socket", [path]) => make_socket(&at(path)),
        ("device", [path]) => make_device(&at(path)),
        (word, _) => panic!("no step {word} with {} arguments", arguments.len()),
    }
}

/// Makes another null device at `path`.
#[cfg(target_os = "linux")]
pub(crate) fn make_device(path: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, FileType, Mode, makedev, mknodat};
    let (kind, mode) = (FileType::CharacterDevice, Mode::from_raw_mode(0o644));
    match mknodat(CWD, path, kind, mode, makedev(1, 3)) {
        Err(rustix::io::Errno::PERM) => Err(io::ErrorKind::PermissionDenied.into()),
        other => Ok(other?),
    }
}

/// Devices have other numbers on other systems.
#[cfg(not(target_os = "linux"))]
pub(crate) fn make_device(_: &Path) -> io::Result<()> {
    Err(io::ErrorKind::PermissionDenied.into())
}

fn replace(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = bytes;
    while let Some(&first) = rest.first() {
        if let Some(after) = rest.strip_prefix(from) {
            out.extend_from_slice(to);
            rest = after;
        } else {
            out.push(first);
            rest = &rest[1..];
        }
    }
    out
}

#[test]
fn a_directory_that_became_a_link_is_named() {
    let repo = Repo::plain();
    let text = |text: &str| Node::File(text.into());
    repo.build("dist", &[("d/a", text("a")), ("d/e/b", text("b")), ("f", text("f"))]);
    repo.seal("dist", "dist");
    fs::rename(repo.at("dist/d"), repo.at("copy")).unwrap();
    symlink("../copy", repo.at("dist/d")).unwrap();
    let checked = repo.check(&[]);
    let findings = checked.report["seals"][0]["findings"].as_array().unwrap();
    let shown: Vec<String> = findings
        .iter()
        .map(|finding| {
            let field = |name: &str| finding[name].as_str().unwrap_or_default().to_owned();
            format!("{} {} {}: {}", field("kind"), field("path"), field("cause"), field("detail"))
        })
        .collect();
    let why = "directory-linked: the directory d is a link to ../copy now";
    assert_eq!(
        shown,
        [format!("unsealed d {why}"), format!("missing d/a {why}"), format!("missing d/e/b {why}")]
    );
    // A new link beside the directories is just new.
    fs::remove_file(repo.at("dist/d")).unwrap();
    fs::rename(repo.at("copy"), repo.at("dist/d")).unwrap();
    symlink("d", repo.at("dist/link")).unwrap();
    let report = repo.check(&[]).report;
    assert_eq!(report["seals"][0]["findings"][0]["cause"], serde_json::Value::Null);
}
