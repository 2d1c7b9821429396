//! Pushes through pre-commit, prek, lefthook and husky, set up as docs/pre-push.md says.

#![cfg(unix)]

use std::fs;
use std::path::Path;

use crate::pushing;
use crate::pushing::{Project, path_with_program};
use crate::support::{Run, run, scrubbed};

const PASS: &str = "PASS  1 commit, 1 seal (dist)";

/// The snippet of docs/pre-push.md that follows the line `<!-- NAME -->`.
fn snippet(name: &str) -> String {
    let document = include_str!("../../docs/pre-push.md");
    let marked = document.split_once(&format!("<!-- {name} -->\n")).expect("a marked snippet").1;
    let block = marked.split_once("```").unwrap().1.split_once('\n').unwrap().1;
    block.split_once("```").unwrap().0.to_owned()
}

/// A project as [`Project::sealed`], whose hook is not ours.
fn project() -> Project {
    let project = Project::sealed();
    assert_eq!(project.repo.run(&["hook", "uninstall"]).code, 0);
    project
}

/// `program` in the project, with the places that it writes to outside of it.
fn tool(project: &Project, program: &str, arguments: &[&str]) -> Run {
    let mut command = scrubbed(program);
    command.args(arguments).current_dir(project.repo.at(".")).env("PATH", path_with_program());
    for (name, place) in homes(project) {
        command.env(name, place);
    }
    pushing::forget_pre_commit(&mut command);
    run(command)
}

fn homes(project: &Project) -> [(&'static str, std::path::PathBuf); 3] {
    let place = |name| project.outside(name);
    [("PRE_COMMIT_HOME", place("pre-commit")), ("PREK_HOME", place("prek")), ("HOME", place(""))]
}

#[track_caller]
fn set_up(project: &Project, program: &str, arguments: &[&str]) {
    let ran = tool(project, program, arguments);
    assert_eq!(ran.code, 0, "{program}: {} {}", ran.stdout, ran.stderr);
}

/// Pushes, and demands that it arrives or not, and that `said` is said.
#[track_caller]
fn push(project: &Project, refspecs: &[&str], arrives: bool, said: &str) {
    let before = project.on_remote();
    let ran = tool(project, "git", &[&["push", "origin"], refspecs].concat());
    let all = format!("{}{}", ran.stdout, ran.stderr);
    assert_eq!(ran.code == 0, arrives, "{refspecs:?}: {all}");
    assert_eq!(project.on_remote() != before, arrives, "{refspecs:?}: {all}");
    assert!(all.contains(said), "{refspecs:?} should say {said:?}: {all}");
}

/// The pushes that every manager gets right.
fn push_through(project: &Project) {
    project.write("README.md", "# Notes\n");
    project.commit("Write");
    project.git(&["checkout", "--quiet", "-b", "drifted", "main"]);
    project.write("dist/app.js", "drift\n");
    project.commit("Drift");
    project.git(&["checkout", "--quiet", "main"]);
    // A root commit, a new branch with a drifted one, and an update of each kind.
    push(project, &["good:refs/heads/main"], true, "");
    push(project, &["drifted:refs/heads/topic"], false, "1 finding in dist of ");
    push(project, &["drifted:main"], false, "To push anyway: git push --no-verify");
    push(project, &["main"], true, "");
    push(project, &["good:refs/heads/old"], true, "");
    push(project, &[":old", "main:refs/heads/next"], true, "");
}

/// Takes the hooks from a repository that has this one's manifest, as pre-commit takes them from here.
fn configure(project: &Project) {
    let hooks = project.outside("hooks");
    fs::create_dir(&hooks).unwrap();
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join(".pre-commit-hooks.yaml");
    fs::copy(manifest, hooks.join(".pre-commit-hooks.yaml")).unwrap();
    let git = |arguments: &[&str]| {
        let mut git = scrubbed("git");
        git.args(["-c", "user.name=a", "-c", "user.email=a@b"]).args(arguments);
        let ran = run({
            git.current_dir(&hooks);
            git
        });
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        ran.stdout.trim_end().to_owned()
    };
    git(&["init", "--quiet"]);
    git(&["add", "."]);
    git(&["commit", "--quiet", "--message", "Hooks"]);
    let revision = git(&["rev-parse", "HEAD"]);
    let text = snippet("pre-commit")
        .replace("https://github.com/OWNER/sealgate", hooks.to_str().unwrap())
        .replace("SHA", &revision)
        .replace("id: sealgate\n", "id: sealgate-system\n");
    project.write(".pre-commit-config.yaml", &text);
    project.commit("Configure");
    // What was there before is not what they would push as the first commit of all.
    project.git(&["branch", "--force", "good"]);
}

/// The wheel for this machine that `.ci/packages` made.
fn wheel() -> std::path::PathBuf {
    let packages = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/packages");
    let files = fs::read_dir(packages).expect("run .ci/packages first");
    let mut paths = files.map(|file| file.unwrap().path());
    paths.find(|path| path.extension().is_some_and(|end| end == "whl")).expect("a wheel")
}

#[test]
#[ignore = "needs pre-commit, which .ci/run installs, and the wheel that .ci/packages makes"]
fn pushes_through_pre_commit_with_the_wheel() {
    let project = project();
    let wheel = wheel();
    let text = snippet("pre-commit, wheel").replace("sealgate==VERSION", wheel.to_str().unwrap());
    project.write(".pre-commit-config.yaml", &text);
    project.commit("Configure");
    project.git(&["branch", "--force", "good"]);
    set_up(&project, "pre-commit", &["install", "--hook-type", "pre-push"]);
    push_through(&project);
    let installed = |entry: walkdir::DirEntry| entry.path().ends_with("bin/sealgate");
    let mut places = walkdir::WalkDir::new(project.outside("pre-commit")).into_iter();
    assert!(places.any(|entry| installed(entry.unwrap())), "the program in PATH was run");
}

#[test]
#[ignore = "needs pre-commit, which .ci/run installs"]
fn pushes_through_pre_commit() {
    let project = project();
    configure(&project);
    set_up(&project, "pre-commit", &["install", "--hook-type", "pre-push"]);
    push_through(&project);
    gap(&project);
    by_hand(&project, "pre-commit");
    beside(&project, "pre-commit");
}

#[test]
#[ignore = "needs prek, which .ci/run installs"]
fn pushes_through_prek() {
    let project = project();
    configure(&project);
    set_up(&project, "prek", &["install", "--hook-type", "pre-push"]);
    push_through(&project);
    gap(&project);
    by_hand(&project, "prek");
    beside(&project, "prek");
}

/// What docs/pre-push.md says of both: the first ref that brings commits speaks for all, and a ref
/// to a commit that the remote has already is not looked at.
fn gap(project: &Project) {
    project.git(&["branch", "--force", "a", "main"]);
    project.git(&["commit", "--quiet", "--allow-empty", "--message", "More"]);
    project.git(&["branch", "--force", "a"]);
    push(project, &["a", "drifted:refs/heads/z"], true, "Passed");
    project.git(&["fetch", "--quiet"]);
    push(project, &["drifted:refs/heads/y"], true, "");
    push(project, &[":y", ":z"], true, "");
    project.git(&["fetch", "--quiet", "--prune"]);
}

/// The stage `manual` judges what is checked out.
fn by_hand(project: &Project, program: &str) {
    let arguments = ["run", "--hook-stage", "manual", "--all-files", "--verbose"];
    let ran = tool(project, program, &arguments);
    let said = ran.stdout.clone() + &ran.stderr;
    assert!(ran.code == 0 && said.contains(PASS), "{said}");
    project.git(&["checkout", "--quiet", "drifted"]);
    let ran = tool(project, program, &arguments);
    let said = ran.stdout.clone() + &ran.stderr;
    assert!(ran.code != 0 && said.contains("1 finding in dist of "), "{said}");
    project.git(&["checkout", "--quiet", "main"]);
}

/// The hook of our own closes the gap, whoever of the two comes first, and theirs runs as before.
fn beside(project: &Project, program: &str) {
    let ours = |arguments: &[&str], told: &str| {
        let ran = project.repo.run(&[&["hook"], arguments].concat());
        let said = ran.stdout.clone() + &ran.stderr;
        assert!(ran.code == 0 && said.contains(told), "{arguments:?}: {said}");
    };
    let closed = || {
        let refs = ["a:refs/heads/b", "drifted:refs/heads/z"];
        push(project, &refs, false, "1 finding in dist of ");
        project.git(&["commit", "--quiet", "--allow-empty", "--message", "More"]);
        push(project, &["main:refs/heads/last"], true, "Passed");
    };
    ours(&["install"], "then the hook that was there runs");
    closed();
    ours(&["uninstall"], "is back");
    let theirs = ["install", "--hook-type", "pre-push"];
    set_up(project, program, &["uninstall", "--hook-type", "pre-push"]);
    ours(&["install"], "installed .git/hooks/pre-push");
    set_up(project, program, &theirs);
    closed();
    for _ in 0..2 {
        ours(&["install"], ".git/hooks/pre-push.legacy is installed");
        set_up(project, program, &theirs);
    }
    closed();
    ours(&["uninstall"], "removed .git/hooks/pre-push.legacy");
    project.git(&["commit", "--quiet", "--allow-empty", "--message", "More"]);
    push(project, &["main:refs/heads/c", "drifted:refs/heads/z"], true, "Passed");
}

#[test]
#[ignore = "needs lefthook, which .ci/run installs"]
fn pushes_through_lefthook() {
    let project = project();
    project.write("lefthook.yml", &snippet("lefthook"));
    project.commit("Configure");
    set_up(&project, "lefthook", &["install"]);
    push_through(&project);
    push(&project, &["main:refs/heads/b", "drifted:refs/heads/z"], false, "1 finding in dist of ");
    push(&project, &["main:refs/heads/b"], true, PASS);
}

#[test]
#[ignore = "needs lefthook, which .ci/run installs"]
fn lefthook_that_keeps_stdin_to_itself_is_told_so() {
    let project = project();
    project.write("lefthook.yml", &snippet("lefthook").replace("use_stdin: true", "priority: 1"));
    project.commit("Configure");
    set_up(&project, "lefthook", &["install"]);
    let ran = tool(&project, "git", &["push", "origin", "main"]);
    let said = ran.stdout.clone() + &ran.stderr;
    // From outside it looks like a push of nothing, which must pass.
    assert!(said.contains("git names no ref to push, nothing to judge"), "{said}");
}

#[test]
#[ignore = "needs husky, which .ci/run installs"]
fn pushes_through_husky() {
    let project = project();
    project.write(".husky/pre-push", &snippet("husky"));
    project.commit("Configure");
    set_up(&project, "husky", &[]);
    push_through(&project);
    push(&project, &["main:refs/heads/b", "drifted:refs/heads/z"], false, "1 finding in dist of ");
    push(&project, &["main:refs/heads/b"], true, PASS);
    let ran = project.repo.run(&["hook", "install"]);
    assert!(ran.code == 2 && ran.stderr.contains(".husky/pre-push"), "{}", ran.stderr);
}
