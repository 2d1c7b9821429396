//! What a runner of GitHub Actions is told by `check --format github`: annotations in the log,
//! the outputs of the step, the summary of the job. And what becomes of it when it cannot be told.

#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::PathBuf;

use crate::actions;
use crate::support::{Repo, Run, make_fifo, run};

/// A job with a step: the repository, and the files that the runner reads.
struct Step {
    repo: Repo,
    environment: BTreeMap<&'static str, PathBuf>,
}

impl Step {
    fn new() -> Self {
        let repo = Repo::of_release();
        fs::create_dir(repo.at("out")).unwrap();
        let environment = BTreeMap::from([
            ("GITHUB_OUTPUT", repo.at("out/output")),
            ("GITHUB_STEP_SUMMARY", repo.at("out/summary")),
        ]);
        Self { repo, environment }
    }

    fn drifted() -> Self {
        let step = Self::new();
        fs::write(step.repo.at("release/CHANGELOG.md"), "other").unwrap();
        step
    }

    fn with(mut self, name: &'static str, value: impl Into<PathBuf>) -> Self {
        self.environment.insert(name, value.into());
        self
    }

    fn command(&self, arguments: &[&str]) -> std::process::Command {
        let mut command = self.repo.command(&["check", "--format", "github"]);
        command.args(arguments).envs(&self.environment);
        command
    }

    fn run(&self, arguments: &[&str]) -> Run {
        run(self.command(arguments))
    }

    fn outputs(&self) -> BTreeMap<String, String> {
        actions::handed_on(&self.read("output"))
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.repo.at("out").join(name)).unwrap()
    }
}

fn annotations(ran: &Run, level: &str) -> Vec<actions::Command> {
    let log = ran.stdout.clone();
    let all = actions::commands(&log).into_iter();
    all.filter(|command| command.name == level).collect()
}

#[test]
fn every_output_is_written_for_every_verdict() {
    let broken = Step::new();
    fs::write(broken.repo.at("seals/release.toml"), "nonsense").unwrap();
    let cases = [
        (Step::new(), 0, ["pass", "0", "all", "0", "whole", "false", "none", "", ""]),
        (Step::drifted(), 1, ["fail", "1", "all", "1", "whole", "false", "none", "", ""]),
        (broken, 2, ["error", "2", "0", "0", "whole", "false", "none", "", ""]),
    ];
    for (step, code, values) in cases {
        let ran = step.run(&[]);
        assert_eq!(ran.code, code, "{}", ran.stderr);
        let pairs = actions::outputs(&step.read("output")).unwrap();
        let keys: Vec<&str> = pairs.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(keys, actions::OUTPUTS);
        let told: Vec<&str> = pairs.iter().map(|(_, value)| value.as_str()).collect();
        let checked = step.repo.check(&[]).report["seals"][0]["checked"].to_string();
        let values = values.map(|value| if value == "all" { checked.as_str() } else { value });
        assert_eq!(told, values);
    }
}

#[test]
fn a_run_that_ends_before_it_judges_tells_the_runner_so() {
    for arguments in [
        &["--report", "yaml=x"][..],
        &["nothing"],
        &["--rev", "no\n::error::such"],
        &["--report", "json=release/r"],
        &["-C", "no/such/directory"],
    ] {
        let step = Step::new();
        let ran = step.run(arguments);
        assert_eq!(ran.code, 2, "{arguments:?}");
        assert!(ran.stderr.starts_with("error: "), "{arguments:?}: {}", ran.stderr);
        assert_eq!(step.outputs()["verdict"], "error", "{arguments:?}");
        assert_eq!(step.outputs().len(), actions::OUTPUTS.len(), "{arguments:?}");
        assert_eq!(annotations(&ran, "error").len(), 2, "{arguments:?}: one, and the total");
        let summary = step.read("summary");
        assert!(summary.starts_with("### ERROR: 1 error"), "{arguments:?}: {summary}");
    }
}

#[test]
fn the_outputs_say_where_the_stage_and_the_report_are() {
    let step = Step::new();
    let reports = ["--report", "human=out/h", "--report", "json=out/r", "--report", "json=out/s"];
    let ran = step.run(&[&["--stage", "out/stage"][..], &reports].concat());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let outputs = step.outputs();
    assert_eq!(outputs["staged"], step.repo.at("out/stage").to_str().unwrap());
    assert_eq!(outputs["report"], step.repo.at("out/r").to_str().unwrap());
    let failed = Step::drifted();
    assert_eq!(failed.run(&["--stage", "out/stage"]).code, 1);
    assert_eq!(failed.outputs()["staged"], "");
}

#[test]
fn the_outputs_name_one_place_for_every_later_step() {
    let cases: [(&str, &[&str], &str); 3] = [
        // A later step starts elsewhere than in `release`.
        ("release", &["--stage", "../out/stage", "--report", "json=../out/r"], "out"),
        (".", &["-C", "release", "--stage", "../out/stage", "--report", "json=../out/r"], "out"),
        // A link on the way may lead elsewhere when the later step runs.
        (".", &["--stage", "way/stage", "--report", "json=way/r"], "out"),
    ];
    for (directory, arguments, place) in cases {
        let step = Step::new();
        std::os::unix::fs::symlink("out", step.repo.at("way")).unwrap();
        let mut command = step.command(arguments);
        let ran = run({
            command.current_dir(step.repo.at(directory));
            command
        });
        assert_eq!(ran.code, 0, "{arguments:?}: {}", ran.stderr);
        let place = step.repo.at(place).canonicalize().unwrap();
        let outputs = step.outputs();
        assert_eq!(outputs["staged"], place.join("stage").to_str().unwrap(), "{arguments:?}");
        assert_eq!(outputs["report"], place.join("r").to_str().unwrap(), "{arguments:?}");
    }
}

#[test]
fn a_reseal_is_told_whether_or_not_it_passes() {
    for (on_reseal, code, level) in [("entries", 0, "notice"), ("fail", 1, "error")] {
        let step = Step::new();
        step.repo.git(&["init", "--quiet", "--initial-branch=main"]);
        step.repo.git(&["add", "release", "seals"]);
        step.repo.git(&["commit", "--quiet", "-m", "sealed"]);
        fs::write(step.repo.at("release/CHANGELOG.md"), "other").unwrap();
        assert_eq!(step.repo.run(&["seal", "release"]).code, 0);
        let ran = step.run(&["--base", "HEAD", "--on-reseal", on_reseal]);
        assert_eq!(ran.code, code, "{}", ran.stderr);
        assert_eq!(step.outputs()["resealed"], "true");
        let told = &annotations(&ran, level)[0];
        assert_eq!(told.properties["file"], "seals/release.toml");
        assert!(told.data.contains("1 entry changed"), "{told:?}");
        let summary = step.read("summary");
        let headword = if code == 0 { "### PASS, RESEALED" } else { "### FAIL, RESEALED" };
        assert!(summary.starts_with(headword), "{summary}");
        assert!(summary.contains("`release`: 1 changed (-"), "{summary}");
        assert!(summary.contains("| changed | `CHANGELOG.md` |"), "{summary}");
    }
}

#[test]
fn an_annotation_stands_at_the_line_of_its_entry() {
    let step = Step::new();
    fs::rename(step.repo.at("seals"), step.repo.at("my seals, 100%")).unwrap();
    fs::write(step.repo.at("release/CHANGELOG.md"), "other").unwrap();
    let ran = step.run(&["--seals", "my seals, 100%/"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    let errors = annotations(&ran, "error");
    assert_eq!(errors.len(), 2, "{errors:#?}");
    let file = &errors[0].properties["file"];
    let line: usize = errors[0].properties["line"].parse().unwrap();
    let seal = fs::read_to_string(step.repo.at(file)).unwrap();
    assert!(seal.lines().nth(line - 1).unwrap().starts_with("\"CHANGELOG.md\" = "), "{seal}");
    assert_eq!(errors[0].properties["title"], "release: modified");
    assert!(errors[0].data.starts_with("CHANGELOG.md: "), "{errors:#?}");
    assert_eq!(errors[1].properties["title"], "sealgate: fail");
    assert_eq!(errors[1].data, "1 error or finding above");
}

#[test]
fn there_are_nine_errors_at_most_and_one_that_counts_them_all() {
    let step = Step::new();
    for number in 0..40 {
        fs::write(step.repo.at(format!("release/{number}")), "x").unwrap();
    }
    fs::remove_file(step.repo.at("release/CHANGELOG.md")).unwrap();
    let ran = step.run(&[]);
    let errors = annotations(&ran, "error");
    assert_eq!((ran.code, errors.len()), (1, 10), "{errors:#?}");
    assert_eq!(errors[0].properties["title"], "release: missing");
    assert!(
        errors[9].data.starts_with("41 errors and findings in all, of which 32 "),
        "{errors:#?}"
    );
    let summary = step.read("summary");
    assert!(summary.starts_with("### FAIL: 41 findings in 1 of 1 seal\n"), "{summary}");
    assert_eq!(summary.matches("\n| unsealed | ").count(), 40, "{summary}");
    assert_eq!(actions::commands(&summary), []);
}

#[test]
fn a_pass_has_no_error() {
    let ran = Step::new().run(&[]);
    assert_eq!((ran.code, annotations(&ran, "error")), (0, Vec::new()));
}

#[test]
fn annotations_and_summary_can_be_left_out_and_the_outputs_stay() {
    let quiet = Step::drifted().with("SEALGATE_ANNOTATIONS", "false");
    let ran = quiet.run(&[]);
    assert_eq!((ran.code, annotations(&ran, "error")), (1, Vec::new()));
    assert!(quiet.read("summary").starts_with("### FAIL"));
    assert_eq!(quiet.outputs()["verdict"], "fail");
    let short = Step::drifted().with("SEALGATE_SUMMARY", "false");
    let ran = short.run(&[]);
    assert_eq!((ran.code, annotations(&ran, "error").len()), (1, 2));
    assert!(!short.repo.at("out/summary").exists());
    assert_eq!(short.outputs()["verdict"], "fail");
}

#[test]
fn what_others_wrote_stays() {
    let step = Step::new();
    fs::write(step.repo.at("out/output"), "other=1").unwrap();
    fs::write(step.repo.at("out/summary"), "# Others\n").unwrap();
    assert_eq!(step.run(&[]).code, 0);
    let outputs = step.outputs();
    assert_eq!((&*outputs["other"], &*outputs["verdict"]), ("1", "pass"));
    assert!(step.read("summary").starts_with("# Others\n### PASS"));
}

#[test]
fn other_formats_tell_a_runner_nothing() {
    let step = Step::drifted();
    for format in ["human", "json", "markdown"] {
        let mut command = step.repo.command(&["check", "--format", format]);
        command.args(["--report", "github=out/g"]).envs(&step.environment);
        assert_eq!(run(command).code, 1);
    }
    assert!(!step.repo.at("out/output").exists() && !step.repo.at("out/summary").exists());
    let outside = run(step.repo.command(&["check", "--format", "github"]));
    assert_eq!((outside.code, annotations(&outside, "error").len()), (1, 2));
}

/// Ways in which a file cannot be written; `/dev/full` is Linux's.
fn unwritable(step: &Step) -> Vec<PathBuf> {
    let fifo = step.repo.at("out/fifo");
    make_fifo(&fifo);
    vec![step.repo.at("out"), step.repo.at("no/such/directory/x"), fifo, "/dev/full".into()]
}

#[test]
fn outputs_that_cannot_be_written_make_every_verdict_an_error() {
    for at in 0..4 {
        for step in [Step::new(), Step::drifted()] {
            let bad = unwritable(&step).remove(at);
            let step = step.with("GITHUB_OUTPUT", &bad);
            let ran = step.run(&["--stage", "out/stage", "--report", "json=out/r"]);
            assert_eq!(ran.code, 2, "{bad:?}: {}", ran.stderr);
            assert!(ran.stderr.contains("GITHUB_OUTPUT="), "{}", ran.stderr);
            assert!(ran.stdout.contains("ERROR"), "{bad:?}");
            assert!(step.read("r").contains("\"verdict\": \"error\""), "{bad:?}");
            let summary = step.read("summary");
            assert!(summary.contains("### ERROR: the verdict above does not count"), "{summary}");
            assert!(!step.repo.at("out/stage").exists(), "{bad:?}: a stage is left");
        }
    }
}

#[test]
fn a_summary_that_cannot_be_written_makes_every_verdict_an_error_and_the_outputs_say_so() {
    for at in 0..4 {
        let step = Step::new();
        let bad = unwritable(&step).remove(at);
        let step = step.with("GITHUB_STEP_SUMMARY", &bad);
        let ran = step.run(&["--stage", "out/stage", "--report", "json=out/r"]);
        assert_eq!(ran.code, 2, "{bad:?}: {}", ran.stderr);
        let outputs = step.outputs();
        assert_eq!((&*outputs["verdict"], &*outputs["exit-code"]), ("error", "2"), "{bad:?}");
        assert_eq!(outputs["staged"], "", "{bad:?}");
        assert_eq!(outputs["report"], step.repo.at("out/r").to_str().unwrap());
        assert!(step.read("r").contains("\"verdict\": \"error\""), "{bad:?}");
    }
}

#[test]
fn a_report_that_cannot_be_written_is_an_error_in_the_outputs_too() {
    let step = Step::new();
    fs::write(step.repo.at("out/taken"), "x").unwrap();
    // No file system takes a name of 256 bytes.
    let ran = step.run(&["--report", &format!("json=out/{}", "r".repeat(256))]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    let outputs = step.outputs();
    assert_eq!((&*outputs["verdict"], &*outputs["report"]), ("error", ""));
}

#[test]
fn a_log_that_cannot_be_written_is_an_error_in_the_outputs_too() {
    let step = Step::new();
    let mut command = step.command(&["--stage", "out/stage"]);
    let full = File::options().write(true).open("/dev/full").unwrap();
    let output = command.stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let outputs = step.outputs();
    assert_eq!((&*outputs["verdict"], &*outputs["staged"]), ("error", ""));
    assert!(step.read("summary").contains("### ERROR: the verdict above does not count"));
}

#[test]
fn a_path_that_cannot_be_handed_on_is_an_error() {
    for stage in ["out/a\nverdict=pass", "out/##[x]", "out/\u{85}"] {
        let step = Step::new();
        let ran = step.run(&["--stage", stage]);
        assert_eq!(ran.code, 2, "{stage:?}: {}", ran.stderr);
        assert!(ran.stderr.contains("no other step can be given the path"), "{}", ran.stderr);
        let pairs = actions::outputs(&step.read("output")).unwrap();
        let keys: Vec<&str> = pairs.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(keys, actions::OUTPUTS, "{stage:?}");
        assert_eq!(step.outputs()["verdict"], "error");
        assert!(!step.repo.at(stage).exists(), "{stage:?}: a stage is left");
    }
}

#[test]
fn no_two_runs_share_a_delimiter() {
    let step = Step::new();
    assert_eq!((step.run(&[]).code, step.run(&[]).code), (0, 0));
    let output = step.read("output");
    let delimiters: Vec<&str> =
        output.lines().filter_map(|line| Some(line.split_once("<<")?.1)).collect();
    let distinct: std::collections::BTreeSet<&str> = delimiters.iter().copied().collect();
    assert_eq!((delimiters.len(), distinct.len()), (18, 18));
}
