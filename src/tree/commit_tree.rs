//! A commit: its seals, and the inventory of what it holds.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use sealgate_core::compare::inventory::{Extent, Inventory};
use sealgate_core::compare::verdict::Source;
use sealgate_core::seal::entry::Digest;
use sealgate_core::seal::path::EntryPath;
use sealgate_core::seal::{Header, MAX_SEAL_BYTES, Root, Seal, SealName};
use sealgate_core::text::problem::Problem;
use sealgate_git::{Commit, ObjectError, Objects, Oid, RevisionError, TreeEntry, TreeMode};
use sealgate_scan::{Kind, PassOver, RootError, Scanner};

use super::contents::{self, Contents, sort_out};
use super::limits::{SealsRead, check_names};
use super::load::Loaded;
use super::trouble::{trouble, unknown};
use super::way::{self, Place};
use super::{NamedBy, Workspace, root_problem};
use crate::tree::commit::{CommitError, Wanted, Work, find, has_file, take_tree};

/// How much is read of a commit's files to explain findings, in bytes.
const MAX_EXPLAINED_BYTES: u64 = 512 << 20;

/// The id of the tree of the seals, and what it holds.
type Seals = (Oid, Arc<[TreeEntry]>);

/// A commit of a repository. What is read of it was hashed again: it is what the commit's id
/// stands for, whatever lies on the disk.
#[derive(Debug)]
pub struct CommitTree<'r> {
    pub(super) repository: &'r Workspace,
    /// The revision as the user named it.
    pub(super) given: String,
    pub(super) oid: Oid,
    pub(super) tree: Oid,
    parents: Vec<Oid>,
    /// The directory of seals; `None` where the commit has none.
    seals: Option<Arc<[TreeEntry]>>,
    /// The id of its tree.
    seals_tree: Option<Oid>,
    /// Where each name stands in it.
    places: OnceLock<HashMap<Box<[u8]>, usize>>,
    read: SealsRead,
    /// How much may still be looked at, and read to explain what was found.
    pub(super) work: Work,
    explaining: AtomicU64,
    objects: Mutex<Objects>,
}

impl<'r> CommitTree<'r> {
    /// Opens the commit that `revision` names.
    pub fn open(repository: &'r Workspace, revision: &str) -> Result<Self, Problem> {
        repository.needs_git(&format!("the revision {revision}"))?;
        Self::found(repository, revision, sealgate_git::resolve(repository.root(), revision))
    }

    /// Opens the commit that the ref with this full name leads to.
    pub fn open_ref(repository: &'r Workspace, name: &str) -> Result<Self, Problem> {
        repository.needs_git(&format!("the ref {name}"))?;
        Self::found(repository, name, sealgate_git::resolve_ref(repository.root(), name))
    }

    fn found(
        repository: &'r Workspace,
        revision: &str,
        oid: Result<Option<Oid>, RevisionError>,
    ) -> Result<Self, Problem> {
        let oid = oid.map_err(|error| match error {
            RevisionError::Object(_, error) => trouble(repository, revision, "", &error),
            error => error.into(),
        })?;
        let oid = oid.ok_or_else(|| unknown(repository, revision))?;
        Self::of(repository, revision, &oid)
    }

    /// Opens the commit with the id `oid`, or the one that the tag with this id leads to.
    pub fn of(repository: &'r Workspace, given: &str, oid: &Oid) -> Result<Self, Problem> {
        Self::through(&mut Vec::new(), repository, given, oid)
    }

    /// The same, through one of the `spare` conversations with git if there is any. It is put back if
    /// the commit cannot be opened and the conversation can go on.
    pub fn through(
        spare: &mut Vec<Objects>,
        repository: &'r Workspace,
        given: &str,
        oid: &Oid,
    ) -> Result<Self, Problem> {
        let mut objects = match spare.pop() {
            Some(objects) => objects,
            None => Objects::open(repository.root())?,
        };
        match Self::begin(&mut objects, repository, given, oid) {
            Ok((commit, seals)) => Ok(Self {
                repository,
                given: given.to_owned(),
                oid: commit.oid,
                tree: commit.tree,
                parents: commit.parents,
                seals_tree: seals.as_ref().map(|(oid, _)| *oid),
                seals: seals.map(|(_, entries)| entries),
                places: OnceLock::new(),
                read: SealsRead::default(),
                work: Work::default(),
                explaining: AtomicU64::new(MAX_EXPLAINED_BYTES),
                objects: Mutex::new(objects),
            }),
            Err(problem) => {
                spare.extend(objects.renewed());
                Err(problem)
            }
        }
    }

    /// Reads the commit and its directory of seals.
    fn begin(
        objects: &mut Objects,
        repository: &Workspace,
        given: &str,
        oid: &Oid,
    ) -> Result<(Commit, Option<Seals>), Problem> {
        let told = |error| trouble(repository, given, "", &error);
        let commit = objects.commit(oid).map_err(told)?;
        let seals = match way::go(objects, &commit.tree, repository.seals()) {
            Ok(Place::Nothing(_)) => None,
            Ok(Place::Tree(oid)) => Some((oid, objects.tree(&oid).map_err(told)?)),
            Ok(Place::Other(step, _)) => {
                let message = format!("{given}: {step} is no directory");
                return Err(Problem::new("seals-unreadable", message)
                    .remedy("make it a directory, or name another with --seals"));
            }
            Err((_, error)) => return Err(told(error)),
        };
        let names = seals.as_ref().map_or(0, |(_, entries)| entries.len());
        check_names(&format!("{} in {given}", repository.seals().as_str()), names)?;
        Ok((commit, seals))
    }

    /// The conversation with git, for another commit; `None` where it cannot go on.
    #[must_use]
    pub fn into_objects(self) -> Option<Objects> {
        self.objects.into_inner().unwrap_or_else(PoisonError::into_inner).renewed()
    }

    /// The repository that has the commit.
    #[must_use]
    pub fn repository(&self) -> &'r Workspace {
        self.repository
    }

    /// The commit's id.
    #[must_use]
    pub fn oid(&self) -> &Oid {
        &self.oid
    }

    /// The ids of its parents, in their order.
    #[must_use]
    pub fn parents(&self) -> &[Oid] {
        &self.parents
    }

    /// The revision as the user named it.
    #[must_use]
    pub fn given(&self) -> &str {
        &self.given
    }

    /// The names of the seals that are others in the working tree, or in one of the two alone.
    #[must_use]
    pub fn differing_in_worktree(&self) -> Vec<String> {
        let here = self.repository.contents().ok().flatten().unwrap_or_default().names;
        let mut names = self.contents().unwrap_or_default().names;
        names.extend(here);
        names.sort();
        names.dedup();
        let digest = |loaded: Result<Loaded, Problem>| loaded.ok().map(|loaded| loaded.digest);
        let differs =
            |name: &SealName| digest(self.load(name)) != digest(self.repository.load(name));
        names.iter().filter(|name| differs(name)).map(ToString::to_string).collect()
    }

    /// This commit as the source of bytes or seals.
    #[must_use]
    pub fn source(&self) -> Source {
        Source::Commit { given: self.given.clone(), oid: self.oid.to_string() }
    }

    /// What its seals directory holds; `None` where it has none.
    #[must_use]
    pub fn contents(&self) -> Option<Contents> {
        let mut contents = Contents::default();
        self.seals.as_ref()?;
        for entry in self.entries() {
            match sort_out(&entry.name, kind(entry.mode)) {
                contents::Place::Seal(name) => contents.names.push(name),
                contents::Place::Known => {}
                contents::Place::Stray(why) => {
                    let stray = self.repository.stray(&entry.name, why);
                    contents.strays.push(self.told(stray));
                }
            }
        }
        contents.names.sort();
        Some(contents)
    }

    /// Whether the directory of seals holds the same as that of `other`.
    #[must_use]
    pub fn has_same_seals(&self, other: &Self) -> bool {
        self.seals == other.seals
    }

    /// The names in the directory of seals.
    pub(super) fn entries(&self) -> &[TreeEntry] {
        self.seals.as_deref().unwrap_or_default()
    }

    /// The id of the file of the seal `name`; `None` where it has no such file.
    #[must_use]
    pub fn seal_id(&self, name: &SealName) -> Option<Oid> {
        let entries = self.entries();
        let places = self.places.get_or_init(|| {
            entries.iter().enumerate().map(|(at, entry)| (entry.name.clone(), at)).collect()
        });
        let place = places.get(format!("{name}.toml").as_bytes());
        let entry = place.and_then(|&at| entries.get(at));
        let entry = entry.filter(|entry| matches!(entry.mode, TreeMode::File { .. }));
        entry.map(|entry| entry.oid)
    }

    /// The id of the tree of the directory of seals; `None` where there is no such directory.
    #[must_use]
    pub fn seals_id(&self) -> Option<&Oid> {
        self.seals_tree.as_ref()
    }

    /// The id of the tree at `root`, and `None` in it where the commit has nothing there; `None`
    /// where there is something else, or it cannot be read.
    #[must_use]
    pub fn root_id(&self, root: &Root) -> Option<Option<Oid>> {
        if root.is_on_server() {
            return None;
        }
        let Some(path) = root.path() else { return Some(Some(self.tree)) };
        match way::go(&mut self.objects(), &self.tree, path) {
            Ok(Place::Tree(oid)) => Some(Some(oid)),
            Ok(Place::Nothing(_)) => Some(None),
            Ok(Place::Other(..)) | Err(_) => None,
        }
    }

    /// How much work it was so far to look at names, and how many bytes of commits and trees were read.
    #[must_use]
    pub fn work_done(&self) -> (u64, u64) {
        (self.work.done(), self.objects().structure_read())
    }

    /// Reads the seal `name`.
    pub fn load(&self, name: &SealName) -> Result<Loaded, Problem> {
        let file = self.repository.file_of(name);
        let about = |problem: Problem| problem.seal(name.as_str()).file(file.clone());
        let Some(entry) = self.seal_id(name) else {
            let problem =
                Problem::new("seal-unreadable", format!("{} has no such seal", self.given));
            return Err(about(problem).remedy("name a seal that this commit has"));
        };
        self.read.check(name).map_err(about)?;
        let bytes = self.objects().blob(&entry, MAX_SEAL_BYTES).map_err(|error| {
            about(match error {
                ObjectError::TooLarge(_, size, limit) => {
                    let message = format!("the seal is {size} bytes long; the limit is {limit}");
                    Problem::new("seal-too-large", message)
                        .remedy("seal parts of the root apart, or exclude what needs no seal")
                }
                error => trouble(self.repository, &self.given, &file, &error),
            })
        })?;
        self.read.count(name, bytes.len() as u64).map_err(about)?;
        let digest = Digest::of(&bytes);
        let seal = self
            .repository
            .read_seal(name, &bytes)
            .map_err(|error| error.into_problem(name, &file))
            .and_then(|seal| self.repository.check_place(seal))
            .map_err(|problem| self.told(problem));
        Ok(Loaded { bytes, digest, seal })
    }

    /// Takes the inventory of the root of the seal `name`, of which `sealed` says how much it states,
    /// without reading what `pass_over` says.
    pub fn observe(
        &self,
        name: &SealName,
        header: &Header,
        sealed: Extent,
        scanner: &Scanner,
        pass_over: PassOver<'_>,
    ) -> Result<Inventory, Problem> {
        let mut objects = self.objects();
        let root = self.root(&mut objects, name, &header.root)?;
        let wanted = Wanted { scope: &header.scope, sealed, work: &self.work };
        take_tree(&mut objects, &root, &wanted, scanner, pass_over).map_err(|error| {
            let problem = match error {
                CommitError::Object { path, error } => {
                    trouble(self.repository, &self.given, &header.root.join(&path), &error)
                }
                error => self.too_large(header, &error),
            };
            problem.seal(name.as_str())
        })
    }

    /// Counts the paths that differ from what `seal` states; too many of them, with those of other seals,
    /// are an error.
    pub fn count_differing(&self, seal: &Seal, differing: Extent) -> Result<(), Problem> {
        self.work
            .count_differing(differing)
            .map_err(|error| self.too_large(&seal.header, &error).seal(seal.name.as_str()))
    }

    fn too_large(&self, header: &Header, error: &CommitError) -> Problem {
        Problem::new("root-too-large", format!("{} in {}: {error}", header.root, self.given))
            .remedy("remove what is no artifact from the commit, or exclude its directory")
    }

    /// Whether the commit has a file in the scope of `header`, whatever its seal states, or something
    /// else than directories on the way to its root.
    pub fn has_files_of(&self, header: &Header) -> Result<bool, Problem> {
        let mut objects = self.objects();
        let told = |error: &ObjectError| {
            trouble(self.repository, &self.given, header.root.as_str(), error)
        };
        let root = match header.root.path().map(|path| way::go(&mut objects, &self.tree, path)) {
            None => self.tree,
            Some(Ok(Place::Tree(oid))) => oid,
            // There may be files behind it, which git does not tell: the judgement refuses it.
            Some(Ok(Place::Other(..))) => return Ok(true),
            Some(Ok(Place::Nothing(_))) => return Ok(false),
            Some(Err((_, error))) => return Err(told(&error)),
        };
        has_file(&mut objects, &root, &header.scope, &self.work).map_err(|error| match error {
            CommitError::Object { error, .. } => told(&error),
            error => self.too_large(header, &error),
        })
    }

    /// The bytes of the file at `path` below `root`, of at most `limit` bytes.
    #[must_use]
    pub fn bytes(&self, root: &Root, path: &EntryPath, limit: u64) -> Option<Vec<u8>> {
        let mut objects = self.objects();
        let path = root.join(path.as_str());
        let entry = find(&mut objects, &self.tree, path.as_bytes()).ok()??;
        let limit = limit.min(self.explaining.load(Ordering::Relaxed));
        let bytes = objects.blob(&entry.oid, limit).ok()?;
        let _ = self.explaining.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
            Some(left.saturating_sub(bytes.len() as u64))
        });
        Some(bytes)
    }

    fn root(&self, objects: &mut Objects, name: &SealName, root: &Root) -> Result<Oid, Problem> {
        let Some(path) = root.path() else { return Ok(self.tree) };
        let place = way::go(objects, &self.tree, path).map_err(|(step, error)| {
            trouble(self.repository, &self.given, step, &error).seal(name.as_str())
        })?;
        let shown = |step: &str| format!("{step} in {}", self.given);
        let error = match place {
            Place::Tree(oid) => return Ok(oid),
            Place::Nothing(step) => RootError::Missing(shown(step)),
            Place::Other(step, TreeMode::Link) => RootError::Link(shown(step)),
            Place::Other(step, _) => RootError::NotDirectory(shown(step)),
        };
        Err(root_problem(&error, name, NamedBy::Commit))
    }

    pub(super) fn objects(&self) -> MutexGuard<'_, Objects> {
        self.objects.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A problem with a file, which is this commit's.
    fn told(&self, problem: Problem) -> Problem {
        let message = format!("{}: {}", self.given, problem.message).into();
        Problem { message, ..problem }
    }
}

pub(super) fn kind(mode: TreeMode) -> Kind {
    match mode {
        TreeMode::Tree => Kind::Directory,
        TreeMode::File { .. } => Kind::File,
        TreeMode::Link => Kind::Link,
        TreeMode::Submodule => Kind::Special("a submodule"),
    }
}
