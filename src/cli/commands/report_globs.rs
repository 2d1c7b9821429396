//! The files that globs find: `merge-reports --globs`.
//!
//! A glob is never taken for a name. Otherwise a file that bears the very name of a glob would stand
//! in for all that the glob finds, and whoever writes one report could hide the others. What cannot
//! be listed is an error for the same reason: no report that is there may be left out in silence.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use sealgate_core::seal::exclude::pattern::Glob;
use sealgate_core::text::place::shown_path;
use sealgate_core::text::problem::{Problem, in_words};

/// A component with one of these is a glob. (On Windows a backslash ends a component.)
const SPECIAL: &[u8] = b"*?[{\\";

/// The files that `globs`, as seen from the directory `base`, find, each once, in the order of their names. Each glob must find one.
pub(super) fn find(globs: &[PathBuf], base: &Path) -> Result<Vec<PathBuf>, Vec<Problem>> {
    let mut found = BTreeSet::new();
    let mut problems = Vec::new();
    for glob in globs {
        match find_one(glob, base) {
            Ok(paths) if paths.is_empty() => problems.push(
                Problem::new("report-missing", format!("{}: no file matches", shown_path(glob)))
                    .remedy("bring the reports of all shares there, or correct the glob"),
            ),
            Ok(paths) => found.extend(paths),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() { Ok(found.into_iter().collect()) } else { Err(problems) }
}

/// The files that `glob`, as seen from the directory `base`, finds.
pub(super) fn find_one(glob: &Path, base: &Path) -> Result<Vec<PathBuf>, Problem> {
    let unreadable = |path: &Path, error: &io::Error| {
        let message = format!("{}: {}", shown_path(path), in_words(error));
        Problem::new("report-unreadable", message)
            .remedy("let this user read it, or move away what is no report")
    };
    let mut found = vec![PathBuf::new()];
    for part in parts(glob)? {
        let mut next = Vec::new();
        for path in found {
            match &part {
                Part::Plain(name) => next.push(path.join(name)),
                Part::Glob(names) => {
                    let listed = list(&base.join(&path));
                    let listed = listed.map_err(|error| unreadable(&path, &error))?;
                    let matching = listed.iter().filter(|name| names.matches(name));
                    next.extend(matching.map(|name| path.join(name)));
                }
            }
        }
        found = next;
    }
    let mut there = Vec::new();
    for path in found {
        // A link that leads nowhere is there: reading it will be an error.
        match present(base.join(&path).symlink_metadata()) {
            Ok(Some(_)) => there.push(path),
            Ok(None) => {}
            Err(error) => return Err(unreadable(&path, &error)),
        }
    }
    Ok(there)
}

/// One component of a glob.
enum Part {
    /// A name, `..`, or where an absolute path begins.
    Plain(OsString),
    /// What matches many names.
    Glob(Box<Names>),
}

/// The names that one component matches.
struct Names {
    glob: Glob,
    /// Whether it begins with a dot: as in a shell, nothing else finds a name that does.
    hidden: bool,
}

impl Names {
    fn matches(&self, name: &OsString) -> bool {
        let name = name.as_encoded_bytes();
        (self.hidden || !name.starts_with(b".")) && self.glob.matches(self.glob.top(), name)
    }
}

fn parts(glob: &Path) -> Result<Vec<Part>, Problem> {
    let mut parts = Vec::new();
    for component in glob.components() {
        if component != Component::CurDir {
            parts.push(part(glob, component)?);
        }
    }
    if parts.is_empty() {
        return Err(Problem::new("usage", "an empty glob names no file")
            .remedy("write a glob such as 'reports/*.json'"));
    }
    Ok(parts)
}

fn part(glob: &Path, component: Component<'_>) -> Result<Part, Problem> {
    let text = component.as_os_str();
    let bytes = text.as_encoded_bytes();
    if !matches!(component, Component::Normal(_))
        || !bytes.iter().any(|byte| SPECIAL.contains(byte))
    {
        return Ok(Part::Plain(text.to_owned()));
    }
    let pattern = text.to_str().ok_or_else(|| {
        Problem::new("usage", format!("{}: a glob must be UTF-8", shown_path(glob)))
            .remedy("write `?` in place of what is not")
    })?;
    let names = Glob::new(pattern).map_err(|why| {
        Problem::new("usage", format!("{}: {why}", shown_path(glob)))
            .remedy("write a character that is meant itself in brackets, such as [[]")
    })?;
    Ok(Part::Glob(Box::new(Names { glob: names, hidden: pattern.starts_with('.') })))
}

/// The names in `directory`; none if it is no directory.
fn list(directory: &Path) -> io::Result<Vec<OsString>> {
    // The empty path is where the command runs.
    let here = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
    let Some(entries) = present(fs::read_dir(here))? else { return Ok(Vec::new()) };
    entries.map(|entry| entry.map(|entry| entry.file_name())).collect()
}

/// What came of looking; `None` if nothing is there.
fn present<T>(looked: io::Result<T>) -> io::Result<Option<T>> {
    match looked {
        Ok(found) => Ok(Some(found)),
        Err(error)
            if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) =>
        {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}
