//! What blocks less in one map than in the one before it, or means something else: each needs a grant.

use std::cell::OnceCell;
use std::collections::HashMap;

use super::{Blocker, BlockerMap, Reach, ValidMap};

/// One item that blocks less than before, or means something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Relaxation<'m> {
    /// The item as it was; as it is, if there was none.
    pub item: &'m Blocker,
    /// In what way.
    pub how: How,
}

/// The ways in which an item blocks less, or means something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// It is closed, and was not.
    Closed,
    /// It is gone, and was open.
    Removed,
    /// It is still open, and no longer blocks all that it blocked.
    Narrowed,
    /// Its text is another, or who closed it and when: whoever approves it later would read that.
    Rewritten,
}

impl How {
    /// The stable word.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Removed => "removed",
            Self::Narrowed => "narrowed",
            Self::Rewritten => "rewritten",
        }
    }
}

/// All items that block less in `new` than in `old`, or mean something else; `old` may be none and need
/// not be honest.
///
/// An item that is new and closed counts: without an old map, every closed item does. Old items
/// come first, in their order.
#[must_use]
pub fn loosened<'m>(old: Option<&'m BlockerMap>, new: &ValidMap<'m>) -> Vec<Relaxation<'m>> {
    let known = new.known();
    // What an item reaches now is worked out once, however often the old map has its id.
    let after: HashMap<&str, (&Blocker, OnceCell<Reach>)> =
        new.map().blockers.iter().map(|item| (&*item.id, (item, OnceCell::new()))).collect();
    let before = old.map_or(&[][..], |old| &old.blockers);
    let mut closed_before: HashMap<&str, bool> = HashMap::new();
    let mut found = Vec::new();
    for item in before {
        // Of several items under one id, an open one counts.
        *closed_before.entry(&item.id).or_insert(true) &= !item.is_open();
        let how = match (item.is_open(), after.get(&*item.id)) {
            (true, None) => How::Removed,
            (true, Some((now, _))) if !now.is_open() => How::Closed,
            (true, Some((now, reach)))
                if !reach.get_or_init(|| now.reach(known)).covers(&item.reach(known)) =>
            {
                How::Narrowed
            }
            (_, Some((now, _))) if is_rewritten(item, now) => How::Rewritten,
            (false, None) | (_, Some(_)) => continue,
        };
        found.push(Relaxation { item, how });
    }
    let born_closed = new
        .map()
        .blockers
        .iter()
        .filter(|item| !item.is_open() && !closed_before.contains_key(&*item.id));
    found.extend(born_closed.map(|item| Relaxation { item, how: How::Closed }));
    found
}

/// Whether an item that does not block less means something else. What an open item waits for is part
/// of its meaning; a closed item waits for nothing, and says who closed it.
fn is_rewritten(before: &Blocker, now: &Blocker) -> bool {
    let waits_for_other =
        before.actor_needed != now.actor_needed || before.next_action != now.next_action;
    let closed_otherwise = before.closed_by != now.closed_by
        || before.closed_at != now.closed_at
        || before.blocks != now.blocks;
    before.item != now.item
        || match (before.is_open(), now.is_open()) {
            (true, true) => waits_for_other,
            (false, false) => closed_otherwise,
            (true, false) | (false, true) => false,
        }
}
