//! `check --stage DIR`: DIR holds what passed, whole, or nothing is there; and no trace of one that
//! did not pass. And the threads and maps with which files are read, which change no verdict.

#![cfg(target_os = "linux")]

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::os::fd::AsRawFd as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{FileExt as _, MetadataExt as _, PermissionsExt as _, lchown, symlink};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::process::{Pid, Signal};
use walkdir::WalkDir;

use crate::support;
use crate::support::{Repo, Run, refused};

/// Where most stages are wanted: beside the repository, where nothing else is.
const OUT: &str = "../out";

/// Files of these sizes are read at once, in pieces, and in segments that threads share.
const SIZES: [(&str, usize); 6] = [
    ("empty", 0),
    ("small", 1_000),
    ("apart", 256 << 10),
    ("chunks", (1 << 20) + 1),
    ("segment", 4 << 20),
    ("segments", (9 << 20) + 77),
];

/// One of everything under seal, and something that is not.
fn sealed() -> Repo {
    Repo::once("", || {
        let repo = Repo::with(&[("dist/d/e/deep", "deep"), ("dist/d/left.log", "not sealed")]);
        for (name, size) in SIZES {
            repo.write(Path::new("dist").join(name), bytes(size));
        }
        repo.write("dist/bin/run", "#!/bin/sh\n");
        fs::set_permissions(repo.at("dist/bin/run"), fs::Permissions::from_mode(0o755)).unwrap();
        for directory in ["dist/nothing", "dist/d/nothing", "dist/logs"] {
            fs::create_dir(repo.at(directory)).unwrap();
        }
        repo.write("dist/logs/only.log", "not sealed");
        for (link, target) in [("d/link", "../bin/run"), ("dangling", "gone"), ("loop", "loop")] {
            symlink(target, repo.at("dist").join(link)).unwrap();
        }
        seal(&repo, &["--exclude", "*.log"]);
        repo
    })
}

/// A repository with a file and a directory under seal: enough for what is refused.
fn small() -> Repo {
    Repo::once("", || {
        let repo = Repo::with(&[("dist/file", "approved"), ("dist/d/file", "approved")]);
        seal(&repo, &[]);
        repo
    })
}

fn seal(repo: &Repo, more: &[&str]) {
    let run =
        repo.run(&[&["seal", "dist", "--root", "dist", "--allow-outside-links"], more].concat());
    assert_eq!(run.code, 0, "{run:#?}");
}

/// Content in which no two pieces are alike.
fn bytes(size: usize) -> Vec<u8> {
    (0_u64..)
        .flat_map(|number| number.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_le_bytes())
        .take(size)
        .collect()
}

/// What is at one path.
#[derive(Debug, PartialEq, Eq)]
enum Held {
    Directory,
    Link(PathBuf),
    File { executable: bool, size: u64, digest: blake3::Hash },
}

/// Everything below `root` that the seal of [`sealed`] does not exclude.
fn tree(root: &Path) -> BTreeMap<PathBuf, Held> {
    let entries = WalkDir::new(root).min_depth(1).into_iter().map(Result::unwrap);
    let held = entries.filter(|entry| entry.path().extension() != Some(OsStr::new("log")));
    held.map(|entry| {
        let (path, metadata) = (entry.path(), entry.metadata().unwrap());
        let held = if metadata.is_dir() {
            Held::Directory
        } else if metadata.is_symlink() {
            Held::Link(fs::read_link(path).unwrap())
        } else {
            let digest = blake3::hash(&fs::read(path).unwrap());
            let executable = metadata.mode() & 0o111 != 0;
            Held::File { executable, size: metadata.len(), digest }
        };
        (path.strip_prefix(root).unwrap().to_owned(), held)
    })
    .collect()
}

/// The names in `directory`, in order.
fn names(directory: &Path) -> Vec<OsString> {
    let mut names: Vec<_> =
        fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    names
}

/// Demands that `arguments` pass, that what they staged at `out` is all that was sealed and
/// nothing else, and takes it away again.
#[track_caller]
fn stages(repo: &Repo, arguments: &[&str], out: &Path) -> Run {
    let run = repo.run(arguments);
    assert_eq!((run.code, &*run.stderr), (0, ""), "{arguments:?}: {run:#?}");
    assert_eq!(tree(out), tree(&repo.at("dist")), "{arguments:?}");
    let logs = WalkDir::new(out).into_iter().map(Result::unwrap);
    assert!(!logs.into_iter().any(|entry| entry.path().extension() == Some(OsStr::new("log"))));
    fs::remove_dir_all(out).unwrap();
    nothing_left(repo);
    run
}

/// Demands that beside the repository there is nothing.
#[track_caller]
fn nothing_left(repo: &Repo) {
    assert_eq!(names(&repo.at("..")), ["repo"]);
}

#[test]
fn after_a_pass_the_directory_holds_what_was_sealed_however_it_is_named() {
    let repo = sealed();
    fs::create_dir(repo.at("sub")).unwrap();
    symlink("..", repo.at("up")).unwrap();
    let out = repo.at("../out");
    let absolute = out.parent().unwrap().canonicalize().unwrap().join("out");
    for arguments in [
        &["check", "--stage", OUT][..],
        &["check", "dist", "--stage", OUT, "--no-mmap"],
        &["check", "--stage", OUT, "--threads", "1"],
        &["check", "--stage", OUT, "--threads", "8"],
        &["check", "--stage", "../out/"],
        &["check", "--stage", "../out/."],
        &["check", "--stage", "dist/../../out"],
        &["check", "--stage", "up/out"],
        &["check", "--stage", absolute.to_str().unwrap()],
        &["-C", "sub", "check", "--stage", "../../out"],
        &["check", "--stage", OUT, "--at", "dist"],
        &["check", "--stage", OUT, "--require-sealed", "d*"],
    ] {
        stages(&repo, arguments, &out);
    }
    let within = repo.at("within");
    stages(&repo, &["check", "--stage", "within"], &within);
    stages(&repo, &["check", "--stage", "within", "--require-sealed", "[!su]*"], &within);
    assert_eq!(names(&repo.root()), ["dist", "seals", "sub", "up"]);
}

#[test]
fn a_stage_of_another_directory_holds_that_directory() {
    let repo = sealed();
    fs::rename(repo.at("dist"), repo.at("../build")).unwrap();
    let run = repo.run(&["check", "--at", "../build", "--stage", OUT]);
    assert_eq!(run.code, 0, "{run:#?}");
    assert_eq!(tree(&repo.at(OUT)), tree(&repo.at("../build")));
    let run = repo.run(&["check", "--at", OUT]);
    assert_eq!(run.code, 0, "what is staged is what was sealed: {run:#?}");
}

#[test]
fn the_answer_says_where_the_stage_is_and_only_where_there_is_one() {
    let repo = sealed();
    let out = repo.at(OUT);
    let human = stages(&repo, &["check", "--stage", OUT], &out).stdout;
    assert!(human.ends_with("\nstaged in ../out: the very bytes that passed\n"), "{human}");
    let quiet = stages(&repo, &["check", "--stage", OUT, "-q"], &out).stdout;
    assert!(!quiet.contains("staged"), "{quiet}");
    let json = ["check", "--stage", OUT, "--format", "json", "--report", "json=report"];
    let report = stages(&repo, &json, &out).stdout;
    assert!(report.contains("\n  \"staged\": \"../out\""), "{report}");
    assert_eq!(repo.read("report"), report);
    assert!(!repo.run(&["check", "--format", "json"]).stdout.contains("staged"));
    repo.write("dist/small", "other");
    let run = repo.run(&json);
    assert_eq!(run.code, 1);
    assert!(!(run.stdout + &repo.read("report")).contains("staged"));
    nothing_left(&repo);
}

/// Makes a check come to another verdict than pass.
type Spoil = fn(&Repo);

#[test]
fn without_a_pass_there_is_no_stage_and_no_trace_of_one() {
    let long = format!("json=../{}", "r".repeat(256));
    let cases: [(Spoil, &[&str], i32); 13] = [
        (|repo| repo.write("dist/file", "other"), &[], 1),
        (|repo| repo.write("dist/d/new", "unsealed"), &[], 1),
        (|repo| fs::create_dir(repo.at("dist/new")).unwrap(), &[], 1),
        (|repo| fs::remove_file(repo.at("dist/d/file")).unwrap(), &[], 1),
        (|repo| chmod(&repo.at("dist/file"), 0o755), &[], 1),
        (|repo| symlink("file", repo.at("dist/link")).unwrap(), &[], 1),
        (|repo| make_fifo(&repo.at("dist/fifo")), &[], 1),
        (|repo| fs::rename(repo.at("dist"), repo.at("tsid")).unwrap(), &[], 2),
        (|repo| repo.write("seals/dist.toml", "format"), &[], 2),
        (|repo| repo.write("seals/stray", ""), &[], 2),
        (|_| {}, &["--require-sealed", "nowhere"], 2),
        // It was in its place already.
        (|_| {}, &["--report", "json=../out"], 2),
        (|_| {}, &["--report", &long], 2),
    ];
    for (number, (spoil, more, code)) in cases.into_iter().enumerate() {
        let repo = small();
        spoil(&repo);
        let before = repo.contents();
        let run = repo.run(&[&["check", "--stage", OUT], more].concat());
        assert_eq!(run.code, code, "{number}: {run:#?}");
        assert!(!run.stdout.contains("staged"), "{number}: {run:#?}");
        assert_eq!(repo.contents(), before, "{number}");
        nothing_left(&repo);
    }
}

#[test]
fn a_stage_goes_when_the_pass_cannot_be_told() {
    let repo = small();
    let mut check = repo.command(&["check", "--stage", OUT, "--report", "json=report"]);
    let full = File::options().write(true).open("/dev/full").unwrap();
    let status = check.stdout(full).stderr(Stdio::null()).status().unwrap();
    assert_eq!(status.code(), Some(2));
    assert!(!repo.read("report").contains("staged"));
    nothing_left(&repo);
    // Nobody listens, and that is no failure.
    let run = below(&repo, "exec >&-", &["check", "--stage", OUT]);
    assert_eq!(run.code, 0, "{run:#?}");
    assert_eq!(tree(&repo.at(OUT)), tree(&repo.at("dist")));
}

#[test]
fn a_place_that_will_not_do_is_refused_and_nothing_is_touched() {
    let repo = small();
    repo.write("file", "mine");
    fs::create_dir(repo.at("empty")).unwrap();
    fs::create_dir(repo.at("other")).unwrap();
    repo.write("other/file", "approved");
    repo.write("other/d/file", "approved");
    for (link, target) in [("dangling", "gone"), ("to-dist", "dist"), ("to-dir", "empty")] {
        symlink(target, repo.at(link)).unwrap();
    }
    fs::create_dir(repo.at(".git")).unwrap();
    let root = repo.root().canonicalize().unwrap();
    let absolute = root.join("dist/new");
    let exists = "it exists already";
    let inside = "which this check reads";
    for (place, says) in [
        ("file", exists),
        ("file/", exists),
        ("empty", exists),
        ("empty/", exists),
        ("dangling", exists),
        ("dangling/", exists),
        ("to-dir", exists),
        ("/dev/null", exists),
        ("missing/new", "no such file or directory"),
        ("file/new", "not a directory"),
        ("dangling/new", "no such file or directory"),
        (".", "names no directory"),
        ("..", "names no directory"),
        ("/", "names no directory"),
        ("dist/..", "names no directory"),
        ("dist", inside),
        ("dist/", inside),
        ("dist/new", inside),
        ("dist/d/new", inside),
        ("to-dist/new", inside),
        ("empty/../dist/new", inside),
        (absolute.to_str().unwrap(), inside),
        ("seals", inside),
        ("seals/new", inside),
        (".git", inside),
        (".git/new", inside),
    ] {
        refused(&repo, &["check", "--stage", place], says);
        nothing_left(&repo);
    }
    let at = ["check", "--at", "other", "--stage"];
    refused(&repo, &[&at[..], &["other/new"]].concat(), inside);
    refused(&repo, &[&at[..], &["dist/new"]].concat(), inside);
    refused(&repo, &["--seals", "seals", "check", "--stage", "seals/new"], inside);
    let run = repo.run(&["check", "--stage", ""]);
    assert_eq!(run.code, 2, "{run:#?}");
}

#[test]
fn the_git_directory_of_a_linked_worktree_is_no_place_either() {
    let repo = small();
    fs::create_dir_all(repo.at("../git/worktrees/w")).unwrap();
    fs::write(repo.at("../git/worktrees/w/commondir"), "../..\n").unwrap();
    repo.write(".git", "gitdir: ../git/worktrees/w\n");
    for place in ["../git/worktrees/w/new", "../git/new"] {
        refused(&repo, &["check", "--stage", place], "which this check reads");
    }
    assert_eq!(names(&repo.at("../git")), ["worktrees"]);
    assert_eq!(names(&repo.at("../git/worktrees/w")), ["commondir"]);
}

#[test]
fn a_stage_is_of_one_seal() {
    let repo = small();
    let run = repo.run(&["seal", "sub", "--root", "dist/d"]);
    assert_eq!(run.code, 0, "{run:#?}");
    let before = repo.contents();
    for names in [&[][..], &["dist", "sub"], &["*"]] {
        let run = repo.run(&[&["check", "--stage", OUT], names].concat());
        assert!(run.refusal().contains("--stage keeps what is under one seal, not 2"), "{run:#?}");
        nothing_left(&repo);
    }
    assert_eq!(repo.contents(), before);
    let run = repo.run(&["check", "sub", "--stage", OUT]);
    assert_eq!(run.code, 0, "{run:#?}");
    assert_eq!(tree(&repo.at(OUT)), tree(&repo.at("dist/d")));
}

#[test]
fn a_whole_repository_is_staged_without_its_seals_and_git() {
    let repo = Repo::with(&[("src/file", "approved"), ("x.log", "log")]);
    let run = repo.run(&["seal", "all", "--root", ".", "--exclude", "*.log"]);
    assert_eq!(run.code, 0, "{run:#?}");
    repo.write(".git/HEAD", "ref");
    refused(&repo, &["check", "--stage", "new"], "which this check reads");
    refused(&repo, &["check", "--stage", "new.log"], "which this check reads");
    let run = repo.run(&["check", "--stage", OUT]);
    assert_eq!(run.code, 0, "{run:#?}");
    let expected: BTreeMap<_, _> = tree(&repo.at("src"))
        .into_iter()
        .map(|(path, held)| (Path::new("src").join(path), held))
        .collect();
    let mut staged = tree(&repo.at(OUT));
    assert_eq!(staged.remove(Path::new("src")), Some(Held::Directory));
    assert_eq!(staged, expected);
}

#[test]
fn a_stage_may_have_any_name() {
    let repo = sealed();
    let longest = [b'n'; 255];
    let wide = "\u{e9}".repeat(127);
    for name in [
        &b"a\xff"[..],
        b" ",
        b"-x",
        b"new\nline",
        b"\x1b[31m",
        b"a\\b",
        b"::error::",
        b"...",
        b".sealgate-new",
        &longest,
        wide.as_bytes(),
    ] {
        let name = OsStr::from_bytes(name);
        let out = repo.at("..").join(name);
        let mut stage = OsString::from("--stage=../");
        stage.push(name);
        for format in ["human", "json"] {
            let arguments =
                [OsStr::new("check"), &stage, OsStr::new("--format"), OsStr::new(format)];
            let run = repo.run(&arguments);
            assert_eq!(run.code, 0, "{name:?}: {run:#?}");
            assert!(run.stdout.contains("staged"), "{run:#?}");
            assert!(!run.stdout.contains(['\u{1b}', '\r']), "{run:#?}");
            assert!(!run.stdout.contains("\nline"), "{run:#?}");
            assert_eq!(tree(&out), tree(&repo.at("dist")), "{name:?}");
            fs::remove_dir_all(&out).unwrap();
            nothing_left(&repo);
        }
    }
}

fn chmod(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn make_fifo(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

/// Runs the program below a shell that does `first`.
fn below(repo: &Repo, first: &str, arguments: &[&str]) -> Run {
    support::run(shell(repo, first, Path::new(env!("CARGO_BIN_EXE_sealgate")), arguments))
}

const NOBODY: u32 = 65534;

/// The same as somebody whom rights and limits concern: for root, another user.
pub(crate) fn unprivileged(repo: &Repo, first: &str, arguments: &[&str]) -> Run {
    if !rustix::process::geteuid().is_root() {
        return below(repo, first, arguments);
    }
    let outside = repo.at("..").canonicalize().unwrap();
    let program = outside.join("repo/sealgate");
    if !program.exists() {
        // Another process copies: a child that is forked while this one has the file open for
        // writing would keep it busy.
        let copied = Command::new("cp").arg(env!("CARGO_BIN_EXE_sealgate")).arg(&program).status();
        assert!(copied.unwrap().success());
        for entry in WalkDir::new(&outside) {
            lchown(entry.unwrap().path(), Some(NOBODY), Some(NOBODY)).unwrap();
        }
    }
    let mut command = shell(repo, first, &program, arguments);
    command.uid(NOBODY).gid(NOBODY);
    support::run(command)
}

fn shell(repo: &Repo, first: &str, program: &Path, arguments: &[&str]) -> Command {
    let mut shell = Command::new("bash");
    shell.arg("-c").arg(format!("{first}; exec \"$0\" \"$@\"")).arg(program).args(arguments);
    shell.current_dir(repo.root()).env_remove("CI");
    shell
}

#[test]
fn a_umask_takes_neither_an_execute_bit_nor_the_way_into_a_directory() {
    let repo = sealed();
    // The program's copy for another user, and all that is sealed, belong to that user.
    unprivileged(&repo, ":", &["check"]);
    for (umask, file, executable, directory) in [
        ("0", 0o644, 0o755, 0o777),
        ("022", 0o644, 0o755, 0o755),
        ("077", 0o600, 0o700, 0o700),
        ("0111", 0o644, 0o744, 0o766),
        ("0177", 0o600, 0o700, 0o700),
        ("0377", 0o400, 0o500, 0o700),
    ] {
        let run = unprivileged(&repo, &format!("umask {umask}"), &["check", "--stage", OUT]);
        assert_eq!(run.code, 0, "{umask}: {run:#?}");
        let mode = |path: &str| fs::metadata(repo.at(OUT).join(path)).unwrap().mode() & 0o7777;
        assert_eq!((mode("small"), mode("bin/run")), (file, executable), "{umask}");
        for path in ["", "nothing", "d", "d/e"] {
            assert_eq!(mode(path), directory, "{umask}: {path}");
        }
        let again = unprivileged(&repo, ":", &["check", "--at", OUT]);
        assert_eq!(again.code, 0, "{umask}: {again:#?}");
        fs::remove_dir_all(repo.at(OUT)).unwrap();
        nothing_left(&repo);
    }
    let run = unprivileged(&repo, "umask 0777", &["check", "--stage", OUT]);
    run.refusal();
    nothing_left(&repo);
}

#[test]
fn permissions_are_kept_and_powers_are_not() {
    let repo = Repo::with(&[]);
    let modes =
        [0o444, 0o400, 0o555, 0o500, 0o600, 0o611, 0o666, 0o777, 0o1644, 0o2755, 0o4755, 0o6711];
    for mode in modes {
        for (name, size) in [("small", 10), ("large", 300 << 10)] {
            let path = repo.at(format!("dist/{name}-{mode:o}"));
            repo.write(&path, bytes(size));
            chmod(&path, mode);
        }
    }
    fs::set_permissions(repo.at("dist"), fs::Permissions::from_mode(0o700)).unwrap();
    seal(&repo, &[]);
    let run = unprivileged(&repo, "umask 0", &["check", "--stage", OUT]);
    assert_eq!(run.code, 0, "{run:#?}");
    for mode in modes {
        for name in ["small", "large"] {
            let staged = fs::metadata(repo.at(OUT).join(format!("{name}-{mode:o}"))).unwrap();
            assert_eq!(staged.mode() & 0o7777, mode & 0o777, "{name}-{mode:o}");
        }
    }
}

#[test]
fn two_names_of_one_file_become_two_files() {
    let repo = small();
    fs::hard_link(repo.at("dist/file"), repo.at("dist/again")).unwrap();
    assert_eq!(repo.run(&["seal", "dist"]).code, 0);
    let run = repo.run(&["check", "--stage", OUT]);
    assert_eq!(run.code, 0, "{run:#?}");
    for name in ["file", "again"] {
        let staged = fs::metadata(repo.at(OUT).join(name)).unwrap();
        let own = fs::metadata(repo.at("dist/file")).unwrap();
        assert_eq!(staged.nlink(), 1);
        assert_ne!(staged.ino(), own.ino(), "{name} is a copy");
    }
}

#[test]
fn paths_up_to_the_limits_are_staged() {
    use rustix::fs::{Mode, OFlags, mkdirat, open, openat};
    let name = "d".repeat(255);
    // 15 directories of 255 bytes, and then: as long, and exactly as long as a path may be.
    for (depth, directories, last, file) in
        [(255, "d", "d", "f"), (15, &*name, &name[1..], "f"), (15, &name, &name[2..], "ff")]
    {
        let repo = Repo::with(&[("dist/x", "x")]);
        let flags = OFlags::RDONLY | OFlags::DIRECTORY;
        let mode = Mode::from_raw_mode(0o755);
        let mut here = open(repo.at("dist"), flags, Mode::empty()).unwrap();
        for number in 0..depth {
            let name = if number + 1 == depth { last } else { directories };
            mkdirat(&here, name, mode).unwrap();
            here = openat(&here, name, flags, Mode::empty()).unwrap();
        }
        drop(openat(&here, file, OFlags::CREATE | OFlags::WRONLY, mode).unwrap());
        seal(&repo, &[]);
        let run = repo.run(&["check", "--stage", OUT]);
        assert_eq!(run.code, 0, "{depth}: {run:#?}");
        let again = repo.run(&["check", "--at", OUT]);
        assert_eq!(again.code, 0, "{depth}: {again:#?}");
        // And all of it goes again.
        fs::rename(repo.at(OUT), repo.at("../was")).unwrap();
        repo.write("dist/x", "y");
        assert_eq!(repo.run(&["check", "--stage", OUT]).code, 1);
        assert_eq!(names(&repo.at("..")), ["repo", "was"]);
    }
}

/// No file may become larger than 1,000 KiB; who writes on is killed, or with `trap` told so.
const LIMIT: &str = "ulimit -f 1000";

#[test]
fn a_stage_that_cannot_be_written_is_an_error_and_leaves_nothing() {
    let repo = sealed();
    for more in [&[][..], &["--threads", "1"], &["--threads", "4", "--format", "json"]] {
        let arguments = [&["check", "--stage", OUT], more].concat();
        let run = below(&repo, &format!("trap '' XFSZ; {LIMIT}"), &arguments);
        assert_eq!(run.code, 2, "{run:#?}");
        let said = run.stdout + &run.stderr;
        assert!(said.contains(": file too large"), "{said}");
        assert!(said.contains("make room and give this user the right to write there"), "{said}");
        nothing_left(&repo);
    }
    let run = unprivileged(&repo, "chmod 555 ..", &["check", "--stage", OUT]);
    let said = run.refusal();
    assert!(said.contains("permission denied\n  next: make room and give this user"), "{said}");
    nothing_left(&repo);
    chmod(&repo.at(".."), 0o755);
}

#[test]
fn a_killed_run_leaves_no_stage_and_the_next_one_does_not_stumble() {
    let repo = sealed();
    for left in 1..=2 {
        let run = below(&repo, LIMIT, &["check", "--stage", OUT]);
        assert!(run.code < 0, "a signal ends it: {run:#?}");
        assert_eq!(names(&repo.at("..")).len(), left + 1);
        assert_eq!(scratches(&repo.at("..")).len(), left);
    }
    // The shell's number is that of the program: a number comes again.
    let litter = "mkdir ../.out.$$.sealgate-new; echo mine > ../.out.$$.sealgate-new/file";
    let run = below(&repo, litter, &["check", "--stage", OUT]);
    assert_eq!((run.code, &*run.stderr), (0, ""), "{run:#?}");
    assert_eq!(tree(&repo.at(OUT)), tree(&repo.at("dist")));
    let litter = scratches(&repo.at(".."));
    assert_eq!(litter.len(), 3, "nothing of others is removed");
    assert!(litter.iter().any(|path| path.join("file").exists()));
}

#[test]
fn of_runs_that_want_one_place_at_once_one_gets_it() {
    let repo = sealed();
    for _ in 0..6 {
        let runs: Vec<_> = (0..4)
            .map(|_| {
                let mut run = repo.command(&["check", "--stage", OUT]);
                run.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
            })
            .collect();
        let mut codes: Vec<_> =
            runs.into_iter().map(|mut run| run.wait().unwrap().code()).collect();
        codes.sort();
        assert_eq!(codes, [Some(0), Some(2), Some(2), Some(2)]);
        assert_eq!(tree(&repo.at(OUT)), tree(&repo.at("dist")));
        fs::remove_dir_all(repo.at(OUT)).unwrap();
        nothing_left(&repo);
    }
}

/// Runs `arguments` while `meddle` is called without a pause.
fn meddled(repo: &Repo, arguments: &[&str], meddle: impl Fn(usize) + Sync) -> Run {
    let over = AtomicBool::new(false);
    std::thread::scope(|threads| {
        threads.spawn(|| {
            let mut turn = 0;
            while !over.load(Ordering::Relaxed) {
                meddle(turn);
                turn += 1;
            }
        });
        let run = repo.run(arguments);
        over.store(true, Ordering::Relaxed);
        run
    })
}

/// How many runs each race gets.
const RUNS: usize = 16;

fn exchange(a: &Path, b: &Path) {
    renameat_with(CWD, a, CWD, b, RenameFlags::EXCHANGE).unwrap();
}

/// The scratch directories in `directory`.
fn scratches(directory: &Path) -> Vec<PathBuf> {
    let found = fs::read_dir(directory).into_iter().flatten().flatten().map(|entry| entry.path());
    found.filter(|path| path.as_os_str().as_bytes().ends_with(b".sealgate-new")).collect()
}

/// Takes away what `run` staged, and demands that there was a stage after a pass alone, and that it
/// held `good` at `path`.
#[track_caller]
fn take_away(repo: &Repo, run: &Run, path: &str, good: &[u8]) {
    let out = repo.at(OUT);
    assert!(matches!(run.code, 0..=2), "{run:#?}");
    assert_eq!(out.exists(), run.code == 0, "{run:#?}");
    if out.exists() {
        assert!(out.join(path).symlink_metadata().unwrap().is_file());
        assert!(fs::read(out.join(path)).unwrap() == good, "other bytes than were sealed");
        fs::remove_dir_all(out).unwrap();
    }
    nothing_left(repo);
}

#[test]
fn bytes_that_change_while_they_are_judged_are_staged_only_as_sealed() {
    for size in [2_000, 300 << 10, (5 << 20) + 1] {
        let repo = Repo::with(&[]);
        let good = bytes(size);
        repo.write("dist/file", &good);
        seal(&repo, &[]);
        let file = File::options().write(true).open(repo.at("dist/file")).unwrap();
        for _ in 0..RUNS {
            let run = meddled(&repo, &["check", "--stage", OUT], |turn| {
                let at = turn * 7_919 % size;
                match turn % 3 {
                    0 => file.write_all_at(b"?", at as u64).unwrap(),
                    1 => file.set_len(at as u64).unwrap(),
                    _ => file.set_len((size + at) as u64).unwrap(),
                }
                file.set_len(size as u64).unwrap();
                file.write_all_at(&good[at..], at as u64).unwrap();
            });
            take_away(&repo, &run, "file", &good);
        }
    }
}

#[test]
fn files_that_change_places_while_they_are_judged_are_staged_only_as_sealed() {
    for size in [2_000, 300 << 10] {
        let repo = Repo::with(&[]);
        let good = bytes(size);
        repo.write("dist/d/file", &good);
        seal(&repo, &[]);
        let mut bad = good.clone();
        bad[size / 2] ^= 1;
        repo.write("bad", &bad);
        repo.write("worse/file", &bad);
        make_fifo(&repo.at("fifo"));
        symlink("../../bad", repo.at("link")).unwrap();
        for (a, b) in [
            ("dist/d/file", "bad"),
            ("dist/d/file", "fifo"),
            ("dist/d/file", "link"),
            ("dist/d/file", "worse"),
            ("dist/d", "worse"),
        ] {
            for _ in 0..RUNS {
                let run = meddled(&repo, &["check", "--stage", OUT], |_| {
                    exchange(&repo.at(a), &repo.at(b));
                    exchange(&repo.at(a), &repo.at(b));
                });
                take_away(&repo, &run, "d/file", &good);
            }
        }
    }
}

/// What somebody does with the scratch directory that he sees, in a place that he may write to.
type Game = fn(&Path, &Path);

#[test]
fn whoever_swaps_the_place_of_a_stage_gets_nothing_written_or_removed_elsewhere() {
    let repo = sealed();
    let expected = tree(&repo.at("dist"));
    let games: [(&str, Game); 4] = [
        ("a link in its place", |scratch, here| {
            let _ = renameat_with(CWD, scratch, CWD, here.join("link"), RenameFlags::EXCHANGE);
        }),
        ("another directory in its place", |scratch, here| {
            let _ = renameat_with(CWD, scratch, CWD, here.join("precious"), RenameFlags::EXCHANGE);
        }),
        ("it is moved away", |scratch, here| {
            let _ = fs::rename(scratch, here.join("away"));
        }),
        ("the directory above is another", |scratch, here| {
            let above = scratch.parent().unwrap();
            let _ = renameat_with(CWD, above, CWD, here.join("other"), RenameFlags::EXCHANGE);
        }),
    ];
    for (name, game) in games {
        let mut met = false;
        for _ in 0..RUNS {
            let game_board = tempfile::tempdir().unwrap();
            let here = game_board.path();
            for directory in ["place", "other", "precious/d/e"] {
                fs::create_dir_all(here.join(directory)).unwrap();
            }
            fs::write(here.join("precious/d/e/file"), "mine").unwrap();
            symlink(here.join("precious"), here.join("link")).unwrap();
            // Wherever it goes.
            let held = File::open(here.join("precious")).unwrap();
            let precious = PathBuf::from(format!("/proc/self/fd/{}", held.as_raw_fd()));
            let mine = tree(&precious);
            let place = File::open(here.join("place")).unwrap();
            let played = AtomicBool::new(false);
            let out = here.join("place/out");
            let run = meddled(&repo, &["check", "--stage", out.to_str().unwrap()], |_| {
                for scratch in scratches(&here.join("place")) {
                    if !played.swap(true, Ordering::Relaxed) {
                        game(&scratch, here);
                    }
                }
            });
            met |= played.into_inner();
            assert_eq!(tree(&precious), mine, "{name}: {run:#?}");
            match run.code {
                0 => {
                    // Whoever saw the scratch directory may move what is above it after the end.
                    let out = PathBuf::from(format!("/proc/self/fd/{}/out", place.as_raw_fd()));
                    assert!(out.symlink_metadata().unwrap().is_dir(), "{name}: {run:#?}");
                    assert_eq!(tree(&out), expected, "{name}: {run:#?}");
                }
                code => {
                    assert_eq!(code, 2, "{name}: {run:#?}");
                    assert!(out.symlink_metadata().is_err(), "{name}: {run:#?}");
                }
            }
        }
        assert!(met, "{name}: nobody was met in the act");
    }
}

#[test]
fn counts_of_threads_that_make_no_sense_are_refused() {
    let repo = small();
    let before = repo.contents();
    for command in [&["check"][..], &["seal", "dist"], &["diff"]] {
        for count in ["0", "-1", "1025", "65537", "18446744073709551617", "two", "1.5", "", " 2"] {
            let threads = format!("--threads={count}");
            let run = repo.run(&[command, &[&threads]].concat());
            assert_eq!((run.code, &*run.stdout), (2, ""), "{command:?} {count:?}: {run:#?}");
            assert!(run.stderr.contains("--threads"), "{count:?}: {run:#?}");
        }
    }
    assert_eq!(repo.contents(), before);
    for count in ["1", "1024"] {
        assert_eq!(repo.run(&["check", "--threads", count]).code, 0);
    }
}

#[test]
fn threads_and_maps_change_no_verdict() {
    let repo = sealed();
    for number in 0..300 {
        repo.write(format!("dist/many/{number}"), number.to_string());
    }
    assert_eq!(repo.run(&["seal", "dist"]).code, 0);
    // Neither another program's variable, nor the one processor that is left, nor that no thread,
    // or not every thread, can be started.
    let firsts = [
        ":",
        "export RAYON_NUM_THREADS=1",
        "export RAYON_NUM_THREADS=100000",
        "taskset -pc 0 $$ >/dev/null",
        "ulimit -u 1",
        "ulimit -u 4",
    ];
    for seen in [0, 1] {
        for first in firsts {
            for how in [&[][..], &["--no-mmap"], &["--threads", "1"], &["--threads", "16"]] {
                let run = unprivileged(&repo, first, &[&["check"], how].concat());
                assert_eq!((run.code, &*run.stderr), (seen, ""), "{first} {how:?}: {run:#?}");
            }
        }
        let file = File::options().write(true).open(repo.at("dist/segments")).unwrap();
        file.write_all_at(b"?", 8 << 20).unwrap();
    }
}

#[test]
fn a_file_that_shrinks_under_its_map_kills_nobody() {
    let repo = Repo::with(&[]);
    let size = 24 << 20;
    repo.write("dist/file", bytes(size));
    repo.write("dist/other", bytes(size));
    seal(&repo, &[]);
    let file = File::options().write(true).open(repo.at("dist/file")).unwrap();
    let meddle = |turn: usize| {
        file.set_len(if turn.is_multiple_of(2) { 4_097 } else { size as u64 }).unwrap();
    };
    // A check that is faster than the first change sees other bytes too.
    (0..2).for_each(meddle);
    for _ in 0..RUNS {
        let run = meddled(&repo, &["check", "--threads", "3"], meddle);
        assert!(matches!(run.code, 1 | 2), "{run:#?}");
    }
}

#[test]
fn a_check_takes_no_room_for_the_holes_in_files() {
    // Where memory is the disk: a hole that is mapped and looked at becomes memory, and stays.
    let disk = tempfile::tempdir_in("/dev/shm").unwrap();
    let repo = Repo::with(&[]);
    let file = disk.path().join("dist/file");
    fs::create_dir(disk.path().join("dist")).unwrap();
    fs::create_dir(disk.path().join("seals")).unwrap();
    File::create(&file).unwrap().set_len(9 << 20).unwrap();
    let place = disk.path().to_str().unwrap();
    let run = repo.run(&["-C", place, "seal", "dist", "--root", "dist"]);
    assert_eq!(run.code, 0, "{run:#?}");
    let run = repo.run(&["-C", place, "check"]);
    assert_eq!(run.code, 0, "{run:#?}");
    assert_eq!(fs::metadata(&file).unwrap().blocks(), 0);
}

#[test]
fn a_file_of_absurd_size_is_read_without_room_for_it() {
    let repo = small();
    // The largest file that is read however little of it is on the disk.
    File::create(repo.at("dist/file")).unwrap().set_len(64 << 30).unwrap();
    // It would read for a minute, until somebody loses patience.
    let mut check = shell(
        &repo,
        "ulimit -v 1000000",
        Path::new(env!("CARGO_BIN_EXE_sealgate")),
        &["check", "--no-mmap"],
    );
    let mut check = check.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let id = check.id();
    let read = || {
        let counts = fs::read_to_string(format!("/proc/{id}/io")).unwrap_or_default();
        let read = counts.lines().find_map(|line| line.strip_prefix("rchar: "));
        read.map_or(0, |count| count.parse::<u64>().unwrap())
    };
    while read() < 64 << 20 {
        assert_eq!(check.try_wait().unwrap(), None, "it ends before it has read much");
    }
    rustix::process::kill_process(Pid::from_child(&check), Signal::TERM).unwrap();
    assert_eq!(check.wait().unwrap().signal(), Some(Signal::TERM.as_raw()));
}
