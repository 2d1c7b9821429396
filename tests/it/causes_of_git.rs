//! Causes that take a repository with a history to prove.

#![cfg(unix)]

use std::fs;

use crate::support;
use crate::support::{Node, Repo};

fn commit(repo: &Repo, message: &str) -> String {
    repo.git(&["add", "--all"]);
    repo.git(&["commit", "--quiet", "--allow-empty", "-m", message]);
    String::from_utf8(repo.git(&["rev-parse", "HEAD"])).unwrap().trim().to_owned()
}

/// A path, its finding and the cause of that, for each finding of `check` with `arguments`.
fn found(repo: &Repo, arguments: &[&str]) -> Vec<(String, String, Option<String>)> {
    let findings = repo.check(arguments).findings();
    let path = |path: &[u8]| String::from_utf8_lossy(path).into_owned();
    findings.into_iter().map(|found| (path(&found.path), found.kind, found.cause)).collect()
}

fn finding(path: &str, kind: &str, cause: Option<&str>) -> (String, String, Option<String>) {
    (path.to_owned(), kind.to_owned(), cause.map(str::to_owned))
}

#[test]
fn what_git_never_had_is_told_from_what_was_removed() {
    let repo = Repo::in_git();
    let text = |text: &str| Node::File(text.into());
    repo.build("gen", &[("a.sql", text("a")), ("b.sql", text("b")), ("c.log", text("c"))]);
    repo.git(&["add", "--all"]);
    repo.seal("gen", "gen");
    // Sealed, and then taken out of git by someone who ignores logs.
    fs::write(repo.at(".gitignore"), "*.log\n").unwrap();
    repo.git(&["rm", "--quiet", "--cached", "gen/c.log"]);
    commit(&repo, "first");
    assert_eq!(repo.run(&["check"]).code, 0, "here it lies where it was sealed");
    let missing = [finding("c.log", "missing", Some("not-in-git"))];
    assert_eq!(found(&repo, &["--rev", "HEAD"]), missing);
    repo.git(&["clone", "--quiet", ".", "../clone"]);
    let clone = repo.run(&["-C", "../clone", "check"]);
    fs::remove_dir_all(repo.at("../clone")).unwrap();
    let said = clone.stdout;
    assert!(said.contains("add it to git where it still lies"), "{said}");
    assert!(!said.contains("add --force"), "in the clone it is nowhere: {said}");

    fs::remove_file(repo.at("gen/b.sql")).unwrap();
    fs::write(repo.at("gen/build.log"), "left over").unwrap();
    fs::create_dir(repo.at("gen/empty")).unwrap();
    fs::write(repo.at("gen/new.sql"), "new").unwrap();
    repo.git(&["add", "gen/new.sql"]);
    let all = [
        finding("b.sql", "missing", None),
        finding("build.log", "unsealed", Some("not-in-git")),
        // git keeps no directories.
        finding("empty", "unsealed", None),
        finding("new.sql", "unsealed", None),
    ];
    assert_eq!(found(&repo, &[]), all);
    // The advice fixes it.
    repo.git(&["add", "--force", "--", "gen/c.log"]);
    repo.git(&["restore", "--", "gen/b.sql"]);
    repo.git(&["rm", "--quiet", "--force", "gen/new.sql"]);
    commit(&repo, "second");
    assert_eq!(found(&repo, &["--rev", "HEAD"]), []);
}

#[test]
fn a_root_that_git_need_not_have_has_no_such_cause() {
    let repo = Repo::in_git();
    fs::write(repo.at(".gitignore"), "/dist\n").unwrap();
    repo.build("dist", &[("a.js", Node::File(b"a".to_vec()))]);
    repo.seal("dist", "dist");
    commit(&repo, "first");
    fs::write(repo.at("dist/stray"), "x").unwrap();
    assert_eq!(found(&repo, &[]), [finding("stray", "unsealed", None)]);
}

#[test]
fn a_file_that_names_the_commit_it_was_built_from_is_recognised() {
    let repo = Repo::in_git();
    fs::write(repo.at(".gitignore"), "/dist\n").unwrap();
    let build = |id: &str| {
        let text = format!("version 1-g{}, from {id}\n", &id[..9]);
        repo.build("dist", &[("version.txt", Node::File(text.into()))]);
    };
    let first = commit(&repo, "first");
    build(&first);
    repo.seal("dist", "dist");
    let second = commit(&repo, "the seal");
    build(&second);
    assert_eq!(found(&repo, &[]), [finding("version.txt", "modified", Some("embeds-commit"))]);
    let at = found(&repo, &["dist", "--at", "dist"]);
    assert_eq!(at, [finding("version.txt", "modified", Some("embeds-commit"))]);
    let said = repo.run(&["check"]).stdout;
    assert!(said.contains(&format!("{second} where {first} was sealed")), "{said}");

    // The id of a commit that is not at hand proves nothing.
    build(&"0123456789".repeat(4));
    assert_eq!(found(&repo, &[]), [finding("version.txt", "modified", None)]);
}

#[test]
fn a_commit_is_not_explained_by_the_id_of_its_parent() {
    let repo = Repo::in_git();
    let build = |id: &str| repo.build("gen", &[("id", Node::File(id.into()))]);
    build(&commit(&repo, "first"));
    repo.git(&["add", "--all"]);
    repo.seal("gen", "gen");
    let second = commit(&repo, "sealed");
    build(&second);
    assert_eq!(found(&repo, &[]), [finding("id", "modified", Some("embeds-commit"))]);
    commit(&repo, "drift");
    // It names its parent, and a commit cannot name itself.
    let since = Some("committed-since");
    assert_eq!(found(&repo, &["--rev", "HEAD"]), [finding("id", "modified", since)]);
}

/// A committed `dist` of two files under seal, and the ids of what is committed to it after that.
fn sealed_and_then(messages: &[&str]) -> (Repo, Vec<String>) {
    let repo = Repo::in_git();
    let text = |text: &str| Node::File(text.into());
    repo.build("dist", &[("a.js", text("a")), ("b.js", text("b"))]);
    repo.git(&["add", "--all"]);
    repo.seal("dist", "dist");
    commit(&repo, "seal");
    let commits = messages.iter().map(|message| {
        fs::write(repo.at("dist/a.js"), message).unwrap();
        fs::write(repo.at("dist/new.js"), message).unwrap();
        commit(&repo, message)
    });
    let commits = commits.collect();
    (repo, commits)
}

#[test]
fn a_commit_that_changed_files_and_not_their_seal_is_named() {
    let since = Some("committed-since");
    let both = [finding("a.js", "modified", since), finding("new.js", "unsealed", since)];
    let detail = |repo: &Repo, arguments: &[&str]| {
        let report = repo.check(arguments).report;
        report["seals"][0]["findings"][0]["detail"].as_str().map(str::to_owned)
    };
    let (repo, commits) = sealed_and_then(&["Rebuild dist::error::x"]);
    let named = format!("{} Rebuild dist::error::x", &commits[0][..10]);
    for arguments in [&[][..], &["--rev", "HEAD"], &["--seals-from", "HEAD"]] {
        assert_eq!(found(&repo, arguments), both, "{arguments:?}");
        assert_eq!(detail(&repo, arguments).as_deref(), Some(&*named), "{arguments:?}");
    }
    let said = repo.run(&["check"]).stdout;
    let words = said.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("a commit changed it, and not the seal: "), "{said}");
    assert!(words.contains("a commit added it, and not to the seal: "), "{said}");
    assert!(words.contains(&commits[0][..10]) && !said.contains("::error"), "{said}");
    let advice = "committed-since A commit changed it and left the seal as it was. If that was meant, \
                  approve it with `sealgate seal dist`; if not, bring the sealed bytes back with";
    assert!(words.contains(advice), "{said}");
    assert!(!words.contains("fix the cause"), "{said}");

    // Each file names the commit that changed it.
    fs::write(repo.at("dist/b.js"), "x").unwrap();
    let later = commit(&repo, "Later");
    let report = repo.check(&[]).report;
    let details = [0, 1].map(|at| report["seals"][0]["findings"][at]["detail"].clone());
    assert_eq!(details, [named.clone(), format!("{} Later", &later[..10])]);
    repo.git(&["reset", "--quiet", "--hard", "HEAD~1"]);

    // Shares that are merged say the same.
    for share in ["1", "2"] {
        let slice = format!("slice:{share}/2");
        let ran = repo.run(&["check", "--partition", &slice, "--format", "json"]);
        fs::write(repo.at(format!("../{share}.json")), ran.stdout).unwrap();
    }
    let merged = repo.run(&["merge-reports", "../1.json", "../2.json", "--format", "json"]);
    let merged: serde_json::Value = serde_json::from_str(&merged.stdout).unwrap();
    for at in 0..2 {
        assert_eq!(merged["seals"][0]["findings"][at]["detail"], *named, "{merged:#}");
    }

    let (repo, commits) = sealed_and_then(&["one", "two", "three"]);
    let last = format!("{} three, the last of 3 commits", &commits[2][..10]);
    assert_eq!(detail(&repo, &[]), Some(last));

    // What is only edited is in no commit, and a seal that was edited too is another one.
    let (repo, _) = sealed_and_then(&["one"]);
    fs::write(repo.at("dist/a.js"), "edited").unwrap();
    assert_eq!(found(&repo, &[])[0], finding("a.js", "modified", None));
    let (repo, _) = sealed_and_then(&["one"]);
    assert_eq!(repo.run(&["seal", "dist", "--only", "/new.js"]).code, 0);
    assert_eq!(found(&repo, &[]), [finding("a.js", "modified", None)]);
    // A commit that seals a part leaves the rest as the one before it.
    commit(&repo, "seal a part");
    assert_eq!(found(&repo, &[]), [finding("a.js", "modified", None)]);
}

#[test]
fn without_git_there_are_findings_without_a_cause_and_no_errors() {
    let repo = Repo::in_git();
    repo.build("gen", &[("a.sql", Node::File(b"a".to_vec()))]);
    repo.git(&["add", "--all"]);
    repo.seal("gen", "gen");
    commit(&repo, "first");
    fs::write(repo.at("gen/a.sql"), "b").unwrap();
    fs::write(repo.at("gen/stray"), "b").unwrap();
    let mut command = repo.command(&["check", "--format", "json"]);
    command.env("PATH", "/nonexistent");
    let ran = support::run(command);
    assert_eq!((ran.code, &*ran.stderr), (1, ""));
}

/// A directory with a `git` that writes down its arguments, and then is the real one.
fn counted_git(repo: &Repo) -> std::path::PathBuf {
    let real = String::from_utf8(support::scrubbed("which").arg("git").output().unwrap().stdout);
    let directory = repo.at(".git/counted");
    let script = format!(
        "#!/bin/sh\necho \"$*\" >>'{}'\nexec {} \"$@\"\n",
        directory.join("runs").display(),
        real.unwrap().trim()
    );
    Node::Exec(script.into_bytes()).make(&directory.join("git")).unwrap();
    directory
}

#[test]
fn asks_git_a_few_times_however_many_seals_fail() {
    let repo = Repo::in_git();
    for at in 0..30 {
        let root = format!("d{at}");
        repo.build(&root, &[("a", Node::File(b"a".to_vec())), ("b", Node::File(b"b".to_vec()))]);
        repo.git(&["add", "--all"]);
        repo.seal(&root, &root);
    }
    fs::write(repo.at(".gitignore"), "new\n").unwrap();
    commit(&repo, "first");
    for at in 0..30 {
        fs::write(repo.at(format!("d{at}/a")), "other").unwrap();
        fs::write(repo.at(format!("d{at}/new")), "new").unwrap();
    }
    let counted = counted_git(&repo);
    let path = format!("{}:{}", counted.display(), std::env::var("PATH").unwrap());
    let mut command = repo.command(&["check", "--format", "json"]);
    command.env("PATH", path);
    let ran = support::run(command);
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let seals = report["seals"].as_array().unwrap();
    let findings = seals.iter().flat_map(|seal| seal["findings"].as_array().unwrap());
    let new = findings.filter(|finding| finding["path"] == "new");
    let causes: Vec<_> = new.map(|finding| finding["cause"].as_str().unwrap_or("none")).collect();
    assert_eq!(causes, ["not-in-git"; 30]);
    let runs = fs::read_to_string(counted.join("runs")).unwrap();
    let number = |what: &str| runs.lines().filter(|run| run.contains(what)).count();
    assert!((2..=18).contains(&number(" ls-files ")), "{}", number(" ls-files "));
    assert_eq!(number(" rev-list "), 1, "{runs}");
}
