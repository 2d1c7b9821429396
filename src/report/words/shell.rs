//! Words for a POSIX shell, for commands that people paste.

use std::fmt::Write as _;

use sealgate_core::text::escape::message;

/// `word` so that a shell takes it as one word and printing it changes nothing.
///
/// Plain words stay bare; others stand in single quotes. What may not be shown as it is, and a backtick, which
/// ends a command in the formats that set it apart, takes the `$'...'` form of POSIX.1-2024 with octal bytes: a
/// shell without it finds no such file, which is better than the wrong one.
#[must_use]
pub fn quote(word: &[u8]) -> String {
    match std::str::from_utf8(word) {
        Ok(text) if is_bare(word) => text.to_owned(),
        Ok(text) if message(text) == text && !text.contains('`') => {
            format!("'{}'", text.replace('\'', r"'\''"))
        }
        _ => octal(word),
    }
}

pub(crate) fn is_bare(word: &[u8]) -> bool {
    !word.is_empty() && word.iter().all(|&byte| is_plain(byte))
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'/' | b'-')
}

fn octal(word: &[u8]) -> String {
    let mut text = String::from("$'");
    for &byte in word {
        if is_plain(byte) {
            text.push(char::from(byte));
        } else {
            // Writing to a `String` cannot fail.
            let _ = write!(text, "\\{byte:03o}");
        }
    }
    text + "'"
}

/// The git pathspec, quoted, for exactly `path` below the top of the repository, wherever in it
/// the user is. The short form `:/` takes `_`, `-`, `!` and more for further magic, and both take
/// `*`, `?` and `[` for wildcards, unless told otherwise.
#[must_use]
pub fn pathspec(path: &[u8]) -> String {
    let plain = path.iter().all(|&byte| is_plain(byte));
    let head: &[u8] = match path {
        b"." => return quote(b":/"),
        [first, ..] if plain && (first.is_ascii_alphanumeric() || *first == b'.') => b":/",
        _ => b":(top,literal)",
    };
    quote(&[head, path].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_needs_quoting_is_quoted() {
        let cases: &[(&[u8], &str)] = &[
            (b"dist/app-1.2_x.js", "dist/app-1.2_x.js"),
            (b"", "''"),
            (b"a b", "'a b'"),
            (b"it's", r"'it'\''s'"),
            (b"$(rm -r .)\"\\", "'$(rm -r .)\"\\'"),
            (b"`id`", r"$'\140id\140'"),
            (b"~/x", "'~/x'"),
            (b"a\nb", r"$'a\012b'"),
            (b"##[x]'", r"$'\043\043\133x\135\047'"),
            (b"::x", r"$'\072\072x'"),
            ("é".as_bytes(), "'é'"),
            ("\u{202e}x".as_bytes(), r"$'\342\200\256x'"),
            (b"\xff", r"$'\377'"),
        ];
        for (word, quoted) in cases {
            assert_eq!(quote(word), *quoted);
        }
    }

    #[test]
    fn a_pathspec_takes_the_short_form_only_where_git_reads_it_so() {
        let cases = [
            (".", "':/'"),
            ("dist", "':/dist'"),
            (".next/x", "':/.next/x'"),
            ("_site", "':(top,literal)_site'"),
            ("-x", "':(top,literal)-x'"),
            ("!x", "':(top,literal)!x'"),
            ("a*b", "':(top,literal)a*b'"),
            ("it's", r"':(top,literal)it'\''s'"),
        ];
        for (path, spec) in cases {
            assert_eq!(pathspec(path.as_bytes()), spec);
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_shell_reads_every_byte_back_and_printing_changes_none() {
        let every_byte = (1..=255_u8).flat_map(|byte| [vec![byte], vec![b'a', byte, byte, b'b']]);
        let words: Vec<Vec<u8>> = every_byte
            .chain(
                ["é\u{301}", "\u{301}", "\u{202e}", "a\n", "\n", " ", "!x", "日本"].map(Vec::from),
            )
            .collect();
        let quoted: Vec<String> = words.iter().map(|word| quote(word)).collect();
        for word in &quoted {
            assert_eq!(message(word), *word);
        }
        let script = format!("printf '%s\\0' {}", quoted.join(" "));
        #[expect(clippy::disallowed_methods, reason = "the judge of what is quoted")]
        let output = std::process::Command::new("bash").args(["-c", &script]).output().unwrap();
        let read: Vec<&[u8]> = output.stdout.split(|&byte| byte == 0).collect();
        assert_eq!(read[..words.len()], words);
    }
}
