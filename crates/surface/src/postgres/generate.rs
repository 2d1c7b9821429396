//! The statement that reads a catalog, made from what the server says of its columns.
//!
//! A number that stands for an object becomes the object's name, a tree of an expression becomes its text, a
//! missing list of privileges becomes the list that it stands for, and such lists are sorted: so equal
//! databases read equal, whichever numbers they gave their objects. A column that no rule covers stops
//! the walk. What is left out stands below, each with its reason.

use super::catalog::{Catalog, Reference};
use super::fault::PostgresFault;

/// Catalogs that are not read, and why.
const SKIPPED_CATALOGS: [(&str, &str); 5] = [
    ("pg_statistic", "ANALYZE computes it from the rows"),
    ("pg_statistic_ext_data", "ANALYZE computes it from the rows"),
    ("pg_largeobject", "the bytes of large objects have entries of their own"),
    ("pg_shdepend", "it follows from owners and privileges, which are read"),
    ("pg_subscription_rel", "how far a subscription has copied its tables"),
];

/// Columns that are not read, and why. An asterisk stands for the rest of a name.
const SKIPPED_COLUMNS: [(&str, &str, &str); 37] = [
    ("*", "oid", "a number that stands for the object: its name is read"),
    ("pg_attribute", "attalign", "it follows from the type"),
    ("pg_attribute", "attbyval", "it follows from the type"),
    ("pg_attribute", "attcacheoff", "a place in memory"),
    ("pg_attribute", "atthasmissing", "how ADD COLUMN stored a default"),
    ("pg_attribute", "attisdropped", "columns that are dropped are not read"),
    ("pg_attribute", "attlen", "it follows from the type"),
    ("pg_attribute", "attmissingval", "how ADD COLUMN stored a default"),
    ("pg_attribute", "attndims", "the server gives it no meaning, and dumps do not keep it"),
    ("pg_attribute", "attnum", "it counts dropped columns: the order of columns is read"),
    ("pg_authid", "rolpassword", "it has an entry of its own, for few may read it"),
    ("pg_class", "relallfrozen", "VACUUM and ANALYZE count it"),
    ("pg_class", "relallvisible", "VACUUM and ANALYZE count it"),
    ("pg_class", "relfilenode", "the name of a file"),
    ("pg_class", "relfrozenxid", "the number of a transaction"),
    ("pg_class", "relhas*", "hints: what they speak of is read"),
    ("pg_class", "relminmxid", "the number of a transaction"),
    ("pg_class", "relnatts", "it counts dropped columns: the order of columns is read"),
    ("pg_class", "relpages", "VACUUM and ANALYZE count it"),
    ("pg_class", "reltoastrelid", "it follows from the columns; its options are read"),
    ("pg_class", "reltuples", "VACUUM and ANALYZE count it"),
    ("pg_class", "relrewrite", "only set while a table is rewritten"),
    ("pg_collation", "collencoding", "it follows from the database"),
    ("pg_collation", "collversion", "the library of the system decides it"),
    (
        "pg_constraint",
        "connoinherit",
        "for keys, versions differ; the definition says it for checks",
    ),
    ("pg_database", "datcollversion", "the library of the system decides it"),
    ("pg_database", "datfrozenxid", "the number of a transaction"),
    ("pg_database", "datlastsysoid", "the number of an object"),
    ("pg_database", "datminmxid", "the number of a transaction"),
    ("pg_database", "datname", "where the database is, and not what it is"),
    ("pg_enum", "enumsortorder", "a fraction: its rank is read"),
    ("pg_index", "indcheckxmin", "only set while transactions are older than the index"),
    ("pg_index", "indexprs", "it is in the definition"),
    ("pg_index", "indnatts", "it is in the definition"),
    ("pg_index", "indpred", "it is in the definition"),
    ("pg_rewrite", "ev_qual", "it is in the definition"),
    ("pg_type", "typndims", "the server gives it no meaning, and dumps do not keep it"),
];

/// Columns that are read in a way of their own. `c` is the row of the catalog.
const READ_AS: [(&str, &str, &str); 18] = [
    ("pg_attrdef", "adbin", "pg_get_expr(c.adbin, c.adrelid)"),
    // The number of a column that may have moved.
    (
        "pg_attrdef",
        "adnum",
        "(SELECT attname FROM pg_attribute WHERE attrelid = c.adrelid AND attnum = c.adnum)",
    ),
    ("pg_class", "relpartbound", "pg_get_expr(c.relpartbound, c.oid)"),
    ("pg_constraint", "conbin", "pg_get_constraintdef(c.oid)"),
    ("pg_index", "indoption", "c.indoption"),
    ("pg_partitioned_table", "partexprs", "pg_get_partkeydef(c.partrelid)"),
    ("pg_policy", "polqual", "pg_get_expr(c.polqual, c.polrelid)"),
    ("pg_policy", "polwithcheck", "pg_get_expr(c.polwithcheck, c.polrelid)"),
    (
        "pg_proc",
        "proargdefaults",
        "CASE WHEN c.proargdefaults IS NOT NULL THEN pg_get_function_arguments(c.oid) END",
    ),
    ("pg_proc", "prosqlbody", "pg_get_function_sqlbody(c.oid)"),
    ("pg_publication_rel", "prqual", "pg_get_expr(c.prqual, c.prrelid)"),
    ("pg_rewrite", "ev_action", "pg_get_ruledef(c.oid)"),
    ("pg_statistic_ext", "stxexprs", "pg_get_statisticsobjdef(c.oid)"),
    (
        "pg_trigger",
        "tgname",
        "regexp_replace(c.tgname, '^(RI_ConstraintTrigger_[ac])_[0-9]+$', '\\1')",
    ),
    ("pg_trigger", "tgqual", "CASE WHEN c.tgqual IS NOT NULL THEN pg_get_triggerdef(c.oid) END"),
    ("pg_type", "typdefault", "CASE WHEN c.typdefaultbin IS NULL THEN c.typdefault END"),
    ("pg_type", "typdefaultbin", "pg_get_expr(c.typdefaultbin, 0)"),
    // The number of a role or of nobody, as the other lists of roles; their order has no meaning.
    (
        "pg_policy",
        "polroles",
        "ARRAY(SELECT CASE r WHEN 0 THEN '' ELSE pg_get_userbyid(r) END FROM unnest(c.polroles) r ORDER BY 1)",
    ),
];

/// What is read beside the columns. `c` is the row of the catalog.
const READ_TOO: [(&str, &str, &str); 5] = [
    (
        "pg_class",
        "columns",
        "CASE WHEN c.relkind NOT IN ('i', 'I', 'S') THEN ARRAY(SELECT attname FROM pg_attribute \
         WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped ORDER BY attnum) END",
    ),
    ("pg_class", "toast_options", "(SELECT reloptions FROM pg_class WHERE oid = c.reltoastrelid)"),
    (
        "pg_enum",
        "rank",
        "(SELECT count(*) FROM pg_enum e WHERE e.enumtypid = c.enumtypid AND e.enumsortorder < c.enumsortorder)",
    ),
    ("pg_index", "definition", "pg_get_indexdef(c.indexrelid)"),
    // One in place is named by its number.
    (
        "pg_tablespace",
        "location",
        "regexp_replace(pg_tablespace_location(c.oid), '^pg_tblspc/[0-9]+$', 'in place')",
    ),
];

/// The list of privileges that stands for a missing one: catalog, column, the kind of `acldefault`, the
/// column of the owner.
const PRIVILEGES: [(&str, &str, &str, &str); 14] = [
    ("pg_attribute", "attacl", "", ""),
    ("pg_class", "relacl", "CASE c.relkind WHEN 'S' THEN 's'::\"char\" ELSE 'r' END", "relowner"),
    ("pg_database", "datacl", "'d'", "datdba"),
    ("pg_default_acl", "defaclacl", "", ""),
    ("pg_foreign_data_wrapper", "fdwacl", "'F'", "fdwowner"),
    ("pg_foreign_server", "srvacl", "'S'", "srvowner"),
    ("pg_init_privs", "initprivs", "", ""),
    ("pg_language", "lanacl", "'l'", "lanowner"),
    ("pg_largeobject_metadata", "lomacl", "'L'", "lomowner"),
    ("pg_namespace", "nspacl", "'n'", "nspowner"),
    ("pg_parameter_acl", "paracl", "", ""),
    ("pg_proc", "proacl", "'f'", "proowner"),
    ("pg_tablespace", "spcacl", "'t'", "spcowner"),
    ("pg_type", "typacl", "'T'", "typowner"),
];

/// References to an object of any catalog: that, the object, and a part of it.
const ADDRESSES: [(&str, [&str; 3]); 8] = [
    ("pg_depend", ["classid", "objid", "objsubid"]),
    ("pg_depend", ["refclassid", "refobjid", "refobjsubid"]),
    ("pg_description", ["classoid", "objoid", "objsubid"]),
    ("pg_init_privs", ["classoid", "objoid", "objsubid"]),
    ("pg_seclabel", ["classoid", "objoid", "objsubid"]),
    ("pg_shdescription", ["classoid", "objoid", "0"]),
    ("pg_shseclabel", ["classoid", "objoid", "0"]),
    // Its own number is its key, and nothing refers to it.
    ("pg_replication_origin", ["'pg_replication_origin'::regclass", "roident", "0"]),
];

/// Rows that are not read.
const FILTERS: [(&str, &str); 11] = [
    // Columns of the system are alike in all tables. Those of sequences and of TOAST tables too.
    (
        "pg_attribute",
        "c.attnum > 0 AND NOT c.attisdropped AND \
         (SELECT relkind NOT IN ('S', 't') FROM pg_class WHERE oid = c.attrelid)",
    ),
    ("pg_database", "c.datname = current_database()"),
    // Members of operator families: minor versions record them differently.
    ("pg_depend", "c.classid NOT IN ('pg_amop'::regclass, 'pg_amproc'::regclass)"),
    (
        "pg_db_role_setting",
        "c.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))",
    ),
    ("pg_shdescription", OF_THIS_DATABASE),
    ("pg_shseclabel", OF_THIS_DATABASE),
    (
        "pg_subscription",
        "c.subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())",
    ),
    ("pg_class", NO_TEMPORARY_RELATION),
    ("pg_namespace", "c.nspname !~ '^pg_(toast|(toast_)?temp_[0-9]+)$'"),
    ("pg_constraint", "true"),
    ("pg_type", "true"),
];

const OF_THIS_DATABASE: &str = "(c.classoid <> 'pg_database'::regclass OR \
    c.objoid = (SELECT oid FROM pg_database WHERE datname = current_database()))";
const NO_TEMPORARY_RELATION: &str = "c.relkind <> 't'";

/// The name under which the numbers of objects that are looked up stand in a catalog.
const ROLES: &str = "pg_authid";

/// What a statement reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rows<'a> {
    /// All rows.
    All,
    /// Those of objects that were made after the database, and of those that are listed: their catalogs and
    /// numbers, in pairs.
    NotBuiltin(&'a str),
}

/// The statement that reads `catalog`: for each row the catalog, the number and the part of the object that
/// it belongs to, and its content as JSON. `None` for a catalog that is not read.
///
/// # Errors
///
/// No rule covers a column.
pub(super) fn statement(
    catalog: &Catalog,
    rows: Rows<'_>,
) -> Result<Option<String>, PostgresFault> {
    if SKIPPED_CATALOGS.iter().any(|(name, _)| *name == catalog.name) {
        return Ok(None);
    }
    let mut fields = Vec::new();
    for column in catalog.columns.keys() {
        if let Some(expression) = expression(catalog, column)? {
            fields.push((column.as_str(), expression));
        }
    }
    let too = READ_TOO.iter().filter(|(name, ..)| *name == catalog.name);
    fields.extend(too.map(|(_, field, expression)| (*field, (*expression).to_owned())));
    fields.sort_by_key(|(field, _)| *field);
    let select = fields.iter().map(|(field, value)| format!("{value} AS \"{field}\""));
    let select = select.collect::<Vec<_>>().join(",\n  ");
    let [class, object, part] = owner(catalog);
    let mut conditions = vec!["true".to_owned()];
    let filters = FILTERS.iter().filter(|(name, _)| *name == catalog.name);
    conditions.extend(filters.map(|(_, condition)| (*condition).to_owned()));
    if let Rows::NotBuiltin(listed) = rows {
        let pair = format!("(({class})::oid, {object})");
        conditions.push(format!("({object} >= 16384 OR {pair} IN ({listed}))"));
    }
    // Few may read passwords, and this view is the catalog without them.
    let source = if catalog.name == ROLES { "pg_roles" } else { &catalog.name };
    Ok(Some(format!(
        "COPY (SELECT ({class})::oid, {object}, {part},\n (SELECT row_to_json(r) FROM (SELECT {select}) r)\n\
         FROM pg_catalog.{source} c WHERE {}) TO STDOUT",
        conditions.join(" AND ")
    )))
}

/// Whether this user may read everything that [`statement`] reads.
pub(super) fn is_readable(catalog: &Catalog) -> bool {
    let mut columns = catalog.columns.iter();
    catalog.name == ROLES
        || columns
            .all(|(name, column)| column.readable || name != "oid" && is_skipped(catalog, name))
}

/// The object that a row belongs to: its catalog, its number, and a part of it.
fn owner(catalog: &Catalog) -> [String; 3] {
    let name = &catalog.name;
    if let Some((_, columns)) = ADDRESSES.iter().find(|(of, _)| of == name) {
        return columns.map(|column| match column {
            "0" => column.to_owned(),
            _ if column.contains(':') => column.to_owned(),
            _ => format!("c.{column}"),
        });
    }
    let class = |catalog: &str| format!("'pg_catalog.{catalog}'::regclass");
    if catalog.columns.contains_key("oid") {
        return [class(name), "c.oid".to_owned(), "0".to_owned()];
    }
    if name == "pg_attribute" {
        return [class("pg_class"), "c.attrelid".to_owned(), "c.attnum".to_owned()];
    }
    let is_key = |reference: &&Reference| {
        !reference.is_array
            && reference.columns.first() == catalog.key.first()
            && reference.columns.len() == 1
    };
    match catalog.references.iter().find(is_key) {
        Some(reference) => {
            [class(&reference.target), format!("c.{}::oid", reference.columns[0]), "0".to_owned()]
        }
        None => [class(name), "0".to_owned(), "0".to_owned()],
    }
}

fn is_skipped(catalog: &Catalog, column: &str) -> bool {
    SKIPPED_COLUMNS.iter().any(|(name, skipped, _)| {
        (*name == "*" || *name == catalog.name)
            && skipped
                .strip_suffix('*')
                .map_or(*skipped == column, |start| column.starts_with(start))
    })
}

/// What is selected for `column`, if anything is.
fn expression(catalog: &Catalog, column: &str) -> Result<Option<String>, PostgresFault> {
    if is_skipped(catalog, column) {
        return Ok(None);
    }
    let is_this = |name: &str, of: &str| name == catalog.name && of == column;
    if let Some((.., expression)) = READ_AS.iter().find(|(name, of, _)| is_this(name, of)) {
        return Ok(Some((*expression).to_owned()));
    }
    let kind = catalog.columns.get(column).map_or("", |column| column.kind.as_str());
    if kind == "aclitem[]" {
        let known = PRIVILEGES.iter().find(|(name, of, ..)| is_this(name, of));
        let (.., default, owner) = known.ok_or_else(|| unknown(catalog, column))?;
        let list = match *default {
            "" => format!("c.{column}"),
            _ => format!("coalesce(c.{column}, acldefault({default}, c.{owner}))"),
        };
        return Ok(Some(format!(
            "ARRAY(SELECT item::text COLLATE \"C\" FROM unnest({list}) item ORDER BY 1)"
        )));
    }
    let is_address = |columns: &[&str; 3]| columns.contains(&column);
    if let Some((_, [class, object, part])) =
        ADDRESSES.iter().find(|(name, columns)| *name == catalog.name && is_address(columns))
    {
        // One of the three stands for all.
        if column != *object || class.contains(':') {
            return Ok(None);
        }
        let part = if *part == "0" { "0".to_owned() } else { format!("c.{part}") };
        let name = identified(&format!("c.{class}"), &format!("c.{object}"), &part);
        // Before version 15, what the server needs is pinned: a dependency of nothing on it.
        let may_pin = is_this("pg_depend", "objid");
        return Ok(Some(if may_pin {
            format!("CASE c.deptype WHEN 'p' THEN '' ELSE {name} END")
        } else {
            name
        }));
    }
    if let Some(expression) = by_reference(catalog, column) {
        return Ok(Some(expression));
    }
    match kind {
        "oid" | "oid[]" | "oidvector" | "regproc" | "pg_node_tree" | "int2vector"
        | "smallint[]" | "anyarray" | "xid" => Err(unknown(catalog, column)),
        _ => Ok(Some(format!("c.{column}"))),
    }
}

fn unknown(catalog: &Catalog, column: &str) -> PostgresFault {
    PostgresFault::UnknownColumn(format!("the column {column} of {}", catalog.name))
}

/// What is selected for a column that refers to something.
fn by_reference(catalog: &Catalog, column: &str) -> Option<String> {
    let last =
        |reference: &&Reference| reference.columns.last().map(String::as_str) == Some(column);
    // That to a column of a relation says more than that to the relation.
    let reference =
        catalog.references.iter().filter(last).max_by_key(|reference| reference.columns.len())?;
    match (&reference.columns[..], reference.is_array) {
        ([_], false) => Some(named(&reference.target, &format!("c.{column}::oid"))),
        ([_], true) => Some(format!(
            "(SELECT array_agg({} ORDER BY n) FROM unnest(c.{column}::oid[]) WITH ORDINALITY u(x, n))",
            named(&reference.target, "x")
        )),
        ([relation, _], false) => Some(format!(
            "(SELECT attname FROM pg_attribute WHERE attrelid = c.{relation} AND attnum = c.{column})"
        )),
        ([relation, _], true) => Some(format!(
            "(SELECT array_agg(attname ORDER BY n) FROM unnest(c.{column}::int2[]) WITH ORDINALITY u(x, n) \
             LEFT JOIN pg_attribute ON attrelid = c.{relation} AND attnum = x)"
        )),
        _ => None,
    }
}

/// The name of the object with the number `number` in the catalog `target`.
fn named(target: &str, number: &str) -> String {
    match target {
        "pg_class" => format!("({number})::regclass::text"),
        "pg_type" => format!("format_type({number}, NULL)"),
        "pg_proc" => format!("({number})::regprocedure::text"),
        "pg_operator" => format!("({number})::regoperator::text"),
        "pg_namespace" => format!("({number})::regnamespace::text"),
        "pg_authid" => format!("CASE {number} WHEN 0 THEN '' ELSE pg_get_userbyid({number}) END"),
        // The name of this database is left out; the setting of all databases has none.
        "pg_database" => format!("({number} <> 0)"),
        _ => identified(&format!("'pg_catalog.{target}'::regclass"), number, "0"),
    }
}

/// The kind and the name of any object. Names that the server gave to triggers have numbers in them.
fn identified(class: &str, object: &str, part: &str) -> String {
    format!(
        "(SELECT i.type || ' ' || regexp_replace(i.identity, '(\"RI_ConstraintTrigger_[ac])_[0-9]+\"', '\\1\"') \
         FROM pg_identify_object({class}, {object}, {part}) i)"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::postgres::catalog::Column;

    fn catalog(name: &str, columns: &[(&str, &str)]) -> Catalog {
        let column = |(name, kind): &(&str, &str)| {
            ((*name).to_owned(), Column { kind: (*kind).to_owned(), readable: true })
        };
        Catalog {
            name: name.to_owned(),
            columns: columns.iter().map(column).collect(),
            ..Catalog::default()
        }
    }

    #[test]
    fn a_column_that_no_rule_covers_stops_the_walk() {
        for kind in ["oid", "pg_node_tree", "aclitem[]", "int2vector", "regproc", "oid[]"] {
            let new = catalog("pg_new", &[("oid", "oid"), ("newcolumn", kind)]);
            let fault = statement(&new, Rows::All).unwrap_err();
            assert_eq!(
                fault,
                PostgresFault::UnknownColumn("the column newcolumn of pg_new".to_owned())
            );
        }
        let new = catalog("pg_new", &[("oid", "oid"), ("newcolumn", "text")]);
        let text = statement(&new, Rows::All).unwrap().unwrap();
        assert!(text.contains("c.newcolumn AS \"newcolumn\""), "{text}");
    }

    #[test]
    fn a_reference_is_read_by_name() {
        let mut new =
            catalog("pg_new", &[("oid", "oid"), ("newclass", "oid"), ("newkey", "int2vector")]);
        let reference = |columns: &[&str], target: &str, is_array| Reference {
            columns: columns.iter().map(|column| (*column).to_owned()).collect(),
            target: target.to_owned(),
            is_array,
        };
        new.references = vec![
            reference(&["newclass"], "pg_class", false),
            reference(&["newclass", "newkey"], "pg_attribute", true),
        ];
        let text = statement(&new, Rows::NotBuiltin("(1,2200)")).unwrap().unwrap();
        assert!(text.contains("(c.newclass::oid)::regclass::text AS \"newclass\""), "{text}");
        assert!(text.contains("LEFT JOIN pg_attribute ON attrelid = c.newclass"), "{text}");
        let pair = "(('pg_catalog.pg_new'::regclass)::oid, c.oid) IN ((1,2200))";
        assert!(text.contains(&format!("(c.oid >= 16384 OR {pair})")), "{text}");
    }
}
