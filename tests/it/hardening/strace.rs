//! Runs of the program below strace, which counts system calls, lets one of them fail, or kills
//! the program when it makes one. strace counts the calls of each thread apart.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::Write as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How long a run may take: hundreds of times what the slowest of them takes. A run that the
/// watchdog ends has hung.
const WATCHDOG: Duration = Duration::from_secs(60);

/// What happens to one call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Injection {
    pub(crate) call: String,
    /// In strace's words: `error=EIO`, `retval=0` or `signal=SIGKILL`.
    pub(crate) effect: String,
    /// Which call it is in its thread, from 1; with `+` behind it, all later ones too.
    pub(crate) when: String,
}

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// `None` if a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) hung: bool,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// The calls that were injected, as strace shows them.
    pub(crate) injected: Vec<String>,
    /// Whether a process or thread was killed.
    pub(crate) killed: bool,
}

impl Ended {
    /// Whether the run gave none of the exit codes that the program defines.
    pub(crate) fn crashed(&self) -> bool {
        !matches!(self.code, Some(0..=2))
    }
}

/// Runs `command` with `input` on stdin, under the watchdog and nothing else.
pub(crate) fn run(command: &Command, input: &[u8]) -> Ended {
    ended(wrapped::<&str>(command, &[]), input, None)
}

/// Runs `command` with one call disturbed; `log` is a file of this worker's own.
pub(crate) fn inject(command: &Command, input: &[u8], injection: &Injection, log: &Path) -> Ended {
    let Injection { call, effect, when } = injection;
    let trace = format!("trace={call}");
    let inject = format!("inject={call}:{effect}:when={when}");
    let log_name = log.as_os_str();
    let options: [&OsStr; 9] = [
        "strace".as_ref(),
        "-f".as_ref(),
        "-y".as_ref(),
        "-o".as_ref(),
        log_name,
        "-e".as_ref(),
        trace.as_ref(),
        "-e".as_ref(),
        inject.as_ref(),
    ];
    ended(wrapped(command, &options), input, Some(log))
}

/// How often `command` makes each call: the most in one thread or process. Calls that the loader
/// makes before the program begins come first in every process; `loader` says how many they are.
pub(crate) fn calls(command: &Command, input: &[u8], log: &Path) -> BTreeMap<String, usize> {
    let options: [&OsStr; 4] = ["strace".as_ref(), "-f".as_ref(), "-o".as_ref(), log.as_os_str()];
    ended(wrapped(command, &options), input, Some(log));
    let text = String::from_utf8_lossy(&std::fs::read(log).unwrap()).into_owned();
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for line in text.lines() {
        if let Some((thread, call)) = call_of(line) {
            *counts.entry((thread, call)).or_default() += 1;
        }
    }
    let mut most: BTreeMap<String, usize> = BTreeMap::new();
    for ((_, call), count) in counts {
        let known = most.entry(call.to_owned()).or_default();
        *known = count.max(*known);
    }
    most
}

/// How many calls of each sort the loader makes before `program` itself begins.
pub(crate) fn loader(program: &Path, log: &Path) -> BTreeMap<String, usize> {
    let mut command = Command::new(program);
    command.arg("--version");
    let options: [&OsStr; 4] = ["strace".as_ref(), "-f".as_ref(), "-o".as_ref(), log.as_os_str()];
    ended(wrapped(&command, &options), b"", Some(log));
    let text = String::from_utf8_lossy(&std::fs::read(log).unwrap()).into_owned();
    // Rust's runtime begins by asking which of the first three descriptors are open.
    let calls = text.lines().filter_map(call_of).map(|(_, call)| call);
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for call in calls.take_while(|call| *call != "poll") {
        *counts.entry(call.to_owned()).or_default() += 1;
    }
    assert!(counts.contains_key("mmap"), "no loader was seen: {text}");
    counts
}

/// Thread and call of a line `1234  openat(...`; `None` for the rest of an interrupted call, a
/// signal and an exit.
fn call_of(line: &str) -> Option<(&str, &str)> {
    let (thread, rest) = line.split_once(' ')?;
    let (call, _) = rest.trim_start().split_once('(')?;
    let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    (!call.is_empty() && call.chars().all(is_name)).then_some((thread, call))
}

/// `command` behind the watchdog and `before`, with everything else that it had.
fn wrapped<S: AsRef<OsStr>>(command: &Command, before: &[S]) -> Command {
    // The watchdog kills the whole process group, itself too.
    let mut outer = Command::new("timeout");
    outer.args(["-s", "KILL", &WATCHDOG.as_secs().to_string()]).args(before);
    outer.arg(command.get_program()).args(command.get_args());
    if let Some(directory) = command.get_current_dir() {
        outer.current_dir(directory);
    }
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => outer.env(name, value),
            None => outer.env_remove(name),
        };
    }
    // Where cargo looks for libraries is no place of a user's. Two workers, on every machine.
    outer.env_remove("LD_LIBRARY_PATH").env_remove("CI").env("RAYON_NUM_THREADS", "2");
    outer
}

fn ended(mut command: Command, input: &[u8], log: Option<&Path>) -> Ended {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let begun = Instant::now();
    let mut child = command.spawn().expect("timeout and strace are installed");
    let mut stdin = child.stdin.take().expect("a pipe");
    // A pipe holds what these tests write; a run that ended before it read is no fault.
    let _ = stdin.write_all(input);
    drop(stdin);
    let output = child.wait_with_output().expect("its output");
    let log = log.map(|log| std::fs::read(log).unwrap_or_default()).unwrap_or_default();
    let log = String::from_utf8_lossy(&log);
    let injected = log.lines().filter(|line| line.contains("(INJECTED)")).map(str::to_owned);
    // `timeout` ends by the signal that ended what it ran, and by SIGKILL when it was the watchdog.
    Ended {
        code: output.status.code(),
        hung: output.status.signal() == Some(9) && begun.elapsed() >= WATCHDOG,
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        injected: injected.collect(),
        killed: log.contains("+++ killed by SIGKILL"),
    }
}

#[test]
fn a_line_of_strace_names_its_thread_and_its_call() {
    assert_eq!(call_of("12  openat(AT_FDCWD, \"a\""), Some(("12", "openat")));
    assert_eq!(call_of("12345 pread64(3,"), Some(("12345", "pread64")));
    assert_eq!(call_of("12  <... read resumed>\"\", 1) = 0"), None);
    assert_eq!(call_of("12  --- SIGCHLD {si_signo=SIGCHLD} ---"), None);
    assert_eq!(call_of("12  +++ exited with 0 +++"), None);
}
