//! Reports of earlier runs: none says pass once another run has begun, however that ends; and a file
//! that is no report is not lost by a run that is refused.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::Repo;

const FORMATS: [&str; 8] =
    ["human", "json", "github", "markdown", "sarif", "junit", "codequality", "html"];

/// A directory under seal.
fn sealed() -> Repo {
    Repo::once("", || {
        let repo = Repo::with(&[("dist/a", "good")]);
        assert_eq!(repo.run(&["seal", "dist", "--root", "dist"]).code, 0);
        repo
    })
}

/// The same, with a report in every format that says pass, and bytes that have drifted since.
fn drifted() -> (Repo, Vec<String>) {
    let repo = sealed();
    let reports: Vec<String> =
        FORMATS.iter().flat_map(|format| ["--report".to_owned(), named(format)]).collect();
    let run = repo.run(&[vec!["check".to_owned()], reports.clone()].concat());
    assert_eq!(run.code, 0, "{run:#?}");
    repo.write("dist/a", "evil");
    (repo, reports)
}

fn named(format: &str) -> String {
    format!("{format}=../r.{format}")
}

fn report(repo: &Repo, format: &str) -> Option<String> {
    fs::read_to_string(repo.at(format!("../r.{format}"))).ok()
}

/// Demands that each report is one of an error.
#[track_caller]
fn all_say_error(repo: &Repo, what: &str) {
    let of = |format: &str| report(repo, format).unwrap_or_else(|| panic!("{what}: no {format}"));
    let json: Value = serde_json::from_str(&of("json")).unwrap();
    assert_eq!(json["verdict"], "error", "{what}");
    for format in ["human", "github"] {
        assert!(of(format).contains("ERROR"), "{what}: {}", of(format));
    }
    assert!(of("markdown").contains("ERROR"), "{what}: {}", of("markdown"));
    assert!(of("html").contains("<title>ERROR"), "{what}: {}", of("html"));
    assert!(of("junit").contains("errors=\"1\""), "{what}: {}", of("junit"));
    assert_ne!(of("codequality").trim(), "[]", "{what}");
    assert!(of("sarif").contains("\"executionSuccessful\": false"), "{what}: {}", of("sarif"));
}

#[test]
fn a_run_that_is_refused_leaves_reports_that_say_so() {
    type Prepare = fn(&Repo);
    let cases: [(&str, &[&str], Prepare); 10] = [
        ("a stage that exists", &["check", "--stage", "../out"], |repo| {
            fs::create_dir(repo.at("../out")).unwrap();
        }),
        ("an option that is unknown", &["check", "--unknown"], |_| {}),
        ("a command that is unknown", &["chekc"], |_| {}),
        ("options that exclude each other", &["check", "--rev", "HEAD", "--at", "dist"], |_| {}),
        ("a digest that is none", &["check", "--policy-digest", "0"], |_| {}),
        ("a report in a root", &["check", "--report", "json=dist/r.json"], |_| {}),
        ("a format that is unknown", &["check", "--report", "xml=../other"], |_| {}),
        ("seals that are somewhere else", &["check", "--seals", "/"], |_| {}),
        ("a name that matches nothing", &["check", "other"], |_| {}),
        ("a seal that cannot be read", &["check"], |repo| {
            repo.write("seals/dist.toml", "broken");
        }),
    ];
    for (what, arguments, prepare) in cases {
        for reports_first in [false, true] {
            let (repo, reports) = drifted();
            prepare(&repo);
            let reports: Vec<&str> = reports.iter().map(String::as_str).collect();
            let all = if reports_first && arguments.len() > 1 {
                [&arguments[..1], &reports, &arguments[1..]].concat()
            } else {
                [arguments, &reports].concat()
            };
            let run = repo.run(&all);
            assert_eq!(run.code, 2, "{what}: {run:#?}");
            all_say_error(&repo, what);
        }
    }
}

#[test]
fn reports_of_every_verdict_are_recognised() {
    for content in ["good", "evil"] {
        for format in FORMATS {
            let repo = sealed();
            repo.write("dist/a", content);
            repo.run(&["check", "--report", &named(format)]);
            assert!(report(&repo, format).is_some());
            // Named for a format that does not exist: it goes all the same, and nothing is written.
            let slip = format!("jsn=../r.{format}");
            assert_eq!(repo.run(&["check", "--report", &slip]).code, 2);
            assert_eq!(report(&repo, format), None, "{format}, {content}");
        }
    }
}

#[test]
fn a_file_that_is_no_report_is_kept_by_a_run_that_is_refused() {
    let repo = sealed();
    for (name, text) in
        [("package.json", "{\"name\": \"sealgate\"}"), ("README.md", "# Tests\n\nAll PASS\n")]
    {
        repo.write(name, text);
        for format in ["json", "markdown"] {
            let report = format!("{format}={name}");
            assert_eq!(repo.run(&["check", "--unknown", "--report", &report]).code, 2);
            assert_eq!(repo.read(name), text);
        }
        assert_eq!(repo.run(&["check", "--report", &format!("json={name}")]).code, 0);
        assert_ne!(repo.read(name), text, "a run that is not refused writes its report");
    }
}

#[test]
fn what_is_under_seal_or_read_by_the_run_is_kept_though_it_is_a_report() {
    let repo = sealed();
    assert_eq!(repo.run(&["check", "--report", "json=../r.json"]).code, 0);
    let text = report(&repo, "json").unwrap();
    // Reports may well be artifacts.
    for place in ["dist/r.json", "seals/r.json", "build/r.json", ".git/r.json"] {
        repo.write(place, &text);
    }
    for arguments in [
        &["check", "--report", "json=dist/r.json"][..],
        &["check", "--unknown", "--report", "json=dist/r.json"],
        &["check", "--report", "json=seals/r.json"],
        &["check", "--report", "json=.git/r.json"],
        &["check", "dist", "--at", "build", "--report", "json=build/r.json"],
        &["check", "dist", "--unknown", "--at=build", "--report=json=build/r.json"],
        &["merge-reports", "../r.json", "--report", "json=../r.json"],
        &["merge-reports", "--unknown", "--report", "json=../r.json", "--", "../r.json"],
        &["-C", "dist", "merge-reports", "r.json", "--report", "json=r.json"],
    ] {
        assert_eq!(repo.run(arguments).code, 2, "{arguments:?}");
        for place in ["dist/r.json", "seals/r.json", "build/r.json", ".git/r.json", "../r.json"] {
            assert_eq!(repo.read(place), text, "{arguments:?}: {place}");
        }
    }
}

#[test]
fn help_and_version_are_no_runs() {
    let repo = sealed();
    assert_eq!(repo.run(&["check", "--report", "json=../r.json"]).code, 0);
    let text = report(&repo, "json");
    for ask in ["--help", "--version"] {
        assert_eq!(repo.run(&["check", "--report", "json=../r.json", ask]).code, 0);
        assert_eq!(report(&repo, "json"), text);
    }
}

#[test]
fn a_link_to_a_report_is_refused_and_not_followed() {
    let repo = sealed();
    assert_eq!(repo.run(&["check", "--report", "json=../r.json"]).code, 0);
    let text = report(&repo, "json");
    symlink("r.json", repo.at("../link")).unwrap();
    let run = repo.run(&["check", "--report", "json=../link"]);
    assert!(run.code == 2 && run.stderr.contains("not a regular file"), "{run:#?}");
    assert_eq!(report(&repo, "json"), text);
}

#[test]
fn two_reports_that_are_one_file_are_refused() {
    let repo = sealed();
    repo.write("one", "mine");
    fs::hard_link(repo.at("one"), repo.at("two")).unwrap();
    symlink(".", repo.at("here")).unwrap();
    for (a, b) in [
        ("r", "r"),
        ("r", "./r"),
        ("r", "here/r"),
        ("r.json", "R.JSON"),
        ("caf\u{e9}", "cafe\u{301}"),
        ("one", "two"),
    ] {
        let (a, b) = (format!("json={a}"), format!("html={b}"));
        let run = repo.run(&["check", "--report", &a, "--report", &b]);
        assert_eq!(run.code, 2, "{a} {b}: {run:#?}");
        assert!(run.stderr.contains("it is the file of two reports"), "{run:#?}");
    }
    assert_eq!(repo.read("one"), "mine");
}

#[test]
fn a_report_may_have_the_name_of_another_with_a_suffix() {
    let repo = sealed();
    for (a, b) in [(".x.sealgate-new", "x"), ("x", ".x.sealgate-new")] {
        // Nothing is there, and then something is.
        for _ in 0..2 {
            let (json, html) = (format!("json=../{a}"), format!("html=../{b}"));
            let run = repo.run(&["check", "--report", &json, "--report", &html]);
            assert_eq!(run.code, 0, "{run:#?}");
            assert!(repo.read(Path::new("..").join(a)).starts_with('{'));
            assert!(repo.read(Path::new("..").join(b)).starts_with('<'));
        }
    }
    // Files of others with such names stay.
    repo.write("../.y.sealgate-new", "mine");
    assert_eq!(repo.run(&["check", "--report", "json=../y"]).code, 0);
    assert_eq!(repo.read("../.y.sealgate-new"), "mine");
}

#[test]
#[ignore = "needs strace"]
fn a_check_killed_at_any_call_after_its_first_ones_leaves_no_pass() {
    let (repo, _) = drifted();
    let kept = report(&repo, "json").unwrap();
    let log = repo.at("../log");
    let trace = |inject: Option<String>| {
        fs::write(repo.at("../r.json"), &kept).unwrap();
        let plain = repo.command(&["check", "--threads", "1", "--report", "json=../r.json"]);
        let mut strace = Command::new("strace");
        strace
            .args(["-qq", "-o"])
            .arg(&log)
            .args(inject.map(|inject| format!("--inject={inject}")));
        strace.arg(plain.get_program()).args(plain.get_args()).current_dir(repo.root());
        strace.output().unwrap().status
    };
    assert_eq!(trace(None).code(), Some(1));
    let text = fs::read_to_string(&log).unwrap();
    let calls: Vec<&str> = text.lines().filter_map(|line| Some(line.split_once('(')?.0)).collect();
    let gone = calls.iter().position(|call| call.starts_with("unlink")).expect("it goes");
    let mut counts = std::collections::BTreeMap::new();
    let (mut kills, mut seen) = (0, 0);
    for call in &calls {
        let count = counts.entry(*call).or_insert(0);
        *count += 1;
        seen += 1;
        if seen - 1 <= gone || *call == "exit_group" {
            continue;
        }
        kills +=
            usize::from(trace(Some(format!("{call}:signal=KILL:when={count}"))).code().is_none());
        let now = report(&repo, "json").unwrap_or_default();
        assert!(!now.contains("\"verdict\": \"pass\""), "killed at {call} {count}: {now}");
    }
    assert!(kills > 30, "only {kills} runs were killed");
}
