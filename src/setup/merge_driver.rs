//! How git comes to join two changes of one seal: a merge driver in its configuration, and a line of
//! attributes for the seals. Both are of this clone alone, and need no commit.

use std::path::Path;

use sealgate_core::text::place::shown_path;
use sealgate_core::text::problem::{Problem, in_words};
use sealgate_git::attributes::{has_line, pattern, with_lines};
use sealgate_git::setup;
use sealgate_git::{forget_merge_driver, merge_driver_of, own_attributes_file, set_merge_driver};
use sealgate_scan::{NamedFault, read_named};

use crate::tree::Workspace;

/// What attributes call the driver.
const NAME: &str = "sealgate";

/// No file of attributes is longer, in bytes: git reads none that is.
const LONGEST: u64 = 100 << 20;

/// What is said where the driver is set up.
pub const SET_UP: &str =
    "git joins seals that two branches changed, entry by entry (merge driver sealgate)";

/// Sets the driver up; whether that changed anything. Where attributes name another driver for the seals,
/// that one stays in use. `binary` is this program, for a shell that finds no `sealgate`.
///
/// # Errors
///
/// git cannot be asked, or its files cannot be written.
pub fn install(repository: &Workspace, binary: &[u8]) -> Result<bool, Problem> {
    let root = repository.root();
    let command = command(&String::from_utf8_lossy(binary));
    let is_new = configured(repository)?.as_ref() != Some(&command);
    if is_new {
        set_merge_driver(root, NAME, &command).map_err(Problem::from)?;
        if configured(repository)?.as_ref() != Some(&command) {
            return Err(not_written());
        }
    }
    let seal = format!("{}/any.toml", repository.seals().as_str());
    match merge_driver_of(root, &seal).map_err(Problem::from)?.as_deref() {
        Some(NAME) => Ok(is_new),
        Some(_) => Ok(false),
        None => edit(repository, Edit::Add).map(|()| true),
    }
}

/// Takes the driver away; whether it was there.
///
/// # Errors
///
/// git cannot be asked, or its files cannot be written.
pub fn uninstall(repository: &Workspace) -> Result<bool, Problem> {
    let known = forget_merge_driver(repository.root(), NAME).map_err(Problem::from)?;
    if known {
        if configured(repository)?.is_some() {
            return Err(not_written());
        }
        edit(repository, Edit::Remove)?;
    }
    Ok(known)
}

/// The command of the driver in git's configuration.
fn configured(repository: &Workspace) -> Result<Option<String>, Problem> {
    setup::config(repository.root(), "merge.sealgate.driver").map_err(Problem::from)
}

/// git exits with 0 also where there was no room for its configuration.
fn not_written() -> Problem {
    Problem::new("file-unwritable", "git did not write its configuration")
        .remedy("make room, and give this user the right to write there; then run this again")
}

/// The line of attributes for the seals in the directory `seals`.
#[must_use]
pub fn line(seals: &str) -> String {
    format!("{} merge={NAME}", pattern(seals))
}

/// The command that git gives to a shell. Without the program it merges text, as git does.
fn command(binary: &str) -> String {
    // git replaces what begins with `%`.
    let binary = binary.replace('%', "%%").replace('\'', r"'\''");
    format!(
        "s=sealgate; command -v \"$s\" >/dev/null 2>&1 || s='{binary}'; \
         if command -v \"$s\" >/dev/null 2>&1; then \"$s\" merge-driver %O %A %B %L %P; \
         else git merge-file -q --marker-size=%L %A %O %B; fi"
    )
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Edit {
    Add,
    Remove,
}

/// Adds the line to the attributes of this clone, or removes it.
fn edit(repository: &Workspace, edit: Edit) -> Result<(), Problem> {
    let file = own_attributes_file(repository.root()).map_err(Problem::from)?;
    let line = line(repository.seals().as_str());
    let there = match read_named(&file, LONGEST) {
        Ok(bytes) => bytes,
        Err(NamedFault::Absent) => Vec::new(),
        Err(fault) => return Err(unwritable(&file, &fault.to_string())),
    };
    let wanted = match (edit, has_line(&there, &line)) {
        (Edit::Add, false) => with_lines(&there, None, &[line]),
        (Edit::Remove, true) => without(&there, &line),
        _ => return Ok(()),
    };
    let made = file.parent().map_or(Ok(()), std::fs::create_dir_all);
    made.and_then(|()| repository.replace(&file, &wanted))
        .map_err(|error| unwritable(&file, &in_words(&error)))
}

fn without(text: &[u8], line: &str) -> Vec<u8> {
    let lines = text.split_inclusive(|&byte| byte == b'\n');
    lines.filter(|there| there.trim_ascii() != line.as_bytes()).flatten().copied().collect()
}

fn unwritable(file: &Path, why: &str) -> Problem {
    Problem::new("file-unwritable", format!("{}: {why}", shown_path(file)))
        .remedy("give this user the right to write there, or make room; then run this again")
}
