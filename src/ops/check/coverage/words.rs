//! What `--require-sealed` says of a directory or a link.

use sealgate_core::text::problem::Problem;

use crate::report::shell::quote;

fn problem(message: String) -> Problem {
    Problem::new("require-sealed", message)
}

pub(super) fn unsealed(glob: &str, path: &[u8]) -> Problem {
    let shown = String::from_utf8_lossy(path);
    problem(format!("{shown} matches {glob} and is under none of the seals checked")).remedy(
        format!("seal it (sealgate seal NAME --root {}), or check its seal too", quote(path)),
    )
}

/// That every file in `path` is excluded, or in the directory to which the link `path` leads.
pub(super) fn left_out(glob: &str, path: &[u8], target: Option<&[u8]>) -> Problem {
    let shown = String::from_utf8_lossy(path);
    let place = target.map_or("it".into(), String::from_utf8_lossy);
    let place = if place.is_empty() { ".".into() } else { place };
    problem(format!("{shown} matches {glob}, and its seal excludes every file in {place}"))
        .remedy("exclude less, or write a glob that does not match it")
}

pub(super) fn link_on_the_way(glob: &str, path: &[u8]) -> Problem {
    let shown = String::from_utf8_lossy(path);
    problem(format!("{shown} is a link to a directory, in which {glob} could match")).remedy(
        "put the directory in the place of the link, or write a glob that does not lead through it",
    )
}

pub(super) fn link_elsewhere(glob: &str, path: &[u8]) -> Problem {
    let shown = String::from_utf8_lossy(path);
    problem(format!(
        "{shown} matches {glob}, and is a link to what is under none of the seals checked"
    ))
    .remedy("put the directory in the place of the link, or seal what it leads to")
}

pub(super) fn unsearched(glob: &str, path: &[u8], why: &str) -> Problem {
    let shown = String::from_utf8_lossy(path);
    let place = if shown.is_empty() { ".".into() } else { shown };
    problem(format!("--require-sealed {glob}: {place} cannot be searched: {why}"))
        .remedy("make the whole repository readable to this user")
}

pub(super) fn unmatched(glob: &str) -> Problem {
    problem(format!("--require-sealed {glob}: no directory matches"))
        .remedy("build first, or correct the glob")
}

pub(super) fn too_much() -> Problem {
    problem(
        "--require-sealed: the seals exclude so many files in what matches that it takes too long to \
         find one that is under seal"
            .to_owned(),
    )
    .remedy("check fewer seals at a time, or exclude whole directories instead of the files in them")
}

pub(super) fn unreadable_glob(glob: &str, why: &str) -> Problem {
    Problem::new("usage", format!("--require-sealed {glob}: {why}"))
        .remedy("write a glob such as packages/*/dist")
}

/// More globs than `most`, or more than `bytes` of them.
pub(super) fn too_many(most: usize, bytes: usize) -> Problem {
    let message = format!(
        "--require-sealed: there are more than {most} globs, or more than {} KiB of them",
        bytes >> 10
    );
    Problem::new("usage", message).remedy("write fewer globs: {a,b} in one glob stands for both")
}
