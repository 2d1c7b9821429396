//! What causes are proved with, read when it is asked for: most runs find nothing to explain, and
//! run no git.

use std::cell::OnceCell;
use std::collections::HashSet;

use super::{Bytes, Judge, Opened};
use crate::cause;
use crate::git;
use crate::inventory::read_whole;
use crate::path::EntryPath;
use crate::seal::Header;

/// How far back commits are looked at.
const ANCESTORS: usize = 1_000;

/// The evidence for the findings of one seal.
pub(super) struct Evidence<'a> {
    judge: &'a Judge<'a>,
    root: &'a Opened<'a>,
    header: &'a Header,
    /// The paths below the root that git has; `None` where that cannot be told.
    tracked: OnceCell<Option<HashSet<Vec<u8>>>>,
    history: OnceCell<Vec<String>>,
}

impl<'a> Evidence<'a> {
    pub(super) fn new(judge: &'a Judge<'a>, root: &'a Opened<'a>, header: &'a Header) -> Self {
        Self { judge, root, header, tracked: OnceCell::new(), history: OnceCell::new() }
    }

    fn tracked(&self) -> Option<&HashSet<Vec<u8>>> {
        let (repository, root) = (self.judge.repository, self.header.root.as_str());
        let ask = || git::tracked(repository.root(), root).ok();
        self.tracked.get_or_init(ask).as_ref()
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
                self.tracked().map(|tracked| tracked.contains(path))
            }
            _ => None,
        }
    }

    fn history(&mut self) -> &[String] {
        let repository = self.judge.repository;
        let of = match &self.judge.bytes {
            Bytes::Commit(commit) => commit.oid().to_string(),
            Bytes::Worktree | Bytes::Directory { .. } => "HEAD".to_owned(),
        };
        let ask = || {
            if !repository.in_git() {
                return Vec::new();
            }
            git::history(repository.root(), &of, ANCESTORS).unwrap_or_default()
        };
        self.history.get_or_init(ask)
    }
}
