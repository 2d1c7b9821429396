//! What a merge left open: the versions that the index keeps of a file beside each other.

use std::path::Path;

use super::object::Oid;
use super::{GitError, pathspec, records, run};

/// A file of which a merge was not finished (git-ls-files, "-u").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmerged {
    /// Relative to the repository.
    pub path: Vec<u8>,
    /// The blob of their common ancestor, stage 1; `None` where both added the file.
    pub base: Option<Oid>,
    /// The blob of the side that was merged into, stage 2; `None` where that deleted the file.
    pub ours: Option<Oid>,
    /// The blob of the other side, stage 3; `None` where that deleted the file.
    pub theirs: Option<Oid>,
}

/// The unmerged files at `path` (relative to `repository`; `.` is all of it) and below it.
pub fn unmerged(repository: &Path, path: &str) -> Result<Vec<Unmerged>, GitError> {
    let arguments = ["--unmerged", "-z", "--full-name", "--", &pathspec(path)];
    let output = run(repository, "ls-files", &arguments)?;
    let mut files: Vec<Unmerged> = Vec::new();
    for record in records(&output) {
        let Some((oid, stage, path)) = parts(&record) else { continue };
        if files.last().is_none_or(|last| last.path != path) {
            files.push(Unmerged { path: path.to_vec(), base: None, ours: None, theirs: None });
        }
        if let Some(last) = files.last_mut() {
            match stage {
                b"1" => last.base = Some(oid),
                b"2" => last.ours = Some(oid),
                b"3" => last.theirs = Some(oid),
                _ => {}
            }
        }
    }
    Ok(files)
}

/// `MODE SP OID SP STAGE TAB PATH`.
fn parts(record: &[u8]) -> Option<(Oid, &[u8], &[u8])> {
    let tab = record.iter().position(|&byte| byte == b'\t')?;
    let mut fields = record[..tab].split(|&byte| byte == b' ').skip(1);
    let oid = Oid::from_hex(fields.next()?)?;
    Some((oid, fields.next()?, &record[tab + 1..]))
}
