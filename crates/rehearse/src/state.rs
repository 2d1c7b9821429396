//! What was measured at one moment: every path of a database or a tree, and the digest of what it is.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use sealgate_core::compare::inventory::{Inventory, Observed};
use sealgate_core::seal::entry::Digest;
use sealgate_core::seal::entry_text;
use sealgate_core::seal::quoted;

/// The sorts of things that are measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Rows of tables.
    Rows,
    /// Definitions and settings.
    Schema,
    /// Values of sequences.
    Sequences,
    /// Large objects and their bytes.
    LargeObjects,
    /// Roles of a cluster.
    Roles,
    /// What comes with the system.
    Builtin,
    /// Files of a tree, with what a seal states of them.
    Files,
    /// What a seal does not state of files: modes, owners, times, attributes, hard links.
    Meta,
}

impl Class {
    /// Every class.
    pub const ALL: [Self; 8] = [
        Self::Rows,
        Self::Schema,
        Self::Sequences,
        Self::LargeObjects,
        Self::Roles,
        Self::Builtin,
        Self::Files,
        Self::Meta,
    ];

    /// The class of what is at `path` in a database: `SCHEMA/TABLE/rows/KEY`, `SCHEMA/+sequences/NAME.value`
    /// and so on.
    #[must_use]
    pub fn in_database(path: &str) -> Self {
        let mut parts = path.split('/');
        let [first, second, third] = [(); 3].map(|()| parts.next().unwrap_or_default());
        let has_key = parts.next().is_some();
        match (first, second) {
            ("+roles", _) => Self::Roles,
            ("+builtin", _) => Self::Builtin,
            ("+database", "large-objects") => Self::LargeObjects,
            (_, "+sequences") if path.strip_suffix(".value").is_some() => Self::Sequences,
            (_, table) if third == "rows" && has_key && !table.starts_with('+') => Self::Rows,
            _ => Self::Schema,
        }
    }

    /// The word for it in a record.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Rows => "rows",
            Self::Schema => "schema",
            Self::Sequences => "sequences",
            Self::LargeObjects => "large-objects",
            Self::Roles => "roles",
            Self::Builtin => "builtin",
            Self::Files => "files",
            Self::Meta => "meta",
        }
    }
}

/// Something that is measured: a path, and which class of what is there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// As a seal has it.
    pub path: String,
    /// What of it.
    pub class: Class,
}

impl Place {
    /// The place of this path and class.
    #[must_use]
    pub fn new(path: &str, class: Class) -> Self {
        Self { path: path.to_owned(), class }
    }
}

/// How something differs between two moments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It is there in the second alone.
    Added,
    /// It is there in the first alone.
    Removed,
    /// It is another.
    Changed,
}

/// Everything that was there at one moment: the line of a seal for each place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State(Arc<BTreeMap<Place, String>>);

impl State {
    /// The state that `inventory` shows, with the class of each path.
    ///
    /// # Errors
    ///
    /// The first path that could not be read, and why: what was not read cannot be compared.
    pub fn of(
        inventory: &Inventory,
        class: impl Fn(&str) -> Class,
    ) -> Result<Self, (String, String)> {
        let mut lines = BTreeMap::new();
        for item in &inventory.items {
            let path = String::from_utf8_lossy(&item.path).into_owned();
            match &item.observed {
                Observed::Entry(entry) => {
                    let class = class(&path);
                    lines.insert(Place { path, class }, entry_text(entry));
                }
                Observed::ScanError(error) => return Err((path, error.detail.clone())),
                Observed::Passed => return Err((path, "it was passed over".to_owned())),
            }
        }
        Ok(Self(Arc::new(lines)))
    }

    /// The state of these places and texts.
    #[must_use]
    pub fn from_lines(lines: impl IntoIterator<Item = (Place, String)>) -> Self {
        Self(Arc::new(lines.into_iter().collect()))
    }

    /// This state, and these places and texts with it.
    #[must_use]
    pub fn with(self, lines: impl IntoIterator<Item = (Place, String)>) -> Self {
        let mut all = Arc::unwrap_or_clone(self.0);
        all.extend(lines);
        Self(Arc::new(all))
    }

    /// This state, in the memory of the first of `known` that is equal: most moments are.
    #[must_use]
    pub fn shared(self, known: &[&Self]) -> Self {
        known.iter().find(|state| **state == &self).map_or(self.clone(), |state| (*state).clone())
    }

    /// The places at which the two differ, sorted, and how.
    #[must_use]
    pub fn differences(&self, other: &Self) -> Vec<(Place, Change)> {
        if Arc::ptr_eq(&self.0, &other.0) {
            return Vec::new();
        }
        let mut differences = Vec::new();
        for (place, text) in &*self.0 {
            match other.0.get(place) {
                None => differences.push((place.clone(), Change::Removed)),
                Some(there) if there != text => differences.push((place.clone(), Change::Changed)),
                Some(_) => {}
            }
        }
        let only_there = other.0.keys().filter(|place| !self.0.contains_key(*place));
        differences.extend(only_there.map(|place| (place.clone(), Change::Added)));
        differences.sort_by(|(one, _), (other, _)| one.cmp(other));
        differences
    }

    /// The number of places of a class, and the digest of their lines as a seal has them.
    #[must_use]
    pub fn class(&self, class: Class) -> (u64, Digest) {
        let (mut count, mut text) = (0, String::new());
        for (place, value) in self.0.iter().filter(|(place, _)| place.class == class) {
            count += 1;
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{} = {value}", quoted(&place.path));
        }
        (count, Digest::of(text.as_bytes()))
    }

    /// The places and their texts, sorted.
    pub fn lines(&self) -> impl Iterator<Item = (&Place, &str)> {
        self.0.iter().map(|(place, text)| (place, &**text))
    }

    /// Whether nothing was there.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state<const N: usize>(lines: [(&str, &str); N]) -> State {
        let line = |(path, text): (&str, &str)| {
            (Place::new(path, Class::in_database(path)), text.to_owned())
        };
        State::from_lines(lines.map(line))
    }

    #[test]
    fn differences_are_what_came_went_or_changed() {
        let before = state([("a", "1"), ("b", "1"), ("c", "1")]);
        let after = state([("b", "1"), ("c", "2"), ("d", "1")]);
        let named = |one: &State, other: &State| {
            let named = one.differences(other).into_iter();
            named.map(|(place, change)| (place.path, change)).collect::<Vec<_>>()
        };
        let owned = |paths: [(&str, Change); 3]| paths.map(|(path, how)| (path.to_owned(), how));
        let (added, removed, changed) = (Change::Added, Change::Removed, Change::Changed);
        assert_eq!(named(&before, &after), owned([("a", removed), ("c", changed), ("d", added)]));
        assert_eq!(named(&after, &before), owned([("a", added), ("c", changed), ("d", removed)]));
        assert!(before.differences(&before).is_empty());
        assert!(before.differences(&state([("a", "1"), ("b", "1"), ("c", "1")])).is_empty());
    }

    #[test]
    fn what_was_not_read_is_no_state() {
        use sealgate_core::compare::inventory::{Item, ScanError};
        use sealgate_core::seal::entry::Entry;
        let item = |path: &str, observed| Item::new(path.as_bytes().into(), observed);
        let read = item("a", Observed::Entry(Entry::Dir));
        let inventory = |items| Inventory { items, bytes: 0, modes: true };
        let state = State::of(&inventory(vec![read.clone()]), |_| Class::Files).unwrap();
        let place = Place::new("a", Class::Files);
        assert_eq!(state.lines().collect::<Vec<_>>(), [(&place, "\"dir\"")]);
        let unread = ScanError::unreadable(&std::io::Error::other("broken"));
        for (observed, why) in
            [(Observed::ScanError(unread), "broken"), (Observed::Passed, "it was passed over")]
        {
            let items = vec![read.clone(), item("b", observed)];
            let (path, found) = State::of(&inventory(items), |_| Class::Files).unwrap_err();
            assert_eq!((&*path, &*found), ("b", why));
        }
    }

    #[test]
    fn the_same_path_in_another_class_is_another_place() {
        let one = State::from_lines([(Place::new("a", Class::Files), "1".to_owned())]);
        let both = one.clone().with([(Place::new("a", Class::Meta), "1".to_owned())]);
        assert_eq!(one.differences(&both), [(Place::new("a", Class::Meta), Change::Added)]);
        assert!(!one.is_empty() && State::default().is_empty());
    }

    #[test]
    fn equal_states_share_their_memory() {
        let (one, other) = (state([("a", "1")]), state([("b", "1")]));
        let shared = state([("b", "1")]).shared(&[&one, &other]);
        assert!(Arc::ptr_eq(&shared.0, &other.0));
        let own = state([("c", "1")]).shared(&[&one, &other]);
        assert_eq!(own, state([("c", "1")]));
    }

    #[test]
    fn each_path_of_a_database_has_one_class() {
        let cases = [
            ("main/t/rows/1", Class::Rows),
            ("main/t/rows/+aa", Class::Rows),
            ("main/rows/rows/1", Class::Rows),
            ("main/rows/+table", Class::Schema),
            ("main/rows/rows", Class::Schema),
            ("main/+functions/rows/x", Class::Schema),
            ("main/t/+table", Class::Schema),
            ("+database/user_version", Class::Schema),
            ("main/+sequences/t.value", Class::Sequences),
            ("main/+sequences/t", Class::Schema),
            ("main/t/columns/+sequences.value", Class::Schema),
            ("+database/large-objects/7.bytes", Class::LargeObjects),
            ("+roles/app", Class::Roles),
            ("+builtin", Class::Builtin),
        ];
        for (path, class) in cases {
            assert_eq!(Class::in_database(path), class, "{path}");
        }
        let state = state(cases.map(|(path, _)| (path, "x")));
        assert_eq!(Class::ALL.map(|class| state.class(class).0), [3, 7, 1, 1, 1, 1, 0, 0]);
    }
}
