//! Which changes of blocker maps need a grant, and of whom.

#![cfg(unix)]

use std::fmt::Write as _;
use std::fs;

use sealgate_core::approval::Subject;
use sealgate_core::approval::change::{of_map, of_policy};
use sealgate_core::seal::entry::Digest;
use serde_json::{Value, json};

use crate::authority::{canonical, policy_text, signers};
use crate::authority_checks::{checked, commit, grant, passes, project, refused};
use crate::support::Repo;
use crate::using_grants::{sign, told};

/// An environment `name` with a blocker map, and rules of Ada and Bob for `actions` in it.
fn environment(name: &str, map: &str, actions: &[&str]) -> String {
    let mut text = format!(
        "[[environment]]\nname = \"{name}\"\nbranches = [\"main\"]\nenforced = true\n\
         blockers = \"{map}\"\nblocked-by = [\"{name}\"]\n"
    );
    for action in actions {
        write!(
            text,
            "[[rule]]\naction = \"{action}\"\nenvironment = \"{name}\"\n\
             approvers = [\"ada@example.org\", \"bob@example.org\"]\nthreshold = 2\n"
        )
        .unwrap();
    }
    text
}

const ACTIONS: [&str; 2] = ["close-blocker", "replace-map"];

/// The policy of the tests with `environments`.
fn policy(environments: &[String]) -> String {
    canonical(&(policy_text() + &environments.concat()))
}

/// A map of items: the id, what it blocks, and whether it is open.
fn map(items: &[(&str, &str, bool)]) -> String {
    let item = |(id, blocks, open): &(&str, &str, bool)| {
        let mut item = json!({"id": id, "item": "x", "status": "OPEN", "actor_needed": "x",
            "next_action": "x", "blocks": blocks});
        if !open {
            item["status"] = "CLOSED".into();
            item["closed_by"] = "ada@example.org".into();
            item["closed_at"] = "2026-11-27".into();
        }
        item
    };
    let open = items.iter().filter(|(.., open)| *open).count();
    let items: Vec<Value> = items.iter().map(item).collect();
    json!({"doc": "x", "date": "x", "authority": "x", "blockers": items,
        "newly_closed_in_this_macro": [], "partially_discharged_in_this_macro": [],
        "open_count": open, "production_work_performed": false})
    .to_string()
}

/// A repository with this policy and these maps, committed and tagged `base`.
fn with(policy: &str, maps: &[(&str, &str)]) -> Repo {
    let repo = project("");
    write(&repo, policy, maps);
    commit(&repo, "a policy");
    repo.git(&["tag", "-f", "base"]);
    repo
}

fn write(repo: &Repo, policy: &str, maps: &[(&str, &str)]) {
    fs::write(repo.at("seals/policy.toml"), policy).unwrap();
    for (place, text) in maps {
        fs::write(repo.at(place), text).unwrap();
    }
}

fn subject(name: &str) -> Subject {
    Subject::Environment(name.to_owned())
}

fn grant_update(repo: &Repo, old: &str, new: &str) {
    let change = of_policy(&Digest::of(old.as_bytes()), &Digest::of(new.as_bytes())).digest;
    grant(repo, "policy-update", Subject::Policy, change, &signers()[..2]);
}

fn grant_map(repo: &Repo, name: &str, place: &str, old: Option<&str>, new: Option<&str>) {
    let digest = |text: Option<&str>| text.map(|text| Digest::of(text.as_bytes()));
    let change = of_map(place, digest(old).as_ref(), digest(new).as_ref()).digest;
    grant(repo, "replace-map", subject(name), change, &signers()[..2]);
}

#[test]
fn a_map_that_is_absent_or_unreadable_at_the_base_is_replaced_by_a_grant_for_its_bytes() {
    let harmless = map(&[("A", "repoint", true)]);
    let other = map(&[("A", "repoint", true), ("B", "stage", true)]);
    let unreadable = "{\"blockers\": []}";
    for old in [None, Some(unreadable), Some("")] {
        let policy = policy(&[environment("stage", "b.json", &ACTIONS)]);
        let maps: Vec<(&str, &str)> = old.iter().map(|old| ("b.json", *old)).collect();
        let repo = with(&policy, &maps);
        passes(&repo, &["--base", "base"]);
        write(&repo, &policy, &[("b.json", &harmless)]);
        refused(&repo, &["--base", "base"], &["grant-missing"]);
        grant_map(&repo, "stage", "b.json", old, Some(&other));
        refused(&repo, &["--base", "base"], &["grant-other-change"]);
        grant_map(&repo, "stage", "b.json", old, Some(&harmless));
        passes(&repo, &["--base", "base"]);
        commit(&repo, "a map");
        passes(&repo, &["--base", "base", "--rev", "HEAD"]);
    }
}

#[test]
fn each_environment_that_names_the_map_is_asked() {
    let both = ["stage", "trial"].map(|name| environment(name, "b.json", &ACTIONS));
    let (policy, new) = (policy(&both), map(&[("A", "repoint", true)]));
    let repo = with(&policy, &[]);
    write(&repo, &policy, &[("b.json", &new)]);
    grant_map(&repo, "trial", "b.json", None, Some(&new));
    refused(&repo, &["--base", "base"], &["grant-other-subject"]);
    grant_map(&repo, "stage", "b.json", None, Some(&new));
    passes(&repo, &["--base", "base"]);
}

#[test]
fn without_a_rule_nobody_replaces_a_map() {
    let policy = policy(&[environment("stage", "b.json", &ACTIONS[..1])]);
    let repo = with(&policy, &[]);
    write(&repo, &policy, &[("b.json", &map(&[("A", "repoint", true)]))]);
    refused(&repo, &["--base", "base"], &["no-rule"]);
}

#[test]
fn a_map_that_a_policy_update_moves_keeps_its_bytes_or_is_granted() {
    let here = policy(&[environment("stage", "b.json", &ACTIONS)]);
    let there = policy(&[environment("stage", "c.json", &ACTIONS)]);
    let old = map(&[("A", "stage", true)]);
    let other = map(&[("B", "repoint", true)]);
    // A copy with other items lies there before the policy names it.
    for aside in [None, Some(("c.json", &*other))] {
        let maps = [Some(("b.json", &*old)), aside];
        let repo = with(&here, &maps.into_iter().flatten().collect::<Vec<_>>());
        fs::remove_file(repo.at("b.json")).unwrap();
        write(&repo, &there, &[("c.json", &old)]);
        grant_update(&repo, &here, &there);
        passes(&repo, &["--base", "base"]);
        write(&repo, &there, &[("c.json", &other)]);
        refused(&repo, &["--base", "base"], &["grant-missing"]);
        grant_map(&repo, "stage", "c.json", Some(&old), Some(&other));
        passes(&repo, &["--base", "base"]);
    }
}

#[test]
fn an_environment_does_not_lose_its_map_by_a_policy_update_alone() {
    let here = policy(&[environment("stage", "b.json", &ACTIONS)]);
    let text = environment("stage", "b.json", &ACTIONS);
    let without = text.replace("blockers = \"b.json\"\nblocked-by = [\"stage\"]\n", "");
    let there = policy(&[without]);
    let old = map(&[("A", "stage", true)]);
    let repo = with(&here, &[("b.json", &old)]);
    write(&repo, &there, &[]);
    grant_update(&repo, &here, &there);
    refused(&repo, &["--base", "base"], &["grant-missing"]);
    grant_map(&repo, "stage", "b.json", Some(&old), None);
    passes(&repo, &["--base", "base"]);
}

#[test]
fn the_map_of_a_new_environment_is_granted_by_the_rules_of_the_new_policy() {
    let here = policy(&[]);
    let there = policy(&[environment("stage", "b.json", &ACTIONS)]);
    let new = map(&[("A", "stage", true)]);
    let repo = with(&here, &[]);
    write(&repo, &there, &[("b.json", &new)]);
    grant_update(&repo, &here, &there);
    refused(&repo, &["--base", "base"], &["grant-missing"]);
    grant_map(&repo, "stage", "b.json", None, Some(&new));
    passes(&repo, &["--base", "base"]);
}

/// Writes every grant that is missing, and signs each for Ada and Bob.
fn grant_all(repo: &Repo) {
    let all = ["grant", "new", "--all", "--base", "base", "--reason", "x"];
    for line in told(&repo.run(&all), 0).lines() {
        let Some(file) = line.strip_prefix("wrote seals/grants/") else { continue };
        sign(repo, file.strip_suffix(".toml").unwrap());
    }
}

#[test]
fn a_new_name_of_an_environment_closes_no_item() {
    let here = policy(&[environment("stage", "b.json", &ACTIONS)]);
    let there = policy(&[environment("stage-two", "b.json", &ACTIONS)]);
    let maps = [true, false].map(|open| map(&[("A", "repoint", open)]));
    let repo = with(&here, &[("b.json", &maps[0])]);
    write(&repo, &there, &[("b.json", &maps[1])]);
    grant_update(&repo, &here, &there);
    // Whoever answers for the old name closes the item, and the new name takes the map.
    refused(&repo, &["--base", "base"], &["grant-missing", "grant-missing"]);
    grant_closing(&repo, "stage", "A", [&maps[0], &maps[1]]);
    refused(&repo, &["--base", "base"], &["grant-missing"]);
    grant_map(&repo, "stage-two", "b.json", None, Some(&maps[1]));
    passes(&repo, &["--base", "base"]);
}

#[test]
fn grant_new_writes_what_a_new_name_of_an_environment_needs() {
    let here = policy(&[environment("stage", "b.json", &ACTIONS)]);
    let there = policy(&[environment("stage-two", "b.json", &ACTIONS)]);
    let maps = [true, false].map(|open| map(&[("A", "repoint", open)]));
    let repo = with(&here, &[("b.json", &maps[0])]);
    write(&repo, &there, &[("b.json", &maps[1])]);
    grant_all(&repo);
    passes(&repo, &["--base", "base"]);
}

#[test]
fn an_environment_that_is_taken_away_is_asked_for_its_items() {
    let environments = ["live", "stage"].map(|name| environment(name, "b.json", &ACTIONS));
    let here = policy(&environments);
    let there = policy(&environments[1..]);
    let maps = [true, false].map(|open| map(&[("A", "live", open)]));
    let repo = with(&here, &[("b.json", &maps[0])]);
    write(&repo, &there, &[("b.json", &maps[1])]);
    grant_update(&repo, &here, &there);
    grant_closing(&repo, "stage", "A", [&maps[0], &maps[1]]);
    refused(&repo, &["--base", "base"], &["grant-other-subject"]);
    grant_closing(&repo, "live", "A", [&maps[0], &maps[1]]);
    passes(&repo, &["--base", "base"]);
}

#[test]
fn a_policy_update_that_lets_an_open_item_block_an_environment_no_more_is_granted_like_a_new_map() {
    let stage = environment("stage", "b.json", &ACTIONS);
    let with_word = |word: &str| {
        policy(&[stage.replace("blocked-by = [\"stage\"]", &format!("blocked-by = [\"{word}\"]"))])
    };
    // The words before and after, what the item blocks, and whether it blocks stage no more.
    for (before, after, blocks, is_released) in [
        ("real-run", "repoint", "real-run", true),
        ("real-run", "repoint", "stage", false),
        ("real-run", "repoint", "apply", false),
        ("misspelt", "repoint", "apply", true),
        ("real-run", "misspelt", "real-run", false),
    ] {
        let (here, there) = (with_word(before), with_word(after));
        let map = map(&[("A", blocks, true)]);
        let repo = with(&here, &[("b.json", &map)]);
        write(&repo, &there, &[]);
        grant_update(&repo, &here, &there);
        if is_released {
            refused(&repo, &["--base", "base"], &["grant-missing"]);
            grant_all(&repo);
        }
        passes(&repo, &["--base", "base"]);
    }
}

#[test]
fn an_environment_that_takes_the_map_of_another_asks_its_owners() {
    let stage = environment("stage", "b.json", &ACTIONS);
    let here = policy(std::slice::from_ref(&stage));
    let there = policy(&[environment("live", "b.json", &ACTIONS), stage]);
    let old = map(&[("A", "repoint", true)]);
    let new = map(&[("A", "repoint", true), ("B", "stage", true)]);
    let repo = with(&here, &[("b.json", &old)]);
    write(&repo, &there, &[]);
    grant_update(&repo, &here, &there);
    // As it is, it blocks whoever takes it.
    passes(&repo, &["--base", "base"]);
    write(&repo, &there, &[("b.json", &new)]);
    refused(&repo, &["--base", "base"], &["grant-missing"]);
    grant_map(&repo, "live", "b.json", None, Some(&new));
    passes(&repo, &["--base", "base"]);
}

/// A change of the map of stage, and what is refused because of it.
type MapCase<'a> = (&'a dyn Fn(&Repo), &'a [&'a str]);

#[test]
fn a_map_is_judged_alike_with_and_without_an_environment() {
    let policy = policy(&[environment("stage", "b.json", &ACTIONS)]);
    let old = map(&[("A", "stage", true), ("B", "stage/repoint", true)]);
    let put = |repo: &Repo, text: &str| fs::write(repo.at("b.json"), text).unwrap();
    let closed = map(&[("A", "stage", false), ("B", "stage/repoint", true)]);
    let removed = map(&[("B", "stage/repoint", true)]);
    let narrowed = map(&[("A", "stage", true), ("B", "stage", true)]);
    let born_closed =
        map(&[("A", "stage", true), ("B", "stage/repoint", true), ("C", "stage", false)]);
    let contradicting = old.replace("\"open_count\":2", "\"open_count\":1");
    let cases: [MapCase<'_>; 11] = [
        (&|repo| put(repo, &closed), &["grant-missing"]),
        (&|repo| put(repo, &removed), &["grant-missing"]),
        (&|repo| put(repo, &narrowed), &["grant-missing"]),
        (&|repo| put(repo, &born_closed), &["grant-missing"]),
        (&|repo| put(repo, &contradicting), &["open-count-wrong"]),
        (&|repo| put(repo, "{"), &["blockers-malformed"]),
        (&|repo| fs::remove_file(repo.at("b.json")).unwrap(), &["blockers-missing"]),
        (&|repo| fs::rename(repo.at("b.json"), repo.at("c.json")).unwrap(), &["blockers-missing"]),
        (&linked, &["papers-unreadable"]),
        (&directory, &["papers-unreadable"]),
        (&|repo| put(repo, &old), &[]),
    ];
    for (change, expected) in cases {
        let repo = with(&policy, &[("b.json", &old)]);
        change(&repo);
        commit(&repo, "a change of the map");
        let alone = ["--base", "base", "--rev", "HEAD"];
        let asked = ["--environment", "stage", "--ref", "refs/heads/main"];
        let in_working_tree = ["--base", "base"];
        for arguments in [&alone[..], &in_working_tree, &[&alone[..], &asked].concat()] {
            let (verdict, mut codes, _) = checked(&repo, arguments);
            codes.retain(|code| code != "blocker-open");
            codes.dedup();
            let is_refused = !expected.is_empty() || arguments.len() > alone.len();
            assert_eq!(verdict, if is_refused { "refused" } else { "pass" }, "{arguments:?}");
            assert_eq!(codes, expected, "{arguments:?}");
        }
    }
}

fn linked(repo: &Repo) {
    fs::rename(repo.at("b.json"), repo.at("c.json")).unwrap();
    std::os::unix::fs::symlink("c.json", repo.at("b.json")).unwrap();
}

fn directory(repo: &Repo) {
    fs::remove_file(repo.at("b.json")).unwrap();
    fs::create_dir(repo.at("b.json")).unwrap();
    fs::write(repo.at("b.json/x"), "x").unwrap();
}

#[test]
fn grant_new_writes_a_grant_for_a_map_that_is_replaced_and_shows_both_texts() {
    let policy = policy(&[environment("stage", "b.json", &ACTIONS)]);
    let (old, new) = ("no map", map(&[("A", "repoint", true)]));
    let repo = with(&policy, &[("b.json", old)]);
    write(&repo, &policy, &[("b.json", &new)]);
    let arguments = ["replace-map", "--environment", "stage", "--base", "base", "--reason", "x"];
    let ran = repo.run(&[&["grant", "new"][..], &arguments].concat());
    let said = ran.stdout;
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(said.contains("- no map") && said.contains("\"repoint\""), "{said}");
    let (_, codes, _) = checked(&repo, &["--base", "base"]);
    assert_eq!(codes, ["too-few-approvals"]);
}

/// Grants that the item `id` changes as it does between the two maps at `b.json`.
fn grant_closing(repo: &Repo, name: &str, id: &str, maps: [&str; 2]) {
    let change = sealgate::ops::authorize::closing("b.json", id, &maps.map(str::as_bytes));
    grant(repo, "close-blocker", subject(name), change.unwrap(), &signers()[..2]);
}

#[test]
fn an_item_asks_every_environment_unless_each_of_its_words_belongs_to_one() {
    let both = ["stage", "trial"].map(|name| environment(name, "b.json", &ACTIONS));
    let trial = environment("trial", "b.json", &["apply"]);
    let rule = trial.split_once("[[rule]]").map(|(_, rule)| format!("[[rule]]{rule}"));
    let policy = policy(&[both.concat(), rule.unwrap()]);
    for (blocks, stage, trial) in [
        ("trial", false, true),
        ("trial/trial", false, true),
        ("stage", true, false),
        // Only the trial has a rule for this action, and an action belongs to no environment.
        ("apply", true, true),
        ("trial/apply", true, true),
        ("stage/trial", true, true),
        ("nobody-knows", true, true),
    ] {
        let [open, closed] = [true, false].map(|open| map(&[("A", blocks, open)]));
        for granted in ["stage", "trial"] {
            let repo = with(&policy, &[("b.json", &open)]);
            write(&repo, &policy, &[("b.json", &closed)]);
            let (_, codes, report) = checked(&repo, &["--base", "base"]);
            assert_eq!(codes.len(), usize::from(stage) + usize::from(trial), "{blocks}");
            // The refusal names the item and the map.
            let error = &report["errors"][0];
            assert!(error["message"].as_str().unwrap().starts_with("A: "), "{error}");
            assert!(error["file"].as_str().unwrap().ends_with("b.json"), "{error}");
            grant_closing(&repo, granted, "A", [&open, &closed]);
            let enough = stage != trial && (granted == "stage") == stage;
            let (verdict, ..) = checked(&repo, &["--base", "base"]);
            assert_eq!(verdict == "pass", enough, "{blocks} {granted}");
        }
    }
}

/// The arguments that ask for an action in `stage` on main.
fn asking(action: &str) -> [&str; 8] {
    let reference = "refs/heads/main";
    ["--base", "base", "--environment", "stage", "--ref", reference, "--action", action]
}

#[test]
fn a_word_that_the_policy_alone_uses_is_blocked_by_every_open_item() {
    for (blocked_by, action, blocks) in [
        ("stgae", "apply", "production"),
        ("prod", "apply", "production"),
        ("stage", "activate", "activation"),
        ("stage", "cut-over", "cutover"),
        // Its own name blocks an environment, whatever stands in blocked-by.
        ("repoint", "apply", "stage"),
    ] {
        let text = environment("stage", "b.json", &[action]);
        let text = text.replace("[\"stage\"]", &format!("[\"{blocked_by}\"]"));
        let repo = with(&policy(&[text]), &[("b.json", &map(&[("A", blocks, true)]))]);
        let (_, codes, _) = checked(&repo, &asking(action));
        assert!(codes.contains(&"blocker-open".to_owned()), "{blocked_by} {action}: {codes:?}");
    }
    // A known word that no item names is free.
    let text = environment("stage", "b.json", &["apply"]);
    let repo = with(&policy(&[text]), &[("b.json", &map(&[("A", "repoint", true)]))]);
    refused(&repo, &asking("apply"), &["grant-missing"]);
}

#[test]
fn a_policy_update_that_makes_the_word_of_an_open_item_known_is_refused() {
    let stage = environment("stage", "b.json", &ACTIONS);
    let trial = environment("trial", "b.json", &ACTIONS);
    let (here, there) = (policy(std::slice::from_ref(&stage)), policy(&[stage.clone(), trial]));
    for (blocks, codes) in [("Trial", &["words-narrowed"][..]), ("stage", &[]), ("other", &[])] {
        let repo = with(&here, &[("b.json", &map(&[("A", blocks, true)]))]);
        write(&repo, &there, &[]);
        grant_update(&repo, &here, &there);
        assert_eq!(checked(&repo, &["--base", "base"]).1, codes, "{blocks}");
    }
}

/// A map of one item with these texts; a status of `CLOSED` is by `by`.
fn one(item: &str, waits: [&str; 2], status: &str, by: &str) -> String {
    let mut text = json!({"id": "A", "item": item, "status": status, "actor_needed": waits[0],
        "next_action": waits[1], "blocks": "stage", "remark": "a note", "evidence": "minutes"});
    if status == "CLOSED" {
        text["closed_by"] = by.into();
        text["closed_at"] = "2026-11-27".into();
    }
    let open = usize::from(status != "CLOSED");
    json!({"doc": "x", "date": "x", "authority": "x", "blockers": [text],
        "newly_closed_in_this_macro": [], "partially_discharged_in_this_macro": [],
        "open_count": open, "production_work_performed": false})
    .to_string()
}

#[test]
fn what_an_item_says_changes_by_a_grant_alone() {
    let policy = policy(&[environment("stage", "b.json", &ACTIONS)]);
    let (ada, bob) = ("ada@example.org", "bob@example.org");
    let open = one("no rollback", ["owner", "prove it"], "OPEN", "");
    let closed = one("no rollback", ["owner", "prove it"], "CLOSED", ada);
    let cases: [(&str, String, bool); 9] = [
        (&open, one("a typo", ["owner", "prove it"], "OPEN", ""), true),
        (&open, one("no rollback", ["anybody", "prove it"], "OPEN", ""), true),
        (&open, one("no rollback", ["owner", "nothing"], "OPEN", ""), true),
        (&open, one("no rollback", ["owner", "prove it"], "OPEN_PARTLY", ""), false),
        (&open, open.replace("a note", "another note"), false),
        (&closed, one("no rollback", ["owner", "prove it"], "CLOSED", bob), true),
        (&closed, closed.replace("2026-11-27", "2026-11-28"), true),
        (&closed, one("no rollback", ["owner", ""], "CLOSED", ada), false),
        (&closed, open.clone(), false),
    ];
    for (old, new, is_asked) in cases {
        let repo = with(&policy, &[("b.json", old)]);
        write(&repo, &policy, &[("b.json", &new)]);
        let codes: &[&str] = if is_asked { &["grant-missing"] } else { &[] };
        assert_eq!(checked(&repo, &["--base", "base"]).1, codes, "{old} {new}");
        if is_asked {
            grant_closing(&repo, "stage", "A", [old, &new]);
            passes(&repo, &["--base", "base"]);
        }
    }
}

#[test]
fn an_item_is_closed_by_one_who_signs() {
    let policy = policy(&[environment("stage", "b.json", &ACTIONS)]);
    let open = one("x", ["owner", "act"], "OPEN", "");
    for (by, codes) in [
        ("ada@example.org", &[][..]),
        ("bob@example.org", &[]),
        ("cy@example.org", &["closed-by-other"]),
        ("the owner", &["closed-by-other"]),
    ] {
        let closed = one("x", ["owner", "act"], "CLOSED", by);
        let repo = with(&policy, &[("b.json", &open)]);
        write(&repo, &policy, &[("b.json", &closed)]);
        grant_closing(&repo, "stage", "A", [&open, &closed]);
        assert_eq!(checked(&repo, &["--base", "base"]).1, codes, "{by}");
    }
}

#[test]
fn an_item_that_is_born_closed_has_a_grant_that_a_command_writes() {
    let policy = policy(&[environment("stage", "b.json", &ACTIONS)]);
    let (old, new) =
        (map(&[("A", "stage", true)]), map(&[("A", "stage", true), ("B", "stage", false)]));
    let repo = with(&policy, &[("b.json", &old)]);
    write(&repo, &policy, &[("b.json", &new)]);
    refused(&repo, &["--base", "base"], &["grant-missing"]);
    let check = repo.run(&["check", "--base", "base"]);
    let said = check.stdout + &check.stderr;
    // The command that the refusal prints does it.
    let command = said.split("sealgate grant new ").nth(1).unwrap().lines().next().unwrap();
    assert!(command.ends_with("--blocker B"), "{command}");
    let command = command.replace("'WHY'", "minutes");
    let ran = repo.run(&[&["grant", "new"][..], &command.split(' ').collect::<Vec<_>>()].concat());
    let said = ran.stdout;
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(said.contains("(the item is new)") && !said.contains("x20"), "{said}");
    assert_eq!(checked(&repo, &["--base", "base"]).1, ["too-few-approvals"]);
}

#[test]
fn a_word_of_the_policy_is_known_and_blocks_its_own_items_alone() {
    let text = environment("stage", "b.json", &["qt001"]);
    let without = policy(&[text]);
    let with_word = canonical(&without.replacen("[[key]]", "words = [\"qt001\"]\n[[key]]", 1));
    for (policy, blocks, is_blocked) in [
        (&without, "repoint", true),
        (&with_word, "repoint", false),
        (&with_word, "QT001", true),
        (&with_word, "qt001/apply", true),
        (&with_word, "qt002", true),
    ] {
        let repo = with(policy, &[("b.json", &map(&[("A", blocks, true)]))]);
        let codes = checked(&repo, &asking("qt001")).1;
        assert_eq!(codes.contains(&"blocker-open".to_owned()), is_blocked, "{blocks}: {codes:?}");
    }
    let repo = with(&with_word, &[("b.json", &map(&[("A", "qt001", true)]))]);
    for (arguments, code) in [(&["--policy"][..], 0), (&[], 1)] {
        let check = ["blockers", "check", "b.json", "--blocks", "repoint"];
        assert_eq!(repo.run(&[&check[..], arguments].concat()).code, code);
    }
    // What becomes known by an update narrows an item that is open.
    let repo = with(&without, &[("b.json", &map(&[("A", "qt001", true)]))]);
    write(&repo, &with_word, &[]);
    grant_update(&repo, &without, &with_word);
    refused(&repo, &["--base", "base"], &["words-narrowed"]);
}
