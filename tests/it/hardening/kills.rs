//! SIGKILL at every system call of every command that writes: each file holds its old content or
//! its new one, what is left behind stops no check, and the next run of the command succeeds.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;

use super::cases::{self, Case};
use super::figures::{Fault, Sweep, sample};
use super::snapshot::{self, CommitTree};
use super::strace::{self, Injection};
use crate::support::scrubbed;

/// Kills of a sample.
const SAMPLE: usize = 300;

/// The bar of a full run.
const FEWEST: u64 = 600;

#[test]
#[ignore = "long: needs strace and ssh-keygen; run by .ci/run as a sample, by .ci/hardening in full"]
fn a_killed_run_leaves_the_old_content_or_the_new() {
    let sweep = Sweep::begin("kills::a_killed_run_leaves_the_old_content_or_the_new");
    let all = cases::writing();
    let scratch = tempfile::tempdir().unwrap();
    let log = scratch.path().join("log");
    let loader = strace::loader(Path::new(env!("CARGO_BIN_EXE_sealgate")), &log);
    let known: Vec<Known> = all.iter().map(Known::of).collect();
    let mut kills: Vec<(usize, Injection)> = Vec::new();
    for (at, case) in all.iter().enumerate() {
        let root = scratch.path().join(format!("counted{at}"));
        snapshot::copy(&case.root(), &root);
        for (call, count) in strace::calls(&case.command(&root), &case.input, &log) {
            // The first is strace's own, before the program begins.
            if call == "execve" {
                continue;
            }
            let first = loader.get(&call).copied().unwrap_or_default() + 1;
            kills.extend((first..=count).map(|nth| {
                let effect = "signal=SIGKILL".to_owned();
                (at, Injection { call: call.clone(), effect, when: nth.to_string() })
            }));
        }
    }
    let next = Mutex::new(sample(kills, SAMPLE).into_iter());
    std::thread::scope(|threads| {
        for _ in 0..2 {
            threads.spawn(|| {
                let scratch = tempfile::tempdir().unwrap();
                loop {
                    let Some((at, kill)) = next.lock().unwrap().next() else { return };
                    judge(&sweep, &all[at], &known[at], &kill, scratch.path());
                }
            });
        }
    });
    sweep.end(FEWEST);
}

/// What undisturbed runs do.
pub(crate) struct Known {
    pub(crate) old: CommitTree,
    pub(crate) new: CommitTree,
    /// The exit codes of `check` before the command and after it.
    pub(crate) checks: BTreeSet<Option<i32>>,
    /// The exit codes of the command, run for the first time and once more.
    pub(crate) codes: BTreeSet<Option<i32>>,
}

impl Known {
    pub(crate) fn of(case: &Case) -> Self {
        let scratch = tempfile::tempdir().unwrap();
        let root = scratch.path().join("repo");
        snapshot::copy(&case.root(), &root);
        let old = look(case, &root);
        let mut checks = BTreeSet::from([check(&root)]);
        let first = strace::run(&case.command(&root), &case.input);
        assert_eq!(first.code, Some(0), "{}: {first:#?}", case.name);
        let new = look(case, &root);
        assert_ne!(old, new, "{} writes nothing", case.name);
        checks.insert(check(&root));
        let again = strace::run(&case.command(&root), &case.input);
        Self { old, new, checks, codes: BTreeSet::from([first.code, again.code]) }
    }
}

/// The exit code of a check in `root`.
fn check(root: &Path) -> Option<i32> {
    let mut command: Command = scrubbed(env!("CARGO_BIN_EXE_sealgate"));
    command.current_dir(root).arg("check");
    strace::run(&command, b"").code
}

/// What `root` holds. Each run of `grant new` writes another grant, since a grant states when it
/// was made: one whose name is the digest of its content is whole, and stands as one word here.
pub(crate) fn look(case: &Case, root: &Path) -> CommitTree {
    let mut now = snapshot::of(root);
    if case.name == "grant new" {
        let whole = |path: &Path, held: &str| {
            let text = held.splitn(3, ' ').nth(2).unwrap_or_default();
            let digest = blake3::hash(text.as_bytes()).to_string();
            path.parent() == Some(Path::new("seals/grants"))
                && path.file_stem() == Some(digest.as_ref())
        };
        let grants = now.len();
        now.retain(|path, held| !whole(path, held));
        if now.len() < grants {
            now.insert("seals/grants/a whole grant".into(), String::new());
        }
    }
    now
}

fn judge(sweep: &Sweep, case: &Case, known: &Known, kill: &Injection, scratch: &Path) {
    let root = scratch.join("repo");
    let _ = std::fs::remove_dir_all(&root);
    snapshot::copy(&case.root(), &root);
    let ended = strace::inject(&case.command(&root), &case.input, kill, &scratch.join("log"));
    let fault = |fault, why: String| {
        sweep.fault(fault, &format!("{}: {} {}: {why}", case.name, kill.call, kill.when));
    };
    if ended.hung {
        fault(Fault::Hung, "it hung".to_owned());
    }
    if !ended.killed {
        return;
    }
    sweep.count(case.name);
    sweep.killed();
    let now = snapshot::given(look(case, &root), &known.new, &ended.stdout);
    let (strange, litter) = snapshot::strange(&now, &known.old, &known.new);
    if !strange.is_empty() {
        fault(Fault::Broken, format!("neither old nor new: {strange:?}"));
    }
    if ended.code == Some(0) && now != known.new {
        fault(Fault::PassedWrongly, "it says that it wrote, and did not".to_owned());
    }
    if now != known.old && now != known.new {
        let code = check(&root);
        if !known.checks.contains(&code) {
            fault(Fault::Broken, format!("a check exits with {code:?}; left behind: {litter:?}"));
        }
    }
    let again = strace::run(&case.command(&root), &case.input);
    if !known.codes.contains(&again.code) {
        fault(Fault::Broken, format!("the next run exits with {:?}: {}", again.code, again.stderr));
    }
    let mut end = snapshot::given(look(case, &root), &known.new, &again.stdout);
    // The documented exception: it may be removed, and stops nothing.
    end.retain(|path, _| !is_of_a_stage(path));
    if end != known.new {
        let (strange, litter) = snapshot::strange(&end, &known.new, &known.new);
        fault(Fault::Broken, format!("after the next run: {strange:?}; left behind: {litter:?}"));
    }
}

/// Whether `path` lies in what a killed `check --stage` leaves beside its directory.
fn is_of_a_stage(path: &Path) -> bool {
    let first = path.components().next().map(|first| first.as_os_str().to_string_lossy());
    first.is_some_and(|first| first.starts_with(".staged.") && first.ends_with(".sealgate-new"))
}
