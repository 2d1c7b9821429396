//! The next step that a failing check prints helps, when it is run as printed.

#![cfg(unix)]

use crate::support::{Repo, Run, shell};

/// `vendor` is kept in git, `dist` is built; both are sealed and committed.
fn sealed() -> Repo {
    Repo::once("", || {
        let repo = Repo::with(&[
            (".gitignore", "dist\n"),
            ("dist/app.js", "app\n"),
            ("vendor/a.js", "one\ntwo\n"),
            ("vendor/b.js", "b\n"),
        ]);
        shell(
            &repo,
            "git init -q -b main; git add .; sealgate seal dist --root dist
             sealgate seal vendor --root vendor; git add .; git commit -qm first",
        );
        repo
    })
}

/// What the run said, in one line.
fn joined(run: &Run) -> String {
    let said = format!("{} {}", run.stdout, run.stderr);
    said.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The command in backticks in `said` that begins with `start`.
#[track_caller]
fn command<'s>(said: &'s str, start: &str) -> &'s str {
    let mut commands = said.split('`').skip(1).step_by(2);
    commands
        .find(|command| command.starts_with(start))
        .unwrap_or_else(|| panic!("{start} in {said}"))
}

#[test]
fn committed_drift_is_restored_from_the_commit_that_has_the_sealed_bytes() {
    let drifts = [
        ("echo evil >> vendor/a.js", "git restore"),
        ("sed -i 's/$/\\r/' vendor/a.js", "git restore"),
        ("git rm -q vendor/b.js", "git restore"),
    ];
    for (drift, start) in drifts {
        for arguments in [&["check", "vendor"][..], &["check", "vendor", "--rev", "HEAD"]] {
            let repo = sealed();
            shell(
                &repo,
                &format!(
                    "{drift}; git commit -qam drift; echo x > x; git add x; git commit -qm more"
                ),
            );
            let run = repo.run(arguments);
            assert_eq!(run.code, 1, "{drift}: {run:#?}");
            let said = joined(&run);
            assert!(!said.contains("--source=HEAD"), "{drift}: {said}");
            shell(&repo, command(&said, start));
            assert_eq!(repo.run(&["check", "vendor"]).code, 0, "{drift}: {said}");
            shell(&repo, "git commit -qam restored");
            assert_eq!(repo.run(arguments).code, 0, "{drift}: {said}");
        }
    }
}

#[test]
fn drift_that_is_not_committed_is_restored_from_head() {
    let repo = sealed();
    shell(&repo, "echo evil >> vendor/a.js");
    let said = joined(&repo.run(&["check", "vendor"]));
    shell(&repo, command(&said, "git restore --source=HEAD"));
    assert_eq!(repo.run(&["check"]).code, 0, "{said}");
}

#[test]
fn names_the_log_where_no_commit_has_the_sealed_bytes() {
    let repo = sealed();
    shell(
        &repo,
        "echo new > vendor/a.js; sealgate seal vendor; git add seals; git commit -qm seal",
    );
    shell(&repo, "echo evil > vendor/a.js; git commit -qam drift");
    let said = joined(&repo.run(&["check", "vendor"]));
    assert!(!said.contains("git restore"), "{said}");
    shell(&repo, command(&said, "git log -- ':/vendor"));
}

#[test]
fn a_commit_that_is_checked_out_need_not_be_checked_out() {
    let repo = sealed();
    shell(&repo, "echo meant >> vendor/a.js; git commit -qam drift");
    let said = joined(&repo.run(&["check", "vendor", "--rev", "HEAD"]));
    assert!(!said.contains("check out"), "{said}");
    assert!(said.contains("commit the seal after it"), "{said}");
    shell(&repo, "git switch -qc other HEAD~1");
    let said = joined(&repo.run(&["check", "vendor", "--rev", "main"]));
    assert!(said.contains("First check out main"), "{said}");
}

#[test]
fn a_built_root_in_a_commit_leads_to_the_seals_that_are_kept_in_git() {
    let repo = sealed();
    let run = repo.run(&["check", "--rev", "HEAD"]);
    assert_eq!(run.code, 2, "{run:#?}");
    let said = joined(&run);
    assert!(!said.contains("git add -f"), "{said}");
    let next = said.split("kept in git: ").nth(1).unwrap_or_else(|| panic!("{said}"));
    shell(&repo, next.split(" --rev HEAD").next().unwrap());
    assert!(next.starts_with("sealgate check vendor --rev HEAD"), "{said}");
}

#[test]
fn only_refused_reseals_are_taken_back() {
    let repo = sealed();
    shell(
        &repo,
        "git switch -qc work; echo x >> vendor/a.js; sealgate seal vendor; git commit -qam reseal",
    );
    shell(&repo, "sealgate seal dist --exclude '*.map'; git commit -qam scope");
    let run = repo.run(&["check", "--base", "main"]);
    assert_eq!(run.code, 1, "{run:#?}");
    let said = joined(&run);
    let restore = command(&said, "git restore --source=main");
    assert!(restore.ends_with("-- ':/seals/dist.toml'"), "{said}");
    shell(&repo, restore);
    assert_eq!(repo.run(&["check", "--base", "main"]).code, 0, "{said}");
}

#[test]
fn an_empty_root_is_not_to_be_approved() {
    let repo = sealed();
    shell(&repo, "rm -r dist; mkdir dist");
    let run = repo.run(&["check", "dist"]);
    assert_eq!(run.code, 1, "{run:#?}");
    assert!(!joined(&run).contains("To approve"), "{run:#?}");
    assert!(joined(&run).contains("build again"), "{run:#?}");
}

#[test]
fn a_reseal_that_is_not_committed_is_named() {
    let repo = sealed();
    shell(&repo, "echo meant >> dist/app.js; sealgate seal dist");
    let run = repo.run(&["check", "dist", "--seals-from", "HEAD"]);
    assert_eq!(run.code, 1, "{run:#?}");
    let said = joined(&run);
    shell(&repo, &format!("export GIT_EDITOR='echo x >'; {}", command(&said, "git commit -- ")));
    assert_eq!(repo.run(&["check", "dist", "--seals-from", "HEAD"]).code, 0, "{said}");
    shell(&repo, "echo more >> dist/app.js");
    assert!(!joined(&repo.run(&["check", "dist", "--seals-from", "HEAD"])).contains("git commit"));
}

#[test]
fn line_endings_in_a_commit_are_fixed_for_the_root_alone() {
    let repo = sealed();
    shell(&repo, "sed -i 's/$/\\r/' vendor/a.js; git commit -qam crlf");
    for arguments in [&["check", "vendor"][..], &["check", "vendor", "--rev", "HEAD"]] {
        let said = joined(&repo.run(arguments));
        assert!(said.contains("put `vendor/** -text` into .gitattributes"), "{said}");
    }
}

#[test]
fn line_endings_that_git_keeps_are_not_fixed_by_an_attribute_that_is_there() {
    let repo = sealed();
    shell(&repo, "echo 'vendor/** -text' > .gitattributes; sed -i 's/$/\\r/' vendor/a.js");
    let said = joined(&repo.run(&["check", "vendor"]));
    assert!(said.contains("other than git rewrote"), "{said}");
    assert!(!said.contains("into .gitattributes"), "{said}");
    shell(&repo, command(&said, "git restore --source=HEAD"));
    assert_eq!(repo.run(&["check", "vendor"]).code, 0, "{said}");
}

#[test]
fn seals_whose_deletion_is_staged_come_back() {
    let repo = sealed();
    shell(&repo, "git rm -rq seals");
    let said = joined(&repo.run(&["check"]));
    let restore = said.split("checked out has them: ").nth(1).unwrap_or_else(|| panic!("{said}"));
    shell(&repo, restore);
    assert_eq!(repo.run(&["check"]).code, 0, "{said}");
}
