//! What a person is told of a commit or an object that cannot be had.

use sealgate_core::text::problem::Problem;
use sealgate_git::{ObjectError, Oid};

use super::Workspace;

/// A revision that names no commit.
pub(super) fn unknown(repository: &Workspace, revision: &str) -> Problem {
    let message = format!("{revision} names no commit that is here");
    let whole_id = Oid::from_hex(revision.as_bytes()).is_some();
    let remedy = if whole_id {
        repository.how_to_fetch(revision)
    } else if sealgate_git::is_shallow(repository.root()) {
        "this is a shallow clone: fetch the commit first, by `git fetch --depth=1 REMOTE REVISION`"
            .to_owned()
    } else {
        "correct it, or fetch it first; `git log --oneline --all` lists what is here".to_owned()
    };
    Problem::new("revision-unknown", message).remedy(remedy)
}

/// An object that could not be had, as a person gets it; `path` is what it is needed for.
pub(super) fn trouble(
    repository: &Workspace,
    given: &str,
    path: &str,
    error: &ObjectError,
) -> Problem {
    let place = if path.is_empty() { given.to_owned() } else { format!("{path} in {given}") };
    let message = format!("{place}: {error}");
    match error {
        ObjectError::Git(error) => error.of_another_user().unwrap_or_else(|| {
            Problem::new("git", message)
                .remedy("`git fsck --full` shows what is broken; fix that, or clone again")
        }),
        ObjectError::Missing(oid) => Problem::new("object-missing", message)
            .remedy(repository.how_to_fetch(&oid.to_string())),
        ObjectError::Kind(..) => {
            Problem::new("revision-unknown", message).remedy("name a commit, or a tag of one")
        }
        ObjectError::TooLarge(..) | ObjectError::TooMuch => {
            Problem::new("object-too-large", message).remedy(
                "look into that commit before you trust it: git itself makes no such objects",
            )
        }
        ObjectError::Forged(_) | ObjectError::Broken(..) => Problem::new("object-broken", message)
            .remedy(
                "believe nothing in this repository's .git: clone again, and ask who wrote to it",
            ),
    }
}

/// An object of an open merge that could not be had.
#[must_use]
pub fn unreadable_object(error: &ObjectError) -> Problem {
    let not_ours = match error {
        ObjectError::Git(error) => error.of_another_user(),
        _ => None,
    };
    not_ours.unwrap_or_else(|| {
        Problem::new("git", error.to_string())
            .remedy("`git fsck --full` shows what is broken; fix that, or clone again")
    })
}
