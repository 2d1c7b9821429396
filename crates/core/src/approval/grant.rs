//! The grant, `seals/grants/ID.toml`: one signed permission for one change. ID is the BLAKE3 digest of
//! its exact bytes.

use serde::Deserialize;

use super::binding::{Binding, MAX_PLAN_BYTES, Plan};
use super::ledger::is_object_id;
use super::policy::{POLICY_UPDATE, Procedure, RESEAL, is_reserved};
use super::text::{Deviation, cut, deviation, is_kebab, line_of, push_text};
use super::time::Moment;
use crate::seal::SealName;
use crate::seal::entry::Digest;
use crate::text::problem::Problem;

/// The value of the `format` key.
pub const GRANT_FORMAT: &str = "sealgate-grant/1";

/// A longer grant is refused before it is read. Its plan may be made of characters that are escaped.
pub const MAX_GRANT_BYTES: u64 = (16 << 10) + 6 * MAX_PLAN_BYTES;

/// The longest reason, in bytes.
const LONGEST_REASON: usize = 2_000;

/// The comment with which a grant begins.
const FIRST_LINE: &str =
    "# Grant: one permission for one change. Read it with `sealgate grant show`; nobody signs hex.";

/// What a grant permits something of, or a demand asks for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Subject {
    /// This seal: of `reseal`.
    Seal(String),
    /// This environment: of every action that is not reserved, and of `close-blocker`.
    Environment(String),
    /// The policy: of `policy-update`.
    Policy,
}

/// One permission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The repository that it is for, as the policy names it.
    pub repository: String,
    /// The digest of the policy that it is given under.
    pub policy: Digest,
    /// What it permits; kebab-case.
    pub action: String,
    /// Of what.
    pub subject: Subject,
    /// The digest of the change, as [`super::change`] puts it into text.
    pub change: Digest,
    /// What the action is done with; of actions that are spent by `grant use` alone.
    pub binding: Option<Binding>,
    /// By which rules it is judged.
    pub procedure: Procedure,
    /// The first second in which it counts.
    pub not_before: Moment,
    /// The first second in which it counts no more.
    pub not_after: Moment,
    /// The digest of what was looked at, if there is such a thing.
    pub evidence: Option<Digest>,
    /// Why.
    pub reason: String,
}

/// Why a file is no grant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GrantError {
    /// Longer than [`MAX_GRANT_BYTES`].
    #[error("the grant is longer than {MAX_GRANT_BYTES} bytes")]
    TooLong,
    /// The bytes are no UTF-8.
    #[error("the grant is not UTF-8")]
    NotUtf8,
    /// It is no TOML, or holds other keys or values than a grant has.
    #[error("line {line}: {message}")]
    Syntax {
        /// From 1.
        line: usize,
        /// What the reader says.
        message: String,
    },
    /// A value that no grant has.
    #[error("{0}")]
    Unsound(String),
    /// It says it in another text than the canonical one.
    #[error("line {}: {:?} stands where the canonical form has {:?}", .0.line, .0.found, .0.expected)]
    NotCanonical(Deviation),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Raw {
    format: String,
    repository: String,
    policy: String,
    action: String,
    environment: Option<String>,
    seal: Option<String>,
    change: String,
    subject: Option<String>,
    plan: Option<String>,
    plan_text: Option<String>,
    break_glass: Option<bool>,
    not_before: String,
    not_after: String,
    evidence: String,
    reason: String,
}

impl Grant {
    /// Reads the canonical bytes of a grant, and nothing else.
    pub fn read(bytes: &[u8]) -> Result<Self, GrantError> {
        let grant = Self::loose(bytes)?;
        grant.check_canonical(bytes)?;
        Ok(grant)
    }

    /// Refuses `bytes`, from which this grant was read, if they are not its canonical text.
    pub(super) fn check_canonical(&self, bytes: &[u8]) -> Result<(), GrantError> {
        let text = std::str::from_utf8(bytes).map_err(|_| GrantError::NotUtf8)?;
        deviation(text, &self.to_text()).map_or(Ok(()), |it| Err(GrantError::NotCanonical(it)))
    }

    /// Reads a grant in any form: to tell what a file that does not count is about.
    pub fn loose(bytes: &[u8]) -> Result<Self, GrantError> {
        #[cfg(test)]
        super::steps::count(super::steps::Step::ReadGrant);
        if bytes.len() as u64 > MAX_GRANT_BYTES {
            return Err(GrantError::TooLong);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| GrantError::NotUtf8)?;
        let raw: Raw = toml::from_str(text).map_err(|error| GrantError::Syntax {
            line: line_of(text, &error),
            message: cut(error.message()),
        })?;
        raw.check()
    }

    /// The canonical text; the very one that [`Grant::read`] accepts.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut out = format!("{FIRST_LINE}\n");
        push_text(&mut out, "format", GRANT_FORMAT);
        push_text(&mut out, "repository", &self.repository);
        push_text(&mut out, "policy", &self.policy.to_string());
        push_text(&mut out, "action", &self.action);
        match &self.subject {
            Subject::Seal(name) => push_text(&mut out, "seal", name),
            Subject::Environment(name) => push_text(&mut out, "environment", name),
            Subject::Policy => {}
        }
        push_text(&mut out, "change", &self.change.to_string());
        if let Some(binding) = &self.binding {
            push_text(&mut out, "subject", &binding.tree);
            if let Some(plan) = &binding.plan {
                push_text(&mut out, "plan", &plan.digest.to_string());
                push_text(&mut out, "plan-text", &plan.text);
            }
        }
        if self.procedure == Procedure::BreakGlass {
            out.push_str("break-glass = true\n");
        }
        push_text(&mut out, "not-before", &self.not_before.to_string());
        push_text(&mut out, "not-after", &self.not_after.to_string());
        let evidence = self.evidence.map_or("none".to_owned(), |digest| digest.to_string());
        push_text(&mut out, "evidence", &evidence);
        push_text(&mut out, "reason", &self.reason);
        out
    }

    /// The digest of the canonical text, which names the file.
    #[must_use]
    pub fn id(&self) -> Digest {
        Digest::of(self.to_text().as_bytes())
    }

    /// Holds this grant, which is for an action, against the `tree` and the `plan` of the action.
    ///
    /// # Errors
    ///
    /// The grant is bound to nothing, to other files, or to another plan.
    pub fn check_bound(&self, tree: &str, plan: Option<&Digest>) -> Result<(), Problem> {
        let id = &self.id().to_string()[..10];
        let refused = |code, message: String| {
            Err(Problem::new(code, message)
                .remedy("make a new one on the commit that is judged: sealgate grant new"))
        };
        let Some(bound) = &self.binding else {
            let message = format!("the grant {id} names no subject, so it could be for any commit");
            return refused("grant-unbound", message);
        };
        if bound.tree != tree {
            let message = format!(
                "the grant {id} is for other files: its subject is {}, and that of the commit is {tree}",
                bound.tree
            );
            return refused("grant-other-change", message);
        }
        if bound.plan.as_ref().map(|plan| &plan.digest) != plan {
            let message = format!("the grant {id} is for another plan than the one of --plan");
            return refused("grant-other-change", message);
        }
        Ok(())
    }
}

impl Subject {
    /// What `action` is done to, if it is done to something of this kind.
    #[must_use]
    pub fn suits(&self, action: &str) -> bool {
        match self {
            Self::Seal(_) => action == RESEAL,
            Self::Policy => action == POLICY_UPDATE,
            Self::Environment(_) => action != RESEAL && action != POLICY_UPDATE,
        }
    }

    /// `the seal dist`, `the environment production` or `the policy`.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Seal(name) => format!("the seal {name}"),
            Self::Environment(name) => format!("the environment {name}"),
            Self::Policy => "the policy".to_owned(),
        }
    }
}

impl Raw {
    fn check(self) -> Result<Grant, GrantError> {
        let unsound = |why: String| Err(GrantError::Unsound(why));
        let digest = |key: &str, text: &str| {
            let why = format!("{key} is a digest: 64 digits of 0-9a-f");
            Digest::from_hex(text.as_bytes()).ok_or(GrantError::Unsound(why))
        };
        let moment = |key: &str, text: &str| {
            let why = format!("{key} is a time in UTC, such as 2027-01-31T12:00:00Z");
            Moment::parse(text).ok_or(GrantError::Unsound(why))
        };
        if self.format != GRANT_FORMAT {
            return unsound(format!("format is {:?}, not {GRANT_FORMAT:?}", cut(&self.format)));
        }
        let subject = match (self.seal, self.environment) {
            (Some(seal), None) if SealName::parse(&seal).is_some() => Subject::Seal(seal),
            (None, Some(name)) if is_kebab(&name) => Subject::Environment(name),
            (None, None) => Subject::Policy,
            _ => return unsound("a grant is for one seal or one environment".to_owned()),
        };
        if !is_kebab(&self.action) || !subject.suits(&self.action) {
            let why = format!("{:?} is not done to {}", cut(&self.action), subject.words());
            return unsound(why);
        }
        let procedure = Procedure::of_key(self.break_glass);
        if !procedure.suits(&self.action) {
            return unsound(format!("a grant for {} is never break-glass", self.action));
        }
        let binding = binding(&self.action, self.subject, self.plan, self.plan_text)?;
        if self.reason.trim().is_empty() || self.reason.len() > LONGEST_REASON {
            return unsound(format!("reason is a sentence of at most {LONGEST_REASON} bytes"));
        }
        let grant = Grant {
            repository: self.repository,
            policy: digest("policy", &self.policy)?,
            action: self.action,
            subject,
            change: digest("change", &self.change)?,
            binding,
            procedure,
            not_before: moment("not-before", &self.not_before)?,
            not_after: moment("not-after", &self.not_after)?,
            evidence: match &*self.evidence {
                "none" => None,
                text => Some(digest("evidence, if it is not \"none\",", text)?),
            },
            reason: self.reason,
        };
        if grant.not_before < grant.not_after {
            Ok(grant)
        } else {
            unsound("not-after must come after not-before".to_owned())
        }
    }
}

/// What the keys `subject`, `plan` and `plan-text` of a grant for `action` state together.
fn binding(
    action: &str,
    tree: Option<String>,
    plan: Option<String>,
    text: Option<String>,
) -> Result<Option<Binding>, GrantError> {
    let unsound = |why: String| Err(GrantError::Unsound(why));
    let Some(tree) = tree else {
        return if plan.is_none() && text.is_none() {
            Ok(None)
        } else {
            unsound("a grant with a plan has a subject".to_owned())
        };
    };
    if is_reserved(action) {
        return unsound(format!("a grant for {action} has no subject"));
    }
    if !is_object_id(&tree) {
        return unsound("subject is the id of a tree: 40 or 64 digits of 0-9a-f".to_owned());
    }
    let plan = match (plan, text) {
        (None, None) => None,
        (Some(plan), Some(text)) => {
            let digest = Digest::of(text.as_bytes());
            if plan != digest.to_string() {
                return unsound("plan is not the digest of plan-text".to_owned());
            }
            Some(Plan { digest, text })
        }
        _ => return unsound("plan and plan-text go together, or neither is there".to_owned()),
    };
    Ok(Some(Binding { tree, plan }))
}
