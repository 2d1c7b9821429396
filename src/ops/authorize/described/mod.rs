//! What a grant permits, in words: resolved from the base and from what is there, never from the grant.

use std::collections::HashSet;
use std::fmt::Write as _;

use sealgate_core::approval::blockers::demands::{ItemsById, item_change};
use sealgate_core::approval::blockers::{BlockerMap, MAX_MAP_BYTES};
use sealgate_core::approval::change::{Side, of_action, of_policy, of_seal};
use sealgate_core::approval::{CLOSE_BLOCKER, POLICY_UPDATE, Policy, REPLACE_MAP, RESEAL, Subject};
use sealgate_core::compare::changes::{OnReseal, SealRef};
use sealgate_core::compare::verdict::Source;
use sealgate_core::seal::SealName;
use sealgate_core::seal::entry::Digest;
use sealgate_core::text::escape::printable_str;
use sealgate_core::text::problem::Problem;

use super::blockers::{Change, at_base, map_change, now, places_of};
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
}

/// The changes that `action` of `subject` may mean between `base` and the working tree: one, or one for
/// each item of a blocker map.
pub fn described(
    repository: &Workspace,
    base: &CommitTree<'_>,
    action: &str,
    subject: &Subject,
    plan: Option<Digest>,
) -> Result<Vec<Described>, Problem> {
    let one = |change, words| vec![Described { change, words, blocker: None }];
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
            let seals = digests(repository)?;
            let mut words =
                format!("{action} in {name}, with the bytes under these seals and no others:\n");
            for (seal, digest) in &seals {
                // Writing to a string cannot fail.
                let _ = writeln!(words, "  {seal}  {digest}");
            }
            if let Some(plan) = plan {
                let _ = writeln!(words, "  and by the plan {plan}");
            }
            Ok(one(of_action(&seals, plan.as_ref()).digest, words))
        }
        (action, subject) => {
            let message = format!("{action} is not done to {}", subject.words());
            Err(Problem::new("usage", message)
                .remedy("reseal takes --seal, policy-update nothing, all else --environment"))
        }
    }
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
    let words = String::from_utf8_lossy(&human(&differences, Verbosity::Verbose)).into_owned();
    Ok((change.digest, words))
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
    let mut words = format!("the policy changes since {}:\n", printable_str(base.given()));
    // Whole texts where lines alone would not tell which table they stand in.
    for (mark, text) in [('-', &old), ('+', &new)] {
        for line in text.lines() {
            let _ = writeln!(words, "  {mark} {}", printable_str(line));
        }
    }
    Ok((change, words))
}

/// The replacement of the whole blocker map of `environment`.
fn of_replacing(
    repository: &Workspace,
    base: &CommitTree<'_>,
    environment: &str,
) -> Result<(Digest, String), Problem> {
    let policy = policy_of(base)?;
    let next = approval_files(repository, None)?.policy;
    let next = next.map(|bytes| read_policy(&bytes, "the new policy")).transpose()?;
    let places = places_of(&policy, next.as_ref().unwrap_or(&policy), environment);
    let mut room = usize::MAX;
    let change = map_change(repository, (base, None), places, &mut room)?;
    let Change::Whole(replaced, _) = change else {
        let message = format!("the blocker map of {environment} is not replaced as a whole");
        return Err(Problem::new("nothing-to-grant", message).remedy(
            "an item that blocks less needs a grant of its own: sealgate grant new close-blocker",
        ));
    };
    let mut words = format!("the whole blocker map of {environment} is replaced:\n");
    for (mark, place) in [('-', places.0), ('+', places.1)] {
        let bytes = match (mark, place) {
            (_, None) => None,
            ('-', Some(path)) => at_base(base, path)?,
            (_, Some(path)) => now(repository, None, path)?,
        };
        let place = printable_str(place.unwrap_or("no map"));
        let _ = match &bytes {
            None => writeln!(words, "  {mark} {place}: there is no map that can be read"),
            Some(bytes) => writeln!(words, "  {mark} {place}: {}", Digest::of(bytes)),
        };
        for line in String::from_utf8_lossy(bytes.as_deref().unwrap_or_default()).lines() {
            let _ = writeln!(words, "  {mark} {}", printable_str(line));
        }
    }
    Ok((replaced.demand(environment, false).demand.change, words))
}

fn of_closing(
    repository: &Workspace,
    base: &CommitTree<'_>,
    environment: &str,
) -> Result<Vec<Described>, Problem> {
    let policy = policy_of(base)?;
    let path = policy.environment(environment).and_then(|known| known.blockers.as_ref());
    let path = path.ok_or_else(|| {
        Problem::new("usage", format!("{environment} has no blocker map in the policy of the base"))
            .remedy("name an environment that has one")
    })?;
    let read = |bytes: Option<Vec<u8>>| {
        let missing = || Problem::new("blockers-missing", "there is no such map").file(&**path);
        BlockerMap::read(&bytes.ok_or_else(missing)?).map_err(|error| error.into_problem(path))
    };
    let old = read(base.file(path, MAX_MAP_BYTES)?)?;
    let new = read(now(repository, None, path)?)?;
    let mut all = Vec::new();
    let items = [Some(ItemsById::new(&old)), Some(ItemsById::new(&new))];
    let mut met = HashSet::new();
    for item in old.blockers.iter().filter(|item| item.is_open()) {
        let after = items[1].as_ref().and_then(|new| new.first(&item.id));
        // One id is one change, however often it stands in the old map.
        if after == Some(item) || !met.insert(&item.id) {
            continue;
        }
        let mut words = format!("{path}: {}: {}\n", item.id, item.item);
        let said = after.map_or_else(
            || "is removed".to_owned(),
            |now| {
                let by = now.closed_by.as_deref().unwrap_or("nobody");
                let at = now.closed_at.as_deref().unwrap_or("no time");
                format!(
                    "{} -> {}, by {by}, at {at}; blocks {}",
                    item.status, now.status, now.blocks
                )
            },
        );
        let _ = writeln!(
            words,
            "  {said}\n  it waited for {}: {}",
            item.actor_needed, item.next_action
        );
        let change = item_change(path, &item.id, &items);
        let words = words.lines().map(|line| printable_str(line).into_owned() + "\n").collect();
        all.push(Described { change, words, blocker: Some(item.id.clone()) });
    }
    if all.is_empty() { Err(nothing("the blocker map", base)) } else { Ok(all) }
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
