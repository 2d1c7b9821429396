//! A throwaway repository, and the program as a user runs it. Small on purpose.

#![cfg(unix)]

mod hostile;
mod postgres;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use tempfile::TempDir;
use walkdir::WalkDir;

pub(crate) use hostile::HOSTILE;
pub(crate) use postgres::Cluster;

/// Longer than any run here takes; a run that waits for something is killed and has no exit code.
const WATCHDOG: Duration = Duration::from_secs(20);

/// A directory that holds `repo`, the repository, and nothing else.
pub(crate) struct Repo {
    outside: TempDir,
}

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Run {
    /// `None` if a signal ended it, the watchdog's too.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Repo {
    /// A repository without git, with these files.
    pub(crate) fn with(files: &[(&str, &str)]) -> Self {
        let outside = tempfile::tempdir().unwrap();
        fs::set_permissions(outside.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let repo = Self { outside };
        fs::create_dir(repo.root()).unwrap();
        for (path, content) in files {
            repo.write(path, content);
        }
        repo
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.outside.path().join("repo")
    }

    pub(crate) fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.root().join(path)
    }

    /// Writes a file, and the directories above it.
    pub(crate) fn write(&self, path: impl AsRef<Path>, content: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    pub(crate) fn read(&self, path: impl AsRef<Path>) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    /// The program at the root of the repository, with nothing of the tests' own environment
    /// that could change what it does.
    pub(crate) fn sealgate<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sealgate"));
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            let speaks = matches!(&*text, "CI" | "NO_COLOR" | "CLICOLOR_FORCE" | "XDG_CONFIG_HOME");
            let ours = ["GITHUB_", "GIT_", "SEALGATE_"].iter().any(|begin| text.starts_with(begin));
            if speaks || ours {
                command.env_remove(&name);
            }
        }
        command.env("HOME", self.outside.path()).current_dir(self.root()).args(arguments);
        command
    }

    /// Runs `script` at `directory` as the user of the repository would, in a shell that stops at the
    /// first failure; `sealgate` is the program under test.
    pub(crate) fn script(&self, directory: &Path, script: &str) -> Output {
        let program = self.sealgate(&[""; 0]);
        let mut shell = Command::new("bash");
        for (name, value) in program.get_envs() {
            match value {
                Some(value) => shell.env(name, value),
                None => shell.env_remove(name),
            };
        }
        let directories = Path::new(env!("CARGO_BIN_EXE_sealgate")).parent().unwrap();
        let path = format!("{}:{}", directories.display(), std::env::var("PATH").unwrap());
        shell.env("PATH", path).env("GIT_CONFIG_NOSYSTEM", "1").current_dir(directory);
        for role in ["AUTHOR", "COMMITTER"] {
            shell.env(format!("GIT_{role}_NAME"), "a").env(format!("GIT_{role}_EMAIL"), "a@b");
        }
        shell.args(["-e", "-c", script]).output().unwrap()
    }

    /// Runs the program to its end.
    pub(crate) fn run<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Run {
        Run::of(self.sealgate(arguments))
    }

    /// Everything in the repository: kind, mode, identity, time and content of each path. Nothing
    /// but regular files is opened.
    pub(crate) fn contents(&self) -> BTreeMap<PathBuf, String> {
        let mut contents = BTreeMap::new();
        for entry in WalkDir::new(self.root()) {
            let (path, said) = match entry {
                Ok(entry) => (entry.path().to_owned(), described(entry.path())),
                // Listed as a directory, and then closed to us.
                Err(error) => (error.path().unwrap().join("?"), error.to_string()),
            };
            contents.insert(path, said);
        }
        contents
    }
}

fn described(path: &Path) -> String {
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
        unlock(&self.root());
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
    pub(crate) fn of(command: Command) -> Self {
        let output = assert_cmd::Command::from_std(command).timeout(WATCHDOG).output().unwrap();
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Demands an error as a person can use it: exit code 2, and each error with its next step.
    /// Gives back what was said.
    #[track_caller]
    pub(crate) fn refusal(&self) -> &str {
        assert_eq!(self.code, Some(2), "{self:#?}");
        let lines: Vec<&str> = self.stderr.lines().collect();
        let errors = lines.iter().enumerate().filter(|(_, line)| line.starts_with("error: "));
        let next = |at: usize| lines.get(at + 1).is_some_and(|line| line.starts_with("  next: "));
        let without: Vec<_> = errors.clone().filter(|(at, _)| !next(*at)).collect();
        assert!(without.is_empty(), "errors without a next step: {without:#?}");
        assert_ne!(errors.count(), 0, "{self:#?}");
        &self.stderr
    }
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
    let said = run.refusal();
    assert!(said.contains(says), "{arguments:?} should say {says:?}:\n{said}");
    assert_eq!(repo.contents(), before, "{arguments:?} wrote something");
}
