//! Where authority bites: what `check` refuses under a policy, and what it lets pass.

#![cfg(unix)]

use std::fmt::Write as _;
use std::fs;

use sealgate_core::approval::change::{Side, of_action, of_policy, of_seal};
use sealgate_core::approval::{Binding, Grant, Moment, Procedure, Subject};
use sealgate_core::seal::entry::Digest;
use sealgate_core::seal::{Seal, SealName, read};
use serde_json::{Value, json};

use crate::authority;
use crate::authority::{Signer, canonical, policy_text, signers};
use crate::support::{Node, Repo};

/// A repository with `dist` under seal and a policy, committed and tagged `base`.
pub(crate) fn project(policy: &str) -> Repo {
    Repo::once(policy, || ruled(policy))
}

/// The same, for a policy that no other test has.
pub(crate) fn ruled(policy: &str) -> Repo {
    let repo = Repo::once("", || {
        let repo = Repo::in_git();
        let file = |text: &str| Node::File(text.as_bytes().to_vec());
        repo.build("dist", &[("app.js", file("one")), ("b.js", file("one"))]);
        repo.git(&["add", "-A"]);
        repo.seal("dist", "dist");
        repo
    });
    if !policy.is_empty() {
        fs::write(repo.at("seals/policy.toml"), policy).unwrap();
    }
    commit(&repo, "base");
    repo.git(&["tag", "base"]);
    repo
}

pub(crate) fn commit(repo: &Repo, message: &str) {
    repo.git(&["add", "-A"]);
    repo.git(&["commit", "--quiet", "--allow-empty", "-m", message]);
}

fn name() -> SealName {
    SealName::parse("dist").unwrap()
}

fn seal_of(bytes: &[u8]) -> Seal {
    read(&name(), bytes).unwrap()
}

/// The digest of what changed in the seal since `base`.
pub(crate) fn change(repo: &Repo, base: &str) -> Digest {
    let old = seal_of(&repo.git(&["show", &format!("{base}:seals/dist.toml")]));
    let new = seal_of(&fs::read(repo.at("seals/dist.toml")).unwrap());
    of_seal(&name(), Side::Seal(&old), Side::Seal(&new)).digest
}

/// Changes a file of `dist` and seals it.
pub(crate) fn reseal(repo: &Repo, file: &str, text: &str) {
    fs::write(repo.at("dist").join(file), text).unwrap();
    let ran = repo.run(&["seal", "dist"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
}

pub(crate) fn moment(offset: i64) -> Moment {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    Moment::from_seconds(now.as_secs().checked_add_signed(offset).unwrap()).unwrap()
}

/// Writes a grant with its signatures; its id.
pub(crate) fn grant(
    repo: &Repo,
    action: &str,
    subject: Subject,
    change: Digest,
    signers: &[(&str, Signer)],
) -> String {
    write(repo, &unsigned(repo, action, subject, change), signers)
}

/// A grant under the policy of the base.
fn unsigned(repo: &Repo, action: &str, subject: Subject, change: Digest) -> Grant {
    let policy = repo.git(&["show", "base:seals/policy.toml"]);
    Grant {
        repository: "example/notes".to_owned(),
        policy: Digest::of(&policy),
        action: action.to_owned(),
        subject,
        change,
        binding: None,
        procedure: Procedure::Usual,
        not_before: moment(-60),
        not_after: moment(3_600),
        evidence: None,
        reason: "the release".to_owned(),
    }
}

/// The policy of the tests, with a ledger in the clone.
pub(crate) fn policy_with_ledger() -> String {
    policy_text().replace("max-grant-hours = 48\n", "max-grant-hours = 48\nledger = \"local\"\n")
}

fn write(repo: &Repo, grant: &Grant, signers: &[(&str, Signer)]) -> String {
    let (text, id) = (grant.to_text(), grant.id().to_string());
    let place = repo.at("seals/grants");
    fs::create_dir_all(&place).unwrap();
    fs::write(place.join(format!("{id}.toml")), &text).unwrap();
    for (name, signer) in signers {
        let file = place.join(format!("{id}.{name}-key.sig"));
        fs::write(file, signer.sign(text.as_bytes())).unwrap();
    }
    id
}

pub(crate) fn dist() -> Subject {
    Subject::Seal("dist".to_owned())
}

/// Verdict and codes of a check, which must exit as the verdict says.
pub(crate) fn checked(repo: &Repo, arguments: &[&str]) -> (String, Vec<String>, Value) {
    let checked = repo.check(arguments);
    let verdict = checked.report["verdict"].as_str().unwrap().to_owned();
    let code = match &*verdict {
        "pass" => 0,
        "error" => 2,
        _ => 1,
    };
    assert_eq!(checked.code, code);
    let codes = checked.errors().iter().map(ToString::to_string).collect();
    (verdict, codes, checked.report)
}

pub(crate) fn refused(repo: &Repo, arguments: &[&str], expected: &[&str]) {
    let (verdict, codes, _) = checked(repo, arguments);
    assert_eq!((&*verdict, codes), ("refused", expected.iter().map(ToString::to_string).collect()));
}

pub(crate) fn passes(repo: &Repo, arguments: &[&str]) -> Value {
    let (verdict, codes, report) = checked(repo, arguments);
    assert_eq!((&*verdict, codes), ("pass", Vec::new()));
    report
}

#[test]
fn without_a_policy_a_check_says_nothing_of_authority() {
    let repo = project("");
    reseal(&repo, "app.js", "two");
    for arguments in [&[][..], &["--base", "base"]] {
        let report = passes(&repo, arguments);
        assert_eq!(report.get("authority"), None);
    }
}

#[test]
fn with_a_policy_a_check_without_an_environment_authorises_nothing() {
    let repo = project(&policy_text());
    for arguments in [&[][..], &["--base", "base"], &["--rev", "HEAD"], &["--base", "none"]] {
        assert_eq!(passes(&repo, arguments)["authority"], "none", "{arguments:?}");
    }
    let said = repo.run(&["check"]);
    assert!(said.stdout.contains("not checked for any environment"));
}

#[test]
fn a_reseal_needs_a_grant_of_its_own() {
    let repo = project(&policy_text());
    reseal(&repo, "app.js", "two");
    refused(&repo, &["--base", "base"], &["grant-missing"]);
    let change = change(&repo, "base");
    grant(&repo, "reseal", dist(), change, &signers()[..1]);
    refused(&repo, &["--base", "base"], &["too-few-approvals"]);
    fs::remove_dir_all(repo.at("seals/grants")).unwrap();
    grant(&repo, "reseal", dist(), change, &signers()[..2]);
    let report = passes(&repo, &["--base", "base"]);
    assert_eq!(report["authority"], "none");
    let grants = &report["seals"][0]["reseal"]["grants"];
    assert_eq!(grants[0]["approvers"], json!(["ada@example.org", "bob@example.org"]));
    assert_eq!(grants[0]["grant"].as_str().unwrap().len(), 64);
    commit(&repo, "two");
    passes(&repo, &["--base", "base", "--rev", "HEAD"]);
    // Another byte, and the grant is for something else.
    reseal(&repo, "app.js", "three");
    refused(&repo, &["--base", "base"], &["grant-other-change"]);
    let (.., report) = checked(&repo, &["--base", "base"]);
    assert_eq!(report["seals"][0]["reseal"].get("grants"), None);
}

#[test]
fn a_change_of_scope_needs_a_grant_and_passes_with_one() {
    let repo = project(&policy_text());
    let file = repo.at("seals/dist.toml");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("exclude = []", "exclude = [\n  \"b.js\",\n]")).unwrap();
    assert_eq!(repo.run(&["seal", "dist"]).code, 0);
    refused(&repo, &["--base", "base"], &["grant-missing"]);
    let change = change(&repo, "base");
    grant(&repo, "reseal", dist(), change, &signers()[..2]);
    passes(&repo, &["--base", "base"]);
    let (verdict, ..) = checked(&repo, &["--base", "base", "--on-reseal", "entries"]);
    assert_eq!(verdict, "fail");
}

#[test]
fn an_attackers_pull_request_that_edits_artifact_seal_and_policy_is_refused() {
    let repo = project(&policy_text());
    reseal(&repo, "app.js", "malware");
    let eve = [("eve", Signer::new(9))];
    let own = authority::policy_of(&eve, 1);
    fs::write(repo.at("seals/policy.toml"), &own).unwrap();
    grant(&repo, "reseal", dist(), change(&repo, "base"), &eve);
    let (old, new) = (Digest::of(policy_text().as_bytes()), Digest::of(own.as_bytes()));
    grant(&repo, "policy-update", Subject::Policy, of_policy(&old, &new).digest, &eve);
    commit(&repo, "improve performance");
    for arguments in [&["--base", "base"][..], &["--base", "base", "--rev", "HEAD"]] {
        refused(&repo, arguments, &["too-few-approvals", "signature-invalid"]);
    }
    // And so is one that takes the policy away.
    fs::remove_file(repo.at("seals/policy.toml")).unwrap();
    refused(&repo, &["--base", "base"], &["policy-deleted", "signature-invalid"]);
}

#[test]
fn a_policy_update_that_both_policies_grant_passes() {
    let repo = project(&policy_text());
    let text = policy_text().replace("max-grant-hours = 48", "max-grant-hours = 24");
    let (old, new) = (Digest::of(policy_text().as_bytes()), Digest::of(text.as_bytes()));
    fs::write(repo.at("seals/policy.toml"), &text).unwrap();
    refused(&repo, &["--base", "base"], &["grant-missing"]);
    let change = of_policy(&old, &new).digest;
    grant(&repo, "policy-update", Subject::Policy, change, &signers()[..2]);
    passes(&repo, &["--base", "base"]);
    fs::write(repo.at("seals/policy.toml"), text + "\n").unwrap();
    refused(&repo, &["--base", "base"], &["policy-invalid"]);
}

#[test]
fn a_reverted_reseal_is_a_change_that_nobody_granted() {
    let repo = project(&policy_text());
    reseal(&repo, "app.js", "two");
    grant(&repo, "reseal", dist(), change(&repo, "base"), &signers()[..2]);
    commit(&repo, "two");
    repo.git(&["tag", "after"]);
    repo.git(&["revert", "--no-edit", "HEAD"]);
    refused(&repo, &["--base", "after"], &["grant-deleted", "grant-missing"]);
    repo.git(&["checkout", "--quiet", "after", "--", "seals/grants"]);
    refused(&repo, &["--base", "after"], &["grant-missing"]);
}

#[test]
fn two_disjoint_approved_reseals_merge_without_a_new_signature() {
    let repo = project(&policy_text());
    repo.git(&["checkout", "--quiet", "-b", "two"]);
    reseal(&repo, "b.js", "two");
    grant(&repo, "reseal", dist(), change(&repo, "base"), &signers()[..2]);
    commit(&repo, "b.js");
    repo.git(&["checkout", "--quiet", "main"]);
    reseal(&repo, "app.js", "two");
    grant(&repo, "reseal", dist(), change(&repo, "base"), &signers()[1..]);
    commit(&repo, "app.js");
    // Entries that are neighbours conflict as lines do: what git would keep is written here.
    repo.git(&["checkout", "--quiet", "two"]);
    let merge = ["merge", "--quiet", "--no-edit", "-X", "ours", "main"];
    repo.git(&merge);
    assert_eq!(repo.run(&["seal", "dist"]).code, 0);
    commit(&repo, "merged");
    passes(&repo, &["--base", "main"]);
    // Both arrive in one push: each is a step with a grant of its own.
    let report = passes(&repo, &["--base", "base"]);
    let granted = |notice: &&Value| notice["code"] == "reseal-granted";
    assert_eq!(report["notices"].as_array().unwrap().iter().filter(granted).count(), 2);
}

#[test]
fn a_base_that_does_not_come_before_what_is_judged_is_refused() {
    let repo = project(&policy_text());
    repo.git(&["checkout", "--quiet", "-b", "other"]);
    commit(&repo, "other");
    repo.git(&["checkout", "--quiet", "main"]);
    refused(&repo, &["--base", "other"], &["base-not-ancestor"]);
}

#[test]
fn a_first_policy_counts_by_the_digest_that_is_named_from_outside() {
    let repo = project("");
    fs::write(repo.at("seals/policy.toml"), policy_text()).unwrap();
    commit(&repo, "a policy");
    let digest = Digest::of(policy_text().as_bytes()).to_string();
    passes(&repo, &["--base", "base", "--policy-digest", &digest]);
    let other = Digest::of(b"").to_string();
    refused(&repo, &["--base", "base", "--policy-digest", &other], &["policy-digest-differs"]);
    reseal(&repo, "app.js", "two");
    refused(&repo, &["--base", "base", "--policy-digest", &digest], &["grant-missing"]);
}

/// The arguments that ask for `action` in `environment` on main.
fn asking<'a>(environment: &'a str, action: &'a str) -> [&'a str; 8] {
    let reference = "refs/heads/main";
    ["--base", "base", "--environment", environment, "--ref", reference, "--action", action]
}

#[test]
fn an_environment_is_ruled_where_everything_is_there() {
    let repo = project(&policy_text());
    let here = ["--base", "base", "--ref", "refs/heads/main", "--environment", "production"];
    let report = passes(&repo, &here);
    assert_eq!(report["authority"]["environment"], "production");
    refused(
        &repo,
        &["--base", "base", "--ref", "refs/heads/main", "--environment", "mars"],
        &["environment-unknown"],
    );
    refused(&repo, &["--base", "base", "--environment", "production"], &["ref-unknown"]);
    refused(&repo, &["--base", "none", "--environment", "production"], &["base-missing"]);
    repo.git(&["checkout", "--quiet", "-b", "other"]);
    commit(&repo, "elsewhere");
    for (reference, code) in [
        ("refs/heads/other", "ref-not-of-environment"),
        // The commit that is judged is not on it.
        ("refs/heads/main", "ref-not-of-environment"),
        ("main", "ref-unknown"),
        ("refs/pull/1/merge", "ref-unknown"),
    ] {
        refused(
            &repo,
            &["--base", "base", "--ref", reference, "--environment", "production"],
            &[code],
        );
    }
    repo.git(&["tag", "v1"]);
    let tagged = ["--base", "base", "--ref", "refs/tags/v1", "--environment", "production"];
    refused(&repo, &tagged, &["ref-not-of-environment"]);
    repo.git(&["checkout", "--quiet", "main"]);
    refused(&repo, &tagged, &["ref-mismatch"]);
    repo.git(&["tag", "-f", "v1"]);
    passes(&repo, &tagged);
    // Merged by a second parent, the commit of the other branch was never the tip of main.
    repo.git(&["merge", "--quiet", "--no-ff", "--no-edit", "other"]);
    repo.git(&["checkout", "--quiet", "other"]);
    repo.git(&["tag", "-f", "v1"]);
    refused(&repo, &tagged, &["ref-not-of-environment"]);
}

#[test]
fn without_enforcement_or_without_a_policy_no_environment_is_ruled() {
    let repo = project(&policy_text().replace("enforced = true", "enforced = false"));
    let here = ["--base", "base", "--ref", "refs/heads/main", "--environment", "production"];
    refused(&repo, &here, &["environment-not-enforced"]);
    let repo = project("");
    refused(&repo, &here, &["policy-missing"]);
    let usage = repo.run(&["check", "--environment", "production"]);
    assert_eq!(usage.code, 2);
}

#[test]
fn an_action_takes_a_grant_for_itself_its_environment_and_these_seals() {
    let repo = project(&policy_with_ledger());
    let seals = [(name(), Digest::of(&fs::read(repo.at("seals/dist.toml")).unwrap()))];
    let tree = String::from_utf8(repo.git(&["rev-parse", "HEAD^{tree}"])).unwrap();
    let change = of_action(&seals, None, tree.trim()).digest;
    let subject = |name: &str| Subject::Environment(name.to_owned());
    refused(&repo, &asking("production", "real-run"), &["grant-missing"]);
    grant(&repo, "real-run", subject("rehearsal"), change, &signers()[..2]);
    commit(&repo, "a grant for the rehearsal");
    refused(&repo, &asking("production", "real-run"), &["grant-other-subject"]);
    grant(&repo, "apply", subject("production"), change, &signers()[..2]);
    commit(&repo, "a grant to apply");
    refused(&repo, &asking("production", "permit"), &["grant-other-action"]);
    refused(&repo, &asking("production", "reseal"), &["no-rule"]);
    refused(&repo, &asking("production", "deploy"), &["no-rule"]);
    // Nothing binds this grant to the commit.
    refused(&repo, &asking("production", "apply"), &["grant-unbound"]);
    let bound = Grant {
        binding: Some(Binding { tree: tree.trim().to_owned(), plan: None }),
        ..unsigned(&repo, "cutover", subject("production"), change)
    };
    write(&repo, &bound, &signers()[..2]);
    commit(&repo, "a grant for the cutover");
    let (verdict, codes, report) = checked(&repo, &asking("production", "cutover"));
    assert_eq!((&*verdict, &*codes[0], codes.len()), ("refused", "action-needs-use", 1));
    assert_eq!(report["authority"]["approvers"].as_array().unwrap().len(), 2);
    // That the base has it does not spend it: the ledger alone does.
    let mut later = asking("production", "cutover");
    later[1] = "HEAD";
    refused(&repo, &later, &["action-needs-use"]);
    // With a plan it is another thing.
    fs::write(repo.at("plan.txt"), "the plan").unwrap();
    let planned = [&asking("production", "apply")[..], &["--plan", "plan.txt"]].concat();
    refused(&repo, &planned, &["grant-other-change"]);
}

#[test]
fn no_grant_of_the_working_tree_hides_what_lies_beside_it() {
    let repo = project(&policy_text());
    reseal(&repo, "app.js", "two");
    let id = grant(&repo, "reseal", dist(), change(&repo, "base"), &signers()[..2]);
    for stray in ["notes.txt", "x.toml", &format!("{}.toml", &id[1..]), &format!("{id}..sig")] {
        let path = repo.at("seals/grants").join(stray);
        fs::write(&path, "").unwrap();
        refused(&repo, &["--base", "base"], &["grants-stray"]);
        fs::remove_file(path).unwrap();
    }
    let file = repo.at("seals/grants").join(format!("{id}.toml"));
    let aside = repo.at("aside.toml");
    fs::rename(&file, &aside).unwrap();
    std::os::unix::fs::symlink(&aside, &file).unwrap();
    refused(&repo, &["--base", "base"], &["grants-stray"]);
}

pub(crate) const SEVEN: &str = include_str!("../../fixtures/blockers.json");

/// The policy of the tests with an environment `production-ci` that the map of seven blocks.
pub(crate) fn blocked_policy(enforced: bool) -> String {
    let environment = format!(
        "[[environment]]\nname = \"production-ci\"\nbranches = [\"main\"]\nenforced = {enforced}\n\
         blockers = \"blockers.json\"\nblocked-by = [\"production-ci\"]\n"
    );
    let mut text = policy_text() + &environment;
    for action in ["close-blocker", "apply"] {
        write!(
            text,
            "[[rule]]\naction = \"{action}\"\nenvironment = \"production-ci\"\n\
             approvers = [\"ada@example.org\", \"bob@example.org\"]\nthreshold = 2\n"
        )
        .unwrap();
    }
    canonical(&text)
}

#[test]
fn the_map_of_seven_refuses_production_ci_until_its_item_is_closed_and_it_is_enforced() {
    let repo = project("");
    fs::write(repo.at("seals/policy.toml"), blocked_policy(false)).unwrap();
    fs::write(repo.at("blockers.json"), SEVEN).unwrap();
    commit(&repo, "a policy");
    repo.git(&["tag", "-f", "base"]);
    let ci = ["--ref", "refs/heads/main", "--environment", "production-ci", "--base"];
    let asked = |base: &'static str| [&ci[..], &[base]].concat();
    refused(&repo, &asked("base"), &["environment-not-enforced", "blocker-open"]);
    // Closing the item in the map takes a grant.
    let mut map: Value = serde_json::from_str(SEVEN).unwrap();
    let items = map["blockers"].as_array_mut().unwrap();
    let item = items.iter_mut().find(|item| item["id"] == "FIX7-P0-PROD-CI-SCOPE-1").unwrap();
    item["status"] = "CLOSED".into();
    item["closed_by"] = "ada@example.org".into();
    item["closed_at"] = "2026-11-27".into();
    map["open_count"] = 6.into();
    fs::write(repo.at("blockers.json"), serde_json::to_string_pretty(&map).unwrap()).unwrap();
    refused(&repo, &["--base", "base"], &["grant-missing"]);
    // So does enforcing the environment.
    fs::write(repo.at("seals/policy.toml"), blocked_policy(true)).unwrap();
    refused(&repo, &["--base", "base"], &["grant-missing", "grant-missing"]);
    let (old, new) = (blocked_policy(false), blocked_policy(true));
    let change = of_policy(&Digest::of(old.as_bytes()), &Digest::of(new.as_bytes())).digest;
    grant(&repo, "policy-update", Subject::Policy, change, &signers()[..2]);
    let (_, _, report) = checked(&repo, &["--base", "base"]);
    assert_eq!(report["errors"].as_array().unwrap().len(), 1);
    let subject = Subject::Environment("production-ci".to_owned());
    let change = sealgate::ops::authorize::closing(
        "blockers.json",
        "FIX7-P0-PROD-CI-SCOPE-1",
        &[SEVEN.as_bytes(), &fs::read(repo.at("blockers.json")).unwrap()],
    );
    grant(&repo, "close-blocker", subject, change.unwrap(), &signers()[..2]);
    passes(&repo, &["--base", "base"]);
    commit(&repo, "the item is closed, and the environment enforced");
    repo.git(&["tag", "closed"]);
    let report = passes(&repo, &asked("closed"));
    assert_eq!(report["authority"]["environment"], "production-ci");
    // Every action that touches the database stays refused.
    for action in ["real-run", "cutover", "apply", "permit", "activation", "repoint"] {
        let asked = [&asked("closed")[..], &["--action", action]].concat();
        let (verdict, codes, _) = checked(&repo, &asked);
        assert_eq!(verdict, "refused", "{action}");
        assert!(codes.iter().any(|code| code == "blocker-open"), "{action}: {codes:?}");
    }
}

#[test]
fn each_of_the_seven_items_states_what_it_waits_for() {
    let repo = project("");
    let all = r#"["activation", "apply", "cutover", "permit", "production", "production-ci", "real-run", "repoint"]"#;
    let policy = blocked_policy(true)
        .replace(r#"blocked-by = ["production-ci"]"#, &format!("blocked-by = {all}"));
    fs::write(repo.at("seals/policy.toml"), canonical(&policy)).unwrap();
    fs::write(repo.at("blockers.json"), SEVEN).unwrap();
    commit(&repo, "a policy");
    repo.git(&["tag", "-f", "base"]);
    let asked = ["--ref", "refs/heads/main", "--environment", "production-ci", "--base", "base"];
    let (verdict, codes, report) = checked(&repo, &asked);
    assert_eq!((&*verdict, codes), ("refused", vec!["blocker-open".to_owned(); 7]));
    let map: Value = serde_json::from_str(SEVEN).unwrap();
    let errors = report["errors"].as_array().unwrap();
    for (item, error) in map["blockers"].as_array().unwrap().iter().zip(errors) {
        let text = |key: &str| item[key].as_str().unwrap();
        let message = format!("{} blocks production-ci: {}", text("id"), text("item"));
        assert_eq!(error["message"], message);
        let waits_for = format!("{}: {}", text("actor_needed"), text("next_action"));
        assert_eq!(error["remedy"], waits_for);
    }
}

#[test]
fn every_format_tells_why_it_is_refused() {
    let repo = project(&policy_text());
    reseal(&repo, "app.js", "two");
    for format in ["human", "json", "github", "markdown", "sarif", "junit", "codequality"] {
        let ran = repo.run(&["check", "--base", "base", "--format", format]);
        assert_eq!(ran.code, 1, "{format}: {}", ran.stderr);
        let said = ran.stdout.clone() + &ran.stderr;
        assert!(said.contains("there is no grant for reseal of the seal dist"), "{format}: {said}");
    }
}

/// Writes the reports of two shares of a check with `arguments`.
pub(crate) fn shares(repo: &Repo, arguments: &[&str]) {
    for share in ["1", "2"] {
        let (slice, report) = (format!("slice:{share}/2"), format!("json={share}.json"));
        repo.run(&[&["check", "--partition", &slice, "--report", &report], arguments].concat());
    }
}

pub(crate) fn merged(repo: &Repo) -> (i32, String, Vec<String>, Value) {
    let ran = repo.run(&["merge-reports", "1.json", "2.json", "--format", "json"]);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    let codes = report["errors"].as_array().unwrap().iter();
    let codes = codes.map(|error| error["code"].as_str().unwrap().to_owned()).collect();
    (ran.code, report["verdict"].as_str().unwrap().to_owned(), codes, report)
}

#[test]
fn merging_asks_the_policy_again_and_believes_no_report_about_it() {
    let repo = project(&policy_text());
    reseal(&repo, "app.js", "two");
    shares(&repo, &["--base", "base"]);
    let (code, verdict, codes, _) = merged(&repo);
    assert_eq!((code, &*verdict, codes), (1, "refused", vec!["grant-missing".to_owned()]));
    // Reports that leave out why they were refused.
    for share in ["1.json", "2.json"] {
        let text = fs::read_to_string(repo.at(share)).unwrap();
        let mut report: Value = serde_json::from_str(&text).unwrap();
        report["errors"] = Value::Array(Vec::new());
        report["verdict"] = "pass".into();
        fs::write(repo.at(share), report.to_string()).unwrap();
    }
    let (code, verdict, codes, _) = merged(&repo);
    assert_eq!((code, &*verdict, codes), (1, "refused", vec!["grant-missing".to_owned()]));
    grant(&repo, "reseal", dist(), change(&repo, "base"), &signers()[..2]);
    shares(&repo, &["--base", "base"]);
    let (code, verdict, codes, report) = merged(&repo);
    assert_eq!((code, &*verdict, codes), (0, "pass", Vec::new()));
    assert_eq!(report["authority"], "none");
}

#[test]
fn a_refusal_that_merging_cannot_see_is_an_error() {
    let repo = project(&policy_text());
    reseal(&repo, "app.js", "two");
    shares(&repo, &["--base", "base"]);
    grant(&repo, "reseal", dist(), change(&repo, "base"), &signers()[..2]);
    let (code, verdict, codes, _) = merged(&repo);
    assert_eq!((code, &*verdict), (2, "error"), "{codes:?}");
    assert!(codes.iter().all(|code| code == "report-of-error"), "{codes:?}");
}

#[test]
fn no_merged_verdict_rules_an_environment() {
    let repo = project(&policy_text());
    repo.run(&[&["check", "--report", "json=1.json"][..], &asking("production", "apply")].concat());
    let ran = repo.run(&["merge-reports", "1.json", "--format", "json"]);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((ran.code, &report["errors"][0]["code"]), (2, &"report-of-environment".into()));
}

/// Artifact, seal and policy of somebody who has no key, in commits that are signed by nobody.
fn evil(repo: &Repo) {
    repo.git(&["checkout", "--quiet", "-b", "evil"]);
    reseal(repo, "app.js", "evil");
    commit(repo, "evil");
}

#[test]
fn a_tag_named_like_the_branch_of_the_base_does_not_take_its_place() {
    let repo = project(&policy_text());
    evil(&repo);
    let asked = ["check", "--base", "main", "--rev", "HEAD"];
    assert_eq!(repo.run(&asked).code, 1);
    repo.git(&["tag", "main"]);
    let ran = repo.run(&asked);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("refs/tags/main, refs/heads/main"), "{}", ran.stderr);
    refused(&repo, &["--base", "refs/heads/main", "--rev", "HEAD"], &["grant-missing"]);
}

#[test]
fn no_ref_stands_for_a_branch_of_the_remote_that_is_not_here() {
    let repo = project(&policy_text());
    repo.git(&["checkout", "--quiet", "-b", "other"]);
    commit(&repo, "elsewhere");
    let here = ["--base", "base", "--ref", "refs/heads/main", "--environment", "production"];
    refused(&repo, &here, &["ref-not-of-environment"]);
    for forged in ["refs/tags/refs/remotes/origin/main", "refs/heads/refs/remotes/origin/main"] {
        repo.git(&["update-ref", forged, "HEAD"]);
        refused(&repo, &here, &["ref-not-of-environment"]);
    }
    repo.git(&["update-ref", "refs/remotes/origin/main", "base"]);
    refused(&repo, &here, &["ref-not-of-environment"]);
}

#[test]
fn what_is_not_committed_rules_nowhere() {
    let repo = project(&policy_text());
    let here = ["--base", "base", "--ref", "refs/heads/main", "--environment", "production"];
    reseal(&repo, "app.js", "two");
    grant(&repo, "reseal", dist(), change(&repo, "base"), &signers()[..2]);
    passes(&repo, &["--base", "base"]);
    refused(&repo, &here, &["not-committed"]);
    commit(&repo, "two");
    passes(&repo, &here);
}

#[test]
fn who_may_close_an_item_for_a_rehearsal_closes_none_that_blocks_an_action_elsewhere() {
    let repo = project("");
    let environment = |name: &str| {
        format!(
            "[[environment]]\nname = \"{name}\"\nbranches = [\"main\"]\nenforced = true\n\
             blockers = \"blockers.json\"\nblocked-by = [\"{name}\"]\n"
        )
    };
    let rule = |action: &str, name: &str| {
        format!(
            "[[rule]]\naction = \"{action}\"\nenvironment = \"{name}\"\n\
             approvers = [\"ada@example.org\", \"bob@example.org\"]\nthreshold = 2\n"
        )
    };
    let mut policy = policy_text();
    for name in ["stage", "trial"] {
        policy += &environment(name);
        policy += &rule("close-blocker", name);
    }
    policy += &rule("apply", "stage");
    fs::write(repo.at("seals/policy.toml"), canonical(&policy)).unwrap();
    let mut map: Value = serde_json::from_str(SEVEN).unwrap();
    map["blockers"][0]["blocks"] = "trial/apply".into();
    let open = serde_json::to_string_pretty(&map).unwrap();
    fs::write(repo.at("blockers.json"), &open).unwrap();
    commit(&repo, "a policy");
    repo.git(&["tag", "-f", "base"]);
    let id = map["blockers"][0]["id"].as_str().unwrap().to_owned();
    map["blockers"][0]["status"] = "CLOSED".into();
    map["blockers"][0]["closed_by"] = "bob@example.org".into();
    map["blockers"][0]["closed_at"] = "2026-11-27".into();
    map["open_count"] = 6.into();
    let closed = serde_json::to_string_pretty(&map).unwrap();
    fs::write(repo.at("blockers.json"), &closed).unwrap();
    let both = [open.as_bytes(), closed.as_bytes()];
    let change = sealgate::ops::authorize::closing("blockers.json", &id, &both).unwrap();
    let subject = |name: &str| Subject::Environment(name.to_owned());
    grant(&repo, "close-blocker", subject("trial"), change, &signers()[..2]);
    refused(&repo, &["--base", "base"], &["grant-other-subject"]);
    grant(&repo, "close-blocker", subject("stage"), change, &signers()[..2]);
    passes(&repo, &["--base", "base"]);
}

/// A map of `number` items of production-ci, closed or open.
pub(crate) fn map_of(number: usize, closed: bool) -> String {
    let mut map: Value = serde_json::from_str(SEVEN).unwrap();
    let mut item = map["blockers"][0].clone();
    item["blocks"] = "production-ci".into();
    if closed {
        item["status"] = "CLOSED".into();
        item["closed_by"] = "ada@example.org".into();
        item["closed_at"] = "2026-11-27".into();
    }
    let named = |at: usize| {
        let mut item = item.clone();
        item["id"] = format!("B{at}").into();
        item
    };
    map["blockers"] = (0..number).map(named).collect();
    map["open_count"] = if closed { 0 } else { number }.into();
    for list in ["newly_closed_in_this_macro", "partially_discharged_in_this_macro"] {
        map[list] = Value::Array(Vec::new());
    }
    map.to_string()
}

#[test]
fn a_long_list_of_refusals_ends_with_how_many_are_left_out() {
    let repo = project("");
    fs::write(repo.at("seals/policy.toml"), blocked_policy(false)).unwrap();
    fs::write(repo.at("blockers.json"), map_of(1_040, false)).unwrap();
    commit(&repo, "a policy");
    repo.git(&["tag", "-f", "base"]);
    for (items, listed) in [(1_000, 1_000), (1_040, 1_001)] {
        let map = map_of(items, true);
        fs::write(repo.at("blockers.json"), &map).unwrap();
        // The others are open as they were.
        let mut map: Value = serde_json::from_str(&map).unwrap();
        let old: Value = serde_json::from_str(&map_of(1_040, false)).unwrap();
        let rest = &old["blockers"].as_array().unwrap()[items..];
        map["blockers"].as_array_mut().unwrap().extend(rest.iter().cloned());
        map["open_count"] = rest.len().into();
        fs::write(repo.at("blockers.json"), map.to_string()).unwrap();
        let (verdict, codes, report) = checked(&repo, &["--base", "base"]);
        assert_eq!((&*verdict, codes.len()), ("refused", listed));
        let last = &report["errors"][listed - 1];
        let left_out = last["message"].as_str().unwrap().contains("40 more");
        assert_eq!((last["code"] == "refusals-left-out", left_out), (items > 1_000, items > 1_000));
    }
}

#[test]
fn no_further_map_is_compared_after_a_number_of_bytes() {
    let repo = project("");
    let mut text = policy_text();
    for at in 0..20 {
        write!(
            text,
            "[[environment]]\nname = \"e{at}\"\nbranches = [\"main\"]\nenforced = true\n\
             blockers = \"maps/{at}.json\"\nblocked-by = [\"e{at}\"]\n"
        )
        .unwrap();
    }
    fs::write(repo.at("seals/policy.toml"), canonical(&text)).unwrap();
    fs::create_dir(repo.at("maps")).unwrap();
    // White space costs nothing to parse, and has to be read all the same.
    let long = |closed| {
        let map = map_of(1, closed);
        let space = " ".repeat((1 << 20) - 1 - map.len());
        map + &space
    };
    for closed in [false, true] {
        for at in 0..20 {
            fs::write(repo.at(format!("maps/{at}.json")), long(closed)).unwrap();
        }
        commit(&repo, "maps");
        if !closed {
            repo.git(&["tag", "-f", "base"]);
        }
    }
    let (_, codes, _) = checked(&repo, &["--base", "base"]);
    let number = |code: &str| codes.iter().filter(|found| *found == code).count();
    // 16 maps and a few bytes: old and new have a mebibyte each.
    assert_eq!((number("no-rule"), number("blockers-too-large")), (17, 1), "{codes:?}");
}
