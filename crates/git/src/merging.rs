//! How git comes to run a program of ours where two branches changed one file, and git's own merge of text.

use std::path::{Path, PathBuf};

use super::{GitError, answer, native, plumbing, run};

/// Makes the program that `command` runs in a shell known to git as the merge driver `name` of this
/// repository (gitattributes(5), "Defining a custom merge driver"). In one step: a run that is killed
/// leaves the configuration as it was, or with the driver.
///
/// # Errors
///
/// git cannot be run, or cannot write its configuration.
pub fn set_merge_driver(repository: &Path, name: &str, command: &str) -> Result<(), GitError> {
    let key = format!("merge.{name}.driver");
    run(repository, "config", &["--local", "--replace-all", &key, command]).map(drop)
}

/// Makes git forget the merge driver `name` in this repository; whether it was known.
///
/// # Errors
///
/// git cannot be run, or cannot write its configuration.
pub fn forget_merge_driver(repository: &Path, name: &str) -> Result<bool, GitError> {
    let section = format!("merge.{name}");
    let pattern = format!(r"^merge\.{name}\.");
    let options = ["--local", "--name-only", "--get-regexp", &pattern];
    // 1: there is none.
    if answer(plumbing(repository), "config", &options, b"", &[0, 1])?.is_empty() {
        return Ok(false);
    }
    run(repository, "config", &["--local", "--remove-section", &section])?;
    Ok(true)
}

/// Where the attributes stand that this repository alone has.
///
/// # Errors
///
/// git cannot be run.
pub fn own_attributes_file(repository: &Path) -> Result<PathBuf, GitError> {
    let path = run(repository, "rev-parse", &["--git-path", "info/attributes"])?;
    Ok(repository.join(native(&path)))
}

/// The merge driver that attributes give `path`, relative to `repository`; `None` where they give none by
/// name.
///
/// # Errors
///
/// git cannot be run, or fails.
pub fn merge_driver_of(repository: &Path, path: &str) -> Result<Option<String>, GitError> {
    let value = merge_attribute(repository, path)?;
    Ok(Some(value).filter(|value| !matches!(&**value, "unspecified" | "set" | "unset" | "")))
}

/// Whether git leaves our side in `path`, relative to `repository`, where it cannot merge both: elsewhere it
/// writes markers.
///
/// # Errors
///
/// git cannot be run, or fails.
pub fn leaves_our_side(repository: &Path, path: &str) -> Result<bool, GitError> {
    let driver = match &*merge_attribute(repository, path)? {
        // 1: it is not set.
        "unspecified" => {
            let options = ["--get", "merge.default"];
            let said = answer(plumbing(repository), "config", &options, b"", &[0, 1])?;
            String::from_utf8_lossy(&said).trim().to_owned()
        }
        driver => driver.to_owned(),
    };
    Ok(!matches!(&*driver, "" | "set" | "text" | "union" | "sealgate"))
}

fn merge_attribute(repository: &Path, path: &str) -> Result<String, GitError> {
    let said = run(repository, "check-attr", &["-z", "merge", "--", path])?;
    let value = said.split(|&byte| byte == 0).nth(2).unwrap_or_default();
    Ok(String::from_utf8_lossy(value).into_owned())
}

/// Merges the text of two files into the first one, as git does without a driver; whether conflicts are
/// left in it.
///
/// # Errors
///
/// git cannot be run, or fails.
pub fn merge_text(
    repository: &Path,
    [ours, base, theirs]: [&Path; 3],
    marker_size: usize,
) -> Result<bool, GitError> {
    let size = format!("--marker-size={marker_size}");
    let mut git = plumbing(repository);
    git.arg("merge-file").args(["-q", "-L", "ours", "-L", "base", "-L", "theirs", &size]);
    git.args([ours, base, theirs]).stdout(std::process::Stdio::piped());
    git.stderr(std::process::Stdio::piped());
    let command = "merge-file";
    let child = git.spawn().map_err(GitError::NotRun)?;
    let failed = |stderr| GitError::Failed { command, stderr };
    let answer = crate::child::Running::new(child)
        .exchange(Vec::new())
        .map_err(|error| failed(error.to_string()))?;
    match answer.status.code() {
        Some(0) => Ok(false),
        // The number of conflicts, at most 127.
        Some(1..=127) => Ok(true),
        _ => Err(failed(answer.stderr)),
    }
}
