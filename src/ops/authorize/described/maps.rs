//! What a grant for a blocker map permits, in words.

use std::collections::HashSet;
use std::fmt::Write as _;

use sealgate_core::approval::blockers::demands::{ItemsById, honest, item_change, words_of};
use sealgate_core::approval::blockers::{Blocker, BlockerMap, MAX_MAP_BYTES, Words, loosened};
use sealgate_core::seal::entry::Digest;
use sealgate_core::text::escape::printable_str;
use sealgate_core::text::problem::Problem;

use super::super::blockers::{Change, Releases, at_base, map_change, now, places_of};
use super::super::{approval_files, read_policy};
use super::{Described, nothing, policy_of};
use crate::tree::{CommitTree, Workspace};

/// The replacement of the whole blocker map of `environment`.
pub(super) fn of_replacing(
    repository: &Workspace,
    base: &CommitTree<'_>,
    environment: &str,
) -> Result<(Digest, String), Problem> {
    let policy = policy_of(base)?;
    let next = approval_files(repository, None)?.policy;
    let next = next.map(|bytes| read_policy(&bytes, "the new policy")).transpose()?;
    let next = next.as_ref().unwrap_or(&policy);
    let places = places_of(&policy, next, environment);
    let mut room = usize::MAX;
    let replaced = match map_change(repository, (base, None), places, &mut room)? {
        Change::Whole(replaced, _) => Some(replaced),
        Change::Nothing | Change::Items(_) => match policy.environment(environment) {
            Some(known) => Releases::new(base, &policy, next).of(repository, None, known)?,
            None => None,
        },
    };
    let Some(replaced) = replaced else {
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

pub(super) fn of_closing(
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
    let known = Words::new(&words_of(&policy));
    let after = honest(&new, &known, path)?;
    let items = [Some(ItemsById::new(&old)), Some(ItemsById::new(&new))];
    let mut all = Vec::new();
    let mut met = HashSet::new();
    for loosened in loosened(Some(&old), &after) {
        let id = &loosened.item.id;
        // One id is one change, however often it stands in the old map.
        if met.insert(id) {
            let [before, now] =
                items.each_ref().map(|map| map.as_ref().and_then(|map| map.first(id)));
            let change = item_change(path, id, &items);
            let words = item_words(path, id, before, now);
            all.push(Described { change, words, blocker: Some(id.clone()), binding: None });
        }
    }
    if all.is_empty() { Err(nothing("the blocker map", base)) } else { Ok(all) }
}

/// One of the texts of an item.
type Text = fn(&Blocker) -> &str;

/// What becomes of an item: what it says now, and beside it what it said where that is another text.
fn item_words(path: &str, id: &str, before: Option<&Blocker>, now: Option<&Blocker>) -> String {
    let mut words = format!("{}: {}\n", printable_str(path), printable_str(id));
    let texts: [(&str, Text); 5] = [
        ("item", |item| &item.item),
        ("status", |item| &item.status),
        ("blocks", |item| &item.blocks),
        ("waits for", |item| &item.actor_needed),
        ("next", |item| &item.next_action),
    ];
    for (key, text) in texts {
        let sides = [before.map(text), now.map(text)].map(|side| side.map(printable_str));
        let line = match sides {
            [Some(before), Some(now)] if before != now => format!("{before} -> {now}"),
            [Some(text), Some(_)] => text.into_owned(),
            [Some(before), None] => format!("{before} -> the item is removed"),
            [None, Some(now)] => format!("{now} (the item is new)"),
            [None, None] => continue,
        };
        // Writing to a string cannot fail.
        let _ = writeln!(words, "  {key:<10} {line}");
    }
    if let Some(closed) = now.filter(|item| !item.is_open()) {
        let by = printable_str(closed.closed_by.as_deref().unwrap_or("nobody"));
        let at = printable_str(closed.closed_at.as_deref().unwrap_or("no time"));
        let _ = writeln!(words, "  {:<10} {by}, at {at}", "closed by");
    }
    words
}
