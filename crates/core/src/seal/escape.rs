//! Strings as a seal writes them: which characters are escaped, and how.
//!
//! Every string of a seal is a TOML basic string, and a text has exactly one form: what is
//! invisible, steers a terminal or reverses the reading order is escaped, all else stands as it
//! is. [`escape_of`] alone decides; the writer follows it and the reader holds a text to it.

use super::scan;

/// How a character is written that does not stand for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Escape {
    /// A backslash and this letter.
    Letter(u8),
    /// `\u` and this code point as four upper-case hexadecimal digits.
    Code(u32),
}

/// How `c` is escaped; `None` where it stands for itself.
pub(super) fn escape_of(c: char) -> Option<Escape> {
    let letter = match c {
        '"' => b'"',
        '\\' => b'\\',
        '\u{8}' => b'b',
        '\t' => b't',
        '\n' => b'n',
        '\u{c}' => b'f',
        '\r' => b'r',
        '\0'..='\u{1f}'
        | '\u{7f}'..='\u{9f}'
        | '\u{61c}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}'
        | '\u{feff}' => return Some(Escape::Code(c as u32)),
        _ => return None,
    };
    Some(Escape::Letter(letter))
}

/// The length of the beginning of `text` that is plain ASCII, which stands for itself.
fn plain_length(text: &str) -> usize {
    scan::not_plain(text.as_bytes()).unwrap_or(text.len())
}

/// Appends `text` as a string of a seal, quotes included.
pub fn push_string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    push_text(out, text);
    out.push(b'"');
}

/// `text` as a string of a seal, quotes included: the one form that it has in every file of the
/// seals directory.
#[must_use]
pub fn quoted(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len() + 2);
    push_string(&mut out, text);
    // Escaping makes text of text.
    String::from_utf8_lossy(&out).into_owned()
}

/// Appends `text` as it stands between the quotes.
pub(super) fn push_text(out: &mut Vec<u8>, text: &str) {
    let (plain, rest) = text.split_at(plain_length(text));
    out.extend_from_slice(plain.as_bytes());
    rest.chars().for_each(|c| push_char(out, c));
}

fn push_char(out: &mut Vec<u8>, c: char) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    match escape_of(c) {
        None => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        Some(Escape::Letter(letter)) => out.extend_from_slice(&[b'\\', letter]),
        Some(Escape::Code(code)) => {
            out.extend_from_slice(b"\\u");
            out.extend([12, 8, 4, 0].map(|shift| DIGITS[(code >> shift & 15) as usize]));
        }
    }
}

/// Takes a canonical string from the start of `text`: what it means, and what follows it.
///
/// The meaning lies in `text` itself, or in `scratch` where something was escaped. `None` is
/// any other form, such as an escape that the writer would not have chosen.
pub(super) fn take_string<'a, 't: 'a>(
    text: &'t str,
    scratch: &'a mut String,
) -> Option<(&'a str, &'t str)> {
    let body = text.strip_prefix('"')?;
    let plain = plain_length(body);
    if body.as_bytes().get(plain) == Some(&b'"') {
        return Some((&body[..plain], &body[plain + 1..]));
    }
    scratch.clear();
    scratch.push_str(&body[..plain]);
    let mut rest = &body[plain..];
    loop {
        let c = rest.chars().next()?;
        rest = match c {
            '"' => return Some((scratch, &rest[1..])),
            '\\' => {
                let (meant, after) = take_escape(rest)?;
                scratch.push(meant);
                after
            }
            _ if escape_of(c).is_some() => return None,
            _ => {
                scratch.push(c);
                &rest[c.len_utf8()..]
            }
        };
    }
}

/// Takes one escape, which must be the very one that the writer would choose.
fn take_escape(text: &str) -> Option<(char, &str)> {
    let bytes = text.as_bytes();
    let (meant, length) = match bytes.get(1)? {
        b'b' => ('\u{8}', 2),
        b't' => ('\t', 2),
        b'n' => ('\n', 2),
        b'f' => ('\u{c}', 2),
        b'r' => ('\r', 2),
        b'u' => {
            let code = text.get(2..6)?;
            (u32::from_str_radix(code, 16).ok().and_then(char::from_u32)?, 6)
        }
        &other => (char::from(other), 2),
    };
    let mut canonical = Vec::with_capacity(6);
    push_char(&mut canonical, meant);
    (bytes.get(..length)? == canonical).then(|| (meant, &text[length..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quoted(text: &str) -> String {
        let mut out = Vec::new();
        push_string(&mut out, text);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn every_character_has_one_form_and_is_read_back_from_it() {
        let mut scratch = String::new();
        for c in '\0'..=char::MAX {
            let form = quoted(&c.to_string());
            let (meant, rest) = take_string(&form, &mut scratch).unwrap();
            assert_eq!((meant, rest), (c.encode_utf8(&mut [0; 4]) as &str, ""), "{form}");
        }
    }

    #[test]
    fn escapes_are_the_ones_of_the_format() {
        let cases = [
            ("\u{8}\t\n\u{c}\r\"\\", r#""\b\t\n\f\r\"\\""#),
            ("\0\u{1}\u{b}\u{1b}\u{1f}\u{7f}", r#""\u0000\u0001\u000B\u001B\u001F\u007F""#),
            ("\u{80}\u{9f}\u{a0}", "\"\\u0080\\u009F\u{a0}\""),
            ("\u{61b}\u{61c}\u{61d}", "\"\u{61b}\\u061C\u{61d}\""),
            ("\u{200a}\u{200b}\u{200f}\u{2010}", "\"\u{200a}\\u200B\\u200F\u{2010}\""),
            ("\u{2027}\u{2028}\u{202e}\u{202f}", "\"\u{2027}\\u2028\\u202E\u{202f}\""),
            ("\u{205f}\u{2060}\u{2069}\u{206a}", "\"\u{205f}\\u2060\\u2069\u{206a}\""),
            ("\u{fefe}\u{feff}\u{ff00}", "\"\u{fefe}\\uFEFF\u{ff00}\""),
            ("é/ü \u{1f980}/'{", "\"é/ü \u{1f980}/'{\""),
        ];
        for (text, form) in cases {
            assert_eq!(quoted(text), form);
        }
    }

    #[test]
    fn another_form_of_the_same_string_is_refused() {
        let cases = [
            "",
            "a",
            "\"",
            "\"a",
            "\"\\",
            "\"\\\"",
            "\"\\u",
            "\"\\u00",
            "\"\\u0041\"",
            "\"\\u000A\"",
            "\"\\u0022\"",
            "\"\\u000b\"",
            "\"\\u200é\"",
            "\"\\u+00B\"",
            "\"\\uD800\"",
            "\"\\U0000000B\"",
            "\"\\x0B\"",
            "\"\\e\"",
            "\"\\/\"",
            "\"\\é\"",
            "\"\u{202e}\"",
            "\"\u{85}\"",
            "\"\t\"",
            "\"\u{7f}\"",
            "'a'",
        ];
        for text in cases {
            assert_eq!(take_string(text, &mut String::new()), None, "{text:?}");
        }
    }
}
