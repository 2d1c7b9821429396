//! The lines that differ, of files that are kept in git: in every format that people read.

#![cfg(unix)]

use std::fs;

use crate::snapshot::expect;
use crate::support::{Node, Repo};

/// A repository whose generated files are kept in git, and changed since they were sealed.
fn changed() -> Repo {
    Repo::once("", || {
        let repo = Repo::in_git();
        let long = |word: &str| format!("{}{word}{}\n", "x".repeat(300), "y".repeat(300));
        let hostile = "\u{1b}[31m::error::x\u{202e} ```` </pre><script>\t|\n";
        let files = |version: &str, word: &str, hostile: &str| {
            vec![
                (
                    "gen/a.go",
                    Node::File(format!("// by tool {version}\npackage a\n\nvar A = 1\n").into()),
                ),
                ("gen/binary", Node::File(format!("\0{word}").into())),
                ("gen/hostile", Node::File(format!("a\n{hostile}").into())),
                ("gen/long.js", Node::File(long(word).into())),
                ("gen/same", Node::File("same\n".into())),
            ]
        };
        let build = |files: Vec<(&str, Node)>| {
            for (path, node) in files {
                let Node::File(bytes) = node else { continue };
                fs::create_dir_all(repo.at(path).parent().unwrap()).unwrap();
                fs::write(repo.at(path), bytes).unwrap();
            }
        };
        build(files("v3.19.1", "old", "b\n"));
        repo.git(&["add", "--all"]);
        repo.seal("gen", "gen");
        repo.git(&["add", "--all"]);
        repo.git(&["commit", "--quiet", "--message", "x"]);
        build(files("v4.22.0", "newer", hostile));
        repo
    })
}

#[test]
fn each_format_shows_the_lines_that_differ() {
    let repo = changed();
    for format in ["human", "github", "markdown", "json"] {
        let ran = repo.run(&["check", "--format", format]);
        assert_eq!(ran.code, 1, "{ran:#?}");
        expect(&format!("lines-that-differ.{format}"), ran.stdout.as_bytes());
    }
    let page = repo.run(&["check", "--format", "html"]).stdout;
    let shown = page.split("<pre class=\"lines\">").skip(1);
    let shown: Vec<&str> = shown.filter_map(|rest| rest.split("</pre>").next()).collect();
    expect("lines-that-differ.html", shown.join("\n").as_bytes());
}

#[test]
fn only_sealed_bytes_are_shown() {
    let repo = changed();
    let shows = |what: &str| {
        let report = repo.check(&[]).report;
        report["seals"][0]["findings"].to_string().contains(what)
    };
    assert!(shows("tool v3.19.1") && shows("tool v4.22.0"));
    // The commit has other bytes than those that were sealed.
    fs::write(repo.at("gen/a.go"), "// by hand\n").unwrap();
    repo.git(&["add", "gen/a.go"]);
    repo.git(&["commit", "--quiet", "--message", "y"]);
    assert!(!shows("by hand") && !shows("tool v3.19.1"));
}

#[test]
fn of_many_lines_and_files_a_few_are_shown() {
    let repo = Repo::in_git();
    let numbered =
        |word: &str| (0..1000).map(|at| format!("{word} {at}\n")).collect::<Vec<_>>().concat();
    let write = |word: &str| {
        fs::create_dir_all(repo.at("gen")).unwrap();
        for at in 0..20 {
            fs::write(repo.at(format!("gen/{at}")), numbered(word)).unwrap();
        }
    };
    write("a");
    repo.git(&["add", "--all"]);
    repo.seal("gen", "gen");
    repo.git(&["add", "--all"]);
    repo.git(&["commit", "--quiet", "--message", "x"]);
    write("b");
    let report = repo.check(&[]).report;
    let findings = report["seals"][0]["findings"].as_array().unwrap();
    let lines =
        |finding: &serde_json::Value| finding["difference"]["lines"].as_array().map(Vec::len);
    let shown: Vec<usize> = findings.iter().filter_map(lines).collect();
    assert_eq!((findings.len(), shown), (20, vec![12; 5]));
}

#[test]
fn two_directories_show_the_lines_that_differ() {
    let repo = Repo::plain();
    let text = |text: &str| Node::File(text.into());
    let hostile = "a\n\u{1b}[31m::error::x\n";
    repo.build("dist", &[("a.js", text("a\nb\n")), ("b", text("a\nb\n")), ("c", text("a\nb\n"))]);
    repo.build("other", &[("a.js", text("a\nx\n")), ("b", text(hostile)), ("c", text("a\nb"))]);
    repo.seal("dist", "dist");
    let ran = repo.run(&["diff", "dist", "--against", "other"]);
    let said = ran.stdout;
    for shown in [
        "  a.js: first difference at byte 2\n    2 | - b\n    2 | + x\n",
        "    2 | - b\n    2 | + \\x1b[31m:\\x3aerror:\\x3ax\n",
        // Both last lines look alike: the bytes show the difference.
        "  c: first difference at byte 3\n  -          0  61 0a 62 0a  |a.b.|\n",
    ] {
        assert!(said.contains(shown), "{shown} is not in {said}");
    }
}

#[test]
fn two_directories_show_a_few_lines_of_many() {
    let repo = Repo::plain();
    for (directory, word) in [("dist", "old"), ("other", "new")] {
        fs::create_dir(repo.at(directory)).unwrap();
        for file in 0..9 {
            let text = (0..500).map(|at| format!("{word} {at}\n")).collect::<Vec<_>>().concat();
            fs::write(repo.at(directory).join(file.to_string()), text).unwrap();
        }
    }
    repo.seal("dist", "dist");
    let ran = repo.run(&["diff", "dist", "--against", "other"]);
    let said = ran.stdout;
    assert_eq!(said.matches(" | - old ").count(), 60, "{said}");
    assert_eq!(said.matches("(more lines differ)").count(), 5, "{said}");
    // Of the other files the first bytes that differ are shown.
    assert_eq!(said.matches("|old 0.old").count(), 4, "{said}");
}
