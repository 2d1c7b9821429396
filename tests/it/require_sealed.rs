//! `check --require-sealed`: directories that ought to be under seal, and the ways around that.

#![cfg(unix)]

use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use crate::support::{Node, Repo};

const GLOB: &str = "packages/*/dist";

/// A repository with `packages/a/dist`, sealed as `a`.
fn sealed() -> Repo {
    Repo::once("", || {
        let repo = Repo::in_git();
        repo.build("packages/a/dist", &[("x", Node::File(b"a".to_vec()))]);
        fs::write(repo.at(".gitignore"), "/packages\n/elsewhere\n").unwrap();
        repo.seal("a", "packages/a/dist");
        repo
    })
}

/// What `check --require-sealed GLOB` says: its exit code, and the messages of its errors.
fn demand(repo: &Repo, glob: &str) -> (i32, Vec<String>) {
    let checked = repo.check(&["--require-sealed", glob]);
    let errors = checked.report["errors"].as_array().unwrap();
    let message = |error: &serde_json::Value| error["message"].as_str().unwrap().to_owned();
    (checked.code, errors.iter().map(message).collect())
}

#[track_caller]
fn is_refused(repo: &Repo, glob: &str, message: &str) {
    let (code, messages) = demand(repo, glob);
    assert_eq!(code, 2, "{messages:?}");
    assert!(messages.iter().any(|found| found.contains(message)), "{message}: {messages:?}");
}

#[track_caller]
fn passes(repo: &Repo, glob: &str) {
    assert_eq!(demand(repo, glob), (0, Vec::new()));
}

#[test]
fn a_sealed_directory_passes_however_the_glob_is_spelled() {
    let repo = sealed();
    for glob in [
        GLOB,
        "packages/*/dist/",
        "./packages/*/dist",
        "./packages/a/dist//",
        "packages/a/dist",
        "{packages/a,nowhere}/dist",
        "packages/[!b]/dist",
        "packages/**/dist",
        "**/dist",
    ] {
        passes(&repo, glob);
    }
}

#[test]
fn a_glob_that_can_match_nothing_is_refused() {
    let repo = sealed();
    for (glob, message) in [
        ("packages/../packages/*/dist", "never matches"),
        ("packages//dist", "never matches"),
        ("packages/./*/dist", "never matches"),
        (".", "never matches"),
        ("", "never matches"),
        ("{packages/*/dist,../x}", "never matches"),
        ("/packages/*/dist", "absolute"),
        ("packages[/]a/dist", "a `/` never matches"),
        ("packages/**a/dist", "as a whole component"),
        ("packages/{a,b/dist", "has no `}`"),
        ("packages/[a/dist", "never matches"),
        ("nowhere/*", "no directory matches"),
    ] {
        is_refused(&repo, glob, message);
    }
}

#[test]
fn a_link_on_the_way_is_an_error_that_names_it() {
    let repo = sealed();
    repo.build("elsewhere/b/dist", &[("x", Node::File(b"b".to_vec()))]);
    let links = [
        ("packages/b", "../elsewhere/b"),
        ("packages/absolute", "/usr"),
        ("packages/chain", "b"),
        ("packages/parent", ".."),
        ("packages/here", "."),
    ];
    for (link, target) in links {
        symlink(target, repo.at(link)).unwrap();
        is_refused(&repo, GLOB, &format!("{link} is a link to a directory, in which {GLOB} could"));
        if link != "packages/b" {
            fs::remove_file(repo.at(link)).unwrap();
        }
    }
    fs::remove_file(repo.at("packages/b")).unwrap();
    passes(&repo, GLOB);
    symlink("elsewhere", repo.at("packages2")).unwrap();
    is_refused(&repo, "packages*/*/dist", "packages2 is a link to a directory");
    is_refused(&repo, "**/dist", "packages2 is a link to a directory");
    // The link leads to nothing that this glob could match.
    passes(&repo, GLOB);
    passes(&repo, "packages/**/dist");
}

#[test]
fn a_link_that_cannot_be_followed_is_an_error() {
    let repo = sealed();
    symlink("b", repo.at("packages/c")).unwrap();
    symlink("c", repo.at("packages/b")).unwrap();
    is_refused(&repo, GLOB, "packages/b cannot be searched");
}

#[test]
fn links_that_lead_to_no_directory_are_no_way_around() {
    let repo = sealed();
    fs::write(repo.at("file"), "x").unwrap();
    symlink("../file", repo.at("packages/file")).unwrap();
    symlink("../file/x", repo.at("packages/below-file")).unwrap();
    symlink("nothing", repo.at("packages/dangling")).unwrap();
    passes(&repo, GLOB);
}

#[test]
fn a_link_in_the_place_of_a_match_needs_a_seal_of_what_it_leads_to() {
    let repo = sealed();
    repo.build("elsewhere", &[("x", Node::File(b"b".to_vec()))]);
    repo.build("packages/b", &[]);
    symlink("../../elsewhere", repo.at("packages/b/dist")).unwrap();
    is_refused(&repo, GLOB, "packages/b/dist matches packages/*/dist and is under none of");
    let ran = repo.run(&["seal", "all", "--root", "packages", "--allow-outside-links"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    is_refused(&repo, GLOB, "packages/b/dist matches packages/*/dist, and is a link to what is");
    repo.seal("elsewhere", "elsewhere");
    passes(&repo, GLOB);
}

/// A repository with the link `packages/b/dist` to `store/b`, and seals of `packages` and of `store`
/// with these patterns.
fn sealed_link(packages: &[&str], store: &[&str]) -> Repo {
    let repo = Repo::in_git();
    for file in ["packages/a/dist", "store/b", "store/c"] {
        repo.build(file, &[("x", Node::File(b"x".to_vec()))]);
    }
    repo.build("packages/b", &[]);
    symlink("../../store/b", repo.at("packages/b/dist")).unwrap();
    fs::write(repo.at(".gitignore"), "/packages\n/store\n").unwrap();
    for (root, patterns) in [("packages", packages), ("store", store)] {
        let mut arguments = vec!["seal", root, "--root", root, "--allow-outside-links"];
        arguments.extend(patterns.iter().flat_map(|pattern| ["--exclude", *pattern]));
        let ran = repo.run(&arguments);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
    }
    repo
}

#[test]
fn what_a_link_leads_to_is_demanded_as_a_directory_is() {
    for (exclude, message) in [
        (
            "b/*",
            "packages/b/dist matches packages/*/dist, and its seal excludes every file in store/b",
        ),
        (
            "/b/x",
            "packages/b/dist matches packages/*/dist, and its seal excludes every file in store/b",
        ),
        ("/b", "packages/b/dist matches packages/*/dist, and is a link to what is under none of"),
        ("b/", "packages/b/dist matches packages/*/dist, and is a link to what is under none of"),
    ] {
        let repo = sealed_link(&[], &[exclude]);
        is_refused(&repo, GLOB, message);
        // Another seal of the same files covers them.
        repo.seal("other", "store/b");
        passes(&repo, GLOB);
    }
    passes(&sealed_link(&[], &["/c", "/b/y"]), GLOB);
}

#[test]
fn a_link_that_a_pattern_for_files_excludes_is_not_under_seal() {
    for (patterns, is_sealed) in [
        (&["/b/dist", "!/b/dist/"][..], false),
        (&["/b/dist"], false),
        (&["dist", "!dist/"], false),
        // A pattern for directories alone excludes no link.
        (&["/b/dist/"], true),
        (&["/b/dist/", "/b/dist", "!/b/dist"], true),
    ] {
        let repo = sealed_link(patterns, &[]);
        if is_sealed {
            passes(&repo, GLOB);
        } else {
            is_refused(&repo, GLOB, "packages/b/dist matches packages/*/dist and is under none of");
        }
    }
}

#[test]
fn a_directory_whose_files_are_all_excluded_is_not_under_seal() {
    let repo = sealed();
    repo.build(
        "packages/b",
        &[
            ("dist/x.js", Node::File(b"b".to_vec())),
            ("dist/d/y.js", Node::File(b"b".to_vec())),
            ("note", Node::File(b"n".to_vec())),
        ],
    );
    for (exclude, hidden) in
        [("/dist", false), ("/dist/*", true), ("*.js", true), ("/dist/d", false)]
    {
        let ran = repo.run(&["seal", "b", "--root", "packages/b", "--exclude", exclude]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let (code, messages) = demand(&repo, GLOB);
        let message = if hidden { "excludes every file in it" } else { "under none of" };
        let expected = if exclude == "/dist/d" { 0 } else { 2 };
        assert_eq!(code, expected, "{exclude}: {messages:?}");
        assert!(code == 0 || messages[0].contains(message), "{exclude}: {messages:?}");
        fs::remove_file(repo.at("seals/b.toml")).unwrap();
    }
}

#[test]
fn hidden_and_oddly_named_directories_are_demanded_too() {
    let repo = sealed();
    for name in [&b".hidden"[..], b".git", b"b\xff", b"b\xef\xbf\xbd", b"seals", b" "] {
        let directory = repo.at("packages").join(OsStr::from_bytes(name));
        fs::create_dir_all(directory.join("dist")).unwrap();
        is_refused(&repo, GLOB, "/dist matches packages/*/dist and is under none of");
        fs::remove_dir_all(directory).unwrap();
    }
    // A sealed name that is what another one is shown as.
    repo.build("packages/b\u{fffd}/dist", &[("x", Node::File(b"b".to_vec()))]);
    repo.seal("b", "packages/b\u{fffd}/dist");
    passes(&repo, GLOB);
    fs::create_dir_all(repo.at("packages").join(OsStr::from_bytes(b"b\xff/dist"))).unwrap();
    is_refused(&repo, GLOB, "under none of");
}

#[test]
fn the_seals_directory_is_not_demanded_but_what_hides_in_it_is() {
    let repo = sealed();
    fs::create_dir(repo.at("seals/grants")).unwrap();
    fs::remove_file(repo.at(".gitignore")).unwrap();
    let (_, messages) = demand(&repo, "*");
    assert_eq!(messages, ["packages matches * and is under none of the seals checked"]);
    is_refused(&repo, "seals", "no directory matches");
    passes(&repo, "packages/a/dis[t]");
    repo.git(&["add", "seals"]);
    repo.git(&["commit", "--quiet", "-m", "seals"]);
    fs::create_dir_all(repo.at("seals/x/dist")).unwrap();
    let checked = repo.check(&["--seals-from", "HEAD", "--require-sealed", "**/dist"]);
    let errors = checked.report["errors"].to_string();
    assert!(checked.code == 2 && errors.contains("seals/x/dist matches"), "{errors}");
}

#[test]
fn an_unreadable_directory_matters_where_something_could_match_in_it() {
    let repo = sealed();
    let (other, package) = (repo.at("other"), repo.at("packages/b"));
    for directory in [&other, &package] {
        fs::create_dir(directory).unwrap();
        fs::set_permissions(directory, Permissions::from_mode(0o0)).unwrap();
    }
    if fs::read_dir(&other).is_ok() {
        // Nothing is unreadable for root.
        return;
    }
    is_refused(&repo, GLOB, "packages/b cannot be searched");
    fs::set_permissions(&package, Permissions::from_mode(0o755)).unwrap();
    passes(&repo, GLOB);
    is_refused(&repo, "**/dist", "other cannot be searched");
    fs::set_permissions(&other, Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn the_advice_names_the_directory_as_one_word() {
    let repo = sealed();
    fs::create_dir_all(repo.at("packages/$(touch x)/dist")).unwrap();
    let checked = repo.check(&["--require-sealed", GLOB]);
    let remedy = checked.report["errors"][0]["remedy"].to_string();
    assert!(remedy.contains("--root 'packages/$(touch x)/dist'"), "{remedy}");
}

#[test]
fn a_directory_that_several_globs_match_is_named_once_and_each_glob_needs_a_match() {
    let repo = sealed();
    repo.build("packages/b/dist", &[("x", Node::File(b"b".to_vec()))]);
    let globs = ["nowhere/*", GLOB, "packages/b/*", "packages/a/dist", "packages/c"];
    let arguments: Vec<&str> = globs.iter().flat_map(|glob| ["--require-sealed", *glob]).collect();
    let checked = repo.check(&arguments);
    let errors = checked.report["errors"].as_array().unwrap();
    let messages: Vec<&str> =
        errors.iter().map(|error| error["message"].as_str().unwrap()).collect();
    assert_eq!(
        messages,
        [
            "--require-sealed nowhere/*: no directory matches",
            "packages/b/dist matches packages/*/dist and is under none of the seals checked",
            "--require-sealed packages/c: no directory matches",
        ]
    );
}
