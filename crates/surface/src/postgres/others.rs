//! The other databases of the server, as far as this one shows them.

use super::copy;
use super::fault::PostgresFault;
use super::psql::Session;

/// A database that is not the one that is connected to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherDatabase {
    /// Its name.
    pub name: String,
    /// Whether new databases are made from it.
    pub is_template: bool,
    /// Whether it lets anybody in.
    pub is_open: bool,
    /// Its properties, its settings and its comment.
    pub content: String,
}

/// What is left out are numbers of objects and of transactions, and what the library of the system decides.
const OTHERS: &str = "COPY (
 SELECT d.datname, d.datistemplate, d.datallowconn,
  to_jsonb(d) - ARRAY['oid', 'datdba', 'dattablespace', 'datacl', 'datfrozenxid', 'datminmxid', 'datlastsysoid',
    'datcollversion']
   || jsonb_build_object(
    'owner', pg_get_userbyid(d.datdba),
    'tablespace', (SELECT spcname FROM pg_tablespace t WHERE t.oid = d.dattablespace),
    'privileges', ARRAY(SELECT item::text COLLATE \"C\"
     FROM unnest(coalesce(d.datacl, acldefault('d', d.datdba))) item ORDER BY 1),
    'comment', shobj_description(d.oid, 'pg_database'),
    'settings', (SELECT jsonb_agg(jsonb_build_array(r.rolname, s.setconfig) ORDER BY r.rolname)
     FROM pg_db_role_setting s LEFT JOIN pg_roles r ON r.oid = s.setrole WHERE s.setdatabase = d.oid))
 FROM pg_database d WHERE d.datname <> current_database() ORDER BY 1) TO STDOUT";

/// Lists them, by name.
pub(super) fn list(session: &mut Session) -> Result<Vec<OtherDatabase>, PostgresFault> {
    let mut others = Vec::new();
    session.run(OTHERS, &mut |line| {
        let values: Vec<String> =
            copy::values(line).into_iter().map(Option::unwrap_or_default).collect();
        let [name, is_template, is_open, content] = &values[..] else { return };
        others.push(OtherDatabase {
            name: name.clone(),
            is_template: is_template == "t",
            is_open: is_open == "t",
            content: content.clone(),
        });
    })?;
    Ok(others)
}
