//! The one sandbox of these tests: a throwaway repository, and the program as a user runs it, with
//! no variable of the caller's environment that could bend a run.

#![cfg(unix)]

mod checked;
mod hostile;
mod kept;
mod tree;

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use tempfile::TempDir;
use walkdir::WalkDir;

pub(crate) use checked::{Checked, Found};
pub(crate) use hostile::HOSTILE;
pub(crate) use tree::{Node, copy, fixture, make_fifo, make_socket, overwrite};

/// No run takes longer; one that waits for a FIFO, or for a lock, is killed and fails its test.
const LIMIT: Duration = Duration::from_secs(120);

/// Shell: what stands in for `npm`.
const NPM: &str = r#"#!/bin/sh
case $1 in
ci) mkdir -p node_modules ;;
run) exec sh -c "$(sed -n 's/.*"'"$2"'": *"\([^"]*\)".*/\1/p' package.json)" ;;
*) exit 2 ;;
esac
"#;

/// A directory that holds `repo`, the repository, and nothing else. It goes when this is dropped.
pub(crate) struct Repo {
    outside: TempDir,
    root: PathBuf,
}

/// What one run left behind.
#[derive(Debug)]
pub(crate) struct Run {
    /// The exit code, or minus the number of the signal that ended the run.
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Repo {
    /// A repository without git: the seals directory marks its root.
    pub(crate) fn plain() -> Self {
        let repo = Self::with(&[]);
        fs::create_dir(repo.at("seals")).expect("the seals directory");
        repo
    }

    /// A directory without git and without seals, with these files.
    pub(crate) fn with(files: &[(&str, &str)]) -> Self {
        let outside = tempfile::tempdir().expect("a temporary directory");
        let root = outside.path().canonicalize().expect("its real path").join("repo");
        fs::create_dir(&root).expect("the root of the repository");
        // Other users are let in: tests become one of them to lose the rights of root.
        for directory in [outside.path(), &root] {
            fs::set_permissions(directory, fs::Permissions::from_mode(0o755)).expect("its mode");
        }
        let repo = Self { outside, root };
        for (path, content) in files {
            repo.write(path, content);
        }
        repo
    }

    /// A git repository without a commit.
    pub(crate) fn in_git() -> Self {
        Self::once("", || {
            let repo = Self::plain();
            repo.git(&["init", "--quiet", "--initial-branch=main"]);
            repo
        })
    }

    /// A repository without git, with a copy of `fixtures/release` in `release`, sealed.
    pub(crate) fn of_release() -> Self {
        let repo = Self::plain();
        copy(&fixture("release"), &repo.at("release")).expect("a copy of the release");
        repo.seal("release", "release");
        repo
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.root.clone()
    }

    pub(crate) fn at(&self, path: impl AsRef<Path>) -> PathBuf {
        self.root.join(path)
    }

    /// Builds `tree` below the directory `root`, parents included.
    pub(crate) fn build(&self, root: &str, tree: &[(&str, Node)]) {
        fs::create_dir_all(self.at(root)).expect("the root of the tree");
        for (path, node) in tree {
            node.make(&self.at(root).join(path)).expect("a node of the tree");
        }
    }

    /// Writes a file, and the directories above it.
    pub(crate) fn write(&self, path: impl AsRef<Path>, content: impl AsRef<[u8]>) {
        let path = self.at(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    pub(crate) fn read(&self, path: impl AsRef<Path>) -> String {
        fs::read_to_string(self.at(path)).unwrap()
    }

    /// Runs git, which must succeed; gives back what it printed.
    #[track_caller]
    pub(crate) fn git(&self, arguments: &[&str]) -> Vec<u8> {
        let output = self.scrubbed("git").args(arguments).output().expect("git runs");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git: {stderr}");
        output.stdout
    }

    /// Puts a stand-in of `npm` into the search path of what is run here, because not every machine has
    /// Node.js: `npm run NAME` runs that script of `package.json`, a line without quotation marks, and
    /// `npm ci` makes `node_modules`. The judges run the real one.
    pub(crate) fn with_npm(self) -> Self {
        let bin = self.programs();
        fs::create_dir(&bin).unwrap();
        fs::write(bin.join("npm"), NPM).unwrap();
        fs::set_permissions(bin.join("npm"), fs::Permissions::from_mode(0o755)).unwrap();
        self
    }

    /// A directory beside the repository for programs that come first in the search path.
    fn programs(&self) -> PathBuf {
        self.outside.path().join("bin")
    }

    /// `program`, about to be started at the root of the repository. Its home is the directory
    /// around the repository.
    fn scrubbed(&self, program: &str) -> Command {
        let mut command = scrubbed(program);
        command.env("HOME", self.outside.path()).current_dir(&self.root);
        if self.programs().is_dir() {
            command.env("PATH", self.search_path(&[]));
        }
        command
    }

    /// The search path of what is run here, with `more` in front of that of this process.
    fn search_path(&self, more: &[&Path]) -> OsString {
        let own = self.programs();
        let first = [&*own].into_iter().chain(more.iter().copied()).map(Path::to_owned);
        let path = std::env::var_os("PATH").unwrap();
        std::env::join_paths(first.chain(std::env::split_paths(&path))).unwrap()
    }

    /// The program, about to be started at the root of the repository.
    pub(crate) fn command<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Command {
        let mut command = self.scrubbed(env!("CARGO_BIN_EXE_sealgate"));
        command.args(arguments);
        command
    }

    /// Runs the program to its end.
    pub(crate) fn run<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Run {
        run(self.command(arguments))
    }

    /// Runs `script` at `directory` as the user of the repository would, in a shell that stops at the
    /// first failure; `sealgate` is the program under test.
    pub(crate) fn script(&self, directory: &Path, script: &str) -> Output {
        self.shell(directory, script).output().unwrap()
    }

    /// Runs `lines` at the root in the same way, with what they print as text.
    pub(crate) fn paste(&self, lines: &str) -> Run {
        run(self.shell(&self.root, lines))
    }

    fn shell(&self, directory: &Path, script: &str) -> Command {
        let directories = Path::new(env!("CARGO_BIN_EXE_sealgate")).parent().unwrap();
        let mut shell = self.scrubbed("bash");
        // What the user configures for all repositories is in the home of the sandbox.
        shell.env("PATH", self.search_path(&[directories])).current_dir(directory);
        shell.args(["-e", "-c", script]);
        shell
    }

    /// Makes the seal `name` of the directory `root`, without which the test is pointless.
    #[track_caller]
    pub(crate) fn seal(&self, name: &str, root: &str) {
        let run = self.run(&["seal", name, "--root", root]);
        assert_eq!(run.code, 0, "sealgate seal {name}: {}", run.stderr);
    }

    /// Runs `check --format json` with `arguments`.
    #[track_caller]
    pub(crate) fn check(&self, arguments: &[&str]) -> Checked {
        let run = self.run(&[&["check", "--format", "json"], arguments].concat());
        let report = serde_json::from_str(&run.stdout)
            .unwrap_or_else(|error| panic!("no report ({error}): {}", run.stderr));
        Checked { code: run.code, report }
    }

    /// Everything in the repository: kind, mode, identity, time and content of each path. Nothing
    /// but regular files is opened.
    pub(crate) fn contents(&self) -> BTreeMap<PathBuf, String> {
        let mut contents = BTreeMap::new();
        for entry in WalkDir::new(self.root()) {
            let (path, described) = match entry {
                Ok(entry) => (entry.path().to_owned(), describe(entry.path())),
                // Listed as a directory, and then closed to us.
                Err(error) => (error.path().unwrap().join("?"), error.to_string()),
            };
            contents.insert(path, described);
        }
        contents
    }
}

fn describe(path: &Path) -> String {
    let Ok(found) = fs::symlink_metadata(path) else { return "closed".to_owned() };
    let held = if found.is_file() && found.len() < 1 << 20 {
        let bytes = fs::read(path);
        bytes.map_or("closed".to_owned(), |bytes| blake3::hash(&bytes).to_string())
    } else {
        format!("{:?}", fs::read_link(path).ok())
    };
    let (seconds, fraction) = (found.mtime(), found.mtime_nsec());
    format!("{:o} {} {seconds}.{fraction} {held}", found.mode(), found.ino())
}

impl Drop for Repo {
    fn drop(&mut self) {
        unlock(&self.root);
    }
}

/// Gives back the rights that a test took, without which nothing can be removed. What fails here
/// stays behind in the directory for temporary files, and changes no outcome.
fn unlock(directory: &Path) {
    let _ = fs::set_permissions(directory, fs::Permissions::from_mode(0o755));
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    for entry in entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())) {
        unlock(&entry.path());
    }
}

impl Run {
    /// Demands an error as a person can use it: exit code 2, and each error with its next step.
    /// Gives back what was printed on stderr.
    #[track_caller]
    pub(crate) fn refusal(&self) -> &str {
        assert_eq!(self.code, 2, "{self:#?}");
        let lines: Vec<&str> = self.stderr.lines().collect();
        let errors = lines.iter().enumerate().filter(|(_, line)| line.starts_with("error: "));
        let next = |at: usize| lines.get(at + 1).is_some_and(|line| line.starts_with("  next: "));
        let without: Vec<_> = errors.clone().filter(|(at, _)| !next(*at)).collect();
        assert!(without.is_empty(), "errors without a next step: {without:#?}");
        assert_ne!(errors.count(), 0, "{self:#?}");
        &self.stderr
    }
}

/// Runs `command`, but not for ever.
pub(crate) fn run(command: Command) -> Run {
    const KILLED: i32 = 9;
    let shown = format!("{command:?}");
    let output = assert_cmd::Command::from_std(command).timeout(LIMIT).output();
    let output = output.expect("the program runs");
    let signal = output.status.signal();
    assert_ne!(signal, Some(KILLED), "killed, perhaps after {LIMIT:?}: {shown}");
    let code = output.status.code().or_else(|| signal.map(|number| -number));
    Run {
        code: code.expect("an exit code or a signal"),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// `program`, with nothing in its environment that could change what it does or how it looks.
pub(crate) fn scrubbed<P: AsRef<OsStr>>(program: P) -> Command {
    const EXACT: [&str; 5] = ["CI", "NO_COLOR", "RAYON_NUM_THREADS", "TERM", "XDG_CONFIG_HOME"];
    const BEGINNINGS: [&str; 5] = ["CLICOLOR", "GITHUB_", "GIT_", "RUNNER_", "SEALGATE_"];
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if EXACT.contains(&&*text) || BEGINNINGS.iter().any(|begin| text.starts_with(begin)) {
            command.env_remove(&name);
        }
    }
    command.envs([
        ("HOME", "/nonexistent"),
        ("GIT_CONFIG_NOSYSTEM", "1"),
        // What a new repository begins with: less than git's own, which copies a dozen samples.
        ("GIT_TEMPLATE_DIR", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/support/template")),
        // Whoever commits in a test; sealgate does not look at these.
        ("GIT_AUTHOR_NAME", "T"),
        ("GIT_AUTHOR_EMAIL", "t@example.org"),
        ("GIT_COMMITTER_NAME", "T"),
        ("GIT_COMMITTER_EMAIL", "t@example.org"),
    ]);
    command
}

/// Runs `script` at the root of `repo`; it must succeed.
#[track_caller]
pub(crate) fn shell(repo: &Repo, script: &str) {
    shell_in(repo, &repo.root(), script);
}

/// Runs `script` at `directory`; it must succeed.
#[track_caller]
pub(crate) fn shell_in(repo: &Repo, directory: &Path, script: &str) {
    let output = repo.script(directory, script);
    assert!(output.status.success(), "{script}: {output:?}");
}

/// Demands that `arguments` are refused with `says`, and that nothing is written.
#[track_caller]
pub(crate) fn refused(repo: &Repo, arguments: &[&str], says: &str) {
    let before = repo.contents();
    let run = repo.run(arguments);
    let refusal = run.refusal();
    assert!(refusal.contains(says), "{arguments:?} should say {says:?}:\n{refusal}");
    assert_eq!(repo.contents(), before, "{arguments:?} wrote something");
}
