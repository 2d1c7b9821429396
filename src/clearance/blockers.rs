//! What stands in the way of an environment, and who may clear it away.

use super::{Question, words};
use crate::authority::change::of_blocker;
use crate::authority::{
    CLOSE_BLOCKER, Demand, Environment, Policy, Rule, RuleScope, Standing, Subject,
};
use crate::blockers::{Blocker, BlockerMap, Honest, MAX_MAP_BYTES, loosened};
use crate::entry::Digest;
use crate::path::EntryPath;
use crate::problem::Problem;
use crate::repository::{Repository, Snapshot};

/// The open items that block `environment`, or `action` in it. The map is that of the base.
pub(super) fn standing(
    base: &Snapshot<'_>,
    policy: &Policy,
    environment: &Environment,
    action: Option<&str>,
) -> Result<Vec<Standing>, Problem> {
    let Some(path) = &environment.blockers else { return Ok(Vec::new()) };
    let bytes = base.file(path, MAX_MAP_BYTES)?.ok_or_else(|| missing(path))?;
    let map = BlockerMap::read(&bytes).map_err(|error| error.into_problem(path))?;
    let honest = honest(&map, policy, path)?;
    let mut blocking: Vec<&str> = environment.blocked_by.iter().map(|word| &**word).collect();
    blocking.extend(action);
    let told = |item: &Blocker| Standing {
        map: path.clone(),
        id: item.id.clone(),
        item: item.item.clone(),
        waits_for: format!("{}: {}", item.actor_needed, item.next_action),
    };
    Ok(honest.open_that_block_any(&blocking).into_iter().map(told).collect())
}

fn missing(path: &str) -> Problem {
    Problem::new("blockers-missing", "the policy names this blocker map, and it is not there")
        .file(path)
        .remedy("commit the map; an environment whose map is gone stays closed")
}

fn honest<'m>(map: &'m BlockerMap, policy: &Policy, path: &str) -> Result<Honest<'m>, Problem> {
    map.honest(&words(policy)).map_err(|dishonest| {
        let first = dishonest.first().map(|first| first.to_problem(path));
        first.unwrap_or_else(|| Problem::new("blockers-dishonest", "the map is not honest"))
    })
}

/// What is demanded because items block less in what is judged than at the base: a `close-blocker` grant
/// for each, of every environment that has the map.
pub(super) fn demands(
    repository: &Repository,
    question: &Question<'_>,
    policy: &Policy,
) -> Vec<Result<Demand, Problem>> {
    let mut maps: Vec<&String> =
        policy.environments.iter().filter_map(|known| known.blockers.as_ref()).collect();
    maps.sort();
    maps.dedup();
    let mut demands = Vec::new();
    for path in maps {
        match of_map(repository, question, policy, path) {
            Ok(found) => demands.extend(found.into_iter().map(Ok)),
            Err(problem) => demands.push(Err(problem)),
        }
    }
    demands
}

fn of_map(
    repository: &Repository,
    question: &Question<'_>,
    policy: &Policy,
    path: &str,
) -> Result<Vec<Demand>, Problem> {
    let before = question.base.file(path, MAX_MAP_BYTES)?;
    let after = now(repository, question.judged, path)?;
    if before == after {
        return Ok(Vec::new());
    }
    let read = |bytes: &Vec<u8>| BlockerMap::read(bytes).map_err(|error| error.into_problem(path));
    // A map that could not be read blocked everything, and is mended without a grant for what it said;
    // what is closed in the new one needs one all the same.
    let before = before.as_ref().and_then(|bytes| BlockerMap::read(bytes).ok());
    let after = read(&after.ok_or_else(|| missing(path))?)?;
    let honest = honest(&after, policy, path)?;
    let mut demands = Vec::new();
    for loosened in loosened(before.as_ref(), &honest) {
        let id = &loosened.item.id;
        let change = item_change(path, id, before.as_ref(), &after);
        let of_this_map =
            policy.environments.iter().filter(|known| known.blockers.as_deref() == Some(path));
        let concerned: Vec<&Environment> = of_this_map
            .clone()
            .filter(|known| honest_blocks(before.as_ref(), policy, known, id))
            .collect();
        let concerned = if concerned.is_empty() { of_this_map.collect() } else { concerned };
        demands.extend(concerned.into_iter().map(|known| Demand {
            action: CLOSE_BLOCKER.to_owned(),
            subject: Subject::Environment(known.name.clone()),
            change,
        }));
    }
    Ok(demands)
}

/// Whether the item `id` blocked `environment` at the base, as far as that map can be asked.
fn honest_blocks(
    before: Option<&BlockerMap>,
    policy: &Policy,
    environment: &Environment,
    id: &str,
) -> bool {
    let Some(Ok(honest)) = before.map(|map| map.honest(&words(policy))) else {
        return true;
    };
    // What is done there counts as well: who may close an item for a rehearsal closes none for others.
    let in_it = |rule: &&Rule| rule.scope == RuleScope::Environment(environment.name.clone());
    let actions = policy.rules.iter().filter(in_it).map(|rule| rule.action.clone());
    let mut words = environment.blocked_by.clone();
    words.push(environment.name.clone());
    words.extend(actions.filter(|action| action != CLOSE_BLOCKER));
    honest.open_that_block_any(&words).iter().any(|item| item.id == id)
}

/// The bytes of the map in what is judged.
pub(super) fn now(
    repository: &Repository,
    judged: Option<&Snapshot<'_>>,
    path: &str,
) -> Result<Option<Vec<u8>>, Problem> {
    if let Some(commit) = judged {
        return commit.file(path, MAX_MAP_BYTES);
    }
    let place = EntryPath::parse(path)
        .map_err(|fault| Problem::new("blockers-missing", fault.to_string()).file(path))?;
    repository.file(&place, MAX_MAP_BYTES)
}

/// The change of the item `id` of the map at `path` between these bytes, the old and the new ones: what a
/// `close-blocker` grant is for. `None`: one of them is no map.
#[must_use]
pub fn closing(path: &str, id: &str, [old, new]: &[&[u8]; 2]) -> Option<Digest> {
    let (old, new) = (BlockerMap::read(old).ok()?, BlockerMap::read(new).ok()?);
    Some(item_change(path, id, Some(&old), &new))
}

/// The change of the item `id`, by the digests of what both maps say of it.
#[must_use]
pub(super) fn item_change(
    path: &str,
    id: &str,
    before: Option<&BlockerMap>,
    after: &BlockerMap,
) -> Digest {
    let said = |map: &BlockerMap| {
        let items: Vec<String> =
            map.blockers.iter().filter(|item| item.id == id).map(text).collect();
        (!items.is_empty()).then(|| Digest::of(items.concat().as_bytes()))
    };
    // An item that was not there: the digest of nothing.
    let old = before.and_then(said).unwrap_or_else(|| Digest::of(b""));
    of_blocker(path, id, &old, said(after).as_ref()).digest
}

/// All that an item says, a line for each key.
#[must_use]
fn text(item: &Blocker) -> String {
    let quoted = |text: &String| crate::seal::quoted(text);
    let perhaps = |text: &Option<String>| text.as_ref().map_or("-".to_owned(), quoted);
    [
        quoted(&item.id),
        quoted(&item.item),
        quoted(&item.status),
        quoted(&item.actor_needed),
        quoted(&item.next_action),
        quoted(&item.blocks),
        perhaps(&item.change_this_lane),
        perhaps(&item.closed_by),
        perhaps(&item.closed_at),
    ]
    .map(|line| line + "\n")
    .concat()
}
