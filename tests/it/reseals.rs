//! `check --base` and `check --seals-from`: what became of the seals themselves, and seals that
//! the build cannot rewrite.

#![cfg(unix)]

use std::fs;

use serde_json::Value;

use crate::support::{Node, Repo, Run};

/// A repository with two seals, `dist` of built files and `gen` of tracked ones, and a commit with
/// the tag `base`.
fn repo() -> Repo {
    Repo::once("", || {
        let repo = Repo::in_git();
        fs::write(repo.at(".gitignore"), "/dist\n").unwrap();
        let text = |text: &str| Node::File(text.into());
        repo.build(
            "dist",
            &[("app.js", text("one")), ("b/c.js", text("two")), ("d.js", text("3"))],
        );
        repo.build("gen", &[("schema.sql", text("create table t;\n"))]);
        repo.git(&["add", "--all"]);
        repo.seal("dist", "dist");
        repo.seal("gen", "gen");
        commit(&repo);
        repo.git(&["tag", "base"]);
        repo
    })
}

fn commit(repo: &Repo) {
    repo.git(&["add", "--all"]);
    repo.git(&["commit", "--quiet", "--allow-empty", "-m", "x"]);
}

#[track_caller]
fn seal(repo: &Repo, arguments: &[&str]) {
    let ran = repo.run(&[&["seal"], arguments].concat());
    assert_eq!(ran.code, 0, "{arguments:?}: {}", ran.stderr);
}

fn edit(repo: &Repo, name: &str, from: &str, to: &str) {
    let path = repo.at(format!("seals/{name}.toml"));
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{text}");
    fs::write(path, text.replacen(from, to, 1)).unwrap();
}

fn said(ran: &Run) -> String {
    ran.stdout.clone() + &ran.stderr
}

fn said_lines(ran: &Run) -> usize {
    ran.stdout.lines().count()
}

/// The report's view of the reseal of `name`.
fn reseal<'a>(report: &'a Value, name: &str) -> &'a Value {
    let seals = report["seals"].as_array().unwrap();
    &seals.iter().find(|seal| seal["name"] == name).unwrap()["reseal"]
}

#[test]
fn without_a_change_of_the_seals_the_base_changes_nothing() {
    let repo = repo();
    let ran = repo.run(&["check", "--base", "base"]);
    assert_eq!(ran.code, 0);
    assert!(said(&ran).starts_with("PASS  2 seals (dist, gen), 4 entries"), "{}", said(&ran));
    let report = repo.check(&["--base", "base"]).report;
    assert_eq!(report["base"]["resealed"], false);
    assert_eq!(report["base"]["deleted"], serde_json::json!([]));
    assert_eq!(report["base"]["on_reseal"], "entries");
    assert_eq!(reseal(&report, "dist"), &Value::Null);
}

#[test]
fn bytes_that_drift_without_a_reseal_fail() {
    let repo = repo();
    fs::write(repo.at("dist/app.js"), "drifted").unwrap();
    for on_reseal in ["allow", "entries", "fail"] {
        let ran = repo.run(&["check", "--base", "base", "--on-reseal", on_reseal]);
        assert_eq!(ran.code, 1);
        assert!(said(&ran).contains("the seal is as it was in base"), "{}", said(&ran));
        assert!(said(&ran).contains("\nFAIL  2 seals"), "{}", said(&ran));
    }
}

#[test]
fn a_seal_that_changed_and_whose_bytes_follow_passes_loudly() {
    let repo = repo();
    fs::write(repo.at("dist/app.js"), "one more").unwrap();
    fs::write(repo.at("dist/new.js"), "new").unwrap();
    fs::rename(repo.at("dist/b/c.js"), repo.at("dist/b/moved.js")).unwrap();
    fs::remove_file(repo.at("dist/d.js")).unwrap();
    seal(&repo, &["dist"]);
    let ran = repo.run(&["check", "--base", "base"]);
    let said = said(&ran);
    assert_eq!(ran.code, 0, "{said}");
    for words in [
        "dist: resealed since base (",
        "  added    new.js",
        "  removed  d.js",
        "  changed  app.js",
        "  moved    b/moved.js  from b/c.js",
        "\nPASS, RESEALED  2 seals (dist, gen): 4 entries changed; consistent, not approved; 4 entries",
    ] {
        assert!(said.contains(words), "{words:?} is not in\n{said}");
    }
    let report = repo.check(&["--base", "base"]).report;
    assert_eq!((&report["verdict"], &report["base"]["resealed"]), (&"pass".into(), &true.into()));
    let reseal = reseal(&report, "dist");
    for key in ["added", "removed", "changed", "moved"] {
        assert_eq!(reseal[key], 1, "{key}");
    }
    assert_eq!(
        (&reseal["mode"], &reseal["allowed"], &reseal["new"]),
        (&0.into(), &true.into(), &false.into())
    );
    assert_eq!(reseal["scope"], serde_json::json!([]));
    assert_eq!(reseal["entries"][0]["change"], "added");
    assert_eq!(reseal["entries"][3]["from"], "b/c.js");
    let quiet = repo.run(&["check", "--base", "base", "--quiet"]);
    assert_eq!(said_lines(&quiet), 1);
    assert_eq!(repo.run(&["check", "--base", "base", "--on-reseal", "allow"]).code, 0);
    let refused = repo.run(&["check", "--base", "base", "--on-reseal", "fail"]);
    assert_eq!(refused.code, 1);
    let stdout = refused.stdout;
    assert!(stdout.contains("which --on-reseal fail refuses"), "{stdout}");
    assert!(stdout.contains("next: Take it back with `git restore --source=base"), "{stdout}");
}

#[test]
fn a_seal_that_was_edited_and_whose_bytes_do_not_follow_fails_and_says_so() {
    let repo = repo();
    let old = blake3::hash(b"one").to_string();
    edit(&repo, "dist", &old, &blake3::hash(b"evil").to_string());
    for on_reseal in ["allow", "entries", "fail"] {
        let ran = repo.run(&["check", "--base", "base", "--on-reseal", on_reseal]);
        let said = said(&ran);
        assert_eq!(ran.code, 1, "{said}");
        assert!(said.contains("dist: resealed since base"), "{said}");
        assert!(said.contains("the bytes do not follow"), "{said}");
    }
}

/// Each way to hide something from a seal, what it is called, and whether it needs the bytes.
#[test]
fn a_change_of_what_a_seal_covers_comes_first_and_fails_unless_it_is_allowed() {
    type Change = fn(&Repo);
    let cases: [(&str, Change, &str, Value); 7] = [
        (
            "a new exclude",
            |r| {
                edit(r, "dist", "exclude = []", "exclude = [\n  \"*.map\",\n  \"/b\",\n]");
                assert_eq!(r.run(&["fmt", "dist"]).code, 0);
            },
            "scope    exclude: now also \"*.map\"\n  scope    exclude: now also \"/b\"\n  removed  b/c.js",
            serde_json::json!([{"what": "exclude", "old": [], "new": ["*.map", "/b"]}]),
        ),
        (
            "another root",
            |r| {
                fs::rename(r.at("dist"), r.at("out")).unwrap();
                fs::write(r.at(".gitignore"), "/out\n").unwrap();
                edit(r, "dist", "root = \"dist\"", "root = \"out\"");
            },
            "scope    root: dist -> out",
            serde_json::json!([{"what": "root", "old": "dist", "new": "out"}]),
        ),
        (
            "tracked",
            |r| edit(r, "gen", "tracked = true", "tracked = false"),
            "scope    tracked: true -> false",
            serde_json::json!([{"what": "tracked", "old": true, "new": false}]),
        ),
        (
            "another name",
            |r| {
                fs::remove_file(r.at("seals/dist.toml")).unwrap();
                r.seal("web", "dist");
            },
            "scope    the seal was named dist",
            serde_json::json!([{"what": "renamed", "from": "dist"}]),
        ),
        (
            "a deleted seal",
            |r| fs::remove_file(r.at("seals/gen.toml")).unwrap(),
            "gen: the seal of gen is gone since base (",
            Value::Null,
        ),
        (
            "all of another kind under the old name",
            |r| {
                fs::remove_file(r.at("seals/dist.toml")).unwrap();
                r.build("tiny", &[("x", Node::File(b"x".to_vec()))]);
                fs::write(r.at(".gitignore"), "/dist\n/tiny\n").unwrap();
                r.seal("dist", "tiny");
            },
            "scope    root: dist -> tiny",
            serde_json::json!([{"what": "root", "old": "dist", "new": "tiny"}]),
        ),
        (
            "a base that was no seal",
            |r| {
                let good = fs::read(r.at("seals/gen.toml")).unwrap();
                fs::write(r.at("seals/gen.toml"), "nonsense").unwrap();
                commit(r);
                r.git(&["tag", "--force", "base"]);
                fs::write(r.at("seals/gen.toml"), good).unwrap();
            },
            "scope    what stood there could not be read as a seal",
            serde_json::json!([{"what": "unreadable"}]),
        ),
    ];
    for (what, change, words, scope) in cases {
        let repo = repo();
        change(&repo);
        for (on_reseal, code) in [("entries", 1), ("fail", 1), ("allow", 0)] {
            let ran = repo.run(&["check", "--base", "base", "--on-reseal", on_reseal]);
            let said = said(&ran);
            assert_eq!(ran.code, code, "{what}, {on_reseal}: {said}");
            assert!(said.contains(words), "{what}: {words:?} is not in\n{said}");
            assert!(said.contains("scope changed"), "{what}: {said}");
            let headline = "PASS, SCOPE CHANGED  what ";
            assert_eq!(said.starts_with(headline), code == 0, "{what}: {said}");
            let paragraphs: Vec<&str> = said.split("\n\n").collect();
            let first = paragraphs[usize::from(code == 0)];
            assert!(first.contains(words.lines().next().unwrap()), "{what}: {said}");
        }
        assert_eq!(repo.run(&["check", "--base", "base"]).code, 1, "{what}: the default");
        let report = repo.check(&["--base", "base"]).report;
        assert_eq!(
            (&report["verdict"], &report["base"]["resealed"]),
            (&"fail".into(), &true.into())
        );
        match scope {
            Value::Null => assert_eq!(
                report["base"]["deleted"],
                serde_json::json!([{"name": "gen", "root": "gen", "allowed": false}])
            ),
            scope => {
                let seals = report["seals"].as_array().unwrap();
                let told = seals.iter().filter(|seal| seal["reseal"]["scope"] == scope);
                assert_eq!(told.count(), 1, "{what}: {report:#}");
            }
        }
    }
}

#[test]
fn a_new_seal_is_a_change_of_entries() {
    let repo = repo();
    repo.build("more", &[("x", Node::File(b"x".to_vec()))]);
    repo.git(&["add", "more"]);
    repo.seal("more", "more");
    let ran = repo.run(&["check", "--base", "base"]);
    let said = said(&ran);
    assert_eq!(ran.code, 0, "{said}");
    assert!(said.contains("more: a new seal since base ("), "{said}");
    assert!(said.contains("1 entry changed; consistent, not approved"), "{said}");
    assert_eq!(repo.run(&["check", "--base", "base", "--on-reseal", "fail"]).code, 1);
    let report = repo.check(&["--base", "base"]).report;
    assert_eq!(reseal(&report, "more")["new"], true);
}

#[test]
fn a_base_without_seals_makes_all_of_them_new() {
    let repo = repo();
    repo.git(&["rm", "--quiet", "-r", "--cached", "seals"]);
    repo.git(&["commit", "--quiet", "-m", "x"]);
    repo.git(&["tag", "empty"]);
    let ran = repo.run(&["check", "--base", "empty"]);
    assert_eq!(ran.code, 0, "{}", said(&ran));
    assert!(said(&ran).contains("gen: a new seal since empty ("), "{}", said(&ran));
}

#[test]
fn a_selection_of_seals_is_held_against_its_own_base_and_no_other() {
    let repo = repo();
    fs::remove_file(repo.at("seals/gen.toml")).unwrap();
    assert_eq!(repo.run(&["check", "dist", "--base", "base"]).code, 0);
    assert_eq!(repo.run(&["check", "*", "--base", "base"]).code, 1);
    assert_eq!(repo.run(&["check", "gen", "--base", "base"]).code, 2);
}

#[test]
fn commits_are_held_against_each_other_without_a_look_at_the_working_tree() {
    let repo = repo();
    fs::write(repo.at("gen/schema.sql"), "create table u;\n").unwrap();
    seal(&repo, &["gen"]);
    commit(&repo);
    fs::remove_dir_all(repo.at("gen")).unwrap();
    fs::remove_dir_all(repo.at("seals")).unwrap();
    let ran = repo.run(&["check", "gen", "--rev", "HEAD", "--base", "base"]);
    assert_eq!(ran.code, 0, "{}", said(&ran));
    assert!(said(&ran).contains("PASS, RESEALED  1 seal (gen): 1 entry changed"), "{}", said(&ran));
}

#[test]
fn a_base_that_cannot_be_had_is_an_error_and_a_policy_without_base_is_a_usage_error() {
    let repo = repo();
    let ran = repo.run(&["check", "--base", "nope"]);
    assert_eq!(ran.code, 2);
    assert!(said(&ran).contains("ERROR"), "{}", said(&ran));
    assert!(ran.stderr.contains("nope names no commit that is here"), "{}", ran.stderr);
    for arguments in
        [&["check", "--on-reseal", "allow"][..], &["check", "--base", "base", "--on-reseal", "x"]]
    {
        assert_eq!(repo.run(arguments).code, 2, "{arguments:?}");
    }
}

#[test]
fn a_build_that_rewrites_the_seal_beside_it_is_judged_by_the_committed_one() {
    let repo = repo();
    fs::write(repo.at("dist/app.js"), "evil").unwrap();
    seal(&repo, &["dist"]);
    assert_eq!(repo.run(&["check"]).code, 0, "the seal that was rewritten agrees");
    let ran = repo.run(&["check", "--seals-from", "HEAD"]);
    let said = said(&ran);
    assert_eq!(ran.code, 1, "{said}");
    assert!(said.contains("modified  "), "{said}");
    assert!(
        said.contains("notice: the working tree has other seals (dist); those of HEAD judge"),
        "{said}"
    );
    let report = repo.check(&["--seals-from", "HEAD"]).report;
    let seal = &report["seals"][0];
    assert_eq!(
        (&seal["source"]["kind"], &seal["seal_source"]["kind"]),
        (&"worktree".into(), &"commit".into())
    );
    assert_eq!(report["notices"][0]["code"], "seals-differ");
}

#[test]
fn seals_that_were_removed_added_or_broken_in_the_working_tree_change_no_verdict() {
    let repo = repo();
    fs::remove_file(repo.at("seals/dist.toml")).unwrap();
    fs::write(repo.at("seals/gen.toml"), "broken").unwrap();
    fs::write(repo.at("seals/more.toml"), "broken").unwrap();
    fs::write(repo.at("seals/stray"), "").unwrap();
    let ran = repo.run(&["check", "--seals-from", "HEAD"]);
    assert_eq!(ran.code, 0, "{}", said(&ran));
    let words = "the working tree has other seals (dist, gen, more); those of HEAD judge";
    assert!(said(&ran).contains(words), "{}", said(&ran));
    fs::remove_dir_all(repo.at("seals")).unwrap();
    assert_eq!(repo.run(&["check", "--seals-from", "HEAD"]).code, 0);
    fs::write(repo.at("dist/app.js"), "evil").unwrap();
    assert_eq!(repo.run(&["check", "--seals-from", "HEAD"]).code, 1);
}

#[test]
fn committed_seals_judge_a_directory_elsewhere_and_a_copy_is_staged() {
    let repo = repo();
    fs::rename(repo.at("dist"), repo.at("unpacked")).unwrap();
    let check = ["check", "dist", "--seals-from", "HEAD", "--at", "unpacked"];
    let ran = repo.run(&[&check[..], &["--stage", "publish", "--base", "base"]].concat());
    assert_eq!(ran.code, 0, "{}", said(&ran));
    assert_eq!(fs::read(repo.at("publish/app.js")).unwrap(), b"one");
    fs::write(repo.at("unpacked/app.js"), "evil").unwrap();
    assert_eq!(repo.run(&check).code, 1);
}

#[test]
fn what_a_reseal_refuses_is_never_staged() {
    let repo = repo();
    fs::write(repo.at("dist/app.js"), "evil").unwrap();
    seal(&repo, &["dist"]);
    let stage = ["check", "dist", "--stage", "publish", "--base", "base", "--on-reseal"];
    assert_eq!(repo.run(&[&stage[..], &["fail"]].concat()).code, 1);
    assert!(!repo.at("publish").exists());
    assert_eq!(repo.run(&[&stage[..], &["entries"]].concat()).code, 0);
    assert!(repo.at("publish").exists());
}
