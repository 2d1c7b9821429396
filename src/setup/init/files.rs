//! The files that `init` writes beside the seals: `.gitattributes` and a workflow.

use std::path::Path;

use sealgate_core::seal::path::EntryPath;
use sealgate_core::text::problem::{Problem, in_words};
use sealgate_git::GitError;
use sealgate_git::attributes::{LineEnds, has_line, pattern, with_lines};
use sealgate_git::setup::{self, AttributeFiles};
use sealgate_scan::{Directory, ReadFault, RootError, read_whole};

use crate::tree::Workspace;

/// The file of attributes at the root of a repository.
pub const ATTRIBUTES: &str = ".gitattributes";

/// The line that gives all text the same line ends everywhere.
pub const EVERYWHERE: &str = "* text=auto eol=lf";

/// git reads no longer file of attributes, in bytes.
const LONGEST: u64 = 100 << 20;

/// A directory whose bytes git is to leave alone.
#[derive(Debug)]
pub struct Place {
    /// Relative to the repository root.
    pub path: String,
    /// Whether attributes leave the line ends of all its files alone.
    pub exact: bool,
    /// Whether attributes rewrite some of its files.
    pub rewritten: bool,
}

impl Place {
    /// Asks git about directories and the files that lie in each (relative to the repository), in one
    /// process.
    pub fn ask(
        repository: &Path,
        directories: Vec<(String, Vec<Vec<u8>>)>,
    ) -> Result<Vec<Self>, GitError> {
        let (mut files, mut places, mut ends) = (Vec::new(), Vec::new(), Vec::new());
        for (path, within) in directories {
            files.extend(within);
            ends.push(files.len());
            places.push(Self { path, exact: true, rewritten: false });
        }
        let values = setup::values(repository, &files, AttributeFiles::Repository)?;
        let mut start = 0;
        for (place, end) in places.iter_mut().zip(ends) {
            for values in &values[start..end] {
                place.exact &= values.line_ends() == LineEnds::Kept;
                place.rewritten |= values.rewrite();
            }
            start = end;
        }
        Ok(places)
    }

    fn line(&self) -> String {
        format!("{} -text", pattern(&self.path))
    }
}

/// Whether [`EVERYWHERE`] may be offered: it says something new, and rewrites nothing that git
/// tracks.
pub fn may_offer_everywhere(repository: &Path) -> Result<bool, GitError> {
    let probe = setup::values(repository, &[b"x".to_vec()], AttributeFiles::Repository)?;
    let open = probe.iter().all(|values| values.line_ends() == LineEnds::Open);
    Ok(open && setup::index_is_free_of_crlf(repository)?)
}

/// A file that is to have other content.
#[derive(Debug)]
pub struct Change {
    /// Relative to the repository root.
    pub path: &'static str,
    /// Its new content.
    pub bytes: Vec<u8>,
    /// The lines that are new in it; empty for a file that is new as a whole.
    pub lines: Vec<String>,
}

/// What `.gitattributes` lacks for `places`; `None` if nothing.
pub fn attributes(
    repository: &Path,
    places: &[Place],
    everywhere: bool,
) -> Result<Option<Change>, Problem> {
    let existing = existing(repository, ATTRIBUTES)?.unwrap_or_default();
    let first = everywhere.then_some(EVERYWHERE);
    let needed = places.iter().filter(|place| !place.exact).map(Place::line);
    let lines: Vec<String> = needed.filter(|line| !has_line(&existing, line)).collect();
    if lines.is_empty() && first.is_none() {
        return Ok(None);
    }
    let bytes = with_lines(&existing, first, &lines);
    let lines = first.map(str::to_owned).into_iter().chain(lines).collect();
    Ok(Some(Change { path: ATTRIBUTES, bytes, lines }))
}

/// What the file at `path` holds; `None` where there is none. One that is no plain file, or is
/// read-only, is refused: someone wants it as it is.
pub fn existing(repository: &Path, path: &str) -> Result<Option<Vec<u8>>, Problem> {
    let problem = |message: String| {
        Problem::new("file-unwritable", message)
            .file(path)
            .remedy("make it a plain file that this user can read and write, or move it away")
    };
    let entry = EntryPath::parse(path).map_err(|fault| problem(fault.to_string()))?;
    let (above, name) = path.rsplit_once('/').unwrap_or(("", path));
    let above = EntryPath::parse(above).ok();
    let name = EntryPath::parse(name).map_err(|fault| problem(fault.to_string()))?;
    let directory = match Directory::open_root(repository, above.as_ref()) {
        Ok(directory) => directory,
        Err(RootError::Missing(_)) => return Ok(None),
        Err(error) => return Err(problem(error.to_string())),
    };
    match repository.join(entry.as_str()).symlink_metadata() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(problem(in_words(&error))),
        Ok(found) if !found.is_file() => return Err(problem("it is no plain file".to_owned())),
        Ok(found) if found.permissions().readonly() => {
            return Err(problem("it is read-only".to_owned()));
        }
        Ok(_) => {}
    }
    read_whole(&directory, &name, LONGEST).map(Some).map_err(|fault| match fault {
        ReadFault::TooLarge(size) => problem(format!("it is {size} bytes long")),
        ReadFault::ScanError(trouble) => problem(trouble.detail),
    })
}

/// Gives a file its new content in one step.
pub fn write(repository: &Workspace, change: &Change) -> Result<(), Problem> {
    let path = repository.root().join(change.path);
    let made = path.parent().map_or(Ok(()), std::fs::create_dir_all);
    made.and_then(|()| repository.replace(&path, &change.bytes)).map_err(|error| {
        Problem::new("file-unwritable", in_words(&error))
            .file(change.path)
            .remedy("give this user the right to write it, or make room; then run init again")
    })
}
