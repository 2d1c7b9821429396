//! Markdown that hosts render: a name is code, nothing in it can end that, and a page is no longer
//! than hosts keep.
//!
//! Hosts make more than Markdown of plain text: `@name`, `#1`, `GH-1`, the id of a commit and
//! `www.` become links after the page is parsed, where no backslash helps. Inside code they do not.
//! So of a sentence only words of plain letters stay prose.

use sealgate_core::text::escape::{message, printable_str};

use crate::report::words::text;

/// The most that is written, in bytes: hosts drop a summary above 1 MiB as a whole.
pub(crate) const LONGEST: usize = 900 << 10;

/// What is kept free of that for the words that close a page.
const RESERVE: usize = 8 << 10;

/// `name` as a code span, which may stand in a table.
///
/// Renderers do not agree on what a backtick, a pipe or a tag does in there, so none is left in:
/// they take the escapes that names have anyway.
pub(crate) fn code(name: &str) -> String {
    span(&printable_str(name))
}

/// A sentence as a code span, which may stand in a table.
pub(crate) fn quoted(text: &str) -> String {
    span(&message(text))
}

/// What may be shown, as a code span.
pub(crate) fn span(shown: &str) -> String {
    let mut span = String::from("`");
    for c in shown.chars() {
        match c {
            '`' => span.push_str("\\x60"),
            '|' => span.push_str("\\x7c"),
            '<' => span.push_str("\\x3c"),
            c => span.push(c),
        }
    }
    if shown.trim().is_empty() {
        span.push(' ');
    }
    span.push('`');
    span
}

/// A sentence that may quote hostile text, as prose: commands in backticks and every word that is
/// not plain letters become code. Not for tables.
pub(crate) fn prose(text: &str) -> String {
    let shown = message(text);
    let mut said = String::new();
    for (number, part) in shown.split('`').enumerate() {
        if number % 2 == 1 {
            push(&mut said, &format!("`{part}`"));
            continue;
        }
        for (number, word) in part.split(' ').enumerate() {
            if number > 0 {
                said.push(' ');
            }
            push_word(&mut said, word);
        }
    }
    said
}

/// Adds a word of prose, as it is or as code; the marks around it stay outside.
fn push_word(said: &mut String, word: &str) {
    let inner = word.trim_start_matches('(');
    said.push_str(&word[..word.len() - inner.len()]);
    let core = inner.trim_end_matches([',', '.', ';', ':', ')', '?', '!']);
    let letters = |part: &str| part.bytes().all(|byte| byte.is_ascii_alphabetic());
    // Hosts take seven hex digits or more for the id of a commit.
    let id = |part: &str| part.len() >= 7 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let plain = |part: &str| !part.is_empty() && letters(part) && !id(part);
    if core.is_empty() || core.split(['-', '\'']).all(plain) {
        said.push_str(core);
    } else {
        push(said, &span(core));
    }
    said.push_str(&inner[core.len()..]);
}

/// Adds a code span: two that touch would be one with other ends, and one of nothing is none.
fn push(said: &mut String, span: &str) {
    if said.ends_with('`') {
        said.push(' ');
    }
    if span != "``" {
        said.push_str(span);
    }
}

/// Commands, a line each, to be copied.
pub(crate) fn commands(lines: &[&str]) -> String {
    let shown: Vec<String> = lines.iter().map(|line| message(line).into_owned()).collect();
    block("sh", &shown)
}

/// Lines that may be shown, in a block of the language `language` that nothing in them can close.
pub(crate) fn block(language: &str, lines: &[String]) -> String {
    let longest = lines.iter().flat_map(|line| line.split(|c| c != '`')).map(str::len).max();
    let fence = "`".repeat(longest.unwrap_or(0).max(2) + 1);
    format!("{fence}{language}\n{}\n{fence}\n", lines.join("\n"))
}

/// A page that grows until it is full.
#[derive(Debug, Default)]
pub(crate) struct Page {
    text: String,
}

impl Page {
    /// Adds `text`, unless the page would then take more than `share` hundredths of what it may.
    pub(crate) fn add(&mut self, text: &str, share: usize) -> bool {
        let fits = self.text.len() + text.len() <= (LONGEST - RESERVE) / 100 * share;
        if fits {
            self.text.push_str(text);
        }
        fits
    }

    /// Adds `lines` up to `share`, and tells how many of `what` are left out.
    pub(crate) fn list(&mut self, lines: &[String], share: usize, what: &str) {
        let shown = lines.iter().take_while(|line| self.add(line, share)).count();
        if shown < lines.len() {
            let hidden = text::grouped(lines.len() - shown);
            self.close(&format!("\n**{hidden} more {what} are not shown.**\n"));
        }
    }

    /// Adds what must not be missing; it is short.
    pub(crate) fn close(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// The whole of it.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
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
    fn of_a_sentence_only_words_of_letters_stay_prose() {
        let cases = [
            ("Give it its sealed name back.", "Give it its sealed name back."),
            ("Ask @user about #1, GH-2.", "Ask `@user` about `#1`, `GH-2`."),
            ("at deadbeef. Faded", "at `deadbeef`. Faded"),
            ("see http://x.y or www.x.y", "see `http://x.y` or `www.x.y`"),
            (
                "at 1a2b3c4 (a.b): it's upload-artifact",
                "at `1a2b3c4` (`a.b`): it's upload-artifact",
            ),
            ("run `git restore -- 'a b'`, or not.", "run `git restore -- 'a b'`, or not."),
            ("<b> [x](y) *a* _b_ &amp;", r"`\x3cb>` `[x](y`) `*a*` `_b_` `&amp`;"),
            ("x#`#1`#y", "`x#` `#1` `#y`"),
            ("a `` b ` c @d", "a  b ` c @d`"),
            ("a\n# b", r"`a\n#` b"),
            ("", ""),
        ];
        for (text, said) in cases {
            assert_eq!(prose(text), said);
        }
    }

    #[test]
    fn nothing_closes_a_block_of_commands() {
        assert_eq!(commands(&["sealgate seal dist"]), "```sh\nsealgate seal dist\n```\n");
        assert_eq!(commands(&["a '````'\n`", "b"]), "`````sh\na '````'\\n`\nb\n`````\n");
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
