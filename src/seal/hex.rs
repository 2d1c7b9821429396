//! Digests as text, for a million lines: no branch for a digit, so that the compiler can take
//! many digits in one step. Says the same as [`Digest::from_hex`] and its `Display`.

use crate::entry::Digest;

/// Marks what is no digit; no digit's value has these bits.
const NO_DIGIT: u8 = 0xf0;

/// Reads 64 lower-case hexadecimal digits; anything else is `None`.
#[inline]
pub(super) fn decode(text: &[u8]) -> Option<Digest> {
    let text: &[u8; 64] = text.try_into().ok()?;
    // Loops over arrays instead of `map`: these the compiler turns into vector code.
    let mut values = [0; 64];
    for (value, &digit) in values.iter_mut().zip(text) {
        *value = value_of(digit);
    }
    if values.iter().fold(0, |all, value| all | value) & NO_DIGIT != 0 {
        return None;
    }
    let mut digest = Digest([0; 32]);
    for (byte, &pair) in digest.0.iter_mut().zip(values.as_chunks::<2>().0) {
        let pair = u16::from_le_bytes(pair);
        *byte = (pair << 4 | pair >> 8).to_le_bytes()[0];
    }
    Some(digest)
}

fn value_of(digit: u8) -> u8 {
    let decimal = digit.wrapping_sub(b'0');
    let letter = digit.wrapping_sub(b'a');
    let letter = if letter < 6 { letter + 10 } else { NO_DIGIT };
    if decimal < 10 { decimal } else { letter }
}

/// The 64 digits of `digest`.
pub(super) fn encode(digest: &Digest) -> [u8; 64] {
    let mut text = [0; 64];
    for (pair, byte) in text.as_chunks_mut::<2>().0.iter_mut().zip(digest.0) {
        *pair = [byte >> 4, byte & 15];
    }
    for digit in &mut text {
        *digit += if *digit < 10 { b'0' } else { b'a' - 10 };
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_at_every_place_is_judged_as_by_the_plain_reader() {
        let good = Digest::of(b"sealgate").to_string().into_bytes();
        for place in 0..good.len() {
            for byte in 0..=u8::MAX {
                let mut text = good.clone();
                text[place] = byte;
                assert_eq!(decode(&text), Digest::from_hex(&text));
            }
        }
        for length in 0..200 {
            assert_eq!(decode(&vec![b'a'; length]).is_some(), length == 64);
        }
    }

    #[test]
    fn the_digits_are_those_that_the_digest_prints() {
        for seed in 0..64_u8 {
            let digest = Digest::of(&[seed]);
            assert_eq!(encode(&digest), digest.to_string().as_bytes());
        }
    }
}
