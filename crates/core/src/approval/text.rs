//! One text for one meaning: the canonical form of policies and grants, and what they share.

use std::fmt::Write as _;

use crate::seal::quoted;

/// What a file says that is not its one canonical text: the first line that differs, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deviation {
    /// The number of the line.
    pub line: usize,
    /// What stands there; empty behind the end.
    pub found: String,
    /// What the canonical text has there; empty behind the end.
    pub expected: String,
}

/// Where `found` first differs from the canonical text `expected`.
pub(super) fn deviation(found: &str, expected: &str) -> Option<Deviation> {
    if found == expected {
        return None;
    }
    let (mut there, mut wanted) = (found.split('\n'), expected.split('\n'));
    let mut line = 0;
    loop {
        line += 1;
        let (found, expected) = (there.next(), wanted.next());
        if found != expected || found.is_none() {
            let text = |line: Option<&str>| cut(line.unwrap_or_default());
            return Some(Deviation { line, found: text(found), expected: text(expected) });
        }
    }
}

/// The beginning of `text`, for a message: a file under attack must not fill the output by one line.
pub(super) fn cut(text: &str) -> String {
    const QUOTED: usize = 300;
    text.chars().take(QUOTED).collect()
}

/// `KEY = "VALUE"` and a line end.
pub(super) fn push_text(out: &mut String, key: &str, value: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{key} = {}", quoted(value));
}

/// `KEY = ["VALUE", ...]` and a line end.
pub(super) fn push_list(out: &mut String, key: &str, values: &[String]) {
    let values: Vec<String> = values.iter().map(|value| quoted(value)).collect();
    let _ = writeln!(out, "{key} = [{}]", values.join(", "));
}

/// Whether `text` is a name in kebab-case: words of lower-case letters and digits, the first one
/// begun by a letter, joined by single hyphens; at most 64 bytes.
pub(super) fn is_kebab(text: &str) -> bool {
    let word = |word: &str| {
        !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    text.len() <= 64
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.split('-').all(word)
}

/// The line, from 1, that an error of the TOML reader is about.
pub(super) fn line_of(text: &str, error: &toml::de::Error) -> usize {
    let before = error.span().and_then(|span| text.get(..span.start));
    1 + before.unwrap_or_default().matches('\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_that_differs_is_named() {
        let told =
            |found, expected| deviation(found, expected).map(|d| (d.line, d.found, d.expected));
        let of =
            |line, found: &str, expected: &str| Some((line, found.to_owned(), expected.to_owned()));
        assert_eq!(told("a\nb\n", "a\nb\n"), None);
        assert_eq!(told("a\r\nb\n", "a\nb\n"), of(1, "a\r", "a"));
        assert_eq!(told("a\n", "a\nb\n"), of(2, "", "b"));
        assert_eq!(told("a\nb\nc\n", "a\nb\n"), of(3, "c", ""));
        assert_eq!(told("a\nb", "a\nb\n"), of(3, "", ""));
    }

    #[test]
    fn kebab_case_is_what_it_is_everywhere() {
        for good in ["apply", "real-run", "v2", "a1-b2-3"] {
            assert!(is_kebab(good), "{good}");
        }
        for bad in ["", "-a", "a-", "a--b", "A", "a_b", "1a", "a b", "ä", &"a".repeat(65)] {
            assert!(!is_kebab(bad), "{bad}");
        }
    }
}
