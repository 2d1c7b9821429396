//! The walk: directories from their descriptors, files in batches.
//!
//! A task lists a directory, or hashes a batch of its files; the first makes tasks for what it
//! finds. Tasks hold their parent's descriptor, not a path. One thread does them all while they
//! are few, and all threads share them then. Large files are set aside, for `large`; so are
//! files that were changed in this very tick of the clock: they are read when it is over.

use std::sync::{Arc, Mutex, PoisonError};

use sealgate_core::compare::inventory::{Item, ScanError, ScanErrorKind};
use sealgate_core::seal::entry::Entry;
use sealgate_core::seal::exclude::Scope;
use sealgate_core::seal::exclude::pattern::Level;
use sealgate_core::seal::path::{self, EntryPath};

use super::large::{self, SetAside};
use super::open::{Listed, directory_trouble};
use super::read::Opened;
use super::small::Batch;
use super::stamp::{Now, outwait};
use super::{Directory, Kind, Listing, PassOver, RootError, Scanner};

/// Files that one task hashes.
const BATCH: usize = 64;

/// As long as fewer entries were found, other threads are not worth their start.
const ALONE: u64 = 96;

/// What all tasks of one walk share.
struct Walk<'a> {
    root: &'a Directory,
    scope: &'a Scope,
    /// The state of the patterns in the root.
    top: Level,
    scanner: &'a Scanner,
    pass_over: PassOver<'a>,
    items: Mutex<Vec<Item>>,
    listed: Mutex<Vec<Listed>>,
    aside: Mutex<Aside>,
}

/// The files that were set aside.
#[derive(Default)]
struct Aside {
    files: Vec<SetAside>,
    /// When the youngest of them was changed, if one of them was too young to be read.
    youngest: Option<i128>,
}

/// One directory of the walk below the root.
struct Place {
    directory: Directory,
    path: Box<[u8]>,
    /// The state of the patterns in it.
    level: Level,
}

/// A piece of the work; its `place` is the directory that it is in, `None` for the root.
enum Task {
    /// A directory is to be listed.
    Directory { place: Option<Arc<Place>>, path: Box<[u8]> },
    /// What is no directory is to be observed.
    Batch { place: Option<Arc<Place>>, found: Vec<(Box<[u8]>, Kind)> },
}

/// What came of a first look at a name.
enum Seen {
    Entry(Entry),
    /// A file that is still to be read.
    Small(Opened),
    /// A file that is left to `large`.
    Later,
}

/// Takes a task that came up.
type Add<'t> = &'t mut dyn FnMut(Task);

/// Lists and hashes everything in scope below `root`, in no order; gives the directories that
/// were listed as well.
pub(super) fn walk(
    root: &Directory,
    scope: &Scope,
    scanner: &Scanner,
    pass_over: PassOver<'_>,
) -> Result<(Vec<Item>, Vec<Listed>), RootError> {
    let (listing, first) = root.list_stamped(b"").map_err(root_trouble)?;
    let listed = Mutex::new(vec![first]);
    let (items, aside) = (Mutex::default(), Mutex::default());
    let walk =
        Walk { root, scope, top: scope.level(b""), scanner, pass_over, items, listed, aside };
    walk.run_all(listing);
    let (mut items, aside) = (into_inner(walk.items), into_inner(walk.aside));
    if let Some(youngest) = aside.youngest {
        outwait(youngest);
    }
    items.append(&mut large::hash_all(&|path| root.file_beneath(path), scanner, aside.files));
    Ok((items, into_inner(walk.listed)))
}

impl Walk<'_> {
    /// Runs the tasks of the root's `listing`, and all that come of them.
    fn run_all(&self, listing: Listing) {
        let mut waiting = Vec::new();
        let before = self.scanner.meter.entries();
        self.entries_of(None, listing, &mut |task| waiting.push(task));
        while let Some(task) = waiting.pop() {
            let found = waiting.len() as u64 + self.scanner.meter.entries() - before;
            if found >= ALONE && self.scanner.workers.several() {
                waiting.push(task);
                break;
            }
            self.run(task, &mut |task| waiting.push(task));
        }
        if !waiting.is_empty() {
            rayon::scope(|tasks| {
                for task in waiting {
                    self.spawn(tasks, task);
                }
            });
        }
    }

    fn spawn<'s>(&'s self, tasks: &rayon::Scope<'s>, task: Task) {
        tasks.spawn(move |tasks| self.run(task, &mut |task| self.spawn(tasks, task)));
    }

    fn run(&self, task: Task, add: Add<'_>) {
        match task {
            Task::Directory { place, path } => self.directory(place.as_deref(), path, add),
            Task::Batch { place, found } => self.batch(place.as_deref(), found),
        }
    }

    /// Makes the tasks for what a directory holds.
    fn entries_of(&self, place: Option<&Arc<Place>>, listing: Listing, add: Add<'_>) {
        let (mut found, mut passed) = (Vec::new(), Vec::new());
        let (mut in_scope, names) = (0_usize, listing.len());
        let level = self.level(place.map(Arc::as_ref));
        for (path, kind) in listing {
            let name = name_in(place.map(Arc::as_ref), &path);
            if self.scope.excludes_name(level, name, kind == Kind::Directory).is_some() {
                continue;
            }
            in_scope += 1;
            if kind == Kind::Directory {
                add(Task::Directory { place: place.cloned(), path });
                continue;
            }
            if self.passes(&path) {
                passed.push(Item::passed(path));
                continue;
            }
            found.push((path, kind));
            if found.len() == BATCH {
                add(Task::Batch { place: place.cloned(), found: std::mem::take(&mut found) });
            }
        }
        if in_scope < names {
            self.scanner.meter.leave_out((names - in_scope) as u64);
        }
        if let (0, Some(place)) = (in_scope, place) {
            self.keep(vec![self.empty_directory(place.path.clone())]);
        }
        if !passed.is_empty() {
            self.keep(passed);
        }
        if !found.is_empty() {
            self.batch(place.map(Arc::as_ref), found);
        }
    }

    fn directory(&self, parent: Option<&Place>, path: Box<[u8]>, add: Add<'_>) {
        match self.open_and_list(parent, &path) {
            Ok((directory, listing)) => {
                let level = self.scope.below(self.level(parent), name_in(parent, &path));
                self.entries_of(Some(&Arc::new(Place { directory, path, level })), listing, add);
            }
            Err(trouble) => self.keep(vec![Item::of(path, Err(trouble))]),
        }
    }

    fn open_and_list(
        &self,
        parent: Option<&Place>,
        path: &[u8],
    ) -> Result<(Directory, Listing), ScanError> {
        path::check(path)
            .map_err(|fault| ScanError::unsealable(fault.to_string()).of_directory())?;
        let name = name_in(parent, path);
        let directory = self.handle(parent).subdirectory(name).map_err(directory_trouble)?;
        if let Some(stage) = &self.scanner.stage {
            stage.directory(path);
        }
        let (listing, listed) = directory.list_stamped(path)?;
        self.listed.lock().unwrap_or_else(PoisonError::into_inner).push(listed);
        Ok((directory, listing))
    }

    fn batch(&self, place: Option<&Place>, found: Vec<(Box<[u8]>, Kind)>) {
        let directory = self.handle(place);
        self.keep(Batch::of(self.scanner, |batch| {
            for (path, kind) in found {
                let name = name_in(place, &path);
                match self.observe(directory, name, &path, kind) {
                    Ok(Seen::Entry(entry)) => batch.add(Item::of(path, Ok(entry))),
                    Ok(Seen::Small(file)) => batch.read(path, file),
                    Ok(Seen::Later) => {}
                    Err(trouble) => batch.add(Item::of(path, Err(trouble))),
                }
            }
        }));
    }

    /// Observes one name that is no directory.
    fn observe(
        &self,
        directory: &Directory,
        name: &[u8],
        path: &[u8],
        kind: Kind,
    ) -> Result<Seen, ScanError> {
        if let Kind::Special(name) = kind {
            return Err(ScanError::unsealable(name));
        }
        let legal = path::check(path).map_err(|fault| ScanError::unsealable(fault.to_string()))?;
        if kind == Kind::Link {
            let target = self.link(directory.link_target(name)?, path)?;
            return Ok(Seen::Entry(Entry::Link { target }));
        }
        let now = Now::ask();
        let file = Opened::new(directory.file(name)?)?;
        let young = file.is_young(now);
        if (young || file.size() >= large::SET_ASIDE)
            && let Ok(path) = EntryPath::parse(legal)
        {
            let mut aside = self.aside.lock().unwrap_or_else(PoisonError::into_inner);
            aside.files.push(SetAside::new(path, &file));
            if young {
                aside.youngest = aside.youngest.max(Some(file.stamp().newest()));
            }
            return Ok(Seen::Later);
        }
        Ok(Seen::Small(file))
    }

    /// The target of a link, which is staged if that is wanted.
    fn link(&self, target: Vec<u8>, path: &[u8]) -> Result<Box<str>, ScanError> {
        let target = link_text(target)?;
        if let Some(stage) = &self.scanner.stage {
            stage.link(path, &target);
        }
        Ok(target)
    }

    fn empty_directory(&self, path: Box<[u8]>) -> Item {
        if self.passes(&path) { Item::passed(path) } else { Item::of(path, Ok(Entry::Dir)) }
    }

    fn passes(&self, path: &[u8]) -> bool {
        self.pass_over.is_some_and(|passes| passes(path))
    }

    fn level<'p>(&'p self, place: Option<&'p Place>) -> &'p Level {
        place.map_or(&self.top, |place| &place.level)
    }

    fn handle<'p>(&'p self, place: Option<&'p Place>) -> &'p Directory {
        place.map_or(self.root, |place| &place.directory)
    }

    fn keep(&self, mut items: Vec<Item>) {
        let bytes = items.iter().map(|item| item.observed.bytes()).sum();
        self.scanner.meter.count(items.len() as u64, bytes);
        self.items.lock().unwrap_or_else(PoisonError::into_inner).append(&mut items);
    }
}

/// The target of a link, which a seal holds as text.
pub(super) fn link_text(target: Vec<u8>) -> Result<Box<str>, ScanError> {
    let text = String::from_utf8(target).map(String::into_boxed_str);
    text.map_err(|_| ScanError::unsealable("the link's target is not UTF-8"))
}

/// What is wrong with the root itself.
pub(super) fn root_trouble(trouble: ScanError) -> RootError {
    match trouble.kind {
        ScanErrorKind::Unstable => RootError::Unstable(trouble.detail),
        _ => RootError::Unreadable("the root".to_owned(), trouble.detail),
    }
}

/// The last component of `path`, which lies directly in `place`.
fn name_in<'p>(place: Option<&Place>, path: &'p [u8]) -> &'p [u8] {
    &path[place.map_or(0, |place| place.path.len() + 1)..]
}

fn into_inner<T>(mutex: Mutex<T>) -> T {
    mutex.into_inner().unwrap_or_else(PoisonError::into_inner)
}
