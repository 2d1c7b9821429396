//! The statements of PostgreSQL that damage a copy on purpose.

use std::fmt::Write as _;
use std::path::Path;

use sealgate_rehearse::state::{Class, State};

use super::{FAULT, decoded};

/// The most tables that are tried.
const MOST_TABLES: usize = 500;

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Table {
    /// Its path.
    pub(super) path: String,
    /// Its name in SQL.
    pub(super) name: String,
}

/// The tables with something of `class` among the paths that `is_meant` picks, each once.
pub(super) fn tables(state: &State, class: Class, is_meant: &dyn Fn(&str) -> bool) -> Vec<Table> {
    let mut tables: Vec<Table> = Vec::new();
    let mark = if class == Class::Rows { "/rows/" } else { "/+table" };
    for (place, _) in state.lines().filter(|(place, _)| place.class == class) {
        let Some((path, _)) = place.path.split_once(mark).filter(|_| is_meant(&place.path)) else {
            continue;
        };
        let Some((schema, table)) = path.split_once('/') else { continue };
        let (Some(schema), Some(table)) = (decoded(schema), decoded(table)) else { continue };
        if tables.last().is_none_or(|last| last.path != path) {
            let name = format!("{}.{}", identifier(&schema), identifier(&table));
            tables.push(Table { path: path.to_owned(), name });
        }
        if tables.len() == MOST_TABLES {
            break;
        }
    }
    tables
}

fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Runs `body`, in which names may stand: no name ends it, as one could that stands between dollars.
fn block(body: &str) -> String {
    format!("DO {};\n", literal(body))
}

/// `path` as an argument of a command of psql, which reads backslashes.
pub(super) fn argument(path: &Path) -> String {
    literal(&path.to_string_lossy().replace('\\', "\\\\"))
}

/// Begins each session in which something is damaged: no trigger and no foreign key gets in the way.
pub(super) const BEGIN: &str =
    "SET standard_conforming_strings = on; SET session_replication_role = replica;\n";

/// Deletes one row of the first of `tables` of which one can be deleted; an error, if none can.
pub(super) fn delete_one(tables: &[Table]) -> String {
    let names: Vec<String> = tables.iter().map(|table| literal(&table.name)).collect();
    block(&format!(
        "DECLARE t text; n bigint; BEGIN
 FOREACH t IN ARRAY ARRAY[{}]::text[] LOOP
  BEGIN
   EXECUTE 'DELETE FROM ONLY ' || t || ' WHERE ctid = (SELECT min(ctid) FROM ONLY ' || t || ')';
   GET DIAGNOSTICS n = ROW_COUNT;
   IF n = 1 THEN RETURN; END IF;
  EXCEPTION WHEN OTHERS THEN NULL;
  END;
 END LOOP;
 RAISE EXCEPTION 'no row can be deleted';
END",
        names.join(", ")
    ))
}

/// Changes the comment of `table`.
pub(super) fn comment_on(table: &Table) -> String {
    format!("COMMENT ON TABLE {} IS '{FAULT}';\n", table.name)
}

/// Makes a schema.
pub(super) fn schema() -> String {
    format!("CREATE SCHEMA {FAULT};\n")
}

/// Damage in every class that `state` has.
pub(super) fn damage(state: &State) -> String {
    let mut sql = BEGIN.to_owned();
    for class in Class::ALL.into_iter().filter(|class| state.class(*class).0 > 0) {
        match class {
            Class::Rows => sql += &delete_one(&tables(state, Class::Rows, &|_| true)),
            Class::Schema => sql += &schema(),
            Class::Sequences => {
                sql += &block(
                    "DECLARE s text; BEGIN
 FOR s IN SELECT oid::regclass::text FROM pg_catalog.pg_class WHERE relkind = 'S' AND relpersistence <> 't' LOOP
  EXECUTE pg_catalog.format('SELECT pg_catalog.setval(%L, last_value, NOT is_called) FROM %s', s, s);
 END LOOP;
END",
                );
            }
            Class::LargeObjects => sql += "SELECT pg_catalog.lo_from_bytea(0, 'x');\n",
            // Writing to a string cannot fail.
            Class::Roles => _ = writeln!(sql, "CREATE ROLE {FAULT};"),
            Class::Builtin => sql += "ALTER FUNCTION pg_catalog.abs(integer) COST 7;\n",
            Class::Files | Class::Meta => {}
        }
    }
    sql
}

#[cfg(test)]
mod tests {
    use sealgate_rehearse::state::Place;

    use super::*;

    #[test]
    fn tables_have_the_names_that_their_paths_stand_for() {
        let paths =
            ["reg/a/rows/1", "reg/a/rows/2", "reg/a/+table", "x%2Fy/b\"c/rows/1", "reg/~aa/rows/1"];
        let line = |path| (Place::new(path, Class::in_database(path)), String::new());
        let state = State::from_lines(paths.map(line));
        let tables = tables(&state, Class::Rows, &|_| true);
        let names: Vec<&str> = tables.iter().map(|table| &*table.name).collect();
        assert_eq!(names, ["\"reg\".\"a\"", "\"x/y\".\"b\"\"c\""]);
        let sql = delete_one(&tables);
        assert!(sql.contains("ARRAY[''\"reg\".\"a\"'', ''\"x/y\".\"b\"\"c\"'']"), "{sql}");
    }

    #[test]
    fn no_name_ends_a_statement_and_no_path_is_another() {
        let name = format!("\"reg\".\"${FAULT}$; it's\"");
        let sql = delete_one(&[Table { path: String::new(), name }]);
        assert!(sql.starts_with("DO 'DECLARE") && sql.ends_with("END';\n"), "{sql}");
        assert!(sql.contains("; it''''s\""), "{sql}");
        assert_eq!(argument(Path::new("/a/it's\\n")), r"'/a/it''s\\n'");
    }
}
