//! System calls that fail or are cut short, one in each run: whatever is wrong never passes, and
//! whatever passes is right.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;

use super::cases::{self, Case, Expect};
use super::figures::{Fault, Sweep, sample};
use super::snapshot::{self, CommitTree};
use super::strace::{self, Ended, Injection};

/// Injections of a sample.
const SAMPLE: usize = 1_200;

/// The bar of a full run.
const FEWEST: u64 = 4_000;

/// The six errors that each sort of call fails with: what its manual page names, and what a broken
/// disk, a full table, a signal and a racing process give. `retval=0` cuts a call short: a read that
/// finds the end of the file, a write that takes nothing.
const ERRORS: [(&[&str], [&str; 6]); 9] = [
    (
        &["open", "openat", "openat2", "creat"],
        [
            "error=EIO",
            "error=ENOMEM",
            "error=EMFILE",
            "error=EINTR",
            "error=EACCES",
            "error=ENOENT",
        ],
    ),
    (
        &["read", "pread64", "readv", "preadv"],
        ["error=EIO", "error=ENOMEM", "error=EINTR", "error=EAGAIN", "error=EISDIR", "retval=0"],
    ),
    (
        &["write", "pwrite64", "writev", "copy_file_range", "sendfile"],
        ["error=EIO", "error=ENOSPC", "error=EINTR", "error=EAGAIN", "error=EPIPE", "retval=0"],
    ),
    (
        &["getdents64"],
        ["error=EIO", "error=ENOMEM", "error=EINTR", "error=EACCES", "error=ENOENT", "error=EBADF"],
    ),
    (
        &[
            "fstat",
            "newfstatat",
            "statx",
            "stat",
            "lstat",
            "access",
            "faccessat",
            "faccessat2",
            "statfs",
            "fstatfs",
            "readlink",
            "readlinkat",
            "getcwd",
            "chdir",
            "fchdir",
        ],
        ["error=EIO", "error=ENOMEM", "error=EINTR", "error=EACCES", "error=ENOENT", "error=ELOOP"],
    ),
    (
        &[
            "rename",
            "renameat",
            "renameat2",
            "link",
            "linkat",
            "unlink",
            "unlinkat",
            "symlink",
            "symlinkat",
            "mkdir",
            "mkdirat",
            "rmdir",
            "fsync",
            "fdatasync",
            "ftruncate",
            "fallocate",
            "fchmod",
            "chmod",
            "fchmodat",
            "flock",
            "utimensat",
            "fchown",
            "chown",
        ],
        ["error=EIO", "error=ENOSPC", "error=EINTR", "error=EACCES", "error=ENOENT", "error=EROFS"],
    ),
    (
        &["clone", "clone3", "vfork", "fork", "pipe", "pipe2", "dup", "dup2", "dup3", "socketpair"],
        [
            "error=EAGAIN",
            "error=ENOMEM",
            "error=EMFILE",
            "error=ENFILE",
            "error=EINTR",
            "error=EPERM",
        ],
    ),
    (
        &["mmap", "mremap", "munmap", "mprotect", "madvise", "brk"],
        [
            "error=ENOMEM",
            "error=EAGAIN",
            "error=EACCES",
            "error=EINVAL",
            "error=EPERM",
            "error=ENODEV",
        ],
    ),
    (
        &[
            "lseek",
            "fcntl",
            "ioctl",
            "poll",
            "ppoll",
            "wait4",
            "waitid",
            "sched_getaffinity",
            "sysinfo",
            "uname",
            "fadvise64",
            "pidfd_open",
            "pidfd_send_signal",
            "sigaltstack",
            "prctl",
            "sched_yield",
            "clock_gettime",
            "clock_nanosleep",
            "setitimer",
            "socket",
            "connect",
            "tgkill",
        ],
        [
            "error=EIO",
            "error=ENOMEM",
            "error=EINTR",
            "error=EACCES",
            "error=EINVAL",
            "error=ENOSYS",
        ],
    ),
];

/// Calls that are left out, because no kernel lets them fail so: `close` closes whatever it returns,
/// a lost wake-up of `futex` would be a hang of the kernel, a process may always signal its own child
/// and ask for its own limits, no valid argument makes `getrandom`, `rt_sigaction` and
/// `rt_sigprocmask` fail, and the others are made by the loader and at the end of a process. The first `execve` is strace's own.
const LEFT_OUT: [&str; 25] = [
    "arch_prctl",
    "close",
    "close_range",
    "execve",
    "exit",
    "exit_group",
    "futex",
    "getegid",
    "geteuid",
    "getgid",
    "getpid",
    "getppid",
    "getrandom",
    "gettid",
    "getuid",
    "kill",
    "prlimit64",
    "restart_syscall",
    "rseq",
    "rt_sigaction",
    "rt_sigprocmask",
    "rt_sigreturn",
    "set_robust_list",
    "set_tid_address",
    "umask",
];

#[test]
#[ignore = "long: needs strace; run by .ci/run as a sample, by .ci/hardening in full"]
fn no_failed_call_lets_anything_wrong_pass() {
    let sweep = Sweep::begin("calls::no_failed_call_lets_anything_wrong_pass");
    let mut all = cases::reading();
    all.extend(cases::writing().into_iter().filter(|case| {
        ["seal", "seal, tracked by git", "seal --from-report"].contains(&case.name)
    }));
    let scratch = tempfile::tempdir().unwrap();
    let loader =
        strace::loader(Path::new(env!("CARGO_BIN_EXE_sealgate")), &scratch.path().join("log"));
    let undisturbed: Vec<Undisturbed> = all.iter().map(Undisturbed::of).collect();
    let mut injections: Vec<(usize, Injection)> = Vec::new();
    for (at, case) in all.iter().enumerate() {
        let log = scratch.path().join("log");
        let root = scratch.path().join("counted");
        snapshot::copy(&case.root(), &root);
        let calls = strace::calls(&case.command(&root), &case.input, &log);
        std::fs::remove_dir_all(&root).unwrap();
        injections.extend(injections_of(&calls, &loader).into_iter().map(|one| (at, one)));
    }
    let chosen = sample(injections, SAMPLE);
    let next = Mutex::new(chosen.into_iter());
    std::thread::scope(|threads| {
        for _ in 0..2 {
            threads.spawn(|| {
                let mut bench = Bench::new();
                loop {
                    let Some((at, injection)) = next.lock().unwrap().next() else { return };
                    bench.judge(&sweep, &all[at], &undisturbed[at], &injection);
                }
            });
        }
    });
    sweep.end(FEWEST);
}

/// Every call that a program makes after its loader is done, with each of six errors.
fn injections_of(
    calls: &BTreeMap<String, usize>,
    loader: &BTreeMap<String, usize>,
) -> Vec<Injection> {
    let mut injections = Vec::new();
    for (call, count) in calls {
        if LEFT_OUT.contains(&&**call) {
            continue;
        }
        let errors = ERRORS.iter().find(|(calls, _)| calls.contains(&&**call));
        let (_, errors) = errors.unwrap_or_else(|| panic!("which errors does {call} give?"));
        let first = loader.get(call).copied().unwrap_or_default() + 1;
        for nth in first..=*count {
            let with = |effect: &str| Injection {
                call: call.clone(),
                effect: effect.to_owned(),
                when: nth.to_string(),
            };
            injections.extend(errors.map(with));
        }
    }
    injections
}

/// What an undisturbed run does.
struct Undisturbed {
    answer: String,
    old: CommitTree,
    new: CommitTree,
}

impl Undisturbed {
    fn of(case: &Case) -> Self {
        let scratch = tempfile::tempdir().unwrap();
        let root = scratch.path().join("repo");
        snapshot::copy(&case.root(), &root);
        let old = snapshot::of(&root);
        let ended = strace::run(&case.command(&root), &case.input);
        let right = match case.expect {
            Expect::Refusal => matches!(ended.code, Some(1 | 2)),
            Expect::Answer | Expect::Writes => ended.code == Some(0),
        };
        assert!(right, "{}: {ended:#?}", case.name);
        Self { answer: timeless(&ended.stdout), old, new: snapshot::of(&root) }
    }
}

/// `text` without the time that a run took.
pub(crate) fn timeless(text: &str) -> String {
    let is_time = |line: &&str| !line.trim_start().starts_with("\"elapsed_ms\"");
    let cut = |line: &str| match line.rfind(" in ") {
        Some(at) if line.ends_with("ms") || line.ends_with(" s") => line[..at].to_owned(),
        _ => line.to_owned(),
    };
    text.lines().filter(is_time).map(|line| cut(line) + "\n").collect()
}

/// A worker's own directory, with a copy of the repository of the last case.
struct Bench {
    scratch: tempfile::TempDir,
    at: Option<&'static str>,
}

impl Bench {
    fn new() -> Self {
        Self { scratch: tempfile::tempdir().unwrap(), at: None }
    }

    fn judge(&mut self, sweep: &Sweep, case: &Case, known: &Undisturbed, injection: &Injection) {
        let root = self.scratch.path().join("repo");
        if self.at != Some(case.name) {
            let _ = std::fs::remove_dir_all(&root);
            snapshot::copy(&case.root(), &root);
            self.at = Some(case.name);
        }
        let log = self.scratch.path().join("log");
        let ended = strace::inject(&case.command(&root), &case.input, injection, &log);
        let now = snapshot::of(&root);
        snapshot::restore(&root, &now, &known.old, &case.root());
        // Threads share the work anew in each run: a call need not happen in every one.
        if (ended.injected.is_empty() && !ended.hung) || asks_of_less(case, &ended) {
            return;
        }
        sweep.count(case.name);
        if ended.crashed() && !ended.hung {
            sweep.killed();
        }
        let now = snapshot::given(now, &known.new, &ended.stdout);
        if let Some((fault, why)) = fault(case, known, &ended, &now) {
            let tail: String = ended.stdout.chars().chain(ended.stderr.chars()).take(600).collect();
            let injected = ended.injected.join("\n    ");
            sweep.fault(
                fault,
                &format!("{}: {injection:?}: {why}\n    {injected}\n{tail}", case.name),
            );
        }
    }
}

/// Whether the failed call makes the question another one, whose answer rightly is "nothing": stdin
/// that ends before its first line names no ref to push, and without their directory there are no
/// grants to list.
fn asks_of_less(case: &Case, ended: &Ended) -> bool {
    let all = |is: &dyn Fn(&str) -> bool| ended.injected.iter().all(|call| is(call));
    let of_stdin = |call: &str| call.contains("read(0<") && call.contains(" = 0 (");
    let of_grants = |call: &str| call.contains("/seals>, \"grants\"") && call.contains("ENOENT");
    !ended.hung && (all(&of_stdin) || (case.name == "grant list" && all(&of_grants)))
}

/// Whether a run gave the answer of an undisturbed one. A closed stdout changes no verdict, so that
/// one which was closed may have got only the beginning.
fn is_answer(ended: &Ended, known: &Undisturbed) -> bool {
    let answer = timeless(&ended.stdout);
    let closed = ended.injected.iter().all(|call| call.contains("EPIPE"));
    answer == known.answer || (closed && known.answer.starts_with(&answer))
}

/// What is wrong with a run, if anything is.
fn fault(
    case: &Case,
    known: &Undisturbed,
    ended: &Ended,
    now: &CommitTree,
) -> Option<(Fault, String)> {
    if ended.hung {
        return Some((Fault::Hung, "it hung".to_owned()));
    }
    if ended.code == Some(101) {
        return Some((Fault::Broken, "it panicked".to_owned()));
    }
    let passed = ended.code == Some(0);
    match case.expect {
        Expect::Refusal if passed => Some((Fault::PassedWrongly, "it passed".to_owned())),
        Expect::Answer if passed && !is_answer(ended, known) => {
            Some((Fault::PassedWrongly, "it passed with another answer".to_owned()))
        }
        Expect::Refusal | Expect::Answer if *now != known.old => {
            Some((Fault::Broken, "it wrote something".to_owned()))
        }
        Expect::Refusal | Expect::Answer => None,
        Expect::Writes if passed && *now != known.new => {
            Some((Fault::PassedWrongly, "it says that it wrote, and did not".to_owned()))
        }
        Expect::Writes => {
            let (strange, litter) = snapshot::strange(now, &known.old, &known.new);
            let of_unlink = ended.injected.iter().any(|call| call.contains("unlink"));
            let wrong = !strange.is_empty() || !(litter.is_empty() || of_unlink);
            wrong.then(|| (Fault::Broken, format!("left behind: {strange:?} {litter:?}")))
        }
    }
}
