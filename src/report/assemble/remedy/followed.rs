//! What to do about a copy that stands in the place of a link.

use sealgate_core::compare::finding::{Cause, FindingKind};
use sealgate_core::seal::path::parents;

use super::Advice;

impl Advice<'_> {
    pub(super) fn on_followed_link(&self, path: &[u8]) -> String {
        format!(
            "A copy of what the link led to stands in its place: {}. A copy without links \
             (`cp -L`, a zip file, upload-artifact) does that: pack the tree with `tar` first.",
            self.again(Some(self.followed_link(path)))
        )
    }

    /// The link in whose place `path` is a copy, or lies in one.
    fn followed_link<'p>(&self, path: &'p [u8]) -> &'p [u8] {
        let is_link = |place: &[u8]| {
            let found = self.judgement.findings.iter();
            let mut links = found.filter(|finding| finding.cause == Some(Cause::LinkFollowed));
            links.any(|finding| finding.kind == FindingKind::KindChanged && *finding.path == *place)
        };
        parents(path).find(|place| is_link(place)).unwrap_or(path)
    }
}
