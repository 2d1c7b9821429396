//! What the runner of GitHub Actions reads beside the log: the outputs of a step in the file that
//! `GITHUB_OUTPUT` names, and the summary of a job in that of `GITHUB_STEP_SUMMARY`.
//!
//! Written for `--format github` alone, so the environment decides no more than how a verdict is
//! shown. Two variables of our own, set to `false`, leave something out:
//! `SEALGATE_ANNOTATIONS` the annotations in the log, `SEALGATE_SUMMARY` the summary.
//!
//! The runner reads the file of outputs when the step is over, line by line, as `KEY=VALUE` or
//! `KEY<<DELIMITER`; of a key that comes twice the later value counts. So every output is written,
//! always, between delimiters that nobody can guess, and what must be taken back is written again.

use std::borrow::Cow;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use sealgate_core::compare::verdict::Verdict;
use sealgate_core::text::escape::message;
use sealgate_core::text::hex;
use sealgate_core::text::place::shown_path;
use sealgate_core::text::problem::{Problem, in_words};

use crate::report::{self, AuthorityView, Format, Report, Verbosity};

/// The variable that names the file of outputs.
const OUTPUT: &str = "GITHUB_OUTPUT";

/// The variable that names the file of the summary.
const SUMMARY: &str = "GITHUB_STEP_SUMMARY";

/// Where a runner reads; outside a runner, nowhere.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Runner {
    output: Option<PathBuf>,
    summary: Option<PathBuf>,
    annotations: bool,
}

impl Runner {
    /// As the environment says, of which `variable` gives the values.
    pub fn of(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let path = |name| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let wanted = |name| variable(name).is_none_or(|value| value != "false");
        Self {
            output: path(OUTPUT),
            summary: path(SUMMARY).filter(|_| wanted("SEALGATE_SUMMARY")),
            annotations: wanted("SEALGATE_ANNOTATIONS"),
        }
    }

    /// As the environment of this process says.
    #[must_use]
    pub fn of_this_process() -> Self {
        Self::of(|name| std::env::var_os(name))
    }

    /// Whether the log is to have annotations.
    #[must_use]
    pub fn annotates(&self) -> bool {
        self.annotations
    }

    /// Writes the summary, then the outputs; `staged` is where the bytes that passed are, and `filed`
    /// where the report is as JSON. Both are absolute: a later step may start in another directory,
    /// where a relative path names something else.
    pub fn tell(
        &self,
        report: &Report,
        staged: Option<&Path>,
        filed: Option<&Path>,
    ) -> Result<(), Problem> {
        if let Some(path) = &self.summary {
            let mut page = Vec::new();
            // Writing to memory cannot fail.
            let _ = report::write(report, Format::Markdown, Verbosity::Normal, &mut page);
            append(SUMMARY, path, &page)?;
        }
        let Some(path) = &self.output else { return Ok(()) };
        let staged = staged.map(handed_on).transpose()?;
        let filed = filed.map(handed_on).transpose()?;
        append(OUTPUT, path, &outputs(report, staged.as_deref(), filed.as_deref())?)
    }

    /// Writes once more what must not stand as [`Runner::tell`] wrote it: `report` is an error now.
    /// What cannot be written now could not be written before, and was told then.
    pub fn take_back(&self, report: &Report, filed: Option<&Path>) {
        if let Some(path) = &self.summary {
            let _ = append(SUMMARY, path, &report::taken_back(&report.errors));
        }
        let filed = filed.and_then(|path| handed_on(path).ok());
        if let (Some(path), Ok(text)) = (&self.output, outputs(report, None, filed.as_deref())) {
            let _ = append(OUTPUT, path, &text);
        }
    }
}

/// Every output, as the runner reads it.
fn outputs(report: &Report, staged: Option<&str>, filed: Option<&str>) -> Result<Vec<u8>, Problem> {
    let checked = report.seals.iter().map(|seal| seal.checked).fold(0, u64::saturating_add);
    let findings: usize = report.seals.iter().map(|seal| seal.findings.len()).sum();
    let resealed = report.base.as_ref().is_some_and(|base| base.resealed);
    let values = [
        ("verdict", report.verdict.code().to_owned()),
        ("exit-code", report.verdict.exit_code().to_string()),
        ("checked", checked.to_string()),
        ("findings", findings.to_string()),
        ("extent", report.extent().code().to_owned()),
        ("resealed", resealed.to_string()),
        ("authority", authority(report)),
        ("staged", staged.unwrap_or_default().to_owned()),
        ("report", filed.unwrap_or_default().to_owned()),
    ];
    let mut text = String::new();
    for (key, value) in values {
        let delimiter = delimiter()?;
        // Writing to a `String` cannot fail.
        let _ = write!(text, "{key}<<{delimiter}\n{value}\n{delimiter}\n");
    }
    Ok(text.into_bytes())
}

/// What the verdict authorises: an environment, an action in it, or nothing.
fn authority(report: &Report) -> String {
    match &report.authority {
        Some(AuthorityView::Of(ruling)) if report.verdict == Verdict::Pass => {
            let environment = &ruling.environment;
            let action = ruling.action.as_ref().map(|action| format!("{action} in {environment}"));
            action.unwrap_or_else(|| environment.clone())
        }
        _ => "none".to_owned(),
    }
}

/// A line that no value holds: no value has a line break, and nobody knows it before.
fn delimiter() -> Result<String, Problem> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| {
        Problem::new("output-unwritable", format!("{OUTPUT}: no random bytes: {error}"))
            .remedy("let this process use the system's random numbers")
    })?;
    Ok(format!("sealgate-{}", hex::text(&bytes)))
}

/// A path as text, if a later step gets it as it is, and nothing in it can act there.
fn handed_on(path: &Path) -> Result<Cow<'_, str>, Problem> {
    let text = shown_path(path);
    // U+FFFD stands where text was no text, and names something else now.
    if message(&text) == text && !text.contains(char::REPLACEMENT_CHARACTER) {
        return Ok(text);
    }
    let message = format!("{OUTPUT}: no other step can be given the path {text}");
    Err(Problem::new("output-unwritable", message)
        .remedy("choose a path without control characters, \"::\" and \"##\""))
}

/// Adds `bytes` to the file at `path`, which the variable `name` named.
fn append(name: &str, path: &Path, bytes: &[u8]) -> Result<(), Problem> {
    let problem = |why: &str| {
        Problem::new("output-unwritable", format!("{name}={}: {why}", shown_path(path)))
            .remedy("let it name a file that can be written; the runner sets it")
    };
    let add = || {
        // Before it is opened: a FIFO would wait for a reader.
        if path.metadata().is_ok_and(|found| !found.is_file()) {
            return Err(io::Error::other("it is not a regular file"));
        }
        let mut file = File::options().read(true).append(true).create(true).open(path)?;
        if lacks_line_end(&mut file)? {
            file.write_all(b"\n")?;
        }
        file.write_all(bytes)
    };
    add().map_err(|error| problem(&in_words(&error)))
}

/// Whether what another program wrote before ends in the middle of a line. An empty line would not
/// do between outputs: act, which runs workflows too, takes none after it.
fn lacks_line_end(file: &mut File) -> io::Result<bool> {
    let length = file.seek(SeekFrom::End(0))?;
    let mut last = [b'\n'];
    if length > 0 {
        file.seek(SeekFrom::Start(length - 1))?;
        file.read_exact(&mut last)?;
    }
    Ok(last != [b'\n'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_written_where_the_environment_names_nothing() {
        let runner = Runner::of(|_| None);
        assert_eq!(runner, Runner { annotations: true, ..Runner::default() });
        assert_eq!(Runner::of(|_| Some(OsString::new())), runner);
    }

    #[test]
    fn only_the_word_false_leaves_something_out() {
        for (value, wanted) in [("false", false), ("true", true), ("", true), ("0", true)] {
            let runner = Runner::of(|name| {
                Some(if name.starts_with("SEALGATE_") { value } else { "file" }.into())
            });
            assert_eq!(runner.annotates(), wanted, "{value}");
            assert_eq!(runner.summary.is_some(), wanted, "{value}");
            assert!(runner.output.is_some(), "{value}");
        }
    }

    #[test]
    fn a_path_is_handed_on_as_it_is_or_not_at_all() {
        for path in ["/tmp/a b", r"C:\x\y", "/日本", "a:b", "a#b"] {
            assert_eq!(handed_on(Path::new(path)).unwrap(), path);
        }
        for path in ["a\nb", "a\rb", "::x", "##[x]", "\u{85}", "\u{202e}", "\u{1b}[0m", "\u{fffd}"]
        {
            assert!(handed_on(Path::new(path)).is_err(), "{path:?}");
        }
    }

    #[test]
    fn a_line_that_another_program_left_open_is_ended_and_no_empty_one_made() {
        let directory = tempfile::tempdir().unwrap();
        for (before, after) in [("", "a=b\n"), ("x=y", "x=y\na=b\n"), ("x=y\n", "x=y\na=b\n")] {
            let path = directory.path().join("output");
            std::fs::write(&path, before).unwrap();
            append(OUTPUT, &path, b"a=b\n").unwrap();
            assert_eq!(std::fs::read_to_string(&path).unwrap(), after);
        }
        append(OUTPUT, &directory.path().join("new"), b"a=b\n").unwrap();
    }

    #[test]
    fn no_two_delimiters_are_alike() {
        let all: std::collections::HashSet<_> = (0..100).map(|_| delimiter().unwrap()).collect();
        assert_eq!(all.len(), 100);
        assert!(all.iter().all(|delimiter| delimiter.len() == 41));
    }
}
