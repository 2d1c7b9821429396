//! What stands in the way of an environment, and who may clear it away.

use sealgate_core::approval::blockers::demands::{
    BlockedBy, ItemDemands, MapChange, by_map, honest, words_of,
};
use sealgate_core::approval::blockers::{Blocker, BlockerMap, MAX_MAP_BYTES, Words};
use sealgate_core::approval::{Environment, OpenBlocker, Policy};
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
        .remedy("commit the map; an environment whose map is gone stays closed")
}

/// Collects the demands until there are `at_most`, and the rest of one item's.
pub(super) fn demands(
    repository: &Workspace,
    question: &Question<'_>,
    policy: &Policy,
    at_most: usize,
) -> ItemDemands {
    let known = Words::new(&words_of(policy));
    let mut found = ItemDemands::default();
    let mut room = MOST_BYTES;
    for (path, environments) in by_map(policy) {
        if room == 0 {
            found.problems.push(too_much(path));
            break;
        }
        let change = map_change(repository, question, path, &mut room);
        let demanded = change.and_then(|change| {
            let Some(change) = change else { return Ok(()) };
            let blocked = BlockedBy::new(&environments, policy);
            change.demands(&known, &blocked, at_most, &mut found)
        });
        found.problems.extend(demanded.err());
    }
    found
}

/// Reads what became of the map at `path`. `None`: both are the same bytes. `room` is how many bytes are
/// still compared.
fn map_change<'p>(
    repository: &Workspace,
    question: &Question<'_>,
    path: &'p str,
    room: &mut usize,
) -> Result<Option<MapChange<'p>>, Problem> {
    if let Some(judged) = question.judged
        && question.base.same_file(judged, path)?
    {
        return Ok(None);
    }
    let before = question.base.file(path, MAX_MAP_BYTES)?;
    let after = now(repository, question.judged, path)?;
    let bytes = [&before, &after].into_iter().flatten().map(Vec::len).sum();
    *room = room.saturating_sub(bytes);
    if before == after {
        return Ok(None);
    }
    let before = before.and_then(|bytes| BlockerMap::read(&bytes).ok());
    let after = after.ok_or_else(|| missing(path))?;
    let after = BlockerMap::read(&after).map_err(|error| error.into_problem(path))?;
    Ok(Some(MapChange { path, before, after }))
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
