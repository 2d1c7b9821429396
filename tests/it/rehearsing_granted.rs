//! `rehearse --environment`: a rehearsal that takes a grant of its own.

#![cfg(target_os = "linux")]

use crate::authority::canonical;
use crate::authority_checks::{commit, project};
use crate::support::{Repo, shell};
use crate::using_grants::{policy_with, sign, told};

/// A repository with a plan for `dist`, a clone of it, and a signed grant to rehearse that plan.
fn granted(rollback: &str) -> Repo {
    Repo::once(rollback, || {
        let policy = policy_with("local").replace("action = \"apply\"", "action = \"rehearse\"");
        let repo = project(&canonical(&policy));
        shell(&repo, "cp -r dist ../clone && mkdir ../scratch ../records");
        repo.write("plans/up.sh", "echo x >added\n");
        repo.write("plans/down.sh", rollback);
        repo.write(
            "plans/p.toml",
            "format = \"sealgate-plan/1\"\nsubject = \"a file more\"\ntree = \"dist\"\n\
             clone = \"../../clone\"\napply = \"up.sh\"\nrollback = \"down.sh\"\n",
        );
        repo.git(&["add", "-A"]);
        told(&repo.run(&["seal", "plans", "--root", "plans"]), 0);
        commit(&repo, "a plan");
        repo.git(&["tag", "--force", "base"]);
        let new = ["grant", "new", "rehearse", "--environment", "production", "--base", "base"];
        let rest = ["--plan", "plans/p.toml", "--reason", "before the release"];
        let said = told(&repo.run(&[&new[..], &rest].concat()), 0);
        let file = said.lines().find_map(|line| line.strip_prefix("wrote seals/grants/")).unwrap();
        sign(&repo, file.strip_suffix(".toml").unwrap());
        commit(&repo, "a grant");
        repo
    })
}

const REHEARSE: [&str; 12] = [
    "rehearse",
    "plans/p.toml",
    "--environment",
    "production",
    "--base",
    "base",
    "--ref",
    "refs/heads/main",
    "--scratch",
    "../scratch",
    "--record",
    "../records",
];

#[test]
fn the_grant_is_used_once_and_the_log_tells_how_it_ended() {
    let repo = granted("rm added\n");
    let said = told(&repo.run(&REHEARSE), 0);
    assert!(said.contains("is used now") && said.contains("PROVEN  a file more"), "{said}");
    let log = told(&repo.run(&["grant", "log"]), 0);
    assert!(log.contains("rehearse") && log.contains("production"), "{log}");
    let said = told(&repo.run(&REHEARSE), 1);
    assert!(said.contains("was used before"), "{said}");
    assert!(!said.contains("PROVEN"), "{said}");
}

#[test]
fn a_rehearsal_that_proves_nothing_uses_the_grant_too() {
    let repo = granted("true\n");
    let said = told(&repo.run(&REHEARSE), 1);
    assert!(said.contains("is used now") && said.contains("NOT PROVEN"), "{said}");
    let said = told(&repo.run(&REHEARSE), 1);
    assert!(!said.contains("NOT PROVEN"), "{said}");
}

#[test]
fn without_a_grant_nothing_is_rehearsed() {
    let repo = granted("rm added\n");
    repo.git(&["rm", "-r", "--quiet", "seals/grants"]);
    commit(&repo, "no grant");
    let said = told(&repo.run(&REHEARSE), 1);
    assert!(!said.contains("PROVEN") && !said.contains("is used now"), "{said}");
}
