//! Two files that hold each other's bytes.

use std::collections::HashMap;

use super::{Explained, digest};
use crate::compare::finding::{Cause, Finding, FindingKind};
use crate::seal::entry::Digest;

/// Modified files by the beginnings of the digests of what was sealed and of what is there: a hundred
/// thousand whole digests would fill megabytes.
pub(super) struct Swaps(HashMap<(Beginning, Beginning), Changed>);

type Beginning = [u8; 8];

/// The files that changed in one way.
#[derive(Clone, Copy)]
struct Changed {
    /// The index of the last such finding.
    last: usize,
    is_alone: bool,
}

impl Swaps {
    pub(super) fn among(findings: &[Finding]) -> Self {
        let is_modified = |finding: &&Finding| finding.kind == FindingKind::Modified;
        let mut changes = HashMap::with_capacity(findings.iter().filter(is_modified).count());
        for (last, finding) in findings.iter().enumerate() {
            let Some((sealed, there)) = Self::change(finding) else { continue };
            changes
                .entry((beginning(sealed), beginning(there)))
                .and_modify(|changed| *changed = Changed { last, is_alone: false })
                .or_insert(Changed { last, is_alone: true });
        }
        Self(changes)
    }

    fn change(finding: &Finding) -> Option<(Digest, Digest)> {
        let modified = finding.kind == FindingKind::Modified;
        modified.then_some(())?;
        Some((digest(finding.expected.as_ref())?, digest(finding.observed.as_ref())?))
    }

    pub(super) fn of(&self, finding: &Finding, findings: &[Finding]) -> Explained {
        let (sealed, there) = Self::change(finding)?;
        let partner = self.0.get(&(beginning(there), beginning(sealed)))?;
        let last = &findings[partner.last];
        if Self::change(last) != Some((there, sealed)) {
            return None;
        }
        let detail = partner.is_alone.then(|| {
            let partner = String::from_utf8_lossy(&last.path);
            format!("it holds the bytes sealed for {partner}, and the reverse")
        });
        Some((Cause::Swapped, detail))
    }
}

fn beginning(digest: Digest) -> Beginning {
    *digest.0.first_chunk().unwrap_or(&[0; 8])
}
