//! What was measured at one moment: every path of a database, and the digest of what it is.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sealgate_core::compare::inventory::{Inventory, Observed};
use sealgate_core::seal::SealedEntry;
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
}

impl Class {
    /// Every class.
    pub const ALL: [Self; 3] = [Self::Rows, Self::Schema, Self::Sequences];

    /// The class of what is at `path`.
    #[must_use]
    pub fn of(path: &str) -> Self {
        if path.contains("/rows/") {
            Self::Rows
        } else if path.starts_with("main/+sequences/") {
            Self::Sequences
        } else {
            Self::Schema
        }
    }

    /// The word for it in a record.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Rows => "rows",
            Self::Schema => "schema",
            Self::Sequences => "sequences",
        }
    }
}

/// Everything that was there at one moment: the line of a seal for each path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State(BTreeMap<String, String>);

impl State {
    /// The state that `inventory` shows.
    ///
    /// # Errors
    ///
    /// The first path that could not be read, and why: what was not read cannot be compared.
    pub fn of(inventory: &Inventory) -> Result<Self, (String, String)> {
        let mut lines = BTreeMap::new();
        for item in &inventory.items {
            let path = String::from_utf8_lossy(&item.path).into_owned();
            match &item.observed {
                Observed::Entry(entry) => {
                    lines.insert(path, entry_text(entry));
                }
                Observed::ScanError(error) => return Err((path, error.detail.clone())),
                Observed::Passed => return Err((path, "it was passed over".to_owned())),
            }
        }
        Ok(Self(lines))
    }

    /// The state of these paths and texts, for tests and controls.
    #[must_use]
    pub fn from_lines<'l>(lines: impl IntoIterator<Item = (&'l str, &'l str)>) -> Self {
        let own = |(path, text): (&str, &str)| (path.to_owned(), text.to_owned());
        Self(lines.into_iter().map(own).collect())
    }

    /// The state of the entries of a seal.
    #[must_use]
    pub fn of_entries(entries: &[SealedEntry]) -> Self {
        let line =
            |sealed: &SealedEntry| (sealed.path.as_str().to_owned(), entry_text(&sealed.entry));
        Self(entries.iter().map(line).collect())
    }

    /// The paths at which the two differ, sorted.
    #[must_use]
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let changed = self.0.iter().filter(|(path, text)| other.0.get(*path) != Some(text));
        let only_there = other.0.keys().filter(|path| !self.0.contains_key(*path));
        let mut paths: Vec<String> =
            changed.map(|(path, _)| path).chain(only_there).cloned().collect();
        paths.sort();
        paths
    }

    /// The number of paths of a class, and the digest of their lines as a seal has them.
    #[must_use]
    pub fn class(&self, class: Class) -> (u64, Digest) {
        let (mut count, mut text) = (0, String::new());
        for (path, value) in self.0.iter().filter(|(path, _)| Class::of(path) == class) {
            count += 1;
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{} = {value}", quoted(path));
        }
        (count, Digest::of(text.as_bytes()))
    }

    /// The paths, sorted.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_what_came_went_or_changed() {
        let before = State::from_lines([("a", "1"), ("b", "1"), ("c", "1")]);
        let after = State::from_lines([("b", "1"), ("c", "2"), ("d", "1")]);
        assert_eq!(before.differences(&after), ["a", "c", "d"]);
        assert_eq!(after.differences(&before), ["a", "c", "d"]);
        assert!(before.differences(&before).is_empty());
    }

    #[test]
    fn each_path_has_one_class() {
        let cases = [
            ("main/t/rows/1", Class::Rows),
            ("main/t/rows/+aa", Class::Rows),
            ("main/t/+table", Class::Schema),
            ("+database/user_version", Class::Schema),
            ("main/+sequences/t.value", Class::Sequences),
        ];
        for (path, class) in cases {
            assert_eq!(Class::of(path), class, "{path}");
        }
        let state = State::from_lines(cases.map(|(path, _)| (path, "x")));
        assert_eq!(Class::ALL.map(|class| state.class(class).0), [2, 2, 1]);
    }
}
