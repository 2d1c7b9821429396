//! What makes a policy sound.
//!
//! Thresholds of others were fooled by one key under two names and by a threshold of 0: here names,
//! principals and keys are unique, and 1 <= threshold <= number of approvers whose keys may count.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::super::text::is_kebab;
use super::{Environment, Key, Policy, PolicyError, Revoked, Rule, RuleScope};
use crate::seal::exclude::pattern::Glob;
use crate::seal::path::EntryPath;

/// The most hours that a grant may live: a year.
const MOST_HOURS: u32 = 366 * 24;

/// The longest name of a repository, a principal or a branch, in bytes.
const LONGEST: usize = 256;

/// The most globs in all rules for reseal together; a plain name is none.
const MOST_GLOBS: usize = 1_000;

/// The most branches of one environment: each is looked up in git.
const MOST_BRANCHES: usize = 100;

/// The most words of the policy's own.
const MOST_WORDS: usize = 1_000;

const NO_GLOB: &str = "a rule for reseal names seals by name or glob";

pub(super) fn unsound(why: impl Into<String>) -> PolicyError {
    PolicyError::Unsound(why.into())
}

type Checked = Result<(), PolicyError>;

pub(super) fn check(policy: &Policy) -> Checked {
    let repository = &policy.repository;
    ensure(is_plain(repository), || "repository must be a name without spaces".to_owned())?;
    let hours = policy.max_grant_hours;
    ensure((1..=MOST_HOURS).contains(&hours), || {
        format!("max-grant-hours is {hours}: it must be between 1 and {MOST_HOURS}")
    })?;
    check_words(&policy.words)?;
    check_keys(&policy.keys)?;
    check_environments(&policy.environments)?;
    let revoked = revoked_keys(policy);
    let principal = |key: &'_ Key| !revoked.contains(key.public.verifying().as_bytes());
    let principals: HashMap<&str, bool> =
        policy.keys.iter().map(|key| (&*key.principal, principal(key))).collect();
    policy.rules.iter().try_for_each(|rule| check_rule(rule, policy, &principals))?;
    check_globs(&policy.rules)?;
    let named = |rule: &Rule| (rule.action.clone(), rule.scope.clone(), rule.procedure);
    let same = |two: &[Rule]| named(&two[0]) == named(&two[1]);
    if let Some(two) = policy.rules.windows(2).find(|two| same(two)) {
        return Err(unsound(format!("two rules for {} of the same", two[0].action)));
    }
    check_revoked(&policy.revoked)
}

fn ensure(holds: bool, why: impl FnOnce() -> String) -> Checked {
    if holds { Ok(()) } else { Err(unsound(why())) }
}

/// One or more printable ASCII characters without spaces.
fn is_plain(text: &str) -> bool {
    (1..=LONGEST).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// What `allowed_signers` reads as one name, and never as a pattern.
fn is_principal(text: &str) -> bool {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"._@+-".contains(&byte);
    (1..=LONGEST).contains(&text.len()) && !text.starts_with('-') && text.bytes().all(legal)
}

/// The first value that stands in `values` twice.
fn twice<T: Ord + Clone>(values: impl Iterator<Item = T>) -> Option<T> {
    let mut met = BTreeSet::new();
    let mut values = values;
    values.find(|value| !met.insert(value.clone()))
}

fn check_words(words: &[String]) -> Checked {
    ensure(words.len() <= MOST_WORDS, || format!("words has more than {MOST_WORDS} words"))?;
    ensure(words.iter().all(|word| is_kebab(word)), || "words are in kebab-case".to_owned())?;
    match twice(words.iter()) {
        Some(word) => Err(unsound(format!("the word {word} is there twice"))),
        None => Ok(()),
    }
}

fn check_keys(keys: &[Key]) -> Checked {
    for key in keys {
        ensure(is_kebab(&key.name), || format!("key {:?}: a name is in kebab-case", key.name))?;
        ensure(is_principal(&key.principal), || {
            format!("key {}: a principal has letters, digits and ._@+- alone", key.name)
        })?;
        ensure(!key.touch || key.public.is_hardware(), || {
            format!("key {}: only a hardware key can tell of a touch", key.name)
        })?;
    }
    let doubled = [
        twice(keys.iter().map(|key| key.name.clone())).map(|name| format!("the key name {name}")),
        // `Ada` and `ada` would be one person to everybody who reads the policy.
        twice(keys.iter().map(|key| key.principal.to_ascii_lowercase()))
            .map(|principal| format!("the principal {principal}")),
        // By their bytes: the application of a hardware key makes no other key of it.
        twice(keys.iter().map(|key| key.public.verifying().to_bytes()))
            .map(|_| "a public key".to_owned()),
    ];
    match doubled.into_iter().flatten().next() {
        Some(what) => Err(unsound(format!("{what} is there twice: one person has one key"))),
        None => Ok(()),
    }
}

fn check_environments(environments: &[Environment]) -> Checked {
    for Environment { name, branches, blockers, blocked_by, .. } in environments {
        ensure(is_kebab(name), || format!("environment {name:?}: a name is in kebab-case"))?;
        ensure(!branches.is_empty() && branches.iter().all(|branch| is_branch(branch)), || {
            format!(
                "environment {name}: branches are full names without refs/heads/, and no patterns"
            )
        })?;
        ensure(branches.len() <= MOST_BRANCHES, || {
            format!("environment {name}: it has more than {MOST_BRANCHES} branches")
        })?;
        if let Some(path) = blockers {
            let fault = EntryPath::parse(path).err();
            let why = || format!("environment {name}: blockers is a path from the repository root");
            ensure(fault.is_none(), why)?;
        }
        ensure(blockers.is_some() != blocked_by.is_empty(), || {
            format!("environment {name}: blockers and blocked-by go together, or neither is there")
        })?;
        ensure(blocked_by.iter().all(|token| is_kebab(token)), || {
            format!("environment {name}: what stands in blocked-by is in kebab-case")
        })?;
        let doubled = twice(branches.iter()).or_else(|| twice(blocked_by.iter()));
        ensure(doubled.is_none(), || format!("environment {name}: a value is there twice"))?;
    }
    let doubled = twice(environments.iter().map(|environment| &environment.name));
    ensure(doubled.is_none(), || "an environment is there twice".to_owned())
}

fn is_branch(text: &str) -> bool {
    is_plain(text)
        && !text.starts_with("refs/")
        && !text.starts_with('-')
        && !text.contains(['*', '?', '[', '\\', '^', '~', ':'])
        && EntryPath::parse(text).is_ok()
}

/// Checks `rule`; of each of the `principals` it is known whether the key counts.
fn check_rule(rule: &Rule, policy: &Policy, principals: &HashMap<&str, bool>) -> Checked {
    let Rule { action, scope, approvers, threshold, .. } = rule;
    ensure(is_kebab(action), || format!("action {action:?}: an action is in kebab-case"))?;
    ensure(rule.procedure.suits(action), || {
        format!("a rule for {action} has break-glass, which is for reseal and for actions alone")
    })?;
    match scope {
        RuleScope::Policy => {}
        RuleScope::Environment(name) => ensure(policy.environment(name).is_some(), || {
            format!("a rule for {action} names the environment {name:?}, which is not there")
        })?,
        RuleScope::Seals(globs) => {
            ensure(!globs.is_empty() && globs.iter().all(|glob| is_plain(glob)), || {
                NO_GLOB.to_owned()
            })?;
            let doubled = twice(globs.iter());
            ensure(doubled.is_none(), || "a rule for reseal names a seal twice".to_owned())?;
        }
    }
    if let Some(approver) = twice(approvers.iter()) {
        return Err(unsound(format!("a rule for {action} names the approver {approver} twice")));
    }
    let mut usable = 0;
    for approver in approvers {
        let counts = principals.get(&**approver).ok_or_else(|| {
            let message = format!("a rule for {action} names the approver {approver:?}");
            unsound(format!("{message}, who is no principal of a key"))
        })?;
        usable += usize::from(*counts);
    }
    ensure((1..=usable).contains(threshold), || {
        format!(
            "a rule for {action} has the threshold {threshold}: it must be between 1 and the \
             number of approvers whose keys are not revoked, {usable}"
        )
    })
}

fn check_revoked(revoked: &[Revoked]) -> Checked {
    let doubled = twice(revoked.iter());
    ensure(doubled.is_none(), || "something is revoked twice".to_owned())
}

/// The bytes of the revoked keys, whatever kind each is written as.
pub(super) fn revoked_keys(policy: &Policy) -> HashSet<[u8; 32]> {
    let key = |revoked: &Revoked| match revoked {
        Revoked::Key(key) => Some(key.verifying().to_bytes()),
        Revoked::Grant(_) => None,
    };
    policy.revoked.iter().filter_map(key).collect()
}

/// Compiles each glob of the rules once, and refuses more of them than a policy may have: every seal
/// that changed is held against every glob.
fn check_globs(rules: &[Rule]) -> Checked {
    let mut globs = 0;
    for rule in rules {
        for seals in rule.seals() {
            let SealPattern::Glob(_) = seals.ok_or_else(|| unsound(NO_GLOB))? else { continue };
            globs += 1;
            ensure(globs <= MOST_GLOBS, || {
                format!("the rules for reseal have more than {MOST_GLOBS} globs: write names")
            })?;
        }
    }
    Ok(())
}

/// Which seals one value of `seals` in a rule means.
pub(in super::super) enum SealPattern<'p> {
    /// The seal of this name.
    Name(&'p str),
    /// The seals that a glob matches.
    Glob(Box<Glob>),
}

impl SealPattern<'_> {
    fn of(text: &str) -> Option<SealPattern<'_>> {
        if !text.contains(['*', '?', '[', ']', '{', '}', ',', '!', '\\']) {
            return Some(SealPattern::Name(text));
        }
        Glob::new(text).ok().map(Box::new).map(SealPattern::Glob)
    }

    fn matches(&self, name: &str) -> bool {
        match self {
            Self::Name(own) => *own == name,
            Self::Glob(glob) => glob.is_match(name),
        }
    }
}

impl Rule {
    /// Whether it speaks of the seal `name`.
    #[must_use]
    pub fn covers_seal(&self, name: &str) -> bool {
        self.seals().flatten().any(|pattern| pattern.matches(name))
    }

    /// The seals that it speaks of; `None` for what is no glob.
    pub(in super::super) fn seals(&self) -> impl Iterator<Item = Option<SealPattern<'_>>> {
        let globs = match &self.scope {
            RuleScope::Seals(globs) => &**globs,
            RuleScope::Environment(_) | RuleScope::Policy => &[],
        };
        globs.iter().map(|glob| SealPattern::of(glob))
    }
}
