//! Why two builds of one source may differ, as far as the bytes of one file tell. Pure.

/// What the difference of two files looks like. It is a hint for people and decides nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resemblance {
    /// A date, a time of day, or seconds since 1970.
    Time,
    /// A path of the machine: a directory for temporary files, a home, or where the build ran.
    Path,
    /// The same lines or words in another order.
    Order,
}

impl Resemblance {
    /// In words: after `it looks like`.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Time => "a time: set SOURCE_DATE_EPOCH, or leave the time out",
            Self::Path => "a path of this machine: build with relative paths",
            Self::Order => "an order: sort what the build lists",
        }
    }
}

/// How far around the first difference a word is looked for, in bytes.
const REACH: usize = 48;

/// What the difference between `left` and `right` looks like, if it looks like anything known.
#[must_use]
pub fn resemblance(left: &[u8], right: &[u8]) -> Option<Resemblance> {
    let at = left.iter().zip(right).position(|(a, b)| a != b)?;
    if has_time_at(left, at) && has_time_at(right, at) {
        return Some(Resemblance::Time);
    }
    let (one, other) = (word(left, at), word(right, at));
    if is_time(one) && is_time(other) {
        return Some(Resemblance::Time);
    }
    if left.len() == right.len() && same_words(left, right) {
        return Some(Resemblance::Order);
    }
    (is_path(one) && is_path(other)).then_some(Resemblance::Path)
}

/// Whether the byte at `at` belongs to the time in the header of a gzip file or of the first member
/// of a zip file.
fn has_time_at(bytes: &[u8], at: usize) -> bool {
    bytes.starts_with(b"\x1f\x8b") && (4..8).contains(&at)
        || bytes.starts_with(b"PK\x03\x04") && (10..14).contains(&at)
}

/// The characters around `at` that may belong to one time or path.
fn word(bytes: &[u8], at: usize) -> &[u8] {
    let belongs = |byte: &u8| {
        byte.is_ascii_alphanumeric()
            || matches!(byte, b':' | b'-' | b'+' | b'.' | b'/' | b'_' | b' ' | b',' | b'\\')
    };
    let start = (at.saturating_sub(REACH)..at).rev().take_while(|&i| belongs(&bytes[i])).last();
    let end = (at..bytes.len().min(at + REACH)).take_while(|&i| belongs(&bytes[i])).last();
    &bytes[start.unwrap_or(at)..end.map_or(at, |end| end + 1)]
}

/// Whether a word holds a date, a time of day or seconds since 1970.
fn is_time(word: &[u8]) -> bool {
    let shape: Vec<u8> =
        word.iter().map(|byte| if byte.is_ascii_digit() { b'0' } else { *byte }).collect();
    let has = |form: &[u8]| shape.windows(form.len()).any(|part| part == form);
    has(b"0000-00-00") || has(b"00:00:00") || has(b"0000/00/00") || has_epoch(word)
}

/// Whether there is a number of seconds or milliseconds since 1970, of this century so far.
fn has_epoch(word: &[u8]) -> bool {
    let numbers = word.split(|byte| !byte.is_ascii_digit());
    numbers.into_iter().any(|number| {
        matches!(number.len(), 10 | 13 | 16 | 19) && (b'1'..=b'2').contains(&number[0])
    })
}

fn is_path(word: &[u8]) -> bool {
    let begins = |form: &[u8]| word.windows(form.len()).any(|part| part == form);
    [&b"/tmp/"[..], b"/home/", b"/Users/", b"/var/", b"/build/", b"/root/", b"/private/", b":\\"]
        .iter()
        .any(|form| begins(form))
}

/// Whether both hold the same words, in whatever order.
fn same_words(left: &[u8], right: &[u8]) -> bool {
    let words = |bytes| {
        let mut words: Vec<&[u8]> =
            <[u8]>::split(bytes, |byte| !byte.is_ascii_alphanumeric()).collect();
        words.sort_unstable();
        words
    };
    words(left) == words(right)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_named_by_what_it_looks_like() {
        use Resemblance::{Order, Path, Time};
        let cases: [(&[u8], &[u8], Option<Resemblance>); 11] = [
            (b"at 2026-11-28T20:01:06Z;", b"at 2026-11-28T20:01:09Z;", Some(Time)),
            (b"built 1795896066", b"built 1795896069", Some(Time)),
            (b"t=1795896066123,", b"t=1795896069001,", Some(Time)),
            (b"Nov 28 20:01:06 2026", b"Nov 28 20:01:09 2026", Some(Time)),
            (b"\x1f\x8b\x08\0\x01\x02\x03\x04x", b"\x1f\x8b\x08\0\x05\x02\x03\x04x", Some(Time)),
            (b"in /tmp/a1b2/x.js", b"in /tmp/c3d4/x.js", Some(Path)),
            (b"b\na\nc\n", b"a\nb\nc\n", Some(Order)),
            (b"{\"b\":1,\"a\":2}", b"{\"a\":2,\"b\":1}", Some(Order)),
            (b"one", b"two", None),
            (b"same", b"same", None),
            (b"", b"x", None),
        ];
        for (left, right, expected) in cases {
            assert_eq!(resemblance(left, right), expected, "{}", String::from_utf8_lossy(left));
        }
    }
}
