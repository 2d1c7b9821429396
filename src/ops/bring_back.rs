//! What the commit that is checked out has and the disk has not.

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
        (false, _) => format!("git restore -- {}", pathspec(path.as_bytes())),
        (true, true) => format!("git sparse-checkout add {}", quote(path.as_bytes())),
        (true, false) => {
            format!("git sparse-checkout add {}", quote(format!("/{path}/").as_bytes()))
        }
    })
}
