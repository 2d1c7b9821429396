//! The notice about a tree that is a level too deep.

use sealgate_core::compare::shifted;
use sealgate_core::compare::verdict::{SealResult, Source};

use crate::report::Notice;
use crate::report::shell::quote;

/// Where everything is that seems to be gone.
#[must_use]
pub fn notice(judgement: &SealResult) -> Option<Notice> {
    let below = shifted(&judgement.findings, judgement.checked)?;
    let (name, root) = (&judgement.name, judgement.root.as_deref().unwrap_or_default());
    let place = match &judgement.source {
        Source::Directory { given, .. } => format!("{}/{below}", given.trim_end_matches('/')),
        Source::Worktree | Source::Commit { .. } if root == "." => below.clone(),
        Source::Server { .. } => return None,
        Source::Worktree | Source::Commit { .. } => format!("{root}/{below}"),
    };
    let (place, name) = (quote(place.as_bytes()), quote(name.as_bytes()));
    let message = match &judgement.source {
        Source::Commit { .. } => {
            format!("everything that is sealed is in {place} instead: move it up, and commit that")
        }
        Source::Directory { .. } | Source::Worktree | Source::Server { .. } => format!(
            "everything that is sealed is in {place} instead: sealgate check {name} --at {place}"
        ),
    };
    Some(Notice::new("shifted", message))
}
