//! Emergencies that every report states: break-glass grants that no usual grant has followed.

use sealgate_core::approval::{OpenEmergency, Policy, unanswered};
use sealgate_core::text::problem::Problem;

use super::approval_files;
use crate::report::{BREAK_GLASS, Notice};
use crate::tree::{CommitTree, Workspace};

/// How many emergencies have a notice of their own.
const NAMED: usize = 20;

/// A notice for each emergency in `judged`, or in the working tree, that no usual grant has followed.
///
/// # Errors
///
/// The policy or the grants cannot be read.
pub fn emergencies(
    repository: &Workspace,
    judged: Option<&CommitTree<'_>>,
) -> Result<Vec<Notice>, Problem> {
    let files = approval_files(repository, judged)?;
    // Of a policy that is not sound, nothing is known to follow.
    let policy = files.policy.as_deref().and_then(|bytes| Policy::read(bytes).ok());
    let open = unanswered(policy.as_ref(), &files.grants);
    let mut notices: Vec<Notice> = open.iter().take(NAMED).map(notice).collect();
    if let Some(more @ 1..) = open.len().checked_sub(NAMED) {
        let message = format!("BREAK-GLASS: {more} more emergencies wait for a usual grant");
        notices.push(Notice::new(BREAK_GLASS, message));
    }
    Ok(notices)
}

fn notice(open: &OpenEmergency<'_>) -> Notice {
    let OpenEmergency { file, grant, principals } = open;
    let id = &file.id[..10];
    let by = match &principals[..] {
        [] => "nobody whom the policy knows".to_owned(),
        people => people.join(" and "),
    };
    let message = format!(
        "BREAK-GLASS: {} of {} is permitted by {id} of {by} without the usual approvals ({}); a usual \
         grant for the same has not followed",
        grant.action,
        grant.subject.words(),
        grant.reason
    );
    Notice::new(BREAK_GLASS, message)
}
