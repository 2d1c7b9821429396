//! Lower-case hexadecimal, the form in which digests are written.
//!
//! A seal may hold a million digests, so the digits of one are taken without a branch: the
//! compiler turns the loops over arrays into vector code.

/// Marks what is no digit; no digit's value has these bits.
const NO_DIGIT: u8 = 0xf0;

/// Reads 64 digits, `0-9` and `a-f`; anything else is `None`.
#[must_use]
pub fn decode(text: &[u8]) -> Option<[u8; 32]> {
    let text: &[u8; 64] = text.try_into().ok()?;
    let mut values = [0; 64];
    for (value, &digit) in values.iter_mut().zip(text) {
        *value = value_of(digit);
    }
    if values.iter().fold(0, |all, value| all | value) & NO_DIGIT != 0 {
        return None;
    }
    let mut bytes = [0; 32];
    for (byte, &pair) in bytes.iter_mut().zip(values.as_chunks::<2>().0) {
        let pair = u16::from_le_bytes(pair);
        *byte = (pair << 4 | pair >> 8).to_le_bytes()[0];
    }
    Some(bytes)
}

fn value_of(digit: u8) -> u8 {
    let decimal = digit.wrapping_sub(b'0');
    let letter = digit.wrapping_sub(b'a');
    let letter = if letter < 6 { letter + 10 } else { NO_DIGIT };
    if decimal < 10 { decimal } else { letter }
}

/// The 64 digits of `bytes`, in ASCII.
#[must_use]
pub fn encode(bytes: &[u8; 32]) -> [u8; 64] {
    let mut text = [0; 64];
    for (pair, byte) in text.as_chunks_mut::<2>().0.iter_mut().zip(bytes) {
        *pair = [byte >> 4, byte & 15];
    }
    for digit in &mut text {
        *digit = digit_of(*digit);
    }
    text
}

/// The digits of `bytes`, however many.
#[must_use]
pub fn text(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    push(&mut text, bytes);
    text
}

/// Appends the digits of `bytes` to `text`.
pub fn push(text: &mut String, bytes: &[u8]) {
    for byte in bytes {
        text.push(char::from(digit_of(byte >> 4)));
        text.push(char::from(digit_of(byte & 15)));
    }
}

/// The bytes that `text` gives in lower-case digits, however many; `None` for anything else.
#[must_use]
pub fn bytes(text: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let byte = |pair: &[u8; 2]| {
        let [high, low] = pair.map(value_of);
        ((high | low) & NO_DIGIT == 0).then_some(high << 4 | low)
    };
    if rest.is_empty() { pairs.iter().map(byte).collect() } else { None }
}

fn digit_of(value: u8) -> u8 {
    value + if value < 10 { b'0' } else { b'a' - 10 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_at_every_place_is_a_digit_or_refused() {
        let good = encode(blake3::hash(b"sealgate").as_bytes());
        for place in 0..good.len() {
            for byte in 0..=u8::MAX {
                let mut text = good;
                text[place] = byte;
                let legal = matches!(byte, b'0'..=b'9' | b'a'..=b'f');
                assert_eq!(decode(&text).map(|bytes| encode(&bytes)), legal.then_some(text));
            }
        }
        for length in 0..200 {
            assert_eq!(decode(&vec![b'a'; length]).is_some(), length == 64);
        }
    }

    #[test]
    fn bytes_of_any_length_become_two_digits_each() {
        assert_eq!(text(&[]), "");
        assert_eq!(text(b"\x00\xff\x1a"), "00ff1a");
        assert_eq!(text(&[7; 32]).as_bytes(), encode(&[7; 32]));
        let all: Vec<u8> = (0..=u8::MAX).collect();
        assert_eq!(bytes(&text(&all)), Some(all));
        assert_eq!(bytes(""), Some(Vec::new()));
        for bad in ["0", "0g", "AA", "é", "000"] {
            assert_eq!(bytes(bad), None, "{bad}");
        }
    }
}
