//! Reports on many seals that fail alike: the advice once, and one command for all.

#![cfg(unix)]

use crate::support::{Repo, shell};

const SEALS: usize = 20;

/// Seals that all fail in the same way, and one that passes.
fn failing() -> Repo {
    Repo::once("", || {
        let repo = Repo::with(&[("fine/a", "1\n")]);
        assert_eq!(repo.run(&["seal", "fine", "--root", "fine"]).code, 0);
        for at in 0..SEALS {
            repo.write(format!("p{at:02}/a"), format!("{at}\n"));
            let name = format!("p{at:02}");
            assert_eq!(repo.run(&["seal", &name, "--root", &name]).code, 0);
            repo.write(format!("p{at:02}/a"), format!("{at}\r\n"));
        }
        repo
    })
}

#[test]
fn advice_that_many_seals_share_stands_in_a_report_once() {
    let repo = failing();
    for format in ["human", "markdown", "html"] {
        let run = repo.run(&["check", "--format", format]);
        assert_eq!(run.code, 1, "{run:#?}");
        // The page also has the advice of each finding, in the table that can be filtered.
        let advice = if format == "html" { "<b>line-endings</b>" } else { "A filter rewrote" };
        assert_eq!(run.stdout.matches(advice).count(), 1, "{format}");
        assert_eq!(run.stdout.matches("approve these bytes").count(), 1, "{format}");
        assert_eq!(run.stdout.matches("sealgate seal --all").count(), 1, "{format}");
    }
}

#[test]
fn the_command_for_many_seals_approves_those_that_were_judged_and_no_others() {
    let repo = failing();
    let run = repo.run(&["check", "p0[1-3]"]);
    assert!(run.stdout.contains("sealgate seal p01 p02 p03\n"), "{run:#?}");
    assert_eq!(repo.run(&["seal", "p01", "p02", "p03"]).code, 0);
    assert_eq!(repo.run(&["check", "p01", "p02", "p03"]).code, 0);
    assert_eq!(repo.run(&["check", "p04"]).code, 1);
    assert_eq!(repo.run(&["seal", "--all"]).code, 0);
    assert_eq!(repo.run(&["check"]).code, 0);
}

#[test]
fn where_one_seal_is_broken_the_command_names_those_that_can_be_approved() {
    let repo = failing();
    repo.write("seals/fine.toml", "broken");
    let run = repo.run(&["check"]);
    assert!(!run.stdout.contains("seal --all"), "{run:#?}");
    assert!(run.stdout.contains("sealgate seal p00 p01 "), "{run:#?}");
}

/// A monorepo in git: packages with a committed `dist` that `sh build.sh` makes of `VERSION`, and `other`.
fn packages(number: usize) -> Repo {
    Repo::once(&number.to_string(), || {
        let repo = Repo::with(&[("VERSION", "1\n"), ("other/a", "other\n")]);
        let directories = (0..number).map(|at| format!("packages/p{at:02}/dist"));
        let directories: Vec<String> = directories.collect();
        let list = directories.join(" ");
        repo.write(
            "build.sh",
            format!("for d in {list}; do mkdir -p $d && cp VERSION $d/a; done\n"),
        );
        shell(
            &repo,
            "sh build.sh; git init -q -b main; git add .; sealgate seal -q other --root other",
        );
        for (at, root) in directories.iter().enumerate() {
            let name = format!("p{at:02}");
            let run = repo.run(&["seal", &name, "--root", root, "--set-build", "sh build.sh"]);
            assert_eq!(run.code, 0, "{run:#?}");
        }
        shell(&repo, "git add .; git commit -qm first");
        repo
    })
}

/// The one command in `said` that begins with `git add`, at the end of a line.
#[track_caller]
fn staging(said: &str) -> String {
    let mut lines = said.lines().filter_map(|line| line.find("git add").map(|at| &line[at..]));
    let command = lines.next().unwrap_or_else(|| panic!("{said}")).to_owned();
    assert_eq!(lines.next(), None, "{said}");
    command
}

/// Pastes the staging command in `said`, commits, and holds that this was all of the change.
#[track_caller]
fn stage_and_commit(repo: &Repo, said: &str) {
    shell(repo, &format!("{}; git commit -qm approved; sealgate check --rev HEAD", staging(said)));
}

#[test]
fn many_seals_are_staged_by_one_command() {
    let repo = packages(20);
    shell(&repo, "echo 2 > VERSION; git commit -qam source; sh build.sh; echo more >> other/a");
    shell(&repo, "rm packages/p03/dist/a; echo c > packages/p03/dist/b");
    let run = repo.run(&["seal", "--all"]);
    assert_eq!(run.code, 0, "{run:#?}");
    assert!(staging(&run.stdout).ends_with(" packages/p19/dist seals"), "{run:#?}");
    stage_and_commit(&repo, &run.stdout);
    shell(&repo, "test -z \"$(git status --porcelain)\"");
}

#[test]
fn what_was_not_sealed_is_not_staged() {
    let repo = packages(20);
    shell(&repo, "echo 2 > VERSION; git commit -qam source; sh build.sh; echo more >> other/a");
    let run = repo.run(&["seal", "p*"]);
    assert!(!staging(&run.stdout).ends_with(" seals"), "other.toml stays: {run:#?}");
    shell(&repo, &staging(&run.stdout));
    shell(&repo, "test \"$(git status --porcelain | grep -v '^M  ')\" = ' M other/a'");
    // What lies beside the seals is somebody's own work.
    let repo = packages(20);
    shell(&repo, "echo 2 > VERSION; git commit -qam source; sh build.sh; echo more >> other/a");
    shell(&repo, "echo notes > seals/README.md");
    let run = repo.run(&["seal", "--all"]);
    stage_and_commit(&repo, &run.stdout);
    shell(&repo, "test \"$(git status --porcelain)\" = '?? seals/README.md'");
}

#[test]
fn a_report_on_many_builds_names_one_command_that_stages_them() {
    let repo = packages(20);
    shell(&repo, "echo 2 > VERSION; git commit -qam source");
    let run = repo.run(&["rebuild"]);
    assert_eq!(run.code, 1, "{run:#?}");
    let steps: Vec<&str> = run.stdout.lines().filter(|line| line.contains("rebuild p00")).collect();
    let rebuild = steps.iter().find(|line| line.trim().ends_with("--seal")).unwrap();
    shell(&repo, rebuild.trim());
    stage_and_commit(&repo, &run.stdout);
    shell(&repo, "test -z \"$(git status --porcelain)\"");
}

#[test]
fn seals_of_built_roots_are_staged_by_one_command_too() {
    let repo = failing();
    shell(&repo, "git init -q -b main; printf '%s\\n' 'p*/' fine/ > .gitignore; git add .");
    shell(&repo, "git commit -qm first");
    let run = repo.run(&["seal", "p01", "p02"]);
    assert_eq!(staging(&run.stdout), "git add -A -- seals/p01.toml seals/p02.toml", "{run:#?}");
    // In a directory of its own, git takes the paths from the top.
    shell(&repo, "mkdir below");
    let run = repo.run(&["-C", "below", "seal", "p03", "p04"]);
    let staged = "git -C below add -A -- ':/seals/p03.toml' ':/seals/p04.toml'";
    assert!(run.stdout.ends_with(&format!("commit them: {staged}\n")), "{run:#?}");
    shell(&repo, staged);
}

#[test]
fn many_joined_seals_are_staged_by_one_command() {
    let repo = packages(2);
    for (branch, file) in [("left", "l"), ("right", "r")] {
        let files = format!("for d in packages/*/dist; do echo {branch} > $d/{file}; done");
        shell(&repo, &format!("git switch -qc {branch} main; {files}; sealgate seal -q --all"));
        shell(&repo, &format!("git add .; git commit -qm {branch}"));
    }
    assert!(!repo.script(&repo.root(), "git merge -q left").status.success());
    let run = repo.run(&["resolve"]);
    assert_eq!(run.code, 0, "{run:#?}");
    shell(&repo, &format!("{}; git commit -qm merged; sealgate check", staging(&run.stdout)));
}
