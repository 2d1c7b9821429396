//! Where a check writes, and where it must not: reports, and the stage.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use sealgate_core::compare::verdict::Verdict;
use sealgate_core::seal::{Root, loose_header};
use sealgate_core::text::place::shown_path;
use sealgate_core::text::problem::{Problem, in_words};
use sealgate_scan::Stage;

use super::super::Context;
use super::sources::Selected;
use crate::cli::args::CheckArgs;
use crate::cli::output::{ReportFile, lies_in};
use crate::ops::check::Bytes;
use crate::tree::{Begun, Loaded, Workspace};

/// The option that names the stage.
const STAGE: &str = "--stage";

pub(in crate::cli::commands) fn report_files(
    given: &[String],
    context: &Context,
) -> Result<Vec<ReportFile>, Vec<Problem>> {
    let parse = |value: &String| ReportFile::parse(value, &context.base);
    let files = given.iter().map(parse).collect::<Result<Vec<_>, _>>()?;
    ReportFile::distinct(&files)?;
    if !files.is_empty() {
        // Also of the seals that are not judged, and whatever keeps this run from judging: what is under
        // seal is no place for a report.
        let protected = of_every_seal(None, &context.repository)?;
        files.iter().try_for_each(|file| file.guard(&protected))?;
    }
    Ok(files)
}

/// Where nothing may be written: what is judged, the seals, and git's own directories.
pub(super) fn protected(
    arguments: &CheckArgs,
    selected: &[Selected],
    bytes: &Bytes<'_>,
    context: &Context,
) -> Result<BTreeSet<PathBuf>, Vec<Problem>> {
    if arguments.output.report.is_empty() && arguments.stage.is_none() {
        return Ok(BTreeSet::new());
    }
    let at = match bytes {
        Bytes::Directory(place) => Some(place.path.clone()),
        Bytes::Worktree | Bytes::Commit(_) => None,
    };
    let roots = selected.iter().filter_map(|(_, begun)| root(begun.as_ref().ok()?));
    of_roots(roots, at, &context.repository)
}

/// The places of the roots of all seals in the working tree, as far as these can be made out, of the
/// seals, of git's own directories, and `more`.
pub(in crate::cli::commands) fn of_every_seal(
    more: impl IntoIterator<Item = PathBuf>,
    repository: &Workspace,
) -> Result<BTreeSet<PathBuf>, Vec<Problem>> {
    let names = repository.contents().ok().flatten().unwrap_or_default().names;
    of_roots(names.iter().filter_map(|name| repository.loose_root(name)), more, repository)
}

/// The places of `roots`, of the seals, of git's own directories, and `more`.
pub(in crate::cli::commands) fn of_roots(
    roots: impl Iterator<Item = Root>,
    more: impl IntoIterator<Item = PathBuf>,
    repository: &Workspace,
) -> Result<BTreeSet<PathBuf>, Vec<Problem>> {
    let roots: Vec<Root> = roots.collect();
    let inside = roots.iter().map(Root::as_str).chain([repository.seals().as_str()]);
    let mut protected: Vec<PathBuf> = inside.map(|path| repository.root().join(path)).collect();
    protected.extend(repository.git_directories()?);
    protected.extend(more);
    // What does not exist yet holds nothing to overwrite, and keeps its plain name.
    let canonical =
        |place: PathBuf| place.canonicalize().unwrap_or_else(|_| place.components().collect());
    Ok(protected.into_iter().map(canonical).collect())
}

/// Begins the stage, if one is wanted.
pub(super) fn stage(
    arguments: &CheckArgs,
    protected: &BTreeSet<PathBuf>,
    context: &Context,
) -> Result<Option<Stage>, Problem> {
    let Some(given) = &arguments.stage else { return Ok(None) };
    let path = new_directory(STAGE, given, protected, context)?;
    Stage::create(STAGE, &path).map(Some)
}

/// Where the directory `given` by `option` is to be, which lies in none that is `protected`.
pub(in crate::cli::commands) fn new_directory(
    option: &str,
    given: &Path,
    protected: &BTreeSet<PathBuf>,
    context: &Context,
) -> Result<PathBuf, Problem> {
    let usage = |why: String| {
        Problem::new("usage", format!("{option} {}: {why}", shown_path(given)))
            .remedy("name a directory that does not exist, in one that does")
    };
    let path = context.path(given);
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let parent = parent.unwrap_or(Path::new(".")).canonicalize();
    let parent = parent.map_err(|error| usage(in_words(&error)))?;
    let name = path.file_name().ok_or_else(|| usage("it names no directory".to_owned()))?;
    let path = parent.join(name);
    match lies_in(&path, protected) {
        Some(why) => Err(usage(why)),
        None => Ok(path),
    }
}

/// Puts the stage in its place after a pass; whether it is there.
pub(super) fn publish(
    stage: Option<&mut Stage>,
    verdict: Verdict,
    problems: &mut Vec<Problem>,
) -> bool {
    let Some(stage) = stage.filter(|_| verdict == Verdict::Pass) else { return false };
    let published = stage.publish();
    let staged = published.is_ok();
    problems.extend(published.err());
    staged
}

/// The root that a seal names, as far as it can be made out: that of a broken seal holds approved
/// bytes all the same.
pub(in crate::cli::commands) fn root_of(loaded: &Loaded) -> Option<Root> {
    match &loaded.seal {
        Ok(seal) => Some(seal.header.root.clone()),
        Err(_) => loose_header(&loaded.bytes).ok().map(|header| header.root),
    }
}

fn root(begun: &Begun) -> Option<Root> {
    match begun {
        Begun::Whole(loaded) => root_of(loaded),
        Begun::Long(long) => Some(long.header().root.clone()),
    }
}
