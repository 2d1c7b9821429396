//! Searches that look at eight bytes in one step: a seal may have a million lines.
//!
//! Each search marks, in a word of eight bytes, the high bit of every byte that it looks for. A
//! mark may be wrong only above a right one, so that the lowest is always right.

/// A word of eight times `byte`.
const fn all(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

const HIGH_BITS: u64 = all(0x80);

/// Marks the bytes of `word` that are less than `limit`, which is at most 128.
const fn below(word: u64, limit: u8) -> u64 {
    word.wrapping_sub(all(limit)) & !word & HIGH_BITS
}

const fn equal(word: u64, byte: u8) -> u64 {
    below(word ^ all(byte), 1)
}

/// The index of the first line feed.
pub(super) fn line_feed(text: &[u8]) -> Option<usize> {
    first(text, |word| equal(word, b'\n'))
}

/// The index of the first byte that is not printable ASCII, or that is a quote or a backslash.
pub(super) fn not_plain(text: &[u8]) -> Option<usize> {
    first(text, |word| {
        let quotes = equal(word, b'"') | equal(word, b'\\');
        let unprintable = below(word, b' ') | equal(word, 0x7f) | word & HIGH_BITS;
        quotes | unprintable
    })
}

/// The index of the first byte that `marks` finds; it must not find a space.
fn first(text: &[u8], marks: impl Fn(u64) -> u64) -> Option<usize> {
    let (words, tail) = text.as_chunks::<8>();
    let found = |word: &[u8; 8]| match marks(u64::from_le_bytes(*word)) {
        0 => None,
        marked => Some(marked.trailing_zeros() as usize / 8),
    };
    for (index, word) in words.iter().enumerate() {
        if let Some(at) = found(word) {
            return Some(index * 8 + at);
        }
    }
    let mut last = [b' '; 8];
    last[..tail.len()].copy_from_slice(tail);
    found(&last).map(|at| words.len() * 8 + at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::escape::escape_of;

    #[test]
    fn every_byte_is_found_wherever_it_stands_and_whatever_follows() {
        for length in 1..20 {
            for place in 0..length {
                for byte in 0..=u8::MAX {
                    for filler in [b'a', 0, b'\n', 0x0b, b'"', b'#', 0x80, 0xff] {
                        let mut text = vec![filler; length];
                        text[..place].fill(b'~');
                        text[place] = byte;
                        let plain =
                            |byte: u8| byte.is_ascii() && escape_of(char::from(byte)).is_none();
                        assert_eq!(not_plain(&text), text.iter().position(|&byte| !plain(byte)));
                        assert_eq!(line_feed(&text), text.iter().position(|&byte| byte == b'\n'));
                    }
                }
            }
        }
    }
}
