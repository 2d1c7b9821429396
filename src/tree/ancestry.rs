//! Which commits come before a commit. Every commit on the way is hashed again: a history that was
//! rewritten on disk proves nothing.

use std::collections::{HashMap, HashSet, VecDeque};

use sealgate_core::text::problem::Problem;
use sealgate_git::{Oid, TreeMode};

use super::commit_tree::CommitTree;
use super::trouble::trouble;
use crate::tree::commit::find;

/// The most commits that are looked at: what lies further back is not found.
const MOST: usize = 200_000;

/// How far back the texts of a file are looked for.
#[derive(Debug, Clone, Copy)]
pub struct Reach<'a> {
    /// By how many parents of each commit.
    pub parents: usize,
    /// In how many commits.
    pub commits: usize,
    /// Neither in this commit nor in those before it.
    pub until: Option<&'a Oid>,
}

/// A commit of a range, and the commits directly before it.
#[derive(Debug)]
pub struct Step {
    /// The commit.
    pub oid: Oid,
    /// Its parents, whether they are in the range or not.
    pub parents: Vec<Oid>,
}

/// A commit on the way through a range.
enum Visit {
    Enter(Oid),
    /// All commits before it were visited.
    Leave(Step),
}

/// What is visited after a commit.
enum After {
    /// The commits before it, and all others.
    Parents,
    /// The others, and not what comes before this one.
    Others,
    /// No other commit.
    Nothing,
}

impl CommitTree<'_> {
    /// Whether `ancestor` is this commit or comes before it.
    pub fn descends_from(&self, ancestor: &Oid) -> Result<bool, Problem> {
        self.reaches(ancestor, usize::MAX)
    }

    /// Whether `commit` is this one or one that it came from by first parents alone: what was once the
    /// tip of the branch whose tip this is.
    pub fn has_on_its_line(&self, commit: &Oid) -> Result<bool, Problem> {
        self.reaches(commit, 1)
    }

    /// The last commit on the first-parent line of `tip` that this one came from: where it left that
    /// branch, or this commit itself. `None`: they have nothing in common.
    pub fn left(&self, tip: &Self) -> Result<Option<Self>, Problem> {
        let mut line: HashMap<Oid, usize> = HashMap::new();
        tip.walk(1, |oid| {
            line.insert(*oid, line.len());
            After::Parents
        })?;
        // The line is numbered from its tip: the lowest number is the newest commit.
        let mut newest: Option<(usize, Oid)> = None;
        self.walk(usize::MAX, |oid| {
            let Some(at) = line.get(oid).copied() else { return After::Parents };
            if newest.is_none_or(|(newest, _)| at < newest) {
                newest = Some((at, *oid));
            }
            After::Others
        })?;
        newest.map(|(_, oid)| Self::of(self.repository, &oid.to_string(), &oid)).transpose()
    }

    /// The different texts that the file at `path` had in the commits before this one, the newest
    /// first; as many commits are looked at as `reach` allows. `visit` tells whether to go on.
    pub fn past_texts(
        &self,
        path: &str,
        reach: &Reach<'_>,
        limit: u64,
        mut visit: impl FnMut(Vec<u8>) -> bool,
    ) -> Result<(), Problem> {
        let mut commits = Vec::new();
        self.walk(reach.parents, |oid| {
            if reach.until == Some(oid) {
                return After::Others;
            }
            if commits.len() == reach.commits {
                return After::Nothing;
            }
            commits.push(*oid);
            After::Parents
        })?;
        let told = |error| trouble(self.repository, &self.given, path, &error).file(path);
        let mut objects = self.objects();
        let mut met = HashSet::new();
        for oid in commits.into_iter().filter(|oid| *oid != self.oid) {
            let tree = objects.commit(&oid).map_err(told)?.tree;
            let found = find(&mut objects, &tree, path.as_bytes()).map_err(told)?;
            let Some(entry) = found else { continue };
            let is_file = matches!(entry.mode, TreeMode::File { .. });
            if is_file
                && met.insert(entry.oid.to_string())
                && !visit(objects.blob(&entry.oid, limit).map_err(told)?)
            {
                break;
            }
        }
        Ok(())
    }

    /// The commits of `listed` that lead to this one, each after all that come before it. `listed` is
    /// git's answer to which commits `start` does not have, and is checked: git may have read it in a
    /// commit-graph, or in commits that were replaced on disk. The history of a shallow clone ends at
    /// `cut`.
    ///
    /// # Errors
    ///
    /// A commit cannot be read, or `listed` leaves one out that `start` does not have.
    pub fn steps_from(
        &self,
        start: &Self,
        listed: &[Oid],
        cut: &HashSet<Oid>,
    ) -> Result<Vec<Step>, Problem> {
        let listed: HashSet<Oid> = listed.iter().copied().collect();
        let mut objects = self.objects();
        let mut entered = HashSet::new();
        let mut left_out = HashSet::new();
        let mut steps = Vec::new();
        let mut visits = vec![Visit::Enter(self.oid)];
        while let Some(visit) = visits.pop() {
            match visit {
                Visit::Leave(step) => steps.push(step),
                Visit::Enter(oid) if !listed.contains(&oid) => {
                    left_out.insert(oid);
                }
                Visit::Enter(oid) if entered.insert(oid) => {
                    let commit = objects.commit(&oid).map_err(|error| {
                        trouble(self.repository, &self.given, "the history", &error)
                    })?;
                    let parents = commit.parents;
                    let before: Vec<Visit> =
                        parents.iter().rev().copied().map(Visit::Enter).collect();
                    visits.push(Visit::Leave(Step { oid, parents }));
                    visits.extend(before);
                }
                Visit::Enter(_) => {}
            }
        }
        drop(objects);
        start.must_have(left_out, cut)?;
        Ok(steps)
    }

    /// Refuses `commits` of which one is neither this commit nor before it.
    fn must_have(&self, mut commits: HashSet<Oid>, cut: &HashSet<Oid>) -> Result<(), Problem> {
        if commits.is_empty() {
            return Ok(());
        }
        self.walk(usize::MAX, |oid| {
            commits.remove(oid);
            match () {
                () if commits.is_empty() => After::Nothing,
                () if cut.contains(oid) => After::Others,
                () => After::Parents,
            }
        })?;
        let Some(oid) = commits.iter().min() else { return Ok(()) };
        let message = format!(
            "git leaves {oid} out of the range, as if it came before {}, and it does not",
            self.given
        );
        Err(Problem::new("git", message).remedy(
            "remove .git/info/grafts and make the commit-graph again (`git commit-graph write \
             --reachable`), or clone again",
        ))
    }

    fn reaches(&self, wanted: &Oid, parents: usize) -> Result<bool, Problem> {
        let mut found = false;
        self.walk(parents, |oid| {
            found = oid == wanted;
            if found { After::Nothing } else { After::Parents }
        })?;
        Ok(found)
    }

    /// Visits this commit and those before it, by so many parents of each. `visit` states what follows.
    fn walk(&self, parents: usize, mut visit: impl FnMut(&Oid) -> After) -> Result<(), Problem> {
        let mut objects = self.objects();
        let mut next = VecDeque::from([self.oid]);
        let mut met = HashSet::from([self.oid.to_string()]);
        while let Some(oid) = next.pop_front() {
            match visit(&oid) {
                After::Parents => {}
                After::Others => continue,
                After::Nothing => return Ok(()),
            }
            if met.len() > MOST {
                let message = format!("{} has more than {MOST} commits before it", self.given);
                return Err(Problem::new("history-too-long", message)
                    .remedy("name a base that is nearer to what is judged"));
            }
            let commit = objects
                .commit(&oid)
                .map_err(|error| trouble(self.repository, &self.given, "the history", &error))?;
            for parent in commit.parents.into_iter().take(parents) {
                if met.insert(parent.to_string()) {
                    next.push_back(parent);
                }
            }
        }
        Ok(())
    }
}
