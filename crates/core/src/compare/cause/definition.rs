//! How the definition of an object in a database differs: the sealed one is arrived at from the one that is
//! there.
//!
//! The content of such an object is one line, `sqlite_schema TAB JSON LF`.

use serde_json::{Map, Value};

use super::{Explained, Sealed, because};
use crate::compare::finding::Cause;
use crate::seal::entry::Entry;

/// How the line of an object begins.
const CATALOG: &str = "sqlite_schema\t";

/// The field that holds the definition.
const DEFINITION: &str = "sql";

/// A definition with more names in quotes, or more columns, is not explained.
const MOST_PARTS: usize = 100;

/// The cause of a difference between the object that was `sealed` and the one whose content is `there`.
#[must_use]
pub fn of_definition(sealed: &Entry, there: &[u8]) -> Explained {
    let Entry::File { size, digest, .. } = sealed else { return None };
    let sealed = Sealed { size: usize::try_from(*size).ok()?, digest: *digest };
    let object = Object::read(there)?;
    only_quoting(&sealed, &object).or_else(|| column_order(&sealed, &object))
}

/// An object of a database as its content states it.
struct Object {
    fields: Map<String, Value>,
    definition: String,
}

impl Object {
    fn read(content: &[u8]) -> Option<Self> {
        let json = std::str::from_utf8(content).ok()?.strip_prefix(CATALOG)?.strip_suffix('\n')?;
        let fields: Map<String, Value> = serde_json::from_str(json).ok()?;
        let definition = fields.get(DEFINITION)?.as_str()?.to_owned();
        Some(Self { fields, definition })
    }

    /// The content of this object with another definition.
    fn with(&self, definition: String) -> Option<Vec<u8>> {
        let mut fields = self.fields.clone();
        fields.insert(DEFINITION.to_owned(), Value::String(definition));
        let json = serde_json::to_string(&fields).ok()?;
        Some(format!("{CATALOG}{json}\n").into_bytes())
    }

    fn was(&self, sealed: &Sealed, definition: String) -> bool {
        self.with(definition).is_some_and(|content| sealed.is(&content))
    }
}

/// SQLite writes names in quotes when it renames a table, and leaves them there when it renames it back.
fn only_quoting(sealed: &Sealed, object: &Object) -> Explained {
    let definition = &object.definition;
    let quotes: Vec<usize> = definition.match_indices('"').map(|(at, _)| at).collect();
    let (names, rest) = quotes.as_chunks::<2>();
    if names.is_empty() || !rest.is_empty() || names.len() > MOST_PARTS {
        return None;
    }
    let without = |names: &[[usize; 2]]| {
        let is_dropped = |at: usize| names.iter().any(|name| name.contains(&at));
        let kept = definition.char_indices().filter(|(at, _)| !is_dropped(*at));
        kept.map(|(_, c)| c).collect::<String>()
    };
    let each = names.iter().map(std::slice::from_ref);
    let first = (2..=names.len()).map(|count| &names[..count]);
    let mut candidates = each.chain(first);
    candidates.any(|names| object.was(sealed, without(names))).then(|| {
        because(Cause::OnlyQuoting, "a name is in quotes that had none, as after a rename")
    })
}

/// A column that is dropped and added again comes last.
fn column_order(sealed: &Sealed, object: &Object) -> Explained {
    let (head, body, tail) = body(&object.definition)?;
    let parts = parts(body);
    if parts.len() > MOST_PARTS {
        return None;
    }
    for from in 0..parts.len() {
        for to in (0..parts.len()).filter(|&to| to != from) {
            let mut moved: Vec<&str> = parts.iter().map(|part| part.trim()).collect();
            let column = moved.remove(from);
            moved.insert(to, column);
            for layout in [Layout::AsThere, Layout::Alike] {
                let body = layout.of(&parts, &moved);
                if object.was(sealed, format!("{head}{body}{tail}")) {
                    return Some(because(
                        Cause::ColumnOrder,
                        "the columns are the sealed ones, in another order",
                    ));
                }
            }
        }
    }
    None
}

/// The text before the columns of a table, that of the columns, and that after them.
fn body(definition: &str) -> Option<(&str, &str, &str)> {
    let (open, close) = (definition.find('(')? + 1, definition.rfind(')')?);
    let body = definition.get(open..close)?;
    Some((&definition[..open], body, &definition[close..]))
}

/// The columns and constraints between the commas of `body`, with the white space around them.
fn parts(body: &str) -> Vec<&str> {
    let (mut parts, mut start, mut depth, mut quote) = (Vec::new(), 0, 0_usize, None);
    for (at, c) in body.char_indices() {
        match (quote, c) {
            (Some(end), c) if c == end => quote = None,
            (None, '"' | '\'' | '`') => quote = Some(c),
            (None, '[') => quote = Some(']'),
            (None, '(') => depth += 1,
            (None, ')') => depth = depth.saturating_sub(1),
            (None, ',') if depth == 0 => {
                parts.push(&body[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&body[start..]);
    parts
}

/// What white space stands around columns that moved.
#[derive(Clone, Copy)]
enum Layout {
    /// That of the place.
    AsThere,
    /// The same around each column, as people write it; what follows the last one is the longest that
    /// follows any.
    Alike,
}

impl Layout {
    fn of(self, places: &[&str], columns: &[&str]) -> String {
        let before = |place: &str| place[..place.len() - place.trim_start().len()].to_owned();
        let after = |place: &str| place[place.trim_end().len()..].to_owned();
        let last = places.iter().map(|place| after(place)).max_by_key(String::len);
        let mut body = Vec::with_capacity(columns.len());
        for (index, (place, column)) in places.iter().zip(columns).enumerate() {
            body.push(match self {
                Self::AsThere => format!("{}{column}{}", before(place), after(place)),
                Self::Alike => {
                    let before = before(places[index.min(1)]);
                    let is_last = index + 1 == columns.len();
                    let after = last.as_deref().filter(|_| is_last).unwrap_or_default();
                    format!("{before}{column}{after}")
                }
            });
        }
        body.join(",")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::entry::Digest;

    fn content(sql: &str) -> Vec<u8> {
        let sql = serde_json::to_string(sql).unwrap();
        let fields = r#""tbl_name":"t","type":"table""#;
        format!("sqlite_schema\t{{\"name\":\"t\",\"sql\":{sql},{fields}}}\n").into_bytes()
    }

    fn cause(sealed: &str, there: &str) -> Option<Cause> {
        let bytes = content(sealed);
        let (size, digest) = (bytes.len() as u64, Digest::of(&bytes));
        let sealed = Entry::File { size, digest, executable: false };
        of_definition(&sealed, &content(there)).map(|(cause, _)| cause)
    }

    #[test]
    fn what_sqlite_makes_of_a_definition_is_recognised() {
        let order = Some(Cause::ColumnOrder);
        let quoting = Some(Cause::OnlyQuoting);
        let cases = [
            ("CREATE TABLE t(a, b)", "CREATE TABLE \"t\"(a, b)", quoting),
            ("CREATE INDEX i ON t(a)", "CREATE INDEX i ON \"t\"(a)", quoting),
            ("CREATE TABLE t(\"a b\", c)", "CREATE TABLE \"t\"(\"a b\", c)", quoting),
            (
                "CREATE VIEW v AS SELECT t.a FROM t",
                "CREATE VIEW v AS SELECT \"t\".a FROM \"t\"",
                quoting,
            ),
            ("CREATE TABLE t(a int, b text, c int)", "CREATE TABLE t(a int, c int, b text)", order),
            (
                "CREATE TABLE t(\n  a int,\n  b text,\n  c int\n)",
                "CREATE TABLE t(\n  a int,\n  c int\n, b text)",
                order,
            ),
            (
                "CREATE TABLE t(a CHECK(a IN (',', 1)), b DEFAULT '),(', [c,d])",
                "CREATE TABLE t(a CHECK(a IN (',', 1)), [c,d], b DEFAULT '),(')",
                order,
            ),
            ("CREATE TABLE t(a, b)", "CREATE TABLE t(a, c)", None),
            ("CREATE TABLE t(a, b)", "CREATE TABLE t(a, b, c)", None),
            ("CREATE TABLE t(a, b)", "CREATE TABLE \"t(a, b)", None),
            ("", ")(", None),
            ("", "(", None),
            ("a", "\u{e9}(\u{e9},\u{e9})\u{e9}", None),
        ];
        for (sealed, there, expected) in cases {
            assert_eq!(cause(sealed, there), expected, "{sealed} -> {there}");
        }
    }

    #[test]
    fn what_is_no_object_is_not_explained() {
        let sealed = Entry::File { size: 1, digest: Digest::of(b"x"), executable: false };
        for there in
            [&b""[..], b"sqlite_schema\t", b"sqlite_schema\t{}\n", b"sqlite_schema\t[1]\n", b"\xff"]
        {
            assert_eq!(of_definition(&sealed, there), None);
        }
    }
}
