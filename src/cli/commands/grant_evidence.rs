//! `grant new --evidence`: the digest of a record, or the record itself.

use std::path::Path;

use sealgate_core::approval::evidence::{MAX_EVIDENCE_BYTES, Record};
use sealgate_core::seal::entry::Digest;
use sealgate_core::text::place::shown_path;
use sealgate_core::text::problem::Problem;
use sealgate_scan::read_named;

use super::Context;

/// Evidence that the user named.
pub(super) struct NamedEvidence {
    pub(super) digest: Digest,
    /// The bytes of the record, if it was named by its file.
    pub(super) record: Option<Vec<u8>>,
}

/// What `text` names: 64 hexadecimal digits are a digest, anything else is the path of a record.
pub(super) fn named_evidence(text: &str, context: &Context) -> Result<NamedEvidence, Problem> {
    if let Some(digest) = Digest::from_hex(text.as_bytes()) {
        return Ok(NamedEvidence { digest, record: None });
    }
    let bytes = read_evidence(Path::new(text), context)?;
    Record::read(&bytes).map_err(|error| {
        Problem::new("evidence-not-canonical", error.to_string())
            .file(text)
            .remedy("name a record of a rehearsal; anything else is named by its digest")
    })?;
    Ok(NamedEvidence { digest: Digest::of(&bytes), record: Some(bytes) })
}

/// The bytes of the record in the file `path`.
pub(super) fn read_evidence(path: &Path, context: &Context) -> Result<Vec<u8>, Problem> {
    read_named(&context.path(path), MAX_EVIDENCE_BYTES).map_err(|fault| {
        Problem::new("usage", format!("{}: {fault}", shown_path(path)))
            .remedy("name the file of a record, of at most 256 KiB, or 64 digits of 0-9a-f")
    })
}
