//! The commands that a report prints do what it says of them, when they are run as printed.

#![cfg(unix)]

use std::fs;
use std::path::Path;

use crate::support::{Node, Repo, Run, run, scrubbed};

/// A root that git keeps, sealed and committed; logs are ignored.
fn kept() -> Repo {
    Repo::once("", || {
        let repo = Repo::in_git();
        fs::write(repo.at(".gitignore"), "*.log\n").unwrap();
        let text = |text: &str| Node::File(text.into());
        repo.build("dist", &[("a.js", text("a")), ("lib/b.js", text("b"))]);
        repo.git(&["add", "--all"]);
        repo.seal("dist", "dist");
        commit(&repo);
        repo
    })
}

fn commit(repo: &Repo) {
    repo.git(&["add", "--all", "--", "seals"]);
    repo.git(&["commit", "--quiet", "-m", "x"]);
}

fn stdout(ran: &Run) -> String {
    ran.stdout.clone()
}

/// Runs `command`, as somebody does who pastes it, and gives what it said.
#[track_caller]
fn paste(repo: &Repo, command: &str) -> String {
    let mut shell = scrubbed("sh");
    let own = Path::new(env!("CARGO_BIN_EXE_sealgate")).parent().unwrap();
    let path = format!("{}:{}", own.display(), std::env::var("PATH").unwrap());
    shell.args(["-ec", command]).current_dir(repo.at(".")).env("PATH", path);
    let ran = run(shell);
    assert_eq!(ran.code, 0, "{command}: {}{}", stdout(&ran), ran.stderr);
    stdout(&ran)
}

/// The commands that stand in backticks, or on the line that approves, with the lines joined.
fn commands(said: &str) -> Vec<String> {
    let lines: Vec<&str> = said.lines().map(str::trim).collect();
    let approve = lines.iter().filter_map(|line| line.strip_prefix("To approve these bytes:"));
    let approve: Vec<String> = approve.map(|command| command.trim().to_owned()).collect();
    let joined = lines.join(" ");
    let quoted = joined.split('`').skip(1).step_by(2).map(str::to_owned);
    quoted.filter(|word| word.contains(' ')).chain(approve).collect()
}

/// The one printed command that holds `word`.
#[track_caller]
fn command(said: &str, word: &str) -> String {
    let mut found: Vec<String> =
        commands(said).into_iter().filter(|one| one.contains(word)).collect();
    found.dedup();
    assert_eq!(found.len(), 1, "{word}: {found:?} in {said}");
    found.remove(0)
}

/// Approves as a report says, stages as `seal` says, and commits.
#[track_caller]
fn approve(repo: &Repo, said: &str) {
    let line = said.lines().find_map(|line| line.trim().strip_prefix("To approve these bytes:"));
    let sealed = paste(repo, line.unwrap().trim());
    let stage = sealed.lines().find_map(|line| line.split("commit it: ").nth(1)).unwrap();
    paste(repo, stage);
    repo.git(&["commit", "--quiet", "-m", "approved"]);
    assert_eq!(repo.run(&["check", "--rev", "HEAD"]).code, 0, "{stage}");
    assert_eq!(repo.run(&["check"]).code, 0);
}

#[test]
fn a_new_file_of_a_root_in_git_is_approved_by_the_printed_commands() {
    let repo = kept();
    fs::write(repo.at("dist/chunk.js"), "new").unwrap();
    let found = repo.check(&[]).findings();
    assert_eq!((found.len(), found[0].cause.as_deref()), (1, None), "no leftover: git takes it");
    let said = stdout(&repo.run(&["check"]));
    assert!(!said.contains("restore"), "it brings nothing back: {said}");
    approve(&repo, &said);
}

#[test]
fn a_new_file_is_left_out_by_the_printed_command_and_nothing_else_is_approved() {
    for stray in
        ["dist/chunk.js", "dist/new/deep/x", "dist/a[1]*.js", "dist/.DS_Store", "dist/n/.DS_Store"]
    {
        let repo = kept();
        fs::create_dir_all(repo.at(stray).parent().unwrap()).unwrap();
        fs::write(repo.at(stray), "new").unwrap();
        let said = stdout(&repo.run(&["check"]));
        paste(&repo, &command(&said, "--exclude"));
        let ran = repo.run(&["check"]);
        assert_eq!(ran.code, 0, "{stray}: {said}{}", stdout(&ran));
    }
    let repo = kept();
    fs::write(repo.at("dist/chunk.js"), "new").unwrap();
    fs::write(repo.at("dist/a.js"), "other").unwrap();
    paste(&repo, &command(&stdout(&repo.run(&["check"])), "--exclude"));
    let left: Vec<_> = repo.check(&[]).findings().into_iter().map(|found| found.path).collect();
    assert_eq!(left, [b"a.js"]);
}

#[test]
fn a_new_file_is_approved_alone_by_the_printed_command() {
    let strays = ["chunk.js", "new/deep/x", "a[1]*.js", "lib/-x y", ".DS_Store", "trail "];
    for stray in strays {
        let repo = kept();
        let path = Path::new("dist").join(stray);
        fs::create_dir_all(repo.at(&path).parent().unwrap()).unwrap();
        fs::write(repo.at(&path), "new").unwrap();
        // What else changed: a sealed file, and a new one of which the name is much the same.
        fs::write(repo.at("dist/a.js"), "other").unwrap();
        let said = stdout(&repo.run(&["check"]));
        let beside = format!("{}z", stray.trim_end());
        fs::write(repo.at("dist").join(&beside), "evil").unwrap();
        paste(&repo, &command(&said, "--only"));
        let mut left: Vec<_> =
            repo.check(&[]).findings().into_iter().map(|found| found.path).collect();
        left.sort();
        let mut expected = [b"a.js".to_vec(), beside.into_bytes()];
        expected.sort();
        assert_eq!(left, expected, "{stray}: {said}");
    }
    // A pattern for it would take other names too.
    let repo = kept();
    fs::write(repo.at("dist/tab\t"), "new").unwrap();
    let said = stdout(&repo.run(&["check"]));
    assert!(!said.contains("--only"), "{said}");
}

#[test]
fn an_ignored_file_of_a_root_in_git_can_be_left_out_or_added() {
    let ignored = || {
        let repo = kept();
        repo.build("dist", &[("out/x.log", Node::File(b"x".to_vec()))]);
        let said = stdout(&repo.run(&["check"]));
        (repo, said)
    };
    let (repo, said) = ignored();
    paste(&repo, &command(&said, "--exclude"));
    assert_eq!(repo.run(&["check"]).code, 0);
    let (repo, said) = ignored();
    paste(&repo, &command(&said, "add --force"));
    approve(&repo, &said);
}

#[test]
fn a_deleted_file_is_restored_or_approved_by_the_printed_commands() {
    type Deletion = fn(&Repo);
    let on_disk: Deletion = |repo| fs::remove_file(repo.at("dist/a.js")).unwrap();
    let in_index: Deletion = |repo| drop(repo.git(&["rm", "--quiet", "dist/a.js"]));
    for delete in [on_disk, in_index] {
        let repo = kept();
        delete(&repo);
        let said = stdout(&repo.run(&["check"]));
        assert!(!said.contains("add --force"), "the file is nowhere: {said}");
        paste(&repo, &command(&said, "dist/a.js"));
        assert_eq!(repo.run(&["check"]).code, 0, "{said}");
        delete(&repo);
        approve(&repo, &said);
    }
}

#[test]
fn a_file_that_a_commit_deleted_is_not_added_by_force() {
    let repo = kept();
    let before = String::from_utf8(repo.git(&["rev-parse", "HEAD"])).unwrap();
    repo.git(&["rm", "--quiet", "dist/a.js"]);
    commit(&repo);
    let head = String::from_utf8(repo.git(&["rev-parse", "HEAD"])).unwrap();
    let line = format!("refs/heads/main {} refs/heads/main {}\n", head.trim(), before.trim());
    let mut shell = scrubbed("sh");
    let hook =
        format!("printf '%s' '{line}' | '{}' hook pre-push o u", env!("CARGO_BIN_EXE_sealgate"));
    shell.args(["-c", &hook]).current_dir(repo.at("."));
    let pushed = run(shell);
    let judged = repo.run(&["check", "--rev", "HEAD"]);
    for ran in [pushed, judged] {
        let said = format!("{}{}", stdout(&ran), ran.stderr);
        assert_eq!(ran.code, 1, "{said}");
        assert!(said.contains("a.js"), "{said}");
        assert!(!said.contains("add --force"), "the file is nowhere: {said}");
    }
}

#[test]
fn a_repository_inside_a_root_is_not_sealed_as_a_part_of_it() {
    let repo = kept();
    repo.build("dist/inner", &[("x.js", Node::File(b"x".to_vec()))]);
    repo.git(&["init", "--quiet", "dist/inner"]);
    let ran = repo.run(&["seal", "dist"]);
    assert_eq!(ran.code, 2, "{}", stdout(&ran));
    assert!(ran.stderr.contains("another repository lies there"), "{}", ran.stderr);
}

#[test]
fn a_repository_of_another_user_is_called_that_with_the_command_of_git() {
    let repo = kept();
    let head = String::from_utf8(repo.git(&["rev-parse", "HEAD"])).unwrap();
    let chown = |owner: &str| {
        scrubbed("chown").args(["-R", owner]).arg(repo.at(".")).status().unwrap().success()
    };
    if !chown("12345") {
        // Only root can give files away.
        return;
    }
    let ran = repo.run(&["check", "--seals-from", head.trim()]);
    assert_eq!(ran.code, 2);
    let command = "git config --global --add safe.directory /";
    let line = ran.stderr.lines().find(|line| line.contains(command));
    let line = line.unwrap_or_else(|| panic!("no line has the command: {}", ran.stderr));
    assert!(line.ends_with(repo.at("").to_str().unwrap().trim_end_matches('/')), "{line}");
    assert!(!ran.stderr.contains("fsck") && !ran.stderr.contains("\\n"), "{}", ran.stderr);
    chown("0");
}

#[test]
fn what_the_commit_has_and_the_disk_has_not_is_brought_back() {
    let (restore, sparse) = ("git restore", "git sparse-checkout add");
    for (lose, directory, with) in [
        ("rm -r dist", "dist", restore),
        ("rm -r seals", "seals", restore),
        ("git sparse-checkout set --cone seals", "dist", sparse),
        ("git sparse-checkout set --cone dist", "seals", sparse),
        ("git sparse-checkout set --no-cone /dist/", "seals", sparse),
    ] {
        let repo = kept();
        paste(&repo, lose);
        let ran = repo.run(&["check"]);
        assert_eq!(ran.code, 2, "{lose}: {}", stdout(&ran));
        let line = ran.stderr.lines().find_map(|line| line.split("checked out has ").nth(1));
        let line = line.unwrap_or_else(|| panic!("{lose}: {}", ran.stderr));
        let command = line.split_once(": ").unwrap().1;
        assert!(command.starts_with(with), "{lose}, and {directory} is gone: {command}");
        paste(&repo, command);
        assert_eq!(repo.run(&["check"]).code, 0, "{lose}: {command}");
    }
}

#[test]
fn a_link_that_was_followed_is_restored_by_the_printed_command() {
    for link in ["latest", "main.js"] {
        let repo = kept();
        let links = [("latest", "lib"), ("main.js", "lib/b.js")];
        repo.build("dist", &links.map(|(path, to)| (path, Node::Link(to.into()))));
        repo.git(&["add", "--all"]);
        assert_eq!(repo.run(&["seal", "dist"]).code, 0);
        commit(&repo);
        let copied = format!("cp -rL dist/{link} copy && rm dist/{link} && mv copy dist/{link}");
        paste(&repo, &copied);
        let found = repo.check(&[]).findings();
        let causes: Vec<_> = found.iter().map(|found| found.cause.as_deref()).collect();
        assert!(causes.iter().all(|cause| *cause == Some("link-followed")), "{found:?}");
        let said = stdout(&repo.run(&["check"]));
        paste(&repo, &command(&said, &format!("':/dist/{link}'")));
        assert_eq!(repo.run(&["check"]).code, 0, "{said}");
    }
}

#[test]
fn a_file_with_a_new_hash_in_its_name_is_one_line_and_can_be_approved_or_taken_back() {
    let renamed = || {
        let repo = kept();
        fs::write(repo.at("dist/chunk-4f2a.js"), "old").unwrap();
        repo.git(&["add", "--all"]);
        assert_eq!(repo.run(&["seal", "dist"]).code, 0);
        commit(&repo);
        paste(&repo, "rm dist/chunk-4f2a.js; echo new > dist/chunk-9b1c.js");
        let said = stdout(&repo.run(&["check"]));
        (repo, said)
    };
    let (repo, said) = renamed();
    let row = "renamed       chunk-9b1c.js  from chunk-4f2a.js, 3 B -> 4 B";
    assert_eq!(said.matches("chunk-9b1c.js").count(), 1, "{said}");
    assert!(said.contains(row), "{said}");
    approve(&repo, &said);
    let (repo, said) = renamed();
    paste(&repo, &format!("{}; rm dist/chunk-9b1c.js", restores(&said)[0]));
    assert_eq!(repo.run(&["check"]).code, 0, "{said}");
    // Which of two new files it is, nobody can say.
    let (repo, _) = renamed();
    fs::write(repo.at("dist/chunk-77aa.js"), "other").unwrap();
    let said = stdout(&repo.run(&["check"]));
    assert!(!said.contains("renamed"), "{said}");
}

#[test]
fn nobody_is_told_to_approve_what_seal_refuses() {
    let cases = [
        "mkdir dist/empty",
        "git init -q dist/n; echo 1 > dist/n/x",
        "git config core.fileMode false; chmod +x dist/a.js",
        "git update-index --skip-worktree dist/a.js; echo 2 > dist/a.js",
        "git update-index --assume-unchanged dist/a.js; echo 2 > dist/a.js",
    ];
    for script in cases {
        let repo = kept();
        paste(&repo, script);
        let ran = repo.run(&["check"]);
        let said = stdout(&ran);
        assert_eq!(ran.code, 1, "{script}: {said}");
        assert!(!said.contains("To approve these bytes"), "{script}: {said}");
        let sealed: Vec<String> = commands(&said);
        let unwatched = script.contains("update-index");
        let sealed = sealed.iter().filter(|one| one.ends_with("sealgate seal dist") && !unwatched);
        assert_eq!(sealed.count(), 0, "{script}: {said}");
        assert_eq!(repo.run(&["seal", "dist"]).code, 2, "{script}: seal takes it");
    }
    // What can be added or allowed keeps its command, which says what it refuses.
    let cases = [
        ("echo x > dist/x.log", "It refuses while git ignores anything there."),
        ("ln -s /etc/passwd dist/l", "It refuses links that leave the root, unless it gets"),
    ];
    for (script, refusal) in cases {
        let repo = kept();
        paste(&repo, script);
        let said = stdout(&repo.run(&["check"]));
        let words = said.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains(refusal), "{said}");
        assert_eq!(repo.run(&["seal", "dist"]).code, 2, "{script}: seal takes it");
    }
    let repo = kept();
    paste(&repo, "ln -s /etc/passwd dist/l");
    paste(&repo, &command(&stdout(&repo.run(&["check"])), "--allow-outside-links"));
    assert_eq!(repo.run(&["check"]).code, 0);
}

#[test]
fn what_git_does_not_look_at_is_restored_all_the_same() {
    let cases = [
        "git update-index --skip-worktree dist/a.js; echo 2 > dist/a.js",
        "git update-index --assume-unchanged dist/a.js; echo 2 > dist/a.js",
        "git update-index --skip-worktree dist/a.js; rm dist/a.js",
        "git config core.fileMode false; chmod -x dist/lib/b.js",
    ];
    for script in cases {
        let repo = kept();
        paste(&repo, "chmod +x dist/lib/b.js; sealgate -q seal dist; git commit -qam exec");
        paste(&repo, script);
        let said = stdout(&repo.run(&["check"]));
        assert!(said.contains("1 finding"), "{script}: {said}");
        let of_git = |command: &String| command.starts_with("git") && command.contains(" restore ");
        let restores: Vec<String> = commands(&said).into_iter().filter(of_git).collect();
        assert!(!restores.is_empty(), "{script}: {said}");
        for command in restores {
            paste(&repo, &command);
            assert_eq!(repo.run(&["check"]).code, 0, "{script}: {command}");
            paste(&repo, script);
        }
    }
}

/// The printed commands that restore files.
fn restores(said: &str) -> Vec<String> {
    commands(said).into_iter().filter(|command| command.starts_with("git restore")).collect()
}
