//! The list of what passed in earlier pushes: what a push does not change is not judged again.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use crate::pushing::Project;

const JUDGED: &str = "sealgate: PASS  1 commit, 1 seal (dist), 1 entry, 25 B in ";
const UNCHANGED: &str = "sealgate: PASS  1 commit, 1 seal (dist) unchanged since judged here, in ";

/// What the hook says of a new commit that changes nothing under seal.
fn push_of_another_file(project: &Project) -> String {
    let number = project.git(&["rev-list", "--count", "HEAD"]);
    project.write("README.md", &number);
    project.commit("Change what has no seal");
    let ran = project.push(&["origin", "main"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    ran.stderr
}

fn assert_says(said: &str, expected: &str) {
    assert!(said.lines().any(|line| line.starts_with(expected)), "{expected:?}: {said}");
}

#[test]
fn what_passed_here_is_not_judged_again() {
    for format in ["sha1", "sha256"] {
        let project = Project::sealed_in(format);
        assert_says(&push_of_another_file(&project), JUDGED);
        assert_says(&push_of_another_file(&project), UNCHANGED);
        // Another worktree has the same list.
        let other = project.outside("other");
        project.git(&["worktree", "add", "--quiet", "--detach", other.to_str().unwrap()]);
        let ran = crate::pushing::push_from(&other, &["origin", "HEAD:refs/heads/other"]);
        assert_says(&ran.stderr, UNCHANGED);
    }
}

#[test]
fn what_changed_is_judged() {
    let project = Project::sealed();
    project.write("vendor/a.js", "1\n");
    project.git(&["add", "vendor"]);
    project.repo.seal("vendor", "vendor");
    let said = push_of_another_file(&project);
    assert_says(&said, "sealgate: PASS  1 commit, 2 seals (dist, vendor), 2 entries, ");
    project.write("vendor/a.js", "2\n");
    assert_eq!(project.repo.run(&["seal", "vendor"]).code, 0);
    let said = push_of_another_file(&project);
    let one = "sealgate: PASS  1 commit, 2 seals (dist, vendor), 1 unchanged since judged here, 1 entry, 2 B in ";
    assert_says(&said, one);
    // The seal, without the bytes; and the bytes, without the seal.
    for path in ["vendor/a.js", "seals/vendor.toml"] {
        project.git(&["checkout", "--quiet", "HEAD~1", "--", path]);
        project.commit("Take back a half");
        let ran = project.push(&["origin", "main"]);
        assert!(
            ran.code != 0 && ran.stderr.contains("FAIL  2 seals (vendor fail, dist pass)"),
            "{ran:?}"
        );
        project.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
    }
    // Taking back both is what passed before.
    project.git(&["checkout", "--quiet", "HEAD~1", "--", "vendor/a.js", "seals/vendor.toml"]);
    let both = "sealgate: PASS  1 commit, 2 seals (dist, vendor) unchanged since judged here, in ";
    assert_says(&push_of_another_file(&project), both);
}

#[test]
fn a_list_that_does_not_count_is_no_list() {
    /// What becomes of the list; the directory that it is in comes first.
    type Change = fn(&Path, &Path);
    let allow = |path: &Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    let cases: [(&str, Change); 7] = [
        ("gone", |_, list| fs::remove_file(list).unwrap()),
        ("cut", |_, list| {
            let bytes = fs::read(list).unwrap();
            fs::write(list, &bytes[..bytes.len() - 1]).unwrap();
        }),
        ("of another version", |_, list| {
            let text = fs::read_to_string(list).unwrap();
            fs::write(list, text.replace(env!("CARGO_PKG_VERSION"), "0.0.1")).unwrap();
        }),
        ("a link", |directory, list| {
            fs::rename(list, directory.join("elsewhere")).unwrap();
            symlink("elsewhere", list).unwrap();
        }),
        ("a directory", |_, list| {
            fs::remove_file(list).unwrap();
            fs::create_dir(list).unwrap();
        }),
        ("for the group to write", |_, _| {}),
        ("in a directory for all to write", |_, _| {}),
    ];
    for (name, change) in cases {
        let project = Project::sealed();
        push_of_another_file(&project);
        let directory = project.repo.at(".git/sealgate/hook");
        let list = directory.join("passed");
        assert_eq!(list.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        change(&directory, &list);
        match name {
            "for the group to write" => allow(&list, 0o660),
            "in a directory for all to write" => allow(&directory, 0o777),
            _ => {}
        }
        let said = push_of_another_file(&project);
        assert!(said.lines().any(|line| line.starts_with(JUDGED)), "{name}: {said}");
    }
}

#[test]
fn a_commit_that_fails_is_reported_with_all_its_seals() {
    let project = Project::sealed();
    project.write("vendor/a.js", "1\n");
    project.git(&["add", "vendor"]);
    project.repo.seal("vendor", "vendor");
    push_of_another_file(&project);
    project.write("vendor/a.js", "2\n");
    project.commit("Drift");
    let ran = project.push(&["origin", "main"]);
    let last = ran.stderr.lines().find(|line| line.starts_with("FAIL")).unwrap_or_default();
    assert!(ran.code != 0 && last.contains("2 seals (vendor fail, dist pass)"), "{}", ran.stderr);
    assert!(last.contains("2 entries"), "{last}");
}
