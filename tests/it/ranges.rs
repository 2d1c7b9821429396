//! `check --rev A..B`: every commit of a range, by its own seals.

#![cfg(unix)]

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::support::Repo;

/// Commits, each with the verdict on it.
type Verdicts = Vec<(String, String)>;

fn commit(repo: &Repo, message: &str) {
    repo.git(&["add", "--all"]);
    let identity = ["-c", "user.name=t", "-c", "user.email=t@t"];
    let rest = ["commit", "--quiet", "--allow-empty", "--message", message];
    repo.git(&[&identity[..], &rest].concat());
}

fn write(repo: &Repo, path: &str, text: &str) {
    fs::create_dir_all(repo.at(path).parent().unwrap()).unwrap();
    fs::write(repo.at(path), text).unwrap();
}

/// Seven commits: without a seal, sealed, an unrelated change, a drift, corrected, the seals gone, and back.
fn history() -> Repo {
    Repo::once("", || {
        let repo = Repo::in_git();
        write(&repo, "d/a", "1");
        commit(&repo, "none");
        repo.seal("d", "d");
        commit(&repo, "sealed");
        write(&repo, "src", "unrelated");
        commit(&repo, "unrelated");
        write(&repo, "d/a", "2");
        commit(&repo, "drift");
        assert_eq!(repo.run(&["seal", "d"]).code, 0);
        commit(&repo, "corrected");
        fs::rename(repo.at("seals"), repo.at("away")).unwrap();
        commit(&repo, "gone");
        fs::rename(repo.at("away"), repo.at("seals")).unwrap();
        commit(&repo, "back");
        repo
    })
}

/// Adds everything to git, and makes the seal `name` of the directory of that name.
fn add_and_seal(repo: &Repo, name: &str) {
    repo.git(&["add", "--all"]);
    repo.seal(name, name);
}

fn oid(repo: &Repo, revision: &str) -> String {
    String::from_utf8(repo.git(&["rev-parse", revision])).unwrap().trim().to_owned()
}

/// The exit code for `range`, and the commits of the seals in the report with their verdicts.
fn judged(repo: &Repo, range: &str) -> (i32, Verdicts, Value) {
    let ran = repo.run(&["check", "--rev", range, "--format", "json"]);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    let seals = report["seals"].as_array().unwrap().iter();
    let seals = seals.map(|seal| {
        let word = |value: &Value| value.as_str().unwrap().to_owned();
        (word(&seal["source"]["oid"]), word(&seal["verdict"]))
    });
    (ran.code, seals.collect(), report)
}

#[test]
fn each_commit_is_judged_by_its_own_seals_and_the_worst_verdict_counts() {
    let repo = history();
    let verdict = |at: usize, word: &str| (oid(&repo, &format!("HEAD~{at}")), word.to_owned());
    let (sealed, unrelated) = (verdict(5, "pass"), verdict(4, "pass"));
    let (drift, corrected) = (verdict(3, "fail"), verdict(2, "pass"));
    let cases: [(&str, i32, Verdicts); 4] = [
        ("HEAD~5..HEAD~4", 0, vec![unrelated.clone()]),
        ("HEAD~6..HEAD~4", 0, vec![sealed, unrelated.clone()]),
        ("HEAD~5..HEAD~2", 1, vec![unrelated, drift, corrected.clone()]),
        ("HEAD~3..HEAD", 2, vec![corrected, verdict(0, "pass")]),
    ];
    for (range, code, expected) in cases {
        let (ended, seals, report) = judged(&repo, range);
        assert_eq!((ended, &seals), (code, &expected), "{range}: {report:#}");
    }
    let (_, _, report) = judged(&repo, "HEAD~3..HEAD");
    let gone = oid(&repo, "HEAD~1");
    let message = report["errors"][0]["message"].as_str().unwrap();
    assert!(message.contains(&gone) && message.contains("has no seal"), "{report:#}");
}

#[test]
fn a_commit_before_the_first_seal_is_a_notice() {
    let repo = history();
    repo.git(&["checkout", "--quiet", "--orphan", "start"]);
    fs::remove_dir_all(repo.at("seals")).unwrap();
    commit(&repo, "root of another history");
    let (code, _, report) = judged(&repo, "start..main~5");
    assert_eq!(code, 0, "{report:#}");
    let codes = report["notices"].as_array().unwrap().iter().map(|notice| &notice["code"]);
    assert_eq!(codes.collect::<Vec<_>>(), ["range", "before-first-seal"]);
    let (code, _, report) = judged(&repo, "start..main~6");
    assert_eq!((code, &report["errors"][0]["code"]), (2, &Value::from("seals-missing")));
}

#[test]
fn merges_and_their_branches_are_judged() {
    let repo = history();
    repo.git(&["checkout", "--quiet", "-b", "side", "HEAD~2"]);
    write(&repo, "d/a", "side");
    commit(&repo, "drift on a branch");
    repo.git(&["checkout", "--quiet", "main~2"]);
    write(&repo, "x", "x");
    commit(&repo, "x");
    let identity = ["-c", "user.name=t", "-c", "user.email=t@t"];
    repo.git(&[&identity[..], &["merge", "--quiet", "--no-edit", "-s", "ours", "side"]].concat());
    let (code, seals, report) = judged(&repo, "main~2..HEAD");
    assert_eq!((code, seals.len()), (1, 3), "{report:#}");
}

#[test]
fn what_is_no_range_or_does_not_go_with_one_is_refused() {
    let repo = history();
    let cases: [(&[&str], &str); 10] = [
        (&["HEAD...HEAD~1"], "three dots"),
        (&["..HEAD"], "two ends"),
        (&["HEAD.."], "two ends"),
        (&["HEAD~2..HEAD~1..HEAD"], "two ends"),
        (&["HEAD..HEAD~1"], "there is no commit in"),
        (&["HEAD..HEAD"], "there is no commit in"),
        (&["nope..HEAD"], "nope"),
        (&["HEAD~1..HEAD", "--base", "HEAD~1"], "--base does not go with a range"),
        (&["HEAD~1..HEAD", "--partition", "slice:1/2"], "--partition does not go with a range"),
        (&["HEAD~1..HEAD", "--stage", "out"], "cannot be used with"),
    ];
    for (arguments, says) in cases {
        let ran = repo.run(&[&["check", "--rev"][..], arguments].concat());
        assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(says), "{arguments:?}: {}", ran.stderr);
    }
}

/// git does not say which commits a shallow clone lacks.
#[test]
fn a_range_that_reaches_the_end_of_a_shallow_clone_is_refused() {
    let repo = history();
    repo.git(&["branch", "base", "HEAD~5"]);
    let place = tempfile::tempdir().unwrap();
    let clone = |directory: &str, arguments: &[&str]| {
        let mut git = Command::new("git");
        git.current_dir(place.path().join(directory)).args(arguments);
        assert!(git.output().unwrap().status.success(), "{arguments:?}");
    };
    let url = format!("file://{}", repo.at("").display());
    clone("", &["clone", "--quiet", "--depth=2", "--no-single-branch", &url, "c"]);
    let mut check = repo.command(&["check", "--rev", "origin/base..HEAD"]);
    check.current_dir(place.path().join("c"));
    let output = check.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(2) && said.contains("git fetch --unshallow"), "{said}");
}

/// The file of the loose object `oid`.
fn object(repo: &Repo, oid: &str) -> PathBuf {
    repo.at(format!(".git/objects/{}/{}", &oid[..2], &oid[2..]))
}

/// Replaces the object of the commit `oid` on disk by one that has the `parent`.
fn give_parent(repo: &Repo, oid: &str, parent: &str) {
    replace_in_object(repo, oid, "\nauthor", &format!("\nparent {parent}\nauthor"));
}

/// Replaces the object of the commit `oid` on disk by one that has `new` in the place of `old`.
fn replace_in_object(repo: &Repo, oid: &str, old: &str, new: &str) {
    let text = String::from_utf8(repo.git(&["cat-file", "commit", oid])).unwrap();
    fs::write(repo.at(".git/forged"), text.replacen(old, new, 1)).unwrap();
    let forged = repo.git(&["hash-object", "-t", "commit", "-w", ".git/forged"]);
    fs::remove_file(object(repo, oid)).unwrap();
    let forged = object(repo, String::from_utf8(forged).unwrap().trim());
    fs::copy(forged, object(repo, oid)).unwrap();
}

#[test]
fn a_commit_that_was_replaced_on_disk_hides_none_of_the_range() {
    let repo = Repo::in_git();
    write(&repo, "d/a", "1");
    add_and_seal(&repo, "d");
    commit(&repo, "sealed");
    write(&repo, "x", "x");
    commit(&repo, "start");
    write(&repo, "d/a", "2");
    commit(&repo, "drift");
    write(&repo, "d/a", "1");
    commit(&repo, "back");
    let range = format!("{}..{}", oid(&repo, "HEAD~2"), oid(&repo, "HEAD"));
    assert_eq!(repo.run(&["check", "--rev", &range]).code, 1);
    give_parent(&repo, &oid(&repo, "HEAD~3"), &oid(&repo, "HEAD~1"));
    let ran = repo.run(&["check", "--rev", &range]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
}

#[test]
fn a_commit_graph_that_states_other_parents_hides_none_of_the_range() {
    let repo = Repo::in_git();
    write(&repo, "d/a", "1");
    add_and_seal(&repo, "d");
    commit(&repo, "sealed");
    write(&repo, "y", "y");
    commit(&repo, "before");
    write(&repo, "x", "x");
    commit(&repo, "start");
    write(&repo, "d/a", "2");
    commit(&repo, "drift");
    write(&repo, "d/a", "1");
    commit(&repo, "back");
    let [root, before, start, drift] =
        ["HEAD~4", "HEAD~3", "HEAD~2", "HEAD~1"].map(|revision| oid(&repo, revision));
    let range = format!("{start}..{}", oid(&repo, "HEAD"));
    assert_eq!(repo.run(&["check", "--rev", &range]).code, 1);
    // The graph is written while the drift seems to come before the start of the range. git hashes the
    // tips of branches, and not what lies behind them.
    repo.git(&["branch", "side", &start]);
    let files = [&before, &drift].map(|oid| object(&repo, oid));
    let honest = files.clone().map(|file| fs::read(file).unwrap());
    give_parent(&repo, &before, &drift);
    replace_in_object(&repo, &drift, &format!("parent {start}"), &format!("parent {root}"));
    repo.git(&["commit-graph", "write", "--reachable"]);
    for (file, bytes) in files.iter().zip(&honest) {
        fs::remove_file(file).unwrap();
        fs::write(file, bytes).unwrap();
    }
    let listed = String::from_utf8(repo.git(&["rev-list", &range])).unwrap();
    assert!(!listed.contains(&drift), "git does not believe the graph: {listed}");
    let ran = repo.run(&["check", "--rev", &range]);
    assert!(ran.code == 2 && ran.stderr.contains("commit-graph"), "{}", ran.stderr);
    // An honest graph changes nothing.
    fs::remove_file(repo.at(".git/objects/info/commit-graph")).unwrap();
    repo.git(&["commit-graph", "write", "--reachable"]);
    assert_eq!(repo.run(&["check", "--rev", &range]).code, 1);
}

/// Commits with the seal `d`: alone, beside `e`, and without `e` again, whose bytes change then.
fn two_seals() -> Repo {
    Repo::once("", || {
        let repo = Repo::in_git();
        write(&repo, "d/a", "1");
        write(&repo, "e/a", "1");
        add_and_seal(&repo, "d");
        commit(&repo, "d");
        add_and_seal(&repo, "e");
        commit(&repo, "d and e");
        write(&repo, "x", "x");
        commit(&repo, "both stay");
        fs::remove_file(repo.at("seals/e.toml")).unwrap();
        write(&repo, "e/a", "2");
        commit(&repo, "e is gone");
        repo
    })
}

#[test]
fn each_name_must_have_a_seal_in_every_commit_after_its_first() {
    let repo = two_seals();
    let cases: [(&[&str], &str, i32, &str); 8] = [
        (&["d", "e"], "HEAD~3..HEAD~1", 0, ""),
        (&["d", "e"], "HEAD~3..HEAD", 2, "no seal is named e in"),
        (&["d", "e"], "HEAD~1..HEAD", 2, "no seal is named e in"),
        (&["d", "e/"], "HEAD~1..HEAD", 2, "no seal is named e/ in"),
        (&["e*"], "HEAD~1..HEAD", 2, "no seal is named e* in"),
        (&["d", "nosuch"], "HEAD~3..HEAD", 2, "no seal is named nosuch in a commit of"),
        (&["d"], "HEAD~3..HEAD", 0, ""),
        (&[], "HEAD~1..HEAD", 0, ""),
    ];
    for (names, range, code, says) in cases {
        let ran = repo.run(&[&["check"], names, &["--rev", range]].concat());
        assert_eq!(ran.code, code, "{names:?} {range}: {}", ran.stderr);
        assert!(ran.stderr.contains(says), "{names:?} {range}: {}", ran.stderr);
    }
}

#[test]
fn a_seal_that_a_commit_deletes_is_a_notice() {
    let repo = two_seals();
    let (_, _, report) = judged(&repo, "HEAD~2..HEAD");
    let notices = report["notices"].as_array().unwrap();
    let gone = notices.iter().find(|notice| notice["code"] == "seal-deleted");
    let message = gone.and_then(|notice| notice["message"].as_str()).unwrap_or_default();
    assert!(message.contains(&oid(&repo, "HEAD")[..10]) && message.contains('e'), "{report:#}");
    let (_, _, report) = judged(&repo, "HEAD~3..HEAD~1");
    assert_eq!(report["notices"].as_array().unwrap().len(), 1, "{report:#}");
}

#[test]
fn seals_of_the_older_end_may_not_go_in_the_range() {
    let repo = Repo::in_git();
    write(&repo, "d/a", "1");
    add_and_seal(&repo, "d");
    commit(&repo, "sealed");
    fs::remove_dir_all(repo.at("seals")).unwrap();
    write(&repo, "d/a", "2");
    commit(&repo, "gone");
    add_and_seal(&repo, "d");
    commit(&repo, "back");
    let (code, _, report) = judged(&repo, "HEAD~2..HEAD");
    assert_eq!((code, &report["errors"][0]["code"]), (2, &Value::from("seals-missing")));
    // A branch that began before the first seal is no way around the seals of the older end.
    repo.git(&["checkout", "--quiet", "--orphan", "elsewhere"]);
    fs::remove_dir_all(repo.at("seals")).unwrap();
    commit(&repo, "nothing sealed");
    add_and_seal(&repo, "d");
    commit(&repo, "sealed here");
    let (code, _, report) = judged(&repo, "main..elsewhere");
    assert_eq!((code, &report["errors"][0]["code"]), (2, &Value::from("seals-missing")));
}
