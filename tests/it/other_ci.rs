//! The recipes for other CI systems run as they stand: examples/ci.sh, and the script of
//! examples/gitlab-ci.yml; and they fail where the bytes do.

#![cfg(unix)]

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::support::{Repo, Run, run, scrubbed};

const GITLAB: &str = include_str!("../../examples/gitlab-ci.yml");

/// A project whose `build.sh` makes `dist`, under seal.
fn project() -> Repo {
    Repo::once("", || {
        let repo = Repo::in_git();
        fs::write(repo.at(".gitignore"), "dist\n*.tar\nsealgate.*\n*.json\n").unwrap();
        fs::write(
            repo.at("build.sh"),
            "mkdir dist && echo app > dist/app.js && ln -s app.js dist/l",
        )
        .unwrap();
        assert_eq!(sh(&repo.at("."), "sh build.sh", &[]).code, 0);
        repo.seal("dist", "dist");
        commit(&repo);
        repo
    })
}

fn commit(repo: &Repo) -> String {
    repo.git(&["add", "--all"]);
    repo.git(&["commit", "--quiet", "--allow-empty", "--message", "Commit"]);
    String::from_utf8(repo.git(&["rev-parse", "HEAD"])).unwrap().trim().to_owned()
}

/// A clone as CI makes one, of the last commit alone.
fn clone(repo: &Repo) -> TempDir {
    repo.git(&["config", "uploadpack.allowAnySHA1InWant", "true"]);
    let room = tempfile::tempdir().unwrap();
    let url = format!("file://{}", repo.at(".").canonicalize().unwrap().display());
    let mut git = scrubbed("git");
    git.args(["clone", "--quiet", "--depth=1", &url]).arg(room.path().join("clone"));
    assert_eq!(run(git).code, 0);
    room
}

fn sh(directory: &Path, script: &str, variables: &[(&str, &str)]) -> Run {
    let binary = Path::new(env!("CARGO_BIN_EXE_sealgate")).parent().unwrap();
    let path = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap());
    let mut shell = scrubbed("sh");
    shell.args(["-e", "-c", script]).current_dir(directory).env("PATH", path);
    shell.env("CI", "true").envs(variables.iter().copied());
    run(shell)
}

/// The commands of the job `name`, as GitLab runs them.
fn script(name: &str) -> String {
    let (_, job) = GITLAB.split_once(&format!("\n{name}:\n")).unwrap();
    let (_, below) = job.split_once("\n  script:\n").unwrap();
    let lines = below.lines().take_while(|line| line.starts_with("    "));
    let mut commands = Vec::new();
    for line in lines.map(str::trim).filter(|line| !line.starts_with('#')) {
        match line.strip_prefix("- ") {
            Some(">-") => commands.push(String::new()),
            Some(command) => commands.push(command.to_owned()),
            // A folded line goes on.
            None => {
                let last: &mut String = commands.last_mut().unwrap();
                *last = format!("{last} {line}");
            }
        }
    }
    commands.join("\n")
}

#[test]
fn the_jobs_for_gitlab_pass_what_is_sealed_and_fail_what_is_not() {
    for (more, code, says) in
        [("", 0, "failures=\"0\""), ("\necho drift >> dist/app.js", 1, "<failure")]
    {
        let repo = project();
        let script_before = fs::read_to_string(repo.at("build.sh")).unwrap();
        fs::write(repo.at("build.sh"), script_before + more).unwrap();
        let commit = commit(&repo);
        let room = clone(&repo);
        let here = room.path().join("clone");
        let built = sh(&here, &script("build"), &[]);
        assert_eq!(built.code, 0, "{}", built.stderr);
        // The other job has a checkout of its own, and nothing that was built is in it.
        fs::remove_dir_all(here.join("dist")).unwrap();
        let ran = sh(&here, &script("sealgate"), &[("CI_COMMIT_SHA", &commit)]);
        assert!(!here.join("dist").exists(), "the archive was unpacked in the checkout");
        assert_eq!(ran.code, code, "{ran:?}");
        let junit = fs::read_to_string(here.join("sealgate.xml")).unwrap();
        assert!(junit.contains(says), "{junit}");
        let quality = fs::read_to_string(here.join("gl-code-quality-report.json")).unwrap();
        assert_eq!(quality.contains("seals/dist.toml"), code == 1, "{quality}");
        // A merge request names its base, which a clone that is cut off has not.
        let base = ("CI_MERGE_REQUEST_DIFF_BASE_SHA", &*"7".repeat(40));
        let ran = sh(&here, &script("sealgate"), &[("CI_COMMIT_SHA", &commit), base]);
        assert_eq!(ran.code, 2, "{ran:?}");
    }
}

#[test]
fn an_archive_of_gitlab_that_leads_to_approved_bytes_elsewhere_does_not_pass() {
    let repo = project();
    let commit = commit(&repo);
    let room = clone(&repo);
    let here = room.path().join("clone");
    assert_eq!(sh(&here, &script("build"), &[]).code, 0);
    let packs = [
        "ln -s \"$PWD/dist\" way && tar -cf built.tar way",
        "mkdir x && ln -s ../dist/app.js x/app.js && ln -s app.js x/l && tar -C x -cf built.tar .",
        "mkdir y && cp -r dist/. y && cp -r .git y/.git && tar -C y -cf built.tar .",
    ];
    for pack in packs {
        assert_eq!(sh(&here, pack, &[]).code, 0, "{pack}");
        let ran = sh(&here, &script("sealgate"), &[("CI_COMMIT_SHA", &commit)]);
        assert_eq!(ran.code, 1, "{pack}: {ran:?}");
    }
}

#[test]
fn the_recipe_for_any_system_fetches_its_base_and_fails_closed() {
    let repo = project();
    let base = commit(&repo);
    let head = commit(&repo);
    let recipe = include_str!("../../examples/ci.sh");
    let room = clone(&repo);
    let here = room.path().join("clone");
    assert_eq!(sh(&here, "sh build.sh", &[]).code, 0);
    let check = |variables: &[(&str, &str)]| sh(&here, recipe, variables);
    assert_eq!(check(&[("COMMIT", &head)]).code, 0);
    let ran = check(&[("COMMIT", &head), ("BASE", &base)]);
    assert_eq!(ran.code, 0, "the base was not fetched: {ran:?}");
    assert!(here.join("sealgate.json").is_file() && here.join("sealgate.xml").is_file());
    for variables in [&[][..], &[("COMMIT", "")], &[("COMMIT", &head), ("BASE", &"7".repeat(40))]] {
        assert_ne!(check(variables).code, 0, "{variables:?}");
    }
    fs::write(here.join("dist/app.js"), "drift").unwrap();
    assert_eq!(check(&[("COMMIT", &head), ("BASE", &base)]).code, 1);
    // A build that approves itself.
    assert_eq!(sh(&here, "sealgate seal dist --allow-ci", &[]).code, 0);
    assert_eq!(check(&[("COMMIT", &head)]).code, 1);
}
