//! What came of judging a push, and the verdict on it.

use std::collections::BTreeSet;
use std::sync::Arc;

use sealgate_core::compare::changes::Reseal;
use sealgate_core::compare::verdict::{SealResult, Verdict};
use sealgate_core::text::problem::Problem;
use sealgate_git::{Objects, Oid};

/// What came of one push.
#[derive(Debug, Default)]
pub struct Judging {
    /// The first commits that do not pass.
    pub failing: Vec<JudgedCommit>,
    /// The other commits that do not pass.
    pub also_failing: Vec<Failing>,
    /// What passed.
    pub passed: Tally,
    /// What has no seals, and may have none.
    pub unsealed: Vec<Unsealed>,
    /// What has no seals, and should have.
    pub stopped: Vec<Stopped>,
    /// The seals that no longer cover what they cover on the remote.
    pub scope_changed: Vec<ScopeChanged>,
    /// The refs whose seals were not held against those of the remote: its commit is not here.
    pub not_held: Vec<String>,
    /// What kept something from being judged.
    pub problems: Vec<Problem>,
    /// The judgements of roots that are built: what is here, by the seals of the commits. Empty
    /// where the push is stopped anyway.
    pub built: Vec<SealResult>,
    /// The conversations with git, for whoever asks next: each is a process, and takes long to start.
    pub spare: Vec<Objects>,
}

/// A commit that does not pass.
#[derive(Debug)]
pub struct Failing {
    /// Its id.
    pub oid: Oid,
    /// The refs that lead to it.
    pub refs: Vec<String>,
    /// The verdict on it.
    pub verdict: Verdict,
}

/// A commit that does not pass, with its judgements.
#[derive(Debug)]
pub struct JudgedCommit {
    /// Its id.
    pub oid: Oid,
    /// The refs that lead to it.
    pub refs: Vec<String>,
    /// The verdict on it.
    pub verdict: Verdict,
    /// One for each seal of a root that is kept in git, and for each broken seal.
    pub judgements: Vec<SealResult>,
    /// What is wrong with its seals directory.
    pub problems: Vec<Problem>,
}

/// What passed, in numbers.
#[derive(Debug, Default)]
pub struct Tally {
    /// Commits with seals.
    pub commits: usize,
    /// The names of the seals that judged.
    pub seals: BTreeSet<String>,
    /// Those of them that were not judged, for what they judge passed here before.
    pub unchanged: BTreeSet<String>,
    /// The names of the seals of roots that are built, which CI judges.
    pub built: BTreeSet<String>,
    /// Entries judged.
    pub entries: u64,
    /// Bytes hashed.
    pub bytes: u64,
}

/// A ref that leads to no seals.
#[derive(Debug, PartialEq, Eq)]
pub struct Unsealed {
    /// The ref.
    pub name: String,
    /// What it leads to, if that is no commit.
    pub instead: Option<&'static str>,
}

/// A ref that takes the seals away.
#[derive(Debug, PartialEq, Eq)]
pub struct Stopped {
    /// The ref.
    pub name: String,
    /// What the remote has there.
    pub before: Oid,
    /// The seals of that.
    pub seals: Arc<[String]>,
}

/// The seals that no longer cover what they cover on the remote, at one ref.
#[derive(Debug, PartialEq, Eq)]
pub struct ScopeChanged {
    /// The ref.
    pub name: String,
    /// What the remote has there.
    pub before: Oid,
    /// Whether the remote's commit has a policy: then CI asks for a grant, and the push goes on.
    pub under_policy: bool,
    /// What became of the seals, without their entries; one at least.
    pub reseals: Arc<[Reseal]>,
}

impl Judging {
    /// The verdict on the push. Nothing to judge passes: it is git's to say what is pushed.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let failing = self.failing.iter().map(|commit| commit.verdict);
        let failing = failing.chain(self.also_failing.iter().map(|commit| commit.verdict)).max();
        let stopped = if self.stopped.is_empty() { Verdict::Pass } else { Verdict::Fail };
        let narrowed = self.scope_changed.iter().any(|changed| !changed.under_policy);
        let stopped = if narrowed { Verdict::Fail } else { stopped };
        let unjudged = if self.problems.is_empty() { Verdict::Pass } else { Verdict::Error };
        stopped.max(unjudged).max(failing.unwrap_or(Verdict::Pass))
    }
}

impl Tally {
    /// Adds what passed in one more commit.
    pub(super) fn add(&mut self, more: Self) {
        self.commits += more.commits;
        self.seals.extend(more.seals);
        self.unchanged.extend(more.unchanged);
        self.built.extend(more.built);
        self.entries += more.entries;
        self.bytes += more.bytes;
    }
}
