//! What a commit has at the path of a directory, and on the way to it.

use sealgate_core::seal::path::EntryPath;
use sealgate_git::{ObjectError, Objects, Oid, TreeMode};

use super::commit::find;

/// What a commit has where a directory may be.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Place<'p> {
    /// A directory.
    Tree(Oid),
    /// Nothing: the commit has no file at this path or below it.
    Nothing(&'p str),
    /// At this path, on the way or at its end, is something that is no directory. A checkout may
    /// have files behind it all the same: a link leads to some, and a submodule has its own.
    Other(&'p str, TreeMode),
}

/// Goes to the directory at `path` in the tree `top`. An error comes with the path that it is about.
pub(super) fn go<'p>(
    objects: &mut Objects,
    top: &Oid,
    path: &'p EntryPath,
) -> Result<Place<'p>, (&'p str, ObjectError)> {
    let mut at = *top;
    let mut above = 0;
    for step in path.parents().chain([path.as_str()]) {
        let name = step[above..].trim_start_matches('/');
        above = step.len();
        match find(objects, &at, name.as_bytes()).map_err(|error| (step, error))? {
            Some(entry) if entry.mode == TreeMode::Tree => at = entry.oid,
            Some(entry) => return Ok(Place::Other(step, entry.mode)),
            None => return Ok(Place::Nothing(step)),
        }
    }
    Ok(Place::Tree(at))
}
