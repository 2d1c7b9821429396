//! Where answers go: the terminal, and the report files.

mod earlier;
mod plain;

use std::collections::{BTreeSet, HashSet};
use std::hash::Hash;
use std::io::{self, IsTerminal as _, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anstream::{AutoStream, ColorChoice, StripStream};
use clap::ValueEnum as _;
use sealgate_core::compare::verdict::Verdict;
use sealgate_core::seal::collisions;
use sealgate_core::text::place::shown_path;
use sealgate_core::text::problem::{Problem, in_words};

use crate::github::runner::Runner;
use crate::report::{self, ErrorView, Format, Invocation, Report, Screen, Verbosity};
use crate::tree::replace::Writer;

pub use earlier::{discard, is_earlier_report};
use plain::is_plain;

/// The two streams of the process, with or without colour.
#[derive(Debug, Clone, Copy, Default)]
pub struct Terminal {
    /// When to use colour.
    pub color: ColorChoice,
    /// How much to say.
    pub verbosity: Verbosity,
}

/// The narrowest line that sentences are broken into.
const NARROWEST: usize = 40;

/// The columns of a line: those of `COLUMNS`, or else of the terminal on stdout, and at most
/// [`Screen::COLUMNS`].
fn columns() -> usize {
    let stated = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let seen = || {
        let (width, _) = terminal_size::terminal_size_of(io::stdout())?;
        Some(usize::from(width.0))
    };
    stated.or_else(seen).unwrap_or(Screen::COLUMNS).clamp(NARROWEST, Screen::COLUMNS)
}

impl Terminal {
    /// How much detail is printed, and how wide a line may be.
    #[must_use]
    pub fn screen(self) -> Screen {
        Screen { verbosity: self.verbosity, columns: columns() }
    }

    /// Writes an answer to stdout. A reader that has gone away is no error: it changes no verdict.
    pub fn answer(self, text: &[u8]) -> Result<(), Problem> {
        if is_plain(text) {
            let mut stdout = io::stdout().lock();
            return written(stdout.write_all(text).and_then(|()| stdout.flush()));
        }
        let mut stdout = AutoStream::new(io::stdout().lock(), self.color);
        written(stdout.write_all(text).and_then(|()| stdout.flush()))
    }

    /// Writes lines for another program to stdout, byte for byte: names in them may hold what
    /// looks like colour. A terminal gets them escaped.
    pub fn data(self, lines: &[String]) -> Result<(), Problem> {
        let mut stdout = io::stdout().lock();
        let text = if stdout.is_terminal() {
            let shown = |line: &String| {
                format!("{}\n", sealgate_core::text::escape::message(line.trim_end_matches('\n')))
            };
            lines.iter().map(shown).collect()
        } else {
            lines.concat()
        };
        written(stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()))
    }

    /// Writes errors to stderr.
    pub fn complain<'a>(self, problems: impl IntoIterator<Item = &'a Problem>) {
        let view = |problem| ErrorView::on_screen(problem, self.verbosity);
        let errors: Vec<_> = problems.into_iter().map(view).collect();
        self.complain_of(&errors);
    }

    /// Says something on stderr that is no error.
    pub fn remark(self, text: &str) {
        if self.verbosity != Verbosity::Quiet {
            self.say(text);
        }
    }

    /// Says something on stderr that nobody who asks for quiet wants to miss.
    pub fn say(self, text: &str) {
        let line = format!("{}\n", sealgate_core::text::escape::message(text));
        // Where stderr is gone, nobody is listening.
        let _ = AutoStream::new(io::stderr().lock(), self.color).write_all(line.as_bytes());
    }

    /// Writes `report` to stderr, for people: where stdout belongs to another program.
    pub fn tell(self, report: &Report) {
        self.complain_of(&report.errors);
        let mut stderr = AutoStream::new(io::stderr().lock(), self.color);
        let _ = stderr.write_all(&render(report, Format::Human, self.screen()));
    }

    /// Writes to stderr why something is not authorised.
    pub fn deny(self, problem: &Problem) {
        self.complain_of(&[ErrorView::refusal(problem)]);
    }

    fn complain_of(self, errors: &[ErrorView]) {
        let mut stderr = AutoStream::new(io::stderr().lock(), self.color);
        let _ = report::problems(errors, self.verbosity, &mut stderr);
    }

    /// Writes `report` to its files, to what a runner reads and to stdout, and gives the verdict
    /// that is left: a report that cannot be written turns any verdict into an error. `stage` is the
    /// place of the stage, if there is one: later steps get it as an absolute path.
    #[must_use]
    pub fn report(
        self,
        mut report: Report,
        format: Format,
        files: &[ReportFile],
        stage: Option<&Path>,
    ) -> Verdict {
        let runner = (format == Format::Github).then(Runner::of_this_process);
        let mut unwritten: Vec<_> =
            files.iter().filter_map(|file| file.write(&report, self.verbosity).err()).collect();
        if !unwritten.is_empty() {
            self.take_back(&mut report, &unwritten, files, None);
        }
        let stage = stage.filter(|_| report.staged.is_some());
        let told =
            runner.as_ref().map_or(Ok(()), |runner| runner.tell(&report, stage, filed(files)));
        if let Err(problem) = told {
            self.take_back(&mut report, std::slice::from_ref(&problem), files, runner.as_ref());
            unwritten.push(problem);
        }
        if matches!(format, Format::Human | Format::Github) {
            self.complain_of(&report.errors);
        } else {
            self.complain(&unwritten);
        }
        let plain = runner.as_ref().is_some_and(|runner| !runner.annotates());
        let format = if plain { Format::Human } else { format };
        if let Err(problem) = self.answer(&render(&report, format, self.screen())) {
            self.complain([&problem]);
            self.take_back(&mut report, &[problem], files, runner.as_ref());
        }
        let verdict = report.verdict;
        // The process ends soon, and frees a hundred thousand findings at once.
        std::mem::forget(report);
        verdict
    }

    /// Writes `report` to `files` alone, and gives the verdict that is left.
    #[must_use]
    pub fn file_report(self, mut report: Report, files: &[ReportFile]) -> Verdict {
        let unwritten: Vec<_> =
            files.iter().filter_map(|file| file.write(&report, self.verbosity).err()).collect();
        if !unwritten.is_empty() {
            self.complain(&unwritten);
            self.take_back(&mut report, &unwritten, files, None);
        }
        report.verdict
    }

    /// Tells what kept a command from an answer in `format`, and gives the verdict. A runner and
    /// `files`, where there is nothing yet, get a report of it; stdout gets none.
    #[must_use]
    pub fn refuse(self, problems: &[Problem], format: Format, files: &[ReportFile]) -> Verdict {
        let report = error_report(problems);
        if format == Format::Github {
            return self.report(report, format, files, None);
        }
        self.complain(problems);
        self.file(&report, files);
        Verdict::Error
    }

    /// Writes an error report of `problem`, which was told already, to `files`.
    pub fn file_error(self, problem: &Problem, files: &[ReportFile]) {
        self.file(&error_report(std::slice::from_ref(problem)), files);
    }

    /// Writes `report`, which is an error already, to `files`; where that fails there is no report,
    /// and none that says something else.
    fn file(self, report: &Report, files: &[ReportFile]) {
        for file in files {
            let _ = file.write(report, self.verbosity);
        }
    }

    /// Makes `report` an error because of what is `unwritten`, and its files with it: none may tell
    /// of a pass that was not given. One that cannot be corrected is removed.
    fn take_back(
        self,
        report: &mut Report,
        unwritten: &[Problem],
        files: &[ReportFile],
        runner: Option<&Runner>,
    ) {
        report.verdict = Verdict::Error;
        report.staged = None;
        report.errors.extend(unwritten.iter().map(ErrorView::new));
        for file in files {
            if file.write(report, self.verbosity).is_err() {
                discard(&file.path);
            }
        }
        if let Some(runner) = runner {
            runner.take_back(report, filed(files));
        }
    }
}

/// The report of a command that came to no answer.
fn error_report(problems: &[Problem]) -> Report {
    let invocation = Invocation::default();
    Report::new(&[], None, problems, Vec::new(), Duration::ZERO, &invocation)
}

/// Where the report is as JSON: the first such file, if it is there.
fn filed(files: &[ReportFile]) -> Option<&Path> {
    let file = files.iter().find(|file| file.format == Format::Json)?;
    file.path.is_file().then_some(&file.path)
}

/// Why nothing may be written at `path` (canonical, as those `protected` are), if it lies in one of
/// them.
#[must_use]
pub fn lies_in(path: &Path, protected: &BTreeSet<PathBuf>) -> Option<String> {
    let place = path.ancestors().find(|above| protected.contains(*above))?;
    Some(format!("it lies in {}, which this check reads", shown_path(place)))
}

/// What the names of one file that is there have in common: its device and inode.
#[cfg(unix)]
fn identity(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt as _;
    path.metadata().ok().map(|found| (found.dev(), found.ino()))
}

/// What the names of one file that is there have in common: its path without links.
#[cfg(not(unix))]
fn identity(path: &Path) -> Option<PathBuf> {
    path.canonicalize().ok()
}

/// What came of writing to stdout.
fn written(outcome: io::Result<()>) -> Result<(), Problem> {
    match outcome {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Problem::new("output-unwritable", format!("stdout: {}", in_words(&error)))
                .remedy("make room, or send the output elsewhere"))
        }
        _ => Ok(()),
    }
}

/// `report` in `format`; writing to memory cannot fail.
fn render(report: &Report, format: Format, screen: Screen) -> Vec<u8> {
    let mut bytes = Vec::new();
    let _ = report::write(report, format, screen, &mut bytes);
    bytes
}

/// A report that is written to a file: `--report FORMAT=FILE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportFile {
    format: Format,
    path: PathBuf,
}

impl ReportFile {
    /// Reads the value of `--report`; `base` is where relative paths begin.
    pub fn parse(value: &str, base: &Path) -> Result<Self, Problem> {
        let usage = |message: String| {
            let formats = Format::value_variants().iter().filter_map(Format::to_possible_value);
            let formats: Vec<String> = formats.map(|format| format.get_name().to_owned()).collect();
            Problem::new("usage", message).remedy(format!(
                "write --report FORMAT=FILE; FORMAT is one of {}",
                formats.join(", ")
            ))
        };
        let (format, path) = value
            .split_once('=')
            .filter(|(_, path)| !path.is_empty())
            .ok_or_else(|| usage(format!("--report {value}: no FORMAT=FILE")))?;
        if path == "-" {
            return Err(usage(format!("--report {value}: stdout has --format")));
        }
        let format = Format::from_str(format, false)
            .map_err(|_| usage(format!("--report {value}: there is no format {format}")))?;
        let file = base.join(path);
        let (Some(parent), Some(name)) = (file.parent(), file.file_name()) else {
            return Err(usage(format!("--report {value}: {path} names no file")));
        };
        let parent = parent.canonicalize().map_err(|error| {
            Problem::new(
                "usage",
                format!("--report {value}: {}: {}", shown_path(parent), in_words(&error)),
            )
            .remedy("make the directory first")
        })?;
        if !parent.is_dir() {
            let message = format!("--report {value}: {} is no directory", shown_path(&parent));
            return Err(Problem::new("usage", message).remedy("write the report elsewhere"));
        }
        Ok(Self { format, path: parent.join(name) })
    }

    /// The format that is written.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// Where it is written; its directory is a canonical path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Refuses two reports to one file, of which one would be lost: one file now, or on a file system
    /// that does not tell the two names apart.
    pub fn distinct(files: &[Self]) -> Result<(), Problem> {
        Self::first_again(files, identity).map_or(Ok(()), |Self { path, .. }| {
            let message = format!("--report {}: it is the file of two reports", shown_path(path));
            Err(Problem::new("usage", message).remedy("give each report a file of its own"))
        })
    }

    /// The first of `files` that one before it names too. Each is looked at once, by `identity`.
    fn first_again<I: Eq + Hash>(
        files: &[Self],
        mut identity: impl FnMut(&Path) -> Option<I>,
    ) -> Option<&Self> {
        let (mut names, mut identities) = (HashSet::new(), HashSet::new());
        files.iter().find(|file| {
            let is_new = names.insert(file.folded());
            !is_new || identity(&file.path).is_some_and(|identity| !identities.insert(identity))
        })
    }

    /// The directory, and the name as a file system has it that ignores case and normalisation.
    fn folded(&self) -> (Option<&Path>, String) {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        (self.path.parent(), collisions::folded(&name))
    }

    /// Refuses a path that lies in one of `protected` (canonical paths), or names something that
    /// is no regular file: a report must never overwrite what is judged, or a device.
    pub fn guard(&self, protected: &BTreeSet<PathBuf>) -> Result<(), Problem> {
        let refuse = |why: String| {
            Problem::new("usage", format!("--report {}: {why}", shown_path(&self.path)))
                .remedy("write the report elsewhere")
        };
        if let Some(why) = lies_in(&self.path, protected) {
            return Err(refuse(why));
        }
        match self.path.symlink_metadata() {
            Ok(metadata) if !metadata.is_file() => {
                Err(refuse("it is not a regular file".to_owned()))
            }
            _ => Ok(()),
        }
    }

    fn write(&self, report: &Report, verbosity: Verbosity) -> Result<(), Problem> {
        let text = render(report, self.format, verbosity.into());
        if is_plain(&text) {
            return self.write_bytes(&text);
        }
        let mut bytes = Vec::new();
        let _ = StripStream::new(&mut bytes).write_all(&text);
        self.write_bytes(&bytes)
    }

    /// Writes a report whose bytes these are.
    ///
    /// # Errors
    ///
    /// There is no room, or the file cannot be written.
    pub fn write_bytes(&self, bytes: &[u8]) -> Result<(), Problem> {
        Writer::default().write(&self.path, bytes).map_err(|error| {
            Problem::new(
                "report-unwritable",
                format!("{}: {}", shown_path(&self.path), in_words(&error)),
            )
            .remedy("write the report elsewhere, or make room")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_report_file_is_looked_at_once_however_many_there_are() {
        let names = (0..3_000).map(|at| format!("r{at}"));
        let file =
            |name: &str| ReportFile { format: Format::Json, path: Path::new("/").join(name) };
        let mut files: Vec<ReportFile> = names.map(|name| file(&name)).collect();
        let mut looks = 0;
        let again = ReportFile::first_again(&files, |path| {
            looks += 1;
            Some(path.to_owned())
        });
        assert_eq!((again, looks), (None, 3_000));
        // By another name, and by a name that differs in case alone.
        let one_file = |path: &Path| (!path.ends_with("r7")).then(|| path.ends_with("r8"));
        assert_eq!(ReportFile::first_again(&files[7..10], one_file), None);
        let again = ReportFile::first_again(&files[7..11], one_file);
        assert_eq!(again, Some(&files[10]));
        files.push(file("R0"));
        let again = ReportFile::first_again(&files, |_| None::<()>);
        assert_eq!(again, files.last());
    }
}
