//! What `check --base auto` refuses under a policy where the event has no base.

#![cfg(unix)]

use std::fs;

use serde_json::{Value, json};

use crate::authority::{policy_text, signers};
use crate::authority_checks::{change, commit, dist, grant, passes, project, refused, reseal};
use crate::support::{Repo, run};

/// Verdict, codes and the codes of the notices of a check of HEAD for an event without a base.
fn checked(repo: &Repo, name: &str, event: &Value) -> (String, Vec<String>, Vec<String>) {
    let sha = String::from_utf8(repo.git(&["rev-parse", "HEAD"])).unwrap().trim().to_owned();
    let file = repo.at(".git/event.json");
    fs::write(&file, event.to_string()).unwrap();
    let arguments = ["check", "--format", "json", "--base", "auto", "--seals-from", &*sha];
    let mut command = repo.command(&arguments);
    command.envs([("GITHUB_EVENT_NAME", name), ("GITHUB_SHA", &sha)]);
    command.env("GITHUB_REF", "refs/heads/evil").env("GITHUB_EVENT_PATH", file);
    let report: Value = serde_json::from_str(&run(command).stdout).unwrap();
    let codes = |list: &str| -> Vec<String> {
        let list = report[list].as_array().unwrap().iter();
        list.map(|said| said["code"].as_str().unwrap().to_owned()).collect()
    };
    (report["verdict"].as_str().unwrap().to_owned(), codes("errors"), codes("notices"))
}

#[test]
fn a_merge_queue_counts_for_the_branch_that_it_goes_into() {
    let repo = project(&policy_text());
    commit(&repo, "a change");
    let id = |name: &str| String::from_utf8(repo.git(&["rev-parse", name])).unwrap();
    let group =
        |branch: &str| json!({"merge_group": {"base_sha": id("base").trim(), "base_ref": branch}});
    let file = repo.at(".git/event.json");
    for (event, verdict) in [
        (group("refs/heads/main"), "pass"),
        (group("refs/heads/other"), "refused"),
        (group("main"), "refused"),
        (json!({"merge_group": {"base_sha": id("base").trim()}}), "refused"),
    ] {
        fs::write(&file, event.to_string()).unwrap();
        let arguments = ["check", "--format", "json", "--base=auto", "--environment=production"];
        let mut command = repo.command(&arguments);
        command.envs([("GITHUB_EVENT_NAME", "merge_group"), ("GITHUB_SHA", id("HEAD").trim())]);
        command
            .env("GITHUB_REF", "refs/heads/gh-readonly-queue/main/pr-7")
            .env("GITHUB_EVENT_PATH", &file);
        let report: Value = serde_json::from_str(&run(command).stdout).unwrap();
        assert_eq!(report["verdict"], verdict, "{event}");
    }
}

/// The events that have no base, with the default branch and without.
fn events() -> Vec<(&'static str, Value)> {
    let mut events = Vec::new();
    for repository in [json!({"default_branch": "main"}), json!(null)] {
        let made =
            json!({"before": "0".repeat(40), "after": "1".repeat(40), "repository": repository});
        events.push(("push", made));
        for name in ["workflow_dispatch", "schedule"] {
            events.push((name, json!({"repository": repository})));
        }
    }
    events
}

#[test]
fn an_event_without_a_base_is_judged_since_the_branch_was_left() {
    let repo = project(&policy_text());
    repo.git(&["checkout", "--quiet", "-b", "evil"]);
    reseal(&repo, "app.js", "evil");
    commit(&repo, "a reseal that nobody granted");
    commit(&repo, "and another commit");
    for (name, event) in events() {
        let (verdict, errors, notices) = checked(&repo, name, &event);
        assert_eq!((&*verdict, errors), ("refused", vec!["grant-missing".to_owned()]), "{name}");
        assert!(notices.contains(&"base-of-branch".to_owned()), "{notices:?}");
    }
    grant(&repo, "reseal", dist(), change(&repo, "base"), &signers()[..2]);
    commit(&repo, "a grant");
    for (name, event) in events() {
        assert_eq!(checked(&repo, name, &event).0, "pass", "{name} {event}");
    }
}

#[test]
fn a_commit_that_removes_the_policy_is_judged_by_that_of_the_default_branch() {
    let repo = project(&policy_text());
    repo.git(&["checkout", "--quiet", "-b", "evil"]);
    reseal(&repo, "app.js", "evil");
    fs::remove_file(repo.at("seals/policy.toml")).unwrap();
    commit(&repo, "no policy");
    for (name, event) in &events()[..3] {
        let (verdict, errors, _) = checked(&repo, name, event);
        assert_eq!(verdict, "refused", "{name}: {errors:?}");
        assert!(errors.contains(&"policy-deleted".to_owned()), "{errors:?}");
    }
}

#[test]
fn a_policy_that_names_its_own_branch_does_not_choose_its_base() {
    let repo = project(&policy_text());
    repo.git(&["checkout", "--quiet", "-b", "evil"]);
    reseal(&repo, "app.js", "evil");
    let text = policy_text().replace("\"main\"", "\"evil\"");
    fs::write(repo.at("seals/policy.toml"), text).unwrap();
    commit(&repo, "another branch");
    commit(&repo, "nothing");
    for (name, event) in &events()[..3] {
        assert_eq!(checked(&repo, name, event).0, "refused", "{name}");
    }
}

#[test]
fn on_the_branch_itself_one_step_is_judged_and_a_first_commit_is_refused() {
    let repo = project(&policy_text());
    let (name, event) = &events()[1];
    let (verdict, errors, _) = checked(&repo, name, event);
    assert_eq!((&*verdict, errors), ("refused", vec!["base-missing".to_owned()]));
    commit(&repo, "nothing");
    let (verdict, _, notices) = checked(&repo, name, event);
    assert_eq!((&*verdict, notices), ("pass", vec!["one-step-judged".to_owned()]));
    reseal(&repo, "app.js", "evil");
    commit(&repo, "a reseal that nobody granted");
    assert_eq!(checked(&repo, name, event).0, "refused");
    // The default branch is not here, so it is not known what was there.
    let elsewhere = json!({"repository": {"default_branch": "trunk"}});
    let (verdict, errors, _) = checked(&repo, name, &elsewhere);
    assert_eq!((&*verdict, errors), ("refused", vec!["base-missing".to_owned()]));
}

#[test]
fn reports_without_a_base_pass_under_a_policy_only_where_that_is_stated() {
    let repo = project(&policy_text());
    for share in ["1", "2"] {
        let (slice, report) = (format!("slice:{share}/2"), format!("json={share}.json"));
        repo.run(&["check", "--partition", &slice, "--report", &report]);
    }
    let merged = ["merge-reports", "1.json", "2.json"];
    let ran = repo.run(&merged);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("--base none"), "{}", ran.stderr);
    assert_eq!(repo.run(&[&merged[..], &["--base", "none"]].concat()).code, 0);
    passes(&repo, &["--base", "base"]);
    refused(&repo, &["--base", "none", "--environment", "production"], &["base-missing"]);
}

#[test]
fn without_a_policy_nothing_in_the_directory_of_grants_is_read() {
    let repo = project("");
    fs::create_dir(repo.at("seals/grants")).unwrap();
    fs::write(repo.at("seals/grants/.gitkeep"), "").unwrap();
    commit(&repo, "a file that is no grant");
    repo.git(&["tag", "-f", "base"]);
    passes(&repo, &["--base", "base"]);
    passes(&repo, &["--base", "base", "--rev", "HEAD"]);
    refused(
        &repo,
        &["--base", "base", "--environment", "production", "--ref", "refs/heads/main"],
        &["policy-missing"],
    );
}

#[test]
fn no_key_signs_in_ci() {
    let repo = project(&policy_text());
    let mut command = repo.command(&["grant", "sign", "--base", "base", "--key", "no-key"]);
    command.env("CI", "true");
    let ran = run(command);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("grant sign does not write in CI"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("--allow-ci"), "no such option: {}", ran.stderr);
}
