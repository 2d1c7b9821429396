//! The report files that a command line names, before anything is known of it.
//!
//! A report of an earlier run may say pass about bytes that have changed since. So it goes before
//! the new run does anything that can fail or be killed, even where the command line cannot be
//! parsed; and a run that is refused leaves a report that says so. A file that is no report stays
//! until the new one replaces it: who names `package.json` by mistake loses nothing by a usage
//! error. So does a report that lies where nothing may be written, or that the command line names
//! for another purpose too.

use std::cell::LazyCell;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use sealgate_core::seal::path::EntryPath;

use super::check::places::of_every_seal;
use super::report_globs;
use crate::cli::output::{ReportFile, discard, is_earlier_report, lies_in};
use crate::tree::Workspace;

/// What stands on a command line, as far as reports are concerned.
#[derive(Debug, Default, PartialEq, Eq)]
struct Line {
    /// The values of `--report`.
    reports: Vec<OsString>,
    /// The values of `-C`, `--seals` and `--at`, each the last one.
    directory: Option<OsString>,
    seals: Option<OsString>,
    at: Option<OsString>,
    /// Everything else that may name a file.
    others: Vec<OsString>,
}

impl Line {
    /// Reads `arguments`, however wrong they are.
    fn read(arguments: &[OsString]) -> Self {
        let mut line = Self::default();
        let mut arguments = arguments.iter().skip(1);
        while let Some(argument) = arguments.next() {
            let (option, attached) = split(argument);
            let place = match &*option.to_string_lossy() {
                "--" => {
                    line.others.extend(arguments.cloned());
                    break;
                }
                "--report" => {
                    line.reports.extend(attached.or_else(|| arguments.next().cloned()));
                    continue;
                }
                "-C" => &mut line.directory,
                "--seals" => &mut line.seals,
                "--at" => &mut line.at,
                _ => {
                    line.others.push(attached.unwrap_or(option));
                    continue;
                }
            };
            *place = attached.or_else(|| arguments.next().cloned());
        }
        line
    }
}

/// An option, and the value that stands in one argument with it.
fn split(argument: &OsString) -> (OsString, Option<OsString>) {
    let Some(text) = argument.to_str() else { return (argument.clone(), None) };
    if text.starts_with("--") {
        let (option, value) = text.split_once('=').map_or((text, None), |(o, v)| (o, Some(v)));
        return (option.into(), value.map(OsString::from));
    }
    match text.strip_prefix("-C") {
        Some(value) if !value.is_empty() => {
            ("-C".into(), Some(value.strip_prefix('=').unwrap_or(value).into()))
        }
        _ => (argument.clone(), None),
    }
}

/// The reports that a run is to write, of which none says what an earlier run found.
#[derive(Debug, Default)]
pub(super) struct Reports {
    files: Vec<ReportFile>,
    protected: BTreeSet<PathBuf>,
}

impl Reports {
    /// Takes away the reports of earlier runs that `arguments` name.
    pub(super) fn begin(arguments: &[OsString]) -> Self {
        let line = Line::read(arguments);
        if line.reports.is_empty() {
            return Self::default();
        }
        let base = line.directory.as_deref().map_or(Path::new("."), Path::new);
        let values: Vec<_> = line.reports.iter().filter_map(|value| value.to_str()).collect();
        let protected = protected(base, &line);
        // A report that is read is not taken away.
        let otherwise = LazyCell::new(|| named(base, &line.others));
        for value in &values {
            // A format that is not known may be a slip: the file is the one of the run before.
            let Some((_, path)) = value.split_once('=') else { continue };
            let path = base.join(path);
            if let Some(path) = in_place(&path)
                && is_earlier_report(&path)
                && lies_in(&path, &protected).is_none()
                && !path.canonicalize().is_ok_and(|path| otherwise.contains(&path))
            {
                discard(&path);
            }
        }
        let files = values.iter().filter_map(|value| ReportFile::parse(value, base).ok()).collect();
        Self { files, protected }
    }

    /// The files where a report may be written and where nothing is; none if two of them are one.
    pub(super) fn free(self) -> Vec<ReportFile> {
        let Self { mut files, protected } = self;
        if ReportFile::distinct(&files).is_err() {
            return Vec::new();
        }
        files.retain(|file| {
            file.path().symlink_metadata().is_err() && lies_in(file.path(), &protected).is_none()
        });
        files
    }
}

/// The path of a file, with that of its directory canonical.
fn in_place(path: &Path) -> Option<PathBuf> {
    let parent = match path.parent()? {
        parent if parent.as_os_str().is_empty() => Path::new("."),
        parent => parent,
    };
    Some(parent.canonicalize().ok()?.join(path.file_name()?))
}

/// The files that the `others` on the command line name.
fn named(base: &Path, others: &[OsString]) -> BTreeSet<PathBuf> {
    let named = others.iter().flat_map(|other| {
        let other = Path::new(other);
        // `merge-reports --globs` reads what its globs find.
        let found = report_globs::find_one(other, base).unwrap_or_default();
        std::iter::once(other.to_owned()).chain(found)
    });
    named.filter_map(|file| base.join(file).canonicalize().ok()).collect()
}

/// Where nothing may be written, as far as that can be made out now: the roots of all seals in the
/// working tree, the seals, git's directories, and the directory that is judged instead of a root.
fn protected(base: &Path, line: &Line) -> BTreeSet<PathBuf> {
    let at = line.at.as_ref().and_then(|at| base.join(at).canonicalize().ok());
    let given = line.seals.as_ref().and_then(|seals| seals.to_str()).unwrap_or("seals");
    let seals = EntryPath::parse(given.trim_end_matches('/'));
    let found = seals.or_else(|_| EntryPath::parse("seals")).ok();
    let repository = found.and_then(|seals| Workspace::find(base, &seals).ok());
    let Some(repository) = repository else { return at.into_iter().collect() };
    of_every_seal(at, &repository).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(arguments: &[&str]) -> Line {
        let arguments: Vec<OsString> =
            ["sealgate"].iter().chain(arguments).map(OsString::from).collect();
        Line::read(&arguments)
    }

    #[test]
    fn reports_are_found_wherever_they_stand() {
        let reports = |arguments: &[&str]| line(arguments).reports;
        for arguments in [
            &["check", "--report", "json=r"][..],
            &["check", "--report=json=r"],
            &["check", "--unknown", "--report", "json=r", "--also=unknown"],
            &["--report", "json=r", "chekc"],
            &["-C", "dir", "check", "dist", "--report", "json=r"],
        ] {
            assert_eq!(reports(arguments), ["json=r"], "{arguments:?}");
        }
        assert_eq!(reports(&["check", "--report=a=b", "--report", "c=d"]), ["a=b", "c=d"]);
        for arguments in
            [&["check"][..], &["check", "--report"], &["check", "--", "--report", "json=r"]]
        {
            assert_eq!(reports(arguments), [""; 0], "{arguments:?}");
        }
    }

    #[test]
    fn directories_and_other_files_are_found_too() {
        let all = line(&["-C", "a", "merge-reports", "x.json", "--seals=s", "--at", "d", "--o=y"]);
        let expected = Line {
            reports: Vec::new(),
            directory: Some("a".into()),
            seals: Some("s".into()),
            at: Some("d".into()),
            others: ["merge-reports", "x.json", "y"].map(OsString::from).to_vec(),
        };
        assert_eq!(all, expected);
        assert_eq!(line(&["-Ca", "check"]).directory, Some("a".into()));
    }
}
