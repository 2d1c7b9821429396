//! Judges from outside read what a check writes: a SARIF validator with GitHub's rules, a parser of
//! JUnit XML, and a browser.

#![cfg(unix)]

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::support::Repo;

/// Names that would act in a document that took them as they are.
const HOSTILE: [&[u8]; 10] = [
    b"x\"'><script>pwned=1<!--",
    b"<img src=x onerror=pwned=1>",
    b"<svg onload=pwned=1>",
    b"\" onmouseover=\"pwned=1\" x=\"",
    b"]]><failure message='x'>",
    b"&#x1b;&quot;&lt;b&gt;",
    b"[link](http:x) {0} {1}",
    b"a\n::error::forged\r##[error]x",
    b"\x1b[31m\x07\x01",
    b"\xff\xfe",
];

/// A sealed build of files in several directories.
fn sealed() -> Repo {
    let repo = Repo::plain();
    let write = |path: &str, bytes: &[u8]| {
        let path = repo.at(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    };
    for n in 0..12_usize {
        write(&format!("dist/js/vendor/{n}.js"), &vec![b'v'; 900 * n]);
        write(&format!("dist/js/{n}.js"), &vec![b'j'; 300 * n]);
        write(&format!("dist/css/{n}.css"), &vec![b'c'; 200 * n]);
    }
    write("dist/app.js", b"a\nb\n");
    write("dist/run", b"#!/bin/sh\n");
    fs::set_permissions(repo.at("dist/run"), fs::Permissions::from_mode(0o755)).unwrap();
    symlink("app.js", repo.at("dist/latest")).unwrap();
    write("site/index.html", b"<p>\n");
    repo.seal("dist", "dist");
    repo.seal("site", "site");
    repo
}

/// Drift of every kind that makes a fail, with hostile names.
fn drift(repo: &Repo) {
    fs::write(repo.at("dist/app.js"), "a\r\nb\r\n").unwrap();
    fs::write(repo.at("dist/js/1.js"), "other").unwrap();
    fs::set_permissions(repo.at("dist/run"), fs::Permissions::from_mode(0o644)).unwrap();
    fs::remove_file(repo.at("dist/latest")).unwrap();
    symlink("run", repo.at("dist/latest")).unwrap();
    fs::remove_file(repo.at("dist/css/1.css")).unwrap();
    fs::rename(repo.at("dist/css/2.css"), repo.at("dist/css/moved.css")).unwrap();
    fs::remove_file(repo.at("dist/css/3.css")).unwrap();
    symlink("x", repo.at("dist/css/3.css")).unwrap();
    for name in HOSTILE {
        let path = repo.at("dist").join(OsStr::from_bytes(name));
        fs::write(path, "x").unwrap();
    }
}

/// A check that passes, one that fails and one that cannot judge, each with its report as
/// `FORMAT`; exit codes 0, 1 and 2.
fn three(format: &str) -> [(Repo, PathBuf); 3] {
    [0, 1, 2].map(|code| {
        let repo = sealed();
        if code > 0 {
            drift(&repo);
        }
        if code > 1 {
            fs::write(repo.at("seals/other.toml"), "x = 1\n").unwrap();
        }
        let file = repo.at(format!("report.{format}"));
        let wanted = format!("{format}={}", file.display());
        let ran = repo.run(&["check", "--report", &wanted]);
        assert_eq!(ran.code, code, "{}", ran.stderr);
        (repo, file)
    })
}

/// What `program` printed.
#[track_caller]
fn output(program: &Path, arguments: &[&OsStr], environment: &[(&str, &str)]) -> String {
    let ran = Command::new(program)
        .args(arguments)
        .envs(environment.iter().copied())
        .output()
        .expect("a judge that .ci/run installs");
    let (out, err) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert!(ran.status.success(), "{}: {out}{err}", program.display());
    out.into_owned()
}

/// Where `.ci/run` puts what npm has.
fn modules() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools/node_modules")
}

#[test]
#[ignore = "needs the SARIF Multitool, which .ci/run installs"]
fn the_sarif_validator_finds_no_error_by_the_standard_and_by_the_rules_of_github() {
    let program = modules().join("@microsoft/sarif-multitool-linux/Sarif.Multitool");
    let validate = |file: &Path| -> Vec<Value> {
        let out = file.with_extension("judged");
        let arguments: [&OsStr; 8] = [
            "validate".as_ref(),
            file.as_ref(),
            "--rule-kind".as_ref(),
            "Sarif;Ghas".as_ref(),
            "-o".as_ref(),
            out.as_ref(),
            "--log".as_ref(),
            "ForceOverwrite".as_ref(),
        ];
        output(&program, &arguments, &[("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1")]);
        let log: Value = serde_json::from_slice(&fs::read(&out).unwrap()).unwrap();
        let run = &log["runs"][0];
        assert_eq!(run["invocations"][0]["executionSuccessful"], true, "{run}");
        run["results"].as_array().unwrap().clone()
    };
    let said = |file: &Path| -> Vec<String> {
        let word = |result: &Value, key: &str| result[key].as_str().unwrap_or("-").to_owned();
        let line = |r| format!("{} {}", word(r, "ruleId"), word(r, "level"));
        validate(file).iter().map(line).collect()
    };
    let three = three("sarif");
    for (_repo, file) in &three {
        // There is no address of the tool that could be named; and so it is seen that it judged.
        assert_eq!(said(file), ["SARIF2005 -"], "{}", file.display());
    }
    // The judge finds errors where there are some.
    let [_, (_repo, file), _] = &three;
    let text = fs::read_to_string(file).unwrap();
    for (good, bad) in [("\"ruleIndex\": 5", "\"ruleIndex\": 99"), ("/dist.toml", "/di st.toml")] {
        assert!(text.contains(good), "{text}");
        fs::write(file, text.replace(good, bad)).unwrap();
        assert!(said(file).iter().any(|line| line.ends_with(" error")), "{bad} passes");
    }
}

#[test]
#[ignore = "needs junitparser, which .ci/run installs"]
fn a_parser_of_junit_xml_counts_what_the_report_in_json_has() {
    let script = "import sys, json, junitparser as j\n\
        x = j.JUnitXml.fromfile(sys.argv[1])\n\
        cases = [c for s in x for c in s]\n\
        of = lambda t: sum(any(type(r) is t for r in c.result) for c in cases)\n\
        said = [x.tests, x.failures, x.errors]\n\
        print(json.dumps([said, [len(cases), of(j.Failure), of(j.Error)], sorted(s.name for s in x)]))";
    for ((repo, file), code) in three("junit").into_iter().zip([0, 1, 2]) {
        let checked = repo.check(&[]);
        let seals = checked.report["seals"].as_array().unwrap();
        let findings: usize =
            seals.iter().map(|seal| seal["findings"].as_array().unwrap().len()).sum();
        let clean = seals.iter().filter(|seal| seal["verdict"] == "pass").count();
        let errors = checked.report["errors"].as_array().unwrap().len();
        let arguments: [&OsStr; 3] = ["-c".as_ref(), script.as_ref(), file.as_ref()];
        let said = output(Path::new("python3"), &arguments, &[]);
        let counts = [findings + clean + errors, findings, errors];
        let names: Vec<_> = seals.iter().map(|seal| seal["name"].as_str().unwrap()).collect();
        let told = serde_json::to_value((counts, counts, names)).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&said).unwrap(), told, "exit code {code}");
    }
}

#[test]
#[ignore = "needs Chromium, node and playwright-core, which .ci/run installs"]
fn a_browser_shows_the_page_of_a_failing_check_filters_it_and_runs_nothing_of_a_name() {
    let [_, (repo, file), _] = three("html");
    let pictures = repo.at("pictures");
    fs::create_dir(&pictures).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judges/page_judge.mjs");
    let arguments: [&OsStr; 4] =
        [script.as_ref(), file.as_ref(), pictures.as_ref(), "dist/js/".as_ref()];
    let node_path = modules();
    let said = output(Path::new("node"), &arguments, &[("NODE_PATH", node_path.to_str().unwrap())]);
    let seen: Value = serde_json::from_str(&said).unwrap();
    for what in ["requests", "console", "errors"] {
        assert_eq!(seen[what], serde_json::json!([]), "{what}: {said}");
    }
    for what in ["dialogs", "violations", "wide", "cut"] {
        assert_eq!(seen[what], 0, "{what}: {said}");
    }
    assert!(seen["labels"].as_u64().unwrap() > 0, "{said}");
    assert_eq!(seen["marker"], "undefined", "a name ran: {said}");
    let elements = serde_json::json!(
        {"scripts": 1, "images": 0, "links": 0, "frames": 0, "handlers": 0}
    );
    assert_eq!(seen["elements"], elements);
    let report = repo.check(&[]).report;
    let findings = report["seals"][0]["findings"].as_array().unwrap();
    let unsealed = findings.iter().filter(|finding| finding["kind"] == "unsealed").count();
    let shown = serde_json::json!(
        {"all": findings.len(), "word": 1, "sealed": findings.len() - unsealed}
    );
    assert_eq!(seen["shown"], shown);
    assert_eq!(seen["count"], format!("{} of {} shown", findings.len() - unsealed, findings.len()));
    assert_ne!(seen["copied"], "Copy");
    assert_eq!(seen["script"], findings.len(), "without script the table is whole");
    for picture in ["phone-light", "phone-dark", "desktop-light", "desktop-dark"] {
        let bytes = fs::read(pictures.join(format!("{picture}.png"))).unwrap();
        assert!(bytes.starts_with(b"\x89PNG") && bytes.len() > 20_000, "{picture}");
    }
}

#[test]
#[ignore = "needs check-jsonschema, which .ci/run installs"]
fn reports_have_the_form_of_the_committed_schema() {
    let repo = sealed();
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/generated/schema/report-1.json");
    let agrees = || {
        let mut judge = Command::new("check-jsonschema");
        judge.args(["--schemafile", schema]).arg(repo.at("r.json"));
        let output = judge.output().expect("check-jsonschema runs");
        (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let mut codes = Vec::new();
    for (command, drifts) in [
        (&["check"][..], false),
        (&["check", "--partition", "slice:1/2"], false),
        (&["check"], true),
        (&["check", "none-such"], false),
    ] {
        if drifts {
            drift(&repo);
        }
        let ran = repo.run(&[command, &["--report", "json=r.json"]].concat());
        codes.push(ran.code);
        let (agrees, said) = agrees();
        assert!(agrees, "{command:?}: {said}");
    }
    assert_eq!(codes, [0, 0, 1, 2]);
    let text = fs::read_to_string(repo.at("r.json")).unwrap();
    fs::write(repo.at("r.json"), text.replace("\"error\"", "\"errors\"")).unwrap();
    assert!(!agrees().0, "the schema takes any verdict");
}
