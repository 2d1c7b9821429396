//! What a report states of one seal, decoded and compared with the seal again.

use std::fmt::Display;

use sealgate_core::compare::decode::{Decoded, Judged, decode};
use sealgate_core::compare::finding::Finding;
use sealgate_core::seal::Seal;

use crate::report::SealView;
use crate::report::read::cut;

/// The seal that a report is held against, and what of it the report is about.
#[derive(Clone, Copy)]
pub(super) struct Against<'a> {
    pub(super) seal: &'a Seal,
    /// What of it was judged.
    pub(super) judged: Judged<'a>,
    /// Whether execute bits were seen.
    pub(super) modes: bool,
}

/// What a report states of one seal, and no check can contradict.
pub(super) struct Reported {
    /// As the report has them.
    pub(super) findings: Vec<Finding>,
    /// What follows from them.
    pub(super) decoded: Decoded,
}

/// Reads what is `stated`; if no check can have stated it, why, in words that quote the report.
pub(super) fn read(stated: &SealView, against: Against<'_>) -> Result<Reported, String> {
    let Against { seal, judged, modes } = against;
    let mut findings = Vec::with_capacity(stated.findings.len());
    for view in &stated.findings {
        findings.push(view.finding().map_err(|error| about(view.path.as_bytes(), &error))?);
    }
    let decoded =
        decode(seal, &findings, modes, judged).map_err(|error| about(&error.path, &error))?;
    let (checked, matched) = (decoded.comparison.checked, decoded.comparison.matched);
    let bytes = decoded.inventory.bytes;
    if (stated.checked, stated.matched, stated.bytes) != (checked, matched, bytes) {
        return Err(format!(
            "it says that {} entries were judged, {} match and {} bytes were hashed; from its findings \
             follow {checked}, {matched} and {bytes}",
            stated.checked, stated.matched, stated.bytes
        ));
    }
    Ok(Reported { findings, decoded })
}

/// `why` the report cannot be so, at `path`.
pub(super) fn about(path: &[u8], why: &dyn Display) -> String {
    format!("{}: {why}", cut(&String::from_utf8_lossy(path)))
}
