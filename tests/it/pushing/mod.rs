//! A repository with seals, a bare remote beside it, and pushes by real git.

#![cfg(unix)]

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::support::{Repo, Run, run, scrubbed};

/// A repository with a remote called `origin`, both in directories of their own.
pub(crate) struct Project {
    pub(crate) repo: Repo,
    outside: TempDir,
}

impl Project {
    /// Without a commit, in the object format `format`.
    pub(crate) fn empty(format: &str) -> Self {
        let (repo, outside) = (Repo::plain(), tempfile::tempdir().unwrap());
        let format = format!("--object-format={format}");
        let main = "--initial-branch=main";
        repo.git(&["init", "--quiet", main, &format]);
        let project = Self { repo, outside };
        let remote = project.remote().to_str().unwrap().to_owned();
        project.repo.git(&["init", "--quiet", "--bare", main, &format, &remote]);
        project.repo.git(&["remote", "add", "origin", &remote]);
        project.name_author();
        project
    }

    /// With the commit `good`, whose root `dist` is kept in git and sealed; and with the hook.
    pub(crate) fn sealed() -> Self {
        Self::sealed_in("sha1")
    }

    pub(crate) fn sealed_in(format: &str) -> Self {
        Self::once(format, || {
            let project = Self::empty(format);
            project.write("dist/app.js", "export const notes = [];\n");
            project.git(&["add", "dist"]);
            project.repo.seal("dist", "dist");
            project.commit("Seal dist");
            project.git(&["branch", "good"]);
            project.install();
            project
        })
    }

    /// What `make` makes: see `Repo::once`.
    #[track_caller]
    pub(crate) fn once(arguments: &str, make: impl FnOnce() -> Self) -> Self {
        let (repo, outside, ()) = Repo::once_beside(arguments, || {
            let Self { repo, outside } = make();
            (repo, outside, ())
        });
        Self { repo, outside }
    }

    pub(crate) fn install(&self) {
        let ran = self.repo.run(&["hook", "install"]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
    }

    fn name_author(&self) {
        self.git(&["config", "user.name", "A Person"]);
        self.git(&["config", "user.email", "person@example.org"]);
    }

    pub(crate) fn remote(&self) -> PathBuf {
        self.outside.path().join("remote.git")
    }

    /// A place outside of the repository.
    pub(crate) fn outside(&self, name: &str) -> PathBuf {
        self.outside.path().join(name)
    }

    pub(crate) fn write(&self, path: &str, content: &str) {
        let path = self.repo.at(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Commits everything that is there.
    pub(crate) fn commit(&self, message: &str) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", message]);
    }

    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        String::from_utf8(self.repo.git(arguments)).unwrap().trim_end().to_owned()
    }

    pub(crate) fn id(&self, revision: &str) -> String {
        self.git(&["rev-parse", revision])
    }

    /// Puts `refspecs` on the remote, without asking the hook.
    pub(crate) fn seed(&self, refspecs: &[&str]) {
        let arguments = ["push", "--quiet", "--no-verify", "origin"];
        if !refspecs.is_empty() {
            self.git(&[&arguments, refspecs].concat());
        }
    }

    /// `git push` in the repository, which finds this program in PATH.
    pub(crate) fn push(&self, arguments: &[&str]) -> Run {
        push_from(&self.repo.at("."), arguments)
    }

    /// What the remote has: each ref and its object, sorted.
    pub(crate) fn on_remote(&self) -> Vec<String> {
        let mut git = scrubbed("git");
        git.args(["for-each-ref", "--format=%(refname) %(objectname)"]).current_dir(self.remote());
        let ran = run(git);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        ran.stdout.lines().map(str::to_owned).collect()
    }

    /// Runs `hook pre-push` as a hook would be run, with `input`.
    pub(crate) fn pre_push(&self, input: &[u8], variables: &[(&str, &str)]) -> Run {
        let mut command = self.repo.command(&["hook", "pre-push", "origin", "URL"]);
        forget_pre_commit(&mut command);
        run_with_input(command.envs(variables.iter().copied()), input)
    }
}

/// `git push` in `directory`, which finds this program in PATH.
pub(crate) fn push_from(directory: &Path, arguments: &[&str]) -> Run {
    let mut git = scrubbed("git");
    git.current_dir(directory).arg("push").args(arguments).env("PATH", path_with_program());
    forget_pre_commit(&mut git);
    run(git)
}

/// Takes away what a hook manager said that runs these tests.
pub(crate) fn forget_pre_commit(command: &mut Command) {
    for name in ["", "_FROM_REF", "_TO_REF", "_LOCAL_BRANCH", "_REMOTE_BRANCH"] {
        command.env_remove(format!("PRE_COMMIT{name}"));
    }
}

/// Runs `command` with `input` on stdin.
pub(crate) fn run_with_input(command: &mut Command, input: &[u8]) -> Run {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), input).unwrap();
    let output = command.stdin(fs::File::open(file.path()).unwrap()).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    Run {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr,
    }
}

/// Copies the program by another one: a file that this process, or one that another test begins in
/// this moment, has open for writing cannot be run.
pub(crate) fn copy_program(to: &Path) {
    let mut copy = scrubbed("cp");
    copy.arg(env!("CARGO_BIN_EXE_sealgate")).arg(to);
    assert_eq!(run(copy).code, 0);
}

pub(crate) fn path_with_program() -> OsString {
    let program = Path::new(env!("CARGO_BIN_EXE_sealgate")).parent().unwrap().to_owned();
    let path = std::env::var_os("PATH").unwrap();
    std::env::join_paths([program].into_iter().chain(std::env::split_paths(&path))).unwrap()
}

/// PATH without any `sealgate`.
pub(crate) fn path_without_program() -> OsString {
    let path = std::env::var_os("PATH").unwrap();
    let others = std::env::split_paths(&path).filter(|place| !place.join("sealgate").exists());
    std::env::join_paths(others).unwrap()
}

// Each test file uses a part of this and compiles all of it: none of it is dead.
const _: () = {
    let _ = (Project::empty, Project::sealed, Project::sealed_in, Project::outside);
    let _ = (Project::seed, Project::push, Project::on_remote, Project::pre_push, Project::id);
    let _ = (
        path_without_program,
        copy_program,
        push_from,
        Project::write,
        Project::commit,
        Project::install,
    );
};
