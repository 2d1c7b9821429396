//! `policy` and `grant` as people run them.

#![cfg(unix)]

use std::fs;
use std::process::Command;

use sealgate_core::approval::Policy;
use sealgate_core::seal::entry::Digest;

use crate::authority::{Signer, canonical, policy_of, policy_text, signers};
use crate::authority_checks::commit;
use crate::support;
use crate::support::{Node, Repo, Run, make_fifo};

/// A repository whose seal `dist` changed since `base`, under `policy`.
fn changed(policy: &str) -> Repo {
    Repo::once(policy, || {
        let repo = Repo::in_git();
        repo.build("dist", &[("app.js", Node::File(b"one".to_vec()))]);
        repo.git(&["add", "-A"]);
        repo.seal("dist", "dist");
        fs::write(repo.at("seals/policy.toml"), policy).unwrap();
        repo.git(&["add", "-A"]);
        repo.git(&["commit", "--quiet", "-m", "base"]);
        repo.git(&["tag", "base"]);
        reseal(&repo, "two");
        repo
    })
}

fn reseal(repo: &Repo, text: &str) {
    fs::write(repo.at("dist/app.js"), text).unwrap();
    assert_eq!(repo.run(&["seal", "dist"]).code, 0);
}

const NEW: [&str; 6] = ["grant", "new", "reseal", "--seal", "dist", "--base"];

/// Writes a grant for the change since `base`; its id.
fn new(repo: &Repo, reason: &str) -> String {
    let ran = repo.run(&[&NEW[..], &["base", "--reason", reason]].concat());
    let said = told(&ran, 0);
    assert!(said.contains("app.js"), "{said}");
    let file = said.lines().find_map(|line| line.strip_prefix("wrote seals/grants/")).unwrap();
    file.strip_suffix(".toml").unwrap().to_owned()
}

/// What was said, by a run that ended as it should.
fn told(ran: &Run, code: i32) -> String {
    let said = ran.stdout.clone() + &ran.stderr;
    assert_eq!(ran.code, code, "{said}");
    said
}

fn refuses(repo: &Repo, arguments: &[&str], code: i32, why: &str) {
    let said = told(&repo.run(arguments), code);
    assert!(said.contains(why), "{arguments:?}: {said}");
}

const SHOW: [&str; 4] = ["grant", "show", "--base", "base"];

#[test]
fn a_sound_policy_has_a_digest_and_keys_for_openssh() {
    let repo = changed(&policy_text());
    assert!(told(&repo.run(&["policy", "check"]), 0).contains("is sound: 3 keys"));
    let digest = Digest::of(policy_text().as_bytes());
    assert_eq!(told(&repo.run(&["policy", "digest"]), 0), format!("{digest}\n"));
    let allowed = Policy::read(policy_text().as_bytes()).unwrap().allowed_signers();
    assert_eq!(told(&repo.run(&["policy", "export-allowed-signers"]), 0), allowed);
    assert_eq!(allowed.lines().count(), 3);
}

#[test]
fn a_policy_that_is_not_sound_is_refused_with_its_line() {
    let repo = changed(&policy_text());
    for (text, why) in [
        (policy_text().replace("touch = false", "tuch = false"), "tuch"),
        (policy_text().replace("max-grant-hours = 48", "max-grant-hours  = 48"), "line 4"),
        ("\u{1b}[31m".repeat(9), "line 1"),
        ("x = [".repeat(50_000), "policy"),
        (String::new(), "policy"),
    ] {
        fs::write(repo.at("seals/policy.toml"), text).unwrap();
        for command in ["check", "digest", "export-allowed-signers"] {
            let ran = repo.run(&["policy", command]);
            let said = told(&ran, 2);
            assert!(said.contains(why) && !said.contains('\u{1b}'), "{said}");
        }
    }
    let unknown = format!("surprise = 1\n{}", policy_text());
    fs::write(repo.at("seals/policy.toml"), unknown).unwrap();
    refuses(&repo, &["policy", "check"], 2, "line 1");
    fs::remove_file(repo.at("seals/policy.toml")).unwrap();
    refuses(&repo, &["policy", "check"], 2, "there is no policy");
}

/// What is changed in a policy, and what a check of it names.
type FaultCase<'a> = (&'a [(&'a str, &'a str)], &'a [&'a str]);

#[test]
fn a_check_of_the_policy_names_everything_that_is_wrong() {
    let repo = changed(&policy_text());
    let cases: [FaultCase<'_>; 4] = [
        (
            &[
                ("max-grant-hours = 48", "max-grant-hours = 0"),
                ("threshold = 2", "threshold = 9"),
                ("name = \"bob-key\"", "name = \"bob_key\""),
                ("\"cy@example.org\"]", "\"cy@example.org\", \"eve@example.org\"]"),
                ("branches = [\"main\"]", "branches = []"),
            ],
            &[
                "max-grant-hours is 0",
                "the threshold 9",
                "key \"bob_key\"",
                "eve@example.org",
                "environment production: branches",
            ],
        ),
        (
            &[
                ("max-grant-hours = 48", "max-grant-hours = \"48\""),
                ("touch = false", "tuch = false"),
                ("threshold = 2", "threshold = -1"),
                ("enforced = true", "enforced = 1\nmode = 2"),
            ],
            &[
                "line 4: max-grant-hours of the policy must be a whole number",
                "a [[key]] has no touch",
                "unknown key \"tuch\" in a [[key]], which has name, principal",
                "threshold of a [[rule]] must be",
                "enforced of a [[environment]] must be true or false",
                "unknown key \"mode\"",
            ],
        ),
        // What cannot be read hides no other thing, and is not held against what names it.
        (
            &[("ssh-ed25519 ", "ssh-rsa "), ("max-grant-hours = 48", "max-grant-hours = 0")],
            &["key ada-key", "max-grant-hours is 0"],
        ),
        // The form, beside what is wrong.
        (
            &[("max-grant-hours = 48", "max-grant-hours  = 0")],
            &["max-grant-hours is 0", "line 4: \"max-grant-hours  = 0\" stands where"],
        ),
    ];
    for (changes, expected) in cases {
        let text = changes.iter().fold(policy_text(), |text, (old, new)| {
            assert!(text.contains(old), "{old}");
            text.replacen(old, new, 1)
        });
        fs::write(repo.at("seals/policy.toml"), text).unwrap();
        let said = told(&repo.run(&["policy", "check"]), 2);
        for words in expected {
            assert!(said.contains(words), "{words}: {said}");
        }
        assert_eq!(said.matches("error: ").count(), expected.len(), "{said}");
    }
}

#[test]
fn what_a_policy_lacks_is_a_warning() {
    let of = |text: &str| {
        let repo = changed(&canonical(text));
        told(&repo.run(&["policy", "check"]), 0)
    };
    let text = policy_text();
    for (from, to, expected) in [
        ("", "", "there is no break-glass rule: in an emergency too, activation in production and"),
        ("", "", "there is no ledger, so every action is refused"),
        ("threshold = 2", "threshold = 3", "policy-update takes all 3 of its approvers"),
        (
            "enforced = true",
            "enforced = true\nblockers = \"b.json\"\nblocked-by = [\"x\"]",
            "warning: b.json: the blocker map is not there; its environments stay closed",
        ),
        (
            "name = \"production\"\nbranches = [\"main\"]\nenforced = true",
            "name = \"other\"\nbranches = [\"main\"]\nenforced = true\nblockers = \"b.json\"\n\
             blocked-by = [\"other\"]\n[[environment]]\nname = \"production\"\n\
             branches = [\"main\"]\nenforced = true",
            "other has a blocker map and no rule for close-blocker: nobody can close an item",
        ),
        // Two of two, one of whom cannot sign any more.
        (
            "touch = false",
            "not-after = \"2026-01-01T00:00:00Z\"\ntouch = false",
            "the key ada-key of ada@example.org ended at 2026-01-01T00:00:00Z: it signs nothing",
        ),
    ] {
        let said = of(&text.replace(from, to));
        assert!(said.contains(expected), "{expected}: {said}");
    }
    let two = text
        .replacen("touch = false", "not-after = \"2026-01-01T00:00:00Z\"\ntouch = false", 1)
        .replace(", \"cy@example.org\"", "");
    let said = of(&two);
    let deadlock = "nobody can permit reseal of *: it takes 2 approvals, and 1 of the approvers have \
                    a key that counts";
    assert!(said.contains(deadlock), "{said}");
    // A rule for emergencies and a ledger leave nothing to say of these.
    let glass = "[[rule]]\naction = \"reseal\"\nseals = [\"*\"]\napprovers = [\"ada@example.org\"]\n\
                 threshold = 1\nbreak-glass = true\n";
    let full = text.replacen("= 48\n", "= 48\nledger = \"local\"\n", 1) + glass;
    let said = of(&full);
    assert!(!said.contains("no break-glass") && !said.contains("no ledger"), "{said}");
}

/// The most commands that a team needs from no policy to its first granted reseal.
const MOST_COMMANDS: usize = 8;

#[test]
#[ignore = "needs ssh-keygen"]
fn a_team_comes_from_no_policy_to_a_granted_reseal_in_a_few_commands() {
    let repo = Repo::in_git();
    repo.build("dist", &[("app.js", Node::File(b"one".to_vec()))]);
    repo.git(&["add", "-A"]);
    repo.seal("dist", "dist");
    commit(&repo, "a seal");
    let keys = tempfile::tempdir().unwrap();
    let at = |name: &str| keys.path().join(name).to_str().unwrap().to_owned();
    for name in ["ada", "bob", "cy"] {
        let mut make = Command::new("ssh-keygen");
        make.args(["-q", "-t", "ed25519", "-N", "", "-C", "", "-f"]).arg(at(name));
        assert!(make.status().unwrap().success());
    }
    let approver = |name: &str| format!("--approver={name}@example.org={}.pub", at(name));
    let sign = |name: &str| format!("sealgate grant sign --base HEAD --yes --key {}", at(name));
    let commands = [
        format!(
            "sealgate policy new --repository example/notes {} {} {}",
            approver("ada"),
            approver("bob"),
            approver("cy")
        ),
        "git add -A".to_owned(),
        "git commit --quiet --message policy".to_owned(),
        "sealgate seal dist".to_owned(),
        "sealgate grant new --all --base HEAD --reason release".to_owned(),
        sign("ada"),
        sign("bob"),
        "sealgate check --base HEAD".to_owned(),
    ];
    assert!(commands.len() <= MOST_COMMANDS);
    for (number, command) in commands.iter().enumerate() {
        if number == 3 {
            // The release: it is built, whoever approves it.
            fs::write(repo.at("dist/app.js"), "two").unwrap();
        }
        let words: Vec<&str> = command.split(' ').collect();
        match words[0] {
            "git" => drop(repo.git(&words[1..])),
            _ => drop(told(&repo.run(&words[1..]), 0)),
        }
    }
    let report = repo.check(&["--base", "HEAD"]).report;
    let approvers = &report["seals"][0]["reseal"]["grants"][0]["approvers"];
    assert_eq!(approvers, &serde_json::json!(["ada@example.org", "bob@example.org"]));
}

#[test]
fn the_report_names_the_grant_of_each_reseal_that_is_granted_and_of_no_other() {
    let repo = Repo::in_git();
    for name in ["dist", "site"] {
        repo.build(name, &[("a", Node::File(b"one".to_vec()))]);
    }
    repo.git(&["add", "-A"]);
    repo.seal("dist", "dist");
    repo.seal("site", "site");
    fs::write(repo.at("seals/policy.toml"), policy_text()).unwrap();
    commit(&repo, "base");
    repo.git(&["tag", "base"]);
    for name in ["dist", "site"] {
        fs::write(repo.at(name).join("a"), "two").unwrap();
        told(&repo.run(&["seal", name]), 0);
    }
    let all = ["grant", "new", "--all", "--base", "base", "--reason", "both"];
    let said = told(&repo.run(&all), 0);
    let ids: Vec<&str> = said
        .lines()
        .filter_map(|line| line.strip_prefix("wrote seals/grants/")?.strip_suffix(".toml"))
        .collect();
    let of = |name: &str| {
        ids.iter().copied().find(|id| {
            let text = fs::read_to_string(repo.at(format!("seals/grants/{id}.toml"))).unwrap();
            text.contains(&format!("seal = \"{name}\""))
        })
    };
    let (dist, site) = (of("dist").unwrap(), of("site").unwrap());
    for (id, approvers) in [(dist, 2), (site, 1)] {
        let bytes = fs::read(repo.at(format!("seals/grants/{id}.toml"))).unwrap();
        for (name, signer) in &signers()[..approvers] {
            let file = repo.at(format!("seals/grants/{id}.{name}-key.sig"));
            fs::write(file, signer.sign(&bytes)).unwrap();
        }
    }
    let checked = repo.check(&["--base", "base"]);
    assert_eq!(checked.errors(), ["too-few-approvals"]);
    let seals = checked.report["seals"].as_array().unwrap();
    let granted =
        serde_json::json!([{"grant": dist, "approvers": ["ada@example.org", "bob@example.org"]}]);
    assert_eq!(seals[0]["reseal"]["grants"], granted);
    assert!(seals[1]["reseal"].get("grants").is_none(), "{}", seals[1]);
    // The refusal names the seal and the grant, and its remedy the base.
    let error = &checked.report["errors"][0];
    assert_eq!(error["seal"], "site");
    let (message, remedy) = (error["message"].as_str().unwrap(), error["remedy"].as_str().unwrap());
    assert!(
        message.contains(&site[..10]) && remedy.contains(&format!("{site} --base base")),
        "{error}"
    );
}

#[test]
fn a_grant_is_shown_in_words_and_counts_with_its_signatures() {
    let repo = changed(&policy_text());
    let id = new(&repo, "the release");
    let shown = told(&repo.run(&SHOW), 0);
    for words in ["permits reseal of the seal dist", "because the release", "changed  app.js"] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    let begun = ["grant", "show", &id[..10], "--base", "base"];
    assert_eq!(told(&repo.run(&begun), 0), shown);
    let verify = ["grant", "verify", "--base", "base"];
    refuses(&repo, &verify, 1, "0 of the 2 approvals");
    let bytes = fs::read(repo.at(format!("seals/grants/{id}.toml"))).unwrap();
    for (name, signer) in &signers()[..2] {
        let file = repo.at(format!("seals/grants/{id}.{name}-key.sig"));
        fs::write(file, signer.sign(&bytes)).unwrap();
    }
    refuses(&repo, &verify, 0, "counts: ada@example.org and bob@example.org");
    refuses(&repo, &["grant", "list"], 0, "signed by ada-key, bob-key");
    // Once the base has it, it must be named.
    repo.git(&["add", "-A"]);
    repo.git(&["commit", "--quiet", "-m", "two"]);
    refuses(
        &repo,
        &["grant", "verify", "--base", "HEAD"],
        2,
        "no grant here that the base has not",
    );
}

#[test]
fn nobody_is_shown_a_change_that_git_does_not_tell() {
    let repo = changed(&policy_text());
    refuses(&repo, &SHOW, 2, "no grant here");
    let id = new(&repo, "the release");
    refuses(&repo, &["grant", "show", "--base", "none-such"], 2, "no commit");
    refuses(&repo, &["grant", "show", "ffff", "--base", "base"], 2, "the beginning of no grant");
    let file = repo.at(format!("seals/grants/{id}.toml"));
    let text = fs::read_to_string(&file).unwrap();
    for (tampered, why) in [
        (text.replace("the release", "the lease"), "not its digest"),
        (text.replace("reason", "season"), "season"),
        ("\u{1b}[31m = 1".to_owned(), "make a new one"),
        (String::new(), "make a new one"),
    ] {
        fs::write(&file, &tampered).unwrap();
        for command in ["show", "verify"] {
            refuses(&repo, &["grant", command, "--base", "base"], 2, why);
        }
        assert!(!told(&repo.run(&["grant", "list"]), 0).contains('\u{1b}'));
    }
    fs::write(&file, text).unwrap();
    reseal(&repo, "three");
    refuses(&repo, &SHOW, 2, "not the one between base and here");
    // Of two that the base has not, none is guessed.
    new(&repo, "another");
    refuses(&repo, &SHOW, 2, "several");
}

#[test]
fn text_that_a_grant_brings_is_escaped() {
    let repo = changed(&policy_text());
    new(&repo, "\u{1b}[2Jgood \u{202e}news");
    let shown = told(&repo.run(&SHOW), 0);
    assert!(!shown.contains('\u{1b}') && !shown.contains('\u{202e}'), "{shown:?}");
    assert!(shown.contains("news"), "{shown}");
}

#[test]
fn what_is_no_grant_is_not_written() {
    let repo = changed(&policy_text());
    let long = "r".repeat(5_000);
    for arguments in [
        &["base", "--reason", ""][..],
        &["base", "--reason", &long],
        &["base", "--reason", "x", "--hours", "0"],
        &["base", "--reason", "x", "--evidence", "none-such"],
        &["base", "--reason", "x", "--environment", "production"],
        &["none-such", "--reason", "x"],
    ] {
        told(&repo.run(&[&NEW[..], arguments].concat()), 2);
    }
    for action in ["policy-update", "Apply", "", "close-blocker"] {
        told(&repo.run(&["grant", "new", action, "--base", "base", "--reason", "x"]), 2);
    }
    assert!(!repo.at("seals/grants").exists());
}

#[test]
fn a_plan_that_is_not_a_regular_file_is_refused_and_not_waited_for() {
    let repo = changed(&policy_text());
    make_fifo(&repo.at("fifo"));
    for plan in ["fifo", "dist", "/dev/zero"] {
        let arguments = ["base", "--reason", "x", "--plan", plan];
        let why = format!("--plan {plan}: it is not a regular file");
        refuses(&repo, &[&NEW[..], &arguments].concat(), 2, &why);
    }
}

#[test]
#[ignore = "needs ssh-keygen"]
fn a_key_of_the_policy_signs_beside_the_grant_and_no_other_does() {
    let scratch = tempfile::tempdir().unwrap();
    let key = |name: &str| {
        let file = scratch.path().join(name);
        let made = Command::new("ssh-keygen")
            .args(["-q", "-t", "ed25519", "-N", "", "-C", "", "-f"])
            .arg(&file)
            .status();
        assert!(made.unwrap().success());
        file.to_str().unwrap().to_owned()
    };
    let (ada, eve) = (key("ada"), key("eve"));
    let line = fs::read_to_string(format!("{ada}.pub")).unwrap();
    let text = policy_of(&[("ada", Signer::new(1))], 1);
    let repo = changed(&canonical(&text.replace(&Signer::new(1).line(), line.trim_end())));
    let id = new(&repo, "the release");
    let sign = |key: &str, code, why: &str| {
        refuses(&repo, &["grant", "sign", "--base", "base", "--yes", "--key", key], code, why);
    };
    sign(&eve, 2, "not in the policy");
    sign("/nonexistent", 2, "ssh-keygen");
    let files = || fs::read_dir(repo.at("seals/grants")).unwrap().count();
    assert_eq!(files(), 1);
    // The first digits are no consent; the whole id is.
    let by = |id: &str| ["grant", "sign", id, "--base", "base", "--key", &ada].map(str::to_owned);
    let run = |id: &str, code, why: &str| {
        let arguments = by(id);
        refuses(&repo, &arguments.each_ref().map(String::as_str), code, why);
    };
    run(&id[..20], 2, "nothing was signed");
    assert_eq!(files(), 1);
    run(&id, 0, "signed by ada@example.org");
    fs::remove_file(repo.at(format!("seals/grants/{id}.ada-key.sig"))).unwrap();
    sign(&ada, 0, "changed  app.js");
    assert!(repo.at(format!("seals/grants/{id}.ada-key.sig")).exists());
    refuses(&repo, &["check", "--base", "base"], 0, "granted");
    fs::remove_file(repo.at(format!("seals/grants/{id}.ada-key.sig"))).unwrap();
    let file = repo.at(format!("seals/grants/{id}.toml"));
    let tampered = fs::read_to_string(&file).unwrap().replace("the release", "the lease");
    fs::write(&file, tampered).unwrap();
    sign(&ada, 2, "not its digest");
    fs::remove_file(&file).unwrap();
    new(&repo, "the release");
    reseal(&repo, "three");
    sign(&ada, 2, "not the one between base and here");
    assert_eq!(files(), 1);
}

#[test]
fn nothing_is_signed_where_nobody_is_asked() {
    let repo = changed(&policy_text());
    let id = new(&repo, "the release");
    let sign = ["grant", "sign", "--base", "base", "--key", "key"];
    let command = format!("sealgate grant sign {id} --base base --key key");
    refuses(&repo, &sign, 2, &command);
    // Several are shown, with the command that signs them.
    let other = repo.at("dist2");
    fs::create_dir(&other).unwrap();
    fs::write(other.join("x"), "x").unwrap();
    repo.git(&["add", "dist2"]);
    repo.seal("other", "dist2");
    let new = ["grant", "new", "--all", "--base", "base", "--reason", "both"];
    let told_of_new = told(&repo.run(&new), 0);
    assert_eq!(told_of_new.matches("wrote seals/grants/").count(), 1, "{told_of_new}");
    let shown = told(&repo.run(&sign), 0);
    assert!(shown.contains("NOTHING WAS SIGNED: 2 grants") && shown.contains(&id), "{shown}");
    refuses(&repo, &new, 2, "nothing changed since base");
    let files = fs::read_dir(repo.at("seals/grants")).unwrap();
    assert_eq!(files.count(), 2);
}

#[test]
fn doctor_and_check_name_what_runs_out_in_the_policy() {
    let ended = policy_text().replacen(
        "touch = false",
        "not-after = \"2026-01-01T00:00:00Z\"\ntouch = false",
        2,
    );
    let repo = changed(&ended);
    let check = told(&repo.run(&["policy", "check"]), 0);
    for words in
        ["warning: the key ada-key of ada@example.org ended", "nobody can permit reseal of *"]
    {
        assert!(check.contains(words), "{words}: {check}");
    }
    let doctor = told(&repo.run(&["doctor", "--format", "json"]), 0);
    assert!(doctor.contains("policy-doubt") && doctor.contains("ada-key"), "{doctor}");
    fs::write(repo.at("seals/policy.toml"), policy_text()).unwrap();
    let doctor = || told(&repo.run(&["doctor", "--format", "json"]), 0);
    assert!(!doctor().contains("policy-doubt"));
    // How the tags of a ledger elsewhere are protected is always stated.
    for (ledger, is_stated) in [("local", false), ("https://example.org/x.git", true)] {
        let head = format!("max-grant-hours = 48\nledger = \"{ledger}\"\n");
        let text = policy_text().replace("max-grant-hours = 48\n", &head);
        fs::write(repo.at("seals/policy.toml"), text).unwrap();
        assert_eq!(doctor().contains("sealgate-used/*"), is_stated, "{ledger}");
    }
}

#[test]
fn the_command_of_a_refusal_is_for_where_the_user_is() {
    let repo = changed(&policy_text());
    let outside = tempfile::tempdir().unwrap();
    let at = repo.at("");
    let at = at.to_str().unwrap().trim_end_matches('/');
    let run = |arguments: &[&str]| {
        let mut command = repo.command(&[&["-C", at][..], arguments].concat());
        command.current_dir(outside.path());
        told(&support::run(command), i32::from(arguments[0] == "check"))
    };
    let refusal = run(&["check", "--base", "base"]);
    let command = refusal.split("have it signed: ").nth(1).unwrap().lines().next().unwrap();
    let prefix = format!("sealgate -C {at} ");
    let command = command.strip_prefix(&prefix).unwrap_or_else(|| panic!("{command}"));
    run(&command.replace("'WHY'", "x").split(' ').collect::<Vec<_>>());
    assert!(run(&["check", "--base", "base"]).contains(&format!("signed: {prefix}grant sign ")));
}

#[test]
fn nobody_signs_on_a_branch_that_is_behind_its_base() {
    let repo = changed(&policy_text());
    let id = new(&repo, "the release");
    repo.git(&["add", "-A"]);
    repo.git(&["commit", "--quiet", "-m", "two"]);
    repo.git(&["branch", "ahead"]);
    repo.git(&["reset", "--quiet", "--soft", "base"]);
    // What others added to the base would be signed away.
    let why = "does not come before HEAD";
    refuses(&repo, &["grant", "sign", &id, "--base", "ahead", "--key", "key"], 2, why);
    refuses(&repo, &["grant", "new", "--all", "--base", "ahead", "--reason", "x"], 2, why);
}

#[test]
fn who_signs_sees_what_a_new_seal_leaves_out_and_who_has_not_signed() {
    let repo = changed(&policy_text());
    fs::create_dir(repo.at("srv")).unwrap();
    for (name, text) in [("page.html", "a"), ("hook.js", "b")] {
        fs::write(repo.at("srv").join(name), text).unwrap();
    }
    repo.git(&["add", "srv"]);
    let seal = ["seal", "srv", "--root", "srv", "--exclude", "*.js", "--exclude", "/private/**"];
    told(&repo.run(&seal), 0);
    let new = ["grant", "new", "reseal", "--seal", "srv", "--base", "base", "--reason", "x"];
    told(&repo.run(&new), 0);
    let shown = told(&repo.run(&SHOW), 0);
    for line in [
        "  exclude  *.js\n",
        "  exclude  /private/**\n",
        "  root     srv, kept in git\n",
        ", that of the base\n",
        "  0 of 2 approvals by the policy of the base; signed: nobody; not signed: ada@example.org",
    ] {
        assert!(shown.contains(line), "{line}: {shown}");
    }
}

#[test]
fn a_grant_that_no_signature_can_make_count_is_not_written_or_signed() {
    let repo = changed(&policy_text());
    commit(&repo, "a change");
    for (arguments, why) in [
        (
            &["aply", "--environment", "production"][..],
            "no rule for aply of the environment production",
        ),
        (
            &["apply", "--environment", "produktion"],
            "the environments production, rehearsal, staging",
        ),
        (&["reseal", "--seal", "dist", "--hours", "1000"], "at most 48 hours"),
    ] {
        let rest = ["--base", "base", "--reason", "x"];
        refuses(&repo, &[&["grant", "new"][..], arguments, &rest].concat(), 2, why);
    }
    assert!(!repo.at("seals/grants").exists());
    let id = new(&repo, "the release");
    let text = fs::read_to_string(repo.at(format!("seals/grants/{id}.toml"))).unwrap();
    fs::remove_file(repo.at(format!("seals/grants/{id}.toml"))).unwrap();
    let own = Digest::of(policy_text().as_bytes()).to_string();
    let line = |key: &str| text.lines().find(|line| line.starts_with(key)).unwrap().to_owned();
    let expired = text
        .replace(&line("not-before"), "not-before = \"2020-01-01T00:00:00Z\"")
        .replace(&line("not-after"), "not-after = \"2020-01-02T00:00:00Z\"");
    for (text, why) in [
        (text.replace(&own, &"f".repeat(64)), "neither that of base nor an older one"),
        (expired.clone(), "expired at 2020-01-02"),
    ] {
        let id = Digest::of(text.as_bytes()).to_string();
        let file = repo.at(format!("seals/grants/{id}.toml"));
        fs::write(&file, text).unwrap();
        refuses(&repo, &["grant", "sign", &id, "--base", "base", "--key", "key"], 2, why);
        fs::remove_file(file).unwrap();
    }
    // What is over can go, with its signatures.
    let id = Digest::of(expired.as_bytes()).to_string();
    fs::write(repo.at(format!("seals/grants/{id}.toml")), expired).unwrap();
    fs::write(repo.at(format!("seals/grants/{id}.ada-key.sig")), "x").unwrap();
    let kept = new(&repo, "the release");
    refuses(&repo, &["grant", "prune"], 0, "removed 1 expired grant");
    let names: Vec<_> = fs::read_dir(repo.at("seals/grants"))
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(names, [format!("{kept}.toml")]);
}

#[test]
fn an_action_is_signed_by_the_text_of_its_plan() {
    let repo = changed(&policy_text());
    commit(&repo, "a change");
    fs::write(repo.at("plan"), "DROP TABLE births;\nsigned by eve\u{1b}[2J\n").unwrap();
    let rest = ["--environment", "production", "--base", "base", "--reason", "x", "--plan", "plan"];
    let shown = told(&repo.run(&[&["grant", "new", "apply"][..], &rest].concat()), 0);
    assert!(shown.contains("  | DROP TABLE births;\n  | signed by eve\\x1b[2J"), "{shown}");
}

#[test]
fn a_policy_is_made_formatted_and_compared_by_commands() {
    let repo = Repo::in_git();
    repo.build("dist", &[("app.js", Node::File(b"one".to_vec()))]);
    repo.git(&["add", "-A"]);
    repo.seal("dist", "dist");
    for (name, signer) in signers() {
        fs::write(repo.at(format!("{name}.pub")), signer.line() + " comment@host\n").unwrap();
    }
    let who = ["ada", "bob", "cy"].map(|name| format!("--approver={name}@example.org={name}.pub"));
    let mut arguments = vec!["policy", "new", "--repository", "example/notes"];
    arguments.extend(who.iter().map(String::as_str));
    arguments.extend(["--environment", "production"]);
    let made = told(&repo.run(&arguments), 0);
    assert!(made.contains("2 of 3 people"), "{made}");
    refuses(&repo, &arguments, 2, "there is a policy already");
    let file = repo.at("seals/policy.toml");
    let text = fs::read_to_string(&file).unwrap();
    let policy = Policy::read(text.as_bytes()).unwrap();
    assert_eq!((policy.keys.len(), policy.rules.len(), policy.environments.len()), (3, 2, 1));
    assert_eq!(policy.rules[0].threshold, 2);
    repo.git(&["add", "-A"]);
    repo.git(&["commit", "--quiet", "-m", "a policy"]);
    refuses(&repo, &["policy", "diff", "--exit-code"], 0, "the policy is that of HEAD");
    fs::write(&file, text.replacen("threshold = 2", "threshold  =  1", 1)).unwrap();
    refuses(&repo, &["policy", "check"], 2, "sealgate policy fmt");
    refuses(&repo, &["policy", "fmt", "--check"], 1, "not in its canonical form");
    refuses(&repo, &["policy", "fmt"], 0, "wrote seals/policy.toml");
    assert_eq!(
        fs::read_to_string(&file).unwrap(),
        text.replacen("threshold = 2", "threshold = 1", 1)
    );
    let changed =
        "  in [[rule]] action = \"policy-update\":\n  - threshold = 2\n  + threshold = 1\n";
    refuses(&repo, &["policy", "diff", "--exit-code"], 1, changed);
    refuses(&repo, &["policy", "diff"], 0, changed);
    let new = ["grant", "new", "policy-update", "--base", "HEAD", "--reason", "x"];
    let shown = told(&repo.run(&new), 0);
    assert_eq!(
        shown.lines().filter(|line| line.starts_with("  - ") || line.starts_with("  + ")).count(),
        2
    );
}

#[test]
#[ignore = "needs strace"]
fn a_check_opens_each_file_of_authority_once_so_a_later_swap_has_no_effect() {
    let repo = changed(&policy_text());
    let id = new(&repo, "the release");
    let bytes = fs::read(repo.at(format!("seals/grants/{id}.toml"))).unwrap();
    let mut names = vec!["policy.toml".to_owned(), format!("{id}.toml")];
    for (name, signer) in &signers()[..2] {
        names.push(format!("{id}.{name}-key.sig"));
        let file = repo.at(format!("seals/grants/{id}.{name}-key.sig"));
        fs::write(file, signer.sign(&bytes)).unwrap();
    }
    let log = repo.at(".git/opened");
    let mut command = support::scrubbed("strace");
    command.args(["-f", "-e", "trace=open,openat,openat2", "-o"]).arg(&log);
    command.arg(env!("CARGO_BIN_EXE_sealgate")).args(["check", "--base", "base"]);
    command.current_dir(repo.at(""));
    assert!(told(&support::run(command), 0).contains("granted"));
    let opened = fs::read_to_string(&log).unwrap();
    for name in names {
        assert_eq!(opened.matches(&format!("{name}\"")).count(), 1, "{name}: {opened}");
    }
}
