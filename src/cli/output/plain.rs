//! Text that is written as it is.

/// Bytes of a text that are looked at before the first result counts.
const PIECE: usize = 4096;

/// Whether there is no colour in `text`, nor anything that could be taken for it. A report of many megabytes
/// as data is such a text, and is not searched letter by letter.
pub(super) fn is_plain(text: &[u8]) -> bool {
    let is_plain = |&byte: &u8| matches!(byte, b' '..=b'~' | b'\n' | b'\r' | b'\t');
    // A piece that is looked at to its end takes a vector of bytes at a time.
    text.chunks(PIECE).all(|piece| piece.iter().fold(true, |plain, byte| plain & is_plain(byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_plain_until_one_byte_is_not_wherever_it_is() {
        let plain = b"a line, \"quoted\" ~\r\n\t".repeat(400);
        assert!(is_plain(&plain));
        assert!(is_plain(b""));
        for odd in [0, 7, 0x1b, 0x7f, 0x80, 0xff] {
            for at in [0, PIECE - 1, PIECE, plain.len() - 1] {
                let mut text = plain.clone();
                text[at] = odd;
                assert!(!is_plain(&text), "{odd} at {at}");
            }
        }
    }
}
