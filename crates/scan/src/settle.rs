//! After the last file is read: whether what was read is what is there.
//!
//! Each listing was sound when it was taken, and so was each file; yet together they may never have
//! been true. A directory that takes the place of another while the walk is in it shows files that
//! are gone afterwards; a file that is renamed from a directory still to be listed into one that
//! was, is in neither listing.
//!
//! So every directory is stamped again at the end. Another device or inode under its name makes it
//! unstable. One that changed, or was too young when it was listed to show a change, is listed
//! again: other names in scope make it unstable, each of its files must be the version that was
//! read, and each link must have the target that was read. What is another now is read once more,
//! and that decides. A second look at all directories shows that the listings, old and new, held at
//! one time. The last look is at the place of the root itself.
//!
//! A file that is written to in place after it was read is not noticed: no directory changes with
//! it, and a stat of every file would make every check slower.

use std::collections::{BTreeMap, HashMap};

use rayon::iter::{
    IndexedParallelIterator as _, IntoParallelRefIterator as _, ParallelIterator as _,
};
use sealgate_core::compare::inventory::{Inventory, Item, Observed, ScanError};
use sealgate_core::seal::entry::Entry;
use sealgate_core::seal::exclude::Scope;

use super::file_item;
use super::open::{Listed, directory_trouble};
use super::read::Opened;
use super::stamp::Stamp;
use super::walk::{link_text, root_trouble};
use super::{Directory, Kind, RootError, Scanner, Workers};

/// Looks at every directory in `listed` again, and puts into `inventory` what changed.
pub(super) fn settle(
    root: &Directory,
    scope: &Scope,
    mut listed: Vec<Listed>,
    scanner: &Scanner,
    inventory: &mut Inventory,
) -> Result<(), RootError> {
    let workers = &scanner.workers;
    let doubtful = look_at_all(&listed, workers, |place| match root.stamp_beneath(&place.path) {
        Err(errno) => Some(Err(directory_trouble(errno))),
        Ok(now) if now.identity() != place.stamp.identity() => Some(Err(exchanged())),
        Ok(now) if now != place.stamp || place.young => Some(Ok(())),
        Ok(_) => None,
    });
    let second = Second { root, scope, inventory, staged: scanner.stage.is_some() };
    let look = |(index, first): &(usize, Result<(), ScanError>)| {
        let place = &listed[*index];
        (*index, first.clone().and_then(|()| second.look(place)))
    };
    let looked: Vec<_> = if doubtful.len() > FEW {
        workers.map(&doubtful, look)
    } else {
        doubtful.iter().map(look).collect()
    };
    let (mut changed, mut unstable) = (Vec::new(), BTreeMap::new());
    for (index, outcome) in looked {
        match outcome {
            Ok((now, items)) => {
                listed[index] = now;
                changed.extend(items);
            }
            Err(trouble) => drop(unstable.insert(index, trouble)),
        }
    }
    if !doubtful.is_empty() {
        let moved = look_at_all(&listed, workers, |place| {
            (root.stamp_beneath(&place.path) != Ok(place.stamp)).then(changed_trouble)
        });
        for (index, trouble) in moved {
            unstable.entry(index).or_insert(trouble);
        }
    }
    for item in changed {
        inventory.put(item);
    }
    for (index, trouble) in unstable {
        let path = listed[index].path.clone();
        if path.is_empty() {
            return Err(root_trouble(trouble));
        }
        inventory.put(Item::of(path, Err(trouble)));
    }
    root.expect_in_place()
}

/// Fewer directories are looked at by one thread.
const FEW: usize = 256;

/// What `look` says, with the index of the directory of which it says it.
fn look_at_all<R: Send>(
    listed: &[Listed],
    workers: &Workers,
    look: impl Fn(&Listed) -> Option<R> + Sync,
) -> Vec<(usize, R)> {
    let look = |(index, place): (usize, &Listed)| look(place).map(|seen| (index, seen));
    if listed.len() > FEW && workers.several() {
        listed.par_iter().enumerate().filter_map(look).collect()
    } else {
        listed.iter().enumerate().filter_map(look).collect()
    }
}

/// What is at a path now; the stamp is that of a file that was read.
type Seen = Result<(Entry, Option<Stamp>), ScanError>;

/// The second look at directories.
struct Second<'a> {
    root: &'a Directory,
    scope: &'a Scope,
    inventory: &'a Inventory,
    /// Whether what was read was copied too: a copy is not made twice.
    staged: bool,
}

impl Second<'_> {
    /// Lists the directory `place` again. Gives the version that it has now, and the items that are
    /// others than they were.
    fn look(&self, place: &Listed) -> Result<(Listed, Vec<Item>), ScanError> {
        let directory = self.root.directory_beneath(&place.path).map_err(directory_trouble)?;
        let (listing, now) = directory.list_stamped(&place.path)?;
        if now.stamp.identity() != place.stamp.identity() {
            return Err(exchanged());
        }
        let before = children(self.inventory, &place.path);
        let (mut left, mut changed) = (before.len(), Vec::new());
        let level = self.scope.level(&place.path);
        for (path, kind) in listing {
            let name = &path[names_start(&place.path)..];
            if self.scope.excludes_name(&level, name, kind == Kind::Directory).is_some() {
                continue;
            }
            let Some(known) = before.get(name) else { return Err(changed_trouble()) };
            left -= 1;
            match self.look_at(&directory, name, kind, *known) {
                None => {}
                Some(Ok((entry, Some(stamp)))) => {
                    changed.push(file_item(path, Ok((entry, stamp))));
                }
                Some(seen) => changed.push(Item::of(path, seen.map(|(entry, _)| entry))),
            }
        }
        if left == 0 { Ok((now, changed)) } else { Err(changed_trouble()) }
    }

    /// Looks at the `name` in `directory`, of which `known` was observed: nothing, if it is a
    /// directory with entries in scope. `None` if it is what it was.
    fn look_at(
        &self,
        directory: &Directory,
        name: &[u8],
        kind: Kind,
        known: Option<&Item>,
    ) -> Option<Seen> {
        let another = || ScanError::unstable("another took its place while others were read");
        let now = match (known.map(|item| &item.observed), kind) {
            // A directory has a stamp of its own; and of what was not observed nothing was taken.
            (None | Some(Observed::Entry(Entry::Dir)), Kind::Directory)
            | (Some(Observed::ScanError(_) | Observed::Passed), _) => return None,
            (Some(Observed::Entry(Entry::Link { target })), Kind::Link) => {
                match directory.link_target(name) {
                    Ok(now) if now == target.as_bytes() => return None,
                    now => now.and_then(link_text).map(|target| (Entry::Link { target }, None)),
                }
            }
            (Some(Observed::Entry(Entry::File { .. })), Kind::File) => {
                let print = directory.stamp_of(name).ok().map(|stamp| stamp.version());
                if print.is_some() && print == known.and_then(|item| item.version) {
                    return None;
                }
                let again = directory.file(name).and_then(Opened::new);
                let again = again.and_then(|file| file.read(&mut None));
                again.map(|(entry, stamp)| (entry, Some(stamp)))
            }
            _ => return Some(Err(another())),
        };
        match (&now, known.map(|item| &item.observed)) {
            (Ok((entry, _)), Some(Observed::Entry(before))) if self.staged && entry != before => {
                Some(Err(another()))
            }
            _ => Some(now),
        }
    }
}

/// Where the names begin in the paths of what is in the directory `path`.
fn names_start(path: &[u8]) -> usize {
    if path.is_empty() { 0 } else { path.len() + 1 }
}

/// The names that the inventory has in the directory `path`, each with what was observed there:
/// nothing, for a directory with entries in scope.
fn children<'i>(inventory: &'i Inventory, path: &[u8]) -> HashMap<&'i [u8], Option<&'i Item>> {
    let mut left = if path.is_empty() { &inventory.items[..] } else { inventory.below(path) };
    let mut children = HashMap::new();
    while let [first, others @ ..] = left {
        let rest = &first.path[names_start(path)..];
        match rest.iter().position(|&byte| byte == b'/') {
            None => {
                children.insert(rest, Some(first));
                left = others;
            }
            Some(end) => {
                children.entry(&rest[..end]).or_insert(None);
                // What is in that directory stands together.
                let within = &first.path[..=names_start(path) + end];
                left = &left[left.partition_point(|item| item.path.starts_with(within))..];
            }
        }
    }
    children
}

fn exchanged() -> ScanError {
    ScanError::unstable("another directory took its place while others were read").of_directory()
}

fn changed_trouble() -> ScanError {
    ScanError::unstable("the directory changed while others were read").of_directory()
}

#[cfg(target_os = "linux")]
#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::path::Path;

    use sealgate_core::compare::inventory::ScanErrorKind;
    use sealgate_core::seal::entry::Digest;
    use sealgate_core::seal::path::EntryPath;

    use super::*;
    use crate::{Stage, walk};

    /// The root of a tree that is walked, in a directory of its own; `twin` has the same names.
    fn tree() -> tempfile::TempDir {
        let above = tempfile::tempdir().unwrap();
        for root in ["above/root", "above/twin", "other/root"] {
            let at = |path: &str| above.path().join(root).join(path);
            for directory in ["a", "b/c", "empty"] {
                fs::create_dir_all(at(directory)).unwrap();
            }
            for file in ["a/x", "b/c/y", "b/z"] {
                fs::write(at(file), file).unwrap();
            }
            symlink("x", at("a/link")).unwrap();
        }
        above
    }

    /// What is observed in a tree that is changed after it was walked, and staged if that is wanted.
    fn settled_after(staged: bool, change: impl Fn(&Path)) -> Result<Inventory, RootError> {
        let above = tree();
        let root = Directory::open_root(&above.path().join("above"), Some(&path("root"))).unwrap();
        let scope = Scope::new(vec!["*.log".into()]).unwrap();
        let stage = staged.then(|| Stage::create("--stage", &above.path().join("stage")).unwrap());
        let scanner = Scanner { stage, ..Scanner::new(None) };
        let (mut items, listed) = walk::walk(&root, &scope, &scanner, None).unwrap();
        items.sort_by(|a, b| a.path.cmp(&b.path));
        let mut inventory = Inventory { items, bytes: 0, modes: true };
        change(&above.path().join("above/root"));
        settle(&root, &scope, listed, &scanner, &mut inventory)?;
        Ok(inventory)
    }

    /// What somebody does to a root, or to a file in it.
    type Change = fn(&Path);

    fn path(text: &str) -> EntryPath {
        EntryPath::parse(text).unwrap()
    }

    /// What is unstable in a tree that is changed after it was walked.
    fn unstable_after(change: impl Fn(&Path)) -> Result<Vec<String>, RootError> {
        let inventory = settled_after(false, change)?;
        assert!(inventory.troubles().all(|(_, trouble)| trouble.kind == ScanErrorKind::Unstable));
        let told = inventory.troubles().map(|(path, _)| String::from_utf8_lossy(path).into_owned());
        Ok(told.collect())
    }

    /// What was observed at `path`.
    fn at<'i>(inventory: &'i Inventory, path: &str) -> &'i Observed {
        let at = inventory.items.iter().find(|item| *item.path == *path.as_bytes());
        &at.unwrap().observed
    }

    fn file(content: &str) -> Observed {
        let (size, digest) = (content.len() as u64, Digest::of(content.as_bytes()));
        Observed::Entry(Entry::File { size, digest, executable: false })
    }

    fn exchange(a: &Path, b: &Path) {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        renameat_with(CWD, a, CWD, b, RenameFlags::EXCHANGE).unwrap();
    }

    #[test]
    fn a_tree_that_nobody_touched_is_settled() {
        assert_eq!(unstable_after(|_| {}).unwrap(), [""; 0]);
    }

    #[test]
    fn a_name_that_came_or_went_in_a_directory_that_was_listed_is_noticed() {
        let add = |path: &'static str| move |tree: &Path| fs::write(tree.join(path), "").unwrap();
        assert_eq!(unstable_after(add("a/new")).unwrap(), ["a"]);
        assert_eq!(unstable_after(add("empty/new")).unwrap(), ["empty"]);
        assert_eq!(
            unstable_after(|tree| fs::remove_file(tree.join("b/c/y")).unwrap()).unwrap(),
            ["b/c"]
        );
        let moved = |tree: &Path| fs::rename(tree.join("a/x"), tree.join("b/c/x")).unwrap();
        assert_eq!(unstable_after(moved).unwrap(), ["a", "b/c"]);
        assert!(unstable_after(add("new")).is_err(), "in the root itself");
    }

    #[test]
    fn a_directory_that_another_took_the_place_of_is_noticed() {
        let swap = |tree: &Path| {
            fs::rename(tree.join("a"), tree.join("../a")).unwrap();
            fs::create_dir(tree.join("a")).unwrap();
        };
        assert_eq!(unstable_after(swap).unwrap(), ["a"]);
    }

    #[test]
    fn a_directory_that_was_exchanged_for_one_with_the_same_files_is_noticed() {
        let exchanged = |name: &'static str| {
            move |root: &Path| exchange(&root.join(name), &root.with_file_name("twin").join(name))
        };
        for name in ["a", "b/c", "empty"] {
            assert_eq!(unstable_after(exchanged(name)).unwrap(), [name]);
        }
    }

    #[test]
    fn a_root_that_was_exchanged_or_moved_or_whose_parent_was_is_noticed() {
        let changes: [(&str, Change); 5] = [
            ("exchanged", |root| exchange(root, &root.with_file_name("twin"))),
            ("moved", |root| fs::rename(root, root.with_file_name("elsewhere")).unwrap()),
            ("replaced by a link to itself", |root| {
                fs::rename(root, root.with_file_name("elsewhere")).unwrap();
                symlink("elsewhere", root).unwrap();
            }),
            ("its parent exchanged", |root| {
                let above = root.parent().unwrap();
                exchange(above, &above.with_file_name("other"));
            }),
            ("its parent moved", |root| {
                let above = root.parent().unwrap();
                fs::rename(above, above.with_file_name("elsewhere")).unwrap();
            }),
        ];
        for (what, change) in changes {
            let outcome = unstable_after(change);
            assert!(matches!(outcome, Err(RootError::Unstable(_))), "{what}: {outcome:?}");
        }
    }

    #[test]
    fn a_file_that_was_replaced_after_it_was_read_is_what_it_is_now() {
        let changes: [(&str, Change); 3] = [
            ("by a rename", |file| {
                fs::write(file.with_file_name("new.log"), "new").unwrap();
                fs::rename(file.with_file_name("new.log"), file).unwrap();
            }),
            ("by a hard link", |file| {
                let other = file.with_file_name("other.log");
                fs::write(&other, "new").unwrap();
                fs::remove_file(file).unwrap();
                fs::hard_link(other, file).unwrap();
            }),
            ("by an exchange", |file| {
                fs::write(file.with_file_name("new.log"), "new").unwrap();
                exchange(file, &file.with_file_name("new.log"));
            }),
        ];
        for (what, change) in changes {
            let inventory = settled_after(false, |root| change(&root.join("b/z"))).unwrap();
            assert_eq!(at(&inventory, "b/z"), &file("new"), "{what}");
            assert_eq!(inventory.troubles().count(), 0, "{what}");
            // What was copied is what was there before.
            let staged = settled_after(true, |root| change(&root.join("b/z"))).unwrap();
            assert!(
                matches!(at(&staged, "b/z"), Observed::ScanError(trouble)
                    if trouble.kind == ScanErrorKind::Unstable),
                "{what}: {staged:?}"
            );
        }
    }

    #[test]
    fn a_link_that_was_replaced_after_it_was_read_is_what_it_is_now() {
        let change = |root: &Path| {
            fs::remove_file(root.join("a/link")).unwrap();
            symlink("y", root.join("a/link")).unwrap();
        };
        let inventory = settled_after(false, change).unwrap();
        let target = "y".into();
        assert_eq!(at(&inventory, "a/link"), &Observed::Entry(Entry::Link { target }));
        let staged = settled_after(true, change).unwrap();
        assert_eq!(staged.troubles().map(|(path, _)| path).collect::<Vec<_>>(), [b"a/link"]);
    }

    #[test]
    fn a_name_that_became_something_else_is_unstable() {
        let becomes_link = |root: &Path| {
            fs::remove_file(root.join("a/x")).unwrap();
            symlink("link", root.join("a/x")).unwrap();
        };
        assert_eq!(unstable_after(becomes_link).unwrap(), ["a/x"]);
        let becomes_directory = |root: &Path| {
            fs::remove_file(root.join("b/z")).unwrap();
            fs::create_dir(root.join("b/z")).unwrap();
        };
        assert_eq!(unstable_after(becomes_directory).unwrap(), ["b/z"]);
        let becomes_file = |root: &Path| {
            fs::remove_dir_all(root.join("b/c")).unwrap();
            fs::write(root.join("b/c"), "").unwrap();
        };
        assert_eq!(unstable_after(becomes_file).unwrap(), ["b/c"]);
    }

    #[test]
    fn a_file_that_was_replaced_and_put_back_is_no_trouble() {
        let there_and_back = |root: &Path| {
            for _ in 0..2 {
                exchange(&root.join("b/z"), &root.with_file_name("twin").join("b/z"));
            }
        };
        for staged in [false, true] {
            let inventory = settled_after(staged, there_and_back).unwrap();
            assert_eq!(at(&inventory, "b/z"), &file("b/z"));
            assert_eq!(inventory.troubles().count(), 0, "{inventory:?}");
        }
    }

    #[test]
    fn the_names_of_a_directory_are_found_in_the_inventory_of_all() {
        let paths = ["a", "b", "b-c", "b/x", "b/y/z", "b0", "c/d/e", "c/d/f", "c/g"];
        let item = |path: &str| Item::of(path.as_bytes().into(), Ok(Entry::Dir));
        let items = paths.into_iter().map(item).collect();
        let inventory = Inventory { items, bytes: 0, modes: true };
        let names = |path: &str| {
            let children = children(&inventory, path.as_bytes());
            let mut names: Vec<_> = (children.iter())
                .map(|(name, item)| (std::str::from_utf8(name).unwrap(), item.is_some()))
                .collect();
            names.sort_unstable();
            names
        };
        let all = [("a", true), ("b", true), ("b-c", true), ("b0", true), ("c", false)];
        assert_eq!(names(""), all);
        assert_eq!(names("b"), [("x", true), ("y", false)]);
        assert_eq!(names("c/d"), [("e", true), ("f", true)]);
        assert_eq!(names("a"), []);
    }

    #[test]
    fn what_comes_and_goes_out_of_scope_is_nobodys_business() {
        let log = |tree: &Path| fs::write(tree.join("a/build.log"), "").unwrap();
        assert_eq!(unstable_after(log).unwrap(), [""; 0]);
        let replaced = |tree: &Path| {
            fs::write(tree.join("b/new.log"), "z").unwrap();
            fs::rename(tree.join("b/new.log"), tree.join("b/z")).unwrap();
        };
        assert_eq!(unstable_after(replaced).unwrap(), [""; 0]);
    }
}
