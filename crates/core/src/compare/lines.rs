//! The first lines in which two texts differ, for people. Pure.
//!
//! The answer costs a bounded number of steps whatever the texts are: what both begin and end with is
//! passed over, and in what is left only so many lines are compared with one another.

use std::iter::zip;

/// How many lines after the first difference are compared with one another.
const WINDOW: usize = 400;

/// How many characters of a line are shown, at most.
const SHOWN: usize = 120;

/// How many characters of what two lines have in common are shown before their first difference.
const CONTEXT: usize = 40;

/// The lines that differ between two texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineDifference {
    /// The first of them, in the order of the texts.
    pub lines: Vec<ChangedLine>,
    /// How many more differ, if they were counted.
    pub more: More,
}

/// How many lines differ beyond those that are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum More {
    /// So many.
    Lines(usize),
    /// Some, in a part of the texts that was not compared.
    Uncounted,
}

/// A line that only one of the texts has there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedLine {
    /// Which text has it.
    pub side: Side,
    /// Its number in that text, from 1.
    pub number: usize,
    /// What it says, without the line feed; cut where it is long.
    pub text: String,
}

/// One of the two texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The sealed one.
    Sealed,
    /// The one that is there.
    Observed,
}

/// The first `most` lines in which `observed` differs from `sealed`; `None` where one of them is no
/// text (it is not UTF-8, or holds a NUL), and where no line differs.
#[must_use]
pub fn line_difference(sealed: &[u8], observed: &[u8], most: usize) -> Option<LineDifference> {
    let (sealed, observed) = (lines(sealed)?, lines(observed)?);
    let before = zip(&sealed, &observed).take_while(|(a, b)| a == b).count();
    let (sealed, observed) = (&sealed[before..], &observed[before..]);
    let after = zip(sealed.iter().rev(), observed.iter().rev()).take_while(|(a, b)| a == b).count();
    let (sealed, observed) = (&sealed[..sealed.len() - after], &observed[..observed.len() - after]);
    let is_partial = sealed.len().max(observed.len()) > WINDOW;
    let window = |lines: &[&str]| lines.len().min(WINDOW);
    let mut changed = changed(&sealed[..window(sealed)], &observed[..window(observed)]);
    if changed.is_empty() {
        return None;
    }
    let hidden = changed.len().saturating_sub(most);
    changed.truncate(most);
    let mut lines: Vec<ChangedLine> = changed
        .into_iter()
        .map(|(side, at, text)| ChangedLine {
            side,
            number: before + at + 1,
            text: text.to_owned(),
        })
        .collect();
    shorten(&mut lines);
    Some(LineDifference {
        lines,
        more: if is_partial { More::Uncounted } else { More::Lines(hidden) },
    })
}

/// The lines of a text; `None` for anything else.
fn lines(bytes: &[u8]) -> Option<Vec<&str>> {
    let text = std::str::from_utf8(bytes).ok().filter(|text| !text.contains('\0'))?;
    Some(text.split_inclusive('\n').collect())
}

/// A line that one side has and the other has not: the side, its index there, and the line.
type Changed<'t> = (Side, usize, &'t str);

/// What of `sealed` and `observed` is in no longest common subsequence of both, in the order of the
/// texts, removed lines first.
fn changed<'t>(sealed: &[&'t str], observed: &[&'t str]) -> Vec<Changed<'t>> {
    // `common[a][b]`: how many lines of `sealed[a..]` and `observed[b..]` are common, in one row after
    // the other.
    let width = observed.len() + 1;
    let mut common = vec![0_u16; (sealed.len() + 1) * width];
    for a in (0..sealed.len()).rev() {
        for b in (0..observed.len()).rev() {
            common[a * width + b] = if sealed[a] == observed[b] {
                common[(a + 1) * width + b + 1] + 1
            } else {
                common[(a + 1) * width + b].max(common[a * width + b + 1])
            };
        }
    }
    let (mut a, mut b) = (0, 0);
    let mut changed = Vec::new();
    while a < sealed.len() || b < observed.len() {
        if a < sealed.len() && b < observed.len() && sealed[a] == observed[b] {
            (a, b) = (a + 1, b + 1);
        } else if a < sealed.len()
            && (b == observed.len() || common[(a + 1) * width + b] >= common[a * width + b + 1])
        {
            changed.push((Side::Sealed, a, sealed[a]));
            a += 1;
        } else {
            changed.push((Side::Observed, b, observed[b]));
            b += 1;
        }
    }
    changed
}

/// Cuts long lines. A line that stands in the place of another one is cut where the two differ.
fn shorten(lines: &mut [ChangedLine]) {
    let mut at = 0;
    while at < lines.len() {
        let removed = run(&lines[at..], Side::Sealed);
        let added = run(&lines[at + removed..], Side::Observed);
        let (old, new) = lines[at..at + removed + added].split_at_mut(removed);
        let pairs = old.len().min(new.len());
        for (old, new) in zip(&mut *old, &mut *new) {
            let same = zip(old.text.chars(), new.text.chars()).take_while(|(a, b)| a == b).count();
            old.text = cut(&old.text, same);
            new.text = cut(&new.text, same);
        }
        for alone in old[pairs..].iter_mut().chain(&mut new[pairs..]) {
            alone.text = cut(&alone.text, 0);
        }
        at += removed + added;
    }
}

/// How many of `lines` from the first on are of `side`.
fn run(lines: &[ChangedLine], side: Side) -> usize {
    lines.iter().take_while(|line| line.side == side).count()
}

/// The part of `line` around the character `at`, without the line feed.
fn cut(line: &str, at: usize) -> String {
    let line = line.strip_suffix('\n').unwrap_or(line);
    let skipped = if at > SHOWN - CONTEXT { at - CONTEXT } else { 0 };
    let mut rest = line.chars().skip(skipped);
    let shown: String = rest.by_ref().take(SHOWN).collect();
    let begin = if skipped > 0 { "..." } else { "" };
    let end = if rest.next().is_some() { "..." } else { "" };
    format!("{begin}{shown}{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The difference as people see it: `NUMBER-TEXT` and `NUMBER+TEXT`.
    fn shown(sealed: &str, observed: &str) -> Vec<String> {
        let Some(difference) = line_difference(sealed.as_bytes(), observed.as_bytes(), 6) else {
            return Vec::new();
        };
        let line = |line: &ChangedLine| {
            let sign = if line.side == Side::Sealed { '-' } else { '+' };
            format!("{}{sign}{}", line.number, line.text)
        };
        let mut all: Vec<String> = difference.lines.iter().map(line).collect();
        match difference.more {
            More::Lines(0) => {}
            More::Lines(more) => all.push(format!("{more} more")),
            More::Uncounted => all.push("more".to_owned()),
        }
        all
    }

    #[test]
    fn the_lines_that_differ_are_found() {
        let cases: [(&str, &str, &[&str]); 9] = [
            ("a\nb\nc\n", "a\nx\nc\n", &["2-b", "2+x"]),
            ("a\nb\n", "a\nb\nc\n", &["3+c"]),
            ("a\nb\n", "b\n", &["1-a"]),
            ("", "a\n", &["1+a"]),
            ("a\n", "a\n", &[]),
            // The last line alone lacks its line feed.
            ("a\nb", "a\nb\n", &["2-b", "2+b"]),
            ("a\nb\nc\nd\n", "a\nx\nc\ny\n", &["2-b", "2+x", "4-d", "4+y"]),
            ("1\n2\n3\n4\n5\n", "", &["1-1", "2-2", "3-3", "4-4", "5-5"]),
            ("1\n2\n3\n4\n", "a\nb\nc\nd\n", &["1-1", "2-2", "3-3", "4-4", "1+a", "2+b", "2 more"]),
        ];
        for (sealed, observed, expected) in cases {
            assert_eq!(shown(sealed, observed), expected, "{sealed:?} {observed:?}");
        }
    }

    #[test]
    fn a_long_line_is_cut_where_it_differs() {
        let line = |middle: &str| format!("{}{middle}{}", "x".repeat(500), "y".repeat(500));
        let around = |middle: &str| {
            let after = SHOWN - CONTEXT - middle.len();
            format!("...{}{middle}{}...", "x".repeat(CONTEXT), "y".repeat(after))
        };
        let expected = [format!("1-{}", around("old")), format!("1+{}", around("newer"))];
        assert_eq!(shown(&line("old"), &line("newer")), expected);
    }

    #[test]
    fn what_is_no_text_has_no_lines() {
        for bytes in [&b"a\0b\n"[..], b"\xff\n"] {
            assert_eq!(line_difference(bytes, b"a\n", 6), None);
            assert_eq!(line_difference(b"a\n", bytes, 6), None);
        }
    }

    #[test]
    fn texts_of_any_length_are_compared_in_part() {
        let numbered = |word: &str| {
            (0..100_000).map(|at| format!("{word} {at}\n")).collect::<Vec<_>>().concat()
        };
        let difference = shown(&numbered("a"), &numbered("b"));
        assert_eq!(difference[0], "1-a 0");
        assert_eq!(difference[6], "more");
    }
}
