//! SIGKILL at every system call of `grant use`, and of the git and the command that it runs: the action
//! never runs twice, and the log tells of a use without an end.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::figures::{Fault, Sweep, sample};
use super::snapshot;
use super::strace::{self, Injection};
use crate::support::Repo;
use crate::using_grants::{Deployment, USE, granted};

const TEST: &str = "uses::a_killed_use_of_a_grant_never_runs_twice";

/// Kills of a sample, for each ledger.
const SAMPLE: usize = 25;

/// The bar of a full run.
const FEWEST: u64 = 400;

/// A repository with a grant that is not used, as it was made, and its ledger if that is elsewhere.
struct Case<'r> {
    name: &'static str,
    repo: &'r Repo,
    ledger: Option<&'r Path>,
    kept: tempfile::TempDir,
}

impl<'r> Case<'r> {
    fn new(name: &'static str, repo: &'r Repo, ledger: Option<&'r Path>) -> Self {
        let kept = tempfile::tempdir().unwrap();
        snapshot::copy(&repo.at(""), &kept.path().join("repo"));
        if let Some(ledger) = ledger {
            snapshot::copy(ledger, &kept.path().join("ledger"));
        }
        Self { name, repo, ledger, kept }
    }

    /// Makes everything as it was.
    fn restore(&self) {
        let places =
            [("repo", Some(self.repo.at(""))), ("ledger", self.ledger.map(Path::to_owned))];
        for (name, place) in places {
            let Some(place) = place else { continue };
            fs::remove_dir_all(&place).unwrap();
            snapshot::copy(&self.kept.path().join(name), &place);
        }
    }

    fn command(&self) -> Command {
        self.repo.command(&[&USE[..], &["--", "sh", "-c", "echo ran >> .git/ran"]].concat())
    }

    fn runs(&self) -> usize {
        fs::read_to_string(self.repo.at(".git/ran")).unwrap_or_default().lines().count()
    }

    /// Kills a run, and tries to use the grant twice more.
    fn judge(&self, kill: &Injection, sweep: &Sweep, log: &Path) {
        self.restore();
        let ended = strace::inject(&self.command(), b"", kill, log);
        let fault = |fault, why: &str| {
            sweep.fault(fault, &format!("{}: {} {}: {why}", self.name, kill.call, kill.when));
        };
        if ended.hung {
            fault(Fault::Hung, "it hung");
        }
        if !ended.killed {
            return;
        }
        sweep.count(self.name);
        let at_first = self.runs();
        if ended.code == Some(0) && at_first != 1 {
            fault(Fault::PassedWrongly, "it states that the action ran");
        }
        let again = strace::run(&self.command(), b"");
        let once_more = strace::run(&self.command(), b"");
        let listed = strace::run(&self.repo.command(&["grant", "log"]), b"");
        match (self.runs(), again.code, once_more.code) {
            (0 | 1, Some(1), Some(1)) => {}
            // Nothing was recorded before the kill, so the second run was the first use.
            (1, Some(0), Some(1)) if at_first == 0 => {}
            (2.., ..) => fault(Fault::PassedWrongly, "the action ran twice"),
            other => fault(Fault::Broken, &format!("{other:?}: {}", again.stderr)),
        }
        // A use that states no end is one of which nobody can tell whether it ran.
        let ends = ["exit code", "ended by a signal", "not started", "no end is recorded"];
        if !ends.iter().any(|end| listed.stdout.contains(end)) {
            fault(Fault::Broken, &format!("the log does not tell: {}", listed.stdout));
        }
    }
}

#[test]
#[ignore = "long: needs strace; run by .ci/run as a sample, by .ci/hardening in full"]
fn a_killed_use_of_a_grant_never_runs_twice() {
    let sweep = Sweep::begin(TEST);
    let scratch = tempfile::tempdir().unwrap();
    let log = scratch.path().join("log");
    let loader = strace::loader(Path::new(env!("CARGO_BIN_EXE_sealgate")), &log);
    let (local, _) = granted("local");
    let deployment = Deployment::new();
    let elsewhere = Path::new(deployment.url()).to_owned();
    for case in [
        Case::new("a ledger in the clone", &local, None),
        Case::new("a ledger elsewhere", &deployment.repo, Some(&elsewhere)),
    ] {
        let mut kills = Vec::new();
        for (call, count) in strace::calls(&case.command(), b"", &log) {
            // The first is strace's own, before the program begins.
            if call == "execve" {
                continue;
            }
            let first = loader.get(&call).copied().unwrap_or_default() + 1;
            kills.extend((first..=count).map(|nth| Injection {
                call: call.clone(),
                effect: "signal=SIGKILL".to_owned(),
                when: nth.to_string(),
            }));
        }
        for kill in sample(kills, SAMPLE) {
            case.judge(&kill, &sweep, &log);
        }
    }
    sweep.end(FEWEST);
}
