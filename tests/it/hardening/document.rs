//! docs/hardening.md: written from docs/hardening.toml, which holds what the sweeps counted.
//!
//! `.ci/hardening document` sets `SEALGATE_HARDENING_RECORDS` to the directories of the figures of some
//! commits, a directory each, and the first test here writes both files anew: of each part, the figures
//! of the last commit that has them. Without it, the tests hold that the
//! document is exactly what the figures say, and that the figures meet their bars.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::figures::Figures;

/// Everything that the document says in numbers.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    /// The commit that was swept.
    commit: String,
    /// The parts that ran at another commit before it, and that commit.
    #[serde(default)]
    earlier: BTreeMap<String, String>,
    /// The versions of what took part.
    tools: BTreeMap<String, String>,
    sweep: Vec<Figures>,
    #[serde(default)]
    compared: Vec<Compared>,
    #[serde(default)]
    fuzz: Vec<Fuzz>,
    #[serde(default)]
    mutants: Vec<Mutants>,
}

/// What a test of another room counted: comparisons with git, hostile inputs.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Compared {
    test: String,
    failed: u64,
    by: BTreeMap<String, u64>,
}

/// What a fuzzer did.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fuzz {
    target: String,
    seconds: u64,
    runs: u64,
    /// Inputs that each reach something in the reader that no other one reaches.
    corpus: u64,
    crashes: u64,
}

/// What became of the mutants of one area.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Mutants {
    area: String,
    seed: u64,
    #[serde(rename = "mutants")]
    tried: u64,
    caught: u64,
    timeouts: u64,
    unviable: u64,
    #[serde(default)]
    survivors: Vec<Survivor>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Survivor {
    mutant: String,
    reason: String,
}

/// A sweep: its test, its bar, and what the document says of it.
struct Kind {
    test: &'static str,
    fewest: u64,
    title: &'static str,
    done: &'static str,
    must: &'static str,
}

const KINDS: [Kind; 11] = [
    Kind {
        test: "hardening::calls::no_failed_call_lets_anything_wrong_pass",
        fewest: 4_000,
        title: "Failed and shortened system calls",
        done: "strace lets one system call of a run fail, or cuts it short: every call that the \
               program, and the git that it runs, make after they are loaded, each with six errors.",
        must: "What is wrong never exits with 0. What is right exits with 0 only with the answer of \
               an undisturbed run. `seal` and `seal --from-report` leave the old content or the new, and exit \
               with 0 only with the new. Nothing panics.",
    },
    Kind {
        test: "hardening::strict::a_check_of_which_any_read_failed_never_passes",
        fewest: 100,
        title: "Failed reads of a check",
        done: "strace lets each call fail with which a check of a sealed tree lists, opens and reads, \
               over files of every size that is read in its own way.",
        must: "The check exits with 2, not only with anything but 0.",
    },
    Kind {
        test: "hardening::strict::a_seal_of_which_anything_failed_is_the_old_one_or_the_true_one",
        fewest: 100,
        title: "Failed reads and writes of `seal`",
        done: "The same for `seal`, and each call with which it writes.",
        must: "The seal is the old one or the right new one, and no other file is left.",
    },
    Kind {
        test: "hardening::strict::a_report_tells_of_a_pass_only_where_the_check_passed",
        fewest: 6,
        title: "Failed writes of a report",
        done: "strace lets each call fail with which `check --report` writes.",
        must: "The report says `pass` exactly where the check exits with 0.",
    },
    Kind {
        test: "hardening::kills::a_killed_run_leaves_the_old_content_or_the_new",
        fewest: 600,
        title: "Kills",
        done: "SIGKILL when the program makes a system call: every call of every command that \
               writes, after the program is loaded.",
        must: "Each file holds its old content or its new one. What is left behind stops no check. \
               The next run of the command does what the killed one was to do, and leaves nothing \
               else behind.",
    },
    Kind {
        test: "hardening::uses::a_killed_use_of_a_grant_never_runs_twice",
        fewest: 400,
        title: "Kills of an action",
        done: "SIGKILL when `grant use`, the git that it runs or the action itself makes a system call, with \
               a ledger in the clone and with one in another repository. Then the grant is used twice more.",
        must: "The action runs at most once in the three runs, and `grant log` states its end or that none is \
               recorded.",
    },
    Kind {
        test: "hardening::shortages::no_shortage_lets_anything_wrong_pass_or_tears_a_file",
        fewest: 40,
        title: "Shortages",
        done: "A disk without space, without room for another file, or read-only; limits on open \
               files, on the size of files, on memory, processes and the stack.",
        must: "What is wrong never exits with 0. Each file holds its old content or its new one, and \
               the new one after exit code 0.",
    },
    Kind {
        test: "hardening::races::no_check_of_a_tree_that_is_always_wrong_passes",
        fewest: 2_000,
        title: "Races",
        done: "A thread changes the tree without a pause while it is checked, so that it differs from \
               its seal at every instant, in changing places.",
        must: "No check exits with 0, and none hangs.",
    },
    Kind {
        test: "hardening::bits::no_flipped_bit_passes",
        fewest: (64 << 13) + (1 << 13),
        title: "Flipped bits",
        done: "Every bit of a tree of 64 KiB and of a seal of 20 entries is flipped, one at a time.",
        must: "The verdict is `fail` or `error`.",
    },
    Kind {
        test: "hardening::signatures::no_forged_signature_counts",
        fewest: 240_000,
        title: "Forged signatures",
        done: "Signatures of a grant by a key in a file and by a hardware key are damaged in every bit and \
               every byte, cut, put together from parts of several, made of random numbers and of points of \
               small order, and taken from other messages, namespaces and people. `ssh-keygen -Y verify` \
               judges a sample beside the gate.",
        must: "None counts, and what counts `ssh-keygen` accepts too.",
    },
    Kind {
        test: "hardening::names::no_hostile_name_forges_anything",
        fewest: 5_000,
        title: "Hostile names",
        done: "Names that try to speak to a terminal, a log, a runner or a browser stand as paths, \
               targets of links, names of seals, roots, patterns, revisions and messages, in every \
               format. The cases are the texts that a judge of the format read.",
        must: "No text has a command, an element or a line that harmless names do not give.",
    },
];

/// A test of another room: its name, the counter that has a bar, the bar, and what it does.
const COMPARED: [(&str, &str, u64, &str); 2] = [
    (
        "patterns::agrees_with_git_on_many_lists",
        "lists",
        100_000,
        "Lists of exclude patterns with classes, escapes and blanks, each decided as \
         `git check-ignore` decides it.",
    ),
    (
        "limits::no_input_below_the_limit_takes_more_memory_than_there_is_or_hangs",
        "cases",
        10,
        "Hostile inputs below 5 MB: each command ends, within its limit of memory.",
    ),
];

/// What is mutated.
const AREAS: [&str; 6] = ["compare", "decide", "evidence", "merge", "scope", "verdict"];

/// The least time that a reader is fuzzed, in seconds.
const FUZZED: u64 = 60;

fn at(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn record() -> Record {
    let text = fs::read_to_string(at("docs/hardening.toml"));
    let text = text.expect("docs/hardening.toml is not there yet: run .ci/hardening");
    toml::from_str(&text).unwrap()
}

/// The lines of a file of figures; none if that part did not run.
fn lines<T: DeserializeOwned>(path: &Path) -> Vec<T> {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).expect(line)).collect()
}

/// Reads what runs of `.ci/hardening` left in `directories`, the later line of two about one part. The
/// last directory is that of the commit that the document is about.
fn collected(directories: &[PathBuf]) -> Record {
    let (commit, tools, sweep, compared, fuzz, mutants) = Default::default();
    let mut record =
        Record { commit, earlier: BTreeMap::new(), tools, sweep, compared, fuzz, mutants };
    for directory in directories {
        let text = fs::read_to_string(directory.join("tools.json")).unwrap();
        record.tools = serde_json::from_str(&text).unwrap();
        record.commit = record.tools.remove("commit").unwrap();
        let sweep: Vec<Figures> = lines(&directory.join("sweeps.jsonl"));
        let compared: Vec<Compared> = lines(&directory.join("compared.jsonl"));
        let fuzz: Vec<Fuzz> = lines(&directory.join("fuzz.jsonl"));
        let mutants: Vec<Mutants> = lines(&directory.join("mutants.jsonl"));
        let parts = sweep.iter().map(|one| format!("the sweep `{}`", one.test));
        let parts = parts.chain(compared.iter().map(|one| format!("`{}`", one.test)));
        let parts = parts.chain(fuzz.iter().map(|one| format!("the fuzz target `{}`", one.target)));
        let parts =
            parts.chain(mutants.iter().map(|one| format!("mutation testing of `{}`", one.area)));
        record.earlier.extend(parts.map(|part| (part, record.commit.clone())));
        record.sweep.extend(sweep);
        record.compared.extend(compared);
        record.fuzz.extend(fuzz);
        record.mutants.extend(mutants);
    }
    record.earlier.retain(|_, commit| *commit != record.commit);
    let place = |test: &str| KINDS.iter().position(|kind| kind.test == test);
    latest(&mut record.sweep, |sweep| (place(&sweep.test), sweep.test.clone()));
    latest(&mut record.compared, |compared| compared.test.clone());
    latest(&mut record.fuzz, |fuzz| fuzz.target.clone());
    latest(&mut record.mutants, |mutants| mutants.area.clone());
    record
}

fn latest<T, K: Ord>(all: &mut Vec<T>, key: impl Fn(&T) -> K) {
    all.reverse();
    all.sort_by_key(&key);
    all.dedup_by_key(|one| key(one));
}

/// 1234567 as 1,234,567.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn render(record: &Record) -> String {
    render_for(record, &targets())
}

fn render_for(record: &Record, targets: &[String]) -> String {
    let mut text = String::from(HEAD);
    writeln!(text, "The figures are of commit `{}`.\n", record.commit).unwrap();
    for (number, missing) in not_run(record, targets).iter().enumerate() {
        let before = if number == 0 { NOT_RUN } else { "" };
        writeln!(text, "{before}- {missing}").unwrap();
    }
    for (number, (part, commit)) in record.earlier.iter().enumerate() {
        let before = if number == 0 { EARLIER } else { "" };
        writeln!(text, "{before}- {part}: at `{commit}`").unwrap();
    }
    text.push('\n');
    text += "| sweep | cases | passed wrongly | hung | broke another demand | ended by a signal |\n\
             |---|--:|--:|--:|--:|--:|\n";
    for sweep in &record.sweep {
        let title = KINDS.iter().find(|kind| kind.test == sweep.test).map_or("", |kind| kind.title);
        let Figures { cases, passed_wrongly, hung, broken, killed, .. } = sweep;
        let numbers = [cases, passed_wrongly, hung, broken, killed].map(|number| grouped(*number));
        writeln!(text, "| {title} | {} |", numbers.join(" | ")).unwrap();
    }
    text += ENDED;
    for kind in &KINDS {
        let Some(sweep) = record.sweep.iter().find(|sweep| sweep.test == kind.test) else {
            continue;
        };
        let Kind { test, title, done, must, .. } = kind;
        write!(text, "\n## {title}\n\n{done}\n\n*What must hold.* {must}\n\n").unwrap();
        writeln!(text, "*Cases: {}*, in {} s.\n", grouped(sweep.cases), sweep.seconds).unwrap();
        writeln!(text, "| what | cases |\n|---|--:|").unwrap();
        for (what, cases) in &sweep.by {
            writeln!(text, "| {what} | {} |", grouped(*cases)).unwrap();
        }
        writeln!(text, "\n{}", command(test, "SEALGATE_HARDENING=full ")).unwrap();
    }
    render_others(record, &mut text);
    text
}

/// How the test `test` is run by hand.
fn command(test: &str, variables: &str) -> String {
    format!("```sh\n{variables}cargo test --locked --test it {test} -- --ignored --nocapture\n```")
}

fn render_others(record: &Record, text: &mut String) {
    for (test, _, _, does) in COMPARED {
        let Some(compared) = record.compared.iter().find(|one| one.test == test) else { continue };
        let room = test.split("::").next().unwrap_or_default();
        let title =
            if room == "limits" { "Inputs that want to take long" } else { "Exclude patterns" };
        write!(text, "\n## {title}\n\n{does}\n\n| what | count |\n|---|--:|\n").unwrap();
        for (what, count) in &compared.by {
            writeln!(text, "| {what} | {} |", grouped(*count)).unwrap();
        }
        writeln!(text, "| failed | {} |\n\n{}", compared.failed, command(test, "")).unwrap();
    }
    *text += FUZZING;
    for Fuzz { target, seconds, runs, corpus, crashes } in &record.fuzz {
        let [runs, corpus] = [runs, corpus].map(|number| grouped(*number));
        writeln!(text, "| {target} | {seconds} | {runs} | {corpus} | {crashes} |").unwrap();
    }
    *text += "\n```sh\n.ci/hardening fuzz\n```\n";
    *text += MUTATION;
    for Mutants { area, tried, caught, timeouts, unviable, survivors, .. } in &record.mutants {
        let survived = survivors.len();
        writeln!(text, "| {area} | {tried} | {caught} | {timeouts} | {unviable} | {survived} |")
            .unwrap();
    }
    let survivors = record.mutants.iter().flat_map(|mutants| &mutants.survivors);
    for (number, Survivor { mutant, reason }) in survivors.enumerate() {
        let before = if number == 0 { "\nThese survived:\n\n" } else { "" };
        writeln!(text, "{before}- `{mutant}`: {reason}").unwrap();
    }
    *text += "\n```sh\n.ci/hardening mutants\n```\n\n## What took part\n\n";
    for (tool, version) in &record.tools {
        writeln!(text, "- {tool}: {version}").unwrap();
    }
}

const HEAD: &str = "# What was done to the program, and what happened

This page is generated by `.ci/hardening` from what its sweeps counted; `docs/hardening.toml` holds the
numbers. Do not edit it: a test compares it with them, and holds the numbers to their bars.
A sample of each sweep, chosen by a fixed seed, runs in CI. The whole sweeps ran for this page.

";

const NOT_RUN: &str = "**These parts did not run in full at that commit, so this page states nothing about them:**\n\n";

const EARLIER: &str = "\nThese parts ran in full at a commit before it:\n\n";

const ENDED: &str = "
A run that a signal ended (memory that cannot be had, a file over its limit, SIGKILL itself) gave no
exit code 0, so it passed nothing.
";

const FUZZING: &str = "
## Fuzzing

Every reader of bytes that others write is fed by a fuzzer that follows which code each input reaches
(libFuzzer). Each target in `fuzz/fuzz_targets` demands of its reader what its first lines say. It begins
with the inputs in `fuzz/seeds`, the fewest that reach what earlier runs had found.

| reader | seconds | inputs tried | inputs that reach something of their own | crashes |
|---|--:|--:|--:|--:|
";

const MUTATION: &str = "
## Mutation testing

A mutant is the program with one small fault put in. A test must fail for it: otherwise the tests do not
see that kind of fault there.

| area | mutants | caught | timed out | do not compile | survived |
|---|--:|--:|--:|--:|--:|
";

#[test]
fn the_document_is_what_its_figures_say() {
    if let Some(records) = std::env::var_os("SEALGATE_HARDENING_RECORDS") {
        let record = collected(&std::env::split_paths(&records).collect::<Vec<_>>());
        fs::write(at("docs/hardening.toml"), toml::to_string(&record).unwrap()).unwrap();
        fs::write(at("docs/hardening.md"), render(&record)).unwrap();
    }
    let document = fs::read_to_string(at("docs/hardening.md"));
    let document = document.expect("docs/hardening.md is not there yet: run .ci/hardening");
    assert_eq!(document, render(&record()), "run .ci/hardening document");
}

#[test]
fn the_figures_meet_their_bars() {
    let below = below(&record());
    assert!(below.is_empty(), "{}", below.join("\n"));
}

/// The fuzz targets that there are.
fn targets() -> Vec<String> {
    let files = fs::read_dir(at("fuzz/fuzz_targets")).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.map(|name| name.replace(".rs", "")).collect();
    names.sort();
    names
}

/// What did not run, in words. The page lists it, so that nobody takes silence for a pass.
fn not_run(record: &Record, targets: &[String]) -> Vec<String> {
    let sweeps = KINDS.iter().filter(|kind| record.sweep.iter().all(|one| one.test != kind.test));
    let mut missing: Vec<String> =
        sweeps.map(|kind| format!("the sweep `{}`", kind.test)).collect();
    let compared = COMPARED.iter().map(|(test, ..)| *test);
    let compared = compared.filter(|test| record.compared.iter().all(|one| one.test != *test));
    missing.extend(compared.map(|test| format!("`{test}`")));
    let fuzzed = |target: &&String| record.fuzz.iter().all(|one| one.target != **target);
    missing
        .extend(targets.iter().filter(fuzzed).map(|target| format!("the fuzz target `{target}`")));
    let areas = AREAS.iter().filter(|area| record.mutants.iter().all(|one| one.area != **area));
    missing.extend(areas.map(|area| format!("mutation testing of `{area}`")));
    missing
}

/// Every bar that what `record` ran does not meet, in words.
fn below(record: &Record) -> Vec<String> {
    let mut below = Vec::new();
    let mut demand = |met: bool, what: String| {
        if !met {
            below.push(what);
        }
    };
    for Kind { test, fewest, .. } in &KINDS {
        let Some(sweep) = record.sweep.iter().find(|sweep| sweep.test == *test) else {
            continue;
        };
        let Figures { full, cases, passed_wrongly, hung, broken, by, .. } = sweep;
        demand(*full, format!("{test}: a sample, not the whole sweep"));
        demand(cases >= fewest, format!("{test}: {cases} cases; the bar is {fewest}"));
        let faults = (*passed_wrongly, *hung, *broken);
        demand(faults == (0, 0, 0), format!("{test}: passed wrongly, hung, broken: {faults:?}"));
        demand(by.values().sum::<u64>() == *cases, format!("{test}: the parts are not the whole"));
    }
    for (test, counter, fewest, _) in COMPARED {
        for compared in record.compared.iter().filter(|compared| compared.test == test) {
            let count = compared.by.get(counter).copied().unwrap_or(0);
            demand(count >= fewest, format!("{test}: {count} {counter}; the bar is {fewest}"));
            demand(compared.failed == 0, format!("{test} failed"));
        }
    }
    for Fuzz { target, seconds, runs, crashes, .. } in &record.fuzz {
        let enough = *seconds >= FUZZED && *runs > 0;
        demand(enough, format!("{target} was not fuzzed for {FUZZED} s"));
        demand(*crashes == 0, format!("{target}: crashes"));
    }
    for Mutants { area, caught, survivors, .. } in &record.mutants {
        demand(*caught > 0, format!("no mutant of {area} was caught"));
        let mut survivors = survivors.iter();
        let reasoned = survivors.all(|survivor| !survivor.reason.is_empty());
        demand(reasoned, format!("{area}: a mutant survived, and nobody says why"));
    }
    below
}

#[test]
fn every_test_that_the_document_names_is_there() {
    let named = KINDS.iter().map(|kind| kind.test);
    for test in named.chain(COMPARED.map(|(test, ..)| test)) {
        let (module, function) = test.rsplit_once("::").unwrap();
        let file = at(&format!("tests/it/{}.rs", module.replace("::", "/")));
        let source = fs::read_to_string(&file);
        let source = source.unwrap_or_else(|error| panic!("{test}: {file:?}: {error}"));
        assert!(source.contains(&format!("\nfn {function}()")), "{test} is not in {file:?}");
    }
}

#[test]
fn a_figure_below_its_bar_is_seen() {
    let figures = |kind: &Kind| Figures {
        test: kind.test.to_owned(),
        full: true,
        seed: 1,
        cases: kind.fewest,
        passed_wrongly: 0,
        hung: 0,
        broken: 0,
        killed: 7,
        by: BTreeMap::from([("all".to_owned(), kind.fewest)]),
        seconds: 1,
    };
    let good = || Record {
        commit: "c".to_owned(),
        earlier: BTreeMap::new(),
        tools: BTreeMap::from([("git".to_owned(), "2".to_owned())]),
        sweep: KINDS.iter().map(figures).collect(),
        compared: Vec::from(COMPARED.map(|(test, counter, fewest, _)| Compared {
            test: test.to_owned(),
            failed: 0,
            by: BTreeMap::from([(counter.to_owned(), fewest)]),
        })),
        fuzz: vec![Fuzz { target: "t".to_owned(), seconds: 60, runs: 1, corpus: 1, crashes: 0 }],
        mutants: Vec::from(AREAS.map(|area| Mutants {
            area: area.to_owned(),
            seed: 1,
            tried: 2,
            caught: 1,
            timeouts: 0,
            unviable: 0,
            survivors: vec![Survivor { mutant: "m".to_owned(), reason: "r".to_owned() }],
        })),
    };
    let targets = ["t".to_owned()];
    assert_eq!((below(&good()), not_run(&good(), &targets)), (Vec::new(), Vec::new()));
    assert!(!render_for(&good(), &targets).contains(NOT_RUN));
    let omit: [fn(&mut Record); 4] = [
        |record| drop(record.sweep.pop()),
        |record| drop(record.compared.pop()),
        |record| record.fuzz.clear(),
        |record| drop(record.mutants.pop()),
    ];
    for (number, omit) in omit.into_iter().enumerate() {
        let mut record = good();
        omit(&mut record);
        assert_eq!(not_run(&record, &targets).len(), 1, "omission {number}");
        assert!(render_for(&record, &targets).contains(NOT_RUN), "omission {number}");
    }
    let spoil: [fn(&mut Record); 10] = [
        |record| record.sweep[0].cases -= 1,
        |record| record.sweep[1].passed_wrongly = 1,
        |record| record.sweep[2].hung = 1,
        |record| record.sweep[3].broken = 1,
        |record| record.sweep[4].full = false,
        |record| record.compared[0].failed = 1,
        |record| record.fuzz[0].seconds = 59,
        |record| record.fuzz[0].crashes = 1,
        |record| record.mutants[0].survivors[0].reason.clear(),
        |record| record.mutants[1].caught = 0,
    ];
    for (number, spoil) in spoil.into_iter().enumerate() {
        let mut record = good();
        spoil(&mut record);
        assert!(!below(&record).is_empty(), "{number}");
    }
    let mut mixed = good();
    mixed.earlier.insert("the fuzz target `t`".to_owned(), "b".to_owned());
    assert!(render_for(&mixed, &targets).contains("- the fuzz target `t`: at `b`\n"));
    // What is written is read again as it was.
    let text = toml::to_string(&good()).unwrap();
    assert_eq!(render(&toml::from_str(&text).unwrap()), render(&good()));
}
