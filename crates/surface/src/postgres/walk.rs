//! Everything that the catalogs say, as objects with paths.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use sealgate_core::compare::inventory::{ScanError, ScanErrorKind};

use super::catalog::Catalog;
use super::copy::{self, NULL};
use super::fault::PostgresFault;
use super::generate::{self, Rows};
use super::psql::Session;
use crate::{Wanted, path};

/// Where everything has its place.
const PLACES: &str = include_str!("places.sql");

/// Where those objects have their places whose catalog not every server has: the catalog, and the places.
const NEWER_PLACES: [(&str, &str); 1] = [(
    "pg_publication_namespace",
    " UNION ALL SELECT 'pg_publication_namespace'::regclass, r.oid, 0,
       ARRAY['=+database', '=publications', '.' || pubname]
      FROM pg_publication_namespace r JOIN pg_publication p ON p.oid = r.pnpubid\n",
)];

/// How the places begin of what is left out.
const LEFT_OUT: &[u8] = b"-";

/// Where the objects of the server itself are, one entry for each catalog.
pub(super) const BUILTIN: &str = "+builtin";

/// The number of the first object that is not made with the database.
const FIRST_OBJECT: u32 = 16384;

/// Objects that have places of their own although their numbers are those of objects that are made with the
/// database: the catalog and the number of each. The numbers alone say nothing: a user chooses those of large
/// objects.
const LISTED: &str =
    "COPY (SELECT coalesce(string_agg(format('(%s,%s)', class::oid, oid), ','), '(0,0)') FROM (
 SELECT classid AS class, objid AS oid FROM pg_depend WHERE deptype = 'e' AND objid < 16384
 UNION SELECT 'pg_namespace'::regclass, oid FROM pg_namespace WHERE nspname = 'public'
 UNION SELECT 'pg_extension'::regclass, oid FROM pg_extension
 UNION SELECT 'pg_authid'::regclass, oid FROM pg_roles
 UNION SELECT 'pg_tablespace'::regclass, oid FROM pg_tablespace
 UNION SELECT 'pg_replication_origin'::regclass, roident FROM pg_replication_origin
 UNION SELECT class, oid FROM pg_largeobject_metadata,
  (VALUES ('pg_largeobject_metadata'::regclass), ('pg_largeobject'::regclass)) c(class)
 UNION SELECT 'pg_database'::regclass, oid FROM pg_database WHERE datname = current_database()) x
 WHERE oid < 16384) TO STDOUT";

/// Settings of the database and of roles, one row for each: its place, and its content.
const SETTINGS: &str = "COPY (
 SELECT CASE WHEN s.setdatabase = 0 THEN '=+roles' ELSE '=+database' END,
  CASE WHEN s.setdatabase = 0 THEN CASE WHEN s.setrole = 0 THEN '=+all' ELSE '.' || pg_get_userbyid(s.setrole) END
   WHEN s.setrole = 0 THEN '=settings' ELSE '=role-settings' END,
  CASE WHEN s.setdatabase = 0 THEN NULL WHEN s.setrole = 0 THEN '.' || o.name
   ELSE '.' || pg_get_userbyid(s.setrole) END,
  CASE WHEN s.setdatabase <> 0 AND s.setrole <> 0 THEN '.' || o.name END,
  (SELECT row_to_json(r) FROM (SELECT o.name, CASE s.setrole WHEN 0 THEN '' ELSE pg_get_userbyid(s.setrole) END AS role,
   o.value) r)
 FROM pg_db_role_setting s,
  LATERAL (SELECT split_part(c, '=', 1) AS name, substr(c, strpos(c, '=') + 1) AS value FROM unnest(s.setconfig) c) o
 WHERE s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))) TO STDOUT";

/// The passwords of roles, as the server keeps them.
const PASSWORDS: &str = "COPY (
 SELECT '=+roles', '.' || rolname || '.password', NULL, NULL,
  (SELECT row_to_json(r) FROM (SELECT rolpassword) r) FROM pg_authid) TO STDOUT";

/// The catalogs that [`SETTINGS`] and [`PASSWORDS`] read.
const SETTINGS_CATALOG: &str = "pg_db_role_setting";
const PASSWORDS_CATALOG: &str = "pg_authid";

/// What a walk found: the lines of each object, by its path, and the paths that cannot be read.
#[derive(Debug, Default)]
pub(super) struct Objects {
    lines: BTreeMap<String, Vec<Vec<u8>>>,
    /// What cannot be read.
    pub(super) failed: Vec<(String, ScanError)>,
}

impl Objects {
    /// Adds a line, which has no line feed, to the object at `path`.
    pub(super) fn push(&mut self, path: String, catalog: &str, json: &[u8]) {
        let line = [catalog.as_bytes(), b"\t", json, b"\n"].concat();
        self.lines.entry(path).or_default().push(line);
    }

    /// The bytes of each object: its lines, sorted.
    pub(super) fn contents(self) -> BTreeMap<String, Vec<u8>> {
        let content = |(path, mut lines): (String, Vec<Vec<u8>>)| {
            lines.sort();
            (path, lines.concat())
        };
        self.lines.into_iter().map(content).collect()
    }
}

/// What has which place: by catalog, number and part. `None` stands for what is left out.
type Places = HashMap<(u32, u32, u32), Option<String>>;

/// Walks all catalogs, for what is `wanted` of them.
///
/// # Errors
///
/// The server does not answer, or no rule covers a column.
pub(super) fn walk(
    session: &mut Session,
    catalogs: &BTreeMap<String, Catalog>,
    wanted: Wanted<'_>,
) -> Result<Objects, PostgresFault> {
    let listed = session.one(LISTED)?;
    let places = places(session, catalogs, &listed)?;
    let mut objects = Objects::default();
    let rows = if wanted.reaches(BUILTIN) { Rows::All } else { Rows::NotBuiltin(&listed) };
    for catalog in catalogs.values().filter(|catalog| catalog.name != SETTINGS_CATALOG) {
        let Some(statement) = generate::statement(catalog, rows)? else { continue };
        if !generate::is_readable(catalog) {
            unreadable(&mut objects, catalog, wanted);
            continue;
        }
        session.run(&statement, &mut |line| {
            let Some((path, json)) = placed(line, &places, &catalog.name) else { return };
            if wanted.has(&path) {
                objects.push(path, &catalog.name, &json);
            }
        })?;
    }
    with_places(session, SETTINGS, SETTINGS_CATALOG, wanted, &mut objects)?;
    passwords(session, catalogs, wanted, &mut objects)?;
    Ok(objects)
}

/// Reads where every object has its place.
fn places(
    session: &mut Session,
    catalogs: &BTreeMap<String, Catalog>,
    listed: &str,
) -> Result<Places, PostgresFault> {
    let mut statement = format!("COPY ({PLACES}");
    for catalog in catalogs.values() {
        let name = &catalog.name;
        if let Some((_, places)) = NEWER_PLACES.iter().find(|(newer, _)| newer == name) {
            statement.push_str(places);
            continue;
        }
        let has_numbers = catalog.columns.contains_key("oid") && generate::is_readable(catalog);
        if has_numbers && !PLACES.contains(&format!("'{name}'::regclass")) {
            // Writing to a string cannot fail.
            let _ = write!(
                statement,
                " UNION ALL SELECT '{name}'::regclass, c.oid, 0, ARRAY['=+other', '.' || i.type, '.' || i.identity]
                 FROM {name} c, LATERAL pg_identify_object('{name}'::regclass, c.oid, 0) i\n"
            );
        }
    }
    let _ = write!(
        statement,
        ") SELECT class::oid, oid, part, place[1], place[2], place[3], place[4] FROM object
         WHERE oid >= {FIRST_OBJECT} OR (class::oid, oid) IN ({listed})) TO STDOUT"
    );
    let mut places = Places::new();
    session.run(&statement, &mut |line| {
        let mut fields = line.split(|&byte| byte == b'\t');
        let address = (number(fields.next()), number(fields.next()), number(fields.next()));
        let mut fields = fields.peekable();
        let is_left_out = fields.peek() == Some(&LEFT_OUT);
        let components: Vec<String> = fields.map_while(component).collect();
        places.insert(address, (!is_left_out).then(|| components.join("/")));
    })?;
    Ok(places)
}

fn number(field: Option<&[u8]>) -> u32 {
    field.and_then(|field| std::str::from_utf8(field).ok()?.parse().ok()).unwrap_or_default()
}

/// The component of a path that `field` of a place stands for; `None` for NULL.
fn component(field: &[u8]) -> Option<String> {
    if field == NULL {
        return None;
    }
    let value = copy::unescape(field);
    Some(match value.split_first() {
        Some((b'=', literal)) => String::from_utf8_lossy(literal).into_owned(),
        Some((_, name)) => path::name(name),
        None => path::name(b""),
    })
}

/// The path and the content of a line that a catalog's statement gave; `None` for what is left out.
fn placed(line: &[u8], places: &Places, catalog: &str) -> Option<(String, Vec<u8>)> {
    let mut fields = line.splitn(4, |&byte| byte == b'\t');
    let (class, object, part) =
        (number(fields.next()), number(fields.next()), number(fields.next()));
    let json = copy::unescape(fields.next().unwrap_or_default());
    let known = places.get(&(class, object, part)).or_else(|| places.get(&(class, object, 0)));
    let path = match known {
        Some(place) => place.clone()?,
        None if object < FIRST_OBJECT => format!("{BUILTIN}/{catalog}"),
        // Something of an object that is gone.
        None => format!("+other/{catalog}"),
    };
    Some((path, json))
}

/// Adds what `statement` gives: the components of a place, and the content.
fn with_places(
    session: &mut Session,
    statement: &str,
    catalog: &str,
    wanted: Wanted<'_>,
    objects: &mut Objects,
) -> Result<(), PostgresFault> {
    session.run(statement, &mut |line| {
        let fields: Vec<&[u8]> = line.splitn(5, |&byte| byte == b'\t').collect();
        let Some((json, place)) = fields.split_last() else { return };
        let components: Vec<String> = place.iter().filter_map(|field| component(field)).collect();
        let path = components.join("/");
        if wanted.has(&path) {
            objects.push(path, catalog, &copy::unescape(json));
        }
    })
}

fn passwords(
    session: &mut Session,
    catalogs: &BTreeMap<String, Catalog>,
    wanted: Wanted<'_>,
    objects: &mut Objects,
) -> Result<(), PostgresFault> {
    let may_read = catalogs
        .get(PASSWORDS_CATALOG)
        .and_then(|catalog| catalog.columns.get("rolpassword"))
        .is_some_and(|column| column.readable);
    if may_read {
        return with_places(session, PASSWORDS, PASSWORDS_CATALOG, wanted, objects);
    }
    let names = "COPY (SELECT rolname || '.password' FROM pg_roles) TO STDOUT";
    session.run(names, &mut |line| {
        let path = format!("+roles/{}", path::name(&copy::unescape(line)));
        if wanted.has(&path) {
            objects.failed.push((path, not_readable(PASSWORDS_CATALOG)));
        }
    })
}

/// Says that nothing of what `catalog` lists can be read.
fn unreadable(objects: &mut Objects, catalog: &Catalog, wanted: Wanted<'_>) {
    let place = match catalog.name.as_str() {
        "pg_user_mapping" => "+database/user-mappings".to_owned(),
        "pg_subscription" => "+database/subscriptions".to_owned(),
        name => format!("+other/{name}"),
    };
    if wanted.reaches(&place) {
        objects.failed.push((place, not_readable(&catalog.name).of_directory()));
    }
}

fn not_readable(catalog: &str) -> ScanError {
    let detail = format!("this user may not read {catalog}");
    ScanError::new(ScanErrorKind::Unreadable, detail)
}
