//! What causes are proved with, read when it is asked for: most runs find nothing to explain, and
//! run no git.

use std::cell::OnceCell;
use std::sync::Arc;

use sealgate_core::compare::cause;
use sealgate_core::compare::finding::{Finding, FindingKind};
use sealgate_core::seal::Seal;
use sealgate_core::seal::path::EntryPath;
use sealgate_core::seal::surface::DatabaseSystem;
use sealgate_scan::read_whole;
use sealgate_surface::{Definitions, Wanted};

use super::checkout::has;
use super::opened::{Opened, object};
use super::{Bytes, Causes, Judge};
use crate::tree::{CommitTree, Workspace};

/// How far back commits are looked at.
const ANCESTORS: usize = 1_000;

/// The evidence for the findings of one seal.
pub(super) struct Evidence<'a> {
    judge: &'a Judge<'a>,
    root: &'a Opened<'a>,
    seal: &'a Seal,
    history: OnceCell<Arc<Vec<String>>>,
    /// What is checked out, if it can be read.
    head: OnceCell<Option<CommitTree<'a>>>,
    /// The objects of a database on a server.
    definitions: OnceCell<Definitions>,
}

impl<'a> Evidence<'a> {
    pub(super) fn new(judge: &'a Judge<'a>, root: &'a Opened<'a>, seal: &'a Seal) -> Self {
        let (history, head, definitions) = (OnceCell::new(), OnceCell::new(), OnceCell::new());
        Self { judge, root, seal, history, head, definitions }
    }
}

fn head(repository: &Workspace) -> Option<CommitTree<'_>> {
    let oid = sealgate_git::resolve(repository.root(), "HEAD").ok()??;
    CommitTree::of(repository, "HEAD", &oid).ok()
}

impl cause::Evidence for Evidence<'_> {
    fn read(&mut self, path: &EntryPath) -> Option<Vec<u8>> {
        match self.root {
            Opened::Directory(root) => read_whole(root, path, cause::MAX_PROOF_BYTES).ok(),
            Opened::Commit(commit) => {
                commit.bytes(&self.seal.header.root, path, cause::MAX_PROOF_BYTES)
            }
            Opened::Database(_) => None,
        }
    }

    /// How the definition of an object in a database differs.
    fn proved(&mut self, path: &[u8]) -> cause::Explained {
        let Opened::Database(database) = self.root else { return None };
        let path = EntryPath::parse(std::str::from_utf8(path).ok()?).ok()?;
        let sealed = self.seal.entry(path.as_bytes())?;
        if database.system() == DatabaseSystem::Sqlite {
            return cause::of_definition(sealed, &object(database, &path, &self.seal.header)?);
        }
        let surface = self.seal.header.surface.as_ref()?;
        // One walk for all findings.
        let definitions = self.definitions.get_or_init(|| {
            let wanted = Wanted { surface, exclude: &self.seal.header.scope };
            // What cannot be read again explains nothing.
            database.definitions(wanted).unwrap_or_default()
        });
        let there = definitions.objects.get(path.as_str())?;
        cause::of_catalog(sealed, there, &definitions.roles)
    }

    /// What git will not have: a file that it ignores, or one that is nowhere and was in no commit
    /// that is at hand. A new file is about to be added.
    fn is_in_git(&mut self, path: &[u8], there: bool) -> Option<bool> {
        let repository = self.judge.repository;
        let header = &self.seal.header;
        if !(header.tracked && repository.in_git()) || header.surface.is_some() {
            return None;
        }
        let root = header.root.as_str();
        match (&self.judge.bytes, there) {
            (Bytes::Directory(_), _) | (Bytes::Commit(_), true) => None,
            (Bytes::Commit(_), false) => repository.is_tracked(root, path),
            (Bytes::Worktree, _) if repository.is_tracked(root, path)? => Some(true),
            (Bytes::Worktree, true) => repository.is_ignored(root, path).map(|ignored| !ignored),
            (Bytes::Worktree, false) => repository.is_in_head(root, path),
        }
    }

    /// Of a root that is kept in git and was just built: whether HEAD has what is sealed there.
    fn is_built_otherwise(&mut self, finding: &Finding) -> bool {
        let header = &self.seal.header;
        if self.judge.causes != Causes::ProvedAfterBuild || !header.tracked {
            return false;
        }
        let repository = self.judge.repository;
        let commit = self.head.get_or_init(|| head(repository)).as_ref();
        let (root, path) = (&header.root, &*finding.path);
        match (&finding.expected, finding.kind) {
            (None, FindingKind::Unsealed) => {
                repository.is_in_head(root.as_str(), path) == Some(false)
            }
            (Some(sealed), _) => {
                let path = finding.from.as_ref().map_or(path, EntryPath::as_bytes);
                commit.is_some_and(|commit| has(commit, root, path, sealed))
            }
            (None, _) => false,
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
            Bytes::Worktree | Bytes::Directory(_) => "HEAD".to_owned(),
        };
        self.history.get_or_init(|| repository.history(&of, ANCESTORS))
    }
}
