//! `sealgate rebuild`: that it proves what the build makes, and that nothing somebody may miss is lost:
//! by a build that fails, a kill, hostile files in its way, or another run.

#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, symlink};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use walkdir::WalkDir;

use crate::support::{Node, Repo, Run, make_fifo, run, scrubbed};

const BUILD: &str = "mkdir dist && cp src/a.js src/b.js dist";

fn text(text: &str) -> Node {
    Node::File(text.into())
}

/// `dist`, made of `src` by `build`, sealed and committed; `.env` and logs are ignored.
fn repo_with(build: &str) -> Repo {
    Repo::once(build, || {
        let repo = Repo::in_git();
        fs::write(repo.at(".gitignore"), ".env\n*.log\n").unwrap();
        repo.build("src", &[("a.js", text("a")), ("b.js", text("b"))]);
        repo.build("dist", &[("a.js", text("a")), ("b.js", text("b"))]);
        repo.git(&["add", "--all"]);
        sealed(
            &repo,
            &["seal", "dist", "--root", "dist", "--exclude", ".env", "--set-build", build],
        );
        commit(&repo);
        repo
    })
}

#[track_caller]
fn sealed(repo: &Repo, arguments: &[&str]) {
    let ran = repo.run(arguments);
    assert_eq!(ran.code, 0, "{arguments:?}: {}", ran.stderr);
}

fn commit(repo: &Repo) {
    repo.git(&["add", "--all"]);
    repo.git(&["commit", "--quiet", "-m", "x"]);
}

fn stdout(ran: &Run) -> String {
    ran.stdout.clone()
}

/// The content of every file below `directory`, by path; links with their targets.
fn files(directory: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in WalkDir::new(directory).into_iter().flatten() {
        let path = entry.path();
        let name = path.strip_prefix(directory).unwrap().to_string_lossy().into_owned();
        if entry.file_type().is_symlink() {
            files.insert(name, fs::read_link(path).unwrap().into_os_string().into_encoded_bytes());
        } else if entry.file_type().is_file() {
            files.insert(name, fs::read(path).unwrap());
        }
    }
    files
}

/// The files that runs left below git's directory, their own aside.
fn aside(repo: &Repo) -> BTreeMap<String, Vec<u8>> {
    let mut files = files(&repo.at(".git/sealgate"));
    files.retain(|path, _| !matches!(&**path, "rebuild/lock" | "rebuild/built.json"));
    files
}

#[track_caller]
fn refused(repo: &Repo, arguments: &[&str], code_and_words: (&str, &str)) {
    let before = files(&repo.at("."));
    let ran = repo.run(arguments);
    let (words, next) = code_and_words;
    assert_eq!(ran.code, 2, "{arguments:?}: {}{}", stdout(&ran), ran.stderr);
    assert!(ran.stderr.contains(words) && ran.stderr.contains(next), "{}", ran.stderr);
    let mut after = files(&repo.at("."));
    after.retain(|path, _| !path.starts_with(".git/sealgate"));
    let mut before = before;
    before.retain(|path, _| !path.starts_with(".git/sealgate"));
    assert_eq!(after, before, "{arguments:?} changed something");
}

#[test]
fn a_build_that_makes_the_sealed_bytes_passes_and_leaves_nothing() {
    let repo = repo_with(BUILD);
    for arguments in
        [&["rebuild"][..], &["rebuild", "dist", "--twice"], &["rebuild", "seals/dist.toml"]]
    {
        let ran = repo.run(arguments);
        assert_eq!(ran.code, 0, "{arguments:?}: {}{}", stdout(&ran), ran.stderr);
        assert!(ran.stderr.contains(&format!("build: {BUILD}\n")), "{}", ran.stderr);
        assert!(stdout(&ran).contains("PASS  1 seal (dist), 2 entries"), "{}", stdout(&ran));
        assert_eq!(repo.git(&["status", "--porcelain"]), b"");
        assert!(aside(&repo).is_empty());
    }
}

#[test]
fn what_a_diff_does_not_see_fails() {
    type Change = fn(&Repo);
    let cases: [(&str, Change, i32, &str); 5] = [
        (
            "true",
            |_| {},
            2,
            "the build wrote nothing: `true` ended well and made no directory dist",
        ),
        ("mkdir dist", |_| {}, 1, "missing"),
        (BUILD, |repo| fs::write(repo.at("src/a.js"), "new").unwrap(), 1, "modified      a.js"),
        // An output whose source is gone.
        ("mkdir dist && cp src/a.js dist", |_| {}, 1, "missing       b.js"),
        ("mkdir dist && cp src/* dist && echo x >dist/new.log", |_| {}, 1, "unsealed      new.log"),
    ];
    for (build, change, code, words) in cases {
        let repo = repo_with(build);
        change(&repo);
        let ran = repo.run(&["rebuild"]);
        let said = format!("{}{}", stdout(&ran), ran.stderr);
        assert_eq!(ran.code, code, "{build}: {said}");
        assert!(said.contains(words), "{build}: {said}");
        assert!(repo.at("dist").is_dir());
    }
}

#[test]
fn a_command_that_a_change_request_emptied_shows_as_a_change_of_scope_first() {
    let repo = repo_with(BUILD);
    sealed(&repo, &["seal", "dist", "--set-build", "true"]);
    commit(&repo);
    let ran = repo.run(&["rebuild", "--seals-from", "HEAD", "--base", "HEAD~1"]);
    assert_eq!(ran.code, 2, "{}", stdout(&ran));
    assert!(stdout(&ran).starts_with("dist: what it covers changed"), "{}", stdout(&ran));
    assert!(stdout(&ran).contains("-> \"true\""), "{}", stdout(&ran));
    assert!(ran.stderr.contains("the build wrote nothing"), "{}", ran.stderr);
    assert_eq!(files(&repo.at("dist")).len(), 2, "what was there is back");
}

#[test]
fn a_build_that_fails_puts_back_what_was_there() {
    for build in [
        "exit 3",
        "mkdir dist; echo partial >dist/a.js; exit 1",
        "no-such-program",
        "ln -s /tmp dist; false",
        "echo x >dist; kill -9 $$",
    ] {
        let repo = repo_with(build);
        fs::write(repo.at("dist/b.js"), "by hand").unwrap();
        fs::write(repo.at("dist/.env"), "secret").unwrap();
        let before = files(&repo.at("dist"));
        let ran = repo.run(&["rebuild"]);
        assert_eq!(ran.code, 2, "{build}: {}", ran.stderr);
        assert!(ran.stderr.contains("the build failed: `"), "{build}: {}", ran.stderr);
        assert_eq!(files(&repo.at("dist")), before, "{build}");
        assert!(repo.at("dist").symlink_metadata().unwrap().is_dir());
        let left = aside(&repo);
        assert!(left.keys().all(|path| path.contains("/made/")), "{build}: {left:?}");
        // What the failed build made goes with the next one.
        sealed(&repo, &["seal", "dist", "--set-build", BUILD]);
        repo.run(&["rebuild"]);
        assert!(aside(&repo).keys().all(|path| path.contains("/files/")), "{build}");
    }
}

#[test]
fn what_a_person_made_is_kept_and_named() {
    let repo = repo_with(BUILD);
    repo.build(
        "dist",
        &[("b.js", text("by hand")), (".env", text("secret")), ("deep/x.log", text("log"))],
    );
    symlink("/etc/passwd", repo.at("dist/link.log")).unwrap();
    make_fifo(&repo.at("dist/fifo.log"));
    let ran = repo.run(&["rebuild"]);
    assert_eq!(ran.code, 0, "{}{}", stdout(&ran), ran.stderr);
    let kept = aside(&repo);
    let place = "rebuild/1/files/dist";
    let expected = [
        (".env", "secret"),
        ("b.js", "by hand"),
        ("deep/x.log", "log"),
        ("link.log", "/etc/passwd"),
    ];
    let expected: BTreeMap<String, Vec<u8>> =
        expected.iter().map(|(path, bytes)| (format!("{place}/{path}"), (*bytes).into())).collect();
    assert_eq!(kept, expected);
    assert!(repo.at(format!(".git/sealgate/{place}/fifo.log")).symlink_metadata().is_ok());
    let line = ran.stderr.lines().find(|line| line.starts_with("kept aside in ")).unwrap();
    assert!(line.starts_with("kept aside in .git/sealgate/rebuild/1/files/dist: "), "{line}");
    for name in [".env", "b.js", "deep/x.log", "fifo.log", "link.log"] {
        assert!(line.contains(name), "{line}");
    }
    // Another run leaves them alone.
    assert_eq!(repo.run(&["rebuild"]).code, 0);
    assert_eq!(aside(&repo), expected);
}

#[test]
fn reasons_not_to_begin_leave_everything_as_it_was() {
    let stray = ("nothing would bring it back: notes.txt", "git add -- dist");
    let repo = repo_with(BUILD);
    fs::write(repo.at("dist/notes.txt"), "mine").unwrap();
    refused(&repo, &["rebuild"], stray);
    let repo = repo_with(BUILD);
    sealed(&repo, &["seal", "dist", "--set-build", ""]);
    for arguments in [&["rebuild"][..], &["rebuild", "dist"], &["rebuild", "--seal"]] {
        refused(
            &repo,
            arguments,
            ("does not state how its root is built", "--set-build 'npm run build'"),
        );
    }
    let repo = repo_with(BUILD);
    repo.build("dist/inner", &[("x.js", text("x"))]);
    repo.git(&["add", "dist"]);
    sealed(&repo, &["seal", "inner", "--root", "dist/inner", "--set-build", "make"]);
    refused(&repo, &["rebuild", "dist"], ("dist contains dist/inner", "seal the directory"));
    let repo = repo_with(BUILD);
    sealed(&repo, &["seal", "all", "--root", ".", "--set-build", "make"]);
    refused(&repo, &["rebuild", "all"], ("the root is the whole repository", "seal the directory"));
    let repo = repo_with(BUILD);
    fs::write(repo.at(".git/sealgate"), "in the way").unwrap();
    refused(&repo, &["rebuild"], (".git/sealgate/rebuild: ", "give this user the right"));
    let repo = Repo::plain();
    repo.build("dist", &[("a.js", text("a"))]);
    sealed(&repo, &["seal", "dist", "--root", "dist", "--set-build", "make"]);
    refused(&repo, &["rebuild"], ("no git repository", "git init"));
    let repo = repo_with(BUILD);
    let mut ci = repo.command(&["rebuild", "--seal"]);
    ci.env("CI", "true");
    let ran = run(ci);
    assert!(ran.code == 2 && ran.stderr.contains("does not write in CI"), "{}", ran.stderr);
    // A broken seal is told before anything runs.
    let repo = repo_with("touch ran");
    let seal = fs::read_to_string(repo.at("seals/dist.toml")).unwrap();
    fs::write(repo.at("seals/dist.toml"), seal.replace("tracked = true", "tracked = maybe"))
        .unwrap();
    refused(&repo, &["rebuild"], ("seals/dist.toml", "next: "));
    assert!(!repo.at("ran").exists());
}

#[test]
fn a_root_that_is_no_directory_is_never_moved() {
    let twice = ["rebuild", "dist", "--twice", "--", "touch", "ran"];
    for arguments in [&["rebuild"][..], &["rebuild", "--seal"], &twice] {
        let repo = repo_with("touch ran");
        fs::rename(repo.at("dist"), repo.at("elsewhere")).unwrap();
        symlink("elsewhere", repo.at("dist")).unwrap();
        refused(&repo, arguments, ("dist is a symbolic link, which is never followed", "next: "));
        fs::remove_file(repo.at("dist")).unwrap();
        fs::write(repo.at("dist"), "precious").unwrap();
        refused(&repo, arguments, ("dist is not a directory", "move what is there elsewhere"));
        assert!(!repo.at("ran").exists() && aside(&repo).is_empty(), "{arguments:?}");
    }
}

#[test]
fn a_build_that_uses_the_terminal_is_ended() {
    for signal in ["TTIN", "TTOU"] {
        // What the system does to a build that reads from its terminal, or sets it.
        let repo = repo_with(&format!("kill -{signal} $$; {BUILD}"));
        let before = files(&repo.at("dist"));
        let mut command = repo.command(&["rebuild"]);
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let began = Instant::now();
        while child.try_wait().unwrap().is_none() {
            if began.elapsed() > Duration::from_secs(20) {
                child.kill().unwrap();
                end_build(&repo);
                panic!("it waits for a stopped build");
            }
            std::thread::yield_now();
        }
        let ran = child.wait_with_output().unwrap();
        let said = String::from_utf8(ran.stderr).unwrap();
        assert!(ran.status.code() == Some(2) && said.contains("used the terminal"), "{said}");
        assert_eq!(files(&repo.at("dist")), before, "{signal}");
    }
}

#[test]
fn a_seal_without_a_command_is_judged_as_it_lies_there() {
    let repo = repo_with(BUILD);
    repo.build("vendor", &[("x.c", text("x"))]);
    repo.git(&["add", "vendor"]);
    sealed(&repo, &["seal", "vendor", "--root", "vendor"]);
    let ran = repo.run(&["rebuild"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("vendor is not rebuilt"), "{}", ran.stderr);
    assert!(stdout(&ran).contains("2 seals (dist, vendor)"), "{}", stdout(&ran));
    fs::write(repo.at("vendor/x.c"), "y").unwrap();
    assert_eq!(repo.run(&["rebuild"]).code, 1);
}

#[test]
fn one_command_that_makes_several_roots_runs_once() {
    let repo = Repo::in_git();
    for root in ["a/out", "b/out"] {
        repo.build(root, &[("x", text("x"))]);
    }
    repo.git(&["add", "--all"]);
    let build = "echo ran >>runs.log; mkdir a/out b/out; printf x | tee a/out/x >b/out/x";
    for (name, root) in [("a", "a/out"), ("b", "b/out")] {
        sealed(&repo, &["seal", name, "--root", root, "--set-build", build]);
    }
    let ran = repo.run(&["rebuild"]);
    assert_eq!(ran.code, 0, "{}{}", stdout(&ran), ran.stderr);
    assert_eq!(fs::read_to_string(repo.at("runs.log")).unwrap(), "ran\n");
}

#[test]
fn the_printed_advice_approves_what_the_build_makes() {
    // A chunk whose name is new, as bundlers make them: the first rebuild leaves it in the root.
    let build = "mkdir dist && cp src/a.js dist && cp src/b.js dist/b-$(wc -c <src/b.js).js";
    let repo = repo_with(build);
    sealed(&repo, &["rebuild", "--seal"]);
    commit(&repo);
    fs::write(repo.at("src/b.js"), "longer").unwrap();
    let ran = repo.run(&["rebuild"]);
    assert_eq!(ran.code, 1);
    let said = stdout(&ran).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        said.contains("approve that and commit it: sealgate rebuild dist --seal git"),
        "{said}"
    );
    let ran = repo.run(&["rebuild", "dist", "--seal"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(!ran.stderr.contains("kept aside"), "{}", ran.stderr);
    let stage =
        stdout(&ran).lines().find_map(|line| line.split("commit it: ").nth(1).map(str::to_owned));
    let mut shell = scrubbed("sh");
    shell.args(["-ec", &stage.unwrap()]).current_dir(repo.at("."));
    assert_eq!(run(shell).code, 0);
    repo.git(&["commit", "--quiet", "-m", "rebuilt"]);
    assert_eq!(repo.git(&["status", "--porcelain", "--", "dist", "seals"]), b"");
    assert_eq!(repo.run(&["check", "--rev", "HEAD"]).code, 0);
    assert_eq!(repo.run(&["rebuild"]).code, 0);
}

#[test]
fn in_the_middle_of_a_merge_the_build_decides() {
    let repo = repo_with(BUILD);
    for (branch, file) in [("one", "a"), ("two", "a")] {
        repo.git(&["checkout", "--quiet", "-b", branch, "main"]);
        fs::write(repo.at(format!("src/{file}.js")), branch).unwrap();
        sealed(&repo, &["rebuild", "--seal"]);
        commit(&repo);
    }
    let mut merge = scrubbed("git");
    merge.args(["merge", "one"]).current_dir(repo.at(".")).stdout(Stdio::null());
    assert!(!merge.status().unwrap().success());
    let said = repo.run(&["check"]).stderr;
    assert!(said.contains("sealgate rebuild dist --seal"), "{said}");
    fs::write(repo.at("src/a.js"), "both").unwrap();
    let ran = repo.run(&["rebuild", "dist", "--seal"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    commit(&repo);
    assert_eq!(repo.run(&["check", "--rev", "HEAD"]).code, 0);
    assert_eq!(fs::read_to_string(repo.at("dist/a.js")).unwrap(), "both");
}

#[test]
fn a_build_that_writes_its_own_approval_is_refused() {
    for build in [
        "mkdir dist; sed -i s/x/x/ seals/dist.toml; echo >>seals/dist.toml",
        "mkdir dist; touch seals/grants.txt",
        "mkdir dist; rm seals/dist.toml",
    ] {
        let repo = repo_with(build);
        let before = files(&repo.at("dist"));
        let ran = repo.run(&["rebuild"]);
        assert_eq!(ran.code, 2, "{build}");
        assert!(ran.stderr.contains("the build changed a file in seals"), "{}", ran.stderr);
        assert_eq!(files(&repo.at("dist")), before, "{build}");
    }
}

#[test]
fn two_builds_that_differ_are_told_by_file() {
    let repo = repo_with(
        "mkdir dist; cp src/* dist; date -u +at:%FT%T.%N >dist/a.js; echo /tmp/$$/x >dist/b.js",
    );
    for option in ["--twice", "--seal"] {
        let before = fs::read(repo.at("seals/dist.toml")).unwrap();
        let ran =
            repo.run(&["rebuild", "--twice", option][..if option == "--twice" { 2 } else { 3 }]);
        assert_eq!(ran.code, 1, "{}", ran.stderr);
        let said = stdout(&ran);
        assert!(said.contains("dist: two builds differ: 2 changed"), "{said}");
        assert!(
            said.contains("a.js: first difference at byte")
                && said.contains("it looks like a time"),
            "{said}"
        );
        assert!(said.contains("it looks like a path of this machine"), "{said}");
        assert_eq!(fs::read(repo.at("seals/dist.toml")).unwrap(), before);
        let first =
            said.lines().find_map(|line| line.split("The first build is in ").nth(1)).unwrap();
        let first = first.split(',').next().unwrap();
        assert_eq!(files(&repo.at(first)).len(), 2, "{first}");
    }
}

/// Shell: counts the builds in `n`, a file beside the repository.
const COUNT: &str = "n=$(cat ../n 2>/dev/null || echo 0); echo $((n + 1)) >../n";

#[test]
fn two_builds_that_differ_are_in_every_report() {
    let formats = ["json", "human", "github", "markdown", "sarif", "junit", "codequality", "html"];
    // The sealed bytes come from the second build, from the first, and from none.
    let cases = [
        ("test $n = 0 && echo odd >dist/a.js", vec![("modified", "a.js")]),
        ("test $n = 1 && echo odd >dist/a.js", vec![("modified", "a.js")]),
        ("echo $n >dist/a.js", vec![("modified", "a.js")]),
        ("test $n = 0 && rm dist/b.js", vec![("missing", "b.js")]),
        (
            "test $n = 1 || { echo x >dist/c.js; echo $n >dist/a.js; }",
            vec![("modified", "a.js"), ("unsealed", "c.js")],
        ),
        ("test $n = 0 && chmod +x dist/b.js", vec![("mode-changed", "b.js")]),
    ];
    for (odd, expected) in cases {
        let repo = repo_with(&format!("{COUNT}; mkdir dist; cp src/* dist; {odd}; true"));
        let reports = formats.map(|format| format!("--report={format}=r.{format}"));
        let reports: Vec<&str> = reports.iter().map(String::as_str).collect();
        let ran = repo.run(&[&["rebuild", "--twice"], &reports[..]].concat());
        assert_eq!(ran.code, 1, "{odd}: {ran:#?}");
        assert!(ran.stdout.contains("dist: two builds differ") && !ran.stdout.contains("FAIL"));
        let report: serde_json::Value = serde_json::from_str(&repo.read("r.json")).unwrap();
        assert_eq!(report["verdict"], "fail", "{odd}: {report:#}");
        let found = report["seals"][0]["findings"].as_array().unwrap();
        let shown =
            |key: &'static str| found.iter().map(move |one| one[key].as_str().unwrap_or("none"));
        let kinds: Vec<_> = shown("kind").zip(shown("path")).collect();
        assert_eq!(kinds, expected, "{odd}: {report:#}");
        assert!(shown("cause").all(|cause| cause == "build-varies"), "{odd}: {report:#}");
        for format in formats {
            let text = repo.read(format!("r.{format}"));
            let named = expected.iter().all(|(_, path)| text.contains(path));
            assert!(named && (text.contains("FAIL") || format != "human"), "{format}: {text}");
        }
        let human = repo.read("r.human");
        assert!(human.contains("two builds of one source differ here"), "{human}");
        // No seal can hold what each build makes differently.
        assert!(!human.contains("To approve"), "{human}");
        let approved = repo.run(&["seal", "--from-report", "r.json"]);
        assert_eq!(approved.code, 2, "{approved:?}");
    }
    // A report that cannot be written makes it an error.
    let repo = repo_with(&format!("{COUNT}; mkdir dist; cp src/* dist; echo $n >dist/a.js"));
    let ran = repo.run(&["rebuild", "--twice", "--report", "json=nowhere/r.json"]);
    assert_eq!(ran.code, 2, "{ran:#?}");
}

#[test]
fn a_directory_without_a_seal_is_as_it_was_after_two_builds() {
    let repo = Repo::in_git();
    repo.build("out", &[("mine.txt", text("by hand"))]);
    let two = |script: &str| repo.run(&["rebuild", "out", "--twice", "--", "sh", "-c", script]);
    let same = two("mkdir out && printf x >out/x");
    assert_eq!(same.code, 0, "{}", same.stderr);
    assert!(
        stdout(&same).contains("out: built twice, the same bytes: 1 entry"),
        "{}",
        stdout(&same)
    );
    let other = two("mkdir out && date +%N >out/x");
    assert_eq!(other.code, 1, "{}", other.stderr);
    assert_eq!(two("true").code, 2);
    assert_eq!(two("exit 1").code, 2);
    assert_eq!(
        files(&repo.at("out")),
        BTreeMap::from([("mine.txt".to_owned(), b"by hand".to_vec())])
    );
    fs::remove_dir_all(repo.at("out")).unwrap();
    assert_eq!(two("mkdir out && printf x >out/x").code, 0);
    assert_eq!(fs::read(repo.at("out/x")).unwrap(), b"x");
    assert_eq!(repo.run(&["rebuild", ".", "--twice", "--", "true"]).code, 2);
    assert_eq!(repo.run(&["rebuild", "..", "--twice", "--", "true"]).code, 2);
}

/// Starts `rebuild`, and waits until its build has written the file `begun`.
fn start(repo: &Repo) -> std::process::Child {
    let mut command = repo.command(&["rebuild"]);
    command.stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
    let child = command.spawn().unwrap();
    let began = Instant::now();
    let note = repo.at(".git/sealgate/rebuild/1/running");
    let is_noted = || fs::read_to_string(&note).is_ok_and(|group| !group.is_empty());
    while !(repo.at("begun").exists() && is_noted()) {
        assert!(began.elapsed() < Duration::from_secs(20), "the build does not begin");
        std::thread::yield_now();
    }
    child
}

fn end(child: &mut std::process::Child, signal: Signal) -> Option<i32> {
    kill_process(Pid::from_child(child), signal).unwrap();
    child.wait().unwrap().code()
}

/// Ends the build that outlives its killed run.
fn end_build(repo: &Repo) {
    let note = fs::read_to_string(repo.at(".git/sealgate/rebuild/1/running")).unwrap();
    let group = Pid::from_raw(note.trim().parse().unwrap()).unwrap();
    rustix::process::kill_process_group(group, Signal::KILL).unwrap();
    let began = Instant::now();
    while rustix::process::test_kill_process_group(group).is_ok() {
        assert!(began.elapsed() < Duration::from_secs(20));
        std::thread::yield_now();
    }
}

const SLOW: &str = "mkdir dist; echo partial >dist/a.js; touch begun; sleep 60";

#[test]
fn a_signal_ends_the_build_and_puts_back_what_was_there() {
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        let repo = repo_with(SLOW);
        let before = files(&repo.at("dist"));
        let mut child = start(&repo);
        assert_eq!(end(&mut child, signal), Some(2), "{signal:?}");
        assert_eq!(files(&repo.at("dist")), before, "{signal:?}");
        assert!(repo.run(&["check"]).stderr.is_empty(), "nothing is unfinished");
    }
}

#[test]
fn a_killed_run_is_told_by_the_next_command_and_put_back_over_nothing_newer() {
    let repo = repo_with(SLOW);
    fs::write(repo.at("dist/.env"), "secret").unwrap();
    let mut child = start(&repo);
    // Meanwhile, another run keeps off, and other commands say nothing.
    let second = repo.run(&["rebuild"]);
    assert!(
        second.code == 2 && second.stderr.contains("another rebuild goes on"),
        "{}",
        second.stderr
    );
    assert!(!repo.run(&["check"]).stderr.contains("--restore"));
    assert_eq!(end(&mut child, Signal::KILL), None);
    for command in [&["check"][..], &["seal", "dist", "--set-build", "make"], &["doctor"]] {
        let ran = repo.run(command);
        assert!(ran.stderr.contains("`sealgate rebuild --restore`"), "{command:?}: {}", ran.stderr);
    }
    let early = repo.run(&["rebuild", "--restore"]);
    assert!(early.code == 2 && early.stderr.contains("may still run"), "{}", early.stderr);
    end_build(&repo);
    let again = repo.run(&["rebuild"]);
    assert!(
        again.code == 2 && again.stderr.contains("an earlier rebuild was stopped"),
        "{}",
        again.stderr
    );
    fs::write(repo.at("dist/b.js"), "newer").unwrap();
    let restored = repo.run(&["rebuild", "--restore"]);
    assert_eq!(restored.code, 0, "{}", restored.stderr);
    let now = files(&repo.at("dist"));
    let now: Vec<(&str, &[u8])> = now.iter().map(|(path, bytes)| (&**path, &**bytes)).collect();
    let expected: [(&str, &[u8]); 3] =
        [(".env", b"secret"), ("a.js", b"partial\n"), ("b.js", b"newer")];
    assert_eq!(now, expected);
    let kept = aside(&repo);
    let place = "rebuild/1/files/dist";
    assert_eq!(kept.get(&format!("{place}/a.js")).map(Vec::as_slice), Some(&b"a"[..]));
    assert_eq!(kept.get(&format!("{place}/b.js")).map(Vec::as_slice), Some(&b"b"[..]));
    assert!(
        restored.stderr.contains("a.js") && restored.stderr.contains("b.js"),
        "{}",
        restored.stderr
    );
    assert!(repo.run(&["check"]).stderr.is_empty());
    let nothing = repo.run(&["rebuild", "--restore"]);
    assert!(
        nothing.code == 2 && nothing.stderr.contains("nothing to put back"),
        "{}",
        nothing.stderr
    );
}

#[test]
fn a_killed_run_without_newer_files_comes_back_as_it_was() {
    let repo = repo_with("touch begun; sleep 60");
    fs::write(repo.at("dist/.env"), "secret").unwrap();
    let before = (files(&repo.at("dist")), repo.at("dist/a.js").metadata().unwrap().ino());
    let mut child = start(&repo);
    end(&mut child, Signal::KILL);
    end_build(&repo);
    assert_eq!(repo.run(&["rebuild", "--restore"]).code, 0);
    assert_eq!((files(&repo.at("dist")), repo.at("dist/a.js").metadata().unwrap().ino()), before);
    assert!(aside(&repo).is_empty());
}

#[test]
fn a_hostile_journal_moves_nothing_out_of_its_place() {
    for root in ["../outside", "/etc", ".git/hooks", "", "a\u{0}b", "link/x"] {
        let repo = repo_with(BUILD);
        let outside = tempfile::tempdir().unwrap();
        symlink(outside.path(), repo.at("link")).unwrap();
        let place = ".git/sealgate/rebuild/1";
        repo.build(place, &[("files/x", text("x")), ("files/link/x", text("x"))]);
        let journal = serde_json::json!({"format": "sealgate-rebuild/1", "roots": [root]});
        fs::write(repo.at(format!("{place}/journal")), journal.to_string()).unwrap();
        repo.run(&["rebuild", "--restore"]);
        assert_eq!(files(outside.path()).len(), 0, "{root}");
        assert_eq!(fs::read(repo.at(format!("{place}/files/link/x"))).unwrap(), b"x", "{root}");
    }
}

#[test]
fn a_root_on_another_file_system_than_gits_directory_is_refused() {
    let other = Path::new("/dev/shm");
    let repo = repo_with(BUILD);
    if !other.is_dir() || other.metadata().unwrap().dev() == repo.at(".").metadata().unwrap().dev()
    {
        return;
    }
    let elsewhere = tempfile::tempdir_in(other).unwrap();
    let git = elsewhere.path().join("git");
    let mut copy = scrubbed("mv");
    copy.arg(repo.at(".git")).arg(&git);
    assert!(copy.status().unwrap().success());
    fs::write(repo.at(".git"), format!("gitdir: {}\n", git.display())).unwrap();
    refused(&repo, &["rebuild"], ("are on different file systems", "file system"));
}

#[test]
fn no_build_runs_with_the_rights_of_somebody_else() {
    let repo = repo_with("touch ran; false");
    let event = repo.at("event.json");
    fs::write(&event, r#"{"workflow_run":{"head_repository":{"full_name":"f/r"}},"repository":{"full_name":"o/r"}}"#).unwrap();
    for (name, may) in
        [("pull_request_target", false), ("workflow_run", false), ("pull_request", true)]
    {
        let mut command = repo.command(&["rebuild"]);
        command.envs([("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", name)]);
        command.env("GITHUB_EVENT_PATH", &event);
        let ran = run(command);
        assert_eq!(ran.code, 2);
        assert_eq!(ran.stderr.contains("no build runs here"), !may, "{name}: {}", ran.stderr);
        assert_eq!(repo.at("ran").exists(), may, "{name}");
    }
}

#[test]
fn a_build_cannot_speak_to_the_runner() {
    let repo = repo_with("env >environment; false");
    let mut command = repo.command(&["rebuild"]);
    command.envs([
        ("GITHUB_OUTPUT", "/o"),
        ("GITHUB_ENV", "/e"),
        ("ACTIONS_RUNTIME_TOKEN", "t"),
        ("KEPT", "yes"),
    ]);
    run(command);
    let seen = fs::read_to_string(repo.at("environment")).unwrap();
    assert!(seen.contains("KEPT=yes"));
    for name in ["GITHUB_OUTPUT", "GITHUB_ENV", "ACTIONS_RUNTIME_TOKEN"] {
        assert!(!seen.contains(name), "{seen}");
    }
}

#[test]
fn the_output_of_a_build_never_mixes_with_the_report() {
    let repo = repo_with(&format!("{BUILD}; echo noise; echo more >&2"));
    let ran = repo.run(&["rebuild", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(report["verdict"], "pass");
    assert!(ran.stderr.contains("noise") && ran.stderr.contains("more"), "{}", ran.stderr);
}

#[test]
fn a_build_that_moves_a_ref_is_judged_by_the_commit_that_was_there() {
    let evil = "mkdir dist && cp src/a.js dist && echo evil >dist/b.js";
    // The seal of the branch `other` approves the evil bytes.
    let repo = repo_with(&format!("{evil} && git update-ref refs/heads/approved other"));
    repo.git(&["branch", "approved"]);
    repo.git(&["checkout", "--quiet", "-b", "other"]);
    fs::write(repo.at("dist/b.js"), "evil\n").unwrap();
    sealed(&repo, &["seal", "dist"]);
    commit(&repo);
    repo.git(&["checkout", "--quiet", "-"]);
    let ran = repo.run(&["rebuild", "--seals-from", "approved"]);
    assert_eq!(ran.code, 1, "{}{}", stdout(&ran), ran.stderr);
    assert!(stdout(&ran).contains("approved"), "the ref is named: {}", stdout(&ran));
    // What the seal covers was narrowed since the branch `base`.
    let repo = repo_with(&format!("{evil} && git update-ref refs/heads/base HEAD"));
    repo.git(&["branch", "base"]);
    let seal = fs::read_to_string(repo.at("seals/dist.toml")).unwrap();
    let narrowed = seal.replace("\".env\"", "\".env\", \"b.js\"");
    fs::write(repo.at("seals/dist.toml"), narrowed).unwrap();
    sealed(&repo, &["fmt", "dist"]);
    sealed(&repo, &["seal", "dist"]);
    commit(&repo);
    let ran = repo.run(&["rebuild", "--base", "base"]);
    assert_eq!(ran.code, 1, "{}{}", stdout(&ran), ran.stderr);
}

#[cfg(target_os = "linux")]
#[test]
fn a_seal_that_a_left_process_swaps_is_not_judged_by() {
    // It waits until the program reads what was built, which is after the first look at the seals.
    let repo = repo_with(
        "mkdir dist && echo evil >dist/a.js && truncate -s 64M dist/b.js && p=$PPID && { \
         (until ls -l /proc/$p/fd 2>/dev/null | grep -q dist/b.js; do [ -d /proc/$p ] || exit; done; \
         cp evil.toml seals/dist.toml) >/dev/null 2>&1 & }",
    );
    let good = fs::read(repo.at("seals/dist.toml")).unwrap();
    fs::write(repo.at("dist/a.js"), "evil\n").unwrap();
    fs::File::create(repo.at("dist/b.js")).unwrap().set_len(64 << 20).unwrap();
    sealed(&repo, &["seal", "dist"]);
    fs::rename(repo.at("seals/dist.toml"), repo.at("evil.toml")).unwrap();
    fs::write(repo.at("seals/dist.toml"), good).unwrap();
    let ran = repo.run(&["rebuild"]);
    assert_ne!(ran.code, 0, "{}{}", stdout(&ran), ran.stderr);
}

#[test]
fn a_fifo_in_the_directory_of_runs_makes_no_command_wait() {
    for fifo in ["lock", "1/running", "1/journal", "built.json"] {
        let repo = repo_with(BUILD);
        let runs = ".git/sealgate/rebuild";
        repo.build(&format!("{runs}/1/files"), &[("x", text("x"))]);
        fs::write(
            repo.at(format!("{runs}/1/journal")),
            r#"{"format":"sealgate-rebuild/1","roots":["dist"]}"#,
        )
        .unwrap();
        let fifo = repo.at(format!("{runs}/{fifo}"));
        let _ = fs::remove_file(&fifo);
        make_fifo(&fifo);
        for arguments in [
            &["check"][..],
            &["seal", "dist"],
            &["rebuild"],
            &["rebuild", "--restore"],
            &["doctor"],
        ] {
            let mut command = repo.command(arguments);
            let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            let began = Instant::now();
            while child.try_wait().unwrap().is_none() {
                if began.elapsed() > Duration::from_secs(20) {
                    child.kill().unwrap();
                    panic!("{arguments:?} waits for {}", fifo.display());
                }
                std::thread::yield_now();
            }
        }
    }
}

#[test]
fn a_tracked_file_that_the_seal_leaves_out_stays_in_its_place() {
    for (build, code) in [(BUILD, 0), ("mkdir dist && echo x >dist/a.js", 1)] {
        let repo = repo_with(build);
        repo.build("dist", &[("README.md", text("read me")), ("docs/x", text("x"))]);
        sealed(&repo, &["seal", "dist", "--exclude", "README.md", "--exclude", "docs"]);
        commit(&repo);
        assert_eq!(repo.run(&["rebuild"]).code, code);
        assert_eq!(fs::read(repo.at("dist/README.md")).unwrap(), b"read me");
        assert_eq!(fs::read(repo.at("dist/docs/x")).unwrap(), b"x");
        assert!(aside(&repo).is_empty());
    }
}

#[test]
fn a_seal_that_is_not_rebuilt_is_named_in_the_report() {
    let repo = repo_with(BUILD);
    repo.build("vendor", &[("x.c", text("x"))]);
    repo.git(&["add", "vendor"]);
    sealed(&repo, &["seal", "vendor", "--root", "vendor"]);
    let ran = repo.run(&["rebuild", "--quiet", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let notices = report["notices"].as_array().unwrap();
    let notice = notices.iter().find(|notice| notice["code"] == "not-rebuilt").unwrap();
    assert!(notice["message"].as_str().unwrap().starts_with("vendor is not rebuilt"), "{notice}");
}

#[test]
fn a_build_that_takes_its_parent_along_keeps_its_place() {
    let repo = repo_with(
        "kill -9 $PPID; mkdir dist; until [ -e go ] || [ ! -d .git ]; do :; done; echo built >dist/a.js; touch ended",
    );
    fs::write(repo.at("dist/a.js"), "by hand").unwrap();
    for _ in 0..10 {
        let mut rebuild = repo.command(&["rebuild"]);
        // The build keeps what it inherits open.
        let rebuild = rebuild.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
        assert_eq!(rebuild.code(), None);
        let early = repo.run(&["rebuild", "--restore"]);
        assert!(early.code == 2 && early.stderr.contains("may still run"), "{}", early.stderr);
        fs::write(repo.at("go"), "").unwrap();
        let began = Instant::now();
        while repo.run(&["rebuild", "--restore"]).code != 0 {
            assert!(began.elapsed() < Duration::from_secs(20));
        }
        assert!(repo.at("ended").exists());
        let kept = aside(&repo);
        assert!(kept.values().any(|bytes| bytes == b"by hand"), "{kept:?}");
        fs::remove_file(repo.at("go")).unwrap();
        fs::remove_file(repo.at("ended")).unwrap();
        fs::remove_dir_all(repo.at(".git/sealgate/rebuild")).unwrap();
        fs::write(repo.at("dist/a.js"), "by hand").unwrap();
    }
}

#[test]
fn approved_bytes_outlive_a_build_that_makes_others() {
    let repo = Repo::in_git();
    fs::write(repo.at(".gitignore"), "/dist\n").unwrap();
    repo.build("dist", &[("a.js", text("approved")), ("same.js", text("same"))]);
    let build = "mkdir dist; echo other >dist/a.js; printf same >dist/same.js";
    sealed(&repo, &["seal", "dist", "--root", "dist", "--set-build", build]);
    commit(&repo);
    let ran = repo.run(&["rebuild"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("kept aside in .git/sealgate/"), "{}", ran.stderr);
    let kept: Vec<Vec<u8>> = aside(&repo).into_values().collect();
    assert_eq!(kept, [b"approved"], "what was made again needs no copy");
}

#[test]
fn a_run_that_was_killed_after_its_build_loses_nothing() {
    for cleaned in [true, false] {
        let repo = repo_with(BUILD);
        let place = repo.at(".git/sealgate/rebuild/1");
        fs::create_dir_all(place.join("files")).unwrap();
        fs::rename(repo.at("dist"), place.join("files/dist")).unwrap();
        let journal = r#"{"format":"sealgate-rebuild/1","roots":["dist"]}"#;
        fs::write(place.join("journal-built"), journal).unwrap();
        if !cleaned {
            repo.build("dist", &[("a.js", text("a"))]);
        }
        let ran = repo.run(&["rebuild", "--restore"]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let kept: Vec<String> = aside(&repo).into_keys().collect();
        if cleaned {
            assert!(ran.stderr.contains("is back in its place"), "{}", ran.stderr);
            assert_eq!(files(&repo.at("dist")).len(), 2);
            assert!(kept.is_empty(), "{kept:?}");
        } else {
            assert!(ran.stderr.contains("stays in place"), "{}", ran.stderr);
            assert!(ran.stderr.contains("kept aside in "), "{}", ran.stderr);
            assert_eq!(kept, ["rebuild/1/files/dist/b.js"]);
        }
    }
}

#[test]
fn a_base_that_is_not_there_is_told_before_any_build() {
    let repo = repo_with("touch ran");
    let ran = repo.run(&["rebuild", "--base", "nosuch", "--report", "json=r.json"]);
    assert_eq!(ran.code, 2, "{}{}", stdout(&ran), ran.stderr);
    assert!(!repo.at("ran").exists());
    let report = fs::read_to_string(repo.at("r.json")).unwrap();
    assert!(report.contains("nosuch names no commit that is here"), "{report}");
}

#[test]
fn a_root_outside_of_a_sparse_checkout_is_staged_by_the_printed_command() {
    let repo = repo_with(BUILD);
    repo.git(&["sparse-checkout", "set", "src", "seals"]);
    fs::write(repo.at("src/a.js"), "new").unwrap();
    let ran = repo.run(&["rebuild", "dist", "--seal"]);
    let said = stdout(&ran);
    let stage = said.lines().find_map(|line| line.split("commit it: ").nth(1)).unwrap();
    let staged = repo.paste(stage);
    assert_eq!(staged.code, 0, "{stage}: {}", staged.stderr);
    repo.git(&["commit", "--quiet", "--all", "-m", "x"]);
    assert_eq!(repo.run(&["check", "--rev", "HEAD"]).code, 0, "{stage}");
}

#[test]
fn a_shell_in_a_root_that_was_built_is_told_to_enter_it_again() {
    let repo = repo_with(BUILD);
    let script = "sealgate -q rebuild; ! sealgate check 2>\"$PWD/../said\"
        cat \"$PWD/../said\"; cd \"$PWD\"; sealgate check";
    let ran = repo.script(&repo.at("dist"), script);
    let said = String::from_utf8(ran.stdout).unwrap();
    assert!(ran.status.success() && said.contains("enter it again: cd \"$PWD\""), "{said}");
}

/// For root, another user, whom rights concern.
#[cfg(target_os = "linux")]
#[test]
fn what_cannot_be_read_stays_aside_and_is_named() {
    let repo = Repo::in_git();
    repo.build("dist", &[("a.js", text("a")), ("sub/b.js", text("b"))]);
    repo.git(&["add", "--all"]);
    let build = "mkdir -p dist/sub; printf a >dist/a.js; printf b >dist/sub/b.js";
    sealed(&repo, &["seal", "dist", "--root", "dist", "--set-build", build]);
    commit(&repo);
    let ran = crate::staging::unprivileged(&repo, "chmod 000 dist/sub", &["rebuild"]);
    assert_eq!(ran.code, 0, "{}{}", stdout(&ran), ran.stderr);
    assert!(ran.stderr.contains("/files/dist: sub\n"), "{}", ran.stderr);
}
