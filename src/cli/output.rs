//! Where answers go: the terminal, and the report files.

mod earlier;

use std::io::{self, IsTerminal as _, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anstream::{AutoStream, ColorChoice, StripStream};
use clap::ValueEnum as _;
use sealgate_core::compare::verdict::Verdict;
use sealgate_core::seal::collisions;
use sealgate_core::text::problem::{Problem, in_words};

use crate::github::runner::Runner;
use crate::report::{self, Caller, ErrorView, Format, Report, Verbosity};
use crate::tree::replace::Writer;

pub use earlier::{discard, is_earlier_report};

/// The two streams of the process, with or without colour.
#[derive(Debug, Clone, Copy, Default)]
pub struct Terminal {
    /// When to use colour.
    pub color: ColorChoice,
    /// How much to say.
    pub verbosity: Verbosity,
}

impl Terminal {
    /// Writes an answer to stdout. A reader that has gone away is no error: it changes no verdict.
    pub fn answer(self, text: &[u8]) -> Result<(), Problem> {
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
        let errors: Vec<_> = problems.into_iter().map(ErrorView::new).collect();
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
        let _ = stderr.write_all(&render(report, Format::Human, self.verbosity));
    }

    fn complain_of(self, errors: &[ErrorView]) {
        let mut stderr = AutoStream::new(io::stderr().lock(), self.color);
        let _ = report::problems(errors, &mut stderr);
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
        if let Err(problem) = self.answer(&render(&report, format, self.verbosity)) {
            self.complain([&problem]);
            self.take_back(&mut report, &[problem], files, runner.as_ref());
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
    let caller = Caller::default();
    Report::new(&[], None, problems, Vec::new(), Duration::ZERO, &caller)
}

/// Where the report is as JSON: the first such file, if it is there.
fn filed(files: &[ReportFile]) -> Option<&Path> {
    let file = files.iter().find(|file| file.format == Format::Json)?;
    file.path.is_file().then_some(&file.path)
}

/// Why nothing may be written at `path` (canonical, as those `protected` are), if it lies in one of
/// them.
#[must_use]
pub fn lies_in(path: &Path, protected: &[PathBuf]) -> Option<String> {
    let place = protected.iter().find(|place| path.starts_with(place))?;
    Some(format!("it lies in {}, which this check reads", place.display()))
}

/// Whether both names are of one file that is there.
#[cfg(unix)]
fn is_one_file(a: &Path, b: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let file = |path: &Path| path.metadata().ok().map(|found| (found.dev(), found.ino()));
    file(a).is_some() && file(a) == file(b)
}

/// Whether both names are of one file that is there.
#[cfg(not(unix))]
fn is_one_file(a: &Path, b: &Path) -> bool {
    a.canonicalize().is_ok_and(|a| b.canonicalize().is_ok_and(|b| a == b))
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
fn render(report: &Report, format: Format, verbosity: Verbosity) -> Vec<u8> {
    let mut bytes = Vec::new();
    let _ = report::write(report, format, verbosity, &mut bytes);
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
                format!("--report {value}: {}: {}", parent.display(), in_words(&error)),
            )
            .remedy("make the directory first")
        })?;
        if !parent.is_dir() {
            let message = format!("--report {value}: {} is no directory", parent.display());
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

    /// Refuses two reports to one file, of which one would be lost.
    pub fn distinct(files: &[Self]) -> Result<(), Problem> {
        let twice = files.iter().enumerate().find_map(|(at, file)| {
            files[..at].iter().any(|other| other.is_same_file(file)).then_some(&file.path)
        });
        twice.map_or(Ok(()), |path| {
            let message = format!("--report {}: it is the file of two reports", path.display());
            Err(Problem::new("usage", message).remedy("give each report a file of its own"))
        })
    }

    /// Whether both are one file: now, or on a file system that does not tell the two names apart.
    fn is_same_file(&self, other: &Self) -> bool {
        let folded = |file: &Self| {
            let name = file.path.file_name().unwrap_or_default().to_string_lossy();
            (file.path.parent().map(Path::to_owned), collisions::folded(&name))
        };
        folded(self) == folded(other) || is_one_file(&self.path, &other.path)
    }

    /// Refuses a path that lies in one of `protected` (canonical paths), or names something that
    /// is no regular file: a report must never overwrite what is judged, or a device.
    pub fn guard(&self, protected: &[PathBuf]) -> Result<(), Problem> {
        let refuse = |why: String| {
            Problem::new("usage", format!("--report {}: {why}", self.path.display()))
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
        let mut bytes = Vec::new();
        let _ = StripStream::new(&mut bytes).write_all(&render(report, self.format, verbosity));
        Writer::default().write(&self.path, &bytes).map_err(|error| {
            Problem::new(
                "report-unwritable",
                format!("{}: {}", self.path.display(), in_words(&error)),
            )
            .remedy("write the report elsewhere, or make room")
        })
    }
}
