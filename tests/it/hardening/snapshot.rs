//! What a repository holds, without git's own files except hooks and configuration.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// Kind, mode and content of each path.
pub(crate) type CommitTree = BTreeMap<PathBuf, String>;

/// Looks at everything below `root`.
pub(crate) fn of(root: &Path) -> CommitTree {
    let mut all = CommitTree::new();
    let looked_at = |path: &Path| {
        let below = path.strip_prefix(root).unwrap();
        let mut parts = below.components().map(std::path::Component::as_os_str);
        parts.next().is_none_or(|first| first != ".git")
            || parts.next().is_none_or(|second| second == "hooks" || second == "config")
    };
    let walk = walkdir::WalkDir::new(root).min_depth(1).into_iter();
    for entry in walk.filter_entry(|entry| looked_at(entry.path())) {
        let entry = entry.unwrap();
        let path = entry.path();
        let held = if entry.file_type().is_symlink() {
            format!("link {}", fs::read_link(path).unwrap().display())
        } else if entry.file_type().is_dir() {
            "directory".to_owned()
        } else {
            let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
            format!("file {mode:o} {}", String::from_utf8_lossy(&fs::read(path).unwrap()))
        };
        all.insert(path.strip_prefix(root).unwrap().to_owned(), held);
    }
    all
}

/// What `now` counts as for a run that printed this. Where git could not write its configuration, the hook
/// works all the same, and the run says that git joins no seals yet, or that it still does: then
/// the configuration counts as `new` has it.
pub(crate) fn given(mut now: CommitTree, new: &CommitTree, printed: &str) -> CommitTree {
    const UNWRITTEN: [&str; 2] =
        ["git does not join seals entry by entry yet", "the merge driver stays"];
    let config = Path::new(".git/config");
    if let (Some(held), true) =
        (new.get(config), UNWRITTEN.iter().any(|words| printed.contains(words)))
    {
        now.insert(config.to_owned(), held.clone());
    }
    now
}

/// A copy of the directory `from` as `to`, which must not exist, with times and modes.
pub(crate) fn copy(from: &Path, to: &Path) {
    let copied = std::process::Command::new("cp").arg("-a").arg(from).arg(to).status();
    assert!(copied.unwrap().success());
}

/// Makes `root`, which holds `now`, what `wanted` says, where `template` holds the originals.
pub(crate) fn restore(root: &Path, now: &CommitTree, wanted: &CommitTree, template: &Path) {
    if now == wanted {
        return;
    }
    fs::remove_dir_all(root).unwrap();
    copy(template, root);
}

/// Paths of `now` that hold neither what `old` nor what `new` has there, or that only a run in
/// the middle has (`strange`), and paths that neither has (`litter`).
pub(crate) fn strange(
    now: &CommitTree,
    old: &CommitTree,
    new: &CommitTree,
) -> (Vec<String>, Vec<PathBuf>) {
    let (mut strange, mut litter) = (Vec::new(), Vec::new());
    for (path, held) in now {
        let known = [old.get(path), new.get(path)];
        if known == [None, None] {
            litter.push(path.clone());
        } else if !known.contains(&Some(held)) {
            let begun: String = held.chars().take(60).collect();
            strange.push(format!("{} holds {begun:?}", path.display()));
        }
    }
    for path in old.keys().filter(|path| new.contains_key(*path) && !now.contains_key(*path)) {
        strange.push(format!("{} is gone", path.display()));
    }
    (strange, litter)
}
