//! The `build` key of a seal: who sets it, who shows it, and that a change of it is a change of scope.

#![cfg(unix)]

use std::fs;

use crate::support::{Node, Repo};

fn stdout(repo: &Repo, arguments: &[&str]) -> String {
    repo.run(arguments).stdout
}

fn seal(repo: &Repo, name: &str) -> String {
    fs::read_to_string(repo.at(format!("seals/{name}.toml"))).unwrap()
}

/// Two sealed roots, `a` and `b`.
fn two() -> Repo {
    Repo::once("", || {
        let repo = Repo::plain();
        for name in ["a", "b"] {
            repo.build(name, &[("x.js", Node::File(name.into()))]);
            repo.seal(name, name);
        }
        repo
    })
}

#[test]
fn a_new_seal_states_the_command_and_every_command_reads_it() {
    let repo = Repo::plain();
    repo.build("dist", &[("x.js", Node::File(b"x".to_vec()))]);
    let made = repo.run(&["seal", "dist", "--root", "dist", "--set-build", "npm run \"b\""]);
    assert_eq!(made.code, 0, "{}", made.stderr);
    let text = seal(&repo, "dist");
    assert!(
        text.contains("tracked = false\nbuild = \"npm run \\\"b\\\"\"\nexclude = []\n"),
        "{text}"
    );
    for arguments in [&["check"][..], &["fmt", "--check"], &["seal", "dist"], &["ls", "dist"]] {
        assert_eq!(repo.run(arguments).code, 0, "{arguments:?}");
    }
    assert_eq!(seal(&repo, "dist"), text, "sealing again keeps it");
    // The line of a finding counts the line of the command.
    fs::write(repo.at("dist/x.js"), "y").unwrap();
    let checked = repo.check(&[]);
    let line = checked.report["seals"][0]["findings"][0]["line"].as_u64().unwrap();
    assert!(text.lines().nth(usize::try_from(line).unwrap() - 1).unwrap().starts_with("\"x.js\""));
    assert_eq!(checked.report["seals"][0]["build"], "npm run \"b\"");
}

#[test]
fn existing_seals_change_above_their_entries_alone() {
    for names in [&["a", "b"][..], &["?"], &["--all"]] {
        let repo = two();
        fs::write(repo.at("a/x.js"), "not approved").unwrap();
        let before = seal(&repo, "a");
        let ran = repo.run(&[&["seal", "--set-build", "make"], names].concat());
        assert_eq!(ran.code, 0, "{names:?}: {}", ran.stderr);
        assert_eq!(seal(&repo, "a").replace("build = \"make\"\n", ""), before);
        assert!(seal(&repo, "b").contains("build = \"make\"\n"));
        assert_eq!(repo.run(&["check"]).code, 1, "nothing was approved");
        // An empty command takes it out.
        assert_eq!(repo.run(&["seal", "a", "--set-build", ""]).code, 0);
        assert_eq!(seal(&repo, "a"), before);
    }
    let repo = two();
    assert_eq!(repo.run(&["seal", "--set-build", "make"]).code, 2, "without NAME or --all");
    assert!(!seal(&repo, "a").contains("build"));
}

#[test]
fn a_command_that_does_not_show_what_it_is_is_refused() {
    let repo = two();
    for command in ["a\nb", "a\tb", "\u{202e}x", " ", &"x".repeat(1_025)] {
        let ran = repo.run(&["seal", "a", "--set-build", command]);
        assert_eq!(ran.code, 2, "{command:?}");
        assert!(ran.stderr.contains("--set-build: it "), "{}", ran.stderr);
    }
    let text = seal(&repo, "a");
    let canonical = "build = \"make\"\n";
    let stated = |build: &str| text.replace("exclude", &format!("{build}exclude"));
    for (build, code) in [
        (canonical, 0),
        ("build = \"\"\n", 2),
        ("build = \" make\"\n", 2),
        ("build = \"a\\tb\"\n", 2),
        ("build = 'make'\n", 2),
        ("build = [\"make\"]\n", 2),
        ("build = \"make\"\nbuild = \"make\"\n", 2),
    ] {
        fs::write(repo.at("seals/a.toml"), stated(build)).unwrap();
        let ran = repo.run(&["check", "a"]);
        assert_eq!(ran.code, code, "{build}: {}", ran.stderr);
    }
    // Below `exclude` it is no canonical form, and `fmt` puts it in its place.
    fs::write(repo.at("seals/a.toml"), text.replace("\n\n[", "\nbuild = 'make'\n\n[")).unwrap();
    assert_eq!(repo.run(&["check", "a"]).code, 2);
    assert_eq!(repo.run(&["fmt", "a"]).code, 0);
    assert_eq!(seal(&repo, "a"), stated(canonical));
}

#[test]
fn another_command_is_a_change_of_scope() {
    let repo = Repo::in_git();
    repo.build("dist", &[("x.js", Node::File(b"x".to_vec()))]);
    repo.git(&["add", "dist"]);
    assert_eq!(repo.run(&["seal", "dist", "--root", "dist", "--set-build", "make"]).code, 0);
    repo.git(&["add", "seals"]);
    repo.git(&["commit", "-qm", "x"]);
    for (command, words) in
        [("true", "build: \"make\" -> \"true\""), ("", "build: \"make\" -> no command")]
    {
        assert_eq!(repo.run(&["seal", "dist", "--set-build", command]).code, 0);
        let checked = repo.check(&["--base", "HEAD"]);
        assert_eq!(checked.code, 1);
        let scope = &checked.report["seals"][0]["reseal"]["scope"][0];
        assert_eq!((&scope["what"], &scope["old"]), (&"build".into(), &"make".into()));
        let said = stdout(&repo, &["check", "--base", "HEAD"]);
        assert!(said.contains(&format!("  scope    {words}\n")), "{said}");
        assert_eq!(repo.run(&["check", "--base", "HEAD", "--on-reseal", "allow"]).code, 0);
    }
}

#[test]
fn a_failing_report_says_how_the_root_is_built() {
    let repo = two();
    assert_eq!(repo.run(&["seal", "a", "--set-build", "make `a`"]).code, 0);
    fs::write(repo.at("a/x.js"), "y").unwrap();
    for format in ["human", "markdown", "html", "json"] {
        let said = stdout(&repo, &["check", "--format", format]);
        assert!(said.contains("make"), "{format}: {said}");
    }
    assert!(!stdout(&repo, &["check", "b"]).contains("make"));
}
