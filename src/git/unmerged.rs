//! What a merge left undecided.

use std::path::Path;

use super::{GitError, Oid, records, run};

/// The sides of an unmerged file: ours and theirs, each `None` where that side deleted it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sides {
    /// Its content on the branch that is checked out.
    pub ours: Option<Oid>,
    /// Its content on the branch that is merged into it.
    pub theirs: Option<Oid>,
}

/// The sides of the file at `path` (relative to `repository`); `None` if it is not unmerged.
pub fn sides(repository: &Path, path: &str) -> Result<Option<Sides>, GitError> {
    let pathspec = format!(":(top,literal){path}");
    let output =
        run(repository, "ls-files", &["--unmerged", "-z", "--full-name", "--", &pathspec])?;
    let mut sides = Sides { ours: None, theirs: None };
    let mut any = false;
    for record in records(&output) {
        // MODE SP OID SP STAGE TAB PATH
        let Some(tab) = record.iter().position(|&byte| byte == b'\t') else { continue };
        let mut fields = record[..tab].split(|&byte| byte == b' ').skip(1);
        let oid = fields.next().and_then(Oid::from_hex);
        any = true;
        match fields.next() {
            Some(b"2") => sides.ours = oid,
            Some(b"3") => sides.theirs = oid,
            _ => {}
        }
    }
    Ok(any.then_some(sides))
}
