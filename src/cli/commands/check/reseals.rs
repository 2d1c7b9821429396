//! Which changes of the seals since a base may pass: by `--on-reseal`, by the policy, or by the event.

use sealgate_core::compare::changes::{OnReseal, SealRef};
use sealgate_core::text::problem::Problem;

use super::super::stated;
use super::sources::{Commits, Selected};
use crate::cli::args::CheckArgs;
use crate::github::scope::ScopePermission;
use crate::ops::authorize::Authorization;
use crate::ops::check::review::Review;
use crate::report::{Notice, SCOPE_CHANGE_ALLOWED};

/// Which changes may pass, and why where the event decides.
#[derive(Debug, Clone, Copy)]
pub(in crate::cli::commands) struct Rule {
    pub(in crate::cli::commands) on_reseal: OnReseal,
    permission: Option<ScopePermission>,
}

impl Rule {
    /// The rule that `--on-reseal` states; without it, the one of the policy or of the event.
    pub(in crate::cli::commands) fn new(
        stated: Option<OnReseal>,
        under_policy: bool,
        permission: Option<ScopePermission>,
    ) -> Self {
        match (stated, permission) {
            (Some(on_reseal), _) => Self { on_reseal, permission: None },
            // Grants decide, and a change of scope needs one like any other.
            (None, _) if under_policy => Self { on_reseal: OnReseal::Allow, permission: None },
            (None, Some(_)) => Self { on_reseal: OnReseal::Allow, permission },
            (None, None) => Self { on_reseal: OnReseal::default(), permission: None },
        }
    }

    /// The notice of what lets a change of scope in `review` pass, if there is one and the event does.
    pub(in crate::cli::commands) fn notice(self, review: &Review) -> Option<Notice> {
        let permission = self.permission.filter(|_| review.changes_scope())?;
        let message = format!("a change of scope is allowed: {}", permission.reason());
        Some(Notice::new(SCOPE_CHANGE_ALLOWED, message))
    }
}

/// The seals, held against those of the base; and a notice if the event lets a change of scope pass.
pub(super) fn review(
    arguments: &CheckArgs,
    commits: &Commits<'_>,
    selected: &[Selected],
    authorization: Option<&Authorization>,
) -> Result<(Option<Review>, Option<Notice>), Problem> {
    let Some(base) = &commits.base else { return Ok((None, None)) };
    let under_policy = authorization.is_some_and(|authorization| authorization.policy.is_some());
    let rule = Rule::new(arguments.on_reseal, under_policy, commits.permission);
    let seals: Vec<SealRef<'_>> = selected.iter().map(stated).collect();
    let review = Review::new(base, &seals, &commits.names_since, rule.on_reseal)?;
    let notice = rule.notice(&review);
    Ok((Some(review), notice))
}
