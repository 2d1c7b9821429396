//! Two names that a file system takes for one.

use std::collections::HashMap;

use super::{Explained, digest, text};
use crate::compare::finding::{Cause, Finding, FindingKind};
use crate::seal::collisions;
use crate::seal::entry::Digest;

/// Pairs of a missing file and a modified one that has its bytes, by index: on a file system that takes
/// both names for one, the file that was written last is there.
pub(super) struct Collisions(HashMap<usize, usize>);

impl Collisions {
    pub(super) fn among(findings: &[Finding]) -> Self {
        let mut missing: HashMap<(Digest, String), usize> = HashMap::new();
        for (index, finding) in findings.iter().enumerate() {
            if let (FindingKind::Missing, Some(sealed), Some(path)) =
                (finding.kind, digest(finding.expected.as_ref()), text(&finding.path))
            {
                missing.insert((sealed, collisions::folded(path)), index);
            }
        }
        let mut pairs = HashMap::new();
        for (index, finding) in findings.iter().enumerate() {
            if missing.is_empty() || finding.kind != FindingKind::Modified {
                continue;
            }
            let key = digest(finding.observed.as_ref()).zip(text(&finding.path));
            let key = key.map(|(there, path)| (there, collisions::folded(path)));
            if let Some(gone) = key.and_then(|key| missing.remove(&key)) {
                pairs.extend([(index, gone), (gone, index)]);
            }
        }
        Self(pairs)
    }

    pub(super) fn of(&self, index: usize, findings: &[Finding]) -> Explained {
        let partner = text(&findings[*self.0.get(&index)?].path)?;
        let detail = match findings[index].kind {
            FindingKind::Missing => format!("its bytes are at {partner}"),
            _ => format!("it has the bytes sealed for {partner}"),
        };
        Some((Cause::NamesCollide, Some(detail)))
    }
}
