//! `sealgate seal` on a seal of which git left a merge open.

#![cfg(unix)]

use std::fs;
use std::process::{Command, Output};

use crate::support::{Repo, refused};

const SEAL: &str = "seals/dist.toml";

fn git_ends(repo: &Repo, arguments: &[&str]) -> Output {
    let mut git = Command::new("git");
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("GIT_") {
            git.env_remove(name);
        }
    }
    git.envs([("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_SYSTEM", "/dev/null")]);
    git.args(["-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main"]);
    git.arg("-C").arg(repo.root()).args(arguments);
    git.output().unwrap()
}

#[track_caller]
fn git(repo: &Repo, arguments: &[&str]) {
    let output = git_ends(repo, arguments);
    assert!(output.status.success(), "git {arguments:?}: {output:?}");
}

/// Merges `theirs`, which must end in a conflict.
#[track_caller]
fn merge(repo: &Repo) {
    let output = git_ends(repo, &["merge", "-q", "theirs"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
}

fn commit(repo: &Repo) {
    git(repo, &["add", "-A"]);
    git(repo, &["commit", "-qm", "a commit"]);
}

/// Runs `arguments`, which must end with `code`, and gives what was said, stderr first.
#[track_caller]
fn ends(repo: &Repo, arguments: &[&str], code: i32) -> String {
    let run = repo.run(arguments);
    assert_eq!(run.code, code, "{arguments:?}: {run:#?}");
    run.stderr + &run.stdout
}

/// A repository in which `dist`, tracked or built, is sealed and committed.
fn base(tracked: bool) -> Repo {
    Repo::once(&tracked.to_string(), || {
        let files = [("dist/app.js", "app"), ("dist/middle", "m"), ("dist/z.css", "style")];
        let repo = Repo::with(&files);
        git(&repo, &["init", "-q"]);
        if tracked {
            git(&repo, &["add", "-A"]);
        } else {
            repo.write(".gitignore", "/dist\n");
        }
        ends(&repo, &["seal", "dist", "--root", "dist"], 0);
        commit(&repo);
        repo
    })
}

/// Both sides, each with what `change` does to it, and the merge of `theirs` into `main`, open.
fn diverged(repo: &Repo, ours: impl Fn(&Repo), theirs: impl Fn(&Repo)) {
    git(repo, &["checkout", "-qb", "theirs"]);
    theirs(repo);
    commit(repo);
    git(repo, &["checkout", "-q", "main"]);
    ours(repo);
    commit(repo);
    merge(repo);
}

/// A build with `content` in `app.js`, sealed.
fn built(repo: &Repo, content: &str) {
    repo.write("dist/app.js", content);
    ends(repo, &["seal", "dist"], 0);
}

fn replace(repo: &Repo, from: &str, to: &str) {
    let text = repo.read(SEAL);
    assert!(text.contains(from), "{text}");
    repo.write(SEAL, text.replace(from, to));
}

/// The index says of the seal that a merge is open.
fn is_open(repo: &Repo) -> bool {
    !git_ends(repo, &["ls-files", "-u", "--", SEAL]).stdout.is_empty()
}

#[test]
fn a_conflict_in_the_entries_is_sealed_anew_from_what_is_there() {
    let repo = base(false);
    diverged(&repo, |repo| built(repo, "ours"), |repo| built(repo, "of theirs"));
    refused(&repo, &["check"], "is a conflict marker");
    repo.write("dist/app.js", "of both");
    let said = ends(&repo, &["seal", "dist"], 0);
    assert!(said.contains("changed  app.js"), "{said}");
    assert!(said.contains("the old seal was broken: compared with the lines of it"), "{said}");
    assert!(!said.contains("both sides of the merge"), "{said}");
    ends(&repo, &["check"], 0);
    git(&repo, &["add", SEAL]);
    assert!(!is_open(&repo));
}

#[test]
fn a_seal_that_both_sides_added_is_sealed_anew() {
    let repo = Repo::with(&[("dist/app.js", "app"), (".gitignore", "/dist\n")]);
    git(&repo, &["init", "-q"]);
    commit(&repo);
    let add = |content: &'static str| {
        move |repo: &Repo| {
            repo.write("dist/app.js", content);
            ends(repo, &["seal", "dist", "--root", "dist"], 0);
        }
    };
    diverged(&repo, add("ours"), add("of theirs"));
    ends(&repo, &["seal", "dist"], 0);
    ends(&repo, &["check"], 0);
}

#[test]
fn what_no_line_of_the_file_tells_is_taken_from_the_two_sides() {
    let repo = base(false);
    diverged(&repo, |repo| built(repo, "ours"), |repo| built(repo, "of theirs"));
    let merged = repo.read(SEAL);
    let good = {
        ends(&repo, &["seal", "dist"], 0);
        repo.read(SEAL)
    };
    let doubled = format!("<<<<<<< ours\n{good}=======\n{good}>>>>>>> theirs\n");
    for ruin in [&doubled, "", "<<<<<<<", &merged.replace("tracked", "<<<<<<<\ntracked")] {
        repo.write(SEAL, ruin);
        let said = ends(&repo, &["seal", "dist"], 0);
        let tells = "dist: the lines above [entries] are those of both sides of the merge";
        assert!(said.contains(tells), "{said}");
        assert_eq!(repo.read(SEAL), good);
    }
    // Lines that somebody wrote there meanwhile are kept.
    repo.write(SEAL, merged.replace("exclude = []", "exclude = ['*.css']"));
    let said = ends(&repo, &["seal", "dist"], 0);
    assert!(!said.contains("both sides of the merge"), "{said}");
    assert!(repo.read(SEAL).contains("exclude = [\n  \"*.css\",\n]\n"));
    ends(&repo, &["check"], 0);
}

#[test]
fn sides_that_differ_above_the_entries_are_not_merged_by_themselves() {
    let cases = [
        ("exclude = []", "exclude = [\n  \"*.map\",\n]", "exclude"),
        ("tracked = false", "tracked = true", "tracked (false and true)"),
        ("root = \"dist\"", "root = \"other\"", "root (\"dist\" and \"other\")"),
    ];
    for (from, to, says) in cases {
        let repo = base(false);
        let theirs = |repo: &Repo| {
            built(repo, "of theirs");
            replace(repo, from, to);
        };
        diverged(&repo, |repo| built(repo, "ours"), theirs);
        // git merged these lines without a word; the conflict is in the entries alone.
        let merged = repo.read(SEAL);
        assert!(merged.contains(to) && merged.find(to) < merged.find("<<<<<<<"), "{merged}");
        let says = format!("the two sides of the merge differ above [entries]: {says}\n");
        refused(&repo, &["seal", "dist"], &says);
        refused(&repo, &["seal", "dist"], "git checkout --ours :/seals/dist.toml");

        // The way out that it names.
        git(&repo, &["checkout", "-q", "--ours", ":/seals/dist.toml"]);
        assert!(is_open(&repo));
        replace(&repo, "exclude = []", "exclude = ['*.css']");
        ends(&repo, &["seal", "dist"], 0);
        assert!(repo.read(SEAL).contains("exclude = [\n  \"*.css\",\n]\n"));
        ends(&repo, &["check"], 0);
    }
    let repo = base(false);
    let theirs = |repo: &Repo| {
        replace(repo, "tracked = false\nexclude = []", "tracked = true\nexclude = [\n  \"x\",\n]");
        replace(repo, "\"dist\"\n", "\"other\"\n");
    };
    let ours = |repo: &Repo| replace(repo, "exclude = []", "exclude = [\n  \"y\",\n]");
    diverged(&repo, ours, theirs);
    let says = "root (\"dist\" and \"other\"), tracked (false and true), exclude\n";
    refused(&repo, &["seal", "dist"], says);
}

#[test]
fn a_seal_that_one_side_deleted_is_not_made_up() {
    for ours_deletes in [true, false] {
        let delete = |repo: &Repo| fs::remove_file(repo.at(SEAL)).unwrap();
        let change = |repo: &Repo| built(repo, "changed");
        let repo = base(false);
        if ours_deletes {
            diverged(&repo, delete, change);
        } else {
            diverged(&repo, change, delete);
        }
        // git leaves the seal of the side that kept it, and that is a whole one.
        let kept = repo.read(SEAL);
        ends(&repo, &["seal", "dist"], 0);
        assert!(is_open(&repo));
        repo.write(SEAL, kept.replace("[entries]", "[entries]\n<<<<<<< ours"));
        let whose = if ours_deletes { "ours" } else { "theirs" };
        refused(&repo, &["seal", "dist"], &format!("one side of the merge ({whose}) deleted it"));
    }
}

#[test]
fn a_side_that_is_no_seal_is_refused() {
    let repo = base(false);
    diverged(
        &repo,
        |repo| built(repo, "ours"),
        |repo| {
            replace(repo, "root = ", "rooot = ");
            replace(repo, "\"app", "\"apq");
        },
    );
    repo.write(SEAL, "<<<<<<<");
    refused(&repo, &["seal", "dist"], "the other side of the merge is no seal: ");
}

#[test]
fn a_tracked_root_with_files_that_are_not_merged_is_not_sealed() {
    let repo = base(true);
    let side = |content: &'static str| {
        move |repo: &Repo| {
            repo.write("dist/a b", content);
            repo.write("dist/skipped/x.map", content);
            repo.write("dist/skipped/y", content);
            git(repo, &["add", "dist"]);
            replace(repo, "exclude = []", "exclude = ['*.map']");
            built(repo, content);
        }
    };
    diverged(&repo, side("ours"), side("of theirs"));
    let says = "the merge is not finished below dist: a b, app.js, skipped/y\n";
    refused(&repo, &["seal", "dist"], says);
    repo.write("dist/a b", "of both");
    git(&repo, &["add", "dist/a b", "dist/app.js"]);
    refused(&repo, &["seal", "dist"], "the merge is not finished below dist: skipped/y\n");
    git(&repo, &["add", "dist/skipped/y"]);
    ends(&repo, &["seal", "dist"], 0);
    ends(&repo, &["check"], 0);

    // A root of which nothing but the seal is open, where the seals lie in it.
    let repo = Repo::with(&[("a", "a"), ("b", "b")]);
    git(&repo, &["init", "-q"]);
    git(&repo, &["add", "-A"]);
    ends(&repo, &["seal", "dist", "--root", "."], 0);
    commit(&repo);
    let side = |content: &'static str| {
        move |repo: &Repo| {
            repo.write("a", content);
            ends(repo, &["seal", "dist"], 0);
        }
    };
    diverged(&repo, side("ours"), side("of theirs"));
    refused(&repo, &["seal", "dist"], "the merge is not finished below .: a\n");
    repo.write("a", "of both");
    git(&repo, &["add", "a"]);
    ends(&repo, &["seal", "dist"], 0);
    ends(&repo, &["check"], 0);
}

#[test]
fn the_seal_is_found_in_the_index_whatever_its_directory_is_called_and_from_anywhere() {
    let place = "-s *[1]";
    let repo = Repo::with(&[("dist/app.js", "app"), (".gitignore", "/dist\n")]);
    git(&repo, &["init", "-q"]);
    let seals = format!("--seals={place}");
    let side = |content: &'static str| {
        let seals = seals.clone();
        move |repo: &Repo| {
            repo.write("dist/app.js", content);
            let seal = [&*seals, "seal", "dist"];
            let first = [&seal[..], &["--root", "dist"]].concat();
            let again = repo.at(place).join("dist.toml").exists();
            ends(repo, if again { &seal } else { &first }, 0);
        }
    };
    side("first")(&repo);
    commit(&repo);
    diverged(&repo, side("ours"), side("of theirs"));
    let file = repo.at(place).join("dist.toml");
    fs::write(&file, "<<<<<<<").unwrap();
    let said = ends(&repo, &["-C", "dist", &seals, "seal", "dist"], 0);
    assert!(said.contains("both sides of the merge"), "{said}");
    ends(&repo, &[&seals, "check"], 0);
}

#[test]
fn a_broken_seal_without_a_merge_is_read_as_it_was() {
    let repo = base(false);
    replace(&repo, "[entries]", "<<<<<<<\n[entries]");
    refused(&repo, &["seal", "dist"], "line 7 is a conflict marker");
    replace(&repo, "<<<<<<<\n[entries]", "[entries]\n<<<<<<<");
    ends(&repo, &["seal", "dist"], 0);
    ends(&repo, &["check"], 0);
}
