//! Values of a row: what they are, and the bytes that stand for them.

use crate::path;

/// One value of a row, by its storage class.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Value<'a> {
    /// No value.
    Null,
    /// An integer.
    Integer(i64),
    /// A floating-point number, by its bits.
    Real(f64),
    /// Text: its bytes in the encoding of the database.
    Text(&'a [u8]),
    /// Bytes.
    Blob(&'a [u8]),
}

/// In which encoding a database holds text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TextEncoding {
    Utf8,
    Utf16Le,
    Utf16Be,
}

impl Value<'_> {
    /// Adds the bytes that stand for this value: `N`; `I` and 8 bytes; `R` and the 8 bytes of its bits; `T`
    /// or `B`, 8 bytes of length, and the bytes. Numbers are big-endian.
    pub(crate) fn push(&self, row: &mut Vec<u8>) {
        match self {
            Self::Null => row.push(b'N'),
            Self::Integer(value) => {
                row.push(b'I');
                row.extend_from_slice(&value.to_be_bytes());
            }
            Self::Real(value) => {
                row.push(b'R');
                row.extend_from_slice(&value.to_bits().to_be_bytes());
            }
            Self::Text(bytes) => push_bytes(row, b'T', bytes),
            Self::Blob(bytes) => push_bytes(row, b'B', bytes),
        }
    }

    /// How many bytes it takes in the file, at least: those of text and blobs.
    pub(crate) fn stored(&self) -> u64 {
        match self {
            Self::Null | Self::Integer(_) | Self::Real(_) => 0,
            Self::Text(bytes) | Self::Blob(bytes) => bytes.len() as u64,
        }
    }

    /// The component of a path that stands for this value in a key; `None` for NULL, which names no row.
    pub(crate) fn key(&self, encoding: TextEncoding) -> Option<String> {
        Some(match self {
            Self::Null => return None,
            Self::Integer(value) => path::integer(*value),
            Self::Real(value) => path::real(*value),
            Self::Text(bytes) => match encoding {
                TextEncoding::Utf8 => path::text(bytes),
                TextEncoding::Utf16Le => text_of_utf16(bytes, u16::from_le_bytes),
                TextEncoding::Utf16Be => text_of_utf16(bytes, u16::from_be_bytes),
            },
            Self::Blob(bytes) => path::blob(bytes),
        })
    }
}

fn push_bytes(row: &mut Vec<u8>, class: u8, bytes: &[u8]) {
    row.push(class);
    row.extend_from_slice(&(bytes.len() as u64).to_be_bytes());
    row.extend_from_slice(bytes);
}

fn text_of_utf16(bytes: &[u8], unit: impl Fn([u8; 2]) -> u16) -> String {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let decoded: Result<String, _> =
        char::decode_utf16(pairs.iter().map(|pair| unit(*pair))).collect();
    match decoded {
        Ok(text) if rest.is_empty() => path::text(text.as_bytes()),
        _ => path::broken_text(bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(values: &[Value<'_>]) -> Vec<u8> {
        let mut row = Vec::new();
        for value in values {
            value.push(&mut row);
        }
        row
    }

    #[test]
    fn each_class_has_the_documented_bytes() {
        let cases: [(Value<'_>, &[u8]); 6] = [
            (Value::Null, b"N"),
            (Value::Integer(-2), b"I\xff\xff\xff\xff\xff\xff\xff\xfe"),
            (Value::Real(1.0), b"R\x3f\xf0\0\0\0\0\0\0"),
            (Value::Real(-0.0), b"R\x80\0\0\0\0\0\0\0"),
            (Value::Text(b"a\0"), b"T\0\0\0\0\0\0\0\x02a\0"),
            (Value::Blob(b""), b"B\0\0\0\0\0\0\0\0"),
        ];
        for (value, bytes) in cases {
            assert_eq!(row(&[value]), bytes, "{value:?}");
        }
    }

    #[test]
    fn no_two_rows_run_together() {
        let rows = [
            row(&[Value::Text(b"ab"), Value::Text(b"")]),
            row(&[Value::Text(b"a"), Value::Text(b"b")]),
            row(&[Value::Text(b""), Value::Text(b"ab")]),
            row(&[Value::Null, Value::Text(b"ab")]),
            row(&[Value::Text(b"ab"), Value::Null]),
            row(&[Value::Blob(b"ab"), Value::Text(b"")]),
        ];
        for (at, a) in rows.iter().enumerate() {
            assert!(rows[at + 1..].iter().all(|b| a != b));
        }
    }

    #[test]
    fn utf_16_keys_read_as_text_or_as_their_bytes() {
        let little = |bytes| Value::Text(bytes).key(TextEncoding::Utf16Le).unwrap();
        assert_eq!(little(b"a\0b\0"), "ab");
        assert_eq!(little(b"1\0"), "%t1");
        assert_eq!(little(b"\0\xd8"), "%u00d8");
        assert_eq!(little(b"a\0b"), "%u610062");
        assert_eq!(Value::Text(b"\0a").key(TextEncoding::Utf16Be).unwrap(), "a");
    }
}
