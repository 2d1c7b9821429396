//! Where a seal cannot be read, the error names a command that repairs it, which does so when it is pasted.

#![cfg(unix)]

use crate::support::{Repo, Run, shell, shell_in};

/// The seal `dist`, which `true` builds, in a commit of its own after an older version of it.
fn sealed() -> Repo {
    Repo::once("", || {
        let repo = Repo::with(&[("dist/a", "1\n"), ("dist/b", "2\n")]);
        let seal = "sealgate -q seal dist --root dist --set-build true";
        shell(
            &repo,
            &format!("git init -q -b main; git add .; {seal}; git add .; git commit -qm old"),
        );
        shell(&repo, "echo 3 > dist/c; sealgate -q seal dist; git add .; git commit -qm new");
        repo
    })
}

/// What is advised first: the first command in backticks after `next:`.
#[track_caller]
fn advised(run: &Run) -> String {
    let said = format!("{}{}", run.stdout, run.stderr);
    let next = said.split("next: ").nth(1).unwrap_or_else(|| panic!("{run:#?}"));
    let next = next.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut quoted = next.split('`').skip(1).step_by(2);
    let is_command = |word: &&str| word.starts_with("git ") || word.starts_with("sealgate ");
    quoted.find(is_command).unwrap_or_else(|| panic!("{next}")).to_owned()
}

const RESTORE: &str = "git restore --source=HEAD --staged --worktree -- ':/seals/dist.toml'";

/// What breaks a seal, and the command that repairs it.
const DAMAGES: &[(&str, &str)] = &[
    ("echo '[[[' >> seals/dist.toml", RESTORE),
    ("echo '[[[' >> seals/dist.toml; git add seals", RESTORE),
    (r#"sed -i 's/"a"/"..\/a"/' seals/dist.toml"#, RESTORE),
    (r#"sed -i '/^"/d' seals/dist.toml"#, RESTORE),
    (": > seals/dist.toml", RESTORE),
    ("printf '<<<<<<< a\n=======\n>>>>>>> b\n' >> seals/dist.toml", RESTORE),
    (r"printf '\377' >> seals/dist.toml", RESTORE),
    (r#"sed -i 's/"a" =/"a"  =/' seals/dist.toml"#, "sealgate fmt dist"),
    ("sed -i 's/$/\r/' seals/dist.toml", "sealgate fmt dist"),
];

#[test]
fn the_command_brings_back_a_seal_that_can_be_read() {
    for (damage, command) in DAMAGES {
        let repo = sealed();
        shell(&repo, damage);
        let run = repo.run(&["check"]);
        assert_eq!(run.code, 2, "{damage}: {run:#?}");
        assert_eq!(advised(&run), *command, "{damage}");
        shell(&repo, &format!("{command}; sealgate check"));
    }
}

#[test]
fn other_commands_than_check_name_it_too() {
    for arguments in
        [&["ls", "dist"][..], &["diff"], &["export", "dist", "--format", "b3sum"], &["doctor"]]
    {
        let repo = sealed();
        shell(&repo, "echo '[[[' >> seals/dist.toml");
        let run = repo.run(arguments);
        assert_eq!(run.code, 2, "{run:#?}");
        shell(&repo, &format!("{}; sealgate check", advised(&run)));
    }
}

#[test]
fn a_seal_that_head_has_broken_comes_back_from_an_older_commit() {
    let repo = sealed();
    shell(
        &repo,
        "echo '[[[' >> seals/dist.toml; git commit -qam broken; git commit -qm x --allow-empty",
    );
    for arguments in
        [&["check"][..], &["check", "--rev", "HEAD"], &["check", "--rev", "HEAD~1..HEAD"]]
    {
        let command = advised(&repo.run(arguments));
        assert!(command.starts_with("git restore --source="), "{arguments:?}: {command}");
        shell(&repo, &format!("{command}; sealgate check; git commit -qm restored"));
        shell(&repo, "sealgate check --rev HEAD; git reset -q --hard HEAD~1");
    }
    let line = "refs/heads/main $(git rev-parse HEAD) refs/heads/main $(git rev-parse HEAD~2)";
    let hook = format!("echo \"{line}\" | sealgate hook pre-push o u 2>&1 || true");
    let output = repo.script(&repo.root(), &hook);
    let stdout = String::from_utf8(output.stdout).unwrap();
    let command = advised(&Run { code: 2, stdout, stderr: String::new() });
    shell(&repo, &format!("{command}; sealgate check"));
}

#[test]
fn the_command_is_for_where_the_user_is() {
    let repo = sealed();
    shell(&repo, "mkdir sub; echo '[[[' >> seals/dist.toml");
    let run = repo.run(&["-C", "sub", "check"]);
    let command = advised(&run);
    assert!(command.starts_with("git -C sub restore "), "{command}");
    shell(&repo, &format!("{command}; sealgate check"));
    shell(&repo, "echo '[[[' >> seals/dist.toml");
    shell_in(&repo, &repo.at("sub"), &format!("{RESTORE}; sealgate check"));
    shell(&repo, "sed -i 's/$/\r/' seals/dist.toml");
    let command = advised(&repo.run(&["-C", "sub", "check"]));
    assert_eq!(command, "sealgate -C sub fmt dist");
    shell(&repo, &format!("{command}; sealgate check"));
}

/// A merge that leaves the seal in conflict: each side changed a file beside that of the other.
fn in_conflict() -> Repo {
    Repo::once("", || {
        let build = "rm -rf dist; mkdir dist; cp s dist/a; cp l dist/b; cp r dist/c";
        let repo = Repo::with(&[("s", "s"), ("l", "l"), ("r", "r"), ("build.sh", build)]);
        let seal = "sealgate -q seal dist --root dist --set-build 'sh build.sh'";
        shell(&repo, &format!("git init -q -b main; sh build.sh; git add .; {seal}; git add ."));
        shell(&repo, "git commit -qm old");
        for (branch, file) in [("left", "l"), ("right", "r")] {
            shell(&repo, &format!("git switch -qc {branch} main; echo {branch} > {file}"));
            shell(&repo, "sh build.sh; sealgate -q seal dist; git commit -qam change");
        }
        assert!(!repo.script(&repo.root(), "git merge -q left").status.success());
        repo
    })
}

#[test]
fn an_open_merge_is_resolved_or_built_again() {
    for command in ["sealgate resolve dist", "sealgate rebuild dist --seal"] {
        let repo = in_conflict();
        let run = repo.run(&["check"]);
        assert_eq!(run.code, 2, "{run:#?}");
        assert_eq!(advised(&run), "sealgate resolve dist", "{run:#?}");
        assert!(run.stderr.contains(&format!("`{command}`")), "{run:#?}");
        shell(&repo, &format!("{command}; sealgate check; git commit -qam merged"));
    }
    // Markers that were committed are no open merge: nothing is left to join.
    let repo = in_conflict();
    shell(&repo, "git add .; git commit -qm markers");
    let command = advised(&repo.run(&["check"]));
    assert!(command.starts_with("git restore --source="), "{command}");
    shell(&repo, &format!("{command}; sealgate ls dist"));
}

#[test]
fn without_a_version_that_can_be_read_the_line_is_corrected_by_hand() {
    let repo = Repo::with(&[("dist/a", "1\n")]);
    shell(&repo, "git init -q -b main; git add .; sealgate -q seal dist --root dist");
    shell(&repo, "echo '[[[' >> seals/dist.toml; git add .; git commit -qm broken");
    let run = repo.run(&["check"]);
    assert_eq!(run.code, 2, "{run:#?}");
    assert!(!run.stderr.contains("git restore"), "{run:#?}");
    assert!(run.stderr.contains("correct the line by hand"), "{run:#?}");
}
