//! Markdown that hosts render: a name is code, nothing in it can end that, and a page is no longer
//! than hosts keep.

use crate::printable::printable_str;

/// The most that is written, in bytes: hosts drop a summary above 1 MiB as a whole.
pub(super) const LONGEST: usize = 900 << 10;

/// What is kept free of that for the words that close a page.
const RESERVE: usize = 8 << 10;

/// `name` as a code span, which may stand in a table.
///
/// Renderers do not agree on what a backtick, a pipe or a tag does in there, so none is left in:
/// they take the escapes that names have anyway.
pub(super) fn code(name: &str) -> String {
    let mut span = String::from("`");
    for c in printable_str(name).chars() {
        match c {
            '`' => span.push_str("\\x60"),
            '|' => span.push_str("\\x7c"),
            '<' => span.push_str("\\x3c"),
            c => span.push(c),
        }
    }
    if name.is_empty() {
        span.push(' ');
    }
    span.push('`');
    span
}

/// A page that grows until it is full.
#[derive(Debug, Default)]
pub(super) struct Page {
    text: String,
}

impl Page {
    /// Adds `text`, unless the page would then take more than `share` hundredths of what it may.
    pub(super) fn add(&mut self, text: &str, share: usize) -> bool {
        let fits = self.text.len() + text.len() <= (LONGEST - RESERVE) / 100 * share;
        if fits {
            self.text.push_str(text);
        }
        fits
    }

    /// Adds what must not be missing; it is short.
    pub(super) fn close(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// The whole of it.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.text.into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_name_ends_the_code_that_it_is() {
        let cases = [
            ("a/b.js", "`a/b.js`"),
            ("", "` `"),
            ("`", r"`\x60`"),
            ("``` `a", r"`\x60\x60\x60 \x60a`"),
            ("a|b", r"`a\x7cb`"),
            (r"a\|b", r"`a\\\x7cb`"),
            ("</details><script>", r"`\x3c/details>\x3cscript>`"),
            ("*a* _b_ [c](d) &amp;", "`*a* _b_ [c](d) &amp;`"),
            ("a\n\n# b", r"`a\n\n# b`"),
            (" ", r"`\x20`"),
            ("##[x]", r"`#\x23[x]`"),
        ];
        for (name, span) in cases {
            assert_eq!(code(name), span);
        }
    }

    #[test]
    fn a_full_page_takes_nothing_but_its_end() {
        let mut page = Page::default();
        let half = "x".repeat(LONGEST / 2);
        assert!(!page.add(&half, 40) && page.add(&half, 60) && !page.add(&half, 100));
        page.close("end");
        assert_eq!(page.into_bytes().len(), LONGEST / 2 + 3);
    }
}
