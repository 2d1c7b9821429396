//! After the last file is read: whether the directories still hold the names that were walked.
//!
//! Each listing was sound when it was taken, and yet together they may never have been true: a file
//! that is renamed from a directory still to be listed into one that was, is in neither listing.
//! So every directory is stamped again at the end. One that changed is listed again; other names in
//! scope make it unstable. A second look at all of them shows that the listings, old and new, held
//! at one time.

use std::collections::HashSet;

use rayon::iter::{
    IndexedParallelIterator as _, IntoParallelRefIterator as _, ParallelIterator as _,
};

use super::open::{Listed, directory_trouble};
use super::{Directory, Inventory, Item, Kind, Observed, RootError, Trouble, Workers};
use crate::scope::Scope;

/// Looks at every directory in `listed` again, and marks as unstable in `inventory` what changed.
pub(super) fn settle(
    root: &Directory,
    scope: &Scope,
    mut listed: Vec<Listed>,
    workers: &Workers,
    inventory: &mut Inventory,
) -> Result<(), RootError> {
    let mut unstable = Vec::new();
    let changed = changed_among(root, &listed, workers);
    for (index, seen) in &changed {
        let place = &mut listed[*index];
        let again = seen.clone().and_then(|()| list_again(root, scope, &place.path));
        match again {
            Ok((stamp, paths)) if paths == paths_in(inventory, &place.path) => place.stamp = stamp,
            Ok(_) => unstable.push((place.path.clone(), changed_trouble())),
            Err(trouble) => unstable.push((place.path.clone(), trouble)),
        }
    }
    if !changed.is_empty() {
        let again = changed_among(root, &listed, workers).into_iter();
        unstable.extend(again.map(|(index, _)| (listed[index].path.clone(), changed_trouble())));
    }
    mark(inventory, unstable)
}

/// Fewer directories are looked at by one thread.
const FEW: usize = 256;

/// The indices of the directories whose stamp is another one now, or cannot be told.
fn changed_among(
    root: &Directory,
    listed: &[Listed],
    workers: &Workers,
) -> Vec<(usize, Result<(), Trouble>)> {
    let look = |(index, place): (usize, &Listed)| match root.stamp_beneath(&place.path) {
        Ok(now) if now == place.stamp => None,
        now => Some((index, now.map(|_| ()).map_err(directory_trouble))),
    };
    if listed.len() > FEW && workers.several() {
        listed.par_iter().enumerate().filter_map(look).collect()
    } else {
        listed.iter().enumerate().filter_map(look).collect()
    }
}

type Paths = HashSet<Box<[u8]>>;

fn list_again(
    root: &Directory,
    scope: &Scope,
    path: &[u8],
) -> Result<(super::open::Stamp, Paths), Trouble> {
    let directory = root.directory_beneath(path).map_err(directory_trouble)?;
    let (listing, stamp) = directory.list_stamped(path)?;
    let level = scope.level(path);
    let start = if path.is_empty() { 0 } else { path.len() + 1 };
    let in_scope = |(path, kind): &(Box<[u8]>, Kind)| {
        scope.excludes_name(&level, &path[start..], *kind == Kind::Directory).is_none()
    };
    Ok((stamp, listing.into_iter().filter(in_scope).map(|(path, _)| path).collect()))
}

/// The paths that the inventory has directly in the directory `path`.
fn paths_in(inventory: &Inventory, path: &[u8]) -> Paths {
    let (items, start) = match path {
        b"" => (&inventory.items[..], 0),
        path => (inventory.below(path), path.len() + 1),
    };
    let child = |item: &Item| {
        let name = item.path[start..].iter().position(|&byte| byte == b'/');
        item.path[..name.map_or(item.path.len(), |length| start + length)].into()
    };
    items.iter().map(child).collect()
}

fn changed_trouble() -> Trouble {
    Trouble::unstable("the directory changed while others were read").of_directory()
}

fn mark(inventory: &mut Inventory, unstable: Vec<(Box<[u8]>, Trouble)>) -> Result<(), RootError> {
    for (path, trouble) in unstable {
        if path.is_empty() {
            return Err(RootError::Unreadable("the root".to_owned(), trouble.detail));
        }
        let items = &mut inventory.items;
        let observed = Observed::Trouble(trouble);
        match items.binary_search_by(|item| item.path.cmp(&path)) {
            Ok(at) => items[at].observed = observed,
            Err(at) => items.insert(at, Item { path, observed }),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::{Engine, TroubleKind, walk};
    use std::fs;
    use std::path::Path;

    /// A tree that is walked, changed, and settled; what is unstable then.
    fn unstable_after(change: impl Fn(&Path)) -> Result<Vec<String>, RootError> {
        let tree = tempfile::tempdir().unwrap();
        for directory in ["a", "b/c", "empty"] {
            fs::create_dir_all(tree.path().join(directory)).unwrap();
        }
        for file in ["a/x", "b/c/y", "b/z"] {
            fs::write(tree.path().join(file), file).unwrap();
        }
        let root = Directory::open_root(tree.path(), None).unwrap();
        let scope = Scope::new(vec!["*.log".into()]).unwrap();
        let (mut items, listed) = walk::walk(&root, &scope, &Engine::new(None), None).unwrap();
        items.sort_by(|a, b| a.path.cmp(&b.path));
        let mut inventory = Inventory { items, bytes: 0, modes: true };
        change(tree.path());
        settle(&root, &scope, listed, &Workers::new(None), &mut inventory)?;
        assert!(inventory.troubles().all(|(_, trouble)| trouble.kind == TroubleKind::Unstable));
        let told = inventory.troubles().map(|(path, _)| String::from_utf8_lossy(path).into_owned());
        Ok(told.collect())
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
            fs::rename(tree.join("a"), tree.join("../a.log")).unwrap();
            fs::create_dir(tree.join("a")).unwrap();
            fs::remove_dir_all(tree.join("../a.log")).unwrap();
        };
        assert_eq!(unstable_after(swap).unwrap(), ["a"]);
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
