//! `check --only` and `seal --only`: a part of a seal, and nothing beside it.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use serde_json::Value;

use crate::support::make_fifo;
use crate::support::{Repo, refused};

/// Four archives for download, and one directory of them.
fn release() -> Repo {
    Repo::once("", || {
        let repo = Repo::with(&[
            ("rel/app-linux-x64.tgz", "x64"),
            ("rel/app-linux-arm64.tgz", "arm64"),
            ("rel/app-darwin.tgz", "darwin"),
            ("rel/docs/index.html", "docs"),
            ("rel/docs/a.css", "css"),
        ]);
        assert_eq!(repo.run(&["seal", "rel", "--root", "rel"]).code, 0);
        repo
    })
}

#[test]
fn only_what_matches_is_judged_sealed_or_not() {
    // What happens to the tree, the pattern, and what is found.
    let cases: [(&str, &[&str], &[&str]); 9] = [
        ("", &["app-linux*"], &[]),
        ("other", &["app-linux*"], &[]),
        ("other", &["app-linux*", "!app-linux-x64.tgz"], &[]),
        ("x64", &["app-linux*"], &["modified app-linux-x64.tgz"]),
        ("x64", &["/docs/"], &[]),
        ("new", &["app-*"], &["unsealed app-new.tgz"]),
        ("gone", &["app-darwin*"], &["missing app-darwin.tgz"]),
        ("move", &["app-*"], &["moved app-mac.tgz"]),
        ("docs", &["docs"], &["missing docs/a.css", "unsealed docs/n/b.css"]),
    ];
    for (change, patterns, expected) in cases {
        let repo = release();
        match change {
            "other" => {
                repo.write("rel/app-darwin.tgz", "changed");
                repo.write("rel/docs/new.html", "new");
                symlink("nowhere", repo.at("rel/link")).unwrap();
            }
            "x64" => repo.write("rel/app-linux-x64.tgz", "changed"),
            "new" => repo.write("rel/app-new.tgz", "new"),
            "gone" => fs::remove_file(repo.at("rel/app-darwin.tgz")).unwrap(),
            "move" => {
                fs::rename(repo.at("rel/app-darwin.tgz"), repo.at("rel/app-mac.tgz")).unwrap();
            }
            "docs" => {
                fs::remove_file(repo.at("rel/docs/a.css")).unwrap();
                repo.write("rel/docs/n/b.css", "b");
            }
            _ => {}
        }
        let flags = patterns.iter().flat_map(|pattern| ["--only", pattern]);
        let arguments: Vec<&str> = ["check", "--format", "json"].into_iter().chain(flags).collect();
        let run = repo.run(&arguments);
        let report: Value = serde_json::from_str(&run.stdout).unwrap();
        let findings = report["seals"][0]["findings"].as_array().unwrap();
        let found: Vec<String> = findings
            .iter()
            .map(|finding| {
                let word = |key: &str| finding[key].as_str().unwrap();
                format!("{} {}", word("kind"), word("path"))
            })
            .collect();
        assert_eq!(found, expected, "{change} {patterns:?}");
        assert_eq!(run.code, i32::from(!expected.is_empty()), "{change} {patterns:?}");
        assert_eq!(report["only"], serde_json::json!(patterns));
        // Annotations lead to the line of the entry in the whole seal.
        for finding in findings {
            let (Some(line), Some(path)) = (finding["line"].as_u64(), finding["path"].as_str())
            else {
                continue;
            };
            let path = finding["from"].as_str().unwrap_or(path);
            let text = repo.read("seals/rel.toml");
            let entry = text.lines().nth(usize::try_from(line).unwrap() - 1).unwrap();
            assert!(entry.starts_with(&format!("\"{path}\" = ")), "{entry}");
        }
    }
}

#[test]
fn a_part_is_called_a_part_and_nothing_vacuous_passes() {
    let repo = release();
    let download = repo.root().with_file_name("download");
    fs::create_dir(&download).unwrap();
    fs::copy(repo.at("rel/app-darwin.tgz"), download.join("app-darwin.tgz")).unwrap();
    let at = ["check", "rel", "--at", "../download", "--only"];
    let run = repo.run(&[&at[..], &["app-darwin*"]].concat());
    assert_eq!(run.code, 0, "{run:#?}");
    assert!(run.stdout.contains("\nPASS, PART  1 seal (rel), 1 entry"), "{run:#?}");
    let markdown = repo.run(&[&at[..], &["app-darwin*", "--format", "markdown"]].concat());
    assert!(markdown.stdout.contains("PASS, PART"), "{markdown:#?}");
    for pattern in ["nothing*", "/docs/none", "!app-darwin*"] {
        refused_by(&repo, &[&at[..], &[pattern]].concat(), "--only matches no entry of the seal");
    }
    refused_by(&repo, &[&at[..], &["["]].concat(), "--only \"[\"");
    // Each seal needs a match.
    fs::create_dir(repo.at("two")).unwrap();
    repo.write("two/x", "x");
    assert_eq!(repo.run(&["seal", "two", "--root", "two"]).code, 0);
    refused_by(&repo, &["check", "--only", "app-*"], "two");
}

#[track_caller]
fn refused_by(repo: &Repo, arguments: &[&str], says: &str) {
    let run = repo.run(arguments);
    assert!(run.code == 2, "{arguments:?}: {run:#?}");
    assert!(run.stderr.contains(says) || run.stdout.contains(says), "{arguments:?}: {run:#?}");
}

#[test]
fn what_is_not_judged_is_not_opened() {
    let repo = release();
    let others = ["rel/app-darwin.tgz", "rel/docs/index.html", "rel/app-linux-arm64.tgz"];
    for path in others {
        fs::set_permissions(repo.at(path), fs::Permissions::from_mode(0o000)).unwrap();
    }
    make_fifo(&repo.at("rel/fifo"));
    let only = ["--only", "app-linux-x64*"];
    let report = repo.run(&[&["check", "--format", "json"][..], &only].concat());
    assert_eq!(report.code, 0, "{report:#?}");
    let report: Value = serde_json::from_str(&report.stdout).unwrap();
    assert_eq!(report["seals"][0]["bytes"], 3);
    repo.write("rel/app-linux-x64.tgz", "new");
    let run = repo.run(&[&["seal", "rel"][..], &only].concat());
    assert_eq!(run.code, 0, "{run:#?}");
    // With all of it there is something that cannot be sealed.
    refused(&repo, &["seal", "rel"], "cannot be sealed");
    refused(&repo, &["seal", "rel", "--only", "fifo"], "cannot be sealed");
}

/// Whoever cannot list a directory does not know that the entries below it are gone.
#[test]
fn an_entry_below_a_closed_directory_is_never_taken_for_gone() {
    let repo = release();
    fs::set_permissions(repo.at("rel/docs"), fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read_dir(repo.at("rel/docs")).is_ok() {
        return; // The user of the tests reads everything.
    }
    refused(&repo, &["seal", "rel", "--only", "/docs/a.css"], "cannot be sealed");
    assert_eq!(repo.run(&["check", "--only", "/docs/a.css"]).code, 2);
    assert_eq!(repo.run(&["seal", "rel", "--only", "app-darwin.tgz"]).code, 0);
}

#[test]
fn whatever_stands_for_a_whole_seal_refuses_a_part() {
    let repo = release();
    for other in [
        &["--base", "none"][..],
        &["--environment", "production", "--base", "none"],
        &["--stage", "out"],
        &["--partition", "slice:1/2"],
        &["--require-sealed", "rel"],
    ] {
        let run = repo.run(&[&["check", "--only", "app-*"][..], other].concat());
        assert!(run.code == 2 && run.stderr.contains("cannot be used with"), "{run:#?}");
    }
    repo.write("rel/app-darwin.tgz", "built elsewhere");
    repo.write("rel/docs/a.css", "not reported");
    let check = ["check", "--only", "app-*", "--report", "json=report.json"];
    assert_eq!(repo.run(&check).code, 1);
    refused_by(&repo, &["merge-reports", "report.json"], "check of some entries only");
    // The entries that it reports can be approved.
    assert_eq!(repo.run(&["seal", "--from-report", "report.json"]).code, 0);
    assert_eq!(repo.run(&["check", "--only", "app-*"]).code, 0);
    assert_eq!(repo.run(&["check"]).code, 1);
}

#[test]
fn every_format_says_that_a_part_or_a_share_was_judged() {
    let repo = release();
    repo.write("rel/app-darwin.tgz", "changed");
    let formats = ["human", "json", "github", "markdown", "sarif", "junit", "codequality", "html"];
    let part: (&[&str], [&str; 2]) = (&["--only", "app-linux*"], ["PART", "\"only\""]);
    let share: (&[&str], [&str; 2]) = (&["--partition", "slice:1/2"], ["SHARE", "share 1 of 2"]);
    for (flags, words) in [part, share] {
        for format in formats {
            let run = repo.run(&[&["check", "--format", format], flags].concat());
            let says = words.iter().any(|word| run.stdout.contains(word));
            assert!(says, "{format} {flags:?}: {}", run.stdout);
            assert!(!run.stdout.contains("every byte is as sealed"), "{format}: {}", run.stdout);
        }
        let whole = repo.run(&["check", "--format", "sarif"]);
        assert!(!words.iter().any(|word| whole.stdout.contains(word)), "{}", whole.stdout);
    }
}

#[test]
fn a_step_learns_that_a_part_was_judged() {
    for (flags, extent) in [(&["--only", "app*"][..], "part"), (&[], "whole")] {
        let repo = release();
        let mut check = repo.command(&[&["check", "--format", "github"], flags].concat());
        check.env("GITHUB_OUTPUT", repo.at("out")).output().unwrap();
        let outputs = crate::actions::handed_on(&repo.read("out"));
        assert_eq!(outputs["extent"], extent);
    }
}
