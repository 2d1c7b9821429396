//! `merge-reports --globs`, which the action passes the lines of its input `merge-reports` to: which
//! reports a glob finds, and that no name of a file can change that.

#![cfg(unix)]

use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use crate::support::{Node, Repo, Run};

/// A repository whose two shares have reports, `reports/1.json` and `reports/2.json`.
fn shared() -> Repo {
    Repo::once("", || {
        let repo = Repo::in_git();
        let entries = ["a", "b", "c", "d"].map(|name| (name, Node::File(name.into())));
        fs::write(repo.at(".gitignore"), "dist\n").unwrap();
        repo.build("dist", &entries);
        repo.seal("dist", "dist");
        fs::create_dir(repo.at("reports")).unwrap();
        report(&repo, "slice:1/2", "reports/1.json");
        report(&repo, "slice:2/2", "reports/2.json");
        repo
    })
}

fn report(repo: &Repo, slice: &str, file: &str) {
    let report = format!("json={file}");
    let ran = repo.run(&["check", "--partition", slice, "--report", &report]);
    assert!(repo.at(file).is_file(), "{}", ran.stderr);
}

fn merge(repo: &Repo, globs: &[&str]) -> Run {
    repo.run(&[&["merge-reports", "--globs", "--"], globs].concat())
}

#[track_caller]
fn passes(repo: &Repo, globs: &[&str]) {
    let ran = merge(repo, globs);
    let said = ran.stdout.clone();
    assert_eq!(ran.code, 0, "{globs:?}: {said}{}", ran.stderr);
    assert!(said.contains("one answer from 2 reports"), "{globs:?}: {said}");
}

/// Demands an error whose code or message is `says`.
#[track_caller]
fn refused(repo: &Repo, globs: &[&str], says: &str) {
    let ran = merge(repo, globs);
    assert_eq!(ran.code, 2, "{globs:?}: {}", ran.stderr);
    assert!(ran.stderr.contains(says), "{globs:?}: {}", ran.stderr);
}

#[test]
fn globs_find_every_report_that_they_match() {
    let repo = shared();
    let absolute = format!("{}/rep*/[0-9].json", repo.at(".").display());
    for globs in [
        &["reports/*.json"][..],
        &["reports/[12].json"],
        &["reports/?.json"],
        &["*/*.json"],
        &["./reports//*.json"],
        &["reports/{1,2}.json"],
        &["reports/1.json", "reports/2.json"],
        &["dist/../reports/[!3].json"],
        &[&*absolute],
        // The union: what two globs match is one report.
        &["reports/1*", "reports/*.json", "reports/2.json"],
        &["reports/1.json", "./reports/*.json"],
    ] {
        passes(&repo, globs);
    }
    // From another directory, as all paths of the command line.
    let ran = repo.run(&["-C", "reports", "merge-reports", "--globs", "*.json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    // Without the option a file is meant by its very name.
    assert_eq!(repo.run(&["merge-reports", "reports/*.json"]).code, 2);
}

#[test]
fn a_file_named_like_the_glob_hides_no_share() {
    for glob in ["[12].json", "[1-2].json", "?.json", "*.json", "[[].json"] {
        let repo = shared();
        // One share is hostile, and brings the report of a tree that was sound.
        repo.run(&["check", "--report", &format!("json=reports/{glob}")]);
        assert!(repo.at(format!("reports/{glob}")).is_file());
        for name in ["a", "b", "c", "d"] {
            fs::write(repo.at("dist").join(name), "drift").unwrap();
        }
        report(&repo, "slice:1/2", "reports/1.json");
        report(&repo, "slice:2/2", "reports/2.json");
        let ran = merge(&repo, &[&format!("reports/{glob}")]);
        assert_ne!(ran.code, 0, "{glob}: {}", ran.stdout);
    }
}

#[test]
fn a_name_with_the_characters_of_globs_is_written_with_brackets() {
    let repo = shared();
    for (name, glob) in [("[2].json", "[[]2].json"), ("*.j", "[*].j"), ("{?", "[{][?]"), ("-", "-")]
    {
        fs::rename(repo.at("reports/2.json"), repo.at("reports").join(name)).unwrap();
        passes(&repo, &["reports/1.json", &format!("reports/{glob}")]);
        fs::rename(repo.at("reports").join(name), repo.at("reports/2.json")).unwrap();
    }
}

#[test]
fn a_glob_that_finds_nothing_is_an_error_whatever_others_find() {
    let repo = shared();
    fs::create_dir(repo.at("empty")).unwrap();
    for glob in ["reports/3.json", "reports/[3].json", "nowhere/*", "empty/*", "reports/1.json/*"] {
        refused(&repo, &[glob], "no file matches");
        refused(&repo, &["reports/*.json", glob], "no file matches");
    }
    for (glob, says) in [
        ("reports/[1.json", "unclosed"),
        ("reports/{1,2.json", "a `{` has no `}`"),
        ("reports/1\\", "escapes nothing"),
        ("[]", "unclosed"),
        ("a/[b/c]", "unclosed"),
        (".", "names no file"),
    ] {
        refused(&repo, &["reports/*.json", glob], says);
    }
    assert_eq!(repo.run(&["merge-reports", "--globs"]).code, 2);
}

#[test]
fn what_a_glob_finds_and_nobody_can_read_is_an_error() {
    // Each is one more than the two shares, which would pass by themselves.
    type Plant = fn(&Path);
    let plants: [(Plant, &str); 5] = [
        (|path| symlink("nowhere", path).unwrap(), "3.json"),
        (|path| symlink("3.json", path).unwrap(), "3.json"),
        (|path| fs::create_dir(path).unwrap(), "not a regular file"),
        (|path| fs::write(path, "").unwrap(), "3.json"),
        (|path| assert!(fs::copy(path.with_file_name("1.json"), path).is_ok()), "there twice"),
    ];
    for (plant, says) in plants {
        let repo = shared();
        plant(&repo.at("reports/3.json"));
        refused(&repo, &["reports/*.json"], says);
    }
}

#[test]
fn names_that_are_no_text_or_hold_line_breaks_are_reports_like_any_other() {
    for name in [&b"2\n3.json"[..], b"-2.json", b"--only=x.json", b"2\xff.json", b"2 3.json"] {
        let repo = shared();
        let place = repo.at("reports").join(std::ffi::OsStr::from_bytes(name));
        fs::rename(repo.at("reports/2.json"), place).unwrap();
        passes(&repo, &["reports/*.json"]);
    }
    // As in a shell: only a dot finds what begins with one.
    let repo = shared();
    fs::rename(repo.at("reports/2.json"), repo.at("reports/.2.json")).unwrap();
    passes(&repo, &["reports/*", "reports/.*"]);
    refused(&repo, &["reports/*", "reports/?2.json"], "no file matches");
}

#[test]
fn a_directory_on_the_way_that_cannot_be_listed_is_an_error() {
    let repo = shared();
    for (share, name) in [("one", "1.json"), ("two", "2.json")] {
        fs::create_dir_all(repo.at("shares").join(share)).unwrap();
        let to = repo.at("shares").join(share).join("report.json");
        fs::rename(repo.at("reports").join(name), to).unwrap();
    }
    passes(&repo, &["shares/*/report.json"]);
    passes(&repo, &["*/*/*.json"]);
    // A link to itself is no directory that could be looked into.
    symlink("three", repo.at("shares/three")).unwrap();
    refused(&repo, &["shares/*/*.json"], "shares/three");
    fs::remove_file(repo.at("shares/three")).unwrap();
    if rustix::process::geteuid().is_root() {
        return;
    }
    let two = repo.at("shares/two");
    fs::set_permissions(&two, fs::Permissions::from_mode(0o000)).unwrap();
    for glob in ["shares/*/report.json", "shares/*/*"] {
        refused(&repo, &[glob], "shares/two");
    }
    fs::set_permissions(&two, fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn a_report_is_written_over_none_that_a_glob_finds() {
    let repo = shared();
    let before = fs::read(repo.at("reports/1.json")).unwrap();
    let ran = repo.run(&[
        "merge-reports",
        "--globs",
        "reports/*.json",
        "--report",
        "json=reports/1.json",
    ]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(ran.stderr.contains("which this check reads"), "{}", ran.stderr);
    assert_eq!(fs::read(repo.at("reports/1.json")).unwrap(), before);
}
