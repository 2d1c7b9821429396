//! What a grant for an action is bound to in a commit.

use sealgate_core::approval::evidence::MAX_EVIDENCE_BYTES;
use sealgate_core::seal::entry::Digest;
use sealgate_core::text::problem::Problem;

use super::commit_tree::CommitTree;
use super::trouble::trouble;

/// The directories of the seals directory that a grant cannot cover: it lies in the first, and the
/// evidence that it names in the second.
const NOT_COVERED: [&[u8]; 2] = [b"grants", b"evidence"];

impl CommitTree<'_> {
    /// The id, in hex, of this commit's tree without grants and evidence: two commits that differ in these
    /// alone have the same one.
    ///
    /// # Errors
    ///
    /// A tree cannot be read.
    pub fn subject(&self) -> Result<String, Problem> {
        let seals = self.repository.seals().as_str();
        let id = self.objects().tree_without(&self.tree, seals.as_bytes(), &NOT_COVERED);
        let id = id.map_err(|error| trouble(self.repository, &self.given, seals, &error))?;
        Ok(id.to_string())
    }

    /// The bytes of the record of evidence with the digest `digest`; `None` where the commit has none.
    ///
    /// # Errors
    ///
    /// It is longer than a record may be, or no file, or cannot be read.
    pub fn evidence(&self, digest: &Digest) -> Result<Option<Vec<u8>>, Problem> {
        let path = format!("{}/evidence/{digest}.json", self.repository.seals().as_str());
        self.file(&path, MAX_EVIDENCE_BYTES)
    }
}
