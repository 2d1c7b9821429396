//! Directories that became links. A seal has no entry for a directory with something in it, so the link
//! is new, and what was in the directory is missing.

use std::collections::BTreeMap;

use super::Explained;
use crate::compare::finding::{Cause, Finding, FindingKind};
use crate::seal::Seal;
use crate::seal::entry::Entry;
use crate::seal::path::parents;

/// The new links in the place of sealed directories, with their targets.
pub(super) struct LinkedDirectories<'f>(BTreeMap<&'f [u8], &'f str>);

impl<'f> LinkedDirectories<'f> {
    pub(super) fn among(seal: &Seal, findings: &'f [Finding]) -> Self {
        let mut links = BTreeMap::new();
        for finding in findings.iter().filter(|finding| finding.kind == FindingKind::Unsealed) {
            if let Some(Entry::Link { target }) = &finding.observed
                && seal.has_below(&finding.path)
            {
                links.insert(&*finding.path, &**target);
            }
        }
        Self(links)
    }

    /// The cause of a link, or of what was in its directory.
    pub(super) fn of(&self, finding: &Finding) -> Explained {
        let path = &*finding.path;
        let link = match finding.kind {
            FindingKind::Unsealed => path,
            FindingKind::Missing => parents(path).find(|above| self.0.contains_key(above))?,
            _ => return None,
        };
        let target = self.0.get(link)?;
        let link = String::from_utf8_lossy(link);
        Some((
            Cause::DirectoryLinked,
            Some(format!("the directory {link} is a link to {target} now")),
        ))
    }
}
