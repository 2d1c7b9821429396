//! The columns of a table, and the key that names its rows.

use rusqlite::Connection;

use crate::path;

/// A table as its rows are read.
#[derive(Debug)]
pub(super) struct Table {
    /// Its name.
    pub(super) name: String,
    /// The columns that are read: those of the key in its order, then the others by name.
    pub(super) columns: Vec<Column>,
    /// How many of them are the key; 0 where no key names each row.
    pub(super) key: usize,
}

/// A column.
#[derive(Debug, Clone)]
pub(super) struct Column {
    /// Its name.
    pub(super) name: String,
    /// Its name as a component of a path.
    pub(super) component: String,
    may_be_null: bool,
    /// Its place in the primary key, from 1; 0 outside.
    primary: u16,
}

/// What a table is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TableKind {
    /// It holds rows.
    Stored,
    /// A module makes its rows out of other tables.
    Virtual,
}

/// What the table `name` is; `None` where SQLite knows no such table, whatever its schema lists.
pub(super) fn kind(connection: &Connection, name: &str) -> rusqlite::Result<Option<TableKind>> {
    let mut statement = connection
        .prepare("SELECT type FROM pragma_table_list WHERE schema = 'main' AND name = ?1")?;
    let mut rows = statement.query([name])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let kind: String = row.get(0)?;
    Ok(match kind.as_str() {
        "table" | "shadow" => Some(TableKind::Stored),
        "virtual" => Some(TableKind::Virtual),
        _ => None,
    })
}

impl Table {
    /// The table `name`, as SQLite describes it.
    pub(super) fn describe(connection: &Connection, name: &str) -> rusqlite::Result<Self> {
        let mut columns = columns(connection, name)?;
        let key = key(connection, name, &columns)?;
        columns.sort_by(|a, b| a.name.as_bytes().cmp(b.name.as_bytes()));
        let place = |column: &Column| key.iter().position(|name| *name == column.name);
        columns.sort_by_key(|column| place(column).unwrap_or(usize::MAX));
        Ok(Self { name: name.to_owned(), columns, key: key.len() })
    }
}

/// The columns that hold values of their own: what is computed when it is read follows from the others.
fn columns(connection: &Connection, table: &str) -> rusqlite::Result<Vec<Column>> {
    const ORDINARY: i64 = 0;
    const STORED: i64 = 3;
    let mut statement =
        connection.prepare("SELECT name, \"notnull\", pk, hidden FROM pragma_table_xinfo(?1)")?;
    let mut rows = statement.query([table])?;
    let mut columns = Vec::new();
    while let Some(row) = rows.next()? {
        let name: String = row.get(0)?;
        if matches!(row.get(3)?, ORDINARY | STORED) {
            columns.push(Column {
                component: path::name(name.as_bytes()),
                name,
                may_be_null: !row.get::<_, bool>(1)?,
                primary: row.get(2)?,
            });
        }
    }
    Ok(columns)
}

/// The names of the columns that name each row: the primary key, or else the first unique index by name
/// that is whole and has only columns which are never NULL.
fn key(connection: &Connection, table: &str, columns: &[Column]) -> rusqlite::Result<Vec<String>> {
    let mut primary: Vec<&Column> = columns.iter().filter(|column| column.primary > 0).collect();
    if !primary.is_empty() {
        primary.sort_by_key(|column| column.primary);
        return Ok(primary.into_iter().map(|column| column.name.clone()).collect());
    }
    let mut statement = connection
        .prepare("SELECT name FROM pragma_index_list(?1) WHERE \"unique\" = 1 AND partial = 0")?;
    let indexes = statement.query_map([table], |row| row.get(0))?;
    let mut indexes = indexes.collect::<rusqlite::Result<Vec<String>>>()?;
    indexes.sort();
    for index in indexes {
        let key = columns_of_index(connection, &index)?;
        let is_never_null = |name: &Option<String>| {
            let column = columns.iter().find(|column| Some(&column.name) == name.as_ref());
            column.is_some_and(|column| !column.may_be_null)
        };
        if !key.is_empty() && key.iter().all(is_never_null) {
            return Ok(key.into_iter().flatten().collect());
        }
    }
    Ok(Vec::new())
}

/// The columns of an index; `None` stands for an expression.
fn columns_of_index(connection: &Connection, index: &str) -> rusqlite::Result<Vec<Option<String>>> {
    let mut statement = connection
        .prepare("SELECT name FROM pragma_index_xinfo(?1) WHERE key = 1 ORDER BY seqno")?;
    let columns = statement.query_map([index], |row| row.get(0))?;
    columns.collect()
}
