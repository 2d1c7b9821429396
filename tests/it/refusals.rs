//! What `seal` refuses: every reason at once, and each on a few lines, however many paths it concerns.

#![cfg(unix)]

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;
use std::path::Path;

use crate::drift::make_device;
use crate::support::{Node, Repo, make_fifo, run};

fn text(text: &str) -> Node {
    Node::File(text.into())
}

/// What the command says on stderr; it must fail.
#[track_caller]
fn refused(repo: &Repo, arguments: &[&str]) -> String {
    let ran = repo.run(arguments);
    assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.stderr);
    ran.stderr
}

/// `dist` with 300 FIFOs, 200 names that are not UTF-8, 100 links that leave it, and one file.
fn with_600_paths_that_cannot_be_sealed() -> Repo {
    let repo = Repo::plain();
    repo.build("dist", &[("ok", text("ok"))]);
    fs::create_dir(repo.at("dist/a")).unwrap();
    for at in 0..300 {
        make_fifo(&repo.at(format!("dist/a/f{at}")));
    }
    for at in 0..200 {
        let name = [b"n\xff\xfe", at.to_string().as_bytes()].concat();
        fs::write(repo.at("dist/a").join(OsStr::from_bytes(&name)), "x").unwrap();
    }
    for at in 0..100 {
        symlink("/etc/passwd", repo.at(format!("dist/l{at}"))).unwrap();
    }
    repo
}

#[test]
fn many_paths_are_counted_by_reason_with_a_pattern_that_works() {
    let repo = with_600_paths_that_cannot_be_sealed();
    let seal = ["seal", "dist", "--root", "dist"];
    let expected = "\
error: seal dist: 300 paths below dist cannot be sealed: a FIFO: a/f0, a/f1, a/f10, a/f100, a/f101 and 295 more
  next: remove them, or leave them out with --exclude '/a/f*'
error: seal dist: 200 paths below dist cannot be sealed: the name is not UTF-8: a/n\\xff\\xfe0, a/n\\xff\\xfe1, a/n\\xff\\xfe10, a/n\\xff\\xfe100, a/n\\xff\\xfe101 and 195 more
  next: remove them, or leave them out with --exclude '/a/n??*'
error: seal dist: 100 paths below dist are links that leave the root, the first of them to /etc/passwd: l0, l1, l10, l11, l12 and 95 more
  next: what they lead to is not under seal: copy it in, leave them out with --exclude '/l*', or pass --allow-outside-links
";
    assert_eq!(refused(&repo, &seal), expected);
    let quiet = refused(&repo, &[&["-q"], &seal[..]].concat());
    assert!(quiet.contains(" cannot be sealed: a FIFO\n"), "{quiet}");
    assert!(quiet.len() < expected.len() - 100 && quiet.lines().count() == 6, "{quiet}");
    assert!(refused(&repo, &[&["-v"], &seal[..]].concat()).contains(" a/f299,"));
    // The patterns, as they are printed.
    let options: Vec<&str> = expected
        .lines()
        .filter_map(|line| line.split_once("--exclude '")?.1.split_once('\''))
        .flat_map(|(pattern, _)| ["--exclude", pattern])
        .collect();
    let ran = repo.run(&[&seal[..], &options].concat());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.starts_with("dist: sealed 2 entries"));
}

#[test]
fn one_path_is_named_with_its_pattern() {
    type Make = fn(&Path);
    let cases: [(&[u8], Make, &str); 4] = [
        (b"pipe", |path| make_fifo(path), "error: dist/pipe: cannot be sealed: a FIFO\n"),
        (
            b"caf\xe9 [1]",
            |path| fs::write(path, "x").unwrap(),
            "error: seal dist: 1 path below dist cannot be sealed: the name is not UTF-8: caf\\xe9 [1]\n",
        ),
        (
            b"up",
            |path| symlink("../x", path).unwrap(),
            "error: dist/up: a link that leaves the root: its target is ../x\n",
        ),
        (b"x\xff\n", |path| make_fifo(path), "x\\xff\\n\n"),
    ];
    for (name, make, expected) in cases {
        let repo = Repo::plain();
        repo.build("dist", &[("ok", text("ok"))]);
        make(&repo.at("dist").join(OsStr::from_bytes(name)));
        let said = refused(&repo, &["seal", "dist", "--root", "dist"]);
        assert!(said.contains(expected), "{said}");
        // What is printed is pasted into a shell.
        let option = said.split_once("--exclude ").unwrap().1;
        let option =
            option.lines().next().unwrap().trim_end_matches(", or pass --allow-outside-links");
        let mut shell = repo.command(&[""; 0]);
        let program = shell.get_program().to_owned();
        let words = format!("\"$0\" seal dist --root dist --exclude {option}");
        shell = crate::support::scrubbed("sh");
        shell.current_dir(repo.at(".")).args(["-c", &words]).arg(program);
        let ran = run(shell);
        assert_eq!(ran.code, 0, "{words}: {}", ran.stderr);
    }
}

/// What a root of a machine has: a device, and a name with a backslash. The one is excluded, and the other sealed.
#[test]
fn a_device_is_excluded_by_the_pattern_that_is_printed() {
    let repo = Repo::plain();
    repo.build("root", &[(r"lib/system-a\x2db.slice", text("unit")), ("dev/ok", text("ok"))]);
    // Only root makes devices.
    if make_device(&repo.at("root/dev/null")).is_err() {
        return;
    }
    let said = refused(&repo, &["seal", "root", "--root", "root"]);
    let advice = "error: root/dev/null: cannot be sealed: a character device\n  \
                  next: remove it, or leave it out with --exclude /dev/null\n";
    assert!(said.contains(advice), "{said}");
    let ran = repo.run(&["seal", "root", "--root", "root", "--exclude", "/dev/null"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let seal = fs::read_to_string(repo.at("seals/root.toml")).unwrap();
    assert!(!seal.contains("\"dev/null\""), "{seal}");
    assert!(seal.contains(r#""lib/system-a\\x2db.slice" = "file 4 "#), "{seal}");
    assert_eq!(repo.run(&["check"]).code, 0);
}

#[test]
fn reasons_of_git_are_given_with_the_others() {
    let repo = Repo::in_git();
    repo.build("dist", &[("ok", text("ok")), ("no.log", text("x"))]);
    fs::write(repo.at(".gitignore"), "*.log\n").unwrap();
    repo.git(&["add", "dist/ok"]);
    make_fifo(&repo.at("dist/pipe"));
    let said = refused(&repo, &["seal", "dist", "--root", "dist"]);
    for reason in [
        "dist/pipe: cannot be sealed: a FIFO\n",
        "ignored by git: no.log\n",
        "leave it out with --exclude /no.log",
    ] {
        assert!(said.contains(reason), "{said}");
    }
    // git would wait for this one.
    make_fifo(&repo.at("dist/.gitignore"));
    let said = refused(&repo, &["seal", "dist", "--root", "dist"]);
    assert!(said.contains("dist/.gitignore: cannot be sealed: a FIFO"), "{said}");
}

#[test]
fn no_command_waits_for_a_list_of_ignored_files_that_is_a_pipe() {
    let repo = Repo::in_git();
    repo.build("dist", &[("ok", text("ok")), ("sub/b", text("b"))]);
    repo.git(&["add", "."]);
    for args in [
        &["seal", "dist", "--root", "dist", "--exclude", "/sub/.gitignore"][..],
        &["check"],
        &["doctor"],
        &["seal", "--all"],
    ] {
        assert_eq!(repo.run(args).code, 0, "{args:?}");
    }
    make_fifo(&repo.at("dist/sub/.gitignore"));
    assert_eq!(repo.run(&["seal", "dist"]).code, 0, "git need not look at it");
    repo.write("dist/new", "x");
    let said = "dist/sub/.gitignore is not a regular file: git would wait for it";
    for args in [&["seal", "dist"][..], &["doctor"]] {
        assert!(refused(&repo, args).contains(said), "{args:?}");
    }
    // Findings without the help of git are findings all the same.
    let run = repo.run(&["check"]);
    assert_eq!(run.code, 1, "{run:#?}");
    assert!(run.stdout.contains("unsealed      new"), "{run:#?}");
}

#[test]
fn a_part_that_cannot_be_read_is_not_a_part_that_is_not_there() {
    let repo = Repo::plain();
    repo.build("dist", &[("a", text("a")), ("b", text("b"))]);
    repo.seal("dist", "dist");
    fs::remove_file(repo.at("dist/b")).unwrap();
    make_fifo(&repo.at("dist/new"));
    let said = refused(&repo, &["seal", "dist", "--only", "new"]);
    assert!(said.contains("dist/new: cannot be sealed: a FIFO"), "{said}");
}

#[test]
fn a_submodule_that_is_not_checked_out_is_called_so() {
    let repo = Repo::in_git();
    let other = Repo::in_git();
    fs::write(other.at("x"), "x").unwrap();
    other.git(&["add", "x"]);
    other.git(&["commit", "--quiet", "-m", "x"]);
    let head = String::from_utf8(other.git(&["rev-parse", "HEAD"])).unwrap();
    repo.build("dist", &[("ok", text("ok"))]);
    fs::create_dir(repo.at("dist/sub")).unwrap();
    repo.git(&["add", "dist/ok"]);
    let link = format!("160000,{},dist/sub", head.trim());
    repo.git(&["update-index", "--add", "--cacheinfo", &link]);
    let said = refused(&repo, &["seal", "dist", "--root", "dist"]);
    assert!(said.contains("a submodule that is not checked out: sub\n"), "{said}");
    assert!(said.contains("leave it out with --exclude /sub (paths"), "{said}");
    let ran = repo.run(&["seal", "dist", "--root", "dist", "--exclude", "/sub"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
}

#[test]
fn a_pattern_for_what_is_in_a_directory_leaves_the_directory() {
    for (pattern, whole) in [("/t/**", "/t/"), ("t/*", "t/"), ("/d e/**", "'/d e/'")] {
        let repo = Repo::in_git();
        repo.build("dist", &[("ok", text("ok")), ("t/x", text("x")), ("d e/x", text("x"))]);
        repo.git(&["add", "dist"]);
        let said = refused(&repo, &["seal", "dist", "--root", "dist", "--exclude", pattern]);
        assert!(said.contains(&format!("not the directory itself: write {whole} in")), "{said}");
        let whole = whole.trim_matches('\'');
        let ran = repo.run(&["seal", "dist", "--root", "dist", "--exclude", whole]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
    }
}

#[test]
fn patterns_that_match_nothing_are_remarked_on() {
    let repo = Repo::plain();
    repo.build(
        "dist",
        &[
            ("a.log", text("x")),
            ("ok", text("x")),
            ("t/deep.tmp", text("x")),
            ("keep.log", text("x")),
        ],
    );
    let seal = ["seal", "dist", "--root", "dist"];
    let patterns = ["*.log", "/t/", "!keep.log", "*.tmp", "*.none", r"a\x2db", "!gone"];
    let options: Vec<&str> = patterns.iter().flat_map(|pattern| ["--exclude", pattern]).collect();
    let ran = repo.run(&[&seal[..], &options].concat());
    // What lies in an excluded directory is not looked at.
    let expected = "\
notice: dist: the exclude pattern '*.tmp' matches nothing
notice: dist: the exclude pattern '*.none' matches nothing
notice: dist: the exclude pattern 'a\\x2db' matches nothing; patterns know no escapes such as \\x2d, and this one means ax2db
notice: dist: the exclude pattern '!gone' matches nothing
";
    assert_eq!((ran.code, &*ran.stderr), (0, expected));
    assert_eq!(repo.run(&["seal", "dist"]).stderr, expected);
    assert_eq!(repo.run(&["-q", "seal", "dist"]).stderr, "");
}

#[test]
fn a_second_seal_of_a_root_is_warned_of() {
    let repo = Repo::plain();
    repo.build("dist", &[("ok", text("ok"))]);
    repo.build("lib", &[("ok", text("ok"))]);
    repo.seal("dist", "dist");
    let ran = repo.run(&["seal", "again", "--root", "./dist"]);
    let expected = "\
warning: dist seals dist already: both seals are judged, and each change of dist must be approved in both; if dist is enough: remove seals/again.toml, and run sealgate seal dist
";
    assert_eq!((ran.code, &*ran.stderr), (0, expected));
    for arguments in [&["seal", "lib", "--root", "lib"][..], &["seal", "dist"]] {
        assert_eq!(repo.run(arguments).stderr, "", "{arguments:?}");
    }
}

#[test]
fn many_strays_are_one_error_on_a_terminal_and_all_in_a_report() {
    let repo = Repo::plain();
    repo.build("dist", &[("ok", text("ok"))]);
    repo.seal("dist", "dist");
    for at in 0..600 {
        fs::write(repo.at(format!("seals/stray{at:03}")), "").unwrap();
    }
    let expected = "\
error: 600 files: this file does not belong in the seals directory: seals/stray000, seals/stray001, seals/stray002, seals/stray003, seals/stray004 and 595 more
  next: move it elsewhere: only seals and a README.md belong here
";
    assert_eq!(refused(&repo, &["check"]), expected);
    let report = repo.check(&[]).report;
    assert_eq!(report["errors"].as_array().unwrap().len(), 600);
    assert_eq!(refused(&repo, &["-v", "check"]).lines().count(), 1200);
}
