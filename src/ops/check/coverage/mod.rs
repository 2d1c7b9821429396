//! Which directories of a repository ought to be under seal and are not.

mod case;
mod cover;
mod search;
mod words;

use std::path::Path;

use sealgate_core::seal::Header;
use sealgate_core::text::problem::Problem;

use self::case::ignores_case;
use self::cover::{Cover, Covers};
use self::search::{Found, Search, Target};
use self::words::{left_out, link_elsewhere, too_much, unsealed, unsearched};

/// Why globs asked for directories and did not get what they asked for: the directories below
/// `repository` that match one of `globs` and that no seal in `seals` covers, and whatever else keeps
/// the answer from being a clear yes. Git's own directory is left out, and the seals directory is not
/// asked for. A directory that several globs match is named once, with the first of them.
///
/// Nothing is searched behind a link: a link on the way to where something could match is a problem,
/// and so is a link that matches, unless it and what it leads to are under seal. That nothing
/// matches is a problem too, since a demand that cannot fail is no demand.
#[must_use]
pub fn uncovered(
    repository: &Path,
    seals_directory: &str,
    globs: &[String],
    seals: &[&Header],
) -> Vec<Problem> {
    if globs.is_empty() {
        return Vec::new();
    }
    let mut search = match Search::new(repository, seals_directory, globs, &ignores_case) {
        Ok(search) => search,
        Err(problems) => return problems,
    };
    search.run();
    let (found, mut problems) = search.into_found();
    let covers = Covers::of(seals, &found);
    if covers.is_cut_short() {
        problems.push((usize::MAX, Box::default(), too_much()));
    } else {
        for found in &found {
            let problem = problem_of(found, globs, &covers);
            let problem = problem.map(|problem| (found.glob, found.path.clone(), problem));
            problems.extend(problem);
        }
    }
    problems.sort_by(|(glob, path, _), (other, beside, _)| (glob, path).cmp(&(other, beside)));
    problems.into_iter().map(|(.., problem)| problem).collect()
}

/// Whether a seal's root is `path` or a directory above it that does not exclude it.
#[must_use]
pub fn covered(path: &str, seals: &[&Header]) -> bool {
    seals.iter().any(|header| cover::covers(header, path.as_bytes(), true))
}

/// Why what was found is not under seal, if it is not.
fn problem_of(found: &Found, globs: &[String], covers: &Covers<'_>) -> Option<Problem> {
    let (glob, path) = (&*globs[found.glob], &*found.path);
    let judged = match &found.target {
        None => path,
        Some(_) if covers.of_path(path) == &Cover::Unsealed => return Some(unsealed(glob, path)),
        Some(Target::Outside) => return Some(link_elsewhere(glob, path)),
        Some(Target::Inside { path, .. }) => path,
    };
    let target = found.target.as_ref().map(|_| judged);
    match covers.of_path(judged) {
        Cover::Sealed => None,
        Cover::LeftOut => Some(left_out(glob, path, target)),
        Cover::Unlisted(place, why) => Some(unsearched(glob, place, why)),
        Cover::Unsealed if target.is_some() => Some(link_elsewhere(glob, path)),
        Cover::Unsealed => Some(unsealed(glob, path)),
    }
}
