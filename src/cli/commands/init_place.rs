//! Where `init` and `doctor` work: in a repository with a working tree.

use sealgate_core::text::problem::Problem;
use sealgate_git::GitError;
use sealgate_git::setup::{Place, place};

use super::Context;

/// Refuses to work where git has no working tree.
pub(super) fn work_tree(context: &Context) -> Result<(), Problem> {
    // A bare repository has no `.git` in it, and may lie below a working tree.
    let problem = match place(&context.base).map_err(git_problem)? {
        Place::WorkTree if context.repository.in_git() => return Ok(()),
        Place::Bare => {
            Problem::new("bare-repository", "this repository is bare: it has no files checked out")
                .remedy("clone it, and work in the clone")
        }
        _ => Problem::new("not-a-repository", "this is no git repository").remedy(
            "git init, or go to your repository; seals without git: sealgate seal NAME --root DIR",
        ),
    };
    Err(problem)
}

/// What kept git from answering.
pub(super) fn git_problem(error: GitError) -> Problem {
    let unasked = matches!(error, GitError::NotRun(_));
    let problem = Problem::from(error);
    if unasked { problem } else { problem.remedy("fix what git says, and run this again") }
}

/// Whether the seals are where workflows look for them.
pub(super) fn usual_seals(context: &Context) -> bool {
    context.repository.seals().as_str() == "seals"
}
