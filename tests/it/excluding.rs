//! `seal NAME --exclude PATTERN`: what existing seals cover changes, and no byte is approved by that.

#![cfg(unix)]

use std::fs;

use crate::support::{Repo, refused};

fn sealed() -> Repo {
    Repo::once("", || {
        let repo = Repo::with(&[
            ("dist/app.js", "app"),
            ("dist/app.js.map", "map"),
            ("dist/maps/deep/x.map", "x"),
            ("dist/maps/y.map", "y"),
        ]);
        assert_eq!(repo.run(&["seal", "dist", "--root", "dist"]).code, 0);
        repo
    })
}

#[test]
fn a_pattern_is_added_to_an_existing_seal_without_a_look_at_its_bytes() {
    let repo = sealed();
    repo.write("dist/app.js", "nobody approved this");
    let run = repo.run(&["seal", "dist", "--exclude", "*.js.map"]);
    assert_eq!(run.code, 0, "{run:#?}");
    assert!(
        run.stdout.contains("dist: excludes *.js.map: 1 removed in seals/dist.toml"),
        "{run:#?}"
    );
    let text = repo.read("seals/dist.toml");
    assert!(text.contains("exclude = [\n  \"*.js.map\",\n]\n"), "{text}");
    assert!(!text.contains("app.js.map\""), "{text}");
    let checked = repo.run(&["check"]);
    assert_eq!(checked.code, 1, "app.js still differs: {checked:#?}");
    // Once more it changes nothing; and the root need not be there.
    fs::remove_dir_all(repo.at("dist")).unwrap();
    let run = repo.run(&["seal", "dist", "--exclude", "*.js.map"]);
    assert!(run.stdout.contains("nothing to change"), "{run:#?}");
    assert_eq!(repo.run(&["seal", "dist", "--exclude", "/x"]).code, 0);
}

#[test]
fn what_is_left_is_what_a_new_seal_would_state() {
    for patterns in [&["*.map"][..], &["/maps/"], &["/maps/deep/"], &["x.map", "y.map"], &["x.map"]]
    {
        let repo = sealed();
        let flags: Vec<&str> = patterns.iter().flat_map(|pattern| ["--exclude", pattern]).collect();
        assert_eq!(repo.run(&[&["seal", "dist"], &flags[..]].concat()).code, 0);
        let edited = repo.read("seals/dist.toml");
        assert_eq!(repo.run(&["check"]).code, 0, "{edited}");
        fs::remove_file(repo.at("seals/dist.toml")).unwrap();
        assert_eq!(repo.run(&[&["seal", "dist", "--root", "dist"], &flags[..]].concat()).code, 0);
        assert_eq!(repo.read("seals/dist.toml"), edited);
    }
}

#[test]
fn many_seals_take_a_pattern_at_once_and_only_where_that_is_meant() {
    let repo = sealed();
    repo.write("other/a.map", "a");
    repo.write("other/b", "b");
    assert_eq!(repo.run(&["seal", "other", "--root", "other"]).code, 0);
    refused(&repo, &["seal", "--exclude", "*.map"], "2 seals would change");
    for which in ["*", "--all"] {
        let before = ["dist", "other"].map(|name| repo.read(format!("seals/{name}.toml")));
        assert_eq!(repo.run(&["seal", which, "--exclude", "*.map"]).code, 0);
        assert_eq!(repo.run(&["check"]).code, 0);
        for (name, text) in ["dist", "other"].iter().zip(before) {
            repo.write(format!("seals/{name}.toml"), text);
        }
    }
}

#[test]
fn a_pattern_that_cannot_be_is_refused_and_nothing_is_written() {
    let repo = sealed();
    refused(&repo, &["seal", "dist", "--exclude", "a[b"], "exclude pattern");
    refused(&repo, &["seal", "dist", "--exclude", "*"], "leave nothing of the seal");
    refused(&repo, &["seal", "nobody", "--exclude", "*.map"], "no seal is named nobody");
}
