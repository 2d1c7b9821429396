//! `resolve`: joins seals that a merge left in conflict; and `merge-driver`, by which git does the same.

use std::fmt::Write as _;

use sealgate_core::compare::verdict::Verdict;
use sealgate_core::seal::{Joined, MAX_SEAL_BYTES, Seal, SealName, join, loose_seal, to_bytes};
use sealgate_core::text::escape::{message, printable_str};
use sealgate_core::text::problem::Problem;
use sealgate_git::{Unmerged, merge_text};
use sealgate_scan::read_named;

use super::select::by_place_here;
use super::{Context, Outcome, collect};
use crate::cli::args::{MergeDriverArgs, ResolveArgs};
use crate::ops::resolve::{Resolution, in_conflict, resolve};
use crate::report::shell::{pathspec, quote};
use crate::report::text;
use crate::report::{Invocation, Verbosity};
use crate::tree::matching;

/// How many paths in conflict are listed of one seal, unless all are asked for.
const LISTED: usize = 10;

const LAST_LINE: &str = "no bytes were looked at: build, then run sealgate check\n";

pub(super) fn run(arguments: &ResolveArgs, context: &Context) -> Outcome {
    if !context.repository.in_git() {
        return Err(vec![
            Problem::new("not-a-repository", "there is no git repository, and so no merge")
                .remedy("go to your repository, or name it with -C"),
        ]);
    }
    let _lock = context.lock()?;
    let selected = selected(arguments, context)?;
    let resolved = collect(selected.into_iter().map(|(name, sides)| {
        let resolution = resolve(&context.repository, &name, &sides)?;
        Ok((name, resolution))
    }))?;
    let mut written: Vec<(&SealName, &[u8])> = Vec::new();
    for (name, resolution) in &resolved {
        match resolution {
            Resolution::Joined { bytes, .. } | Resolution::Conflict { bytes, .. } => {
                written.push((name, bytes));
            }
            Resolution::ByHand | Resolution::Edited => {}
        }
    }
    context.repository.write(&written)?;
    let files: Vec<String> = resolved
        .iter()
        .filter(|(_, resolution)| is_whole(resolution))
        .map(|(name, _)| context.repository.file_of(name))
        .collect();
    let mut said: String =
        resolved.iter().map(|(name, resolution)| described(name, resolution, context)).collect();
    said.push_str(&stage(&files));
    if resolved.is_empty() {
        said.push_str("no seal is in conflict\n");
    } else if !written.is_empty() {
        said.push_str(LAST_LINE);
    }
    context.terminal.answer(said.as_bytes())?;
    let is_open = |resolution: &Resolution| {
        matches!(resolution, Resolution::Conflict { .. } | Resolution::Edited)
    };
    let any_open = resolved.iter().any(|(_, resolution)| is_open(resolution));
    Ok(if any_open { Verdict::Fail } else { Verdict::Pass })
}

/// The seals in conflict that are meant.
fn selected(
    arguments: &ResolveArgs,
    context: &Context,
) -> Result<Vec<(SealName, Unmerged)>, Vec<Problem>> {
    let mut open = in_conflict(&context.repository)?;
    if arguments.names.is_empty() {
        return Ok(open);
    }
    let there = context.repository.contents()?;
    let mut names = there.map_or_else(Vec::new, |contents| contents.names);
    names.extend(open.iter().map(|(name, _)| name.clone()));
    names.sort();
    names.dedup();
    let patterns = by_place_here(context, &names, &arguments.names);
    let wanted = crate::tree::select(&names, &patterns)?;
    let meant = matching(&wanted, &patterns);
    open.retain(|(name, _)| meant.contains(name));
    Ok(open)
}

/// Whether the file of the seal holds a seal now, of which nothing is left to decide.
fn is_whole(resolution: &Resolution) -> bool {
    matches!(resolution, Resolution::Joined { .. } | Resolution::ByHand)
}

/// The one command that stages `files`, which hold seals again.
fn stage(files: &[String]) -> String {
    let it = match files {
        [] => return String::new(),
        [_] => "it",
        _ => "them",
    };
    let places: Vec<String> = files.iter().map(|file| pathspec(file.as_bytes())).collect();
    let command = format!("git add -- {}", places.join(" "));
    format!("stage {it}: {}\n", message(&command))
}

/// What became of one seal, in words.
fn described(name: &SealName, resolution: &Resolution, context: &Context) -> String {
    let file = context.repository.file_of(name);
    let shown = printable_str(&file).into_owned();
    let mut said = match resolution {
        Resolution::Joined { seal, .. } => {
            let entries = text::count(seal.entries.len(), "entry", "entries");
            format!("{name}: joined both sides in {shown}, now {entries}\n")
        }
        Resolution::ByHand => {
            format!("{name}: {shown} holds a seal already, and stays\n")
        }
        Resolution::Edited => {
            let Invocation { directory, repository, .. } = &context.invocation;
            let top = repository.as_deref().or(directory.as_deref());
            let place = top.map_or(file.clone(), |top| format!("{top}/{file}"));
            let again = format!("rm {}", quote(place.as_bytes()));
            let again = message(&again);
            format!(
                "{name}: {shown} was edited since both sides were joined in it, and stays\n  \
                 next: choose between the markers that are left; or begin again: {again}, and \
                 sealgate resolve {name}\n"
            )
        }
        Resolution::Conflict { keys, paths, .. } => {
            let open = text::count(keys.len() + paths.len(), "line", "lines");
            format!(
                "{name}: both sides changed {open} in different ways; the rest is joined in {shown}\n"
            )
        }
    };
    if let Resolution::Conflict { keys, paths, .. } = resolution {
        let all = context.terminal.verbosity == Verbosity::Verbose;
        let limit = if all { usize::MAX } else { LISTED };
        // Writing to a string cannot fail.
        for key in keys {
            let _ = writeln!(said, "  conflict  {key} (above [entries])");
        }
        for path in paths.iter().take(limit) {
            let _ = writeln!(said, "  conflict  {}", printable_str(path.as_str()));
        }
        if let more @ 1.. = paths.len().saturating_sub(limit) {
            let _ = writeln!(said, "  and {more} more: -v lists all");
        }
        let _ = writeln!(
            said,
            "  next: choose between the markers; or build, and run sealgate seal {name}"
        );
    }
    said
}

/// Merges one seal for git, into the file of our side. What is no seal is merged as text.
pub(super) fn merge_driver(arguments: &MergeDriverArgs, context: &Context) -> Outcome {
    let [base, ours, theirs] = [&arguments.base, &arguments.ours, &arguments.theirs];
    let joined = joined(arguments);
    let is_open = match &joined {
        Some(Joined::Whole(_)) => false,
        Some(Joined::Conflict { .. }) => true,
        None => {
            let mut files = Vec::new();
            for file in [ours, base, theirs] {
                files.push(std::path::absolute(file).map_err(|error| unwritten(&error))?);
            }
            let files = [&*files[0], &*files[1], &*files[2]];
            merge_text(context.repository.root(), files, arguments.marker_size)
                .map_err(Problem::from)?
        }
    };
    let bytes = match joined {
        Some(Joined::Whole(seal)) => Some(to_bytes(&seal)),
        Some(Joined::Conflict { text, .. }) => Some(text),
        None => None,
    };
    if let Some(bytes) = bytes {
        // A file that git made for this, and takes away.
        std::fs::write(ours, bytes).map_err(|error| unwritten(&error))?;
    }
    Ok(if is_open { Verdict::Fail } else { Verdict::Pass })
}

/// The two sides joined; `None` if one of the files holds no seal.
fn joined(arguments: &MergeDriverArgs) -> Option<Joined> {
    let name = arguments.path.rsplit('/').next()?.strip_suffix(".toml")?;
    let name = SealName::parse(name)?;
    let read = |path: &std::path::Path| read_named(path, MAX_SEAL_BYTES).ok();
    let seal = |bytes: &[u8]| -> Option<Seal> { loose_seal(&name, bytes).ok() };
    let base = read(&arguments.base)?;
    // Both sides added it.
    let base = if base.is_empty() { None } else { Some(seal(&base)?) };
    let (ours, theirs) = (seal(&read(&arguments.ours)?)?, seal(&read(&arguments.theirs)?)?);
    Some(join(base.as_ref(), &ours, &theirs, arguments.marker_size))
}

fn unwritten(error: &std::io::Error) -> Problem {
    Problem::new("file-unwritable", format!("the merged seal: {error}"))
        .remedy("merge again, or run sealgate resolve")
}
