//! What a change of a blocker map demands: a `close-blocker` grant for each item that blocks less.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::{Blocker, BlockerMap, Reach, ValidMap, Words, loosened};
use crate::approval::change::{of_blocker, of_map};
use crate::approval::{CLOSE_BLOCKER, Demand, Environment, Policy, REPLACE_MAP, Subject};
use crate::seal::entry::Digest;
use crate::text::problem::Problem;

/// What is demanded because items block less in what is judged than at the base: a `close-blocker` grant
/// for each, of every environment that has the map.
#[derive(Debug, Default)]
pub struct ItemDemands {
    /// The first demands, each once.
    pub demands: Vec<MapDemand>,
    /// The items whose demands come after these.
    pub items_left_out: usize,
    /// The maps that could not be compared.
    pub problems: Vec<Problem>,
}

/// A demand because of a blocker map.
#[derive(Debug)]
pub struct MapDemand {
    /// What needs a grant.
    pub demand: Demand,
    /// The map.
    pub map: String,
    /// The item; `None`: the whole map.
    pub item: Option<String>,
    /// Who closed the item, where the change states that: one of those who sign.
    pub closed_by: Option<String>,
    /// Whether the rules of the new policy decide, because that of the base knows no map of the environment.
    pub by_next: bool,
}

/// What becomes of the whole map of an environment.
#[derive(Debug)]
pub struct MapReplacement<'p> {
    /// Its place in what is judged; at the base, if it is gone.
    pub path: &'p str,
    /// The digest of the file at the base.
    pub before: Option<Digest>,
    /// The digest of the file in what is judged.
    pub after: Option<Digest>,
}

impl MapReplacement<'_> {
    /// The demand on those who answer for `environment`.
    #[must_use]
    pub fn demand(&self, environment: &str, by_next: bool) -> MapDemand {
        let change = of_map(self.path, self.before.as_ref(), self.after.as_ref()).digest;
        let subject = Subject::Environment(environment.to_owned());
        let demand = Demand { action: REPLACE_MAP.to_owned(), subject, change };
        MapDemand { demand, map: self.path.to_owned(), item: None, closed_by: None, by_next }
    }
}

/// The words of `policy` that an item of a blocker map may block: the names of its environments, and its
/// `words`. What else it calls an action or a reason is not known, so that a misspelt word is blocked by
/// everything.
#[must_use]
pub fn words_of(policy: &Policy) -> Vec<&str> {
    let names = policy.environments.iter().map(|environment| &*environment.name);
    names.chain(policy.words.iter().map(|word| &**word)).collect()
}

/// The open items of `map` that block less where `after` are the known words than where `before` are.
#[must_use]
pub fn narrowed<'m>(map: &'m BlockerMap, before: &Words, after: &Words) -> Vec<&'m Blocker> {
    let narrowed = |item: &&Blocker| !item.reach(after).covers(&item.reach(before));
    map.open().filter(narrowed).collect()
}

/// The open items of `map` that block `before`, an environment where `known` are the known words, and not
/// `after`, what a policy with the words `next` makes of it. What the items block is read by the known
/// words alone: whether a new word makes them block less is what [`narrowed`] finds.
#[must_use]
pub fn released<'m>(
    map: &'m BlockerMap,
    (before, known): (&Environment, &Words),
    (after, next): (&Environment, &Words),
) -> Vec<&'m Blocker> {
    let (before, after) = (blocking(before, known), blocking(after, next));
    let is_released = |item: &&Blocker| match item.reach(known) {
        Reach::Everything(_) => false,
        Reach::Words(words) => {
            let blocks = |blocking: &Option<BTreeSet<String>>| {
                blocking.as_ref().is_none_or(|blocking| !blocking.is_disjoint(&words))
            };
            blocks(&before) && !blocks(&after)
        }
    };
    map.open().filter(is_released).collect()
}

/// The words by which an item blocks `environment`; `None`: every open item does, because of a word that
/// is not known.
fn blocking(environment: &Environment, known: &Words) -> Option<BTreeSet<String>> {
    let mut blocking = BTreeSet::new();
    for word in environment.blocked_by.iter().chain([&environment.name]) {
        if !known.know(word) {
            return None;
        }
        blocking.extend(super::words(word));
    }
    Some(blocking)
}

/// `map`, if it does not contradict itself.
///
/// # Errors
///
/// The first contradiction, as a problem of the file at `path`.
pub fn honest<'m>(
    map: &'m BlockerMap,
    known: &'m Words,
    path: &str,
) -> Result<ValidMap<'m>, Problem> {
    map.honest_with(known).map_err(|dishonest| {
        let first = dishonest.first().map(|first| first.to_problem(path));
        first.unwrap_or_else(|| Problem::new("blockers-dishonest", "the map is not honest"))
    })
}

/// The environments of `policy` that have a map, by its path.
#[must_use]
pub fn by_map(policy: &Policy) -> BTreeMap<&str, Vec<&Environment>> {
    let mut maps: BTreeMap<&str, Vec<&Environment>> = BTreeMap::new();
    for environment in &policy.environments {
        if let Some(path) = &environment.blockers {
            maps.entry(path).or_default().push(environment);
        }
    }
    maps
}

/// The environments that share one map, by what blocks them.
#[derive(Debug)]
pub struct BlockedBy<'p> {
    all: &'p [&'p Environment],
    /// By a word in the normal form: places in `all`.
    by_word: HashMap<String, Vec<usize>>,
}

impl<'p> BlockedBy<'p> {
    /// Those that share the map are `all`.
    #[must_use]
    pub fn new(all: &'p [&'p Environment]) -> Self {
        let mut blocked = Self { all, by_word: HashMap::new() };
        for (at, environment) in all.iter().enumerate() {
            blocked.enter(&environment.name, at);
            environment.blocked_by.iter().for_each(|word| blocked.enter(word, at));
        }
        blocked
    }

    fn enter(&mut self, word: &str, at: usize) {
        for word in super::words(word) {
            self.by_word.entry(word).or_default().push(at);
        }
    }

    /// The environments that answer for an item of this reach, in their order: one, if each of its words
    /// belongs to that environment and to no other, or else all. An action belongs to none.
    fn by(&self, reach: &Reach) -> Vec<&'p Environment> {
        let Reach::Words(words) = reach else { return self.all.to_vec() };
        let mut only: Option<usize> = None;
        for word in words {
            let mut of = self.by_word.get(word).into_iter().flatten();
            let Some(first) = of.next() else { return self.all.to_vec() };
            if of.any(|at| at != first) || only.is_some_and(|only| only != *first) {
                return self.all.to_vec();
            }
            only = Some(*first);
        }
        only.map_or_else(|| self.all.to_vec(), |at| vec![self.all[at]])
    }
}

/// A map that is another in what is judged.
#[derive(Debug)]
pub struct MapChange<'p> {
    /// Its place, relative to the repository root.
    pub path: &'p str,
    /// What the base has.
    pub before: BlockerMap,
    /// What is judged.
    pub after: BlockerMap,
}

impl MapChange<'_> {
    /// Collects in `found` what the change demands, until there are `at_most` demands, and the rest of
    /// one item's.
    ///
    /// # Errors
    ///
    /// The new map contradicts itself.
    pub fn demands(
        &self,
        known: &Words,
        blocked: &BlockedBy<'_>,
        at_most: usize,
        found: &mut ItemDemands,
    ) -> Result<(), Problem> {
        let after = honest(&self.after, known, self.path)?;
        let before = &self.before;
        let digests = [Some(ItemsById::new(before)), Some(ItemsById::new(&self.after))];
        // A map of the base that contradicts itself cannot be asked: each item blocks every environment.
        let asked = before.honest_with(known).ok();
        let open: Option<HashMap<&str, &Blocker>> =
            asked.map(|honest| honest.map().open().map(|item| (&*item.id, item)).collect());
        let mut met = HashSet::new();
        for loosened in loosened(Some(before), &after) {
            let id = &*loosened.item.id;
            if !met.insert(id) {
                continue;
            }
            if found.demands.len() >= at_most {
                found.items_left_out += 1;
                continue;
            }
            let item = open.as_ref().map(|open| open.get(id));
            let concerned = match item {
                Some(Some(item)) => blocked.by(&item.reach(known)),
                Some(None) | None => blocked.all.to_vec(),
            };
            let change = item_change(self.path, id, &digests);
            let closed_by = newly_closed_by(id, &digests);
            found.demands.extend(concerned.into_iter().map(|known| {
                let subject = Subject::Environment(known.name.clone());
                let demand = Demand { action: CLOSE_BLOCKER.to_owned(), subject, change };
                let (map, item) = (self.path.to_owned(), Some(id.to_owned()));
                MapDemand { demand, map, item, closed_by: closed_by.clone(), by_next: false }
            }));
        }
        Ok(())
    }
}

/// Who closed the item `id`, where the new one of two maps says that it is closed, and the old one does
/// not say the same.
fn newly_closed_by(id: &str, [before, after]: &[Option<ItemsById<'_>>; 2]) -> Option<String> {
    let closed = after.as_ref()?.first(id).filter(|item| !item.is_open())?;
    let before = before.as_ref().and_then(|map| map.first(id));
    let is_old = before.is_some_and(|old| !old.is_open() && old.closed_by == closed.closed_by);
    closed.closed_by.clone().filter(|_| !is_old)
}

/// The change of the item `id` of the map at `path` between these bytes, the old and the new ones: what a
/// `close-blocker` grant is for. `None`: one of them is no map.
#[must_use]
pub fn closing(path: &str, id: &str, [old, new]: &[&[u8]; 2]) -> Option<Digest> {
    let (old, new) = (BlockerMap::read(old).ok()?, BlockerMap::read(new).ok()?);
    Some(item_change(path, id, &[&old, &new].map(|map| Some(ItemsById::new(map)))))
}

/// The items of a map by their ids, one of which may stand there several times.
#[derive(Debug)]
pub struct ItemsById<'m>(HashMap<&'m str, Vec<&'m Blocker>>);

impl<'m> ItemsById<'m> {
    /// Those of `map`.
    #[must_use]
    pub fn new(map: &'m BlockerMap) -> Self {
        let mut items: HashMap<&str, Vec<&Blocker>> = HashMap::new();
        for item in &map.blockers {
            items.entry(&item.id).or_default().push(item);
        }
        Self(items)
    }

    /// The first item `id`.
    #[must_use]
    pub fn first(&self, id: &str) -> Option<&'m Blocker> {
        self.0.get(id)?.first().copied()
    }

    /// The digest of all fields of the items with this id.
    fn digest(&self, id: &str) -> Option<Digest> {
        let items = self.0.get(id)?;
        let said: String = items.iter().map(|item| text(item)).collect();
        Some(Digest::of(said.as_bytes()))
    }
}

/// The change of the item `id`, by the digests of what the old and the new map say of it.
#[must_use]
pub fn item_change(path: &str, id: &str, [before, after]: &[Option<ItemsById<'_>>; 2]) -> Digest {
    let said = |map: &Option<ItemsById<'_>>| map.as_ref().and_then(|map| map.digest(id));
    // An item that was not there: the digest of nothing.
    let old = said(before).unwrap_or_else(|| Digest::of(b""));
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
    .into_iter()
    .chain(item.remark.iter().map(|text| format!("remark {}", quoted(text))))
    .chain(item.evidence.iter().map(|text| format!("evidence {}", quoted(text))))
    .map(|line| line + "\n")
    .collect()
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::super::REACHES;
    use super::*;

    /// A policy with `number` environments that share a map; `env0` is blocked by a word of its own.
    fn policy(number: usize) -> Policy {
        let mut text =
            "format = \"sealgate-policy/1\"\nrepository = \"r\"\nmax-grant-hours = 1\n".to_owned();
        for at in 0..number {
            write!(
                text,
                "[[environment]]\nname = \"env{at}\"\nbranches = [\"main\"]\nenforced = true\n\
                 blockers = \"map.json\"\nblocked-by = [\"word{at}\"]\n"
            )
            .unwrap();
        }
        Policy::loose(text.as_bytes()).unwrap()
    }

    /// A map of `items`: the id, what it blocks, and whether it is closed.
    fn map(items: &[(String, String, bool)]) -> BlockerMap {
        let item = |(id, blocks, closed): &(String, String, bool)| {
            let (status, by) = match closed {
                true => ("CLOSED", ",\"closed_by\":\"a\",\"closed_at\":\"2026-01-01\""),
                false => ("OPEN", ""),
            };
            format!(
                "{{\"id\":\"{id}\",\"item\":\"x\",\"status\":\"{status}\",\"actor_needed\":\"x\",\
                 \"next_action\":\"x\",\"blocks\":\"{blocks}\"{by}}}"
            )
        };
        let open = items.iter().filter(|(.., closed)| !closed).count();
        let items: Vec<String> = items.iter().map(item).collect();
        let text = format!(
            "{{\"doc\":\"x\",\"date\":\"x\",\"authority\":\"x\",\"blockers\":[{}],\
             \"newly_closed_in_this_macro\":[],\"partially_discharged_in_this_macro\":[],\
             \"open_count\":{open},\"production_work_performed\":false}}",
            items.join(",")
        );
        BlockerMap::read(text.as_bytes()).unwrap()
    }

    fn demanded(change: &MapChange<'_>, policy: &Policy, at_most: usize) -> ItemDemands {
        let known = Words::new(&words_of(policy));
        let environments = by_map(policy).remove("map.json").unwrap();
        let mut found = ItemDemands::default();
        let blocked = BlockedBy::new(&environments);
        change.demands(&known, &blocked, at_most, &mut found).unwrap();
        found
    }

    #[test]
    fn works_out_what_each_item_blocks_a_few_times_however_many_environments_there_are() {
        let policy = policy(20);
        let items = |closed| -> Vec<_> {
            (0..50).map(|at| (format!("B{at}"), format!("word{}/env2", at % 3), closed)).collect()
        };
        let change =
            MapChange { path: "map.json", before: map(&items(false)), after: map(&items(true)) };
        let before = REACHES.get();
        let found = demanded(&change, &policy, usize::MAX);
        let worked_out = REACHES.get() - before;
        assert!(worked_out <= 2 * 50, "worked out {worked_out} times for 50 items");
        // A word that is no name of an environment blocks everything, and so concerns all.
        assert_eq!(found.demands.len(), 50 * 20);
    }

    #[test]
    fn works_out_a_long_item_once_though_the_old_map_has_its_id_often() {
        let policy = policy(1);
        let old: Vec<_> = (0..50).map(|_| ("B".to_owned(), "word0".to_owned(), false)).collect();
        let new = [("B".to_owned(), "env0".to_owned(), false)];
        let change = MapChange { path: "map.json", before: map(&old), after: map(&new) };
        let before = REACHES.get();
        let found = demanded(&change, &policy, usize::MAX);
        let worked_out = REACHES.get() - before;
        assert!(worked_out <= 52, "worked out {worked_out} times for 51 items");
        assert_eq!(found.demands.len(), 1, "one id is one demand");
    }

    #[test]
    fn stops_collecting_demands_and_counts_the_items_that_are_left() {
        let policy = policy(4);
        let items = |closed| -> Vec<_> {
            (0..50).map(|at| (format!("B{at}"), "production".to_owned(), closed)).collect()
        };
        let (before, after) = (map(&items(false)), map(&items(true)));
        let change = MapChange { path: "map.json", before, after };
        let found = demanded(&change, &policy, 10);
        assert_eq!((found.demands.len(), found.items_left_out), (12, 47));
    }
}
