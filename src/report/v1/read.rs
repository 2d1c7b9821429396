//! Reading a report back: `sealgate-report/1`.
//!
//! A report is input like any other: it may be hostile. What is read here has the right shape and no
//! more; whoever uses it holds what it says against the seals.

use sealgate_core::compare::finding::{Finding, FindingKind};
use sealgate_core::seal::entry::{Digest, Entry, UnreadFile};
use sealgate_core::seal::path::{EntryPath, PathFault};
use sealgate_core::text::hex;
use serde::Deserialize;

use crate::report::v1::{EntryKind, EntryView, FORMAT, FindingView, Remedies, Report};

/// How much of a text out of a report is passed on in an error, in characters.
const QUOTED: usize = 300;

/// The beginning of a text out of a report, for an error.
#[must_use]
pub fn cut(text: &str) -> String {
    text.chars().take(QUOTED).collect()
}

/// Why a text is no report.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// JSON of another shape, or no JSON.
    #[error("it is no report: {0}")]
    Malformed(String),
    /// Another format, or another version of this one.
    #[error("its format {0} is unknown; this is \"{FORMAT}\"")]
    Format(String),
}

impl Report {
    /// Reads the text of a report. Fields that are not known here are passed over.
    ///
    /// # Errors
    ///
    /// The text is no JSON, or no report of this format.
    pub fn from_json(bytes: &[u8]) -> Result<Self, ReadError> {
        #[derive(Deserialize)]
        struct Head {
            format: String,
        }
        // The message may quote the input.
        let malformed = |error: serde_json::Error| ReadError::Malformed(cut(&error.to_string()));
        // The format comes first: another one may have another shape.
        let Head { format } = serde_json::from_slice(bytes).map_err(malformed)?;
        if format != FORMAT {
            return Err(ReadError::Format(format!("{:?}", cut(&format))));
        }
        let mut report: Self = serde_json::from_slice(bytes).map_err(malformed)?;
        for seal in &mut report.seals {
            Remedies::complete(&mut seal.findings);
        }
        Ok(report)
    }

    /// Whether execute bits were seen where it was made.
    #[must_use]
    pub fn modes(&self) -> bool {
        self.notices.iter().all(|notice| notice.code != "modes-not-compared")
    }
}

/// Why a finding of a report makes none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FindingError {
    /// The fields of an entry do not go together.
    #[error("the fields of an entry in it make none")]
    Entry,
    /// It moved from a path that no seal can hold.
    #[error("no seal can hold the path that it moved from: {0}")]
    From(PathFault),
    /// `path_bytes` are the bytes of another path.
    #[error("its path_bytes are not those of its path")]
    PathBytes,
}

impl FindingView {
    /// The finding that it states.
    ///
    /// # Errors
    ///
    /// Its fields contradict one another.
    pub fn finding(&self) -> Result<Finding, FindingError> {
        let from = self.from.as_deref().map(EntryPath::parse).transpose();
        // Of what no seal can hold, a file that was not read is all that can have been observed.
        let unread = match &self.observed {
            Some(observed) if self.kind == FindingKind::Unsealable => observed.unread(),
            _ => None,
        };
        let observed = self.observed.as_ref().filter(|_| unread.is_none());
        Ok(Finding {
            line: self.line,
            expected: entry(self.expected.as_ref())?,
            observed: entry(observed)?,
            unread,
            from: from.map_err(FindingError::From)?,
            cause: self.cause,
            detail: self.detail.clone(),
            ..Finding::new(self.kind, &self.exact_path()?)
        })
    }

    /// The bytes of the path.
    fn exact_path(&self) -> Result<Vec<u8>, FindingError> {
        let Some(digits) = &self.path_bytes else { return Ok(self.path.clone().into_bytes()) };
        let bytes = hex::bytes(digits).filter(|bytes| {
            std::str::from_utf8(bytes).is_err() && String::from_utf8_lossy(bytes) == *self.path
        });
        bytes.ok_or(FindingError::PathBytes)
    }
}

fn entry(stated: Option<&EntryView>) -> Result<Option<Entry>, FindingError> {
    stated.map(|view| view.entry().ok_or(FindingError::Entry)).transpose()
}

impl EntryView {
    /// The entry that it states; `None` if its fields do not make one.
    #[must_use]
    pub fn entry(&self) -> Option<Entry> {
        match (self.kind, self.size, &self.blake3, &self.target) {
            (EntryKind::File | EntryKind::Exec, Some(size), Some(digest), None) => {
                let digest = Digest::from_hex(digest.as_bytes())?;
                Some(Entry::File { size, digest, executable: self.kind == EntryKind::Exec })
            }
            (EntryKind::Link, None, None, Some(target)) => {
                Some(Entry::Link { target: (**target).into() })
            }
            (EntryKind::Dir, None, None, None) => Some(Entry::Dir),
            _ => None,
        }
    }

    /// The file without a digest that it states; `None` if a check would have read such a file.
    #[must_use]
    pub fn unread(&self) -> Option<UnreadFile> {
        match (self.kind, self.size, &self.blake3, &self.target) {
            (EntryKind::File | EntryKind::Exec, Some(size), None, None)
                if UnreadFile::may_be_one(size) =>
            {
                Some(UnreadFile { size, executable: self.kind == EntryKind::Exec })
            }
            _ => None,
        }
    }
}
