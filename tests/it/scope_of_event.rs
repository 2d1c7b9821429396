//! `check --base auto` without `--on-reseal`: which events let a change of scope pass, by payloads that
//! GitHub delivers.

#![cfg(unix)]

use std::fs;

use serde_json::Value;

use crate::authority::policy_text;
use crate::authority_checks::{commit, project};
use crate::payloads::{Ids, push, queue, request};
use crate::support::{Node, Repo, Run, run};

const MERGE: &str = "refs/pull/2/merge";
const QUEUE: &str = "refs/heads/gh-readonly-queue/main/pr-104";

/// A repository in which a branch takes `*.map` out of the seal `dist`, and nothing else.
struct Project {
    repo: Repo,
    ids: Ids,
}

impl Project {
    fn new() -> Self {
        let (repo, [base, change, merge]) = Repo::once_with("", Self::history);
        Self { repo, ids: Ids { base, change, merge } }
    }

    /// A branch that is merged, and the ids of the base, of the branch and of the merge.
    fn history() -> (Repo, [String; 3]) {
        let repo = Repo::in_git();
        let text = |text: &str| Node::File(text.into());
        repo.build("dist", &[("app.js", text("app")), ("app.js.map", text("map"))]);
        repo.git(&["add", "dist"]);
        repo.seal("dist", "dist");
        let commit = |message: &str| {
            repo.git(&["add", "--all"]);
            repo.git(&["commit", "--quiet", "--allow-empty", "--message", message]);
            String::from_utf8(repo.git(&["rev-parse", "HEAD"])).unwrap().trim().to_owned()
        };
        commit("First");
        repo.git(&["switch", "--quiet", "--create", "change"]);
        let sealed = repo.run(&["seal", "dist", "--exclude", "*.map"]);
        assert_eq!(sealed.code, 0, "{}", sealed.stderr);
        let change = commit("Leave maps out");
        repo.git(&["switch", "--quiet", "main"]);
        let base = commit("Go on");
        repo.git(&["merge", "--quiet", "--no-ff", "--message", "Merge", "change"]);
        let merge = String::from_utf8(repo.git(&["rev-parse", "HEAD"])).unwrap().trim().to_owned();
        (repo, [base, change, merge])
    }

    fn check(&self, name: &str, reference: &str, event: &Value, arguments: &[&str]) -> Run {
        let file = self.repo.at(".git/event.json");
        fs::write(&file, event.to_string()).unwrap();
        let mut command = self.repo.command(&["check"]);
        command.args(arguments).env("GITHUB_EVENT_NAME", name).env("GITHUB_REF", reference);
        command.env("GITHUB_SHA", &self.ids.merge).env("GITHUB_EVENT_PATH", file);
        run(command)
    }
}

fn without_default_branch(mut event: Value) -> Value {
    event["repository"].as_object_mut().unwrap().remove("default_branch").unwrap();
    event
}

/// The events, with their refs and whether a change of scope may pass.
fn events(ids: &Ids) -> Vec<(&'static str, &'static str, Value, bool)> {
    let (default, other) = ("refs/heads/master", "refs/heads/other");
    let elsewhere = push(ids, other);
    vec![
        ("pull_request", MERGE, request("pull-request-labeled", ids, &["bug", "seal-scope"]), true),
        ("pull_request", MERGE, request("pull-request-synchronize", ids, &["seal-scope"]), true),
        (
            "pull_request_target",
            default,
            request("pull-request-labeled", ids, &["seal-scope"]),
            true,
        ),
        ("pull_request", MERGE, request("pull-request-labeled", ids, &["bug"]), false),
        ("pull_request", MERGE, request("pull-request-labeled", ids, &[]), false),
        ("pull_request", MERGE, request("pull-request-labeled", ids, &["x-seal-scope"]), false),
        ("merge_group", QUEUE, queue(ids), true),
        ("push", default, push(ids, default), true),
        ("push", other, elsewhere.clone(), false),
        // The runner and the event disagree.
        ("push", default, elsewhere, false),
        ("push", default, without_default_branch(push(ids, default)), false),
    ]
}

#[test]
fn the_event_decides_where_no_option_does() {
    let project = Project::new();
    for (name, reference, event, passes) in events(&project.ids) {
        let ran = project.check(name, reference, &event, &["--base", "auto"]);
        let stdout = ran.stdout;
        assert_eq!(ran.code, i32::from(!passes), "{name} {reference}: {stdout}{}", ran.stderr);
        let first = stdout.lines().next().unwrap();
        assert_eq!(
            first.starts_with("PASS, SCOPE CHANGED  what dist covers changed"),
            passes,
            "{stdout}"
        );
        assert_eq!(stdout.contains("notice: a change of scope is allowed: "), passes, "{stdout}");
        let last = stdout.lines().last().unwrap();
        let headword =
            if passes { "PASS, SCOPE CHANGED  1 seal" } else { "FAIL, RESEALED  1 seal" };
        assert!(last.starts_with(headword), "{stdout}");
        // An option decides before the event does.
        let entries = ["--base", "auto", "--on-reseal", "entries"];
        assert_eq!(project.check(name, reference, &event, &entries).code, 1, "{name} {reference}");
        // An explicit base says nothing of the event.
        let explicit = ["--base", &*project.ids.base];
        assert_eq!(project.check(name, reference, &event, &explicit).code, 1, "{name} {reference}");
    }
}

#[test]
fn bytes_that_differ_fail_whatever_the_event_permits() {
    let project = Project::new();
    fs::write(project.repo.at("dist/app.js"), "other").unwrap();
    for (name, reference, event, _) in events(&project.ids) {
        let ran = project.check(name, reference, &event, &["--base", "auto"]);
        let stdout = ran.stdout;
        assert_eq!(ran.code, 1, "{name} {reference}: {stdout}");
        assert!(!stdout.contains("PASS"), "{stdout}");
    }
}

#[test]
fn a_scope_change_that_passes_warns_at_its_line() {
    let project = Project::new();
    let labelled = request("pull-request-labeled", &project.ids, &["seal-scope"]);
    let github = ["--base", "auto", "--format", "github", "--report", "markdown=page.md"];
    let ran = project.check("pull_request", MERGE, &labelled, &github);
    let stdout = ran.stdout;
    let first = stdout.lines().next().unwrap();
    assert!(first.ends_with("; the change request has the label seal-scope"), "{stdout}");
    let seal = fs::read_to_string(project.repo.at("seals/dist.toml")).unwrap();
    let line = 1 + seal.lines().position(|line| line.starts_with("exclude")).unwrap();
    let warning =
        format!("::warning file=seals/dist.toml,line={line},title=dist%3A scope changed since ");
    assert!(stdout.contains(&warning), "{stdout}");
    assert!(stdout.contains("::exclude: now also \"*.map\""), "{stdout}");
    let page = fs::read_to_string(project.repo.at("page.md")).unwrap();
    assert!(page.starts_with("### PASS, SCOPE CHANGED: "), "{page}");
    let quiet = project.check("pull_request", MERGE, &labelled, &["--base", "auto", "--quiet"]);
    let stdout = quiet.stdout;
    assert!(
        stdout.starts_with("PASS, SCOPE CHANGED  1 seal") && stdout.lines().count() == 1,
        "{stdout}"
    );
}

#[test]
fn a_merge_of_reports_follows_the_event_too() {
    let project = Project::new();
    let labelled = request("pull-request-labeled", &project.ids, &["seal-scope"]);
    let bare = request("pull-request-labeled", &project.ids, &[]);
    let json = ["--base", "auto", "--seals-from", &*project.ids.merge, "--report", "json=r.json"];
    let checked = project.check("pull_request", MERGE, &labelled, &json);
    assert_eq!(checked.code, 0, "{checked:?}");
    for (event, code) in [(labelled, 0), (bare, 2)] {
        let file = project.repo.at(".git/event.json");
        fs::write(&file, event.to_string()).unwrap();
        let mut command = project.repo.command(&["merge-reports", "--base", "auto", "r.json"]);
        command.envs([("GITHUB_EVENT_NAME", "pull_request"), ("GITHUB_REF", MERGE)]);
        command.env("GITHUB_SHA", &project.ids.merge).env("GITHUB_EVENT_PATH", file);
        let ran = run(command);
        let stdout = ran.stdout;
        assert_eq!(ran.code, code, "{stdout}{}", ran.stderr);
        assert_eq!(stdout.starts_with("PASS, SCOPE CHANGED  what dist"), code == 0, "{stdout}");
    }
}

#[test]
fn under_a_policy_no_label_replaces_a_grant() {
    let repo = project(&policy_text());
    let id = |revision: &str| {
        String::from_utf8(repo.git(&["rev-parse", revision])).unwrap().trim().to_owned()
    };
    assert_eq!(repo.run(&["seal", "dist", "--exclude", "b.js"]).code, 0);
    commit(&repo, "Leave b.js out");
    let ids = Ids { base: id("base"), change: id("HEAD"), merge: id("HEAD") };
    let project = Project { repo, ids };
    let labelled = request("pull-request-labeled", &project.ids, &["seal-scope"]);
    let ran =
        project.check("pull_request_target", "refs/heads/main", &labelled, &["--base", "auto"]);
    let stdout = ran.stdout;
    assert_eq!(ran.code, 1, "{stdout}{}", ran.stderr);
    assert!(stdout.contains("REFUSED, RESEALED") && !stdout.contains("seal-scope"), "{stdout}");
}
