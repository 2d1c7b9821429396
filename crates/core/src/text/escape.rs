//! Text that is safe to show: every name and every message is taken as hostile.
//!
//! A name may try to move the cursor, to look like another name, or to speak to the machine that
//! reads the log: CI runners take commands from plain output. GitHub's trims white space
//! (U+0085 too), then looks for `::name ...::`; the older `##[name]` counts anywhere in a line, and
//! so does Azure's `##vso[`. Here no two colons and no two number signs stay side by side.
//!
//! Two forms: [`printable`] for names can be read back without doubt, because a backslash is
//! doubled; [`message`] for sentences keeps backslashes, because they quote names that were
//! escaped already, and commands that must work when they are pasted.
//!
//! `\xNN` is always one byte, `\u{N}` one character.

use std::borrow::Cow;
use std::fmt::Write as _;

use unicode_normalization::char::is_combining_mark;

/// A name, as it may be shown; borrowed if nothing in it needs escaping.
///
/// No two names look the same: no line break, no invisible character, no white space but single
/// spaces inside. So two spaces in a row, or a colon and a space, always end a name.
#[must_use]
pub fn printable(name: &[u8]) -> Cow<'_, str> {
    escape(name, Form::Name)
}

/// [`printable`] for a name that is known to be UTF-8.
#[must_use]
pub fn printable_str(name: &str) -> Cow<'_, str> {
    printable(name.as_bytes())
}

/// A sentence that may quote hostile text, as it may be shown.
///
/// Plain spaces and backslashes stay; all else is escaped as in a name.
#[must_use]
pub fn message(text: &str) -> Cow<'_, str> {
    escape(text.as_bytes(), Form::Message)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Name,
    Message,
}

/// What stands around a character, which decides about colons, number signs and spaces.
#[derive(Clone, Copy)]
struct Place {
    before: Option<char>,
    last: bool,
}

fn escape(bytes: &[u8], form: Form) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes)
        && places(text, None, true).all(|(c, place)| stays(c, place, form))
    {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(bytes.len() + 16);
    let mut before = None;
    let mut rest = bytes;
    for chunk in bytes.utf8_chunks() {
        rest = &rest[chunk.valid().len() + chunk.invalid().len()..];
        let last = rest.is_empty() && chunk.invalid().is_empty();
        for (c, place) in places(chunk.valid(), before, last) {
            if stays(c, place, form) {
                shown.push(c);
            } else {
                push_escaped(&mut shown, c);
            }
        }
        for byte in chunk.invalid() {
            // Writing to a `String` cannot fail.
            let _ = write!(shown, "\\x{byte:02x}");
        }
        before = Some(char::REPLACEMENT_CHARACTER);
    }
    Cow::Owned(shown)
}

/// Each character of `text` with its place; `before` stands in front of the first one, and `last`
/// says whether nothing follows the final one.
fn places(
    text: &str,
    before: Option<char>,
    last: bool,
) -> impl Iterator<Item = (char, Place)> + '_ {
    let mut before = before;
    text.char_indices().map(move |(at, c)| {
        let place = Place { before, last: last && at + c.len_utf8() == text.len() };
        before = Some(c);
        (c, place)
    })
}

/// Whether `c` can be shown as it is.
fn stays(c: char, place: Place, form: Form) -> bool {
    let Place { before, last } = place;
    let name = form == Form::Name;
    match c {
        ' ' => !name || !(last || matches!(before, None | Some(' '))),
        // At the edge of a name as well: what is printed beside it may be a colon.
        ':' => before != Some(':') && !(name && (last || before.is_none())),
        '#' => before != Some('#'),
        '\\' => !name,
        ' '..='~' => true,
        _ => !(hidden(c) || before.is_none() && is_combining_mark(c)),
    }
}

fn push_escaped(shown: &mut String, c: char) {
    match c {
        '\n' => shown.push_str("\\n"),
        '\r' => shown.push_str("\\r"),
        '\t' => shown.push_str("\\t"),
        '\\' => shown.push_str("\\\\"),
        // Writing to a `String` cannot fail.
        _ if c.is_ascii() => drop(write!(shown, "\\x{:02x}", u32::from(c))),
        _ => drop(write!(shown, "\\u{{{:x}}}", u32::from(c))),
    }
}

/// Whether `c` is a control, or draws nothing, blank space, or whatever a font likes: categories
/// Cc, Zs, Zl, Zp and Co, the property `Default_Ignorable_Code_Point`, and the blank Braille cell.
fn hidden(c: char) -> bool {
    c.is_control()
        || c.is_whitespace()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{2800}' | '\u{3164}'
            | '\u{e000}'..='\u{f8ff}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffc}'
            | '\u{fffe}'..='\u{ffff}'
            | '\u{13430}'..='\u{1343f}'
            | '\u{16fe4}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d159}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
            | '\u{f0000}'..='\u{10ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_shown_so_that_nothing_in_it_can_hide_or_act() {
        let cases: &[(&[u8], &str)] = &[
            (b"a\nb\rc\td", r"a\nb\rc\td"),
            (b"\x1b[31m\x07\x7f\0", r"\x1b[31m\x07\x7f\x00"),
            ("\u{85}::x".as_bytes(), r"\u{85}:\x3ax"),
            ("a\u{202e}b\u{2066}\u{61c}".as_bytes(), r"a\u{202e}b\u{2066}\u{61c}"),
            ("\u{2028}\u{2029}".as_bytes(), r"\u{2028}\u{2029}"),
            ("a\u{200b}\u{feff}\u{ad}\u{180e}".as_bytes(), r"a\u{200b}\u{feff}\u{ad}\u{180e}"),
            ("\u{e0041}\u{fff9}\u{3164}".as_bytes(), r"\u{e0041}\u{fff9}\u{3164}"),
            (b"\xff", r"\xff"),
            (b"a\xed\xa0\x80b", r"a\xed\xa0\x80b"),
            (b"a\xe2\x80", r"a\xe2\x80"),
            (b" a ", r"\x20a\x20"),
            (b" ", r"\x20"),
            (b"a  b c", r"a \x20b c"),
            (b"\xff ", r"\xff\x20"),
            (b" \xff", r"\x20\xff"),
            (b"a\xff b:c", r"a\xff b:c"),
            (b"\xff:x", r"\xff:x"),
            ("a\u{a0}b\u{3000}".as_bytes(), r"a\u{a0}b\u{3000}"),
            (b"::error::x", r"\x3a\x3aerror:\x3ax"),
            (b"a:::b:", r"a:\x3a\x3ab\x3a"),
            (b"C:/x", "C:/x"),
            (b"x##[set-output name=v;]pass", r"x#\x23[set-output name=v;]pass"),
            (b"##vso[task]", r"#\x23vso[task]"),
            (b"###[", r"#\x23\x23["),
            (b"c#[d]#", "c#[d]#"),
            (b"a\\n", r"a\\n"),
            ("\u{301}e\u{301}".as_bytes(), "\\u{301}e\u{301}"),
            ("日本語 é.txt".as_bytes(), "日本語 é.txt"),
            (b"", ""),
        ];
        for (name, shown) in cases {
            assert_eq!(printable(name), *shown);
        }
    }

    #[test]
    fn a_message_keeps_backslashes_and_spaces_and_nothing_else_that_a_name_loses() {
        let cases = [
            (r"a\x20b  c ", r"a\x20b  c "),
            (" ::x::", r" :\x3ax:\x3a"),
            ("a\nb\u{202e}", r"a\nb\u{202e}"),
            ("say: ##[x]", r"say: #\x23[x]"),
            ("in 'it'\\''s'", "in 'it'\\''s'"),
        ];
        for (text, shown) in cases {
            assert_eq!(message(text), shown);
        }
    }

    #[test]
    fn harmless_text_is_not_copied() {
        for name in ["dist/app.js", "日本語", "a b", "x:y", "#1", "e\u{301}"] {
            assert!(matches!(printable_str(name), Cow::Borrowed(_)), "{name}");
            assert!(matches!(message(name), Cow::Borrowed(_)), "{name}");
        }
        assert!(matches!(message(r"C:\x\y"), Cow::Borrowed(_)));
    }

    /// Undoes [`printable`].
    fn read_back(shown: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut rest = shown;
        while let Some(c) = rest.chars().next() {
            let escape = rest.get(1..2).filter(|_| c == '\\');
            let taken = match escape {
                None => {
                    bytes.extend_from_slice(c.to_string().as_bytes());
                    c.len_utf8()
                }
                Some("x") => {
                    bytes.push(u8::from_str_radix(&rest[2..4], 16).unwrap());
                    4
                }
                Some("u") => {
                    let end = rest.find('}').unwrap();
                    let scalar = u32::from_str_radix(&rest[3..end], 16).unwrap();
                    bytes.extend_from_slice(char::from_u32(scalar).unwrap().to_string().as_bytes());
                    end + 1
                }
                Some(letter) => {
                    bytes.push(match letter {
                        "n" => b'\n',
                        "r" => b'\r',
                        "t" => b'\t',
                        other => other.as_bytes()[0],
                    });
                    2
                }
            };
            rest = &rest[taken..];
        }
        bytes
    }

    #[test]
    fn every_character_and_every_byte_reads_back_as_what_it_was() {
        let scalars = ('\0'..=char::MAX).flat_map(|c| [format!("{c}"), format!("a{c}{c}b")]);
        for name in scalars {
            let shown = printable_str(&name);
            assert_eq!(read_back(&shown), name.as_bytes(), "{shown}");
            assert!(!shown.chars().any(char::is_control), "{name:?}");
            assert!(!shown.contains("::") && !shown.contains("##"), "{name:?}");
        }
        for high in 0..=255 {
            for low in 0..=255 {
                let name = [b'a', high, low];
                assert_eq!(read_back(&printable(&name)), name);
            }
        }
    }
}
