//! The command of the operator, which a grant lets run once.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

use sealgate_core::approval::Exit;
use sealgate_core::text::place::shown_path;
use sealgate_core::text::problem::{Problem, in_words};

/// A command that can be started, as far as that can be known before.
#[derive(Debug)]
pub struct OperatorCommand<'a> {
    program: PathBuf,
    arguments: &'a [OsString],
    directory: &'a Path,
}

impl<'a> OperatorCommand<'a> {
    /// Looks for the program of `words`, which starts in `directory`: a grant must not be used up by a
    /// misspelt name. `None` of no words.
    ///
    /// # Errors
    ///
    /// There is no such program.
    pub fn find(words: &'a [OsString], directory: &'a Path) -> Result<Option<Self>, Problem> {
        let Some((name, arguments)) = words.split_first() else { return Ok(None) };
        let program = found(name, directory).ok_or_else(|| {
            let message = format!("there is no program {} to run", name.to_string_lossy());
            Problem::new("command-not-found", message)
                .remedy("nothing was used and nothing ran; correct the command after --")
        })?;
        Ok(Some(Self { program, arguments, directory }))
    }

    /// Runs it to its end, with the streams and the environment of this process.
    ///
    /// # Errors
    ///
    /// It could not be started, or not be waited for.
    #[expect(
        clippy::disallowed_methods,
        reason = "the operator's own command, run as they wrote it"
    )]
    pub fn run(&self) -> Result<Exit, Problem> {
        let status = Command::new(&self.program)
            .args(self.arguments)
            .current_dir(self.directory)
            .status()
            .map_err(|error| {
                let message = format!("{}: {}", shown_path(&self.program), in_words(&error));
                Problem::new("command-failed", message)
                    .remedy("the grant is used; correct the cause, and make a new grant")
            })?;
        Ok(status.code().map_or(Exit::Signal, Exit::Code))
    }
}

/// Where the program `name` is: a path as it is, a bare name in `PATH`.
fn found(name: &OsStr, directory: &Path) -> Option<PathBuf> {
    let path = Path::new(name);
    if path.components().count() != 1 || path.is_absolute() {
        let whole = std::path::absolute(directory.join(path)).ok()?;
        return can_run(&whole).then_some(whole);
    }
    if cfg!(windows) {
        // The system itself looks for it, with endings of its own.
        return Some(path.to_owned());
    }
    let search = std::env::var_os("PATH")?;
    // Absolute, because the command may start in another directory than this process.
    let places = std::env::split_paths(&search).map(|place| std::path::absolute(place.join(path)));
    places.flatten().find(|place| can_run(place))
}

#[cfg(unix)]
fn can_run(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata().is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn can_run(path: &Path) -> bool {
    path.is_file()
}
