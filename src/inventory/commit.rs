//! What a commit holds, from its objects: no working tree, no filter, no attribute has a say.
//!
//! Trees are read first, and give paths, modes and ids. Blobs are then hashed while git inflates
//! them, by as many conversations with git as there are threads; a blob that stands at several
//! paths is hashed once.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use super::{Engine, Inventory, Item, PassOver, Trouble};
use crate::entry::{Digest, Entry};
use crate::git::{ObjectError, Objects, Oid, TreeEntry, TreeMode};
use crate::path::{self, join};
use crate::scope::Scope;

/// How many paths may be in scope beyond twice those that the seal states, and how many bytes they may
/// have together. A few small trees can name more paths than there are atoms, and each one that is kept
/// is a finding: what nobody approved must not fill the memory.
const MORE_PATHS: usize = 150_000;
const MORE_BYTES: usize = 32 << 20;

/// How much work it may be to look at the names of a commit, in all walks together: for each name the
/// bytes of its path and a constant, more where many patterns are asked.
const MAX_WORK: u64 = 1 << 30;
const WORK_OF_NAME: u64 = 64;
const PATTERNS_OF_WORK: usize = 64;

/// Blobs that are asked for at a time.
const WINDOW: usize = 100;

/// The longest target of a link, in bytes; no file system takes a longer one.
const MAX_TARGET: u64 = 4_096;

/// Why the inventory of a commit could not be taken.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// An object is missing, or not what it should be.
    #[error("{path}: {error}")]
    Object {
        /// The path whose object it is; empty for the root.
        path: String,
        /// What is wrong with it.
        error: ObjectError,
    },
    /// More paths than are needed to see that this is not what was sealed.
    #[error("more than {0} paths are in scope, and the seal states {1}")]
    TooMany(usize, usize),
    /// The same, counted by the length of the paths.
    #[error("the paths in scope have more than {0} bytes together, and those of the seal {1}")]
    TooLong(usize, usize),
    /// More paths differ than can be told one by one.
    #[error(
        "more than {0} paths differ from what is sealed, or they have more than {1} bytes together"
    )]
    TooDifferent(usize, usize),
    /// Too many names were looked at, in scope or not.
    #[error("the trees of this commit name more paths than one check looks at")]
    TooMuch,
}

/// How much a seal states, by which it is measured what a commit may hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Extent {
    /// How many paths.
    pub paths: usize,
    /// How many bytes these have together.
    pub bytes: usize,
}

/// How many paths of a commit may differ from what is sealed, and how many bytes they may have together,
/// under all seals. Each becomes a finding, which takes some hundred times the memory of its name.
const MAX_DIFFERING: Extent = Extent { paths: 200_000, bytes: 32 << 20 };

/// How much may still be looked at, and be found, in a commit, by all who walk through it.
#[derive(Debug)]
pub struct Work {
    left: AtomicU64,
    differing: Mutex<Extent>,
}

impl Default for Work {
    fn default() -> Self {
        Self { left: AtomicU64::new(MAX_WORK), differing: Mutex::default() }
    }
}

impl Work {
    /// Counts the paths that differ from what a seal states.
    ///
    /// # Errors
    ///
    /// With those of other seals they are too many.
    pub fn count_differing(&self, more: Extent) -> Result<(), CommitError> {
        let mut differing = self.differing.lock().unwrap_or_else(PoisonError::into_inner);
        differing.paths += more.paths;
        differing.bytes += more.bytes;
        let Extent { paths, bytes } = MAX_DIFFERING;
        if differing.paths > paths || differing.bytes > bytes {
            return Err(CommitError::TooDifferent(paths, bytes));
        }
        Ok(())
    }

    /// Takes the work of looking at `path`.
    fn spend(&self, path: &[u8], scope: &Scope) -> Result<(), CommitError> {
        let patterns = 1 + scope.patterns().len() / PATTERNS_OF_WORK;
        let cost = (WORK_OF_NAME + path.len() as u64) * patterns as u64;
        let take = |left: u64| left.checked_sub(cost);
        let taken = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take);
        taken.map(|_| ()).map_err(|_| CommitError::TooMuch)
    }
}

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
            work.spend(&path, scope)?;
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
    engine: &Engine,
    pass_over: PassOver<'_>,
) -> Result<Inventory, CommitError> {
    let Wanted { scope, sealed, work } = *wanted;
    let (items, files, blobs, known, kept) = Default::default();
    let mut trees =
        Trees { objects, scope, pass_over, items, files, blobs, known, work, sealed, kept };
    trees.walk(root)?;
    let Trees { mut items, files, blobs, .. } = trees;
    let contents = hash_all(objects, &blobs, engine).map_err(|(blob, error)| {
        let file = files.iter().find(|file| file.blob == blob);
        trouble_at(file.map_or(b"", |file| &file.path), error)
    })?;
    items.extend(files.into_iter().map(|Waiting { path, executable, blob }| {
        let (size, digest) = contents[blob];
        Item::new(path, Ok(Entry::File { size, digest, executable }))
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
            let entries = self.objects.tree(&oid).map_err(|error| trouble_at(&above, error))?;
            let mut in_scope = 0_usize;
            for entry in &*entries {
                let path = join(&above, &entry.name);
                self.work.spend(&path, self.scope)?;
                let is_dir = entry.mode == TreeMode::Tree;
                if self.scope.excludes_child(&path, is_dir).is_some() {
                    continue;
                }
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
                    Item::new(above, Ok(Entry::Dir))
                });
            }
        }
        Ok(())
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
        let trouble = Trouble { directory, ..Trouble::unsealable(why) };
        self.items.push(Item::new(path, Err(trouble)));
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
                    Err(ObjectError::TooLarge(_, size, limit)) => Err(Trouble::unsealable(
                        format!("the link's target is {size} bytes long; the limit is {limit}"),
                    )),
                    Err(error) => return Err(trouble_at(&path, error)),
                };
                self.items.push(Item::new(path, outcome));
            }
            TreeMode::Submodule | TreeMode::Tree => self.trouble(path, "a submodule", false),
        }
        Ok(())
    }
}

/// The target of a link, which a seal holds as text.
fn link(target: Vec<u8>) -> Result<Entry, Trouble> {
    match String::from_utf8(target) {
        Ok(target) if target.is_empty() || target.contains('\0') => {
            Err(Trouble::unsealable("the link's target is none that a link can have"))
        }
        Ok(target) => Ok(Entry::Link { target: target.into() }),
        Err(_) => Err(Trouble::unsealable("the link's target is not UTF-8")),
    }
}

/// Size and digest.
type Content = (u64, Digest);

/// The number of a window, and what its blobs are.
type Window = (usize, Vec<Content>);

/// The index of a blob, and why it could not be had.
type Unhashed = (usize, ObjectError);

/// Hashes all blobs; an error is that of the blob with the index that comes with it.
fn hash_all(
    objects: &mut Objects,
    blobs: &[Oid],
    engine: &Engine,
) -> Result<Vec<Content>, Unhashed> {
    let windows: Vec<&[Oid]> = blobs.chunks(WINDOW).collect();
    let next = AtomicUsize::new(0);
    let several = engine.workers.count().min(windows.len());
    if several < 2 {
        let hashed = hash_windows(objects, &windows, &next, engine)?;
        return Ok(hashed.into_iter().flat_map(|(_, contents)| contents).collect());
    }
    let conversations: Vec<usize> = (0..several).collect();
    let repository = objects.repository();
    let hashed = engine.workers.map(&conversations, |_| {
        let mut objects = Objects::open(repository).map_err(|error| (0, error.into()))?;
        let hashed = hash_windows(&mut objects, &windows, &next, engine);
        if hashed.is_err() {
            // Nobody needs the rest any more.
            next.store(windows.len(), Ordering::Relaxed);
        }
        hashed
    });
    let mut all = Vec::with_capacity(windows.len());
    for windows in hashed {
        all.append(&mut windows?);
    }
    all.sort_unstable_by_key(|(window, _)| *window);
    Ok(all.into_iter().flat_map(|(_, contents)| contents).collect())
}

/// Takes windows as long as there are any. The next one is asked for before the answers of the one
/// before are taken, so that git always has something to do.
fn hash_windows(
    objects: &mut Objects,
    windows: &[&[Oid]],
    next: &AtomicUsize,
    engine: &Engine,
) -> Result<Vec<Window>, Unhashed> {
    let mut hashed = Vec::new();
    let ask = |objects: &mut Objects| {
        let window = next.fetch_add(1, Ordering::Relaxed);
        let Some(oids) = windows.get(window) else { return Ok(None) };
        objects.ask(oids).map_err(|error| (window * WINDOW, error))?;
        Ok(Some(window))
    };
    let mut asked = ask(objects)?;
    while let Some(window) = asked {
        asked = ask(objects)?;
        let mut contents = Vec::with_capacity(WINDOW);
        for (index, oid) in windows[window].iter().enumerate() {
            let mut digest = blake3::Hasher::new();
            let taken = objects.take(oid, |piece| {
                digest.update(piece);
            });
            let size = taken.map_err(|error| (window * WINDOW + index, error))?;
            engine.meter.count(1, size);
            contents.push((size, Digest(*digest.finalize().as_bytes())));
        }
        hashed.push((window, contents));
    }
    Ok(hashed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_counted_under_all_seals_by_number_and_by_length() {
        let work = Work::default();
        let half = Extent { paths: MAX_DIFFERING.paths / 2, bytes: MAX_DIFFERING.bytes / 2 };
        work.count_differing(half).unwrap();
        work.count_differing(half).unwrap();
        assert!(work.count_differing(Extent { paths: 1, bytes: 0 }).is_err());
        let work = Work::default();
        assert!(work.count_differing(Extent { paths: 1, bytes: MAX_DIFFERING.bytes + 1 }).is_err());
    }

    #[test]
    fn looking_at_a_name_costs_its_length_and_more_with_many_patterns() {
        let spent = |path: &[u8], patterns: usize| {
            let work = Work::default();
            let patterns = (0..patterns).map(|number| format!("/{number}")).collect();
            work.spend(path, &Scope::new(patterns).unwrap()).unwrap();
            MAX_WORK - work.left.into_inner()
        };
        assert_eq!(spent(b"", 0), WORK_OF_NAME);
        assert_eq!(spent(&[b'x'; 1_000], 0), WORK_OF_NAME + 1_000);
        assert_eq!(spent(&[b'x'; 1_000], 2 * PATTERNS_OF_WORK), 3 * (WORK_OF_NAME + 1_000));
    }
}
