//! What the commit that is checked out has and the disk has not.

use std::path::Path;

use sealgate_git::setup;

use crate::report::shell::{pathspec, quote};
use crate::tree::Workspace;

/// The command that brings the directory `path` back, where the commit that is checked out has it: it
/// was deleted, or a sparse checkout leaves it out.
#[must_use]
pub fn how_to_bring_back(repository: &Workspace, path: &str) -> Option<String> {
    let root = repository.root();
    let kept = repository.in_git() && !sealgate_git::in_head(root, path).ok()?.is_empty();
    let is_on = |key| {
        let value = setup::config(root, key).ok().flatten();
        value.is_some_and(|value| value.eq_ignore_ascii_case("true"))
    };
    kept.then(|| match (is_on("core.sparseCheckout"), is_on("core.sparseCheckoutCone")) {
        (false, _) if is_in_index(root, path) => {
            format!("git restore -- {}", pathspec(path.as_bytes()))
        }
        (false, _) => {
            let path = pathspec(path.as_bytes());
            format!("git restore --source=HEAD --staged --worktree -- {path}")
        }
        (true, true) => format!("git sparse-checkout add {}", quote(path.as_bytes())),
        (true, false) => {
            format!("git sparse-checkout add {}", quote(format!("/{path}/").as_bytes()))
        }
    })
}

/// Whether the index has something at `path`: `git rm` takes it out of there too.
fn is_in_index(root: &Path, path: &str) -> bool {
    sealgate_git::tracked(root, path).is_ok_and(|paths| !paths.is_empty())
}
