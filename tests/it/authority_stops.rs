//! What stops a check that the policy of its base permits: the policy of the commit that is judged, that
//! of the branch's tip, and another policy beside it.

#![cfg(unix)]

use std::fs;

use sealgate_core::approval::Subject;
use sealgate_core::approval::change::of_policy;
use sealgate_core::seal::entry::Digest;

use crate::authority::{canonical, policy_text, signers};
use crate::authority_checks::{
    change, checked, commit, dist, grant, passes, policy_with_ledger, project, refused, reseal,
};
use crate::support::Repo;
use crate::using_grants::{sign, told};

const PRODUCTION: [&str; 4] = ["--environment", "production", "--ref", "refs/heads/main"];

/// A blocker map whose one item has this status.
fn map(is_open: bool) -> String {
    let by = r#","closed_by":"ada@example.org","closed_at":"2026-01-02""#;
    let (status, closed, open) = if is_open { ("OPEN", "", 1) } else { ("CLOSED", by, 0) };
    format!(
        r#"{{"doc":"d","date":"2026-01-01","authority":"a","blockers":[{{"id":"P1","item":"i",
"status":"{status}","actor_needed":"a","next_action":"n","blocks":"production"{closed}}}],
"newly_closed_in_this_macro":[],"partially_discharged_in_this_macro":[],"open_count":{open},
"production_work_performed":false}}"#
    )
}

/// The policy of the tests, where production has a blocker map.
fn policy() -> String {
    let with = |text: &str| {
        text.replacen(
            "name = \"production\"\nbranches = [\"main\"]\nenforced = true\n",
            "name = \"production\"\nbranches = [\"main\"]\nenforced = true\n\
             blockers = \"map.json\"\nblocked-by = [\"production\"]\n",
            1,
        )
    };
    canonical(&with(&policy_with_ledger()))
}

/// A repository with that policy, the map in which nothing is open, and a granted `apply`; the id of the
/// grant. The commits are tagged `base` and `granted`.
fn granted() -> (Repo, String) {
    Repo::once_with("", || {
        let repo = project(&policy());
        fs::write(repo.at("map.json"), map(false)).unwrap();
        commit(&repo, "a map");
        repo.git(&["tag", "-f", "base"]);
        let id = grant_to_apply(&repo);
        repo.git(&["tag", "granted"]);
        (repo, id)
    })
}

/// Commits a grant for `apply` of two approvers under the policy of `base`; its id.
fn grant_to_apply(repo: &Repo) -> String {
    let new = ["grant", "new", "apply", "--environment", "production", "--base", "base"];
    let answer = told(&repo.run(&[&new[..], &["--reason", "the release"]].concat()), 0);
    let file = answer.lines().find_map(|line| line.strip_prefix("wrote seals/grants/")).unwrap();
    let id = file.strip_suffix(".toml").unwrap().to_owned();
    sign(repo, &id);
    commit(repo, "apply is granted");
    id
}

/// Commits `text` as the policy, with the grant that it needs.
fn update(repo: &Repo, text: &str) {
    let old = Digest::of(&fs::read(repo.at("seals/policy.toml")).unwrap());
    let text = canonical(text);
    fs::write(repo.at("seals/policy.toml"), &text).unwrap();
    let change = of_policy(&old, &Digest::of(text.as_bytes())).digest;
    grant(repo, "policy-update", Subject::Policy, change, &signers()[..2]);
}

/// A check of the commit `granted` in production.
fn ask<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["--base", "base", "--rev", "granted"], &PRODUCTION[..], more].concat()
}

/// A check of the commit `granted` for `apply` in production.
fn apply<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [ask(&["--action", "apply"]), more.to_vec()].concat()
}

#[test]
fn an_older_commit_is_judged_for_an_environment_only_where_that_is_asked_for() {
    let (repo, _) = granted();
    passes(&repo, &ask(&[]));
    refused(&repo, &apply(&[]), &["action-needs-use"]);
    commit(&repo, "main goes on");
    refused(&repo, &ask(&[]), &["ref-not-tip"]);
    let (_, _, report) = checked(&repo, &apply(&[]));
    let error = &report["errors"][0];
    assert_eq!(error["code"], "ref-not-tip", "{report}");
    assert!(!error["remedy"].as_str().unwrap().contains("--older"), "{report}");
    // An action is done on the tip, whatever is asked for.
    refused(&repo, &apply(&["--older"]), &["tip-differs"]);
    let report = passes(&repo, &ask(&["--older"]));
    let notice = &report["notices"][0];
    assert_eq!(notice["code"], "older-commit", "{report}");
    assert_eq!(report["authority"]["older"], true);
    let quiet = repo.run(&[&["-q", "check"][..], &ask(&["--older"])].concat());
    let line = quiet.stdout + &quiet.stderr;
    assert!(line.contains("AN OLDER COMMIT of its branch"), "{line}");
    // A tag on it is no other commit.
    repo.git(&["tag", "v1", "granted"]);
    let tagged = [
        "--base",
        "base",
        "--rev",
        "granted",
        "--environment",
        "production",
        "--ref",
        "refs/tags/v1",
    ];
    refused(&repo, &tagged, &["ref-not-tip"]);
    passes(&repo, &[&tagged[..], &["--older"]].concat());
    // The remote's branch counts, not a branch of this clone that is behind.
    let tip = String::from_utf8(repo.git(&["rev-parse", "main"])).unwrap();
    repo.git(&["update-ref", "refs/remotes/origin/main", tip.trim()]);
    repo.git(&["reset", "--quiet", "--hard", "granted"]);
    refused(&repo, &apply(&[]), &["ref-not-tip"]);
}

#[test]
fn a_stop_at_the_tip_reaches_the_older_commits() {
    type Stop = fn(&Repo, &str);
    let cases: [(Stop, &str); 5] = [
        (
            |repo, _| update(repo, &policy().replace("enforced = true", "enforced = false")),
            "environment-not-enforced",
        ),
        (
            |repo, id| update(repo, &format!("{}[[revoked]]\ngrant = \"{id}\"\n", policy())),
            "grant-revoked",
        ),
        (
            |repo, _| {
                // Ada's key is one of the two that signed.
                let key = signers()[0].1.line();
                let others = policy().replace("threshold = 2", "threshold = 1");
                update(repo, &format!("{others}[[revoked]]\nkey = \"{key}\"\n"));
            },
            "key-revoked",
        ),
        (|repo, _| fs::write(repo.at("map.json"), map(true)).unwrap(), "blocker-open"),
        (|repo, _| fs::remove_file(repo.at("seals/policy.toml")).unwrap(), "policy-deleted"),
    ];
    for (stop, code) in cases {
        let (repo, id) = granted();
        stop(&repo, &id);
        commit(&repo, "stop");
        if matches!(code, "grant-revoked" | "key-revoked") {
            refused(&repo, &apply(&["--older"]), &["tip-differs", code]);
        } else {
            refused(&repo, &ask(&["--older"]), &[code]);
            refused(&repo, &apply(&["--older"]), &[code, "tip-differs"]);
        }
    }
}

/// The policy with `rule` in the place of the threshold of `apply`.
fn with_apply(rule: &str) -> String {
    let (before, after) = policy().split_once("action = \"apply\"").map(both).unwrap();
    format!("{before}action = \"apply\"{}", after.replacen("threshold = 2", rule, 1))
}

fn both((before, after): (&str, &str)) -> (String, String) {
    (before.to_owned(), after.to_owned())
}

#[test]
fn an_action_needs_what_the_policies_of_the_base_and_of_the_tip_demand() {
    type Later = fn() -> String;
    let cases: [(Later, &str); 5] = [
        (|| policy().replace("enforced = true", "enforced = false"), "environment-not-enforced"),
        (|| with_apply("threshold = 3"), "too-few-approvals"),
        (|| with_apply("threshold = 2\nevidence = \"rehearsal\""), "evidence-missing"),
        (|| policy().replace("\"apply\"", "\"apply-it\""), "no-rule"),
        (|| policy().replace("\"local\"", "\"/srv/ledger.git\""), "ledger-differs"),
    ];
    for (later, code) in cases {
        let repo = project(&policy());
        fs::write(repo.at("map.json"), map(false)).unwrap();
        commit(&repo, "a map");
        repo.git(&["tag", "-f", "base"]);
        update(&repo, &later());
        commit(&repo, "another policy");
        grant_to_apply(&repo);
        let check = [&["--base", "base", "--rev", "HEAD", "--action", "apply"], &PRODUCTION[..]];
        refused(&repo, &check.concat(), &[code]);
        let action = ["grant", "use", "apply", "--base", "base", "--format", "json"];
        let command = ["--", "touch", "done"];
        let ran = repo.run(&[&action[..], &PRODUCTION, &command].concat());
        assert!(ran.code != 0 && !repo.at("done").exists(), "{code}: {}", ran.stderr);
    }
}

#[test]
fn a_revocation_at_the_tip_stops_an_older_reseal_without_an_environment() {
    let repo = project(&policy_text());
    reseal(&repo, "app.js", "two");
    let id = grant(&repo, "reseal", dist(), change(&repo, "base"), &signers()[..2]);
    commit(&repo, "two");
    repo.git(&["tag", "two"]);
    let older = ["--base", "base", "--rev", "two"];
    passes(&repo, &older);
    update(&repo, &format!("{}[[revoked]]\ngrant = \"{id}\"\n", policy_text()));
    commit(&repo, "the grant is revoked");
    refused(&repo, &older, &["grant-revoked"]);
    // A branch on whose line the base is not says nothing of it.
    repo.git(&["branch", "-m", "main", "other"]);
    passes(&repo, &older);
}

#[test]
fn what_is_judged_may_open_an_item_and_is_stopped_by_it() {
    let (repo, _) = granted();
    fs::write(repo.at("map.json"), map(true)).unwrap();
    commit(&repo, "P1 is open again");
    let own = [&["--base", "granted", "--rev", "HEAD"][..], &PRODUCTION].concat();
    refused(&repo, &own, &["blocker-open"]);
}

#[test]
fn a_stop_says_its_reason_once_and_whose_policy_says_it() {
    let repo = project(&policy_text().replace("enforced = true", "enforced = false"));
    commit(&repo, "later");
    let check = [&["--base", "base", "--rev", "HEAD"][..], &PRODUCTION].concat();
    let checked = repo.check(&check);
    let messages: Vec<&str> = checked.report["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["message"].as_str().unwrap())
        .collect();
    assert_eq!(messages.len(), 2, "{messages:?}");
    assert!(messages[0].starts_with("the policy of the base says"), "{messages:?}");
    assert!(
        messages[1].starts_with("the policy of the commit that is judged says"),
        "{messages:?}"
    );
}

#[test]
fn a_base_from_before_the_policy_is_refused_and_a_first_policy_is_announced() {
    let repo = project("");
    fs::write(repo.at("seals/policy.toml"), policy_text()).unwrap();
    commit(&repo, "a policy");
    let digest = Digest::of(policy_text().as_bytes()).to_string();
    for check in [&["--base", "base"][..], &["--base", "base", "--rev", "HEAD"]] {
        let report = passes(&repo, check);
        let notice = &report["notices"][0];
        assert_eq!(notice["code"], "first-policy");
        assert!(notice["message"].as_str().unwrap().contains(&digest), "{notice}");
    }
    reseal(&repo, "app.js", "two");
    commit(&repo, "a reseal that nobody granted");
    for check in [&["--base", "base"][..], &["--base", "base", "--rev", "HEAD"]] {
        refused(&repo, check, &["base-before-policy"]);
    }
}

#[test]
fn a_second_directory_of_seals_does_not_decide_on_an_environment_of_the_first() {
    let repo = project(&policy_text().replace("enforced = true", "enforced = false"));
    fs::create_dir(repo.at("other")).unwrap();
    fs::copy(repo.at("seals/dist.toml"), repo.at("other/dist.toml")).unwrap();
    let own = policy_text();
    fs::write(repo.at("other/policy.toml"), &own).unwrap();
    commit(&repo, "other seals");
    repo.git(&["tag", "-f", "base"]);
    let ask = |environment: &str| {
        let check = [
            "--seals",
            "other",
            "check",
            "--format",
            "json",
            "--base",
            "base",
            "--rev",
            "HEAD",
            "--ref",
            "refs/heads/main",
            "--environment",
            environment,
        ];
        let ran = repo.run(&check);
        let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        (ran.code, report["errors"][0]["code"].as_str().map(str::to_owned))
    };
    assert_eq!(ask("production"), (1, Some("policy-elsewhere".to_owned())));
    fs::write(repo.at("other/policy.toml"), own.replace("production", "elsewhere")).unwrap();
    fs::write(repo.at("other/policy.toml"), canonical(&own.replace("production", "elsewhere")))
        .unwrap();
    commit(&repo, "another environment");
    repo.git(&["tag", "-f", "base"]);
    assert_eq!(ask("elsewhere"), (0, None));
}

#[test]
fn a_grant_of_an_older_policy_of_the_branch_counts_under_both() {
    let repo = project(&policy_text());
    repo.git(&["checkout", "--quiet", "-b", "work"]);
    reseal(&repo, "app.js", "two");
    let id = grant(&repo, "reseal", dist(), change(&repo, "base"), &signers()[..2]);
    commit(&repo, "granted under the first policy");
    let on_main = |text: &str| {
        repo.git(&["checkout", "--quiet", "-B", "main", "base"]);
        update(&repo, text);
        commit(&repo, "another policy");
        repo.git(&["tag", "-f", "second"]);
        repo.git(&["merge", "--quiet", "--no-edit", "work"]);
    };
    on_main(&policy_text().replace("max-grant-hours = 48", "max-grant-hours = 24"));
    passes(&repo, &["--base", "second"]);
    on_main(&format!("{}[[revoked]]\ngrant = \"{id}\"\n", policy_text()));
    refused(&repo, &["--base", "second"], &["grant-revoked"]);
    on_main(&policy_text().replace("threshold = 2", "threshold = 3"));
    refused(&repo, &["--base", "second"], &["too-few-approvals"]);
    // Each policy alone would have it; the key of one is not in the other.
    let other =
        policy_text().replace(&signers()[1].1.line(), &crate::authority::Signer::new(8).line());
    on_main(&other);
    refused(&repo, &["--base", "second"], &["too-few-approvals"]);
}

#[test]
fn no_grant_counts_for_two_of_the_steps_of_a_reseal() {
    let repo = project(&policy_text());
    reseal(&repo, "app.js", "two");
    grant(&repo, "reseal", dist(), change(&repo, "base"), &signers()[..2]);
    commit(&repo, "one to two");
    repo.git(&["tag", "two"]);
    reseal(&repo, "app.js", "one");
    grant(&repo, "reseal", dist(), change(&repo, "two"), &signers()[..2]);
    commit(&repo, "two to one");
    reseal(&repo, "app.js", "two");
    reseal(&repo, "b.js", "two");
    commit(&repo, "one to two again, and more");
    refused(&repo, &["--base", "base"], &["grant-other-change"]);
}
