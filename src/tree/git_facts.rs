//! What explains findings, asked of git once for many seals: each question starts a program, and a
//! check may have thousands of seals that fail.

use std::cell::OnceCell;
use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use sealgate_git::Fetching;

use super::Workspace;

/// Of so many roots git lists the paths root by root; then it lists those of the whole repository.
const ROOTS_ASKED_APART: usize = 8;

type Paths = Arc<HashSet<Vec<u8>>>;

/// The answers of git so far. `None` stands for an answer that cannot be had.
#[derive(Debug, Default)]
pub(super) struct GitFacts {
    tracked: Mutex<Tracked>,
    /// A commit as it was named, and the ids before it.
    history: Mutex<Option<(String, Arc<Vec<String>>)>>,
    /// How many bytes of its budget a run has hashed in search of older ids.
    searched: AtomicUsize,
    fetching: OnceLock<Fetching>,
}

#[derive(Debug, Default)]
struct Tracked {
    /// How many roots were listed.
    asked: usize,
    /// The root that was listed last.
    last: Option<(String, Option<Paths>)>,
    /// Those of the whole repository, once they were asked for.
    whole: OnceCell<Option<Paths>>,
}

impl Workspace {
    /// Whether git has the file at `path` below `root`; `None` where that cannot be told.
    pub fn is_tracked(&self, root: &str, path: &[u8]) -> Option<bool> {
        let mut tracked = self.facts.tracked.lock().unwrap_or_else(PoisonError::into_inner);
        let ask = |root: &str| sealgate_git::tracked(self.root(), root).ok().map(Arc::new);
        let is_last = tracked.last.as_ref().is_some_and(|(last, _)| last == root);
        if !is_last && tracked.asked < ROOTS_ASKED_APART {
            tracked.asked += 1;
            tracked.last = Some((root.to_owned(), ask(root)));
        }
        match &tracked.last {
            Some((last, paths)) if last == root => Some(paths.as_ref()?.contains(path)),
            _ => {
                let whole = tracked.whole.get_or_init(|| ask(".")).as_ref()?;
                let place = if root == "." { Vec::new() } else { format!("{root}/").into_bytes() };
                Some(whole.contains(&[&place, path].concat()))
            }
        }
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
        let mut history = self.facts.history.lock().unwrap_or_else(PoisonError::into_inner);
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
