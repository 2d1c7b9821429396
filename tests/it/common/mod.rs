//! What the tests of the program share: a repository to work in, and runs of the binary that no
//! variable of the caller's environment can bend.

#![cfg(unix)]

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::time::Duration;

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

/// No run takes longer; one that waits for a FIFO, or for a lock, is killed and fails its test.
const LIMIT: Duration = Duration::from_secs(120);

/// A repository in a directory of its own, which goes with it.
pub(crate) struct Repo {
    root: PathBuf,
    _directory: TempDir,
}

/// What one run left behind.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
}

/// What `check --format json` said.
#[derive(Debug)]
pub(crate) struct Checked {
    pub(crate) code: i32,
    pub(crate) report: Value,
}

/// One finding of a report; the order is that of paths.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Found {
    pub(crate) path: Vec<u8>,
    pub(crate) kind: String,
    pub(crate) from: Option<Vec<u8>>,
    pub(crate) cause: Option<String>,
}

/// One thing in a tree that a test builds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Node {
    File(Vec<u8>),
    Exec(Vec<u8>),
    Link(OsString),
    Dir,
}

impl Repo {
    /// A repository without git: the seals directory marks its root.
    pub(crate) fn plain() -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let root = directory.path().canonicalize().expect("its real path");
        // Other users are let in: tests become one of them to lose the rights of root.
        fs::set_permissions(&root, fs::Permissions::from_mode(0o755)).expect("its mode");
        fs::create_dir(root.join("seals")).expect("the seals directory");
        Self { root, _directory: directory }
    }

    /// A git repository without a commit.
    pub(crate) fn in_git() -> Self {
        let repo = Self::plain();
        repo.git(&["init", "--quiet", "--initial-branch=main"]);
        repo
    }

    /// A repository without git, with a copy of `fixtures/release` in `release`, sealed.
    pub(crate) fn of_release() -> Self {
        let repo = Self::plain();
        copy(&fixture("release"), &repo.at("release")).expect("a copy of the release");
        repo.seal("release", "release");
        repo
    }

    pub(crate) fn at(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// Builds `tree` below the directory `root`, parents included.
    pub(crate) fn build(&self, root: &str, tree: &[(&str, Node)]) {
        fs::create_dir_all(self.at(root)).expect("the root of the tree");
        for (path, node) in tree {
            node.make(&self.at(root).join(path)).expect("a node of the tree");
        }
    }

    pub(crate) fn git(&self, arguments: &[&str]) -> Vec<u8> {
        let output = scrubbed("git").current_dir(&self.root).args(arguments).output();
        let output = output.expect("git runs");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git: {stderr}");
        output.stdout
    }

    /// The program, about to be started in the repository.
    pub(crate) fn command(&self, arguments: &[&str]) -> std::process::Command {
        let mut command = scrubbed(env!("CARGO_BIN_EXE_sealgate"));
        command.current_dir(&self.root).args(arguments);
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        run(self.command(arguments))
    }

    /// Makes the seal `name` of the directory `root`, without which the test is pointless.
    pub(crate) fn seal(&self, name: &str, root: &str) {
        let ran = self.run(&["seal", name, "--root", root]);
        assert_eq!(ran.code, 0, "sealgate seal {name}: {}", ran.stderr);
    }

    /// Runs `check --format json` with `arguments`.
    pub(crate) fn check(&self, arguments: &[&str]) -> Checked {
        let mut command = self.command(&["check", "--format", "json"]);
        command.args(arguments);
        let ran = run(command);
        let report = serde_json::from_slice(&ran.stdout)
            .unwrap_or_else(|error| panic!("no report ({error}): {}", ran.stderr));
        Checked { code: ran.code, report }
    }
}

impl Node {
    /// Makes it at `path`, and the directories above it.
    pub(crate) fn make(&self, path: &Path) -> io::Result<()> {
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        match self {
            Self::File(bytes) => fs::write(path, bytes),
            Self::Exec(bytes) => {
                fs::write(path, bytes)?;
                fs::set_permissions(path, fs::Permissions::from_mode(0o755))
            }
            Self::Link(target) => symlink(target, path),
            Self::Dir => fs::create_dir_all(path),
        }
    }
}

impl Checked {
    /// The findings of all seals, sorted by path.
    pub(crate) fn findings(&self) -> Vec<Found> {
        let seals = self.report["seals"].as_array().expect("seals");
        let findings = seals.iter().flat_map(|seal| seal["findings"].as_array().expect("findings"));
        let mut found: Vec<Found> = findings.map(Found::read).collect();
        found.sort();
        found
    }

    /// The codes of the errors, in the order of the report.
    pub(crate) fn errors(&self) -> Vec<&str> {
        let errors = self.report["errors"].as_array().expect("errors");
        errors.iter().map(|error| error["code"].as_str().expect("a code")).collect()
    }
}

impl Found {
    fn read(finding: &Value) -> Self {
        let text = |key: &str| finding[key].as_str().map(str::to_owned);
        let path = match finding["path_bytes"].as_str() {
            Some(hex) => unhex(hex),
            None => text("path").expect("a path").into_bytes(),
        };
        let kind = text("kind").expect("a kind");
        Self { path, kind, from: text("from").map(String::into_bytes), cause: text("cause") }
    }
}

/// A directory of the committed fixtures.
pub(crate) fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}

/// Runs `command`, but not for ever.
pub(crate) fn run(command: std::process::Command) -> Ran {
    let shown = format!("{command:?}");
    let output = Command::from_std(command).timeout(LIMIT).output().expect("the program runs");
    let Some(code) = output.status.code() else {
        panic!("{}, perhaps after {LIMIT:?}: {shown}", output.status)
    };
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    Ran { code, stdout: output.stdout, stderr }
}

/// `program`, with nothing in its environment that could change what it does or how it looks.
pub(crate) fn scrubbed<P: AsRef<OsStr>>(program: P) -> std::process::Command {
    const EXACT: [&str; 5] = ["CI", "NO_COLOR", "RAYON_NUM_THREADS", "TERM", "XDG_CONFIG_HOME"];
    const BEGINNINGS: [&str; 5] = ["CLICOLOR", "GITHUB_", "GIT_", "RUNNER_", "SEALGATE_"];
    let mut command = std::process::Command::new(program);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if EXACT.contains(&&*text) || BEGINNINGS.iter().any(|begin| text.starts_with(begin)) {
            command.env_remove(&name);
        }
    }
    command.envs([
        ("HOME", "/nonexistent"),
        ("GIT_CONFIG_GLOBAL", "/dev/null"),
        ("GIT_CONFIG_NOSYSTEM", "1"),
        // Whoever commits in a test; sealgate does not look at these.
        ("GIT_AUTHOR_NAME", "T"),
        ("GIT_AUTHOR_EMAIL", "t@example.org"),
        ("GIT_COMMITTER_NAME", "T"),
        ("GIT_COMMITTER_EMAIL", "t@example.org"),
    ]);
    command
}

/// Makes a FIFO at `path`. By the command, since `mknod` makes none on macOS.
pub(crate) fn make_fifo(path: &Path) {
    let made = Command::new("mkfifo").arg(path).output().expect("mkfifo runs");
    assert!(made.status.success(), "mkfifo {}", path.display());
}

/// Makes a socket at `path` to which nobody listens.
pub(crate) fn make_socket(path: &Path) -> io::Result<()> {
    std::os::unix::net::UnixListener::bind(path).map(drop)
}

/// Copies a file, a link or a whole directory, modes included, links as links.
pub(crate) fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let metadata = from.symlink_metadata()?;
    if metadata.is_symlink() {
        return symlink(fs::read_link(from)?, to);
    }
    if metadata.is_file() {
        return fs::copy(from, to).map(drop);
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

fn unhex(hex: &str) -> Vec<u8> {
    let digit = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).expect("two hex digits");
    (0..hex.len()).step_by(2).map(digit).collect()
}

// Each test file uses a part of this and compiles all of it: none of it is dead.
const _: () = {
    let _ = (Repo::plain, Repo::in_git, Repo::of_release, Repo::at, Repo::build, Repo::git);
    let _ =
        (Repo::command, Repo::run, Repo::seal, Repo::check, fixture, run, scrubbed::<&str>, copy);
    let _ = (Node::File, Node::Exec, Node::Link, Node::Dir, Node::make);
    let _ = (Checked::findings, Checked::errors, |checked: &Checked| checked.code);
};
