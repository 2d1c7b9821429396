//! What explains findings, asked of git once for many seals: each question starts a program, and a
//! check may have thousands of seals that fail.

use std::cell::OnceCell;
use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use sealgate_git::{Fetching, GitError};

use super::Workspace;

/// Of so many roots git lists the paths root by root; then it lists those of the whole repository.
const ROOTS_ASKED_APART: usize = 7;

type Paths = Arc<HashSet<Vec<u8>>>;

/// The answers of git so far. `None` stands for an answer that cannot be had.
#[derive(Debug, Default)]
pub(super) struct GitFacts {
    tracked: Mutex<ByRoot>,
    ignored: Mutex<ByRoot>,
    in_head: Mutex<ByRoot>,
    /// A commit as it was named, and the ids before it.
    history: Mutex<Option<(String, Arc<Vec<String>>)>>,
    /// How many bytes of its budget a run has hashed in search of older ids.
    searched: AtomicUsize,
    fetching: OnceLock<Fetching>,
}

/// One question about the paths of a root, and the answers so far.
#[derive(Debug, Default)]
struct ByRoot {
    /// How many roots were listed.
    asked: usize,
    /// The root that was listed last.
    last: Option<(String, Option<Paths>)>,
    /// Those of the whole repository, once they were asked for.
    whole: OnceCell<Option<Paths>>,
}

impl ByRoot {
    /// Whether `path` is among what `ask` lists below `root`; `None` where that cannot be told.
    fn has(
        &mut self,
        root: &str,
        path: &[u8],
        ask: impl Fn(&str) -> Result<HashSet<Vec<u8>>, GitError>,
    ) -> Option<bool> {
        let ask = |root: &str| ask(root).ok().map(Arc::new);
        let is_last = self.last.as_ref().is_some_and(|(last, _)| last == root);
        if !is_last && self.asked < ROOTS_ASKED_APART {
            self.asked += 1;
            self.last = Some((root.to_owned(), ask(root)));
        }
        match &self.last {
            Some((last, paths)) if last == root => Some(paths.as_ref()?.contains(path)),
            _ => {
                let whole = self.whole.get_or_init(|| ask(".")).as_ref()?;
                let place = if root == "." { Vec::new() } else { format!("{root}/").into_bytes() };
                Some(whole.contains(&[&place, path].concat()))
            }
        }
    }
}

impl Workspace {
    /// Whether the index has the file at `path` below `root`; `None` where that cannot be told.
    pub fn is_tracked(&self, root: &str, path: &[u8]) -> Option<bool> {
        let ask = |root: &str| sealgate_git::tracked(self.root(), root);
        lock(&self.facts.tracked).has(root, path, ask)
    }

    /// Whether git ignores the file at `path` below `root`, which is in the working tree and not in
    /// the index; `None` where that cannot be told.
    pub fn is_ignored(&self, root: &str, path: &[u8]) -> Option<bool> {
        let ask = |root: &str| sealgate_git::ignored(self.root(), root);
        lock(&self.facts.ignored).has(root, path, ask)
    }

    /// Whether the commit that is checked out has the file at `path` below `root`; `None` where that
    /// cannot be told.
    pub fn is_in_head(&self, root: &str, path: &[u8]) -> Option<bool> {
        let ask = |root: &str| sealgate_git::in_head(self.root(), root);
        lock(&self.facts.in_head).has(root, path, ask)
    }

    /// The command that brings the object `oid`, which is not here.
    pub(super) fn how_to_fetch(&self, oid: &str) -> String {
        self.facts.fetching.get_or_init(|| Fetching::of(self.root())).how(oid)
    }

    /// How many bytes of a budget of `most` a run may still hash in search of older ids.
    pub fn search_budget(&self, most: usize) -> usize {
        most.saturating_sub(self.facts.searched.load(Ordering::Relaxed))
    }

    /// Counts `bytes` that were hashed in that search.
    pub fn count_searched(&self, bytes: usize) {
        self.facts.searched.fetch_add(bytes, Ordering::Relaxed);
    }

    /// The ids of at most `most` commits before `of`, which it begins with; none where there is no git.
    pub fn history(&self, of: &str, most: usize) -> Arc<Vec<String>> {
        if !self.in_git() {
            return Arc::default();
        }
        let mut history = lock(&self.facts.history);
        match &*history {
            Some((known, ids)) if known == of => Arc::clone(ids),
            _ => {
                let ids =
                    Arc::new(sealgate_git::history(self.root(), of, most).unwrap_or_default());
                *history = Some((of.to_owned(), Arc::clone(&ids)));
                ids
            }
        }
    }
}

fn lock<T>(facts: &Mutex<T>) -> MutexGuard<'_, T> {
    facts.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use sealgate_core::seal::path::EntryPath;

    use super::*;

    #[test]
    fn what_one_seal_searched_is_gone_for_the_next() {
        let seals = EntryPath::parse("seals").unwrap();
        let directory = tempfile::tempdir().unwrap();
        let repository = Workspace::find(directory.path(), &seals).unwrap();
        let budgets = [60, 30, 30].map(|bytes| {
            repository.count_searched(bytes);
            repository.search_budget(100)
        });
        assert_eq!(budgets, [40, 10, 0]);
    }
}
