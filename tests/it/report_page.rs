//! The page in HTML: what stands on it, and what a hostile name cannot make of it.

#![cfg(unix)]

use std::collections::HashMap;
use std::time::Duration;

use proptest::prelude::*;
use sealgate::report::{Area, Format, Invocation, Notice, Occasion, Report, Verbosity, write};
use sealgate_core::approval::Moment;
use sealgate_core::compare::finding::{Finding, FindingKind};
use sealgate_core::compare::verdict::{SealResult, Source, Verdict};
use sealgate_core::seal::entry::{Digest, Entry};
use sealgate_core::text::problem::Problem;

use crate::support::{Node, Repo, run};

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
        taken: None,
        checked: 9 + findings.len() as u64,
        matched: 9,
        bytes: 1_258_291,
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

fn page(report: &Report) -> String {
    let mut bytes = Vec::new();
    write(report, Format::Html, Verbosity::Normal, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// How often each tag begins, save in style and script, and the attributes of the page in order. The
/// template closes what it opens and quotes every value, so this simple reader sees all of it.
fn tags(page: &str) -> (HashMap<String, usize>, Vec<String>) {
    let mut counts = HashMap::new();
    let mut attributes = Vec::new();
    let mut rest = page;
    while let Some((_, after)) = rest.split_once('<') {
        let mut quoted = false;
        let end = after.find(|c| {
            quoted ^= c == '"';
            c == '>' && !quoted
        });
        let (tag, after) = after.split_at(end.unwrap());
        let name = tag.split([' ', '>']).next().unwrap();
        *counts.entry(name.to_owned()).or_default() += 1;
        let outside = tag.split('"').step_by(2);
        attributes.extend(outside.flat_map(|part| {
            part.split_whitespace().filter_map(|word| word.strip_suffix('=')).map(str::to_owned)
        }));
        rest = match name {
            "style" | "script" => after.split_once("</").map_or("", |(_, rest)| rest),
            _ => after,
        };
    }
    (counts, attributes)
}

#[test]
fn the_verdict_comes_first_whatever_it_is() {
    let clean = report(&[judgement("dist", Vec::new())], &[]);
    let drifted = report(&[judgement("dist", vec![finding(FindingKind::Modified, "a")])], &[]);
    let broken = report(&[], &[Problem::new("no-seals", "there are no seals")]);
    let refused = Report { verdict: Verdict::Refused, ..clean.clone() };
    let cases = [
        (clean, "pass", "<b>PASS</b>every byte is as sealed"),
        (drifted, "fail", "<b>FAIL</b>1 finding in 1 of 1 seal"),
        (broken, "error", "<b>ERROR</b>1 error"),
        (refused, "refused", "<b>REFUSED</b>"),
    ];
    for (report, class, heading) in cases {
        let page = page(&report);
        let body = page.split_once("<body>").unwrap().1;
        assert!(
            body.starts_with(&format!("<div class=\"verdict {class}\"><header><h1>{heading}")),
            "{body}"
        );
    }
}

#[test]
fn every_finding_has_a_row_with_its_line_and_its_remedy() {
    let findings: Vec<_> = FindingKind::ALL
        .map(|kind| Finding { line: Some(8), ..finding(kind, format!("at/{}", kind.code())) })
        .into();
    let page = page(&report(&[judgement("dist", findings)], &[]));
    for kind in FindingKind::ALL.map(FindingKind::code) {
        let row = page.split_once(&format!("<tr data-kind=\"{kind}\">")).unwrap().1;
        let row = row.split_once("</tr>").unwrap().0;
        assert!(row.contains(&format!(">dist/at/{kind}</bdi>")), "{row}");
        assert!(row.contains("seals/dist.toml:8") && row.contains("What to do"), "{row}");
        assert!(page.contains(&format!("type=\"checkbox\" value=\"{kind}\" checked")));
    }
}

#[test]
fn commands_stand_alone_to_be_copied() {
    let findings = vec![finding(FindingKind::Modified, "a")];
    let page = page(&report(&[judgement("dist", findings)], &[]));
    assert!(page.contains("<div class=\"command\"><pre>sealgate seal dist</pre></div>"));
}

#[test]
fn the_picture_shows_directories_and_what_is_wrong_in_them() {
    let findings = vec![
        Finding {
            expected: Some(Entry::File { size: 500, digest: Digest::of(b"a"), executable: false }),
            ..finding(FindingKind::Missing, "js/vendor/deep/a.js")
        },
        finding(FindingKind::Unsealed, "new/b.js"),
    ];
    let mut report = report(&[judgement("dist", findings)], &[]);
    let none = page(&report);
    assert!(!none.contains("<svg"), "nothing is drawn of what is not known");
    let area = |path: &str, bytes| Area { path: path.to_owned(), entries: 1, bytes };
    report.seals[0].areas = vec![area("", 10), area("css", 1000), area("js/vendor", 1000)];
    let page = page(&report);
    for title in [
        "<title>css: 1000 B</title>",
        "<title>js/vendor: 1000 B, 1 finding\n1 missing</title>",
        "<title>new: 0 B, 1 finding\n1 unsealed</title>",
    ] {
        assert!(page.contains(title), "{title} in {page}");
    }
    assert!(page.contains("<rect class=\"missing\" x=\"0.00%\" width=\"50.00%\""), "{page}");
}

#[test]
fn a_long_table_is_cut_says_so_and_has_some_of_every_kind() {
    let mut findings: Vec<_> =
        (0..100_000).map(|n| finding(FindingKind::Modified, format!("a{n:06}"))).collect();
    findings.extend((0..30).map(|n| finding(FindingKind::Moved, format!("z{n}"))));
    let page = page(&report(&[judgement("dist", findings)], &[]));
    assert_eq!(page.matches("<tr data-kind=\"modified\">").count(), 1_980);
    assert_eq!(page.matches("<tr data-kind=\"moved\">").count(), 20);
    assert!(page.contains("98,030 more findings are left out"));
    assert!(page.len() < 3 << 20, "{}", page.len());
}

#[test]
fn the_page_asks_for_nothing_and_names_no_host() {
    let page = page(&report(&[judgement("dist", vec![finding(FindingKind::Modified, "a")])], &[]));
    let (counts, attributes) = tags(&page);
    for tag in ["link", "img", "iframe", "object", "embed", "base", "a", "video", "audio", "use"] {
        assert_eq!(counts.get(tag), None, "{tag}");
    }
    assert_eq!((counts["script"], counts["style"]), (1, 1));
    for attribute in ["src", "href", "action", "style", "srcset", "data"] {
        assert!(!attributes.iter().any(|there| there == attribute), "{attribute}");
    }
    assert!(!page.contains("http:") && !page.contains("https:") && !page.contains("url("));
}

/// A report that says `name` wherever one can.
fn saying(name: &[u8]) -> Report {
    let text = String::from_utf8_lossy(name).into_owned();
    let link = || Some(Entry::Link { target: text.as_str().into() });
    let of = |kind| Finding {
        expected: link(),
        observed: link(),
        detail: Some(text.clone()),
        ..finding(kind, name)
    };
    let problem = Problem::new("x", text.clone()).seal(text.clone()).file(text.clone());
    let invocation = Invocation { seals: Some(text.clone()), ..Invocation::default() };
    let fails = FindingKind::ALL.into_iter().filter(|kind| !kind.is_error()).map(of).collect();
    let judgements = [judgement(&text, fails)];
    let notices = vec![Notice::new("x", text.clone())];
    let problems = [problem.remedy(text.clone())];
    let mut report =
        Report::new(&judgements, None, &problems, notices, Duration::ZERO, &invocation);
    let area = |path: &str| Area { path: path.to_owned(), entries: 1, bytes: 1 };
    report.seals[0].areas = vec![area(""), area(&text)];
    report
}

/// The page has the same elements and attributes whatever the name, apart from how often code and
/// areas stand in it; and no control in it.
fn assert_sound(name: &[u8]) {
    let shape = |name: &[u8]| {
        let (counts, mut attributes) = tags(&page(&saying(name)));
        let mut names: Vec<_> = counts.keys().cloned().collect();
        names.sort();
        attributes.sort();
        attributes.dedup();
        (names, attributes, counts["script"], counts["tr"], counts["details"], counts["pre"])
    };
    assert_eq!(shape(name), shape(b"harmless"), "{:?}", String::from_utf8_lossy(name));
    let page = page(&saying(name));
    let acts = |c: char| {
        c.is_control() && c != '\n'
            || matches!(c, '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    assert!(!page.contains(acts));
}

#[test]
fn no_hostile_name_becomes_an_element_or_an_attribute() {
    for name in [
        &b"<script>alert(1)</script>"[..],
        b"\" onmouseover=\"alert(1)",
        b"'><img src=x onerror=alert(1)>",
        b"</title></style></script><script>",
        b"--><!-- <![CDATA[",
        b"</pre><pre>",
        b"&lt;b&gt; &#60;b&#62;",
        b"javascript:alert(1)",
        b"`<b>` ` `",
        b"\x1b[31m\x00\n\r",
        "\u{202e}<b>\u{2066}".as_bytes(),
        b"\xff<b>",
        b"<svg onload=alert(1)>",
        b"{{7*7}} ${7*7}",
    ] {
        assert_sound(name);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]
    #[test]
    fn no_bytes_at_all_become_an_element_or_an_attribute(
        name in prop_oneof![
            prop::collection::vec(any::<u8>(), 1..24),
            "[<>&'\"=/a `!\\-\n]{1,16}".prop_map(String::into_bytes),
        ]
    ) {
        assert_sound(&name);
    }
}

#[test]
fn what_is_wrong_stands_above_the_picture_and_names_its_files() {
    let findings = [b"a.js", b"b.js", b"c.js", b"d.js", b"e.js"];
    let mut failing = report(
        &[judgement("dist", findings.map(|path| finding(FindingKind::Modified, path)).to_vec())],
        &[],
    );
    let area = |path: &str| Area { path: path.to_owned(), bytes: 9, entries: 1 };
    failing.seals[0].areas = vec![area("js"), area("css")];
    let page = page(&failing);
    let at = |what: &str| page.find(what).unwrap_or_else(|| panic!("{what} is not on the page"));
    let order = ["<h2>What to do", "<h2>Findings", "<h2>The tree", "<h2>Seals"].map(at);
    assert!(order.is_sorted(), "{order:?}");
    let advice = "<b>modified</b> <bdi><code>a.js</code></bdi>, <bdi><code>b.js</code></bdi>, \
                  <bdi><code>c.js</code></bdi> and 2 more: ";
    assert!(page.contains(advice), "{page}");
    assert!(page.contains("<div class=\"label\"><span>js</span><span>9 B</span></div>"), "{page}");
}

#[test]
fn the_head_says_of_which_repository_and_commit_and_when_it_is() {
    let mut passing = report(&[judgement("dist", Vec::new())], &[]);
    assert!(!page(&passing).contains("class=\"occasion\""));
    passing.occasion = Some(Occasion {
        repository: "me/<script>\u{202e}".to_owned(),
        commit: Some("0123456789abcdef".repeat(2)),
        time: Moment::parse("2026-11-28T20:01:06Z"),
    });
    let head = "<p class=\"occasion\"><bdi>me/&lt;script&gt;\\u{202e}</bdi> at \
                <span title=\"0123456789abcdef0123456789abcdef\">0123456789ab</span>, \
                <time>2026-11-28T20:01:06Z</time></p>";
    assert!(page(&passing).contains(head), "{}", page(&passing));
}

#[test]
fn a_page_of_a_check_has_its_commit_and_its_time() {
    let repo = Repo::in_git();
    repo.build("dist", &[("a", Node::File("a".into()))]);
    repo.git(&["add", "dist"]);
    repo.seal("dist", "dist");
    repo.git(&["add", "--all"]);
    repo.git(&["commit", "--quiet", "-m", "x"]);
    let head = String::from_utf8(repo.git(&["rev-parse", "HEAD"])).unwrap();
    for arguments in [&["check"][..], &["check", "--rev", "HEAD"]] {
        let ran = repo.run(&[arguments, &["--format", "html"]].concat());
        let page = ran.stdout;
        assert!(page.contains(&format!(" at <span title=\"{}\">", head.trim())), "{page}");
        assert!(page.contains("<time>20"), "{page}");
    }
    let mut command = repo.command(&["check", "--format", "html"]);
    command.env("GITHUB_REPOSITORY", "owner/name");
    let page = run(command).stdout;
    assert!(page.contains("<bdi>owner/name</bdi> at "), "{page}");
}
