//! The objects of a database: what `sqlite_schema` lists, and the settings that its header holds.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use super::Database;
use super::reading::Reading;
use crate::path;
use crate::value::Value;

/// The table in which SQLite keeps the last value of each AUTOINCREMENT.
pub(super) const SEQUENCES: &[u8] = b"sqlite_sequence";

/// The settings that the header of the file holds, by the name of their pragma.
const SETTINGS: [&str; 4] = ["application_id", "auto_vacuum", "encoding", "user_version"];

/// What a database has.
#[derive(Debug, Default)]
pub(super) struct Schema {
    /// The content of each object, by its path.
    pub(super) objects: BTreeMap<String, Vec<u8>>,
    /// The tables, sorted by path.
    pub(super) tables: Vec<TableName>,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct TableName {
    /// The path of what belongs to it.
    pub(super) path: String,
    /// Its name, which may be no UTF-8.
    pub(super) name: Vec<u8>,
    /// How long its definition is, in bytes.
    pub(super) definition_bytes: u64,
}

/// A row of `sqlite_schema`.
struct Listed {
    kind: Vec<u8>,
    name: Vec<u8>,
    /// The name of the table that it belongs to.
    table: Vec<u8>,
    line: String,
    definition_bytes: u64,
}

impl Schema {
    /// Lists the objects of `database`.
    pub(super) fn read(database: &Database) -> rusqlite::Result<Self> {
        let listed = list(database)?;
        let owners = owners(&listed);
        let mut lines: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut tables = Vec::new();
        for object in listed {
            let Listed { kind, name, table, line, definition_bytes } = object;
            let own = format!("main/{}", path::name(&name));
            let owner = owners.get(&table.to_ascii_lowercase());
            let place = match (kind.as_slice(), owner) {
                (b"table", _) => {
                    tables.push(TableName { path: own.clone(), name, definition_bytes });
                    format!("{own}/+table")
                }
                (b"view", _) => format!("{own}/+view"),
                (b"index", Some(owner)) => format!("{owner}/indexes/{}", path::name(&name)),
                (b"trigger", Some(owner)) => format!("{owner}/triggers/{}", path::name(&name)),
                (kind, _) => format!("main/+other/{}/{}", path::name(kind), path::name(&name)),
            };
            lines.entry(place).or_default().push(line);
        }
        lines.extend(settings(database)?);
        tables.sort();
        let objects = lines.into_iter().map(|(path, lines)| (path, content(lines))).collect();
        Ok(Self { objects, tables })
    }
}

/// The content of an object: its lines, sorted by their bytes.
fn content(mut lines: Vec<String>) -> Vec<u8> {
    lines.sort();
    lines.concat().into_bytes()
}

/// The paths of tables and views, by their names in lower case: SQLite tells no letters of ASCII apart by
/// their case.
fn owners(listed: &[Listed]) -> HashMap<Vec<u8>, String> {
    let owns = |object: &&Listed| matches!(object.kind.as_slice(), b"table" | b"view");
    let owner = |object: &Listed| {
        (object.name.to_ascii_lowercase(), format!("main/{}", path::name(&object.name)))
    };
    listed.iter().filter(owns).map(owner).collect()
}

fn list(database: &Database) -> rusqlite::Result<Vec<Listed>> {
    // In the order of their names, as all objects of the content.
    const COLUMNS: [&str; 4] = ["name", "sql", "tbl_name", "type"];
    let reading = Reading(database.encoding);
    let select = COLUMNS.map(|column| reading.select(column)).join(", ");
    let mut statement =
        database.connection.prepare(&format!("SELECT {select} FROM main.sqlite_schema"))?;
    let mut rows = statement.query([])?;
    let mut listed = Vec::new();
    while let Some(row) = rows.next()? {
        let mut values = [Value::Null; 4];
        for (index, value) in values.iter_mut().enumerate() {
            *value = reading.value(row, index)?;
        }
        let text = |value: Value<'_>| match value {
            Value::Text(bytes) => reading.utf8(bytes).into_owned(),
            Value::Blob(bytes) => bytes.to_vec(),
            _ => Vec::new(),
        };
        let [name, sql, table, kind] = values;
        let fields: Vec<(&str, Value<'_>)> = COLUMNS.into_iter().zip(values).collect();
        listed.push(Listed {
            kind: text(kind),
            name: text(name),
            table: text(table),
            definition_bytes: sql.stored(),
            line: line("sqlite_schema", &fields, reading),
        });
    }
    Ok(listed)
}

/// The settings of the database, by their paths.
fn settings(database: &Database) -> rusqlite::Result<Vec<(String, Vec<String>)>> {
    // These pragmas give ASCII in any encoding.
    let reading = Reading(crate::value::TextEncoding::Utf8);
    let mut settings = Vec::new();
    for name in SETTINGS {
        let pragma = format!("PRAGMA main.{name}");
        let setting = database.connection.query_row(&pragma, [], |row| {
            Ok(line("pragma", &[(name, reading.value(row, 0)?)], reading))
        })?;
        settings.push((format!("+database/{name}"), vec![setting]));
    }
    let mode = Value::Text(database.journal_mode.as_bytes());
    let setting = line("pragma", &[("journal_mode", mode)], reading);
    settings.push(("+database/journal_mode".to_owned(), vec![setting]));
    Ok(settings)
}

/// One line of an object's content: the catalog that lists it, a tab, and the row as a JSON object.
fn line(catalog: &str, fields: &[(&str, Value<'_>)], reading: Reading) -> String {
    let mut line = format!("{catalog}\t{{");
    for (index, (name, value)) in fields.iter().enumerate() {
        line.push_str(if index == 0 { "" } else { "," });
        push_json_string(&mut line, name);
        line.push(':');
        push_json(&mut line, value, reading);
    }
    line.push_str("}\n");
    line
}

/// Adds `value` as JSON. What JSON cannot carry is an object with its bytes in hexadecimal digits.
fn push_json(line: &mut String, value: &Value<'_>, reading: Reading) {
    // Writing to a string cannot fail.
    let _ = match value {
        Value::Null => write!(line, "null"),
        Value::Integer(value) => write!(line, "{value}"),
        Value::Real(value) => push_hex(line, "real", &value.to_bits().to_be_bytes()),
        Value::Blob(bytes) => push_hex(line, "blob", bytes),
        Value::Text(bytes) => match std::str::from_utf8(&reading.utf8(bytes)) {
            Ok(text) => {
                push_json_string(line, text);
                Ok(())
            }
            Err(_) => push_hex(line, "text", bytes),
        },
    };
}

fn push_hex(line: &mut String, class: &str, bytes: &[u8]) -> std::fmt::Result {
    write!(line, "{{\"{class}\":\"")?;
    for byte in bytes {
        write!(line, "{byte:02x}")?;
    }
    line.write_str("\"}")
}

fn push_json_string(line: &mut String, text: &str) {
    line.push('"');
    for c in text.chars() {
        match c {
            '"' => line.push_str("\\\""),
            '\\' => line.push_str("\\\\"),
            '\n' => line.push_str("\\n"),
            '\r' => line.push_str("\\r"),
            '\t' => line.push_str("\\t"),
            '\u{8}' => line.push_str("\\b"),
            '\u{c}' => line.push_str("\\f"),
            c if u32::from(c) < 0x20 => {
                // Writing to a string cannot fail.
                let _ = write!(line, "\\u{:04x}", u32::from(c));
            }
            c => line.push(c),
        }
    }
    line.push('"');
}
