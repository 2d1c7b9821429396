//! The plan of a rehearsal: one change, its way back, and what it may touch.

use sealgate_core::seal::SealName;
use sealgate_core::seal::path::EntryPath;
use serde::Deserialize;

/// The value of the `format` key.
pub const PLAN_FORMAT: &str = "sealgate-plan/1";

/// A longer plan is refused before it is read.
pub const MAX_PLAN_BYTES: u64 = 64 << 10;

/// How long each script may run where the plan says nothing, in seconds.
const DEFAULT_TIMEOUT: u32 = 3_600;

/// The most allowances of a plan.
const MAX_ALLOWANCES: usize = 100;

/// A plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// What the change does, in one line.
    pub subject: String,
    /// The seal over the database that the change is for.
    pub surface: SealName,
    /// The file that is cloned, relative to the directory of the plan.
    pub clone: String,
    /// The script that makes the change.
    pub apply: String,
    /// The script that takes it back.
    pub rollback: String,
    /// Whether the change is tried in a transaction as well.
    pub transaction: Transaction,
    /// How long each script may run, in seconds.
    pub timeout_seconds: u32,
    /// What may differ where nothing should.
    pub allowances: Vec<Allowance>,
}

/// Whether the change is tried in a transaction as well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Transaction {
    /// It is: applied, and rolled back by the database.
    Tried,
    /// It is not, and this is why.
    Skipped(String),
}

/// What a plan says may differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowance {
    /// Where.
    pub kind: AllowanceKind,
    /// The path, with everything below it.
    pub path: EntryPath,
    /// Why.
    pub reason: String,
}

/// Between which moments an allowance counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AllowanceKind {
    /// The change touches it, and it is not in the surface.
    Outside,
    /// The rollback leaves it, and it is not in the surface.
    Left,
    /// It differs each time the change is made.
    Varies,
}

impl AllowanceKind {
    /// The word of the plan for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Outside => "outside",
            Self::Left => "left",
            Self::Varies => "varies",
        }
    }
}

/// Why a text is no plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// More bytes than a plan may have.
    #[error("the plan is longer than {MAX_PLAN_BYTES} bytes")]
    TooLong,
    /// It is no TOML of this form.
    #[error("line {line}: {message}")]
    Syntax {
        /// From 1.
        line: usize,
        /// What the reader says.
        message: String,
    },
    /// A value that no plan has.
    #[error("{0}")]
    Unsound(String),
}

/// The text of a plan.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Text {
    format: String,
    subject: String,
    surface: String,
    clone: String,
    apply: String,
    rollback: String,
    #[serde(default = "yes")]
    transaction: bool,
    transaction_reason: Option<String>,
    timeout_seconds: Option<u32>,
    #[serde(default)]
    allow: Vec<AllowText>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AllowText {
    what: AllowanceKind,
    path: String,
    reason: String,
}

fn yes() -> bool {
    true
}

impl Plan {
    /// Reads a plan.
    ///
    /// # Errors
    ///
    /// Why the bytes are no plan.
    pub fn read(bytes: &[u8]) -> Result<Self, PlanError> {
        if bytes.len() as u64 > MAX_PLAN_BYTES {
            return Err(PlanError::TooLong);
        }
        let unsound = |why: &str| PlanError::Unsound(why.to_owned());
        let text = std::str::from_utf8(bytes).map_err(|_| unsound("the plan is not UTF-8"))?;
        let parsed: Text = toml::from_str(text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start);
            let line = 1 + text.bytes().take(start).filter(|&byte| byte == b'\n').count();
            PlanError::Syntax { line, message: error.message().to_owned() }
        })?;
        if parsed.format != PLAN_FORMAT {
            let why = format!("format is {:?}, not {PLAN_FORMAT:?}", parsed.format);
            return Err(PlanError::Unsound(why));
        }
        let surface = SealName::parse(&parsed.surface)
            .ok_or_else(|| unsound("`surface` is the name of a seal"))?;
        let transaction = match (parsed.transaction, parsed.transaction_reason) {
            (true, None) => Transaction::Tried,
            (true, Some(_)) => {
                return Err(unsound("`transaction-reason` goes with `transaction = false`"));
            }
            (false, Some(reason)) if !reason.trim().is_empty() => Transaction::Skipped(reason),
            (false, _) => {
                return Err(unsound("`transaction = false` needs a `transaction-reason`"));
            }
        };
        let timeout_seconds = parsed.timeout_seconds.unwrap_or(DEFAULT_TIMEOUT);
        if timeout_seconds == 0 {
            return Err(unsound("`timeout-seconds` is at least 1"));
        }
        if parsed.allow.len() > MAX_ALLOWANCES {
            let why = format!("a plan has at most {MAX_ALLOWANCES} allowances");
            return Err(PlanError::Unsound(why));
        }
        Ok(Self {
            subject: one_line("subject", parsed.subject)?,
            surface,
            clone: one_line("clone", parsed.clone)?,
            apply: one_line("apply", parsed.apply)?,
            rollback: one_line("rollback", parsed.rollback)?,
            transaction,
            timeout_seconds,
            allowances: parsed.allow.into_iter().map(allowance).collect::<Result<_, _>>()?,
        })
    }

    /// The files that the plan names and that are to be under the seal of the plan.
    #[must_use]
    pub fn scripts(&self) -> [&str; 2] {
        [&self.apply, &self.rollback]
    }
}

fn allowance(text: AllowText) -> Result<Allowance, PlanError> {
    let path = EntryPath::parse(&text.path)
        .map_err(|fault| PlanError::Unsound(format!("allow {:?}: {fault}", text.path)))?;
    let reason = one_line("reason", text.reason)?;
    Ok(Allowance { kind: text.what, path, reason })
}

/// `text`, which is one line and not empty.
fn one_line(key: &str, text: String) -> Result<String, PlanError> {
    let is_shown = !text.trim().is_empty() && !text.chars().any(char::is_control);
    if is_shown {
        return Ok(text);
    }
    Err(PlanError::Unsound(format!("`{key}` is one line, and not empty")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "format = \"sealgate-plan/1\"\nsubject = \"births get a column\"\n\
        surface = \"births\"\nclone = \"../backup.db\"\napply = \"up.sql\"\nrollback = \"down.sql\"\n";

    #[test]
    fn a_plan_states_everything_that_is_needed() {
        let plan = Plan::read(GOOD.as_bytes()).unwrap();
        assert_eq!((plan.transaction, plan.timeout_seconds), (Transaction::Tried, 3_600));
        let text = format!(
            "{GOOD}transaction = false\ntransaction-reason = \"VACUUM\"\ntimeout-seconds = 5\n\
             [[allow]]\nwhat = \"outside\"\npath = \"main/audit/rows\"\nreason = \"append-only\"\n"
        );
        let plan = Plan::read(text.as_bytes()).unwrap();
        assert_eq!(plan.transaction, Transaction::Skipped("VACUUM".to_owned()));
        assert_eq!(plan.allowances[0].kind, AllowanceKind::Outside);
    }

    #[test]
    fn what_is_no_plan_is_refused_with_the_reason() {
        let cases = [
            ("sealgate-plan/1", "sealgate-plan/2", "sealgate-plan/2"),
            ("surface", "surfaces", "line 3: unknown field `surfaces`"),
            ("\"births\"", "\"../x\"", "name of a seal"),
            ("\"up.sql\"", "\"\"", "`apply` is one line"),
            ("\"up.sql\"", "\"a\\nb\"", "`apply` is one line"),
            ("rollback = \"down.sql\"\n", "", "missing field `rollback`"),
            ("rollback =", "transaction = false\nrollback =", "needs a `transaction-reason`"),
            ("rollback =", "transaction-reason = \"x\"\nrollback =", "goes with"),
            ("rollback =", "timeout-seconds = 0\nrollback =", "at least 1"),
            (
                "rollback = \"down.sql\"\n",
                "rollback = \"d\"\n[[allow]]\nwhat = \"all\"\npath = \"x\"\nreason = \"y\"\n",
                "unknown variant `all`",
            ),
            (
                "rollback = \"down.sql\"\n",
                "rollback = \"d\"\n[[allow]]\nwhat = \"left\"\npath = \"/x\"\nreason = \"y\"\n",
                "absolute",
            ),
            (
                "rollback = \"down.sql\"\n",
                "rollback = \"d\"\n[[allow]]\nwhat = \"left\"\npath = \"x\"\nreason = \" \"\n",
                "`reason` is one line",
            ),
        ];
        for (from, to, says) in cases {
            let text = GOOD.replacen(from, to, 1);
            let error = Plan::read(text.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(says), "{to}: {error}");
        }
        assert_eq!(Plan::read(&vec![b'#'; 65_537]), Err(PlanError::TooLong));
    }
}
