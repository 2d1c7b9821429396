//! What blocks less in one map than in the one before it: each needs somebody's word.

use std::cell::OnceCell;
use std::collections::HashMap;

use super::{Blocker, BlockerMap, Reach, ValidMap};

/// One item that blocks less than before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Relaxation<'m> {
    /// The item as it was; as it is, if there was none.
    pub item: &'m Blocker,
    /// In what way.
    pub how: How,
}

/// The ways in which an item blocks less.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// It is closed, and was not.
    Closed,
    /// It is gone, and was open.
    Removed,
    /// It is still open, and no longer blocks all that it blocked.
    Narrowed,
}

impl How {
    /// The stable word.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Removed => "removed",
            Self::Narrowed => "narrowed",
        }
    }
}

/// All items that block less in `new` than in `old`, which may be none and need not be honest.
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
        if !item.is_open() {
            continue;
        }
        let how = match after.get(&*item.id) {
            None => How::Removed,
            Some((now, _)) if !now.is_open() => How::Closed,
            Some((now, reach)) => {
                if reach.get_or_init(|| now.reach(known)).covers(&item.reach(known)) {
                    continue;
                }
                How::Narrowed
            }
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
