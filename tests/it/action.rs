//! The action without its host: what `action.yml` promises, and what its script runs for which
//! inputs. `tests/it/action_judges.rs` runs it as a consumer does.

#![cfg(unix)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::actions::{self, action_outputs};
use crate::support::{Run, copy, run, scrubbed};

const ACTION: &str = include_str!("../../action.yml");
const BASH: &str = include_str!("../../action/check.sh");
const PWSH: &str = include_str!("../../action/check.ps1");
/// Shell: a report that says pass, and where it is.
const REPORT: &str = r#"for a; do case $a in --report=json=/*)
    f=${a#--report=json=}
    printf '{\n  "verdict": "pass",\n}\n' > "$f"
    echo "report=$f" >> "$GITHUB_OUTPUT" ;;
esac; done"#;
/// Shell: outputs that say so.
const PASS: &str = r#"printf 'verdict=pass\nexit-code=0\n' >> "$GITHUB_OUTPUT""#;
pub(crate) const SHA: &str = "0123456789abcdef0123456789abcdef01234567";

/// The names below the key `section` of the action.
fn names(section: &str) -> Vec<&'static str> {
    let (_, rest) = ACTION.split_once(&format!("\n{section}:\n")).unwrap();
    let lines = rest.lines().take_while(|line| line.is_empty() || line.starts_with("  "));
    let name = |line: &'static str| {
        let name = line.strip_prefix("  ")?.strip_suffix(':')?;
        (!name.starts_with(' ')).then_some(name)
    };
    lines.filter_map(name).collect()
}

/// A workspace with a program that keeps its arguments, and a copy of the action.
pub(crate) struct Step {
    room: TempDir,
}

/// What a run of the script left behind.
#[derive(Debug)]
pub(crate) struct Stepped {
    pub(crate) ran: Run,
    /// The arguments of the program, if it was run.
    pub(crate) arguments: Option<Vec<String>>,
    /// The last value of each output.
    pub(crate) outputs: BTreeMap<String, String>,
}

impl Step {
    pub(crate) fn new() -> Self {
        let step = Self { room: tempfile::tempdir().unwrap() };
        for directory in ["workspace", "temp", "bin", "action/action"] {
            fs::create_dir_all(step.at(directory)).unwrap();
        }
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        for name in ["Cargo.toml", "releases.sha256", "action/check.sh", "action/verdict.sh"] {
            copy(&root.join(name), &step.at("action").join(name)).unwrap();
        }
        let keep = "printf '%s\\0' \"$@\" > \"$ARGUMENTS\"";
        step.program("sealgate", &[keep, REPORT, PASS].join("\n"));
        step
    }

    /// The directory of all that a step has and leaves.
    pub(crate) fn room(&self) -> &Path {
        self.room.path()
    }

    pub(crate) fn at(&self, path: &str) -> PathBuf {
        self.room.path().join(path)
    }

    /// Makes a program of the script `body` in the search path.
    pub(crate) fn program(&self, name: &str, body: &str) {
        let file = self.at("bin").join(name);
        fs::write(&file, format!("#!/bin/sh\n{body}\n")).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Runs the script for `inputs`, of which those that are not given are as the action has them.
    pub(crate) fn run(&self, inputs: &[(&str, &str)]) -> Stepped {
        let output = self.at("output");
        fs::write(&output, "").unwrap();
        let _ = fs::remove_file(self.at("arguments"));
        let mut command = scrubbed("bash");
        command.arg(self.at("action/action/check.sh")).current_dir(self.at("workspace"));
        for name in names("inputs") {
            let default = match name {
                "base" => "auto",
                "environment" => "-",
                _ => "",
            };
            command.env(variable(name), default);
        }
        let program = self.at("bin/sealgate");
        command.env("IN_BINARY", &program).env("EVENT_SHA", SHA);
        command.env("ACTION_REPOSITORY", "owner/sealgate");
        command.env("GITHUB_SERVER_URL", "https://host.example");
        command.env("GITHUB_ACTION_PATH", self.at("action")).env("GITHUB_OUTPUT", &output);
        command.env("RUNNER_TEMP", self.at("temp")).env("ARGUMENTS", self.at("arguments"));
        let path = format!("{}:{}", self.at("bin").display(), std::env::var("PATH").unwrap());
        command.env("PATH", path).env("SEEN", self.at("seen"));
        for (name, value) in inputs {
            let name = if name.chars().all(char::is_uppercase) || name.contains('_') {
                (*name).to_owned()
            } else {
                variable(name)
            };
            command.env(name, value);
        }
        let ran = run(command);
        let arguments = fs::read(self.at("arguments")).ok().map(|bytes| {
            let text = String::from_utf8(bytes).unwrap();
            text.split_terminator('\0').map(str::to_owned).collect()
        });
        let outputs = actions::handed_on(&fs::read_to_string(output).unwrap());
        Stepped { ran, arguments, outputs }
    }

    /// The last step, for the outputs of the one before, which succeeded.
    pub(crate) fn passes(&self, outputs: &BTreeMap<String, String>) -> bool {
        self.passes_after("success", outputs)
    }

    /// The last step, after one with this outcome.
    fn passes_after(&self, outcome: &str, outputs: &BTreeMap<String, String>) -> bool {
        let output = |name: &str| outputs.get(name).cloned().unwrap_or_default();
        let mut command = scrubbed("bash");
        command.arg(self.at("action/action/verdict.sh")).env("VERDICT", output("verdict"));
        command.env("OUTCOME", outcome);
        command.env("EXIT_CODE", output("exit-code")).env("REPORT", output("report"));
        let told = self.at("told");
        let _ = fs::remove_file(&told);
        command.env("GITHUB_OUTPUT", &told);
        let code = run(command).code;
        let told = fs::read_to_string(told).unwrap();
        let passes = told == "verdict=pass\nexit-code=0\n";
        let fails = ["verdict=fail\nexit-code=1\n", "verdict=error\nexit-code=2\n"];
        assert!(passes == (code == 0) && (passes || fails.contains(&&*told)), "{code}: {told}");
        passes
    }
}

fn variable(input: &str) -> String {
    format!("IN_{}", input.to_uppercase().replace('-', "_"))
}

/// Inputs, and the arguments that they become.
type Case<'a> = (&'a [(&'a str, &'a str)], &'a [&'a str]);

/// The arguments but those that every run has, unless an input says otherwise.
fn own(stepped: &Stepped) -> Vec<&str> {
    let all = stepped.arguments.as_ref().unwrap_or_else(|| panic!("{:?}", stepped.ran));
    let own = all.iter().filter(|argument| {
        !["--format=github", "--base=auto"].contains(&&***argument)
            && !argument.starts_with("--report=json=/")
    });
    own.map(String::as_str).collect()
}

#[test]
fn inputs_become_arguments_and_nothing_else() {
    let step = Step::new();
    let seals = format!("--seals-from={SHA}");
    let all = ["check", &*seals];
    let cases: [Case<'_>; 12] = [
        (&[], &["--"]),
        (&[("seals", "dist")], &["--", "dist"]),
        (
            &[("seals", " linux-*  web \n\t-x\nmac[o]s ")],
            &["--", "linux-*", "web", "-x", "mac[o]s"],
        ),
        (
            &[("seals", "$(touch no) `touch no` ;touch no \\ ' \"")],
            &["--", "$(touch", "no)", "`touch", "no`", ";touch", "no", "\\", "'", "\""],
        ),
        (
            &[("at", "-a b"), ("stage", "--help"), ("on-reseal", "fail")],
            &["--at=-a b", "--stage=--help", "--on-reseal=fail", "--"],
        ),
        (
            &[("environment", "prod $(x)"), ("partition", "slice:1/4")],
            &["--environment=prod $(x)", "--partition=slice:1/4", "--"],
        ),
        (
            &[("reports", "sarif=a b.sarif\n\nhtml=*.html\n")],
            &["--report=sarif=a b.sarif", "--report=html=*.html", "--"],
        ),
        (&[("reports", "junit=x.xml\r\n-\r\n")], &["--report=junit=x.xml", "--report=-", "--"]),
        (&[("annotations", "false"), ("summary", "false")], &["--"]),
        (&[("working-directory", "-")], &["--"]),
        (&[("working-directory", "a b")], &["--"]),
        (&[("seals", "*")], &["--", "*"]),
    ];
    for name in ["-", "a b", "dist", "*"] {
        fs::create_dir(step.at("workspace").join(name)).unwrap();
    }
    for (inputs, expected) in cases {
        let stepped = step.run(inputs);
        assert_eq!(own(&stepped), [&all[..], expected].concat(), "{inputs:?}");
        assert!(stepped.arguments.as_ref().unwrap().contains(&"--base=auto".to_owned()));
        assert_eq!(stepped.ran.code, 0);
        assert!(step.passes(&stepped.outputs), "{:?}", stepped.outputs);
    }
    let cases: [Case<'_>; 5] = [
        (&[("base", "none")], &["check", &seals, "--base=none", "--"]),
        (&[("base", "")], &["check", &seals, "--"]),
        (&[("base", "-x y")], &["check", &seals, "--base=-x y", "--"]),
        (&[("rev", "v1")], &["check", "--rev=v1", "--"]),
        (&[("rev", "--help"), ("at", "x")], &["check", "--rev=--help", "--at=x", "--"]),
    ];
    for (inputs, expected) in cases {
        assert_eq!(own(&step.run(inputs)), expected, "{inputs:?}");
    }
    assert_eq!(fs::read_dir(step.at("workspace")).unwrap().count(), 4, "something was run");
}

#[test]
fn an_action_becomes_the_use_of_its_grant() {
    let step = Step::new();
    let action = ("action", "apply");
    let environment = ("environment", "production");
    let cases: [Case<'_>; 3] = [
        (&[action, environment], &["grant", "use", "--environment=production", "apply"]),
        (
            &[action, environment, ("base", "v1"), ("rev", "-x"), ("policy-digest", "a b")],
            &[
                "grant",
                "use",
                "--environment=production",
                "--rev=-x",
                "--base=v1",
                "--policy-digest=a b",
                "apply",
            ],
        ),
        (
            &[action, environment, ("plan", "a b"), ("evidence", "x\n\n-y\n"), ("ref", "$(x)")],
            &[
                "grant",
                "use",
                "--environment=production",
                "--plan=a b",
                "--evidence=x",
                "--evidence=-y",
                "--ref=$(x)",
                "apply",
            ],
        ),
    ];
    for (inputs, expected) in cases {
        let stepped = step.run(inputs);
        // What every run has stands before the action, which is no option.
        let mut found = own(&stepped);
        found.retain(|argument| *argument != "--base=auto");
        assert_eq!(found, expected, "{inputs:?}");
        assert!(step.passes(&stepped.outputs), "{:?}", stepped.outputs);
    }
    let cases: [&[(&str, &str)]; 10] = [
        &[action],
        &[("action", " "), environment],
        &[("action", "apply now"), environment],
        &[action, environment, ("seals", "dist")],
        &[action, environment, ("stage", "x")],
        &[action, environment, ("at", "x")],
        &[("action", "--help"), environment],
        &[("plan", "x"), environment],
        &[("evidence", "x"), environment],
        &[action, environment, ("merge-reports", "x")],
    ];
    for inputs in cases {
        let stepped = step.run(inputs);
        assert!(stepped.arguments.is_none(), "{inputs:?}");
        assert_eq!((stepped.ran.code, &*stepped.outputs["verdict"]), (2, "error"), "{inputs:?}");
    }
    // An expression that came to nothing uses no grant, and that is stated.
    let empty = step.run(&[("action", ""), environment]);
    assert!(empty.arguments.as_ref().is_some_and(|all| all[0] == "check"));
    let log = empty.ran.stdout;
    assert!(log.contains("no action is authorised"), "{log}");
    assert!(!step.run(&[]).ran.stdout.contains("no action"));
    let with_ref = step.run(&[environment, ("ref", "refs/heads/main")]);
    assert!(own(&with_ref).contains(&"--ref=refs/heads/main"));
}

#[test]
fn a_rebuild_takes_the_seals_of_the_commit_and_nothing_that_reads_as_an_option() {
    let step = Step::new();
    let seals = format!("--seals-from={SHA}");
    let names = step.run(&[("rebuild", "true"), ("seals", "web dist-*"), ("base", "none")]);
    assert_eq!(own(&names), ["rebuild", "web", "dist-*", &seals, "--base=none"]);
    let all = step.run(&[("rebuild", "true"), ("base", "none"), ("on-reseal", "fail")]);
    assert_eq!(own(&all), ["rebuild", &seals, "--base=none", "--on-reseal=fail"]);
    assert_eq!(own(&step.run(&[("rebuild", "false")]))[0], "check");
    // What is kept lies beside the report.
    let kept = step.run(&[("rebuild", "true"), ("keep-report", "true")]).arguments.unwrap();
    let place = |option: &str| {
        kept.iter().find_map(|argument| argument.strip_prefix(option)?.rsplit_once('/')).unwrap()
    };
    assert_eq!(place("--keep=").0, place("--report=json=").0);
    let refused: [&[(&str, &str)]; 9] = [
        &[("rebuild", "yes")],
        &[("rebuild", "true"), ("seals", "dist --seal")],
        &[("rebuild", "true"), ("seals", "-- sh")],
        &[("rebuild", "true"), ("at", "x")],
        &[("rebuild", "true"), ("rev", "HEAD")],
        &[("rebuild", "true"), ("stage", "x")],
        &[("rebuild", "true"), ("partition", "slice:1/2")],
        &[("rebuild", "true"), ("environment", "x")],
        &[("rebuild", "true"), ("merge-reports", "x")],
    ];
    for inputs in refused {
        let step = Step::new();
        let stepped = step.run(inputs);
        assert_eq!((stepped.ran.code, stepped.arguments), (2, None), "{inputs:?}");
        assert_eq!(stepped.outputs["verdict"], "error");
    }
    assert!(PWSH.contains("$rebuild = \"$env:IN_REBUILD\" -ceq 'true'"));
}

#[test]
fn reports_of_shares_are_globs_that_the_program_expands() {
    let step = Step::new();
    for name in ["1.json", "2.json", "[12].json", "*"] {
        fs::write(step.at("workspace").join(name), "{}").unwrap();
    }
    let seals = format!("--seals-from={SHA}");
    let cases: [(&str, &str, &[&str]); 6] = [
        ("[12].json", "", &["--", "[12].json"]),
        ("a b/*.json\n\n-4.json", "", &["--", "a b/*.json", "-4.json"]),
        ("*\r\n", "", &["--", "*"]),
        ("-*.json", "linux-* web", &["--only=linux-*", "--only=web", "--", "-*.json"]),
        ("1.json\n1.json", "", &["--", "1.json", "1.json"]),
        ("$(touch no) `touch no`", "", &["--", "$(touch no) `touch no`"]),
    ];
    for (lines, names, expected) in cases {
        let stepped = step.run(&[("merge-reports", lines), ("seals", names)]);
        let expected = [&["merge-reports", "--globs", &*seals], expected].concat();
        assert_eq!(own(&stepped), expected, "{lines}");
    }
    assert!(PWSH.contains("('merge-reports', '--globs', \"--seals-from=$env:EVENT_SHA\")"));
}

#[test]
fn whatever_ends_the_program_early_is_an_error_with_every_output() {
    let forged = "echo '::set-output name=verdict::pass'; echo '##[set-output name=verdict;]pass'";
    let cases = [
        ("kill -9 $$".to_owned(), false),
        ("kill -s SEGV $$".to_owned(), false),
        ("exit 0".to_owned(), false),
        ("exit 101".to_owned(), false),
        (forged.to_owned(), false),
        // Half of it.
        (PASS.to_owned(), true),
        (REPORT.to_owned(), false),
        (format!("{REPORT}\n{forged}"), false),
        (format!("{PASS}\n{REPORT}\nkill -9 $$"), false),
        (format!("{PASS}\n{REPORT}\nexit 3"), false),
        (format!("{PASS}\n{REPORT}\necho exit-code=1 >> \"$GITHUB_OUTPUT\""), true),
        (format!("{PASS}\n{}", REPORT.replace("pass", "fail")), true),
        (format!("{PASS}\n{}", REPORT.replace("  \"v", "      \"v")), true),
        (format!("{PASS}\n{}", REPORT.replace("}\\n", "  \"verdict\": \"pass\",\\n")), true),
        (format!("{PASS}\n{REPORT}\nrm \"$f\""), true),
        (format!("{PASS}\n{REPORT}\necho report= >> \"$GITHUB_OUTPUT\""), true),
    ];
    for (body, says_pass) in cases {
        let step = Step::new();
        step.program("sealgate", &body);
        let stepped = step.run(&[]);
        // `keep` is for the action's own step alone, which keeps what was found.
        let names = stepped.outputs.keys().map(String::as_str);
        let there: BTreeSet<&str> = names.filter(|name| *name != "keep").collect();
        assert_eq!(there, action_outputs().into_iter().collect(), "{body}");
        assert_eq!(stepped.outputs["verdict"] == "pass", says_pass, "{body}");
        assert!(!step.passes(&stepped.outputs), "{body}: {:?}", stepped.outputs);
    }
    let step = Step::new();
    fs::remove_file(step.at("bin/sealgate")).unwrap();
    let stepped = step.run(&[]);
    assert!(stepped.ran.code != 0 && stepped.outputs["verdict"] == "error");
    let stepped = Step::new().run(&[("working-directory", "nowhere")]);
    assert!(stepped.ran.code != 0 && stepped.outputs["verdict"] == "error");
    for sha in ["", "main", &SHA[1..], &format!("{SHA}0"), &format!("{SHA}\n{SHA}")] {
        let stepped = Step::new().run(&[("EVENT_SHA", sha)]);
        assert!(stepped.arguments.is_none() && stepped.outputs["verdict"] == "error", "{sha}");
    }
    assert!(!step.passes(&BTreeMap::new()), "nothing was written at all");
}

/// The program of a release, and the name of its archive for this machine.
fn release(step: &Step, says: &str) -> (Vec<u8>, String) {
    let made = step.at("made");
    fs::create_dir_all(&made).unwrap();
    fs::copy(step.at("bin/sealgate"), made.join("sealgate")).unwrap();
    fs::write(made.join("README.md"), says).unwrap();
    let archive = step.at("archive");
    let mut tar = scrubbed("tar");
    tar.arg("-czf").arg(&archive).arg("-C").arg(&made).args(["sealgate", "README.md"]);
    assert_eq!(run(tar).code, 0);
    let system = if cfg!(target_os = "macos") { "apple-darwin" } else { "unknown-linux-musl" };
    let version = env!("CARGO_PKG_VERSION");
    let name = format!("sealgate-{version}-{}-{system}.tar.gz", std::env::consts::ARCH);
    (fs::read(archive).unwrap(), name)
}

/// `Test-Path` has been wrong about paths that begin with `\\?\`, in several versions of PowerShell.
#[test]
fn the_last_word_on_windows_asks_the_system_itself_whether_the_report_is_there() {
    let verdict = include_str!("../../action/verdict.ps1");
    assert!(verdict.contains("[IO.File]::Exists($env:REPORT) -and\n"));
    assert!(!verdict.contains("Test-Path"));
}

#[test]
fn a_release_is_run_only_if_its_digest_stands_in_the_table() {
    use sha2::Digest as _;
    let step = Step::new();
    let (bytes, name) = release(&step, "one");
    let digest = sealgate_core::text::hex::text(&sha2::Sha256::digest(&bytes));
    step.program(
        "curl",
        "printf '%s\\n' \"$@\" > \"$SEEN\"\n\
         while [ $# -gt 1 ]; do [ \"$1\" != --output ] || out=$2; shift; done\ncp \"$SERVED\" \"$out\"",
    );
    // Where a release must not fall back to.
    step.program("cargo", "printf 'cargo %s\\n' \"$@\" > \"$SEEN\"; exit 101");
    let table = |rows: &str| fs::write(step.at("action/releases.sha256"), rows).unwrap();
    let served = step.at("archive").to_str().unwrap().to_owned();
    let run =
        |version: &str| step.run(&[("binary", ""), ("version", version), ("SERVED", &served)]);
    let seen = || fs::read_to_string(step.at("seen")).unwrap_or_default();
    let own = env!("CARGO_PKG_VERSION");

    table(&format!("# x\n{}  other-{name}\n{digest}  {name}\n", "0".repeat(64)));
    for version in ["", own, &format!("v{own}")] {
        let stepped = run(version);
        assert!(stepped.arguments.is_some() && step.passes(&stepped.outputs), "{:?}", stepped.ran);
        let url = format!("https://host.example/owner/sealgate/releases/download/v{own}/{name}\n");
        assert!(seen().ends_with(&url) && seen().contains("--proto\n=https\n"), "{}", seen());
    }
    let refused = |version: &str, says: &str| {
        let stepped = run(version);
        let said = stepped.ran.stdout;
        assert!(said.contains(says), "{said} {}", stepped.ran.stderr);
        assert!(stepped.arguments.is_none(), "it was run all the same");
        assert_eq!((stepped.ran.code, &*stepped.outputs["verdict"]), (2, "error"));
        assert!(!step.passes(&stepped.outputs));
    };
    for other in [digest.replace(&digest[..1], "g"), digest.to_uppercase(), digest[1..].to_owned()]
    {
        table(&format!("{other}  {name}\n"));
        refused("", "is not the one whose SHA-256");
    }
    fs::write(&served, &bytes[..bytes.len() / 2]).unwrap();
    table(&format!("{digest}  {name}\n"));
    refused("", "is not the one whose SHA-256");
    fs::remove_file(&served).unwrap();
    refused("", "could not be downloaded");
    // The last is the version itself to whoever reads escapes in it.
    let escaped = own.replace('.', "\\x2e");
    for version in ["9.9.9", "v9.9.9", "*", ".*", "$(touch no)", "main", "../../x", &escaped] {
        refused(version, "no SHA-256 of the wanted version");
    }
    assert!(!seen().contains("cargo"), "it fell back to a build");
}

/// The key of the program that the action would build, if it would.
fn key(step: &Step, variables: &[(&str, &str)]) -> Option<String> {
    let output = step.at("key");
    fs::write(&output, "").unwrap();
    let mut command = scrubbed("bash");
    command.arg(step.at("action/action/check.sh")).arg("key").current_dir(step.at("workspace"));
    command.env("GITHUB_ACTION_PATH", step.at("action")).env("GITHUB_OUTPUT", &output);
    command.env("RUNNER_OS", "Linux").env("RUNNER_ARCH", "X64").env("GIVEN", "");
    command.envs(variables.iter().copied());
    let ran = run(command);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    actions::handed_on(&fs::read_to_string(output).unwrap()).remove("key")
}

#[test]
fn the_key_of_the_cache_is_the_content_of_the_action() {
    let step = Step::new();
    fs::write(step.at("action/releases.sha256"), "# none\n").unwrap();
    let first = key(&step, &[]).unwrap();
    assert!(first.starts_with("sealgate-Linux-X64--") && first.len() == 20 + 64, "{first}");
    assert_eq!(key(&step, &[]), Some(first.clone()));
    assert_ne!(key(&step, &[("ImageOS", "other")]), Some(first.clone()));
    // What a build does not copy has no say.
    fs::create_dir_all(step.at("action/.git")).unwrap();
    fs::write(step.at("action/.git/HEAD"), "x").unwrap();
    assert_eq!(key(&step, &[]), Some(first.clone()));
    let mut keys = BTreeSet::from([first]);
    for (name, content) in [("a b", "x"), ("a b", "y"), ("a\nb", "y"), ("src/main.rs", "")] {
        let file = step.at("action").join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, content).unwrap();
        assert!(keys.insert(key(&step, &[]).unwrap()), "{name:?} changes no key");
    }
    assert_eq!(key(&step, &[("GIVEN", "x")]), None, "a program is given");
    let row = format!("{}  sealgate-1.tar.gz\n", "0".repeat(64));
    fs::write(step.at("action/releases.sha256"), row).unwrap();
    assert_eq!(key(&step, &[]), None, "there are releases");
}

#[test]
fn a_kept_program_is_run_only_for_its_exact_key_and_on_request() {
    let step = Step::new();
    let builds = "while [ $# -gt 1 ]; do [ \"$1\" != --target-dir ] || to=$2; shift; done\n\
        mkdir -p \"$to/release\" && cp ROOM/bin/sealgate \"$to/release/sealgate\" && echo built > ROOM/seen";
    step.program("cargo", &builds.replace("ROOM", step.room().to_str().unwrap()));
    let kept = step.at("temp/sealgate-kept");
    let built = |inputs: &[(&str, &str)]| {
        let _ = fs::remove_file(step.at("seen"));
        let stepped = step.run(&[&[("binary", "")], inputs].concat());
        assert!(step.passes(&stepped.outputs), "{inputs:?}: {:?}", stepped.ran);
        (step.at("seen").exists(), stepped.outputs.get("built").map(String::as_str) == Some("true"))
    };
    assert_eq!(built(&[("KEPT", "true")]), (true, false));
    assert!(!kept.exists());
    assert_eq!(built(&[("cache", "true")]), (true, true));
    assert_eq!(
        fs::read(kept.join("sealgate")).unwrap(),
        fs::read(step.at("bin/sealgate")).unwrap()
    );
    // What lies there counts only if the step that looked for the exact key has found it.
    for says in ["", "false", "True"] {
        assert_eq!(built(&[("cache", "true"), ("KEPT", says)]), (true, true), "{says}");
    }
    for says in ["", "false"] {
        assert_eq!(built(&[("cache", says), ("KEPT", "true")]), (true, false), "{says}");
    }
    assert_eq!(built(&[("cache", "true"), ("KEPT", "true")]), (false, false));
    fs::remove_dir_all(&kept).unwrap();
    for inputs in [[("cache", "true"), ("KEPT", "true")], [("cache", "yes"), ("KEPT", "")]] {
        let stepped = step.run(&[&[("binary", "")][..], &inputs].concat());
        assert!(stepped.arguments.is_none() && stepped.outputs["verdict"] == "error", "{inputs:?}");
    }
    assert!(!ACTION.contains("restore-keys:"));
    assert_eq!(ACTION.matches("        key: ${{ steps.key.outputs.key }}\n").count(), 2);
}

#[test]
fn a_program_that_is_given_is_found_from_the_workspace() {
    let step = Step::new();
    let tools = step.at("workspace/my tools");
    fs::create_dir(&tools).unwrap();
    fs::copy(step.at("bin/sealgate"), tools.join("-gate")).unwrap();
    let inputs = [("binary", "my tools/-gate"), ("working-directory", "my tools")];
    assert!(step.run(&inputs).arguments.is_some());
}

#[test]
fn every_input_reaches_both_scripts_and_none_a_command_line() {
    let inputs = names("inputs");
    assert_eq!(inputs.len(), 23, "{inputs:?}");
    for input in inputs {
        let variable = match input {
            "annotations" => "SEALGATE_ANNOTATIONS".to_owned(),
            "summary" => "SEALGATE_SUMMARY".to_owned(),
            input => variable(input),
        };
        let line = format!("        {variable}: ${{{{ inputs.{input} }}}}\n");
        assert_eq!(ACTION.matches(&line).count(), 2, "{line}");
        if variable.starts_with("IN_") {
            assert!(
                BASH.contains(&format!("${variable}")) || BASH.contains(&format!("${{{variable}"))
            );
            assert!(PWSH.contains(&format!("$env:{variable}")), "{variable}");
        }
    }
    assert_eq!(names("outputs"), action_outputs());
    for output in action_outputs() {
        let told = if ["verdict", "exit-code"].contains(&output) { "told-" } else { "" };
        let value =
            format!("steps.{told}unix.outputs.{output} || steps.{told}windows.outputs.{output}");
        assert!(ACTION.contains(&value), "{output}");
        assert!(BASH.contains(&format!(" {output}=")), "{output}");
        assert!(PWSH.contains(&format!("'{output}=")), "{output}");
    }
}

/// Every file that the host reads, with its name.
fn hosted() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = vec![root.join("action.yml")];
    for directory in ["action", ".github/workflows"] {
        let entries = fs::read_dir(root.join(directory)).unwrap();
        files.extend(entries.map(|entry| entry.unwrap().path()));
    }
    let read = |file: PathBuf| (file.display().to_string(), fs::read_to_string(&file).unwrap());
    files.into_iter().map(read).collect()
}

#[test]
fn nothing_is_spliced_into_a_shell_or_left_for_later_steps() {
    for (name, text) in hosted() {
        for word in ["GITHUB_ENV", "GITHUB_PATH", "set-env", "add-path", "write-all"] {
            assert!(!text.contains(word), "{name}: {word}");
        }
        // What a `run:` holds, on its line and below it.
        let mut depth = None;
        for line in text.lines() {
            let indent = line.len() - line.trim_start().len();
            if depth.is_some_and(|depth| indent <= depth && !line.trim().is_empty()) {
                depth = None;
            }
            if line.trim_start().trim_start_matches("- ").starts_with("run:") {
                depth = Some(indent);
            }
            assert!(depth.is_none() || !line.contains("${{"), "{name}: {line}");
        }
    }
}

#[test]
fn every_action_that_is_used_is_pinned_to_a_commit() {
    let mut pinned = 0;
    for (name, text) in hosted() {
        for line in text.lines() {
            let Some((_, used)) = line.split_once("uses: ") else { continue };
            if used.starts_with("./") {
                continue;
            }
            let (action, version) =
                used.split_once(" # v").unwrap_or_else(|| panic!("{name}: {line}"));
            let (_, commit) = action.split_once('@').unwrap();
            let hex = commit.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
            assert!(commit.len() == 40 && hex && !version.is_empty(), "{name}: {line}");
            pinned += 1;
        }
        // The action itself keeps the report of a failure and the built program, and uses nothing else.
        let used = text
            .lines()
            .filter_map(|line| line.trim_start_matches([' ', '-']).strip_prefix("uses: "));
        let is_own = |used: &str| {
            ["actions/cache/", "actions/upload-artifact@"].iter().any(|own| used.starts_with(own))
        };
        assert!(
            !name.ends_with("action.yml") || used.into_iter().all(is_own),
            "{name} uses another"
        );
    }
    assert!(pinned > 0, "no action was found: is this test blind?");
}

#[test]
fn merging_takes_no_input_that_it_would_have_to_pass_over() {
    let step = Step::new();
    for input in ["at", "stage", "rev", "partition", "environment"] {
        let stepped = step.run(&[("merge-reports", "a.json"), (input, "x")]);
        assert_eq!((stepped.ran.code, stepped.arguments), (2, None), "{input}");
    }
}

#[test]
fn an_empty_environment_under_a_policy_is_no_pass() {
    let step = Step::new();
    assert_eq!(step.run(&[("environment", "")]).ran.code, 0);
    let workspace = step.at("workspace");
    fs::create_dir_all(workspace.join("seals")).unwrap();
    fs::create_dir_all(workspace.join(".git")).unwrap();
    fs::create_dir_all(workspace.join("packages/a")).unwrap();
    fs::write(workspace.join("seals/policy.toml"), "").unwrap();
    for place in ["", "packages/a"] {
        let inputs = [("environment", ""), ("working-directory", place)];
        let stepped = step.run(&inputs);
        assert_eq!((stepped.ran.code, stepped.arguments), (2, None), "{place}");
        assert!(!step.passes(&stepped.outputs), "{place}");
        // An input that is left out asks about no environment.
        assert_eq!(step.run(&inputs[1..]).ran.code, 0);
    }
}

#[test]
fn a_program_that_failed_is_no_pass_whatever_it_wrote() {
    let step = Step::new();
    let outputs = step.run(&[]).outputs;
    assert!(step.passes(&outputs));
    for outcome in ["failure", "cancelled", "skipped", ""] {
        assert!(!step.passes_after(outcome, &outputs), "{outcome}");
    }
}

#[test]
fn the_report_of_a_failure_is_kept_under_a_name_of_its_own() {
    let seen = "printf %s \"$SEALGATE_ARTIFACT\" > \"$SEEN\"";
    for (keep, code, is_kept) in [
        ("true", 1, true),
        ("true", 2, true),
        ("true", 0, false),
        ("false", 1, false),
        ("", 1, false),
    ] {
        let step = Step::new();
        step.program("sealgate", &format!("{seen}\n{REPORT}\nexit {code}"));
        let stepped = step.run(&[("keep-report", keep)]);
        assert_eq!(stepped.ran.code, code);
        let name = fs::read_to_string(step.at("seen")).unwrap();
        assert_eq!(name.starts_with("sealgate-report-"), keep == "true", "{keep}: {name}");
        let kept = if is_kept { &*name } else { "" };
        assert_eq!(stepped.outputs["artifact"], kept, "{keep} {code}");
        let place = stepped.outputs.get("keep").map(|place| format!("{place}/report.json"));
        let report = Some(&stepped.outputs["report"]).filter(|_| code != 0);
        assert_eq!(place.as_ref(), report, "{keep} {code}");
    }
    // Without a report there is nothing to keep.
    let step = Step::new();
    step.program("sealgate", "exit 2");
    assert_eq!(step.run(&[("keep-report", "true")]).outputs["artifact"], "");
    let stepped = Step::new().run(&[("keep-report", "yes")]);
    assert!(stepped.arguments.is_none() && stepped.outputs["verdict"] == "error");
}
