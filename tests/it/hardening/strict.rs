//! What a failed call must lead to, call by call: whatever could not be read is an error, not only
//! no pass, and whatever could not be written is never taken for written. The tree here has files
//! of every size that is read in its own way, so these sweeps are smaller than those of `calls`.

use std::fs::{self, File};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::process::Stdio;

use super::figures::Sweep;
use super::strace::{self, Injection};
use crate::support::{Repo, Run};

/// A call, the error with which it fails, and `+` where every later call fails too: a directory
/// that went away while it was listed is listed once more.
type Fault = (&'static str, &'static str, &'static str);

/// What is read: each call with each error that a broken disk, a full table or a racing process
/// gives.
const READING: [Fault; 13] = [
    ("read", "EIO", ""),
    ("pread64", "EIO", ""),
    ("openat", "EIO", ""),
    ("openat", "EMFILE", ""),
    ("openat", "ENOMEM", ""),
    ("getdents64", "EIO", ""),
    ("getdents64", "ENOENT", "+"),
    ("fstat", "EIO", ""),
    ("newfstatat", "EIO", ""),
    ("statx", "EIO", ""),
    ("readlinkat", "EIO", ""),
    ("readlinkat", "ENOENT", ""),
    ("lseek", "EIO", ""),
];

/// What is written.
const WRITING: [Fault; 7] = [
    ("write", "ENOSPC", ""),
    ("write", "EIO", ""),
    ("fsync", "EIO", ""),
    ("linkat", "EPERM", ""),
    ("rename", "EACCES", ""),
    ("unlink", "EACCES", ""),
    ("flock", "ENOLCK", ""),
];

/// More calls than any of these runs makes.
const MOST_CALLS: usize = 500;

/// One of everything, directories and sizes that take each way through the walk.
fn repo() -> Repo {
    let repo = Repo::with(&[
        ("dist/a", "a"),
        ("dist/empty", ""),
        ("dist/run", "#!/bin/sh\n"),
        ("dist/d/b", "b"),
        ("dist/d/e/c", "c"),
        ("dist/d/e/skip.log", "l"),
    ]);
    fs::set_permissions(repo.at("dist/run"), fs::Permissions::from_mode(0o755)).unwrap();
    fs::create_dir(repo.at("dist/nothing")).unwrap();
    symlink("d/b", repo.at("dist/link")).unwrap();
    for (name, size) in [("dist/aside", (1 << 20) + 1), ("dist/shared", 64 << 20)] {
        File::create(repo.at(name)).unwrap().set_len(size).unwrap();
    }
    let sealed = repo.run(&["seal", "dist", "--root", "dist", "--exclude", "*.log"]);
    assert_eq!(sealed.code, 0, "{sealed:#?}");
    repo
}

/// A run of which some calls failed.
struct Faulty {
    run: Run,
    /// The failed calls, as strace shows them: with the paths of their descriptors.
    failed: Vec<String>,
}

/// Runs `arguments`, and lets the call number `nth` to `call` of each thread fail with `error`.
fn faulty(repo: &Repo, arguments: &[&str], (call, error, later): Fault, nth: usize) -> Faulty {
    let injection = Injection {
        call: call.to_owned(),
        effect: format!("error={error}"),
        when: format!("{nth}{later}"),
    };
    let command = repo.command(arguments);
    let ended = strace::inject(&command, b"", &injection, &repo.at("../log"));
    let run =
        Run { code: ended.code.expect("an exit code"), stdout: ended.stdout, stderr: ended.stderr };
    Faulty { run, failed: ended.injected }
}

/// Every run of `arguments` in which a call to `call` failed.
fn faults(repo: &Repo, arguments: &[&str], fault: Fault, mut look: impl FnMut(&Faulty)) -> usize {
    let mut runs = 0;
    loop {
        assert!(runs < MOST_CALLS, "{fault:?} never comes to an end");
        let faulty = faulty(repo, arguments, fault, runs + 1);
        if faulty.failed.is_empty() {
            return runs;
        }
        look(&faulty);
        runs += 1;
    }
}

/// Whether a failed call has nothing to do with the repository: the loader and the runtime read
/// their own files before the work begins. A call that names no path is never beside the point.
fn is_beside_the_point(failed: &str) -> bool {
    const ELSEWHERE: [&str; 5] = ["/proc/", "/sys/fs/cgroup", "/etc/ld.so", "/lib", "/usr/lib"];
    // The standard library asks so whether the system has the call.
    if failed.contains("statx(0") && failed.contains(", NULL, ") {
        return true;
    }
    let between = |open: char, close: char| Some(failed.split_once(open)?.1.split_once(close)?.0);
    // The path that is asked for, or else that of the descriptor.
    let asked = between('"', '"').filter(|path| !path.is_empty());
    let path = asked.or_else(|| between('<', '>'));
    path.is_some_and(|path| ELSEWHERE.iter().any(|place| path.starts_with(place)))
}

#[test]
#[ignore = "long: needs strace; run by .ci/run and by .ci/hardening"]
fn a_check_of_which_any_read_failed_never_passes() {
    let sweep = Sweep::begin_whole("strict::a_check_of_which_any_read_failed_never_passes");
    let repo = repo();
    // Every seal, and the one whose root is named.
    for arguments in [&["check"][..], &["check", "dist/"]] {
        let clean = repo.run(arguments);
        assert_eq!(clean.code, 0, "{clean:#?}");
        for fault in READING {
            let runs = faults(&repo, arguments, fault, |Faulty { run, failed }| {
                if !failed.iter().all(|failed| is_beside_the_point(failed)) {
                    assert_eq!(run.code, 2, "{failed:#?} {run:#?}");
                    assert!(!run.stdout.contains("PASS"), "{failed:#?} {run:#?}");
                }
            });
            sweep.count_many(&format!("{}: {}", fault.0, fault.1), runs as u64);
        }
    }
    sweep.end(100);
}

#[test]
fn a_report_takes_back_a_pass_that_stdout_did_not_hear_of() {
    let repo = repo();
    let mut check = repo.command(&["check", "--report", "json=../report.json"]);
    let full = File::options().write(true).open("/dev/full").unwrap();
    let check = check.stdout(full).stderr(Stdio::null()).status().unwrap();
    assert_eq!(check.code(), Some(2));
    let report = repo.read("../report.json");
    assert!(report.contains("\n  \"verdict\": \"error\""), "{report}");
    assert!(report.contains("output-unwritable"), "{report}");
}

#[test]
#[ignore = "long: needs strace; run by .ci/run and by .ci/hardening"]
fn a_report_tells_of_a_pass_only_where_the_check_passed() {
    let sweep = Sweep::begin_whole("strict::a_report_tells_of_a_pass_only_where_the_check_passed");
    let repo = repo();
    let report = repo.at("../report.json");
    let arguments = ["check", "--report", "json=../report.json", "--format", "json"];
    for fault in WRITING {
        let runs = faults(&repo, &arguments, fault, |Faulty { run, failed }| {
            let written = fs::read_to_string(&report).unwrap_or_default();
            let passes = written.contains("\n  \"verdict\": \"pass\"") && written.ends_with("}\n");
            // What was flushed without a name was the report itself, anything else its directory. An
            // earlier report that could not be taken away first was replaced in the end.
            let harmless = |failed: &String| {
                failed.contains("fsync") && !failed.contains("(deleted)")
                    || failed.contains("unlink(")
            };
            let expected = if failed.iter().all(harmless) { (0, true) } else { (2, false) };
            assert_eq!((run.code, passes), expected, "{failed:#?} {run:#?} {written}");
            let _ = fs::remove_file(&report);
        });
        sweep.count_many(&format!("{}: {}", fault.0, fault.1), runs as u64);
    }
    sweep.end(6);
}

#[test]
#[ignore = "long: needs strace; run by .ci/run and by .ci/hardening"]
fn a_seal_of_which_anything_failed_is_the_old_one_or_the_true_one() {
    let sweep = Sweep::begin_whole(
        "strict::a_seal_of_which_anything_failed_is_the_old_one_or_the_true_one",
    );
    let repo = repo();
    let old = repo.read("seals/dist.toml");
    repo.write("dist/new", "new");
    let fresh = repo.run(&["seal", "dist"]);
    assert_eq!(fresh.code, 0, "{fresh:#?}");
    let new = repo.read("seals/dist.toml");
    assert_ne!(old, new);
    for fault in READING.into_iter().chain(WRITING) {
        repo.write("seals/dist.toml", &old);
        let runs = faults(&repo, &["seal", "dist"], fault, |Faulty { run, failed }| {
            let now = repo.read("seals/dist.toml");
            match run.code {
                0 => assert_eq!(now, new, "{failed:#?}"),
                _ => assert!(now == old || now == new, "{failed:#?} {run:#?} {now}"),
            }
            if fault.0 != "unlink" {
                let left = fs::read_dir(repo.at("seals")).unwrap().count();
                assert_eq!(left, 1, "{failed:#?} {run:#?}");
            }
            repo.write("seals/dist.toml", &old);
        });
        sweep.count_many(&format!("{}: {}", fault.0, fault.1), runs as u64);
    }
    sweep.end(100);
}
