//! One pushed commit, by all its seals.
//!
//! A root with any file in the commit is judged as the commit has it, whatever is in the working tree
//! and whatever its seal says of `tracked`. One that is built is in no commit.

use sealgate_core::compare::verdict::{SealResult, Verdict};
use sealgate_core::seal::SealName;
use sealgate_core::text::problem::Problem;
use sealgate_git::Oid;

use super::known::Outcome;
use super::outcome::{Failing, JudgedCommit, Tally};
use super::protocol::Push;
use super::run::{Built, Run, name, told};
use super::words::listed;
use crate::ops::bounds::Bounds;
use crate::ops::check::{Bytes, Causes, Judge};
use crate::tree::{Begun, CommitTree, Loaded};

/// How many failing commits are told of in full. Of the others only the verdict is known: nothing is
/// explained, and no finding is kept.
const REPORTS: usize = 8;

/// After how many findings no further commit is told of in full.
const MOST_FINDINGS: usize = 50_000;

/// A seal of which nothing is known, with the id of its file.
type New<'s> = (&'s SealName, &'s Oid, Result<Loaded, Problem>);

/// What came of the seals of a commit.
struct Looked {
    judgements: Vec<SealResult>,
    tally: Tally,
    verdict: Verdict,
}

impl Default for Looked {
    fn default() -> Self {
        let tally = Tally { commits: 1, ..Tally::default() };
        Self { judgements: Vec::new(), tally, verdict: Verdict::Pass }
    }
}

impl Looked {
    fn count(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Built | Outcome::PassedBefore => {}
            Outcome::Passed { entries, bytes } => {
                self.tally.entries += entries;
                self.tally.bytes += bytes;
            }
            Outcome::Failed => self.verdict = self.verdict.max(Verdict::Fail),
        }
    }

    /// Adds `judgement`, from which `outcome` is, and keeps it where it is `shown`.
    fn add(&mut self, judgement: SealResult, outcome: Option<Outcome>, shown: bool) {
        self.verdict = self.verdict.max(judgement.verdict());
        self.tally.seals.insert(judgement.name.clone());
        if let Some(outcome) = outcome {
            self.count(outcome);
        }
        if shown {
            self.judgements.push(judgement);
        }
    }
}

impl Run<'_> {
    pub(super) fn judge(&mut self, oid: Oid, pushes: &[&Push]) {
        let refs: Vec<String> = pushes.iter().map(|push| name(push)).collect();
        let snapshot = match self.open(&oid) {
            Ok(snapshot) => snapshot,
            Err(problem) => return self.judging.problems.push(told(&listed(&refs), problem)),
        };
        let (files, strays) = self.seals_of(&snapshot);
        if files.is_empty() && strays.is_empty() {
            self.close(snapshot);
            return self.without_seals(pushes, None);
        }
        self.hold(&snapshot, pushes, &files);
        // Without the work for a review, no judgement of the seals lets the commit pass.
        let spent = self.effort.is_spent();
        let shown = self.shows();
        let looked = if spent {
            None
        } else {
            self.judge_seals(&snapshot, &files, shown, strays.is_empty())
        };
        self.close(snapshot);
        self.any = true;
        let Some(Looked { judgements, tally, verdict }) = looked else {
            return self.leave(pushes);
        };
        let verdict = if strays.is_empty() { verdict } else { Verdict::Error };
        match verdict {
            Verdict::Pass => self.judging.passed.add(tally),
            _ if shown => {
                let judged = JudgedCommit { oid, refs, verdict, judgements, problems: strays };
                self.judging.failing.push(judged);
            }
            _ => self.judging.also_failing.push(Failing { oid, refs, verdict }),
        }
    }

    /// Judges by the seals `files` of a commit, which fails anyway unless it `may_pass`. `None`: it would
    /// be too much work. The judgements are complete where the commit fails and is `shown`.
    fn judge_seals(
        &mut self,
        commit: &CommitTree<'_>,
        files: &[(SealName, Oid)],
        shown: bool,
        may_pass: bool,
    ) -> Option<Looked> {
        let (repository, scanner) = (self.repository, self.scanner);
        let (bytes, seal_source) = (Bytes::Commit(commit), commit.source());
        let judge = Judge {
            repository,
            bytes,
            seal_source,
            scanner,
            share: None,
            only: None,
            causes: if shown { Causes::Proved } else { Causes::Unproved },
        };
        let mut looked = Looked::default();
        let (mut known, mut new) = (Vec::new(), Vec::new());
        for (name, file) in files {
            match self.known.outcome(name, file, commit) {
                None => new.push((name, file, commit.load(name))),
                Some(Outcome::Built) => {}
                Some(outcome) => {
                    if outcome == Outcome::PassedBefore {
                        looked.tally.seals.insert(name.to_string());
                        looked.tally.unchanged.insert(name.to_string());
                    }
                    looked.count(outcome);
                    known.push(name);
                }
            }
        }
        self.count_seals(files.len(), &new);
        let mut bounds = bounds_of(&new);
        for (name, file, loaded) in new {
            if self.effort.is_spent() {
                return None;
            }
            let root = loaded.as_ref().ok().and_then(|loaded| loaded.seal.as_ref().ok());
            let root = root.map(|seal| seal.header.root.clone());
            let outcome = match loaded.and_then(|loaded| Ok((is_built(&loaded, commit)?, loaded))) {
                Ok((true, loaded)) => {
                    looked.tally.built.insert(name.to_string());
                    self.keep_built(name, loaded, commit);
                    Some(Outcome::Built)
                }
                judged => {
                    let begun = judged.map(|(_, loaded)| Begun::from(loaded));
                    let judgement = self.judge_one(&judge, &mut bounds, name, begun);
                    let outcome = Outcome::of(&judgement);
                    looked.add(judgement, outcome, shown);
                    outcome
                }
            };
            if let (Some(root), Some(outcome)) = (root, outcome) {
                self.known.keep((name, file, &root), commit, outcome);
            }
        }
        if shown && !(may_pass && looked.verdict == Verdict::Pass) {
            // The report is on all seals of the commit, and says why those fail that are known to.
            for name in known {
                if self.effort.is_spent() {
                    return None;
                }
                let begun = commit.load(name).map(Begun::from);
                looked.judgements.push(self.judge_one(&judge, &mut bounds, name, begun));
            }
            looked.judgements.sort_by(|a, b| a.name.cmp(&b.name));
            let judged = looked.judgements.iter().map(SealResult::verdict).max();
            looked.verdict = looked.verdict.max(judged.unwrap_or(Verdict::Pass));
        }
        Some(looked)
    }

    fn judge_one(
        &mut self,
        judge: &Judge<'_>,
        bounds: &mut Bounds,
        name: &SealName,
        begun: Result<Begun, Problem>,
    ) -> SealResult {
        let begun = bounds.refuse(name.as_str()).map_or(begun, Err);
        let before = self.scanner.meter.names();
        let judgement = judge.judge(name, begun);
        let names = self.scanner.meter.names() - before;
        let paths = judgement.findings.iter().map(|finding| finding.path.len());
        bounds.count(name.as_str(), names, judgement.bytes, paths);
        if self.any {
            self.effort.count_files(names, judgement.bytes);
        }
        judgement
    }

    /// Keeps the seal of a root that is built. What is in the working tree belongs to one commit, of
    /// which the first is as good a guess as any.
    fn keep_built(&mut self, name: &SealName, loaded: Loaded, commit: &CommitTree<'_>) {
        let header = loaded.seal.as_ref().map(|seal| &seal.header);
        if header.is_ok_and(|header| header.root.is_on_server()) {
            // It is not here, and nothing says where.
            return;
        }
        if self.built_names.insert(name.clone()) {
            self.built.push(Built { name: name.clone(), loaded, source: commit.source() });
        }
    }

    /// Whether one more failing commit is told of in full.
    fn shows(&self) -> bool {
        let failing = &self.judging.failing;
        let judgements = failing.iter().flat_map(|commit| &commit.judgements);
        let findings: usize = judgements.map(|judgement| judgement.findings.len()).sum();
        failing.len() < REPORTS && findings < MOST_FINDINGS
    }

    fn count_seals(&mut self, all: usize, new: &[New<'_>]) {
        if self.any {
            let loaded = new.iter().filter_map(|(.., loaded)| loaded.as_ref().ok());
            let bytes = loaded.map(|loaded| loaded.bytes.len() as u64).sum();
            self.effort.count_looks(all);
            self.effort.count_seals(new.len(), bytes);
        }
    }
}

/// The bounds for seals that are judged.
fn bounds_of(new: &[New<'_>]) -> Bounds {
    if Bounds::are_few(new.len()) {
        return Bounds::default();
    }
    let root = |(name, _, loaded): &'_ New<'_>| {
        let seal = loaded.as_ref().ok()?.seal.as_ref().ok()?;
        Some((name.to_string(), seal.header.root.to_string()))
    };
    let roots: Vec<(String, String)> = new.iter().filter_map(root).collect();
    Bounds::new(roots.iter().map(|(name, root)| (&**name, &**root)))
}

/// Whether the root is in no commit. What its seal says is not enough: one word in it would keep files
/// that are in the commit from being judged.
fn is_built(loaded: &Loaded, snapshot: &CommitTree<'_>) -> Result<bool, Problem> {
    match &loaded.seal {
        Ok(seal) if seal.header.root.is_on_server() => Ok(true),
        Ok(seal) if !seal.header.tracked => Ok(!snapshot.has_files_of(&seal.header)?),
        _ => Ok(false),
    }
}
