//! Reports as they leave the library, human and JSON: what they say, and what hostile input
//! cannot make them say.

use std::time::Duration;

use sealgate::report::{ErrorView, Invocation, Notice, Report, Verbosity, human, json, problems};
use sealgate_core::compare::finding::{Cause, Finding, FindingKind};
use sealgate_core::compare::verdict::{SealResult, Source};
use sealgate_core::seal::entry::{Digest, Entry};
use sealgate_core::seal::path::EntryPath;
use sealgate_core::text::problem::Problem;

fn file(size: u64, content: &[u8]) -> Entry {
    Entry::File { size, digest: Digest::of(content), executable: false }
}

fn exec(size: u64) -> Entry {
    Entry::File { size, digest: Digest::of(b"exec"), executable: true }
}

fn link(target: &str) -> Entry {
    Entry::Link { target: target.into() }
}

fn finding(kind: FindingKind, path: impl AsRef<[u8]>) -> Finding {
    Finding::new(kind, path.as_ref())
}

fn modified(path: impl AsRef<[u8]>, old: u64, new: u64) -> Finding {
    Finding {
        expected: Some(file(old, b"old")),
        observed: Some(file(new, b"new")),
        ..finding(FindingKind::Modified, path)
    }
}

/// A judged seal, with entries enough for its findings.
fn judgement(name: &str, findings: Vec<Finding>) -> SealResult {
    let matched = 9;
    SealResult {
        name: name.to_owned(),
        database: None,
        root: Some(name.to_owned()),
        tracked: Some(true),
        build: None,
        digest: Some(Digest::of(name.as_bytes())),
        source: Source::Worktree,
        seal_source: Source::Worktree,
        checked: matched + findings.len() as u64,
        matched,
        bytes: 1_258_291,
        taken: None,
        findings,
        new_directories: Vec::new(),
        folds: Vec::new(),
        reseal: None,
        problems: Vec::new(),
    }
}

fn report(judgements: &[SealResult]) -> Report {
    Report::new(judgements, None, &[], Vec::new(), Duration::from_millis(3), &Invocation::default())
}

fn styled(report: &Report, verbosity: Verbosity) -> String {
    let mut bytes = Vec::new();
    human(report, verbosity, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn plain(report: &Report, verbosity: Verbosity) -> String {
    anstream::adapter::strip_str(&styled(report, verbosity)).to_string()
}

fn as_json(report: &Report) -> String {
    let mut bytes = Vec::new();
    json(report, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn last_line(report: &Report) -> String {
    plain(report, Verbosity::Quiet).trim_end_matches('\n').to_owned()
}

fn rich() -> Vec<SealResult> {
    use FindingKind as K;
    let findings = vec![
        Finding { cause: Some(Cause::LineEndings), ..modified("app.js", 1234, 1333) },
        Finding {
            expected: Some(exec(88)),
            observed: Some(file(88, b"exec")),
            ..finding(K::ModeChanged, "bin/run it")
        },
        Finding {
            expected: Some(file(410, b"x")),
            observed: Some(link("../../etc/passwd")),
            ..finding(K::KindChanged, "bin/tool")
        },
        Finding { expected: Some(file(410, b"c")), ..finding(K::Missing, "css/gone.css") },
        Finding { observed: Some(file(6148, b"d")), ..finding(K::Unsealed, ".DS_Store") },
        Finding {
            expected: Some(link("app.1.js")),
            observed: Some(link("app.2.js")),
            ..finding(K::LinkChanged, "latest")
        },
        Finding {
            from: Some(EntryPath::parse("img/Logo.png").unwrap()),
            expected: Some(file(9000, b"l")),
            observed: Some(file(9000, b"l")),
            cause: Some(Cause::CaseOnlyRename),
            ..finding(K::Moved, "img/logo.png")
        },
        Finding { detail: Some("a FIFO".into()), ..finding(K::Unsealable, b"pipe\xff") },
        modified("vendor/react.production.min.js", 40_112, 40_112),
        modified("日本語/データ.json", 2 << 20, 3 << 20),
    ];
    vec![judgement("dist", findings), judgement("generated", Vec::new())]
}

/// Names that try to act on a terminal, a log or a CI runner, or to look like something else.
const HOSTILE: [&[u8]; 34] = [
    b"a\n::error::forged",
    b"a\r::stop-commands::x",
    b"a\r\n::set-output name=verdict::pass",
    b"::error::at the beginning",
    b"  ::notice::after spaces",
    b"\t::notice::after a tab",
    "\u{85}::warning::after NEL".as_bytes(),
    "\u{a0}\u{2003}::debug::after other spaces".as_bytes(),
    b":::error:::::",
    b"##[set-output name=verdict;]pass",
    b"x##[error]middle",
    b"###[group]three",
    b"##vso[task.setvariable variable=x]y",
    b"##teamcity[buildStatus status='SUCCESS']",
    b"\x1b[2K\x1b[1Aoverwrite",
    b"\x1b]0;title\x07",
    b"\x1b]8;;http://evil\x1b\\link\x1b]8;;\x1b\\",
    "\u{9b}31mred".as_bytes(),
    b"bell\x07back\x08del\x7f",
    b"\0nul",
    b"\x0bvt\x0cff",
    "ls\u{2028}ps\u{2029}".as_bytes(),
    "\u{202e}gpj.exe".as_bytes(),
    "\u{2066}iso\u{2069}\u{61c}\u{200f}".as_bytes(),
    "zero\u{200b}width\u{200d}\u{2060}\u{feff}".as_bytes(),
    "soft\u{ad}hyphen\u{180e}".as_bytes(),
    "tag\u{e0041}\u{e007f}".as_bytes(),
    "inter\u{fff9}linear\u{fffb}".as_bytes(),
    b"\xff\xfe invalid",
    b"\xed\xa0\x80 surrogate",
    b"trailing ",
    b"two  1.0 KiB -> 2.0 KiB",
    b"back\\nslash",
    b"`$(reboot)`'\"",
];

/// What GitHub's runner, or a cousin, would take for commands in `output`.
fn commands(output: &str) -> Vec<&str> {
    let lines = output.split(['\n', '\r']);
    let acts = |line: &&str| {
        let modern = line.trim_start().strip_prefix("::").is_some_and(|rest| rest.contains("::"));
        modern || ["##[", "##vso[", "##teamcity["].iter().any(|sign| line.contains(sign))
    };
    lines.filter(acts).collect()
}

fn assert_inert(output: &str) {
    assert_eq!(commands(output), [""; 0], "{output}");
    let plain = anstream::adapter::strip_str(output).to_string();
    assert_eq!(commands(&plain), [""; 0], "{output}");
    let control = |c: char| c.is_control() && c != '\n';
    assert!(!plain.contains(control), "{plain:?}");
    for c in ['\u{61c}', '\u{200f}', '\u{202e}', '\u{2028}', '\u{2029}', '\u{2066}', '\u{2069}'] {
        assert!(!plain.contains(c), "{plain:?}");
    }
}

/// Reports that say `name` wherever a report can: of a seal in error, and of one of each way to
/// fail.
fn saying(name: &[u8]) -> Vec<Report> {
    let text = String::from_utf8_lossy(name).into_owned();
    let problem = Problem::new("x", text.clone()).seal(text.clone()).file(text.clone());
    let problem = Problem { line: Some(3), ..problem.remedy(text.clone()) };
    let problems = [problem.clone(), Problem { file: None, ..problem }];
    let findings: Vec<Finding> = FindingKind::ALL
        .into_iter()
        .map(|kind| Finding {
            expected: Some(link(&text)),
            observed: Some(link(&text)),
            detail: Some(text.as_str().into()),
            from: EntryPath::parse(&text).ok(),
            ..finding(kind, name)
        })
        .collect();
    let differences = findings.iter().filter(|finding| !finding.kind.is_error()).cloned().collect();
    let all = SealResult { root: Some(text.clone()), ..judgement(&text, findings) };
    let tracked = SealResult { findings: differences, ..all.clone() };
    let built = SealResult { tracked: Some(false), ..tracked.clone() };
    let source = Source::Directory { given: text.clone(), path: text.clone().into() };
    let elsewhere = SealResult { source, ..tracked.clone() };
    let notice = Notice::new("x", text.clone());
    let invocation = Invocation {
        directory: Some(text.clone()),
        seals: Some(text.clone()),
        repository: Some(text),
        every_seal: false,
        ..Invocation::default()
    };
    let report = |judgements: &[SealResult]| {
        Report::new(judgements, None, &problems, vec![notice.clone()], Duration::ZERO, &invocation)
    };
    let together = report(&[all.clone(), tracked.clone()]);
    vec![report(&[all]), report(&[tracked]), report(&[built]), report(&[elsewhere]), together]
}

#[test]
fn the_model_of_the_runner_finds_commands_where_there_are_some() {
    let acting = HOSTILE.iter().filter(|name| !commands(&String::from_utf8_lossy(name)).is_empty());
    assert_eq!(acting.count(), 14);
}

#[test]
fn no_hostile_text_anywhere_in_a_report_becomes_a_command_or_a_control() {
    for name in HOSTILE {
        for report in saying(name) {
            for verbosity in [Verbosity::Quiet, Verbosity::Normal, Verbosity::Verbose] {
                assert_inert(&styled(&report, verbosity));
            }
            let mut bytes = Vec::new();
            problems(&report.errors, Verbosity::Normal, &mut bytes).unwrap();
            assert_inert(&String::from_utf8(bytes).unwrap());
            assert_inert(&as_json(&report));
        }
    }
}

#[test]
fn a_finding_takes_one_line_whatever_its_name() {
    let lines = |name: &[u8]| {
        let findings = vec![modified(name, 1, 2)];
        plain(&report(&[judgement("dist", findings)]), Verbosity::Normal)
            .lines()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let harmless = lines(b"app.js");
    for name in HOSTILE {
        let shown = lines(name);
        assert_eq!(shown.len(), harmless.len(), "{shown:#?}");
        let differing: Vec<_> = shown.iter().zip(&harmless).filter(|(a, b)| a != b).collect();
        assert_eq!(differing.len(), 1, "{differing:#?}");
        assert!(differing[0].0.starts_with("  modified      "), "{differing:#?}");
        assert!(differing[0].0.ends_with("  1 B -> 2 B"), "{differing:#?}");
    }
}

#[test]
fn hostile_names_are_told_apart_in_human_output() {
    let shown: std::collections::HashSet<String> = HOSTILE
        .iter()
        .chain(&[&b"back\nslash"[..], b"trailing", "\u{fffd}\u{fffd} invalid".as_bytes()])
        .map(|name| {
            plain(&report(&[judgement("dist", vec![modified(name, 1, 2)])]), Verbosity::Normal)
        })
        .collect();
    assert_eq!(shown.len(), HOSTILE.len() + 3);
}

fn unhex(text: &str) -> Vec<u8> {
    let byte = |at| u8::from_str_radix(&text[at..at + 2], 16).unwrap();
    (0..text.len()).step_by(2).map(byte).collect()
}

#[test]
fn json_gives_a_finding_a_line_and_a_remedy_once() {
    let findings = (0..1_000).map(|at| modified(format!("assets/chunk-{at:04}.js"), 1_000, 1_001));
    let json = as_json(&report(&[judgement("dist", findings.collect())]));
    let lines: Vec<&str> = json.lines().filter(|line| line.contains("chunk-")).collect();
    assert_eq!((lines.len(), json.matches("\"remedy\"").count()), (1_000, 1), "{}", lines[0]);
    assert!(json.len() < 300 * lines.len(), "{} bytes a finding: {}", json.len() / 1_000, lines[1]);
    // Whoever reads it back has it with each.
    let read = Report::from_json(json.as_bytes()).unwrap();
    let findings = &read.seals[0].findings;
    assert!(!findings[0].remedy.is_empty());
    assert!(findings.iter().all(|finding| finding.remedy == findings[0].remedy));
    assert_eq!(as_json(&read), json);
}

#[test]
fn json_gives_every_name_back() {
    for name in HOSTILE {
        let value: serde_json::Value = serde_json::from_str(&as_json(&saying(name)[0])).unwrap();
        let text = String::from_utf8_lossy(name);
        assert_eq!(value["seals"][0]["name"], *text);
        for at in 0..FindingKind::ALL.len() {
            let finding = &value["seals"][0]["findings"][at];
            assert_eq!(finding["path"], *text);
            assert_eq!(finding["expected"]["target"], *text);
            let exact = finding.get("path_bytes").map(|hex| unhex(hex.as_str().unwrap()));
            let lossy = std::str::from_utf8(name).is_err();
            assert_eq!(exact, lossy.then(|| name.to_vec()));
        }
    }
}

#[test]
fn a_name_that_is_not_utf8_is_shown_by_its_bytes() {
    let findings = vec![finding(FindingKind::Unsealable, b"caf\xe9")];
    let text = plain(&report(&[judgement("dist", findings)]), Verbosity::Normal);
    assert!(text.contains("  unsealable    caf\\xe9\n"), "{text}");
}

#[test]
fn findings_stand_worst_first_and_then_by_path() {
    let mut findings: Vec<Finding> = ["a", "b"]
        .into_iter()
        .flat_map(|path| FindingKind::ALL.into_iter().rev().map(move |kind| finding(kind, path)))
        .collect();
    findings.sort_by(|a, b| a.path.cmp(&b.path));
    let text = plain(&report(&[judgement("dist", findings)]), Verbosity::Normal);
    let shown: Vec<Vec<&str>> =
        text.lines().skip(1).take(20).map(|line| line.split_whitespace().collect()).collect();
    let expected: Vec<Vec<&str>> = FindingKind::ALL
        .iter()
        .flat_map(|kind| [vec![kind.code(), "a"], vec![kind.code(), "b"]])
        .collect();
    assert_eq!(shown, expected);
}

#[test]
fn columns_stay_aligned_with_wide_and_combining_names_up_to_a_limit() {
    use unicode_width::UnicodeWidthStr;
    let long = "x".repeat(70);
    let names = ["a", "日本語/データ.json", "cafe\u{301}.txt", "🦀.rs", "tab\there", &long];
    let findings = names.iter().map(|name| modified(name, 1, 2)).collect();
    let text = plain(&report(&[judgement("dist", findings)]), Verbosity::Normal);
    let columns: Vec<usize> = text
        .lines()
        .filter_map(|line| line.strip_suffix("1 B -> 2 B"))
        .map(UnicodeWidthStr::width)
        .collect();
    let column = 2 + 12 + 2 + 60 + 2;
    assert_eq!(columns, [column, column, column, column, column, column + 10]);
}

#[test]
fn a_long_list_is_cut_shows_some_of_every_kind_and_says_what_it_hides() {
    let kinds = [(FindingKind::Modified, 62_u64), (FindingKind::Unsealed, 1222)];
    let findings: Vec<Finding> = kinds
        .iter()
        .flat_map(|&(kind, n)| (0..n).map(move |i| finding(kind, format!("{kind:?}{i:04}"))))
        .collect();
    let report = report(&[judgement("dist", findings)]);
    let normal = plain(&report, Verbosity::Normal);
    let shown = |start: &str| normal.lines().filter(|line| line.starts_with(start)).count();
    assert_eq!((shown("  modified      M"), shown("  unsealed      U")), (47, 3));
    let cut = "  ... and 1,234 more (15 modified, 1,219 unsealed); \
               all of them: sealgate check -v or --format json";
    assert_eq!(normal.lines().filter(|line| *line == cut).count(), 1, "{normal}");
    let verbose = plain(&report, Verbosity::Verbose);
    let all =
        verbose.lines().filter(|line| line.contains("  Modified") || line.contains("  Unsealed"));
    assert_eq!(all.count(), 1284);
    assert!(!verbose.contains(" more ("));
}

#[test]
fn a_list_at_the_limit_is_whole() {
    for (number, cut) in [(50, false), (51, true)] {
        let findings = (0..number).map(|i| modified(format!("{i:02}"), 1, 2)).collect();
        let text = plain(&report(&[judgement("dist", findings)]), Verbosity::Normal);
        assert_eq!(text.contains("... and 1 more (1 modified)"), cut, "{number}");
    }
}

#[test]
fn advice_is_given_once_for_all_findings_alike() {
    let cause = Some(Cause::LineEndings);
    let findings = (0..9)
        .map(|i| Finding { cause, ..modified(format!("{i}"), 1, 2) })
        .chain((0..3).map(|i| finding(FindingKind::Missing, format!("gone{i}"))))
        .collect();
    let text = plain(&report(&[judgement("dist", findings)]), Verbosity::Normal);
    assert_eq!(text.matches("dist/** -text").count(), 1, "{text}");
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("':/dist/gone0'`. (2 more like it) To approve"), "{text}");
}

#[test]
fn the_last_line_is_the_verdict_on_the_seals_that_were_judged() {
    let broken = |name| SealResult {
        root: None,
        tracked: None,
        checked: 0,
        matched: 0,
        bytes: 0,
        problems: vec![Problem::new("seal-not-canonical", "no")],
        ..judgement(name, Vec::new())
    };
    let pass = |name| judgement(name, Vec::new());
    let fail =
        |name, n: u64| judgement(name, (0..n).map(|i| modified(format!("{i}"), 1, 2)).collect());
    let unread = |name| judgement(name, vec![finding(FindingKind::Unreadable, "x")]);
    let many: Vec<SealResult> = (0..11).map(|i| pass(format!("s{i}").leak())).collect();
    let cases: &[(&[SealResult], &str)] = &[
        (&[pass("a")], "PASS  1 seal (a), 9 entries, 1.2 MiB in 3 ms (400 MiB/s)"),
        (&[pass("a"), pass("b")], "PASS  2 seals (a, b), 18 entries, 2.4 MiB in 3 ms (800 MiB/s)"),
        (
            &many,
            "PASS  11 seals (s0, s1, s2, s3, s4, s5, s6, s7, and 3 more), 99 entries, 13 MiB in 3 ms (4.3 GiB/s)",
        ),
        (
            &[fail("a", 1)],
            "FAIL  1 seal (a): 1 finding in a, 10 entries, 1.2 MiB in 3 ms (400 MiB/s)",
        ),
        (
            &[pass("a"), fail("b", 5)],
            "FAIL  2 seals (b fail, a pass): 5 findings in b, 23 entries, 2.4 MiB in 3 ms (800 MiB/s)",
        ),
        (
            &[fail("a", 1), fail("b", 2)],
            "FAIL  2 seals (a, b): 3 findings in 2 seals, 21 entries, 2.4 MiB in 3 ms (800 MiB/s)",
        ),
        (
            &[pass("a"), broken("b"), fail("c", 1)],
            "ERROR  3 seals (b error, c fail, a pass): 1 error, 1 finding in c, 19 entries, 2.4 MiB in 3 ms (800 MiB/s)",
        ),
        (
            &[unread("a")],
            "ERROR  1 seal (a): 1 finding in a (1 not judged), 10 entries, 1.2 MiB in 3 ms (400 MiB/s)",
        ),
        (&[broken("a"), broken("b")], "ERROR  2 seals (a, b): 2 errors, 0 entries, 0 B in 3 ms"),
        (&[], "ERROR  nothing checked: nothing was judged"),
    ];
    for (judgements, line) in cases {
        assert_eq!(last_line(&report(judgements)), *line);
        for verbosity in [Verbosity::Normal, Verbosity::Verbose] {
            let text = plain(&report(judgements), verbosity);
            assert_eq!(text.lines().last(), Some(*line));
        }
    }
    let problem = Problem::new("seals-missing", "none");
    let empty =
        Report::new(&[], None, &[problem], Vec::new(), Duration::ZERO, &Invocation::default());
    assert_eq!(last_line(&empty), "ERROR  nothing checked: 1 error");
}

#[test]
fn colour_adds_nothing_and_hides_nothing() {
    let mut judgements = rich();
    judgements
        .push(judgement("other", (0..2000).map(|i| modified(format!("語{i}"), 1, 2)).collect()));
    let report = report(&judgements);
    for verbosity in [Verbosity::Quiet, Verbosity::Normal, Verbosity::Verbose] {
        let styled = styled(&report, verbosity);
        assert!(styled.contains("\u{1b}[1m\u{1b}[31mFAIL\u{1b}[0m"), "{styled:?}");
        let mut stream = anstream::StripStream::new(Vec::new());
        human(&report, verbosity, &mut stream).unwrap();
        let stripped = String::from_utf8(stream.into_inner()).unwrap();
        assert_eq!(stripped, plain(&report, verbosity));
        assert!(!stripped.contains('\u{1b}'));
        assert!(stripped.lines().all(|line| line.trim_end() == line), "{stripped}");
    }
}

#[test]
fn notices_take_a_line_each_before_the_verdict() {
    let notice = |message: &str| Notice::new("x", message);
    let notices = vec![notice("modes were\nnot compared"), notice("two")];
    let judgements = [judgement("dist", Vec::new())];
    let report =
        Report::new(&judgements, None, &[], notices, Duration::ZERO, &Invocation::default());
    let expected = "notice: modes were\\nnot compared\nnotice: two\n\
                    PASS  1 seal (dist), 9 entries, 1.2 MiB in under 1 ms\n";
    assert_eq!(plain(&report, Verbosity::Normal), expected);
}

#[test]
fn an_error_says_where_what_and_what_next() {
    let whole = Problem { line: Some(3), ..Problem::new("x", "not canonical") };
    let cases = [
        (
            whole.clone().file("seals/a.toml").seal("a").remedy("sealgate fmt a"),
            "error: seals/a.toml:3: not canonical\n  next: sealgate fmt a\n",
        ),
        (Problem::new("x", "gone").file("s/a.toml"), "error: s/a.toml: gone\n"),
        (Problem::new("x", "gone").seal("a"), "error: seal a: gone\n"),
        (Problem::new("x", "no seals"), "error: no seals\n"),
    ];
    for (problem, text) in cases {
        let mut bytes = Vec::new();
        problems(&[ErrorView::new(&problem)], Verbosity::Normal, &mut bytes).unwrap();
        let styled = String::from_utf8(bytes).unwrap();
        assert_eq!(anstream::adapter::strip_str(&styled).to_string(), text);
    }
}

/// What each cause must tell, kept in git and built.
const ADVICE: [(Cause, &str); 17] = [
    (Cause::RenamedByDigest, "content hashes and versions"),
    (Cause::LinkFollowed, "cp -L"),
    (Cause::Swapped, "each other's bytes"),
    (Cause::CaseOnlyRename, "ignores case"),
    (Cause::UnicodeNormalisation, "normalises"),
    (Cause::NamesCollide, "overwrites the other"),
    (Cause::LfsPointer, "git lfs pull"),
    (Cause::Emptied, "full disk"),
    (Cause::LineEndings, "-text` in"),
    (Cause::ByteOrderMark, "byte order mark"),
    (Cause::TrailingNewline, "formatter hook"),
    (Cause::LinkAsFile, "git config core.symlinks true"),
    (Cause::ModesLost, "archive"),
    (Cause::NotInGit, "add it "),
    (Cause::EmbedsCommit, "leave the id out of the build"),
    (Cause::ColumnOrder, "If it is meant"),
    (Cause::OnlyQuoting, "If it is meant"),
];

/// What each kind must tell where no cause is known.
const BARE_ADVICE: [(FindingKind, &str); 10] = [
    (FindingKind::Unreadable, "permissions"),
    (FindingKind::Unstable, "stop it and check again"),
    (FindingKind::Unsealable, "leave it out with `sealgate seal dist --exclude /a`"),
    (FindingKind::KindChanged, "If nobody meant it"),
    (FindingKind::LinkChanged, "If nobody meant it"),
    (FindingKind::Modified, "build twice"),
    (FindingKind::ModeChanged, "mode"),
    (FindingKind::Missing, "If it should be there"),
    (FindingKind::Unsealed, "sealgate seal dist"),
    (FindingKind::Moved, "Move it back"),
];

fn remedy_of(finding: Finding, tracked: bool, source: &Source, invocation: &Invocation) -> String {
    let judged = SealResult {
        tracked: Some(tracked),
        source: source.clone(),
        ..judgement("dist", vec![finding])
    };
    Report::new(&[judged], None, &[], Vec::new(), Duration::ZERO, invocation).seals[0].findings[0]
        .remedy
        .to_string()
}

fn elsewhere() -> Source {
    Source::Directory { given: "out".to_owned(), path: "../up/out".into() }
}

#[test]
fn every_kind_with_every_cause_has_a_remedy_of_its_own() {
    let invocation = Invocation::default();
    for source in [Source::Worktree, elsewhere()] {
        for tracked in [true, false] {
            for (kind, needle) in BARE_ADVICE {
                let remedy = remedy_of(finding(kind, "a"), tracked, &source, &invocation);
                assert!(remedy.contains(needle) && remedy.ends_with('.'), "{remedy}");
                for (cause, needle) in ADVICE {
                    let finding = Finding { cause: Some(cause), ..finding(kind, "a") };
                    let remedy = remedy_of(finding, tracked, &source, &invocation);
                    assert!(remedy.contains(needle) && remedy.ends_with('.'), "{remedy}");
                    assert_eq!(remedy.matches('`').count() % 2, 0, "{remedy}");
                }
            }
        }
    }
}

#[test]
fn bytes_from_another_directory_are_neither_restored_nor_sealed_where_they_are() {
    let invocation = Invocation::default();
    for (kind, _) in BARE_ADVICE {
        let remedy = remedy_of(finding(kind, "a"), true, &elsewhere(), &invocation);
        assert!(!remedy.contains("git restore"), "{remedy}");
        // To leave a file out reads no bytes, wherever they are.
        if remedy.replace("sealgate seal dist --exclude", "").contains("sealgate seal") {
            assert!(remedy.contains("bring it into dist"), "{remedy}");
        }
    }
    let changed = vec![modified("a", 1, 2)];
    let judged = SealResult { source: elsewhere(), ..judgement("dist", changed) };
    let fix = report(&[judged]).seals[0].fix.clone().unwrap();
    assert_eq!(fix.approve, "sealgate seal dist");
    assert!(fix.caution.starts_with("First bring the bytes of out into dist"), "{}", fix.caution);
    assert!(!fix.caution.contains("git restore"), "{}", fix.caution);
}

#[test]
fn what_is_built_is_built_again_and_what_git_holds_is_restored() {
    let caution = |tracked| {
        let judged = SealResult { tracked, ..judgement("dist", vec![modified("a", 1, 2)]) };
        report(&[judged]).seals[0].fix.clone().unwrap().caution
    };
    let restore = "`git restore --source=HEAD --staged --worktree -- ':/dist'`";
    assert!(caution(Some(true)).contains(restore));
    assert!(caution(Some(false)).contains("build again from a clean checkout"));
    assert!(!caution(Some(false)).contains("git restore"));
}

#[test]
fn the_caution_names_the_causes_and_what_stands_in_the_way() {
    let mut judgements = rich();
    let caution = report(&judgements).seals[0].fix.clone().unwrap().caution;
    assert!(caution.contains("(case-only-rename, line-endings): fix the cause"), "{caution}");
    assert!(caution.contains("refuses while anything unsealable is there"), "{caution}");
    judgements[0].findings.retain(|finding| finding.cause.is_none());
    judgements[0].findings.retain(|finding| finding.kind != FindingKind::Unsealable);
    let caution = report(&judgements).seals[0].fix.clone().unwrap().caution;
    assert!(caution.starts_with("Do not approve this if nobody meant to change dist"), "{caution}");
}

#[test]
fn commands_repeat_the_options_that_sealgate_was_called_with() {
    let invocation = Invocation {
        directory: Some("my repo".to_owned()),
        seals: Some("it's/seals".to_owned()),
        repository: None,
        every_seal: false,
        ..Invocation::default()
    };
    let judged = judgement("dist", vec![modified("a", 1, 2)]);
    let report = Report::new(&[judged], None, &[], Vec::new(), Duration::ZERO, &invocation);
    let fix = report.seals[0].fix.clone().unwrap();
    let sealgate = r"sealgate -C 'my repo' --seals 'it'\''s/seals'";
    assert_eq!(fix.approve, format!("{sealgate} seal dist"));
    assert!(fix.caution.contains("`git -C 'my repo' restore --source"), "{}", fix.caution);
    assert!(
        report.seals[0].findings[0]
            .remedy
            .contains(&format!("`{sealgate} diff dist --against OTHER_BUILD`"))
    );
}

#[test]
fn the_mode_command_names_the_file_from_where_the_user_is() {
    let invocation = |directory: Option<&str>, repository: Option<&str>| Invocation {
        directory: directory.map(str::to_owned),
        seals: None,
        repository: repository.map(str::to_owned),
        every_seal: false,
        ..Invocation::default()
    };
    let lost = |path: &str| Finding {
        expected: Some(exec(1)),
        observed: Some(file(1, b"exec")),
        ..finding(FindingKind::ModeChanged, path)
    };
    let gained = Finding { expected: Some(file(1, b"exec")), ..lost("run") };
    let here = Source::Worktree;
    let cases = [
        (lost("bin/run"), &here, invocation(None, None), "chmod +x -- dist/bin/run"),
        (gained, &here, invocation(None, None), "chmod -x -- dist/run"),
        (lost("a b'c"), &here, invocation(None, None), r"chmod +x -- 'dist/a b'\''c'"),
        (lost("run"), &here, invocation(Some("r"), None), "chmod +x -- r/dist/run"),
        (
            lost("run"),
            &here,
            invocation(Some("r/sub"), Some("r/sub/..")),
            "chmod +x -- r/sub/../dist/run",
        ),
        (lost("run"), &here, invocation(None, Some("..")), "chmod +x -- ../dist/run"),
        (lost("run"), &elsewhere(), invocation(Some("r"), None), "chmod +x -- ../up/out/run"),
    ];
    for (finding, source, invocation, command) in cases {
        let remedy = remedy_of(finding, true, source, &invocation);
        assert!(remedy.contains(&format!("`{command}`")), "{remedy}");
    }
}

#[test]
fn nothing_is_approved_where_something_could_not_be_judged() {
    let unread =
        judgement("dist", vec![finding(FindingKind::Unreadable, "x"), modified("a", 1, 2)]);
    let unjudged = Problem::new("seal-not-canonical", "the seal is not in canonical form");
    let broken = SealResult {
        problems: vec![unjudged.file("seals/b.toml").remedy("sealgate fmt b")],
        root: None,
        tracked: None,
        checked: 0,
        ..judgement("b", Vec::new())
    };
    let report = report(&[unread, broken, judgement("c", Vec::new())]);
    assert!(report.seals.iter().all(|seal| seal.fix.is_none()));
    let mut errors = Vec::new();
    problems(&report.errors, Verbosity::Normal, &mut errors).unwrap();
    for text in
        [plain(&report, Verbosity::Verbose), as_json(&report), String::from_utf8(errors).unwrap()]
    {
        assert!(!text.contains("sealgate seal"), "{text}");
    }
}

#[test]
fn a_small_report_has_the_keys_of_the_contract_in_their_order() {
    let changed = Finding {
        line: Some(10),
        cause: Some(Cause::LineEndings),
        detail: Some("CRLF where LF was sealed".to_owned()),
        ..modified("app.js", 1234, 1290)
    };
    let moved = Finding {
        line: Some(11),
        from: Some(EntryPath::parse("a").unwrap()),
        expected: Some(link("t")),
        observed: Some(link("t")),
        ..finding(FindingKind::Moved, "b")
    };
    let problem = Problem {
        line: Some(3),
        ..Problem::new("seal-not-canonical", "not canonical")
            .seal("gen")
            .file("seals/gen.toml")
            .remedy("sealgate fmt gen")
    };
    let judged = SealResult { tracked: Some(false), ..judgement("dist", vec![changed, moved]) };
    let notices = vec![Notice::new("modes-not-compared", "m")];
    let elapsed = Duration::from_micros(12_900);
    let report = Report::new(&[judged], None, &[problem], notices, elapsed, &Invocation::default());
    let golden = GOLDEN
        .replace("SEAL", &Digest::of(b"dist").to_string())
        .replace("OLD", &Digest::of(b"old").to_string())
        .replace("NEW", &Digest::of(b"new").to_string())
        .replace("VERSION", env!("CARGO_PKG_VERSION"));
    assert_eq!(as_json(&report), golden);
}

const GOLDEN: &str = r#"{
  "format": "sealgate-report/1",
  "tool": {
    "name": "sealgate",
    "version": "VERSION"
  },
  "verdict": "error",
  "seals": [
    {
      "name": "dist",
      "file": "seals/dist.toml",
      "root": "dist",
      "digest": "SEAL",
      "source": {
        "kind": "worktree"
      },
      "seal_source": {
        "kind": "worktree"
      },
      "verdict": "fail",
      "checked": 11,
      "matched": 9,
      "bytes": 1258291,
      "findings": [
        {"kind":"modified","path":"app.js","line":10,"expected":{"kind":"file","size":1234,"blake3":"OLD"},"observed":{"kind":"file","size":1290,"blake3":"NEW"},"cause":"line-endings","detail":"CRLF where LF was sealed","remedy":"A filter rewrote line endings, most often of the sources at checkout: put `* -text` into .gitattributes, and build again from a fresh checkout."},
        {"kind":"moved","path":"b","from":"a","line":11,"expected":{"kind":"link","target":"t"},"observed":{"kind":"link","target":"t"},"remedy":"Move it back, or, if the new place is meant, approve it with `sealgate seal dist`."}
      ],
      "fix": {
        "approve": "sealgate seal dist",
        "caution": "Do not approve what has a known cause (line-endings): fix the cause. Do not approve this if you cannot say why the bytes changed: build again from a clean checkout, and check again."
      }
    }
  ],
  "errors": [
    {
      "code": "seal-not-canonical",
      "message": "not canonical",
      "seal": "gen",
      "file": "seals/gen.toml",
      "line": 3,
      "remedy": "sealgate fmt gen"
    }
  ],
  "notices": [
    {
      "code": "modes-not-compared",
      "message": "m"
    }
  ],
  "elapsed_ms": 12
}
"#;

#[test]
fn a_directory_source_is_named_in_json_and_in_the_headline() {
    let judged = SealResult { source: elsewhere(), ..judgement("dist", vec![modified("a", 1, 2)]) };
    let report = report(&[judged]);
    let value: serde_json::Value = serde_json::from_str(&as_json(&report)).unwrap();
    let source = serde_json::json!({"kind": "directory", "path": "out"});
    assert_eq!(value["seals"][0]["source"], source);
    let text = plain(&report, Verbosity::Normal);
    assert!(text.starts_with("dist: 1 finding in out, sealed as dist\n"), "{text}");
}

/// The commands as a person uses them: pasted into a shell, against real git.
#[cfg(unix)]
mod pasted {
    use std::fs;
    use std::path::Path;
    use std::process::Command;

    use super::*;

    const ROOTS: [&str; 8] =
        ["dist", "_site", ".next", "-dash", "!bang", "we ird[x]*", "it's\\", "日本\n::x"];

    fn sh(directory: &Path, script: &str) {
        let mut command = Command::new("bash");
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("GIT_") {
                command.env_remove(name);
            }
        }
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        let output = command.args(["-c", script]).current_dir(directory).output().unwrap();
        assert!(output.status.success(), "{script}\n{}", String::from_utf8_lossy(&output.stderr));
    }

    /// A repository with one file in each root, and an empty subdirectory.
    fn repository() -> tempfile::TempDir {
        let place = tempfile::tempdir().unwrap();
        let top = place.path().join("re po");
        for root in ROOTS {
            fs::create_dir_all(top.join(root)).unwrap();
            fs::write(top.join(root).join("f"), "good\n").unwrap();
        }
        fs::create_dir(top.join("sub")).unwrap();
        sh(&top, "git init -q && git add -A && git -c user.name=n -c user.email=e commit -qm x");
        place
    }

    fn first_command(text: &str) -> &str {
        text.split('`').nth(1).unwrap()
    }

    #[test]
    fn restoring_brings_back_the_one_root_from_wherever_the_user_is() {
        let place = repository();
        let top = place.path().join("re po");
        let here = Invocation::default();
        let from_above =
            Invocation { directory: Some("re po/sub".to_owned()), ..Invocation::default() };
        let users = [
            (top.clone(), &here),
            (top.join("sub"), &here),
            (place.path().to_owned(), &from_above),
        ];
        for (stand, invocation) in users {
            for root in ROOTS {
                for other in ROOTS {
                    fs::write(top.join(other).join("f"), "bad\n").unwrap();
                }
                sh(&top, "git add -A");
                let judged = SealResult {
                    root: Some(root.to_owned()),
                    ..judgement("dist", vec![finding(FindingKind::Missing, "f")])
                };
                let report =
                    Report::new(&[judged], None, &[], Vec::new(), Duration::ZERO, invocation);
                let seal = &report.seals[0];
                let caution = seal.fix.clone().unwrap().caution;
                for text in [&*caution, &*seal.findings[0].remedy] {
                    fs::write(top.join(root).join("f"), "bad\n").unwrap();
                    sh(&stand, first_command(text));
                    for other in ROOTS {
                        let content = fs::read_to_string(top.join(other).join("f")).unwrap();
                        assert_eq!(content == "good\n", other == root, "{text}: {other}");
                    }
                }
            }
        }
    }

    #[test]
    fn the_mode_comes_back_whatever_the_name() {
        use std::os::unix::fs::PermissionsExt;
        let place = tempfile::tempdir().unwrap();
        for name in ["run", "-x", "a b'c", "new\nline\n", "$(touch x)", "\u{202e}"] {
            let lost = Finding {
                expected: Some(exec(0)),
                observed: Some(file(0, b"exec")),
                ..finding(FindingKind::ModeChanged, name)
            };
            let path = place.path().join(name);
            fs::write(&path, "").unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
            let judged = SealResult { root: Some(".".to_owned()), ..judgement("all", vec![lost]) };
            sh(place.path(), first_command(&report(&[judged]).seals[0].findings[0].remedy));
            assert_eq!(path.metadata().unwrap().permissions().mode() & 0o100, 0o100, "{name:?}");
        }
    }
}
