//! What a report says of authority: where the gate was asked to rule and by whose word, or that the
//! verdict authorises nothing.

use sealgate_core::approval::Authorised;
use sealgate_core::text::escape::printable_str;
use serde::{Serialize, Serializer};

/// The code of the notice that a changed seal was granted.
pub const RESEAL_GRANTED: &str = "reseal-granted";

/// Said where there is a policy, and no environment was named.
const NONE: &str = "none";

/// What the verdict of a check is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuthorityView {
    /// Nothing: the check was asked about bytes alone.
    None,
    /// What it says of an environment: with the verdict `pass`, that it is authorised.
    Of(Box<RulingView>),
}

/// What was asked of an environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RulingView {
    /// The environment.
    pub environment: String,
    /// The action that needed a grant, if one was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// The digest of the policy that judged, in hex; null where there is none.
    pub policy: Option<String>,
    /// The id of the grant, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grant: Option<String>,
    /// Whose signatures counted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub approvers: Vec<String>,
}

impl Serialize for AuthorityView {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::None => to.serialize_str(NONE),
            Self::Of(ruling) => ruling.serialize(to),
        }
    }
}

impl RulingView {
    /// The view of what was asked, and of the grant.
    #[must_use]
    pub fn new(
        environment: &str,
        action: Option<&str>,
        policy: Option<String>,
        grant: Option<&Authorised>,
    ) -> Self {
        Self {
            environment: environment.to_owned(),
            action: action.map(str::to_owned),
            policy,
            grant: grant.map(|authorised| authorised.grant.to_string()),
            approvers: grant.map_or(Vec::new(), |authorised| authorised.principals.clone()),
        }
    }
}

impl AuthorityView {
    /// One line of what a verdict is worth; `passed` tells whether it is a pass.
    pub(super) fn line(&self, passed: bool) -> Option<String> {
        match self {
            Self::None => Some(format!("authority: {NONE}; this verdict authorises nothing")),
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
                Some(format!("authority: {what}{by}"))
            }
        }
    }
}
