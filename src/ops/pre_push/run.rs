//! What is kept while a push is judged: what was read once is not read again.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use sealgate_core::compare::changes::Reseal;
use sealgate_core::compare::verdict::Source;
use sealgate_core::seal::SealName;
use sealgate_core::text::problem::Problem;
use sealgate_git::{ObjectError, Objects, Oid};
use sealgate_scan::Scanner;

use super::effort::Effort;
use super::known::Known;
use super::outcome::Judging;
use super::passed::{self, Passed};
use super::protocol::{Named, Push};
use crate::report::quote;
use crate::tree::{CommitTree, Contents, Loaded, Workspace};

/// What a pushed object leads to.
#[derive(Debug, Clone, Copy)]
enum Peeled {
    Commit(Oid),
    Other(&'static str),
    /// It is not here.
    Missing,
    /// It is broken, or git failed: opening it as a commit tells.
    Unsure,
}

/// The seal of a built root, read from a commit.
pub(super) struct Built {
    pub(super) name: SealName,
    pub(super) loaded: Loaded,
    pub(super) source: Source,
}

/// The seals of a commit, each with the id of its file.
pub(super) type Files = Arc<[(SealName, Oid)]>;

/// One run.
pub(super) struct Run<'a> {
    pub(super) repository: &'a Workspace,
    pub(super) scanner: &'a Scanner,
    /// The remote, as the user named it.
    pub(super) remote: Option<&'a str>,
    /// The conversations with git that nobody uses: each commit takes one and gives it back.
    pub(super) spare: Vec<Objects>,
    /// What objects lead to, by their ids.
    peeled: HashMap<Oid, Peeled>,
    /// The seals of commits, by the tree of the directory of seals; only where no stray is in it.
    files: HashMap<Oid, Files>,
    pub(super) known: Known,
    /// What passed in earlier runs.
    passed_before: Vec<Passed>,
    pub(super) reviews: Reviews,
    /// The names of the seals of commits that the remote has.
    pub(super) sealed: HashMap<Oid, Arc<[String]>>,
    pub(super) effort: Effort,
    /// Whether a commit was judged. What the first one takes is not counted.
    pub(super) any: bool,
    pub(super) built: Vec<Built>,
    /// The names of the seals in `built`.
    pub(super) built_names: HashSet<SealName>,
    /// The refs that were left without a verdict.
    pub(super) unjudged: Vec<String>,
    /// The command that pushes the first of them.
    pub(super) first_unjudged: String,
    pub(super) judging: Judging,
}

/// The reviews of this run, by the trees of both directories of seals. These decide the names and the
/// bytes of all seals, and a review reads nothing else.
#[derive(Debug, Default)]
pub(super) struct Reviews(pub(super) HashMap<[Option<Oid>; 2], Arc<[Reseal]>>);

impl<'a> Run<'a> {
    pub(super) fn new(
        remote: Option<&'a str>,
        repository: &'a Workspace,
        scanner: &'a Scanner,
    ) -> Self {
        let (spare, peeled, files, reviews, effort) = Default::default();
        let passed_before = passed::read(repository);
        let known = Known::of(&passed_before);
        let (any, built, built_names, sealed, judging) = Default::default();
        Self {
            repository,
            scanner,
            remote,
            spare,
            peeled,
            files,
            known,
            passed_before,
            reviews,
            sealed,
            effort,
            any,
            built,
            built_names,
            unjudged: Vec::new(),
            first_unjudged: String::new(),
            judging,
        }
    }

    /// The commit that is pushed, or the kind of what is no commit.
    pub(super) fn pushed(&mut self, what: &Named) -> Result<Result<Oid, &'static str>, Problem> {
        let oid = match what {
            Named::Id(oid) => *oid,
            Named::Revision(revision) => sealgate_git::resolve(self.repository.root(), revision)?
                .ok_or_else(|| {
                Problem::new("revision-unknown", format!("{revision} names nothing here"))
                    .remedy("push again; if that changes nothing, run the hook natively")
            })?,
        };
        Ok(match self.peel(&oid)? {
            Peeled::Commit(commit) => Ok(commit),
            Peeled::Other(kind) => Err(kind),
            // Opening it as a commit tells what is wrong.
            Peeled::Missing | Peeled::Unsure => Ok(oid),
        })
    }

    /// The commit that the remote has, or the id of what is no commit; `None` where it is not here.
    pub(super) fn commit_before(
        &mut self,
        before: &Named,
    ) -> Result<Option<Result<Oid, Oid>>, Problem> {
        let oid = match before {
            Named::Id(oid) => Some(*oid),
            Named::Revision(revision) => sealgate_git::resolve(self.repository.root(), revision)?,
        };
        let Some(oid) = oid else { return Ok(None) };
        Ok(match self.peel(&oid)? {
            Peeled::Commit(commit) => Some(Ok(commit)),
            Peeled::Other(_) => Some(Err(oid)),
            Peeled::Missing => None,
            // Opening it as a commit tells what is wrong.
            Peeled::Unsure => Some(Ok(oid)),
        })
    }

    /// What `oid` is or leads to. Each object is asked for once.
    fn peel(&mut self, oid: &Oid) -> Result<Peeled, Problem> {
        if let Some(peeled) = self.peeled.get(oid) {
            return Ok(*peeled);
        }
        let mut objects = match self.spare.pop() {
            Some(objects) => objects,
            None => Objects::open(self.repository.root())?,
        };
        let peeled = match objects.commit(oid) {
            Ok(commit) => Peeled::Commit(commit.oid),
            Err(ObjectError::Kind(_, kind, _)) => Peeled::Other(kind),
            Err(ObjectError::Missing(_)) => Peeled::Missing,
            Err(_) => Peeled::Unsure,
        };
        self.effort.count_structure(objects.structure_read());
        self.spare.extend(objects.renewed());
        self.peeled.insert(*oid, peeled);
        Ok(peeled)
    }

    pub(super) fn open(&mut self, oid: &Oid) -> Result<CommitTree<'a>, Problem> {
        self.effort.count_opening();
        CommitTree::through(&mut self.spare, self.repository, &oid.short(), oid)
    }

    /// Takes back the conversation with git of a commit that is pushed. What the first one takes is not
    /// counted: a single commit has limits of its own.
    pub(super) fn close(&mut self, commit: CommitTree<'_>) {
        if self.any {
            self.effort.count_commit(&commit);
        }
        self.spare.extend(commit.into_objects());
    }

    /// The same of a commit that the remote has.
    pub(super) fn close_before(&mut self, commit: CommitTree<'_>) {
        self.effort.count_commit(&commit);
        self.spare.extend(commit.into_objects());
    }

    /// The seals of a commit with the ids of their files, and what else is beside them.
    pub(super) fn seals_of(&mut self, commit: &CommitTree<'_>) -> (Files, Vec<Problem>) {
        let Some(tree) = commit.seals_id() else { return Default::default() };
        if let Some(files) = self.files.get(tree) {
            return (Arc::clone(files), Vec::new());
        }
        let Contents { names, strays, .. } = commit.contents().unwrap_or_default();
        let files = names.into_iter().filter_map(|name| Some((commit.seal_id(&name)?, name)));
        let files: Files = files.map(|(file, name)| (name, file)).collect();
        if strays.is_empty() {
            self.files.insert(*tree, Arc::clone(&files));
        }
        (files, strays)
    }

    /// Adds what passed in this run to the list, for the next one. A list that cannot be written costs the
    /// next push some time, and no verdict.
    pub(super) fn remember(&self) {
        let new = self.known.passed();
        if !new.is_empty() {
            let _ = passed::write(self.repository, &new, &self.passed_before);
        }
    }

    /// Leaves `pushes` without a verdict.
    pub(super) fn leave(&mut self, pushes: &[&Push]) {
        if let (true, Some(first)) = (self.unjudged.is_empty(), pushes.first()) {
            self.first_unjudged = self.command("push", &format!("{}:{}", first.from, first.to));
        }
        self.unjudged.extend(pushes.iter().map(|push| name(push)));
    }

    /// The command that does `verb` with this refspec; without it where the remote is not known.
    pub(super) fn command(&self, verb: &str, refspec: &str) -> String {
        match self.remote {
            None => format!("git {verb}"),
            Some(remote) => {
                format!("git {verb} {} {}", quote(remote.as_bytes()), quote(refspec.as_bytes()))
            }
        }
    }
}

/// What a push is called: by its remote ref, which is what it changes.
pub(super) fn name(push: &Push) -> String {
    if push.to.is_empty() { push.from.clone() } else { push.to.clone() }
}

pub(super) fn told(name: &str, problem: Problem) -> Problem {
    let message = format!("{name}: {}", problem.message).into();
    Problem { message, ..problem }
}
