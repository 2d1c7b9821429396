//! What makes a policy sound.
//!
//! Thresholds of others were fooled by one key under two names and by a threshold of 0: here names,
//! principals and keys are unique, and 1 <= threshold <= number of approvers whose keys may count.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::super::text::{cut, is_kebab};
use super::faults::Faults;
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

/// Adds to `faults` everything that makes `policy` unsound.
pub(super) fn check(policy: &Policy, faults: &mut Faults) {
    let repository = &policy.repository;
    faults.require(is_plain(repository), || "repository must be a name without spaces".to_owned());
    let hours = policy.max_grant_hours;
    faults.require((1..=MOST_HOURS).contains(&hours), || {
        format!("max-grant-hours is {hours}: it must be between 1 and {MOST_HOURS}")
    });
    check_words(&policy.words, faults);
    check_keys(&policy.keys, faults);
    check_environments(&policy.environments, faults);
    let revoked = revoked_keys(policy);
    let counts = |key: &'_ Key| !revoked.contains(key.public.verifying().as_bytes());
    let principals: HashMap<&str, bool> =
        policy.keys.iter().map(|key| (&*key.principal, counts(key))).collect();
    for rule in &policy.rules {
        check_rule(rule, policy, &principals, faults);
    }
    check_globs(&policy.rules, faults);
    let named = |rule: &Rule| (rule.action.clone(), rule.scope.clone(), rule.procedure);
    for two in policy.rules.windows(2).filter(|two| named(&two[0]) == named(&two[1])) {
        faults.unsound(format!("two rules for {} of the same", two[0].action));
    }
    for _ in doubles(policy.revoked.iter()) {
        faults.unsound("something is revoked twice");
    }
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

/// The values that stand in `values` more than once.
fn doubles<T: Ord + Clone>(values: impl Iterator<Item = T>) -> BTreeSet<T> {
    let mut met = BTreeSet::new();
    values.filter(|value| !met.insert(value.clone())).collect()
}

fn check_words(words: &[String], faults: &mut Faults) {
    faults.require(words.len() <= MOST_WORDS, || format!("words has more than {MOST_WORDS} words"));
    faults
        .require(words.iter().all(|word| is_kebab(word)), || "words are in kebab-case".to_owned());
    for word in doubles(words.iter()) {
        faults.unsound(format!("the word {} is there twice", cut(word)));
    }
}

fn check_keys(keys: &[Key], faults: &mut Faults) {
    for key in keys {
        let name = cut(&key.name);
        faults.require(is_kebab(&key.name), || format!("key {name:?}: a name is in kebab-case"));
        faults.require(is_principal(&key.principal), || {
            format!("key {name}: a principal has letters, digits and ._@+- alone")
        });
        faults.require(!key.touch || key.public.is_hardware(), || {
            format!("key {name}: only a hardware key can tell of a touch")
        });
    }
    let names = doubles(keys.iter().map(|key| &*key.name));
    // `Ada` and `ada` would be one person to everybody who reads the policy.
    let principals = doubles(keys.iter().map(|key| key.principal.to_ascii_lowercase()));
    // By their bytes: the application of a hardware key makes no other key of it.
    let publics = doubles(keys.iter().map(|key| key.public.verifying().to_bytes()));
    let names = names.into_iter().map(|name| format!("the key name {}", cut(name)));
    let principals = principals.into_iter().map(|name| format!("the principal {}", cut(&name)));
    let publics = publics.into_iter().map(|public| {
        let same = keys.iter().filter(|key| key.public.verifying().to_bytes() == public);
        let names: Vec<String> = same.map(|key| cut(&key.name)).collect();
        format!("the public key of {}", names.join(" and "))
    });
    for what in names.chain(principals).chain(publics) {
        faults.unsound(format!("{what} is there twice: one person has one key"));
    }
}

fn check_environments(environments: &[Environment], faults: &mut Faults) {
    for environment in environments {
        check_environment(environment, faults);
    }
    for name in doubles(environments.iter().map(|environment| &environment.name)) {
        faults.unsound(format!("the environment {} is there twice", cut(name)));
    }
}

fn check_environment(environment: &Environment, faults: &mut Faults) {
    let Environment { branches, blockers, blocked_by, .. } = environment;
    let name = cut(&environment.name);
    faults.require(is_kebab(&environment.name), || {
        format!("environment {name:?}: a name is in kebab-case")
    });
    faults.require(!branches.is_empty() && branches.iter().all(|branch| is_branch(branch)), || {
        format!("environment {name}: branches are full names without refs/heads/, and no patterns")
    });
    faults.require(branches.len() <= MOST_BRANCHES, || {
        format!("environment {name}: it has more than {MOST_BRANCHES} branches")
    });
    if let Some(path) = blockers {
        faults.require(EntryPath::parse(path).is_ok(), || {
            format!("environment {name}: blockers is a path from the repository root")
        });
    }
    faults.require(blockers.is_some() != blocked_by.is_empty(), || {
        format!("environment {name}: blockers and blocked-by go together, or neither is there")
    });
    faults.require(blocked_by.iter().all(|token| is_kebab(token)), || {
        format!("environment {name}: what stands in blocked-by is in kebab-case")
    });
    for value in doubles(branches.iter()).into_iter().chain(doubles(blocked_by.iter())) {
        faults.unsound(format!("environment {name}: the value {} is there twice", cut(value)));
    }
}

fn is_branch(text: &str) -> bool {
    is_plain(text)
        && !text.starts_with("refs/")
        && !text.starts_with('-')
        && !text.contains(['*', '?', '[', '\\', '^', '~', ':'])
        && EntryPath::parse(text).is_ok()
}

/// Checks `rule`; of each of the `principals` it is known whether the key counts.
fn check_rule(rule: &Rule, policy: &Policy, principals: &HashMap<&str, bool>, faults: &mut Faults) {
    let Rule { scope, approvers, threshold, .. } = rule;
    let action = cut(&rule.action);
    faults.require(is_kebab(&rule.action), || {
        format!("action {action:?}: an action is in kebab-case")
    });
    faults.require(rule.procedure.suits(&rule.action), || {
        format!("a rule for {action} has break-glass, which is for reseal and for actions alone")
    });
    match scope {
        RuleScope::Policy => {}
        RuleScope::Environment(name) => {
            let is_known = faults.lacks_environments || policy.environment(name).is_some();
            faults.require(is_known, || {
                let name = cut(name);
                format!("a rule for {action} names the environment {name:?}, which is not there")
            });
        }
        RuleScope::Seals(globs) => {
            faults.require(!globs.is_empty() && globs.iter().all(|glob| is_plain(glob)), || {
                NO_GLOB.to_owned()
            });
            for glob in doubles(globs.iter()) {
                faults.unsound(format!("a rule for reseal names the seal {} twice", cut(glob)));
            }
        }
    }
    for approver in doubles(approvers.iter()) {
        let approver = cut(approver);
        faults.unsound(format!("a rule for {action} names the approver {approver} twice"));
    }
    let of = rule.describe();
    let mut usable = 0;
    for approver in approvers {
        let counts = principals.get(&**approver).copied();
        faults.require(faults.lacks_keys || counts.is_some(), || {
            let message = format!("a rule for {action} names the approver {:?}", cut(approver));
            format!("{message}, who is no principal of a key")
        });
        usable += usize::from(counts.unwrap_or(faults.lacks_keys));
    }
    faults.require((1..=usable).contains(threshold), || {
        format!(
            "the rule for {of} has the threshold {threshold}: it must be between 1 and the number of \
             approvers whose keys are not revoked, {usable}"
        )
    });
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
fn check_globs(rules: &[Rule], faults: &mut Faults) {
    let mut globs = 0;
    for pattern in rules.iter().flat_map(Rule::seals) {
        match pattern {
            Some(SealPattern::Name(_)) => {}
            Some(SealPattern::Glob(_)) => globs += 1,
            None => faults.unsound(NO_GLOB),
        }
        if globs > MOST_GLOBS {
            faults.unsound(format!(
                "the rules for reseal have more than {MOST_GLOBS} globs: write names"
            ));
            return;
        }
    }
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
