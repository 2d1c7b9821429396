//! The formats of code scanners and test runners: what they say of every outcome, and what hostile
//! names cannot make them say. Who reads them takes an empty list for a pass.

use std::collections::{BTreeSet, HashSet};
use std::slice;
use std::time::Duration;

use proptest::prelude::*;
use sealgate::report::{Format, Invocation, Notice, Report, Verbosity, write};
use sealgate_core::compare::changes::{OnReseal, Reseal};
use sealgate_core::compare::finding::{Cause, Finding, FindingKind};
use sealgate_core::compare::verdict::{Base, SealResult, Source, Verdict};
use sealgate_core::seal::entry::{Digest, Entry};
use sealgate_core::seal::path::EntryPath;
use sealgate_core::text::problem::Problem;
use serde_json::Value;

fn file(size: u64, content: &[u8]) -> Entry {
    Entry::File { size, digest: Digest::of(content), executable: false }
}

fn finding(kind: FindingKind, path: impl AsRef<[u8]>) -> Finding {
    Finding::new(kind, path.as_ref())
}

fn judgement(name: &str, findings: Vec<Finding>) -> SealResult {
    SealResult {
        name: name.to_owned(),
        database: None,
        root: Some(name.to_owned()),
        tracked: Some(true),
        build: None,
        digest: Some(Digest::of(name.as_bytes())),
        source: Source::Worktree,
        seal_source: Source::Worktree,
        checked: 9 + findings.len() as u64,
        matched: 9,
        bytes: 1_258_291,
        taken: None,
        findings,
        new_directories: Vec::new(),
        folds: Vec::new(),
        reseal: None,
        problems: Vec::new(),
    }
}

fn report(judgements: &[SealResult], problems: &[Problem]) -> Report {
    let invocation = Invocation::default();
    Report::new(judgements, None, problems, Vec::new(), Duration::from_millis(1250), &invocation)
}

fn text(report: &Report, format: Format) -> String {
    let mut bytes = Vec::new();
    write(report, format, Verbosity::Normal, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn json(report: &Report, format: Format) -> Value {
    serde_json::from_str(&text(report, format)).unwrap()
}

fn run(report: &Report) -> Value {
    json(report, Format::Sarif)["runs"][0].clone()
}

fn results(report: &Report) -> Vec<Value> {
    run(report)["results"].as_array().unwrap().clone()
}

fn quality(report: &Report) -> Vec<Value> {
    json(report, Format::Codequality).as_array().unwrap().clone()
}

/// The verdict of every case of JUnit XML: suite, name, outcome, type, message and body.
fn cases(report: &Report) -> Vec<[String; 6]> {
    let text = text(report, Format::Junit);
    let document = roxmltree::Document::parse(&text).unwrap();
    let root = document.root_element();
    assert_eq!(root.tag_name().name(), "testsuites");
    assert_counts(root);
    let suites = root.children().filter(roxmltree::Node::is_element);
    let mut all = Vec::new();
    for suite in suites {
        assert_counts(suite);
        for case in suite.children().filter(roxmltree::Node::is_element) {
            let said = case.first_element_child().expect("every case says something");
            let of = |node: roxmltree::Node<'_, '_>, name| {
                node.attribute(name).unwrap_or_default().to_owned()
            };
            all.push([
                of(suite, "name"),
                of(case, "name"),
                said.tag_name().name().to_owned(),
                of(said, "type"),
                of(said, "message"),
                said.text().unwrap_or_default().to_owned(),
            ]);
        }
    }
    all
}

/// The numbers that an element states are those of what is in it.
fn assert_counts(element: roxmltree::Node<'_, '_>) {
    let inside =
        |name| element.descendants().filter(|node| node.has_tag_name(name)).count().to_string();
    for (attribute, name) in [("tests", "testcase"), ("failures", "failure"), ("errors", "error")] {
        assert_eq!(element.attribute(attribute), Some(&*inside(name)), "{attribute}");
    }
    assert_eq!(element.attribute("skipped"), Some("0"));
}

/// A finding of every kind, with all that one can have.
fn every_kind() -> Vec<Finding> {
    let of = |kind: FindingKind| Finding {
        line: (kind != FindingKind::Unsealed).then_some(8 + kind as usize),
        expected: Some(file(4, b"old")),
        observed: Some(file(6, b"new")),
        detail: Some("what else is known".into()),
        from: (kind == FindingKind::Moved).then(|| EntryPath::parse("old/place").unwrap()),
        ..finding(kind, format!("path/{}", kind.code()))
    };
    FindingKind::ALL.map(of).into()
}

fn codes() -> Vec<&'static str> {
    FindingKind::ALL.map(FindingKind::code).into()
}

#[test]
fn sarif_has_a_rule_and_a_result_for_every_kind_of_finding() {
    let report = report(&[judgement("dist", every_kind())], &[]);
    let log = json(&report, Format::Sarif);
    assert_eq!(log["version"], "2.1.0");
    assert!(log["$schema"].as_str().unwrap().ends_with("/sarif-schema-2.1.0.json"));
    let run = &log["runs"][0];
    let driver = &run["tool"]["driver"];
    assert_eq!(driver["name"], "sealgate");
    assert_eq!(driver["semanticVersion"], driver["version"]);
    let rules = driver["rules"].as_array().unwrap();
    let ids: Vec<_> = rules.iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    assert_eq!(ids, codes());
    for rule in rules {
        for text in ["/shortDescription/text", "/fullDescription/text", "/help/text"] {
            assert!(rule.pointer(text).unwrap().as_str().unwrap().ends_with('.'), "{rule}");
        }
        assert_eq!(rule["defaultConfiguration"]["level"], "error");
    }
    let results = run["results"].as_array().unwrap();
    let found: Vec<_> = results.iter().map(|result| result["ruleId"].as_str().unwrap()).collect();
    assert_eq!(found, codes());
    for (index, result) in results.iter().enumerate() {
        assert_eq!(result["ruleIndex"], index);
        assert_eq!(result["level"], "error");
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "seals/dist.toml");
    }
    assert_eq!(run["invocations"][0]["executionSuccessful"], false, "something was unreadable");
}

#[test]
fn a_sarif_region_is_the_key_of_the_entry_or_the_first_line() {
    let report = report(&[judgement("dist", every_kind())], &[]);
    let region = |code: &str| {
        let all = results(&report);
        let result = all.iter().find(|result| result["ruleId"] == code).unwrap();
        let region = &result["locations"][0]["physicalLocation"]["region"];
        ["startLine", "startColumn", "endLine", "endColumn"]
            .map(|key| region[key].as_u64().unwrap())
    };
    assert_eq!(region("modified"), [13, 1, 13, 1 + 2 + "path/modified".len() as u64]);
    assert_eq!(region("moved"), [17, 1, 17, 1 + 2 + "old/place".len() as u64]);
    assert_eq!(region("unsealed"), [1, 1, 1, 2]);
}

#[test]
fn a_fingerprint_says_what_is_wrong_wherever_it_stands_and_no_two_are_the_same() {
    let at = |line, size| {
        let mut findings = every_kind();
        for finding in &mut findings {
            finding.line = Some(line);
            finding.observed = Some(file(size, b"other"));
        }
        let error = Problem::new("seal-invalid", "x").file("seals/other.toml");
        report(
            &[judgement("dist", findings.clone()), judgement("site", findings)],
            &[error.clone(), error],
        )
    };
    let sarif = |report: &Report| -> Vec<String> {
        let of = |r: &Value| {
            r["partialFingerprints"]["primaryLocationLineHash"].as_str().unwrap().to_owned()
        };
        results(report).iter().map(of).collect()
    };
    let quality = |report: &Report| -> Vec<String> {
        quality(report)
            .iter()
            .map(|entry| entry["fingerprint"].as_str().unwrap().to_owned())
            .collect()
    };
    let (one, other) = (at(8, 5), at(9, 6));
    assert_eq!(sarif(&one), sarif(&other));
    assert_eq!(quality(&one), quality(&other));
    for all in [sarif(&one), quality(&one)] {
        assert_eq!(all.len(), 22);
        assert_eq!(all.iter().collect::<HashSet<_>>().len(), 22, "{all:?}");
    }
    let form = |text: &String| {
        let (hash, number) = text.split_once(':').unwrap();
        hash.len() == 16
            && hash.bytes().all(|b| b.is_ascii_hexdigit())
            && ["1", "2"].contains(&number)
    };
    assert!(sarif(&one).iter().all(form));
}

#[test]
fn code_quality_says_how_bad_each_kind_is() {
    let report = report(
        &[judgement("dist", every_kind())],
        &[Problem::new("git-failed", "git said no").remedy("look")],
    );
    let found = quality(&report);
    let of = |entry: &Value| {
        let text = |key: &str| entry[key].as_str().unwrap().to_owned();
        (
            text("check_name"),
            text("severity"),
            entry["location"]["lines"]["begin"].as_u64().unwrap(),
        )
    };
    let expected = [
        ("git-failed", "blocker", 1),
        ("unreadable", "blocker", 8),
        ("unstable", "blocker", 9),
        ("unsealable", "critical", 10),
        ("kind-changed", "critical", 11),
        ("link-changed", "critical", 12),
        ("modified", "critical", 13),
        ("mode-changed", "major", 14),
        ("missing", "critical", 15),
        ("unsealed", "major", 1),
        ("moved", "major", 17),
    ];
    let expected =
        expected.map(|(code, severity, line)| (code.to_owned(), severity.to_owned(), line));
    assert_eq!(found.iter().map(of).collect::<Vec<_>>(), expected);
    assert_eq!(found[0]["location"]["path"], "seals");
    assert_eq!(found[5]["location"]["path"], "seals/dist.toml");
    assert_eq!(found[0]["description"], "git-failed: git said no. Next: look");
}

#[test]
fn junit_has_a_case_for_every_finding_and_for_every_seal_without() {
    let mut dist = every_kind();
    dist.retain(|finding| !finding.kind.is_error());
    dist[3].cause = Some(Cause::LineEndings);
    let report = report(
        &[judgement("dist", dist), judgement("site", Vec::new())],
        &[Problem::new("x-failed", "no").seal("gone"), Problem::new("y-failed", "no")],
    );
    let cases = cases(&report);
    let short: Vec<_> = cases
        .iter()
        .map(|[suite, name, outcome, kind, ..]| [&**suite, &**name, &**outcome, &**kind])
        .collect();
    assert_eq!(short[0], ["sealgate", "y-failed: no", "error", "y-failed"]);
    assert_eq!(short[1], ["gone", "x-failed: seal gone: no", "error", "x-failed"]);
    assert_eq!(short[2], ["dist", "dist/path/unsealable", "failure", "unsealable"]);
    assert_eq!(short[5], ["dist", "dist/path/modified", "failure", "modified"]);
    assert_eq!(short[10], ["site", "every checked entry is as sealed", "system-out", ""]);
    assert_eq!(short.len(), 11);
    let [.., message, body] = &cases[5];
    assert_eq!(
        message,
        "modified: dist/path/modified: 4 B -> 6 B; only line endings differ: what else is known"
    );
    let (old, new) = (Digest::of(b"old"), Digest::of(b"new"));
    for line in [
        "where: seals/dist.toml:13",
        &format!("expected: file, 4 B, blake3 {old}"),
        &format!("observed: file, 6 B, blake3 {new}"),
        "cause: line-endings",
        "to approve: sealgate seal dist",
    ] {
        assert!(body.lines().any(|there| there == line), "{line} in {body}");
    }
}

#[test]
fn junit_gives_the_time_of_the_run_in_seconds() {
    let text = text(&report(&[judgement("dist", Vec::new())], &[]), Format::Junit);
    assert!(text.contains(r#" time="1.250">"#), "{text}");
}

/// Reports of every verdict, and the empty list that only a pass may give.
fn outcomes() -> Vec<Report> {
    let clean = judgement("dist", Vec::new());
    let drifted = judgement("dist", vec![finding(FindingKind::Modified, "a")]);
    let unread = judgement("dist", vec![finding(FindingKind::Unreadable, "a")]);
    let problem = Problem::new("seal-invalid", "no").seal("dist").file("seals/dist.toml");
    let broken = SealResult { problems: vec![problem.clone()], ..clean.clone() };
    let empty = SealResult { checked: 0, ..clean.clone() };
    let mut all = vec![
        report(slice::from_ref(&clean), &[]),
        report(&[drifted], &[]),
        report(&[unread], &[]),
        report(&[broken], &[]),
        report(&[empty], &[]),
        report(&[], &[]),
        report(&[], slice::from_ref(&problem)),
        report(&[clean], &[problem]),
    ];
    for verdict in [Verdict::Refused, Verdict::Fail, Verdict::Error] {
        all.push(Report { verdict, ..all[0].clone() });
    }
    all
}

#[test]
fn only_a_pass_gives_an_empty_list_whatever_made_the_verdict() {
    for report in outcomes() {
        let pass = report.verdict == Verdict::Pass;
        assert_eq!(results(&report).is_empty(), pass, "{:?}", report.verdict);
        assert_eq!(quality(&report).is_empty(), pass, "{:?}", report.verdict);
        let cases = cases(&report);
        let passed = |[_, _, outcome, ..]: &[String; 6]| outcome == "system-out";
        assert_eq!(cases.iter().all(passed), pass, "{cases:?}");
        assert!(!cases.is_empty());
        let invocation = &run(&report)["invocations"][0];
        assert_eq!(invocation["executionSuccessful"], report.verdict != Verdict::Error);
        assert_eq!(invocation["exitCode"], report.verdict.exit_code());
    }
    assert_eq!(text(&outcomes()[0], Format::Codequality), "[]\n");
}

#[test]
fn seals_that_may_not_change_or_go_are_told_though_no_byte_differs() {
    let reseal = |name: &str| Reseal {
        name: name.to_owned(),
        root: name.to_owned(),
        new: false,
        scope: Vec::new(),
        build: None,
        exclude: Vec::new(),
        changes: Vec::new(),
        allowed: false,
    };
    let changed = SealResult { reseal: Some(reseal("dist")), ..judgement("dist", Vec::new()) };
    let source = Source::Commit { given: "main".into(), oid: "1a2b3c".repeat(7) };
    let base = Base { source, on_reseal: OnReseal::Fail, deleted: vec![reseal("gone")] };
    let invocation = Invocation::default();
    let judgements = [changed, judgement("site", Vec::new())];
    let report =
        Report::new(&judgements, Some(&base), &[], Vec::new(), Duration::ZERO, &invocation);
    assert_eq!(report.verdict, Verdict::Fail);
    let told: Vec<_> = cases(&report)
        .into_iter()
        .map(|[suite, name, outcome, ..]| [suite, name, outcome])
        .collect();
    let since = "since main (1a2b3c1a2b), which --on-reseal fail refuses";
    let expected = [
        ["gone", &format!("reseal-not-allowed: the seal gone is gone {since}"), "failure"],
        ["dist", &format!("reseal-not-allowed: the seal dist changed {since}"), "failure"],
        ["site", "every checked entry is as sealed", "system-out"],
    ];
    assert_eq!(told, expected.map(|case| case.map(str::to_owned)));
    for said in [results(&report), quality(&report)] {
        assert_eq!(said.len(), 2, "{said:?}");
    }
    let places: Vec<_> =
        quality(&report).iter().map(|entry| entry["location"]["path"].clone()).collect();
    assert_eq!(places, ["seals/dist.toml", "seals"]);
}

#[test]
fn sarif_tells_errors_and_notices_as_notifications_too() {
    let mut report = report(
        &[judgement("dist", Vec::new())],
        &[Problem::new("seal-invalid", "no.").file("seals/a b%é.toml").remedy("run it")],
    );
    report.notices.push(Notice::new("seals-differ", "other [seals](x)"));
    let run = run(&report);
    let told = run["invocations"][0]["toolExecutionNotifications"].as_array().unwrap();
    let of = |value: &Value| {
        [&value["descriptor"]["id"], &value["level"], &value["message"]["text"]]
            .map(|value| value.as_str().unwrap().to_owned())
    };
    assert_eq!(
        told.iter().map(of).collect::<Vec<_>>(),
        [
            ["seal-invalid", "error", "seal-invalid: seals/a b%é.toml: no. Next: run it"],
            ["seals-differ", "note", r"other \x5bseals\x5d(x)"],
        ]
    );
    assert_eq!(run["results"][0]["ruleId"], "seal-invalid");
    let place = &run["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "seals/a%20b%25%C3%A9.toml");
}

#[test]
fn what_is_no_path_of_the_repository_is_shown_at_the_seals() {
    for (file, shown) in [
        ("/etc/x", "seals"),
        (r"C:\x", "seals"),
        ("", "seals"),
        ("seals/policy.toml", "seals/policy.toml"),
        ("a:b?c#d", "a%3Ab%3Fc%23d"),
    ] {
        let problem = Problem { line: Some(7), ..Problem::new("x", "no").file(file) };
        let result = &results(&report(&[], &[problem]))[0];
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], shown);
        assert_eq!(place["region"]["startLine"], if shown == "seals" { 1 } else { 7 });
    }
}

#[test]
fn a_long_report_is_cut_says_so_and_keeps_the_worst() {
    let mut findings: Vec<_> =
        (0..30_000).map(|n| finding(FindingKind::Unsealed, format!("a{n:05}"))).collect();
    findings.push(finding(FindingKind::Modified, "z"));
    let report = report(&[judgement("dist", findings)], &[]);
    // Counted in the text: to parse so much takes long where nothing is optimised.
    let (sarif, quality, junit) = [Format::Sarif, Format::Codequality, Format::Junit]
        .map(|format| text(&report, format))
        .into();
    assert_eq!(sarif.matches("\"ruleIndex\"").count(), 25_000);
    assert!(sarif.contains("\"5001 more results are left out. The JSON report has them all.\""));
    assert!(sarif.contains("\"modified: dist/z"));
    assert_eq!(quality.matches("\"check_name\"").count(), 25_001);
    assert_eq!(quality.matches("\"left-out\"").count(), 2);
    assert!(quality.contains("\"modified: dist/z"));
    assert_eq!(junit.matches("<testcase ").count(), 10_001);
    assert!(junit.contains("\"20001 more are left out; the JSON report has them all\""));
    assert!(junit.contains("\"modified: dist/z"));
}

#[test]
fn long_names_fill_a_report_before_their_number_does() {
    let findings: Vec<_> = (0..4000)
        .map(|n| finding(FindingKind::Unsealed, format!("{}{n}", "x".repeat(4000))))
        .collect();
    let report = report(&[judgement("dist", findings)], &[]);
    for (format, most) in [(Format::Sarif, 9_000_000), (Format::Junit, 29_000_000)] {
        let length = text(&report, format).len();
        assert!((3_000_000..most).contains(&length), "{format:?}: {length}");
    }
}

#[test]
fn one_long_error_is_never_left_out() {
    let report = report(&[], &[Problem::new("x", "y".repeat(7 << 20))]);
    for (format, sign) in [(Format::Sarif, "\"ruleIndex\""), (Format::Junit, "<error ")] {
        assert_eq!(text(&report, format).matches(sign).count(), 1, "{format:?}");
    }
}

/// Names that try to be markup, a link, a command or the end of a string in some format.
const HOSTILE: [&[u8]; 24] = [
    b"<script>alert(1)</script>",
    b"\"><img src=x onerror=alert(1)>",
    b"'/><x y='",
    b"]]><failure/>",
    b"<!-- --> --!>",
    b"<![CDATA[x]]>",
    b"<?xml version=\"1.0\"?><!DOCTYPE x>",
    b"&lt;&amp;&#0;&#x1b;&quot;",
    b"\0\x01\x08\x0b\x0c\x0e\x1f",
    b"\x1b[2J\x1b]8;;http://evil\x1b\\",
    b"a\nb\rc\td",
    b"a\n::error::x",
    b"##[error]x ##vso[x]",
    "\u{85}\u{9b}\u{2028}\u{2029}".as_bytes(),
    "\u{202e}gnp.exe\u{2066}".as_bytes(),
    "\u{fffe}\u{ffff}\u{fdd0}\u{1ffff}".as_bytes(),
    "\u{e000}\u{f0000}\u{10ffff}".as_bytes(),
    b"\xff\xfe\xed\xa0\x80",
    b"[click](http://evil) ![x](y) {0} {{1}}",
    b"\",\"verdict\":\"pass\",\"x\":\"",
    b"\\\" \\u0022 \\",
    b"%2e%2e/%00?#x:y",
    b" lead and trail ",
    b"",
];

/// A report that says `name` wherever one can.
fn saying(name: &[u8]) -> Report {
    let text = String::from_utf8_lossy(name).into_owned();
    let link = || Some(Entry::Link { target: text.as_str().into() });
    let of = |kind| Finding {
        line: Some(3),
        expected: link(),
        observed: link(),
        detail: Some(text.clone()),
        from: EntryPath::parse(&text).ok(),
        ..finding(kind, name)
    };
    let problem = Problem::new("x", text.clone()).seal(text.clone()).file(text.clone());
    let problem = Problem { line: Some(3), ..problem.remedy(text.clone()) };
    let problems = [
        problem.clone(),
        Problem { file: None, ..problem.clone() },
        Problem { seal: None, ..problem },
    ];
    let all = judgement(&text, FindingKind::ALL.map(of).into());
    let fails = FindingKind::ALL.into_iter().filter(|kind| !kind.is_error()).map(of).collect();
    let invocation = Invocation { seals: Some(text.clone()), ..Invocation::default() };
    let judgements = [all, SealResult { root: Some(text.clone()), ..judgement("dist", fails) }];
    let notices = vec![Notice::new("x", text.clone())];
    Report::new(&judgements, None, &problems, notices, Duration::ZERO, &invocation)
}

/// What holds of every report whatever the names in it: three errors, and 18 findings.
fn assert_sound(name: &[u8]) {
    let report = saying(name);
    let issues = 3 + 10 + 8;
    let cases = cases(&report);
    assert_eq!(cases.len(), issues);
    let kinds: BTreeSet<_> = cases.into_iter().map(|[_, _, _, kind, ..]| kind).collect();
    assert_eq!(kinds.len(), 11, "{kinds:?}");
    assert_eq!(quality(&report).len(), issues);
    for result in results(&report) {
        let place = &result["locations"][0]["physicalLocation"];
        let uri = place["artifactLocation"]["uri"].as_str().unwrap();
        let legal = |b: u8| b.is_ascii_alphanumeric() || b"-._~/%".contains(&b);
        assert!(!uri.is_empty() && uri.bytes().all(legal), "{uri}");
        let said = result["message"]["text"].as_str().unwrap();
        assert!(!said.contains(['[', ']']) && !said.contains(char::is_control), "{said:?}");
    }
    assert_eq!(results(&report).len(), issues);
    for format in [Format::Sarif, Format::Codequality, Format::Junit] {
        let text = text(&report, format);
        let acts = |c: char| {
            c.is_control() && c != '\n'
                || matches!(c, '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        };
        assert!(!text.contains(acts), "{format:?}: {text:?}");
        assert!(!text.contains("##"), "{format:?}: {text:?}");
        let command = |line: &str| line.trim_start().starts_with("::");
        assert!(!text.split(['\n', '\r']).any(command), "{format:?}: {text:?}");
    }
}

#[test]
fn no_hostile_name_breaks_a_document_or_adds_to_it() {
    for name in HOSTILE {
        assert_sound(name);
    }
}

#[test]
fn hostile_names_are_told_apart() {
    for format in [Format::Sarif, Format::Codequality, Format::Junit] {
        let one = |name: &[u8]| {
            let findings = vec![finding(FindingKind::Modified, name)];
            text(&report(&[judgement("dist", findings)], &[]), format)
        };
        let all: HashSet<_> = HOSTILE.iter().map(|name| one(name)).collect();
        assert_eq!(all.len(), HOSTILE.len());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]
    #[test]
    fn no_bytes_at_all_break_a_document_or_add_to_it(
        name in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..24),
            ".{0,16}".prop_map(String::into_bytes),
            "[<>&'\"\\]\\[!/a;=#:\\-\n\r\t]{0,16}".prop_map(String::into_bytes),
        ]
    ) {
        assert_sound(&name);
    }
}
