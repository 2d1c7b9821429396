//! Links that became copies of what they led to: `cp -L` makes them, and archives that keep no links.

use std::collections::HashMap;

use super::Explained;
use crate::compare::finding::{Cause, Finding, FindingKind};
use crate::seal::Seal;
use crate::seal::entry::{Digest, Entry};
use crate::seal::path::parents;

/// As many links are followed on the way to a file as Linux follows.
const MOST_LINKS: usize = 40;

/// The sealed links in whose place there is what they led to.
pub(super) struct FollowedLinks<'f> {
    /// The targets, by the path of the link.
    links: HashMap<&'f [u8], &'f str>,
}

impl<'f> FollowedLinks<'f> {
    pub(super) fn among(seal: &Seal, findings: &'f [Finding]) -> Self {
        let tree = Tree { seal, findings };
        let mut links = HashMap::new();
        for finding in findings.iter().filter(|finding| finding.kind == FindingKind::KindChanged) {
            let Some(Entry::Link { target }) = &finding.expected else { continue };
            let is_followed = match &finding.observed {
                Some(Entry::File { digest, .. }) => tree.bytes(&finding.path) == Some(*digest),
                None => tree.is_copied(&finding.path),
                Some(_) => false,
            };
            if is_followed {
                links.insert(&*finding.path, &**target);
            }
        }
        Self { links }
    }

    /// The cause of what stands in the place of a link, or lies in the directory there.
    pub(super) fn of(&self, finding: &Finding) -> Explained {
        let path = &*finding.path;
        match finding.kind {
            FindingKind::KindChanged => {
                let target = self.links.get(path)?;
                Some((Cause::LinkFollowed, Some(format!("the link led to {target}"))))
            }
            FindingKind::Unsealed => parents(path)
                .any(|above| self.links.contains_key(above))
                .then_some((Cause::LinkFollowed, None)),
            _ => None,
        }
    }
}

/// What was sealed, and what is there now.
struct Tree<'a> {
    seal: &'a Seal,
    /// Sorted by path.
    findings: &'a [Finding],
}

impl Tree<'_> {
    /// The digest of the file that the link at `path` was sealed to lead to, as that file is now.
    fn bytes(&self, path: &[u8]) -> Option<Digest> {
        let place = self.place(path)?;
        self.digest_at(&place)
    }

    /// The digest of the file at `path` that is there now, and is sealed there.
    fn digest_at(&self, path: &[u8]) -> Option<Digest> {
        let entry = match self.finding_at(path) {
            Some(finding) => finding.expected.as_ref().and(finding.observed.as_ref()),
            None => self.seal.entry(path),
        };
        super::digest(entry)
    }

    fn finding_at(&self, path: &[u8]) -> Option<&Finding> {
        let at = self.findings.binary_search_by(|finding| (*finding.path).cmp(path)).ok()?;
        Some(&self.findings[at])
    }

    /// Whether all that was sealed in the directory to which the link at `path` led is at `path` now, and
    /// nothing else.
    fn is_copied(&self, path: &[u8]) -> bool {
        let Some(target) = self.place(path) else { return false };
        let prefix = [&*target, b"/"].concat();
        let start = self.seal.entries.partition_point(|sealed| *sealed.path.as_bytes() < *prefix);
        let sealed = self.seal.entries[start..]
            .iter()
            .take_while(|sealed| sealed.path.as_bytes().starts_with(&prefix));
        let inside = [path, b"/"].concat();
        let first = self.findings.partition_point(|finding| *finding.path < *inside);
        let mut copies =
            self.findings[first..].iter().take_while(|finding| finding.path.starts_with(&inside));
        let mut any = false;
        for sealed in sealed {
            let (from, rest) = (sealed.path.as_bytes(), &sealed.path.as_bytes()[prefix.len()..]);
            let Some(copy) = copies.next() else { return false };
            if copy.kind != FindingKind::Unsealed || copy.path[inside.len()..] != *rest {
                return false;
            }
            let is_same = match (&sealed.entry, &copy.observed) {
                (Entry::Dir, Some(Entry::Dir)) => true,
                (Entry::Link { target }, Some(Entry::Link { target: there })) => target == there,
                (Entry::Link { .. }, Some(Entry::File { digest, .. })) => {
                    self.bytes(from) == Some(*digest)
                }
                (Entry::File { .. }, Some(Entry::File { digest, .. })) => {
                    self.digest_at(from) == Some(*digest)
                }
                _ => false,
            };
            if !is_same {
                return false;
            }
            any = true;
        }
        any && copies.next().is_none()
    }

    /// Where the sealed link at `path` leads, links on the way followed; `None` where that is outside of
    /// the root, or leads nowhere.
    fn place(&self, path: &[u8]) -> Option<Vec<u8>> {
        let mut left: Vec<Vec<u8>> = parts(path);
        let mut place: Vec<Vec<u8>> = Vec::new();
        let mut links = 0;
        while let Some(part) = left.pop() {
            match &*part {
                b"" | b"." => continue,
                b".." => {
                    place.pop()?;
                    continue;
                }
                _ => place.push(part),
            }
            if let Some(Entry::Link { target }) = self.seal.entry(&place.join(&b'/')) {
                links += 1;
                if links > MOST_LINKS || target.starts_with('/') {
                    return None;
                }
                place.pop();
                left.extend(parts(target.as_bytes()));
            }
        }
        Some(place.join(&b'/')).filter(|place| !place.is_empty())
    }
}

/// The parts of a path, the last one first.
fn parts(path: &[u8]) -> Vec<Vec<u8>> {
    path.rsplit(|&byte| byte == b'/').map(<[u8]>::to_vec).collect()
}
