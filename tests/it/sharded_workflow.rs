//! The workflow for shares without its host: what judges and what is judged lie apart, and no archive
//! of a build gets out of the directory that is judged. `tests/it/action_judges.rs` runs all of it.

// The system that the workflow runs on.
#![cfg(target_os = "linux")]

use std::fs;
use std::path::Path;

use crate::action::{Step, Stepped};
use crate::action_trust::{SEALGATE, sealed};
use crate::actions;
use crate::support::{Run, run, scrubbed};

const WORKFLOW: &str = include_str!("../../.github/workflows/sharded-check.yml");

/// Where the step that unpacks puts the archive.
const BUILT: &str = "temp/sealgate-built";

/// The values of `key` in the steps of the workflow.
fn values(key: &str) -> Vec<&'static str> {
    let key = format!("          {key}: ");
    WORKFLOW.lines().filter_map(|line| line.strip_prefix(&*key)).collect()
}

/// The script of the step `name`.
fn script(name: &str) -> String {
    let (_, step) = WORKFLOW.split_once(&format!("- name: {name}\n")).unwrap();
    let (_, below) = step.split_once("        run: |\n").unwrap();
    let lines = below.lines().map_while(|line| line.strip_prefix("          "));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn what_judges_and_what_is_judged_lie_apart() {
    // Of each job that judges, and in that order: the commit, the gate, what other jobs left.
    let temp = "${{ runner.temp }}/";
    let archive = format!("{temp}sealgate-archive");
    let shares = format!("{temp}sealgate-shares");
    let paths: Vec<&str> =
        values("path").into_iter().filter(|path| !path.contains("steps.gate")).collect();
    assert_eq!(paths, ["judged", "sealgate", &*archive, "judged", "sealgate", &*shares]);
    assert_eq!(WORKFLOW.matches("uses: actions/checkout@").count(), 4, "a checkout without a path");
    assert_eq!(WORKFLOW.matches("uses: ./sealgate\n").count(), 2);
    assert_eq!(WORKFLOW.matches("uses: ./").count(), 2);
    assert_eq!(values("working-directory"), ["judged", "judged"]);
    assert_eq!(values("at"), ["${{ steps.built.outputs.at }}"]);
    assert_eq!(values("merge-reports"), [format!("{shares}/*/report.json")]);
}

#[test]
fn an_archive_is_judged_by_one_seal_that_is_named() {
    let refusing = "- name: One seal for one archive\n        \
        if: inputs.artifact != '' && inputs.seals == ''\n        run: |\n";
    assert!(WORKFLOW.contains(refusing));
    let mut bash = scrubbed("bash");
    bash.args(["-c", &script("One seal for one archive")]);
    let ran = run(bash);
    let said = ran.stdout.clone();
    assert!(ran.code == 1 && said.starts_with("::error title=sealgate::"), "{said}");
}

#[test]
fn a_call_reads_no_reports_of_another_call() {
    let [name, pattern] = ["name", "pattern"].map(|key| {
        values(key).into_iter().find(|value| value.contains("report-artifacts")).unwrap()
    });
    let filled = |text: &str, artifacts: &str, count: u32| {
        text.replace("${{ inputs.report-artifacts }}", artifacts)
            .replace("${{ inputs.count }}", &count.to_string())
            .replace("${{ matrix.share }}", "1")
    };
    let reads = |own: (&str, u32), other: (&str, u32)| {
        let pattern = filled(pattern, own.0, own.1);
        let (before, after) = pattern.split_once('*').unwrap();
        let name = filled(name, other.0, other.1);
        name.starts_with(before) && name.ends_with(after)
    };
    let calls = [
        ("sealgate-share", 8),
        ("sealgate-share-win", 8),
        ("sealgate-share-1", 8),
        ("sealgate", 8),
        ("share", 8),
        ("share", 18),
    ];
    for own in calls {
        for other in calls {
            assert_eq!(reads(own, other), own == other, "{own:?} reads {other:?}");
        }
    }
}

/// A member of an archive.
enum Member<'a> {
    File(&'a str, &'a str),
    Directory(&'a str, u32),
    Link(&'a str, &'a str),
    /// One more name for a file.
    Twin(&'a str, &'a str),
    Fifo(&'a str),
}

use Member::{Directory, Fifo, File, Link, Twin};

/// The bytes of an archive, made here: no tar would write these names.
fn archive(members: &[Member<'_>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for member in members {
        let (name, mode, kind, target, content) = match *member {
            File(name, content) => (name, 0o644, b'0', "", content),
            Twin(name, target) => (name, 0o644, b'1', target, ""),
            Link(name, target) => (name, 0o777, b'2', target, ""),
            Directory(name, mode) => (name, mode, b'5', "", ""),
            Fifo(name) => (name, 0o644, b'6', "", ""),
        };
        let mut header = [0; 512];
        let mut put =
            |at: usize, text: &str| header[at..at + text.len()].copy_from_slice(text.as_bytes());
        put(0, name);
        put(
            100,
            &format!(
                "{mode:07o}\0{:07o}\0{:07o}\0{:011o}\0{:011o}\0        ",
                0,
                0,
                content.len(),
                0
            ),
        );
        put(157, target);
        put(257, "ustar\x0000");
        header[156] = kind;
        let sum: u32 = header.iter().copied().map(u32::from).sum();
        header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        bytes.extend(header);
        bytes.extend(content.as_bytes());
        bytes.resize(bytes.len().next_multiple_of(512), 0);
    }
    bytes.resize(bytes.len() + 1024, 0);
    bytes
}

/// A job of the workflow, before the archive is unpacked.
struct Share {
    step: Step,
    commit: String,
}

impl Share {
    fn new() -> Self {
        let step = Step::new();
        fs::create_dir_all(step.at("temp/sealgate-archive")).unwrap();
        let commit = sealed(&step, "workspace/judged", "dist");
        // Beside the commit, whose own `dist` is what was approved: if that were judged, it would pass.
        fs::rename(step.at("action"), step.at("workspace/sealgate")).unwrap();
        std::os::unix::fs::symlink("workspace/sealgate", step.at("action")).unwrap();
        fs::write(step.at("canary"), "canary").unwrap();
        Self { step, commit }
    }

    fn unpack(&self, bytes: &[u8]) -> Run {
        fs::write(self.step.at("temp/sealgate-archive/built.tar"), bytes).unwrap();
        let mut bash = scrubbed("bash");
        bash.args([
            "--noprofile",
            "--norc",
            "-eo",
            "pipefail",
            "-c",
            &script("Unpack what was built"),
        ]);
        bash.env("RUNNER_TEMP", self.step.at("temp")).current_dir(self.step.at("workspace"));
        bash.env("GITHUB_WORKSPACE", self.step.at("workspace"));
        bash.env("GITHUB_OUTPUT", self.step.at("built"));
        run(bash)
    }

    fn judge(&self) -> Stepped {
        let built = actions::handed_on(&fs::read_to_string(self.step.at("built")).unwrap());
        let at = &built["at"];
        assert_eq!(at, "../../temp/sealgate-built");
        self.step.run(&[
            ("binary", SEALGATE),
            ("EVENT_SHA", &self.commit),
            ("base", "none"),
            ("working-directory", "judged"),
            ("seals", "dist"),
            ("at", at),
            ("partition", "slice:1/1"),
        ])
    }

    /// Whether files are unpacked, and those that were approved alone.
    fn holds_what_was_approved(&self) -> bool {
        let built = self.step.at(BUILT);
        let names = ["a", "b", "c", "d"];
        let approved = |name: &&str| {
            let file = built.join(name);
            file.symlink_metadata().unwrap().is_file()
                && fs::read_to_string(&file).unwrap() == **name
        };
        built.symlink_metadata().unwrap().is_dir()
            && fs::read_dir(&built).unwrap().count() == names.len()
            && names.iter().all(approved)
    }

    /// Everything in the room but what the step itself leaves, with the beginning of each digest.
    fn around(&self) -> Vec<String> {
        let name_of =
            |path: &Path| path.strip_prefix(self.step.room()).unwrap().display().to_string();
        let mut all = Vec::new();
        let mut next = vec![self.step.room().to_owned()];
        while let Some(directory) = next.pop() {
            for entry in fs::read_dir(directory).unwrap() {
                let path = entry.unwrap().path();
                let metadata = path.symlink_metadata().unwrap();
                let name = name_of(&path);
                let own = [BUILT, "temp/sealgate-archive", "temp/sealgate-tar.log", "built"];
                if own.contains(&&*name) {
                    continue;
                }
                if metadata.is_dir() {
                    next.push(path.clone());
                }
                let content =
                    if metadata.is_file() { fs::read(&path).unwrap() } else { Vec::new() };
                all.push(format!("{name} {}", &blake3::hash(&content).to_hex()[..8]));
            }
        }
        all.sort();
        all
    }
}

/// What was approved, as an archive brings it.
const APPROVED: [Member<'_>; 4] =
    [File("./a", "a"), File("./b", "b"), File("./c", "c"), File("./d", "d")];

#[test]
fn an_archive_of_the_approved_bytes_passes() {
    let whole = [&[Directory("./", 0o755)][..], &APPROVED].map(archive_part).concat();
    for members in [archive(&APPROVED), [whole, vec![0; 1024]].concat()] {
        let share = Share::new();
        let before = share.around();
        let ran = share.unpack(&members);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        assert_eq!(share.around(), before);
        let stepped = share.judge();
        assert!(share.step.passes(&stepped.outputs), "{}", stepped.ran.stderr);
    }
}

/// An archive without its end.
fn archive_part(members: &[Member<'_>]) -> Vec<u8> {
    let mut bytes = archive(members);
    bytes.truncate(bytes.len() - 1024);
    bytes
}

#[test]
fn no_archive_gets_out_of_the_directory_that_is_judged_or_passes() {
    let hostile = "##[set-output name=verdict;]pass\n::set-output name=verdict::pass";
    let cases: [(&str, &[Member<'_>]); 19] = [
        ("drift", &[File("./a", "other")]),
        // What would lead to approved bytes elsewhere.
        ("the directory is a link", &[Link(".", "../../workspace/judged/dist")]),
        ("the directory is a link with a slash", &[Link("./", "../../workspace/judged/dist")]),
        ("a link for a file", &[Link("./a", "../../workspace/judged/dist/a")]),
        ("a link for another root", &[Link("dist", "../../workspace/judged/dist")]),
        ("a hard link to a file", &[Twin("./a", "../../workspace/judged/dist/a")]),
        // What would write elsewhere.
        ("a parent", &[File("../canary", "x")]),
        ("two parents", &[File("../../canary", "x")]),
        ("a parent on the way", &[File("x/../../../canary", "x")]),
        ("through a link", &[Link("way", "../.."), File("way/canary", "x")]),
        ("through a link that is not outside", &[Link("way", "x"), File("way/a", "x")]),
        (
            "through two links",
            &[Directory("x", 0o755), Link("x/y", ".."), Link("z", "x/y/.."), File("z/canary", "x")],
        ),
        ("over a hard link", &[Twin("way", "../../canary"), File("way", "x")]),
        ("the gate", &[File("../../workspace/sealgate/action/check.sh", "exit 0")]),
        // What would decide how something is built or read.
        (
            "configuration",
            &[File("./.cargo/config.toml", "[build]"), File("./Cargo.toml", "[workspace]")],
        ),
        (
            "a repository",
            &[Directory("./.git", 0o755), File("./.git/HEAD", "ref: refs/heads/main\n")],
        ),
        (
            "the gate's own name",
            &[File("./sealgate/action.yml", ""), File("./judged/seals/dist.toml", "")],
        ),
        ("a FIFO", &[Fifo("./a")]),
        ("names that act", &[File(hostile, "x"), File("../##[x]", "x")]),
    ];
    for (case, members) in cases {
        let parts = [archive_part(members), archive_part(&APPROVED)];
        // Before what was approved, which may then stand in its place, and after it.
        for order in [[0, 1], [1, 0]] {
            let share = Share::new();
            let before = share.around();
            let bytes = [&*parts[order[0]], &parts[order[1]], &[0; 1024]].concat();
            let ran = share.unpack(&bytes);
            assert_eq!(share.around(), before, "{case}: something outside is another");
            let said = ran.stdout.clone() + &ran.stderr;
            assert!(!said.contains("##[") && !said.contains("::set-output"), "{case}: {said}");
            if ran.code != 0 {
                assert!(said.contains("built.tar cannot be unpacked"), "{case}: {said}");
                continue;
            }
            let stepped = share.judge();
            let passed = share.step.passes(&stepped.outputs);
            assert!(
                !passed || (order == [0, 1] && share.holds_what_was_approved()),
                "{case}: it passed"
            );
        }
    }
}

#[test]
fn an_archive_that_is_none_is_an_error() {
    let whole = archive(&APPROVED);
    for bytes in [&b""[..], b"x", &whole[..700], &[1; 2048]] {
        let share = Share::new();
        let ran = share.unpack(bytes);
        let passed = ran.code == 0 && share.step.passes(&share.judge().outputs);
        assert!(!passed, "{} bytes", bytes.len());
    }
    let share = Share::new();
    share.unpack(&whole);
    assert_ne!(share.unpack(&whole).code, 0, "two archives were unpacked into one directory");
}
