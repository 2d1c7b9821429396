//! The tables of what other tools see, row by row, against the tools themselves.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Stdio};

/// A row: what happens, how it is done, and whether `sha256sum`, `b3sum`, `git diff`, `git status`
/// and `sealgate` answer that something is different.
type Row = (&'static str, fn(&Path), [bool; 5]);

const ROWS: [Row; 8] = [
    (
        "a file's bytes changed",
        |dist| fs::write(dist.join("a"), "other").unwrap(),
        [true, true, true, true, true],
    ),
    (
        "a file is missing",
        |dist| fs::remove_file(dist.join("a")).unwrap(),
        [true, true, true, true, true],
    ),
    (
        "a new file",
        |dist| fs::write(dist.join("new"), "new").unwrap(),
        [false, false, false, true, true],
    ),
    ("the execute bit", |dist| set_mode(&dist.join("a"), 0o755), [false, false, true, true, true]),
    (
        "a link points to another file with the same bytes",
        |dist| {
            fs::remove_file(dist.join("link")).unwrap();
            symlink("copy", dist.join("link")).unwrap();
        },
        [false, false, true, true, true],
    ),
    (
        "a file became a link to the same bytes",
        |dist| {
            fs::remove_file(dist.join("a")).unwrap();
            symlink("copy", dist.join("a")).unwrap();
        },
        [false, false, true, true, true],
    ),
    (
        "an empty directory came or went",
        |dist| fs::create_dir(dist.join("empty")).unwrap(),
        [false, false, false, false, true],
    ),
    (
        "a stray FIFO",
        |dist| assert!(Command::new("mkfifo").arg(dist.join("fifo")).status().unwrap().success()),
        [false, false, false, false, true],
    ),
];

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// Runs `script` in `directory` and tells whether it failed.
fn fails(directory: &Path, script: &str) -> bool {
    let binary = Path::new(env!("CARGO_BIN_EXE_sealgate")).parent().unwrap();
    let path = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap());
    let mut shell = Command::new("sh");
    shell.args(["-c", script]).current_dir(directory).env("PATH", path).env_remove("CI");
    shell.env("GIT_CONFIG_GLOBAL", "/dev/null").stdout(Stdio::null()).stderr(Stdio::null());
    !shell.status().unwrap().success()
}

fn sealed_repository(directory: &Path) {
    let dist = directory.join("dist");
    fs::create_dir(&dist).unwrap();
    for name in ["a", "copy"] {
        fs::write(dist.join(name), "the same bytes").unwrap();
        set_mode(&dist.join(name), 0o644);
    }
    symlink("a", dist.join("link")).unwrap();
    let prepared = "git init -q && git add . && git -c user.name=A -c user.email=a@b commit -qm 1 \
                    && sealgate seal dist --root dist \
                    && sha256sum dist/a dist/copy dist/link > sha256 \
                    && b3sum dist/a dist/copy dist/link > b3";
    assert!(!fails(directory, prepared));
}

const TOOLS: [&str; 5] = [
    "sha256sum --check --quiet sha256",
    "b3sum --check --quiet b3",
    "git diff --exit-code --quiet -- dist",
    "test -z \"$(git status --porcelain -- dist)\"",
    "sealgate check --quiet",
];

#[test]
#[ignore = "needs b3sum and GNU sha256sum"]
fn the_page_says_of_other_tools_what_they_do() {
    for (what, change, expected) in ROWS {
        let scratch = tempfile::tempdir().unwrap();
        sealed_repository(scratch.path());
        for tool in TOOLS {
            assert!(!fails(scratch.path(), tool), "{tool} fails on what nobody changed");
        }
        change(&scratch.path().join("dist"));
        hold(scratch.path(), what, expected);
    }
}

/// Demands that the tools answer as `expected`, and that the README says so.
fn hold(directory: &Path, what: &str, expected: [bool; 5]) {
    let seen = TOOLS.map(|tool| fails(directory, tool));
    assert_eq!(seen, expected, "{what}");
    hold_cells(what, seen);
}

/// Demands that the page says so.
fn hold_cells(what: &str, seen: [bool; 5]) {
    let cells = seen.map(|seen| if seen { "yes" } else { "no" });
    let row = format!("| {what} | {} |\n", cells.join(" | "));
    assert!(TABLE.contains(&row), "the table has no row {row:?}");
}

/// The page with all rows; the README has some of them.
const TABLE: &str = include_str!("../../docs/comparison.md");

#[test]
fn the_rows_of_the_readme_are_rows_of_the_page() {
    let readme = include_str!("../../README.md");
    let (_, after) = readme.split_once("## What other tools see").unwrap();
    let (section, _) = after.split_once("\n## ").unwrap();
    let rows: Vec<&str> = section.lines().filter(|line| line.starts_with("| ")).collect();
    assert!((3..=9).contains(&rows.len()), "{rows:?}");
    for row in rows {
        assert!(TABLE.contains(&format!("{row}\n")), "{row}");
    }
}

/// Demands that each tool, run after the build `command`, answers as `expected`.
fn hold_after(command: &str, change: &str, what: &str, expected: [bool; 5]) {
    let scratch = tempfile::tempdir().unwrap();
    let directory = scratch.path();
    sealed_repository(directory);
    let build = format!("sealgate seal dist --set-build {command:?}");
    assert!(!fails(directory, &build) && !fails(directory, change), "{what}");
    // The other tools judge what is there after the build.
    assert!(!fails(directory, command), "{what}");
    let others =
        TOOLS.map(|tool| fails(directory, &tool.replace("sealgate check", "sealgate rebuild")));
    assert_eq!(others, expected, "{what}");
    hold_cells(what, others);
}

#[test]
#[ignore = "needs b3sum and GNU sha256sum"]
fn no_other_tool_sees_what_a_build_left_as_it_was() {
    let only = [false, false, false, false, true];
    hold_after("true", ":", "the build wrote nothing", only);
    // The source of `a` is gone, and the old output stays.
    let build = "mkdir -p dist && cp -P src/* dist";
    let change = "mkdir src && cp -P dist/copy dist/link src && git add src && git -c user.name=A \
                  -c user.email=a@b commit -qm source";
    hold_after(build, change, "an output that the build no longer makes", only);
}

#[test]
#[ignore = "needs git"]
fn the_lines_that_changed_are_shown_by_two_of_them() {
    let scratch = tempfile::tempdir().unwrap();
    sealed_repository(scratch.path());
    fs::write(scratch.path().join("dist/a"), "of another kind").unwrap();
    let shows =
        |command: &str| !fails(scratch.path(), &format!("{command} | grep -q 'of another kind'"));
    let seen = TOOLS.map(|tool| shows(&tool.replace("--quiet", "")));
    assert_eq!(seen, [false, false, true, false, true]);
    hold_cells("shows the lines that changed", seen);
}

#[test]
#[ignore = "needs b3sum and GNU sha256sum"]
fn git_does_not_look_at_what_it_ignores() {
    let scratch = tempfile::tempdir().unwrap();
    sealed_repository(scratch.path());
    let ignored = "echo dist > .gitignore && git rm -rq --cached dist \
                   && sed -i 's/tracked = true/tracked = false/' seals/dist.toml";
    assert!(!fails(scratch.path(), ignored));
    let commit = "git -c user.name=A -c user.email=a@b commit -qm 2";
    assert!(!fails(scratch.path(), commit));
    fs::write(scratch.path().join("dist/a"), "other").unwrap();
    let what = "a change in what git ignores, such as a built `dist/`";
    hold(scratch.path(), what, [true, true, false, false, true]);
}

#[test]
#[ignore = "needs b3sum and GNU sha256sum"]
fn an_empty_list_passes_b3sum_and_nothing_else() {
    let scratch = tempfile::tempdir().unwrap();
    sealed_repository(scratch.path());
    for list in ["sha256", "b3"] {
        fs::write(scratch.path().join(list), "").unwrap();
    }
    let seal = scratch.path().join("seals/dist.toml");
    let text = fs::read_to_string(&seal).unwrap();
    let end = text.find("[entries]\n").unwrap() + "[entries]\n".len();
    fs::write(&seal, &text[..end]).unwrap();
    assert!(fails(scratch.path(), TOOLS[0]));
    assert!(!fails(scratch.path(), TOOLS[1]));
    assert!(fails(scratch.path(), TOOLS[4]));
}
