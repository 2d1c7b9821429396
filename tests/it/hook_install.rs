//! `hook install` and `hook uninstall`: nothing that is there is lost, and git runs what it should.

#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::Path;

use crate::pushing;
use crate::pushing::{Project, copy_program, run_with_input};
use crate::support;
use crate::support::{Run, run};

/// What becomes of a project before it is looked at.
type Change<'a> = &'a dyn Fn(&Project);

/// A project with seals and without a hook.
fn project() -> Project {
    Project::once("", || {
        let project = Project::sealed();
        assert_eq!(project.repo.run(&["hook", "uninstall"]).code, 0);
        project
    })
}

/// Makes `text` the pre-push hook, with the mode `mode`.
fn hook(project: &Project, text: &str, mode: u32) {
    let file = project.repo.at(".git/hooks/pre-push");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, text).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
}

/// Every hook: mode, time, and content or target.
fn hooks(directory: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(directory).into_iter().flatten() {
        let (name, path) = {
            let entry = entry.unwrap();
            (entry.file_name().into_string().unwrap(), entry.path())
        };
        let about = path.symlink_metadata().unwrap();
        let held = match fs::read_link(&path) {
            Ok(target) => format!("-> {}", target.display()),
            Err(_) => String::from_utf8_lossy(&fs::read(&path).unwrap_or_default()).into_owned(),
        };
        let time = (about.mtime(), about.mtime_nsec());
        found.insert(name, format!("{:o} {time:?} {held}", about.mode()));
    }
    found
}

fn hooks_of(project: &Project) -> BTreeMap<String, String> {
    hooks(&project.repo.at(".git/hooks"))
}

fn said(ran: &Run) -> String {
    ran.stdout.clone()
}

/// Demands that `arguments` are refused with `says` and a next step, and that no hook changes.
#[track_caller]
fn refused(project: &Project, arguments: &[&str], says: &str) {
    let before = hooks_of(project);
    let ran = project.repo.run(arguments);
    assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.stderr);
    assert!(ran.stderr.contains(says), "{arguments:?} should say {says:?}: {}", ran.stderr);
    assert!(ran.stderr.contains("\n  next: "), "{}", ran.stderr);
    assert_eq!(hooks_of(project), before, "{arguments:?}");
}

#[test]
fn install_makes_an_executable_hook_and_a_second_time_changes_nothing() {
    let project = project();
    fs::remove_dir_all(project.repo.at(".git/hooks")).unwrap();
    let ran = project.repo.run(&["hook", "install"]);
    assert_eq!(
        said(&ran),
        "installed .git/hooks/pre-push: each push is judged before it leaves\n\
         git joins seals that two branches changed, entry by entry (merge driver sealgate)\n"
    );
    let after = hooks_of(&project);
    assert!(after["pre-push"].starts_with("100755 "), "{after:?}");
    assert_eq!(after.len(), 1);
    let ran = project.repo.run(&["hook", "install"]);
    assert!(ran.code == 0 && said(&ran).contains("is installed"), "{}", said(&ran));
    assert_eq!(hooks_of(&project), after);
    let ran = project.repo.run(&["hook", "uninstall"]);
    assert_eq!(said(&ran), "removed .git/hooks/pre-push\n");
    let ran = project.repo.run(&["hook", "uninstall"]);
    assert!(ran.code == 0 && said(&ran).contains("nothing to remove"), "{}", said(&ran));
    assert_eq!(hooks_of(&project), BTreeMap::new());
}

#[test]
fn print_shows_the_hook_that_install_writes_and_writes_nothing() {
    let project = project();
    let before = hooks_of(&project);
    let printed = project.repo.run(&["hook", "install", "--print"]);
    assert_eq!((printed.code, hooks_of(&project)), (0, before));
    project.install();
    let written = fs::read_to_string(project.repo.at(".git/hooks/pre-push")).unwrap();
    assert_eq!(printed.stdout, written);
}

#[test]
fn a_seals_directory_of_another_name_is_the_one_that_the_hook_reads() {
    let project = Project::empty("sha1");
    project.write("dist/app.js", "one\n");
    project.git(&["add", "dist"]);
    let seal = ["--seals", "it's/approved", "seal", "dist", "--root", "dist"];
    assert_eq!(project.repo.run(&seal).code, 0);
    project.commit("Seal dist");
    let ran = project.repo.run(&["--seals", "it's/approved", "hook", "install"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let ran = project.push(&["origin", "main"]);
    assert!(ran.code == 0 && ran.stderr.contains("PASS  1 commit, 1 seal"), "{}", ran.stderr);
    project.write("dist/app.js", "two\n");
    project.commit("Drift");
    assert_ne!(project.push(&["origin", "main"]).code, 0);
}

/// Writes down what it is given, and ends as the file `end` says.
const RECORDER: &str = "#!/bin/sh\nprintf '%s|' \"$@\" >>calls\ncat >>calls\n\
                        echo . >>calls\nexit \"$(cat end)\"\n";

#[test]
fn a_hook_that_was_there_gets_all_that_git_says_unless_the_push_is_stopped() {
    let project = project();
    hook(&project, RECORDER, 0o755);
    project.write("end", "0");
    let ran = project.repo.run(&["hook", "install"]);
    assert!(said(&ran).contains("now pre-push.before-sealgate"), "{}", said(&ran));
    let calls = || fs::read_to_string(project.repo.at("calls")).unwrap_or_default();
    let (main, good) = (project.id("main"), project.id("good"));
    let (zero, remote) = ("0".repeat(40), project.remote());

    let ran = project.push(&["origin", "main", "good"]);
    assert!(ran.code == 0 && ran.stderr.contains("PASS"), "{}", ran.stderr);
    let lines = format!(
        "refs/heads/good {good} refs/heads/good {zero}\nrefs/heads/main {main} refs/heads/main {zero}\n"
    );
    let call = format!("origin|{}|", remote.display());
    let mut sorted: Vec<&str> = lines.lines().collect();
    sorted.sort_unstable();
    let first = calls();
    let mut got: Vec<&str> = first.strip_prefix(&call).unwrap().lines().collect();
    assert_eq!(got.pop(), Some("."));
    got.sort_unstable();
    assert_eq!(got, sorted);

    // Nothing to push: nothing on stdin, not even a line end.
    fs::write(project.repo.at("calls"), "").unwrap();
    assert_eq!(project.push(&["origin", "main"]).code, 0);
    assert_eq!(calls(), format!("{call}.\n"));

    // It stops a push as before.
    project.write("end", "3");
    let ran = project.push(&["origin", "main:refs/heads/other"]);
    assert_ne!(ran.code, 0);
    assert!(ran.stderr.contains("PASS"), "{}", ran.stderr);

    // And does not run where the push is stopped already.
    fs::write(project.repo.at("calls"), "").unwrap();
    project.write("end", "0");
    project.write("dist/app.js", "drift\n");
    project.git(&["commit", "--quiet", "--all", "--message", "Drift"]);
    let ran = project.push(&["origin", "main"]);
    assert!(ran.code != 0 && ran.stderr.contains("1 finding"), "{}", ran.stderr);
    assert_eq!((calls(), project.on_remote().len()), (String::new(), 2));
}

#[test]
fn many_refs_and_odd_words_pass_through_the_chain_unchanged() {
    let project = project();
    hook(&project, RECORDER, 0o755);
    project.install();
    project.write("end", "0");
    let (id, zero) = (project.id("main"), "0".repeat(40));
    let lines: Vec<String> = (0..3000)
        .map(|n| format!("HEAD^{{/$(touch no) `x` \\n %s {n}}} {id} refs/heads/{n} {zero}\n"))
        .collect();
    let mut chain = project.repo.command(&[""; 0]);
    chain = {
        let mut hook = std::process::Command::new(project.repo.at(".git/hooks/pre-push"));
        hook.envs(chain.get_envs().filter_map(|(k, v)| Some((k, v?))));
        hook.current_dir(project.repo.at(".")).env("PATH", pushing::path_with_program());
        hook.args(["origin", "a b\"$(touch no)"]);
        hook
    };
    let ran = run_with_input(&mut chain, lines.concat().as_bytes());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let calls = fs::read_to_string(project.repo.at("calls")).unwrap();
    assert_eq!(calls, format!("origin|a b\"$(touch no)|{}.\n", lines.concat()));
    assert!(!project.repo.at("no").exists());
}

#[test]
fn uninstall_puts_the_old_hook_back_as_it_was_whatever_it_was() {
    let link = |project: &Project, target: &str| {
        fs::create_dir_all(project.repo.at(".git/hooks")).unwrap();
        symlink(target, project.repo.at(".git/hooks/pre-push")).unwrap();
    };
    let olds: [(Change<'_>, &str); 5] = [
        (&|p| hook(p, RECORDER, 0o755), "then the hook that was there runs"),
        (&|p| hook(p, "\0\x7f no text", 0o711), "then the hook that was there runs"),
        (
            &|p| hook(p, "#!/bin/sh\nexit 1\n", 0o640),
            "is not executable, and so git did not run it",
        ),
        (
            &|p| {
                p.write(".githooks/run", "#!/bin/sh\ntouch ran\n");
                let file = p.repo.at(".githooks/run");
                fs::set_permissions(file, fs::Permissions::from_mode(0o755)).unwrap();
                link(p, "../../.githooks/run");
            },
            "then the hook that was there runs",
        ),
        (&|p| link(p, "nowhere"), "is not executable"),
    ];
    for (old, told) in olds {
        let project = project();
        old(&project);
        let before = hooks_of(&project);
        let ran = project.repo.run(&["hook", "install"]);
        assert!(ran.code == 0 && said(&ran).contains(told), "{told}: {}", said(&ran));
        let installed = hooks_of(&project);
        assert_eq!(installed["pre-push.before-sealgate"], before["pre-push"]);
        let ran = project.repo.run(&["hook", "install"]);
        assert!(ran.code == 0 && said(&ran).contains("is installed"), "{}", said(&ran));
        assert_eq!(hooks_of(&project), installed);
        if told.contains("not executable") {
            assert_eq!(project.push(&["origin", "main"]).code, 0);
        }
        let ran = project.repo.run(&["hook", "uninstall"]);
        assert!(said(&ran).contains("the hook that was there before is back"), "{}", said(&ran));
        assert_eq!(hooks_of(&project), before);
    }
}

#[test]
fn a_linked_hook_runs_where_it_is_kept() {
    let project = project();
    project.write(".githooks/run", "#!/bin/sh\ntouch ran\n");
    let file = project.repo.at(".githooks/run");
    fs::set_permissions(file, fs::Permissions::from_mode(0o755)).unwrap();
    symlink("../../.githooks/run", project.repo.at(".git/hooks/pre-push")).unwrap();
    project.install();
    assert_eq!(project.push(&["origin", "main"]).code, 0);
    assert!(project.repo.at("ran").exists());
}

#[test]
fn a_hook_of_ours_that_was_edited_is_left_alone_and_so_is_one_that_is_kept_aside() {
    let file = |project: &Project| project.repo.at(".git/hooks/pre-push");
    let aside = |project: &Project| project.repo.at(".git/hooks/pre-push.before-sealgate");
    let edit = |project: &Project, from: &str, to: &str| {
        let text = fs::read_to_string(file(project)).unwrap();
        fs::write(file(project), text.replacen(from, to, 1)).unwrap();
    };
    let edited: [Change<'_>; 4] = [
        &|p| edit(p, "exit 2", "exit 0"),
        &|p| edit(p, "# sealgate-hook/1", "# hook"),
        &|p| edit(p, "#!/bin/sh", "#!/bin/bash"),
        &|p| {
            fs::rename(file(p), p.repo.at("shared")).unwrap();
            symlink("../../shared", file(p)).unwrap();
        },
    ];
    for change in edited {
        let project = Project::sealed();
        change(&project);
        for command in ["install", "uninstall"] {
            refused(&project, &["hook", command], "and was edited since");
        }
    }
    let kept: [Change<'_>; 2] = [&|_| {}, &|p| hook(p, "another\n", 0o755)];
    for change in kept {
        let project = project();
        change(&project);
        fs::write(aside(&project), "kept\n").unwrap();
        for command in ["install", "uninstall"] {
            refused(&project, &["hook", command], "kept from an installation before");
        }
    }
    let project = project();
    fs::create_dir(file(&project)).unwrap();
    for command in ["install", "uninstall"] {
        refused(&project, &["hook", command], "is not a regular file");
    }
}

#[test]
fn an_installation_that_was_killed_half_way_is_finished() {
    let project = project();
    hook(&project, RECORDER, 0o755);
    let before = hooks_of(&project);
    let hooks = project.repo.at(".git/hooks");
    fs::hard_link(hooks.join("pre-push"), hooks.join("pre-push.before-sealgate")).unwrap();
    let left = project.repo.at(".git/sealgate-00112233445566778899aabbccddeeff.new");
    fs::write(&left, "half").unwrap();
    project.install();
    assert!(!left.exists());
    assert_eq!(hooks_of(&project).len(), before.len() + 1);
    assert_eq!(project.repo.run(&["hook", "uninstall"]).code, 0);
    assert_eq!(hooks_of(&project), before);
}

#[test]
fn an_installation_that_fails_leaves_the_hook_that_was_there() {
    let project = project();
    hook(&project, RECORDER, 0o755);
    let before = hooks_of(&project);
    // No file may have a byte.
    let install = project.repo.command(&["hook", "install"]);
    let mut limited = support::scrubbed("bash");
    limited.arg("-c").arg("trap '' XFSZ; ulimit -f 0; exec \"$0\" \"$@\"");
    limited.arg(install.get_program()).args(install.get_args());
    limited.current_dir(project.repo.at("."));
    let ran = run(limited);
    assert!(ran.code == 2 && ran.stderr.contains("\n  next: "), "{}", ran.stderr);
    assert_eq!(hooks_of(&project), before);
}

#[test]
fn a_hook_of_another_version_or_program_is_renewed_and_keeps_what_it_chains() {
    let project = project();
    hook(&project, RECORDER, 0o755);
    let before = hooks_of(&project);
    let (own, hooks) = (project.outside("own"), project.repo.at(".git/hooks"));
    copy_program(&own);
    let mut install = support::scrubbed(&own);
    install.args(["hook", "install"]).current_dir(project.repo.at("."));
    assert_eq!(run(install).code, 0);
    let of_other = fs::read(hooks.join("pre-push")).unwrap();
    let ran = project.repo.run(&["hook", "install"]);
    assert!(said(&ran).starts_with("renewed .git/hooks/pre-push"), "{}", said(&ran));
    assert_ne!(fs::read(hooks.join("pre-push")).unwrap(), of_other);
    // git does not run it like this.
    let not_executable = fs::Permissions::from_mode(0o644);
    fs::set_permissions(hooks.join("pre-push"), not_executable).unwrap();
    assert!(said(&project.repo.run(&["hook", "install"])).starts_with("renewed"));
    assert!(hooks_of(&project)["pre-push"].starts_with("100755 "));
    assert_eq!(project.repo.run(&["hook", "uninstall"]).code, 0);
    assert_eq!(hooks_of(&project), before);
}

#[test]
fn linked_worktrees_share_the_hook_and_a_submodule_has_its_own() {
    let project = project();
    let linked = project.outside("linked");
    project.git(&["worktree", "add", "--quiet", linked.to_str().unwrap(), "good"]);
    let mut install = project.repo.command(&["hook", "install"]);
    install.current_dir(linked.join("dist"));
    let ran = run(install);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(project.repo.at(".git/hooks/pre-push").exists());
    assert!(said(&project.repo.run(&["hook", "install"])).contains("is installed"));

    let other = Project::sealed();
    let from = other.repo.at(".");
    let allow = "protocol.file.allow=always";
    project.git(&["-c", allow, "submodule", "--quiet", "add", from.to_str().unwrap(), "sub"]);
    let mut install = project.repo.command(&["hook", "install"]);
    install.current_dir(project.repo.at("sub"));
    let ran = run(install);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(project.repo.at(".git/modules/sub/hooks/pre-push").exists());
}

#[test]
fn hooks_that_git_takes_from_elsewhere_are_touched_only_when_told_to() {
    let line = "add the line `sealgate hook pre-push \"$@\"` to ";
    let project = project();
    let outside = project.outside("all-my-hooks");
    let configuration = project.outside("gitconfig");
    let text = format!("[core]\n\thooksPath = {}\n", outside.display());
    fs::write(&configuration, text).unwrap();
    let in_home = |arguments: &[&str]| {
        let mut command = project.repo.command(arguments);
        command.env("GIT_CONFIG_GLOBAL", &configuration);
        // The program forgets the variable, as it forgets all of git's: this one is git's own place.
        fs::copy(&configuration, project.outside(".gitconfig")).unwrap();
        command.env("HOME", configuration.parent().unwrap());
        run(command)
    };
    let ran = in_home(&["hook", "install"]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("outside of this repository: it may serve others"),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.contains(line) && !outside.exists(), "{}", ran.stderr);
    assert_eq!(in_home(&["hook", "install", "--force"]).code, 0);
    assert!(outside.join("pre-push").exists() && !project.repo.at(".git/hooks/pre-push").exists());
    assert_eq!(in_home(&["hook", "uninstall"]).code, 0);
    assert!(!outside.join("pre-push").exists());

    for (path, named) in [(".husky/_", ".husky/pre-push"), (".githooks", "the pre-push hook there")]
    {
        project.git(&["config", "core.hooksPath", path]);
        let advice = format!("{line}{named}");
        refused(&project, &["hook", "install"], "in the working tree");
        let ran = project.repo.run(&["hook", "install"]);
        assert!(ran.stderr.contains(&advice), "{}", ran.stderr);
        assert!(!project.repo.at(path).exists());
        let ran = project.repo.run(&["hook", "install", "--force"]);
        assert!(ran.code == 0 && project.repo.at(path).join("pre-push").exists());
        assert_eq!(project.repo.run(&["hook", "uninstall"]).code, 0);
    }
    project.git(&["config", "core.hooksPath", "/dev/null"]);
    refused(&project, &["hook", "install"], "outside of this repository");
    // Its own, by another name; a link out of it is none.
    project.git(&["config", "core.hooksPath", ".git/my-hooks"]);
    project.install();
    assert!(project.repo.at(".git/my-hooks/pre-push").exists());
    project.git(&["config", "--unset", "core.hooksPath"]);
    fs::remove_dir_all(project.repo.at(".git/hooks")).unwrap();
    project.write("shared/README", "");
    symlink("../shared", project.repo.at(".git/hooks")).unwrap();
    refused(&project, &["hook", "install"], "in the working tree");
}

#[test]
fn a_hook_of_ours_that_pre_commit_keeps_counts_as_installed_and_one_that_nobody_runs_does_not() {
    for (text, counts) in [("#!/bin/sh\nexec prek hook-impl\n", true), ("#!/bin/sh\n", false)] {
        let project = Project::sealed();
        let hooks = project.repo.at(".git/hooks");
        fs::rename(hooks.join("pre-push"), hooks.join("pre-push.legacy")).unwrap();
        hook(&project, text, 0o755);
        let before = hooks_of(&project);
        let ran = project.repo.run(&["hook", "install"]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        assert_eq!(hooks_of(&project) == before, counts, "{}", said(&ran));
        assert_eq!(project.repo.run(&["hook", "uninstall"]).code, 0);
        assert_eq!(hooks_of(&project).len(), before.len() - usize::from(counts));
    }
}

#[test]
fn outside_of_git_there_is_no_hook() {
    let plain = support::Repo::plain();
    for command in ["install", "uninstall"] {
        let ran = plain.run(&["hook", command]);
        assert_eq!(ran.code, 2);
        assert!(ran.stderr.contains("not a git repository"), "{}", ran.stderr);
    }
}
