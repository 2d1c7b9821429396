//! What causes are proved with, read when it is asked for: most runs find nothing to explain, and
//! run no git.

use std::cell::OnceCell;
use std::sync::Arc;

use sealgate_core::compare::cause;
use sealgate_core::seal::Header;
use sealgate_core::seal::path::EntryPath;
use sealgate_scan::read_whole;

use super::{Bytes, Judge, Opened};

/// How far back commits are looked at.
const ANCESTORS: usize = 1_000;

/// The evidence for the findings of one seal.
pub(super) struct Evidence<'a> {
    judge: &'a Judge<'a>,
    root: &'a Opened<'a>,
    header: &'a Header,
    history: OnceCell<Arc<Vec<String>>>,
}

impl<'a> Evidence<'a> {
    pub(super) fn new(judge: &'a Judge<'a>, root: &'a Opened<'a>, header: &'a Header) -> Self {
        Self { judge, root, header, history: OnceCell::new() }
    }
}

impl cause::Evidence for Evidence<'_> {
    fn read(&mut self, path: &EntryPath) -> Option<Vec<u8>> {
        match self.root {
            Opened::Directory(root) => read_whole(root, path, cause::MAX_PROOF_BYTES).ok(),
            Opened::Commit(commit) => commit.bytes(&self.header.root, path, cause::MAX_PROOF_BYTES),
        }
    }

    /// A file that lies in the working tree and that the index has not: nobody else will get it.
    fn is_in_git(&mut self, path: &[u8]) -> Option<bool> {
        let kept = self.header.tracked && self.judge.repository.in_git();
        match self.judge.bytes {
            Bytes::Worktree | Bytes::Commit(_) if kept => {
                self.judge.repository.is_tracked(self.header.root.as_str(), path)
            }
            _ => None,
        }
    }

    fn search_budget(&mut self) -> usize {
        self.judge.repository.search_budget(cause::MAX_SEARCHED)
    }

    fn keep_budget(&mut self, left: usize) {
        let before = self.search_budget();
        self.judge.repository.count_searched(before.saturating_sub(left));
    }

    fn history(&mut self) -> &[String] {
        let repository = self.judge.repository;
        let of = match &self.judge.bytes {
            Bytes::Commit(commit) => commit.oid().to_string(),
            Bytes::Worktree | Bytes::Directory { .. } => "HEAD".to_owned(),
        };
        self.history.get_or_init(|| repository.history(&of, ANCESTORS))
    }
}
