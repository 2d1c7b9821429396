//! `sealgate accept`: what it takes over from a report, and everything that it refuses.

#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use proptest::collection::btree_map;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::init::typed_at_a_terminal;
use crate::support;
use crate::support::{Repo, refused, shell};

const REPORT: &str = "report.json";

/// A seal of `dist`, in which then one thing of each sort changed, and the report of that.
fn failed() -> Repo {
    Repo::once("", || {
        let repo = Repo::with(&[
            ("dist/app.js", "app"),
            ("dist/bin/run", "#!"),
            ("dist/becomes", "a directory"),
            ("dist/gone", "gone"),
            ("dist/moves.txt", "moving"),
            ("dist/same", "same"),
        ]);
        symlink("app.js", repo.at("dist/link")).unwrap();
        mode(&repo, "dist/bin/run", 0o755);
        ends(&repo, &["seal", "dist", "--root", "dist", "--exclude", "*.log"], 0);
        repo.write("dist/app.js", "another app");
        mode(&repo, "dist/bin/run", 0o644);
        fs::remove_file(repo.at("dist/becomes")).unwrap();
        repo.write("dist/becomes/a", "new inside");
        fs::remove_file(repo.at("dist/gone")).unwrap();
        fs::rename(repo.at("dist/moves.txt"), repo.at("dist/moved.txt")).unwrap();
        fs::remove_file(repo.at("dist/link")).unwrap();
        symlink("same", repo.at("dist/link")).unwrap();
        fs::create_dir(repo.at("dist/empty")).unwrap();
        report(&repo);
        repo
    })
}

fn mode(repo: &Repo, path: &str, mode: u32) {
    fs::set_permissions(repo.at(path), fs::Permissions::from_mode(mode)).unwrap();
}

/// Runs `arguments`, which must end with `code`, and gives what was said on stdout.
#[track_caller]
fn ends(repo: &Repo, arguments: &[&str], code: i32) -> String {
    let run = repo.run(arguments);
    assert_eq!(run.code, code, "{arguments:?}: {run:#?}");
    run.stdout
}

/// Writes the report of a check that fails.
#[track_caller]
fn report(repo: &Repo) {
    ends(repo, &["check", "--report", &format!("json={REPORT}")], 1);
}

fn edit(repo: &Repo, change: impl FnOnce(&mut Value)) {
    let mut report: Value = serde_json::from_str(&repo.read(REPORT)).unwrap();
    change(&mut report);
    repo.write(REPORT, report.to_string());
}

/// The finding of `kind` in the report of one seal.
fn finding<'v>(report: &'v mut Value, kind: &str) -> &'v mut Value {
    let findings = report["seals"][0]["findings"].as_array_mut().unwrap();
    findings.iter_mut().find(|finding| finding["kind"] == kind).unwrap()
}

#[test]
fn what_was_reported_becomes_the_seal_and_nothing_is_read() {
    let repo = failed();
    let old = repo.read("seals/dist.toml");
    ends(&repo, &["seal", "dist"], 0);
    let sealed = repo.read("seals/dist.toml");
    repo.write("seals/dist.toml", &old);
    fs::rename(repo.at("dist"), repo.at("away")).unwrap();
    let said = ends(&repo, &["seal", "--from-report", REPORT], 0);
    assert_eq!(repo.read("seals/dist.toml"), sealed);
    assert_eq!(
        said,
        "dist: approving from report.json: 2 added (+10 B), 2 removed (-15 B), 2 changed (+8 B), 1 moved, 1 mode\n  \
           added    becomes/a  10 B\n  \
           added    empty      empty directory\n  \
           removed  becomes    11 B\n  \
           removed  gone       4 B\n  \
           changed  app.js     3 B -> 11 B\n  \
           changed  link       app.js -> same\n  \
           moved    moved.txt  from moves.txt\n  \
           mode     bin/run    exec -> file\n  \
           these bytes were seen where the report was made; nothing was read here\n\
         dist: 2 added, 2 removed, 2 changed, 1 moved, 1 mode in seals/dist.toml, now 7 entries, 33 B\n  \
           review it like code, and commit seals/dist.toml\n"
    );
    fs::rename(repo.at("away"), repo.at("dist")).unwrap();
    ends(&repo, &["check"], 0);
}

#[test]
fn a_report_is_taken_once_and_then_there_is_nothing_to_change() {
    let repo = failed();
    ends(&repo, &["seal", "--from-report", REPORT], 0);
    let sealed = repo.read("seals/dist.toml");
    let again = ends(&repo, &["seal", "--from-report", REPORT], 0);
    assert!(again.starts_with("dist: nothing to change in seals/dist.toml: "), "{again:#?}");
    assert_eq!(repo.read("seals/dist.toml"), sealed);
    // One of the findings is not so any more.
    edit(&repo, |report| finding(report, "modified")["observed"]["size"] = json!(1234));
    refused(&repo, &["seal", "--from-report", REPORT], "the seal is no longer the one");
}

#[test]
fn at_a_terminal_what_is_new_is_asked_for() {
    let repo = failed();
    let before = repo.read("seals/dist.toml");
    let take = ["seal", "--from-report", REPORT];
    for typed in ["no\n", "\n", "y\n", "\u{4}"] {
        let (code, shown) = typed_at_a_terminal(&repo, &take, typed);
        assert_eq!(code, Some(2), "{typed:?}: {shown}");
        let question = "2 paths were not sealed before: dist/becomes/a, dist/empty. ";
        assert!(shown.contains(question), "{shown}");
        assert!(shown.contains("nothing was approved"), "{shown}");
        assert_eq!(repo.read("seals/dist.toml"), before);
    }
    let (code, shown) = typed_at_a_terminal(&repo, &take, "yes\n");
    assert_eq!(code, Some(0), "{shown}");
    assert_ne!(repo.read("seals/dist.toml"), before);
    // Taken already: there is nothing to ask for.
    let (code, shown) = typed_at_a_terminal(&repo, &take, "\u{4}");
    assert_eq!((code, shown.contains("Type yes")), (Some(0), false), "{shown}");
}

#[test]
fn at_a_terminal_nothing_is_asked_where_nothing_is_new() {
    let repo = Repo::with(&[("dist/a", "a")]);
    ends(&repo, &["seal", "dist", "--root", "dist"], 0);
    repo.write("dist/a", "changed");
    report(&repo);
    let (code, shown) = typed_at_a_terminal(&repo, &["seal", "--from-report", REPORT], "\u{4}");
    assert_eq!((code, shown.contains("Type yes")), (Some(0), false), "{shown}");
}

#[test]
fn the_older_name_does_the_same_and_is_not_shown() {
    let (repo, old) = (failed(), failed());
    ends(&repo, &["seal", "--from-report", REPORT], 0);
    ends(&old, &["accept", REPORT], 0);
    assert_eq!(old.read("seals/dist.toml"), repo.read("seals/dist.toml"));
    assert!(!repo.run(&["--help"]).stdout.contains("accept"));
}

#[test]
fn an_entry_that_was_not_reported_is_not_taken() {
    let repo = failed();
    repo.write("dist/same", "changed after the report");
    ends(&repo, &["seal", "--from-report", REPORT], 0);
    let said = ends(&repo, &["check"], 1);
    assert!(said.contains("1 finding") && said.contains("modified      same"), "{said}");
}

#[test]
fn a_report_from_another_machine_and_from_another_directory_is_accepted() {
    let repo = failed();
    let elsewhere = repo.root().with_file_name("built");
    fs::rename(repo.at("dist"), &elsewhere).unwrap();
    ends(&repo, &["check", "dist", "--at", "../built", "--report", "json=../report"], 1);
    ends(&repo, &["seal", "--from-report", "../report", "dist"], 0);
    ends(&repo, &["check", "dist", "--at", "../built"], 0);
}

#[test]
fn additions_to_a_report_are_passed_over() {
    let repo = failed();
    edit(&repo, |report| {
        report["authority"] = json!({"environment": "e", "policy": null, "more": 1});
        report["seals"][0]["authority"] = json!(["x"]);
        finding(report, "modified")["new"] = json!({"a": [1, null]});
        finding(report, "modified")["observed"]["sha256"] = json!("0");
    });
    ends(&repo, &["seal", "--from-report", REPORT], 0);
}

/// What is done to a report, and what is then said.
type Case = (&'static str, fn(&mut Value));

#[test]
fn a_report_that_is_not_about_this_seal_or_not_in_itself_right_is_refused() {
    let cases: [Case; 45] = [
        ("the seal is no longer the one", |r| r["seals"][0]["digest"] = json!("0".repeat(64))),
        ("the seal is no longer the one", |r| r["seals"][0]["digest"] = Value::Null),
        ("the report is about another root: lib", |r| r["seals"][0]["root"] = json!("lib")),
        ("the report is about another root: none", |r| r["seals"][0]["root"] = Value::Null),
        ("there is no seal other here", |r| r["seals"][0]["name"] = json!("other")),
        ("no seal can have the name \"../x\"", |r| r["seals"][0]["name"] = json!("../x")),
        ("its bytes came from a commit", |r| {
            r["seals"][0]["source"] = json!({"kind": "commit", "rev": "main", "oid": "0"});
        }),
        ("missing field `rev`", |r| r["seals"][0]["source"]["kind"] = json!("commit")),
        ("unknown variant `x`", |r| r["seals"][0]["source"]["kind"] = json!("x")),
        ("its verdict is error", |r| r["seals"][0]["verdict"] = json!("error")),
        ("its verdict is refused", |r| r["seals"][0]["verdict"] = json!("refused")),
        ("no seal failed in it", |r| r["seals"][0]["verdict"] = json!("pass")),
        ("no seal failed in it", |r| r["seals"] = json!([])),
        ("there is nothing to approve", |r| r["seals"][0]["findings"] = json!([])),
        ("contains an error (x)", |r| r["errors"] = json!([{"code": "x", "message": "m"}])),
        ("the seal dist stands in it twice", |r| {
            let seal = r["seals"][0].clone();
            r["seals"].as_array_mut().unwrap().push(seal);
        }),
        ("its format \"sealgate-report/2\" is unknown", |r| {
            r["format"] = json!("sealgate-report/2");
        }),
        ("its format \"sealgate-diff/1\" is unknown", |r| r["format"] = json!("sealgate-diff/1")),
        ("it is no report: missing field `format`", |r| {
            drop(r.as_object_mut().unwrap().remove("format"));
        }),
        ("it is no report: missing field `errors`", |r| {
            drop(r.as_object_mut().unwrap().remove("errors"));
        }),
        ("it is no report: missing field `notices`", |r| {
            drop(r.as_object_mut().unwrap().remove("notices"));
        }),
        ("it is no report: missing field `seals`", |r| {
            drop(r.as_object_mut().unwrap().remove("seals"));
        }),
        ("it is no report: invalid type", |r| finding(r, "modified")["path"] = json!(["a"])),
        ("it is no report: invalid", |r| finding(r, "modified")["observed"]["size"] = json!(-1)),
        ("it is no report: invalid", |r| finding(r, "modified")["observed"]["size"] = json!(1.5)),
        ("it was found unreadable", |r| finding(r, "modified")["kind"] = json!("unreadable")),
        ("it was found unstable", |r| finding(r, "modified")["kind"] = json!("unstable")),
        ("it was found unsealable", |r| finding(r, "modified")["kind"] = json!("unsealable")),
        ("unknown variant `odd`", |r| finding(r, "modified")["kind"] = json!("odd")),
        ("its path_bytes are not those of its path", |r| {
            finding(r, "unsealed")["path_bytes"] = json!("ff");
        }),
        ("the fields of an entry in it make none", |r| {
            finding(r, "modified")["observed"] = json!({"kind": "file", "size": 3});
        }),
        ("the fields of an entry in it make none", |r| {
            finding(r, "modified")["observed"]["blake3"] = json!("AB".repeat(32));
        }),
        ("the fields of an entry in it make none", |r| {
            finding(r, "modified")["observed"]["target"] = json!("x");
        }),
        ("unknown variant `fifo`", |r| {
            finding(r, "modified")["expected"]["kind"] = json!("fifo");
        }),
        ("does not follow from the seal", |r| {
            finding(r, "modified")["expected"]["size"] = json!(4);
        }),
        ("does not follow from the seal", |r| {
            let finding = finding(r, "modified");
            finding["observed"] = finding["expected"].clone();
        }),
        ("does not follow from the seal", |r| {
            finding(r, "modified")["kind"] = json!("mode-changed");
        }),
        ("does not follow from the seal", |r| finding(r, "modified")["kind"] = json!("missing")),
        ("does not follow from the seal", |r| finding(r, "missing")["kind"] = json!("unsealed")),
        ("does not follow from the seal", |r| {
            drop(finding(r, "moved").as_object_mut().unwrap().remove("from"));
        }),
        ("does not follow from the seal", |r| {
            finding(r, "moved")["observed"]["size"] = json!(7);
        }),
        ("gone: it does not follow", |r| {
            let finding = finding(r, "missing").clone();
            r["seals"][0]["findings"].as_array_mut().unwrap().push(finding);
        }),
        ("two findings are about it", |r| {
            let finding = finding(r, "unsealed").clone();
            r["seals"][0]["findings"].as_array_mut().unwrap().push(finding);
        }),
        ("does not follow from the seal", |r| {
            finding(r, "unsealed")["path"] = json!("same");
        }),
        ("same: something lies below it, and it is no directory", |r| {
            finding(r, "unsealed")["path"] = json!("same/below");
        }),
    ];
    for (says, change) in cases {
        let repo = failed();
        edit(&repo, change);
        refused(&repo, &["seal", "--from-report", REPORT], says);
    }
}

#[test]
fn no_path_leads_out_of_the_seal() {
    let repo = failed();
    let whole = repo.read(REPORT);
    let (deep, long) = (["d"; 300].join("/"), "x".repeat(5000));
    for (path, why) in [
        ("../x", "the path has a `.` or `..` component"),
        ("a/../../x", "the path has a `.` or `..` component"),
        ("./x", "the path has a `.` or `..` component"),
        ("/etc/passwd", "the path is absolute"),
        ("C:/x", "the path begins with a drive prefix"),
        ("a//b", "the path has an empty component"),
        ("a/", "the path has an empty component"),
        ("", "the path is empty"),
        ("a\0b", "the path holds a NUL"),
        ("x.log", "the seal excludes it, by \"*.log\""),
        ("d.log/x", "the seal excludes it, by \"*.log\""),
        (&deep, "the path is 300 components deep"),
        (&long, "the path is 5000 bytes long"),
    ] {
        for kind in ["unsealed", "moved"] {
            repo.write(REPORT, &whole);
            edit(&repo, |report| finding(report, kind)["path"] = json!(path));
            refused(&repo, &["seal", "--from-report", REPORT], why);
        }
    }
    repo.write(REPORT, &whole);
    edit(&repo, |report| finding(report, "moved")["from"] = json!("../x"));
    refused(&repo, &["seal", "--from-report", REPORT], "the path has a `.` or `..` component");
    for (entry, why) in [
        (json!({"kind": "link", "target": ""}), "the link has no target"),
        (json!({"kind": "link", "target": "a\0"}), "the link's target holds a NUL"),
        (json!({"kind": "file", "size": u64::MAX, "blake3": "a".repeat(64)}), "above 2^63-1"),
        (json!({"kind": "link", "target": "../../x"}), "a link that leaves the root"),
    ] {
        repo.write(REPORT, &whole);
        edit(&repo, |report| {
            let bytes = |entry: &Value| entry["size"].as_u64().unwrap_or(0);
            let before = bytes(&finding(report, "unsealed")["observed"]);
            let all = report["seals"][0]["bytes"].as_u64().unwrap() - before;
            report["seals"][0]["bytes"] = json!(all.saturating_add(bytes(&entry)));
            finding(report, "unsealed")["observed"] = entry;
        });
        refused(&repo, &["seal", "--from-report", REPORT], why);
    }
    ends(&repo, &["seal", "--from-report", REPORT, "--allow-outside-links"], 0);
    assert!(repo.read("seals/dist.toml").contains(" = \"link ../../x\"\n"));
}

#[test]
fn a_file_that_is_no_report_is_refused() {
    let repo = failed();
    let whole = repo.read(REPORT);
    let half = &whole[..whole.len() / 2];
    let twice = whole.replacen("\"name\": \"dist\"", "\"name\": \"dist\", \"name\": \"dist\"", 1);
    let nested = "[".repeat(200_000);
    let long = format!("{{\"format\": \"{}\"}}", "x".repeat(1 << 20));
    for text in ["", "x", "[]", "{}", "null", half, &twice, &nested, &format!("{whole}x"), &long] {
        repo.write(REPORT, text);
        refused(&repo, &["seal", "--from-report", REPORT], "report.json: ");
        assert!(repo.run(&["seal", "--from-report", REPORT]).stderr.len() < 2000);
    }
    repo.write(REPORT, b"{\"format\": \"\xff\"}");
    refused(&repo, &["seal", "--from-report", REPORT], "it is no report");
    fs::remove_file(repo.at(REPORT)).unwrap();
    refused(
        &repo,
        &["seal", "--from-report", REPORT],
        "next: name the file that `sealgate check --report",
    );
    refused(&repo, &["seal", "--from-report", "dist"], "it is not a regular file");
    let made = std::process::Command::new("mkfifo").arg(repo.at("fifo")).status().unwrap();
    assert!(made.success());
    refused(&repo, &["seal", "--from-report", "fifo"], "it is not a regular file");
    let large = fs::File::create(repo.at(REPORT)).unwrap();
    large.set_len((256 << 20) + 1).unwrap();
    refused(&repo, &["seal", "--from-report", REPORT], "over the limit of 268435456 bytes");
}

#[test]
fn a_report_with_a_byte_changed_is_refused_or_still_makes_a_seal() {
    let repo = failed();
    let (whole, old) = (repo.read(REPORT).into_bytes(), repo.read("seals/dist.toml"));
    let mut taken = 0;
    for at in (0..whole.len()).step_by(23) {
        let mut bytes = whole.clone();
        bytes[at] ^= if at % 2 == 0 { 1 } else { 16 };
        repo.write(REPORT, &bytes);
        let run = repo.run(&["seal", "--from-report", REPORT]);
        if run.code == 0 {
            taken += 1;
            ends(&repo, &["fmt", "--check"], 0);
            repo.write("seals/dist.toml", &old);
        } else {
            run.refusal();
            assert_eq!(repo.read("seals/dist.toml"), old);
        }
    }
    assert!(taken > 0, "what nobody reads, as a remedy's words, refuses nothing");
}

#[test]
fn what_is_kept_in_git_is_not_taken_from_a_report() {
    let repo = failed();
    repo.write("seals/dist.toml", repo.read("seals/dist.toml").replace("= false", "= true"));
    report(&repo);
    refused(&repo, &["seal", "--from-report", REPORT], "docs/reseal.md has the recipe");
}

#[test]
fn nothing_is_taken_from_a_report_in_ci_unless_it_is_allowed() {
    let repo = failed();
    let in_ci = |arguments: &[&str]| {
        let mut command = repo.command(arguments);
        command.env("CI", "true");
        support::run(command)
    };
    let before = repo.contents();
    assert!(
        in_ci(&["seal", "--from-report", REPORT])
            .refusal()
            .contains("sealgate seal --from-report does not write in CI")
    );
    assert_eq!(repo.contents(), before);
    assert_eq!(in_ci(&["seal", "--from-report", REPORT, "--allow-ci"]).code, 0);
}

/// Three seals of which `a` and `b` fail.
fn several() -> Repo {
    Repo::once("", || {
        let repo = Repo::with(&[("a/x", "x"), ("b/x", "x"), ("c/x", "x")]);
        for name in ["a", "b", "c"] {
            ends(&repo, &["seal", name, "--root", name], 0);
        }
        repo.write("a/x", "changed");
        repo.write("b/x", "changed");
        report(&repo);
        repo
    })
}

#[test]
fn all_that_failed_is_taken_or_what_is_named() {
    let repo = several();
    let said = ends(&repo, &["seal", "--from-report", REPORT], 0);
    assert_eq!(said.matches("approving from report.json").count(), 2);
    ends(&repo, &["check"], 0);

    let repo = several();
    ends(&repo, &["seal", "--from-report", REPORT, "b"], 0);
    ends(&repo, &["check", "b"], 0);
    ends(&repo, &["check", "a"], 1);
    refused(&repo, &["seal", "--from-report", REPORT, "nope"], "no seal is named nope");
    refused(
        &repo,
        &["seal", "--from-report", REPORT, "c"],
        "it passed: there is nothing to approve",
    );
    ends(&repo, &["seal", "--from-report", REPORT, "a*"], 0);
}

#[test]
fn nothing_is_written_if_one_of_several_cannot_be_taken() {
    let repo = several();
    edit(&repo, |report| report["seals"][1]["findings"][0]["path"] = json!("../x"));
    refused(
        &repo,
        &["seal", "--from-report", REPORT],
        "../x: no seal can hold that path: the path has a `.`",
    );
    ends(&repo, &["seal", "--from-report", REPORT, "a"], 0);

    let repo = several();
    mode(&repo, "seals/b.toml", 0o444);
    refused_after_telling(&repo, "its file is read-only");

    let repo = several();
    repo.write("seals/c.toml", "broken");
    repo.run(&["check", "--report", "json=report.json"]);
    refused(&repo, &["seal", "--from-report", REPORT], "contains an error");
    refused(&repo, &["seal", "--from-report", REPORT, "*"], "contains an error");
    ends(&repo, &["seal", "--from-report", REPORT, "a", "b"], 0);
}

#[track_caller]
fn refused_after_telling(repo: &Repo, says: &str) {
    let before = repo.contents();
    let run = repo.run(&["seal", "--from-report", REPORT]);
    assert!(run.refusal().contains(says), "{run:#?}");
    assert!(!run.stdout.contains("review it like code"), "{run:#?}");
    assert_eq!(repo.contents(), before);
}

#[test]
fn modes_that_were_not_seen_stay_as_they_are() {
    let repo = Repo::with(&[("dist/run", "#!"), ("dist/other", "#!x")]);
    mode(&repo, "dist/run", 0o755);
    ends(&repo, &["seal", "dist", "--root", "dist"], 0);
    repo.write("dist/run", "#!new");
    mode(&repo, "dist/run", 0o644);
    report(&repo);
    edit(&repo, |report| {
        report["notices"] = json!([{"code": "modes-not-compared", "message": "m"}]);
    });
    ends(&repo, &["seal", "--from-report", REPORT], 0);
    mode(&repo, "dist/run", 0o755);
    ends(&repo, &["check"], 0);
}

#[test]
fn hostile_names_are_told_so_that_they_do_nothing() {
    let repo = Repo::with(&[("dist/a", "a")]);
    ends(&repo, &["seal", "dist", "--root", "dist"], 0);
    let names = ["::error::x", "##[x]", "a\n::x::", "a\r##[y]", "\u{1b}[2K", "\u{202e}x", " s "];
    for name in names {
        repo.write(Path::new("dist").join(name), "x");
    }
    report(&repo);
    let hidden = |c: char| c.is_control() && c != '\n' || c == '\u{202e}';
    let acts = |line: &str| line.trim_start().starts_with("::") || line.contains("##[");
    let inert = |said: &str| !said.contains(hidden) && !said.lines().any(acts);
    let odd = "::a##[\u{202e}\nb.json";
    fs::copy(repo.at(REPORT), repo.at(odd)).unwrap();
    let whole = repo.read(REPORT);
    for name in names {
        let text = format!("{name}/../{name}");
        repo.write(REPORT, &whole);
        edit(&repo, |report| {
            let seal = &mut report["seals"][0];
            seal["findings"][0]["path"] = json!(text);
            seal["findings"][1]["kind"] = json!(text);
        });
        let before = repo.contents();
        let run = repo.run(&["seal", "--from-report", REPORT]);
        assert!(inert(run.refusal()), "{run:#?}");
        for key in ["name", "root", "digest", "verdict"] {
            repo.write(REPORT, &whole);
            edit(&repo, |report| report["seals"][0][key] = json!(text));
            let run = repo.run(&["seal", "--from-report", REPORT]);
            assert!(inert(run.refusal()), "{run:#?}");
        }
        repo.write(REPORT, &whole);
        edit(&repo, |report| report["format"] = json!(text));
        assert!(inert(repo.run(&["seal", "--from-report", REPORT]).refusal()));
        repo.write(REPORT, &whole);
        assert_eq!(before.len(), repo.contents().len());
    }
    let said = ends(&repo, &["seal", "--from-report", odd], 0);
    assert!(inert(&said) && said.contains("7 added"), "{said}");
    ends(&repo, &["check"], 0);
}

#[derive(Debug, Clone)]
enum Plant {
    File(&'static str, bool),
    Link(&'static str),
    Dir,
}

/// A few paths that collide often, from one tree to the next.
fn tree() -> impl Strategy<Value = BTreeMap<&'static str, Plant>> {
    let path = select(vec![
        "a", "A", "b", "c/a", "c/b", "c/d/e", "d", "d/e", "é", "e\u{301}", "x\ny", "##[z]", ".git",
    ]);
    let content = select(vec!["", "one", "two", "three\n", "three\r\n"]);
    let plant = prop_oneof![
        6 => (content, any::<bool>()).prop_map(|(content, exec)| Plant::File(content, exec)),
        1 => select(vec!["a", "../x", "/etc/passwd", "é \n"]).prop_map(Plant::Link),
        1 => Just(Plant::Dir),
    ];
    btree_map(path, plant, 1..9)
}

fn build(repo: &Repo, tree: &BTreeMap<&'static str, Plant>) {
    let _ = fs::remove_dir_all(repo.at("dist"));
    for (path, plant) in tree {
        let path = repo.at("dist").join(path);
        // What lies below a file of the same tree is left out.
        if fs::create_dir_all(path.parent().unwrap()).is_err() || path.is_symlink() {
            continue;
        }
        match plant {
            Plant::File(content, exec) => {
                if fs::write(&path, content).is_ok() {
                    let mode = if *exec { 0o755 } else { 0o644 };
                    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
                }
            }
            Plant::Link(target) => drop(symlink(target, &path)),
            Plant::Dir => drop(fs::create_dir_all(&path)),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn accepting_gives_the_seal_that_sealing_gives(old in tree(), new in tree()) {
        let repo = Repo::with(&[]);
        build(&repo, &old);
        ends(&repo, &["seal", "dist", "--root", "dist", "--allow-outside-links"], 0);
        build(&repo, &new);
        let run = repo.run(&["check", "--report", "json=report.json"]);
        if run.code == 1 {
            ends(&repo, &["seal", "--from-report", REPORT, "--allow-outside-links"], 0);
        }
        ends(&repo, &["check"], 0);
        let accepted = repo.read("seals/dist.toml");
        ends(&repo, &["seal", "dist", "--allow-outside-links"], 0);
        prop_assert_eq!(repo.read("seals/dist.toml"), accepted);
    }
}

#[test]
fn a_failing_run_in_ci_names_the_command_that_approves_what_it_found() {
    for (reports, place) in
        [(&["--report", "json=out/r.json"][..], "out/r.json"), (&[], "report.json")]
    {
        let repo = failed();
        fs::create_dir(repo.at("out")).unwrap();
        let check = |reports: &[&str]| {
            let mut check = repo.command(&["check"]);
            check.args(reports).env("CI", "true");
            let run = support::run(check);
            assert_eq!(run.code, 1, "{run:#?}");
            run.stdout.split_whitespace().collect::<Vec<_>>().join(" ")
        };
        let said = check(reports);
        if reports.is_empty() {
            assert!(said.contains("`--report json=report.json`"), "{said}");
            check(&["--report", "json=report.json"]);
        } else {
            assert!(said.contains(place), "{said}");
            fs::rename(repo.at(place), repo.at("r.json")).unwrap();
        }
        let command = said.split('`').find(|word| word.contains("--from-report")).unwrap();
        shell(&repo, command);
        ends(&repo, &["check"], 0);
    }
    // At a person's desk the bytes are at hand.
    assert!(!ends(&failed(), &["check"], 1).contains("--from-report"));
}

#[test]
fn a_root_in_git_is_not_approved_from_a_report_of_ci() {
    let repo = Repo::with(&[("dist/a", "1")]);
    shell(&repo, "git init -q; git add .; sealgate -q seal dist --root dist; echo 2 > dist/a");
    let mut check = repo.command(&["check"]);
    check.env("CI", "true");
    let run = support::run(check);
    assert!(run.code == 1 && !run.stdout.contains("--from-report"), "{run:#?}");
}
