//! Builds that are elsewhere: a first seal from `--at`, a tree a level too deep, and names with a backslash.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::symlink;

use crate::support::{Repo, refused};

fn outside() -> Repo {
    let repo = Repo::with(&[(".gitignore", "bazel-out\ndist\n"), ("src", "x")]);
    let out = repo.root().with_file_name("out");
    fs::create_dir_all(out.join("lib")).unwrap();
    fs::write(out.join("app"), "app").unwrap();
    fs::write(out.join("lib/one"), "one").unwrap();
    symlink(&out, repo.at("bazel-out")).unwrap();
    let git = std::process::Command::new("git").current_dir(repo.root()).arg("init").output();
    assert!(git.unwrap().status.success());
    repo
}

#[test]
fn a_build_outside_of_the_repository_gets_its_first_seal() {
    let repo = outside();
    let make = ["seal", "dist", "--root", "dist", "--at", "../out", "--exclude", "*.log"];
    let run = repo.run(&make);
    assert_eq!(run.code, 0, "{run:#?}");
    assert!(run.stdout.contains("sealed 2 entries, 6 B, not kept in git"), "{run:#?}");
    assert_eq!(repo.run(&["check", "dist", "--at", "../out"]).code, 0);
    assert!(!repo.at("dist").exists());
    fs::write(repo.root().with_file_name("out").join("app"), "new").unwrap();
    assert_eq!(repo.run(&["check", "dist", "--at", "../out"]).code, 1);
    assert_eq!(repo.run(&["seal", "dist", "--at", "../out"]).code, 0);
    assert_eq!(repo.run(&["check", "dist", "--at", "../out"]).code, 0);
    // Whoever names the place itself is told how.
    refused(&repo, &["seal", "x", "--root", "../out"], "--at THERE");
    refused(&repo, &["seal", "x", "--root", "bazel-out"], "--at THERE");
}

#[test]
fn bytes_from_elsewhere_are_refused_where_they_mean_nothing() {
    let repo = outside();
    repo.write("kept/a", "a");
    let git = ["add", "kept"];
    let git = std::process::Command::new("git").current_dir(repo.root()).args(git).output();
    assert!(git.unwrap().status.success());
    let at = ["--at", "../out"];
    refused(
        &repo,
        &[&["seal", "k", "--root", "kept"][..], &at].concat(),
        "git keeps files in kept",
    );
    assert_eq!(repo.run(&["seal", "k", "--root", "kept"]).code, 0);
    refused(
        &repo,
        &[&["seal", "k"][..], &at].concat(),
        "--at does not go with a root that is kept",
    );
    refused(&repo, &[&["seal", "k", "--exclude", "x"][..], &at].concat(), "--at");
    refused(&repo, &["seal", "n", "--root", "n", "--at", "../none"], "there is nothing at ../none");
}

#[test]
fn a_tree_a_level_too_deep_is_named_with_the_command_that_checks_it() {
    let repo = Repo::with(&[("dist/a/f1", "1"), ("dist/a/empty", ""), ("dist/b", "2")]);
    symlink("b", repo.at("dist/l")).unwrap();
    assert_eq!(repo.run(&["seal", "dist", "--root", "dist"]).code, 0);
    for (above, at) in [("t", "../t"), ("o'clock t", "../o'clock t")] {
        let deep = repo.root().with_file_name(above);
        fs::create_dir(&deep).unwrap();
        let copied = std::process::Command::new("cp")
            .args(["-a", "dist"])
            .arg(&deep)
            .current_dir(repo.root())
            .status();
        assert!(copied.unwrap().success());
        let run = repo.run(&["check", "dist", "--at", at]);
        assert_eq!(run.code, 1, "{run:#?}");
        let said = format!("{}{}", run.stdout, run.stderr);
        let command = said.split("instead: sealgate ").nth(1).unwrap_or_else(|| panic!("{said}"));
        let command = command.lines().next().unwrap();
        let script = format!("exec \"$0\" {command}");
        let program = env!("CARGO_BIN_EXE_sealgate");
        let pasted = std::process::Command::new("sh")
            .args(["-c", &script, program])
            .current_dir(repo.root())
            .output();
        assert!(pasted.unwrap().status.success(), "{command}");
        // With one entry missing it is another tree.
        fs::remove_file(deep.join("dist/b")).unwrap();
        let run = repo.run(&["check", "dist", "--at", at]);
        assert!(!format!("{}{}", run.stdout, run.stderr).contains("instead: "), "{run:#?}");
    }
}

#[test]
fn a_name_with_a_backslash_is_a_name_like_any_other() {
    let name = r"system-systemd\x2dcryptsetup.slice";
    let repo = Repo::with(&[("rootfs/a", "a")]);
    repo.write(format!("rootfs/{name}"), "unit");
    symlink(r"..\b", repo.at("rootfs/link")).unwrap();
    let run = repo.run(&["seal", "rootfs", "--root", "rootfs"]);
    assert_eq!(run.code, 0, "{run:#?}");
    assert!(run.stderr.contains("warning: rootfs: ") && run.stderr.contains("Windows"), "{run:#?}");
    assert!(repo.read("seals/rootfs.toml").contains(r#""system-systemd\\x2dcryptsetup.slice" = "#));
    for command in
        [&["check"][..], &["fmt", "--check"], &["ls", "rootfs"], &["diff", "--exit-code"]]
    {
        assert_eq!(repo.run(command).code, 0, "{command:?}");
    }
    let sums = repo.run(&["export", "rootfs", "--format", "sha256sum"]);
    assert!(sums.stdout.contains(r"system-systemd\\x2dcryptsetup.slice"), "{sums:#?}");
    repo.write(format!("rootfs/{name}"), "changed");
    assert_eq!(repo.run(&["check"]).code, 1);
    // Roots have none: Windows would go down into another directory.
    repo.write(r"root\s/x", "x");
    refused(&repo, &["seal", "x", "--root", r"root\s"], "backslash");
}
