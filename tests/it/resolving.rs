//! Two branches that changed one seal: `resolve`, and the merge driver by which git does the same.

#![cfg(unix)]

use std::fs;
use std::process::Command;

use crate::support::{Repo, shell};

/// A repository with the built directory `d` of five files, sealed on the branch `main`.
fn built() -> Repo {
    Repo::once("", || {
        let repo = Repo::with(&[(".gitignore", "d\n")]);
        for name in ["f1", "f2", "f3", "f4", "f5"] {
            repo.write(format!("d/{name}"), name);
        }
        shell(
            &repo,
            "git init -q -b main; sealgate -q seal d --root d; git add -A; git commit -qm first",
        );
        repo
    })
}

/// Makes the branches `x` and `y` from `main` by a script each, each sealed again, and stays on `y`.
#[track_caller]
fn branches(repo: &Repo, x: &str, y: &str) {
    let restore = "rm -r d; mkdir d; for f in f1 f2 f3 f4 f5; do printf $f > d/$f; done";
    for (branch, script) in [("x", x), ("y", y)] {
        shell(
            repo,
            &format!(
                "git switch -q main; git switch -qc {branch}; {restore}; {script}
                 sealgate -q seal --all; git add -A; git commit -qm {branch}"
            ),
        );
    }
}

const NEIGHBOURS: (&str, &str) =
    ("echo x > d/f2; rm d/f5", "echo y > d/f3; echo new > d/f3a; mv d/f1 d/f0");

/// Gives `d` what both branches made of it.
const BOTH: &str = "rm -rf d; mkdir d; printf f1 > d/f0; echo x > d/f2; echo y > d/f3
     echo new > d/f3a; printf f4 > d/f4";

#[test]
fn neighbours_are_joined_without_any_bytes() {
    let repo = built();
    branches(&repo, NEIGHBOURS.0, NEIGHBOURS.1);
    assert!(
        !repo.script(&repo.root(), "git merge -q x").status.success(),
        "git merged it: the test is blind"
    );
    fs::remove_dir_all(repo.at("d")).unwrap();
    let run = repo.run(&["resolve"]);
    assert_eq!(run.code, 0, "{run:#?}");
    assert_eq!(
        run.stdout,
        "d: joined both sides in seals/d.toml, now 5 entries\n\
         stage it: git add -- ':/seals/d.toml'\n\
         no bytes were looked at: build, then run sealgate check\n"
    );
    // It stages nothing, and doing it twice changes nothing.
    assert_eq!(repo.run(&["resolve", "d"]).code, 0);
    assert!(!repo.script(&repo.root(), "git diff --cached --quiet").status.success());
    shell(&repo, &format!("{BOTH}; sealgate check; git add -A; git commit -qm merged"));
    let run = repo.run(&["resolve"]);
    assert_eq!((run.code, &*run.stdout), (0, "no seal is in conflict\n"));
    let run = repo.run(&["resolve", "nope"]);
    assert!(run.code == 2 && run.stderr.contains("no seal is named nope"), "{run:#?}");
}

#[test]
fn git_joins_neighbours_itself_once_the_driver_is_set_up() {
    let operations = [
        "git merge -q x -m merged",
        "git rebase -q x",
        "git cherry-pick x",
        "git switch -q x; git merge -q y -m merged",
    ];
    for set_up in ["sealgate hook install", "sealgate init --yes --root d; rm -rf .github"] {
        for operation in operations {
            let repo = built();
            shell(&repo, set_up);
            shell(&repo, "git add -A; git commit -qm set-up --allow-empty");
            branches(&repo, NEIGHBOURS.0, NEIGHBOURS.1);
            shell(&repo, operation);
            shell(&repo, &format!("{BOTH}; sealgate check"));
        }
    }
}

#[test]
fn the_driver_is_set_up_once_and_goes_with_the_hook() {
    let repo = built();
    repo.write(".git/info/attributes", "* diff");
    shell(&repo, "sealgate hook install");
    let own = repo.read(".git/info/attributes");
    assert_eq!(own, "* diff\n/seals/** merge=sealgate\n");
    let again = repo.run(&["hook", "install"]);
    assert!(!again.stdout.contains("merge driver"), "{again:#?}");
    assert_eq!(repo.read(".git/info/attributes"), own);
    shell(&repo, "sealgate hook uninstall; ! git config --get-regexp '^merge\\.sealgate'");
    assert_eq!(repo.read(".git/info/attributes"), "* diff\n");
    // What somebody chose for the seals stays.
    repo.write(".gitattributes", "/seals/** merge=union\n");
    shell(&repo, "sealgate hook install");
    assert_eq!(repo.read(".git/info/attributes"), "* diff\n");
}

#[test]
fn without_the_program_git_merges_the_text() {
    let repo = built();
    shell(&repo, "sealgate hook install");
    branches(&repo, NEIGHBOURS.0, NEIGHBOURS.1);
    let driver = repo.script(&repo.root(), "git config merge.sealgate.driver");
    let driver = String::from_utf8(driver.stdout).unwrap();
    let binary = env!("CARGO_BIN_EXE_sealgate");
    assert!(driver.contains(binary), "{driver}");
    let gone = driver.trim().replace(binary, "/nonexistent/o'%'").replace("s=sealgate", "s=none");
    let mut config = Command::new("git");
    config.current_dir(repo.root()).args(["config", "merge.sealgate.driver", &gone]);
    assert!(config.status().unwrap().success());
    assert!(!repo.script(&repo.root(), "git merge -q x").status.success());
    assert!(repo.read("seals/d.toml").contains("<<<<<<<"), "{}", repo.read("seals/d.toml"));
}

#[test]
fn what_both_sides_changed_differently_stays_in_conflict() {
    for driver in [false, true] {
        let repo = built();
        if driver {
            shell(&repo, "sealgate hook install");
        }
        branches(&repo, "echo x > d/f2; echo x > d/f4", "echo y > d/f2; echo y > d/f5; rm d/f4");
        assert!(!repo.script(&repo.root(), "git merge -q x").status.success());
        let run = repo.run(&["resolve"]);
        assert_eq!(run.code, 1, "{run:#?}");
        for path in ["f2", "f4"] {
            assert!(run.stdout.contains(&format!("  conflict  {path}\n")), "{run:#?}");
        }
        let text = repo.read("seals/d.toml");
        assert_eq!(text.matches("<<<<<<< ours\n").count(), 2, "{text}");
        // Neither a check nor another join takes it for a seal.
        assert_eq!(repo.run(&["check"]).code, 2);
        assert_eq!(repo.run(&["resolve"]).code, 1);
        // A person chooses, and that stays.
        shell(&repo, "sed -i -e '/^<<<<<<</,/^=======/d' -e '/^>>>>>>>/d' seals/d.toml");
        let chosen = repo.read("seals/d.toml");
        let run = repo.run(&["resolve"]);
        assert!(run.code == 0 && run.stdout.contains("and stays"), "{run:#?}");
        assert_eq!(repo.read("seals/d.toml"), chosen);
        shell(
            &repo,
            "printf f1 > d/f1; echo x > d/f2; printf f3 > d/f3; echo x > d/f4; echo y > d/f5
             sealgate check; git add -A; git commit -qm merged",
        );
    }
}

#[test]
fn the_header_is_joined_too() {
    let repo = built();
    branches(&repo, "sealgate -q seal d --exclude '*.log'", "echo y > d/f1; echo y > d/f5");
    shell(&repo, "git merge -q x || sealgate resolve");
    let text = repo.read("seals/d.toml");
    assert!(text.contains("  \"*.log\",\n"), "{text}");
    assert_eq!(repo.run(&["check"]).code, 0);

    let repo = built();
    branches(&repo, "sealgate -q seal d --exclude '*.log'", "sealgate -q seal d --exclude '*.map'");
    assert!(!repo.script(&repo.root(), "git merge -q x").status.success());
    let run = repo.run(&["resolve"]);
    assert!(run.code == 1, "{run:#?}");
    assert!(run.stdout.contains("  conflict  exclude (above [entries])\n"), "{run:#?}");
}

#[test]
fn a_seal_that_one_side_deleted_is_for_people_to_decide() {
    let repo = built();
    branches(
        &repo,
        "echo x > d/f2",
        "rm seals/d.toml; mkdir e; echo e > e/x; git add e; sealgate -q seal other --root e",
    );
    assert!(!repo.script(&repo.root(), "git merge -q x").status.success());
    let before = repo.read("seals/d.toml");
    let run = repo.run(&["resolve"]);
    assert!(run.refusal().contains("(ours) deleted it, and the other changed it"), "{run:#?}");
    assert_eq!(repo.read("seals/d.toml"), before);
}

#[test]
fn a_seal_that_both_sides_added_is_joined_without_a_base() {
    let repo = built();
    let add = "mkdir d/n; echo 1 > d/n/a; sealgate -q seal n --root d/n";
    branches(&repo, &format!("{add}; sealgate -q seal d"), &format!("{add}; echo 2 > d/n/b"));
    let merged = repo.script(&repo.root(), "git merge -q x");
    assert!(!merged.status.success());
    let run = repo.run(&["resolve", "n"]);
    assert!(run.code == 0 && run.stdout.starts_with("n: joined"), "{run:#?}");
}

#[test]
fn the_driver_merges_what_is_no_seal_as_text() {
    let repo = built();
    let cases = [
        ("seals/policy.toml", "a\nb\nc\nd\ne\n", "A\nb\nc\nd\ne\n", "a\nb\nc\nd\nE\n", 0),
        ("seals/d.toml", "a\nb\nc\n", "a\nB\nc\n", "a\nX\nc\n", 1),
        ("seals/\u{202e}x.toml", "", "a\n", "b\n", 1),
    ];
    for (path, base, ours, theirs, code) in cases {
        for (name, text) in [("base", base), ("ours", ours), ("theirs", theirs)] {
            repo.write(name, text);
        }
        let run = repo.run(&["merge-driver", "base", "ours", "theirs", "9", path]);
        assert_eq!(run.code, code, "{path}: {run:#?}");
        assert_eq!(repo.read("ours").contains("<<<<<<<<< "), code == 1, "{}", repo.read("ours"));
    }
    let run = repo.run(&["merge-driver", "absent", "ours", "theirs", "7", "seals/d.toml"]);
    assert_eq!(run.code, 2, "{run:#?}");
    for size in ["0", "x", "-1", "100000000000"] {
        let run = repo.run(&["merge-driver", "base", "ours", "theirs", size, "seals/d.toml"]);
        assert_eq!(run.code, 2, "{run:#?}");
    }
}

#[test]
fn the_seal_of_the_common_ancestor_in_the_file_settles_nothing() {
    let repo = built();
    branches(&repo, NEIGHBOURS.0, NEIGHBOURS.1);
    assert!(
        !repo.script(&repo.root(), "git merge -q x").status.success(),
        "git merged it: the test is blind"
    );
    shell(&repo, "git show :1:seals/d.toml > seals/d.toml");
    let run = repo.run(&["resolve"]);
    assert!(run.code == 0 && run.stdout.contains("joined both sides"), "{run:#?}");
    shell(&repo, &format!("{BOTH}; sealgate check"));
}

#[test]
fn what_was_chosen_between_the_markers_stays() {
    let repo = built();
    branches(&repo, "echo x > d/f2; echo x > d/f4", "echo y > d/f2; echo y > d/f4");
    assert!(
        !repo.script(&repo.root(), "git merge -q x").status.success(),
        "git merged it: the test is blind"
    );
    assert_eq!(repo.run(&["resolve"]).code, 1);
    let open = repo.read("seals/d.toml");
    assert_eq!(repo.run(&["resolve"]).code, 1, "nothing was chosen yet");
    assert_eq!(repo.read("seals/d.toml"), open);
    let (before, rest) = open.split_once("<<<<<<< ours\n").unwrap();
    let (ours, rest) = rest.split_once("=======\n").unwrap();
    let (_, after) = rest.split_once(">>>>>>> theirs\n").unwrap();
    let chosen = format!("{before}{ours}{after}");
    assert!(chosen.contains("<<<<<<< ours"), "there is no second conflict");
    repo.write("seals/d.toml", &chosen);
    let run = repo.run(&["resolve"]);
    assert!(run.code == 1 && run.stdout.contains("was edited"), "{run:#?}");
    assert_eq!(repo.read("seals/d.toml"), chosen);
    assert!(run.stdout.contains("begin again: rm seals/d.toml, and"), "{run:#?}");
    shell(&repo, "rm seals/d.toml");
    assert_eq!(repo.run(&["resolve"]).code, 1);
    assert_eq!(repo.read("seals/d.toml"), open, "it begins again");
}

#[test]
fn a_side_that_was_chosen_as_a_whole_stays() {
    let repo = built();
    branches(&repo, "echo x > d/f2", "echo y > d/f2");
    assert!(!repo.script(&repo.root(), "git merge -q x").status.success());
    assert_eq!(repo.run(&["resolve"]).code, 1);
    for side in ["ours", "theirs"] {
        shell(&repo, &format!("git checkout -q --{side} seals"));
        let chosen = repo.read("seals/d.toml");
        let run = repo.run(&["resolve"]);
        assert!(run.code == 0 && run.stdout.contains("holds a seal already"), "{run:#?}");
        assert_eq!(repo.read("seals/d.toml"), chosen);
    }
    // git leaves our side where it is told to merge no text: nobody chose it.
    for setting in
        ["echo '/seals/** -merge' > .git/info/attributes", "git config merge.default binary"]
    {
        shell(&repo, &format!("git checkout -q --ours seals; {setting}"));
        let run = repo.run(&["resolve"]);
        assert!(run.code == 1 && run.stdout.contains("both sides changed"), "{run:#?}");
        shell(&repo, "rm -f .git/info/attributes");
    }
}

/// git exits with 0 where there was no room for its configuration, so it is asked again.
#[test]
fn says_that_the_driver_stays_where_git_could_not_take_it_away() {
    let repo = Repo::with(&[("dist/a", "1"), ("seals/README.md", "")]);
    shell(&repo, "git init -q && sealgate hook install");
    // No file may hold a byte. The first rename of the hook away needs none.
    let output = repo.script(
        &repo.root(),
        "trap '' XFSZ; ulimit -f 0; sealgate hook uninstall | cat; git config merge.sealgate.driver",
    );
    let printed = String::from_utf8(output.stdout).unwrap();
    let (said, driver) = printed.split_once('\n').unwrap();
    assert!(
        said.ends_with("the merge driver stays: git did not write its configuration"),
        "{said}"
    );
    assert!(driver.contains("merge-driver"), "{driver}");
}
