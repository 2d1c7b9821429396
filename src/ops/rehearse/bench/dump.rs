//! Dumps of PostgreSQL: how they are told apart, and why one cannot be restored.

use std::fs;
use std::io::Read as _;
use std::path::Path;

use sealgate_core::text::problem::{Problem, in_words};

/// How a dump begins that `pg_restore` reads: in the custom format, or as tar.
const ARCHIVES: [&[u8]; 2] = [b"PGDMP", b"toc.dat"];

/// Whether `pg_restore` reads `dump`: a directory, or an archive.
pub(super) fn is_archive(dump: &Path) -> Result<bool, Problem> {
    if dump.is_dir() {
        return Ok(true);
    }
    let mut begin = Vec::new();
    let read = fs::File::open(dump).and_then(|file| file.take(16).read_to_end(&mut begin));
    read.map_err(|error| {
        Problem::new("clone-unreadable", format!("{}: {}", dump.display(), in_words(&error)))
            .remedy("name a dump that this user can read")
    })?;
    Ok(ARCHIVES.iter().any(|archive| begin.starts_with(archive)))
}

pub(super) fn restore_failed(why: &str) -> Problem {
    Problem::new("restore-failed", format!("the dump cannot be restored: {why}")).remedy(
        "make it with pg_dump -Fc of this major version, and install the extensions that it names",
    )
}

/// Why `what` was not restored, of which PostgreSQL `said` this.
pub(super) fn refused(what: &str, said: &str) -> Problem {
    let missing = missing_roles(said);
    if missing.is_empty() {
        let problem = restore_failed(&format!("{what}: {said}"));
        if !said.contains("tablespace") {
            return problem;
        }
        // It is a place on the machine of the source, and nothing is written at such a place here.
        return problem.remedy(
            "leave tablespaces out: write the roles with pg_dumpall --roles-only instead of --globals-only, \
             and the dump with --no-tablespaces",
        );
    }
    let message = format!("the dump names roles that are not there: {}", missing.join(", "));
    Problem::new("roles-missing", message).remedy(
        "write the roles of the source, and name the file in the plan as `roles`: \
         pg_dumpall --globals-only --no-role-passwords -f roles.sql",
    )
}

/// The roles of which `said` states that they do not exist.
fn missing_roles(said: &str) -> Vec<String> {
    let mut missing = Vec::new();
    for part in said.split("role \"").skip(1) {
        if let Some((name, _)) = part.split_once("\" does not exist")
            && !missing.iter().any(|known| known == name)
        {
            missing.push(name.to_owned());
        }
    }
    missing
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_roles_are_named_once() {
        let said = "psql:x:7: ERROR:  role \"app\" does not exist\n\
                    ERROR: role \"a b\" does not exist\nrole \"app\" does not exist";
        assert_eq!(missing_roles(said), ["app", "a b"]);
        assert!(missing_roles("relation \"x\" does not exist").is_empty());
        assert!(missing_roles("role \"x\" already exists").is_empty());
    }

    #[test]
    fn what_was_refused_has_its_code_and_says_what_next() {
        let cases = [
            ("ERROR: role \"app\" does not exist", "roles-missing", "pg_dumpall --globals-only"),
            ("ERROR: tablespace \"fast\" does not exist", "restore-failed", "--no-tablespaces"),
            ("ERROR: extension \"x\" is not available", "restore-failed", "install the extensions"),
        ];
        for (said, code, next) in cases {
            let problem = refused("pg_restore", said);
            assert_eq!(problem.code, code, "{said}");
            assert!(problem.remedy.as_ref().is_some_and(|text| text.contains(next)), "{problem:?}");
        }
    }
}
