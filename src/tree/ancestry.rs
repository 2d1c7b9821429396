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
