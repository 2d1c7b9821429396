//! What `git add` would store: after filters, line endings and modes as they are configured here.

use sealgate_core::text::place::shown_path;
use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::object::{Oid, TreeMode, tree_mode};
use super::on_disk::ids_on_disk;
use super::special::{parent, refuse_special};
use super::{GitError, answer, native, plumbing, records, run};

/// How many directories of other runs may be in the way of a new one.
const IN_THE_WAY: u32 = 100;

/// What `git add` would make of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addition {
    /// The id of the bytes on the disk.
    pub on_disk: Oid,
    /// The bytes that would be stored.
    pub stored: Stored,
    /// The mode that would be stored.
    pub mode: TreeMode,
}

/// The bytes that `git add` would store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stored {
    /// Those with this id.
    Bytes(Oid),
    /// What this filter makes of those on the disk. It is a program that somebody configured, and was not
    /// run.
    Filtered(String),
}

/// Asks git what adding the regular files `paths`, relative to `repository`, would store, in their order;
/// `None` for a path that git did not take. Nothing is added: git works on a copy of the index and writes
/// no object. No filter is run. At most `threads` read the files.
///
/// # Errors
///
/// git cannot be run, or fails, or the index cannot be copied, or a file cannot be read.
pub fn additions(
    repository: &Path,
    paths: &[&str],
    threads: usize,
) -> Result<Vec<Option<Addition>>, GitError> {
    if paths.is_empty() {
        return Ok(Vec::new());
    }
    let above = paths.iter().map(|path| parent(path));
    refuse_special(repository, above, ".gitattributes", "update-index")?;
    let programs = programs(repository)?;
    let filters = filters(repository, paths, &programs)?;
    let (filtered, plain): (Vec<&str>, Vec<&str>) =
        paths.iter().partition(|path| filters.contains_key(**path));
    let plain =
        IndexCopy::make(repository, Recent::ByContent)?.add(repository, &plain, &programs)?;
    // Of a file that did not change since it was added, the index tells what the filter made of it.
    let copy = IndexCopy::make(repository, Recent::ByTimes)?;
    let before = if filtered.is_empty() { Listed::new() } else { copy.list(repository)? };
    let filtered = copy.add(repository, &filtered, &programs)?;
    let Some((_, like)) = plain.values().chain(filtered.values()).next() else {
        return Ok(vec![None; paths.len()]);
    };
    let on_disk = ids_on_disk(repository, paths, like, threads)?;
    let mut additions = Vec::with_capacity(paths.len());
    for (path, on_disk) in paths.iter().zip(on_disk) {
        let filter = filters.get(*path);
        let after = if filter.is_some() { &filtered } else { &plain };
        let was_so = || before.get(path.as_bytes()).is_some_and(|(_, oid)| *oid == on_disk);
        additions.push(after.get(path.as_bytes()).map(|&(mode, oid)| Addition {
            on_disk,
            mode,
            stored: match filter {
                Some(filter) if oid == on_disk && !was_so() => Stored::Filtered(filter.clone()),
                _ => Stored::Bytes(oid),
            },
        }));
    }
    Ok(additions)
}

/// The keys by which programs are configured that filter what is added, as `filter.NAME.clean`.
fn programs(repository: &Path) -> Result<Vec<String>, GitError> {
    let options = ["-z", "--name-only", "--get-regexp", r"^filter\..*\.(clean|process)$"];
    // 1: there is none.
    let said = answer(plumbing(repository), "config", &options, b"", &[0, 1])?;
    let keys = records(&said).into_iter().map(|key| String::from_utf8_lossy(&key).into_owned());
    Ok(keys.collect())
}

/// The name of the filter that a key of [`programs`] configures.
fn filter_of(key: &str) -> &str {
    let name = key.strip_prefix("filter.").unwrap_or(key);
    name.rsplit_once('.').map_or(name, |(name, _)| name)
}

/// Lets git run none of these programs.
fn turn_off(git: &mut Command, programs: &[String]) {
    let mut settings: Vec<(String, &str)> = Vec::new();
    for key in programs {
        settings.push((key.clone(), ""));
        settings.push((format!("filter.{}.required", filter_of(key)), "false"));
    }
    git.env("GIT_CONFIG_COUNT", settings.len().to_string());
    for (at, (key, value)) in settings.iter().enumerate() {
        git.env(format!("GIT_CONFIG_KEY_{at}"), key).env(format!("GIT_CONFIG_VALUE_{at}"), value);
    }
}

/// The filters that have one of these programs, of the paths that attributes give one.
fn filters(
    repository: &Path,
    paths: &[&str],
    programs: &[String],
) -> Result<HashMap<String, String>, GitError> {
    let mut filters = HashMap::new();
    if programs.is_empty() {
        return Ok(filters);
    }
    let known: HashSet<&str> = programs.iter().map(|key| filter_of(key)).collect();
    let input: Vec<u8> = paths.iter().flat_map(|path| [path.as_bytes(), b"\0"].concat()).collect();
    let options = ["--stdin", "-z", "filter"];
    let said = answer(plumbing(repository), "check-attr", &options, &input, &[0])?;
    let mut fields = said.split(|&byte| byte == 0);
    // PATH NUL `filter` NUL VALUE NUL
    while let (Some(path), Some(_), Some(value)) = (fields.next(), fields.next(), fields.next()) {
        let (Ok(path), Ok(value)) = (std::str::from_utf8(path), std::str::from_utf8(value)) else {
            continue;
        };
        if known.contains(value) {
            filters.insert(path.to_owned(), value.to_owned());
        }
    }
    Ok(filters)
}

/// The modes and the ids in an index, by path.
type Listed = HashMap<Vec<u8>, (TreeMode, Oid)>;

fn listed(listing: &[u8]) -> Listed {
    let mut found = HashMap::new();
    for record in records(listing) {
        // MODE SP OID SP STAGE TAB PATH
        let Some(tab) = record.iter().position(|&byte| byte == b'\t') else { continue };
        let mut fields = record[..tab].split(|&byte| byte == b' ');
        let mode = fields.next().and_then(tree_mode);
        let oid = fields.next().and_then(Oid::from_hex);
        if let (Some(mode), Some(oid), Some(b"0")) = (mode, oid, fields.next()) {
            found.insert(record[tab + 1..].to_vec(), (mode, oid));
        }
    }
    found
}

/// A copy of the index that git may write to, in a directory of its own that nobody else may enter and
/// that is removed when this is dropped. The repository stays as it is.
struct IndexCopy(PathBuf);

/// How git finds out whether a file changed that was written in the second in which the index was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Recent {
    /// It reads the file, as always.
    ByContent,
    /// By times and size alone: what was read would have to go through a filter.
    ByTimes,
}

/// How far in the future the copy of an index is, so that no file is as recent.
const LATER: Duration = Duration::from_secs(24 * 60 * 60);

impl IndexCopy {
    fn make(repository: &Path, recent: Recent) -> Result<Self, GitError> {
        let failed = |error: io::Error| GitError::Failed {
            command: "update-index",
            stderr: format!("the index cannot be copied: {error}"),
        };
        let index = native(&run(repository, "rev-parse", &["--git-path", "index"])?);
        let copy = Self(private_directory().map_err(failed)?);
        match copy.fill(&repository.join(index), recent) {
            // Nothing was ever added.
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(error)),
            _ => Ok(copy),
        }
    }

    fn fill(&self, index: &Path, recent: Recent) -> io::Result<()> {
        let time = fs::metadata(index)?.modified()?;
        fs::copy(index, self.path())?;
        let time = match recent {
            Recent::ByContent => time,
            Recent::ByTimes => time + LATER,
        };
        fs::File::options().write(true).open(self.path())?.set_modified(time)
    }

    /// Adds the files at `paths` to the copy, without the filter `programs`, and gives what it holds then.
    fn add(
        &self,
        repository: &Path,
        paths: &[&str],
        programs: &[String],
    ) -> Result<Listed, GitError> {
        if paths.is_empty() {
            return Ok(Listed::new());
        }
        let mut input = Vec::new();
        for path in paths {
            input.extend([path.as_bytes(), b"\0"].concat());
        }
        let options = ["--add", "--replace", "--info-only", "-z", "--stdin"];
        let mut git = self.git(repository);
        turn_off(&mut git, programs);
        answer(git, "update-index", &options, &input, &[0])?;
        self.list(repository)
    }

    fn path(&self) -> PathBuf {
        self.0.join("index")
    }

    /// What the copy holds now.
    fn list(&self, repository: &Path) -> Result<Listed, GitError> {
        let said = answer(self.git(repository), "ls-files", &["--stage", "-z"], b"", &[0])?;
        Ok(listed(&said))
    }

    /// A git that takes the copy for its index.
    fn git(&self, repository: &Path) -> Command {
        let mut git = plumbing(repository);
        git.env("GIT_INDEX_FILE", self.path());
        // An index of two files would leave the second one behind, and `safecrlf` would fail where what
        // is stored is asked for.
        git.args(["-c", "core.splitIndex=false", "-c", "core.safecrlf=false"]);
        git
    }
}

impl Drop for IndexCopy {
    fn drop(&mut self) {
        // What cannot be removed stays behind in the directory for temporary files, and harms nobody.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// What makes directories that are open to their owner alone; on Windows those for temporary files are.
fn private_maker() -> fs::DirBuilder {
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        let mut maker = fs::DirBuilder::new();
        maker.mode(0o700);
        maker
    }
    #[cfg(not(unix))]
    fs::DirBuilder::new()
}

/// Makes a new directory in that for temporary files.
fn private_directory() -> io::Result<PathBuf> {
    let (parent, process) = (std::env::temp_dir(), std::process::id());
    let maker = private_maker();
    for attempt in 0..IN_THE_WAY {
        let place = parent.join(format!("sealgate-{process}-{attempt}"));
        match maker.create(&place) {
            Ok(()) => return std::path::absolute(place),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::other(format!("no free name in {}", shown_path(&parent))))
}
