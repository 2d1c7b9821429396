//! The catalogs of a server: which columns each has, and what they refer to. The server says so itself.

use std::collections::BTreeMap;

use super::copy;
use super::fault::PostgresFault;
use super::psql::Session;

/// A catalog.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Catalog {
    /// Its name, in `pg_catalog`.
    pub(super) name: String,
    /// Its columns, by name.
    pub(super) columns: BTreeMap<String, Column>,
    /// The columns of its primary key.
    pub(super) key: Vec<String>,
    /// What its columns refer to.
    pub(super) references: Vec<Reference>,
}

/// A column of a catalog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    /// Its type, as `format_type` names it.
    pub(super) kind: String,
    /// Whether this user may read it.
    pub(super) readable: bool,
}

/// What columns of a catalog refer to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reference {
    /// One column, or a relation and the numbers of its columns.
    pub(super) columns: Vec<String>,
    /// The catalog that has what is referred to.
    pub(super) target: String,
    /// Whether the last column is an array of references.
    pub(super) is_array: bool,
}

/// References that `pg_get_catalog_foreign_keys` does not list: catalog, relation, numbers of columns.
const UNLISTED: [(&str, [&str; 2]); 2] = [
    ("pg_constraint", ["conrelid", "confdelsetcols"]),
    ("pg_publication_rel", ["prrelid", "prattrs"]),
];

const COLUMNS: &str = "COPY (
 SELECT c.relname, a.attname, format_type(a.atttypid, NULL),
  has_column_privilege(c.oid, a.attnum, 'select'), array_position(i.indkey::int2[], a.attnum)
 FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
  LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
 WHERE c.relnamespace = 'pg_catalog'::regnamespace AND c.relkind = 'r' AND c.oid < 16384
  AND a.attnum > 0 AND NOT a.attisdropped
 ORDER BY 1, 5, 2) TO STDOUT";

const REFERENCES: &str = "COPY (
 SELECT (SELECT relname FROM pg_class WHERE oid = fktable), array_to_string(fkcols, ','),
  (SELECT relname FROM pg_class WHERE oid = pktable), is_array
 FROM pg_get_catalog_foreign_keys() ORDER BY 1, 2) TO STDOUT";

/// The catalogs of the server, by name.
///
/// # Errors
///
/// The server does not answer.
pub(super) fn read(session: &mut Session) -> Result<BTreeMap<String, Catalog>, PostgresFault> {
    let mut catalogs: BTreeMap<String, Catalog> = BTreeMap::new();
    session.run(COLUMNS, &mut |line| {
        let mut values = copy::values(line).into_iter();
        let mut next = || values.next().flatten();
        let (Some(name), Some(column), Some(kind), readable) = (next(), next(), next(), next())
        else {
            return;
        };
        let catalog = catalogs.entry(name.clone()).or_default();
        catalog.name = name;
        if next().is_some() {
            catalog.key.push(column.clone());
        }
        catalog.columns.insert(column, Column { kind, readable: readable.as_deref() == Some("t") });
    })?;
    let mut references = Vec::new();
    session.run(REFERENCES, &mut |line| {
        let mut values = copy::values(line).into_iter();
        let mut next = || values.next().flatten();
        if let (Some(name), Some(columns), Some(target), array) = (next(), next(), next(), next()) {
            let columns = columns.split(',').map(str::to_owned).collect();
            let is_array = array.as_deref() == Some("t");
            references.push((name, Reference { columns, target, is_array }));
        }
    })?;
    for (name, columns) in UNLISTED {
        let columns = columns.map(str::to_owned).to_vec();
        let target = "pg_attribute".to_owned();
        references.push((name.to_owned(), Reference { columns, target, is_array: true }));
    }
    for (name, reference) in references {
        if let Some(catalog) = catalogs.get_mut(&name) {
            let is_there = |column: &String| catalog.columns.contains_key(column);
            if reference.columns.iter().all(is_there) {
                catalog.references.push(reference);
            }
        }
    }
    Ok(catalogs)
}
