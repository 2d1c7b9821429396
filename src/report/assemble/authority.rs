//! What a report says of authority: where the gate was asked to rule and by whose word, or that the
//! verdict authorises nothing.

use sealgate_core::approval::Authorised;
use sealgate_core::text::escape::printable_str;

use crate::report::v1::{AuthorityView, RulingView};

/// The code of the notice that a changed seal was granted.
pub const RESEAL_GRANTED: &str = "reseal-granted";

/// The code of the notice that the event lets a change of scope pass.
pub const SCOPE_CHANGE_ALLOWED: &str = "scope-change-allowed";

/// The code of the notice that no usual grant has followed an emergency.
pub const BREAK_GLASS: &str = "break-glass";

impl RulingView {
    /// The view of what was asked, and of the grant.
    #[must_use]
    pub fn new(
        environment: &str,
        action: Option<&str>,
        policy: Option<String>,
        grant: Option<&Authorised>,
        older: bool,
    ) -> Self {
        Self {
            environment: environment.to_owned(),
            action: action.map(str::to_owned),
            policy,
            grant: grant.map(|authorised| authorised.grant.to_string()),
            approvers: grant.map_or(Vec::new(), |authorised| authorised.principals.clone()),
            older,
        }
    }
}

impl AuthorityView {
    /// One line of what a verdict is worth; `passed` tells whether it is a pass.
    pub(crate) fn line(&self, passed: bool) -> Option<String> {
        match self {
            Self::None => {
                Some("authority: not checked for any environment (pass --environment)".to_owned())
            }
            Self::Of(_) if !passed => None,
            Self::Of(ruling) => {
                let environment = printable_str(&ruling.environment);
                let what = match &ruling.action {
                    None => format!("the gate rules {environment}"),
                    Some(action) => format!("{} in {environment}", printable_str(action)),
                };
                let by = ruling.grant.as_ref().map_or(String::new(), |grant| {
                    let grant = &grant[..grant.len().min(10)];
                    format!(", by the grant {grant} of {}", ruling.approvers.join(" and "))
                });
                let older = if ruling.older { ", AN OLDER COMMIT of its branch" } else { "" };
                Some(format!("authority: {what}{by}{older}"))
            }
        }
    }
}
