//! Sandboxes that are made once in a run of the tests, and laid out anew for each test that begins
//! with one: git and the program run a dozen times to make some of them, and hundreds of cases
//! begin alike.

use std::any::Any;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::panic::Location;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, OnceLock};

use walkdir::WalkDir;

use super::{Repo, scrubbed};

/// Whatever is kept of what a function made, by where it is called and with what.
type Cells = BTreeMap<(String, String), Arc<OnceLock<Box<dyn Any + Send + Sync>>>>;

static CELLS: LazyLock<Mutex<Cells>> = LazyLock::new(Mutex::default);

/// A directory as it was: what it held, by path, parents first.
struct Kept {
    at: PathBuf,
    nodes: Vec<(PathBuf, Held)>,
}

enum Held {
    Directory(u32),
    File(u32, Vec<u8>),
    Link(PathBuf),
}

impl Kept {
    fn of(at: &Path) -> Self {
        let mut nodes = Vec::new();
        for entry in WalkDir::new(at).min_depth(1) {
            let entry = entry.expect("a sandbox that can be read");
            let path = entry.path().strip_prefix(at).unwrap().to_owned();
            let mode = entry.metadata().unwrap().permissions().mode() & 0o7777;
            let held = if entry.file_type().is_dir() {
                Held::Directory(mode)
            } else if entry.file_type().is_symlink() {
                Held::Link(fs::read_link(entry.path()).unwrap())
            } else {
                Held::File(mode, fs::read(entry.path()).unwrap())
            };
            nodes.push((path, held));
        }
        Self { at: at.to_owned(), nodes }
    }

    /// Lays it out in the directory `to`. Places in `moved` are others now; git's own files state
    /// some, as that of a remote.
    fn lay_out(&self, to: &Path, moved: &[(PathBuf, PathBuf)]) {
        for (path, held) in &self.nodes {
            let at = to.join(path);
            match held {
                Held::Directory(_) if at.is_dir() => {}
                Held::Directory(_) => fs::create_dir(&at).unwrap(),
                Held::Link(target) => symlink(target, &at).unwrap(),
                Held::File(mode, bytes) => {
                    let configures = path.file_name().is_some_and(|name| name == "config");
                    let bytes = if configures { &renamed(bytes, moved) } else { bytes };
                    fs::write(&at, bytes).unwrap();
                    fs::set_permissions(&at, fs::Permissions::from_mode(*mode)).unwrap();
                }
            }
        }
        for (path, held) in self.nodes.iter().rev() {
            if let Held::Directory(mode) = held {
                fs::set_permissions(to.join(path), fs::Permissions::from_mode(*mode)).unwrap();
            }
        }
    }
}

fn renamed(bytes: &[u8], moved: &[(PathBuf, PathBuf)]) -> Vec<u8> {
    let Ok(text) = std::str::from_utf8(bytes) else { return bytes.to_owned() };
    let mut text = text.to_owned();
    for (from, to) in moved {
        text = text.replace(from.to_str().unwrap(), to.to_str().unwrap());
    }
    text.into_bytes()
}

impl Repo {
    /// What `make` makes. A second call from the same place with the same `arguments` gets a copy,
    /// in which nothing says that it is one: the index knows the files that are there.
    #[track_caller]
    pub(crate) fn once(arguments: &str, make: impl FnOnce() -> Self) -> Self {
        Self::once_with(arguments, || (make(), ())).0
    }

    /// The same, with what `make` tells of the repository.
    #[track_caller]
    pub(crate) fn once_with<T>(arguments: &str, make: impl FnOnce() -> (Self, T)) -> (Self, T)
    where
        T: Clone + Send + Sync + 'static,
    {
        let (repo, _, told) = Self::once_beside(arguments, || {
            let (repo, told) = make();
            (repo, tempfile::tempdir().unwrap(), told)
        });
        (repo, told)
    }

    /// The same, with a directory that belongs to the repository: its remote is there.
    #[track_caller]
    pub(crate) fn once_beside<T>(
        arguments: &str,
        make: impl FnOnce() -> (Self, tempfile::TempDir, T),
    ) -> (Self, tempfile::TempDir, T)
    where
        T: Clone + Send + Sync + 'static,
    {
        let key = (Location::caller().to_string(), arguments.to_owned());
        let cell = Arc::clone(CELLS.lock().unwrap().entry(key).or_default());
        let kept = cell.get_or_init(|| {
            let (repo, beside, told) = make();
            let outside = repo.root.parent().unwrap();
            Box::new((Kept::of(outside), Kept::of(beside.path()), told))
        });
        let (kept, kept_beside, told) = kept.downcast_ref::<(Kept, Kept, T)>().unwrap();
        let (repo, beside) = (Self::with(&[]), tempfile::tempdir().unwrap());
        let outside = repo.root.parent().unwrap();
        let moved = [
            (kept.at.clone(), outside.to_owned()),
            (kept_beside.at.clone(), beside.path().to_owned()),
        ];
        kept.lay_out(outside, &moved);
        kept_beside.lay_out(beside.path(), &moved);
        if repo.at(".git/index").exists() {
            // Git compares times and inodes first, and those of the copies are others.
            let mut git = scrubbed("git");
            git.current_dir(&repo.root).args(["update-index", "-q", "--refresh"]);
            assert!(git.output().unwrap().status.code().is_some());
        }
        (repo, beside, told.clone())
    }
}
