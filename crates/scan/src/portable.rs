//! The walk where there are no directory descriptors: by paths, through `walkdir`.
//!
//! Slower, and without the guard against components that are redirected during the walk: the
//! documents say so. What it finds is what `walk` finds, and a test holds the two together.

use std::collections::HashSet;
use std::fs::{self, File, FileType};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};
use sealgate_core::compare::inventory::{Item, ScanError};
use sealgate_core::seal::entry::Entry;
use sealgate_core::seal::exclude::Scope;
use sealgate_core::seal::path::{self, EntryPath};
use sealgate_core::text::place::{link_target, shown_path};
use sealgate_core::text::problem::in_words;
use walkdir::WalkDir;

use super::large::{self, SetAside};
use super::read::Opened;
use super::{Kind, Listing, PassOver, RootError, Scanner};

/// A directory, known by its path.
#[derive(Debug)]
#[cfg_attr(unix, expect(unreachable_pub, reason = "compiled here for its test alone"))]
pub struct Directory(PathBuf);

/// A path relative to the root, and what was found there.
type Found = (Box<[u8]>, Result<FileType, ScanError>);

#[cfg_attr(unix, expect(unreachable_pub, dead_code, reason = "compiled here for its test alone"))]
impl Directory {
    /// Opens the root `path` below `base`; no component of `path` may be a link.
    ///
    /// `base` is the user's own choice, and links in it are followed. It is made canonical, since
    /// Windows takes names below any other path as it likes: it would open `foo` for `foo.`, and a
    /// device for `NUL`.
    pub fn open_root(base: &Path, path: Option<&EntryPath>) -> Result<Self, RootError> {
        let shown = || shown_path(base).into_owned();
        let base = base.canonicalize().map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => RootError::Missing(shown()),
            io::ErrorKind::NotADirectory => RootError::NotDirectory(shown()),
            _ => RootError::Unreadable(shown(), in_words(&error)),
        })?;
        let steps = path.into_iter().flat_map(|path| path.parents().chain([path.as_str()]));
        for step in steps {
            let found =
                fs::symlink_metadata(base.join(step)).map_err(|error| match error.kind() {
                    io::ErrorKind::NotFound => RootError::Missing(step.to_owned()),
                    _ => RootError::Unreadable(step.to_owned(), in_words(&error)),
                })?;
            if found.is_symlink() {
                return Err(RootError::Link(step.to_owned()));
            }
            if !found.is_dir() {
                return Err(RootError::NotDirectory(step.to_owned()));
            }
        }
        Ok(Self(match path {
            Some(path) => base.join(path.as_str()),
            None => base,
        }))
    }

    /// Lists this directory.
    pub fn list(&self) -> Result<Listing, ScanError> {
        let unreadable = |error: io::Error| ScanError::unreadable(&error).of_directory();
        let names = fs::read_dir(&self.0).map_err(unreadable)?;
        let kind = |entry: fs::DirEntry| {
            Ok((entry.file_name().as_encoded_bytes().into(), kind(entry.file_type()?)))
        };
        names.map(|entry| entry.and_then(kind).map_err(unreadable)).collect()
    }

    /// Opens the directory at `path` below this one, and makes what is missing of it.
    #[cfg(not(unix))]
    pub fn make_beneath(&self, path: &EntryPath) -> io::Result<Self> {
        fs::create_dir_all(self.0.join(path.as_str()))?;
        Self::open_root(&self.0, Some(path)).map_err(|error| io::Error::other(error.to_string()))
    }

    /// Opens the directory `name` in this one; a link to a directory is none.
    #[cfg(not(unix))]
    pub fn child(&self, name: &[u8]) -> io::Result<Self> {
        let path = self.0.join(native(name)?);
        if fs::symlink_metadata(&path)?.is_dir() {
            Ok(Self(path))
        } else {
            Err(io::ErrorKind::NotADirectory.into())
        }
    }

    /// Gives what is called `name` here the name `wanted` in `to`, where nothing may be.
    #[cfg(not(unix))]
    pub fn move_to(&self, name: &[u8], to: &Self, wanted: &[u8]) -> io::Result<()> {
        let wanted = to.0.join(native(wanted)?);
        if fs::symlink_metadata(&wanted).is_ok() {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        fs::rename(self.0.join(native(name)?), wanted)
    }

    /// Removes what is called `name` here: a directory only if it is empty.
    #[cfg(not(unix))]
    pub fn remove(&self, name: &[u8], kind: Kind) -> io::Result<()> {
        let path = self.0.join(native(name)?);
        if kind == Kind::Directory { fs::remove_dir(path) } else { fs::remove_file(path) }
    }

    /// The version of this directory that is there now.
    #[cfg(not(unix))]
    pub fn version(&self) -> Result<super::Version, ScanError> {
        let now = super::stamp::Now::ask();
        let metadata = fs::metadata(&self.0);
        let metadata = metadata.map_err(|error| ScanError::unreadable(&error).of_directory())?;
        let stamp = super::stamp::Stamp::of(&metadata);
        Ok(super::Version { stamp, young: stamp.is_young(now) })
    }

    /// Opens the file at `path`, unless it is a link.
    pub(super) fn file_beneath(&self, path: &EntryPath) -> Result<File, ScanError> {
        let path = self.0.join(path.as_str());
        let found = fs::symlink_metadata(&path).map_err(|error| ScanError::unreadable(&error))?;
        if !found.is_file() {
            return Err(ScanError::unstable("it became something else while it was read"));
        }
        File::open(path).map_err(|error| ScanError::unreadable(&error))
    }
}

/// A name as the system takes it.
#[cfg(not(unix))]
fn native(name: &[u8]) -> io::Result<&str> {
    std::str::from_utf8(name).map_err(|_| io::ErrorKind::InvalidInput.into())
}

/// Fewer paths are observed by one thread.
const FEW: usize = 96;

/// Files that were set aside.
type Aside = Mutex<Vec<SetAside>>;

/// Lists and hashes everything in scope below `root`, in no order.
pub(super) fn walk(
    root: &Directory,
    scope: &Scope,
    scanner: &Scanner,
    pass_over: PassOver<'_>,
) -> Result<Vec<Item>, RootError> {
    let found = discover(&root.0, scope, scanner)?;
    if let Some(stage) = &scanner.stage {
        let is_directory = |found: &Found| matches!(&found.1, Ok(file_type) if file_type.is_dir());
        let directories = found.iter().filter(|found| is_directory(found));
        directories.for_each(|(path, _)| stage.directory(path));
    }
    let occupied: HashSet<&[u8]> = found.iter().filter_map(|(path, _)| parent(path)).collect();
    let aside = Aside::default();
    let hash = |(path, found): &Found| {
        let outcome = match found {
            Err(trouble) => Err(trouble.clone()),
            Ok(file_type) if file_type.is_dir() && occupied.contains(&**path) => return None,
            Ok(_) if pass_over.is_some_and(|passes| passes(path)) => {
                return Some(Item::passed(path.clone()));
            }
            Ok(file_type) => observe(root, path, *file_type, scanner, &aside).transpose()?,
        };
        let item = Item::of(path.clone(), outcome);
        scanner.meter.count(1, item.observed.bytes());
        Some(item)
    };
    let mut items: Vec<Item> = if found.len() > FEW && scanner.workers.several() {
        found.par_iter().filter_map(hash).collect()
    } else {
        found.iter().filter_map(hash).collect()
    };
    let aside = aside.into_inner().unwrap_or_else(PoisonError::into_inner);
    items.append(&mut large::hash_all(&|path| root.file_beneath(path), scanner, aside));
    Ok(items)
}

/// Every path in scope, directories included, with its type.
fn discover(root: &Path, scope: &Scope, scanner: &Scanner) -> Result<Vec<Found>, RootError> {
    let mut found: Vec<Found> = Vec::new();
    let mut walker = WalkDir::new(root).min_depth(1).into_iter();
    while let Some(next) = walker.next() {
        let entry = match next {
            Ok(entry) => entry,
            Err(error) => {
                let path = path::relative(root, error.path().unwrap_or(root));
                let error = error.into_io_error().unwrap_or_else(|| io::Error::other("a loop"));
                if path.is_empty() {
                    return Err(RootError::Unreadable("the root".to_owned(), in_words(&error)));
                }
                // A directory is named once when it is met, and again when it cannot be listed.
                found.retain(|(listed, _)| *listed != path);
                found.push((path, Err(ScanError::unreadable(&error).of_directory())));
                continue;
            }
        };
        let path = path::relative(root, entry.path());
        let is_dir = entry.file_type().is_dir();
        let excluded = scope.excludes_child(&path, is_dir).is_some();
        let fault = path::check(&path).err();
        if is_dir && (excluded || fault.is_some()) {
            walker.skip_current_dir();
        }
        if excluded {
            scanner.meter.leave_out(1);
        } else {
            let trouble = |fault: path::PathFault| ScanError {
                directory: is_dir,
                ..ScanError::unsealable(fault.to_string())
            };
            found.push((
                path,
                fault.map_or_else(|| Ok(entry.file_type()), |fault| Err(trouble(fault))),
            ));
        }
    }
    Ok(found)
}

/// Observes one path; `None` for a file that was set aside.
fn observe(
    root: &Directory,
    path: &[u8],
    file_type: FileType,
    scanner: &Scanner,
    aside: &Aside,
) -> Result<Option<Entry>, ScanError> {
    let path = std::str::from_utf8(path)
        .ok()
        .and_then(|text| EntryPath::parse(text).ok())
        .ok_or_else(|| ScanError::unsealable("the name cannot be sealed"))?;
    match kind(file_type) {
        Kind::Directory => Ok(Some(Entry::Dir)),
        Kind::Link => {
            let target = fs::read_link(root.0.join(path.as_str()))
                .map_err(|error| ScanError::unreadable(&error))?;
            let target = link_target(&target)
                .ok_or_else(|| ScanError::unsealable("the link's target is not UTF-8"))?;
            if let Some(stage) = &scanner.stage {
                stage.link(path.as_bytes(), &target);
            }
            Ok(Some(Entry::Link { target: target.into() }))
        }
        Kind::File => {
            let file = Opened::new(root.file_beneath(&path)?)?;
            if file.size() >= large::SET_ASIDE {
                let aside_too = SetAside::new(path, &file);
                aside.lock().unwrap_or_else(PoisonError::into_inner).push(aside_too);
                return Ok(None);
            }
            let mut copy = scanner.copy(path.as_bytes(), &file);
            file.read(&mut copy).map(|(entry, _)| Some(entry))
        }
        Kind::Special(name) => Err(ScanError::unsealable(name)),
    }
}

fn kind(file_type: FileType) -> Kind {
    if file_type.is_dir() {
        Kind::Directory
    } else if file_type.is_symlink() {
        Kind::Link
    } else if file_type.is_file() {
        Kind::File
    } else {
        Kind::Special("neither a file, a link nor a directory")
    }
}

fn parent(path: &[u8]) -> Option<&[u8]> {
    path.iter().rposition(|&byte| byte == b'/').map(|at| &path[..at])
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use sealgate_core::compare::inventory::Observed;

    use super::*;

    #[test]
    fn both_walks_find_the_same() {
        let tree = tempfile::tempdir().unwrap();
        let at = |name: &str| tree.path().join(name);
        for directory in ["a/b/c", "empty", "only-logs", "deep/er", "cache"] {
            fs::create_dir_all(at(directory)).unwrap();
        }
        for (name, content) in [
            ("a/x", "1"),
            ("a/b/c/y", ""),
            ("only-logs/z.log", "l"),
            ("cache/q", "q"),
            ("a-b", "2"),
        ] {
            fs::write(at(name), content).unwrap();
        }
        fs::write(at("large"), vec![7; 3 << 20]).unwrap();
        fs::write(at("back\\slash"), "no").unwrap();
        symlink("a/x", at("link")).unwrap();
        symlink("deep", at("link-to-directory")).unwrap();
        fs::set_permissions(at("a/x"), fs::Permissions::from_mode(0o644)).unwrap();
        let scope = Scope::new(vec!["*.log".into(), "/cache".into()]).unwrap();

        let by_paths = Directory::open_root(tree.path(), None).unwrap();
        let by_descriptors = super::super::Directory::open_root(tree.path(), None).unwrap();
        let passes =
            |path: &[u8]| [&b"a/x"[..], b"empty", b"large", b"link", b"deep"].contains(&path);
        for (pass_over, passed) in [(None, 0), (Some(&passes as _), 4)] {
            let mut paths = walk(&by_paths, &scope, &Scanner::new(None), pass_over).unwrap();
            let descriptors = super::super::walk::walk;
            let mut descriptors =
                descriptors(&by_descriptors, &scope, &Scanner::new(None), pass_over).unwrap().0;
            paths.sort_by(|a, b| a.path.cmp(&b.path));
            descriptors.sort_by(|a, b| a.path.cmp(&b.path));
            assert_eq!(paths, descriptors);
            assert_eq!(paths.len(), 10);
            let counted = paths.iter().filter(|item| item.observed == Observed::Passed).count();
            assert_eq!(counted, passed);
        }
    }
}
