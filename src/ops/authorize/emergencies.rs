//! Emergencies that every report states: break-glass grants that no usual grant has followed.

use sealgate_core::approval::{OpenEmergency, Policy, unanswered};

use crate::report::{BREAK_GLASS, Notice};
use crate::tree::ApprovalFiles;

/// How many emergencies have a notice of their own.
const NAMED: usize = 20;

/// A notice for each emergency in `files` that no usual grant has followed.
#[must_use]
pub fn emergencies(files: &ApprovalFiles) -> Vec<Notice> {
    // Of a policy that is not sound, nothing is known to follow.
    let policy = files.policy.as_deref().and_then(|bytes| Policy::read(bytes).ok());
    let open = unanswered(policy.as_ref(), &files.grants);
    let mut notices: Vec<Notice> = open.iter().take(NAMED).map(notice).collect();
    if let Some(more @ 1..) = open.len().checked_sub(NAMED) {
        let message = format!("BREAK-GLASS: {more} more emergencies wait for a usual grant");
        notices.push(Notice::new(BREAK_GLASS, message));
    }
    notices
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
