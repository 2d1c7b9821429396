//! Archives that two builds made differently: which members differ, or what else; and archives that no
//! honest build makes.

#![cfg(unix)]
#![cfg(feature = "archives")]

use std::fs;
use std::io::{Cursor, Write as _};

use flate2::{Compression, GzBuilder};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::support::Repo;

/// A member: its name, its bytes, its mode, and the year or the second of its time.
type Member<'a> = (&'a str, &'a [u8], u32, u16);

const A: Member<'_> = ("a.py", &[b'a'; 500], 0o644, 2024);
const B: Member<'_> = ("b.py", &[b'b'; 500], 0o644, 2024);

/// A name, the bytes of two archives, and what is said of them.
type Case<'a, T> = (&'a str, Vec<u8>, Vec<u8>, T);

fn zip_with(members: &[Member<'_>], method: CompressionMethod, comment: &str) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes, mode, year) in members {
        let time = DateTime::from_date_and_time(*year, 1, 1, 0, 0, 0).unwrap();
        let options = SimpleFileOptions::default();
        let options =
            options.last_modified_time(time).unix_permissions(*mode).compression_method(method);
        writer.start_file(*name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.set_comment(comment).unwrap();
    writer.finish().unwrap().into_inner()
}

fn zip(members: &[Member<'_>]) -> Vec<u8> {
    zip_with(members, CompressionMethod::Deflated, "")
}

fn tar_owned(members: &[Member<'_>], owner: u64) -> Vec<u8> {
    let mut writer = tar::Builder::new(Vec::new());
    for (name, bytes, mode, time) in members {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(*mode);
        header.set_mtime(u64::from(*time));
        header.set_uid(owner);
        writer.append_data(&mut header, name, *bytes).unwrap();
    }
    writer.into_inner().unwrap()
}

fn tar(members: &[Member<'_>]) -> Vec<u8> {
    tar_owned(members, 0)
}

fn gzip_of(bytes: &[u8], time: u32, level: u32) -> Vec<u8> {
    let mut writer = GzBuilder::new().mtime(time).write(Vec::new(), Compression::new(level));
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    gzip_of(bytes, 0, 6)
}

/// What `diff --against` says of a file `name` with the bytes `old` here and `new` there.
fn compared(name: &str, old: &[u8], new: &[u8]) -> String {
    let repo = Repo::plain();
    for (directory, bytes) in [("dist", old), ("other", new)] {
        fs::create_dir(repo.at(directory)).unwrap();
        fs::write(repo.at(directory).join(name), bytes).unwrap();
    }
    repo.seal("dist", "dist");
    let ran = repo.run(&["diff", "dist", "--against", "other"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let said = ran.stdout;
    let marker = format!("\n\n  {name}: ");
    said.split_once(&marker).unwrap_or_else(|| panic!("{said}")).1.to_owned()
}

#[test]
fn what_differs_around_equal_bytes_is_named() {
    let dated = |(name, bytes, mode, _): Member<'static>| (name, bytes, mode, 2025);
    let runnable = |(name, bytes, _, year): Member<'static>| (name, bytes, 0o755, year);
    let (both, later) = ([A, B], [dated(A), dated(B)]);
    let cases: [Case<'_, &str>; 13] = [
        ("m.whl", zip(&both), zip(&later), "times"),
        ("m.tar", tar(&both), tar(&later), "times"),
        ("m.tgz", gzip(&tar(&both)), gzip(&tar(&later)), "times"),
        ("m.gz", gzip_of(b"text", 1, 6), gzip_of(b"text", 2, 6), "times"),
        ("m.jar", zip(&both), zip(&[B, A]), "the order of members"),
        ("m.crate", gzip(&tar(&both)), gzip(&tar(&[B, A])), "the order of members"),
        ("m.zip", zip(&both), zip(&[A, runnable(B)]), "modes"),
        ("m.tar.gz", gzip(&tar(&both)), gzip(&tar(&[A, runnable(B)])), "modes"),
        ("o.tar", tar(&both), tar_owned(&both, 7), "owners"),
        ("o.tgz", gzip_of(&tar(&both), 0, 1), gzip_of(&tar(&both), 0, 9), "packing"),
        ("s.zip", zip(&both), zip_with(&both, CompressionMethod::Stored, ""), "packing"),
        ("c.zip", zip(&both), zip_with(&both, CompressionMethod::Deflated, "x"), "packing"),
        ("t.whl", zip(&both), zip(&[dated(B), dated(A)]), "times and the order of members"),
    ];
    for (name, old, new, expected) in cases {
        let said = compared(name, &old, &new);
        let holds = if name == "m.gz" { "the content has" } else { "2 members have" };
        let line = format!("{holds} the same bytes; what differs: {expected}");
        assert!(said.starts_with(&line), "{name}: {said}");
        let is_time = expected.contains("times");
        assert_eq!(said.contains("times: set SOURCE_DATE_EPOCH"), is_time, "{name}: {said}");
        assert!(said.contains("  next: "), "{name}: {said}");
        assert!(!said.contains("first difference at byte"), "{name}: {said}");
    }
}

#[test]
fn the_members_that_differ_are_named() {
    let changed: Member<'_> = ("b.py", &[b'B'; 501], 0o644, 2025);
    let hostile: Member<'_> = ("../\u{1b}[31m\n::error::x", b"c", 0o644, 2024);
    let nested = |bytes: &[u8]| zip(&[("in.zip", bytes, 0o644, 2024)]);
    let cases: [Case<'_, &[&str]>; 7] = [
        (
            "m.whl",
            zip(&[A, B]),
            zip(&[A, changed]),
            &[
                "1 member differs, 1 member has the same bytes; times too\n",
                "    changed  b.py  500 B -> 501 B\n",
            ],
        ),
        (
            "m.tgz",
            gzip(&tar(&[A, B])),
            gzip(&tar(&[B])),
            &["1 member differs, 1 member has the same bytes\n", "    removed  a.py  500 B\n"],
        ),
        (
            "m.zip",
            zip(&[A]),
            zip(&[A, hostile]),
            &["1 member differs", "    added    ../\\x1b[31m\\n:\\x3aerror:\\x3ax  1 B\n"],
        ),
        (
            "a.zip",
            zip(&[("/etc/x", b"1", 0o644, 2024)]),
            zip(&[("/etc/x", b"2", 0o644, 2024)]),
            &["1 member differs\n", "    changed  /etc/x  1 B, other bytes\n"],
        ),
        // A name that a tar file has twice is compared twice.
        (
            "d.tar",
            tar(&[A, A]),
            tar(&[A, ("a.py", b"x", 0o644, 2024)]),
            &[
                "1 member differs, 1 member has the same bytes\n",
                "    changed  a.py  500 B -> 1 B\n",
            ],
        ),
        ("n.zip", nested(&zip(&[A, B])), nested(&zip(&[B, A])), &["    changed  in.zip  "]),
        ("t.gz", gzip(b"one"), gzip(b"two"), &["the content differs\n"]),
    ];
    for (name, old, new, expected) in cases {
        let said = compared(name, &old, &new);
        for line in expected {
            assert!(said.contains(line), "{name}: {line:?} is not in {said}");
        }
    }
    let many: Vec<String> = (0..30).map(|at| format!("m{at:02}")).collect();
    let many: Vec<Member<'_>> = many.iter().map(|name| (&**name, &b"x"[..], 0o644, 2024)).collect();
    let said = compared("m.tar", &tar(&[A]), &tar(&many));
    assert!(said.contains("    added    m08  1 B\n    and 21 more members\n"), "{said}");
}

/// Many records of the central directory, all of one member.
fn crowded_zip(member: &[u8], records: usize, comment: &str) -> Vec<u8> {
    let one = zip(&[("0000000", member, 0o644, 2024)]);
    let start = one.windows(4).position(|part| part == b"PK\x01\x02").unwrap();
    let end = one.windows(4).position(|part| part == b"PK\x05\x06").unwrap();
    let name = one[start..end].windows(7).position(|part| part == b"0000000").unwrap() + start;
    let mut bytes = one[..start].to_vec();
    for at in 0..records {
        bytes.extend_from_slice(&one[start..name]);
        bytes.extend_from_slice(format!("{at:07}").as_bytes());
        bytes.extend_from_slice(&one[name + 7..end]);
    }
    let mut tail = one[end..].to_vec();
    let count = u16::try_from(records).unwrap_or(u16::MAX).to_le_bytes();
    tail[8..10].copy_from_slice(&count);
    tail[10..12].copy_from_slice(&count);
    let size = u32::try_from(bytes.len() - start).unwrap();
    tail[12..16].copy_from_slice(&size.to_le_bytes());
    tail[20] = u8::try_from(comment.len()).unwrap();
    tail.extend_from_slice(comment.as_bytes());
    [bytes, tail].concat()
}

#[test]
fn hostile_archives_are_not_looked_into() {
    let zeros = vec![0; 64 << 20];
    let bomb = |end: &[u8]| {
        let mut writer = GzBuilder::new().write(Vec::new(), Compression::fast());
        (0..9).for_each(|_| writer.write_all(&zeros).unwrap());
        writer.write_all(end).unwrap();
        writer.finish().unwrap()
    };
    let header = &tar(&[("x", b"", 0o644, 1)])[..512];
    let crowd = |end: &[u8]| gzip(&[&header.repeat(100_001), end].concat());
    let long_name = |end: &[u8]| {
        let name = "x".repeat(2 << 20);
        [gzip(&tar(&[(&name, b"", 0o644, 1)])), gzip(end)].concat()
    };
    let whole = tar(&[A, B]);
    let twice = |year| {
        // The crate writes no name twice.
        let mut bytes = zip(&[("a.py", b"1", 0o644, year), ("b.py", b"2", 0o644, year)]);
        for at in 0..bytes.len() - 4 {
            if bytes[at..].starts_with(b"b.py") {
                bytes[at] = b'a';
            }
        }
        bytes
    };
    let cases: [Case<'_, &str>; 11] = [
        ("bomb.gz", bomb(b"a"), bomb(b"b"), "it unpacks to more than 512 MiB"),
        (
            "overlap.zip",
            crowded_zip(&zeros, 60_000, ""),
            crowded_zip(&zeros, 60_000, "x"),
            "it unpacks to more than 512 MiB",
        ),
        (
            "crowd.zip",
            crowded_zip(b"", 100_001, ""),
            crowded_zip(b"", 100_001, "x"),
            "it has more than 100000 members",
        ),
        ("crowd.tgz", crowd(b"a"), crowd(b"b"), "it has more than 100000 members"),
        ("long.tgz", long_name(b"a"), long_name(b"b"), "it has a header of over 1 MiB"),
        ("twice.zip", twice(2024), twice(2025), "several of its members have the same name"),
        ("cut.tar", whole[..900].to_vec(), whole[..800].to_vec(), "it ends within a member"),
        ("cut.tgz", gzip(&whole)[..60].to_vec(), gzip(&whole), "it is damaged"),
        ("cut.zip", zip(&[A])[..100].to_vec(), zip(&[A]), "it is damaged"),
        ("head.gz", b"\x1f\x8b\x08\x00".to_vec(), b"\x1f\x8b\x08\x01".to_vec(), "it has no whole"),
        (
            "ends.zip",
            [b"PK\x03\x04", &*b"PK\x05\x06".repeat(100_000)].concat(),
            [b"PK\x03\x04", &*b"PK\x05\x06".repeat(100_001)].concat(),
            "it is damaged",
        ),
    ];
    for (name, old, new, why) in cases {
        let said = compared(name, &old, &new);
        assert!(said.starts_with("first difference at byte "), "{name}: {said}");
        let line = said.lines().find(|line| line.contains("not looked into")).unwrap_or(&said);
        assert!(line.starts_with("  the archive was not looked into: "), "{name}: {said}");
        assert!(line.contains(why), "{name}: {line}");
    }
}

#[test]
fn two_builds_of_an_archive_that_differ_in_times_say_so() {
    let repo = Repo::in_git();
    for (name, year) in [("1.whl", 2024), ("2.whl", 2025)] {
        fs::write(repo.at(name), zip(&[("a.py", b"1", 0o644, year)])).unwrap();
    }
    let build = "mkdir dist; if test -e built; then cp 2.whl dist/m.whl; else \
                 cp 1.whl dist/m.whl; touch built; fi";
    let ran = repo.run(&["rebuild", "dist", "--twice", "--", "sh", "-c", build]);
    let said = ran.stdout;
    assert_eq!(ran.code, 1, "{said}{}", ran.stderr);
    assert!(said.contains("  m.whl: 1 member has the same bytes; what differs: times\n"), "{said}");
    assert!(said.contains("set SOURCE_DATE_EPOCH"), "{said}");
}

#[test]
fn the_page_of_a_change_request_says_it_too() {
    let repo = Repo::plain();
    for (directory, year) in [("dist", 2024), ("other", 2025)] {
        fs::create_dir(repo.at(directory)).unwrap();
        let bytes = zip(&[("a.py", b"1", 0o644, year)]);
        fs::write(repo.at(directory).join("m.whl"), bytes).unwrap();
    }
    repo.seal("dist", "dist");
    let ran = repo.run(&["diff", "--against", "other", "--format", "markdown"]);
    let page = ran.stdout;
    assert!(page.contains("1 member has the same bytes; what differs: times"), "{page}");
}

/// What `arguments` print as JSON.
fn json(repo: &Repo, arguments: &[&str], code: i32) -> serde_json::Value {
    let ran = repo.run(arguments);
    assert_eq!(ran.code, code, "{}", ran.stderr);
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}", ran.stderr))
}

#[test]
fn the_json_of_a_difference_states_the_members() {
    let repo = Repo::plain();
    let other_b: Member<'_> = ("b.py", b"other", 0o644, 2025);
    let new: Member<'_> = ("c.py", b"c", 0o644, 2024);
    for (directory, members) in [("dist", &[A, B][..]), ("other", &[A, other_b, new])] {
        fs::create_dir(repo.at(directory)).unwrap();
        fs::write(repo.at(directory).join("p.whl"), zip(members)).unwrap();
        fs::write(
            repo.at(directory).join("broken.zip"),
            [b"PK\x03\x04", directory.as_bytes()].concat(),
        )
        .unwrap();
    }
    repo.seal("dist", "dist");
    let said = json(&repo, &["diff", "dist", "--against", "other", "--format", "json"], 0);
    let changes = said["seals"][0]["changes"].as_array().unwrap();
    let change = |path: &str| changes.iter().find(|change| change["path"] == path).unwrap();
    let digest = |bytes: &[u8]| blake3::hash(bytes).to_string();
    let expected = serde_json::json!({
        "form": "members",
        "same": 1,
        "members": [
            {
                "name": "b.py",
                "old": {"kind": "file", "size": 500, "blake3": digest(B.1)},
                "new": {"kind": "file", "size": 5, "blake3": digest(b"other")},
            },
            {"name": "c.py", "new": {"kind": "file", "size": 1, "blake3": digest(b"c")}},
        ],
        "aspects": ["times"],
    });
    assert_eq!(change("p.whl")["archive"], expected);
    assert!(change("broken.zip")["archive_unread"].is_string(), "{said}");
}

#[test]
fn the_json_of_two_builds_that_differ_states_the_members() {
    let repo = Repo::in_git();
    for (file, members) in [("1.zip", &[A][..]), ("2.zip", &[A, B])] {
        fs::write(repo.at(file), zip(members)).unwrap();
    }
    let build = "mkdir dist && if mkdir once 2>/dev/null; then cp 1.zip dist/p.zip; else cp 2.zip dist/p.zip; fi";
    fs::write(repo.at("build.sh"), build).unwrap();
    fs::create_dir(repo.at("dist")).unwrap();
    fs::copy(repo.at("1.zip"), repo.at("dist/p.zip")).unwrap();
    repo.git(&["add", "--all"]);
    let sealed = ["seal", "dist", "--root", "dist", "--set-build", "sh build.sh"];
    assert_eq!(repo.run(&sealed).code, 0);
    let alone = ["rebuild", "dist", "--twice", "--format", "json", "--", "sh", "build.sh"];
    for arguments in [&["rebuild", "--twice", "--format", "json"][..], &alone] {
        let said = json(&repo, arguments, 1);
        assert_eq!(said["format"], "sealgate-diff/1");
        assert!(said["against"].as_str().unwrap().contains("first"), "{said}");
        let archive = &said["seals"][0]["changes"][0]["archive"];
        assert_eq!(archive["members"][0]["name"], "b.py", "{said}");
        fs::remove_dir(repo.at("once")).unwrap();
    }
    let ran = repo.run(&["rebuild", "--twice", "--format", "markdown"]);
    assert!(ran.stdout.starts_with("### What is different"), "{ran:?}");
    assert!(ran.stderr.contains("two builds differ") && !ran.stderr.contains("x1b"), "{ran:?}");
}
