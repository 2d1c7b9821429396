//! How an object on a PostgreSQL server differs: the sealed one is arrived at from the one that is there.
//!
//! The content of such an object is a line for each row of a catalog, sorted by bytes: the name of the catalog,
//! a tab, and a JSON object.

use std::collections::BTreeSet;

use super::{Explained, Sealed, because};
use crate::compare::finding::Cause;
use crate::seal::entry::Entry;

/// Where the settings of a database have their places, and those of its roles.
const SETTINGS: [&[u8]; 2] = [b"+database/settings/", b"+database/role-settings/"];

/// The catalogs of comments.
const COMMENTS: [&str; 2] = ["pg_description\t", "pg_shdescription\t"];

/// What begins the order of the columns in the line of a table.
const COLUMNS: &str = "\"columns\":[";

/// How the names of the fields end that hold the owner, and those that hold privileges.
const OWNERS: [&str; 2] = ["owner\":\"", "\"datdba\":\""];
const PRIVILEGES: &str = "acl\":[";

/// An object with more columns, or more roles that may have had something, is not explained.
const MOST_COLUMNS: usize = 100;
const MOST_ROLES: usize = 100;

/// The most letters of privileges that are tried in all combinations.
const MOST_LETTERS: usize = 8;

/// The letters of privileges, in the order in which the server writes them.
const LETTERS: &str = "arwdDxtXUCTcsAm";

/// What an owner has from the beginning, and may have lost: the field, a letter that says that it is something
/// else, and the letters.
const ALL_OF: [(&str, char, &str); 4] = [
    ("\"relacl", 'U', "arwdDxt"),
    ("\"nspacl", 'x', "UC"),
    ("\"datacl", 'x', "CTc"),
    ("\"lomacl", 'x', "rw"),
];

/// Whether the object at `path` is a setting of the database.
pub(super) fn of_setting(path: &[u8]) -> Explained {
    let is_setting = SETTINGS.iter().any(|place| path.starts_with(place));
    is_setting.then_some((Cause::SettingOfDatabase, None))
}

/// The cause of a difference between the object that was `sealed` and the one whose content is `there`; `roles`
/// are the names of those that may have owned it, or have had privileges.
#[must_use]
pub fn of_catalog(sealed: &Entry, there: &[u8], roles: &[String]) -> Explained {
    let Entry::File { size, digest, .. } = sealed else { return None };
    let sealed = Sealed { size: usize::try_from(*size).ok()?, digest: *digest };
    let text = std::str::from_utf8(there).ok()?.strip_suffix('\n')?;
    let object = Object { lines: text.split('\n').collect() };
    let was = |candidate: Vec<String>| sealed.is(&content(candidate));
    if object.without_comments().any(was) {
        return Some(because(Cause::Comment, "a comment was added"));
    }
    if object.with_moved_columns().any(was) {
        let detail = "the columns are the sealed ones, in another order";
        return Some(because(Cause::ColumnOrder, detail));
    }
    let roles = &roles[..roles.len().min(MOST_ROLES)];
    if object.with_other_owners(roles).any(was) {
        return Some(because(Cause::OwnerOrGrants, "it had another owner"));
    }
    if object.with_other_grants(roles).any(was) {
        return Some(because(Cause::OwnerOrGrants, "a role had other privileges"));
    }
    None
}

/// The bytes of an object with these lines.
fn content(mut lines: Vec<String>) -> Vec<u8> {
    lines.sort();
    let mut bytes = lines.join("\n").into_bytes();
    bytes.push(b'\n');
    bytes
}

struct Object<'t> {
    lines: Vec<&'t str>,
}

impl Object<'_> {
    /// The lines with another text for the one `at`, or none.
    fn with(&self, at: usize, text: Option<String>) -> Vec<String> {
        let mut lines: Vec<String> = self.lines.iter().map(|&line| line.to_owned()).collect();
        match text {
            Some(text) => lines[at] = text,
            None => drop(lines.remove(at)),
        }
        lines
    }

    fn without_comments(&self) -> impl Iterator<Item = Vec<String>> {
        let is_comment = |line: &str| COMMENTS.iter().any(|catalog| line.starts_with(catalog));
        let comments = (0..self.lines.len()).filter(move |&at| is_comment(self.lines[at]));
        comments.map(|at| self.with(at, None))
    }

    /// A column that is dropped and added again comes last: each column at each other place.
    fn with_moved_columns(&self) -> impl Iterator<Item = Vec<String>> {
        let lists = self.lists(COLUMNS).filter(|list| list.items.len() <= MOST_COLUMNS);
        lists.flat_map(move |list| {
            let count = list.items.len();
            let moves = (0..count).flat_map(move |from| (0..count).map(move |to| (from, to)));
            moves.filter(|(from, to)| from != to).map(move |(from, to)| {
                let mut items = list.items.clone();
                let item = items.remove(from);
                items.insert(to, item);
                self.with(list.line, Some(list.with(&items)))
            })
        })
    }

    /// What it was if one of `roles` owned it.
    fn with_other_owners(&self, roles: &[String]) -> impl Iterator<Item = Vec<String>> {
        let owner = self.owner();
        let others = roles.iter().filter(move |role| owner.is_some_and(|owner| **role != *owner));
        others.filter_map(move |role| {
            let lines = self.lines.iter().map(|line| with_owner(line, owner?, role));
            lines.collect::<Option<Vec<String>>>()
        })
    }

    fn owner(&self) -> Option<&str> {
        self.lines.iter().find_map(|line| {
            let name = OWNERS.iter().find_map(|key| Some(line.split_once(key)?.1))?;
            name.split_once('"').map(|(name, _)| name)
        })
    }

    /// What it was if one of `roles`, or everybody, had more or fewer privileges.
    fn with_other_grants(&self, roles: &[String]) -> impl Iterator<Item = Vec<String>> {
        let everybody = String::new();
        let roles: Vec<String> = roles.iter().cloned().chain([everybody]).collect();
        self.lists(PRIVILEGES).flat_map(move |list| {
            let field = &list.text[..list.start - PRIVILEGES.len() + "acl".len()];
            let granted = granted(field, &list.items);
            let lists = roles.iter().flat_map(|role| other_grants(&list.items, role, &granted));
            let lines = lists.map(|items| self.with(list.line, Some(list.with(&items))));
            lines.collect::<Vec<_>>()
        })
    }

    /// The lists of strings that stand behind `key`, of strings without escapes.
    fn lists<'k>(&self, key: &'k str) -> impl Iterator<Item = List<'_>> + use<'_, 'k> {
        self.lines.iter().enumerate().filter_map(move |(line, text)| {
            let start = text.find(key)? + key.len();
            let end = start + text[start..].find(']')?;
            let items: Vec<String> = serde_json::from_str(&text[start - 1..=end]).ok()?;
            let is_plain = !text[start..end].contains('\\');
            is_plain.then_some(List { line, text, start, end, items })
        })
    }
}

/// A list of strings in a line.
struct List<'t> {
    line: usize,
    text: &'t str,
    start: usize,
    end: usize,
    items: Vec<String>,
}

impl List<'_> {
    /// The line with other items.
    fn with(&self, items: &[String]) -> String {
        [&self.text[..self.start], &quoted(items), &self.text[self.end..]].concat()
    }
}

/// `line`, of an object of `owner`, as it was if `other` owned the object.
fn with_owner(line: &str, owner: &str, other: &str) -> Option<String> {
    let mut changed = line.to_owned();
    for key in OWNERS {
        changed = changed.replace(&format!("{key}{owner}\""), &format!("{key}{other}\""));
    }
    let object = Object { lines: vec![line] };
    for list in object.lists(PRIVILEGES) {
        let item = |item: &String| {
            let (grant, grantor) = item.rsplit_once('/')?;
            let grantor = if grantor == owner { other } else { grantor };
            let (grantee, letters) = grant.rsplit_once('=')?;
            let grantee = if grantee == owner { other } else { grantee };
            Some(format!("{grantee}={letters}/{grantor}"))
        };
        let mut items = list.items.iter().map(item).collect::<Option<Vec<String>>>()?;
        items.sort();
        changed = changed.replace(&list.text[list.start..list.end], &quoted(&items));
    }
    Some(changed)
}

/// The items of a list as they stand in a line.
fn quoted(items: &[String]) -> String {
    items.iter().map(|item| format!("\"{item}\"")).collect::<Vec<_>>().join(",")
}

/// The letters of privileges that there are for what has `items` in the field that ends with `field`, and who
/// granted those.
fn granted<'i>(field: &str, items: &'i [String]) -> (Vec<char>, BTreeSet<&'i str>) {
    let (mut given, mut grantors) = (String::new(), BTreeSet::new());
    for (grant, grantor) in items.iter().filter_map(|item| item.rsplit_once('/')) {
        grantors.insert(grantor);
        given += grant.rsplit_once('=').map_or("", |(_, given)| given);
    }
    let whole =
        ALL_OF.iter().find(|(name, letter, _)| field.ends_with(name) && !given.contains(*letter));
    given += whole.map_or("", |(.., letters)| letters);
    let mut letters: Vec<char> = LETTERS.chars().filter(|letter| given.contains(*letter)).collect();
    letters.truncate(MOST_LETTERS);
    (letters, grantors)
}

/// `items` with every other set of privileges for `role`: with none of them, and with each combination of
/// letters by each grantor.
fn other_grants(
    items: &[String],
    role: &str,
    (letters, grantors): &(Vec<char>, BTreeSet<&str>),
) -> Vec<Vec<String>> {
    let begin = format!("{role}=");
    let others: Vec<String> =
        items.iter().filter(|item| !item.starts_with(&begin)).cloned().collect();
    let mut lists = vec![others.clone()];
    for grantor in grantors {
        for chosen in 1..1_usize << letters.len() {
            let chosen = letters.iter().enumerate().filter(|(at, _)| chosen >> at & 1 == 1);
            let chosen: String = chosen.map(|(_, letter)| letter).collect();
            let mut list = others.clone();
            list.push(format!("{begin}{chosen}/{grantor}"));
            list.sort();
            lists.push(list);
        }
    }
    lists
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::entry::Digest;

    const TABLE: &str = "pg_class\t{\"columns\":[\"id\",\"uid\",\"seen\"],\"relacl\":[\"app=arwdDxt/app\",\
        \"reader=r/app\"],\"relname\":\"t\",\"relowner\":\"app\"}\npg_type\t{\"typacl\":[\"=U/app\",\"app=U/app\"],\
        \"typname\":\"t\",\"typowner\":\"app\"}\n";

    fn cause(sealed: &str, there: &str) -> Option<(Cause, String)> {
        let bytes = sealed.as_bytes();
        let (size, digest) = (bytes.len() as u64, Digest::of(bytes));
        let sealed = Entry::File { size, digest, executable: false };
        let roles = ["app", "chief", "reader", "writer"].map(str::to_owned);
        of_catalog(&sealed, there.as_bytes(), &roles).map(|(cause, why)| (cause, why.unwrap()))
    }

    #[test]
    fn a_single_change_is_proved_by_undoing_it() {
        let comment = "pg_description\t{\"description\":\"x\"}\n";
        let commented = {
            let (class, kind) = TABLE.split_once("pg_type").unwrap();
            format!("{class}{comment}pg_type{kind}")
        };
        let with = |from: &str, to: &str| TABLE.replace(from, to);
        let owned = with("\"reader=r/app\"", "\"reader=r/chief\"")
            .replace("app=arwdDxt/app", "chief=arwdDxt/chief")
            .replace("\"relowner\":\"app\"", "\"relowner\":\"chief\"")
            .replace("\"=U/app\",\"app=U/app\"", "\"=U/chief\",\"chief=U/chief\"")
            .replace("\"typowner\":\"app\"", "\"typowner\":\"chief\"");
        let grants = Some(Cause::OwnerOrGrants);
        let cases = [
            (TABLE.to_owned(), commented, Some(Cause::Comment)),
            (
                with("\"uid\",\"seen\"", "\"seen\",\"uid\""),
                TABLE.to_owned(),
                Some(Cause::ColumnOrder),
            ),
            (owned.clone(), TABLE.to_owned(), grants),
            (TABLE.to_owned(), owned, grants),
            // Granted, revoked, and more or fewer than before; to a role, and to everybody.
            (with(",\"reader=r/app\"", ""), TABLE.to_owned(), grants),
            (
                with("\"reader=r/app\"", "\"reader=r/app\",\"writer=aw/app\""),
                TABLE.to_owned(),
                grants,
            ),
            (with("reader=r/app", "reader=rw/app"), TABLE.to_owned(), grants),
            (with("[\"app=arw", "[\"=r/app\",\"app=arw"), TABLE.to_owned(), grants),
            (with("app=arwdDxt/app", "app=arwd/app"), TABLE.to_owned(), grants),
            (TABLE.to_owned(), with("app=arwdDxt/app", "app=arwxt/app"), grants),
            // Two changes, one that nobody can undo, and what is no object.
            (
                with("\"uid\",\"seen\"", "\"seen\",\"uid\"").replace(",\"reader=r/app\"", ""),
                TABLE.to_owned(),
                None,
            ),
            (with("\"relname\":\"t\"", "\"relname\":\"u\""), TABLE.to_owned(), None),
            (String::new(), TABLE.to_owned(), None),
        ];
        for (sealed, there, expected) in cases {
            let found = cause(&sealed, &there);
            assert_eq!(found.as_ref().map(|(cause, _)| *cause), expected, "{sealed}\n{there}");
        }
    }

    #[test]
    fn a_setting_is_known_by_its_place() {
        let cases = [
            ("+database/settings/work_mem", true),
            ("+database/role-settings/app/work_mem", true),
            ("+database/servers/settings", false),
            ("public/+database/settings/x", false),
        ];
        for (path, is_setting) in cases {
            let cause = of_setting(path.as_bytes()).map(|(cause, _)| cause);
            assert_eq!(cause == Some(Cause::SettingOfDatabase), is_setting, "{path}");
        }
    }
}
