//! Evidence that a policy demands: `grant use` reads the record that the grant names.

#![cfg(unix)]

use std::fs;

use sealgate_core::approval::evidence::Record;
use sealgate_core::seal::entry::Digest;

use crate::authority::records::{allowance, record};
use crate::authority_checks::{commit, moment, project, refused};
use crate::support::Repo;
use crate::using_grants::{USE, grant_to_apply, policy_with, told};

const PLAN: &[u8] = b"DROP TABLE births;\n";

/// A repository under a policy that demands a rehearsal of the last day without allowances.
fn demanding() -> Repo {
    Repo::once("", || {
        let rule = "action = \"apply\"\nenvironment = \"production\"\n";
        let text = policy_with("local");
        let (before, after) = text.split_once(rule).unwrap();
        let (approvers, rest) = after.split_once("threshold = 2\n").unwrap();
        let keys = "evidence = \"rehearsal\"\nevidence-hours = 24\nallowances = false\n";
        let repo = project(&format!("{before}{rule}{approvers}threshold = 2\n{keys}{rest}"));
        fs::write(repo.at("plan.sql"), PLAN).unwrap();
        fs::write(repo.at("dist/plan.sql"), PLAN).unwrap();
        repo.git(&["add", "-A"]);
        told(&repo.run(&["seal", "dist"]), 0);
        commit(&repo, "a plan");
        repo.git(&["tag", "--force", "base"]);
        repo
    })
}

fn passing(repo: &Repo) -> Record {
    let dist = Digest::of(&fs::read(repo.at("seals/dist.toml")).unwrap());
    let mut record = record(&Digest::of(PLAN), &dist, &moment(-3_600).to_string());
    "dist/plan.sql".clone_into(&mut record.plan.path);
    record
}

/// What a test changes in a record.
type Change = Box<dyn FnOnce(&mut Record)>;

/// The arguments that judge the action.
fn asked() -> Vec<&'static str> {
    let asked = ["--base", "base", "--environment", "production", "--ref", "refs/heads/main"];
    [&asked[..], &["--action", "apply", "--plan", "plan.sql"]].concat()
}

/// Uses the grant.
fn used(more: &[&'static str]) -> Vec<&'static str> {
    [&USE[..], more, &["--", "true"]].concat()
}

/// Puts `text` where the record of the digest `named` belongs, and grants the action with it.
fn grant_with(repo: &Repo, named: &Digest, text: &str) {
    fs::create_dir_all(repo.at("seals/evidence")).unwrap();
    fs::write(repo.at(format!("seals/evidence/{named}.json")), text).unwrap();
    grant_to_apply(repo, &["--evidence", &named.to_string()]);
    commit(repo, "a grant with evidence");
}

#[test]
fn an_action_with_a_rehearsal_runs_once() {
    let repo = demanding();
    let text = passing(&repo).to_text();
    fs::write(repo.at("record.json"), &text).unwrap();
    grant_to_apply(&repo, &["--evidence", "record.json"]);
    fs::remove_file(repo.at("record.json")).unwrap();
    // The record was put into its place, which is a legal one.
    let place = format!("seals/evidence/{}.json", Digest::of(text.as_bytes()));
    assert_eq!(fs::read_to_string(repo.at(&place)).unwrap(), text);
    commit(&repo, "a grant with evidence");
    let said = told(&repo.run(&["evidence", "check", &place]), 0);
    assert!(said.contains("counts as evidence") && said.contains("plan.sql"), "{said}");
    refused(&repo, &asked(), &["action-needs-use"]);
    let with = [&USE[..], &["--evidence", &place, "--", "true"]].concat();
    told(&repo.run(&with), 0);
    told(&repo.run(&with), 1);
}

#[test]
fn each_fault_of_a_record_refuses_with_its_code() {
    let cases: Vec<(&str, Change)> = vec![
        ("evidence-failed", Box::new(|it| it.verdict = "fail".to_owned())),
        ("evidence-failed", Box::new(|it| it.controls[0].caught = false)),
        ("evidence-failed", Box::new(|it| it.invariants[0].differ = 7)),
        ("evidence-failed", Box::new(|it| it.legs[0].runs.clear())),
        ("evidence-unconfined", Box::new(|it| it.clone.confinement = "none".to_owned())),
        ("evidence-other-plan", Box::new(|it| it.plan.blake3 = Digest::of(b"x").to_string())),
        ("evidence-other-plan", Box::new(|it| it.plan.seal.name = "other".to_owned())),
        ("evidence-other-plan", Box::new(|it| it.plan.path = "plan.sql".to_owned())),
        ("evidence-other-plan", Box::new(|it| it.plan.path = "dist/app.js".to_owned())),
        ("evidence-other-plan", Box::new(|it| it.plan.path = "distplan.sql".to_owned())),
        ("evidence-other-surface", Box::new(|it| it.surface.name = "../x".to_owned())),
        ("evidence-too-old", Box::new(|it| it.started = moment(-25 * 3_600).to_string())),
        ("evidence-allowances", Box::new(|it| it.allowances.push(allowance()))),
    ];
    for (code, change) in cases {
        let repo = demanding();
        let mut record = passing(&repo);
        change(&mut record);
        let text = record.to_text();
        grant_with(&repo, &Digest::of(text.as_bytes()), &text);
        refused(&repo, &asked(), &[code]);
        told(&repo.run(&used(&[])), 1);
        assert!(!repo.at(".git/sealgate").exists(), "{code}");
    }
}

#[test]
fn what_is_no_record_or_not_there_refuses() {
    let repo = demanding();
    grant_to_apply(&repo, &[]);
    commit(&repo, "a grant without evidence");
    refused(&repo, &asked(), &["evidence-missing"]);
    for text in ["", "{}\n", "x", &"x".repeat(300 << 10)] {
        let repo = demanding();
        grant_with(&repo, &Digest::of(text.as_bytes()), text);
        refused(&repo, &asked(), &["evidence-not-canonical"]);
    }
    // Changed after it was granted.
    let repo = demanding();
    let text = passing(&repo).to_text();
    let named = Digest::of(text.as_bytes());
    grant_with(&repo, &named, &text.replace("\"seconds\": 80", "\"seconds\": 81"));
    refused(&repo, &asked(), &["evidence-not-canonical"]);
    let place = format!("seals/evidence/{named}.json");
    fs::remove_file(repo.at(&place)).unwrap();
    commit(&repo, "the record is gone");
    refused(&repo, &asked(), &["evidence-missing"]);
    // A link and a directory in its place are not followed.
    std::os::unix::fs::symlink("../dist.toml", repo.at(&place)).unwrap();
    commit(&repo, "a link");
    refused(&repo, &asked(), &["papers-unreadable"]);
    told(&repo.run(&used(&[])), 1);
}

#[test]
fn a_record_that_the_grant_does_not_name_refuses() {
    let repo = demanding();
    let text = passing(&repo).to_text();
    grant_with(&repo, &Digest::of(text.as_bytes()), &text);
    fs::write(repo.at(".git/other"), text + "\n").unwrap();
    let with = used(&["--evidence", ".git/other"]);
    let said = told(&repo.run(&with), 1);
    assert!(said.contains("does not name the record"), "{said}");
    told(&repo.run(&used(&[])), 0);
}

#[test]
fn a_file_is_checked_as_a_record() {
    let repo = demanding();
    let write = |record: &Record| {
        let text = record.to_text();
        let name = format!("{}.json", Digest::of(text.as_bytes()));
        fs::write(repo.at(&name), text).unwrap();
        name
    };
    let good = write(&passing(&repo));
    let mut failed = passing(&repo);
    failed.verdict = "fail".to_owned();
    failed.plan.path = "\u{1b}[31m\nx".to_owned();
    let failed = write(&failed);
    fs::copy(repo.at(&good), repo.at("other.json")).unwrap();
    fs::write(repo.at("none.json"), "{}").unwrap();
    fs::create_dir(repo.at("directory")).unwrap();
    for (files, code, part) in [
        (&[&*good][..], 0, "counts as evidence"),
        (&[&*good, &*failed], 1, "is no evidence"),
        (&["other.json"], 2, "named by its digest"),
        (&["none.json"], 2, "missing field"),
        (&["directory"], 2, "directory"),
        (&["nothing"], 2, "nothing"),
        (&["/dev/zero"], 2, "/dev/zero"),
        (&[], 2, "FILE"),
    ] {
        let said = told(&repo.run(&[&["evidence", "check"][..], files].concat()), code);
        assert!(said.contains(part) && !said.contains('\u{1b}'), "{files:?}: {said}");
    }
}
