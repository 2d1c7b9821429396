//! What was judged before, in this run or in an earlier one (`passed`), and need not be judged again: most
//! pushed commits have the seals and the roots of others.
//!
//! An outcome is remembered by the name of the seal, the id of the seal's file, and the id of the tree at
//! its root, or that the commit has nothing there. Nothing else decides a verdict on a commit:
//!
//! - the file's bytes, which the id stands for and which were hashed when they were read, and the name
//!   give the seal: its root, scope and entries, and whether it is sound. The other things that a seal is
//!   checked against, the directory of seals and the object format, are the same in the whole run;
//! - the id of the tree stands for every path, mode, link and blob below the root. All of them were read
//!   and hashed, or excluded by the scope, which is in the seal;
//! - no working tree, index, attribute, filter or configuration has a say in the inventory of a commit,
//!   and neither have the commit's message and parents. The causes of findings may depend on parents, and
//!   no cause changes a verdict;
//! - the limits of a run and of a commit only turn verdicts into errors, and errors are not remembered. A
//!   limit that is not reached since work was left out is no reason to stop a push.
//!
//! What is on the way to a root and is no directory is never remembered either.

use std::collections::HashMap;

use sealgate_core::compare::verdict::{SealResult, Verdict};
use sealgate_core::seal::{Root, SealName};
use sealgate_git::Oid;

use super::passed::Passed;
use crate::tree::CommitTree;

/// What came of a seal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The root is in no commit.
    Built,
    /// It passed in an earlier run.
    PassedBefore,
    /// It passed.
    Passed {
        /// Entries judged.
        entries: u64,
        /// Bytes hashed.
        bytes: u64,
    },
    /// It has findings.
    Failed,
}

/// What is known of a seal's file.
#[derive(Debug)]
struct Seal {
    root: Root,
    /// By the tree at the root; `None`: nothing is there.
    outcomes: HashMap<Option<Oid>, Outcome>,
}

/// What is known of seals, by their names and the ids of their files.
#[derive(Debug, Default)]
pub(super) struct Known(HashMap<SealName, HashMap<Oid, Seal>>);

impl Outcome {
    /// What is to be remembered of `judgement`. An error may be one of this commit or of this moment.
    pub(super) fn of(judgement: &SealResult) -> Option<Self> {
        let SealResult { checked, bytes, .. } = *judgement;
        match judgement.verdict() {
            Verdict::Pass => Some(Self::Passed { entries: checked, bytes }),
            Verdict::Fail => Some(Self::Failed),
            Verdict::Error | Verdict::Refused => None,
        }
    }
}

impl Known {
    /// What came of the seal `name` with the file `file` where its root was what it is in `commit`.
    pub(super) fn outcome(
        &self,
        name: &SealName,
        file: &Oid,
        commit: &CommitTree<'_>,
    ) -> Option<Outcome> {
        let seal = self.0.get(name)?.get(file)?;
        seal.outcomes.get(&commit.root_id(&seal.root)?).copied()
    }

    /// Remembers what came of the seal `name` with the file `file` and this root in `commit`.
    pub(super) fn keep(
        &mut self,
        (name, file, root): (&SealName, &Oid, &Root),
        commit: &CommitTree<'_>,
        outcome: Outcome,
    ) {
        let Some(tree) = commit.root_id(root) else { return };
        self.insert(name, file, root, tree, outcome);
    }

    fn insert(
        &mut self,
        name: &SealName,
        file: &Oid,
        root: &Root,
        tree: Option<Oid>,
        outcome: Outcome,
    ) {
        let new = || Seal { root: root.clone(), outcomes: HashMap::new() };
        let files = self.0.entry(name.clone()).or_default();
        files.entry(*file).or_insert_with(new).outcomes.insert(tree, outcome);
    }

    /// What is known at the beginning of a run: what `passed` in earlier ones.
    pub(super) fn of(passed: &[Passed]) -> Self {
        let mut known = Self::default();
        for Passed { name, file, root, tree } in passed {
            known.insert(name, file, root, *tree, Outcome::PassedBefore);
        }
        known
    }

    /// What passed in this run.
    pub(super) fn passed(&self) -> Vec<Passed> {
        let mut passed = Vec::new();
        for (name, files) in &self.0 {
            for (file, seal) in files {
                for (tree, outcome) in &seal.outcomes {
                    if matches!(outcome, Outcome::Passed { .. }) {
                        let (name, root) = (name.clone(), seal.root.clone());
                        passed.push(Passed { name, file: *file, root, tree: *tree });
                    }
                }
            }
        }
        passed
    }
}
