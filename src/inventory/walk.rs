//! The walk: directories from their descriptors, files to the workers in batches.
//!
//! Each directory is a task that lists it, spawns a task for each directory in it, and one for
//! each batch of files. Tasks hold their parent's descriptor, not a path. Files that would keep
//! one worker busy while others idle are set aside, and spread over all threads at the end.

use std::sync::{Arc, Mutex, PoisonError};

use rayon::iter::{
    IndexedParallelIterator as _, IntoParallelIterator as _, ParallelExtend as _,
    ParallelIterator as _,
};

use super::open::{Listed, directory_trouble};
use super::read::{NoSink, Opened};
use super::{Directory, Item, Kind, Listing, Meter, Observed, RootError, Trouble};
use crate::entry::Entry;
use crate::path::{self, EntryPath};
use crate::scope::Scope;

/// Files that one task hashes, small ones.
const BATCH: usize = 64;

/// From this size, a file is set aside to be balanced among the threads.
const SET_ASIDE: u64 = 1 << 20;

/// Below this size, no file is worth the work of all threads.
const SHARED: u64 = 64 << 20;

/// What all tasks of one walk share.
struct Walk<'a> {
    root: &'a Directory,
    scope: &'a Scope,
    meter: &'a Meter,
    items: Mutex<Vec<Vec<Item>>>,
    listed: Mutex<Vec<Listed>>,
    aside: Mutex<Vec<(EntryPath, u64)>>,
}

/// One directory of the walk below the root.
struct Place {
    directory: Directory,
    path: Box<[u8]>,
}

/// Lists and hashes everything in scope below `root`, in no order; gives the directories that
/// were listed as well.
pub(super) fn walk(
    root: &Directory,
    scope: &Scope,
    meter: &Meter,
) -> Result<(Vec<Item>, Vec<Listed>), RootError> {
    let (listing, stamp) = root
        .list_stamped()
        .map_err(|trouble| RootError::Unreadable("the root".to_owned(), trouble.detail))?;
    let listed = Mutex::new(vec![Listed { path: Box::default(), stamp }]);
    let (items, aside) = (Mutex::default(), Mutex::default());
    let walk = Walk { root, scope, meter, items, listed, aside };
    rayon::scope(|tasks| walk.entries_of(tasks, None, listing));
    let aside = into_inner(walk.aside);
    let mut items = into_inner(walk.items);
    items.push(Walk::hash_aside(root, meter, aside));
    Ok((items.into_iter().flatten().collect(), into_inner(walk.listed)))
}

impl Walk<'_> {
    /// Spawns the work on what a directory holds; `place` is `None` for the root.
    fn entries_of<'s>(
        &'s self,
        tasks: &rayon::Scope<'s>,
        place: Option<&Arc<Place>>,
        listing: Listing,
    ) {
        let above = place.map_or(&[][..], |place| &place.path);
        let mut files = Vec::new();
        let mut in_scope = 0_usize;
        for (name, kind) in listing {
            let path = path::join(above, &name);
            if self.scope.excludes_child(&path, kind == Kind::Directory).is_some() {
                continue;
            }
            in_scope += 1;
            if kind == Kind::Directory {
                let place = place.cloned();
                tasks.spawn(move |tasks| self.directory(tasks, place.as_deref(), path, &name));
                continue;
            }
            files.push((path, kind));
            if files.len() == BATCH {
                let (place, batch) = (place.cloned(), std::mem::take(&mut files));
                tasks.spawn(move |_| self.batch(place.as_deref(), batch));
            }
        }
        if let (0, Some(place)) = (in_scope, place) {
            self.keep(vec![self.item(place.path.clone(), Ok(Entry::Dir))]);
        }
        if !files.is_empty() {
            self.batch(place.map(Arc::as_ref), files);
        }
    }

    fn directory<'s>(
        &'s self,
        tasks: &rayon::Scope<'s>,
        parent: Option<&Place>,
        path: Box<[u8]>,
        name: &[u8],
    ) {
        match self.open_and_list(parent, &path, name) {
            Ok((directory, listing)) => {
                self.entries_of(tasks, Some(&Arc::new(Place { directory, path })), listing);
            }
            Err(trouble) => self.keep(vec![self.item(path, Err(trouble))]),
        }
    }

    fn open_and_list(
        &self,
        parent: Option<&Place>,
        path: &[u8],
        name: &[u8],
    ) -> Result<(Directory, Listing), Trouble> {
        path::check(path).map_err(|fault| Trouble::unsealable(fault.to_string()).of_directory())?;
        let directory = self.handle(parent).subdirectory(name).map_err(directory_trouble)?;
        let (listing, stamp) = directory.list_stamped()?;
        let listed = Listed { path: path.into(), stamp };
        self.listed.lock().unwrap_or_else(PoisonError::into_inner).push(listed);
        Ok((directory, listing))
    }

    fn batch(&self, place: Option<&Place>, batch: Vec<(Box<[u8]>, Kind)>) {
        let directory = self.handle(place);
        let mut items = Vec::with_capacity(batch.len());
        for (path, kind) in batch {
            let start = place.map_or(0, |place| place.path.len() + 1);
            if let Some(observed) = self.observe(directory, &path, start, kind).transpose() {
                items.push(self.item(path, observed));
            }
        }
        self.keep(items);
    }

    /// Observes one name that is no directory; `None` for a file that was set aside.
    fn observe(
        &self,
        directory: &Directory,
        path: &[u8],
        name_start: usize,
        kind: Kind,
    ) -> Result<Option<Entry>, Trouble> {
        if let Kind::Special(name) = kind {
            return Err(Trouble::unsealable(name));
        }
        let legal = path::check(path).map_err(|fault| Trouble::unsealable(fault.to_string()))?;
        let name = &path[name_start..];
        if kind == Kind::Link {
            return link(directory.link_target(name)?).map(Some);
        }
        let file = Opened::new(directory.file(name)?)?;
        if file.size() >= SET_ASIDE
            && let Ok(path) = EntryPath::parse(legal)
        {
            self.aside.lock().unwrap_or_else(PoisonError::into_inner).push((path, file.size()));
            return Ok(None);
        }
        file.read(&mut NoSink).map(Some)
    }

    /// Hashes the large files: side by side, the largest first, save those that alone are more
    /// than a thread's share of the work.
    fn hash_aside(root: &Directory, meter: &Meter, mut aside: Vec<(EntryPath, u64)>) -> Vec<Item> {
        aside.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let total = aside.iter().fold(0_u64, |sum, (_, size)| sum.saturating_add(*size));
        let share = total / rayon::current_num_threads() as u64;
        let alone_too_long = |(_, size): &(EntryPath, u64)| *size >= SHARED && *size > share;
        let others = aside.split_off(aside.partition_point(alone_too_long));
        let open = |path: &EntryPath| root.file_beneath(path).and_then(Opened::new);
        let item = |path: EntryPath, entry| metered(meter, path.as_bytes().into(), entry);
        let together = |(path, _): (EntryPath, u64)| {
            let entry = open(&path).and_then(Opened::read_together);
            item(path, entry)
        };
        let alone = |(path, _): (EntryPath, u64)| {
            let entry = open(&path).and_then(|file| file.read(&mut NoSink));
            item(path, entry)
        };
        let mut items: Vec<Item> = aside.into_iter().map(together).collect();
        items.par_extend(others.into_par_iter().with_max_len(1).map(alone));
        items
    }

    fn handle<'p>(&'p self, place: Option<&'p Place>) -> &'p Directory {
        place.map_or(self.root, |place| &place.directory)
    }

    fn item(&self, path: Box<[u8]>, outcome: Result<Entry, Trouble>) -> Item {
        metered(self.meter, path, outcome)
    }

    fn keep(&self, items: Vec<Item>) {
        self.items.lock().unwrap_or_else(PoisonError::into_inner).push(items);
    }
}

fn metered(meter: &Meter, path: Box<[u8]>, outcome: Result<Entry, Trouble>) -> Item {
    let observed = outcome.map_or_else(Observed::Trouble, Observed::Entry);
    meter.count(1, observed.bytes());
    Item { path, observed }
}

fn into_inner<T>(mutex: Mutex<T>) -> T {
    mutex.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// The entry of a link, whose target a seal holds as text.
fn link(target: Vec<u8>) -> Result<Entry, Trouble> {
    match String::from_utf8(target) {
        Ok(target) => Ok(Entry::Link { target: target.into() }),
        Err(_) => Err(Trouble::unsealable("the link's target is not UTF-8")),
    }
}
