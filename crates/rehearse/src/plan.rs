//! The plan of a rehearsal: one change, its way back, and what it may touch.

use sealgate_core::seal::SealName;
use sealgate_core::seal::path::EntryPath;
use serde::Deserialize;

/// The value of the `format` key.
pub const PLAN_FORMAT: &str = "sealgate-plan/1";

/// A longer plan is refused before it is read.
pub const MAX_PLAN_BYTES: u64 = 64 << 10;

/// What stands in a command for the place of a snapshot.
pub const SNAPSHOT: &str = "{snapshot}";

/// What stands in a command for the database: a file, or the parameters of a connection.
pub const DATABASE: &str = "{database}";

/// What stands in a command for the directory of a tree.
pub const TREE: &str = "{tree}";

/// How long each script may run where the plan says nothing, in seconds.
const DEFAULT_TIMEOUT: u32 = 3_600;

/// The most allowances of a plan.
const MAX_ALLOWANCES: usize = 100;

/// A plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// What the change does, in one line.
    pub subject: String,
    /// What the change is for.
    pub target: Target,
    /// What is cloned, relative to the directory of the plan: a file, or for a tree a directory.
    pub clone: String,
    /// PostgreSQL: the script that makes the roles of the cluster, relative to the directory of the plan.
    pub roles: Option<String>,
    /// What makes the change.
    pub apply: Action,
    /// What takes it back.
    pub rollback: Action,
    /// How the operator saves the state and brings it back; without, copies are made.
    pub snapshot: Option<SnapshotCommands>,
    /// Whether the change is tried in a transaction as well.
    pub transaction: Transaction,
    /// How long each script and each command may run, in seconds.
    pub timeout_seconds: u32,
    /// What may differ where nothing should.
    pub allowances: Vec<Allowance>,
}

/// What a change is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A database, with the seal over it.
    Surface(SealName),
    /// A directory, with the seal over it, and what modes, owners and times count for.
    Tree(SealName, MetaRule),
}

impl Target {
    /// The seal.
    #[must_use]
    pub fn seal(&self) -> &SealName {
        match self {
            Self::Surface(seal) | Self::Tree(seal, _) => seal,
        }
    }
}

/// What differences of modes, owners, times, attributes and hard links count for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MetaRule {
    /// They are noted.
    #[default]
    Notice,
    /// They count like any other.
    Exact,
}

/// How a change is made or taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// By a script, relative to the directory of the plan: SQL for a database, for `sh` in a tree.
    Script(String),
    /// By a program with its arguments. At least one word.
    Command(Vec<String>),
}

/// How the operator saves the state, and brings it back. At least one word each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotCommands {
    /// Writes the file or directory `{snapshot}`.
    pub take: Vec<String>,
    /// Brings back what `{snapshot}` holds.
    pub restore: Vec<String>,
}

/// Whether the change is tried in a transaction as well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Transaction {
    /// It is: applied, and rolled back by the database.
    Tried,
    /// It is not, and this is why.
    Skipped(String),
    /// There is none: a tree has no transactions, and a command has its own.
    Absent,
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

impl Allowance {
    /// Whether it is about `path`: its own, or one below it.
    #[must_use]
    pub fn covers(&self, path: &str) -> bool {
        let rest = path.strip_prefix(self.path.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
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
    surface: Option<String>,
    tree: Option<String>,
    meta: Option<MetaRule>,
    clone: String,
    roles: Option<String>,
    apply: ActionText,
    rollback: ActionText,
    snapshot: Option<Vec<String>>,
    restore: Option<Vec<String>>,
    transaction: Option<bool>,
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

#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "expected a script as text, or a command as a list of texts")]
enum ActionText {
    Script(String),
    Command(Vec<String>),
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
        let target = target(parsed.surface, parsed.tree, parsed.meta)?;
        let apply = action("apply", parsed.apply)?;
        let stated = (parsed.transaction, parsed.transaction_reason);
        let transaction = transaction(&target, &apply, stated)?;
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
            target,
            clone: one_line("clone", parsed.clone)?,
            roles: parsed.roles.map(|roles| one_line("roles", roles)).transpose()?,
            apply,
            rollback: action("rollback", parsed.rollback)?,
            snapshot: snapshot(parsed.snapshot, parsed.restore)?,
            transaction,
            timeout_seconds,
            allowances: parsed.allow.into_iter().map(allowance).collect::<Result<_, _>>()?,
        })
    }

    /// The scripts that the plan names, and the file of roles: they are to be under the seal of the plan.
    pub fn scripts(&self) -> impl Iterator<Item = &str> {
        let actions = [&self.apply, &self.rollback].into_iter().filter_map(Action::script);
        actions.chain(self.roles.as_deref())
    }

    /// The commands of the plan.
    pub fn commands(&self) -> impl Iterator<Item = &[String]> {
        let actions = [&self.apply, &self.rollback].into_iter().filter_map(Action::command);
        let snapshot =
            self.snapshot.iter().flat_map(|commands| [&commands.take, &commands.restore]);
        actions.chain(snapshot.map(|words| &**words))
    }
}

impl Action {
    /// The script, if it is one.
    fn script(&self) -> Option<&str> {
        match self {
            Self::Script(script) => Some(script),
            Self::Command(_) => None,
        }
    }

    /// The words of the command, if it is one.
    fn command(&self) -> Option<&[String]> {
        match self {
            Self::Script(_) => None,
            Self::Command(words) => Some(words),
        }
    }
}

fn unsound(why: &str) -> PlanError {
    PlanError::Unsound(why.to_owned())
}

fn target(
    surface: Option<String>,
    tree: Option<String>,
    meta: Option<MetaRule>,
) -> Result<Target, PlanError> {
    let name = |key: &str, name: &str| {
        SealName::parse(name).ok_or_else(|| unsound(&format!("`{key}` is the name of a seal")))
    };
    match (surface, tree) {
        (Some(surface), None) if meta.is_none() => Ok(Target::Surface(name("surface", &surface)?)),
        (Some(_), None) => Err(unsound("`meta` goes with `tree`")),
        (None, Some(tree)) => Ok(Target::Tree(name("tree", &tree)?, meta.unwrap_or_default())),
        _ => Err(unsound("a plan has one of `surface` and `tree`")),
    }
}

fn action(key: &str, text: ActionText) -> Result<Action, PlanError> {
    match text {
        ActionText::Script(script) => Ok(Action::Script(one_line(key, script)?)),
        ActionText::Command(words) => Ok(Action::Command(command(key, words)?)),
    }
}

fn command(key: &str, words: Vec<String>) -> Result<Vec<String>, PlanError> {
    let has_program = words.first().is_some_and(|program| !program.is_empty());
    if has_program && !words.iter().any(|word| word.contains('\0')) {
        return Ok(words);
    }
    Err(unsound(&format!("`{key}` is a program and its arguments")))
}

fn snapshot(
    take: Option<Vec<String>>,
    restore: Option<Vec<String>>,
) -> Result<Option<SnapshotCommands>, PlanError> {
    let (take, restore) = match (take, restore) {
        (None, None) => return Ok(None),
        (Some(take), Some(restore)) => (command("snapshot", take)?, command("restore", restore)?),
        _ => return Err(unsound("`snapshot` and `restore` go together")),
    };
    for (key, words) in [("snapshot", &take), ("restore", &restore)] {
        if !words.iter().any(|word| word.contains(SNAPSHOT)) {
            return Err(unsound(&format!("`{key}` names the place of the snapshot: {SNAPSHOT}")));
        }
    }
    Ok(Some(SnapshotCommands { take, restore }))
}

fn transaction(
    target: &Target,
    apply: &Action,
    stated: (Option<bool>, Option<String>),
) -> Result<Transaction, PlanError> {
    if matches!(target, Target::Tree(..)) || matches!(apply, Action::Command(_)) {
        return match stated {
            (None, None) => Ok(Transaction::Absent),
            _ => Err(unsound("`transaction` goes with a script of SQL")),
        };
    }
    match stated {
        (None | Some(true), None) => Ok(Transaction::Tried),
        (None | Some(true), Some(_)) => {
            Err(unsound("`transaction-reason` goes with `transaction = false`"))
        }
        (Some(false), reason) => {
            let reason = reason
                .ok_or_else(|| unsound("`transaction = false` needs a `transaction-reason`"))?;
            Ok(Transaction::Skipped(one_line("transaction-reason", reason)?))
        }
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
    fn a_plan_for_a_tree_runs_commands_or_scripts() {
        let text = GOOD
            .replace("surface = \"births\"", "tree = \"deploy\"\nmeta = \"exact\"")
            .replace("\"up.sql\"", "[\"make\", \"up\"]")
            + "snapshot = [\"cp\", \"{snapshot}\"]\nrestore = [\"mv\", \"{snapshot}\"]\n";
        let plan = Plan::read(text.as_bytes()).unwrap();
        let deploy = SealName::parse("deploy").unwrap();
        assert_eq!(plan.target, Target::Tree(deploy, MetaRule::Exact));
        assert_eq!(plan.transaction, Transaction::Absent);
        assert_eq!(plan.scripts().collect::<Vec<_>>(), ["down.sql"]);
        let commands: Vec<_> = plan.commands().map(|words| words.join(" ")).collect();
        assert_eq!(commands, ["make up", "cp {snapshot}", "mv {snapshot}"]);
    }

    #[test]
    fn what_is_no_plan_is_refused_with_the_reason() {
        let cases = [
            ("sealgate-plan/1", "sealgate-plan/2", "sealgate-plan/2"),
            ("surface", "surfaces", "line 3: unknown field `surfaces`"),
            ("surface = \"births\"\n", "", "one of `surface` and `tree`"),
            ("surface =", "tree = \"x\"\nsurface =", "one of `surface` and `tree`"),
            ("surface =", "meta = \"exact\"\nsurface =", "`meta` goes with `tree`"),
            ("surface =", "meta = \"all\"\ntree =", "unknown variant `all`"),
            ("\"up.sql\"", "7", "expected a script as text, or a command"),
            ("\"up.sql\"", "[]", "`apply` is a program and its arguments"),
            ("\"up.sql\"", "[\"\", \"x\"]", "`apply` is a program and its arguments"),
            ("\"up.sql\"", "[\"x\"]\ntransaction = true", "goes with a script of SQL"),
            ("surface = \"births\"", "tree = \"x\"\ntransaction = false", "goes with a script"),
            ("rollback =", "snapshot = [\"x\", \"{snapshot}\"]\nrollback =", "go together"),
            (
                "rollback =",
                "snapshot = [\"x\", \"{snapshot}\"]\nrestore = [\"x\"]\nrollback =",
                "`restore` names the place of the snapshot: {snapshot}",
            ),
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
