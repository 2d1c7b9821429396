//! From bytes to a map of the right shape.
//!
//! An entry of the two lists of ids may hold a remark behind the id, `ID (remark)`: no id holds a space.
//!
//! The reader is narrower than JSON. A key that stands twice is refused, for readers differ in which
//! one they take; so is a key that is not known: it may be a misspelt `closed_by`, or mean something
//! to somebody else. No value may hold any object or list that is not described here, so that
//! nesting is never deeper than the shape itself.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::{Blocker, BlockerMap, CLOSED};
use crate::text::problem::Problem;

/// A longer map is refused before it is parsed, in bytes.
pub const MAX_MAP_BYTES: u64 = 1 << 20;

/// How much of the input an error quotes, in characters.
const QUOTED: usize = 300;

/// Why bytes are no map.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BlockerError {
    /// More bytes than a map may have.
    #[error("the map is {0} bytes long; the limit is {MAX_MAP_BYTES}")]
    TooLarge(u64),
    /// No UTF-8, no JSON, or JSON of another shape.
    #[error("it is no blocker map: {what}")]
    Malformed {
        /// The line at fault, from 1.
        line: usize,
        /// What is wrong; may quote the input.
        what: String,
    },
    /// A value that cannot be empty says nothing.
    #[error("`{key}` of {whose} says nothing")]
    Blank {
        /// The map, or the item by its place.
        whose: String,
        /// The key.
        key: &'static str,
    },
    /// An id of an item, or in a list of ids, holds something else than an id may.
    #[error("{id:?} in {place} is no id: letters, digits, `.`, `_` and `-` make one")]
    Id {
        /// The id, cut where it is long.
        id: String,
        /// The list in which it stands.
        place: &'static str,
    },
    /// There is no item, so that nothing could ever block.
    #[error("the map has no items")]
    Empty,
}

impl BlockerError {
    /// The stable kebab-case code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge(_) => "blockers-too-large",
            Self::Malformed { .. } | Self::Blank { .. } | Self::Id { .. } => "blockers-malformed",
            Self::Empty => "blockers-empty",
        }
    }

    /// The error in the form that people get, about the map in `file`.
    #[must_use]
    pub fn into_problem(self, file: &str) -> Problem {
        let remedy = match self {
            Self::TooLarge(_) => {
                "name a blocker map; what an item needs to say fits in a few lines"
            }
            Self::Malformed { .. } => "correct the map: docs/blockers.md has its keys",
            Self::Blank { .. } => "say it in the map: nobody can act on an empty text",
            Self::Id { .. } => "give the item a plain id, and name it by that",
            Self::Empty => {
                "keep closed items in the map: a map without them looks like one that lost them"
            }
        };
        let line = match self {
            Self::Malformed { line, .. } => Some(line),
            _ => None,
        };
        let problem = Problem::new(self.code(), self.to_string()).file(file).remedy(remedy);
        Problem { line, ..problem }
    }
}

impl BlockerMap {
    /// Reads a map: UTF-8, JSON, [`MAX_MAP_BYTES`] at most.
    pub fn read(bytes: &[u8]) -> Result<Self, BlockerError> {
        let length = bytes.len() as u64;
        if length > MAX_MAP_BYTES {
            return Err(BlockerError::TooLarge(length));
        }
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let before = &bytes[..error.valid_up_to()];
            let line = before.split(|&byte| byte == b'\n').count();
            BlockerError::Malformed { line, what: "it is not UTF-8".to_owned() }
        })?;
        let Object(raw): Object<RawMap> =
            serde_json::from_str(text).map_err(|error| malformed(&error))?;
        raw.into_map()
    }
}

fn malformed(error: &serde_json::Error) -> BlockerError {
    let said = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    let what = said.strip_suffix(&place).unwrap_or(&said);
    BlockerError::Malformed { line: error.line().max(1), what: cut(what) }
}

fn cut(text: &str) -> String {
    text.chars().take(QUOTED).collect()
}

/// A `T` that was written as an object: a derived reader takes a list of the values as well, which
/// would hide what is what.
struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(OnlyObject(PhantomData)).map(Self)
    }
}

struct OnlyObject<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for OnlyObject<T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        // A derived reader refuses a key that stands twice.
        T::deserialize(MapAccessDeserializer::new(map))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMap {
    doc: String,
    date: String,
    authority: String,
    blockers: Vec<Object<RawBlocker>>,
    newly_closed_in_this_macro: Vec<String>,
    partially_discharged_in_this_macro: Vec<String>,
    open_count: u64,
    production_work_performed: bool,
    note: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawBlocker {
    id: String,
    item: String,
    status: String,
    actor_needed: String,
    next_action: String,
    blocks: String,
    change_this_lane: Option<String>,
    closed_by: Option<String>,
    closed_at: Option<String>,
    remark: Option<String>,
    evidence: Option<String>,
}

impl RawMap {
    fn into_map(self) -> Result<BlockerMap, BlockerError> {
        for (key, value) in
            [("doc", &self.doc), ("date", &self.date), ("authority", &self.authority)]
        {
            said(key, value, || "the map".to_owned())?;
        }
        if self.blockers.is_empty() {
            return Err(BlockerError::Empty);
        }
        let blockers = self.blockers.into_iter().map(|Object(raw)| raw.into_blocker());
        Ok(BlockerMap {
            doc: self.doc,
            date: self.date,
            authority: self.authority,
            blockers: blockers.collect::<Result<_, _>>()?,
            newly_closed: ids(self.newly_closed_in_this_macro, "newly_closed_in_this_macro")?,
            partially_discharged: ids(
                self.partially_discharged_in_this_macro,
                "partially_discharged_in_this_macro",
            )?,
            open_count: self.open_count,
            production_work_performed: self.production_work_performed,
            note: self.note,
        })
    }
}

impl RawBlocker {
    fn into_blocker(self) -> Result<Blocker, BlockerError> {
        legal(&self.id, "blockers")?;
        said("item", &self.item, || cut(&self.id))?;
        // Nobody needs to act on a closed item.
        if self.status != CLOSED {
            said("actor_needed", &self.actor_needed, || cut(&self.id))?;
            said("next_action", &self.next_action, || cut(&self.id))?;
        }
        Ok(Blocker {
            id: self.id,
            item: self.item,
            status: self.status,
            actor_needed: self.actor_needed,
            next_action: self.next_action,
            blocks: self.blocks,
            change_this_lane: self.change_this_lane,
            closed_by: self.closed_by.filter(|text| says(text)),
            closed_at: self.closed_at.filter(|text| says(text)),
            remark: self.remark,
            evidence: self.evidence,
        })
    }
}

/// The ids of the `entries` of a list, without the remarks behind them.
fn ids(entries: Vec<String>, place: &'static str) -> Result<Vec<String>, BlockerError> {
    let id = |entry: String| {
        let id = entry.split_once(' ').filter(|(_, remark)| is_remark(remark)).map(|(id, _)| id);
        let id = id.map_or(entry.as_str(), |id| id).to_owned();
        legal(&id, place).map(|()| id)
    };
    entries.into_iter().map(id).collect()
}

/// Whether `text` is a remark in parentheses.
fn is_remark(text: &str) -> bool {
    text.trim().strip_prefix('(').is_some_and(|text| text.ends_with(')'))
}

/// Refuses an id with which another could be confused.
fn legal(id: &str, place: &'static str) -> Result<(), BlockerError> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    if !id.is_empty() && id.bytes().all(plain) {
        return Ok(());
    }
    Err(BlockerError::Id { id: cut(id), place })
}

fn said(key: &'static str, text: &str, whose: impl Fn() -> String) -> Result<(), BlockerError> {
    if says(text) { Ok(()) } else { Err(BlockerError::Blank { whose: whose(), key }) }
}

/// Whether a person could read anything in `text`: space and invisible characters are nothing.
fn says(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric)
}
