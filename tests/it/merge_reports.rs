//! `sealgate merge-reports`: what it says is what a whole check says, and never more than that.

#![cfg(unix)]

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

use crate::support::{Node, Repo, make_fifo, overwrite};

/// A report without what is not the same in two runs: times; and what tells of the merging itself.
fn told(report: &[u8]) -> Value {
    let mut report: Value = serde_json::from_slice(report).unwrap();
    let notices = report["notices"].as_array_mut().unwrap();
    notices.retain(|notice| !["merged", "narrowed"].contains(&notice["code"].as_str().unwrap()));
    report.as_object_mut().unwrap().remove("elapsed_ms");
    report
}

/// Checks in `count` shares with `arguments`; the files of the reports.
fn shares(repo: &Repo, count: usize, arguments: &[&str]) -> Vec<String> {
    fs::create_dir_all(repo.at("reports")).unwrap();
    let share = |index| {
        let (slice, file) = (format!("slice:{index}/{count}"), format!("reports/{index}.json"));
        let report = format!("json={file}");
        let ran =
            repo.run(&[&["check", "--partition", &slice, "--report", &report], arguments].concat());
        assert!(repo.at(&file).is_file(), "{ran:?}");
        file
    };
    (1..=count).map(share).collect()
}

/// Merges the reports in `files`; the exit code, and the report.
fn merged(repo: &Repo, files: &[String], arguments: &[&str]) -> (i32, Value) {
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let ran = repo.run(&[&["merge-reports", "--format", "json"], arguments, &files[..]].concat());
    assert!(!ran.stdout.is_empty(), "no report: {}", ran.stderr);
    (ran.code, told(ran.stdout.as_bytes()))
}

/// Asserts that shares, merged, say what a whole check with `arguments` says.
#[track_caller]
fn agree(repo: &Repo, count: usize, arguments: &[&str]) -> Value {
    let whole = repo.run(&[&["check", "--format", "json"], arguments].concat());
    let files = shares(repo, count, arguments);
    let (code, report) = merged(repo, &files, &[]);
    assert_eq!(report, told(whole.stdout.as_bytes()), "{count} shares of {arguments:?}");
    assert_eq!(code, whole.code);
    report
}

fn read(repo: &Repo, file: &str) -> Value {
    serde_json::from_slice(&fs::read(repo.at(file)).unwrap()).unwrap()
}

fn write(repo: &Repo, file: &str, report: &Value) {
    overwrite(&repo.at(file), report.to_string().as_bytes());
}

// Any tree, any drift.

const NAMES: [&str; 12] =
    ["a", "A", "b", "c.txt", "é", "e\u{301}", "d/a", "d/b", "d/e/f", "g/h", "z", "x\ny"];

fn node() -> impl Strategy<Value = Node> {
    let text = select(vec![
        "",
        "1\n",
        "1\r\n",
        "1",
        "2\n3\n",
        "2\r\n3\r\n",
        "\u{feff}1\n",
        "longer text\n",
        "a",
    ]);
    let text = text.prop_map(|text| text.as_bytes().to_vec());
    prop_oneof![
        6 => text.clone().prop_map(Node::File),
        2 => text.prop_map(Node::Exec),
        1 => select(vec!["a", "b", "nowhere"]).prop_map(|target| Node::Link(OsString::from(target))),
        1 => Just(Node::Dir),
    ]
}

fn tree() -> impl Strategy<Value = BTreeMap<&'static str, Node>> {
    btree_map(select(NAMES.to_vec()), node(), 1..10)
}

#[derive(Debug, Clone)]
enum Drift {
    Gone(Index),
    Renamed(Index, &'static str),
    Swapped(Index, Index),
    Put(&'static str, Node),
    Mode(Index),
    AllModes,
    Fifo(&'static str),
    NotText(u8),
}

fn drift() -> impl Strategy<Value = Drift> {
    let to = select(vec!["a", "B", "C.txt", "moved", "d/moved", "n/ew", "d", "g"]);
    prop_oneof![
        2 => any::<Index>().prop_map(Drift::Gone),
        3 => (any::<Index>(), to.clone()).prop_map(|(from, to)| Drift::Renamed(from, to)),
        2 => (any::<Index>(), any::<Index>()).prop_map(|(a, b)| Drift::Swapped(a, b)),
        4 => (select(NAMES.to_vec()), node()).prop_map(|(path, node)| Drift::Put(path, node)),
        2 => (to.clone(), node()).prop_map(|(path, node)| Drift::Put(path, node)),
        2 => any::<Index>().prop_map(Drift::Mode),
        1 => Just(Drift::AllModes),
        1 => to.prop_map(Drift::Fifo),
        1 => any::<u8>().prop_map(Drift::NotText),
    ]
}

fn remove(path: &Path) {
    let _ = fs::remove_file(path);
    let _ = fs::remove_dir_all(path);
}

/// Makes room at `path`; false where something that is no directory stands above.
fn clear(root: &Path, path: &Path) -> bool {
    remove(path);
    let mut above = path.ancestors().skip(1).take_while(|above| *above != root);
    above.all(|above| above.symlink_metadata().map_or(true, |found| found.is_dir()))
}

fn set_mode(path: &Path, executable: bool) {
    let _ = fs::set_permissions(
        path,
        fs::Permissions::from_mode(if executable { 0o755 } else { 0o644 }),
    );
}

fn apply(drift: &Drift, root: &Path, sealed: &[&str]) {
    let at = |index: &Index| root.join(index.get(sealed));
    let plain = |path: &Path| path.symlink_metadata().is_ok_and(|found| found.is_file());
    match drift {
        Drift::Gone(index) => remove(&at(index)),
        Drift::Renamed(index, to) => {
            let (from, to) = (at(index), root.join(to));
            if plain(&from) && !from.starts_with(&to) && !to.starts_with(&from) && clear(root, &to)
            {
                fs::create_dir_all(to.parent().unwrap()).unwrap();
                fs::rename(from, to).unwrap();
            }
        }
        Drift::Swapped(a, b) => {
            let (a, b) = (at(a), at(b));
            if plain(&a) && plain(&b) {
                let (ours, theirs) = (fs::read(&a).unwrap(), fs::read(&b).unwrap());
                fs::write(a, theirs).unwrap();
                fs::write(b, ours).unwrap();
            }
        }
        Drift::Put(path, node) => {
            let path = root.join(path);
            if clear(root, &path) {
                node.make(&path).unwrap();
            }
        }
        Drift::Mode(index) => {
            let path = at(index);
            if plain(&path) {
                let was = fs::metadata(&path).unwrap().permissions().mode() & 0o111 != 0;
                set_mode(&path, !was);
            }
        }
        Drift::AllModes => {
            for path in sealed.iter().map(|path| root.join(path)).filter(|path| plain(path)) {
                set_mode(&path, false);
            }
        }
        Drift::Fifo(path) => {
            let path = root.join(path);
            if clear(root, &path) {
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                make_fifo(&path);
            }
        }
        Drift::NotText(byte) => {
            use std::os::unix::ffi::OsStringExt as _;
            let name = OsString::from_vec(vec![b'n', byte | 0x80]);
            fs::write(root.join(name), "x").unwrap();
        }
    }
}

/// The paths of `tree` that can be beside each other.
fn plant(repo: &Repo, root: &str, tree: &BTreeMap<&'static str, Node>) -> Vec<&'static str> {
    let mut sealed = Vec::new();
    fs::create_dir_all(repo.at(root)).unwrap();
    for (path, node) in tree {
        let place = repo.at(root).join(path);
        if clear(&repo.at(root), &place) {
            node.make(&place).unwrap();
            sealed.push(*path);
        }
    }
    sealed
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn shares_that_are_merged_say_what_a_whole_check_says(
        first in tree(),
        second in tree(),
        drifts in vec((any::<bool>(), drift()), 0..8),
        count in 1_usize..9,
    ) {
        let repo = Repo::plain();
        let sealed = [("one", &first), ("two", &second)].map(|(root, tree)| {
            let sealed = plant(&repo, root, tree);
            repo.seal(root, root);
            sealed
        });
        for (other, drift) in &drifts {
            let side = usize::from(*other);
            apply(drift, &repo.at(["one", "two"][side]), &sealed[side]);
        }
        let whole = agree(&repo, count, &[]);
        // And so do checks of each seal by itself.
        let apart = ["one", "two"].map(|name| {
            let file = format!("reports/{name}.json");
            repo.run(&["check", name, "--report", &format!("json={file}")]);
            file
        });
        prop_assert_eq!(&merged(&repo, &apart, &[]).1, &whole);
        // One as a whole and the other in shares.
        let mixed = [shares(&repo, count, &["t*"]), vec![apart[0].clone()]].concat();
        prop_assert_eq!(&merged(&repo, &mixed, &[]).1, &whole);
    }
}

// Reports that are not all there, or not of one check.

/// Two seals, which the tree does not follow in all, in a git repository where they are committed.
fn drifted() -> Repo {
    Repo::once("", || {
        let repo = Repo::in_git();
        let file = |text: &str| Node::File(text.as_bytes().to_vec());
        repo.build(
            "one",
            &[
                ("a", file("a\n")),
                ("b", file("bb")),
                ("c", Node::Exec(b"ccc".to_vec())),
                ("d/e", file("eeee")),
                ("d/link", Node::Link("e".into())),
                ("empty", Node::Dir),
                ("g", file("ggggg")),
            ],
        );
        repo.build("two", &[("x", file("x")), ("y", file("y"))]);
        fs::write(repo.at(".gitignore"), "one\ntwo\nreports\n").unwrap();
        repo.seal("one", "one");
        repo.seal("two", "two");
        repo.git(&["add", "."]);
        repo.git(&["commit", "--quiet", "-m", "sealed"]);
        fs::write(repo.at("one/a"), "a\r\n").unwrap();
        fs::rename(repo.at("one/g"), repo.at("one/moved")).unwrap();
        fs::remove_file(repo.at("one/b")).unwrap();
        fs::write(repo.at("one/new"), "new").unwrap();
        repo
    })
}

/// The same, as it was sealed.
fn sound() -> Repo {
    Repo::once("", || {
        let repo = drifted();
        fs::write(repo.at("one/a"), "a\n").unwrap();
        fs::rename(repo.at("one/moved"), repo.at("one/g")).unwrap();
        fs::write(repo.at("one/b"), "bb").unwrap();
        fs::remove_file(repo.at("one/new")).unwrap();
        repo
    })
}

/// What is done to the reports of three shares, and the code of the error that it leads to.
struct Broken {
    what: &'static str,
    code: &'static str,
    breaks: fn(&Repo, &mut Vec<String>),
}

/// Changes the report in `file`.
fn edit(repo: &Repo, file: &str, change: impl FnOnce(&mut Value)) {
    let mut report = read(repo, file);
    change(&mut report);
    write(repo, file, &report);
}

/// The first finding of `kind` in any of `files`, after `change`.
fn edit_finding(repo: &Repo, files: &[String], kind: &str, change: impl Fn(&mut Value)) {
    for file in files {
        let mut report = read(repo, file);
        let seals = report["seals"].as_array_mut().unwrap().iter_mut();
        let mut findings = seals.flat_map(|seal| seal["findings"].as_array_mut().unwrap());
        if let Some(finding) = findings.find(|finding| finding["kind"] == kind) {
            change(finding);
            write(repo, file, &report);
            return;
        }
    }
    unreachable!("no {kind}");
}

const BROKEN: &[Broken] = &[
    Broken { what: "one is missing", code: "share-missing", breaks: |_, files| drop(files.pop()) },
    Broken {
        what: "one is there twice, another not at all",
        code: "share-twice",
        breaks: |_, files| files[2] = files[1].clone(),
    },
    Broken {
        what: "one is there twice, beside all",
        code: "share-twice",
        breaks: |_, files| files.push(files[0].clone()),
    },
    Broken {
        what: "a copy of one calls itself another",
        code: "share-assignment",
        breaks: |repo, files| {
            fs::copy(repo.at(&files[0]), repo.at(&files[1])).unwrap();
            edit(repo, &files[1], |report| report["partition"]["index"] = json!(2));
        },
    },
    Broken {
        what: "one too many",
        code: "report-inconsistent",
        breaks: |repo, files| {
            edit(repo, &files[2], |report| report["partition"]["index"] = json!(4));
        },
    },
    Broken {
        what: "another number of shares",
        code: "share-count-differs",
        breaks: |repo, files| {
            edit(repo, &files[2], |report| report["partition"]["count"] = json!(4));
        },
    },
    Broken {
        what: "all of another number of shares",
        code: "share-missing",
        breaks: |repo, files| {
            for file in files {
                edit(repo, file, |report| report["partition"]["count"] = json!(4));
            }
        },
    },
    Broken {
        what: "no shares, but three checks",
        code: "seal-twice",
        breaks: |repo, files| {
            for file in files {
                edit(repo, file, |report| {
                    drop(report.as_object_mut().unwrap().remove("partition"));
                });
            }
        },
    },
    Broken {
        what: "a whole check beside its shares",
        code: "seal-twice",
        breaks: |repo, files| {
            repo.run(&["check", "--report", "json=reports/whole.json"]);
            files.push("reports/whole.json".to_owned());
        },
    },
    Broken {
        what: "another kind of shares",
        code: "report-malformed",
        breaks: |repo, files| {
            edit(repo, &files[0], |report| report["partition"]["kind"] = json!("hash"));
        },
    },
    Broken {
        what: "another version",
        code: "report-version-differs",
        breaks: |repo, files| {
            edit(repo, &files[0], |report| report["tool"]["version"] = json!("0.0.1"));
        },
    },
    Broken {
        what: "another program",
        code: "report-version-differs",
        breaks: |repo, files| edit(repo, &files[0], |report| report["tool"]["name"] = json!("x")),
    },
    Broken {
        what: "another seal digest",
        code: "report-seal-differs",
        breaks: |repo, files| {
            edit(repo, &files[0], |report| report["seals"][0]["digest"] = json!("0".repeat(64)));
        },
    },
    Broken {
        what: "no seal digest",
        code: "report-seal-differs",
        breaks: |repo, files| {
            edit(repo, &files[0], |report| report["seals"][0]["digest"] = json!(null));
        },
    },
    Broken {
        what: "another root",
        code: "report-seal-differs",
        breaks: |repo, files| {
            edit(repo, &files[0], |report| report["seals"][0]["root"] = json!("two"));
        },
    },
    Broken {
        what: "the seal changed since",
        code: "report-seal-differs",
        breaks: |repo, _| {
            fs::write(repo.at("one/more"), "more").unwrap();
            assert_eq!(repo.run(&["seal", "one"]).code, 0);
        },
    },
    Broken {
        what: "a seal is gone since",
        code: "seal-surplus",
        breaks: |repo, _| fs::remove_file(repo.at("seals/two.toml")).unwrap(),
    },
    Broken {
        what: "a seal came since",
        code: "seal-not-reported",
        breaks: |repo, _| {
            fs::copy(repo.at("seals/two.toml"), repo.at("seals/three.toml")).unwrap();
        },
    },
    Broken {
        what: "a seal is broken since",
        code: "seal-malformed",
        breaks: |repo, _| fs::write(repo.at("seals/two.toml"), "x").unwrap(),
    },
    Broken {
        what: "a share of one seal alone",
        code: "share-seals-differ",
        breaks: |repo, _| {
            let report = ["--report", "json=reports/3.json"];
            repo.run(&[&["check", "one", "--partition", "slice:3/3"], &report[..]].concat());
        },
    },
    Broken {
        what: "seals of a commit in one",
        code: "report-commit-differs",
        breaks: |repo, _| {
            let report = ["--report", "json=reports/3.json", "--seals-from", "HEAD"];
            repo.run(&[&["check", "--partition", "slice:3/3"], &report[..]].concat());
        },
    },
    Broken {
        what: "a base in one",
        code: "report-base-differs",
        breaks: |repo, _| {
            let report = ["--report", "json=reports/3.json", "--base", "HEAD"];
            repo.run(&[&["check", "--partition", "slice:3/3"], &report[..]].concat());
        },
    },
    Broken {
        what: "bytes of another directory in one",
        code: "report-source-differs",
        breaks: |repo, files| {
            edit(repo, &files[0], |report| {
                report["seals"][0]["source"] = json!({"kind": "directory", "path": "/elsewhere"});
            });
        },
    },
    Broken {
        what: "bytes of no place",
        code: "report-malformed",
        breaks: |repo, files| {
            for file in files {
                edit(repo, file, |report| report["seals"][0]["source"] = json!({"kind": "moon"}));
            }
        },
    },
    Broken {
        what: "bytes of a commit that the seals are not of",
        code: "report-inconsistent",
        breaks: |repo, files| {
            for file in files {
                edit(repo, file, |report| {
                    report["seals"][0]["source"] =
                        json!({"kind": "commit", "rev": "x", "oid": "0".repeat(40)});
                });
            }
        },
    },
    Broken {
        what: "an error is told, and the rest is as it was",
        code: "report-of-error",
        breaks: |repo, files| {
            edit(repo, &files[0], |report| {
                report["errors"] =
                    json!([{"code": "root-missing", "message": "no", "seal": "one"}]);
            });
        },
    },
    Broken {
        what: "a file that is none",
        code: "report-unreadable",
        breaks: |_, files| files.push("reports/none".to_owned()),
    },
    Broken {
        what: "a finding of another kind than there are",
        code: "report-malformed",
        breaks: |repo, files| {
            edit_finding(repo, files, "unsealed", |finding| finding["kind"] = json!("fine"));
        },
    },
    Broken {
        what: "a finding of another share's path",
        code: "report-inconsistent",
        breaks: |repo, files| {
            let mut taken = json!(null);
            for file in &files[..] {
                let mut report = read(repo, file);
                let findings = report["seals"][0]["findings"].as_array_mut().unwrap();
                if taken.is_null() {
                    let at = findings.iter().position(|finding| finding["kind"] == "modified");
                    taken = at.map_or(json!(null), |at| findings.remove(at));
                } else {
                    findings.insert(0, taken.clone());
                }
                write(repo, file, &report);
            }
            assert!(!taken.is_null());
        },
    },
    Broken {
        what: "a finding twice",
        code: "report-inconsistent",
        breaks: |repo, files| {
            edit(repo, &files[0], |report| {
                let findings = report["seals"][0]["findings"].as_array_mut().unwrap();
                let again = findings.last().unwrap().clone();
                findings.push(again);
            });
        },
    },
    Broken {
        what: "a share that knows what moved",
        code: "report-inconsistent",
        breaks: |repo, files| {
            edit(repo, &files[0], |report| {
                let findings = report["seals"][0]["findings"].as_array_mut().unwrap();
                let moved = findings.iter_mut().find(|finding| finding["path"] == "moved").unwrap();
                moved["kind"] = json!("moved");
                moved["from"] = json!("g");
                moved["line"] = json!(14);
                moved["expected"] = moved["observed"].clone();
            });
        },
    },
    Broken {
        what: "a share that knows a cause of several findings",
        code: "report-inconsistent",
        breaks: |repo, files| {
            edit_finding(repo, files, "unsealed", |finding| {
                finding["cause"] = json!("case-only-rename");
            });
        },
    },
    Broken {
        what: "what is not sealed is left out by all",
        code: "report-inconsistent",
        breaks: |repo, files| {
            for file in &files[..] {
                edit(repo, file, |report| {
                    let findings = report["seals"][0]["findings"].as_array_mut().unwrap();
                    findings.retain(|finding| finding["kind"] != "unsealed");
                });
            }
        },
    },
];

#[test]
fn reports_that_are_not_those_of_one_check_are_an_error() {
    for Broken { what, code, breaks } in BROKEN {
        let repo = drifted();
        let mut files = shares(&repo, 3, &[]);
        assert_eq!(merged(&repo, &files, &[]).0, 1, "before: {what}");
        breaks(&repo, &mut files);
        let (exit, report) = merged(&repo, &files, &[]);
        assert_eq!((exit, &report["verdict"]), (2, &json!("error")), "{what}: {report:#}");
        let errors = report["errors"].as_array().unwrap();
        assert!(errors.iter().any(|error| error["code"] == *code), "{what}: {report:#}");
        for error in errors {
            let told = |key: &str| error[key].as_str().is_some_and(|text| !text.is_empty());
            assert!(told("message") && told("remedy"), "{what}: {error}");
        }
    }
}

// Tampered reports.

/// Every place in `value`, with a few other values for it.
fn changes(value: &Value, at: &str, all: &mut Vec<(String, Option<Value>)>) {
    if !at.is_empty() {
        all.push((at.to_owned(), None));
        let others = match value {
            Value::Null => vec![json!("x")],
            Value::Bool(yes) => vec![json!(!yes)],
            Value::Number(number) => {
                let number = number.as_u64().unwrap();
                vec![
                    json!(number + 1),
                    json!(number.wrapping_sub(1)),
                    json!(0),
                    json!(1e300),
                    json!(-1),
                ]
            }
            Value::String(text) => {
                let words = ["pass", "fail", "missing", "unsealed", "file", "a", ""];
                let digits = text.replace(['0', 'a'], "1");
                words
                    .iter()
                    .map(|word| json!(word))
                    .chain([json!(digits), json!(format!("{text}x"))])
                    .collect()
            }
            Value::Array(items) => {
                vec![json!([]), json!({}), json!([items.clone(), items.clone()].concat())]
            }
            Value::Object(_) => vec![json!({}), json!([]), json!("x"), json!(null)],
        };
        all.extend(
            others.into_iter().filter(|other| other != value).map(|o| (at.to_owned(), Some(o))),
        );
    }
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                changes(item, &format!("{at}/{index}"), all);
            }
        }
        Value::Object(fields) => {
            for (key, field) in fields {
                changes(field, &format!("{at}/{key}"), all);
            }
        }
        _ => {}
    }
}

fn change(report: &mut Value, at: &str, value: Option<Value>) {
    let (above, last) = at.rsplit_once('/').unwrap();
    let above = report.pointer_mut(above).unwrap();
    match (above, value) {
        (above, Some(value)) if above.is_array() => above[last.parse::<usize>().unwrap()] = value,
        (Value::Array(items), None) => drop(items.remove(last.parse().unwrap())),
        (above, Some(value)) => above[last] = value,
        (above, None) => drop(above.as_object_mut().unwrap().remove(last)),
    }
}

/// What a report says for people or of itself, on which nothing depends; and what was observed, and
/// where, which nobody else can know.
const WORDS: [&str; 13] = [
    "remedy",
    "fix",
    "approve",
    "caution",
    "file",
    "elapsed_ms",
    "notices",
    "message",
    "code",
    "detail",
    "path",
    "cause",
    "observed",
];

/// What becomes of `files` when one of them is changed in one place: an error; or what was, in all
/// that can be held against the seals.
fn is_proof_against_one_change(repo: &Repo, files: &[String], arguments: &[&str]) {
    let (_, before) = merged(repo, files, arguments);
    assert_eq!(before["verdict"], "fail");
    for file in files {
        let report = read(repo, file);
        let mut all = Vec::new();
        changes(&report, "", &mut all);
        assert!(all.len() > 200, "only {} changes", all.len());
        for (at, value) in all {
            let mut changed = report.clone();
            change(&mut changed, &at, value.clone());
            write(repo, file, &changed);
            let (exit, after) = merged(repo, files, arguments);
            if exit == 2 || after == before {
                continue;
            }
            assert!(at.split('/').any(|key| WORDS.contains(&key)), "{at}: {value:?}: {after:#}");
            assert_eq!(after["verdict"], "fail", "{at}: {value:?}");
        }
        write(repo, file, &report);
    }
}

#[test]
fn no_change_of_one_share_makes_another_verdict_of_a_tree_that_drifted() {
    let repo = drifted();
    is_proof_against_one_change(&repo, &shares(&repo, 2, &[]), &[]);
}

#[test]
fn no_change_of_a_report_hides_what_became_of_a_seal_since_the_base_that_is_asked_for() {
    let repo = drifted();
    let pinned = ["--base", "HEAD~1", "--seals-from", "HEAD"];
    fs::write(
        repo.at("seals/two.toml"),
        fs::read_to_string(repo.at("seals/two.toml"))
            .unwrap()
            .replace("exclude = []", "exclude = [\n  \"*.log\",\n]"),
    )
    .unwrap();
    repo.git(&["commit", "--quiet", "-am", "narrower"]);
    repo.run(&[&["check", "two", "--report", "json=whole.json"], &pinned[..]].concat());
    let files = ["whole.json".to_owned()];
    let only = ["--only", "two"];
    let (_, report) = merged(&repo, &files, &[&pinned[..], &only].concat());
    assert_eq!(report["seals"][0]["findings"], json!([]));
    is_proof_against_one_change(&repo, &files, &[&pinned[..], &only].concat());
}

// Where seals and bytes come from.

#[test]
fn shares_say_what_a_whole_check_says_wherever_seals_and_bytes_come_from() {
    let repo = drifted();
    repo.git(&["branch", "base"]);
    // What is kept in git, with a file that is not in it, and a seal that is another since the base.
    repo.build("three", &[("k", Node::Exec(b"k".to_vec())), ("l", Node::File(b"l".to_vec()))]);
    repo.git(&["add", "three"]);
    repo.seal("three", "three");
    repo.git(&["add", "."]);
    repo.git(&["commit", "--quiet", "-m", "three"]);
    fs::write(repo.at("three/stray"), "stray").unwrap();
    set_mode(&repo.at("three/k"), false);
    let cases: [&[&str]; 8] = [
        &[],
        &["--seals-from", "HEAD"],
        &["--rev", "HEAD", "three"],
        &["--base", "base"],
        &["--base", "base", "--on-reseal", "fail", "--seals-from", "HEAD"],
        &["--at", "one", "two"],
        &["three"],
        &["one", "three", "--require-sealed", "three"],
    ];
    for arguments in cases {
        for count in [1, 3] {
            let whole = repo.run(&[&["check", "--format", "json"], arguments].concat());
            let files = shares(&repo, count, arguments);
            let names = ["one", "two", "three"];
            let selected = names.into_iter().filter(|name| {
                arguments.ends_with(&[name]) || (*name == "one" && arguments.first() == Some(name))
            });
            let mut only: Vec<&str> = selected.flat_map(|name| ["--only", name]).collect();
            if arguments.contains(&"--require-sealed") {
                only = vec!["--only", "one", "--only", "three"];
            }
            let (code, report) = merged(&repo, &files, &only);
            assert_eq!(report, told(whole.stdout.as_bytes()), "{count} shares of {arguments:?}");
            assert_eq!(code, whole.code);
        }
    }
}

#[test]
fn a_verdict_that_does_not_follow_is_refused() {
    for verdict in ["fail", "refused", "error"] {
        let repo = sound();
        let files = shares(&repo, 2, &[]);
        edit(&repo, &files[0], |report| report["verdict"] = json!(verdict));
        let (exit, report) = merged(&repo, &files, &[]);
        let code = report["errors"][0]["code"].as_str();
        assert_eq!((exit, code), (2, Some("report-inconsistent")), "{verdict}: {report:#}");
    }
}

#[test]
fn what_is_asked_for_is_what_the_reports_are_of() {
    let repo = sound();
    repo.git(&["commit", "--quiet", "--allow-empty", "-m", "later"]);
    let plain = shares(&repo, 2, &[]);
    assert_eq!(merged(&repo, &plain, &[]).0, 0);
    let codes = |files: &[String], arguments: &[&str]| {
        let (exit, report) = merged(&repo, files, arguments);
        let errors = report["errors"].as_array().unwrap().iter();
        (exit, errors.map(|error| error["code"].as_str().unwrap().to_owned()).collect::<Vec<_>>())
    };
    let no = |code: &str| (2, vec![code.to_owned()]);
    let yes = (0, Vec::new());
    assert_eq!(codes(&plain, &["--seals-from", "HEAD"]), no("report-commit-differs"));
    let (_, report) = merged(&repo, &plain, &["--seals-from", "HEAD"]);
    let message = report["errors"][0]["message"].as_str().unwrap();
    assert!(message.starts_with("the reports are of the seals of the working tree, "), "{message}");
    assert_eq!(codes(&plain, &["--base", "HEAD"]), no("report-base-differs"));
    assert_eq!(codes(&plain, &["--only", "one"]), (2, vec!["seal-surplus".to_owned(); 2]));
    assert_eq!(codes(&plain, &["--only", "none"]), no("name-unmatched"));
    let pinned = shares(&repo, 2, &["--seals-from", "HEAD", "--base", "HEAD~1"]);
    assert_eq!(codes(&pinned, &[]), yes);
    assert_eq!(codes(&pinned, &["--seals-from", "HEAD", "--base", "HEAD~1"]), yes);
    assert_eq!(codes(&pinned, &["--seals-from", "HEAD~1"]), no("report-commit-differs"));
    assert_eq!(codes(&pinned, &["--base", "HEAD"]), no("report-base-differs"));
    assert_eq!(
        codes(&pinned, &["--base", "HEAD~1", "--on-reseal", "fail"]),
        no("report-base-differs")
    );
    // A commit that is not here.
    for file in &pinned {
        edit(&repo, file, |report| {
            for seal in report["seals"].as_array_mut().unwrap() {
                seal["seal_source"]["oid"] = json!("0".repeat(40));
            }
        });
    }
    assert_eq!(codes(&pinned, &[]), no("object-missing"));
}

#[test]
fn what_is_narrowed_is_said() {
    let repo = sound();
    repo.run(&["check", "two", "--report", "json=two.json"]);
    let missing = repo.run(&["merge-reports", "two.json"]);
    assert_eq!(missing.code, 2);
    assert!(
        missing.stderr.contains("seal one: no report speaks of this seal"),
        "{}",
        missing.stderr
    );
    let ran = repo.run(&["merge-reports", "two.json", "--only", "t*"]);
    let said = ran.stdout;
    assert_eq!(ran.code, 0, "{said}");
    assert!(said.contains("--only t*: 1 of the seals"), "{said}");
    assert!(said.contains("PASS  1 seal (two)"), "{said}");
}

#[test]
fn shares_that_did_not_see_the_same_tree_are_merged_and_that_is_said() {
    let repo = sound();
    let files = shares(&repo, 3, &[]);
    fs::write(repo.at("one/late"), "1").unwrap();
    fs::write(repo.at("one/later"), "x").unwrap();
    repo.run(&["check", "--partition", "slice:2/3", "--report", "json=reports/2.json"]);
    fs::write(repo.at("one/late"), "22").unwrap();
    repo.run(&["check", "--partition", "slice:3/3", "--report", "json=reports/3.json"]);
    let (code, report) = merged(&repo, &files, &[]);
    assert_eq!(code, 1, "{report:#}");
    let findings = report["seals"][0]["findings"].as_array().unwrap();
    let details: Vec<_> =
        findings.iter().map(|finding| finding["detail"].as_str().unwrap()).collect();
    assert_eq!(details, ["the shares saw different things here", "of 3 shares seen by 2, 3 alone"]);
    assert_eq!(report["notices"][0]["code"], "shares-differ");
}

#[test]
fn an_error_of_one_share_is_an_error_of_all() {
    let repo = drifted();
    let files = shares(&repo, 3, &[]);
    fs::rename(repo.at("two"), repo.at("away")).unwrap();
    let report = "json=reports/2.json";
    assert_eq!(repo.run(&["check", "--partition", "slice:2/3", "--report", report]).code, 2);
    fs::rename(repo.at("away"), repo.at("two")).unwrap();
    let (code, report) = merged(&repo, &files, &[]);
    assert_eq!((code, &report["verdict"]), (2, &json!("error")));
    let errors = report["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 1, "{report:#}");
    assert_eq!(
        (&errors[0]["code"], &errors[0]["seal"]),
        (&json!("report-of-error"), &json!("two"))
    );
    assert!(errors[0]["message"].as_str().unwrap().contains("root-missing"), "{report:#}");
    // The other seal is judged all the same.
    assert_eq!(report["seals"][0]["findings"].as_array().unwrap().len(), 4);
}

#[test]
fn a_merged_report_can_be_accepted_and_a_share_cannot() {
    let repo = drifted();
    let files = shares(&repo, 2, &[]);
    let ran = repo.run(&["seal", "--from-report", &files[0]]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("it is the report of share 1 of 2"), "{}", ran.stderr);
    let merge = ["merge-reports", "--report", "json=merged.json", &files[0], &files[1]];
    assert_eq!(repo.run(&merge).code, 1);
    let ran = repo.run(&["seal", "--from-report", "merged.json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(repo.run(&["check"]).code, 0);
}

#[test]
fn a_report_is_written_over_nothing_that_is_read() {
    let repo = sound();
    let files = shares(&repo, 2, &[]);
    for place in [&*files[0], "one/report.json", "seals/report.json", ".git/report.json"] {
        let report = format!("json={place}");
        let ran = repo.run(&["merge-reports", "--report", &report, &files[0], &files[1]]);
        assert_eq!(ran.code, 2, "{place}");
        assert!(ran.stderr.contains("which this check reads"), "{}", ran.stderr);
    }
    assert_eq!(merged(&repo, &files, &[]).0, 0);
}

#[test]
fn what_is_no_report_is_refused_and_never_waited_for() {
    let repo = sound();
    let deep = format!("{{\"format\": {}", "[".repeat(1 << 20));
    let huge =
        |number: &str| format!("{{\"format\": \"sealgate-report/1\", \"elapsed_ms\": {number}}}");
    let (beyond, long) = (huge("1e999"), huge(&"9".repeat(1 << 16)));
    let texts: [(&[u8], &str); 12] = [
        (b"", "report-malformed"),
        (b"{", "report-malformed"),
        (b"null", "report-malformed"),
        (b"[]", "report-malformed"),
        (b"{}", "report-malformed"),
        (b"\xff\xfe{}", "report-malformed"),
        (b"{\"format\": \"sealgate-report/1\"}", "report-malformed"),
        (b"{\"format\": \"sealgate-report/2\"}", "report-format-unknown"),
        (b"{\"format\": \"sealgate-diff/1\"}", "report-format-unknown"),
        (deep.as_bytes(), "report-malformed"),
        (beyond.as_bytes(), "report-malformed"),
        (long.as_bytes(), "report-malformed"),
    ];
    for (text, code) in texts {
        fs::write(repo.at("bad.json"), text).unwrap();
        let (exit, report) = merged(&repo, &["bad.json".to_owned()], &[]);
        let start = String::from_utf8_lossy(&text[..text.len().min(40)]).into_owned();
        assert_eq!((exit, &report["errors"][0]["code"]), (2, &json!(code)), "{start}");
    }
    make_fifo(&repo.at("fifo.json"));
    fs::File::create(repo.at("long.json")).unwrap().set_len(1 << 40).unwrap();
    let places = [
        ("fifo.json", "report-unreadable"),
        ("one", "report-unreadable"),
        ("/dev/zero", "report-unreadable"),
        ("long.json", "report-too-large"),
    ];
    for (place, code) in places {
        let (exit, report) = merged(&repo, &[place.to_owned()], &[]);
        assert_eq!((exit, &report["errors"][0]["code"]), (2, &json!(code)), "{place}");
    }
    assert_eq!(repo.run(&["merge-reports"]).code, 2);
}
