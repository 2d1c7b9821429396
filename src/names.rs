//! When two names are one: on a file system that ignores case, or that normalises Unicode.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hasher as _};

use caseless::Caseless as _;
use unicode_normalization::{UnicodeNormalization as _, is_nfc};

use crate::path::EntryPath;

/// `name` in Normalisation Form C (Unicode Standard Annex 15).
#[must_use]
pub fn normalised(name: &str) -> String {
    if is_nfc(name) { name.to_owned() } else { name.nfc().collect() }
}

/// `name` with case and normalisation taken out: canonical caseless matching (The Unicode
/// Standard, section 3.13, D145), so that two names fold to one text if they differ in nothing
/// else.
#[must_use]
pub fn folded(name: &str) -> String {
    if name.is_ascii() {
        return name.to_ascii_lowercase();
    }
    name.nfd().default_case_fold().nfc().collect()
}

/// `name` with case alone taken out.
#[must_use]
pub fn case_folded(name: &str) -> String {
    name.chars().default_case_fold().collect()
}

/// Two different paths, or directories on the way to them, that fold to one name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collision {
    /// The first in byte order.
    pub first: String,
    /// The second.
    pub second: String,
}

/// The names among `paths` (sorted) that would be one on a file system that ignores case or
/// normalises.
pub fn collisions<'a>(paths: impl Iterator<Item = &'a EntryPath> + Clone) -> Vec<Collision> {
    let mut collisions = Vec::new();
    if surely_distinct(paths.clone()) {
        return collisions;
    }
    let mut seen: HashMap<String, &str> = HashMap::new();
    each_name(paths, |name| match *seen.entry(folded(name)).or_insert(name) {
        first if first == name => {}
        first => collisions.push(Collision { first: first.into(), second: name.into() }),
    });
    collisions
}

/// Calls `see` with each path and each directory on the way to it, some of these more than once.
fn each_name<'a>(paths: impl Iterator<Item = &'a EntryPath>, mut see: impl FnMut(&'a str)) {
    let mut above = "";
    for path in paths {
        // The directories shared with the path before were looked at with it.
        let fresh = path.parents().filter(|parent| !shares(above, parent));
        fresh.chain([path.as_str()]).for_each(&mut see);
        above = path.as_str();
    }
}

/// Whether hashes alone show that no two names fold to one, as is nearly always so: then no table of
/// all names is needed.
fn surely_distinct<'a>(paths: impl Iterator<Item = &'a EntryPath>) -> bool {
    let mut hashes = Vec::new();
    each_name(paths, |name| {
        let mut folding = DefaultHasher::new();
        if name.is_ascii() {
            // Folded piece by piece, without a text of its own.
            for piece in name.as_bytes().chunks(32) {
                let mut lower = [0; 32];
                let lower = &mut lower[..piece.len()];
                lower.copy_from_slice(piece);
                lower.make_ascii_lowercase();
                folding.write(lower);
            }
        } else {
            folded(name).as_bytes().chunks(32).for_each(|piece| folding.write(piece));
        }
        hashes.push(folding.finish());
    });
    hashes.sort_unstable();
    hashes.windows(2).all(|pair| pair[0] != pair[1])
}

/// Whether the directory `parent` lies on the way to `path`.
fn shares(path: &str, parent: &str) -> bool {
    crate::path::is_below(path.as_bytes(), parent.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_differ_in_case_or_normalisation_fold_to_one() {
        let cases = [
            ("README", "readme", true),
            ("stra\u{df}e", "STRASSE", true),
            ("\u{212a}elvin", "kelvin", true),
            ("caf\u{e9}", "cafe\u{301}", true),
            ("CAF\u{c9}", "cafe\u{301}", true),
            ("\u{3c3}", "\u{3c2}", true),
            ("a", "b", false),
            ("cafe", "caf\u{e9}", false),
        ];
        for (a, b, same) in cases {
            assert_eq!(folded(a) == folded(b), same, "{a} {b}");
        }
    }

    #[test]
    fn normalising_keeps_case_and_case_folding_keeps_normalisation() {
        assert_eq!(normalised("CAFE\u{301}"), "CAF\u{c9}");
        assert_eq!(case_folded("CAFE\u{301}"), "cafe\u{301}");
    }

    #[test]
    fn collisions_are_found_among_files_and_the_directories_above_them() {
        let found = |paths: &[&str]| {
            let paths: Vec<_> = paths.iter().map(|path| EntryPath::parse(path).unwrap()).collect();
            let pairs = collisions(paths.iter());
            pairs.into_iter().map(|pair| (pair.first, pair.second)).collect::<Vec<_>>()
        };
        assert_eq!(found(&["A/x", "B/x", "b"]), [("B".to_owned(), "b".to_owned())]);
        assert_eq!(found(&["A/x", "a/y"]), [("A".to_owned(), "a".to_owned())]);
        assert_eq!(found(&["a/x", "a/y", "ab"]), []);
        // Around the pieces in which a name is folded; and names that are not of ASCII alone.
        for length in [31, 32, 33, 64, 65, 200] {
            let (upper, lower) = (format!("{}X", "n".repeat(length)), "n".repeat(length) + "x");
            assert_eq!(found(&[&upper, &lower]), [(upper.clone(), lower.clone())]);
            let (kelvin, plain) = (format!("{lower}/k"), format!("{lower}/\u{212a}"));
            assert_eq!(found(&[&kelvin, &plain]), [(kelvin.clone(), plain.clone())]);
        }
        // A directory that is met again is no collision.
        assert_eq!(found(&["a", "a-b", "a/x"]), []);
    }
}
