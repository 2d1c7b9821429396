//! When two names are one: on a file system that ignores case, or that normalises Unicode.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{DefaultHasher, Hasher as _};

use caseless::Caseless as _;
use unicode_normalization::{UnicodeNormalization as _, is_nfc};

use crate::seal::path::EntryPath;

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

/// A path that was met, in the second look of [`collisions`].
#[derive(Clone, Copy)]
struct Met<'a> {
    path: &'a str,
    /// Its own number.
    number: usize,
    /// The number of the directory that it lies in.
    above: usize,
}

/// A directory that was met, in the second look of [`collisions`].
struct Above {
    /// The number of the first path that folds as it does.
    folded: usize,
    /// Its own number.
    number: usize,
}

/// The names among `paths` (sorted) that would be one on a file system that ignores case or
/// normalises. Of two directories that are one, what lies in them is left out.
///
/// A name is folded once for all paths that share it, so the work grows with the bytes of `paths`.
pub fn collisions<'a>(paths: impl Iterator<Item = &'a EntryPath> + Clone) -> Vec<Collision> {
    let mut collisions = Vec::new();
    if surely_distinct(paths.clone()) {
        return collisions;
    }
    // What was met first by the number of the folded directory and its folded name.
    let mut seen: HashMap<(usize, String), Met<'a>> = HashMap::new();
    let mut count = 0;
    each_name(paths, |above: Option<&Above>, path, name| {
        count += 1;
        let (folded_above, above) = above.map_or((0, 0), |above| (above.folded, above.number));
        let met = Met { path, number: count, above };
        let folded = match seen.entry((folded_above, folded(name))) {
            Entry::Vacant(place) => place.insert(met).number,
            Entry::Occupied(place) => {
                let first = place.get();
                // A file and a directory of one name are met apart, and are no collision.
                if first.above == above && first.path != path {
                    collisions.push(Collision { first: first.path.into(), second: path.into() });
                }
                first.number
            }
        };
        Above { folded, number: count }
    });
    collisions
}

/// Calls `see` with each path and each directory on the way to it, and with the last name of each;
/// some directories are met more than once. What `see` gives for a directory comes back with what
/// lies directly in it.
fn each_name<'a, T>(
    paths: impl Iterator<Item = &'a EntryPath>,
    mut see: impl FnMut(Option<&T>, &'a str, &'a str) -> T,
) {
    // The directories above the path before: where each ends in it, and what was seen there.
    let mut above: Vec<(usize, T)> = Vec::new();
    let mut before = "";
    for path in paths {
        let path = path.as_str();
        let shared = shared_length(before, path);
        while above.last().is_some_and(|(end, _)| *end >= shared) {
            above.pop();
        }
        let mut start = above.last().map_or(0, |(end, _)| end + 1);
        while let Some(length) = path[start..].find('/') {
            let end = start + length;
            let seen = see(above.last().map(|(_, seen)| seen), &path[..end], &path[start..end]);
            above.push((end, seen));
            start = end + 1;
        }
        see(above.last().map(|(_, seen)| seen), path, &path[start..]);
        before = path;
    }
}

/// How many bytes at the beginning of `a` and `b` are equal.
fn shared_length(a: &str, b: &str) -> usize {
    a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count()
}

/// Whether hashes alone show that no two names fold to one, as is nearly always so: then no table of
/// all names is needed.
fn surely_distinct<'a>(paths: impl Iterator<Item = &'a EntryPath>) -> bool {
    let mut hashes = Vec::new();
    each_name(paths, |above: Option<&u64>, _, name| {
        let mut folding = DefaultHasher::new();
        folding.write_u64(above.copied().unwrap_or_default());
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
        folding.finish()
    });
    hashes.sort_unstable();
    hashes.windows(2).all(|pair| pair[0] != pair[1])
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
    fn each_byte_of_a_path_is_folded_once() {
        let shared = "\u{e9}\u{e9}/".repeat(250);
        let paths: Vec<_> = (0..100)
            .map(|at| EntryPath::parse(&format!("{}{shared}{at:03}", ["a/", "b/"][at / 50])))
            .map(Result::unwrap)
            .collect();
        let mut folded = 0;
        each_name(paths.iter(), |_: Option<&()>, _, name| folded += name.len());
        // Both long ways once, and 100 short names.
        assert_eq!(folded, 2 * (1 + 250 * 4) + 100 * 3);
    }

    #[test]
    fn what_lies_in_directories_that_collide_is_left_out() {
        let paths = ["A/b/c", "A/b/d", "a/b/c", "a/b/x", "a/b/X", "e/F", "e/f"];
        let mut paths: Vec<_> = paths.map(|path| EntryPath::parse(path).unwrap()).into();
        paths.sort();
        let pairs = collisions(paths.iter());
        let pairs: Vec<_> = pairs.iter().map(|pair| (&*pair.first, &*pair.second)).collect();
        assert_eq!(pairs, [("A", "a"), ("a/b/X", "a/b/x"), ("e/F", "e/f")]);
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
