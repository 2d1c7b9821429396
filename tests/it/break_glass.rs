//! Break-glass: an emergency is permitted by rules of its own, and stated until a usual grant follows.

#![cfg(unix)]

use std::fs;

use sealgate_core::approval::{Grant, Moment, Policy, Procedure};
use sealgate_core::seal::entry::Digest;

use crate::authority::{canonical, policy_text, signers};
use crate::authority_checks::{checked, commit, policy_with_ledger, project, refused, reseal};
use crate::pushing::run_with_input;
use crate::support::Repo;
use crate::using_grants::told;

const EMERGENCY: &str = "approvers = [\"ada@example.org\", \"bob@example.org\"]\nthreshold = 1\n\
                         break-glass = true\n";

/// The policy of the tests, where Ada or Bob alone permit a reseal or `apply` in an emergency.
fn policy() -> String {
    canonical(&format!(
        "{}[[rule]]\naction = \"reseal\"\nseals = [\"*\"]\n{EMERGENCY}\
         [[rule]]\naction = \"apply\"\nenvironment = \"production\"\n{EMERGENCY}",
        policy_with_ledger()
    ))
}

/// Writes a grant by `grant new`; its id.
fn new(repo: &Repo, arguments: &[&str]) -> String {
    let rest = ["--base", "base", "--reason", "fire"];
    let answer = told(&repo.run(&[&["grant", "new"], arguments, &rest].concat()), 0);
    let file = answer.lines().find_map(|line| line.strip_prefix("wrote seals/grants/")).unwrap();
    file.strip_suffix(".toml").unwrap().to_owned()
}

/// Signs the grant `id` for the first `number` of the approvers.
fn sign(repo: &Repo, id: &str, number: usize) {
    let bytes = fs::read(repo.at(format!("seals/grants/{id}.toml"))).unwrap();
    for (name, signer) in &signers()[..number] {
        let file = repo.at(format!("seals/grants/{id}.{name}-key.sig"));
        fs::write(file, signer.sign(&bytes)).unwrap();
    }
}

/// Whether a check passes, in JSON and for people, and states an emergency.
fn is_loud(repo: &Repo, arguments: &[&str]) -> bool {
    let (verdict, codes, report) = checked(repo, arguments);
    assert_eq!((&*verdict, codes), ("pass", Vec::new()));
    let notices = report["notices"].as_array().unwrap();
    let is_stated = notices.iter().any(|notice| notice["code"] == "break-glass");
    let line = told(&repo.run(&[&["-q", "check"], arguments].concat()), 0);
    assert_eq!(line.contains(", BREAK-GLASS"), is_stated, "{line}");
    for format in ["github", "markdown", "sarif", "junit", "codequality", "html"] {
        let text = told(&repo.run(&[&["check", "--format", format], arguments].concat()), 0);
        assert_eq!(text.contains("BREAK-GLASS"), is_stated, "{format}: {text}");
    }
    is_stated
}

#[test]
fn an_emergency_is_stated_until_a_usual_grant_follows() {
    let repo = project(&policy());
    reseal(&repo, "app.js", "two");
    let usual = new(&repo, &["reseal", "--seal", "dist"]);
    sign(&repo, &usual, 1);
    // The first of two signatures of a usual grant breaks no glass.
    refused(&repo, &["--base", "base"], &["too-few-approvals"]);
    let file = |id: &str| repo.at(format!("seals/grants/{id}.toml"));
    fs::remove_file(file(&usual)).unwrap();
    fs::remove_file(repo.at(format!("seals/grants/{usual}.ada-key.sig"))).unwrap();
    let emergency = new(&repo, &["reseal", "--seal", "dist", "--break-glass"]);
    refused(&repo, &["--base", "base"], &["too-few-approvals"]);
    let shown = told(&repo.run(&["grant", "show", "--base", "base"]), 0);
    assert!(shown.contains("  BREAK-GLASS: ") && shown.contains("0 of 1 approvals"), "{shown}");
    sign(&repo, &emergency, 1);
    assert!(is_loud(&repo, &["--base", "base"]));
    commit(&repo, "an emergency");
    for arguments in [&["--base", "HEAD"][..], &["--rev", "HEAD"], &[]] {
        assert!(is_loud(&repo, arguments), "{arguments:?}");
    }
    let usual = new(&repo, &["reseal", "--seal", "dist"]);
    sign(&repo, &usual, 1);
    assert!(is_loud(&repo, &[]), "one approval is not two");
    sign(&repo, &usual, 2);
    assert!(!is_loud(&repo, &[]) && !is_loud(&repo, &["--base", "base"]));
}

#[test]
fn an_action_of_an_emergency_is_used_once_and_stated() {
    let repo = project(&policy());
    let id = new(&repo, &["apply", "--environment", "production", "--break-glass"]);
    sign(&repo, &id, 1);
    commit(&repo, "an emergency");
    let action = ["grant", "use", "apply", "--base", "base", "--environment", "production"];
    let command = ["--ref", "refs/heads/main", "--", "touch", ".git/done"];
    let answer = told(&repo.run(&[&action[..], &command].concat()), 0);
    assert!(answer.contains("PASS, BREAK-GLASS") && repo.at(".git/done").exists(), "{answer}");
    told(&repo.run(&[&action[..], &command].concat()), 1);
    // Nothing else is permitted by one: production alone has the rule.
    let staging = ["grant", "new", "apply", "--environment", "staging", "--break-glass"];
    let answer = told(&repo.run(&[&staging[..], &["--base=base", "--reason=x"]].concat()), 2);
    assert!(answer.contains("no rule for break-glass apply"), "{answer}");
}

#[test]
fn a_range_states_the_emergencies_in_its_last_commit() {
    let repo = project(&policy());
    reseal(&repo, "app.js", "two");
    let id = new(&repo, &["reseal", "--seal", "dist", "--break-glass"]);
    sign(&repo, &id, 1);
    commit(&repo, "an emergency");
    commit(&repo, "another commit");
    assert!(is_loud(&repo, &["--rev", "base..HEAD"]));
    let usual = new(&repo, &["reseal", "--seal", "dist"]);
    sign(&repo, &usual, 2);
    commit(&repo, "the usual approvals");
    assert!(!is_loud(&repo, &["--rev", "base..HEAD"]));
    assert!(is_loud(&repo, &["--rev", "base..HEAD~1"]));
}

#[test]
fn a_push_states_the_emergencies_that_it_brings() {
    let repo = project(&policy());
    let remote = tempfile::tempdir().unwrap();
    let place = remote.path().to_str().unwrap();
    repo.git(&["init", "--quiet", "--bare", "--initial-branch=main", place]);
    repo.git(&["remote", "add", "origin", place]);
    repo.git(&["push", "--quiet", "origin", "main"]);
    let pushed = |before: &str| {
        let head = String::from_utf8(repo.git(&["rev-parse", "HEAD"])).unwrap();
        let before = String::from_utf8(repo.git(&["rev-parse", before])).unwrap();
        let line = format!("refs/heads/main {} refs/heads/main {}\n", head.trim(), before.trim());
        let mut command = repo.command(&["hook", "pre-push", "origin", place]);
        run_with_input(&mut command, line.as_bytes())
    };
    reseal(&repo, "app.js", "two");
    let id = new(&repo, &["reseal", "--seal", "dist", "--break-glass"]);
    sign(&repo, &id, 1);
    commit(&repo, "an emergency");
    for before in ["base", "HEAD"] {
        let said = pushed(before);
        let line = format!("BREAK-GLASS: reseal of the seal dist is permitted by {}", &id[..10]);
        assert!(said.code == 0 && said.stderr.contains(&line), "{}", said.stderr);
        assert!(!said.stderr.contains("CI will refuse"), "{}", said.stderr);
    }
    let usual = new(&repo, &["reseal", "--seal", "dist"]);
    sign(&repo, &usual, 2);
    commit(&repo, "the usual approvals");
    let said = pushed("base");
    assert!(!said.stderr.contains("BREAK-GLASS"), "{}", said.stderr);
}

#[test]
fn what_changes_who_permits_takes_the_usual_rules() {
    for rule in [
        "action = \"policy-update\"\n",
        "action = \"close-blocker\"\nenvironment = \"production\"\n",
        "action = \"replace-map\"\nenvironment = \"production\"\n",
    ] {
        let text = format!("{}[[rule]]\n{rule}{EMERGENCY}", policy_text());
        let error = Policy::loose(text.as_bytes()).unwrap_err().to_string();
        assert!(error.contains("break-glass"), "{error}");
        let repo = project(&policy());
        let id = new(&repo, &["apply", "--environment", "production", "--break-glass"]);
        let text = fs::read_to_string(repo.at(format!("seals/grants/{id}.toml"))).unwrap();
        let other = rule.replace("environment = \"production\"\n", "");
        let text = text.replace("action = \"apply\"\n", &other);
        let text = text.replace(
            "environment = \"production\"\n",
            if other == rule { "" } else { "environment = \"production\"\n" },
        );
        let error = Grant::loose(text.as_bytes()).unwrap_err().to_string();
        assert!(error.contains("is never break-glass"), "{error}");
    }
}

#[test]
fn an_emergency_stays_until_a_usual_grant_follows() {
    let repo = project(&policy());
    let id = new(&repo, &["apply", "--environment", "production", "--break-glass"]);
    let text = fs::read(repo.at(format!("seals/grants/{id}.toml"))).unwrap();
    let grant = |procedure, day: u64| {
        let moment = |day: u64| Moment::from_seconds(1_600_000_000 + day * 86_400).unwrap();
        let grant = Grant {
            procedure,
            not_before: moment(day),
            not_after: moment(day + 1),
            ..Grant::read(&text).unwrap()
        };
        let text = grant.to_text();
        let id = Digest::of(text.as_bytes()).to_string();
        fs::write(repo.at(format!("seals/grants/{id}.toml")), text).unwrap();
        sign(&repo, &id, 2);
        id
    };
    fs::remove_file(repo.at(format!("seals/grants/{id}.toml"))).unwrap();
    let emergency = grant(Procedure::BreakGlass, 5);
    commit(&repo, "an emergency, long ago");
    repo.git(&["tag", "-f", "base"]);
    let prune = || told(&repo.run(&["grant", "prune"]), 0);
    assert!(prune().contains("removed 0"));
    // A usual grant from before does not follow it.
    grant(Procedure::Usual, 4);
    assert!(is_loud(&repo, &["--base", "base"]));
    let is_there = || repo.at(format!("seals/grants/{emergency}.toml")).exists();
    fs::rename(repo.at("seals/grants"), repo.at(".git/grants")).unwrap();
    refused(&repo, &["--base", "base"], &["grant-deleted"]);
    fs::rename(repo.at(".git/grants"), repo.at("seals/grants")).unwrap();
    // Without its signatures it would be a draft, of which nothing is stated.
    let signature = |name: &str| repo.at(format!("seals/grants/{emergency}.{name}-key.sig"));
    signers()[..2].iter().for_each(|(name, _)| fs::remove_file(signature(name)).unwrap());
    refused(&repo, &["--base", "base"], &["grant-deleted"]);
    sign(&repo, &emergency, 2);
    grant(Procedure::Usual, 6);
    assert!(!is_loud(&repo, &["--base", "base"]) && is_there());
    assert!(prune().contains("removed 3") && !is_there());
}

#[test]
fn a_check_of_the_policy_warns_of_break_glass() {
    let repo = project(&policy());
    let answer = told(&repo.run(&["policy", "check"]), 0);
    let warning =
        "break-glass reseal of * takes 1 of ada@example.org, bob@example.org, and not the 2";
    assert!(answer.contains(warning), "{answer}");
}
