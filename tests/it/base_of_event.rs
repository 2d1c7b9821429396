//! `check --base auto`: the base is that of the event, read from the commit that is judged; where it
//! cannot be told, nothing passes.

#![cfg(unix)]

use std::fs;

use serde_json::{Value, json};

use crate::support::{Checked, Node, Repo, run, scrubbed};

/// A repository with a sealed `dist`, a branch `change` that seals another `app.js`, a `main` that went
/// on meanwhile, and the merge of both.
struct Project {
    repo: Repo,
    first: String,
    main: String,
    change: String,
    merge: String,
}

impl Project {
    fn new() -> Self {
        let (repo, [first, main, change, merge]) = Repo::once_with("", Self::history);
        Self { repo, first, main, change, merge }
    }

    /// A branch that is merged, and the ids of `first`, `main`, `change` and `merge`.
    fn history() -> (Repo, [String; 4]) {
        let repo = Repo::in_git();
        repo.build("dist", &[("app.js", Node::File(b"one".to_vec()))]);
        repo.git(&["add", "dist"]);
        repo.seal("dist", "dist");
        let commit = |message| {
            repo.git(&["add", "--all"]);
            repo.git(&["commit", "--quiet", "--allow-empty", "--message", message]);
            id(&repo, "HEAD")
        };
        let first = commit("First");
        repo.git(&["switch", "--quiet", "--create", "change"]);
        fs::write(repo.at("dist/app.js"), "two").unwrap();
        assert_eq!(repo.run(&["seal", "dist"]).code, 0);
        let change = commit("Change");
        repo.git(&["switch", "--quiet", "main"]);
        let main = commit("Go on");
        repo.git(&["merge", "--quiet", "--no-ff", "--message", "Merge", "change"]);
        let merge = id(&repo, "HEAD");
        (repo, [first, main, change, merge])
    }

    fn check(&self, name: &str, reference: &str, event: &Value, arguments: &[&str]) -> Checked {
        let file = self.repo.at(".git/event.json");
        fs::write(&file, event.to_string()).unwrap();
        let mut command = self.repo.command(&["check", "--format", "json"]);
        command.args(arguments).envs([("GITHUB_EVENT_NAME", name), ("GITHUB_SHA", &self.merge)]);
        command.env("GITHUB_REF", reference).env("GITHUB_EVENT_PATH", file);
        let ran = run(command);
        Checked { code: ran.code, report: serde_json::from_str(&ran.stdout).unwrap() }
    }

    fn request(&self) -> Value {
        // What GitHub says is the base is as old as the last push to the request.
        json!({"pull_request": {"head": {"sha": self.change}, "base": {"sha": self.first}}})
    }
}

fn id(repo: &Repo, revision: &str) -> String {
    String::from_utf8(repo.git(&["rev-parse", revision])).unwrap().trim().to_owned()
}

const AUTO: [&str; 2] = ["--base", "auto"];
const MERGE: &str = "refs/pull/7/merge";
const MAIN: &str = "refs/heads/main";

#[test]
fn each_event_leads_to_its_base() {
    let project = Project::new();
    let Project { first, main, change, merge, .. } = &project;
    let push = |before: &str| json!({"before": before, "after": merge, "deleted": false});
    let cases = [
        ("pull_request", MERGE, project.request(), main),
        ("pull_request_review", MERGE, project.request(), main),
        ("pull_request_target", MAIN, project.request(), first),
        ("merge_group", MAIN, json!({"merge_group": {"base_sha": main}}), main),
        ("push", MAIN, push(first), first),
        ("push", MAIN, push(change), change),
    ];
    for (name, reference, event, base) in cases {
        let checked = project.check(name, reference, &event, &AUTO);
        assert_eq!(checked.code, 0, "{name}: {checked:?}");
        assert_eq!(checked.report["base"]["oid"].as_str(), Some(&**base), "{name}");
        let resealed = checked.report["seals"][0]["reseal"].is_object();
        assert_eq!(resealed, base != change, "{name}: {checked:?}");
        let strict = [&AUTO[..], &["--on-reseal", "fail"]].concat();
        let checked = project.check(name, reference, &event, &strict);
        assert_eq!(checked.code, i32::from(resealed), "{name}: {checked:?}");
    }
}

#[test]
fn where_there_is_no_base_a_notice_says_so() {
    let project = Project::new();
    let made = json!({"before": "0".repeat(40), "after": project.merge});
    for (name, event) in [("push", made), ("schedule", json!({})), ("workflow_dispatch", json!({}))]
    {
        let checked = project.check(name, MAIN, &event, &AUTO);
        assert_eq!(checked.code, 0, "{name}: {checked:?}");
        assert_eq!(checked.report["notices"][0]["code"], "no-base", "{name}: {checked:?}");
        assert!(checked.report["base"].is_null(), "{checked:?}");
    }
    let checked = project.check("pull_request", MERGE, &project.request(), &["--base", "none"]);
    assert_eq!(checked.code, 0, "{checked:?}");
    assert!(checked.report["base"].is_null() && checked.report["notices"] == json!([]));
}

#[test]
fn a_base_that_cannot_be_told_is_an_error() {
    let project = Project::new();
    let Project { repo, first, merge, .. } = &project;
    let head = |sha: &str| json!({"pull_request": {"head": {"sha": sha}}});
    let absent = "7".repeat(40);
    let cases = [
        ("pull_request", MERGE, head(first), "base-unknown"),
        ("pull_request", MAIN, project.request(), "base-unknown"),
        ("push", MAIN, json!({"before": first, "after": "0".repeat(40)}), "base-unknown"),
        ("push", MAIN, json!({"before": "main", "after": merge}), "base-unknown"),
        ("push", MAIN, json!({"before": absent, "after": merge}), "object-missing"),
        ("schedule", MAIN, json!([1]), "base-unknown"),
    ];
    for (name, reference, event, code) in cases {
        let checked = project.check(name, reference, &event, &AUTO);
        assert_eq!((checked.code, checked.errors()), (2, vec![code]), "{name} {event}");
        assert!(checked.report["errors"][0]["remedy"].is_string(), "{checked:?}");
    }
    // Outside of GitHub Actions; and an event that is no file, or would be waited for.
    assert_eq!(repo.check(&AUTO).errors(), ["base-unknown"]);
    let fifo = repo.at(".git/fifo");
    assert!(scrubbed("mkfifo").arg(&fifo).status().unwrap().success());
    for path in [fifo, repo.at("dist"), repo.at("nowhere")] {
        let mut command = repo.command(&["check", "--base", "auto", "--report", "json=r.json"]);
        command.env("GITHUB_EVENT_NAME", "push").env("GITHUB_SHA", merge);
        let ran = run({
            command.env("GITHUB_EVENT_PATH", path);
            command
        });
        assert_eq!(ran.code, 2, "{ran:?}");
        assert!(ran.stderr.contains("GITHUB_EVENT_PATH"), "{ran:?}");
        assert!(fs::read_to_string(repo.at("r.json")).unwrap().contains("\"verdict\": \"error\""));
    }
}

#[test]
fn what_does_not_merge_the_request_with_one_other_commit_has_no_base() {
    let mut project = Project::new();
    let parents = ["-p", "main^1", "-p", "change", "-p", "change^"];
    let octopus = [&["commit-tree", "-m", "x"], &parents[..], &["main^{tree}"]].concat();
    let octopus = String::from_utf8(project.repo.git(&octopus)).unwrap().trim().to_owned();
    for judged in [octopus, project.first.clone(), project.change.clone()] {
        project.merge = judged;
        let checked = project.check("pull_request", MERGE, &project.request(), &AUTO);
        assert_eq!((checked.code, checked.errors()), (2, vec!["base-unknown"]), "{checked:?}");
    }
}

#[test]
fn a_base_that_a_shallow_clone_lacks_is_an_error_that_names_the_fetch() {
    let project = Project::new();
    let clone = tempfile::tempdir().unwrap();
    let url = format!("file://{}", project.repo.at(".").canonicalize().unwrap().display());
    let mut git = scrubbed("git");
    git.args(["clone", "--quiet", "--depth=1", &url]).arg(clone.path().join("shallow"));
    assert_eq!(run(git).code, 0);
    let event = clone.path().join("event.json");
    fs::write(&event, project.request().to_string()).unwrap();
    let check = || {
        let mut command = scrubbed(env!("CARGO_BIN_EXE_sealgate"));
        command.args(["check", "--base", "auto"]).current_dir(clone.path().join("shallow"));
        command.envs([("GITHUB_EVENT_NAME", "pull_request"), ("GITHUB_REF", MERGE)]);
        command.env("GITHUB_SHA", &project.merge).env("GITHUB_EVENT_PATH", &event);
        run(command)
    };
    let ran = check();
    let fetch = format!("git fetch --depth=1 origin {}", project.main);
    assert!(ran.code == 2 && ran.stderr.contains(&fetch), "{ran:?}");
    let mut git = scrubbed("git");
    git.args(["-C", "shallow", "fetch", "--quiet", "--depth=1", "origin", &project.main]);
    git.current_dir(clone.path());
    assert_eq!(run(git).code, 0);
    let ran = check();
    assert_eq!(ran.code, 0, "{ran:?}");
}

#[test]
fn auto_and_none_are_words_and_branches_of_these_names_have_longer_ones() {
    let project = Project::new();
    for name in ["auto", "none"] {
        project.repo.git(&["branch", name, &project.first]);
        let base = format!("refs/heads/{name}");
        let checked = project.repo.check(&["--base", &base]);
        assert_eq!(checked.report["base"]["oid"].as_str(), Some(&*project.first), "{checked:?}");
    }
    assert_eq!(project.repo.check(&["--base", "auto"]).code, 2);
    assert!(project.repo.check(&["--base", "none"]).report["base"].is_null());
}
