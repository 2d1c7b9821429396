//! What a grant permits, in words: resolved from the base and from what is there, never from the grant.

mod maps;

use std::fmt::Write as _;

use sealgate_core::approval::change::{Side, of_action, of_policy, of_seal};
use sealgate_core::approval::{
    Binding, CLOSE_BLOCKER, POLICY_UPDATE, Plan, Policy, REPLACE_MAP, RESEAL, Subject, differences,
};
use sealgate_core::compare::changes::{OnReseal, SealRef};
use sealgate_core::compare::verdict::Source;
use sealgate_core::seal::entry::Digest;
use sealgate_core::seal::surface::SurfaceList;
use sealgate_core::seal::{Header, Seal, SealName};
use sealgate_core::text::escape::printable_str;
use sealgate_core::text::problem::Problem;

use self::maps::{of_closing, of_replacing};
use super::{approval_files, before, read_policy, side};
use crate::ops::check::review::Review;
use crate::report::changed::Differences;
use crate::report::difference::human;
use crate::report::{Since, Verbosity};
use crate::tree::{ApprovalFiles, CommitTree, Workspace};

/// A change that is there.
#[derive(Debug)]
pub struct Described {
    /// Its digest.
    pub change: Digest,
    /// What it is, line by line.
    pub words: String,
    /// The item of a blocker map that it closes.
    pub blocker: Option<String>,
    /// What an action is done with.
    pub binding: Option<Binding>,
}

/// The changes that `action` of `subject` may mean between `base` and the working tree: one, or one for
/// each item of a blocker map.
pub fn described(
    repository: &Workspace,
    base: &CommitTree<'_>,
    action: &str,
    subject: &Subject,
    plan: Option<Plan>,
) -> Result<Vec<Described>, Problem> {
    let one = |change, words| vec![Described { change, words, blocker: None, binding: None }];
    match (action, subject) {
        (RESEAL, Subject::Seal(name)) => {
            of_reseal(repository, base, name).map(|(change, words)| one(change, words))
        }
        (POLICY_UPDATE, Subject::Policy) => {
            of_update(repository, base).map(|(change, words)| one(change, words))
        }
        (REPLACE_MAP, Subject::Environment(name)) => {
            of_replacing(repository, base, name).map(|(change, words)| one(change, words))
        }
        (CLOSE_BLOCKER, Subject::Environment(name)) => of_closing(repository, base, name),
        (action, Subject::Environment(name)) if action != RESEAL && action != POLICY_UPDATE => {
            of_acting(repository, action, name, plan).map(|described| vec![described])
        }
        (action, subject) => {
            let message = format!("{action} is not done to {}", subject.words());
            Err(Problem::new("usage", message)
                .remedy("reseal takes --seal, policy-update nothing, all else --environment"))
        }
    }
}

/// An action with the files of the commit that is checked out, by `plan`.
fn of_acting(
    repository: &Workspace,
    action: &str,
    environment: &str,
    plan: Option<Plan>,
) -> Result<Described, Problem> {
    let head = CommitTree::open(repository, "HEAD")?;
    let differing = head.differing_in_worktree();
    if !differing.is_empty() {
        let message = format!("seals here are not those of HEAD: {}", differing.join(", "));
        return Err(Problem::new("not-committed", message)
            .remedy("commit them first: an action is granted for the files of a commit"));
    }
    let seals = digests(repository)?;
    let tree = head.subject()?;
    // Writing to a string cannot fail.
    let mut words = format!(
        "{action} in {environment}, with the files of the commit {} and no others:\n  subject {tree} (the \
         tree without grants and evidence)\n",
        head.oid().short()
    );
    for (seal, digest) in &seals {
        let _ = writeln!(words, "  seal {seal}  {digest}");
    }
    match &plan {
        None => words.push_str("without a plan\n"),
        Some(plan) => {
            let _ = writeln!(words, "by this plan, {}:", plan.digest);
            for line in plan.text.lines() {
                let _ = writeln!(words, "  | {}", printable_str(line));
            }
        }
    }
    let change = of_action(&seals, plan.as_ref().map(|plan| &plan.digest), &tree).digest;
    let binding = Some(Binding { tree, plan });
    Ok(Described { change, words, blocker: None, binding })
}

fn digests(repository: &Workspace) -> Result<Vec<(SealName, Digest)>, Problem> {
    let names = repository.contents()?.unwrap_or_default().names;
    let load = |name: SealName| repository.load(&name).map(|loaded| (name, loaded.digest));
    names.into_iter().map(load).collect()
}

fn nothing(what: &str, base: &CommitTree<'_>) -> Problem {
    let message = format!("{what} is as it was in {}", base.given());
    Problem::new("nothing-to-grant", message).remedy("make the change first, then the grant for it")
}

fn of_reseal(
    repository: &Workspace,
    base: &CommitTree<'_>,
    name: &str,
) -> Result<(Digest, String), Problem> {
    let name = SealName::parse(name).ok_or_else(|| {
        Problem::new("usage", format!("{name} is no name of a seal")).remedy("name a seal")
    })?;
    let at_base = base.contents().unwrap_or_default().names.contains(&name);
    let old = if at_base { Some(before(base, &name)?) } else { None };
    let here = repository.contents()?.unwrap_or_default().names.contains(&name);
    let new = if here { Some(repository.load(&name)?.seal?) } else { None };
    let change = of_seal(&name, side(old.as_ref()), new.as_ref().map_or(Side::Nothing, Side::Seal));
    if change.text.is_empty() {
        return Err(nothing(&format!("the seal {name}"), base));
    }
    let now: Vec<SealRef<'_>> =
        new.iter().map(|seal| SealRef { name: name.as_str(), seal: Some(seal) }).collect();
    let reseals = Review::new(base, &now, &[name.to_string()], OnReseal::Allow)?.reseals();
    let since = Some(Since::new(&base.source(), &Source::Worktree));
    let seals = Since::seals(reseals, Vec::new());
    let differences = Differences { against: None, since, seals, errors: Vec::new() };
    let mut words = String::from_utf8_lossy(&human(&differences, Verbosity::Verbose)).into_owned();
    if let (None | Some(Err(_)), Some(seal)) = (&old, &new) {
        words += &covered(seal);
    }
    Ok((change.digest, words))
}

/// What a new seal covers, and what it leaves out.
fn covered(seal: &Seal) -> String {
    let Header { root, tracked, scope, surface, .. } = &seal.header;
    let kept = if *tracked { "kept in git" } else { "not kept in git" };
    let mut words = match surface {
        Some(surface) if root.is_on_server() => format!("  database {}\n", surface.system),
        _ => format!("  root     {}, {kept}\n", printable_str(root.as_str())),
    };
    for list in SurfaceList::ALL {
        let paths = surface.as_ref().map_or_else(Vec::new, |surface| surface.listed(list));
        for path in paths {
            // Writing to a string cannot fail.
            let _ = writeln!(words, "  {:<7}  {}", list.key(), printable_str(&path));
        }
    }
    match scope.patterns() {
        [] if surface.is_some() => {
            words += "  exclude  nothing: all of what is included is under seal\n";
        }
        [] => words += "  exclude  nothing: every file below the root is under seal\n",
        patterns => {
            for pattern in patterns {
                // Writing to a string cannot fail.
                let _ = writeln!(words, "  exclude  {}", printable_str(pattern));
            }
        }
    }
    words
}

fn of_update(repository: &Workspace, base: &CommitTree<'_>) -> Result<(Digest, String), Problem> {
    let missing = |whose: &str| {
        Problem::new("policy-missing", format!("{whose} has no policy"))
            .remedy("a first policy takes no grant; its digest is named by --policy-digest")
    };
    let old = base.approval_files()?.policy.ok_or_else(|| missing(base.given()))?;
    let new =
        approval_files(repository, None)?.policy.ok_or_else(|| missing("the working tree"))?;
    if old == new {
        return Err(nothing("the policy", base));
    }
    read_policy(&new, "the new policy")?;
    let change = of_policy(&Digest::of(&old), &Digest::of(&new)).digest;
    let (old, new) = (String::from_utf8_lossy(&old), String::from_utf8_lossy(&new));
    let since = printable_str(base.given());
    let words = format!("the policy changes since {since}:\n{}", differences(&old, &new));
    Ok((change, words))
}

/// The sound policy of `base`.
pub fn policy_of(base: &CommitTree<'_>) -> Result<Policy, Problem> {
    base_policy(&base.approval_files()?, base.given())
}

/// The sound policy among the `papers` of the base that the user named as `given`.
pub fn base_policy(approval_files: &ApprovalFiles, given: &str) -> Result<Policy, Problem> {
    let bytes = approval_files.policy.as_ref().ok_or_else(|| {
        Problem::new("policy-missing", format!("{given} has no policy"))
            .remedy("commit a policy first, or name a base that has one")
    })?;
    read_policy(bytes, "the policy of the base")
}
