//! Many patterns as the bits of one automaton, run over a name byte by byte.
//!
//! Each pattern has a run of bits. Each of its components begins with a bit that says "this
//! component begins with the next name", followed by one bit for each byte that the component asks
//! for. A set bit means that the pattern, up to there, agrees with the path so far:
//!
//! * a byte moves every bit to its right neighbour if the neighbour's set holds the byte; a bit
//!   that a `*` follows stays set too;
//! * at the end of a name, the last bit of a component moves to the first bit of the next one; the
//!   first bit of a component with `**` before it stays set from then on.
//!
//! So a step costs a few instructions a word of 64 bits, and nothing is ever tried twice.

use super::build::{BATCH, Batch, Tables};
use super::literal::Literals;

/// How far all patterns agree with the path of one directory.
#[derive(Debug, Clone, Default)]
pub struct Level {
    words: Words,
    /// The path of the directory, if a pattern without wildcards leads through it.
    literal: Option<Box<[u8]>>,
}

/// Words of bits; one word, as most lists need, is kept without an allocation.
#[derive(Debug, Clone)]
enum Words {
    One([u64; 1]),
    Many(Box<[u64]>),
}

impl Words {
    fn zero(length: usize) -> Self {
        if length <= 1 { Self::One([0]) } else { Self::Many(vec![0; length].into()) }
    }

    fn as_slice(&self) -> &[u64] {
        match self {
            Self::One(word) => word,
            Self::Many(words) => words,
        }
    }

    fn as_mut_slice(&mut self) -> &mut [u64] {
        match self {
            Self::One(word) => word,
            Self::Many(words) => words,
        }
    }
}

impl Default for Words {
    fn default() -> Self {
        Self::One([0])
    }
}

/// A list of patterns, ready to match. A pattern is named by its index in that list.
#[derive(Debug)]
pub struct Automaton {
    literals: Literals,
    tables: Tables,
    /// The state at the top.
    top: Level,
    /// What a `**` keeps of that state in every directory.
    floating: Level,
    /// Whether the directories above a name have a say.
    nested: bool,
}

impl Automaton {
    /// Compiles `patterns`.
    #[must_use]
    pub fn new(patterns: &[super::Pattern]) -> Self {
        let mut literals = Literals::default();
        let numbered = patterns.iter().enumerate();
        let wild: Vec<_> =
            numbered.filter(|(index, pattern)| !literals.take(*index, pattern)).collect();
        let tables = Tables::new(&wild);
        let mut top = Words::zero(tables.start.len());
        top.as_mut_slice()[..tables.start.len()].copy_from_slice(&tables.start);
        let mut floating = top.clone();
        for (word, deep) in floating.as_mut_slice().iter_mut().zip(&tables.deep) {
            *word &= deep;
        }
        let nested = wild.iter().any(|(_, pattern)| pattern.components.len() > 1);
        Self {
            nested: nested || literals.nested(),
            tables,
            top: Level { words: top, literal: literals.top() },
            floating: Level { words: floating, literal: None },
            literals,
        }
    }

    /// The state at the top.
    #[must_use]
    pub fn top(&self) -> &Level {
        &self.top
    }

    /// The state below a directory, if it is the same below every directory.
    #[must_use]
    pub fn everywhere_below(&self) -> Option<&Level> {
        (!self.nested).then_some(&self.floating)
    }

    /// Whether anything in a directory at `level`, or below it, can match.
    #[must_use]
    pub fn leads_on(&self, level: &Level) -> bool {
        level.literal.is_some()
            || self.literals.anywhere()
            || level.words.as_slice().iter().any(|&word| word != 0)
    }

    /// The last pattern that matches `name` in a directory at `level`.
    #[must_use]
    pub fn last_match(&self, level: &Level, name: &[u8], is_dir: bool) -> Option<usize> {
        let mut last = self.literals.last_match(level.literal.as_deref(), name, is_dir);
        let accept = if is_dir { &self.tables.accept_directory } else { &self.tables.accept_file };
        for batch in &self.tables.batches {
            let words = &level.words.as_slice()[batch.range()];
            if batch.may_match(name) && words.iter().any(|&word| word != 0) {
                let run = Run { tables: &self.tables, batch, name };
                last = last.max(match batch.words {
                    1 => run.last_match::<1>(words, accept),
                    2 => run.last_match::<2>(words, accept),
                    4 => run.last_match::<4>(words, accept),
                    BATCH => run.last_match::<BATCH>(words, accept),
                    _ => self.tables.last_owner(batch, &run.many(words), accept),
                });
            }
        }
        last
    }

    /// The state in the directory `name`, which lies in a directory at `level`.
    #[must_use]
    pub fn below(&self, level: &Level, name: &[u8]) -> Level {
        if !self.nested {
            return self.floating.clone();
        }
        let mut level = level.clone();
        self.enter(&mut level, name);
        level
    }

    /// Goes from a directory into the directory `name` in it: moves `level` there, and gives the
    /// last pattern that matches the directory.
    pub fn enter(&self, level: &mut Level, name: &[u8]) -> Option<usize> {
        if !self.nested {
            let last = self.last_match(level, name, true);
            level.words.as_mut_slice().copy_from_slice(self.floating.words.as_slice());
            level.literal = None;
            return last;
        }
        let mut last = self.literals.last_match(level.literal.as_deref(), name, true);
        level.literal = level.literal.as_deref().and_then(|path| self.literals.below(path, name));
        for batch in &self.tables.batches {
            let words = &mut level.words.as_mut_slice()[batch.range()];
            if !batch.may_match(name) {
                words
                    .iter_mut()
                    .zip(&self.tables.deep[batch.range()])
                    .for_each(|(w, deep)| *w &= deep);
            } else if words.iter().any(|&word| word != 0) {
                let run = Run { tables: &self.tables, batch, name };
                last = last.max(match batch.words {
                    1 => run.enter::<1>(words),
                    2 => run.enter::<2>(words),
                    4 => run.enter::<4>(words),
                    BATCH => run.enter::<BATCH>(words),
                    _ => run.enter_many(words),
                });
            }
        }
        last
    }
}

/// Bytes after which a run looks whether any bit is left.
const LOOK: usize = 4;

/// A name to be run over one batch.
struct Run<'a> {
    tables: &'a Tables,
    batch: &'a Batch,
    name: &'a [u8],
}

impl Run<'_> {
    fn last_match<const N: usize>(&self, words: &[u64], accept: &[u64]) -> Option<usize> {
        let ends = self.few::<N>(words);
        self.tables.last_owner(self.batch, &ends, accept)
    }

    fn enter<const N: usize>(&self, words: &mut [u64]) -> Option<usize> {
        let ends = self.few::<N>(words);
        self.advance(words, &ends)
    }

    fn enter_many(&self, words: &mut [u64]) -> Option<usize> {
        let ends = self.many(words);
        self.advance(words, &ends)
    }

    /// The state at the end of the name, in `N` words, which the compiler keeps in registers.
    fn few<const N: usize>(&self, begin: &[u64]) -> [u64; N] {
        let (mut state, mut stay) = ([0; N], [0; N]);
        state.copy_from_slice(begin);
        stay.copy_from_slice(&self.tables.stay[self.batch.range()]);
        let (rows, _) = self.tables.rows[self.batch.rows..].as_chunks::<N>();
        for piece in self.name.chunks(LOOK) {
            for &byte in piece {
                let row = &rows[usize::from(self.tables.kinds[usize::from(byte)])];
                let mut next = [0; N];
                for at in 0..N {
                    let left = if at == 0 { state[N - 1] << 1 } else { state[at - 1] };
                    next[at] = left & row[at] | state[at] & stay[at];
                }
                state = next;
            }
            count(N * piece.len());
            if state.iter().fold(0, |any, word| any | word) == 0 {
                break;
            }
        }
        state
    }

    /// The same in any number of words.
    fn many(&self, begin: &[u64]) -> Vec<u64> {
        let words = self.batch.words;
        let stay = &self.tables.stay[self.batch.range()];
        let rows = &self.tables.rows[self.batch.rows..];
        let mut state = begin.to_vec();
        let mut next = vec![0; words];
        for &byte in self.name {
            let kind = usize::from(self.tables.kinds[usize::from(byte)]);
            let row = &rows[kind * words..(kind + 1) * words];
            next[0] = state[words - 1] << 1 & row[0] | state[0] & stay[0];
            let here = state[1..].iter().zip(&stay[1..]);
            let moved = state.iter().zip(&row[1..]);
            for ((next, (left, row)), (word, stay)) in next[1..].iter_mut().zip(moved).zip(here) {
                *next = left & row | word & stay;
            }
            std::mem::swap(&mut state, &mut next);
            count(words);
        }
        state
    }

    /// Moves the words of a directory into the directory whose name ends in the state `ends`; gives
    /// the last pattern that matches that directory.
    #[inline]
    fn advance(&self, words: &mut [u64], ends: &[u64]) -> Option<usize> {
        let (component, deep) = (&self.tables.component, &self.tables.deep);
        let masks = component[self.batch.range()].iter().zip(&deep[self.batch.range()]);
        let mut left = ends[ends.len() - 1] << 1;
        for ((word, &end), (component, deep)) in words.iter_mut().zip(ends).zip(masks) {
            *word = *word & deep | left & component;
            left = end;
        }
        self.tables.last_owner(self.batch, ends, &self.tables.accept_directory)
    }
}

#[cfg(test)]
thread_local! {
    /// How often this thread moved a word on by one byte.
    static STEPS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// Counts work, for the tests that hold how much of it there is.
#[cfg(test)]
fn count(steps: usize) {
    STEPS.with(|counted| counted.set(counted.get() + steps));
}

#[cfg(not(test))]
fn count(_: usize) {}

#[cfg(test)]
mod tests {
    use super::super::{Pattern, pieces};
    use super::*;

    fn automaton<'t>(texts: impl IntoIterator<Item = &'t str>) -> Automaton {
        let pattern = |text| Pattern::of_gitignore(&pieces(text).unwrap());
        Automaton::new(&texts.into_iter().map(pattern).collect::<Vec<_>>())
    }

    /// The last pattern that matches the file `path`, and the steps that this took. Of the
    /// directories above it none matches.
    fn decide(automaton: &Automaton, path: &str) -> (Option<usize>, usize) {
        STEPS.set(0);
        let (above, name) = path.rsplit_once('/').unwrap_or(("", path));
        let mut level = automaton.top().clone();
        for name in above.split('/').filter(|name| !name.is_empty()) {
            assert_eq!(automaton.enter(&mut level, name.as_bytes()), None, "{name}");
        }
        (automaton.last_match(&level, name.as_bytes(), false), STEPS.get())
    }

    /// Words that the patterns of `automaton` fill.
    fn words(automaton: &Automaton) -> usize {
        automaton.tables.start.len()
    }

    /// A name in which every part of a hostile pattern can begin anywhere.
    fn long() -> String {
        "ab".repeat(2_000)
    }

    #[test]
    fn a_directory_leads_on_while_a_pattern_can_match_below_it() {
        let leads_on = |pattern: &str, names: &[&str]| {
            let automaton = automaton([pattern]);
            let mut level = automaton.top().clone();
            for name in names {
                let _ = automaton.enter(&mut level, name.as_bytes());
            }
            automaton.leads_on(&level)
        };
        for (pattern, names, expected) in [
            ("name", &["a", "b"][..], true),
            ("*.log", &["a", "b"], true),
            ("/a/b/c", &["a"], true),
            ("/a/b/c", &["x"], false),
            ("/a/*", &["a"], true),
            ("/a/*", &["x", "y"], false),
        ] {
            assert_eq!(leads_on(pattern, names), expected, "{pattern} below {names:?}");
        }
    }

    #[test]
    fn a_step_a_word_and_a_byte_is_the_most_that_any_pattern_takes() {
        let stars = "*a".repeat(500) + "*x";
        let marks = format!("*a{}a*z", "?".repeat(300));
        let classes = format!("*{}x", "[!x]".repeat(300));
        for pattern in [&*stars, &marks, &classes, "*a?????????????a*z1", "*a*b*a*b*a*b*x"] {
            let automaton = automaton([pattern]);
            let (matched, steps) = decide(&automaton, &long());
            assert_eq!(matched, None);
            assert!(steps <= words(&automaton) * long().len(), "{pattern}: {steps}");
            assert!(words(&automaton) * 64 <= pattern.len() * 2 + 64, "{pattern}");
        }
    }

    #[test]
    fn directories_at_any_depth_cost_no_more_than_names() {
        let deep = "**/a/".repeat(100) + "b";
        let automaton = automaton([&*deep, "**/a/**/a/**/a/**/b", "/**/?/**/?/**/x"]);
        let path = "a/".repeat(255) + "c";
        let (matched, steps) = decide(&automaton, &path);
        assert_eq!(matched, None);
        assert!(steps > 0 && steps <= words(&automaton) * path.len(), "{steps}");
    }

    #[test]
    fn ten_times_the_patterns_take_ten_times_the_steps() {
        let some = |count: usize| -> Vec<String> {
            (0..count).map(|at| format!("*a{}a*z{at:03}*", "?".repeat(12 + at % 40))).collect()
        };
        let steps = |count| decide(&automaton(some(count).iter().map(|text| &**text)), &long()).1;
        // Both lists have patterns of all 40 lengths, as many of each.
        let (few, many) = (steps(80), steps(800));
        // The last batch of each may be half empty.
        let batch = BATCH * long().len();
        assert!(few > 0 && many <= 10 * few + batch, "{few} and {many}");
        assert!(many <= 800 * long().len(), "less than a word a pattern: {many}");
    }

    #[test]
    fn what_cannot_match_any_more_takes_no_steps() {
        let ended = automaton(["x?y", "[k-z]*", "/top/*/x?", "a*b"]);
        let (matched, steps) = decide(&ended, &format!("c{}", long()));
        assert_eq!((matched, steps), (None, LOOK * words(&ended)));
        let (short, ending) = (automaton(["*?*????", "?????"]), automaton(["*a?x", "*[c-z]"]));
        assert_eq!(decide(&short, "abc"), (None, 0));
        assert_eq!(decide(&ending, &long()), (None, 0));
        assert_eq!(
            decide(&ending, &(long() + "ax")),
            (Some(1), words(&ending) * (long().len() + 2))
        );
        let literal = automaton_of_literals();
        assert_eq!(decide(&literal, &format!("src/{}", long())), (None, 0));
        assert_eq!(decide(&literal, "src/out.js"), (Some(2), 0));
        assert_eq!(decide(&literal, "other/node_modules"), (Some(0), 0));
    }

    fn automaton_of_literals() -> Automaton {
        automaton(["node_modules", "/cache/", "src/out.js"])
    }

    #[test]
    fn a_pattern_of_any_length_matches_what_it_spells() {
        for length in [1, 61, 62, 63, 64, 65, 127, 128, 500, 511, 512, 513, 600, 4_000] {
            let (name, other) = ("n".repeat(length) + "x", "n".repeat(length) + "y");
            // With others beside it, which move it across the words.
            let pattern = format!("?{}[x]", "n".repeat(length - 1));
            for before in 0..3 {
                let mut patterns = vec!["a*"; before];
                patterns.extend([&*pattern, "*q"]);
                let automaton = automaton(patterns);
                assert_eq!(decide(&automaton, &name).0, Some(before), "{length}");
                assert_eq!(decide(&automaton, &other).0, None, "{length}");
            }
        }
    }
}
