//! `hook pre-push`: real pushes to real remotes, and what no git would ever write.

#![cfg(unix)]

use std::fs;

use crate::pushing::{
    Project, copy_program, path_with_program, path_without_program, push_from, run_with_input,
};
use crate::support::{Run, run, scrubbed};

const PASS: &str = "sealgate: PASS  1 commit, 1 seal (dist)";
const ANYWAY: &str = "To push anyway: git push --no-verify; CI will still judge it.";

/// What becomes of a project before a push.
type Change<'a> = &'a dyn Fn(&Project);

/// Variables of pre-commit, without the beginning of their names.
type Variables<'a> = &'a [(&'a str, &'a str)];

/// Whether a push arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Arrives,
    Stopped,
}
use Fate::{Arrives, Stopped};

/// `main` has `good` and, after it, an approved change; `drifted` a change that nobody approved;
/// `unsealed` shares no commit with them, and has no seals. Tags of all sorts lead there.
fn project() -> Project {
    Project::once("", || {
        let project = Project::sealed();
        project.write("dist/app.js", "export const notes = [1];\n");
        assert_eq!(project.repo.run(&["seal", "dist"]).code, 0);
        project.commit("Approve a change, with care");
        project.git(&["checkout", "--quiet", "-b", "drifted", "good"]);
        project.write("dist/app.js", "export const notes = [2];\n");
        project.commit("Drift");
        project.git(&["checkout", "--quiet", "--orphan", "unsealed"]);
        project.git(&["rm", "-r", "--quiet", "--force", "seals"]);
        project.commit("No seals");
        project.git(&["checkout", "--quiet", "--force", "main"]);
        for [tag, of] in [["v1", "good"], ["of-v1", "v1"], ["bad", "drifted"], ["of-bad", "bad"]] {
            project.git(&["tag", "--annotate", "--message", tag, tag, of]);
        }
        project.git(&["tag", "light", "good"]);
        project.git(&["tag", "blob", "good:dist/app.js"]);
        project
    })
}

#[test]
fn every_ref_of_a_push_is_judged_by_the_commit_that_it_leads_to() {
    let project = project();
    let (good, drifted) = (project.id("good"), project.id("drifted"));
    let raw_good = format!("{good}:refs/heads/raw");
    let raw_drifted = format!("{drifted}:refs/heads/raw");
    // What the remote has, what is pushed, whether it arrives, and what is said.
    let cases: &[(&[&str], &[&str], Fate, &str)] = &[
        (&[], &["main"], Arrives, PASS),
        (&["good:refs/heads/main"], &["main"], Arrives, PASS),
        (&["main"], &["--force", "good:main"], Arrives, PASS),
        (&[], &["drifted"], Stopped, "dist: 1 finding in dist of "),
        (&["good:refs/heads/main"], &["drifted:main"], Stopped, "pushed to refs/heads/main\n"),
        (&["main"], &["--force", "drifted:main"], Stopped, "modified      app.js"),
        (&["main"], &[":main"], Arrives, "refs are deleted and none is pushed"),
        (&["good:refs/heads/old"], &[":old", "main"], Arrives, PASS),
        (&["good:refs/heads/old"], &[":old", "drifted"], Stopped, "FAIL  1 seal (dist)"),
        (&[], &["v1"], Arrives, PASS),
        (&[], &["of-v1"], Arrives, PASS),
        (&[], &["light"], Arrives, PASS),
        (&[], &["bad"], Stopped, "pushed to refs/tags/bad\n"),
        (&[], &["of-bad"], Stopped, "pushed to refs/tags/of-bad\n"),
        (&[], &["HEAD:refs/heads/topic"], Arrives, PASS),
        (&[], &["HEAD^{/with care}:refs/heads/topic"], Arrives, PASS),
        (&[], &["main~1:refs/heads/topic"], Arrives, PASS),
        (&[], &[&raw_good], Arrives, PASS),
        (&[], &[&raw_drifted], Stopped, "pushed to refs/heads/raw\n"),
        (&[], &["main", "good"], Arrives, "sealgate: PASS  2 commits, 1 seal (dist)"),
        (&[], &["good", "drifted", "main"], Stopped, "pushed to refs/heads/drifted\n"),
        (&[], &["good", "good:also", "light", "v1", "of-v1"], Arrives, PASS),
        (&[], &["drifted", "bad"], Stopped, "pushed to refs/heads/drifted, refs/tags/bad\n"),
        (&["main"], &["main"], Arrives, "git names no ref to push"),
        (&[], &["unsealed"], Arrives, "no seals, not judged: refs/heads/unsealed\n"),
        (&[], &["main", "unsealed"], Arrives, PASS),
        (&["unsealed:refs/heads/main"], &["--force", "unsealed^{commit}:main"], Arrives, "no ref"),
        (&["main"], &["--force", "unsealed:main"], Stopped, "takes away those of "),
        (&["main"], &["--force", "unsealed:main", "good"], Stopped, "(dist)\n  next: restore them"),
        (&[], &["blob"], Arrives, "refs/tags/blob (a blob, no commit)\n"),
        (&["v1:refs/tags/blob"], &["--force", "blob"], Stopped, "takes away those of "),
        (
            &[],
            &["--mirror"],
            Stopped,
            "pushed to refs/heads/drifted, refs/tags/bad, refs/tags/of-bad",
        ),
        (&["drifted"], &["--all"], Arrives, PASS_TWO),
        (&[], &["--tags"], Stopped, "pushed to refs/tags/bad, refs/tags/of-bad\n"),
        (&[], &["--atomic", "main", "drifted"], Stopped, ANYWAY),
    ];
    for (remote, pushed, fate, said) in cases {
        fs::remove_dir_all(project.remote()).unwrap();
        project.git(&["init", "--quiet", "--bare", project.remote().to_str().unwrap()]);
        project.seed(remote);
        let before = project.on_remote();
        let flags = pushed.iter().filter(|word| word.starts_with("--"));
        let refs = pushed.iter().filter(|word| !word.starts_with("--"));
        let arguments: Vec<&str> = flags.chain([&"origin"]).chain(refs).copied().collect();
        let ran = project.push(&arguments);
        assert!(ran.stderr.contains(said), "{pushed:?} should say {said:?}: {}", ran.stderr);
        let changed = project.on_remote() != before;
        let nothing_new = said.contains("no ref");
        assert_eq!(ran.code == 0, *fate == Arrives, "{pushed:?}: {}", ran.stderr);
        assert_eq!(changed, *fate == Arrives && !nothing_new, "{pushed:?}: {}", ran.stderr);
        assert_eq!(ran.stderr.contains(ANYWAY), *fate == Stopped, "{pushed:?}: {}", ran.stderr);
    }
}

const PASS_TWO: &str = "sealgate: PASS  2 commits, 1 seal (dist)";

#[test]
fn the_commit_is_judged_and_not_what_lies_in_the_working_tree() {
    let project = project();
    project.write("dist/app.js", "not committed\n");
    project.write("seals/dist.toml", "no seal\n");
    project.write("seals/stray", "");
    let ran = project.push(&["origin", "main"]);
    assert!(ran.code == 0 && ran.stderr.contains(PASS), "{}", ran.stderr);
    project.git(&["checkout", "--quiet", "--force", "main"]);
    fs::remove_file(project.repo.at("seals/stray")).unwrap();
    assert_eq!(project.repo.run(&["check"]).code, 0);
    let ran = project.push(&["origin", "drifted"]);
    assert!(ran.code != 0 && ran.stderr.contains("1 finding"), "{}", ran.stderr);
}

#[test]
fn what_is_stopped_tells_the_reason_the_mend_and_the_way_around_and_the_way_around_works() {
    let project = project();
    let ran = project.push(&["origin", "drifted"]);
    for said in ["25 B -> 26 B", "To approve these bytes:  sealgate seal dist", ANYWAY] {
        assert!(ran.stderr.contains(said), "{said}: {}", ran.stderr);
    }
    assert_eq!(project.on_remote(), [""; 0]);
    let ran = project.push(&["--no-verify", "origin", "drifted"]);
    assert_eq!((ran.code, project.on_remote().len()), (0, 1), "{}", ran.stderr);
}

#[test]
fn a_push_that_passes_says_one_line_and_a_quiet_hook_none() {
    let project = project();
    let ran = project.push(&["--quiet", "origin", "main"]);
    assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
    let line =
        format!("refs/heads/main {0} refs/heads/x {1}\n", project.id("main"), "0".repeat(40));
    let mut quiet = project.repo.command(&["--quiet", "hook", "pre-push"]);
    let ran = run_with_input(&mut quiet, line.as_bytes());
    assert_eq!((ran.code, &*ran.stderr, &*ran.stdout), (0, "", ""));
}

#[test]
fn a_repository_of_sha_256_is_judged_alike() {
    let project = Project::sealed_in("sha256");
    let ran = project.push(&["origin", "main", "good"]);
    assert!(ran.code == 0 && ran.stderr.contains(PASS), "{}", ran.stderr);
    project.write("dist/app.js", "drift\n");
    project.commit("Drift");
    let ran = project.push(&["origin", "main", "main:other"]);
    assert!(ran.code != 0 && ran.stderr.contains("1 finding"), "{}", ran.stderr);
    let ran = project.push(&["origin", ":good"]);
    assert!(ran.code == 0 && ran.stderr.contains("refs are deleted"), "{}", ran.stderr);
}

#[test]
fn a_linked_worktree_and_a_bare_repository_push_through_the_same_hook() {
    let project = project();
    let linked = project.outside("linked");
    project.git(&["worktree", "add", "--quiet", linked.to_str().unwrap(), "drifted"]);
    let below = linked.join("dist");
    let ran = push_from(&below, &["origin", "HEAD:refs/heads/x"]);
    assert!(ran.code != 0 && ran.stderr.contains("1 finding"), "{}", ran.stderr);
    let ran = push_from(&below, &["origin", "main"]);
    assert!(ran.code == 0 && ran.stderr.contains(PASS), "{}", ran.stderr);

    let bare = project.outside("bare.git");
    project.git(&["clone", "--quiet", "--bare", ".", bare.to_str().unwrap()]);
    fs::create_dir_all(bare.join("hooks")).unwrap();
    fs::copy(project.repo.at(".git/hooks/pre-push"), bare.join("hooks/pre-push")).unwrap();
    let to = project.remote().to_str().unwrap().to_owned();
    for (branch, passes) in [("drifted", false), ("good", true)] {
        let ran = push_from(&bare, &[&to, branch]);
        let said = if passes { PASS } else { "1 finding" };
        assert!((ran.code == 0) == passes && ran.stderr.contains(said), "{}", ran.stderr);
    }
}

#[test]
fn variables_of_git_lead_to_no_other_repository() {
    let (project, other) = (project(), Project::sealed());
    let line = |branch: &str| {
        format!("x {} refs/heads/x {}\n", project.id(branch), "0".repeat(40)).into_bytes()
    };
    let other = other.repo.at(".git");
    let variables = [("GIT_DIR", other.to_str().unwrap()), ("GIT_OBJECT_DIRECTORY", "/nowhere")];
    let ran = project.pre_push(&line("good"), &variables);
    assert!(ran.code == 0 && ran.stderr.contains(PASS), "{}", ran.stderr);
    let ran = project.pre_push(&line("drifted"), &variables);
    assert_eq!(ran.code, 1, "{}", ran.stderr);

    // A repository that only a variable names is not found, and nothing passes by that.
    let outside = project.outside("elsewhere");
    fs::create_dir(&outside).unwrap();
    let mut command = project.repo.command(&["hook", "pre-push"]);
    command.current_dir(&outside).env("GIT_DIR", project.repo.at(".git"));
    let ran = run_with_input(&mut command, &line("good"));
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(ran.stderr.contains("lies in no git repository"), "{}", ran.stderr);
}

#[test]
fn what_the_remote_has_and_was_never_fetched_matters_only_where_seals_might_go() {
    let project = project();
    let other = project.outside("other");
    project.seed(&["good:refs/heads/main"]);
    project.git(&["clone", "--quiet", project.remote().to_str().unwrap(), other.to_str().unwrap()]);
    let mut git = scrubbed("git");
    git.current_dir(&other).args(["-c", "user.name=a", "-c", "user.email=a@b"]);
    git.args(["commit", "--quiet", "--allow-empty", "--message", "Elsewhere"]);
    assert_eq!(run(git).code, 0);
    assert_eq!(push_from(&other, &["--quiet", "origin", "HEAD:main"]).code, 0);

    let ran = project.push(&["--force", "origin", "unsealed:main"]);
    assert_ne!(ran.code, 0);
    for said in ["the commit that the remote has is not here", "git fetch origin refs/heads/main"] {
        assert!(ran.stderr.contains(said), "{said}: {}", ran.stderr);
    }
    let ran = project.push(&["--force", "origin", "drifted:main"]);
    assert!(ran.code != 0 && ran.stderr.contains("1 finding"), "{}", ran.stderr);
    assert!(ran.stderr.contains("nobody looked whether the seals cover"), "{}", ran.stderr);
    // Told to, and then it can be told.
    project.git(&["fetch", "--quiet", "origin", "refs/heads/main"]);
    let ran = project.push(&["--force", "origin", "unsealed:main"]);
    assert!(ran.code != 0 && ran.stderr.contains("takes away those of"), "{}", ran.stderr);
    let ran = project.push(&["--force", "origin", "main"]);
    assert!(ran.code == 0 && ran.stderr.contains(PASS), "{}", ran.stderr);
}

#[test]
fn a_shallow_clone_pushes_and_a_commit_that_lacks_objects_does_not() {
    let project = project();
    project.seed(&["main"]);
    let shallow = project.outside("shallow");
    let from = format!("file://{}", project.remote().display());
    project.git(&["clone", "--quiet", "--depth=1", &from, shallow.to_str().unwrap()]);
    let mut install = project.repo.command(&["hook", "install"]);
    install.current_dir(&shallow);
    assert_eq!(run(install).code, 0);
    let ran = push_from(&shallow, &["origin", "HEAD:refs/heads/again"]);
    assert!(ran.code == 0 && ran.stderr.contains(PASS), "{}", ran.stderr);

    let blob = project.id("main:dist/app.js");
    fs::remove_file(project.repo.at(format!(".git/objects/{}/{}", &blob[..2], &blob[2..])))
        .unwrap();
    let ran = project.push(&["origin", "main:refs/heads/third"]);
    assert!(ran.code != 0 && ran.stderr.contains("is not in this repository"), "{}", ran.stderr);
    assert!(ran.stderr.contains(ANYWAY), "{}", ran.stderr);
}

/// Changes a good project, pushes the change, and gives what was said; it must not arrive.
fn stopped(change: impl FnOnce(&Project)) -> Run {
    let project = Project::sealed();
    change(&project);
    project.commit("A change");
    let ran = project.push(&["origin", "main"]);
    assert!(ran.code != 0 && ran.stderr.contains(ANYWAY), "{}", ran.stderr);
    assert_eq!(project.on_remote(), [""; 0]);
    ran
}

#[test]
fn whatever_is_wrong_with_a_seal_or_a_root_in_git_stops_the_push() {
    let seal = |project: &Project, from: &str, to: &str| {
        let text = fs::read_to_string(project.repo.at("seals/dist.toml")).unwrap();
        assert!(text.contains(from));
        project.write("seals/dist.toml", &text.replace(from, to));
    };
    let cases: [(Change<'_>, &str); 8] = [
        (&|p| fs::remove_dir_all(p.repo.at("dist")).unwrap(), "there is nothing at dist in "),
        (&|p| p.write("dist/new", ""), "unsealed      new"),
        (&|p| p.write("seals/notes.txt", ""), "does not belong in the seals directory"),
        (&|p| seal(p, "root = ", "root ="), "sealgate fmt dist"),
        // What a broken seal says of itself excuses nothing.
        (&|p| seal(p, "tracked = true\n", "tracked = false\n\n"), "sealgate fmt dist"),
        (&|p| p.write("seals/other.toml", "format = \"sealgate-seal/9\"\n"), "seals/other.toml"),
        (
            &|p| {
                let id = p.id("HEAD");
                let submodule = format!("160000,{id},dist/sub");
                p.git(&["update-index", "--add", "--cacheinfo", &submodule]);
                fs::create_dir(p.repo.at("dist/sub")).unwrap();
            },
            "unsealable    sub",
        ),
        (
            &|p| {
                fs::remove_dir_all(p.repo.at("seals")).unwrap();
                p.write("seals", "");
            },
            "seals is no directory",
        ),
    ];
    for (change, said) in cases {
        let ran = stopped(change);
        assert!(ran.stderr.contains(said), "{said}: {}", ran.stderr);
    }
}

/// A project whose `built` is ignored, sealed with `tracked = false`, and there.
fn built() -> Project {
    Project::once("", || {
        let project = Project::empty("sha1");
        project.write(".gitignore", "/built\n");
        project.write("built/app.js", "built\n");
        project.repo.seal("built", "built");
        project.commit("Seal built");
        project.install();
        project
    })
}

#[test]
fn a_root_that_is_built_is_compared_here_and_never_stops_a_push() {
    let at = |project: &Project, path: &str| project.repo.at(path);
    let cases: [(Change<'_>, Option<&str>); 4] = [
        (&|_| {}, None),
        (&|p| p.write("built/app.js", "other\n"), Some("1 finding in built, which is built")),
        (
            &|p| fs::remove_dir_all(at(p, "built")).unwrap(),
            Some("built is built and is not here, so it was not compared"),
        ),
        (
            &|p| {
                fs::remove_dir_all(at(p, "built")).unwrap();
                p.write("built", "a file");
            },
            Some("`sealgate check built --seals-from "),
        ),
    ];
    for (change, warned) in cases {
        let project = built();
        change(&project);
        let ran = project.push(&["--quiet", "origin", "main"]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        assert_eq!(project.on_remote().len(), 1);
        let (warnings, others): (Vec<&str>, Vec<&str>) =
            ran.stderr.lines().partition(|line| line.starts_with("warning: "));
        assert_eq!(
            others,
            ["sealgate: 1 commit, 1 seal (built): built, not committed; CI judges it"]
        );
        match warned {
            None => assert_eq!(warnings, [""; 0]),
            Some(said) => {
                assert!(warnings.len() == 1 && warnings[0].contains(said), "{warnings:?}");
                assert!(warnings[0].ends_with("CI judges what it builds"), "{warnings:?}");
            }
        }
    }
}

#[test]
fn one_warning_serves_all_commits_and_none_is_given_where_the_push_is_stopped() {
    let project = built();
    project.write("dist/app.js", "kept\n");
    project.git(&["add", "dist"]);
    project.repo.seal("dist", "dist");
    project.commit("Seal dist");
    project.write("built/app.js", "other\n");
    let ran = project.push(&["--quiet", "origin", "main", "main~1:refs/heads/first"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(ran.stderr.matches("warning: built").count(), 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("PASS  2 commits, 1 seal (dist)"), "{}", ran.stderr);
    project.write("dist/app.js", "drifted\n");
    project.commit("Drift");
    let ran = project.push(&["origin", "main"]);
    assert!(ran.code != 0 && !ran.stderr.contains("warning: built"), "{}", ran.stderr);
}

#[test]
fn a_built_root_is_judged_where_the_commit_has_no_directory_on_the_way_to_it() {
    let kinds = [("120000", "symbolic link"), ("100644", "not a dir"), ("160000", "not a dir")];
    for place in ["pk", "pk/in", "pk/in/dist"] {
        for (mode, said) in kinds {
            let project = Project::empty("sha1");
            project.write(".gitignore", "/pk\n");
            project.write("pk/in/dist/app.js", "built\n");
            project.repo.seal("built", "pk/in/dist");
            project.write("evil/dist/app.js", "evil\n");
            project.write("link", "evil");
            project.commit("Seal what is built");
            project.install();
            let object = if mode == "160000" { "HEAD" } else { "HEAD:link" };
            let object = format!("{mode},{},{place}", project.id(object));
            project.git(&["update-index", "--add", "--cacheinfo", &object]);
            project.git(&["commit", "--quiet", "--message", "Another thing in its place"]);
            let ran = project.push(&["origin", "main"]);
            assert!(ran.code != 0, "{mode} at {place}: {}", ran.stderr);
            assert!(ran.stderr.contains(&format!("{place} in ")), "{place}: {}", ran.stderr);
            assert!(ran.stderr.contains(said), "{mode} at {place}: {}", ran.stderr);
            assert_eq!(project.on_remote(), [""; 0]);
            let ran = project.repo.run(&["check", "--rev", "HEAD"]);
            assert_eq!(ran.code, 2, "{mode} at {place}: {}", ran.stderr);
        }
    }
}

#[test]
fn a_link_on_the_way_to_the_seals_directory_stops_the_push() {
    for (mode, object) in [("120000", "HEAD:link"), ("160000", "HEAD")] {
        let project = Project::empty("sha1");
        project.write("link", "other");
        project.commit("No seals");
        let object = format!("{mode},{},ci", project.id(object));
        project.git(&["update-index", "--add", "--cacheinfo", &object]);
        project.git(&["commit", "--quiet", "--message", "Another thing in its place"]);
        let line = format!("x {} refs/heads/x {}\n", project.id("HEAD"), "0".repeat(40));
        let mut command = project.repo.command(&["--seals", "ci/seals", "hook", "pre-push"]);
        let ran = run_with_input(&mut command, line.as_bytes());
        assert!(ran.stderr.contains("ci is no directory"), "{mode}: {}", ran.stderr);
        assert_eq!(ran.code, 2, "{mode}: {}", ran.stderr);
    }
}

/// Changes the seal of a project that the remote has, commits, and pushes.
fn pushed_after(change: impl FnOnce(&Project)) -> Run {
    let project = Project::sealed();
    project.seed(&["main"]);
    change(&project);
    project.commit("A change");
    project.push(&["origin", "main"])
}

fn edit_seal(project: &Project, from: &str, to: &str) {
    let text = fs::read_to_string(project.repo.at("seals/dist.toml")).unwrap();
    assert!(text.contains(from), "{from} is not in {text}");
    project.write("seals/dist.toml", &text.replace(from, to));
}

#[test]
fn a_root_with_files_in_the_commit_is_judged_whatever_its_seal_says_of_tracked() {
    for seeded in [&["main"][..], &[]] {
        let project = Project::sealed();
        project.seed(seeded);
        project.write("dist/app.js", "drifted\n");
        edit_seal(&project, "tracked = true", "tracked = false");
        project.commit("A drift");
        // What lies in the working tree is good, and was not committed.
        project.write("dist/app.js", "export const notes = [];\n");
        let ran = project.push(&["origin", "main"]);
        assert!(ran.code != 0 && ran.stderr.contains("modified      app.js"), "{}", ran.stderr);
        assert!(!ran.stderr.contains("not committed"), "{}", ran.stderr);
        let flip = "tracked was true and is false";
        assert_eq!(ran.stderr.contains(flip), !seeded.is_empty(), "{}", ran.stderr);
    }
}

#[test]
fn a_seal_that_covers_other_things_than_on_the_remote_stops_the_push() {
    let cases: [(Change<'_>, &str); 6] = [
        (
            &|p| {
                edit_seal(p, "exclude = []", "exclude = [\n  \"*.map\",\n]");
                p.write("dist/app.js.map", "hidden");
            },
            "exclude also has *.map",
        ),
        (
            &|p| {
                p.git(&["mv", "dist", "out"]);
                edit_seal(p, "root = \"dist\"", "root = \"out\"");
            },
            "root was dist and is out",
        ),
        (
            &|p| {
                edit_seal(p, "tracked = true", "tracked = false");
                p.git(&["rm", "--quiet", "--cached", "-r", "dist"]);
                p.write(".gitignore", "/dist\n");
            },
            "tracked was true and is false",
        ),
        (
            &|p| {
                edit_seal(p, "# Seal of dist:", "# Seal of other:");
                edit_seal(p, "sealgate seal dist", "sealgate seal other");
                p.git(&["mv", "seals/dist.toml", "seals/other.toml"]);
            },
            "it was called dist",
        ),
        (
            &|p| {
                p.write("more/x", "x");
                p.git(&["add", "more"]);
                p.repo.seal("more", "more");
                fs::remove_file(p.repo.at("seals/dist.toml")).unwrap();
            },
            "the seal dist covers other things than in",
        ),
        (
            &|p| {
                edit_seal(p, "exclude = []", "exclude = [\n  \"*.map\",\n]");
                p.write("dist/app.js", "drifted\n");
            },
            "modified      app.js",
        ),
    ];
    for (change, said) in cases {
        let ran = pushed_after(change);
        assert!(ran.code != 0 && ran.stderr.contains(said), "{said}: {}", ran.stderr);
        assert!(ran.stderr.contains(ANYWAY) && ran.stderr.contains("next: "), "{}", ran.stderr);
        assert!(ran.stderr.contains("which the remote has"), "{said}: {}", ran.stderr);
        // Other seals that were approved meanwhile stay.
        assert!(ran.stderr.contains(" -- ':/seals/dist.toml'"), "{said}: {}", ran.stderr);
        let renamed = ran.stderr.contains("&& git rm --quiet -- ':/seals/other.toml'");
        assert_eq!(renamed, said == "it was called dist", "{said}: {}", ran.stderr);
    }
}

#[test]
fn changed_entries_new_seals_and_what_the_remote_lacks_stop_no_push() {
    let passing: [Change<'_>; 2] = [
        &|p| {
            p.write("dist/app.js", "export const notes = [1];\n");
            assert_eq!(p.repo.run(&["seal", "dist"]).code, 0);
        },
        &|p| {
            p.write("more/x", "x");
            p.git(&["add", "more"]);
            p.repo.seal("more", "more");
        },
    ];
    for change in passing {
        let ran = pushed_after(change);
        assert!(ran.code == 0 && ran.stderr.contains("sealgate: PASS"), "{}", ran.stderr);
    }
    // Another branch: the remote has nothing there.
    let project = Project::sealed();
    project.seed(&["main"]);
    edit_seal(&project, "exclude = []", "exclude = [\n  \"*.map\",\n]");
    project.commit("A change");
    let ran = project.push(&["origin", "main:refs/heads/other"]);
    assert!(ran.code == 0 && ran.stderr.contains(PASS), "{}", ran.stderr);
}

#[test]
fn under_a_policy_of_the_remote_a_change_of_scope_is_a_warning() {
    let project = Project::sealed();
    project.write("seals/policy.toml", "CI reads it\n");
    project.commit("A policy");
    project.seed(&["main"]);
    edit_seal(&project, "exclude = []", "exclude = [\n  \"*.map\",\n]");
    project.commit("A change");
    let ran = project.push(&["origin", "main"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("warning: refs/heads/main: the seal dist"), "{}", ran.stderr);
    assert!(ran.stderr.contains("CI asks for a grant"), "{}", ran.stderr);
}

#[test]
fn what_no_git_writes_is_an_error_and_stops_the_push() {
    let project = project();
    let good = format!("x {} refs/heads/x {}\n", project.id("good"), "0".repeat(40));
    let after = |bytes: &[u8]| [good.as_bytes(), bytes].concat();
    let unknown = format!("x {0} refs/heads/x {0}\n", "1".repeat(40));
    let cases: [(Vec<u8>, &str); 9] = [
        (b"garbage\n".to_vec(), "line 1 of stdin is not LOCAL-REF"),
        (after(b"garbage\n"), "line 2 of stdin is not LOCAL-REF"),
        (after(&[0; 9]), "line 2 of stdin is not LOCAL-REF"),
        (after(&[0xff; 200]), "line 2 of stdin is not LOCAL-REF"),
        (after(&vec![b'a'; (64 << 10) + 1]), "line 2 of stdin is longer than 65536 bytes"),
        (after(format!("x {0} x {0}\n", "1".repeat(64)).as_bytes()), "of 40 and of 64 digits"),
        (good.replace("x ", "x\u{202e}\u{1b}[2J ").into_bytes(), "is not LOCAL-REF"),
        (vec![b'\n'; (64 << 20) + 1], "stdin holds more than 67108864 bytes"),
        (unknown.into_bytes(), "is not in this repository"),
    ];
    for (input, said) in cases {
        let ran = project.pre_push(&input, &[]);
        assert_eq!(ran.code, 2, "{said}: {}", ran.stderr);
        assert!(ran.stderr.contains(said) && ran.stderr.contains(ANYWAY), "{}", ran.stderr);
        assert!(ran.stderr.contains("\n  next: "), "{}", ran.stderr);
        assert!(!ran.stderr.contains('\u{1b}'), "{}", ran.stderr);
    }
}

#[test]
fn the_variables_of_pre_commit_serve_where_stdin_is_empty_and_only_there() {
    let project = project();
    let id = |revision: &str| project.id(revision);
    let (good, drifted, unsealed) = (id("good"), id("drifted"), id("unsealed"));
    let (main, zero) = ("refs/heads/main", "0".repeat(40));
    let line = format!("x {good} refs/heads/x {zero}\n");
    let cases: &[(&str, Variables<'_>, i32, &str)] = &[
        ("", &[("FROM_REF", &good), ("TO_REF", main)], 0, PASS),
        ("", &[("FROM_REF", &good), ("TO_REF", &drifted)], 1, "1 finding"),
        ("", &[("FROM_REF", &good), ("TO_REF", "drifted")], 1, "1 finding"),
        ("", &[("FROM_REF", &good), ("TO_REF", &unsealed)], 1, "takes away those of"),
        ("", &[("FROM_REF", "nowhere"), ("TO_REF", &unsealed)], 2, "is not here"),
        ("", &[("FROM_REF", &zero), ("TO_REF", &unsealed)], 0, "not judged: refs/heads/to\n"),
        ("", &[("TO_REF", "bad")], 1, "1 finding"),
        ("", &[("TO_REF", "--help")], 2, "--help names nothing here"),
        ("", &[("LOCAL_BRANCH", "refs/heads/drifted")], 1, "1 finding"),
        ("", &[("LOCAL_BRANCH", main)], 0, PASS),
        ("", &[("FROM_REF", &good)], 2, "PRE_COMMIT_TO_REF) is not"),
        ("", &[("TO_REF", &zero), ("FROM_REF", &good)], 0, "refs are deleted"),
        ("", &[("", "1")], 0, PASS),
        ("", &[("TO_REF", "")], 0, "git names no ref"),
        (&line, &[("FROM_REF", &good), ("TO_REF", &drifted)], 0, PASS),
    ];
    for (input, variables, code, said) in cases {
        let named: Vec<(String, &str)> = variables
            .iter()
            .map(|(name, value)| {
                (format!("PRE_COMMIT_{name}").trim_end_matches('_').to_owned(), *value)
            })
            .collect();
        let mut all: Vec<(&str, &str)> = vec![("PRE_COMMIT_REMOTE_BRANCH", "refs/heads/to")];
        all.extend(named.iter().map(|(name, value)| (name.as_str(), *value)));
        let ran = project.pre_push(input.as_bytes(), &all);
        assert_eq!(ran.code, *code, "{variables:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(said), "{variables:?} should say {said:?}: {}", ran.stderr);
    }
    let long = "a".repeat((64 << 10) + 1);
    let ran = project.pre_push(b"", &[("PRE_COMMIT_TO_REF", &long)]);
    assert!(ran.code == 2 && ran.stderr.contains("is too long"), "{}", ran.stderr);
}

#[test]
#[ignore = "needs python3, which .ci/run installs where it is missing"]
fn by_hand_on_a_terminal_it_says_how_git_calls_it_and_waits_for_nothing() {
    let project = project();
    let program = env!("CARGO_BIN_EXE_sealgate");
    let spawn = "import os, pty, sys\n\
                 sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))";
    let mut python = scrubbed("python3");
    python.args(["-c", spawn, program, "hook", "pre-push"]).current_dir(project.repo.at("."));
    let ran = run(python);
    let said = ran.stdout;
    assert_eq!(ran.code, 2, "{said}");
    assert!(said.contains("git runs this as its pre-push hook"), "{said}");
    assert!(said.contains("sealgate hook install"), "{said}");
    assert!(!said.contains("stopped this push"), "{said}");
}

#[test]
fn a_hook_that_finds_no_program_stops_the_push_and_one_with_its_program_elsewhere_does_not() {
    let project = project();
    let own = project.outside("it's a copy");
    fs::create_dir(&own).unwrap();
    let program = own.join("sealgate");
    copy_program(&program);
    let mut install = scrubbed(&program);
    install.args(["hook", "install"]).current_dir(project.repo.at("."));
    assert_eq!(run(install).code, 0);
    let push = |branch: &str, path: std::ffi::OsString| {
        let mut git = scrubbed("git");
        git.args(["push", "origin", branch]).current_dir(project.repo.at(".")).env("PATH", path);
        run(git)
    };
    let ran = push("main", path_without_program());
    assert!(ran.code == 0 && ran.stderr.contains(PASS), "{}", ran.stderr);
    fs::remove_file(&program).unwrap();
    let ran = push("good", path_without_program());
    assert_ne!(ran.code, 0);
    for said in ["sealgate is neither in PATH nor at ", "it's a copy/sealgate", ANYWAY] {
        assert!(ran.stderr.contains(said), "{said}: {}", ran.stderr);
    }
    let ran = push("good", path_with_program());
    assert!(ran.code == 0 && ran.stderr.contains(PASS), "{}", ran.stderr);
}

#[test]
fn what_the_policy_will_refuse_is_told_and_does_not_stop_the_push() {
    let project = project();
    let policy = crate::authority::policy_text();
    project.write("seals/policy.toml", &policy);
    project.commit("A policy");
    let said = project.push(&["origin", "main"]).stderr;
    assert!(!said.contains("CI will refuse"), "{said}");
    project.write("dist/app.js", "export const notes = [3];\n");
    assert_eq!(project.repo.run(&["seal", "dist"]).code, 0);
    project.commit("A reseal that nobody granted");
    let new = project.push(&["origin", "main:topic"]);
    let told =
        "CI will refuse refs/heads/topic: there is no grant for reseal of the seal dist; next: ";
    assert!(new.code == 0 && new.stderr.contains(told), "{}", new.stderr);
    project.git(&["rm", "--quiet", "seals/policy.toml"]);
    project.commit("No policy");
    let gone = project.push(&["origin", "main"]);
    let told = "CI will refuse refs/heads/main: the policy of the base is gone";
    assert!(gone.code == 0 && gone.stderr.contains(told), "{}", gone.stderr);
}
