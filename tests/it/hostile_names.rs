//! No name makes a report say or do anything but what it means: not a path, a link's target, the
//! name of a seal, a revision, a pattern, a directory or a message; in no format; on no stream, in
//! no file that is written.
//!
//! Machines that read logs are modelled in `actions`, parsers judge in `judges`. Reports are made
//! in the library, for names by the thousand, and by the program, on files that have the names.

#![cfg(unix)]

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;
use std::sync::{LazyLock, Mutex};
use std::time::Duration;

use clap::ValueEnum as _;
use proptest::prelude::*;
use sealgate::github::runner::Runner;
use sealgate::report::{self, Format, Invocation, Notice, Report, Verbosity};
use sealgate_core::compare::changes::{Change, ChangeKind, OnReseal, Reseal, ScopeChange};
use sealgate_core::compare::finding::{Cause, Finding, FindingKind};
use sealgate_core::compare::verdict::{Base, SealResult, Source};
use sealgate_core::seal::entry::{Digest, Entry};
use sealgate_core::seal::path::EntryPath;
use sealgate_core::seal::{BuildCommand, Root};
use sealgate_core::text::escape::printable_str;
use sealgate_core::text::problem::Problem;
use serde_json::Value;

use crate::actions;
use crate::judges;
use crate::judges::Parts;
use crate::support;
use crate::support::HOSTILE;
use crate::support::{Repo, Run, run};

/// What random names are made of, beside random bytes.
const FRAGMENTS: [&str; 50] = [
    "::",
    ":",
    "##[",
    "##",
    "#",
    "[",
    "]",
    "]]>",
    "%0A",
    "%",
    "\n",
    "\r",
    "\u{85}",
    "\u{2028}",
    " ",
    "  ",
    "error",
    "::error::",
    "set-output name=verdict;",
    "`",
    "``",
    "|",
    "\\",
    "\\|",
    "<",
    ">",
    "</",
    "<b>",
    "<!--",
    "-->",
    "&",
    "&lt;",
    "\"",
    "'",
    "=",
    "![",
    "](",
    "@a",
    "#1",
    "http://e.x",
    "www.e.x",
    "<<E",
    "\u{1b}[",
    "\u{202e}",
    "\u{0}",
    "*",
    "_",
    "- ",
    "~~~",
    "$(x)",
];

fn formats() -> Vec<(String, Format)> {
    let named = |format: &Format| {
        (format.to_possible_value().expect("a name").get_name().to_owned(), *format)
    };
    Format::value_variants().iter().map(named).collect()
}

// The reports of the library.

/// Reports that say `name` wherever a report can.
fn saying(name: &[u8]) -> Vec<Report> {
    let text = String::from_utf8_lossy(name).into_owned();
    let problem = Problem::new("x", text.clone()).seal(text.clone()).remedy(text.clone());
    let of_file = Problem { line: Some(3), ..problem.clone().file(text.clone()) };
    let problems = [problem, of_file];
    let findings = findings(name, &text);
    let differences: Vec<Finding> =
        findings.iter().filter(|finding| !finding.kind.is_error()).cloned().collect();
    let unjudged = judgement(&text, findings);
    let tracked = judgement(&text, differences.clone());
    // Remedies differ by where bytes come from, and of causes all but a few do not.
    let some = differences.iter().step_by(2).cloned().collect();
    let built = SealResult { tracked: Some(false), findings: some, ..tracked.clone() };
    let at = Source::Directory { given: text.clone(), path: text.clone().into() };
    let elsewhere = SealResult { source: at, ..built.clone() };
    let commit = Source::Commit { given: text.clone(), oid: "0123456789".repeat(4) };
    let committed =
        SealResult { source: commit.clone(), seal_source: commit.clone(), ..built.clone() };
    let resealed = |allowed| SealResult {
        new_directories: Vec::new(),
        folds: Vec::new(),
        reseal: Some(reseal(&text, allowed)),
        findings: if allowed { Vec::new() } else { differences[..3].to_vec() },
        ..tracked.clone()
    };
    let base = |on_reseal, allowed| Base {
        source: commit.clone(),
        on_reseal,
        deleted: vec![Reseal { scope: vec![ScopeChange::Deleted], ..reseal(&text, allowed) }],
    };
    let (allow, refuse) = (base(OnReseal::Allow, true), base(OnReseal::Fail, false));
    let notice = Notice::new("x", text.clone());
    let invocation = Invocation {
        directory: Some(text.clone()),
        seals: Some(text.clone()),
        repository: Some(text.clone()),
        every_seal: false,
        ..Invocation::default()
    };
    let report = |judgements: &[SealResult], base: Option<&Base>, problems: &[Problem]| {
        Report::new(judgements, base, problems, vec![notice.clone()], Duration::ZERO, &invocation)
    };
    let passed = report(&[resealed(true)], Some(&allow), &[]);
    vec![
        report(&[unjudged], None, &problems),
        report(&[tracked.clone(), built, resealed(false)], Some(&refuse), &[]),
        report(&[elsewhere, committed], None, &[]),
        report(&[], None, &problems),
        Report { staged: Some(text), ..passed },
    ]
}

/// Findings of every kind and of every cause.
fn findings(name: &[u8], text: &str) -> Vec<Finding> {
    let link = || Some(Entry::Link { target: text.into() });
    let causes = Cause::ALL.into_iter().map(|cause| (FindingKind::Modified, Some(cause)));
    let kinds = FindingKind::ALL.into_iter().map(|kind| (kind, None));
    let finding = |(kind, cause)| Finding {
        expected: link(),
        observed: link(),
        detail: Some(text.to_owned()),
        from: EntryPath::parse(text).ok(),
        line: Some(9),
        cause,
        ..Finding::new(kind, name)
    };
    kinds.chain(causes).map(finding).collect()
}

fn judgement(text: &str, findings: Vec<Finding>) -> SealResult {
    SealResult {
        name: text.to_owned(),
        database: None,
        root: Some(text.to_owned()),
        tracked: Some(true),
        build: command(text),
        digest: Some(Digest::of(b"x")),
        source: Source::Worktree,
        seal_source: Source::Worktree,
        checked: 99,
        matched: 9,
        bytes: 5,
        findings,
        new_directories: Vec::new(),
        folds: Vec::new(),
        reseal: None,
        taken: None,
        problems: Vec::new(),
    }
}

/// `text` as a build command, as far as a seal can state it.
fn command(text: &str) -> Option<BuildCommand> {
    let command = format!("x {text}");
    BuildCommand::parse(command.trim()).or_else(|_| BuildCommand::parse("x `$(y)`")).ok()
}

fn reseal(text: &str, allowed: bool) -> Reseal {
    let file = |size| Some(Entry::File { size, digest: Digest::of(b"x"), executable: false });
    let link = || Some(Entry::Link { target: text.into() });
    let change = |kind, old, new| Change {
        kind,
        path: text.to_owned(),
        from: (kind == ChangeKind::Moved).then(|| text.to_owned()),
        old,
        new,
    };
    let mut scope = vec![
        ScopeChange::Renamed(text.to_owned()),
        ScopeChange::Unreadable,
        ScopeChange::Tracked(true),
        ScopeChange::Build(command(text)),
        ScopeChange::Exclude(vec!["x".to_owned()]),
        ScopeChange::Exclude(vec![text.to_owned(), "y".to_owned()]),
    ];
    scope.extend(Root::parse("old").ok().map(ScopeChange::Root));
    Reseal {
        name: text.to_owned(),
        root: text.to_owned(),
        new: false,
        scope,
        build: command(text),
        exclude: vec![text.to_owned()],
        changes: vec![
            change(ChangeKind::Added, None, file(1)),
            change(ChangeKind::Removed, link(), None),
            change(ChangeKind::Changed, link(), link()),
            change(ChangeKind::Moved, file(1), file(1)),
        ],
        allowed,
    }
}

fn written(report: &Report, format: Format, verbosity: Verbosity) -> String {
    let mut bytes = Vec::new();
    report::write(report, format, verbosity, &mut bytes).unwrap();
    without_colours(bytes)
}

/// `bytes` as text, without what a terminal would not show.
fn without_colours(bytes: Vec<u8>) -> String {
    let text = String::from_utf8(bytes).unwrap();
    // Most texts have nothing to take out; to look at each byte for it takes longer than the rest.
    let shown = |byte: u8| !byte.is_ascii_control() || byte.is_ascii_whitespace();
    if text.bytes().all(shown) {
        return text;
    }
    anstream::adapter::strip_str(&text).to_string()
}

/// The parts of harmless reports, by format: what every report may have.
static HARMLESS: LazyLock<BTreeMap<String, Parts>> = LazyLock::new(|| {
    let names: [&[u8]; 4] = [b"app", b"a/b/app.js", b"ap\xffp", b"a b"];
    let mut all: BTreeMap<String, Parts> = BTreeMap::new();
    for report in names.into_iter().flat_map(saying) {
        for (name, format) in formats() {
            let text = written(&report, format, Verbosity::Normal);
            let parts = judges::parts(&name, &text);
            let parts = parts.unwrap_or_else(|error| panic!("{name}: {error}\n{text}"));
            all.entry(name).or_default().extend(parts);
        }
    }
    all
});

/// How many texts were judged, by format: the hardening suite publishes it.
pub(crate) static JUDGED: Mutex<BTreeMap<String, u64>> = Mutex::new(BTreeMap::new());

/// Demands of `text`, in `format`, that it has no other parts than harmless ones, and no command
/// but those that `annotations` allows.
fn judge(format: &str, text: &str, harmless: &Parts) -> Result<Vec<actions::Command>, String> {
    *JUDGED.lock().unwrap().entry(format.to_owned()).or_default() += 1;
    let parts = judges::parts(format, text)?;
    if let Some(forged) = parts.difference(harmless).next() {
        return Err(format!("no harmless report has this: {forged}"));
    }
    let commands = actions::commands(text);
    match commands.first() {
        Some(command) if format != "github" => Err(format!("a command: {command:?}")),
        _ => Ok(commands),
    }
}

/// Demands that `commands` are the annotations of `report` and stand where they should.
fn mean(commands: &[actions::Command], report: &Report) -> Result<(), String> {
    let shown = |text: &str| printable_str(text).into_owned();
    let mut places: BTreeSet<(Option<String>, Option<String>)> = BTreeSet::from([(None, None)]);
    for error in &report.errors {
        let line = error.line.map(|line| line.to_string());
        places.insert((error.file.as_deref().map(shown), line));
    }
    for seal in &report.seals {
        places.insert((Some(shown(&seal.file)), None));
        for finding in &seal.findings {
            let line = finding.line.map(|line| line.to_string());
            places.insert((Some(shown(&seal.file)), line));
        }
        // Where the header of a seal states what changed of it.
        if seal.reseal.as_ref().is_some_and(|reseal| !reseal.scope.is_empty()) {
            places.extend((1..=6).map(|line| (Some(shown(&seal.file)), Some(line.to_string()))));
        }
    }
    for command in commands {
        let property = |key: &str| command.properties.get(key).cloned();
        let place = (property("file"), property("line"));
        if !places.contains(&place) {
            return Err(format!("it stands nowhere: {command:?}"));
        }
        let keys = command.properties.keys().map(String::as_str);
        let known = keys.filter(|key| ["file", "line", "title"].contains(key)).count();
        let acts = |text: &str| text.chars().any(|c| c.is_control() && c != '\n');
        let title = property("title").unwrap_or_default();
        let lines = command.data.lines().any(|line| !actions::commands(line).is_empty());
        if !["error", "warning", "notice"].contains(&&*command.name)
            || known != command.properties.len()
            || title.is_empty()
            || title.contains('\n')
            || acts(&title)
            || acts(&command.data)
            || lines
        {
            return Err(format!("nobody meant this: {command:?}"));
        }
    }
    let errors = commands.iter().filter(|command| command.name == "error").count();
    let fits =
        if report.verdict.exit_code() == 0 { errors == 0 } else { (1..=10).contains(&errors) };
    if fits { Ok(()) } else { Err(format!("{errors} errors")) }
}

/// Judges every report about `name`, in every format, and what a runner is told of it.
fn judge_all(name: &[u8]) -> Result<(), String> {
    for report in saying(name) {
        for (name, format) in formats() {
            let text = written(&report, format, Verbosity::Normal);
            let wrong = |error| format!("{name}: {error}\n{text}");
            let commands = judge(&name, &text, &HARMLESS[&name]).map_err(wrong)?;
            if format == Format::Github {
                mean(&commands, &report).map_err(wrong)?;
            }
        }
        let mut bytes = Vec::new();
        report::problems(&report.errors, Verbosity::Normal, &mut bytes).unwrap();
        let text = without_colours(bytes);
        judge("human", &text, &HARMLESS["human"])?;
        told_to_a_runner(&report)?;
    }
    Ok(())
}

/// Judges the outputs of a step.
fn told_to_a_runner(report: &Report) -> Result<(), String> {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("output");
    let runner = Runner::of(|name| (name == "GITHUB_OUTPUT").then(|| file.clone().into()));
    let filed = report.staged.as_deref().map(std::path::Path::new);
    if let Err(problem) = runner.tell(report, filed, filed) {
        let staged = report.staged.as_deref().unwrap_or_default();
        let harmless = !staged.contains(|c: char| c.is_control());
        let broken = staged.contains("::") || staged.contains("##");
        // Only a path that could do harm is kept from the next step.
        let strange = printable_str(staged).contains("\\u{") || staged.contains('\u{fffd}');
        if harmless && !broken && !strange {
            return Err(format!("{problem:?}"));
        }
        runner.take_back(report, filed);
    }
    let text = fs::read_to_string(&file).unwrap();
    let pairs = actions::outputs(&text)?;
    let keys: Vec<&str> = pairs.iter().map(|(key, _)| key.as_str()).collect();
    if keys != actions::OUTPUTS {
        return Err(format!("forged outputs: {pairs:?}"));
    }
    let path = report.staged.as_deref().unwrap_or_default();
    let is_path = |value: &str| value.is_empty() || value == path;
    if pairs[0].1 != report.verdict.code() || !is_path(&pairs[7].1) || !is_path(&pairs[8].1) {
        return Err(format!("forged values: {pairs:?}"));
    }
    Ok(())
}

#[test]
pub(crate) fn no_nasty_name_makes_any_format_say_what_nobody_meant() {
    for (what, name) in HOSTILE {
        judge_all(name).unwrap_or_else(|error| panic!("{what}: {error}"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_name_at_all_makes_any_format_say_what_nobody_meant(name in any_name()) {
        judge_all(&name).map_err(TestCaseError::fail)?;
    }
}

fn any_name() -> impl Strategy<Value = Vec<u8>> {
    let fragment =
        proptest::sample::select(&FRAGMENTS[..]).prop_map(|text| text.as_bytes().to_vec());
    let character = any::<char>().prop_map(|c| c.to_string().into_bytes());
    let bytes = proptest::collection::vec(any::<u8>(), 1..4);
    let part = prop_oneof![6 => fragment, 2 => character, 1 => bytes];
    proptest::collection::vec(part, 1..9).prop_map(|parts| parts.concat())
}

#[test]
pub(crate) fn most_of_the_nasty_names_act_in_a_log_or_in_markdown_where_nobody_escapes_them() {
    let acts = |name: &[u8]| {
        let text = String::from_utf8_lossy(name);
        let parts = judges::parts("markdown", &text);
        !actions::commands(&text).is_empty()
            || !parts.is_ok_and(|parts| parts.is_subset(&HARMLESS["markdown"]))
    };
    let acting = HOSTILE.iter().filter(|(_, name)| acts(name)).count();
    assert!(acting > 50, "only {acting} of {} act: are the judges blind?", HOSTILE.len());
}

// The program, on files that have the names.

/// What a run left in a log and in files, by format, and how it was told to a runner.
struct Told {
    ran: Run,
    files: Vec<(String, String)>,
    outputs: String,
    summary: String,
}

/// Runs `check` with a report in every format, for a runner.
fn check(repo: &Repo, arguments: &[&OsStr]) -> Told {
    tell(repo, "check", arguments)
}

/// Runs `command` with a report in every format, for a runner.
fn tell(repo: &Repo, command: &str, arguments: &[&OsStr]) -> Told {
    let out = tempfile::tempdir().unwrap();
    let at = |name: &str| out.path().join(name);
    let mut command = repo.command(&[command, "--format", "github"]);
    for (name, _) in formats() {
        command.args(["--report", &format!("{name}={}", at(&name).display())]);
    }
    command.args(arguments);
    command.env("GITHUB_OUTPUT", at("outputs")).env("GITHUB_STEP_SUMMARY", at("summary"));
    let ran = run(command);
    let read = |name: &str| fs::read_to_string(at(name)).unwrap_or_default();
    let files = formats().into_iter().map(|(name, _)| (name.clone(), read(&name)));
    Told {
        ran,
        files: files.filter(|(_, text)| !text.is_empty()).collect(),
        outputs: read("outputs"),
        summary: read("summary"),
    }
}

impl Told {
    /// Where annotations may stand, as the report says that was written as JSON, if one was.
    fn places(&self) -> BTreeSet<(Option<String>, Option<String>)> {
        let report = self.files.iter().find(|(format, _)| format == "json");
        let report: Value =
            report.map_or(Value::Null, |(_, text)| serde_json::from_str(text).unwrap());
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let file = |value: &Value| Some(printable_str(value["file"].as_str()?).into_owned());
        let line = |value: &Value| Some(value["line"].as_u64()?.to_string());
        let mut places = BTreeSet::from([(None, None)]);
        places.extend(list(&report["errors"]).iter().map(|error| (file(error), line(error))));
        for seal in list(&report["seals"]) {
            places.insert((file(&seal), None));
            let findings = list(&seal["findings"]);
            places.extend(findings.iter().map(|finding| (file(&seal), line(finding))));
        }
        places
    }

    /// Demands that nothing in it was forged, and gives the exit code.
    #[track_caller]
    fn judged(&self, what: &str, harmless: &BTreeMap<String, Parts>) -> i32 {
        let check = |place: &str, format: &str, text: &str| {
            let judged = judge(format, text, &harmless[format]);
            let commands =
                judged.unwrap_or_else(|error| panic!("{what}: {place}: {error}\n{text}"));
            let places = if commands.is_empty() { BTreeSet::new() } else { self.places() };
            for command in &commands {
                let property = |key: &str| command.properties.get(key).cloned();
                let there = places.contains(&(property("file"), property("line")));
                assert!(there, "{what}: {place}: it stands nowhere: {command:?}");
                let known = command
                    .properties
                    .keys()
                    .all(|key| ["file", "line", "title"].contains(&key.as_str()));
                let ours = ["error", "warning", "notice"].contains(&&*command.name) && known;
                assert!(ours, "{what}: {place}: {command:?}");
                for text in command.properties.values().chain([&command.data]) {
                    assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{command:?}");
                }
            }
            let errors = commands.iter().filter(|command| command.name == "error").count();
            assert!(errors <= 10, "{what}: {place}: {errors} errors");
        };
        check("stdout", "github", &self.ran.stdout);
        check("stderr", "human", &self.ran.stderr);
        check("summary", "markdown", &self.summary);
        for (format, text) in &self.files {
            check("a report", format, text);
        }
        let outputs = actions::handed_on(&self.outputs);
        let keys: Vec<&str> = outputs.keys().map(String::as_str).collect();
        assert_eq!(keys, actions::sorted(actions::OUTPUTS.to_vec()), "{what}: {outputs:?}");
        assert_eq!(outputs["exit-code"], self.ran.code.to_string(), "{what}: {outputs:?}");
        let verdict = if self.ran.code == 0 { "pass" } else { "fail" };
        let verdict = if self.ran.code == 2 { "error" } else { verdict };
        assert_eq!(outputs["verdict"], verdict, "{what}: {outputs:?}");
        self.ran.code
    }
}

/// The nasty names that a file can have.
fn file_names() -> Vec<&'static [u8]> {
    let can = |name: &&[u8]| !name.contains(&0) && !name.contains(&b'/');
    HOSTILE.iter().map(|(_, name)| *name).filter(can).collect()
}

/// A repository without git with one seal, `dist`, of which everything is true.
fn sealed() -> Repo {
    Repo::once("", || {
        let repo = Repo::plain();
        fs::create_dir(repo.at("dist")).unwrap();
        fs::write(repo.at("dist/app.js"), "a").unwrap();
        repo.seal("dist", "dist");
        repo
    })
}

/// The same, in a commit.
fn committed() -> Repo {
    Repo::once("", || {
        let repo = Repo::in_git();
        fs::create_dir(repo.at("dist")).unwrap();
        fs::write(repo.at("dist/app.js"), "a").unwrap();
        repo.git(&["add", "dist"]);
        repo.seal("dist", "dist");
        repo.git(&["add", "seals"]);
        repo.git(&["commit", "--quiet", "-m", "sealed"]);
        repo
    })
}

/// Something of every kind that can be found, with `names`: what is in excess, missing, changed, a
/// link, a directory, and cannot be sealed.
fn drifted(names: &[&[u8]]) -> Repo {
    let repo = sealed();
    let dist = repo.at("dist");
    fs::create_dir_all(dist.join("sealed")).unwrap();
    for (number, name) in names.iter().enumerate() {
        let name = OsStr::from_bytes(name);
        // Only what a seal can hold can be missing from it.
        if EntryPath::parse(&format!("x{}", name.to_string_lossy())).is_ok()
            && name.to_str().is_some()
        {
            fs::write(dist.join("sealed").join(name), number.to_string()).unwrap();
        }
        symlink("app.js", dist.join(format!("link{number}"))).unwrap();
    }
    assert_eq!(repo.run(&["seal", "dist", "--allow-outside-links"]).code, 0);
    let sealed: Vec<_> = fs::read_dir(dist.join("sealed")).unwrap().collect();
    for (number, entry) in sealed.into_iter().enumerate() {
        let path = entry.unwrap().path();
        match number % 3 {
            0 => fs::remove_file(path).unwrap(),
            1 => fs::write(path, "other").unwrap(),
            _ => fs::rename(&path, dist.join(path.file_name().unwrap())).unwrap(),
        }
    }
    for (number, name) in names.iter().enumerate() {
        let name = OsStr::from_bytes(name);
        let link = dist.join(format!("link{number}"));
        fs::remove_file(&link).unwrap();
        symlink(name, link).unwrap();
        fs::create_dir_all(dist.join(format!("d{number}")).join(name)).unwrap();
        fs::write(dist.join(format!("d{number}")).join(name).join("f"), "x").unwrap();
    }
    repo
}

/// The parts of the reports on a repository that drifted likewise and has harmless names.
static HARMLESS_RUNS: LazyLock<BTreeMap<String, Parts>> = LazyLock::new(|| {
    let mut all = HARMLESS.clone();
    let repo = drifted(&[b"a", b"b", b"c d", b"e\xff", b"f"]);
    let fine = committed();
    let broken = sealed();
    fs::write(broken.at("seals/broken.toml"), "x").unwrap();
    let base = ["--base".as_ref(), "HEAD".as_ref()];
    for told in [check(&repo, &[]), check(&fine, &base), check(&broken, &[])] {
        for (format, text) in told.files {
            let parts = judges::parts(&format, &text).unwrap();
            all.entry(format).or_default().extend(parts);
        }
    }
    all
});

#[test]
pub(crate) fn files_with_nasty_names_forge_nothing() {
    let told = check(&drifted(&file_names()), &[]);
    assert_eq!(told.judged("all names at once", &HARMLESS_RUNS), 1);
    assert_eq!(told.files.len(), formats().len());
    for name in file_names() {
        let told = check(&drifted(&[name]), &[]);
        assert_eq!(told.judged(&String::from_utf8_lossy(name), &HARMLESS_RUNS), 1);
    }
}

#[test]
pub(crate) fn a_nasty_file_among_the_seals_forges_nothing() {
    for name in file_names() {
        for ending in ["", ".toml"] {
            let repo = sealed();
            let name = [name, ending.as_bytes()].concat();
            fs::write(repo.at("seals").join(OsStr::from_bytes(&name)), "x").unwrap();
            let what = String::from_utf8_lossy(&name);
            assert_eq!(check(&repo, &[]).judged(&what, &HARMLESS_RUNS), 2);
        }
    }
}

#[test]
pub(crate) fn nasty_words_on_the_command_line_forge_nothing() {
    const OPTIONS: [&str; 7] =
        ["--rev=", "--seals-from=", "--base=", "--at=", "--require-sealed=", "--seals=", "x*"];
    let repo = committed();
    let words = HOSTILE.into_iter().filter(|(_, name)| !name.contains(&0));
    for (number, (what, name)) in words.enumerate() {
        // Each word after two of them, and each of them before twenty words.
        for option in [OPTIONS[number % 7], OPTIONS[(number + 3) % 7]] {
            let given: OsString =
                [OsStr::new(option), OsStr::from_bytes(name)].into_iter().collect();
            let told = check(&repo, &[&given]);
            // What is no UTF-8 is refused before there is a format.
            if told.outputs.is_empty() {
                assert!(std::str::from_utf8(name).is_err(), "{what}: {option}");
                assert_eq!((told.ran.code, told.ran.stdout.len()), (2, 0), "{what}: {option}");
                judge("human", &told.ran.stderr, &Parts::new()).unwrap();
            } else {
                let code = told.judged(&format!("{what}: {option}"), &HARMLESS_RUNS);
                // A pattern of directories that matches none requires nothing.
                assert!(code == 2 || option == "--require-sealed=", "{what}: {option}");
            }
        }
    }
}

#[test]
pub(crate) fn nasty_names_of_revisions_forge_nothing() {
    let repo = committed();
    fs::write(repo.at("dist/app.js"), "b").unwrap();
    assert_eq!(repo.run(&["seal", "dist"]).code, 0);
    fs::write(repo.at("dist/app.js"), "c").unwrap();
    let mut judged = 0;
    for (what, name) in HOSTILE.into_iter().filter(|(_, name)| !name.contains(&0)) {
        let mut git = support::scrubbed("git");
        let reference: OsString =
            [OsStr::new("refs/heads/"), OsStr::from_bytes(name)].into_iter().collect();
        git.current_dir(repo.at("")).arg("update-ref").arg(&reference).arg("HEAD");
        if !git.output().unwrap().status.success() || std::str::from_utf8(name).is_err() {
            continue;
        }
        judged += 1;
        for on_reseal in ["allow", "fail"] {
            let arguments = [
                "--base".as_ref(),
                reference.as_os_str(),
                "--on-reseal".as_ref(),
                on_reseal.as_ref(),
            ];
            assert_eq!(check(&repo, &arguments).judged(what, &HARMLESS_RUNS), 1);
        }
        let arguments = ["--rev".as_ref(), reference.as_os_str()];
        assert_eq!(check(&repo, &arguments).judged(what, &HARMLESS_RUNS), 0);
    }
    assert!(judged > 10, "git takes only {judged} of these names");
}

#[test]
pub(crate) fn nasty_patterns_in_seals_forge_nothing() {
    let mut patterns = 0;
    for (what, name) in HOSTILE.into_iter().step_by(2).filter(|(_, name)| !name.contains(&0)) {
        let Ok(text) = std::str::from_utf8(name) else { continue };
        let repo = committed();
        repo.run(&["seal", "more", "--root", "dist", &format!("--exclude={text}")]);
        if !repo.at("seals/more.toml").exists() {
            continue;
        }
        patterns += 1;
        let base = ["--base".as_ref(), "HEAD".as_ref(), "--on-reseal".as_ref(), "fail".as_ref()];
        assert_eq!(check(&repo, &base).judged(what, &HARMLESS_RUNS), 1, "a new seal");
        repo.git(&["add", "seals"]);
        repo.git(&["commit", "--quiet", "-m", "more"]);
        fs::remove_file(repo.at("seals/more.toml")).unwrap();
        repo.seal("more", "dist");
        assert_eq!(check(&repo, &base).judged(what, &HARMLESS_RUNS), 1, "another scope");
    }
    assert!(patterns > 15, "only {patterns} of the names are patterns");
}

#[test]
pub(crate) fn nasty_directories_forge_nothing() {
    let mut directories = 0;
    for name in file_names() {
        let Some(text) = std::str::from_utf8(name).ok().filter(|text| !text.contains('\\')) else {
            continue;
        };
        let option = ["--seals", "--at", "--stage"][directories % 3];
        directories += 1;
        let repo = sealed();
        match option {
            "--seals" => {
                fs::rename(repo.at("seals"), repo.at(text)).unwrap();
                fs::write(repo.at("dist/app.js"), "other").unwrap();
            }
            "--at" => {
                fs::create_dir(repo.at(text)).unwrap();
                fs::write(repo.at(text).join("app.js"), "other").unwrap();
            }
            _ => {}
        }
        let given: OsString = format!("{option}={text}").into();
        let told = check(&repo, &[&given]);
        let code = told.judged(&format!("{option}={text:?}"), &HARMLESS_RUNS);
        if option == "--stage" {
            // A path that could do harm is not handed on, and nothing is staged there.
            assert_eq!(repo.at(text).exists(), code == 0, "{text:?}");
        } else {
            assert_eq!(code, 1, "{option}={text:?}");
        }
    }
    assert!(directories > 40, "only {directories} of the names are directories");
}

#[test]
pub(crate) fn a_report_full_of_nasty_names_is_merged_without_forging_anything() {
    let repo = sealed();
    fs::write(repo.at("dist/app.js"), "other").unwrap();
    fs::write(repo.at("dist/more.js"), "x").unwrap();
    let report = repo.check(&[]).report;
    let merged = |report: &Value| {
        fs::write(repo.at("report"), report.to_string()).unwrap();
        tell(&repo, "merge-reports", &["report".as_ref()])
    };
    let plain = merged(&report);
    assert_eq!(plain.judged("as it was written", &HARMLESS_RUNS), 1);
    // Where a report holds text of others.
    let places = [
        "/seals/0/name",
        "/seals/0/root",
        "/seals/0/file",
        "/seals/0/source/kind",
        "/seals/0/verdict",
        "/seals/0/digest",
        "/seals/0/findings/0/path",
        "/seals/0/findings/0/kind",
        "/seals/0/findings/0/detail",
        "/seals/0/findings/0/remedy",
        "/seals/0/findings/1/path",
        "/tool/version",
        "/format",
        "/verdict",
    ];
    for (number, (what, name)) in HOSTILE.into_iter().enumerate() {
        let text = String::from_utf8_lossy(name).into_owned();
        for place in [places[number % 14], places[(number + 5) % 14]] {
            let mut report = report.clone();
            // Where nothing stands, the report says it in addition.
            match report.pointer_mut(place) {
                Some(value) => *value = text.clone().into(),
                None => report["seals"][0]["findings"][0]["detail"] = text.clone().into(),
            }
            let told = merged(&report);
            let code = told.judged(&format!("{what}: {place}"), &HARMLESS_RUNS);
            assert_ne!(code, 0, "{what}: {place}");
        }
    }
}
