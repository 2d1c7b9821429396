//! What is left of a directory that was moved aside: what is brought back or removed, and what stays.
//!
//! Only the callers say what may be removed. Whatever else is met stays where it is, and is counted.

use std::io;

use sealgate_core::seal::path::join;
use sealgate_scan::{Directory, Kind};

/// What stays, each relative to the directory that was gone through.
pub(super) type Kept = Vec<Box<[u8]>>;

/// Brings everything in `from` back into `to`, and replaces nothing there: where something is, the
/// older one stays in `from`, unless `is_same` says that there is no difference.
///
/// # Errors
///
/// A directory cannot be listed, or the system refuses to move something.
pub(super) fn bring_back(
    from: &Directory,
    to: &Directory,
    above: &[u8],
    is_same: &dyn Fn(&[u8]) -> bool,
    kept: &mut Kept,
) -> io::Result<()> {
    for (name, kind) in list(from)? {
        let path = join(above, &name);
        match from.move_to(&name, to, &name) {
            Ok(()) => continue,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
        let beside = if kind == Kind::Directory { to.child(&name).ok() } else { None };
        match beside {
            Some(beside) => {
                bring_back(&from.child(&name)?, &beside, &path, is_same, kept)?;
                // What was kept is in it.
                let _ = from.remove(&name, Kind::Directory);
            }
            None if kind != Kind::Directory && is_same(&path) => from.remove(&name, kind)?,
            None => kept.push(path),
        }
    }
    Ok(())
}

/// Removes what `may_go` says from `directory`, and the directories that are empty then. What cannot be
/// removed stays, and so does all of a directory that cannot be listed.
pub(super) fn remove(
    directory: &Directory,
    above: &[u8],
    may_go: &dyn Fn(&[u8]) -> bool,
    kept: &mut Kept,
) {
    let Ok(listed) = list(directory) else {
        kept.push(if above.is_empty() { b".".as_slice().into() } else { above.into() });
        return;
    };
    for (name, kind) in listed {
        let path = join(above, &name);
        if kind != Kind::Directory {
            if !(may_go(&path) && directory.remove(&name, kind).is_ok()) {
                kept.push(path);
            }
            continue;
        }
        let Ok(child) = directory.child(&name) else {
            // An empty one can go, whoever may read it.
            if directory.remove(&name, kind).is_err() {
                kept.push(path);
            }
            continue;
        };
        remove(&child, &path, may_go, kept);
        // What was kept is in it.
        let _ = directory.remove(&name, kind);
    }
}

fn list(directory: &Directory) -> io::Result<sealgate_scan::Listing> {
    directory.list().map_err(|trouble| io::Error::other(trouble.detail))
}
