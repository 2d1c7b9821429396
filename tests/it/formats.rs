//! Whatever the format and wherever it goes: one outcome has one exit code.

#![cfg(unix)]

use std::collections::BTreeSet;
use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::{PermissionsExt as _, lchown, symlink};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use clap::ValueEnum as _;
use sealgate::report::Format;
use sealgate_core::seal::entry::{Digest, Entry};
use sealgate_core::seal::exclude::Scope;
use sealgate_core::seal::path::EntryPath;
use sealgate_core::seal::{Header, Root, Seal, SealName, SealedEntry, to_bytes};
use serde_json::Value;
use walkdir::WalkDir;

use crate::support;
use crate::support::{Repo, Run, copy, fixture, make_fifo, make_socket, run};

/// The user who owns nothing.
const NOBODY: u32 = 65534;

/// A repository, a command in it, and what must come of that.
struct Case {
    what: &'static str,
    code: i32,
    /// The word of the JSON report.
    verdict: &'static str,
    repo: Repo,
    arguments: Vec<&'static str>,
    user: User,
}

/// Who runs the program: whoever runs the tests, or someone whom permissions concern.
enum User {
    Tester,
    Nobody { program: PathBuf },
}

impl User {
    /// Someone to whom a file of `repo` can be closed. Root gives the repository away for it.
    fn unprivileged(repo: &Repo) -> Self {
        if !rustix::process::geteuid().is_root() {
            return Self::Tester;
        }
        // The build directory may be closed to others. Another process copies: a child that is
        // forked while this one has the file open for writing would keep it busy.
        let program = repo.at("sealgate");
        let copied = Command::new("cp").arg(env!("CARGO_BIN_EXE_sealgate")).arg(&program).status();
        assert!(copied.unwrap().success());
        for entry in WalkDir::new(repo.at("")) {
            lchown(entry.unwrap().path(), Some(NOBODY), Some(NOBODY)).unwrap();
        }
        Self::Nobody { program }
    }

    fn command(&self, repo: &Repo, arguments: &[&str]) -> Command {
        let usual = repo.command(arguments);
        let Self::Nobody { program } = self else { return usual };
        let mut command = support::scrubbed(program);
        command.current_dir(repo.at("")).args(arguments).uid(NOBODY).gid(NOBODY);
        command
    }
}

impl Case {
    fn new(what: &'static str, code: i32, change: impl FnOnce(&Repo)) -> Self {
        let repo = Repo::of_release();
        fs::create_dir(repo.at("out")).unwrap();
        change(&repo);
        let verdict = ["pass", "fail", "error"][usize::try_from(code).unwrap()];
        Self { what, code, verdict, repo, arguments: vec!["check"], user: User::Tester }
    }

    fn command(&self, more: &[&str]) -> Command {
        self.user.command(&self.repo, &[&self.arguments[..], more].concat())
    }

    fn run(&self, more: &[&str]) -> Run {
        run(self.command(more))
    }

    fn headword(&self) -> String {
        self.verdict.to_uppercase()
    }
}

fn append(path: &Path, text: &str) {
    let bytes = [&fs::read(path).unwrap(), text.as_bytes()].concat();
    fs::write(path, bytes).unwrap();
}

/// One case for each outcome, and for what outweighs what.
fn cases() -> Vec<Case> {
    let changed = |repo: &Repo| append(&repo.at("release/CHANGELOG.md"), "x");
    let broken = |repo: &Repo| append(&repo.at("seals/release.toml"), "\n");
    let other = |repo: &Repo| {
        copy(&fixture("release"), &repo.at("other")).unwrap();
        repo.seal("other", "other");
    };
    let mut unreadable = Case::new("unreadable", 2, |repo| {
        changed(repo);
        fs::set_permissions(repo.at("release/LICENSE.txt"), Permissions::from_mode(0o000)).unwrap();
    });
    unreadable.user = User::unprivileged(&unreadable.repo);
    let mut nothing = Case::new("a name that selects nothing", 2, |_| {});
    nothing.arguments = vec!["check", "nothing"];
    vec![
        Case::new("pass", 0, |_| {}),
        Case::new("fail", 1, changed),
        Case::new("a fail outweighs a pass", 1, |repo| {
            other(repo);
            changed(repo);
        }),
        Case::new("broken seal", 2, broken),
        Case::new("an error outweighs a pass", 2, |repo| {
            other(repo);
            broken(repo);
        }),
        Case::new("an error outweighs a fail", 2, |repo| {
            other(repo);
            changed(repo);
            append(&repo.at("seals/other.toml"), "\n");
        }),
        unreadable,
        nothing,
        Case::new("no root", 2, |repo| fs::remove_dir_all(repo.at("release")).unwrap()),
    ]
}

fn formats() -> Vec<String> {
    let name = |format: &Format| format.to_possible_value().expect("a name").get_name().to_owned();
    Format::value_variants().iter().map(name).collect()
}

/// A report without what no two runs have in common.
fn timeless(report: &[u8]) -> Value {
    let mut report: Value = serde_json::from_slice(report).expect("JSON");
    report["elapsed_ms"] = Value::Null;
    report
}

#[test]
fn an_outcome_has_one_exit_code_on_stdout_and_in_report_files() {
    for case in cases() {
        let reports: Vec<String> = formats()
            .iter()
            .flat_map(|format| ["--report".to_owned(), format!("{format}=out/{format}")])
            .collect();
        let reports: Vec<&str> = reports.iter().map(String::as_str).collect();
        for format in formats() {
            let what = format!("{} as {format}", case.what);
            let plain = case.run(&["--format", &format]);
            assert_eq!(plain.code, case.code, "{what}: {}", plain.stderr);
            assert!(!plain.stdout.is_empty(), "{what}");
            let with_files = case.run(&[&["--format", &format][..], &reports].concat());
            assert_eq!(with_files.code, case.code, "{what}, with files: {}", with_files.stderr);
            for format in formats() {
                let file = case.repo.at("out").join(&format);
                assert!(file.metadata().unwrap().len() > 0, "{what}: {format} is empty");
                fs::remove_file(file).unwrap();
            }
        }
        // What a file says is what stdout says.
        let shown = case.run(&["--format", "json", "--report", "json=out/r"]);
        let filed = timeless(&fs::read(case.repo.at("out/r")).unwrap());
        assert_eq!(filed, timeless(shown.stdout.as_bytes()), "{}", case.what);
        assert_eq!(filed["verdict"], case.verdict, "{}", case.what);
        let alone = case.run(&["--report", "human=out/r"]);
        assert_eq!(alone.code, case.code, "{}", case.what);
        let human = fs::read_to_string(case.repo.at("out/r")).unwrap();
        assert!(human.lines().last().unwrap().starts_with(&case.headword()), "{human}");
    }
}

#[test]
fn a_command_line_that_cannot_be_read_is_an_error_in_each_report_that_it_names() {
    let case = Case::new("usage", 2, |_| {});
    for wrong in [
        &["--format", "yaml"][..],
        &["--no-such-option"],
        &["--at"],
        &["-q", "-v"],
        &["--color", "sometimes"],
        &["--report", "yaml=out/r"],
        &["--report", "out/r"],
        &["--report", "json="],
    ] {
        let ran = case.run(&[&["--report", "json=out/good"], wrong].concat());
        assert_eq!((ran.code, &*ran.stdout), (2, ""), "{wrong:?}: {}", ran.stderr);
        assert!(ran.stderr.starts_with("error:"), "{wrong:?}: {}", ran.stderr);
        // The report that was named as it should be is there, and says that nothing was judged.
        let files = fs::read_dir(case.repo.at("out")).unwrap();
        let files: Vec<_> = files.map(|file| file.unwrap().file_name()).collect();
        assert_eq!(files, ["good"], "{wrong:?}");
        let report = timeless(&fs::read(case.repo.at("out/good")).unwrap());
        assert_eq!(
            (&report["verdict"], &report["seals"]),
            (&"error".into(), &serde_json::json!([]))
        );
    }
}

#[test]
fn quiet_prints_the_verdict_alone_and_leaves_data_whole() {
    for case in cases() {
        let quiet = case.run(&["-q"]);
        let said = quiet.stdout;
        assert_eq!(quiet.code, case.code, "{}", case.what);
        assert_eq!(said.matches('\n').count(), 1, "{}: {said}", case.what);
        assert!(said.starts_with(&case.headword()) && said.ends_with('\n'), "{said}");
        let loud = case.run(&["--format", "json"]);
        let data = case.run(&["-q", "--format", "json"]);
        assert_eq!(data.code, case.code, "{}", case.what);
        assert_eq!(
            timeless(data.stdout.as_bytes()),
            timeless(loud.stdout.as_bytes()),
            "{}",
            case.what
        );
    }
}

#[test]
fn colour_is_where_it_was_asked_for_and_changes_no_code() {
    let coloured = |bytes: &[u8]| bytes.contains(&0x1b);
    for case in cases() {
        for (when, expected) in [("always", true), ("never", false), ("auto", false)] {
            let report = ["--color", when, "--report", "human=out/r"];
            let ran = case.run(&report);
            let what = format!("{}, --color {when}", case.what);
            assert_eq!(ran.code, case.code, "{what}");
            assert_eq!(coloured(ran.stdout.as_bytes()), expected, "{what}");
            let errs = expected && !ran.stderr.is_empty();
            assert_eq!(coloured(ran.stderr.as_bytes()), errs, "{what}: {}", ran.stderr);
            assert!(!coloured(&fs::read(case.repo.at("out/r")).unwrap()), "{what}: in a file");
            let data = case.run(&["--color", when, "--format", "json"]);
            assert_eq!(data.code, case.code, "{what}");
            assert!(!coloured(data.stdout.as_bytes()), "{what}: in JSON");
        }
    }
}

#[test]
fn a_reader_that_went_away_changes_no_verdict() {
    for case in cases() {
        for format in formats() {
            let what = format!("{} as {format}", case.what);
            let (reader, writer) = io::pipe().unwrap();
            drop(reader);
            let mut command = case.command(&["--format", &format]);
            let deaf = command.stdout(writer).stderr(Stdio::null());
            assert_eq!(code_of(deaf), Some(case.code), "{what}: pipe");

            let (reader, writer) = io::pipe().unwrap();
            drop(reader);
            let mut command = case.command(&["--format", &format]);
            let both = command.stdout(writer.try_clone().unwrap()).stderr(writer);
            assert_eq!(code_of(both), Some(case.code), "{what}: both streams");
        }
        // No descriptor at all, as from `>&-`.
        let program = case.command(&[]);
        let mut shell = Command::new("sh");
        shell.arg("-c").arg("exec \"$0\" \"$@\" >&- 2>&-").arg(program.get_program());
        shell.args(program.get_args()).current_dir(case.repo.at("")).env_remove("CI");
        if let User::Nobody { .. } = case.user {
            shell.uid(NOBODY).gid(NOBODY);
        }
        assert_eq!(code_of(&mut shell), Some(case.code), "{}: closed", case.what);
    }
}

fn code_of(command: &mut Command) -> Option<i32> {
    command.stdin(Stdio::null()).status().unwrap().code()
}

#[cfg(target_os = "linux")]
#[test]
fn a_report_that_cannot_be_written_to_stdout_is_an_error() {
    let full = || File::options().write(true).open("/dev/full").unwrap();
    for case in cases() {
        for format in formats() {
            for more in [&["--format", &format][..], &["--format", &format, "-q"]] {
                let mut command = case.command(more);
                command.stdout(full()).stderr(Stdio::piped());
                let output = command.output().unwrap();
                let stderr = String::from_utf8_lossy(&output.stderr);
                assert_eq!(output.status.code(), Some(2), "{} {more:?}", case.what);
                assert!(stderr.contains("error: stdout"), "{} {more:?}: {stderr}", case.what);
            }
        }
        let mut command = case.command(&[]);
        let code = code_of(command.stdout(Stdio::null()).stderr(full()));
        assert_eq!(code, Some(case.code), "{}: stderr full", case.what);
    }
}

#[test]
fn a_report_file_that_cannot_be_written_makes_every_other_report_say_error() {
    let mut case = Case::new("unwritable", 2, |repo| fs::create_dir(repo.at("closed")).unwrap());
    case.user = User::unprivileged(&case.repo);
    fs::set_permissions(case.repo.at("closed"), Permissions::from_mode(0o555)).unwrap();
    for order in [["json=out/r", "json=closed/r"], ["json=closed/r", "json=out/r"]] {
        let ran = case.run(&["--format", "json", "--report", order[0], "--report", order[1]]);
        assert_eq!(ran.code, 2, "{order:?}: {}", ran.stderr);
        let filed = timeless(&fs::read(case.repo.at("out/r")).unwrap());
        for report in [&filed, &timeless(ran.stdout.as_bytes())] {
            assert_eq!(report["verdict"], "error", "{order:?}");
            assert_eq!(report["errors"][0]["code"], "report-unwritable", "{order:?}");
        }
        fs::remove_file(case.repo.at("out/r")).unwrap();
    }
}

/// A repository whose `dist` takes many minutes to hash: whatever answers at once did not hash.
fn endless() -> Repo {
    // Over 64 GiB, a file of holes alone is not read.
    const SIZE: u64 = 60 << 30;
    let repo = Repo::in_git();
    for directory in ["dist/sub", "elsewhere", "out"] {
        fs::create_dir_all(repo.at(directory)).unwrap();
    }
    File::create(repo.at("dist/huge")).unwrap().set_len(SIZE).unwrap();
    let scope = Scope::new(Vec::new()).unwrap();
    let huge = Entry::File { size: SIZE, digest: Digest::of(b""), executable: false };
    let seal = Seal {
        name: SealName::parse("dist").unwrap(),
        header: Header {
            root: Root::parse("dist").unwrap(),
            tracked: false,
            build: None,
            scope,
            surface: None,
        },
        entries: vec![SealedEntry { path: EntryPath::parse("huge").unwrap(), entry: huge }],
    };
    fs::write(repo.at("seals/dist.toml"), to_bytes(&seal)).unwrap();
    repo
}

fn names(repo: &Repo) -> BTreeSet<PathBuf> {
    WalkDir::new(repo.at("")).into_iter().map(|entry| entry.unwrap().into_path()).collect()
}

#[test]
fn a_report_over_what_is_judged_or_over_no_file_is_refused_before_hashing() {
    let repo = endless();
    let hashing = assert_cmd::Command::from_std(repo.command(&["check"]))
        .timeout(Duration::from_millis(500))
        .output()
        .unwrap();
    assert_eq!(hashing.status.code(), None, "the root is hashed too fast for this test");

    fs::write(repo.at("elsewhere/file"), "x").unwrap();
    symlink("elsewhere/file", repo.at("link")).unwrap();
    symlink("nowhere", repo.at("dangling")).unwrap();
    symlink("dist", repo.at("way")).unwrap();
    symlink("../seals", repo.at("out/way")).unwrap();
    make_fifo(&repo.at("fifo"));
    make_socket(&repo.at("socket")).unwrap();
    let before = names(&repo);
    let absolute = repo.at("dist/r").to_string_lossy().into_owned();
    let cases: &[(&str, &[&str])] = &[
        ("in a root", &["dist/r", "dist/sub/r", "./dist/r", "dist//r", &absolute]),
        ("over what is sealed", &["dist/huge"]),
        ("over a root", &["dist", "dist/", "dist/sub"]),
        ("in the seals", &["seals/r", "seals/dist.toml", "seals/new.toml", "seals"]),
        ("in .git", &[".git/r", ".git/config", ".git/hooks/pre-push", ".git"]),
        ("through ..", &["out/../dist/r", "dist/../seals/r", "dist/sub/../r", "out/../.git/r"]),
        ("through a link", &["way/r", "way/sub/r", "out/way/r", "way/huge"]),
        ("over a link", &["link", "dangling", "way"]),
        ("over a directory", &["out", "out/", "."]),
        ("over what is no file", &["fifo", "socket", "/dev/null", "/dev/stdout"]),
        ("in no directory", &["no/r", "elsewhere/file/r", "fifo/r"]),
        ("nowhere", &["", "..", "/", "out/.."]),
    ];
    for (what, paths) in cases {
        for path in *paths {
            for format in formats() {
                let report = format!("{format}={path}");
                let ran = repo.run(&["check", "--report", &report]);
                assert_eq!((ran.code, ran.stdout.len()), (2, 0), "{what}: {report}");
                let says = ran.stderr.starts_with("error:") && ran.stderr.contains("--report");
                assert!(says, "{what}: {report}: {}", ran.stderr);
            }
        }
    }
    for (what, arguments) in [
        ("in --at", &["check", "--at", "elsewhere", "--report", "json=elsewhere/r"][..]),
        ("in the root, with --at", &["check", "--at", "elsewhere", "--report", "json=dist/r"]),
        ("in other seals", &["--seals", "out", "check", "--report", "json=out/r"]),
    ] {
        let ran = repo.run(arguments);
        assert_eq!((ran.code, ran.stdout.len()), (2, 0), "{what}: {}", ran.stderr);
    }
    assert_eq!(names(&repo), before, "a refused report left something");
    let ran = repo.run(&["check", "--report", "json=out/r", "--report", "human=dist/r"]);
    assert_eq!((ran.code, ran.stdout.len()), (2, 0), "after a good one: {}", ran.stderr);
    assert_eq!(timeless(&fs::read(repo.at("out/r")).unwrap())["verdict"], "error");
    fs::remove_file(repo.at("out/r")).unwrap();
    assert_eq!(names(&repo), before, "a refused report left something");
    assert_eq!(fs::read(repo.at("elsewhere/file")).unwrap(), b"x");
    assert_eq!(repo.at("dist/huge").metadata().unwrap().len(), 60 << 30);
}

#[test]
fn a_report_never_lands_in_the_root_of_a_broken_seal() {
    // The last of each pair takes the place of the first, once.
    for (what, good, bad) in [
        ("a blank too much", "tracked = false", "tracked =  false"),
        ("a list in another form", "exclude = []", "exclude = [ ]"),
        ("a broken entry", "= \"file ", "= \"file -"),
    ] {
        let case = Case::new("broken", 2, |repo| {
            let seal = fs::read_to_string(repo.at("seals/release.toml")).unwrap();
            assert!(seal.contains(good), "{what}");
            fs::write(repo.at("seals/release.toml"), seal.replacen(good, bad, 1)).unwrap();
        });
        assert_eq!(case.run(&[]).code, 2, "{what}");
        let before = names(&case.repo);
        for path in ["release/CHANGELOG.md", "release/r"] {
            let ran = case.run(&["--report", &format!("json={path}")]);
            assert_eq!((ran.code, ran.stdout.len()), (2, 0), "{what}, {path}: {}", ran.stderr);
        }
        assert_eq!(names(&case.repo), before, "{what}");
        let kept = fs::read(case.repo.at("release/CHANGELOG.md")).unwrap();
        assert_eq!(kept, fs::read(fixture("release").join("CHANGELOG.md")).unwrap(), "{what}");
    }
}
