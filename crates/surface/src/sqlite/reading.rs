//! Values as they are stored.
//!
//! SQLite gives text as UTF-8 and replaces what a database in UTF-16 has wrong. There, text is read as
//! bytes beside its type, so that no two values read alike.

use std::borrow::Cow;

use rusqlite::Row;
use rusqlite::types::ValueRef;

use crate::value::{TextEncoding, Value};

/// How values are asked for, and taken from a result.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading(pub(super) TextEncoding);

impl Reading {
    /// What to select for the expression `expression`.
    pub(super) fn select(self, expression: &str) -> String {
        match self.0 {
            TextEncoding::Utf8 => expression.to_owned(),
            TextEncoding::Utf16Le | TextEncoding::Utf16Be => format!(
                "typeof({expression}), \
                 CASE typeof({expression}) WHEN 'text' THEN CAST({expression} AS BLOB) ELSE {expression} END"
            ),
        }
    }

    /// The value of the expression that was selected as the one with this index, from 0.
    pub(super) fn value<'r>(self, row: &'r Row<'_>, index: usize) -> rusqlite::Result<Value<'r>> {
        let (at, is_text) = match self.0 {
            TextEncoding::Utf8 => (index, false),
            TextEncoding::Utf16Le | TextEncoding::Utf16Be => {
                (2 * index + 1, row.get_ref(2 * index)? == ValueRef::Text(b"text"))
            }
        };
        Ok(match row.get_ref(at)? {
            ValueRef::Null => Value::Null,
            ValueRef::Integer(value) => Value::Integer(value),
            ValueRef::Real(value) => Value::Real(value),
            ValueRef::Text(bytes) => Value::Text(bytes),
            ValueRef::Blob(bytes) if is_text => Value::Text(bytes),
            ValueRef::Blob(bytes) => Value::Blob(bytes),
        })
    }

    /// Text in UTF-8, or its bytes where it is not what its encoding says.
    pub(super) fn utf8(self, bytes: &[u8]) -> Cow<'_, [u8]> {
        let unit: fn([u8; 2]) -> u16 = match self.0 {
            TextEncoding::Utf8 => return Cow::Borrowed(bytes),
            TextEncoding::Utf16Le => u16::from_le_bytes,
            TextEncoding::Utf16Be => u16::from_be_bytes,
        };
        let (pairs, rest) = bytes.as_chunks::<2>();
        let units = pairs.iter().map(|pair| unit(*pair));
        match char::decode_utf16(units).collect::<Result<String, _>>() {
            Ok(text) if rest.is_empty() => Cow::Owned(text.into_bytes()),
            _ => Cow::Borrowed(bytes),
        }
    }
}

/// `name` in quotes, as an identifier of SQL.
pub(super) fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
