//! What a commit holds, from its objects: no working tree, no filter, no attribute has a say.
//!
//! Trees are read first, and give paths, modes and ids. Blobs are then hashed while git inflates
//! them, by a conversation with git for every two threads; a blob that stands at several paths is
//! hashed once.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};

pub use super::commit_limits::{CommitError, Work};
use sealgate_core::compare::inventory::{Extent, Inventory, Item, ScanError};
use sealgate_core::seal::entry::Entry;
use sealgate_core::seal::exclude::Scope;
use sealgate_core::seal::path::{self, join};
use sealgate_git::{ObjectError, Objects, Oid, TreeEntry, TreeMode};
use sealgate_scan::{Content, Contents, PassOver, Scanner};

use super::commit_limits::{MORE_BYTES, MORE_PATHS};

/// So many blobs are asked for in the conversation that is open; of more, each conversation takes so many
/// in a row.
const WINDOW: usize = 100;

/// So many trees are asked for before they are needed.
const AHEAD: usize = 63;

/// The longest target of a link, in bytes; no file system takes a longer one.
const MAX_TARGET: u64 = 4_096;

/// A file of a commit, not hashed yet.
struct Waiting {
    path: Box<[u8]>,
    executable: bool,
    /// Which of the different blobs it is.
    blob: usize,
}

/// Reads the trees.
struct Trees<'a> {
    objects: &'a mut Objects,
    scope: &'a Scope,
    pass_over: PassOver<'a>,
    items: Vec<Item>,
    files: Vec<Waiting>,
    /// The different blobs of the files, in the order in which they were met.
    blobs: Vec<Oid>,
    known: HashMap<Oid, usize>,
    work: &'a Work,
    sealed: Extent,
    /// What is kept so far.
    kept: Extent,
}

/// The entry at `path`, which is relative to the tree `root`; `None` where there is none.
pub fn find(
    objects: &mut Objects,
    root: &Oid,
    path: &[u8],
) -> Result<Option<TreeEntry>, ObjectError> {
    let mut at = TreeEntry { mode: TreeMode::Tree, name: Box::default(), oid: *root };
    for component in path.split(|&byte| byte == b'/') {
        if at.mode != TreeMode::Tree {
            return Ok(None);
        }
        let entries = objects.tree(&at.oid)?;
        match entries.iter().find(|entry| *entry.name == *component) {
            Some(entry) => at = entry.clone(),
            None => return Ok(None),
        }
    }
    Ok(Some(at))
}

/// Whether there is anything but directories in `scope` in the tree `root` of a commit.
pub fn has_file(
    objects: &mut Objects,
    root: &Oid,
    scope: &Scope,
    work: &Work,
) -> Result<bool, CommitError> {
    let mut waiting: Vec<(Box<[u8]>, Oid)> = vec![(Box::default(), *root)];
    let mut kept = 0;
    while let Some((above, oid)) = waiting.pop() {
        let entries = objects.tree(&oid).map_err(|error| trouble_at(&above, error))?;
        for entry in &*entries {
            let path = join(&above, &entry.name);
            work.spend(path.len(), scope)?;
            let is_dir = entry.mode == TreeMode::Tree;
            if scope.excludes_child(&path, is_dir).is_some() {
                continue;
            }
            // A path that no seal can hold is deep or long, and somebody wants it to be overlooked.
            if !is_dir || path::check(&path).is_err() {
                return Ok(true);
            }
            kept += path.len();
            if kept > MORE_BYTES {
                return Err(CommitError::TooLong(MORE_BYTES, 0));
            }
            waiting.push((path, entry.oid));
        }
    }
    Ok(false)
}

/// What to observe in a commit, and how.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// What is in scope.
    pub scope: &'a Scope,
    /// What the seal states.
    pub sealed: Extent,
    /// How much may still be looked at.
    pub work: &'a Work,
}

/// Observes everything that is in scope in the tree `root` of a commit, without reading what
/// `pass_over` says.
pub fn take_tree(
    objects: &mut Objects,
    root: &Oid,
    wanted: &Wanted<'_>,
    scanner: &Scanner,
    pass_over: PassOver<'_>,
) -> Result<Inventory, CommitError> {
    let Wanted { scope, sealed, work } = *wanted;
    let (items, files, blobs, known, kept) = Default::default();
    let mut trees =
        Trees { objects, scope, pass_over, items, files, blobs, known, work, sealed, kept };
    trees.walk(root)?;
    let Trees { mut items, files, blobs, .. } = trees;
    let contents = hash_all(objects, &blobs, scanner).map_err(|(blob, error)| {
        let file = files.iter().find(|file| file.blob == blob);
        trouble_at(file.map_or(b"", |file| &file.path), error)
    })?;
    items.extend(files.into_iter().map(|Waiting { path, executable, blob }| {
        let (size, digest) = contents[blob];
        Item::of(path, Ok(Entry::File { size, digest, executable }))
    }));
    items.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    let bytes = items.iter().map(|item| item.observed.bytes()).sum();
    Ok(Inventory { items, bytes, modes: true })
}

fn trouble_at(path: &[u8], error: ObjectError) -> CommitError {
    CommitError::Object { path: String::from_utf8_lossy(path).into_owned(), error }
}

impl Trees<'_> {
    fn walk(&mut self, root: &Oid) -> Result<(), CommitError> {
        let mut waiting: Vec<(Box<[u8]>, Oid)> = vec![(Box::default(), *root)];
        while let Some((above, oid)) = waiting.pop() {
            self.release(&above);
            self.read_ahead((&above, &oid), &waiting)?;
            let entries = self.objects.tree(&oid).map_err(|error| trouble_at(&above, error))?;
            let mut in_scope = 0_usize;
            let level = self.scope.level(&above);
            for entry in &*entries {
                self.work.spend(above.len() + 1 + entry.name.len(), self.scope)?;
                let is_dir = entry.mode == TreeMode::Tree;
                if self.scope.excludes_name(&level, &entry.name, is_dir).is_some() {
                    continue;
                }
                let path = join(&above, &entry.name);
                in_scope += 1;
                self.keep(&path)?;
                if !is_dir && self.passes(&path) {
                    self.items.push(Item::passed(path));
                    continue;
                }
                match (is_dir, path::check(&path)) {
                    (true, Ok(_)) => waiting.push((path, entry.oid)),
                    (true, Err(fault)) => self.trouble(path, &fault.to_string(), true),
                    (false, Ok(_)) => self.observe(path, entry)?,
                    (false, Err(fault)) => self.trouble(path, &fault.to_string(), false),
                }
            }
            if in_scope == 0 && !above.is_empty() {
                self.keep(&above)?;
                let passed = self.passes(&above);
                self.items.push(if passed {
                    Item::passed(above)
                } else {
                    Item::of(above, Ok(Entry::Dir))
                });
            }
        }
        Ok(())
    }

    /// Has git answer for several trees at a time: this one and those that are next.
    fn read_ahead(
        &mut self,
        this: (&[u8], &Oid),
        waiting: &[(Box<[u8]>, Oid)],
    ) -> Result<(), CommitError> {
        let next = waiting.iter().rev().take(AHEAD).map(|(path, oid)| (&**path, oid));
        let trees: Vec<(&[u8], &Oid)> = std::iter::once(this).chain(next).collect();
        let oids: Vec<Oid> = trees.iter().map(|(_, oid)| **oid).collect();
        let read = self.objects.read_ahead(&oids);
        read.map_err(|(at, error)| trouble_at(trees[at].0, error))
    }

    fn passes(&self, path: &[u8]) -> bool {
        self.pass_over.is_some_and(|passes| passes(path))
    }

    /// Counts a path that is kept, if only until its directory is read.
    fn keep(&mut self, path: &[u8]) -> Result<(), CommitError> {
        let Extent { paths, bytes } = self.sealed;
        self.kept.paths += 1;
        self.kept.bytes += path.len();
        let (most_paths, most_bytes) = (2 * paths + MORE_PATHS, 2 * bytes + MORE_BYTES);
        if self.kept.paths > most_paths {
            return Err(CommitError::TooMany(most_paths, paths));
        }
        if self.kept.bytes > most_bytes {
            return Err(CommitError::TooLong(most_bytes, bytes));
        }
        Ok(())
    }

    /// Takes back a directory that was kept until now.
    fn release(&mut self, path: &[u8]) {
        self.kept.paths = self.kept.paths.saturating_sub(1);
        self.kept.bytes = self.kept.bytes.saturating_sub(path.len());
    }

    fn trouble(&mut self, path: Box<[u8]>, why: &str, directory: bool) {
        let trouble = ScanError { directory, ..ScanError::unsealable(why) };
        self.items.push(Item::of(path, Err(trouble)));
    }

    /// Observes what is no directory.
    fn observe(&mut self, path: Box<[u8]>, entry: &TreeEntry) -> Result<(), CommitError> {
        match entry.mode {
            TreeMode::File { executable } => {
                let next = self.blobs.len();
                let blob = *self.known.entry(entry.oid).or_insert(next);
                if blob == next {
                    self.blobs.push(entry.oid);
                }
                self.files.push(Waiting { path, executable, blob });
            }
            TreeMode::Link => {
                let outcome = match self.objects.blob(&entry.oid, MAX_TARGET) {
                    Ok(target) => link(target),
                    Err(ObjectError::TooLarge(_, size, limit)) => Err(ScanError::unsealable(
                        format!("the link's target is {size} bytes long; the limit is {limit}"),
                    )),
                    Err(error) => return Err(trouble_at(&path, error)),
                };
                self.items.push(Item::of(path, outcome));
            }
            TreeMode::Submodule | TreeMode::Tree => self.trouble(path, "a submodule", false),
        }
        Ok(())
    }
}

/// The target of a link, which a seal holds as text.
fn link(target: Vec<u8>) -> Result<Entry, ScanError> {
    match String::from_utf8(target) {
        Ok(target) if target.is_empty() || target.contains('\0') => {
            Err(ScanError::unsealable("the link's target cannot be the target of a link"))
        }
        Ok(target) => Ok(Entry::Link { target: target.into() }),
        Err(_) => Err(ScanError::unsealable("the link's target is not UTF-8")),
    }
}

/// The index of a blob, and why it could not be had.
type Unhashed = (usize, ObjectError);

/// Hashes all blobs; an error is that of the blob with the index that comes with it.
fn hash_all(
    objects: &mut Objects,
    blobs: &[Oid],
    scanner: &Scanner,
) -> Result<Vec<Content>, Unhashed> {
    if blobs.len() <= WINDOW {
        objects.ask(blobs).map_err(|error| (0, error))?;
        return hash(objects, blobs, scanner, &AtomicBool::new(false));
    }
    // git inflates in one thread what is hashed in another.
    let several = scanner.workers.count().div_ceil(2).min(blobs.len() / WINDOW);
    let (repository, stopped) = (objects.repository(), AtomicBool::new(false));
    let conversations: Vec<usize> = (0..several).collect();
    // Each takes every so many windows, so that all have about as much to do.
    let share = |of: usize| blobs.chunks(WINDOW).skip(of).step_by(several);
    let hashed = scanner.workers.map(&conversations, |&of| {
        let oids = share(of).flatten().copied().collect::<Vec<Oid>>();
        let hashed = Objects::open_all(repository, oids.clone())
            .map_err(|error| (0, error.into()))
            .and_then(|mut objects| hash(&mut objects, &oids, scanner, &stopped));
        hashed.map_err(|(at, error)| {
            // Nobody needs the rest any more.
            stopped.store(true, Ordering::Relaxed);
            ((at / WINDOW * several + of) * WINDOW + at % WINDOW, error)
        })
    });
    let mut shares = Vec::with_capacity(several);
    for hashed in hashed {
        shares.push(hashed?);
    }
    let mut windows: Vec<_> = shares.iter().map(|share| share.chunks(WINDOW)).collect();
    let mut all = Vec::with_capacity(blobs.len());
    for of in (0..several).cycle().take(blobs.len().div_ceil(WINDOW)) {
        all.extend(windows[of].next().into_iter().flatten());
    }
    Ok(all)
}

/// Hashes the blobs `oids`, which `objects` was asked for, until it is `stopped`.
fn hash(
    objects: &mut Objects,
    oids: &[Oid],
    scanner: &Scanner,
    stopped: &AtomicBool,
) -> Result<Vec<Content>, Unhashed> {
    let mut contents = Contents::default();
    for (index, oid) in oids.iter().enumerate() {
        if stopped.load(Ordering::Relaxed) {
            break;
        }
        let taken = objects.take(oid, |piece| contents.take(piece));
        taken.map_err(|error| (index, error))?;
        scanner.meter.count(1, contents.end());
    }
    Ok(contents.finish())
}
