//! The list of what passed here in earlier pushes, in git's own directory: what a push does not change is
//! not read again.
//!
//! An item is the name of a seal, the id of the seal's file, its root, and the id of the tree at the root.
//! `known` says why these alone decide a verdict on a commit. The list counts for one version of this
//! program and one directory of seals.
//!
//! Only what this hook judged to pass is in the list: that a remote has a commit proves nothing. A list
//! that is missing or damaged, or that somebody else may write, is no list, and everything is judged.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sealgate_core::seal::entry::Digest;
use sealgate_core::seal::{Root, SealName};
use sealgate_git::Oid;
use sealgate_scan::read_named;
use serde::{Deserialize, Serialize};

use crate::tree::Workspace;
use crate::tree::replace::Writer;

/// The value of the key `format`.
const FORMAT: &str = "sealgate-passed/1";

/// The directory of the list, below git's own, and the list.
const DIRECTORY: [&str; 2] = ["sealgate", "hook"];
const FILE: &str = "passed";

/// A longer list is not read, in bytes.
const LONGEST: u64 = 4 << 20;

/// How many items are kept; the oldest go first.
const MOST: usize = 4_096;

/// What is in the list, below a line with the digest of these bytes.
#[derive(Debug, Serialize, Deserialize)]
struct Text {
    format: String,
    /// The version of the program that judged.
    version: String,
    /// The directory of seals.
    seals: String,
    /// The newest first.
    passed: Vec<Item>,
}

/// A name, the id of the seal's file, the root, and the id of the tree there, if there is one.
type Item = (String, String, String, Option<String>);

/// A seal that passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Passed {
    /// Its name.
    pub(super) name: SealName,
    /// The id of its file.
    pub(super) file: Oid,
    /// Its root.
    pub(super) root: Root,
    /// The id of the tree there; `None`: nothing was there.
    pub(super) tree: Option<Oid>,
}

/// What passed earlier, the newest first; nothing where there is no list that counts.
pub(super) fn read(repository: &Workspace) -> Vec<Passed> {
    let Some(directory) = directory(repository) else { return Vec::new() };
    let file = directory.join(FILE);
    if !(is_ours(&directory) && is_ours(&file)) {
        return Vec::new();
    }
    let bytes = read_named(&file, LONGEST).unwrap_or_default();
    parse(&bytes, repository.seals().as_str()).unwrap_or_default()
}

/// Replaces the list by `new`, followed by what is in `old` and not in `new`.
///
/// # Errors
///
/// It cannot be written. The next push then judges more than it needs to.
pub(super) fn write(repository: &Workspace, new: &[Passed], old: &[Passed]) -> io::Result<()> {
    let Some(directory) = directory(repository) else { return Ok(()) };
    make_directory(&directory)?;
    let old = old.iter().filter(|item| !new.contains(item));
    let items = new.iter().chain(old).take(MOST).map(Passed::item).collect();
    let bytes = text(items, repository.seals().as_str())?;
    let file = directory.join(FILE);
    Writer::default().write(&file, &bytes)?;
    keep_to_ourselves(&file)
}

fn text(passed: Vec<Item>, seals: &str) -> io::Result<Vec<u8>> {
    let (format, version) = (FORMAT.to_owned(), env!("CARGO_PKG_VERSION").to_owned());
    let text = Text { format, version, seals: seals.to_owned(), passed };
    let json = serde_json::to_vec(&text).map_err(io::Error::other)?;
    Ok([format!("{}\n", Digest::of(&json)).as_bytes(), &json].concat())
}

/// Reads what [`text`] wrote; `None` of anything else.
fn parse(bytes: &[u8], seals: &str) -> Option<Vec<Passed>> {
    let end = bytes.iter().position(|&byte| byte == b'\n')?;
    let (digest, json) = (&bytes[..end], &bytes[end + 1..]);
    if Digest::of(json).to_string().as_bytes() != digest {
        return None;
    }
    let text: Text = serde_json::from_slice(json).ok()?;
    let counts =
        text.format == FORMAT && text.version == env!("CARGO_PKG_VERSION") && text.seals == seals;
    if !counts {
        return None;
    }
    text.passed.into_iter().map(Passed::of).collect()
}

impl Passed {
    fn item(&self) -> Item {
        let tree = self.tree.map(|tree| tree.to_string());
        (self.name.to_string(), self.file.to_string(), self.root.as_str().to_owned(), tree)
    }

    fn of((name, file, root, tree): Item) -> Option<Self> {
        let root = Root::parse(&root).ok()?;
        let tree = match tree {
            Some(tree) => Some(Oid::from_hex(tree.as_bytes())?),
            None => None,
        };
        let (name, file) = (SealName::parse(&name)?, Oid::from_hex(file.as_bytes())?);
        Some(Self { name, file, root, tree })
    }
}

/// The directory of the list, below the one that all worktrees of the repository share.
fn directory(repository: &Workspace) -> Option<PathBuf> {
    let git = if repository.in_git() {
        repository.git_directories().ok()?.into_iter().rfind(|place| place.is_dir())?
    } else {
        repository.root().to_owned()
    };
    Some(git.join(DIRECTORY[0]).join(DIRECTORY[1]))
}

/// Whether `path` is no link, and this user alone may write it.
#[cfg(unix)]
fn is_ours(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    fs::symlink_metadata(path).is_ok_and(|found| {
        !found.is_symlink()
            && found.uid() == rustix::process::geteuid().as_raw()
            && found.mode() & 0o022 == 0
    })
}

/// Nobody knows here who may write it.
#[cfg(not(unix))]
fn is_ours(_: &Path) -> bool {
    false
}

#[cfg(unix)]
fn make_directory(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

#[cfg(not(unix))]
fn make_directory(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

/// Lets this user alone read and write `file`, whatever is usual here.
#[cfg(unix)]
fn keep_to_ourselves(file: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(file, fs::Permissions::from_mode(0o600))
}

#[cfg(not(unix))]
fn keep_to_ourselves(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items() -> Vec<Item> {
        let oid = |digit: &str| digit.repeat(40);
        let item =
            |name: &str, root: &str, tree| (name.to_owned(), oid("a"), root.to_owned(), tree);
        vec![item("dist", "build/dist", Some(oid("b"))), item("all", ".", None)]
    }

    #[test]
    fn reads_what_it_wrote_and_nothing_else() {
        let whole = text(items(), "seals").unwrap();
        let read = parse(&whole, "seals").unwrap();
        assert_eq!(read.iter().map(Passed::item).collect::<Vec<_>>(), items());
        assert_eq!(parse(&whole, "other/seals"), None);
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 1;
            assert_eq!(parse(&damaged, "seals"), None, "byte {at}");
            assert_eq!(parse(&whole[..at], "seals"), None, "cut at {at}");
        }
    }

    #[test]
    fn an_item_that_cannot_be_makes_no_list() {
        let (name, file, root, _) = items().swap_remove(0);
        let bad = "g".repeat(40);
        for item in [
            (String::new(), file.clone(), root.clone(), None),
            (name.clone(), bad.clone(), root.clone(), None),
            (name.clone(), file.clone(), "../x".to_owned(), None),
            (name, file, root, Some(bad)),
        ] {
            let text = text(vec![items().swap_remove(1), item.clone()], "seals").unwrap();
            assert_eq!(parse(&text, "seals"), None, "{item:?}");
        }
    }
}
