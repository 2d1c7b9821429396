//! What differs in a rehearsal, in words.

use crate::report::v1::rehearsal::{InvariantView, PlaceView};
use crate::report::words::text;

/// How many places that do not count are named.
const NAMED: usize = 3;

/// How `place` differs, for the reader of the invariant `name`.
pub(crate) fn how(name: &str, place: &PlaceView) -> &'static str {
    match (name, place.change) {
        ("rollback-restores" | "transaction-rolls-back" | "restore-restores", change) => {
            match change {
                "added" => "left behind",
                "removed" => "not brought back",
                _ => "not as before",
            }
        }
        (_, "added") => "added",
        (_, "removed") => "removed",
        _ => "changed",
    }
}

/// What of the file at `place` differs, if it is not its bytes.
pub(crate) fn class_note(place: &PlaceView) -> &'static str {
    if place.class == "meta" { " (mode, owner, time, attributes or hard links)" } else { "" }
}

/// What differs without breaking `invariant`.
pub(crate) fn noticed(invariant: &InvariantView) -> Option<String> {
    let first = invariant.noticed.first()?;
    let paths: Vec<&str> = invariant.noticed.iter().map(|place| place.path.as_str()).collect();
    let places = text::count(paths.len(), "path", "paths");
    let what = match first.class {
        "meta" => format!("{places} with another mode, owner, time, attribute or hard link"),
        _ => format!("{places} that a transaction does not take back"),
    };
    Some(format!("noted, and no reason to refuse: {what}: {}", text::listed(&paths, NAMED)))
}
