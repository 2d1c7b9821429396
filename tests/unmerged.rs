//! `sealgate seal` in the middle of a merge: what the two sides agree on is kept, and nothing is
//! decided for anybody.

#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "what cannot be set up fails the test"
)]

mod common;

use std::fs;

use common::{Node, Repo, run, scrubbed};

const WHO: [&str; 4] = ["-c", "user.name=T", "-c", "user.email=t@example.org"];

fn commit(repo: &Repo) {
    repo.git(&["add", "--all"]);
    repo.git(&[&WHO[..], &["commit", "--quiet", "--allow-empty", "-m", "x"]].concat());
}

fn text(text: &str) -> Node {
    Node::File(text.into())
}

fn seal(repo: &Repo) {
    let ran = repo.run(&["seal", "dist"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
}

/// A repository in which `ours` and `theirs` were done on two branches to the same sealed `dist`,
/// which git does not keep, and the second one is merged into the first.
fn merged(ours: impl Fn(&Repo), theirs: impl Fn(&Repo)) -> Repo {
    let repo = Repo::in_git();
    fs::write(repo.at(".gitignore"), "/dist\n").unwrap();
    repo.build("dist", &[("a.js", text("a")), ("b.js", text("b"))]);
    repo.seal("dist", "dist");
    commit(&repo);
    repo.git(&["switch", "--quiet", "--create", "theirs"]);
    theirs(&repo);
    commit(&repo);
    repo.git(&["switch", "--quiet", "main"]);
    ours(&repo);
    commit(&repo);
    let mut merge = scrubbed("git");
    merge.current_dir(repo.at("")).args(WHO).args(["merge", "--quiet", "theirs"]);
    assert_eq!(run(merge).code, 1, "a conflict");
    repo
}

fn rebuild(content: &'static str) -> impl Fn(&Repo) {
    move |repo| {
        repo.build("dist", &[("a.js", text(content))]);
        seal(repo);
    }
}

fn edit(repo: &Repo, from: &str, to: &str) {
    let path = repo.at("seals/dist.toml");
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{text}");
    fs::write(path, text.replacen(from, to, 1)).unwrap();
}

#[track_caller]
fn refused(repo: &Repo, says: &str) {
    let before = fs::read(repo.at("seals/dist.toml")).ok();
    let ran = repo.run(&["seal", "dist"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.stderr.contains(says), "{says:?} is not in {}", ran.stderr);
    assert!(ran.stderr.contains("\n  next: "), "{}", ran.stderr);
    assert_eq!(fs::read(repo.at("seals/dist.toml")).ok(), before);
}

#[test]
fn where_only_entries_collide_the_seal_is_written_from_what_was_built() {
    let repo = merged(rebuild("ours"), rebuild("theirs"));
    assert_eq!(repo.run(&["check"]).code, 2);
    repo.build("dist", &[("a.js", text("ours and theirs"))]);
    seal(&repo);
    assert_eq!(repo.run(&["check"]).code, 0);
    repo.git(&["add", "seals"]);
    assert!(repo.git(&["ls-files", "--unmerged"]).is_empty());
}

#[test]
fn a_header_that_both_sides_changed_alike_is_kept() {
    let both = |content: &'static str| {
        move |repo: &Repo| {
            edit(repo, "exclude = []", "exclude = [\n  \"b.js\",\n]");
            rebuild(content)(repo);
        }
    };
    let repo = merged(both("ours"), both("theirs"));
    seal(&repo);
    let seal = fs::read_to_string(repo.at("seals/dist.toml")).unwrap();
    assert!(seal.contains("exclude = [\n  \"b.js\",\n]\n"), "{seal}");
}

#[test]
fn sides_that_cover_different_things_are_left_to_a_person() {
    let exclude = |repo: &Repo| {
        edit(repo, "exclude = []", "exclude = [\n  \"b.js\",\n]");
        rebuild("ours")(repo);
    };
    let tracked = |repo: &Repo| {
        rebuild("ours")(repo);
        edit(repo, "tracked = false", "tracked = true");
    };
    let root = |repo: &Repo| {
        fs::write(repo.at(".gitignore"), "/dist\n/out\n").unwrap();
        repo.build("out", &[("a.js", text("ours"))]);
        edit(repo, "root = \"dist\"", "root = \"out\"");
        seal(repo);
    };
    for (key, ours) in
        [("exclude", &exclude as &dyn Fn(&Repo)), ("tracked", &tracked), ("root", &root)]
    {
        let repo = merged(ours, rebuild("theirs"));
        refused(&repo, &format!("the sides differ in `{key}`"));
        let remedy = "take one side (`git checkout --ours -- seals/dist.toml`, or --theirs)";
        let said = repo.run(&["seal", "dist"]).stderr;
        assert!(said.contains(remedy), "{said}");
        if key == "exclude" {
            // The advice mends it.
            repo.git(&["checkout", "--theirs", "--", "seals/dist.toml"]);
            seal(&repo);
            assert_eq!(repo.run(&["check"]).code, 0);
        }
    }
}

#[test]
fn a_seal_that_one_side_deleted_is_left_to_a_person() {
    let repo = merged(
        |repo| fs::remove_file(repo.at("seals/dist.toml")).unwrap(),
        |repo| {
            rebuild("theirs")(repo);
            fs::write(repo.at("seals/README.md"), "So that the directory stays.").unwrap();
        },
    );
    // git leaves the side that is there: a whole seal. Spoilt, it is no longer one.
    fs::write(repo.at("seals/dist.toml"), "<<<<<<< ours\n").unwrap();
    refused(&repo, "one side deleted it");
}

#[test]
fn files_below_a_tracked_root_that_are_unmerged_are_not_sealed() {
    let repo = Repo::in_git();
    repo.build("gen", &[("a.sql", text("a\n")), ("b.sql", text("b\n"))]);
    repo.git(&["add", "--all"]);
    repo.seal("gen", "gen");
    commit(&repo);
    let change = |content: &str| {
        repo.build("gen", &[("a.sql", text(content))]);
        assert_eq!(repo.run(&["seal", "gen"]).code, 0);
        commit(&repo);
    };
    repo.git(&["switch", "--quiet", "--create", "theirs"]);
    change("theirs\n");
    repo.git(&["switch", "--quiet", "main"]);
    change("ours\n");
    let mut merge = scrubbed("git");
    merge.current_dir(repo.at("")).args(WHO).args(["merge", "--quiet", "theirs"]);
    assert_eq!(run(merge).code, 1, "a conflict");
    let ran = repo.run(&["seal", "gen"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.stderr.contains("a merge left files below gen undecided: a.sql"), "{}", ran.stderr);
    fs::write(repo.at("gen/a.sql"), "both\n").unwrap();
    repo.git(&["add", "gen"]);
    let ran = repo.run(&["seal", "gen"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(repo.run(&["check"]).code, 0);
}
