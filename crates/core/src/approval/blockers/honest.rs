//! What a map says against itself.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use toml::value::Datetime;

use super::{Asked, Blocker, BlockerMap, State, Words};
use crate::text::problem::Problem;

/// One contradiction in a map.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Contradiction {
    /// One id for several items; letters of either case are one.
    #[error("{id} stands in the map {times} times: which of them counts is anybody's guess")]
    DuplicateId {
        /// The id as it was written first.
        id: String,
        /// How often.
        times: usize,
    },
    /// A status that is neither open nor closed.
    #[error("{id} has the status {status:?}, which is neither open nor closed")]
    UnknownStatus {
        /// The item.
        id: String,
        /// The status.
        status: String,
    },
    /// An item is closed, and nobody says by whom or when.
    #[error("{id} is closed without {lacks}")]
    ClosedWithout {
        /// The item.
        id: String,
        /// The key, or the keys.
        lacks: &'static str,
    },
    /// The time of a closure is none.
    #[error("{id} was closed at {said:?}, which is neither a date nor a time with its offset")]
    ClosedWhen {
        /// The item.
        id: String,
        /// What is said.
        said: String,
    },
    /// An item is open, and somebody is said to have closed it.
    #[error("{id} is not closed, and yet `{key}` says something")]
    OpenAndClosed {
        /// The item.
        id: String,
        /// The key.
        key: &'static str,
    },
    /// The number of open items is another.
    #[error("open_count is {said}, and the number of items that are open is {counted}")]
    OpenCount {
        /// What the map says.
        said: u64,
        /// How many there are.
        counted: u64,
    },
    /// An item that is open is among the newly closed ones.
    #[error("{id} is open, and among the newly closed")]
    NewlyClosedOpen {
        /// The item.
        id: String,
    },
    /// An item that is not in the map is among the newly closed ones.
    #[error("{id} is among the newly closed, and is no item of the map")]
    NewlyClosedUnknown {
        /// The id.
        id: String,
    },
    /// A part of an item that is not in the map is said to be done.
    #[error("{id} is said to be partially discharged, and is no item of the map")]
    DischargeUnknown {
        /// The id.
        id: String,
    },
    /// A part of an item that is closed is said to be done.
    #[error("{id} is said to be partially discharged, and is closed")]
    DischargeClosed {
        /// The item.
        id: String,
    },
    /// One id stands in a list of ids several times.
    #[error("{id} stands in {list} more than once")]
    ListedTwice {
        /// The id.
        id: String,
        /// The key of the list.
        list: &'static str,
    },
    /// Work was done in production while this was in its way.
    #[error("production work was performed while {id}, which blocks production, is open")]
    ProductionWork {
        /// The item.
        id: String,
    },
}

impl Contradiction {
    /// The stable kebab-case code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::DuplicateId { .. } => "duplicate-id",
            Self::UnknownStatus { .. } => "unknown-status",
            Self::ClosedWithout { .. } => "closed-by-nobody",
            Self::ClosedWhen { .. } => "closed-at-no-time",
            Self::OpenAndClosed { .. } => "open-and-closed",
            Self::OpenCount { .. } => "open-count-wrong",
            Self::NewlyClosedOpen { .. } => "newly-closed-and-open",
            Self::NewlyClosedUnknown { .. } => "newly-closed-unknown",
            Self::DischargeUnknown { .. } => "discharge-of-unknown",
            Self::DischargeClosed { .. } => "discharge-of-closed",
            Self::ListedTwice { .. } => "listed-twice",
            Self::ProductionWork { .. } => "production-work-while-blocked",
        }
    }

    /// The item that it concerns.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::OpenCount { .. } => None,
            Self::DuplicateId { id, .. }
            | Self::UnknownStatus { id, .. }
            | Self::ClosedWithout { id, .. }
            | Self::ClosedWhen { id, .. }
            | Self::OpenAndClosed { id, .. }
            | Self::NewlyClosedOpen { id }
            | Self::NewlyClosedUnknown { id }
            | Self::DischargeUnknown { id }
            | Self::DischargeClosed { id }
            | Self::ListedTwice { id, .. }
            | Self::ProductionWork { id } => Some(id),
        }
    }

    /// The next step.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::DuplicateId { .. } => {
                "give each item an id of its own; keep the one that is open"
            }
            Self::UnknownStatus { .. } => "write OPEN, OPEN_ and what is meant, or CLOSED",
            Self::ClosedWithout { .. } => {
                "write who closed it and when (closed_by, closed_at), or open it again"
            }
            Self::ClosedWhen { .. } => "write it as 2026-01-31 or 2026-01-31T12:00:00Z",
            Self::OpenAndClosed { .. } => {
                "remove closed_by and closed_at, or let it be closed by who may do that"
            }
            Self::OpenCount { .. } => {
                "count the items that are not closed, and find out who counted"
            }
            Self::NewlyClosedOpen { .. } => {
                "take it off the list, or let it be closed by who may do that"
            }
            Self::NewlyClosedUnknown { .. } | Self::DischargeUnknown { .. } => {
                "correct the id, or put the item back: what was closed stays in the map"
            }
            Self::DischargeClosed { .. } => "take it off the list, or open it again",
            Self::ListedTwice { .. } => "name it once",
            Self::ProductionWork { .. } => {
                "find out what was done, by whom and on whose word, before anything else is done"
            }
        }
    }

    /// The contradiction in the form that people get, about the map in `file`.
    #[must_use]
    pub fn to_problem(&self, file: &str) -> Problem {
        Problem::new(self.code(), self.to_string()).file(file).remedy(self.remedy())
    }
}

/// A map that does not contradict itself: the only one that can be asked what blocks.
#[derive(Debug, Clone)]
pub struct ValidMap<'m> {
    map: &'m BlockerMap,
    known: Cow<'m, Words>,
}

impl<'m> ValidMap<'m> {
    /// The map.
    #[must_use]
    pub fn map(&self) -> &'m BlockerMap {
        self.map
    }

    /// The words that were known when it was found honest.
    #[must_use]
    pub fn known(&self) -> &Words {
        &self.known
    }

    /// The open items that block `word`, in the map's order. A word that is not known is blocked by
    /// all of them.
    #[must_use]
    pub fn open_that_block(&self, word: &str) -> Vec<&'m Blocker> {
        self.open_that_block_any(&[word])
    }

    /// The open items that block one of `words` at least, in the map's order.
    #[must_use]
    pub fn open_that_block_any(&self, words: &[impl AsRef<str>]) -> Vec<&'m Blocker> {
        let asked = Asked::new(words, &self.known);
        self.map.open().filter(|item| asked.blocked_by(&item.reach(&self.known))).collect()
    }
}

impl BlockerMap {
    /// The map as one that can be asked, or all that it says against itself. `known` are words
    /// beside the [`VOCABULARY`](super::VOCABULARY), such as the environments of a policy.
    pub fn honest(&self, known: &[&str]) -> Result<ValidMap<'_>, Vec<Contradiction>> {
        self.honest_among(Cow::Owned(Words::new(known)))
    }

    /// The same with `known` words that were made ready before, for more than one map.
    pub fn honest_with<'m>(&'m self, known: &'m Words) -> Result<ValidMap<'m>, Vec<Contradiction>> {
        self.honest_among(Cow::Borrowed(known))
    }

    fn honest_among<'m>(
        &'m self,
        known: Cow<'m, Words>,
    ) -> Result<ValidMap<'m>, Vec<Contradiction>> {
        let found = self.dishonest(&known);
        if found.is_empty() { Ok(ValidMap { map: self, known }) } else { Err(found) }
    }

    /// All that it says against itself: item by item, then the lists, then the sums.
    #[must_use]
    pub fn dishonest(&self, known: &Words) -> Vec<Contradiction> {
        let mut found = self.duplicates();
        for item in &self.blockers {
            found.extend(closure(item));
        }
        found.extend(self.lists());
        let counted = self.open().count() as u64;
        if self.open_count != counted {
            found.push(Contradiction::OpenCount { said: self.open_count, counted });
        }
        if self.production_work_performed {
            let production = Asked::new(&["production"], known);
            let blocking = self.open().filter(|item| production.blocked_by(&item.reach(known)));
            found
                .extend(blocking.map(|item| Contradiction::ProductionWork { id: item.id.clone() }));
        }
        found
    }

    fn duplicates(&self) -> Vec<Contradiction> {
        let mut times: HashMap<String, usize> = HashMap::new();
        for item in &self.blockers {
            *times.entry(item.id.to_ascii_lowercase()).or_default() += 1;
        }
        let several = |item: &Blocker| {
            // Taken out: told at the first item of that id.
            let times = times.remove(&item.id.to_ascii_lowercase())?;
            (times > 1).then(|| Contradiction::DuplicateId { id: item.id.clone(), times })
        };
        self.blockers.iter().filter_map(several).collect()
    }

    /// What the two lists of ids say that the items do not.
    fn lists(&self) -> Vec<Contradiction> {
        // Of several items under one id, an open one counts.
        let mut open: HashMap<&str, bool> = HashMap::new();
        for item in &self.blockers {
            *open.entry(&item.id).or_default() |= item.is_open();
        }
        let mut found = Vec::new();
        for id in twice(&self.newly_closed, "newly_closed_in_this_macro", &mut found) {
            match open.get(&**id) {
                Some(true) => found.push(Contradiction::NewlyClosedOpen { id: id.clone() }),
                Some(false) => {}
                None => found.push(Contradiction::NewlyClosedUnknown { id: id.clone() }),
            }
        }
        let list = "partially_discharged_in_this_macro";
        for id in twice(&self.partially_discharged, list, &mut found) {
            match open.get(&**id) {
                Some(true) => {}
                Some(false) => found.push(Contradiction::DischargeClosed { id: id.clone() }),
                None => found.push(Contradiction::DischargeUnknown { id: id.clone() }),
            }
        }
        found
    }
}

/// Each id of `list` once; what stands there again is `found`.
fn twice<'i>(
    ids: &'i [String],
    list: &'static str,
    found: &mut Vec<Contradiction>,
) -> Vec<&'i String> {
    let (mut seen, mut told) = (HashSet::new(), HashSet::new());
    let mut once = Vec::new();
    for id in ids {
        if seen.insert(id) {
            once.push(id);
        } else if told.insert(id) {
            found.push(Contradiction::ListedTwice { id: id.clone(), list });
        }
    }
    once
}

/// What an item's status, `closed_by` and `closed_at` say against each other.
fn closure(item: &Blocker) -> Vec<Contradiction> {
    let id = || item.id.clone();
    let mut found = Vec::new();
    if item.state() == State::Unknown {
        found.push(Contradiction::UnknownStatus { id: id(), status: item.status.clone() });
    }
    if item.is_open() {
        for (key, said) in [("closed_by", &item.closed_by), ("closed_at", &item.closed_at)] {
            if said.is_some() {
                found.push(Contradiction::OpenAndClosed { id: id(), key });
            }
        }
        return found;
    }
    let lacks = match (&item.closed_by, &item.closed_at) {
        (Some(_), Some(_)) => None,
        (None, Some(_)) => Some("`closed_by`"),
        (Some(_), None) => Some("`closed_at`"),
        (None, None) => Some("`closed_by` and `closed_at`"),
    };
    found.extend(lacks.map(|lacks| Contradiction::ClosedWithout { id: id(), lacks }));
    if let Some(said) = item.closed_at.as_ref().filter(|said| !is_a_time(said)) {
        found.push(Contradiction::ClosedWhen { id: id(), said: said.clone() });
    }
    found
}

/// Whether `text` is a date, or a time of RFC 3339: one moment everywhere.
fn is_a_time(text: &str) -> bool {
    text.parse::<Datetime>()
        .is_ok_and(|time| time.date.is_some() && (time.time.is_some() == time.offset.is_some()))
}

#[cfg(test)]
mod tests {
    use super::is_a_time;

    #[test]
    fn a_time_names_one_moment_or_one_day() {
        let cases = [
            ("2026-01-31", true),
            ("2024-02-29", true),
            ("2026-01-31T12:00:00Z", true),
            ("2026-01-31T12:00:00.25+01:00", true),
            ("2026-01-31 12:00:00Z", true),
            ("2026-01-31T12:00:00", false),
            ("12:00:00", false),
            ("2026-02-29", false),
            ("2026-13-01", false),
            ("2026-1-1", false),
            ("2026-01-31x", false),
            ("2026-01-31 ", false),
            ("2026-01-31T24:00:00Z", false),
            ("yesterday", false),
            ("", false),
            ("\u{ff12}026-01-31", false),
        ];
        for (text, is) in cases {
            assert_eq!(is_a_time(text), is, "{text:?}");
        }
    }
}
