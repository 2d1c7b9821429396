//! What stands in the way of an environment, and who may clear it away.

use std::collections::BTreeMap;

use sealgate_core::approval::blockers::demands::{
    BlockedBy, ItemDemands, MapChange, MapReplacement, by_map, honest, narrowed, released, words_of,
};
use sealgate_core::approval::blockers::{Blocker, BlockerMap, MAX_MAP_BYTES, Words};
use sealgate_core::approval::{Environment, OpenBlocker, Policy};
use sealgate_core::seal::entry::Digest;
use sealgate_core::seal::path::EntryPath;
use sealgate_core::text::problem::Problem;

use super::Question;
use crate::tree::{CommitTree, Workspace};

/// After how many bytes of maps, old and new ones together, a check compares no further map: a commit
/// can hold one long map under thousands of names.
const MOST_BYTES: usize = 32 << 20;

/// The open items that block `environment`, or `action` in it. The map is that of the base.
pub(super) fn standing(
    base: &CommitTree<'_>,
    policy: &Policy,
    environment: &Environment,
    action: Option<&str>,
) -> Result<Vec<OpenBlocker>, Problem> {
    let Some(path) = &environment.blockers else { return Ok(Vec::new()) };
    let bytes = base.file(path, MAX_MAP_BYTES)?.ok_or_else(|| missing(path))?;
    let map = BlockerMap::read(&bytes).map_err(|error| error.into_problem(path))?;
    let known = Words::new(&words_of(policy));
    let honest = honest(&map, &known, path)?;
    let mut blocking: Vec<&str> = environment.blocked_by.iter().map(|word| &**word).collect();
    // Whatever the policy says, an item that names the environment blocks it.
    blocking.push(&environment.name);
    blocking.extend(action);
    let told = |item: &Blocker| OpenBlocker {
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
        .remedy("commit the map with a grant for replace-map; an environment whose map is gone stays closed")
}

/// Where environments have their map: at the base, and in what is judged.
pub(super) type Places<'p> = (Option<&'p str>, Option<&'p str>);

/// The environments that have a map at the base or in what is judged, by its places.
fn by_places<'p>(
    policy: &'p Policy,
    next: Option<&'p Policy>,
) -> BTreeMap<Places<'p>, Vec<&'p Environment>> {
    let mut groups: BTreeMap<Places<'p>, Vec<&Environment>> = BTreeMap::new();
    let map = |environment: &'p Environment| environment.blockers.as_deref();
    for environment in &policy.environments {
        let after = match next {
            None => map(environment),
            Some(next) => match next.environment(&environment.name) {
                // Whoever answers for an environment answers for its items until another environment
                // with the map is all that is left.
                None if keeps_map(next, environment) => map(environment),
                // Nothing rules an environment that is gone with its map.
                None => continue,
                Some(known) => map(known),
            },
        };
        groups.entry((map(environment), after)).or_default().push(environment);
    }
    let new = next.into_iter().flat_map(|next| &next.environments);
    for environment in new.filter(|known| policy.environment(&known.name).is_none()) {
        groups.entry((None, map(environment))).or_default().push(environment);
    }
    groups.remove(&(None, None));
    groups
}

/// Whether some environment of `next` has the map of `environment` at its place.
fn keeps_map(next: &Policy, environment: &Environment) -> bool {
    next.environments.iter().any(|other| other.blockers == environment.blockers)
}

/// Where `environment` has its map under the policy of the base and under that of what is judged.
pub(super) fn places_of<'p>(policy: &'p Policy, next: &'p Policy, environment: &str) -> Places<'p> {
    let map = |policy: &'p Policy| policy.environment(environment)?.blockers.as_deref();
    (map(policy), map(next))
}

/// Collects the demands until there are `at_most`, and the rest of one item's. `next` is the policy of
/// what is judged, if it is another.
pub(super) fn demands(
    repository: &Workspace,
    question: &Question<'_>,
    (policy, next): (&Policy, Option<&Policy>),
    at_most: usize,
) -> ItemDemands {
    let known = Words::new(&words_of(policy));
    let mut found = ItemDemands::default();
    let mut room = MOST_BYTES;
    let maps = by_map(policy);
    let new_words = next.map(|next| Words::new(&words_of(next))).filter(|words| *words != known);
    if let Some(new_words) = &new_words {
        let paths = maps.keys().copied();
        found.problems.extend(shifted(question, paths, [&known, new_words], &mut room));
    }
    for (places, environments) in by_places(policy, next) {
        let ((_, Some(path)) | (Some(path), None)) = places else { continue };
        if room == 0 {
            found.problems.push(too_much(path));
            break;
        }
        let sides = (question.base, question.judged);
        // An environment that takes a map of the base as it is changes nothing in it.
        if takes_as_it_is(repository, sides, places, &maps, &mut room) {
            continue;
        }
        let demanded = match map_change(repository, sides, places, &mut room) {
            Ok(Change::Nothing) => Ok(()),
            Ok(Change::Items(change)) => {
                let blocked = BlockedBy::new(&environments);
                change.demands(&known, &blocked, at_most, &mut found)
            }
            Ok(Change::Whole(replaced, map)) => {
                for environment in &environments {
                    if found.demands.len() >= at_most {
                        found.items_left_out += 1;
                        continue;
                    }
                    let by_next = places.0.is_none();
                    found.demands.push(replaced.demand(&environment.name, by_next));
                }
                map.map_or(Ok(()), |map| honest(&map, &known, path).map(|_| ()))
            }
            Err(problem) => Err(problem),
        };
        found.problems.extend(demanded.err());
    }
    if let Some(next) = next {
        demand_released(repository, question, (policy, next), at_most, &mut found);
    }
    found
}

/// A policy update that makes an open item block an environment no more needs what a new map needs.
fn demand_released(
    repository: &Workspace,
    question: &Question<'_>,
    (policy, next): (&Policy, &Policy),
    at_most: usize,
    found: &mut ItemDemands,
) {
    let mut releases = Releases::new(question.base, policy, next);
    for environment in &policy.environments {
        let demand = match releases.of(repository, question.judged, environment) {
            Ok(Some(replaced)) => replaced.demand(&environment.name, false),
            Ok(None) => continue,
            Err(problem) => {
                found.problems.push(problem);
                continue;
            }
        };
        if found.demands.iter().any(|other| other.demand == demand.demand) {
            continue;
        }
        if found.demands.len() >= at_most {
            found.items_left_out += 1;
            continue;
        }
        found.demands.push(demand);
    }
}

/// A map of the base, with the digest of its file.
type BaseMap = (Digest, BlockerMap);

/// The environments that an open item of the base blocks under one policy, and not under the next one.
pub(super) struct Releases<'p> {
    base: &'p CommitTree<'p>,
    policies: [&'p Policy; 2],
    known: [Words; 2],
    /// The maps of the base by their paths, each read once; `None`: it cannot be read.
    maps: BTreeMap<&'p str, Option<BaseMap>>,
}

impl<'p> Releases<'p> {
    pub(super) fn new(base: &'p CommitTree<'p>, policy: &'p Policy, next: &'p Policy) -> Self {
        let policies = [policy, next];
        let known = policies.map(|policy| Words::new(&words_of(policy)));
        Self { base, policies, known, maps: BTreeMap::new() }
    }

    /// What is demanded of `environment`, if it is released from an open item: as if its map were replaced.
    pub(super) fn of(
        &mut self,
        repository: &Workspace,
        judged: Option<&CommitTree<'_>>,
        environment: &Environment,
    ) -> Result<Option<MapReplacement<'p>>, Problem> {
        let [policy, next] = self.policies;
        let name = &environment.name;
        let (Some(before), Some(path)) = places_of(policy, next, name) else { return Ok(None) };
        let Some(after) = next.environment(name) else { return Ok(None) };
        if environment.blocked_by == after.blocked_by && self.known[0] == self.known[1] {
            return Ok(None);
        }
        if !self.maps.contains_key(before) {
            let bytes = at_base(self.base, before)?;
            // One that is no map blocks everything, and is replaced as a whole.
            let map = bytes.and_then(|bytes| {
                BlockerMap::read(&bytes).ok().map(|map| (Digest::of(&bytes), map))
            });
            self.maps.insert(before, map);
        }
        let Some(Some((digest, map))) = self.maps.get(before) else { return Ok(None) };
        let [known, known_next] = &self.known;
        if released(map, (environment, known), (after, known_next)).is_empty() {
            return Ok(None);
        }
        let now = now(repository, judged, path)?.map(|bytes| Digest::of(&bytes));
        Ok(Some(MapReplacement { path, before: Some(*digest), after: now }))
    }
}

/// Whether environments that had no map take one that the policy of the base knows, and that is as it was.
fn takes_as_it_is(
    repository: &Workspace,
    sides: (&CommitTree<'_>, Option<&CommitTree<'_>>),
    places: Places<'_>,
    maps: &BTreeMap<&str, Vec<&Environment>>,
    room: &mut usize,
) -> bool {
    let (None, Some(path)) = places else { return false };
    let here = (Some(path), Some(path));
    maps.contains_key(path)
        && matches!(map_change(repository, sides, here, room), Ok(Change::Nothing))
}

/// The open items of the maps at the base that block less because the new policy knows more words.
fn shifted<'p>(
    question: &Question<'_>,
    paths: impl Iterator<Item = &'p str>,
    [before, after]: [&Words; 2],
    room: &mut usize,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    for path in paths {
        let bytes = match at_base(question.base, path) {
            Ok(bytes) => bytes.unwrap_or_default(),
            Err(problem) => {
                problems.push(problem);
                continue;
            }
        };
        *room = room.saturating_sub(bytes.len());
        if *room == 0 {
            problems.push(too_much(path));
            break;
        }
        // One that cannot be read blocks everything under both policies.
        let Ok(map) = BlockerMap::read(&bytes) else { continue };
        problems.extend(narrowed(&map, before, after).into_iter().map(|item| {
            let message = format!(
                "{} blocks everything because {} is not a known word; the new policy knows it, so \
                 the item would block less",
                item.id, item.blocks
            );
            Problem::new("words-narrowed", message).file(path).remedy(
                "close the item or change what it blocks first, with grants for close-blocker; \
                 then change the policy",
            )
        }));
    }
    problems
}

/// What became of a map.
pub(super) enum Change<'p> {
    /// Both are the same bytes, or there is none in either.
    Nothing,
    /// It is in its place, and was and is a map.
    Items(MapChange<'p>),
    /// Its items cannot be compared with those of the base; the new map, if there is one.
    Whole(MapReplacement<'p>, Option<BlockerMap>),
}

/// Reads what became of the map at `places`. `room` is how many bytes are still compared.
pub(super) fn map_change<'p>(
    repository: &Workspace,
    (base, judged): (&CommitTree<'_>, Option<&CommitTree<'_>>),
    places: Places<'p>,
    room: &mut usize,
) -> Result<Change<'p>, Problem> {
    let ((_, Some(path)) | (Some(path), None)) = places else { return Ok(Change::Nothing) };
    let is_moved = places.0 != places.1;
    if let Some(judged) = judged
        && !is_moved
        && base.same_file(judged, path)?
    {
        return Ok(Change::Nothing);
    }
    let before = places.0.map_or(Ok(None), |path| at_base(base, path))?;
    let after = places.1.map_or(Ok(None), |path| now(repository, judged, path))?;
    let bytes = [&before, &after].into_iter().flatten().map(Vec::len).sum();
    *room = room.saturating_sub(bytes);
    if places.1.is_some() && before == after {
        // One that was nowhere and is nowhere blocks as it did.
        return if is_moved && after.is_none() { Err(missing(path)) } else { Ok(Change::Nothing) };
    }
    let digest = |bytes: &Option<Vec<u8>>| bytes.as_ref().map(|bytes| Digest::of(bytes));
    let replaced = MapReplacement { path, before: digest(&before), after: digest(&after) };
    if places.1.is_none() {
        return Ok(Change::Whole(replaced, None));
    }
    let after = after.ok_or_else(|| missing(path))?;
    let after = BlockerMap::read(&after).map_err(|error| error.into_problem(path))?;
    let before = before.and_then(|bytes| BlockerMap::read(&bytes).ok()).filter(|_| !is_moved);
    Ok(match before {
        Some(before) => Change::Items(MapChange { path, before, after }),
        None => Change::Whole(replaced, Some(after)),
    })
}

/// The bytes of the map at the base. What is too long or no file is no map, and is replaced like one that
/// is not there.
pub(super) fn at_base(base: &CommitTree<'_>, path: &str) -> Result<Option<Vec<u8>>, Problem> {
    match base.file(path, MAX_MAP_BYTES) {
        Err(problem) if ["object-too-large", "papers-unreadable"].contains(&problem.code) => {
            Ok(None)
        }
        read => read,
    }
}

fn too_much(path: &str) -> Problem {
    let message = format!(
        "the blocker maps before this one have {MOST_BYTES} bytes or more, so it was not compared"
    );
    Problem::new("blockers-too-large", message)
        .file(path)
        .remedy("shorten the maps, or let environments share one")
}

/// The bytes of the map in what is judged.
pub(super) fn now(
    repository: &Workspace,
    judged: Option<&CommitTree<'_>>,
    path: &str,
) -> Result<Option<Vec<u8>>, Problem> {
    if let Some(commit) = judged {
        return commit.file(path, MAX_MAP_BYTES);
    }
    let place = EntryPath::parse(path)
        .map_err(|fault| Problem::new("blockers-missing", fault.to_string()).file(path))?;
    repository.file(&place, MAX_MAP_BYTES)
}
